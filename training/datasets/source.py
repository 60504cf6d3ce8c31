"""What an adapter says about a data set's folder, before a single pixel is brought to the working size."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import TrainingError
from gf_desktop.files.findings import Finding
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PlaneGrid

__all__ = [
    "MIN_SIDE_PX",
    "MULTIPLE_PX",
    "PARTS",
    "RANGE_TOL",
    "SEE_DOCS",
    "Catalogue",
    "Options",
    "Part",
    "Slices",
    "SourceCase",
    "check_folder",
    "plane_grid",
    "read_table",
    "stack_slices",
    "table_of",
    "working_labels",
]

Part = Literal["train", "validation", "test"]

PARTS: tuple[Part, ...] = ("train", "validation", "test")

SEE_DOCS = "Compare the folder with the layout in docs/datasets.md."

MULTIPLE_PX = 32
"""Sides of a network's input are multiples of this."""

MIN_SIDE_PX = 64

RANGE_TOL = 1e-3
"""How far outside of 0..1 an image may lie through rounding."""

_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999", "#7f3c8d", "#11a579", "#f2b701")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asks for, beside the folder.

    Attributes
    ----------
    size
        Longest side of a working slice in pixels; 0 keeps the source's own pixels; None takes the data set's usual size.
    patient_pattern
        Regular expression whose first group, found in a picture's name, is the patient; "" takes the data set's rule.
    structures
        Names of the labels 1, 2 and so on of a folder of images and masks; empty for one structure.
    window
        Intensities that become 0 and 1, for a round's scans; None for the modality's usual window.
    """

    size: int | None = None
    patient_pattern: str = ""
    structures: tuple[str, ...] = ()
    window: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.size is not None and self.size != 0 and not MIN_SIDE_PX <= self.size <= 4096:
            raise TrainingError(
                f"A working size of {self.size} pixels is not possible",
                next_step=f"Choose a size from {MIN_SIDE_PX} to 4096, or 0 to keep the source's own pixels.",
            )
        if self.window is not None and not self.window[0] < self.window[1]:
            raise TrainingError(f"The window {self.window} is empty", next_step="Give the lower end first.")
        try:
            groups = re.compile(self.patient_pattern).groups
        except re.error as error:
            raise TrainingError(f"The pattern for patients is no regular expression: {error}", next_step="Correct it.") from error
        if self.patient_pattern and groups < 1:
            raise TrainingError("The pattern for patients has no group", next_step="Put round brackets around the patient's part.")


@dataclass(frozen=True, slots=True)
class SourceCase:
    """One picture or scan of the source.

    Attributes
    ----------
    name
        Unique in the data set; the prepared file's name.
    patient
        Cases of one patient never lie in different parts.
    images, masks
        Its files, in the order in which they are read.
    part
        The distributor's split, None where there is none.
    stratum
        Patients are split within each of these alike; "" where it does not matter.
    """

    name: str
    patient: str
    images: tuple[Path, ...]
    masks: tuple[Path, ...]
    part: Part | None = None
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Slices:
    """A case's slices at the working size, padded at the far ends.

    Attributes
    ----------
    images
        uint8 [n, channels, h, w], 255 is one; or float16 on 0..1.
    labels
        uint8 [n, h, w], ids of the label table.
    supervised
        uint8 [n, h, w], 1 where a person stands behind the label; None where everywhere.
    """

    images: npt.NDArray[np.uint8] | npt.NDArray[np.float16]
    labels: npt.NDArray[np.uint8]
    supervised: npt.NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.images), *self.images.shape[2:])
        if self.images.ndim != 4 or self.labels.shape != shape or (self.supervised is not None and self.supervised.shape != shape):
            raise ValueError(f"images {self.images.shape} and labels {self.labels.shape} do not belong together")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A data set as an adapter found it.

    Attributes
    ----------
    name, title
        The adapter's name and the data set's.
    table
        Its structures.
    channels
        1 or 3.
    licence
        What its distributor says, or that one should ask there.
    notice
        What must be said wherever its figures are shown; "" where nothing.
    cases
        All of them.
    findings
        What was noticed, none of it fatal.
    split
        How its parts come about, in a sentence.
    read
        Reads a case at a size in pixels.
    size
        Usual longest side in pixels.
    """

    name: str
    title: str
    table: LabelTable
    channels: int
    licence: str
    notice: str
    cases: tuple[SourceCase, ...]
    findings: tuple[Finding, ...]
    split: str
    read: Callable[[SourceCase, int], Slices]
    size: int = 256

    def __post_init__(self) -> None:
        if not self.cases:
            raise TrainingError(f"There is not a single image of {self.title} in this folder", next_step=SEE_DOCS)
        names = [case.name for case in self.cases]
        wild = next((name for name in names if not name or Path(name).name != name or name.startswith(".")), None)
        if wild is not None:
            raise TrainingError(f"A case cannot be called “{wild}”", next_step="Rename it: letters, digits, - and _ are safe.")
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise TrainingError(f"Two images have the same name, {twice[0]}", next_step="Rename one of them.")
        parts: dict[str, set[Part | None]] = {}
        for case in self.cases:
            parts.setdefault(case.patient, set()).add(case.part)
        torn = sorted(patient for patient, found in parts.items() if len(found) > 1)
        if torn:
            raise TrainingError(
                f"Images of patient {torn[0]} lie in more than one of train, validation and test",
                next_step="Move all images of a patient into one part; else the test measures memory.",
            )


