"""A file that only grows by whole records, who may write it, and where its damaged parts go."""

from __future__ import annotations

import contextlib
import errno
import getpass
import hashlib
import json
import os
import shutil
import socket
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from filelock import FileLock, Timeout

from gf_desktop.atomic import atomic_path, sync_folder
from gf_desktop.errors import ProjectError, UserError

__all__ = [
    "AppendFile",
    "Holder",
    "WriterLock",
    "drop_holder",
    "flush_to_disk",
    "link_or_copy",
    "read_holder",
    "set_aside",
    "utc_now",
    "write_holder",
]

BINARY = getattr(os, "O_BINARY", 0)
"""Windows would translate line ends without it."""
COPY_BYTES = 1 << 20
START_TOLERANCE_S = 2.0
"""Two readings of the time at which a process started differ by less than this."""
FLUSH_AFTER_S = 0.1
"""What need not be waited for goes to the disk so long after it was written."""
NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


def utc_now() -> str:
    """Return the time as ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def flush_to_disk(handle: int) -> None:
    """Return when what was written to an open file would survive a power cut, its length included.

    ``fdatasync`` leaves out times and rights, which no reader needs. macOS answers ``fsync`` before the drive has written, so that the
    stronger call is made there.
    """
    if hasattr(os, "fdatasync"):
        os.fdatasync(handle)
        return
    with contextlib.suppress(ImportError):
        import fcntl

        strong = getattr(fcntl, "F_FULLFSYNC", None)
        if strong is not None:
            fcntl.fcntl(handle, strong)
            return
    os.fsync(handle)


def refused_write(error: OSError, path: Path) -> UserError:
    """Return what the user is told about a change that could not be saved."""
    if error.errno in NO_SPACE:
        return ProjectError(
            "The disk is full and the last change was not saved",
            where=str(path),
            next_step="Free some space and make the change again; every change before it is saved.",
        )
    return ProjectError(
        f"The last change could not be saved: {error.strerror or error}",
        where=str(path),
        next_step="Check the disk and make the change again; every change before it is saved.",
    )


class _Flush(threading.Thread):
    """Brings an open file to the disk a moment later, or at once for who waits.

    Systems let nobody write to a page while it is on its way to the disk: one undo right behind another would wait for it.
    """

    def __init__(self, handle: int) -> None:
        super().__init__(name="journal flush")
        self._handle = handle
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._again = self._ended = False
        self.error: OSError | None = None
        self.start()

    def once_more(self) -> bool:
        """See that what was just written is flushed too; False where the last flush has ended already."""
        with self._lock:
            self._again = not self._ended
            return self._again

    def run(self) -> None:
        """Flush as often as asked, and keep what went wrong."""
        while not self._ended:
            self._hurry.wait(FLUSH_AFTER_S)
            with self._lock:
                # what was written until now goes with this one
                self._again = False
            try:
                flush_to_disk(self._handle)
            except OSError as error:
                self.error = error
            with self._lock:
                self._ended = self.error is not None or not self._again

    def finish(self) -> None:
        """Return when all is flushed, or an error stands."""
        self._hurry.set()
        self.join()


class AppendFile:
    """An open file to which whole buffers are appended; after a failed one it is as long as before.

    Parameters
    ----------
    path
        Must exist.
    size
        Length of its sound part; the next buffer goes there.
    read_only
        Whether it is opened for reading only.

    Raises
    ------
    OSError
        When it cannot be opened.
    """

    def __init__(self, path: Path, *, size: int, read_only: bool) -> None:
        self.path = path
        self.size = size
        self._handle = os.open(path, (os.O_RDONLY if read_only else os.O_RDWR) | BINARY)
        self._tail_in_doubt = False
        self._flush: _Flush | None = None

    def append(self, buffer: bytes, *, wait: bool = True) -> None:
        """Write a buffer behind the sound part; durable when this returns.

        Parameters
        ----------
        wait
            False: the system has it when this returns, so that it outlives the process; the disk has it before anything is written that
            waits.

        Raises
        ------
        UserError
            When the disk is full or fails. Then the file is cut back to what it was; where even that fails it is tried again before
            anything else is written.
        """
        if wait or (self._flush is not None and self._flush.error is not None):
            self.settle()
        try:
            if self._tail_in_doubt:
                self._cut_back()
            self._tail_in_doubt = True
            os.lseek(self._handle, self.size, os.SEEK_SET)
            left = memoryview(buffer)
            while left:
                # a disk that fills up takes a part first and refuses the rest
                written = os.write(self._handle, left)
                if written <= 0:
                    raise OSError(errno.EIO, "nothing was written")
                left = left[written:]
            if wait:
                flush_to_disk(self._handle)
            elif self._flush is None or not (self._flush.once_more() or self._flush.error):
                self._flush = _Flush(self._handle)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._cut_back()
            raise refused_write(error, self.path) from error
        self._tail_in_doubt = False
        self.size += len(buffer)

    def settle(self) -> None:
        """Return when the disk has all that was written.

        Raises
        ------
        UserError
            When it refuses that even the second time.
        """
        flush, self._flush = self._flush, None
        if flush is None:
            return
        flush.finish()
        if flush.error is not None:
            try:
                flush_to_disk(self._handle)
            except OSError as error:
                self._flush = flush
                raise refused_write(error, self.path) from error

    def _cut_back(self) -> None:
        os.ftruncate(self._handle, self.size)
        flush_to_disk(self._handle)
        self._tail_in_doubt = False

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the sound part; fewer where the file was shortened from outside."""
        os.lseek(self._handle, offset, os.SEEK_SET)
        parts: list[bytes] = []
        while length:
            part = os.read(self._handle, length)
            if not part:
                break
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the file; what was refused is cut off where it was not before."""
        if self._handle >= 0:
            with contextlib.suppress(UserError):
                self.settle()
            if self._tail_in_doubt:
                with contextlib.suppress(OSError):
                    self._cut_back()
            os.close(self._handle)
            self._handle = -1


# who writes


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that may write: computer, process, when that process and when its hold began (seconds since 1970; UTC), and whose it is.

    ``user`` is the name with which the person is known to the system; "" where it does not tell.
    """

    host: str
    pid: int
    started_s: float
    since: str
    user: str = ""

    @classmethod
    def here(cls) -> Holder:
        """Return this program, from now on."""
        import psutil

        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            # a process whose number has no name, as in some containers
            user = ""
        return cls(socket.gethostname(), os.getpid(), float(psutil.Process().create_time()), utc_now(), user)

    @property
    def is_gone(self) -> bool:
        """Whether it is known to have ended; of another computer's processes nothing is known."""
        if self.host != socket.gethostname():
            return False
        import psutil

        try:
            process = psutil.Process(self.pid)
            ended = process.status() == psutil.STATUS_ZOMBIE
            return bool(ended or abs(float(process.create_time()) - self.started_s) > START_TOLERANCE_S)
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False

    def __str__(self) -> str:
        by = f", opened by {self.user}" if self.user else ""
        return f"process {self.pid} on {self.host}{by}, since {self._since}"

    @property
    def who(self) -> str:
        """The person for the window: "anna at ws-3 since 2026-11-26 10:58 UTC"."""
        return f"{self.user or 'somebody'} at {self.host} since {self._since}"

    @property
    def _since(self) -> str:
        return f"{self.since[:16].replace('T', ' ')} UTC"


