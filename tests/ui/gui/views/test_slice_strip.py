"""The strip of slices: states, jumping, scrolling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.theme import current_palette
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.open_case import swap_confidence
from gf_desktop.session import Session


def centre_of(window: MainWindow, index: int) -> QPoint:
    return window.page.strip.cell_rect(index).center().toPoint()


def test_that_a_click_jumps_to_the_slice(window: MainWindow) -> None:
    QTest.mouseClick(window.page.strip, Qt.MouseButton.LeftButton, pos=centre_of(window, 3))
    assert window.state.display.index == 3


def test_that_a_drag_scrolls_and_stops_at_the_ends(window: MainWindow) -> None:
    strip = window.page.strip
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=centre_of(window, 3))
    QTest.mouseMove(strip, centre_of(window, 8))
    assert window.state.display.index == 8
    QTest.mouseMove(strip, QPoint(strip.width() + 50, 5))
    assert window.state.display.index == 19
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() + 50, 5))


def test_that_every_cell_answers_for_its_own_slice(window: MainWindow) -> None:
    strip = window.page.strip
    assert [strip.index_at(strip.cell_rect(k).center().x()) for k in range(20)] == list(range(20))


def test_that_states_are_told_in_words_as_they_come_about(
    window: MainWindow, session: Session, mouse, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    strip, label_map = window.page.strip, session.open.label_map
    assert strip.describe(10) == "slice 11: unseen"
    label_map.propose(np.zeros((1, 512, 512), np.uint8), Box((10, 0, 0), (11, 512, 512)))
    qtbot.waitUntil(lambda: strip.describe(10) == "slice 11: proposed")
    press_key(Qt.Key.Key_P)
    mouse.stroke((150.0, 230.0))
    qtbot.waitUntil(lambda: strip.describe(10) == "slice 11: edited, not approved yet")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: strip.describe(10) == "slice 11: edited")
    assert [summary.state for summary in window.page.ledger.summaries].count(VoxelState.UNSEEN) == 19


@pytest.mark.parametrize(
    ("state", "token"), [(VoxelState.UNSEEN, "unseen"), (VoxelState.ACCEPTED, "accepted"), (VoxelState.EDITED, "edited")]
)
def test_that_cells_are_drawn_in_the_colour_of_their_state(
    window: MainWindow, session: Session, qtbot: QtBot, state: VoxelState, token: str
) -> None:
    session.open.label_map.states[4] = state
    window.page.ledger.restart()
    qtbot.waitUntil(lambda: window.page.ledger.complete)
    picture = window.page.strip.grab().toImage()
    place = centre_of(window, 4) * picture.devicePixelRatio()
    assert picture.pixelColor(place) == QColor(getattr(current_palette(), token))


def test_that_nothing_is_counted_while_a_stroke_runs(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    ledger = window.page.ledger
    before = ledger.voxels(2)
    stroke = session.begin_stroke(axis=2, label=2, radius_mm=5.0, start_ijk=(150.0, 230.0, 10.0))
    qtbot.wait(400)
    assert not ledger.complete
    assert ledger.voxels(2) == before
    stroke.finish()
    qtbot.waitUntil(lambda: ledger.complete)
    assert ledger.voxels(2) == (session.open.label_map.labels == 2).sum() > before


def test_that_a_count_of_many_slices_lets_go_of_the_confidence_that_it_read(
    window: MainWindow, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, let_go = window.page.ledger, []
    monkeypatch.setattr("gf_desktop.gui.slice_ledger.let_go", let_go.append)
    monkeypatch.setattr("gf_desktop.gui.slice_ledger.KEPT_SLICES", 12)
    ledger.restart()
    qtbot.waitUntil(lambda: ledger.complete)
    assert [one is session.open.confidence for one in let_go] == [True]
    session.open.label_map.propose(np.zeros((2, 512, 512), np.uint8), Box((10, 0, 0), (12, 512, 512)))
    qtbot.waitUntil(lambda: ledger.summaries[11].state == VoxelState.PROPOSED)
    assert len(let_go) == 1, "two slices may stay"


def test_that_the_same_confidence_in_another_array_is_not_counted_anew(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    ledger = window.page.ledger
    session.open.label_map.propose(np.zeros((20, 512, 512), np.uint8), Box((0, 0, 0), (20, 512, 512)))
    session.open.confidence = np.full((20, 512, 512), 204, np.uint8)
    session.prediction_changed.emit()
    qtbot.waitUntil(lambda: ledger.complete)
    assert ledger.summaries[3].doubt is not None
    swap_confidence(session.open, session.open.confidence.copy())
    session.prediction_changed.emit()
    assert ledger.complete
    session.open.confidence = session.open.confidence.copy()
    session.prediction_changed.emit()
    assert not ledger.complete


def test_that_volumes_follow_the_brush(window: MainWindow, session: Session, mouse, press_key: Callable[..., None], qtbot: QtBot) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_2)
    mouse.stroke((150.0, 230.0), (190.0, 230.0))
    voxels = int((session.open.label_map.labels == 2).sum())
    expected = voxels * 0.9765625**2 * 2.0 / 1000
    qtbot.waitUntil(lambda: window.page.ledger.volume_ml(2) == pytest.approx(expected))
    assert window.page.structures.rows[1].volume.text() == f"{expected:.1f} ml"


def test_that_cells_too_narrow_for_gaps_keep_their_own_colours(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.open.label_map.states[::2] = VoxelState.ACCEPTED
    session.open.label_map.states[6:9] = VoxelState.EDITED
    strip = window.page.strip
    window.state.go_to(0)
    window.page.ledger.restart()
    qtbot.waitUntil(lambda: window.page.ledger.complete)
    strip.resize(80, strip.height())
    picture = strip.grab().toImage()
    wanted = ["edited" if k in (6, 7, 8) else "unseen" if k % 2 else "accepted" for k in range(20)]
    seen = [picture.pixelColor(strip.cell_rect(k).center().toPoint() * picture.devicePixelRatio()) for k in range(20)]
    # the mark of the slice on screen lies over its neighbour
    assert seen[2:] == [QColor(getattr(current_palette(), token)) for token in wanted[2:]]


def test_that_the_strip_is_drawn_in_the_colours_of_the_theme_after_it_was_switched(window: MainWindow, action: Callable) -> None:
    before = window.page.strip.grab().toImage()
    action("theme").trigger()
    after = window.page.strip.grab().toImage()
    assert before.pixelColor(1, 1) != after.pixelColor(1, 1) == QColor(current_palette().surface)
