from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gf_desktop.errors import ModelError, ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, Structure, VoxelState

TABLE = LabelTable((Structure(3, "liver", "#56b4e9"), Structure(1, "spleen", "#e69f00")))
GRID = Geometry.identity((6, 5, 4), (1.0, 2.0, 5.0))
SHAPE = GRID.shape_kji
labels_of_a_scan = hnp.arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 1, 3]))
states_of_a_scan = hnp.arrays(np.uint8, SHAPE, elements=st.integers(0, 3))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    edges = [sorted(draw(st.lists(st.integers(0, n), min_size=2, max_size=2, unique=True))) for n in SHAPE]
    return Box(tuple(e[0] for e in edges), tuple(e[1] for e in edges))  # type: ignore[arg-type]


@given(labels_of_a_scan, states_of_a_scan, boxes(), st.data())
def test_that_a_proposal_never_changes_what_a_person_accepted_or_edited(
    labels: np.ndarray, states: np.ndarray, box: Box, data: st.DataObject
) -> None:
    proposal = data.draw(hnp.arrays(np.uint8, box.shape_kji, elements=st.sampled_from([0, 1, 3])))
    label_map = LabelMap(GRID, TABLE, labels, states)
    label_map.propose(proposal, box)
    settled = states >= VoxelState.ACCEPTED
    assert np.array_equal(label_map.labels[settled], labels[settled])
    assert np.array_equal(label_map.states[settled], states[settled])
    inside = np.zeros(SHAPE, bool)
    inside[box.slices] = True
    free = inside & ~settled
    full = np.zeros(SHAPE, np.uint8)
    full[box.slices] = proposal
    assert np.array_equal(label_map.labels[free], full[free])
    assert (label_map.states[free] == VoxelState.PROPOSED).all()
    assert np.array_equal(label_map.labels[~inside], labels[~inside])
    assert np.array_equal(label_map.states[~inside], states[~inside])


@given(labels_of_a_scan, states_of_a_scan, boxes(), st.data())
def test_that_reviewed_and_touched_slices_are_those_counted_from_the_states(
    labels: np.ndarray, states: np.ndarray, box: Box, data: st.DataObject
) -> None:
    label_map = LabelMap(GRID, TABLE, labels, states)
    mask = data.draw(hnp.arrays(bool, box.shape_kji))
    edit = LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=mask,
        box=box,
        new_labels=1,
        new_states=data.draw(st.integers(0, 3)),
        name="x",
    )
    if edit is not None:
        label_map.apply(edit)
        if data.draw(st.booleans()):
            label_map.revert(edit)
            assert np.array_equal(label_map.labels, labels)
            assert np.array_equal(label_map.states, states)
    settled = label_map.states >= VoxelState.ACCEPTED
    assert label_map.reviewed_slices() == [k for k in range(SHAPE[0]) if settled[k].all()]
    assert label_map.touched_slices() == [k for k in range(SHAPE[0]) if settled[k].any()]


def test_that_each_change_is_announced_once_with_its_box() -> None:
    label_map = LabelMap(GRID, TABLE)
    heard: list[Box] = []
    label_map.changed.connect(heard.append)
    box = Box((1, 1, 1), (2, 3, 4))
    mask = np.ones(box.shape_kji, bool)
    edit = LabelEdit.record(labels=label_map.labels, states=label_map.states, mask=mask, box=box, new_labels=3, new_states=3, name="x")
    assert edit is not None
    label_map.apply(edit)
    label_map.revert(edit)
    label_map.propose(np.ones(box.shape_kji, np.uint8), box)
    assert heard == [box, box, box]
    assert label_map.revision == 3


def test_that_the_arrays_given_are_copied() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    label_map = LabelMap(GRID, TABLE, labels)
    label_map.labels[0, 0, 0] = 3
    assert labels[0, 0, 0] == 0


@pytest.mark.parametrize("array", [np.zeros((6, 5, 4), np.uint8), np.zeros(SHAPE, np.int16)])
@pytest.mark.parametrize("name", ["labels", "states"])
def test_that_a_mask_of_another_shape_or_type_is_refused(array: np.ndarray, name: str) -> None:
    with pytest.raises(ProjectError, match=name):
        LabelMap(GRID, TABLE, **{name: array})


def test_that_volumes_are_in_millilitres() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[0, :2] = 3
    assert LabelMap(GRID, TABLE, labels).volumes_ml() == {"liver": pytest.approx(0.12), "spleen": 0.0}


def test_that_class_numbers_follow_the_order_of_the_table_and_not_the_ids() -> None:
    assert TABLE.class_to_id().tolist() == [0, 3, 1]
    lookup = TABLE.id_to_class()
    assert (lookup[3], lookup[1], lookup[0], lookup[200]) == (1, 2, 0, 0)


