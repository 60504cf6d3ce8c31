"""Rulers, angles and regions, set and moved with a real mouse in all planes of the demo's CT and of an oblique scan of long voxels."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from scipy.spatial.transform import Rotation

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.session import Session

PLANES = ("axial", "sagittal", "coronal")
INSIDE = (150, 230, 9)
LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def at(view: SliceView, index_ijk: tuple[float, float, float]) -> QPoint:
    """Where a voxel's centre is drawn in a view."""
    x, y = view.plane.position_of(index_ijk)
    return view.canvas.from_plane(QPointF(x, y)).toPoint()


def exact(view: SliceView, pixel: QPoint) -> np.ndarray:
    """The fractional (i, j, k) that a pixel of a view stands for."""
    place = view.canvas.to_plane(QPointF(pixel))
    return np.array(view.plane.index_at(place.x(), place.y()))


def in_mm(session: Session, index_ijk: np.ndarray) -> np.ndarray:
    """Where a fractional index lies in the patient, by the affine."""
    affine = session.open.volume.geometry.affine
    return (affine @ np.append(index_ijk, 1.0))[:3]


@pytest.fixture(params=["demo", "oblique"])
def views(
    request: pytest.FixtureRequest, window: MainWindow, qtbot: QtBot, settle: Callable[[], None], tmp_path: Path
) -> dict[str, SliceView]:
    """The three views of a scan, cut inside of it: the demo's CT, or one that lies oblique with voxels of 0.7 x 0.9 x 3 mm."""
    centre, session = INSIDE, window.session
    if request.param == "oblique":
        nibabel = pytest.importorskip("nibabel")
        affine = np.eye(4)
        affine[:3, :3] = Rotation.from_euler("xyz", [12, -20, 8], degrees=True).as_matrix() * np.array([0.7, 0.9, 3.0])
        affine[:3, 3] = (-20.0, 35.0, -60.0)
        voxels = np.random.default_rng(8).integers(-200, 300, (90, 80, 40)).astype(np.int16)
        nibabel.save(nibabel.Nifti1Image(voxels, affine), tmp_path / "oblique.nii.gz")
        window.session.import_paths([tmp_path / "oblique.nii.gz"], on_done=lambda added: window.commands.show_case(added[0][1].id))
        qtbot.waitUntil(lambda: session.open is not None and session.open.id == "C-002", timeout=20_000)
        settle()
        assert session.open.volume.geometry.is_oblique
        centre = (45, 40, 20)
    window.state.set_cursor(centre)
    found = window.page.grid.slices
    qtbot.waitUntil(lambda: all(view.plane is not None and view.plane.index == centre[view.plane.axes.across] for view in found.values()))
    qtbot.wait(20)
    return found


def pixels(view: SliceView, *shifts: tuple[int, int]) -> list[QPoint]:
    """Pixels around the middle of the slice, nearer to it where the slice is small on the screen: none lies outside of it."""
    middle = view.canvas.viewport().rect().center()
    across, down = (min(1.0, side * view.canvas.px_per_mm / 2 / 70) for side in view.plane.extent_mm)
    return [middle + QPoint(round(x * across), round(y * down)) for x, y in shifts]


