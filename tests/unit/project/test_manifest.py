"""What a trainer may read, and which slices it never sees."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.pack import file_sha256
from gf_desktop.project.manifest import choose_held_back, write_manifest
from gf_desktop.project.store import Project


def approve(project: Project, case_id: str, *slices: int) -> None:
    for k in slices:
        label_map = project.masks.load(case_id)
        box = Box((k, 0, 0), (k + 1, *label_map.labels.shape[1:]))
        edit = LabelEdit.record(
            labels=label_map.labels,
            states=label_map.states,
            mask=np.ones(box.shape_kji, bool),
            box=box,
            new_labels=1,
            new_states=VoxelState.ACCEPTED,
            name="approve",
        )
        assert edit is not None
        project.masks.open_journal(case_id).commit(edit)


def test_that_nothing_approved_is_nothing_to_learn_from(project: Project, case_id: str) -> None:
    with pytest.raises(TrainingError, match="nothing to learn from"):
        write_manifest(project, "run-0001", seed=0)
    assert not project.run_folder("run-0001").exists()


def test_that_the_manifest_names_frozen_files_by_hash(project: Project, case_id: str) -> None:
    approve(project, case_id, 1)
    path, items = write_manifest(project, "run-0001", seed=7)
    document = json.loads(path.read_text(encoding="utf-8"))
    (item,) = document["items"]
    assert (document["seed"], item["case"], item["validation_slices"]) == (7, case_id, [])
    assert items[0].labels is not None
    assert file_sha256(items[0].labels) == item["labels_sha256"]
    before = items[0].labels.read_bytes()
    approve(project, case_id, 3)
    project.masks.fold(case_id, project.masks.load(case_id))
    assert items[0].labels.read_bytes() == before


def test_that_a_held_back_slice_stays_held_back(project: Project, case_id: str) -> None:
    approve(project, case_id, 0, 2, 4)
    write_manifest(project, "run-0001", seed=0)
    held = project.case(case_id).validation_slices
    assert held == (2,)
    approve(project, case_id, 1, 3)
    write_manifest(project, "run-0002", seed=0)
    assert set(held) <= set(project.case(case_id).validation_slices)


def test_that_few_slices_are_all_trained_on() -> None:
    assert choose_held_back([3, 9], (), [3, 9]) == []
    assert choose_held_back([3], (), [3]) == []


def test_that_the_middle_slice_is_held_back_first() -> None:
    assert choose_held_back([2, 7, 12, 17], (), [2, 7, 12, 17]) == [7]


def test_that_a_half_corrected_slice_is_never_held_back() -> None:
    assert choose_held_back([4], (), [1, 4, 8, 9]) == [4]
    assert choose_held_back([], (), [1, 4, 8, 9]) == []


@given(st.sets(st.integers(0, 60), max_size=40), st.sets(st.integers(0, 60), max_size=40))
def test_that_training_keeps_the_greater_part(approved: set[int], partly: set[int]) -> None:
    touched = sorted(approved | partly)
    chosen = choose_held_back(sorted(approved), (), touched)
    assert set(chosen) <= approved
    assert len(set(chosen)) == len(chosen)
    if len(chosen) > 1:
        assert len(touched) - len(chosen) >= 5 * len(chosen)
    again = choose_held_back(sorted(approved), tuple(chosen), touched)
    assert again == []
