"""A bar that says how long so many pixels are."""

from __future__ import annotations

from typing import Final

__all__ = ["scale_bar"]

STEPS_MM: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""Lengths that people read at a glance."""


def scale_bar(px_per_mm: float, room_px: float) -> tuple[float, float] | None:
    """Return the longest round length that fits, in mm and in pixels; None where none does.

    Parameters
    ----------
    px_per_mm
        Magnification.
    room_px
        Width that the bar may take.
    """
    fitting = [length for length in STEPS_MM if length * px_per_mm <= room_px]
    return (fitting[-1], fitting[-1] * px_per_mm) if fitting else None
