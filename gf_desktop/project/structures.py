"""The structures of a project: its label table, and what became of structures that were deleted or merged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.structures import next_colour, with_structure, without
from gf_desktop.project.database import writing

__all__ = ["StructureList"]

TABLE, RETIRED, MERGED = "structures", "retired_structures", "merged_structures"


class StructureList:
    """The label table in the project's database; belongs to the thread that opened the project.

    A structure that was deleted is remembered: undoing an edit can bring its voxels back, and its name with them.

    Parameters
    ----------
    database
        Of the project.
    must_write
        Raises ProjectError in a project that is open for reading only.

    Attributes
    ----------
    table
        The structures that there are.
    retired
        Structures that were deleted or merged, by label value; a value that is in use again is not among them.
    merged
        Label value of the structure that a merged one became part of.
    """

    def __init__(self, database: sqlite3.Connection, must_write: Callable[[], None]) -> None:
        self._db = database
        self._must_write = must_write
        rows = dict(database.execute("SELECT key, value FROM meta WHERE key IN (?, ?, ?)", (TABLE, RETIRED, MERGED)).fetchall())
        if TABLE not in rows:
            raise ProjectError("The project's database has no list of structures", next_step="Restore the project from a copy.")
        self.table = LabelTable.from_json(json.loads(rows[TABLE]))
        # one by one: names of deleted structures may repeat, which a table does not allow
        gone = [LabelTable.from_json([document]).structures[0] for document in json.loads(rows.get(RETIRED, "[]"))]
        self.retired: Mapping[int, Structure] = {structure.id: structure for structure in gone}
        self.merged: Mapping[int, int] = {int(label): int(target) for label, target in json.loads(rows.get(MERGED, "{}")).items()}

    def change(self, table: LabelTable) -> None:
        """Keep another table; structures that it lacks are remembered as deleted."""
        gone = dict(self.retired) | {s.id: s for s in self.table if s.id not in table.ids}
        self._keep(table, gone, self.merged)

    def merge(self, label: int, target: int) -> None:
        """Keep that a structure is part of another one from now on, or deleted where ``target`` is 0."""
        table = without(self.table, label)
        gone = dict(self.retired) | {label: self.table.by_id(label)}
        self._keep(table, gone, dict(self.merged) | {label: target} if target else self.merged)

    def revive(self, labels: Iterable[int]) -> tuple[Structure, ...]:
        """Put structures back whose voxels have come back; return those that were missing.

        A label value that nothing is known of becomes a structure under its number.
        """
        table, back = self.table, []
        for label in sorted(set(labels) - {0, *table.ids}):
            structure = self.retired.get(label) or Structure(label, f"structure {label}", next_colour(table))
            while structure.name in table.names:
                structure = Structure(label, f"{structure.name} ({label})", structure.color, structure.code)
            table = with_structure(table, structure)
            back.append(structure)
        if back:
            self._keep(table, self.retired, self.merged)
        return tuple(back)

    def _keep(self, table: LabelTable, retired: Mapping[int, Structure], merged: Mapping[int, int]) -> None:
        self._must_write()
        retired = {label: s for label, s in retired.items() if label not in table.ids}
        merged = {label: target for label, target in merged.items() if label not in table.ids}
        gone = [document for s in retired.values() for document in LabelTable((s,)).as_json()]
        with writing(self._db):
            self._db.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                [(TABLE, json.dumps(table.as_json())), (RETIRED, json.dumps(gone)), (MERGED, json.dumps(merged))],
            )
        self.table, self.retired, self.merged = table, retired, merged
