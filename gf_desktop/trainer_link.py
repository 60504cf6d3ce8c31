"""The desktop's end of the line to a trainer process.

A state machine over a stream of lines. How the process is run is the caller's: the window gives a
transport over Qt's process class, the command line :class:`SubprocessTransport`.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, Protocol

import psutil

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.protocol import (
    EVENTS_NAME,
    Accepted,
    Candidate,
    Checkpoint,
    Command,
    Event,
    ExportNow,
    Failed,
    Hello,
    Preview,
    Progress,
    Start,
    Stop,
    Stopped,
    Validated,
    Warned,
    decode_event,
    encode_line,
)

__all__ = ["PauseReason", "SubprocessTransport", "TrainerLink", "TrainingState", "Transport", "trainer_command", "trainer_environment"]

STOP_GRACE_S = 2.0
"""A trainer that was asked to stop and still runs after this is killed."""

CURVE_POINTS = 400
"""Points of the loss curve that are kept; beyond it every second one is dropped."""

LOG_LINES = 200
"""Lines of the log that are kept for the window."""

TICK_S = 1.0
"""Whoever waits for a process looks around so often."""

LOWER_PRIORITY = 10
"""Niceness of the trainer, so that painting and reading come first."""


def trainer_command() -> list[str]:
    """Return the command line of the trainer, in a frozen program the program itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "train-worker"]
    return [sys.executable, "-m", "training", "worker"]


def trainer_environment() -> dict[str, str]:
    """Return the environment of the trainer.

    Freed memory is kept in the process (glibc's thresholds): page faults are the larger part of a
    training step on the CPU otherwise. OpenBLAS has one thread: several wait for torch's, and judging
    a slice takes twice as long. Only the start of a process can set this.
    """
    env = {"OPENBLAS_NUM_THREADS": "1"} | dict(os.environ)
    env |= {"MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_MMAP_THRESHOLD_": str(1 << 40), "PYTHONUNBUFFERED": "1"}
    return env


