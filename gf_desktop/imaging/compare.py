"""Where two masks of one scan differ, and by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["ADDED", "CHANGED", "REMOVED", "StructureChange", "compare_masks", "differences"]

UInt8 = npt.NDArray[np.uint8]

ADDED: Final = 1
"""In a structure now, background in the other mask."""
REMOVED: Final = 2
"""Background now, in a structure in the other mask."""
CHANGED: Final = 3
"""In one structure now, in another one in the other mask."""


@dataclass(frozen=True, slots=True)
class StructureChange:
    """How one structure of a mask differs from the same of another mask.

    Attributes
    ----------
    dice
        2 |A and B| / (|A| + |B|), 0 to 1; None where it is in neither.
    volume_ml, other_ml
        Of this mask and of the other one.
    added_ml, removed_ml
        Only in this mask; only in the other one.
    """

    dice: float | None
    volume_ml: float
    other_ml: float
    added_ml: float
    removed_ml: float

    @property
    def changed_ml(self) -> float:
        """Both what was added and what was removed."""
        return self.added_ml + self.removed_ml

    def as_json(self) -> dict[str, float | None]:
        """Return the fields by name, and ``changed_ml``."""
        return asdict(self) | {"changed_ml": self.changed_ml}


def differences(labels: UInt8, other: UInt8) -> UInt8:
    """Return uint8 of the same shape: 0 where two masks agree, else ``ADDED``, ``REMOVED`` or ``CHANGED``."""
    differs = labels != other
    kinds = np.where(labels == 0, np.uint8(REMOVED), np.where(other == 0, np.uint8(ADDED), np.uint8(CHANGED)))
    return np.where(differs, kinds, np.uint8(0)).astype(np.uint8, copy=False)


def compare_masks(
    labels: UInt8, other: UInt8, table: LabelTable, geometry: Geometry, *, stopped: Callable[[], bool] = lambda: False
) -> dict[str, StructureChange]:
    """Compare two masks structure by structure; no surfaces, so that it is done while one waits.

    Parameters
    ----------
    labels, other
        uint8 [k, j, i] of the table's ids.
    geometry
        Their grid.
    stopped
        Asked between slices; the answer is empty then.

    Returns
    -------
    A change for every structure of the table, by name, in its order.

    Raises
    ------
    ValueError
        When shapes differ.
    """
    if labels.shape != geometry.shape_kji or other.shape != geometry.shape_kji:
        raise ValueError(f"masks of {labels.shape} and {other.shape} on a grid of {geometry.shape_kji}")
    mine, theirs, both = (np.zeros(256, np.int64) for _ in range(3))
    for one, two in zip(labels, other, strict=True):
        if stopped():
            return {}
        mine += np.bincount(one.reshape(-1), minlength=256)
        theirs += np.bincount(two.reshape(-1), minlength=256)
        both += np.bincount(one[one == two], minlength=256)
    changes = {}
    for structure in table:
        a, b, shared = (int(counts[structure.id]) for counts in (mine, theirs, both))
        ml = geometry.voxel_ml
        changes[structure.name] = StructureChange(
            2.0 * shared / (a + b) if a + b else None, a * ml, b * ml, (a - shared) * ml, (b - shared) * ml
        )
    return changes
