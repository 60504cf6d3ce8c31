"""One refinement round: fine-tune the teacher, ask it once, distil the student.

Semi-supervised: half of each batch is labelled (slices that a person approved, and the pack's own slices as
replay), half is not. The teacher is asked once for every slice (its class scores and its paraphrased features are
cached and moved along with each random view), so that the steps run the student alone. On replay slices the student
as it was before the round is a second teacher, against forgetting.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import Views, random_views
from training.batches import pick
from training.config import RefineConfig
from training.dataset import Round, SliceSet
from training.evaluate import Scores, judge_scans, judge_slices
from training.loop import average_into, start_learner, train
from training.method import LoopConfig, Method, Term
from training.networks.paraphraser import Paraphraser
from training.objective import StepBatch, Terms
from training.schedule import Budget, Control, StopRequested
from training.teacher import Teacher, cache_word, cached_word

__all__ = ["FitResult", "Models", "fit", "loop_of", "method_of"]

RESERVE_SHARE, RESERVE_S = 0.05, 8.0
"""Time kept back for check and export: this share of the round and at least so many seconds."""

PATH = (1.0, 0.85, 0.7, 0.5, 0.3)
"""Points on the way from the old student (0) to the new one (1) that are judged at the end."""

FORGET_TOL = 0.02
"""Mean Dice on the pack's own slices that may be lost without a penalty when a point of the path is chosen."""

FALL_TOL = 0.02
"""Dice of one structure that may be lost on the held-back slices without a penalty."""


@dataclass(frozen=True, slots=True)
class Models:
    """The networks of a round; ``paraphrasers`` are of the shallow and of the deep tap."""

    student: nn.Module
    teacher: nn.Module
    paraphrasers: tuple[Paraphraser, Paraphraser]


@dataclass(frozen=True, slots=True)
class FitResult:
    """A round's outcome.

    Attributes
    ----------
    student, teacher
        The averaged student and teacher, in evaluation mode.
    steps
        Student steps that were made.
    kept
        How far along the path from the old to the new student the result lies, 0 to 1.
    student_scores, teacher_scores
        Dice on the held-back slices, None without such slices.
    replay_scores
        Dice of the student on the pack's own held-back slices, None without.
    """

    student: nn.Module
    teacher: nn.Module
    steps: int
    kept: float
    student_scores: Scores | None
    teacher_scores: Scores | None
    replay_scores: Scores | None


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
        config: RefineConfig, control: Control) -> FitResult:  # fmt: skip
    """Refine a student.

    Parameters
    ----------
    models
        The active model's networks; they are changed.
    data
        Slices of the round.
    replay
        The pack's own slices to train on and to hold back, or None.
    config
        Seed, minutes and all else; ``control.elapsed_s`` counts against the minutes.

    Raises
    ------
    StopRequested
        When the round was given up.
    TrainingError
        When a loss is no longer a number.
    """
    rng = torch.Generator().manual_seed(config.seed)
    end_s = config.minutes * 60 - max(RESERVE_S, RESERVE_SHARE * config.minutes * 60)
    judge = _Judge(data, replay, spec, table, control)
    old_student = copy.deepcopy(models.student).eval().requires_grad_(False)
    judge.student(0, old_student, tell=True)

    begin_s = control.elapsed_s
    budget = Budget(control, begin_s, begin_s + config.teacher_share * (end_s - begin_s), config.teacher_steps)
    teacher = _fit_teacher(models.teacher, _labelled_drawer(data, replay, spec, config), config, budget, rng)
    teacher_scores = judge.teacher(teacher)

    asked = Teacher(teacher, models.paraphrasers)
    sets = [data.labelled, data.unlabelled, None if replay is None else replay[0]]
    cached = [None if s is None else _cached(s, asked, old_student, spec, control) for s in sets]
    draw = _round_drawer(cached[0] or data.labelled, cached[1] or data.unlabelled, cached[2], spec=spec, config=config)
    budget = Budget(control, control.elapsed_s, end_s, config.max_steps)
    average, steps = _fit_student(models.student, draw, config, budget=budget, rng=rng, judge=judge)
    return judge.choose(old_student, average, teacher, teacher_scores, steps)


