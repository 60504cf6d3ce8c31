"""Frames in time: what a scan holds besides its place in space.

Two kinds. A **cine** is a 2-D image with frames: its stored slices k are moments, not places. A **series** is a volume with frames:
the scan and its mask are one of them, the others are there to be looked at. See docs/adr/0014-frames-in-time.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from gf_desktop.errors import GeometryError

__all__ = ["DEFAULT_FPS", "FPS_LIMITS", "TimeAxis"]

FPS_LIMITS: Final = (1.0, 60.0)
"""Frames a second between which cine play can be set."""

DEFAULT_FPS: Final = 10.0
"""Where the file does not say how fast its frames follow each other, or slower than can be watched."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """How the frames of a scan follow each other.

    Attributes
    ----------
    kind
        "cine": frames of a 2-D image, one a stored slice k. "series": volumes on one grid.
    count
        Number of frames, at least 1.
    frame_ms
        Time from one frame to the next in ms, where the file states it; else None.
    frame
        Series only: number, from 0, of the frame that the scan and its mask are.

    Raises
    ------
    GeometryError
        When the count is below 1, the frame outside, or the time not positive and finite.
    """

    kind: Literal["cine", "series"]
    count: int
    frame_ms: float | None = None
    frame: int = 0

    def __post_init__(self) -> None:
        sound = self.frame_ms is None or (math.isfinite(self.frame_ms) and self.frame_ms > 0)
        if self.kind not in ("cine", "series") or self.count < 1 or not 0 <= self.frame < self.count or not sound:
            raise GeometryError(f"Frames in time that contradict themselves: {self}", next_step="Report this; it is a fault of the reader.")

    @property
    def fps(self) -> float:
        """Frames a second to begin cine play with: as the file states, within ``FPS_LIMITS``, else ``DEFAULT_FPS``."""
        if self.frame_ms is None or 1000.0 / self.frame_ms < FPS_LIMITS[0]:
            return DEFAULT_FPS
        return min(1000.0 / self.frame_ms, FPS_LIMITS[1])

    def frame_after(self, first: int, steps: int, *, bounce: bool = False) -> int:
        """Return the frame that is shown some steps after another one.

        Parameters
        ----------
        first
            Frame to begin with.
        steps
            Not negative.
        bounce
            At the last frame turn round and come back, instead of going on with the first one.
        """
        if not bounce:
            return (first + steps) % self.count
        there_and_back = max(1, 2 * (self.count - 1))
        place = (first + steps) % there_and_back
        return place if place < self.count else there_and_back - place

    def at(self, frame: int) -> TimeAxis:
        """Return the axis of the scan that is another frame of the same series."""
        return replace(self, frame=frame)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"kind": self.kind, "count": self.count, "frame_ms": self.frame_ms, "frame": self.frame}

    @classmethod
    def from_json(cls, document: dict[str, Any] | None) -> TimeAxis | None:
        """Return what ``as_json`` wrote; None for None."""
        if document is None:
            return None
        time = document["frame_ms"]
        return cls(document["kind"], int(document["count"]), None if time is None else float(time), int(document["frame"]))
