"""What may be painted over, label by label."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, VoxelState
from gf_desktop.imaging.rule import PaintRule, paint_edit, relabel_edit

LABELS = np.arange(256, dtype=np.uint8)
GEOMETRY = Geometry.identity((8, 8, 4))


@given(
    st.none() | st.frozensets(st.integers(0, 255), max_size=9),
    st.frozensets(st.integers(1, 255), max_size=9),
    st.integers(0, 255),
    st.booleans(),
)
def test_that_a_rule_names_exactly_the_voxels_that_may_change(
    over: frozenset[int] | None, locked: frozenset[int], label: int, spare: bool
) -> None:
    states = (LABELS // 3 % 4).astype(np.uint8)
    rule = PaintRule(over, locked, spare_reviewed=spare)
    expected = []
    for old, state in zip(LABELS.tolist(), states.tolist(), strict=True):
        wanted = over is None or old in over or (label != 0 and old == label)
        expected.append(wanted and old not in locked and label not in locked and not (spare and state >= 2))
    assert rule.allows(LABELS, states, label).tolist() == expected


def test_that_the_named_rules_are_what_they_say() -> None:
    assert PaintRule.everything(locked=[3]) == PaintRule(None, frozenset({3}))
    assert PaintRule.background_only(locked=[3]) == PaintRule(frozenset({0}), frozenset({3}))
    assert PaintRule.only([1, 2], locked=[3]) == PaintRule(frozenset({1, 2}), frozenset({3}))


@pytest.mark.parametrize(("over", "locked"), [({256}, ()), ({-1}, ()), ((), {256}), ((), {0})])
def test_that_a_rule_about_labels_that_cannot_be_is_refused(over: set[int], locked: set[int]) -> None:
    with pytest.raises(ValueError, match="0 to 255"):
        PaintRule(frozenset(over), frozenset(locked))


def test_that_painting_what_is_already_so_marks_it_as_edited() -> None:
    label_map = LabelMap(GEOMETRY, LabelTable(()), LABELS.reshape(GEOMETRY.shape_kji))
    whole, every = Box.whole(GEOMETRY.shape_kji), np.ones(GEOMETRY.shape_kji, bool)
    edit = paint_edit(label_map, whole, every, 7, rule=PaintRule.background_only(), name="brush")
    assert edit is not None
    label_map.apply(edit)
    assert np.flatnonzero(label_map.states == VoxelState.EDITED).tolist() == [0, 7]


def test_that_a_proposing_rule_takes_no_reviewed_voxel_back_for_the_same_label() -> None:
    states = np.full(GEOMETRY.shape_kji, VoxelState.EDITED, np.uint8)
    label_map = LabelMap(GEOMETRY, LabelTable(()), np.ones(GEOMETRY.shape_kji, np.uint8), states)
    whole, every = Box.whole(GEOMETRY.shape_kji), np.ones(GEOMETRY.shape_kji, bool)
    rule = PaintRule(state=VoxelState.PROPOSED)
    assert paint_edit(label_map, whole, every, 1, rule=rule, name="x") is None
    same = np.ones(GEOMETRY.shape_kji, np.uint8)
    assert relabel_edit(label_map, whole, same, own=[1], rule=rule, name="x", meant=every) is None
    edit = paint_edit(label_map, whole, every, 2, rule=rule, name="x")
    assert edit is not None
    label_map.apply(edit)
    assert (label_map.states == VoxelState.PROPOSED).all()


def test_that_relabelling_changes_the_tools_own_structures_and_what_the_rule_lets_go() -> None:
    labels = np.zeros(GEOMETRY.shape_kji, np.uint8)
    labels[0], labels[1], labels[2] = 1, 2, 3
    label_map = LabelMap(GEOMETRY, LabelTable(()), labels)
    wish = np.zeros(GEOMETRY.shape_kji, np.uint8)
    wish[3], wish[:, 0] = 3, 1
    edit = relabel_edit(label_map, Box.whole(labels.shape), wish, own=[1], rule=PaintRule.only([0, 2], locked=[3]), name="x")
    assert edit is not None
    label_map.apply(edit)
    expected = labels.copy()
    expected[0], expected[1] = 0, 0
    expected[:, 0] = [[1], [1], [3], [1]] * np.ones(8, np.uint8)
    np.testing.assert_array_equal(label_map.labels, expected)
    np.testing.assert_array_equal(label_map.states == VoxelState.EDITED, expected != labels)
