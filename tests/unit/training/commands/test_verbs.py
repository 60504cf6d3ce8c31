"""train-teacher, paraphrase, distill and evaluate from the command line to the files that they leave."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gf_desktop.arrays import read_arrays, write_arrays
from gf_desktop.pack import file_sha256
from training.__main__ import main
from training.commands import keeper, train
from training.commands.cards import CARD, WEIGHTS, load_network, read_card, write_network
from training.datasets import read_prepared
from training.evaluate import Scores, judge_slices
from training.networks import build_network, complexity

from .conftest import TINY, words

Distill = Callable[..., list[str]]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _same(one: Path, other: Path) -> bool:
    a, b = (load_file(folder / WEIGHTS) for folder in (one, other))
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def _refused(capsys: pytest.CaptureFixture[str], line: list[str]) -> str:
    """Return what a command says that ends with exit code 1."""
    capsys.readouterr()
    assert main(line) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == said.err.count("Note:") + 1 or " s  " in said.err
    return said.err


def test_that_a_teacher_s_run_leaves_its_network_card_scores_events_and_checkpoints(tiny_set: Path, teacher_run: Path) -> None:
    network, card = load_network(teacher_run, who="teacher")
    prepared = read_prepared(tiny_set)
    assert (card.network.name, card.network.width, card.network.in_channels, card.network.num_classes) == ("fanet", 0.125, 3, 3)
    assert card.table == prepared.table
    assert (card.mean, card.std) == pytest.approx((float(prepared.train.images.mean()), float(prepared.train.images.std())), abs=1e-3)
    metrics = _json(teacher_run / "metrics.json")
    best = metrics["validation"]
    judged = judge_slices(network, prepared.validation, card.spec, card.table)
    assert {name: values["dice"] for name, values in best["structures"].items()} == judged.dice
    assert best["mean_dice"] == max(entry["mean_dice"] for entry in metrics["history"])
    assert [entry["step"] for entry in metrics["history"]] == [2, 4]
    names = sorted(path.name for path in (teacher_run / "checkpoints").iterdir())
    assert {"step-00000002.safetensors", "step-00000004.safetensors"} <= set(names)
    assert tomllib.loads((teacher_run / "config.toml").read_text(encoding="utf-8"))["loop"]["steps"] == 4


def test_that_tensorboard_reads_the_logs(student_run: Path) -> None:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = reader.EventAccumulator(str(student_run / "events"))
    events.Reload()
    assert [event.step for event in events.Scalars("loss/total")] == [1, 2, 3, 4]
    assert [event.step for event in events.Scalars("validation/mean")] == [2, 4]
    assert {"loss/graph", "weight/graph", "rate/network", "validation/soft"} <= set(events.Tags()["scalars"])


def test_that_a_student_learns_from_teacher_paraphrasers_and_unlabelled_slices(student_run: Path, teacher_run: Path) -> None:
    metrics = _json(student_run / "metrics.json")
    assert {"supervision", "kl", "cwd", "graph"} <= set(metrics["losses"])
    assert metrics["slices"]["unlabelled"] > 0
    teacher, student = (read_card(run, kind="network", who="network") for run in (teacher_run, student_run))
    # the student sees what the teacher sees
    assert (student.mean, student.std, student.network.name) == (teacher.mean, teacher.std, "mobile_unet")


@pytest.mark.parametrize("setting", ["teacher.cached=false", "method=graph-flow-published", "method=unimatch", "data.labelled=0.01"])
def test_that_other_ways_to_learn_run_to_their_end(tmp_path: Path, distill: Distill, setting: str) -> None:
    assert main(distill(tmp_path / "run", setting, "loop.steps=2", "loop.batch=2", "teacher.other_labels=true")) == 0
    assert _json(tmp_path / "run" / "metrics.json")["steps"] == 2


def test_that_a_single_labelled_slice_suffices(tmp_path: Path, tiny_set: Path) -> None:
    line = words("train-teacher", f"data.set={tiny_set}", "data.labelled=0.01", "network.width=0.25", "network.name=mobile_unet", *TINY)
    assert main([*line, "--out", str(tmp_path / "run")]) == 0
    assert _json(tmp_path / "run" / "metrics.json")["slices"]["labelled"] == 1


def test_that_a_cache_on_disk_gives_the_same_student(tmp_path: Path, distill: Distill, student_run: Path) -> None:
    assert main([*distill(tmp_path / "run"), "--cache", str(tmp_path / "cache")]) == 0
    assert any((tmp_path / "cache").iterdir())
    assert _same(tmp_path / "run", student_run)


def test_that_without_a_score_the_last_average_is_kept_and_it_is_said(
    tmp_path: Path, distill: Distill, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "judge_slices", lambda *_: Scores({"soft": None, "hard": None}))
    out = tmp_path / "run"
    assert main(distill(out)) == 0
    assert "no validation has a score" in capsys.readouterr().err
    metrics = _json(out / "metrics.json")
    assert metrics["validation"] is None
    assert [entry["mean_dice"] for entry in metrics["history"]] == [None, None]
    last = load_file(out / "checkpoints" / "step-00000004.safetensors")
    kept = load_file(out / WEIGHTS)
    assert all(torch.equal(tensor, last[f"average/{name}"]) for name, tensor in kept.items())


@pytest.mark.parametrize(("dice", "best"), [([None, None], None), ([None, 0.0], 2), ([0.1, None, 0.3, 0.3], 3), ([], None)])
def test_that_the_best_validation_is_the_first_of_the_largest_scores(dice: list[float | None], best: int | None) -> None:
    found = keeper._best_of([{"step": step, "mean_dice": value} for step, value in enumerate(dice, start=1)])
    assert (found and found["step"]) == best


# --- stopping and going on ----------------------------------------------------------------------------------------------


def test_that_ctrl_c_keeps_a_checkpoint_and_the_resumed_run_ends_as_an_unbroken_one(
    tmp_path: Path, distill: Distill, student_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopping(*arguments: Any) -> Scores:
        signal.raise_signal(signal.SIGINT)
        return judge_slices(*arguments)

    out, before = tmp_path / "run", signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(train, "judge_slices", stopping)
        assert main(distill(out)) == 130
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "Stopped: a checkpoint of step 2 was kept. Add --resume to go on."
    assert signal.getsignal(signal.SIGINT) is before
    assert not (out / CARD).exists()
    assert main(["distill", "--out", str(out), "--resume"]) == 0
    assert _same(out, student_run)
    metrics = [_json(run / "metrics.json") for run in (out, student_run)]
    for each in metrics:
        del each["seconds"]
    assert metrics[0] == metrics[1]


def test_that_a_stop_while_the_teacher_is_asked_leaves_no_run(
    tmp_path: Path, distill: Distill, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopping(*arguments: Any, on_batch: Callable[[int], None], **rest: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        on_batch(0)

    monkeypatch.setattr(train, "cache_word", stopping)
    assert main(distill(tmp_path / "run")) == 143
    assert "nothing was trained yet" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_that_a_full_disk_ends_the_run_and_leaves_a_checkpoint_to_go_on_from(
    tmp_path: Path, distill: Distill, student_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "step-00000004" in path.name:
            write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        assert "The disk is full" in _refused(capsys, distill(out))
    kept = sorted(path.name for path in (out / "checkpoints").iterdir() if path.name.startswith(("step", ".")))
    assert kept == ["step-00000002.safetensors"]
    assert main([*distill(out), "--resume"]) == 0
    assert _same(out, student_run)


def test_that_paraphrasers_resume_too(tmp_path: Path, tiny_set: Path, teacher_run: Path, paraphraser_run: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(paraphraser_run, out)
    for name in (CARD, WEIGHTS, "checkpoints/step-00000004.safetensors"):
        (out / name).unlink()
    assert main(["paraphrase", "--out", str(out), "--resume"]) == 0
    assert _same(out, paraphraser_run)
    assert _json(out / "metrics.json")["losses"] == _json(paraphraser_run / "metrics.json")["losses"]


def test_that_a_damaged_newest_checkpoint_is_passed_over(tmp_path: Path, student_run: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(student_run, out)
    newest = out / "checkpoints" / "step-00000004.safetensors"
    newest.write_bytes(newest.read_bytes()[:-100])
    assert main(["distill", "--out", str(out), "--resume"]) == 0
    assert _same(out, student_run)


def test_that_resuming_where_nothing_began_begins(tmp_path: Path, distill: Distill) -> None:
    assert main([*distill(tmp_path / "run", "loop.steps=1"), "--resume"]) == 0
    assert (tmp_path / "run" / CARD).is_file()


def test_that_a_run_that_is_there_is_refused_without_resume(
    tmp_path: Path, distill: Distill, student_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (student_run / CARD).read_bytes()
    assert "Add --resume" in _refused(capsys, distill(student_run))
    assert (student_run / CARD).read_bytes() == before
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert "no run" in _refused(capsys, [*distill(tmp_path), "--resume"])


def test_that_a_run_resumes_with_its_own_configuration_only(
    distill: Distill, student_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _refused(capsys, [*distill(student_run, "loop.rate=0.5", "run.seed=9", "run.keep=5"), "--resume"])
    assert "loop.rate, run.seed " in said
    assert "There is no setting" in _refused(capsys, ["train-teacher", "--out", str(student_run), "--resume"])


@pytest.fixture
def copies(tmp_path: Path, student_run: Path, teacher_run: Path, paraphraser_run: Path, tiny_set: Path) -> dict[str, Path]:
    """A copy of the student's run, by name, and of all that it began with."""
    places = {"set": tiny_set, "teacher": teacher_run, "paraphraser": paraphraser_run}
    mine = {name: tmp_path / name for name in places}
    for name, place in places.items():
        shutil.copytree(place, mine[name])
    out = mine["run"] = tmp_path / "run"
    shutil.copytree(student_run, out)
    text = (out / "config.toml").read_text(encoding="utf-8")
    for name, place in places.items():
        text = text.replace(f'"{place}"', f'"{mine[name]}"')
    (out / "config.toml").write_text(text, encoding="utf-8")
    return mine


