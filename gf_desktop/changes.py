"""What another student changed: every scan is predicted again behind the person's back, and each new proposal can be turned down.

What is to be predicted again is not a list that could be lost: it is every scan whose masks another student drew than the one that serves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.correcting import Correcting
from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.edits import LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, LabelTable
from gf_desktop.jobs import CancelToken
from gf_desktop.project.change_files import Change, ChangeState, put_back, read_change, read_difference, write_state
from gf_desktop.project.records import Case
from gf_desktop.workspace import OnError, no_answer

__all__ = ["KEEP_NAME", "TAKE_NAME", "CaseChange", "Changing"]

UInt8 = npt.NDArray[np.uint8]

KEEP_NAME: Final = "keep the older proposal"
TAKE_NAME: Final = "take the newer proposal"
"""Names of the edits, for the undo menu."""

_UNDONE: Final[dict[str, ChangeState]] = {KEEP_NAME: "open", TAKE_NAME: "kept"}
_DONE: Final[dict[str, ChangeState]] = {KEEP_NAME: "kept", TAKE_NAME: "accepted"}
"""What a change is once such an edit was taken back, or carried out."""

LOOK_S: Final = 0.05
"""While the person paints or waits for a prediction, the one behind looks so often whether it may go on."""

REST_S: Final = 1.0
"""It goes on so long after the last stroke: the next one is likely to follow."""

MOST_FAULTS: Final = 3
"""So many scans in a row that cannot be predicted end the series: most likely the disk is full."""


class Predict(Protocol):
    """Predicts a case that is not on screen; see :meth:`gf_desktop.session.Session.predict`."""

    def __call__(
        self,
        case_id: str,
        *,
        on_done: Callable[[object], None],
        on_error: OnError,
        before_slice: Callable[[CancelToken], None],
    ) -> CancelToken:
        """Predict."""
        ...


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What the student that drew a case last changed of the proposal before.

    Attributes
    ----------
    case
        The case.
    change
        What is kept of it.
    """

    case: Case
    change: Change

    @property
    def measured(self) -> bool:
        """Whether a voxel has a volume: not in pictures without a size and frames in time."""
        return self.case.spacing_known and not self.case.is_cine

    def changed_ml(self, label: int | None = None) -> float:
        """Return the ml that a structure has more or no more, or that have another label in all."""
        return self.change.changed_voxels(label) * self.case.geometry.voxel_ml

    def of_structure(self, label: int) -> tuple[float, float]:
        """Return the ml that a structure has more, and those that it has no more."""
        ml, key = self.case.geometry.voxel_ml, str(label)
        return self.change.added.get(key, 0) * ml, self.change.removed.get(key, 0) * ml

    def as_json(self, table: LabelTable) -> dict[str, Any]:
        """Return what the command line prints; structures by name, those that changed."""
        pairs = {s.name: self.of_structure(s.id) for s in table if self.change.changed_voxels(s.id)}
        return {
            "case": self.case.id,
            "older": self.change.older,
            "newer": self.change.newer,
            "state": self.change.state,
            "changed_voxels": self.change.voxels,
            "changed_ml": self.changed_ml() if self.measured else None,
            "structures": {name: {"added_ml": added, "removed_ml": removed} for name, (added, removed) in pairs.items()},
        }


