"""Every correcting tool, worked with mouse and keys in all planes on three kinds of grid, against a computation of its own."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from skimage.draw import polygon2mask
from skimage.segmentation import flood, watershed

from gf_desktop.imaging.labelmap import VoxelState
from tests.ui.gui.views.stage import (
    LAST,
    LEFT,
    LESION,
    LIVER,
    MIDDLE,
    NEAR_MM,
    OUTLINE_MM,
    RIGHT,
    SLOPE,
    STOMACH,
    WAY_MM,
    Stage,
    assert_mask,
    patches,
    wait_until,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)


def distance_mm(stage: Stage, path_ijk: np.ndarray) -> np.ndarray:
    """Distance of every voxel centre from a path, in mm of the patient."""
    world, corners = stage.world(), stage.to_world(path_ijk)
    best = np.full(world.shape[:3], np.inf)
    for start, stop in zip(corners, [*corners[1:], corners[-1]], strict=True):
        along = stop - start
        share = np.clip(((world - start) @ along) / max(float(along @ along), 1e-12), 0, 1)
        best = np.minimum(best, np.linalg.norm(world - start - share[..., None] * along, axis=-1))
    return best


def under(stage: Stage, path_ijk: np.ndarray) -> np.ndarray:
    """The voxels in which the path has its corners."""
    chosen = np.zeros(stage.voxels.shape, bool)
    for i, j, k in np.rint(path_ijk).astype(int):
        chosen[k, j, i] = True
    return chosen


def flattened(stage: Stage, path_ijk: np.ndarray) -> np.ndarray:
    """The path within the slice: what is seen from the front."""
    flat = path_ijk.copy()
    flat[:, 2 - stage.across] = stage.view.plane.index
    return flat


def swept(stage: Stage, path_ijk: np.ndarray, radius_mm: float, *, in_space: bool) -> tuple[np.ndarray, np.ndarray]:
    """Bool [k, j, i]: what a round brush covers, and where that is a matter of rounding."""
    flat = flattened(stage, path_ijk)
    away = distance_mm(stage, flat)
    covered = (away <= radius_mm) | under(stage, flat)
    if not in_space:
        covered &= stage.in_slice()
    return covered, np.abs(away - radius_mm) <= NEAR_MM


# brushes


@pytest.mark.parametrize("in_space", [False, True], ids=["2-D", "3-D"])
@pytest.mark.parametrize("structure", [LIVER, LAST])
def test_that_a_round_brush_paints_a_disc_or_a_ball_in_mm(stage: Stage, in_space: bool, structure: int) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P, "paint", structure=structure)
    stage.press_option(in_space=in_space)
    stage.brush(4.0)
    path = stage.drag(stage.beside(*WAY_MM))
    covered, unsure = swept(stage, path, 4.0, in_space=in_space)
    assert_mask(stage, np.where(covered, structure, before), unsure=unsure)
    assert (stage.states[covered & ~unsure] == VoxelState.EDITED).all()
    assert not stage.states[~covered & ~unsure].any()
    assert covered.sum() > 30
    stage.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(stage.labels, before)


def test_that_what_is_painted_lies_and_is_seen_under_the_mouse(stage: Stage) -> None:
    window = stage.made.window
    stage.take(Qt.Key.Key_P, "paint", structure=LESION)
    stage.brush(0.5)
    (place,) = stage.beside((5.0, -4.0))
    spot = stage.view.canvas.viewport().mapTo(window, place)
    dark = window.grab().toImage().pixelColor(spot)
    window.state.set_display(window.state.display.with_opacity(1.0))
    stage.click(place)
    QTest.mouseMove(stage.view.canvas.viewport(), place + QPoint(60, 60))
    QTest.qWait(20)
    shown = window.grab().toImage().pixelColor(spot)
    window.state.set_display(window.state.display.with_opacity(0.5))
    # the colour of the structure, #d55e00
    assert (abs(shown.red() - 0xD5), abs(shown.green() - 0x5E), shown.blue()) < (12, 12, 12)
    assert abs(dark.red() - dark.blue()) < 12
    i, j, k = np.rint(stage.exact(place)).astype(int)
    assert stage.labels[k, j, i] == LESION
    assert 1 <= (stage.labels == LESION).sum() <= 4
    read = []
    stage.view.hovered.connect(read.append)
    QTest.mouseMove(stage.view.canvas.viewport(), place + QPoint(3, 0))
    QTest.mouseMove(stage.view.canvas.viewport(), place)
    stage.view.hovered.disconnect(read.append)
    # RAS of the file is LPS of the read-out with two signs turned
    np.testing.assert_allclose(read[-1].world_mm, stage.to_world(np.array([i, j, k])) * (-1, -1, 1), atol=1e-3)


@pytest.mark.parametrize("in_space", [False, True], ids=["2-D", "3-D"])
def test_that_a_square_brush_paints_along_the_axes_of_the_scan(stage: Stage, in_space: bool) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P, "paint", structure=LAST)
    stage.press_option(square=True, in_space=in_space)
    stage.brush(3.0)
    start, stop = stage.beside((-6.0, 1.0), (7.0, 1.0))
    path = flattened(stage, stage.drag([start, QPoint(stop.x(), start.y())]))
    covered = under(stage, path)
    inside = np.ones(before.shape, bool)
    for axis, steps in enumerate(stage.steps_mm):
        places = np.arange(before.shape[axis]) * steps
        low, high = path[:, 2 - axis].min() * steps - 3.0, path[:, 2 - axis].max() * steps + 3.0
        within = (places >= low - NEAR_MM) & (places <= high + NEAR_MM)
        if axis == stage.across and not in_space:
            within = np.arange(before.shape[axis]) == stage.view.plane.index
        inside &= within.reshape([-1 if a == axis else 1 for a in range(3)])
    covered |= inside
    assert_mask(stage, np.where(covered, LAST, before))
    assert covered.sum() > 15


@pytest.mark.parametrize("way", ["eraser", "right button", "3-D eraser"])
def test_that_an_eraser_takes_away_what_it_meets(stage: Stage, way: str) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P if way == "right button" else Qt.Key.Key_E, "paint" if way == "right button" else "erase")
    stage.press_option(in_space=way == "3-D eraser")
    stage.brush(5.0)
    path = stage.drag(stage.beside(*WAY_MM), RIGHT if way == "right button" else LEFT)
    covered, unsure = swept(stage, path, 5.0, in_space=way == "3-D eraser")
    assert_mask(stage, np.where(covered, 0, before), unsure=unsure)
    assert (before[covered] > 0).sum() > 20


def test_that_the_reviewed_brush_accepts_and_draws_nothing(stage: Stage) -> None:
    before = patches(stage)
    states = np.random.default_rng(1).integers(0, 4, before.shape).astype(np.uint8)
    stage.put(before, states)
    stage.take(Qt.Key.Key_R, "review")
    stage.brush(4.0)
    path = stage.drag(stage.beside(*WAY_MM))
    covered, unsure = swept(stage, path, 4.0, in_space=False)
    np.testing.assert_array_equal(stage.labels, before)
    expected = np.where(covered & (states < VoxelState.ACCEPTED), VoxelState.ACCEPTED, states)
    np.testing.assert_array_equal(stage.states[~unsure], expected[~unsure])


def test_that_a_brush_held_to_intensities_paints_only_these(stage: Stage) -> None:
    stage.take(Qt.Key.Key_P, "paint")
    stage.hold_to_range(40.0, 130.0)
    stage.brush(6.0)
    path = stage.drag(stage.beside(*WAY_MM))
    covered, unsure = swept(stage, path, 6.0, in_space=False)
    like = (stage.voxels >= 40) & (stage.voxels <= 130)
    assert_mask(stage, np.where(covered & like, LIVER, 0).astype(np.uint8), unsure=unsure)
    assert 5 < (covered & like).sum() < covered.sum()


def like_the_middle(stage: Stage, covered: np.ndarray, centre_ijk: np.ndarray) -> np.ndarray:
    """What is linked with a voxel within a brush, as the edge-aware brush is described: neighbours that differ little, from a graph."""
    i, j, k = np.rint(centre_ijk).astype(int)
    near = np.zeros(covered.shape, bool)
    near[max(k - 2, 0) : k + 3, max(j - 2, 0) : j + 3, max(i - 2, 0) : i + 3] = True
    core = stage.voxels[near & covered]
    middle = np.median(core)
    tolerance = 3 * 1.4826 * np.median(np.abs(core - middle))
    own = stage.voxels[k, j, i]
    reference = middle if abs(own - middle) <= tolerance else own
    like = covered & (np.abs(stage.voxels - reference) <= tolerance)
    numbers = np.arange(like.size).reshape(like.shape)
    links = []
    for axis in range(3):
        one = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        other = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        joined = like[one] & like[other] & (np.abs(stage.voxels[one] - stage.voxels[other]) <= tolerance)
        links.append(np.stack([numbers[one][joined], numbers[other][joined]]))
    rows, columns = np.concatenate(links, axis=1)
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(like.size, like.size))
    _count, parts = connected_components(graph, directed=False)
    return like & (parts == parts[numbers[k, j, i]]).reshape(like.shape)


def at_an_edge(stage: Stage, radius_mm: float, *, in_space: bool) -> tuple[int, int, int]:
    """A voxel (i, j, k) near the middle around which a brush covers what looks like it and what does not."""
    near = np.argwhere(stage.in_slice() & (distance_mm(stage, np.array([stage.middle])) < 9.0))
    for k, j, i in np.random.default_rng(2).permutation(near):
        centre = np.array([i, j, k], float)
        covered, _unsure = swept(stage, centre[None], radius_mm, in_space=in_space)
        if 0.1 < like_the_middle(stage, covered, centre).sum() / covered.sum() < 0.8:
            return (int(i), int(j), int(k))
    raise AssertionError("the crop has no edge there")


@pytest.mark.parametrize("in_space", [False, True], ids=["2-D", "3-D"])
def test_that_the_edge_aware_brush_stays_with_what_looks_like_its_middle(stage: Stage, in_space: bool) -> None:
    stage.take(Qt.Key.Key_P, "paint")
    stage.choose(stage.made.window.page.structures.options.where, 2)
    stage.press_option(in_space=in_space)
    stage.brush(12.0)
    centre = stage.click(stage.pixel(at_an_edge(stage, 12.0, in_space=in_space)))
    covered, unsure = swept(stage, centre[None], 12.0, in_space=in_space)
    assert not (covered & unsure).any()
    held = like_the_middle(stage, covered, flattened(stage, centre[None])[0])
    assert_mask(stage, np.where(held, LIVER, 0).astype(np.uint8))
    assert 0 < held.sum() < covered.sum()


@pytest.mark.parametrize("dial", [30, 75])
def test_that_the_model_assisted_brush_paints_where_the_student_is_above_the_dial(stage: Stage, dial: int) -> None:
    options = stage.made.window.page.structures.options
    stage.take(Qt.Key.Key_P, "paint")
    stage.choose(options.where, 3)
    options.dial.setFocus()
    while options.dial.value() != dial:
        QTest.keyClick(options.dial, Qt.Key.Key_Right if options.dial.value() < dial else Qt.Key.Key_Left)
    stage.view.setFocus()
    wait_until(lambda: not stage.made.jobs.busy and stage.made.session.open.probability is not None)
    stage.brush(8.0)
    path = stage.drag(stage.beside(*WAY_MM))
    covered, unsure = swept(stage, path, 8.0, in_space=False)
    grey = np.clip((stage.voxels + 160) / 400, 0, 1)
    chance = 1 / (1 + np.exp(MIDDLE - SLOPE * grey))
    # the chance is kept in 255 steps
    unsure |= np.abs(chance - dial / 100) < 1.01 / 255
    above = chance > dial / 100
    assert_mask(stage, np.where(covered & above, LIVER, 0).astype(np.uint8), unsure=unsure)
    assert 0 < (covered & above).sum() < covered.sum()


@pytest.mark.parametrize(("row", "over"), [(1, 0), (4, STOMACH)], ids=["background", "one structure"])
def test_that_a_brush_paints_only_over_what_was_chosen(stage: Stage, row: int, over: int) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P, "paint", structure=LAST)
    stage.choose(stage.made.window.page.structures.options.over, row)
    stage.press_option(in_space=True)
    stage.brush(6.0)
    path = stage.drag(stage.beside(*WAY_MM))
    covered, unsure = swept(stage, path, 6.0, in_space=True)
    changed = covered & (before == over)
    assert_mask(stage, np.where(changed, LAST, before), unsure=unsure)
    assert changed.sum() > 5


def test_that_an_eraser_erases_only_the_structure_that_was_chosen(stage: Stage) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_E, "erase")
    stage.choose(stage.made.window.page.structures.options.over, 4)
    stage.press_option(in_space=True)
    stage.brush(6.0)
    path = stage.drag(stage.beside(*WAY_MM))
    covered, unsure = swept(stage, path, 6.0, in_space=True)
    assert_mask(stage, np.where(covered & (before == STOMACH), 0, before), unsure=unsure)
    assert (covered & (before == STOMACH)).sum() > 5


# outlines and regions


def enclosed(stage: Stage, path_ijk: np.ndarray) -> np.ndarray:
    """Bool [k, j, i]: voxels of the slice whose centre lies within an outline, by scikit-image."""
    stored = [axis for axis in (2, 1, 0) if 2 - axis != stage.across]
    inside = np.zeros(stage.voxels.shape, bool)
    shape = [stage.voxels.shape[2 - axis] for axis in stored]
    np.moveaxis(inside, stage.across, 0)[stage.view.plane.index] = polygon2mask(shape, path_ijk[:, stored])
    return inside


@pytest.mark.parametrize("way", ["polygon", "lasso"])
def test_that_an_outline_adds_what_it_encloses(stage: Stage, way: str) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_G, "polygon", structure=LESION)
    places = stage.beside(*OUTLINE_MM)
    if way == "polygon":
        for place in places:
            QTest.mouseClick(stage.view.canvas.viewport(), LEFT, pos=place)
        QTest.mouseDClick(stage.view.canvas.viewport(), LEFT, pos=places[-1])
        stage.settle()
    else:
        stage.drag(places)
    inside = enclosed(stage, np.array([stage.exact(place) for place in places]))
    assert_mask(stage, np.where(inside, LESION, before))
    assert inside.sum() > 20


@pytest.mark.parametrize("way", ["polygon", "lasso"])
def test_that_an_outline_with_the_right_button_takes_away(stage: Stage, way: str) -> None:
    before = patches(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_G, "polygon", structure=LAST)
    places = stage.beside(*OUTLINE_MM)
    if way == "polygon":
        for place in places:
            QTest.mouseClick(stage.view.canvas.viewport(), LEFT, pos=place)
        QTest.mouseClick(stage.view.canvas.viewport(), RIGHT, pos=places[-1])
        stage.settle()
    else:
        stage.drag(places, RIGHT)
    inside = enclosed(stage, np.array([stage.exact(place) for place in places]))
    assert_mask(stage, np.where(inside & (before == LAST), 0, before))
    assert (inside & (before == LAST)).sum() > 3


def joined(mask: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The part of a mask, over faces, in which a voxel (i, j, k) lies."""
    parts, _count = ndimage.label(mask)
    i, j, k = np.rint(at).astype(int)
    return parts == parts[k, j, i] if parts[k, j, i] else np.zeros_like(mask)


