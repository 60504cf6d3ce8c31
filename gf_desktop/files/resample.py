"""Masks onto another grid of the same frame of reference, and the numbers that tell what it did to each structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import GeometryError
from gf_desktop.imaging.geometry import Geometry

__all__ = ["ResampleMethod", "ResamplePreview", "ResampledLabel", "resample_mask"]

ResampleMethod = Literal["nearest", "linear"]

EDGE_TOL_VOXELS = 1e-6
"""A point this little beyond the outer faces of a grid still lies in it: what is left of rounding."""


@dataclass(frozen=True, slots=True)
class ResampledLabel:
    """One label before, on the mask's own grid, and after, on the other.

    Attributes
    ----------
    label
        Its id in the file.
    voxels_before, voxels_after
        Counts.
    ml_before, ml_after
        Volumes.
    outside_share
        Share, 0 to 1, of the voxels before whose centres lie outside the other grid and are lost.
    """

    label: int
    voxels_before: int
    voxels_after: int
    ml_before: float
    ml_after: float
    outside_share: float

    def as_json(self) -> dict[str, float]:
        """Return the attributes by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ResamplePreview:
    """What a resampling did, label by label, background left out."""

    method: ResampleMethod
    labels: tuple[ResampledLabel, ...]


def resample_mask(
    values: npt.NDArray[Any], own: Geometry, onto: Geometry, *, method: ResampleMethod = "nearest"
) -> tuple[npt.NDArray[Any], ResamplePreview]:
    """Return a mask on another grid of the same frame of reference.

    "nearest": each voxel takes the label of the mask's voxel in which its centre lies. "linear": it takes the label with the
    largest share when the membership of every label, background too, is interpolated linearly; of equal shares the lower id.

    Parameters
    ----------
    values
        Integer [k, j, i] on ``own``.
    onto
        The grid to bring it to; what lies outside ``own`` becomes background.

    Returns
    -------
    Labels [k, j, i] on ``onto``, of the same type, and the numbers.

    Raises
    ------
    GeometryError
        When no labelled voxel lies within ``onto``.
    ValueError
        When values and grid do not fit.
    """
    if values.shape != own.shape_kji:
        raise ValueError(f"values of shape {values.shape} for a grid of {own.shape_kji}")
    ids, counts = np.unique(values, return_counts=True)
    before = {int(v): int(n) for v, n in zip(ids, counts, strict=True) if v != 0}
    outside = _outside(values, own, onto)
    out = _nearest(values, own, onto) if method == "nearest" else _majority(values, list(before), own, onto)
    after = {int(v): int(n) for v, n in zip(*np.unique(out, return_counts=True), strict=True)}
    if before and not after.keys() & before.keys():
        raise GeometryError(
            "Nothing of the mask lies within the scan, so both are hardly of the same frame of reference",
            next_step="Choose a mask of this scan.",
        )
    rows = tuple(
        ResampledLabel(v, n, after.get(v, 0), n * own.voxel_ml, after.get(v, 0) * onto.voxel_ml, outside.get(v, 0) / n)
        for v, n in before.items()
    )
    return out, ResamplePreview(method, rows)


def _outside(values: npt.NDArray[Any], own: Geometry, onto: Geometry) -> dict[int, int]:
    """Return for each label how many of its voxel centres lie outside the outer faces of a grid."""
    found: dict[int, int] = {}
    size = np.asarray(onto.size_ijk)
    for k, plane in enumerate(values):
        drawn = np.argwhere(plane != 0)
        if not len(drawn):
            continue
        index = np.column_stack([drawn[:, 1], drawn[:, 0], np.full(len(drawn), k)])
        there = onto.world_to_index(own.index_to_world(index))
        lost = ((there < -0.5 - EDGE_TOL_VOXELS) | (there > size - 0.5 + EDGE_TOL_VOXELS)).any(axis=1)
        for v, n in zip(*np.unique(plane[plane != 0][lost], return_counts=True), strict=True):
            found[int(v)] = found.get(int(v), 0) + int(n)
    return found


def _index_of_slice(k: int, own: Geometry, onto: Geometry) -> npt.NDArray[np.float64]:
    """Return where the voxels of slice k of ``onto`` lie in ``own``: fractional (i, j, k), [rows * columns, 3]."""
    columns, rows, _slices = onto.size_ijk
    j, i = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    return own.world_to_index(onto.index_to_world(np.column_stack([i.ravel(), j.ravel(), np.full(i.size, k)])))


def _nearest(values: npt.NDArray[Any], own: Geometry, onto: Geometry) -> npt.NDArray[Any]:
    out = np.zeros(onto.shape_kji, values.dtype)
    for k, plane in enumerate(out):
        # what lies exactly between two voxels goes to the lower one, whichever way rounding errs
        index = np.ceil(_index_of_slice(k, own, onto) - 0.5 - EDGE_TOL_VOXELS).astype(np.int64)
        inside = ((index >= 0) & (index < own.size_ijk)).all(axis=1)
        i, j, kk = index[inside].T
        plane.reshape(-1)[inside] = values[kk, j, i]
    return out


def _majority(values: npt.NDArray[Any], labels: list[int], own: Geometry, onto: Geometry) -> npt.NDArray[Any]:
    out = np.zeros(onto.shape_kji, values.dtype)
    low, high = np.zeros(3, dtype=np.int64), np.asarray(own.size_ijk) - 1
    for k, plane in enumerate(out):
        index = _index_of_slice(k, own, onto)
        inside = ((index >= -0.5 - EDGE_TOL_VOXELS) & (index <= high + 0.5 + EDGE_TOL_VOXELS)).all(axis=1)
        index = np.clip(index[inside], low, high)
        corner = np.minimum(np.floor(index).astype(np.int64), np.maximum(high - 1, 0))
        share = index - corner
        eight = [
            (np.array([a, b, c]), np.abs(1 - np.array([a, b, c]) - share).prod(axis=1)) for a in (0, 1) for b in (0, 1) for c in (0, 1)
        ]
        near = [(values[tuple(np.minimum(corner + at, high)[:, ::-1].T)], weight) for at, weight in eight]
        best = np.full(len(index), -1.0)
        chosen = np.zeros(len(index), values.dtype)
        for label in (0, *labels):
            votes = sum((np.where(found == label, weight, 0.0) for found, weight in near), np.zeros(len(index)))
            better = votes > best + EDGE_TOL_VOXELS
            best[better], chosen[better] = votes[better], label
        plane.reshape(-1)[inside] = chosen
    return out
