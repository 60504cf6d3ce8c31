"""The one training loop: teachers, students, every baseline and the product's own rounds run through it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError
from training.adversarial import critic_loss
from training.losses import pixel_distillation
from training.method import LoopConfig, Method
from training.mixing import confidence, consistency_cross_entropy, mean_teacher_consistency, mix, pseudo_labels, ramp_up
from training.networks.record import Taps
from training.objective import INSIDE, StepBatch, Terms, total_loss, with_unknown_merged
from training.schedule import Pace, poly_decay

__all__ = ["AstrayError", "Critic", "Learner", "average_into", "start_learner", "train", "train_step"]

RAMP_SHARE = 0.3
"""Share of a run in which the terms of the running average grow to their full weight."""


class AstrayError(TrainingError):
    """A loss is no longer a number."""


class Critic(NamedTuple):
    """The adversarial term's network and its optimiser."""

    network: nn.Module
    optimizer: torch.optim.Optimizer


@dataclass(slots=True)
class Learner:
    """A network on its way: all that a checkpoint must hold, so that a run goes on as if it had not been broken.

    Attributes
    ----------
    network
        What is trained.
    average
        Running average of its weights and buffers.
    optimizer
        Of the network.
    rng
        Source of every random draw of batches.
    weights
        Weights in force of terms that are held at a share of supervision's gradient.
    step
        Steps made.
    critic
        Of the adversarial term.
    backward
        How a loss goes backwards; replaced where several devices work together.
    """

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    rng: torch.Generator
    weights: dict[str, float] = field(default_factory=dict)
    step: int = 0
    critic: Critic | None = None
    backward: Callable[[Tensor], None] = lambda loss: loss.backward()  # type: ignore[no-untyped-call]


def start_learner(network: nn.Module, config: LoopConfig, rng: torch.Generator, *, critic: nn.Module | None = None) -> Learner:
    """Return a network at step 0 with its optimiser and its running average.

    Parameters
    ----------
    critic
        For a method with an adversarial term.
    """
    # one pass over the memory instead of several: a sixth of a small student's step
    optimizer = torch.optim.AdamW(network.parameters(), config.rate, weight_decay=config.weight_decay, fused=True)
    judge = None if critic is None else Critic(critic, torch.optim.Adam(critic.parameters(), config.critic_rate, betas=(0.9, 0.99)))
    return Learner(network, copy.deepcopy(network).eval().requires_grad_(False), optimizer, rng, critic=judge)


def train(
    learner: Learner,
    draw: Callable[[torch.Generator], StepBatch],
    method: Method,
    config: LoopConfig,
    pace: Pace,
    *,
    on_step: Callable[[Terms], object],
) -> None:
    """Step until the stage is over.

    Parameters
    ----------
    draw
        Gives the next batch; it draws from the learner's generator alone, so that a resumed run repeats an unbroken one.
    on_step
        Called after each step with its terms.

    Raises
    ------
    AstrayError
        When a loss is no longer a number.
    """
    while (done := pace.done(learner.step)) < 1:
        pace.control.between()
        terms = train_step(learner, draw(learner.rng), method, config, done=done, factor=pace.rate(learner.step))
        on_step(terms)


