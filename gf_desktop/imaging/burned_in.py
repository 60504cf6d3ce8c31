"""Text that is burned into the pixels of ultrasound and endoscopy pictures: found without reading it, and blacked out.

What is drawn by a machine differs from what is scanned: strokes of one width and nearly one brightness, a few pixels thin, on even ground,
of one height, in a row. Tissue has none of this. No letter is recognised, so no language is assumed. Over tissue, and where fewer than
three signs stand together, text is not found; what is found is shown before anything is blacked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["Region", "black_out", "find_text", "outside_bands"]

UInt8 = npt.NDArray[np.uint8]

STROKE_PX: Final = 9
"""Strokes are thinner than this: what an opening of this size takes away is looked at."""

CONTRAST: Final = 28
"""Grey levels of 255 by which a stroke stands out of its ground."""

HEIGHT_PX: Final = (5, 40)
"""Least and largest height of a sign."""

LEAST_CONTRAST: Final = 64
"""Grey levels by which the middle of a sign's strokes stands out; streaks of tissue fade into their ground."""

SIGNS: Final = 3
"""So many signs in a row are a text."""

GROUND_SPREAD: Final = 9.0
"""Grey levels that the ground around a sign varies by, as a standard deviation."""

RIM_PX: Final = 3
"""A region is larger than its signs by this much at each side."""


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A rectangle of a picture: rows and columns from ``top`` and ``left`` to before ``bottom`` and ``right``."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, by: int, shape: tuple[int, int]) -> Region:
        """Return the region with a rim, cut to a picture of a shape."""
        top, left = max(0, self.top - by), max(0, self.left - by)
        return Region(top, left, min(shape[0], self.bottom + by), min(shape[1], self.right + by))

    def joined(self, other: Region) -> Region:
        """Return the smallest region that holds both."""
        top, left = min(self.top, other.top), min(self.left, other.left)
        return Region(top, left, max(self.bottom, other.bottom), max(self.right, other.right))

    def meets(self, other: Region) -> bool:
        """Whether they have a pixel in common."""
        return self.top < other.bottom and other.top < self.bottom and self.left < other.right and other.left < self.right


@dataclass(frozen=True, slots=True)
class _Sign:
    """A connected piece that could be a letter, and the grey of its strokes."""

    place: Region
    grey: float

    @property
    def height(self) -> int:
        return self.place.bottom - self.place.top


def find_text(picture: UInt8) -> tuple[Region, ...]:
    """Return where text is burned in, from top to bottom; regions do not overlap.

    Parameters
    ----------
    picture
        uint8 [rows, columns] grey or [rows, columns, 3] colour. Of frames, the one that is asked for; text stands still in all.
    """
    grey = picture.max(axis=2) if picture.ndim == 3 else picture
    if min(grey.shape) < 2 * STROKE_PX:
        return ()
    signs = _signs(grey, light=True) + _signs(grey, light=False)
    shape = (grey.shape[0], grey.shape[1])
    return _apart([line.grown(RIM_PX, shape) for line in _lines(signs)])


def _signs(grey: UInt8, *, light: bool) -> list[_Sign]:
    """Return the pieces of strokes that are lighter, or darker, than their ground and could be letters."""
    from scipy import ndimage

    size = (STROKE_PX, STROKE_PX)
    ground = ndimage.grey_opening(grey, size=size) if light else ndimage.grey_closing(grey, size=size)
    stands_out = grey.astype(np.int16) - ground if light else ground.astype(np.int16) - grey
    pieces, count = ndimage.label(stands_out >= CONTRAST, structure=np.ones((3, 3), int))
    if not count:
        return []
    found = []
    for number, box in enumerate(ndimage.find_objects(pieces), start=1):
        place = Region(box[0].start, box[1].start, box[0].stop, box[1].stop)
        if _could_be_sign(place) and _on_even_ground(grey, pieces, place):
            inside = pieces[box] == number
            if np.percentile(stands_out[box][inside], 75) < LEAST_CONTRAST:
                continue
            values = grey[box][inside]
            found.append(_Sign(place, float(np.percentile(values, 75 if light else 25))))
    return found


