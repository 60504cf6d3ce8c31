"""The application without a face: open, predict, correct, approve, refine, roll back, export.

The window and the command line are two faces of one Session. Everything that takes long runs through
``jobs`` and answers through callbacks on the session's thread; with :class:`~gf_desktop.jobs.InlineJobs`
the answer is there before the command returns. A command that fails raises, or, once its work has left
the thread, calls ``on_error``, which without a better idea emits ``trouble``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.errors import ProjectError, TrainingError, UserError
from gf_desktop.files.export import ExportedFile, export_mask
from gf_desktop.files.masks import map_labels, read_mask
from gf_desktop.files.scan import Scan, find_scans, read_scan
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.metrics import StructureScore, score_masks
from gf_desktop.imaging.paint import Stroke
from gf_desktop.inference.segmenter import Prediction
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.open_case import OpenCase
from gf_desktop.pack import ModelCard
from gf_desktop.project.records import Case, Finding, ModelRecord, RoundReport
from gf_desktop.project.store import Project, read_confidence
from gf_desktop.proposing import Proposer
from gf_desktop.refinement import DEFAULT_MINUTES, Recipe, Refinement
from gf_desktop.trainer_link import TrainingState, Transport

__all__ = ["CorrectReport", "Session"]

UInt8 = npt.NDArray[np.uint8]
OnError = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class CorrectReport:
    """What a correction from a file changed: the stored slices taken, and how many voxels differ from before."""

    case_id: str
    slices: tuple[int, ...]
    voxels_changed: int


def _nothing(_answer: object) -> None:
    return


class Session:
    """See the module. One per program; belongs to the thread that made it.

    Parameters
    ----------
    jobs
        Runs what takes long.
    transport_factory
        Makes the line to a trainer process, one a round.
    author
        Initials written into strokes; may be empty.

    Signals: ``project_changed()`` opened or closed · ``worklist_changed()`` · ``case_changed()`` another case is on
    screen · ``labels_changed(Box)`` of the case on screen · ``history_changed()`` · ``prediction_changed()`` progress in
    ``predicting`` or a new confidence · ``model_changed()`` another student serves · ``training_changed()`` ·
    ``round_finished(RoundReport)`` · ``round_ended()`` without a candidate · ``saved_changed()`` · ``trouble(UserError)``
    · ``broke(Exception)`` a bug.
    """

    project_changed = Signal()
    worklist_changed = Signal()
    case_changed = Signal()
    labels_changed = Signal(Box)
    history_changed = Signal()
    prediction_changed = Signal()
    model_changed = Signal()
    training_changed = Signal()
    round_finished = Signal(RoundReport)
    round_ended = Signal()
    saved_changed = Signal()
    trouble = Signal(object)
    broke = Signal(object)

    def __init__(self, jobs: Jobs, transport_factory: Callable[[], Transport], *, author: str = "") -> None:
        self._jobs = jobs
        self._transport_factory = transport_factory
        self._author = author
        self._proposer: Proposer | None = None
        self._refinement: Refinement | None = None
        self.project: Project | None = None
        self.open: OpenCase | None = None
        self.training = TrainingState()
        self.provider = ""

    # project

    def create_project(self, folder: Path, pack: Path) -> None:
        """Make a project that starts with a pack, and open it; errors as :meth:`Project.create`."""
        project = Project.create(folder, pack)
        self.close_project()
        self._adopt(project)

    def open_project(self, folder: Path, *, read_only: bool = False) -> None:
        """Open a project; errors as :meth:`Project.open`. A failure leaves the one that is open as it is."""
        if self.project is not None and self.project.folder == folder.absolute() and self.project.read_only == read_only:
            return
        project = Project.open(folder, read_only=read_only)
        self.close_project()
        self._adopt(project)

    def _adopt(self, project: Project) -> None:
        self.project = project
        self._proposer = None
        self.project_changed.emit()
        self.worklist_changed.emit()
        self.model_changed.emit()

    def close_project(self) -> None:
        """Save what is open and close the project; a running refinement is given up."""
        if self.project is None:
            return
        if self._refinement is not None:
            self._refinement.cancel()
        self.close_case()
        self.project.close()
        self.project = None
        self._proposer = None
        self.project_changed.emit()

    def must_project(self) -> Project:
        """Return the open project; ProjectError where there is none."""
        if self.project is None:
            raise ProjectError("No project is open", next_step="Open a project, or make a new one.")
        return self.project

    @property
    def active_card(self) -> ModelCard | None:
        """Card of the student that serves."""
        active = None if self.project is None else self.project.models.active_id
        return None if self.project is None or active is None else self.project.models.card(active)

    # cases

    def cases(self) -> list[Case]:
        """Return the worklist in the order of import."""
        return [] if self.project is None else self.project.cases()

    def import_paths(
        self,
        paths: Iterable[Path],
        *,
        on_done: Callable[[list[tuple[Path, Case]]], None] = _nothing,
        on_error: OnError | None = None,
    ) -> None:
        """Read every scan under the paths and copy it into the project; all of them or none.

        ``on_done`` is given (path, case) pairs; a scan that is there already is named, not copied again.
        """
        project = self.must_project()
        project.must_write()
        wanted = [Path(p) for p in paths]

        def work(_token: CancelToken) -> list[tuple[Path, Scan]]:
            return [(path, read_scan(source)) for path in wanted for source in find_scans(path)]

        def done(scans: list[tuple[Path, Scan]]) -> None:
            cases = [(path, self._add_scan(project, scan)) for path, scan in scans]
            self.worklist_changed.emit()
            on_done(cases)

        self._run(work, done, on_error)

    def _add_scan(self, project: Project, scan: Scan) -> Case:
        findings = tuple(Finding(f.code, f.message) for f in scan.findings)
        case, _is_new = project.add_case(scan.volume, title=scan.volume.source, verdict=scan.verdict, findings=findings)
        return case

    def open_case(self, case_id: str, *, on_done: Callable[[Case], None] = _nothing, on_error: OnError | None = None) -> None:
        """Bring a case on screen; the one before is saved first."""
        project = self.must_project()
        opened = OpenCase(project, case_id, author=self._author, on_edit=self._edited, on_trouble=self.trouble.emit)
        self.close_case()
        opened.label_map.changed.connect(self._relay_labels)
        self.open = opened
        self.case_changed.emit()
        self.history_changed.emit()

        def show_confidence(confidence: UInt8 | None) -> None:
            if self.open is opened and opened.confidence is None:
                opened.confidence = confidence
                self.prediction_changed.emit()
            on_done(opened.case)

        # what the job needs is taken out of the database here: it belongs to this thread
        path, shape = project.confidence_path(case_id), opened.volume.geometry.shape_kji
        self._run(lambda _token: read_confidence(path, shape), show_confidence, on_error)

    def close_case(self) -> None:
        """Take the case off the screen; its strokes are folded into a revision."""
        if self.open is None:
            return
        if self._proposer is not None:
            self._proposer.cancel()
        self.open.save()
        self.open = None
        self.case_changed.emit()

    def must_open(self) -> OpenCase:
        """Return the case on screen; ProjectError where there is none."""
        if self.open is None:
            raise ProjectError("No case is open", next_step="Choose a case in the worklist.")
        return self.open

    def next_case(self) -> Case | None:
        """Return the next case after the one on screen that is not approved yet, or None."""
        cases = self.cases()
        ids = [c.id for c in cases]
        start = ids.index(self.open.id) + 1 if self.open is not None else 0
        return next(
            (c for c in cases[start:] + cases[:start] if c.status != "approved" and (self.open is None or c.id != self.open.id)), None
        )

    # prediction

    def predict(
        self,
        case_id: str | None = None,
        *,
        first_k: int = 0,
        on_done: Callable[[Prediction], None] = _nothing,
        on_error: OnError | None = None,
    ) -> None:
        """Let the active student propose masks for a case (default: the one on screen), slice ``first_k`` first.

        Voxels that a person accepted or edited stay as they are.
        """
        project = self.must_project()
        case_id = case_id or self.must_open().id
        shown = self.open if self.open is not None and self.open.id == case_id else None

        def done(prediction: Prediction) -> None:
            if self.provider != prediction.provider:
                self.provider = prediction.provider
                self.model_changed.emit()
            if shown is not None:
                shown.refresh()
            self._saved()
            on_done(prediction)

        proposer = self._must_proposer(project)
        proposer.predict(case_id, shown, first_k=first_k, on_done=done, on_error=lambda error: self._report(error, on_error))

    @property
    def predicting(self) -> tuple[int, int] | None:
        """Slices predicted and slices in all of the case on screen while it is being predicted, else None."""
        return None if self._proposer is None else self._proposer.progress

    def _must_proposer(self, project: Project) -> Proposer:
        if self._proposer is None:
            self._proposer = Proposer(project, self._jobs, on_progress=self.prediction_changed.emit)
        return self._proposer

    def _saved(self) -> None:
        self.saved_changed.emit()
        self.worklist_changed.emit()

    # correction

    def begin_stroke(
        self,
        *,
        axis: int,
        label: int,
        radius_mm: float,
        start_ijk: tuple[float, float, float],
        erase: bool = False,
    ) -> Stroke:
        """Start to paint on the case on screen; ``erase`` takes away only voxels of ``label``, with label 0 any.

        Parameters
        ----------
        axis
            Grid axis that the painted slice lies across: 0 = i, 1 = j, 2 = k.
        start_ijk
            Voxel index, fractions allowed.
        """
        return self.must_open().begin_stroke(axis=axis, label=label, radius_mm=radius_mm, start_ijk=start_ijk, erase=erase)

    def undo(self) -> None:
        """Take the last edit of the case on screen back; does nothing where there is none."""
        self.must_open().undo()

    def redo(self) -> None:
        """Carry the last undone edit out again; does nothing where there is none."""
        self.must_open().redo()

    def approve_slice(self, k: int) -> None:
        """Accept every voxel of stored slice ``k`` that a person has not edited; undoable."""
        opened = self.must_open()
        _slices, rows, columns = opened.volume.geometry.shape_kji
        opened.approve(Box((k, 0, 0), (k + 1, rows, columns)), name=f"approve slice {k + 1}")

    def approve_case(self) -> None:
        """Accept every voxel of the case on screen that a person has not edited; undoable."""
        opened = self.must_open()
        opened.approve(Box.whole(opened.volume.geometry.shape_kji), name="approve scan")

    def _relay_labels(self, box: Box) -> None:
        # psygnal takes a connected ``emit`` for Qt's and calls it with numbers to learn its signature
        self.labels_changed.emit(box)

    def _edited(self) -> None:
        self.history_changed.emit()
        self._saved()

    def correct(
        self, case_id: str, mask: Path, *, slices: Iterable[int] | None = None, mapping: dict[int, str] | None = None
    ) -> CorrectReport:
        """Take approved slices of a mask file; the whole scan where no slices are named.

        Raises
        ------
        GeometryError
            When the mask lies on another grid.
        UserError
            When it holds ids that are neither the project's nor mapped, or a slice that does not exist.
        """
        project = self.must_project()
        project.must_write()
        case = project.case(case_id)
        labels = map_labels(read_mask(mask, case.geometry), mapping, project.table)
        wanted = _checked_slices(slices, case.slices)
        if self.open is None or self.open.id != case_id:
            self.open_case(case_id)
        changed = self.must_open().take_slices(labels, wanted, name="mask from a file")
        return CorrectReport(case_id, wanted, changed)

    # refinement

    def refine(self, *, minutes: float | None = None, seed: int = 0, threads: int = 0, recipe: Recipe | None = None) -> None:
        """Start a round with everything that is approved; its end is told by ``round_finished`` or ``round_ended``.

        ``recipe`` replaces settings of the trainer by name; see ``training.config.RefineConfig``.

        Raises
        ------
        TrainingError
            When a round already runs, or there is nothing to learn from.
        """
        project = self.must_project()
        if self._refinement is not None:
            raise TrainingError("A refinement is already running", where=self._refinement.run_id, next_step="Wait for it, or cancel it.")
        if self.open is not None:
            self.open.finish_stroke()
        refinement = Refinement(
            project,
            self._jobs,
            self._transport_factory(),
            on_change=self._training_moved,
            on_report=self._round_reported,
            on_failure=self._round_failed,
        )
        refinement.begin(minutes=DEFAULT_MINUTES if minutes is None else minutes, seed=seed, threads=threads, recipe=recipe)
        self._refinement = refinement
        self.worklist_changed.emit()

    def cancel_refine(self) -> None:
        """Give the running round up; does nothing where none runs."""
        if self._refinement is not None:
            self._refinement.cancel()

    def wait_for_round(self) -> None:
        """Deliver the trainer's messages until the round is over; for programs without an event loop."""
        if self._refinement is not None:
            self._refinement.wait()

    @property
    def refining(self) -> bool:
        """Whether a round runs or its candidate is being judged."""
        return self._refinement is not None

    def _training_moved(self, state: TrainingState) -> None:
        self.training = state
        self.training_changed.emit()

    def _round_reported(self, report: RoundReport) -> None:
        self._refinement = None
        self.training_changed.emit()
        if report.promoted:
            self._student_changed()
        self.round_finished.emit(report)

    def _round_failed(self, error: Exception | None) -> None:
        self._refinement = None
        self.training_changed.emit()
        if error is not None:
            self._report(error, None)
        self.round_ended.emit()

    # models

    def models(self) -> list[ModelRecord]:
        """Return the project's models, the oldest first."""
        return self.must_project().models.records()

    def activate(self, model_id: str) -> None:
        """Let another model serve; errors as :meth:`ModelRegistry.activate`."""
        project = self.must_project()
        project.must_write()
        project.models.activate(model_id, reason="chosen by the user")
        self._student_changed()

    def roll_back(self) -> str:
        """Let the model that served before serve again; returns its id. Errors as :meth:`ModelRegistry.roll_back`."""
        project = self.must_project()
        project.must_write()
        previous = project.models.roll_back()
        self._student_changed()
        return previous

    def _student_changed(self) -> None:
        if self._proposer is not None:
            self._proposer.forget_student()
        self.model_changed.emit()
        self.worklist_changed.emit()

    # out

    def export(
        self,
        folder: Path,
        *,
        file_format: Literal["nifti", "png"] = "nifti",
        case_id: str | None = None,
        overwrite: bool = False,
        on_done: Callable[[list[ExportedFile]], None] = _nothing,
        on_error: OnError | None = None,
    ) -> None:
        """Write the masks of a case, or of all cases, read them back and compare.

        Parameters
        ----------
        file_format
            "nifti" or "png".
        """
        project = self.must_project()
        cases = [project.case(case_id)] if case_id is not None else project.cases()
        if not cases:
            raise ProjectError("The project has no scans to export", where=project.name, next_step="Import a scan first.")
        maps = {c.id: self.labels_of(c.id).copy() for c in cases}

        def work(_token: CancelToken) -> list[ExportedFile]:
            files: list[ExportedFile] = []
            for case in cases:
                files += export_mask(
                    maps[case.id],
                    case.geometry,
                    project.table,
                    folder=folder,
                    stem=case.id,
                    format=file_format,
                    modality=case.modality,
                    model_id=case.model_id,
                    spacing_known=case.spacing_known,
                    overwrite=overwrite,
                )
            return files

        self._run(work, on_done, on_error)

    def labels_of(self, case_id: str) -> UInt8:
        """Return the current mask of a case, uint8 [k, j, i]; the live one where it is on screen."""
        if self.open is not None and self.open.id == case_id:
            return self.open.label_map.labels
        return self.must_project().load_labels(case_id).labels

    def evaluate(
        self,
        case_id: str,
        reference: Path,
        *,
        slices: Iterable[int] | None = None,
        mapping: dict[int, str] | None = None,
    ) -> dict[str, StructureScore]:
        """Compare a case's mask with a reference file, structure by structure; errors as :meth:`correct`."""
        project = self.must_project()
        case = project.case(case_id)
        truth = map_labels(read_mask(reference, case.geometry), mapping, project.table)
        wanted = None if slices is None else list(_checked_slices(slices, case.slices))
        return score_masks(self.labels_of(case_id), truth, project.table, case.geometry, slices=wanted)

    # jobs

    def _run(self, work: Callable[[CancelToken], Any], done: Callable[[Any], None], on_error: OnError | None) -> None:
        self._jobs.run(work, on_done=done, on_error=lambda error: self._report(error, on_error))

    def _report(self, error: Exception, on_error: OnError | None) -> None:
        if on_error is not None:
            on_error(error)
        elif isinstance(error, UserError):
            self.trouble.emit(error)
        else:
            self.broke.emit(error)


def _checked_slices(slices: Iterable[int] | None, count: int) -> tuple[int, ...]:
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
