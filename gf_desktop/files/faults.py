"""What the operating system refuses, in words that a person can act on."""

from __future__ import annotations

import errno
from pathlib import Path

from gf_desktop.errors import UserError

__all__ = ["missing", "reading_fault", "writing_fault"]

_DENIED = (errno.EACCES, errno.EPERM)
_FULL = (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC, errno.EFBIG)


def missing(path: Path) -> UserError:
    """Return the error for a path that does not exist."""
    return UserError("There is no such file or folder", where=str(path), next_step="Check the path.")


def reading_fault(error: OSError, path: Path) -> UserError:
    """Return what to tell the person when ``path`` could not be read."""
    if error.errno == errno.ENOENT:
        return missing(path)
    if error.errno in _DENIED:
        return UserError(
            "This file or folder may not be read", where=str(path), next_step="Ask its owner for permission to read it, or copy it."
        )
    reason = error.strerror or type(error).__name__
    return UserError(f"Reading failed: {reason}", where=str(path), next_step="Check the disk or network share and try again.")


def writing_fault(error: OSError, path: Path) -> UserError:
    """Return what to tell the person when ``path`` could not be written."""
    if error.errno in _DENIED or error.errno == errno.EROFS:
        return UserError(
            "This folder may not be written to", where=str(path), next_step="Choose another folder, or ask for permission to write here."
        )
    if error.errno in _FULL:
        return UserError(
            "There is no room left on this disk", where=str(path), next_step="Free some space, or choose a folder on another disk."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return UserError("This is a file, and a folder is needed", where=str(path), next_step="Choose a folder.")
    reason = error.strerror or type(error).__name__
    return UserError(f"Writing failed: {reason}", where=str(path), next_step="Check the disk and try again, or choose another folder.")
