"""Whatever is done to a mask, in whatever order: the journal replayed says the same, and so does a plain list of masks beside it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from nibabel.nifti1 import Nifti1Image

from gf_desktop.correcting import BrushOptions
from gf_desktop.imaging.morphology import Logic
from gf_desktop.imaging.operations import (
    AcceptStructure,
    Close,
    Combine,
    CopySlice,
    Delete,
    Fill,
    FillHoles,
    GrowRegion,
    GrowSeeds,
    Interpolate,
    KeepLargest,
    Margin,
    Merge,
    Open,
    Polygon,
    RemoveIslands,
    Smooth,
    Threshold,
)
from gf_desktop.jobs import InlineJobs
from gf_desktop.project import journal_file
from gf_desktop.project import masks as masks_module
from gf_desktop.session import Session

SIZE_IJK = (14, 11, 6)
SOFT, HARD = 1, 5
Arrays = tuple[np.ndarray, np.ndarray]
Step = tuple[Any, ...]


class NoTrainer:
    """Stands where a trainer's transport would be made."""

    def __init__(self) -> None:
        raise AssertionError("no round is started here")


@pytest.fixture(scope="module")
def blank_project(tmp_path_factory: pytest.TempPathFactory, threshold_pack: Path) -> Path:
    """A project with one small scan of anisotropic voxels, not predicted."""
    folder = tmp_path_factory.mktemp("replay")
    voxels = np.random.default_rng(2).choice([10, 45, 60, 77, 90], SIZE_IJK).astype(np.int16)
    Nifti1Image(voxels, np.diag([-0.9, -0.8, 2.5, 1.0])).to_filename(folder / "scan.nii.gz")
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(folder / "trial", threshold_pack)
    session.import_paths([folder / "scan.nii.gz"])
    session.close_project()
    return folder / "trial"


