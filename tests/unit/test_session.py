"""The application without a face, from a folder of scans to a mask and back."""

import gc
import json
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gf_desktop.arrays import CAN_MAP
from gf_desktop.errors import GeometryError, ProjectError, TrainingError, UserError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import file_sha256
from gf_desktop.project.records import Case
from gf_desktop.protocol import Failed, Start, encode_line
from gf_desktop.session import Session
from gf_desktop.workspace import RefusedScan
from tests.unit.conftest import SITK, World


def proposed(voxels: np.ndarray) -> np.ndarray:
    return np.select([voxels > 75, voxels > 50], [5, 1], 0).astype(np.uint8)


def test_that_predicting_proposes_the_students_labels(world: World) -> None:
    world.session.predict("C-001")
    np.testing.assert_array_equal(world.labels, proposed(world.voxels))
    case = world.session.cases()[0]
    assert (case.status, case.model_id) == ("proposed", "threshold")
    assert world.session.provider == "CPU"


def test_that_a_case_on_screen_shows_each_slice_as_it_comes(world: World) -> None:
    boxes = []
    world.session.open_case("C-001")
    world.session.labels_changed.connect(boxes.append)
    world.session.predict(first_k=3)
    assert [b.start_kji[0] for b in boxes[:3]] == [3, 4, 2]
    assert world.session.predicting is None
    assert world.session.must_open().confidence is not None
    assert (world.session.must_open().label_map.states == VoxelState.PROPOSED).all()


def test_that_slices_come_some_at_a_time_and_none_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gf_desktop.proposing.ARRIVE_S", 3600.0)
    posts: list[Any] = []
    post = world.session._jobs.post
    monkeypatch.setattr(world.session._jobs, "post", lambda fn: (posts.append(fn), post(fn)))
    boxes: list[Any] = []
    world.session.open_case("C-001")
    world.session.labels_changed.connect(boxes.append)
    world.session.predict()
    assert {box.start_kji[0] for box in boxes} == set(range(world.session.must_open().case.slices))
    assert len(posts) == 2, "the first slice, then all the others"


def test_that_who_hears_of_a_first_prediction_finds_the_case_up_to_date(world: World) -> None:
    seen = []
    world.session.open_case("C-001")
    world.session.model_changed.connect(lambda: seen.append((world.session.provider, world.session.must_open().case.model_id)))
    world.session.predict()
    assert seen == [("CPU", "threshold")]


def test_that_predicting_again_never_touches_what_a_person_did(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    session.predict()
    session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=(20, 20, 2)).finish()
    session.approve_slice(4)
    before = session.must_open().label_map
    kept = before.states >= VoxelState.ACCEPTED
    labels = before.labels.copy()
    world.make_pack(session.must_project().models.folder / "other", soft_at=0.2, hard_at=0.3)
    session.must_project().models.register("other")
    session.activate("other")
    session.predict()
    np.testing.assert_array_equal(world.labels[kept], labels[kept])
    assert (world.labels[~kept] != labels[~kept]).any()


def test_that_a_kept_prediction_is_looked_at_in_its_file_and_a_later_one_replaces_it(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    predictions: list[np.ndarray] = []
    session.predict(on_done=lambda prediction: predictions.append(prediction.confidence.copy()))
    opened = session.must_open()
    path = session.must_project().confidence_path("C-001")
    kept = path.read_bytes()
    assert opened.confidence.flags.writeable != CAN_MAP
    np.testing.assert_array_equal(opened.confidence, predictions[0])
    seen: list[bool] = []
    # while the slices come, the file is as it was, so that a kill leaves a whole one
    session.labels_changed.connect(lambda _box: seen.append(path.read_bytes() == kept))
    world.make_pack(session.must_project().models.folder / "other", soft_at=0.2, hard_at=0.3)
    session.must_project().models.register("other")
    session.activate("other")
    session.predict(on_done=lambda prediction: predictions.append(prediction.confidence.copy()))
    assert seen
    assert seen[0]
    assert (predictions[0] != predictions[1]).any()
    np.testing.assert_array_equal(opened.confidence, predictions[1])
    session.open_case("C-001")
    np.testing.assert_array_equal(session.must_open().confidence, predictions[1])


@pytest.mark.parametrize("shown", [True, False])
def test_that_nothing_holds_a_prediction_once_it_is_saved(world: World, shown: bool) -> None:
    held: list[weakref.ref[np.ndarray]] = []
    if shown:
        world.session.open_case("C-001")
    world.session.predict("C-001", on_done=lambda p: held.extend((weakref.ref(p.labels), weakref.ref(p.confidence))))
    gc.collect()
    assert [one() is None for one in held] == [True, True]


def test_that_nothing_holds_a_case_once_another_is_on_screen(world: World) -> None:
    world.session.open_case("C-001")
    world.session.predict()
    held = [weakref.ref(world.session.must_open()), weakref.ref(world.session.must_open().label_map.labels)]
    world.session.open_case("C-001")
    gc.collect()
    assert [one() is None for one in held] == [True, True]


def test_that_painting_is_saved_as_it_happens_and_is_there_after_a_crash(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    for k in range(3):
        session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, k)).finish()
    session.undo()
    painted, states = world.labels.copy(), session.must_open().label_map.states.copy()
    # as after a kill: nothing is closed, another program opens the files
    folder = session.must_project().folder
    other = Session(InlineJobs(), world.trainer)
    other.open_project(folder, read_only=True)
    np.testing.assert_array_equal(other.labels_of("C-001"), painted)
    np.testing.assert_array_equal(other.must_project().masks.load("C-001").states, states)
    other.close_project()


