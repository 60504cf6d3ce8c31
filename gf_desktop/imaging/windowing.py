"""From intensities to greys: windows by name and by hand."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.volume import WINDOW_PRESETS, Volume, Window

__all__ = ["dragged_window", "to_grey", "window_names", "window_presets"]

UInt8 = npt.NDArray[np.uint8]

DRAG_SPAN_PX: Final = 300.0
"""Dragging this far doubles or halves the window's width, or moves its level by one width."""

SMALLEST_WINDOW: Final = 1e-6
"""Narrowest window, so that black and white never fall together."""


TABLE_FROM: Final = 1 << 12
"""Fewer pixels are mapped one by one."""


def to_grey(intensities: npt.NDArray[Any], window: Window) -> UInt8:
    """Map intensities of any shape to uint8, 0 at the window's lower end and 255 at its upper one; NaN is black."""
    low, high = window.limits
    if intensities.dtype == np.uint8 and (low, high) == (0.0, 255.0):
        return np.array(intensities, dtype=np.uint8)
    if intensities.dtype in (np.int16, np.uint16) and intensities.size > TABLE_FROM:
        # a table of all intensities that there can be; clipped, since numpy looks twice at indices that may be wrong
        return np.take(_table(intensities.dtype.str, low, high), intensities.view(np.uint16), mode="clip")
    return _greys(intensities, low, high)


@lru_cache(maxsize=4)
def _table(kind: str, low: float, high: float) -> UInt8:
    """Return uint8 [65536]: the grey of each intensity, in the order of its bits."""
    return _greys(np.arange(1 << 16, dtype=np.uint16).view(kind), low, high)


def _greys(intensities: npt.NDArray[Any], low: float, high: float) -> UInt8:
    scaled = (intensities.astype(np.float32) - np.float32(low)) * np.float32(255.0 / max(high - low, SMALLEST_WINDOW))
    grey: UInt8 = np.clip(np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0), 0.0, 255.0).astype(np.uint8)
    return grey


def window_names(volume: Volume) -> tuple[str, ...]:
    """Return the names of :func:`window_presets` without looking at any intensity."""
    return tuple(WINDOW_PRESETS.get(volume.modality, {})) or ("automatic",)


def window_presets(volume: Volume) -> tuple[tuple[str, Window], ...]:
    """Return the named windows that suit a scan: its own first, then those of its modality in their order."""
    presets = WINDOW_PRESETS.get(volume.modality, {})
    return tuple(presets.items()) or (("automatic", volume.default_window()),)


def dragged_window(window: Window, dx_px: float, dy_px: float) -> Window:
    """Return the window after a drag: to the right widens it, upwards (negative ``dy_px``) makes the picture brighter."""
    width = max(window.width * 2.0 ** (dx_px / DRAG_SPAN_PX), SMALLEST_WINDOW)
    return Window(level=window.level + dy_px / DRAG_SPAN_PX * window.width, width=width)
