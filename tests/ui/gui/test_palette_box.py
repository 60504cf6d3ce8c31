"""The command palette with real keys and a real mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gf_desktop.gui.actions import ACTIONS
from gf_desktop.gui.app import Composition
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.palette_box import Entry, PaletteBox

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def box(opened: Composition, press_key: Callable[..., None]) -> Iterator[PaletteBox]:
    """The palette, opened with its keys over the demo's scan."""
    press_key(Qt.Key.Key_K, CTRL)
    assert opened.window.palette_box.isVisible()
    yield opened.window.palette_box
    opened.window.palette_box.dismiss()


def write(box: PaletteBox, text: str) -> list[str]:
    for letter in text:
        QTest.keyClick(box.window().windowHandle(), letter)
    return [entry.text for entry in box.rows]


def texts(box: PaletteBox) -> list[str]:
    return [entry.text for entry in box.rows]


def test_that_a_few_letters_and_enter_run_an_action_by_its_qaction(window: MainWindow, box: PaletteBox, press_key) -> None:
    ran: list[str] = []
    window.actions_by_id["tool_paint"].triggered.connect(lambda: ran.append("paint"))
    assert write(box, "pai")[0] == "Paint"
    press_key(Qt.Key.Key_Return)
    assert not box.isVisible()
    assert ran == ["paint"]
    assert window.state.tool.name == "paint"
    assert window.page.grid.isAncestorOf(window.focusWidget()), "the keyboard is at the picture again"


def test_that_no_action_hears_the_letters_that_are_written(window: MainWindow, box: PaletteBox, press_key) -> None:
    reviewed = list(window.session.open.label_map.reviewed_slices())
    write(box, "e")
    assert window.state.tool.name == "cursor"
    for key, held in ((Qt.Key.Key_1, CTRL), (Qt.Key.Key_Z, CTRL), (Qt.Key.Key_T, CTRL), (Qt.Key.Key_O, CTRL), (Qt.Key.Key_Q, CTRL)):
        press_key(key, held)
    box.field.clear()
    write(box, "zzzz")
    assert box.nothing.isVisible()
    press_key(Qt.Key.Key_Return)
    assert box.isVisible()
    assert window.session.open.label_map.reviewed_slices() == reviewed
    assert window.isVisible()


def test_that_every_action_that_can_be_asked_for_is_offered_with_its_keys(window: MainWindow, box: PaletteBox) -> None:
    shown = {entry.id: entry for entry in box.rows}
    for spec in ACTIONS:
        if not spec.family and spec.id != "palette":
            entry = shown[f"action:{spec.id}"]
            assert entry.possible == window.actions_by_id[spec.id].isEnabled()
            assert entry.possible or entry.reason
    assert shown["action:redo"].reason == "there is nothing to redo"
    assert shown["action:refine"].keys == "Ctrl+T"
    possible = [entry.possible for entry in box.rows]
    assert possible == sorted(possible, reverse=True), "what cannot be asked for stands at the end"


def test_that_rows_of_a_kind_are_found_and_scans_and_gestures_too(box: PaletteBox) -> None:
    assert "Window: bone" in write(box, "window pre")
    box.field.clear()
    assert write(box, "window bone")[0] == "Window: bone"
    box.field.clear()
    assert write(box, "c001")[0] == "C-001 CT"
    box.field.clear()
    assert "Move the picture" in write(box, "move the")


def test_that_what_cannot_be_asked_for_stays_and_says_why(box: PaletteBox, press_key) -> None:
    assert write(box, "redo") == ["Redo"]
    assert box.current.spoken == "Redo, there is nothing to redo"
    press_key(Qt.Key.Key_Return)
    assert box.isVisible()


def test_that_a_structure_is_taken_by_its_name(window: MainWindow, box: PaletteBox, press_key) -> None:
    assert write(box, "aor")[0] == "aorta"
    press_key(Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert window.state.tool.label == 4


def test_that_a_scan_of_the_worklist_is_opened(window: MainWindow, box: PaletteBox, press_key, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(window.commands, "show_case", asked.append)
    write(box, "ct c-001")
    press_key(Qt.Key.Key_Return)
    assert asked == ["C-001"]


def test_that_arrows_go_round_and_pages_stop_at_the_ends(box: PaletteBox, press_key) -> None:
    count = len(box.rows)
    assert box.list.currentIndex().row() == 0
    press_key(Qt.Key.Key_Up)
    assert box.list.currentIndex().row() == count - 1
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Tab)
    assert box.list.currentIndex().row() == 1
    assert box.field.hasFocus()
    for _ in range(count):
        press_key(Qt.Key.Key_PageDown)
    assert box.list.currentIndex().row() == count - 1
    assert box.field.accessibleDescription() == box.rows[-1].spoken, "a screen reader hears the row from the field"


def test_that_escape_its_own_keys_and_a_click_beside_it_close_it(window: MainWindow, box: PaletteBox, press_key) -> None:
    def again() -> None:
        assert not box.isVisible()
        assert window.page.grid.isAncestorOf(window.focusWidget())
        press_key(Qt.Key.Key_K, CTRL)
        assert box.isVisible()

    press_key(Qt.Key.Key_Escape)
    again()
    press_key(Qt.Key.Key_K, CTRL)
    again()
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(5, window.height() - 5))
    again()
    assert window.state.tool.name == "cursor"


