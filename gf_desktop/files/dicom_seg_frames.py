"""The frames of a DICOM segmentation as they are stored: where each lies and what is drawn in it. Read with pydicom alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, GeometryError
from gf_desktop.files.dicom import MAX_SLICE_BYTES, number, numbers, read_dataset, text_of
from gf_desktop.files.dicom_colours import lab_colour
from gf_desktop.files.dicom_mask import FoundStructure, coded, reading, whole

__all__ = ["FRACTION", "SegFile", "SegFrame", "open_seg"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FRACTION = 0.5
"""A voxel of a fractional segment belongs to the structure from this share, or probability, on."""

_AGAIN = "Export it again from where it came from."


@dataclass(frozen=True, slots=True, eq=False)
class SegFrame:
    """One frame.

    Attributes
    ----------
    index
        Its number in the file, from 0.
    segment
        Number of the segment that it belongs to; 0 in a LABELMAP, whose pixels are the numbers.
    affine
        3x3: (i, j, 1) to LPS mm, i along a row.
    size
        Rows, columns.
    """

    index: int
    segment: int
    affine: FloatArray
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class SegFile:
    """A segmentation whose header was read; pixels are decoded frame by frame.

    Attributes
    ----------
    frames
        In the order of segments, then of frames in the file.
    step_mm
        Stated distance between slices, or None.
    references
        SOP instance UIDs of the pictures that it was drawn on.
    frame_uids
        Frames of reference in which it lies.
    """

    path: Path
    kind: Literal["BINARY", "FRACTIONAL", "LABELMAP"]
    structures: tuple[FoundStructure, ...]
    frames: tuple[SegFrame, ...]
    step_mm: float | None
    references: frozenset[str]
    frame_uids: frozenset[str]
    _dataset: Any

    @property
    def highest_number(self) -> int:
        """The highest number that a voxel may have, described or not."""
        bits = int(number(self._dataset, "BitsAllocated") or 8) if self.kind == "LABELMAP" else 8
        described: int = max([0, *(s.number for s in self.structures), *(f.segment for f in self.frames)])
        return max((1 << bits) - 1, described)

    def masks_of(self, frame: SegFrame) -> Iterator[tuple[int, BoolArray]]:
        """Yield the number of a segment and its voxels, bool [j, i], for each segment in a frame.

        Raises
        ------
        FileFormatError
            When the pixels cannot be decoded.
        """
        plane = self._plane(frame.index)
        if plane.shape != frame.size:
            raise FileFormatError("A frame has another size than the header states", where=str(self.path), next_step=_AGAIN)
        if self.kind == "LABELMAP":
            for value in np.unique(plane):
                if value != 0:
                    yield int(value), plane == value
            return
        if self.kind == "FRACTIONAL":
            yield frame.segment, plane >= FRACTION * (number(self._dataset, "MaximumFractionalValue") or 255.0)
            return
        yield frame.segment, plane != 0

    def _plane(self, index: int) -> npt.NDArray[Any]:
        from pydicom.pixels.utils import pixel_array

        with reading(self.path, "The segmentation is damaged"):
            if number(self._dataset, "BitsAllocated") == 1 and not self._dataset.file_meta.TransferSyntaxUID.is_compressed:
                return self._bits(index)
            return np.asarray(pixel_array(self._dataset, index=index))

    def _bits(self, index: int) -> npt.NDArray[np.uint8]:
        """Unpack a frame of single bits, which starts in the middle of a byte where the one before ends there.

        pydicom 3.0 unpacks single frames only where they are of whole bytes.
        """
        rows, columns = self.frames[0].size
        start, stop = index * rows * columns, (index + 1) * rows * columns
        element = self._dataset["PixelData"]
        swapped = element.VR == "OW" and not self._dataset.file_meta.TransferSyntaxUID.is_little_endian
        first = start // 8 & ~1  # words of two bytes are swapped in big endian
        part = np.frombuffer(element.value, np.uint8)[first : -(-stop // 16) * 2]
        if swapped:
            part = part[: len(part) // 2 * 2].reshape(-1, 2)[:, ::-1].reshape(-1)
        bits = np.unpackbits(part, bitorder="little")[start - first * 8 : stop - first * 8]
        return bits.reshape(rows, columns)


def open_seg(path: Path) -> SegFile:
    """Read the header of a segmentation and where its frames lie.

    Raises
    ------
    FileFormatError
        When it is damaged, or its header claims more pixels than it holds.
    GeometryError
        When a frame does not say where it lies.
    UserError
        When it does not exist or may not be read.
    """
    dataset = read_dataset(path)
    with reading(path, "The segmentation is damaged"):
        kind = text_of(dataset, "SegmentationType")
        if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
            raise FileFormatError(f"A segmentation of type “{kind}” is not read", where=str(path), next_step=_AGAIN)
        size, count = _claims(dataset, path)
        shared = _first(dataset.get("SharedFunctionalGroupsSequence"))
        own = dataset.get("PerFrameFunctionalGroupsSequence") or ()
        if len(own) != count:
            raise FileFormatError(f"The header describes {len(own)} of {count} frames", where=str(path), next_step=_AGAIN)
        frames = [_frame(n, item, shared, size=size, numbered=kind != "LABELMAP", path=path) for n, item in enumerate(own)]
        return SegFile(
            path=path,
            kind=cast("Literal['BINARY', 'FRACTIONAL', 'LABELMAP']", kind),
            structures=_structures(dataset, {f.segment for f in frames}, kind),
            frames=tuple(sorted(frames, key=lambda f: (f.segment, f.index))),
            step_mm=number(_group("PixelMeasuresSequence", own[0] if own else None, shared), "SpacingBetweenSlices"),
            references=frozenset(_references(dataset)),
            frame_uids=frozenset({text_of(dataset, "FrameOfReferenceUID")} - {""}),
            _dataset=dataset,
        )


def _claims(dataset: Any, path: Path) -> tuple[tuple[int, int], int]:
    """Return the size and number of frames that the header states, once the file can hold them."""
    rows, columns, count, bits = (whole(dataset, n) or 0 for n in ("Rows", "Columns", "NumberOfFrames", "BitsAllocated"))
    if min(rows, columns, count, bits) < 1 or rows * columns * max(bits, 8) // 8 > MAX_SLICE_BYTES:
        message = f"The header claims {count} frames of {columns} × {rows}"
        raise FileFormatError(message, where=str(path), next_step=_AGAIN)
    pixels = dataset.get("PixelData") or b""
    if not dataset.file_meta.TransferSyntaxUID.is_compressed and len(pixels) * 8 < rows * columns * count * bits:
        message = f"The header claims {count} frames of {columns} × {rows}, and the file holds {len(pixels)} bytes of them"
        raise FileFormatError(message, where=str(path), next_step=_AGAIN)
    return (rows, columns), count


def _first(sequence: Any) -> Any:
    return sequence[0] if sequence else None


def _group(name: str, own: Any, shared: Any) -> Any:
    """Return a functional group: the frame's own, else the one of all frames; an empty data set where neither has it."""
    for holder in (own, shared):
        found = _first(holder.get(name)) if holder is not None else None
        if found is not None:
            return found
    return {}


