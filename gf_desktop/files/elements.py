"""Elements of a DICOM data set as plain text and numbers, whoever read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["number", "numbers", "text_of"]


def text_of(dataset: Any, name: str) -> str:
    """Return an element of a data set as text; empty where it is missing."""
    value = dataset.get(name)
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return "\\".join(str(v).strip() for v in value)
    return str(value).strip()


def number(dataset: Any, name: str) -> float | None:
    """Return an element that is one finite number, else None."""
    found = numbers(dataset, name, 1)
    return found[0] if found else None


def numbers(dataset: Any, name: str, count: int) -> tuple[float, ...] | None:
    """Return exactly ``count`` finite numbers of an element; None where it is missing, empty, of another length or not numbers."""
    value = dataset.get(name)
    if value is None or value == "":
        return None
    items = [value] if isinstance(value, (int, float, str)) else value
    try:
        found = tuple(float(v) for v in items)
    except (TypeError, ValueError):
        return None
    return found if len(found) == count and all(math.isfinite(v) for v in found) else None
