"""A slice read a second time in the window: asked now and then, painted with a real mouse, and nothing of it in the project's mask."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.blind_window import BlindWindow
from tests.ui.gui.conftest import settle

APPROVED = range(3, 13)


@pytest.fixture
def approved(opened: Composition, qtbot: QtBot) -> Composition:
    """Ten slices with a box of liver are approved; the student would draw bone."""
    labels = np.zeros(opened.session.must_open().volume.geometry.shape_kji, np.uint8)
    labels[:, 200:300, 150:250] = 2
    opened.session.must_open().take_slices(labels, tuple(APPROVED), name="test")
    settle(opened, qtbot)
    return opened


@pytest.fixture
def window(approved: Composition, qtbot: QtBot) -> BlindWindow:
    approved.window.actions_by_id["read_again"].trigger()
    qtbot.waitUntil(lambda: approved.window.commands.agreements.window is not None, timeout=30_000)
    found = approved.window.commands.agreements.window
    qtbot.waitExposed(found)
    return found


def place(window: BlindWindow, i: float, j: float) -> object:
    x, y = window._plane.position_of((i, j, window._reading.k))
    return window.canvas.from_plane(QPointF(x, y)).toPoint()


def test_that_the_person_is_asked_once_enough_is_approved_and_may_say_never(approved: Composition, qtbot: QtBot) -> None:
    notice = approved.window.notice
    qtbot.waitUntil(lambda: notice.isVisible() and "second time" in notice.text.text(), timeout=20_000)
    assert [button.text() for button in notice.buttons] == ["Yes", "Not now", "Never ask"]
    qtbot.mouseClick(notice.buttons[2], Qt.MouseButton.LeftButton)
    assert not approved.session.agreeing.document.enabled
    assert not approved.session.agreeing.due()


def test_that_what_is_painted_and_approved_is_compared_and_the_mask_stays(approved: Composition, window: BlindWindow, qtbot: QtBot) -> None:
    session = approved.session
    before = session.must_open().label_map.labels.copy()
    reading = session.agreeing.reading
    assert reading.k in APPROVED
    # the box of liver that was approved is not there, only what the student draws
    assert (reading.label_map.labels[reading.k, 210:290, 160:240] == 2).mean() < 0.5
    window.structure.setCurrentIndex(window.structure.findData(2))
    view = window.canvas.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place(window, 180, 220))
    for i in range(180, 221, 4):
        QTest.mouseMove(view, place(window, i, 220))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place(window, 220, 220))
    assert reading.label_map.labels[reading.k, 220, 200] == 2
    QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=place(window, 200, 220))
    assert reading.label_map.labels[reading.k, 220, 200] == 0
    window.undo()
    assert reading.label_map.labels[reading.k, 220, 200] == 2
    qtbot.mouseClick(window.approve_button, Qt.MouseButton.LeftButton)
    settle(approved, qtbot)
    (repeat,) = session.agreeing.document.repeats
    assert repeat.first["2"] == 100 * 100
    assert 0 < repeat.both["2"] <= 10_000
    np.testing.assert_array_equal(session.must_open().label_map.labels, before)
    assert "liver" in approved.window.notice.text.text()


def test_that_a_slice_that_is_left_is_not_offered_again(approved: Composition, window: BlindWindow, qtbot: QtBot) -> None:
    agreeing = approved.session.agreeing
    k = agreeing.reading.k
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: agreeing.reading is None)
    assert agreeing.document.repeats == ()
    assert [tuple(one) for one in agreeing.document.declined] == [("C-001", k)]


def test_that_the_refine_panel_says_what_is_known(approved: Composition, qtbot: QtBot) -> None:
    box = approved.window.page.refine.agreement
    assert box.text.text() == "Good enough? Read a few slices a second time to know."
    agreeing, models = approved.session.agreeing, approved.session.must_project().models
    models.activate("seven", reason="", gate={"after": {"liver": 0.7}}, mean_dice=0.7)
    labels = approved.session.must_open().label_map.labels
    for k in (3, 4):
        agreeing.compare("C-001", k, labels[k])
    assert box.text.text() == "Not yet: go on. The student with you / you with yourself: liver 0.70 / 1.00"
    models.activate("seven", reason="", gate={"after": {"liver": 0.995}}, mean_dice=0.99)
    box.refresh()
    assert box.text.text().startswith("Good enough")


def test_that_every_control_has_a_name(window: BlindWindow) -> None:
    assert window.findChild(QComboBox).accessibleName()


@pytest.fixture(autouse=True)
def closed(approved: Composition, qtbot: QtBot) -> Callable[[], None]:
    yield
    found = approved.window.commands.agreements.window
    if found is not None:
        approved.window.commands.agreements.window = None
        try:
            found.close()
        except RuntimeError:
            # Qt has deleted it already
            return
    settle(approved, qtbot)
