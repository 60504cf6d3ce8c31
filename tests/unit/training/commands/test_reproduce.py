"""reproduce: every network of the paper's tables, made once, judged, and put beside the published figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gf_desktop.errors import TrainingError
from training.__main__ import main
from training.commands.reproduce import PUBLISHED, ReproduceConfig, jobs, write_tables
from training.presets import PRESETS

from .conftest import TINY, words

SMALL = (
    *TINY,
    "teacher.name=fanet",
    "teacher.width=0.125",
    "students=mobile_unet",
    "methods=ce graph-flow",
    "labelled=0.5 1",
    "seeds=1",
    "paraphraser_steps=2",
)


def _tables(out: Path, tiny_set: Path, *more: str) -> list[str]:
    return words("reproduce", f"data.set={tiny_set}", *SMALL, *more, out=out)


def _row(row: str, seed: int, dice: float | None, **more: Any) -> dict[str, Any]:
    scores = {"dice": dice, "hd95": 10.0, "accuracy": 0.9, "miou": None}
    return {"table": "supervised", "row": row, "labelled": 1.0, "seed": seed, "set": "synapse", "distances_in": "mm"} | scores | more


@pytest.mark.long
def test_that_the_tables_are_made_and_a_second_call_makes_nothing_again(tmp_path: Path, tiny_set: Path) -> None:
    assert main(_tables(tmp_path / "r", tiny_set)) == 0
    rows = json.loads((tmp_path / "r" / "results.json").read_text())
    assert [(r["table"], r["row"], r["labelled"]) for r in rows] == [
        ("supervised", "teacher", 1.0),
        ("supervised", "mobile_unet: ce", 1.0),
        ("supervised", "mobile_unet: graph-flow", 1.0),
        *[("semi", row, share) for share in (0.5, 1.0)
          for row in ("teacher", "student alone", "Graph Flow, labelled", "Graph Flow, labelled + unlabelled")],
    ]  # fmt: skip
    assert all(0 <= row["dice"] <= 1 and 0 <= row["accuracy"] <= 1 for row in rows)
    judged = json.loads((tmp_path / "r" / "labels-1-seed-0" / "supervised-mobile_unet-graph-flow" / "evaluation-test.json").read_text())
    assert rows[2]["dice"] == judged["mean"]["dice"]
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("weights.safetensors")}
    # teachers, Paraphrasers and the default of both shares, cross-entropy, CE + Dice of both shares, labelled + unlabelled at one half
    assert len(made) == 2 + 2 + 2 + 1 + 2 + 1
    assert main(_tables(tmp_path / "r", tiny_set)) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("weights.safetensors")} == made


def test_that_a_teacher_never_saw_labels_that_its_student_may_not_use(tmp_path: Path) -> None:
    for job in jobs(ReproduceConfig(), tmp_path):
        for _, _, config in job.before:
            assert (config.data.labelled, config.run.seed) == (job.labelled, job.seed) == (job.config.data.labelled, job.config.run.seed)


def test_that_every_student_method_share_and_seed_has_a_row(tmp_path: Path) -> None:
    config = ReproduceConfig(tables="supervised", seeds=2)
    found = {(job.row, job.seed) for job in jobs(config, tmp_path)}
    students, methods = config.students.split(), config.methods.split()
    assert found == {(f"{s}: {m}", seed) for s in students for m in methods for seed in (0, 1)} | {("teacher", 0), ("teacher", 1)}


def test_that_rows_share_a_folder_exactly_where_they_are_the_same_run(tmp_path: Path) -> None:
    every = jobs(ReproduceConfig(), tmp_path)
    folders = {job.folder: job.config for job in every}
    assert all(folders[job.folder] == job.config for job in every)
    assert len(folders) == len(set(folders.values()))


def test_that_unlabelled_images_are_used_in_the_curve_alone_and_not_where_all_is_labelled(tmp_path: Path) -> None:
    used = {(job.table, job.row, job.labelled) for job in jobs(ReproduceConfig(), tmp_path) if job.config.method.uses_unlabelled}
    assert used == {("semi", "Graph Flow, labelled + unlabelled", share) for share in (0.11, 0.33, 0.56, 0.78)}


def test_that_published_figures_stand_in_their_rows_and_spread_is_over_seeds(tmp_path: Path) -> None:
    rows = [_row("mobile_unet: ce", seed, dice) for seed, dice in ((0, 0.7), (1, 0.8))] + [_row("teacher", 0, None)]
    text = write_tables(tmp_path, ReproduceConfig(), rows).read_text()
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in text.splitlines()}
    assert f"0.7500 ± {np.std([0.7, 0.8], ddof=1):.4f}" in lines["mobile_unet: ce"]
    assert PUBLISHED["synapse"]["mobile_unet: ce"] in lines["mobile_unet: ce"]
    assert "| - |" in lines["teacher"]


@pytest.mark.parametrize("row", sorted({row for figures in PUBLISHED.values() for row in figures} - {"teacher"}))
def test_that_a_published_row_is_one_that_is_made(row: str) -> None:
    student, _, method = row.partition(": ")
    assert student in ReproduceConfig().students.split()
    assert method in ReproduceConfig().methods.split()
    assert method in PRESETS


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"tables": "all"}, "nothing to reproduce"),
        ({"students": "resnet"}, "resnet"),
        ({"methods": "magic"}, "magic"),
        ({"labelled": "half"}, "no numbers"),
        ({"labelled": "0 1"}, "lie above 0"),
        ({"paraphraser_steps": 0}, "0 steps"),
        ({"seeds": 0}, "0 seeds"),
    ],
)
def test_that_a_senseless_configuration_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        ReproduceConfig(**settings)


def test_that_a_folder_with_other_runs_is_refused(tmp_path: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = [*_tables(tmp_path / "r", tiny_set, "tables=supervised", "methods=ce")]
    assert main(line) == 0
    assert main([*line, "--set", "loop.rate=0.5"]) == 1
    assert "loop.rate" in capsys.readouterr().err


def test_that_a_folder_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce"]) == 1
    assert "--out" in capsys.readouterr().err
