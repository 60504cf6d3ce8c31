"""A scan in memory: intensities, their place in space, and how to show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import GeometryError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis

__all__ = ["STATED_WINDOW", "WINDOW_PRESETS", "Volume", "Window", "robust_window"]

ROBUST_PERCENTILES = (1.0, 99.0)
"""Intensities outside of these do not count for a window: a pin of metal or a hot pixel would take all greys."""

MOST_SAMPLES = 200_000
"""So many intensities, evenly picked, tell the percentiles well enough."""

NARROWEST = 1e-6

STATED_WINDOW = ("window level", "window width")
"""Where ``Volume.facts`` has the window that the file states, as numbers."""


@dataclass(frozen=True, slots=True)
class Window:
    """The range of intensities that is spread over the greys: ``level`` is its middle, ``width`` its extent."""

    level: float
    width: float

    @property
    def limits(self) -> tuple[float, float]:
        """Intensity shown black and intensity shown white."""
        return (self.level - self.width / 2, self.level + self.width / 2)


WINDOW_PRESETS: dict[str, dict[str, Window]] = {
    "CT": {
        "abdomen": Window(40, 400),
        "lung": Window(-600, 1500),
        "bone": Window(400, 1800),
        "brain": Window(40, 80),
        "liver": Window(60, 160),
        "mediastinum": Window(50, 350),
        "angiography": Window(300, 600),
        "spine": Window(50, 250),
        "stroke": Window(40, 40),
    },
}
"""Customary display windows in HU, by modality and name, in the order of the keypad's digits; other scans have windows of their own."""


def robust_window(values: npt.NDArray[Any]) -> Window:
    """Return the window from the 1st to the 99th percentile of intensities of any shape; NaN does not count.

    Where they are all alike, one step below to one step above, so that they are neither black nor white.
    """
    flat = values.reshape(-1)
    some = flat[:: max(1, flat.size // MOST_SAMPLES)].astype(np.float64)
    some = some[np.isfinite(some)]
    if not some.size:
        return Window(0.5, 1.0)
    low, high = (float(v) for v in np.percentile(some, ROBUST_PERCENTILES))
    if high - low < NARROWEST:
        return Window(low, 2.0)
    return Window((low + high) / 2, high - low)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Intensities on a grid.

    Attributes
    ----------
    voxels
        [k, j, i] grey of any integer or float type, or uint8 [k, j, i, 3] colour. Made read-only.
    geometry
        The grid, LPS mm.
    modality
        DICOM's code: CT, MR, US, ... or "" where unknown; "PHOTO" for plain pictures.
    source
        What it was read from without anything that identifies a person.
    spacing_known
        False for plain pictures, whose pixels have no size in millimetres.
    facts
        How the picture was made, never of whom.
    time
        Frames in time; None for a scan without. Of a cine the grid's k counts frames, and its spacing along k is a placeholder.
    place_known
        Whether the file says where in the patient the grid lies; without, no side of it has a letter.
    resampled
        Whether voxels were interpolated to bring them onto the grid, because the file's slices were uneven or tilted.

    Raises
    ------
    GeometryError
        When the array's shape is not that of the geometry, or a cine has another number of frames than slices.
    """

    voxels: npt.NDArray[Any]
    geometry: Geometry
    modality: str = ""
    source: str = ""
    spacing_known: bool = True
    facts: dict[str, str] = field(default_factory=dict)
    time: TimeAxis | None = None
    place_known: bool = True
    resampled: bool = False

    def __post_init__(self) -> None:
        shape = self.geometry.shape_kji
        if self.voxels.shape not in (shape, (*shape, 3)):
            raise GeometryError(
                f"Image array of shape {self.voxels.shape} does not fit a grid of {shape}",
                next_step="Report this; it is a fault of the reader.",
            )
        if self.voxels.ndim == 4 and self.voxels.dtype != np.uint8:
            raise GeometryError(
                f"Colour voxels must be 8 bit, not {self.voxels.dtype}", next_step="Convert the picture to 8 bits a channel."
            )
        if self.is_cine and self.time is not None and self.time.count != shape[0]:
            raise GeometryError(
                f"A cine of {self.time.count} frames does not fit a grid of {shape}", next_step="Report this; it is a fault of the reader."
            )
        self.voxels.setflags(write=False)

    @property
    def is_colour(self) -> bool:
        """Whether voxels are red, green, blue triples."""
        return self.voxels.ndim == 4

    @property
    def is_flat(self) -> bool:
        """Whether there is one slice only."""
        return self.geometry.size_ijk[2] == 1

    @property
    def is_cine(self) -> bool:
        """Whether the slices are frames in time on one plane."""
        return self.time is not None and self.time.kind == "cine"

    @property
    def is_planar(self) -> bool:
        """Whether all that there is lies in one plane: a single slice, or a cine. Then there is one view and nothing in space."""
        return self.is_flat or self.is_cine

    @property
    def unit(self) -> str:
        """Unit of the intensities: HU for CT, else nothing."""
        return "HU" if self.modality == "CT" else ""

    def default_window(self) -> Window:
        """Return the window to open with: the modality's first preset, else what the file states, else the 1st to 99th percentile."""
        presets = WINDOW_PRESETS.get(self.modality)
        if presets:
            return next(iter(presets.values()))
        if self.is_colour:
            return Window(127.5, 255.0)
        stated = [self.facts.get(name) for name in STATED_WINDOW]
        if stated[0] is not None and stated[1] is not None:
            return Window(float(stated[0]), float(stated[1]))
        return robust_window(self.voxels)
