"""DICOM structure sets onto a scan's grid: the pixels within the contours of each plane (DICOM PS3.3 A.19)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, GeometryError
from gf_desktop.files.dicom import read_dataset, text_of
from gf_desktop.files.dicom_colours import rgb_colour
from gf_desktop.files.dicom_mask import DicomMask, FoundStructure, Painter, coded, reading, whole
from gf_desktop.files.findings import Finding
from gf_desktop.imaging.contours import fill_contours
from gf_desktop.imaging.geometry import Geometry

__all__ = ["OFF_SLICE_TOL", "RtFile", "open_rtstruct", "read_rtstruct"]

FloatArray = npt.NDArray[np.float64]

OFF_SLICE_TOL = 0.25
"""A contour belongs to a slice when it lies no further from it than this share of the distance between slices: which slice is meant is
beyond doubt, and positions that were written with one decimal stay below."""

NOTED_OFF_MM = 0.01
"""Contours that lie further than this from their slice are told."""

_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
HIGHEST_NUMBER = 1 << 30
"""Of a region, so that numbers fit 32 bits and there is room for more."""

FARTHEST_MM = 1e6
"""No point of a patient is further from the origin; also keeps numbers that are none from being computed with."""

_UNDEFINED = 0xFFFFFFFF
"""Length of a sequence that ends with a delimiter (DICOM PS3.5 section 7.5.1)."""
_AGAIN = "Export it again from where it came from."
_OTHER_SCAN = "Choose the scan that the contours were drawn on."
_OTHERS = ((1, 2), (0, 2), (0, 1))
"""For each grid axis the two others, the faster one first."""


@dataclass(frozen=True, slots=True, eq=False)
class RtFile:
    """A structure set whose regions are known; contours are read region by region. ``frame_uids`` are its frames of reference."""

    path: Path
    structures: tuple[FoundStructure, ...]
    frame_uids: frozenset[str]
    _contours: dict[int, tuple[Any, ...]]

    def contours_of(self, number: int) -> Iterator[FloatArray]:
        """Yield the corners, float64 [n, 3] in LPS mm, of each closed contour of a region.

        Raises
        ------
        FileFormatError
            When a contour is no list of points.
        """
        for item in self._contours.get(number, ()):
            if _is_closed(item):
                with reading(self.path, "The structure set is damaged or cut off"):
                    points = _points(item)
                stated = whole(item, "NumberOfContourPoints")
                if len(points) % 3 or not (np.abs(points) <= FARTHEST_MM).all() or stated not in (None, len(points) // 3):
                    raise FileFormatError("A contour is not a list of points", where=str(self.path), next_step=_AGAIN)
                if len(points):
                    yield points.reshape(-1, 3)

    def open_contours(self) -> int:
        """Return how many contours are points or open lines, which have no inside."""
        return sum(not _is_closed(item) for items in self._contours.values() for item in items)


def _is_closed(item: Any) -> bool:
    return text_of(item, "ContourGeometricType").upper() in _CLOSED


def _points(item: Any) -> FloatArray:
    """Return the numbers of a contour; from its bytes, because pydicom's numbers with decimals take a hundred times as long."""
    element = item.get_item("ContourData")
    value = None if element is None else element.value
    if isinstance(value, bytes):
        value = value.rstrip(b" \0").split(b"\\") if value.strip(b" \0") else []
    return np.array([] if value is None else list(value), dtype=np.float64)


