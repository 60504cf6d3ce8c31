"""Every correcting tool, worked with mouse and keys in all planes on three kinds of grid, against a computation of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from skimage.draw import polygon2mask
from skimage.segmentation import flood, watershed

from gf_desktop.imaging.labelmap import VoxelState
from tests.ui.gui.views.stage import GRIDS, LEFT, MIDDLE, PLANES, RIGHT, SLOPE, Stage, open_stage, wait_until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)

LIVER, STOMACH, LESION, LAST = 2, 3, 200, 255
NEAR_MM = 1e-6
"""Voxel centres this near to the rim of a brush may be in or out."""


@pytest.fixture(scope="module", params=GRIDS)
def theatre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Stage]:
    yield from open_stage(tmp_path_factory.mktemp("stage"), request.param)


@pytest.fixture(params=PLANES)
def stage(request: pytest.FixtureRequest, theatre: Stage) -> Stage:
    """A view alone, over an empty mask, with nothing locked."""
    theatre.look(request.param)
    return theatre


@pytest.fixture
def space(theatre: Stage) -> Stage:
    """The same for what does not depend on the plane."""
    theatre.look("axial")
    return theatre


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


def assert_mask(stage: Stage, expected: np.ndarray, *, unsure: np.ndarray | None = None) -> None:
    found = stage.labels.copy()
    if unsure is not None:
        found[unsure] = expected[unsure]
    np.testing.assert_array_equal(found, expected)


def patches(stage: Stage, seed: int = 0) -> np.ndarray:
    """A mask of patches of several structures."""
    dice = np.random.default_rng(seed)
    coarse = dice.choice([0, 0, 1, 3, 200, 255], [-(-n // 4) for n in stage.voxels.shape])
    return np.kron(coarse, np.ones((4, 4, 4)))[tuple(slice(n) for n in stage.voxels.shape)].astype(np.uint8)


WAY_MM = ((-7.0, -4.0), (3.0, 5.0), (8.0, -3.0))
OUTLINE_MM = ((-9.0, -6.0), (9.0, -7.0), (11.0, 5.0), (-2.0, 8.0), (-10.0, 3.0))


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
    stage.settle()
    smooth = ndimage.gaussian_filter(stage.voxels, [1.0 / step for step in stage.steps_mm])
    slope = np.sqrt(sum(s**2 for s in np.gradient(smooth, *stage.steps_mm)))
    expected = watershed(slope, seeds.astype(int))
    assert (stage.labels[seeds > 0] == seeds[seeds > 0]).all()
    assert set(np.unique(stage.labels)) == {LIVER, LAST}
    # equal slopes may be flooded in another order; there are few
    assert (stage.labels != expected).mean() < 0.002


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
