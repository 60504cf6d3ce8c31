"""One series identifier, several scans: what really differs between them, and each of them on its own.

Scanners put localisers of three directions, phases, echoes, b-values and derived pictures under one identifier. A series is split only
where its pictures cannot be one stack: they are of another size or direction, several lie at one place, or they lie between each other.
A field that differs harmlessly splits nothing, and what no field tells apart stays together and is refused when it is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gf_desktop.files.dicom import SliceHeader
from gf_desktop.files.findings import Severity
from gf_desktop.files.slice_positions import SAME_POSITION_MM, check_gaps
from gf_desktop.files.stack import interleaved, normal_of

__all__ = ["Part", "split_frames", "split_series"]

TURNED: Final = 0.02
"""Slices whose row or column vectors differ by more (about a degree) are of another direction; less is the stack's own doubt."""

PIXEL_SHARE: Final = 0.01
"""Pixels whose sides differ by more than this share are of another size."""

MOST_PARTS: Final = 100
"""A series that falls into more parts is none of the kinds that are known here."""

MOST_TAGS: Final = 3
"""So many fields together are tried: echo, image type and time."""

_UNITS: Final = {
    "EchoTime": ("echo", "ms"),
    "EffectiveEchoTime": ("echo", "ms"),
    "InversionTimes": ("inversion time", "ms"),
    "InversionTime": ("inversion time", "ms"),
    "DiffusionBValue": ("b-value", "s/mm²"),
    "TemporalPositionIdentifier": ("phase", ""),
    "TriggerTime": ("trigger time", "ms"),
    "AcquisitionNumber": ("acquisition", ""),
}

_TYPE_WORDS: Final = frozenset(
    {
        "ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "AXIAL", "LOCALIZER", "MPR", "MIP", "MINIP", "MPVR", "PROJECTION", "REFORMATTED",
        "AVERAGE", "RESAMPLED", "M", "P", "R", "I", "MAGNITUDE", "PHASE", "REAL", "IMAGINARY", "MIXED", "VELOCITY", "NORM", "ND", "DIS2D",
        "DIS3D", "FFE", "SE", "IR", "M_FFE", "M_SE", "M_IR", "P_FFE", "R_FFE", "I_FFE", "ADC", "FA", "TRACEW", "TRACE", "DIFFUSION",
        "WATER", "FAT", "W", "F", "IN_PHASE", "OPP_PHASE", "OUT_PHASE", "IP", "OP", "ADD", "SUB", "SUBTRACTION", "T1", "T2", "MAP",
        "VOLUME", "OTHER", "NONE",
    }
)  # fmt: skip
"""Words of an image type that may be shown; other ones could be anything and are only numbered."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which of several scans under one series identifier one is.

    Attributes
    ----------
    name
        What it is, such as "echo 4.6 ms".
    by
        What told the scans apart, such as "EchoTime".
    count
        Scans under the identifier.
    severity
        "green" where a field says what each is; "amber" where only size or pixels differ.
    """

    name: str
    by: str
    count: int
    severity: Severity = "green"


def split_frames(frames: Sequence[tuple[SliceHeader, float | None]]) -> list[tuple[tuple[int, ...], Part | None]]:
    """Return the scans in a file of several frames: the numbers of each one's frames, from 0, and what it is. Moments split nothing.

    Parameters
    ----------
    frames
        As :func:`gf_desktop.files.multiframe.frame_headers` returns them.
    """
    headers = [header for header, _moment in frames]
    known = sorted({moment for _header, moment in frames if moment is not None})
    moments = {id(header): 0 if moment is None else known.index(moment) for header, moment in frames}
    place = {id(header): n for n, header in enumerate(headers)}
    return [(tuple(sorted(place[id(h)] for h in one)), part) for one, part in split_series(headers, moments=moments)]


