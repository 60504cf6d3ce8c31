"""What an edit would change, against the mask before and after it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.preview import preview_of

SHAPE = (4, 5, 6)
LABELS = hnp.arrays(np.uint8, SHAPE, elements=st.integers(0, 3))
VOXEL_ML = 0.25


def edit_of(before: np.ndarray, after: np.ndarray | int, mask: np.ndarray | None = None) -> LabelEdit | None:
    states = np.zeros(SHAPE, np.uint8)
    box = Box.whole(SHAPE)
    return LabelEdit.record(labels=before, states=states, mask=mask, box=box, new_labels=after, new_states=2, name="test")


@given(LABELS, st.one_of(st.integers(0, 3), LABELS), hnp.arrays(bool, SHAPE))
def test_that_kinds_are_those_of_the_mask_before_and_after(before: np.ndarray, new: np.ndarray | int, mask: np.ndarray) -> None:
    after = np.where(mask, new, before)
    edit = edit_of(before, new, mask)
    change = None if edit is None else preview_of(edit, voxel_ml=VOXEL_ML)
    if (before == after).all():
        assert change is None or not change.kinds.any()
        return
    assert change is not None
    expected = np.zeros(SHAPE, np.uint8)
    expected[(before == 0) & (after != 0)] = ADDED
    expected[(before != 0) & (after == 0)] = REMOVED
    expected[(before != 0) & (after != 0) & (before != after)] = CHANGED
    for axis in range(3):
        for index in range(SHAPE[axis]):
            np.testing.assert_array_equal(change.slice(axis, index, SHAPE), np.take(expected, index, axis=axis))
    sizes = [(expected == kind).sum() * VOXEL_ML for kind in (ADDED, REMOVED, CHANGED)]
    assert [change.added_ml, change.removed_ml, change.changed_ml] == pytest.approx(sizes)
    k, j, i = change.fullest_kji
    assert expected[k, j, i] != 0
    assert (expected[k] != 0).sum() == (expected != 0).sum(axis=(1, 2)).max()


def test_that_accepting_alone_shows_nothing() -> None:
    before = np.ones(SHAPE, np.uint8)
    edit = edit_of(before, before)
    assert edit is not None
    assert preview_of(edit, voxel_ml=VOXEL_ML) is None
