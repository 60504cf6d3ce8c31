"""The pace of a stage: its first steps are timed, its plan is made and made anew."""

from __future__ import annotations

import pytest
import torch

from training.card import is_out_of_memory
from training.plan import Plan
from training.schedule import FreeRun
from training.stages import StagePace
from training.states import RoundFolder


class _Machine(FreeRun):
    """A clock that the test sets."""

    now_s = 10.0

    @property
    def elapsed_s(self) -> float:
        return self.now_s


class _Stage:
    """A stage whose steps take as long as the test says."""

    def __init__(self, *, end_s: float, steps: int = 0, given: bool = False, spare_s: float = 0.0) -> None:
        self.machine = _Machine()
        self.folder = RoundFolder(None, self.machine)
        self.pace = StagePace("distil", self.folder, self.machine, end_s=end_s, given=given, spare_s=spare_s)
        self.pace.begin(0, steps=steps, batch=8)
        self.made, self.quarter, self.judging_s = 0, 1, spare_s

    def run(self, seconds: float, *, until: int = 10**6) -> None:
        while self.made < until and self.pace.done(self.made) < 1:
            self.machine.now_s += seconds
            self.made += 1
            self.pace.after_step(self.made)
            passed = int(4 * self.pace.done(self.made))
            if passed >= self.quarter:
                self.quarter = passed + 1
                self.machine.now_s += self.judging_s
                self.pace.at_quarter(self.made, passed, self.judging_s)

    @property
    def plan(self) -> Plan:
        return self.folder.plan


def test_that_the_first_steps_are_timed_and_the_stage_ends_in_time() -> None:
    stage = _Stage(end_s=110.0)
    stage.run(0.5)
    assert [(e.from_step, e.total) for e in stage.plan.entries] == [(0, None), (8, 200)]
    assert stage.made == 200
    assert stage.machine.now_s == pytest.approx(110.0)


def test_that_slow_first_steps_of_a_cold_machine_are_not_timed() -> None:
    stage = _Stage(end_s=110.0)
    stage.run(4.0, until=3)
    stage.run(0.5)
    assert stage.machine.now_s == pytest.approx(110.0, abs=0.6)
    assert len(stage.plan.entries) == 2


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_that_a_machine_of_another_speed_is_planned_anew_at_a_quarter(factor: float) -> None:
    stage = _Stage(end_s=110.0)
    stage.run(0.5, until=8)
    stage.run(0.5 * factor)
    assert len(stage.plan.entries) > 2
    first, second = stage.plan.entries[1], stage.plan.entries[2]
    assert second.total is not None
    assert first.total is not None
    assert (second.total < first.total) == (factor > 1)
    assert stage.machine.now_s == pytest.approx(110.0, rel=0.1)


def test_that_a_little_slower_is_not_planned_anew() -> None:
    stage = _Stage(end_s=110.0)
    stage.run(0.5, until=8)
    stage.run(0.54)
    assert len(stage.plan.entries) == 2


def test_that_time_for_judging_is_left() -> None:
    stage = _Stage(end_s=110.0, spare_s=5.0)
    stage.run(0.5)
    assert stage.machine.now_s == pytest.approx(110.0, abs=1.0)


def test_that_given_steps_are_followed_to_the_letter_whatever_the_time() -> None:
    stage = _Stage(end_s=20.0, steps=100, given=True)
    stage.run(3.0)
    assert stage.made == 100
    assert len(stage.plan.entries) == 1


def test_that_a_stage_without_time_has_no_steps_and_one_that_runs_out_of_it_ends() -> None:
    stage = _Stage(end_s=5.0)
    stage.run(1.0)
    assert stage.made == 0
    stage = _Stage(end_s=12.5)
    stage.run(1.0)
    assert stage.made == 3


def test_that_a_stage_that_is_finished_ends_with_that_step() -> None:
    stage = _Stage(end_s=110.0)
    stage.run(0.5, until=60)
    stage.pace.finish(60)
    stage.run(0.5)
    assert stage.made == 60
    assert stage.plan.total("distil") == 60


def test_that_what_was_planned_at_a_quarter_is_not_planned_twice() -> None:
    stage = _Stage(end_s=110.0)
    stage.run(0.5, until=8)
    stage.run(1.0, until=60)
    planned = stage.plan.entries
    assert len(planned) == 3
    step = planned[-1].from_step
    stage.machine.now_s = 30.0
    stage.pace.begin(step - 5, steps=0, batch=8)
    stage.machine.now_s += 100
    stage.pace.at_quarter(step, 1)
    assert stage.plan.entries == planned


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to"), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: not enough memory: you tried to allocate"), True),
        (RuntimeError("The size of tensor a (3) must match the size of tensor b (4)"), False),
        (ValueError("out of memory"), False),
    ],
    ids=["python", "card", "linux", "windows", "shapes", "value"],
)
def test_that_memory_that_does_not_suffice_is_told_from_other_faults(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) == expected


def test_that_torch_says_so_when_memory_does_not_suffice() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    assert is_out_of_memory(caught.value)


def test_that_a_stage_on_another_device_is_planned_by_the_speed_that_it_has_there() -> None:
    stage = _Stage(end_s=110.0)
    stage.run(0.01, until=400)
    planned = stage.plan.total("distil")
    assert planned is not None
    assert planned > 9000
    over = stage.pace.done(400)
    stage.pace = StagePace("distil", stage.folder, stage.machine, end_s=110.0, anew=True)
    stage.pace.begin(400, steps=0, batch=8)
    # what is over stays over while the speed is measured
    assert stage.pace.done(401) == pytest.approx(over)
    stage.run(1.0)
    assert stage.machine.now_s == pytest.approx(110.0, abs=2.0)
    assert stage.pace.done(stage.made) == 1.0


def test_that_given_steps_are_made_on_any_device() -> None:
    stage = _Stage(end_s=110.0, steps=40, given=True)
    stage.run(0.01, until=10)
    stage.pace = StagePace("distil", stage.folder, stage.machine, end_s=110.0, given=True, anew=True)
    stage.pace.begin(10, steps=40, batch=8)
    stage.run(9.0)
    assert stage.made == 40
