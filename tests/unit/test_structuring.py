"""The list of structures: its commands over a session, across scans, undo, reopening, refinement and export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from gf_desktop.errors import FileFormatError, ModelError, ProjectError
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.jobs import CancelToken, InlineJobs
from gf_desktop.session import Session
from gf_desktop.structuring import RemovalReport, StructureCount
from tests.unit.conftest import SITK, World

SOFT, HARD = 1, 5


def names(session: Session) -> list[str]:
    return list(session.must_project().table.names)


def add_scan(world: World, seed: int) -> str:
    """A second scan of random intensities, wholly labelled by a file; its id."""
    voxels = np.random.default_rng(seed).choice([10, 45, 60, 77, 90], (6, 40, 50)).astype(np.int16)
    for name, array in (("other", voxels), ("other-mask", np.select([voxels > 80, voxels > 40], [HARD, SOFT], 0).astype(np.uint8))):
        image = SITK.GetImageFromArray(array)
        image.SetSpacing((0.8, 0.8, 2.5))
        SITK.WriteImage(image, str(world.tmp_path / f"{name}.nii.gz"))
    world.session.import_paths([world.tmp_path / "other.nii.gz"])
    world.session.correct("C-002", world.tmp_path / "other-mask.nii.gz")
    return "C-002"


def paint_block(world: World, label: int) -> np.ndarray:
    """Paint a structure over slice 1 of the scan on screen with a large brush; the voxels that got it."""
    before = world.labels.copy()
    stroke = world.session.begin_stroke(axis=2, label=label, radius_mm=8.0, start_ijk=(20, 20, 1))
    stroke.finish()
    changed = world.labels != before
    assert changed.any()
    return changed


def test_that_a_structure_is_added_with_the_lowest_free_value_and_a_colour_of_its_own(world: World) -> None:
    told: list[int] = []
    world.session.structures_changed.connect(lambda: told.append(1))
    made = world.session.add_structure("  tumour ", code="SCT 108369006")
    assert (made.id, made.name, made.code) == (2, "tumour", "SCT 108369006")
    assert made.color not in [s.color for s in world.session.must_project().table if s.id != made.id]
    assert told == [1]


@pytest.mark.parametrize("name", ["soft", "SOFT", " Soft "])
def test_that_a_name_is_given_once(world: World, name: str) -> None:
    with pytest.raises(ProjectError, match="this name already"):
        world.session.add_structure(name)


@pytest.mark.parametrize(("name", "color"), [("", "#112233"), ("two\nlines", "#112233"), ("a", "red"), ("x" * 201, "#112233")])
def test_that_a_structure_that_is_not_valid_is_refused_and_the_list_stays(world: World, name: str, color: str) -> None:
    before = names(world.session)
    with pytest.raises(ModelError):
        world.session.add_structure(name, color=color)
    assert names(world.session) == before


def test_that_255_structures_fit_and_one_more_does_not(world: World) -> None:
    for number in range(253):
        world.session.add_structure(f"s{number}")
    assert sorted(world.session.must_project().table.ids) == list(range(1, 256))
    with pytest.raises(ProjectError, match="255"):
        world.session.add_structure("one too many")


def test_that_name_colour_and_code_change_without_touching_a_voxel(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    before = world.labels.copy()
    world.session.change_structure(HARD, name="hart", color="#123456", code="X 1")
    structure = world.session.must_project().table.by_id(HARD)
    assert (structure.name, structure.color, structure.code) == ("hart", "#123456", "X 1")
    np.testing.assert_array_equal(world.labels, before)
    assert world.session.must_open().label_map.table is world.session.must_project().table


def test_that_the_list_is_there_when_the_project_is_opened_again_and_the_journal_goes_on(world: World) -> None:
    session, folder = world.session, world.session.must_project().folder
    told: list[str] = []
    session.told.connect(told.append)
    session.open_case("C-001")
    extra = session.add_structure("tumour")
    painted = paint_block(world, extra.id)
    session.change_structure(SOFT, name="weich")
    session.close_project()
    session.open_project(folder)
    assert names(session) == ["weich", "hard", "tumour"]
    session.open_case("C-001")
    np.testing.assert_array_equal(world.labels == extra.id, painted)
    session.undo()
    assert not (world.labels == extra.id).any()
    session.redo()
    np.testing.assert_array_equal(world.labels == extra.id, painted)
    assert told == [], "a list that the project itself changed is nothing to warn of"


def test_that_counting_sees_every_scan_and_what_was_reviewed(world: World) -> None:
    other = add_scan(world, seed=8)
    world.session.predict("C-001")
    first, second = world.labels.copy(), world.session.labels_of(other).copy()
    answers: list[StructureCount] = []
    world.session.count_structure(SOFT, on_done=answers.append)
    (count,) = answers
    assert count.voxels == (first == SOFT).sum() + (second == SOFT).sum()
    assert count.reviewed_voxels == (second == SOFT).sum()
    assert (count.cases, count.known) == ((other, "C-001"), True)


@pytest.mark.parametrize("shown", ["C-001", "C-002", None])
def test_that_a_deleted_structure_goes_from_every_scan_and_undo_brings_it_back(world: World, shown: str | None) -> None:
    session = world.session
    session.correct("C-001", world.tmp_path / "truth.nii.gz")
    add_scan(world, seed=8)
    session.close_case()
    if shown is not None:
        session.open_case(shown)
    before = {case: session.labels_of(case).copy() for case in ("C-001", "C-002")}
    reports: list[RemovalReport] = []
    session.remove_structure(SOFT, on_done=reports.append)
    assert names(session) == ["hard"]
    for case, labels in before.items():
        np.testing.assert_array_equal(session.labels_of(case), np.where(labels == SOFT, 0, labels))
    assert reports[0].voxels == sum((labels == SOFT).sum() for labels in before.values())
    told: list[str] = []
    session.told.connect(told.append)
    for case, labels in before.items():
        session.open_case(case)
        session.undo()
        np.testing.assert_array_equal(world.session.must_open().label_map.labels, labels)
    assert names(session) == ["hard", "soft"]
    assert session.must_project().table.by_id(SOFT).color == "#56b4e9"
    assert len(told) == 1, "said when it came back, not again"
    assert "soft" in told[0]
    session.redo()
    assert not (session.must_open().label_map.labels == SOFT).any()


def test_that_merging_gives_one_structure_the_voxels_of_the_other_with_their_states(world: World) -> None:
    session = world.session
    session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0, 1])
    session.predict("C-001")
    before, states = world.labels.copy(), session.must_open().label_map.states.copy()
    session.remove_structure(SOFT, into=HARD)
    np.testing.assert_array_equal(world.labels, np.where(before == SOFT, HARD, before))
    np.testing.assert_array_equal(session.must_open().label_map.states, states)
    assert names(session) == ["hard"]


def test_that_a_locked_structure_neither_goes_nor_takes_another_in(world: World) -> None:
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    world.session.set_locked(HARD, locked=True)
    before = world.labels.copy()
    for label, into in ((HARD, 0), (SOFT, HARD), (HARD, SOFT)):
        with pytest.raises(ProjectError, match="locked"):
            world.session.remove_structure(label, into=into)
    np.testing.assert_array_equal(world.labels, before)
    world.session.set_locked(HARD, locked=False)
    world.session.set_locked(SOFT, locked=True)
    world.session.remove_structure(HARD)
    assert world.session.locked == {SOFT}


def test_that_the_last_structure_stays(world: World) -> None:
    world.session.remove_structure(SOFT)
    with pytest.raises(ProjectError, match="at least one"):
        world.session.remove_structure(HARD)


def test_that_the_value_of_a_deleted_structure_is_not_given_to_a_new_one(world: World) -> None:
    world.session.remove_structure(SOFT)
    assert world.session.add_structure("new").id == 2, "undo could bring voxels of value 1 back"


def test_that_nothing_else_changes_while_a_structure_is_removed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    session = world.session
    session.correct("C-001", world.tmp_path / "truth.nii.gz")
    waiting: list[Callable[[], None]] = []

    class Later(InlineJobs):
        def run(self, fn, *, on_done, on_error) -> CancelToken:
            token = CancelToken()
            waiting.append(lambda: None if token() else on_done(fn(token)))
            return token

    monkeypatch.setattr(session, "_jobs", Later())
    session.remove_structure(SOFT)
    for refused in (
        lambda: session.begin_stroke(axis=2, label=SOFT, radius_mm=3, start_ijk=(5, 5, 1)),
        session.undo,
        lambda: session.open_case("C-001"),
        lambda: session.remove_structure(HARD),
    ):
        with pytest.raises(ProjectError):
            refused()
    session.cancel_operation()
    waiting.pop()()
    assert names(session) == ["soft", "hard"]
    assert (world.labels == SOFT).any()
    session.begin_stroke(axis=2, label=SOFT, radius_mm=3, start_ijk=(5, 5, 1)).finish()


# the student and structures of the project alone


def test_that_proposals_never_touch_a_structure_that_the_student_does_not_know(world: World) -> None:
    session = world.session
    session.predict("C-001")
    session.open_case("C-001")
    extra = session.add_structure("tumour")
    painted = paint_block(world, extra.id)
    # merged states: voxels that a student proposed and that belong to the additional structure now
    session.remove_structure(HARD, into=SOFT)
    session.predict("C-001")
    np.testing.assert_array_equal(world.labels == extra.id, painted)
    free = ~painted
    expected = np.where(world.voxels > 50, SOFT, 0)
    np.testing.assert_array_equal(world.labels[free], expected[free])


def test_that_a_proposed_structure_merged_into_an_additional_one_is_safe_from_the_next_proposal(world: World) -> None:
    session = world.session
    session.predict("C-001")
    session.open_case("C-001")
    extra, other = session.add_structure("tumour"), session.add_structure("other")
    session.remove_structure(HARD, into=extra.id)
    session.remove_structure(extra.id, into=other.id)
    merged = (world.labels == other.id).copy()
    assert merged.any()
    assert (session.must_open().label_map.states[merged] == VoxelState.PROPOSED).all()
    session.predict("C-001")
    np.testing.assert_array_equal(world.labels == other.id, merged)


def test_that_the_student_no_longer_proposes_what_was_deleted(world: World) -> None:
    world.session.remove_structure(HARD)
    world.session.predict("C-001")
    assert set(np.unique(world.labels)) == {0, SOFT}


def test_that_refining_goes_on_with_additional_structures_and_renamed_ones(world: World) -> None:
    session = world.session
    session.correct("C-001", world.tmp_path / "truth.nii.gz")
    extra = session.add_structure("tumour")
    painted = paint_block(world, extra.id)
    session.change_structure(SOFT, name="weich")
    world.refine()
    (report,) = world.reports
    assert set(report.structures) == {"weich", "hard"}
    manifest = json.loads((session.must_project().run_folder(report.run_id) / "manifest.json").read_text())
    assert [s["name"] for s in manifest["structures"]] == ["weich", "hard", "tumour"]
    # both students judged where the truth is one of theirs: Dice of the pack's thresholds, counted plainly
    active = np.select([world.voxels > 75, world.voxels > 50], [HARD, SOFT], 0)
    slices = [k for k in range(6) if k in session.must_project().case("C-001").validation_slices]
    known = ~painted[slices]
    for name, label in (("weich", SOFT), ("hard", HARD)):
        said, truth = (active[slices] == label) & known, (world.truth[slices] == label) & known
        assert report.structures[name][0] == pytest.approx(2 * (said & truth).sum() / (said.sum() + truth.sum()))


def test_that_additional_structures_are_exported_with_their_codes(world: World, tmp_path: Path) -> None:
    session = world.session
    session.correct("C-001", world.tmp_path / "truth.nii.gz")
    extra = session.add_structure("tumour", code="SCT 108369006")
    painted = paint_block(world, extra.id)
    session.export(tmp_path / "out", file_format="nifti")
    voxels = np.asarray(nibabel.load(tmp_path / "out" / "C-001.nii.gz").dataobj).T
    np.testing.assert_array_equal(voxels == extra.id, painted)
    document = json.loads((tmp_path / "out" / "C-001.json").read_text())
    assert {"id": extra.id, "name": "tumour", "color": extra.color, "code": "SCT 108369006"} in document["structures"]


# lists in files


def test_that_a_shipped_list_adds_what_is_missing_and_keeps_what_is_there(world: World) -> None:
    from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files

    path = next(path for path in shipped_structure_files() if path.stem == "abdomen")
    listed = read_structure_file(path)
    world.session.add_structure("Liver")
    added = world.session.take_structures(path)
    assert {s.name for s in added} == set(listed.table.names) - {"liver"}
    assert names(world.session)[:3] == ["soft", "hard", "Liver"]
    assert len(set(world.session.must_project().table.ids)) == 2 + 1 + len(added)
    assert world.session.take_structures(path) == ()


def test_that_every_shipped_list_has_source_licence_and_colours_that_differ() -> None:
    from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files

    assert len(shipped_structure_files()) >= 4
    for path in shipped_structure_files():
        listed = read_structure_file(path)
        assert listed.source
        assert "Apache-2.0" in listed.licence
        colours = [s.color for s in listed.table]
        assert len(set(colours)) == len(colours)


def test_that_a_saved_list_is_read_back_equal(world: World, tmp_path: Path) -> None:
    from gf_desktop.files.structure_lists import read_structure_file

    world.session.add_structure("tumour", code="SCT 108369006")
    world.session.save_structures(tmp_path / "mine.json")
    assert read_structure_file(tmp_path / "mine.json").table == world.session.must_project().table


def test_that_a_label_description_of_itk_snap_is_read(world: World, tmp_path: Path) -> None:
    text = """################################################
