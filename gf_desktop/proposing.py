"""The active student at work on a project's cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.structures import ProposalRule, proposal_rule
from gf_desktop.inference.segmenter import Prediction, Segmenter
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.open_case import OpenCase
from gf_desktop.project.store import Project

__all__ = ["Proposer"]

UInt8 = npt.NDArray[np.uint8]


class Proposer:
    """Predicts off the session's thread and proposes the answer to masks.

    Parameters
    ----------
    on_progress
        Called on the session's thread after each slice of the case on screen, and at the end.
    """

    def __init__(self, project: Project, jobs: Jobs, *, on_progress: Callable[[], None]) -> None:
        self.project = project
        self._jobs = jobs
        self._on_progress = on_progress
        self._segmenter: Segmenter | None = None
        self._token: CancelToken | None = None
        self._shown: OpenCase | None = None
        self.progress: tuple[int, int] | None = None
        self._structure_token = CancelToken()

    def forget_student(self) -> None:
        """Load the student anew at the next prediction: another one serves."""
        self._segmenter = None

    def cancel(self) -> None:
        """Give up all that is computed for the case on screen."""
        self._structure_token.cancel()
        self._cancel_prediction()

    def _cancel_prediction(self) -> None:
        if self._token is not None:
            self._token.cancel()
        self._token, self._shown, self.progress = None, None, None

    def predict(
        self,
        case_id: str,
        shown: OpenCase | None,
        *,
        first_k: int,
        on_done: Callable[[Prediction], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Predict one case.

        Parameters
        ----------
        shown
            The case, where it is on screen: its slices appear one by one.
        first_k
            Stored slice that is wanted first.

        Raises
        ------
        ProjectError
            When there is no active model or the project is open for reading only.
        """
        project = self.project
        project.must_write()
        volume = shown.volume if shown is not None else project.load_volume(case_id)
        load, rule = self._loader(), self._rule()
        if shown is not None:
            self._cancel_prediction()
            self._shown, self.progress = shown, (0, volume.geometry.size_ijk[2])

        def work(token: CancelToken) -> tuple[Segmenter, Prediction]:
            def on_slice(box: Box, labels: UInt8, confidence: UInt8) -> None:
                if shown is not None:
                    said = labels if rule is None else rule.lookup[labels]
                    self._jobs.post(lambda: None if token() else self._take_slice(shown, box, said, confidence, rule))

            segmenter = load()
            prediction = segmenter.predict(volume, first_k=first_k, on_slice=on_slice, cancel=token)
            return segmenter, prediction if rule is None else replace(prediction, labels=rule.lookup[prediction.labels])

        def done(answer: tuple[Segmenter, Prediction]) -> None:
            self._segmenter, prediction = answer
            try:
                self._keep(case_id, shown, prediction, rule)
            except UserError as error:
                failed(error)
                return
            on_done(prediction)

        def failed(error: Exception) -> None:
            if shown is not None and self._shown is shown:
                self._cancel_prediction()
            on_error(error)

        token = self._jobs.run(work, on_done=done, on_error=failed)
        if shown is not None and self._shown is shown:
            self._token = token
        self._on_progress()

    def predict_structure(self, shown: OpenCase, label: int, *, first_k: int, on_error: Callable[[Exception], None]) -> None:
        """Compute the student's probability of a structure in the case on screen, slice by slice, into ``shown.probability``.

        Does nothing where it is known or being computed. Errors as :meth:`predict`.
        """
        load, active = self._loader(), self.project.models.active_id or ""
        if shown.probability is not None and shown.probability[:2] == (label, active):
            return
        self._structure_token.cancel()
        volume = shown.volume
        probability = np.zeros(volume.geometry.shape_kji, np.uint8)
        shown.probability = (label, active, probability)

        def take(box: Box, part: UInt8) -> None:
            probability[box.slices] = part

        def work(token: CancelToken) -> Segmenter:
            def on_slice(box: Box, part: UInt8) -> None:
                self._jobs.post(lambda: None if token() else take(box, part))

            segmenter = load()
            segmenter.predict_structure(volume, label, first_k=first_k, on_slice=on_slice, cancel=token)
            return segmenter

        def done(segmenter: Segmenter) -> None:
            self._segmenter = segmenter
            self._on_progress()

        def failed(error: Exception) -> None:
            if shown.probability is not None and shown.probability[2] is probability:
                shown.probability = None
            on_error(error)

        self._structure_token = self._jobs.run(work, on_done=done, on_error=failed)

    def _loader(self) -> Callable[[], Segmenter]:
        models = self.project.models
        active = models.active_id
        if active is None:
            raise ProjectError("The project has no active model", where=self.project.name, next_step="Activate a model first.")
        kept, path = self._segmenter, models.path(active)
        return lambda: kept if kept is not None and kept.card.id == active else Segmenter.load(path)

    def _rule(self) -> ProposalRule | None:
        """Return what the student's word counts for: structures that it does not know stay as they are."""
        models, structures = self.project.models, self.project.structures
        active = models.active_id
        return None if active is None else proposal_rule(structures.table, models.card(active).table, structures.merged)

    def _take_slice(self, shown: OpenCase, box: Box, labels: UInt8, confidence: UInt8, rule: ProposalRule | None) -> None:
        if self._shown is not shown or self.progress is None:
            return
        if shown.confidence is None:
            shown.confidence = np.zeros(shown.volume.geometry.shape_kji, np.uint8)
        shown.confidence[box.slices] = confidence
        self.progress = (self.progress[0] + 1, self.progress[1])
        shown.has_unsaved_proposals = True
        shown.label_map.propose(labels, box, protect=None if rule is None else rule.protect)
        self._on_progress()

    def _keep(self, case_id: str, shown: OpenCase | None, prediction: Prediction, rule: ProposalRule | None) -> None:
        label_map = shown.label_map if shown is not None else self.project.masks.load(case_id)
        if shown is not None:
            shown.confidence = prediction.confidence
            self._cancel_prediction()
        whole = Box.whole(label_map.geometry.shape_kji)
        label_map.propose(prediction.labels, whole, protect=None if rule is None else rule.protect)
        try:
            self.project.masks.replace(case_id, label_map, model_id=prediction.model_id)
        except UserError:
            if shown is not None:
                shown.show_saved()
            raise
        if shown is not None:
            shown.has_unsaved_proposals = False
        self.project.save_confidence(case_id, prediction.confidence)
        self._on_progress()
