"""Time and learning rates."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from training.schedule import Budget, FreeRun, poly_decay


@given(done=st.floats(-10, 10), power=st.floats(0.1, 3))
def test_that_poly_decay_never_leaves_the_reals(done: float, power: float) -> None:
    rate = poly_decay(done, power)
    assert isinstance(rate, float)
    assert 0.0 <= rate <= 1.0


@given(one=st.floats(0, 1), other=st.floats(0, 1))
def test_that_poly_decay_only_falls(one: float, other: float) -> None:
    assert poly_decay(min(one, other), 0.9) >= poly_decay(max(one, other), 0.9)


def test_that_poly_decay_begins_at_one_and_ends_at_zero() -> None:
    assert (poly_decay(0.0, 0.9), poly_decay(1.0, 0.9), poly_decay(1.0000001, 0.9)) == (1.0, 0.0, 0.0)


class _Clock(FreeRun):
    now_s = 0.0

    @property
    def elapsed_s(self) -> float:
        return self.now_s


def test_that_a_budget_ends_by_time_and_by_steps() -> None:
    clock = _Clock()
    budget = Budget(clock, 10.0, 20.0, 8)
    clock.now_s = 12.5
    assert Budget(clock, 10.0, 20.0).done(3) == 0.25
    assert budget.done(0) == 0.0
    assert budget.done(4) == 0.5
    assert budget.done(8) == 1.0
    assert budget.total(2) == 8
    clock.now_s = 20.0
    assert budget.done(0) == 1.0


def test_that_a_budget_without_time_is_over_at_once() -> None:
    assert Budget(_Clock(), 0.0, 0.0).done(0) == 1.0
