"""Which patient a case is of: one file, apart from everything else, that may be deleted or kept elsewhere.

The project itself knows pseudonyms only, such as "P-001"; two scans of one patient share one. Without this file nobody can tell whose
they are, and a scan of the same patient that is added later gets a new pseudonym.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gf_desktop.atomic import atomic_path, explain_os_error
from gf_desktop.errors import ProjectError
from gf_desktop.files.private import Identity
from gf_desktop.project.case_rows import note_patient, pseudonyms
from gf_desktop.project.database import writing

__all__ = ["FILE_NAME", "PatientEntry", "PatientMap", "Patients", "next_pseudonym"]

FILE_NAME: Final = "patients.json"
PLACE: Final = "patients_file"
"""Key of the table meta under which it stands where the file is kept elsewhere."""

VERSION: Final = 1
ABOUT: Final = "Whose scans these are. This is the only file of the project that says so: delete it, or keep it elsewhere."


@dataclass(frozen=True, slots=True)
class PatientEntry:
    """Whose a case is, and where its files were.

    Attributes
    ----------
    patient
        Pseudonym; empty where the files name nobody.
    identity
        As the files state it.
    source
        Folder or file that it was added from.
    """

    case_id: str
    patient: str
    identity: Identity
    source: Path


class PatientMap:
    """The file. It is read each time: a person may delete it while the program runs.

    Parameters
    ----------
    path
        Where it is; it is made with the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> dict[str, PatientEntry]:
        """Return what is known, by case id; nothing without the file.

        Raises
        ------
        ProjectError
            When the file is damaged or may not be read.
        """
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            return {case_id: _entry_of(case_id, item) for case_id, item in document["cases"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise explain_os_error(error, self.path) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProjectError(
                "The list of patients is damaged",
                where=str(self.path),
                next_step="Put a copy back, or move it away: the project works without it.",
            ) from error

    def note(self, case_id: str, identity: Identity | None, source: Path, *, taken: Iterable[str]) -> str:
        """Keep whose a case is and return the pseudonym, "" where nobody is named.

        Parameters
        ----------
        taken
            Pseudonyms that the project has given already, also to patients who are not in the file any more.
        """
        known = self.entries()
        identity = Identity() if identity is None else identity
        patient = ""
        if identity.person is not None:
            same = (entry.patient for entry in known.values() if entry.identity.person == identity.person)
            patient = next(same, "") or next_pseudonym([*taken, *(entry.patient for entry in known.values())])
        known[case_id] = PatientEntry(case_id, patient, identity, source.absolute())
        self._write(known)
        return patient

    def _write(self, entries: dict[str, PatientEntry]) -> None:
        document = {
            "about": ABOUT,
            "version": VERSION,
            "cases": {
                case_id: {"patient": entry.patient, "identity": entry.identity.as_json(), "source": str(entry.source)}
                for case_id, entry in entries.items()
            },
        }
        try:
            with atomic_path(self.path) as partial:
                partial.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
                # for its owner alone
                partial.chmod(0o600)
        except OSError as error:
            raise explain_os_error(error, self.path) from error

    def copy_to(self, path: Path) -> PatientMap:
        """Write the file to another place too and return the map there.

        Raises
        ------
        ProjectError
            When a file is there already, or it cannot be written.
        """
        path = path.absolute()
        if path.exists():
            raise ProjectError("This file exists already and is not replaced", where=str(path), next_step="Choose another name.")
        copied = PatientMap(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, path) from error
        copied._write(self.entries())
        return copied

    def forget(self) -> None:
        """Delete the file; nobody can tell any more whose the scans are."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise explain_os_error(error, self.path) from error


def _entry_of(case_id: str, item: Any) -> PatientEntry:
    return PatientEntry(case_id, str(item["patient"]), Identity(**item["identity"]), Path(item["source"]))


def next_pseudonym(taken: Iterable[str]) -> str:
    """Return a pseudonym that nobody has."""
    numbers = (int(name.removeprefix("P-")) for name in taken if name.removeprefix("P-").isdigit())
    return f"P-{1 + max(numbers, default=0):03d}"


class Patients:
    """The pseudonyms of a project's cases, and the file that says whose they are.

    Parameters
    ----------
    database
        The project's; it holds pseudonyms only.
    folder
        The project's, where the file is unless it is kept elsewhere.
    must_write
        Raises ProjectError where the project may not be changed.
    """

    def __init__(self, database: sqlite3.Connection, folder: Path, must_write: Callable[[], None]) -> None:
        self._db = database
        self._folder = folder
        self._must_write = must_write

    @property
    def map(self) -> PatientMap:
        """The file, where it is now."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (PLACE,)).fetchone()
        return PatientMap(self._folder / FILE_NAME if row is None else Path(row[0]))

    def note(self, case_id: str, identity: Identity | None, source: Path) -> str:
        """Keep whose a new case is, and return its pseudonym; errors as :meth:`PatientMap.note`."""
        self._must_write()
        patient = self.map.note(case_id, identity, source, taken=pseudonyms(self._db))
        if patient:
            with writing(self._db):
                note_patient(self._db, case_id, patient)
        return patient

    def entry(self, case_id: str) -> PatientEntry | None:
        """Return whose a case is and where its files were; None where nobody knows any more. Errors as :meth:`PatientMap.entries`."""
        return self.map.entries().get(case_id)

    def keep_elsewhere(self, path: Path) -> None:
        """Bring the file to another place, outside of the project; the old one goes once the new one is whole and the project knows it.

        Errors as :meth:`PatientMap.copy_to` and :meth:`PatientMap.forget`.
        """
        self._must_write()
        before = self.map
        copied = before.copy_to(path)
        try:
            with writing(self._db):
                self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (PLACE, str(copied.path)))
        except ProjectError:
            # names are not left where nobody looks for them
            copied.forget()
            raise
        before.forget()

    def forget(self) -> None:
        """Delete the file: nobody can tell any more whose the scans are."""
        self._must_write()
        self.map.forget()
