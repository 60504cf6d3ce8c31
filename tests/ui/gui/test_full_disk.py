"""The window on a disk that fills up: it says so, the mask on screen is the one that is saved, and painting goes on when there is room."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
from tests.conftest import Disk
from tests.ui.gui.conftest import Mouse, NoTrainer

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def project_folder(demo_project: Path, disk: Disk) -> Path:
    """The demo's project on a disk of its own."""
    return Path(shutil.copytree(demo_project, disk.folder / "trial"))


def saved(project: Path, spare: Path) -> np.ndarray:
    """Return the mask that the folder leads to, copied as it is at this moment."""
    left = Path(shutil.copytree(project, spare, ignore=shutil.ignore_patterns("*.lock", "*.holder.json")))
    session = Session(InlineJobs(), NoTrainer)
    session.open_project(left)
    session.open_case("C-001")
    labels = session.must_open().label_map.labels.copy()
    session.close_project()
    shutil.rmtree(left)
    return labels


def test_that_painting_on_a_full_disk_is_told_and_goes_on_when_there_is_room(
    opened: Composition, mouse: Mouse, press_key: Callable[..., None], disk: Disk, tmp_path: Path
) -> None:
    window, labels, project_folder = opened.window, opened.session.open.label_map.labels, opened.session.project.folder
    press_key(Qt.Key.Key_P)
    mouse.stroke((150, 200), (180, 210))
    committed = labels.copy()
    assert committed.any()
    disk.fill()
    refused = 0
    for step in range(60):
        before = labels.copy()
        mouse.stroke((100 + step, 150), (140, 190 + step))
        if window.notice.isVisible():
            refused += 1
            assert "The disk is full and the last change was not saved" in window.notice.text.text()
            assert "Free some space" in window.notice.text.text()
            np.testing.assert_array_equal(labels, before)
            window.notice.hide()
        if refused == 3:
            break
    assert refused == 3
    np.testing.assert_array_equal(saved(project_folder, tmp_path / "left"), labels)
    # undo needs room as well: it is refused or done, and the mask on screen is the saved one
    press_key(Qt.Key.Key_Z, CTRL)
    press_key(Qt.Key.Key_Return)
    np.testing.assert_array_equal(saved(project_folder, tmp_path / "left"), labels)
    disk.make_room()
    window.notice.hide()
    before = labels.copy()
    mouse.stroke((60, 100), (90, 100))
    assert not window.notice.isVisible()
    assert (labels != before).any()
    np.testing.assert_array_equal(saved(project_folder, tmp_path / "left"), labels)
    press_key(Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(labels, before)


def test_that_a_scan_imported_and_a_lock_set_on_a_full_disk_are_refused_in_words(
    opened: Composition, disk: Disk, tmp_path: Path, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    from nibabel.nifti1 import Nifti1Image

    window, session = opened.window, opened.session
    Nifti1Image(np.arange(30 * 40 * 50, dtype=np.int16).reshape(50, 40, 30), np.eye(4)).to_filename(tmp_path / "new.nii.gz")
    disk.fill()
    qtbot.mouseClick(window.page.structures.rows[1].lock, Qt.MouseButton.LeftButton)
    assert "The disk is full" in window.notice.text.text()
    assert session.locked == frozenset()
    window.notice.hide()
    window.commands.import_paths([tmp_path / "new.nii.gz"])
    qtbot.waitUntil(window.notice.isVisible)
    assert "The disk is full" in window.notice.text.text()
    assert [case.id for case in session.cases()] == ["C-001"]
    disk.make_room()
    window.commands.import_paths([tmp_path / "new.nii.gz"])
    qtbot.waitUntil(lambda: len(session.cases()) == 2)
    settle()
