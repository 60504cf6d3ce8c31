"""The active student at work on a project's cases."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import written_apart
from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.imaging.structures import ProposalRule, proposal_rule
from gf_desktop.inference.segmenter import Prediction, Segmenter
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.open_case import OpenCase, swap_confidence
from gf_desktop.project.change_files import Change, drop_other_changes, write_change
from gf_desktop.project.mask_files import Replacement
from gf_desktop.project.store import Project, read_confidence, write_confidence

__all__ = ["Proposer"]

UInt8 = npt.NDArray[np.uint8]

ARRIVE_S: Final = 0.2
"""Slices that a student has done come on screen this often."""


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What a job brings: the student, what it said, and what another one had proposed before, with whose proposal that was."""

    segmenter: Segmenter
    prediction: Prediction
    before: tuple[str, LabelMap] | None


class _Arriving:
    """Slices on their way from the student to the mask on screen: the first at once, the others some at a time.

    The views, the strip and the table of structures follow every arrival; thirteen a second would take a quarter of one core from
    a window that has little enough while the student takes both.

    Parameters
    ----------
    take
        Called on the session's thread with box, labels and confidence of a slice.
    lookup
        uint8 [256]: what becomes of a label; None for nothing.
    """

    def __init__(self, jobs: Jobs, take: Callable[[Box, UInt8, UInt8], None], *, lookup: UInt8 | None) -> None:
        self._jobs = jobs
        self._take = take
        self._lookup = lookup
        self._waiting: deque[tuple[Box, UInt8, UInt8]] = deque()
        self._sent_s = -math.inf

    def add(self, box: Box, labels: UInt8, confidence: UInt8) -> None:
        """Take a slice along; on the student's thread."""
        self._waiting.append((box, labels if self._lookup is None else self._lookup[labels], confidence))
        if time.monotonic() - self._sent_s >= ARRIVE_S:
            self.send()

    def send(self) -> None:
        """Send what has been taken along."""
        if self._waiting:
            self._sent_s = time.monotonic()
            self._jobs.post(self._arrive)

    def _arrive(self) -> None:
        while self._waiting:
            self._take(*self._waiting.popleft())


class _Keeping:
    """A prediction on its way into a case's mask and onto the disk.

    Attributes
    ----------
    shown
        The case, where it is on screen.
    turn
        Number of the prediction.
    boxes
        Where the mask on screen was changed by :meth:`work`, untold.
    change
        What it changed of the proposal of the student before; None where there was none.
    """

    def __init__(
        self,
        replacement: Replacement,
        shown: OpenCase | None,
        prediction: Prediction,
        protect: npt.NDArray[np.bool_] | None,
        *,
        turn: int,
        folder: Path,
        before: tuple[str, LabelMap] | None,
    ) -> None:
        self.replacement = replacement
        self.shown = shown
        self.turn = turn
        self.folder = folder
        self.boxes: list[Box] = []
        self.change: Change | None = None
        self._before = before
        self.prediction = prediction
        self._protect = protect
        self._lock = threading.Lock()
        self._begun = False

    def work(self) -> None:
        """Propose and write, on any thread; the second caller waits for the first and does nothing."""
        with self._lock:
            if not self._begun:
                self._begun = True
                self.replacement.write(self._propose)

    def _propose(self, label_map: LabelMap) -> None:
        self.boxes = label_map.propose_quietly(self.prediction.labels, protect=self._protect)
        if self._before is not None:
            (older, before), self._before = self._before, None
            number, newer = self.replacement.number, self.prediction.model_id
            self.change = write_change(self.folder, number, before, label_map, older=older, newer=newer)


