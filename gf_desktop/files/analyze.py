"""Analyze 7.5: a header of 348 bytes (.hdr) and voxels beside it (.img).

The format has a field for the orientation that programs filled in differently, and some stored the left side first and some the right one.
So which side is left is not known, whatever the field says, and no side gets a letter. A pair that is NIfTI says so in its header.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.claims import bytes_of, check_claim
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.intensities import finite, rescaled
from gf_desktop.files.nifti_spacing import STATE_IT, STATED_TOL, contradiction, stated_spacing
from gf_desktop.files.spacing import Spacing
from gf_desktop.imaging.geometry import Geometry

__all__ = ["AnalyzeScan", "header_of_pair", "pair_kind", "read_analyze"]

PairKind = Literal["analyze", "nifti"]

HEADER_BYTES: Final = 348
_MAGIC_AT: Final = 344
_TYPES: Final = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8"}
"""Analyze's datatype codes that are intensities (Mayo Clinic, ANALYZE 7.5 file format)."""

_COLOUR: Final = 128
_AGAIN: Final = "Convert the scan to NIfTI (.nii.gz) or DICOM."


@dataclass(frozen=True, slots=True, eq=False)
class AnalyzeScan:
    """A scan that was read: intensities [k, j, i] (of frames with t in front; uint8 [k, j, i, 3] colour), grid, findings.

    ``spacing_known`` says whether the header states sizes of voxels, or the user does, which ``spacing_by_user`` tells; ``frames`` counts
    volumes along the fourth axis.
    """

    voxels: npt.NDArray[Any]
    geometry: Geometry
    findings: tuple[Finding, ...]
    spacing_known: bool
    frames: int
    spacing_by_user: bool


def header_of_pair(path: Path) -> Path:
    """Return the header of a pair of which either file is named, with its own upper or lower case."""
    if path.suffix.lower() == ".hdr":
        return path
    return path.with_suffix(".HDR" if path.suffix.isupper() else ".hdr")


