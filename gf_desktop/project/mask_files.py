"""Files of masks, read and written on any thread: what the database has to say is asked before and entered after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays, write_arrays
from gf_desktop.atomic import atomic_path
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, LabelTable
from gf_desktop.pack import file_sha256
from gf_desktop.project.journal import Journal, JournalScan, RevisionRef, Written
from gf_desktop.project.records import Case, Finding, LabelRevision

__all__ = ["JOURNAL", "Freezing", "MaskFacts", "MaskPlace", "Replacement", "mask_name", "read_revision", "revision_ref", "write_mask"]

TABLE_CHANGED = "journal-table"
"""Code of the finding that the list of structures was changed since the last stroke."""

JOURNAL = "journal.gfj"


@dataclass(frozen=True, slots=True)
class MaskFacts:
    """What the database keeps of a mask: slices that a person touched and reviewed, how many there are, and whether proposals stand."""

    touched: tuple[int, ...]
    reviewed: tuple[int, ...]
    slices: int
    has_proposals: bool

    @classmethod
    def of(cls, label_map: LabelMap) -> MaskFacts:
        """Return those of a mask as it is now."""
        touched, reviewed = tuple(label_map.touched_slices()), tuple(label_map.reviewed_slices())
        return cls(touched, reviewed, label_map.labels.shape[0], label_map.has_proposals)


@dataclass(frozen=True, slots=True)
class MaskPlace:
    """Where a case's mask lies and what it belongs to: all that is needed to read it on another thread than the database's."""

    case: Case
    table: LabelTable
    revision: LabelRevision | None
    folder: Path
    scan: JournalScan

    def open(self, *, read_only: bool) -> Journal:
        """Open the journal. That the list of structures was changed since is the project's own doing: it is noted, and no finding."""
        journal = Journal.open(self.folder / JOURNAL, self.scan, latest=revision_ref(self.revision), read_only=read_only)
        others = tuple(finding for finding in journal.findings if finding.code != TABLE_CHANGED)
        if len(others) < len(journal.findings) and not journal.read_only:
            journal.note_table(self.scan.table_sha256)
        journal.findings = others
        return journal

    def load(self, journal: Journal) -> LabelMap:
        """Return the last saved revision with every later stroke carried out; errors as :meth:`Masks.load`."""
        labels = states = None
        if self.revision is not None:
            arrays = _checked(self.folder / self.revision.file, self.revision)
            labels, states = arrays["labels"], arrays["states"]
        # whether they fit is looked at before a stroke is carried out on them
        label_map = LabelMap(self.case.geometry, self.table, labels, states, copy=False)
        if journal.has_changes:
            journal.replay(label_map.labels, label_map.states)
            label_map.recount()
        return label_map


def _checked(path: Path, revision: LabelRevision) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a revision's file; ProjectError where it is missing or is not what was written."""
    if not path.is_file() or file_sha256(path) != revision.sha256:
        raise ProjectError(
            "The saved mask does not match its hash", where=str(path), next_step="Restore this file from a copy of the project."
        )
    return read_arrays(path)


