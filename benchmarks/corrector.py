"""A simulated corrector: paints with the program's brush and eraser until every structure of a slice is right enough.

It knows the reference, looks for the stroke that mends most a second, draws it along the middle of what is wrong with a brush that fits
inside the structure, and looks again. Its hand trembles. What its hand takes is reckoned (:class:`Hand`); what the program takes for
each stroke is measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, label
from skimage.morphology import skeletonize

from gf_desktop.session import Session

__all__ = ["Corrected", "Corrector", "Hand", "dice_of", "worst_dice"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

RADII_PX: Final = (0.5, 1.5, 2.5, 4.0, 6.0, 9.0, 13.0)
PIECES: Final = 3
"""So many connected pieces of each structure's errors are weighed, the largest first."""

NEIGHBOURS: Final = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
EIGHT: Final = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Hand:
    """What a hand and an eye take, in seconds.

    Attributes
    ----------
    look_s
        To look at a slice before its first stroke, and to accept it after the last.
    aim_s
        To bring the pointer to the beginning of a stroke, press and let go.
    choose_s
        To choose another structure, or the eraser.
    size_s
        To choose another size of the brush.
    sides_per_s
        How fast a stroke is drawn, in sides of the picture.
    tremble_px
        Standard deviation of what the hand misses at each point.
    """

    look_s: float = 3.0
    aim_s: float = 0.8
    choose_s: float = 1.0
    size_s: float = 0.6
    sides_per_s: float = 0.2
    tremble_px: float = 0.3


@dataclass(slots=True)
class Corrected:
    """What correcting a slice took.

    Attributes
    ----------
    before, after
        Lowest Dice of its structures.
    strokes
        How many.
    hand_s, program_s
        Seconds of the hand, reckoned, and of the program, measured.
    path_px
        Length of all strokes in pixels of the scan.
    """

    before: float
    after: float = 0.0
    strokes: int = 0
    hand_s: float = 0.0
    program_s: float = 0.0
    path_px: float = 0.0

    @property
    def seconds(self) -> float:
        """Of hand and program."""
        return self.hand_s + self.program_s


@dataclass(frozen=True, slots=True)
class _Plan:
    label: int
    radius_px: float
    path: list[tuple[int, int]]
    gain: int
    seconds: float


def dice_of(mask: UInt8, reference: UInt8) -> dict[int, float]:
    """Return the Dice of every structure that is in one of two slices, by label value."""
    found: dict[int, float] = {}
    for value in np.union1d(np.unique(mask), np.unique(reference)):
        if value:
            ours, theirs = mask == value, reference == value
            found[int(value)] = 2 * float(np.count_nonzero(ours & theirs)) / float(np.count_nonzero(ours) + np.count_nonzero(theirs))
    return found


def worst_dice(mask: UInt8, reference: UInt8) -> float:
    """Return the lowest Dice of a slice's structures; 1 where neither has any."""
    return min(dice_of(mask, reference).values(), default=1.0)


