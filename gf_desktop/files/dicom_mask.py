"""What is found in DICOM objects that hold masks: segmentations and structure sets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.dicom import could_be_dicom, decoding_faults, number, read_dataset_header, text_of
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.quiet import quiet

__all__ = ["DicomMask", "FoundStructure", "Painter", "coded", "dicom_kind", "reading", "whole"]

_KINDS: dict[str, Literal["seg", "rtstruct"]] = {
    "1.2.840.10008.5.1.4.1.1.66.4": "seg",
    "1.2.840.10008.5.1.4.1.1.66.7": "seg",
    "1.2.840.10008.5.1.4.1.1.481.3": "rtstruct",
}
"""Segmentation Storage, Label Map Segmentation Storage, RT Structure Set Storage (DICOM PS3.6 A.1)."""

_BY_MODALITY: dict[str, Literal["seg", "rtstruct"]] = {"SEG": "seg", "RTSTRUCT": "rtstruct"}
"""Of files that leave their class out."""


@dataclass(frozen=True, slots=True)
class FoundStructure:
    """A segment or region: its number in the file, name, code such as "SCT 10200004" or "", whether it is empty, and #rrggbb or ""."""

    number: int
    name: str
    code: str = ""
    is_empty: bool = False
    colour: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DicomMask:
    """A mask on a scan's grid.

    Attributes
    ----------
    labels
        uint8 or int32 [k, j, i], the structures' numbers and 0.
    structures
        All that the file names, in the order of their numbers.
    findings
        What was noticed.
    """

    labels: npt.NDArray[np.uint8] | npt.NDArray[np.int32]
    structures: tuple[FoundStructure, ...]
    findings: tuple[Finding, ...] = ()


def dicom_kind(path: Path) -> Literal["seg", "rtstruct"] | None:
    """Return which kind of mask a DICOM file holds; None where it holds none or is not DICOM.

    Raises
    ------
    UserError
        When it is damaged or may not be read.
    """
    try:
        if not could_be_dicom(path):
            return None
    except OSError as error:
        raise reading_fault(error, path) from error
    header = read_dataset_header(path, ("SOPClassUID", "Modality"))
    try:
        known, modality = _KINDS.get(text_of(header, "SOPClassUID")), text_of(header, "Modality")
    except decoding_faults() as error:
        next_step = "Export the file again from where it came from."
        raise FileFormatError("The DICOM header is damaged", where=str(path), next_step=next_step) from error
    return known or _BY_MODALITY.get(modality)


@dataclass(slots=True)
class Painter:
    """Puts structures that may overlap into one mask: the later wins, and the voxels that several claim are counted."""

    shape_kji: tuple[int, int, int]
    largest: int
    wanted: Collection[int] | None = None
    labels: npt.NDArray[Any] = field(init=False)
    _shared: npt.NDArray[np.bool_] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.labels = np.zeros(self.shape_kji, np.uint8 if self.largest <= 255 else np.int32)

    def wants(self, number: int) -> bool:
        """Whether a structure is to be read at all."""
        return self.wanted is None or number in self.wanted

    def paint(self, voxels: tuple[npt.NDArray[np.int64], ...], number: int) -> None:
        """Give voxels, their indices k, j and i, to a structure."""
        before = self.labels[voxels]
        taken = (before != 0) & (before != number)
        if taken.any():
            if self._shared is None:
                self._shared = np.zeros(self.shape_kji, np.bool_)
            self._shared[voxels] |= taken
        self.labels[voxels] = number

    def findings(self) -> list[Finding]:
        """Return how many voxels belong to more than one structure, where any do."""
        count = 0 if self._shared is None else int(np.count_nonzero(self._shared))
        if count == 0:
            return []
        many = f"{count} voxels belong to more than one structure; the last one has them"
        message = "1 voxel belongs to more than one structure; the last one has it" if count == 1 else many
        return [Finding("overlapping_structures", message, "amber")]


def coded(item: Any) -> str:
    """Return the code in the first item of a code sequence, such as "SCT 10200004"; "" without one."""
    first = item[0] if item else None
    value = "" if first is None else text_of(first, "CodeValue")
    return f"{text_of(first, 'CodingSchemeDesignator')} {value}".strip() if value else ""


def whole(item: Any, name: str) -> int | None:
    """Return an element that is one whole number, else None."""
    value = number(item, name)
    return int(value) if value is not None and value == int(value) else None


@contextmanager
def reading(path: Path, damaged: str) -> Iterator[None]:
    """Turn what pydicom and its decoders raise on damaged files into a FileFormatError that says ``damaged``.

    OSError is one of them: the file's bytes were read before.

    Raises
    ------
    FileFormatError
        For each of them.
    """
    faults: tuple[type[Exception], ...] = (OSError, *decoding_faults())
    try:
        with quiet():
            yield
    except faults as error:
        raise FileFormatError(damaged, where=str(path), next_step="Export it again from where it came from.") from error
