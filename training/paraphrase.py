"""Training of the Paraphrasers: without labels, from the frozen teacher's features."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from training.loop import Learner
from training.networks import Taps, tap_channels
from training.networks.paraphraser import Paraphraser
from training.schedule import Budget

__all__ = ["both", "first_steps", "new_paraphrasers", "paraphraser_learner", "train_paraphrasers"]

RATE = 1e-3

STEPS_A_MINUTE, LEAST_STEPS, MOST_STEPS = 15.0, 5, 150
"""Steps of the Paraphrasers in a project's first round, by the minutes of the round; 150 is what the pack that ships had."""


def new_paraphrasers(student: nn.Module, teacher: nn.Module, channels: int) -> tuple[Paraphraser, Paraphraser]:
    """Return untrained Paraphrasers from the teacher's tap widths to the student's, for images of so many channels."""
    (shallow_t, deep_t), (shallow_s, deep_s) = tap_channels(teacher, channels), tap_channels(student, channels)
    return Paraphraser(shallow_t, shallow_s), Paraphraser(deep_t, deep_s)


def both(paraphrasers: tuple[Paraphraser, Paraphraser]) -> nn.ModuleDict:
    """Return the two as one module, for one file of weights."""
    return nn.ModuleDict({"shallow": paraphrasers[0], "deep": paraphrasers[1]})


def paraphraser_learner(paraphrasers: tuple[Paraphraser, Paraphraser], rng: torch.Generator) -> Learner:
    """Return the two at step 0 with their optimiser, for one checkpoint; there is no running average."""
    network = both(paraphrasers)
    return Learner(network, nn.Module(), torch.optim.AdamW(network.parameters(), RATE), rng)


def first_steps(minutes: float) -> int:
    """Return how many steps the Paraphrasers have in a project's first round.

    It goes by what was ordered and not by the clock, so that a round that was broken off makes the same ones again.
    """
    return int(min(max(LEAST_STEPS, round(STEPS_A_MINUTE * minutes)), MOST_STEPS))


def train_paraphrasers(
    paraphrasers: tuple[Paraphraser, Paraphraser],
    teacher: nn.Module,
    draw: Callable[[torch.Generator], Tensor],
    budget: Budget,
    *,
    rng: torch.Generator,
    learner: Learner | None = None,
    on_step: Callable[[float], object] | None = None,
) -> float:
    """Let the Paraphrasers learn to reconstruct the frozen teacher's taps, then freeze them.

    ``L = sum over taps of |D(E(F)) - F|^2 / var F``: in units of the features' own variance, so that both taps weigh
    the same.

    Parameters
    ----------
    draw
        Gives normalised images, float [batch, channels, height, width].
    learner
        Of the same Paraphrasers and generator, to go on from its step; None to begin.
    on_step
        Called after each step with its loss.

    Returns
    -------
    The last step's loss: 2 would be a constant, 0 is perfect.
    """
    learner = learner or paraphraser_learner(paraphrasers, rng)
    last = float("nan")
    while budget.done(learner.step) < 1:
        budget.control.between()
        with torch.no_grad():
            taps: Taps = teacher(draw(rng).to(memory_format=torch.channels_last))
        losses: list[Tensor] = []
        for paraphraser, features in zip(paraphrasers, (taps.shallow, taps.deep), strict=True):
            losses.append((paraphraser(features) - features).square().mean() / features.var().clamp_min(1e-6))
        loss = torch.stack(losses).sum()
        learner.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        learner.optimizer.step()
        learner.step += 1
        last = float(loss.detach())
        budget.control.progress("paraphrasers", learner.step, budget.total(learner.step), {"reconstruction": last})
        if on_step is not None:
            on_step(last)
    for paraphraser in paraphrasers:
        paraphraser.eval().requires_grad_(False)
    return last
