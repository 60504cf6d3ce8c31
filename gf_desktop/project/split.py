"""Which slices judge new students and are never trained on.

By patient where patients are known, by scan where they are not, and by slabs with a gap inside the scans where all that is approved is of
one patient. The share grows by RootPainter's rule (Smith et al., RootPainter, New Phytologist 2022): one more whenever at least five are
trained on for each that judges. What judges once does so for ever. Nothing here is drawn by chance: the same project gives the same split.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from gf_desktop.project.database import writing
from gf_desktop.project.journal_file import utc_now
from gf_desktop.project.records import Case

__all__ = ["Role", "Split", "SplitCase", "gap_of", "group_of", "keep_split", "plan_split", "read_roles"]

TRAIN_PER_HELD_BACK: Final = 5
"""One more slice is held back whenever so many are trained on for each that is (RootPainter's rule)."""

MIN_SLICES_TO_HOLD_BACK: Final = 3
"""With fewer slices worked on all are needed for training."""

SLAB_SLICES: Final = 3
"""A slab grows to so many neighbours before another one begins; the gate counts so many as one unit."""

GAP_MM: Final = 4.0
"""Slices nearer than this to a slab show nearly the same tissue."""

GAP_SLICES: Final = (1, 3)
"""A gap has at least and at most so many slices on each side, whatever their distance."""

UNKNOWN_GAP_SLICES: Final = 2
"""Gap where the distance between slices is not known, or is time."""

TRAIN_PER_HELD_BACK_WITH_GAP: Final = 3
"""The gap leaves at least so many slices to train on for each that is held back."""

META_KEY: Final = "split"
FORMAT: Final = 1

Side = Literal["judge", "learn"]


@dataclass(frozen=True, slots=True)
class Role:
    """What a patient, or a scan whose patient is unknown, is for; it never changes from "judge" to "learn".

    Attributes
    ----------
    side
        "judge": all its slices are held back; "learn": it is trained on, but for slabs.
    why
        "all learn from the only one", "too few to hold one back", "first to judge", "five learn for each that judges",
        "fewer than five learn for each that judges", "nothing reviewed whole yet", or "as it was".
    since
        Round in which it was decided.
    """

    side: Side
    why: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class SplitCase:
    """What the split asks of a scan.

    Attributes
    ----------
    group
        Whose it is: scans of one group never lie on both sides, see :func:`group_of`.
    reviewed
        Slices that are reviewed whole; only these can be held back.
    touched
        All slices with anything to learn from.
    held
        Slices held back before.
    gap
        Slices on either side of a slab that are not trained on.
    """

    id: str
    group: str
    reviewed: tuple[int, ...]
    touched: tuple[int, ...]
    held: tuple[int, ...] = ()
    gap: int = GAP_SLICES[0]


@dataclass(frozen=True, slots=True)
class Split:
    """Which slices judge and which are left out.

    Attributes
    ----------
    roles
        By group; those of before are among them.
    held
        By scan: all slices that judge, those of before among them; sorted.
    gaps
        By scan: slices that neither judge nor are trained on; sorted.
    """

    roles: dict[str, Role]
    held: dict[str, tuple[int, ...]]
    gaps: dict[str, tuple[int, ...]]


def group_of(case: Case) -> str:
    """Return whose a case is: a patient's pseudonym where one is known, else the series in time that it is a frame of, else itself."""
    return case.patient or (f"series {case.series_sha256}" if case.series_sha256 else case.id)


def gap_of(case: Case) -> int:
    """Return how many slices on either side of a slab are near copies of it."""
    if case.is_cine or not case.spacing_known:
        return UNKNOWN_GAP_SLICES
    least, most = GAP_SLICES
    return min(max(math.ceil(GAP_MM / case.geometry.spacing_mm[2]), least), most)


def plan_split(cases: Sequence[SplitCase], roles: Mapping[str, Role], *, run_id: str = "") -> Split:
    """Return the split of a round.

    Parameters
    ----------
    cases
        All scans of the project, in the order of their import.
    roles
        What was decided before, by group.
    run_id
        The round, noted with what is decided now.
    """
    plan = _Plan(cases, dict(roles), run_id)
    plan.follow_judges()
    plan.give_roles()
    plan.grow_slabs()
    held = {case.id: tuple(sorted(plan.held[case.id])) for case in cases}
    return Split(plan.roles, held, plan.gaps())


@dataclass(slots=True)
class _Plan:
    cases: Sequence[SplitCase]
    roles: dict[str, Role]
    run_id: str
    held: dict[str, set[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.held = {case.id: set(case.held) for case in self.cases}

    def _side(self, case: SplitCase) -> Side | None:
        role = self.roles.get(case.group)
        return None if role is None else role.side

    @property
    def _judging(self) -> int:
        return sum(len(self.held[case.id] & set(case.touched)) for case in self.cases)

    @property
    def _learning(self) -> int:
        return sum(len(set(case.touched) - self.held[case.id]) for case in self.cases if self._side(case) == "learn")

    def _wants_one_more(self) -> bool:
        return self._learning >= TRAIN_PER_HELD_BACK * self._judging

    def follow_judges(self) -> None:
        for case in self.cases:
            if self._side(case) == "judge":
                self.held[case.id] |= set(case.touched)

    def give_roles(self) -> None:
        """Say what each group is for that was not worked on before; the smallest first, so that much is left to learn from."""
        groups: dict[str, list[SplitCase]] = {}
        for case in self.cases:
            if case.touched:
                groups.setdefault(case.group, []).append(case)
        new = [name for name in groups if name not in self.roles]
        # of a project without roles, or whose note of them is lost: what was not held back was learned from
        for name in [name for name in new if any(self.held[case.id] for case in groups[name])]:
            is_whole = all(set(case.touched) <= self.held[case.id] for case in groups[name])
            self._decide(name, "judge" if is_whole else "learn", "as it was")
            new.remove(name)
        sizes = {name: sum(len(case.touched) for case in members) for name, members in groups.items()}
        for name in sorted(new, key=lambda name: (sizes[name], new.index(name))):
            self._decide(name, *self._choice(name, groups, sizes))
            self.follow_judges()

    def _choice(self, name: str, groups: Mapping[str, list[SplitCase]], sizes: Mapping[str, int]) -> tuple[Side, str]:
        others = sum(size for other, size in sizes.items() if other != name and self.roles.get(other, _LEARNS).side == "learn")
        if len(groups) == 1:
            return "learn", "all learn from the only one"
        if sum(sizes.values()) < MIN_SLICES_TO_HOLD_BACK or others < sizes[name]:
            return "learn", "too few to hold one back"
        if not any(case.reviewed for case in groups[name]):
            return "learn", "nothing reviewed whole yet"
        if not self._wants_one_more():
            return "learn", "fewer than five learn for each that judges"
        return "judge", "first to judge" if self._judging == 0 else "five learn for each that judges"

    def _decide(self, name: str, side: Side, why: str) -> None:
        self.roles[name] = Role(side, why, self.run_id)

    def grow_slabs(self) -> None:
        """Hold back slices inside scans that are trained on, where no whole patient or scan judges; where slabs are, they go on growing."""
        anywhere = not any(self._side(case) == "judge" and case.touched for case in self.cases)
        while True:
            free = {
                case.id: set(case.reviewed) - self.held[case.id]
                for case in self.cases
                if self._side(case) == "learn" and (anywhere or case.held)
            }
            judging, learning = self._judging, self._learning
            if judging == 0 and learning < MIN_SLICES_TO_HOLD_BACK:
                return
            if judging > 0 and learning - 1 < TRAIN_PER_HELD_BACK * (judging + 1):
                return
            open_cases = [case for case in self.cases if free.get(case.id)]
            if not open_cases:
                return
            # where most is learned from for each slice that judges, the first of equals
            case = max(open_cases, key=lambda c: len(c.touched) / (1 + len(self.held[c.id] & set(c.touched))))
            self.held[case.id].add(_next_slice(sorted(free[case.id]), self.held[case.id]))

    def gaps(self) -> dict[str, tuple[int, ...]]:
        """Return the neighbours of slabs that are left out, the nearest first, as long as enough is left to learn from."""
        near: list[tuple[int, int, int]] = []
        for number, case in enumerate(self.cases):
            held = self.held[case.id]
            for k in sorted(set(case.touched) - held) if held else ():
                distance = min(abs(k - other) for other in held)
                if distance <= case.gap:
                    near.append((distance, number, k))
        room = self._learning - max(TRAIN_PER_HELD_BACK_WITH_GAP * self._judging, 1)
        left_out: dict[str, list[int]] = {case.id: [] for case in self.cases}
        for _, number, k in sorted(near)[: max(room, 0)]:
            left_out[self.cases[number].id].append(k)
        return {case_id: tuple(sorted(slices)) for case_id, slices in left_out.items()}


_LEARNS = Role("learn", "")


def _next_slice(free: list[int], held: set[int]) -> int:
    """Return the slice that is held back next: beside a slab that is not whole yet, else as far from all slabs as can be."""
    if not held:
        return free[(len(free) - 1) // 2]
    beside = [k for k in free if (k - 1 in held or k + 1 in held) and _length_with(k, held) <= SLAB_SLICES]
    return beside[0] if beside else max(free, key=lambda k: min(abs(k - other) for other in held))


def _length_with(k: int, held: set[int]) -> int:
    first = last = k
    while first - 1 in held:
        first -= 1
    while last + 1 in held:
        last += 1
    return last - first + 1


def read_roles(database: sqlite3.Connection) -> dict[str, Role]:
    """Return what was decided before, by group; nothing of a project in which no round began, or whose note is damaged."""
    row = database.execute("SELECT value FROM meta WHERE key = ?", (META_KEY,)).fetchone()
    if row is None:
        return {}
    try:
        groups: dict[str, Any] = json.loads(row[0])["groups"]
        return {str(name): Role(_side_of(entry["side"]), str(entry["why"]), str(entry["since"])) for name, entry in groups.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _side_of(value: object) -> Side:
    return "judge" if value == "judge" else "learn"


def keep_split(database: sqlite3.Connection, split: Split, *, run_id: str) -> None:
    """Keep a split, all of it or nothing; errors as :func:`gf_desktop.project.database.writing`."""
    groups = {name: {"side": role.side, "why": role.why, "since": role.since} for name, role in split.roles.items()}
    rows: Iterable[tuple[str, int, str]] = [(case_id, k, utc_now()) for case_id, slices in split.held.items() for k in slices]
    with writing(database):
        database.execute(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", (META_KEY, json.dumps({"format": FORMAT, "run": run_id, "groups": groups}))
        )
        database.executemany("INSERT OR IGNORE INTO validation VALUES (?, ?, ?)", rows)
