"""Where a voxel grid lies in the patient.

One conversion between index and millimetre for the whole application. The frame is DICOM's patient
frame, LPS: x grows to the patient's Left, y to the Posterior side, z to the head (Superior), in mm
(DICOM PS3.3 C.7.6.2.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import GeometryError

__all__ = ["GRID_TOL_MM", "ORTHONORMAL_TOL", "AxisMap", "Geometry", "nearest_orthonormal", "orthonormal_error"]

FloatArray = npt.NDArray[np.float64]

GRID_TOL_MM = 1e-4
"""Two grids are the same when no voxel centre of one lies further than this from the other's."""

ORTHONORMAL_TOL = 1e-5
"""Largest deviation from orthonormal axes that is taken as rounding of the file's decimals."""

OBLIQUE_TOL_DEG = 0.5
"""Axes closer than this to the patient's axes are called straight."""


def orthonormal_error(direction: FloatArray) -> float:
    """Return the largest deviation of a 3x3 matrix from orthonormal columns: max |D^T D - 1|; infinite where not finite."""
    matrix = np.asarray(direction, dtype=np.float64)
    return float(np.abs(matrix.T @ matrix - np.eye(3)).max()) if np.isfinite(matrix).all() else float("inf")


def nearest_orthonormal(direction: FloatArray) -> FloatArray:
    """Return the orthonormal 3x3 matrix nearest to ``direction``, of the same handedness.

    The rotation of the polar decomposition; no other orthonormal matrix lies nearer in the Frobenius norm
    (Higham, SIAM J. Sci. Stat. Comput. 7, 1986, doi 10.1137/0907079).
    """
    left, _, right = np.linalg.svd(np.asarray(direction, dtype=np.float64))
    return np.asarray(left @ right)


