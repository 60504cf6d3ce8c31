"""Three planes through one crosshair: real mouse and key events in each of them on the demo's CT, whose voxels are not cubes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gf_desktop.display import plane_axes
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.session import Session

PLANES = ("axial", "sagittal", "coronal")
INSIDE = (150, 230, 9)
"""A voxel (i, j, k) of the demo, inside of the body."""


def at(view: SliceView, index_ijk: tuple[float, float, float]) -> QPoint:
    """Where a voxel's centre is drawn in a view."""
    x, y = view.plane.position_of(index_ijk)
    return view.canvas.from_plane(QPointF(x, y)).toPoint()


def exact(view: SliceView, pixel: QPoint) -> np.ndarray:
    """The fractional (i, j, k) that a pixel of a view stands for."""
    place = view.canvas.to_plane(QPointF(pixel))
    return np.array(view.plane.index_at(place.x(), place.y()))


def ball_in_plane(session: Session, axis: int, index: int, path: list[np.ndarray], radius_mm: float) -> np.ndarray:
    """Voxels [k, j, i] of one slice within a radius of a path of (i, j, k) corners in mm: every voxel against every segment, plainly."""
    geometry = session.open.volume.geometry
    spacing = np.array(geometry.spacing_mm)
    kk, jj, ii = np.meshgrid(*(np.arange(n) for n in geometry.shape_kji), indexing="ij")
    points = np.stack([ii, jj, kk], axis=-1) * spacing
    inside = np.zeros(geometry.shape_kji, bool)
    flat = [0.0 if a == axis else 1.0 for a in range(3)]
    for start, stop in pairwise(path):
        a, b = start * spacing * flat, stop * spacing * flat
        along = b - a
        share = np.clip(((points * flat - a) @ along) / max(float(along @ along), 1e-12), 0, 1)
        inside |= np.linalg.norm(points * flat - a - share[..., None] * along, axis=-1) <= radius_mm
    only = [slice(None)] * 3
    only[2 - axis] = index
    result = np.zeros_like(inside)
    result[tuple(only)] = inside[tuple(only)]
    return result


@pytest.fixture
def views(window: MainWindow, qtbot: QtBot) -> dict[str, SliceView]:
    """The three views, drawn with the crosshair inside of the body."""
    window.state.set_cursor(INSIDE)
    found = window.page.grid.slices
    qtbot.waitUntil(lambda: all(view.plane is not None and view.canvas.cross is not None for view in found.values()))
    return found


def test_that_all_planes_are_cut_through_the_crosshair(window: MainWindow, views: dict[str, SliceView]) -> None:
    volume = window.state.volume
    for name, view in views.items():
        assert view.isVisible()
        assert view.plane.name == name
        assert view.plane.index == INSIDE[plane_axes(volume, name).across]
        place = view.plane.position_of(INSIDE)
        assert (view.canvas.cross.x(), view.canvas.cross.y()) == pytest.approx(place)


@pytest.mark.parametrize("name", PLANES)
def test_that_a_click_puts_the_crosshair_under_the_mouse_in_every_view(
    window: MainWindow, views: dict[str, SliceView], qtbot: QtBot, name: str
) -> None:
    view = views[name]
    across = view.plane.axes.across
    target = [190, 260, 4]
    target[across] = INSIDE[across]
    pixel = at(view, tuple(target))
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=pixel)
    qtbot.wait(1)
    expected = np.round(exact(view, pixel)).astype(int)
    assert np.array_equal(window.state.display.cursor_ijk, expected)
    assert np.abs(expected - target).max() <= 2
    for other in views.values():
        assert other.plane.index == expected[other.plane.axes.across]
    assert window.state.display.plane == name
    assert window.page.view is view


@pytest.mark.parametrize("name", PLANES)
def test_that_the_crosshair_follows_the_mouse_while_shift_is_held(
    window: MainWindow, views: dict[str, SliceView], qtbot: QtBot, name: str
) -> None:
    view = views[name]
    target = [200, 200, 12]
    target[view.plane.axes.across] = INSIDE[view.plane.axes.across]
    pixel = at(view, tuple(target))
    target_widget = view.canvas.viewport()
    QTest.mouseMove(target_widget, pixel + QPoint(3, 2))
    assert window.state.display.cursor_ijk == INSIDE
    place = QPointF(pixel)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        target_widget.mapToGlobal(place),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ShiftModifier,
    )
    QApplication.sendEvent(target_widget, event)
    assert np.array_equal(window.state.display.cursor_ijk, np.round(exact(view, pixel)).astype(int))


