"""Which stroke a patient hand draws next to bring a slice nearer to a mask that is known: for demos, tests and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["HandStroke", "next_stroke"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

REACH_PX: Final = 3.0
"""A stroke goes on to a wrong pixel this near; beyond it the button is released."""


@dataclass(frozen=True, slots=True)
class HandStroke:
    """A stroke to draw.

    Attributes
    ----------
    label
        Value to paint; 0 to erase.
    radius_mm
        Of the round brush.
    path
        Pixels (j, i) in their order, none farther than 3 from the one before.
    """

    label: int
    radius_mm: float
    path: list[tuple[int, int]]


def next_stroke(
    plane: UInt8, target: UInt8, *, radii_mm: Sequence[float], spacing_mm: tuple[float, float], wrong: Bools | None = None
) -> HandStroke:
    """Return the stroke for the structure with the most wrong pixels, with the largest brush that stays inside what is to be painted.

    Parameters
    ----------
    plane, target
        uint8 [j, i] label values: as they are, and as they are to be.
    radii_mm
        Of the brushes that there are, the smallest first.
    spacing_mm
        Of rows and columns.
    wrong
        bool [j, i], pixels that differ and are to be mended, at least one; None for all that differ.
    """
    from scipy import ndimage  # here, because it is slow to load and the window has to be painted first

    wrong = plane != target if wrong is None else wrong
    label = int(np.bincount(target[wrong]).argmax())
    room_mm = ndimage.distance_transform_edt(target == label, sampling=spacing_mm)
    wanted = wrong & (target == label)
    start = np.unravel_index(int(np.where(wanted, room_mm, -1.0).argmax()), wanted.shape)
    # half a pixel less, so that the disc stays inside what is to be painted
    room = float(room_mm[start]) - 0.5 * max(spacing_mm)
    radius = max((r for r in radii_mm if r <= room), default=radii_mm[0])
    path = _path(wanted & (room_mm - 0.5 * max(spacing_mm) >= min(radius, room)), (int(start[0]), int(start[1])))
    return HandStroke(label, radius, path)


def _path(wanted: Bools, start: tuple[int, int]) -> list[tuple[int, int]]:
    """Return pixels from ``start`` on, each the nearest wanted one that was not visited, while one is near."""
    left = wanted.copy()
    path = [start]
    left[start] = False
    reach = int(REACH_PX)
    while True:
        j, i = path[-1]
        corner = np.array([max(j - reach, 0), max(i - reach, 0)])
        near = np.argwhere(left[corner[0] : j + reach + 1, corner[1] : i + reach + 1]) + corner
        if not len(near):
            return path
        distance = np.hypot(near[:, 0] - j, near[:, 1] - i)
        best = int(distance.argmin())
        if distance[best] > REACH_PX:
            return path
        path.append((int(near[best, 0]), int(near[best, 1])))
        left[path[-1]] = False
