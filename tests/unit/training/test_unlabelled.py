"""Which unlabelled slices a round takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.unlabelled import LEAST, most_in, spread


def test_that_few_slices_are_all_taken() -> None:
    assert [part.tolist() for part in spread([3, 0, 2], 5, seed=1)] == [[0, 1, 2], [], [0, 1]]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 100), st.integers(0, 5))
def test_that_no_slice_is_taken_twice_and_as_many_as_may_be(counts: list[int], most: int, seed: int) -> None:
    taken = spread(counts, most, seed)
    assert sum(len(part) for part in taken) == min(most, sum(counts))
    for count, part in zip(counts, taken, strict=True):
        assert (np.diff(part) > 0).all()
        assert all(0 <= n < count for n in part)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(1, 100), st.integers(0, 5))
def test_that_every_scan_gives_its_share(counts: list[int], most: int, seed: int) -> None:
    shares = [len(part) for part in spread(counts, most, seed)]
    if most >= len(counts):
        assert min(shares) >= 1
    # one that gives less than another gives all that it has
    for count, share in zip(counts, shares, strict=True):
        assert share >= max(shares) - 1 or share == count


def test_that_slices_of_a_scan_lie_evenly() -> None:
    (part,) = spread([1000], 100, seed=4)
    assert set(np.diff(part).tolist()) <= {9, 10, 11}


def test_that_another_seed_takes_other_slices_and_the_same_seed_the_same() -> None:
    one, again, other = (np.concatenate(spread([300, 300], 60, seed)) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_that_of_more_scans_than_slices_chance_says_which() -> None:
    chosen = {tuple(len(part) for part in spread([5] * 10, 4, seed)) for seed in range(8)}
    assert len(chosen) > 1
    assert all(sum(shares) == 4 and max(shares) == 1 for shares in chosen)


@pytest.mark.parametrize(("minutes", "most"), [(0.5, LEAST), (2.0, LEAST), (5.0, 500), (40.0, 4000)])
def test_that_longer_rounds_take_more(minutes: float, most: int) -> None:
    assert most_in(minutes) == most
