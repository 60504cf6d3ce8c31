"""Adding scans: what is asked about, what is not, and what the person can do in the window that asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gf_desktop import importing
from gf_desktop.files import scan
from gf_desktop.gui.app import Composition
from gf_desktop.gui.import_dialog import ImportDialog
from gf_desktop.gui.import_outcome import ImportOutcome
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.jobs import CancelToken
from gf_desktop.session import Session

pydicom = pytest.importorskip("pydicom")

ROWS, COLUMNS = 24, 32
AXIAL, CORONAL = (1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1)
SOUND = tuple(2.0 * k for k in range(6))
MISSING = (0.0, 2.0, 4.0, 10.0, 12.0, 14.0)


def write_series(folder: Path, heights: Iterable[float] = SOUND, *, uid: str = "1.2.3", axes: tuple[int, ...] = AXIAL, **tags: Any) -> Path:
    """Write a CT series of small slices at places along their normal; a tag that is None is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(int(uid.rpartition(".")[2]))
    normal = np.cross(axes[:3], axes[3:])
    for number, height in enumerate(heights):
        meta = pydicom.dataset.FileMetaDataset()
        meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{uid}.{number + 1}"
        meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        path = folder / f"{uid}-{number:03d}.dcm"
        data = pydicom.dataset.FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        values: dict[str, Any] = {
            "SOPClassUID": meta.MediaStorageSOPClassUID,
            "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
            "SeriesInstanceUID": uid,
            "StudyInstanceUID": "1.2",
            "PatientName": "Secret^Person",
            "PatientID": "ID-4711",
            "Modality": "CT",
            "InstanceNumber": number + 1,
            "ImagePositionPatient": [float(v) for v in height * normal],
            "ImageOrientationPatient": list(axes),
            "PixelSpacing": [0.8, 0.7],
            "SliceThickness": 2.0,
            "Rows": ROWS,
            "Columns": COLUMNS,
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 0,
            "RescaleSlope": 1,
            "RescaleIntercept": -1024,
            "PixelData": random.integers(900, 1300, (ROWS, COLUMNS)).astype("<u2").tobytes(),
            **tags,
        }
        for name, value in values.items():
            if value is not None:
                setattr(data, name, value)
        data.save_as(path, enforce_file_format=True)
    return folder


NO_PLACE = {"ImagePositionPatient": None, "ImageOrientationPatient": None, "PixelSpacing": None, "SliceThickness": None}


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder with twelve series."""
    for number in range(12):
        write_series(tmp_path / "many", SOUND[:2], uid=f"1.2.{number + 3}")
    return tmp_path / "many"


@pytest.fixture
def add(window: MainWindow, answers: Any, action: Callable[[str], Any], qtbot: QtBot) -> Callable[[Path], None]:
    """Choose a folder as a person does, with Ctrl+I."""

    def choose(folder: Path) -> None:
        answers.next = folder
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
        qtbot.wait(1)
        assert answers.asked[-1] == "folder"

    return choose


@pytest.fixture
def ask(add: Callable[[Path], None], made: Composition, qtbot: QtBot) -> Callable[..., ImportDialog]:
    """Choose a folder and return the window that asks, with everything found."""

    def choose(folder: Path) -> ImportDialog:
        add(folder)
        qtbot.waitUntil(lambda: dialog_of(made.window) is not None, timeout=15_000)
        dialog = dialog_of(made.window)
        assert dialog is not None
        qtbot.waitUntil(lambda: not made.jobs.busy and not dialog.stop_button.isVisible(), timeout=15_000)
        return dialog

    return choose


def dialog_of(window: MainWindow) -> ImportDialog | None:
    """Return the window that asks, where it is open."""
    return next((found for found in window.findChildren(ImportDialog) if found.isVisible()), None)


def key(dialog: ImportDialog, which: Qt.Key) -> None:
    """Press a key as the person does: to whatever has the keyboard in the window."""
    QTest.keyClick(dialog.windowHandle(), which)
    QTest.qWait(1)


def click(dialog: ImportDialog, button: Any) -> None:
    """Click with the mouse."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(12, button.height() // 2))


