"""The images of a run: a prepared set, or the demo's abdominal CT."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.resources import resource_dir
from training.commands.configs import DEMO_SET, DataConfig
from training.dataset import SliceSet
from training.datasets import labelled_fraction, read_prepared
from training.networks.sides import SIDE_MULTIPLE, SMALLEST_PX

__all__ = ["Judged", "Learning", "check_slices", "measured", "read_judged", "read_learning"]

PREPARE_AGAIN = "Prepare the data set again into a new folder."

DEMO_FROM = 56
"""First slice of patient A that is used: below it is pelvis, which patient B does not show."""
DEMO_HELD = ((66, 71), (84, 89), (100, 105))
"""Slabs of patient A for validation."""
DEMO_GAP = 1
"""Slices beside a held-back slab that nobody sees."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What is learned from and chosen by; the test is not even read.

    Attributes
    ----------
    name
        Of the set.
    notice
        What a reader has to know about its references; empty without.
    table
        Structures.
    spec
        Channels, mean and deviation of the input; measured on the training images.
    labelled, unlabelled
        Training slices; the latter may be empty.
    validation
        Slices to choose by; may be empty.
    """

    name: str
    notice: str
    table: LabelTable
    spec: PreprocessSpec
    labelled: SliceSet
    unlabelled: SliceSet
    validation: SliceSet

    @property
    def everything(self) -> SliceSet:
        """All training slices."""
        if not len(self.unlabelled):
            return self.labelled
        names = ("images", "targets", "supervised", "regions")
        images, targets, supervised, regions = (torch.cat([getattr(self.labelled, name), getattr(self.unlabelled, name)]) for name in names)
        return SliceSet(images, targets, supervised, regions)


@dataclass(frozen=True, slots=True)
class Judged:
    """Slices that are judged.

    Attributes
    ----------
    name, notice, table
        As of ``Learning``.
    channels
        Of the images.
    slices
        May be empty.
    cases, patients
        Of each slice. The slices of a case lie in order, one behind the other.
    spacing_mm
        Of the working grid along columns, rows and slices; None where it is not known and distances are in pixels.
    """

    name: str
    notice: str
    table: LabelTable
    channels: int
    slices: SliceSet
    cases: tuple[str, ...]
    patients: tuple[str, ...]
    spacing_mm: tuple[float, float, float] | None


def read_learning(config: DataConfig) -> Learning:
    """Read what a run learns from.

    Raises
    ------
    TrainingError
        When the set is missing, damaged or has no labelled slice; an image holds NaN or is smaller than the networks allow; or a target
        is no share of the structures.
    """
    learning = _demo_learning(config) if config.set == DEMO_SET else _prepared_learning(config)
    if not len(learning.labelled):
        raise TrainingError("There is nothing to learn from: no slice is labelled", where=config.set, next_step="Prepare a set with masks.")
    for slices in (learning.labelled, learning.unlabelled, learning.validation):
        check_slices(slices, config.set, classes=len(learning.table) + 1)
    return learning


def read_judged(config: DataConfig, part: Literal["test", "validation"]) -> Judged:
    """Read the slices of a part.

    Raises
    ------
    TrainingError
        As ``read_learning``, and when the part is empty.
    """
    judged = _demo_judged(part) if config.set == DEMO_SET else _prepared_judged(config, part)
    if not len(judged.slices):
        raise TrainingError(f"The set has no {part} slices", where=config.set, next_step="Prepare it with a share for them.")
    check_slices(judged.slices, config.set, classes=len(judged.table) + 1)
    return judged


def check_slices(slices: SliceSet, where: str, *, classes: int) -> None:
    """Refuse slices that no network could learn from.

    Raises
    ------
    TrainingError
        When an image holds values that are no numbers, a side is too small or no multiple of 32, or a target is no share of ``classes``.
    """
    if not len(slices):
        return
    height, width = slices.images.shape[2:]
    if min(height, width) < SMALLEST_PX or height % SIDE_MULTIPLE or width % SIDE_MULTIPLE:
        raise TrainingError(
            f"The images have {height} x {width} pixels, and the networks need sides of at least {SMALLEST_PX} that are multiples of "
            f"{SIDE_MULTIPLE}",
            where=where,
            next_step=PREPARE_AGAIN,
        )
    bad = (~torch.isfinite(slices.images)).flatten(1).any(dim=1).nonzero()[:, 0].tolist()
    if bad:
        raise TrainingError(f"Slice {bad[0]} holds values that are no numbers (NaN)", where=where, next_step=PREPARE_AGAIN)
    targets = slices.targets
    sums = targets.sum(dim=1, dtype=torch.float32)
    whole = targets.shape[1] == classes and bool((targets >= 0).all()) and bool(((sums - 1).abs() < 1e-2).all())
    if not whole:
        raise TrainingError(
            f"The masks hold labels that are not among the {classes - 1} structures of the set", where=where, next_step=PREPARE_AGAIN
        )


def measured(images: torch.Tensor, *, colour: bool) -> PreprocessSpec:
    """Return a specification with the mean and the standard deviation of images [n, channels, rows, cols] on the 0..1 scale."""
    deviation, mean = torch.std_mean(images.double(), correction=0)
    std = float(deviation) if float(deviation) > 0 else 1.0
    return PreprocessSpec(colour=colour, mean=round(float(mean), 6), std=max(round(std, 6), 1e-6), slicing="acquired")


# --- prepared sets ------------------------------------------------------------------------------------------------------


def _prepared_learning(config: DataConfig) -> Learning:
    prepared = read_prepared(Path(config.set), parts=("train", "validation"))
    parts = labelled_fraction(prepared, config.labelled, seed=config.split_seed)
    # by no label, so that the normalisation does not depend on which patients keep theirs
    spec = measured(prepared.train.images, colour=prepared.channels == 3)
    return Learning(prepared.name, prepared.notice, prepared.table, spec, parts.labelled, parts.unlabelled, prepared.validation)


def _prepared_judged(config: DataConfig, part: Literal["test", "validation"]) -> Judged:
    prepared = read_prepared(Path(config.set), parts=(part,))
    slices = prepared.test if part == "test" else prepared.validation
    return Judged(
        prepared.name, prepared.notice, prepared.table, prepared.channels, slices, prepared.cases[part], prepared.patients[part], None
    )


# --- the demo -----------------------------------------------------------------------------------------------------------

DEMO_NOTICE = "labels made by another network; patient A to learn from and to choose by, patient B to be tested on"


def _demo_slices(name: str) -> tuple[SliceSet, tuple[float, float, float]]:
    from training.abdomen import SPEC, TABLE, read_patient

    patient = read_patient(resource_dir() / "demo", name, SPEC)
    classes = torch.from_numpy(patient.labels).long()
    targets = torch.nn.functional.one_hot(classes, len(TABLE) + 1).permute(0, 3, 1, 2).half().contiguous()
    supervised = torch.ones(len(classes), 1, *classes.shape[1:])
    return SliceSet(torch.from_numpy(patient.images), targets, supervised, torch.from_numpy(patient.regions)), patient.spacing_mm


def _demo_parts() -> tuple[SliceSet, SliceSet, tuple[float, float, float]]:
    """Return patient A's training and validation slices and their spacing."""
    slices, spacing_mm = _demo_slices("A")
    held, near = np.zeros(len(slices), bool), np.zeros(len(slices), bool)
    near[:DEMO_FROM] = True
    for first, last in DEMO_HELD:
        held[first : last + 1] = True
        near[first - DEMO_GAP : last + 1 + DEMO_GAP] = True
    train, validation = (slices.subset(torch.from_numpy(np.flatnonzero(chosen))) for chosen in (~near, held))
    return train, validation, spacing_mm


