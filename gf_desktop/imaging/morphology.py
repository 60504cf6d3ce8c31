"""Reshaping structures: smoothing, closing, holes, islands, margins and logic with another mask.

Distances are Euclidean between voxel centres in mm. Only the box around the structure is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.imaging.rule import PaintRule, relabel_edit

__all__ = [
    "Logic",
    "Smoothing",
    "close_edit",
    "combine_edit",
    "fill_holes_edit",
    "grown_mask",
    "keep_largest_edit",
    "margin_edit",
    "open_edit",
    "remove_islands_edit",
    "smooth_edit",
]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

DISTANCE_TOL = 1e-9
"""Share of a distance by which a voxel centre may exceed it, so that rounding does not decide about centres on the rim."""

SIGMAS = 4.0
"""A Gaussian is cut off after this many standard deviations."""

TIE = 1e-5
"""A voxel keeps its label unless another one's share of its surroundings is larger by more than this."""


class Smoothing(StrEnum):
    """How a structure is smoothed."""

    MEDIAN = "median"
    """The label of the majority within a ball."""
    GAUSSIAN = "gaussian"
    """The label with the largest weight under a Gaussian."""


class Logic(StrEnum):
    """How a structure is combined with another mask."""

    ADD = "add"
    SUBTRACT = "subtract"
    INTERSECT = "intersect"
    COPY = "copy"


def _padded(label_map: LabelMap, label: int, reach_mm: float, axis: int | None = None) -> Box | None:
    """Return the box around a structure with ``reach_mm`` and one voxel on each side, cut to the scan; None for no voxel of it."""
    tight = Box.around(label_map.labels == label)
    if tight is None:
        return None
    spacing, shape = label_map.geometry.spacing_mm[::-1], label_map.geometry.shape_kji
    pad = [0 if axis is not None and a == 2 - axis else int(np.ceil(reach_mm / spacing[a])) + 1 for a in range(3)]
    start = [max(a - p, 0) for a, p in zip(tight.start_kji, pad, strict=True)]
    stop = [min(b + p, n) for b, p, n in zip(tight.stop_kji, pad, shape, strict=True)]
    return Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))


def _near(mask: Bools, reach_mm: Sequence[float], spacing_mm: Sequence[float]) -> Bools:
    """Return which voxels lie within an ellipsoid's reach of a mask.

    Parameters
    ----------
    reach_mm, spacing_mm
        Half axes and voxel distances in the order of the array's axes; a half axis of 0 keeps slices across that axis apart.
    """
    from scipy import ndimage

    if not mask.any():
        return np.zeros(mask.shape, bool)
    # in units of the half axes the ellipsoid is the unit ball; twice that is far enough for an axis without reach
    sampling = [s / r if r > 0 else 2.0 for s, r in zip(spacing_mm, reach_mm, strict=True)]
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=sampling) <= 1.0 + DISTANCE_TOL)


def _reshape(
    label_map: LabelMap, box: Box, old: Bools, new: Bools, label: int, *, rule: PaintRule, name: str, author: str
) -> LabelEdit | None:
    """Return the edit that turns a structure's mask ``old`` into ``new``; what it loses becomes background."""
    labels = label_map.labels[box.slices].copy()
    labels[old & ~new] = 0
    labels[new] = label
    return relabel_edit(label_map, box, labels, own=(label,), rule=rule, name=name, author=author)


def _reach(margin_mm: float, axis: int | None) -> list[float]:
    """Return the half axes [k, j, i] in mm of a ball, or of a disc across a grid axis."""
    return [0.0 if axis is not None and a == 2 - axis else margin_mm for a in range(3)]


