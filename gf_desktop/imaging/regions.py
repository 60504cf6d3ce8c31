"""Tools that take a region at once: outlines, fills, thresholds, growth from a point and from seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, VoxelState
from gf_desktop.imaging.limits import grey
from gf_desktop.imaging.rule import PaintRule, paint_edit, relabel_edit

__all__ = [
    "fill_edit",
    "grow_region_edit",
    "grow_seeds_edit",
    "intensity_mask",
    "plane_box",
    "polygon_edit",
    "polygon_mask",
    "threshold_edit",
]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IndexIJK = tuple[float, float, float]

SEED_SMOOTHING_MM = 1.0
"""Standard deviation of the Gaussian under whose gradient seeds grow: noise weakens, borders of organs stay."""


def plane_box(geometry: Geometry, axis: int, index: int) -> Box | None:
    """Return the box of one slice across a grid axis (0 = i, 1 = j, 2 = k); None where the scan has no such slice."""
    if not 0 <= index < geometry.size_ijk[axis]:
        return None
    start, stop = [0, 0, 0], list(geometry.shape_kji)
    start[2 - axis], stop[2 - axis] = index, index + 1
    return Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))


def polygon_mask(geometry: Geometry, axis: int, points_ijk: Sequence[IndexIJK]) -> tuple[Box, Bools] | None:
    """Return the voxels of a slice whose centre lies inside a closed outline.

    The rule is even-odd: a centre is inside when a ray from it towards growing indices of the slice's first axis crosses the outline an
    odd number of times. An edge counts for rows from its lower end, included, to its upper, not included, and a centre on an edge belongs
    to the side of growing indices. So two outlines that share an edge share no voxel and leave none out.

    Parameters
    ----------
    axis
        Grid axis that the slice lies across: 0 = i, 1 = j, 2 = k; the slice is that of the first point, rounded.
    points_ijk
        Corners in fractional voxel indices, or the positions along a lasso; the last is joined to the first.

    Returns
    -------
    The box, cut to the scan, and bool of its shape. None with fewer than three points, outside the scan, or where no centre is inside.
    """
    if len(points_ijk) < 3 or not 0 <= round(points_ijk[0][axis]) < geometry.size_ijk[axis]:
        return None
    across, up = (a for a in range(3) if a != axis)  # grid axes; the larger one is the earlier array axis
    points = np.asarray(points_ijk, dtype=np.float64)
    start, stop = [0, 0, 0], [0, 0, 0]
    for a in (across, up):
        start[a] = max(int(np.ceil(points[:, a].min())), 0)
        stop[a] = min(int(np.floor(points[:, a].max())), geometry.size_ijk[a] - 1) + 1
        if stop[a] <= start[a]:
            return None
    start[axis] = round(points_ijk[0][axis])
    stop[axis] = start[axis] + 1
    inside = _scan_lines(points[:, across] - start[across], points[:, up] - start[up], (stop[up] - start[up], stop[across] - start[across]))
    if not inside.any():
        return None
    box = Box((start[2], start[1], start[0]), (stop[2], stop[1], stop[0]))
    return box, np.expand_dims(inside, 2 - axis)


def _scan_lines(x: FloatArray, y: FloatArray, shape: tuple[int, int]) -> Bools:
    """Return bool [rows, columns]: even-odd inside of the closed outline, columns along x and rows along y."""
    rows, columns = shape
    x0, y0, x1, y1 = x, y, np.roll(x, -1), np.roll(y, -1)
    # always from the lower end, so that an edge is cut at the same place from either side
    turned = y0 > y1
    x0, x1 = np.where(turned, x1, x0), np.where(turned, x0, x1)
    y0, y1 = np.where(turned, y1, y0), np.where(turned, y0, y1)
    first = np.clip(np.ceil(y0), 0, rows).astype(int)
    count = np.maximum(np.clip(np.ceil(y1), 0, rows).astype(int) - first, 0)
    edge = np.repeat(np.arange(len(x)), count)
    row = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    cut = x0[edge] + (row - y0[edge]) * (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
    # a cut at x flips all columns from the first one that is not left of it
    column = np.clip(np.ceil(cut), 0, columns).astype(int)
    flips = np.zeros((rows, columns + 1), dtype=np.int64)
    np.add.at(flips, (row, column), 1)
    return np.asarray(np.cumsum(flips, axis=1)[:, :columns] % 2 == 1)


def polygon_edit(
    label_map: LabelMap,
    axis: int,
    points_ijk: Sequence[IndexIJK],
    *,
    label: int,
    rule: PaintRule,
    subtract: bool = False,
    name: str = "polygon",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that adds the inside of a polygon or lasso to a structure, or takes it away; None where nothing changes.

    Parameters
    ----------
    axis, points_ijk
        See :func:`polygon_mask`.
    label
        The structure; with 0 and without ``subtract``, everything that the rule allows is erased.
    subtract
        Whether the structure's voxels inside become background; other structures are not touched.
    """
    found = polygon_mask(label_map.geometry, axis, points_ijk)
    if found is None:
        return None
    box, mask = found
    if subtract:
        mask = mask & (label_map.labels[box.slices] == label) & rule.lookup((label,))[label]
        rule = PaintRule(locked=rule.locked, state=rule.state, spare_reviewed=rule.spare_reviewed)
        label = 0
    return paint_edit(label_map, box, mask, label, rule=rule, name=name, author=author)


