"""Names of segments in an NRRD, by the keys of 3D Slicer (https://slicer.readthedocs.io, "Segmentation file format")."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from gf_desktop.files.dicom_mask import FoundStructure
from gf_desktop.files.faults import reading_fault

__all__ = ["segments_of"]

MOST_BYTES: Final = 1 << 20
"""A header that is longer is not looked through: a thousand segments take a third of it."""

_KEY: Final = re.compile(r"^Segment(\d{1,5})_(Name|LabelValue|Color):=(.*?)\r?$", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\(.)")
_HIGHEST: Final = 1 << 30


def segments_of(path: Path) -> tuple[FoundStructure, ...]:
    """Return the segments that a file names, with the value that each has in it; empty where it names none, or is no NRRD.

    Raises
    ------
    UserError
        When the file may not be read.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(MOST_BYTES)
    except OSError as error:
        raise reading_fault(error, path) from error
    if not head.startswith(b"NRRD"):
        return ()
    text = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].decode("utf-8", "replace")
    segments: dict[int, dict[str, str]] = {}
    for number, key, value in _KEY.findall(text):
        segments.setdefault(int(number), {})[key] = _plain(value)
    found: dict[int, FoundStructure] = {}
    for segment in segments.values():
        name, value = segment.get("Name", "").strip(), segment.get("LabelValue", "")
        if name and value.isascii() and value.isdecimal() and 0 < int(value) < _HIGHEST:
            found.setdefault(int(value), FoundStructure(int(value), name, colour=_colour(segment.get("Color", ""))))
    return tuple(found[number] for number in sorted(found))


def _plain(value: str) -> str:
    """Undo NRRD's escapes of backslashes and line ends, which become spaces in a name."""
    return _ESCAPED.sub(lambda match: " " if match[1] == "n" else match[1], value)


def _colour(text: str) -> str:
    """Return red, green and blue from 0 to 1 as #rrggbb; "" where they are none."""
    try:
        parts = [float(part) for part in text.split()]
    except ValueError:
        return ""
    if len(parts) != 3 or not all(0.0 <= part <= 1.0 for part in parts):
        return ""
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