def table_of(names: Iterable[str]) -> LabelTable:
    """Return the table that gives these names the labels 1, 2 and so on."""
    return LabelTable(tuple(Structure(n, name, _COLOURS[(n - 1) % len(_COLOURS)]) for n, name in enumerate(names, start=1)))


def check_folder(src: Path) -> None:
    """Raise TrainingError when the source is no folder."""
    if not src.is_dir():
        what = "The source is a file, and a folder is needed" if src.exists() else "There is no such folder"
        raise TrainingError(what, where=str(src), next_step="Give the folder into which the data set was unpacked.")


def read_table(path: Path, *, key: tuple[str, ...], value: tuple[str, ...]) -> dict[str, str]:
    """Read two columns of a CSV file with a header; keys are file names without folder and ending.

    Raises
    ------
    TrainingError
        When it is not readable, has no such columns, or gives one key two values.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"The table cannot be read: {error}", where=str(path), next_step="Save it as CSV in UTF-8.") from error
    header = list(rows[0]) if rows else []
    chosen = [next((name for name in names if name in header), None) for names in (key, value)]
    if chosen[0] is None or chosen[1] is None:
        raise TrainingError(
            f"The table has no columns {key[0]} and {value[0]}", where=str(path), next_step=f"Give it the header {key[0]},{value[0]}."
        )
    result: dict[str, str] = {}
    for row in rows:
        name, word = Path(str(row[chosen[0]] or "").strip()).stem, str(row[chosen[1]] or "").strip()
        if not name or not word or result.get(name, word) != word:
            raise TrainingError(f"A row of the table is empty or contradicts another: {row}", where=str(path), next_step="Correct the row.")
        result[name] = word
    return result


def plane_grid(native_hw: tuple[int, int], size: int) -> PlaneGrid:
    """Return the working grid of a plane: square pixels, the longer side of ``size`` pixels, padded to multiples of 32."""
    step = max(native_hw) / size if size else 1.0
    inner = [max(1, int(np.ceil(n / step - 1e-6))) for n in native_hw]
    padded = [max(MIN_SIDE_PX, -(-n // MULTIPLE_PX) * MULTIPLE_PX) for n in inner]
    return PlaneGrid(native_hw, (1.0, 1.0), (inner[0], inner[1]), (padded[0], padded[1]), (step, step))


def working_labels(grid: PlaneGrid, labels: npt.NDArray[np.uint8], table: LabelTable) -> npt.NDArray[np.uint8]:
    """Return uint8 [padded rows, padded columns]: the structure with the largest share of each working pixel."""
    ids = table.class_to_id()
    present = ids[np.isin(ids, labels)]
    if not len(present):
        return np.zeros(grid.padded_hw, np.uint8)
    shares = grid.to_working((labels[None] == present[:, None, None]).astype(np.float32))
    result: npt.NDArray[np.uint8] = grid.pad(present[shares.argmax(axis=0)].astype(np.float32), 0.0).astype(np.uint8)
    return result


def stack_slices(
    planes: Iterable[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]], *, table: LabelTable, size: int, deep: bool, where: str
) -> Slices:
    """Bring planes to the working size.

    Parameters
    ----------
    planes
        float32 [channels, rows, columns] on 0..1 and uint8 [rows, columns], all of one size.
    deep
        Store float16 instead of uint8.

    Raises
    ------
    TrainingError
        When an image holds NaN or leaves 0..1, a label is not in the table, or sizes differ.
    """
    images, labels = [], []
    grid: PlaneGrid | None = None
    for image, label in planes:
        hw = (image.shape[1], image.shape[2])
        if label.shape != hw or (grid is not None and grid.native_hw != hw):
            raise TrainingError(
                f"The image has {hw[0]} × {hw[1]} pixels and its mask {' × '.join(map(str, label.shape))}"
                if label.shape != hw
                else "The slices of this scan have different sizes",
                where=where,
                next_step="Get the file again, or leave the case out.",
            )
        _check_values(image, label, table=table, where=where)
        grid = grid or plane_grid(hw, size)
        images.append(grid.pad(np.clip(grid.to_working(image), 0, 1), 0.0))
        labels.append(working_labels(grid, label, table))
    if not images:
        raise TrainingError("This scan has no slices", where=where, next_step="Get the file again, or leave the case out.")
    stacked = np.stack(images)
    return Slices(stacked.astype(np.float16) if deep else np.round(stacked * 255).astype(np.uint8), np.stack(labels))


def _check_values(image: npt.NDArray[np.float32], label: npt.NDArray[np.uint8], *, table: LabelTable, where: str) -> None:
    if not np.isfinite(image).all():
        raise TrainingError(
            "The image holds values that are no numbers (NaN)", where=where, next_step="Get the file again, or leave the case out."
        )
    if float(image.min(initial=0)) < -RANGE_TOL or float(image.max(initial=0)) > 1 + RANGE_TOL:
        raise TrainingError(
            f"The image's values run from {float(image.min()):.4g} to {float(image.max()):.4g}, and 0 to 1 is expected",
            where=where,
            next_step="Prepare the source as its distributor describes, with the window applied.",
        )
    unknown = sorted(set(np.unique(label).tolist()) - {0, *table.ids})
    if unknown:
        raise TrainingError(
            f"The mask holds labels {unknown}, and only 0 to {max(table.ids)} are known",
            where=where,
            next_step="Use the data set's own masks; for a folder of your own name every label with --structures.",
        )
