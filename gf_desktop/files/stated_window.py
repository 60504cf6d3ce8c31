"""The window in which a DICOM picture wants to be shown: the stated one, else that of its table of greys."""

from __future__ import annotations

import math
import struct
from typing import Any, Final

import numpy as np

from gf_desktop.files.elements import numbers, text_of
from gf_desktop.imaging.volume import STATED_WINDOW

__all__ = ["signed_words", "stated_window"]

_TURNED: Final = 1 << 15
_WORDS: Final = 1 << 16
"""A first entry of 16 bits is stored without its sign by many programs."""


def stated_window(dataset: Any) -> dict[str, str]:
    """Return level and width, by the names of ``STATED_WINDOW``, in intensities; nothing for greys that are turned over.

    It is the first window that the header states (DICOM PS3.3 C.11.2.1.2); without one it is the range over which the first VOI lookup
    table changes (C.11.2.1.1), which is the window that shows the same values.
    """
    if text_of(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        return {}
    level, width = (text_of(dataset, name).split("\\")[0] for name in ("WindowCenter", "WindowWidth"))
    try:
        sound = math.isfinite(float(level)) and 1.0 <= float(width) < math.inf
    except ValueError:
        sound = False
    if sound:
        return dict(zip(STATED_WINDOW, (level, width), strict=True))
    found = _window_of_table(dataset)
    return {} if found is None else dict(zip(STATED_WINDOW, (f"{found[0]:.10g}", f"{found[1]:.10g}"), strict=True))


def _window_of_table(dataset: Any) -> tuple[float, float] | None:
    """Return level and width of the first VOI lookup table; None where there is none, it is damaged, or all of it is one grey."""
    item = next(iter(dataset.get("VOILUTSequence") or ()), None)
    if item is None:
        return None
    # its input are intensities, which have a sign where the stored values have one or the intercept is negative
    intercept = numbers(dataset, "RescaleIntercept", 1) or (0.0,)
    signed = dataset.get("PixelRepresentation") == 1 or intercept[0] < 0
    words = signed_words(item.get("LUTDescriptor"), signed=False)
    data = _table(item.get("LUTData"))
    if len(words) != 3 or data is None:
        return None
    count = int(words[0]) or _WORDS
    first = words[1] - _WORDS if signed and words[1] >= _TURNED else words[1]
    if count > len(data):
        return None
    changes = np.flatnonzero(np.diff(data[:count]))
    if not len(changes):
        return None
    low, high = int(changes[0]), int(changes[-1]) + 1
    entries = high - low + 1
    # PS3.3 C.11.2.1.2.1: black up to level - 0.5 - (width - 1) / 2, white beyond level - 0.5 + (width - 1) / 2
    return first + low + entries / 2, float(entries)


def signed_words(value: Any, *, signed: bool) -> tuple[float, ...]:
    """Return an element of 16-bit words as numbers, where its kind depends on other elements too; empty where it is none."""
    if isinstance(value, bytes):  # pydicom leaves what may have a sign as it is, in little endian
        value = struct.unpack(f"<{len(value) // 2}H", value[: len(value) // 2 * 2])
    if value is None or isinstance(value, str):
        return ()
    try:
        found = tuple(float(v) for v in (value if not isinstance(value, (int, float)) else (value,)))
    except (TypeError, ValueError):
        return ()
    return tuple(v - _WORDS if signed and v >= _TURNED else v for v in found)


def _table(value: Any) -> np.ndarray | None:
    """Return the entries of a table: words, or bytes that are words in little endian; None where it is empty."""
    if isinstance(value, bytes):
        value = np.frombuffer(value[: len(value) // 2 * 2], "<u2")
    try:
        found = np.atleast_1d(np.asarray([] if value is None else value, dtype=np.float64))
    except (TypeError, ValueError):
        return None
    return found if found.size else None
