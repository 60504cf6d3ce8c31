"""What a person at a terminal reads while a network learns."""

from __future__ import annotations

import io

import pytest

from training.console import Bars, Console, console_on


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_that_lines_come_now_and_then_with_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, now = io.StringIO(), 100.0
    monkeypatch.setattr("training.schedule.time.monotonic", lambda: now)
    with Console(stream) as console:
        for step in range(1, 61):
            now += 1.0
            console.progress("distil", step, 60, {"total": 1 / step})
    lines = stream.getvalue().splitlines()
    assert [line.split()[3] for line in lines] == ["1/60", "16/60", "31/60", "46/60", "60/60"]
    assert "44 s left  total 0.062" in lines[1]
    assert "left" not in lines[0]
    assert "left" not in lines[-1]


def test_that_scores_and_notes_are_lines_too() -> None:
    stream = io.StringIO()
    console = Console(stream)
    console.validated(20, "validation", 0.5, {"soft": 0.5})
    console.validated(40, "validation", None, {})
    console.warned("mind [the] gap")
    text = stream.getvalue()
    assert "validation at step 20: mean Dice 0.5000" in text
    assert "at step 40: mean Dice -" in text
    assert "Note: mind [the] gap" in text


def test_that_a_terminal_gets_bars_that_end_with_the_run() -> None:
    stream = io.StringIO()
    with Bars(stream, force=True) as bars:
        bars.progress("ask the teacher", 0, 4, {})
        bars.progress("distil", 1, 2, {"total": 0.25})
        bars.progress("distil", 2, 2, {"total": 0.125})
        bars.validated(2, "validation", 0.75, {})
        bars.warned("mind [the] gap")
    text = stream.getvalue()
    assert "distil" in text
    assert "2/2" in text
    assert "total 0.125" in text
    assert "mean Dice 0.7500" in text
    assert "mind [the] gap" in text


def test_that_the_stream_decides_between_bars_and_lines() -> None:
    assert isinstance(console_on(io.StringIO()), Console)
    assert isinstance(console_on(_Terminal()), Bars)
