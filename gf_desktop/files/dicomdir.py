"""DICOMDIR: the table of contents of a DICOM disc (PS3.3 F, PS3.10 8).

It names files by the parts of their path below its own folder. A disc that was copied may have its names in lower case or with a version
behind them. Names that lead out of the folder are not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gf_desktop.errors import FileFormatError
from gf_desktop.files.dicom import decoding_faults, read_dataset

__all__ = ["DirectoryFiles", "files_of_directory", "is_dicomdir"]

_NAME: Final = "DICOMDIR"
_MAX_BYTES: Final = 1 << 28
"""A table of contents of a whole archive is smaller than this."""

_PART: Final = re.compile(r"[^/\\:\0]+")
_VERSION: Final = re.compile(r";\d+$")
_AGAIN: Final = "Choose the folder beside it, or its files."


@dataclass(frozen=True, slots=True)
class DirectoryFiles:
    """The pictures that a DICOMDIR names: ``found`` are there, ``missing`` are not."""

    found: tuple[Path, ...]
    missing: tuple[Path, ...]


def is_dicomdir(path: Path) -> bool:
    """Whether a file has the name that a table of contents must have, whatever its case."""
    return path.name.upper() == _NAME


def files_of_directory(path: Path) -> DirectoryFiles:
    """Return the files of pictures that a DICOMDIR names, in its order.

    Raises
    ------
    FileFormatError
        When it is damaged, names no picture, or names a file outside of its folder.
    UserError
        When it may not be read.
    """
    if path.is_file() and path.stat().st_size > _MAX_BYTES:
        raise FileFormatError("The DICOMDIR is too large to be a table of contents", where=str(path), next_step=_AGAIN)
    dataset = read_dataset(path)
    try:
        records = list(dataset.get("DirectoryRecordSequence") or ())
        named = [
            _parts(record.get("ReferencedFileID")) for record in records if str(record.get("DirectoryRecordType", "")).strip() == "IMAGE"
        ]
    except decoding_faults() as error:
        raise FileFormatError("The DICOMDIR is damaged", where=str(path), next_step=_AGAIN) from error
    found: list[Path] = []
    missing: list[Path] = []
    listed: dict[Path, dict[str, Path]] = {}
    for parts in dict.fromkeys(parts for parts in named if parts):
        if any(part in (".", "..") or not _PART.fullmatch(part) for part in parts):
            raise FileFormatError("The DICOMDIR names a file outside of its folder", where=str(path), next_step=_AGAIN)
        file = _resolved(path.parent, parts, listed)
        if file is None:
            missing.append(path.parent.joinpath(*parts))
        elif path.parent.resolve() in file.resolve().parents:
            found.append(file)
        else:  # a link that leads out
            raise FileFormatError("The DICOMDIR names a file outside of its folder", where=str(path), next_step=_AGAIN)
    if not found and not missing:
        raise FileFormatError("The DICOMDIR names no picture", where=str(path), next_step=_AGAIN)
    if not found:
        message = f"None of the {len(missing)} pictures that the DICOMDIR names is there"
        raise FileFormatError(message, where=str(path), next_step="Copy the whole disc, then choose it again.")
    return DirectoryFiles(tuple(found), tuple(missing))


def _parts(value: Any) -> tuple[str, ...]:
    """Return the parts of a path, which pydicom gives as a text or as several."""
    if value is None or value == "":
        return ()
    parts = [value] if isinstance(value, str) else list(value)
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _resolved(folder: Path, parts: tuple[str, ...], listed: dict[Path, dict[str, Path]]) -> Path | None:
    """Return the file of a name, its case and version left aside; None where there is none."""
    place = folder
    for part in parts:
        if place not in listed:
            try:
                listed[place] = {_VERSION.sub("", entry.name).upper().rstrip("."): entry for entry in place.iterdir()}
            except OSError:
                return None
        entry = listed[place].get(part.upper())
        if entry is None:
            return None
        place = entry
    return place if place.is_file() else None
