"""Correcting the mask on screen: operations, locks, and what a brush is held to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.correcting import BrushOptions, listed_slices
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.operations import AcceptStructure, Delete, Margin
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
from tests.unit.conftest import LaterJobs, World


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_that_a_slice_is_approved_along_any_axis(world: World, axis: int) -> None:
    session = world.session
    session.open_case("C-001")
    session.approve_slice(2, axis=axis)
    states = session.must_open().label_map.states
    expected = np.zeros_like(states)
    np.moveaxis(expected, 2 - axis, 0)[2] = VoxelState.ACCEPTED
    np.testing.assert_array_equal(states, expected)


def _later(world: World) -> tuple[Session, LaterJobs]:
    jobs = LaterJobs()
    session = Session(jobs, world.trainer)
    folder = world.session.must_project().folder
    world.session.close_project()
    session.open_project(folder)
    session.open_case("C-001")
    jobs.waiting.clear()
    return session, jobs


def test_that_nothing_else_changes_the_mask_while_an_operation_is_computed(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    session, jobs = _later(world)
    before = session.must_open().label_map.labels.copy()
    session.operate(Margin(5, -2.0))
    assert session.must_open().working == "margin"
    for change in (
        lambda: session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, 0)),
        session.undo,
        session.approve_case,
        lambda: session.operate(Delete(5)),
    ):
        with pytest.raises(ProjectError, match="still being computed"):
            change()
    np.testing.assert_array_equal(session.must_open().label_map.labels, before)
    jobs.waiting.pop()()
    assert session.must_open().working == ""
    assert (session.must_open().label_map.labels != before).any()
    session.undo()
    np.testing.assert_array_equal(session.must_open().label_map.labels, before)
    session.close_project()


def test_that_the_answer_of_a_cancelled_operation_is_dropped(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    session, jobs = _later(world)
    before = session.must_open().label_map.labels.copy()
    session.operate(Delete(5))
    session.cancel_operation()
    jobs.waiting.pop()()
    np.testing.assert_array_equal(session.must_open().label_map.labels, before)
    session.operate(Delete(5))
    session.close_case()
    jobs.waiting.pop()()
    session.open_case("C-001")
    np.testing.assert_array_equal(session.must_open().label_map.labels, before)
    session.close_project()


def test_that_a_lock_is_kept_with_the_project_and_holds_against_brush_and_operation(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    world.session.set_locked(5, locked=True)
    folder = world.session.must_project().folder
    world.session.close_project()
    session = Session(InlineJobs(), world.trainer)
    session.open_project(folder)
    session.open_case("C-001")
    assert session.locked == {5}
    locked = session.must_open().label_map.labels == 5
    session.begin_stroke(axis=2, label=1, radius_mm=50.0, start_ijk=(10, 10, 2)).finish()
    session.begin_stroke(axis=2, label=0, radius_mm=50.0, start_ijk=(10, 10, 3), erase=True).finish()
    session.operate(Margin(1, 6.0))
    np.testing.assert_array_equal(session.must_open().label_map.labels == 5, locked)
    session.set_locked(5, locked=False)
    session.begin_stroke(axis=2, label=1, radius_mm=50.0, start_ijk=(10, 10, 2)).finish()
    assert not (session.must_open().label_map.labels[2] == 5).any()
    session.close_project()


def _disc(world: World, radius_mm: float, centre: tuple[int, int, int]) -> np.ndarray:
    """Voxels [k, j, i] within a radius of a voxel, in space."""
    geometry = world.session.must_open().volume.geometry
    k, j, i = np.mgrid[tuple(slice(n) for n in geometry.shape_kji)]
    offsets = [(axis - at) * step for axis, at, step in zip((i, j, k), centre, geometry.spacing_mm, strict=True)]
    return np.sqrt(sum(o**2 for o in offsets)) <= radius_mm


def test_that_a_ball_paints_in_space_over_background_alone(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    session = world.session
    before = world.labels.copy()
    options = BrushOptions(in_space=True, over="background")
    session.begin_stroke(axis=2, label=1, radius_mm=6.0, start_ijk=(10, 10, 3), options=options).finish()
    expected = np.where(_disc(world, 6.0, (10, 10, 3)) & (before == 0), 1, before)
    np.testing.assert_array_equal(world.labels, expected)
    assert (expected != before).sum() > 20


def test_that_a_brush_is_held_to_intensities(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    voxels = np.asarray(session.must_open().volume.voxels)
    low, high = float(np.quantile(voxels, 0.4)), float(np.quantile(voxels, 0.8))
    options = BrushOptions(in_space=True, where="range", low=low, high=high)
    session.begin_stroke(axis=2, label=1, radius_mm=9.0, start_ijk=(10, 10, 3), options=options).finish()
    inside = _disc(world, 9.0, (10, 10, 3)) & (voxels >= low) & (voxels <= high)
    np.testing.assert_array_equal(world.labels, inside.astype(np.uint8))
    assert 5 < inside.sum() < _disc(world, 9.0, (10, 10, 3)).sum()


def test_that_a_brush_is_held_to_what_the_student_says_of_the_structure(world: World) -> None:
    session = world.session
    session.predict("C-001")
    session.open_case("C-001")
    label = int(np.bincount(world.labels[world.labels > 0]).argmax())
    options = BrushOptions(in_space=True, where="student", dial=0.5)
    with pytest.raises(ProjectError, match="has not looked"):
        session.begin_stroke(axis=2, label=label, radius_mm=9.0, start_ijk=(10, 10, 3), options=options)
    session.predict_structure(label, first_k=3)
    known = session.must_open().probability
    assert known is not None
    assert known[0] == label
    confidence = session.must_open().confidence
    chosen = world.labels == label
    # where the student chose the structure, its probability of it is the confidence of the choice
    np.testing.assert_array_equal(known[2][chosen], confidence[chosen])
    assert (known[2][~chosen] <= 128).all()
    proposed = world.labels.copy()
    session.operate(Delete(label))
    session.begin_stroke(axis=2, label=label, radius_mm=9.0, start_ijk=(10, 10, 3), options=options).finish()
    expected = np.where(_disc(world, 9.0, (10, 10, 3)) & (known[2] > 0.5 * 255), label, np.where(proposed == label, 0, proposed))
    np.testing.assert_array_equal(world.labels, expected)
    assert (world.labels == label).any()


def test_that_the_review_brush_marks_without_changing_a_label(world: World) -> None:
    session = world.session
    session.predict("C-001")
    session.open_case("C-001")
    before = world.labels.copy()
    session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=(10, 10, 2), review=True).finish()
    np.testing.assert_array_equal(world.labels, before)
    states = session.must_open().label_map.states
    assert (states[2] == VoxelState.ACCEPTED).sum() > 5
    assert (states[[0, 1, 3, 4, 5]] == VoxelState.PROPOSED).all()
    assert session.must_open().journal.undo_name == "review"


@pytest.mark.parametrize("change", ["slice", "scan", "structure", "review brush", "same label", "mask from a file"])
def test_that_what_is_accepted_while_the_student_draws_outlives_a_kill_with_its_labels(world: World, change: str) -> None:
    session, project = world.session, world.session.must_project().folder
    session.open_case("C-001")
    left = world.tmp_path / "left"
    seen: list[tuple[np.ndarray, np.ndarray]] = []

    def accept() -> None:
        label_map, predicting = session.must_open().label_map, session.predicting
        if predicting is None or predicting[0] != 3 or seen:
            return
        seen.append((label_map.labels.copy(), label_map.states.copy()))
        drawn = int(np.flatnonzero((label_map.states == VoxelState.PROPOSED).all(axis=(1, 2)))[0])
        j, i = (int(v) for v in np.argwhere(label_map.labels[drawn] == 1)[0])
        if change == "slice":
            session.approve_slice(drawn)
        elif change == "scan":
            session.approve_case()
        elif change == "structure":
            session.operate(AcceptStructure(1))
        elif change == "mask from a file":
            session.must_open().take_slices(label_map.labels.copy(), (drawn,), name=change)
        else:
            review = change == "review brush"
            session.begin_stroke(axis=2, label=1, radius_mm=0.0, start_ijk=(i, j, drawn), review=review).finish()
        seen[0] = (label_map.labels.copy(), label_map.states.copy())
        shutil.copytree(project, left, ignore=shutil.ignore_patterns("*.lock", "*.holder.json"))

    session.prediction_changed.connect(accept)
    session.predict()
    ((labels, states),) = seen
    accepted = states >= VoxelState.ACCEPTED
    assert labels[accepted].any()
    other = Session(InlineJobs(), world.trainer)
    other.open_project(Path(left))
    other.open_case("C-001")
    found = other.must_open().label_map
    np.testing.assert_array_equal(found.states >= VoxelState.ACCEPTED, accepted)
    np.testing.assert_array_equal(found.labels[accepted], labels[accepted])
    other.undo()
    np.testing.assert_array_equal(found.states >= VoxelState.ACCEPTED, np.zeros_like(accepted))
    other.close_project()


class PuttingOff(InlineJobs):
    """Puts off what it is asked to until it is told that the picture is there."""

    def __init__(self) -> None:
        self.owed: list[Callable[[], None]] = []

    def put_off(self, fn: Callable[[], None]) -> None:
        self.owed.append(fn)

    def catch_up(self) -> None:
        while self.owed:
            self.owed.pop(0)()


def _putting_off(world: World) -> tuple[Session, PuttingOff, Path]:
    """Return a session on a case that nobody has touched, and the project's folder."""
    jobs = PuttingOff()
    session = Session(jobs, world.trainer)
    folder = world.session.must_project().folder
    world.session.close_project()
    session.open_project(folder)
    session.open_case("C-001")
    jobs.catch_up()
    return session, jobs, folder


