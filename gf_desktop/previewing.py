"""An operation that is looked at before it is carried out on the case on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from psygnal import Signal

from gf_desktop.correcting import Correcting
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import LabelEdit
from gf_desktop.imaging.operations import (
    NAMES,
    Close,
    Combine,
    FillHoles,
    GrowRegion,
    GrowSeeds,
    Interpolate,
    KeepLargest,
    Margin,
    Open,
    Operation,
    RemoveIslands,
    Smooth,
    Threshold,
)
from gf_desktop.imaging.preview import ChangePreview, preview_of
from gf_desktop.jobs import CancelToken
from gf_desktop.workspace import OnError, no_answer

__all__ = ["PREVIEWED", "Previewing"]

PREVIEWED: Final = (
    *(Close, Combine, FillHoles, GrowRegion, GrowSeeds, Interpolate),
    *(KeepLargest, Margin, Open, RemoveIslands, Smooth, Threshold),
)
"""Operations whose outcome nobody knows before, so that it is shown; the others do what they say, and undo takes them back."""


class Previewing:
    """Belongs to the thread of its workspace. The preview ends when anything else changes the mask.

    Parameters
    ----------
    workspace
        Whose case on screen would be changed.

    Attributes
    ----------
    operation
        What is looked at; None for nothing.
    change
        What it would change; None while that is being computed, and where it would change nothing.
    computing
        Whether it is being computed.

    Signals: ``changed()``.
    """

    changed = Signal()

    def __init__(self, workspace: Correcting) -> None:
        self._workspace = workspace
        self._opened: object = None
        self._edit: LabelEdit | None = None
        self._token: CancelToken | None = None
        self._asked = 0
        self._apply_when_known: Callable[[bool], None] | None = None
        self.operation: Operation | None = None
        self.change: ChangePreview | None = None
        self.computing = False
        workspace.case_changed.connect(self._case_changed)
        workspace.labels_changed.connect(lambda _box: self.end())
        workspace.locks_changed.connect(self.end)

    def _case_changed(self) -> None:
        if self._workspace.open is not self._opened:
            self._opened = self._workspace.open
            self.end()

    def look(self, operation: Operation, *, over: frozenset[int] | None = None, on_error: OnError | None = None) -> None:
        """Compute, off the thread, what an operation would change; one that was looked at before is let go.

        Parameters
        ----------
        over
            As in :meth:`Correcting.operate`.

        Raises
        ------
        ProjectError
            When the mask may not be changed now.
        UserError
            When a cine cannot have it.
        """
        opened = self._workspace.must_open()
        compute = opened.plan(operation, self._workspace.rule(over))
        self._drop()
        self._asked += 1
        asked, voxel_ml = self._asked, opened.volume.geometry.voxel_ml
        self.operation, self.computing = operation, True

        def work(_token: CancelToken) -> tuple[LabelEdit | None, ChangePreview | None]:
            edit = compute()
            return edit, None if edit is None else preview_of(edit, voxel_ml=voxel_ml)

        def done(found: tuple[LabelEdit | None, ChangePreview | None]) -> None:
            if asked != self._asked:
                return
            self._edit, self.change = found
            self.computing = False
            wanted, self._apply_when_known = self._apply_when_known, None
            if wanted is not None:
                self.apply(on_done=wanted)
            else:
                self.changed.emit()

        def failed(error: Exception) -> None:
            if asked == self._asked:
                self.end()
                self._workspace.report_advice(error, on_error)

        token = self._workspace.run_job(work, done, failed)
        # a job that ran at once has answered already
        self._token = token if self.computing else None
        self.changed.emit()

    def apply(self, *, on_done: Callable[[bool], None] = no_answer, on_error: OnError | None = None) -> None:
        """Carry out what is looked at, as soon as it is computed.

        Parameters
        ----------
        on_done
            Given whether anything changed.

        Raises
        ------
        ProjectError
            When nothing is looked at, or the mask may not be changed now.
        """
        if self.operation is None:
            raise ProjectError("No operation is looked at", where="operation", next_step="Choose one from a structure's menu.")
        if self.computing:
            self._apply_when_known = on_done
            return
        edit, name = self._edit, NAMES[type(self.operation)]
        self.end()
        if edit is None:
            on_done(False)
            return
        self._workspace.carry_out_edit(edit, name=name, on_done=on_done, on_error=on_error)

    def end(self) -> None:
        """Look at nothing any more; the mask stays. Else does nothing."""
        if self.operation is not None:
            self._drop()
            self.changed.emit()

    def _drop(self) -> None:
        self._asked += 1
        if self._token is not None:
            self._token.cancel()
        self._token = self._edit = self.operation = self.change = self._apply_when_known = None
        self.computing = False
