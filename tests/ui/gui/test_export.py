"""Exporting from the window by keys and mouse: what, as what, where to, how far it is, and what became of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from gf_desktop import exporting
from gf_desktop.gui.export_dialog import FORMAT_WORDS, ExportDialog
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.settings_store import ExportChoice
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session

SITK = pytest.importorskip("SimpleITK")

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def three(window: MainWindow, session: Session, tmp_path: Path, settle: Callable[[], None], qtbot: QtBot) -> MainWindow:
    """The demo's scan and two small ones beside it, which have a mask each."""
    for number in (2, 3):
        voxels = np.random.default_rng(number).integers(0, 400, (4, 24, 32)).astype(np.int16)
        image = SITK.GetImageFromArray(voxels)
        SITK.WriteImage(image, str(tmp_path / f"s{number}.nii.gz"))
        mask = SITK.GetImageFromArray((voxels > 200).astype(np.uint8) * 2)
        SITK.WriteImage(mask, str(tmp_path / f"m{number}.nii.gz"))
        session.import_paths([tmp_path / f"s{number}.nii.gz"])
        qtbot.waitUntil(lambda n=number: len(session.cases()) == n and not session.jobs.busy, timeout=30_000)
        session.correct(f"C-00{number}", tmp_path / f"m{number}.nii.gz")
    settle()
    return window


@pytest.fixture
def ask(window: MainWindow, press_key: Callable[..., None], qtbot: QtBot) -> Callable[[], ExportDialog]:
    """Press Ctrl+E and return the window that comes."""

    def press() -> ExportDialog:
        # a desktop gives the window the keyboard back when a dialog over it closes; there is none here
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        press_key(Qt.Key.Key_E, CTRL)
        return dialog_of(window, qtbot)

    return press