@pytest.mark.parametrize("in_space", [False, True], ids=["2-D", "3-D"])
@pytest.mark.parametrize("button", [LEFT, RIGHT], ids=["fill", "empty"])
def test_that_fill_takes_the_connected_region_of_equal_labels(stage: Stage, in_space: bool, button: Qt.MouseButton) -> None:
    before = patches(stage)
    k, j, i = np.argwhere((before == LAST) & stage.in_slice())[0]
    stage.put(before)
    stage.take(Qt.Key.Key_F, "fill")
    stage.press_option(in_space=in_space)
    at = stage.click(stage.pixel((i, j, k)), button)
    region = before == LAST
    if not in_space:
        region &= stage.in_slice()
    filled = joined(region, at)
    assert_mask(stage, np.where(filled, LIVER if button == LEFT else 0, before))
    assert filled.sum() > 3


@pytest.mark.parametrize("in_space", [False, True], ids=["2-D", "3-D"])
def test_that_a_region_grows_through_a_range_of_intensities(stage: Stage, in_space: bool) -> None:
    stage.take(Qt.Key.Key_T, "grow", structure=LAST)
    stage.hold_to_range(60.0, 140.0)
    stage.press_option(in_space=in_space)
    inside = (stage.voxels >= 60) & (stage.voxels <= 140)
    if not in_space:
        inside &= stage.in_slice()
    parts, _count = ndimage.label(inside & stage.in_slice())
    k, j, i = np.argwhere(parts == 1 + np.bincount(parts[parts > 0] - 1).argmax())[0]
    stage.click(stage.pixel((i, j, k)))
    stage.take_preview()
    stage.settle()
    assert_mask(stage, np.where(flood(inside.astype(np.uint8), (k, j, i), connectivity=1) & inside, LAST, 0).astype(np.uint8))
    assert (stage.labels == LAST).sum() > 20


