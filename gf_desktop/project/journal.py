"""The stroke journal of a scan: undo, autosave, crash recovery and provenance in one file that only grows.

A scan's mask is its last revision with the journal's later edits carried out. Each edit, undo and redo is on the disk before the next one
begins, and memory holds where records lie, not what is in them. What of a file cannot be trusted is moved into a file beside it and told
as a finding; the part before it counts. See :mod:`gf_desktop.project.journal_format` for the bytes.

Order around a revision, so that a kill at any instant leaves the old or the new one:

- a revision that holds what the journal says (closing, a round): its file, :meth:`Journal.mark_revision`, then the database's row;
- one that holds more (a proposal that was not recorded as an edit): its file, the database's row, then ``mark_revision(replaces=True)``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.atomic import atomic_path, explain_os_error, sync_folder
from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.project.journal_compaction import write_compacted
from gf_desktop.project.journal_file import AppendFile, Holder, WriterLock, link_or_copy, read_holder, set_aside, utc_now
from gf_desktop.project.journal_format import (
    DIGEST_BYTES,
    Carried,
    Entry,
    Header,
    Note,
    Payload,
    RecordKind,
    Revision,
    RevisionRef,
    StrokePayload,
    Survey,
    TableChange,
    Timeline,
    Turn,
    check_record,
    encode_header,
    encode_record,
    pack_edit,
    survey_journal,
    unpack_edit,
)
from gf_desktop.project.records import Finding

__all__ = ["Event", "Journal", "JournalScan", "RevisionRef", "Written"]

UInt8 = npt.NDArray[np.uint8]

KEEP_STEPS = 1_000
KEEP_BYTES = 64 << 20
"""How much of the history goes along when a file is begun anew."""


@dataclass(frozen=True, slots=True)
class JournalScan:
    """The scan that a journal belongs to.

    Attributes
    ----------
    id
        The case's pseudonym, such as "C-001".
    sha256
        Of the project's copy of the scan.
    shape_kji
        Voxels along k, j, i.
    table_sha256
        Of the label table as it is now.
    """

    id: str
    sha256: str
    shape_kji: tuple[int, int, int]
    table_sha256: str


@dataclass(frozen=True, slots=True)
class Event:
    """One record, for whoever asks how a mask came about.

    Attributes
    ----------
    kind
        stroke, accept, undo, redo, revision, note, table or carried.
    author, time
        Initials, and when in UTC.
    tool, model_id, box
        Of an edit; model_id is the proposal's that it was made on. "" and None otherwise.
    target
        Ordinal of the event that an undo or redo is about; None otherwise.
    detail
        A note's sentence, a revision's number and hash, a table's hash.
    """

    ordinal: int
    kind: str
    author: str
    time: str
    tool: str = ""
    model_id: str = ""
    box: Box | None = None
    target: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A record that is on the disk and that its journal has not gone on from yet."""

    payload: Payload
    entry: Entry
    digest: bytes


