"""Writing files so that nothing is ever half there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gf_desktop.errors import ProjectError, UserError

__all__ = ["atomic_path", "check_writable_folder", "explain_os_error", "set_aside", "sync_folder"]


def sync_folder(folder: Path) -> None:
    """Make renames within a folder durable; does nothing where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def explain_os_error(error: OSError, path: Path) -> UserError:
    """Return what the user can do about a failed write."""
    if error.errno == errno.ENOSPC:
        return ProjectError(
            "The disk is full", where=str(path), next_step="Free some space and try again; what was saved before is intact."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ProjectError(
            "There is no permission to write here", where=str(path), next_step="Choose another folder or change its permissions."
        )
    reason = error.strerror or str(error)
    return ProjectError(
        f"Writing failed: {reason}", where=str(path), next_step="Check the folder and try again; what was saved before is intact."
    )


def check_writable_folder(folder: Path) -> None:
    """Raise ProjectError when a folder is write-protected, for the superuser as well.

    A folder without any write permission was protected on purpose; that the superuser could write to
    it all the same is no reason to do so.
    """
    if not folder.is_dir():
        raise ProjectError("This is not a folder", where=str(folder), next_step="Choose a folder.")
    mode = folder.stat().st_mode
    if not os.access(folder, os.W_OK | os.X_OK) or not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise ProjectError(
            "There is no permission to write here", where=str(folder), next_step="Choose another folder or change its permissions."
        )


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on leaving it is flushed to the disk and moved into place.

    An exception within removes the temporary file and leaves what was at ``path`` as it was.

    Raises
    ------
    UserError
        When the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise explain_os_error(error, path) from error
    finally:
        temporary.unlink(missing_ok=True)


def set_aside(path: Path, *, may_write: bool) -> str:
    """Give a damaged file another name, so that a new one may take its place, and return what became of it, for a sentence."""
    if not may_write:
        return "the file is left as it is"
    aside = path.with_name(path.name + ".damaged")
    try:
        path.replace(aside)
    except OSError as error:
        return f"nor can the file be set aside: {error.strerror}"
    return f"the file is kept as {aside.name}"
