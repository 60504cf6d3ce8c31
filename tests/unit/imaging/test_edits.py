from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.imaging.edits import Box, EditHistory, LabelEdit

SHAPE = (4, 5, 6)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    edges = [sorted(draw(st.lists(st.integers(0, n), min_size=2, max_size=2, unique=True))) for n in SHAPE]
    return Box(tuple(e[0] for e in edges), tuple(e[1] for e in edges))  # type: ignore[arg-type]


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, object]:
    """Return what to record: a box, a mask, and new labels and states as one value or one for each voxel."""
    box = draw(boxes())
    values = st.integers(0, 7)
    many = hnp.arrays(np.uint8, box.shape_kji, elements=values)
    return {
        "box": box,
        "mask": draw(hnp.arrays(bool, box.shape_kji)),
        "new_labels": draw(st.one_of(values, many)),
        "new_states": draw(st.one_of(st.integers(0, 3), hnp.arrays(np.uint8, box.shape_kji, elements=st.integers(0, 3)))),
    }


def blank() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    return random.integers(0, 4, SHAPE, dtype=np.uint8), random.integers(0, 4, SHAPE, dtype=np.uint8)


@given(hnp.arrays(bool, SHAPE))
def test_that_the_box_around_a_mask_is_the_smallest_that_holds_it(mask: np.ndarray) -> None:
    box = Box.around(mask)
    if box is None:
        assert not mask.any()
        return
    assert mask[box.slices].sum() == mask.sum()
    for axis in range(3):
        inside = mask[box.slices]
        assert np.take(inside, 0, axis=axis).any()
        assert np.take(inside, -1, axis=axis).any()


@given(boxes(), st.integers(0, 2), st.integers(0, 5))
def test_that_a_box_touches_the_planes_that_hold_its_voxels(box: Box, axis: int, index: int) -> None:
    marked = np.zeros(SHAPE, bool)
    marked[box.slices] = True
    expected = index < SHAPE[axis] and bool(np.take(marked, index, axis=axis).any())
    assert box.touches(axis, index) is expected


def test_that_the_whole_box_covers_the_array() -> None:
    assert Box.whole(SHAPE).shape_kji == SHAPE


@given(wishes())
def test_that_an_edit_sets_the_wished_voxels_and_no_other(wish: dict[str, object]) -> None:
    labels, states = blank()
    expected_labels, expected_states = labels.copy(), states.copy()
    region = expected_labels[wish["box"].slices], expected_states[wish["box"].slices]  # type: ignore[attr-defined]
    np.copyto(region[0], wish["new_labels"], where=wish["mask"])  # type: ignore[arg-type, call-overload]
    np.copyto(region[1], wish["new_states"], where=wish["mask"])  # type: ignore[arg-type, call-overload]
    edit = LabelEdit.record(labels=labels, states=states, name="brush", **wish)  # type: ignore[arg-type]
    if edit is None:
        assert np.array_equal(labels, expected_labels)
        assert np.array_equal(states, expected_states)
        return
    edit.write_after(labels, states)
    assert np.array_equal(labels, expected_labels)
    assert np.array_equal(states, expected_states)


@given(wishes())
def test_that_recording_an_edit_changes_nothing_yet(wish: dict[str, object]) -> None:
    labels, states = blank()
    LabelEdit.record(labels=labels, states=states, name="brush", **wish)  # type: ignore[arg-type]
    assert np.array_equal(labels, blank()[0])
    assert np.array_equal(states, blank()[1])


@given(wishes())
def test_that_the_box_of_an_edit_holds_only_what_changes_at_its_faces(wish: dict[str, object]) -> None:
    labels, states = blank()
    edit = LabelEdit.record(labels=labels, states=states, name="brush", **wish)  # type: ignore[arg-type]
    if edit is not None:
        assert Box.around(edit.mask) == Box.whole(edit.box.shape_kji)


# One step of a person: paint something, take it back, or bring it back.
steps = st.lists(st.one_of(wishes(), st.just("undo"), st.just("redo")), max_size=25)


@settings(max_examples=60)
@given(steps)
def test_that_any_sequence_of_edits_undos_and_redos_equals_replaying_what_stands(sequence: list[object]) -> None:
    labels, states = blank()
    history = EditHistory()
    standing: list[LabelEdit] = []
    undone: list[LabelEdit] = []
    for step in sequence:
        if step == "undo":
            edit = history.undo()
            if edit is not None:
                edit.write_before(labels, states)
                undone.append(standing.pop())
        elif step == "redo":
            edit = history.redo()
            if edit is not None:
                edit.write_after(labels, states)
                standing.append(undone.pop())
        else:
            edit = LabelEdit.record(labels=labels, states=states, name="brush", **step)  # type: ignore[arg-type]
            if edit is not None:
                edit.write_after(labels, states)
                history.push(edit)
                standing.append(edit)
                undone.clear()
    replayed = blank()
    for edit in standing:
        edit.write_after(*replayed)
    assert np.array_equal(labels, replayed[0])
    assert np.array_equal(states, replayed[1])
    assert history.nbytes == sum(e.nbytes for e in [*standing, *undone])


