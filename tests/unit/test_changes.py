"""What another student changed: predicted again behind, listed, put back, and never where a person reviewed."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from gf_desktop.changes import KEEP_NAME
from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.inference.segmenter import Cancelled
from gf_desktop.jobs import CancelToken
from gf_desktop.project.change_files import Change, read_change, read_difference
from gf_desktop.session import Session
from tests.unit.conftest import SITK, LaterJobs, World


def drawn(voxels: np.ndarray, soft: int, hard: int) -> np.ndarray:
    return np.select([voxels > hard, voxels > soft], [5, 1], 0).astype(np.uint8)


@pytest.fixture
def two(world: World) -> World:
    """Two scans that the first student drew; a slice of the first one is approved and a stroke is on another."""
    image = SITK.GetImageFromArray(np.flip(world.voxels, 0).copy())
    image.SetSpacing((0.8, 0.8, 2.5))
    SITK.WriteImage(image, str(world.tmp_path / "second.nii.gz"))
    session = world.session
    session.import_paths([world.tmp_path / "second.nii.gz"])
    session.predict("C-001")
    session.predict("C-002")
    session.open_case("C-001")
    session.approve_slice(4)
    session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=(20, 20, 2)).finish()
    session.close_case()
    return world


def let_serve(world: World, name: str, soft: int, hard: int) -> None:
    models = world.session.must_project().models
    world.make_pack(models.folder / name, soft_at=soft / 100, hard_at=hard / 100)
    models.register(name)
    world.session.activate(name)


def states(world: World, case_id: str) -> np.ndarray:
    return world.session.must_project().masks.load(case_id).states


def test_that_every_scan_of_another_student_waits_and_is_predicted_behind(two: World) -> None:
    changing, told = two.session.changing, []
    changing.finished.connect(told.append)
    let_serve(two, "other", 20, 30)
    assert changing.waiting() == ["C-001", "C-002"]
    assert changing.running is None
    changing.automatic = True
    changing.renew()
    assert changing.waiting() == []
    assert {case.model_id for case in two.session.cases()} == {"other"}
    assert told == [2]


def new_cases(world: World, count: int) -> list[str]:
    """Add scans that nobody has drawn in."""
    project = world.session.must_project()
    volume = project.load_volume("C-001")
    added = []
    for number in range(count):
        made = dataclasses.replace(volume, voxels=volume.voxels + number + 1)
        added.append(project.add_case(made, title=made.source, verdict="green", findings=())[0].id)
    return added


def test_that_new_scans_are_predicted_behind_where_that_is_asked_for(two: World) -> None:
    changing = two.session.changing
    changing.automatic = True
    new = new_cases(two, 2)
    let_serve(two, "other", 20, 30)
    drawn = {case.id: case.model_id for case in two.session.cases()}
    assert drawn == {"C-001": "other", "C-002": "other", **dict.fromkeys(new, "")}, "nobody asked for the new ones"
    assert changing.waiting(behind=True) == []
    assert changing.waiting(behind=True, new=True) == new
    changing.renew()
    assert {case.id: (case.model_id, case.status) for case in two.session.cases() if case.id in new} == dict.fromkeys(
        new, ("other", "proposed")
    )
    assert changing.waiting(new=True) == []


def test_that_new_scans_are_left_as_they_are_once_predicting_is_stopped(two: World) -> None:
    session, jobs = two.session, LaterJobs()
    new = new_cases(two, 2)
    folder = session.must_project().folder
    session.close_project()
    later = Session(jobs, two.trainer)
    later.changing.automatic = True
    later.open_project(folder)
    assert later.changing.running is None
    later.changing.renew()
    assert later.changing.running == (new[0], 0, 2)
    later.changing.stop()
    for job in jobs.waiting:
        with contextlib.suppress(Cancelled):
            job()
    assert later.changing.running is None
    assert {case.id for case in later.cases() if case.status == "new"} == set(new)
    later.close_project()


def test_that_what_changed_is_counted_for_each_structure_where_nobody_reviewed(two: World) -> None:
    before, was = two.labels.copy(), states(two, "C-001")
    let_serve(two, "other", 20, 30)
    two.session.predict("C-001")
    after = two.labels
    reviewed = was >= VoxelState.ACCEPTED
    np.testing.assert_array_equal(after[reviewed], before[reviewed])
    differs = (before != after) & ~reviewed
    (found,) = two.session.changing.all()
    assert (found.change.older, found.change.newer, found.change.voxels) == ("threshold", "other", differs.sum())
    ml = found.case.geometry.voxel_ml
    assert found.changed_ml() == pytest.approx(differs.sum() * ml)
    for label in (1, 5):
        added, removed = (differs & (after == label)).sum(), (differs & (before == label)).sum()
        assert found.of_structure(label) == pytest.approx((added * ml, removed * ml))
        assert found.changed_ml(label) == pytest.approx((added + removed) * ml)


def test_that_a_first_proposal_and_the_same_students_second_one_are_no_change(world: World) -> None:
    for _ in range(2):
        world.session.predict("C-001")
    assert world.session.changing.all() == []
    assert read_change(world.session.must_project().case_folder("C-001")) is None


@pytest.mark.parametrize("shown", [False, True])
def test_that_the_older_proposal_is_put_back_where_nobody_reviewed_and_that_can_be_undone(two: World, shown: bool) -> None:
    session, before = two.session, two.labels.copy()
    let_serve(two, "other", 20, 30)
    session.predict("C-001")
    after, was = two.labels.copy(), states(two, "C-001")
    if shown:
        session.open_case("C-001")
    told: list[bool] = []
    session.changing.keep("C-001", on_done=told.append)
    np.testing.assert_array_equal(two.labels, before)
    session.open_case("C-001")
    np.testing.assert_array_equal(session.must_open().label_map.states, was)
    assert told == [True]
    assert session.must_open().case.model_id == "threshold"
    assert session.changing.waiting() == ["C-002"], "who turned a proposal down does not get it again"
    assert session.must_open().journal.undo_name == KEEP_NAME
    session.undo()
    np.testing.assert_array_equal(two.labels, after)
    assert session.must_open().case.model_id == "other"
    assert session.changing.all()[0].change.state == "open"
    session.redo()
    np.testing.assert_array_equal(two.labels, before)
    assert session.must_open().case.model_id == "threshold"
    session.changing.accept("C-001")
    np.testing.assert_array_equal(two.labels, after)
    assert session.changing.all()[0].change.state == "accepted"


def test_that_accepting_changes_no_voxel_and_reviews_none(two: World) -> None:
    let_serve(two, "other", 20, 30)
    two.session.predict("C-002")
    before, was = two.session.labels_of("C-002").copy(), states(two, "C-002")
    told: list[bool] = []
    two.session.changing.accept("C-002", on_done=told.append)
    assert told == [False]
    np.testing.assert_array_equal(two.session.labels_of("C-002"), before)
    np.testing.assert_array_equal(states(two, "C-002"), was)
    assert two.session.changing.all()[0].change.state == "accepted"


def test_that_a_stroke_after_the_change_is_no_part_of_what_is_put_back(two: World) -> None:
    session, before = two.session, two.session.labels_of("C-002").copy()
    let_serve(two, "other", 20, 30)
    session.predict("C-002")
    session.open_case("C-002")
    session.begin_stroke(axis=2, label=5, radius_mm=6.0, start_ijk=(25, 20, 1)).finish()
    painted = session.must_open().label_map.states == VoxelState.EDITED
    session.changing.keep("C-002")
    labels = session.must_open().label_map.labels
    assert painted.any()
    assert (labels[painted] == 5).all()
    np.testing.assert_array_equal(labels[~painted], before[~painted])


def test_that_the_other_proposal_can_be_looked_at_either_way_round(two: World) -> None:
    session, before = two.session, two.labels.copy()
    let_serve(two, "other", 20, 30)
    session.open_case("C-001")
    session.predict()
    after, seen = two.labels.copy(), []
    session.changing.other_mask(lambda _change, labels: seen.append(labels))
    session.changing.keep("C-001")
    session.changing.other_mask(lambda _change, labels: seen.append(labels))
    np.testing.assert_array_equal(seen[0], before)
    np.testing.assert_array_equal(seen[1], after)


def test_that_the_list_is_sorted_by_a_structure_or_by_all_and_survives_a_restart(two: World) -> None:
    session = two.session
    let_serve(two, "other", 20, 30)
    for case_id in ("C-001", "C-002"):
        session.predict(case_id)
    for label in (None, 1, 5):
        sizes = [one.changed_ml(label) for one in session.changing.all(label=label)]
        assert sizes == sorted(sizes, reverse=True)
    # a reviewed slice and a stroke cannot change
    assert [one.case.id for one in session.changing.all()] == ["C-002", "C-001"]
    session.changing.accept("C-002")
    folder = session.must_project().folder
    session.close_project()
    session.open_project(folder)
    assert [(one.case.id, one.change.state) for one in session.changing.all()] == [("C-001", "open"), ("C-002", "accepted")]


def test_that_an_interrupted_series_goes_on_where_the_project_is_opened_again(two: World) -> None:
    session = two.session
    let_serve(two, "other", 20, 30)
    session.predict("C-001")
    folder = session.must_project().folder
    session.close_project()
    again = Session(two.session.jobs, two.trainer)
    again.changing.automatic = True
    again.open_project(folder)
    assert again.changing.waiting() == []
    assert {case.model_id for case in again.cases()} == {"other"}
    again.close_project()


def test_that_what_is_predicted_behind_ends_when_it_is_stopped(two: World) -> None:
    session, jobs = two.session, LaterJobs()
    folder = session.must_project().folder
    let_serve(two, "other", 20, 30)
    session.close_project()
    later = Session(jobs, two.trainer)
    later.changing.automatic = True
    later.open_project(folder)
    assert later.changing.running == ("C-001", 0, 2)
    later.changing.stop()
    assert later.changing.running is None
    for job in jobs.waiting:
        # those that read for the window have nothing to give up
        with contextlib.suppress(Cancelled):
            job()
    assert {case.model_id for case in later.cases()} == {"threshold"}
    assert later.changing.waiting() == ["C-001", "C-002"]
    later.close_project()


def test_that_the_thread_behind_waits_for_the_persons_stroke(two: World) -> None:
    session = two.session
    session.open_case("C-001")
    stroke = session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=(20, 20, 3))
    passed, token = threading.Event(), CancelToken()
    thread = threading.Thread(target=lambda: (session.changing._wait(token), passed.set()))
    thread.start()
    assert not passed.wait(0.3)
    stroke.finish()
    assert passed.wait(5)
    thread.join()


def test_that_a_scan_that_cannot_be_predicted_does_not_hold_up_the_others(two: World) -> None:
    session = two.session
    (session.must_project().case_folder("C-001") / "image.npy").write_bytes(b"damaged")
    session.changing.automatic = True
    told: list[int] = []
    session.changing.finished.connect(told.append)
    let_serve(two, "other", 20, 30)
    assert session.changing.waiting() == ["C-001"]
    assert told == [1]
    assert session.changing.running is None


def test_that_a_damaged_older_proposal_is_refused_in_words_and_the_mask_stays(two: World) -> None:
    session = two.session
    let_serve(two, "other", 20, 30)
    session.predict("C-002")
    after = session.labels_of("C-002").copy()
    (path,) = session.must_project().case_folder("C-002").glob("change-*.npz")
    path.write_bytes(path.read_bytes()[:-40])
    errors: list[Exception] = []
    session.changing.keep("C-002", on_error=errors.append)
    assert "older proposal cannot be read" in str(errors[0])
    np.testing.assert_array_equal(session.labels_of("C-002"), after)
    assert session.changing.all()[0].change.state == "open"
    with pytest.raises(ProjectError, match="No other student"):
        session.changing.keep("C-001")


@pytest.mark.parametrize("text", [b"", b"{", b'{"older": 3}', b'{"file": "../x"}', b"\xff\xfe"])
def test_that_a_damaged_list_of_changes_is_none(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "change.json").write_bytes(text)
    assert read_change(tmp_path) is None


def test_that_a_file_outside_the_scans_folder_is_never_named(two: World) -> None:
    folder = two.session.must_project().case_folder("C-001")
    change = Change("a", "b", "", 3, {}, {}, "../C-002/change-000001.npz")
    (folder / "change.json").write_bytes(msgspec.json.encode(change))
    assert read_change(folder) is None


def test_that_only_the_voxels_of_the_last_proposal_are_kept(two: World) -> None:
    session = two.session
    for name, soft, hard in (("second", 20, 30), ("third", 50, 75), ("fourth", 30, 60)):
        let_serve(two, name, soft, hard)
        session.predict("C-002")
    folder = session.must_project().case_folder("C-002")
    change = read_change(folder)
    assert [path.name for path in folder.glob("change-*")] == [change.file]
    assert (change.older, change.newer) == ("third", "fourth")
    edit = read_difference(folder, change, session.labels_of("C-002").shape)
    assert int(edit.mask.sum()) == change.voxels


def test_that_a_student_that_changes_nothing_is_not_in_the_list(two: World) -> None:
    let_serve(two, "same", 50, 75)
    two.session.predict("C-002")
    assert two.session.changing.all() == []
    assert two.session.changing.waiting() == ["C-001"]
