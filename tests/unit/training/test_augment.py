"""Random views: everything that belongs to a pixel moves with it."""

from __future__ import annotations

import torch

from training.augment import Views, change_greys, move, random_views
from training.config import AugmentConfig

STILL = AugmentConfig(
    scale=(1.0, 1.0), rotate_deg=0, shift=0, elastic_px=0, gamma=0, contrast=0, brightness=0, noise=0, blur_px=0, probability=0
)


def _views(*, side: int = 64, batch: int = 3, reviewed: bool = True) -> Views:
    rng = torch.Generator().manual_seed(0)
    labels = torch.zeros(batch, side, side, dtype=torch.long)
    labels[:, side // 4 : side // 2, side // 4 : 3 * side // 4] = 1
    labels[:, side // 2 :, side // 3 : side // 2] = 2
    targets = torch.nn.functional.one_hot(labels, 3).permute(0, 3, 1, 2).float()
    images = 0.3 * labels[:, None].float() + 0.05 * torch.rand(batch, 1, side, side, generator=rng)
    supervised = torch.ones(batch, 1, side, side)
    if not reviewed:
        supervised[:, :, :, : side // 2] = 0
    guide = torch.cat([targets, torch.ones(batch, 1, side, side)], dim=1)
    codes = torch.nn.functional.avg_pool2d(targets, 4)
    return Views(images, targets, supervised, labels, guide, codes)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_that_an_augmentation_of_nothing_leaves_the_greys() -> None:
    views = _views()
    assert torch.allclose(change_greys(views, STILL, _generator()).images, views.images, atol=1e-6)


def test_that_targets_guide_and_regions_move_with_the_image() -> None:
    config = AugmentConfig(noise=0, blur_px=0, gamma=0, contrast=0, brightness=0, probability=0)
    moved = move(_views(), config, _generator(), side=64)
    labels = moved.targets.argmax(dim=1)
    assert moved.guide is not None
    assert float((moved.guide[:, :3].argmax(dim=1) == labels).float().mean()) > 0.97
    assert float((moved.regions == labels).float().mean()) > 0.97
    seen = (moved.images[:, 0] / 0.3).round().long().clamp(0, 2)
    assert float((seen == labels).float().mean()) > 0.95


def test_that_codes_at_a_quarter_of_the_resolution_move_with_the_image() -> None:
    moved = move(_views(), AugmentConfig(), _generator(), side=64)
    assert moved.codes is not None
    expected = torch.nn.functional.avg_pool2d(moved.targets, 4)[:, 1:]
    assert float((moved.codes[:, 1:] - expected).abs().mean()) < 0.05


def test_that_targets_stay_shares_of_one() -> None:
    moved = move(_views(), AugmentConfig(), _generator(), side=96)
    assert torch.allclose(moved.targets.sum(dim=1), torch.ones(3, 96, 96), atol=1e-5)


def test_that_air_around_a_whole_reviewed_slice_is_supervised_background() -> None:
    moved = move(_views(), AugmentConfig(scale=(0.5, 0.5), shift=0), _generator(), side=64)
    assert float(moved.supervised[:, 0, 0, 0].min()) == 1.0
    assert float(moved.targets[:, 0, 0, 0].min()) == 1.0


def test_that_air_around_a_partly_reviewed_slice_is_not_supervised() -> None:
    moved = move(_views(reviewed=False), AugmentConfig(scale=(0.5, 0.5), rotate_deg=0, shift=0, elastic_px=0), _generator(), side=64)
    assert float(moved.supervised[:, 0, 0].max()) == 0.0
    assert 0.05 < float(moved.supervised.mean()) < 0.25


def test_that_unreviewed_pixels_never_become_supervised() -> None:
    views = _views(reviewed=False)
    marked = Views(views.images, views.targets, views.supervised, views.regions, 1 - views.supervised, None)
    moved = move(marked, AugmentConfig(), _generator(), side=64)
    assert moved.guide is not None
    assert float((moved.guide * moved.supervised).max()) < 0.01


def test_that_greys_stay_within_zero_and_one_and_regions_shift_on_their_own() -> None:
    config = AugmentConfig(region_shift=0.2, furniture=1.0, probability=1.0)
    changed = change_greys(_views(batch=8), config, _generator())
    assert float(changed.images.min()) >= 0.0
    assert float(changed.images.max()) <= 1.0
    assert torch.equal(changed.targets, _views(batch=8).targets)


def test_that_the_same_seed_gives_the_same_views_and_another_seed_gives_others() -> None:
    config = AugmentConfig(region_shift=0.1, furniture=0.5)
    one, same, other = (random_views(_views(), config, _generator(seed), side=64).images for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
