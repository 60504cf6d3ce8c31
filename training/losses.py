"""Supervision, and distillation of logits and of features. Pure functions of tensors; each mean is over what counts.

Teachers are constants: no gradient passes to them. What comes in half precision, as from a cache or under automatic
mixed precision, is reckoned in float32.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = [
    "Supervision",
    "attention_map",
    "attention_transfer",
    "channel_wise_distillation",
    "dist_distillation",
    "flow_matrix",
    "flow_of_solution",
    "gradient_norm",
    "merge_unknown",
    "pixel_distillation",
    "soft_dice_distillation",
    "supervision",
]

DICE_EPS = 1.0
"""Pixels added to both sides of the soft Dice, so that a structure absent from the batch gives no gradient spike."""

CWD_TEMPERATURE = 4.0
"""Of channel-wise distillation (Shu et al., arXiv 2011.13256)."""

LENGTH_EPS = 1e-12
"""Vectors not longer than this have no direction: they count as zeros and give no gradient."""

ROUNDING = 8.0
"""Changes within this many units of the last digit are rounding, and what has no others is constant."""

NOWHERE = -1e30
"""Logit of a position that is left out of a softmax over positions; finite, so that an image without any position that
counts gives numbers."""


class Supervision(NamedTuple):
    """Cross-entropy, soft Dice loss and their sum, scalars."""

    cross_entropy: Tensor
    dice: Tensor
    total: Tensor


def _full(values: Tensor) -> Tensor:
    return values.to(torch.promote_types(values.dtype, torch.float32))


def merge_unknown(logits: Tensor, unknown: Tensor) -> Tensor:
    """Return class scores in which background stands for all classes that nobody knew who said what is where.

    With U the unknown classes of an image and ``softmax(z')`` the new probabilities p'::

        p'_0 = p_0 + sum_{c in U} p_c ,   p'_c = 0 for c in U ,   p'_c = p_c for all others

    so that "background" of somebody who did not know a structure is no word against it (Cermelli et al., arXiv 2002.00718).

    Parameters
    ----------
    logits
        float [batch, classes, height, width].
    unknown
        bool [batch, classes, 1, 1]: the unknown classes of each image; never background.
    """
    logits = _full(logits)
    background = torch.zeros_like(unknown)
    background[:, 0] = True
    merged = torch.logsumexp(logits.masked_fill(~(unknown | background), NOWHERE), dim=1, keepdim=True)
    return torch.where(background, merged, logits.masked_fill(unknown, NOWHERE))


def supervision(
    logits: Tensor, targets: Tensor, supervised: Tensor, *, dice: bool = True, class_weights: Tensor | None = None
) -> Supervision:
    """Return masked cross-entropy plus masked soft Dice loss.

    With w = 1 where a person stands behind the target, shares y and probabilities p::

        CE   = - sum_x w sum_c a_c y_c log p_c / sum_x w
        Dice = 1 - mean_c (2 sum_x w p_c y_c + e) / (sum_x w (p_c + y_c) + e)      c without background

    A masked mean: only reviewed pixels count, divided by their number, so that one reviewed per cent gives as
    strong a gradient as a whole image.

    Parameters
    ----------
    logits, targets
        float [batch, classes, height, width]; targets sum to 1 over classes.
    supervised
        float [batch, 1, height, width], 0 or 1. All 0 gives zeros.
    dice
        False for cross-entropy alone: the Dice loss is not computed and is 0.
    class_weights
        a, float [classes], 1 for a class that counts as it is; None for 1 throughout.
    """
    log_p = torch.log_softmax(logits, dim=1)
    count = supervised.sum().clamp_min(1.0)
    weighed = targets if class_weights is None else targets * class_weights[None, :, None, None]
    cross_entropy = -(supervised * weighed * log_p).sum() / count
    if not dice:
        return Supervision(cross_entropy, torch.zeros_like(cross_entropy), cross_entropy)
    p = log_p.exp() * supervised
    y = targets * supervised
    overlap = (p * y).sum(dim=(0, 2, 3))
    both = p.sum(dim=(0, 2, 3)) + y.sum(dim=(0, 2, 3))
    score = (2 * overlap + DICE_EPS) / (both + DICE_EPS)
    dice_loss = (1 - score[1:].mean()) * (supervised.sum() > 0)
    return Supervision(cross_entropy, dice_loss, cross_entropy + dice_loss)


def pixel_distillation(
    teacher: Tensor, student: Tensor, *, temperature: float = 1.0, weight: Tensor | None = None, inside: Tensor | None = None
) -> Tensor:
    """Return the Kullback-Leibler divergence of the softened class scores, ``T^2 mean_x w KL(p_T || p_S)``.

    Hinton et al., arXiv 1503.02531, pixel by pixel. The mean is ``sum_x w KL / max(1, sum_x w)``.

    Parameters
    ----------
    teacher, student
        Logits, float [batch, classes, height, width]; no gradient passes to the teacher.
    temperature
        T, which divides both logits.
    weight
        float [batch, 1, height, width], such as the teacher's confidence: the mean is weighted by it; default 1.
    inside
        [batch, 1, height, width], bool or 0 and 1: pixels of 0 are ignored; multiplies ``weight``.
    """
    log_t = torch.log_softmax(_full(teacher.detach()) / temperature, dim=1)
    log_s = torch.log_softmax(_full(student) / temperature, dim=1)
    divergence = (log_t.exp() * (log_t - log_s)).sum(dim=1, keepdim=True)
    if inside is not None:
        weight = inside.to(divergence.dtype) * (1.0 if weight is None else weight)
    if weight is None:
        return divergence.mean() * temperature**2
    return (divergence * weight).sum() / weight.sum().clamp_min(1.0) * temperature**2


def channel_wise_distillation(
    teacher: Tensor, student: Tensor, *, temperature: float = CWD_TEMPERATURE, inside: Tensor | None = None
) -> Tensor:
    """Return channel-wise distillation of class scores: each class is a distribution over the positions.

    ``T^2 mean_{b,c} KL(softmax_x(t / T) || softmax_x(s / T))`` (Shu et al., arXiv 2011.13256).

    Parameters
    ----------
    teacher, student
        Logits, float [batch, classes, height, width]; no gradient passes to the teacher.
    temperature
        T, which divides both logits.
    inside
        [batch, 1, height, width], bool or 0 and 1: the distributions are over the pixels of 1; an image that has none
        is left out of the mean. Default all.
    """
    shares_t, shares_s = _full(teacher.detach()).flatten(2) / temperature, _full(student).flatten(2) / temperature
    if inside is None:
        log_t, log_s = torch.log_softmax(shares_t, dim=2), torch.log_softmax(shares_s, dim=2)
        return (log_t.exp() * (log_t - log_s)).sum(dim=2).mean() * temperature**2
    counts = inside.flatten(2) > 0
    log_t, log_s = (torch.log_softmax(s.masked_fill(~counts, NOWHERE), dim=2).masked_fill(~counts, 0.0) for s in (shares_t, shares_s))
    divergence = (log_t.exp() * (log_t - log_s)).sum(dim=2)
    images = counts.any(dim=2).sum().clamp_min(1)
    return divergence.sum() / (images * divergence.shape[1]) * temperature**2


def soft_dice_distillation(teacher: Tensor, student: Tensor, *, temperature: float = 1.0, weight: Tensor | None = None) -> Tensor:
    """Return the soft Dice loss between the probabilities of teacher and student.

    With probabilities p = softmax(t / T), q = softmax(s / T) and sums over the pixels x of the whole batch::

        L = 1 - mean_c (2 sum_x w p_c q_c + e) / (sum_x w (p_c^2 + q_c^2) + e)      c without background

    Squares below the line (Milletari et al., arXiv 1606.04797), because only with them is the loss smallest, and 0,
    where q = p; with plain sums it would reward a student for being surer than its teacher.

    Parameters
    ----------
    teacher, student
        Logits, float [batch, classes, height, width]; no gradient passes to the teacher.
    temperature
        T, which divides both logits.
    weight
        [batch, 1, height, width], w, 0 where a pixel is to be ignored; default 1.
    """
    p = torch.softmax(_full(teacher.detach()) / temperature, dim=1)[:, 1:]
    q = torch.softmax(_full(student) / temperature, dim=1)[:, 1:]
    w = 1.0 if weight is None else weight.to(q.dtype)
    overlap = (w * p * q).sum(dim=(0, 2, 3))
    both = (w * (p.square() + q.square())).sum(dim=(0, 2, 3))
    return 1 - ((2 * overlap + DICE_EPS) / (both + DICE_EPS)).mean()


def dist_distillation(
    teacher: Tensor, student: Tensor, *, beta: float = 1.0, gamma: float = 1.0, temperature: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Return DIST: one minus Pearson's correlation over the classes of a pixel and over the pixels of a class.

    With probabilities p = softmax(t / T), q = softmax(s / T), and r the correlation (Huang et al., arXiv 2205.10536)::

        L = beta mean_x (1 - r_c(p(x), q(x))) + gamma mean_c (1 - r_x(p_c, q_c))

    The pixels are those of the whole batch; with a weight w, ``mean_x`` and the means and sums within ``r_x`` are weighted
    by it. A pixel or class in which either side is constant has no correlation and counts as 0. A correlation does not
    depend on the scale of the probabilities, so no T^2 is needed. With two classes ``r_c`` is 1 or -1 and has no gradient.

    Parameters
    ----------
    teacher, student
        Logits, float [batch, classes, height, width]; no gradient passes to the teacher.
    beta, gamma
        Weights of the two parts, the first between classes, the second within a class; 0 leaves a part out uncomputed.
    temperature
        T, which divides both logits.
    weight
        [batch, 1, height, width], w, 0 where a pixel is to be ignored; default 1.
    """
    p, q = (torch.softmax(_full(z) / temperature, dim=1).transpose(0, 1).flatten(1) for z in (teacher.detach(), student))
    w = torch.ones_like(q[:1]) if weight is None else weight.to(q.dtype).transpose(0, 1).flatten(1)
    total = q.new_zeros(())
    if beta > 0:
        distance = 1 - _correlation(p.T, q.T, torch.ones_like(q.T))
        total = total + beta * (distance * w[0]).sum() / w.sum().clamp_min(LENGTH_EPS)
    if gamma > 0:
        total = total + gamma * (1 - _correlation(p, q, w)).mean()
    return total


def _correlation(one: Tensor, other: Tensor, weight: Tensor) -> Tensor:
    """Return Pearson's weighted correlation of each row, 1 where a row is constant but for rounding."""
    count = weight.sum(dim=1, keepdim=True).clamp_min(LENGTH_EPS)
    rounding = ROUNDING * torch.finfo(one.dtype).eps
    centred, lengths, varies = [], [], []
    for values in (one, other):
        change = values - (weight * values).sum(dim=1, keepdim=True) / count
        square, whole = (weight * change.square()).sum(dim=1), (weight * values.square()).sum(dim=1)
        real = square > rounding**2 * whole
        centred.append(change)
        varies.append(real)
        # the square root of nothing has no derivative
        lengths.append(torch.where(real, square, torch.ones_like(square)).sqrt())
    correlation = (weight * centred[0] * centred[1]).sum(dim=1) / lengths[0] / lengths[1]
    return torch.where(varies[0] & varies[1], correlation, torch.ones_like(correlation))


def attention_map(features: Tensor) -> Tensor:
    """Return where a tap is active: the sum of squares over its channels, of length one over the positions.

    ``Q(x) = sum_c F_c(x)^2 ,   A = Q / |Q|_2`` (Zagoruyko and Komodakis, arXiv 1612.03928). It has one channel, so that a
    teacher's map can be stored.

    Parameters
    ----------
    features
        float [batch, channels, height, width].

    Returns
    -------
    float [batch, 1, height, width], at least 0; all 0 for features that are.
    """
    return _unit_map(_full(features).square().sum(dim=1, keepdim=True))


def _unit_map(energy: Tensor) -> Tensor:
    length = torch.linalg.vector_norm(energy, dim=(1, 2, 3), keepdim=True)
    # twice, because the length of nothing has no derivative
    safe = torch.where(length > LENGTH_EPS, length, torch.ones_like(length))
    return torch.where(length > LENGTH_EPS, energy / safe, torch.zeros_like(energy))


def attention_transfer(teacher_maps: tuple[Tensor, ...], student_taps: tuple[Tensor, ...], *, inside: Tensor | None = None) -> Tensor:
    """Return attention transfer: the mean squared distance of the attention maps, summed over the taps.

    ``L = sum_taps mean_{b,x} (A^T(x) - A^S(x))^2`` (arXiv 1612.03928). The teacher's maps are scaled to length one again:
    they may have been cropped since.

    Parameters
    ----------
    teacher_maps
        ``attention_map`` of each of the teacher's taps, float [batch, 1, height, width]; no gradient passes to them.
    student_taps
        Raw features, float [batch, channels, height, width], in the same order.
    inside
        [batch, 1, height, width] of the taps, bool or 0 and 1: maps and mean are over the positions of 1; default all.

    Raises
    ------
    ValueError
        When a map and a tap differ in batch or size.
    """
    total = student_taps[0].new_zeros((), dtype=_full(student_taps[0]).dtype)
    for teacher, student in zip(teacher_maps, student_taps, strict=True):
        if teacher.shape[2:] != student.shape[2:] or teacher.shape[:2] != (len(student), 1):
            raise ValueError(f"an attention map {tuple(teacher.shape)} does not fit a tap {tuple(student.shape)}")
        energies = (_full(teacher.detach()), _full(student).square().sum(dim=1, keepdim=True))
        if inside is None:
            total = total + (_unit_map(energies[0]) - _unit_map(energies[1])).square().mean()
        else:
            mask = inside.to(energies[1].dtype)
            distance = (_unit_map(energies[0] * mask) - _unit_map(energies[1] * mask)).square()
            total = total + distance.sum() / mask.sum().clamp_min(1.0)
    return total


def flow_matrix(shallow: Tensor, deep: Tensor, *, inside: Tensor | None = None) -> Tensor:
    """Return the Gram matrix between two taps, ``G = F_s F_d^T / (h w)``.

    Yim et al., CVPR 2017, doi 10.1109/CVPR.2017.754.

    Parameters
    ----------
    shallow, deep
        float [batch, channels, height, width]; the numbers of channels may differ.
    inside
        [batch, 1, height, width] of the taps, bool or 0 and 1: the sum is over the positions of 1 and divided by their
        number; default all.

    Returns
    -------
    float [batch, shallow channels, deep channels].

    Raises
    ------
    ValueError
        When the taps differ in batch or size.
    """
    if shallow.shape[2:] != deep.shape[2:] or len(shallow) != len(deep):
        raise ValueError(f"taps of different size: {tuple(shallow.shape)} and {tuple(deep.shape)}")
    start, end = _full(shallow).flatten(2), _full(deep).flatten(2)
    if inside is None:
        return start @ end.transpose(1, 2) / start.shape[2]
    mask = inside.to(start.dtype).flatten(2)
    return (start * mask) @ end.transpose(1, 2) / mask.sum(dim=2, keepdim=True).clamp_min(1.0)


def flow_of_solution(teacher_taps: tuple[Tensor, Tensor], student_taps: tuple[Tensor, Tensor], *, inside: Tensor | None = None) -> Tensor:
    """Return the flow-of-solution-procedure distillation: how the Gram matrices between shallow and deep differ.

    ``L = mean_{b,i,j} (G^T_ij - G^S_ij)^2`` with ``G`` of ``flow_matrix`` (Yim et al., CVPR 2017).

    Parameters
    ----------
    teacher_taps
        The paraphrased teacher's shallow and deep tap, float [batch, channels, height, width]; no gradient passes to them.
    student_taps
        The student's, raw, with as many channels.
    inside
        As for ``flow_matrix``.

    Raises
    ------
    ValueError
        When batch, channels or sizes differ.
    """
    teacher = flow_matrix(teacher_taps[0].detach(), teacher_taps[1].detach(), inside=inside)
    student = flow_matrix(*student_taps, inside=inside)
    if teacher.shape != student.shape:
        raise ValueError(f"taps of different channels: flow {tuple(teacher.shape)} of the teacher, {tuple(student.shape)} of the student")
    return (teacher - student).square().mean()


def gradient_norm(loss: Tensor, blocks: tuple[Tensor, ...]) -> float:
    """Return the length of a loss's gradient at the tapped blocks, all of them together.

    Losses of different kinds are weighed by their gradients, not by their values: a term held at a share of supervision's
    gradient has the weight ``share * |grad supervision| / |grad term|``. Every harm that distillation did in trials came
    from a term whose gradient there was above half of supervision's.

    Parameters
    ----------
    loss
        Scalar that depends on ``blocks`` or does not; the graph is kept.
    blocks
        Features of the tapped blocks.
    """
    gradients: tuple[Tensor | None, ...] = torch.autograd.grad(loss, blocks, retain_graph=True, allow_unused=True)
    squares = [float(g.detach().double().square().sum()) for g in gradients if g is not None]
    return math.sqrt(sum(squares))
