"""Controls that tell a person at a terminal how training goes: bars with the time that is left, or lines."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TextIO

from training.schedule import FreeRun

__all__ = ["Bars", "Console", "console_on"]

EVERY_S = 15.0


def _terms(losses: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.3f}" for name, value in losses.items())


def _scores(who: str, step: int, mean: float | None) -> str:
    return f"{who} at step {step}: mean Dice {'-' if mean is None else f'{mean:.4f}'}"


class Console(FreeRun):
    """Writes a line now and then.

    Parameters
    ----------
    stream
        Text stream that the lines go to.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._last = ("", -EVERY_S)
        # stage -> step and time at which it was first told of, from which the time that is left follows
        self._told: dict[str, tuple[int, float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.flush()

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        """Write stage, step, time, time that is left and losses, at most every ``EVERY_S`` seconds of a stage."""
        first, began_s = self._told.setdefault(stage, (step, self.elapsed_s))
        if self._last[0] == stage and self.elapsed_s - self._last[1] < EVERY_S and step < steps:
            return
        self._last = (stage, self.elapsed_s)
        left = ""
        if first < step < steps:
            left = f"  {(self.elapsed_s - began_s) / (step - first) * (steps - step):.0f} s left"
        self._write(f"{self.elapsed_s:6.0f} s  {stage} {step}/{steps}{left}  {_terms(losses)}")

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        """Write the mean Dice on held-back slices."""
        del dice
        self._write(f"{self.elapsed_s:6.0f} s  {_scores(who, step, mean)}")

    def warned(self, message: str) -> None:
        """Write what the user should know."""
        self._write(f"Note: {message}")

    def _write(self, line: str) -> None:
        self._stream.write(line.rstrip() + "\n")
        self._stream.flush()


class Bars(FreeRun):
    """Draws a bar for each stage, with the time that is left, on a terminal.

    Parameters
    ----------
    stream
        The terminal.
    """

    def __init__(self, stream: TextIO, *, force: bool = False) -> None:
        from rich.console import Console as Screen
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        super().__init__()
        self._screen = Screen(file=stream, force_terminal=force or None, highlight=False, soft_wrap=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[losses]}"),
            console=self._screen,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bars.stop()

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        """Move the bar of a stage."""
        from rich.progress import TaskID

        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=steps, completed=step, losses="")
        self._bars.update(TaskID(self._tasks[stage]), completed=step, total=steps, losses=_terms(losses))

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        """Write the mean Dice on held-back slices above the bars."""
        del dice
        self._screen.print(_scores(who, step, mean), markup=False)

    def warned(self, message: str) -> None:
        """Write what the user should know above the bars."""
        self._screen.print(f"Note: {message}", markup=False)


def console_on(stream: TextIO) -> Console | Bars:
    """Return bars where the stream is a terminal, else lines; a context manager."""
    return Bars(stream) if stream.isatty() else Console(stream)