def read_revision(path: Path, revision: LabelRevision, shape_kji: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    """Return the labels of a saved mask, uint8 [k, j, i], on any thread.

    Raises
    ------
    ProjectError
        When the file is missing, damaged, or another scan's.
    """
    labels: npt.NDArray[np.uint8] = _checked(path, revision)["labels"]
    if labels.shape != shape_kji:
        raise ProjectError(
            f"The saved mask has {labels.shape} voxels and the scan {shape_kji}",
            where=str(path),
            next_step="Restore this file from a copy of the project.",
        )
    return labels


class Replacement:
    """A revision with a proposal on its way to the disk; see :meth:`Masks.begin_replacement`.

    Attributes
    ----------
    label_map
        What is written; None before it was read.
    digest
        SHA-256 of the revision's file, "" before it is there.
    closes
        Whether the journal was opened for this only.
    """

    def __init__(self, place: MaskPlace, journal: Journal, label_map: LabelMap | None, *, number: int, model_id: str, closes: bool) -> None:
        self._place = place
        self._edit: Written | None = None
        self.journal = journal
        self.label_map = label_map
        self.number = number
        self.model_id = model_id
        self.digest = ""
        self.closes = closes

    @property
    def case_id(self) -> str:
        """The case."""
        return self._place.case.id

    def write(self, change: Callable[[LabelMap], None] | None = None) -> None:
        """Write the mask, on any thread.

        Parameters
        ----------
        change
            Called first with the mask, to put the proposal into it.

        Raises
        ------
        UserError
            When it cannot be read, or the disk is full or fails.
        """
        if self.label_map is None:
            self.label_map = self._place.load(self.journal)
        if change is not None:
            change(self.label_map)
        if self.journal.steps:
            edit = _difference(self._place.load(self.journal), self.label_map)
            if edit is not None:
                self._edit = self.journal.write(edit, model_id=self.model_id)
        self.digest = write_mask(self._place.folder / mask_name(self.number), self.label_map)

    def take(self) -> None:
        """Let the journal go on from what was written into it; on the thread that owns it."""
        if self._edit is not None:
            self.journal.take(self._edit)
            self._edit = None


class Freezing:
    """The making sure that a revision's file holds a mask; see :meth:`Masks.begin_freezing`.

    Attributes
    ----------
    case
        The case.
    facts
        Of its mask; None before it was read.
    number, digest
        Of the revision that was written, SHA-256 of its file; "" where none had to be.
    findings
        What was found out about the journal.
    ended
        Whether the database has been told.
    """

    def __init__(self, place: MaskPlace, journal: Journal | None, label_map: LabelMap | None, *, number: int) -> None:
        self._place = place
        self._shared = journal
        self._label_map = label_map
        self.case = place.case
        self.facts: MaskFacts | None = None
        self.number = number
        self.digest = ""
        self.findings: tuple[Finding, ...] = ()
        self.ended = False
        self._lock = threading.Lock()
        self._begun = False

    def work(self) -> None:
        """Read, and write where that is needed, on any thread; the second caller waits for the first and does nothing.

        Raises
        ------
        UserError
            When it cannot be read, the disk is full or fails, or another window has the case.
        """
        with self._lock:
            if not self._begun:
                self._begun = True
                self._work()

    def give_up(self) -> None:
        """Wait where it is being written just now; from then on nothing is."""
        with self._lock:
            self._begun = True

    def _work(self) -> None:
        if self._shared is not None:
            self._write(self._shared)
            return
        journal = self._place.open(read_only=False)
        try:
            self.findings = journal.findings
            self._write(journal)
            if self.digest:
                journal.mark_revision(self._ref)
        finally:
            journal.close()

    def _write(self, journal: Journal) -> None:
        label_map = self._place.load(journal) if self._label_map is None else self._label_map
        self.facts = MaskFacts.of(label_map)
        if self.facts.touched and (self._place.revision is None or journal.has_changes):
            journal.must_write()
            self.digest = write_mask(self._place.folder / mask_name(self.number), label_map)

    @property
    def _ref(self) -> RevisionRef:
        return RevisionRef(self.number, self.digest)

    def mark(self) -> None:
        """Mark the revision in the journal of a case that is on screen; other journals have the mark already."""
        if self._shared is not None:
            self._shared.mark_revision(self._ref)

    def unmark(self, before: RevisionRef) -> None:
        """Take that back: the database could not be told."""
        if self._shared is not None:
            self._shared.start_from(before)


def mask_name(number: int) -> str:
    """Return the name of a revision's file."""
    return f"labels-{number:06d}.npz"


def write_mask(path: Path, label_map: LabelMap) -> str:
    """Write a mask's file and return its SHA-256; UserError where that fails."""
    with atomic_path(path) as temporary:
        write_arrays(temporary, {"labels": label_map.labels, "states": label_map.states})
        return file_sha256(temporary)


def revision_ref(revision: LabelRevision | None) -> RevisionRef:
    """Return what a journal calls a revision."""
    return RevisionRef() if revision is None else RevisionRef(revision.number, revision.sha256)


def _difference(before: LabelMap, after: LabelMap) -> LabelEdit | None:
    box = Box.whole(before.labels.shape)
    return LabelEdit.record(
        labels=before.labels,
        states=before.states,
        mask=None,
        box=box,
        new_labels=after.labels,
        new_states=after.states,
        name="prediction",
    )
