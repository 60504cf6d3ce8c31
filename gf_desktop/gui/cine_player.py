"""Cine play: shows the frames of a scan one after the other, at a speed that the person sets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from gf_desktop.gui.view_state import ViewState
from gf_desktop.imaging.time_axis import DEFAULT_FPS, FPS_LIMITS, TimeAxis
from gf_desktop.open_case import OpenCase
from gf_desktop.session import Session

__all__ = ["CinePlayer"]

LEAST_PAUSE_MS: Final = 4
"""Between two frames the window has at least this long for mouse and keys, however slow the drawing is."""

SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0)
"""Frames a second of the steps faster and slower."""


class CinePlayer(QObject):
    """Plays the scan on screen. Which frame is due, the clock says: where drawing is slow, frames are left out.

    A frame is shown when its pixels are in memory; a thread brings them there. Another case stops it, and so does a hand that draws.

    Parameters
    ----------
    clock
        Returns seconds.

    Signals: ``changed()`` playing, speed or way of going on has changed.
    """

    changed = Signal()

    def __init__(
        self, session: Session, state: ViewState, parent: QObject | None = None, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self._clock = clock
        self.playing = False
        self.fps = DEFAULT_FPS
        self.bounce = False
        self._from = (0.0, 0)
        self._last = 0
        self._ready: set[int] = set()
        self._fetching = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        session.case_changed.connect(self._case_changed)
        state.still_wanted.connect(self.pause)
        self._case_changed()

    @property
    def time(self) -> TimeAxis | None:
        """The frames in time of the scan on screen."""
        return None if self._session.open is None else self._session.open.volume.time

    def _case_changed(self) -> None:
        self.pause()
        self._ready.clear()
        self._fetching = False
        self.fps = DEFAULT_FPS if self.time is None else self.time.fps
        self.changed.emit()

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
        elif self.time is not None and self.time.count > 1:
            self.playing = True
            self._begin_here()
            self._timer.start(math.ceil(1000.0 / self.fps))
            self.changed.emit()

    def pause(self) -> None:
        """Stay at the frame that is shown."""
        if self.playing:
            self.playing = False
            self._timer.stop()
            self.changed.emit()

    def step(self, steps: int) -> None:
        """Pause and go some frames on, or back; after the last comes the first."""
        self.pause()
        if self.time is not None:
            self._state.go_to_moment((self._state.moment + steps) % self.time.count)

    def set_fps(self, fps: float) -> None:
        """Play at another speed, in frames a second; cut to what can be watched."""
        fps = min(max(fps, FPS_LIMITS[0]), FPS_LIMITS[1])
        if fps != self.fps:
            self.fps = fps
            self._begin_here()
            self.changed.emit()

    def change_speed(self, steps: int) -> None:
        """Play at the next faster speed of a list, or the next slower one."""
        if steps > 0:
            self.set_fps(next((speed for speed in SPEEDS if speed > self.fps + 1e-6), SPEEDS[-1]))
        else:
            self.set_fps(next((speed for speed in reversed(SPEEDS) if speed < self.fps - 1e-6), SPEEDS[0]))

    def toggle_bounce(self) -> None:
        """Go back and forth, or from the last frame to the first."""
        self.bounce = not self.bounce
        self._begin_here()
        self.changed.emit()

    def _begin_here(self) -> None:
        self._last = self._state.moment
        self._from = (self._clock(), self._last)

    def _tick(self) -> None:
        opened, axis = self._session.open, self.time
        if not self.playing or opened is None or axis is None:
            return
        if self._state.moment != self._last:
            # somebody went elsewhere: go on from there
            self._begin_here()
        began_s, first = self._from
        now = self._clock()
        due = int((now - began_s) * self.fps)
        frame = axis.frame_after(first, due, bounce=self.bounce)
        if frame in self._ready:
            self._show(frame)
        elif not self._fetching:
            self._fetch(opened, frame)
        self._timer.start(max(LEAST_PAUSE_MS, math.ceil((began_s + (due + 1) / self.fps - now) * 1000.0)))

    def _show(self, frame: int) -> None:
        self._state.go_to_moment(frame)
        self._last = frame

    def _fetch(self, opened: OpenCase, frame: int) -> None:
        self._fetching = True

        def done(_answer: object) -> None:
            if self._session.open is opened:
                self._fetching = False
                self._ready.add(frame)
                if self.playing and self._state.moment == self._last:
                    self._show(frame)

        def failed(error: Exception) -> None:
            if self._session.open is opened:
                self._fetching = False
                self.pause()
                self._session.broke.emit(error)

        self._session.jobs.run(lambda _token: opened.touch(frame), on_done=done, on_error=failed)
