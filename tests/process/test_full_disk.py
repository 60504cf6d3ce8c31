"""A real disk that fills up: it is told plainly, nothing committed is lost, and work goes on when there is room."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image

from gf_desktop.errors import UserError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.operations import Interpolate, Margin
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
from tests.conftest import PAGE_BYTES, Disk

SIZE_IJK = (72, 64, 24)
Arrays = tuple[np.ndarray, np.ndarray]


class NoTrainer:
    """Stands where a trainer's transport would be made."""

    def __init__(self) -> None:
        raise AssertionError("no round is started here")


@pytest.fixture(scope="module")
def blank_project(tmp_path_factory: pytest.TempPathFactory, threshold_pack: Path) -> Path:
    """A project with a small scan, proposed by the student."""
    folder = tmp_path_factory.mktemp("full")
    voxels = np.random.default_rng(0).choice([10, 45, 60, 77, 90], SIZE_IJK).astype(np.int16)
    Nifti1Image(voxels, np.diag([-0.9, -0.9, 3.0, 1.0])).to_filename(folder / "scan.nii.gz")
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(folder / "trial", threshold_pack)
    session.import_paths([folder / "scan.nii.gz"])
    session.predict("C-001")
    session.close_project()
    return folder / "trial"


def copied(session: Session) -> Arrays:
    label_map = session.must_open().label_map
    return label_map.labels.copy(), label_map.states.copy()


def assert_same(one: Arrays, other: Arrays) -> None:
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


def opened(folder: Path, troubles: list[UserError]) -> Session:
    session = Session(InlineJobs(), NoTrainer, author="AB")
    session.trouble.connect(troubles.append)
    session.open_project(folder)
    session.open_case("C-001")
    return session


def paint(session: Session, dice: np.random.Generator) -> None:
    start, stop = (tuple(float(dice.uniform(0, n - 1)) for n in SIZE_IJK) for _ in range(2))
    stroke = session.begin_stroke(
        axis=int(dice.integers(3)), label=int(dice.choice([1, 5])), radius_mm=float(dice.choice([2.0, 6.0, 9.0])), start_ijk=start
    )
    stroke.move_to(stop)
    stroke.finish()


def after_a_kill(project: Path, spare: Path) -> Arrays:
    """Return the mask that the folder leads to, copied as it is at this moment to a disk with room."""
    left = Path(shutil.copytree(project, spare, ignore=shutil.ignore_patterns("*.lock", "*.holder.json")))
    told: list[UserError] = []
    session = opened(left, told)
    found = copied(session)
    session.close_project()
    assert told == []
    shutil.rmtree(left)
    return found


CHANGES: dict[str, Callable[[Session, np.random.Generator], object]] = {
    "stroke": paint,
    "undo": lambda session, _dice: session.undo(),
    "redo": lambda session, _dice: session.redo(),
    "slice": lambda session, dice: session.approve_slice(int(dice.integers(24))),
    "scan": lambda session, _dice: session.approve_case(),
    "margin": lambda session, _dice: session.operate(Margin(5, 1.0)),
    "interpolation": lambda session, _dice: session.operate(Interpolate(1, 2)),
}


def attempt(session: Session, change: str, dice: np.random.Generator, troubles: list[UserError]) -> bool:
    """Try a change; return whether it was refused, in which case the mask is as before."""
    before, known = copied(session), len(troubles)
    try:
        CHANGES[change](session, dice)
    except UserError as error:
        troubles.append(error)
    refused = troubles[known:]
    for error in refused:
        assert "disk is full" in str(error)
        assert error.next_step.startswith("Free some space")
    if any("last change was not saved" in str(error) for error in refused):
        assert_same(copied(session), before)
        return True
    return False


@pytest.mark.parametrize("room", [0, PAGE_BYTES, 5 * PAGE_BYTES])
@pytest.mark.parametrize("seed", [0, 1])
def test_that_a_full_disk_is_told_and_costs_nothing_that_was_committed(
    disk: Disk, blank_project: Path, tmp_path: Path, room: int, seed: int
) -> None:
    project = Path(shutil.copytree(blank_project, disk.folder / "trial"))
    troubles: list[UserError] = []
    dice = np.random.default_rng(seed)
    session = opened(project, troubles)
    for _ in range(6):
        paint(session, dice)
    session.undo()
    assert troubles == []
    disk.fill(room=room)
    refused: set[str] = set()
    tries = 0
    while tries < 60 or not {"stroke", "undo"} <= refused:
        tries += 1
        assert tries < 2000
        change = str(dice.choice(list(CHANGES), p=[0.55, 0.15, 0.1, 0.08, 0.04, 0.04, 0.04]))
        if attempt(session, change, dice, troubles):
            refused.add(change)
    live = copied(session)
    assert_same(after_a_kill(project, tmp_path / "left"), live)
    disk.make_room()
    troubles.clear()
    for _ in range(3):
        paint(session, dice)
        session.undo()
        session.redo()
    session.approve_slice(3)
    live = copied(session)
    assert_same(after_a_kill(project, tmp_path / "left"), live)
    done = (live[1] >= VoxelState.ACCEPTED).all()
    assert session.must_project().case("C-001").status == ("approved" if done else "in progress")
    session.close_project()
    again = opened(project, troubles)
    assert_same(copied(again), live)
    again.close_project()
    assert troubles == []


def test_that_a_project_is_closed_and_looked_at_on_a_full_disk_and_goes_on_later(disk: Disk, blank_project: Path) -> None:
    project = Path(shutil.copytree(blank_project, disk.folder / "trial"))
    troubles: list[UserError] = []
    dice = np.random.default_rng(5)
    session = opened(project, troubles)
    for _ in range(6):
        paint(session, dice)
    live = copied(session)
    disk.fill()
    session.close_project()
    disk.fill()
    assert [("disk is full" in str(error), "what was saved before is intact" in error.next_step) for error in troubles] == [(True, True)]
    told: list[str] = []
    looking = Session(InlineJobs(), NoTrainer)
    looking.told.connect(told.append)
    looking.open_project(project)
    looking.open_case("C-001")
    assert_same(copied(looking), live)
    assert len(told) == 1
    assert "disk is full" in told[0]
    with pytest.raises(UserError, match="disk is full"):
        paint(looking, dice)
    looking.close_project()
    disk.make_room()
    troubles.clear()
    session = opened(project, troubles)
    assert_same(copied(session), live)
    paint(session, dice)
    live = copied(session)
    session.close_project()
    again = opened(project, troubles)
    assert_same(copied(again), live)
    again.close_project()
    assert troubles == []


def test_that_a_lock_and_a_proposal_that_cannot_be_kept_are_told_and_change_nothing(disk: Disk, blank_project: Path) -> None:
    project = Path(shutil.copytree(blank_project, disk.folder / "trial"))
    troubles: list[UserError] = []
    dice = np.random.default_rng(5)
    session = opened(project, troubles)
    for _ in range(4):
        paint(session, dice)
    disk.fill()
    with pytest.raises(UserError, match="disk is full"):
        session.set_locked(5, locked=True)
    assert session.locked == frozenset()
    live = copied(session)
    session.predict()
    assert len(troubles) == 1
    assert "disk is full" in str(troubles[0])
    assert_same(copied(session), live)
    assert session.predicting is None
    disk.make_room()
    session.set_locked(5, locked=True)
    session.predict()
    live = copied(session)
    session.close_project()
    again = opened(project, troubles)
    assert_same(copied(again), live)
    assert again.locked == {5}
    again.close_project()
    assert len(troubles) == 1
