"""Random views of images, for a whole batch at once.

An image travels with its soft targets, its supervision and its regions, so that one displacement moves all of
them. Greys are changed on the 0..1 scale, before the model's mean and standard deviation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

from training.config import AugmentConfig

__all__ = ["Views", "change_greys", "move", "random_views"]

ELASTIC_KNOTS = 5
"""Side of the coarse grid of random displacements that is interpolated to the whole view."""

ASPECT = 0.08
"""Largest logarithm by which an image is made broader or narrower."""

INSIDE = 0.999
"""Share of a moved pixel that must come from inside of the image, or from reviewed pixels, for it to count."""

TAP_STRIDE = 4
"""Resolution of the networks' taps."""

AIR = 0.02
"""Greys up to this count as air when furniture is drawn around the body."""


@dataclass(frozen=True, slots=True)
class Views:
    """A batch of images with all that belongs to their pixels.

    Attributes
    ----------
    images
        float [batch, channels, height, width] on the 0..1 scale.
    targets
        float [batch, classes, height, width]: share of each class in each pixel.
    supervised
        float [batch, 1, height, width], 1 where a person stands behind the target, else 0.
    regions
        int64 [batch, height, width]: regions whose greys may change on their own, 0 for none.
    guide
        float [batch, any, height, width], what teachers said about each pixel; outside of the image 0. None without.
    codes
        float [batch, any, height / 4, width / 4], teachers' features at the taps' resolution. None without.
    centres
        float [batch, 2], x and y from 0 to 1: what a moved view is to show near its middle; NaN where that is left to chance, None where
        it is for all.
    """

    images: Tensor
    targets: Tensor
    supervised: Tensor
    regions: Tensor
    guide: Tensor | None = None
    codes: Tensor | None = None
    centres: Tensor | None = None


def _uniform(count: int, low: float, high: float, rng: torch.Generator) -> Tensor:
    return torch.rand(count, generator=rng) * (high - low) + low


