"""Some of many slices: of every scan, evenly, and with every structure among them. The same arguments give the same slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["choose", "shares", "spread"]

Bool = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]


def shares(counts: Sequence[int], most: int, seed: int) -> list[int]:
    """Return how many slices each scan gives: all that it has, or an even share of ``most``; what a small one leaves goes to the others.

    Parameters
    ----------
    counts
        Slices of each scan.
    seed
        Says which scans give one, or one more, where they cannot all give the same.
    """
    return _shares(counts, most, np.random.default_rng(seed))


def _shares(counts: Sequence[int], most: int, rng: np.random.Generator) -> list[int]:
    if sum(counts) <= most:
        return list(counts)
    by_chance: list[int] = rng.permutation(len(counts)).tolist()
    given = [0] * len(counts)
    for place, scan in enumerate(sorted(by_chance, key=lambda scan: counts[scan])):
        given[scan] = min(counts[scan], (most - sum(given)) // (len(counts) - place))
    return given


def spread(counts: Sequence[int], most: int, seed: int) -> list[Int64]:
    """Return which slices of each scan are taken: all, or ``most`` of them, from as many scans as possible and evenly within each.

    Parameters
    ----------
    counts
        Slices of each scan.
    seed
        Says where in each scan the first slice lies, and what it says of :func:`shares`.

    Returns
    -------
    Numbers of slices by scan, int64 and ascending.
    """
    rng = np.random.default_rng(seed)
    given = _shares(counts, most, rng)
    return [_evenly(count, share, rng) for count, share in zip(counts, given, strict=True)]


def _evenly(count: int, share: int, rng: np.random.Generator) -> Int64:
    """Return ``share`` numbers below ``count``, as far apart as that goes."""
    begin = rng.random()
    places: npt.NDArray[Any] = np.floor((np.arange(share) + begin) * (count / max(share, 1)))
    return places.astype(np.int64)


def choose(share: int, shows: Bool, painted: Bool, seed: int | Sequence[int]) -> Int64:
    """Return which slices of one scan are taken: some with each structure, those that a person painted on first.

    Parameters
    ----------
    share
        So many, or all where there are no more.
    shows
        bool [slices, structures], which structures a slice shows. The rarest one chooses first, and none more than its part.
    painted
        bool [slices]; what a person painted says more than what was approved as it was proposed.
    seed
        Says which slices, where there are several as good.

    Returns
    -------
    Numbers of slices, int64 and ascending.
    """
    count = len(painted)
    if share >= count:
        return np.arange(count)
    rng, taken = np.random.default_rng(seed), np.zeros(count, bool)

    def take(among: Bool, wanted: int) -> None:
        for group in (among & painted, among & ~painted):
            there = np.flatnonzero(group & ~taken)
            some = there[_evenly(len(there), min(wanted, len(there)), rng)]
            taken[some] = True
            wanted -= len(some)

    often = shows.sum(axis=0)
    there = np.flatnonzero(often)
    part = max(1, share // (len(there) + 1))
    for structure in there[np.argsort(often[there], kind="stable")]:
        room = share - int(taken.sum())
        take(shows[:, structure], min(room, max(0, part - int(shows[taken, structure].sum()))))
    take(np.ones(count, bool), share - int(taken.sum()))
    return np.flatnonzero(taken)
