"""Work that must not hold up the window.

A ``Jobs`` runs a function somewhere else and brings its answer back to the thread that asked. The
command line uses :class:`InlineJobs`; the window brings its own that uses Qt's thread pool.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

__all__ = ["CancelToken", "InlineJobs", "Jobs", "answer_of"]

T = TypeVar("T")


class CancelToken:
    """A request to give up, readable from any thread. Calling it tells whether it was made."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to end."""
        self._event.set()

    def __call__(self) -> bool:
        """Whether it was made."""
        return self._event.is_set()


class Jobs(Protocol):
    """Runs functions off the caller's thread."""

    def run(
        self,
        fn: Callable[[CancelToken], T],
        *,
        on_done: Callable[[T], None],
        on_error: Callable[[Exception], None],
    ) -> CancelToken:
        """Run ``fn`` and give its answer, or the exception it raised, back on the caller's thread.

        After the token is cancelled neither callback is called: an answer that nobody asks for any
        more is dropped.
        """
        ...

    def post(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` on the thread that owns the session; may be called from any thread, keeps order."""
        ...

    def put_off(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` on the caller's thread, which owns the session, once it has shown what it was just told; keeps order."""
        ...


class InlineJobs:
    """Runs everything at once on the caller's thread; for the command line and tests."""

    def run(
        self,
        fn: Callable[[CancelToken], T],
        *,
        on_done: Callable[[T], None],
        on_error: Callable[[Exception], None],
    ) -> CancelToken:
        """Run ``fn`` now; see :class:`Jobs`."""
        token = CancelToken()
        try:
            answer = fn(token)
        except Exception as error:  # noqa: BLE001 - handed to the caller, who decides
            on_error(error)
            return token
        if not token():
            on_done(answer)
        return token

    def post(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` now."""
        fn()

    def put_off(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` now."""
        fn()


def answer_of(command: Callable[..., object], *arguments: Any, **options: Any) -> Any:
    """Run a Session command that answers through callbacks, and return its answer or raise its error.

    For sessions over :class:`InlineJobs`, where the answer is there when the command returns.
    """
    answers: list[Any] = []
    errors: list[Exception] = []
    command(*arguments, on_done=answers.append, on_error=errors.append, **options)
    if errors:
        raise errors[0]
    return answers[0]
