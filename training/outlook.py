"""When a round will be over: from its plan, from what was measured, and from what later stages are expected to take."""

from __future__ import annotations

from collections.abc import Mapping

from gf_desktop.protocol import STAGES

__all__ = ["Outlook"]

DISTIL = STAGES.index("distil")

WARM_UNITS = 3
"""First steps of a stage that say nothing about its speed."""

RAMP_UNITS = 6
"""After so many measured steps the measurement alone counts; before, what was expected counts too."""

FINISH_PARTS = 4
"""A round that is to be finished early has the first of so many parts of the student's steps left."""


class Outlook:
    """Tells how long a round will still take.

    Parameters
    ----------
    until_s
        Moment on the round's clock at which training shall end; 0 where only steps count.
    """

    def __init__(self, until_s: float = 0.0) -> None:
        self._until_s = until_s
        self._expected: dict[str, float] = {}
        self._stage = STAGES[0]
        self._began_s = 0.0
        self._first: tuple[int, float] | None = None
        self._begun_at = 0
        self._now: tuple[int, int, float] = (0, 0, 0.0)
        self._fraction = 0.0
        self._early = False

    def finish_early(self) -> None:
        """Hear that the student is to end as soon as it has made the first part of its steps."""
        self._early = True

    def expect(self, seconds: Mapping[str, float], until_s: float) -> None:
        """Take what stages will probably take, by name, and when training shall end; 0 where its steps are given."""
        self._expected |= seconds
        self._until_s = until_s

    def at(self, stage: str, step: int, steps: int, now_s: float) -> None:
        """Note where the round stands: ``step`` of ``steps`` of a stage are made at ``now_s``; 0 steps while nobody knows how many."""
        if stage != self._stage or step < self._now[0]:
            self._stage, self._began_s, self._first, self._begun_at = stage, now_s, None, step
        self._now = (step, steps, now_s)
        warm = WARM_UNITS if stage in ("teacher", "distil") else 0
        if self._first is None and step >= self._begun_at + warm:
            self._first = (step, now_s)

    def left_s(self, now_s: float) -> float:
        """Return the seconds that are left."""
        place = STAGES.index(self._stage) if self._stage in STAGES else 0
        later = {name: self._expected.get(name, 0.0) for name in STAGES[place + 1 :]}
        left_s = self._of_this_stage(now_s)
        if place <= DISTIL and self._until_s and (self._stage != STAGES[DISTIL] or self._speed() is None):
            # the student gets what time is left, so its steps end when they are to end
            later.pop(STAGES[DISTIL], None)
            before_s = sum(later.pop(name, 0.0) for name in STAGES[:DISTIL]) + left_s if place < DISTIL else 0.0
            return before_s + max(0.0, self._until_s - now_s - before_s) / self._parts() + sum(later.values())
        if STAGES[DISTIL] in later:
            later[STAGES[DISTIL]] /= self._parts()
        return max(0.0, left_s) + sum(later.values())

    def fraction(self, now_s: float) -> float:
        """Return how much of the round is over, 0 to 1; it never falls."""
        if self._stage in ("teacher", "distil") and self._speed() is None and not self._expected.get(self._stage) and not self._until_s:
            # nobody knows yet
            return self._fraction
        whole_s = now_s + self.left_s(now_s)
        self._fraction = max(self._fraction, min(1.0, now_s / whole_s) if whole_s > 0 else 0.0)
        return self._fraction

    def _speed(self) -> float | None:
        """Return the measured seconds of a step."""
        step, steps, at_s = self._now
        if self._first is None or step <= self._first[0] or steps <= 0:
            return None
        return (at_s - self._first[1]) / (step - self._first[0])

    def _parts(self) -> int:
        return FINISH_PARTS if self._early else 1

    def _of_this_stage(self, now_s: float) -> float:
        step, steps, at_s = self._now
        parts = self._parts() if self._stage == STAGES[DISTIL] else 1
        steps = -(-steps // parts)
        expected_s = max(0.0, self._expected.get(self._stage, 0.0) / parts - (now_s - self._began_s))
        speed = self._speed()
        if speed is None or self._first is None:
            return 0.0 if steps and step >= steps else expected_s
        measured_s = max(0.0, speed * (steps - step) - (now_s - at_s))
        share = min(1.0, (step - self._first[0]) / RAMP_UNITS) if self._expected.get(self._stage) else 1.0
        return share * measured_s + (1 - share) * expected_s