def _demo_learning(config: DataConfig) -> Learning:
    from training.abdomen import SPEC, TABLE

    train, validation, _ = _demo_parts()
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(config.split_seed))
    wanted = max(1, round(config.labelled * len(train)))
    labelled, rest = (train.subset(part.sort().values) for part in (order[:wanted], order[wanted:]))
    blank = torch.zeros_like(rest.targets)
    blank[:, 0] = 1
    # the regions come from the label map too
    unlabelled = SliceSet(rest.images, blank, torch.zeros_like(rest.supervised), torch.zeros_like(rest.regions))
    return Learning(DEMO_SET, DEMO_NOTICE, TABLE, SPEC, labelled, unlabelled, validation)


def _demo_judged(part: Literal["test", "validation"]) -> Judged:
    from training.abdomen import SPEC, TABLE

    if part == "test":
        slices, spacing_mm = _demo_slices("B")
        names = ("B",) * len(slices)
        return Judged(DEMO_SET, DEMO_NOTICE, TABLE, SPEC.channels, slices, names, names, spacing_mm)
    _, slices, spacing_mm = _demo_parts()
    slabs = tuple(f"A {first} to {last}" for first, last in DEMO_HELD for _ in range(first, last + 1))
    return Judged(DEMO_SET, DEMO_NOTICE, TABLE, SPEC.channels, slices, slabs, ("A",) * len(slices), spacing_mm)
