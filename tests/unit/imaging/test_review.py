"""Accepting, merging and deleting, against the same said in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, VoxelState
from gf_desktop.imaging.review import (
    accept_box_edit,
    accept_scan_edit,
    accept_slice_edit,
    accept_structure_edit,
    delete_edit,
    merge_edit,
    structure_size,
)

GEOMETRY = Geometry.identity((7, 6, 5), (0.5, 2.0, 4.0))
BOX = Box((1, 2, 3), (4, 5, 6))


@pytest.fixture
def label_map() -> LabelMap:
    random = np.random.default_rng(1)
    labels = random.choice([0, 1, 4, 255], GEOMETRY.shape_kji).astype(np.uint8)
    return LabelMap(GEOMETRY, LabelTable(()), labels, random.integers(0, 4, labels.shape).astype(np.uint8))


def check(label_map: LabelMap, edit: LabelEdit | None, chosen: np.ndarray) -> None:
    """The chosen voxels are accepted where nobody had decided yet, labels stay, and a second time there is nothing to do."""
    labels, states = label_map.labels.copy(), label_map.states.copy()
    assert edit is not None
    assert edit.before.size == edit.after.size == 0
    label_map.apply(edit)
    np.testing.assert_array_equal(label_map.labels, labels)
    np.testing.assert_array_equal(label_map.states, np.where(chosen & (states < 2), VoxelState.ACCEPTED, states))
    label_map.revert(edit)
    np.testing.assert_array_equal(label_map.states, states)
    label_map.apply(edit)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_that_accepting_a_slice_accepts_its_undecided_voxels(label_map: LabelMap, axis: int) -> None:
    chosen = np.indices(GEOMETRY.shape_kji)[2 - axis] == 3
    check(label_map, accept_slice_edit(label_map, axis, 3), chosen)
    assert accept_slice_edit(label_map, axis, 3) is None
    assert accept_slice_edit(label_map, axis, 7) is None


def test_that_accepting_a_box_stays_in_it(label_map: LabelMap) -> None:
    chosen = np.zeros(GEOMETRY.shape_kji, bool)
    chosen[BOX.slices] = True
    check(label_map, accept_box_edit(label_map, BOX), chosen)
    assert accept_box_edit(label_map, BOX) is None


def test_that_accepting_a_scan_leaves_nothing_undecided(label_map: LabelMap) -> None:
    check(label_map, accept_scan_edit(label_map), np.ones(GEOMETRY.shape_kji, bool))
    assert accept_scan_edit(label_map) is None
    assert label_map.reviewed_slices() == list(range(5))


@pytest.mark.parametrize("box", [None, BOX])
def test_that_accepting_a_structure_leaves_the_others_undecided(label_map: LabelMap, box: Box | None) -> None:
    chosen = np.zeros(GEOMETRY.shape_kji, bool)
    chosen[(box or Box.whole(GEOMETRY.shape_kji)).slices] = True
    chosen &= label_map.labels == 4
    check(label_map, accept_structure_edit(label_map, 4, box=box), chosen)
    assert accept_structure_edit(label_map, 4, box=box) is None
    assert accept_structure_edit(label_map, 9) is None


def test_that_the_size_of_a_structure_counts_its_voxels(label_map: LabelMap) -> None:
    size = structure_size(label_map, 255)
    cells = list(zip(label_map.labels.reshape(-1).tolist(), label_map.states.reshape(-1).tolist(), strict=True))
    assert size.voxels == sum(label == 255 for label, _ in cells)
    assert size.reviewed_voxels == sum(label == 255 and state >= 2 for label, state in cells)
    assert size.volume_ml == pytest.approx(size.voxels * 0.004)
    assert structure_size(label_map, 9).voxels == 0


@pytest.mark.parametrize("target", [1, 0])
def test_that_merging_and_deleting_move_every_voxel_and_keep_states(label_map: LabelMap, target: int) -> None:
    labels, states = label_map.labels.copy(), label_map.states.copy()
    edit = merge_edit(label_map, 255, 1, locked=[4]) if target else delete_edit(label_map, 255, locked=[4])
    assert edit is not None
    assert int(edit.mask.sum()) == structure_size(label_map, 255).voxels
    label_map.apply(edit)
    np.testing.assert_array_equal(label_map.labels, np.where(labels == 255, target, labels))
    np.testing.assert_array_equal(label_map.states, states)
    label_map.revert(edit)
    np.testing.assert_array_equal(label_map.labels, labels)


def test_that_locked_and_missing_structures_are_neither_merged_nor_deleted(label_map: LabelMap) -> None:
    assert merge_edit(label_map, 4, 1, locked=[1]) is None
    assert merge_edit(label_map, 4, 1, locked=[4]) is None
    assert delete_edit(label_map, 4, locked=[4]) is None
    assert delete_edit(label_map, 9, locked=[]) is None
    assert merge_edit(label_map, 4, 4, locked=[]) is None
