from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.metrics import StructureScore, mean_dice, score_masks

TABLE = LabelTable((Structure(1, "spleen", "#e69f00"), Structure(4, "aorta", "#d55e00")))
GRID = Geometry((9, 8, 7), (0.8, 1.1, 3.0), (10.0, 20.0, 30.0), np.eye(3))
SHAPE = GRID.shape_kji
masks = hnp.arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 0, 0, 1, 4]))


def one(predicted: np.ndarray, reference: np.ndarray, **more: object) -> StructureScore:
    return score_masks(predicted.astype(np.uint8), reference.astype(np.uint8), TABLE, GRID, **more)["spleen"]  # type: ignore[arg-type]


def surface_points(mask: np.ndarray, *, in_plane: bool) -> np.ndarray:
    """Return the surface voxels of a mask in mm, found one by one."""
    padded = np.pad(mask, 1)
    steps = [(0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)] + ([] if in_plane else [(1, 0, 0), (-1, 0, 0)])
    found = [n for n in np.argwhere(mask) if not all(padded[tuple(n + 1 + s)] for s in steps)]
    return np.array(found, dtype=float).reshape(-1, 3) * GRID.spacing_mm[::-1]


def slow_distances(predicted: np.ndarray, reference: np.ndarray, *, in_plane: bool) -> np.ndarray:
    a, b = (surface_points(m, in_plane=in_plane) for m in (predicted, reference))
    between = np.linalg.norm(a[:, None] - b[None], axis=2)
    return np.concatenate([between.min(axis=1), between.min(axis=0)])


@settings(max_examples=60)
@given(masks, masks)
def test_that_scores_equal_those_of_the_definition_written_out(predicted: np.ndarray, reference: np.ndarray) -> None:
    scores = score_masks(predicted, reference, TABLE, GRID)
    for structure in TABLE:
        a, b, score = predicted == structure.id, reference == structure.id, scores[structure.name]
        assert score.volume_ml == pytest.approx(a.sum() * 0.8 * 1.1 * 3.0 / 1000)
        assert score.reference_ml == pytest.approx(b.sum() * 0.8 * 1.1 * 3.0 / 1000)
        if a.any() and b.any():
            distances = slow_distances(a, b, in_plane=False)
            assert score.dice == pytest.approx(2 * (a & b).sum() / (a.sum() + b.sum()))
            assert score.hd95_mm == pytest.approx(np.percentile(distances, 95))
            assert score.assd_mm == pytest.approx(distances.mean())


@settings(max_examples=60)
@given(masks, masks, st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True))
def test_that_scores_of_some_slices_equal_those_of_the_definition_written_out(
    predicted: np.ndarray, reference: np.ndarray, slices: list[int]
) -> None:
    keep = np.zeros(SHAPE, bool)
    keep[slices] = True
    a, b = (predicted == 1) & keep, (reference == 1) & keep
    score = score_masks(predicted, reference, TABLE, GRID, slices=slices)["spleen"]
    assume(a.any() and b.any())
    distances = slow_distances(a, b, in_plane=True)
    assert score.dice == pytest.approx(2 * (a & b).sum() / (a.sum() + b.sum()))
    assert score.hd95_mm == pytest.approx(np.percentile(distances, 95))
    assert score.assd_mm == pytest.approx(distances.mean())


@given(masks, masks, st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True), st.integers(0, 255))
def test_that_what_lies_outside_the_chosen_slices_does_not_matter(
    predicted: np.ndarray, reference: np.ndarray, slices: list[int], seed: int
) -> None:
    before = score_masks(predicted, reference, TABLE, GRID, slices=slices)
    others = [k for k in range(SHAPE[0]) if k not in slices]
    random = np.random.default_rng(seed)
    for mask in (predicted, reference):
        mask[others] = random.choice(np.array([0, 1, 4], np.uint8), size=(len(others), *SHAPE[1:]))
    assert score_masks(predicted, reference, TABLE, GRID, slices=slices) == before


@given(masks, masks)
def test_that_dice_and_distances_do_not_depend_on_which_mask_is_the_reference(one_mask: np.ndarray, other: np.ndarray) -> None:
    there, back = score_masks(one_mask, other, TABLE, GRID), score_masks(other, one_mask, TABLE, GRID)
    for name in TABLE.names:
        assert there[name].dice == back[name].dice
        assert there[name].hd95_mm == pytest.approx(back[name].hd95_mm)
        assert there[name].volume_ml == back[name].reference_ml


