"""The list of measurements: it follows the views, goes there, renames, deletes, copies and exports."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.panels.measurements import Measurements

AXIAL, CORONAL = 2, 1


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> Measurements:
    """The panel with a ruler on axial slice 5, and a region on coronal slice 200."""
    session = window.session
    geometry = session.open.volume.geometry
    for kind, axis, places in (
        ("ruler", AXIAL, ((150, 230, 5), (190, 260, 5))),
        ("ellipse", CORONAL, ((120, 200, 3), (180, 200, 15))),
    ):
        session.measuring.add(kind, axis, [tuple(map(float, geometry.index_to_world(at))) for at in places])
    window.show_panel("measurements")
    qtbot.wait(20)
    return window.page.measurements


def texts(panel: Measurements) -> list[list[str]]:
    items = [panel.tree.topLevelItem(row) for row in range(panel.tree.topLevelItemCount())]
    return [[item.text(column) for column in range(3)] for item in items]


def click_row(panel: Measurements, row: int) -> None:
    place = panel.tree.visualItemRect(panel.tree.topLevelItem(row)).center()
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, place.y()))


def test_that_each_measurement_has_a_line_with_its_result_and_slice(window: MainWindow, panel: Measurements) -> None:
    ruler, region = window.session.measuring.items
    geometry = window.session.open.volume.geometry
    length = np.linalg.norm(np.array([40, 30, 0]) * geometry.spacing_mm)
    assert texts(panel) == [
        ["Length 1", f"{length:.1f} mm", "axial 6"],
        ["Region 2", texts(panel)[1][1], "coronal 201"],
    ]
    assert texts(panel)[1][1].endswith(" HU")
    assert ruler.length == pytest.approx(length)
    assert not panel.empty.isVisible()
    assert region.region.pixels > 0


def test_that_a_click_on_a_line_goes_to_its_slice_and_plane(window: MainWindow, panel: Measurements, qtbot: QtBot) -> None:
    click_row(panel, 1)
    assert window.state.measurement == 2
    assert window.state.display.plane == "coronal"
    assert window.state.display.cursor_ijk == (150, 200, 9)
    view = window.page.grid.slices["coronal"]
    qtbot.waitUntil(lambda: [one.chosen for one in view.canvas.measures] == [True])
    assert panel.detail.text().startswith("Region 2\n")
    click_row(panel, 0)
    assert (window.state.display.plane, window.state.display.index) == ("axial", 5)


def test_that_a_measurement_chosen_in_a_view_is_chosen_in_the_list(window: MainWindow, panel: Measurements) -> None:
    window.state.choose_measurement(2)
    assert panel.tree.currentItem().text(0) == "Region 2"
    window.state.choose_measurement(None)
    assert panel.tree.currentItem() is None
    assert panel.detail.text() == ""


def test_that_shift_f2_renames_and_the_keys_of_the_name_are_no_commands(
    window: MainWindow, panel: Measurements, press_key: Callable, qtbot: QtBot
) -> None:
    click_row(panel, 0)
    qtbot.waitUntil(window.actions_by_id["measure_rename"].isEnabled)
    press_key(Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    editor = panel.tree.findChild(QLineEdit)
    assert editor.hasFocus()
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    QTest.keyClicks(editor, "aneurysm, long axis")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: texts(panel)[0][0] == "aneurysm, long axis")
    assert [one.name for one in window.session.measuring.items] == ["aneurysm, long axis", "Region 2"]
    assert window.session.open.journal.undo_name is None, "Enter approves no slice meanwhile"
    assert window.state.tool.name == "cursor"


def test_that_delete_in_the_list_takes_the_chosen_one_away(
    window: MainWindow, panel: Measurements, press_key: Callable, qtbot: QtBot
) -> None:
    click_row(panel, 1)
    qtbot.waitUntil(window.actions_by_id["measure_delete"].isEnabled)
    press_key(Qt.Key.Key_Delete)
    assert [row[0] for row in texts(panel)] == ["Length 1"]
    (button,) = [b for b in panel.findChildren(QPushButton) if b.text() == "Delete"]
    qtbot.waitUntil(lambda: not button.isEnabled())
    click_row(panel, 0)
    qtbot.waitUntil(button.isEnabled)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert texts(panel) == []
    assert panel.empty.isVisible()


def test_that_all_are_copied_as_text_and_written_as_a_table(
    window: MainWindow, panel: Measurements, answers, qtbot: QtBot, tmp_path: Path
) -> None:
    action = window.actions_by_id.__getitem__
    qtbot.waitUntil(action("measure_copy").isEnabled)
    action("measure_copy").trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[:3] for line in lines] == [["C-001", "Length 1", "k 6"], ["C-001", "Region 2", "j 201"]]
    answers.next = tmp_path / "table.csv"
    action("measure_csv").trigger()
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["name"] for row in rows] == ["Length 1", "Region 2"]
    assert str(tmp_path / "table.csv") in window.notice.findChildren(type(panel.detail))[0].text()
    answers.next = None
    action("measure_csv").trigger()


def test_that_a_project_that_is_only_read_shows_them_and_changes_none(
    made, project_folder: Path, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    made.session.predict = lambda *_args, **_named: None
    made.session.open_project(project_folder)
    made.session.open_case("C-001")
    made.session.measuring.add("ruler", 2, ((0.0, 0.0, 0.0), (10.0, 0.0, 0.0)))
    made.session.close_project()
    made.session.open_project(project_folder, read_only=True)
    made.window.commands.show_case("C-001")
    settle()
    panel = made.window.page.measurements
    assert len(texts(panel)) == 1
    made.window.state.choose_measurement(1)
    qtbot.waitUntil(made.window.actions_by_id["measure_copy"].isEnabled)
    assert not made.window.actions_by_id["measure_delete"].isEnabled()
    assert not made.window.actions_by_id["tool_ruler"].isEnabled()
