"""Reading a prepared set, and leaving some of its patients without labels."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gf_desktop.arrays import read_arrays
from gf_desktop.errors import ModelError, TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from training.dataset import SliceSet
from training.datasets.preparing import CASES, DOCUMENT, PREPARED_FORMAT
from training.datasets.source import MIN_SIDE_PX, MULTIPLE_PX, PARTS, RANGE_TOL, Part
from training.datasets.split import read_split

__all__ = ["LabelledFraction", "Prepared", "labelled_fraction", "read_prepared"]

AGAIN = "Prepare the data set again into a new folder."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared data set in memory; all slices are padded at the far ends to one size.

    Attributes
    ----------
    name, title, notice, licence
        As in ``dataset.json``; ``notice`` is said wherever its figures are shown.
    train, validation, test
        Slices by part; a part may be empty, and one that was not asked for is.
    patients, cases
        Part -> the patient, and the case, of each of its slices.
    table
        Its structures; classes of the targets are background, then these.
    channels
        1 or 3.
    """

    name: str
    title: str
    notice: str
    licence: str
    train: SliceSet
    validation: SliceSet
    test: SliceSet
    patients: dict[Part, tuple[str, ...]]
    cases: dict[Part, tuple[str, ...]]
    table: LabelTable
    channels: int

    def __post_init__(self) -> None:
        for part, slices in zip(PARTS, (self.train, self.validation, self.test), strict=True):
            if len(self.patients[part]) != len(slices) or len(self.cases[part]) != len(slices):
                raise ValueError(f"{part} has {len(slices)} slices of {len(self.patients[part])} patients")


@dataclass(frozen=True, slots=True)
class LabelledFraction:
    """The training slices of some patients with labels, and of the others without.

    Attributes
    ----------
    labelled, unlabelled
        Each slice of the former has supervised pixels; the latter's targets are background and its pixels unsupervised.
    labelled_patients, unlabelled_patients
        The patient of each slice.
    """

    labelled: SliceSet
    unlabelled: SliceSet
    labelled_patients: tuple[str, ...]
    unlabelled_patients: tuple[str, ...]


def read_prepared(folder: Path, *, parts: tuple[Part, ...] = PARTS) -> Prepared:
    """Read a prepared set.

    Parameters
    ----------
    parts
        Which are read; no file of another one is opened, and it is empty.

    Raises
    ------
    TrainingError
        When it is missing or damaged, a label is not in its table, a value is not a number or outside of 0..1, or the
        division of patients is not the frozen one.
    """
    path = folder / DOCUMENT
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != PREPARED_FORMAT:
            raise TrainingError(f"The prepared set is of format {document['format']}", where=str(path), next_step=AGAIN)
        table, channels = LabelTable.from_json(document["structures"]), int(document["channels"])
        entries = [(str(e["name"]), str(e["patient"]), str(e["part"]), int(e["slices"])) for e in document["cases"]]
        texts = {key: str(document[key]) for key in ("name", "title", "notice", "licence")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ModelError) as error:
        raise TrainingError(f"This is no prepared set, or it is damaged: {error!r}", where=str(path), next_step=AGAIN) from error
    _check_parts(folder, entries)
    loaded: dict[str, list[_Case]] = {part: [] for part in PARTS}
    for name, patient, part, count in (entry for entry in entries if entry[2] in parts):
        loaded[part].append(_read_case(folder / CASES / f"{name}.npz", name, patient, count=count, channels=channels, table=table))
    sides = [case.images.shape[2:] for cases in loaded.values() for case in cases] or [(MIN_SIDE_PX, MIN_SIDE_PX)]
    hw = (max(side[0] for side in sides), max(side[1] for side in sides))
    sets = {part: _slice_set(loaded[part], hw, channels=channels, table=table) for part in PARTS}
    return Prepared(
        name=texts["name"],
        title=texts["title"],
        notice=texts["notice"],
        licence=texts["licence"],
        train=sets["train"],
        validation=sets["validation"],
        test=sets["test"],
        patients={part: tuple(case.patient for case in loaded[part] for _ in case.images) for part in PARTS},
        cases={part: tuple(case.name for case in loaded[part] for _ in case.images) for part in PARTS},
        table=table,
        channels=channels,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    patient: str
    images: npt.NDArray[Any]
    labels: npt.NDArray[np.uint8]
    supervised: npt.NDArray[np.uint8]


def _check_parts(folder: Path, entries: list[tuple[str, str, str, int]]) -> None:
    """Refuse a set whose cases lie elsewhere than the frozen split says."""
    split = read_split(folder)
    for name, patient, part, _ in entries:
        if part not in PARTS or patient not in split.patients[part] or Path(name).name != name:
            raise TrainingError(
                f"Case {name} of patient {patient} does not lie where the frozen split says", where=str(folder), next_step=AGAIN
            )


def _read_case(path: Path, name: str, patient: str, *, count: int, channels: int, table: LabelTable) -> _Case:
    try:
        arrays = read_arrays(path)
        images, labels = arrays["images"], arrays["labels"]
        supervised = arrays.get("supervised", np.ones(labels.shape, np.uint8))
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"Case {name} is missing or damaged: {error}", where=str(path), next_step=AGAIN) from error
    fault = _fault(images, labels, supervised, count=count, channels=channels, table=table)
    if fault:
        raise TrainingError(f"Case {name} {fault}", where=str(path), next_step=AGAIN)
    return _Case(name, patient, images, labels, supervised)


