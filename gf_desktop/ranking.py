"""The order in which slices are worth correcting: expected correction per minute, and never the same slice twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.worth import LABELS, SliceWorths

__all__ = ["Candidates", "Pace", "Suggestion", "pace_of", "rank"]

Float32 = npt.NDArray[np.float32]

LOOK_S: Final = 6.0
"""Until the eye has found its way on a slice."""

USUAL_STROKE_S: Final = 4.0
USUAL_STROKE_MM2: Final = 300.0
"""Until this person has made ``FEW_STROKES`` strokes: seconds for one, and what it corrects."""

FEW_STROKES: Final = 12

LONGEST_GAP_S: Final = 60.0
"""Who pauses for longer has done something else."""

RARE_SHARE: Final = 0.1
"""A structure counts as if it had at least this share of the mean structure's size: a few stray voxels are no structure."""

GREYS, SHAPES, PLACE = 1.0, 1.5, 0.5
"""Weights of intensities, of what is where, and of the place along the scan in how unlike two slices are."""

LEAST_NEW: Final = 0.05
"""What a twin of a slice that was reviewed is still worth: the mask on it may be wrong all the same."""

MOST_SEEN: Final = 512
"""Reviewed slices that new ones are compared with, spread evenly."""

TAUGHT: Final = 0.2
"""Share of what is wrong on a slice that is right once one just like it was learned from (docs/benchmarks.md)."""

MOST_TAUGHT: Final = 256
"""Slices that stand for all where it is reckoned what one teaches of the others, spread evenly."""

ALIKE: Final = 0.5
"""From this likeness on, 0 to 1, a slice counts among those that another one is like."""

LOOKED_AT: Final = 64
"""Slices whose worth is reckoned anew together, the most promising first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How quick a person is: seconds of one stroke, mm² that it corrects, and of how many strokes that is known (0: what is usual)."""

    stroke_s: float = USUAL_STROKE_S
    stroke_mm2: float = USUAL_STROKE_MM2
    strokes: int = 0

    def seconds(self, wrong_mm2: Float32) -> Float32:
        """Return how long correcting so much of a slice takes, float32 like the argument."""
        return np.asarray(LOOK_S + self.stroke_s * np.maximum(1.0, wrong_mm2 / self.stroke_mm2), np.float32)


