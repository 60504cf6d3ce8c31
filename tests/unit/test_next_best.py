"""What is worth correcting next in a whole project: measured once, kept, and followed stroke by stroke."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.imaging.edits import Box
from gf_desktop.next_best import Ranking, reason, strokes_of
from gf_desktop.project.journal import Event
from tests.unit.conftest import SITK, World


@pytest.fixture
def two(world: World) -> World:
    image = SITK.GetImageFromArray(np.flip(world.voxels, 1).copy())
    image.SetSpacing((0.8, 0.8, 2.5))
    SITK.WriteImage(image, str(world.tmp_path / "second.nii.gz"))
    world.session.import_paths([world.tmp_path / "second.nii.gz"])
    world.session.predict("C-001")
    world.session.predict("C-002")
    return world


def ranked(world: World, count: int = 40) -> Ranking:
    answers: list[Ranking] = []
    world.session.suggesting.rank(count=count, on_done=answers.append)
    return answers[0]


def test_that_slices_of_every_scan_are_suggested_with_a_reason(two: World) -> None:
    found = ranked(two).suggestions
    assert {one.case_id for one in found} == {"C-001", "C-002"}
    assert len({(one.case_id, one.k) for one in found}) == len(found) == 12
    words = reason(found[0], two.session.must_project().table, measured=True)
    assert words.startswith(("soft: student ", "hard: student "))
    assert "at stake, about" in words


def test_that_what_was_reviewed_is_not_suggested_again_and_a_stroke_counts_at_once(two: World) -> None:
    session = two.session
    session.open_case("C-001")
    session.suggesting.renew()
    first = session.suggesting.ranking.suggestions[0]
    session.open_case(first.case_id)
    session.suggesting.renew()
    session.approve_slice(first.k)
    session.suggesting.renew()
    left = [(one.case_id, one.k) for one in session.suggesting.ranking.suggestions]
    assert (first.case_id, first.k) not in left
    assert len(left) == 11


def test_that_only_slices_that_changed_are_looked_at_again(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from gf_desktop import next_best

    session, looked = two.session, []
    session.open_case("C-001")
    session.suggesting.renew()
    real = next_best.measure_slices

    def counted(*arguments, slices=None, **named):
        looked.append(slices)
        return real(*arguments, slices=slices, **named)

    monkeypatch.setattr(next_best, "measure_slices", counted)
    session.begin_stroke(axis=2, label=5, radius_mm=3.0, start_ijk=(20, 20, 2)).finish()
    session.suggesting.renew()
    assert looked == [[2]]


def test_that_measuring_lets_go_of_the_confidence_that_it_read(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[object] = []
    monkeypatch.setattr("gf_desktop.next_best.let_go", gone.append)
    two.session.open_case("C-001")
    ranked(two)
    assert len(gone) == 2
    assert any(one is two.session.must_open().confidence for one in gone)


def test_that_what_was_measured_is_kept_and_not_measured_again_after_a_restart(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from gf_desktop import next_best

    before = ranked(two)
    folder = two.session.must_project().folder
    two.session.close_project()
    monkeypatch.setattr(next_best, "measure_slices", None)
    two.session.open_project(folder)
    assert ranked(two) == before


def test_that_a_damaged_file_of_measures_is_measured_anew(two: World) -> None:
    before = ranked(two)
    folder = two.session.must_project().folder
    two.session.close_project()
    for path in folder.glob("cases/*/worths.npz"):
        path.write_bytes(path.read_bytes()[:200])
    two.session.open_project(folder)
    assert ranked(two) == before


def test_that_another_students_proposal_is_measured_anew_and_disagreement_counts(two: World) -> None:
    before = ranked(two)
    models = two.session.must_project().models
    two.make_pack(models.folder / "other", soft_at=0.2, hard_at=0.3)
    models.register("other")
    two.session.activate("other")
    two.session.predict("C-002")
    after = ranked(two)
    assert after != before
    first = after.suggestions[0]
    assert first.case_id == "C-002"
    assert first.disputed
    assert "the students disagree" in reason(first, two.session.must_project().table, measured=True)


def test_that_who_asks_again_is_taken_to_another_slice_until_all_were_seen(two: World) -> None:
    suggesting = two.session.suggesting
    suggesting.renew()
    seen = []
    for _ in range(12):
        one = suggesting.next()
        seen.append((one.case_id, one.k))
        suggesting.note_gone(one.case_id, one.k)
    assert len(set(seen)) == 12
    assert (suggesting.next().case_id, suggesting.next().k) == seen[0]


def test_that_a_scan_that_nobody_predicted_is_left_to_the_worklist(world: World) -> None:
    assert ranked(world).suggestions == ()


def test_that_seconds_and_size_of_strokes_come_from_the_journal(two: World) -> None:
    box = Box((2, 10, 10), (3, 20, 30))
    times = ("2026-01-01T10:00:00.000+00:00", "2026-01-01T10:00:04.000+00:00", "2026-01-01T10:00:05.000+00:00")
    events = [
        Event(0, "stroke", "AB", times[0], "brush", "m", box),
        Event(1, "stroke", "AB", times[1], "eraser", "m", box),
        Event(2, "accept", "AB", times[2], "approve slice 3", "m", box),
    ]
    assert strokes_of(events, 0.5).tolist() == [[4.0, 0.5 * 200 * 0.5]]
    session = two.session
    session.open_case("C-001")
    for k in (1, 2, 3):
        session.begin_stroke(axis=2, label=5, radius_mm=3.0, start_ijk=(20, 20, k)).finish()
    read = session.must_project().masks.history("C-001")
    assert len(strokes_of(read(), 0.64)) == 2
