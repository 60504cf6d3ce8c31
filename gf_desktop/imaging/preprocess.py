"""From a scan to what a network sees, and back. The one copy: inference and training both use it.

The working grid of a slice: in the plane, pixels of ``spec.spacing_mm`` whose first edge is the first
edge of the scan's plane; padded at the far ends to a multiple of ``spec.multiple``. All resampling is a
pair of small matrices (rows, columns) with a triangle filter that widens when it shrinks, so it is linear
interpolation when enlarging and free of aliasing when reducing, and the same numbers everywhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import ModelError
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.volume import Volume

__all__ = ["PlaneGrid", "PreprocessSpec", "SliceSource"]

Float32 = npt.NDArray[np.float32]

MIN_SIDE_PX = 64
"""Smallest side of a network input; below it the deepest features of the students are a single pixel."""


SAMPLED = (64, 128, 128)
"""Percentiles are those of about so many voxels along k, j and i: a whole scan takes seconds, and gives the same to a hundredth."""


@dataclass(frozen=True, slots=True)
class PreprocessSpec:
    """How a model wants its input.

    Attributes
    ----------
    colour
        True: three channels red, green, blue. False: grey.
    spacing_mm
        Pixel of the working grid in mm; 0 keeps the scan's own pixels (pictures without a size).
    window
        Grey only: intensities are cut to this range and mapped to 0..1. Colour maps 0..255 to 0..1.
    percentiles
        Grey only: the two numbers of ``window`` are percentiles of each scan's own intensities, for scans whose numbers mean something
        else with every machine, such as MR.
    mean, std
        Then ``(value - mean) / std``.
    context
        Neighbouring slices on each side that are given as further channels (2.5-D); ``2 * context + 1`` channels.
    context_mm
        Distance of those neighbours; the nearest slice is taken, the last one repeated at the ends.
    slicing
        "axial": slices run across the axis nearest to head-foot, rows to the back, columns to the left,
        however the file was stored. "acquired": the planes as stored.
    multiple
        Sides of the network input are multiples of this.
    """

    colour: bool = False
    spacing_mm: float = 0.0
    window: tuple[float, float] = (0.0, 1.0)
    mean: float = 0.0
    std: float = 1.0
    context: int = 0
    context_mm: float = 0.0
    slicing: Literal["axial", "acquired"] = "axial"
    multiple: int = 32
    percentiles: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "window", (float(self.window[0]), float(self.window[1])))
        if self.window[1] <= self.window[0] or self.std <= 0 or self.multiple < 1 or self.context < 0 or self.spacing_mm < 0:
            raise ModelError(f"The model's preprocessing contradicts itself: {self}", next_step="Use a pack that is not damaged.")
        if self.percentiles and not 0 <= self.window[0] < self.window[1] <= 100:
            raise ModelError(
                f"A window of percentiles from {self.window[0]} to {self.window[1]}", next_step="Use a pack that is not damaged."
            )
        if self.colour and self.context:
            raise ModelError("Colour and neighbouring slices cannot be combined", next_step="Use a pack that is not damaged.")

    @property
    def channels(self) -> int:
        """Number of input channels."""
        return 3 if self.colour else 2 * self.context + 1

    def as_json(self) -> dict[str, Any]:
        """Return plain values for ``card.json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> PreprocessSpec:
        """Return the spec that ``as_json`` wrote; unknown keys are refused with TypeError."""
        return cls(**document)

    def check(self, volume: Volume) -> None:
        """Raise ModelError when the scan is grey and the model wants colour, or the other way round."""
        if volume.is_colour != self.colour:
            have, want = ("colour", "grey") if volume.is_colour else ("grey", "colour")
            raise ModelError(
                f"The model was made for {want} images and this scan is {have}",
                where=volume.source,
                next_step=f"Start a project with a pack for {have} images.",
            )


