"""Masks from files by keys and mouse: what their structures mean, which slices are taken, and what is never done unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from gf_desktop.files.dicom_rtstruct import write_rtstruct
from gf_desktop.files.dicom_seg import write_dicom_seg
from gf_desktop.gui import mask_commands
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.mask_dialog import MaskDialog
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure, VoxelState
from gf_desktop.session import Session

SITK = pytest.importorskip("SimpleITK")

Ask = Callable[..., MaskDialog]
OTHER_NAMES = LabelTable((Structure(1, "LIVER", "#e69f00"), Structure(2, "kidney", "#56b4e9")))


@pytest.fixture
def geometry(session: Session) -> Geometry:
    return session.open.volume.geometry


@pytest.fixture
def drawn(geometry: Geometry) -> np.ndarray:
    """A block of 1 and one of 2 over several slices."""
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[3:9, 20:40, 20:60] = 1
    labels[5:12, 60:80, 30:50] = 2
    return labels


def write(path: Path, labels: np.ndarray, geometry: Geometry) -> Path:
    image = SITK.GetImageFromArray(labels)
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.origin_mm)
    image.SetDirection(geometry.direction.reshape(-1).tolist())
    SITK.WriteImage(image, str(path))
    return path


@pytest.fixture
def ask(window: MainWindow, answers, qtbot: QtBot) -> Ask:
    """Choose a file for an action; return the window that comes, once the file is read."""

    def choose(path: Path, action: str = "correct") -> MaskDialog:
        answers.next = path
        window.actions_by_id[action].trigger()
        [dialog] = [found for found in window.findChildren(MaskDialog) if found.isVisible()]
        read(dialog, qtbot)
        return dialog

    return choose


def read(dialog: MaskDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.look is not None or dialog.told.isVisible(), timeout=20_000)


def finish(dialog: MaskDialog, window: MainWindow, qtbot: QtBot) -> None:
    """Press Enter wherever the keyboard is, and wait until the window is gone."""
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not [found for found in window.findChildren(MaskDialog) if found.isVisible()], timeout=20_000)


def choose(box: QComboBox, text: str) -> None:
    """Go to an entry with the arrow keys."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _step in range(box.count()):
        if box.currentText().startswith(text):
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError(f"no entry {text}")


def labels_of(session: Session) -> np.ndarray:
    return session.open.label_map.labels.copy()


def test_that_a_mask_of_the_projects_own_ids_goes_in_with_enter_alone_and_comes_out_with_one_undo(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    before = labels_of(session)
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    assert dialog.rows.mapping == {1: "spleen", 2: "liver"}
    assert dialog.take_button.text() == "Take 2 structures"
    assert "own grid" in dialog.place.text()
    finish(dialog, window, qtbot)
    assert np.array_equal(labels_of(session), drawn)
    assert f"slices taken from m.nii.gz, {np.count_nonzero(drawn):d} voxels changed" in window.notice.text.text()
    session.undo()
    assert np.array_equal(labels_of(session), before)
    assert session.open.journal.undo_name is None


def test_that_ids_of_another_program_mean_nothing_until_they_are_told(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(write(tmp_path / "m.nrrd", np.where(drawn == 2, 52, drawn).astype(np.uint8), geometry))
    assert dialog.rows.mapping == {}, "an id that is not the project's shows that the others are not either"
    assert not dialog.take_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.focusWidget() is dialog.rows.choices[1], "the first row that is open has the keyboard"
    choose(dialog.rows.choices[52], "aorta")
    assert dialog.take_button.text() == "Take 1 structure"
    finish(dialog, window, qtbot)
    assert np.array_equal(labels_of(session), (drawn == 2) * np.uint8(4)), "what is left out is background"


@pytest.mark.parametrize("write_object", [write_dicom_seg, write_rtstruct], ids=["seg", "rtstruct"])
def test_that_names_are_matched_and_the_others_left_out_unless_told(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, demo_series: Path, tmp_path: Path, qtbot: QtBot,
    write_object: Callable[..., object],
) -> None:  # fmt: skip
    sources, path = sorted(demo_series.iterdir()), tmp_path / "object.dcm"
    write_object(drawn, geometry, OTHER_NAMES, sources=sources, path=path, patient_tags="blank", model_id="m")
    dialog = ask(path)
    names = {row.name: row.number for row in dialog.look.rows}
    assert dialog.rows.mapping == {names["LIVER"]: "liver"}
    texts = {found.text() for found in dialog.rows.findChildren(QLabel)}
    assert {"LIVER", "kidney", f"{np.count_nonzero(drawn == 1) * geometry.voxel_ml:.1f} ml"} <= texts
    marks = [found.pixmap().toImage().pixelColor(5, 5) for found in dialog.rows.findChildren(QLabel) if not found.pixmap().isNull()]
    for mark, structure in zip(marks, OTHER_NAMES, strict=True):
        assert np.abs(np.subtract(mark.getRgb()[:3], structure.rgb)).max() <= 4, "the file's own colours"
    kidney = dialog.rows.choices[names["kidney"]]
    assert "kidney" in kidney.accessibleName()
    choose(kidney, "stomach")
    assert dialog.take_button.text() == "Take 2 structures"
    finish(dialog, window, qtbot)
    assert np.array_equal(labels_of(session), np.array([0, 2, 3], np.uint8)[drawn])


@pytest.mark.parametrize("method", ["nearest", "linear"])
def test_that_nothing_is_resampled_before_the_figures_were_shown(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot, method: str
) -> None:
    # the same block on a grid that begins one slice lower, so that a slice of it lies outside
    moved = Geometry(geometry.size_ijk, geometry.spacing_mm, tuple(geometry.index_to_world([0.25, 0, -4])), geometry.direction)
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, moved))
    assert "mm away from the scan's" in dialog.apart.text()
    assert not dialog.take_button.isEnabled()
    assert dialog.focusWidget() is dialog.method
    _size, after, outside = dialog.rows.figures[1]
    assert (after.text(), outside.text()) == ("", "")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter alone resamples nothing"
    choose(dialog.method, "Resample: " + method)
    qtbot.waitUntil(dialog.take_button.isEnabled, timeout=20_000)
    assert dialog.look.method == method
    _size, after, outside = dialog.rows.figures[1]
    assert outside.text() == f"{100 / 6:.1f} %", "one of its six slices lies outside the scan"
    kept = np.count_nonzero(drawn[4:] == 1) * geometry.voxel_ml
    assert after.text() == f"{kept:.1f} ml"
    finish(dialog, window, qtbot)
    assert np.count_nonzero(labels_of(session) == 1) * geometry.voxel_ml == pytest.approx(kept)
    assert "resampled" in window.notice.text.text()


