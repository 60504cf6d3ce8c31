"""Some of many slices."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.imaging.some_slices import choose, shares, spread


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


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(0, 100), st.integers(0, 5))
def test_that_shares_are_what_spread_takes(counts: list[int], most: int, seed: int) -> None:
    assert shares(counts, most, seed) == [len(part) for part in spread(counts, most, seed)]


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 4), st.integers(0, 9))
def test_that_as_many_are_chosen_as_are_wanted(share: int, count: int, structures: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shows, painted = rng.random((count, structures)) < 0.3, rng.random(count) < 0.2
    taken = choose(share, shows, painted, seed)
    assert len(taken) == min(share, count)
    assert (np.diff(taken) > 0).all()
    assert (taken == choose(share, shows, painted, seed)).all()


def test_that_a_structure_that_few_slices_show_is_chosen_from_all_of_them() -> None:
    shows = np.zeros((300, 3), bool)
    shows[:, 0] = True
    shows[50:250, 1] = True
    shows[[7, 8, 9], 2] = True
    taken = choose(20, shows, np.zeros(300, bool), seed=1)
    assert {7, 8, 9} <= set(taken.tolist())
    assert shows[taken, 1].sum() >= 5
    # the others lie evenly
    assert np.diff(taken[taken > 9]).max() < 60


def test_that_what_was_painted_on_comes_first_and_does_not_crowd_out_a_structure() -> None:
    shows, painted = np.zeros((100, 2), bool), np.zeros(100, bool)
    shows[:, 0] = True
    shows[[90, 91, 92], 1] = True
    painted[10:30] = True
    taken = choose(12, shows, painted, seed=3)
    assert shows[taken, 1].sum() == 3
    assert painted[taken].sum() == 9


def test_that_another_seed_chooses_others() -> None:
    shows, painted = np.ones((200, 1), bool), np.zeros(200, bool)
    assert (choose(10, shows, painted, (1, 0)) != choose(10, shows, painted, (1, 1))).any()
