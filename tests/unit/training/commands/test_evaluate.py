"""Dice and HD95 per structure and per patient."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gf_desktop.imaging.labelmap import LabelTable, Structure
from training.__main__ import main
from training.commands import evaluate as command
from training.commands.data import Judged
from training.dataset import SliceSet

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))


def _judged(labels: np.ndarray[Any, Any], cases: tuple[str, ...], patients: tuple[str, ...], *, spacing: Any = None) -> Judged:
    classes = torch.from_numpy(TABLE.id_to_class()[labels]).long()
    targets = torch.nn.functional.one_hot(classes, 3).permute(0, 3, 1, 2).half()
    slices = SliceSet(torch.zeros(len(labels), 1, 64, 64), targets, torch.ones(len(labels), 1, 64, 64), torch.zeros(len(labels), 64, 64))
    return Judged("tiny", "", TABLE, 1, slices, cases, patients, spacing)


def _summary(judged: Judged, predicted: np.ndarray[Any, Any]) -> dict[str, Any]:
    return command._summary(TABLE, command._case_scores(judged, predicted))


def test_that_a_missed_structure_and_a_spurious_one_count_as_the_worst_that_can_be() -> None:
    labels = np.zeros((2, 64, 64), np.uint8)
    labels[0, 10:20, 10:20] = 1
    predicted = np.zeros_like(labels)
    predicted[1, 30:40, 30:40] = 5
    result = _summary(_judged(labels, ("a", "b"), ("a", "b")), predicted)
    diagonal = np.hypot(64, 64)
    assert result["structures"]["soft"] == {"dice": 0.0, "hd95": pytest.approx(diagonal, rel=0.02), "scored": 1, "missed": 1, "spurious": 0}
    assert result["structures"]["hard"] == {"dice": 0.0, "hd95": pytest.approx(diagonal, rel=0.02), "scored": 1, "missed": 0, "spurious": 1}
    # in neither mask of the other patient
    assert result["patients"]["a"]["structures"]["hard"] == {"dice": None, "hd95": None}
    assert result["mean"]["dice"] == 0.0


def test_that_a_case_is_scored_as_a_whole_and_patients_count_alike() -> None:
    labels = np.zeros((4, 64, 64), np.uint8)
    labels[:, 10:20, 10:20] = 1
    predicted = labels.copy()
    predicted[1] = 0
    predicted[3, 10:15] = 0
    judged = _judged(labels, ("a1", "a1", "a2", "b"), ("A", "A", "A", "B"), spacing=(2.0, 2.0, 2.0))
    result = _summary(judged, predicted)
    # a1: half of its voxels are found
    assert result["cases"][0]["soft"]["dice"] == pytest.approx(2 / 3)
    assert result["patients"]["A"]["structures"]["soft"]["dice"] == pytest.approx((2 / 3 + 1) / 2)
    assert result["patients"]["B"]["structures"]["soft"]["dice"] == pytest.approx(2 / 3)
    assert result["structures"]["soft"]["dice"] == pytest.approx(((2 / 3 + 1) / 2 + 2 / 3) / 2)
    # ten rows become five: the lost border lies 5 pixels of 2 mm away
    assert result["patients"]["B"]["structures"]["soft"]["hd95"] == pytest.approx(10.0)


def test_that_pixels_are_scored_per_case_and_over_all_and_absent_classes_are_left_out() -> None:
    labels = np.zeros((2, 64, 64), np.uint8)
    labels[0, :32] = 1
    predicted = np.zeros_like(labels)
    predicted[0, :16] = 1
    predicted[1, :, :16] = 5
    judged = _judged(labels, ("a", "b"), ("A", "B"))
    judged.slices.supervised[1, :, :, 32:] = 0
    predicted[1, :, 32:] = 1
    result = _summary(judged, predicted)
    # a: background 32 of 48 rows, soft 16 of 32; nobody sees hard. b: half of the columns that count are wrong
    assert [case["pixel_accuracy"] for case in result["cases"]] == pytest.approx([0.75, 0.5])
    assert [case["miou"] for case in result["cases"]] == pytest.approx([(2 / 3 + 1 / 2) / 2, (1 / 2 + 0) / 2])
    # over all: background 32 * 64 + 16 * 64 of 48 * 64 + 32 * 64, soft 16 of 32 rows, hard none
    assert result["pixels"] == {"accuracy": pytest.approx(2 / 3), "miou": pytest.approx((3 / 5 + 1 / 2 + 0) / 3)}


def test_that_without_a_single_pixel_that_counts_there_is_no_pixel_score() -> None:
    judged = _judged(np.zeros((1, 64, 64), np.uint8), ("a",), ("a",))
    judged.slices.supervised[:] = 0
    result = _summary(judged, np.ones((1, 64, 64), np.uint8))
    assert result["pixels"] == {"accuracy": None, "miou": None}
    assert (result["cases"][0]["pixel_accuracy"], result["cases"][0]["miou"]) == (None, None)


def test_that_unsupervised_pixels_count_on_neither_side() -> None:
    labels = np.zeros((1, 64, 64), np.uint8)
    labels[0, 10:20, 10:20] = 1
    judged = _judged(labels, ("a",), ("a",))
    judged.slices.supervised[:, :, :, 32:] = 0
    predicted = labels.copy()
    predicted[0, 10:20, 40:60] = 1
    assert _summary(judged, predicted)["structures"]["soft"]["dice"] == 1.0


def test_that_a_run_is_judged_on_the_set_that_it_was_trained_on(
    student_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["evaluate", "--model", str(student_run), "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "HD95 pixels" in shown
    assert "missed" in shown
    assert "pixel accuracy 0." in shown
    assert "mIoU 0." in shown
    result = json.loads((tmp_path / "evaluation-test.json").read_text(encoding="utf-8"))
    assert set(result["structures"]) == {"soft", "hard"}
    assert len(result["patients"]) == len(result["cases"]) == 2
    assert result["part"] == "test"
    assert main(["evaluate", "--model", str(student_run), "--part", "validation", "--json", "--out", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "evaluation-validation.json").read_text(encoding="utf-8"))


def test_that_validation_and_the_run_s_own_scores_agree(student_run: Path, tmp_path: Path) -> None:
    assert main(["evaluate", "--model", str(student_run), "--part", "validation", "--out", str(tmp_path)]) == 0
    judged = json.loads((tmp_path / "evaluation-validation.json").read_text(encoding="utf-8"))
    own = json.loads((student_run / "metrics.json").read_text(encoding="utf-8"))["validation"]
    # one validation case, so that pooled and per-case Dice are the same
    assert {name: values["dice"] for name, values in judged["structures"].items()} == pytest.approx(
        {name: values["dice"] for name, values in own["structures"].items()}
    )


def test_that_a_network_of_other_structures_or_a_pair_of_paraphrasers_is_refused(
    student_run: Path, paraphraser_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--model", str(student_run), "--set", "data.set=abdomen-demo"]) == 1
    assert "the set has 1 and spleen" in capsys.readouterr().err
    assert main(["evaluate", "--model", str(paraphraser_run)]) == 1
    assert "holds paraphrasers" in capsys.readouterr().err