class Transport(Protocol):
    """A process whose lines are delivered on the thread that owns the session."""

    def start(
        self,
        argv: list[str],
        env: dict[str, str],
        *,
        log: Path,
        on_line: Callable[[bytes], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """Start the process; its standard error goes to ``log``."""
        ...

    def write(self, line: bytes) -> None:
        """Send a line; does nothing once the process is gone."""
        ...

    def close_input(self) -> None:
        """Close the process's standard input."""
        ...

    def kill_after(self, seconds: float) -> None:
        """Kill the process if it still runs after so long."""
        ...

    def wait(self) -> None:
        """Deliver lines until the process has ended; transports with an event loop of their own return at once."""
        ...

    @property
    def pid(self) -> int:
        """Number of the process; 0 while there is none."""
        ...

    def suspend(self) -> None:
        """Let the process stand still at once, wherever it is; does nothing where there is none."""
        ...

    def resume_process(self) -> None:
        """Let a suspended process run again."""
        ...


class SubprocessTransport:
    """A trainer under :mod:`subprocess`; lines are delivered by :meth:`wait`.

    Parameters
    ----------
    on_tick
        Called about every ``TICK_S`` by :meth:`wait`, also while the process is suspended.
    """

    def __init__(self, on_tick: Callable[[], None] = lambda: None) -> None:
        self._on_tick, self._tick_s = on_tick, time.monotonic()
        self._process: subprocess.Popen[bytes] | None = None
        self._items: queue.Queue[bytes | None] = queue.Queue()
        self._on_line: Callable[[bytes], None] = lambda _line: None
        self._on_exit: Callable[[int], None] = lambda _code: None
        self._reader: threading.Thread | None = None
        self._timer: threading.Timer | None = None

    def start(
        self,
        argv: list[str],
        env: dict[str, str],
        *,
        log: Path,
        on_line: Callable[[bytes], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """Start the process; see :class:`Transport`."""
        self._on_line, self._on_exit = on_line, on_exit
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, env=env)
        lower_priority(self._process.pid)
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._items.put(line)
        self._items.put(None)

    def write(self, line: bytes) -> None:
        """Send a line; see :class:`Transport`."""
        if self._process is None or self._process.stdin is None or self._process.stdin.closed:
            return
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            # the process is gone; its exit tells the rest
            return

    def close_input(self) -> None:
        """Close the process's standard input; see :class:`Transport`."""
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                return

    @property
    def pid(self) -> int:
        """Number of the process; 0 while there is none."""
        return 0 if self._process is None or self._process.returncode is not None else self._process.pid

    def suspend(self) -> None:
        """Let the process stand still at once."""
        suspend_process(self.pid)

    def resume_process(self) -> None:
        """Let a suspended process run again."""
        resume_process(self.pid)

    def kill_after(self, seconds: float) -> None:
        """Kill the process if it still runs after so long."""
        if self._process is not None:
            self._timer = threading.Timer(seconds, self._process.kill)
            self._timer.daemon = True
            self._timer.start()

    def wait(self) -> None:
        """Deliver lines on this thread until the process has ended."""
        if self._process is None or self._reader is None:
            return
        try:
            while (line := self._next()) is not None:
                self._on_line(line)
        except BaseException:
            self._process.kill()
            raise
        finally:
            code = self._process.wait()
            self._reader.join()
            self.close_input()
            if self._process.stdout is not None:
                self._process.stdout.close()
            if self._timer is not None:
                self._timer.cancel()
        self._on_exit(code)

    def _next(self) -> bytes | None:
        while True:
            left_s = self._tick_s + TICK_S - time.monotonic()
            try:
                return self._items.get(timeout=max(left_s, 0.0))
            except queue.Empty:
                self._tick_s = time.monotonic()
                self._on_tick()


def suspend_process(pid: int) -> None:
    """Let a process stand still; does nothing for 0, or where it is gone."""
    try:
        if pid:
            psutil.Process(pid).suspend()
    except psutil.Error:
        return


def resume_process(pid: int) -> None:
    """Let a suspended process run again; does nothing for 0, or where it is gone."""
    try:
        if pid:
            psutil.Process(pid).resume()
    except psutil.Error:
        return


def lower_priority(pid: int) -> None:
    """Let a process yield to others; a refusal by the system is no fault."""
    try:
        process = psutil.Process(pid)
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else LOWER_PRIORITY)
    except psutil.Error:
        return


PauseReason = Literal["painting", "battery"]


@dataclass(frozen=True, slots=True)
class TrainingState:
    """A snapshot of a round for whoever shows it.

    Attributes
    ----------
    fraction
        Of the whole round, 0 to 1.
    losses
        The curve so far, at most ``CURVE_POINTS`` points of {term: value}.
    validated
        Every validation so far.
    paused_for
        Why the trainer stands still: while the user paints, while the computer runs on its battery; empty while it does not.
    preview
        The newest picture of validation slices, relative to the round's folder; empty before the first.
    run_dir
        The round's folder.
    """

    running: bool = False
    stage: str = ""
    fraction: float = 0.0
    elapsed_s: float = 0.0
    eta_s: float = 0.0
    losses: tuple[dict[str, float], ...] = ()
    validated: tuple[Validated, ...] = ()
    candidate_id: str = ""
    message: str = ""
    log: tuple[str, ...] = ()
    device: str = ""
    paused: bool = False
    paused_for: tuple[PauseReason, ...] = ()
    preview: str = ""
    run_dir: str = ""


def _slices(event: Accepted) -> str:
    learned, held, rest = event.labelled, event.validation, event.unlabelled
    approved, unlabelled = event.labelled_of, event.unlabelled_of
    if approved > learned and unlabelled > rest:
        return f"Slices: {learned} of {approved} to learn from, {held} held back, {rest} of {unlabelled} without labels"
    if approved > learned:
        return f"Slices: {learned} of {approved} to learn from, {held} held back, {rest} without labels"
    if unlabelled > rest:
        return f"Slices: {learned} to learn from, {held} held back, {rest} of {unlabelled} without labels"
    return f"Slices: {learned} to learn from, {held} held back, {rest} without labels"


def _after(state: TrainingState, event: Event) -> TrainingState:
    match event:
        case Accepted():
            text = _slices(event)
            # whoever goes on with a round says it again
            return replace(_logged(state, text) if text not in state.log else state, device=event.device)
        case Progress():
            curve = state.losses
            if event.losses:
                curve = (*curve, event.losses)
                curve = curve[::2] if len(curve) > CURVE_POINTS else curve
            message = state.message if event.stage == state.stage else f"stage: {event.stage}"
            told = replace(state, stage=event.stage, fraction=event.fraction, elapsed_s=event.elapsed_s, eta_s=event.eta_s)
            return replace(told, losses=curve, message=message)
        case Validated():
            return replace(state, validated=(*state.validated, event))
        case Preview():
            return replace(state, preview=event.path)
        case Warned():
            return _logged(state, event.message)
        case _:
            return state


def _logged(state: TrainingState, text: str) -> TrainingState:
    return replace(state, log=(*state.log, text)[-LOG_LINES:], message=text)


def _so_far(begun: TrainingState, events: Path) -> TrainingState:
    """Return the state in which the last checkpoint of a round found it: what came after that is done, and told, again."""
    state = kept = begun
    try:
        with events.open("rb") as stream:
            for line in stream:
                try:
                    event = decode_event(line)
                except TrainingError:
                    # cut off when the process was killed, or of another version: only a picture of the past lacks a piece
                    continue
                # a process that went on, went on from there
                state = kept if isinstance(event, Hello | Accepted) else state
                state = _after(state, event)
                kept = state if isinstance(event, Checkpoint) else kept
    except OSError:
        return begun
    return kept


class TrainerLink:
    """One round's conversation: hello, start, progress, and one of candidate, failed, stopped.

    Parameters
    ----------
    transport
        Not started yet.
    order
        What to train. A round that goes on is shown from its beginning: what its trainers told is read from its folder.
    on_change
        Given a new snapshot after each event.
    on_end
        Called exactly once, when the process has ended.

    Attributes
    ----------
    died
        Whether the process ended unasked and without a word.
    """

    def __init__(
        self,
        transport: Transport,
        order: Start,
        *,
        on_change: Callable[[TrainingState], None],
        on_end: Callable[[Candidate | Failed | Stopped], None],
    ) -> None:
        self.transport = transport
        self.state = TrainingState(candidate_id=order.candidate_id, run_dir=order.run_dir)
        if order.resume:
            self.state = _so_far(self.state, Path(order.run_dir) / EVENTS_NAME)
        self.died = False
        self._order = order
        self._on_change = on_change
        self._on_end = on_end
        self._result: Candidate | Failed | Stopped | None = None
        self._stopping = False
        self._ended = False

    def begin(self, log: Path) -> None:
        """Start the process.

        Raises
        ------
        TrainingError
            When it cannot be started.
        """
        self._change(running=True, stage="load", message="starting the trainer")
        try:
            self.transport.start(trainer_command(), trainer_environment(), log=log, on_line=self._on_line, on_exit=self._on_exit)
        except OSError as error:
            self._ended = True
            self._change(running=False)
            raise TrainingError(
                f"The trainer cannot be started: {error.strerror}", where=str(log), next_step="Install the program again."
            ) from error

    def stop(self) -> None:
        """Give the round up; the process is gone within ``STOP_GRACE_S``."""
        self._stopping = True
        # one that stands still hears nothing
        self.transport.resume_process()
        self._send(Stop())
        self.transport.kill_after(STOP_GRACE_S)
        self._change(message="stopping")

    def hold(self, reason: PauseReason, *, holds: bool) -> None:
        """Let the process stand still for a reason, at once, or take the reason back; it goes on when there is none left.

        Does nothing once it was asked to stop, or has told how the round ended.
        """
        held = self.state.paused_for
        wanted = tuple(sorted({*held, reason} if holds else {*held} - {reason}))
        if wanted == held or self._stopping or self._result is not None or self._ended:
            return
        if not held:
            self.transport.suspend()
        elif not wanted:
            self.transport.resume_process()
        self._change(paused=bool(wanted), paused_for=wanted)

    def export_now(self) -> None:
        """End training early and check what there is; the trainer says so where it is too early."""
        self._send(ExportNow())

    def _send(self, command: Command) -> None:
        self.transport.write(encode_line(command))

    def _on_line(self, line: bytes) -> None:
        try:
            event = decode_event(line)
        except UserError as error:
            self._finish(Failed(what=error.what, where=error.where, next=error.next_step))
            self.transport.kill_after(0.0)
            return
        self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case Hello():
                self._change(device=event.device, message=f"trainer ready on {event.device}")
                self._send(self._order)
            case Candidate() | Failed() | Stopped():
                self._finish(event)
            case _:
                self.state = _after(self.state, event)
                self._on_change(self.state)

    def _finish(self, result: Candidate | Failed | Stopped) -> None:
        if self._result is None:
            self._result = result
            self.transport.close_input()

    def _on_exit(self, code: int) -> None:
        if self._ended:
            return
        self._ended = True
        result = self._result
        if result is None and self._stopping:
            result = Stopped("on request")
        if result is None:
            self.died = True
            result = Failed(
                what=f"The trainer ended without a result (exit code {code})",
                where=self._order.run_dir,
                next="Start the refinement again; trainer.log in that folder says what happened.",
            )
        self._change(running=False, paused=False, paused_for=())
        self._on_end(result)

    def _change(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self._on_change(self.state)
