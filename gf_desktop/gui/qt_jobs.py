"""Work off the window's thread, with answers delivered by Qt's event loop."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from gf_desktop.jobs import CancelToken
from gf_desktop.memory import give_back

__all__ = ["QtJobs"]

T = TypeVar("T")

WORKERS = 2
"""Threads: one for what the person waits for, one for what runs behind it."""

IDLE_MS = 500
"""What work left of memory is given back once nothing has run for so long."""

BEHIND: Final = 5
"""Added to the niceness of the threads: a prediction that takes every core leaves the window its share of them."""


def _step_back() -> None:
    """Let the window's thread go first; what this one starts, such as the threads of ONNX Runtime, goes behind it too.

    Only Linux gives each thread a niceness of its own.
    """
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + BEHIND)


class QtJobs(QObject):
    """Runs functions in threads; callbacks come on the thread that made this object. See :class:`gf_desktop.jobs.Jobs`.

    Signals: ``_posted(object)`` carries a call from any thread to the owner's event loop, in order.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="job", initializer=_step_back)
        self._tokens: set[CancelToken] = set()
        self._open = True
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)
        self._put_off: list[Callable[[], None]] = []
        # Qt paints before it looks at timers
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._catch_up)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._give_back)

    @Slot(object)
    def _call(self, fn: Callable[[], None]) -> None:
        if self._open:
            fn()

    def run(
        self,
        fn: Callable[[CancelToken], T],
        *,
        on_done: Callable[[T], None],
        on_error: Callable[[Exception], None],
    ) -> CancelToken:
        """Run ``fn`` in a thread; neither callback is called once the token is cancelled."""
        token = CancelToken()
        self._tokens.add(token)

        def deliver(callback: Callable[[], None]) -> None:
            self._tokens.discard(token)
            if not token():
                callback()
            self._idle.start()

        def work() -> None:
            try:
                answer = fn(token)
            except Exception as caught:  # noqa: BLE001 - handed to the asker, who decides
                error = caught
                self.post(lambda: deliver(lambda: on_error(error)))
            else:
                self.post(lambda: deliver(lambda: on_done(answer)))

        self._pool.submit(work)
        return token

    def post(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` on the owner's thread, after everything posted before; any thread may ask."""
        if self._open:
            self._posted.emit(fn)

    def put_off(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` when the window has been painted, after everything put off before; on the owner's thread."""
        self._put_off.append(fn)
        self._rest.start()

    def _catch_up(self) -> None:
        waiting, self._put_off = self._put_off, []
        for fn in waiting:
            self._call(fn)

    def _give_back(self) -> None:
        if self._open and not self._tokens:
            self._pool.submit(give_back)

    @property
    def busy(self) -> bool:
        """Whether an answer, or what was put off, is still to come."""
        return bool(self._tokens or self._put_off)

    def close(self) -> None:
        """Cancel what runs, wait for the threads and deliver nothing any more."""
        for token in self._tokens:
            token.cancel()
        self._open = False
        self._idle.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._tokens.clear()
        self._put_off.clear()