def open_rtstruct(path: Path) -> RtFile:
    """Read which regions a structure set holds. Regions whose number is below 1 or above ``HIGHEST_NUMBER`` get the next free one.

    Raises
    ------
    FileFormatError
        When it is damaged or no structure set.
    UserError
        When it does not exist or may not be read.
    """
    dataset = read_dataset(path)
    with reading(path, "The structure set is damaged or cut off"):
        _check_whole(dataset, path)
        described = list(dataset.get("StructureSetROISequence") or ())
        if not described:
            raise FileFormatError("The structure set names no structures", where=str(path), next_step=_AGAIN)
        stated = [whole(item, "ROINumber") for item in described]
        if None in stated or len(set(stated)) != len(stated):
            raise FileFormatError("Structures of the set share a number or have none", where=str(path), next_step=_AGAIN)
        contours = {whole(i, "ReferencedROINumber"): tuple(i.get("ContourSequence") or ()) for i in dataset.get("ROIContourSequence") or ()}
        colours = {whole(i, "ReferencedROINumber"): rgb_colour(i) for i in dataset.get("ROIContourSequence") or ()}
        codes = {
            whole(i, "ReferencedROINumber"): coded(i.get("RTROIIdentificationCodeSequence"))
            for i in dataset.get("RTROIObservationsSequence") or ()
        }
        usable = {n for n in stated if n is not None and 1 <= n <= HIGHEST_NUMBER}
        free = max(usable, default=0)
        structures, by_number = [], {}
        for item, number in zip(described, stated, strict=True):
            own = number if number in usable and number is not None else (free := free + 1)
            by_number[own] = contours.get(number, ())
            name = text_of(item, "ROIName") or f"structure {own}"
            structures.append(FoundStructure(own, name, codes.get(number, ""), not by_number[own], colours.get(number, "")))
        frames = {text_of(item, "FrameOfReferenceUID") for item in dataset.get("ReferencedFrameOfReferenceSequence") or ()}
        frames |= {text_of(item, "ReferencedFrameOfReferenceUID") for item in described}
        return RtFile(path, tuple(sorted(structures, key=lambda s: s.number)), frozenset(frames - {""}), by_number)


def _check_whole(dataset: Any, path: Path) -> None:
    """Refuse a file that was cut off: pydicom takes the items that are left of a sequence, and contours would be missing."""
    for name in ("StructureSetROISequence", "ROIContourSequence"):
        element = dataset.get_item(name) if name in dataset else None
        stated = getattr(element, "length", 0)  # of what is still as it was read
        if element is None or (isinstance(element.value, bytes) and stated != _UNDEFINED and len(element.value) < stated):
            raise FileFormatError("The structure set is damaged or cut off", where=str(path), next_step=_AGAIN)


def read_rtstruct(source: Path | RtFile, geometry: Geometry, *, wanted: Collection[int] | None = None) -> DicomMask:
    """Read a structure set onto a scan's grid: a voxel belongs to a structure where its centre lies within its contours.

    The contours of a structure in one plane are joined by XOR, so that islands, holes and keyholes come out right. They may lie in
    any of the grid's three planes, oblique ones too. Where structures overlap, the one with the highest number has the voxel. What
    lies outside the scan, open lines and points, and structures without contours are told as findings.

    Parameters
    ----------
    wanted
        Numbers of the structures to read; None reads all.

    Raises
    ------
    GeometryError
        When a contour lies further than ``OFF_SLICE_TOL`` between slices or across them, with the distance; or none lies on the
        scan.
    FileFormatError
        When the file is damaged or no structure set.
    UserError
        When it does not exist or may not be read.
    """
    file = source if isinstance(source, RtFile) else open_rtstruct(source)
    path = file.path
    chosen = [s for s in file.structures if wanted is None or s.number in wanted]
    drawn = {s.number: [geometry.world_to_index(points) for points in file.contours_of(s.number)] for s in chosen}
    every = [points for contours in drawn.values() for points in contours]
    axis = _axis_across(every)
    inside = {number: [p for p in contours if _on_grid(p, axis, geometry)] for number, contours in drawn.items()}
    kept = sum(map(len, inside.values()))
    if every and not kept:
        raise GeometryError(f"None of the {len(every)} contours lies on this scan", where=str(path), next_step=_OTHER_SCAN)
    off_mm = 0.0
    painter = Painter(geometry.shape_kji, max([255, *(s.number for s in file.structures)]), wanted)
    for structure in chosen:
        off_mm = max(off_mm, _check_planes(inside[structure.number], axis, geometry, structure.name, path))
        _paint(painter, inside[structure.number], axis, structure.number)
    findings = _findings(file, outside=_outside(every, axis, geometry), total=len(every), off_mm=off_mm)
    return DicomMask(painter.labels, file.structures, (*findings, *painter.findings()))


