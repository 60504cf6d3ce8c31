"""Endoscopy-like phantoms: mucosa with folds, vessels and highlights, and polyps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantoms.fields import FloatImage, Outline, blurred, draw_outline, edge, lerp, pixel_grid, smooth_noise

__all__ = ["AWAY", "HOME", "STRUCTURES", "Clinic", "Scene", "clinic_at", "draw_scene", "render"]

STRUCTURES = ("polyp",)

MUCOSA_RGB = (0.80, 0.43, 0.34)
VESSEL_RGB = (0.78, 0.52, 0.55)
"""What a vessel leaves of the mucosa's red, green and blue."""

STOOL_RGB = (0.66, 0.52, 0.22)

NO_POLYP_SHARE = 0.12
SECOND_POLYP_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Clinic:
    """What differs between two clinics' endoscopes; no field says anything about the labels.

    Attributes
    ----------
    cast
        Gains of red, green and blue.
    gamma
        Exponent of the camera's curve; above 1 is darker.
    saturation
        Distance of the colours from grey.
    falloff
        How fast the light fades towards the lumen and the rim.
    highlight
        Share of the picture that is mirror-like highlight.
    vessels
        Strength of the vessels' colour.
    blur_px
        Width of the optics' Gaussian at 64 px.
    noise
        Standard deviation of the sensor's noise.
    """

    cast: tuple[float, float, float]
    gamma: float
    saturation: float
    falloff: float
    highlight: float
    vessels: float
    blur_px: float
    noise: float


HOME = Clinic((1.0, 1.0, 1.0), 1.0, 1.0, 0.8, 0.012, 0.8, 0.45, 0.012)
AWAY = Clinic((0.82, 1.05, 1.22), 1.2, 0.7, 1.25, 0.028, 0.4, 0.85, 0.032)


@dataclass(frozen=True, slots=True)
class Scene:
    """The anatomy of one picture, the same for every clinic.

    Attributes
    ----------
    label
        uint8 [size, size], 1 in a polyp.
    polyp
        float64 [size, size] on 0..1, how much of a pixel is polyp; above one half exactly where ``label`` is 1.
    height
        float64 [size, size], the wall's relief.
    depth
        float64 [size, size] on 0..1, 1 deep in the lumen.
    albedo
        float64 [3, size, size], colour of the tissue without vessels.
    vessels
        float64 [size, size] on 0..1.
    bubbles
        float64 [size, size] on 0..1, bright rings.
    """

    label: npt.NDArray[np.uint8]
    polyp: FloatImage
    height: FloatImage
    depth: FloatImage
    albedo: FloatImage
    vessels: FloatImage
    bubbles: FloatImage


def draw_scene(rng: np.random.Generator, size: int) -> Scene:
    """Draw a piece of bowel with none, one or two polyps and with what may be taken for them."""
    rows, columns = pixel_grid(size)
    height, depth = _wall(rng, size, rows, columns)
    polyps = _polyps(rng)
    cover = np.zeros((size, size))
    tint = np.zeros((size, size))
    for polyp, flatness, redness in polyps:
        relative = polyp.relative(rows, columns)
        height += (0.12 + 0.75 * (1 - flatness)) * polyp.radius * np.clip(1 - relative**2, 0, None) ** 0.6
        part = edge(polyp.distance(rows, columns), 1.0 / size)
        cover, tint = np.maximum(cover, part), np.where(part > 0.5, redness, tint)
    for _ in range(rng.integers(1, 4)):  # bulges of the wall: relief of a polyp, colour and vessels of the mucosa
        lump = draw_outline(rng, radius=(0.10, 0.34), rows=(-0.9, 0.9), columns=(-0.9, 0.9), wobble=0.08)
        height += rng.uniform(0.2, 0.5) * lump.radius * np.clip(1 - lump.relative(rows, columns) ** 2, 0, None) ** 1.1
    albedo = np.array(MUCOSA_RGB)[:, None, None] * (1 + 0.08 * smooth_noise(rng, size, 0.10))
    albedo[0] *= 1 + 0.03 * smooth_noise(rng, size, 0.06)
    albedo[1] *= 1 + 0.09 * smooth_noise(rng, size, 0.06)
    albedo = _patches(rng, albedo, rows, columns)
    pits = 1 + 0.10 * smooth_noise(rng, size, 0.018)
    strength = np.array([0.05, -0.24, -0.17])[:, None, None]
    albedo *= 1 + cover * (tint * strength + (pits - 1))
    lines = np.exp(-((smooth_noise(rng, size, 0.07) / 0.16) ** 2)) * (smooth_noise(rng, size, 0.15) > -0.3)
    fine = np.exp(-((smooth_noise(rng, size, 0.035) / 0.18) ** 2)) * 0.5
    vessels = np.maximum(lines, fine) * (1 - 0.75 * cover)
    label = (cover > 0.5).astype(np.uint8)
    return Scene(label, cover, height, depth, albedo, vessels, _bubbles(rng, rows, columns))


def _wall(rng: np.random.Generator, size: int, rows: FloatImage, columns: FloatImage) -> tuple[FloatImage, FloatImage]:
    """Return the relief of the folds around a lumen, and how deep each pixel lies in it."""
    turn, away = rng.uniform(-np.pi, np.pi), rng.uniform(0.2, 1.1)
    lumen = (away * np.sin(turn), away * np.cos(turn))
    radius = np.hypot(rows - lumen[0], columns - lumen[1]) * (1 + 0.10 * smooth_noise(rng, size, 0.14))
    depth = np.exp(-((radius / rng.uniform(0.25, 0.5)) ** 2))
    height = 0.02 * smooth_noise(rng, size, 0.07)
    theta = np.arctan2(rows - lumen[0], columns - lumen[1])
    at = rng.uniform(0.3, 0.5)
    while at < 2.2:
        window = 0.5 + 0.5 * np.cos(rng.integers(1, 3) * theta + rng.uniform(-np.pi, np.pi))
        width = rng.uniform(0.08, 0.16)
        height += rng.uniform(0.06, 0.16) * window * np.exp(-(((radius - at) / width) ** 2))
        at += rng.uniform(0.35, 0.7)
    return height, depth