class Proposer:
    """Predicts off the session's thread and proposes the answer to masks.

    Parameters
    ----------
    on_progress
        Called on the session's thread after each slice of the case on screen, and at the end.
    on_working
        Called when the case on screen takes no strokes, because its prediction is being saved, and when it takes them again.
    on_trouble
        Given the fault when the confidence, which can be predicted again, could not be kept.
    """

    def __init__(
        self,
        project: Project,
        jobs: Jobs,
        *,
        on_progress: Callable[[], None],
        on_working: Callable[[], None],
        on_trouble: Callable[[Exception], None],
    ) -> None:
        self.project = project
        self._jobs = jobs
        self._on_progress = on_progress
        self._on_working = on_working
        self._on_trouble = on_trouble
        self._segmenter: Segmenter | None = None
        self._token: CancelToken | None = None
        self._shown: OpenCase | None = None
        self.progress: tuple[int, int] | None = None
        self._structure_token = CancelToken()
        self._keepings: dict[_Keeping, Callable[[Exception | None], None]] = {}
        self._confidence_lock = threading.Lock()
        self._turn = 0
        self._closed = False
        self._latest: dict[str, object] = {}

    def forget_student(self) -> None:
        """Load the student anew at the next prediction: another one serves."""
        self._segmenter = None

    def cancel(self) -> None:
        """Give up all that is computed for the case on screen; what is being saved is."""
        self._structure_token.cancel()
        self.settle()
        self._cancel_prediction()

    def settle(self) -> None:
        """Bring what is being saved to its end, before somebody else writes into the project."""
        for keeping in list(self._keepings):
            try:
                keeping.work()
                error: UserError | None = None
            except UserError as refusal:
                error = refusal
            # who closes the case on screen asks no more what became of its prediction
            self._end(keeping, error, tell=keeping.shown is None)

    def close(self) -> None:
        """Let go of the project: what is being saved is, and no answer is taken any more."""
        self.cancel()
        self._closed = True

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
        shown_then: Callable[[], OpenCase | None] = lambda: None,
        before_slice: Callable[[CancelToken], None] = lambda _token: None,
    ) -> CancelToken:
        """Predict one case; what another student proposed for it before is kept beside its mask.

        Parameters
        ----------
        shown
            The case, where it is on screen: its slices appear one by one.
        shown_then
            Asked at the end for a case that was not: it may have been opened meanwhile.
        first_k
            Stored slice that is wanted first.
        before_slice
            Called before each slice off the session's thread; it may wait as long as the token, which it is given, is not cancelled.

        Returns
        -------
        The token that gives it up.

        Raises
        ------
        ProjectError
            When there is no active model or the project is open for reading only.
        """
        project = self.project
        project.must_write()
        volume = shown.volume if shown is not None else project.load_volume(case_id)
        load, rule, older = self._loader(), self._rule(), self._older(case_id)
        if shown is not None:
            self._begin_turn(shown, volume.geometry.size_ijk[2])
        turn = self._turn

        def work(token: CancelToken) -> _Answer:
            arriving = _Arriving(
                self._jobs,
                lambda *one: None if token() else self._take_slice(shown, one, rule),
                lookup=None if rule is None else rule.lookup,
            )

            def given_up() -> bool:
                before_slice(token)
                return token()

            # read before the first slice changes the mask on screen
            before = older()
            segmenter = load()
            prediction = segmenter.predict(volume, first_k=first_k, on_slice=None if shown is None else arriving.add, cancel=given_up)
            arriving.send()
            return _Answer(segmenter, prediction if rule is None else replace(prediction, labels=rule.lookup[prediction.labels]), before)

        def done(answer: _Answer) -> None:
            self._segmenter = answer.segmenter

            def keep(place: OpenCase | None) -> None:
                # another prediction, or another scan, may have been asked for since
                if not self._closed and (shown is None or (self._shown is shown and turn == self._turn)):
                    self._keep(case_id, place, answer, rule, lambda error: on_done(answer.prediction) if error is None else failed(error))

            self._when_free(shown if shown is not None else shown_then(), keep)

        def failed(error: Exception) -> None:
            if shown is not None and self._shown is shown:
                self._cancel_prediction()
            on_error(error)

        token = self._jobs.run(work, on_done=done, on_error=failed)
        if shown is not None and self._shown is shown:
            self._token = token
        self._on_progress()
        return token

    def _older(self, case_id: str) -> Callable[[], tuple[str, LabelMap] | None]:
        """Return what reads, on any thread, the proposal of another student that the next one replaces, and whose it is; None for none."""
        drawn_by, read = self.project.case(case_id).model_id, self.project.masks.reader(case_id)
        if drawn_by in ("", self.project.models.active_id):
            return lambda: None

        def older() -> tuple[str, LabelMap] | None:
            try:
                return drawn_by, read()
            except ProjectError:
                # it is being replaced just now: then there is nothing to compare with
                return None

        return older

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

    @staticmethod
    def _when_free(shown: OpenCase | None, keep: Callable[[OpenCase | None], None]) -> None:
        if shown is None:
            keep(None)
        else:
            shown.when_free(lambda: keep(shown), at_rest=True)

    def _begin_turn(self, shown: OpenCase, slices: int) -> None:
        self._cancel_prediction()
        self._turn += 1
        self._shown, self.progress = shown, (0, slices)

    def _loader(self) -> Callable[[], Segmenter]:
        models = self.project.models
        active = models.active_id
        if active is None:
            raise models.no_active(self.project.name)
        kept, path = self._segmenter, models.path(active)
        return lambda: kept if kept is not None and kept.card.id == active else Segmenter.load(path)

    def _rule(self) -> ProposalRule | None:
        """Return what the student's word counts for: structures that it does not know stay as they are."""
        models, structures = self.project.models, self.project.structures
        active = models.active_id
        return None if active is None else proposal_rule(structures.table, models.card(active).table, structures.merged)

    def _take_slice(self, shown: OpenCase | None, one: tuple[Box, UInt8, UInt8], rule: ProposalRule | None) -> None:
        if shown is None or self._shown is not shown or self.progress is None:
            return
        box, labels, confidence = one
        if shown.confidence is None:
            shown.confidence = np.zeros(shown.volume.geometry.shape_kji, np.uint8)
        known = written_apart(shown.confidence)
        known[box.slices] = confidence
        swap_confidence(shown, known)
        if shown.working:
            # an edit is being computed for the mask as it is
            shown.when_free(lambda: self._propose(shown, box, labels, rule))
        else:
            self._propose(shown, box, labels, rule)
        self.progress = (self.progress[0] + 1, self.progress[1])
        self._on_progress()

    def _propose(self, shown: OpenCase, box: Box, labels: UInt8, rule: ProposalRule | None) -> None:
        if self._shown is shown:
            shown.has_unsaved_proposals = True
            shown.label_map.propose(labels, box, protect=None if rule is None else rule.protect)

    def _keep(
        self,
        case_id: str,
        shown: OpenCase | None,
        answer: _Answer,
        rule: ProposalRule | None,
        ended: Callable[[Exception | None], None],
    ) -> None:
        """Put a prediction into the mask and save both off the session's thread; no stroke is taken meanwhile."""
        try:
            if shown is not None:
                shown.begin_work("prediction")
            label_map = None if shown is None else shown.label_map
            replacement = self.project.masks.begin_replacement(case_id, label_map, model_id=answer.prediction.model_id)
        except UserError as error:
            self._show_saved(shown)
            ended(error)
            return
        protect, folder = None if rule is None else rule.protect, self.project.case_folder(case_id)
        keeping = _Keeping(replacement, shown, answer.prediction, protect, turn=self._turn, folder=folder, before=answer.before)
        self._keepings[keeping] = ended
        self._on_working()
        if shown is not None:
            shown.confidence = answer.prediction.confidence
        self._jobs.run(
            lambda _token: keeping.work(),
            on_done=lambda _none: self._end(keeping, None),
            on_error=lambda error: self._end(keeping, error),
        )

    def _end(self, keeping: _Keeping, error: Exception | None, *, tell: bool = True) -> None:
        """Enter what was written, or give it up; a second call for the same does nothing."""
        told = self._keepings.pop(keeping, None)
        if told is None:
            return
        shown, masks = keeping.shown, self.project.masks
        try:
            if error is None:
                masks.end_replacement(keeping.replacement)
            else:
                masks.drop_replacement(keeping.replacement)
        except UserError as refusal:
            error = refusal
        if error is not None:
            self._show_saved(shown)
        elif shown is not None:
            shown.has_unsaved_proposals = False
            for box in keeping.boxes:
                shown.label_map.announce(box)
        if shown is not None:
            if keeping.turn == self._turn:
                self._cancel_prediction()
            shown.working = ""
            self._on_working()
        self._on_progress()
        if error is None:
            if keeping.change is not None:
                drop_other_changes(keeping.folder, keeping.change)
            self._save_confidence(keeping)
        if tell:
            told(error)

    @staticmethod
    def _show_saved(shown: OpenCase | None) -> None:
        if shown is not None:
            shown.show_saved()
            shown.working = ""

    def _save_confidence(self, keeping: _Keeping) -> None:
        """Keep the confidence beside the mask, off the session's thread; the latest prediction's stays, and is mapped from there."""
        case_id, shown, confidence = keeping.replacement.case_id, keeping.shown, keeping.prediction.confidence
        # a mark of its own: the prediction itself would be held as long as the project is open
        path, mark = self.project.confidence_path(case_id), object()
        self._latest[case_id] = mark

        def work(_token: CancelToken) -> UInt8 | None:
            with self._confidence_lock:
                if self._latest.get(case_id) is not mark:
                    return None
                write_confidence(path, confidence)
                return None if shown is None else read_confidence(path, confidence.shape)

        def done(kept: UInt8 | None) -> None:
            if shown is not None and kept is not None and shown.confidence is confidence:
                swap_confidence(shown, kept)

        self._jobs.run(work, on_done=done, on_error=self._on_trouble)
