"""When a round will be over: from its plan, from what was measured, and from what later stages are expected to take."""

from __future__ import annotations

from collections.abc import Mapping

from gf_desktop.protocol import STAGES

__all__ = ["Outlook"]

TEACHER, DISTIL = "teacher", STAGES.index("distil")

WARM_UNITS = 3
"""First steps of a stage that say nothing about its speed."""

RAMP_UNITS = 6
"""After so many measured steps the measurement alone counts; before, what was expected counts too."""

FINISH_PARTS = 4
"""A round that is to be finished early has the first of so many parts of the teacher's and of the student's steps left."""


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
        """Hear that teacher and student are to end as soon as they have made the first part of their steps."""
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
        parts = self._parts()
        after_s = self._expected_s(max(self._place, DISTIL) + 1, len(STAGES))
        if self._place > DISTIL:
            return self._of_this_stage(now_s) + after_s
        if self._until_s and (self._place < DISTIL or self._speed() is None):
            # the student gets what time is left, so its steps end when they are to end
            own_s = max(0.0, self._until_s - now_s - self._before_student_s(now_s)) / parts
        elif self._place < DISTIL:
            own_s = self._expected.get(STAGES[DISTIL], 0.0) / parts
        else:
            own_s = self._of_this_stage(now_s, parts)
        return self._before_student_s(now_s, parts) + own_s + after_s

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

    @property
    def _place(self) -> int:
        return STAGES.index(self._stage) if self._stage in STAGES else 0

    def _expected_s(self, first: int, end: int, parts: int = 1) -> float:
        """Return the seconds expected of stages by their places; of the teacher's the first of so many parts."""
        return sum(self._expected.get(name, 0.0) / (parts if name == TEACHER else 1) for name in STAGES[first:end])

    def _before_student_s(self, now_s: float, parts: int = 1) -> float:
        """Return the seconds that are left until the student begins, 0 once it did; of the teacher's the first of so many parts."""
        if self._place >= DISTIL:
            return 0.0
        own_s = self._of_this_stage(now_s, parts if self._stage == TEACHER else 1)
        return own_s + self._expected_s(self._place + 1, DISTIL, parts)

    def _of_this_stage(self, now_s: float, parts: int = 1) -> float:
        """Return the seconds that are left of the first of so many parts of the present stage."""
        step, steps, at_s = self._now
        steps = -(-steps // parts)
        expected_s = max(0.0, self._expected.get(self._stage, 0.0) / parts - (now_s - self._began_s))
        speed = self._speed()
        if speed is None or self._first is None:
            return 0.0 if steps and step >= steps else expected_s
        measured_s = max(0.0, speed * (steps - step) - (now_s - at_s))
        share = min(1.0, (step - self._first[0]) / RAMP_UNITS) if self._expected.get(self._stage) else 1.0
        return share * measured_s + (1 - share) * expected_s