def test_that_structures_are_found_by_id_and_by_name() -> None:
    assert TABLE.by_id(1).name == "spleen"
    assert TABLE.by_name("liver").id == 3
    for find, key in ((TABLE.by_id, 9), (TABLE.by_name, "kidney")):
        with pytest.raises(KeyError):
            find(key)  # type: ignore[operator]


def test_that_a_table_survives_json_and_ignores_further_keys() -> None:
    document = json.loads(json.dumps(TABLE.as_json()))
    document[0]["laterality"] = "left"
    assert LabelTable.from_json(document) == TABLE


def test_that_a_code_survives_json_and_is_left_out_where_there_is_none() -> None:
    table = LabelTable((Structure(1, "spleen", "#123456", "SCT 78961009"), Structure(3, "liver", "#654321")))
    document = json.loads(json.dumps(table.as_json()))
    assert LabelTable.from_json(document) == table
    assert [set(row) for row in document] == [{"id", "name", "color", "code"}, {"id", "name", "color"}]


@pytest.mark.parametrize("document", [[{"id": 1, "name": "liver"}], [{"id": "x", "name": "liver", "color": "#000000"}], [None]])
def test_that_a_damaged_table_is_a_model_error(document: list[dict[str, object]]) -> None:
    with pytest.raises(ModelError):
        LabelTable.from_json(document)


@pytest.mark.parametrize(
    ("number", "name", "color"), [(0, "liver", "#000000"), (256, "liver", "#000000"), (1, " ", "#000000"), (1, "liver", "red")]
)
def test_that_an_impossible_structure_is_refused(number: int, name: str, color: str) -> None:
    with pytest.raises(ModelError):
        Structure(number, name, color)


@pytest.mark.parametrize("second", [Structure(3, "kidney", "#000000"), Structure(4, "liver", "#000000")])
def test_that_two_structures_cannot_share_an_id_or_a_name(second: Structure) -> None:
    with pytest.raises(ModelError, match="share"):
        LabelTable((Structure(3, "liver", "#56b4e9"), second))


@given(labels_of_a_scan, states_of_a_scan, st.data())
def test_that_what_is_counted_of_slices_stays_true_through_edits_undo_and_proposals(
    labels: np.ndarray, states: np.ndarray, data: st.DataObject
) -> None:
    label_map = LabelMap(GRID, TABLE, labels, states)
    done: list[LabelEdit] = []
    for _ in range(data.draw(st.integers(1, 5))):
        box = data.draw(st.one_of(boxes(), st.just(Box.whole(SHAPE))))
        what = data.draw(st.sampled_from(["edit", "undo", "propose"]))
        if what == "propose":
            label_map.propose(np.zeros(box.shape_kji, np.uint8), box)
            done.clear()
        elif what == "undo" and done:
            label_map.revert(done.pop())
        else:
            edit = LabelEdit.record(
                labels=label_map.labels,
                states=label_map.states,
                mask=data.draw(hnp.arrays(np.bool_, box.shape_kji)),
                box=box,
                new_labels=3,
                new_states=data.draw(st.integers(0, 3)),
                name="edit",
            )
            if edit is not None:
                label_map.apply(edit)
                done.append(edit)
        _check_counts(label_map)


@pytest.mark.parametrize("rows", [4, 5])
@pytest.mark.parametrize("kept", [None, (1, 2, 3)])
def test_that_what_is_counted_stays_true_where_whole_slices_get_one_state(rows: int, kept: tuple[int, int, int] | None) -> None:
    grid = Geometry.identity((4, rows, 4), (1.0, 1.0, 1.0))
    states = np.full(grid.shape_kji, VoxelState.PROPOSED, np.uint8)
    if kept is not None:
        states[kept] = VoxelState.EDITED
    label_map = LabelMap(grid, TABLE, None, states)
    edits = []
    for state in (VoxelState.ACCEPTED, VoxelState.UNSEEN, VoxelState.PROPOSED):
        edit = LabelEdit.record(
            labels=label_map.labels,
            states=label_map.states,
            mask=label_map.states != VoxelState.EDITED,
            box=Box.whole(grid.shape_kji),
            new_labels=0,
            new_states=state,
            name="all",
        )
        assert edit is not None
        edits.append((edit, label_map.states.copy()))
        label_map.apply(edit)
        _check_counts(label_map)
    for edit, before in reversed(edits):
        label_map.revert(edit)
        np.testing.assert_array_equal(label_map.states, before)
        _check_counts(label_map)


def _check_counts(label_map: LabelMap) -> None:
    settled = (label_map.states >= VoxelState.ACCEPTED).reshape(len(label_map.states), -1)
    assert label_map.touched_slices() == np.flatnonzero(settled.any(axis=1)).tolist()
    assert label_map.reviewed_slices() == np.flatnonzero(settled.all(axis=1)).tolist()
    assert label_map.has_proposals == bool((label_map.states == VoxelState.PROPOSED).any())
