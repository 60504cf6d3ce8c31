"""What a brush is held to besides its outline: intensities, edges, or the student's own probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box

__all__ = ["EdgeLimit", "IntensityLimit", "Limit", "ProbabilityLimit", "grey", "like_range"]

Bools = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the brightness of a colour picture (ITU-R BT.601)."""

CORE_REACH = 2
"""The adaptive brush learns what its centre looks like from the voxels up to this many steps away along each axis of the brush."""

MAD_TO_SD = 1.4826
"""Standard deviation of normally distributed values over their median absolute deviation."""

SPREADS = 3.0
"""How many standard deviations of the centre's surroundings count as like the centre, where no tolerance is given."""


def grey(voxels: npt.NDArray[Any]) -> FloatArray:
    """Return intensities as float64 [k, j, i]; of colour [k, j, i, 3] the brightness, 0 to 255."""
    values = np.asarray(voxels, dtype=np.float64)
    return values if values.ndim == 3 else np.asarray(values @ np.asarray(LUMA))


def like_range(voxels: npt.NDArray[Any], index_ijk: tuple[int, int, int]) -> tuple[float, float]:
    """Return the lowest and highest intensity that count as like a voxel's surroundings, in the scan's unit.

    The median of the voxels up to ``CORE_REACH`` steps away in its slice, and ``SPREADS`` robust standard deviations to both sides; the
    voxel itself always counts.

    Parameters
    ----------
    voxels
        [k, j, i] of the scan, or [k, j, i, 3] colour, whose brightness counts.
    index_ijk
        A voxel of the scan.
    """
    i, j, k = index_ijk
    near = tuple(slice(max(at - CORE_REACH, 0), at + CORE_REACH + 1) for at in (j, i))
    core = grey(voxels[k : k + 1, near[0], near[1]])
    middle = float(np.median(core))
    spread = SPREADS * MAD_TO_SD * float(np.median(np.abs(core - middle)))
    own = float(grey(voxels[k : k + 1, j : j + 1, i : i + 1])[0, 0, 0])
    return min(middle - spread, own), max(middle + spread, own)


