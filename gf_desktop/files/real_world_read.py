"""Real World Value Mappings of DICOM pictures (PS3.3 C.7.6.16.2.11): what stored values mean in a unit, put over intensities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from gf_desktop.files.elements import number, text_of
from gf_desktop.files.findings import Finding
from gf_desktop.files.stated_window import signed_words
from gf_desktop.imaging.real_world import RealWorld

__all__ = ["common_real_world", "known_unit", "real_world_of"]

MOST_CORNERS: Final = 4096
"""A table with more bends is not told: the project's list of scans keeps it."""

_ATOM: Final = (
    r"(?:10\*[-+]?\d{1,2}|10[-+]\d{1,2}|1|%|\[hnsf'U\]|"
    r"[munpfkMGdc]?(?:m|g|s|l|L|mol|Bq|Hz|Pa|V|T|J|W|K|Gy|Sv|A|N|eV|Ci|bar)|min|h|d|Cel|deg|mm\[Hg\])(?:[-+]?[1-4])?"
)
_NOTE: Final = (
    r"(?:\{(?:SUVbw|SUVlbm|SUVlbm\(James128\)|SUVlbm\(Janma\)|SUVibw|SUVbsa|ratio|counts|propcounts|tissue|dry tissue|weight|"
    r"blood|plasma|index|no units)\})?"
)
_UNIT: Final = re.compile(rf"/?{_ATOM}{_NOTE}(?:[./]{_ATOM}{_NOTE})*|\{{(?:ratio|counts|propcounts|index|SUVbw|SUVlbm|SUVibw)\}}")
"""Codes of UCUM made of units that pictures have (DICOM PS3.16 CID 7180, 82). A code is free text: another one may be a name."""

MOST_UNIT_LETTERS: Final = 32


def known_unit(code: str) -> bool:
    """Whether a UCUM code is of units that are known here, so that it may be shown and kept."""
    return len(code) <= MOST_UNIT_LETTERS and _UNIT.fullmatch(code) is not None


def real_world_of(mappings: Any, dataset: Any, scale: tuple[float, float]) -> RealWorld | None:
    """Return what intensities mean, as the first mapping with a known unit says, and others of the same unit.

    Parameters
    ----------
    mappings
        Items of a Real World Value Mapping Sequence.
    dataset
        Of the picture: whether stored values have a sign, and how they become intensities.
    scale
        Slope and intercept by which they do.

    Returns
    -------
    None where there is none, or intensities do not follow from stored values by slope and intercept.
    """
    if not mappings or dataset.get("ModalityLUTSequence") or text_of(dataset, "PhotometricInterpretation") != "MONOCHROME2":
        return None
    signed = dataset.get("PixelRepresentation") == 1
    unit, parts = "", []
    for item in mappings:
        own = _unit_of(item)
        if not own or (unit and own != unit):
            continue
        part = _part(item, scale, signed=signed)
        if part is not None:
            unit = own
            parts.append(part)
    parts.sort(key=lambda part: part[0][0])
    bends = sum(len(part[0]) for part in parts)
    return RealWorld(unit, tuple(parts)) if parts and bends <= MOST_CORNERS else None


def _unit_of(item: Any) -> str:
    """Return the UCUM code of a mapping's unit; "" where it has none, or one that is not known."""
    code = next(iter(item.get("MeasurementUnitsCodeSequence") or ()), None)
    if code is None or text_of(code, "CodingSchemeDesignator").upper() != "UCUM":
        return ""
    value = text_of(code, "CodeValue")
    return value if known_unit(value) else ""


def _part(item: Any, scale: tuple[float, float], *, signed: bool) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Return the corners of one mapping over intensities; None where it is incomplete."""
    ends = [_end(item, f"RealWorldValue{which}ValueMapped", signed=signed) for which in ("First", "Last")]
    first, last = ends
    if first is None or last is None or last < first:
        return None
    table = item.get("RealWorldValueLUTData")
    slope, intercept = number(item, "RealWorldValueSlope"), number(item, "RealWorldValueIntercept")
    if table is not None and not isinstance(table, (bytes, str)):
        values = np.atleast_1d(np.asarray(table, dtype=np.float64))
        stored = np.arange(len(values), dtype=np.float64) + first
        if len(values) != last - first + 1 or not np.isfinite(values).all():
            return None
        kept = _corners(values)
        stored, values = stored[kept], values[kept]
    elif slope is not None and intercept is not None:
        stored = np.unique([first, last])
        values = stored * slope + intercept
    else:
        return None
    intensities = stored * scale[0] + scale[1]
    if intensities[0] > intensities[-1]:
        intensities, values = intensities[::-1], values[::-1]
    return tuple(intensities.tolist()), tuple(values.tolist())


def _end(item: Any, name: str, *, signed: bool) -> float | None:
    exact = number(item, f"DoubleFloat{name}")
    if exact is not None:
        return exact
    found = signed_words(item.get(name), signed=signed)
    return found[0] if len(found) == 1 and math.isfinite(found[0]) else None


def _corners(values: np.ndarray) -> np.ndarray:
    """Return where a table bends: between these entries it is straight."""
    if len(values) < 3:
        return np.arange(len(values))
    bend = np.abs(np.diff(values, 2)) > 1e-12 * max(1.0, float(np.abs(values).max()))
    return np.flatnonzero(np.concatenate([[True], bend, [True]]))


def common_real_world(found: Sequence[RealWorld | None]) -> tuple[RealWorld | None, list[Finding]]:
    """Return what slices or frames say together, None where they say nothing or differ, and what was noticed.

    Parameters
    ----------
    found
        Of each slice.
    """
    said = [one for one in found if one is not None]
    if not said:
        return None, []
    widest = max(said, key=lambda one: one.parts[-1][0][-1] - one.parts[0][0][0])
    if len(said) < len(found) or not all(one.agrees(widest) for one in said):
        message = f"Slices differ in what their values mean in {widest.unit}; the real-world value is not shown"
        return None, [Finding("real_world_varies", message, "amber")]
    return widest, []
