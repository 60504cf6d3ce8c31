"""The window of the patients: pseudonyms for everybody, names only after a question, and what may be done with the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.patients_dialog import PatientsDialog
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.session import Session

CANARY = ("Canary^Yellow", "4711", "19640812", "A-77")


@pytest.fixture
def known(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, tmp_path: Path, write_series: Callable[..., list[Path]], qtbot: QtBot, settle
) -> MainWindow:
    """Beside the demo's scan two of one patient, with a name, and one that names nobody."""
    tags = dict(zip(("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber"), CANARY, strict=True))
    for number, named in enumerate((tags, tags, {"PatientName": "", "PatientID": ""})):
        grid = Geometry((24, 20, 4 + number), (0.9, 0.9, 3.0), (0.0, 0.0, 0.0), np.eye(3))
        write_series(tmp_path / f"s{number}", grid, **named)
        session.import_paths([tmp_path / f"s{number}"])
        qtbot.waitUntil(lambda n=number: len(session.cases()) == 2 + n and not session.jobs.busy, timeout=30_000)
    settle()
    return window


@pytest.fixture
def dialog(known: MainWindow, action, qtbot: QtBot) -> PatientsDialog:
    action("patients").trigger()
    (shown,) = [found for found in known.findChildren(PatientsDialog) if found.isVisible()]
    return shown


def click(button: QPushButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def rows(dialog: PatientsDialog) -> list[list[str]]:
    table = dialog.table
    return [[table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())]


def said(dialog: PatientsDialog) -> str:
    """Return everything that the window holds, tool tips too."""
    texts = [word for row in rows(dialog) for word in row]
    texts += [dialog.table.item(row, 0).toolTip() for row in range(dialog.table.rowCount())]
    for widget in dialog.findChildren(QWidget):
        texts += [widget.toolTip(), widget.accessibleName(), getattr(widget, "text", str)()]
    return "\n".join(texts)


def patient_of(session: Session, case_id: str) -> str:
    return next(case.patient for case in session.cases() if case.id == case_id)


def test_that_pseudonyms_are_shown_and_names_are_not(dialog: PatientsDialog, session: Session, answers) -> None:
    pseudonym = patient_of(session, "C-002")
    assert pseudonym
    assert [row for row in rows(dialog) if row[0] == pseudonym] == [[pseudonym, "C-002, C-003"]]
    assert rows(dialog)[-1] == ["–", "C-004"]
    assert dialog.place.text() == str(session.patients.map.path)
    assert not any(word in said(dialog) for word in CANARY)
    assert answers.asked == []


def test_that_names_are_shown_after_a_yes_and_go_again(dialog: PatientsDialog, session: Session, answers, tmp_path: Path) -> None:
    answers.next = False
    click(dialog.show_button)
    assert "on the screen" in answers.asked[0]
    assert not any(word in said(dialog) for word in CANARY)
    answers.next = True
    click(dialog.show_button)
    (row,) = [row for row in rows(dialog) if row[0] == patient_of(session, "C-002")]
    assert row[2:8] == ["4711", "Canary^Yellow", "19640812", "F", "20200102", "A-77"]
    assert row[8] == f"{tmp_path / 's0'}, {tmp_path / 's1'}"
    assert dialog.show_button.text() == "Hide names"
    click(dialog.show_button)
    assert not any(word in said(dialog) for word in CANARY)
    assert len(answers.asked) == 2, "hiding asks nothing"


def test_that_the_file_is_kept_elsewhere_and_still_found(dialog: PatientsDialog, session: Session, answers, tmp_path: Path) -> None:
    before, entries = session.patients.map.path, session.patients.map.entries()
    answers.next = None
    click(dialog.keep_button)
    assert before.is_file(), "thinking better of it changes nothing"
    answers.next = tmp_path / "safe" / "who.json"
    click(dialog.keep_button)
    assert session.patients.map.path == tmp_path / "safe" / "who.json"
    assert session.patients.map.entries() == entries
    assert not before.exists()
    assert dialog.place.text() == str(tmp_path / "safe" / "who.json")
    assert dialog.told.text().startswith("The file is kept there")


def test_that_a_file_in_the_way_is_told_and_kept(dialog: PatientsDialog, session: Session, answers, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("mine")
    answers.next = tmp_path / "mine.json"
    click(dialog.keep_button)
    assert "exists already" in dialog.told.text()
    assert (tmp_path / "mine.json").read_text() == "mine"
    assert session.patients.map.path.is_file()


def test_that_deleting_says_what_is_lost_and_leaves_the_pseudonyms(dialog: PatientsDialog, session: Session, answers) -> None:
    path, cases = session.patients.map.path, session.cases()
    answers.next = False
    click(dialog.forget_button)
    question = answers.asked[-1]
    assert all(word in question for word in (str(path), "cannot be undone", "DICOM exports will lack", "new pseudonym"))
    assert path.is_file()
    answers.next = True
    click(dialog.forget_button)
    assert not path.exists()
    assert session.cases() == cases
    assert "deleted" in dialog.told.text()
    assert "there is no file there now" in dialog.place.text()
    assert [button.isEnabled() for button in (dialog.show_button, dialog.keep_button, dialog.forget_button)] == [False] * 3
    assert session.exporting.with_known_series() == frozenset(), "no export knows a series any more"


def test_that_deleting_takes_the_names_from_the_screen(dialog: PatientsDialog, answers) -> None:
    answers.next = True
    click(dialog.show_button)
    assert "Canary" in said(dialog)
    click(dialog.forget_button)
    assert not any(word in said(dialog) for word in CANARY)


def test_that_a_damaged_file_is_told_and_shows_no_names(dialog: PatientsDialog, session: Session, answers) -> None:
    session.patients.map.path.write_text("{")
    answers.next = True
    click(dialog.show_button)
    assert "damaged" in dialog.told.text()
    assert not dialog.named
    assert session.patients.map.path.read_text() == "{"


def test_that_a_project_that_is_only_looked_at_keeps_its_file(known: MainWindow, session: Session, project_folder: Path, action) -> None:
    session.close_project()
    session.open_project(project_folder, read_only=True)
    action("patients").trigger()
    (shown,) = [found for found in known.findChildren(PatientsDialog) if found.isVisible()]
    assert shown.show_button.isEnabled()
    assert not shown.keep_button.isEnabled()
    assert not shown.forget_button.isEnabled()
    assert "reading only" in shown.forget_button.toolTip()


def test_that_esc_closes_it_and_its_controls_are_reached_with_tab(dialog: PatientsDialog) -> None:
    controls = [dialog.table, dialog.show_button, dialog.keep_button, dialog.forget_button]
    assert all(control.accessibleName() or control.text() for control in controls)
    reached = []
    for _step in range(2 * len(controls)):
        reached.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert all(control in reached for control in controls)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_that_the_panel_and_the_worklist_say_the_pseudonym(known: MainWindow, session: Session, settle) -> None:
    pseudonym = patient_of(session, "C-002")
    session.open_case("C-002")
    settle()
    known.show_panel("scan")
    panel = known.page.scan
    texts = [child.text() for child in panel.findChildren(QWidget) if hasattr(child, "text")]
    assert texts[texts.index("Patient") + 1] == pseudonym
    model = known.page.worklist.list.model()
    tips = [model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(model.rowCount())]
    assert [f"Patient {pseudonym}" in tip for tip in tips][1:] == [True, True, False]
    known.page.worklist.search.setText(pseudonym.lower())
    assert [model.index(row).data(Qt.ItemDataRole.UserRole).id for row in range(model.rowCount())] == [
        case.id for case in session.cases() if case.patient == pseudonym
    ]
