"""What is there again at the next start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from gf_desktop.errors import UserError
from gf_desktop.gui import remembered
from gf_desktop.gui.app import Composition, compose, make_application
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.palette import DARK, LIGHT
from gf_desktop.gui.remembered import Remembered, place_on_screens
from gf_desktop.gui.settings_store import KeyChoice, Settings, SettingsFile, WindowPlace
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.window_memory import WindowMemory
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume, Window
from gf_desktop.project.last_place import LastPlace, read_last_place, write_last_place
from gf_desktop.project.store import Project

SCREENS = [QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 1024)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.fixture
def start(qapp: QApplication, qtbot, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Start the program with the settings in ``path``; called again, it is closed before."""
    # the screen of the offscreen platform is smaller than the smallest window
    monkeypatch.setattr(remembered, "screens", lambda: SCREENS)
    running: list[Composition] = []

    def stop() -> None:
        while running:
            made = running.pop()
            made.window.close()
            made.close()
            made.window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def begin() -> Composition:
        stop()
        settings = SettingsFile(path)
        make_application(theme=settings.now.theme)
        made = compose(settings=settings)
        made.session.predict = lambda *_args, **_named: None
        running.append(made)
        made.window.show()
        qtbot.wait(1)
        return made

    yield begin
    stop()
    make_application()


def test_that_theme_keys_place_and_widths_are_there_again(start, project_folder: Path, qtbot) -> None:
    made = start()
    made.window.actions_by_id["theme"].trigger()
    made.window.use_keymap(Keymap("napari", (("undo", ("Ctrl+U",)),)))
    made.window.resize(1200, 760)
    made.window.commands.show_project(project_folder)
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=30_000)
    made.window.page.splitter.setSizes([300, 560, 340])
    widths = made.window.page.splitter.sizes()

    made = start()
    assert current_palette() is LIGHT
    assert made.window.actions_by_id["undo"].shortcuts() == [QKeySequence("Ctrl+U")]
    assert made.window.actions_by_id["tool_erase"].shortcuts() == [QKeySequence("1"), QKeySequence("E")]
    assert (made.window.width(), made.window.height()) == (1200, 760)
    assert made.window.remembered.file.now.recent_projects == (str(project_folder),)
    made.window.commands.show_project(project_folder)
    qtbot.waitUntil(lambda: not made.jobs.busy and made.window.page.splitter.sizes() == widths, timeout=30_000)


def test_that_the_file_names_no_scan(start, project_folder: Path, path: Path, qtbot) -> None:
    made = start()
    made.window.commands.show_project(project_folder)
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=30_000)
    title = made.session.open.case.title
    start()
    text = path.read_text(encoding="utf-8")
    assert "C-001" not in text
    assert not title or title not in text
    assert json.loads(text)["recent_projects"] == [str(project_folder)]


def test_that_without_settings_nothing_is_written_anywhere(made: Composition, own_home: Path) -> None:
    made.window.actions_by_id["theme"].trigger()
    assert current_palette() is LIGHT
    made.window.actions_by_id["theme"].trigger()
    made.window.close()
    assert [file for file in own_home.rglob("*") if file.is_file()] == []
    assert current_palette() is DARK


def test_that_damaged_settings_are_told_in_the_window_once(start, path: Path) -> None:
    path.write_bytes(b"{ half a file")
    made = start()
    assert made.window.notice.isVisible()
    assert "settings.json.damaged" in made.window.notice.text.text()
    assert not start().window.notice.isVisible()


def test_that_keys_of_another_version_are_told_and_gone_the_next_time(start, path: Path) -> None:
    SettingsFile(path).change(Settings(keymap=KeyChoice("ITK-SNAP", {"teleport": ("T",), "undo": ("Ctrl+U",)})))
    made = start()
    assert "teleport" in made.window.notice.text.text()
    assert made.window.actions_by_id["undo"].shortcuts() == [QKeySequence("Ctrl+U")]
    made = start()
    assert not made.window.notice.isVisible()
    assert made.window.actions_by_id["undo"].shortcuts() == [QKeySequence("Ctrl+U")]


