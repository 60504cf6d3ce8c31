"""One refinement from the button to the verdict, over breaks: whatever ends it on the way, it can go on where it stood."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.gate import GateDecision
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.judging import judge_packs
from gf_desktop.open_case import OpenCase
from gf_desktop.pack import ModelCard, verify_pack
from gf_desktop.project.manifest import ManifestItem, begin_freezing, nothing_to_learn, write_manifest
from gf_desktop.project.mask_files import Freezing
from gf_desktop.project.records import RoundReport
from gf_desktop.project.store import Project
from gf_desktop.project.unfinished import (
    Recipe,
    RoundOrder,
    change_round,
    drop_round,
    end_left_trainer,
    end_round,
    left_of_ended,
    newest_state,
    next_run_id,
    note_trainer,
    read_items,
    remove_all,
    unfinished_round,
    with_free_candidate,
    write_order,
)
from gf_desktop.protocol import Candidate, Failed, Start, Stopped
from gf_desktop.trainer_link import PauseReason, TrainerLink, TrainingState, Transport

__all__ = ["DEFAULT_MINUTES", "RECIPES", "Recipe", "Refinement", "RoundWish", "recipe_of"]

DEFAULT_MINUTES = 5.0
"""Length of a round when nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class RoundWish:
    """What a round is asked for.

    Attributes
    ----------
    threads
        0 for as many as the trainer thinks right.
    device
        "auto" for a graphics card where there is one that works, "cpu" or "gpu".
    structures
        Label values that are learned from; none of them means all. What a person corrected of others waits for another round.
    recipe
        Replaces settings of the trainer by name; see ``training.config.RefineConfig``.
    only_plugged
        Whether it is to wait while the computer runs on its battery.
    """

    minutes: float = DEFAULT_MINUTES
    seed: int = 0
    threads: int = 0
    recipe: Recipe = field(default_factory=dict)
    only_plugged: bool = False
    device: str = "auto"
    structures: tuple[int, ...] = ()


RECIPES: Final[dict[str, Recipe]] = {
    "usual": {},
    "gentle": {"student_lr": 5e-4, "teacher_lr": 5e-4, "replay_share": 0.7, "old_weight": 2.0},
    "small-structures": {"focus": 1.0, "crop_px": 96},
    "without-teacher": {"teacher_steps": 1, "kd_weight": 0.0, "cwd_share": 0.0, "graph_share": 0.0},
}
"""Recipes that have a name. Gentle stays nearer to the student that serves; small structures are looked at in each view; without its
teacher the student has all the time to itself, and learns from nothing but what was approved."""


def recipe_of(settings: Sequence[str]) -> Recipe:
    """Return settings of training that were written as NAME=VALUE, or as the name of a recipe; UserError where one is neither.

    What comes later replaces what came before.
    """
    recipe: Recipe = {}
    advice = f"Write NAME=VALUE, such as batch=4, or one of: {', '.join(RECIPES)}."
    for setting in settings:
        if setting in RECIPES:
            recipe |= RECIPES[setting]
            continue
        key, _, text = setting.partition("=")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        if not key or not text or not isinstance(value, float | int | str | bool):
            raise UserError(
                "A setting of training is not understood",
                where=setting,
                next_step=advice,
            )
        recipe[key] = value
    return recipe


