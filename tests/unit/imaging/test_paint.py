"""The brush against the definition of a disc, in every plane."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.imaging.edits import LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure, VoxelState
from gf_desktop.imaging.paint import Stroke, capsule_mask

TABLE = LabelTable((Structure(1, "liver", "#56b4e9"), Structure(4, "aorta", "#d55e00")))
TURN = np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, 1.0]])
GEOMETRY = Geometry((24, 20, 12), (0.8, 1.7, 3.1), (5, -3, 11), TURN)


def reference_mask(axis: int, start: tuple[float, ...], stop: tuple[float, ...], radius_mm: float) -> np.ndarray:
    """Every voxel of the slice whose centre is within the radius of the segment, in patient millimetres, one by one."""
    mask = np.zeros(GEOMETRY.shape_kji, bool)
    stop = tuple(start[axis] if a == axis else stop[a] for a in range(3))
    depth = round(start[axis])
    level = [tuple(depth if a == axis else p[a] for a in range(3)) for p in (start, stop)]
    first, last = GEOMETRY.index_to_world(level[0]), GEOMETRY.index_to_world(level[1])
    for k, j, i in np.ndindex(mask.shape):
        if (i, j, k)[axis] != depth:
            continue
        point = GEOMETRY.index_to_world((i, j, k))
        along = last - first
        share = 0.0 if not along.any() else float(np.clip((point - first) @ along / (along @ along), 0, 1))
        mask[k, j, i] = np.linalg.norm(point - first - share * along) <= radius_mm + 1e-9
    for end in level:
        i, j, k = (round(v) for v in end)
        if all(0 <= v < n for v, n in zip((i, j, k), GEOMETRY.size_ijk, strict=True)):
            mask[k, j, i] = True
    return mask


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("radius_mm", [0.1, 2.0, 6.5])
@pytest.mark.parametrize("stop", [(10, 9, 6), (15, 12, 8), (40, -9, 30)])
def test_that_a_stroke_is_the_disc_swept_along_its_line(axis: int, radius_mm: float, stop: tuple[int, int, int]) -> None:
    start = (10.0, 9.0, 6.0)
    found = capsule_mask(GEOMETRY, axis, start, stop, radius_mm=radius_mm)
    assert found is not None
    box, inside = found
    mask = np.zeros(GEOMETRY.shape_kji, bool)
    mask[box.slices] = inside
    np.testing.assert_array_equal(mask, reference_mask(axis, start, stop, radius_mm))


def test_that_a_brush_outside_the_scan_paints_nothing() -> None:
    assert capsule_mask(GEOMETRY, 2, (5, 5, 12), (5, 5, 12), radius_mm=3) is None
    assert capsule_mask(GEOMETRY, 2, (-50, 5, 3), (-50, 5, 3), radius_mm=3) is None


def begin(label_map: LabelMap, edits: list[LabelEdit], *, label: int = 1, erase_only: int | None = None) -> Stroke:
    return Stroke(
        label_map, axis=2, label=label, radius_mm=3.0, start_ijk=(8, 8, 4), name="brush", on_finish=edits.append, erase_only=erase_only
    )


moves = st.lists(st.tuples(st.floats(-3, 26), st.floats(-3, 22), st.just(4.0)), max_size=8)


@given(moves, st.integers(0, 2**32 - 1))
def test_that_taking_back_a_stroke_restores_every_voxel_and_state(path: list[tuple[float, float, float]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 1, 4], GEOMETRY.shape_kji).astype(np.uint8)
    states = rng.integers(0, 4, GEOMETRY.shape_kji).astype(np.uint8)
    label_map = LabelMap(GEOMETRY, TABLE, labels, states)
    edits: list[LabelEdit] = []
    stroke = begin(label_map, edits)
    for position in path:
        stroke.move_to(position)
    stroke.finish()
    painted, painted_states = label_map.labels.copy(), label_map.states.copy()
    for edit in edits:
        label_map.revert(edit)
    np.testing.assert_array_equal(label_map.labels, labels)
    np.testing.assert_array_equal(label_map.states, states)
    for edit in edits:
        label_map.apply(edit)
    np.testing.assert_array_equal(label_map.labels, painted)
    np.testing.assert_array_equal(label_map.states, painted_states)
    expected = np.flatnonzero((painted_states >= VoxelState.ACCEPTED).any(axis=(1, 2)))
    assert label_map.touched_slices() == list(expected)


def test_that_a_cancelled_stroke_leaves_no_trace() -> None:
    label_map = LabelMap(GEOMETRY, TABLE)
    edits: list[LabelEdit] = []
    stroke = begin(label_map, edits)
    stroke.move_to((15, 12, 4))
    assert label_map.labels.any()
    stroke.cancel()
    assert not label_map.labels.any()
    assert not label_map.states.any()
    assert edits == []


def test_that_painting_shows_before_the_button_is_released() -> None:
    label_map = LabelMap(GEOMETRY, TABLE)
    boxes = []
    label_map.changed.connect(boxes.append)
    edits: list[LabelEdit] = []
    stroke = begin(label_map, edits)
    assert label_map.labels[4, 8, 8] == 1
    assert len(boxes) == 1
    assert edits == []
    stroke.finish()
    assert len(edits) == 1


def test_that_the_eraser_of_one_structure_spares_the_others() -> None:
    labels = np.full(GEOMETRY.shape_kji, 4, np.uint8)
    labels[:, :, :9] = 1
    label_map = LabelMap(GEOMETRY, TABLE, labels)
    edits: list[LabelEdit] = []
    begin(label_map, edits, label=0, erase_only=1).finish()
    assert (label_map.labels[:, :, 9:] == 4).all()
    assert label_map.labels[4, 8, 8] == 0


def test_that_a_stroke_over_what_is_already_so_marks_it_edited_and_is_small() -> None:
    label_map = LabelMap(GEOMETRY, TABLE, np.ones(GEOMETRY.shape_kji, np.uint8))
    edits: list[LabelEdit] = []
    begin(label_map, edits).finish()
    assert label_map.states[4, 8, 8] == VoxelState.EDITED
    assert edits[0].nbytes < 100
