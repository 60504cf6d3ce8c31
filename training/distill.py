"""One refinement round: fine-tune the teacher, ask it once, distil the student.

Semi-supervised: half of each batch is labelled (slices that a person approved, and the pack's own slices as
replay), half is not. The teacher is asked once for every slice (its class scores and its paraphrased features are
cached and moved along with each random view), so that the steps run the student alone. On replay slices the student
as it was before the round is a second teacher, against forgetting.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import Views, random_views
from training.config import RefineConfig
from training.dataset import Round, SliceSet
from training.evaluate import Scores, judge_scans, judge_slices
from training.graph_flow import graph_flow
from training.losses import channel_wise_distillation, gradient_share_weight, pixel_distillation, supervision
from training.networks import Taps
from training.networks.paraphraser import Paraphraser
from training.schedule import Budget, Control, StopRequested, poly_decay

__all__ = [
    "Batch",
    "FitResult",
    "Models",
    "Shares",
    "StepLosses",
    "average_into",
    "cache_teachers",
    "fit",
    "stack",
    "train_step",
    "train_student",
    "train_supervised",
]

CACHE_BATCH = 8
GRADIENT_CLIP = 5.0
WARM_UP_STEPS = 10
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


class StepLosses(NamedTuple):
    """The terms of one step, scalars; ``total`` is what is minimised."""

    supervision: Tensor
    kd: Tensor
    old: Tensor
    cwd: Tensor
    graph: Tensor
    total: Tensor


@dataclass(slots=True)
class Shares:
    """Weights of the terms that are held at a share of supervision's gradient."""

    cwd: float = 0.0
    graph: float = 0.0


class Batch(NamedTuple):
    """Views of a step, normalised: ``old`` says per image whether the old student (1) or the teacher (0) is followed pixel by pixel."""

    views: Views
    old: Tensor


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
    teacher = train_supervised(models.teacher, _draw_labelled(data, replay, spec, config, rng), config, budget)
    teacher_scores = judge.teacher(teacher)

    asked = Models(models.student, teacher, models.paraphrasers)
    sets = [data.labelled, data.unlabelled, None if replay is None else replay[0]]
    cached = [None if s is None else cache_teachers(s, asked, old=old_student, spec=spec, control=control) for s in sets]
    batches = _draw_batches(cached[0] or data.labelled, cached[1] or data.unlabelled, cached[2], spec=spec, config=config, rng=rng)
    budget = Budget(control, control.elapsed_s, end_s, config.max_steps)
    average, steps = train_student(
        models.student, batches, config, budget, on_quarter=lambda network, step: judge.student(step, network, tell=True)
    )
    return judge.choose(old_student, average, teacher, teacher_scores, steps)


def train_supervised(network: nn.Module, batches: Iterator[Views], config: RefineConfig, budget: Budget) -> nn.Module:
    """Train a teacher on labelled views and return its running average in evaluation mode."""
    optimizer = torch.optim.AdamW(network.parameters(), config.teacher_lr, weight_decay=config.weight_decay)
    average, step = copy.deepcopy(network), 0
    while (done := budget.done(step)) < 1:
        budget.control.between()
        views = next(batches)
        _set_rate(optimizer, config.teacher_lr, done, step, config)
        network.train()
        taps: Taps = network(views.images.contiguous(memory_format=torch.channels_last))
        loss = supervision(taps.logits, views.targets, views.supervised)
        _descend(network, optimizer, loss.total)
        average_into(average, network, decay=min(config.ema, (1 + step) / (10 + step)))
        step += 1
        budget.control.progress("teacher", step, budget.total(step), {"teacher": float(loss.total.detach())})
    return average.eval().requires_grad_(False)


