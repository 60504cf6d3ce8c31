"""A Control that tells a person at a terminal how training goes."""

from __future__ import annotations

from typing import TextIO

from training.schedule import FreeRun

__all__ = ["Console"]

EVERY_S = 15.0


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

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        """Write stage, step, time and losses, at most every ``EVERY_S`` seconds of a stage."""
        if self._last[0] == stage and self.elapsed_s - self._last[1] < EVERY_S and step < steps:
            return
        self._last = (stage, self.elapsed_s)
        terms = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
        self._stream.write(f"{self.elapsed_s:6.0f} s  {stage} {step}/{steps}  {terms}\n")
        self._stream.flush()