def verdicts(dialog: ImportDialog) -> list[str]:
    return [dialog.list.found(row).glance.verdict for row in range(dialog.list.count())]


def words(dialog: ImportDialog) -> str:
    return "\n".join(part.text() for part in dialog.details.findChildren(QLabel) if part.isVisible())


def spoken_row(dialog: ImportDialog, row: int) -> str:
    return str(dialog.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole))


def test_that_a_single_sound_scan_is_added_without_a_question(
    session: Session, made: Composition, add: Callable[[Path], None], tmp_path: Path, qtbot: QtBot
) -> None:
    add(write_series(tmp_path / "one"))
    qtbot.waitUntil(lambda: len(session.cases()) == 2 and not made.jobs.busy, timeout=15_000)
    assert dialog_of(made.window) is None
    assert session.open.id == "C-002"
    assert session.cases()[1].verdict == "green"


def test_that_two_series_and_a_localiser_are_asked_about_and_only_the_chosen_are_added(
    session: Session, made: Composition, ask: Callable[..., ImportDialog], tmp_path: Path, qtbot: QtBot
) -> None:
    write_series(tmp_path / "day", uid="1.2.3")
    write_series(tmp_path / "day", SOUND[:4], uid="1.2.4")
    write_series(tmp_path / "day", (0.0,), uid="1.2.5", axes=CORONAL)
    dialog = ask(tmp_path / "day")
    assert verdicts(dialog) == ["green", "green", "green"]
    assert dialog.add_button.text() == "Add 3 scans"
    assert spoken_row(dialog, 0) == "DICOM CT, 6 files of 32 × 24, ready, day  ·  32 × 24 × 6  ·  0.7 × 0.8 × 2 mm"
    key(dialog, Qt.Key.Key_End)
    key(dialog, Qt.Key.Key_Space)
    assert dialog.add_button.text() == "Add 2 scans"
    assert dialog.every.checkState() == Qt.CheckState.PartiallyChecked
    key(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(session.cases()) == 3 and not made.jobs.busy, timeout=15_000)
    assert [case.slices for case in session.cases()] == [20, 6, 4]
    assert session.open.id == "C-002"
    assert dialog_of(made.window) is None


