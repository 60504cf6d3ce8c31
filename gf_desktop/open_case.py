"""The case on screen: its scan, its mask, what can be undone, and every way to change it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import UserError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.paint import Stroke
from gf_desktop.project.journal import Journal
from gf_desktop.project.records import Case
from gf_desktop.project.store import Project

__all__ = ["OpenCase"]

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
        Called after each edit, undo and redo, when it is saved.
    on_trouble
        Given the fault when an edit could not be saved; the edit has been taken back then.

    Attributes
    ----------
    volume, label_map
        Scan, and mask with its states.
    journal
        Every stroke, saved as it is made; what can be undone, and findings of what happened to the file since it was last open.
    confidence
        uint8 [k, j, i], the student's probability of the label, 0 to 255; None before a prediction.
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
        self.case: Case = project.case(case_id)
        self.volume = project.load_volume(case_id)
        self.journal: Journal = project.masks.open_journal(case_id)
        try:
            self.label_map = project.masks.load(case_id)
        except BaseException:
            project.masks.close_journal(case_id)
            raise
        self.confidence: UInt8 | None = None

    @property
    def id(self) -> str:
        """The case's id."""
        return self.case.id

    def refresh(self) -> None:
        """Read the case's record again after its status changed."""
        self.case = self._project.case(self.id)

    def begin_stroke(self, *, axis: int, label: int, radius_mm: float, start_ijk: tuple[float, float, float], erase: bool) -> Stroke:
        """Start to paint; see :meth:`gf_desktop.session.Session.begin_stroke`."""
        self.journal.must_write()
        self.finish_stroke()
        self._stroke = Stroke(
            self.label_map,
            axis=axis,
            label=0 if erase else label,
            erase_only=label if erase and label else None,
            radius_mm=radius_mm,
            start_ijk=start_ijk,
            name="eraser" if erase else "brush",
            author=self._author,
            on_finish=self._committed,
        )
        return self._stroke

    def finish_stroke(self) -> None:
        """End the stroke that runs, if any; what it painted stays."""
        if self._stroke is not None:
            self._stroke.finish()
            self._stroke = None

    def _committed(self, edit: LabelEdit) -> None:
        try:
            self.journal.commit(edit, model_id=self.case.model_id)
        except UserError as error:
            self.label_map.revert(edit)
            self._on_trouble(error)
            return
        self._saved()

    def _saved(self) -> None:
        if self._project.masks.note_progress(self.case, self.label_map):
            self.refresh()
        self._on_edit()

    def undo(self) -> None:
        """Take the last edit back; does nothing where there is none."""
        self.finish_stroke()
        edit = self.journal.undo(author=self._author)
        if edit is not None:
            self.label_map.revert(edit)
            self._saved()

    def redo(self) -> None:
        """Carry the last undone edit out again; does nothing where there is none."""
        self.finish_stroke()
        edit = self.journal.redo(author=self._author)
        if edit is not None:
            self.label_map.apply(edit)
            self._saved()

    def approve(self, box: Box, *, name: str) -> None:
        """Accept every voxel of a box that no person accepted or edited yet; undoable."""
        labels = self.label_map.labels[box.slices]
        free = self.label_map.states[box.slices] <= VoxelState.PROPOSED
        self._record(mask=free, box=box, labels=labels, states=VoxelState.ACCEPTED, name=name)

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
        self.journal.must_write()
        self.finish_stroke()
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
        if edit is not None:
            self.label_map.apply(edit)
            self._committed(edit)

    def close(self) -> None:
        """Fold the strokes since the last revision into a new one, and let others write.

        A disk that is full leaves them in the journal, where they are as safe: the next opening carries them out again.
        """
        try:
            self.finish_stroke()
            if not self.journal.read_only and self.journal.has_changes:
                self._project.masks.fold(self.id, self.label_map, author=self._author)
        except UserError as error:
            self._on_trouble(error)
        finally:
            self._project.masks.close_journal(self.id)
