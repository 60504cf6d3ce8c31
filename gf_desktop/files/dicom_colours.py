"""Colours that DICOM recommends for drawing segments and regions, as #rrggbb."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from gf_desktop.files.dicom import decoding_faults, numbers

__all__ = ["lab_colour", "rgb_colour"]

FULL: Final = 65535.0
"""What stands for L* = 100 and a* = b* = 127 (DICOM PS3.3 section C.10.7.1.1)."""

WHITE_D65: Final = np.array([0.95047, 1.0, 1.08883])
"""CIE XYZ of the white point that highdicom writes segmentations with; the standard says D50, which would make blue violet."""

XYZ_TO_SRGB: Final = np.array([[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]])
"""CIE XYZ under D65 to linear sRGB (IEC 61966-2-1)."""


def rgb_colour(item: Any) -> str:
    """Return the display colour of a region of a structure set (3006,002A); "" where none is stated or it is none."""
    values = _three(item, "ROIDisplayColor")
    return "" if values is None else _hex(np.asarray(values, dtype=np.float64))


def lab_colour(item: Any) -> str:
    """Return the display colour of a segment (0062,000D), which is stated in CIELab; "" where none is stated or it is none."""
    values = _three(item, "RecommendedDisplayCIELabValue")
    if values is None:
        return ""
    stored = np.asarray(values, dtype=np.float64)
    if not ((stored >= 0) & (stored <= FULL)).all():
        return ""
    lightness, a, b = stored[0] * 100.0 / FULL, stored[1] * 255.0 / FULL - 128.0, stored[2] * 255.0 / FULL - 128.0
    root = (lightness + 16.0) / 116.0 + np.array([a / 500.0, 0.0, -b / 200.0])
    xyz = WHITE_D65 * np.where(root > 6 / 29, root**3, 3 * (6 / 29) ** 2 * (root - 4 / 29))
    linear = np.clip(XYZ_TO_SRGB @ xyz, 0.0, 1.0)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return _hex(255.0 * curved)


def _three(item: Any, name: str) -> tuple[float, ...] | None:
    """Return three numbers; None where there are none. A mask is not refused because its colour is damaged."""
    try:
        return numbers(item, name, 3)
    except decoding_faults():
        return None


def _hex(rgb: np.ndarray) -> str:
    """Return three parts, 0 to 255, as a colour; "" where one is beyond that or no number."""
    if not ((rgb >= 0) & (rgb <= 255)).all():
        return ""
    red, green, blue = (round(float(v)) for v in rgb)
    return f"#{red:02x}{green:02x}{blue:02x}"
