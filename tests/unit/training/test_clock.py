"""The round's clock: work counts, gaps do not."""

from __future__ import annotations

import threading
import time

import pytest

from training.clock import BEAT_S, Clock


class _World:
    """A computer whose time passes as the test says."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.busy_s = 3.0
        self.clock = Clock(lambda: self.now_s, lambda: self.busy_s)

    def work(self, seconds: float) -> float:
        for _ in range(round(seconds / BEAT_S)):
            self.now_s += BEAT_S
            self.busy_s += BEAT_S
            self.clock.look()
        return self.clock.look()


@pytest.fixture
def world() -> _World:
    return _World()


def test_that_work_counts_in_full(world: _World) -> None:
    assert world.work(60.0) == pytest.approx(60.0)


def test_that_a_gap_of_a_night_does_not_count(world: _World) -> None:
    world.work(10.0)
    world.now_s += 8 * 3600
    assert world.work(5.0) == pytest.approx(15.0, abs=2 * BEAT_S)


def test_that_a_long_operation_that_kept_the_beat_from_looking_counts(world: _World) -> None:
    world.work(10.0)
    world.now_s += 4.0
    world.busy_s += 3.9
    assert world.clock.look() == pytest.approx(14.0)


def test_that_a_short_delay_counts(world: _World) -> None:
    world.now_s += 0.9
    assert world.clock.look() == pytest.approx(0.9)


def test_that_a_pause_does_not_count(world: _World) -> None:
    world.work(10.0)
    world.clock.pause(True)
    assert world.work(30.0) == pytest.approx(10.0)
    world.clock.pause(False)
    assert world.work(5.0) == pytest.approx(15.0)


def test_that_the_clock_never_goes_back(world: _World) -> None:
    world.work(10.0)
    world.now_s -= 3600
    assert world.clock.look() == pytest.approx(10.0)
    assert world.work(5.0) == pytest.approx(15.0)


def test_that_the_clock_goes_on_from_where_a_state_was_kept(world: _World) -> None:
    world.work(3.0)
    world.clock.set(120.0)
    assert world.work(5.0) == pytest.approx(125.0)


def test_that_the_computers_own_time_is_followed_from_two_threads() -> None:
    clock, ended = Clock(), threading.Event()

    def beat() -> None:
        while not ended.wait(0.01):
            clock.look()

    thread = threading.Thread(target=beat)
    began_s = time.monotonic()
    thread.start()
    while time.monotonic() - began_s < 0.3:
        clock.look()
    passed_s, counted_s = time.monotonic() - began_s, clock.look()
    ended.set()
    thread.join()
    assert counted_s == pytest.approx(passed_s, abs=0.1)
