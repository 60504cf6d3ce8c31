"""One refinement round: fine-tune the teacher, ask it once, distil the student.

Semi-supervised: half of each batch is labelled (slices that a person approved, and the pack's own slices as
replay), half is not. The teacher is asked once for every slice (its class scores and its paraphrased features are
cached and moved along with each random view), so that the steps run the student alone. On replay slices the student
as it was before the round is a second teacher, against forgetting.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gf_desktop.errors import UserError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import Views, random_views
from training.batches import pick, unknown_of
from training.card import PROCESSOR, is_out_of_memory, moved
from training.checkpoint import load_learner
from training.choosing import PATH, FitResult, Judge
from training.config import RefineConfig
from training.dataset import Round, SliceSet
from training.evaluate import Scores
from training.focus import Focus, focus_of
from training.loop import Learner, start_learner, train_step
from training.method import LoopConfig, Method, Term
from training.networks.paraphraser import Paraphraser
from training.objective import StepBatch, Terms
from training.paraphrase import first_steps, train_paraphrasers
from training.plan import Plan
from training.previews import Previews
from training.schedule import Budget, Control
from training.stages import StagePace, run_stage
from training.states import RoundFolder
from training.teacher import Teacher, cache_word, cached_word
from training.teacher_cache import open_cache

__all__ = ["FitResult", "Models", "fit", "loop_of", "method_of", "view_side"]

RESERVE_SHARE, RESERVE_S = 0.05, 8.0
"""Time kept back for check and export: this share of the round and at least so many seconds."""

SIDE_STEP, SMALLEST_SIDE = 32, 64
"""Pixels: the sides of training views are multiples of the first, and at least the second."""

EXPORT_S = 5.0
"""What writing and checking a pack usually takes."""

BACKWARD_FACTOR = 3.0
"""A training step takes about so many times what asking takes."""

PROBE_FROM, PROBE_STEPS = 20, 3
"""Where at least so many steps of the student are given, so many are made on copies first, to know how long the round will take."""


@dataclass(frozen=True, slots=True)
class Models:
    """The networks of a round; ``paraphrasers`` are of the shallow and of the deep tap, ``untrained`` in a project's first round."""

    student: nn.Module
    teacher: nn.Module
    paraphrasers: tuple[Paraphraser, Paraphraser]
    untrained: bool = False


def method_of(config: RefineConfig) -> Method:
    """Return a round's terms: supervision, the teacher's word on every image, and the old student's on replay slices."""
    return Method(
        kl=Term(weight=config.kd_weight),
        cwd=Term(share=config.cwd_share),
        graph=Term(share=config.graph_share),
        temperature=config.temperature,
        confidence=True,
        second_weight=config.old_weight,
        graph_flow=config.graph_flow,
    )


def loop_of(config: RefineConfig, *, rate: float, steps: int) -> LoopConfig:
    """Return how a round's teacher or student steps."""
    return LoopConfig(
        steps=steps,
        batch=config.batch,
        crop_px=config.crop_px,
        rate=rate,
        weight_decay=config.weight_decay,
        poly_power=config.poly_power,
        ema=config.ema,
        measure_every=config.measure_every,
        augment=config.augment,
    )


def fit(models: Models, data: Round, replay: tuple[SliceSet, SliceSet] | None, *, spec: PreprocessSpec, table: LabelTable,
        config: RefineConfig, control: Control, folder: RoundFolder | None = None, resume: bool = False, plan: Plan | None = None,
        device: torch.device = PROCESSOR, pace_anew: bool = False) -> FitResult:  # fmt: skip
    """Refine a student.

    Parameters
    ----------
    models
        The active model's networks; they are changed, and left where the round computes. Those of the result are in main memory.
    data
        Slices of the round.
    replay
        The pack's own slices to train on and to hold back, or None.
    config
        Seed, minutes and all else; ``control.elapsed_s`` counts against the minutes.
    folder
        Where the round keeps its plan and its states; None keeps nothing.
    resume
        Whether to go on from the newest state of the folder; from the beginning, by its plan, where there is none.
    plan
        To be followed to the letter; None makes one.
    device
        Where networks and steps are; slices stay in main memory.
    pace_anew
        Whether the stage that a resumed round is in is planned by the speed that it has here.

    Raises
    ------
    StopRequested
        When the round was given up; a state was kept.
    RuntimeError
        When a graphics card fails.
    TrainingError
        When a loss is no number even at an eighth of the learning rate, memory does not suffice even for batches of 2, or the
        folder is of another round.
    """
    folder = folder or RoundFolder(None, control)
    fitting = _Fitting(models, data, replay, spec=spec, table=table, config=config, control=control, folder=folder, device=device)
    return fitting.run(resume=resume, plan=plan, pace_anew=pace_anew)


