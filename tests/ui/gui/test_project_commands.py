"""A project that begins without a model, in the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.panels.structure_dialog import ListDialog


def test_that_a_project_without_a_model_takes_scans_strokes_and_approval(
    made: Composition,
    qtbot: QtBot,
    *,
    answers,
    demo_series: Path,
    tmp_path: Path,
    settle: Callable[[], None],
) -> None:
    made.window.actions_by_id["new_own_project"].trigger()
    (dialog,) = made.window.findChildren(ListDialog)
    assert dialog.windowTitle() == "Structures of the new project"
    answers.next = tmp_path / "own"
    dialog.list.setCurrentRow(0)
    dialog.add_button.click()
    assert made.session.must_project().models.active_id is None
    assert "no model yet" in made.window.notice.text.text()
    names = made.session.must_project().table.names
    assert [row.structure.name for row in made.window.page.structures.rows] == list(names)
    made.window.commands.import_paths([demo_series])
    qtbot.waitUntil(lambda: made.session.open is not None, timeout=60_000)
    settle()
    assert made.session.predicting is None
    assert not made.window.top.chip.isVisible()
    made.window.actions_by_id["predict"].trigger()
    settle()
    assert "The project has no model yet" in made.window.notice.text.text()
    made.session.approve_slice(5)
    assert made.session.cases()[0].reviewed == 1
    assert made.window.actions_by_id["refine"].isEnabled()


def test_that_a_list_that_cannot_be_read_is_told_before_a_folder_is_asked_for(
    made: Composition, answers, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "labels.json"
    path.write_text("no list")
    answers.next = path
    made.window.actions_by_id["new_own_project"].trigger()
    (dialog,) = made.window.findChildren(ListDialog)
    dialog.file_button.click()
    assert "no list of structures" in made.window.notice.text.text()
    assert "new_project_folder" not in answers.asked
    assert made.session.project is None


def test_that_the_start_page_offers_structures_of_ones_own(made: Composition) -> None:
    texts = [button.text() for button in made.window.findChildren(QPushButton)]
    assert "or with structures of your own" in texts
