"""Time: how much of a round is over, and how fast to learn meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["Budget", "Control", "FreeRun", "Pace", "StopRequested", "poly_decay"]


class StopRequested(Exception):  # noqa: N818 - not an error but the answer to a request
    """The desktop gave the round up."""


class Control(Protocol):
    """What the loop asks and tells between two steps."""

    def between(self) -> None:
        """Wait while paused; raise StopRequested when the round was given up."""
        ...

    @property
    def early(self) -> bool:
        """Whether the round shall be finished as soon as it can: stages of steps end once they have made a quarter of them."""
        ...

    @property
    def elapsed_s(self) -> float:
        """Seconds of work since the round began, pauses and gaps left out."""
        ...

    def go_on_from(self, elapsed_s: float) -> None:
        """Let the clock go on from the seconds at which a state was kept."""
        ...

    def expect(self, seconds: Mapping[str, float], until_s: float) -> None:
        """Hear what stages will probably take, by name, and when training shall end (0 where its steps are given)."""
        ...

    def may_finish(self) -> None:
        """Hear that from now on the round can be ended at once with what there is."""
        ...

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        """Tell where the round stands; ``steps`` is 0 while nobody knows how many there will be."""
        ...

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        """Tell Dice on the held-back slices."""
        ...

    def warned(self, message: str) -> None:
        """Tell what the user should know."""
        ...

    def kept(self, path: Path, step: int) -> None:
        """Tell that a state to go on from was written."""
        ...

    def preview(self, path: Path, step: int) -> None:
        """Tell that a picture of validation slices was written."""
        ...


class FreeRun:
    """A Control for runs that nobody watches or stops."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def between(self) -> None:
        """Do nothing."""

    @property
    def early(self) -> bool:
        """Never."""
        return False

    @property
    def elapsed_s(self) -> float:
        """Seconds since this object was made."""
        return time.monotonic() - self._began

    def go_on_from(self, elapsed_s: float) -> None:
        """Count on from so many seconds."""
        self._began = time.monotonic() - elapsed_s

    def expect(self, seconds: Mapping[str, float], until_s: float) -> None:
        """Do nothing."""

    def may_finish(self) -> None:
        """Do nothing."""

    def progress(self, stage: str, step: int, steps: int, losses: dict[str, float]) -> None:
        """Do nothing."""

    def validated(self, step: int, who: str, mean: float | None, dice: dict[str, float | None]) -> None:
        """Do nothing."""

    def warned(self, message: str) -> None:
        """Do nothing."""

    def kept(self, path: Path, step: int) -> None:
        """Do nothing."""

    def preview(self, path: Path, step: int) -> None:
        """Do nothing."""


def poly_decay(done: float, power: float) -> float:
    """Return ``(1 - done) ** power`` with ``done`` held within 0 to 1, so that the result is always real.

    A step counted twice would otherwise make the base negative and the learning rate complex.
    """
    return float((1.0 - min(max(done, 0.0), 1.0)) ** power)


class Pace(Protocol):
    """How far a stage is, and whom the loop asks between two steps."""

    @property
    def control(self) -> Control:
        """Who is asked and told."""
        ...

    def done(self, step: int) -> float:
        """Return how much of the stage is over after ``step`` steps, 0 to 1."""
        ...

    def rate(self, step: int) -> float:
        """Return the factor of the learning rate of the step that comes after ``step`` steps."""
        ...


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a stage may run: until a moment or a number of steps.

    Attributes
    ----------
    control
        Whose clock counts.
    begin_s, end_s
        Seconds on that clock.
    max_steps
        0 for no bound.
    """

    control: Control
    begin_s: float
    end_s: float
    max_steps: int = 0

    def done(self, step: int) -> float:
        """Return how much of the stage is over after ``step`` steps, 0 to 1; of the steps where they are bounded, else of the time."""
        now_s = self.control.elapsed_s
        if now_s >= self.end_s:
            return 1.0
        if self.max_steps:
            # steps alone, so that the same seed gives the same weights however fast the machine is
            return min(1.0, step / self.max_steps)
        return min(1.0, (now_s - self.begin_s) / max(self.end_s - self.begin_s, 1e-9))

    def rate(self, step: int) -> float:
        """Return 1: the learning rate is what it is."""
        del step
        return 1.0

    def total(self, step: int) -> int:
        """Return how many steps the stage will probably have."""
        return max(step, self.max_steps or round(step / max(self.done(step), 1e-6)))
