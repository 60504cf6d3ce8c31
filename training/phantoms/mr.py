"""MR-like phantoms: a head's slice with fluid, grey matter, white matter and deep nuclei."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantoms.fields import FloatImage, Outline, blurred, draw_outline, edge, lerp, pixel_grid, smooth_noise

__all__ = ["AWAY", "HOME", "STRUCTURES", "Clinic", "Scene", "clinic_at", "draw_scene", "render"]

STRUCTURES = ("fluid", "grey_matter", "white_matter", "deep_nuclei")

_AIR, _BONE, _FAT = 5, 6, 7
"""Tissues beside the four structures; all three are background in the labels."""

TISSUES = 8


@dataclass(frozen=True, slots=True)
class Clinic:
    """What differs between two clinics' scanners and sequences; no field says anything about the labels.

    Attributes
    ----------
    brightness
        Signal of marrow-free background, fluid, grey matter, white matter, nuclei, air, bone and fat.
    bias
        Amplitude of the coil's smooth brightness field.
    noise
        Standard deviation of each channel before the magnitude is taken.
    gamma
        Exponent of the export's curve.
    blur_px
        Width of the point spread at 64 px.
    ghost
        Strength of the shifted copy that motion leaves.
    """

    brightness: tuple[float, ...]
    bias: float
    noise: float
    gamma: float
    blur_px: float
    ghost: float


HOME = Clinic((0.0, 0.20, 0.50, 0.63, 0.555, 0.0, 0.09, 0.80), 0.20, 0.055, 1.0, 0.55, 0.04)
AWAY = Clinic((0.0, 0.30, 0.50, 0.60, 0.548, 0.0, 0.14, 0.62), 0.36, 0.070, 0.85, 0.75, 0.09)


@dataclass(frozen=True, slots=True)
class Scene:
    """The anatomy of one slice, the same for every clinic.

    Attributes
    ----------
    label
        uint8 [size, size], 1 fluid, 2 grey matter, 3 white matter, 4 deep nuclei.
    tissue
        uint8 [size, size], the label, or 5 air, 6 bone, 7 fat.
    texture
        float64 [size, size], brightness of the tissue against its mean; spots in the white matter lie here.
    """

    label: npt.NDArray[np.uint8]
    tissue: npt.NDArray[np.uint8]
    texture: FloatImage


def draw_scene(rng: np.random.Generator, size: int) -> Scene:
    """Draw a slice of a head: scalp, skull, folded cortex, white matter, ventricles and deep nuclei."""
    rows, columns = pixel_grid(size)
    head = Outline(
        (rng.uniform(-0.06, 0.06), rng.uniform(-0.06, 0.06)),
        float(rng.uniform(0.76, 0.88)),
        float(rng.uniform(1.08, 1.28)),
        np.pi / 2 + float(rng.normal(0, 0.12)),
        rng.standard_normal((2, 7)) * 0.015 / np.arange(1, 8),
    )
    depth = -head.distance(rows, columns)
    scalp, skull = rng.uniform(0.05, 0.09), rng.uniform(0.05, 0.09)
    folds = smooth_noise(rng, size, rng.uniform(0.026, 0.04))
    sulci = np.clip(-folds - 0.25, 0, 3) * rng.uniform(0.035, 0.09) + 0.02 + rng.uniform(0, 0.03)
    inner = depth - scalp - skull
    cortex = rng.uniform(0.075, 0.11) * (1 + 0.15 * smooth_noise(rng, size, 0.09))
    gyri = 0.08 * smooth_noise(rng, size, rng.uniform(0.025, 0.038))
    tissue = np.full((size, size), _AIR, np.uint8)
    tissue[depth > 0] = _FAT
    tissue[depth > scalp] = _BONE
    tissue[inner > 0] = 1
    tissue[inner > sulci] = 2
    tissue[inner > sulci + cortex + np.clip(gyri, -0.06, 0.2)] = 3
    tissue = _deep(rng, head, tissue, rows=rows, columns=columns)
    label = np.where(tissue < _AIR, tissue, 0).astype(np.uint8)
    return Scene(label, tissue, _texture(rng, tissue, rows, columns))


def _deep(
    rng: np.random.Generator, head: Outline, tissue: npt.NDArray[np.uint8], *, rows: FloatImage, columns: FloatImage
) -> npt.NDArray[np.uint8]:
    """Return the tissues with the ventricles, the nuclei beside them and the cleft between the hemispheres."""
    result = tissue.copy()
    turn = head.angle - np.pi / 2
    up, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    brain = (tissue == 2) | (tissue == 3)
    lateral = (columns - head.centre[1]) * across[1] + (rows - head.centre[0]) * across[0]
    along = (columns - head.centre[1]) * up[1] + (rows - head.centre[0]) * up[0]
    cleft = abs(lateral + 0.015 * np.sin(9 * along)) - rng.uniform(0.005, 0.025)
    front = (along < -0.3) | (along > 0.35)
    result[brain & front & (cleft < 0.06)] = 2
    result[brain & front & (cleft < 0)] = 1
    wide, tall, level = rng.uniform(0.045, 0.13), rng.uniform(0.18, 0.36), rng.uniform(-0.08, 0.08)
    for side in (-1, 1):
        gap = rng.uniform(0.05, 0.09)
        nucleus = np.array(head.centre) + side * (gap + wide + rng.uniform(0.09, 0.14)) * across + (level + 0.04) * up
        outline = draw_outline(rng, radius=(0.10, 0.17), rows=(nucleus[0],) * 2, columns=(nucleus[1],) * 2, wobble=0.05, tilt=0.6)
        result[brain & (outline.distance(rows, columns) < 0)] = 4
        middle = np.array(head.centre) + side * (gap + 0.4 * wide) * across + level * up
        horn = Outline(
            (float(middle[0]), float(middle[1])),
            float(np.sqrt(wide * tall)),
            float(tall / wide),
            np.pi / 2 + turn + side * float(rng.uniform(0.1, 0.35)),
            rng.standard_normal((2, 7)) * 0.03,
        )
        result[brain & (horn.distance(rows, columns) < 0)] = 1
    return result


def _texture(rng: np.random.Generator, tissue: npt.NDArray[np.uint8], rows: FloatImage, columns: FloatImage) -> FloatImage:
    """Return brightness against the tissue's mean, with spots as bright as grey matter in the white matter, and vessels."""
    size = len(tissue)
    texture = 0.03 * smooth_noise(rng, size, 0.05)
    for _ in range(rng.poisson(2.5)):
        spot = draw_outline(rng, radius=(0.03, 0.09), rows=(-0.5, 0.5), columns=(-0.45, 0.45), wobble=0.1)
        texture = texture - rng.uniform(0.08, 0.2) * edge(spot.distance(rows, columns), 1.5 / size) * (tissue == 3)
    vessels = np.exp(-((smooth_noise(rng, size, 0.05) / 0.05) ** 2)) * (smooth_noise(rng, size, 0.1) > 1.0)
    return texture + 0.25 * vessels * np.isin(tissue, (1, 2))


