"""Adversarial distillation: a critic that tells the teacher's class scores from the student's (WGAN-GP).

Source: Gulrajani et al., arXiv 1704.00028, as used by Zou et al., arXiv 2203.08667: "real" is the teacher, and the critic
sees tanh of the logits. With D(z) the mean of the critic's score map of one image::

    L_critic  = mean D(tanh s) - mean D(tanh t) + 10 mean (|grad_z D(z)|_2 - 1)^2
    z         = e tanh t + (1 - e) tanh s ,    e even in 0..1, one per image
    L_student = - mean D(tanh s)

D is the mean and not the sum of the map, as in the first two parts, so that the penalty does not depend on the size of
the views.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gf_desktop.errors import TrainingError

__all__ = ["CriticLoss", "adversarial_loss", "critic_loss"]

PENALTY_WEIGHT = 10.0
"""Of the gradient penalty (arXiv 1704.00028)."""

SMALLEST_SIDE_PX = 64
"""The critic halves its input until less would leave nothing to convolve."""


class CriticLoss(NamedTuple):
    """What the critic minimises, scalars.

    Attributes
    ----------
    wasserstein
        Mean score of the student less that of the teacher; its negative estimates their distance.
    penalty
        Gradient penalty, weighted.
    total
        Their sum.
    """

    wasserstein: Tensor
    penalty: Tensor
    total: Tensor


def critic_loss(discriminator: nn.Module, teacher_logits: Tensor, student_logits: Tensor, rng: torch.Generator) -> CriticLoss:
    """Return the critic's loss; gradients pass to the critic alone.

    Parameters
    ----------
    discriminator
        Maps tanh of logits, float [batch, classes, height, width], to a score map [batch, ...].
    teacher_logits, student_logits
        float [batch, classes, height, width], sides of at least 64 pixels.
    rng
        Of the places between teacher and student at which the gradient is measured.

    Raises
    ------
    TrainingError
        When a side is below 64 pixels.
    ValueError
        When the shapes differ.
    """
    if teacher_logits.shape != student_logits.shape:
        raise ValueError(f"logits of teacher {tuple(teacher_logits.shape)} and student {tuple(student_logits.shape)} differ")
    _refuse_small(student_logits)
    # float32 at least: under automatic mixed precision the norm of the gradient would lose its digits
    real, fake = (
        torch.tanh(logits.detach().to(torch.promote_types(logits.dtype, torch.float32))) for logits in (teacher_logits, student_logits)
    )
    scores_real, scores_fake = _scores(discriminator, torch.cat([real, fake])).chunk(2)
    wasserstein = scores_fake.mean() - scores_real.mean()
    penalty = PENALTY_WEIGHT * _gradient_penalty(discriminator, real, fake, rng)
    return CriticLoss(wasserstein, penalty, wasserstein + penalty)


def adversarial_loss(discriminator: nn.Module, student_logits: Tensor) -> Tensor:
    """Return the student's part, minus the mean score of its logits; gradients pass to the logits alone.

    Parameters
    ----------
    discriminator
        As for ``critic_loss``; its parameters get no gradient.
    student_logits
        float [batch, classes, height, width], sides of at least 64 pixels.

    Raises
    ------
    TrainingError
        When a side is below 64 pixels.
    """
    _refuse_small(student_logits)
    with _held(discriminator):
        return -_scores(discriminator, torch.tanh(student_logits)).mean()


def _scores(discriminator: nn.Module, images: Tensor) -> Tensor:
    """Return one score per image, [batch]."""
    scores: Tensor = discriminator(images)
    return scores.flatten(1).mean(dim=1)


def _gradient_penalty(discriminator: nn.Module, real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
    share = torch.rand(len(real), 1, 1, 1, generator=rng, device=rng.device).to(real)
    between = (share * real + (1 - share) * fake).requires_grad_(True)
    scores = _scores(discriminator, between)
    (gradient,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
    lengths: Tensor = gradient.flatten(1).norm(dim=1)
    return (lengths - 1).square().mean()


def _refuse_small(logits: Tensor) -> None:
    height, width = logits.shape[2:]
    side = SMALLEST_SIDE_PX
    if min(height, width) < side:
        raise TrainingError(
            f"The adversarial term needs views of at least {side} x {side} pixels, and these have {height} x {width}",
            next_step="Train on larger views, or leave the adversarial term out.",
        )


@contextmanager
def _held(network: nn.Module) -> Iterator[None]:
    """Keep gradients from the parameters of a network for what is computed meanwhile."""
    learning = [p for p in network.parameters() if p.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)