def test_that_a_run_is_not_resumed_with_another_teacher_pair_or_set(copies: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    out, pair = copies["run"], copies["paraphraser"]
    resume = ["distill", "--out", str(out), "--resume"]
    assert main(resume) == 0

    def other_pair() -> None:
        tensors = load_file(pair / WEIGHTS)
        save_file(
            {name: tensor * 0.5 if tensor.is_floating_point() else tensor for name, tensor in tensors.items()},
            pair / WEIGHTS,
        )
        document = _json(pair / CARD) | {"sha256": file_sha256(pair / WEIGHTS)}
        (pair / CARD).write_text(json.dumps(document), encoding="utf-8")

    def other_teacher() -> None:
        network, card = load_network(copies["teacher"], who="teacher")
        with torch.no_grad():
            next(network.parameters()).mul_(0.5)
        card = write_network(copies["teacher"], network, card)
        document = _json(pair / CARD) | {"teacher_sha256": card.sha256}
        (pair / CARD).write_text(json.dumps(document), encoding="utf-8")

    def other_set() -> None:
        path = copies["set"] / "dataset.json"
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    before = (out / CARD).read_bytes()
    for change, what in ((other_pair, "another pair of Paraphrasers"), (other_teacher, "another teacher"), (other_set, "another set")):
        change()
        assert what in _refused(capsys, resume)
    assert "another set, another teacher and another pair" in _refused(capsys, resume)
    assert (out / CARD).read_bytes() == before


# --- bad input ----------------------------------------------------------------------------------------------------------


def test_that_distilling_without_a_teacher_or_paraphrasers_is_refused(
    tmp_path: Path, distill: Distill, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert "No teacher is named" in _refused(capsys, distill(out, "teacher.run=''"))
    assert "no Paraphrasers are named" in _refused(capsys, distill(out, "paraphraser.run=''"))
    assert "no trained teacher" in _refused(capsys, distill(out, f"teacher.run={tmp_path / 'none'}"))
    assert "no trained pair of Paraphrasers" in _refused(capsys, distill(out, f"paraphraser.run={tmp_path / 'none'}"))
    assert not out.exists()


def _spoil(source: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Copy a run with another card."""
    shutil.copytree(source, target)
    card = _json(target / CARD)
    change(card)
    (target / CARD).write_text(json.dumps(card), encoding="utf-8")
    return target


def test_that_damaged_weights_and_cards_are_refused(
    tmp_path: Path, distill: Distill, teacher_run: Path, paraphraser_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, damaged = tmp_path / "run", tmp_path / "damaged"
    shutil.copytree(teacher_run, damaged)
    data = bytearray((damaged / WEIGHTS).read_bytes())
    data[-8] ^= 1
    (damaged / WEIGHTS).write_bytes(data)
    assert "damaged: they are not those of its card" in _refused(capsys, distill(out, f"teacher.run={damaged}"))
    for number, change in enumerate(
        (lambda card: card.pop("mean"), lambda card: card.update(structures=3), lambda card: card.update(format=9))
    ):
        spoiled = _spoil(teacher_run, tmp_path / f"card{number}", change)
        assert "teacher" in _refused(capsys, distill(out, f"teacher.run={spoiled}"))
    assert "holds paraphrasers" in _refused(capsys, distill(out, f"teacher.run={paraphraser_run}"))
    assert "holds network" in _refused(capsys, distill(out, f"paraphraser.run={teacher_run}"))
    assert not out.exists()


def test_that_a_teacher_or_paraphrasers_that_hold_nan_are_refused(
    tmp_path: Path, distill: Distill, teacher_run: Path, paraphraser_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network, card = load_network(teacher_run, who="teacher")
    with torch.no_grad():
        next(network.parameters()).fill_(float("nan"))
    (tmp_path / "teacher").mkdir()
    write_network(tmp_path / "teacher", network, card)
    assert "no numbers" in _refused(capsys, distill(tmp_path / "run", f"teacher.run={tmp_path / 'teacher'}"))
    tensors = load_file(paraphraser_run / WEIGHTS)
    next(iter(tensors.values())).fill_(float("inf"))
    (tmp_path / "pair").mkdir()
    save_file(tensors, tmp_path / "pair" / WEIGHTS)
    document = _json(paraphraser_run / CARD) | {"sha256": file_sha256(tmp_path / "pair" / WEIGHTS)}
    (tmp_path / "pair" / CARD).write_text(json.dumps(document), encoding="utf-8")
    assert "no numbers" in _refused(capsys, distill(tmp_path / "run", f"paraphraser.run={tmp_path / 'pair'}"))


def test_that_a_teacher_of_other_structures_or_channels_is_refused(
    tmp_path: Path, distill: Distill, teacher_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = _spoil(teacher_run, tmp_path / "names", lambda card: card["structures"][0].update(name="bone"))
    assert "knows the structures bone, hard, and the data have soft, hard" in _refused(
        capsys, distill(tmp_path / "run", f"teacher.run={other}")
    )
    _, card = load_network(teacher_run, who="teacher")
    grey = replace(card, network=replace(card.network, in_channels=1))
    (tmp_path / "grey").mkdir()
    write_network(tmp_path / "grey", build_network(grey.network), grey)
    assert "images of 1 channels" in _refused(capsys, distill(tmp_path / "run", f"teacher.run={tmp_path / 'grey'}"))


def test_that_a_teacher_that_saw_labels_which_the_student_may_not_is_refused(
    tmp_path: Path, distill: Distill, teacher_run: Path, student_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = read_card(teacher_run, kind="network", who="teacher")
    assert (card.labelled, card.split_seed) == (0.5, 0)
    out = tmp_path / "run"
    assert "share of 0.5 (seed 0) of the labels" in _refused(capsys, distill(out, "data.labelled=0.25"))
    assert "the student may use 0.5 (seed 1)" in _refused(capsys, distill(out, "data.split_seed=1"))
    other = _spoil(teacher_run, tmp_path / "unknown", lambda card: card.pop("labelled"))
    assert "does not say which labels" in _refused(capsys, distill(out, f"teacher.run={other}"))
    assert not out.exists()
    # its labels are among the student's
    assert main(distill(tmp_path / "more", "data.labelled=0.75", "loop.steps=1")) == 0
    assert main(distill(tmp_path / "all", "data.labelled=1", "data.split_seed=3", "loop.steps=1")) == 0
    assert main(distill(tmp_path / "wanted", "data.labelled=0.25", "teacher.other_labels=true", "loop.steps=1")) == 0
    # what a teacher saw, its student knows
    cards = [read_card(run, kind="network", who="student") for run in (student_run, tmp_path / "wanted")]
    assert [(card.labelled, card.split_seed) for card in cards] == [(0.5, 0), (None, None)]


def test_that_paraphrasers_of_another_teacher_or_student_are_refused(
    tmp_path: Path, distill: Distill, paraphraser_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = _spoil(paraphraser_run, tmp_path / "other", lambda card: card.update(teacher_sha256="0"))
    assert "another teacher" in _refused(capsys, distill(tmp_path / "run", f"paraphraser.run={other}"))
    assert "other sizes" in _refused(capsys, distill(tmp_path / "run", "network.width=0.75"))


def _with_case(source: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Copy a prepared set, all of whose cases are changed."""
    shutil.copytree(source, target)
    for path in (target / "cases").iterdir():
        arrays = read_arrays(path)
        change(arrays)
        write_arrays(path, arrays)
    return target


def _nan(arrays: dict[str, Any]) -> None:
    arrays["images"] = (arrays["images"] / 255).astype(np.float16)
    arrays["images"][0, 0, 3, 3] = np.nan


def _small(arrays: dict[str, Any]) -> None:
    arrays["images"], arrays["labels"] = arrays["images"][..., :32], arrays["labels"][..., :32]
    arrays.pop("supervised", None)


@pytest.mark.parametrize(
    ("change", "words_of_it"),
    [
        (_nan, "no numbers"),
        (lambda arrays: arrays["labels"].__setitem__((0, 5, 5), 77), "77"),
        (_small, "32"),
        (lambda arrays: arrays.update(supervised=np.zeros_like(arrays["labels"])), "has labels"),
    ],
    ids=["NaN in an image", "a label out of range", "an image that is too small", "an empty labelled set"],
)
def test_that_bad_data_are_refused(
    tmp_path: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, Any]], object], words_of_it: str
) -> None:
    spoiled = _with_case(tiny_set, tmp_path / "set", change)
    line = words("train-teacher", f"data.set={spoiled}", *TINY, out=tmp_path / "run")
    assert words_of_it in _refused(capsys, line)
    assert not (tmp_path / "run").exists()


