"""From slices to the batch of a step: labelled views, and unlabelled ones in a weak and a strong version."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import Views, change_greys, move, random_views
from training.dataset import SliceSet
from training.method import LoopConfig, Method
from training.mixing import cutmix_boxes, mix
from training.objective import StepBatch, Word
from training.teacher import Teacher, cached_word

__all__ = ["batch_drawer", "pick", "unknown_of"]

CUT_SHARE = (0.1, 0.4)
"""Smallest and largest share of a view's area that CutMix replaces."""


def pick(count: int, wanted: int, rng: torch.Generator) -> Tensor:
    """Return ``wanted`` random numbers below ``count``, int64, without a repetition where there are enough."""
    repeats = -(-wanted // count)
    return torch.cat([torch.randperm(count, generator=rng) for _ in range(repeats)])[:wanted]


def unknown_of(parts: list[tuple[int, SliceSet]]) -> Tensor | None:
    """Return which classes the labels of a batch do not know, bool [batch, classes, 1, 1]; None where they know all.

    Parameters
    ----------
    parts
        How many images of the batch come from each set, in their order.
    """
    if not any(slices.unknown for _, slices in parts):
        return None
    flags = [torch.zeros(count, slices.targets.shape[1], 1, 1, dtype=torch.bool) for count, slices in parts]
    for flag, (_, slices) in zip(flags, parts, strict=True):
        flag[:, list(slices.unknown)] = True
    return torch.cat(flags)


def batch_drawer(
    labelled: SliceSet,
    unlabelled: SliceSet | None,
    method: Method,
    config: LoopConfig,
    *,
    spec: PreprocessSpec,
    teacher: Teacher | None = None,
    weights: Tensor | None = None,
) -> Callable[[torch.Generator], StepBatch]:
    """Return a function that draws the next batch.

    Each draw makes fresh views. Slices that hold a cached word bring it along; without one the teacher is asked in
    the weak view.

    Parameters
    ----------
    labelled
        Not empty; every slice with supervised pixels.
    unlabelled
        May be None or empty: then the whole batch is labelled.
    teacher
        Asked in each step; None where the word is cached or the method has no teacher.
    weights
        How often each labelled slice is drawn, float [labelled]; None for all alike.

    Raises
    ------
    TrainingError
        When there is nothing labelled, or the method needs a teacher and neither a cache nor a teacher is given.
    """
    if not len(labelled):
        raise TrainingError("There is nothing to learn from: no slice is labelled", next_step="Label at least one slice.")
    free = method.uses_unlabelled and unlabelled is not None and len(unlabelled) > 0
    sets = [labelled, unlabelled] if free and unlabelled is not None else [labelled]
    if method.needs_teacher and teacher is None and any(s.guide is None for s in sets):
        raise TrainingError("The method distils and there is no teacher", next_step="Name a trained teacher.")

    def normalised(images: Tensor) -> Tensor:
        return (images - spec.mean) / spec.std

    def word_of(views: Views, weak: Tensor) -> Word | None:
        if not method.needs_teacher:
            return None
        return cached_word(views)[0] if teacher is None else teacher.ask(normalised(weak))

    def draw(rng: torch.Generator) -> StepBatch:
        half = config.batch // 2 if free else config.batch
        index = pick(len(labelled), half, rng) if weights is None else torch.multinomial(weights, half, generator=rng, replacement=True)
        moved = move(labelled.views(index), config.augment, rng, side=config.crop_px)
        views = change_greys(moved, config.augment, rng)
        batch = StepBatch(normalised(views.images), views.targets, views.supervised, word_of(views, views.images))
        if not free or unlabelled is None:
            return batch
        extra = _unlabelled(unlabelled, method, config, rng, count=config.batch - half, word_of=word_of, normalised=normalised)
        word = None if batch.word is None or extra.word is None else Word(*(torch.cat(p) for p in zip(batch.word, extra.word, strict=True)))
        images, targets, supervised = (
            torch.cat([getattr(batch, name), getattr(extra, name)]) for name in ("images", "targets", "supervised")
        )
        return StepBatch(images, targets, supervised, word, weak=extra.weak, strong=extra.strong, cut=extra.cut)

    return draw


def _unlabelled(
    slices: SliceSet,
    method: Method,
    config: LoopConfig,
    rng: torch.Generator,
    *,
    count: int,
    word_of: Callable[[Views, Tensor], Word | None],
    normalised: Callable[[Tensor], Tensor],
) -> StepBatch:
    drawn = slices.views(pick(len(slices), count, rng))
    nobody = torch.zeros(count, 1, config.crop_px, config.crop_px)
    if method.unlabelled == "terms":
        views = random_views(drawn, config.augment, rng, side=config.crop_px)
        return StepBatch(normalised(views.images), views.targets, nobody, word_of(views, views.images))
    weak = move(drawn, config.augment, rng, side=config.crop_px)
    word = word_of(weak, weak.images)
    strong, cut = _strong(weak, method, config, rng)
    if word is not None and cut is not None:
        word = Word(*(mix(plane, plane.roll(1, dims=0), cut) for plane in word))
    again = None
    if method.unlabelled == "pseudo":
        again = normalised(_greyed(weak, config, rng, cut))
    asked = normalised(weak.images) if method.uses_average else None
    return StepBatch(normalised(strong), weak.targets, nobody, word, weak=asked, strong=again, cut=cut)


def _strong(weak: Views, method: Method, config: LoopConfig, rng: torch.Generator) -> tuple[Tensor, Tensor | None]:
    cut = None
    if method.cutmix > 0 and len(weak.images) > 1:
        _, _, height, width = weak.images.shape
        cut = cutmix_boxes(len(weak.images), height, width, share=CUT_SHARE, probability=method.cutmix, rng=rng)
    return _greyed(weak, config, rng, cut), cut


def _greyed(weak: Views, config: LoopConfig, rng: torch.Generator, cut: Tensor | None) -> Tensor:
    images = change_greys(weak, config.strong, rng).images
    return images if cut is None else mix(images, images.roll(1, dims=0), cut)
