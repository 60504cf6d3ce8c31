"""Slices put on a regular grid: moved back where the gantry was tilted, and evenly spaced where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["CT_BACKGROUND_HU", "Correction", "background_of", "corrected"]

FloatArray = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

_Box: TypeAlias = tuple[slice, slice]
"""Rows and columns."""

CT_BACKGROUND_HU = -1024
"""What stands in a CT where nothing was scanned: less than air."""

WHOLE_PIXEL = 1e-6
"""A shift this near a whole number of pixels moves them as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """How slices are brought onto a regular grid.

    Attributes
    ----------
    shift_ij
        Column and row of the new grid at which each stored slice's first pixel lies, float64 [k, 2], none negative; None where slices
        stay in place.
    size_ji
        Rows and columns of the new grid.
    along_mm, targets_mm
        Where stored slices lie along the normal and where the new ones shall, ascending [k]; None where they are even.
    """

    size_ji: tuple[int, int]
    shift_ij: FloatArray | None = None
    along_mm: FloatArray | None = None
    targets_mm: FloatArray | None = None


def background_of(voxels: Array, modality: str) -> float:
    """Return the intensity of what was not scanned: -1024 HU in a CT, black in colour, else the lowest that there is."""
    if modality == "CT":
        return float(CT_BACKGROUND_HU)
    return 0.0 if voxels.ndim == 4 else float(voxels.min())


def corrected(voxels: Array, correction: Correction, *, background: float) -> Array:
    """Return slices on the regular grid.

    Parameters
    ----------
    voxels
        Stored slices in order, [k, j, i] or [k, j, i, 3].
    background
        Of voxels beyond the stored slices.

    Returns
    -------
    The same type; whole numbers are rounded to the nearest.
    """
    boxes: list[_Box] = [(slice(None), slice(None))] * len(voxels)
    if correction.shift_ij is not None:
        voxels, boxes = _moved_back(voxels, correction.shift_ij, correction.size_ji, background)
    if correction.along_mm is None or correction.targets_mm is None:
        return voxels
    return _evenly(voxels, boxes, correction, background)


def _moved_back(voxels: Array, shift_ij: FloatArray, size_ji: tuple[int, int], background: float) -> tuple[Array, list[_Box]]:
    """Put each slice where it was taken, and say which rows and columns it covers; a pixel that is partly covered is background."""
    out = np.full((voxels.shape[0], *size_ji, *voxels.shape[3:]), background, dtype=voxels.dtype)
    boxes: list[_Box] = []
    for k, (across, down) in enumerate(shift_ij):
        plane = voxels[k]
        if abs(across - round(across)) > WHOLE_PIXEL or abs(down - round(down)) > WHOLE_PIXEL:
            plane = plane.astype(np.float32)
        plane, first_i = _slid(plane, across, axis=1)
        plane, first_j = _slid(plane, down, axis=0)
        boxes.append((slice(first_j, first_j + plane.shape[0]), slice(first_i, first_i + plane.shape[1])))
        out[k][boxes[-1]] = _typed(plane, voxels.dtype)
    return out, boxes


def _slid(plane: Array, shift: float, *, axis: int) -> tuple[Array, int]:
    """Return a plane at a fractional shift along an axis, sampled at whole pixels, and the pixel at which it begins."""
    nearest = round(shift)
    if abs(shift - nearest) <= WHOLE_PIXEL:
        return plane, nearest
    whole = int(np.floor(shift))
    part = np.float32(shift - whole)
    ahead, behind = (slice(1, None), slice(None, -1))
    if axis == 1:
        return plane[:, ahead] * (1 - part) + plane[:, behind] * part, whole + 1
    return plane[ahead] * (1 - part) + plane[behind] * part, whole + 1


def _evenly(voxels: Array, boxes: list[_Box], correction: Correction, background: float) -> Array:
    along_mm, targets_mm = correction.along_mm, correction.targets_mm
    assert along_mm is not None, "only uneven slices are evened out"
    assert targets_mm is not None, "only uneven slices are evened out"
    out = np.full((len(targets_mm), *voxels.shape[1:]), background, dtype=voxels.dtype)
    for k, target in enumerate(targets_mm):
        upper = int(np.clip(np.searchsorted(along_mm, target), 1, len(along_mm) - 1))
        share = float(np.clip((target - along_mm[upper - 1]) / (along_mm[upper] - along_mm[upper - 1]), 0.0, 1.0))
        if share in (0.0, 1.0):
            out[k] = voxels[upper - 1 + int(share)]
            continue
        # only where both neighbours were scanned: half a background is nothing that was measured
        box = _common(boxes[upper - 1], boxes[upper])
        below, above = (voxels[n][box].astype(np.float32) for n in (upper - 1, upper))
        out[k][box] = _typed(below * np.float32(1 - share) + above * np.float32(share), voxels.dtype)
    return out


def _common(one: _Box, other: _Box) -> _Box:
    """Return the rows and columns that two slices both cover."""
    if one[0].start is None:
        return one
    rows, columns = (slice(max(a.start, b.start), max(min(a.stop, b.stop), a.start, b.start)) for a, b in zip(one, other, strict=True))
    return rows, columns


def _typed(values: Array, dtype: np.dtype[Any]) -> Array:
    if values.dtype == dtype or dtype.kind == "f":
        return values.astype(dtype, copy=False)
    return np.rint(values).astype(dtype)
