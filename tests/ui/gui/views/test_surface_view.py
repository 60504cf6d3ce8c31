"""Structures in space: real mouse and key events on a session with two balls, and the picture that comes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import make_application
from gf_desktop.gui.palette import DARK, LIGHT
from gf_desktop.gui.qt_jobs import QtJobs
from gf_desktop.gui.theme import apply_theme
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.surface_meshes import REST_MS
from gf_desktop.gui.views.surface_view import SurfaceView
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume
from gf_desktop.session import Session

GEOMETRY = Geometry((60, 60, 40), (1.0, 1.0, 1.5), (-30.0, -30.0, 100.0), np.eye(3))
SOFT = (np.array([-12.0, 0.0, 145.0]), 12.0)
HARD = (np.array([14.0, 5.0, 118.0]), 8.0)
"""Centre (LPS, mm) and radius of the balls: soft (1, blue) at the patient's right above, hard (5, red) at the left below."""

SIZE = (400, 320)


def ball(centre: np.ndarray, radius: float) -> np.ndarray:
    k, j, i = np.indices(GEOMETRY.shape_kji)
    return np.linalg.norm(GEOMETRY.index_to_world(np.stack([i, j, k], axis=-1)) - centre, axis=-1) <= radius


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[QtJobs]:
    made = QtJobs()
    yield made
    made.close()


@pytest.fixture
def session(jobs: QtJobs, tmp_path: Path, threshold_pack: Path, qtbot: QtBot) -> Iterator[Session]:
    """A project with two scans: one with two balls, which is on screen, and one of a single slice."""
    session = Session(jobs, lambda: None)
    session.create_project(tmp_path / "trial", threshold_pack)
    for geometry in (GEOMETRY, Geometry.identity((30, 20, 1))):
        voxels = np.arange(np.prod(geometry.size_ijk), dtype=np.int32).reshape(geometry.shape_kji)
        session.project.add_case(Volume(voxels, geometry, modality="CT"), title="balls", verdict="green", findings=())
    session.open_case("C-001")
    propose(session, ball(*SOFT) * np.uint8(1) + ball(*HARD) * np.uint8(5))
    session.project.masks.replace("C-001", session.open.label_map, model_id="threshold")
    yield session
    session.close_project()


@pytest.fixture
def state() -> ViewState:
    return ViewState()


@pytest.fixture
def view(qapp: QApplication, session: Session, state: ViewState, jobs: QtJobs, qtbot: QtBot) -> Iterator[SurfaceView]:
    make_application()
    view = SurfaceView(session, state, jobs)
    view.resize(*SIZE)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.setFocus()
    sharpen(view, qtbot)
    yield view
    session.close_project()
    view.close()
    view.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    make_application()


def propose(session: Session, labels: np.ndarray) -> None:
    session.open.label_map.propose(labels.astype(np.uint8), Box.whole(labels.shape))


def sharpen(view: SurfaceView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: view.is_sharp, timeout=20_000)


