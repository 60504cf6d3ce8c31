"""Which unlabelled slices a round learns from: few enough to ask the teacher about in time, of every scan.

A folder of thirty CTs has ten thousand slices. To ask the teacher about all of them takes longer than a usual round, and a step sees four:
a round takes as many as its minutes allow, and another round takes others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["most_in", "spread"]

SLICES_A_MINUTE: Final = 100
"""Two cores ask about so many slices of 128 x 128 in three seconds, a slow laptop in ten."""

LEAST: Final = 256
"""A scan or a few small ones are taken whole, however short the round is."""


def most_in(minutes: float) -> int:
    """Return how many unlabelled slices a round of so many minutes takes at most."""
    return max(LEAST, round(SLICES_A_MINUTE * minutes))


def spread(counts: Sequence[int], most: int, seed: int) -> list[npt.NDArray[np.int64]]:
    """Return which slices of each scan are taken: all, or ``most`` of them, from as many scans as possible and evenly within each.

    Parameters
    ----------
    counts
        Slices of each scan.
    seed
        Says where in each scan the first slice lies and, where there are more scans than slices to take, which scans have one.

    Returns
    -------
    Numbers of slices by scan, int64 and ascending; the same for the same arguments.
    """
    if sum(counts) <= most:
        return [np.arange(count) for count in counts]
    rng = np.random.default_rng(seed)
    # scans with few slices give them all, and what they leave goes to the others
    by_chance: list[int] = rng.permutation(len(counts)).tolist()
    taken = np.zeros(len(counts), np.int64)
    for place, scan in enumerate(sorted(by_chance, key=lambda scan: counts[scan])):
        taken[scan] = min(counts[scan], (most - int(taken.sum())) // (len(counts) - place))
    return [_evenly(count, int(share), rng) for count, share in zip(counts, taken, strict=True)]


def _evenly(count: int, share: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return ``share`` numbers below ``count``, as far apart as that goes."""
    begin = rng.random()
    places: npt.NDArray[Any] = np.floor((np.arange(share) + begin) * (count / max(share, 1)))
    return places.astype(np.int64)
