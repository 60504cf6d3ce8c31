"""Brushes and what limits them, voxel by voxel against their definitions."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from gf_desktop.imaging.brushes import Brush, BrushShape, brush_edit, brush_mask
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure, VoxelState
from gf_desktop.imaging.limits import EdgeLimit, IntensityLimit, Limit, ProbabilityLimit, grey
from gf_desktop.imaging.paint import Stroke
from gf_desktop.imaging.rule import PaintRule

TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(4, "aorta", "#d55e00"), Structure(255, "last", "#009e73")))
TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
GEOMETRY = Geometry((11, 9, 7), (0.8, 1.7, 3.1), (5, -3, 11), TURN)
PLAIN = Geometry.identity((9, 8, 6))
AXES = [0, 1, 2, None]
RULE = PaintRule.everything()


def placed(found: tuple[Box, np.ndarray] | None, geometry: Geometry = GEOMETRY) -> np.ndarray:
    mask = np.zeros(geometry.shape_kji, bool)
    if found is not None:
        mask[found[0].slices] = found[1]
    return mask


def chebyshev_mm(offset: np.ndarray, way: np.ndarray) -> float:
    """Smallest over the movement of the largest distance along an axis: at an end, or where two of the distances meet, or one is zero."""
    lines = [(sign * c, sign * w) for c, w in zip(offset, way, strict=True) for sign in (1, -1)] + [(0.0, 0.0)]
    shares = [0.0, 1.0]
    for c0, w0 in lines:
        for c1, w1 in lines:
            if w0 != w1:
                shares.append((c0 - c1) / (w0 - w1))
    return min(float(np.abs(offset - t * way).max()) for t in shares if 0 <= t <= 1)


def euclid_mm(offset: np.ndarray, way: np.ndarray) -> float:
    share = float(np.clip(offset @ way / (way @ way), 0, 1)) if way.any() else 0.0
    return float(np.linalg.norm(offset - share * way))


def reference(brush: Brush, start: tuple[float, ...], stop: tuple[float, ...]) -> np.ndarray:
    """Each voxel's distance in the patient, turned back into the scan's axes for the square."""
    mask = np.zeros(GEOMETRY.shape_kji, bool)
    ends = [list(start), list(stop)]
    if brush.axis is not None:
        for end in ends:
            end[brush.axis] = round(start[brush.axis])
    first, last = GEOMETRY.index_to_world(ends[0]), GEOMETRY.index_to_world(ends[1])
    for k, j, i in np.ndindex(mask.shape):
        if brush.axis is not None and (i, j, k)[brush.axis] != ends[0][brush.axis]:
            continue
        offset, way = GEOMETRY.index_to_world((i, j, k)) - first, last - first
        if brush.shape is BrushShape.ROUND:
            mask[k, j, i] = euclid_mm(offset, way) <= brush.radius_mm + 1e-7
        else:
            mask[k, j, i] = chebyshev_mm(GEOMETRY.direction.T @ offset, GEOMETRY.direction.T @ way) <= brush.radius_mm + 1e-7
    for end in ends:
        i, j, k = (round(v) for v in end)
        if all(0 <= v < n for v, n in zip((i, j, k), GEOMETRY.size_ijk, strict=True)):
            mask[k, j, i] = True
    return mask


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("shape", list(BrushShape))
@pytest.mark.parametrize(("stop", "radius_mm"), [((5.2, 4, 3), 0.1), ((5.2, 4, 3), 4.0), ((8.4, 1.5, 5.1), 2.6), ((30, -7, 4), 3.3)])
def test_that_a_brush_covers_the_voxels_within_its_size_in_mm(
    axis: int | None, shape: BrushShape, stop: tuple[float, float, float], radius_mm: float
) -> None:
    brush, start = Brush(radius_mm, shape, axis), (5.2, 4.0, 3.0)
    np.testing.assert_array_equal(placed(brush_mask(GEOMETRY, brush, start, stop)), reference(brush, start, stop))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_that_a_brush_beside_the_scan_paints_nothing(axis: int) -> None:
    outside = tuple(float(GEOMETRY.size_ijk[a]) if a == axis else 3.0 for a in range(3))
    label_map = LabelMap(GEOMETRY, TABLE)
    for brush in (Brush(1.0, axis=axis), Brush(0.2, BrushShape.SQUARE, axis=None)):
        assert brush_edit(label_map, brush, outside, outside, label=1, rule=RULE) is None


@pytest.mark.parametrize("axis", AXES)
def test_that_a_scan_of_one_slice_can_be_painted_in_every_plane(axis: int | None) -> None:
    label_map = LabelMap(Geometry.identity((5, 4, 1), (1, 1, 2.5)), TABLE)
    edit = brush_edit(label_map, Brush(1.0, axis=axis), (2, 1, 0), (2, 1, 0), label=255, rule=RULE)
    assert edit is not None
    label_map.apply(edit)
    expected = {(0, 1, 2), (0, 1, 1), (0, 1, 3), (0, 0, 2), (0, 2, 2)}
    if axis in {0, 1}:
        expected = {v for v in expected if v[2 - axis] == (2 if axis == 0 else 1)}
    assert {tuple(int(n) for n in v) for v in np.argwhere(label_map.labels == 255)} == expected


def test_that_the_box_of_a_ball_does_not_depend_on_the_number_of_slices() -> None:
    sizes = []
    for slices in (60, 600):
        found = brush_mask(Geometry.identity((512, 512, slices)), Brush(10.0, axis=None), (200, 200, 30), (200, 200, 30))
        assert found is not None
        sizes.append(found[1].shape)
    assert sizes[0] == sizes[1] == (21, 21, 21)


@pytest.mark.parametrize(("radius_mm", "axis"), [(-1.0, 2), (float("nan"), 2), (1.0, 3)])
def test_that_a_brush_without_size_or_plane_is_refused(radius_mm: float, axis: int) -> None:
    with pytest.raises(ValueError, match="brush"):
        Brush(radius_mm, axis=axis)


def test_that_erasing_takes_away_only_what_the_rule_names() -> None:
    labels = np.where(np.arange(9) < 4, 1, 4).astype(np.uint8) * np.ones(PLAIN.shape_kji, np.uint8)
    label_map = LabelMap(PLAIN, TABLE, labels)
    edit = brush_edit(label_map, Brush(2.0), (4, 4, 2), (4, 4, 2), label=0, rule=PaintRule.only({4}))
    assert edit is not None
    label_map.apply(edit)
    expected = labels.copy()
    disc = placed(brush_mask(PLAIN, Brush(2.0), (4, 4, 2), (4, 4, 2)), PLAIN)
    expected[disc & (labels == 4)] = 0
    np.testing.assert_array_equal(label_map.labels, expected)


def test_that_a_reviewing_brush_changes_states_and_no_label() -> None:
    random = np.random.default_rng(1)
    labels, states = (random.integers(0, 4, PLAIN.shape_kji).astype(np.uint8) for _ in range(2))
    label_map = LabelMap(PLAIN, TABLE, labels, states)
    brush = Brush(2.2, axis=None)
    edit = brush_edit(label_map, brush, (4, 4, 2), (5, 4, 2), label=None, rule=PaintRule.everything(locked=[1]))
    assert edit is not None
    label_map.apply(edit)
    covered = placed(brush_mask(PLAIN, brush, (4, 4, 2), (5, 4, 2)), PLAIN)
    np.testing.assert_array_equal(label_map.labels, labels)
    np.testing.assert_array_equal(label_map.states, np.where(covered & (states < 2), 2, states))


@pytest.mark.parametrize("axis", AXES)
def test_that_a_range_of_intensities_limits_the_brush(axis: int | None) -> None:
    voxels = np.random.default_rng(2).integers(-100, 100, GEOMETRY.shape_kji).astype(np.int16)
    label_map = LabelMap(GEOMETRY, TABLE)
    brush = Brush(3.0, axis=axis)
    edit = brush_edit(label_map, brush, (5, 4, 3), (5, 4, 3), label=1, rule=RULE, limit=IntensityLimit(voxels, -20, 60))
    assert edit is not None
    label_map.apply(edit)
    expected = reference(brush, (5, 4, 3), (5, 4, 3)) & (voxels >= -20) & (voxels <= 60)
    np.testing.assert_array_equal(label_map.labels == 1, expected)


def test_that_the_brightness_of_a_colour_picture_limits_the_brush() -> None:
    picture = np.zeros((1, 1, 3, 3), np.uint8)
    picture[0, 0, 0] = (200, 0, 0)
    picture[0, 0, 1] = (0, 200, 0)
    np.testing.assert_allclose(grey(picture)[0, 0], [59.8, 117.4, 0.0])
    box = Box.whole((1, 1, 3))
    inside = IntensityLimit(picture, 50, 100)(box, np.ones((1, 1, 3), bool), (0, 0, 0))
    assert inside.tolist() == [[[True, False, False]]]


@pytest.mark.parametrize("kind", [np.uint8, np.float16, np.float32])
def test_that_a_model_assisted_brush_paints_above_its_dial(kind: type) -> None:
    probability = np.random.default_rng(3).random(PLAIN.shape_kji)
    values = (probability * 255).astype(np.uint8) if kind is np.uint8 else probability.astype(kind)
    brush = Brush(2.5, axis=1)
    label_map = LabelMap(PLAIN, TABLE)
    edit = brush_edit(label_map, brush, (4, 4, 2), (4, 4, 2), label=4, rule=RULE, limit=ProbabilityLimit(values, 0.4))
    assert edit is not None
    label_map.apply(edit)
    above = values > (102 if kind is np.uint8 else 0.4)
    np.testing.assert_array_equal(label_map.labels == 4, placed(brush_mask(PLAIN, brush, (4, 4, 2), (4, 4, 2)), PLAIN) & above)


def test_that_a_model_assisted_brush_stays_within_the_slice_that_was_predicted() -> None:
    plane = np.full((1, 8, 9), 0.9, np.float32)
    label_map = LabelMap(PLAIN, TABLE)
    ball = Brush(2.5, axis=None)
    edit = brush_edit(label_map, ball, (4, 4, 2), (4, 4, 2), label=4, rule=RULE, limit=ProbabilityLimit(plane, 0.4, (3, 0, 0)))
    assert edit is not None
    assert edit.box.start_kji[0] == 3
    assert edit.box.stop_kji[0] == 4
    far = ProbabilityLimit(plane, 0.4, (5, 0, 0))
    assert brush_edit(label_map, Brush(2.0), (4, 4, 2), (4, 4, 2), label=4, rule=RULE, limit=far) is None


@pytest.mark.parametrize(("values", "dial"), [(np.zeros((2, 2)), 0.5), (np.zeros((1, 2, 2), np.int32), 0.5), (np.zeros((1, 2, 2)), 1.5)])
def test_that_what_is_no_probability_is_refused(values: np.ndarray, dial: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        ProbabilityLimit(values, dial)


def grown(values: np.ndarray, area: np.ndarray, centre: tuple[int, ...], tolerance: float | None, step: float | None) -> np.ndarray:
    """The definition of the adaptive brush, walked voxel by voxel."""
    near = [v for v in np.argwhere(area) if np.abs(v - centre).max() <= 2]
    core = np.array([values[tuple(v)] for v in near])
    middle = float(np.median(core))
    if tolerance is None:
        tolerance = 3.0 * 1.4826 * float(np.median(np.abs(core - middle)))
    middle = middle if abs(values[centre] - middle) <= tolerance else float(values[centre])
    step = tolerance if step is None else step
    seen, queue = {centre}, deque([centre])
    while queue:
        at = queue.popleft()
        for axis in range(3):
            for way in (-1, 1):
                to = tuple(c + way * (a == axis) for a, c in enumerate(at))
                if to in seen or not all(0 <= c < n for c, n in zip(to, area.shape, strict=True)) or not area[to]:
                    continue
                if abs(values[to] - middle) <= tolerance and abs(values[to] - values[at]) <= step:
                    seen.add(to)
                    queue.append(to)
    result = np.zeros(area.shape, bool)
    result[tuple(np.array(sorted(seen)).T)] = True
    return result


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize(("tolerance", "step"), [(None, None), (25.0, None), (40.0, 12.0)])
def test_that_the_adaptive_brush_grows_from_its_centre_to_the_edges(axis: int | None, tolerance: float | None, step: float | None) -> None:
    random = np.random.default_rng(4)
    for _ in range(5):
        voxels = (random.normal(0, 12, GEOMETRY.shape_kji) + 60 * (np.arange(11) > 6)).astype(np.int16)
        label_map = LabelMap(GEOMETRY, TABLE)
        brush = Brush(4.0, axis=axis)
        edit = brush_edit(label_map, brush, (5, 4, 3), (5, 4, 3), label=1, rule=RULE, limit=EdgeLimit(voxels, tolerance, step))
        assert edit is not None
        label_map.apply(edit)
        expected = grown(voxels.astype(float), reference(brush, (5, 4, 3), (5, 4, 3)), (3, 4, 5), tolerance, step)
        np.testing.assert_array_equal(label_map.labels == 1, expected)


def test_that_the_adaptive_brush_does_not_cross_a_thin_wall() -> None:
    voxels = np.full((1, 15, 15), 100, np.int16)
    voxels[:, :, 9] = 300
    label_map = LabelMap(Geometry.identity((15, 15, 1)), TABLE)
    edit = brush_edit(label_map, Brush(6.0), (7, 7, 0), (7, 7, 0), label=1, rule=RULE, limit=EdgeLimit(voxels))
    assert edit is not None
    assert edit.box.stop_kji[2] == 9


def test_that_the_adaptive_brush_paints_nothing_while_its_centre_is_outside_the_scan() -> None:
    label_map = LabelMap(PLAIN, TABLE)
    limit = EdgeLimit(np.zeros(PLAIN.shape_kji, np.int16))
    assert brush_edit(label_map, Brush(4.0), (-2, 4, 2), (-2, 4, 2), label=1, rule=RULE, limit=limit) is None


@pytest.mark.parametrize("limit", [None, IntensityLimit(np.arange(432).reshape(PLAIN.shape_kji), 40, 400)])
@pytest.mark.parametrize("label", [0, 4, None])
def test_that_a_stroke_of_any_brush_is_one_edit_that_can_be_taken_back(label: int | None, limit: Limit | None) -> None:
    random = np.random.default_rng(6)
    labels = random.choice([0, 1, 4, 255], PLAIN.shape_kji).astype(np.uint8)
    states = random.integers(0, 4, PLAIN.shape_kji).astype(np.uint8)
    label_map = LabelMap(PLAIN, TABLE, labels, states)
    edits: list[LabelEdit] = []
    stroke = Stroke(
        label_map,
        axis=2,
        label=label,
        radius_mm=1.0,
        start_ijk=(2, 2, 2),
        name="brush",
        on_finish=edits.append,
        brush=Brush(1.5, BrushShape.SQUARE, None),
        rule=PaintRule.everything(locked=[1]),
        limit=limit,
    )
    stroke.move_to((5, 3, 3))
    stroke.move_to((3, 3, 2))
    stroke.finish()
    painted = label_map.labels.copy(), label_map.states.copy()
    assert len(edits) == 1
    np.testing.assert_array_equal(painted[0] == 1, labels == 1)
    label_map.revert(edits[0])
    np.testing.assert_array_equal(label_map.labels, labels)
    np.testing.assert_array_equal(label_map.states, states)
    label_map.apply(edits[0])
    np.testing.assert_array_equal(label_map.labels, painted[0])
    np.testing.assert_array_equal(label_map.states, painted[1])
    assert VoxelState.EDITED in painted[1]
