"""Every tool of the hand in all three planes, with real mouse events on the demo's CT, against an independent computation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy import ndimage
from skimage.draw import polygon2mask
from skimage.segmentation import flood

from gf_desktop.correcting import BrushOptions
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.imaging.labelmap import VoxelState

PLANES = ("axial", "sagittal", "coronal")
INSIDE = (150, 230, 9)
"""A voxel (i, j, k) of the demo within the liver."""
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture(params=PLANES)
def view(request: pytest.FixtureRequest, window: MainWindow, qtbot: QtBot) -> SliceView:
    """A view, large, with the crosshair inside of the body."""
    window.state.set_cursor(INSIDE)
    window.state.look_from(request.param)
    window.state.set_layout("single")
    found = window.page.grid.slices[request.param]
    qtbot.waitUntil(lambda: found.plane is not None and found.isVisible() and found.width() > 600)
    return found


def pixel(view: SliceView, index_ijk: tuple[float, float, float]) -> QPoint:
    x, y = view.plane.position_of(index_ijk)
    return view.canvas.from_plane(QPointF(x, y)).toPoint()


def exact(view: SliceView, place: QPoint) -> np.ndarray:
    spot = view.canvas.to_plane(QPointF(place))
    return np.array(view.plane.index_at(spot.x(), spot.y()))


def beside(view: SliceView, *steps: tuple[float, float]) -> list[QPoint]:
    """Pixels some mm to the right and down of ``INSIDE`` in a view."""
    spacing, axes = view.plane.geometry.spacing_mm, view.plane.axes
    places = []
    for right_mm, down_mm in steps:
        index = list(map(float, INSIDE))
        index[axes.right] += right_mm / spacing[axes.right]
        index[axes.down] += down_mm / spacing[axes.down]
        places.append(pixel(view, tuple(index)))
    return places


def in_plane(view: SliceView, array_kji: np.ndarray) -> np.ndarray:
    """The view's slice of an array, its axes as they are stored."""
    return np.take(array_kji, view.plane.index, axis=2 - view.plane.axes.across)


def expected_with(view: SliceView, before: np.ndarray, plane: np.ndarray) -> np.ndarray:
    result = before.copy()
    np.moveaxis(result, 2 - view.plane.axes.across, 0)[view.plane.index] = plane
    return result


def drag(view: SliceView, places: list[QPoint], button: Qt.MouseButton = LEFT) -> None:
    target = view.canvas.viewport()
    QTest.mousePress(target, button, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(target, place)
    QTest.mouseRelease(target, button, pos=places[-1])


def settled(window: MainWindow, qtbot: QtBot) -> None:
    previewing = window.session.previewing
    if previewing.operation is not None:
        # what is shown first is taken
        qtbot.waitUntil(lambda: not previewing.computing)
        QTest.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.session.open.working)
    qtbot.wait(1)


OUTLINE_MM = ((-14.0, -7.0), (12.0, -8.0), (17.0, 6.0), (-3.0, 9.0), (-15.0, 3.0))


def enclosed(view: SliceView, places: list[QPoint]) -> np.ndarray:
    """Pixels of the slice whose centre lies within the outline, by scikit-image."""
    stored = [axis for axis in (2, 1, 0) if axis != view.plane.axes.across]
    corners = np.array([exact(view, place) for place in places])[:, stored]
    shape = [view.plane.geometry.size_ijk[axis] for axis in stored]
    return polygon2mask(shape, corners)


def test_that_a_polygon_of_clicks_adds_exactly_what_it_encloses(window: MainWindow, view: SliceView, qtbot: QtBot) -> None:
    window.state.set_tool(name="polygon", label=4)
    before = window.session.open.label_map.labels.copy()
    places = beside(view, *OUTLINE_MM)
    target = view.canvas.viewport()
    for number, place in enumerate(places):
        QTest.mouseClick(target, LEFT, pos=place)
        QTest.mouseMove(target, place + QPoint(1, 1))
        assert view.canvas.outline_points == number + 2
    QTest.mouseDClick(target, LEFT, pos=places[-1])
    settled(window, qtbot)
    assert view.canvas.outline_points == 0
    expected = expected_with(view, before, np.where(enclosed(view, places), 4, in_plane(view, before)))
    np.testing.assert_array_equal(window.session.open.label_map.labels, expected)
    assert (expected == 4).sum() > 50
    assert window.session.open.journal.undo_name == "polygon"
    window.session.undo()
    np.testing.assert_array_equal(window.session.open.label_map.labels, before)


