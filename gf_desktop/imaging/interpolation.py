"""Slices from other slices: interpolation between corrected ones, and copying one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, VoxelState
from gf_desktop.imaging.regions import plane_box
from gf_desktop.imaging.rule import PaintRule, relabel_edit

__all__ = ["copy_slice_edit", "interpolate_edit", "key_slices"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

TIE_MM = 1e-9
"""A depth this far below 0 still counts as inside, so that rounding does not decide where an outline moves by whole voxels."""


def key_slices(label_map: LabelMap, label: int, axis: int) -> list[int]:
    """Return the slices across a grid axis that a person answers for, as far as a structure goes.

    Those in which a voxel of the structure is accepted or edited, and those in which every voxel is, whether it holds the structure or not.

    Parameters
    ----------
    axis
        0 = i, 1 = j, 2 = k.
    """
    others = tuple(a for a in range(3) if a != 2 - axis)
    reviewed = label_map.states >= VoxelState.ACCEPTED
    keys = reviewed.all(axis=others) | (reviewed & (label_map.labels == label)).any(axis=others)
    return [int(n) for n in np.flatnonzero(keys)]


def interpolate_edit(
    label_map: LabelMap,
    labels: Sequence[int],
    *,
    axis: int,
    rule: PaintRule,
    slices: Sequence[int] | None = None,
    include_reviewed: bool = False,
    name: str = "interpolate",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that draws structures between key slices by their shapes; None where nothing changes.

    In a slice at share t of the way from key slice a to the next one b, a pixel is inside where (1 - t) d_a + t d_b >= 0, with d the
    signed distance in mm to the structure's outline within the slice, positive inside: to the nearest pixel centre on the other side
    (Raya and Udupa, IEEE Trans. Med. Imaging 9, 1990, doi 10.1109/42.52980). Where the two shapes share no pixel, both are first moved to
    the point between their centroids, by whole pixels, so that a thin vessel does not vanish between slices. The deepest structure wins
    where several claim a pixel, of equals the one named last. A structure that one of two neighbouring key slices lacks is not drawn
    between them. What a structure loses becomes background.

    Parameters
    ----------
    labels
        The structures, each between its own key slices; locked ones are left out.
    axis
        Grid axis across which the slices lie: 0 = i, 1 = j, 2 = k.
    slices
        Key slices for all structures; None for each one's :func:`key_slices`.
    include_reviewed
        Whether voxels between may change that a person accepted or edited. Key slices never change for the structures whose keys they are.

    Raises
    ------
    ValueError
        When a key slice lies outside the scan.
    """
    count = label_map.geometry.size_ijk[axis]
    if slices is not None and not all(0 <= n < count for n in slices):
        raise ValueError(f"key slices {list(slices)} of a scan of {count}")
    planes = np.moveaxis(label_map.labels, 2 - axis, 0)
    spacing = label_map.geometry.spacing_mm
    across, up = (a for a in range(3) if a != axis)  # the larger grid axis is the earlier array axis
    pixel_mm = (spacing[up], spacing[across])
    gaps: list[_Gap] = []
    for label in dict.fromkeys(v for v in labels if v not in rule.locked):
        keys = sorted(set(slices)) if slices is not None else key_slices(label_map, label, axis)
        for first, last in pairwise(keys):
            if last - first > 1 and (planes[first] == label).any() and (planes[last] == label).any():
                gaps.append(_Gap(label, first, last, planes, pixel_mm))
    if not gaps:
        return None
    low, high = min(g.first for g in gaps), max(g.last for g in gaps) + 1
    drawn = _draw(planes[low:high], gaps, low)
    start, stop = [0, 0, 0], list(label_map.geometry.shape_kji)
    start[2 - axis], stop[2 - axis] = low, high
    box = Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))
    kept = replace(rule, spare_reviewed=rule.spare_reviewed or not include_reviewed)
    own = sorted({g.label for g in gaps})
    return relabel_edit(label_map, box, np.moveaxis(drawn, 0, 2 - axis), own=own, rule=kept, name=name, author=author)


