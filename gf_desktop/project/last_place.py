"""Which scan was on screen last, and where in it, in a file of its own.

Nothing waits for a disk here, as it would for the database while a scan is being written: nobody's work hangs on it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["LastPlace", "read_last_place", "write_last_place"]

NAME: Final = "last-case"


@dataclass(frozen=True, slots=True)
class LastPlace:
    """A case by its id, and the voxel (i, j, k) under its crosshair; None where only the case is known."""

    case_id: str
    cursor_ijk: tuple[int, int, int] | None = None


def read_last_place(folder: Path) -> LastPlace | None:
    """Return what was kept in a project's folder; None where nothing was, or it is damaged."""
    try:
        case_id, _, voxel = (folder / NAME).read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    found = re.fullmatch(r"(\d{1,6}) (\d{1,6}) (\d{1,6})\n?", voxel, re.ASCII)
    return LastPlace(case_id, None if found is None else (int(found[1]), int(found[2]), int(found[3])))


def write_last_place(folder: Path, place: LastPlace) -> None:
    """Keep a place; a folder that takes no file is no reason to disturb anybody."""
    if read_last_place(folder) == place:
        return
    partial = folder / f".{NAME}.partial"
    voxel = "" if place.cursor_ijk is None else "{} {} {}\n".format(*place.cursor_ijk)
    with suppress(OSError):
        partial.write_text(f"{place.case_id}\n{voxel}", encoding="utf-8")
        partial.replace(folder / NAME)
