"""Supervision and logit distillation. Pure functions of tensors; each mean is over the pixels that count."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Supervision", "channel_wise_distillation", "gradient_share_weight", "pixel_distillation", "supervision"]

DICE_EPS = 1.0
"""Pixels added to both sides of the soft Dice, so that a structure absent from the batch gives no gradient spike."""

CWD_TEMPERATURE = 4.0
"""Of channel-wise distillation (Shu et al., arXiv 2011.13256)."""


class Supervision(NamedTuple):
    """Cross-entropy, soft Dice loss and their sum, scalars."""

    cross_entropy: Tensor
    dice: Tensor
    total: Tensor


def supervision(logits: Tensor, targets: Tensor, supervised: Tensor) -> Supervision:
    """Return masked cross-entropy plus masked soft Dice loss.

    With w = 1 where a person stands behind the target, shares y and probabilities p::

        CE   = - sum_x w sum_c y_c log p_c / sum_x w
        Dice = 1 - mean_c (2 sum_x w p_c y_c + e) / (sum_x w (p_c + y_c) + e)      c without background

    A masked mean: only reviewed pixels count, divided by their number, so that one reviewed per cent gives as
    strong a gradient as a whole image.

    Parameters
    ----------
    logits, targets
        float [batch, classes, height, width]; targets sum to 1 over classes.
    supervised
        float [batch, 1, height, width], 0 or 1. All 0 gives zeros.
    """
    log_p = torch.log_softmax(logits, dim=1)
    count = supervised.sum().clamp_min(1.0)
    cross_entropy = -(supervised * targets * log_p).sum() / count
    p = log_p.exp() * supervised
    y = targets * supervised
    overlap = (p * y).sum(dim=(0, 2, 3))
    both = p.sum(dim=(0, 2, 3)) + y.sum(dim=(0, 2, 3))
    score = (2 * overlap + DICE_EPS) / (both + DICE_EPS)
    dice = (1 - score[1:].mean()) * (supervised.sum() > 0)
    return Supervision(cross_entropy, dice, cross_entropy + dice)


def pixel_distillation(teacher: Tensor, student: Tensor, *, temperature: float = 1.0, weight: Tensor | None = None) -> Tensor:
    """Return the Kullback-Leibler divergence of the softened class scores, ``T^2 mean_x w KL(p_T || p_S)``.

    Parameters
    ----------
    teacher, student
        Logits, float [batch, classes, height, width]; no gradient passes to the teacher.
    temperature
        T, which divides both logits.
    weight
        float [batch, 1, height, width]: the mean is weighted by it; default 1.
    """
    log_t = torch.log_softmax(teacher.detach() / temperature, dim=1)
    log_s = torch.log_softmax(student / temperature, dim=1)
    divergence = (log_t.exp() * (log_t - log_s)).sum(dim=1, keepdim=True)
    if weight is None:
        return divergence.mean() * temperature**2
    return (divergence * weight).sum() / weight.sum().clamp_min(1.0) * temperature**2


def channel_wise_distillation(teacher: Tensor, student: Tensor, *, temperature: float = CWD_TEMPERATURE) -> Tensor:
    """Return channel-wise distillation of class scores: each class is a distribution over the positions.

    ``T^2 mean_{b,c} KL(softmax_x(t / T) || softmax_x(s / T))`` (arXiv 2011.13256).

    Parameters
    ----------
    teacher, student
        Logits, float [batch, classes, height, width]; no gradient passes to the teacher.
    """
    log_t = torch.log_softmax(teacher.detach().flatten(2) / temperature, dim=2)
    log_s = torch.log_softmax(student.flatten(2) / temperature, dim=2)
    return (log_t.exp() * (log_t - log_s)).sum(dim=2).mean() * temperature**2


def gradient_share_weight(supervised: Tensor, term: Tensor, blocks: tuple[Tensor, ...], *, share: float) -> float:
    """Return the weight at which a term's gradient at the tapped blocks is ``share`` of supervision's.

    Losses of different kinds are weighed by their gradients, not by their values: every harm that distillation did
    in trials came from a term whose gradient there was above half of supervision's.

    Parameters
    ----------
    supervised, term
        Scalars that depend on ``blocks``; the graph is kept.
    blocks
        Features of the tapped blocks.

    Returns
    -------
    0 where the term has no gradient.
    """
    norm_supervised, norm_term = (_gradient_norm(loss, blocks) for loss in (supervised, term))
    return share * norm_supervised / norm_term if norm_term > 0 else 0.0


def _gradient_norm(loss: Tensor, blocks: tuple[Tensor, ...]) -> float:
    gradients: tuple[Tensor | None, ...] = torch.autograd.grad(loss, blocks, retain_graph=True, allow_unused=True)
    squares = [float(g.detach().double().square().sum()) for g in gradients if g is not None]
    return math.sqrt(sum(squares))
