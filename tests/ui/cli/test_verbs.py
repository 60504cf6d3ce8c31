"""The command line as others use it: JSON documents, exit codes, one clear message."""

import inspect
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from gf_desktop.cli.main import main, make_parser
from gf_desktop.files.dicom_objects import export_dicom_object
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.operations import NAMES
from gf_desktop.jobs import InlineJobs
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session

nibabel = pytest.importorskip("nibabel")

DEMO = resource_dir() / "demo"
SPACING = tuple(float(v) for v in nibabel.load(DEMO / "B_ct_labels.nii.gz").header.get_zooms()[:2])


def test_that_a_path_without_a_verb_that_is_no_project_is_named(run: Callable[..., Any], tmp_path: Path) -> None:
    error = run(tmp_path / "nowhere", code=1)["error"]
    assert (error["what"], error["where"]) == ("There is no project here", str(tmp_path / "nowhere"))
    assert run("nowhere", code=1)["error"]["what"].startswith("The command is not understood")


def test_that_a_real_series_goes_the_whole_way_by_json_alone(
    run: Callable[..., Any], project: Path, map_file: Path, tmp_path: Path
) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    assert set(case) >= {"id", "source"}
    assert run("list", project)["cases"][0] | {} == {
        "id": case["id"], "status": "new", "slices": 20, "reviewed": 0, "modality": "CT", "model": "",
        "title": run("list", project)["cases"][0]["title"],
    }  # fmt: skip
    assert run("predict", project, "--case", case["id"])["cases"][0]["provider"] == "CPU"
    reference = DEMO / "B_ct_labels.nii.gz"
    run("correct", project, case["id"], "--mask", reference, "--slices", "2,7,12-13", "--map", map_file)
    row = run("list", project)["cases"][0]
    assert (row["status"], row["reviewed"]) == ("in progress", 4)
    scores = run("evaluate", project, case["id"], "--reference", reference, "--slices", "2,7", "--map", map_file)
    assert scores["mean_dice"] == 1.0
    assert scores["structures"]["soft"] == {"dice": 1.0, "hd95_mm": 0.0}
    files = run("export", project, "--out", tmp_path / "out", "--format", "nifti", "--case", case["id"])["files"]
    assert all(f["verified"] for f in files)
    (nifti,) = [Path(f["path"]) for f in files if f["path"].endswith(".nii.gz")]
    exported, truth = nibabel.load(nifti), nibabel.load(reference)
    # the reference is stored with its rows the other way round: the same voxels in space
    assert exported.shape == (512, 512, 20)
    ours, theirs = np.asanyarray(exported.dataobj), np.asanyarray(truth.dataobj)
    index = np.array([[100, 40, 3, 1], [400, 300, 12, 1]]).T
    there = np.rint(np.linalg.inv(truth.affine) @ exported.affine @ index).astype(int)
    np.testing.assert_allclose(truth.affine @ there, exported.affine @ index, atol=1e-4)
    flip = there[1, 0] != 40
    for k in (2, 7, 12):
        plane = theirs[:, ::-1, k] if flip else theirs[..., k]
        np.testing.assert_array_equal(ours[..., k] == 1, plane == 5)


def test_that_inspect_tells_what_it_is_and_where_it_lies(run: Callable[..., Any]) -> None:
    document = run("inspect", DEMO / "B_ct_dicom")
    assert document["kind"] == "dicom"
    assert document["modality"] == "CT"
    assert document["size"] == [512, 512, 20]
    assert document["spacing_mm"] == pytest.approx([0.9765625, 0.9765625, 2.0])
    assert len(document["origin_mm"]) == 3
    assert len(document["direction"]) == 9
    assert document["verdict"] in ("green", "amber")
    assert {f["code"] for f in document["findings"]} == {"overlapping_slices"}


def test_that_inspect_shows_people_the_passport_of_each_scan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(DEMO / "B_ct_dicom")]) == 0
    shown = capsys.readouterr().out
    for text in (
        "1  CT, 20 files of 512 × 512: green",
        "ImagePositionPatient of 20 slices",
        "SliceThickness says 3 mm, measured are 2 mm",
        "overlapping by 1 mm",
    ):
        assert text in shown