@pytest.mark.parametrize("name", PLANES)
def test_that_painting_in_every_plane_changes_exactly_the_voxels_in_the_brush(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable[..., None], qtbot: QtBot, name: str
) -> None:
    press_key(Qt.Key.Key_P)
    press_key(Qt.Key.Key_4)
    view, session = views[name], window.session
    axis, index = view.plane.axes.across, view.plane.index
    before = session.open.label_map.labels.copy()
    corners = [list(INSIDE), [160, 240, 7], [175, 225, 11]]
    for corner in corners:
        corner[axis] = INSIDE[axis]
    pixels = [at(view, tuple(corner)) for corner in corners]
    target = view.canvas.viewport()
    QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=pixels[0])
    for pixel in pixels[1:]:
        QTest.mouseMove(target, pixel)
    QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=pixels[-1])
    qtbot.wait(1)
    path = [exact(view, pixel) for pixel in pixels]
    brushed = ball_in_plane(session, axis, index, path, window.state.tool.radius_mm)
    expected = np.where(brushed, np.uint8(4), before)
    assert np.array_equal(session.open.label_map.labels, expected)
    assert brushed.sum() > 30
    assert np.array_equal(session.open.label_map.states == VoxelState.EDITED, brushed)
    for other in views.values():
        shown = np.take(session.open.label_map.labels, other.plane.index, axis=2 - other.plane.axes.across)
        assert np.array_equal(np.sort(np.unique(other.plane.labels)), np.sort(np.unique(shown)))


def test_that_the_wheel_steps_in_the_view_under_the_mouse_alone(window: MainWindow, views: dict[str, SliceView], qtbot: QtBot) -> None:
    before = {name: view.plane.index for name, view in views.items()}
    target = views["coronal"].canvas.viewport()
    place = QPointF(target.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place, target.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(target, event)
    qtbot.wait(1)
    assert abs(views["coronal"].plane.index - before["coronal"]) == 1
    assert {name: views[name].plane.index for name in ("axial", "sagittal")} == {name: before[name] for name in ("axial", "sagittal")}
    assert window.page.view is views["coronal"]
    assert window.page.ledger.complete or len(window.page.ledger.summaries) == window.state.volume.geometry.size_ijk[1]


def test_that_a_double_click_maximises_a_view_and_another_brings_all_back(
    window: MainWindow, views: dict[str, SliceView], qtbot: QtBot
) -> None:
    view = views["sagittal"]
    QTest.mouseDClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=view.canvas.viewport().rect().center())
    qtbot.waitUntil(lambda: not views["axial"].isVisible())
    assert [name for name, v in views.items() if v.isVisible()] == ["sagittal"]
    qtbot.waitUntil(lambda: view.width() > 0.95 * window.page.grid.width())
    QTest.mouseDClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=view.canvas.viewport().rect().center())
    qtbot.waitUntil(lambda: all(v.isVisible() for v in views.values()))


def test_that_two_quick_clicks_while_painting_are_two_dabs_and_maximise_nothing(
    window: MainWindow, session: Session, views: dict[str, SliceView], press_key: Callable[..., None], qtbot: QtBot
) -> None:
    press_key(Qt.Key.Key_P)
    target = views["axial"].canvas.viewport()
    first, second = at(views["axial"], INSIDE), at(views["axial"], (190.0, 260.0, 9.0))
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseDClick(target, Qt.MouseButton.LeftButton, pos=second)
    qtbot.wait(1)
    assert all(view.isVisible() for view in views.values())
    assert session.open.label_map.labels[9, 230, 150] == window.state.tool.label
    assert session.open.label_map.labels[9, 260, 190] == window.state.tool.label
    session.undo()
    assert session.open.label_map.labels[9, 260, 190] == 0


@pytest.mark.parametrize(("layout", "shown"), [("single", 1), ("one_two", 3), ("two_by_two", 3)])
def test_that_each_layout_shows_its_views_and_the_anatomy_in_true_proportion(
    window: MainWindow, views: dict[str, SliceView], qtbot: QtBot, layout: str, shown: int
) -> None:
    window.state.set_layout(layout)
    qtbot.wait(20)
    visible = [view for view in views.values() if view.isVisible()]
    assert len(visible) == shown
    spacing = window.state.volume.geometry.spacing_mm
    for view in visible:
        axes = view.plane.axes
        start = list(INSIDE)
        right, down = list(start), list(start)
        right[axes.right] += 4
        down[axes.down] += 4
        centre = QPointF(*view.plane.position_of(tuple(start)))
        across = view.canvas.from_plane(QPointF(*view.plane.position_of(tuple(right)))) - view.canvas.from_plane(centre)
        along = view.canvas.from_plane(QPointF(*view.plane.position_of(tuple(down)))) - view.canvas.from_plane(centre)
        # screen pixels for each mm are the same in both directions
        assert abs(across.x()) / (4 * spacing[axes.right]) == pytest.approx(abs(along.y()) / (4 * spacing[axes.down]), rel=1e-6)