def test_that_undo_goes_on_after_the_case_was_closed_and_opened_again(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    seen = [world.labels.copy()]
    for k in range(3):
        session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, k)).finish()
        seen.append(world.labels.copy())
    session.close_case()
    assert session.must_project().masks.latest("C-001") is not None
    session.open_case("C-001")
    for expected in reversed(seen[:-1]):
        session.undo()
        np.testing.assert_array_equal(world.labels, expected)
    session.redo()
    session.open_case("C-001")
    np.testing.assert_array_equal(world.labels, seen[1])
    assert session.must_open().journal.redo_name == "brush"


def test_that_undo_goes_over_a_prediction_that_came_after_strokes(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, 0)).finish()
    painted, states = world.labels.copy(), session.must_open().label_map.states.copy()
    session.predict()
    proposed = world.labels.copy()
    assert (proposed != painted).any()
    assert session.must_open().journal.undo_name == "prediction"
    session.undo()
    np.testing.assert_array_equal(world.labels, painted)
    np.testing.assert_array_equal(session.must_open().label_map.states, states)
    session.redo()
    np.testing.assert_array_equal(world.labels, proposed)
    session.undo()
    session.undo()
    assert not world.labels.any()


def test_that_a_torn_journal_is_told_when_the_case_is_opened_and_when_its_mask_is_taken(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    for k in range(2):
        session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, k)).finish()
    session.undo()
    session.redo()
    expected = world.labels.copy()
    session.begin_stroke(axis=2, label=5, radius_mm=3.0, start_ijk=(10, 10, 3)).finish()
    path = session.must_open().journal.path
    session.must_project().masks.close()
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size - 5)
    again = Session(InlineJobs(), world.trainer)
    told: list[str] = []
    again.told.connect(told.append)
    again.open_project(session.must_project().folder, read_only=True)
    np.testing.assert_array_equal(again.labels_of("C-001"), expected)
    assert len(told) == 1
    assert "not finished when the program ended" in told[0]
    again.close_project()


def test_that_a_full_disk_on_closing_leaves_every_stroke_in_the_journal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    session = world.session
    session.open_case("C-001")
    session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, 0)).finish()
    painted = world.labels.copy()

    def full(*_args: object, **_options: object) -> None:
        raise ProjectError("The disk is full", next_step="Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(session.must_project().masks, "fold", full)
        session.close_case()
    assert [t.what for t in world.troubles] == ["The disk is full"]
    session.open_case("C-001")
    np.testing.assert_array_equal(world.labels, painted)


def test_that_undo_and_redo_go_across_tools_and_slices(world: World) -> None:
    session = world.session
    session.open_case("C-001")
    seen = [(world.labels.copy(), session.must_open().label_map.states.copy())]

    def remember() -> None:
        seen.append((world.labels.copy(), session.must_open().label_map.states.copy()))

    session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, 0)).finish()
    remember()
    session.begin_stroke(axis=0, label=5, radius_mm=3.0, start_ijk=(12, 9, 3)).finish()
    remember()
    session.begin_stroke(axis=2, label=5, radius_mm=2.0, start_ijk=(12, 9, 3), erase=True).finish()
    remember()
    session.approve_slice(1)
    remember()
    session.approve_case()
    remember()
    for expected in reversed(seen[:-1]):
        session.undo()
        np.testing.assert_array_equal(world.labels, expected[0])
        np.testing.assert_array_equal(session.must_open().label_map.states, expected[1])
    session.undo()
    for expected in seen[1:]:
        session.redo()
        np.testing.assert_array_equal(world.labels, expected[0])
        np.testing.assert_array_equal(session.must_open().label_map.states, expected[1])


