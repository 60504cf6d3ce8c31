"""The structures of a project: add, rename, recolour, merge and delete them, in every scan at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from psygnal import Signal

from gf_desktop.correcting import Correcting
from gf_desktop.errors import ProjectError
from gf_desktop.files.structure_lists import read_structure_file, write_structure_file
from gf_desktop.imaging.edits import LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure
from gf_desktop.imaging.review import delete_edit, merge_edit, structure_size
from gf_desktop.imaging.structures import changed, free_label, merged_tables, next_colour, with_structure, without
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.open_case import OpenCase
from gf_desktop.project.records import Case
from gf_desktop.workspace import OnError, no_answer

__all__ = ["RemovalReport", "StructureCount", "Structuring"]


@dataclass(frozen=True, slots=True)
class StructureCount:
    """How much a structure has in all scans of a project, for the warning before it goes.

    Attributes
    ----------
    voxels, reviewed_voxels
        All that have its label, and those of them that a person accepted or edited.
    cases
        Ids of the scans that have any.
    known
        Whether the student that serves predicts it.
    """

    voxels: int
    reviewed_voxels: int
    cases: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """What went with a structure: its name, the voxels that were changed, and the scans in which that can be undone."""

    name: str
    voxels: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Removal:
    """A structure on its way out: into which one, its name, and the case that is on screen meanwhile."""

    label: int
    into: int
    name: str
    shown: OpenCase | None

    def edit(self, label_map: LabelMap, *, author: str) -> LabelEdit | None:
        if self.into:
            return merge_edit(label_map, self.label, self.into, locked=(), author=author)
        return delete_edit(label_map, self.label, locked=(), author=author)


class Structuring(Correcting):
    """The commands that change the list of structures.

    A structure is its label value. The student predicts those of its own list; a project may have others, which proposals never touch.

    Signals: those of :class:`Correcting` · ``structures_changed()`` the list of structures is another one.
    """

    structures_changed = Signal()

    def __init__(self, jobs: Jobs, *, author: str = "") -> None:
        super().__init__(jobs, author=author)
        self._removal: CancelToken | None = None

    # the list

    def add_structure(self, name: str, *, color: str = "", code: str = "") -> Structure:
        """Add a structure under the lowest free label value; "" as colour for one that can be told from the others.

        Raises
        ------
        ProjectError
            When the name is taken, all 255 label values are, or the project is open for reading only.
        ModelError
            When the name, colour or code is not valid.
        """
        project = self.must_project()
        table, retired = project.table, project.structures.retired
        structure = Structure(free_label(table, retired), name.strip(), color.lower() or next_colour(table), code.strip())
        self._keep_table(with_structure(table, structure))
        return structure

    def change_structure(self, label: int, *, name: str | None = None, color: str | None = None, code: str | None = None) -> None:
        """Give a structure another name, colour or code; what is None stays. Errors as :meth:`add_structure`."""
        wanted: dict[str, Any] = {"name": name, "color": color, "code": code}
        table = self.must_project().table
        made = changed(table, label, **{field: value for field, value in wanted.items() if value is not None})
        if made != table:
            self._keep_table(made)

    def take_structures(self, path: Path) -> tuple[Structure, ...]:
        """Add the structures of a file that the project lacks by name, and return them; errors as :func:`read_structure_file`."""
        project = self.must_project()
        made, added = merged_tables(project.table, read_structure_file(path).table, project.structures.retired)
        if added:
            self._keep_table(made)
        return added

    def save_structures(self, path: Path) -> None:
        """Write the list of structures to a file, for other projects; UserError where it cannot be written."""
        project = self.must_project()
        write_structure_file(path, project.table, name=project.name)

    def _keep_table(self, table: LabelTable) -> None:
        project = self.must_project()
        project.must_write()
        project.keep_table(table)
        self._table_changed()

    def _table_changed(self) -> None:
        project = self.must_project()
        project.masks.table = project.table
        if self.open is not None:
            self.open.label_map.table = project.table
        if self.locked - set(project.table.ids) and not project.read_only:
            project.set_locked(self.locked & set(project.table.ids))
        self.structures_changed.emit()

    # structures that go

    def count_structure(
        self, label: int, *, on_done: Callable[[StructureCount], None] = no_answer, on_error: OnError | None = None
    ) -> CancelToken:
        """Count a structure's voxels in every scan, off the session's thread."""
        project, shown = self.must_project(), self.open
        card = self.active_card
        known = card is not None and label in card.table.ids
        if shown is not None:
            shown.finish_stroke()
        readers = {
            case.id: project.masks.reader(case.id)
            for case in project.cases()
            if case.status != "new" and (shown is None or case.id != shown.id)
        }

        def work(token: CancelToken) -> StructureCount:
            sizes = {}
            size = None if shown is None else structure_size(shown.label_map, label)
            if shown is not None and size is not None and size.voxels:
                sizes[shown.id] = size
            for case_id, read in readers.items():
                if token():
                    break
                size = structure_size(read(), label)
                if size.voxels:
                    sizes[case_id] = size
            voxels, reviewed = sum(s.voxels for s in sizes.values()), sum(s.reviewed_voxels for s in sizes.values())
            return StructureCount(voxels, reviewed, tuple(sizes), known)

        def failed(error: Exception) -> None:
            self._report(error, on_error)

        return self._jobs.run(work, on_done=on_done, on_error=failed)

    def remove_structure(
        self,
        label: int,
        *,
        into: int = 0,
        on_done: Callable[[RemovalReport], None] = no_answer,
        on_error: OnError | None = None,
    ) -> None:
        """Delete a structure, or merge it into another one, in every scan; off the session's thread.

        In each scan it is one edit, which can be undone there; undoing it puts the structure back into the list. A structure is taken from
        the list when all scans are done: where it is stopped on the way, some scans have lost its voxels and the list still has it.

        Parameters
        ----------
        into
            Label value of the structure that gets its voxels; 0: they become background.

        Raises
        ------
        ProjectError
            When there is no such structure, it or ``into`` is locked, it is the last one, it is being computed for the case on screen,
            another one is being removed, or the project is open for reading only.
        """
        project, shown = self.must_project(), self.open
        project.must_write()
        removal = _Removal(label, into, self._must_be_removable(label, into), shown)
        make = partial(removal.edit, author=self._author)
        editors = {
            case.id: project.masks.editor(case.id, make)
            for case in project.cases()
            if case.status != "new" and (shown is None or case.id != shown.id)
        }
        if shown is not None:
            shown.begin_work("merge structures" if into else "delete structure")

        def work(token: CancelToken) -> dict[str, LabelEdit]:
            done = {} if shown is None else {shown.id: make(shown.label_map)}
            for case_id, change in editors.items():
                if token():
                    break
                done[case_id] = change()
            return {case_id: edit for case_id, edit in done.items() if edit is not None}

        # a job that runs at once has answered before its token is known
        waiting = self._removal = CancelToken()
        token = self._jobs.run(
            work,
            on_done=lambda edits: on_done(self._removed(removal, edits)),
            on_error=lambda error: self._not_removed(removal, error, on_error),
        )
        if self._removal is waiting:
            self._removal = token
        self.working_changed.emit()

    def _removed(self, removal: _Removal, edits: dict[str, LabelEdit]) -> RemovalReport:
        self._end_removal(removal)
        if removal.shown is not None:
            removal.shown.apply(edits.get(removal.shown.id))
        self.must_project().structures.merge(removal.label, removal.into)
        self._table_changed()
        self._saved()
        return RemovalReport(removal.name, sum(_voxels(edit) for edit in edits.values()), tuple(edits))

    def _not_removed(self, removal: _Removal, error: Exception, on_error: OnError | None) -> None:
        self._end_removal(removal)
        self._report(error, on_error)

    def _end_removal(self, removal: _Removal) -> None:
        self._removal = None
        if removal.shown is not None:
            removal.shown.working = ""
        self.working_changed.emit()

    def _cancel_removal(self) -> None:
        if self._removal is not None:
            self._removal.cancel()
            self._removal = None
            if self.open is not None:
                self.open.working = ""
            self.working_changed.emit()

    def _must_be_removable(self, label: int, into: int) -> str:
        table = self.must_project().table
        for wanted in (label, into) if into else (label,):
            if wanted not in table.ids or label == into:
                raise ProjectError("The project has no such structure", where=str(wanted), next_step="Choose another of its structures.")
            if wanted in self.locked:
                raise ProjectError(f"“{table.by_id(wanted).name}” is locked", where="structures", next_step="Unlock it first.")
        without(table, label)
        if self._removal is not None:
            raise ProjectError("Another structure is being removed", where="structures", next_step="Wait until that is done.")
        return table.by_id(label).name

    # structures that come back

    def undo(self) -> None:
        """Take the last edit of the case on screen back; a deleted structure whose voxels come back is in the list again."""
        edit = self.must_open().undo()
        if edit is not None:
            self._revive(edit.before)

    def redo(self) -> None:
        """Carry the last undone edit out again; does nothing where there is none."""
        edit = self.must_open().redo()
        if edit is not None:
            self._revive(edit.after)

    def open_case(self, case_id: str, *, on_done: Callable[[Case], None] = no_answer, on_error: OnError | None = None) -> None:
        """Bring a case on screen; the one before is saved first."""
        if self._removal is not None:
            raise ProjectError("A structure is being removed from every scan", where=case_id, next_step="Wait until that is done.")
        super().open_case(case_id, on_done=on_done, on_error=on_error)
        project, opened = self.must_project(), self.open
        # a program that ended between an undo and the list's change leaves voxels without a structure
        if opened is not None and project.structures.retired:
            self._revive(opened.label_map.labels)

    def _revive(self, labels: Any) -> None:
        project = self.must_project()
        found = np.flatnonzero(np.bincount(np.asarray(labels).reshape(-1), minlength=256))
        if project.read_only or not set(found.tolist()) - {0, *project.table.ids}:
            return
        back = project.structures.revive(int(label) for label in found)
        self._table_changed()
        names = ", ".join(structure.name for structure in back)
        self.told.emit(f"Back in the list of structures, because voxels of it came back: {names}.")

    def _let_go_of_project(self) -> None:
        self._cancel_removal()
        super()._let_go_of_project()

    def _let_go_of_case(self) -> None:
        self._cancel_removal()
        super()._let_go_of_case()

    def cancel_operation(self) -> None:
        """Drop what is being computed; the mask on screen stays as it is, and so does the list of structures."""
        self._cancel_removal()
        super().cancel_operation()


def _voxels(edit: LabelEdit) -> int:
    return int(np.bitwise_count(edit.mask_bits).sum(dtype=np.int64))
