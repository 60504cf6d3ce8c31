"""Two masks of one scan: what differs and by how much, against plain counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED, compare_masks, differences
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.metrics import score_masks

TABLE = LabelTable((Structure(1, "one", "#e69f00"), Structure(2, "two", "#56b4e9"), Structure(9, "nine", "#009e73")))
GRID = Geometry((5, 4, 3), (0.7, 0.9, 5.0), (1.0, 2.0, 3.0), np.eye(3))
masks = hnp.arrays(np.uint8, GRID.shape_kji, elements=st.sampled_from([0, 1, 2, 9]))


@given(masks, masks)
def test_that_every_voxel_is_the_same_added_removed_or_of_another_structure(one: np.ndarray, other: np.ndarray) -> None:
    found = differences(one, other)
    for mine, theirs, kind in zip(one.ravel(), other.ravel(), found.ravel(), strict=True):
        assert kind == (0 if mine == theirs else REMOVED if mine == 0 else ADDED if theirs == 0 else CHANGED)


@given(masks, masks)
def test_that_dice_and_ml_are_those_of_plain_counting_and_of_the_scores(one: np.ndarray, other: np.ndarray) -> None:
    changes, scores = compare_masks(one, other, TABLE, GRID), score_masks(one, other, TABLE, GRID)
    assert list(changes) == ["one", "two", "nine"]
    ml = 0.7 * 0.9 * 5.0 / 1000
    for structure in TABLE:
        change, mine, theirs = changes[structure.name], one == structure.id, other == structure.id
        assert change.dice == pytest.approx(scores[structure.name].dice)
        assert change.added_ml == pytest.approx((mine & ~theirs).sum() * ml)
        assert change.removed_ml == pytest.approx((theirs & ~mine).sum() * ml)
        assert (change.volume_ml, change.other_ml) == (pytest.approx(mine.sum() * ml), pytest.approx(theirs.sum() * ml))
        assert change.as_json()["changed_ml"] == pytest.approx((mine != theirs).sum() * ml)


def test_that_other_shapes_are_refused_and_a_stopped_comparison_says_nothing() -> None:
    mask = np.zeros(GRID.shape_kji, np.uint8)
    with pytest.raises(ValueError, match="on a grid of"):
        compare_masks(mask, mask[:2], TABLE, GRID)
    assert compare_masks(mask, mask, TABLE, GRID, stopped=lambda: True) == {}