def drag(view: SliceView, *places: QPoint) -> None:
    target = view.canvas.viewport()
    QTest.mousePress(target, LEFT, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(target, place)
    QTest.mouseRelease(target, LEFT, pos=places[-1])
    QTest.qWait(1)


def click(view: SliceView, *places: QPoint) -> None:
    target = view.canvas.viewport()
    for place in places:
        QTest.mouseMove(target, place)
        QTest.mouseClick(target, LEFT, pos=place)
        # two quick clicks would be a double click
        QTest.qWait(QApplication.doubleClickInterval() + 20)


@pytest.mark.parametrize("name", PLANES)
def test_that_a_drag_with_the_ruler_measures_mm_in_the_patient(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable, name: str
) -> None:
    session = window.session
    view = views[name]
    start, stop = pixels(view, (-60, -20), (50, 35))
    press_key(Qt.Key.Key_M)
    target = view.canvas.viewport()
    QTest.mousePress(target, LEFT, pos=start)
    QTest.mouseMove(target, (start + stop) / 2)
    QTest.mouseMove(target, stop)
    ends = [in_mm(session, exact(view, pixel)) for pixel in (start, stop)]
    expected = float(np.linalg.norm(ends[1] - ends[0]))
    # the preview tells the length while the mouse is down, and nothing is kept yet
    (preview,) = view.canvas.measures
    assert preview.lines == (f"{expected:.1f} mm",)
    assert session.measuring.items == ()
    QTest.mouseRelease(target, LEFT, pos=stop)
    (made,) = session.measuring.items
    assert made.kind == "ruler"
    assert made.axis == view.plane.axes.across
    assert np.allclose(made.points_mm, ends, atol=1e-6)
    assert made.length == pytest.approx(expected, abs=1e-6)
    assert window.state.measurement == made.number
    assert view.canvas.measures[0].lines == (f"{expected:.1f} mm",)
    # the mask was not touched
    assert not session.open.label_map.labels.any()


@pytest.mark.parametrize("name", PLANES)
def test_that_three_clicks_measure_an_angle_in_the_patient(
    session: Session, views: dict[str, SliceView], press_key: Callable, name: str
) -> None:
    view = views[name]
    places = pixels(view, (60, 10), (-30, 20), (20, -50))
    press_key(Qt.Key.Key_M, SHIFT)
    click(view, *places)
    (made,) = session.measuring.items
    one, corner, other = (in_mm(session, exact(view, pixel)) for pixel in places)
    a, b = one - corner, other - corner
    assert made.angle == pytest.approx(math.degrees(math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))), abs=1e-4)
    assert view.canvas.measures[0].lines == (f"{made.angle:.1f}°",)


@pytest.mark.parametrize("kind", ["ellipse", "rectangle"])
@pytest.mark.parametrize("name", PLANES)
def test_that_a_region_tells_what_numpy_tells_of_its_voxels(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable, name: str, kind: str
) -> None:
    session = window.session
    view = views[name]
    places = pixels(view, (-43, -31), (52, 37))
    press_key(Qt.Key.Key_Q, SHIFT if kind == "rectangle" else Qt.KeyboardModifier.NoModifier)
    drag(view, places[0], pixels(view, (0, 0))[0], places[1])
    (made,) = session.measuring.items
    volume, axis, index = session.open.volume, view.plane.axes.across, view.plane.index
    one, other = (exact(view, pixel) for pixel in places)
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in volume.geometry.shape_kji), indexing="ij"), axis=-1)[..., ::-1].astype(float)
    planar = [a for a in range(3) if a != axis]
    offs = [np.abs(grid[..., a] - (one[a] + other[a]) / 2) / (abs(one[a] - other[a]) / 2) for a in planar]
    within = (offs[0] ** 2 + offs[1] ** 2 <= 1) if kind == "ellipse" else np.maximum(*offs) <= 1
    values = volume.voxels[within & (grid[..., axis] == index)].astype(float)
    assert len(values) > 20
    region = made.region
    assert (region.pixels, region.lowest, region.highest) == (len(values), values.min(), values.max())
    assert region.mean == pytest.approx(values.mean())
    assert region.deviation == pytest.approx(values.std(ddof=1))
    spacing = volume.geometry.spacing_mm
    assert region.area_mm2 == pytest.approx(len(values) * spacing[planar[0]] * spacing[planar[1]])
    lines = view.canvas.measures[0].lines
    assert str(len(values)) in lines[2]
    assert ("HU" in lines[0]) == (volume.modality == "CT")


@pytest.mark.parametrize("name", PLANES)
def test_that_a_measurement_is_shown_on_its_slice_only_and_in_its_plane_only(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable, qtbot: QtBot, name: str
) -> None:
    view = views[name]
    press_key(Qt.Key.Key_M)
    drag(view, *pixels(view, (-40, 0), (40, 10)))
    shown = {other: len(views[other].canvas.measures) for other in PLANES}
    assert shown == {other: int(other == name) for other in PLANES}
    index = view.plane.index
    window.state.step(1)
    qtbot.waitUntil(lambda: view.plane.index != index)
    assert view.canvas.measures == ()
    window.state.step(-1)
    qtbot.waitUntil(lambda: view.plane.index == index)
    assert len(view.canvas.measures) == 1