class Limit(Protocol):
    """Decides which of the voxels under a brush are painted."""

    def __call__(self, box: Box, area: Bools, centre_kji: tuple[int, int, int]) -> Bools:
        """Return bool of the box's shape.

        Parameters
        ----------
        box
            Where the brush is.
        area
            bool of the box's shape: what the brush covers.
        centre_kji
            The voxel under the pointer; may lie outside the box and the scan.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class IntensityLimit:
    """Paint only voxels whose intensity lies between two values, both included.

    Attributes
    ----------
    voxels
        [k, j, i] of the whole scan, or [k, j, i, 3] colour, whose brightness counts.
    low, high
        In the scan's unit: HU for CT.
    """

    voxels: npt.NDArray[Any]
    low: float
    high: float

    def __call__(self, box: Box, area: Bools, centre_kji: tuple[int, int, int]) -> Bools:
        """Return which voxels of the box are within the range."""
        del area, centre_kji
        values = grey(self.voxels[box.slices])
        return np.asarray((values >= self.low) & (values <= self.high))


@dataclass(frozen=True, slots=True, eq=False)
class ProbabilityLimit:
    """Paint only where a student's probability of the structure is above a dial: the model-assisted brush.

    Attributes
    ----------
    probability
        [k, j, i] of one structure: floats 0 to 1, or uint8 0 to 255. The whole scan or a block of it, such as one slice.
    dial
        0 to 1; only voxels with a larger probability are painted.
    start_kji
        The block's first voxel in the scan. Voxels outside the block are not painted.

    Raises
    ------
    ValueError
        When the probability is neither of floats nor uint8, has not three axes, or the dial lies outside 0 to 1.
    """

    probability: npt.NDArray[Any]
    dial: float
    start_kji: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        kind = self.probability.dtype
        if self.probability.ndim != 3 or not (kind == np.uint8 or kind.kind == "f") or not 0 <= self.dial <= 1:
            raise ValueError(f"a probability of {kind} {self.probability.shape} with a dial at {self.dial}")

    def __call__(self, box: Box, area: Bools, centre_kji: tuple[int, int, int]) -> Bools:
        """Return which voxels of the box are above the dial."""
        del area, centre_kji
        inside = np.zeros(box.shape_kji, bool)
        spans = list(zip(box.start_kji, box.stop_kji, self.start_kji, self.probability.shape, strict=True))
        # the overlap of box and block, seen from each
        low = [max(a, s) for a, _, s, _ in spans]
        high = [max(min(b, s + n), first) for (_, b, s, n), first in zip(spans, low, strict=True)]
        in_box = tuple(slice(a - span[0], b - span[0]) for a, b, span in zip(low, high, spans, strict=True))
        in_block = tuple(slice(a - span[2], b - span[2]) for a, b, span in zip(low, high, spans, strict=True))
        values = self.probability[in_block]
        full = 255.0 if values.dtype == np.uint8 else 1.0
        inside[in_box] = values > self.dial * full
        return inside


@dataclass(frozen=True, slots=True, eq=False)
class EdgeLimit:
    """Paint what is connected with the brush's centre and looks like it: the adaptive brush.

    With v the intensities and c the centre voxel:

    1. The core is what the brush covers within ``CORE_REACH`` voxels of c along each axis.
    2. Without ``tolerance``, it is ``SPREADS`` robust standard deviations of the core: SPREADS · 1.4826 · median |v - m| with the core's
       median m.
    3. The reference r is m where |v(c) - m| is at most the tolerance, else v(c): an outlier under the pointer speaks for itself.
    4. A voxel of the brush is like the centre where |v - r| is at most the tolerance. Two such voxels that share a face are linked where
       their intensities differ by at most ``step``; a larger difference is an edge, and growth stops there.
    5. Painted is c with all that is linked to it within the brush. With c outside the scan nothing is painted.

    Nothing is random and the order of voxels does not matter.

    Attributes
    ----------
    voxels
        [k, j, i] of the whole scan, or [k, j, i, 3] colour, whose brightness counts.
    tolerance
        In the scan's unit; None to measure it at the centre.
    step
        In the scan's unit; None for the tolerance.
    """

    voxels: npt.NDArray[Any]
    tolerance: float | None = None
    step: float | None = None

    def __call__(self, box: Box, area: Bools, centre_kji: tuple[int, int, int]) -> Bools:
        """Return what has grown from the centre within the brush."""
        centre = tuple(c - s for c, s in zip(centre_kji, box.start_kji, strict=True))
        if not all(0 <= c < n for c, n in zip(centre, area.shape, strict=True)):
            return np.zeros(area.shape, bool)
        values = grey(self.voxels[box.slices])
        near = tuple(slice(max(c - CORE_REACH, 0), c + CORE_REACH + 1) for c in centre)
        core = values[near][area[near]]
        own = float(values[centre])
        middle = float(np.median(core)) if core.size else own
        tolerance = self.tolerance
        if tolerance is None:
            tolerance = SPREADS * MAD_TO_SD * float(np.median(np.abs(core - middle))) if core.size else 0.0
        reference = middle if abs(own - middle) <= tolerance else own
        alike = area & (np.abs(values - reference) <= tolerance)
        return _linked(values, alike, centre, tolerance if self.step is None else self.step)


def _linked(values: FloatArray, alike: Bools, centre: tuple[int, ...], step: float) -> Bools:
    """Return the voxels of ``alike`` that a path of small steps joins to the centre.

    A grid of twice the size holds voxels at even places and the links between neighbours at odd ones, so that labelling its connected
    parts follows the links.
    """
    from scipy import ndimage

    if not alike[centre]:
        return np.zeros(alike.shape, bool)
    grid = np.zeros(tuple(2 * n - 1 for n in alike.shape), bool)
    grid[::2, ::2, ::2] = alike
    for axis in range(3):
        lower = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        upper = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        links = tuple(slice(1, None, 2) if a == axis else slice(None, None, 2) for a in range(3))
        grid[links] = alike[lower] & alike[upper] & (np.abs(values[upper] - values[lower]) <= step)
    parts, _count = ndimage.label(grid)
    at = tuple(2 * c for c in centre)
    return np.asarray(parts[::2, ::2, ::2] == parts[at])