class _Fitting:
    """One round's way through its stages."""

    def __init__(
        self,
        models: Models,
        data: Round,
        replay: tuple[SliceSet, SliceSet] | None,
        *,
        spec: PreprocessSpec,
        table: LabelTable,
        config: RefineConfig,
        control: Control,
        folder: RoundFolder,
        device: torch.device,
    ) -> None:
        for network in (models.student, models.teacher, *models.paraphrasers):
            network.to(device)
        self._device, self._pace_anew = device, False
        self._models, self._data, self._replay, self._spec = models, data, replay, spec
        self._config = replace(config, crop_px=view_side(config.crop_px, self._sets()))
        self._control, self._folder = control, folder
        previews = None if folder.folder is None else Previews(folder.folder, data.validation, table, control)
        self._judge = Judge(data, replay, spec, table, control, previews=previews)
        self._rng = torch.Generator().manual_seed(config.seed)
        self._given: dict[str, bool] = {}
        self._end_s = config.minutes * 60 - max(RESERVE_S, RESERVE_SHARE * config.minutes * 60)
        # all that a state needs beside a learner
        self._facts: dict[str, Any] = {
            "begin_s": 0.0, "judge_s": 0.0, "step_s": 0.0, "quarter": 1, "teacher_sha256": "", "teacher_dice": None,
        }  # fmt: skip

    def run(self, *, resume: bool, plan: Plan | None, pace_anew: bool) -> FitResult:
        """Go through the stages that are still to come."""
        self._pace_anew = pace_anew
        control, facts = self._control, self._facts
        old_student = _frozen_copy(self._models.student)
        state = self._take_up(resume=resume, plan=plan)
        steps = {"teacher": self._config.teacher_steps, "distil": self._config.max_steps}
        self._given = {name: count > 0 or (plan is not None and plan.total(name) is not None) for name, count in steps.items()}
        if state is None:
            if self._device.type != "cpu":
                # a card's first use takes seconds that no later one does
                self._judge.student(0, old_student, tell=False)
            began_s = control.elapsed_s
            self._judge.student(0, old_student, tell=True)
            facts |= {"begin_s": control.elapsed_s, "judge_s": control.elapsed_s - began_s}
        if state is not None and state["stage"] == "distil":
            teacher = _frozen_copy(self._models.teacher)
            self._folder.load_teacher(teacher, facts["teacher_sha256"])
            self._expect({"distil": self._left_of(state)})
        else:
            self._expect(self._probed() | ({} if state is None else {"teacher": self._left_of(state)}))
            teacher = self._fit_teacher(state)
            scores = self._judge.teacher(teacher)
            facts |= {"teacher_dice": None if scores is None else scores.dice, "teacher_sha256": self._folder.keep_teacher(teacher)}
            facts["quarter"], state = 1, None
        if self._models.untrained:
            self._fit_paraphrasers(teacher)
        average, made = self._fit_student(self._asked(teacher, old_student), state)
        teacher_scores = None if facts["teacher_dice"] is None else Scores(facts["teacher_dice"])
        result = self._judge.choose(old_student, average, teacher, teacher_scores, made)
        return replace(result, student=result.student.cpu(), teacher=result.teacher.cpu())

    def _take_up(self, *, resume: bool, plan: Plan | None) -> dict[str, Any] | None:
        """Return the document of the state to go on from, None for a round that begins."""
        folder = self._folder
        if not resume:
            folder.begin_anew(plan)
            return None
        for state in folder.newest():
            if state["stage"] == "distil" and not folder.has_teacher(state["teacher_sha256"]):
                self._control.warned("The teacher that the round had made is damaged; the round goes back to before it")
                continue
            folder.read_plan(state)
            self._facts |= {name: state[name] for name in self._facts}
            self._control.go_on_from(state["clock_s"])
            return state
        # it ended before its first state: what was planned by then holds
        folder.read_plan(None)
        if plan is not None and not folder.plan.entries:
            folder.begin_anew(plan)
        return None

    def _expect(self, seconds: dict[str, float]) -> None:
        """Say what later stages will take; where the time decides, the student has what is left of it."""
        expected = {"check": (len(PATH) + 1) * self._facts["judge_s"], "export": EXPORT_S}
        if not self._given["teacher"]:
            expected["teacher"] = self._config.teacher_share * (self._end_s - self._facts["begin_s"])
        self._control.expect(expected | seconds, 0.0 if self._given["distil"] else self._end_s)

    def _left_of(self, state: dict[str, Any]) -> float:
        """Return the seconds that the stage of a state still needs, by the speed that it had."""
        left = (self._folder.plan.total(state["stage"]) or 0) - int(state["step"])
        return max(0, left) * float(self._facts["step_s"])

    def _probed(self) -> dict[str, float]:
        """Return what stages with a given number of steps will take; a few steps are made on copies to know it."""
        steps = self._folder.plan.total("distil") or self._config.max_steps
        if not self._given["distil"] or steps < PROBE_FROM:
            return {}
        kept = torch.get_rng_state()
        try:
            asked_s, step_s = self._probe(steps)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            return {}
        finally:
            torch.set_rng_state(kept)
        slices, images = sum(len(part) for part in self._sets()), max(2, self._config.batch // 2)
        seconds = {"cache": asked_s * slices, "distil": steps * step_s + 4 * self._facts["judge_s"]}
        if self._given["teacher"]:
            count = self._folder.plan.total("teacher") or self._config.teacher_steps
            seconds["teacher"] = count * images * asked_s * BACKWARD_FACTOR
        return seconds

    def _probe(self, steps: int) -> tuple[float, float]:
        """Return the seconds of asking the teacher about one slice, and of one of the student's steps."""
        control, models = self._control, self._models
        loop = loop_of(self._config, rate=self._config.student_lr, steps=steps)
        learner = start_learner(copy.deepcopy(models.student), loop, torch.Generator().manual_seed(0))
        draw = _labelled_drawer(self._data, None, self._spec, self._config, images=lambda: self._config.batch)
        batch = draw(learner.rng)
        began_s = control.elapsed_s
        word = Teacher(models.teacher, models.paraphrasers).ask(batch.images)
        asked_s = (control.elapsed_s - began_s) / len(batch.images)
        for number in range(PROBE_STEPS):
            control.between()
            if number == 1:
                began_s = control.elapsed_s
            batch = draw(learner.rng)._replace(word=word, second=word.logits, follow=torch.zeros(len(batch.images), 1, 1, 1))
            train_step(learner, moved(batch, self._device), method_of(self._config), loop, done=0.0)
        return asked_s, (control.elapsed_s - began_s) / (PROBE_STEPS - 1)

    def _sets(self) -> list[SliceSet]:
        return [self._data.labelled, self._data.unlabelled, *([] if self._replay is None else [self._replay[0]])]

    def _run(self, pace: StagePace, learner: Learner, draw: Draw, *, method: Method, loop: LoopConfig,
             on_step: Callable[[Terms], object], state: dict[str, Any] | None) -> None:  # fmt: skip
        """Go through a stage of steps, from a state where there is one."""
        if state is not None:
            load_learner(Path(state["path"]), learner)
        pace.begin(learner.step, steps=loop.steps, batch=self._config.batch)

        def document() -> dict[str, Any]:
            self._facts["step_s"] = pace.step_s(learner.step) or self._facts["step_s"]
            return {"stage": pace.stage, "step": learner.step, **self._facts}

        run_stage(
            learner,
            lambda rng: moved(draw(rng), self._device),
            pace,
            self._folder,
            method=method,
            loop=loop,
            document=document,
            on_step=on_step,
        )

    def _pace(self, stage: str, *, end_s: float, spare_s: float = 0.0) -> StagePace:
        return StagePace(stage, self._folder, self._control, end_s=end_s, spare_s=spare_s, given=self._given[stage], anew=self._pace_anew)

    def _passed(self, pace: StagePace, step: int) -> int:
        """Return the quarter that has just been passed, 0 for none."""
        passed = int(4 * pace.done(step))
        if passed < self._facts["quarter"]:
            return 0
        self._facts["quarter"] = passed + 1
        return passed

    def _ends_early(self, pace: StagePace, step: int) -> bool:
        """Let a stage that has made its first quarter end with this step where that is wished; return whether it does."""
        if not self._control.early or self._facts["quarter"] < 2 or pace.done(step) >= 1:
            return False
        pace.finish(step)
        return True

    def _fit_teacher(self, state: dict[str, Any] | None) -> nn.Module:
        config, begin_s = self._config, self._facts["begin_s"]
        end_s = begin_s + config.teacher_share * (self._end_s - begin_s)
        loop = loop_of(config, rate=config.teacher_lr, steps=config.teacher_steps)
        learner = start_learner(self._models.teacher, loop, self._rng)
        pace = self._pace("teacher", end_s=end_s)

        def on_step(terms: Terms) -> None:
            self._control.progress("teacher", learner.step, pace.total(), {"teacher": float(terms.total.detach())})
            if self._ends_early(pace, learner.step):
                # the student gets the time that was meant for it, not the teacher's as well
                self._end_s = min(self._end_s, self._control.elapsed_s + self._end_s - end_s)
                self._expect({})
            elif passed := self._passed(pace, learner.step):
                pace.at_quarter(learner.step, passed)

        draw = _labelled_drawer(self._data, self._replay, self._spec, config, images=lambda: max(2, pace.entry(learner.step).batch // 2))
        self._run(pace, learner, draw, method=Method(), loop=loop, on_step=on_step, state=state)
        return learner.average

    def _fit_paraphrasers(self, teacher: nn.Module) -> None:
        """Let the Paraphrasers of a first round learn from its teacher; a round that goes on makes the same steps again."""
        config, control = self._config, self._control
        draw = _labelled_drawer(self._data, None, self._spec, config, images=lambda: max(2, config.batch // 2))
        steps = config.paraphraser_steps or first_steps(config.minutes)
        budget, rng = Budget(control, control.elapsed_s, float("inf"), steps), torch.Generator().manual_seed(config.seed)
        train_paraphrasers(self._models.paraphrasers, teacher, lambda r: draw(r).images.to(self._device), budget, rng=rng)

    def _asked(self, teacher: nn.Module, old: nn.Module) -> list[SliceSet]:
        """Return the sets with the teacher's word on each of their slices; it lies in the round's folder, if it can be kept there."""
        asked, sets = Teacher(teacher, self._models.paraphrasers), self._sets()
        total, before = sum(len(part) for part in sets), 0
        answered = []

        def tell(done: int) -> None:
            self._control.between()
            self._control.progress("cache", before + done, total, {})

        for part in sets:
            tell(0)
            word = self._kept_word(part, asked, old, tell)
            answered.append(word or cache_word(part, asked, spec=self._spec, second=old, on_batch=tell))
            before += len(part)
        tell(0)
        return answered

    def _kept_word(self, part: SliceSet, asked: Teacher, old: nn.Module, tell: Callable[[int], None]) -> SliceSet | None:
        """Return a set with the teacher's word from a file; None where none can be kept."""
        if self._folder.cache is None:
            return None

        def damaged(problem: str) -> None:
            self._control.warned(f"The teacher is asked once more: {problem}")

        try:
            return open_cache(self._folder.cache, part, asked, spec=self._spec, second=old, on_batch=tell, on_damage=damaged)
        except UserError as error:
            self._folder.give_up_keeping(error)
            return None

    def _fit_student(self, sets: list[SliceSet], state: dict[str, Any] | None) -> tuple[nn.Module, int]:
        """Return the student's running average and the number of steps; it is judged after each quarter."""
        config, control = self._config, self._control
        loop = loop_of(config, rate=config.student_lr, steps=config.max_steps)
        learner = start_learner(self._models.student, loop, self._rng)
        pace = self._pace("distil", end_s=self._end_s, spare_s=self._facts["judge_s"])
        if self._facts["quarter"] > 1:
            control.may_finish()

        def on_step(terms: Terms) -> None:
            control.progress("distil", learner.step, pace.total(), terms.as_floats())
            if self._ends_early(pace, learner.step):
                return
            if passed := self._passed(pace, learner.step):
                control.may_finish()
                began_s = control.elapsed_s
                self._judge.student(learner.step, learner.average, tell=True)
                pace.at_quarter(learner.step, passed, control.elapsed_s - began_s)

        draw = _round_drawer(sets, spec=self._spec, config=config, images=lambda: pace.entry(learner.step).batch)
        self._run(pace, learner, draw, method=method_of(config), loop=loop, on_step=on_step, state=state)
        return learner.average, learner.step


def _frozen_copy(network: nn.Module) -> nn.Module:
    return copy.deepcopy(network).eval().requires_grad_(False)


Draw = Callable[[torch.Generator], StepBatch]


def view_side(longest: int, sets: Sequence[SliceSet]) -> int:
    """Return the side of the training views in pixels: as wanted, and no larger than the largest slice needs.

    A view that is larger than the slice shows air for the rest, which costs as much as tissue, and networks that normalise over a batch
    would take it into their statistics.

    Parameters
    ----------
    longest
        As wanted, a multiple of ``SIDE_STEP``.
    """
    largest = max((max(part.images.shape[2:]) for part in sets if len(part)), default=longest)
    return min(longest, max(SMALLEST_SIDE, -(-largest // SIDE_STEP) * SIDE_STEP))


def _labelled_counts(config: RefineConfig, *, images: int, replay: bool) -> tuple[int, int]:
    """Return how many approved and how many replay slices stand among the labelled ones."""
    remembered = min(images - 1, round(images * config.replay_share)) if replay else 0
    return images - remembered, remembered


def _views(slices: SliceSet, count: int, config: RefineConfig, rng: torch.Generator, focus: Focus | None = None) -> Views:
    drawn = slices.views(pick(len(slices), count, rng)) if focus is None else focus.draw(count, rng)
    return random_views(drawn, config.augment, rng, side=config.crop_px)


def _joined(parts: list[Views], spec: PreprocessSpec) -> tuple[Tensor, Tensor, Tensor]:
    """Return images, normalised as the network wants them, targets and supervision of several views."""
    images, targets, supervised = (torch.cat([getattr(part, name) for part in parts]) for name in ("images", "targets", "supervised"))
    return (images - spec.mean) / spec.std, targets, supervised


def _round_drawer(sets: list[SliceSet], *, spec: PreprocessSpec, config: RefineConfig, images: Callable[[], int]) -> Draw:
    """Return a function that draws fresh views of approved, unlabelled and replay slices, ``images`` together."""
    labelled, unlabelled, replay = sets[0], sets[1], sets[2] if len(sets) > 2 else None
    focus = focus_of(labelled, config.focus)
    weights = None if focus is None else focus.class_weights

    def draw(rng: torch.Generator) -> StepBatch:
        count = images()
        free = count // 2 if len(unlabelled) else 0
        approved, remembered = _labelled_counts(config, images=count - free, replay=replay is not None)
        parts = [_views(labelled, approved, config, rng, focus)]
        if replay is not None and remembered:
            parts.append(_views(replay, remembered, config, rng))
        if free:
            parts.append(_views(unlabelled, free, config, rng))
        words = [cached_word(part) for part in parts]
        word = type(words[0][0])(*(torch.cat(planes) for planes in zip(*(w for w, _ in words), strict=True)))
        second = torch.cat([s for _, s in words if s is not None])
        old = torch.cat([torch.zeros(approved), torch.ones(remembered), torch.zeros(free)])
        unknown = unknown_of([(approved, labelled), *([] if replay is None else [(remembered, replay)]), (free, unlabelled)])
        follow = old[:, None, None, None]
        return StepBatch(*_joined(parts, spec), word=word, second=second, follow=follow, unknown=unknown, class_weights=weights)

    return draw


def _labelled_drawer(
    data: Round, replay: tuple[SliceSet, SliceSet] | None, spec: PreprocessSpec, config: RefineConfig, *, images: Callable[[], int]
) -> Draw:
    """Return a function that draws approved and replay slices alone, ``images`` together."""
    focus = focus_of(data.labelled, config.focus)
    weights = None if focus is None else focus.class_weights

    def draw(rng: torch.Generator) -> StepBatch:
        approved, remembered = _labelled_counts(config, images=images(), replay=replay is not None)
        parts = [_views(data.labelled, approved, config, rng, focus)]
        if replay is not None and remembered:
            parts.append(_views(replay[0], remembered, config, rng))
        unknown = unknown_of([(approved, data.labelled), *([] if replay is None else [(remembered, replay[0])])])
        return StepBatch(*_joined(parts, spec), unknown=unknown, class_weights=weights)

    return draw
