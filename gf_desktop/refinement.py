"""One refinement from the button to the verdict."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.gate import GateDecision
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.judging import judge_packs
from gf_desktop.open_case import OpenCase
from gf_desktop.project.manifest import ManifestItem, begin_freezing, nothing_to_learn, write_manifest
from gf_desktop.project.mask_files import Freezing
from gf_desktop.project.records import RoundReport
from gf_desktop.project.store import Project
from gf_desktop.protocol import Candidate, Failed, Start, Stopped
from gf_desktop.trainer_link import TrainerLink, TrainingState, Transport

__all__ = ["DEFAULT_MINUTES", "Recipe", "Refinement"]

DEFAULT_MINUTES = 5.0
"""Length of a round when nobody says otherwise."""

Recipe = dict[str, float | int | str | bool]


class Refinement:
    """Runs a round in a trainer process, judges its candidate, and promotes or rejects it.

    Parameters
    ----------
    on_change
        Given a new snapshot whenever something happened.
    on_report
        Given the report when a candidate was judged.
    on_failure
        Given what the user can do about it when there is no candidate; None when the round was given up on request.
    """

    def __init__(
        self,
        project: Project,
        jobs: Jobs,
        transport: Transport,
        *,
        on_change: Callable[[TrainingState], None],
        on_report: Callable[[RoundReport], None],
        on_failure: Callable[[Exception | None], None],
    ) -> None:
        self._project = project
        self._jobs = jobs
        self._transport = transport
        self._on_change = on_change
        self._on_report = on_report
        self._on_failure = on_failure
        self._items: list[ManifestItem] = []
        self._link: TrainerLink | None = None
        self._judging: CancelToken | None = None
        self._given_up = False
        self._beginning = False
        self._refusal: Exception | None = None
        self._freezing: CancelToken | None = None
        self._frozen: list[Freezing] = []
        self._shown: OpenCase | None = None
        self.run_id = ""
        self.active_id = ""

    @property
    def state(self) -> TrainingState:
        """The latest snapshot."""
        return TrainingState() if self._link is None else self._link.state

    def begin(self, *, minutes: float, seed: int, threads: int = 0, recipe: Recipe | None = None, shown: OpenCase | None = None) -> None:
        """Freeze the masks off the session's thread, then start the trainer.

        What goes wrong later is told to ``on_failure``; with jobs that run at once it is raised here.

        Parameters
        ----------
        recipe
            Replaces settings of the trainer by name.
        shown
            The case on screen; its mask takes no strokes until it is frozen.

        Raises
        ------
        TrainingError
            When there is nothing to learn from, the time is not positive, or the trainer cannot be started.
        """
        if not minutes > 0:
            raise TrainingError(f"A refinement needs some time, not {minutes} minutes", next_step="Give it at least half a minute.")
        project = self._project
        project.must_write()
        active_id = project.models.active_id
        if active_id is None:
            raise TrainingError("The project has no active model", where=project.name, next_step="Activate a model first.")
        if not any(case.status in ("in progress", "approved") for case in project.cases()):
            raise nothing_to_learn(project)
        self.active_id = active_id
        self.run_id = project.next_run_id()
        self._frozen = frozen = begin_freezing(project, None if shown is None else (shown.id, shown.label_map))
        if shown is not None and not shown.journal.read_only:
            shown.begin_work("refinement")
            self._shown = shown

        def work(token: CancelToken) -> None:
            for freezing in frozen:
                if token():
                    return
                freezing.work()

        def done(_none: None) -> None:
            try:
                self._launch(frozen, minutes=minutes, seed=seed, threads=threads, recipe=recipe or {})
            except (UserError, OSError) as error:
                self._refuse(error)
            finally:
                self._let_go_of_mask()
            self._on_change(self.state)

        def failed(error: Exception) -> None:
            self._let_go_of_mask()
            self._refuse(error)

        self._beginning = True
        try:
            token = self._jobs.run(work, on_done=done, on_error=failed)
            # a job that ran at once has answered before its token is known
            self._freezing = token if self._frozen else None
        finally:
            self._beginning = False
        if self._refusal is not None:
            raise self._refusal

    def settle(self, *case_ids: str) -> None:
        """Bring the freezing of cases to its end, before somebody else opens or closes them."""
        for freezing in self._frozen:
            if freezing.case.id in case_ids:
                freezing.work()
                self._project.masks.end_freezing(freezing)
                if self._shown is not None and self._shown.id == freezing.case.id:
                    shown, self._shown = self._shown, None
                    shown.working = ""

    def _refuse(self, error: Exception) -> None:
        if self._beginning:
            self._refusal = error
        else:
            self._on_failure(error)

    def _let_go_of_mask(self) -> None:
        self._freezing, self._frozen = None, []
        shown, self._shown = self._shown, None
        if shown is not None:
            shown.working = ""

    def _launch(self, frozen: list[Freezing], *, minutes: float, seed: int, threads: int, recipe: Recipe) -> None:
        project, active_id = self._project, self.active_id
        manifest, self._items = write_manifest(project, self.run_id, seed=seed, frozen=frozen)
        if self._given_up:
            self._on_failure(None)
            return
        candidate_id = project.models.next_id(active_id)
        run_folder = project.run_folder(self.run_id)
        order = Start(
            run_id=self.run_id,
            manifest=str(manifest),
            parent_dir=str(project.models.path(active_id)),
            out_dir=str(project.models.folder / candidate_id),
            run_dir=str(run_folder),
            candidate_id=candidate_id,
            minutes=minutes,
            seed=seed,
            threads=threads,
            recipe=recipe,
        )
        self._link = TrainerLink(self._transport, order, on_change=self._on_change, on_end=self._training_ended)
        self._link.begin(run_folder / "trainer.log")

    def cancel(self) -> None:
        """Give the round up; the active model goes on serving."""
        self._given_up = True
        if self._freezing is not None:
            self._freezing.cancel()
            for freezing in self._frozen:
                freezing.give_up()
            self._let_go_of_mask()
            self._on_failure(None)
        elif self._judging is not None:
            self._judging.cancel()
            self._judging = None
            self._on_failure(None)
        elif self._link is not None:
            self._link.stop()

    def pause(self) -> None:
        """Let the trainer wait."""
        if self._link is not None:
            self._link.pause()

    def resume(self) -> None:
        """Let the trainer go on."""
        if self._link is not None:
            self._link.resume()

    def wait(self) -> None:
        """Deliver the trainer's messages until it has ended; at once where an event loop does that."""
        self._transport.wait()

    def _training_ended(self, result: Candidate | Failed | Stopped) -> None:
        match result:
            case Candidate() if not self._given_up:
                self._judge(result)
            case Failed():
                self._on_failure(TrainingError(result.what, where=result.where, next_step=result.next))
            case _:
                self._on_failure(None)

    def _judge(self, result: Candidate) -> None:
        project = self._project
        try:
            project.models.register(result.model_id)
        except UserError as error:
            self._on_failure(error)
            return
        volumes = {item.case_id: project.load_volume(item.case_id) for item in self._items if item.labels is not None}
        active_path, candidate_path = project.models.path(self.active_id), project.models.path(result.model_id)
        items, names, merged, run_id = self._items, project.table, project.structures.merged, self.run_id

        def work(token: CancelToken) -> GateDecision:
            return judge_packs(
                active_path, candidate_path, items, volumes, token, names=names, merged=merged, parity=result.parity, run_id=run_id
            )

        self._judging = self._jobs.run(work, on_done=lambda decision: self._conclude(result, decision), on_error=self._on_failure)

    def _conclude(self, result: Candidate, decision: GateDecision) -> None:
        self._judging = None
        models = self._project.models
        gate = decision.document
        if decision.promoted:
            models.activate(result.model_id, reason=decision.reason, gate=gate, mean_dice=decision.mean_after)
        else:
            models.reject(result.model_id, gate=gate, mean_dice=decision.mean_after)
        names = decision.scores.before
        report = RoundReport(
            run_id=self.run_id,
            candidate_id=result.model_id,
            previous_id=self.active_id,
            promoted=decision.promoted,
            reason=decision.reason,
            sentences=decision.sentences,
            minutes=result.minutes,
            structures={name: (decision.scores.before[name], decision.scores.after[name]) for name in names},
            parity=result.parity,
            gate=gate,
        )
        self._project.save_round(report)
        self._tidy()
        self._on_report(report)

    def _tidy(self) -> None:
        shutil.rmtree(self._project.run_folder(self.run_id) / "cache", ignore_errors=True)
