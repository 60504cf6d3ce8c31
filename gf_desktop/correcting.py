"""Correcting the mask on screen: strokes, operations, locks, approval, undo, and masks from files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psygnal import Signal

from gf_desktop.errors import ProjectError
from gf_desktop.files.facts import FRAME_FACT
from gf_desktop.files.masks import MappedMask, mapped_mask
from gf_desktop.files.resample import ResampleMethod, ResamplePreview
from gf_desktop.imaging.brushes import Brush, BrushShape
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.limits import EdgeLimit, IntensityLimit, Limit, ProbabilityLimit
from gf_desktop.imaging.operations import Operation
from gf_desktop.imaging.paint import Stroke
from gf_desktop.imaging.rule import PaintRule
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.large_change import LargeChange
from gf_desktop.open_case import OpenCase
from gf_desktop.workspace import OnError, Workspace, no_answer

__all__ = ["BrushOptions", "CorrectReport", "Correcting", "checked_slices", "listed_slices"]

LARGE_VOXELS = 1 << 23
"""A scan with fewer voxels is accepted, and that is saved, in less time than anybody notices."""


@dataclass(frozen=True, slots=True)
class CorrectReport:
    """What a correction from a file changed.

    Attributes
    ----------
    case_id
        The case.
    slices
        The stored slices taken.
    voxels_changed
        How many voxels differ from before.
    notes
        What was noticed about the file, one sentence each.
    resampled
        What bringing the mask onto the scan's grid did to each of its labels; None where it lay there.
    """

    case_id: str
    slices: tuple[int, ...]
    voxels_changed: int
    notes: tuple[str, ...] = ()
    resampled: ResamplePreview | None = None


@dataclass(frozen=True, slots=True)
class BrushOptions:
    """How a brush paints besides its size.

    Attributes
    ----------
    square
        A square or cube instead of a disc or ball.
    in_space
        A ball or cube instead of a disc or square in the slice.
    over
        "all": everything that is not locked is painted over. "background": structures stay. A label value: only that structure, by every
        tool, the eraser too.
    where
        "anywhere"; "range": only intensities from ``low`` to ``high``, in the scan's unit; "edges": only what is connected with the
        brush's middle and looks like it; "student": only where the student's probability of the structure is above ``dial`` (0 to 1).
    """

    square: bool = False
    in_space: bool = False
    over: Literal["all", "background"] | int = "all"
    where: Literal["anywhere", "range", "edges", "student"] = "anywhere"
    low: float = 0.0
    high: float = 100.0
    dial: float = 0.3

    @property
    def painted_over(self) -> frozenset[int] | None:
        """Labels that may be painted over; None for all."""
        if isinstance(self.over, int):
            return frozenset({self.over})
        return frozenset({0}) if self.over == "background" else None

    def limit(self, opened: OpenCase, label: int) -> Limit | None:
        """Return what the brush is held to on a scan; ProjectError where the student's probability of the structure is not there."""
        if self.where == "range":
            return IntensityLimit(opened.volume.voxels, self.low, self.high)
        if self.where == "edges":
            return EdgeLimit(opened.volume.voxels)
        if self.where == "student":
            if opened.probability is None or opened.probability[0] != label:
                raise ProjectError(
                    "The student has not looked for this structure yet", where=opened.id, next_step="Wait a moment and paint again."
                )
            return ProbabilityLimit(opened.probability[2], self.dial)
        return None