def _polyps(rng: np.random.Generator) -> list[tuple[Outline, float, float]]:
    """Return outline, flatness 0..1 and redness -1..1 of each polyp; they do not meet."""
    wanted = int(rng.random() >= NO_POLYP_SHARE) + int(rng.random() < SECOND_POLYP_SHARE)
    found: list[tuple[Outline, float, float]] = []
    for _ in range(12):
        if len(found) >= wanted:
            break
        one = draw_outline(rng, radius=(0.17, 0.5), rows=(-0.6, 0.6), columns=(-0.6, 0.6), wobble=0.06)
        flatness, redness = float(rng.beta(1.2, 1.2)), float(rng.uniform(0.45, 1.0) * (1 if rng.random() < 0.75 else -0.8))
        if all(one.apart(other) > 0.05 for other, _, _ in found):
            found.append((one, flatness, redness))
    return found


def _patches(rng: np.random.Generator, albedo: FloatImage, rows: FloatImage, columns: FloatImage) -> FloatImage:
    """Return the colours with reddened mucosa without relief, and remains of stool."""
    for _ in range(rng.integers(0, 3)):
        patch = draw_outline(rng, radius=(0.12, 0.3), rows=(-0.8, 0.8), columns=(-0.8, 0.8), wobble=0.15)
        soft = edge(patch.distance(rows, columns), 0.12)
        albedo = albedo * (1 + soft * rng.uniform(0.3, 0.9) * np.array([0.03, -0.15, -0.11])[:, None, None])
    if rng.random() < 0.35:
        stool = draw_outline(rng, radius=(0.05, 0.16), rows=(-0.9, 0.9), columns=(-0.9, 0.9), wobble=0.2, aspect=2.5)
        share = 0.75 * edge(stool.distance(rows, columns), 0.04)
        albedo = albedo * (1 - share) + np.array(STOOL_RGB)[:, None, None] * share
    return albedo


def _bubbles(rng: np.random.Generator, rows: FloatImage, columns: FloatImage) -> FloatImage:
    result = np.zeros_like(rows)
    for _ in range(rng.poisson(1.2)):
        row, column, radius = rng.uniform(-0.9, 0.9), rng.uniform(-0.9, 0.9), rng.uniform(0.04, 0.15)
        away = np.hypot(rows - row, columns - column)
        ring = 0.5 * np.exp(-(((away - radius) / 0.022) ** 2))
        glint = 0.9 * np.exp(-(np.hypot(rows - row + 0.4 * radius, columns - column + 0.4 * radius) ** 2) / (0.2 * radius) ** 2)
        result = np.maximum(result, np.maximum(ring, glint))
    return result


def render(scene: Scene, rng: np.random.Generator, clinic: Clinic) -> FloatImage:
    """Return the picture as one clinic takes it, float64 [3, size, size] on 0..1."""
    size = len(scene.label)
    rows, columns = pixel_grid(size)
    lamp, exposure, rim = rng.uniform(-0.35, 0.35, 2), rng.uniform(0.92, 1.12), rng.uniform(1.0, 1.18)
    cast = np.array(clinic.cast) * (1 + 0.03 * rng.standard_normal(3))
    sparkle, grain = smooth_noise(rng, size, 0.02), rng.standard_normal((3, size, size))
    slope_down, slope_along = np.gradient(scene.height, 2 / size)
    norm = np.sqrt(1 + slope_down**2 + slope_along**2)
    shade = np.clip((1 - lamp[0] * slope_down - lamp[1] * slope_along) / norm / np.sqrt(1 + lamp @ lamp), 0.15, 1)
    away = np.hypot(rows - 0.3 * lamp[0], columns - 0.3 * lamp[1])
    light = exposure * shade * np.exp(-clinic.falloff * (0.28 * away**2 + 1.3 * scene.depth))
    vessel = 1 - clinic.vessels * 0.5 * scene.vessels * (1 - np.array(VESSEL_RGB)[:, None, None])
    picture = scene.albedo * vessel * light
    wet = sparkle + 2.5 * (shade - shade.mean()) + 1.5 * (light - light.mean())
    gloss = np.clip((wet - np.quantile(wet, 1 - clinic.highlight)) / 0.25, 0, 1)
    picture = picture + (0.97 - picture) * np.maximum(gloss, scene.bubbles * 0.6 * light)
    grey = picture.mean(axis=0, keepdims=True)
    picture = (grey + (picture - grey) * clinic.saturation) * cast[:, None, None]
    picture = np.clip(picture, 0, 1) ** clinic.gamma
    picture = blurred(picture, clinic.blur_px * size / 64)
    inside = edge(np.maximum(np.hypot(rows, columns) - 1.2 * rim, np.maximum(abs(rows), abs(columns)) - 0.985), 0.02)
    return np.clip((picture + clinic.noise * grain) * inside + 0.02 * (1 - inside), 0, 1)


def clinic_at(shift: float) -> Clinic:
    """Return the clinic that lies ``shift`` of the way from the pack's to the user's."""
    return lerp(HOME, AWAY, shift)
