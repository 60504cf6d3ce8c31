"""Files that are written whole and right, or not at all.

Each is written under a temporary name in its folder, flushed to the disk, read back, compared with what was meant, and only then moved
to its name.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from gf_desktop.atomic import sync_folder
from gf_desktop.errors import UserError
from gf_desktop.files.faults import writing_fault

__all__ = ["ExportStoppedError", "ExportedFile", "Piece", "bytes_piece", "file_sha256", "json_bytes", "land"]

MIN_FREE_BYTES = 1 << 20
"""A disk with less than this is called full when a file on it did not come out right."""

TOKEN_BYTES = 4
"""Of the random part of temporary names."""

_READ_FAULTS = (EOFError, KeyError, OSError, RuntimeError, SyntaxError, TypeError, ValueError, zlib.error)
"""What the readers raise on files that were cut short."""


class ExportStoppedError(UserError):
    """Somebody asked for the export to end; nothing half-written is left."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written; ``verified`` when it was read back and found equal. ``sha256`` is of its bytes."""

    path: Path
    verified: bool
    sha256: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an export: its name, how to write it to a path, and whether what lies at a path is what was meant."""

    name: str
    write: Callable[[Path], None]
    same: Callable[[Path], bool]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits; OSError where it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bytes_piece(name: str, content: bytes, *, check: Callable[[bytes], bool] | None = None) -> Piece:
    """Return the file with these bytes; ``check`` is asked in addition whether what was read back means what it should."""
    return Piece(name, partial(_write_bytes, content), partial(_same_bytes, content, check))


def json_bytes(document: dict[str, Any]) -> bytes:
    """Return a document as it is written: indented, UTF-8, a line break at its end; ValueError for NaN."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _write_bytes(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _same_bytes(content: bytes, check: Callable[[bytes], bool] | None, path: Path) -> bool:
    found = path.read_bytes()
    return found == content and (check is None or check(found))


def land(
    folder: Path,
    pieces: Sequence[Piece],
    *,
    overwrite: bool = False,
    known: Mapping[str, str] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[ExportedFile]:
    """Write, flush, check and move all files; on any fault leave the folder as it was.

    The last file is the document that names the others, so whoever sees it sees a complete export.

    Parameters
    ----------
    folder
        Made where it is missing.
    overwrite
        Replace files of these names, whatever they are.
    known
        An interrupted or older export is continued: files of these names are replaced where their SHA-256 is still the given one, and so
        are files that are what would be written. None: no file is replaced.
    stopped
        Asked before each file; True ends it with ExportStoppedError.

    Raises
    ------
    UserError
        When a file exists already, the folder cannot be written to, the disk is full, or what was read back differs.
    """
    made: list[Path] = []
    token = secrets.token_hex(TOKEN_BYTES)
    waiting = {piece.name: folder / f".{token}.{piece.name}" for piece in pieces}
    landed: list[Path] = []
    complete = False
    try:
        made += [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if known is not None:
            _clear_leftovers(folder, pieces)
        if not overwrite:
            _refuse_existing(folder, pieces, known)
        hashes = []
        for piece in pieces:
            if stopped():
                raise ExportStoppedError("The export was stopped", where=str(folder), next_step="Export again to go on.")
            hashes.append(_write_checked(piece, waiting[piece.name]))
        if not overwrite:
            _refuse_existing(folder, pieces, known)
        for piece in pieces:
            waiting[piece.name].replace(folder / piece.name)
            landed.append(folder / piece.name)
        sync_folder(folder)
        complete = True
    except OSError as error:
        raise writing_fault(error, folder) from error
    finally:
        if not complete:
            # what may have taken the place of an older file stays: it is whole, and the older one is gone
            fresh = landed if not overwrite and known is None else []
            _clear([*waiting.values(), *fresh], folders=made)
    return [ExportedFile(folder / piece.name, verified=True, sha256=digest) for piece, digest in zip(pieces, hashes, strict=True)]


def _clear_leftovers(folder: Path, pieces: Sequence[Piece]) -> None:
    """Remove the temporary files of an export of the same files that was killed."""
    names = {piece.name for piece in pieces}
    for path in folder.glob("." + "[0-9a-f]" * (2 * TOKEN_BYTES) + ".*"):
        if path.name[2 * TOKEN_BYTES + 2 :] in names:
            path.unlink(missing_ok=True)


def _refuse_existing(folder: Path, pieces: Sequence[Piece], known: Mapping[str, str] | None) -> None:
    for piece in pieces:
        path = folder / piece.name
        if not path.exists() or (known is not None and _is_ours(path, piece, known)):
            continue
        raise UserError(
            "This file exists already and is not replaced", where=str(path), next_step="Choose another folder, or remove it first."
        )


def _is_ours(path: Path, piece: Piece, known: Mapping[str, str]) -> bool:
    """Whether nobody has changed a file since it was exported; an export that was killed had no time to note what it wrote."""
    if path.is_dir():
        return False
    if known.get(piece.name) == file_sha256(path):
        return True
    try:
        return piece.same(path)
    except (UserError, *_READ_FAULTS):
        return False


def _clear(paths: Sequence[Path], *, folders: Sequence[Path]) -> None:
    """Remove what a failed export left, and the folders that it made, the deepest first, as far as the disk lets us."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _write_checked(piece: Piece, path: Path) -> str:
    """Write one file under its temporary name, flush it to the disk, compare what can be read back, and return its SHA-256."""
    path.touch(exist_ok=False)  # refused here with a clear reason where a library would only say that it failed
    try:
        piece.write(path)
    except RuntimeError as error:  # SimpleITK's only error
        raise _not_written(piece, path) from error
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())
    try:
        same = piece.same(path)
    except (UserError, *_READ_FAULTS) as error:
        raise _not_written(piece, path) from error
    if not same:
        raise _not_written(piece, path)
    return file_sha256(path)


def _not_written(piece: Piece, path: Path) -> UserError:
    """Return the error for a file that is not on the disk as it was meant."""
    final = path.with_name(piece.name)
    if shutil.disk_usage(path.parent).free < MIN_FREE_BYTES:
        return writing_fault(OSError(errno.ENOSPC, "disk full"), final)
    return UserError(
        "What was read back from the disk is not what was written, so the file was not kept",
        where=str(final),
        next_step="Check the disk and its free space, or choose another folder.",
    )