def split_series(
    headers: Sequence[SliceHeader], *, moments: Mapping[int, int] | None = None
) -> list[tuple[list[SliceHeader], Part | None]]:
    """Return the scans of one series with what each is, in the order in which each is met first; the whole where nothing is to be split.

    Parameters
    ----------
    headers
        Of all files under one series identifier, one picture each.
    moments
        By the identity of a header which moment it is of: pictures of different moments are no different scans.
    """
    parts: list[tuple[list[SliceHeader], list[str], list[str], Severity]] = []
    for shaped, size_name in _by_size(headers):
        for group, direction in _by_direction(shaped) if all(h.has_place for h in shaped) else [(shaped, "")]:
            kinds, by = _by_kind(group, moments or {}) if all(h.has_place for h in group) else ([(group, "")], "")
            for one, kind in kinds:
                names = [name for name in (direction, size_name, kind) if name]
                told = [what for what, name in (("direction", direction), ("size of pictures or pixels", size_name), (by, kind)) if name]
                parts.append((one, names, told, "amber" if size_name and not direction else "green"))
    if len(parts) == 1 or len(parts) > MOST_PARTS:
        return [(list(headers), None)]
    by_what = ", ".join(dict.fromkeys(what for _, _, told, _ in parts for what in told))
    place = {id(h): n for n, h in enumerate(headers)}
    parts.sort(key=lambda part: min(place[id(h)] for h in part[0]))
    return [
        (one, Part(", ".join(names) or f"part {n} of {len(parts)}", by_what, len(parts), severity))
        for n, (one, names, _, severity) in enumerate(parts, 1)
    ]


def _by(
    headers: Sequence[SliceHeader], key: Callable[[SliceHeader], Hashable], name: Callable[[SliceHeader], str]
) -> list[tuple[list[SliceHeader], str]]:
    """Return headers by a key, with a name each; without names where all have the same."""
    groups: dict[Hashable, list[SliceHeader]] = {}
    for header in headers:
        groups.setdefault(key(header), []).append(header)
    return [(group, name(group[0]) if len(groups) > 1 else "") for group in groups.values()]


def _by_size(headers: Sequence[SliceHeader]) -> list[tuple[list[SliceHeader], str]]:
    found: list[tuple[SliceHeader, list[SliceHeader]]] = []
    for header in headers:
        home = next((group for first, group in found if _alike(first, header)), None)
        if home is None:
            found.append((header, [header]))
        else:
            home.append(header)
    return [(group, _named_size(first) if len(found) > 1 else "") for first, group in found]


def _alike(one: SliceHeader, other: SliceHeader) -> bool:
    """Whether pictures have as many pixels of nearly the same size; a size that is not stated differs from none."""
    first, second = one.plane.spacing_mm, other.plane.spacing_mm
    if one.plane.size != other.plane.size:
        return False
    if first is None or second is None or min(*first, *second) <= 0:
        return True
    return max(abs(a / b - 1) for a, b in zip(first, second, strict=True)) <= PIXEL_SHARE


def _named_size(header: SliceHeader) -> str:
    rows, columns = header.plane.size
    spacing = header.plane.spacing_mm
    return f"{columns} × {rows} pixels" + ("" if spacing is None else f" of {spacing[1]:.4g} × {spacing[0]:.4g} mm")


# directions


def _by_direction(headers: Sequence[SliceHeader]) -> list[tuple[list[SliceHeader], str]]:
    found: list[tuple[np.ndarray, list[SliceHeader]]] = []
    for header in headers:
        orientation = np.asarray(header.plane.orientation, dtype=np.float64)
        home = next((group for first, group in found if np.abs(first - orientation).max() <= TURNED), None)
        if home is None:
            found.append((orientation, [header]))
        else:
            home.append(header)
    if len(found) == 1:
        return [(list(headers), "")]
    names = [_plane_name(first) for first, _ in found]
    numbered = [f"{name} {names[: n + 1].count(name)}" if names.count(name) > 1 else name for n, name in enumerate(names)]
    return [(group, name) for (_, group), name in zip(found, numbered, strict=True)]


def _plane_name(orientation: np.ndarray) -> str:
    normal = np.abs(normal_of(orientation.tolist()))
    if not np.isfinite(normal).all():
        return "no direction"
    name = ("sagittal", "coronal", "axial")[int(normal.argmax())]
    return name if normal.max() > 1 - TURNED else f"oblique {name}"


# phases, echoes and the like


