"""How slices lie: along their normal, where they should be evenly spaced, and beside it, where they should not slide.

Pure arithmetic on positions in mm. What is measured here is what the passport of a scan shows; what is wrong is said in findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gf_desktop.files.findings import Finding
from gf_desktop.files.passport import Gap, SlicePositions

__all__ = [
    "GAP_TOL_MM",
    "GAP_TOL_SHARE",
    "LARGEST_TILT_DEG",
    "RESAMPLED_NOTE",
    "SAME_POSITION_MM",
    "SLIDE_TOL_PIXELS",
    "Slid",
    "Spaced",
    "check_ends",
    "check_gaps",
    "check_slide",
]

FloatArray = npt.NDArray[np.float64]

SAME_POSITION_MM = 0.01
"""Slices nearer than this along the normal are at the same position; also what counts as exact."""

GAP_TOL_MM = 0.06
"""A slice may be this far off the best even spacing: positions written with one decimal are off by 0.05."""

GAP_TOL_SHARE = 0.02
"""Or this share of the gap between slices, whichever is more."""

SLIDE_TOL_PIXELS = 0.25
"""Slices may slide sideways by this share of a pixel from first to last; more is a tilted gantry."""

LARGEST_TILT_DEG = 45.0
"""No gantry tilts as far: a larger slide is a fault of the positions."""

UNEVEN_SHARE = 0.5
"""Gaps this share off the usual one are resampled; beyond, a slice is missing or two acquisitions are mixed."""

MISSING_SHARE = 0.25
"""Gaps that are multiples of the usual one to within this share of it have slices missing in them."""

MOST_MISSING = 2
"""A step that leaves more than every second slice missing is the distance of two pictures that do not belong together."""

RESAMPLED_NOTE = "the file stays as it is, and masks fit the resampled grid"
"""What every finding about resampling ends with."""

_EXPORT_AGAIN = "Export the series again with all its slices."
_EXPORT_AGAIN_AS_MADE = "Export the series again from where it came from."


@dataclass(frozen=True, slots=True)
class Spaced:
    """What was measured along the normal.

    ``is_even`` is False where the slices have to be resampled to lie ``positions.spacing_mm`` apart.
    """

    positions: SlicePositions
    findings: tuple[Finding, ...] = ()
    is_even: bool = True


def check_gaps(along: FloatArray) -> Spaced:
    """Measure the gaps between slices.

    Parameters
    ----------
    along
        Sorted positions along the normal in mm, at least two, all different.

    Returns
    -------
    A red finding and no spacing where slices are missing or gaps differ too much to be resampled.
    """
    gaps = np.diff(along)
    step = float(along[-1] - along[0]) / (len(along) - 1)
    numbers = np.arange(len(along))
    # From first to last slice, as other programs count, so that masks made by them lie on the same grid.
    off = float(np.abs(along - (along[0] + step * numbers)).max())
    found = SlicePositions(len(along), step, off, float(gaps.min()), float(gaps.max()))
    if off <= SAME_POSITION_MM:
        return Spaced(found)
    slope, start = np.polyfit(numbers, along, 1)
    if np.abs(along - (start + slope * numbers)).max() <= max(GAP_TOL_MM, GAP_TOL_SHARE * step):
        message = f"Slice positions are rounded: up to {off:.2g} mm off an even spacing of {step:.4g} mm, which is used"
        return Spaced(found, (Finding("positions_rounded", message, "amber"),))
    multiples, unit = _multiples(gaps)
    if multiples is not None:
        return _with_holes(found, along, multiples, unit)
    usual = float(np.median(gaps))
    if np.abs(gaps - usual).max() > UNEVEN_SHARE * usual * (1 + GAP_TOL_SHARE):
        message = f"The slices are not evenly spaced: gaps from {gaps.min():.4g} to {gaps.max():.4g} mm among {len(along)} slices"
        advice = "Export a series with one slice spacing."
        return Spaced(replace(found, spacing_mm=None), (Finding("uneven_spacing", message, "red", advice),))
    message = (
        f"The slices were not evenly spaced (gaps from {gaps.min():.4g} to {gaps.max():.4g} mm among {len(along)} slices) and were "
        f"resampled linearly to {step:.4g} mm, off which they lay by up to {off:.2g} mm; {RESAMPLED_NOTE}"
    )
    return Spaced(found, (Finding("uneven_spacing", message, "amber"),), is_even=False)


def _multiples(gaps: FloatArray) -> tuple[npt.NDArray[np.int64] | None, float]:
    """Return by how many steps each gap goes on and the step in mm, or None where no gap goes on by two or more whole steps."""
    # Exactly written positions first: there the smallest gap is the step, however many slices are missing.
    steps = np.maximum(np.round(gaps / gaps.min()), 1.0)
    unit = float(gaps.sum() / steps.sum())
    exact = np.abs(gaps - steps * unit).max() <= max(GAP_TOL_MM, GAP_TOL_SHARE * unit) * 2
    if exact and steps.max() > 1 and steps.sum() <= MOST_MISSING * len(gaps):
        return steps.astype(np.int64), unit
    # Positions that jitter: the usual gap is the step.
    usual = float(np.median(gaps))
    steps = np.maximum(np.round(gaps / usual), 1.0)
    unit = float(gaps.sum() / steps.sum())
    if steps.max() > 1 and np.abs(gaps - steps * unit).max() <= MISSING_SHARE * unit:
        return steps.astype(np.int64), unit
    return None, unit


def _with_holes(found: SlicePositions, along: FloatArray, multiples: npt.NDArray[np.int64], unit: float) -> Spaced:
    holes = np.flatnonzero(multiples > 1)
    gaps = tuple(Gap(float(along[n]), float(along[n + 1]), int(multiples[n]) - 1) for n in holes)
    count = sum(gap.missing for gap in gaps)
    places = ", ".join(f"{g.after_mm:.1f} and {g.before_mm:.1f} mm" for g in gaps[:3]) + (", …" if len(gaps) > 3 else "")
    noun = "slice is" if count == 1 else "slices are"
    message = f"{count} {noun} missing from an even spacing of {unit:.4g} mm: between {places}"
    numbers = np.concatenate([[0], np.cumsum(multiples)])
    residual = float(np.abs(along - (along[0] + unit * numbers)).max())
    measured = replace(found, spacing_mm=unit, residual_mm=residual, gaps=gaps, missing=count)
    return Spaced(measured, (Finding("missing_slices", message, "red", _EXPORT_AGAIN),))


@dataclass(frozen=True, slots=True)
class Slid:
    """How slices slide sideways.

    Attributes
    ----------
    slide_mm, tilt_deg
        From first to last slice.
    beside_mm
        How far each slice lies from the first along rows and columns, [k, 2]; None where they are taken as upright.
    """

    slide_mm: float
    tilt_deg: float
    findings: tuple[Finding, ...] = ()
    beside_mm: FloatArray | None = None


def check_slide(positions: FloatArray, axes: FloatArray, spacing_mm: tuple[float, float]) -> Slid:
    """Measure how slices slide sideways on their way along the normal.

    Parameters
    ----------
    positions
        Of the slices in order, LPS mm [k, 3].
    axes
        Unit vectors along rows, along columns and of the normal, as rows [3, 3].
    spacing_mm
        Distance between rows, then between columns.
    """
    offset = positions - positions[0]
    along = offset @ axes[2]
    sideways = offset - along[:, None] * axes[2]
    length = np.linalg.norm(sideways, axis=1)
    worst = int(length.argmax())
    slide = float(length[worst])
    if slide <= SAME_POSITION_MM:
        return Slid(slide, 0.0)
    angle = float(np.degrees(np.arctan2(slide, abs(along[worst]))))
    if slide <= SLIDE_TOL_PIXELS * min(spacing_mm):
        message = f"The slices slide sideways by up to {slide:.2g} mm, less than a quarter of a pixel, and are taken as upright"
        return Slid(slide, angle, (Finding("slices_slide", message, "amber"),))
    straight = np.outer(along, (along @ sideways) / float(along @ along))
    scattered = float(np.linalg.norm(sideways - straight, axis=1).max())
    if scattered > SLIDE_TOL_PIXELS * min(spacing_mm) * 2:
        message = f"The slices lie beside each other: they slide sideways by up to {slide:.3g} mm, {scattered:.2g} mm off a straight line"
        return Slid(slide, angle, (Finding("slices_scattered", message, "red", _EXPORT_AGAIN_AS_MADE),))
    if angle > LARGEST_TILT_DEG:
        message = f"The slices slide sideways by {slide:.3g} mm over the stack ({angle:.3g} degrees), more than any gantry tilts"
        return Slid(slide, angle, (Finding("slices_scattered", message, "red", _EXPORT_AGAIN_AS_MADE),))
    # rows and columns may be a little off perpendicular, so the two lengths are solved for together
    beside = np.linalg.lstsq(axes[:2].T, sideways.T, rcond=None)[0].T
    message = (
        f"The gantry was tilted: the slices slid sideways by {slide:.3g} mm over the stack ({angle:.3g} degrees) and were moved back by "
        f"linear resampling within each; {RESAMPLED_NOTE}"
    )
    return Slid(slide, angle, (Finding("tilted", message, "amber"),), beside)


def check_ends(numbers: Sequence[int | None], total: int | None) -> tuple[int, list[Finding]]:
    """Return how many slices the pictures' own numbers say are missing at the ends, and the finding about it.

    Parameters
    ----------
    numbers
        InstanceNumber of each slice in order along the normal; what does not count up or down by one says nothing.
    total
        ImagesInAcquisition where all slices state the same, else None.
    """
    known = [n for n in numbers if n is not None]
    steps = set(np.diff(known).tolist()) if len(known) == len(numbers) and len(known) > 1 else set()
    if steps not in ({1}, {-1}) or min(known) < 1:
        return 0, []
    # Without a total, numbers that start high (101, 501) are another way of counting.
    before = min(known) - 1 if min(known) - 1 < len(known) else 0
    missing = before if total is None else max(total - len(known), 0)
    if missing == 0:
        return 0, []
    message = f"The pictures are numbered {min(known)} to {max(known)}: {missing} before them may be missing, which positions cannot show"
    if total is not None:
        message = f"The acquisition has {total} pictures, of which {len(known)} are here: {missing} may be missing at the ends"
    return missing, [Finding("ends_may_be_missing", message, "amber")]