def _fit_teacher(
    network: nn.Module, draw: Callable[[torch.Generator], StepBatch], config: RefineConfig, budget: Budget, rng: torch.Generator
) -> nn.Module:
    loop = loop_of(config, rate=config.teacher_lr, steps=config.teacher_steps)
    learner = start_learner(network, loop, rng)

    def tell(terms: Terms) -> None:
        budget.control.progress("teacher", learner.step, budget.total(learner.step), {"teacher": float(terms.total.detach())})

    train(learner, draw, Method(), loop, budget, on_step=tell)
    return learner.average


def _fit_student(
    network: nn.Module,
    draw: Callable[[torch.Generator], StepBatch],
    config: RefineConfig,
    *,
    budget: Budget,
    rng: torch.Generator,
    judge: _Judge,
) -> tuple[nn.Module, int]:
    """Return the student's running average and the number of steps; it is judged and kept after each quarter."""
    loop = loop_of(config, rate=config.student_lr, steps=config.max_steps)
    learner = start_learner(network, loop, rng)
    quarter = 1

    def tell(terms: Terms) -> None:
        nonlocal quarter
        budget.control.progress("distil", learner.step, budget.total(learner.step), terms.as_floats())
        if budget.done(learner.step) >= quarter / 4:
            quarter += 1
            budget.control.checkpoint(learner.average, learner.step)
            judge.student(learner.step, learner.average, tell=True)

    try:
        train(learner, draw, method_of(config), loop, budget, on_step=tell)
    except StopRequested:
        budget.control.checkpoint(learner.average, learner.step)
        raise
    return learner.average, learner.step


def _between(old: nn.Module, new: nn.Module, share: float) -> nn.Module:
    """Return the network whose weights lie ``share`` of the way from ``old`` to ``new``."""
    result = copy.deepcopy(old)
    average_into(result, new, decay=1 - share)
    return result


def _cached(slices: SliceSet, teacher: Teacher, old: nn.Module, spec: PreprocessSpec, control: Control) -> SliceSet:
    def tell(done: int) -> None:
        control.between()
        control.progress("cache", done, len(slices), {})

    return cache_word(slices, teacher, spec=spec, second=old, on_batch=tell)


def _labelled_counts(config: RefineConfig, *, images: int, replay: bool) -> tuple[int, int]:
    """Return how many approved and how many replay slices stand among the labelled ones."""
    remembered = min(images - 1, round(images * config.replay_share)) if replay else 0
    return images - remembered, remembered


def _views(slices: SliceSet, count: int, config: RefineConfig, rng: torch.Generator) -> Views:
    return random_views(slices.views(pick(len(slices), count, rng)), config.augment, rng, side=config.crop_px)


def _joined(parts: list[Views], spec: PreprocessSpec) -> tuple[Tensor, Tensor, Tensor]:
    """Return images, normalised as the network wants them, targets and supervision of several views."""
    images, targets, supervised = (torch.cat([getattr(part, name) for part in parts]) for name in ("images", "targets", "supervised"))
    return (images - spec.mean) / spec.std, targets, supervised


def _round_drawer(
    labelled: SliceSet, unlabelled: SliceSet, replay: SliceSet | None, *, spec: PreprocessSpec, config: RefineConfig
) -> Callable[[torch.Generator], StepBatch]:
    """Return a function that draws fresh views of approved, replay and unlabelled slices."""

    def draw(rng: torch.Generator) -> StepBatch:
        free = config.batch // 2 if len(unlabelled) else 0
        approved, remembered = _labelled_counts(config, images=config.batch - free, replay=replay is not None)
        parts = [_views(labelled, approved, config, rng)]
        if replay is not None and remembered:
            parts.append(_views(replay, remembered, config, rng))
        if free:
            parts.append(_views(unlabelled, free, config, rng))
        words = [cached_word(part) for part in parts]
        word = type(words[0][0])(*(torch.cat(planes) for planes in zip(*(w for w, _ in words), strict=True)))
        second = torch.cat([s for _, s in words if s is not None])
        old = torch.cat([torch.zeros(approved), torch.ones(remembered), torch.zeros(free)])
        return StepBatch(*_joined(parts, spec), word=word, second=second, follow=old[:, None, None, None])

    return draw


