"""What another student changed, in the window: the list, one key to flip, the decisions, the notice; with real keys and clicks."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.change_commands import HELD_S
from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import file_sha256, read_card, write_card
from gf_desktop.session import Session
from tests.ui.gui.conftest import NoTrainer, settle


def brighter(seven_pack: Path, folder: Path) -> None:
    """A pack that calls less of what is bright liver, and some of what is bright aorta."""
    shutil.copytree(seven_pack, folder)
    model = onnx.load(folder / "student.onnx")
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor).copy()
        if tensor.name == "bias":
            values[2], values[4] = -20.0, -38.0
        else:
            values[4] = 42.0
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    (folder / "student.onnx").write_bytes(model.SerializeToString())
    write_card(folder, replace(read_card(seven_pack), id=folder.name, files={"student.onnx": file_sha256(folder / "student.onnx")}))


@pytest.fixture
def renewed(made: Composition, qtbot: QtBot, project_folder: Path, seven_pack: Path) -> Composition:
    """Predicted by the first student; a slice was approved; then a second student came, and everything is up to date."""
    session = Session(InlineJobs(), NoTrainer)
    session.open_project(project_folder)
    session.predict("C-001")
    session.open_case("C-001")
    session.approve_slice(3)
    session.close_project()
    made.window.commands.show_project(project_folder)
    settle(made, qtbot)
    brighter(seven_pack, project_folder / "models" / "brighter")
    made.session.must_project().models.register("brighter")
    made.session.activate("brighter")
    settle(made, qtbot)
    return made


@pytest.fixture
def press(renewed: Composition, qtbot: QtBot) -> Callable[..., None]:
    def click(key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(renewed.window.windowHandle(), key, keys)
        settle(renewed, qtbot)

    return click


def drawn(made: Composition) -> np.ndarray:
    return made.window.page.view.plane.labels.copy()


def test_that_a_notice_says_how_many_scans_changed_and_leads_to_the_list(renewed: Composition, qtbot: QtBot) -> None:
    notice = renewed.window.notice
    assert notice.isVisible()
    assert notice.text.text() == "1 scan changed."
    qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    page = renewed.window.page
    assert page.panel == "changes"
    qtbot.waitUntil(lambda: page.changes.tree.topLevelItemCount() > 0)
    (row,) = [page.changes.tree.topLevelItem(n) for n in range(page.changes.tree.topLevelItemCount())]
    assert row.text(0) == "C-001"
    (found,) = renewed.session.changing.all()
    assert row.text(1) == f"{found.changed_ml():.1f} ml"
    structures = [page.changes.table.topLevelItem(n).text(0) for n in range(page.changes.table.topLevelItemCount())]
    assert "liver" in structures


def test_that_one_key_shows_the_older_proposal_in_its_place_and_again_the_newer(
    renewed: Composition, press: Callable, qtbot: QtBot
) -> None:
    state, session = renewed.window.state, renewed.session
    state.set_cursor((256, 256, 10))
    settle(renewed, qtbot)
    newer, mask = drawn(renewed), session.must_open().label_map.labels.copy()
    press(Qt.Key.Key_J)
    assert state.flipped
    older = drawn(renewed)
    assert (older != newer).any()
    assert "older proposal, seven" in renewed.window.page.view.name_texts[0]
    press(Qt.Key.Key_J)
    assert not state.flipped
    np.testing.assert_array_equal(drawn(renewed), newer)
    np.testing.assert_array_equal(session.must_open().label_map.labels, mask)


def test_that_a_key_that_is_held_shows_it_only_as_long(renewed: Composition, qtbot: QtBot) -> None:
    window = renewed.window
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_J)
    settle(renewed, qtbot)
    assert window.state.flipped
    qtbot.wait(round(1e3 * HELD_S) + 60)
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_J)
    qtbot.wait(1)
    assert not window.state.flipped


def test_that_what_is_kept_comes_back_by_the_button_and_goes_by_undo(
    renewed: Composition, press: Callable, qtbot: QtBot, action: Callable[[str], QAction]
) -> None:
    session, page = renewed.session, renewed.window.page
    newer = session.must_open().label_map.labels.copy()
    renewed.window.show_panel("changes")
    qtbot.mouseClick(page.changes.keep, Qt.MouseButton.LeftButton)
    settle(renewed, qtbot)
    qtbot.wait(200)
    assert session.must_open().case.model_id == "seven"
    assert (session.must_open().label_map.labels != newer).any()
    assert page.changes.tree.topLevelItem(0).text(2) == "older one kept"
    # who turned it down is not asked again by opening the scan
    renewed.window.commands.show_case("C-001")
    settle(renewed, qtbot)
    assert session.must_open().case.model_id == "seven"
    press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(session.must_open().label_map.labels, newer)
    assert session.must_open().case.model_id == "brighter"


def test_that_painting_shows_the_mask_that_is_painted_on(renewed: Composition, press: Callable, qtbot: QtBot) -> None:
    session, state = renewed.session, renewed.window.state
    press(Qt.Key.Key_J)
    assert state.flipped
    session.begin_stroke(axis=2, label=1, radius_mm=5.0, start_ijk=(250.0, 250.0, 10.0)).finish()
    assert not state.flipped


def test_that_scans_that_are_not_on_screen_are_predicted_behind_while_others_are_looked_at(
    made: Composition, qtbot: QtBot, project_folder: Path, seven_pack: Path
) -> None:
    session = Session(InlineJobs(), NoTrainer)
    session.open_project(project_folder)
    session.predict("C-001")
    project = session.must_project()
    volume = project.load_volume("C-001")
    for shift in (1, 2):
        voxels = np.roll(np.asarray(volume.voxels), shift, axis=0)
        other = project.add_case(replace(volume, voxels=voxels), title="CT", verdict="green", findings=())[0]
        session.predict(other.id)
    session.close_project()
    made.window.commands.show_project(project_folder)
    settle(made, qtbot)
    brighter(seven_pack, project_folder / "models" / "brighter")
    made.session.must_project().models.register("brighter")
    made.session.activate("brighter")
    assert made.session.changing.running is not None
    begun = time.monotonic()
    qtbot.waitUntil(lambda: made.session.changing.running is None and made.session.changing.waiting() == [], timeout=60_000)
    settle(made, qtbot)
    assert time.monotonic() - begun < 60
    assert made.window.notice.text.text() == "3 scans changed."
    page = made.window.page
    made.window.show_panel("changes")
    qtbot.wait(200)
    item = page.changes.tree.topLevelItem(2)
    wanted = item.text(0)
    page.changes.tree.scrollToItem(item)
    where = page.changes.tree.visualItemRect(item).center()
    qtbot.mouseClick(page.changes.tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
    settle(made, qtbot)
    assert made.session.must_open().id == wanted
