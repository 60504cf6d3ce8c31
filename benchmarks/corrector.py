"""A simulated corrector: draws with the program's brush, eraser and lasso until every structure of a slice is right enough.

It knows the reference. Before each stroke it weighs a brush stroke as the demo's hand draws it (``gf_desktop/imaging/hand.py``), with the
window's brushes, against outlining a wrong region with the lasso, and takes what mends most in a second. Its hand trembles. What its hand
takes is reckoned (:class:`Hand`); what the program takes for each stroke is measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.measure import find_contours

from gf_desktop.gui.view_state import BRUSH_RADII_MM
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.hand import HandStroke, next_stroke
from gf_desktop.imaging.operations import Polygon
from gf_desktop.imaging.regions import polygon_mask
from gf_desktop.session import Session

__all__ = ["Corrected", "Corrector", "Hand", "Lasso", "dice_of", "worst_dice"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

REGIONS = 8
"""So many wrong regions, the largest, are looked at for the lasso."""

POINTS_APART = 3
"""The lasso has one of so many points of an outline, which has two for each pixel."""


@dataclass(frozen=True, slots=True)
class Lasso:
    """An outline to draw: what lies inside gets the label, 0 to erase; points (j, i), closed.

    No brush has its radius of 0, so that taking it up after a brush counts as another size does.
    """

    label: int
    path: list[tuple[float, float]]
    radius_mm: float = 0.0


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
        To choose another size of the brush, or the lasso.
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

    def seconds_for(self, stroke: HandStroke | Lasso, before: HandStroke | Lasso | None, *, side: int) -> float:
        """Return what a stroke on a picture of ``side`` pixels takes after the one before; the lasso is chosen as a size is."""
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
    most_strokes: int = 400
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
        held: HandStroke | Lasso | None = None
        while done.strokes < self.most_strokes:
            bad = [value for value, dice in dice_of(plane, reference).items() if dice < self.target]
            if not bad:
                break
            wrong = (plane != reference) & (np.isin(plane, bad) | np.isin(reference, bad))
            ways: list[HandStroke | Lasso] = [next_stroke(plane, reference, radii_mm=BRUSH_RADII_MM, spacing_mm=spacing, wrong=wrong)]
            ways += _lassos(wrong, reference)
            seconds = [self.hand.seconds_for(way, held, side=max(plane.shape)) for way in ways]
            mended = [_mended(way, plane, reference, spacing) for way in ways]
            best = max(range(len(ways)), key=lambda n: mended[n] / seconds[n])
            stroke = ways[best]
            done.hand_s += seconds[best]
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

    def _draw(self, session: Session, k: int, planned: HandStroke | Lasso, rng: np.random.Generator) -> None:
        if isinstance(planned, Lasso):
            points = [np.add(place, rng.normal(0.0, self.hand.tremble_px, 2)) for place in planned.path]
            session.operate(Polygon(planned.label, 2, tuple((float(i), float(j), float(k)) for j, i in points)))
            return
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


def _lassos(wrong: Bools, reference: UInt8) -> list[Lasso]:
    """Return an outline for each of the largest regions that are to become one and the same structure."""
    found: list[tuple[int, int, Bools]] = []
    for label in np.unique(reference[wrong]):
        regions, count = ndimage.label(wrong & (reference == label), structure=np.ones((3, 3)))
        sizes = np.bincount(regions.reshape(-1), minlength=count + 1)[1:]
        found += [(int(size), int(label), regions == n) for n, size in enumerate(sizes, start=1) if size >= 3]
    lassos = []
    for _size, label, region in sorted(found, key=lambda one: -one[0])[:REGIONS]:
        outline = max(find_contours(np.pad(region, 1).astype(float), 0.5), key=len) - 1.0
        points = outline[::POINTS_APART] if len(outline) > 4 * POINTS_APART else outline
        lassos.append(Lasso(label, [(float(j), float(i)) for j, i in points]))
    return lassos


def _mended(stroke: HandStroke | Lasso, plane: UInt8, reference: UInt8, spacing: tuple[float, float]) -> int:
    """Return how many pixels more a stroke makes right than wrong, drawn without trembling."""
    if isinstance(stroke, Lasso):
        grid = Geometry.identity((plane.shape[1], plane.shape[0], 1))
        inside = polygon_mask(grid, 2, [(i, j, 0.0) for j, i in stroke.path])
        if inside is None:
            return 0
        _k, j, i = inside[0].slices
        covered = np.zeros(plane.shape, bool)
        covered[j, i] = inside[1][0]
    else:
        away = np.ones(plane.shape, bool)
        away[tuple(np.array(stroke.path).T)] = False
        covered = ndimage.distance_transform_edt(away, sampling=spacing) <= stroke.radius_mm
    return int(np.count_nonzero(covered & (plane != reference) & (reference == stroke.label))) - int(
        np.count_nonzero(covered & (plane == reference) & (reference != stroke.label))
    )


def _length(stroke: HandStroke | Lasso) -> float:
    return float(np.linalg.norm(np.diff(np.array(stroke.path), axis=0), axis=1).sum())