def render(scene: Scene, rng: np.random.Generator, clinic: Clinic) -> FloatImage:
    """Return the slice as one clinic takes it, float64 [1, size, size] on 0..1.

    Magnitude images have Rician noise (Gudbjartsson and Patz 1995, doi 10.1002/mrm.1910340618).
    """
    size = len(scene.label)
    field = smooth_noise(rng, size, 0.28)
    jitter = 1 + 0.04 * rng.standard_normal(TISSUES)
    real, imaginary = rng.standard_normal((2, size, size))
    scale = rng.uniform(0.94, 1.06)
    # the coil is brightest at one side, which a periodic noise field alone cannot be
    rows, columns = pixel_grid(size)
    turn = rng.uniform(-np.pi, np.pi)
    bias = np.exp(clinic.bias * (0.35 * field + 0.7 * (np.sin(turn) * rows + np.cos(turn) * columns)))
    signal = np.array(clinic.brightness)[scene.tissue] * jitter[scene.tissue]
    signal = signal * (1 + scene.texture * (scene.tissue != _AIR))
    signal = blurred(signal, clinic.blur_px * size / 64)
    signal = signal + clinic.ghost * np.roll(signal, size // 3, axis=0)
    magnitude = np.hypot(signal * bias * scale + clinic.noise * real, clinic.noise * imaginary)
    picture: FloatImage = np.clip(magnitude, 0, 1) ** clinic.gamma
    return picture[None]


def clinic_at(shift: float) -> Clinic:
    """Return the clinic that lies ``shift`` of the way from the pack's to the user's."""
    return lerp(HOME, AWAY, shift)