class Correcting(Workspace):
    """The commands that change the mask of the case on screen.

    Parameters
    ----------
    jobs
        Runs what takes long.
    author
        Initials written into edits; may be empty.

    Signals: those of :class:`Workspace` · ``working_changed()`` an operation began or ended · ``locks_changed()`` ·
    ``mask_touched()`` a stroke or an operation is about to begin.
    """

    working_changed = Signal()
    mask_touched = Signal()
    locks_changed = Signal()

    def __init__(self, jobs: Jobs, *, author: str = "") -> None:
        super().__init__(jobs, author=author)
        self._operation: CancelToken | None = None

    def _let_go_of_case(self) -> None:
        self.cancel_operation()

    def begin_stroke(
        self,
        *,
        axis: int,
        label: int,
        radius_mm: float,
        start_ijk: tuple[float, float, float],
        erase: bool = False,
        review: bool = False,
        options: BrushOptions | None = None,
    ) -> Stroke:
        """Start to paint on the case on screen; ``erase`` takes away only voxels of ``label``, with label 0 any. Locked structures stay.

        Parameters
        ----------
        axis
            Grid axis that the painted slice lies across: 0 = i, 1 = j, 2 = k.
        start_ijk
            Voxel index, fractions allowed.
        review
            Mark what the brush covers as reviewed instead; labels stay.
        options
            Of the brush; None for a round one in the slice that paints everywhere.

        Raises
        ------
        ProjectError
            When the mask may not be changed now, or the student's probability is asked for and not there.
        """
        chosen, opened = options or BrushOptions(), self.must_open()
        self.mask_touched.emit()
        return opened.begin_stroke(
            Brush(radius_mm, BrushShape.SQUARE if chosen.square else BrushShape.ROUND, None if chosen.in_space else axis),
            label=None if review else 0 if erase else label,
            erase_only=label if erase and label and not review else None,
            start_ijk=start_ijk,
            name="review" if review else "eraser" if erase else "brush",
            # an eraser takes away what it is pointed at, or the one structure that was chosen
            rule=PaintRule(over=None if erase and chosen.over == "background" else chosen.painted_over, locked=self.locked),
            limit=None if review else chosen.limit(opened, label),
        )

    def operate(
        self,
        operation: Operation,
        *,
        over: frozenset[int] | None = None,
        on_done: Callable[[bool], None] = no_answer,
        on_error: OnError | None = None,
    ) -> None:
        """Carry out an operation on the case on screen, off the session's thread; until it is done nothing else changes the mask.

        Parameters
        ----------
        over
            Labels that may be painted over, 0 for background; None for every label.
        on_done
            Given whether anything changed.

        Raises
        ------
        ProjectError
            When another operation is being computed, or the mask is open for reading only.
        """
        opened = self.must_open()
        self._carry_out(opened, opened.prepare(operation, self.rule(over)), on_done, on_error)

    def carry_out_edit(
        self,
        edit: LabelEdit | Callable[[], LabelEdit | None],
        *,
        name: str,
        on_done: Callable[[bool], None] = no_answer,
        on_error: OnError | None = None,
    ) -> None:
        """Carry out an edit that was computed for the mask of the case on screen as it is; arguments and errors as :meth:`operate`.

        Parameters
        ----------
        edit
            It, or what computes it on any thread.
        """
        opened = self.must_open()
        self._carry_out(opened, opened.begin_change(name, edit if callable(edit) else lambda: edit), on_done, on_error)

    def rule(self, over: frozenset[int] | None) -> PaintRule:
        """Return what a tool may paint over now: labels that were chosen, None for all, but for locked structures."""
        return PaintRule(over=over, locked=self.locked)

    def _carry_out(self, opened: OpenCase, change: LargeChange, on_done: Callable[[bool], None], on_error: OnError | None) -> None:
        """Compute and save a change off the session's thread, then show it."""
        self.mask_touched.emit()

        def ended() -> LabelEdit | None:
            self._operation = None
            edit = opened.settle()
            self.working_changed.emit()
            return edit

        def failed(error: Exception) -> None:
            ended()
            self.report_advice(error, on_error)

        # a job that ran at once has answered before its token is known
        token = self._jobs.run(lambda _token: change.work(), on_done=lambda _none: on_done(ended() is not None), on_error=failed)
        if opened.working:
            self._operation = token
        self.working_changed.emit()

    def report_advice(self, error: Exception, on_error: OnError | None) -> None:
        """Tell why an operation failed; what its numbers made impossible becomes advice."""
        self._report(_as_advice(error), on_error)

    def cancel_operation(self) -> None:
        """Drop the operation that is being computed; the mask stays as it is, unless it was just being saved. Else does nothing."""
        if self._operation is not None:
            self._operation.cancel()
            self._operation = None
        if self.open is not None:
            self.open.settle()
        self.working_changed.emit()

    @property
    def locked(self) -> frozenset[int]:
        """Label values of structures that no tool may change; kept with the project."""
        return frozenset() if self.project is None else self.project.locked

    def set_locked(self, label: int, *, locked: bool) -> None:
        """Lock a structure against every tool, or free it."""
        project = self.must_project()
        project.set_locked(project.locked | {label} if locked else project.locked - {label})
        self.locks_changed.emit()

    def undo(self) -> None:
        """Take the last edit of the case on screen back; does nothing where there is none."""
        self.must_open().undo()

    def redo(self) -> None:
        """Carry the last undone edit out again; does nothing where there is none."""
        self.must_open().redo()

    def approve_slice(self, index: int, *, axis: int = 2) -> None:
        """Accept every voxel of a slice that a person has not edited; undoable.

        Parameters
        ----------
        index
            Slice number along ``axis``.
        axis
            Stored grid axis that the slice lies across: 0 = i, 1 = j, 2 = k.
        """
        opened = self.must_open()
        start, stop = [0, 0, 0], list(opened.volume.geometry.shape_kji)
        start[2 - axis], stop[2 - axis] = index, index + 1
        opened.approve(Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2])), name=f"approve slice {index + 1}")

    def approve_case(self) -> None:
        """Accept every voxel of the case on screen that a person has not edited; undoable. Of a large scan off the session's thread."""
        opened, name = self.must_open(), "approve scan"
        whole = Box.whole(opened.volume.geometry.shape_kji)
        if math.prod(whole.shape_kji) < LARGE_VOXELS:
            opened.approve(whole, name=name)
        else:
            self._carry_out(opened, opened.prepare_approval(whole, name=name), no_answer, None)

    def correct(
        self,
        case_id: str,
        mask: Path,
        *,
        slices: Iterable[int] | None = None,
        mapping: dict[int, str] | None = None,
        resample: ResampleMethod | None = None,
        other_frame: bool = False,
    ) -> CorrectReport:
        """Take approved slices of a mask file; the whole scan where no slices are named.

        Raises
        ------
        GeometryError
            When the mask lies on another grid, unless ``resample`` says how to bring it onto the scan's; or states another frame of
            reference, unless ``other_frame`` says that this is known.
        UserError
            When it holds ids or names that are neither the project's nor mapped, or a slice that does not exist.
        """
        project = self.must_project()
        project.must_write()
        case = project.case(case_id)
        frame = project.facts(case_id).get(FRAME_FACT, "")
        taken = mapped_mask(
            mask, case.geometry, project.table, mapping=mapping, cine=case.is_cine, resample=resample, frame=frame, other_frame=other_frame
        )
        checked_slices(slices, case.slices)
        if self.open is None or self.open.id != case_id:
            self.open_case(case_id)
        return self.take_mask(taken, slices=slices)

    def take_mask(self, taken: MappedMask, *, slices: Iterable[int] | None = None) -> CorrectReport:
        """Take approved slices of a mask that was read for the case on screen, as one edit that can be undone; all where none are named.

        Raises
        ------
        UserError
            When the case may not be changed, or a slice does not exist.
        """
        self.must_project().must_write()
        opened = self.must_open()
        wanted = checked_slices(slices, opened.case.slices)
        changed = opened.take_slices(taken.labels, wanted, name="mask from a file")
        return CorrectReport(opened.id, wanted, changed, tuple(f.message for f in taken.findings), taken.preview)