def train_student(
    student: nn.Module, batches: Iterator[Batch], config: RefineConfig, budget: Budget, *, on_quarter: Callable[[nn.Module, int], object]
) -> tuple[nn.Module, int]:
    """Distil a student and return its running average and the number of steps.

    Parameters
    ----------
    on_quarter
        Called with the average and the step after each quarter of the budget.
    """
    optimizer = torch.optim.AdamW(student.parameters(), config.student_lr, weight_decay=config.weight_decay)
    average, shares, step, quarter = copy.deepcopy(student), Shares(), 0, 1
    try:
        while (done := budget.done(step)) < 1:
            budget.control.between()
            _set_rate(optimizer, config.student_lr, done, step, config)
            student.train()
            losses = train_step(student, optimizer, next(batches), config, shares, measure=step % config.measure_every == 0)
            average_into(average, student, decay=min(config.ema, (1 + step) / (10 + step)))
            step += 1
            told = {name: float(value.detach()) for name, value in losses._asdict().items()}
            budget.control.progress("distil", step, budget.total(step), told)
            if done >= quarter / 4:
                quarter += 1
                budget.control.checkpoint(average, step)
                on_quarter(average, step)
    except StopRequested:
        budget.control.checkpoint(average, step)
        raise
    return average, step


def _set_rate(optimizer: torch.optim.Optimizer, rate: float, done: float, step: int, config: RefineConfig) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate * poly_decay(done, config.poly_power) * min(1.0, (step + 1) / WARM_UP_STEPS)


def _descend(network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    if not bool(torch.isfinite(loss.detach())):
        raise TrainingError("Training went astray: the loss is not a number", next_step="Refine again with a smaller learning rate.")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_CLIP)
    optimizer.step()


def train_step(
    student: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch, config: RefineConfig, shares: Shares, *, measure: bool
) -> StepLosses:
    """Take one step; no input or output.

    Parameters
    ----------
    shares
        Weights in force; measured anew and replaced when ``measure`` is set.

    Raises
    ------
    TrainingError
        When the loss is not a number.
    """
    views = batch.views
    guide, codes = views.guide, views.codes
    if guide is None or codes is None:
        raise TrainingError("The teacher was not asked before distillation", next_step="Report this; it is a fault of the trainer.")
    taps: Taps = student(views.images.contiguous(memory_format=torch.channels_last))
    classes = taps.logits.shape[1]
    teacher, old, inside = guide[:, :classes], guide[:, classes : 2 * classes], guide[:, 2 * classes :]
    supervised = supervision(taps.logits, views.targets, views.supervised)
    sure = torch.softmax(teacher, dim=1).amax(dim=1, keepdim=True) * (inside > 0.99)
    follow_old = batch.old[:, None, None, None]
    kd = pixel_distillation(teacher, taps.logits, temperature=config.temperature, weight=sure * (1 - follow_old))
    kept = pixel_distillation(old, taps.logits, temperature=config.temperature, weight=(inside > 0.99) * follow_old)
    zero = taps.logits.sum() * 0
    cwd = channel_wise_distillation(teacher, taps.logits) if config.cwd_share > 0 else zero
    graph = zero
    if config.graph_share > 0:
        half = codes.shape[1] // 2
        graph = graph_flow(codes[:, :half], codes[:, half:], taps.shallow, taps.deep, config=config.graph_flow).total.float()
    if measure:
        blocks = (taps.shallow, taps.deep)
        shares.cwd = gradient_share_weight(supervised.total, cwd, blocks, share=config.cwd_share) if config.cwd_share > 0 else 0.0
        shares.graph = gradient_share_weight(supervised.total, graph, blocks, share=config.graph_share) if config.graph_share > 0 else 0.0
    total = supervised.total + config.kd_weight * kd + config.old_weight * kept + shares.cwd * cwd + shares.graph * graph
    _descend(student, optimizer, total)
    return StepLosses(supervised.total, kd, kept, shares.cwd * cwd, shares.graph * graph, total)


def average_into(average: nn.Module, network: nn.Module, *, decay: float) -> None:
    """Move a running average of parameters and of buffers towards a network."""
    with torch.no_grad():
        ours, theirs = average.state_dict(), network.state_dict()
        for name, value in ours.items():
            if value.is_floating_point():
                value.lerp_(theirs[name], 1 - decay)
            else:
                value.copy_(theirs[name])