def test_that_a_file_that_cannot_be_written_is_told_once_and_changes_hold(path: Path, monkeypatch: pytest.MonkeyPatch, qapp) -> None:
    told: list[UserError] = []
    kept = Remembered(SettingsFile(path), tell=told.append)

    def refuse(_settings: Settings) -> None:
        raise UserError("The disk is full", next_step="Free some space.")

    monkeypatch.setattr(kept.file, "change", refuse)
    kept.keep(theme="light")
    kept.keep(theme="dark")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        (WindowPlace(100, 50, 1200, 800), QRect(100, 50, 1200, 800)),
        (WindowPlace(2000, 10, 1100, 700), QRect(2000, 10, 1100, 700)),
        # larger than the screen it is on
        (WindowPlace(1920, 0, 1500, 1200), QRect(1920, 0, 1280, 1024)),
        # partly outside is as the person left it
        (WindowPlace(-400, 0, 1200, 800), QRect(-400, 0, 1200, 800)),
        # the screen is gone, or no more than a corner would be seen
        (WindowPlace(5000, 0, 1200, 800), None),
        (WindowPlace(-1150, 0, 1200, 800), None),
        (WindowPlace(100, -30, 1200, 800), None),
        (WindowPlace(100, 2000, 1200, 800), None),
    ],
)
def test_that_a_window_is_put_back_only_where_it_can_be_taken_hold_of(place: WindowPlace, wanted: QRect | None) -> None:
    assert place_on_screens(place, SCREENS) == wanted


def test_that_a_maximised_window_is_maximised_again_and_keeps_its_former_size(start, path: Path) -> None:
    SettingsFile(path).change(Settings(window=WindowPlace(0, 0, 1200, 760, maximised=True)))
    made = start()
    assert made.window.isMaximized()
    start()
    assert SettingsFile(path).now.window.maximised


def test_that_a_project_that_was_open_is_offered_and_opened_by_a_click(start, path: Path, project_folder: Path, qtbot) -> None:
    made = start()
    assert made.window.start.recent == []
    made.session.predict = lambda *_args, **_named: None
    made.window.commands.show_project(project_folder)
    made.window.close()
    SettingsFile(path).change(replace(SettingsFile(path).now, recent_projects=(str(project_folder), str(project_folder / "gone"))))
    again = start()
    again.session.predict = lambda *_args, **_named: None
    (button,) = again.window.start.recent
    assert button.text() == "trial"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert again.session.project is not None
    assert again.session.project.folder == project_folder
    qtbot.waitUntil(lambda: not again.jobs.busy, timeout=30_000)


def show(made: Composition, qtbot, folder: Path) -> None:
    made.window.commands.show_project(folder)
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=30_000)


def test_that_layout_panel_window_and_case_are_there_again(start, project_folder: Path, tmp_path: Path, qtbot) -> None:
    from tests.ui.gui.test_drops import write_scan

    made = start()
    show(made, qtbot, project_folder)
    made.session.import_paths([write_scan(tmp_path / "second.nii.gz", low=-1000)])
    qtbot.waitUntil(lambda: len(made.session.cases()) == 2 and not made.jobs.busy)
    made.window.commands.show_case("C-002")
    made.window.actions_by_id["layout_one_two"].trigger()
    made.window.actions_by_id["smooth"].trigger()
    made.window.show_panel("scan")
    made.window.commands.show_case("C-001")
    made.window.state.set_window(Window(-600.0, 1500.0))
    made.window.commands.show_case("C-002")
    made.window.state.go_to(1)
    qtbot.waitUntil(lambda: not made.jobs.busy)

    made = start()
    assert made.window.remembered.project_to_go_on == project_folder
    show(made, qtbot, project_folder)
    assert made.session.open.id == "C-002"
    assert made.window.state.display.index == 1
    assert made.window.state.layout == "one_two"
    assert not made.window.state.smooth
    assert not made.window.page.view.canvas.is_smooth
    assert made.window.page.panel == "scan"
    made.window.commands.show_case("C-001")
    assert made.window.state.display.window == Window(-600.0, 1500.0)