def _fault(
    images: npt.NDArray[Any], labels: npt.NDArray[Any], supervised: npt.NDArray[Any], *, count: int, channels: int, table: LabelTable
) -> str:
    """Return what is wrong with a case's arrays, "" where nothing is."""
    if images.ndim != 4 or images.shape[:2] != (count, channels) or labels.shape != (count, *images.shape[2:]):
        return f"has images of {images.shape} and labels of {labels.shape}, which do not belong together"
    if any(n % MULTIPLE_PX or n < MIN_SIDE_PX for n in images.shape[2:]):
        return f"has sides of {images.shape[2]} × {images.shape[3]} pixels, which are no multiples of {MULTIPLE_PX} from {MIN_SIDE_PX}"
    if images.dtype not in (np.uint8, np.float16) or labels.dtype != np.uint8 or supervised.shape != labels.shape:
        return f"holds images of {images.dtype} and labels of {labels.dtype}"
    if images.dtype == np.float16:
        if not np.isfinite(images).all():
            return "holds values that are no numbers (NaN)"
        if float(images.min(initial=0)) < -RANGE_TOL or float(images.max(initial=0)) > 1 + RANGE_TOL:
            return "holds values outside of 0 to 1"
    unknown = sorted(set(np.unique(labels).tolist()) - {0, *table.ids})
    return f"holds labels {unknown}, which its list of structures does not name" if unknown else ""


def _slice_set(cases: list[_Case], hw: tuple[int, int], *, channels: int, table: LabelTable) -> SliceSet:
    """Return cases as one set whose slices have ``hw`` pixels; beyond a slice's own edge there is background."""
    count, classes = sum(len(case.images) for case in cases), len(table) + 1
    images = torch.zeros(count, channels, *hw)
    targets = torch.zeros(count, classes, *hw, dtype=torch.float16)
    targets[:, 0] = 1
    supervised = torch.zeros(count, 1, *hw)
    lookup, at = table.id_to_class(), 0
    for case in cases:
        end, (rows, columns) = at + len(case.images), case.images.shape[2:]
        scale = 255.0 if case.images.dtype == np.uint8 else 1.0
        images[at:end, :, :rows, :columns] = torch.from_numpy(case.images.astype(np.float32) / scale)
        number = torch.from_numpy(lookup[case.labels])
        for label in range(classes):
            targets[at:end, label, :rows, :columns] = number == label
        known = case.supervised != 0
        # a slice that is known whole is known beyond its edge too
        supervised[at:end, 0] = torch.from_numpy(known.all(axis=(1, 2)).astype(np.float32))[:, None, None]
        supervised[at:end, 0, :rows, :columns] = torch.from_numpy(known.astype(np.float32))
        at = end
    return SliceSet(images, targets, supervised, torch.zeros(count, *hw, dtype=torch.uint8))


def labelled_fraction(prepared: Prepared, fraction: float, *, seed: int) -> LabelledFraction:
    """Divide the training slices by patient into labelled ones and ones whose labels are taken away.

    For one seed, the patients of a smaller fraction are among those of a larger one. Patients without a supervised pixel
    are never counted as labelled, and of the others the slices without one go to the unlabelled.

    Parameters
    ----------
    fraction
        Above 0, at most 1; at least one patient keeps its labels.

    Raises
    ------
    TrainingError
        When the fraction is out of range or no patient has labels.
    """
    if not 0 < fraction <= 1:
        raise TrainingError(f"A labelled fraction of {fraction} is not possible", next_step="Choose a number above 0, at most 1.")
    if seed < 0:
        raise TrainingError(f"A seed of {seed} is not possible", next_step="Choose 0 or more.")
    patients = np.array(prepared.patients["train"])
    seen = (prepared.train.supervised.amax(dim=(1, 2, 3)) > 0).numpy() if len(patients) else np.zeros(0, bool)
    candidates = sorted(set(patients[seen].tolist()))
    if not candidates:
        raise TrainingError("No patient of the training part has labels", next_step="Prepare a data set with masks.")
    order = np.random.default_rng([seed, len(candidates)]).permutation(len(candidates))
    chosen = {candidates[n] for n in order[: max(1, round(fraction * len(candidates)))]}
    keep = np.isin(patients, list(chosen)) & seen
    labelled = prepared.train.subset(torch.from_numpy(np.flatnonzero(keep)))
    rest = prepared.train.subset(torch.from_numpy(np.flatnonzero(~keep)))
    names, others = tuple(patients[keep].tolist()), tuple(patients[~keep].tolist())
    return LabelledFraction(labelled, _without_labels(rest), names, others)


def _without_labels(slices: SliceSet) -> SliceSet:
    blank: Tensor = torch.zeros_like(slices.targets)
    blank[:, 0] = 1
    return replace(slices, targets=blank, supervised=torch.zeros_like(slices.supervised))