def _between(old: nn.Module, new: nn.Module, share: float) -> nn.Module:
    """Return the network whose weights lie ``share`` of the way from ``old`` to ``new``."""
    result = copy.deepcopy(old)
    average_into(result, new, decay=1 - share)
    return result


def cache_teachers(slices: SliceSet, models: Models, *, old: nn.Module, spec: PreprocessSpec, control: Control) -> SliceSet:
    """Return the slices with what the teacher and the old student say about them.

    ``guide``: teacher's logits, old student's logits, and ones that mark the inside of the image once it is moved;
    ``codes``: the paraphrased shallow and deep features.
    """
    guides, codes = [], []
    for start in range(0, len(slices), CACHE_BATCH):
        control.between()
        control.progress("cache", start, len(slices), {})
        batch = ((slices.images[start : start + CACHE_BATCH] - spec.mean) / spec.std).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            said: Taps = models.teacher(batch)
            before: Taps = old(batch)
            features = [p.encode(tap) for p, tap in zip(models.paraphrasers, (said.shallow, said.deep), strict=True)]
        guides.append(torch.cat([said.logits, before.logits, torch.ones_like(said.logits[:, :1])], dim=1).half())
        codes.append(torch.cat(features, dim=1).half())
    if not guides:
        return slices
    return replace(slices, guide=torch.cat(guides).contiguous(), codes=torch.cat(codes).contiguous())


def _pick(count: int, wanted: int, rng: torch.Generator) -> Tensor:
    """Return ``wanted`` random numbers below ``count``, without a repetition where there are enough."""
    repeats = -(-wanted // count)
    return torch.cat([torch.randperm(count, generator=rng) for _ in range(repeats)])[:wanted]


def _labelled_counts(config: RefineConfig, *, images: int, replay: bool) -> tuple[int, int]:
    """Return how many approved and how many replay slices stand among the labelled ones."""
    remembered = min(images - 1, round(images * config.replay_share)) if replay else 0
    return images - remembered, remembered


def _views(slices: SliceSet, count: int, config: RefineConfig, rng: torch.Generator) -> Views:
    return random_views(slices.views(_pick(len(slices), count, rng)), config.augment, rng, side=config.crop_px)


def stack(parts: list[Views], spec: PreprocessSpec) -> Views:
    """Return views as one batch, normalised as the network wants them."""

    def join(name: str) -> Tensor:
        return torch.cat([getattr(part, name) for part in parts])

    guided = all(part.guide is not None for part in parts)
    images = (join("images") - spec.mean) / spec.std
    return Views(
        images, join("targets"), join("supervised"), join("regions"), join("guide") if guided else None, join("codes") if guided else None
    )


def _draw_batches(
    labelled: SliceSet,
    unlabelled: SliceSet,
    replay: SliceSet | None,
    *,
    spec: PreprocessSpec,
    config: RefineConfig,
    rng: torch.Generator,
) -> Iterator[Batch]:
    """Yield batches without end, each of fresh views: approved, replay and unlabelled slices."""
    while True:
        free = config.batch // 2 if len(unlabelled) else 0
        approved, remembered = _labelled_counts(config, images=config.batch - free, replay=replay is not None)
        parts = [_views(labelled, approved, config, rng)]
        if replay is not None and remembered:
            parts.append(_views(replay, remembered, config, rng))
        if free:
            parts.append(_views(unlabelled, free, config, rng))
        old = torch.cat([torch.zeros(approved), torch.ones(remembered), torch.zeros(free)])
        yield Batch(stack(parts, spec), old)


def _draw_labelled(
    data: Round, replay: tuple[SliceSet, SliceSet] | None, spec: PreprocessSpec, config: RefineConfig, rng: torch.Generator
) -> Iterator[Views]:
    """Yield batches for the teacher without end: approved and replay slices, half the size of the student's."""
    approved, remembered = _labelled_counts(config, images=max(2, config.batch // 2), replay=replay is not None)
    while True:
        parts = [_views(data.labelled, approved, config, rng)]
        if replay is not None and remembered:
            parts.append(_views(replay[0], remembered, config, rng))
        yield stack(parts, spec)


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
