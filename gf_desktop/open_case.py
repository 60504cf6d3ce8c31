"""The case on screen: its scan, its mask, what can be undone, and every way to change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.brushes import Brush
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.limits import Limit
from gf_desktop.imaging.operations import NAMES, Operation, carry_out, frame_by_frame
from gf_desktop.imaging.paint import Stroke
from gf_desktop.imaging.rule import PaintRule
from gf_desktop.imaging.volume import Volume
from gf_desktop.large_change import LargeChange
from gf_desktop.project.journal import Journal
from gf_desktop.project.records import Case
from gf_desktop.project.store import Project

__all__ = ["OpenCase", "swap_confidence"]

PAGE_BYTES = 4096
"""A disk is read in pieces of at least this size."""

UInt8 = npt.NDArray[np.uint8]


class OpenCase:
    """A case with its arrays in memory. Each change is saved before the next one begins.

    Parameters
    ----------
    project
        Where it is kept.
    case_id
        Which one.
    author
        Initials written into each edit.
    on_edit
        Called after each edit, undo and redo, when it is saved; :meth:`note_progress` then brings the case's record up to date.
    on_trouble
        Given the fault when an edit could not be saved; the edit has been taken back then.

    Attributes
    ----------
    volume, label_map
        Scan, and mask with its states.
    frames
        Of a series in time every volume, read-only [t, k, j, i]; the mask is of one of them, ``volume``. Else None.
    journal
        Every stroke, saved as it is made; what can be undone, and findings of what happened to the file since it was last open.
    probability
        The structure, the model, and uint8 [k, j, i] of the model's probability of it, 0 to 255 and 0 where it was not computed yet;
        None before it was asked for.
    confidence_revision
        Goes up when another ``confidence`` is there.
    has_unsaved_proposals
        Whether the student's proposals on screen are not saved yet: what is accepted meanwhile is saved with its labels.
    """

    def __init__(
        self,
        project: Project,
        case_id: str,
        *,
        author: str,
        on_edit: Callable[[], None],
        on_trouble: Callable[[UserError], None],
    ) -> None:
        self._project = project
        self._author = author
        self._on_edit = on_edit
        self._on_trouble = on_trouble
        self._stroke: Stroke | None = None
        self._change: LargeChange | None = None
        self._waiting: list[tuple[Callable[[], None], bool]] = []
        self._working = ""
        self._is_behind = False
        self.case: Case = project.case(case_id)
        self.volume = project.load_volume(case_id)
        self.frames: npt.NDArray[Any] | None = project.load_frames(case_id)
        self._shown: tuple[int, Volume] = (self.volume.time.frame if self.volume.time is not None else 0, self.volume)
        self.journal: Journal = project.masks.open_journal(case_id)
        try:
            self.label_map = project.masks.load(case_id)
        except BaseException:
            project.masks.close_journal(case_id)
            raise
        self._confidence: UInt8 | None = None
        self.confidence_revision = 0
        self.probability: tuple[int, str, UInt8] | None = None
        self.has_unsaved_proposals = False
        if not self.journal.read_only:
            # a kill may have come between a change and its entry in the record
            self._is_behind = True
            self.note_progress()

    @property
    def id(self) -> str:
        """The case's id."""
        return self.case.id

    @property
    def confidence(self) -> UInt8 | None:
        """uint8 [k, j, i], the student's probability of the label, 0 to 255; None before a prediction. It may be read-only."""
        return self._confidence

    @confidence.setter
    def confidence(self, confidence: UInt8 | None) -> None:
        self._confidence = confidence
        self.confidence_revision += 1

    @property
    def painting(self) -> bool:
        """Whether a stroke runs."""
        return self._stroke is not None and self._stroke.is_open

    def shown(self, frame: int) -> Volume:
        """Return the volume that a frame of a series is; of any other scan ``volume`` itself."""
        time = self.volume.time
        if self.frames is None or time is None or frame == time.frame:
            return self.volume
        if self._shown[0] != frame:
            self._shown = (frame, replace(self.volume, voxels=self.frames[frame], time=time.at(frame)))
        return self._shown[1]

    def is_shown(self, frame: int) -> bool:
        """Whether the volume that the mask is of is shown where a frame of a series is; any other scan always is."""
        return self.frames is None or self.volume.time is None or frame == self.volume.time.frame

    def must_be_shown(self, frame: int) -> None:
        """Raise ProjectError where another frame of a series is on screen than the one that the mask is of."""
        time = self.volume.time
        if time is not None and not self.is_shown(frame):
            raise ProjectError(
                f"The mask is of frame {time.frame + 1} of {time.count}, and frame {frame + 1} is shown",
                where=self.id,
                next_step="Go back to the mask's frame, or make this frame a scan of its own (View: Mask this frame).",
            )

    def touch(self, frame: int) -> None:
        """Bring the pixels of a frame into memory; for any thread, so that showing it does not wait for the disk."""
        voxels = self.volume.voxels if self.frames is None else self.frames
        if 0 <= frame < len(voxels):
            flat = voxels[frame].reshape(-1)
            flat[:: max(1, PAGE_BYTES // flat.itemsize)].max()

    @property
    def working(self) -> str:
        """Name of what is being computed or saved for the mask, which nothing else may change meanwhile; "" where nothing is."""
        return self._working

    @working.setter
    def working(self, name: str) -> None:
        self._working = name
        self._go_on()

    def when_free(self, act: Callable[[], None], *, at_rest: bool = False) -> None:
        """Call ``act`` as soon as nothing is being computed for the mask, with ``at_rest`` once no stroke runs either; keeps order."""
        self._waiting.append((act, at_rest))
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self.working and not (self._waiting[0][1] and self.painting):
            self._waiting.pop(0)[0]()

    def must_rest(self) -> None:
        """End the stroke that runs; ProjectError where something is being computed or saved for the mask."""
        if self.working:
            raise ProjectError(
                f"“{self.working}” is still being computed on {self.id}", where=self.id, next_step="Wait until it is done, or stop it."
            )
        self.finish_stroke()

    def refresh(self) -> None:
        """Read the case's record again after its status changed."""
        self.case = self._project.case(self.id)

    def show_saved(self) -> None:
        """Show the mask as it is saved: what was proposed and could not be kept goes."""
        saved, box = self._project.masks.load(self.id), Box.whole(self.volume.geometry.shape_kji)
        edit = LabelEdit.record(
            labels=self.label_map.labels,
            states=self.label_map.states,
            mask=None,
            box=box,
            new_labels=saved.labels,
            new_states=saved.states,
            name="as saved",
        )
        self.has_unsaved_proposals = False
        if edit is not None:
            self.label_map.apply(edit)

    def begin_stroke(
        self,
        brush: Brush,
        *,
        label: int | None,
        start_ijk: tuple[float, float, float],
        erase_only: int | None,
        name: str,
        rule: PaintRule,
        limit: Limit | None,
    ) -> Stroke:
        """Start to paint; see :meth:`gf_desktop.session.Session.begin_stroke` and :class:`gf_desktop.imaging.paint.Stroke`."""
        self._must_change()
        if self.volume.is_cine:
            # between two moments there is no space for a ball
            brush = replace(brush, axis=2)
        self._stroke = Stroke(
            self.label_map,
            axis=2 if brush.axis is None else brush.axis,
            label=label,
            erase_only=erase_only,
            radius_mm=brush.radius_mm,
            brush=brush,
            start_ijk=start_ijk,
            name=name,
            author=self._author,
            rule=rule,
            limit=limit,
            on_finish=self._committed,
            on_end=self._go_on,
        )
        return self._stroke

    def _must_change(self) -> None:
        """Make sure that the mask may be changed now; a stroke that runs is ended."""
        self._project.must_write()
        self.journal.must_write()
        self.must_rest()

    def begin_work(self, name: str) -> None:
        """Keep the mask as it is until ``working`` is "" again, because an edit is being computed for it; ProjectError where it may not."""
        self._must_change()
        self.working = name

    def finish_stroke(self) -> None:
        """End the stroke that runs, if any; what it painted stays."""
        if self._stroke is not None:
            self._stroke.finish()
            self._stroke = None

    def _committed(self, edit: LabelEdit) -> None:
        try:
            if self.has_unsaved_proposals:
                edit = edit.with_labels(self.label_map.labels)
            self.journal.commit(edit, model_id=self.case.model_id)
        except UserError as error:
            self.label_map.revert(edit)
            self._on_trouble(error)
            return
        self._saved()

    def _saved(self) -> None:
        self._is_behind = True
        self._on_edit()

    def note_progress(self) -> None:
        """Bring the case's record up to date where an edit has left it behind.

        It follows from the mask: where the disk is full, or the program ends before, the next change or opening does it.
        """
        if not self._is_behind:
            return
        self._is_behind = False
        try:
            if self._project.masks.note_progress(self.case, self.label_map):
                self.refresh()
        except UserError as error:
            self._on_trouble(error)

    def undo(self) -> LabelEdit | None:
        """Take the last edit back and return it; None where there is none."""
        self._must_change()
        edit = self.journal.undo(author=self._author)
        if edit is not None:
            self.label_map.revert(edit)
            self._saved()
        return edit

    def redo(self) -> LabelEdit | None:
        """Carry the last undone edit out again and return it; None where there is none."""
        self._must_change()
        edit = self.journal.redo(author=self._author)
        if edit is not None:
            self.label_map.apply(edit)
            self._saved()
        return edit

    def approve(self, box: Box, *, name: str) -> None:
        """Accept every voxel of a box that no person accepted or edited yet; undoable."""
        self._must_change()
        self.apply(self._approval(box, name))

    def prepare_approval(self, box: Box, *, name: str) -> LargeChange:
        """Return the same as a change that is computed and saved on any thread; see :meth:`begin_change`."""
        return self.begin_change(name, lambda: self._approval(box, name))

    def _approval(self, box: Box, name: str) -> LabelEdit | None:
        labels, states = self.label_map.labels, self.label_map.states
        return LabelEdit.record(
            labels=labels,
            states=states,
            mask=None,
            box=box,
            new_labels=labels[box.slices],
            # what a person accepted or edited stays
            new_states=np.maximum(states[box.slices], np.uint8(VoxelState.ACCEPTED)),
            name=name,
            author=self._author,
        )

    def take_slices(self, labels: UInt8, slices: tuple[int, ...], *, name: str) -> int:
        """Take stored slices of another mask as approved; undoable.

        Parameters
        ----------
        labels
            uint8 [k, j, i], label values.
        slices
            Stored slice numbers.

        Returns
        -------
        Number of voxels whose label changed.
        """
        chosen = np.zeros(labels.shape, bool)
        chosen[list(slices)] = True
        differs = labels != self.label_map.labels
        kept = np.maximum(self.label_map.states, np.uint8(VoxelState.ACCEPTED))
        states = np.where(differs, np.uint8(VoxelState.EDITED), kept)
        self._record(mask=chosen, box=Box.whole(self.volume.geometry.shape_kji), labels=labels, states=states, name=name)
        return int((differs & chosen).sum())

    def _record(self, *, mask: npt.NDArray[np.bool_], box: Box, labels: UInt8, states: UInt8 | int, name: str) -> None:
        self._must_change()
        edit = LabelEdit.record(
            labels=self.label_map.labels,
            states=self.label_map.states,
            mask=mask,
            box=box,
            new_labels=labels,
            new_states=states,
            name=name,
            author=self._author,
        )
        self.apply(edit)

    def apply(self, edit: LabelEdit | None) -> bool:
        """Carry out and save an edit that was made for the mask as it is now; return whether there was one to carry out."""
        if edit is None:
            return False
        self.label_map.apply(edit)
        self._committed(edit)
        return True

    def plan(self, operation: Operation, rule: PaintRule) -> Callable[[], LabelEdit | None]:
        """Return what computes an operation's edit for the mask as it is, on any thread.

        On a cine it works frame by frame; UserError where it needs space, and when the mask may not be changed now.
        """
        self._must_change()
        if self.volume.is_cine:
            operation = frame_by_frame(operation)
        label_map, voxels, author = self.label_map, self.volume.voxels, self._author
        return lambda: carry_out(operation, label_map, voxels, rule=rule, author=author)

    def prepare(self, operation: Operation, rule: PaintRule) -> LargeChange:
        """Return an operation as a change that is computed and saved on any thread; until :meth:`settle` nothing else changes the mask.

        Errors as :meth:`plan`.
        """
        return self.begin_change(NAMES[type(operation)], self.plan(operation, rule))

    def begin_change(self, name: str, compute: Callable[[], LabelEdit | None]) -> LargeChange:
        """Return a change that ``compute`` makes of the mask as it is; until :meth:`settle` nothing else changes it."""
        self.begin_work(name)
        self._change = LargeChange(
            self.label_map, self.journal, compute, model_id=self.case.model_id, whole_labels=self.has_unsaved_proposals
        )
        return self._change

    def settle(self) -> LabelEdit | None:
        """End the change that was begun, if any: one that is saved is carried out and returned, another one is given up."""
        change, self._change = self._change, None
        if change is None:
            return None
        edit = change.settle()
        self.working = ""
        if edit is not None:
            self._saved()
        return edit

    def close(self) -> None:
        """Fold the strokes since the last revision into a new one, and let others write.

        A disk that is full leaves them in the journal, where they are as safe: the next opening carries them out again.
        """
        self._waiting.clear()
        try:
            self.settle()
            self.finish_stroke()
            self.note_progress()
            if not self.journal.read_only and self.journal.has_changes:
                self._project.masks.fold(self.id, self.label_map, author=self._author)
        except UserError as error:
            self._on_trouble(error)
        finally:
            self._project.masks.close_journal(self.id)


def swap_confidence(opened: OpenCase, confidence: UInt8) -> None:
    """Let a case hold the same confidence in another array: nothing has to be counted anew."""
    revision = opened.confidence_revision
    opened.confidence = confidence
    opened.confidence_revision = revision