def test_that_the_large_view_stays_where_it_is_when_another_one_is_clicked(
    window: MainWindow, views: dict[str, SliceView], qtbot: QtBot
) -> None:
    window.state.set_layout("one_two")
    qtbot.wait(20)
    before = {name: view.geometry() for name, view in views.items()}
    target = views["coronal"].canvas.viewport()
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.rect().center())
    qtbot.wait(20)
    assert window.page.view is views["coronal"]
    assert {name: view.geometry() for name, view in views.items()} == before
    assert before["axial"].width() > 1.8 * before["coronal"].width()


def test_that_the_active_view_has_the_accent_frame(window: MainWindow, views: dict[str, SliceView], qtbot: QtBot) -> None:
    target = views["sagittal"].canvas.viewport()
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.rect().center())
    window.page.worklist.setFocus()
    qtbot.wait(20)
    accent = QColor(current_palette().accent)
    frames = {name: view.grab().toImage().pixelColor(view.width() // 2, 0) for name, view in views.items()}
    assert frames["sagittal"] == accent
    assert frames["axial"] != accent
    assert frames["coronal"] != accent


def test_that_the_read_out_stays_when_another_view_is_drawn_anew(window: MainWindow, views: dict[str, SliceView], qtbot: QtBot) -> None:
    told: list[object] = []
    window.page.grid.hovered.connect(told.append)
    target = views["axial"].canvas.viewport()
    QTest.mouseMove(target, at(views["axial"], INSIDE) + QPoint(4, 3))
    QTest.mouseMove(target, at(views["axial"], INSIDE))
    window.state.toggle_outline()
    qtbot.wait(20)
    assert told
    assert told[-1] is not None
    assert told[-1].index_ijk[2] == INSIDE[2]


@pytest.mark.parametrize("name", PLANES)
def test_that_enter_approves_the_slice_of_the_active_view(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable[..., None], qtbot: QtBot, name: str
) -> None:
    target = views[name].canvas.viewport()
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.rect().center())
    press_key(Qt.Key.Key_Return)
    plane = views[name].plane
    expected = np.zeros(window.state.volume.geometry.shape_kji, np.uint8)
    only: list[object] = [slice(None)] * 3
    only[2 - plane.axes.across] = plane.index
    expected[tuple(only)] = VoxelState.ACCEPTED
    assert np.array_equal(window.session.open.label_map.states, expected)


def test_that_a_key_shows_the_states_of_voxels_over_every_view_and_hides_them_again(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable[..., None], qtbot: QtBot
) -> None:
    def pixel() -> QColor:
        view = views["axial"]
        place = view.canvas.viewport().mapTo(view, at(view, (200, 200, 9)))
        return view.grab().toImage().pixelColor(place)

    before = pixel()
    window.session.approve_case()
    qtbot.wait(20)
    assert pixel() == before
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    qtbot.wait(20)
    assert window.actions_by_id["layer_states"].isChecked()
    assert pixel().green() > pixel().red() + 10
    press_key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    qtbot.wait(20)
    assert pixel() == before


class Painting(QObject):
    """Notes each view that is painted."""

    def __init__(self, views: dict[str, SliceView], order: list[str], parent: QObject) -> None:
        super().__init__(parent)
        self._names = {view.canvas.viewport(): name for name, view in views.items()}
        self._order = order
        for viewport in self._names:
            viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._order.append(self._names[watched])
        return False


def test_that_an_undo_is_painted_in_every_view_before_what_only_follows_from_it(
    window: MainWindow, views: dict[str, SliceView], settle: Callable[[], None], qtbot: QtBot
) -> None:
    window.session.approve_slice(INSIDE[2])
    settle()
    qtbot.wait(50)
    order: list[str] = []
    Painting(views, order, window)
    window.session.worklist_changed.connect(lambda: order.append("worklist"))
    window.page.ledger.changed.connect(lambda: order.append("counts"))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not (window.session.open.label_map.states == VoxelState.ACCEPTED).any()
    qtbot.waitUntil(lambda: {"worklist", "counts"} <= set(order))
    assert set(order[: min(order.index("worklist"), order.index("counts"))]) == set(PLANES)
    assert window.session.open.case.status == "new"


def test_that_slices_that_a_student_proposes_are_counted_together(
    window: MainWindow, settle: Callable[[], None], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    ledger, label_map = window.page.ledger, window.session.open.label_map
    qtbot.waitUntil(lambda: ledger.complete)
    monkeypatch.setattr("gf_desktop.gui.slice_ledger.REST_MS", 1_000)
    told: list[int] = []
    ledger.changed.connect(lambda: told.append(1))
    _depth, rows, columns = label_map.labels.shape
    for k in range(5):
        label_map.propose(np.full((1, rows, columns), 2, np.uint8), Box((k, 0, 0), (k + 1, rows, columns)))
        QApplication.processEvents()
    assert not told
    qtbot.waitUntil(lambda: ledger.complete)
    assert len(told) == 1
    assert ledger.voxels(2) == 5 * rows * columns