def _seeded(label_map: LabelMap, seed_ijk: IndexIJK, axis: int | None, box: Box | None) -> tuple[Box, tuple[int, int, int]] | None:
    """Return where a growth from a point may go, and the point within it; None where the point lies outside."""
    seed = (round(seed_ijk[2]), round(seed_ijk[1]), round(seed_ijk[0]))
    room = box or Box.whole(label_map.geometry.shape_kji)
    if axis is not None:
        at = 2 - axis
        start, stop = list(room.start_kji), list(room.stop_kji)
        start[at], stop[at] = max(start[at], seed[at]), min(stop[at], seed[at] + 1)
        room = Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))
    if not all(a <= s < b for a, s, b in zip(room.start_kji, seed, room.stop_kji, strict=True)):
        return None
    return room, (seed[0] - room.start_kji[0], seed[1] - room.start_kji[1], seed[2] - room.start_kji[2])


def _connected(mask: Bools, seed: tuple[int, int, int]) -> Bools:
    """Return the voxels of a mask that are joined to one of them over faces."""
    from skimage.segmentation import flood

    return np.asarray(flood(mask.astype(np.uint8), seed, connectivity=1), dtype=np.bool_)  # type: ignore[no-untyped-call]


def fill_edit(
    label_map: LabelMap,
    seed_ijk: IndexIJK,
    *,
    label: int,
    rule: PaintRule,
    axis: int | None = 2,
    box: Box | None = None,
    name: str = "fill",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that gives a label to the connected region of equal labels around a point; None where nothing changes.

    Parameters
    ----------
    seed_ijk
        Voxel index, rounded.
    axis
        Grid axis across which the filled slice lies: 0 = i, 1 = j, 2 = k; None to fill in space. Voxels are connected over faces.
    box
        The region ends at its faces; None for the whole scan.
    """
    found = _seeded(label_map, seed_ijk, axis, box)
    if found is None:
        return None
    room, seed = found
    labels = label_map.labels[room.slices]
    return paint_edit(label_map, room, _connected(labels == labels[seed], seed), label, rule=rule, name=name, author=author)


def threshold_edit(
    label_map: LabelMap,
    voxels: npt.NDArray[Any],
    *,
    low: float,
    high: float,
    label: int,
    rule: PaintRule,
    box: Box | None = None,
    name: str = "threshold",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that gives a label to all voxels of a box with an intensity from ``low`` to ``high``; None where nothing changes.

    Parameters
    ----------
    voxels
        [k, j, i] of the scan, or [k, j, i, 3] colour, whose brightness counts.
    low, high
        In the scan's unit, both included.
    box
        None for the whole scan.
    """
    room = box or Box.whole(label_map.geometry.shape_kji)
    return paint_edit(label_map, room, intensity_mask(voxels[room.slices], low, high), label, rule=rule, name=name, author=author)


def intensity_mask(voxels: npt.NDArray[Any], low: float, high: float) -> Bools:
    """Return bool [k, j, i]: intensities from ``low`` to ``high``, both included; of colour [k, j, i, 3] the brightness counts."""
    values = grey(voxels) if voxels.ndim == 4 else voxels
    return np.asarray((values >= low) & (values <= high))


def grow_region_edit(
    label_map: LabelMap,
    voxels: npt.NDArray[Any],
    seed_ijk: IndexIJK,
    *,
    low: float,
    high: float,
    label: int,
    rule: PaintRule,
    axis: int | None = None,
    box: Box | None = None,
    name: str = "grow region",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that gives a label to what a point is connected with through intensities from ``low`` to ``high``.

    None where nothing changes, and where the point's own intensity lies outside the range. Locked structures and what the rule keeps stop
    the growth: it does not pass through them.

    Parameters
    ----------
    voxels
        [k, j, i] of the scan, or [k, j, i, 3] colour, whose brightness counts.
    seed_ijk
        Voxel index, rounded.
    low, high
        In the scan's unit, both included.
    axis, box
        See :func:`fill_edit`.
    """
    found = _seeded(label_map, seed_ijk, axis, box)
    if found is None:
        return None
    room, seed = found
    allowed = rule.allows(label_map.labels[room.slices], label_map.states[room.slices], label)
    mask = intensity_mask(voxels[room.slices], low, high) & allowed
    if not mask[seed]:
        return None
    return paint_edit(label_map, room, _connected(mask, seed), label, rule=rule, name=name, author=author)


def grow_seeds_edit(
    label_map: LabelMap,
    voxels: npt.NDArray[Any],
    box: Box,
    *,
    rule: PaintRule,
    seeds: Bools | None = None,
    smoothing_mm: float = SEED_SMOOTHING_MM,
    name: str = "grow from seeds",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that lets labelled seeds grow until they meet at the edges of the scan; None where nothing changes.

    A watershed of the gradient of the smoothed intensities, flooded from the seeds over faces (Meyer, Signal Processing 38, 1994,
    doi 10.1016/0165-1684(94)90060-4; scikit-image's implementation). Every voxel of the box that the rule lets go gets the label of the
    seed that reaches it first; background grows from seeds of its own.

    Parameters
    ----------
    voxels
        [k, j, i] of the scan, or [k, j, i, 3] colour, whose brightness counts.
    box
        Where seeds are looked for and grow.
    seeds
        bool of the box's shape: the voxels whose present label is a seed, background too. None for those that a person has edited.
    smoothing_mm
        Standard deviation of the Gaussian, the same in mm along each axis; 0 for none.

    Notes
    -----
    None as well where the seeds have fewer than two labels: one alone would take the whole box. Locked structures are walls.
    """
    from skimage.segmentation import watershed

    labels, states = label_map.labels[box.slices], label_map.states[box.slices]
    if seeds is None:
        seeds = states == VoxelState.EDITED
    seeds = seeds & PaintRule(locked=rule.locked).lookup()[labels]
    own = [int(v) for v in np.unique(labels[seeds])]
    if len(own) < 2:
        return None
    free = rule.lookup(own)[labels] | seeds
    if rule.spare_reviewed:
        free &= (states < VoxelState.ACCEPTED) | seeds
    elevation = _gradient_per_mm(grey(voxels[box.slices]), label_map.geometry, smoothing_mm)
    # a marker is the label plus one, because 0 says that there is none
    markers = np.where(seeds, labels.astype(np.int32) + 1, 0)
    grown = watershed(elevation, markers, connectivity=1, mask=free)  # type: ignore[no-untyped-call]
    new_labels = np.where(grown > 0, grown - 1, labels).astype(np.uint8)
    return relabel_edit(label_map, box, new_labels, own=own, rule=rule, name=name, author=author)


def _gradient_per_mm(values: FloatArray, geometry: Geometry, smoothing_mm: float) -> FloatArray:
    """Return the magnitude of the gradient of the smoothed intensities, in the scan's unit a mm."""
    from scipy import ndimage

    spacing = geometry.spacing_mm[::-1]
    smooth = ndimage.gaussian_filter(values, [smoothing_mm / s for s in spacing]) if smoothing_mm else values
    slopes = [np.gradient(smooth, spacing[a], axis=a) for a in range(3) if smooth.shape[a] > 1]
    return np.asarray(np.sqrt(sum((s**2 for s in slopes), np.zeros(values.shape))))