def _frame(index: int, own: Any, shared: Any, *, size: tuple[int, int], numbered: bool, path: Path) -> SegFrame:
    position = numbers(_group("PlanePositionSequence", own, shared), "ImagePositionPatient", 3)
    orientation = numbers(_group("PlaneOrientationSequence", own, shared), "ImageOrientationPatient", 6)
    spacing = numbers(_group("PixelMeasuresSequence", own, shared), "PixelSpacing", 2)
    if position is None or orientation is None or spacing is None or min(spacing) <= 0 or not any(orientation):
        raise GeometryError(f"Frame {index + 1} does not say where it lies", where=str(path), next_step=_AGAIN)
    axes = np.asarray(orientation).reshape(2, 3)
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    affine = np.stack([axes[0] * spacing[1], axes[1] * spacing[0], np.asarray(position)], axis=1)
    segment = whole(_group("SegmentIdentificationSequence", own, shared), "ReferencedSegmentNumber") if numbered else 0
    if segment is None or segment < int(numbered):
        raise FileFormatError(f"Frame {index + 1} does not say to which segment it belongs", where=str(path), next_step=_AGAIN)
    return SegFrame(index, segment, affine, size)


def _structures(dataset: Any, drawn: set[int], kind: str) -> tuple[FoundStructure, ...]:
    """Return the segments that the header describes, without a background that a LABELMAP numbers 0."""
    found = []
    for item in dataset.get("SegmentSequence") or ():
        segment = whole(item, "SegmentNumber")
        if segment:
            name = text_of(item, "SegmentLabel") or f"segment {segment}"
            code = coded(item.get("SegmentedPropertyTypeCodeSequence"))
            found.append(FoundStructure(segment, name, code, kind != "LABELMAP" and segment not in drawn, lab_colour(item)))
    return tuple(sorted(found, key=lambda s: s.number))


def _references(dataset: Any) -> Iterator[str]:
    for series in dataset.get("ReferencedSeriesSequence") or ():
        for instance in series.get("ReferencedInstanceSequence") or ():
            yield text_of(instance, "ReferencedSOPInstanceUID")