class Journal:
    """The open journal of one scan. Use :meth:`open` and :meth:`close`; all methods belong to the thread that opened it.

    Attributes
    ----------
    path
        The file.
    findings
        What the user is to be told about the file since it was last open.
    holder
        Who writes it: this program, or the other one where this one only reads; None where nobody does.
    """

    def __init__(self, path: Path, scan: JournalScan, lock: WriterLock | None) -> None:
        self.path = path
        self.findings: tuple[Finding, ...] = ()
        self.holder: Holder | None = lock.holder if lock else None
        self._scan = scan
        self._lock = lock
        self._refusal: UserError | None = None
        self._file: AppendFile | None = None
        self._header: Header | None = None
        self._entries: list[Entry] = []
        self._owed: Revision | None = None
        self._timeline = Timeline(RevisionRef())
        self._digest = b""

    # opening

    @classmethod
    def open(cls, path: Path, scan: JournalScan, *, latest: RevisionRef, read_only: bool = False) -> Journal:
        """Open a scan's journal, and begin it where there is none.

        Where another program holds it, or the disk does not let a damaged file be repaired, it is opened for reading only and a finding
        says so.

        Parameters
        ----------
        path
            The file; others with names that begin with its name lie beside it.
        latest
            The last saved revision; :meth:`replay` starts from it.
        read_only
            Do not even try to write.

        Raises
        ------
        ProjectError
            When the file is another scan's, of an unknown format, or cannot be read.
        """
        lock, refusal = (None, None) if read_only else _lock_or_refusal(path)
        journal = cls(path, scan, lock)
        try:
            if lock is None:
                journal._look_at_holder(refusal, asked=read_only)
            else:
                journal._repair(latest)
            journal._load(latest)
        except OSError as error:
            journal.close()
            raise explain_os_error(error, path) from error
        except BaseException:
            journal.close()
            raise
        return journal

    def _look_at_holder(self, refusal: UserError | None, *, asked: bool) -> None:
        holder = read_holder(self.path)
        self.holder = None if holder is None or holder.is_gone else holder
        if refusal is not None:
            self._only_read(refusal)
        elif not asked:
            self._find("held", f"{self._scan.id} is open in another window ({self.holder or 'unknown'}); here it can only be looked at.")

    def _only_read(self, error: UserError) -> None:
        self._refusal = error
        self._find("read-only", f"Nothing can be saved, so the scan can only be looked at. {error}")

    def _find(self, code: str, message: str) -> None:
        self.findings = (*self.findings, Finding(f"journal-{code}", message))

    def _repair(self, latest: RevisionRef) -> None:
        """Bring the file into a state that can be appended to; where the disk refuses, go on for reading only."""
        try:
            for left_over in self.path.parent.glob(f".{self.path.name}*.tmp"):
                # of a program that was killed while it wrote; the lock says that nobody does now
                left_over.unlink()
            if self.path.is_file():
                survey = _survey(self.path, self._scan, latest)
                if survey.fault:
                    kept = set_aside(self.path, offset=survey.good_bytes)
                    self.findings = (*self.findings, _damage(survey, self._scan.id, f"kept in “{kept.name}”"))
            if not self.path.is_file():
                header = Header(self._scan.id, self._scan.sha256, self._scan.shape_kji, self._scan.table_sha256, latest, utc_now())
                with atomic_path(self.path) as temporary:
                    temporary.write_bytes(encode_header(header))
        except OSError as error:
            self._give_up_writing(explain_os_error(error, self.path))
        except ProjectError as error:
            if not isinstance(error.__cause__, OSError):
                raise
            self._give_up_writing(error)

    def _give_up_writing(self, error: UserError) -> None:
        self._only_read(error)
        if self._lock is not None:
            self._lock.release()
            self._lock = self.holder = None

    def _load(self, latest: RevisionRef) -> None:
        if not self.path.is_file():
            self._timeline = Timeline(latest, anchor=[])
            return
        survey = _survey(self.path, self._scan, latest)
        # a writer's record that is half there is no damage to a reader
        if survey.fault and not (survey.torn and self.holder is not None):
            self.findings = (*self.findings, _damage(survey, self._scan.id, "left where it is"))
        self._header, self._entries, self._timeline, self._digest = survey.header, survey.entries, survey.timeline, survey.digest
        self._file = AppendFile(self.path, size=survey.good_bytes, read_only=self._lock is None)
        if survey.header is not None and survey.table_sha256 != self._scan.table_sha256:
            self._find("table", f"The list of structures was changed since the last stroke on {self._scan.id}.")
        if self._timeline.anchor is None:
            self._catch_up(latest)

    def _catch_up(self, latest: RevisionRef) -> None:
        """Go on from a revision that the file does not know: it was saved just before a kill, or its mark was in a damaged part."""
        if self._entries:
            self._find("behind", f"What was done on {self._scan.id} before revision {latest.number} is in the mask, but cannot be undone.")
        self._timeline = Timeline(latest, anchor=[])
        if self._lock is not None:
            try:
                self._append(RecordKind.REVISION, Revision("", utc_now(), latest, replaces=True))
            except UserError as error:
                self._give_up_writing(error)

    def close(self) -> None:
        """Let others write; nothing has to be saved."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock is not None:
            self._lock.release()
            self._lock = self.holder = None

    # state

    @property
    def read_only(self) -> bool:
        """Whether nothing can be saved here."""
        return self._lock is None

    def must_write(self) -> None:
        """Raise ProjectError, which says who writes, where the journal is open for reading only."""
        if self._lock is not None:
            return
        if self._refusal is not None:
            raise self._refusal
        who = f": {self.holder} writes to it" if self.holder else ""
        raise ProjectError(
            f"The scan is open for reading only{who}", where=self._scan.id, next_step="Close it in the other window, then open it again."
        )

    @property
    def has_changes(self) -> bool:
        """Whether the mask differs from the last revision; what differs is safe in the journal."""
        back, forth = self._timeline.pending()
        return bool(back or forth)

    @property
    def undo_name(self) -> str | None:
        """Name of the next edit to take back."""
        return self._entries[self._timeline.done[-1]].name if self._timeline.done else None

    @property
    def redo_name(self) -> str | None:
        """Name of the next edit to carry out again."""
        return self._entries[self._timeline.undone[-1]].name if self._timeline.undone else None

    @property
    def steps(self) -> int:
        """Number of edits that can be taken back."""
        return len(self._timeline.done)

    @property
    def size_bytes(self) -> int:
        """Length of the file."""
        return 0 if self._file is None else self._file.size

    @property
    def tip(self) -> tuple[int, str]:
        """Number of records and the last digest: who knows it can tell whether the file is what it was."""
        return len(self._entries), self._digest.hex()

    # reading

    def replay(self, labels: UInt8, states: UInt8) -> int:
        """Bring the arrays of the revision ``latest`` to how the mask is now, in place.

        Parameters
        ----------
        labels, states
            uint8 [k, j, i] of the scan's shape.

        Returns
        -------
        Number of edits that were taken back and carried out.
        """
        if labels.shape != self._scan.shape_kji or states.shape != self._scan.shape_kji:
            raise ValueError(f"arrays of {labels.shape} and {states.shape} for a scan of {self._scan.shape_kji}")
        back, forth = self._timeline.pending()
        for ordinal in back:
            self._edit(ordinal).write_before(labels, states)
        for ordinal in forth:
            self._edit(ordinal).write_after(labels, states)
        return len(back) + len(forth)

    def _record(self, ordinal: int) -> Payload:
        entry = self._entries[ordinal]
        assert self._file is not None, "the journal was closed"
        try:
            kind, payload = check_record(self._file.read(entry.offset - DIGEST_BYTES, entry.length + DIGEST_BYTES))
            if kind is not entry.kind:
                raise ValueError("another record")
        except (ValueError, OSError) as error:
            raise ProjectError(
                f"A saved stroke has been damaged since the scan was opened: {error}",
                where=str(self.path),
                next_step="Close the scan and open it again; strokes before it are kept.",
            ) from error
        return payload

    def _edit(self, ordinal: int) -> LabelEdit:
        return unpack_edit(self._stroke(ordinal), self._scan.shape_kji)

    def _stroke(self, ordinal: int) -> StrokePayload:
        payload = self._record(ordinal)
        stroke = payload.edit if isinstance(payload, Carried) else payload
        assert isinstance(stroke, StrokePayload), "the timeline lists edits only"
        return stroke

    def events(self) -> Iterator[Event]:
        """Give every record in order, read from the file one at a time."""
        for ordinal, entry in enumerate(self._entries):
            yield _event_of(ordinal, entry, self._record(ordinal))

    # writing

    def _append(self, kind: RecordKind, payload: Payload, *, wait: bool = True) -> None:
        self._pay()
        self.take(self._write(kind, payload, wait=wait))

    def _pay(self) -> None:
        """Make sure that a record can be written, and write the one that a full disk has not let through."""
        self.must_write()
        if self._owed is not None:
            self.take(self._write(RecordKind.REVISION, self._owed))
            self._owed = None

    def _write(self, kind: RecordKind, payload: Payload, *, wait: bool = True) -> Written:
        assert self._file is not None, "a journal that may be written is open"
        buffer, offset = encode_record(kind, payload, previous=self._digest), self._file.size
        self._file.append(buffer, wait=wait)
        tool = payload.tool if isinstance(payload, StrokePayload) else ""
        return Written(payload, Entry(kind, offset, len(buffer), tool, payload.time), buffer[-DIGEST_BYTES:])

    def write(self, edit: LabelEdit, *, model_id: str = "") -> Written:
        """Save an edit as :meth:`commit` does, from any thread; nothing else may use the journal until its owner calls :meth:`take`."""
        self._pay()
        return self._write(*pack_edit(edit, shape_kji=self._scan.shape_kji, model_id=model_id))

    def take(self, written: Written) -> None:
        """Go on from a record that :meth:`write` has saved."""
        self._timeline.take(len(self._entries), written.entry.kind, written.payload)
        self._entries.append(written.entry)
        self._digest = written.digest

    def commit(self, edit: LabelEdit, *, model_id: str = "") -> None:
        """Save an edit; durable when this returns, and what was undone before can no longer be redone.

        Parameters
        ----------
        model_id
            The model whose proposal the edit was made on.

        Raises
        ------
        UserError
            When it could not be saved: the disk is full or fails, or another program writes. The journal is as before.
        """
        self.take(self.write(edit, model_id=model_id))

    def undo(self, *, author: str = "") -> LabelEdit | None:
        """Save that the last edit is taken back and return it, for the mask to revert; None where there is none.

        Raises
        ------
        UserError
            When it could not be saved or the edit cannot be read; the journal is as before, and the mask must not change.
        """
        return self._turn(RecordKind.UNDO, self._timeline.done, author)

    def redo(self, *, author: str = "") -> LabelEdit | None:
        """Save that the edit undone last is carried out again and return it; the counterpart of :meth:`undo`."""
        return self._turn(RecordKind.REDO, self._timeline.undone, author)

    def _turn(self, kind: RecordKind, source: list[int], author: str) -> LabelEdit | None:
        self.must_write()
        if not source:
            return None
        target = source[-1]
        edit = self._edit(target)
        # a key that is held down waits for no disk: a power cut could take the turns of the last moment, and no stroke with them
        self._append(kind, Turn(author, utc_now(), target), wait=False)
        return edit

    def note(self, text: str, *, author: str = "") -> None:
        """Save a sentence for whoever reads the history; raises UserError as :meth:`commit` does."""
        self._append(RecordKind.NOTE, Note(author, utc_now(), text))

    def note_table(self, table_sha256: str, *, author: str = "") -> None:
        """Save that the label table changed; raises UserError as :meth:`commit` does."""
        self._append(RecordKind.TABLE, TableChange(author, utc_now(), table_sha256))

    def mark_revision(self, revision: RevisionRef, *, replaces: bool = False, author: str = "") -> None:
        """Save that the mask as it is now is in a revision's file, from which :meth:`replay` starts from now on.

        Parameters
        ----------
        revision
            The file is complete and on the disk.
        replaces
            Whether it holds changes that the journal has not: then nothing before it can be undone any more.

        Raises
        ------
        UserError
            As :meth:`commit` does; replay then starts from the revision before. One that replaces is in the database already: then the mark
            is owed, and written before anything else is.
        """
        self.must_write()
        before, mark = self._timeline.latest, Revision(author, utc_now(), revision, replaces)
        self._timeline.latest = revision
        try:
            self._append(RecordKind.REVISION, mark)
        except UserError:
            if replaces:
                self._timeline, self._owed = Timeline(revision, anchor=[]), mark
                return
            self._timeline.latest = before
            raise

    def start_from(self, latest: RevisionRef) -> None:
        """Let :meth:`replay` start from a revision that was marked before the last one, which could not be entered into the database."""
        self._timeline = _survey(self.path, self._scan, latest).timeline

    def compact(self, *, keep_steps: int = KEEP_STEPS, keep_bytes: int = KEEP_BYTES, archive: bool = True) -> Path | None:
        """Begin a new file at the last revision, which must hold all changes; a kill leaves the old file or the new one.

        To be called when the database names that revision: the new file cannot be brought back to the one before.

        Parameters
        ----------
        keep_steps, keep_bytes
            How many edits stay undoable at most, and how much room they may take; the nearest ones stay.
        archive
            Keep the old file as provenance; the new one names its last digest.

        Returns
        -------
        The old file's name in the archive, or None.

        Raises
        ------
        UserError
            When the disk is full or fails; the journal is as before.
        """
        self.must_write()
        if self.has_changes:
            raise ValueError("a journal is compacted right after mark_revision")
        assert self._file is not None, "a journal that may be written is open"
        assert self._header is not None, "a journal that may be written has a header"
        latest, segment = self._timeline.latest, self._header.segment
        archived = self.path.with_name(f"{self.path.name}.{segment:06d}") if archive else None
        scan = self._scan
        header = Header(scan.id, scan.sha256, scan.shape_kji, scan.table_sha256, latest, utc_now(), segment + 1, self._digest.hex())
        try:
            with atomic_path(self.path) as temporary:
                write_compacted(temporary, header, self._timeline, self._entries, self._stroke, most=(keep_steps, keep_bytes))
                if archived is not None:
                    link_or_copy(self.path, archived)
                # a file that is open cannot be replaced on Windows
                self._file.close()
        except OSError as error:
            raise explain_os_error(error, self.path) from error
        finally:
            self._file.close()
            self._repair(latest)
            self._load(latest)
            self.findings = tuple(dict.fromkeys(self.findings))
        sync_folder(self.path.parent)
        return archived


def _lock_or_refusal(path: Path) -> tuple[WriterLock | None, UserError | None]:
    """Return the right to write, or why the disk does not give it; neither where another program has it."""
    try:
        return WriterLock.take(path), None
    except OSError as error:
        return None, explain_os_error(error, path)
    except UserError as error:
        return None, error


def _survey(path: Path, scan: JournalScan, latest: RevisionRef) -> Survey:
    """Return what a file holds; a revision that ``latest`` does not lead to ends it."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        survey = survey_journal(stream, size, latest=latest, name=str(path))
        if survey.lost_link is not None and survey.timeline.anchor is None:
            survey = survey_journal(stream, survey.lost_link, latest=latest, name=str(path))
            survey.fault = "the mask that its later records belong to is not the project's"
    header = survey.header
    if header is not None and (header.scan_sha256, header.shape_kji) != (scan.sha256, scan.shape_kji):
        raise ProjectError(
            f"The stroke journal belongs to another scan ({header.scan_id})",
            where=str(path),
            next_step="Put back the journal of this scan, or move this file out of the folder.",
        )
    if survey.timeline.anchor is None and survey.newest > latest.number:
        fault = f"its strokes belong to revision {survey.newest} and the project's last one is {latest.number}"
        return Survey(Timeline(latest), fault=fault)
    return survey


