"""The verbs of the loop: what another student changed, what is worth correcting next, and when it is good enough."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gf_desktop.jobs import InlineJobs
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session

DEMO = resource_dir() / "demo"


def test_that_what_another_student_changed_is_listed_and_turned_down_by_a_verb(
    run: Callable[..., Any], project: Path, make_pack: Callable[..., Path]
) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    run("predict", project)
    assert run("changes", project) == {"predicted": [], "cases": []}
    make_pack(project / "models" / "other", soft_at=0.2, hard_at=0.3)
    session = Session(InlineJobs(), lambda: None)
    session.open_project(project)
    session.must_project().models.register("other")
    session.close_project()
    run("activate", project, "other")
    answer = run("changes", project)
    assert answer["predicted"] == ["C-001"]
    (case,) = answer["cases"]
    assert (case["older"], case["newer"], case["state"]) == ("threshold", "other", "open")
    assert case["changed_ml"] > 0
    assert case["structures"]["hard"]["added_ml"] > 0
    kept = run("changes", project, "--keep")
    assert [one["state"] for one in kept["cases"]] == ["kept"]
    assert run("list", project)["cases"][0]["model"] == "threshold"
    again = run("changes", project, "--case", "C-001", "--accept", "--structure", "soft")
    assert (again["predicted"], again["cases"][0]["state"]) == ([], "accepted")
    assert run("undo", project, "C-001")["undo"] == "take the newer proposal"
    assert "no such structure" in run("changes", project, "--structure", "tail", code=1)["error"]["what"]
    run("changes", project, "--case", "C-404", code=1)


def test_that_the_slices_worth_most_are_listed_with_a_reason(run: Callable[..., Any], project: Path, map_file: Path) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    assert run("next", project)["slices"] == []
    run("predict", project)
    slices = run("next", project, "--count", 4)["slices"]
    assert len({(one["case"], one["slice"]) for one in slices}) == len(slices) == 4
    first = slices[0]
    assert first["stake_ml"] > 0
    assert "at stake" in first["why"]
    run("correct", project, "C-001", "--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file, "--slices", first["slice"])
    assert first["slice"] not in [one["slice"] for one in run("next", project, "--count", 40)["slices"]]
    assert "--help" in run("next", project, "--count", "0", code=1)["error"]["next"]


def test_that_second_readings_are_taken_from_files_and_give_advice(run: Callable[..., Any], project: Path, map_file: Path) -> None:
    run("import", project, DEMO / "B_ct_dicom")
    run("predict", project)
    mask = ("--mask", DEMO / "B_ct_labels.nii.gz", "--map", map_file)
    run("correct", project, "C-001", *mask, "--slices", "5-9")
    assert run("agreement", project)["advice"] == "unknown"
    for k in (5, 6):
        answer = run("agreement", project, "--case", "C-001", "--slice", k, *mask)
    assert [one["slice"] for one in answer["repeats"]] == [5, 6]
    assert answer["structures"]["soft"]["own"] == 1.0
    assert "not approved" in run("agreement", project, "--case", "C-001", "--slice", 2, *mask, code=1)["error"]["what"]
    run("agreement", project, "--slice", 5, *mask, code=1)
    run("agreement", project, "--case", "C-001", "--slice", 99, *mask, code=1)
    assert run("agreement", project, "--offer", "off")["offer"] is False
    assert run("agreement", project)["offer"] is False