def _could_be_sign(place: Region) -> bool:
    height, width = place.bottom - place.top, place.right - place.left
    # letters that touch form a piece of some widths
    return HEIGHT_PX[0] <= height <= HEIGHT_PX[1] and 1 <= width <= 6 * height


def _on_even_ground(grey: UInt8, pieces: npt.NDArray[Any], place: Region) -> bool:
    """Whether what lies around a piece hardly varies, other pieces left out."""
    from scipy import ndimage

    around = place.grown(2, (grey.shape[0], grey.shape[1]))
    free = pieces[around.slices] == 0
    # half-lit pixels beside a stroke belong to it
    free &= ~ndimage.binary_dilation(~free)
    values = grey[around.slices][free]
    return values.size >= 8 and float(values.std()) <= GROUND_SPREAD


def _lines(signs: Sequence[_Sign]) -> list[Region]:
    """Return the rows of signs that stand beside each other, are alike and number at least :data:`SIGNS`."""
    order = sorted(signs, key=lambda sign: sign.place.left)
    group = list(range(len(order)))

    def root(n: int) -> int:
        while group[n] != n:
            group[n] = group[group[n]]
            n = group[n]
        return n

    for n, sign in enumerate(order):
        for m in range(n + 1, len(order)):
            if order[m].place.left - sign.place.right > 2 * sign.height:
                break
            if _beside(sign, order[m]):
                group[root(m)] = root(n)
    members: dict[int, list[_Sign]] = {}
    for n, sign in enumerate(order):
        members.setdefault(root(n), []).append(sign)
    found = []
    for line in members.values():
        # a piece that is wider than high is more than one letter
        letters = sum(max(1, round((s.place.right - s.place.left) / (0.7 * s.height))) for s in line)
        if letters >= SIGNS and len(line) > 1:
            whole = line[0].place
            for sign in line[1:]:
                whole = whole.joined(sign.place)
            found.append(whole)
    return found


def _beside(one: _Sign, other: _Sign) -> bool:
    """Whether two signs could be neighbours in a word or a line."""
    low, high = sorted((one.height, other.height))
    overlap = min(one.place.bottom, other.place.bottom) - max(one.place.top, other.place.top)
    gap = other.place.left - one.place.right
    return high <= 2.2 * low and overlap >= 0.6 * low and gap <= 1.6 * high and abs(one.grey - other.grey) <= 60


def _apart(regions: Sequence[Region]) -> tuple[Region, ...]:
    """Return regions with those that meet joined."""
    left = list(regions)
    found: list[Region] = []
    while left:
        region = left.pop()
        meeting = [other for other in found if other.meets(region)]
        if meeting:
            for other in meeting:
                found.remove(other)
                region = region.joined(other)
            left.append(region)
        else:
            found.append(region)
    return tuple(sorted(found))


def outside_bands(shape: tuple[int, int], scanned: Sequence[Region]) -> tuple[Region, ...]:
    """Return the bands above, below and beside everything that was scanned, where machines write names and numbers.

    Parameters
    ----------
    shape
        Rows and columns of the picture.
    scanned
        Parts of it that show what was scanned, as ultrasound states them (DICOM PS3.3 C.8.5.5); without any there are no bands.
    """
    if not scanned:
        return ()
    whole = scanned[0]
    for region in scanned[1:]:
        whole = whole.joined(region)
    rows, columns = shape
    top, bottom = max(0, whole.top), min(rows, whole.bottom)
    bands = (
        Region(0, 0, top, columns),
        Region(bottom, 0, rows, columns),
        Region(top, 0, bottom, max(0, whole.left)),
        Region(top, min(columns, whole.right), bottom, columns),
    )
    return tuple(band for band in bands if band.bottom > band.top and band.right > band.left)


def black_out(voxels: npt.NDArray[Any], regions: Sequence[Region]) -> npt.NDArray[Any]:
    """Return a copy with some regions of every slice, or frame, at the lowest value; colours become black.

    Parameters
    ----------
    voxels
        [k, j, i] or colour [k, j, i, 3].
    regions
        Rows j and columns i.
    """
    cleared = voxels.copy()
    lowest = 0 if voxels.ndim == 4 else voxels.min()
    for region in regions:
        cleared[(slice(None), *region.slices)] = lowest
    return cleared