@pytest.mark.parametrize("name", PLANES)
def test_that_an_end_can_be_dragged_and_the_rest_stays(
    session: Session, views: dict[str, SliceView], press_key: Callable, name: str
) -> None:
    view = views[name]
    start, stop, wanted = pixels(view, (-60, -20), (50, 35), (30, -40))
    press_key(Qt.Key.Key_M)
    drag(view, start, stop)
    before = session.measuring.items[0]
    press_key(Qt.Key.Key_Escape)
    target = view.canvas.viewport()
    QTest.mousePress(target, LEFT, pos=stop)
    QTest.mouseMove(target, wanted)
    expected = float(np.linalg.norm(in_mm(session, exact(view, wanted)) - np.array(before.points_mm[0])))
    assert view.canvas.measures[0].lines == (f"{expected:.1f} mm",)
    assert session.measuring.items == (before,)
    QTest.mouseRelease(target, LEFT, pos=wanted)
    (after,) = session.measuring.items
    assert np.allclose(after.points_mm[0], before.points_mm[0], atol=1e-6)
    assert after.length == pytest.approx(expected, abs=1e-6)


def test_that_a_line_moves_the_whole_and_every_corner_of_a_region_its_two_sides(
    session: Session, views: dict[str, SliceView], press_key: Callable
) -> None:
    view = views["axial"]
    one, other = pixels(view, (-40, -30), (40, 30))
    press_key(Qt.Key.Key_Q, SHIFT)
    drag(view, one, other)
    press_key(Qt.Key.Key_Escape)
    before = np.array(session.measuring.items[0].points_ijk(session.open.volume.geometry))
    # the upper side between its corners
    drag(view, *pixels(view, (0, -30), (8, -25), (12, -22)))
    after = np.array(session.measuring.items[0].points_ijk(session.open.volume.geometry))
    moved = exact(view, pixels(view, (12, -22))[0]) - exact(view, pixels(view, (0, -30))[0])
    assert np.allclose(after - before, moved, atol=1e-6)
    # the corner below on the left, which is no place of its own
    drag(view, *pixels(view, (-28, 38), (-40, 50), (-50, 60)))
    last = np.array(session.measuring.items[0].points_ijk(session.open.volume.geometry))
    corner = exact(view, pixels(view, (-50, 60))[0])
    box = np.sort(last, axis=0)
    for axis in (0, 1):
        assert np.isclose(corner[axis], box[:, axis], atol=1e-6).any()
    plane = view.plane
    for axis in (0, 1):
        kept = other if axis == 0 else one
        still = exact(view, kept + QPoint(12, 8))
        assert np.isclose(still[axis], box[:, axis], atol=1.5 / plane.pixel_mm[0]).any()


def test_that_a_click_chooses_and_delete_deletes_and_the_notice_brings_back(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable, action: Callable[[str], QAction], qtbot: QtBot
) -> None:
    session = window.session
    view = views["axial"]
    press_key(Qt.Key.Key_M)
    drag(view, *pixels(view, (-50, -40), (50, -40)))
    drag(view, *pixels(view, (-50, 40), (50, 40)))
    press_key(Qt.Key.Key_Escape)
    assert window.state.measurement is None
    assert not action("measure_delete").isEnabled()
    cursor = window.state.display.cursor_ijk
    click(view, *pixels(view, (10, -41)))
    assert window.state.measurement == 1
    assert window.state.display.cursor_ijk == cursor, "a click on a measurement is no click on the picture"
    qtbot.waitUntil(action("measure_delete").isEnabled)
    first, second = session.measuring.items
    press_key(Qt.Key.Key_Delete)
    assert session.measuring.items == (second,)
    assert len(view.canvas.measures) == 1
    (button,) = [b for b in window.notice.findChildren(type(window.top.refine).__mro__[1]) if b.text() == "Bring it back"]
    button.click()
    assert session.measuring.items == (first, second)
    # a click on the picture beside them chooses none
    click(view, *pixels(view, (10, 0)))
    assert window.state.measurement is None


