"""The project's SQLite database: schema, opening, and what happens when it is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gf_desktop.errors import ProjectError

__all__ = ["SCHEMA_VERSION", "connect", "create_schema", "no_project", "writing"]

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE cases (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, modality TEXT NOT NULL, geometry TEXT NOT NULL,
    spacing_known INTEGER NOT NULL, is_colour INTEGER NOT NULL, status TEXT NOT NULL, reviewed INTEGER NOT NULL DEFAULT 0,
    verdict TEXT NOT NULL, findings TEXT NOT NULL, image_sha256 TEXT NOT NULL,
    model_id TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL, created TEXT NOT NULL
) STRICT;
CREATE TABLE revisions (
    case_id TEXT NOT NULL REFERENCES cases(id), number INTEGER NOT NULL, kind TEXT NOT NULL, file TEXT NOT NULL,
    sha256 TEXT NOT NULL, model_id TEXT NOT NULL, author TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (case_id, number)
) STRICT;
CREATE TABLE validation (
    case_id TEXT NOT NULL REFERENCES cases(id), k INTEGER NOT NULL, created TEXT NOT NULL, PRIMARY KEY (case_id, k)
) STRICT;
CREATE TABLE models (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, parent TEXT, created TEXT NOT NULL, title TEXT NOT NULL, mean_dice REAL,
    note TEXT NOT NULL DEFAULT '', gate TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE activations (
    seq INTEGER PRIMARY KEY, model_id TEXT NOT NULL REFERENCES models(id), reason TEXT NOT NULL, created TEXT NOT NULL
) STRICT;
CREATE TABLE rounds (run_id TEXT PRIMARY KEY, created TEXT NOT NULL, report TEXT NOT NULL) STRICT;
"""


def no_project(folder: Path) -> ProjectError:
    """Return what says that a folder holds no project."""
    return ProjectError("There is no project here", where=str(folder), next_step="Choose a project's folder, or make one with “new”.")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a project's database.

    Raises
    ------
    ProjectError
        When the file is missing, damaged or of another version.
    """
    if not path.is_file():
        raise no_project(path.parent)
    mode = "ro" if read_only else "rw"
    try:
        database = sqlite3.connect(f"file:{path.as_posix().replace('?', '%3f').replace('#', '%23')}?mode={mode}", uri=True)
        database.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            database.execute("PRAGMA synchronous = FULL")
        row = database.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except sqlite3.Error as error:
        raise ProjectError(
            f"The project's database is not readable: {error}", where=str(path), next_step="Choose a folder that holds a project."
        ) from error
    if row is None or row[0] != str(SCHEMA_VERSION):
        database.close()
        found = "unknown" if row is None else row[0]
        raise ProjectError(
            f"The project is of format {found} and this program reads {SCHEMA_VERSION}",
            where=str(path),
            next_step="Use the program's version that made it.",
        )
    return database


def create_schema(path: Path) -> None:
    """Make an empty database; the file must not exist."""
    database = sqlite3.connect(path)
    try:
        database.executescript(_SCHEMA)
        with database:
            database.execute("INSERT INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
    finally:
        database.close()


@contextmanager
def writing(database: sqlite3.Connection) -> Iterator[None]:
    """Carry out what is within as one transaction: all of it is kept, or none; within another one it is a part of that.

    Raises
    ------
    ProjectError
        When the disk is full or fails, or another program holds the database.
    """
    if database.in_transaction:
        yield
        return
    try:
        with database:
            # else it would begin with the first change, and what is called in between could not tell
            database.execute("BEGIN")
            yield
    except sqlite3.OperationalError as error:
        path = database.execute("PRAGMA database_list").fetchone()[2]
        is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise ProjectError(
            "The disk is full" if is_full else f"Writing failed: {error}",
            where=str(path),
            next_step=f"{'Free some space' if is_full else 'Check the disk'} and try again; what was saved before is intact.",
        ) from error
