"""Students as versions in the window: what is told of them, and capsules by menu and by a drop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.panels.model_dialogs import ComparisonDialog, TitleDialog
from gf_desktop.session import Session


@pytest.fixture
def capsule(window: MainWindow, answers, action: Callable[[str], QAction], settle: Callable[[], None], tmp_path: Path) -> Path:
    """The project's student as a capsule, written by the menu."""
    answers.next = tmp_path / "seven.gfcapsule"
    action("export_capsule").trigger()
    settle()
    assert answers.asked[-1] == "new_capsule_file seven.gfcapsule"
    assert "read back and checked" in window.notice.text.text()
    return tmp_path / "seven.gfcapsule"


def drag(window: MainWindow, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, none = window.rect().center(), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    drag.veil = window.veil.text
    QApplication.sendEvent(window, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))


def test_that_a_capsule_that_is_let_fall_on_the_window_puts_its_student_in_the_list(
    window: MainWindow, session: Session, capsule: Path, settle: Callable[[], None]
) -> None:
    drag(window, [capsule])
    assert drag.veil == "Put the capsule's student in the list of trial"
    settle()
    assert [(r.id, r.state) for r in session.models()] == [("seven", "active"), ("seven-2", "imported")]
    assert window.page.panel == "models"
    tree = window.page.models.tree
    assert [tree.topLevelItem(n).text(2) for n in range(2)] == ["in use", "from a capsule"]
    (use,) = [b for b in window.notice.findChildren(QPushButton) if b.text() == "Use this one"]
    use.click()
    assert session.project.models.active_id == "seven-2"


def test_that_a_spoiled_capsule_becomes_a_notice_and_changes_nothing(
    window: MainWindow, session: Session, capsule: Path, settle: Callable[[], None]
) -> None:
    data = bytearray(capsule.read_bytes())
    data[200] ^= 8
    capsule.write_bytes(data)
    drag(window, [capsule])
    settle()
    assert "capsule" in window.notice.text.text()
    assert [r.id for r in session.models()] == ["seven"]
    drag(window, [capsule, capsule.parent])
    assert "One capsule can be taken at a time" in window.notice.text.text()


def test_that_the_panel_tells_what_the_project_knows_of_a_student(window: MainWindow, session: Session) -> None:
    gate = {"reason": "seven-x took over.", "sentences": ["liver: rose."], "before": {"liver": 0.5}, "after": {"liver": 0.75}}
    session.project.models.activate("seven", reason="r", gate=gate, mean_dice=0.75)
    session.model_changed.emit()
    window.show_panel("models")
    panel = window.page.models
    assert panel.chosen_id == "seven"
    lines = panel.detail.text().splitlines()
    assert lines[0] == "Abdominal CT, brightness only"
    assert lines[2:] == ["the first student, as it came", "seven-x took over.", "liver: rose."]
    assert [(panel.figures.topLevelItem(0).text(n)) for n in range(2)] == ["liver", "0.75"]
    assert panel.figures.isVisible()


def test_that_everything_can_be_asked_for_below_the_list(window: MainWindow, qtbot: QtBot) -> None:
    window.show_panel("models")
    (menu,) = [m for m in window.page.models.findChildren(QMenu) if m.actions()]
    assert [a.objectName() for a in menu.actions()] == ["compare_models", "describe_model", "export_capsule", "import_capsule"]
    assert not menu.actions()[0].isEnabled(), "the student in use is chosen"


def test_that_title_and_note_are_written_in_a_window(window: MainWindow, session: Session, action: Callable[[str], QAction]) -> None:
    action("describe_model").trigger()
    (dialog,) = window.findChildren(TitleDialog)
    assert dialog.title.text() == "Abdominal CT, brightness only"
    dialog.title.setText("")
    dialog.done_button.click()
    assert dialog.isVisible()
    assert "needs a title" in dialog.told.text()
    dialog.title.setText("For the knee")
    dialog.note.setPlainText("asked by nobody")
    dialog.done_button.click()
    record = session.project.models.record("seven")
    assert (record.title, record.note) == ("For the knee", "asked by nobody")
    assert "asked by nobody" in window.page.models.detail.text()


def test_that_two_students_are_shown_beside_each_other(
    window: MainWindow, capsule: Path, answers, action: Callable[[str], QAction], settle: Callable[[], None]
) -> None:
    answers.next = capsule
    action("import_capsule").trigger()
    settle()
    panel = window.page.models
    panel.tree.setCurrentItem(panel.tree.topLevelItem(1))
    assert panel.chosen_id == "seven-2"
    settle()
    assert action("compare_models").isEnabled()
    action("compare_models").trigger()
    (dialog,) = window.findChildren(ComparisonDialog)
    heads = [dialog.table.horizontalHeaderItem(n).text() for n in range(4)]
    assert heads == ["Structure", "seven", "seven-2", "Difference"]
    assert dialog.table.rowCount() == 7
    assert dialog.table.accessibleName() == "Dice of both students"
    assert "are being measured" in dialog.words.text()
    settle()
    # nothing is held back
    assert "were not measured on the same slices" in dialog.words.text()
    dialog.close()
