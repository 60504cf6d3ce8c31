"""The table of actions and what is made of it."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from gf_desktop.gui.actions import ACTIONS, MENUS, REASONS, SPECS, why_not
from gf_desktop.gui.icons import icon_names
from gf_desktop.session import Session

KNOWN_FACTS = {"project", "writable", "cases", "case", "undo", "redo", "training", "idle", "parent", "choice", "working"} | {
    "measurement",
    "changed",
    "outdated",
    "renewing",
    "measured",
    "comparing",
    "exporting",
    "grey",
    "reader",
    "planes",
    "frames",
    "other_frame",
    "marked",
    "waiting",
    "none_waits",
    "unfinished",
}


def test_that_ids_and_keys_are_given_once() -> None:
    assert not [name for name, count in Counter(spec.id for spec in ACTIONS).items() if count > 1]
    # what never holds together may share a key
    keys = Counter(QKeySequence(key).toString() for spec in ACTIONS for key in spec.keys if "training" not in spec.needs)
    assert not [key for key, count in keys.items() if count > 1]
    assert "" not in keys


@pytest.mark.parametrize("spec", [pytest.param(spec, id=spec.id) for spec in ACTIONS])
def test_that_each_row_names_things_that_exist(spec) -> None:
    assert spec.menu.removesuffix("-") in ("", *MENUS)
    assert spec.heading in MENUS, "what is in no menu names the heading of the sheet under which it is listed"
    assert spec.icon in ("", *icon_names())
    assert spec.needs <= KNOWN_FACTS
    assert spec.tip
    if spec.command:
        assert inspect.isfunction(getattr(Session, spec.command))


def test_that_the_menus_hold_every_row_that_names_one(made) -> None:
    held = {action.objectName() for menu in made.window.top.menu_bar.findChildren(QMenu) for action in menu.actions()}
    assert {spec.id for spec in ACTIONS if spec.menu} <= held


def test_that_every_fact_that_is_needed_has_a_reason_for_when_it_does_not_hold() -> None:
    assert {fact for spec in ACTIONS for fact in spec.needs} <= set(REASONS)


def test_that_the_plainest_reason_is_given() -> None:
    assert why_not(SPECS["refine"], frozenset({"idle"})) == "no project is open"
    assert why_not(SPECS["refine"], frozenset({"idle", "project", "cases"})) == "the project is open for reading only"
    assert why_not(SPECS["undo"], frozenset({"project", "case"})) == "there is nothing to undo"
    assert why_not(SPECS["undo"], frozenset({"project", "undo"})) == ""
    assert why_not(SPECS["quit"], frozenset()) == ""


def test_that_without_a_project_only_what_is_possible_is_enabled(made, action: Callable) -> None:
    enabled = {spec.id for spec in ACTIONS if action(spec.id).isEnabled()}
    languages = {"language_system", "language_en", "language_de"}
    of_the_window = {
        "open_demo",
        "new_project",
        "new_own_project",
        "open_project",
        "quit",
        "reset_view",
        "theme",
        "palette",
        "shortcuts",
        "keys",
        "guide",
        "tour",
        "about",
    }
    assert enabled == of_the_window | languages


def test_that_undo_names_what_it_takes_back(window, mouse, press_key: Callable[..., None], action: Callable, qtbot) -> None:
    from PySide6.QtCore import Qt

    assert not action("undo").isEnabled()
    press_key(Qt.Key.Key_P)
    mouse.stroke((150.0, 230.0))
    qtbot.waitUntil(action("undo").isEnabled)
    assert action("undo").text() == "Undo: brush"
    assert not action("redo").isEnabled()


def test_that_windows_for_keys_and_about_open_beside_the_main_window(made, qtbot) -> None:
    from PySide6.QtWidgets import QDialog

    for name in ("shortcuts", "guide", "keys", "about"):
        made.window.actions_by_id[name].trigger()
        (dialog,) = made.window.findChildren(QDialog)
        assert dialog.isVisible()
        assert not dialog.isModal()
        dialog.close()
        qtbot.waitUntil(lambda: not made.window.findChildren(QDialog))
