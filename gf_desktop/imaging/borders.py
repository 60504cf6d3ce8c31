"""Borders that nobody drew: how exactly a mask says where a structure ends that a person accepted as a student proposed it.

Who accepts a proposal says that it is right enough, and not that it is right to the pixel. Taken at the word, that makes the student which
proposed it perfect there, and every better one worse. So where a student draws the same border a little aside, a pixel in between that is
no farther than half a pixel of the student's grid from either is not held against it. What a person painted is meant as it is, and so is
its border.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.preprocess import PreprocessSpec

__all__ = ["ALIKE", "allow_for_borders", "border_reach"]

ALIKE = 0.85
"""Dice that a structure has to have on a slice for its border to be the same one, drawn aside; of a small structure a pixel is much."""

LONGEST_REACH = 4.0
"""In pixels of the scan; nobody overlooks more."""

UInt8 = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]


def border_reach(geometry: Geometry, spec: PreprocessSpec) -> tuple[float, float]:
    """Return half a pixel of a student's grid in pixels of the scan, along rows (j) and columns (i); half a pixel at least."""
    across_i, across_j, _ = geometry.spacing_mm
    j, i = (min(LONGEST_REACH, max(0.5, spec.spacing_mm / (2 * spacing))) for spacing in (across_j, across_i))
    return j, i


def allow_for_borders(predicted: UInt8, reference: UInt8, drawn: Bool, reach: tuple[float, float], *, alike: float = ALIKE) -> UInt8:
    """Return what a student drew on a slice, with the reference's label where it only drew a border aside that nobody drew.

    Parameters
    ----------
    predicted, reference
        uint8 [rows, columns] label values.
    drawn
        bool [rows, columns], where a person painted the reference.
    reach
        As :func:`border_reach` gives it.
    alike
        Dice that a structure has to have on the slice for its border to be the same one.
    """
    differs = (predicted != reference) & ~drawn
    if not differs.any():
        return predicted
    same = _alike(predicted, reference, alike)
    places = np.flatnonzero(differs & same[predicted] & same[reference])
    if not len(places):
        return predicted
    at = np.unravel_index(places, predicted.shape)
    # an edge pixel lies half a pixel from its border
    near = _any_near(_undrawn_edges(reference, drawn), at, (reach[0] - 0.5, reach[1] - 0.5))
    at = tuple(axis[near] for axis in at)
    # the nearest pixel inside lies half a pixel beyond the student's own border
    aside = _any_near(predicted, at, (reach[0] + 0.5, reach[1] + 0.5), wanted=reference[at])
    at = tuple(axis[aside] for axis in at)
    allowed = predicted.copy()
    allowed[at] = reference[at]
    return allowed


def _alike(predicted: UInt8, reference: UInt8, least: float) -> Bool:
    """Return for each label value whether both drew much the same, bool [256]; the background always is."""
    counts = [np.bincount(mask.reshape(-1), minlength=256) for mask in (predicted, reference, reference[predicted == reference])]
    alike: Bool = 2 * counts[2] >= least * (counts[0] + counts[1])
    alike[0] = True
    return alike


def _undrawn_edges(reference: UInt8, drawn: Bool) -> Bool:
    """Return the pixels on both sides of a border that no painted pixel touches."""
    edges = np.zeros(reference.shape, bool)
    for one, other in (((slice(1, None),), (slice(None, -1),)), ((slice(None), slice(1, None)), (slice(None), slice(None, -1)))):
        border = (reference[one] != reference[other]) & ~drawn[one] & ~drawn[other]
        edges[one] |= border
        edges[other] |= border
    return edges


def _any_near(
    plane: npt.NDArray[np.generic], at: tuple[npt.NDArray[np.intp], ...], radius: tuple[float, float], *, wanted: UInt8 | None = None
) -> Bool:
    """Return for each place whether a pixel within ``radius`` is set, or has its ``wanted`` value; bool [places]."""
    found = np.zeros(len(at[0]), bool)
    rows, columns = plane.shape
    whole = [int(np.floor(length + 1e-6)) for length in radius]
    for dj in range(-whole[0], whole[0] + 1):
        for di in range(-whole[1], whole[1] + 1):
            if (dj / max(radius[0], 1e-6)) ** 2 + (di / max(radius[1], 1e-6)) ** 2 > 1 + 1e-6:
                continue
            j, i = at[0] + dj, at[1] + di
            inside = (j >= 0) & (j < rows) & (i >= 0) & (i < columns)
            value = plane[np.clip(j, 0, rows - 1), np.clip(i, 0, columns - 1)]
            found |= inside & (value.astype(bool) if wanted is None else value == wanted)
    return found
