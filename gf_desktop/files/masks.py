"""Masks from files: taken when their voxels are the scan's own voxels, in whatever order the file stores them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.apart import read_apart
from gf_desktop.files.axes import grid_of_matrix
from gf_desktop.files.dicom_mask import FoundStructure, dicom_kind
from gf_desktop.files.dicom_mask_apart import ObjectMask, names_in_object, read_object
from gf_desktop.files.faults import missing, reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.itk import ItkMask
from gf_desktop.files.nifti import NIFTI_SUFFIXES, is_nifti_name, open_nifti
from gf_desktop.files.picture import PICTURE_SUFFIXES
from gf_desktop.files.resample import ResampleMethod, ResamplePreview, resample_mask
from gf_desktop.files.seg_nrrd import segments_of
from gf_desktop.files.tiff import TIFF_SUFFIXES
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable

__all__ = [
    "MASK_SUFFIXES",
    "MASK_TOL_VOXELS",
    "MappedMask",
    "MaskFile",
    "map_labels",
    "mapped_mask",
    "names_in_mask",
    "open_mask",
    "read_mapping",
    "read_mask",
]

MASK_TOL_VOXELS = 0.05
"""A mask lies on the scan's grid when none of its voxels is further off than this share of the smallest voxel side: the rounding of
other programs' headers stays below, and which voxel is meant is beyond doubt."""

_ITK_SUFFIXES = (".nrrd", ".mha")
_PNG, _TIFFS = PICTURE_SUFFIXES[:1], TIFF_SUFFIXES[:2]
MASK_SUFFIXES = (*NIFTI_SUFFIXES, *_ITK_SUFFIXES, ".dcm", *_PNG, *_TIFFS)
"""Endings of files that may be masks; DICOM objects need none."""

_RESAMPLE = "Choose the mask that was drawn on this scan, or resample it onto the scan's grid."
_WHOLE_NUMBERS = "Choose a mask with one whole number for each structure."


@dataclass(frozen=True, slots=True, eq=False)
class MaskFile:
    """A mask from a file, on a scan's grid.

    Attributes
    ----------
    labels
        The file's own ids as [k, j, i] in the scan's order, uint8 where they fit, else int32.
    structures
        What the file calls them; empty where it holds numbers only.
    findings
        What was noticed, a resampling among it.
    preview
        What a resampling did to each label; None where nothing was resampled.
    """

    labels: npt.NDArray[np.uint8] | npt.NDArray[np.int32]
    structures: tuple[FoundStructure, ...] = ()
    findings: tuple[Finding, ...] = ()
    preview: ResamplePreview | None = None


def read_mask(path: Path, geometry: Geometry, *, cine: bool = False) -> npt.NDArray[np.uint8] | npt.NDArray[np.int32]:
    """Return the labels of :func:`open_mask`, nothing resampled: the file's own ids as [k, j, i], uint8 where they fit, else int32."""
    return open_mask(path, geometry, cine=cine).labels


