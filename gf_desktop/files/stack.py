"""From single slices to a volume: their order, their spacing, and whether they make a regular grid at all.

Pure arithmetic on positions. Series readers that sort by file name or instance number and take the mean gap
turn missing slices, several phases and a tilted gantry into a volume of wrong size without a word, so every
gap is looked at here (DICOM PS3.3 C.7.6.2.1.1).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gf_desktop.files.axes import AXES_TOL, grid_of_matrix
from gf_desktop.files.findings import Finding, verdict_of
from gf_desktop.imaging.geometry import Geometry

__all__ = [
    "GAP_TOL_MM",
    "GAP_TOL_SHARE",
    "ORIENTATION_TOL",
    "SAME_POSITION_MM",
    "SLIDE_TOL_PIXELS",
    "Plane",
    "Stack",
    "stack_planes",
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

ORIENTATION_TOL = 2e-4
"""Two slices have the same orientation when no component of their row and column vectors differs by more."""

_EXPORT_AGAIN = "Export the series again with all its slices."
_ONE_PHASE = "Export one phase, echo or acquisition as a series of its own."


@dataclass(frozen=True, slots=True)
class Plane:
    """What one slice says about its place.

    Attributes
    ----------
    position_mm
        LPS mm of the centre of the first pixel, or None where the file has none.
    orientation
        Unit vectors along a row and down a column, six numbers, LPS; or None.
    spacing_mm
        Distance between rows, then between columns; or None.
    size
        Rows, columns.
    thickness_mm
        As stated, or None.
    stated_gap_mm
        "Spacing between slices" as stated, or None.
    phase
        Names and values that tell phases of one series apart, such as ("EchoTime", "4.6").
    """

    position_mm: tuple[float, float, float] | None
    orientation: tuple[float, float, float, float, float, float] | None
    spacing_mm: tuple[float, float] | None
    size: tuple[int, int]
    thickness_mm: float | None = None
    stated_gap_mm: float | None = None
    phase: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices in order along their normal.

    Attributes
    ----------
    order
        For each k the number of the plane in the list that was given; identical copies are left out.
    geometry
        The grid, None where a finding is red.
    findings
        What was noticed.
    spacing_known
        Whether the distance between pixels is stated in mm.
    """

    order: tuple[int, ...]
    geometry: Geometry | None
    findings: tuple[Finding, ...]
    spacing_known: bool = True


def stack_planes(planes: Sequence[Plane], *, identical: Callable[[int, int], bool]) -> Stack:
    """Order slices by position and check that they are evenly spaced, parallel, upright and complete.

    Parameters
    ----------
    planes
        At least one, in any order.
    identical
        Whether the pictures of two planes (by number) are the same; asked only for planes at one position.
    """
    findings = _check_alike(planes)
    if findings:
        return Stack(tuple(range(len(planes))), None, tuple(findings))
    if planes[0].position_mm is None or planes[0].orientation is None or planes[0].spacing_mm is None:
        return _without_place(planes[0])
    rows_along, columns_along = _unit_axes(planes[0].orientation)
    normal = np.cross(rows_along, columns_along)
    normal /= np.linalg.norm(normal)
    positions = np.array([p.position_mm for p in planes], dtype=np.float64)
    order, findings = _without_copies(planes, positions @ normal, identical)
    if verdict_of(findings) != "red":
        findings += _check_phases([planes[n] for n in order])
    if verdict_of(findings) == "red":
        return Stack(order, None, tuple(findings))
    along = (positions @ normal)[list(order)]
    step_mm, more = _check_gaps(along) if len(order) > 1 else _depth_of_one(planes[0])
    findings += more
    if step_mm is None:
        return Stack(order, None, tuple(findings))
    findings += _check_tilt(positions[list(order)], normal, planes[0].spacing_mm)
    if len(order) > 1:
        findings += _compare_stated(planes[order[0]], step_mm)
    rows, columns = planes[0].size
    row_mm, column_mm = planes[0].spacing_mm
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([rows_along * column_mm, columns_along * row_mm, normal * step_mm], axis=1)
    matrix[:3, 3] = positions[order[0]]
    geometry, more = grid_of_matrix(matrix, (columns, rows, len(order)))
    findings += more
    return Stack(order, None if verdict_of(findings) == "red" else geometry, tuple(findings))