def _touch(session: Session) -> None:
    session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, 2)).finish()


def _record(session: Session) -> str:
    """The case's status as the database has it; asking the session would bring it up to date."""
    return session.must_project().case("C-001").status


def test_that_what_follows_from_the_mask_is_told_once_and_after_the_picture(world: World) -> None:
    session, jobs, _folder = _putting_off(world)
    told: list[str] = []
    session.labels_changed.connect(lambda _box: told.append("picture"))
    session.history_changed.connect(lambda: told.append("history"))
    session.worklist_changed.connect(lambda: told.append("worklist"))
    _touch(session)
    session.undo()
    session.redo()
    assert "worklist" not in told
    assert _record(session) == "new"
    jobs.catch_up()
    assert told.count("worklist") == 1
    assert told.count("history") == 3
    assert _record(session) == session.must_open().case.status == "in progress"
    session.close_project()


def test_that_an_undo_is_on_the_disk_before_the_mask_shows_it(world: World) -> None:
    session, _jobs, _folder = _putting_off(world)
    _touch(session)
    journal = session.must_open().journal
    sizes, steps = [journal.path.stat().st_size], [journal.steps]

    def look(_box: object) -> None:
        sizes.append(journal.path.stat().st_size)
        steps.append(journal.steps)

    session.labels_changed.connect(look)
    session.undo()
    session.redo()
    assert steps == [1, 0, 1]
    assert sizes[0] < sizes[1] < sizes[2]
    session.close_project()


