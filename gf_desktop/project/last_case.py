"""Which scan was on screen last, in a file of its own.

Nothing waits for a disk here, as it would for the database while a scan is being written: nobody's work hangs on it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["read_last_case", "write_last_case"]

NAME: Final = "last-case"


def read_last_case(folder: Path) -> str | None:
    """Return what was kept in a project's folder; None where nothing was, or it is damaged."""
    try:
        return (folder / NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def write_last_case(folder: Path, case_id: str) -> None:
    """Keep the id of a case; a folder that takes no file is no reason to disturb anybody."""
    if read_last_case(folder) == case_id:
        return
    partial = folder / f".{NAME}.partial"
    with suppress(OSError):
        partial.write_text(case_id, encoding="utf-8")
        partial.replace(folder / NAME)