def _damage(survey: Survey, scan_id: str, what_became: str) -> Finding:
    """Return what the user is told about a fault: up to when the work is there, and what became of the rest."""
    rest = f"its damaged part was {what_became}"
    if not survey.entries:
        return Finding("journal-damaged", f"The strokes since the last saved mask of {scan_id} cannot be read: {survey.fault}; {rest}.")
    when = f"{survey.entries[-1].time[:19].replace('T', ' ')} UTC"
    if survey.torn:
        text = f"The last change of {scan_id} was not finished when the program ended; everything up to {when} is here"
        return Finding("journal-torn", f"{text}; {rest}.")
    text = f"The journal of {scan_id} is damaged: {survey.fault}. Everything up to {when} is here, later changes are not"
    return Finding("journal-damaged", f"{text}; {rest}. Look through the last minutes of the work.")


def _event_of(ordinal: int, entry: Entry, payload: Payload) -> Event:
    kind = entry.kind.name.lower()
    edit = payload.edit if isinstance(payload, Carried) else payload
    if isinstance(edit, StrokePayload):
        box = Box(edit.start_kji, edit.stop_kji)
        detail = "undone" if isinstance(payload, Carried) and payload.undone else ""
        return Event(ordinal, kind, edit.author, edit.time, edit.tool, edit.model_id, box, detail=detail)
    if isinstance(payload, Turn):
        return Event(ordinal, kind, payload.author, payload.time, target=payload.target)
    if isinstance(payload, Revision):
        detail = f"{payload.revision.number} {payload.revision.sha256}"
    else:
        detail = payload.text if isinstance(payload, Note) else payload.sha256 if isinstance(payload, TableChange) else ""
    return Event(ordinal, kind, payload.author, payload.time, detail=detail)