def _unit_axes(orientation: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """Return the unit vectors along a row and down a column."""
    axes = np.asarray(orientation, dtype=np.float64).reshape(2, 3)
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    return axes[0], axes[1]


def _check_alike(planes: Sequence[Plane]) -> list[Finding]:
    """Return red findings where planes of one series differ in size, pixel spacing or orientation, or some lack a place."""
    first = planes[0]
    sizes = sorted({p.size for p in planes})
    if len(sizes) > 1:
        listed = ", ".join(f"{columns} × {rows}" for rows, columns in sizes[:4])
        return [Finding("mixed_size", f"The series mixes pictures of {len(sizes)} sizes: {listed}", "red", _ONE_PHASE)]
    lacking = sum(p.position_mm is None or p.orientation is None or p.spacing_mm is None for p in planes)
    if lacking:
        if len(planes) == 1:
            return []
        message = f"{lacking} of {len(planes)} slices do not say where they are or how large their pixels are, so spacing is unknown"
        return [Finding("spacing_unknown", message, "red", _EXPORT_AGAIN)]
    spacings = np.array([p.spacing_mm for p in planes], dtype=np.float64)
    if not np.isfinite(spacings).all() or spacings.min() <= 0:
        return [Finding("spacing_unknown", f"The pixel spacing is not a positive number: {first.spacing_mm}", "red", _EXPORT_AGAIN)]
    if (spacings.max(axis=0) / spacings.min(axis=0)).max() > 1 + ORIENTATION_TOL:
        low, high = spacings.min(), spacings.max()
        return [Finding("mixed_spacing", f"The series mixes pixels of {low:.4g} mm and {high:.4g} mm", "red", _ONE_PHASE)]
    directions = np.array([p.orientation for p in planes], dtype=np.float64)
    lengths = np.linalg.norm(directions.reshape(-1, 2, 3), axis=2)
    between = np.linalg.norm(np.cross(directions[:, :3], directions[:, 3:]), axis=1)
    if not np.isfinite(directions).all() or np.abs(lengths - 1).max() > AXES_TOL or between.min() < 0.5:
        message = "The row and column vectors of the slices are not two perpendicular unit vectors"
        return [Finding("no_orientation", message, "red", _EXPORT_AGAIN)]
    turned = np.abs(directions - directions[0]).max(axis=1) > ORIENTATION_TOL
    if turned.any():
        kinds = len(np.unique(np.round(directions, 3), axis=0))
        message = f"The slices are not parallel: {max(kinds, 2)} orientations among {len(planes)} slices"
        return [Finding("mixed_orientation", message, "red", "Export each orientation as a series of its own.")]
    return []


def _without_place(plane: Plane) -> Stack:
    """Return the stack of a single picture that does not say where in the patient it is."""
    rows, columns = plane.size
    known = plane.spacing_mm is not None and all(np.isfinite(s) and s > 0 for s in plane.spacing_mm)
    row_mm, column_mm = plane.spacing_mm if known and plane.spacing_mm is not None else (1.0, 1.0)
    findings = [Finding("no_position", "The picture does not say where in the patient it is; it is shown as it was stored", "amber")]
    if not known:
        findings.append(Finding("spacing_unknown", "The picture's pixels have no stated size; lengths and volumes are in pixels", "amber"))
    return Stack((0,), Geometry.identity((columns, rows, 1), (column_mm, row_mm, 1.0)), tuple(findings), spacing_known=known)


def _without_copies(
    planes: Sequence[Plane], along: FloatArray, identical: Callable[[int, int], bool]
) -> tuple[tuple[int, ...], list[Finding]]:
    """Return the planes in order along the normal without identical copies, and what was noticed about planes at one position."""
    groups: list[list[int]] = []
    for number in np.argsort(along, kind="stable"):
        if groups and along[number] - along[groups[-1][0]] < SAME_POSITION_MM:
            groups[-1].append(int(number))
        else:
            groups.append([int(number)])
    copies = 0
    kept: list[list[int]] = []
    for group in groups:
        different = [group[0]]
        for number in group[1:]:
            if any(identical(number, other) for other in different):
                copies += 1
            else:
                different.append(number)
        kept.append(different)
    findings = []
    if copies:
        findings.append(Finding("duplicate_files", f"{copies} slices were stored twice and are used once", "amber"))
    crowded = [group for group in kept if len(group) > 1]
    if crowded:
        findings.append(_crowd(planes, kept, crowded))
    return tuple(n for group in kept for n in group), findings


def _crowd(planes: Sequence[Plane], groups: list[list[int]], crowded: list[list[int]]) -> Finding:
    """Return the red finding for different pictures at one position."""
    total = sum(len(g) for g in groups)
    names = _telling_apart([planes[n] for n in crowded[0]])
    told = f"; they differ in {names}" if names else ""
    counts = {len(g) for g in groups}
    if len(counts) == 1:
        message = f"The series holds {counts.pop()} phases: {total} slices at {len(groups)} positions{told}"
        return Finding("several_phases", message, "red", _ONE_PHASE)
    message = f"{len(crowded)} of {len(groups)} positions are held by more than one different slice ({total} slices in all){told}"
    return Finding("duplicate_positions", message, "red", _ONE_PHASE)


def _telling_apart(planes: Sequence[Plane]) -> str:
    """Return the names and values of what differs between planes, such as "EchoTime (2.3, 4.6)"; empty where nothing does."""
    values: dict[str, set[str]] = {}
    for plane in planes:
        for name, value in plane.phase:
            values.setdefault(name, set()).add(value)
    return ", ".join(f"{name} ({', '.join(sorted(found)[:4])})" for name, found in values.items() if len(found) > 1)


def _check_phases(planes: Sequence[Plane]) -> list[Finding]:
    """Return a red finding where phases are interleaved: neighbours along the normal that belong to different acquisitions."""
    for name in dict.fromkeys(name for plane in planes for name, _ in plane.phase):
        values = [dict(plane.phase).get(name, "") for plane in planes]
        kinds = sorted(set(values))
        runs = 1 + sum(a != b for a, b in itertools.pairwise(values))
        if len(kinds) > 1 and runs > len(kinds) and min(values.count(kind) for kind in kinds) > 1:
            counts = ", ".join(f"{kind}: {values.count(kind)} slices" for kind in kinds[:4])
            message = f"The series holds {len(kinds)} phases whose slices lie between each other ({name} {counts})"
            return [Finding("several_phases", message, "red", _ONE_PHASE)]
    return []


def _depth_of_one(plane: Plane) -> tuple[float, list[Finding]]:
    """Return the depth of the voxels of a single slice."""
    if plane.thickness_mm is not None and plane.thickness_mm > 0:
        return plane.thickness_mm, []
    return 1.0, [Finding("depth_unknown", "A single slice without a stated thickness; volumes assume 1 mm", "amber")]


def _check_gaps(along: FloatArray) -> tuple[float | None, list[Finding]]:
    """Return the distance between slices, or None and a red finding where it is not the same everywhere.

    Parameters
    ----------
    along
        Sorted positions along the normal in mm, at least two, all different.
    """
    gaps = np.diff(along)
    step = float(along[-1] - along[0]) / (len(along) - 1)
    numbers = np.arange(len(along))
    # From first to last slice, as other programs count, so that masks made by them lie on the same grid.
    off = float(np.abs(along - (along[0] + step * numbers)).max())
    if off <= SAME_POSITION_MM:
        return step, []
    slope, start = np.polyfit(numbers, along, 1)
    if np.abs(along - (start + slope * numbers)).max() <= max(GAP_TOL_MM, GAP_TOL_SHARE * step):
        message = f"Slice positions are rounded: up to {off:.2g} mm off an even spacing of {step:.4g} mm, which is used"
        return step, [Finding("positions_rounded", message, "amber")]
    multiples = np.maximum(np.round(gaps / gaps.min()), 1.0)
    unit = float(gaps.sum() / multiples.sum())
    if np.abs(gaps - multiples * unit).max() <= max(GAP_TOL_MM, GAP_TOL_SHARE * unit) * 2 and multiples.max() > 1:
        holes = np.flatnonzero(multiples > 1)
        count = int(multiples.sum()) - len(gaps)
        places = ", ".join(f"{along[n]:.1f} and {along[n + 1]:.1f} mm" for n in holes[:3]) + (", …" if len(holes) > 3 else "")
        noun = "slice is" if count == 1 else "slices are"
        message = f"{count} {noun} missing from an even spacing of {unit:.4g} mm: between {places}"
        return None, [Finding("missing_slices", message, "red", _EXPORT_AGAIN)]
    message = f"The slices are not evenly spaced: gaps from {gaps.min():.4g} to {gaps.max():.4g} mm among {len(along)} slices"
    return None, [Finding("uneven_spacing", message, "red", "Export a series with one slice spacing.")]


def _check_tilt(positions: FloatArray, normal: FloatArray, spacing_mm: tuple[float, float]) -> list[Finding]:
    """Return a finding where the slices slide sideways on their way along the normal."""
    offset = positions - positions[0]
    along = offset @ normal
    sideways = np.linalg.norm(offset - along[:, None] * normal, axis=1)
    worst = int(sideways.argmax())
    slide = float(sideways[worst])
    if slide <= SAME_POSITION_MM:
        return []
    angle = float(np.degrees(np.arctan2(slide, abs(along[worst]))))
    if slide <= SLIDE_TOL_PIXELS * min(spacing_mm):
        message = f"The slices slide sideways by up to {slide:.2g} mm, less than a quarter of a pixel, and are taken as upright"
        return [Finding("slices_slide", message, "amber")]
    message = f"The gantry was tilted: the slices slide sideways by {slide:.3g} mm over the stack ({angle:.3g} degrees)"
    return [Finding("tilted", message, "red", "Correct the tilt by resampling, for example with dcm2niix, then import the result.")]


def _compare_stated(plane: Plane, step_mm: float) -> list[Finding]:
    """Return notes where thickness or stated spacing differ from the measured distance between slices."""
    findings = []
    thickness = plane.thickness_mm
    if thickness is not None and thickness > 0:
        if thickness > step_mm * (1 + GAP_TOL_SHARE):
            message = f"The slices overlap: {thickness:.4g} mm thick and {step_mm:.4g} mm apart"
            findings.append(Finding("overlapping_slices", message, "green"))
        elif thickness < step_mm * (1 - GAP_TOL_SHARE):
            message = f"Between the slices is tissue that was not scanned: {thickness:.4g} mm thick and {step_mm:.4g} mm apart"
            findings.append(Finding("gaps_between_slices", message, "green"))
    stated = plane.stated_gap_mm
    if stated is not None and abs(abs(stated) - step_mm) > max(GAP_TOL_MM, GAP_TOL_SHARE * step_mm):
        message = f"The header states {abs(stated):.4g} mm between slices, but they lie {step_mm:.4g} mm apart; the positions are used"
        findings.append(Finding("stated_spacing_differs", message, "amber"))
    return findings