def test_that_a_stroke_that_cannot_be_saved_is_taken_back_and_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    session = world.session
    session.open_case("C-001")

    def full(*_args: object, **_options: object) -> None:
        raise ProjectError("The disk is full", next_step="Free some space.")

    monkeypatch.setattr(session.must_open().journal, "commit", full)
    session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10, 10, 0)).finish()
    assert not world.labels.any()
    assert [t.what for t in world.troubles] == ["The disk is full"]
    assert session.must_open().journal.undo_name is None


@pytest.mark.parametrize("name", ["truth.nii.gz", "flipped.nii.gz"])
def test_that_approved_slices_come_from_a_file_in_any_axis_order(world: World, name: str) -> None:
    report = world.session.correct("C-001", world.tmp_path / name, slices=[1, 4])
    assert report.slices == (1, 4)
    np.testing.assert_array_equal(world.labels[[1, 4]], world.truth[[1, 4]])
    assert not world.labels[[0, 2, 3, 5]].any()
    assert world.session.cases()[0].reviewed == 2
    assert report.voxels_changed == int((world.truth[[1, 4]] != 0).sum())


def test_that_ids_of_a_file_are_mapped_and_others_are_left_out(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", mapping={5: "soft"})
    np.testing.assert_array_equal(world.labels, (world.truth == 5).astype(np.uint8))


def test_that_a_mask_on_another_grid_changes_nothing(world: World) -> None:
    mask = SITK.ReadImage(str(world.tmp_path / "truth.nii.gz"))
    mask.SetOrigin((3.0, 4.0, 5.2))
    SITK.WriteImage(mask, str(world.tmp_path / "moved.nii.gz"))
    with pytest.raises(GeometryError, match=r"moved\.nii\.gz"):
        world.session.correct("C-001", world.tmp_path / "moved.nii.gz")
    assert not world.labels.any()


@pytest.mark.parametrize("slices", [[6], [-1], []])
def test_that_slices_outside_the_scan_are_refused(world: World, slices: list[int]) -> None:
    with pytest.raises(ProjectError, match="slices 0 to 5"):
        world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=slices)
    assert not world.labels.any()


def test_that_a_better_candidate_takes_over_and_can_be_rolled_back(world: World) -> None:
    session = world.session
    session.predict("C-001")
    session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0, 2, 4])
    world.candidate = {"soft_at": 0.4, "hard_at": 0.8}
    world.refine()
    (report,) = world.reports
    assert report.promoted
    assert report.candidate_id == session.must_project().models.active_id == "threshold-v2"
    assert report.structures["soft"][1] == pytest.approx(1.0)
    assert world.last_trainer.order is not None
    manifest = json.loads(Path(world.last_trainer.order.manifest).read_text(encoding="utf-8"))
    assert manifest["items"][0]["validation_slices"] == [2]
    assert manifest["items"][0]["labels_sha256"] == file_sha256(session.must_project().folder / manifest["items"][0]["labels"])
    session.predict("C-001")
    np.testing.assert_array_equal(world.labels, world.truth)
    assert session.roll_back() == "threshold"
    session.predict("C-001")
    np.testing.assert_array_equal(world.labels[[1, 3, 5]], proposed(world.voxels)[[1, 3, 5]])
    np.testing.assert_array_equal(world.labels[[0, 2, 4]], world.truth[[0, 2, 4]])


def test_that_a_worse_candidate_stays_out_and_the_old_one_serves_on(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0, 2, 4])
    world.candidate = {"soft_at": 0.65, "hard_at": 0.95}
    world.refine()
    (report,) = world.reports
    assert not report.promoted
    assert "threshold goes on serving" in report.reason
    states = {r.id: r.state for r in world.session.models()}
    assert states == {"threshold": "active", "threshold-v2": "rejected"}


def test_that_a_failed_round_is_told_once_and_the_next_can_start(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0])
    good = world.answer
    world.answer = lambda _order: encode_line(Failed(what="Out of memory", where="run", next="Close other programs."))  # type: ignore[method-assign]
    world.refine()
    assert [t.what for t in world.troubles] == ["Out of memory"]
    assert (world.ended, world.reports, world.session.refining) == (1, [], False)
    world.answer = good  # type: ignore[method-assign]
    world.candidate = {"soft_at": 0.4, "hard_at": 0.8}
    world.refine()
    assert world.reports[0].promoted


def test_that_a_cancelled_round_leaves_everything_as_it_was(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0])
    labels = world.labels.copy()
    world.session.refine(minutes=1)
    world.session.cancel_refine()
    world.session.wait_for_round()
    assert (world.ended, world.reports, world.troubles) == (1, [], [])
    assert world.session.must_project().models.active_id == "threshold"
    np.testing.assert_array_equal(world.labels, labels)


