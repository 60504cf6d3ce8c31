"""NRRD and MetaImage, read with SimpleITK.

ITK fills in what a header leaves out: a spacing of 1, an origin of 0. So what the header really says is looked at first, in its own
text. Nothing else of the header leaves this room: other programs copy names of patients into it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.axes import grid_of_matrix
from gf_desktop.files.claims import DEFLATE_RATIO, bytes_of, check_claim
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding, refuse_red
from gf_desktop.files.intensities import finite, rescaled
from gf_desktop.files.passport import BY_USER, NOT_STATED
from gf_desktop.files.quiet import load_simpleitk, quiet_native
from gf_desktop.files.spacing import Spacing
from gf_desktop.imaging.geometry import Geometry

__all__ = ["ITK_SUFFIXES", "ItkMask", "ItkScan", "is_itk_label", "is_itk_name", "read_itk", "read_itk_mask"]

ITK_SUFFIXES: Final = (".nrrd", ".nhdr", ".mha", ".mhd")

HEADER_BYTES: Final = 1 << 16
"""Headers are shorter than this; what follows are voxels."""

_AGAIN: Final = "Export the scan again, or convert it to NIfTI (.nii.gz)."
_STATE_IT: Final = "Export the scan with its spacing, or state it in mm: --spacing ROWSxCOLUMNSxSLICES."
_PATIENT_SPACES: Final = re.compile(r"(right|left)-(anterior|posterior)-superior(-time)?|(ras|las|lps)t?", re.IGNORECASE)
"""NRRD's names of the frames that ITK turns into ours."""

_TIME_KINDS: Final = ("time", "list")
_COLOUR_KINDS: Final = ("rgb-color", "3-color")
_BITS: Final = {
    f"{bits}-bit {kind}": bits
    for bits, kinds in {8: ("signed integer", "unsigned integer"), 16: ("signed integer", "unsigned integer"),
                        32: ("signed integer", "unsigned integer", "float"), 64: ("signed integer", "unsigned integer", "float")}.items()
    for kind in kinds
}  # fmt: skip
"""SimpleITK's words for the type of a voxel."""

