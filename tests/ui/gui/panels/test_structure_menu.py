"""What the menu of a structure does to the mask, against scipy and scikit-image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from scipy import ndimage

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.imaging.labelmap import VoxelState

LIVER = 2


@pytest.fixture
def drawn(window: MainWindow) -> np.ndarray:
    """A mask with a block that has a hole, and an island; the labels as they are before."""
    labels = window.session.open.label_map.labels
    labels[4:14, 180:260, 120:200] = LIVER
    labels[8:10, 210:220, 150:160] = 0
    labels[5:7, 300:306, 300:306] = LIVER
    return labels.copy()


def choose(window: MainWindow, qtbot: QtBot, *names: str) -> None:
    """Choose an entry of the liver's menu by its texts, a submenu's first."""
    menu = window.page.structures.menu_of(LIVER)
    entries = menu
    for name in names[:-1]:
        # as where it is opened: what is in it is made then
        entries.aboutToShow.emit()
        entries = next(action.menu() for action in entries.actions() if action.text() == name)
    entries.aboutToShow.emit()
    action = next(action for action in entries.actions() if action.text() == names[-1])
    assert action.isEnabled()
    action.trigger()
    previewing = window.session.previewing
    if previewing.operation is not None:
        # what is shown first is taken by the button
        qtbot.waitUntil(lambda: not previewing.computing)
        window.page.preview.take.click()
    qtbot.waitUntil(lambda: not window.session.open.working)
    menu.deleteLater()


@pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)
def test_that_a_right_click_on_a_row_opens_its_menu(window: MainWindow, drawn: np.ndarray, qtbot: QtBot) -> None:
    row = window.page.structures.rows[1]
    place = QPoint(40, 10)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, row.mapToGlobal(place))
    QApplication.sendEvent(row, event)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    popup = QApplication.activePopupWidget()
    texts = [action.text() for action in popup.actions() if action.text()]
    assert {"Accept it", "Fill holes", "Keep the largest island", "Delete its voxels…"} <= set(texts)
    popup.close()


def test_that_holes_are_filled(window: MainWindow, drawn: np.ndarray, qtbot: QtBot) -> None:
    choose(window, qtbot, "Fill holes")
    expected = np.where(ndimage.binary_fill_holes(drawn == LIVER), LIVER, drawn)
    np.testing.assert_array_equal(window.session.open.label_map.labels, expected)
    assert (expected != drawn).sum() == 2 * 10 * 10


def test_that_the_largest_island_is_kept(window: MainWindow, drawn: np.ndarray, qtbot: QtBot) -> None:
    choose(window, qtbot, "Keep the largest island")
    parts, _count = ndimage.label(drawn == LIVER)
    largest = np.bincount(parts[parts > 0]).argmax()
    np.testing.assert_array_equal(window.session.open.label_map.labels, np.where(parts == largest, LIVER, 0))
    window.session.undo()
    np.testing.assert_array_equal(window.session.open.label_map.labels, drawn)


def test_that_a_margin_is_added_in_mm(window: MainWindow, drawn: np.ndarray, qtbot: QtBot) -> None:
    choose(window, qtbot, "Grow by a margin", "3 mm")
    spacing = window.session.open.volume.geometry.spacing_mm
    away = ndimage.distance_transform_edt(drawn != LIVER, sampling=spacing[::-1])
    np.testing.assert_array_equal(window.session.open.label_map.labels == LIVER, away <= 3.0)


def test_that_a_slice_is_copied_to_the_next_one(window: MainWindow, drawn: np.ndarray, qtbot: QtBot) -> None:
    window.state.go_to(13)
    choose(window, qtbot, "Copy to the next slice")
    expected = drawn.copy()
    expected[14] = np.where(drawn[13] == LIVER, LIVER, drawn[14])
    np.testing.assert_array_equal(window.session.open.label_map.labels, expected)


def test_that_a_structure_is_merged_only_after_a_yes(window: MainWindow, drawn: np.ndarray, answers, qtbot: QtBot) -> None:
    answers.next = False
    choose(window, qtbot, "Merge into", "spleen")
    np.testing.assert_array_equal(window.session.open.label_map.labels, drawn)
    answers.next = True
    choose(window, qtbot, "Merge into", "spleen")
    np.testing.assert_array_equal(window.session.open.label_map.labels, np.where(drawn == LIVER, 1, drawn))
    assert f"{(drawn == LIVER).sum():,}" in answers.asked[-1]


def test_that_deleting_tells_how_many_voxels_go(window: MainWindow, drawn: np.ndarray, answers, qtbot: QtBot) -> None:
    window.session.open.label_map.states[5, 300:306, 300:306] = VoxelState.EDITED
    answers.next = True
    choose(window, qtbot, "Delete its voxels…")
    assert not window.session.open.label_map.labels.any()
    assert f"liver has {(drawn == LIVER).sum():,} voxels" in answers.asked[-1]
    assert "36 of them reviewed" in answers.asked[-1]


def test_that_a_lock_is_set_by_a_click_and_leaves_only_acceptance(
    window: MainWindow, drawn: np.ndarray, qtbot: QtBot, press_key: Callable[..., None]
) -> None:
    row = window.page.structures.rows[1]
    qtbot.mouseClick(row.lock, Qt.MouseButton.LeftButton)
    assert window.session.locked == {LIVER}
    assert row.lock.accessibleName() == "Unlock liver"
    menu = window.page.structures.menu_of(LIVER)
    free = [action.text() for action in menu.actions() if action.isEnabled() and action.text()]
    assert free == ["Name, colour and code…", "Accept it"], "neither changes a voxel's label"
    menu.deleteLater()
    qtbot.mouseClick(row.lock, Qt.MouseButton.LeftButton)
    assert window.session.locked == frozenset()


def test_that_nothing_to_change_is_said(window: MainWindow, drawn: np.ndarray, qtbot: QtBot) -> None:
    choose(window, qtbot, "Remove islands below", "0.1 ml")
    assert "nothing to change" in window.notice.text.text()
