"""The trainer process: commands on standard input, events on standard output, one refinement round, then the end.

``python -m training worker``. File descriptor 1 is reserved for the protocol before anything else is imported and
then points to standard error, so that a stray print of any library cannot corrupt a line. Commands are read on a
thread of their own; the loop asks between two steps. End of input means that the desktop is gone: the worker keeps a
state and exits. Time in which the process could not run, because it was suspended or the computer slept, does not count.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.protocol import (
    EVENTS_NAME,
    PROTOCOL_VERSION,
    Candidate,
    Checkpoint,
    Event,
    ExportNow,
    Failed,
    Hello,
    Pause,
    Ping,
    Pong,
    Preview,
    Progress,
    Resume,
    Start,
    Stop,
    Stopped,
    Validated,
    Warned,
    decode_command,
    encode_line,
)
from training.clock import BEAT_S, Clock
from training.outlook import Outlook

__all__ = ["Desktop", "main"]

HEARTBEAT_S = 4.0
"""Silence after which a Pong is sent unasked; the desktop expects a sign of life every five seconds."""

PROGRESS_EVERY_S = 0.4
"""Progress of one stage is told at most so often."""

LAST_RESORT_S = 1.5
"""A stop that no step has honoured by then, because one long operation runs, ends the process."""

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
PR_SET_PDEATHSIG = 1
TWO_GIGABYTES = 2**31 - 1


def keep_freed_memory() -> None:
    """Tell glibc to keep freed memory in the process: page faults are a large part of a training step otherwise.

    Does nothing with another C library.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(M_TRIM_THRESHOLD, TWO_GIGABYTES)
    mallopt(M_MMAP_MAX, 0)


def wake_without_desktop() -> None:
    """Let the system wake this process when the one that started it is gone: suspended, it could not see the end of its input.

    Does nothing but on Linux; elsewhere the desktop ends it when the project is opened again.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGCONT))
    except (OSError, AttributeError):
        return


def reserve_stdout() -> IO[bytes]:
    """Return a stream to the desktop and point file descriptor 1 to standard error."""
    sys.stdout.flush()
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return channel


class Desktop:
    """The trainer's end of the line: tells events, hears commands, keeps the round's clock. It is the loop's Control.

    Parameters
    ----------
    channel
        Unbuffered binary stream to the desktop.
    """

    def __init__(self, channel: IO[bytes]) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._events: IO[bytes] | None = None
        self._run_dir: Path | None = None
        self._last_sent_s = time.monotonic()
        self._last_progress = ("", 0.0)
        self._order: Start | None = None
        self._ordered = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._stopping, self._last_code = "", 0
        self._may_finish = self._early = False
        self._clock, self._outlook = Clock(), Outlook()
        self._cleanup: Callable[[], None] = lambda: None

    def tell(self, event: Event) -> None:
        """Send an event and append it to the run's events.jsonl."""
        line = encode_line(event)
        with self._lock:
            self._last_sent_s = time.monotonic()
            try:
                self._channel.write(line)
            except OSError:
                # the desktop is gone; end of input says so to the loop
                self._stopping = self._stopping or "the desktop is gone"
            unlogged = False
            if self._events is not None and not isinstance(event, Pong):
                try:
                    self._events.write(line)
                    self._events.flush()
                except OSError:
                    # the disk is full, perhaps: no reason to end a round
                    self._events, unlogged = None, True
        if unlogged:
            self.tell(Warned("The round's log cannot be written any more; the round goes on"))

    def wait_for_order(self) -> Start | None:
        """Return the desktop's order, or None when its line ended or it was given up before."""
        self._ordered.wait()
        return None if self._stopping else self._order

    def begin(self, order: Start, *, on_last_resort: Callable[[], None]) -> None:
        """Start the round's clock and its log.

        Parameters
        ----------
        on_last_resort
            Called before the process ends in the middle of an operation.
        """
        self._run_dir = Path(order.run_dir)
        self._run_dir.mkdir(parents=True, exist_ok=True)
        # unbuffered: a line that cannot be written leaves nothing behind to be written later
        self._events = (self._run_dir / EVENTS_NAME).open("ab", buffering=0)
        self._cleanup = on_last_resort
        self._outlook.expect({}, order.minutes * 60)
        self._clock.set(0.0)

    def hear(self, stream: IO[bytes]) -> None:
        """Read commands until the stream ends; runs on a thread of its own."""
        for line in stream:
            if not line.strip():
                continue
            try:
                self._obey(decode_command(line))
            except UserError as error:
                if self._order is None:
                    self.tell(Failed(what=error.what, where=error.where, next=error.next_step))
                    self._give_up("a command that is not understood", code=1)
                else:
                    self.tell(Warned(f"A command was not understood and is left out: {error.what}"))
        self._give_up("the desktop is gone")

    def _obey(self, command: Start | Pause | Resume | Stop | ExportNow | Ping) -> None:
        match command:
            case Start():
                if self._order is not None:
                    self.tell(Warned("A round is running already; the second order is left out"))
                    return
                self._order = command
                self._ordered.set()
            case Pause():
                self._running.clear()
            case Resume():
                self._running.set()
            case Stop():
                self._give_up("on request")
            case ExportNow():
                self._finish_now()
            case Ping():
                self.tell(Pong())

    def _finish_now(self) -> None:
        self._early = True
        self._outlook.finish_early()
        if not self._may_finish:
            self.tell(Warned("The round is finished as soon as teacher and student have made a quarter of their steps"))
        self._running.set()

    def _give_up(self, reason: str, *, code: int = 0) -> None:
        if not self._stopping:
            self._stopping, self._last_code = reason, code
        self._running.set()
        self._ordered.set()
        timer = threading.Timer(LAST_RESORT_S, self._last_resort)
        timer.daemon = True
        timer.start()

    def _last_resort(self) -> None:
        self._cleanup()
        self.tell(Stopped(self._stopping))
        os._exit(self._last_code)

    def beat(self) -> None:
        """Look at the clock, and send a sign of life whenever nothing was said for a while; runs on a thread of its own."""
        while True:
            time.sleep(BEAT_S)
            self._clock.look()
            if time.monotonic() - self._last_sent_s > HEARTBEAT_S:
                self.tell(Pong())

    @property
    def stop_reason(self) -> str:
        """Why the round was given up; empty while it was not."""
        return self._stopping

    @property
    def early(self) -> bool:
        """Whether the round shall be finished as soon as it can."""
        return self._early

    @property
    def elapsed_s(self) -> float:
        """Seconds of work since the round began, pauses and gaps left out."""
        return self._clock.look()

    def go_on_from(self, elapsed_s: float) -> None:
        """Let the clock go on from the seconds at which a state was kept."""
        self._clock.set(elapsed_s)

    def expect(self, seconds: Mapping[str, float], until_s: float) -> None:
        """Hear what stages will probably take, by name, and when training shall end (0 where its steps are given)."""
        self._outlook.expect(seconds, until_s)

    def may_finish(self) -> None:
        """Hear that from now on the round can be ended at once with what there is."""
        self._may_finish = True

    def between(self) -> None:
        """Wait while paused; raise StopRequested when the round was given up."""
        from training.schedule import StopRequested

        if not self._running.is_set():
            self._clock.pause(True)
            self._running.wait()
            self._clock.pause(False)
        if self._stopping:
            raise StopRequested(self._stopping)

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        """Tell where the round stands, a few times a second at most."""
        elapsed_s, now_s = self.elapsed_s, time.monotonic()
        self._outlook.at(stage, step, steps, elapsed_s)
        if self._last_progress[0] == stage and now_s - self._last_progress[1] < PROGRESS_EVERY_S and (step < steps or not steps):
            return
        self._last_progress = (stage, now_s)
        fraction, eta_s = self._outlook.fraction(elapsed_s), self._outlook.left_s(elapsed_s)
        self.tell(Progress(stage=stage, step=step, steps=steps, fraction=fraction, elapsed_s=elapsed_s, eta_s=eta_s, losses=losses))

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        """Tell Dice on the held-back slices."""
        self.tell(Validated(step=step, who=who, mean_dice=mean, dice=dice))

    def warned(self, message: str) -> None:
        """Tell what the user should know."""
        self.tell(Warned(message))

    def kept(self, path: Path, step: int) -> None:
        """Tell that a state to go on from was written."""
        self.tell(Checkpoint(path=self._relative(path), step=step))

    def preview(self, path: Path, step: int) -> None:
        """Tell that a picture of validation slices was written."""
        self.tell(Preview(path=self._relative(path), step=step))

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._run_dir or path.parent).as_posix()


