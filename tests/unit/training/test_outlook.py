"""When a round will be over, on a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from training.outlook import Outlook

Moment = tuple[float, float]


def _round(outlook: Outlook, stages: list[tuple[str, int, float]], *, load_s: float = 4.0) -> Iterator[Moment]:
    """Go through stages of (name, steps, seconds of a step); give the time and what is said to be left."""
    now_s = load_s
    for name, steps, seconds in stages:
        for step in range(steps + 1):
            outlook.at(name, step, steps, now_s)
            yield now_s, outlook.left_s(now_s)
            now_s += seconds if step < steps else 0.0


def _worst(moments: list[Moment]) -> float:
    """Return the largest error of the predicted end after the first tenth, as a share of the true one."""
    end_s = moments[-1][0]
    return max(abs(now + left - end_s) / end_s for now, left in moments if now >= end_s / 10)


STAGES = [("teacher", 100, 0.4), ("cache", 120, 0.05), ("distil", 150, 0.5), ("check", 6, 0.6), ("export", 1, 4.0)]


def test_that_the_end_is_known_where_the_steps_are_given_and_were_probed() -> None:
    outlook = Outlook()
    outlook.expect({"cache": 5.0, "distil": 80.0, "check": 4.0, "export": 5.0}, 0.0)
    assert _worst(list(_round(outlook, STAGES))) < 0.1


def test_that_the_end_is_known_where_the_time_decides() -> None:
    outlook = Outlook()
    # the student ends when training is to end: 4 + 40 + 6 + 75 s
    outlook.expect({"teacher": 42.0, "check": 4.0, "export": 5.0}, 125.0)
    assert _worst(list(_round(outlook, STAGES))) < 0.05


def test_that_a_machine_that_is_three_times_slower_than_expected_is_seen_in_its_stage() -> None:
    outlook = Outlook()
    outlook.expect({"distil": 40.0, "check": 3.0, "export": 4.0}, 0.0)
    moments = list(_round(outlook, [("distil", 150, 0.8), ("check", 6, 0.5), ("export", 1, 4.0)], load_s=1.0))
    assert _worst(moments) < 0.1


def test_that_steps_that_nobody_knows_yet_are_not_measured() -> None:
    outlook = Outlook()
    outlook.expect({"teacher": 40.0, "check": 2.0, "export": 3.0}, 100.0)
    for step in range(8):
        outlook.at("teacher", step, 0, 5.0 + 10 * step)
    assert outlook.left_s(75.0) == pytest.approx(25.0 + 5.0)


def test_that_the_fraction_never_falls_and_ends_at_one() -> None:
    outlook = Outlook(60.0)
    fractions = []
    for now_s, _left in _round(outlook, [("teacher", 20, 1.0), ("distil", 20, 5.0), ("check", 6, 1.0), ("export", 1, 2.0)]):
        if now_s > 70:
            outlook.expect({}, 0.0)
        fractions.append(outlook.fraction(now_s))
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.2
    assert fractions[-1] == 1.0


def test_that_a_stage_that_is_gone_back_in_is_measured_anew() -> None:
    outlook = Outlook()
    outlook.expect({"export": 0.0}, 0.0)
    for step in range(50):
        outlook.at("distil", step, 100, step * 1.0)
    for step in range(20, 40):
        outlook.at("distil", step, 100, 50 + (step - 20) * 2.0)
    assert outlook.left_s(88.0) == pytest.approx(61 * 2.0, rel=0.05)


def _finished_early(outlook: Outlook, *, at_step: int, until_s: float = 0.0) -> list[Moment]:
    """Go through a round that is to be finished early from a step of its teacher on: that ends then, or with the quarter of its 100 steps.

    The student makes a quarter of 160 steps, which end at a new moment where the time decides.
    """
    moments, now_s = [], 4.0
    for step in range(max(25, at_step) + 1):
        outlook.at("teacher", step, 100, now_s)
        if step >= at_step:
            outlook.finish_early()
            moments.append((now_s, outlook.left_s(now_s)))
        now_s += 0.4
    now_s = moments[-1][0]
    outlook.expect({}, until_s)
    for step in range(41):
        outlook.at("distil", step, 160, now_s)
        moments.append((now_s, outlook.left_s(now_s)))
        now_s += 0.5 if step < 40 else 0.0
    return [*moments, *_round(outlook, [("check", 6, 0.6), ("export", 1, 4.0)], load_s=now_s)]


@pytest.mark.parametrize(("at_step", "teacher_s"), [(10, 10), (60, 24)])
def test_that_the_end_of_a_round_that_is_finished_early_is_that_of_a_quarter_of_its_steps(at_step: int, teacher_s: float) -> None:
    by_steps, by_time = Outlook(), Outlook()
    by_steps.expect({"distil": 80.0, "check": 3.6, "export": 4.0}, 0.0)
    # 4 + 40 + 80 s, where the time decides
    by_time.expect({"teacher": 40.0, "check": 3.6, "export": 4.0}, 124.0)
    for outlook, until_s in ((by_steps, 0.0), (by_time, 4 + teacher_s + 80)):
        moments = _finished_early(outlook, at_step=at_step, until_s=until_s)
        assert moments[-1][0] == pytest.approx(4 + teacher_s + 20 + 3.6 + 4)
        assert _worst(moments) < 0.1


def test_that_a_round_that_is_finished_early_before_it_trains_has_a_quarter_of_both_stages_left() -> None:
    outlook = Outlook()
    outlook.expect({"teacher": 40.0, "check": 4.0, "export": 4.0}, 122.0)
    outlook.at("load", 0, 0, 2.0)
    assert outlook.left_s(2.0) == pytest.approx(120 + 8)
    outlook.finish_early()
    assert outlook.left_s(2.0) == pytest.approx(10 + 20 + 8)


def test_that_nothing_of_the_student_is_left_when_it_may_finish_at_once() -> None:
    outlook = Outlook(100.0)
    for step in range(60):
        outlook.at("distil", step, 100, step * 1.0)
    assert outlook.left_s(59.0) > 30
    outlook.finish_early()
    assert outlook.left_s(59.0) == 0