def _axis_across(contours: list[FloatArray]) -> int:
    """Return the grid axis along which contours, in voxels, extend least."""
    if not contours:
        return 2
    extents = np.array([np.ptp(points, axis=0) for points in contours])
    return int(extents.max(axis=0).argmin())


def _on_grid(points: FloatArray, axis: int, geometry: Geometry) -> bool:
    """Whether a contour lies, at least in part, within the outer faces of a grid."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.asarray(geometry.size_ijk)
    middle = float(points[:, axis].mean())
    near = -0.5 <= middle < size[axis] - 0.5
    return near and all(high[a] > -0.5 and low[a] < size[a] - 0.5 for a in _OTHERS[axis])


def _outside(contours: list[FloatArray], axis: int, geometry: Geometry) -> int:
    """Return how many contours lie outside a grid, or reach beyond its outer faces."""
    edge, size = 1e-3, np.asarray(geometry.size_ijk)
    count = 0
    for points in contours:
        beyond = (points < -0.5 - edge) | (points > size - 0.5 + edge)
        count += bool(beyond[:, _OTHERS[axis]].any()) or not _on_grid(points, axis, geometry)
    return count


def _check_planes(contours: list[FloatArray], axis: int, geometry: Geometry, name: str, path: Path) -> float:
    """Return how far contours lie from their slices at most, in mm; GeometryError where that is too far."""
    step = geometry.spacing_mm[axis]
    worst = max((float(np.abs(p[:, axis] - np.rint(p[:, axis].mean())).max()) for p in contours), default=0.0)
    if worst > OFF_SLICE_TOL:
        raise GeometryError(
            f"A contour of “{name}” lies {worst * step:.3g} mm beside its slice; the slices are {step:.4g} mm apart",
            where=str(path),
            next_step=_OTHER_SCAN,
        )
    return worst * step


def _paint(painter: Painter, contours: list[FloatArray], axis: int, number: int) -> None:
    fast, slow = _OTHERS[axis]
    planes: dict[int, list[FloatArray]] = {}
    for points in contours:
        planes.setdefault(int(np.rint(points[:, axis].mean())), []).append(points[:, (fast, slow)])
    shape = painter.shape_kji
    for at, lines in planes.items():
        second, first = np.nonzero(fill_contours(lines, (shape[2 - slow], shape[2 - fast])))
        index = [np.full(len(first), at)] * 3
        index[fast], index[slow] = first, second
        painter.paint((index[2], index[1], index[0]), number)


def _findings(file: RtFile, *, outside: int, total: int, off_mm: float) -> list[Finding]:
    findings = []
    empty = [s.name for s in file.structures if s.is_empty]
    if empty:
        listed = ", ".join(empty[:10]) + (f" and {len(empty) - 10} more" if len(empty) > 10 else "")
        message = f"1 structure has no contours: {listed}" if len(empty) == 1 else f"{len(empty)} structures have no contours: {listed}"
        findings.append(Finding("empty_structures", message, "green"))
    lines = file.open_contours()
    if lines:
        many = f"{lines} points and open lines have no inside and were left out"
        message = "1 point or open line has no inside and was left out" if lines == 1 else many
        findings.append(Finding("open_contours", message, "amber"))
    if outside:
        many = f"{outside} of {total} contours lie outside the scan, or in part"
        message = f"1 of {total} contours lies outside the scan, or in part" if outside == 1 else many
        findings.append(Finding("contours_outside", message, "amber"))
    if off_mm > NOTED_OFF_MM:
        findings.append(
            Finding("contours_off_slice", f"Contours lie up to {off_mm:.2g} mm beside their slices, and were moved there", "amber")
        )
    return findings
