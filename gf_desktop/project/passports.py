"""Geometry passports of a project's scans. They are read by who looks at one scan, so they do not lie in the worklist's rows."""

from __future__ import annotations

import json
import sqlite3

from gf_desktop.errors import FileFormatError
from gf_desktop.files.passport import Passport
from gf_desktop.project.database import writing

__all__ = ["add_passport", "keep_passport", "kept_passport"]

PASSPORT = "passport "
"""Keys of the table meta under which the passports stand, followed by the case's id."""


def keep_passport(database: sqlite3.Connection, case_id: str, passport: Passport) -> None:
    """Write a case's passport; within the transaction of its row."""
    database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (PASSPORT + case_id, json.dumps(passport.as_json())))


def add_passport(database: sqlite3.Connection, case_id: str, passport: Passport) -> None:
    """Write the passport of a case that was added before there were any."""
    if kept_passport(database, case_id) is None:
        with writing(database):
            keep_passport(database, case_id, passport)


def kept_passport(database: sqlite3.Connection, case_id: str) -> Passport | None:
    """Return a case's passport; None of scans that were added before there were any, or where it cannot be read."""
    row = database.execute("SELECT value FROM meta WHERE key = ?", (PASSPORT + case_id,)).fetchone()
    try:
        return None if row is None else Passport.from_json(json.loads(row[0]))
    except (ValueError, FileFormatError):
        return None