def _carry_out(desktop: Desktop, order: Start) -> int:
    """Run a round and tell how it ended; the process's exit code."""
    from training.card import is_out_of_memory
    from training.refine import refine
    from training.schedule import StopRequested

    try:
        outcome = refine(order, desktop)
    except StopRequested as stop:
        desktop.tell(Stopped(str(stop)))
        return 0
    except UserError as error:
        desktop.tell(Failed(what=error.what, where=error.where, next=error.next_step))
        return 1
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        desktop.tell(Failed(what="There is not enough memory to train", where="", next="Close other programs and refine again."))
        return 1
    desktop.tell(
        Candidate(
            path=order.out_dir, model_id=order.candidate_id, parity=outcome.parity, minutes=desktop.elapsed_s / 60, notes=outcome.notes
        )
    )
    return 0


def main() -> int:
    """Serve one round and return the process's exit code: 0 done or given up, 1 a user error, 2 our bug."""
    channel = reserve_stdout()
    keep_freed_memory()
    wake_without_desktop()
    desktop = Desktop(channel)
    threading.Thread(target=desktop.beat, daemon=True).start()
    # unbuffered: a daemon thread that waits inside a buffered reader aborts the interpreter at its end
    commands = os.fdopen(os.dup(0), "rb", buffering=0)
    threading.Thread(target=desktop.hear, args=(commands,), daemon=True).start()
    try:
        import torch

        desktop.tell(Hello(version=PROTOCOL_VERSION, pid=os.getpid(), device=f"cpu, {torch.get_num_threads()} threads"))
        order = desktop.wait_for_order()
        if order is None:
            return 1
        temporary = Path(order.out_dir).with_name(f".{Path(order.out_dir).name}.tmp")
        desktop.begin(order, on_last_resort=lambda: _remove(temporary))
        return _carry_out(desktop, order)
    except OSError as error:
        problem = TrainingError(
            f"The round's folder cannot be used: {error.strerror}", next_step="Check the disk and the folder's permissions."
        )
        desktop.tell(Failed(what=problem.what, where=str(error.filename or ""), next=problem.next_step))
        return 1
    except Exception as error:  # noqa: BLE001 - the last line of a process: whatever it is, the desktop has to hear of it
        traceback.print_exc()
        desktop.tell(Failed(what=f"The trainer has a fault: {error!r}", where="", next="Report this with trainer.log.", is_bug=True))
        return 2


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
