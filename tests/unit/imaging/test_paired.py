"""How sure a difference in Dice is."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gf_desktop.imaging.paired import LEAST_ERROR, USUAL_SPREAD, PairedCounts, blocks, paired_changes


def made(before: np.ndarray, after: np.ndarray, *, size: int = 1000, scans: np.ndarray | None = None) -> PairedCounts:
    """Return counts of units whose masks are as large as the reference, of given Dice [units, structures]."""
    reference = np.full(before.shape, size, np.int64)
    both = np.rint(np.stack([before, after]) * size).astype(np.int64)
    return PairedCounts(both, np.stack([reference, reference]), reference, np.zeros(len(before), np.int64) if scans is None else scans)


def steady(
    units: int, structures: int = 1, *, before: float = 0.7, after: float = 0.8, spread: float = 0.05, seed: int = 0
) -> PairedCounts:
    rng = np.random.default_rng(seed)
    shape = (units, structures)
    base = np.clip(rng.normal(before, 0.1, shape), 0.05, 0.9)
    return made(base, np.clip(base + (after - before) + rng.normal(0, spread, shape), 0, 1))


def test_that_neighbours_are_one_unit_and_long_runs_are_cut() -> None:
    assert blocks([9, 4, 5, 1, 6, 7, 8, 5]) == [[1], [4, 5, 6], [7, 8, 9]]
    assert blocks([]) == []


def test_that_the_change_is_that_of_the_pooled_dice() -> None:
    both = np.array([[[10, 0], [30, 5]], [[20, 0], [35, 4]]])
    predicted = np.array([[[20, 0], [40, 6]], [[30, 0], [45, 5]]])
    reference = np.array([[25, 0], [50, 9]])
    (first, second), mean = paired_changes(PairedCounts(both, predicted, reference, np.zeros(2, np.int64)), seed=0)
    assert first is not None
    assert second is not None
    assert mean is not None
    assert first.value == pytest.approx(2 * 55 / (75 + 75) - 2 * 40 / (60 + 75))
    assert second.value == pytest.approx(2 * 4 / (5 + 9) - 2 * 5 / (6 + 9))
    assert mean.value == pytest.approx((first.value + second.value) / 2)


def test_that_a_structure_that_nobody_has_is_not_scored() -> None:
    nothing = np.zeros((3, 2), np.int64)
    counts = PairedCounts(np.stack([nothing, nothing]), np.stack([nothing, nothing]), nothing, np.zeros(3, np.int64))
    assert paired_changes(counts, seed=0) == ([None, None], None)


def test_that_a_first_student_is_compared_with_an_empty_mask() -> None:
    (change,), mean = paired_changes(made(np.zeros((4, 1)), np.full((4, 1), 0.6)), seed=0)
    assert change is not None
    assert mean == change
    assert change.value == pytest.approx(0.6)


def test_that_the_same_seed_gives_the_same_interval_and_another_one_nearly_the_same() -> None:
    counts = steady(12, 3)
    one, other, another = (paired_changes(counts, seed=seed)[1] for seed in (1, 1, 2))
    assert one is not None
    assert another is not None
    assert one == other
    assert one.interval() != another.interval()
    assert one.interval() == pytest.approx(another.interval(), abs=0.005)


def test_that_the_interval_narrows_with_the_units() -> None:
    widths = []
    for units in (1, 2, 6, 24, 96):
        (change,), _ = paired_changes(steady(units), seed=3)
        assert change is not None
        low, high = change.interval()
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 8 * widths[-1]


def test_that_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = 0
    for seed in range(300):
        (change,), _ = paired_changes(steady(15, seed=seed), seed=seed, draws=400)
        assert change is not None
        low, high = change.interval()
        held += low <= 0.1 <= high
    assert held / 300 > 0.93


def test_that_one_unit_has_the_usual_spread() -> None:
    (change,), _ = paired_changes(made(np.array([[0.6]]), np.array([[0.9]])), seed=0)
    assert change is not None
    assert change.error == pytest.approx(USUAL_SPREAD * 0.4, rel=0.01)
    (nearly,), _ = paired_changes(made(np.array([[1.0]]), np.array([[1.0]])), seed=0)
    assert nearly is not None
    assert nearly.error == pytest.approx(USUAL_SPREAD * LEAST_ERROR)


def test_that_a_large_unit_beside_small_ones_is_little_more_than_one() -> None:
    counts = made(np.full((5, 1), 0.6), np.full((5, 1), 0.7))
    weight = np.array([[1000], [1], [1], [1], [1]])
    scaled = PairedCounts(counts.both * weight, counts.predicted * weight, counts.reference * weight, counts.scans)
    (change,), _ = paired_changes(scaled, seed=0)
    assert change is not None
    assert change.units == pytest.approx(1.0, abs=0.02)


def test_that_units_of_scans_that_differ_say_less_than_units_of_one() -> None:
    rng = np.random.default_rng(4)
    scans = np.repeat(np.arange(4), 6)
    after = np.clip(0.7 + np.array([-0.1, 0.25, 0.0, 0.2])[scans][:, None] + rng.normal(0, 0.02, (24, 1)), 0, 1)
    before = np.full((24, 1), 0.7)
    (apart,), _ = paired_changes(made(before, after, scans=scans), seed=0)
    (alone,), _ = paired_changes(made(before, after), seed=0)
    assert apart is not None
    assert alone is not None
    assert apart.value == alone.value
    assert apart.error > 1.5 * alone.error


def test_that_two_hundred_units_of_twenty_structures_take_less_than_half_a_second() -> None:
    counts = steady(200, 20)
    paired_changes(counts, seed=0, draws=10)
    began = time.perf_counter()
    paired_changes(counts, seed=0)
    assert time.perf_counter() - began < 0.5
