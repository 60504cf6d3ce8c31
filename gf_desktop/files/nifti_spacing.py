"""How large the voxels of a NIfTI file are: what its header says in truth, and what the user states where it says nothing.

nibabel puts 1 in the place of a size that is zero, with a line in a log. So sizes are taken from the header's bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.findings import Finding
from gf_desktop.files.spacing import Spacing

__all__ = ["STATED_TOL", "STATE_IT", "StatedSpacing", "contradiction", "settled_spacing", "stated_spacing", "stored_pixdim"]

STATED_TOL: Final = 0.01
"""What the user states fits what a header states when it differs by no more than this share."""

STATE_IT: Final = "Export the scan with its spacing, or state it in mm: --spacing ROWSxCOLUMNSxSLICES."
_LEAVE_IT: Final = "Leave the spacing out, or correct the header of the file."
_UNKNOWN: Final = "The file does not say how far apart its voxels are, so spacing is unknown"
_FLAT: Final = "A single slice without a stated thickness; volumes assume 1 mm"


@dataclass(frozen=True, slots=True, eq=False)
class StatedSpacing:
    """What became of the sizes of voxels.

    Attributes
    ----------
    findings
        What was noticed; red where they are unknown or contradict the user.
    by_user
        For i, j and k whether the user stated it.
    ratio
        By what the axes of the file's matrix are to be multiplied, because the header names no unit and the user states lengths; else None.
    """

    findings: tuple[Finding, ...] = ()
    by_user: tuple[bool, bool, bool] = (False, False, False)
    ratio: npt.NDArray[np.float64] | None = None


def stored_pixdim(start: bytes) -> tuple[float, float, float] | None:
    """Return sizes of voxels along i, j and k as the first bytes of a NIfTI-1 or -2 file hold them; None of another file."""
    for order in "<>":
        length = struct.unpack_from(f"{order}i", start)[0]
        if length in (348, 540):
            i, j, k = struct.unpack_from(f"{order}3f", start, 80) if length == 348 else struct.unpack_from(f"{order}3d", start, 112)
            return abs(float(i)), abs(float(j)), abs(float(k))
    return None


def settled_spacing(
    header: Any, pixdim: tuple[float, float, float] | None, size: tuple[int, int, int], stated: Spacing | None, *, mm: float | None
) -> StatedSpacing:
    """Put what the user states into a header that is silent, and say what was found.

    Parameters
    ----------
    header
        nibabel's, whose sizes are filled in.
    pixdim
        As :func:`stored_pixdim` found them.
    stated
        mm between rows, between columns and between slices.
    mm
        Of the header's unit of length; None where it names none.
    """
    wanted = None if stated is None else np.array([stated[1], stated[0], stated[2]])
    sform = int(header["sform_code"]) > 0
    with np.errstate(all="ignore"):
        lengths = (
            np.linalg.norm(np.asarray(header.get_sform(), dtype=np.float64)[:3, :3], axis=0) if sform else np.array(pixdim or (1,) * 3)
        )
    lacking = ~(np.isfinite(lengths) & (lengths > 0))
    if lacking.any() and not sform:
        return _filled(header, lengths, lacking, wanted, flat=size[2] == 1, mm=mm)
    if wanted is None or lacking.any():  # a matrix without an axis says nothing of its direction either
        return StatedSpacing()
    if mm is None:
        if np.abs(wanted / lengths - 1).max() <= STATED_TOL:
            return StatedSpacing()
        return StatedSpacing((stated_spacing(wanted),), (True, True, True), wanted / lengths)
    off = np.abs(wanted / (lengths * mm) - 1) > STATED_TOL
    return StatedSpacing((contradiction(lengths * mm, wanted),) if off.any() else ())


def _filled(
    header: Any,
    lengths: npt.NDArray[np.float64],
    lacking: npt.NDArray[np.bool_],
    wanted: npt.NDArray[np.float64] | None,
    *,
    flat: bool,
    mm: float | None,
) -> StatedSpacing:
    if wanted is None:
        if flat and not lacking[:2].any():
            return StatedSpacing((Finding("depth_unknown", _FLAT, "amber"),))
        return StatedSpacing((Finding("spacing_unknown", _UNKNOWN, "red", STATE_IT),))
    factor = mm or 1.0
    taken = lacking | (mm is None)
    with np.errstate(all="ignore"):
        off = ~taken & (np.abs(wanted / (lengths * factor) - 1) > STATED_TOL)
    if off.any():
        return StatedSpacing((contradiction(np.where(lacking, wanted, lengths * factor), wanted),))
    used = np.where(taken, wanted / factor, lengths)
    header["pixdim"][1:4] = used
    return StatedSpacing((stated_spacing(used * factor),), (bool(taken[0]), bool(taken[1]), bool(taken[2])))


def stated_spacing(used: npt.NDArray[np.float64]) -> Finding:
    """Return what is to be said of a spacing [i, j, k] in mm that the user stated."""
    column_mm, row_mm, slice_mm = (float(v) for v in used)
    message = f"As the user states, voxels are {row_mm:.4g} × {column_mm:.4g} × {slice_mm:.4g} mm apart"
    return Finding("spacing_stated", message, "amber")


def contradiction(found: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> Finding:
    """Return the refusal of a spacing [i, j, k] in mm that a header states otherwise."""
    theirs, ours = (" × ".join(f"{float(v[n]):.4g}" for n in (1, 0, 2)) for v in (found, wanted))
    message = f"The file states {theirs} mm between rows, columns and slices, and the user {ours} mm"
    return Finding("stated_contradicts", message, "red", _LEAVE_IT)
