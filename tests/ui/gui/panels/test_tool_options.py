"""The settings of the brush: real clicks change what the hand holds, and the panel follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gf_desktop.correcting import BrushOptions
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.panels.tool_options import ToolOptions
from gf_desktop.inference.segmenter import Segmenter

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(window: MainWindow) -> ToolOptions:
    return window.page.structures.options


def test_that_form_and_reach_are_chosen_by_a_click(window: MainWindow, panel: ToolOptions, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.form.buttons[1], LEFT)
    qtbot.mouseClick(panel.reach.buttons[1], LEFT)
    assert window.state.tool.options == BrushOptions(square=True, in_space=True)
    assert [button.isChecked() for button in (*panel.form.buttons, *panel.reach.buttons)] == [False, True, False, True]
    qtbot.mouseClick(panel.form.buttons[0], LEFT)
    assert window.state.tool.options == BrushOptions(in_space=True)


def test_that_the_numbers_are_shown_only_where_they_count(window: MainWindow, panel: ToolOptions) -> None:
    shown = {}
    for where in ("anywhere", "range", "edges", "student"):
        window.state.set_tool(options=BrushOptions(where=where))
        shown[where] = (panel.low.isVisible(), panel.dial.isVisible())
    assert shown == {"anywhere": (False, False), "range": (True, False), "edges": (False, False), "student": (False, True)}


def test_that_a_range_begins_with_the_window_that_is_shown(window: MainWindow, panel: ToolOptions, qtbot: QtBot) -> None:
    panel.where.setFocus()
    qtbot.keyClick(panel.where, Qt.Key.Key_Down)
    low, high = window.state.display.window.limits
    assert window.state.tool.options == BrushOptions(where="range", low=low, high=high)
    assert panel.low.suffix() == " HU"


def test_that_the_ends_of_a_range_never_cross(window: MainWindow, panel: ToolOptions) -> None:
    window.state.set_tool(options=BrushOptions(where="range", low=10.0, high=20.0))
    panel.low.setValue(50.0)
    assert (window.state.tool.options.low, window.state.tool.options.high) == (50.0, 50.0)
    panel.high.setValue(-5.0)
    assert (window.state.tool.options.low, window.state.tool.options.high) == (-5.0, -5.0)


def test_that_the_student_is_asked_for_the_structure_in_the_hand(window: MainWindow, panel: ToolOptions, qtbot: QtBot) -> None:
    window.state.set_tool(label=2, options=BrushOptions(where="student"))
    opened = window.session.open
    qtbot.waitUntil(lambda: opened.probability is not None and opened.probability[0] == 2)
    models = window.session.project.models
    expected = Segmenter.load(models.path(models.active_id)).predict_structure(opened.volume, 2)
    assert expected.any()
    qtbot.waitUntil(lambda: np.array_equal(opened.probability[2], expected), timeout=30_000)
    window.state.set_tool(label=3)
    qtbot.waitUntil(lambda: opened.probability[0] == 3)


def test_that_the_panel_says_what_the_hand_holds(window: MainWindow, panel: ToolOptions) -> None:
    options = BrushOptions(square=True, over="background", where="student", dial=0.62)
    window.state.set_tool(options=options)
    assert (panel.over.currentText(), panel.where.currentText()) == ("background only", "where the student is above")
    assert panel.dial.value() == 62
    assert panel.form.buttons[1].isChecked()
    window.state.set_tool(options=replace(options, over="all"))
    assert panel.over.currentText() == "all that is not locked"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Qt.Key.Key_G, "polygon"),
        (Qt.Key.Key_F, "fill"),
        (Qt.Key.Key_T, "grow"),
        (Qt.Key.Key_K, "pick"),
        (Qt.Key.Key_R, "review"),
        (Qt.Key.Key_E, "erase"),
    ],
)
def test_that_each_tool_is_taken_by_its_key_and_put_down_by_esc(
    window: MainWindow, press_key: Callable[..., None], key: Qt.Key, name: str
) -> None:
    press_key(key)
    assert window.state.tool.name == name
    assert window.actions_by_id[f"tool_{name}"].isChecked()
    press_key(Qt.Key.Key_Escape)
    assert window.state.tool.name == "cursor"


def test_that_x_swaps_and_comma_and_point_step_through_the_structures(window: MainWindow, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_X)
    assert window.state.tool.name == "erase"
    press_key(Qt.Key.Key_X)
    assert window.state.tool.name == "paint"
    press_key(Qt.Key.Key_Period)
    assert window.state.tool.label == 2
    press_key(Qt.Key.Key_Comma)
    press_key(Qt.Key.Key_Comma)
    assert window.state.tool.label == 7