def test_that_a_region_grows_through_what_looks_like_the_place_that_was_clicked(stage: Stage) -> None:
    stage.take(Qt.Key.Key_T, "grow")
    (place,) = stage.beside((2.0, 2.0))
    i, j, k = np.rint(stage.exact(place)).astype(int)
    # within two voxels of the place, in the slice as it is stored
    core = stage.voxels[k, max(j - 2, 0) : j + 3, max(i - 2, 0) : i + 3]
    spread = 3 * 1.4826 * np.median(np.abs(core - np.median(core)))
    own = stage.voxels[k, j, i]
    low, high = min(np.median(core) - spread, own), max(np.median(core) + spread, own)
    stage.click(place)
    stage.take_preview()
    stage.settle()
    inside = (stage.voxels >= low) & (stage.voxels <= high) & stage.in_slice()
    assert_mask(stage, np.where(joined(inside, np.array([i, j, k])), LIVER, 0).astype(np.uint8))
    assert (stage.labels == LIVER).any()


def test_that_seeds_grow_until_they_meet_at_the_edges(stage: Stage) -> None:
    for structure, mm in ((LIVER, -6.0), (LAST, 7.0)):
        stage.take(Qt.Key.Key_P, "paint", structure=structure)
        stage.brush(2.0)
        stage.drag(stage.beside((mm, -3.0), (mm, 3.0)))
    seeds = stage.labels.copy()
    stage.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(stage.made.window.palette_box.field, "grow from what")
    QTest.qWait(20)
    QTest.keyClick(stage.made.window.palette_box.field, Qt.Key.Key_Return)
    stage.take_preview()
    stage.settle()
    smooth = ndimage.gaussian_filter(stage.voxels, [1.0 / step for step in stage.steps_mm])
    slope = np.sqrt(sum(s**2 for s in np.gradient(smooth, *stage.steps_mm)))
    expected = watershed(slope, seeds.astype(int))
    assert (stage.labels[seeds > 0] == seeds[seeds > 0]).all()
    assert set(np.unique(stage.labels)) == {LIVER, LAST}
    # equal slopes may be flooded in another order; there are few
    assert (stage.labels != expected).mean() < 0.002
