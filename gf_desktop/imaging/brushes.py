"""Brushes: the voxels that a round or square brush of some millimetres meets while it moves, in a slice or in space.

Sizes are millimetres along the scan's own axes; these are perpendicular, so a distance there is a distance in the patient, however
oblique the scan lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, VoxelState
from gf_desktop.imaging.limits import Limit
from gf_desktop.imaging.rule import PaintRule, paint_edit

__all__ = ["RADIUS_TOL_MM", "Brush", "BrushShape", "brush_edit", "brush_mask"]

Bools = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IndexIJK = tuple[float, float, float]

RADIUS_TOL_MM = 1e-9
"""A voxel centre this far beyond the radius still belongs to the brush, so that rounding does not decide about centres on the rim."""


class BrushShape(StrEnum):
    """The outline of a brush."""

    ROUND = "round"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Brush:
    """A brush's size and form.

    Attributes
    ----------
    radius_mm
        Of the disc or ball; half the side of the square or cube. With 0, only the voxels under the ends of a movement are sure to be met.
    shape
        Round or square; the sides of a square lie along the scan's axes.
    axis
        Grid axis that the painted slice lies across: 0 = i, 1 = j, 2 = k. None for a brush in space.

    Raises
    ------
    ValueError
        When the radius is negative or not finite, or there is no such axis.
    """

    radius_mm: float
    shape: BrushShape = BrushShape.ROUND
    axis: int | None = 2

    def __post_init__(self) -> None:
        if not (np.isfinite(self.radius_mm) and self.radius_mm >= 0) or self.axis not in {0, 1, 2, None}:
            raise ValueError(f"a brush of {self.radius_mm} mm across axis {self.axis}")


def brush_mask(geometry: Geometry, brush: Brush, start_ijk: IndexIJK, stop_ijk: IndexIJK) -> tuple[Box, Bools] | None:
    """Return the voxels whose centre a brush covers while it moves along a line.

    Parameters
    ----------
    geometry
        The grid.
    brush
        In a slice, the slice is that of ``start_ijk``, rounded, and the movement is seen from the front.
    start_ijk, stop_ijk
        Ends of the movement in fractional voxel indices; they may lie outside the scan. The voxels that hold them always belong to it.

    Returns
    -------
    The box and bool of the box's shape, or None when the brush passes outside the scan. Its cost depends on the box only.
    """
    spacing = np.array(geometry.spacing_mm[::-1])
    size = np.array(geometry.shape_kji)
    ends = np.array([start_ijk[::-1], stop_ijk[::-1]], dtype=np.float64)
    flat = None if brush.axis is None else 2 - brush.axis
    if flat is not None:
        ends[:, flat] = round(float(ends[0, flat]))
    reach = brush.radius_mm / spacing + 0.5
    if flat is not None:
        reach[flat] = 0.0
    low = np.maximum(np.ceil(ends.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.floor(ends.max(axis=0) + reach), size - 1).astype(int)
    if (high < low).any():
        return None
    first = ends[0] * spacing
    along = ends[1] * spacing - first
    # offsets of the voxel centres from the start, in mm, one array an axis, shaped to broadcast
    offsets = np.ix_(*(np.arange(low[a], high[a] + 1) * spacing[a] - first[a] for a in range(3)))
    cover = _swept_round if brush.shape is BrushShape.ROUND else _swept_square
    inside = cover(offsets, along, brush.radius_mm + RADIUS_TOL_MM)
    for end in ends:
        hit = np.rint(end).astype(int)
        if (hit >= low).all() and (hit <= high).all():
            inside[tuple(hit - low)] = True
    return Box((int(low[0]), int(low[1]), int(low[2])), (int(high[0]) + 1, int(high[1]) + 1, int(high[2]) + 1)), inside


def _swept_round(offsets: tuple[FloatArray, ...], along: FloatArray, radius_mm: float) -> Bools:
    """Return which offsets lie within a radius of the segment from 0 to ``along``, all in mm."""
    distance2 = offsets[0] ** 2 + offsets[1] ** 2 + offsets[2] ** 2
    length2 = float(along @ along)
    if length2 > 0:
        dot = offsets[0] * along[0] + offsets[1] * along[1] + offsets[2] * along[2]
        share = np.clip(dot / length2, 0.0, 1.0)
        # |c - s d|^2 = |c|^2 + s (s |d|^2 - 2 c.d): three full arrays fewer than the difference squared
        distance2 += share * (share * length2 - 2.0 * dot)
    return np.asarray(distance2 <= radius_mm**2)


def _swept_square(offsets: tuple[FloatArray, ...], along: FloatArray, radius_mm: float) -> Bools:
    """Return which offsets lie in an upright cube of half side ``radius_mm`` whose centre moves from 0 to ``along``.

    Along each axis the centre is near enough during an interval of the movement; a voxel is covered when these intervals meet.
    """
    earliest, latest = np.zeros((1, 1, 1)), np.ones((1, 1, 1))
    covered = np.ones((1, 1, 1), bool)
    for offset, way in zip(offsets, along, strict=True):
        if way == 0:
            covered = covered & (np.abs(offset) <= radius_mm)
            continue
        enters, leaves = (offset - np.copysign(radius_mm, way)) / way, (offset + np.copysign(radius_mm, way)) / way
        earliest, latest = np.maximum(earliest, enters), np.minimum(latest, leaves)
    shape = np.broadcast_shapes(*(o.shape for o in offsets))
    return np.array(np.broadcast_to(covered & (earliest <= latest), shape))


def brush_edit(
    label_map: LabelMap,
    brush: Brush,
    start_ijk: IndexIJK,
    stop_ijk: IndexIJK,
    *,
    label: int | None,
    rule: PaintRule,
    limit: Limit | None = None,
    name: str = "brush",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit of one movement of a brush, or None where it changes nothing.

    Parameters
    ----------
    label_map
        Read only, within the brush's box.
    start_ijk, stop_ijk
        Fractional voxel indices of the movement's ends.
    label
        What is painted. 0 erases what ``rule.over`` names. None for "I reviewed this region": labels stay, and what nobody has accepted
        or edited yet becomes accepted, locked structures too, because a lock holds labels and not opinions.
    rule
        What may be painted over.
    limit
        Restricts what the brush covers: to intensities, to the surroundings of its centre, or to where a student sees the structure.
    """
    found = brush_mask(label_map.geometry, brush, start_ijk, stop_ijk)
    if found is None:
        return None
    box, mask = found
    if limit is not None:
        centre = list(stop_ijk)
        if brush.axis is not None:
            centre[brush.axis] = start_ijk[brush.axis]
        mask = mask & limit(box, mask, (round(centre[2]), round(centre[1]), round(centre[0])))
    if label is not None:
        return paint_edit(label_map, box, mask, label, rule=rule, name=name, author=author)
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=mask & (label_map.states[box.slices] < VoxelState.ACCEPTED),
        box=box,
        new_labels=label_map.labels[box.slices],
        new_states=VoxelState.ACCEPTED,
        name=name,
        author=author,
    )