def test_that_the_slice_on_screen_is_there_again(start, project_folder: Path, qtbot) -> None:
    made = start()
    show(made, qtbot, project_folder)
    made.window.state.set_cursor((40, 300, 4))
    made = start()
    show(made, qtbot, project_folder)
    assert made.window.state.display.cursor_ijk == (40, 300, 4)
    assert made.window.state.display.index == 4
    # it is also there when the window is not closed but killed
    made.window.state.go_to(9)
    qtbot.waitUntil(lambda: read_last_place(project_folder) == LastPlace("C-001", (40, 300, 9)), timeout=10_000)


def test_that_the_slice_is_kept_of_a_project_that_is_closed_while_the_window_stays(start, project_folder: Path, qtbot) -> None:
    made = start()
    show(made, qtbot, project_folder)
    made.window.state.go_to(7)
    made.window.actions_by_id["close_project"].trigger()
    assert read_last_place(project_folder) == LastPlace("C-001", (*made.window.state.display.cursor_ijk[:2], 7))


def test_that_a_slice_that_the_scan_does_not_have_becomes_its_nearest(start, project_folder: Path, qtbot) -> None:
    write_last_place(project_folder, LastPlace("C-001", (9999, 3, 9999)))
    made = start()
    show(made, qtbot, project_folder)
    size = made.window.state.volume.geometry.size_ijk
    assert made.window.state.display.cursor_ijk == (size[0] - 1, 3, size[2] - 1)


def test_that_taking_over_a_project_that_was_for_reading_only_stays_at_its_slice(start, project_folder: Path, qtbot) -> None:
    holder = Project.open(project_folder)
    made = start()
    show(made, qtbot, project_folder)
    assert made.session.must_project().read_only
    made.window.state.set_cursor((40, 300, 4))
    holder.close()
    made.window.commands.open_for_writing()
    assert not made.session.must_project().read_only
    assert made.window.state.display.cursor_ijk == (40, 300, 4)


def test_that_a_window_of_another_modality_follows_the_intensities_of_the_scan() -> None:
    grid = Geometry((32, 32, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), np.eye(3))
    dim, bright = (Volume(np.linspace(0, top, 4096, dtype=np.float32).reshape(4, 32, 32), grid, "MR", "") for top in (100.0, 1000.0))
    memory = WindowMemory({})
    assert memory.recall(dim) == dim.default_window()
    usual = dim.default_window()
    memory.note(dim, Window(usual.level + usual.width / 4, usual.width / 2))
    wanted, other = WindowMemory(memory.choices).recall(bright), bright.default_window()
    assert wanted.level == pytest.approx(other.level + other.width / 4)
    assert wanted.width == pytest.approx(other.width / 2)
    memory.note(bright, other)
    assert memory.choices == {}


def test_that_a_project_that_was_closed_or_is_gone_is_not_gone_on_with(start, project_folder: Path, qtbot) -> None:
    made = start()
    show(made, qtbot, project_folder)
    made.window.actions_by_id["close_project"].trigger()
    made = start()
    assert made.window.remembered.project_to_go_on is None
    show(made, qtbot, project_folder)
    made = start()
    assert made.window.remembered.project_to_go_on == project_folder
    project_folder.rename(project_folder.with_name("elsewhere"))
    assert made.window.remembered.project_to_go_on is None


def test_that_the_window_is_arranged_anew(start, project_folder: Path, qtbot) -> None:
    made = start()
    show(made, qtbot, project_folder)
    usual = made.window.page.splitter.sizes()
    made.window.resize(1300, 800)
    made.window.page.splitter.setSizes([320, 540, 340])
    made.window.actions_by_id["layout_single"].trigger()
    made.window.show_panel("models")
    made.window.state.set_window(Window(-600.0, 1500.0))
    made.window.actions_by_id["reset_view"].trigger()
    qtbot.waitUntil(lambda: made.window.page.splitter.sizes() == usual)
    assert (made.window.width(), made.window.height()) == (1440, 900)
    assert made.window.state.layout == "two_by_two"
    assert made.window.page.panel == "structures"
    made = start()
    assert made.window.remembered.file.now.windows == {}
    assert made.window.state.layout == "two_by_two"