def test_that_a_click_on_a_row_runs_it(window: MainWindow, box: PaletteBox, qtbot) -> None:
    write(box, "outlines")
    where = box.list.visualRect(box.list.model().index(0, 0)).center()
    qtbot.mouseMove(box.list.viewport(), where)
    qtbot.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert window.state.display.outline
    assert not box.isVisible()


def test_that_the_mouse_chooses_a_row_only_while_it_moves(box: PaletteBox, press_key) -> None:
    def tell(place: QPoint) -> None:
        target = box.list.viewport()
        spot = QPointF(place)
        nothing = Qt.MouseButton.NoButton
        moved = QMouseEvent(
            QEvent.Type.MouseMove, spot, QPointF(target.mapToGlobal(place)), nothing, nothing, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(target, moved)

    middle = [box.list.visualRect(box.list.model().index(row, 0)).center() for row in (3, 5)]
    tell(middle[0])
    tell(middle[1])
    assert box.list.currentIndex().row() == 5
    press_key(Qt.Key.Key_Up)
    press_key(Qt.Key.Key_Up)
    # the list scrolls under a mouse that rests: Qt tells the same place again
    tell(middle[1])
    assert box.list.currentIndex().row() == 3


def test_that_what_was_used_last_stands_first_the_next_time(window: MainWindow, box: PaletteBox, press_key) -> None:
    for name in ("outlines", "larger"):
        write(box, name)
        press_key(Qt.Key.Key_Return)
        press_key(Qt.Key.Key_K, CTRL)
    assert texts(box)[:2] == ["Larger brush", "Outlines only"]
    assert window.remembered.file.now.recent_actions == ("brush_larger", "outline")


def test_that_choosing_a_scan_or_structure_leaves_nothing_in_the_settings(window: MainWindow, box: PaletteBox, press_key) -> None:
    write(box, "liver")
    press_key(Qt.Key.Key_Return)
    assert window.remembered.file.now.recent_actions == ()
    press_key(Qt.Key.Key_K, CTRL)
    assert texts(box)[0] == "liver"


def test_that_a_gesture_leads_to_the_sheet(window: MainWindow, box: PaletteBox, press_key, qtbot) -> None:
    write(box, "move the pict")
    press_key(Qt.Key.Key_Return)
    (sheet,) = window.findChildren(QDialog)
    assert sheet.windowTitle() == "Keys and mouse"
    sheet.close()


def test_that_the_field_in_the_top_bar_opens_it_and_shows_its_key(made: Composition, qtbot) -> None:
    search = made.window.top.search
    assert "Ctrl+K" in search.toolTip()
    assert search.accessibleName() == "Search or command"
    qtbot.mouseClick(search, Qt.MouseButton.LeftButton)
    assert made.window.palette_box.isVisible()
    assert made.window.palette_box.field.hasFocus()
    assert {"Open the demo", "New project", "Quit"} <= set(texts(made.window.palette_box))
    undo = next(entry for entry in made.window.palette_box.rows if entry.id == "action:undo")
    assert undo.reason == "no project is open"


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700), (1000, 640)])
def test_that_the_box_lies_inside_the_window_whatever_its_size(made: Composition, qtbot, size: tuple[int, int]) -> None:
    box = made.window.palette_box
    box.open()
    made.window.resize(*size)
    qtbot.waitUntil(lambda: (box.width(), box.height()) == (made.window.width(), made.window.height()))
    assert box.rect().contains(box.box.geometry())
    assert abs(box.box.geometry().center().x() - box.rect().center().x()) <= 1
    box.list.scrollToBottom()
    assert box.list.height() % 32 == 0, "no row is cut"


def test_that_thousands_of_entries_are_found_and_only_those_on_screen_are_drawn(qapp, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    entries = [Entry(f"scan:{n}", f"C-{n:04} CT", lambda: None, kind="scan") for n in range(3000)]
    box = PaletteBox(window, lambda: entries, closing_keys=list)
    window.show()
    box.open()
    assert len(box.rows) == 3000
    QTest.keyClicks(box.field, "c2999")
    assert texts(box) == ["C-2999 CT"]


def test_that_what_has_no_keys_shows_its_kind_and_what_cannot_be_done_its_reason() -> None:
    assert Entry("a", "A", lambda: None, kind="scan").right == "scan"
    assert Entry("a", "A", lambda: None, kind="structure", keys="1").right == "1"
    assert Entry("a", "A", lambda: None, keys="1", possible=False, reason="no scan is open").right == "no scan is open"
    assert Entry("a", "A", lambda: None).spoken == "A"
