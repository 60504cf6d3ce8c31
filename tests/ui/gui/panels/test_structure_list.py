"""The list of structures by mouse and keys: add, change, merge, delete, lists from files, keys, many rows."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from gf_desktop.gui.actions import SPECS
from gf_desktop.gui.app import Composition
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.panels.structure_dialog import ListDialog, StructureDialog
from gf_desktop.imaging.structures import SUGGESTED_COLOURS
from gf_desktop.session import Session

LIVER = 2


def dialog(window: MainWindow, qtbot: QtBot, kind: type = StructureDialog):
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(kind)))
    return next(d for d in window.findChildren(kind) if d.isVisible())


def names(window: MainWindow) -> list[str]:
    return [row.structure.name for row in window.page.structures.rows]


def texts(row) -> set[str]:
    return {label.text() for label in row.findChildren(QLabel) if label.text() and not label.isHidden()}


def test_that_a_structure_is_added_by_keys_alone_and_drawn_with(
    window: MainWindow, press_key: Callable[..., None], mouse, qtbot: QtBot
) -> None:
    press_key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    asked = dialog(window, qtbot)
    assert asked.focusWidget() is asked.name
    QTest.keyClicks(asked.name, "tumour")
    QTest.keyClick(asked.name, Qt.Key.Key_Tab)
    QTest.keyClicks(asked.focusWidget(), "SCT 108369006")
    QTest.keyClick(asked.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window)[-1] == "tumour")
    row = window.page.structures.rows[-1]
    assert (row.structure.id, row.structure.code) == (8, "SCT 108369006")
    assert row.property("chosen")
    assert {"tumour", "SCT 108369006", "8"} <= texts(row)
    # the offscreen platform has no window manager that would do it
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    press_key(Qt.Key.Key_P)
    assert window.state.tool.name == "paint"
    mouse.stroke((200.0, 200.0), (230.0, 200.0))
    assert (window.session.open.label_map.labels == 8).any()


def test_that_a_name_that_is_taken_is_told_in_the_dialog(window: MainWindow, action: Callable, qtbot: QtBot) -> None:
    action("add_structure").trigger()
    asked = dialog(window, qtbot)
    QTest.keyClicks(asked.name, "Liver")
    QTest.mouseClick(asked.done_button, Qt.MouseButton.LeftButton)
    assert asked.isVisible()
    assert "this name already" in asked.told.text()
    QTest.keyClick(asked.name, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not any(d.isVisible() for d in window.findChildren(StructureDialog)))
    assert len(names(window)) == 7


def test_that_a_click_on_the_colour_changes_it_everywhere(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.open.label_map.labels[:, 200:300, 200:300] = LIVER
    row = window.page.structures.rows[1]
    QTest.mouseClick(row.swatch, Qt.MouseButton.LeftButton)
    asked = dialog(window, qtbot)
    assert asked.colours.buttons["#e69f00"].accessibleName() == "#e69f00, in use"
    button = asked.colours.buttons[SUGGESTED_COLOURS[10]]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()
    QTest.mouseClick(asked.done_button, Qt.MouseButton.LeftButton)
    assert session.must_project().table.by_id(LIVER).color == SUGGESTED_COLOURS[10]
    assert row.swatch.colour == SUGGESTED_COLOURS[10]
    window.state.set_display(window.state.display.with_opacity(1.0))
    view = window.page.view
    place = view.plane.position_of((250.0, 250.0, float(view.plane.index)))
    from PySide6.QtCore import QPointF

    at = view.canvas.from_plane(QPointF(*place)).toPoint()
    qtbot.waitUntil(lambda: view.canvas.grab().toImage().pixelColor(at).name() == SUGGESTED_COLOURS[10])


def test_that_any_colour_can_be_chosen(window: MainWindow, answers, action: Callable, qtbot: QtBot) -> None:
    answers.next = "#12ab9f"
    window.state.set_tool(label=LIVER)
    action("edit_structure").trigger()
    asked = dialog(window, qtbot)
    other = next(b for b in asked.findChildren(type(asked.done_button)) if b.text() == "Other colour…")
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    assert asked.colours.own.isVisible()
    QTest.keyClick(asked.name, Qt.Key.Key_Return)
    assert window.session.must_project().table.by_id(LIVER).color == "#12ab9f"


def test_that_a_double_click_renames_and_the_name_is_there_after_a_restart(
    window: MainWindow, session: Session, project_folder: Path, qtbot: QtBot
) -> None:
    row = window.page.structures.rows[1]
    QTest.mouseDClick(row, Qt.MouseButton.LeftButton, pos=QPoint(80, 10))
    asked = dialog(window, qtbot)
    QTest.keyClicks(asked.name, "Leber")
    QTest.keyClick(asked.name, Qt.Key.Key_Return)
    assert names(window)[1] == "Leber"
    session.close_project()
    session.open_project(project_folder)
    assert names(window)[1] == "Leber"


def test_that_rows_are_one_stop_of_the_tab_key_and_arrows_go_through_them(
    window: MainWindow, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    rows = window.page.structures.rows
    window.state.set_tool(label=2)
    assert [row.focusPolicy() == Qt.FocusPolicy.TabFocus for row in rows] == [False, True, False, False, False, False, False]
    rows[1].setFocus()
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Down)
    assert rows[3].hasFocus()
    press_key(Qt.Key.Key_Space)
    assert window.state.tool.label == 4
    press_key(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rows[3].swatch
    press_key(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rows[3].lock
    press_key(Qt.Key.Key_Space)
    assert window.session.locked == {4}
    rows[3].setFocus()
    press_key(Qt.Key.Key_End)
    assert rows[6].hasFocus()
    press_key(Qt.Key.Key_F2)
    asked = dialog(window, qtbot)
    assert asked.name.text() == "right back muscle", "of the row that has the keyboard, not of the one that is drawn"
    asked.reject()


def test_that_badges_follow_the_keymap(window: MainWindow, press_key: Callable[..., None]) -> None:
    row = window.page.structures.rows[1]
    assert "2" in texts(row)
    window.use_keymap(Keymap("napari"))
    assert "Alt+2" in texts(row)
    window.use_keymap(Keymap().with_keys(SPECS["structure_2"], ["Ctrl+Alt+L"]))
    assert "Ctrl+Alt+L" in texts(row)
    press_key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert row.property("chosen")


@pytest.fixture
def painted(window: MainWindow, mouse, press_key: Callable[..., None]) -> np.ndarray:
    """Liver painted with the brush; the labels then."""
    window.state.set_tool(label=LIVER)
    press_key(Qt.Key.Key_P)
    mouse.stroke((200.0, 200.0), (260.0, 200.0))
    labels = window.session.open.label_map.labels
    assert (labels == LIVER).any()
    return labels.copy()


def test_that_deleting_asks_with_numbers_and_no_leaves_all(
    window: MainWindow, painted: np.ndarray, answers, action: Callable, qtbot: QtBot
) -> None:
    answers.next = False
    action("delete_structure").trigger()
    qtbot.waitUntil(lambda: bool(answers.asked))
    count = int((painted == LIVER).sum())
    assert f"liver has {count:,} voxels in 1 scan, {count:,} of them reviewed." in answers.asked[-1]
    assert "The student knows it" in answers.asked[-1]
    qtbot.wait(1)
    np.testing.assert_array_equal(window.session.open.label_map.labels, painted)
    assert "liver" in names(window)


def test_that_delete_on_a_row_takes_the_structure_away_and_undo_brings_it_back(
    window: MainWindow, painted: np.ndarray, answers, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    answers.next = True
    window.page.structures.rows[1].setFocus()
    press_key(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "liver" not in names(window))
    assert not (window.session.open.label_map.labels == LIVER).any()
    assert "out of the list" in window.notice.text.text()
    assert window.state.tool.label == 1
    window.page.view.setFocus()
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert names(window)[-1] == "liver"
    np.testing.assert_array_equal(window.session.open.label_map.labels, painted)


@pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)
def test_that_the_menu_merges_a_structure_into_another_in_every_scan(
    window: MainWindow, painted: np.ndarray, answers, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    answers.next = True
    window.page.structures.rows[1].setFocus()
    press_key(Qt.Key.Key_Menu)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    merge = next(entry.menu() for entry in menu.actions() if entry.text() == "Merge in every scan into")
    next(entry for entry in merge.actions() if entry.text() == "stomach").trigger()
    menu.close()
    qtbot.waitUntil(lambda: "liver" not in names(window))
    np.testing.assert_array_equal(window.session.open.label_map.labels, np.where(painted == LIVER, 3, painted))
    assert "Give them all to stomach" in answers.asked[-1]


def test_that_a_list_is_chosen_with_its_licence_in_sight(window: MainWindow, action: Callable, qtbot: QtBot) -> None:
    action("take_structures").trigger()
    asked = dialog(window, qtbot, ListDialog)
    assert asked.list.count() >= 4
    assert "Apache-2.0" in asked.about.text()
    QTest.keyClick(asked.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(names(window)) > 7)
    assert names(window)[:7] == ["spleen", "liver", "stomach", "aorta", "vertebral column", "left back muscle", "right back muscle"]
    assert "pancreas" in names(window)
    assert names(window).count("spleen") == 1


def test_that_a_list_goes_out_to_a_file_and_in_from_one(
    window: MainWindow, answers, action: Callable, tmp_path: Path, qtbot: QtBot
) -> None:
    answers.next = tmp_path / "mine.json"
    action("save_structures").trigger()
    document = json.loads((tmp_path / "mine.json").read_text())
    assert [row["name"] for row in document["structures"]] == names(window)
    document["structures"] = [{"name": "cyst"}]
    (tmp_path / "mine.json").write_text(json.dumps(document))
    action("take_structures").trigger()
    asked = dialog(window, qtbot, ListDialog)
    QTest.mouseClick(asked.file_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(window)[-1] == "cyst")


def test_that_a_damaged_list_is_told(window: MainWindow, answers, action: Callable, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "bad.json").write_text("{}")
    answers.next = tmp_path / "bad.json"
    action("take_structures").trigger()
    QTest.mouseClick(dialog(window, qtbot, ListDialog).file_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "no list of structures" in window.notice.text.text())
    assert len(names(window)) == 7


def test_that_volume_and_reviewed_share_are_those_counted_plainly(
    window: MainWindow, session: Session, settle: Callable, qtbot: QtBot
) -> None:
    opened = session.open
    labels, states = opened.label_map.labels.copy(), opened.label_map.states.copy()
    labels[2:8, 100:200, 100:200], states[2:4, 100:200, 100:200] = LIVER, 2
    states[4:8, 100:200, 100:200] = 1
    from gf_desktop.imaging.edits import Box, LabelEdit

    box = Box.whole(labels.shape)
    opened.apply(
        LabelEdit.record(
            labels=opened.label_map.labels,
            states=opened.label_map.states,
            mask=np.ones(labels.shape, bool),
            box=box,
            new_labels=labels,
            new_states=states,
            name="test",
        )
    )
    settle()
    row = window.page.structures.rows[1]
    millilitres = float((labels == LIVER).sum() * np.prod(opened.volume.geometry.spacing_mm) / 1000)
    assert row.volume.text() == f"{millilitres:.0f} ml"
    assert row.reviewed.text() == "33 % ✓"
    assert "33 % reviewed" in row.accessibleName()


def test_that_255_structures_are_shown_and_a_slice_change_stays_quick(
    window: MainWindow, session: Session, project_folder: Path, action: Callable
) -> None:
    table = session.must_project().table
    rows = [{"id": n, "name": f"structure {n}", "color": SUGGESTED_COLOURS[n % 24]} for n in range(1, 256) if n not in table.ids]
    path = project_folder / "many.json"
    path.write_text(json.dumps(rows))
    session.take_structures(path)
    assert len(names(window)) == 255
    started = time.perf_counter()
    for index in range(5, 15):
        window.state.go_to(index)
    assert (time.perf_counter() - started) / 10 < 0.1
    window.state.set_tool(label=255)
    assert window.page.structures.rows[-1].property("chosen")


def test_that_without_a_scan_the_list_can_be_changed_all_the_same(window: MainWindow, session: Session) -> None:
    session.close_case()
    menu = window.page.structures.menu_of(LIVER)
    assert [entry.text() for entry in menu.actions()] == ["Name, colour and code…", "Merge in every scan into", "Delete from every scan…"]


def test_that_a_project_that_is_only_read_offers_no_change(
    made: Composition, project_folder: Path, tmp_path: Path, qtbot: QtBot, settle: Callable
) -> None:
    made.session.predict = lambda *_args, **_named: None
    made.session.open_project(Path(shutil.copytree(project_folder, tmp_path / "other")), read_only=True)
    for name in ("add_structure", "edit_structure", "delete_structure", "take_structures"):
        qtbot.waitUntil(lambda name=name: not made.window.actions_by_id[name].isEnabled())
    menu = made.window.page.structures.menu_of(LIVER)
    assert not [entry.text() for entry in menu.actions() if entry.isEnabled()]
