"""Masks of a project: revisions, which are immutable files, and each scan's stroke journal with everything since the last one."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays, write_arrays
from gf_desktop.atomic import atomic_path
from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, LabelTable
from gf_desktop.pack import file_sha256
from gf_desktop.project.database import writing
from gf_desktop.project.journal import Journal, JournalScan, RevisionRef
from gf_desktop.project.journal_file import utc_now
from gf_desktop.project.records import Case, CaseStatus, Finding, LabelRevision, RevisionKind

__all__ = ["Masks"]

UInt8 = npt.NDArray[np.uint8]
TABLE_CHANGED = "journal-table"

JOURNAL = "journal.gfj"

COMPACT_BYTES = 32 << 20
"""Length from which a journal is begun anew when its strokes are folded into a revision."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a case's mask lies and what it belongs to: all that is needed to read it on another thread than the database's."""

    case: Case
    table: LabelTable
    revision: LabelRevision | None
    folder: Path
    scan: JournalScan

    def open(self, *, read_only: bool) -> Journal:
        """Open the journal. That the list of structures was changed since is the project's own doing: it is noted, and no finding."""
        journal = Journal.open(self.folder / JOURNAL, self.scan, latest=_ref(self.revision), read_only=read_only)
        others = tuple(finding for finding in journal.findings if finding.code != TABLE_CHANGED)
        if len(others) < len(journal.findings) and not journal.read_only:
            journal.note_table(self.scan.table_sha256)
        journal.findings = others
        return journal

    def load(self, journal: Journal) -> LabelMap:
        """Return the last saved revision with every later stroke carried out; errors as :meth:`Masks.load`."""
        shape = self.case.geometry.shape_kji
        if self.revision is None:
            labels, states = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        else:
            path = self.folder / self.revision.file
            if not path.is_file() or file_sha256(path) != self.revision.sha256:
                raise ProjectError(
                    "The saved mask does not match its hash", where=str(path), next_step="Restore this file from a copy of the project."
                )
            arrays = read_arrays(path)
            labels, states = arrays["labels"], arrays["states"]
        # whether they fit is looked at before a stroke is carried out on them
        label_map = LabelMap(self.case.geometry, self.table, labels, states)
        if journal.has_changes:
            journal.replay(labels, states)
            label_map = LabelMap(self.case.geometry, self.table, labels, states)
        return label_map