@pytest.fixture
def unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the waiting for the disk: no power is cut here."""
    monkeypatch.setattr(journal_file, "flush_to_disk", lambda _handle: None)
    monkeypatch.setattr("os.fsync", lambda _handle: None)


labels = st.sampled_from([SOFT, HARD])
axes = st.integers(0, 2)
points = st.tuples(*(st.floats(-1.0, n, width=16) for n in SIZE_IJK))
voxel_points = st.tuples(*(st.integers(0, n - 1).map(float) for n in SIZE_IJK))
radii = st.sampled_from([0.0, 1.0, 2.0, 4.0])
lengths = st.sampled_from([1.0, 2.0, 4.0])
flat = st.none() | axes
brushes = st.builds(
    BrushOptions,
    square=st.booleans(),
    in_space=st.booleans(),
    over=st.sampled_from(["all", "background"]),
    where=st.sampled_from(["anywhere", "anywhere", "range", "edges", "student"]),
    low=st.just(40.0),
    high=st.just(80.0),
    dial=st.sampled_from([0.1, 0.5, 0.9]),
)
operations = st.one_of(
    st.builds(Polygon, labels, axes, st.lists(points, min_size=3, max_size=5).map(tuple), st.booleans()),
    st.builds(Fill, st.sampled_from([0, SOFT, HARD]), voxel_points, flat),
    st.builds(GrowRegion, labels, voxel_points, st.just(40.0), st.just(95.0), flat),
    st.builds(GrowSeeds),
    st.builds(Threshold, labels, st.just(50.0), st.sampled_from([60.0, 80.0])),
    st.builds(Smooth, labels, lengths),
    st.builds(Close, labels, lengths, flat),
    st.builds(Open, labels, lengths, flat),
    st.builds(Margin, labels, st.sampled_from([-2.0, -1.0, 1.0, 3.0]), flat),
    st.builds(FillHoles, labels, flat),
    st.builds(KeepLargest, labels),
    st.builds(RemoveIslands, labels, st.sampled_from([0.002, 0.01])),
    st.builds(Combine, labels, labels, st.sampled_from(list(Logic))),
    st.builds(Interpolate, labels, axes),
    st.builds(CopySlice, st.none() | labels, st.integers(0, 5), st.integers(0, 5), axes),
    st.builds(AcceptStructure, labels),
    st.builds(Merge, st.just(SOFT), st.just(HARD)),
    st.builds(Delete, labels),
)
strokes = st.tuples(
    st.just("stroke"),
    axes,
    labels,
    st.sampled_from(["paint", "paint", "erase", "review"]),
    radii,
    st.lists(points, min_size=1, max_size=4),
    brushes,
)
turns = st.tuples(st.sampled_from(["undo", "undo", "redo"]), st.integers(1, 3))
worked = st.tuples(st.just("operation"), operations, st.sampled_from([None, frozenset({0}), frozenset({SOFT})]))
rare = st.one_of(
    st.tuples(st.just("approve slice"), axes, st.integers(0, 5)),
    st.tuples(st.just("approve case")),
    st.tuples(st.just("predict")),
    st.tuples(st.just("lock"), labels),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("fold")),
)
steps = st.one_of(strokes, strokes, strokes, strokes, worked, worked, turns, turns, rare)


def copied(session: Session) -> Arrays:
    label_map = session.must_open().label_map
    return label_map.labels.copy(), label_map.states.copy()


def same(one: Arrays, other: Arrays) -> bool:
    return np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])


def opened(folder: Path) -> Session:
    session = Session(InlineJobs(), NoTrainer, author="AB")
    session.told.connect(_unexpected)
    session.trouble.connect(_unexpected)
    session.broke.connect(_unexpected)
    session.open_project(folder)
    session.open_case("C-001")
    return session


def _unexpected(said: object) -> None:
    raise AssertionError(f"the program complained: {said}")


class Replayed:
    """A session, and beside it the masks before each change that can be undone and after each that can be redone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = opened(folder)
        self.done: list[Arrays] = []
        self.undone: list[Arrays] = []

    def do(self, step: Step) -> None:
        """Take a step, and note what could be undone then."""
        before, could_undo = copied(self.session), bool(self.done)
        kind = step[0]
        if kind in ("undo", "redo"):
            for _ in range(step[1]):
                self._turn(kind)
            return
        getattr(self, f"_{kind.replace(' ', '_')}")(*step[1:])
        if kind in ("reopen", "fold", "lock"):
            assert same(copied(self.session), before)
        elif kind == "predict" and not could_undo:
            # a first proposal is the ground that corrections stand on
            self.done, self.undone = [], []
        elif not same(copied(self.session), before):
            self.done.append(before)
            self.undone.clear()

    def _turn(self, kind: str) -> None:
        source, target = (self.done, self.undone) if kind == "undo" else (self.undone, self.done)
        before = copied(self.session)
        getattr(self.session, kind)()
        if source:
            assert same(copied(self.session), source.pop())
            target.append(before)
        else:
            assert same(copied(self.session), before)

    def _stroke(self, *how: Any) -> None:
        axis, label, tool, radius_mm, way, options = how
        session = self.session
        if options.where == "student":
            session.predict_structure(label)
        stroke = session.begin_stroke(
            axis=axis, label=label, radius_mm=radius_mm, start_ijk=way[0], erase=tool == "erase", review=tool == "review", options=options
        )
        for place in way[1:]:
            stroke.move_to(place)
        stroke.finish()

    def _operation(self, operation: Any, over: frozenset[int] | None) -> None:
        self.session.operate(operation, over=over)

    def _approve_slice(self, axis: int, index: int) -> None:
        self.session.approve_slice(index % SIZE_IJK[axis], axis=axis)

    def _approve_case(self) -> None:
        self.session.approve_case()

    def _predict(self) -> None:
        self.session.predict()

    def _lock(self, label: int) -> None:
        self.session.set_locked(label, locked=label not in self.session.locked)

    def _reopen(self) -> None:
        self.session.close_project()
        self.session = opened(self.folder)

    def _fold(self) -> None:
        """As the start of a round does: write the mask as a revision while the scan is open."""
        project = self.session.must_project()
        if self.session.must_open().journal.has_changes:
            project.masks.fold("C-001", self.session.must_open().label_map)

    def check(self) -> None:
        """Compare the mask on screen with the journal replayed, here and by whoever opens the folder after a kill at this moment."""
        live = copied(self.session)
        journal = self.session.must_open().journal
        assert (journal.steps, journal.undo_name is None, journal.redo_name is None) == (
            len(self.done),
            not self.done,
            not self.undone,
        )
        replayed = self.session.must_project().masks.load("C-001")
        assert same((replayed.labels, replayed.states), live)
        with tempfile.TemporaryDirectory() as spare:
            left = Path(shutil.copytree(self.folder, Path(spare) / "left", ignore=shutil.ignore_patterns("*.lock", "*.holder.json")))
            other = opened(left)
            assert same(copied(other), live)
            self._walk(other)
            assert same(copied(other), live)
            other.close_project()

    def _walk(self, session: Session) -> None:
        """Undo all and redo all in a session that opened the same, mask by mask."""
        now = copied(session)
        for expected in reversed(self.done):
            session.undo()
            assert same(copied(session), expected)
        for expected in [*self.done[1:], now] if self.done else []:
            session.redo()
            assert same(copied(session), expected)
        for expected in reversed(self.undone):
            session.redo()
            assert same(copied(session), expected)
        for expected in [*self.undone[1:], now] if self.undone else []:
            session.undo()
            assert same(copied(session), expected)


def play(blank: Path, story: list[Step], check_each: Callable[[int], bool]) -> None:
    """Take steps on a copy of a project and compare after those that are chosen, and at the end."""
    with tempfile.TemporaryDirectory() as spare:
        replayed = Replayed(Path(shutil.copytree(blank, Path(spare) / "trial")))
        try:
            for number, step in enumerate(story):
                event(step[0])
                replayed.do(step)
                if check_each(number):
                    replayed.check()
            event(f"{len(replayed.done) // 4 * 4} and more to undo at the end")
            replayed.check()
        finally:
            replayed.session.close_project()


RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=40, suppress_health_check=RELAXED)
@given(story=st.lists(steps, min_size=12, max_size=40))
def test_that_any_story_of_a_mask_equals_its_journal_replayed(blank_project: Path, unflushed: None, story: list[Step]) -> None:
    play(blank_project, story, lambda number: number % 8 == 7)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=1000, suppress_health_check=RELAXED)
@given(story=st.lists(steps, min_size=10, max_size=60))
def test_that_a_thousand_long_stories_equal_their_journals_replayed(blank_project: Path, unflushed: None, story: list[Step]) -> None:
    play(blank_project, story, lambda number: number % 15 == 14)


@settings(max_examples=15, suppress_health_check=RELAXED)
@given(story=st.lists(steps, min_size=12, max_size=40))
def test_that_beginning_journals_anew_changes_no_story(
    blank_project: Path, unflushed: None, monkeypatch: pytest.MonkeyPatch, story: list[Step]
) -> None:
    monkeypatch.setattr(masks_module, "COMPACT_BYTES", 2_000)
    play(blank_project, story, lambda number: number % 8 == 7)