def test_that_escape_drops_what_is_being_set_and_then_the_tool(
    session: Session, window: MainWindow, views: dict[str, SliceView], press_key: Callable
) -> None:
    view = views["axial"]
    press_key(Qt.Key.Key_M, SHIFT)
    click(view, *pixels(view, (60, 10), (-30, 20)))
    assert len(view.canvas.measures) == 1
    press_key(Qt.Key.Key_Escape)
    assert view.canvas.measures == ()
    assert window.state.tool.name == "angle"
    press_key(Qt.Key.Key_Escape)
    assert window.state.tool.name == "cursor"
    assert session.measuring.items == ()


def test_that_a_click_that_goes_nowhere_and_another_tool_or_slice_leave_no_measurement(
    session: Session, window: MainWindow, views: dict[str, SliceView], press_key: Callable, qtbot: QtBot
) -> None:
    view = views["axial"]
    press_key(Qt.Key.Key_M)
    click(view, *pixels(view, (5, 5), (6, 5)))
    assert session.measuring.items == ()
    click(view, *pixels(view, (5, 5)))
    press_key(Qt.Key.Key_Q)
    assert view.canvas.measures == ()
    press_key(Qt.Key.Key_M)
    click(view, *pixels(view, (5, 5)))
    window.state.step(1)
    qtbot.wait(20)
    click(view, *pixels(view, (45, 5)))
    assert session.measuring.items == ()


def test_that_the_wheel_stays_in_the_slice_while_a_measurement_is_set(
    session: Session, window: MainWindow, views: dict[str, SliceView], press_key: Callable
) -> None:
    from tests.ui.gui.views.test_slice_view import wheel

    view, index = views["axial"], window.state.display.index
    press_key(Qt.Key.Key_M)
    places = pixels(view, (5, 5), (45, 5))
    click(view, places[0])
    wheel(window, 1)
    assert window.state.display.index == index
    click(view, places[1])
    assert len(session.measuring.items) == 1
    wheel(window, 1)
    assert abs(window.state.display.index - index) == 1


def test_that_a_place_outside_of_the_scan_becomes_its_border(session: Session, views: dict[str, SliceView], press_key: Callable) -> None:
    view = views["axial"]
    press_key(Qt.Key.Key_M)
    inside = pixels(view, (0, 0))[0]
    outside = QPoint(inside.x(), -400)
    drag(view, inside, outside)
    (made,) = session.measuring.items
    places = np.array(made.points_ijk(session.open.volume.geometry))
    down = view.plane.axes.down
    assert min(abs(places[1][down] + 0.5), abs(places[1][down] - session.open.volume.geometry.size_ijk[down] + 0.5)) < 1e-6


def test_that_measurements_are_there_when_the_scan_is_opened_again(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    session = window.session
    view = views["axial"]
    press_key(Qt.Key.Key_M)
    drag(view, *pixels(view, (-50, -40), (50, -40)))
    drawn, case_id, cursor = view.canvas.measures, session.open.id, window.state.display.cursor_ijk
    session.close_case()
    qtbot.wait(20)
    assert view.canvas.measures == ()
    window.commands.show_case(case_id)
    settle()
    window.state.set_cursor(cursor)
    qtbot.waitUntil(lambda: len(view.canvas.measures) == 1)
    assert np.allclose(view.canvas.measures[0].points, drawn[0].points)


def test_that_scrolling_and_painting_measure_nothing(
    window: MainWindow, views: dict[str, SliceView], press_key: Callable, qtbot: QtBot, monkeypatch
) -> None:
    session = window.session
    from gf_desktop.gui.views import measuring_hand
    from gf_desktop.imaging import measurements

    view = views["axial"]
    press_key(Qt.Key.Key_Q)
    drag(view, *pixels(view, (-50, -40), (50, 40)))
    monkeypatch.setattr(measurements, "region_statistics", lambda *_: pytest.fail("measured again"))
    monkeypatch.setattr(measuring_hand.Measurement, "points_ijk", lambda *_: pytest.fail("placed again"))
    press_key(Qt.Key.Key_P)
    drag(view, *pixels(view, (-20, 0), (20, 0)))
    assert session.open.label_map.labels.any()
    for _ in range(3):
        window.state.step(1)
        qtbot.wait(5)
