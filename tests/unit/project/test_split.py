"""Which slices judge new students: nothing leaks, nothing moves back, nothing is drawn by chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.project.split import (
    GAP_SLICES,
    UNKNOWN_GAP_SLICES,
    Role,
    Split,
    SplitCase,
    gap_of,
    group_of,
    keep_split,
    plan_split,
    read_roles,
)
from gf_desktop.project.store import Project
from tests.unit.project.conftest import make_scan


def scan(
    name: str, reviewed: Iterable[int], *, group: str = "", touched: Iterable[int] = (), gap: int = 1, held: tuple[int, ...] = ()
) -> SplitCase:
    whole = tuple(sorted(reviewed))
    return SplitCase(name, group or name, whole, tuple(sorted({*whole, *touched})), held, gap)


def going_on(cases: Iterable[SplitCase], split: Split) -> list[SplitCase]:
    """Return the cases as the next round finds them."""
    return [replace(case, held=split.held[case.id]) for case in cases]


def learned(case: SplitCase, split: Split) -> set[int]:
    return set(case.touched) - set(split.held[case.id]) - set(split.gaps[case.id])


slices = st.sets(st.integers(0, 40), max_size=25)


@st.composite
def projects(draw: st.DrawFn) -> list[list[SplitCase]]:
    """Return the states of a project before each of its rounds: scans are added, slices are approved, none is taken back."""
    count = draw(st.integers(1, 6))
    groups = [draw(st.sampled_from(["P-001", "P-002", ""])) for _ in range(count)]
    gaps = [draw(st.integers(1, 3)) for _ in range(count)]
    reviewed: list[set[int]] = [set() for _ in range(count)]
    touched: list[set[int]] = [set() for _ in range(count)]
    states = []
    for _ in range(draw(st.integers(1, 4))):
        for number in draw(st.sets(st.integers(0, count - 1), min_size=1)):
            reviewed[number] |= draw(slices)
            touched[number] |= draw(slices)
        states.append([scan(f"C-{n + 1:03d}", reviewed[n], group=groups[n], touched=touched[n], gap=gaps[n]) for n in range(count)])
    return states


def played(states: list[list[SplitCase]]) -> list[tuple[list[SplitCase], Split]]:
    roles: dict[str, Role] = {}
    held: dict[str, tuple[int, ...]] = {}
    rounds = []
    for number, state in enumerate(states):
        cases = [replace(case, held=held.get(case.id, ())) for case in state]
        split = plan_split(cases, roles, run_id=f"run-{number}")
        rounds.append((cases, split))
        roles, held = split.roles, split.held
    return rounds


@given(projects())
def test_that_nothing_leaks_from_training_into_judging(states: list[list[SplitCase]]) -> None:
    for cases, split in played(states):
        for case in cases:
            assert not learned(case, split) & set(split.held[case.id])
            if split.roles.get(case.group) is not None and split.roles[case.group].side == "judge":
                assert not learned(case, split), "a scan of a patient who judges was learned from"
            near = {k for k in learned(case, split) if any(abs(k - other) <= case.gap for other in split.held[case.id])}
            if near:
                # neighbours are learned from only where there is too little else
                total = sum(len(learned(c, split)) for c in cases)
                judging = sum(len(set(split.held[c.id]) & set(c.touched)) for c in cases)
                assert total <= max(3 * judging, 1)


@given(projects())
def test_that_what_judges_judges_for_ever(states: list[list[SplitCase]]) -> None:
    rounds = played(states)
    for (_, before), (_, after) in pairwise(rounds):
        for name, kept in before.held.items():
            assert set(kept) <= set(after.held[name])
        for name, role in before.roles.items():
            assert after.roles[name] == role


@given(projects())
def test_that_the_same_project_gives_the_same_split(states: list[list[SplitCase]]) -> None:
    assert played(states) == played(states)
    cases, split = played(states)[-1]
    again = plan_split(going_on(cases, split), split.roles)
    assert (again.held, again.roles, again.gaps) == (split.held, split.roles, split.gaps), "asking again changes something"


@given(projects())
def test_that_only_whole_slices_are_held_back_and_something_is_left_to_learn(states: list[list[SplitCase]]) -> None:
    cases, split = played(states[:1])[0]
    for case in cases:
        if split.roles.get(case.group, Role("learn", "")).side == "learn":
            assert set(split.held[case.id]) <= set(case.reviewed)
    if any(case.touched for case in cases):
        assert any(learned(case, split) for case in cases)


@given(slices, slices)
def test_that_inside_one_scan_training_keeps_the_greater_part(reviewed: set[int], touched: set[int]) -> None:
    case = scan("C-001", reviewed, touched=touched)
    held = plan_split([case], {}).held["C-001"]
    if len(held) > 1:
        assert len(case.touched) - len(held) >= 5 * len(held)


def test_that_few_slices_are_all_learned_from() -> None:
    assert plan_split([scan("C-001", [3, 9])], {}).held == {"C-001": ()}


def test_that_the_middle_slice_of_one_scan_is_held_back_first() -> None:
    split = plan_split([scan("C-001", [2, 7, 12, 17])], {})
    assert split.held == {"C-001": (7,)}
    assert split.gaps == {"C-001": ()}


def test_that_a_half_corrected_slice_is_never_held_back() -> None:
    assert plan_split([scan("C-001", [4], touched=[1, 8, 9])], {}).held == {"C-001": (4,)}
    assert plan_split([scan("C-001", [], touched=[1, 4, 8, 9])], {}).held == {"C-001": ()}


def test_that_a_slab_is_held_back_from_a_scan_reviewed_whole_with_a_gap_on_both_sides() -> None:
    split = plan_split([scan("C-001", range(24), gap=2)], {})
    assert split.held == {"C-001": (9, 10, 11, 23)}
    assert split.gaps == {"C-001": (7, 8, 12, 13, 21, 22)}


def test_that_of_several_patients_one_judges_with_all_scans() -> None:
    cases = [scan("C-001", range(8), group="P-001"), scan("C-002", range(3), group="P-002"), scan("C-003", range(2), group="P-002")]
    split = plan_split(cases, {}, run_id="run-0001")
    assert split.roles["P-001"].side == "learn"
    assert split.roles["P-002"] == Role("judge", "first to judge", "run-0001")
    assert split.held == {"C-001": (), "C-002": (0, 1, 2), "C-003": (0, 1)}
    later = [*going_on(cases, split)[:2], replace(scan("C-003", [0, 1, 5], group="P-002", touched=[6]), held=split.held["C-003"])]
    assert plan_split(later, split.roles).held["C-003"] == (0, 1, 5, 6), "what is corrected later in a patient who judges judges as well"


def test_that_another_patient_judges_when_five_times_as_much_is_learned_from() -> None:
    first = [scan("C-001", [0, 1]), scan("C-002", [0, 1, 2])]
    roles = plan_split(first, {}).roles
    assert (roles["C-001"].side, roles["C-002"].side) == ("judge", "learn")
    few = [scan("C-001", [0, 1], held=(0, 1)), scan("C-002", range(9)), scan("C-003", [0])]
    assert plan_split(few, roles).roles["C-003"].side == "learn"
    many = [scan("C-001", [0, 1], held=(0, 1)), scan("C-002", range(10)), scan("C-003", [0])]
    assert plan_split(many, roles).roles["C-003"].side == "judge"


def test_that_scans_of_an_older_project_keep_what_they_hold_back_and_are_learned_from() -> None:
    cases = [scan("C-001", range(6), held=(2,)), scan("C-002", range(6), held=(3,))]
    split = plan_split(cases, {})
    assert {role.side for role in split.roles.values()} == {"learn"}
    assert 2 in split.held["C-001"]
    assert 3 in split.held["C-002"]


def test_that_a_lost_note_does_not_bring_a_judge_into_training() -> None:
    cases = [scan("C-001", range(8)), scan("C-002", range(3))]
    split = plan_split(cases, {})
    again = plan_split(going_on(cases, split), {})
    assert again.roles["C-002"].side == "judge"


def test_that_roles_are_kept_with_the_project_and_shown_by_its_cases(project: Project, case_id: str) -> None:
    other = project.add_case(make_scan(3), title="other", verdict="green", findings=())[0].id
    assert project.roles == {}
    split = Split({case_id: Role("learn", "first"), other: Role("judge", "first to judge", "run-0001")}, {case_id: (), other: (1, 2)}, {})
    project.keep_split(split, "run-0001")
    assert project.roles == split.roles
    assert [(case.judges, case.validation_slices) for case in project.cases()] == [(False, ()), (True, (1, 2))]
    assert project.case(other).judges


@pytest.mark.parametrize("note", ["", "nonsense", "[1]", '{"groups": {"C-001": {}}}', '{"groups": [1]}'])
def test_that_a_damaged_note_of_roles_is_none(project: Project, note: str) -> None:
    project._db.execute("INSERT INTO meta VALUES ('split', ?)", (note,))
    assert read_roles(project._db) == {}
    keep_split(project._db, Split({"C-009": Role("learn", "x")}, {}, {}), run_id="run-0002")
    assert read_roles(project._db) == {"C-009": Role("learn", "x")}


def test_that_scans_are_grouped_by_patient_then_by_series(project: Project, case_id: str) -> None:
    case = project.case(case_id)
    assert group_of(case) == case_id
    assert group_of(replace(case, series_sha256="ab")) == group_of(replace(case, id="C-777", series_sha256="ab"))
    assert group_of(replace(case, series_sha256="ab", patient="P-001")) == "P-001"


def test_that_the_gap_is_a_distance_where_one_is_known(project: Project, case_id: str) -> None:
    case = project.case(case_id)
    assert gap_of(case) == 2, "slices of 3 mm, 4 mm apart at least"
    assert gap_of(replace(case, spacing_known=False)) == UNKNOWN_GAP_SLICES
    assert gap_of(replace(case, time=TimeAxis("cine", 5, None))) == UNKNOWN_GAP_SLICES
    thin = replace(case.geometry, spacing_mm=(1.0, 1.0, 0.1))
    assert gap_of(replace(case, geometry=thin)) == GAP_SLICES[1]