def write_holder(path: Path, holder: Holder) -> None:
    """Note who writes to a file; raises UserError or OSError where the folder cannot be written."""
    with atomic_path(_holder_path(path)) as temporary:
        temporary.write_text(json.dumps(asdict(holder)), encoding="utf-8")


def drop_holder(path: Path) -> None:
    """Take the note of who writes to a file away."""
    with contextlib.suppress(OSError):
        _holder_path(path).unlink(missing_ok=True)


def _holder_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder.json")


def read_holder(path: Path) -> Holder | None:
    """Return who wrote last to a file, or None where nobody is noted or the note is not readable."""
    try:
        note = json.loads(_holder_path(path).read_text(encoding="utf-8"))
        return Holder(str(note["host"]), int(note["pid"]), float(note["started_s"]), str(note["since"]), str(note.get("user", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


class WriterLock:
    """The right to write a file, which one program has at a time. The system takes it back when the program ends, however it ends.

    Parameters
    ----------
    path
        The file; the lock and the note of its holder lie beside it.

    Attributes
    ----------
    left_by
        Who held it before and ended without giving it back; None where the last one did.

    Raises
    ------
    Timeout
        When another program, or another window of this one, has it.
    OSError
        When the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path.with_name(f"{path.name}.lock"), is_singleton=False)
        self._lock.acquire(timeout=0)
        self.left_by = read_holder(path)
        self.holder = Holder.here()
        try:
            write_holder(path, self.holder)
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    def take(cls, path: Path) -> WriterLock | None:
        """Return the lock, or None where another one holds it."""
        try:
            return cls(path)
        except Timeout:
            return None

    def release(self) -> None:
        """Give it back."""
        drop_holder(self._path)
        self._lock.release()


# what is set aside


def set_aside(path: Path, *, offset: int) -> Path:
    """Move everything from an offset on into a file beside; a kill in between leaves it in both, and the same call then ends the same.

    Returns
    -------
    The new file, named by where its content began and by its hash.

    Raises
    ------
    UserError
        When the disk is full or cannot be written; nothing was taken away then.
    OSError
        When the file cannot be read or cut.
    """
    with path.open("rb") as stream:
        stream.seek(offset)
        kept = path.with_name(f"{path.name}.damaged-{offset}-{_hash_of_rest(stream)}")
        stream.seek(offset)
        with atomic_path(kept) as temporary, temporary.open("wb") as copy:
            shutil.copyfileobj(stream, copy, COPY_BYTES)
    if offset == 0:
        path.unlink()
        sync_folder(path.parent)
        return kept
    with path.open("rb+") as stream:
        stream.truncate(offset)
        flush_to_disk(stream.fileno())
    return kept


def _hash_of_rest(stream: BinaryIO) -> str:
    state = hashlib.blake2b(digest_size=6)
    while block := stream.read(COPY_BYTES):
        state.update(block)
    return state.hexdigest()


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where the file system knows no second names; does nothing where it has the name already.

    Raises
    ------
    UserError
        When the copy cannot be written.
    """
    if target.exists() and target.samefile(source):
        return
    try:
        os.link(source, target)
    except OSError:
        with atomic_path(target) as temporary, source.open("rb") as stream, temporary.open("wb") as copy:
            shutil.copyfileobj(cast("BinaryIO", stream), copy, COPY_BYTES)
    sync_folder(target.parent)
