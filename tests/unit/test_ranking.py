"""The order in which slices are worth correcting."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gf_desktop.imaging.labelmap import LabelTable, Structure, VoxelState
from gf_desktop.imaging.worth import empty_worths, measure_slices
from gf_desktop.ranking import FEW_STROKES, LONGEST_GAP_S, Candidates, Pace, pace_of, rank

TABLE = LabelTable((Structure(1, "large", "#e69f00"), Structure(5, "small", "#56b4e9")))


def scan(case_id: str, slices: int = 12, *, seed: int = 0, doubt: dict[int, int] | None = None, side: int = 48) -> Candidates:
    """Slices with a large and a small structure; the student is sure everywhere but, by slice, in so many voxels of the large one."""
    rng = np.random.default_rng(seed)
    voxels = rng.normal(0, 50, (slices, side, side)).astype(np.float32) + 40 * np.arange(slices)[:, None, None]
    labels = np.zeros((slices, side, side), np.uint8)
    labels[:, 8:40, 8:40] = 1
    labels[:, 2:5, 2:5] = 5
    states = np.full_like(labels, VoxelState.PROPOSED)
    confidence = np.full_like(labels, 250)
    for k, count in (doubt or {}).items():
        confidence[k][labels[k] == 1] = np.where(np.arange(32 * 32) < count, 100, 250)
    return measured(case_id, voxels, labels, states, confidence)


def measured(case_id: str, voxels, *masks: np.ndarray) -> Candidates:
    labels, states, confidence = masks
    worths = empty_worths(len(labels), TABLE)
    measure_slices(worths, voxels, labels, states, confidence)
    return Candidates(case_id, worths, 1.0, 0.001)


def test_that_what_is_expected_to_be_wrong_is_the_missing_probability_of_what_nobody_reviewed() -> None:
    labels = np.array([[[1, 1], [5, 0]], [[1, 1], [1, 1]]], np.uint8)
    states = np.array([[[1, 3], [1, 1]], [[2, 2], [3, 2]]], np.uint8)
    confidence = np.array([[[51, 0], [204, 255]], [[0, 0], [0, 0]]], np.uint8)
    worths = empty_worths(2, TABLE)
    measure_slices(worths, np.zeros((2, 2, 2), np.int16), labels, states, confidence)
    np.testing.assert_allclose(worths.wrong, [[0.0, 0.8, 0.2], [0, 0, 0]], atol=1e-6)
    assert worths.unreviewed.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert worths.open.tolist() == [3, 0]
    assert worths.area.tolist() == [[1, 2, 1], [0, 4, 0]]
    assert worths.place.tolist()[1] == [-1, -1]


def test_that_where_students_disagree_a_sure_proposal_is_wrong_half_of_the_time() -> None:
    labels, states = np.ones((1, 1, 4), np.uint8), np.ones((1, 1, 4), np.uint8)
    confidence = np.array([[[255, 255, 51, 255]]], np.uint8)
    disputed = np.array([[[True, False, True, False]]])
    worths = empty_worths(1, TABLE)
    measure_slices(worths, np.zeros((1, 1, 4)), labels, states, confidence, disputed=disputed)
    assert worths.wrong[0].tolist() == pytest.approx([0.0, 1.3, 0.0])
    assert worths.disputed.tolist() == [2]
    assert worths.place[0].tolist() == [1, 0]


def test_that_measuring_some_slices_again_leaves_the_others() -> None:
    one, other = scan("C-001", doubt={3: 400}), scan("C-001", doubt={3: 400, 7: 900})
    labels = np.zeros((12, 48, 48), np.uint8)
    before = one.worths.wrong.copy()
    labels[:, 8:40, 8:40] = 1
    measure_slices(one.worths, np.zeros((12, 48, 48)), labels, np.ones_like(labels), np.zeros_like(labels), slices=[7])
    kept = [k for k in range(12) if k != 7]
    np.testing.assert_array_equal(one.worths.wrong[kept], before[kept])
    assert one.worths.wrong[7].sum() == 48 * 48
    assert other.worths.wrong[7].sum() > before[7].sum()


def test_that_the_slice_with_most_at_stake_comes_first_of_all_scans() -> None:
    found = rank([scan("C-001", doubt={3: 100}), scan("C-002", doubt={8: 900}, seed=1)], count=5, pace=Pace())
    assert (found[0].case_id, found[0].k, found[0].structure) == ("C-002", 8, 1)
    assert found[0].unsure == pytest.approx((900 * 155 + 124 * 5) / 255 / 1024, rel=1e-3)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_that_what_takes_longer_is_worth_less_per_minute() -> None:
    scans = [scan("C-001", doubt={3: 300, 9: 900})]
    slow = rank(scans, count=2, pace=Pace(stroke_s=40.0, stroke_mm2=20.0))
    quick = rank(scans, count=2, pace=Pace(stroke_s=1.0, stroke_mm2=400.0))
    assert slow[0].seconds > 10 * quick[0].seconds
    assert quick[0].score > slow[0].score


def test_that_a_neighbour_of_a_reviewed_slice_waits_behind_an_unlike_one() -> None:
    same = dict.fromkeys((4, 5, 11), 500)
    one = scan("C-001", doubt=same)
    one.worths.open[4] = 0
    one.worths.wrong[4] = 0
    assert [found.k for found in rank([one], count=2, pace=Pace())] == [11, 5]


def test_that_the_list_spreads_over_slices_that_are_worth_the_same() -> None:
    found = rank([scan("C-001", doubt=dict.fromkeys(range(12), 500))], count=3, pace=Pace())
    ks = sorted(one.k for one in found)
    assert min(np.diff(ks)) >= 3


def test_that_a_slice_that_is_like_many_others_comes_before_a_lonely_one_with_as_much_at_stake() -> None:
    lonely, many = scan("C-001", slices=1, doubt={0: 500}, seed=1), [scan(f"C-{n:03d}", slices=1, doubt={0: 500}) for n in range(2, 12)]
    lonely.worths.greys[:] = 0
    lonely.worths.greys[0, 0] = 1
    found = rank([lonely, *many], count=3, pace=Pace())
    assert (found[0].case_id, found[0].alike) == ("C-002", 9)
    # the others are known by now
    assert (found[1].case_id, found[1].alike) == ("C-001", 0)
    assert found[2].score < 0.2 * found[1].score


def test_that_each_slice_in_the_list_is_the_one_that_is_worth_most_then() -> None:
    scans = [scan(f"C-{n:03d}", doubt={(3 * n + k) % 12: 90 * k + 40 * n for k in range(1, 9)}, seed=n) for n in range(1, 9)]
    found = rank(scans, count=12, pace=Pace())
    # the first alone, then the next once the first is reviewed, and so on
    for number, one in enumerate(found):
        (alone,) = rank(scans, count=1, pace=Pace())
        assert (alone.case_id, alone.k) == (one.case_id, one.k), number
        reviewed = next(scan for scan in scans if scan.case_id == one.case_id)
        reviewed.worths.open[one.k] = 0


def test_that_a_small_structure_counts_by_its_share_and_not_by_its_voxels() -> None:
    one = scan("C-001")
    one.worths.wrong[:] = 0
    one.worths.wrong[2, one.worths.column(1)] = 9
    one.worths.wrong[9, one.worths.column(5)] = 9
    assert rank([one], count=1, pace=Pace())[0].k == 9


def test_that_reviewed_slices_are_never_suggested_and_nothing_is_where_all_are() -> None:
    one = scan("C-001", doubt={3: 400})
    one.worths.open[:] = 0
    assert rank([one], count=5, pace=Pace()) == []
    assert rank([], count=5, pace=Pace()) == []


def test_that_the_same_scans_are_ranked_the_same() -> None:
    scans = [scan(f"C-{n:03d}", doubt={n: 200 * n}, seed=n) for n in range(1, 4)]
    assert rank(scans, count=9, pace=Pace()) == rank(scans, count=9, pace=Pace())


def test_that_the_pace_is_this_persons_median_without_pauses() -> None:
    strokes = np.array([[3.0, 100.0]] * FEW_STROKES + [[LONGEST_GAP_S + 1, 100.0]] * 50, np.float32)
    assert pace_of(strokes) == Pace(3.0, 100.0, FEW_STROKES)
    assert pace_of(strokes[: FEW_STROKES - 1]) == Pace()
    assert pace_of(np.zeros((0, 2), np.float32)) == Pace()


def test_that_two_hundred_scans_of_three_hundred_slices_are_ranked_within_a_second() -> None:
    rng = np.random.default_rng(0)
    scans = []
    for n in range(200):
        worths = empty_worths(300, LabelTable(tuple(Structure(label, f"s{label}", "#e69f00") for label in range(1, 9))))
        worths.wrong[:] = rng.random(worths.wrong.shape, np.float32)
        worths.area[:] = rng.integers(0, 9000, worths.area.shape)
        worths.open[:] = rng.integers(0, 3, 300)
        worths.greys[:] = rng.random(worths.greys.shape, np.float32)
        scans.append(Candidates(f"C-{n:03d}", worths, 0.5, 0.001))
    took = []
    for _ in range(3):
        begun = time.process_time()
        assert len(rank(scans, count=20, pace=Pace())) == 20
        took.append(time.process_time() - begun)
    assert min(took) < 1.0
