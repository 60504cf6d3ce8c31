"""Borders that nobody drew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gf_desktop.imaging.borders import allow_for_borders, border_reach
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.preprocess import PreprocessSpec

UInt8 = npt.NDArray[np.uint8]

FINE = (0.5, 0.5)
COARSE = (1.5, 1.5)


def disc(radius: float, *, label: int = 1, centre: tuple[int, int] = (40, 40), side: int = 80) -> UInt8:
    j, i = np.mgrid[:side, :side]
    return np.where((j - centre[0]) ** 2 + (i - centre[1]) ** 2 <= radius**2, label, 0).astype(np.uint8)


NOBODY = np.zeros((80, 80), bool)


def test_that_a_border_half_a_pixel_of_the_students_grid_aside_is_neither_right_nor_wrong() -> None:
    accepted = disc(30)
    for other in (disc(29), disc(30.9), np.roll(accepted, 1, axis=0)):
        assert (other != accepted).any()
        np.testing.assert_array_equal(allow_for_borders(other, accepted, NOBODY, COARSE), accepted)


@pytest.mark.parametrize(("aside", "wrong"), [(1, 0), (2, 0), (3, 2), (4, 4), (6, 6)])
def test_that_what_lies_farther_aside_is_wrong(aside: int, wrong: int) -> None:
    accepted = np.ones((80, 80), np.uint8)
    accepted[:, 40:] = 2
    moved = np.roll(accepted, aside, axis=1)
    moved[:, :aside] = 1
    allowed = allow_for_borders(moved, accepted, NOBODY, COARSE)
    assert (allowed != accepted).sum() == 80 * wrong


def test_that_what_a_person_painted_is_meant_as_it_is() -> None:
    accepted, other = disc(30), disc(29)
    np.testing.assert_array_equal(allow_for_borders(other, accepted, np.ones((80, 80), bool), COARSE), other)
    # one side of the border painted: the border was drawn
    inside = accepted == 1
    np.testing.assert_array_equal(allow_for_borders(other, accepted, inside, COARSE), other)
    np.testing.assert_array_equal(allow_for_borders(disc(30.9), accepted, inside, FINE), disc(30.9))


def test_that_a_missed_structure_stays_missed() -> None:
    accepted = disc(30) + disc(3, label=2, centre=(5, 5))
    missed = disc(30)
    np.testing.assert_array_equal(allow_for_borders(missed, accepted, NOBODY, COARSE), missed)
    np.testing.assert_array_equal(allow_for_borders(accepted, missed, NOBODY, COARSE), accepted)


def test_that_a_pixel_is_much_of_a_small_structure() -> None:
    accepted, other = disc(4), disc(3)
    np.testing.assert_array_equal(allow_for_borders(other, accepted, NOBODY, FINE), other)


def test_that_a_border_between_two_structures_may_lie_aside_too() -> None:
    accepted, other = np.ones((60, 60), np.uint8), np.ones((60, 60), np.uint8)
    accepted[:, 30:], other[:, 31:] = 2, 2
    nobody = np.zeros((60, 60), bool)
    np.testing.assert_array_equal(allow_for_borders(other, accepted, nobody, FINE), accepted)
    other[:, 30:] = 3
    np.testing.assert_array_equal(allow_for_borders(other, accepted, nobody, FINE), other)


@pytest.mark.parametrize(
    ("working_mm", "reach"),
    [(0.0, (0.5, 0.5)), (3.0, (1.5, 0.75)), (1.0, (0.5, 0.5)), (40.0, (4.0, 4.0))],
    ids=["own", "coarse", "fine", "far"],
)
def test_that_the_reach_is_half_a_pixel_of_the_students_grid(working_mm: float, reach: tuple[float, float]) -> None:
    geometry = Geometry((48, 32, 3), (2.0, 1.0, 5.0), (0.0, 0.0, 0.0), np.eye(3))
    spec = PreprocessSpec(colour=False, spacing_mm=working_mm, window=(0.0, 100.0))
    assert border_reach(geometry, spec) == reach


MASKS = arrays(np.uint8, (9, 11), elements=st.integers(0, 3))


@settings(max_examples=200, deadline=None)
@given(MASKS, MASKS, arrays(np.bool_, (9, 11)), st.sampled_from([FINE, COARSE, (0.5, 4.0)]))
def test_that_nothing_is_made_up(predicted: UInt8, reference: UInt8, drawn: npt.NDArray[np.bool_], reach: tuple[float, float]) -> None:
    before = predicted.copy()
    allowed = allow_for_borders(predicted, reference, drawn, reach)
    np.testing.assert_array_equal(predicted, before)
    changed = allowed != predicted
    assert (allowed[changed] == reference[changed]).all()
    assert not (changed & drawn).any()
    np.testing.assert_array_equal(allow_for_borders(reference, reference, drawn, reach), reference)
