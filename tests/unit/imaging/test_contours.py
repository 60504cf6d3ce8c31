from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.measure import points_in_poly

from gf_desktop.imaging import contours
from gf_desktop.imaging.contours import fill_contours, trace_contours

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))
RING = np.ones((5, 5), np.bool_)
RING[1:4, 1:4] = False
RING[2, 2] = True


def area(line: np.ndarray) -> float:
    x, y = line.T
    return 0.5 * abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))


@given(MASKS)
def test_that_the_pixels_within_traced_lines_are_the_mask(mask: np.ndarray) -> None:
    assert np.array_equal(fill_contours(trace_contours(mask), mask.shape), mask)


@given(MASKS)
def test_that_an_independent_judge_finds_the_same_pixels_within(mask: np.ndarray) -> None:
    rows, columns = mask.shape
    j, i = np.mgrid[:rows, :columns]
    centres = np.column_stack([i.ravel(), j.ravel()]).astype(float)
    within = np.zeros(mask.size, np.bool_)
    for line in trace_contours(mask):
        within ^= points_in_poly(centres, line)
    assert np.array_equal(within.reshape(mask.shape), mask)


@given(MASKS)
def test_that_no_line_touches_itself_or_has_a_corner_without_a_turn(mask: np.ndarray) -> None:
    for line in trace_contours(mask):
        assert len({tuple(p) for p in line}) == len(line)
        steps = np.roll(line, -1, axis=0) - line
        assert ((steps != 0).sum(axis=1) == 1).all()
        assert ((steps != 0) != (np.roll(steps, 1, axis=0) != 0)).all()


def test_that_a_single_pixel_is_a_square_around_its_centre() -> None:
    mask = np.zeros((3, 4), np.bool_)
    mask[1, 2] = True
    (line,) = trace_contours(mask)
    assert {tuple(p) for p in line} == {(1.5, 0.5), (2.5, 0.5), (2.5, 1.5), (1.5, 1.5)}


def test_that_holes_and_islands_are_lines_of_their_own() -> None:
    assert sorted(area(line) for line in trace_contours(RING)) == [1.0, 9.0, 25.0]


def test_that_pixels_that_touch_at_a_corner_are_two_islands() -> None:
    for mask in (np.eye(2, dtype=np.bool_), np.eye(2, dtype=np.bool_)[::-1]):
        assert [area(line) for line in trace_contours(mask)] == [1.0, 1.0]


def test_that_an_empty_mask_has_no_lines() -> None:
    assert trace_contours(np.zeros((3, 3), np.bool_)) == []
    assert not fill_contours([], (3, 3)).any()


def test_that_a_keyhole_is_filled_like_a_hole() -> None:
    outer, inner = trace_contours(RING & ~np.pad(np.ones((1, 1), np.bool_), 2))
    key = np.concatenate([outer, outer[:1], inner, inner[:1]])
    assert np.array_equal(fill_contours([key], (5, 5)), fill_contours([outer, inner], (5, 5)))


@pytest.mark.parametrize("noise", [0.0, 3e-7, -3e-7])
def test_that_regions_that_share_an_edge_through_centres_share_no_pixel(noise: float) -> None:
    left = np.array([(0.0, 0.0), (3.0 + noise, 0.0), (3.0 + noise, 5.0), (0.0, 5.0)])
    right = np.array([(3.0 + noise, 0.0), (6.0, 0.0), (6.0, 5.0), (3.0 + noise, 5.0)])
    one, other = fill_contours([left], (8, 8)), fill_contours([right], (8, 8))
    assert not (one & other).any()
    assert int(one.sum()) == int(other.sum()) == 15


def test_that_lines_with_more_crossings_than_are_counted_at_once_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.random.default_rng(0).random((40, 30)) < 0.5
    monkeypatch.setattr(contours, "CROSSINGS_AT_ONCE", 7)
    assert np.array_equal(fill_contours(trace_contours(mask), mask.shape), mask)


def test_that_what_lies_outside_is_left_out() -> None:
    around = np.array([(-10.0, -10.0), (20.0, -10.0), (20.0, 20.0), (-10.0, 20.0)])
    assert fill_contours([around], (4, 5)).all()
    assert not fill_contours([around + 100], (4, 5)).any()
    assert not fill_contours([around - 100], (4, 5)).any()
