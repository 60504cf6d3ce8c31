"""Small structures are drawn and weighed so that they are learned."""

from __future__ import annotations

import pytest
import torch

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.augment import move, random_views
from training.batches import pick
from training.config import AugmentConfig, NetworkConfig, RefineConfig
from training.dataset import SliceSet
from training.distill import loop_of
from training.evaluate import Scores, judge_slices
from training.focus import COMMON_SHARE, focus_of
from training.loop import start_learner, train
from training.method import Method
from training.networks import build_network
from training.objective import StepBatch
from training.schedule import Budget, FreeRun

TABLE = LabelTable((Structure(1, "organ", "#56b4e9"), Structure(2, "lesion", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 1.0), mean=0.4, std=0.3)


def _slices(count: int = 12, side: int = 96, *, lesions: bool = True) -> SliceSet:
    """Return slices with an organ in each and, in one of them, a lesion of 30 pixels in it that is a little brighter."""
    rng = torch.Generator().manual_seed(3)
    targets = torch.zeros(count, 3, side, side)
    targets[:, 1, 20:76, 16:80] = 1
    if lesions:
        targets[4, 1, 40:45, 30:36], targets[4, 2, 40:45, 30:36] = 0, 1
    targets[:, 0] = 1 - targets[:, 1:].sum(dim=1)
    images = 0.45 * targets[:, 1:2] + 0.65 * targets[:, 2:3] + 0.1 * torch.rand(count, 1, side, side, generator=rng)
    return SliceSet(images, targets.half(), torch.ones(count, 1, side, side), torch.zeros(count, side, side, dtype=torch.uint8))


def test_that_structures_that_are_large_enough_change_nothing() -> None:
    assert focus_of(_slices(lesions=False), 0.5) is None
    assert focus_of(_slices(), 0.0) is None


def test_that_views_around_a_small_structure_show_it() -> None:
    slices = _slices()
    focus = focus_of(slices, 1.0)
    assert focus is not None
    assert focus.class_weights.tolist() == pytest.approx([1.0, 1.0, (COMMON_SHARE * 12 * 96 * 96 / 30) ** 0.5])
    rng = torch.Generator().manual_seed(0)
    views = move(focus.draw(40, rng), AugmentConfig(), rng, side=64)
    assert float((views.targets[:, 2].flatten(1).sum(dim=1) > 5).float().mean()) > 0.9


def test_that_the_chance_says_how_many_views_are_around_small_structures() -> None:
    focus = focus_of(_slices(), 0.5)
    assert focus is not None
    drawn = focus.draw(400, torch.Generator().manual_seed(0))
    assert drawn.centres is not None
    chosen = ~torch.isnan(drawn.centres[:, 0])
    assert 0.4 < float(chosen.float().mean()) < 0.6
    assert bool((drawn.targets[chosen][:, 2].flatten(1).sum(dim=1) > 0).all())


def test_that_the_rarest_structure_is_chosen_most_often() -> None:
    slices = _slices()
    targets = torch.cat([slices.targets, torch.zeros_like(slices.targets[:, :1])], dim=1)
    targets[:3, 3, 5:11, 5:9], targets[:3, 0, 5:11, 5:9] = 1, 0
    focus = focus_of(SliceSet(slices.images, targets, slices.supervised, slices.regions), 1.0)
    assert focus is not None
    assert float(focus.odds[0]) > 2 * float(focus.odds[1])


def test_that_unsupervised_pixels_are_no_place_to_look_at() -> None:
    slices = _slices()
    slices.supervised[4] = 0
    assert focus_of(slices, 0.5) is None


def _scores_after(steps: int, chance: float) -> Scores:
    """Return the scores of a tiny network that learned from the slices as a round's teacher does."""
    torch.manual_seed(0)
    slices, config = _slices(), RefineConfig(batch=4, crop_px=64)
    focus = focus_of(slices, chance)
    loop = loop_of(config, rate=4e-3, steps=steps)
    learner = start_learner(build_network(NetworkConfig("mobile_unet", 1, 3, 0.5)), loop, torch.Generator().manual_seed(1))

    def draw(rng: torch.Generator) -> StepBatch:
        drawn = slices.views(pick(len(slices), 4, rng)) if focus is None else focus.draw(4, rng)
        views = random_views(drawn, config.augment, rng, side=64)
        weights = None if focus is None else focus.class_weights
        return StepBatch((views.images - SPEC.mean) / SPEC.std, views.targets, views.supervised, class_weights=weights)

    train(learner, draw, Method(), loop, Budget(FreeRun(), 0.0, float("inf"), steps), on_step=lambda _terms: None)
    return judge_slices(learner.average, slices, SPEC, TABLE)


def test_that_a_lesion_of_thirty_pixels_in_one_slice_is_learned() -> None:
    even, focused = _scores_after(STEPS, 0.0), _scores_after(STEPS, 0.5)
    assert (even.dice["lesion"] or 0.0) < 0.1
    assert (focused.dice["lesion"] or 0.0) > 0.5
    assert (focused.dice["organ"] or 0.0) > (even.dice["organ"] or 0.0) - 0.02


STEPS = 90
"""Of a network of a few thousand weights: seconds."""