def test_that_wrong_command_lines_end_with_1_and_say_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.toml").write_text("[loop]\nstep = 3\n", encoding="utf-8")
    assert "Known at this place: steps, batch" in _refused(capsys, ["distill", str(tmp_path / "run.toml"), "--out", str(tmp_path / "run")])
    assert "cannot be 'many'" in _refused(capsys, ["distill", "--set", "loop.steps=many"])
    assert "contradicts itself" in _refused(capsys, ["train-teacher", "--set", "method=kl"])
    assert "Add --out" in _refused(capsys, ["distill"])
    assert "No network is named" in _refused(capsys, ["evaluate"])
    assert "prepared set" in _refused(capsys, ["train-teacher", "--set", f"data.set={tmp_path}", "--out", str(tmp_path / "run")])


def test_that_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, distill: Distill, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "Writing failed" in _refused(capsys, distill(tmp_path / "file" / "run"))


def test_that_a_bug_ends_with_2_and_its_trace(
    tmp_path: Path, distill: Distill, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("broken")

    monkeypatch.setattr(train, "new_network", broken)
    assert main(distill(tmp_path / "run")) == 2
    assert "ZeroDivisionError: broken" in capsys.readouterr().err


def test_that_a_missing_tensorboard_is_said_once_and_no_logs_are_written(
    tmp_path: Path, distill: Distill, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert main(distill(tmp_path / "run", "loop.steps=2")) == 0
    assert capsys.readouterr().err.count("pip install 'graph-flow-desktop[research]'") == 1
    assert not (tmp_path / "run" / "events").exists()


def test_that_a_method_without_its_unlabelled_images_says_so(tmp_path: Path, distill: Distill, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(distill(tmp_path / "run", "method=mean-teacher", "data.labelled=1", "loop.steps=1")) == 0
    assert "only the labels count" in capsys.readouterr().err


# --- what is printed ----------------------------------------------------------------------------------------------------


def test_that_the_printed_configuration_is_read_back(tmp_path: Path, distill: Distill, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*distill(tmp_path / "run"), "--print-config"]) == 0
    printed = capsys.readouterr().out
    (tmp_path / "run.toml").write_text(printed, encoding="utf-8")
    assert main(["distill", str(tmp_path / "run.toml"), "--print-config"]) == 0
    assert capsys.readouterr().out == printed
    assert not (tmp_path / "run").exists()


def test_that_the_networks_are_shown_as_a_table_and_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(complexity, "NAMES", ("mobile_unet",))
    assert main(["networks", "--json", "--classes", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["mobile_unet"]["params"] > 4e6
    assert main(["networks"]) == 0
    assert "mobile_unet" in capsys.readouterr().out


def test_that_prepare_and_bench_know_their_arguments(tmp_path: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tiny_set.parent / "own"
    assert main(["prepare", "folder", str(source), str(tmp_path / "set"), "--structures", "soft,hard", "--size", "64"]) == 0
    assert json.loads(capsys.readouterr().out)["structures"] == ["soft", "hard"]
    with pytest.raises(SystemExit) as caught:
        main(["bench", "--help"])
    assert caught.value.code == 0