@settings(max_examples=60)
@given(st.lists(wishes(), min_size=1, max_size=15))
def test_that_undoing_everything_restores_every_bit(sequence: list[dict[str, object]]) -> None:
    labels, states = blank()
    history = EditHistory()
    for wish in sequence:
        edit = LabelEdit.record(labels=labels, states=states, name="brush", **wish)  # type: ignore[arg-type]
        if edit is not None:
            edit.write_after(labels, states)
            history.push(edit)
    while (edit := history.undo()) is not None:
        edit.write_before(labels, states)
    assert np.array_equal(labels, blank()[0])
    assert np.array_equal(states, blank()[1])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(1, 5), st.integers(0, 400))
def test_that_history_keeps_the_least_number_of_steps_and_otherwise_its_memory(sizes: list[int], min_steps: int, max_bytes: int) -> None:
    history = EditHistory(min_steps=min_steps, max_bytes=max_bytes)
    for size in sizes:
        history.push(made(size))
        assert len(history) <= min_steps or history.nbytes <= max_bytes
        assert len(history) >= min(min_steps, 1)
    assert len(history) >= min(min_steps, len(sizes))


def made(size: int, name: str = "brush") -> LabelEdit:
    labels, states = np.zeros((1, 1, size), np.uint8), np.zeros((1, 1, size), np.uint8)
    box = Box.whole((1, 1, size))
    edit = LabelEdit.record(
        labels=labels, states=states, mask=np.ones((1, 1, size), bool), box=box, new_labels=1, new_states=3, name=name, author="A"
    )
    assert edit is not None
    return edit


def test_that_a_new_edit_forgets_what_was_undone() -> None:
    history = EditHistory()
    history.push(made(4, "first"))
    history.push(made(4, "second"))
    history.undo()
    assert (history.undo_name, history.redo_name) == ("first", "second")
    history.push(made(4, "third"))
    assert history.redo() is None
    assert (history.undo_name, history.redo_name) == ("third", None)
    assert history.nbytes == 2 * made(4).nbytes


def test_that_an_empty_history_has_nothing_to_undo_or_redo() -> None:
    history = EditHistory()
    assert (history.undo(), history.redo(), history.undo_name, history.redo_name, len(history)) == (None, None, None, None, 0)


def test_that_an_edit_that_would_change_nothing_is_none() -> None:
    labels, states = np.full(SHAPE, 2, np.uint8), np.full(SHAPE, 3, np.uint8)
    mask = np.ones(SHAPE, bool)
    assert LabelEdit.record(labels=labels, states=states, mask=mask, box=Box.whole(SHAPE), new_labels=2, new_states=3, name="x") is None


@pytest.mark.parametrize(("new_label", "new_state"), [(5, 3), (2, 1)])
def test_that_a_change_of_label_or_of_state_alone_is_an_edit(new_label: int, new_state: int) -> None:
    labels, states = np.full(SHAPE, 2, np.uint8), np.full(SHAPE, 3, np.uint8)
    mask = np.ones(SHAPE, bool)
    edit = LabelEdit.record(
        labels=labels, states=states, mask=mask, box=Box.whole(SHAPE), new_labels=new_label, new_states=new_state, name="x"
    )
    assert edit is not None
    edit.write_after(labels, states)
    assert (labels == new_label).all()
    assert (states == new_state).all()
    edit.write_before(labels, states)
    assert (labels == 2).all()
    assert (states == 3).all()


def test_that_a_small_stroke_on_a_large_scan_is_small() -> None:
    labels, states = np.zeros((300, 512, 512), np.uint8), np.zeros((300, 512, 512), np.uint8)
    mask = np.zeros((1, 60, 60), bool)
    mask[0, 10:50, 10:50] = True
    edit = LabelEdit.record(
        labels=labels, states=states, mask=mask, box=Box((150, 200, 200), (151, 260, 260)), new_labels=1, new_states=3, name="brush"
    )
    assert edit is not None
    assert edit.nbytes < 5000
    assert edit.box == Box((150, 210, 210), (151, 250, 250))


@pytest.mark.parametrize("columns", [2, 4, 5])
@given(data=st.data())
def test_that_a_plane_that_is_called_full_is(columns: int, data: st.DataObject) -> None:
    shape = (3, 4, columns)
    # full planes are rare by chance
    mask = data.draw(hnp.arrays(bool, shape)) | data.draw(hnp.arrays(bool, (3, 1, 1)))
    blank = np.zeros(shape, np.uint8)
    edit = LabelEdit.record(labels=blank, states=blank, mask=mask, box=Box.whole(shape), new_labels=1, new_states=3, name="part")
    if edit is None:
        return
    full = edit.mask.all(axis=(1, 2))
    plane = edit.mask[0].size
    np.testing.assert_array_equal(edit.full_planes, full if plane % 8 == 0 else np.zeros(len(full), bool))