def test_that_a_candidate_with_damaged_files_is_not_promoted(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0])
    good = world.answer

    def spoil(order: Start) -> bytes:
        line = good(order)
        (Path(order.out_dir) / "student.onnx").write_bytes(b"half")
        return line

    world.answer = spoil  # type: ignore[method-assign]
    world.refine()
    assert "does not match its hash" in world.troubles[0].what
    assert world.session.must_project().models.active_id == "threshold"


def test_that_a_third_round_and_a_round_without_corrections_are_refused(world: World) -> None:
    with pytest.raises(TrainingError, match="nothing to learn from"):
        world.session.refine(minutes=1)
    assert not world.session.refining
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0])
    world.session.refine(minutes=1)
    world.session.refine(minutes=2)
    with pytest.raises(TrainingError, match="waits already"):
        world.session.refine(minutes=3)
    with pytest.raises(TrainingError, match="already running"):
        world.session.rounds.go_on()
    world.session.cancel_refine()
    world.session.wait_for_round()


def test_that_time_for_a_round_must_be_positive(world: World) -> None:
    with pytest.raises(TrainingError, match="needs some time"):
        world.session.refine(minutes=0)


def test_that_scores_are_those_of_the_mask_against_the_file(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[1])
    inside = world.session.evaluate("C-001", world.tmp_path / "truth.nii.gz", slices=[1])
    assert {s.dice for s in inside.values()} == {1.0}
    outside = world.session.evaluate("C-001", world.tmp_path / "flipped.nii.gz", slices=[0, 2])
    assert {s.dice for s in outside.values()} == {0.0}


@pytest.mark.parametrize("file_format", ["nifti", "png"])
def test_that_exports_are_verified_and_never_overwrite_silently(world: World, file_format: str) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    files: list = []
    world.session.export(world.tmp_path / "out", file_format=file_format, on_done=files.extend)  # type: ignore[arg-type]
    assert files
    assert all(f.verified and f.path.is_file() for f in files)
    errors: list[Exception] = []
    world.session.export(world.tmp_path / "out", file_format=file_format, on_error=errors.append)  # type: ignore[arg-type]
    assert isinstance(errors[0], UserError)


def test_that_importing_is_all_or_nothing_where_nobody_asks_what_was_refused(world: World) -> None:
    errors: list[Exception] = []
    (world.tmp_path / "fake.dcm").write_text("no scan", encoding="utf-8")
    world.session.import_paths([world.tmp_path / "truth.nii.gz", world.tmp_path / "fake.dcm"], on_error=errors.append)
    assert "fake.dcm" in str(errors[0])
    assert [c.id for c in world.session.cases()] == ["C-001"]


def test_that_a_damaged_scan_does_not_keep_the_others_out(world: World) -> None:
    refused: list[RefusedScan] = []
    added: list[tuple[Path, Case]] = []
    fake, cut, sound = (world.tmp_path / name for name in ("fake.dcm", "cut.nii.gz", "truth.nii.gz"))
    fake.write_text("no scan", encoding="utf-8")
    cut.write_bytes(sound.read_bytes()[:-40])
    world.session.import_paths([fake, cut, sound], on_done=added.extend, on_refused=refused.extend)
    assert [(path, case.id) for path, case in added] == [(sound, "C-002")]
    assert {one.path: one.source is None for one in refused} == {fake: True, cut: False}
    assert all(str(one.path) in one.error.where and one.error.next_step for one in refused)
    assert [c.id for c in world.session.cases()] == ["C-001", "C-002"]


def test_that_a_disk_that_refuses_one_scan_takes_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    real = world.session.must_project().stage

    def stage(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 1:
            raise ProjectError("The disk is full", next_step="Free space.")
        return real(*arguments, **options)

    monkeypatch.setattr(type(world.session.must_project()), "stage", lambda _self, *a, **o: stage(*a, **o))
    errors: list[Exception] = []
    paths = [world.tmp_path / "truth.nii.gz", world.tmp_path / "scan.nii.gz"]
    world.session.import_paths(paths, on_error=errors.append, on_refused=lambda _refused: pytest.fail("no scan is at fault"))
    assert "full" in str(errors[0])
    assert [c.id for c in world.session.cases()] == ["C-001"]


def test_that_next_goes_round_the_cases_that_are_not_approved(world: World) -> None:
    session = world.session
    session.import_paths([world.tmp_path / "truth.nii.gz"])
    assert session.next_case() is not None
    session.open_case("C-001")
    following = session.next_case()
    assert following is not None
    assert following.id == "C-002"
    session.open_case("C-002")
    session.approve_case()
    session.open_case("C-001")
    assert session.next_case() is None
