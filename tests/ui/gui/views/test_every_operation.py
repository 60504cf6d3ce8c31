"""The operations of a structure's menu and everything that accepts, worked with mouse and keys, against scipy; and what locks hold."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scipy import ndimage
from scipy.spatial import cKDTree

from gf_desktop.imaging.labelmap import VoxelState
from tests.ui.gui.views.stage import LAST, LEFT, LESION, LIVER, NEAR_MM, OUTLINE_MM, RIGHT, STOMACH, Stage, assert_mask, patches, wait_until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)

# operations of the structure's menu


def blob(stage: Stage) -> np.ndarray:
    """A mask with a structure of random bays, a hole, and islands."""
    dice = np.random.default_rng(5)
    rough = ndimage.gaussian_filter(dice.normal(size=stage.voxels.shape), [3.0 / step for step in stage.steps_mm])
    labels = np.where(rough > np.quantile(rough, 0.75), LIVER, 0).astype(np.uint8)
    k, j, i = (n // 2 for n in labels.shape)
    labels[k - 4 : k + 4, j - 8 : j + 8, i - 9 : i + 9] = LIVER
    labels[k - 1 : k + 2, j - 3 : j + 2, i - 3 : i + 2] = 0
    return labels


def nearest_mm(stage: Stage, mask: np.ndarray) -> np.ndarray:
    """Distance of every voxel centre from the nearest centre of a mask, in mm of the patient."""
    world = stage.world()
    away, _which = cKDTree(world[mask]).query(world.reshape(-1, 3))
    return away.reshape(mask.shape)


def rounded(away: np.ndarray, length_mm: float) -> np.ndarray:
    return np.abs(away - length_mm) <= NEAR_MM


@pytest.mark.parametrize("length", [2.0, 5.0])
def test_that_a_margin_grows_a_structure_by_mm(space: Stage, length: float) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Grow by a margin", f"{length:g} mm")
    away = nearest_mm(space, before == LIVER)
    assert_mask(space, np.where(away <= length, LIVER, 0).astype(np.uint8), unsure=rounded(away, length))
    assert (space.labels == LIVER).sum() > (before == LIVER).sum()


def test_that_a_margin_shrinks_a_structure_by_mm(space: Stage) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Shrink by a margin", "2 mm")
    away = nearest_mm(space, before != LIVER)
    assert_mask(space, np.where(away > 2.0, LIVER, 0).astype(np.uint8), unsure=rounded(away, 2.0))
    assert 0 < (space.labels == LIVER).sum() < (before == LIVER).sum()


def ball(stage: Stage, radius_mm: float) -> np.ndarray:
    half = [int(np.ceil(radius_mm / step)) for step in stage.steps_mm]
    offsets = np.ix_(*(np.arange(-h, h + 1) * step for h, step in zip(half, stage.steps_mm, strict=True)))
    return np.sqrt(offsets[0] ** 2 + offsets[1] ** 2 + offsets[2] ** 2) <= radius_mm * (1 + 1e-9)


def test_that_gaps_are_closed_by_a_ball(space: Stage) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Close gaps", "3 mm")
    form = ball(space, 3.0)
    pad = [(n, n) for n in form.shape]
    closed = ndimage.binary_erosion(ndimage.binary_dilation(np.pad(before == LIVER, pad), form), form)
    closed = closed[tuple(slice(n, -n) for n in form.shape)]
    assert_mask(space, np.where(closed | (before == LIVER), LIVER, 0).astype(np.uint8))
    assert (space.labels == LIVER).sum() > (before == LIVER).sum()


def test_that_what_is_thin_is_opened_by_a_ball(space: Stage) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Take away what is thin", "3 mm")
    form = ball(space, 3.0)
    # beyond the border the structure goes on
    pad = [(n, n) for n in form.shape]
    eroded = ndimage.binary_erosion(np.pad(before == LIVER, pad, constant_values=True), form, border_value=1)
    eroded = eroded[tuple(slice(n, -n) for n in form.shape)]
    opened = ndimage.binary_dilation(eroded, form) & (before == LIVER)
    assert_mask(space, np.where(opened, LIVER, 0).astype(np.uint8))
    assert (space.labels == LIVER).sum() < (before == LIVER).sum()


@pytest.mark.parametrize("length", [1.0, 2.0])
def test_that_a_surface_is_smoothed_by_a_gaussian_in_mm(space: Stage, length: float) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Smooth", f"{length:g} mm")
    sigma = [length / step for step in space.steps_mm]
    share = ndimage.gaussian_filter((before == LIVER).astype(float), sigma, mode="nearest", truncate=4.0)
    unsure = np.abs(share - 0.5) < 1e-4
    assert_mask(space, np.where(share > 0.5, LIVER, 0).astype(np.uint8), unsure=unsure)
    assert (space.labels != before).any()


def test_that_holes_are_filled_in_space(space: Stage) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Fill holes")
    filled = ndimage.binary_fill_holes(before == LIVER)
    assert_mask(space, np.where(filled, LIVER, 0).astype(np.uint8))
    assert (space.labels != before).sum() >= 3 * 5 * 5


def test_that_holes_are_filled_in_each_slice_of_the_plane(stage: Stage) -> None:
    before = blob(stage)
    stage.put(before)
    stage.menu("Fill holes in each slice")
    filled = np.moveaxis(before == LIVER, stage.across, 0).copy()
    for page in filled:
        page[:] = ndimage.binary_fill_holes(page)
    assert_mask(stage, np.where(np.moveaxis(filled, 0, stage.across), LIVER, 0).astype(np.uint8))
    assert (stage.labels != before).any()


def test_that_the_largest_island_is_kept(space: Stage) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Keep the largest island")
    parts, count = ndimage.label(before == LIVER)
    largest = 1 + int(np.argmax([(parts == n).sum() for n in range(1, count + 1)]))
    assert_mask(space, np.where(parts == largest, LIVER, 0).astype(np.uint8))
    assert count > 1


def test_that_islands_below_a_volume_are_removed(space: Stage) -> None:
    before = blob(space)
    space.put(before)
    space.menu("Remove islands below", "0.5 ml")
    voxel_ml = abs(np.linalg.det(space.affine[:3, :3])) / 1000
    parts, count = ndimage.label(before == LIVER)
    small = [n for n in range(1, count + 1) if (parts == n).sum() * voxel_ml < 0.5]
    assert_mask(space, np.where((parts > 0) & ~np.isin(parts, small), LIVER, 0).astype(np.uint8))
    assert 0 < len(small) < count


def test_that_a_structure_is_added_to_another_one(space: Stage) -> None:
    before = patches(space)
    space.put(before)
    space.take(Qt.Key.Key_P, "paint", structure=STOMACH)
    space.menu("Add", "lesion")
    assert_mask(space, np.where(before == LESION, STOMACH, before))


@pytest.mark.parametrize("keep", [False, True], ids=["take away", "keep only"])
def test_that_logic_with_what_lies_around_another_structure_is_in_mm(space: Stage, keep: bool) -> None:
    before = patches(space)
    space.put(before)
    space.take(Qt.Key.Key_P, "paint", structure=STOMACH)
    space.menu("Keep only around" if keep else "Take away around", "last", "3 mm")
    away = nearest_mm(space, before == LAST)
    goes = (away > 3.0 if keep else away <= 3.0) & (before == STOMACH)
    assert_mask(space, np.where(goes, 0, before), unsure=rounded(away, 3.0))
    assert 0 < goes.sum() < (before == STOMACH).sum()


@pytest.mark.parametrize("entry", ["Everything", "Keep only what is", "Take away what is"])
def test_that_logic_with_a_range_of_intensities_follows_the_scan(space: Stage, entry: str) -> None:
    before = patches(space)
    space.put(before)
    space.take(Qt.Key.Key_P, "paint", structure=STOMACH)
    space.hold_to_range(40.0, 130.0)
    space.menu(f"{entry} from 40 to 130")
    inside, own = (space.voxels >= 40) & (space.voxels <= 130), before == STOMACH
    new = {"Everything": own | inside, "Keep only what is": own & inside, "Take away what is": own & ~inside}[entry]
    assert_mask(space, np.where(new, STOMACH, np.where(own, 0, before)))
    assert (space.labels != before).any()


@pytest.mark.parametrize(("entry", "step"), [("Copy to the next slice", 1), ("Copy to the slice before", -1)])
def test_that_a_structure_is_copied_to_the_slice_beside(stage: Stage, entry: str, step: int) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P, "paint", structure=LAST)
    index = stage.view.plane.index
    # one slice further, so that there is something else there
    stage.menu(entry)
    expected = before.copy()
    source, target = stage.plane_of(before), stage.plane_of(expected, index + step)
    target[:] = np.where(source == LAST, LAST, np.where(target == LAST, 0, target))
    assert_mask(stage, expected)


@pytest.mark.parametrize(("key", "way"), [(Qt.Key.Key_PageUp, Qt.Key.Key_PageUp), (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown)])
def test_that_all_structures_are_copied_to_the_slice_beside_which_is_then_shown(stage: Stage, key: Qt.Key, way: Qt.Key) -> None:
    before, start = patches(stage), stage.view.plane.index
    stage.plane_of(before)[:] = stage.plane_of(patches(stage, 1))
    stage.put(before)
    session = stage.made.session
    session.set_locked(LESION, locked=True)
    stage.key(way)
    beside = stage.view.plane.index
    assert abs(beside - start) == 1
    stage.key(Qt.Key.Key_PageDown if way == Qt.Key.Key_PageUp else Qt.Key.Key_PageUp)
    assert stage.view.plane.index == start
    stage.key(key, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    expected = before.copy()
    source, target = stage.plane_of(before, start), stage.plane_of(expected, beside)
    target[:] = np.where(target == LESION, LESION, np.where(source == LESION, 0, source))
    assert (target != stage.plane_of(before, beside)).any()
    assert_mask(stage, expected)
    assert stage.view.plane.index == beside
    # at the end of the scan there is nothing beside
    while (index := stage.view.plane.index) is not None:
        stage.key(way)
        if stage.view.plane.index == index:
            break
    last = stage.labels.copy()
    stage.key(key, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    np.testing.assert_array_equal(stage.labels, last)


def test_that_interpolation_draws_between_slices_that_were_painted(stage: Stage) -> None:
    window, stage_middle = stage.made.window, stage.middle
    stage.take(Qt.Key.Key_P, "paint", structure=LESION)
    axis = 2 - stage.across
    first, last = stage_middle[axis] - 3, stage_middle[axis] + 4
    for index, radius in ((first, 4.0), (last, 10.0)):
        place = list(stage_middle)
        place[axis] = index
        window.state.set_cursor(tuple(place))
        stage.brush(radius)
        wait_until(lambda wanted=index: stage.view.plane.index == wanted)
        (middle,) = stage.beside((0.0, 0.0))
        stage.click(middle)
    drawn = stage.labels == LESION
    stage.menu("Interpolate between the slices drawn")
    pixel_mm = [step for a, step in enumerate(stage.steps_mm) if a != stage.across]
    depths = []
    for index in (first, last):
        page = stage.plane_of(drawn, index)
        depths.append(ndimage.distance_transform_edt(page, pixel_mm) - ndimage.distance_transform_edt(~page, pixel_mm))
    expected = drawn.copy()
    for index in range(first + 1, last):
        share = (index - first) / (last - first)
        stage.plane_of(expected, index)[:] = (1 - share) * depths[0] + share * depths[1] >= 0
    # the discs lie over each other, so that nothing is moved between them; centres on the rim may be in or out
    wrong = (stage.labels == LESION) != expected
    assert wrong.sum() <= 0.02 * expected.sum()
    assert not wrong[stage.in_slice(first) | stage.in_slice(last)].any()
    sizes = [int(stage.plane_of(stage.labels == LESION, index).sum()) for index in range(first, last + 1)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert not (stage.labels == LESION)[~np.logical_or.reduce([stage.in_slice(n) for n in range(first, last + 1)])].any()


def test_that_a_structure_is_merged_and_its_voxels_are_deleted(space: Stage) -> None:
    before = patches(space)
    space.put(before)
    space.take(Qt.Key.Key_P, "paint", structure=LAST)
    space.menu("Merge into", "stomach")
    merged = np.where(before == LAST, STOMACH, before)
    assert_mask(space, merged)


# standing behind what is there


def assert_accepted(stage: Stage, chosen: np.ndarray, before: np.ndarray, labels: np.ndarray) -> None:
    np.testing.assert_array_equal(stage.labels, labels)
    expected = np.where(chosen & (before < VoxelState.ACCEPTED), VoxelState.ACCEPTED, before)
    np.testing.assert_array_equal(stage.states, expected)
    assert (expected != before).any()


def reviewed_by_half(stage: Stage) -> tuple[np.ndarray, np.ndarray]:
    labels = patches(stage)
    states = np.random.default_rng(7).integers(0, 4, labels.shape).astype(np.uint8)
    stage.put(labels, states)
    return labels, states


def test_that_enter_accepts_the_slice_and_shift_enter_the_scan(stage: Stage) -> None:
    labels, states = reviewed_by_half(stage)
    stage.key(Qt.Key.Key_Return)
    assert_accepted(stage, stage.in_slice(), states, labels)
    stage.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert_accepted(stage, np.ones(labels.shape, bool), states, labels)


def test_that_a_structure_is_accepted_from_its_menu(space: Stage) -> None:
    labels, states = reviewed_by_half(space)
    space.take(Qt.Key.Key_P, "paint", structure=LAST)
    space.menu("Accept it")
    assert_accepted(space, labels == LAST, states, labels)


def wheel(stage: Stage, place: QPoint, notches: int) -> None:
    """Turn the wheel with the left button held."""
    target = stage.view.canvas.viewport()
    for _ in range(abs(notches)):
        spot = QPointF(place)
        event = QWheelEvent(
            spot,
            QPointF(target.mapToGlobal(place)),
            QPoint(),
            QPoint(0, 120 if notches > 0 else -120),
            LEFT,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(target, event)


@pytest.mark.parametrize("slices", [0, 3])
def test_that_a_box_is_accepted_over_the_slices_that_the_wheel_went_through(stage: Stage, slices: int) -> None:
    labels, states = reviewed_by_half(stage)
    stage.take(Qt.Key.Key_B, "box")
    start, stop = stage.beside((6.0, -5.0), (-7.0, 4.0))
    target = stage.view.canvas.viewport()
    begun = stage.view.plane.index
    QTest.mousePress(target, LEFT, pos=start)
    QTest.mouseMove(target, stop)
    assert stage.view.canvas.outline_points == 5
    wheel(stage, stop, slices)
    wait_until(lambda: abs(stage.view.plane.index - begun) == slices)
    corners = np.array([stage.exact(start), stage.exact(stop)])
    corners[:, 2 - stage.across] = (begun, stage.view.plane.index)
    QTest.mouseRelease(target, LEFT, pos=stop)
    stage.settle()
    assert stage.view.canvas.outline_points == 0
    k, j, i = np.indices(labels.shape)
    low, high = corners.min(axis=0), corners.max(axis=0)
    chosen = np.ones(labels.shape, bool)
    for axis, at in enumerate((i, j, k)):
        chosen &= (at >= low[axis]) & (at <= high[axis])
    assert_accepted(stage, chosen, states, labels)
    assert chosen.any(axis=tuple(a for a in range(3) if a != stage.across)).sum() == slices + 1
    stage.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(stage.states, states)


def test_that_esc_lets_a_box_go(stage: Stage) -> None:
    _labels, states = reviewed_by_half(stage)
    stage.take(Qt.Key.Key_B, "box")
    start, stop = stage.beside((6.0, -5.0), (-7.0, 4.0))
    QTest.mousePress(stage.view.canvas.viewport(), LEFT, pos=start)
    QTest.mouseMove(stage.view.canvas.viewport(), stop)
    stage.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(stage.view.canvas.viewport(), LEFT, pos=stop)
    stage.click(start)
    np.testing.assert_array_equal(stage.states, states)
    assert stage.made.window.state.tool.name == "box"


# locks


HANDS = {
    "paint": (Qt.Key.Key_P, LEFT),
    "erase": (Qt.Key.Key_E, LEFT),
    "erase with the right button": (Qt.Key.Key_P, RIGHT),
    "lasso": (Qt.Key.Key_G, LEFT),
    "lasso away": (Qt.Key.Key_G, RIGHT),
}
ENTRIES = {
    "grow": ("Grow by a margin", "5 mm"),
    "shrink": ("Shrink by a margin", "2 mm"),
    "smooth": ("Smooth", "3 mm"),
    "close": ("Close gaps", "5 mm"),
    "open": ("Take away what is thin", "3 mm"),
    "holes": ("Fill holes",),
    "holes by slice": ("Fill holes in each slice",),
    "largest": ("Keep the largest island",),
    "islands": ("Remove islands below", "5 ml"),
    "add": ("Add", "last"),
    "around": ("Take away around", "last", "3 mm"),
    "copy": ("Copy to the next slice",),
}


def with_locked(stage: Stage) -> np.ndarray:
    """Put a mask and lock its last structure by a click; return where it is."""
    before = patches(stage)
    dice = np.random.default_rng(3)
    before[dice.random(before.shape) < 0.3] = LIVER
    stage.put(before)
    row = next(row for row in stage.made.window.page.structures.rows if row.structure.id == LAST)
    QTest.mouseClick(row.lock, LEFT)
    assert stage.made.session.locked == {LAST}
    return before == LAST


@pytest.mark.parametrize("hand", HANDS)
def test_that_no_hand_touches_a_locked_structure(stage: Stage, hand: str) -> None:
    locked = with_locked(stage)
    key, button = HANDS[hand]
    stage.take(key, {Qt.Key.Key_P: "paint", Qt.Key.Key_E: "erase", Qt.Key.Key_G: "polygon"}[key])
    stage.press_option(in_space="lasso" not in hand)
    before = stage.labels.copy()
    stage.drag(stage.beside(*OUTLINE_MM), button)
    np.testing.assert_array_equal(stage.labels == LAST, locked)
    assert (stage.labels != before).any()
    assert not stage.states[locked].any()


@pytest.mark.parametrize("entry", ENTRIES)
def test_that_no_operation_touches_a_locked_structure(space: Stage, entry: str) -> None:
    locked = with_locked(space)
    space.take(Qt.Key.Key_P, "paint")
    space.menu(*ENTRIES[entry])
    np.testing.assert_array_equal(space.labels == LAST, locked)
    assert not space.states[locked].any()
