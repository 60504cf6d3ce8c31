"""Masks from files: taken when their voxels are the scan's own voxels, in whatever order the file stores them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.axes import grid_of_matrix
from gf_desktop.files.faults import missing, reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.nifti import is_nifti_name, open_nifti
from gf_desktop.files.picture import PICTURE_SUFFIXES, read_indexed
from gf_desktop.files.quiet import load_simpleitk, quiet_native
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry
from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["MASK_TOL_VOXELS", "map_labels", "read_mapping", "read_mask"]

MASK_TOL_VOXELS = 0.05
"""A mask lies on the scan's grid when none of its voxels is further off than this share of the smallest voxel side: the rounding of
other programs' headers stays below, and which voxel is meant is beyond doubt."""

_ITK_SUFFIXES = (".nrrd", ".mha")
_RESAMPLE = "Choose the mask that was drawn on this scan, or resample it onto the scan's grid."
_WHOLE_NUMBERS = "Choose a mask with one whole number for each structure."


def read_mask(path: Path, geometry: Geometry, *, cine: bool = False) -> npt.NDArray[np.uint8] | npt.NDArray[np.int32]:
    """Read a mask onto a scan's grid.

    With ``cine`` the grid's k counts frames in time: a NIfTI with a slice for each frame along its fourth axis is read, as the
    export writes it. Otherwise it reads NIfTI, NRRD and MetaImage; on a scan of one slice also an indexed or grey PNG of the same
    size, which has no place of its own. Axes may be flipped or permuted; nothing is resampled.

    Returns
    -------
    The file's own ids as [k, j, i] in the scan's order, uint8 where they fit, else int32.

    Raises
    ------
    GeometryError
        When the mask lies on another grid; the text says how far apart they are.
    FileFormatError
        When the file is damaged, of a kind that is not read, or holds values that are not whole numbers.
    UserError
        When it does not exist or may not be read.
    """
    if not path.exists():
        raise missing(path)
    name = path.name.lower()
    if cine:
        return _read_cine(path, geometry)
    if is_nifti_name(path):
        values, own = _read_nifti(path, geometry)
    elif name.endswith(_ITK_SUFFIXES):
        values, own = _read_itk(path, geometry)
    elif name.endswith(PICTURE_SUFFIXES[:1]):
        values, own = _read_png(path, geometry)
    else:
        raise FileFormatError(
            "Masks of this kind are not read", where=str(path), next_step="Use NIfTI (.nii.gz), NRRD, MHA, or PNG for a picture."
        )
    whole = _whole_numbers(values, path)
    axis_map = own.reordering_to(geometry, tol_mm=_tolerance_mm(geometry))
    assert axis_map is not None, "the grid was compared before the voxels were read"
    return np.ascontiguousarray(axis_map.view(whole))


def _read_cine(path: Path, geometry: Geometry) -> npt.NDArray[Any]:
    """Read the masks of a cine's frames, one slice each along the fourth axis of a NIfTI."""
    frames = geometry.size_ijk[2]
    if not is_nifti_name(path):
        raise FileFormatError(
            "Masks of frames in time are read as NIfTI only",
            where=str(path),
            next_step=f"Use NIfTI with one slice and {frames} frames along the fourth axis.",
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


def _tolerance_mm(geometry: Geometry) -> float:
    return max(GRID_TOL_MM, MASK_TOL_VOXELS * min(geometry.spacing_mm))


def _check_grid(own: Geometry | None, findings: Iterable[Finding], target: Geometry, path: Path) -> Geometry:
    """Return the mask's grid where it is the scan's in some order of axes, else raise GeometryError with the difference."""
    if own is None:
        reason = next((f.message for f in findings if f.severity == "red"), "Its grid cannot be read")
        raise GeometryError(f"The mask's place in space cannot be trusted: {reason}", where=str(path), next_step=_RESAMPLE)
    if own.reordering_to(target, tol_mm=_tolerance_mm(target)) is not None:
        return own
    turned = own.reordered(own.axes_like(target.direction))
    if turned.size_ijk != target.size_ijk:
        sizes = [" × ".join(map(str, g.size_ijk)) for g in (turned, target)]
        message = f"The mask lies on another grid: it has {sizes[0]} voxels and the scan {sizes[1]}"
    else:
        apart = turned.largest_distance_mm(target)
        message = f"The mask lies on another grid: its voxels are up to {apart:.3g} mm away from the scan's"
    raise GeometryError(message, where=str(path), next_step=_RESAMPLE)


def _read_nifti(path: Path, geometry: Geometry) -> tuple[npt.NDArray[Any], Geometry]:
    file = open_nifti(path)
    own = _check_grid(file.geometry, file.findings, geometry, path)
    values, slope, intercept = file.stored()
    if values.ndim != 3:
        raise FileFormatError("The mask is in colour", where=str(path), next_step=_WHOLE_NUMBERS)
    return (values if slope == 1.0 and intercept == 0.0 else values * slope + intercept), own


def _read_itk(path: Path, geometry: Geometry) -> tuple[npt.NDArray[Any], Geometry]:
    """Read NRRD or MetaImage through SimpleITK: the header first, the voxels only when the grid fits."""
    sitk = load_simpleitk()
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        path.open("rb").close()
        with quiet_native():
            reader.ReadImageInformation()
    except OSError as error:
        raise reading_fault(error, path) from error
    except RuntimeError as error:
        raise FileFormatError("The mask is damaged or is none", where=str(path), next_step="Export the mask again.") from error
    if reader.GetDimension() != 3 or reader.GetNumberOfComponents() != 1:
        raise FileFormatError(
            f"The mask has {reader.GetDimension()} dimensions and {reader.GetNumberOfComponents()} values a voxel",
            where=str(path),
            next_step="Export the mask as one volume with one number a voxel.",
        )
    size = reader.GetSize()
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(reader.GetDirection(), (3, 3)) * np.asarray(reader.GetSpacing())
    matrix[:3, 3] = reader.GetOrigin()
    own, findings = grid_of_matrix(matrix, (int(size[0]), int(size[1]), int(size[2])))
    own = _check_grid(own, findings, geometry, path)
    try:
        with quiet_native():
            image = reader.Execute()
    except RuntimeError as error:
        raise FileFormatError("The mask is damaged or cut off", where=str(path), next_step="Export the mask again.") from error
    return np.asarray(sitk.GetArrayFromImage(image)), own


def _read_png(path: Path, geometry: Geometry) -> tuple[npt.NDArray[Any], Geometry]:
    columns, rows, slices = geometry.size_ijk
    if slices != 1:
        raise GeometryError(
            f"A picture does not say where it lies, and the scan has {slices} slices",
            where=str(path),
            next_step="Use a mask in NIfTI, NRRD or MHA.",
        )
    values = read_indexed(path)
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