def _labelled_drawer(
    data: Round, replay: tuple[SliceSet, SliceSet] | None, spec: PreprocessSpec, config: RefineConfig
) -> Callable[[torch.Generator], StepBatch]:
    """Return a function that draws the teacher's batches: approved and replay slices, half as many as the student's."""
    approved, remembered = _labelled_counts(config, images=max(2, config.batch // 2), replay=replay is not None)

    def draw(rng: torch.Generator) -> StepBatch:
        parts = [_views(data.labelled, approved, config, rng)]
        if replay is not None and remembered:
            parts.append(_views(replay[0], remembered, config, rng))
        return StepBatch(*_joined(parts, spec))

    return draw


class _Judge:
    """Scores networks on held-back slices and says which point of the path is kept."""

    def __init__(
        self, data: Round, replay: tuple[SliceSet, SliceSet] | None, spec: PreprocessSpec, table: LabelTable, control: Control
    ) -> None:
        self._scans = data.validation
        self._replay = None if replay is None or not len(replay[1]) else replay[1]
        self._spec, self._table, self._control = spec, table, control

    def student(self, step: int, network: nn.Module, *, tell: bool) -> tuple[Scores | None, Scores | None]:
        """Return Dice on the round's and on the pack's held-back slices, None where there are none."""
        held = judge_scans(network, self._scans, self._table, between=self._control.between) if self._scans else None
        kept = None
        if self._replay is not None:
            kept = judge_slices(network, self._replay, self._spec, self._table, between=self._control.between)
        if tell and held is not None:
            self._control.validated(step, "student", held.mean, held.dice)
        return held, kept

    def teacher(self, network: nn.Module) -> Scores | None:
        """Return the teacher's Dice on the round's held-back slices."""
        if not self._scans:
            return None
        scores = judge_scans(network, self._scans, self._table, between=self._control.between)
        self._control.validated(0, "teacher", scores.mean, scores.dice)
        return scores

    def choose(self, old: nn.Module, new: nn.Module, teacher: nn.Module, teacher_scores: Scores | None, step: int) -> FitResult:
        """Return the best point between the old student and the new one.

        Best is the highest mean Dice on the held-back slices, less what is lost beyond tolerance on the pack's own
        slices and on any structure. Without held-back slices the farthest point that forgets too little to matter.
        """
        old_held, old_kept = self.student(step, old, tell=False)
        best: tuple[float, float, nn.Module, Scores | None, Scores | None] | None = None
        for share in PATH if step else (0.0,):
            network = _between(old, new, share)
            held, kept = self.student(step, network, tell=False)
            score = _value(held, old_held) - _loss(kept, old_kept) + 1e-3 * share
            if best is None or score > best[0]:
                best = (score, share, network, held, kept)
        if best is None:
            raise TrainingError("No student could be chosen", next_step="Report this; it is a fault of the trainer.")
        _, share, network, held, kept = best
        if held is not None:
            self._control.validated(step, "student", held.mean, held.dice)
        return FitResult(network.eval().requires_grad_(False), teacher, step, share, held, teacher_scores, kept)


def _value(held: Scores | None, before: Scores | None) -> float:
    if held is None or before is None or held.mean is None:
        return 0.0
    falls = [max(0.0, v - (held.dice[name] or 0.0) - FALL_TOL) for name, v in before.dice.items() if v is not None]
    return held.mean - sum(falls)


def _loss(kept: Scores | None, before: Scores | None) -> float:
    if kept is None or before is None or kept.mean is None or before.mean is None:
        return 0.0
    return max(0.0, before.mean - kept.mean - FORGET_TOL)
