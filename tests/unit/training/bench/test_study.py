"""Runs: made once, under a key of all that they depend on; plans and the report."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.__main__ import main
from training.bench.command import add_arguments, run
from training.bench.report import Figures, closed, goals, paired, write_report
from training.bench.studies import ABLATION, DEFAULT, QUICK, SUPERVISED_METHODS, TUNING, Entry, Size, method_named, plan
from training.bench.study import Lab, Net, Run
from training.method import Method, Term
from training.presets import PRESETS
from training.settings import with_settings

NET = Net("mobile_unet", 0.25, steps=2)
ALONE = Run("ultrasound", NET)
TAUGHT = Run(
    "ultrasound", NET, method=Method(kl=Term(weight=1.0), graph=Term(share=0.1)), teacher=replace(NET, steps=3), paraphraser_steps=2
)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_that_a_run_is_made_once_and_its_teacher_with_it(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    first = lab.make(TAUGHT)
    assert lab.result(TAUGHT.of_teacher) is not None
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    assert lab.make(TAUGHT) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")} == stamps
    assert set(first["weights"]) == {"graph"}
    assert first["test"]["mean"] >= 0


def test_that_a_teacher_whose_weights_stayed_on_another_machine_is_made_again(tmp_path: Path) -> None:
    there, here = Lab(tmp_path / "there"), Lab(tmp_path / "here")
    there.make(TAUGHT.of_teacher)
    for path in (tmp_path / "there" / "results").iterdir():
        (tmp_path / "here" / "results" / path.name).write_bytes(path.read_bytes())
    assert here.make(TAUGHT)["device"] == "CPU"
    assert here.network(TAUGHT.of_teacher) is not None


def test_that_a_benchmark_goes_on_from_its_report(tmp_path: Path) -> None:
    entries = [Entry("gap", "mobile_unet", ALONE), Entry("supervised", "ce-dice", ALONE), Entry("supervised", DEFAULT, TAUGHT)]
    there, here = Lab(tmp_path / "there"), Lab(tmp_path / "here")
    made = there.make(ALONE)
    write_report(tmp_path / "report", there, entries, {})
    assert here.take(tmp_path / "report" / "results.json") == 1
    assert here.result(ALONE) == made
    assert here.result(TAUGHT) is None
    assert here.take(tmp_path / "report" / "results.json") == 0
    assert here.take(tmp_path / "nowhere.json") == 0


def test_that_a_result_says_what_it_was_made_on(tmp_path: Path) -> None:
    result = Lab(tmp_path, device="cpu").make(ALONE)
    assert (result["device"], result["torch"]) == ("CPU", torch.__version__)


def test_that_a_teacher_asked_in_each_view_says_something_else_than_one_asked_once(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    each, once = (lab.make(replace(TAUGHT, ask=ask)) for ask in ("each", "once"))
    assert each["losses"]["kl"] != once["losses"]["kl"]


def test_that_nothing_is_left_unlabelled_where_all_labels_are_there() -> None:
    entries = [e for e in plan(Size(), ("semi",)) if e.run.fraction == 1]
    assert entries
    assert {e.run.method.unlabelled for e in entries} == {"none"}


def test_that_the_same_run_gives_the_same_figures(tmp_path: Path) -> None:
    results = [Lab(tmp_path / name).make(TAUGHT) for name in ("one", "two")]
    assert results[0]["test"] == results[1]["test"]
    assert results[0]["losses"] == results[1]["losses"]


@pytest.mark.parametrize(
    "other",
    [
        replace(ALONE, seed=1),
        replace(ALONE, task="endoscopy"),
        replace(ALONE, fraction=0.5),
        replace(ALONE, network=replace(NET, steps=3)),
        replace(ALONE, method=Method(supervision="ce")),
        replace(ALONE, batch=4),
        replace(ALONE, ask="once"),
    ],
)
def test_that_anything_that_matters_makes_another_key(other: Run) -> None:
    assert other.key != ALONE.key


def test_that_a_teacher_has_the_students_labels_and_seed() -> None:
    teacher = replace(TAUGHT, fraction=0.2, seed=3).of_teacher
    assert (teacher.fraction, teacher.seed, teacher.method, teacher.network.steps) == (0.2, 3, Method(), 3)
    with pytest.raises(ValueError, match="no teacher"):
        _ = ALONE.of_teacher


def test_that_a_run_is_claimed_by_one_process(tmp_path: Path) -> None:
    one, other = Lab(tmp_path), Lab(tmp_path)
    assert one.claim(ALONE)
    assert not other.claim(ALONE)
    other.forget_claims()
    assert other.claim(ALONE)


def test_that_the_plan_holds_every_method_task_and_seed() -> None:
    size = Size()
    entries = plan(size)
    supervised = {(e.row, e.run.task, e.run.seed) for e in entries if e.study == "supervised"}
    assert {(m, t, s) for m in SUPERVISED_METHODS for t in size.tasks for s in size.seeds} <= supervised
    assert {e.row for e in entries if e.study == "ablation"} == set(ABLATION)
    assert len({e.run.key for e in entries if e.study == "ablation"}) >= 3 * len(size.ablation_tasks) * (len(ABLATION) - 2)


def test_that_the_plan_goes_seed_by_seed_and_teachers_come_first() -> None:
    order = [(e.study != "tuning", e.run.seed, e.run.teacher is not None) for e in plan(Size())]
    assert order == sorted(order)


def test_that_every_method_of_full_supervision_gets_the_whole_batch_labelled() -> None:
    assert {e.run.method.unlabelled for e in plan(Size(), ("supervised",)) if e.row in SUPERVISED_METHODS} == {"none"}


def test_that_the_teacher_of_the_tables_is_the_one_that_taught() -> None:
    entries = [e for e in plan(Size()) if e.study != "tuning"]
    shown = {e.run.key for e in entries if e.row == "teacher"}
    taught = {e.run.of_teacher.key for e in entries if e.run.teacher is not None and e.run.teacher.name == "lite_unet"}
    assert taught <= shown


def test_that_a_run_that_fails_is_noted_and_not_tried_again(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.note_failure(ALONE, "the loss is not a number")
    assert lab.failure(ALONE) == "the loss is not a number"
    assert lab.result(ALONE) is None
    assert lab.failure(TAUGHT) is None


def test_that_the_default_without_its_graph_term_differs_in_that_alone() -> None:
    default, without = method_named(DEFAULT), method_named("graph-flow-without")
    assert default.graph.used
    assert not without.graph.used
    assert replace(without, graph=default.graph) == default


def _figures(tmp_path: Path, dice: dict[str, dict[str, float]]) -> Figures:
    figures = Figures(Lab(tmp_path), [])
    for task, rows in dice.items():
        for row, value in rows.items():
            place = {"study": "supervised", "row": row, "task": task, "fraction": 1.0}
            figures.rows += [place | {"seed": s, "test": {"mean": value + s / 100}} for s in (0, 1)]
    return figures


def test_that_a_share_of_the_gap_is_measured_from_the_student_alone(tmp_path: Path) -> None:
    figures = _figures(tmp_path, {"ultrasound": {"teacher": 0.8, "ce-dice": 0.6, "kl": 0.7}})
    assert closed(figures, "kl", ["ultrasound"]) == pytest.approx(0.5)
    assert closed(figures, "at", ["ultrasound"]) is None
    assert paired({0: 0.7, 1: 0.6}, {1: 0.5, 2: 0.1}) == pytest.approx([0.1])


def test_that_a_task_without_a_gap_counts_against_a_method_that_loses_there(tmp_path: Path) -> None:
    figures = _figures(
        tmp_path,
        {
            "abdomen": {"teacher": 0.80, "ce-dice": 0.60, "kl": 0.65},
            "brain": {"teacher": 0.70, "ce-dice": 0.71, "kl": 0.60},
            "ultrasound": {"teacher": 0.801, "ce-dice": 0.800, "kl": 0.803},
        },
    )
    assert closed(figures, "kl", ["abdomen", "brain", "ultrasound"]) == pytest.approx((0.05 - 0.11 + 0.003) / (0.20 - 0.01 + 0.001))
    assert closed(figures, "kl", ["brain"]) is None


GOALS = {"teacher": 0.80, "ce-dice": 0.60, "kl": 0.65, "at": 0.70, "fsp": 0.6, "cwd": 0.735, "dist": 0.5, "graph-flow-without": 0.66}


def test_that_goals_are_judged_by_the_figures(tmp_path: Path) -> None:
    figures = _figures(tmp_path, {"abdomen": GOALS | {DEFAULT: 0.72}, "brain": GOALS | {DEFAULT: 0.74}})
    found = goals(figures)
    assert [(measured, holds) for _, measured, holds in found[:2]] == [("65 %", True)] * 2
    by_rival = {what.split()[3]: holds for what, _, holds in found[2:7]}
    assert by_rival == {"KL": True, "AT": True, "FSP": True, "CWD": False, "DIST": True}
    assert found[5][1] == "-0.0050, above 0 in 2 of 4"
    assert found[7][1:] == ("+0.0700, above 0 in 4 of 4", True)
    assert [line[1:] for line in found[8:]] == [("-", None)] * 2


@pytest.mark.parametrize(("ours", "holds"), [(0.641, True), (0.639, False)])
def test_that_the_goal_at_few_labels_is_four_points_above_the_student_alone(tmp_path: Path, ours: float, holds: bool) -> None:
    figures = Figures(Lab(tmp_path), [])
    for row, value in {"graph-flow-semi": ours, "ce-dice": 0.6, "mean-teacher": 0.65}.items():
        place = {"study": "semi", "row": row, "task": "brain", "fraction": 0.2, "seed": 0}
        figures.rows.append(place | {"test": {"mean": value}})
    few, above = goals(figures)[-2:]
    assert (few[2], above[2]) == (holds, False)


def test_that_a_report_shows_what_is_there_and_counts_what_is_not(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "work")
    entries = [
        Entry("supervised", "ce-dice", ALONE),
        Entry("supervised", DEFAULT, TAUGHT),
        Entry("semi", "ce-dice", replace(ALONE, fraction=0.2)),
    ]
    figure = lab.make(ALONE)["test"]["mean"]
    document = write_report(tmp_path / "out", lab, entries, {"commit": "abc"}).read_text()
    assert "2 runs of this plan are still to be made" in document
    assert f"| CE + Dice | {figure:.3f} |" in document
    raw = json.loads((tmp_path / "out" / "results.json").read_text())
    assert raw["about"]["commit"] == "abc"
    assert [row["run"]["seed"] for row in raw["rows"]] == [0]
    assert (tmp_path / "out" / "methods.png").stat().st_size > 1000


@pytest.mark.long
def test_that_the_command_makes_the_quick_benchmarks_runs_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = ["--work", str(tmp_path / "work"), "--out", str(tmp_path / "out"), "--study", "gap"]
    (made,) = (run(parser.parse_args([*words, "--worker", "0"])) or {}).values()
    summary = run(parser.parse_args([*words, "--report-only"])) or {}
    assert summary["made"] == made == summary["runs"] == len(plan(QUICK, ("gap",)))
    assert summary["missing"] == 0


def test_that_the_benchmarks_settings_come_from_a_file_from_set_and_from_arguments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench.toml").write_text('full = true\nstudies = "gap semi"\njobs = 3\n')
    assert main(["bench", str(tmp_path / "bench.toml"), "--set", "jobs=4", "--study", "gap", "--print-config"]) == 0
    shown = tomllib.loads(capsys.readouterr().out)
    assert (shown["full"], shown["studies"], shown["jobs"], shown["device"]) == (True, "gap", 4, "auto")


@pytest.mark.parametrize("setting", ["studies=magic", "device=abacus", "jobs=-1", "minutes=-1", "colour=blue"])
def test_that_a_senseless_benchmark_is_refused_before_anything_is_made(setting: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--set", setting]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_that_weights_are_chosen_on_a_seed_that_no_table_shows() -> None:
    entries = plan(Size())
    tuned = {e.run.seed for e in entries if e.study == "tuning"}
    assert not tuned & {e.run.seed for e in entries if e.study != "tuning"}


@pytest.mark.parametrize("name", TUNING)
def test_that_a_presets_weight_is_among_those_that_were_tried(name: str) -> None:
    assert any(with_settings(PRESETS[name], settings) == PRESETS[name] for settings in TUNING[name])
