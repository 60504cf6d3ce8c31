"""Distances that a scan's files leave out and the user states: taken where nothing else says them, never over what a file says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gf_desktop.files.dicom import SliceHeader
from gf_desktop.files.findings import Finding
from gf_desktop.files.passport import Contradiction
from gf_desktop.files.spacing import Spacing
from gf_desktop.imaging.geometry import Geometry

__all__ = ["differing", "with_depth", "with_spacing"]

STATED_TOL: float = 0.01
"""What the user states fits what a file states when it differs by no more than this share."""

_NAMES = ("Distance between columns", "Distance between rows", "Distance between slices")

_UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def with_spacing(headers: Sequence[SliceHeader], spacing_mm: Spacing | None) -> tuple[list[SliceHeader], list[Finding]]:
    """Return headers with what the user states where they are silent, and what was taken from it.

    Slices that do not say where they lie are put in the order of their numbers, at the stated distance: their picture numbers must
    all be different.
    """
    if spacing_mm is None:
        return list(headers), []
    row_mm, column_mm, slice_mm = spacing_mm
    taken = []
    if all(h.plane.spacing_mm is None for h in headers):
        headers = [replace(h, plane=replace(h.plane, spacing_mm=(row_mm, column_mm))) for h in headers]
        taken.append(f"As the user states, pixels are {row_mm:.4g} × {column_mm:.4g} mm")
    if len(headers) == 1:
        (one,) = headers
        if one.plane.thickness_mm is None:
            headers = [replace(one, plane=replace(one.plane, thickness_mm=slice_mm))]
            taken.append(f"As the user states, the slice is {slice_mm:.4g} mm deep")
    elif all(h.plane.position_mm is None for h in headers):
        ordered = _numbered(headers, slice_mm)
        if ordered is not None:
            headers = ordered
            taken.append(f"As the user states, slices are {slice_mm:.4g} mm apart; they are in the order of their numbers")
    return list(headers), [Finding("spacing_stated", message, "amber") for message in taken]


def _numbered(headers: Sequence[SliceHeader], slice_mm: float) -> list[SliceHeader] | None:
    """Return headers with positions by picture number, gaps where one is left out; None where numbers are missing or repeated."""
    numbers = [h.instance for h in headers if h.instance is not None]
    if len(set(numbers)) < len(headers):
        return None
    first, step = min(numbers), math.gcd(*(n - min(numbers) for n in numbers))
    return [
        replace(h, plane=replace(h.plane, position_mm=(0.0, 0.0, (n - first) / step * slice_mm), orientation=_UPRIGHT))
        for h, n in zip(headers, numbers, strict=True)
    ]


def with_depth(geometry: Geometry, spacing_mm: Spacing | None, *, known: bool) -> Geometry:
    """Return the grid of a picture without a place, in whose file nothing says how deep its voxels are, as deep as the user states."""
    if spacing_mm is None or not known or geometry.size_ijk[2] != 1:
        return geometry
    return Geometry(geometry.size_ijk, (*geometry.spacing_mm[:2], spacing_mm[2]), geometry.origin_mm, geometry.direction)


def differing(geometry: Geometry, spacing_mm: Spacing | None) -> tuple[tuple[Contradiction, ...], list[Finding]]:
    """Return what the user states otherwise than the files do, whose distances are used."""
    if spacing_mm is None:
        return (), []
    row_mm, column_mm, slice_mm = spacing_mm
    stated, used = np.array([column_mm, row_mm, slice_mm]), np.array(geometry.spacing_mm)
    off = np.abs(stated / used - 1) > STATED_TOL
    if not off.any():
        return (), []
    found = [Contradiction(_NAMES[n], float(stated[n]), float(used[n])) for n in np.flatnonzero(off)]
    return tuple(found), [
        Finding(
            "stated_by_user_differs",
            f"{c.name}: the user states {c.stated:.4g} mm and the files {c.measured:.4g} mm; the files are believed",
            "amber",
        )
        for c in found
    ]
