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
    seconds: float
    score: float


def rank(scans: Sequence[Candidates], *, count: int, pace: Pace) -> list[Suggestion]:
    """Return the slices that are worth most, the best first; the same for the same scans.

    What is expected to be wrong counts by structure, so that a small one counts as well as a large one; it is divided by the seconds that
    correcting takes, and by how like the slice is to those that were reviewed or come before it in the list (farthest-point sampling in
    simple features: Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5).

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
    benefit = (_by_structure(wrong, area) / seconds).astype(np.float64)
    benefit[~is_open | (total <= 0)] = 0.0
    apart = _apart_from(looks, np.flatnonzero(~is_open))
    scale = _typical(looks)
    found: list[Suggestion] = []
    while len(found) < count:
        new = 1.0 if apart is None else LEAST_NEW + (1.0 - LEAST_NEW) * (1.0 - np.exp(-apart / scale))
        score = benefit * new
        best = int(score.argmax())
        if score[best] <= 0:
            break
        n, k = (int(value) for value in where[best])
        found.append(_told(scans[n], k, float(seconds[best]), float(score[best]), float(ml[best])))
        benefit[best] = 0.0
        to_it = np.sqrt(((looks - looks[best]) ** 2).sum(axis=1))
        apart = to_it if apart is None else np.minimum(apart, to_it)
    return found


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


def _apart_from(looks: Float32, seen: npt.NDArray[np.intp]) -> Float32 | None:
    """Return how far each slice is from the nearest that was reviewed; None where none was."""
    if not seen.size:
        return None
    if seen.size > MOST_SEEN:
        seen = seen[np.linspace(0, seen.size - 1, MOST_SEEN).round().astype(np.intp)]
    known = looks[seen]
    squares = (known**2).sum(axis=1)
    nearest: Float32 = np.empty(len(looks), np.float32)
    for first in range(0, len(looks), 4096):
        part = looks[first : first + 4096]
        distances = (part**2).sum(axis=1)[:, None] + squares - 2.0 * part @ known.T
        nearest[first : first + 4096] = np.sqrt(np.maximum(distances.min(axis=1), 0.0))
    return nearest


def _told(scan: Candidates, k: int, seconds: float, score: float, voxel_ml: float) -> Suggestion:
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
        seconds=seconds,
        score=score,
    )