_MILLIMETRES: Final = ("mm", "millimeter", "millimeters", "millimetre", "millimetres", "")


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a header says in its own words: whether there is a spacing and a place, kinds of axes, the unit, whether it holds labels."""

    spacing: bool
    place: bool
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    labels: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ItkScan:
    """A scan that was read: intensities [k, j, i] (or uint8 [k, j, i, 3]; of frames with t in front), grid, findings.

    ``frames`` counts volumes along the fourth axis, 1 where there is none. ``spacing_from`` and ``placed_by`` name what states spacing
    and place.
    """

    voxels: npt.NDArray[Any]
    geometry: Geometry
    findings: tuple[Finding, ...]
    spacing_known: bool
    place_known: bool
    frames: int
    spacing_from: str = NOT_STATED
    placed_by: str = NOT_STATED


def is_itk_name(path: Path) -> bool:
    """Whether the name ends like an NRRD's or a MetaImage's."""
    return path.name.lower().endswith(ITK_SUFFIXES)


def is_itk_label(path: Path) -> bool:
    """Whether a file says that it is a segmentation; a damaged one does not."""
    if path.name.lower().endswith((".seg.nrrd", ".seg.nhdr")):
        return True
    try:
        return _stated(path).labels
    except OSError:
        return False


def _stated(path: Path) -> _Stated:
    with path.open("rb") as stream:
        head = stream.read(HEADER_BYTES)
    if head.startswith(b"NRRD"):
        return _stated_by_nrrd(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].decode("ascii", "replace"))
    return _stated_by_meta(head.decode("ascii", "replace"))


def _stated_by_nrrd(text: str) -> _Stated:
    fields = dict(re.findall(r"^([A-Za-z][\w ]*):(?!=)\s*(.*?)\s*$", text, re.MULTILINE))
    named = {name.lower(): value for name, value in fields.items()}
    directions = named.get("space directions", "")
    spacings = named.get("spacings", "nan").lower().split()
    quoted = re.findall(r'"([^"]*)"', named.get("space units", ""))
    return _Stated(
        spacing="(" in directions or any(value not in ("nan", "-nan") for value in spacings),
        place="(" in directions and "space origin" in named and _PATIENT_SPACES.fullmatch(named.get("space", "")) is not None,
        kinds=tuple(named.get("kinds", "").lower().split()),
        units=tuple(unit.strip().lower() for unit in quoted),
        labels=re.search(r"^Segment0_ID:=", text, re.MULTILINE) is not None,
    )


def _stated_by_meta(text: str) -> _Stated:
    fields = {name.lower() for name in re.findall(r"^(\w+)[ \t]*=", text, re.MULTILINE)}
    return _Stated(
        spacing=bool(fields & {"elementspacing", "elementsize"}),
        place=bool(fields & {"offset", "position", "origin"}) and bool(fields & {"transformmatrix", "rotation", "orientation"}),
    )


def read_itk(path: Path, *, spacing_mm: Spacing | None = None) -> ItkScan:
    """Read an NRRD or MetaImage scan.

    Parameters
    ----------
    spacing_mm
        What the user states of a file that does not: mm between rows, columns and slices.

    Raises
    ------
    UnusableScanError
        When it does not state how far apart its voxels are, its axes are sheared, or its unit is not millimetres.
    FileFormatError
        When it is damaged, cut off, or holds something else than intensities.
    UserError
        When it does not exist or may not be read.
    """
    try:
        said = _stated(path)
    except OSError as error:
        raise reading_fault(error, path) from error
    sitk = load_simpleitk()
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with quiet_native():
            reader.ReadImageInformation()
            _check_kind(reader, path, said)
            _check_length(reader, path)
            image = reader.Execute()
            values = np.asarray(sitk.GetArrayFromImage(image))
    except (OSError, RuntimeError, MemoryError, ValueError) as error:  # a name of voxels that no file can have is an OSError
        raise FileFormatError("The file is damaged, cut off, or is no scan", where=str(path), next_step=_AGAIN) from error
    components = int(image.GetNumberOfComponentsPerPixel())
    colour = components == 3 and values.dtype == np.uint8 and not set(said.kinds) & set(_TIME_KINDS)
    if components > 1 and not colour:
        # NRRD's list is stored beside each voxel
        values = np.moveaxis(values, -1, 0)
    dimensions = min(int(image.GetDimension()), 3)
    geometry, findings = _grid(image, dimensions)
    nrrd = path.name.lower().endswith((".nrrd", ".nhdr"))
    spacing_from = ("space directions" if nrrd else "ElementSpacing") if said.spacing else NOT_STATED
    if not said.spacing and spacing_mm is not None and geometry is not None:
        row_mm, column_mm, slice_mm = spacing_mm
        geometry = Geometry(geometry.size_ijk, (column_mm, row_mm, slice_mm), geometry.origin_mm, geometry.direction)
        said, spacing_from = replace(said, spacing=True, place=False), BY_USER
        message = f"As the user states, voxels are {row_mm:.4g} × {column_mm:.4g} × {slice_mm:.4g} mm apart"
        findings.append(Finding("spacing_stated", message, "amber"))
    findings += _about(said, flat=geometry is None or geometry.size_ijk[2] == 1)
    refuse_red(findings, where=str(path))
    assert geometry is not None, "a file without a grid has a red finding"
    frames = int(image.GetSize()[3]) if image.GetDimension() == 4 else components if not colour else 1
    shape = geometry.shape_kji if frames == 1 else (frames, *geometry.shape_kji)
    checked = finite(values if colour else rescaled(values))
    if checked is None:
        raise FileFormatError("The scan holds no numbers at all", where=str(path), next_step=_AGAIN)
    voxels, more = checked
    voxels = voxels.reshape((*shape, 3) if colour else shape)
    placed = said.spacing and said.place
    placed_by = ("space origin" if nrrd else "Offset") if placed else NOT_STATED
    return ItkScan(voxels, geometry, (*findings, *more), said.spacing, placed, frames, spacing_from, placed_by)


@dataclass(frozen=True, slots=True, eq=False)
class ItkMask:
    """A mask that was read: numbers [k, j, i], the matrix (i, j, k, 1) -> LPS mm as float64 [4, 4], and the size."""

    values: npt.NDArray[Any]
    matrix: npt.NDArray[Any]
    size_ijk: tuple[int, int, int]


def read_itk_mask(path: Path) -> ItkMask:
    """Read a mask in NRRD or MetaImage.

    Raises
    ------
    FileFormatError
        When it is damaged, cut off, or not one volume with one number a voxel.
    UserError
        When it does not exist or may not be read.
    """
    sitk = load_simpleitk()
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        path.open("rb").close()
    except OSError as error:
        raise reading_fault(error, path) from error
    try:
        with quiet_native():
            reader.ReadImageInformation()
            if reader.GetDimension() != 3 or reader.GetNumberOfComponents() != 1:
                raise FileFormatError(
                    f"The mask has {reader.GetDimension()} dimensions and {reader.GetNumberOfComponents()} values a voxel",
                    where=str(path),
                    next_step="Export the mask as one volume with one number a voxel.",
                )
            _check_length(reader, path)
            values = np.asarray(sitk.GetArrayFromImage(reader.Execute()))
    except (OSError, RuntimeError, MemoryError, ValueError) as error:
        raise FileFormatError("The mask is damaged or cut off", where=str(path), next_step="Export the mask again.") from error
    size = [int(n) for n in reader.GetSize()]
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(reader.GetDirection(), (3, 3)) * np.asarray(reader.GetSpacing())
    matrix[:3, 3] = reader.GetOrigin()
    return ItkMask(values, matrix, (size[0], size[1], size[2]))


def _check_kind(reader: Any, path: Path, said: _Stated) -> None:
    """Refuse what is no scan before its voxels are read."""
    dimensions, components = int(reader.GetDimension()), int(reader.GetNumberOfComponents())
    size = [int(n) for n in reader.GetSize()]
    listed = components > 1 and dimensions == 3 and bool(set(said.kinds) & set(_TIME_KINDS))
    coloured = components == 3 and dimensions in (2, 3) and (not said.kinds or bool(set(said.kinds) & set(_COLOUR_KINDS)))
    complex_numbers = "complex" in str(load_simpleitk().GetPixelIDValueAsString(reader.GetPixelID())).lower()
    if dimensions not in (2, 3, 4) or min(size) < 1 or complex_numbers or (components > 1 and not listed and not coloured):
        raise FileFormatError(
            f"The file has {dimensions} axes and {components} values a voxel, which is not a scan",
            where=str(path),
            next_step="Export the scan as one volume, or as volumes in time.",
        )


def _check_length(reader: Any, path: Path) -> None:
    """Refuse a file whose voxels take more than it, or the files that it names, can hold."""
    bits = _BITS.get(
        str(load_simpleitk().GetPixelIDValueAsString(reader.GetPixelID())).rsplit("of ", maxsplit=1)[-1].split(" (", maxsplit=1)[0], 8
    )
    claimed = bytes_of((*reader.GetSize(), int(reader.GetNumberOfComponents())), bits)
    with path.open("rb") as stream:
        text = stream.read(HEADER_BYTES).split(b"\n\n", maxsplit=1)[0].decode("ascii", "replace")
    packed = re.search(r"^\s*(encoding\s*:\s*(?!raw)|CompressedData\s*=\s*True)", text, re.IGNORECASE | re.MULTILINE) is not None
    check_claim(path, claimed=claimed, there=_bytes_there(path, text), ratio=DEFLATE_RATIO if packed else 1)


def _bytes_there(path: Path, text: str) -> int:
    """Return how many bytes may hold voxels: those of the file, or of the one that it names, or of all beside it where it names several."""
    match = re.search(r"^\s*(?:data ?file\s*:|ElementDataFile\s*=)[ \t]*(\S[^\r\n]*?)\s*$", text, re.IGNORECASE | re.MULTILINE)
    name = match[1] if match else "LOCAL"
    if name == "LOCAL":
        return path.stat().st_size
    if name.upper().startswith("LIST") or "%" in name:
        return sum(file.stat().st_size for file in path.parent.iterdir() if file.is_file())
    beside = path.parent / name
    # anything but a file, such as a device, has no end
    if not beside.is_file():
        raise FileFormatError("The file that holds the voxels is not there", where=str(path), next_step="Copy it beside this header.")
    return beside.stat().st_size


def _grid(image: Any, dimensions: int) -> tuple[Geometry | None, list[Finding]]:
    """Return the grid of the first three axes; a missing third one is perpendicular."""
    every = int(image.GetDimension())
    size, spacing, origin = ([*values[:dimensions]] for values in (image.GetSize(), image.GetSpacing(), image.GetOrigin()))
    direction = np.eye(3)
    direction[:dimensions, :dimensions] = np.reshape(image.GetDirection(), (every, every))[:dimensions, :dimensions]
    size += [1] * (3 - dimensions)
    spacing += [1.0] * (3 - dimensions)
    origin += [0.0] * (3 - dimensions)
    matrix = np.eye(4)
    matrix[:3, :3] = direction * np.asarray(spacing)
    matrix[:3, 3] = origin
    return grid_of_matrix(matrix, (int(size[0]), int(size[1]), int(size[2])))


def _about(said: _Stated, *, flat: bool) -> list[Finding]:
    """Return what is to be said about a header's own words."""
    findings = []
    if not said.spacing and flat:
        findings.append(Finding("spacing_unknown", "The picture's pixels have no stated size; lengths and volumes are in pixels", "amber"))
    elif not said.spacing:
        message = "The file does not say how far apart its voxels are, so spacing is unknown"
        findings.append(Finding("spacing_unknown", message, "red", _STATE_IT))
    if any(unit not in _MILLIMETRES for unit in said.units):
        message = f"The file counts in {', '.join(sorted(set(said.units)))}, not in mm"
        findings.append(Finding("unit_unknown", message, "red", "Export the scan in millimetres."))
    if said.spacing and not said.place:
        message = "The file does not say where in the patient it lies; it is shown as it was stored"
        findings.append(Finding("no_position", message, "amber"))
    if said.labels:
        findings.append(Finding("is_label_map", "The file says that it holds labels, not intensities", "amber"))
    return findings
