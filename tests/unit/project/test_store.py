"""A project keeps what it was given, whole, and says so when it cannot."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gf_desktop.arrays import CAN_MAP
from gf_desktop.errors import ModelError, ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure, VoxelState
from gf_desktop.imaging.volume import Volume
from gf_desktop.project.last_place import LastPlace, write_last_place
from gf_desktop.project.store import Project, read_confidence, write_confidence


def edit_of(project: Project, case_id: str, *, k: int, label: int) -> LabelEdit:
    label_map = project.masks.load(case_id)
    box = Box((k, 1, 2), (k + 1, 5, 9))
    edit = LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=np.ones(box.shape_kji, bool),
        box=box,
        new_labels=label,
        new_states=VoxelState.EDITED,
        name="brush",
    )
    assert edit is not None
    return edit


def test_that_a_scan_comes_back_as_it_went_in(project: Project, case_id: str, scan: Volume) -> None:
    again = project.load_volume(case_id)
    np.testing.assert_array_equal(again.voxels, scan.voxels)
    assert again.voxels.dtype == scan.voxels.dtype
    assert again.geometry.largest_distance_mm(scan.geometry) == 0.0
    assert (again.modality, again.source) == ("CT", "CT series, 5 slices")


def test_that_a_project_says_whether_it_has_a_case(threshold_pack: Path, tmp_path: Path, scan: Volume) -> None:
    project = Project.create(tmp_path / "new", threshold_pack)
    assert not project.has_cases
    project.add_case(scan, title=scan.source, verdict="green", findings=())
    assert project.has_cases
    project.close()


def test_that_the_same_scan_is_not_copied_twice(project: Project, case_id: str, scan: Volume) -> None:
    case, is_new = project.add_case(scan, title=scan.source, verdict="green", findings=())
    assert (case.id, is_new) == (case_id, False)
    assert len(project.cases()) == 1
    assert [p.name for p in (project.folder / "cases").iterdir()] == [case_id]


def test_that_the_same_voxels_elsewhere_in_space_are_another_scan(project: Project, case_id: str, scan: Volume) -> None:
    geometry = type(scan.geometry)(scan.geometry.size_ijk, scan.geometry.spacing_mm, (4, 5, 7), scan.geometry.direction)
    case, is_new = project.add_case(Volume(scan.voxels, geometry, "CT"), title="CT", verdict="green", findings=())
    assert is_new
    assert case.id == "C-002"


def test_that_strokes_survive_reopening_without_a_revision(project: Project, case_id: str) -> None:
    edit = edit_of(project, case_id, k=2, label=5)
    project.masks.open_journal(case_id).commit(edit)
    folder = project.folder
    project.close()
    again = Project.open(folder)
    label_map = again.masks.load(case_id)
    assert (label_map.labels[2, 1:5, 2:9] == 5).all()
    assert label_map.labels.sum() == 5 * 4 * 7
    assert label_map.touched_slices() == [2]
    assert again.masks.latest(case_id) is None
    again.close()


def test_that_a_stroke_taken_back_stays_taken_back(project: Project, case_id: str) -> None:
    edit = edit_of(project, case_id, k=2, label=5)
    journal = project.masks.open_journal(case_id)
    journal.commit(edit)
    journal.undo()
    assert not project.masks.load(case_id).labels.any()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(st.tuples(st.integers(0, 4), st.sampled_from([0, 1, 5])), st.sampled_from(["undo", "redo", "save"])), max_size=12
    )
)
def test_that_any_sequence_of_edits_is_replayed_from_the_journal(project: Project, scan: Volume, steps: list) -> None:
    case_id = project.add_case(scan, title="CT", verdict="green", findings=())[0].id
    label_map, journal = project.masks.load(case_id), project.masks.open_journal(case_id)
    for step in steps:
        if step == "save":
            project.masks.fold(case_id, label_map)
        elif step == "undo":
            edit = journal.undo()
            if edit is not None:
                label_map.revert(edit)
        elif step == "redo":
            edit = journal.redo()
            if edit is not None:
                label_map.apply(edit)
        else:
            box = Box((step[0], 0, 0), (step[0] + 1, 12, 16))
            edit = LabelEdit.record(
                labels=label_map.labels,
                states=label_map.states,
                mask=np.random.default_rng(step[0]).random(box.shape_kji) < 0.5,
                box=box,
                new_labels=step[1],
                new_states=VoxelState.EDITED,
                name="brush",
            )
            if edit is not None:
                journal.commit(edit)
                label_map.apply(edit)
    project.masks.close_journal(case_id)
    again = project.masks.load(case_id)
    np.testing.assert_array_equal(again.labels, label_map.labels)
    np.testing.assert_array_equal(again.states, label_map.states)
    assert again.reviewed_slices() == label_map.reviewed_slices()


def test_that_a_revision_holds_labels_and_states_and_every_stroke(project: Project, case_id: str) -> None:
    project.masks.open_journal(case_id).commit(edit_of(project, case_id, k=1, label=1))
    label_map = project.masks.load(case_id)
    revision = project.masks.fold(case_id, label_map, author="AB")
    assert (revision.number, revision.kind, revision.author) == (1, "corrected", "AB")
    assert not project.masks.has_changes(case_id)
    np.testing.assert_array_equal(project.masks.load(case_id).states, label_map.states)


def test_that_a_mask_that_does_not_match_its_hash_is_refused(project: Project, case_id: str) -> None:
    project.masks.open_journal(case_id).commit(edit_of(project, case_id, k=1, label=1))
    revision = project.masks.fold(case_id, project.masks.load(case_id))
    path = project.case_folder(case_id) / revision.file
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ProjectError, match="does not match its hash"):
        project.masks.load(case_id)


@pytest.mark.parametrize(("states", "status", "reviewed"), [(0, "new", 0), (1, "proposed", 0), (2, "approved", 5)])
def test_that_status_follows_the_states_of_the_voxels(project: Project, case_id: str, states: int, status: str, reviewed: int) -> None:
    label_map = project.masks.load(case_id)
    box = Box.whole(label_map.labels.shape)
    edit = LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=np.ones(box.shape_kji, bool),
        box=box,
        new_labels=label_map.labels,
        new_states=states,
        name="state",
    )
    if edit is not None:
        label_map.apply(edit)
    project.masks.replace(case_id, label_map, model_id="")
    case = project.case(case_id)
    assert (case.status, case.reviewed) == (status, reviewed)


def test_that_confidence_comes_back_and_a_damaged_one_is_none(project: Project, case_id: str) -> None:
    shape = project.case(case_id).geometry.shape_kji
    confidence = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    write_confidence(project.confidence_path(case_id), confidence)
    path = project.confidence_path(case_id)
    np.testing.assert_array_equal(read_confidence(path, shape), confidence)
    assert read_confidence(path, (1, 2, 3)) is None
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    assert read_confidence(path, shape) is None, "one bit is another"
    path.write_bytes(b"PK\x03\x04 nonsense")
    assert read_confidence(path, shape) is None


def test_that_confidence_stays_in_its_file_until_it_is_looked_at(project: Project, case_id: str) -> None:
    shape = project.case(case_id).geometry.shape_kji
    write_confidence(project.confidence_path(case_id), np.full(shape, 200, np.uint8))
    kept = read_confidence(project.confidence_path(case_id), shape)
    assert isinstance(kept, np.memmap) == CAN_MAP
    # a later prediction is put in place of the file; what is looked at meanwhile is the one before
    write_confidence(project.confidence_path(case_id), np.full(shape, 100, np.uint8))
    assert (kept == 200).all()


def test_that_confidence_of_a_project_from_before_it_was_mapped_is_read(project: Project, case_id: str) -> None:
    shape = project.case(case_id).geometry.shape_kji
    confidence = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    with project.confidence_path(case_id).open("wb") as stream:
        np.savez_compressed(stream, confidence=confidence)
    np.testing.assert_array_equal(read_confidence(project.confidence_path(case_id), shape), confidence)


def test_that_a_second_program_is_told_who_holds_the_project(project: Project) -> None:
    code = (
        "import sys; from pathlib import Path; from gf_desktop.project.store import Project\n"
        "from gf_desktop.errors import ProjectError\n"
        "try: Project.open(Path(sys.argv[1]))\n"
        "except ProjectError as error: print(error)\n"
        "reader = Project.open(Path(sys.argv[1]), read_only=True); print(reader.read_only, len(reader.cases())); reader.close()"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(project.folder)], capture_output=True, text=True, check=True, timeout=60)
    assert "open in another window (process" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "True 0"


def test_that_reading_only_refuses_to_write(project: Project, scan: Volume) -> None:
    reader = Project.open(project.folder, read_only=True)
    with pytest.raises(ProjectError, match="for reading only"):
        reader.add_case(scan, title="CT", verdict="green", findings=())
    reader.close()


def test_that_a_write_protected_folder_is_refused_and_stays_empty(tmp_path: Path, threshold_pack: Path) -> None:
    folder = tmp_path / "protected"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(ProjectError, match=r"no permission to write here.*protected"):
            Project.create(folder / "trial", threshold_pack)
        with pytest.raises(ProjectError, match="no permission to write here"):
            Project.create(folder, threshold_pack)
        assert list(folder.iterdir()) == []
    finally:
        folder.chmod(stat.S_IRWXU)


def test_that_a_folder_with_files_is_not_taken_for_a_new_project(tmp_path: Path, threshold_pack: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ProjectError, match="must be empty"):
        Project.create(tmp_path, threshold_pack)
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_that_a_damaged_pack_leaves_no_project_behind(tmp_path: Path, threshold_pack: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(threshold_pack, pack)
    (pack / "student.onnx").write_bytes(b"broken")
    with pytest.raises(ModelError, match="does not match its hash"):
        Project.create(tmp_path / "trial", pack)
    assert [p.name for p in tmp_path.iterdir()] == ["pack"]


def test_that_a_folder_without_a_project_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="There is no project here"):
        Project.open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 40])
def test_that_a_damaged_database_is_named(project: Project, content: bytes) -> None:
    folder = project.folder
    project.close()
    (folder / "project.sqlite").write_bytes(content)
    with pytest.raises(ProjectError, match="database is not readable"):
        Project.open(folder)


def test_that_a_project_of_another_format_is_refused(project: Project) -> None:
    folder = project.folder
    project.close()
    database = sqlite3.connect(folder / "project.sqlite")
    with database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    database.close()
    with pytest.raises(ProjectError, match="format 99"):
        Project.open(folder)


def test_that_an_unknown_case_is_answered_with_those_there_are(project: Project, case_id: str) -> None:
    with pytest.raises(ProjectError, match=f"Its cases are: {case_id}"):
        project.case("C-999")


def test_that_a_mask_saved_and_not_entered_into_the_database_is_read_from_the_one_before(
    tmp_path: Path, threshold_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project.create(tmp_path / "trial", threshold_pack)
    geometry = Geometry.identity((6, 5, 4), (1.0, 1.0, 2.0))
    project.add_case(Volume(np.zeros((4, 5, 6), np.int16), geometry, "CT"), title="scan", verdict="green", findings=())
    journal, label_map = project.masks.open_journal("C-001"), project.masks.load("C-001")

    def paint(k: int) -> None:
        edit = LabelEdit.record(
            labels=label_map.labels,
            states=label_map.states,
            mask=None,
            box=Box((k, 1, 1), (k + 1, 4, 5)),
            new_labels=5,
            new_states=3,
            name="brush",
        )
        journal.commit(edit)
        label_map.apply(edit)

    paint(0)
    with monkeypatch.context() as patch:
        patch.setattr(project.masks, "_set_progress", lambda *_args: (_ for _ in ()).throw(sqlite3.OperationalError("disk I/O error")))
        with pytest.raises(ProjectError, match="Writing failed: disk I/O error"):
            project.masks.fold("C-001", label_map)
    assert project.masks.latest("C-001") is None
    np.testing.assert_array_equal(project.masks.load("C-001").labels, label_map.labels)
    paint(1)
    np.testing.assert_array_equal(project.masks.load("C-001").labels, label_map.labels)
    assert project.masks.fold("C-001", label_map).number == 1
    paint(2)
    project.close()
    project = Project.open(tmp_path / "trial")
    np.testing.assert_array_equal(project.masks.load("C-001").labels, label_map.labels)
    assert project.masks.take_findings() == ()
    project.close()


def test_that_a_project_without_a_model_has_the_structures_that_it_began_with(tmp_path: Path, scan: Volume) -> None:
    table = LabelTable((Structure(3, "nodule", "#e69f00"), Structure(7, "vessel", "#56b4e9")))
    project = Project.create(tmp_path / "own", table)
    case, _ = project.add_case(scan, title=scan.source, verdict="green", findings=())
    assert project.models.active_id is None
    assert project.models.records() == []
    project.close()
    again = Project.open(tmp_path / "own")
    assert again.table == table
    assert [c.id for c in again.cases()] == [case.id]
    again.close()


def test_that_the_place_on_screen_is_remembered_until_its_scan_is_gone(project: Project, case_id: str) -> None:
    kept = project.folder / "last-case"
    assert project.last_place is None
    place = LastPlace(case_id, (3, 0, 12))
    write_last_place(project.folder, place)
    assert project.last_place == place
    kept.write_text("C-999\n3 0 12\n", encoding="utf-8")
    assert project.last_place is None
    kept.write_bytes(b"\xff\xfe\x00")
    assert project.last_place is None


@pytest.mark.parametrize("voxel", ["", "\n", "\n1 2", "\n1 2 3 4", "\n-1 2 3", "\n1 2 three", "\n1 2 33333333333333333333", "\n\u0661 2 3"])
def test_that_of_a_place_without_its_voxel_the_scan_is_kept(project: Project, case_id: str, voxel: str) -> None:
    (project.folder / "last-case").write_text(case_id + voxel, encoding="utf-8")
    assert project.last_place == LastPlace(case_id)


def test_that_a_place_is_not_remembered_where_the_folder_takes_no_file(project: Project, case_id: str) -> None:
    (project.folder / ".last-case.partial").mkdir()
    write_last_place(project.folder, LastPlace(case_id))
    assert project.last_place is None
