"""What is computed and saved off the session's thread never loses, reorders or mixes changes of the mask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.jobs import CancelToken, InlineJobs
from gf_desktop.session import Session
from tests.unit.conftest import SITK, World


class LaterJobs(InlineJobs):
    """Runs each job's work in a thread when it is told to, and brings its answer back when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[..., Any], CancelToken, Callable[..., None], Callable[..., None]]] = []
        self.answers: list[Callable[[], None]] = []

    def run(self, fn: Callable[..., Any], *, on_done: Callable[..., None], on_error: Callable[..., None]) -> CancelToken:
        token = CancelToken()
        self.waiting.append((fn, token, on_done, on_error))
        return token

    def work(self) -> None:
        """Do the first job that waits, in another thread; its answer waits for :meth:`deliver`."""
        fn, token, on_done, on_error = self.waiting.pop(0)
        outcome: list[Callable[[], None]] = []

        def body() -> None:
            try:
                answer = fn(token)
            except Exception as caught:  # noqa: BLE001 - handed on
                error = caught
                outcome.append(lambda: on_error(error))
            else:
                outcome.append(lambda: on_done(answer))

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        self.answers.append(lambda: None if token() else outcome[0]())

    def deliver(self) -> None:
        """Bring the first answer."""
        self.answers.pop(0)()

    def finish(self) -> None:
        """Do everything that waits."""
        while self.waiting or self.answers:
            while self.answers:
                self.deliver()
            if self.waiting:
                self.work()


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every scan for a large one."""
    monkeypatch.setattr("gf_desktop.correcting.LARGE_VOXELS", 0)


def later(world: World) -> tuple[Session, LaterJobs, Path]:
    jobs = LaterJobs()
    session = Session(jobs, world.trainer)
    folder = world.session.must_project().folder
    world.session.close_project()
    session.open_project(folder)
    session.open_case("C-001")
    jobs.finish()
    return session, jobs, folder


def on_disk(folder: Path, world: World) -> tuple[np.ndarray, np.ndarray]:
    """Read the mask as the next program finds it."""
    other = Session(InlineJobs(), world.trainer)
    other.open_project(folder, read_only=True)
    label_map = other.must_project().masks.load("C-001")
    other.close_project()
    return label_map.labels, label_map.states


def same(session: Session, found: tuple[np.ndarray, np.ndarray]) -> None:
    np.testing.assert_array_equal(session.must_open().label_map.labels, found[0])
    np.testing.assert_array_equal(session.must_open().label_map.states, found[1])


def dab(session: Session, *, k: int, label: int = 5) -> None:
    session.begin_stroke(axis=2, label=label, radius_mm=4.0, start_ijk=(20.0, 20.0, float(k))).finish()


def test_that_a_stroke_is_refused_plainly_while_a_scan_is_being_accepted_and_is_taken_afterwards(world: World) -> None:
    session, jobs, folder = later(world)
    dab(session, k=1)
    session.approve_case()
    for _ in range(2):
        with pytest.raises(ProjectError, match="“approve scan” is still being computed on C-001"):
            dab(session, k=2)
        if jobs.waiting:
            jobs.work()
    # it is on the disk already, and not on screen yet
    assert (on_disk(folder, world)[1] >= VoxelState.ACCEPTED).all()
    assert (session.must_open().label_map.states == VoxelState.UNSEEN).any()
    jobs.deliver()
    dab(session, k=2)
    same(session, on_disk(folder, world))
    names = [session.must_open().journal.undo_name]
    for _ in range(2):
        session.undo()
        names.append(session.must_open().journal.undo_name)
        same(session, on_disk(folder, world))
    assert names == ["brush", "approve scan", "brush"]
    session.redo()
    session.redo()
    same(session, on_disk(folder, world))
    session.close_project()


@pytest.mark.parametrize("worked", [False, True])
def test_that_giving_up_an_acceptance_leaves_either_all_of_it_or_nothing(world: World, worked: bool) -> None:
    session, jobs, folder = later(world)
    session.approve_case()
    if worked:
        jobs.work()
    session.cancel_operation()
    jobs.finish()
    accepted = session.must_open().label_map.states >= VoxelState.ACCEPTED
    assert accepted.all() == worked
    assert accepted.any() == worked
    same(session, on_disk(folder, world))
    dab(session, k=3)
    same(session, on_disk(folder, world))
    session.close_project()


@pytest.mark.parametrize("worked", [False, True])
def test_that_closing_the_scan_while_it_is_accepted_keeps_what_was_saved(world: World, worked: bool) -> None:
    session, jobs, folder = later(world)
    dab(session, k=1)
    session.approve_case()
    if worked:
        jobs.work()
    session.close_case()
    jobs.finish()
    labels, states = on_disk(folder, world)
    assert (states >= VoxelState.ACCEPTED).all() == worked
    assert (labels == 5).any()
    session.close_project()


def test_that_a_stroke_is_refused_while_a_prediction_is_saved_and_what_was_painted_before_stays(world: World) -> None:
    session, jobs, folder = later(world)
    session.predict()
    jobs.work()
    # the prediction is there, and its answer on the way
    dab(session, k=1)
    jobs.deliver()
    assert session.must_open().working == "prediction"
    with pytest.raises(ProjectError, match="“prediction” is still being computed"):
        dab(session, k=2)
    jobs.work()
    jobs.deliver()
    assert session.must_open().working == ""
    assert session.predicting is None
    dab(session, k=2)
    same(session, on_disk(folder, world))
    states = session.must_open().label_map.states
    assert states[1, 20, 20] == states[2, 20, 20] == VoxelState.EDITED
    assert (states >= VoxelState.PROPOSED).all()
    jobs.finish()
    session.close_project()
    same_again = on_disk(folder, world)
    assert same_again[1][1, 20, 20] == VoxelState.EDITED


def test_that_a_prediction_waits_for_the_end_of_the_stroke_that_runs(world: World) -> None:
    session, jobs, folder = later(world)
    session.predict()
    stroke = session.begin_stroke(axis=2, label=5, radius_mm=4.0, start_ijk=(20.0, 20.0, 1.0))
    jobs.work()
    jobs.deliver()
    assert session.must_open().working == ""
    stroke.move_to((30.0, 20.0, 1.0))
    stroke.finish()
    assert session.must_open().working == "prediction"
    jobs.finish()
    labels = session.must_open().label_map.labels
    assert labels[1, 20, 20] == labels[1, 20, 30] == 5
    same(session, on_disk(folder, world))
    session.close_project()


def test_that_proposed_slices_wait_while_an_edit_is_computed(world: World) -> None:
    session, jobs, folder = later(world)
    session.predict()
    session.approve_case()
    jobs.work()  # the prediction: its slices arrive while the acceptance is being computed
    assert (session.must_open().label_map.states == VoxelState.UNSEEN).all()
    jobs.work()  # the acceptance
    jobs.deliver()  # the prediction's answer
    jobs.deliver()  # the acceptance's
    jobs.finish()
    # all was accepted before the first slice came, so that nothing of it may change
    assert (session.must_open().label_map.states == VoxelState.ACCEPTED).all()
    assert not session.must_open().label_map.labels.any()
    same(session, on_disk(folder, world))
    session.undo()
    same(session, on_disk(folder, world))
    session.close_project()


@pytest.mark.parametrize("worked", [False, True])
def test_that_a_prediction_is_kept_when_its_scan_is_closed_while_it_is_saved(world: World, worked: bool) -> None:
    session, jobs, folder = later(world)
    dab(session, k=1)
    session.predict()
    jobs.work()
    jobs.deliver()
    if worked:
        jobs.work()
    session.close_case()
    jobs.finish()
    labels, states = on_disk(folder, world)
    assert (states >= VoxelState.PROPOSED).all()
    assert labels[1, 20, 20] == 5
    session.open_case("C-001")
    jobs.finish()
    same(session, (labels, states))
    session.close_project()


def test_that_a_round_is_refused_while_the_mask_is_being_changed_and_strokes_while_masks_are_frozen(world: World) -> None:
    session, jobs, folder = later(world)
    session.approve_slice(1)
    session.approve_case()
    with pytest.raises(ProjectError, match="still being computed"):
        session.refine(minutes=1)
    jobs.finish()
    session.refine(minutes=1)
    assert session.must_open().working == "refinement"
    with pytest.raises(ProjectError, match="“refinement” is still being computed"):
        dab(session, k=2)
    jobs.work()
    jobs.deliver()
    assert session.must_open().working == ""
    dab(session, k=2)
    same(session, on_disk(folder, world))
    session.cancel_refine()
    session.close_project()


@pytest.mark.parametrize("worked", [False, True])
def test_that_a_scan_may_be_closed_and_a_round_given_up_while_masks_are_frozen(world: World, worked: bool) -> None:
    session, jobs, folder = later(world)
    session.approve_slice(1)
    dab(session, k=3)
    before = [array.copy() for array in on_disk(folder, world)]
    session.refine(minutes=1)
    if worked:
        jobs.work()
    session.close_case()
    session.cancel_refine()
    jobs.finish()
    assert not session.refining
    session.open_case("C-001")
    jobs.finish()
    same(session, (before[0], before[1]))
    session.undo()
    same(session, on_disk(folder, world))
    session.close_project()


def test_that_an_export_holds_what_is_saved_however_much_is_painted_meanwhile(world: World) -> None:
    session, jobs, _folder = later(world)
    dab(session, k=1)
    exported: list[Any] = []
    target = world.tmp_path / "masks"
    target.mkdir()
    session.export(target, on_done=exported.extend)
    before = session.must_open().label_map.labels.copy()
    jobs.work()
    dab(session, k=2)
    jobs.deliver()
    assert exported
    np.testing.assert_array_equal(SITK.GetArrayFromImage(SITK.ReadImage(str(exported[0].path))), before)
    session.close_project()


def test_that_a_scan_can_be_looked_at_before_its_copy_is_in_the_project(world: World) -> None:
    session, jobs, _folder = later(world)
    session.close_case()
    other = world.tmp_path / "again.nii.gz"
    other.write_bytes((world.tmp_path / "scan.nii.gz").read_bytes())
    seen: list[object] = []
    session.arriving_changed.connect(lambda: seen.append(session.arriving))
    session.import_paths([other])
    jobs.work()
    np.testing.assert_array_equal(seen[0].voxels, world.voxels)
    jobs.deliver()
    assert session.arriving is None
    assert [case.id for case in session.cases()] == ["C-001"]
    assert not list((session.must_project().folder / "cases").glob(".incoming-*"))
    session.close_project()
