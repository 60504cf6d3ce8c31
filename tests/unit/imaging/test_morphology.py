"""Reshaping structures against distances counted one by one, scipy and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from skimage import measure

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure
from gf_desktop.imaging.morphology import (
    Logic,
    Smoothing,
    close_edit,
    combine_edit,
    fill_holes_edit,
    keep_largest_edit,
    margin_edit,
    open_edit,
    remove_islands_edit,
    smooth_edit,
)
from gf_desktop.imaging.rule import PaintRule

TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(4, "aorta", "#d55e00")))
TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
GEOMETRY = Geometry((10, 9, 7), (0.8, 1.7, 3.1), (5, -3, 11), TURN)
RULE = PaintRule.everything()
AXES = [0, 1, 2, None]


def blobs(seed: int, share: float = 0.3) -> np.ndarray:
    """Bool: a random structure with gaps, islands and voxels at the border of the scan."""
    random = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(random.normal(size=GEOMETRY.shape_kji), 0.7)
    return np.asarray(smooth > np.quantile(smooth, 1 - share))


def after(label_map: LabelMap, edit: LabelEdit | None) -> np.ndarray:
    if edit is not None:
        label_map.apply(edit)
    return label_map.labels


def centres_mm(shape: tuple[int, ...]) -> np.ndarray:
    indices = np.array([(i, j, k) for k, j, i in np.ndindex(shape)])
    return GEOMETRY.index_to_world(indices)


def reached(mask: np.ndarray, reach_mm: float, axis: int | None) -> np.ndarray:
    """Which voxels have one of the mask within a distance in the patient, in the same slice where an axis is given."""
    places = centres_mm(mask.shape)
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) <= reach_mm + 1e-7
    if axis is not None:
        level = np.indices(mask.shape)[2 - axis].reshape(-1)
        apart &= level[:, None] == level[None]
    return np.asarray((apart & mask.reshape(-1)[None]).any(axis=1).reshape(mask.shape))


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("margin_mm", [0.8, 1.7, 3.5])
def test_that_a_margin_grows_and_shrinks_by_millimetres(axis: int | None, margin_mm: float) -> None:
    mask = blobs(1)
    for sign, expected in ((1, reached(mask, margin_mm, axis)), (-1, ~reached(~mask, margin_mm, axis))):
        label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8) * 4)
        edit = margin_edit(label_map, 4, margin_mm=sign * margin_mm, rule=RULE, axis=axis)
        np.testing.assert_array_equal(after(label_map, edit) == 4, expected)


def test_that_a_margin_may_differ_along_the_axes() -> None:
    labels = np.zeros(GEOMETRY.shape_kji, np.uint8)
    labels[3, 4, 5] = 1
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    grown = after(label_map, margin_edit(label_map, 1, margin_mm=(1.6, 0.0, 3.1), rule=RULE))
    inside = {(int(k - 3), int(j - 4), int(i - 5)) for k, j, i in np.argwhere(grown == 1)}
    assert inside == {(0, 0, n) for n in range(-2, 3)} | {(1, 0, 0), (-1, 0, 0)}
    with pytest.raises(ValueError, match="both signs"):
        margin_edit(label_map, 1, margin_mm=(1.0, -1.0, 0.0), rule=RULE)


@pytest.mark.parametrize("axis", AXES)
def test_that_closing_and_opening_are_dilation_and_erosion_by_a_ball(axis: int | None) -> None:
    radius_mm = 1.9
    mask = blobs(2)
    # room for the dilation beyond the scan
    pad = [(n, n) for n in (1, 2, 3)]
    wide = np.pad(mask, pad)
    closed = ~reached(~reached(wide, radius_mm, axis), radius_mm, axis)[1:-1, 2:-2, 3:-3]
    label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8))
    np.testing.assert_array_equal(after(label_map, close_edit(label_map, 1, radius_mm=radius_mm, rule=RULE, axis=axis)) == 1, closed)
    opened = reached(~reached(~mask, radius_mm, axis), radius_mm, axis)
    label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8))
    np.testing.assert_array_equal(after(label_map, open_edit(label_map, 1, radius_mm=radius_mm, rule=RULE, axis=axis)) == 1, opened)


@pytest.mark.parametrize("axis", AXES)
def test_that_holes_are_what_no_path_leads_out_of(axis: int | None) -> None:
    for seed in range(4):
        mask = blobs(seed, 0.6)
        mask[2:5, 2:7, 2:8] = True
        mask[3, 4, 4:6] = False
        if axis is None:
            expected = ndimage.binary_fill_holes(mask)
        else:
            planes = [ndimage.binary_fill_holes(np.take(mask, n, axis=2 - axis)) for n in range(mask.shape[2 - axis])]
            expected = np.stack(planes, axis=2 - axis)
        label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8))
        np.testing.assert_array_equal(after(label_map, fill_holes_edit(label_map, 1, rule=RULE, axis=axis)) == 1, expected)


def test_that_a_structure_inside_a_hole_stays_where_only_background_is_painted_over() -> None:
    labels = np.zeros(GEOMETRY.shape_kji, np.uint8)
    labels[1:6, 1:8, 1:9] = 1
    labels[3, 4, 4], labels[3, 4, 5] = 4, 0
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    filled = after(label_map, fill_holes_edit(label_map, 1, rule=PaintRule.background_only()))
    assert filled[3, 4, 4] == 4
    assert filled[3, 4, 5] == 1


@pytest.mark.parametrize("connectivity", [1, 2, 3])
def test_that_islands_are_kept_and_removed_by_their_volume(connectivity: int) -> None:
    for seed in range(4):
        mask = blobs(seed, 0.2)
        parts = measure.label(mask, connectivity=connectivity)
        regions = measure.regionprops(parts)
        largest = max(regions, key=lambda r: r.area)
        label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8))
        kept = after(label_map, keep_largest_edit(label_map, 1, rule=RULE, connectivity=connectivity)) == 1
        if [r.area for r in regions].count(largest.area) == 1:
            np.testing.assert_array_equal(kept, parts == largest.label)
        assert kept.sum() == largest.area
        min_ml = 3 * 0.8 * 1.7 * 3.1 / 1000
        stays = np.isin(parts, [r.label for r in regions if r.area >= 3])
        label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8))
        edit = remove_islands_edit(label_map, 1, min_ml=min_ml, rule=RULE, connectivity=connectivity)
        np.testing.assert_array_equal(after(label_map, edit) == 1, stays)


@pytest.mark.parametrize("axis", AXES)
def test_that_one_structure_is_smoothed_by_a_gaussian_cut_at_one_half(axis: int | None) -> None:
    mask = blobs(3, 0.4)
    sigmas = [0.0 if axis == 2 - a else 1.5 / s for a, s in enumerate(GEOMETRY.spacing_mm[::-1])]
    weight = ndimage.gaussian_filter(mask.astype(np.float64), sigmas, mode="nearest")
    label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8) * 4)
    smooth = after(label_map, smooth_edit(label_map, [4], radius_mm=1.5, rule=RULE, axis=axis)) == 4
    clear = np.abs(weight - 0.5) > 1e-4
    np.testing.assert_array_equal(smooth[clear], weight[clear] > 0.5)


@pytest.mark.parametrize("axis", AXES)
def test_that_one_structure_is_smoothed_by_the_median_within_a_ball(axis: int | None) -> None:
    mask, radius_mm = blobs(4, 0.4), 2.0
    places = [
        (dk, dj, di)
        for dk in range(-1, 2)
        for dj in range(-1, 2)
        for di in range(-2, 3)
        if np.linalg.norm([dk * 3.1, dj * 1.7, di * 0.8]) <= radius_mm and (axis is None or (dk, dj, di)[2 - axis] == 0)
    ]
    footprint = np.zeros((3, 3, 5), bool)
    footprint[tuple(np.add(places, (1, 1, 2)).T)] = True
    expected = ndimage.median_filter(mask.astype(np.uint8), footprint=footprint, mode="nearest")
    label_map = LabelMap(GEOMETRY, TABLE, mask.astype(np.uint8))
    edit = smooth_edit(label_map, [1], radius_mm=radius_mm, rule=RULE, method=Smoothing.MEDIAN, axis=axis)
    # the ball holds an odd number of voxels, so there are no ties
    np.testing.assert_array_equal(after(label_map, edit), expected)


@pytest.mark.parametrize("method", list(Smoothing))
def test_that_joint_smoothing_opens_no_gap_between_neighbours(method: Smoothing) -> None:
    random = np.random.default_rng(9)
    labels = np.ones(GEOMETRY.shape_kji, np.uint8)
    edge = 5 + random.integers(-2, 3, labels.shape[:2])
    labels[np.arange(10)[None, None] >= edge[..., None]] = 4
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    edit = smooth_edit(label_map, [1, 4], radius_mm=2.5, rule=RULE, method=method)
    smooth = after(label_map, edit)
    assert edit is not None
    assert (smooth > 0).all()
    assert np.count_nonzero(np.diff(smooth, axis=1)) < np.count_nonzero(np.diff(labels, axis=1))


def test_that_smoothing_of_many_labels_is_the_largest_share_of_each() -> None:
    labels = np.random.default_rng(10).choice([0, 1, 4, 200, 255], GEOMETRY.shape_kji).astype(np.uint8)
    sigmas = [1.5 / s for s in GEOMETRY.spacing_mm[::-1]]
    present = np.unique(labels)
    shares = np.stack([ndimage.gaussian_filter((labels == v).astype(np.float64), sigmas, mode="nearest") for v in present])
    ranked = np.sort(shares, axis=0)
    clear = ranked[-1] - ranked[-2] > 1e-4
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    smooth = after(label_map, smooth_edit(label_map, [1, 4, 200, 255], radius_mm=1.5, rule=RULE))
    np.testing.assert_array_equal(smooth[clear], present[shares.argmax(axis=0)][clear])
    boxed = LabelMap(GEOMETRY, TABLE, labels)
    box = Box((1, 2, 3), (5, 7, 8))
    part = after(boxed, smooth_edit(boxed, [1, 4, 200, 255], radius_mm=1.5, rule=RULE, box=box))
    expected = labels.copy()
    expected[box.slices] = smooth[box.slices]
    np.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize("logic", list(Logic))
def test_that_logic_combines_a_structure_with_another_mask(logic: Logic) -> None:
    labels = np.random.default_rng(11).choice([0, 1, 4, 7], GEOMETRY.shape_kji).astype(np.uint8)
    other = blobs(5, 0.5)
    own = labels == 1
    new = {
        Logic.ADD: own | other,
        Logic.SUBTRACT: own & ~other,
        Logic.INTERSECT: own & other,
        Logic.COPY: other,
    }[logic]
    expected = np.where(new, 1, np.where(own, 0, labels))
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    np.testing.assert_array_equal(after(label_map, combine_edit(label_map, 1, other, logic, rule=RULE)), expected)
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    held = after(label_map, combine_edit(label_map, 1, other, logic, rule=PaintRule.only({0}, locked=[4])))
    np.testing.assert_array_equal(held, np.where(np.isin(labels, (4, 7)), labels, expected))
    with pytest.raises(ValueError, match="scan of"):
        combine_edit(label_map, 1, other[1:], logic, rule=RULE)


def test_that_a_structure_without_voxels_is_not_reshaped() -> None:
    label_map = LabelMap(GEOMETRY, TABLE, blobs(1).astype(np.uint8))
    edits = [
        margin_edit(label_map, 4, margin_mm=3, rule=RULE),
        close_edit(label_map, 4, radius_mm=3, rule=RULE),
        open_edit(label_map, 4, radius_mm=3, rule=RULE),
        fill_holes_edit(label_map, 4, rule=RULE),
        keep_largest_edit(label_map, 4, rule=RULE),
        remove_islands_edit(label_map, 4, min_ml=1, rule=RULE),
        smooth_edit(label_map, [4], radius_mm=2, rule=RULE),
        smooth_edit(label_map, [], radius_mm=2, rule=RULE),
    ]
    assert edits == [None] * len(edits)


def test_that_a_structure_that_fills_a_single_slice_stays_when_nothing_lies_outside() -> None:
    geometry = Geometry.identity((4, 3, 1), (1, 2, 3))
    label_map = LabelMap(geometry, TABLE, np.ones((1, 3, 4), np.uint8))
    assert margin_edit(label_map, 1, margin_mm=-2, rule=RULE) is None
    assert margin_edit(label_map, 1, margin_mm=2, rule=RULE) is None
    assert close_edit(label_map, 1, radius_mm=2, rule=RULE) is None
    assert open_edit(label_map, 1, radius_mm=2, rule=RULE) is None
    assert smooth_edit(label_map, [1], radius_mm=2, rule=RULE) is None