def pair_kind(header: Path) -> PairKind | None:
    """Return which format a header of a pair is of; None where it is another file of that name, or has no voxels beside it.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    with header.open("rb") as stream:
        start = stream.read(HEADER_BYTES)
    if _byte_order(start) is None or not _image_of(header).is_file():
        return None
    return "nifti" if start[_MAGIC_AT : _MAGIC_AT + 3] == b"ni1" else "analyze"


def _image_of(header: Path) -> Path:
    return header.with_suffix(".IMG" if header.suffix.isupper() else ".img")


def _byte_order(start: bytes) -> str | None:
    if len(start) < HEADER_BYTES:
        return None
    return next((order for order in "<>" if struct.unpack_from(f"{order}i", start)[0] == HEADER_BYTES), None)


def read_analyze(header: Path, *, spacing_mm: Spacing | None = None) -> AnalyzeScan:
    """Read an Analyze 7.5 scan.

    Parameters
    ----------
    spacing_mm
        What the user states: mm between rows, columns and slices. Taken where the header is silent; else it must fit the header.

    Raises
    ------
    FileFormatError
        When it is damaged, cut off, or holds something else than intensities.
    UserError
        When it does not exist or may not be read.
    """
    image = _image_of(header)
    try:
        start = header.read_bytes()[:HEADER_BYTES] if header.stat().st_size < 1 << 20 else b""
        on_disk = image.stat().st_size
    except OSError as error:
        raise reading_fault(error, header) from error
    order = _byte_order(start)
    if order is None:
        raise FileFormatError("This is not an Analyze header", where=str(header), next_step=_AGAIN)
    shape, frames = _sizes(struct.unpack_from(f"{order}8h", start, 40), header)
    code = struct.unpack_from(f"{order}h", start, 70)[0]
    if code not in _TYPES and code != _COLOUR:
        raise FileFormatError(f"Voxels of Analyze's type {code} are not intensities", where=str(header), next_step=_AGAIN)
    samples = 3 if code == _COLOUR else 1
    dtype = np.dtype(_TYPES.get(code, "u1")).newbyteorder("<" if order == "<" else ">")
    offset = struct.unpack_from(f"{order}f", start, 108)[0]
    skip = int(offset) if np.isfinite(offset) and 0 < offset <= on_disk else 0
    count = int(np.prod((*shape, frames, samples), dtype=object))
    check_claim(image, claimed=bytes_of((count,), dtype.itemsize * 8), there=on_disk - skip)
    try:
        stored = np.fromfile(image, dtype, count=count, offset=skip)
    except (OSError, MemoryError) as error:
        raise FileFormatError("The voxels beside the header cannot be read", where=str(image), next_step=_AGAIN) from error
    stored = stored.astype(dtype.newbyteorder("="), copy=False).reshape(
        (*((frames,) if frames > 1 else ()), *shape[::-1], *([3] * (samples > 1)))
    )
    voxels, findings = _intensities(stored, struct.unpack_from(f"{order}f", start, 112)[0], header)
    spacing, known = _spacing(struct.unpack_from(f"{order}8f", start, 76))
    if spacing_mm is not None:
        wanted = np.array([spacing_mm[1], spacing_mm[0], spacing_mm[2]])
        if not known:
            spacing = (spacing_mm[1], spacing_mm[0], spacing_mm[2])
            findings.append(stated_spacing(wanted))
        elif np.abs(wanted / np.array(spacing) - 1).max() > STATED_TOL:
            findings.append(contradiction(np.array(spacing), wanted))
    by_user = spacing_mm is not None and not known
    findings += _about(known=known or by_user, flat=shape[2] == 1)
    return AnalyzeScan(voxels, Geometry.identity(shape, spacing), tuple(findings), known or by_user, frames, by_user)


def _sizes(dim: tuple[int, ...], header: Path) -> tuple[tuple[int, int, int], int]:
    axes = list(dim[1 : 1 + dim[0]]) if 1 <= dim[0] <= 7 else []
    while len(axes) > 3 and axes[-1] in (0, 1):
        axes.pop()
    frames = axes.pop() if len(axes) == 4 else 1
    axes += [1] * (3 - len(axes)) if axes else []
    if len(axes) != 3 or min(*axes, frames) < 1:
        raise FileFormatError("The header does not state the size of a scan", where=str(header), next_step=_AGAIN)
    return (axes[0], axes[1], axes[2]), frames


def _intensities(stored: npt.NDArray[Any], slope: float, header: Path) -> tuple[npt.NDArray[Any], list[Finding]]:
    if stored.dtype == np.uint8 and stored.shape[-1] == 3 and stored.ndim >= 4:
        return stored, []
    findings = []
    if not np.isfinite(slope) or slope in (0.0, 1.0):
        slope = 1.0
    else:
        findings.append(Finding("scale_applied", f"Intensities are scaled by {slope:.6g}, which SPM wrote into the header", "green"))
    checked = finite(rescaled(stored, slope=float(slope)))
    if checked is None:
        raise FileFormatError("The scan holds no numbers at all", where=str(header), next_step=_AGAIN)
    return checked[0], findings + checked[1]


def _spacing(pixdim: tuple[float, ...]) -> tuple[tuple[float, float, float], bool]:
    sizes = [abs(float(v)) for v in pixdim[1:4]]
    known = all(np.isfinite(v) and 1e-4 < v < 1e4 for v in sizes)
    return ((sizes[0], sizes[1], sizes[2]), True) if known else ((1.0, 1.0, 1.0), False)


def _about(*, known: bool, flat: bool) -> list[Finding]:
    message = "An Analyze file does not say which side is left or what is up; it is shown as it was stored, without letters"
    found = [Finding("no_position", message, "amber")]
    if not known and flat:
        found.append(Finding("spacing_unknown", "The picture's pixels have no stated size; lengths and volumes are in pixels", "amber"))
    elif not known:
        message = "The file does not say how far apart its voxels are, so spacing is unknown"
        found.append(Finding("spacing_unknown", message, "red", STATE_IT))
    return found
