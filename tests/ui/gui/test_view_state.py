"""What the person looks at and holds in the hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.view_state import BRUSH_RADII_MM, Tool, ViewState
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.volume import Volume, Window

TABLE = LabelTable((Structure(3, "a", "#000000"), Structure(9, "b", "#ffffff")))


def volume(slices: int = 9) -> Volume:
    geometry = Geometry.identity((4, 4, slices))
    return Volume(np.zeros(geometry.shape_kji, np.int16), geometry, "CT")


def test_that_each_scan_keeps_its_place_and_window_and_all_share_the_look(qapp) -> None:
    state = ViewState()
    first, second = volume(), volume(5)
    state.show_case("C-001", first, TABLE)
    state.go_to(7)
    state.take_preset(2)
    state.change_opacity(2)
    state.show_case("C-002", second, TABLE)
    assert (state.display.index, state.display.window, state.display.opacity) == (2, Window(40, 400), 0.55)
    state.toggle_outline()
    state.show_case("C-001", first, TABLE)
    assert (state.display.index, state.display.window, state.display.outline) == (7, Window(-600, 1500), True)
    state.forget()
    state.show_case("C-001", first, TABLE)
    assert state.display.index == 4


def test_that_a_structure_the_project_does_not_have_is_not_kept_in_the_hand(qapp) -> None:
    state = ViewState()
    state.show_case("C-001", volume(), TABLE)
    assert state.tool.label == 3


def test_that_nothing_is_announced_when_nothing_changes(qtbot: QtBot) -> None:
    state = ViewState()
    state.show_case("C-001", volume(), TABLE)
    heard: list[str] = []
    state.display_changed.connect(lambda: heard.append("display"))
    state.tool_changed.connect(lambda: heard.append("tool"))
    state.set_display(state.display)
    state.go_to(state.display.index)
    state.set_tool(label=state.tool.label)
    assert heard == []
    state.step(1)
    state.resize_brush(1)
    assert heard == ["display", "tool"]


def test_that_the_brush_has_a_smallest_and_a_largest_size() -> None:
    assert Tool(radius_mm=6.0).resized(100).radius_mm == BRUSH_RADII_MM[-1]
    assert Tool(radius_mm=6.0).resized(-100).radius_mm == BRUSH_RADII_MM[0]


@pytest.mark.parametrize("changed", [{"name": "paint"}, {"radius_mm": 7.0}, {"label": 2}])
def test_that_tools_which_differ_in_one_field_are_different(changed: dict[str, object]) -> None:
    assert replace(Tool(), **changed) != Tool()


def test_that_without_a_scan_nothing_moves(qapp) -> None:
    state = ViewState()
    before = state.display
    state.step(1)
    state.go_to(3)
    state.take_preset(1)
    assert state.display == before
