"""The window in German: nothing English is left, Qt's own windows too, search finds German words, the choice is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QTabWidget,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import ACTIONS, SPECS, tr
from gf_desktop.gui.app import Composition, compose, make_application
from gf_desktop.gui.catalogue import CORE, catalogue_path, read_catalogue
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.settings_store import SettingsFile
from gf_desktop.gui.shortcut_sheet import sheet_groups
from gf_desktop.gui.texts import change_text, dice_text

SAME = {forms[0] for forms in read_catalogue(catalogue_path("de")).messages.values()}
ENGLISH = {source for (context, source) in read_catalogue(catalogue_path("de")).messages if context != CORE} - SAME
"""Texts of the source that are no German text as well."""


@pytest.fixture
def german(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Composition]:
    """The program in German with its window shown, and settings in a file."""
    make_application(language="de")
    made = compose(settings=SettingsFile(tmp_path / "settings.json"))
    window = made.window
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    made.close()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    make_application()


def texts_of(root: QWidget) -> set[str]:
    """Return everything that a widget and what is in it says: shown, on hover, and to a screen reader."""
    found: set[str] = set()
    for widget in (root, *root.findChildren(QWidget)):
        said = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle()]
        if isinstance(widget, QLabel | QAbstractButton):
            said.append(widget.text())
        if isinstance(widget, QLineEdit):
            said.append(widget.placeholderText())
        if isinstance(widget, QComboBox):
            said += [widget.itemText(row) for row in range(widget.count())]
        if isinstance(widget, QTabWidget):
            said += [widget.tabText(at) for at in range(widget.count())]
        if isinstance(widget, QTreeWidget):
            said += [widget.headerItem().text(column) for column in range(widget.columnCount())]
        if isinstance(widget, QMenu):
            said.append(widget.title())
        said += [text for action in widget.actions() for text in (action.text(), action.toolTip())]
        found.update(line for text in said for line in (text, *text.split("\n")) if line)
    return found


def english_in(root: QWidget) -> set[str]:
    """Return the English texts that are left in a widget."""
    bare = {text.rstrip("…"): text for text in ENGLISH}
    return {text for text in texts_of(root) if text in ENGLISH or text.rstrip("…").split(" (")[0] in bare}


def test_that_no_english_is_left_in_the_window(german: Composition, qtbot: QtBot, project_folder: Path) -> None:
    window = german.window
    assert english_in(window) == set()
    german.session.predict = lambda *_args, **_named: None
    window.commands.show_project(project_folder)
    qtbot.waitUntil(lambda: not german.jobs.busy and window.page.view.plane is not None, timeout=30_000)
    assert english_in(window) == set()
    menu = window.page.structures.menu_of(1)
    assert english_in(menu) == set()
    assert {"Strukturen", "Verfeinern", "Arbeitsliste", "vorgeschlagen"} <= texts_of(window) | {tr("proposed")}


def test_that_english_would_be_found(made: Composition) -> None:
    assert {"Undo", "Try the demo"} <= english_in(made.window)


def test_that_every_action_has_german_text_and_tip(german: Composition) -> None:
    for spec in ACTIONS:
        action = german.window.actions_by_id[spec.id]
        assert action.text() not in ENGLISH, spec.id
        assert spec.tip not in action.toolTip() or spec.tip in SAME or not spec.tip, spec.id
        assert tr(spec.tip) in action.toolTip()


@pytest.mark.parametrize("opens", ["open_sheet", "open_keys", "open_about"])
def test_that_no_english_is_left_in_the_dialogs(german: Composition, qtbot: QtBot, opens: str) -> None:
    getattr(german.window, opens)()
    dialog = german.window.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)[-1]
    assert texts_of(dialog)
    assert english_in(dialog) == set()
    dialog.close()
    qtbot.wait(1)


def test_that_the_sheet_of_keys_is_german(german: Composition) -> None:
    groups = {group.heading: [line.effect for line in group.lines] for group in sheet_groups(Keymap())}
    assert list(groups) == ["Projekt", "Bearbeiten", "Ansicht", "Messen", "Modell", "Hilfe", "Maus"]
    assert "Diese Schicht freigeben" in groups["Bearbeiten"]
    assert not {effect for effects in groups.values() for effect in effects} & ENGLISH


def test_that_the_keys_are_written_as_on_a_german_keyboard(german: Composition) -> None:
    assert german.window.actions_by_id["redo"].toolTip().startswith("Wiederholen (Strg+Umschalt+Z")


@pytest.mark.parametrize(
    ("typed", "found"), [("freigeben", "Diese Schicht freigeben"), ("rückgängig", "Rückgängig"), ("umriss", "Nur Umrisse")]
)
def test_that_the_palette_finds_german_words(german: Composition, qtbot: QtBot, typed: str, found: str) -> None:
    window = german.window
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.palette_box.isVisible)
    box = window.palette_box
    for letter in typed:
        QApplication.sendEvent(box.field, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter))
    assert any(found in row.text for row in box.rows[:3]), [row.text for row in box.rows[:3]]
    window.palette_box.close()


def test_that_the_buttons_of_qt_are_german(german: Composition, qtbot: QtBot) -> None:
    box = QMessageBox(QMessageBox.Icon.Question, "", "", QMessageBox.StandardButton.Cancel | QMessageBox.StandardButton.Save, german.window)
    assert {button.text().replace("&", "") for button in box.buttons()} == {"Abbrechen", "Speichern"}
    more = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    qtbot.addWidget(more)
    assert more.buttons()[0].text().replace("&", "") == "Schließen"
    box.deleteLater()


def test_that_numbers_have_a_comma_in_german_and_a_point_in_english(qapp: QApplication) -> None:
    make_application(language="de")
    try:
        assert (dice_text(0.8349), change_text(0.5, 0.41)) == ("0,83", "−0,09")
        assert QLocale().toString(12345) == "12.345"
    finally:
        make_application()
    assert (dice_text(0.8349), change_text(0.5, 0.41)) == ("0.83", "−0.09")
    assert QLocale().toString(12345) == "12,345"


@pytest.mark.parametrize(
    ("language", "n", "wanted"),
    [
        ("en", 1, "1 measurement copied."),
        ("en", 2, "2 measurements copied."),
        ("de", 1, "1 Messung kopiert."),
        ("de", 0, "0 Messungen kopiert."),
    ],
)
def test_that_one_thing_is_not_said_as_many(qapp: QApplication, language: str, n: int, wanted: str) -> None:
    make_application(language=language)
    try:
        assert tr("{n} measurements copied.", n).format(n=n) == wanted
    finally:
        make_application()


def test_that_errors_are_told_in_german(german: Composition) -> None:
    german.window.commands.tell_trouble(UserError("The disk is full", where="/data", next_step="Check the path."))
    assert german.window.notice.text.text() == "Der Datenträger ist voll (/data). Prüfen Sie den Pfad."


def test_that_the_choice_of_a_language_is_kept_and_told_in_that_language(german: Composition, tmp_path: Path) -> None:
    window = german.window
    assert window.actions_by_id["language_system"].isChecked()
    window.actions_by_id["language_en"].trigger()
    assert "English from the next start" in window.notice.text.text()
    assert SettingsFile(tmp_path / "settings.json").now.language == "en"
    assert [name for name in ("system", "en", "de") if window.actions_by_id[f"language_{name}"].isChecked()] == ["en"]
    # until then the window stays as it is
    assert window.actions_by_id["undo"].text() == "Rückgängig"
    window.actions_by_id["language_de"].trigger()
    assert SettingsFile(tmp_path / "settings.json").now.language == "de"
    assert "Deutsch" in window.notice.text.text()
    window.actions_by_id["language_system"].trigger()
    assert SettingsFile(tmp_path / "settings.json").now.language == ""


def test_that_the_menu_holds_the_languages(german: Composition) -> None:
    titles = {menu.title(): menu for menu in german.window.top.menu_bar.findChildren(QMenu)}
    texts = [action.text() for action in titles["Ansicht"].actions()]
    assert {tr(SPECS[f"language_{name}"].text) for name in ("system", "en", "de")} <= set(texts)
