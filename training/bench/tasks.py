"""The benchmark's tasks: data that lies in the project or is drawn by a generator, split so that nothing is chosen on the test set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import gaussian_filter, zoom

from gf_desktop.files.masks import read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.resources import resource_dir
from training.abdomen import HEAVY, TABLE, read_patient
from training.augment import change_greys
from training.config import AugmentConfig
from training.dataset import SliceSet
from training.phantoms import make_phantoms

__all__ = ["TASKS", "Task", "load_task", "task_hash"]

PALETTE = ("#e69f00", "#56b4e9", "#009e73", "#d55e00")

PHANTOM_TRAIN, PHANTOM_VALIDATION, PHANTOM_TEST = 120, 100, 200
"""Images of a phantom task. The labelled ones are drawn from the training images."""

PHANTOM_CASE = 20
"""Images that are scored together as one examination."""

CLINIC_SHIFT = 0.3
"""The dial between the clinic of the pack and the clinic of the user at which phantoms are tested."""


TEST_SEED = 20261123
"""Of the test phantoms and of the scanners that show the brain's test slabs. They were drawn anew after tasks, networks, steps and
learning rates had been settled in trials that showed test figures of former draws. The brain's anatomy and the abdomen's test patient
are still those that were seen."""


@dataclass(frozen=True, slots=True)
class Task:
    """Images to learn from, to choose by and to be judged by.

    Attributes
    ----------
    name, title
        A key, and what a table calls it.
    notice
        What a reader has to know about the references.
    table
        Structures.
    spec
        Mean, deviation and channels of the input.
    train, validation, test
        Slices; ``cases`` says to which case each test slice belongs.
    cases
        int64 [test], a case is scored as a whole.
    augment
        Changes of training views.
    """

    name: str
    title: str
    notice: str
    table: LabelTable
    spec: PreprocessSpec
    train: SliceSet
    validation: SliceSet
    test: SliceSet
    cases: tuple[int, ...]
    augment: AugmentConfig


def _slices(
    images: npt.NDArray[np.float32], classes: npt.NDArray[np.uint8], count: int, regions: npt.NDArray[np.uint8] | None = None
) -> SliceSet:
    one_hot = torch.nn.functional.one_hot(torch.from_numpy(classes).long(), count).permute(0, 3, 1, 2).half().contiguous()
    marks = torch.zeros(classes.shape, dtype=torch.uint8) if regions is None else torch.from_numpy(regions)
    return SliceSet(torch.from_numpy(images).float(), one_hot, torch.ones(len(images), 1, *images.shape[2:]), marks)


def _padded(planes: npt.NDArray[Any], multiple: int = 32) -> npt.NDArray[Any]:
    rows, cols = (-(-side // multiple) * multiple - side for side in planes.shape[-2:])
    return np.pad(planes, [(0, 0)] * (planes.ndim - 2) + [(0, rows), (0, cols)])


# --- abdominal CT -------------------------------------------------------------------------------------------------------

CT_SPEC = PreprocessSpec(spacing_mm=5.0, window=(-160.0, 240.0), mean=0.4, std=0.3)
CT_FROM = 56
"""First slice of patient A that is used: below it is pelvis, which patient B does not show."""
CT_HELD = ((66, 71), (84, 89), (100, 105))
"""Slabs of patient A for validation."""
CT_GAP = 1
"""Slices beside a held-back slab that nobody sees."""


def _abdomen() -> Task:
    demo = resource_dir() / "demo"
    a, b = (read_patient(demo, name, CT_SPEC) for name in ("A", "B"))
    held = np.zeros(len(a.images), bool)
    near = np.zeros(len(a.images), bool)
    near[:CT_FROM] = True
    for first, last in CT_HELD:
        held[first : last + 1] = True
        near[max(0, first - CT_GAP) : last + 1 + CT_GAP] = True
    classes = len(TABLE) + 1
    validation = _slices(a.images[held], a.labels[held], classes, a.regions[held])
    # the shift to another clinic is simulated for validation too, so that what is chosen by it carries over
    moved = change_greys(validation.views(torch.arange(len(validation))), HEAVY, torch.Generator().manual_seed(7))
    validation = SliceSet(moved.images, validation.targets, validation.supervised, validation.regions)
    return Task(
        "abdomen",
        "abdominal CT, A to B",
        "labels made by another network, one patient to learn from and one to be tested on",
        TABLE,
        CT_SPEC,
        _slices(a.images[~near], a.labels[~near], classes, a.regions[~near]),
        validation,
        _slices(b.images, b.labels, classes),
        (0,) * len(b.images),
        HEAVY,
    )


# --- brain tissue -------------------------------------------------------------------------------------------------------

BRAIN_SPEC = PreprocessSpec(mean=0.35, std=0.3)
BRAIN_PERIOD, BRAIN_TRAIN, BRAIN_VALIDATION, BRAIN_TEST = 18, (0, 3), (7, 9), (13, 15)
"""Slabs along the head-foot axis, in slices of 2 mm: 3 to learn from, 4 apart, 2 to choose by, 4 apart, 2 to be tested on, 3 apart."""
BRAIN_FROM, BRAIN_TO = 14, 70
BRAIN_SCANNERS = 3
"""Simulated scanners that see each validation and test slice."""


def _scanner(plane: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return a plane as another scanner would show it: coil profile, contrast, sharpness and Rician noise."""
    coarse = rng.normal(0, 0.25, (4, 4))
    field = np.exp(zoom(coarse, [side / 4 for side in plane.shape], order=3)[: plane.shape[0], : plane.shape[1]])
    image = np.clip(plane, 0, 1) ** np.exp2(rng.uniform(-0.7, 0.7)) * field * rng.uniform(0.55, 0.95)
    image = gaussian_filter(image, rng.uniform(0.2, 0.9))
    noise = rng.uniform(0.03, 0.09)
    real, imaginary = rng.normal(0, noise, (2, *plane.shape))
    result: npt.NDArray[np.float32] = np.clip(np.hypot(image + real, imaginary), 0, 1).astype(np.float32)
    return result


