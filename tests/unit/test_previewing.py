"""Looking at an operation before it is carried out; without a window."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.operations import Interpolate, Margin, Smooth
from gf_desktop.session import Session
from tests.unit.conftest import LaterJobs, World


@pytest.fixture
def opened(world: World) -> World:
    """A session with the true mask on screen."""
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    return world


def test_that_looking_leaves_the_mask_and_applying_does_what_the_operation_does(opened: World) -> None:
    session = opened.session
    before = opened.labels.copy()
    session.previewing.look(Margin(5, 2.0))
    np.testing.assert_array_equal(opened.labels, before)
    assert session.open.journal.undo_name == "mask from a file"
    change = session.previewing.change
    session.previewing.apply()
    shown = opened.labels.copy()
    assert session.previewing.operation is None
    assert session.open.journal.undo_name == "margin"
    assert change.added_ml == pytest.approx(((before == 0) & (shown != 0)).sum() * session.open.volume.geometry.voxel_ml)
    assert change.added_ml > 0
    session.undo()
    np.testing.assert_array_equal(opened.labels, before)
    session.operate(Margin(5, 2.0))
    np.testing.assert_array_equal(opened.labels, shown)


def test_that_what_was_applied_is_there_after_opening_again(opened: World) -> None:
    session = opened.session
    session.previewing.look(Margin(5, -2.0))
    session.previewing.apply()
    shown = opened.labels.copy()
    session.close_case()
    session.open_case("C-001")
    np.testing.assert_array_equal(opened.labels, shown)


@pytest.mark.parametrize("what", ["stroke", "undo", "lock", "case", "end"])
def test_that_a_preview_ends_when_the_mask_it_was_made_for_is_no_more(opened: World, what: str) -> None:
    session, told = opened.session, []
    session.previewing.look(Margin(5, 2.0))
    session.previewing.changed.connect(lambda: told.append(session.previewing.operation))
    if what == "stroke":
        session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=(10.0, 10.0, 1.0)).finish()
    elif what == "undo":
        session.undo()
    elif what == "lock":
        session.set_locked(1, locked=True)
    elif what == "case":
        session.close_case()
    else:
        session.previewing.end()
    assert told[0] is None
    assert session.previewing.change is None
    with pytest.raises(ProjectError, match="No operation is looked at"):
        session.previewing.apply()


def test_that_an_operation_without_effect_says_so(opened: World) -> None:
    session, answers = opened.session, []
    before = opened.labels.copy()
    session.previewing.look(Margin(5, 0.0))
    assert session.previewing.operation is not None
    assert session.previewing.change is None
    session.previewing.apply(on_done=answers.append)
    assert answers == [False]
    np.testing.assert_array_equal(opened.labels, before)


def test_that_impossible_numbers_are_advice_and_end_the_preview(opened: World) -> None:
    session, troubles = opened.session, []
    session.previewing.look(Smooth(5, -1.0), on_error=troubles.append)
    assert isinstance(troubles[0], UserError)
    assert session.previewing.operation is None


def test_that_locked_structures_and_what_may_be_painted_over_hold(opened: World) -> None:
    session = opened.session
    before = opened.labels.copy()
    session.set_locked(1, locked=True)
    session.previewing.look(Margin(5, 20.0), over=frozenset({0}))
    session.previewing.apply()
    assert (opened.labels != before).any()
    np.testing.assert_array_equal(opened.labels[before != 0], before[before != 0])


@pytest.fixture
def later(opened: World) -> tuple[Session, LaterJobs]:
    jobs = LaterJobs()
    session = Session(jobs, opened.trainer)
    folder = opened.session.must_project().folder
    opened.session.close_project()
    session.open_project(folder)
    session.open_case("C-001")
    jobs.waiting.clear()
    return session, jobs


def test_that_only_the_last_one_asked_for_is_shown(later: tuple[Session, LaterJobs]) -> None:
    session, jobs = later
    session.previewing.look(Margin(5, 1.0))
    session.previewing.look(Margin(5, 3.0))
    assert session.previewing.computing
    first, second = jobs.waiting
    second()
    wide = session.previewing.change
    assert not session.previewing.computing
    first()
    assert session.previewing.change is wide
    assert session.previewing.operation == Margin(5, 3.0)


def test_that_applying_before_it_is_computed_waits_for_it(later: tuple[Session, LaterJobs]) -> None:
    session, jobs = later
    before, answers = session.must_open().label_map.labels.copy(), []
    session.previewing.look(Margin(5, 2.0))
    session.previewing.apply(on_done=answers.append)
    assert not answers
    while jobs.waiting:
        jobs.waiting.pop(0)()
    assert answers == [True]
    assert (session.must_open().label_map.labels != before).any()


def test_that_a_change_meanwhile_lets_the_computing_go(later: tuple[Session, LaterJobs]) -> None:
    session, jobs = later
    session.previewing.look(Interpolate(5))
    session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=(10.0, 10.0, 1.0)).finish()
    painted = session.must_open().label_map.labels.copy()
    while jobs.waiting:
        jobs.waiting.pop(0)()
    assert session.previewing.operation is None
    assert session.previewing.change is None
    np.testing.assert_array_equal(session.must_open().label_map.labels, painted)