@dataclass(frozen=True, slots=True)
class AxisMap:
    """A reordering of grid axes that moves no voxel: a permutation and flips.

    Attributes
    ----------
    order
        For each new axis (i, j, k) the old axis that it is taken from.
    flipped
        For each new axis whether it runs against the old one.
    """

    order: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]

    def view(self, voxels_kji: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return the array in the new order as a view; writing to it writes to the original.

        Parameters
        ----------
        voxels_kji
            Array with axes [k, j, i] and any further axes behind them.
        """
        rest = tuple(range(3, voxels_kji.ndim))
        # array axis a holds grid axis 2 - a
        axes = tuple(2 - self.order[2 - a] for a in range(3)) + rest
        out = voxels_kji.transpose(axes)
        flips = tuple(slice(None, None, -1) if self.flipped[2 - a] else slice(None) for a in range(3))
        return out[flips]

    @property
    def is_identity(self) -> bool:
        """Whether nothing changes."""
        return self.order == (0, 1, 2) and not any(self.flipped)


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """A regular grid of voxels in the patient.

    Attributes
    ----------
    size_ijk
        Number of voxels along i (columns, fastest), j (rows), k (slices).
    spacing_mm
        Distance between voxel centres along i, j, k, all positive.
    origin_mm
        Patient position (LPS) of the centre of voxel (0, 0, 0).
    direction
        3x3, float64, orthonormal; column n is the unit vector of grid axis n in LPS.

    Raises
    ------
    GeometryError
        When a size is below 1, a spacing is not positive and finite, an origin is not finite or the
        axes are not orthonormal within ``ORTHONORMAL_TOL``.
    """

    size_ijk: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: FloatArray

    def __post_init__(self) -> None:
        direction = np.array(self.direction, dtype=np.float64).reshape(3, 3)
        direction.setflags(write=False)
        object.__setattr__(self, "direction", direction)
        object.__setattr__(self, "size_ijk", tuple(int(n) for n in self.size_ijk))
        object.__setattr__(self, "spacing_mm", tuple(float(s) for s in self.spacing_mm))
        object.__setattr__(self, "origin_mm", tuple(float(o) for o in self.origin_mm))
        if min(self.size_ijk) < 1:
            raise GeometryError(f"A scan needs at least one voxel along each axis, not {self.size_ijk}", next_step="Check the file.")
        if not all(np.isfinite(s) and s > 0 for s in self.spacing_mm):
            raise GeometryError(f"Voxel spacing must be positive, not {self.spacing_mm} mm", next_step="Check the file's header.")
        if not all(np.isfinite(o) for o in self.origin_mm):
            raise GeometryError(f"The origin must be finite, not {self.origin_mm} mm", next_step="Check the file's header.")
        error = orthonormal_error(direction)
        if error > ORTHONORMAL_TOL:
            raise GeometryError(
                f"The axes of the grid are not perpendicular unit vectors (off by {error:.2g})",
                next_step="Resample the scan onto a regular grid first.",
            )

    @classmethod
    def identity(cls, size_ijk: tuple[int, int, int], spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Geometry:
        """Return a grid whose axes are the patient's, with voxel 0 at the origin."""
        return cls(size_ijk, spacing_mm, (0.0, 0.0, 0.0), np.eye(3))

    @classmethod
    def from_affine(cls, affine: FloatArray, size_ijk: tuple[int, int, int]) -> Geometry:
        """Return the grid of a 4x4 matrix that maps (i, j, k, 1) to LPS mm.

        Raises
        ------
        GeometryError
            When the matrix shears or has a zero axis.
        """
        matrix = np.asarray(affine, dtype=np.float64)
        spacing = np.linalg.norm(matrix[:3, :3], axis=0)
        if not np.all(spacing > 0):
            raise GeometryError("The file's matrix has an axis of length zero", next_step="Check the file's header.")
        origin = matrix[:3, 3]
        return cls(
            size_ijk,
            (float(spacing[0]), float(spacing[1]), float(spacing[2])),
            (float(origin[0]), float(origin[1]), float(origin[2])),
            matrix[:3, :3] / spacing,
        )

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Array shape of a grey volume on this grid, axes [k, j, i]."""
        i, j, k = self.size_ijk
        return (k, j, i)

    @property
    def first_slice(self) -> Geometry:
        """The grid of slice k = 0 alone: where every frame of a cine lies."""
        return Geometry((*self.size_ijk[:2], 1), self.spacing_mm, self.origin_mm, self.direction)

    @property
    def affine(self) -> FloatArray:
        """4x4 float64 matrix that maps (i, j, k, 1) to LPS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.direction * np.asarray(self.spacing_mm)
        matrix[:3, 3] = self.origin_mm
        return matrix

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in millilitres."""
        return float(np.prod(self.spacing_mm)) / 1000.0

    @property
    def diagonal_mm(self) -> float:
        """Length of the grid's diagonal between the outer voxel faces."""
        return float(np.linalg.norm(np.asarray(self.size_ijk) * np.asarray(self.spacing_mm)))

    @property
    def axis_letters(self) -> tuple[str, str, str]:
        """For each grid axis the patient letter (L R P A S I) that it mostly grows towards."""
        letters = []
        for axis in range(3):
            component = int(np.abs(self.direction[:, axis]).argmax())
            letters.append(("RL", "AP", "IS")[component][int(self.direction[component, axis] > 0)])
        return (letters[0], letters[1], letters[2])

    @property
    def obliqueness_deg(self) -> float:
        """Largest angle in degrees between a grid axis and its nearest patient axis."""
        return _obliqueness_deg(self.direction.tobytes())

    @property
    def is_oblique(self) -> bool:
        """Whether an axis leans more than ``OBLIQUE_TOL_DEG`` from the patient's axes."""
        return self.obliqueness_deg > OBLIQUE_TOL_DEG

    def index_to_world(self, index_ijk: npt.ArrayLike) -> FloatArray:
        """Map voxel indices (..., 3), fractions allowed, to LPS mm (..., 3)."""
        index = np.asarray(index_ijk, dtype=np.float64)
        return np.asarray(index * np.asarray(self.spacing_mm) @ self.direction.T + np.asarray(self.origin_mm))

    def world_to_index(self, world_mm: npt.ArrayLike) -> FloatArray:
        """Map LPS mm (..., 3) to fractional voxel indices (..., 3)."""
        offset = np.asarray(world_mm, dtype=np.float64) - np.asarray(self.origin_mm)
        # The inverse, not the transpose: they differ by ORTHONORMAL_TOL, which is 5 µm at the end of a 500 mm scan.
        return np.asarray(offset @ np.linalg.inv(self.direction).T / np.asarray(self.spacing_mm))

    def largest_distance_mm(self, other: Geometry) -> float:
        """Return how far apart the same voxels of two grids lie at most, in mm; infinite for other sizes.

        Both are affine, so the largest distance is at one of the eight corners.
        """
        if self.size_ijk != other.size_ijk:
            return float("inf")
        corners = np.array(
            [[a, b, c] for a in (0, self.size_ijk[0] - 1) for b in (0, self.size_ijk[1] - 1) for c in (0, self.size_ijk[2] - 1)],
            dtype=np.float64,
        )
        return float(np.linalg.norm(self.index_to_world(corners) - other.index_to_world(corners), axis=1).max())

    def same_grid(self, other: Geometry, *, tol_mm: float = GRID_TOL_MM) -> bool:
        """Whether every voxel lies where the other grid's voxel of the same index lies."""
        return self.largest_distance_mm(other) <= tol_mm

    def reordered(self, axis_map: AxisMap) -> Geometry:
        """Return the same voxels in space in another order of axes."""
        first = [self.size_ijk[old] - 1 if flip else 0 for old, flip in zip(axis_map.order, axis_map.flipped, strict=True)]
        corner = np.zeros(3)
        for new, old in enumerate(axis_map.order):
            corner[old] = first[new]
        origin = self.index_to_world(corner)
        signs = np.where(axis_map.flipped, -1.0, 1.0)
        order = list(axis_map.order)
        size = tuple(self.size_ijk[a] for a in order)
        spacing = tuple(self.spacing_mm[a] for a in order)
        return Geometry(
            (size[0], size[1], size[2]),
            (spacing[0], spacing[1], spacing[2]),
            (float(origin[0]), float(origin[1]), float(origin[2])),
            self.direction[:, order] * signs,
        )

    def canonical_axes(self) -> AxisMap:
        """Return the reordering after which i, j, k grow towards L, P, S as nearly as the grid allows.

        The assignment is the permutation with the largest total alignment, so that a grid turned by
        45 degrees still gets three different axes.
        """
        return _canonical_axes(self.direction.tobytes())

    def axes_like(self, direction: FloatArray) -> AxisMap:
        """Return the reordering that brings this grid's axes nearest to the columns of ``direction``."""
        return _nearest_axes(np.asarray(direction), self.direction)

    def reordering_to(self, target: Geometry, *, tol_mm: float = GRID_TOL_MM) -> AxisMap | None:
        """Return the reordering under which this grid becomes ``target``, or None where it is another grid."""
        axis_map = self.axes_like(target.direction)
        return axis_map if self.reordered(axis_map).same_grid(target, tol_mm=tol_mm) else None

    def as_json(self) -> dict[str, object]:
        """Return size, spacing, origin and direction (row by row) as plain numbers."""
        return {
            "size": list(self.size_ijk),
            "spacing_mm": list(self.spacing_mm),
            "origin_mm": list(self.origin_mm),
            "direction": [float(v) for v in self.direction.reshape(-1)],
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Geometry:
        """Return the geometry that ``as_json`` wrote."""
        size, spacing, origin = document["size"], document["spacing_mm"], document["origin_mm"]
        return cls(
            (size[0], size[1], size[2]),
            (spacing[0], spacing[1], spacing[2]),
            (origin[0], origin[1], origin[2]),
            np.asarray(document["direction"], dtype=np.float64).reshape(3, 3),
        )


def _nearest_axes(target: FloatArray, direction: FloatArray) -> AxisMap:
    alignment = target.T @ direction  # [new, old]
    best, best_score = (0, 1, 2), -1.0
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        score = float(sum(abs(alignment[new, old]) for new, old in enumerate(order)))
        if score > best_score + 1e-9:
            best, best_score = order, score
    flips = [bool(alignment[new, old] < 0) for new, old in enumerate(best)]
    return AxisMap(best, (flips[0], flips[1], flips[2]))


# every picture of a view asks for these
@lru_cache(maxsize=64)
def _canonical_axes(direction: bytes) -> AxisMap:
    return _nearest_axes(np.eye(3), np.frombuffer(direction).reshape(3, 3))


@lru_cache(maxsize=64)
def _obliqueness_deg(direction: bytes) -> float:
    nearest = np.abs(np.frombuffer(direction).reshape(3, 3)).max(axis=0).min()
    return float(np.degrees(np.arccos(np.clip(nearest, 0.0, 1.0))))
