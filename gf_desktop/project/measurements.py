"""The file with a case's measurements: readable JSON beside its scan, written whole each time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from gf_desktop.atomic import atomic_path, set_aside
from gf_desktop.imaging.measurements import Measurement
from gf_desktop.project.records import Finding

__all__ = ["MEASUREMENTS", "read_measurements", "write_measurements"]

MEASUREMENTS: Final = "measurements.json"
FORMAT: Final = 1


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    measurements: tuple[Measurement, ...]
    format: int = FORMAT


def read_measurements(folder: Path, *, may_write: bool) -> tuple[tuple[Measurement, ...], Finding | None]:
    """Return the measurements kept in a case's folder, and what the person should know about the file.

    A damaged file is set aside as "measurements.json.damaged" where the project may be written, never overwritten.
    """
    path = folder / MEASUREMENTS
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
    except FileNotFoundError:
        return (), None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return (), _finding(path, str(error), may_write=may_write)
    numbers = [one.number for one in document.measurements]
    if document.format > FORMAT:
        return (), _finding(path, "it was written by a newer program", may_write=may_write)
    if len(set(numbers)) != len(numbers):
        return (), _finding(path, "two have the same number", may_write=may_write)
    return document.measurements, None


def _finding(path: Path, reason: str, *, may_write: bool) -> Finding:
    what = set_aside(path, may_write=may_write)
    return Finding("measurements_damaged", f"The measurements of {path.parent.name} cannot be read ({reason}); {what}.")


def write_measurements(folder: Path, measurements: tuple[Measurement, ...]) -> None:
    """Keep the measurements of a case; errors as :func:`gf_desktop.atomic.atomic_path`."""
    text = msgspec.json.format(msgspec.json.encode(_Document(measurements)), indent=1) + b"\n"
    with atomic_path(folder / MEASUREMENTS) as temporary:
        temporary.write_bytes(text)