def test_that_a_scan_of_a_folder_is_chosen_and_its_spacing_stated_on_import(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    from PIL import Image

    from gf_desktop.project.store import Project

    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, size in (("a.png", (30, 20)), ("b.jpg", (40, 20))):
        Image.new("L", size).save(folder / name)
    before = len(run("list", project)["cases"])
    (case,) = run("import", project, folder, "--series", "jpeg", "--spacing", "0.5x0.25x3")["cases"]
    assert len(run("list", project)["cases"]) == before + 1
    opened = Project.open(project, read_only=True)
    geometry, passport = opened.case(case["id"]).geometry, opened.passport(case["id"])
    opened.close()
    assert (geometry.size_ijk, geometry.spacing_mm) == ((40, 20, 1), (0.25, 0.5, 3.0))
    assert passport is not None
    assert passport.spacing_from == ("stated by the user",) * 3
    assert "None of the 2 scans" in run("import", project, folder, "--series", "9", code=1)["error"]["what"]
    assert "not a spacing" in run("import", project, folder, "--spacing", "thin", code=1)["error"]["what"]


def test_that_models_can_be_listed_activated_and_rolled_back(run: Callable[..., Any], project: Path, make_pack) -> None:
    from gf_desktop.project.store import Project

    make_pack(project / "models" / "second", soft_at=0.3, hard_at=0.6, parent="threshold")
    opened = Project.open(project)
    opened.models.register("second")
    opened.close()
    run("activate", project, "second")
    assert [(m["id"], m["state"], m["parent"]) for m in run("models", project)["models"]] == [
        ("threshold", "retired", None),
        ("second", "active", "threshold"),
    ]
    assert run("rollback", project) == {"active": "threshold"}
    assert "no earlier model" in run("rollback", project, code=1)["error"]["what"]


def error_of(document: dict[str, Any]) -> dict[str, str]:
    assert set(document["error"]) == {"what", "where", "next"}
    assert all("\n" not in text for text in document["error"].values())
    assert document["error"]["next"]
    return document["error"]


def test_that_bad_scans_are_one_clear_line_and_import_nothing(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.dcm"
    text.write_text("This is no DICOM file.", encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    whole = (DEMO / "A_ct.nii.gz").read_bytes()
    cut = tmp_path / "cut.nii.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    for path in (text, empty, cut, tmp_path / "missing"):
        assert path.name in error_of(run("import", project, path, code=1))["where"]
    assert run("list", project) == {"cases": []}
    assert list((project / "cases").iterdir()) == []


def test_that_a_damaged_scan_among_several_is_told_and_the_others_are_imported(
    run: Callable[..., Any], project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    whole = (DEMO / "A_ct.nii.gz").read_bytes()
    (folder / "cut.nii.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "whole.nii.gz").write_bytes(whole)
    (tmp_path / "notes.dcm").write_text("This is no DICOM file.", encoding="utf-8")
    answer = run("import", project, folder, tmp_path / "notes.dcm", code=1)
    assert [case["source"] for case in answer["cases"]] == [str(folder)]
    assert {(one["source"], one["what"]) for one in answer["refused"]} == {
        (str(folder), "NIfTI file"),
        (str(tmp_path / "notes.dcm"), None),
    }
    assert {Path(error_of(one)["where"]).name for one in answer["refused"]} == {"cut.nii.gz", "notes.dcm"}
    assert len(run("list", project)["cases"]) == 1
    assert main(["import", str(project), str(folder), str(tmp_path / "notes.dcm")]) == 1
    said = capfd.readouterr().err
    assert said.count("Not imported: ") == 2
    assert "cut.nii.gz" in said


def test_that_an_import_of_which_nothing_is_left_lists_every_refusal(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / name).write_text("This is no DICOM file.", encoding="utf-8")
    answer = run("import", project, tmp_path / "a.dcm", tmp_path / "b.dcm", code=1)
    assert (answer["cases"], len(answer["refused"])) == ([], 2)


def test_that_a_mask_on_another_grid_is_refused_and_nothing_changes(run: Callable[..., Any], project: Path, map_file: Path) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    error = error_of(run("correct", project, "C-001", "--mask", DEMO / "A_ct_labels.nii.gz", "--map", map_file, code=1))
    assert "A_ct_labels.nii.gz" in error["where"]
    assert run("list", project)["cases"][0]["status"] == "new"


def test_that_a_mask_on_another_grid_is_resampled_on_request_and_the_change_told(
    run: Callable[..., Any], project: Path, tmp_path: Path
) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    image = nibabel.load(DEMO / "B_ct_labels.nii.gz")
    coarse = image.affine @ np.diag([2.0, 2.0, 1.0, 1.0])
    labels = (np.asarray(image.dataobj)[::2, ::2] == 5).astype(np.uint8)
    nibabel.save(nibabel.Nifti1Image(labels, coarse), tmp_path / "coarse.nii.gz")
    document = run("correct", project, "C-001", "--mask", tmp_path / "coarse.nii.gz", "--resample", "linear")
    (row,) = document["resampled"]["labels"]
    assert (document["resampled"]["method"], row["label"], row["voxels_before"]) == ("linear", 1, int(labels.sum()))
    assert row["ml_after"] == pytest.approx(row["ml_before"], rel=0.02)
    assert "resampled from another grid" in document["notes"][0]


def test_that_a_dicom_segmentation_is_taken_by_the_names_in_it(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    geometry = read_scan(find_scans(DEMO / "B_ct_dicom")[0]).volume.geometry
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[4:7, 100:120, 90:130], labels[8, 50:60, 50:70] = 1, 2
    table = LabelTable((Structure(1, "Soft", "#56b4e9"), Structure(2, "gristle", "#d55e00")))
    options: dict[str, Any] = {"source": DEMO / "B_ct_dicom", "folder": tmp_path, "patient_tags": "blank", "model_id": "m"}
    for form in ("seg", "rtstruct"):
        (file,) = export_dicom_object(labels, geometry, table, format=form, stem=form, **options)
        document = run("correct", project, "C-001", "--mask", file.path)
        assert document["voxels_changed"] == (3 * 20 * 40 if form == "seg" else 0)
        assert document["notes"] == ["These structures of the mask are none of the project: gristle"]


def test_that_masks_go_out_as_dicom_objects_over_their_series(
    run: Callable[..., Any], project: Path, map_file: Path, tmp_path: Path
) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    run("correct", project, "C-001", "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file)
    unasked = error_of(run("export", project, "--out", tmp_path / "out", "--source", DEMO / "B_ct_dicom", "--format", "seg", code=1))
    assert "--patient-tags" in unasked["next"]
    assert not (tmp_path / "out").exists()
    as_added = run("export", project, "--out", tmp_path / "as-added", "--format", "seg", "--patient-tags", "blank")
    assert [Path(f["path"]).name for f in as_added["files"]] == ["C-001_seg.dcm"]
    run("patients", project, "--forget", "--yes")
    error = error_of(run("export", project, "--out", tmp_path / "out", "--format", "seg", "--patient-tags", "blank", code=1))
    assert "--source" in error["next"]
    for words, names in (
        (("seg", "--patient-tags", "blank"), {"C-001_seg.dcm"}),
        (("rtstruct", "--patient-tags", "copy"), {"C-001_rtstruct.dcm"}),
        (("seg", "--per-structure", "--patient-tags", "blank"), {"C-001_seg_s01-soft.dcm", "C-001_seg_s05-hard.dcm"}),
    ):
        verb = ("export", project, "--out", tmp_path / "out", "--source", DEMO / "B_ct_dicom", "--format", *words)
        document = run(*verb)
        assert {Path(f["path"]).name for f in document["files"]} == names
        assert all(f["verified"] for f in document["files"])
        assert run(*verb, "--resume")["cases"][0]["state"] == "unchanged"
    for name in ("C-001_seg.dcm", "C-001_rtstruct.dcm"):
        assert run("evaluate", project, "C-001", "--reference", tmp_path / "out" / name)["mean_dice"] == 1.0
        assert run("correct", project, "C-001", "--mask", tmp_path / "out" / name)["voxels_changed"] == 0


def test_that_ids_which_are_not_the_projects_are_named(run: Callable[..., Any], project: Path) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    document = run("correct", project, "C-001", "--mask", DEMO / "B_ct_labels.nii.gz", code=1)
    assert "--map" in " ".join(error_of(document).values()) or "map" in " ".join(error_of(document).values())


def test_that_a_write_protected_place_for_a_project_is_refused(run: Callable[..., Any], tmp_path: Path, threshold_pack: Path) -> None:
    folder = tmp_path / "protected"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    error = error_of(run("new", folder, "--model", threshold_pack, code=1))
    assert "permission" in error["what"]
    assert "protected" in error["where"]
    assert list(folder.iterdir()) == []
    folder.chmod(stat.S_IRWXU)


def test_that_a_project_which_became_write_protected_is_refused_whole(run: Callable[..., Any], project: Path) -> None:
    before = sorted(p.name for p in project.rglob("*"))
    project.chmod(stat.S_IRUSR | stat.S_IXUSR)
    error = error_of(run("import", project, DEMO / "B_ct_dicom", code=1))
    project.chmod(stat.S_IRWXU)
    assert "permission" in error["what"]
    assert sorted(p.name for p in project.rglob("*")) == before


def test_that_a_pack_whose_hash_does_not_match_makes_no_project(run: Callable[..., Any], tmp_path: Path, threshold_pack: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(threshold_pack, pack)
    (pack / "student.onnx").write_bytes((pack / "student.onnx").read_bytes() + b"\0")
    error = error_of(run("new", tmp_path / "trial", "--model", pack, code=1))
    assert "does not match its hash" in error["what"]
    assert error["where"].endswith("student.onnx")
    assert not (tmp_path / "trial").exists()


def test_that_people_get_the_error_on_one_line_of_stderr(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert main(["predict", str(project), "--case", "C-404"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "C-404" in err


@pytest.mark.parametrize(
    "words", [["refine", "P", "--minutes", "0"], ["dance"], ["correct", "P"], ["export", "P", "--out", "x", "--format", "bmp"]]
)
def test_that_a_wrong_command_line_is_a_user_error(run: Callable[..., Any], words: list[str]) -> None:
    assert "--help" in error_of(run(*words, code=1))["next"]


def test_that_a_bug_is_exit_code_two_and_still_a_json_document(
    run: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Session) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "models", broken)
    assert "ZeroDivisionError" in run("models", project, code=2)["error"]["where"]


def test_that_an_operation_is_carried_out_undone_and_redone_by_verbs(
    run: Callable[..., Any], project: Path, map_file: Path, tmp_path: Path
) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    run("correct", project, case["id"], "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file)

    def mask(name: str) -> np.ndarray:
        run("export", project, "--out", tmp_path / name, "--format", "nifti")
        return np.asanyarray(nibabel.load(next((tmp_path / name).glob("*.nii.gz"))).dataobj)

    before = mask("before")
    answer = run("edit", project, case["id"], "margin", "label=soft", "margin_mm=-3", "axis=k")
    after = mask("after")
    eroded = np.stack([distance_transform_edt(before[..., k] == 1, sampling=SPACING) > 3 for k in range(20)], axis=-1)
    assert np.array_equal(after == 1, eroded)
    assert answer == {"case": case["id"], "changed": True, "voxels_changed": int((before != after).sum())}
    assert run("undo", project, case["id"])["undo"] == "margin"
    assert np.array_equal(mask("undone"), before)
    assert run("redo", project, case["id"])["redo"] == "margin"
    assert np.array_equal(mask("redone"), after)
    assert run("redo", project, case["id"])["redo"] is None


def test_that_a_locked_structure_is_not_changed_by_an_operation(run: Callable[..., Any], project: Path, map_file: Path) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    run("correct", project, case["id"], "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file)
    assert run("lock", project, "soft")["locked"] == ["soft"]
    assert run("edit", project, case["id"], "delete", "label=soft")["changed"] is False
    assert run("lock", project, "soft", "--off")["locked"] == []
    assert run("edit", project, case["id"], "delete", "label=soft")["changed"] is True


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["sharpen", "label=soft"], "no such operation"),
        (["margin", "label=soft"], "needs margin_mm"),
        (["margin", "label=brain", "margin_mm=3"], "no such structure"),
        (["margin", "label=soft", "margin_mm=wide"], "cannot be read as margin_mm"),
        (["margin", "label=soft", "size=3"], "no such setting"),
        (["fill", "label=soft", "seed_ijk=1,2"], "cannot be read as seed_ijk"),
    ],
)
def test_that_an_operation_that_makes_no_sense_is_refused_with_advice(
    run: Callable[..., Any], project: Path, words: list[str], what: str
) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    error = run("edit", project, case["id"], *words, code=1)["error"]
    assert what in error["what"]
    assert error["next"]


def test_that_the_help_of_operations_names_every_one(run: Callable[..., Any], project: Path) -> None:
    lines = run("edit", project, "C-001", "help")["operations"]
    assert len(lines) == len(NAMES)
    assert any(line.startswith("remove-islands label min_ml: ") for line in lines)


@pytest.fixture
def own_project(run: Callable[..., Any], tmp_path: Path) -> Path:
    """A project without a model, of two structures of the demo's labels."""
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"structures": [{"id": 3, "name": "soft", "color": "#e69f00"}, {"id": 4, "name": "hard"}]}))
    document = run("new", tmp_path / "own", "--labels", labels)
    assert (document["model"], document["structures"]) == ("", ["soft", "hard"])
    return tmp_path / "own"


def test_that_without_a_model_all_but_prediction_can_be_done(
    run: Callable[..., Any], own_project: Path, map_file: Path, tmp_path: Path
) -> None:
    (case,) = run("import", own_project, DEMO / "B_ct_dicom")["cases"]
    assert run("models", own_project)["models"] == []
    assert [s["known_to_student"] for s in run("structures", own_project)["structures"]] == [False, False]
    error = run("predict", own_project, code=1)["error"]
    assert error["what"] == "The project has no model yet"
    assert "first round" in error["next"]
    run("correct", own_project, case["id"], "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file, "--slices", "3,9")
    run("edit", own_project, case["id"], "fill-holes", "label=soft")
    assert run("list", own_project)["cases"][0]["status"] == "in progress"
    assert run("evaluate", own_project, case["id"], "--reference", DEMO / "B_ct_labels.nii.gz", "--map", map_file, "--slices", "3")
    run("export", own_project, "--out", tmp_path / "out", "--format", "nifti")
    assert set(np.unique(np.asarray(nibabel.load(next((tmp_path / "out").glob("*.nii.gz"))).dataobj))) == {0, 3, 4}


def test_that_a_project_begins_with_a_shipped_list_or_says_which_there_are(run: Callable[..., Any], tmp_path: Path) -> None:
    assert "liver" in run("new", tmp_path / "own", "--labels", "abdomen")["structures"]
    assert "abdomen" in run("new", tmp_path / "other", "--labels", "spaceship", code=1)["error"]["next"]
    assert run("new", tmp_path / "both", "--labels", "abdomen", "--model", "abdomen-ct", code=1)["error"]["what"]
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "text", ["[]", '{"structures": [{"id": 0, "name": "x"}]}', '{"structures": [{"name": "a"}, {"name": "a"}]}', "\x00"]
)
def test_that_a_list_that_is_none_makes_no_project(run: Callable[..., Any], tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.json").write_text(text)
    assert run("new", tmp_path / "own", "--labels", tmp_path / "labels.json", code=1)["error"]["what"]
    assert not (tmp_path / "own").exists()


NOT_A_VERB = {
    "must_project": "how verbs reach the project",
    "must_open": "how commands reach the case on screen",
    "run_job": "how parts of the session leave the thread",
    "open_project": "every verb opens its project",
    "open_or_look": "verbs open for reading or writing as they need, and say who writes",
    "close_project": "every verb closes its project",
    "open_case": "verbs name their case",
    "close_case": "verbs name their case",
    "next_case": "the order of the list says it",
    "begin_stroke": "painting needs a hand; “correct” takes masks",
    "cancel_operation": "Ctrl+C",
    "rule": "what may be painted over, asked by parts of the session",
    "report_advice": "how parts of the session tell",
    "carry_out_edit": "“edit” carries out what nobody looked at before",
    "predict_structure": "holds a hand's brush to the student",
    "approve_slice": "“correct” approves what it takes",
    "approve_case": "“correct” approves what it takes",
    "cancel_refine": "Ctrl+C",
    "wait_for_round": "“refine” waits",
    "labels_of": "“export” writes them",
    "predict_cases": "“predict” asks for one case after the other itself",
}

VERB_OF = {
    "create_project": "new",
    "import_paths": "import",
    "cases": "list",
    "frame_case": "frame",
    "predict": "predict",
    "correct": "correct",
    "take_mask": "correct",
    "operate": "edit",
    "undo": "undo",
    "redo": "redo",
    "set_locked": "lock",
    "add_structure": "structures",
    "change_structure": "structures",
    "remove_structure": "structures",
    "count_structure": "structures",
    "take_structures": "structures",
    "save_structures": "structures",
    "refine": "refine",
    "models": "models",
    "activate": "activate",
    "roll_back": "rollback",
    "export": "export",
    "evaluate": "evaluate",
}


def session_commands() -> set[str]:
    return {name for name, member in inspect.getmembers(Session, inspect.isfunction) if not name.startswith("_")}


def test_that_every_session_command_has_a_verb_or_a_reason() -> None:
    assert session_commands() == set(NOT_A_VERB) | set(VERB_OF)
    assert not set(NOT_A_VERB) & set(VERB_OF)
    choices = set(next(a for a in make_parser()._actions if a.dest == "verb").choices)
    assert set(VERB_OF.values()) <= choices


def test_that_measurements_are_listed_and_written_as_a_table(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    assert run("measurements", project, case["id"]) == {"case": case["id"], "measurements": []}
    session = Session(InlineJobs(), lambda: None)
    session.open_project(project)
    session.open_case(case["id"])
    geometry = session.open.volume.geometry
    ends = [tuple(map(float, geometry.index_to_world(at))) for at in ((150, 230, 9), (190, 260, 9))]
    session.measuring.add("ruler", 2, ends, name="long axis")
    session.measuring.add("ellipse", 2, ends)
    session.close_project()
    ruler, region = run("measurements", project, case["id"], "--csv", tmp_path / "out.csv")["measurements"]
    assert (ruler["name"], ruler["kind"], ruler["slice"]) == ("long axis", "ruler", 9)
    assert ruler["length_mm"] == pytest.approx(np.linalg.norm(np.subtract(*ends)))
    assert np.allclose(ruler["points_lps_mm"], ends)
    assert (region["kind"], region["unit"]) == ("ellipse", "HU")
    assert region["min"] <= region["mean"] <= region["max"]
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 3
    run("measurements", project, "C-999", code=1)


def test_that_a_mask_is_compared_with_its_proposal_and_with_a_file(
    run: Callable[..., Any], project: Path, map_file: Path, tmp_path: Path
) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    assert "no other mask" in run("compare", project, case["id"], code=1)["error"]["what"]
    run("predict", project)
    same = run("compare", project, case["id"])
    assert (same["with"]["revision"], same["changed_ml"]) == (1, 0.0)
    run("correct", project, case["id"], "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file, "--slices", "3-9")
    told = run("compare", project, case["id"])
    assert told["with"]["revision"] == 1
    assert [one["kind"] for one in told["revisions"]] == ["proposed", "corrected"]
    assert told["changed_ml"] == pytest.approx(sum(one["added_ml"] + one["removed_ml"] for one in told["structures"].values()))
    assert told["changed_ml"] > 0
    file = run("compare", project, case["id"], "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file)
    judged = run("evaluate", project, case["id"], "--reference", DEMO / "B_ct_labels.nii.gz", "--map", map_file)
    for name, one in file["structures"].items():
        assert one["dice"] == pytest.approx(judged["structures"][name]["dice"])
    assert run("compare", project, case["id"], "--revision", 2)["changed_ml"] == 0.0
    run("compare", project, case["id"], "--revision", 7, code=1)


def test_that_an_export_is_continued_and_says_what_became_of_each_case(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    (case,) = run("import", project, DEMO / "B_ct_dicom")["cases"]
    words = ("export", project, "--out", tmp_path / "out", "--format", "csv")
    first = run(*words)
    assert [one["state"] for one in first["cases"]] == ["written"]
    assert [Path(one["path"]).name for one in first["files"]] == [f"{case['id']}_structures.csv"]
    run(*words, code=1)
    assert [one["state"] for one in run(*words, "--resume")["cases"]] == ["unchanged"]
    assert [one["state"] for one in run(*words, "--overwrite")["cases"]] == ["renewed"]