@given(masks)
def test_that_a_mask_agrees_with_itself_perfectly(mask: np.ndarray) -> None:
    for score in score_masks(mask, mask, TABLE, GRID).values():
        assert (score.dice, score.hd95_mm, score.assd_mm) in {(1.0, 0.0, 0.0), (None, None, None)}


def test_that_a_structure_in_neither_mask_is_not_scored() -> None:
    nothing = np.zeros(SHAPE)
    assert one(nothing, nothing) == StructureScore(None, None, None, 0.0, 0.0)
    assert one(nothing, nothing, slices=[2]) == StructureScore(None, None, None, 0.0, 0.0)


@pytest.mark.parametrize("slices", [None, [2, 3]])
@pytest.mark.parametrize("missed", [True, False])
def test_that_a_missed_and_a_spurious_structure_score_zero_and_the_diagonal(*, slices: list[int] | None, missed: bool) -> None:
    something, nothing = np.zeros(SHAPE), np.zeros(SHAPE)
    something[2:4, 1:3, 1:3] = 1
    score = one(nothing, something, slices=slices) if missed else one(something, nothing, slices=slices)
    assert score.dice == 0.0
    assert score.hd95_mm == score.assd_mm == pytest.approx(np.linalg.norm([9 * 0.8, 8 * 1.1, 7 * 3.0]))


def test_that_no_pair_of_masks_is_further_apart_than_a_missed_structure() -> None:
    a, b = np.zeros(SHAPE), np.zeros(SHAPE)
    a[0, 0, 0] = b[-1, -1, -1] = 1
    score = one(a, b)
    assert score.hd95_mm is not None
    assert score.hd95_mm < GRID.diagonal_mm


@pytest.mark.parametrize(("axis", "spacing_mm"), [(0, 3.0), (1, 1.1), (2, 0.8)])
def test_that_distances_are_in_millimetres_along_each_axis(axis: int, spacing_mm: float) -> None:
    a = np.zeros(SHAPE)
    a[3, 3, 3] = 1
    score = one(np.roll(a, 2, axis=axis), a)
    assert score.dice == 0.0
    assert score.hd95_mm == pytest.approx(2 * spacing_mm)


def test_that_a_slice_that_was_missed_is_as_far_away_as_the_next_chosen_slice_that_has_the_structure() -> None:
    a, b = np.zeros(SHAPE), np.zeros(SHAPE)
    b[1, 3, 3] = b[5, 3, 3] = a[5, 3, 3] = 1
    score = one(a, b, slices=[1, 5])
    assert score.dice == pytest.approx(2 / 3)
    assert score.hd95_mm == pytest.approx(np.percentile([0.0, 0.0, 12.0], 95))


def test_that_scores_come_in_the_order_of_the_table() -> None:
    assert list(score_masks(np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8), TABLE, GRID)) == ["spleen", "aorta"]


def test_that_the_mean_dice_leaves_out_what_is_not_scored() -> None:
    scores = {"a": StructureScore(0.5, 1, 1, 1, 1), "b": StructureScore(None, None, None, 0, 0), "c": StructureScore(0.0, 9, 9, 0, 1)}
    assert mean_dice(scores) == pytest.approx(0.25)
    assert mean_dice({"b": scores["b"]}) is None
    assert mean_dice({}) is None


@pytest.mark.parametrize("slices", [[], [7], [-1]])
def test_that_slices_outside_the_scan_are_refused(slices: list[int]) -> None:
    with pytest.raises(ValueError, match="slices"):
        one(np.zeros(SHAPE), np.zeros(SHAPE), slices=slices)


def test_that_masks_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="grid"):
        score_masks(np.zeros((7, 8, 8), np.uint8), np.zeros(SHAPE, np.uint8), TABLE, GRID)


def test_that_a_score_is_plain_json() -> None:
    assert StructureScore(0.5, 1.5, 1.0, 2.0, 3.0).as_json() == {
        "dice": 0.5, "hd95_mm": 1.5, "assd_mm": 1.0, "volume_ml": 2.0, "reference_ml": 3.0,
    }  # fmt: skip
