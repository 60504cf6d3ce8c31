"""Whether a candidate takes over."""

import numpy as np
import pytest

from gf_desktop.gate import FALL_MARGIN, FORGET_MARGIN, MIN_GAIN, MIN_VOXELS, Counts, GateDecision, SetScores, decide
from gf_desktop.imaging.labelmap import LabelTable, Structure

TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(4, "aorta", "#d55e00"), Structure(9, "spleen", "#e69f00")))


def scores(before: tuple[float | None, ...], after: tuple[float | None, ...], voxels: tuple[int, ...] = (5000, 5000, 5000)) -> SetScores:
    names = TABLE.names
    return SetScores(dict(zip(names, before, strict=True)), dict(zip(names, after, strict=True)), dict(zip(names, voxels, strict=True)))


def verdict(held: SetScores | None, corrected: SetScores, remembered: SetScores | None = None) -> GateDecision:
    return decide(held, corrected, remembered, candidate_id="v2", active_id="v1")


BETTER = scores((0.6, 0.6, 0.6), (0.8, 0.8, 0.8))


def test_that_a_candidate_that_is_better_everywhere_takes_over() -> None:
    decision = verdict(BETTER, BETTER, scores((0.9, 0.9, 0.9), (0.89, 0.89, 0.89)))
    assert decision.promoted
    assert decision.mean_before == pytest.approx(0.6)
    assert decision.mean_after == pytest.approx(0.8)
    assert "0.600 to 0.800" in decision.reason


def test_that_one_structure_falling_by_more_than_the_margin_vetoes() -> None:
    decision = verdict(scores((0.6, 0.9, 0.6), (0.9, 0.9 - FALL_MARGIN - 0.001, 0.9)), BETTER)
    assert not decision.promoted
    assert "aorta fell by 0.021" in decision.reason


def test_that_a_fall_within_the_margin_does_not_veto() -> None:
    assert verdict(scores((0.6, 0.9, 0.6), (0.9, 0.9 - FALL_MARGIN + 0.001, 0.9)), BETTER).promoted


def test_that_a_structure_of_a_few_voxels_has_no_veto() -> None:
    before, after = (0.6, 0.9, 0.6), (0.9, 0.2, 0.9)
    assert verdict(scores(before, after, (5000, MIN_VOXELS - 1, 5000)), BETTER).promoted
    assert not verdict(scores(before, after, (5000, MIN_VOXELS, 5000)), BETTER).promoted


def test_that_a_structure_which_is_lost_entirely_vetoes() -> None:
    assert not verdict(scores((0.6, 0.5, 0.6), (0.95, 0.0, 0.95)), BETTER).promoted


def test_that_a_gain_too_small_to_tell_stays_out() -> None:
    small = scores((0.6, 0.6, 0.6), (0.6 + MIN_GAIN * 0.9,) * 3)
    decision = verdict(small, BETTER)
    assert not decision.promoted
    assert "too little to tell" in decision.reason


def test_that_an_equal_candidate_stays_out() -> None:
    assert not verdict(scores((0.6, 0.6, 0.6), (0.6, 0.6, 0.6)), BETTER).promoted


def test_that_a_candidate_which_is_worse_on_what_it_was_taught_stays_out() -> None:
    assert not verdict(BETTER, scores((0.6, 0.6, 0.6), (0.8, 0.8, 0.5))).promoted


def test_that_a_candidate_which_forgets_stays_out() -> None:
    fall = FORGET_MARGIN + 0.001
    decision = verdict(BETTER, BETTER, scores((0.9, 0.9, 0.9), (0.9 - fall,) * 3))
    assert not decision.promoted
    assert "forgets" in decision.reason


def test_that_the_corrected_slices_decide_when_none_is_held_back() -> None:
    assert verdict(None, BETTER).promoted
    assert "corrected slices" in verdict(None, BETTER).reason
    worse = scores((0.8, 0.8, 0.8), (0.6, 0.6, 0.6))
    assert not verdict(None, worse).promoted


def test_that_nothing_to_score_is_no_reason_to_promote() -> None:
    empty = scores((None, None, None), (None, None, None), (0, 0, 0))
    assert not verdict(None, empty).promoted


def test_that_every_structure_gets_one_sentence() -> None:
    decision = verdict(scores((0.6, None, None), (0.8, None, 0.0), (5000, 0, 0)), BETTER)
    assert len(decision.sentences) == len(TABLE)
    assert decision.sentences[0] == "liver: rose from 0.600 to 0.800."


def test_that_counts_give_the_same_dice_as_sets() -> None:
    rng = np.random.default_rng(3)
    counts = Counts(TABLE)
    parts = [(rng.choice([0, 1, 4], (5, 7)).astype(np.uint8), rng.choice([0, 1, 4], (5, 7)).astype(np.uint8)) for _ in range(4)]
    for predicted, reference in parts:
        counts.add(predicted, reference)
    predicted = np.concatenate([p for p, _ in parts])
    reference = np.concatenate([r for _, r in parts])
    for structure in TABLE:
        p, r = set(np.flatnonzero(predicted == structure.id)), set(np.flatnonzero(reference == structure.id))
        expected = 2 * len(p & r) / (len(p) + len(r)) if p or r else None
        assert counts.dice()[structure.name] == (None if expected is None else pytest.approx(expected))
        assert counts.voxels()[structure.name] == len(r)


def test_that_a_spurious_structure_scores_zero_and_an_absent_one_is_not_scored() -> None:
    counts = Counts(TABLE)
    counts.add(np.array([1, 0], np.uint8), np.array([0, 0], np.uint8))
    assert counts.dice() == {"liver": 0.0, "aorta": None, "spleen": None}
