"""Which surfaces are computed, when, and which answers count: a real session, with jobs that a test holds back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.views.surface_meshes import REST_MS, SurfaceMeshes
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume
from gf_desktop.jobs import CancelToken, InlineJobs
from gf_desktop.session import Session

SHAPE = (16, 40, 40)
SOFT = Box((3, 5, 5), (9, 15, 15))
HARD = Box((8, 25, 25), (14, 35, 35))
BESIDE = Box((1, 30, 2), (4, 34, 8))
"""Two structures far from each other, and a place that meets the box of neither."""


class HeldJobs:
    """Computes at once, and gives the answers when a test says so; a cancelled one never."""

    def __init__(self) -> None:
        self.waiting: list[tuple[CancelToken, Callable[[], None]]] = []
        self.asked = 0

    def run(self, fn: Callable, *, on_done: Callable, on_error: Callable) -> CancelToken:
        token = CancelToken()
        self.asked += 1
        try:
            answer = fn(token)
        except ArithmeticError as error:
            self.waiting.append((token, lambda caught=error: on_error(caught)))
        else:
            self.waiting.append((token, lambda: on_done(answer)))
        return token

    def post(self, fn: Callable[[], None]) -> None:
        fn()

    def deliver(self) -> int:
        """Give the answers that are there; return how many of them were still wanted."""
        ready, self.waiting = self.waiting, []
        wanted = [answer for token, answer in ready if not token()]
        for answer in wanted:
            answer()
        return len(wanted)


@pytest.fixture
def session(tmp_path: Path, threshold_pack: Path) -> Iterator[Session]:
    """A project with one scan that holds two blocks, soft (1) and hard (5), and a single slice; no case is open."""
    session = Session(InlineJobs(), lambda: None)
    session.create_project(tmp_path / "trial", threshold_pack)
    geometry = Geometry(SHAPE[::-1], (1.0, 1.0, 2.5), (0.0, 0.0, 0.0), np.eye(3))
    for size in (geometry, Geometry((40, 40, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), np.eye(3))):
        voxels = np.arange(np.prod(size.size_ijk), dtype=np.int16).reshape(size.shape_kji)
        session.project.add_case(Volume(voxels, size, modality="CT"), title="blocks", verdict="green", findings=())
    session.open_case("C-001")
    labels = np.zeros(SHAPE, np.uint8)
    labels[SOFT.slices], labels[HARD.slices] = 1, 5
    session.open.label_map.propose(labels, Box.whole(SHAPE))
    yield session
    session.close_project()


@pytest.fixture
def jobs() -> HeldJobs:
    return HeldJobs()


@pytest.fixture
def meshes(qapp: object, session: Session, jobs: HeldJobs) -> Iterator[SurfaceMeshes]:
    made = SurfaceMeshes(session, jobs)
    made.set_active(True)
    yield made
    made.set_active(False)


def settle(meshes: SurfaceMeshes, jobs: HeldJobs, qtbot: QtBot) -> None:
    def done() -> bool:
        jobs.deliver()
        return meshes.complete

    qtbot.waitUntil(done, timeout=5000)


def put(session: Session, box: Box, label: int) -> None:
    """A student proposes one structure in a box."""
    session.open.label_map.propose(np.full(box.shape_kji, label, np.uint8), box)


def test_that_every_structure_is_meshed_one_at_a_time(meshes: SurfaceMeshes, jobs: HeldJobs, qtbot: QtBot) -> None:
    most = 0

    def done() -> bool:
        nonlocal most
        most = max(most, len(jobs.waiting))
        jobs.deliver()
        return meshes.complete

    qtbot.waitUntil(done)
    assert most == 1
    assert jobs.asked == 3
    assert set(meshes.meshes) == {1, 5}
    for label, box in ((1, SOFT), (5, HARD)):
        volume_ml = np.prod(box.shape_kji) * 2.5 / 1000
        assert meshes.meshes[label].full.volume_ml == pytest.approx(volume_ml, rel=0.1)
        assert meshes.meshes[label].coarse.volume_ml == pytest.approx(volume_ml, rel=0.1)


def test_that_an_edit_is_followed_after_a_rest_and_not_before(
    meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot
) -> None:
    settle(meshes, jobs, qtbot)
    asked, before = jobs.asked, dict(meshes.meshes)
    for _ in range(4):
        put(session, Box((3, 5, 5), (5, 15, 17)), 1)
        qtbot.wait(REST_MS // 3)
        assert jobs.asked == asked
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[1].full.volume_ml > before[1].full.volume_ml
    assert meshes.meshes[5] is before[5]


def test_that_an_edit_meshes_old_and_new_labels_of_its_box_only(
    meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot
) -> None:
    settle(meshes, jobs, qtbot)
    before = dict(meshes.meshes)
    put(session, BESIDE, 5)
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[1] is before[1]
    assert meshes.meshes[5].full.vertices[:, 0].min() < 5
    before = dict(meshes.meshes)
    put(session, BESIDE, 1)
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[1] is not before[1]
    assert meshes.meshes[5].full.vertices[:, 0].min() > 20


def test_that_a_structure_that_is_erased_is_gone(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    settle(meshes, jobs, qtbot)
    put(session, SOFT, 0)
    settle(meshes, jobs, qtbot)
    assert set(meshes.meshes) == {5}


def test_that_nothing_is_meshed_while_a_stroke_runs(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    settle(meshes, jobs, qtbot)
    asked, before = jobs.asked, dict(meshes.meshes)
    stroke = session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(14.0, 14.0, 5.0))
    qtbot.wait(2 * REST_MS + 100)
    assert jobs.asked == asked
    stroke.finish()
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[1].full.volume_ml > before[1].full.volume_ml


def test_that_a_stale_answer_is_dropped(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(jobs.waiting))
    assert jobs.deliver() == 1
    qtbot.waitUntil(lambda: bool(jobs.waiting))
    # the surface of “soft” has been computed and is on its way; now the block grows by as much again
    put(session, Box((3, 5, 10), (9, 15, 25)), 1)
    assert jobs.deliver() == 0
    assert meshes.meshes == {}
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[1].full.volume_ml == pytest.approx(2 * np.prod(SOFT.shape_kji) * 2.5 / 1000, rel=0.1)


def test_that_an_answer_far_from_an_edit_is_taken(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(jobs.waiting))
    jobs.deliver()
    qtbot.waitUntil(lambda: bool(jobs.waiting))
    put(session, BESIDE, 5)
    assert jobs.deliver() == 1
    assert set(meshes.meshes) == {1}
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[5].full.vertices[:, 0].min() < 5


def test_that_the_search_begins_again_where_the_mask_changed_under_it(
    meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(jobs.waiting))
    put(session, SOFT, 0)
    assert jobs.deliver() == 0
    settle(meshes, jobs, qtbot)
    assert set(meshes.meshes) == {5}


def test_that_closing_the_case_cancels_and_forgets(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    settle(meshes, jobs, qtbot)
    put(session, SOFT, 5)
    qtbot.waitUntil(lambda: bool(jobs.waiting))
    session.close_case()
    assert jobs.deliver() == 0
    assert meshes.meshes == {}
    assert meshes.complete


def test_that_nobody_looking_means_nothing_computed(session: Session, jobs: HeldJobs, qtbot: QtBot) -> None:
    meshes = SurfaceMeshes(session, jobs)
    qtbot.wait(50)
    assert jobs.asked == 0
    assert not meshes.complete
    meshes.set_active(True)
    settle(meshes, jobs, qtbot)
    assert set(meshes.meshes) == {1, 5}


def test_that_many_small_edits_at_once_are_all_followed(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    settle(meshes, jobs, qtbot)
    for n in range(200):
        put(session, Box((1, n % 40, n // 40), (2, n % 40 + 1, n // 40 + 1)), 5)
    settle(meshes, jobs, qtbot)
    assert meshes.meshes[5].full.vertices.min(axis=0) == pytest.approx((-0.5, -0.5, 1.25), abs=0.9)


def test_that_a_fault_is_told_and_stops_nothing(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot, monkeypatch) -> None:
    from gf_desktop.gui.views import surface_meshes

    told: list[Exception] = []
    session.broke.connect(told.append)
    real = surface_meshes.surface_of

    def faulty(labels: np.ndarray, label: int, geometry: Geometry, **named: object) -> object:
        if label == 1:
            raise ZeroDivisionError
        return real(labels, label, geometry, **named)

    monkeypatch.setattr(surface_meshes, "surface_of", faulty)
    settle(meshes, jobs, qtbot)
    assert set(meshes.meshes) == {5}
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_that_a_single_slice_has_no_surfaces(meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot) -> None:
    settle(meshes, jobs, qtbot)
    asked = jobs.asked
    session.open_case("C-002")
    put(session, Box((0, 4, 4), (1, 9, 9)), 1)
    qtbot.wait(REST_MS + 100)
    assert jobs.asked == asked
    assert meshes.meshes == {}
    assert meshes.complete


def test_that_jobs_that_answer_at_once_do_as_well(session: Session, qtbot: QtBot) -> None:
    meshes = SurfaceMeshes(session, InlineJobs())
    meshes.set_active(True)
    qtbot.waitUntil(lambda: meshes.complete)
    assert set(meshes.meshes) == {1, 5}
    put(session, SOFT, 0)
    qtbot.waitUntil(lambda: set(meshes.meshes) == {5})


def test_that_the_first_structures_are_told_of_before_they_are_meshed(
    meshes: SurfaceMeshes, jobs: HeldJobs, session: Session, qtbot: QtBot
) -> None:
    session.open.label_map.propose(np.zeros(SHAPE, np.uint8), Box.whole(SHAPE))
    settle(meshes, jobs, qtbot)
    assert not meshes.meshes
    told: list[bool] = []
    meshes.changed.connect(lambda: told.append(meshes.complete))
    put(session, SOFT, 1)
    assert told == [False], "who says that there are none has to be told"
