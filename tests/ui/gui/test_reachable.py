"""Every control has a name for those who cannot see it and is reached with the Tab key: the window is walked through."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTableView,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.panels.structure_row import StructureRow
from gf_desktop.gui.views.slice_view import SliceView

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    StructureRow,
    SliceView,
)


def sorts(header: QHeaderView) -> bool:
    """Whether a click on a heading would do anything."""
    area = header.parentWidget()
    return isinstance(area, (QTreeView, QTableView)) and area.isSortingEnabled()


def part_of_another(widget: QWidget) -> bool:
    """Whether a widget is the inside of a control that has the keyboard itself: a field of a spin box, a list of a combo box, a scroll bar.

    Scroll bars move what the keys of their area move too; headings of a list cannot be clicked.
    """
    parent = widget.parentWidget()
    inside = False
    while parent is not None and not parent.isWindow():
        inside = inside or isinstance(parent, (QAbstractSpinBox, QComboBox, QLineEdit))
        parent = parent.parentWidget()
    moved = isinstance(widget, QScrollBar) or widget.objectName() in {"ScrollLeftButton", "ScrollRightButton", "qt_menubar_ext_button"}
    return inside or moved or (isinstance(widget, QHeaderView) and not sorts(widget))


def controls(root: QWidget) -> list[QWidget]:
    """All controls of a window that can be used now."""
    found = [w for w in root.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible() and w.isEnabled()]
    return [w for w in found if not part_of_another(w) and w.window() is root.window()]


def spoken(widget: QWidget) -> str:
    """What a screen reader says of a widget: its name for the accessibility of the system."""
    interface = QAccessible.queryAccessibleInterface(widget)
    name = interface.text(QAccessible.Text.Name) if interface is not None else ""
    return (name or widget.accessibleName()).strip()


def describe(widgets: Iterable[QWidget]) -> list[str]:
    return [f"{type(w).__name__} {w.objectName()!r} {spoken(w)!r} in {type(w.parentWidget()).__name__}" for w in widgets]


def reached_by_tab(window: QWidget, qtbot: QtBot) -> set[QWidget]:
    """Press Tab until it comes round; return every widget that had the keyboard."""
    first = QApplication.focusWidget()
    assert first is not None
    seen: list[QWidget] = []
    for _press in range(400):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if now in seen:
            break
        seen.append(now)
    else:
        pytest.fail("Tab never came round")
    return set(seen)


def check(window: QWidget, qtbot: QtBot) -> None:
    """Assert that every control has a name and that Tab, or arrows inside of one stop of it, reach it."""
    all_of_it = controls(window)
    nameless = [w for w in all_of_it if not spoken(w)]
    assert describe(nameless) == []
    reached = reached_by_tab(window, qtbot)
    # rows of structures are one stop; the arrows go from row to row, and each row then has its own buttons
    rows = [w for w in all_of_it if isinstance(w, StructureRow)]
    if rows:
        stop = next(row for row in rows if row in reached)
        stop.setFocus()
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Home)
        for row in rows:
            assert QApplication.focusWidget() is row
            reached.add(row)
            for _part in range(3):
                QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
                reached.add(QApplication.focusWidget())
            row.setFocus()
            QTest.keyClick(window.windowHandle(), Qt.Key.Key_Down)
    # a group of radio-like buttons is one stop too
    missed = [
        w
        for w in all_of_it
        if w not in reached
        and not (isinstance(w, QAbstractButton) and w.group() is not None and any(b in reached for b in w.group().buttons()))
    ]
    assert describe(missed) == []


def test_that_every_control_of_the_start_page_has_a_name_and_is_reached(made: Composition, qtbot: QtBot) -> None:
    made.window.start.findChildren(QAbstractButton)[0].setFocus()
    check(made.window, qtbot)


@pytest.mark.parametrize("panel", ["structures", "refine", "models", "changes", "scan", "measurements"])
def test_that_every_control_of_an_open_project_has_a_name_and_is_reached(window: MainWindow, panel: str, qtbot: QtBot) -> None:
    window.show_panel(panel)
    qtbot.wait(1)
    window.page.view.setFocus()
    check(window, qtbot)


def test_that_every_control_of_an_empty_project_has_a_name_and_is_reached(made: Composition, seven_pack, tmp_path, qtbot: QtBot) -> None:
    made.session.create_project(tmp_path / "mine", seven_pack)
    qtbot.wait(1)
    made.window.page.worklist.findChildren(QAbstractButton)[0].setFocus()
    check(made.window, qtbot)


def test_that_the_buttons_of_a_notice_have_names_and_are_reached(window: MainWindow, qtbot: QtBot) -> None:
    window.tell("Something happened", buttons=[("Do it", lambda: None)])
    qtbot.wait(1)
    window.page.view.setFocus()
    check(window, qtbot)


@pytest.mark.parametrize("name", ["add_structure", "take_structures", "keys", "about", "shortcuts", "guide", "patients", "export"])
def test_that_every_control_of_a_dialog_has_a_name_and_is_reached(window: MainWindow, action: Callable, name: str, qtbot: QtBot) -> None:
    before = set(QApplication.topLevelWidgets())
    action(name).trigger()
    qtbot.waitUntil(lambda: bool([w for w in QApplication.topLevelWidgets() if w not in before and w.isVisible()]))
    dialog = next(w for w in QApplication.topLevelWidgets() if w not in before and w.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    if QApplication.focusWidget() is None:
        QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Tab)
    check(dialog, qtbot)
    dialog.close()
    window.activateWindow()
