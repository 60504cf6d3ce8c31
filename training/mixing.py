"""Unlabelled images: CutMix of views, labels from sure predictions, and agreement with a running average.

Pure functions of tensors. Pixel-wise results are [batch, 1, height, width], so that all of them can be mixed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = [
    "confidence",
    "consistency_cross_entropy",
    "cutmix_boxes",
    "mean_teacher_consistency",
    "mix",
    "pseudo_labels",
    "ramp_up",
]

BOX_STRIDE = 4
"""Edges of boxes are multiples of this many pixels, so that a box is the same at the resolution of the taps."""

LONGEST_BOX = 1 / 0.3
"""Largest ratio of a box's sides before the image's own sides limit it."""

RAMP_RATE = 5.0
"""How late the ramp rises (Laine and Aila, arXiv 1610.02242)."""


def cutmix_boxes(
    batch: int, height: int, width: int, *, share: float | tuple[float, float], probability: float, rng: torch.Generator
) -> Tensor:
    """Return one random box per image, whose pixels are to come from another image (CutMix, arXiv 1905.04899).

    Area and place are drawn evenly, the ratio of the sides evenly in its logarithm; areas are rounded to the grid of
    ``BOX_STRIDE`` pixels, on which every edge lies.

    Parameters
    ----------
    batch, height, width
        Of the views; sides in pixels, multiples of ``BOX_STRIDE``.
    share
        Smallest and largest area of a box as a share of the image, or one number for both; above 0, at most 1.
    probability
        Chance that an image has a box.
    rng
        Of everything drawn; the result lies on its device. As many numbers are drawn for each image with and without a box.

    Returns
    -------
    bool [batch, 1, height, width], true inside of the boxes.

    Raises
    ------
    ValueError
        When a side is not a multiple of ``BOX_STRIDE``, or a share or chance is outside of its range.
    """
    smallest, largest = (share, share) if isinstance(share, int | float) else share
    if height < BOX_STRIDE or width < BOX_STRIDE or height % BOX_STRIDE or width % BOX_STRIDE:
        raise ValueError(f"views of {height} x {width} pixels; both sides must be multiples of {BOX_STRIDE}")
    if not 0 < smallest <= largest <= 1 or not 0 <= probability <= 1:
        raise ValueError(f"boxes of {smallest} to {largest} of the image with a chance of {probability}")
    rows, columns = height // BOX_STRIDE, width // BOX_STRIDE
    chance, size, shape, down, right = torch.rand(5, batch, 1, generator=rng, device=rng.device, dtype=torch.float64)
    area = (smallest + (largest - smallest) * size) * rows * columns
    ratio = torch.exp((2 * shape - 1) * math.log(LONGEST_BOX))
    # a box is no lower than its area asks for at the image's full width
    high = (area * ratio).sqrt().round().clamp(max=rows).maximum((area / columns).ceil()).clamp(min=1)
    wide = (area / high).round().clamp(min=1, max=columns)
    top, left = (down * (rows - high + 1)).floor(), (right * (columns - wide + 1)).floor()
    y, x = (torch.arange(n, device=rng.device, dtype=torch.float64) for n in (rows, columns))
    vertical, horizontal = (y >= top) & (y < top + high), (x >= left) & (x < left + wide)
    cells: Tensor = vertical[:, :, None] & horizontal[:, None, :] & (chance < probability)[:, :, None]
    return cells.repeat_interleave(BOX_STRIDE, dim=1).repeat_interleave(BOX_STRIDE, dim=2)[:, None]


def mix(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """Return ``b`` where the mask is true and ``a`` elsewhere.

    Parameters
    ----------
    a, b
        [batch, channels, height, width] of any type, at the mask's resolution or at a quarter of it.
    mask
        bool [batch, 1, height, width] of ``cutmix_boxes``; at a quarter it is exact, because edges are multiples of 4.

    Raises
    ------
    ValueError
        When shapes or resolutions do not fit.
    """
    if a.shape != b.shape or len(a) != len(mask):
        raise ValueError(f"cannot mix {tuple(a.shape)} and {tuple(b.shape)} by a mask {tuple(mask.shape)}")
    if a.shape[2:] != mask.shape[2:]:
        mask = mask[:, :, ::BOX_STRIDE, ::BOX_STRIDE]
        if a.shape[2:] != mask.shape[2:]:
            raise ValueError(f"images {tuple(a.shape)} are neither at the resolution of the mask nor at a quarter of it")
    return torch.where(mask, b, a)


def confidence(logits: Tensor) -> Tensor:
    """Return the largest probability of each pixel, ``max_c softmax(logits)_c``, without a gradient.

    Parameters
    ----------
    logits
        float [batch, classes, height, width].

    Returns
    -------
    float [batch, 1, height, width], from 1 / classes to 1.
    """
    return torch.softmax(logits.detach(), dim=1).amax(dim=1, keepdim=True)


def pseudo_labels(logits: Tensor, *, threshold: float) -> tuple[Tensor, Tensor]:
    """Return the likeliest classes and which of them are sure (FixMatch, arXiv 2001.07685).

    Parameters
    ----------
    logits
        Of the weak view, float [batch, classes, height, width]; no gradient passes.
    threshold
        Probability from which a class is taken.

    Returns
    -------
    tuple
        Classes, int64 [batch, 1, height, width]; weights, float of the same shape, 1 where the probability is at least the
        threshold and 0 elsewhere.
    """
    best = torch.softmax(logits.detach(), dim=1).max(dim=1, keepdim=True)
    return best.indices, (best.values >= threshold).to(best.values.dtype)


def consistency_cross_entropy(student_logits: Tensor, classes: Tensor, weight: Tensor, *, inside: Tensor | None = None) -> Tensor:
    """Return the cross-entropy of the strong view with labels from the weak one, ``mean_x w(x) (-log p(x, class(x)))``.

    The mean is over all pixels and not over those of weight 1, as in FixMatch (arXiv 2001.07685): while little is sure,
    the term is small.

    Parameters
    ----------
    student_logits
        float [batch, classes, height, width].
    classes, weight
        Of ``pseudo_labels``: int64 and float [batch, 1, height, width].
    inside
        [batch, 1, height, width], bool or 0 and 1: the mean is over the pixels of 1; default all.
    """
    cross_entropy = -torch.log_softmax(student_logits, dim=1).gather(1, classes) * weight
    return _mean(cross_entropy, inside)


def mean_teacher_consistency(student_logits: Tensor, ema_logits: Tensor, *, inside: Tensor | None = None) -> Tensor:
    """Return the mean squared difference of the probabilities (Mean Teacher, arXiv 1703.01780).

    ``mean_{x,c} (softmax(student)_c(x) - softmax(average)_c(x))^2``.

    Parameters
    ----------
    student_logits, ema_logits
        Of the student and of its running average, float [batch, classes, height, width]; no gradient passes to the second.
    inside
        [batch, 1, height, width], bool or 0 and 1: the mean is over the pixels of 1; default all.
    """
    difference = torch.softmax(student_logits, dim=1) - torch.softmax(ema_logits.detach(), dim=1)
    return _mean(difference.square().mean(dim=1, keepdim=True), inside)


def _mean(values: Tensor, inside: Tensor | None) -> Tensor:
    if inside is None:
        return values.mean()
    counts = inside.to(values.dtype)
    return (values * counts).sum() / counts.sum().clamp_min(1.0)


def ramp_up(step: float, steps: float) -> float:
    """Return the share of its weight that a consistency term has, ``exp(-5 (1 - t)^2)`` with t = step / steps.

    Laine and Aila, arXiv 1610.02242.

    Parameters
    ----------
    step, steps
        How far the run is and where the ramp ends, in any unit; t is held between 0 and 1, and is 1 for a ramp of no length.
    """
    done = min(1.0, max(0.0, step / steps)) if steps > 0 else 1.0
    return math.exp(-RAMP_RATE * (1 - done) ** 2)
