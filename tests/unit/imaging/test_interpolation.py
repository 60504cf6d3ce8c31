"""Slices between key slices against distances counted pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.interpolation import copy_slice_edit, interpolate_edit, key_slices
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure, VoxelState
from gf_desktop.imaging.rule import PaintRule

TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(4, "aorta", "#d55e00")))
TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
GEOMETRY = Geometry((10, 9, 8), (0.8, 1.7, 3.1), (5, -3, 11), TURN)
RULE = PaintRule.everything()
AXES = [0, 1, 2]


def depth_mm(mask: np.ndarray, pixel_mm: tuple[float, float]) -> np.ndarray:
    """Signed distance to the nearest pixel of the other kind; beyond the slice is outside."""
    wide = np.pad(mask, 1)
    out = np.zeros(mask.shape)
    for y, x in np.ndindex(mask.shape):
        others = np.argwhere(wide != mask[y, x]) - 1
        nearest = min(float(np.hypot((y - b) * pixel_mm[0], (x - a) * pixel_mm[1])) for b, a in others)
        out[y, x] = nearest if mask[y, x] else -nearest
    return out


def page(labels: np.ndarray, axis: int, index: int) -> np.ndarray:
    """View of one slice across a grid axis."""
    return np.moveaxis(labels, 2 - axis, 0)[index]


def pixel_mm(axis: int) -> tuple[float, float]:
    spacing = [s for a, s in enumerate(GEOMETRY.spacing_mm) if a != axis]
    return (spacing[1], spacing[0])


def corrected(axis: int, keys: dict[int, list[tuple[int, slice, slice]]]) -> LabelMap:
    """A mask with rectangles (label, rows, columns) painted by a person in some slices across an axis."""
    labels, states = np.zeros(GEOMETRY.shape_kji, np.uint8), np.zeros(GEOMETRY.shape_kji, np.uint8)
    for index, shapes in keys.items():
        for label, rows, columns in shapes:
            page(labels, axis, index)[rows, columns] = label
            page(states, axis, index)[rows, columns] = VoxelState.EDITED
    return LabelMap(GEOMETRY, TABLE, labels, states)


@pytest.mark.parametrize("axis", AXES)
def test_that_slices_between_follow_the_signed_distances_of_their_neighbours(axis: int) -> None:
    keys = {
        1: [(1, slice(1, 4), slice(1, 5)), (4, slice(5, 7), slice(2, 6))],
        4: [(1, slice(2, 6), slice(2, 7))],
        6: [(1, slice(3, 4), slice(3, 5)), (4, slice(5, 8), slice(1, 7))],
    }
    label_map = corrected(axis, keys)
    before = label_map.labels.copy()
    edit = interpolate_edit(label_map, [1, 4], axis=axis, rule=RULE)
    assert edit is not None
    label_map.apply(edit)
    for at in range(GEOMETRY.size_ijk[axis]):
        expected = page(before, axis, at).copy()
        pairs = {1: next(((a, b) for a, b in ((1, 4), (4, 6)) if a < at < b), None), 4: (1, 6) if 1 < at < 6 else None}
        deepest = np.full(expected.shape, -1e-9)
        for label, pair in pairs.items():
            if pair is None:
                continue
            share = (at - pair[0]) / (pair[1] - pair[0])
            ends = [depth_mm(page(before, axis, n) == label, pixel_mm(axis)) for n in pair]
            depth = (1 - share) * ends[0] + share * ends[1]
            free = page(label_map.states * 0 + before, axis, at) == 0
            expected[(depth >= deepest) & free] = label
            deepest = np.maximum(deepest, depth)
        np.testing.assert_array_equal(page(label_map.labels, axis, at), expected)


@pytest.mark.parametrize("axis", AXES)
def test_that_a_thin_vessel_that_moves_aside_is_drawn_on_its_way(axis: int) -> None:
    label_map = corrected(axis, {1: [(4, slice(0, 2), slice(0, 2))], 5: [(4, slice(4, 6), slice(4, 6))]})
    edit = interpolate_edit(label_map, [4], axis=axis, rule=RULE)
    assert edit is not None
    label_map.apply(edit)
    for at in range(1, 6):
        expected = np.zeros(page(label_map.labels, axis, at).shape, bool)
        expected[at - 1 : at + 1, at - 1 : at + 1] = True
        np.testing.assert_array_equal(page(label_map.labels, axis, at) == 4, expected)


@pytest.mark.parametrize("order", [[1, 4], [4, 1]])
def test_that_the_deeper_of_two_structures_wins_what_both_claim(order: list[int]) -> None:
    large = (1, slice(1, 8), slice(2, 8))
    # the vessel's way leads straight through the middle of the large structure
    label_map = corrected(2, {1: [large, (4, slice(4, 5), slice(0, 2))], 5: [large, (4, slice(4, 5), slice(8, 10))]})
    edit = interpolate_edit(label_map, order, axis=2, rule=RULE)
    assert edit is not None
    label_map.apply(edit)
    expected = np.zeros((9, 10), np.uint8)
    expected[1:8, 2:8] = 1
    np.testing.assert_array_equal(label_map.labels[3], expected)


def test_that_what_a_person_decided_between_stays_unless_asked_for() -> None:
    square = (1, slice(2, 6), slice(2, 6))
    label_map = corrected(2, {0: [square], 6: [square]})
    label_map.states[2] = VoxelState.ACCEPTED
    label_map.labels[3, 3, 3], label_map.states[3, 3, 3] = 4, VoxelState.EDITED
    kept = label_map.labels.copy()
    # slice 2 is wholly accepted without the structure, so it parts the gap and nothing is drawn
    assert key_slices(label_map, 1, 2) == [0, 2, 6]
    assert interpolate_edit(label_map, [1], axis=2, rule=RULE) is None
    chosen = interpolate_edit(label_map, [1], axis=2, rule=RULE, slices=[6, 0])
    assert chosen is not None
    label_map.apply(chosen)
    expected = kept.copy()
    expected[1:6, 2:6, 2:6] = 1
    reviewed = label_map.states.copy()
    np.testing.assert_array_equal(label_map.labels, np.where((np.arange(8) == 2)[:, None, None] | (kept == 4), kept, expected))
    label_map.revert(chosen)
    forced = interpolate_edit(label_map, [1], axis=2, rule=RULE, slices=[0, 6], include_reviewed=True)
    assert forced is not None
    label_map.apply(forced)
    np.testing.assert_array_equal(label_map.labels, expected)
    assert (reviewed[1, 2:6, 2:6] == VoxelState.EDITED).all()


def test_that_interpolated_slices_can_be_left_as_proposals_and_drawn_again() -> None:
    label_map = corrected(2, {0: [(1, slice(2, 6), slice(2, 6))], 6: [(1, slice(2, 6), slice(2, 8))]})
    rule = PaintRule(state=VoxelState.PROPOSED)
    edit = interpolate_edit(label_map, [1], axis=2, rule=rule)
    assert edit is not None
    label_map.apply(edit)
    assert key_slices(label_map, 1, 2) == [0, 6]
    assert set(np.unique(label_map.states[1:6])) == {VoxelState.UNSEEN, VoxelState.PROPOSED}
    assert interpolate_edit(label_map, [1], axis=2, rule=rule) is None


def test_that_nothing_is_drawn_without_two_key_slices_that_hold_the_structure() -> None:
    assert interpolate_edit(LabelMap(GEOMETRY, TABLE), [1, 4], axis=2, rule=RULE) is None
    shape = (1, slice(1, 3), slice(1, 3))
    assert interpolate_edit(corrected(1, {3: [shape]}), [1], axis=1, rule=RULE) is None
    assert interpolate_edit(corrected(1, {3: [shape], 4: [shape]}), [1], axis=1, rule=RULE) is None
    assert interpolate_edit(corrected(1, {2: [shape], 5: [shape]}), [1], axis=1, rule=PaintRule.everything(locked=[1])) is None
    with pytest.raises(ValueError, match="key slices"):
        interpolate_edit(LabelMap(GEOMETRY, TABLE), [1], axis=2, rule=RULE, slices=[0, 8])


def test_that_a_structure_at_the_border_of_the_scan_keeps_its_shape_between_equal_slices() -> None:
    whole = (1, slice(None), slice(None))
    label_map = corrected(0, {2: [whole], 6: [whole]})
    edit = interpolate_edit(label_map, [1], axis=0, rule=RULE)
    assert edit is not None
    label_map.apply(edit)
    assert (label_map.labels[:, :, 2:7] == 1).all()
    assert not label_map.labels[:, :, :2].any()
    assert not label_map.labels[:, :, 7:].any()


@pytest.mark.parametrize("axis", AXES)
def test_that_a_copied_slice_brings_its_structures_and_spares_the_others(axis: int) -> None:
    labels = np.random.default_rng(2).choice([0, 1, 4, 7], GEOMETRY.shape_kji).astype(np.uint8)
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    edit = copy_slice_edit(label_map, [1, 4], axis=axis, source=3, target=4, rule=PaintRule.everything(locked=[7]))
    assert edit is not None
    label_map.apply(edit)
    source, target = page(labels, axis, 3), page(labels, axis, 4)
    cleared = np.where(np.isin(target, (1, 4)), 0, target)
    expected = np.where(np.isin(source, (1, 4)) & (target != 7), source, cleared)
    np.testing.assert_array_equal(page(label_map.labels, axis, 4), expected)
    np.testing.assert_array_equal(np.delete(label_map.labels, 4, axis=2 - axis), np.delete(labels, 4, axis=2 - axis))
    meant = (expected != target) | (np.isin(source, (1, 4)) & (target != 7))
    np.testing.assert_array_equal(page(label_map.states, axis, 4) == VoxelState.EDITED, meant)
    assert copy_slice_edit(label_map, [1], axis=axis, source=3, target=10, rule=RULE) is None
    assert copy_slice_edit(label_map, [99], axis=axis, source=3, target=4, rule=RULE) is None
