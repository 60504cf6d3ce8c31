"""Outlines, fills and growth against exact arithmetic, scipy and scikit-image."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.measure import points_in_poly

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure, VoxelState
from gf_desktop.imaging.regions import (
    fill_edit,
    grow_region_edit,
    grow_seeds_edit,
    plane_box,
    polygon_edit,
    polygon_mask,
    threshold_edit,
)
from gf_desktop.imaging.rule import PaintRule

TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(4, "aorta", "#d55e00")))
TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
GEOMETRY = Geometry((10, 9, 8), (0.8, 1.7, 3.1), (5, -3, 11), TURN)
RULE = PaintRule.everything()
AXES = [0, 1, 2]


def in_plane(axis: int, points: list[tuple[float, float]], depth: float = 3.0) -> list[tuple[float, float, float]]:
    """Points (first, second plane axis) as i, j, k."""
    places = []
    for pair in points:
        rest = iter(pair)
        places.append(tuple(depth if a == axis else next(rest) for a in range(3)))
    return places


def even_odd(points: list[tuple[float, float]], x: int, y: int) -> bool:
    """The rule in exact arithmetic: cuts strictly to the right of the centre; an edge holds its lower end and not its upper one."""
    inside = False
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        x0, y0, x1, y1 = (Fraction(v) for v in (ax, ay, bx, by))
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) > x:
            inside = not inside
    return inside


def drawn(axis: int, points: list[tuple[float, float]]) -> np.ndarray:
    """Bool [second plane axis, first plane axis] of slice 3."""
    mask = np.zeros(GEOMETRY.shape_kji, bool)
    found = polygon_mask(GEOMETRY, axis, in_plane(axis, points))
    if found is not None:
        mask[found[0].slices] = found[1]
        assert found[0].start_kji[2 - axis] == 3
    assert not np.delete(mask, 3, axis=2 - axis).any()
    return np.take(mask, 3, axis=2 - axis)


# quarters: centres on edges and corners are common, and all arithmetic is exact
corners = st.lists(st.tuples(*(st.integers(-8, 48).map(lambda n: n / 4) for _ in range(2))), min_size=3, max_size=8)


@settings(max_examples=40)
@given(st.sampled_from(AXES), corners)
def test_that_a_polygon_holds_the_centres_that_the_even_odd_rule_names(axis: int, points: list[tuple[float, float]]) -> None:
    mask = drawn(axis, points)
    expected = np.array([[even_odd(points, x, y) for x in range(mask.shape[1])] for y in range(mask.shape[0])])
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("axis", AXES)
def test_that_a_lasso_agrees_with_scikit_image(axis: int) -> None:
    random = np.random.default_rng(3)
    angles = np.sort(random.random(60)) * 2 * np.pi
    points = [(4.1 + r * np.cos(a), 3.9 + r * np.sin(a)) for a, r in zip(angles, random.uniform(1, 6, 60), strict=True)]
    mask = drawn(axis, points)
    centres = np.array([(x, y) for y in range(mask.shape[0]) for x in range(mask.shape[1])])
    np.testing.assert_array_equal(mask.reshape(-1), points_in_poly(centres, points))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True), st.lists(st.integers(-1, 10), min_size=2, max_size=2))
def test_that_two_polygons_with_a_common_edge_share_no_pixel_and_leave_none_out(ends: list[int], heights: list[int]) -> None:
    low, high = (ends[0], -2.0), (ends[1], 11.0)
    kink = (float(heights[0]), float(heights[1]))
    left = drawn(2, [(-2.0, -2.0), low, kink, high, (-2.0, 11.0)])
    right = drawn(2, [low, (12.0, -2.0), (12.0, 11.0), high, kink])
    # where the kink bends far, both outlines cross the frame's and even-odd still parts the plane
    assert (left ^ right).all()


def test_that_an_outline_without_a_centre_or_outside_the_scan_draws_nothing() -> None:
    assert polygon_mask(GEOMETRY, 2, [(1, 1, 3), (2, 2, 3)]) is None
    assert polygon_mask(GEOMETRY, 2, [(1.1, 1.1, 3), (1.9, 1.1, 3), (1.5, 1.8, 3)]) is None
    assert polygon_mask(GEOMETRY, 2, [(1, 1, 9), (5, 1, 9), (3, 6, 9)]) is None
    assert polygon_mask(GEOMETRY, 2, [(-9, 1, 3), (-5, 1, 3), (-3, 6, 3)]) is None


@pytest.mark.parametrize("axis", AXES)
def test_that_a_polygon_adds_and_takes_away_its_inside(axis: int) -> None:
    labels = np.random.default_rng(1).choice([0, 1, 4], GEOMETRY.shape_kji).astype(np.uint8)
    points = in_plane(axis, [(1.5, 1.5), (6.5, 2.2), (4.1, 7.3)])
    found = polygon_mask(GEOMETRY, axis, points)
    assert found is not None
    inside = np.zeros(labels.shape, bool)
    inside[found[0].slices] = found[1]
    for subtract, expected in ((False, np.where(inside, 1, labels)), (True, np.where(inside & (labels == 1), 0, labels))):
        label_map = LabelMap(GEOMETRY, TABLE, labels)
        edit = polygon_edit(label_map, axis, points, label=1, rule=RULE, subtract=subtract)
        assert edit is not None
        label_map.apply(edit)
        np.testing.assert_array_equal(label_map.labels, expected)
    assert polygon_edit(label_map, axis, points, label=1, rule=PaintRule(locked=frozenset({1})), subtract=True) is None


@pytest.mark.parametrize("axis", [*AXES, None])
def test_that_a_fill_takes_the_connected_region_of_its_label(axis: int | None) -> None:
    random = np.random.default_rng(5)
    for _ in range(5):
        labels = random.choice([0, 1], GEOMETRY.shape_kji, p=[0.6, 0.4]).astype(np.uint8)
        label_map = LabelMap(GEOMETRY, TABLE, labels)
        seed = (4, 3, 2)
        edit = fill_edit(label_map, seed, label=4, rule=RULE, axis=axis)
        same = labels == labels[2, 3, 4]
        if axis is not None:
            across = np.indices(labels.shape)[2 - axis] == seed[axis]
            same &= across
        parts, _ = ndimage.label(same)
        assert edit is not None
        label_map.apply(edit)
        np.testing.assert_array_equal(label_map.labels == 4, parts == parts[2, 3, 4])


def test_that_a_fill_stays_in_its_box_and_starts_inside_the_scan() -> None:
    label_map = LabelMap(GEOMETRY, TABLE)
    edit = fill_edit(label_map, (4, 3, 2), label=4, rule=RULE, axis=None, box=Box((1, 2, 3), (4, 6, 7)))
    assert edit is not None
    assert edit.box == Box((1, 2, 3), (4, 6, 7))
    assert fill_edit(label_map, (4, 3, 8), label=4, rule=RULE) is None
    assert fill_edit(label_map, (9, 3, 2), label=4, rule=RULE, box=Box((1, 2, 3), (4, 6, 7))) is None


def test_that_a_threshold_takes_every_voxel_of_the_range_in_the_box() -> None:
    voxels = np.random.default_rng(2).integers(0, 9, GEOMETRY.shape_kji).astype(np.int16)
    label_map = LabelMap(GEOMETRY, TABLE)
    box = Box((1, 2, 3), (4, 6, 7))
    edit = threshold_edit(label_map, voxels, low=3, high=5, label=1, rule=RULE, box=box)
    assert edit is not None
    label_map.apply(edit)
    expected = np.zeros(voxels.shape, bool)
    expected[box.slices] = np.isin(voxels[box.slices], (3, 4, 5))
    np.testing.assert_array_equal(label_map.labels == 1, expected)
    assert threshold_edit(label_map, voxels, low=20, high=30, label=1, rule=RULE) is None


@pytest.mark.parametrize("axis", [*AXES, None])
def test_that_a_region_grows_through_its_range_and_around_what_is_locked(axis: int | None) -> None:
    random = np.random.default_rng(7)
    for _ in range(5):
        voxels = random.integers(0, 10, GEOMETRY.shape_kji).astype(np.int16)
        voxels[2, 3, 4] = 5
        labels = random.choice([0, 4], GEOMETRY.shape_kji, p=[0.9, 0.1]).astype(np.uint8)
        labels[2, 3, 4] = 0
        label_map = LabelMap(GEOMETRY, TABLE, labels)
        rule = PaintRule.everything(locked=[4])
        edit = grow_region_edit(label_map, voxels, (4, 3, 2), low=2, high=8, label=1, rule=rule, axis=axis)
        free = (voxels >= 2) & (voxels <= 8) & (labels != 4)
        if axis is not None:
            free &= np.indices(labels.shape)[2 - axis] == (4, 3, 2)[axis]
        parts, _ = ndimage.label(free)
        assert edit is not None
        label_map.apply(edit)
        np.testing.assert_array_equal(label_map.labels == 1, parts == parts[2, 3, 4])


def test_that_a_region_does_not_grow_from_a_point_outside_its_range_or_the_scan() -> None:
    label_map = LabelMap(GEOMETRY, TABLE)
    voxels = np.zeros(GEOMETRY.shape_kji)
    assert grow_region_edit(label_map, voxels, (4, 3, 2), low=1, high=2, label=1, rule=RULE) is None
    assert grow_region_edit(label_map, voxels, (4, 3, 20), low=-1, high=2, label=1, rule=RULE) is None


def two_blocks() -> tuple[np.ndarray, np.ndarray]:
    """Return intensities of two blocks on a dark ground, and which voxel belongs to which (0, 1, 4)."""
    truth = np.zeros((8, 18, 20), np.uint8)
    truth[1:7, 3:15, 2:10] = 1
    truth[1:7, 3:15, 10:18] = 4
    noise = np.random.default_rng(8).normal(0, 2, truth.shape)
    return np.choose(np.searchsorted([0, 1, 4], truth), [0, 100, 200]) + noise, truth


def seeded(truth: np.ndarray, extra: np.ndarray | None = None) -> LabelMap:
    labels, states = np.zeros(truth.shape, np.uint8), np.zeros(truth.shape, np.uint8)
    for label, place in ((0, np.s_[:, 0:1, :]), (1, np.s_[2:6, 6:12, 4:7]), (4, np.s_[2:6, 6:12, 13:16])):
        labels[place], states[place] = label, VoxelState.EDITED
    states[:, -1, :] = states[:, :, 0] = states[:, :, -1] = VoxelState.EDITED
    states[0] = states[-1] = VoxelState.EDITED
    if extra is not None:
        labels[extra] = 9
    return LabelMap(Geometry.identity((20, 18, 8), (0.9, 1.1, 2.0)), TABLE, labels, states)


def test_that_seeds_grow_to_the_edges_of_what_they_lie_in() -> None:
    voxels, truth = two_blocks()
    label_map = seeded(truth)
    edit = grow_seeds_edit(label_map, voxels, Box.whole(truth.shape), rule=RULE, smoothing_mm=0.0)
    assert edit is not None
    label_map.apply(edit)
    # a voxel on either side of a border has its slope
    for label in (1, 4):
        core = ndimage.binary_erosion(truth == label)
        assert (label_map.labels[core] == label).all()
    assert (label_map.labels[~ndimage.binary_dilation(truth > 0)] == 0).all()
    assert (label_map.labels == truth).mean() > 0.85


def test_that_growing_seeds_end_at_locked_structures_and_at_the_box() -> None:
    voxels, truth = two_blocks()
    wall = np.zeros(truth.shape, bool)
    wall[:, :, 8] = True
    label_map = seeded(truth, wall)
    before = label_map.labels.copy()
    box = Box((1, 1, 1), (7, 17, 19))
    edit = grow_seeds_edit(label_map, voxels, box, rule=PaintRule.everything(locked=[9]))
    assert edit is not None
    label_map.apply(edit)
    np.testing.assert_array_equal(label_map.labels == 9, wall)
    outside = np.ones(truth.shape, bool)
    outside[box.slices] = False
    np.testing.assert_array_equal(label_map.labels[outside], before[outside])
    assert (label_map.labels[3, 5:12, 9] != 1).all()


def test_that_seeds_of_one_label_do_not_flood_the_box() -> None:
    voxels, truth = two_blocks()
    label_map = seeded(truth)
    seeds = label_map.labels == 1
    assert grow_seeds_edit(label_map, voxels, Box.whole(truth.shape), rule=RULE, seeds=seeds) is None
    assert grow_seeds_edit(label_map, voxels, Box.whole(truth.shape), rule=RULE, seeds=np.zeros(truth.shape, bool)) is None


@pytest.mark.parametrize("axis", AXES)
def test_that_the_box_of_a_plane_holds_that_slice(axis: int) -> None:
    box = plane_box(GEOMETRY, axis, 3)
    assert box is not None
    marked = np.zeros(GEOMETRY.shape_kji, bool)
    marked[box.slices] = True
    np.testing.assert_array_equal(marked, np.indices(marked.shape)[2 - axis] == 3)
    assert plane_box(GEOMETRY, axis, -1) is None
    assert plane_box(GEOMETRY, axis, GEOMETRY.size_ijk[axis]) is None


def test_that_an_edit_of_a_region_carries_its_name_and_author() -> None:
    edit = fill_edit(LabelMap(GEOMETRY, TABLE), (1, 1, 1), label=4, rule=RULE, name="bucket", author="AB")
    assert isinstance(edit, LabelEdit)
    assert (edit.name, edit.author) == ("bucket", "AB")
