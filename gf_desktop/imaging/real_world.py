"""What intensities mean in a unit of the real world, such as g/ml of an uptake or mm2/s of a diffusion."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["REAL_WORLD", "RealWorld", "facts_of", "real_world_in", "unit_in_words"]

REAL_WORLD = "real-world values"
"""Where ``Volume.facts`` has them, as JSON."""

SAME_SHARE = 1e-5
"""Two maps are one when no end of theirs differs by more than this share: slopes are written with six digits."""

_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class RealWorld:
    """Values of the real world by intensity: straight lines between corners.

    Attributes
    ----------
    unit
        Its UCUM code.
    parts
        (intensities, values), each at least one, the intensities rising. Between parts, and beyond them, nothing is said.
    """

    unit: str
    parts: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]

    def of(self, intensity: float) -> float | None:
        """Return the value of an intensity; None where the file says nothing of it."""
        for intensities, values in self.parts:
            slack = _EDGE * max(1.0, abs(intensities[0]), abs(intensities[-1]))
            if intensities[0] - slack <= intensity <= intensities[-1] + slack:
                return float(np.interp(intensity, intensities, values))
        return None

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest value."""
        every = [value for _, values in self.parts for value in values]
        return min(every), max(every)

    def agrees(self, other: RealWorld) -> bool:
        """Whether another map says the same of an intensity of both; where they reach may differ, as stored values of slices do."""
        if self.unit != other.unit or len(self.parts) != len(other.parts):
            return False
        scale = max(abs(v) for v in (*self.limits, *other.limits)) or 1.0
        for (first, _), (second, _) in zip(self.parts, other.parts, strict=True):
            low, high = max(first[0], second[0]), min(first[-1], second[-1])
            points = {low, high, *(point for point in (*first, *second) if low <= point <= high)}
            pairs = [(self.of(point), other.of(point)) for point in points]
            if any(one is None or two is None or abs(one - two) > SAME_SHARE * scale for one, two in pairs):
                return False
        return True

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps({"unit": self.unit, "parts": self.parts})


@lru_cache(maxsize=8)
def _parsed(text: str) -> RealWorld | None:
    try:
        document: dict[str, Any] = json.loads(text)
        parts = tuple((_numbers(intensities), _numbers(values)) for intensities, values in document["parts"])
        unit = str(document["unit"])
    except (KeyError, TypeError, ValueError):
        return None
    sound = parts and all(len(one) == len(two) > 0 for one, two in parts)
    return RealWorld(unit, parts) if sound else None


def _numbers(values: Sequence[float]) -> tuple[float, ...]:
    found = tuple(float(v) for v in values)
    if not all(math.isfinite(v) for v in found):
        raise ValueError("numbers that are none")
    return found


def facts_of(real_world: RealWorld | None) -> dict[str, str]:
    """Return what is added to a volume's facts."""
    return {} if real_world is None else {REAL_WORLD: real_world.as_text()}


def real_world_in(facts: dict[str, str]) -> RealWorld | None:
    """Return what a volume's facts say; None where they say nothing."""
    text = facts.get(REAL_WORLD)
    return None if text is None else _parsed(text)


def unit_in_words(code: str) -> str:
    """Return a UCUM code as people write it: "g/ml{SUVbw}" as "g/ml SUVbw", "mm2/s" as "mm²/s"; "1" as nothing."""
    if code == "1":
        return ""
    plain = {"[hnsf'U]": "HU"}.get(code, code)
    plain = re.sub(r"(?<=[A-Za-z])2(?!\d)", "²", plain)
    plain = re.sub(r"(?<=[A-Za-z])3(?!\d)", "³", plain)
    return re.sub(r"\{(\w+)\}", r" \1", plain).strip()