class Masks:
    """The masks of a project's cases; belongs to the thread that opened the project.

    Parameters
    ----------
    database
        Of the project.
    folder
        Of the cases.
    table
        Structures; kept up to date by the project.
    case_of
        Returns a case by its id.
    must_write
        Raises ProjectError in a project that is open for reading only; None where it is.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        folder: Path,
        table: LabelTable,
        *,
        case_of: Callable[[str], Case],
        must_write: Callable[[], None],
        read_only: bool,
    ) -> None:
        self._db = database
        self._folder = folder
        self.table = table
        self._case_of = case_of
        self._must_write = must_write
        self._read_only = read_only
        self._journals: dict[str, Journal] = {}
        self._findings: list[Finding] = []

    # journals

    def take_findings(self) -> tuple[Finding, ...]:
        """Return what was found out about journals since the last call: what the user has to be told."""
        found, self._findings = tuple(dict.fromkeys(self._findings)), []
        return found

    def open_journal(self, case_id: str) -> Journal:
        """Return a case's journal, kept open until :meth:`close_journal`; errors as :meth:`Journal.open`."""
        if case_id not in self._journals:
            self._journals[case_id] = self._journal(case_id, read_only=self._read_only)
        return self._journals[case_id]

    def close_journal(self, case_id: str) -> None:
        """Give a case's journal free; nothing has to be saved."""
        journal = self._journals.pop(case_id, None)
        if journal is not None:
            journal.close()

    def close(self) -> None:
        """Give every journal free."""
        for case_id in list(self._journals):
            self.close_journal(case_id)

    def _journal(self, case_id: str, *, read_only: bool) -> Journal:
        journal = self._place(case_id).open(read_only=read_only)
        self._findings += journal.findings
        return journal

    def _place(self, case_id: str) -> _Place:
        case, revision = self._case_of(case_id), self.latest(case_id)
        digest = hashlib.sha256(json.dumps(self.table.as_json(), sort_keys=True).encode()).hexdigest()
        scan = JournalScan(case.id, case.image_sha256, case.geometry.shape_kji, digest)
        return _Place(case, self.table, revision, self._folder / case_id, scan)

    @contextmanager
    def _reading(self, case_id: str) -> Iterator[Journal]:
        if case_id in self._journals:
            yield self._journals[case_id]
            return
        journal = self._journal(case_id, read_only=True)
        try:
            yield journal
        finally:
            journal.close()

    @contextmanager
    def _writing(self, case_id: str) -> Iterator[Journal]:
        known = case_id in self._journals
        journal = self.open_journal(case_id)
        try:
            journal.must_write()
            yield journal
        finally:
            if not known:
                self.close_journal(case_id)

    # masks

    def load(self, case_id: str) -> LabelMap:
        """Return a case's mask: its last saved revision with every later stroke carried out.

        Raises
        ------
        ProjectError
            When the saved mask does not match its hash, or the journal is another scan's.
        """
        with self._reading(case_id) as journal:
            return self._place(case_id).load(journal)

    def reader(self, case_id: str) -> Callable[[], LabelMap]:
        """Return the function that reads a case's mask as it is on the disk, on any thread; it raises as :meth:`load` does.

        A round or a prediction that writes meanwhile may take the files away from under it: then it raises ProjectError too.
        """
        place = self._place(case_id)

        def read() -> LabelMap:
            journal = place.open(read_only=True)
            try:
                return place.load(journal)
            finally:
                journal.close()

        return read

    def editor(self, case_id: str, make: Callable[[LabelMap], LabelEdit | None]) -> Callable[[], LabelEdit | None]:
        """Return the function that changes a case's labels, not its states, by one undoable edit on any thread.

        For a case that is not on screen. The function returns the edit that is saved then, or None where ``make`` had nothing to change; it
        raises UserError where the edit cannot be saved or another window has the case.
        """
        self._must_write()
        place = self._place(case_id)

        def edit() -> LabelEdit | None:
            journal = place.open(read_only=False)
            try:
                journal.must_write()
                made = make(place.load(journal))
                if made is not None:
                    journal.commit(made, model_id=place.case.model_id)
                return made
            finally:
                journal.close()

        return edit

    def latest(self, case_id: str) -> LabelRevision | None:
        """Return the last saved mask of a case, or None."""
        row = self._db.execute(
            "SELECT number, kind, file, sha256, model_id, author, created FROM revisions WHERE case_id = ? ORDER BY number DESC LIMIT 1",
            (case_id,),
        ).fetchone()
        return None if row is None else LabelRevision(*row)

    def path(self, case_id: str, revision: LabelRevision) -> Path:
        """Return the file of a revision."""
        return self._folder / case_id / revision.file

    def has_changes(self, case_id: str) -> bool:
        """Whether there are strokes since the last revision; they are safe, only not yet in its file."""
        with self._reading(case_id) as journal:
            return journal.has_changes

    def fold(self, case_id: str, label_map: LabelMap, *, author: str = "", model_id: str = "") -> LabelRevision:
        """Write the mask that the journal leads to as a new revision; what can be undone stays so.

        Parameters
        ----------
        label_map
            As the journal leaves it.
        model_id
            Whose proposal it began with; default: the case's.

        Raises
        ------
        UserError
            When the disk is full or fails; the mask before and its strokes are as they were.
        """
        self._must_write()
        with self._writing(case_id) as journal:
            before = _ref(self.latest(case_id))
            revision = self._written(case_id, label_map, model_id=model_id or self._case_of(case_id).model_id, author=author)
            journal.mark_revision(_ref(revision), author=author)
            try:
                self._enter(case_id, revision, label_map)
            except UserError:
                # the next opening will start from the one before as well
                journal.start_from(before)
                raise
            if journal.size_bytes > COMPACT_BYTES:
                journal.compact()
        return revision

    def replace(self, case_id: str, label_map: LabelMap, *, model_id: str) -> LabelRevision:
        """Write a mask with a proposal that the journal knows nothing of as a new revision.

        Where there are strokes, it becomes an edit after them, so that all can be undone; a first proposal does not.

        Raises
        ------
        UserError
            As :meth:`fold`.
        """
        self._must_write()
        with self._writing(case_id) as journal:
            if journal.steps:
                edit = _difference(self.load(case_id), label_map)
                if edit is not None:
                    journal.commit(edit, model_id=model_id)
                return self.fold(case_id, label_map, model_id=model_id)
            revision = self._written(case_id, label_map, model_id=model_id, author="")
            self._enter(case_id, revision, label_map)
            journal.mark_revision(_ref(revision), replaces=True)
        return revision

    def _written(self, case_id: str, label_map: LabelMap, *, model_id: str, author: str) -> LabelRevision:
        touched, reviewed = label_map.touched_slices(), label_map.reviewed_slices()
        kind: RevisionKind = "proposed" if not touched else "approved" if len(reviewed) == label_map.labels.shape[0] else "corrected"
        last = self.latest(case_id)
        number = 1 if last is None else last.number + 1
        path = self._folder / case_id / f"labels-{number:06d}.npz"
        with atomic_path(path) as temporary:
            write_arrays(temporary, {"labels": label_map.labels, "states": label_map.states})
        return LabelRevision(number, kind, path.name, file_sha256(path), model_id, author, utc_now())

    def _enter(self, case_id: str, revision: LabelRevision, label_map: LabelMap) -> None:
        last = self.latest(case_id)
        with writing(self._db):
            self._db.execute(
                "INSERT INTO revisions (case_id, number, kind, file, sha256, model_id, author, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    case_id,
                    revision.number,
                    revision.kind,
                    revision.file,
                    revision.sha256,
                    revision.model_id,
                    revision.author,
                    revision.created,
                ),
            )
            self._set_progress(case_id, label_map, revision.model_id)
        if last is not None and last.kind == "proposed":
            self.path(case_id, last).unlink(missing_ok=True)

    def note_progress(self, case: Case, label_map: LabelMap) -> bool:
        """Bring status and number of reviewed slices of a case up to date; return whether they changed."""
        if _progress(label_map) == (case.status, case.reviewed):
            return False
        with writing(self._db):
            self._set_progress(case.id, label_map, case.model_id)
        return True

    def _set_progress(self, case_id: str, label_map: LabelMap, model_id: str) -> None:
        status, reviewed = _progress(label_map)
        self._db.execute("UPDATE cases SET status = ?, reviewed = ?, model_id = ? WHERE id = ?", (status, reviewed, model_id, case_id))


def _ref(revision: LabelRevision | None) -> RevisionRef:
    return RevisionRef() if revision is None else RevisionRef(revision.number, revision.sha256)


def _difference(before: LabelMap, after: LabelMap) -> LabelEdit | None:
    box = Box.whole(before.labels.shape)
    return LabelEdit.record(
        labels=before.labels,
        states=before.states,
        mask=np.ones(box.shape_kji, bool),
        box=box,
        new_labels=after.labels,
        new_states=after.states,
        name="prediction",
    )


def _progress(label_map: LabelMap) -> tuple[CaseStatus, int]:
    reviewed = len(label_map.reviewed_slices())
    if label_map.touched_slices():
        return "approved" if reviewed == label_map.labels.shape[0] else "in progress", reviewed
    return "proposed" if label_map.has_proposals else "new", reviewed
