"""What both sides of ``interaction.py`` need under Qt: when pixels are painted, how long the event loop stands still, and orders by line.

Imports nothing but Qt, so that the peer's environment can use it too.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

__all__ = ["FRAME_MS", "Heartbeat", "PaintWatch", "bring_forward", "let_turn", "serve", "stolen_s", "to_and_fro", "turn_wheel"]

FRAME_MS = 16.0
"""Events come at most as often as a screen of 60 Hz shows a picture; in between the program does what else it has to do."""

LIMIT_MS = 60_000
"""A picture that is not there after this never comes."""

ACTIVE_LIMIT_MS = 20_000
ACTIVE_TRY_MS = 1_000

BEAT_MS = 2
"""The heart beats this often; a longer pause is a stall."""

STACKS_VARIABLE = "STALL_STACKS"
"""Environment variable: a file to which the stacks of all threads are written while the event loop stands still."""

STACKS_S = 0.06
"""So long it stands still before."""

NOTCH = 120
"""Qt's angle of one notch of a wheel."""


def let_turn(milliseconds: int) -> None:
    """Let the event loop turn for so long; ``QTest.qWait`` would keep Python's lock, and no other thread would get on meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class PaintWatch(QObject):
    """Tells when a window's picture is on its surface after an event.

    Qt paints every dirty widget of a window and hands the picture over within one UpdateRequest. The watch delivers that event itself, so
    that it knows when it has ended; a picture counts when each of the watched widgets was painted in it.

    Parameters
    ----------
    window
        The top-level widget, shown already.

    Attributes
    ----------
    cpu_ms
        Of each measurement, what of it the GUI thread really computed: what is left where other programs take the processor away.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._inside = False
        self._wanted: set[QObject] = set()
        self._painted: set[QObject] = set()
        self._loop = QEventLoop(self)
        self._patience = QTimer(self, singleShot=True, interval=LIMIT_MS)
        self._patience.timeout.connect(self._loop.quit)
        self._watched: set[QObject] = set()
        self.end_s: float | None = None
        self.cpu_ms: list[float] = []
        self._end_cpu_s = 0.0
        for source in (window, window.windowHandle()):
            source.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note a paint; deliver an update of the window and note its end."""
        kind = event.type()
        if kind == QEvent.Type.Paint and watched in self._wanted:
            self._painted.add(watched)
        elif kind == QEvent.Type.UpdateRequest and not self._inside:
            self._inside = True
            try:
                QCoreApplication.sendEvent(watched, event)
            finally:
                self._inside = False
            if self.end_s is None and self._wanted and self._painted >= self._wanted:
                self.end_s, self._end_cpu_s = time.perf_counter(), time.thread_time()
                self._loop.quit()
            return True
        return False

    def timed(self, act: Callable[[], object], views: Iterable[QWidget], *, rest: bool = True) -> float:
        """Return the milliseconds from before ``act`` to the end of the first picture in which every view was painted.

        With ``rest`` the program is given the time to the next frame for what else it has to do.
        """
        self._wanted, self._painted, self.end_s = set(views), set(), None
        for view in self._wanted - self._watched:
            view.installEventFilter(self)
            self._watched.add(view)
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        act()
        if self.end_s is None:
            self._patience.start()
            self._loop.exec()
            self._patience.stop()
        self._wanted = set()
        if self.end_s is None:
            raise RuntimeError("nothing was painted")
        milliseconds = 1e3 * (self.end_s - begin)
        self.cpu_ms.append(1e3 * (self._end_cpu_s - begin_cpu))
        if rest:
            let_turn(max(1, round(FRAME_MS - milliseconds)))
        return milliseconds


def stolen_s() -> float:
    """Return for how many seconds since its start the machine's host did not let it run, summed over its processors.

    Linux counts them, in ticks of 10 ms; elsewhere it is 0.0.
    """
    try:
        with Path("/proc/stat").open(encoding="ascii") as counts:
            return int(counts.readline().split()[8]) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError, AttributeError):
        return 0.0


class Heartbeat(QObject):
    """The longest time for which the event loop did not turn, from :meth:`start` to :meth:`stop`.

    Where ``STALL_STACKS`` names a file, the stacks of all threads of each stall are appended to it; that costs a little time itself.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last_s = self._last_cpu_s = self._last_stolen_s = 0.0
        self.pauses_ms: list[float] = []
        self.works_ms: list[float] = []
        self.stolen_ms: list[float] = []
        path = os.environ.get(STACKS_VARIABLE)
        self._stacks = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if path else None

    def start(self) -> None:
        """Begin anew."""
        self.pauses_ms, self.works_ms, self.stolen_ms = [], [], []
        self._last_s, self._last_cpu_s, self._last_stolen_s = time.perf_counter(), time.thread_time(), stolen_s()
        self._timer.start()

    def _beat(self) -> None:
        now, cpu, stolen = time.perf_counter(), time.thread_time(), stolen_s()
        self.pauses_ms.append(1e3 * (now - self._last_s))
        self.works_ms.append(1e3 * (cpu - self._last_cpu_s))
        self.stolen_ms.append(1e3 * (stolen - self._last_stolen_s))
        self._last_s, self._last_cpu_s, self._last_stolen_s = now, cpu, stolen
        if self._stacks is not None:
            if self.pauses_ms[-1] > 1e3 * STACKS_S:
                text = f"== {self.pauses_ms[-1]:.0f} ms, {self.works_ms[-1]:.0f} computing, at {now:.1f} s\n\n"
                os.write(self._stacks, text.encode())
            # a thread of C, which needs no lock of the interpreter
            faulthandler.dump_traceback_later(STACKS_S, repeat=True, file=self._stacks)

    def stop(self) -> dict[str, float]:
        """Return the longest pause, what the machine's host took during it, and the most that the GUI thread computed between two beats.

        All in milliseconds.
        """
        self._beat()
        self._timer.stop()
        if self._stacks is not None:
            faulthandler.cancel_dump_traceback_later()
        longest = self.pauses_ms.index(max(self.pauses_ms))
        return {"stall_ms": self.pauses_ms[longest], "stall_cpu_ms": max(self.works_ms), "stall_stolen_ms": self.stolen_ms[longest]}


def turn_wheel(view: QWidget, notches: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Turn the wheel in the middle of a view."""
    middle = QPointF(view.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(view.mapToGlobal(view.rect().center())),
        QPoint(),
        QPoint(0, NOTCH * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(view, event)


def bring_forward(window: QWidget) -> None:
    """Make a window the active one, which keys go to; another side's may have been it."""
    for _ in range(ACTIVE_LIMIT_MS // ACTIVE_TRY_MS):
        # the loss of the keyboard has to be noticed before it can be asked for again
        let_turn(20)
        window.activateWindow()
        if QTest.qWaitForWindowActive(window, ACTIVE_TRY_MS):
            return
    raise RuntimeError("the window does not become active")


def to_and_fro(notches: int, slices: int) -> list[int]:
    """Return so many steps of one slice from the middle of a scan, up and down again, which stay within it."""
    half = max(1, min(20, slices // 2 - 1))
    return [1 if n % (2 * half) < half else -1 for n in range(notches)]


def serve(orders: dict[str, Callable[..., Any]]) -> None:
    """Answer orders, one JSON object a line on each side: ``{"do": name, …}``; returns at the end of the input.

    What else is printed in this process goes to the error output.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for text in sys.stdin:
        order: dict[str, Any] = json.loads(text)
        answers.write(json.dumps(orders[order.pop("do")](**order)) + "\n")
        answers.flush()
