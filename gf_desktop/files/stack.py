"""From single slices to a volume: their order, their spacing, and whether they make a regular grid at all.

Pure arithmetic on positions. Series readers that sort by file name or instance number and take the mean gap
turn missing slices, several phases and a tilted gantry into a volume of wrong size without a word, so every
gap is looked at here (DICOM PS3.3 C.7.6.2.1.1). Slices that are uneven or tilted are taken with the correction that
puts them on a regular grid.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gf_desktop.files.axes import AXES_TOL, grid_of_matrix
from gf_desktop.files.correction import Correction
from gf_desktop.files.findings import Finding, verdict_of
from gf_desktop.files.passport import Contradiction, SlicePositions
from gf_desktop.files.slice_positions import (
    GAP_TOL_MM,
    GAP_TOL_SHARE,
    SAME_POSITION_MM,
    Slid,
    Spaced,
    check_gaps,
    check_slide,
)
from gf_desktop.imaging.geometry import Geometry

__all__ = ["ORIENTATION_TOL", "Plane", "Stack", "interleaved", "normal_of", "stack_planes"]

FloatArray = npt.NDArray[np.float64]

MOST_GROWN = 5
"""Slices that slide so far that the grid becomes so many times as large are no series of one body part."""

ORIENTATION_TOL = 2e-4
"""Two slices have the same orientation when no component of their row and column vectors differs by more."""

_EXPORT_AGAIN = "Export the series again with all its slices."
_EXPORT_AGAIN_WHOLE = "Export the series again from where it came from."
_STATE_IT = "Export the series again with its positions, or state its spacing in mm: --spacing ROWSxCOLUMNSxSLICES."
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


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Slices in order along their normal.

    Attributes
    ----------
    order
        For each stored k the number of the plane in the list that was given; identical copies are left out.
    geometry
        The grid, after the correction where there is one; None where a finding is red.
    findings
        What was noticed.
    spacing_known
        Whether the distance between pixels is stated in mm.
    slices
        How the slices lie; None where they say nothing of it.
    contradictions
        Tags that do not fit the positions.
    correction
        What brings the slices onto the grid; None where they lie on it.
    """

    order: tuple[int, ...]
    geometry: Geometry | None
    findings: tuple[Finding, ...]
    spacing_known: bool = True
    slices: SlicePositions | None = None
    contradictions: tuple[Contradiction, ...] = ()
    correction: Correction | None = None


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
    axes = _axes(planes[0].orientation)
    positions = np.array([p.position_mm for p in planes], dtype=np.float64)
    order, measured, findings = _without_copies(planes, positions @ axes[2], identical)
    if verdict_of(findings) != "red":
        findings += _check_phases([planes[n] for n in order])
    if verdict_of(findings) == "red":
        return Stack(order, None, tuple(findings), slices=measured)
    ordered = positions[list(order)]
    spaced = check_gaps(ordered @ axes[2]) if len(order) > 1 else _one(planes[0])
    measured = replace(spaced.positions, duplicates=measured.duplicates)
    findings += spaced.findings
    step_mm = measured.spacing_mm
    if step_mm is None or verdict_of(findings) == "red":
        return Stack(order, None, tuple(findings), slices=measured)
    slid = check_slide(ordered, axes, planes[0].spacing_mm)
    measured = replace(measured, slide_mm=slid.slide_mm, tilt_deg=slid.tilt_deg)
    findings += slid.findings
    contradictions: tuple[Contradiction, ...] = ()
    if len(order) > 1:
        measured, contradictions, more = _compare_stated(planes[order[0]], measured, step_mm)
        findings += more
    geometry, correction, more = _grid(planes[0], ordered, axes, spaced, slid)
    findings += more
    red = verdict_of(findings) == "red"
    return Stack(order, None if red else geometry, tuple(findings), slices=measured, contradictions=contradictions, correction=correction)


def _grid(
    plane: Plane, positions: FloatArray, axes: FloatArray, spaced: Spaced, slid: Slid
) -> tuple[Geometry | None, Correction | None, list[Finding]]:
    """Return the grid of slices in order, and what brings them onto it."""
    rows, columns = plane.size
    assert plane.spacing_mm is not None, "planes without a spacing have no place"
    row_mm, column_mm = plane.spacing_mm
    step_mm, origin = spaced.positions.spacing_mm or 1.0, positions[0]
    pixel_mm = np.array([column_mm, row_mm])
    shift: FloatArray | None = None
    if slid.beside_mm is not None:
        first = np.floor(np.round((slid.beside_mm / pixel_mm).min(axis=0), 6))
        shift = np.maximum(slid.beside_mm / pixel_mm - first, 0.0).astype(np.float64)
        more = np.ceil(np.round(shift.max(axis=0), 6)).astype(int)
        columns, rows = columns + int(more[0]), rows + int(more[1])
        if columns * rows > MOST_GROWN * plane.size[0] * plane.size[1]:
            message = f"The slices slide sideways so far that {columns} × {rows} pixels would be needed to put them upright"
            return None, None, [Finding("tilted", message, "red", _EXPORT_AGAIN_WHOLE)]
        origin = origin + (first * pixel_mm) @ axes[:2]
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([axes[0] * column_mm, axes[1] * row_mm, axes[2] * step_mm], axis=1)
    matrix[:3, 3] = origin
    geometry, findings = grid_of_matrix(matrix, (columns, rows, len(positions)))
    if shift is None and spaced.is_even:
        return geometry, None, findings
    along: FloatArray = (positions - positions[0]) @ axes[2]
    targets: FloatArray = step_mm * np.arange(len(positions), dtype=np.float64)
    uneven = not spaced.is_even
    return geometry, Correction((rows, columns), shift, along if uneven else None, targets if uneven else None), findings


