"""Changing keys with real key presses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton

from gf_desktop.gui.actions import ACTIONS, SPECS
from gf_desktop.gui.app import Composition
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.keys_dialog import KeysDialog, key_of

NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PAD = Qt.KeyboardModifier.KeypadModifier


@pytest.fixture
def dialog(made: Composition, qtbot) -> Iterator[KeysDialog]:
    """The dialog over the real window, without a project."""
    made.window.actions_by_id["keys"].trigger()
    (dialog,) = made.window.findChildren(QDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    yield dialog
    for left in made.window.findChildren(QDialog):
        left.close()


def give(dialog: KeysDialog, action_id: str, key: Qt.Key, held: Qt.KeyboardModifier = NONE, *, add: bool = False) -> None:
    dialog.choose(action_id)
    button = dialog.add_key if add else dialog.change_key
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.listening
    QTest.keyClick(dialog.windowHandle(), key, held)


def keys_shown(dialog: KeysDialog, action_id: str) -> str:
    return dialog._items[action_id].text(1)


@pytest.mark.parametrize(
    ("key", "held", "text", "wanted"),
    [
        (Qt.Key.Key_K, CTRL, "\x0b", "Ctrl+K"),
        (Qt.Key.Key_Z, CTRL | SHIFT, "\x1a", "Ctrl+Shift+Z"),
        (Qt.Key.Key_A, NONE, "a", "A"),
        (Qt.Key.Key_A, SHIFT, "A", "Shift+A"),
        (Qt.Key.Key_Question, SHIFT, "?", "?"),
        (Qt.Key.Key_Plus, CTRL, "+", "Ctrl++"),
        (Qt.Key.Key_1, PAD, "1", "Num+1"),
        (Qt.Key.Key_Enter, PAD, "\r", "Enter"),
        (Qt.Key.Key_Escape, NONE, "\x1b", "Esc"),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, "", "Alt+Left"),
        (Qt.Key.Key_Space, SHIFT, " ", "Shift+Space"),
        (Qt.Key.Key_Control, CTRL, "", ""),
        (Qt.Key.Key_Shift, SHIFT, "", ""),
        (Qt.Key.Key_MediaPlay, NONE, "", ""),
    ],
)
def test_that_a_pressed_key_has_the_name_that_the_table_would_give_it(key, held, text: str, wanted: str) -> None:
    assert key_of(QKeyEvent(QEvent.Type.KeyPress, key, held, text)) == wanted


def test_that_all_actions_are_listed_under_their_menus_with_their_keys(dialog: KeysDialog) -> None:
    for spec in ACTIONS:
        item = dialog._items[spec.id]
        assert item.parent().text(0) == spec.heading
        assert item.text(0) == spec.text.rstrip("…")
    assert keys_shown(dialog, "redo") == "Ctrl+Shift+Z, Ctrl+Y"
    assert keys_shown(dialog, "open_demo") == "–"


def test_that_a_free_key_is_given_at_once_and_menus_and_tool_tips_follow(made: Composition, dialog: KeysDialog) -> None:
    action = made.window.actions_by_id["refine"]
    give(dialog, "refine", Qt.Key.Key_R, CTRL | SHIFT)
    assert keys_shown(dialog, "refine") == "Ctrl+Shift+R"
    assert action.shortcuts() == [QKeySequence("Ctrl+Shift+R")]
    assert action.toolTip().startswith("Refine (Ctrl+Shift+R)")
    assert made.window.top.refine.text() == "Refine   Ctrl+Shift+R"
    assert made.window.remembered.keymap == Keymap(changes=(("refine", ("Ctrl+Shift+R",)),))


def test_that_the_new_key_asks_for_the_action_and_the_old_one_no_longer(made: Composition, dialog: KeysDialog, answers) -> None:
    give(dialog, "open_project", Qt.Key.Key_F7)
    dialog.close()
    made.window.activateWindow()
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_O, CTRL)
    assert answers.asked == []
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_F7)
    assert answers.asked == ["folder"]


def test_that_a_key_can_be_added_and_all_taken_away(dialog: KeysDialog) -> None:
    give(dialog, "undo", Qt.Key.Key_Backspace, add=True)
    assert keys_shown(dialog, "undo") == "Ctrl+Z, Backspace"
    QTest.mouseClick(dialog.no_key, Qt.MouseButton.LeftButton)
    assert keys_shown(dialog, "undo") == "–"
    assert not dialog.no_key.isEnabled()
    QTest.mouseClick(dialog.reset_one, Qt.MouseButton.LeftButton)
    assert keys_shown(dialog, "undo") == "Ctrl+Z"
    assert dialog.keymap == Keymap()


def test_that_a_key_of_another_action_is_asked_for_and_can_be_taken(dialog: KeysDialog) -> None:
    give(dialog, "fit", Qt.Key.Key_P)
    assert dialog.told.text() == "P is a key of “Paint”."
    assert keys_shown(dialog, "fit") == "Ctrl+F", "nothing is changed before the person says so"
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Space)
    assert keys_shown(dialog, "fit") == "P"
    assert keys_shown(dialog, "tool_paint") == "–"
    assert not dialog.take.isVisible()
    assert dialog.keymap.conflicts(ACTIONS) == ()


def test_that_thinking_better_of_it_leaves_the_key_where_it_was(dialog: KeysDialog) -> None:
    give(dialog, "fit", Qt.Key.Key_P)
    assert dialog.take.isVisible()
    dialog.choose("undo")
    assert not dialog.take.isVisible()
    assert dialog.keymap == Keymap()


def test_that_actions_that_exclude_each_other_may_share_a_key(dialog: KeysDialog, made: Composition) -> None:
    assert keys_shown(dialog, "refine_next") == keys_shown(dialog, "refine") == "Ctrl+T"
    give(dialog, "go_on_refine", Qt.Key.Key_U, CTRL | ALT)
    give(dialog, "cancel_refine", Qt.Key.Key_U, CTRL | ALT)
    assert keys_shown(dialog, "cancel_refine") == keys_shown(dialog, "go_on_refine") != "–"
    assert made.window.actions_by_id["cancel_refine"].shortcut() == made.window.actions_by_id["go_on_refine"].shortcut()


@pytest.mark.parametrize("key", [Qt.Key.Key_W, Qt.Key.Key_Space])
def test_that_a_key_that_is_held_for_the_mouse_is_refused_with_the_reason(dialog: KeysDialog, key: Qt.Key) -> None:
    give(dialog, "undo", key)
    assert "is held to" in dialog.told.text()
    assert keys_shown(dialog, "undo") == "Ctrl+Z"


def test_that_escape_and_enter_can_be_given_while_it_listens_and_tab_goes_on(dialog: KeysDialog) -> None:
    dialog.choose("undo")
    QTest.keyClick(dialog.change_key, Qt.Key.Key_Space)
    assert dialog.change_key.listening
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Shift)
    assert dialog.change_key.listening
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Escape, SHIFT)
    assert keys_shown(dialog, "undo") == "Shift+Esc"
    QTest.mouseClick(dialog.change_key, Qt.MouseButton.LeftButton)
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Tab)
    assert not dialog.change_key.listening
    assert dialog.add_key.hasFocus()
    assert dialog.isVisible()


def test_that_the_search_field_finds_names_and_keys(dialog: KeysDialog) -> None:
    def shown() -> set[str]:
        return {name for name, item in dialog._items.items() if not item.isHidden()}

    QTest.keyClicks(dialog.search, "brush")
    assert {"brush_smaller", "brush_larger"} <= shown()
    assert "quit" not in shown()
    dialog.search.clear()
    QTest.keyClicks(dialog.search, "ctrl+q")
    assert shown() == {"quit"}
    dialog.search.clear()
    assert shown() == set(SPECS)


def test_that_a_preset_is_taken_under_the_own_changes_and_all_of_them_can_be_reset(dialog: KeysDialog, made: Composition) -> None:
    give(dialog, "undo", Qt.Key.Key_V)
    dialog.preset.setFocus()
    QTest.keyClick(dialog.preset, Qt.Key.Key_End)
    assert dialog.keymap.preset == "napari"
    assert made.window.actions_by_id["tool_paint"].shortcuts() == [QKeySequence("2"), QKeySequence("P")]
    assert "“Undo” and of “Show structures”" in dialog.told.text()
    assert dialog._items["overlay"].text(2) == "given twice"
    assert made.window.actions_by_id["overlay"].shortcuts() == [], "a key asks for one action only"
    QTest.mouseClick(dialog.reset_all, Qt.MouseButton.LeftButton)
    assert dialog.keymap == Keymap("napari")
    assert dialog.told.text() == ""


def test_that_the_dialog_says_what_was_changed_and_names_its_controls(dialog: KeysDialog) -> None:
    give(dialog, "undo", Qt.Key.Key_F5)
    assert dialog._items["undo"].text(2) == "changed"
    for control in (dialog.search, dialog.preset, dialog.tree):
        assert control.accessibleName()
    assert all(button.text() for button in dialog.findChildren(QPushButton))


def test_that_it_fits_the_smallest_screen(dialog: KeysDialog) -> None:
    assert dialog.minimumSizeHint().width() <= 1000
    assert dialog.height() <= 640