def close_edit(
    label_map: LabelMap,
    label: int,
    *,
    radius_mm: float,
    rule: PaintRule,
    axis: int | None = None,
    name: str = "close",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that fills gaps and bays narrower than a ball: dilation, then erosion by it; None where nothing changes.

    Parameters
    ----------
    radius_mm
        Of the ball, or of the disc with ``axis``.
    axis
        Close each slice across this grid axis (0 = i, 1 = j, 2 = k) for itself; None in space.
    """
    box = _padded(label_map, label, radius_mm, axis)
    if box is None:
        return None
    old = label_map.labels[box.slices] == label
    spacing, reach = label_map.geometry.spacing_mm[::-1], _reach(radius_mm, axis)
    # the scan's border must not stop the dilation, or the erosion would eat into a structure that lies there
    pad = [(n, n) for n in (int(np.ceil(r / s)) + 1 if r else 0 for r, s in zip(reach, spacing, strict=True))]
    grown = _near(np.pad(old, pad), reach, spacing)
    closed = ~_near(~grown, reach, spacing)
    inner = tuple(slice(a, n - a) for (a, _), n in zip(pad, closed.shape, strict=True))
    return _reshape(label_map, box, old, closed[inner] | old, label, rule=rule, name=name, author=author)


def open_edit(
    label_map: LabelMap,
    label: int,
    *,
    radius_mm: float,
    rule: PaintRule,
    axis: int | None = None,
    name: str = "open",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that removes what is thinner than a ball: erosion, then dilation by it; None where nothing changes.

    Parameters
    ----------
    radius_mm, axis
        See :func:`close_edit`. The scan's border does not count as the structure's.
    """
    box = _padded(label_map, label, radius_mm, axis)
    if box is None:
        return None
    old = label_map.labels[box.slices] == label
    spacing, reach = label_map.geometry.spacing_mm[::-1], _reach(radius_mm, axis)
    opened = _near(~_near(~old, reach, spacing), reach, spacing) & old
    return _reshape(label_map, box, old, opened, label, rule=rule, name=name, author=author)


def margin_edit(
    label_map: LabelMap,
    label: int,
    *,
    margin_mm: float | tuple[float, float, float],
    rule: PaintRule,
    axis: int | None = None,
    name: str = "margin",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that grows or shrinks a structure by a margin; None where nothing changes.

    Grown, it holds every voxel whose centre lies within the margin of one of its own; shrunk, it keeps those that are further than the
    margin from every voxel outside it. What it loses becomes background. The scan's border does not count as the structure's.

    Parameters
    ----------
    margin_mm
        Positive to grow, negative to shrink; one number, or one along i, j and k, all of one sign, 0 for none along that axis.
    axis
        Work in slices across this grid axis (0 = i, 1 = j, 2 = k) only; None in space.

    Raises
    ------
    ValueError
        When margins of both signs are asked for.
    """
    margins = (margin_mm,) * 3 if isinstance(margin_mm, (int, float)) else margin_mm
    if min(margins) < 0 < max(margins):
        raise ValueError(f"margins of both signs: {margins} mm")
    box = _padded(label_map, label, max(abs(m) for m in margins), axis)
    if box is None:
        return None
    reach = [0.0 if axis is not None and a == 2 - axis else abs(margins[2 - a]) for a in range(3)]
    old = label_map.labels[box.slices] == label
    spacing = label_map.geometry.spacing_mm[::-1]
    new = _near(old, reach, spacing) if max(margins) > 0 else ~_near(~old, reach, spacing)
    return _reshape(label_map, box, old, new, label, rule=rule, name=name, author=author)


def grown_mask(label_map: LabelMap, label: int, margin_mm: float) -> Bools:
    """Return bool [k, j, i]: the voxels whose centre lies within a margin, in mm, of a voxel of a structure; with 0 its own.

    Raises
    ------
    ValueError
        When the margin is negative.
    """
    if margin_mm < 0:
        raise ValueError(f"a margin of {margin_mm} mm")
    grown = np.zeros(label_map.labels.shape, bool)
    box = _padded(label_map, label, margin_mm)
    if box is not None:
        own = label_map.labels[box.slices] == label
        grown[box.slices] = _near(own, _reach(margin_mm, None), label_map.geometry.spacing_mm[::-1]) if margin_mm else own
    return grown


def _neighbours(axis: int | None, connectivity: int = 1) -> Bools:
    """Return bool [3, 3, 3]: which neighbours are connected, only those in the slice with ``axis``."""
    from scipy import ndimage

    joined = np.asarray(ndimage.generate_binary_structure(3, connectivity))
    if axis is not None:
        planes = np.moveaxis(joined, 2 - axis, 0)
        planes[[0, 2]] = False
    return joined


def fill_holes_edit(
    label_map: LabelMap, label: int, *, rule: PaintRule, axis: int | None = None, name: str = "fill holes", author: str = ""
) -> LabelEdit | None:
    """Return the edit that fills what a structure encloses; None where nothing changes.

    Parameters
    ----------
    rule
        With ``PaintRule.background_only`` other structures inside the holes stay.
    axis
        A hole is what the structure encloses within a slice across this grid axis (0 = i, 1 = j, 2 = k); None for in space. What touches
        the scan's border is open. Enclosed means that no path over faces leads out.
    """
    from scipy import ndimage

    box = _padded(label_map, label, 0.0, axis)
    if box is None:
        return None
    old = label_map.labels[box.slices] == label
    flat = None if axis is None else 2 - axis
    # a frame of outside around it joins all that is open
    outside = np.pad(~old, [(0, 0) if a == flat else (1, 1) for a in range(3)], constant_values=True)
    parts, count = ndimage.label(outside, structure=_neighbours(axis))
    is_open = np.zeros(count + 1, bool)
    is_open[np.unique(parts[tuple(slice(None) if a == flat else 0 for a in range(3))])] = True
    inner = tuple(slice(None) if a == flat else slice(1, -1) for a in range(3))
    return _reshape(label_map, box, old, ~is_open[parts][inner] | old, label, rule=rule, name=name, author=author)


def keep_largest_edit(
    label_map: LabelMap, label: int, *, rule: PaintRule, connectivity: int = 1, name: str = "keep largest island", author: str = ""
) -> LabelEdit | None:
    """Return the edit that keeps the largest connected part of a structure; None where nothing changes.

    Parameters
    ----------
    connectivity
        1: voxels are connected over faces, 2: over edges too, 3: over corners too. Of equal parts the first in array order stays.
    """
    from scipy import ndimage

    box = _padded(label_map, label, 0.0)
    if box is None:
        return None
    old = label_map.labels[box.slices] == label
    parts, _count = ndimage.label(old, structure=_neighbours(None, connectivity))
    sizes = np.bincount(parts.reshape(-1))
    sizes[0] = 0
    return _reshape(label_map, box, old, parts == int(sizes.argmax()), label, rule=rule, name=name, author=author)


def remove_islands_edit(
    label_map: LabelMap,
    label: int,
    *,
    min_ml: float,
    rule: PaintRule,
    connectivity: int = 1,
    name: str = "remove islands",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that removes the connected parts of a structure with less volume than ``min_ml``; None where nothing changes.

    Parameters
    ----------
    min_ml
        In millilitres; a part of exactly this volume stays.
    connectivity
        See :func:`keep_largest_edit`.
    """
    from scipy import ndimage

    box = _padded(label_map, label, 0.0)
    if box is None:
        return None
    old = label_map.labels[box.slices] == label
    parts, _count = ndimage.label(old, structure=_neighbours(None, connectivity))
    stays = np.bincount(parts.reshape(-1)) * label_map.geometry.voxel_ml >= min_ml * (1.0 - DISTANCE_TOL)
    stays[0] = False
    return _reshape(label_map, box, old, stays[parts], label, rule=rule, name=name, author=author)


def smooth_edit(
    label_map: LabelMap,
    labels: Sequence[int],
    *,
    radius_mm: float,
    rule: PaintRule,
    method: Smoothing = Smoothing.GAUSSIAN,
    box: Box | None = None,
    axis: int | None = None,
    name: str = "smooth",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that smooths structures jointly, so that no gap opens between neighbours; None where nothing changes.

    Each label, background too, gets at each voxel its share of the surroundings: the mask of the label filtered, the scan continued beyond
    its border by the nearest voxel. The largest share wins, and the label that is there wins a tie. For one structure on background this
    is the median of its mask within a ball, or its mask under a Gaussian cut at one half. Changed are voxels that one of ``labels`` wins
    or loses; of the others it is asked only whether they are stronger.

    Parameters
    ----------
    labels
        The structures to smooth.
    radius_mm
        Of the ball; standard deviation of the Gaussian.
    box
        Changes nothing outside; None for all of the structures.
    axis
        Smooth slices across this grid axis (0 = i, 1 = j, 2 = k) each for itself; None in space.
    """
    reach_mm = radius_mm * (SIGMAS if method is Smoothing.GAUSSIAN else 1.0)
    rooms = [room for room in (_padded(label_map, v, reach_mm, axis) for v in labels) if room is not None]
    if not rooms:
        return None
    start = np.min([r.start_kji for r in rooms], axis=0)
    stop = np.max([r.stop_kji for r in rooms], axis=0)
    if box is not None:
        start, stop = np.maximum(start, box.start_kji), np.minimum(stop, box.stop_kji)
        if (start >= stop).any():
            return None
    room = Box((int(start[0]), int(start[1]), int(start[2])), (int(stop[0]), int(stop[1]), int(stop[2])))
    old = label_map.labels[room.slices]
    winner = _strongest(label_map, room, radius_mm, method, axis)
    chosen = np.zeros(256, bool)
    chosen[[v for v in labels if v not in rule.locked]] = True
    new_labels = np.where(chosen[old] | chosen[winner], winner, old)
    return relabel_edit(label_map, room, new_labels, own=labels, rule=rule, name=name, author=author)


def _strongest(label_map: LabelMap, room: Box, radius_mm: float, method: Smoothing, axis: int | None) -> UInt8:
    """Return uint8 of the room's shape: the label with the largest share of each voxel's surroundings, the present one in a tie."""
    spacing = label_map.geometry.spacing_mm[::-1]
    reach_mm = radius_mm * (SIGMAS if method is Smoothing.GAUSSIAN else 1.0)
    pad = [0 if axis is not None and a == 2 - axis else int(np.ceil(reach_mm / spacing[a])) + 1 for a in range(3)]
    low = [max(s - p, 0) for s, p in zip(room.start_kji, pad, strict=True)]
    high = [min(s + p, n) for s, p, n in zip(room.stop_kji, pad, label_map.labels.shape, strict=True)]
    wide = label_map.labels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    inner = tuple(slice(a - w, b - w) for a, b, w in zip(room.start_kji, room.stop_kji, low, strict=True))
    old = wide[inner]
    winner, best = old.copy(), np.zeros(old.shape, np.float32)
    for value in np.unique(wide):
        # beyond its padded box a label's share is 0, whatever lies there
        around = Box.around(wide == value)
        assert around is not None, "the value occurs"
        spans = zip(around.start_kji, around.stop_kji, pad, wide.shape, strict=True)
        crop = tuple(slice(max(a - p, 0), min(b + p, n)) for a, b, p, n in spans)
        share = np.zeros(wide.shape, np.float32)
        share[crop] = _share(wide[crop] == value, radius_mm, spacing, method, axis)
        share = share[inner] + np.float32(TIE) * (old == value)
        ahead = share > best
        winner[ahead] = value
        np.copyto(best, share, where=ahead)
    return winner


def _share(mask: Bools, radius_mm: float, spacing: tuple[float, ...], method: Smoothing, axis: int | None) -> Floats:
    """Return float32 of the mask's shape: its share of each voxel's surroundings, 0 to 1."""
    from scipy import ndimage, signal

    reach = _reach(radius_mm, axis)
    if method is Smoothing.GAUSSIAN:
        sigmas = [r / s for r, s in zip(reach, spacing, strict=True)]
        return np.asarray(ndimage.gaussian_filter(mask.astype(np.float32), sigmas, mode="nearest", truncate=SIGMAS))
    half = [int(r / s * (1 + DISTANCE_TOL)) for r, s in zip(reach, spacing, strict=True)]
    offsets = np.ix_(*(np.arange(-h, h + 1) * s for h, s in zip(half, spacing, strict=True)))
    ball = offsets[0] ** 2 + offsets[1] ** 2 + offsets[2] ** 2 <= (radius_mm * (1 + DISTANCE_TOL)) ** 2
    widened = np.pad(mask, [(h, h) for h in half], mode="edge").astype(np.float32)
    # counts are whole numbers, so rounding takes the error of the Fourier transform away
    counts = np.rint(signal.fftconvolve(widened, ball.astype(np.float32), mode="valid"))
    return np.asarray(counts / ball.sum(), dtype=np.float32)


def combine_edit(
    label_map: LabelMap,
    label: int,
    other: Bools,
    logic: Logic,
    *,
    rule: PaintRule,
    box: Box | None = None,
    name: str = "combine",
    author: str = "",
) -> LabelEdit | None:
    """Return the edit that combines a structure with another mask; None where nothing changes.

    Parameters
    ----------
    label
        The structure that changes.
    other
        bool [k, j, i] of the scan, such as ``label_map.labels == 3``, a student's proposal or a former revision. A voxel has one label, so
        a structure of the same mask loses what is added from it, unless the rule keeps it.
    logic
        Add: also what is in the other. Subtract: only what is not in it. Intersect: only what is in both. Copy: exactly the other.
    box
        Changes nothing outside; None for the whole scan.

    Raises
    ------
    ValueError
        When the other mask has another shape.
    """
    if other.shape != label_map.labels.shape:
        raise ValueError(f"a mask of {other.shape} on a scan of {label_map.labels.shape}")
    room = box or Box.whole(label_map.geometry.shape_kji)
    old, theirs = label_map.labels[room.slices] == label, other[room.slices].astype(bool)
    new = {
        Logic.ADD: old | theirs,
        Logic.SUBTRACT: old & ~theirs,
        Logic.INTERSECT: old & theirs,
        Logic.COPY: theirs,
    }[logic]
    return _reshape(label_map, room, old, new, label, rule=rule, name=name, author=author)