def _random_grid(views: Views, config: AugmentConfig, rng: torch.Generator, *, side: int) -> Tensor:
    """Return a sampling grid [batch, side, side, 2] in the normalised coordinates of ``grid_sample``."""
    batch, _, height, width = views.images.shape
    angle = torch.deg2rad(_uniform(batch, -config.rotate_deg, config.rotate_deg, rng))
    zoom = torch.exp(_uniform(batch, math.log(config.scale[0]), math.log(config.scale[1]), rng))
    aspect = torch.exp(_uniform(batch, -ASPECT, ASPECT, rng))
    cos, sin = torch.cos(angle) / zoom, torch.sin(angle) / zoom
    theta = torch.zeros(batch, 2, 3)
    theta[:, 0, 0] = cos * aspect * side / width
    theta[:, 0, 1] = -sin * side / width
    theta[:, 1, 0] = sin * side / height
    theta[:, 1, 1] = cos / aspect * side / height
    for axis, length in ((0, width), (1, height)):
        room = config.shift + max(0.0, 1 - side / length) / 2
        # the sum of two uniform draws: the middle of the image is seen most often
        theta[:, axis, 2] = _uniform(batch, -room, room, rng) + _uniform(batch, -room, room, rng)
    if views.centres is not None:
        # within half of the view around its middle, so that what is small is seen in all places and with what is around it
        near = views.centres * 2 - 1 + (torch.rand(batch, 2, generator=rng) - 0.5) * side / torch.tensor([width, height])
        theta[:, :, 2] = torch.where(torch.isnan(near), theta[:, :, 2], near)
    grid = affine_grid(theta, [batch, 1, side, side], align_corners=False)
    if config.elastic_px > 0:
        knots = torch.randn(batch, 2, ELASTIC_KNOTS, ELASTIC_KNOTS, generator=rng) * config.elastic_px
        bend = interpolate(knots, size=(side, side), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
        grid = grid + bend * torch.tensor([2.0 / width, 2.0 / height])
    return grid


def _sample(planes: Tensor, grid: Tensor) -> Tensor:
    return grid_sample(planes, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def move(views: Views, config: AugmentConfig, rng: torch.Generator, *, side: int) -> Views:
    """Return square views of ``side`` pixels: scaled, turned, shifted and bent at random.

    Outside of the image is air; it is supervised background where the whole image was reviewed, because air that
    was never scanned is no structure, and unsupervised where only a part of it was.
    """
    batch, channels = views.images.shape[:2]
    grid = _random_grid(views, config, rng, side=side)
    doubted = 1 - views.supervised
    guide_channels = 0 if views.guide is None else views.guide.shape[1]
    planes = [views.images, views.targets[:, 1:], doubted, torch.ones_like(doubted), *([] if views.guide is None else [views.guide])]
    moved = _sample(torch.cat(planes, dim=1), grid)
    classes = views.targets.shape[1]
    structures = moved[:, channels : channels + classes - 1]
    targets = torch.cat([(1 - structures.sum(dim=1, keepdim=True)).clamp_min(0), structures], dim=1)
    inside = moved[:, channels + classes : channels + classes + 1] > INSIDE
    whole = (doubted.flatten(1).amax(dim=1) == 0)[:, None, None, None]
    supervised = (moved[:, channels + classes - 1 : channels + classes] < 1 - INSIDE) & (inside | whole)
    regions = views.regions.new_zeros(batch, side, side)
    if bool(views.regions.any()):
        nearest = grid_sample(views.regions[:, None].float(), grid, mode="nearest", padding_mode="zeros", align_corners=False)
        regions = nearest[:, 0].round().long()
    codes = views.codes
    if codes is not None:
        codes = _sample(codes, avg_pool2d(grid.permute(0, 3, 1, 2), TAP_STRIDE).permute(0, 2, 3, 1))
    guide = moved[:, -guide_channels:] if guide_channels else None
    return Views(moved[:, :channels], targets, supervised.float(), regions, guide, codes)


def _blur(images: Tensor, sigma: Tensor) -> Tensor:
    """Blur each image with its own standard deviation in pixels, separably, with 7 taps."""
    batch, channels, height, width = images.shape
    offsets = torch.arange(-3, 4, dtype=images.dtype)
    kernel = torch.exp(-0.5 * (offsets[None] / sigma.clamp_min(1e-3)[:, None]) ** 2)
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).repeat_interleave(channels, dim=0)
    flat = images.reshape(1, batch * channels, height, width)
    flat = torch.nn.functional.pad(flat, (3, 3, 3, 3), mode="replicate")
    flat = torch.nn.functional.conv2d(flat, kernel[:, None, None, :], groups=batch * channels)
    flat = torch.nn.functional.conv2d(flat, kernel[:, None, :, None], groups=batch * channels)
    return flat.reshape(batch, channels, height, width)


def _furnish(images: Tensor, chosen: Tensor, rng: torch.Generator) -> Tensor:
    """Draw a curved table and a few round limbs into the air of the chosen images."""
    batch, _, height, width = images.shape
    y = torch.linspace(-1, 1, height)[None, :, None]
    x = torch.linspace(-1, 1, width)[None, None, :]

    def draw(low: float, high: float) -> Tensor:
        return _uniform(batch, low, high, rng)[:, None, None]

    drawing = torch.zeros(batch, height, width)
    for _ in range(2):
        line = (y - draw(0.3, 0.95) - draw(-0.4, 0.2) * x**2).abs() < draw(0.005, 0.03)
        line &= x.abs() < draw(0.4, 1.0)
        drawing = torch.maximum(drawing, line * draw(0.2, 1.0))
    for side in (-1.0, 1.0):
        radius = ((x - side * draw(0.7, 1.0)) / draw(0.08, 0.2)) ** 2 + ((y - draw(-0.5, 0.6)) / draw(0.08, 0.2)) ** 2
        limb = (radius < 1) * draw(0.3, 0.6) + (radius < 0.1) * draw(0.0, 0.5)
        drawing = torch.maximum(drawing, limb * (draw(0, 1) < 0.6))
    free = (images <= AIR) & chosen[:, None, None, None]
    return torch.where(free, torch.maximum(images, drawing[:, None]), images)


def change_greys(views: Views, config: AugmentConfig, rng: torch.Generator) -> Views:
    """Return the views with other greys: regions, contrast, gamma, furniture, blur, noise. Nothing moves."""
    images = views.images
    batch = len(images)

    def chance(probability: float) -> Tensor:
        return torch.rand(batch, generator=rng) < probability

    def each(values: Tensor, chosen: Tensor, neutral: float) -> Tensor:
        return torch.where(chosen, values, torch.full_like(values, neutral))[:, None, None, None]

    if config.region_shift > 0 and bool(views.regions.any()):
        count = int(views.regions.max()) + 1
        table = torch.randn(batch, count, generator=rng) * config.region_shift
        table[:, 0] = 0
        table *= chance(0.85)[:, None]
        shift = torch.gather(table, 1, views.regions.reshape(batch, -1)).reshape(batch, 1, *views.regions.shape[1:])
        tissue = ((images > AIR) & (images < 1)).float()
        images = (images + _blur(shift, torch.full((batch,), 0.6)) * tissue).clamp(0, 1)
    p = config.probability
    gain = each(1 + _uniform(batch, -config.contrast, config.contrast, rng), chance(p), 1.0)
    lift = each(_uniform(batch, -config.brightness, config.brightness, rng), chance(p), 0.0)
    body = (images > AIR).float()
    images = ((images - 0.45) * gain + 0.45 + lift) * body + images * (1 - body)
    power = each(2.0 ** _uniform(batch, -config.gamma, config.gamma, rng), chance(p), 1.0)
    images = images.clamp(0, 1) ** power
    if config.furniture > 0:
        images = _furnish(images, chance(config.furniture), rng)
    sigma = torch.where(chance(p), _uniform(batch, 0, config.blur_px, rng), torch.zeros(batch))
    if config.blur_px > 0:
        images = _blur(images, sigma)
    noise = each(_uniform(batch, 0, config.noise, rng), chance(p), 0.0)
    images = (images + noise * torch.randn(images.shape, generator=rng)).clamp(0, 1)
    return replace(views, images=images)


def random_views(views: Views, config: AugmentConfig, rng: torch.Generator, *, side: int) -> Views:
    """Return square views, moved and with other greys."""
    return change_greys(move(views, config, rng, side=side), config, rng)
