"""The verb “structures”, and two programs on one project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SITK = pytest.importorskip("SimpleITK")


@pytest.fixture
def project(run: Callable[..., Any], tmp_path: Path, threshold_pack: Path) -> Path:
    """A project with one scan in which 200 voxels are soft (1) and 100 are hard (5), all reviewed."""
    labels = np.zeros((4, 20, 25), np.uint8)
    labels[1, :10, :20], labels[2, :10, :10] = 1, 5
    for name, array in (("scan", np.arange(2000, dtype=np.int16).reshape(4, 20, 25)), ("mask", labels)):
        SITK.WriteImage(SITK.GetImageFromArray(array), str(tmp_path / f"{name}.nii.gz"))
    run("new", tmp_path / "trial", "--model", threshold_pack)
    run("import", tmp_path / "trial", tmp_path / "scan.nii.gz")
    run("correct", tmp_path / "trial", "C-001", "--mask", tmp_path / "mask.nii.gz")
    return tmp_path / "trial"


def names(document: Any) -> list[str]:
    return [row["name"] for row in document["structures"]]


def test_that_the_list_is_shown_with_what_the_student_knows(run: Callable[..., Any], project: Path) -> None:
    run("structures", project, "add", "tumour", "--code", "SCT 108369006", "--colour", "#123456")
    rows = run("structures", project)["structures"]
    assert rows[-1] == {
        "id": 2, "name": "tumour", "color": "#123456", "code": "SCT 108369006", "locked": False, "known_to_student": False,
    }  # fmt: skip
    assert [row["known_to_student"] for row in rows] == [True, True, False]


def test_that_a_structure_is_renamed_by_name_or_number(run: Callable[..., Any], project: Path) -> None:
    run("structures", project, "edit", "soft", "--name", "weich")
    assert names(run("structures", project, "edit", "5", "--name", "hart", "--colour", "#000000")) == ["weich", "hart"]


def test_that_deleting_counts_first_and_undo_brings_all_back(run: Callable[..., Any], project: Path) -> None:
    counted = run("structures", project, "delete", "soft")
    assert counted == {"done": False, "voxels": 200, "reviewed_voxels": 200, "cases": ["C-001"]}
    assert names(run("structures", project)) == ["soft", "hard"]
    assert names(run("structures", project, "delete", "soft", "--yes")) == ["hard"]
    run("undo", project, "C-001")
    assert set(names(run("structures", project))) == {"soft", "hard"}
    assert run("structures", project, "delete", "soft")["voxels"] == 200


def test_that_merging_gives_the_voxels_to_the_other_one(run: Callable[..., Any], project: Path) -> None:
    run("structures", project, "merge", "soft", "hard", "--yes")
    assert run("structures", project, "delete", "hard")["voxels"] == 300


def test_that_lists_are_taken_by_name_and_from_a_file_that_was_saved(run: Callable[..., Any], project: Path, tmp_path: Path) -> None:
    assert "abdomen" in [row["name"] for row in run("structures", project, "take", "help")["lists"]]
    assert "liver" in names(run("structures", project, "take", "abdomen"))
    before = names(run("structures", project, "save", tmp_path / "mine.json") and run("structures", project))
    other = Path(shutil.copytree(project, tmp_path / "other"))
    run("structures", other, "delete", "liver", "--yes")
    assert sorted(names(run("structures", other, "take", tmp_path / "mine.json"))) == sorted(before)


@pytest.mark.parametrize(
    "words",
    [
        ["add", "SOFT"],
        ["add", "x", "--colour", "red"],
        ["edit", "nothing", "--name", "x"],
        ["delete", "background", "--yes"],
        ["merge", "soft", "0", "--yes"],
        ["merge", "soft", "soft", "--yes"],
        ["take", "no-such-list"],
    ],
)
def test_that_what_makes_no_sense_is_refused_and_the_list_stays(run: Callable[..., Any], project: Path, words: list[str]) -> None:
    assert set(run("structures", project, *words, code=1)["error"]) == {"what", "where", "next"}
    assert names(run("structures", project)) == ["soft", "hard"]
