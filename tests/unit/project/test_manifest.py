"""What a trainer may read, and which slices it never sees."""

import json

import numpy as np
import pytest

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.pack import file_sha256
from gf_desktop.project.manifest import write_manifest
from gf_desktop.project.store import Project
from tests.unit.project.conftest import make_scan


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


def test_that_the_manifest_names_files_relative_to_the_project(project: Project, case_id: str) -> None:
    approve(project, case_id, 1)
    path, items = write_manifest(project, "run-0001", seed=7)
    document = json.loads(path.read_text(encoding="utf-8"))
    (item,) = document["items"]
    assert document["format"] == 2
    root = (path.parent / document["root"]).resolve()
    assert root == project.folder.resolve()
    assert (root / item["image"], root / item["labels"]) == (items[0].image.resolve(), items[0].labels and items[0].labels.resolve())
    assert str(project.folder) not in path.read_text(encoding="utf-8")


def test_that_a_held_back_slice_stays_held_back(project: Project, case_id: str) -> None:
    approve(project, case_id, 0, 2, 4)
    write_manifest(project, "run-0001", seed=0)
    held = project.case(case_id).validation_slices
    assert held == (2,)
    approve(project, case_id, 1, 3)
    write_manifest(project, "run-0002", seed=0)
    assert set(held) <= set(project.case(case_id).validation_slices)


def test_that_neighbours_of_a_held_back_slab_are_named_as_its_gap(project: Project, case_id: str) -> None:
    approve(project, case_id, 0, 1, 2, 3, 4)
    path, (item,) = write_manifest(project, "run-0001", seed=0)
    (entry,) = json.loads(path.read_text(encoding="utf-8"))["items"]
    assert (entry["validation_slices"], entry["gap_slices"]) == ([2], [1])
    assert (item.validation_slices, item.gap_slices) == ((2,), (1,))


def test_that_a_second_patient_judges_and_is_never_learned_from(project: Project, case_id: str) -> None:
    other = project.add_case(make_scan(3), title="other", verdict="green", findings=())[0].id
    approve(project, case_id, 0, 2, 4)
    approve(project, other, 1, 3)
    _, items = write_manifest(project, "run-0001", seed=0)
    assert [(item.case_id, item.validation_slices) for item in items] == [(case_id, ()), (other, (1, 3))]
    approve(project, other, 2)
    _, items = write_manifest(project, "run-0002", seed=0)
    assert items[1].validation_slices == (1, 2, 3)
    assert project.roles[other].since == "run-0001"