def _brain() -> Task:
    folder = resource_dir() / "bench"
    volume = read_scan(find_scans(folder / "icbm152_t1_2mm.nii.gz")[0]).volume
    tissue = read_mask(folder / "icbm152_tissue_2mm.nii.gz", volume.geometry).astype(np.uint8)
    grey = np.asarray(volume.voxels, np.float32) / 255
    phase = (np.arange(len(grey)) - BRAIN_FROM) % BRAIN_PERIOD
    inside = (np.arange(len(grey)) >= BRAIN_FROM) & (np.arange(len(grey)) < BRAIN_TO)

    def chosen(slab: tuple[int, int], seed: int | None) -> SliceSet:
        index = np.flatnonzero(inside & (phase >= slab[0]) & (phase < slab[1]))
        planes, labels = grey[index], tissue[index]
        if seed is not None:
            rng = np.random.default_rng(seed)
            planes = np.stack([_scanner(plane, rng) for _ in range(BRAIN_SCANNERS) for plane in planes])
            labels = np.concatenate([labels] * BRAIN_SCANNERS)
        images = _padded(planes[:, None].astype(np.float32))
        return _slices(images.astype(np.float32), _padded(labels).astype(np.uint8), 3)

    table = LabelTable((Structure(1, "grey matter", PALETTE[0]), Structure(2, "white matter", PALETTE[1])))
    test = chosen(BRAIN_TEST, TEST_SEED)
    cases = tuple(int(n) for n in np.repeat(np.arange(BRAIN_SCANNERS), len(test) // BRAIN_SCANNERS))
    augment = AugmentConfig(scale=(0.8, 1.25), rotate_deg=20, shift=0.2, elastic_px=3, gamma=0.7, contrast=0.3, brightness=0.1, noise=0.08)
    return Task(
        "brain",
        "brain tissue, ICBM152 slabs",
        "an average of 152 heads; scanners are simulated",
        table,
        BRAIN_SPEC,
        chosen(BRAIN_TRAIN, None),
        chosen(BRAIN_VALIDATION, 1),
        test,
        cases,
        augment,
    )


# --- phantoms -----------------------------------------------------------------------------------------------------------

PHANTOM_AUGMENT = AugmentConfig(
    scale=(0.8, 1.3), rotate_deg=25, shift=0.15, elastic_px=3, gamma=0.4, contrast=0.25, brightness=0.08, noise=0.05
)


def _phantom(kind: str, title: str) -> Task:
    sets = []
    for seed, count, shift in ((11, PHANTOM_TRAIN, 0.0), (22, PHANTOM_VALIDATION, CLINIC_SHIFT), (TEST_SEED, PHANTOM_TEST, CLINIC_SHIFT)):
        drawn = make_phantoms(kind, count, seed=seed, shift=shift, size=64)
        sets.append(_slices(drawn.images, drawn.labels, len(drawn.structures) + 1))
    table = LabelTable(tuple(Structure(n, name, PALETTE[n - 1]) for n, name in enumerate(drawn.structures, start=1)))
    spec = PreprocessSpec(colour=drawn.images.shape[1] == 3, mean=0.4, std=0.25, slicing="acquired")
    notice = "drawn by a generator, no patient; the test's clinic differs from the training's"
    return Task(
        kind, title, notice, table, spec, sets[0], sets[1], sets[2], tuple(n // PHANTOM_CASE for n in range(PHANTOM_TEST)), PHANTOM_AUGMENT
    )


TASKS: dict[str, Callable[[], Task]] = {
    "abdomen": _abdomen,
    "brain": _brain,
    "ultrasound": lambda: _phantom("ultrasound", "ultrasound phantom"),
    "endoscopy": lambda: _phantom("endoscopy", "endoscopy phantom"),
}
"""The tasks by name."""


@lru_cache(maxsize=len(TASKS))
def load_task(name: str) -> Task:
    """Return a task; read or drawn once in a process."""
    return TASKS[name]()


@lru_cache(maxsize=len(TASKS))
def task_hash(name: str) -> str:
    """Return a hash of every image, mask and region of a task, and of which slices make a case."""
    task = load_task(name)
    digest = hashlib.sha256(repr(task.cases).encode())
    for part in (task.train, task.validation, task.test):
        for tensor in (part.images, part.targets, part.supervised, part.regions):
            digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