@lru_cache(maxsize=64)
def _resampling_matrix(n_in: int, step_in: float, n_out: int, step_out: float) -> Float32:
    """Return [n_out, n_in] float32 weights, rows summing to 1; both grids begin at the same edge."""
    centre_out = (np.arange(n_out) + 0.5) * step_out
    centre_in = (np.arange(n_in) + 0.5) * step_in
    reach = max(step_in, step_out)
    clipped = np.clip(centre_out, centre_in[0], centre_in[-1])
    weights = np.clip(1.0 - np.abs(clipped[:, None] - centre_in[None, :]) / reach, 0.0, None)
    matrix: Float32 = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    matrix.setflags(write=False)
    return matrix


@dataclass(frozen=True, slots=True)
class PlaneGrid:
    """The working grid of one scan's slices and the way back.

    Attributes
    ----------
    native_hw
        Rows and columns of the scan's plane.
    native_mm
        Its pixel spacing, rows then columns.
    inner_hw
        Rows and columns of the working grid that cover the plane.
    padded_hw
        The same, padded at the far ends to the network's multiple.
    step_mm
        Pixel of the working grid, rows then columns.
    """

    native_hw: tuple[int, int]
    native_mm: tuple[float, float]
    inner_hw: tuple[int, int]
    padded_hw: tuple[int, int]
    step_mm: tuple[float, float]

    @classmethod
    def of(cls, geometry: Geometry, spec: PreprocessSpec) -> PlaneGrid:
        """Return the working grid for slices of a geometry whose axes are already in the spec's order."""
        width, height, _ = geometry.size_ijk
        col_mm, row_mm, _ = geometry.spacing_mm
        step = (spec.spacing_mm, spec.spacing_mm) if spec.spacing_mm > 0 else (row_mm, col_mm)
        inner = (max(1, int(np.ceil(height * row_mm / step[0] - 1e-6))), max(1, int(np.ceil(width * col_mm / step[1] - 1e-6))))
        padded = tuple(max(MIN_SIDE_PX, -(-n // spec.multiple) * spec.multiple) for n in inner)
        return cls((height, width), (row_mm, col_mm), inner, (padded[0], padded[1]), step)

    def to_working(self, plane: npt.NDArray[Any]) -> Float32:
        """Resample [..., rows, columns] of the scan to float32 [..., inner rows, inner columns]."""
        rows = _resampling_matrix(self.native_hw[0], self.native_mm[0], self.inner_hw[0], self.step_mm[0])
        cols = _resampling_matrix(self.native_hw[1], self.native_mm[1], self.inner_hw[1], self.step_mm[1])
        return np.asarray(rows @ plane.astype(np.float32, copy=False) @ cols.T, dtype=np.float32)

    def to_native(self, plane: Float32) -> Float32:
        """Resample float32 [..., inner or padded rows, columns] of the working grid to [..., rows, columns] of the scan."""
        inner = plane[..., : self.inner_hw[0], : self.inner_hw[1]]
        rows = _resampling_matrix(self.inner_hw[0], self.step_mm[0], self.native_hw[0], self.native_mm[0])
        cols = _resampling_matrix(self.inner_hw[1], self.step_mm[1], self.native_hw[1], self.native_mm[1])
        return np.asarray(rows @ inner @ cols.T, dtype=np.float32)

    def pad(self, plane: Float32, value: float) -> Float32:
        """Pad [..., inner rows, inner columns] at the far ends to ``padded_hw``."""
        extra = [(0, 0)] * (plane.ndim - 2) + [(0, p - n) for p, n in zip(self.padded_hw, self.inner_hw, strict=True)]
        return np.pad(plane, extra, constant_values=value)


def _slicing_axes(volume: Volume, spec: PreprocessSpec) -> AxisMap:
    """Return the order of axes in which a model sees a scan."""
    canonical = volume.geometry.canonical_axes()
    # a single sagittal slice cut axially would be a pile of rows, and so would frames in time
    if spec.slicing == "acquired" or volume.is_cine or (volume.is_flat and canonical.order[2] != 2):
        return AxisMap((0, 1, 2), (False, False, False))
    return canonical


def _window_of(volume: Volume, spec: PreprocessSpec) -> tuple[float, float]:
    """Return the intensities that become 0 and 1; where they are percentiles, those of voxels spread evenly over the scan."""
    if spec.colour or not spec.percentiles:
        return spec.window
    steps = (max(1, n // most) for n, most in zip(volume.voxels.shape, SAMPLED, strict=True))
    found = volume.voxels[tuple(slice(step // 2, None, step) for step in steps)].astype(np.float32)
    finite = found[np.isfinite(found)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(finite, spec.window))
    return low, high if high > low else low + 1.0


class SliceSource:
    """The slices of one scan as network inputs.

    Parameters
    ----------
    volume
        The scan; it is only read.
    spec
        The model's wishes.

    Raises
    ------
    ModelError
        When the scan is colour and the model grey, or the other way round.
    """

    def __init__(self, volume: Volume, spec: PreprocessSpec) -> None:
        spec.check(volume)
        self.spec = spec
        self.axes = _slicing_axes(volume, spec)
        self.geometry = volume.geometry.reordered(self.axes)
        self.grid = PlaneGrid.of(self.geometry, spec)
        self._voxels = self.axes.view(volume.voxels)
        self._moments = volume.is_cine
        self._window = _window_of(volume, spec)

    def __len__(self) -> int:
        return self.geometry.size_ijk[2]

    @property
    def pad_value(self) -> float:
        """Value of the padding: the lower end of the window after normalisation."""
        return -self.spec.mean / self.spec.std

    def working_plane(self, index: int) -> Float32:
        """Return slice ``index`` as float32 [inner rows, inner columns] (grey) or [3, ...] (colour), normalised, not padded."""
        plane = self._voxels[index]
        if self.spec.colour:
            scaled = self.grid.to_working(np.moveaxis(plane, -1, 0)) / np.float32(255.0)
        else:
            low, high = self._window
            cut = np.clip(np.nan_to_num(plane.astype(np.float32), nan=low), low, high)
            scaled = (self.grid.to_working(cut) - np.float32(low)) / np.float32(high - low)
        return np.asarray((scaled - np.float32(self.spec.mean)) / np.float32(self.spec.std), dtype=np.float32)

    def neighbours(self, index: int) -> list[int]:
        """Return the slice numbers that make the channels of slice ``index``, in order; of a cine the frame itself for all."""
        if self._moments:
            # the frame before is another moment, no tissue beside this one
            return [index] * (2 * self.spec.context + 1)
        gap_mm = self.geometry.spacing_mm[2]
        offsets = (round(n * self.spec.context_mm / gap_mm) for n in range(-self.spec.context, self.spec.context + 1))
        return [int(np.clip(index + offset, 0, len(self) - 1)) for offset in offsets]

    def network_input(self, index: int) -> Float32:
        """Return float32 [channels, padded rows, padded columns] for slice ``index``."""
        if self.spec.colour:
            return self.grid.pad(self.working_plane(index), self.pad_value)
        planes = np.stack([self.working_plane(n) for n in self.neighbours(index)])
        return self.grid.pad(planes, self.pad_value)

    def mask_to_working(self, mask_kji: npt.NDArray[Any], index: int, *, classes: int) -> Float32:
        """Return the share of each class in each working pixel of a slice.

        Parameters
        ----------
        mask_kji
            Integer [k, j, i] in the scan's stored order.
        index
            Slice number in the spec's order.
        classes
            Number of classes, background included; the values of the mask are 0 .. classes - 1.

        Returns
        -------
        float32 [classes, inner rows, inner columns], summing to 1 over classes.
        """
        plane = self.axes.view(mask_kji)[index]
        one_hot = (plane[None] == np.arange(classes).reshape(-1, 1, 1)).astype(np.float32)
        return self.grid.to_working(one_hot)
