"""What counts as a text that is cut off."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gf_desktop.gui.clipping import clipped_texts
from gf_desktop.gui.widgets import ElidedLabel, label

LONG = "a sentence that needs more room than it is given here"


def shown(qtbot: QtBot, *children: QWidget) -> QWidget:
    root = QWidget()
    layout = QVBoxLayout(root)
    for child in children:
        layout.addWidget(child)
    qtbot.addWidget(root)
    root.resize(400, 300)
    root.show()
    return root


def test_that_texts_with_room_are_not_told(qtbot: QtBot) -> None:
    assert clipped_texts(shown(qtbot, label(LONG, wrap=True), label("short"), QPushButton("press"))) == []


def test_that_a_text_in_a_place_that_is_too_small_is_told(qtbot: QtBot) -> None:
    narrow, low, button = label(LONG), label(LONG * 9, wrap=True), QPushButton(LONG)
    narrow.setFixedWidth(40)
    low.setFixedHeight(10)
    button.setFixedWidth(40)
    assert clipped_texts(shown(qtbot, narrow, low, button)) == [LONG, LONG * 9, LONG]


def test_that_a_text_under_its_neighbour_is_told(qtbot: QtBot) -> None:
    under, over = label("under"), QPushButton("over")
    root = shown(qtbot, under, over)
    over.setGeometry(under.geometry())
    assert clipped_texts(root) == ["under", "over"]


def test_that_what_ends_in_an_ellipsis_what_is_hidden_and_what_lies_over_a_view_is_not_told(qtbot: QtBot) -> None:
    elided, hidden, hint, view = ElidedLabel(), label(LONG), label("hint", kind="hint"), QWidget()
    elided.setText(LONG)
    for one in (elided, hidden):
        one.setFixedWidth(40)
    root = shown(qtbot, elided, hidden, view, hint)
    hidden.hide()
    hint.setGeometry(view.geometry())
    assert clipped_texts(root) == []