def test_that_a_lasso_adds_and_with_the_right_button_takes_away(window: MainWindow, view: SliceView, qtbot: QtBot) -> None:
    window.state.set_tool(name="polygon", label=2)
    before = window.session.open.label_map.labels.copy()
    outer = beside(view, *OUTLINE_MM)
    drag(view, outer)
    settled(window, qtbot)
    # where the button is released is the last place, and it closes to the first
    whole = np.where(enclosed(view, outer), 2, in_plane(view, before))
    np.testing.assert_array_equal(window.session.open.label_map.labels, expected_with(view, before, whole))
    inner = beside(view, (-5.0, -4.0), (6.0, -4.0), (6.0, 3.0), (-5.0, 3.0))
    drag(view, inner, RIGHT)
    settled(window, qtbot)
    left = np.where(enclosed(view, inner) & (whole == 2), 0, whole)
    np.testing.assert_array_equal(window.session.open.label_map.labels, expected_with(view, before, left))
    assert 0 < (left == 2).sum() < (whole == 2).sum()


def test_that_esc_takes_an_outline_back(window: MainWindow, view: SliceView, press_key: Callable[..., None], qtbot: QtBot) -> None:
    window.state.set_tool(name="polygon", label=2)
    before = window.session.open.label_map.labels.copy()
    for place in beside(view, *OUTLINE_MM):
        QTest.mouseClick(view.canvas.viewport(), LEFT, pos=place)
    press_key(Qt.Key.Key_Escape)
    assert view.canvas.outline_points == 0
    assert window.state.tool.name == "polygon"
    press_key(Qt.Key.Key_Escape)
    assert window.state.tool.name == "cursor"
    np.testing.assert_array_equal(window.session.open.label_map.labels, before)


@pytest.mark.parametrize("in_space", [False, True])
def test_that_fill_gives_the_region_of_equal_labels_to_the_structure(
    window: MainWindow, view: SliceView, qtbot: QtBot, in_space: bool
) -> None:
    session = window.session
    ball = np.zeros(session.open.label_map.labels.shape, bool)
    ball[6:13, 200:260, 130:170] = True
    label_map = session.open.label_map
    label_map.labels[ball] = 3
    label_map.labels[ball & (np.indices(ball.shape).sum(axis=0) % 97 == 0)] = 5
    before = label_map.labels.copy()
    window.state.set_tool(name="fill", label=1, options=BrushOptions(in_space=in_space))
    place = pixel(view, INSIDE)
    seed = np.round(exact(view, place)).astype(int)
    assert before[seed[2], seed[1], seed[0]] == 3
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=place)
    settled(window, qtbot)
    if in_space:
        parts, _count = ndimage.label(before == 3)
        expected = np.where(parts == parts[seed[2], seed[1], seed[0]], 1, before)
    else:
        plane = in_plane(view, before)
        parts, _count = ndimage.label(plane == 3)
        at = tuple(seed[axis] for axis in (2, 1, 0) if axis != view.plane.axes.across)
        expected = expected_with(view, before, np.where(parts == parts[at], 1, plane))
    np.testing.assert_array_equal(label_map.labels, expected)
    assert (expected == 1).sum() > 100


def test_that_growing_takes_what_is_connected_through_like_intensities(window: MainWindow, view: SliceView, qtbot: QtBot) -> None:
    session = window.session
    voxels = np.asarray(session.open.volume.voxels).astype(float)
    options = BrushOptions(where="range", low=60.0, high=140.0)
    window.state.set_tool(name="grow", label=2, options=options)
    plane = in_plane(view, voxels)
    inside = (plane >= 60) & (plane <= 140)
    # a place in the slice near the crosshair whose intensity is in the range
    stored = [axis for axis in (2, 1, 0) if axis != view.plane.axes.across]
    near = np.argwhere(inside)
    middle = np.array([INSIDE[axis] for axis in stored])
    row, column = near[np.linalg.norm(near - middle, axis=1).argmin()]
    index = list(INSIDE)
    index[stored[0]], index[stored[1]] = int(row), int(column)
    place = pixel(view, tuple(index))
    seed = np.round(exact(view, place)).astype(int)
    at = tuple(int(seed[axis]) for axis in stored)
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=place)
    settled(window, qtbot)
    grown = flood(inside.astype(np.uint8), at, connectivity=1) if inside[at] else np.zeros_like(inside)
    before = np.zeros(voxels.shape, np.uint8)
    np.testing.assert_array_equal(session.open.label_map.labels, expected_with(view, before, np.where(grown, 2, 0)))
    window.state.set_tool(options=replace(options, where="anywhere"))
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=pixel(view, INSIDE))
    settled(window, qtbot)
    assert (session.open.label_map.labels == 2).sum() >= grown.sum()


