"""The total loss of a step as a named record: supervision, each distillation term, and what they add up to."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from training.adversarial import adversarial_loss
from training.graph_flow import graph_flow
from training.losses import (
    attention_map,
    attention_transfer,
    channel_wise_distillation,
    dist_distillation,
    flow_of_solution,
    gradient_norm,
    merge_unknown,
    pixel_distillation,
    soft_dice_distillation,
    supervision,
)
from training.method import TERMS, Method
from training.networks.record import Taps

__all__ = ["INSIDE", "StepBatch", "Terms", "Word", "distillation_terms", "total_loss", "with_unknown_merged", "word_of"]

INSIDE = 0.99
"""Share of a moved pixel that must come from inside of the image for a teacher's word to count there."""


LARGEST_WEIGHT = 1e6
"""Of a term that is held at a share. Where student and teacher agree, a term's gradient vanishes and its weight would grow without
bound; the largest weight that was seen in the benchmark's runs is 6,307."""

TAP_STRIDE = 4
"""Between the resolution of the logits and of the taps."""


class Word(NamedTuple):
    """What a teacher says of a batch of views.

    Attributes
    ----------
    logits
        float [batch, classes, height, width].
    inside
        float [batch, 1, height, width], 1 inside of the image and 0 where a moved view shows what was never there.
    shallow, deep
        The paraphrased taps, float [batch, student's channels, height / 4, width / 4].
    attention
        Attention maps of the raw shallow and deep taps, float [batch, 2, height / 4, width / 4].
    """

    logits: Tensor
    inside: Tensor
    shallow: Tensor
    deep: Tensor
    attention: Tensor


class StepBatch(NamedTuple):
    """All that a step needs.

    Attributes
    ----------
    images
        float [batch, channels, height, width], normalised; labelled images first.
    targets
        float [batch, classes, height, width]; shares of the classes.
    supervised
        float [batch, 1, height, width], 0 where nobody stands behind the target and on unlabelled images.
    word
        The teacher's, None for a method without one.
    second
        Logits of a second teacher, float [batch, classes, height, width], or None.
    follow
        float [batch, 1, 1, 1]: 1 where the second teacher is followed pixel by pixel instead of the first.
    weak
        Weak views of the unlabelled images, float [unlabelled, channels, height, width], which are the last ones of the
        batch; None where no running average is asked. Where the batch is a part of a larger one and ``cut`` is given, there is
        one more in front: the image from which the first one's pixels were taken.
    strong
        A second strong view of the same, or None.
    cut
        bool [unlabelled, 1, height, width]: where CutMix took the pixels of the image before; None without.
    unknown
        bool [batch, classes, 1, 1]: classes that nobody knew who labelled an image, so that its background may be one of them; None
        where all are known everywhere.
    class_weights
        float [classes], of the cross-entropy of supervision; None for 1 throughout.
    """

    images: Tensor
    targets: Tensor
    supervised: Tensor
    word: Word | None = None
    second: Tensor | None = None
    follow: Tensor | None = None
    weak: Tensor | None = None
    strong: Tensor | None = None
    cut: Tensor | None = None
    unknown: Tensor | None = None
    class_weights: Tensor | None = None


class Terms(NamedTuple):
    """The terms of a step, each as it enters the sum, scalars; ``total`` is what is minimised.

    ``total = supervision + sum of the weighted terms + second + consistency``.
    """

    supervision: Tensor
    kl: Tensor
    cwd: Tensor
    dist: Tensor
    soft_dice: Tensor
    at: Tensor
    fsp: Tensor
    graph: Tensor
    adversarial: Tensor
    second: Tensor
    consistency: Tensor
    total: Tensor

    def as_floats(self) -> dict[str, float]:
        """Return the terms that are not zero, and the total."""
        values = {name: float(value.detach()) for name, value in self._asdict().items()}
        return {name: value for name, value in values.items() if value != 0 or name == "total"}


def word_of(taps: Taps, codes: tuple[Tensor, Tensor] | None) -> Word:
    """Return a teacher's word on views that it has just seen itself.

    Parameters
    ----------
    taps
        Of the teacher.
    codes
        The paraphrased shallow and deep taps, None for methods that do without.
    """
    attention = torch.cat([attention_map(taps.shallow), attention_map(taps.deep)], dim=1)
    shallow, deep = codes if codes is not None else (attention[:, :0], attention[:, :0])
    return Word(taps.logits, torch.ones_like(taps.logits[:, :1]), shallow, deep, attention)