def pixels(view: SurfaceView) -> np.ndarray:
    """What is on screen, [row, column, (red, green, blue)], without the figure and the name in the corners."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    colours = np.stack([(words >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(int)
    colours[:24, :80] = colours[-100:, :100] = 0
    colours[0] = colours[-1] = colours[:, 0] = colours[:, -1] = 0
    return colours


def blue(view: SurfaceView) -> np.ndarray:
    seen = pixels(view)
    return seen[..., 2] > seen[..., 0] + 12


def red(view: SurfaceView) -> np.ndarray:
    seen = pixels(view)
    return seen[..., 0] > seen[..., 2] + 12


def middle(mask: np.ndarray) -> tuple[float, float]:
    """Column and row of the middle of a region."""
    rows, columns = np.nonzero(mask)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def mm_per_px(view: SurfaceView) -> float:
    return view.camera.extent_mm / min(SIZE)


def expected(view: SurfaceView, place: np.ndarray) -> tuple[float, float]:
    """Where a patient position is drawn."""
    right, up, _viewer = view.camera.axes @ (place - view.camera.centre_mm) / mm_per_px(view)
    return SIZE[0] / 2 + right, SIZE[1] / 2 - up


def drag(view: SurfaceView, dx: int, dy: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    start = QPoint(SIZE[0] // 2, SIZE[1] // 2)
    QTest.mousePress(view, button, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(view, start + QPoint(dx * step // 10, dy * step // 10))
    QTest.mouseRelease(view, button, pos=start + QPoint(dx, dy))


def wheel(view: SurfaceView, notches: int, at: tuple[float, float]) -> None:
    place = QPointF(*at)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    angle = QPoint(0, 120 * notches)
    QApplication.sendEvent(
        view, QWheelEvent(place, view.mapToGlobal(place), QPoint(), angle, none, Qt.KeyboardModifier.NoModifier, phase, False)
    )


def hint(view: SurfaceView) -> str:
    shown = view.findChild(QLabel, "hint")
    return shown.text() if shown.isVisible() else ""


def test_that_the_patient_is_seen_from_the_front_with_the_head_up(view: SurfaceView) -> None:
    for mask, (centre, _radius) in ((blue(view), SOFT), (red(view), HARD)):
        assert middle(mask) == pytest.approx(expected(view, centre), abs=1.5)
    assert middle(blue(view))[0] < middle(red(view))[0]
    assert middle(blue(view))[1] < middle(red(view))[1]


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (70, 35)])
def test_that_the_silhouette_of_a_ball_has_the_area_that_it_should(
    view: SurfaceView, qtbot: QtBot, azimuth: float, elevation: float
) -> None:
    drag(view, round(-azimuth * 2), round(elevation * 2))
    sharpen(view, qtbot)
    assert (view.camera.azimuth_deg, view.camera.elevation_deg) == pytest.approx((azimuth, elevation), abs=2)
    for mask, (_centre, radius) in ((blue(view), SOFT), (red(view), HARD)):
        assert mask.sum() * mm_per_px(view) ** 2 == pytest.approx(np.pi * radius**2, rel=0.05)


def test_that_a_red_structure_is_red_in_the_middle(view: SurfaceView, session: Session) -> None:
    column, row = expected(view, HARD[0])
    seen = pixels(view)[int(row), int(column)]
    colour = np.array(session.open.label_map.table.by_id(5).rgb)
    # lit from the eye: its own colour with some gloss on it
    assert (seen >= colour - 3).all()
    assert seen[0] > seen[1] > seen[2]


def test_that_the_picture_of_a_movement_becomes_sharp_at_rest(view: SurfaceView, qtbot: QtBot) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 160))
    QTest.mouseMove(view, QPoint(220, 160))
    view.repaint()
    assert not view.is_sharp
    assert blue(view).sum() * mm_per_px(view) ** 2 == pytest.approx(np.pi * SOFT[1] ** 2, rel=0.1)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(220, 160))
    sharpen(view, qtbot)


def test_that_hidden_structures_vanish_and_come_back(view: SurfaceView, state: ViewState, qtbot: QtBot) -> None:
    state.set_display(state.display.toggled(5))
    sharpen(view, qtbot)
    assert not red(view).any()
    assert blue(view).any()
    state.set_display(state.display.toggled(1))
    assert hint(view) == "All structures are hidden."
    column, row = expected(view, SOFT[0])
    assert not pixels(view)[int(row), int(column)].any()
    state.set_display(replace(state.display, hidden=frozenset()))
    sharpen(view, qtbot)
    assert red(view).any()
    assert hint(view) == ""


def test_that_turning_by_a_quarter_shows_the_side(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    labels = np.zeros(GEOMETRY.shape_kji, np.uint8)
    labels[16:24, 10:50, 26:32] = 1
    propose(session, labels)
    sharpen(view, qtbot)
    view.fit()
    sharpen(view, qtbot)

    def extent() -> tuple[float, float]:
        rows, columns = np.nonzero(blue(view))
        return (np.ptp(columns) + 1) * mm_per_px(view), (np.ptp(rows) + 1) * mm_per_px(view)

    assert extent() == pytest.approx((6, 12), abs=1)
    drag(view, -180, 0)
    sharpen(view, qtbot)
    assert view.camera.azimuth_deg == pytest.approx(90, abs=1e-9)
    assert extent() == pytest.approx((40, 12), abs=1)
    drag(view, 0, 180)
    sharpen(view, qtbot)
    assert extent() == pytest.approx((40, 6), abs=1)


def test_that_dragging_turns_what_is_in_front_along_with_the_hand(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    """The red ball lies in front once the blue one is gone and something large lies behind it."""
    labels = ball(np.array([0.0, -20.0, 130.0]), 5.0) * np.uint8(5)
    labels[4:36, 40:58, 4:56] = 1
    propose(session, labels)
    sharpen(view, qtbot)
    before = middle(red(view))
    drag(view, 30, 20)
    sharpen(view, qtbot)
    after = middle(red(view))
    assert after[0] > before[0] + 5
    assert after[1] > before[1] + 3


def test_that_an_edit_changes_the_picture_after_the_rest(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    before = red(view).sum()
    stroke = session.begin_stroke(axis=2, label=0, radius_mm=30.0, start_ijk=(44.0, 35.0, 12.0))
    qtbot.wait(REST_MS + 150)
    assert red(view).sum() == before
    stroke.finish()
    sharpen(view, qtbot)
    # one slice of 1.5 mm was taken out of the middle: a gap across the ball
    assert red(view).sum() * mm_per_px(view) ** 2 == pytest.approx(np.pi * 64 - 1.5 * 16, rel=0.07)
    session.undo()
    sharpen(view, qtbot)
    assert red(view).sum() == pytest.approx(before, rel=0.01)


def test_that_an_edit_does_not_move_the_camera(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    camera = view.camera
    propose(session, ball(np.array([0.0, 20.0, 110.0]), 6.0) * np.uint8(5))
    sharpen(view, qtbot)
    assert view.camera == camera
    assert not blue(view).any()


def test_that_a_click_on_a_surface_tells_its_place(view: SurfaceView, qtbot: QtBot) -> None:
    column, row = (int(v) for v in expected(view, SOFT[0] + (4, 0, -3)))
    with qtbot.waitSignal(view.picked) as told:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(column, row))
    place = np.array(told.args[0])
    assert all(type(v) is float for v in told.args[0])
    assert np.linalg.norm(place - SOFT[0]) == pytest.approx(SOFT[1], abs=0.7)
    assert place[[0, 2]] == pytest.approx((SOFT[0] + (4, 0, -3))[[0, 2]], abs=mm_per_px(view) + 0.2)
    assert place[1] < SOFT[0][1]


def test_that_only_clicks_on_a_surface_are_told(view: SurfaceView, qtbot: QtBot) -> None:
    at = QPoint(*(int(v) for v in expected(view, SOFT[0])))
    with qtbot.assertNotEmitted(view.picked, wait=50):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(SIZE[0] - 5, 5))
        QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=at)
        QTest.mouseClick(view, Qt.MouseButton.MiddleButton, pos=at)
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(view, at + QPoint(8, 0))
        QTest.mouseMove(view, at)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at)


def test_that_a_click_with_a_trembling_hand_does_not_turn(view: SurfaceView, qtbot: QtBot) -> None:
    at, camera = QPoint(*(int(v) for v in expected(view, SOFT[0]))), view.camera
    with qtbot.waitSignal(view.picked):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(view, at + QPoint(2, 1))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(2, 1))
    assert view.camera == camera


def test_that_a_double_click_asks_for_the_whole_window(view: SurfaceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.maximise_wanted):
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))


def test_that_the_wheel_magnifies_what_is_under_the_cursor(view: SurfaceView, qtbot: QtBot) -> None:
    at, area = expected(view, HARD[0]), red(view).sum()
    wheel(view, 2, at)
    sharpen(view, qtbot)
    assert middle(red(view)) == pytest.approx(at, abs=1)
    assert red(view).sum() == pytest.approx(area * 1.2**4, rel=0.03)
    wheel(view, -2, at)
    sharpen(view, qtbot)
    assert red(view).sum() == pytest.approx(area, rel=0.01)
    wheel(view, -300, at)
    wheel(view, 600, at)
    assert 0.99 < view.camera.extent_mm < 1.01


@pytest.mark.parametrize("way", ["middle", "space"])
def test_that_middle_drag_and_space_move_the_picture(view: SurfaceView, qtbot: QtBot, way: str) -> None:
    before = middle(red(view))
    if way == "space":
        QTest.keyPress(view, Qt.Key.Key_Space)
        drag(view, -40, -30)
        QTest.keyRelease(view, Qt.Key.Key_Space)
    else:
        drag(view, -40, -30, Qt.MouseButton.MiddleButton)
    sharpen(view, qtbot)
    assert middle(red(view)) == pytest.approx((before[0] - 40, before[1] - 30), abs=1)
    drag(view, 20, 0)
    assert view.camera.azimuth_deg == pytest.approx(-10)


def test_that_fit_shows_everything_again_from_the_same_side(view: SurfaceView, state: ViewState, qtbot: QtBot) -> None:
    fitted = view.camera
    drag(view, 60, 0)
    wheel(view, 5, (10, 10))
    state.fit_wanted.emit()
    assert (view.camera.centre_mm, view.camera.extent_mm) == (fitted.centre_mm, fitted.extent_mm)
    assert view.camera.azimuth_deg == -30


def test_that_keys_turn_magnify_and_go_back_to_the_front(view: SurfaceView) -> None:
    fitted = view.camera
    for key, angles in (
        (Qt.Key.Key_Left, (15, 0)),
        (Qt.Key.Key_Up, (15, -15)),
        (Qt.Key.Key_Right, (0, -15)),
        (Qt.Key.Key_Down, (0, 0)),
    ):
        QTest.keyClick(view.windowHandle(), key)
        assert (view.camera.azimuth_deg, view.camera.elevation_deg) == angles
    QTest.keyClick(view.windowHandle(), Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier)
    assert view.camera.extent_mm == pytest.approx(fitted.extent_mm / 1.2)
    QTest.keyClick(view.windowHandle(), Qt.Key.Key_Minus)
    assert view.camera.extent_mm == pytest.approx(fitted.extent_mm)
    assert view.camera.centre_mm == pytest.approx(fitted.centre_mm)
    QTest.keyClick(view.windowHandle(), Qt.Key.Key_Left)
    QTest.keyClick(view.windowHandle(), Qt.Key.Key_Home)
    assert view.camera.azimuth_deg == 0


def test_that_keys_with_control_are_left_to_the_window(view: SurfaceView) -> None:
    before = view.camera
    QTest.keyClick(view.windowHandle(), Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert view.camera == before


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_that_another_theme_is_followed(view: SurfaceView, qapp: QApplication, qtbot: QtBot, tokens: object) -> None:
    apply_theme(qapp, tokens)
    sharpen(view, qtbot)
    image = view.grab().toImage()
    assert image.pixelColor(SIZE[0] - 20, 20) == QColor(tokens.view)
    # the frame of the view that has the keyboard
    assert image.pixelColor(SIZE[0] // 2, 0) == QColor(tokens.accent)


def test_that_the_figure_says_which_side_is_seen(view: SurfaceView, qtbot: QtBot) -> None:
    def figure() -> np.ndarray:
        image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())[-100:, 4:100].copy()

    front = figure()
    assert (front != 0xFF000000).sum() > 60
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert not np.array_equal(figure(), front)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert np.array_equal(figure(), front)


def test_that_a_case_without_structures_says_so(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    propose(session, np.zeros(GEOMETRY.shape_kji))
    sharpen(view, qtbot)
    assert hint(view) == "No structures yet."
    assert not pixels(view)[:120].any()
    with qtbot.assertNotEmitted(view.picked, wait=20):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 160))


def test_that_a_single_slice_says_that_there_is_nothing_to_see(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    session.open_case("C-002")
    sharpen(view, qtbot)
    assert hint(view) == "One slice has no surface to show."
    session.open_case("C-001")
    sharpen(view, qtbot)
    assert hint(view) == ""
    assert red(view).any()


def test_that_another_case_is_seen_from_the_front_again(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    fitted = view.camera
    drag(view, 50, 50)
    session.open_case("C-001")
    sharpen(view, qtbot)
    assert view.camera == fitted


def test_that_closing_the_case_empties_the_view(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    session.close_case()
    assert hint(view) == "Add a scan, or choose one in the worklist."
    assert not pixels(view)[:120].any()


def test_that_nothing_is_computed_while_nobody_looks(view: SurfaceView, session: Session, qtbot: QtBot) -> None:
    view.hide()
    propose(session, np.zeros(GEOMETRY.shape_kji))
    qtbot.wait(REST_MS + 100)
    assert set(view.meshes.meshes) == {1, 5}
    view.show()
    sharpen(view, qtbot)
    assert view.meshes.meshes == {}


def test_that_the_picture_follows_the_size_of_the_view(view: SurfaceView, qtbot: QtBot) -> None:
    area = red(view).sum()
    view.resize(2 * SIZE[0], 2 * SIZE[1])
    sharpen(view, qtbot)
    assert red(view).sum() == pytest.approx(4 * area, rel=0.02)


def test_that_it_is_named_for_those_who_cannot_see_it(view: SurfaceView) -> None:
    assert view.accessibleName() == "Surfaces of the structures"
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_that_the_shortcuts_of_the_window_do_not_take_its_keys(view: SurfaceView, qtbot: QtBot) -> None:
    from PySide6.QtGui import QShortcut

    taken: list[str] = []
    made: list[Callable[[], None]] = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Plus, Qt.Key.Key_Home):
        shortcut = QShortcut(key, view, context=Qt.ShortcutContext.ApplicationShortcut)
        shortcut.activated.connect(lambda: taken.append("key"))
        made.append(shortcut.deleteLater)
    QTest.keyClick(view.windowHandle(), Qt.Key.Key_Left)
    assert taken == []
    assert view.camera.azimuth_deg == 15
    for remove in made:
        remove()


def test_that_the_view_under_the_mouse_has_the_keyboard_unless_somebody_writes(view: SurfaceView) -> None:
    from PySide6.QtWidgets import QLineEdit

    writing = QLineEdit(view)
    writing.show()
    enter = QEnterEvent(QPointF(50, 50), QPointF(50, 50), view.mapToGlobal(QPointF(50, 50)))
    writing.setFocus()
    QApplication.sendEvent(view, enter)
    assert writing.hasFocus()
    writing.clearFocus()
    QApplication.sendEvent(view, enter)
    assert view.hasFocus()
