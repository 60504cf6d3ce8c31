"""A synthetic CT of any size for the benchmarks: a body with organs, air around it, and noise that does not compress to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["SPACING_MM", "phantom_planes", "write_nifti"]

SPACING_MM = (0.8, 0.8, 1.0)
"""Of the phantom's voxels along i, j, k."""

NOISE_HU = 15
AIR_HU = -1000
TISSUE_HU = 40

ORGANS = (
    (110, (0.5, 0.42, 0.36), (0.32, 0.16, 0.13)),
    (60, (0.5, 0.45, 0.64), (0.28, 0.13, 0.11)),
    (700, (0.5, 0.68, 0.5), (0.5, 0.06, 0.06)),
)
"""HU, centre and half axes as shares of the size along k, j, i."""

GZIP_LEVEL = 1


def _ellipse(shape_kji: tuple[int, int, int], k: int, centre: tuple[float, ...], half: tuple[float, ...]) -> npt.NDArray[np.bool_]:
    rows = ((np.arange(shape_kji[1]) + 0.5) / shape_kji[1] - centre[1]) / half[1]
    columns = ((np.arange(shape_kji[2]) + 0.5) / shape_kji[2] - centre[2]) / half[2]
    depth = ((k + 0.5) / shape_kji[0] - centre[0]) / half[0]
    inside: npt.NDArray[np.bool_] = rows[:, None] ** 2 + columns[None, :] ** 2 + depth**2 <= 1.0
    return inside


def phantom_planes(shape_kji: tuple[int, int, int], *, seed: int = 0) -> Any:
    """Give the slices of the scan in order, int16 [j, i] in HU."""
    random = np.random.default_rng(seed)
    # noise of one slice, moved about: drawing it anew for each would take most of the time
    noise = np.rint(random.normal(0.0, NOISE_HU, (shape_kji[1], shape_kji[2]))).astype(np.int16)
    for k in range(shape_kji[0]):
        plane = np.full(shape_kji[1:], AIR_HU, np.int16)
        plane[_ellipse(shape_kji, k, (0.5, 0.5, 0.5), (4.0, 0.34, 0.42))] = TISSUE_HU
        for value, centre, half in ORGANS:
            plane[_ellipse(shape_kji, k, centre, half)] = value
        plane += np.roll(noise, tuple(random.integers(0, shape_kji[1], 2)), (0, 1))
        yield plane


def write_nifti(path: Path, voxels_kji: npt.NDArray[Any]) -> None:
    """Write voxels [k, j, i] as NIfTI, quickly; ``.gz`` compresses."""
    import nibabel

    nibabel.openers.Opener.default_compresslevel = GZIP_LEVEL
    affine = np.diag([-SPACING_MM[0], -SPACING_MM[1], SPACING_MM[2], 1.0])
    nibabel.save(nibabel.Nifti1Image(voxels_kji.transpose(2, 1, 0), affine), path)