def _by_kind(headers: Sequence[SliceHeader], moments: Mapping[int, int]) -> tuple[list[tuple[list[SliceHeader], str]], str]:
    """Return the scans that lie over or between each other, with a name each, and the fields that tell them apart."""
    whole = [(list(headers), "")], ""
    normal = normal_of(headers[0].plane.orientation or ())
    if not np.isfinite(normal).all():
        return whole
    along = np.array([h.plane.position_mm for h in headers], dtype=np.float64) @ normal
    order = np.argsort(along, kind="stable")
    places = np.empty(len(headers), dtype=np.int64)
    places[order] = np.concatenate([[0], np.cumsum(np.diff(along[order]) >= SAME_POSITION_MM)])
    when = np.array([moments.get(id(header), 0) for header in headers], dtype=np.int64)
    if when.any():
        places = np.unique(np.stack([places, when]), axis=1, return_inverse=True)[1].reshape(-1)
    tags = _telling(headers, places)
    if tags:
        return _named(headers, tags), " and ".join(tags)
    if places.max() + 1 < len(headers) or when.any():
        return whole
    between = interleaved([headers[n].plane for n in order])
    if not between:
        return whole
    parts = _named(headers, (between,))
    positions = [np.sort(np.array([h.plane.position_mm for h in part], dtype=np.float64) @ normal) for part, _ in parts]
    sound = all(len(p) > 1 and check_gaps(p).positions.spacing_mm is not None for p in positions)
    return (parts, between) if sound else whole


def _telling(headers: Sequence[SliceHeader], places: np.ndarray) -> tuple[str, ...]:
    """Return the fewest fields by which pictures at one place fall into different scans; empty where none do."""
    at_place: dict[int, list[int]] = {}
    for number, place in enumerate(places.tolist()):
        at_place.setdefault(place, []).append(number)
    most = max(len(group) for group in at_place.values())
    if most == 1:
        return ()
    kinds = [dict(h.kinds) for h in headers]
    names = dict.fromkeys(name for kind in kinds for name in kind)
    shared = [group for group in at_place.values() if len(group) > 1]
    useful = [name for name in names if any(len({kinds[n].get(name) for n in group}) > 1 for group in shared)]
    best: tuple[str, ...] = ()
    least = (_crowding([()] * len(headers), places), 0)
    for count in range(1, MOST_TAGS + 1):
        for tags in itertools.combinations(useful, count):
            values = [tuple(kind.get(name) for name in tags) for kind in kinds]
            parts = len(set(values))
            crowding = _crowding(values, places)
            # a field that differs from slice to slice tells nothing apart: it would leave scans of a slice each
            if parts <= 2 * most and (crowding < least[0] or (crowding == least[0] and best and count == len(best) and parts < least[1])):
                best, least = tags, (crowding, parts)
        if least[0] == 0:
            break
    return best


def _crowding(values: Sequence[Hashable], places: np.ndarray) -> int:
    """Return how many pictures would share a place with another one of the same scan."""
    return len(values) - len(set(zip(values, places.tolist(), strict=True)))


def _named(headers: Sequence[SliceHeader], tags: tuple[str, ...]) -> list[tuple[list[SliceHeader], str]]:
    kinds = {id(h): dict(h.kinds) for h in headers}
    known = {name: sorted({kind.get(name, "") for kind in kinds.values()}) for name in tags}

    def value(header: SliceHeader) -> Hashable:
        return tuple(kinds[id(header)].get(name, "") for name in tags)

    def name(header: SliceHeader) -> str:
        return ", ".join(_readable(tag, kinds[id(header)].get(tag, ""), known[tag]) for tag in tags)

    return _by(headers, value, name)


def _readable(tag: str, value: str, known: Sequence[str]) -> str:
    """Return a field's value in words; of texts only what is known to be harmless, else its number among them."""
    if tag in _UNITS:
        label, unit = _UNITS[tag]
        if not value:
            return f"without {label}"
        try:
            return f"{label} {float(value):.6g} {unit}".rstrip()
        except ValueError:
            return f"{label} {known.index(value) + 1} of {len(known)}"
    if tag == "DiffusionGradientOrientation":
        return f"direction {known.index(value) + 1} of {len(known)}" if value else "without direction"
    words = [set(other.upper().split("\\")) for other in known if other != value]
    own = [word for word in value.upper().split("\\") if not all(word in other for other in words)]
    if own and all(word in _TYPE_WORDS for word in own):
        return " ".join(dict.fromkeys(own))
    return f"image type {known.index(value) + 1} of {len(known)}"
