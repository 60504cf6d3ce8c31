"""A spacing that the user states because the files do not."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from gf_desktop.errors import UserError

__all__ = ["Spacing", "check_stated", "parsed_spacing"]

Spacing: TypeAlias = tuple[float, float, float]
"""Millimetres between rows, between columns and between slices."""

LARGEST_MM = 1000.0
"""No scan of a person has voxels as large."""

_NEXT = "State the distances in mm between rows, columns and slices, such as 0.7x0.7x3."


def check_stated(spacing_mm: Spacing | None) -> None:
    """Raise a UserError where a stated spacing is not three positive lengths in mm."""
    if spacing_mm is None:
        return
    if not all(math.isfinite(s) and 0 < s < LARGEST_MM for s in spacing_mm):
        raise UserError(f"A spacing of {' x '.join(map(str, spacing_mm))} is not three lengths in mm", next_step=_NEXT)


def parsed_spacing(text: str) -> Spacing:
    """Return the spacing that a text such as "0.7x0.7x3" states.

    Raises
    ------
    UserError
        When it is something else.
    """
    try:
        row_mm, column_mm, slice_mm = (float(part) for part in re.split("[x×]", text.lower()))
    except ValueError as error:
        raise UserError(f"“{text}” is not a spacing", next_step=_NEXT) from error
    check_stated((row_mm, column_mm, slice_mm))
    return row_mm, column_mm, slice_mm
