"""A simulated corrector: paints with the program's brush and eraser until every structure of a slice is right enough.

It knows the reference and draws stroke after stroke as the demo's hand does (``gf_desktop/imaging/hand.py``), with the window's brushes.
Its hand trembles. What its hand takes is reckoned (:class:`Hand`); what the program takes for each stroke is measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gf_desktop.gui.view_state import BRUSH_RADII_MM
from gf_desktop.imaging.hand import HandStroke, next_stroke
from gf_desktop.session import Session

__all__ = ["Corrected", "Corrector", "Hand", "dice_of", "worst_dice"]

UInt8 = npt.NDArray[np.uint8]


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

    def seconds_for(self, stroke: HandStroke, before: HandStroke | None, *, side: int) -> float:
        """Return what a stroke on a picture of ``side`` pixels takes after the one before."""
        return (
            self.aim_s
            + _length(stroke) / (self.sides_per_s * side)
            + self.choose_s * (before is None or before.label != stroke.label)
            + self.size_s * (before is None or before.radius_mm != stroke.radius_mm)
        )


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
        plane = opened.label_map.labels[k]
        spacing = (opened.volume.geometry.spacing_mm[1], opened.volume.geometry.spacing_mm[0])
        done = Corrected(worst_dice(plane, reference), hand_s=self.hand.look_s)
        held: HandStroke | None = None
        while done.strokes < self.most_strokes:
            bad = [value for value, dice in dice_of(plane, reference).items() if dice < self.target]
            if not bad:
                break
            wrong = (plane != reference) & (np.isin(plane, bad) | np.isin(reference, bad))
            stroke = next_stroke(plane, reference, radii_mm=BRUSH_RADII_MM, spacing_mm=spacing, wrong=wrong)
            done.hand_s += self.hand.seconds_for(stroke, held, side=max(plane.shape))
            done.path_px += _length(stroke)
            done.strokes += 1
            begin = time.perf_counter()
            self._draw(session, k, stroke, rng)
            done.program_s += time.perf_counter() - begin
            held = stroke
        begin = time.perf_counter()
        session.approve_slice(k)
        done.program_s += time.perf_counter() - begin
        done.after = worst_dice(plane, reference)
        return done

    def _draw(self, session: Session, k: int, planned: HandStroke, rng: np.random.Generator) -> None:
        # who paints single pixels takes care
        tremble = self.hand.tremble_px if planned.radius_mm > BRUSH_RADII_MM[0] else 0.0
        places = [tuple(np.add(place, rng.normal(0.0, tremble, 2))) for place in planned.path]
        j, i = places[0]
        stroke = session.begin_stroke(
            axis=2,
            label=planned.label,
            radius_mm=planned.radius_mm,
            start_ijk=(float(i), float(j), float(k)),
            erase=planned.label == 0,
        )
        for j, i in places[1:]:
            stroke.move_to((float(i), float(j), float(k)))
        stroke.finish()


def _length(stroke: HandStroke) -> float:
    return float(np.linalg.norm(np.diff(np.array(stroke.path), axis=0), axis=1).sum())
