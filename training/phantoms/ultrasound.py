"""Ultrasound-like phantoms: layers under speckle, a lesion and a cyst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantoms.fields import FloatImage, Outline, draw_outline, edge, lerp, pixel_grid, smooth_noise

__all__ = ["AWAY", "HOME", "STRUCTURES", "Clinic", "Scene", "clinic_at", "draw_scene", "render"]

STRUCTURES = ("lesion", "cyst")

LESION_SHARE = 0.85
CYST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Clinic:
    """What differs between two clinics' scanners; no field says anything about the labels.

    Attributes
    ----------
    speckle_px
        Width of the point spread along the beam and across it, in pixels at 64 px.
    range_db
        Dynamic range of the log compression; smaller is harsher.
    gain_db
        Gain before the compression.
    attenuation_db
        Loss over the picture's depth that the machine does not compensate.
    floor_db
        Electronic noise against full scale.
    contrast
        Share of the true difference of echogenicity that reaches the picture.
    """

    speckle_px: tuple[float, float]
    range_db: float
    gain_db: float
    attenuation_db: float
    floor_db: float
    contrast: float


HOME = Clinic((0.45, 0.65), 52.0, 0.0, 5.0, -46.0, 1.0)
AWAY = Clinic((0.7, 1.5), 42.0, -3.0, 10.0, -38.0, 0.78)


@dataclass(frozen=True, slots=True)
class Scene:
    """The anatomy of one picture, the same for every clinic.

    Attributes
    ----------
    label
        uint8 [size, size], 1 in the lesion, 2 in the cyst.
    echo_db
        float64 [size, size], echogenicity.
    loss_db
        float64 [size, size], what a pixel takes from all that lie below it: positive casts a shadow, negative enhances.
    """

    label: npt.NDArray[np.uint8]
    echo_db: FloatImage
    loss_db: FloatImage


def draw_scene(rng: np.random.Generator, size: int) -> Scene:
    """Draw layered tissue with a lesion, a cyst, both or neither, and with what may be taken for them."""
    rows, columns = pixel_grid(size)
    echo, loss = _layers(rng, size, rows, columns)
    echo, loss = _distractors(rng, echo, loss, rows=rows, columns=columns)
    lesion, cyst = _targets(rng)
    label = np.zeros((size, size), np.uint8)
    if lesion is not None:
        away = lesion.distance(rows, columns)
        inside = edge(away, rng.uniform(0.6, 2.4) / size)
        texture = 1.6 * smooth_noise(rng, size, 0.05)
        echo = echo * (1 - inside) + inside * (rng.uniform(-15.0, -9.5) + texture)
        if rng.random() < 0.5:  # a bright halo, as of tissue that reacts
            echo = echo + 3.0 * np.exp(-(((away - 0.05) / 0.04) ** 2))
        loss = loss + inside * rng.uniform(-2.0, 16.0) / (2 * lesion.radius)
        label[away < 0] = 1
    if cyst is not None:
        away = cyst.distance(rows, columns)
        inside = edge(away, 1.0 / size)
        echo = echo * (1 - inside) + inside * rng.uniform(-32.0, -21.0)
        loss = loss - inside * rng.uniform(5.0, 11.0) / (2 * cyst.radius)
        loss = loss + rng.uniform(5.0, 20.0) * np.exp(-((away / 0.03) ** 2)) * (abs(columns - cyst.centre[1]) > 0.8 * cyst.radius)
        label[away < 0] = 2
    return Scene(label, echo, loss)


def _layers(rng: np.random.Generator, size: int, rows: FloatImage, columns: FloatImage) -> tuple[FloatImage, FloatImage]:
    """Return echogenicity and loss of skin, fat, gland and muscle with wavy borders between them."""
    tops = np.cumsum([-0.93 + rng.uniform(0, 0.05), rng.uniform(0.2, 0.5), rng.uniform(0.6, 1.0)])
    levels = (1.0, -7.5, 0.0, -6.5)
    echo = np.full((size, size), levels[0])
    for top, before, level in zip(tops, levels, levels[1:], strict=False):
        wave = 0.05 * np.sin(columns * rng.uniform(1, 4) + rng.uniform(0, 6)) + rng.uniform(-0.1, 0.1) * columns
        border = rows - top - wave
        below = edge(-border, 1.5 / size)
        line = rng.uniform(2.0, 6.0) * np.exp(-((border / 0.025) ** 2))
        echo = echo + below * (level - before) + line
    gland = smooth_noise(rng, size, (0.035, 0.08))
    strands = np.exp(-((smooth_noise(rng, size, (0.03, 0.12)) / 0.2) ** 2))
    return echo + 1.8 * gland + 2.5 * strands, np.zeros((size, size))


def _distractors(
    rng: np.random.Generator, echo: FloatImage, loss: FloatImage, *, rows: FloatImage, columns: FloatImage
) -> tuple[FloatImage, FloatImage]:
    """Return the tissue with lobules of fat, vessels and reflectors that cast shadows."""
    size = len(echo)
    for _ in range(rng.integers(1, 4)):  # fat lobules: dark like a lesion, but less so, and flat with a bright border
        lobule = draw_outline(rng, radius=(0.1, 0.28), rows=(-0.6, 0.8), columns=(-0.9, 0.9), wobble=0.05, aspect=3.0, tilt=0.4)
        away = lobule.distance(rows, columns)
        echo = echo - rng.uniform(3.0, 6.5) * edge(away, 2.0 / size) + 3.0 * np.exp(-((away / 0.025) ** 2))
    if rng.random() < 0.45:  # a vessel: as dark as a cyst, but a tube without enhancement
        start, slope, width = rng.uniform(-0.4, 0.8), rng.uniform(-0.5, 0.5), rng.uniform(0.03, 0.06)
        centre, half = rng.uniform(-0.6, 0.6), rng.uniform(0.25, 0.6)
        tube = edge(abs(rows - start - slope * columns - 0.05 * np.sin(4 * columns)) - width, 1.0 / size)
        echo = echo - rng.uniform(14.0, 22.0) * tube * edge(abs(columns - centre) - half, 0.04)
    for _ in range(rng.poisson(0.8)):  # a reflector and its shadow
        row, column, width = rng.uniform(-0.9, 0.3), rng.uniform(-1, 1), rng.uniform(0.03, 0.14)
        spot = np.exp(-(((rows - row) / 0.03) ** 2) - ((columns - column) / width) ** 2)
        echo, loss = echo + rng.uniform(2.0, 8.0) * spot, loss + rng.uniform(90.0, 240.0) * spot
    return echo, loss


def _targets(rng: np.random.Generator) -> tuple[Outline | None, Outline | None]:
    """Return the outlines of the lesion and of the cyst, which do not meet."""
    has_lesion, has_cyst = rng.random() < LESION_SHARE, rng.random() < CYST_SHARE
    wobble = float(rng.uniform(0.05, 0.13))
    lesion = draw_outline(rng, radius=(0.18, 0.48), rows=(-0.4, 0.45), columns=(-0.65, 0.65), wobble=wobble, aspect=1.9, tilt=0.8)
    for _ in range(16):
        cyst = draw_outline(rng, radius=(0.12, 0.32), rows=(-0.45, 0.55), columns=(-0.75, 0.75), wobble=0.02, aspect=1.5, tilt=0.6)
        if not has_lesion or cyst.apart(lesion) > 0.02:
            return (lesion if has_lesion else None), (cyst if has_cyst else None)
    return lesion, None


def render(scene: Scene, rng: np.random.Generator, clinic: Clinic) -> FloatImage:
    """Return the picture as one clinic takes it, float64 [1, size, size] on 0..1.

    Fully developed speckle: complex Gaussian scatterers, blurred by the point spread, whose amplitude is Rayleigh
    distributed (Wagner et al. 1983, doi 10.1109/T-SU.1983.31404), then log compressed.
    """
    size = len(scene.label)
    rows, _ = pixel_grid(size)
    gain = clinic.gain_db + 1.5 * rng.standard_normal()
    scatter = rng.standard_normal((2, size, size)) / np.sqrt(2)
    hiss = rng.standard_normal((2, size, size)) / np.sqrt(2)
    path = np.cumsum(scene.loss_db, axis=0) * (2 / size) + clinic.attenuation_db * (rows + 1) / 2
    level = clinic.contrast * scene.echo_db - np.clip(path, -12, 40) + gain - 6
    signal = (scatter[0] + 1j * scatter[1]) * 10 ** (level / 20)
    wave = _spread(signal, clinic.speckle_px, size) + (hiss[0] + 1j * hiss[1]) * 10 ** (clinic.floor_db / 20)
    decibel = 20 * np.log10(np.abs(wave) + 1e-6)
    picture: FloatImage = np.clip((decibel + clinic.range_db - 6) / clinic.range_db, 0, 1)
    return picture[None]


def _spread(signal: npt.NDArray[np.complex128], speckle_px: tuple[float, float], size: int) -> npt.NDArray[np.complex128]:
    """Return scatterers blurred by the point spread, with as much power as before."""
    from scipy.ndimage import gaussian_filter

    widths = (speckle_px[0] * size / 64, speckle_px[1] * size / 64)
    blurred = gaussian_filter(signal.real, widths, mode="reflect") + 1j * gaussian_filter(signal.imag, widths, mode="reflect")
    impulse = np.zeros((33, 33))
    impulse[16, 16] = 1
    power = float((gaussian_filter(impulse, widths) ** 2).sum())
    result: npt.NDArray[np.complex128] = blurred / np.sqrt(power)
    return result


def clinic_at(shift: float) -> Clinic:
    """Return the clinic that lies ``shift`` of the way from the pack's to the user's."""
    return lerp(HOME, AWAY, shift)