def open_mask(
    path: Path,
    geometry: Geometry,
    *,
    cine: bool = False,
    wanted: Collection[int] | None = None,
    resample: ResampleMethod | None = None,
    frame: str = "",
    other_frame: bool = False,
) -> MaskFile:
    """Read a mask onto a scan's grid.

    With ``cine`` the grid's k counts frames in time: a NIfTI with a slice for each frame along its fourth axis is read, as the
    export writes it, or a TIFF with a page for each. Otherwise it reads NIfTI, NRRD, MetaImage, DICOM segmentations and structure
    sets; on a scan of one slice also an indexed or grey PNG or TIFF of the same size, which has no place of its own. Axes may be
    flipped or permuted.

    Parameters
    ----------
    wanted
        Ids to read from files whose structures may overlap, so that one that is of no use takes no voxels from another.
    resample
        How to bring a mask from another grid of the same frame of reference onto the scan's; None refuses it. A mask on the
        scan's own grid is taken as it is either way, and so are contours.
    frame
        Digest of the scan's frame of reference, as its facts have it; "" where nobody knows.
    other_frame
        Whether a mask that states another one is taken all the same, with a finding.

    Raises
    ------
    GeometryError
        When the mask lies on another grid, the text says how far apart they are; or states another frame of reference.
    FileFormatError
        When the file is damaged, of a kind that is not read, or holds values that are not whole numbers.
    UserError
        When it does not exist or may not be read.
    """
    if not path.exists():
        raise missing(path)
    if cine:
        return MaskFile(_read_cine(path, geometry))
    kind = None if _has_values(path) else dicom_kind(path)
    if kind is not None:
        return _framed(_read_object(path, geometry, wanted=wanted, resample=resample), path, frame, other_frame=other_frame)
    structures: tuple[FoundStructure, ...] = ()
    if is_nifti_name(path):
        values, own = _read_nifti(path, geometry, check=resample is None)
    elif path.name.lower().endswith(_ITK_SUFFIXES):
        values, own = _read_itk(path, geometry, check=resample is None)
        structures = segments_of(path)
    elif path.name.lower().endswith((*_PNG, *_TIFFS)):
        values, own = _read_picture(path, geometry)
    else:
        raise FileFormatError(
            "Masks of this kind are not read",
            where=str(path),
            next_step="Use NIfTI (.nii.gz), NRRD, MHA, a DICOM segmentation or structure set, or PNG or TIFF for a picture.",
        )
    whole = _whole_numbers(values, path)
    axis_map = own.reordering_to(geometry, tol_mm=_tolerance_mm(geometry))
    if axis_map is None:
        assert resample is not None, "the grid was compared before the voxels were read"
        return _resampled(MaskFile(whole, structures), own, geometry, resample)
    return MaskFile(np.ascontiguousarray(axis_map.view(whole)), structures)


def _has_values(path: Path) -> bool:
    """Whether a name is that of a file of plain numbers."""
    return is_nifti_name(path) or path.name.lower().endswith((*_ITK_SUFFIXES, *_PNG, *_TIFFS))


def _read_object(
    path: Path, geometry: Geometry, *, wanted: Collection[int] | None, resample: ResampleMethod | None
) -> tuple[MaskFile, tuple[str, ...]]:
    """Read a DICOM object on the scan's grid, or a segmentation on its own and from there onto the scan's; and its frames of reference."""
    try:
        read = read_object(path, geometry, wanted=wanted)
    except GeometryError:
        if resample is None or dicom_kind(path) == "rtstruct":
            raise
    else:
        return _as_file(read), read.frames
    read = read_object(path, None, wanted=wanted)
    return _resampled(_as_file(read), read.geometry, geometry, resample), read.frames


def _as_file(mask: ObjectMask) -> MaskFile:
    return MaskFile(mask.labels, mask.structures, mask.findings)


def _framed(read: tuple[MaskFile, tuple[str, ...]], path: Path, frame: str, *, other_frame: bool) -> MaskFile:
    """Return a mask whose frame of reference is the scan's, or with a finding where it is wanted all the same."""
    mask, frames = read
    if not frame or not frames or frame in frames:
        return mask
    message = "The mask states another frame of reference than the scan, so its place may be that of another examination"
    if not other_frame:
        next_step = "Choose the mask that was drawn on this scan, or take it all the same: --other-frame."
        raise GeometryError(message, where=str(path), next_step=next_step)
    return replace(mask, findings=(Finding("other_frame", message, "amber"), *mask.findings))


def _resampled(mask: MaskFile, own: Geometry, geometry: Geometry, method: ResampleMethod) -> MaskFile:
    labels, preview = resample_mask(mask.labels, own, geometry, method=method)
    worst = max((row.outside_share for row in preview.labels), default=0.0)
    message = f"The mask was resampled from another grid ({method}); up to {worst:.1%} of a structure lies outside the scan"
    return MaskFile(labels, mask.structures, (*mask.findings, Finding("mask_resampled", message, "amber")), preview)


