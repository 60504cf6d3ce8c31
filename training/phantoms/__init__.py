"""Phantoms: computed pictures with exact masks, for benchmarks, demos and tests.

They imitate three kinds of pictures well enough to compare methods. They are no patients: whoever shows them says so
(:data:`PHANTOM_NOTICE`), and no figure computed from them is a clinical accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import TrainingError
from training.phantoms import endoscopy, mr, ultrasound

__all__ = ["PHANTOM_KINDS", "PHANTOM_NOTICE", "Phantoms", "make_phantoms", "phantom_structures"]

PHANTOM_NOTICE = "Phantom: a computed picture, not a patient. Figures measured on phantoms compare methods; they are no clinical accuracy."
"""Shown wherever a phantom or a figure measured on phantoms is shown."""

PHANTOM_KINDS = ("endoscopy", "ultrasound", "mr")

MIN_SIZE = 32

_KINDS = {"endoscopy": endoscopy, "ultrasound": ultrasound, "mr": mr}
_GEOMETRY, _APPEARANCE = 0, 1


@dataclass(frozen=True, slots=True)
class Phantoms:
    """A series of phantoms.

    Attributes
    ----------
    images
        float32 [n, channels, size, size] on 0..1; three channels (red, green, blue) for endoscopy, else one.
    labels
        uint8 [n, size, size], 0 background, then the structures in their order.
    structures
        Names of the classes 1, 2 and so on.
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.uint8]
    structures: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.images.ndim != 4 or self.labels.shape != (len(self.images), *self.images.shape[2:]):
            raise ValueError(f"images {self.images.shape} and labels {self.labels.shape} do not belong together")
        if int(self.labels.max(initial=0)) > len(self.structures):
            raise ValueError("a label has no structure")

    def __len__(self) -> int:
        return len(self.images)


def phantom_structures(kind: str) -> tuple[str, ...]:
    """Return the names of the classes 1, 2 and so on of a kind of phantoms.

    Raises
    ------
    TrainingError
        When there is no such kind.
    """
    if kind not in _KINDS:
        raise TrainingError(f"There are no phantoms of the kind {kind!r}", next_step=f"Choose one of {', '.join(PHANTOM_KINDS)}.")
    structures: tuple[str, ...] = _KINDS[kind].STRUCTURES
    return structures


def make_phantoms(kind: str, count: int, *, seed: int, shift: float = 0.0, size: int = 64) -> Phantoms:
    """Compute phantoms.

    Picture i depends on kind, seed, i, shift and size alone, so a longer series begins with the shorter one. The dial
    changes how a clinic's device renders the anatomy, never the anatomy: labels are equal for every shift.

    Parameters
    ----------
    kind
        One of :data:`PHANTOM_KINDS`.
    count
        Number of pictures, 0 or more.
    seed
        0 or more; series with different seeds share no picture.
    shift
        0 for the clinic of the pack, 1 for the clinic of the user, or between them.
    size
        Rows and columns in pixels, at least 32.

    Raises
    ------
    TrainingError
        When an argument is outside of its range.
    """
    structures = phantom_structures(kind)
    if count < 0 or seed < 0 or not 0 <= shift <= 1 or size < MIN_SIZE:
        raise TrainingError(
            f"These phantoms cannot be computed: count {count}, seed {seed}, shift {shift}, size {size}",
            next_step=f"Count and seed are 0 or more, shift lies between 0 and 1, size is at least {MIN_SIZE}.",
        )
    module = _KINDS[kind]
    channels = 3 if kind == "endoscopy" else 1
    images, labels = np.empty((count, channels, size, size), np.float32), np.empty((count, size, size), np.uint8)
    number = PHANTOM_KINDS.index(kind)
    clinic = module.clinic_at(shift)
    for i in range(count):
        scene = module.draw_scene(np.random.default_rng([number, seed, i, _GEOMETRY]), size)
        images[i] = module.render(scene, np.random.default_rng([number, seed, i, _APPEARANCE]), clinic)
        labels[i] = scene.label
    return Phantoms(images, labels, structures)