def normal_of(orientation: Sequence[float]) -> FloatArray:
    """Return the unit vector across a slice from its row and column vectors, six numbers, LPS; not finite where they are parallel."""
    axes = np.asarray(orientation, dtype=np.float64).reshape(2, 3)
    with np.errstate(all="ignore"):
        across = np.cross(axes[0], axes[1])
        return np.asarray(across / np.linalg.norm(across))


def _axes(orientation: Sequence[float]) -> FloatArray:
    """Return the unit vectors along a row, down a column and across, as rows [3, 3]."""
    rows_along, columns_along = _unit_axes(orientation)
    return np.stack([rows_along, columns_along, normal_of(orientation)])


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
        return [Finding("spacing_unknown", message, "red", _EXPORT_AGAIN if lacking < len(planes) else _STATE_IT)]
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
) -> tuple[tuple[int, ...], SlicePositions, list[Finding]]:
    """Return the planes in order along the normal without identical copies, how many positions they have, and what was noticed."""
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
        many = f"{copies} slices were stored twice and are used once"
        message = "1 slice was stored twice and is used once" if copies == 1 else many
        findings.append(Finding("duplicate_files", message, "amber"))
    crowded = [group for group in kept if len(group) > 1]
    if crowded:
        findings.append(_crowd(planes, kept, crowded))
    measured = SlicePositions(len(kept), duplicates=copies, crowded=len(crowded))
    return tuple(n for group in kept for n in group), measured, findings


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


def interleaved(planes: Sequence[Plane]) -> str:
    """Return the name of what tells phases apart whose slices lie between each other, planes being in order; empty where none do."""
    for name in dict.fromkeys(name for plane in planes for name, _ in plane.phase):
        values = [dict(plane.phase).get(name, "") for plane in planes]
        kinds = set(values)
        runs = 1 + sum(a != b for a, b in itertools.pairwise(values))
        if len(kinds) > 1 and runs > len(kinds) and min(values.count(kind) for kind in kinds) > 1:
            return name
    return ""


def _check_phases(planes: Sequence[Plane]) -> list[Finding]:
    """Return a red finding where phases are interleaved: neighbours along the normal that belong to different acquisitions."""
    name = interleaved(planes)
    if not name:
        return []
    values = [dict(plane.phase).get(name, "") for plane in planes]
    kinds = sorted(set(values))
    counts = ", ".join(f"{kind}: {values.count(kind)} slices" for kind in kinds[:4])
    message = f"The series holds {len(kinds)} phases whose slices lie between each other ({name} {counts})"
    return [Finding("several_phases", message, "red", _ONE_PHASE)]


def _one(plane: Plane) -> Spaced:
    """Return the depth of the voxels of a single slice."""
    if plane.thickness_mm is not None and plane.thickness_mm > 0:
        return Spaced(SlicePositions(1, plane.thickness_mm))
    finding = Finding("depth_unknown", "A single slice without a stated thickness; volumes assume 1 mm", "amber")
    return Spaced(SlicePositions(1, 1.0), (finding,))


def _compare_stated(
    plane: Plane, measured: SlicePositions, step_mm: float
) -> tuple[SlicePositions, tuple[Contradiction, ...], list[Finding]]:
    """Return notes where thickness or stated spacing differ from the measured distance between slices."""
    findings = []
    contradictions = []
    thickness = plane.thickness_mm
    if thickness is not None and thickness > 0:
        if thickness > step_mm * (1 + GAP_TOL_SHARE):
            message = f"The slices overlap: {thickness:.4g} mm thick and {step_mm:.4g} mm apart"
            findings.append(Finding("overlapping_slices", message, "green"))
            measured = replace(measured, overlap_mm=thickness - step_mm)
        elif thickness < step_mm * (1 - GAP_TOL_SHARE):
            message = f"Between the slices is tissue that was not scanned: {thickness:.4g} mm thick and {step_mm:.4g} mm apart"
            findings.append(Finding("gaps_between_slices", message, "green"))
        if abs(thickness - step_mm) > GAP_TOL_SHARE * step_mm:
            contradictions.append(Contradiction("SliceThickness", thickness, step_mm))
    stated = plane.stated_gap_mm
    if stated is not None and abs(abs(stated) - step_mm) > max(GAP_TOL_MM, GAP_TOL_SHARE * step_mm):
        message = f"The header states {abs(stated):.4g} mm between slices, but they lie {step_mm:.4g} mm apart; the positions are used"
        findings.append(Finding("stated_spacing_differs", message, "amber"))
        contradictions.append(Contradiction("SpacingBetweenSlices", abs(stated), step_mm))
    return measured, tuple(contradictions), findings
