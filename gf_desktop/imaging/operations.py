"""The correcting tools that work on a whole structure, slice or scan, as values: what the window's menus and the command line ask for.

An :class:`Operation` names its structures by label value. :func:`carry_out` turns it into an edit; locks and what may be painted over
come with the :class:`PaintRule`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy.typing as npt

from gf_desktop.errors import UserError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.interpolation import copy_slice_edit, interpolate_edit
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.imaging.morphology import (
    Logic,
    Smoothing,
    close_edit,
    combine_edit,
    fill_holes_edit,
    grown_mask,
    keep_largest_edit,
    margin_edit,
    open_edit,
    remove_islands_edit,
    smooth_edit,
)
from gf_desktop.imaging.regions import fill_edit, grow_region_edit, grow_seeds_edit, intensity_mask, polygon_edit, threshold_edit
from gf_desktop.imaging.review import accept_box_edit, accept_structure_edit, delete_edit, merge_edit
from gf_desktop.imaging.rule import PaintRule

__all__ = [
    "NAMES",
    "AcceptBox",
    "AcceptStructure",
    "Close",
    "Combine",
    "CopySlice",
    "Delete",
    "Fill",
    "FillHoles",
    "GrowRegion",
    "GrowSeeds",
    "Interpolate",
    "KeepLargest",
    "Margin",
    "Merge",
    "Open",
    "Operation",
    "Polygon",
    "RemoveIslands",
    "Smooth",
    "Threshold",
    "carry_out",
    "frame_by_frame",
]

Voxels = npt.NDArray[Any]
IndexIJK = tuple[float, float, float]
Label = int
"""A structure's label value."""
Axis = Literal[0, 1, 2]
"""Grid axis that slices lie across: 0 = i, 1 = j, 2 = k."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """Add the inside of an outline in a slice to a structure, or take it away. See :func:`.regions.polygon_edit`."""

    label: Label
    axis: Axis
    points_ijk: tuple[IndexIJK, ...]
    subtract: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """Give the connected region of equal labels around a point to a structure, in a slice or (axis None) in space."""

    label: Label
    seed_ijk: IndexIJK
    axis: Axis | None = 2


@dataclass(frozen=True, slots=True)
class GrowRegion:
    """Give what a point is connected with through intensities from ``low`` to ``high`` to a structure."""

    label: Label
    seed_ijk: IndexIJK
    low: float
    high: float
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class GrowSeeds:
    """Let what a person has edited grow until it meets at the edges of the scan; the seeds need two labels, background may be one."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Combine a structure with every voxel whose intensity is from ``low`` to ``high``: add, subtract, intersect or copy."""

    label: Label
    low: float
    high: float
    logic: Logic = Logic.ADD


@dataclass(frozen=True, slots=True)
class Smooth:
    """Smooth a structure's surface by a Gaussian, median or joint smoothing of this radius."""

    label: Label
    radius_mm: float
    method: Smoothing = Smoothing.GAUSSIAN
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """Close gaps and notches narrower than twice the radius."""

    label: Label
    radius_mm: float
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Take away what is thinner than twice the radius."""

    label: Label
    radius_mm: float
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class Margin:
    """Grow a structure by a margin on every side, or (negative) shrink it."""

    label: Label
    margin_mm: float
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class FillHoles:
    """Fill what a structure encloses, in space or (with an axis) slice by slice."""

    label: Label
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class KeepLargest:
    """Keep the largest connected part of a structure alone."""

    label: Label


@dataclass(frozen=True, slots=True)
class RemoveIslands:
    """Take away connected parts of a structure smaller than a volume."""

    label: Label
    min_ml: float


@dataclass(frozen=True, slots=True)
class Combine:
    """Combine a structure with another one, grown by a margin: add, subtract, intersect or copy it.

    Structures of one mask share no voxel, so that without a margin there is nothing to subtract and nothing in both.
    """

    label: Label
    other: Label
    logic: Logic
    margin_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Interpolate:
    """Draw a structure between the slices that a person has drawn."""

    label: Label
    axis: Axis = 2


@dataclass(frozen=True, slots=True)
class CopySlice:
    """Give a slice the structures of another one; ``label`` None for all structures."""

    label: Label | None
    source: int
    target: int
    axis: Axis = 2


@dataclass(frozen=True, slots=True)
class AcceptStructure:
    """Accept the voxels of a structure that no person accepted or edited yet."""

    label: Label


@dataclass(frozen=True, slots=True)
class AcceptBox:
    """Accept every voxel of a box that no person accepted or edited yet; ``first`` and ``last`` are two of its corners, both in it."""

    first: IndexIJK
    last: IndexIJK


@dataclass(frozen=True, slots=True)
class Merge:
    """Give all voxels of a structure to another one."""

    label: Label
    target: Label


@dataclass(frozen=True, slots=True)
class Delete:
    """Make a structure's voxels background."""

    label: Label


Operation = (
    Polygon
    | Fill
    | GrowRegion
    | GrowSeeds
    | Threshold
    | Smooth
    | Close
    | Open
    | Margin
    | FillHoles
    | KeepLargest
    | RemoveIslands
    | Combine
    | Interpolate
    | CopySlice
    | AcceptStructure
    | AcceptBox
    | Merge
    | Delete
)
"""What can be done to a mask besides strokes."""


NAMES: dict[type[Operation], str] = {
    Polygon: "polygon",
    Fill: "fill",
    GrowRegion: "grow region",
    GrowSeeds: "grow from seeds",
    Threshold: "threshold",
    Smooth: "smooth",
    Close: "close",
    Open: "open",
    Margin: "margin",
    FillHoles: "fill holes",
    KeepLargest: "keep largest island",
    RemoveIslands: "remove islands",
    Combine: "combine structures",
    Interpolate: "interpolate",
    CopySlice: "copy slice",
    AcceptStructure: "accept structure",
    AcceptBox: "accept box",
    Merge: "merge structures",
    Delete: "delete structure",
}
"""What the undo menu calls them."""


