"""Scans with frames in time in the real window: keys, mouse, what is offered and what is not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.imaging.volume import Window
from gf_desktop.open_case import OpenCase

DATA = Path(__file__).resolve().parents[3] / "data" / "frames"
FRAMES = np.random.default_rng(0).integers(0, 255, (5, 6, 40, 50)).astype(np.int16)


def settle(made: Composition, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=30_000)
    if made.session.open is not None:
        page = made.window.page
        qtbot.waitUntil(lambda: page.ledger.complete and page.view.plane is not None, timeout=20_000)
    qtbot.wait(1)


@pytest.fixture
def show(made: Composition, qtbot: QtBot, tmp_path: Path, seven_pack: Path) -> Callable[[Path], MainWindow]:
    """Return a function that adds a file to a new project and brings it on screen."""
    made.session.predict = lambda *_args, **_named: None
    made.session.create_project(tmp_path / "trial", seven_pack)

    def bring(path: Path) -> MainWindow:
        before = made.session.open
        made.window.session.import_paths([path], on_done=lambda added: made.window.commands.show_case(added[0][1].id))
        qtbot.waitUntil(lambda: made.session.open is not None and made.session.open is not before, timeout=30_000)
        settle(made, qtbot)
        return made.window

    return bring


@pytest.fixture
def us(show: Callable[[Path], MainWindow]) -> MainWindow:
    """Eight frames of ultrasound in colour."""
    return show(DATA / "us_cine_jpeg_8_frames.dcm")


@pytest.fixture
def series(show: Callable[[Path], MainWindow], tmp_path: Path) -> MainWindow:
    """Five volumes of 50 x 40 x 6 voxels of 2 mm, half a second apart, stored as L, P, S."""
    image = nibabel.Nifti1Image(FRAMES.transpose(3, 2, 1, 0), np.diag([-2.0, -2.0, 2.0, 1.0]))
    image.header.set_xyzt_units("mm", "sec")
    image.header["pixdim"][4] = 0.5
    nibabel.save(image, tmp_path / "series.nii.gz")
    window = show(tmp_path / "series.nii.gz")
    window.state.set_window(Window(127.5, 255.0))
    return window


def press(window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.page.view, key, held)


SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def shown_image(window: MainWindow, qtbot: QtBot, moment: int) -> np.ndarray:
    """Wait until a frame is drawn and return the picture of the active view."""
    qtbot.waitUntil(lambda: window.state.moment == moment)
    qtbot.wait(30)
    window.page.view.catch_up()
    return np.array(window.page.view.plane.image)


def test_that_the_bar_is_there_only_where_there_are_frames_in_time(
    us: MainWindow, show: Callable[[Path], MainWindow], tmp_path: Path
) -> None:
    assert us.page.frames.isVisible()
    Image.fromarray(np.zeros((30, 40), np.uint8)).save(tmp_path / "a.png")
    show(tmp_path / "a.png")
    assert not us.page.frames.isVisible()
    show(DATA / "breast1_image.nrrd")
    assert not us.page.frames.isVisible()


def test_that_a_cine_has_one_view_as_stored_and_nothing_in_space(us: MainWindow) -> None:
    visible = [name for name, view in us.page.grid.slices.items() if view.isVisible()]
    assert visible == ["axial"]
    assert not us.page.surface.isVisible()
    assert us.page.view.plane.name == "cine"
    letters = us.page.view.plane.letters
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("", "", "", "")
    assert not us.page.structures.options.reach.isEnabled()
    for layout in ("layout_all", "layout_one_two", "layout_single"):
        assert not us.actions_by_id[layout].isEnabled()


def test_that_keys_step_through_the_frames_of_the_file(us: MainWindow, qtbot: QtBot) -> None:
    voxels = us.session.open.volume.voxels
    assert np.array_equal(shown_image(us, qtbot, 0), voxels[0])
    press(us, Qt.Key.Key_Right, CTRL)
    assert np.array_equal(shown_image(us, qtbot, 1), voxels[1])
    press(us, Qt.Key.Key_Left, CTRL)
    press(us, Qt.Key.Key_Left, CTRL)
    assert np.array_equal(shown_image(us, qtbot, 7), voxels[7])
    assert us.page.frames.place.text() == "frame 8/8, 0.23 s"
    assert us.page.frames.slider.value() == 7


def test_that_a_key_plays_and_pauses(us: MainWindow, qtbot: QtBot) -> None:
    seen: set[int] = set()
    us.state.display_changed.connect(lambda: seen.add(us.state.moment))
    press(us, Qt.Key.Key_Space, SHIFT)
    assert us.commands.player.playing
    assert us.actions_by_id["cine_play"].text() == "Pause frames"
    qtbot.waitUntil(lambda: len(seen) >= 4, timeout=20_000)
    press(us, Qt.Key.Key_Space, SHIFT)
    assert not us.commands.player.playing
    assert us.actions_by_id["cine_play"].text() == "Play frames"
    stays = us.state.moment
    qtbot.wait(150)
    assert us.state.moment == stays


def test_that_the_speed_is_that_of_the_file_until_it_is_set(us: MainWindow, qtbot: QtBot) -> None:
    bar = us.page.frames
    assert bar.speed.value() == 30
    press(us, Qt.Key.Key_Up, CTRL)
    assert bar.speed.value() == 40
    press(us, Qt.Key.Key_Down, CTRL)
    press(us, Qt.Key.Key_Down, CTRL)
    assert bar.speed.value() == 25
    bar.speed.setFocus()
    bar.speed.selectAll()
    QTest.keyClicks(bar.speed, "12")
    QTest.keyClick(bar.speed, Qt.Key.Key_Return)
    assert us.commands.player.fps == 12
    assert not bar.speed.hasFocus()
    # neither the digits nor Return were taken for structures and an approval
    assert us.state.tool.label == 1
    assert not us.session.open.label_map.states.any()


def test_that_the_slider_goes_to_a_frame_and_pauses(us: MainWindow, qtbot: QtBot) -> None:
    slider = us.page.frames.slider
    press(us, Qt.Key.Key_Space, SHIFT)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 2, slider.height() // 2))
    assert not us.commands.player.playing
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert us.state.moment == 7


def test_that_painting_pauses_and_paints_the_frame_that_is_shown(us: MainWindow, qtbot: QtBot) -> None:
    press(us, Qt.Key.Key_P)
    us.state.set_tool(radius_mm=10.0)
    us.page.structures.options.reach.buttons[1].click()  # no effect: a ball has no place here
    seen: set[int] = set()
    us.state.display_changed.connect(lambda: seen.add(us.state.moment))
    press(us, Qt.Key.Key_Space, SHIFT)
    qtbot.waitUntil(lambda: len(seen) >= 3, timeout=20_000)
    view = us.page.view
    x, y = view.plane.position_of((300.0, 200.0, 0.0))
    place = view.canvas.from_plane(QPointF(x, y)).toPoint()
    QTest.mousePress(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    frame = us.state.moment
    assert not us.commands.player.playing
    QTest.mouseRelease(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    labels = us.session.open.label_map.labels
    spacing = us.session.open.volume.geometry.spacing_mm[0]
    exact = view.canvas.to_plane(QPointF(place))
    i, j, _ = view.plane.index_at(exact.x(), exact.y())
    jj, ii = np.mgrid[:480, :640]
    disc = np.hypot(ii - i, jj - j) * spacing <= 10.0
    assert np.array_equal(np.flatnonzero(labels.any(axis=(1, 2))), [frame])
    # rounding at the rim aside
    assert np.count_nonzero((labels[frame] == 1) != disc) <= 4


def test_that_the_wheel_pauses_and_goes_frame_by_frame(us: MainWindow, qtbot: QtBot) -> None:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    press(us, Qt.Key.Key_Space, SHIFT)
    target = us.page.view.canvas.viewport()
    middle = QPointF(target.rect().center())
    held, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(middle, target.mapToGlobal(middle), QPoint(), QPoint(0, 120), held, none, Qt.ScrollPhase.NoScrollPhase, False)
    before = us.state.moment
    QApplication.sendEvent(target, event)
    assert not us.commands.player.playing
    assert us.state.moment == min(before + 1, 7)


def test_that_frames_are_read_off_the_thread_of_the_window(us: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()
    real = OpenCase.touch

    def noted(case: OpenCase, frame: int) -> None:
        threads.add(threading.get_ident())
        real(case, frame)

    monkeypatch.setattr(OpenCase, "touch", noted)
    press(us, Qt.Key.Key_Space, SHIFT)
    qtbot.waitUntil(lambda: len(threads) > 0, timeout=20_000)
    assert threading.get_ident() not in threads
    us.commands.player.pause()


def test_that_another_scan_stops_playing(us: MainWindow, show: Callable[[Path], MainWindow]) -> None:
    press(us, Qt.Key.Key_Space, SHIFT)
    show(DATA / "breast1_image.nrrd")
    assert not us.commands.player.playing
    assert not us.actions_by_id["cine_play"].isEnabled()


def test_that_strip_and_corner_speak_of_frames(us: MainWindow) -> None:
    assert us.page.strip.describe(2) == "frame 3: unseen"
    assert us.page.view.place_text == "1/8"


# series of volumes


def grey(voxels: np.ndarray) -> np.ndarray:
    """A window from 0 to 255 leaves these intensities as they are."""
    return voxels.astype(np.uint8)


def test_that_stepping_in_time_shows_the_next_volume_in_all_planes(series: MainWindow, qtbot: QtBot) -> None:
    i, j, k = series.state.display.cursor_ijk
    press(series, Qt.Key.Key_Right, CTRL)
    shown_image(series, qtbot, 1)
    views = series.page.grid.slices
    for view in views.values():
        view.catch_up()
    assert np.array_equal(views["axial"].plane.image, grey(FRAMES[1, k]))
    assert np.array_equal(views["coronal"].plane.image, grey(FRAMES[1, ::-1, j]))
    assert np.array_equal(views["sagittal"].plane.image, grey(FRAMES[1, ::-1, :, i]))


def test_that_the_mask_is_an_outline_on_another_volume(series: MainWindow, qtbot: QtBot) -> None:
    k = series.state.display.cursor_ijk[2]
    series.session.begin_stroke(axis=2, label=1, radius_mm=12.0, start_ijk=(25.0, 20.0, float(k))).finish()
    area = series.session.open.label_map.labels[k].copy()
    press(series, Qt.Key.Key_Right, CTRL)
    shown_image(series, qtbot, 1)
    from scipy import ndimage

    rim = area.astype(bool) & ~ndimage.binary_erosion(area)
    assert np.array_equal(series.page.grid.slices["axial"].plane.labels > 0, rim)
    assert not series.state.display.outline
    press(series, Qt.Key.Key_Left, CTRL)
    shown_image(series, qtbot, 0)
    assert np.array_equal(series.page.grid.slices["axial"].plane.labels, area)


def test_that_painting_on_another_volume_is_refused_with_the_way_out(series: MainWindow, qtbot: QtBot) -> None:
    press(series, Qt.Key.Key_Right, CTRL)
    shown_image(series, qtbot, 1)
    press(series, Qt.Key.Key_P)
    view = series.page.view
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=view.canvas.viewport().rect().center())
    assert "mask is of frame 1 of 5, and frame 2 is shown" in series.notice.text.text()
    assert "Mask this frame" in series.notice.text.text()
    press(series, Qt.Key.Key_Return)
    assert not series.session.open.label_map.states.any()


def test_that_a_volume_becomes_a_scan_of_its_own(series: MainWindow, made: Composition, qtbot: QtBot) -> None:
    bar = series.page.frames
    assert not bar.mask_here.isVisible()
    press(series, Qt.Key.Key_Right, CTRL)
    press(series, Qt.Key.Key_Right, CTRL)
    shown_image(series, qtbot, 2)
    assert bar.mask_here.isVisible()
    qtbot.waitUntil(bar.mask_here.isEnabled)
    QTest.mouseClick(bar.mask_here, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: series.session.open.id == "C-002")
    settle(made, qtbot)
    assert series.state.moment == 2
    assert not bar.mask_here.isVisible()
    assert np.array_equal(series.session.open.volume.voxels, FRAMES[2])
    press(series, Qt.Key.Key_P)
    view = series.page.view
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=view.canvas.viewport().rect().center())
    assert series.session.open.label_map.labels.any()


def test_that_a_button_leads_back_to_the_volume_of_the_mask(series: MainWindow, qtbot: QtBot) -> None:
    press(series, Qt.Key.Key_Right, CTRL)
    shown_image(series, qtbot, 1)
    qtbot.waitUntil(series.page.frames.to_mask.isEnabled)
    QTest.mouseClick(series.page.frames.to_mask, Qt.MouseButton.LeftButton)
    assert series.state.moment == 0


def test_that_the_passport_tells_frames_and_of_which_the_mask_is(series: MainWindow) -> None:
    from PySide6.QtWidgets import QLabel

    series.show_panel("scan")
    texts = [label.text() for label in series.page.scan.findChildren(QLabel)]
    assert texts[texts.index("Frames") + 1] == "5, 500 ms apart"
    assert texts[texts.index("Mask of") + 1] == "frame 1"


def test_that_a_single_picture_of_dicom_has_one_view(show: Callable[[Path], MainWindow], tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "us.dcm"
    path.write_bytes(gzip.decompress((DATA / "gdcm-US-ALOKA-16.dcm.gz").read_bytes()))
    window = show(path)
    assert [name for name, view in window.page.grid.slices.items() if view.isVisible()] == ["axial"]
    assert not window.page.surface.isVisible()
    assert not window.actions_by_id["layout_all"].isEnabled()
    view = window.page.view
    QTest.mouseDClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=view.canvas.viewport().rect().center())
    assert [name for name, view in window.page.grid.slices.items() if view.isVisible()] == ["axial"]


def test_that_a_grey_student_says_once_that_it_cannot_see_colours(
    made: Composition, qtbot: QtBot, tmp_path: Path, seven_pack: Path
) -> None:
    made.session.create_project(tmp_path / "trial", seven_pack)
    told: list[str] = []
    made.window.tell = lambda text, **_more: told.append(text)
    made.window.session.import_paths(
        [DATA / "us_cine_jpeg_8_frames.dcm"], on_done=lambda added: made.window.commands.show_case(added[0][1].id)
    )
    qtbot.waitUntil(lambda: any("colour" in text for text in told), timeout=30_000)
    qtbot.waitUntil(lambda: not made.jobs.busy)
    said = len(told)
    for _ in range(2):
        made.session.close_case()
        made.window.commands.show_case("C-001")
        qtbot.waitUntil(lambda: not made.jobs.busy)
    assert len(told) == said
    made.window.actions_by_id["predict"].trigger()
    qtbot.waitUntil(lambda: len(told) == said + 1)