def with_unknown_merged(logits: Tensor, batch: StepBatch) -> tuple[Tensor, StepBatch]:
    """Return the student's logits and a batch with those of its teachers, the unknown classes of each image merged into background.

    What a teacher says of classes that an image's labels do not know is left out as well: supervision says nothing of them there, so its
    word would be the only one.
    """
    if batch.unknown is None:
        return logits, batch
    word = None if batch.word is None else batch.word._replace(logits=merge_unknown(batch.word.logits, batch.unknown))
    second = None if batch.second is None else merge_unknown(batch.second, batch.unknown)
    count = len(batch.images)
    merged = torch.cat([merge_unknown(logits[:count], batch.unknown), logits[count:]])
    return merged, batch._replace(word=word, second=second)


def distillation_terms(taps: Taps, batch: StepBatch, method: Method, *, critic: nn.Module | None = None) -> dict[str, Tensor]:
    """Return the terms that a method uses, unweighted scalars by name."""
    word = batch.word
    if word is None:
        return {}
    inside = (word.inside > INSIDE).to(taps.logits.dtype)
    # a tap's pixel is inside where all that it covers is
    at_taps = -max_pool2d(-inside, TAP_STRIDE)
    terms: dict[str, Tensor] = {}
    if method.kl.used:
        weight = inside if batch.follow is None else inside * (1 - batch.follow)
        if method.confidence:
            weight = weight * torch.softmax(word.logits, dim=1).amax(dim=1, keepdim=True)
        terms["kl"] = pixel_distillation(word.logits, taps.logits, temperature=method.temperature, weight=weight)
    if method.cwd.used:
        terms["cwd"] = channel_wise_distillation(word.logits, taps.logits, inside=inside)
    if method.dist.used:
        terms["dist"] = dist_distillation(word.logits, taps.logits, weight=inside)
    if method.soft_dice.used:
        terms["soft_dice"] = soft_dice_distillation(word.logits, taps.logits, weight=inside)
    if method.at.used:
        terms["at"] = attention_transfer((word.attention[:, :1], word.attention[:, 1:]), (taps.shallow, taps.deep), inside=at_taps)
    if method.fsp.used:
        terms["fsp"] = flow_of_solution((word.shallow, word.deep), (taps.shallow, taps.deep), inside=at_taps)
    if method.graph.used:
        flow = graph_flow(word.shallow, word.deep, taps.shallow, taps.deep, config=method.graph_flow, inside=at_taps)
        terms["graph"] = flow.total.to(taps.logits.dtype)
    if method.adversarial.used and critic is not None:
        # what lies outside is 0 for the teacher and the student alike: the critic cannot tell them by it
        terms["adversarial"] = adversarial_loss(critic, taps.logits * inside)
    return terms


def total_loss(
    taps: Taps,
    batch: StepBatch,
    method: Method,
    weights: dict[str, float],
    *,
    blocks: tuple[Tensor, ...] | None,
    critic: nn.Module | None = None,
    second: Tensor | None = None,
    consistency: Tensor | None = None,
) -> Terms:
    """Return every term of a step and their sum.

    Parameters
    ----------
    taps
        Of the student.
    weights
        Weights in force of the terms that are held at a share of supervision's gradient; measured anew and replaced where
        ``blocks`` are given.
    blocks
        The tapped features as the network gave them, at which gradients are measured; None for no measurement.
    second, consistency
        Terms of the student's running average, already weighed; None for zero.
    """
    zero = taps.logits.new_zeros(())
    supervised = supervision(
        taps.logits, batch.targets, batch.supervised, dice=method.supervision == "ce_dice", class_weights=batch.class_weights
    ).total
    terms = distillation_terms(taps, batch, method, critic=critic)
    if blocks is not None:
        _measure(supervised, terms, method, weights, blocks)
    weighed: dict[str, Tensor] = {}
    for name, value in terms.items():
        rule = getattr(method, name)
        weighed[name] = value * (rule.weight if rule.weight > 0 else weights.get(name, 0.0))
    total = supervised
    for part in (*weighed.values(), second, consistency):
        if part is not None:
            total = total + part
    return Terms(
        supervised,
        **{name: weighed.get(name, zero) for name in TERMS},
        second=zero if second is None else second,
        consistency=zero if consistency is None else consistency,
        total=total,
    )


def _measure(supervised: Tensor, terms: dict[str, Tensor], method: Method, weights: dict[str, float], blocks: tuple[Tensor, ...]) -> None:
    """Replace the weights of the terms that are held at a share of supervision's gradient; 0 for a term without a gradient."""
    held = {name: getattr(method, name).share for name in terms if getattr(method, name).share > 0}
    if not held:
        return
    norm = gradient_norm(supervised, blocks)
    if norm == 0:
        # a batch without a supervised pixel says nothing about shares
        return
    for name, share in held.items():
        length = gradient_norm(terms[name], blocks)
        weights[name] = min(share * norm / length, LARGEST_WEIGHT) if length > 0 else 0.0
