"""How intensities are shown and told: windows from regions and presets, smooth or plain pixels, the read-out; grey, colour and oblique."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy.spatial.transform import Rotation

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.imaging.labelmap import VoxelState

PLANES = ("axial", "sagittal", "coronal")
LEFT = Qt.MouseButton.LeftButton
KEYPAD = Qt.KeyboardModifier.KeypadModifier
CT_WINDOWS = {
    # customary ones: level, width in HU
    1: (40, 400), 2: (-600, 1500), 3: (400, 1800), 4: (40, 80), 5: (60, 160), 6: (50, 350), 7: (300, 600), 8: (50, 250), 9: (40, 40),
}  # fmt: skip


def exact(view: SliceView, pixel: QPoint) -> np.ndarray:
    """The fractional (i, j, k) that a pixel of a view stands for."""
    place = view.canvas.to_plane(QPointF(pixel))
    return np.array(view.plane.index_at(place.x(), place.y()))


def shown_grey(view: SliceView) -> np.ndarray:
    """The greys that a view shows."""
    return np.asarray(view.plane.image)


@pytest.fixture
def show(window: MainWindow, qtbot: QtBot, settle: Callable[[], None]) -> Callable[[Path], None]:
    """Import a scan and wait until its middle is on screen."""

    def bring(path: Path) -> None:
        before = window.session.open.id
        window.session.import_paths([path], on_done=lambda added: window.commands.show_case(added[0][1].id))
        qtbot.waitUntil(lambda: window.session.open is not None and window.session.open.id != before, timeout=20_000)
        settle()
        qtbot.wait(20)

    return bring


@pytest.fixture
def oblique_file(tmp_path: Path) -> tuple[Path, np.ndarray, np.ndarray]:
    """A scan that lies 20 degrees oblique with voxels of 0.7 x 0.9 x 3 mm: path, voxels [i, j, k], affine in RAS."""
    nibabel = pytest.importorskip("nibabel")
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", [12, -20, 8], degrees=True).as_matrix() * np.array([0.7, 0.9, 3.0])
    affine[:3, 3] = (-20.0, 35.0, -60.0)
    voxels = np.random.default_rng(8).integers(-200, 300, (90, 80, 40)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(voxels, affine), tmp_path / "oblique.nii.gz")
    return tmp_path / "oblique.nii.gz", voxels, affine


@pytest.fixture
def colour_file(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """A colour picture: path and pixels [row, column, 3]."""
    from PIL import Image

    pixels = np.random.default_rng(9).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png", pixels


@pytest.mark.parametrize("name", PLANES)
def test_that_a_region_sets_the_window_to_its_robust_range(
    window: MainWindow, press_key: Callable, show: Callable[[Path], None], oblique_file: tuple, name: str
) -> None:
    path, voxels, _affine = oblique_file
    show(path)
    view = window.page.grid.slices[name]
    press_key(Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    assert window.state.tool.name == "window_region"
    middle = view.canvas.viewport().rect().center()
    start, stop = middle + QPoint(-43, -31), middle + QPoint(38, 29)
    target = view.canvas.viewport()
    QTest.mousePress(target, LEFT, pos=start)
    QTest.mouseMove(target, middle)
    assert [one.kind for one in view.canvas.measures] == ["rectangle"], "the box is seen while it is dragged"
    QTest.mouseMove(target, stop)
    QTest.mouseRelease(target, LEFT, pos=stop)
    box = np.sort([exact(view, start), exact(view, stop)], axis=0)
    inside = [slice(int(np.ceil(a)), int(np.floor(b)) + 1) for a, b in box.T]
    inside[view.plane.axes.across] = slice(view.plane.index, view.plane.index + 1)
    low, high = np.percentile(voxels[tuple(inside)], (1, 99))
    assert window.state.display.window.limits == pytest.approx((low, high))
    # once is enough: the hand is free again, and nothing was measured
    assert window.state.tool.name == "cursor"
    assert view.canvas.measures == ()
    assert window.session.measuring.items == ()
    QTest.qWait(30)
    for other in window.page.grid.slices.values():
        assert (shown_grey(other).min(), shown_grey(other).max()) == (0, 255)


def test_that_every_keypad_digit_takes_its_window_of_ct(window: MainWindow, press_key: Callable) -> None:
    for number, (level, width) in CT_WINDOWS.items():
        press_key(Qt.Key(Qt.Key.Key_0 + number), KEYPAD)
        assert (window.state.display.window.level, window.state.display.window.width) == (level, width)


def test_that_keypad_zero_spreads_the_greys_over_the_slice(window: MainWindow, press_key: Callable) -> None:
    press_key(Qt.Key.Key_0, KEYPAD)
    slice_ = window.session.open.volume.voxels[window.state.display.index]
    assert window.state.display.window.limits == pytest.approx(tuple(np.percentile(slice_, (1, 99))), abs=2)


def test_that_the_actions_of_windows_have_the_names_of_the_tissues(
    window: MainWindow, qtbot: QtBot, show: Callable[[Path], None], oblique_file: tuple
) -> None:
    qtbot.waitUntil(lambda: window.actions_by_id["window_2"].text() == "Window: lung")
    assert window.actions_by_id["window_9"].text() == "Window: stroke"
    show(oblique_file[0])
    qtbot.waitUntil(lambda: window.actions_by_id["window_1"].text() == "Window: automatic")
    assert not window.actions_by_id["window_2"].isEnabled()


def test_that_smoothing_can_be_switched_off_and_pixels_are_then_plain(window: MainWindow, press_key: Callable, qtbot: QtBot) -> None:
    view = window.page.view
    window.state.toggle_overlay()
    view.canvas.zoom_by(20.0)
    window.state.set_display(window.state.display)
    qtbot.wait(30)

    def greys() -> int:
        image = view.canvas.viewport().grab().toImage()
        middle = image.rect().center()
        return len({image.pixelColor(middle.x() + dx, middle.y() + 17).red() for dx in range(-60, 60)})

    assert window.actions_by_id["smooth"].isChecked()
    smooth = greys()
    press_key(Qt.Key.Key_I)
    qtbot.waitUntil(lambda: not view.canvas.is_smooth)
    assert not window.actions_by_id["smooth"].isChecked()
    plain = greys()
    assert plain * 3 < smooth
    press_key(Qt.Key.Key_I)
    qtbot.waitUntil(lambda: view.canvas.is_smooth)
    assert greys() == smooth


def test_that_nothing_changes_the_colours_of_a_picture(
    window: MainWindow, press_key: Callable, qtbot: QtBot, show: Callable[[Path], None], colour_file: tuple
) -> None:
    path, pixels = colour_file
    show(path)
    view, target = window.page.view, window.page.view.canvas.viewport()
    assert np.array_equal(view.plane.image, pixels)
    assert "W " not in view.window_text
    middle = target.rect().center()
    QTest.keyPress(view, Qt.Key.Key_W)
    QTest.mousePress(target, LEFT, pos=middle)
    QTest.mouseMove(target, middle + QPoint(80, 60))
    QTest.mouseRelease(target, LEFT, pos=middle + QPoint(80, 60))
    QTest.keyRelease(view, Qt.Key.Key_W)
    press_key(Qt.Key.Key_1, KEYPAD)
    press_key(Qt.Key.Key_0, KEYPAD)
    qtbot.wait(30)
    assert np.array_equal(view.plane.image, pixels)
    assert not window.actions_by_id["tool_window_region"].isEnabled()
    assert not window.actions_by_id["window_auto"].isEnabled()


def read(window: MainWindow, view: SliceView, pixel: QPoint) -> str:
    QTest.mouseMove(view.canvas.viewport(), pixel + QPoint(3, 3))
    QTest.mouseMove(view.canvas.viewport(), pixel)
    return window.status.read.text()


@pytest.mark.parametrize("name", PLANES)
def test_that_the_read_out_holds_in_every_view_of_an_oblique_scan(
    window: MainWindow, show: Callable[[Path], None], oblique_file: tuple, name: str
) -> None:
    path, voxels, affine = oblique_file
    show(path)
    view = window.page.grid.slices[name]
    pixel = view.canvas.viewport().rect().center() + QPoint(21, -14)
    i, j, k = np.round(exact(view, pixel)).astype(int)
    opened = window.session.open
    opened.label_map.labels[k, j, i] = 2
    opened.label_map.states[k, j, i] = VoxelState.PROPOSED
    opened.confidence = np.full(voxels.T.shape, 204, np.uint8)
    # the file's affine is in RAS
    right, anterior, superior = (affine @ np.array([i, j, k, 1.0]))[:3]
    expected = f"{-right:.1f} {-anterior:.1f} {superior:.1f} mm  ·  i {i} j {j} k {k}  ·  {voxels[i, j, k]}  ·  liver 80 %"
    assert read(window, view, pixel) == expected


@pytest.mark.parametrize("name", PLANES)
def test_that_the_read_out_has_the_unit_of_ct_in_every_view(window: MainWindow, name: str) -> None:
    view = window.page.grid.slices[name]
    pixel = view.canvas.viewport().rect().center() + QPoint(11, 2)
    i, j, k = np.round(exact(view, pixel)).astype(int)
    assert f"  ·  {window.session.open.volume.voxels[k, j, i]} HU" in read(window, view, pixel)


def test_that_the_read_out_of_a_colour_picture_tells_its_channels_and_no_mm(
    window: MainWindow, show: Callable[[Path], None], colour_file: tuple
) -> None:
    path, pixels = colour_file
    show(path)
    view = window.page.view
    pixel = view.canvas.viewport().rect().center() + QPoint(21, -14)
    i, j, _k = np.round(exact(view, pixel)).astype(int)
    red, green, blue = pixels[j, i]
    assert read(window, view, pixel) == f"i {i} j {j} k 0  ·  RGB {red} {green} {blue}"


def test_that_the_read_out_is_that_of_the_new_slice_when_the_wheel_turns_under_a_still_mouse(window: MainWindow, qtbot: QtBot) -> None:
    view = window.page.view
    pixel = view.canvas.viewport().rect().center() + QPoint(11, 2)
    before = read(window, view, pixel)
    index = window.state.display.index
    window.state.step(1)
    qtbot.waitUntil(lambda: view.plane.index != index)
    i, j, _k = np.round(exact(view, pixel)).astype(int)
    assert f"i {i} j {j} k {view.plane.index}" in window.status.read.text() != before


def test_that_every_view_of_an_oblique_scan_says_so_and_no_view_of_a_straight_one(
    window: MainWindow, show: Callable[[Path], None], oblique_file: tuple
) -> None:
    for name, view in window.page.grid.slices.items():
        assert view.name_texts == (name,)
    path, _voxels, affine = oblique_file
    show(path)
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    degrees = np.degrees(np.arccos(np.abs(directions).max(axis=0))).max()
    for name, view in window.page.grid.slices.items():
        assert view.name_texts[0] == f"{name} · oblique {degrees:.0f}°"
        assert all("oblique" in text or "∠" in text for text in view.name_texts)


def test_that_a_state_without_a_scan_takes_no_window() -> None:
    state = ViewState()
    before = state.display
    state.window_slice()
    state.take_preset(1)
    assert state.display == before