def test_that_all_scans_of_a_folder_are_predicted_behind_the_first_on_screen(
    made: Composition, ask: Callable[..., ImportDialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session = made.session
    for uid in ("1.2.3", "1.2.4", "1.2.5"):
        write_series(tmp_path / "day", SOUND[:4], uid=uid)
    drawn: list[str] = []

    def predict(case_id: str, *, on_done: Callable[[Any], None], **_named: Any) -> CancelToken:
        drawn.append(case_id)
        QTimer.singleShot(0, lambda: on_done(None))
        return CancelToken()

    monkeypatch.setattr(session.changing, "_predict", predict)
    key(ask(tmp_path / "day"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(session.cases()) == 4 and session.changing.running is None and len(drawn) == 3, timeout=15_000)
    assert session.open.id == "C-002"
    assert drawn == ["C-001", "C-003", "C-004"], "the one on screen is predicted as such"


def test_that_an_amber_series_says_in_one_line_what_will_be_done(ask: Callable[..., ImportDialog], tmp_path: Path) -> None:
    dialog = ask(write_series(tmp_path / "uneven", (0.0, 2.0, 4.0, 6.5, 8.5, 10.5)))
    assert verdicts(dialog) == ["amber"]
    assert "with a remark" in spoken_row(dialog, 0)
    assert "resampled" in spoken_row(dialog, 0)
    assert "Remark: " in words(dialog)
    assert dialog.add_button.text() == "Add 1 scan"
    assert dialog.list.is_chosen(0)


def test_that_a_series_with_slices_missing_says_why_and_cannot_be_chosen(
    window: MainWindow, session: Session, ask: Callable[..., ImportDialog], tmp_path: Path
) -> None:
    dialog = ask(write_series(tmp_path / "holes", MISSING))
    assert verdicts(dialog) == ["red"]
    assert "2 slices are missing" in spoken_row(dialog, 0)
    assert "Export the series again" in spoken_row(dialog, 0)
    assert "4.00 to 10.00 mm along the normal: 2 missing" in words(dialog)
    key(dialog, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=box_of(dialog, 0))
    assert dialog.list.chosen == []
    assert not dialog.add_button.isEnabled()
    key(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "there is nothing to add"
    key(dialog, Qt.Key.Key_Escape)
    assert dialog_of(window) is None
    assert len(session.cases()) == 1


def cut_last_slice(folder: Path, uid: str) -> None:
    """Damage the pixels of a slice that a look does not read."""
    last = max(folder.glob(f"{uid}-*.dcm"))
    last.write_bytes(last.read_bytes()[:-100])


def test_that_a_scan_that_turns_out_to_be_damaged_is_listed_and_the_others_are_added(
    made: Composition, session: Session, ask: Callable[..., ImportDialog], tmp_path: Path, qtbot: QtBot
) -> None:
    window = made.window
    for uid in ("1.2.3", "1.2.4", "1.2.5"):
        write_series(tmp_path / "day", uid=uid)
    cut_last_slice(tmp_path / "day", "1.2.4")
    dialog = ask(tmp_path / "day")
    assert verdicts(dialog) == ["green"] * 3, "a look does not read every slice"
    key(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.findChildren(ImportOutcome)), timeout=15_000)
    (outcome,) = window.findChildren(ImportOutcome)
    assert len(session.cases()) == 3
    assert outcome.heading.text() == "1 scan was not added, the other 2 were."
    rows = [outcome.list.item(row).text() for row in range(outcome.list.count())]
    assert "not added" in rows[0]
    assert "damaged or cut off. Export the file again" in rows[0]
    assert all(row.startswith("✓") for row in rows[1:])
    QTest.keyClick(outcome.windowHandle(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=15_000)
    assert session.open.id == "C-002"


def test_that_a_single_scan_that_turns_out_to_be_damaged_is_a_notice(
    session: Session, made: Composition, add: Callable[[Path], None], tmp_path: Path, qtbot: QtBot
) -> None:
    write_series(tmp_path / "one", uid="1.2.4")
    cut_last_slice(tmp_path / "one", "1.2.4")
    told: list[Any] = []
    session.trouble.connect(told.append)
    add(tmp_path / "one")
    qtbot.waitUntil(lambda: bool(told) and not made.jobs.busy, timeout=15_000)
    assert "damaged or cut off" in str(told[0])
    assert len(session.cases()) == 1


def test_that_a_large_folder_shows_its_count_and_can_be_left_before_a_scan_is_known(
    made: Composition, add: Callable[[Path], None], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = made.session
    monkeypatch.setattr(importing, "FIRST_COUNT_S", 0.0)
    held = threading.Event()
    real = scan.read_header
    monkeypatch.setattr(scan, "read_header", lambda path: (held.wait(10), real(path))[1] if "-020" in path.name else real(path))
    add(write_series(tmp_path / "large", [2.0 * k for k in range(40)]))
    qtbot.waitUntil(lambda: dialog_of(made.window) is not None, timeout=15_000)
    dialog = dialog_of(made.window)
    assert dialog is not None
    qtbot.waitUntil(lambda: "of 40 files looked through" in dialog.told.text(), timeout=15_000)
    assert dialog.progress.maximum() == 40
    click(dialog, dialog.stop_button)
    held.set()
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=15_000)
    assert dialog.told.text() == "0 scans found"
    assert not dialog.add_button.isEnabled()
    key(dialog, Qt.Key.Key_Escape)
    assert len(session.cases()) == 1


def test_that_a_window_that_only_showed_the_count_goes_when_there_is_nothing_to_ask(
    made: Composition, add: Callable[[Path], None], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = made.session
    monkeypatch.setattr(importing, "FIRST_COUNT_S", 0.0)
    add(write_series(tmp_path / "large", [2.0 * k for k in range(20)]))
    qtbot.waitUntil(lambda: len(session.cases()) == 2 and not made.jobs.busy, timeout=15_000)
    assert dialog_of(made.window) is None
    assert session.open.id == "C-002"


def box_of(dialog: ImportDialog, row: int) -> QPoint:
    """Return where the box of a row is drawn."""
    return dialog.list.itemDelegate().box(dialog.list.visualItemRect(dialog.list.item(row))).center()


def test_that_a_box_is_clicked_and_a_click_beside_it_only_looks(ask: Callable[..., ImportDialog], tmp_path: Path) -> None:
    for name in ("1.2.3", "1.2.4"):
        write_series(tmp_path / "two", uid=name)
    dialog = ask(tmp_path / "two")
    second = dialog.list.visualItemRect(dialog.list.item(1)).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert (dialog.list.currentRow(), dialog.list.is_chosen(1)) == (1, True)
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=box_of(dialog, 0))
    assert [dialog.list.is_chosen(row) for row in (0, 1)] == [False, True]
    click(dialog, dialog.every)
    assert [dialog.list.is_chosen(row) for row in (0, 1)] == [True, True]
    click(dialog, dialog.every)
    assert dialog.list.chosen == []


def test_that_a_spacing_is_typed_for_slices_without_a_place(
    session: Session, made: Composition, ask: Callable[..., ImportDialog], tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(write_series(tmp_path / "lost", **NO_PLACE))
    assert verdicts(dialog) == ["red"]
    assert "Type the distances in mm." in spoken_row(dialog, 0)
    fields = dialog.details.spacing
    fields.rows.setFocus()
    for field, text in ((fields.rows, "0.9"), (fields.columns, "0.8"), (fields.slices, "3")):
        assert field.hasFocus()
        QTest.keyClicks(field, text)
        key(dialog, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: verdicts(dialog) == ["amber"] and not made.jobs.busy, timeout=10_000)
    assert "0.8 × 0.9 × 3 mm" in spoken_row(dialog, 0)
    assert fields.isVisible(), "what was typed can be changed"
    assert dialog.list.is_chosen(0)
    key(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(session.cases()) == 2 and not made.jobs.busy, timeout=15_000)
    assert session.cases()[1].geometry.spacing_mm == pytest.approx((0.8, 0.9, 3.0))
    passport = session.project.passport("C-002")
    assert passport.spacing_from == ("stated by the user",) * 3


def test_that_return_in_a_field_ends_the_typing_and_adds_nothing(
    session: Session, made: Composition, ask: Callable[..., ImportDialog], tmp_path: Path, qtbot: QtBot
) -> None:
    QImage(30, 20, QImage.Format.Format_Grayscale8).save(str(tmp_path / "a.png"))
    dialog = ask(tmp_path)
    fields = dialog.details.spacing
    fields.rows.setFocus()
    QTest.keyClicks(fields.rows, "many")
    QTest.keyClick(fields.rows, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "between 0 and 1000" in fields.told.text()
    for field in (fields.rows, fields.columns, fields.slices):
        field.selectAll()
        QTest.keyClicks(field, "0.5")
    QTest.keyClick(fields.slices, Qt.Key.Key_Return)
    assert fields.told.isHidden()
    qtbot.waitUntil(lambda: not made.jobs.busy and verdicts(dialog) == ["amber"], timeout=10_000)
    assert dialog.isVisible()
    fields.slices.clear()
    QTest.keyClick(fields.slices, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not made.jobs.busy and verdicts(dialog) == ["green"], timeout=10_000)
    assert "spacing not stated" in spoken_row(dialog, 0)
    assert len(session.cases()) == 1


class Gate:
    """Lets three of many scans be looked at, and the fourth when it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.looked = 0
        self._real = importing.glance_at

    def __call__(self, source: Any) -> Any:
        self.looked += 1
        if self.looked > 3:
            assert self.open.wait(30)
        return self._real(source)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(importing, "glance_at", made)
    yield made
    made.open.set()


def test_that_esc_while_the_looking_goes_on_ends_it_and_adds_nothing(
    made: Composition, add: Callable[[Path], None], many: Path, gate: Gate, qtbot: QtBot
) -> None:
    add(many)
    qtbot.waitUntil(lambda: gate.looked == 4 and dialog_of(made.window) is not None, timeout=15_000)
    dialog = dialog_of(made.window)
    qtbot.waitUntil(lambda: dialog.list.count() == 3, timeout=15_000)
    assert not dialog.add_button.isEnabled(), "the rest is still to come"
    assert dialog.told.text() == "3 of 12 looked at"
    key(dialog, Qt.Key.Key_Escape)
    gate.open.set()
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=10_000)
    assert gate.looked == 4, "the one that was being looked at was the last"
    assert len(made.session.cases()) == 1
    assert "reading" not in "".join(part.text() for part in made.window.status.findChildren(QLabel))


def test_that_looking_is_stopped_and_what_was_found_can_be_added(
    made: Composition, add: Callable[[Path], None], many: Path, gate: Gate, qtbot: QtBot
) -> None:
    add(many)
    qtbot.waitUntil(lambda: gate.looked == 4 and dialog_of(made.window) is not None, timeout=15_000)
    dialog = dialog_of(made.window)
    qtbot.waitUntil(lambda: dialog.list.count() == 3, timeout=15_000)
    click(dialog, dialog.stop_button)
    gate.open.set()
    assert dialog.told.text() == "3 scans found"
    click(dialog, dialog.add_button)
    qtbot.waitUntil(lambda: len(made.session.cases()) == 4 and not made.jobs.busy, timeout=15_000)


def test_that_a_path_without_a_scan_among_several_is_a_red_row_and_the_others_are_added(
    window: MainWindow, session: Session, made: Composition, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "notes.txt").write_text("no scan")
    (tmp_path / "cut.nii.gz").write_text("no scan")
    window.commands.take_paths([tmp_path / "notes.txt", tmp_path / "cut.nii.gz", write_series(tmp_path / "one")])
    qtbot.waitUntil(lambda: dialog_of(window) is not None and not made.jobs.busy, timeout=15_000)
    dialog = dialog_of(window)
    assert verdicts(dialog) == ["red", "green", "red"]
    assert spoken_row(dialog, 0).startswith("NIfTI file, cannot be added, cut.nii.gz, ")
    assert spoken_row(dialog, 2).startswith("No scan, cannot be added, notes.txt, ")
    assert dialog.told.text() == "3 scans found, 2 cannot be added"
    click(dialog, dialog.add_button)
    qtbot.waitUntil(lambda: len(session.cases()) == 2 and not made.jobs.busy, timeout=15_000)


def test_that_another_level_of_a_slide_is_chosen(ask: Callable[..., ImportDialog], made: Composition, tmp_path: Path, qtbot: QtBot) -> None:
    tifffile = pytest.importorskip("tifffile")
    picture = np.random.default_rng(0).integers(0, 255, (512, 768, 3)).astype(np.uint8)
    with tifffile.TiffWriter(tmp_path / "slide.tif") as writer:
        writer.write(picture, subifds=1, tile=(128, 128), photometric="rgb")
        writer.write(picture[::2, ::2], subfiletype=1, tile=(128, 128), photometric="rgb")
    dialog = ask(tmp_path)
    before = dialog.list.found(0).source.level
    assert [dialog.details.level.itemText(n) for n in (0, 1)] == ["768 × 512", "384 × 256"]
    dialog.details.level.setFocus()
    QTest.keyClick(dialog.details.level, Qt.Key.Key_Down if before == 0 else Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: not made.jobs.busy and dialog.list.found(0).source.level != before, timeout=10_000)
    assert ("384 × 256" if before == 0 else "768 × 512") in spoken_row(dialog, 0)
    key(dialog, Qt.Key.Key_Escape)


def test_that_the_window_goes_with_its_project(
    window: MainWindow, session: Session, ask: Callable[..., ImportDialog], tmp_path: Path
) -> None:
    ask(write_series(tmp_path / "holes", MISSING))
    session.close_project()
    assert dialog_of(window) is None


def test_that_a_project_open_for_reading_is_not_asked_about(
    window: MainWindow, project_folder: Path, tmp_path: Path, settle: Callable[[], None]
) -> None:
    window.session.close_project()
    window.session.open_project(project_folder, read_only=True)
    window.commands.attempt(lambda: window.commands.take_paths([write_series(tmp_path / "one")]))
    settle()
    assert dialog_of(window) is None
    assert window.notice.isVisible()


def test_that_the_scan_panel_shows_the_passport_and_copies_it(window: MainWindow) -> None:
    window.show_panel("scan")
    texts = [part.text() for part in window.page.scan.findChildren(QLabel)]
    assert "Note: " in "\n".join(texts)
    assert any("ImagePositionPatient of 20 slices" in text for text in texts)
    assert texts[texts.index("Slices") + 1] == "20 slices, each 2 mm from the next"
    assert texts[texts.index("Disagrees") + 1] == "SliceThickness says 3 mm, measured are 2 mm"
    QTest.mouseClick(window.page.scan.copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert "Slices\t20 slices, each 2 mm from the next" in copied.splitlines()
    assert copied.splitlines()[0] == "Geometry is sound"


def write_ultrasound(folder: Path) -> Path:
    """Write one ultrasound picture with a name burned into it."""
    from tests.unit.imaging.test_burned_in import COLUMNS as WIDE
    from tests.unit.imaging.test_burned_in import ROWS as HIGH
    from tests.unit.imaging.test_burned_in import tissue, written

    picture = tissue()
    written(picture, "MUSTER, ERIKA 1964", (338, 8))
    tags = {"Modality": "US", "Rows": HIGH, "Columns": WIDE, "PixelData": picture.astype("<u2").tobytes(), "RescaleIntercept": 0}
    return write_series(folder, (0.0,), uid="1.2.9", ImagePositionPatient=None, ImageOrientationPatient=None, **tags)


@pytest.mark.parametrize("keep", [False, True])
def test_that_burned_in_text_is_shown_in_a_frame_and_becomes_black_unless_it_is_kept(
    made: Composition, ask: Callable[..., ImportDialog], tmp_path: Path, qtbot: QtBot, keep: bool
) -> None:
    session, dialog = made.session, ask(write_ultrasound(tmp_path / "us"))
    details = dialog.details
    assert details.marked.isVisible()
    shown = details.marked.pixmap().toImage()
    assert any(shown.pixelColor(x, y).getRgb()[:3] == (255, 0, 255) for x in range(shown.width()) for y in range(shown.height()))
    assert "holds text (1 ×)" in words(dialog).replace("\n", " ")
    if keep:
        click(dialog, details.keep_text)
        assert details.keep_text.isChecked()
    key(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(session.cases()) == 2 and not made.jobs.busy, timeout=15_000)
    assert bool(session.open.volume.voxels[0, 338:352, 8:60].any()) == keep
    assert {finding.code for finding in session.cases()[1].findings} >= {"text_kept" if keep else "text_blacked_out"}


def test_that_a_scan_without_text_has_no_such_choice(ask: Callable[..., ImportDialog], tmp_path: Path) -> None:
    write_series(tmp_path / "two", uid="1.2.3")
    write_series(tmp_path / "two", uid="1.2.4")
    dialog = ask(tmp_path / "two")
    assert not dialog.details.marked.isVisible()
    assert not dialog.details.keep_text.isVisible()
