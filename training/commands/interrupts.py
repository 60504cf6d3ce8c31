"""Ctrl-C and the wish of a cluster to end a process: heard between two steps, so that a checkpoint can be kept."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from training.schedule import StopRequested

__all__ = ["Interrupted", "Interrupts"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(StopRequested):
    """The person or the cluster asked to stop.

    Parameters
    ----------
    kept
        What was kept, in a few words.
    number
        Of the signal; the exit code is 128 more.
    """

    def __init__(self, kept: str, number: int) -> None:
        super().__init__(kept)
        self.exit_code = 128 + number


class Interrupts:
    """Hears the two signals while it is entered; a second one ends the process at once, as without it.

    In a thread other than the main one, where signals cannot be heard, it hears nothing.

    Attributes
    ----------
    asked
        Whether one has come.
    """

    def __init__(self) -> None:
        self.asked = False
        self._number = int(signal.SIGINT)
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._restore()

    def stopped(self, kept: str) -> Interrupted:
        """Return what is raised to stop."""
        return Interrupted(kept, self._number)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.asked, self._number = True, number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
