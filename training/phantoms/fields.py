"""Noise, outlines and dials of which the phantoms are made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["FloatImage", "Outline", "blurred", "draw_outline", "edge", "lerp", "pixel_grid", "smooth_noise"]

FloatImage = npt.NDArray[np.float64]

Dials = TypeVar("Dials")

HARMONICS = 7
"""An outline's wobble has angular frequencies 2 to this number and one more."""


def pixel_grid(size: int) -> tuple[FloatImage, FloatImage]:
    """Return the rows' and the columns' pixel centres on -1..1, each [size, size]; one unit is half the image's width."""
    ticks = (np.arange(size) + 0.5) / size * 2 - 1
    rows, columns = np.meshgrid(ticks, ticks, indexing="ij")
    return rows, columns


def _transfer(size: int, sigma_px: tuple[float, float]) -> FloatImage:
    """Return the Fourier transform of a Gaussian with these widths along rows and columns, for ``rfft2``."""
    down, along = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    result: FloatImage = np.exp(-2 * np.pi**2 * ((down * sigma_px[0]) ** 2 + (along * sigma_px[1]) ** 2))
    return result


def smooth_noise(rng: np.random.Generator, size: int, scale: float | tuple[float, float]) -> FloatImage:
    """Return correlated Gaussian noise [size, size] of mean 0 and standard deviation 1.

    ``scale`` is the width of the correlation as a share of the image, along rows and columns where it is a pair.
    """
    pair = scale if isinstance(scale, tuple) else (scale, scale)
    white = rng.standard_normal((size, size))
    noise = np.fft.irfft2(np.fft.rfft2(white) * _transfer(size, (pair[0] * size, pair[1] * size)), s=(size, size))
    noise -= noise.mean()
    result: FloatImage = noise / max(float(noise.std()), 1e-9)
    return result


def blurred(image: FloatImage, sigma_px: float) -> FloatImage:
    """Return an image [h, w] or [channels, h, w] after a Gaussian of this width in pixels; edges are continued."""
    from scipy.ndimage import gaussian_filter

    widths = (*([0.0] * (image.ndim - 2)), sigma_px, sigma_px)
    result: FloatImage = gaussian_filter(image, widths, mode="nearest", truncate=3.0)
    return result


def edge(distance: FloatImage, width: float) -> FloatImage:
    """Return 1 deep inside (negative distance) and 0 far outside, with a smooth step of this width between them."""
    return 0.5 * (1 - np.tanh(distance / max(width, 1e-6)))


def lerp(home: Dials, away: Dials, share: float) -> Dials:
    """Return the record whose every field lies ``share`` of the way from ``home``'s to ``away``'s."""
    record: Any = type(home)
    mixed = {}
    for field in fields(home):  # type: ignore[arg-type]
        one, other = getattr(home, field.name), getattr(away, field.name)
        if isinstance(one, tuple):
            mixed[field.name] = tuple((1 - share) * a + share * b for a, b in zip(one, other, strict=True))
        else:
            mixed[field.name] = (1 - share) * one + share * other
    result: Dials = record(**mixed)
    return result


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed wavy curve; lengths are in half widths of the image.

    Attributes
    ----------
    centre
        Row and column of the middle, on -1..1.
    radius
        Mean radius.
    aspect
        Long axis divided by short axis.
    angle
        Direction of the long axis in radians.
    waves
        float64 [2, HARMONICS], cosine and sine amplitudes of the wobble as shares of the radius.
    """

    centre: tuple[float, float]
    radius: float
    aspect: float
    angle: float
    waves: FloatImage

    def relative(self, rows: FloatImage, columns: FloatImage) -> FloatImage:
        """Return the distance from the middle as a share of the outline's radius in that direction: below 1 is inside."""
        down, along = rows - self.centre[0], columns - self.centre[1]
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        long, short = (along * cos + down * sin) / np.sqrt(self.aspect), (down * cos - along * sin) * np.sqrt(self.aspect)
        theta = np.arctan2(short, long)
        orders = np.arange(2, 2 + HARMONICS)[:, None, None]
        wave = np.tensordot(self.waves[0], np.cos(orders * theta), 1) + np.tensordot(self.waves[1], np.sin(orders * theta), 1)
        result: FloatImage = np.hypot(long, short) / (self.radius * np.maximum(1 + wave, 0.3))
        return result

    def distance(self, rows: FloatImage, columns: FloatImage) -> FloatImage:
        """Return roughly the signed distance to the outline: negative inside; its sign is exact."""
        return (self.relative(rows, columns) - 1) * self.radius

    def apart(self, other: Outline) -> float:
        """Return the gap between the circles around two outlines; negative where they may meet."""
        reach = self.radius * np.sqrt(self.aspect) + other.radius * np.sqrt(other.aspect)
        return float(np.hypot(self.centre[0] - other.centre[0], self.centre[1] - other.centre[1]) - reach)


def draw_outline(
    rng: np.random.Generator,
    *,
    radius: tuple[float, float],
    rows: tuple[float, float],
    columns: tuple[float, float],
    wobble: float,
    aspect: float = 1.6,
    tilt: float = np.pi,
) -> Outline:
    """Draw an outline: sizes spread evenly on a log scale, the middle evenly over the given rows and columns."""
    size = float(np.exp(rng.uniform(np.log(radius[0]), np.log(radius[1]))))
    centre = (float(rng.uniform(*rows)), float(rng.uniform(*columns)))
    waves = rng.standard_normal((2, HARMONICS)) * wobble / np.arange(1, 1 + HARMONICS) ** 0.9
    return Outline(centre, size, float(rng.uniform(1, aspect)), float(rng.uniform(-tilt, tilt)), waves)
