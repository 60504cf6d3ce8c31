"""Masks of a project: revisions, which are immutable files, and each scan's stroke journal with everything since the last one."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import UserError
from gf_desktop.imaging.edits import LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, LabelTable
from gf_desktop.project.database import writing
from gf_desktop.project.journal import Event, Journal, JournalScan
from gf_desktop.project.journal_file import utc_now
from gf_desktop.project.mask_files import JOURNAL, Freezing, MaskFacts, MaskPlace, Replacement, mask_name, revision_ref, write_mask
from gf_desktop.project.records import Case, CaseStatus, Finding, LabelRevision, RevisionKind

__all__ = ["Masks"]

UInt8 = npt.NDArray[np.uint8]
COMPACT_BYTES = 32 << 20
"""Length from which a journal is begun anew when its strokes are folded into a revision."""


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

    def _place(self, case_id: str) -> MaskPlace:
        case, revision = self._case_of(case_id), self.latest(case_id)
        digest = hashlib.sha256(json.dumps(self.table.as_json(), sort_keys=True).encode()).hexdigest()
        scan = JournalScan(case.id, case.image_sha256, case.geometry.shape_kji, digest)
        return MaskPlace(case, self.table, revision, self._folder / case_id, scan)

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

    def history(self, case_id: str) -> Callable[[], tuple[Event, ...]]:
        """Return the function that reads what is in a case's journal, on any thread; errors as :meth:`reader`."""
        place = self._place(case_id)

        def read() -> tuple[Event, ...]:
            if not (place.folder / JOURNAL).is_file():
                return ()
            journal = place.open(read_only=True)
            try:
                return tuple(journal.events())
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

    def revisions(self, case_id: str) -> tuple[LabelRevision, ...]:
        """Return the saved masks of a case whose files are kept, the oldest first."""
        rows = self._db.execute(
            "SELECT number, kind, file, sha256, model_id, author, created FROM revisions WHERE case_id = ? ORDER BY number", (case_id,)
        ).fetchall()
        return tuple(one for one in (LabelRevision(*row) for row in rows) if self.path(case_id, one).is_file())

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
            before = revision_ref(self.latest(case_id))
            revision = self._written(case_id, label_map, model_id=model_id or self._case_of(case_id).model_id, author=author)
            journal.mark_revision(revision_ref(revision), author=author)
            try:
                self._enter(case_id, revision, MaskFacts.of(label_map))
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
        replacement = self.begin_replacement(case_id, label_map, model_id=model_id)
        try:
            replacement.write()
        except UserError:
            self.drop_replacement(replacement)
            raise
        return self.end_replacement(replacement)

    def begin_replacement(self, case_id: str, label_map: LabelMap | None, *, model_id: str) -> Replacement:
        """Return the same as a value whose ``write`` may be called on any thread, before :meth:`end_replacement` on this one.

        Until then nothing else may change the mask or use its journal; :meth:`drop_replacement` gives it up.

        Parameters
        ----------
        label_map
            The mask; None to have it read, for a case that is not on screen.
        """
        self._must_write()
        known = case_id in self._journals
        journal = self.open_journal(case_id)
        try:
            journal.must_write()
        except UserError:
            if not known:
                self.close_journal(case_id)
            raise
        place, number = self._place(case_id), self._next_number(case_id)
        return Replacement(place, journal, label_map, number=number, model_id=model_id, closes=not known)

    def end_replacement(self, replacement: Replacement) -> LabelRevision:
        """Enter what a replacement has written; errors as :meth:`replace`."""
        case_id, journal, label_map = replacement.case_id, replacement.journal, replacement.label_map
        assert label_map is not None, "it was written"
        assert replacement.digest, "it was written"
        try:
            before = revision_ref(self.latest(case_id))
            had_steps, facts = bool(journal.steps), MaskFacts.of(label_map)
            replacement.take()
            revision = self._revision(replacement.number, replacement.digest, facts, model_id=replacement.model_id, author="")
            if not had_steps:
                self._enter(case_id, revision, facts)
                journal.mark_revision(revision_ref(revision), replaces=True)
                return revision
            journal.mark_revision(revision_ref(revision))
            try:
                self._enter(case_id, revision, facts)
            except UserError:
                journal.start_from(before)
                raise
            return revision
        finally:
            if replacement.closes:
                self.close_journal(case_id)

    def drop_replacement(self, replacement: Replacement) -> None:
        """Give a replacement up: what of it is in the journal stays, nothing else does."""
        replacement.take()
        if replacement.closes:
            self.close_journal(replacement.case_id)

    def begin_freezing(self, case_id: str, label_map: LabelMap | None) -> Freezing:
        """Return a value whose ``work`` makes sure, on any thread, that a revision's file holds the mask; then :meth:`end_freezing` here.

        Until then nothing else may change the mask or use its journal.

        Parameters
        ----------
        label_map
            The mask where the case is on screen, else None.
        """
        self._must_write()
        return Freezing(self._place(case_id), self._journals.get(case_id), label_map, number=self._next_number(case_id))

    def end_freezing(self, freezing: Freezing) -> LabelRevision | None:
        """Enter what was written and return the revision that holds the mask; None for a mask that nobody touched.

        A second call only returns it. Errors as :meth:`fold`.
        """
        case_id, facts = freezing.case.id, freezing.facts
        assert facts is not None, "it was read"
        self._findings += () if freezing.ended else freezing.findings
        if freezing.ended or not freezing.digest:
            return self.latest(case_id) if facts.touched else None
        revision = self._revision(freezing.number, freezing.digest, facts, model_id=freezing.case.model_id, author="")
        before = revision_ref(self.latest(case_id))
        freezing.mark()
        try:
            self._enter(case_id, revision, facts)
        except UserError:
            freezing.unmark(before)
            raise
        freezing.ended = True
        return revision

    def _written(self, case_id: str, label_map: LabelMap, *, model_id: str, author: str) -> LabelRevision:
        number = self._next_number(case_id)
        digest = write_mask(self._folder / case_id / mask_name(number), label_map)
        return self._revision(number, digest, MaskFacts.of(label_map), model_id=model_id, author=author)

    def _next_number(self, case_id: str) -> int:
        last = self.latest(case_id)
        return 1 if last is None else last.number + 1

    @staticmethod
    def _revision(number: int, digest: str, facts: MaskFacts, *, model_id: str, author: str) -> LabelRevision:
        kind: RevisionKind = "proposed" if not facts.touched else "approved" if len(facts.reviewed) == facts.slices else "corrected"
        return LabelRevision(number, kind, mask_name(number), digest, model_id, author, utc_now())

    def _enter(self, case_id: str, revision: LabelRevision, facts: MaskFacts) -> None:
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
            self._set_progress(case_id, facts, revision.model_id)
        # a proposal that another one replaces is nobody's work; the one that a person began with is kept, to be compared with
        if last is not None and last.kind == "proposed" and revision.kind == "proposed":
            self.path(case_id, last).unlink(missing_ok=True)

    def note_progress(self, case: Case, label_map: LabelMap) -> bool:
        """Bring status and number of reviewed slices of a case up to date; return whether they changed."""
        facts = MaskFacts.of(label_map)
        if _progress(facts) == (case.status, case.reviewed):
            return False
        with writing(self._db):
            self._set_progress(case.id, facts, case.model_id)
        return True

    def _set_progress(self, case_id: str, facts: MaskFacts, model_id: str) -> None:
        status, reviewed = _progress(facts)
        self._db.execute("UPDATE cases SET status = ?, reviewed = ?, model_id = ? WHERE id = ?", (status, reviewed, model_id, case_id))


def _progress(facts: MaskFacts) -> tuple[CaseStatus, int]:
    reviewed = len(facts.reviewed)
    if facts.touched:
        return "approved" if reviewed == facts.slices else "in progress", reviewed
    return "proposed" if facts.has_proposals else "new", reviewed
