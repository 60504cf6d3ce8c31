"""The round's clock: seconds of work. Gaps do not count, whether the process was suspended or the computer slept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["BEAT_S", "Clock"]

BEAT_S = 0.1
"""Somebody looks at the clock so often."""

LATE_S = 1.0
"""A look that comes later than this was no look of a process that could run."""

BUSY_SHARE = 0.25
"""A process that computed for this share of a gap was not suspended: one long operation kept the beat from looking."""


class Clock:
    """Seconds of work since it was made, pauses and gaps left out; never goes back, whatever is done to the computer's date.

    May be read on any thread. Somebody has to call :meth:`look` every ``BEAT_S``.

    Parameters
    ----------
    now
        Seconds that only grow.
    busy
        Seconds that the process has computed.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic, busy: Callable[[], float] = time.process_time) -> None:
        self._now, self._busy = now, busy
        self._lock = threading.Lock()
        self._last_s, self._last_busy_s = now(), busy()
        self._elapsed_s = 0.0
        self._paused = False

    def look(self) -> float:
        """Return the seconds of work, without what has just turned out to be a gap."""
        with self._lock:
            now_s, busy_s = self._now(), self._busy()
            passed_s, computed_s = now_s - self._last_s, busy_s - self._last_busy_s
            self._last_s, self._last_busy_s = now_s, busy_s
            if passed_s > BEAT_S + LATE_S and computed_s < BUSY_SHARE * passed_s:
                passed_s = BEAT_S
            if not self._paused:
                self._elapsed_s += max(0.0, passed_s)
            return self._elapsed_s

    def set(self, elapsed_s: float) -> None:
        """Let the clock go on from so many seconds."""
        self.look()
        with self._lock:
            self._elapsed_s = elapsed_s

    def pause(self, paused: bool) -> None:
        """Let the clock stand still, or go on."""
        self.look()
        with self._lock:
            self._paused = paused