def names_in_mask(path: Path) -> dict[int, str]:
    """Return the name of each id that a file gives one; empty for files that hold numbers only. Errors as :func:`open_mask`."""
    if not path.exists():
        raise missing(path)
    if _has_values(path):
        return {s.number: s.name for s in segments_of(path)} if path.name.lower().endswith(_ITK_SUFFIXES) else {}
    return {} if dicom_kind(path) is None else {s.number: s.name for s in names_in_object(path).structures}


@dataclass(frozen=True, slots=True, eq=False)
class MappedMask:
    """A mask in the ids of a project.

    Attributes
    ----------
    labels
        uint8 [k, j, i].
    findings
        What was noticed about the file.
    preview
        What a resampling did, in the file's ids; None where nothing was resampled.
    """

    labels: npt.NDArray[np.uint8]
    findings: tuple[Finding, ...] = ()
    preview: ResamplePreview | None = None


def mapped_mask(
    path: Path,
    geometry: Geometry,
    table: LabelTable,
    *,
    mapping: dict[int, str] | None = None,
    cine: bool = False,
    resample: ResampleMethod | None = None,
    frame: str = "",
    other_frame: bool = False,
) -> MappedMask:
    """Read a mask into the ids of a label table.

    Without a mapping, names in the file count where it has names: a structure is taken where a structure of the table has
    the same name, small and capital letters alike, and the others are left out, which a finding tells.

    Raises
    ------
    UserError
        As :func:`open_mask` and :func:`map_labels`; and when none of the file's names is one of the table's.
    """
    findings: list[Finding] = []
    names = names_in_mask(path) if mapping is None and not cine else {}
    if names:
        known = {name.casefold(): name for name in table.names}
        mapping = {label: known[name.strip().casefold()] for label, name in names.items() if name.strip().casefold() in known}
        left = [name for label, name in names.items() if label not in mapping]
        if not mapping:
            raise UserError(
                f"None of the mask's structures is one of this project: {_listed(left)}",
                where=str(path),
                next_step=f"Give a map from the file's numbers to {_listed(table.names)}.",
            )
        if left:
            findings.append(
                Finding("structures_left_out", f"These structures of the mask are none of the project: {_listed(left)}", "amber")
            )
    wanted = None if mapping is None else set(mapping)
    mask = open_mask(path, geometry, cine=cine, wanted=wanted, resample=resample, frame=frame, other_frame=other_frame)
    if names and not mask.labels.any():
        mapping = None  # an empty mask is one, whatever its names
    return MappedMask(map_labels(mask.labels, mapping, table), (*findings, *mask.findings), mask.preview)


def _read_cine(path: Path, geometry: Geometry) -> npt.NDArray[Any]:
    """Read the masks of a cine's frames, one slice each along the fourth axis of a NIfTI."""
    frames = geometry.size_ijk[2]
    if path.name.lower().endswith(_TIFFS):
        return _read_cine_pages(path, geometry)
    if not is_nifti_name(path):
        raise FileFormatError(
            "Masks of frames in time are read as NIfTI or TIFF only",
            where=str(path),
            next_step=f"Use NIfTI with one slice and {frames} frames along the fourth axis, or a TIFF with {frames} pages.",
        )
    file, plane = open_nifti(path, frames=True), geometry.first_slice
    own = _check_grid(file.geometry, file.findings, plane, path)
    if file.frames != frames:
        message = f"The mask lies on another grid: it has {file.frames} frames and the scan {frames}"
        raise GeometryError(message, where=str(path), next_step=_RESAMPLE)
    values, slope, intercept = file.stored()
    if file.is_colour:
        raise FileFormatError("The mask is in colour", where=str(path), next_step=_WHOLE_NUMBERS)
    whole = _whole_numbers(values if slope == 1.0 and intercept == 0.0 else values * slope + intercept, path)
    axis_map = own.reordering_to(plane, tol_mm=_tolerance_mm(plane))
    assert axis_map is not None, "the grid was compared before the voxels were read"
    turned = axis_map.view(np.moveaxis(whole, 0, -1))  # [1, j, i, t]
    return np.ascontiguousarray(np.moveaxis(turned[0], -1, 0))