def pace_of(strokes: npt.NDArray[np.float32]) -> Pace:
    """Return the pace of who made strokes, float32 [n, 2] of seconds since the one before and mm²; medians, pauses left out."""
    known = strokes[(strokes[:, 0] > 0) & (strokes[:, 0] <= LONGEST_GAP_S)]
    if len(known) < FEW_STROKES:
        return Pace()
    areas = strokes[:, 1][strokes[:, 1] > 0]
    area = float(np.median(areas)) if areas.size else USUAL_STROKE_MM2
    return Pace(max(0.5, float(np.median(known[:, 0]))), max(1.0, area), len(known))


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """A scan whose slices may be chosen: its id, what is known of them, mm² of a pixel and ml of a voxel."""

    case_id: str
    worths: SliceWorths
    pixel_mm2: float
    voxel_ml: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A slice that is worth correcting, and why.

    Attributes
    ----------
    case_id, k
        The scan, and the stored number of its slice.
    place_ij
        Voxel in the middle of what is expected to be wrong.
    structure
        Label value of the structure that has most at stake; 0 where it is background.
    unsure
        Share of that structure's proposed voxels on the slice that are expected to be wrong, 0 to 1.
    stake_ml
        What is expected to be wrong on the slice, in ml.
    stake_voxels
        The same in voxels.
    disputed
        Whether the student before had drawn most of that otherwise.
    alike
        How many other slices are like it that none before it in the list, and none that was reviewed, is like.
    seconds
        That correcting it is expected to take.
    score
        Of the order; no unit.
    """

    case_id: str
    k: int
    place_ij: tuple[int, int]
    structure: int
    unsure: float
    stake_ml: float
    stake_voxels: float
    disputed: bool
    alike: int
    seconds: float
    score: float


def rank(scans: Sequence[Candidates], *, count: int, pace: Pace) -> list[Suggestion]:
    """Return the slices that are worth most, the best first; the same for the same scans.

    What is expected to be wrong counts by structure, so that a small one counts as well as a large one. Correcting a slice mends what is
    wrong on it, and by refining a share of what is wrong on slices like it, as far as no reviewed slice and none before it in the list is
    as like them (weighted coverage, chosen greedily: Nemhauser, Wolsey and Fisher 1978, doi:10.1007/BF01588971). That is divided by the
    seconds that correcting takes.

    Parameters
    ----------
    count
        How many at most.
    """
    scans = [scan for scan in scans if len(scan.worths)]
    if not scans:
        return []
    where = np.concatenate([np.stack([np.full(len(s.worths), n), np.arange(len(s.worths))], 1) for n, s in enumerate(scans)])
    wrong, area = (_wide([getattr(s.worths, name) for s in scans], [s.worths.labels for s in scans]) for name in ("wrong", "area"))
    is_open = np.concatenate([s.worths.open > 0 for s in scans])
    looks = np.concatenate([_features(s.worths, table=area[where[:, 0] == n]) for n, s in enumerate(scans)])
    mm2, ml = (np.array([getattr(s, name) for s in scans])[where[:, 0]] for name in ("pixel_mm2", "voxel_ml"))
    total = wrong.sum(axis=1)
    seconds = pace.seconds((total * mm2).astype(np.float32))
    stakes = _by_structure(wrong, area)
    stakes[~is_open | (total <= 0)] = 0.0
    worth = _Worth(looks, stakes, seconds, np.flatnonzero(~is_open))
    found: list[Suggestion] = []
    while len(found) < count:
        best = worth.best()
        if best is None:
            break
        n, k = (int(value) for value in where[best])
        facts = {"seconds": float(seconds[best]), "score": float(worth.scores[best]), "voxel_ml": float(ml[best])}
        found.append(_told(scans[n], k, alike=worth.alike(best), **facts))
        worth.take(best)
    return found


class _Worth:
    """What each slice is worth, given those that were reviewed or taken.

    Taking a slice never makes another one worth more; so a score that was reckoned before is a bound, and only the most promising slices
    are looked at anew.

    Parameters
    ----------
    looks
        float32 [n, features].
    stakes, seconds
        float32 [n]: what is wrong, 0 for slices that are not asked for, and how long correcting it takes.
    seen
        Numbers of the slices that were reviewed.

    Attributes
    ----------
    scores
        float64 [n].
    """

    def __init__(self, looks: Float32, stakes: Float32, seconds: Float32, seen: npt.NDArray[np.intp]) -> None:
        self._looks, self._stakes, self._seconds = looks, stakes, seconds
        self._scale = _typical(looks)
        apart = _apart_from(looks, seen)
        self._covered = np.zeros(len(looks), np.float32) if apart is None else self._likeness(apart)
        asked = np.flatnonzero(stakes > 0)
        self._taught = _evenly(asked, MOST_TAUGHT)
        self._times = asked.size / max(1, self._taught.size)
        self.scores = np.zeros(len(looks))
        for first in range(0, asked.size, 4096):
            part = asked[first : first + 4096]
            self.scores[part] = self._reckoned(part)
        self._fresh = np.ones(len(looks), bool)

    def best(self) -> int | None:
        """Return the slice that is worth most; None where none is worth anything."""
        while len(self.scores):
            best = int(self.scores.argmax())
            if self.scores[best] <= 0:
                break
            if self._fresh[best]:
                return best
            most = min(LOOKED_AT, len(self.scores))
            part = np.argpartition(-self.scores, most - 1)[:most]
            part = part[self.scores[part] > 0]
            self.scores[part], self._fresh[part] = self._reckoned(part), True
        return None

    def alike(self, number: int) -> int:
        """Return how many other slices are like one, of those that none that was reviewed or taken is as like."""
        likeness = self._likeness(_apart(self._looks[number : number + 1], self._looks[self._taught]))[0]
        counted = (likeness > ALIKE) & (self._covered[self._taught] <= ALIKE) & (self._taught != number)
        return round(self._times * int(np.count_nonzero(counted)))

    def take(self, number: int) -> None:
        """Take a slice."""
        likeness = self._likeness(_apart(self._looks, self._looks[number : number + 1])[:, 0])
        np.maximum(self._covered, likeness, out=self._covered)
        self.scores[number] = self._stakes[number] = 0.0
        self._fresh[:] = False

    def _likeness(self, apart: Float32) -> Float32:
        return np.asarray(np.exp(-np.square(apart / np.float32(self._scale))), np.float32)

    def _reckoned(self, part: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        likeness = self._likeness(_apart(self._looks[part], self._looks[self._taught]))
        new = np.maximum(likeness - self._covered[self._taught], 0.0)
        of_others = self._times * (new @ self._stakes[self._taught])
        own = self._stakes[part] * (LEAST_NEW + (1.0 - LEAST_NEW) * (1.0 - self._covered[part]))
        worth = ((1.0 - TAUGHT) * own + TAUGHT * of_others) / self._seconds[part]
        return np.where(self._stakes[part] > 0, worth, 0.0).astype(np.float64)


def _wide(parts: list[npt.NDArray[np.generic]], labels: list[npt.NDArray[np.uint8]]) -> Float32:
    """Return arrays over labels of their own one above the other, over the labels that any of them has; float32."""
    known = np.unique(np.concatenate(labels))
    column = np.zeros(LABELS, np.intp)
    column[known] = np.arange(known.size)
    made = [np.zeros((len(part), known.size), np.float32) for part in parts]
    for whole, part, of in zip(made, parts, labels, strict=True):
        whole[:, column[of]] = part
    whole_array: Float32 = np.concatenate(made)
    return whole_array


def _by_structure(wrong: Float32, area: Float32) -> Float32:
    """Return what is at stake on each slice, structures weighted by the root of their rarity; background goes with those beside it."""
    sizes = area[:, 1:].sum(axis=0)
    present = sizes[sizes > 0]
    if not present.size:
        return np.asarray(wrong.sum(axis=1), np.float32)
    mean = float(present.mean())
    weight = np.sqrt(mean / (sizes + RARE_SHARE * mean)).astype(np.float32)
    stakes = wrong[:, 1:] @ weight
    of_structures = wrong[:, 1:].sum(axis=1)
    # what is proposed as background and may be a structure is most likely the edge of one of those beside it
    usual = np.divide(stakes, of_structures, out=np.ones_like(stakes), where=of_structures > 0)
    return np.asarray(stakes + wrong[:, 0] * usual, np.float32)


def _features(worths: SliceWorths, *, table: Float32) -> Float32:
    pixels = np.maximum(1.0, table.sum(axis=1, keepdims=True))
    shapes = np.sqrt(table[:, 1:] / pixels)
    place = np.linspace(0.0, 1.0, len(worths), dtype=np.float32)[:, None]
    return np.asarray(np.concatenate([GREYS * worths.greys, SHAPES * shapes, PLACE * place], axis=1), np.float32)


def _typical(looks: Float32) -> float:
    spread = float(np.sqrt(((looks - looks.mean(axis=0)) ** 2).sum(axis=1)).mean())
    return max(spread / 2.0, 1e-6)


def _evenly(numbers: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """Return at most so many of them, spread evenly."""
    return numbers if numbers.size <= most else numbers[np.linspace(0, numbers.size - 1, most).round().astype(np.intp)]


def _apart(looks: Float32, others: Float32) -> Float32:
    """Return how far each slice is from each other one, float32 [looks, others]."""
    squares = (looks**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2.0 * looks @ others.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)), np.float32)


def _apart_from(looks: Float32, seen: npt.NDArray[np.intp]) -> Float32 | None:
    """Return how far each slice is from the nearest that was reviewed; None where none was."""
    if not seen.size:
        return None
    known = looks[_evenly(seen, MOST_SEEN)]
    nearest: Float32 = np.empty(len(looks), np.float32)
    for first in range(0, len(looks), 4096):
        nearest[first : first + 4096] = _apart(looks[first : first + 4096], known).min(axis=1)
    return nearest


def _told(scan: Candidates, k: int, *, alike: int, seconds: float, score: float, voxel_ml: float) -> Suggestion:
    worths = scan.worths
    wrong, proposed = worths.wrong[k], worths.unreviewed[k]
    structures = np.where(worths.labels > 0, wrong, -1.0)
    column = int(structures.argmax()) if (structures > 0).any() else int(wrong.argmax())
    total = float(wrong.sum())
    unsure = float(wrong[column]) / max(1, int(proposed[column]))
    i, j = (int(value) for value in worths.place[k])
    return Suggestion(
        scan.case_id,
        k,
        (i, j),
        int(worths.labels[column]),
        min(1.0, unsure),
        total * voxel_ml,
        total,
        disputed=bool(worths.disputed[k] * 0.5 > total / 2),
        alike=alike,
        seconds=seconds,
        score=score,
    )
