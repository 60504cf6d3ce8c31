"""Lengths, angles and the intensities of a region, in mm and the scan's unit whatever its voxels are like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.limits import grey

__all__ = ["RegionStatistics", "angle_deg", "distance_mm", "ellipse_mask", "rectangle_mask", "region_statistics"]

Bools = npt.NDArray[np.bool_]
IndexIJK = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RegionStatistics:
    """Intensities within a region of a slice.

    Attributes
    ----------
    pixels
        Number of pixel centres in it.
    area_mm2
        Of these pixels.
    mean, deviation, lowest, highest
        In the scan's unit; the deviation is that of a sample (n - 1), 0 for a single pixel.
    """

    pixels: int
    area_mm2: float
    mean: float
    deviation: float
    lowest: float
    highest: float


def distance_mm(geometry: Geometry, start_ijk: IndexIJK, stop_ijk: IndexIJK) -> float:
    """Return the distance between two places, given as fractional voxel indices, in mm in the patient."""
    ends = geometry.index_to_world(np.array([start_ijk, stop_ijk]))
    return float(np.linalg.norm(ends[1] - ends[0]))


def angle_deg(geometry: Geometry, one_ijk: IndexIJK, corner_ijk: IndexIJK, other_ijk: IndexIJK) -> float | None:
    """Return the angle at a corner between two places, 0 to 180 degrees; None where a place falls upon the corner."""
    one, corner, other = geometry.index_to_world(np.array([one_ijk, corner_ijk, other_ijk]))
    a, b = one - corner, other - corner
    # the arc tangent keeps its accuracy where the arc cosine loses it: near 0 and 180 degrees
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))) if lengths > 0 else None


def ellipse_mask(geometry: Geometry, axis: int, corner_ijk: IndexIJK, opposite_ijk: IndexIJK) -> Bools:
    """Return bool of a slice [later grid axis, earlier grid axis]: pixel centres within the ellipse that two corners of its box span.

    Parameters
    ----------
    axis
        Grid axis that the slice lies across: 0 = i, 1 = j, 2 = k.
    corner_ijk, opposite_ijk
        Fractional voxel indices.
    """
    across, up = (a for a in range(3) if a != axis)
    rows, columns = np.ogrid[: geometry.size_ijk[up], : geometry.size_ijk[across]]
    total = np.zeros((geometry.size_ijk[up], geometry.size_ijk[across]))
    for places, grid_axis in ((rows, up), (columns, across)):
        middle = (corner_ijk[grid_axis] + opposite_ijk[grid_axis]) / 2
        half = abs(corner_ijk[grid_axis] - opposite_ijk[grid_axis]) / 2
        if half == 0:
            return np.zeros(total.shape, bool)
        total = total + ((places - middle) / half) ** 2
    return np.asarray(total <= 1.0)


def rectangle_mask(geometry: Geometry, axis: int, corner_ijk: IndexIJK, opposite_ijk: IndexIJK) -> Bools:
    """Return bool of a slice [later grid axis, earlier grid axis]: pixel centres within the box that two corners span, its rim included.

    Parameters
    ----------
    axis
        Grid axis that the slice lies across: 0 = i, 1 = j, 2 = k.
    corner_ijk, opposite_ijk
        Fractional voxel indices.
    """
    across, up = (a for a in range(3) if a != axis)
    rows, columns = np.ogrid[: geometry.size_ijk[up], : geometry.size_ijk[across]]
    within = np.ones((geometry.size_ijk[up], geometry.size_ijk[across]), bool)
    for places, grid_axis in ((rows, up), (columns, across)):
        low, high = sorted((corner_ijk[grid_axis], opposite_ijk[grid_axis]))
        within &= (places >= low) & (places <= high)
    return within


def region_statistics(voxels: npt.NDArray[Any], geometry: Geometry, axis: int, index: int, mask: Bools) -> RegionStatistics | None:
    """Return the intensities of a region of a slice; None where it has no pixel.

    Parameters
    ----------
    voxels
        [k, j, i] of the scan, or [k, j, i, 3] colour, whose brightness counts.
    axis, index
        Grid axis that the slice lies across, and its number.
    mask
        bool of the slice [later grid axis, earlier grid axis], see :func:`ellipse_mask`.
    """
    only = [slice(None)] * 3
    only[2 - axis] = slice(index, index + 1)
    values = np.squeeze(grey(voxels[tuple(only)]), axis=2 - axis)[mask]
    if not values.size:
        return None
    across, up = (geometry.spacing_mm[a] for a in range(3) if a != axis)
    deviation = float(values.std(ddof=1)) if values.size > 1 else 0.0
    return RegionStatistics(
        int(values.size), float(values.size * across * up), float(values.mean()), deviation, float(values.min()), float(values.max())
    )