def _as_advice(error: Exception) -> Exception:
    """Return an operation's refusal as something that the user can act on; a bug stays one."""
    if isinstance(error, ValueError):
        return ProjectError(f"That cannot be done: {error}", where="operation", next_step="Choose other numbers.")
    return error


def checked_slices(slices: Iterable[int] | None, count: int) -> tuple[int, ...]:
    """Return slice numbers in order, each once; all of ``count`` for None. ProjectError where one lies outside or there is none."""
    if slices is None:
        return tuple(range(count))
    wanted = tuple(sorted(set(slices)))
    outside = [k for k in wanted if not 0 <= k < count]
    if outside or not wanted:
        raise ProjectError(
            f"The scan has slices 0 to {count - 1}, not {', '.join(map(str, outside)) or 'none'}",
            where="slices",
            next_step="Name slices within the scan, counted from 0.",
        )
    return wanted


def listed_slices(text: str, count: int) -> tuple[int, ...]:
    """Return the slices of a list such as "3, 7-9", which counts from 1 as people do; the numbers returned count from 0.

    Raises
    ------
    ProjectError
        When it is no such list, or names a slice that is not one of ``count``.
    """
    wanted: set[int] = set()
    for part in text.split(","):
        piece = part.strip()
        first, _, last = piece.partition("-")
        try:
            low, high = int(first), int(last or first)
        except ValueError as error:
            raise ProjectError(f"“{text}” is not a list of slices", where="slices", next_step="Write it such as 3, 7-9.") from error
        if not 1 <= low <= high <= count:
            raise ProjectError(f"The scan has slices 1 to {count}, not {piece}", where="slices", next_step="Name slices within the scan.")
        wanted.update(range(low - 1, high))
    return tuple(sorted(wanted))
