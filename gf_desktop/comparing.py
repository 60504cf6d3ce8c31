"""Another mask beside that of the case on screen: an older revision, the student's proposal, or a file; and how far they are apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.errors import ProjectError
from gf_desktop.files.facts import FRAME_FACT
from gf_desktop.files.masks import mapped_mask
from gf_desktop.imaging.compare import StructureChange, compare_masks
from gf_desktop.imaging.labelmap import LabelMap, LabelTable
from gf_desktop.jobs import CancelToken
from gf_desktop.project.mask_files import read_revision
from gf_desktop.project.records import LabelRevision
from gf_desktop.workspace import OnError, Workspace, no_answer

__all__ = ["Comparing", "OtherMask", "default_choice", "fitted", "revision_name", "total_change"]

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class OtherMask:
    """A mask to compare with.

    Attributes
    ----------
    name
        What it is, without a path: the kind and number of a revision, or a file's name.
    label_map
        Its labels on the scan's grid; no voxel of it has a state. Nothing changes it.
    revision
        None for a file.
    """

    name: str
    label_map: LabelMap
    revision: LabelRevision | None = None


def default_choice(revisions: tuple[LabelRevision, ...]) -> LabelRevision | None:
    """Return what a mask is compared with when nobody says: the last proposal, else the last revision."""
    proposals = [one for one in revisions if one.kind == "proposed"]
    known = proposals or list(revisions)
    return known[-1] if known else None


def total_change(changes: dict[str, StructureChange]) -> tuple[float | None, float]:
    """Return the mean Dice over the structures that are in either mask, None where none is, and the ml that differ in all."""
    scores = [change.dice for change in changes.values() if change.dice is not None]
    return (sum(scores) / len(scores) if scores else None), sum(change.changed_ml for change in changes.values())


class Comparing:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    workspace
        Whose case on screen is compared.

    Attributes
    ----------
    other
        What it is compared with; None for nothing.
    changes
        By structure; None until they are counted.
    outdated
        Whether the mask was changed since they were counted.

    Signals: ``changed()`` another mask or none · ``counted()`` ``changes`` or ``outdated`` are new.
    """

    changed = Signal()
    counted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._opened: object = None
        self._asked = 0
        self._counting: CancelToken | None = None
        self.other: OtherMask | None = None
        self.changes: dict[str, StructureChange] | None = None
        self.outdated = False
        workspace.case_changed.connect(self._case_changed)
        workspace.labels_changed.connect(self._labels_changed)

    def _case_changed(self) -> None:
        if self._workspace.open is not self._opened:
            self._opened = self._workspace.open
            self.stop()

    def _labels_changed(self) -> None:
        if self.other is not None and not self.outdated:
            self.outdated = True
            self.counted.emit()

    def revisions(self, case_id: str) -> tuple[LabelRevision, ...]:
        """Return the revisions of a case whose masks are kept, the oldest first."""
        return self._workspace.must_project().masks.revisions(case_id)

    def with_revision(self, number: int, *, on_done: Callable[[OtherMask], None] = no_answer, on_error: OnError | None = None) -> None:
        """Compare the case on screen with one of its revisions, which is read off the thread.

        Raises
        ------
        ProjectError
            When there is no such revision; ``on_error`` is given one when its file is damaged.
        """
        opened = self._workspace.must_open()
        known = {one.number: one for one in self.revisions(opened.id)}
        if number not in known:
            raise ProjectError(
                f"{opened.id} has no mask number {number}",
                where=opened.id,
                next_step=f"Its kept masks are: {', '.join(map(str, known)) or 'none'}.",
            )
        revision, project = known[number], self._workspace.must_project()
        path, merged = project.masks.path(opened.id, revision), dict(project.structures.merged)
        geometry, table = opened.volume.geometry, opened.label_map.table

        def read(_token: CancelToken) -> OtherMask:
            labels = fitted(read_revision(path, revision, geometry.shape_kji), table, merged)
            return OtherMask(revision_name(revision), LabelMap(geometry, table, labels), revision)

        self._take(read, on_done, on_error)

    def with_file(
        self,
        path: Path,
        *,
        mapping: dict[int, str] | None = None,
        other_frame: bool = False,
        on_done: Callable[[OtherMask], None] = no_answer,
        on_error: OnError | None = None,
    ) -> None:
        """Compare the case on screen with a mask file on its grid; ``on_error`` is given what :meth:`Session.correct` raises."""
        opened = self._workspace.must_open()
        geometry, table, cine = opened.volume.geometry, opened.label_map.table, opened.case.is_cine
        frame = opened.volume.facts.get(FRAME_FACT, "")

        def read(_token: CancelToken) -> OtherMask:
            labels = mapped_mask(path, geometry, table, mapping=mapping, cine=cine, frame=frame, other_frame=other_frame).labels
            return OtherMask(path.name, LabelMap(geometry, table, labels))

        self._take(read, on_done, on_error)

    def with_mask(self, name: str, labels: UInt8, *, on_done: Callable[[OtherMask], None] = no_answer) -> None:
        """Compare the case on screen with a mask that was read for it, uint8 [k, j, i] on its grid in the project's ids."""
        opened = self._workspace.must_open()
        other = OtherMask(name, LabelMap(opened.volume.geometry, opened.label_map.table, labels))
        self._take(lambda _token: other, on_done, None)

    def _take(self, read: Callable[[CancelToken], OtherMask], on_done: Callable[[OtherMask], None], on_error: OnError | None) -> None:
        self._asked += 1
        asked, opened = self._asked, self._workspace.open

        def done(other: OtherMask) -> None:
            # another mask, or another scan, was asked for meanwhile
            if asked != self._asked or self._workspace.open is not opened:
                return
            self.other, self.changes, self.outdated = other, None, False
            self.changed.emit()
            self.count()
            on_done(other)

        self._workspace.run_job(read, done, on_error)

    def count(self) -> None:
        """Count anew, off the thread, how far the masks are apart; does nothing without another mask.

        The mask may be painted on meanwhile: then it is out of date again, and what was counted is only nearly right until the next time.
        """
        opened, other = self._workspace.open, self.other
        if opened is None or other is None:
            return
        if self._counting is not None:
            self._counting.cancel()
        labels, table, geometry = opened.label_map.labels, opened.label_map.table, opened.volume.geometry
        self.outdated = False

        def work(token: CancelToken) -> dict[str, StructureChange]:
            return compare_masks(labels, other.label_map.labels, table, geometry, stopped=token)

        def done(changes: dict[str, StructureChange]) -> None:
            if self.other is other:
                self.changes = changes
                self.counted.emit()

        self._counting = self._workspace.run_job(work, done, None)

    def stop(self) -> None:
        """Compare with nothing any more."""
        self._asked += 1
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        if self.other is not None:
            self.other, self.changes, self.outdated = None, None, False
            self.changed.emit()


def revision_name(revision: LabelRevision) -> str:
    """Return what a revision is, for people: number, kind, whose, when."""
    whose = f" by {revision.model_id}" if revision.kind == "proposed" and revision.model_id else ""
    return f"{revision.number}: {revision.kind}{whose}, {revision.created[:16].replace('T', ' ')}"


def fitted(labels: UInt8, table: LabelTable, merged: dict[int, int]) -> UInt8:
    """Return an older mask in the structures that there are now: merged ones are followed, deleted ones are background."""
    lookup = np.zeros(256, np.uint8)
    for label in range(1, 256):
        target, steps = label, 0
        while target not in table.ids and target in merged and steps < len(merged):
            target, steps = merged[target], steps + 1
        lookup[label] = target if target in table.ids else 0
    return np.asarray(lookup[labels])