@dataclass(slots=True)
class Corrector:
    """Somebody who knows the reference.

    Attributes
    ----------
    hand
        What it takes.
    target
        Dice that every structure of a slice has to reach.
    most_strokes
        After so many on a slice it gives up.
    """

    hand: Hand = field(default_factory=Hand)
    target: float = 0.95
    most_strokes: int = 120
    seed: int = 0

    def correct(self, session: Session, k: int, reference: UInt8) -> Corrected:
        """Correct a slice of the scan on screen and accept it.

        Parameters
        ----------
        k
            Stored number of the slice.
        reference
            uint8 [j, i] label values.
        """
        opened = session.must_open()
        rng = np.random.default_rng((self.seed, k))
        labels = opened.label_map.labels
        done = Corrected(worst_dice(labels[k], reference), hand_s=self.hand.look_s)
        held: tuple[int, float] | None = None
        while done.strokes < self.most_strokes and worst_dice(labels[k], reference) < self.target:
            plan = self._next(labels[k], reference, held)
            if plan is None:
                break
            done.hand_s += plan.seconds
            done.path_px += len(plan.path)
            done.strokes += 1
            begin = time.perf_counter()
            self._draw(session, k, plan, rng)
            done.program_s += time.perf_counter() - begin
            held = (plan.label, plan.radius_px)
        begin = time.perf_counter()
        session.approve_slice(k)
        done.program_s += time.perf_counter() - begin
        done.after = worst_dice(labels[k], reference)
        return done

    def _draw(self, session: Session, k: int, plan: _Plan, rng: np.random.Generator) -> None:
        spacing = session.must_open().volume.geometry.spacing_mm
        places = [tuple(np.add(place, rng.normal(0.0, self.hand.tremble_px, 2) * (plan.radius_px > 1))) for place in plan.path]
        # every other pixel of the path is enough for a round brush that is larger than one
        step = max(1, int(plan.radius_px / 2))
        chosen = [*places[::step], places[-1]]
        stroke = session.begin_stroke(
            axis=2,
            label=plan.label,
            radius_mm=plan.radius_px * min(spacing[:2]),
            start_ijk=(float(chosen[0][1]), float(chosen[0][0]), float(k)),
            erase=plan.label == 0,
        )
        for j, i in chosen[1:]:
            stroke.move_to((float(i), float(j), float(k)))
        stroke.finish()

    def _next(self, mask: UInt8, reference: UInt8, held: tuple[int, float] | None) -> _Plan | None:
        """Return the stroke that mends most a second; None where nothing is wrong that it cares for."""
        bad = {value for value, dice in dice_of(mask, reference).items() if dice < self.target}
        wrong = (mask != reference) & (np.isin(mask, list(bad)) | np.isin(reference, list(bad)))
        best: _Plan | None = None
        for value in np.unique(reference[wrong]):
            need, allowed = wrong & (reference == value), reference == value
            pieces, _count = label(need, EIGHT)
            sizes = np.bincount(pieces.ravel())[1:]
            for piece in np.argsort(-sizes)[:PIECES]:
                # what a brush reaches from the piece is all that has to be looked at
                region = _around(pieces == piece + 1, int(2 * RADII_PX[-1]) + 2)
                inside = np.pad(allowed[region], 1, mode="edge")
                # how far the brush may reach from each pixel before it paints something else
                depth = distance_transform_edt(inside)[1:-1, 1:-1] if not inside.all() else np.full(allowed[region].shape, np.inf)
                plan = self._fit(pieces[region] == piece + 1, need[region], depth, int(value), held, side=max(mask.shape))
                if plan is not None and (best is None or plan.gain / plan.seconds > best.gain / best.seconds):
                    corner = (region[0].start, region[1].start)
                    best = replace(plan, path=[(j + corner[0], i + corner[1]) for j, i in plan.path])
        return best

    def _fit(
        self, piece: Bools, need: Bools, depth: npt.NDArray[np.float64], value: int, held: tuple[int, float] | None, *, side: int
    ) -> _Plan | None:
        best: _Plan | None = None
        away = distance_transform_edt(~piece)
        for radius in RADII_PX:
            centres = (depth > radius) & (away <= radius)
            if not centres.any():
                break
            parts, _count = label(centres, EIGHT)
            largest = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
            path = _walk(skeletonize(largest))
            drawn = np.zeros_like(need)
            drawn[tuple(np.array(path).T)] = True
            gain = int(np.count_nonzero(need & (distance_transform_edt(~drawn) <= radius)))
            seconds = self.hand.aim_s + len(path) / (self.hand.sides_per_s * side)
            if held is None or held[0] != value:
                seconds += self.hand.choose_s
            if held is None or held[1] != radius:
                seconds += self.hand.size_s
            if best is None or gain / seconds > best.gain / best.seconds:
                best = _Plan(value, radius, path, gain, seconds)
        return best


def _around(piece: Bools, margin: int) -> tuple[slice, slice]:
    """Return the part of a slice that holds a piece and a margin."""
    rows, cols = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(cols[0]) - margin), int(cols[-1]) + margin + 1),
    )


def _walk(skeleton: Bools) -> list[tuple[int, int]]:
    """Return a way over all pixels of a connected skeleton that leaves it nowhere: where it ends it goes back."""
    pixels = set(map(tuple, np.argwhere(skeleton).tolist()))

    def beside(place: tuple[int, int]) -> list[tuple[int, int]]:
        return [q for q in ((place[0] + j, place[1] + i) for j, i in NEIGHBOURS) if q in pixels]

    # a loose end to begin with, where there is one
    start = min(pixels, key=lambda place: (len(beside(place)), place))
    way, seen, stack = [start], {start}, [start]
    while stack:
        onward = next((q for q in beside(stack[-1]) if q not in seen), None)
        if onward is None:
            stack.pop()
            if stack and len(seen) < len(pixels):
                way.append(stack[-1])
            continue
        seen.add(onward)
        way.append(onward)
        stack.append(onward)
    return way
