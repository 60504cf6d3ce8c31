"""Closed lines around the pixels of a mask, and the pixels within closed lines: two methods that share nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["fill_contours", "trace_contours"]

FloatArray = npt.NDArray[np.float64]

SNAP_PIXELS = 1e-6
"""Vertices are rounded to this before centres are compared with edges: lines drawn through centres are common, and without it the
rounding of decimals would decide which of two pixels they take."""

CROSSINGS_AT_ONCE = 1 << 20
"""Of edges with rows; so that the longest lines take no more than some 100 MB."""


def trace_contours(mask: npt.NDArray[np.bool_]) -> list[FloatArray]:
    """Return closed lines along the outer edges of a mask's pixels.

    Each island and each hole is a line of its own; pixels that touch at a corner only are two islands. No line crosses or
    touches itself or crosses another, though two may share a corner. The even-odd rule, over all lines together, gives the pixels back.

    Parameters
    ----------
    mask
        bool [j, i].

    Returns
    -------
    For each line its corners (i, j), float64 [n, 2], the first not repeated, no three in a row on a straight line. The centre
    of pixel (0, 0) is at (0, 0), so that all numbers are halves.
    """
    rows, columns = mask.shape
    padded = np.zeros((rows + 2, columns + 2), np.int8)
    padded[1:-1, 1:-1] = mask
    # the four pixels around each corner of the pixel raster
    nw, ne, sw, se = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    count = nw + ne + sw + se
    crossing = (count == 2) & (nw == se)
    turning = (count == 1) | (count == 3) | crossing
    at = np.argwhere(turning)
    twice = crossing[at[:, 0], at[:, 1]]
    # where two pixels touch at a corner, two lines turn there: one takes the edge to the left, the other that to the right, and
    # each goes on along the edge of the same pixel
    corner = np.concatenate([at, at[twice]])
    second = np.concatenate([np.zeros(len(at), np.int8), np.ones(int(twice.sum()), np.int8)])
    upper = np.where(nw[corner[:, 0], corner[:, 1]] == 1, second, 1 - second)  # of the two, the one with the edge above
    along_row = _partners(corner[:, 0], corner[:, 1], second)
    along_column = _partners(corner[:, 1], corner[:, 0], upper)
    places: list[tuple[int, int]] = [(int(j), int(i)) for j, i in corner]
    return [np.array(line, dtype=np.float64)[:, ::-1] - 0.5 for line in _loops(along_row, along_column, places)]


def _partners(line: npt.NDArray[np.int64], along: npt.NDArray[np.int64], rank: npt.NDArray[np.int8]) -> list[int]:
    """Return for each corner the one at the other end of its edge: corners of one raster line belong together two by two."""
    order = np.lexsort((rank, along, line))
    partner = np.empty(len(order), np.int64)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    found: list[int] = partner.tolist()
    return found


def _loops(along_row: Sequence[int], along_column: Sequence[int], places: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the closed lines: edges along rows and along columns in turn until the first corner comes again.

    A line that comes back to a place, where two arms of one island touch at a corner, is cut in two there.
    """
    seen = bytearray(len(along_row))
    loops = []
    for start in range(len(along_row)):
        if seen[start]:
            continue
        here = start
        loop: dict[tuple[int, int], None] = {}
        while not seen[here]:
            there = along_row[here]
            seen[here] = seen[there] = 1
            for place in (places[here], places[there]):
                if place in loop:
                    loops.append(_cut_off(loop, place))
                loop[place] = None
            here = along_column[there]
        loops.append(list(loop))
    return loops


def _cut_off(loop: dict[tuple[int, int], None], place: tuple[int, int]) -> list[tuple[int, int]]:
    """Take the part of a line from a place on out of it, and return it."""
    part = []
    while place in loop:
        part.append(loop.popitem()[0])
    return part


def fill_contours(contours: Sequence[FloatArray], shape_ji: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return the pixels whose centres lie within closed lines, by the even-odd rule over all of them together.

    A centre on a line belongs to the region that lies towards higher i, or towards higher j, of it; so regions that share an
    edge share no pixel.

    Parameters
    ----------
    contours
        Corners (i, j) of each line, float64 [n, 2]; the last is joined to the first. The centre of pixel (0, 0) is at (0, 0).
    shape_ji
        Rows and columns; what lies outside is left out.

    Returns
    -------
    bool [j, i].
    """
    rows, columns = shape_ji
    lines = [np.round(np.asarray(c, dtype=np.float64) / SNAP_PIXELS) * SNAP_PIXELS for c in contours if len(c) > 2]
    changes = np.zeros((rows, columns + 1), np.int32)
    if lines:
        start = np.concatenate(lines)
        stop = np.concatenate([np.roll(line, -1, axis=0) for line in lines])
        turned = start[:, 1] > stop[:, 1]
        low, high = np.where(turned[:, None], stop, start), np.where(turned[:, None], start, stop)
        # an edge is crossed by the centre lines of rows from its lower end up to, and without, its upper end
        first = np.clip(np.ceil(low[:, 1] - SNAP_PIXELS / 2), 0, rows).astype(np.int64)
        last = np.clip(np.ceil(high[:, 1] - SNAP_PIXELS / 2), 0, rows).astype(np.int64)
        batch = np.cumsum(last - first) // CROSSINGS_AT_ONCE
        for part in np.split(np.arange(len(low)), np.flatnonzero(np.diff(batch)) + 1):
            _cross(changes, low[part], high[part], first[part], last[part] - first[part])
    return np.asarray(np.cumsum(changes[:, :columns], axis=1) % 2 == 1)


def _cross(
    changes: npt.NDArray[np.int32], low: FloatArray, high: FloatArray, first: npt.NDArray[np.int64], number: npt.NDArray[np.int64]
) -> None:
    """Count, in each row, the edges that are crossed just before each pixel: ``number`` rows from ``first`` on for each edge."""
    edge = np.repeat(np.arange(len(low)), number)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number) + first[edge]
    slope = (high[edge, 0] - low[edge, 0]) / (high[edge, 1] - low[edge, 1])
    crossing = low[edge, 0] + (row - low[edge, 1]) * slope
    column = np.clip(np.ceil(crossing - SNAP_PIXELS / 2), 0, changes.shape[1] - 1).astype(np.int64)
    np.add.at(changes, (row, column), 1)
