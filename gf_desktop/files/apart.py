"""Decoding in a process of its own, so that a hostile or broken file takes a decoder down and not the program.

One process is kept for many files. It has a limit of memory and of time; what it reads comes back through a file without a name. See
docs/adr/0020-decoding-apart.md.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final, TypeVar, cast

import msgspec
import psutil

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.wire import Fault, Order, from_wire, read_frame, to_wire, write_frame

__all__ = ["WORKER_ARGUMENT", "Reader", "read_apart", "stop_reading", "warm_up_reader"]

T = TypeVar("T")

WORKER_ARGUMENT: Final = "read-worker"
"""The first argument with which a frozen program starts itself as a reader."""

START_S: Final = 60.0
"""A reader that has not said a word after this will not."""

BASE_S: Final = 10.0
"""Every file may take this long, with the start of a library on a busy machine."""

FILE_S: Final = 0.5
S_PER_MB: Final = 0.5
"""And so much more for each file and for each MB on the disk: JPEG 2000 takes some 50 ms a MB."""

LEAST_MEMORY: Final = 2 << 30
MEMORY_PER_BYTE: Final = 40
"""A reader may take this much, or this many times the size of its files where that is more."""

PATIENCE: Final = 4
"""Time over the limit counts once the reader has computed for so long: on a busy machine a sound file waits for its turn. A reader that
only waits, for whatever reason, is ended after so many times the limit."""

_LOOK_S: Final = 0.05
_WATCHED_S: Final = 0.25
_AGAIN: Final = "Export the file again from where it came from."


class _Process:
    """A reader that runs, and the file that it writes arrays into."""

    def __init__(self) -> None:
        self.beside, name, fds = _nameless()
        # the reader's own words would be a decoder's, about a file, so nobody hears them
        try:
            self.process = subprocess.Popen(
                [*_command(), name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=fds,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            self._forget()
            raise

    def exchange(self, order: bytes | None) -> bytes | None:
        """Send an order and return the answer; the first word without one. None where the reader ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            if order is not None:
                write_frame(self.process.stdin, order)
            return read_frame(self.process.stdout)
        except (OSError, ValueError):  # it is gone, or was ended meanwhile
            return None

    def end(self) -> int:
        """Kill the process and return its status."""
        with contextlib.suppress(OSError):
            self.process.kill()
        status = self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._forget()
        return status

    def _forget(self) -> None:
        self.beside.close()
        name = getattr(self.beside, "kept_name", None)
        if name is not None:
            Path(name).unlink(missing_ok=True)


class _NamedFile:
    """Where files have no life without a name (Windows): a temporary one that goes with its reader."""

    def __init__(self) -> None:
        handle, self.kept_name = tempfile.mkstemp(prefix="gf-reading-")
        os.close(handle)
        self._stream = open(self.kept_name, "r+b")  # noqa: SIM115, PTH123 - it lives as long as its reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _nameless() -> tuple[IO[bytes], str, tuple[int, ...]]:
    """Return a file without a name, how the reader finds it, and the descriptors that the reader is given."""
    if sys.platform == "win32":
        named = _NamedFile()
        return cast("IO[bytes]", named), named.kept_name, ()
    if hasattr(os, "memfd_create"):
        stream: IO[bytes] = os.fdopen(os.memfd_create("gf-reading"), "r+b", buffering=0)
    else:
        stream = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as its reader
    return stream, str(stream.fileno()), (stream.fileno(),)


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_ARGUMENT]
    return [sys.executable, "-m", "gf_desktop.files.read_worker"]


