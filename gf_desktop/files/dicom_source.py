"""The DICOM series under a mask: its grid, what refers to it, and the patient's tags when the user wants them in a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.dicom import pixel_digest, read_dataset_header, read_header, text_of
from gf_desktop.files.faults import missing
from gf_desktop.files.findings import refuse_red
from gf_desktop.files.formats import PatientTags
from gf_desktop.files.quiet import load_pydicom, quiet
from gf_desktop.files.scan import find_scans
from gf_desktop.files.stack import stack_planes
from gf_desktop.imaging.geometry import Geometry

__all__ = ["CARRIED", "SOURCE_TOL_MM", "SourceSeries", "read_source", "series_under"]

UInt8 = npt.NDArray[np.uint8]
SOURCE_TOL_MM = 1e-3
"""A mask belongs to a series when no voxel lies further than this from the series' own: both came out of the same headers."""

_REFERENCES = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
_PLACE = ("Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
_PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_STUDY = ("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName")
_OPTIONAL = ("StudyDescription",)
CARRIED = ("StudyInstanceUID", *_PATIENT, *_STUDY, *_OPTIONAL)
"""What an object has of the patient and the study of its series; all but the UID empty unless asked for."""
_NEXT = "Choose the DICOM series that the mask was drawn on."
_WELL_FORMED = {
    "PatientBirthDate": re.compile(r"\d{8}"),
    "StudyDate": re.compile(r"\d{8}"),
    "StudyTime": re.compile(r"\d{6}(\.\d{1,6})?"),
    "PatientSex": re.compile("[MFO]"),
}
"""Tags of a fixed form: what does not have it is left empty, because others would refuse the whole object."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceSeries:
    """A series of single-frame pictures.

    Attributes
    ----------
    geometry
        Its grid: i along a row, j down a column, k along the normal.
    headers
        A pydicom data set for each k that holds an allow-list of elements only: references, place, and the tags of patient and
        study, which are empty unless they were asked for.
    """

    geometry: Geometry
    headers: tuple[Any, ...]

    @property
    def first(self) -> Any:
        """The header of the first slice."""
        return self.headers[0]

    def slice_affine(self, k: int) -> npt.NDArray[np.float64]:
        """Return the 3x3 matrix (i, j, 1) -> LPS mm of a slice, from its own position."""
        header = self.headers[k]
        axes = np.array([float(v) for v in header.ImageOrientationPatient]).reshape(2, 3)
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        down, across = (float(v) for v in header.PixelSpacing)
        return np.stack([axes[0] * across, axes[1] * down, self.positions_mm[k]], axis=1)

    @property
    def positions_mm(self) -> npt.NDArray[np.float64]:
        """Centre of the first pixel of each slice, [k, 3] in LPS mm."""
        return np.array([[float(v) for v in h.ImagePositionPatient] for h in self.headers])

    def fit(self, labels: UInt8, geometry: Geometry, *, where: str) -> UInt8:
        """Return labels in the order of this series' axes.

        Parameters
        ----------
        labels
            uint8 [k, j, i] on ``geometry``, whose axes may be flipped or permuted against the series'.

        Raises
        ------
        GeometryError
            When a voxel lies further than ``SOURCE_TOL_MM`` from the series' own.
        """
        axes = geometry.reordering_to(self.geometry, tol_mm=SOURCE_TOL_MM)
        if axes is None:
            turned = geometry.reordered(geometry.axes_like(self.geometry.direction))
            if turned.size_ijk != self.geometry.size_ijk:
                sizes = [" × ".join(map(str, g.size_ijk)) for g in (turned, self.geometry)]
                message = f"The mask does not lie on this series: it has {sizes[0]} voxels and the series {sizes[1]}"
            else:
                apart = turned.largest_distance_mm(self.geometry)
                message = f"The mask does not lie on this series: its voxels are up to {apart:.3g} mm away from the series'"
            raise GeometryError(message, where=where, next_step=_NEXT)
        return np.ascontiguousarray(axes.view(labels), dtype=np.uint8)


def read_source(paths: Sequence[Path], *, patient_tags: PatientTags) -> SourceSeries:
    """Read the headers of the files of one series, in any order.

    Raises
    ------
    UnusableScanError
        When slices are missing or of several phases.
    GeometryError
        When the pictures do not say where they lie, or are uneven or tilted, so that the scan was resampled.
    FileFormatError
        When a file is damaged, no picture, has several frames, or lacks a UID by which it could be referred to.
    UserError
        When there is no file or one may not be read.
    ValueError
        When ``patient_tags`` is neither "copy" nor "blank".
    """
    if patient_tags not in ("copy", "blank"):
        raise ValueError(f"patient_tags is {patient_tags!r}")
    if not paths:
        raise UserError("No DICOM file was given", next_step=_NEXT)
    where = str(paths[0].parent)
    headers = []
    for path in paths:
        header = read_header(path)
        if header is None:
            raise FileFormatError("This DICOM file is not a scan", where=str(path), next_step=_NEXT)
        if header.frames > 1:
            raise FileFormatError(
                f"A series of one file with {header.frames} frames cannot be referred to yet",
                where=str(path),
                next_step="Use a series of single slices, or export as NIfTI.",
            )
        headers.append(header)
    stack = stack_planes([h.plane for h in headers], identical=lambda a, b: pixel_digest(paths[a]) == pixel_digest(paths[b]))
    refuse_red(stack.findings, where=where)
    first = headers[stack.order[0]]
    if stack.geometry is None or not first.has_place or first.detector_spacing or first.region_spacing:
        raise GeometryError(
            "The pictures do not say where in the patient they lie", where=where, next_step="Export as NIfTI or PNG instead."
        )
    if stack.correction is not None:
        # its grid is not that of the slices, and an object refers to slices
        raise GeometryError(
            "The scan was resampled because its slices are uneven or tilted, so a mask of it does not lie on the series' own slices",
            where=where,
            next_step="Export as NIfTI, NRRD or MetaImage instead.",
        )
    chosen = tuple(_reduced(paths[n], patient_tags=patient_tags) for n in stack.order)
    _agree(chosen, first.plane.thickness_mm, float(stack.geometry.spacing_mm[2]))
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        if len({str(h[name].value) for h in chosen}) > 1:
            raise FileFormatError("The files are of several series", where=where, next_step=_NEXT)
    return SourceSeries(stack.geometry, chosen)


def _agree(headers: Sequence[Any], thickness_mm: float | None, step_mm: float) -> None:
    """Give all slices the axes of the first, from which they were found to differ by rounding only, and the measured distance."""
    with quiet():
        for header in headers:
            header.ImageOrientationPatient = headers[0].ImageOrientationPatient
            header.PixelSpacing = headers[0].PixelSpacing
            header.SliceThickness = f"{thickness_mm or step_mm:.10g}"
            header.SpacingBetweenSlices = f"{step_mm:.10g}"


def _reduced(path: Path, *, patient_tags: PatientTags) -> Any:
    """Return a data set of what objects need from a slice, and of nothing else that stands in its header."""
    tags = (*_PATIENT, *_STUDY, *_OPTIONAL)
    found = read_dataset_header(path, ("Modality", "SpecificCharacterSet", *_REFERENCES, *_PLACE, *tags))
    absent = [name for name in (*_REFERENCES, *_PLACE) if not text_of(found, name)]
    if absent:
        raise FileFormatError(
            f"The series cannot be referred to: {', '.join(absent)} is missing",
            where=str(path),
            next_step="Export the series again from where it came from.",
        )
    pydicom = load_pydicom()
    out = pydicom.Dataset()
    with quiet():
        for name in (*_REFERENCES, *_PLACE):
            out[name] = found[name]
        out.Modality = text_of(found, "Modality") or "OT"
        for name in tags:
            value = text_of(found, name) if patient_tags == "copy" else ""
            form = _WELL_FORMED.get(name)
            value = "" if form is not None and form.fullmatch(value) is None else value
            if value or name not in _OPTIONAL:
                setattr(out, name, value)
    return out


def series_under(path: Path, geometry: Geometry, *, series: str = "") -> tuple[Path, ...]:
    """Return the files of the one series in a folder (or of one file) on whose grid a mask lies.

    Parameters
    ----------
    series
        Hash of the UID of the series that the scan came from (``Volume.facts``); tells series of one grid apart. "" where unknown.

    Raises
    ------
    GeometryError
        When no series there has this grid, or several have it.
    UserError
        When the folder does not exist, may not be read or holds no scan; where one series lies there alone, also what is wrong with it.
    """
    if not path.exists():
        raise missing(path)
    sources = [source for source in find_scans(path) if source.kind == "dicom"]
    if not sources:
        instead = "Export as NIfTI, NRRD or MetaImage, or choose the DICOM series that the mask was drawn on."
        raise GeometryError("There is no DICOM series that an object could refer to", where=str(path), next_step=instead)
    found, reason = [], ""
    for source in sources:
        try:
            own = read_source(source.paths, patient_tags="blank").geometry
        except UserError as error:
            if len(sources) == 1:
                raise
            reason = reason or error.what
            continue
        if geometry.reordering_to(own, tol_mm=SOURCE_TOL_MM) is not None:
            found.append(source.paths)
    if len(found) > 1 and series:
        found = [paths for paths in found if _series_hash(paths[0]) == series] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise GeometryError(f"{len(found)} series here have the mask's grid", where=str(path), next_step="Choose the folder of one series.")
    told = f": {reason}" if reason else ""
    raise GeometryError(f"None of {len(sources)} DICOM series here has the mask's grid{told}", where=str(path), next_step=_NEXT)


def _series_hash(path: Path) -> str:
    header = read_header(path)
    return "" if header is None else header.facts.get("series", "")