def dialog_of(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    def shown() -> list[ExportDialog]:
        return [found for found in window.findChildren(ExportDialog) if found.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def choose_format(dialog: ExportDialog, name: str) -> None:
    """Go to a format with the arrow keys."""
    dialog.format.setFocus()
    QTest.keyClick(dialog.format, Qt.Key.Key_Home)
    for _step in range(list(FORMAT_WORDS).index(name)):
        QTest.keyClick(dialog.format, Qt.Key.Key_Down)
    assert dialog.format.currentData() == name


def write_folder(dialog: ExportDialog, folder: Path) -> None:
    dialog.folder.setFocus()
    dialog.folder.selectAll()
    QTest.keyClicks(dialog.folder, str(folder))


def finish(dialog: ExportDialog, window: MainWindow, qtbot: QtBot) -> str:
    """Press Enter and return what the notice says in the end."""
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.commands.exports.running and not window.session.jobs.busy, timeout=30_000)
    return window.notice.text.text()


def click_notice(window: MainWindow, text: str) -> None:
    QTest.mouseClick(next(button for button in window.notice.buttons if button.text() == text), Qt.MouseButton.LeftButton)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_that_the_key_and_enter_export_every_scan_beside_the_project(three: MainWindow, ask, project_folder: Path, qtbot: QtBot) -> None:
    dialog = ask()
    assert dialog.scope.currentText() == "All scans (3)"
    assert dialog.export_button.text() == "Export 3 scans"
    told = finish(dialog, three, qtbot)
    folder = project_folder.with_name("trial export")
    assert names(folder) == [*(f"C-00{n}.{end}" for n in (1, 2, 3) for end in ("json", "nii.gz")), "export-manifest.json"]
    assert told == f"6 files written; 6 read back and equal. Folder: {folder}"
    assert three.notice.property("kind") == "good"


def test_that_what_was_chosen_last_needs_two_keys_and_writes_only_what_has_changed(
    three: MainWindow, session: Session, ask, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask()
    choose_format(dialog, "nrrd")
    write_folder(dialog, tmp_path / "out")
    finish(dialog, three, qtbot)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.nrrd")}
    session.correct("C-003", tmp_path / "m2.nii.gz")
    again = ask()
    assert again.format.currentData() == "nrrd"
    assert again.folder.text() == str(tmp_path / "out")
    told = finish(again, three, qtbot)
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.nrrd")}
    assert {name for name in before if before[name] != after[name]} == {"C-003.seg.nrrd"}
    assert told.startswith("0 files written, 2 renewed, 4 unchanged; 6 read back and equal.")


def test_that_the_choice_outlives_the_window_and_the_folder_belongs_to_the_project(
    three: MainWindow, ask, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask()
    choose_format(dialog, "png16")
    write_folder(dialog, tmp_path / "out")
    finish(dialog, three, qtbot)
    settings = three.remembered.file.now
    assert settings.export == ExportChoice(scope="all", format="png16", orientation="lps", resume=True)
    assert three.remembered.export_folder(tmp_path / "trial") == tmp_path / "out"
    assert three.remembered.export_folder(tmp_path / "other") == tmp_path / "other export"


@pytest.mark.parametrize("scope", ["this", "marked"])
def test_that_one_scan_alone_is_exported(three: MainWindow, ask, tmp_path: Path, qtbot: QtBot, scope: str) -> None:
    if scope == "marked":
        view = three.page.worklist.list
        view.setFocus()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(1)).center())
        three.actions_by_id["export_chosen"].trigger()
        dialog, expected = dialog_of(three, qtbot), "C-002"
    else:
        dialog, expected = ask(), three.session.open.id
        dialog.scope.setFocus()
        QTest.keyClick(dialog.scope, Qt.Key.Key_End)
    assert dialog.scope.currentData() == scope
    assert dialog.export_button.text() == "Export 1 scan"
    write_folder(dialog, tmp_path / "out")
    finish(dialog, three, qtbot)
    assert names(tmp_path / "out") == [f"{expected}.json", f"{expected}.nii.gz", "export-manifest.json"]


def test_that_axes_are_asked_for_surfaces_only_and_stand_in_the_file(three: MainWindow, ask, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = ask()
    assert not dialog.frame.isVisible()
    choose_format(dialog, "stl")
    assert dialog.frame.isVisible()
    dialog.frame.setFocus()
    QTest.keyClick(dialog.frame, Qt.Key.Key_Down)
    write_folder(dialog, tmp_path / "out")
    finish(dialog, three, qtbot)
    [surface] = (tmp_path / "out").glob("C-002*.stl")
    assert b"SPACE=RAS" in surface.read_bytes()[:80]


def test_that_every_format_says_what_it_is_for(three: MainWindow, ask) -> None:
    dialog = ask()
    said = set()
    for name in FORMAT_WORDS:
        choose_format(dialog, name)
        said.add(dialog.about.text())
    assert len(said) == len(FORMAT_WORDS)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_that_a_folder_is_chosen_with_the_mouse(three: MainWindow, ask, answers, tmp_path: Path) -> None:
    dialog = ask()
    answers.next = tmp_path
    QTest.mouseClick(dialog.browse, Qt.MouseButton.LeftButton)
    assert dialog.folder.text() == str(tmp_path)
    answers.next = None
    QTest.mouseClick(dialog.browse, Qt.MouseButton.LeftButton)
    assert dialog.folder.text() == str(tmp_path), "thinking better of it changes nothing"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize("text", ["", "  ", "some/where"])
def test_that_no_folder_is_no_export_and_the_window_stays(three: MainWindow, ask, text: str) -> None:
    dialog = ask()
    dialog.folder.selectAll()
    QTest.keyClick(dialog.folder, Qt.Key.Key_Delete)
    QTest.keyClicks(dialog.folder, text)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "Choose a folder" in dialog.told.text()
    assert not three.commands.exports.running
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_that_a_file_of_somebody_else_is_told_and_kept(three: MainWindow, ask, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "C-002.nii.gz").write_bytes(b"mine")
    dialog = ask()
    write_folder(dialog, tmp_path / "out")
    told = finish(dialog, three, qtbot)
    assert "exists already" in told
    assert three.notice.property("kind") == "bad"
    assert (tmp_path / "out" / "C-002.nii.gz").read_bytes() == b"mine"


def test_that_not_going_on_refuses_files_that_are_there(three: MainWindow, ask, tmp_path: Path, qtbot: QtBot) -> None:
    for expected in ("6 files written", "exists already"):
        dialog = ask()
        write_folder(dialog, tmp_path / "out")
        if dialog.resume.isChecked():
            dialog.resume.setFocus()
            QTest.keyClick(dialog.resume, Qt.Key.Key_Space)
        assert expected in finish(dialog, three, qtbot)


def tick(box: QCheckBox) -> None:
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)


@pytest.mark.parametrize("resume", [True, False])
def test_that_files_are_replaced_only_after_a_question_with_their_number(
    three: MainWindow, ask, answers, tmp_path: Path, qtbot: QtBot, *, resume: bool
) -> None:
    (tmp_path / "out").mkdir()
    for name in ("C-002.nii.gz", "C-003.json", "C-003_report.html", "notes.txt"):
        (tmp_path / "out" / name).write_bytes(b"mine")
    dialog = ask()
    assert not dialog.overwrite.isChecked()
    tick(dialog.overwrite)
    if not resume:
        tick(dialog.resume)
    write_folder(dialog, tmp_path / "out")
    answers.next = False
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "thinking better of the question leads back"
    (question,) = answers.asked
    assert question.startswith(f"2 files of these scans are in {tmp_path / 'out'} already.")
    assert ("not up to date" in question) == resume
    assert (tmp_path / "out" / "C-002.nii.gz").read_bytes() == b"mine"
    answers.next = True
    assert finish(dialog, three, qtbot).startswith("6 files written; 6 read back and equal.")
    assert (tmp_path / "out" / "C-002.nii.gz").read_bytes() != b"mine"
    assert (tmp_path / "out" / "notes.txt").read_bytes() == (tmp_path / "out" / "C-003_report.html").read_bytes() == b"mine"
    assert len(answers.asked) == 2, "once for each export"
    again = ask()
    assert not again.overwrite.isChecked(), "it is never remembered"
    assert again.resume.isChecked(), "and neither is leaving it off"


def test_that_nothing_is_asked_where_there_is_nothing_to_replace(three: MainWindow, ask, answers, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = ask()
    tick(dialog.overwrite)
    write_folder(dialog, tmp_path / "out")
    assert finish(dialog, three, qtbot).startswith("6 files written")
    assert answers.asked == []


def test_that_each_structure_gets_a_dicom_segmentation_of_its_own_where_that_is_chosen(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask, answers, tmp_path: Path, qtbot: QtBot, settle
) -> None:
    mask = SITK.ReadImage(str(resource_dir() / "demo" / "B_ct_labels.nii.gz"))
    # spleen and liver
    SITK.WriteImage(SITK.Cast(mask == 1, SITK.sitkUInt8) + 2 * SITK.Cast(mask == 5, SITK.sitkUInt8), str(tmp_path / "mask.nii.gz"))
    session.correct("C-001", tmp_path / "mask.nii.gz")
    settle()
    answers.tags = "blank"
    dialog = ask()
    assert not dialog.per_structure.isVisible()
    choose_format(dialog, "rtstruct")
    assert not dialog.per_structure.isVisible(), "a structure set holds all"
    choose_format(dialog, "seg")
    tick(dialog.per_structure)
    write_folder(dialog, tmp_path / "out")
    finish(dialog, window, qtbot)
    written = sorted((tmp_path / "out").glob("*.dcm"))
    assert [path.name for path in written] == ["C-001_seg_s01-spleen.dcm", "C-001_seg_s02-liver.dcm"]
    for path in written:
        (segment,) = pydicom.dcmread(path).SegmentSequence
        assert segment.SegmentLabel == path.stem.split("-")[-1]
    again = ask()
    assert again.per_structure.isChecked(), "it is remembered"
    assert "unchanged" in finish(again, window, qtbot)


def test_that_scans_without_surfaces_are_left_out_with_the_reason(three: MainWindow, session: Session, ask, tmp_path: Path, qtbot) -> None:
    SITK.WriteImage(SITK.GetImageFromArray(np.full((20, 30), 90, np.uint8)), str(tmp_path / "flat.png"))
    session.import_paths([tmp_path / "flat.png"])
    qtbot.waitUntil(lambda: len(session.cases()) == 4 and not session.jobs.busy, timeout=30_000)
    dialog = ask()
    choose_format(dialog, "ply")
    write_folder(dialog, tmp_path / "out")
    told = finish(dialog, three, qtbot)
    assert "1 scan left out. C-004: This scan has no volume in space" in told
    assert three.notice.property("kind") == "warn"


def test_that_the_notice_opens_the_folder(three: MainWindow, ask, answers, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = ask()
    write_folder(dialog, tmp_path / "out")
    finish(dialog, three, qtbot)
    click_notice(three, "Open the folder")
    assert answers.shown == [tmp_path / "out"]


@pytest.mark.parametrize(("tags", "carried"), [("copy", True), ("blank", False)])
def test_that_a_dicom_object_refers_to_the_series_and_names_the_patient_only_after_a_yes(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask, answers, tmp_path: Path, qtbot: QtBot, settle, tags: str, carried: bool
) -> None:
    series = named_series(tmp_path / "series")
    mask = SITK.ReadImage(str(resource_dir() / "demo" / "B_ct_labels.nii.gz"))
    SITK.WriteImage(SITK.Cast(mask > 0, SITK.sitkUInt8), str(tmp_path / "mask.nii.gz"))
    session.correct("C-001", tmp_path / "mask.nii.gz")
    settle()
    dialog = ask()
    assert not dialog.source.isVisible()
    choose_format(dialog, "seg")
    assert dialog.source.isVisible()
    dialog.source.setFocus()
    QTest.keyClicks(dialog.source, str(series))
    write_folder(dialog, tmp_path / "out")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "thinking better of the question leads back"
    assert answers.asked == ["patient_tags"]
    answers.tags = tags
    assert finish(dialog, window, qtbot).startswith("1 file written; 1 read back and equal.")
    content = pydicom.dcmread(tmp_path / "out" / "C-001_seg.dcm")
    assert content.PatientName == ("Canary^Yellow" if carried else "")
    settings = window.remembered.file.now
    assert settings.export.format == "seg"
    assert str(series) not in repr(settings), "folders of series may be named after patients"
    again = ask()
    assert again.source.text() == str(series), "while the window is open it need not be found again"
    assert "1 unchanged" in finish(again, window, qtbot)
    assert answers.asked == ["patient_tags"] * 3, "it is asked each time"


def named_series(folder: Path) -> Path:
    """Write the demo's series with a name of a patient in it."""
    folder.mkdir()
    for path in (resource_dir() / "demo" / "B_ct_dicom").iterdir():
        dataset = pydicom.dcmread(path)
        dataset.PatientName = "Canary^Yellow"
        dataset.save_as(folder / path.name)
    return folder


@pytest.mark.parametrize("text", ["", "series", "/not/there"])
def test_that_a_dicom_object_without_its_series_is_not_begun(window: MainWindow, session: Session, ask, answers, text: str) -> None:
    session.must_project().patients.forget()
    dialog = ask()
    choose_format(dialog, "rtstruct")
    QTest.keyClicks(dialog.source, text)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "Choose the folder of the DICOM series" in dialog.told.text()
    assert dialog.focusWidget() is dialog.source
    assert answers.asked == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_that_the_series_need_not_be_named_while_the_list_of_patients_knows_it(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask, answers, tmp_path: Path, qtbot: QtBot, settle
) -> None:
    mask = SITK.ReadImage(str(resource_dir() / "demo" / "B_ct_labels.nii.gz"))
    SITK.WriteImage(SITK.Cast(mask > 0, SITK.sitkUInt8), str(tmp_path / "mask.nii.gz"))
    session.correct("C-001", tmp_path / "mask.nii.gz")
    settle()
    answers.tags = "blank"
    dialog = ask()
    choose_format(dialog, "rtstruct")
    assert dialog.source.placeholderText() == "where the scans were added from"
    write_folder(dialog, tmp_path / "out")
    assert finish(dialog, window, qtbot).startswith("1 file written; 1 read back and equal.")
    content = pydicom.dcmread(tmp_path / "out" / "C-001_rtstruct.dcm")
    original = pydicom.dcmread(next((resource_dir() / "demo" / "B_ct_dicom").iterdir()))
    assert content.StudyInstanceUID == original.StudyInstanceUID


@pytest.mark.parametrize(("button", "answer"), [(None, "blank"), ("Yes, with the name", "copy"), ("Cancel", None)])
def test_that_the_question_about_the_patient_leaves_the_name_out_unless_told(
    window: MainWindow, tmp_path: Path, button: str | None, answer: str | None
) -> None:
    texts = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        texts.append(box.text())
        if button is None:
            QTest.keyClick(box, Qt.Key.Key_Return)
        else:
            QTest.mouseClick(next(b for b in box.buttons() if b.text() == button), Qt.MouseButton.LeftButton)

    QTimer.singleShot(50, press)
    assert Questions(window).patient_tags(tmp_path) == answer
    assert str(tmp_path) in texts[0]
    assert "name" in texts[0]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Let a case be written only when the test allows it."""
    allowed, real = threading.Semaphore(0), exporting._export

    def wait_then(*arguments: object) -> exporting.CaseExport:
        assert allowed.acquire(timeout=20)
        return real(*arguments)

    monkeypatch.setattr(exporting, "_export", wait_then)
    return allowed


@pytest.mark.parametrize("by", ["notice", "action"])
def test_that_an_export_shows_how_far_it_is_stops_and_goes_on(  # noqa: PLR0917 - fixtures
    three: MainWindow, ask, tmp_path: Path, qtbot: QtBot, slow: threading.Semaphore, by: str
) -> None:
    dialog = ask()
    write_folder(dialog, tmp_path / "out")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    slow.release()
    qtbot.waitUntil(lambda: "exporting C-002, 2 of 3" in three.status.runs.text(), timeout=20_000)
    assert "3 scans are exported" in three.notice.text.text()
    qtbot.waitUntil(three.actions_by_id["stop_export"].isEnabled)
    if by == "notice":
        click_notice(three, "Stop")
    else:
        three.actions_by_id["stop_export"].trigger()
    assert "was stopped" in three.notice.text.text()
    assert "exporting" not in three.status.runs.text()
    slow.release(9)
    qtbot.waitUntil(lambda: not three.session.jobs.busy, timeout=20_000)
    qtbot.waitUntil(lambda: not three.actions_by_id["stop_export"].isEnabled())
    entries = json.loads((tmp_path / "out" / "export-manifest.json").read_text())["entries"]
    assert [entry["case"] for entry in entries] == ["C-001"]
    assert names(tmp_path / "out") == ["C-001.json", "C-001.nii.gz", "export-manifest.json"], "nothing half-written"
    assert finish(ask(), three, qtbot).startswith("4 files written, 2 unchanged;")


def test_that_a_second_export_is_not_begun_beside_the_first(  # noqa: PLR0917 - fixtures
    three: MainWindow, press_key, ask, tmp_path: Path, qtbot: QtBot, slow: threading.Semaphore
) -> None:
    dialog = ask()
    write_folder(dialog, tmp_path / "out")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not any(found.isVisible() for found in three.findChildren(ExportDialog)))
    three.notice.hide()
    press_key(Qt.Key.Key_E, CTRL)
    assert not any(found.isVisible() for found in three.findChildren(ExportDialog))
    assert [button.text() for button in three.notice.buttons] == ["Stop"]
    slow.release(9)
    qtbot.waitUntil(lambda: not three.commands.exports.running, timeout=20_000)


def test_that_closing_the_project_gives_the_export_up(  # noqa: PLR0917 - fixtures
    three: MainWindow, session: Session, ask, tmp_path: Path, qtbot: QtBot, slow: threading.Semaphore
) -> None:
    dialog = ask()
    write_folder(dialog, tmp_path / "out")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    session.close_project()
    assert not three.commands.exports.running
    assert "exporting" not in three.status.runs.text()
    slow.release(9)
    qtbot.waitUntil(lambda: not session.jobs.busy, timeout=20_000)
    assert not (tmp_path / "out").exists()


def test_that_every_control_is_named_and_reached_with_tab(three: MainWindow, ask, qtbot: QtBot) -> None:
    dialog = ask()
    choose_format(dialog, "obj")
    controls: list[QWidget] = [
        dialog.scope, dialog.format, dialog.frame, dialog.folder, dialog.browse, dialog.resume, dialog.overwrite, dialog.export_button,
    ]  # fmt: skip
    assert all(control.accessibleName() or control.text() for control in controls)
    reached = []
    for _step in range(2 * len(controls)):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        reached.append(dialog.focusWidget())
    assert all(control in reached for control in controls)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
