"""The sheet of keys, in the window and as Markdown for the guide."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel

from gf_desktop.gui.actions import ACTIONS, GESTURES, MENUS, SPECS
from gf_desktop.gui.keymap import PRESETS, Keymap
from gf_desktop.gui.shortcut_sheet import sheet_groups, shortcut_table


def markdown_rows(text: str) -> dict[str, dict[str, str]]:
    """Headings, and under each what is done to the keys that do it, read back from the tables."""
    tables: dict[str, dict[str, str]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("### "):
            heading = line.removeprefix("### ")
            tables[heading] = {}
        elif line.startswith("|") and not line.startswith(("| Keys", "|---")):
            keys, effect = re.split(r" (?<!\\)\| ", line.removeprefix("| ").removesuffix(" |"))
            tables[heading][effect] = keys
    return tables


@pytest.mark.parametrize("preset", PRESETS)
def test_that_the_sheet_names_every_action_and_every_gesture(preset: str) -> None:
    keymap = Keymap(preset)
    tables = markdown_rows(shortcut_table(keymap))
    assert list(tables) == [*MENUS, "Mouse"]
    for spec in ACTIONS:
        keys = tables[spec.heading][spec.family or spec.text.rstrip("…")]
        if not spec.family:
            assert keys == (", ".join(f"`{key}`" for key in keymap.keys(spec)) or "–")
    assert tables["Mouse"] == {gesture.effect: gesture.hand for gesture in GESTURES}


def test_that_rows_of_a_kind_are_one_line_with_a_range_where_their_keys_follow_one_another() -> None:
    assert markdown_rows(shortcut_table(Keymap()))["Edit"]["Structure to draw with"] == "`1` – `9`"
    assert markdown_rows(shortcut_table(Keymap("napari")))["Edit"]["Structure to draw with"] == "`Alt+1` – `Alt+9`"
    assert markdown_rows(shortcut_table(Keymap()))["View"]["Window presets, on the keypad"] == "`Num+1` – `Num+9`"
    broken = Keymap().with_keys(SPECS["window_2"], ("Ctrl+2",))
    assert markdown_rows(shortcut_table(broken))["View"]["Window presets, on the keypad"] == "`Num+1`, `Ctrl+2`, " + ", ".join(
        f"`Num+{number}`" for number in range(3, 10)
    )


def test_that_the_sheet_follows_own_changes_and_shows_no_key_twice() -> None:
    keymap = Keymap().with_keys(SPECS["undo"], ("P", "|"))
    tables = markdown_rows(shortcut_table(keymap))
    assert tables["Edit"]["Undo"] == "`P`, `\\|`"
    assert tables["Edit"]["Paint"] == "–", "an own change comes before the preset"


def test_that_the_window_shows_every_line_of_the_sheet(made, qtbot) -> None:
    made.window.actions_by_id["shortcuts"].trigger()
    (dialog,) = made.window.findChildren(QDialog)
    shown = [text.text() for text in dialog.findChildren(QLabel)]
    for group in sheet_groups(Keymap()):
        assert group.heading in shown
        for line in group.lines:
            assert [text for text in shown if line.effect in text], line
    dialog.close()


def test_that_the_sheet_opens_with_its_keys_and_leads_to_changing_them(made, qtbot) -> None:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QPushButton

    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_F1)
    (sheet,) = made.window.findChildren(QDialog)
    button = next(b for b in sheet.findChildren(QPushButton) if b.text() == "Change keys…")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [d.windowTitle() for d in made.window.findChildren(QDialog)] == ["Change keys"])
    made.window.findChildren(QDialog)[0].close()
