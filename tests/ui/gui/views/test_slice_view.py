"""The slice under the hand: real mouse and key events on the demo's CT."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsEllipseItem, QLabel
from pytestqt.qtbot import QtBot

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.volume import Window
from gf_desktop.session import Session

LIVER = (150.0, 230.0)
"""A voxel (i, j) within the liver of every slice of the demo."""


def wheel(window: MainWindow, notches: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, at: QPointF | None = None) -> None:
    target = window.page.view.canvas.viewport()
    place = QPointF(target.rect().center()) if at is None else at
    event = QWheelEvent(
        place,
        target.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(target, event)


def test_that_painting_changes_exactly_the_voxels_in_the_brush(
    window: MainWindow, session: Session, mouse, press_key: Callable[..., None], disc: Callable[..., np.ndarray]
) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_4)
    before = session.open.label_map.labels.copy()
    k = window.state.display.index
    path = mouse.stroke(LIVER, (180.0, 250.0), (185.0, 220.0))
    after = session.open.label_map.labels
    spacing = session.open.volume.geometry.spacing_mm
    expected = before.copy()
    expected[k][disc(spacing[:2], before.shape[1:], path, window.state.tool.radius_mm)] = 4
    assert np.array_equal(after, expected)
    assert (after == 4).sum() > 500
    assert np.array_equal(session.open.label_map.states == VoxelState.EDITED, expected == 4)


def test_that_undo_and_redo_restore_every_voxel(session: Session, mouse, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_P)
    labels, states = session.open.label_map.labels.copy(), session.open.label_map.states.copy()
    mouse.stroke(LIVER, (170.0, 230.0))
    painted = session.open.label_map.labels.copy()
    assert (painted != labels).any()
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(session.open.label_map.labels, labels)
    assert np.array_equal(session.open.label_map.states, states)
    press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(session.open.label_map.labels, painted)


def test_that_the_right_button_erases_while_painting(session: Session, mouse, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_P)
    mouse.stroke(LIVER)
    assert (session.open.label_map.labels == 1).any()
    mouse.stroke(LIVER, button=Qt.MouseButton.RightButton)
    assert not session.open.label_map.labels.any()


def test_that_the_eraser_takes_any_structure_away(session: Session, mouse, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_P)
    mouse.stroke(LIVER)
    press_key(Qt.Key.Key_3)
    mouse.stroke((LIVER[0] + 8, LIVER[1]))
    press_key(Qt.Key.Key_E)
    press_key(Qt.Key.Key_BracketRight)
    press_key(Qt.Key.Key_BracketRight)
    mouse.stroke(LIVER, (LIVER[0] + 8, LIVER[1]))
    assert not session.open.label_map.labels.any()


def test_that_the_cursor_tool_never_paints(session: Session, mouse) -> None:
    mouse.stroke(LIVER, (200.0, 260.0))
    assert not session.open.label_map.labels.any()


def test_that_escape_takes_a_running_stroke_back_and_then_puts_the_brush_down(
    window: MainWindow, session: Session, mouse, press_key: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_P)
    mouse.press(*LIVER)
    mouse.move(190.0, 230.0)
    assert session.open.label_map.labels.any()
    press_key(Qt.Key.Key_Escape)
    assert not session.open.label_map.labels.any()
    assert window.state.tool.name == "paint"
    mouse.release(190.0, 230.0)
    press_key(Qt.Key.Key_Escape)
    assert window.state.tool.name == "cursor"


def test_that_going_to_another_slice_ends_the_stroke_on_the_first_one(
    window: MainWindow, session: Session, mouse, press_key: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_P)
    k = window.state.display.index
    mouse.press(*LIVER)
    press_key(Qt.Key.Key_PageUp)
    mouse.move(220.0, 230.0)
    mouse.release(220.0, 230.0)
    touched = np.unique(np.argwhere(session.open.label_map.labels)[:, 0])
    assert touched.tolist() == [k]
    assert session.open.journal.undo_name == "brush"


def test_that_number_keys_choose_the_structure(window: MainWindow, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_6)
    assert window.state.tool.label == 6
    press_key(Qt.Key.Key_9)
    assert window.state.tool.label == 6, "there is no ninth structure"


@pytest.mark.parametrize(("notches", "step"), [(1, 1), (-1, -1), (3, 3)])
def test_that_the_wheel_goes_through_the_slices(window: MainWindow, qtbot: QtBot, notches: int, step: int) -> None:
    start = window.state.display.index
    wheel(window, notches)
    qtbot.wait(1)
    assert window.state.display.index == start + step
    assert window.page.view.place_text == f"{start + step + 1}/20"


def test_that_fine_wheels_are_added_up_to_notches(window: MainWindow) -> None:
    target, start = window.page.view.canvas.viewport(), window.state.display.index
    place = QPointF(100, 100)
    for _ in range(5):
        event = QWheelEvent(
            place,
            place,
            QPoint(),
            QPoint(0, 30),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(target, event)
    assert window.state.display.index == start + 1


def test_that_page_keys_go_up_and_down_and_stop_at_the_ends(window: MainWindow, press_key: Callable[..., None]) -> None:
    for _ in range(30):
        press_key(Qt.Key.Key_PageUp)
    assert window.state.display.index == 19
    press_key(Qt.Key.Key_PageDown)
    assert window.state.display.index == 18


def test_that_the_wheel_with_ctrl_zooms_about_the_cursor(window: MainWindow, mouse) -> None:
    place = mouse.at(100.0, 300.0)
    wheel(window, 3, Qt.KeyboardModifier.ControlModifier, place)
    assert window.page.view.canvas.zoom == pytest.approx(1.2**3)
    moved = mouse.at(100.0, 300.0)
    assert (moved - place).manhattanLength() < 2.5
    assert window.state.display.index == 10


def test_that_dragging_with_the_right_button_zooms_and_fit_shows_everything_again(
    window: MainWindow, mouse, press_key: Callable[..., None]
) -> None:
    mouse.stroke((250.0, 300.0), (250.0, 100.0), button=Qt.MouseButton.RightButton)
    assert window.page.view.canvas.zoom > 1.5
    press_key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.page.view.canvas.zoom == 1.0
    corner, far = mouse.at(-0.5, -0.5), mouse.at(511.5, 511.5)
    canvas = window.page.view.canvas.viewport().rect()
    assert min(corner.x(), corner.y()) > -1.5
    assert far.x() < canvas.width() + 1.5
    assert far.y() < canvas.height() + 1.5


def test_that_the_middle_button_moves_the_picture_by_as_much_as_the_mouse(mouse, qtbot: QtBot) -> None:
    before = mouse.at(100.0, 100.0)
    centre = mouse.target.rect().center()
    QTest.mousePress(mouse.target, Qt.MouseButton.MiddleButton, pos=centre)
    QTest.mouseMove(mouse.target, centre + QPoint(40, -25))
    QTest.mouseRelease(mouse.target, Qt.MouseButton.MiddleButton, pos=centre + QPoint(40, -25))
    moved = mouse.at(100.0, 100.0) - before
    assert (moved - QPointF(40, -25)).manhattanLength() < 2.5


def test_that_dragging_with_w_held_changes_the_window_and_nothing_else(window: MainWindow, session: Session, mouse, qtbot: QtBot) -> None:
    assert window.state.display.window == Window(40, 400)
    handle = window.windowHandle()
    window.page.view.setFocus()
    QTest.keyPress(handle, Qt.Key.Key_W)
    centre = mouse.target.rect().center()
    QTest.mousePress(mouse.target, Qt.MouseButton.LeftButton, pos=centre)
    QTest.mouseMove(mouse.target, centre + QPoint(150, 0))
    QTest.mouseMove(mouse.target, centre + QPoint(150, -60))
    QTest.mouseRelease(mouse.target, Qt.MouseButton.LeftButton, pos=centre + QPoint(150, -60))
    QTest.keyRelease(handle, Qt.Key.Key_W)
    changed = window.state.display.window
    assert changed.width == pytest.approx(400 * 2**0.5)
    assert changed.level < 40
    qtbot.wait(1)
    assert window.page.view.window_text.startswith("W 566  L −")
    assert not session.open.label_map.labels.any()


def test_that_keypad_digits_choose_window_presets(window: MainWindow, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_2, Qt.KeyboardModifier.KeypadModifier)
    assert window.state.display.window == Window(-600, 1500)
    assert window.state.tool.label == 1


def test_that_brackets_and_the_wheel_with_shift_change_the_brush(window: MainWindow, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_BracketRight)
    assert window.state.tool.radius_mm == 8.0
    press_key(Qt.Key.Key_BracketLeft)
    wheel(window, -1, Qt.KeyboardModifier.ShiftModifier)
    assert window.state.tool.radius_mm == 5.0
    assert window.state.display.index == 10


def test_that_the_ring_is_as_large_as_the_brush_and_in_the_structures_colour(
    window: MainWindow, mouse, press_key: Callable[..., None]
) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_4)
    mouse.hover(*LIVER)
    canvas = window.page.view.canvas
    assert canvas.ring_radius == window.state.tool.radius_mm
    assert canvas.ring_filled
    ring = next(item for item in canvas.scene().items() if isinstance(item, QGraphicsEllipseItem))
    assert ring.pen().color() == QColor("#d55e00")
    assert ring.pen().isCosmetic()
    press_key(Qt.Key.Key_Escape)
    assert canvas.ring_radius is None


def test_that_the_ring_is_hollow_where_the_structure_is_hidden(window: MainWindow, mouse, press_key: Callable[..., None]) -> None:
    window.state.set_display(window.state.display.toggled(4))
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_4)
    mouse.hover(*LIVER)
    assert window.page.view.canvas.ring_radius is not None
    assert not window.page.view.canvas.ring_filled


def test_that_the_status_bar_tells_what_is_under_the_cursor(window: MainWindow, session: Session, mouse) -> None:
    mouse.hover(*LIVER)
    i, j = (round(v) for v in mouse.exact(*LIVER))
    k = window.state.display.index
    world = session.open.volume.geometry.index_to_world((i, j, k))
    value = session.open.volume.voxels[k, j, i]
    text = window.status.read.text()
    assert text == f"{world[0]:.1f} {world[1]:.1f} {world[2]:.1f} mm  ·  i {i} j {j} k {k}  ·  {value} HU"


def test_that_the_read_out_names_the_structure_as_soon_as_it_is_painted(window: MainWindow, mouse, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_2)
    mouse.stroke(LIVER)
    assert window.status.read.text().endswith("liver")


def test_that_letters_of_the_demo_are_radiological(window: MainWindow) -> None:
    letters = window.page.view.plane.letters
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("R", "L", "A", "P")


def test_that_nothing_is_written_over_the_picture(window: MainWindow) -> None:
    view = window.page.view
    rim = view.canvas.geometry()
    assert rim.left() >= 20
    assert rim.top() >= 20
    assert view.width() - rim.right() >= 20
    assert view.height() - rim.bottom() >= 20
    assert not [part for part in view.canvas.findChildren(QLabel) if part.isVisible()]


def test_that_overlay_and_opacity_follow_their_keys(window: MainWindow, press_key: Callable[..., None]) -> None:
    press_key(Qt.Key.Key_D)
    assert window.state.display.opacity == 0.5
    press_key(Qt.Key.Key_A)
    press_key(Qt.Key.Key_A)
    assert window.state.display.opacity == 0.4
    press_key(Qt.Key.Key_S)
    assert not window.state.display.overlay
    press_key(Qt.Key.Key_O)
    assert window.state.display.outline


def test_that_the_painted_structure_is_seen_in_its_colour_where_it_was_painted(
    window: MainWindow, mouse, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    window.state.set_display(window.state.display.with_opacity(1.0))
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_4)
    mouse.stroke(LIVER, (170.0, 230.0))
    press_key(Qt.Key.Key_Escape)
    qtbot.wait(20)
    picture = mouse.target.grab().toImage()
    ratio = picture.devicePixelRatio()

    def colour(i: float, j: float) -> QColor:
        return picture.pixelColor((mouse.at(i, j) * ratio).toPoint())

    assert colour(160.0, 230.0) == QColor("#d55e00")
    outside = colour(160.0, 245.0)
    assert outside.red() == outside.green() == outside.blue()


def test_that_a_project_for_reading_only_refuses_the_brush_with_a_notice(
    made, qtbot: QtBot, project_folder, settle: Callable[[], None]
) -> None:
    made.session.predict = lambda *_args, **_named: None
    made.session.open_project(project_folder, read_only=True)
    made.window.commands.show_case("C-001")
    settle()
    assert not made.window.actions_by_id["tool_paint"].isEnabled()
    made.window.state.set_tool(name="paint")
    target = made.window.page.view.canvas.viewport()
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.rect().center())
    assert made.window.notice.isVisible()
    assert not made.session.open.label_map.labels.any()


def test_that_a_kept_picture_is_what_a_freshly_drawn_one_is(
    window: MainWindow, mouse, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    canvas, view = window.page.view.canvas, window.page.view
    press_key(Qt.Key.Key_P)
    for act in (
        lambda: mouse.stroke((150.0, 230.0), (190.0, 230.0)),
        lambda: press_key(Qt.Key.Key_PageUp),
        lambda: press_key(Qt.Key.Key_PageDown),
        lambda: canvas.zoom_by(3.0),
        lambda: canvas.pan_by(31.0, -17.0),
        lambda: press_key(Qt.Key.Key_S),
    ):
        act()
        qtbot.wait(20)
        kept = view.grab().toImage()
        for item in canvas.scene().items():
            if hasattr(item, "_kept"):
                item._kept = None
        assert view.grab().toImage() == kept


def test_that_the_mouse_over_the_scan_before_tells_nothing_of_a_smaller_one(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    from nibabel import Nifti1Image

    small = tmp_path / "small.nii.gz"
    Nifti1Image(np.random.default_rng(0).integers(-200, 200, (20, 18, 12)).astype(np.int16), np.diag([2.0, 2.0, 2.0, 1.0])).to_filename(
        small
    )
    added: list[str] = []
    session.import_paths([small], on_done=lambda cases: added.append(cases[0][1].id))
    qtbot.waitUntil(lambda: bool(added))
    view = window.page.view
    QTest.mouseMove(view.canvas.viewport(), view.canvas.viewport().rect().center())
    assert view.hand.place is not None
    told: list[object] = []
    view.hovered.connect(told.append)
    session.open_case(added[0])
    # before the views had their turn to draw it
    session.prediction_changed.emit()
    assert told in ([], [None])
    qtbot.waitUntil(lambda: view.plane is not None and view.plane.geometry is session.open.volume.geometry)
    session.prediction_changed.emit()
