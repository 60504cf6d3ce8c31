"""The application without a face: open, predict, correct, approve, refine, roll back, export.

The window and the command line are two faces of one Session. Everything that takes long runs through
``jobs`` and answers through callbacks on the session's thread; with :class:`~gf_desktop.jobs.InlineJobs`
the answer is there before the command returns. A command that fails raises, or, once its work has left
the thread, calls ``on_error``, which without a better idea emits ``trouble``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.agreement import Agreeing
from gf_desktop.changes import Changing
from gf_desktop.comparing import Comparing
from gf_desktop.correcting import CorrectReport, checked_slices
from gf_desktop.exporting import Exporting, ExportOptions
from gf_desktop.files.export import ExportedFile
from gf_desktop.files.facts import FRAME_FACT
from gf_desktop.files.formats import ExportFormat, Orientation
from gf_desktop.files.masks import mapped_mask
from gf_desktop.imaging.metrics import StructureScore, score_masks
from gf_desktop.importing import Importing
from gf_desktop.inference.segmenter import Prediction
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.measuring import Measuring
from gf_desktop.next_best import Suggesting
from gf_desktop.previewing import Previewing
from gf_desktop.project.records import Case, ModelRecord, RoundReport
from gf_desktop.project.store import Project
from gf_desktop.proposing import Proposer
from gf_desktop.refinement import DEFAULT_MINUTES, Recipe, RoundWish
from gf_desktop.rounds import Rounds
from gf_desktop.structuring import Structuring
from gf_desktop.trainer_link import TrainingState, Transport
from gf_desktop.versioning import Versioning, must_suit
from gf_desktop.workspace import OnError, no_answer

__all__ = ["CorrectReport", "Session"]

UInt8 = npt.NDArray[np.uint8]


class Session(Structuring):
    """See the module. One per program; belongs to the thread that made it.

    Parameters
    ----------
    jobs
        Runs what takes long.
    transport_factory
        Makes the line to a trainer process, one a round.
    author
        Initials written into strokes; may be empty.

    Attributes
    ----------
    measuring
        Rulers, angles and regions on the case on screen.
    comparing
        Another mask beside that of the case on screen.
    previewing
        An operation that is looked at before it is carried out.
    exporting
        Cases to files for other programs.
    importing
        Scans that are looked at before they are taken.
    versions
        What is known of the project's models, and capsules out and in.
    changing
        What another student changed, and predicting again behind the person's back.
    suggesting
        What is worth correcting next.
    agreeing
        How well the person agrees with themselves.
    rounds
        The round that runs, the one that waits, the one that can go on.

    Signals: those of :class:`Structuring` · ``prediction_changed()`` also for progress in ``predicting`` ·
    ``training_changed()`` · ``round_finished(RoundReport)`` · ``round_ended()`` without a candidate.
    """

    training_changed = Signal()
    round_finished = Signal(RoundReport)
    round_ended = Signal()

    def __init__(self, jobs: Jobs, transport_factory: Callable[[], Transport], *, author: str = "") -> None:
        super().__init__(jobs, author=author)
        self._proposer: Proposer | None = None
        self.rounds = Rounds(
            self,
            transport_factory,
            before_begin=self._ready_for_round,
            on_change=self._training_moved,
            on_report=self._round_reported,
            on_end=self._round_ended,
        )
        self.provider = ""
        self.measuring = Measuring(self)
        self.comparing = Comparing(self)
        self.previewing = Previewing(self)
        self.exporting = Exporting(self)
        self.importing = Importing(self)
        self.versions = Versioning(self)
        self.changing = Changing(self, predict=self.predict, waits=lambda: self.predicting is not None)
        self.suggesting = Suggesting(self)
        self.agreeing = Agreeing(self)

    def _let_go_of_project(self) -> None:
        super()._let_go_of_project()
        if self._proposer is not None:
            self._proposer.close()
            self._proposer = None
        self.rounds.leave()

    def _let_go_of_case(self) -> None:
        if self._proposer is not None:
            self._proposer.cancel()
        if self.rounds.current is not None and self.open is not None:
            self.rounds.current.settle(self.open.id)
        super()._let_go_of_case()

    def open_case(self, case_id: str, *, on_done: Callable[[Case], None] = no_answer, on_error: OnError | None = None) -> None:
        """Bring a case on screen; the one before is saved first."""
        if self._proposer is not None:
            self._proposer.settle()
        if self.rounds.current is not None:
            self.rounds.current.settle(case_id, *(() if self.open is None else (self.open.id,)))
        super().open_case(case_id, on_done=on_done, on_error=on_error)

    # prediction

    def predict(
        self,
        case_id: str | None = None,
        *,
        first_k: int = 0,
        on_done: Callable[[Prediction], None] = no_answer,
        on_error: OnError | None = None,
        before_slice: Callable[[CancelToken], None] = no_answer,
    ) -> CancelToken:
        """Let the active student propose masks for a case (default: the one on screen), slice ``first_k`` first.

        Voxels that a person accepted or edited stay as they are. ``before_slice`` as :meth:`Proposer.predict`, which says what is returned.
        """
        project = self.must_project()
        case_id = case_id or self.must_open().id
        shown = self.open if self.open is not None and self.open.id == case_id else None

        def done(prediction: Prediction) -> None:
            # the case first: who hears that the provider is known may ask whose masks these are
            if shown is not None:
                shown.refresh()
            if self.provider != prediction.provider:
                self.provider = prediction.provider
                self.model_changed.emit()
            self.changing.note(case_id)
            self._saved()
            on_done(prediction)

        proposer = self._must_proposer(project)
        return proposer.predict(
            case_id,
            shown,
            first_k=first_k,
            on_done=done,
            on_error=lambda error: self._report(error, on_error),
            shown_then=lambda: self.open if self.open is not None and self.open.id == case_id else None,
            before_slice=before_slice,
        )

    def predict_cases(
        self,
        case_ids: Sequence[str],
        *,
        on_step: Callable[[str, int], None] = lambda _case_id, _left: None,
        on_done: Callable[[int], None] = no_answer,
        on_error: OnError | None = None,
    ) -> None:
        """Let the active student propose masks for several cases, one after the other.

        Parameters
        ----------
        on_step
            Given the case that is begun and how many are left with it.
        on_done
            Given the number of cases when all are done; what fails ends the series.
        """
        waiting, count, project = list(case_ids), len(case_ids), self.must_project()

        def step(_prediction: Prediction | None = None) -> None:
            if not waiting:
                on_done(count)
            elif self.project is project:
                case_id = waiting.pop(0)
                on_step(case_id, len(waiting) + 1)
                self.predict(case_id, on_done=step, on_error=on_error)

        step()

    def predict_structure(self, label: int, *, first_k: int = 0, on_error: OnError | None = None) -> None:
        """Let the active student compute its probability of a structure for the case on screen, slice ``first_k`` first.

        The brush can then be held to it (``BrushOptions.where`` "student"). Does nothing where it is known; errors as :meth:`predict`.
        """
        proposer = self._must_proposer(self.must_project())
        proposer.predict_structure(self.must_open(), label, first_k=first_k, on_error=lambda error: self._report(error, on_error))

    @property
    def predicting(self) -> tuple[int, int] | None:
        """Slices predicted and slices in all of the case on screen while it is being predicted, else None."""
        return None if self._proposer is None else self._proposer.progress

    def _must_proposer(self, project: Project) -> Proposer:
        if self._proposer is None or self._proposer.project is not project:
            self._proposer = Proposer(
                project,
                self._jobs,
                on_progress=self.prediction_changed.emit,
                on_working=self.working_changed.emit,
                on_trouble=lambda error: self._report(error, None),
            )
        return self._proposer

    # refinement

    def refine(
        self,
        *,
        minutes: float | None = None,
        seed: int = 0,
        threads: int = 0,
        recipe: Recipe | None = None,
        only_plugged: bool = False,
        device: str = "auto",
        structures: Sequence[int] = (),
    ) -> None:
        """Start a round with everything that is approved; its end is told by ``round_finished`` or ``round_ended``.

        While one runs, the next waits behind it. ``recipe`` replaces settings of the trainer by name; see
        ``training.config.RefineConfig``. ``device`` is "auto" (a graphics card where there is one that works), "cpu" or "gpu".
        ``structures`` are the label values that are learned from, none meaning all.

        Raises
        ------
        TrainingError
            When one round runs and another waits already, or there is nothing to learn from.
        """
        self.must_project()
        length = DEFAULT_MINUTES if minutes is None else minutes
        self.rounds.begin(RoundWish(length, seed, threads, recipe or {}, only_plugged, device, tuple(structures)))
        self._tell_findings()
        self.working_changed.emit()
        self.worklist_changed.emit()

    def _ready_for_round(self) -> None:
        if self.open is not None:
            self.open.must_rest()
            self.open.note_progress()
        self.changing.pause()
        if self._proposer is not None:
            self._proposer.settle()

    def cancel_refine(self) -> None:
        """Stop the running round, which can go on later; does nothing where none runs."""
        self.rounds.stop()

    def wait_for_round(self) -> None:
        """Deliver the trainer's messages until the round is over; for programs without an event loop."""
        self.rounds.wait()

    @property
    def training(self) -> TrainingState:
        """The latest snapshot of the round that runs, or of the last one."""
        return self.rounds.training

    @property
    def refining(self) -> bool:
        """Whether a round runs or its candidate is being judged."""
        return self.rounds.current is not None

    def _training_moved(self) -> None:
        self.training_changed.emit()
        self.working_changed.emit()
        self.changing.resume()

    def _round_reported(self, report: RoundReport) -> None:
        self.training_changed.emit()
        if report.promoted:
            self._student_changed()
        self.round_finished.emit(report)

    def _round_ended(self, error: Exception | None) -> None:
        self._training_moved()
        if error is not None:
            self._report(error, None)
        self.round_ended.emit()

    # models

    def models(self) -> list[ModelRecord]:
        """Return the project's models, the oldest first."""
        return self.must_project().models.records()

    def activate(self, model_id: str) -> None:
        """Let another model serve; errors as :meth:`ModelRegistry.activate`, and :func:`must_suit` for one that came in a capsule."""
        project = self.must_project()
        project.must_write()
        must_suit(project, model_id)
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
        self.changing.student_changed()

    # out

    def export(
        self,
        folder: Path,
        *,
        file_format: ExportFormat = "nifti",
        case_id: str | None = None,
        case_ids: Sequence[str] | None = None,
        overwrite: bool = False,
        resume: bool = False,
        orientation: Orientation = "lps",
        on_done: Callable[[list[ExportedFile]], None] = no_answer,
        on_error: OnError | None = None,
    ) -> None:
        """Write a case, some, or all cases, read them back and compare; ``exporting`` also tells what became of each.

        Parameters
        ----------
        file_format, overwrite, resume, orientation
            As :class:`gf_desktop.exporting.ExportOptions`.
        case_ids
            Of several cases, where ``case_id`` names none.
        """
        self.exporting.start(
            folder,
            ExportOptions(file_format, orientation, overwrite=overwrite, resume=resume),
            case_ids=case_ids if case_id is None else (case_id,),
            on_done=lambda cases: on_done([file for one in cases for file in one.files]),
            on_error=on_error,
        )

    def labels_of(self, case_id: str) -> UInt8:
        """Return the current mask of a case, uint8 [k, j, i]; the live one where it is on screen."""
        if self.open is not None and self.open.id == case_id:
            return self.open.label_map.labels
        labels = self.must_project().masks.load(case_id).labels
        self._tell_findings()
        return labels

    def evaluate(
        self,
        case_id: str,
        reference: Path,
        *,
        slices: Iterable[int] | None = None,
        mapping: dict[int, str] | None = None,
        other_frame: bool = False,
    ) -> dict[str, StructureScore]:
        """Compare a case's mask with a reference file, structure by structure; errors as :meth:`correct`.

        Of a cine only Dice is told: between frames in time there is no distance.
        """
        project = self.must_project()
        case = project.case(case_id)
        frame = project.facts(case_id).get(FRAME_FACT, "")
        truth = mapped_mask(
            reference, case.geometry, project.table, mapping=mapping, cine=case.is_cine, frame=frame, other_frame=other_frame
        ).labels
        wanted = None if slices is None else list(checked_slices(slices, case.slices))
        scores = score_masks(self.labels_of(case_id), truth, project.table, case.geometry, slices=wanted)
        return {name: score.without_distances() for name, score in scores.items()} if case.is_cine else scores