def train_step(learner: Learner, batch: StepBatch, method: Method, config: LoopConfig, *, done: float, factor: float = 1.0) -> Terms:
    """Take one step; no input or output.

    Parameters
    ----------
    done
        Share of the run that is over, 0 to 1.
    factor
        Of the learning rate.

    Raises
    ------
    AstrayError
        When the loss is not a number.
    """
    rate = config.rate * factor * poly_decay(done, config.poly_power) * min(1.0, (learner.step + 1) / config.warm_up)
    for group in learner.optimizer.param_groups:
        group["lr"] = rate
    learner.network.train()
    images = batch.images if batch.strong is None else torch.cat([batch.images, batch.strong])
    given: Taps = learner.network(images.to(memory_format=torch.channels_last))
    for tap in (given.shallow, given.deep):
        if tap.requires_grad:
            tap.register_hook(_channels_last)  # type: ignore[no-untyped-call]  # torch states no types for it
    # in half precision the losses are reckoned in float32, and the gradients measured at what the network itself gave
    everything = Taps(*(part.to(torch.promote_types(part.dtype, torch.float32)) for part in given))
    logits, batch = with_unknown_merged(everything.logits, batch)
    everything = everything._replace(logits=logits)
    taps = Taps(*(part[: len(batch.images)] for part in everything))
    second, consistency = _terms_of_average(learner, everything.logits, batch, method, done)
    critic = None if learner.critic is None else learner.critic.network
    blocks = (given.shallow, given.deep) if learner.step % config.measure_every == 0 else None
    terms = total_loss(taps, batch, method, learner.weights, blocks=blocks, critic=critic, second=second, consistency=consistency)
    if not bool(torch.isfinite(terms.total.detach())):
        raise AstrayError("Training went astray: the loss is not a number", next_step="Start again with a smaller learning rate.")
    learner.optimizer.zero_grad(set_to_none=True)
    learner.backward(terms.total)
    nn.utils.clip_grad_norm_(learner.network.parameters(), config.clip)
    learner.optimizer.step()
    if learner.critic is not None and batch.word is not None:
        inside = (batch.word.inside > INSIDE).to(taps.logits.dtype)
        _train_critic(learner.critic, batch.word.logits * inside, taps.logits.detach() * inside, step=learner.step)
    average_into(learner.average, learner.network, decay=min(config.ema, (1 + learner.step) / (10 + learner.step)))
    learner.step += 1
    return Terms(*(term.detach() for term in terms))


def _channels_last(gradient: Tensor) -> Tensor:
    """Return a gradient in the memory order of the network: that of a term over flattened maps makes batch norm's backward pass slow."""
    return gradient.contiguous(memory_format=torch.channels_last)


def _terms_of_average(
    learner: Learner, logits: Tensor, batch: StepBatch, method: Method, done: float
) -> tuple[Tensor | None, Tensor | None]:
    """Return the weighed terms of second teachers: the old student or the average as teacher, and consistency with the average."""
    second: Tensor | None = None
    if batch.second is not None and batch.follow is not None:
        inside = batch.word.inside if batch.word is not None else torch.ones_like(batch.supervised)
        weight = (inside > INSIDE).to(logits.dtype) * batch.follow
        kept = pixel_distillation(batch.second, logits[: len(batch.second)], temperature=method.temperature, weight=weight)
        second = method.second_weight * kept
    if batch.weak is None or not method.uses_average:
        return second, None
    with torch.no_grad():
        learner.average.eval()
        said: Tensor = learner.average(batch.weak.to(memory_format=torch.channels_last)).logits
        if batch.cut is not None:
            own = slice(len(said) - len(batch.cut), None)
            said = mix(said[own], said.roll(1, dims=0)[own], batch.cut)
    count = len(said)
    seen = logits[len(batch.images) - count : len(batch.images)]
    if method.unlabelled == "strong":
        grown = ramp_up(max(0.0, done - method.second_from), max(1e-6, min(RAMP_SHARE, 1 - method.second_from)))
        if done < method.second_from:
            return second, None
        return second, method.second_teacher * grown * pixel_distillation(said, seen, weight=confidence(said))
    grown = ramp_up(done, RAMP_SHARE)
    if method.unlabelled == "consistency":
        return second, method.consistency * grown * mean_teacher_consistency(seen, said)
    classes, weight = pseudo_labels(said, threshold=method.threshold)
    loss = consistency_cross_entropy(seen, classes, weight)
    if batch.strong is not None:
        loss = (loss + consistency_cross_entropy(logits[len(batch.images) :], classes, weight)) / 2
    return second, method.consistency * grown * loss


def _train_critic(critic: Critic, teacher: Tensor, student: Tensor, *, step: int) -> None:
    # a generator of the step's own: how many images a process has must not change what is drawn afterwards
    loss = critic_loss(critic.network, teacher, student, torch.Generator().manual_seed(step))
    critic.optimizer.zero_grad(set_to_none=True)
    loss.total.backward()  # type: ignore[no-untyped-call]
    critic.optimizer.step()


def average_into(average: nn.Module, network: nn.Module, *, decay: float) -> None:
    """Move a running average of parameters and of buffers towards a network."""
    with torch.no_grad():
        ours, theirs = average.state_dict(), network.state_dict()
        moving = [name for name, value in ours.items() if value.is_floating_point()]
        torch._foreach_lerp_([ours[name] for name in moving], [theirs[name] for name in moving], 1 - decay)
        for name in ours.keys() - set(moving):
            ours[name].copy_(theirs[name])