class Refinement:
    """Runs a round in a trainer process, judges its candidate, and promotes or rejects it.

    A trainer that ends unasked is started again where it stood; twice at one place, and the round has failed.

    Parameters
    ----------
    make_transport
        Makes the line to a trainer that is not started yet.
    on_change
        Given a new snapshot whenever something happened.
    on_report
        Given the report when a candidate was judged.
    on_failure
        Given what the user can do about it when there is no candidate; None when the round was stopped on request.
    """

    def __init__(
        self,
        project: Project,
        jobs: Jobs,
        make_transport: Callable[[], Transport],
        *,
        on_change: Callable[[TrainingState], None],
        on_report: Callable[[RoundReport], None],
        on_failure: Callable[[Exception | None], None],
    ) -> None:
        self._project = project
        self._jobs = jobs
        self._make_transport = make_transport
        self._transport: Transport | None = None
        self._on_change = on_change
        self._on_report = on_report
        self._on_failure = on_failure
        self._items: list[ManifestItem] = []
        self._link: TrainerLink | None = None
        self._judging: CancelToken | None = None
        self._given_up = self._left = False
        self._beginning = False
        self._refusal: Exception | None = None
        self._freezing: CancelToken | None = None
        self._frozen: list[Freezing] = []
        self._shown: OpenCase | None = None
        self._order: RoundOrder | None = None
        self._holds: set[PauseReason] = set()
        self.run_id = ""
        self.active_id = ""

    @property
    def state(self) -> TrainingState:
        """The latest snapshot."""
        return TrainingState() if self._link is None else self._link.state

    def begin(self, wish: RoundWish, *, shown: OpenCase | None = None) -> None:
        """Freeze the masks off the session's thread, then start the trainer; a round that waited to go on is dropped.

        What goes wrong later is told to ``on_failure``; with jobs that run at once it is raised here.

        Parameters
        ----------
        shown
            The case on screen; its mask takes no strokes until it is frozen.

        Raises
        ------
        TrainingError
            When there is nothing to learn from, the time is not positive, or the trainer cannot be started.
        """
        if not wish.minutes > 0:
            raise TrainingError(f"A refinement needs some time, not {wish.minutes} minutes", next_step="Give it at least half a minute.")
        project = self._project
        project.must_write()
        if not any(case.status in ("in progress", "approved") for case in project.cases()):
            raise nothing_to_learn(project)
        # without one, the round makes the project's first model
        self.active_id = project.models.active_id or ""
        self.run_id = next_run_id(project)
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
                self._launch(frozen, wish)
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
        if self._order is not None:
            # nothing was trained that one could go on with
            drop_round(self._project, self._order)
        if self._beginning:
            self._refusal = error
        else:
            self._on_failure(error)

    def _let_go_of_mask(self) -> None:
        self._freezing, self._frozen = None, []
        shown, self._shown = self._shown, None
        if shown is not None:
            shown.working = ""

    def _launch(self, frozen: list[Freezing], wish: RoundWish) -> None:
        project, active_id = self._project, self.active_id
        _manifest, self._items = write_manifest(project, self.run_id, seed=wish.seed, frozen=frozen)
        if self._given_up:
            self._on_failure(None)
            return
        before = unfinished_round(project)
        if before is not None:
            end_left_trainer(project, before.run_id)
            self._end_round(before)
        self._order = RoundOrder(
            run_id=self.run_id,
            candidate_id=project.models.next_id(active_id) if active_id else project.models.first_id(project.name),
            parent_id=active_id,
            minutes=wish.minutes,
            seed=wish.seed,
            threads=wish.threads,
            recipe=dict(wish.recipe),
            only_plugged=wish.only_plugged,
            device=wish.device,
            structures=wish.structures,
        )
        write_order(project, self._order)
        self._start_trainer(self._order, resume=False)

    def go_on(self, order: RoundOrder) -> None:
        """Go on with a round that did not come to its end; a trainer that its window left behind is ended before.

        Raises
        ------
        UserError
            When the round's files are damaged, or the trainer cannot be started.
        """
        project = self._project
        project.must_write()
        self.run_id, self.active_id = order.run_id, order.parent_id
        self._items = read_items(project, order.run_id)
        end_left_trainer(project, order.run_id)
        self._order = order = change_round(project, with_free_candidate(project, order), state="going")
        self._start_trainer(order, resume=True)

    def _start_trainer(self, order: RoundOrder, *, resume: bool) -> None:
        project, run_folder = self._project, self._project.run_folder(order.run_id)
        start = Start(
            run_id=order.run_id,
            manifest=str(run_folder / "manifest.json"),
            parent_dir=str(project.models.path(order.parent_id)) if order.parent_id else "",
            out_dir=str(project.models.folder / order.candidate_id),
            run_dir=str(run_folder),
            candidate_id=order.candidate_id,
            minutes=order.minutes,
            seed=order.seed,
            threads=order.threads,
            device=order.device,
            structures=tuple(order.structures),
            recipe=order.recipe,
            resume=resume,
        )
        self._transport = self._make_transport()
        self._link = TrainerLink(self._transport, start, on_change=self._on_change, on_end=self._training_ended)
        self._link.begin(run_folder / "trainer.log")
        note_trainer(project, order.run_id, self._transport.pid)
        if order.early:
            self._link.export_now()
        for reason in self._holds:
            self._link.hold(reason, holds=True)

    def cancel(self) -> None:
        """Stop the round; the active model goes on serving, and the round can go on where it stands."""
        self._given_up = True
        if self._order is not None:
            self._keep(state="stopped", early=False)
        self._end()

    def leave(self) -> None:
        """Let go of the project, which is about to be closed: the round goes on when it is opened again. Nothing is told any more."""
        self._left = self._given_up = True
        self._end()

    def _end(self) -> None:
        if self._freezing is not None:
            self._freezing.cancel()
            for freezing in self._frozen:
                freezing.give_up()
            self._let_go_of_mask()
            self._tell_failure(None)
        elif self._judging is not None:
            self._judging.cancel()
            self._judging = None
            self._tell_failure(None)
        elif self._link is not None:
            self._link.stop()

    def _tell_failure(self, error: Exception | None) -> None:
        if not self._left:
            self._on_failure(error)

    def _keep(self, **changes: object) -> None:
        """Keep with the order what changed; a disk that is full is no reason to lose the round."""
        assert self._order is not None, "the round was launched"
        try:
            self._order = change_round(self._project, self._order, **changes)
        except UserError:
            return

    @property
    def only_plugged(self) -> bool:
        """Whether the round waits while the computer runs on its battery."""
        return self._order is not None and self._order.only_plugged

    @property
    def ends_early(self) -> bool:
        """Whether the user wants the round finished as soon as it can be."""
        return self._order is not None and self._order.early

    def hold(self, reason: PauseReason, *, holds: bool) -> None:
        """Let the trainer stand still for a reason, at once, or take the reason back; it goes on when there is none left."""
        (self._holds.add if holds else self._holds.discard)(reason)
        if self._link is not None:
            self._link.hold(reason, holds=holds)

    def finish(self) -> None:
        """Take what the round has made so far; the trainer says so where that is too early. Interrupted, it still ends early later."""
        if self._link is not None:
            self._keep(early=True)
            self._link.export_now()
            self._on_change(self.state)

    def wait(self) -> None:
        """Deliver the trainer's messages until it has ended for good; at once where an event loop does that."""
        waited = None
        while self._transport is not waited and self._transport is not None:
            waited = self._transport
            waited.wait()

    def _training_ended(self, result: Candidate | Failed | Stopped) -> None:
        if self._left:
            return
        died = self._link is not None and self._link.died
        match result:
            case Candidate() if not self._given_up:
                self._judge(result)
            case Failed() if died and not self._given_up:
                self._died(result)
            case Failed():
                self._fail(TrainingError(result.what, where=result.where, next_step=result.next))
            case _:
                self._on_failure(None)

    def _died(self, result: Failed) -> None:
        """Start a trainer that ended without a word again where it stood, once at each place."""
        assert self._order is not None, "the round was launched"
        place = newest_state(self._project, self.run_id)
        if self._order.died_at == place:
            self._fail(
                TrainingError(
                    "The trainer ended twice at the same place without a word",
                    where=result.where,
                    next_step="Close other programs, in case memory is short, and go on or refine again; trainer.log there may say more.",
                )
            )
            return
        self._keep(died_at=place)
        try:
            self._start_trainer(self._order, resume=True)
        except UserError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End without a candidate; what there is stays, and the user may go on with it."""
        if self._order is not None:
            self._keep(state="stopped")
        self._tell_failure(error)

    def _judge(self, result: Candidate) -> None:
        folder = self._project.models.folder / result.model_id
        self._judging = self._jobs.run(
            lambda _token: verify_pack(folder), on_done=lambda card: self._judge_verified(result, card), on_error=self._fail
        )

    def _judge_verified(self, result: Candidate, card: ModelCard) -> None:
        project = self._project
        known = next((record.state for record in project.models.records() if record.id == result.model_id), None)
        try:
            # where the round was broken off after this, it is registered already
            if known is None:
                project.models.register(result.model_id, card=card)
        except UserError as error:
            self._fail(error)
            return
        if known not in (None, "candidate"):
            # judged, and broken off before that was noted
            self._end_round()
            self._on_failure(None)
            return
        self._compare_with_served()
        volumes = {item.case_id: project.load_volume(item.case_id) for item in self._items if item.labels is not None}
        active_path = project.models.path(self.active_id) if self.active_id else None
        candidate_path = project.models.path(result.model_id)
        items, names, merged, run_id = self._items, project.table, project.structures.merged, self.run_id

        def work(token: CancelToken) -> GateDecision:
            return judge_packs(
                active_path, candidate_path, items, volumes, token, names=names, merged=merged, parity=result.parity, run_id=run_id
            )

        self._judging = self._jobs.run(work, on_done=lambda decision: self._conclude(result, decision), on_error=self._fail)

    def _conclude(self, result: Candidate, decision: GateDecision) -> None:
        self._judging = None
        models, gate, names = self._project.models, decision.document, decision.scores.before
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
        with self._project.together():
            self._project.must_write()
            if decision.promoted:
                models.activate(result.model_id, reason=decision.reason, gate=gate, mean_dice=decision.mean_after, verified=True)
            else:
                models.reject(result.model_id, gate=gate, mean_dice=decision.mean_after)
            self._project.reports.save(report)
        self._end_round()
        self._on_report(report)

    def _end_round(self, order: RoundOrder | None = None) -> None:
        """End this round, or one that was interrupted."""
        order = order or self._order
        if order is None:
            return
        left = [*end_round(self._project, order), *left_of_ended(self._project)]
        # hundreds of megabytes: the window would stand still meanwhile
        self._jobs.run(lambda _token: remove_all(left), on_done=lambda _none: None, on_error=lambda _error: None)

    def _compare_with_served(self) -> None:
        """Let the candidate be judged against the model that serves now, where that knows the same structures as its parent."""
        models = self._project.models
        served = models.active_id
        if served is None or not self.active_id:
            # a first model is judged against an empty mask, or against what has come to serve meanwhile
            self.active_id = served or ""
        elif served != self.active_id and models.card(served).table == models.card(self.active_id).table:
            self.active_id = served