def _read_cine_pages(path: Path, geometry: Geometry) -> npt.NDArray[Any]:
    """Read the masks of a cine's frames, a page each; like the frames of a picture they have no place of their own."""
    columns, rows, frames = geometry.size_ijk
    pages = read_apart(path, np.ndarray, paths=(path,), task="label pages")
    if pages.shape != (frames, rows, columns):
        found = f"{len(pages)} pages of {pages.shape[2]} × {pages.shape[1]}"
        message = f"The mask lies on another grid: it has {found}, and the scan {frames} frames of {columns} × {rows}"
        raise GeometryError(message, where=str(path), next_step=_RESAMPLE)
    return _whole_numbers(pages, path)


def _tolerance_mm(geometry: Geometry) -> float:
    return max(GRID_TOL_MM, MASK_TOL_VOXELS * min(geometry.spacing_mm))


def _check_grid(own: Geometry | None, findings: Iterable[Finding], target: Geometry, path: Path, *, check: bool = True) -> Geometry:
    """Return the mask's grid where it is the scan's in some order of axes, else raise GeometryError with the difference.

    Without ``check`` any grid will do, as long as it is one.
    """
    if own is None:
        reason = next((f.message for f in findings if f.severity == "red"), "Its grid cannot be read")
        raise GeometryError(f"The mask's place in space cannot be trusted: {reason}", where=str(path), next_step=_RESAMPLE)
    if not check or own.reordering_to(target, tol_mm=_tolerance_mm(target)) is not None:
        return own
    turned = own.reordered(own.axes_like(target.direction))
    if turned.size_ijk != target.size_ijk:
        sizes = [" × ".join(map(str, g.size_ijk)) for g in (turned, target)]
        message = f"The mask lies on another grid: it has {sizes[0]} voxels and the scan {sizes[1]}"
    else:
        apart = turned.largest_distance_mm(target)
        message = f"The mask lies on another grid: its voxels are up to {apart:.3g} mm away from the scan's"
    raise GeometryError(message, where=str(path), next_step=_RESAMPLE)


def _read_nifti(path: Path, geometry: Geometry, *, check: bool) -> tuple[npt.NDArray[Any], Geometry]:
    file = open_nifti(path)
    own = _check_grid(file.geometry, file.findings, geometry, path, check=check)
    values, slope, intercept = file.stored()
    if values.ndim != 3:
        raise FileFormatError("The mask is in colour", where=str(path), next_step=_WHOLE_NUMBERS)
    return (values if slope == 1.0 and intercept == 0.0 else values * slope + intercept), own


def _read_itk(path: Path, geometry: Geometry, *, check: bool) -> tuple[npt.NDArray[Any], Geometry]:
    """Read NRRD or MetaImage, in a process of its own: ITK's readers can be crashed by a file."""
    read = read_apart(path, ItkMask, paths=(path,), task="itk mask")
    own, findings = grid_of_matrix(read.matrix, read.size_ijk)
    return read.values, _check_grid(own, findings, geometry, path, check=check)


def _read_picture(path: Path, geometry: Geometry) -> tuple[npt.NDArray[Any], Geometry]:
    columns, rows, slices = geometry.size_ijk
    if slices != 1:
        raise GeometryError(
            f"A picture does not say where it lies, and the scan has {slices} slices",
            where=str(path),
            next_step="Use a mask in NIfTI, NRRD or MHA.",
        )
    if path.name.lower().endswith(_PNG):
        values = read_apart(path, np.ndarray, paths=(path,), task="indexed picture")
    else:
        pages = read_apart(path, np.ndarray, paths=(path,), task="label pages")
        if len(pages) > 1:
            message = f"The mask has {len(pages)} pages, and the scan one slice"
            raise GeometryError(message, where=str(path), next_step="Save the page that belongs to the scan as a file of its own.")
        values = pages[0]
    if values.shape != (rows, columns):
        message = f"The mask lies on another grid: it has {values.shape[1]} × {values.shape[0]} pixels and the scan {columns} × {rows}"
        raise GeometryError(message, where=str(path), next_step=_RESAMPLE)
    return values[None], geometry