def frame_by_frame(operation: Operation) -> Operation:
    """Return an operation as it is meant on a cine, whose slices k are moments: what reaches in space stays in each frame.

    Raises
    ------
    UserError
        When it needs space (islands and seeds are regions in space), or means slices across another axis than k.
    """
    if isinstance(operation, GrowSeeds | KeepLargest | RemoveIslands):
        raise UserError(
            f"“{NAMES[type(operation)]}” needs a volume, and this scan's slices are frames in time",
            where="operation",
            next_step="Correct the frames one by one, or copy a frame's mask to the next.",
        )
    if "axis" not in {field.name for field in fields(operation)}:
        return operation
    if getattr(operation, "axis", None) not in (None, 2):
        raise UserError("A scan with frames in time has no slices across this axis", where="operation", next_step="Use axis k.")
    within: dict[str, Any] = {"axis": 2}
    return replace(operation, **within)


def carry_out(operation: Operation, label_map: LabelMap, voxels: Voxels, *, rule: PaintRule, author: str = "") -> LabelEdit | None:
    """Return the edit that an operation leads to, without carrying it out; None where nothing would change.

    Parameters
    ----------
    label_map
        Read only.
    voxels
        [k, j, i] of the scan, or [k, j, i, 3] colour.

    Raises
    ------
    ValueError
        When a number makes no sense, such as key slices outside the scan.
    """
    said: dict[str, Any] = {"name": NAMES[type(operation)], "author": author}
    match operation:
        case Polygon(label, axis, points, subtract):
            return polygon_edit(label_map, axis, points, label=label, rule=rule, subtract=subtract, **said)
        case Fill(label, seed, axis):
            return fill_edit(label_map, seed, label=label, rule=rule, axis=axis, **said)
        case GrowRegion(label, seed, low, high, axis):
            return grow_region_edit(label_map, voxels, seed, low=low, high=high, label=label, rule=rule, axis=axis, **said)
        case GrowSeeds():
            return grow_seeds_edit(label_map, voxels, _whole(label_map), rule=rule, **said)
        case Threshold(label, low, high, Logic.ADD):
            return threshold_edit(label_map, voxels, low=low, high=high, label=label, rule=rule, **said)
        case Interpolate(label, axis):
            return interpolate_edit(label_map, [label], axis=axis, rule=rule, **said)
        case CopySlice(label, source, target, axis):
            labels = label_map.table.ids if label is None else (label,)
            return copy_slice_edit(label_map, labels, axis=axis, source=source, target=target, rule=rule, **said)
        case AcceptBox(first, last):
            box = _box_of(label_map, first, last)
            return None if box is None else accept_box_edit(label_map, box, **said)
        case AcceptStructure(label):
            return accept_structure_edit(label_map, label, **said)
        case Merge(label, target):
            return merge_edit(label_map, label, target, locked=rule.locked, **said)
        case Delete(label):
            return delete_edit(label_map, label, locked=rule.locked, **said)
        case _:
            return _reshaped(operation, label_map, voxels, rule=rule, said=said)


def _reshaped(operation: Operation, label_map: LabelMap, voxels: Voxels, *, rule: PaintRule, said: dict[str, Any]) -> LabelEdit | None:
    """Return the edit of an operation that changes a structure's form."""
    match operation:
        case Smooth(label, radius_mm, method, axis):
            return smooth_edit(label_map, [label], radius_mm=radius_mm, rule=rule, method=method, axis=axis, **said)
        case Close(label, radius_mm, axis):
            return close_edit(label_map, label, radius_mm=radius_mm, rule=rule, axis=axis, **said)
        case Open(label, radius_mm, axis):
            return open_edit(label_map, label, radius_mm=radius_mm, rule=rule, axis=axis, **said)
        case Margin(label, margin_mm, axis):
            return margin_edit(label_map, label, margin_mm=margin_mm, rule=rule, axis=axis, **said)
        case FillHoles(label, axis):
            return fill_holes_edit(label_map, label, rule=rule, axis=axis, **said)
        case KeepLargest(label):
            return keep_largest_edit(label_map, label, rule=rule, **said)
        case RemoveIslands(label, min_ml):
            return remove_islands_edit(label_map, label, min_ml=min_ml, rule=rule, **said)
        case Combine(label, other, logic, margin_mm):
            return combine_edit(label_map, label, grown_mask(label_map, other, margin_mm), logic, rule=rule, **said)
        case Threshold(label, low, high, logic):
            return combine_edit(label_map, label, intensity_mask(voxels, low, high), logic, rule=rule, **said)
    raise TypeError(f"{operation!r} is no operation")


def _box_of(label_map: LabelMap, first: IndexIJK, last: IndexIJK) -> Box | None:
    """Return the box whose corners are two voxels, as far as it lies within the scan; None where it lies outside."""
    start = [max(round(min(a, b)), 0) for a, b in zip(first[::-1], last[::-1], strict=True)]
    ends = zip(first[::-1], last[::-1], label_map.labels.shape, strict=True)
    stop = [min(round(max(a, b)) + 1, size) for a, b, size in ends]
    if any(a >= b for a, b in zip(start, stop, strict=True)):
        return None
    return Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))


def _whole(label_map: LabelMap) -> Box:
    shape = label_map.labels.shape
    return Box.whole((shape[0], shape[1], shape[2]))
