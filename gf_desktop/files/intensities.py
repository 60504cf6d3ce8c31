"""Stored numbers to intensities: slope and intercept, in the smallest type that holds the result exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.files.findings import Finding

__all__ = ["exact_type", "finite", "rescaled", "rescaled_planes"]

_INT16 = np.iinfo(np.int16)


def exact_type(low: float, high: float, *, whole: bool) -> type[np.int16 | np.float32]:
    """Return int16 where whole numbers from ``low`` to ``high`` fit into it, else float32."""
    return np.int16 if whole and low >= _INT16.min and high <= _INT16.max else np.float32


MAX_WHOLE = 1 << 30
"""Whole slopes and intercepts below this are reckoned with in 32 bits."""


def rescaled(stored: npt.NDArray[Any], *, slope: float = 1.0, intercept: float = 0.0) -> npt.NDArray[Any]:
    """Return ``stored * slope + intercept`` as int16 where that is exact, else as float32.

    Parameters
    ----------
    stored
        Any shape, integer or float. Floats that happen to be whole numbers stay floats.
    """
    if stored.size == 0:
        return stored.astype(np.int16)
    whole = stored.dtype.kind in "iub" and float(slope).is_integer() and float(intercept).is_integer()
    if not whole or max(abs(slope), abs(intercept)) >= MAX_WHOLE:
        return _as_floats(stored, slope, intercept)
    ends = sorted(float(v) * slope + intercept for v in (stored.min(), stored.max()))
    if exact_type(ends[0], ends[1], whole=True) is np.int16:
        if slope == 1.0 and intercept == 0.0:
            return stored.astype(np.int16, copy=False)
        if slope == 1.0 and stored.dtype.itemsize <= 2:
            # sums of 16 bits that run over come back: the result fits, so it is exact, in a fifth of the time of 32 bits
            return stored.astype(np.int16, copy=False) + np.int32(intercept).astype(np.int16)
        # A stored value may not fit int16 although the result does, so the sum is made in 32 bits.
        return (stored.astype(np.int32) * np.int32(slope) + np.int32(intercept)).astype(np.int16)
    return _as_floats(stored, slope, intercept)


def _as_floats(stored: npt.NDArray[Any], slope: float, intercept: float) -> npt.NDArray[Any]:
    """Return the nearest float32; what is beyond them is infinite, which :func:`finite` sees."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if slope == 1.0 and intercept == 0.0:
            return stored.astype(np.float32, copy=False)
        return (stored.astype(np.float64) * slope + intercept).astype(np.float32)


def rescaled_planes(stored: list[npt.NDArray[Any]], scales: Sequence[tuple[float, float]]) -> tuple[npt.NDArray[Any], list[Finding]]:
    """Return grey planes as one array of intensities [k, j, i], each scaled by its own slope and intercept; and what was noticed.

    Parameters
    ----------
    stored
        [j, i] of one size, at least one; the list is emptied, so that a scan is not in memory twice.
    scales
        Slope and intercept of each.
    """
    findings = []
    if len(set(scales)) > 1:
        findings.append(Finding("rescale_varies", "Slope or intercept differ between slices; each slice is scaled by its own", "green"))
    voxels = np.empty((len(scales), *stored[0].shape), np.int16)
    stored.reverse()
    for number, (slope, intercept) in enumerate(scales):
        plane = rescaled(stored.pop(), slope=slope, intercept=intercept)
        if plane.dtype != np.int16 and voxels.dtype == np.int16:
            voxels = voxels.astype(np.float32)
        voxels[number] = plane
    return voxels, findings


def finite(voxels: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], list[Finding]] | None:
    """Return intensities of any shape with a number in each voxel, and what was noticed; None where there is no number at all."""
    if voxels.dtype.kind != "f":
        return voxels, []
    sound = np.isfinite(voxels)
    lost = int(voxels.size - np.count_nonzero(sound))
    if lost == 0:
        return voxels, []
    if lost == voxels.size:
        return None
    lowest = voxels[sound].min()
    many = f"{lost} voxels hold no number and are taken as the lowest intensity, {lowest:.6g}"
    message = f"1 voxel holds no number and is taken as the lowest intensity, {lowest:.6g}" if lost == 1 else many
    return np.where(sound, voxels, lowest), [Finding("not_finite", message, "amber")]
