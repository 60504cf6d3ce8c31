"""How well a person agrees with themselves: who is asked when, what is kept, and what is advised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.agreement import FIRST_AFTER, NEAR, REST_S, advise, is_due, own_dice
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import LabelTable, Structure, VoxelState
from gf_desktop.project.agreement_file import AgreementFile, Repeat, read_agreement, write_agreement
from tests.unit.conftest import World

TABLE = LabelTable((Structure(1, "soft", "#e69f00"), Structure(5, "hard", "#56b4e9")))
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def repeat(k: int = 0, *, both: int = 90, first: int = 100, second: int = 100, label: int = 1) -> Repeat:
    key = str(label)
    return Repeat("C-001", k, NOW.isoformat(), "m", {key: both}, {key: first}, {key: second})


def test_that_own_agreement_is_dice_over_all_second_readings_together() -> None:
    repeats = [repeat(0, both=90), repeat(1, both=30, first=50, second=30)]
    assert own_dice(repeats, TABLE) == {"soft": pytest.approx(2 * 120 / 280), "hard": None}
    assert own_dice([repeat(both=5, first=10, second=12)], TABLE)["soft"] is None


@pytest.mark.parametrize(
    ("student", "kind", "below"),
    [
        ({"soft": 0.90 - NEAR / 2}, "stop", ()),
        ({"soft": 0.97}, "stop", ()),
        ({"soft": 0.90 - 2 * NEAR}, "go on", ("soft",)),
        ({"soft": None}, "unknown", ()),
        ({}, "unknown", ()),
    ],
)
def test_that_the_advice_compares_the_student_with_own_agreement(student: dict, kind: str, below: tuple) -> None:
    advice = advise([repeat(0), repeat(1)], student, TABLE)
    assert (advice.kind, advice.below) == (kind, below)


def test_that_one_second_reading_is_too_few_to_say_anything() -> None:
    assert advise([repeat()], {"soft": 0.99}, TABLE).kind == "unknown"


def test_that_the_structure_furthest_below_is_named_first() -> None:
    repeats = [repeat(n, label=label) for n in range(2) for label in (1, 5)]
    advice = advise(repeats, {"soft": 0.80, "hard": 0.60}, TABLE)
    assert advice.below == ("hard", "soft")
    assert advice.sentence == "The student agrees with you less than you agree with yourself in hard, soft: go on"


@pytest.mark.parametrize(
    ("document", "approved", "since_s", "due"),
    [
        (AgreementFile(), FIRST_AFTER - 1, None, False),
        (AgreementFile(), FIRST_AFTER, None, True),
        (AgreementFile(enabled=False), 80, None, False),
        (AgreementFile(repeats=(repeat(),)), 19, None, False),
        (AgreementFile(repeats=(repeat(),)), 20, None, True),
        (AgreementFile(declined=(("C-001", 3),)), 19, None, False),
        (AgreementFile(), 80, REST_S - 1, False),
        (AgreementFile(), 80, REST_S, True),
        (AgreementFile(offered=(NOW - timedelta(minutes=59)).isoformat()), 80, None, False),
        (AgreementFile(offered=(NOW - timedelta(minutes=61)).isoformat()), 80, None, True),
        (AgreementFile(offered=(NOW + timedelta(days=9)).isoformat()), 80, None, True),
        (AgreementFile(offered="yesterday"), 80, None, True),
    ],
)
def test_that_one_approved_slice_in_ten_is_offered_and_at_most_one_an_hour(
    document: AgreementFile, approved: int, since_s: float | None, due: bool
) -> None:
    assert is_due(document, approved, now=NOW, since_s=since_s) is due


@pytest.mark.parametrize("content", [b"", b"[]", b'{"repeats": 3}', b"\xff"])
def test_that_a_damaged_file_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agreement.json").write_bytes(content)
    document, finding = read_agreement(tmp_path, may_write=True)
    assert document == AgreementFile()
    assert "second readings cannot be read" in finding.message
    assert (tmp_path / "agreement.json.damaged").read_bytes() == content
    write_agreement(tmp_path, AgreementFile(repeats=(repeat(),)))
    assert read_agreement(tmp_path, may_write=True) == (AgreementFile(repeats=(repeat(),)), None)


@pytest.fixture
def approved(world: World) -> World:
    session = world.session
    session.predict("C-001")
    session.open_case("C-001")
    session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=(20, 20, 2)).finish()
    for k in (1, 2, 4):
        session.approve_slice(k)
    return world


def test_that_a_second_reading_begins_with_the_students_proposal_and_nothing_else(approved: World) -> None:
    agreeing = approved.session.agreeing
    proposal = np.select([approved.voxels > 75, approved.voxels > 50], [5, 1], 0)
    agreeing.begin("C-001", 2)
    reading = agreeing.reading
    np.testing.assert_array_equal(reading.label_map.labels[2], proposal[2])
    assert not np.delete(reading.label_map.labels, 2, axis=0).any()
    assert (reading.label_map.states[2] == VoxelState.PROPOSED).all()
    assert (approved.labels[2] != proposal[2]).any(), "the first reading is not shown"


def test_that_both_readings_are_compared_and_the_projects_mask_stays(approved: World) -> None:
    session = approved.session
    before = approved.labels.copy()
    states = session.must_open().label_map.states.copy()
    session.agreeing.begin("C-001", 2)
    labels = session.agreeing.reading.label_map.labels
    labels[2, :20] = 1
    second = labels[2].copy()
    kept = session.agreeing.finish()
    np.testing.assert_array_equal(approved.labels, before)
    np.testing.assert_array_equal(session.must_open().label_map.states, states)
    for label in (1, 5):
        one, two = before[2] == label, second == label
        assert (kept.both[str(label)], kept.first[str(label)], kept.second[str(label)]) == ((one & two).sum(), one.sum(), two.sum())
    assert session.agreeing.reading is None
    folder = session.must_project().folder
    session.close_project()
    session.open_project(folder)
    assert session.agreeing.document.repeats == (kept,)


def test_that_only_approved_slices_are_read_again_each_once_and_declined_ones_never(approved: World) -> None:
    agreeing, errors, seen = approved.session.agreeing, [], []
    agreeing.begin("C-001", 3, on_error=errors.append)
    assert "not approved" in str(errors[0])
    assert agreeing.reading is None
    for _ in range(2):
        agreeing.choose(seen.append)
        agreeing.begin(*seen[-1])
        agreeing.finish()
    agreeing.choose(seen.append)
    agreeing.begin(*seen[-1])
    agreeing.give_up()
    assert sorted(seen) == [("C-001", 1), ("C-001", 2), ("C-001", 4)]
    agreeing.choose(seen.append)
    assert seen[-1] is None
    with pytest.raises(ProjectError, match="No slice"):
        agreeing.finish()


def test_that_nothing_is_offered_before_enough_is_approved_or_where_it_is_switched_off(approved: World) -> None:
    agreeing = approved.session.agreeing
    assert not agreeing.due()
    approved.session.approve_case()
    assert not agreeing.due(), "six slices are too few"
    agreeing.set_enabled(enabled=False)
    assert not agreeing.due()


def test_that_the_students_dice_are_those_of_the_gate(approved: World) -> None:
    session = approved.session
    session.must_project().models.activate("threshold", reason="", gate={"after": {"soft": 0.5, "hard": None}}, mean_dice=0.5)
    for k in (1, 2):
        session.agreeing.begin("C-001", k)
        session.agreeing.finish()
    advice = session.agreeing.advice()
    assert advice.student == {"soft": 0.5}
    assert (advice.kind, advice.below) == ("go on", ("soft",))