class Reader:
    """Reads scans in a process of its own, one at a time; any thread may ask, and waits for those before it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: _Process | None = None
        self._stopped = threading.Event()

    def read(
        self, source: object, kind: type[T], *, paths: Sequence[Path], task: str = "scan", more_s: float = 0.0, more_bytes: int = 0
    ) -> T:
        """Have a source read, and return the record that the reader makes of it.

        Parameters
        ----------
        source
            What :mod:`gf_desktop.files.read_worker` reads.
        kind
            The type of its answer.
        paths
            The source's files: limits go by their size, and errors name the first.
        task
            Which of the reader's tasks it is.
        more_s, more_bytes
            What it may take beside what the files' size allows.

        Raises
        ------
        FileFormatError
            When the decoder crashed, took too long or too much memory; and as reading does.
        UserError
            As reading does; when the reader cannot be started; when :meth:`stop` was called meanwhile.
        RuntimeError
            A bug of ours in a reader, with its kind and line.
        """
        on_disk = sum(path.stat().st_size for path in paths if path.exists())
        seconds = BASE_S + FILE_S * len(paths) + S_PER_MB * on_disk / (1 << 20) + more_s
        memory = min(max(LEAST_MEMORY, MEMORY_PER_BYTE * on_disk) + more_bytes, psutil.virtual_memory().total)
        order = msgspec.msgpack.encode(Order(task, to_wire(source), memory, seconds))
        where = str(paths[0]) if paths else ""
        with self._turn:
            self._stopped.clear()
            process = self._started(where)
            answer = self._waited(process, order, limit_s=seconds, memory=memory, where=where)
            try:
                if answer[:1] == b"!":
                    raise RuntimeError(f"a reader failed: {answer[1:].decode()}")
                if answer[:1] == b"-":
                    raise msgspec.msgpack.decode(answer[1:], type=Fault).raised()
                return from_wire(answer[1:], kind, process.beside)
            finally:
                process.beside.truncate(0)

    def warm_up(self) -> None:
        """Start the process now, so that the first scan need not wait for it."""
        with self._turn:
            self._started("")

    def stop(self) -> None:
        """End the process; whoever waits for it is told."""
        self._stopped.set()
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.process.kill()
        with self._turn:
            self._ended()

    def _ended(self) -> int | None:
        process, self._process = self._process, None
        return None if process is None else process.end()

    def _started(self, where: str) -> _Process:
        if self._process is not None and self._process.process.poll() is None:
            return self._process
        self._ended()
        try:
            self._process = process = _Process()
        except OSError as error:
            message = "The process that reads scans cannot be started"
            raise UserError(message, where=where, next_step="Close other programs and try again.") from error
        self._waited(process, None, limit_s=START_S, memory=0, where=where)
        return process

    def _waited(self, process: _Process, order: bytes | None, *, limit_s: float, memory: int, where: str) -> bytes:
        """Return the answer to an order; where there is none, the process is ended and what happened is raised."""
        answers: list[bytes | None] = []
        thread = threading.Thread(target=lambda: answers.append(process.exchange(order)), name="reading apart", daemon=True)
        thread.start()
        pid, begin = process.process.pid, time.monotonic()
        look, worked_s = begin + _WATCHED_S, _worked_s(pid)
        overrun = greedy = False
        while thread.is_alive() and not (overrun or greedy):
            thread.join(_LOOK_S)
            took_s = time.monotonic() - begin
            overrun = took_s > limit_s and (took_s > PATIENCE * limit_s or _worked_s(pid) - worked_s > limit_s)
            if memory and time.monotonic() > look:
                look += _WATCHED_S
                greedy = _resident(pid) > memory
        if answers and answers[0] is not None and not overrun:
            return answers[0]
        if overrun or greedy:
            with contextlib.suppress(OSError):
                process.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # its own status says more than a kill's
            process.process.wait(1.0)
        thread.join()
        status = self._ended()
        raise self._what_happened(
            status, overrun=overrun, greedy=greedy, limit_s=limit_s, memory=memory, where=where, begun=order is not None
        )

    def _what_happened(
        self, status: int | None, *, overrun: bool, greedy: bool, limit_s: float, memory: int, where: str, begun: bool
    ) -> UserError:
        if self._stopped.is_set():
            return UserError("Reading was stopped", where=where, next_step="Open the scan again.")
        if not begun:
            message = f"The process that reads scans did not start (status {status})"
            return UserError(message, where=where, next_step="Install the program again.")
        if overrun:
            return FileFormatError(f"Reading took longer than {limit_s:.0f} s and was stopped", where=where, next_step=_AGAIN)
        if greedy:
            message = f"Reading took more than {memory >> 20} MB of memory and was stopped"
            return FileFormatError(message, where=where, next_step=_AGAIN)
        message = f"The decoder broke down over this file (status {status}); the file is damaged, or made to do harm"
        return FileFormatError(message, where=where, next_step=_AGAIN)


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _worked_s(pid: int) -> float:
    """Return the seconds that all processors together have spent on a process; infinite where that cannot be told."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return math.inf
    return float(times.user + times.system)


_reader: Final = Reader()
atexit.register(_reader.stop)


def read_apart(source: object, kind: type[T], *, paths: Sequence[Path], task: str = "scan", more_s: float = 0.0, more_bytes: int = 0) -> T:
    """Read with the reader that the whole program shares; as :meth:`Reader.read`."""
    return _reader.read(source, kind, paths=paths, task=task, more_s=more_s, more_bytes=more_bytes)


def warm_up_reader() -> None:
    """Start the reader that the whole program shares."""
    _reader.warm_up()


def stop_reading() -> None:
    """End the reader that the whole program shares; the next scan starts another."""
    _reader.stop()
