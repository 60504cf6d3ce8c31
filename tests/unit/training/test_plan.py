"""The plan of a round: what is over by its steps, how it changes, how it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.errors import TrainingError
from training.plan import Plan, PlanEntry, read_plan, write_plan


def _entry(from_step: int, total: int | None, *, stage: str = "distil", rate: float = 1.0, batch: int = 8) -> PlanEntry:
    return PlanEntry(stage, from_step, total, rate, batch)


def test_that_of_given_steps_the_share_that_was_made_is_over() -> None:
    plan = Plan((_entry(0, 7),))
    assert [plan.done("distil", step) for step in range(9)] == [*(step / 7 for step in range(7)), 1.0, 1.0]


def test_that_nothing_is_over_while_the_speed_is_measured_and_then_the_rest_is_spread() -> None:
    plan = Plan((_entry(0, None), _entry(8, 28)))
    assert [plan.done("distil", step) for step in (0, 5, 8, 13, 28)] == [0, 0, 0, 0.25, 1]
    assert (Plan((_entry(0, None),)).done("distil", 100), Plan((_entry(0, None),)).total("distil")) == (0, None)


def test_that_a_plan_made_anew_goes_on_from_what_is_over() -> None:
    plan = Plan((_entry(0, 100),)).changed(_entry(25, 45))
    assert plan.done("distil", 25) == 0.25
    assert plan.done("distil", 35) == pytest.approx(0.25 + 0.75 / 2)
    assert plan.done("distil", 45) == 1.0
    assert plan.total("distil") == 45


def test_that_an_entry_takes_the_place_of_all_that_was_planned_from_its_step_on() -> None:
    plan = Plan((_entry(0, 100), _entry(50, 80), _entry(60, 70), _entry(0, 9, stage="teacher"))).changed(_entry(50, 90, rate=0.5))
    assert [entry.from_step for entry in plan.of("distil")] == [0, 50]
    assert (plan.at("distil", 49), plan.at("distil", 50)) == (_entry(0, 100), _entry(50, 90, rate=0.5))
    assert plan.total("teacher") == 9


def test_that_a_stage_without_steps_is_over_at_once() -> None:
    assert Plan((_entry(0, 0),)).done("distil", 0) == 1.0


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), min_size=1, max_size=5))
def test_that_what_is_over_never_falls_and_ends_with_the_last_step(changes: list[tuple[int, int]]) -> None:
    plan, step = Plan((_entry(0, 20),)), 0
    for further, left in changes:
        step = min(step + further, (plan.total("distil") or 1) - 1)
        plan = plan.changed(_entry(step, step + left))
    total = plan.total("distil")
    assert total is not None
    over = [plan.done("distil", n) for n in range(total + 2)]
    assert over == sorted(over)
    assert over[total] == over[total + 1] == 1.0
    assert all(share < 1 for share in over[:total])


def test_that_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    plan = Plan((_entry(0, None, stage="teacher"), _entry(8, 30, stage="teacher"), _entry(0, 50, rate=0.5, batch=4)))
    write_plan(tmp_path / "plan.json", plan)
    assert read_plan(tmp_path / "plan.json") == plan
    assert read_plan(tmp_path / "none.json") is None


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "check"},
        {"from_step": -1},
        {"from_step": 3},
        {"from_step": 0.5},
        {"total": "many"},
        {"rate": 0},
        {"rate": 2.0},
        {"batch": 3},
        {"batch": 0},
        {"more": 1},
    ],
    ids=str,
)
def test_that_a_plan_without_sense_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    entry: dict[str, object] = {"stage": "teacher", "from_step": 0, "total": 9, "rate": 1.0, "batch": 8}
    (tmp_path / "plan.json").write_text(json.dumps({"format": 1, "entries": [entry | change]}))
    with pytest.raises(TrainingError, match="plan cannot be read"):
        read_plan(tmp_path / "plan.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2, "entries": []}', '{"format": 1, "entries": {"a": 1}}', "\x00"])
def test_that_a_damaged_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(TrainingError, match="plan cannot be read"):
        read_plan(tmp_path / "plan.json")
