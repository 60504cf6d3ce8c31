"""Drag and drop, as the window system sends it: to the window, which finds the widget under the hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gf_desktop.gui import commands
from gf_desktop.gui.app import Composition
from gf_desktop.gui.import_dialog import ImportDialog
from gf_desktop.gui.main_window import MainWindow

SITK = pytest.importorskip("SimpleITK")


def write_scan(path: Path, *, low: int = 0) -> Path:
    """Write a small CT-like scan, and return its path."""
    voxels = np.random.default_rng(low % 97).integers(low, low + 400, (4, 24, 32)).astype(np.int16)
    SITK.WriteImage(SITK.GetImageFromArray(voxels), str(path))
    return path


class Drag:
    """Things of the file manager in a hand over a widget."""

    def __init__(self, window: MainWindow, over: QWidget, paths: list[Path]) -> None:
        self.handle = window.windowHandle()
        self.place = over.mapTo(window, over.rect().center())
        self.data = QMimeData()
        self.data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.taken = self._send(QDragEnterEvent)

    def _send(self, kind: type) -> bool:
        place = QPointF(self.place) if kind is QDropEvent else QPoint(self.place)
        event = kind(place, Qt.DropAction.CopyAction, self.data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        if kind is QDragMoveEvent:
            # as QGuiApplication does after an enter event that was accepted
            event.accept()
        QApplication.sendEvent(self.handle, event)
        return bool(event.isAccepted())

    def drop(self) -> None:
        assert self.taken
        assert self._send(QDragMoveEvent)
        assert self._send(QDropEvent)

    def leave(self) -> None:
        QApplication.sendEvent(self.handle, QDragLeaveEvent())


def add_all(window: MainWindow, qtbot: QtBot) -> None:
    """Press Return in the window that asks which of several scans are added."""
    qtbot.waitUntil(lambda: any(dialog.add_button.isEnabled() for dialog in window.findChildren(ImportDialog)), timeout=60_000)
    dialog = window.findChild(ImportDialog)
    assert dialog.list.count() == 2
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Return)


PLACES: dict[str, Callable[[MainWindow], QWidget]] = {
    "worklist": lambda w: w.page.worklist.list,
    "picture": lambda w: w.page.view.canvas.viewport(),
    "surface": lambda w: w.page.surface,
    "structures": lambda w: w.page.structures.rows[0],
    "slice strip": lambda w: w.page.strip,
    "top bar": lambda w: w.top.search,
}


@pytest.mark.parametrize("place", PLACES)
def test_that_scans_let_fall_anywhere_on_an_open_project_are_added(
    window: MainWindow, place: str, tmp_path: Path, settle: Callable[[], None], qtbot: QtBot
) -> None:
    Drag(window, PLACES[place](window), [write_scan(tmp_path / "a.nii.gz")]).drop()
    qtbot.waitUntil(lambda: len(window.session.cases()) == 2, timeout=60_000)
    settle()
    assert window.session.open.id == "C-002"


def test_that_every_file_of_a_series_dropped_at_once_is_one_scan(
    window: MainWindow, demo_series: Path, tmp_path: Path, settle: Callable[[], None], qtbot: QtBot
) -> None:
    folder = Path(shutil.copytree(demo_series, tmp_path / "series"))
    files = sorted(folder.iterdir())
    assert len(files) == 20
    write_scan(tmp_path / "a.nii.gz")
    Drag(window, window.page.worklist.list, [*files, tmp_path / "a.nii.gz"]).drop()
    add_all(window, qtbot)
    qtbot.waitUntil(lambda: len(window.session.cases()) == 2, timeout=60_000)
    settle()
    assert [case.slices for case in window.session.cases()] == [20, 4], "the series is known already, and read once"


def test_that_the_empty_projects_zone_takes_a_folder(
    made: Composition, monkeypatch: pytest.MonkeyPatch, seven_pack: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    monkeypatch.setattr(commands, "packs", lambda: [seven_pack])
    made.session.predict = lambda *_args, **_named: None
    made.session.create_project(tmp_path / "mine", seven_pack)
    zone = made.window.page.worklist.findChild(QWidget, "drop")
    (tmp_path / "scans").mkdir()
    for name in ("a", "b"):
        write_scan(tmp_path / "scans" / f"{name}.nii.gz", low=ord(name))
    Drag(made.window, zone, [tmp_path / "scans"]).drop()
    add_all(made.window, qtbot)
    qtbot.waitUntil(lambda: len(made.session.cases()) == 2 and not made.jobs.busy, timeout=30_000)


@pytest.mark.parametrize("database", [False, True])
def test_that_a_project_on_the_start_page_is_opened_by_its_folder_or_its_database(
    made: Composition, project_folder: Path, settle: Callable[[], None], database: bool
) -> None:
    made.session.predict = lambda *_args, **_named: None
    drag = Drag(made.window, made.window.start, [project_folder / "project.sqlite" if database else project_folder])
    assert made.window.veil.isVisible()
    assert made.window.veil.text == "Open the project trial"
    drag.drop()
    settle()
    assert not made.window.veil.isVisible()
    assert made.session.open.id == "C-001"


def test_that_scans_on_the_start_page_make_a_new_project(
    made: Composition, monkeypatch: pytest.MonkeyPatch, seven_pack: Path, answers, qtbot: QtBot
) -> None:
    tmp_path = seven_pack.parent / "dropped"
    tmp_path.mkdir()
    monkeypatch.setattr(commands, "packs", lambda: [seven_pack])
    made.session.predict = lambda *_args, **_named: None
    answers.next = None
    scan = write_scan(tmp_path / "a.nii.gz")
    drag = Drag(made.window, made.window.start, [scan])
    assert made.window.veil.text == "Make a new project of it"
    drag.drop()
    assert answers.asked == ["new_project_folder"]
    assert made.session.project is None, "thought better of it"
    answers.next = tmp_path / "mine"
    Drag(made.window, made.window.start, [scan]).drop()
    qtbot.waitUntil(lambda: [case.id for case in made.session.cases()] == ["C-001"] and not made.jobs.busy, timeout=30_000)


def test_that_another_project_dropped_on_an_open_one_is_opened(
    window: MainWindow, project_folder: Path, tmp_path: Path, settle: Callable[[], None]
) -> None:
    other = Path(shutil.copytree(project_folder, tmp_path / "other", ignore=shutil.ignore_patterns("*.lock", "*.holder.json")))
    drag = Drag(window, window.page.view.canvas.viewport(), [other])
    assert window.veil.text == "Open the project other"
    drag.drop()
    settle()
    assert window.session.project.folder == other


def test_that_a_project_and_a_scan_together_are_refused_in_a_sentence(window: MainWindow, project_folder: Path, tmp_path: Path) -> None:
    drag = Drag(window, window.page.worklist.list, [project_folder, write_scan(tmp_path / "a.nii.gz")])
    assert window.veil.text == "Drop one project, or only scans"
    drag.drop()
    assert "not together with scans" in window.notice.text.text()
    assert len(window.session.cases()) == 1


def test_that_a_project_that_is_only_read_takes_nothing(made: Composition, project_folder: Path, tmp_path: Path) -> None:
    made.session.predict = lambda *_args, **_named: None
    made.session.open_project(project_folder, read_only=True)
    drag = Drag(made.window, made.window.page.worklist, [write_scan(tmp_path / "a.nii.gz")])
    assert made.window.veil.text == "trial is open for reading only"
    drag.drop()
    assert "for reading only" in made.window.notice.text.text()


def test_that_the_veil_is_lifted_when_the_hand_leaves_and_text_is_not_welcome(window: MainWindow, tmp_path: Path) -> None:
    drag = Drag(window, window.page.worklist.list, [tmp_path])
    assert window.veil.isVisible()
    assert window.veil.geometry() == window.rect()
    drag.leave()
    assert not window.veil.isVisible()
    assert not Drag(window, window.page.worklist.list, []).taken


def test_that_what_is_no_scan_is_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "notes.nii.gz").write_text("no scan")
    Drag(window, window.page.worklist.list, [tmp_path / "notes.nii.gz"]).drop()
    qtbot.waitUntil(lambda: "notes.nii.gz" in window.notice.text.text())
    assert window.veil.isHidden()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