class _Gap:
    """A structure between two key slices: how deep each pixel lies in it, on the way from one to the other."""

    def __init__(self, label: int, first: int, last: int, planes: UInt8, pixel_mm: tuple[float, float]) -> None:
        self.label, self.first, self.last = label, first, last
        one, other = planes[first] == label, planes[last] == label
        # where both meet, they stay in place
        self._way = np.zeros(2) if (one & other).any() else np.argwhere(other).mean(axis=0) - np.argwhere(one).mean(axis=0)
        pixels = np.argwhere(one | other)
        # so wide that what is rolled over the rim never reaches a shape
        rim = 1 + 2 * np.ceil(np.abs(self._way)).astype(int)
        low, high = pixels.min(axis=0) - rim, pixels.max(axis=0) + 1 + rim
        inner = tuple(slice(max(a, 0), min(b, n)) for a, b, n in zip(low, high, one.shape, strict=True))
        pad = [(max(-a, 0), max(b - n, 0)) for a, b, n in zip(low, high, one.shape, strict=True)]
        self._depths = tuple(_depth_mm(np.pad(mask[inner], pad), pixel_mm) for mask in (one, other))
        self._shown = tuple(slice(a, n - b) for (a, b), n in zip(pad, self._depths[0].shape, strict=True))
        self.place = inner

    def depth_mm(self, at: int) -> FloatArray:
        """Return the interpolated depth in slice ``at``, float64 of the shape of ``place``, positive inside."""
        share = (at - self.first) / (self.last - self.first)
        moves = share * self._way, (share - 1.0) * self._way
        one, other = (np.roll(d, np.rint(m).astype(int), axis=(0, 1)) for d, m in zip(self._depths, moves, strict=True))
        return np.asarray(((1.0 - share) * one + share * other)[self._shown])


def _depth_mm(mask: Bools, pixel_mm: tuple[float, float]) -> FloatArray:
    """Return the signed distance in mm to the nearest pixel centre on the other side, positive inside."""
    from scipy import ndimage

    inside = ndimage.distance_transform_edt(mask, sampling=pixel_mm)
    return np.asarray(inside - ndimage.distance_transform_edt(~mask, sampling=pixel_mm))


def _draw(planes: UInt8, gaps: Sequence[_Gap], low: int) -> UInt8:
    """Return the slices from ``low`` on, uint8 [slice, rows, columns], with what lies in the gaps drawn anew."""
    drawn = planes.copy()
    for at in range(low, low + len(planes)):
        crossed = [g for g in gaps if g.first < at < g.last]
        page = drawn[at - low]
        page[np.isin(page, [g.label for g in crossed])] = 0
        deepest = np.full(page.shape, -TIE_MM)
        for gap in crossed:
            depth = gap.depth_mm(at)
            wins = depth >= deepest[gap.place]
            page[gap.place][wins] = gap.label
            np.copyto(deepest[gap.place], depth, where=wins)
    return drawn


def copy_slice_edit(
    label_map: LabelMap,
    labels: Sequence[int],
    *,
    axis: int,
    source: int,
    target: int,
    rule: PaintRule,
    name: str = "copy slice",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that gives a slice the structures of another one; None where nothing changes or a slice is outside the scan.

    Parameters
    ----------
    labels
        The structures to copy. Those in the target that the source has not there become background; locked ones are left out.
    axis
        Grid axis across which the slices lie: 0 = i, 1 = j, 2 = k.
    source, target
        Slice numbers along it.
    """
    places = [plane_box(label_map.geometry, axis, n) for n in (source, target)]
    if places[0] is None or places[1] is None:
        return None
    own = [v for v in labels if v not in rule.locked]
    theirs, old = (label_map.labels[place.slices] for place in places if place is not None)
    copied = np.isin(theirs, own)
    new_labels = np.where(copied, theirs, np.where(np.isin(old, own), 0, old)).astype(np.uint8)
    return relabel_edit(label_map, places[1], new_labels, own=own, rule=rule, name=name, author=author, meant=copied)