# ITK-SnAP Label Description File
################################################
    0     0    0    0        0  0  0    "Clear Label"
    1   255    0   16        1  1  1    "Liver lobe"
    9     0  255    0      0.5  1  0    "Cyst"
"""
    (tmp_path / "labels.txt").write_text(text)
    added = world.session.take_structures(tmp_path / "labels.txt")
    assert [(s.name, s.color) for s in added] == [("Liver lobe", "#ff0010"), ("Cyst", "#00ff00")]
    assert added[1].id == 9, "a value that is free is kept"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"structures": []}', '{"structures": [{"id": 300, "name": "a"}]}', "a,b,c", '{"structures": 3}', "[[[", "1 2 3"],
)
def test_that_a_file_that_is_no_list_is_refused_and_nothing_is_added(world: World, tmp_path: Path, text: str) -> None:
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(FileFormatError):
        world.session.take_structures(tmp_path / "list.json")
    assert names(world.session) == ["soft", "hard"]


def test_that_a_list_of_names_alone_gets_numbers_and_colours(world: World, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text('{"structures": [{"name": "a"}, {"name": "b"}]}')
    added = world.session.take_structures(tmp_path / "list.json")
    assert [s.name for s in added] == ["a", "b"]
    assert len({s.color for s in added}) == 2