def test_that_pick_takes_the_structure_under_the_mouse_and_the_brush(window: MainWindow, view: SliceView, qtbot: QtBot) -> None:
    window.session.open.label_map.labels[:, 200:260, 130:170] = 6
    window.state.set_tool(name="pick", label=1)
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=pixel(view, INSIDE))
    assert (window.state.tool.name, window.state.tool.label) == ("paint", 6)


@pytest.mark.parametrize("in_space", [False, True])
def test_that_a_square_brush_paints_a_square_or_a_cube(window: MainWindow, view: SliceView, qtbot: QtBot, in_space: bool) -> None:
    session = window.session
    window.state.set_tool(name="paint", label=3, radius_mm=6.0, options=BrushOptions(square=True, in_space=in_space))
    before = session.open.label_map.labels.copy()
    place = pixel(view, INSIDE)
    QTest.mouseMove(view.canvas.viewport(), place + QPoint(2, 1))
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=place)
    qtbot.wait(1)
    centre = exact(view, place)
    geometry = session.open.volume.geometry
    inside = np.ones(before.shape, bool)
    for axis in range(3):
        if axis == view.plane.axes.across and not in_space:
            reach = np.arange(geometry.size_ijk[axis]) == view.plane.index
        else:
            # in space the ball's middle lies in the slice
            reach = np.abs(np.arange(geometry.size_ijk[axis]) - centre[axis]) * geometry.spacing_mm[axis] <= 6.0 + 1e-9
        inside &= reach.reshape([-1 if 2 - axis == a else 1 for a in range(3)])
    np.testing.assert_array_equal(session.open.label_map.labels, np.where(inside, 3, before))
    assert inside.sum() > 20


def test_that_the_review_brush_marks_and_changes_no_label(window: MainWindow, view: SliceView, qtbot: QtBot) -> None:
    session = window.session
    session.open.label_map.labels[:, 200:260, 130:170] = 6
    before = session.open.label_map.labels.copy()
    window.state.set_tool(name="review", radius_mm=8.0)
    drag(view, beside(view, (0.0, 0.0), (12.0, 3.0)))
    qtbot.wait(1)
    np.testing.assert_array_equal(session.open.label_map.labels, before)
    states = session.open.label_map.states
    assert (in_plane(view, states) == VoxelState.ACCEPTED).sum() > 30
    assert (states == VoxelState.ACCEPTED).sum() == (in_plane(view, states) == VoxelState.ACCEPTED).sum()


def test_that_no_tool_changes_a_locked_structure(window: MainWindow, view: SliceView, qtbot: QtBot) -> None:
    session = window.session
    session.open.label_map.labels[:, 215:245, 140:160] = 6
    session.set_locked(6, locked=True)
    locked = session.open.label_map.labels == 6
    places = beside(view, *OUTLINE_MM)
    window.state.set_tool(name="paint", label=1, radius_mm=10.0)
    drag(view, places)
    window.state.set_tool(name="erase")
    drag(view, places)
    window.state.set_tool(name="polygon", label=1)
    drag(view, places)
    settled(window, qtbot)
    window.state.set_tool(name="fill", label=1)
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=pixel(view, INSIDE))
    settled(window, qtbot)
    window.state.set_tool(name="grow", label=1, options=BrushOptions(in_space=True))
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=places[0])
    settled(window, qtbot)
    np.testing.assert_array_equal(session.open.label_map.labels == 6, locked)
    # and a brush of the locked structure itself is hollow and does nothing
    window.state.set_tool(name="paint", label=6)
    QTest.mouseMove(view.canvas.viewport(), places[1])
    assert not view.canvas.ring_filled
    drag(view, places)
    np.testing.assert_array_equal(session.open.label_map.labels == 6, locked)


@pytest.mark.parametrize("where", ["range", "edges"])
def test_that_a_held_brush_paints_a_part_of_what_a_free_one_does(window: MainWindow, view: SliceView, qtbot: QtBot, where: str) -> None:
    session = window.session
    voxels = np.asarray(session.open.volume.voxels).astype(float)
    places = beside(view, (0.0, 0.0), (5.0, 0.0))
    window.state.set_tool(name="paint", label=2, radius_mm=25.0)
    drag(view, places)
    free = session.open.label_map.labels == 2
    session.undo()
    window.state.set_tool(options=BrushOptions(where=where, low=40.0, high=160.0))
    drag(view, places)
    held = session.open.label_map.labels == 2
    assert 20 < held.sum() < free.sum()
    assert not (held & ~free).any()
    if where == "range":
        np.testing.assert_array_equal(held, free & (voxels >= 40) & (voxels <= 160))