def test_that_who_asks_for_the_worklist_sees_an_edit_at_once(world: World) -> None:
    session, _jobs, _folder = _putting_off(world)
    _touch(session)
    assert [case.status for case in session.cases()] == ["in progress"]
    session.undo()
    assert [case.status for case in session.cases()] == ["new"]
    session.close_project()


def test_that_a_round_learns_from_an_edit_that_was_made_just_now(world: World) -> None:
    session, _jobs, _folder = _putting_off(world)
    session.approve_slice(2)
    assert _record(session) == "new"
    session.refine(minutes=1.0)
    assert _record(session) == "in progress"
    session.cancel_refine()
    session.wait_for_round()
    session.close_project()


def test_that_closing_brings_the_record_up_to_date(world: World) -> None:
    session, _jobs, folder = _putting_off(world)
    session.approve_case()
    session.close_project()
    again = Session(InlineJobs(), world.trainer)
    again.open_project(folder)
    assert _record(again) == "approved"
    again.close_project()


def test_that_a_program_killed_before_it_caught_up_has_lost_nothing(world: World, tmp_path: Path) -> None:
    session, _jobs, folder = _putting_off(world)
    _touch(session)
    session.undo()
    session.approve_slice(3)
    wanted = session.must_open().label_map.states.copy()
    left = Path(shutil.copytree(folder, tmp_path / "killed", ignore=shutil.ignore_patterns("*.lock", "*.holder*")))
    session.close_project()
    again = Session(InlineJobs(), world.trainer)
    again.open_project(left)
    assert _record(again) == "new"
    again.open_case("C-001")
    np.testing.assert_array_equal(again.must_open().label_map.states, wanted)
    assert _record(again) == again.must_open().case.status == "in progress"
    assert again.must_open().case.reviewed == 1
    again.close_project()


@pytest.mark.parametrize(
    ("text", "expected"), [("3", (2,)), ("3, 7-9", (2, 6, 7, 8)), ("9,1 - 2,2", (0, 1, 8)), ("1-10", tuple(range(10)))]
)
def test_that_a_list_of_slices_counts_from_one(text: str, expected: tuple[int, ...]) -> None:
    assert listed_slices(text, 10) == expected


@pytest.mark.parametrize("text", ["", "x", "1,", "1-2-3", "0", "11", "3-2", "-1", "1-99999999999999"])
def test_that_what_is_no_list_of_slices_is_refused_with_an_example_or_the_bounds(text: str) -> None:
    with pytest.raises(ProjectError, match=r"not a list of slices.*3, 7-9|slices 1 to 10"):
        listed_slices(text, 10)
