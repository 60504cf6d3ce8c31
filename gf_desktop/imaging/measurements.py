"""Rulers, angles and regions that a person drew on a scan: values in the patient's mm, and what they measure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.measure import RegionStatistics, angle_deg, distance_mm, ellipse_mask, rectangle_mask, region_statistics
from gf_desktop.imaging.volume import Volume, Window, robust_window

__all__ = ["KINDS", "LONGEST_NAME", "Measurement", "MeasurementKind", "Place", "as_csv", "as_text", "region_window", "taken"]

MeasurementKind = Literal["ruler", "angle", "rectangle", "ellipse"]
Place = tuple[float, float, float]

KINDS: Final[dict[MeasurementKind, int]] = {"ruler": 2, "angle": 3, "rectangle": 2, "ellipse": 2}
"""Kinds of measurement, and through how many places each goes. An angle's corner is its second place; regions have two opposite corners."""

LONGEST_NAME: Final = 60

CSV_COLUMNS: Final = (
    *("number", "name", "kind", "plane_axis", "slice", "frame", "length", "length_unit", "angle_deg", "pixels", "area", "area_unit"),
    *("mean", "sd", "min", "max", "value_unit", "points_lps_mm"),
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing that was measured on a slice.

    Attributes
    ----------
    number
        Its own within the case, from 1.
    kind
        "ruler", "angle", "rectangle" or "ellipse".
    name
        Free text.
    axis
        Stored grid axis that its slice lies across: 0 = i, 1 = j, 2 = k.
    points_mm
        Where it lies in the patient, LPS in mm (pixels for pictures without a size); how many: see ``KINDS``.
    length
        Of a ruler, in mm (pixels).
    angle
        Of an angle, in degrees, 0 to 180; None where an end lies upon the corner.
    region
        Of a rectangle or an ellipse; None where no pixel centre lies within.
    frame
        Of a series of volumes in time the one that was measured; None of any other scan. The frames of a cine are its slices.

    Raises
    ------
    ValueError
        When the kind is unknown, the number of places is another than the kind's, or one is not finite.
    """

    number: int
    kind: MeasurementKind
    name: str
    axis: int
    points_mm: tuple[Place, ...]
    length: float | None = None
    angle: float | None = None
    region: RegionStatistics | None = None
    frame: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.axis not in (0, 1, 2) or self.number < 1:
            raise ValueError(f"no measurement: {self.kind!r} {self.number} across axis {self.axis}")
        if len(self.points_mm) != KINDS[self.kind] or not all(math.isfinite(v) for point in self.points_mm for v in point):
            raise ValueError(f"a {self.kind} does not go through {self.points_mm}")
        if len(self.name) > LONGEST_NAME:
            raise ValueError(f"a name has at most {LONGEST_NAME} letters")

    def points_ijk(self, geometry: Geometry) -> tuple[Place, ...]:
        """Return its places as fractional voxel indices."""
        rows = geometry.world_to_index(np.array(self.points_mm))
        return tuple((float(i), float(j), float(k)) for i, j, k in rows)

    def slice_index(self, geometry: Geometry) -> int:
        """Return the number of the slice that it lies in, along ``axis``."""
        return round(self.points_ijk(geometry)[0][self.axis])

    def places_mm(self, volume: Volume) -> tuple[Place, ...]:
        """Return where it lies in the patient; every frame of a cine lies where the first one does."""
        if not volume.is_cine:
            return self.points_mm
        rows = volume.geometry.index_to_world([(i, j, 0.0) for i, j, _k in self.points_ijk(volume.geometry)])
        return tuple((float(x), float(y), float(z)) for x, y, z in rows)

    def renamed(self, name: str) -> Measurement:
        """Return it under another name, cut to ``LONGEST_NAME``; an empty one leaves it as it is."""
        wanted = " ".join(name.split())[:LONGEST_NAME]
        return replace(self, name=wanted) if wanted else self

    def as_json(self, volume: Volume) -> dict[str, Any]:
        """Return all that it says as plain values, with its units and slice."""
        known = volume.spacing_known
        document: dict[str, Any] = {
            "number": self.number,
            "name": self.name,
            "kind": self.kind,
            "axis": self.axis,
            "slice": self.slice_index(volume.geometry),
            "points_lps_mm" if known else "points_px": [list(point) for point in self.places_mm(volume)],
        }
        if self.frame is not None:
            document["frame"] = self.frame
        if self.kind == "ruler":
            document["length_mm" if known else "length_px"] = self.length
        elif self.kind == "angle":
            document["angle_deg"] = self.angle
        else:
            region = self.region
            document["unit"] = volume.unit
            document["pixels"] = 0 if region is None else region.pixels
            document["area_mm2" if known else "area_px"] = 0.0 if region is None else region.area_mm2
            document |= dict(zip(("mean", "sd", "min", "max"), _values(region), strict=True))
        return document


def _values(region: RegionStatistics | None) -> tuple[float | None, ...]:
    return (None,) * 4 if region is None else (region.mean, region.deviation, region.lowest, region.highest)


def taken(
    volume: Volume,
    *,
    number: int,
    kind: MeasurementKind,
    name: str,
    axis: int,
    points_mm: Sequence[Place],
    frame: int | None = None,
) -> Measurement:
    """Measure something on a scan.

    Parameters
    ----------
    axis
        Stored grid axis that the slice lies across.
    points_mm
        LPS in mm; the first one says which slice.
    frame
        Of a series in time the number of the frame that ``volume`` is.

    Raises
    ------
    ValueError
        As :class:`Measurement`.
    """
    plain = Measurement(number, kind, name, axis, tuple((float(x), float(y), float(z)) for x, y, z in points_mm), frame=frame)
    places = plain.points_ijk(volume.geometry)
    if kind == "ruler":
        return replace(plain, length=distance_mm(volume.geometry, places[0], places[1]))
    if kind == "angle":
        return replace(plain, angle=angle_deg(volume.geometry, places[0], places[1], places[2]))
    return replace(plain, region=_region(volume, kind, axis, places[0], places[1]))


def region_window(volume: Volume, axis: int, points_mm: Sequence[Place]) -> Window | None:
    """Return the window that spreads the greys over a rectangle of a slice; None where no pixel centre lies within.

    Parameters
    ----------
    axis
        Stored grid axis that the slice lies across.
    points_mm
        Two opposite corners, LPS in mm; the first one says which slice.
    """
    places = Measurement(1, "rectangle", "", axis, tuple(points_mm)).points_ijk(volume.geometry)
    found = _box(volume, "rectangle", axis, places[0], places[1])
    if found is None or not found[2].any():
        return None
    # the rectangle's pixels are a block: its box, less what the mask leaves out at the rim
    voxels = np.squeeze(found[0], axis=2 - axis)
    return robust_window(voxels[found[2]])


def _region(volume: Volume, kind: MeasurementKind, axis: int, one: Place, other: Place) -> RegionStatistics | None:
    found = _box(volume, kind, axis, one, other)
    return None if found is None else region_statistics(found[0], found[1], axis, 0, found[2])


def _box(
    volume: Volume, kind: MeasurementKind, axis: int, one: Place, other: Place
) -> tuple[npt.NDArray[Any], Geometry, npt.NDArray[np.bool_]] | None:
    """Return the voxels around a region on its slice, their grid, and which of its pixels lie within; nothing else is read."""
    size, starts, stops = volume.geometry.size_ijk, [0, 0, 0], [0, 0, 0]
    for at in range(3):
        low, high = sorted((one[at], other[at]))
        # one more on each side, so that rounding never cuts a pixel off: the mask decides
        starts[at], stops[at] = max(0, math.floor(low)), min(size[at], math.ceil(high) + 1)
    starts[axis] = round(one[axis])
    stops[axis] = starts[axis] + 1
    if not 0 <= starts[axis] < size[axis] or any(stop <= start for start, stop in zip(starts, stops, strict=True)):
        return None
    cut = Geometry.identity((stops[0] - starts[0], stops[1] - starts[1], stops[2] - starts[2]), volume.geometry.spacing_mm)
    corners = [(p[0] - starts[0], p[1] - starts[1], p[2] - starts[2]) for p in (one, other)]
    mask = (ellipse_mask if kind == "ellipse" else rectangle_mask)(cut, axis, corners[0], corners[1])
    voxels: npt.NDArray[Any] = volume.voxels[starts[2] : stops[2], starts[1] : stops[1], starts[0] : stops[0]]
    return voxels, cut, mask


def _number(value: float) -> str:
    """Return a number as people write it: one decimal below a thousand, fractions of one with three digits."""
    text = f"{value:.1f}" if value == 0 or 1 <= abs(value) < 1000 else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def _intensity(value: float) -> str:
    """Return a mean or deviation: decimals only where they say something."""
    return _number(value) if abs(value) < 100 else f"{value:.0f}".replace("-", "−")


def as_text(measurement: Measurement, volume: Volume) -> tuple[str, ...]:
    """Return what it says in lines for people: the first one alone is the result.

    Lengths have the unit mm (px for pictures without a size), intensities that of the scan.
    """
    unit = "mm" if volume.spacing_known else "px"
    if measurement.kind == "ruler":
        return (f"{_number(measurement.length or 0.0)} {unit}",)
    if measurement.kind == "angle":
        return ("–" if measurement.angle is None else f"{measurement.angle:.1f}°",)
    region = measurement.region
    if region is None:
        return ("–",)
    area = f"{_number(region.area_mm2)} {'mm²' if volume.spacing_known else 'px²'}"
    return (
        f"{_intensity(region.mean)} ± {_intensity(region.deviation)} {volume.unit}".rstrip(),
        f"{region.lowest:.6g} … {region.highest:.6g} {volume.unit}".rstrip().replace("-", "−"),
        f"{area}  n {region.pixels}",
    )


def as_csv(measurements: Iterable[Measurement], volume: Volume) -> str:
    """Return a table with one line each and the columns ``CSV_COLUMNS``; decimals have a point, slices are counted from 1."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for one in measurements:
        region = one.region
        unit = "mm" if volume.spacing_known else "px"
        is_region = one.kind in ("rectangle", "ellipse")
        points = "; ".join(" ".join(f"{v:.3f}" for v in point) for point in one.places_mm(volume))
        row: list[object] = [one.number, _harmless(one.name), one.kind, "ijk"[one.axis], one.slice_index(volume.geometry) + 1]
        row.append(None if one.frame is None else one.frame + 1)
        row += [one.length, unit if one.kind == "ruler" else "", one.angle]
        row += [region.pixels, region.area_mm2] if region is not None else ["", ""]
        row += [f"{unit}2" if is_region else "", *_values(region), volume.unit if is_region else "", points]
        writer.writerow(["" if cell is None else round(cell, 6) if isinstance(cell, float) else cell for cell in row])
    return out.getvalue()


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
