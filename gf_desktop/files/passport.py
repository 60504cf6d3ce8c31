"""The geometry passport of a scan: where it lies, what says so, how its slices lie, and what does not fit.

It is what a person reads to trust a measurement. Numbers only, and the names of the header's own fields; nothing of the patient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

from gf_desktop.errors import FileFormatError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.real_world import RealWorld

__all__ = ["BY_USER", "NOT_STATED", "Contradiction", "Gap", "Passport", "SlicePositions", "geometry_of", "with_values"]

NOT_STATED = "not stated"
BY_USER = "stated by the user"


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap in which slices are missing: the positions in mm along the normal on both sides of it, and how many."""

    after_mm: float
    before_mm: float
    missing: int


@dataclass(frozen=True, slots=True)
class SlicePositions:
    """How the slices of a scan lie, as measured from what their headers state.

    Attributes
    ----------
    count
        Positions that hold a slice.
    spacing_mm
        Even spacing that fits them, None where there is none.
    residual_mm
        Largest distance of a slice from it.
    smallest_gap_mm, largest_gap_mm
        Between neighbours; None of a single slice.
    gaps
        Where slices are missing between others.
    missing
        How many are missing there.
    missing_at_ends
        How many the pictures' numbers say are missing before the first or after the last.
    duplicates
        Identical copies that were left out.
    crowded
        Positions held by more than one different slice.
    overlap_mm
        By how much slices are thicker than they are apart, 0 where they are not.
    slide_mm, tilt_deg
        How far slices slide sideways from first to last, and the angle of it.
    """

    count: int
    spacing_mm: float | None = None
    residual_mm: float = 0.0
    smallest_gap_mm: float | None = None
    largest_gap_mm: float | None = None
    gaps: tuple[Gap, ...] = ()
    missing: int = 0
    missing_at_ends: int = 0
    duplicates: int = 0
    crowded: int = 0
    overlap_mm: float = 0.0
    slide_mm: float = 0.0
    tilt_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A field of the header that does not fit what was measured: its name, both numbers, and their unit."""

    name: str
    stated: float
    measured: float
    unit: str = "mm"


@dataclass(frozen=True, slots=True)
class Passport:
    """Where a scan lies and why that is believed.

    Attributes
    ----------
    verdict
        The worst severity of its findings.
    origin_mm, origin_from
        Centre of voxel 0, LPS mm, and what says so, such as "ImagePositionPatient of 20 slices". None of a refused scan.
    axes, axes_from
        Direction of i, j, k: nine numbers, row by row of the matrix with the axes as columns, LPS; and what says so.
    spacing_mm, spacing_from
        Of i, j, k, and what says so, one text an axis.
    slices
        How the slices lie; None where the file has no slices with positions of their own.
    contradictions
        Fields that do not fit what was measured.
    qform_apart_mm, qform_turned_deg
        NIfTI with both matrices only: how far apart they place a voxel at most, and by how much their axes are turned.
    resampled
        Whether voxels were interpolated to bring them onto the grid.
    unit_stated
        Whether the header names the unit of its lengths; without, they are taken as mm.
    values_unit, values_limits
        Where the file states what intensities mean in the real world: the unit's UCUM code, and the lowest and highest value.
    """

    verdict: Literal["green", "amber", "red"]
    origin_mm: tuple[float, float, float] | None = None
    origin_from: str = NOT_STATED
    axes: tuple[float, ...] | None = None
    axes_from: str = NOT_STATED
    spacing_mm: tuple[float, float, float] | None = None
    spacing_from: tuple[str, str, str] = (NOT_STATED, NOT_STATED, NOT_STATED)
    slices: SlicePositions | None = None
    contradictions: tuple[Contradiction, ...] = ()
    qform_apart_mm: float | None = None
    qform_turned_deg: float | None = None
    resampled: bool = False
    unit_stated: bool = True
    values_unit: str = ""
    values_limits: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the passport as plain values, by the names of its attributes."""
        import msgspec

        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Passport:
        """Return the passport that ``as_json`` wrote.

        Raises
        ------
        FileFormatError
            When it is something else.
        """
        import msgspec

        try:
            return msgspec.convert(document, cls, strict=False)
        except (msgspec.ValidationError, TypeError) as error:
            raise FileFormatError("This is no passport of a scan", next_step="Import the scan again.") from error


def with_values(passport: Passport, real_world: RealWorld | None) -> Passport:
    """Return a passport that says what intensities mean in the real world."""
    if real_world is None:
        return passport
    return replace(passport, values_unit=real_world.unit, values_limits=real_world.limits)


class _Place(TypedDict):
    origin_mm: tuple[float, float, float]
    axes: tuple[float, ...]
    spacing_mm: tuple[float, float, float]


def geometry_of(geometry: Geometry) -> _Place:
    """Return origin, axes and spacing of a grid as a passport holds them."""
    return {
        "origin_mm": geometry.origin_mm,
        "axes": tuple(float(v) for v in geometry.direction.reshape(-1)),
        "spacing_mm": geometry.spacing_mm,
    }