def test_that_taking_the_choice_of_a_resampling_back_takes_the_button_back(
    ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    coarse = Geometry(geometry.size_ijk, geometry.spacing_mm, tuple(geometry.index_to_world([0, 0, 0.4])), geometry.direction)
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, coarse))
    choose(dialog.method, "Resample: nearest")
    qtbot.waitUntil(dialog.take_button.isEnabled, timeout=20_000)
    choose(dialog.method, "Choose")
    assert not dialog.take_button.isEnabled()
    assert dialog.rows.figures[1][1].text() == ""
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_that_a_mask_of_another_patient_is_refused_with_the_way_out(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, answers, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    before = labels_of(session)
    far = Geometry(geometry.size_ijk, geometry.spacing_mm, (9000.0, 0.0, 0.0), geometry.direction)
    dialog = ask(write(tmp_path / "far.nii.gz", drawn, far))
    assert "Nothing of the mask lies within the scan" in dialog.told.text()
    assert "Choose a mask of this scan" in dialog.told.text()
    assert not dialog.take_button.isEnabled()
    # the way out: another file, in the same window
    answers.next = write(tmp_path / "right.nii.gz", drawn, geometry)
    QTest.mouseClick(dialog.other_button, Qt.MouseButton.LeftButton)
    read(dialog, qtbot)
    qtbot.waitUntil(lambda: dialog.look is not None, timeout=20_000)
    assert not dialog.told.isVisible()
    assert dialog.title.text() == "right.nii.gz"
    assert np.array_equal(labels_of(session), before)
    finish(dialog, window, qtbot)
    assert np.array_equal(labels_of(session), drawn)


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nrrd", "m.dcm", "m.txt"])
def test_that_a_damaged_file_is_told_and_changes_nothing(session: Session, ask: Ask, tmp_path: Path, name: str) -> None:
    before = labels_of(session)
    (tmp_path / name).write_bytes(b"\x1f\x8bnothing" * 20 if name.endswith("gz") else bytes(128) + b"DICM" + b"nothing" * 20)
    dialog = ask(tmp_path / name)
    assert dialog.told.text()
    assert not dialog.take_button.isEnabled()
    assert not dialog.rows.isVisible()
    assert dialog.focusWidget() is dialog.other_button
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert np.array_equal(labels_of(session), before)


@pytest.mark.parametrize(("which", "written", "expected"), [("only", "", [7]), ("some", "3, 7-9", [2, 6, 7, 8])])
def test_that_only_the_chosen_slices_are_taken_and_approved(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot,
    which: str, written: str, expected: list[int],
) -> None:  # fmt: skip
    window.state.go_to(7)
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    assert not dialog.listed.isVisible()
    choose(dialog.which, which)
    if written:
        dialog.listed.setFocus()
        QTest.keyClicks(dialog.listed, written)
    finish(dialog, window, qtbot)
    touched = (session.open.label_map.states >= VoxelState.ACCEPTED).all(axis=(1, 2))
    assert np.flatnonzero(touched).tolist() == expected
    assert np.array_equal(labels_of(session)[expected], drawn[expected])


@pytest.mark.parametrize("written", ["", "three", "0", "5-3", "2-999999999999"])
def test_that_slices_that_are_not_there_are_told_in_the_window(  # noqa: PLR0917 - fixtures
    session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, written: str
) -> None:
    before = labels_of(session)
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    choose(dialog.which, "some")
    dialog.listed.setFocus()
    QTest.keyClicks(dialog.listed, written)
    QTest.keyClick(dialog.listed, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.told.isVisible()
    assert dialog.focusWidget() is dialog.listed
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert np.array_equal(labels_of(session), before)


def test_that_leaving_while_the_file_is_read_changes_nothing(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, answers, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, settle
) -> None:
    before = labels_of(session)
    answers.next = write(tmp_path / "m.nii.gz", drawn, geometry)
    window.actions_by_id["correct"].trigger()
    [dialog] = [found for found in window.findChildren(MaskDialog) if found.isVisible()]
    assert not dialog.take_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert np.array_equal(labels_of(session), before)
    assert not window.notice.isVisible()


def test_that_a_mask_is_not_taken_for_another_scan_than_it_was_chosen_for(  # noqa: PLR0917 - fixtures
    session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    before, case_id = labels_of(session), session.open.id
    session.close_case()
    session.open_case(case_id)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.told.isVisible, timeout=20_000)
    assert "Another scan is on screen by now" in dialog.told.text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert np.array_equal(labels_of(session), before)


def test_that_a_fault_of_the_program_closes_the_window_and_is_told_as_one(
    window: MainWindow, answers, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(mask_commands, "look_at_mask", fail)
    answers.next = tmp_path / "m.nii.gz"
    window.actions_by_id["correct"].trigger()
    qtbot.waitUntil(lambda: window.notice.isVisible() and not window.session.jobs.busy)
    assert "fault of its own" in window.notice.text.text()
    assert not [found for found in window.findChildren(MaskDialog) if found.isVisible()]


def test_that_an_empty_mask_is_taken_as_one_when_told(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    finish(dialog, window, qtbot)
    dialog = ask(write(tmp_path / "empty.nii.gz", np.zeros_like(drawn), geometry))
    assert dialog.take_button.text() == "Take the empty mask"
    finish(dialog, window, qtbot)
    assert not labels_of(session).any()


def test_that_structures_that_share_voxels_get_them_back_when_the_other_is_left_out(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, demo_series: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    import pydicom

    path, sources = tmp_path / "object.dcm", sorted(demo_series.iterdir())
    write_rtstruct(drawn, geometry, OTHER_NAMES, sources=sources, path=path, patient_tags="blank", model_id="m")
    content = pydicom.dcmread(path)
    twin = pydicom.dcmread(path)
    # the second region is drawn with the first one's contours
    content.ROIContourSequence[1].ContourSequence = twin.ROIContourSequence[0].ContourSequence
    content.save_as(path)
    dialog = ask(path)
    assert "To be checked: " in dialog.findings.text()
    assert "belong to more than one structure" in dialog.findings.text()
    assert "covered by others" in {found.text() for found in dialog.rows.findChildren(QLabel)}
    finish(dialog, window, qtbot)
    assert np.array_equal(labels_of(session), (drawn == 1) * np.uint8(2))


def test_that_the_wheel_scrolls_and_changes_no_choice(ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path) -> None:
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    box = dialog.rows.choices[1]
    box.setFocus()
    place = QPointF(box.rect().center())
    event = QWheelEvent(
        place, QPointF(box.mapToGlobal(box.rect().center())), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert dialog.rows.mapping == {1: "spleen", 2: "liver"}
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_that_the_tab_key_goes_through_every_choice_and_each_has_a_name(
    ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path
) -> None:
    dialog = ask(write(tmp_path / "m.nii.gz", drawn, geometry))
    dialog.rows.choices[1].setFocus()
    order = []
    for _step in range(6):
        order.append(dialog.focusWidget())
        QTest.keyClick(dialog, Qt.Key.Key_Tab)
    choices = dialog.rows.choices
    assert order[:3] == [choices[1], choices[2], dialog.which]
    assert {dialog.other_button, dialog.take_button} <= set(order)
    assert [box.accessibleName() for box in order[:3]] == ["Structure of the project for 1", "Structure of the project for 2", "Slices"]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_that_a_comparison_asks_the_same_and_changes_nothing(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, ask: Ask, drawn: np.ndarray, geometry: Geometry, tmp_path: Path, qtbot: QtBot
) -> None:
    before = labels_of(session)
    dialog = ask(write(tmp_path / "m.nii.gz", np.where(drawn == 2, 52, drawn).astype(np.uint8), geometry), "compare_file")
    assert not dialog.which.isVisible()
    choose(dialog.rows.choices[52], "liver")
    assert dialog.take_button.text() == "Compare 1 structure"
    finish(dialog, window, qtbot)
    qtbot.waitUntil(lambda: session.comparing.changes is not None, timeout=20_000)
    assert np.array_equal(session.comparing.other.label_map.labels, (drawn == 2) * np.uint8(2))
    assert np.array_equal(labels_of(session), before)
    assert session.open.journal.undo_name is None
