"""The tour of the first start, gone through with real clicks beside real work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import appdirs
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition, make_application
from gf_desktop.gui.palette import DARK
from gf_desktop.gui.tour import STEPS, Tour, beside, button_of

LEFT = Qt.MouseButton.LeftButton


def click(button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


@pytest.fixture
def tour(opened: Composition, qtbot: QtBot) -> Tour:
    """The tour over an open scan, asked for in the Help menu."""
    opened.window.actions_by_id["tour"].trigger()
    panel = opened.window.helps.tour
    assert panel is not None
    # the demo is open already: the tour goes on by itself
    qtbot.waitUntil(lambda: panel.step.id == "look")
    return panel


def test_that_the_tour_follows_what_the_person_does(tour: Tour, opened: Composition, qtbot: QtBot, mouse: object) -> None:
    window, session = opened.window, opened.session
    assert f"2/{len(STEPS)}" in {text.text() for text in tour.findChildren(QLabel)}
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: tour.step.id == "paint")
    assert "(P)" in tour.text
    QTest.mouseClick(button_of(window.page, window.actions_by_id["tool_paint"]), LEFT)
    assert window.state.tool.name == "paint"
    window.state.set_tool(label=2, radius_mm=6.0)
    mouse.stroke((200, 200), (220, 200))
    qtbot.waitUntil(lambda: tour.step.id == "approve")
    assert np.count_nonzero(session.must_open().label_map.labels == 2) > 0
    QTest.mouseClick(button_of(window.page, window.actions_by_id["approve_slice"]), LEFT)
    qtbot.waitUntil(lambda: tour.step.id == "refine")
    QTest.mouseClick(window.top.refine, LEFT)
    qtbot.waitUntil(lambda: tour.step.id == "wait")
    assert session.refining
    session.cancel_refine()


def test_that_next_and_back_lead_through_every_step_and_finish_is_remembered(tour: Tour, opened: Composition, qtbot: QtBot) -> None:
    seen = [tour.step.id]
    click(tour.back)
    qtbot.wait(300)
    assert tour.step.id == "open", "who goes back is not sent on"
    click(tour.next)
    while tour.step.id != STEPS[-1].id:
        click(tour.next)
        seen.append(tour.step.id)
    assert seen == [step.id for step in STEPS[1:]]
    assert tour.next.text() == "Finish"
    click(tour.next)
    assert not tour.isVisible()
    assert opened.window.remembered.file.now.tour_done
    assert opened.window.remembered.file.now.tour_step == 0


def test_that_the_tour_is_left_and_taken_up_where_it_was(tour: Tour, opened: Composition) -> None:
    click(tour.next)
    click(tour.next)
    assert tour.step.id == "approve"
    click(tour.leave)
    assert not tour.isVisible()
    assert opened.window.remembered.file.now.tour_done
    opened.window.actions_by_id["tour"].trigger()
    assert tour.isVisible()
    assert tour.step.id == "approve"


def test_that_escape_leaves_the_tour_before_it_puts_the_tool_down(tour: Tour, opened: Composition) -> None:
    opened.window.state.set_tool(name="paint")
    QTest.keyClick(opened.window, Qt.Key.Key_Escape)
    assert not tour.isVisible()
    assert opened.window.state.tool.name == "paint"
    QTest.keyClick(opened.window, Qt.Key.Key_Escape)
    assert opened.window.state.tool.name == "cursor"


def test_that_the_panel_never_lies_over_the_control_that_it_shows(tour: Tour, opened: Composition, qtbot: QtBot) -> None:
    window = opened.window
    for size in ((1440, 900), (1100, 700)):
        window.resize(*size)
        for at, step in enumerate(STEPS[1:], start=1):
            tour._go(at, waits=False)
            qtbot.wait(200)
            target = window.helps.tour_target(step.id)
            control = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
            assert window.rect().contains(tour.geometry()), step.id
            if step.id != "look":
                assert not control.intersects(tour.geometry()), (size, step.id)


def test_that_the_mark_lets_clicks_through(tour: Tour, opened: Composition) -> None:
    click(tour.next)
    button = button_of(opened.window.page, opened.window.actions_by_id["tool_paint"])
    spot = button.mapTo(opened.window, button.rect().center())
    QTest.mouseClick(opened.window.windowHandle(), LEFT, pos=spot)
    assert opened.window.state.tool.name == "paint"


def test_that_the_tour_begins_with_the_demo_only_once(
    made: Composition, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Callable[[], None]
) -> None:
    monkeypatch.setattr(appdirs, "user_data_dir", lambda *_args, **_named: str(tmp_path))
    made.session.predict = lambda *_args, **_named: None
    window = made.window
    click(window.start.findChild(QPushButton, "primary"))
    tour = window.helps.tour
    assert tour is not None
    assert tour.isVisible()
    settle()
    qtbot.waitUntil(lambda: tour.step.id == "look")
    click(tour.leave)
    window.actions_by_id["open_demo"].trigger()
    settle()
    assert not tour.isVisible()


def test_that_the_demo_offers_four_corrected_slices(
    made: Composition, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Callable[[], None]
) -> None:
    monkeypatch.setattr(appdirs, "user_data_dir", lambda *_args, **_named: str(tmp_path))
    made.session.predict = lambda *_args, **_named: None
    made.window.actions_by_id["open_demo"].trigger()
    settle()
    tour = made.window.helps.tour
    qtbot.waitUntil(lambda: tour.step.id == "look")
    click(tour.next)
    assert not tour.extra.isVisible()
    click(tour.next)
    click(tour.extra)
    assert made.session.must_open().label_map.reviewed_slices() == [2, 7, 12, 17]
    qtbot.waitUntil(lambda: tour.step.id == "refine")
    assert made.window.page.refine.chosen_minutes == 2.0


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (QRect(10, 100, 30, 30), QPoint(48, 100)),
        (QRect(700, 100, 290, 500), QPoint(372, 100)),
        (QRect(600, 5, 120, 30), QPoint(600, 43)),
    ],
)
def test_that_the_panel_stands_beside_its_control(target: QRect, wanted: QPoint) -> None:
    room = QRect(0, 0, 1000, 700)
    place = beside(target, QSize(320, 120), room)
    assert place.topLeft() == wanted
    assert room.contains(place)


def test_that_the_tour_speaks_german(qapp: QApplication) -> None:
    from gf_desktop.gui.actions import tr

    make_application(theme=DARK.name, language="de")
    try:
        said = [tr(step.title) for step in STEPS]
    finally:
        make_application()
    assert said == [
        "Demo öffnen",
        "Ansehen",
        "Malen",
        "Freigeben",
        "Verfeinern",
        "Weiterarbeiten",
        "Was sich geändert hat",
        "Jederzeit zurück",
        "Exportieren",
    ]