class Changing:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    workspace
        Whose project it is.
    predict
        Predicts a case.
    waits
        Whether the person waits for a prediction of their own.

    Attributes
    ----------
    automatic
        Whether it begins by itself where something is to be predicted again, and predicts what :meth:`renew` asks for; a window sets it.
    running
        The case that is being predicted behind, how many of the series are done, and how many it has; None where none is.

    Signals: ``changed()`` the list or ``running`` are new · ``finished(int)`` every scan is up to date after another student came: in how
    many it changed anything.
    """

    changed = Signal()
    finished = Signal(int)

    def __init__(self, workspace: Correcting, *, predict: Predict, waits: Callable[[], bool]) -> None:
        self._workspace = workspace
        self._predict = predict
        self._waits = waits
        self._owner = threading.get_ident()
        self._known: dict[str, Change | None] = {}
        self._token: CancelToken | None = None
        self._mark: object = None
        self._busy_with = ""
        self._passed: set[str] = set()
        self._faults = 0
        self._done = 0
        self._paused = self._stopped = self._owes = self._takes_new = False
        self._painted_s = -1e9
        self.automatic = False
        self.running: tuple[str, int, int] | None = None
        workspace.project_changed.connect(self._project_changed)
        workspace.case_changed.connect(self._case_changed)
        workspace.history_changed.connect(self._history_changed)

    # what is known

    def _change(self, case_id: str) -> Change | None:
        if case_id not in self._known:
            self._known[case_id] = read_change(self._workspace.must_project().case_folder(case_id))
        return self._known[case_id]

    def of(self, case: Case) -> CaseChange | None:
        """Return what the last other student changed in a case; None where there was none before it."""
        change = self._change(case.id)
        if change is None or case.model_id != (change.older if change.state == "kept" else change.newer):
            return None
        return CaseChange(case, change)

    def all(self, *, label: int | None = None) -> list[CaseChange]:
        """Return the cases in which the student that serves, or the last before it, changed anything; the most first.

        Parameters
        ----------
        label
            Sort by this structure; None: by what changed in all.
        """
        found = [one for one in map(self.of, self._workspace.cases()) if one is not None and one.change.voxels]
        return sorted(found, key=lambda one: (one.change.state != "open", -one.changed_ml(label), one.case.id))

    def is_settled(self, case: Case) -> bool:
        """Whether the student that serves need not draw a case: it did, nothing is left to draw, or its proposal was turned down."""
        project = self._workspace.must_project()
        active, change = project.models.active_id, self._change(case.id)
        kept = change is not None and change.state == "kept" and (change.newer, change.older) == (active, case.model_id)
        return active is None or case.status in ("new", "approved") or case.model_id in ("", active) or kept

    def waiting(self, *, behind: bool = False, new: bool = False) -> list[str]:
        """Return the cases that another student drew than the one that serves.

        Parameters
        ----------
        behind
            Leave out the one on screen and those that could not be predicted.
        new
            Then those as well that neither a student nor a person has drawn in, where there is a student.
        """
        project = self._workspace.project
        if project is None:
            return []
        shown = self._workspace.open.id if self._workspace.open is not None else ""
        every = self._workspace.cases()
        cases = [case.id for case in every if not self.is_settled(case)]
        if new and project.models.active_id is not None:
            cases += [case.id for case in every if case.status == "new" and not case.model_id]
        return [one for one in cases if one != shown and one not in self._passed] if behind else cases

    # predicting behind

    def renew(self) -> None:
        """Predict what another student drew and then what is new, one case after the other; does nothing where that runs already."""
        self._stopped = self._paused = False
        self._takes_new = True
        self._passed.clear()
        self._go_on()

    def stop(self) -> None:
        """Leave the rest as it is until it is asked for, another student comes, or the project is opened again."""
        self._stopped, self._takes_new = True, False
        self._give_up()

    def pause(self) -> None:
        """Let the masks alone until :meth:`resume`: they are about to be frozen."""
        self._paused = True
        self._give_up()

    def resume(self) -> None:
        """Go on after :meth:`pause`; else does nothing."""
        if self._paused:
            self._paused = False
            self._go_on()

    def student_changed(self) -> None:
        """Take note that another student serves."""
        self._give_up()
        self._owes = True
        self._passed.clear()
        self._stopped = False
        self._go_on()

    def note(self, case_id: str) -> None:
        """Take note that a case was predicted."""
        self._known.pop(case_id, None)
        self.changed.emit()
        self._tell_end()

    def _give_up(self) -> None:
        if self._token is not None:
            self._token.cancel()
        self._token = self._mark = None
        if self.running is not None:
            self.running, self._done = None, 0
            self.changed.emit()

    def _go_on(self) -> None:
        project = self._workspace.project
        if not self.automatic or self._stopped or self._paused or self._mark is not None or project is None or project.read_only:
            return
        waiting = self.waiting(behind=True, new=self._takes_new)
        if not waiting:
            self._takes_new = False
            self._end()
            return
        case_id = waiting[0]
        mark = self._mark = object()
        self.running = (case_id, self._done, self._done + len(waiting))
        self.changed.emit()
        try:
            token = self._predict(
                case_id,
                on_done=lambda _prediction: self._one_done(mark, case_id, None),
                on_error=lambda error: self._one_done(mark, case_id, error),
                before_slice=self._wait,
            )
        except UserError as error:
            self._one_done(mark, case_id, error)
            return
        # a job that ran at once has answered before its token is known
        if self._mark is mark:
            self._token = token

    def _one_done(self, mark: object, case_id: str, error: Exception | None) -> None:
        if mark is not self._mark:
            return
        self._mark = self._token = None
        if error is None:
            self._done, self._faults = self._done + 1, 0
            if case_id in self.waiting(new=True):
                # whatever the reason is, it would be drawn for ever
                self._passed.add(case_id)
        else:
            # one that another window has, or whose copy is damaged, does not keep the others from being predicted
            self._passed.add(case_id)
            self._faults += 1
        if error is not None and (self._faults >= MOST_FAULTS or not isinstance(error, UserError)):
            self._faults, self._stopped = 0, True
            self._end()
            self._workspace.report_advice(error, None)
        else:
            self._go_on()

    def _end(self) -> None:
        if self.running is not None:
            self.running, self._done = None, 0
            self.changed.emit()
        self._tell_end()

    def _tell_end(self) -> None:
        """Tell once, after another student came, that every scan which can be predicted has been."""
        if not self._owes or self.running is not None:
            return
        shown = self._workspace.open
        left = [one for one in self.waiting() if one not in self._passed and (shown is None or one != shown.id or self._waits())]
        if not left or not self.automatic:
            self._owes = False
            active = self._workspace.must_project().models.active_id
            self.finished.emit(sum(one.change.state == "open" and one.change.newer == active for one in self.all()))

    def _wait(self, token: CancelToken) -> None:
        """Wait, on the thread that predicts, while the person paints or waits for a prediction of their own."""
        while threading.get_ident() != self._owner and not token() and self._is_occupied():
            time.sleep(LOOK_S)

    def _is_occupied(self) -> bool:
        opened = self._workspace.open
        works = opened is not None and (opened.painting or bool(opened.working))
        return works or self._waits() or time.monotonic() - self._painted_s < REST_S

    # following the workspace

    def _project_changed(self) -> None:
        self._give_up()
        self._known.clear()
        self._passed.clear()
        self._owes = self._stopped = self._paused = self._takes_new = False
        self.changed.emit()
        self._go_on()

    def _case_changed(self) -> None:
        opened = self._workspace.open
        if opened is not None and self.running is not None and self.running[0] == opened.id:
            # it is predicted now as the one on screen, slice by slice
            self._give_up()
        self._go_on()

    def _history_changed(self) -> None:
        self._painted_s = time.monotonic()
        opened = self._workspace.open
        if opened is None:
            return
        names = (opened.journal.undo_name, opened.journal.redo_name)
        if not {KEEP_NAME, TAKE_NAME} & set(names):
            return
        change = self._change(opened.id)
        if change is not None and self._busy_with != opened.id:
            state = _UNDONE.get(names[1] or "") or _DONE.get(names[0] or "")
            if state is not None and (state == "kept") != (change.state == "kept"):
                self._enter(opened.id, change, state)

    # what the person decides

    def accept(self, case_id: str, *, on_done: Callable[[bool], None] = no_answer, on_error: OnError | None = None) -> None:
        """Let the newer proposal stay, or take it again after the older one was kept; nothing is reviewed by that.

        Parameters
        ----------
        on_done
            Given whether the mask changed.

        Raises
        ------
        ProjectError
            When no other student changed anything in the case, or it may not be changed now.
        """
        self._decide(case_id, "accepted", on_done, on_error)

    def keep(self, case_id: str, *, on_done: Callable[[bool], None] = no_answer, on_error: OnError | None = None) -> None:
        """Put the older proposal back where nobody has reviewed, as one edit that can be undone; arguments and errors as :meth:`accept`.

        The student that serves draws the case again when it is asked to; another one does by itself.
        """
        self._decide(case_id, "kept", on_done, on_error)

    def _must_change(self, case_id: str) -> Change:
        project = self._workspace.must_project()
        found = self.of(project.case(case_id))
        if found is None or not found.change.voxels:
            raise ProjectError(
                "No other student has changed anything here", where=case_id, next_step="Choose one of the scans that “changes” lists."
            )
        return found.change

    def _decide(self, case_id: str, state: ChangeState, on_done: Callable[[bool], None], on_error: OnError | None) -> None:
        workspace, project = self._workspace, self._workspace.must_project()
        project.must_write()
        change = self._must_change(case_id)
        if (state == "kept") == (change.state == "kept"):
            self._enter(case_id, change, state)
            on_done(False)
            return
        newer, name = state != "kept", TAKE_NAME if state != "kept" else KEEP_NAME
        folder, shape = project.case_folder(case_id), project.case(case_id).geometry.shape_kji
        opened, author = workspace.open, workspace.author

        def make(label_map: LabelMap) -> LabelEdit | None:
            difference = read_difference(folder, change, shape)
            return None if difference is None else put_back(label_map, difference, newer=newer, name=name, author=author)

        def done(changed: bool) -> None:
            self._busy_with = ""
            self._enter(case_id, change, state)
            on_done(changed)

        def failed(error: Exception) -> None:
            self._busy_with = ""
            workspace.report_advice(error, on_error)

        if opened is not None and opened.id == case_id:
            label_map, self._busy_with = opened.label_map, case_id
            try:
                workspace.carry_out_edit(lambda: make(label_map), name=name, on_done=done, on_error=failed)
            except UserError:
                self._busy_with = ""
                raise
        else:
            editor = project.masks.editor(case_id, make)
            workspace.run_job(lambda _token: editor(), lambda edit: done(edit is not None), on_error)

    def _enter(self, case_id: str, change: Change, state: ChangeState) -> None:
        """Keep what was decided, and whose the case's masks are by that."""
        project, opened = self._workspace.must_project(), self._workspace.open
        drawn_by = change.older if state == "kept" else change.newer
        if project.case(case_id).model_id != drawn_by:
            project.keep_model(case_id, drawn_by)
        self._known[case_id] = write_state(project.case_folder(case_id), change, state)
        if opened is not None and opened.id == case_id:
            opened.refresh()
        self._workspace.worklist_changed.emit()
        self.changed.emit()

    def other_mask(self, on_done: Callable[[Change, UInt8], None], *, on_error: OnError | None = None) -> None:
        """Read the mask of the case on screen as the other proposal has it: the older one, or the newer one where the older was kept.

        Parameters
        ----------
        on_done
            Given the change, and uint8 [k, j, i]; what was reviewed is as it is.

        Raises
        ------
        ProjectError
            As :meth:`accept`.
        """
        opened, project = self._workspace.must_open(), self._workspace.must_project()
        change, folder, label_map = self._must_change(opened.id), project.case_folder(opened.id), opened.label_map

        def read(_token: CancelToken) -> UInt8:
            labels, difference = label_map.labels.copy(), read_difference(folder, change, label_map.labels.shape)
            edit = None if difference is None else put_back(label_map, difference, newer=change.state == "kept", name="")
            if edit is not None:
                edit.write_after(labels, label_map.states)
            return labels

        def done(labels: UInt8) -> None:
            if self._workspace.open is opened:
                on_done(change, labels)

        self._workspace.run_job(read, done, on_error)
