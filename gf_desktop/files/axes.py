"""From the matrix that a file states to a grid that can be trusted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gf_desktop.files.findings import Finding
from gf_desktop.imaging.geometry import ORTHONORMAL_TOL, Geometry, nearest_orthonormal, orthonormal_error

__all__ = ["AXES_TOL", "SHIFT_TOL_VOXELS", "SILENT_TOL_MM", "grid_of_matrix"]

FloatArray = npt.NDArray[np.float64]

AXES_TOL = 1e-2
"""Axes that deviate more than this from perpendicular unit vectors (0.6 degrees) are a shear, not rounding."""

SHIFT_TOL_VOXELS = 0.5
"""Straightening the axes may move no voxel centre by more than this share of the smallest voxel side."""

SILENT_TOL_MM = 0.01
"""What moves no voxel further than this is rounding of the file's decimals and not worth a word."""

_RESAMPLE = "Resample the scan onto a regular grid with a tool such as 3D Slicer, then import the result."


def grid_of_matrix(matrix: FloatArray, size_ijk: tuple[int, int, int]) -> tuple[Geometry | None, list[Finding]]:
    """Return the grid of a 4x4 matrix (i, j, k, 1) -> LPS mm, its axes straightened where they are slightly off.

    Straightening takes the nearest orthonormal axes and keeps the middle of the scan where it is.

    Returns
    -------
    The geometry, or None with a red finding where the matrix is not finite, has an axis of length zero, or is
    further from perpendicular than ``AXES_TOL`` or ``SHIFT_TOL_VOXELS`` allow.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    if not np.isfinite(matrix).all():
        return None, [Finding("no_matrix", "The file's matrix holds values that are not numbers", "red", _RESAMPLE)]
    with np.errstate(over="ignore", under="ignore"):
        spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    if not (np.isfinite(spacing) & (spacing > 0)).all():
        return None, [Finding("no_matrix", "The file's matrix has an axis of length zero", "red", _RESAMPLE)]
    direction = matrix[:3, :3] / spacing
    error = orthonormal_error(direction)
    if error <= ORTHONORMAL_TOL:
        return Geometry.from_affine(matrix, size_ijk), []
    if abs(float(np.linalg.det(direction))) < 0.5:
        return None, [Finding("sheared", "Two axes of the grid point the same way", "red", _RESAMPLE)]
    straight = nearest_orthonormal(direction)
    middle = (np.asarray(size_ijk, dtype=np.float64) - 1) / 2
    centre = matrix[:3, :3] @ middle + matrix[:3, 3]
    origin = centre - straight @ (middle * spacing)
    geometry = Geometry(
        size_ijk,
        (float(spacing[0]), float(spacing[1]), float(spacing[2])),
        (float(origin[0]), float(origin[1]), float(origin[2])),
        straight,
    )
    # The difference is linear and zero in the middle, so it is largest at a corner.
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], dtype=np.float64)
    shift_mm = float(np.linalg.norm((signs * middle) @ (matrix[:3, :3] - straight * spacing).T, axis=1).max())
    if error > AXES_TOL or shift_mm > SHIFT_TOL_VOXELS * spacing.min():
        message = f"The axes are not perpendicular (off by {error:.2g}); a regular grid would misplace voxels by up to {shift_mm:.2g} mm"
        return None, [Finding("sheared", message, "red", _RESAMPLE)]
    if shift_mm <= SILENT_TOL_MM:
        return geometry, []
    message = f"The axes were not quite perpendicular (off by {error:.1g}) and were straightened: voxels moved by at most {shift_mm:.2g} mm"
    return geometry, [Finding("axes_straightened", message, "amber")]