def _whole_numbers(values: npt.NDArray[Any], path: Path) -> npt.NDArray[Any]:
    """Return labels as uint8 where they fit, else int32."""
    if values.dtype.kind == "f":
        rounded = np.rint(values)
        odd = ~(values == rounded)  # True for NaN as well
        if odd.any():
            count = int(np.count_nonzero(odd))
            example = float(values[odd][0])
            message = f"The mask holds {count} values that are not whole numbers, such as {example:.6g}"
            raise FileFormatError(message, where=str(path), next_step=_WHOLE_NUMBERS)
        values = rounded
    elif values.dtype.kind not in "iub":
        raise FileFormatError(f"The mask holds values of type {values.dtype}", where=str(path), next_step=_WHOLE_NUMBERS)
    low, high = float(values.min()), float(values.max())
    limits = np.iinfo(np.int32)
    if low < limits.min or high > limits.max:
        raise FileFormatError(f"The mask holds ids from {low:.6g} to {high:.6g}", where=str(path), next_step=_WHOLE_NUMBERS)
    return values.astype(np.uint8 if low >= 0 and high <= 255 else np.int32)


def read_mapping(path: Path) -> dict[int, str]:
    """Read which id of a file means which structure: a JSON object such as {"5": "liver", "27": "vertebral column"}.

    Raises
    ------
    FileFormatError
        When it is not such an object, or an id is 0 (background) or no whole number.
    UserError
        When it does not exist or may not be read.
    """
    expected = 'Expected {"5": "liver", "27": "vertebral column"}: ids of the file and names of structures.'
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise reading_fault(error, path) from error
    except (ValueError, RecursionError) as error:
        raise FileFormatError("The map of ids is not JSON", where=str(path), next_step=expected) from error
    if not isinstance(document, dict) or not document:
        raise FileFormatError("The map of ids is not a JSON object", where=str(path), next_step=expected)
    mapping = {}
    for key, name in document.items():
        try:
            label = int(key)
        except ValueError as error:
            raise FileFormatError(f"“{key}” in the map of ids is no whole number", where=str(path), next_step=expected) from error
        if label == 0 or not isinstance(name, str) or not name.strip():
            raise FileFormatError(f"The map of ids has no structure's name for “{key}”", where=str(path), next_step=expected)
        mapping[label] = name
    return mapping


def map_labels(labels: npt.NDArray[Any], mapping: dict[int, str] | None, table: LabelTable) -> npt.NDArray[np.uint8]:
    """Return a mask in the ids of a label table.

    Parameters
    ----------
    labels
        Integer, any shape, in the file's ids.
    mapping
        Name of the structure for each id of the file; several ids may mean one structure, and other ids become
        background. None: the ids are the table's own.
    table
        The project's structures.

    Raises
    ------
    UserError
        When the mapping names a structure that the table has not, none of its ids occurs in a mask that is not empty, or, without
        a mapping, the mask holds ids that are not in the table.
    """
    present = [int(v) for v in np.unique(labels) if v != 0]
    if mapping is None:
        unknown = [v for v in present if v not in table.ids]
        if unknown:
            raise UserError(
                f"The mask holds ids that are no structures of this project: {_listed(unknown)}",
                next_step=f"Give a map from the file's ids to {_listed(table.names)}.",
            )
        return labels.astype(np.uint8)
    strangers = sorted({name for name in mapping.values() if name not in table.names})
    if strangers:
        raise UserError(
            f"The map names structures that this project has not: {_listed(strangers)}",
            next_step=f"Its structures are {_listed(table.names)}.",
        )
    if present and not any(v in mapping for v in present):
        raise UserError(
            f"None of the ids in the map occurs in the mask, which holds {_listed(present)}",
            next_step="Choose the map that belongs to this mask.",
        )
    out = np.zeros(labels.shape, np.uint8)
    for label in present:
        if label in mapping:
            out[labels == label] = table.by_name(mapping[label]).id
    return out


def _listed(items: Iterable[object]) -> str:
    """Return up to ten items, separated by commas."""
    every = [str(item) for item in items]
    return ", ".join(every[:10]) + (f" and {len(every) - 10} more" if len(every) > 10 else "")
