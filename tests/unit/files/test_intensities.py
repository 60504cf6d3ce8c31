from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.files.intensities import rescaled

integers = st.sampled_from(["u1", "i1", "u2", "i2", "i4"]).flatmap(lambda d: hnp.arrays(d, (5,)))


@given(integers, st.integers(-20, 20).filter(bool), st.integers(-5000, 5000))
def test_that_whole_slopes_are_exact_in_sixteen_bits_or_else_floats(stored: np.ndarray, slope: int, intercept: int) -> None:
    out = rescaled(stored, slope=float(slope), intercept=float(intercept))
    exact = [int(v) * slope + intercept for v in stored]
    if all(-32768 <= v <= 32767 for v in exact):
        assert out.dtype == np.int16
        assert out.tolist() == exact
    else:
        assert out.dtype == np.float32
        assert np.allclose(out, exact, rtol=1e-6)


@given(hnp.arrays("i2", (5,)), st.floats(0.001, 3).filter(lambda v: not v.is_integer()))
def test_that_broken_slopes_give_the_nearest_float(stored: np.ndarray, slope: float) -> None:
    out = rescaled(stored, slope=slope, intercept=0.25)
    assert out.dtype == np.float32
    for value, result in zip(stored, out, strict=True):
        assert float(result) == pytest.approx(float(Fraction(int(value)) * Fraction(slope) + Fraction(1, 4)), rel=1e-6, abs=1e-6)


def test_that_floats_stay_floats_even_where_they_are_whole() -> None:
    assert rescaled(np.array([1.0, 2.0])).dtype == np.float32


def test_that_sixteen_bits_are_not_copied_without_need() -> None:
    stored = np.arange(5, dtype=np.int16)
    assert rescaled(stored) is stored


def test_that_a_stored_value_beyond_sixteen_bits_may_become_one_within() -> None:
    out = rescaled(np.array([32768, 40000], np.uint16), intercept=-32768.0)
    assert out.dtype == np.int16
    assert out.tolist() == [0, 7232]


def test_that_nothing_stays_nothing() -> None:
    assert rescaled(np.zeros((0,), np.uint16)).dtype == np.int16


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("slope", "intercept"), [(1e10, 0.0), (1.0, -1e12), (1e300, 1.0), (2.0**31, 2.0**31)])
def test_that_slopes_and_intercepts_of_any_size_give_the_nearest_float(slope: float, intercept: float) -> None:
    stored = np.array([0, 1, 7], np.uint16)
    with np.errstate(over="ignore"):
        expected = (stored * np.float64(slope) + intercept).astype(np.float32)
    assert np.array_equal(rescaled(stored, slope=slope, intercept=intercept), expected)
