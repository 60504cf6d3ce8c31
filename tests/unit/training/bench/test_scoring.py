"""Scores of cases: what is missed and what is spurious counts against a network."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.bench.scoring import CaseScores, score
from training.dataset import SliceSet
from training.networks import Taps

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(2, "hard", "#d55e00")))
SPEC = PreprocessSpec()


class _Says(nn.Module):
    """Predicts the class that the image's grey names."""

    def forward(self, x: Tensor) -> Taps:
        logits = torch.nn.functional.one_hot((x[:, 0] * 2).round().long(), 3).permute(0, 3, 1, 2).float()
        return Taps(logits, logits, logits)


def _score(predicted: list[Tensor], reference: list[Tensor], cases: tuple[int, ...]) -> CaseScores:
    targets = torch.nn.functional.one_hot(torch.stack(reference), 3).permute(0, 3, 1, 2).half()
    images = torch.stack(predicted)[:, None].float() / 2
    slices = SliceSet(images, targets, torch.ones(len(images), 1, 64, 64), torch.zeros(len(images), 64, 64, dtype=torch.uint8))
    return score(_Says(), slices, cases, spec=SPEC, table=TABLE)


def _square(label: int, size: int = 8, at: int = 0) -> Tensor:
    plane = torch.zeros(64, 64, dtype=torch.long)
    plane[at : at + size, :size] = label
    return plane


def test_that_an_exact_prediction_scores_one() -> None:
    scores = _score([_square(1)], [_square(1)], (0,))
    assert scores == CaseScores({"soft": 1.0}, 1.0, 0, 0)


def test_that_dice_is_twice_the_overlap_over_both() -> None:
    scores = _score([_square(1, at=4)], [_square(1)], (0,))
    assert scores.dice["soft"] == pytest.approx(0.5)


def test_that_a_missed_structure_scores_zero_and_is_counted() -> None:
    scores = _score([torch.zeros(64, 64, dtype=torch.long)], [_square(1)], (0,))
    assert (scores.mean, scores.missed, scores.spurious) == (0.0, 1, 0)


def test_that_a_spurious_structure_scores_zero_and_is_counted() -> None:
    scores = _score([_square(2) + _square(1, at=20)], [_square(1, at=20)], (0,))
    assert scores.dice == {"soft": 1.0, "hard": 0.0}
    assert (scores.mean, scores.missed, scores.spurious) == (0.5, 0, 1)


def test_that_slices_of_one_case_are_scored_together() -> None:
    predicted, reference = [_square(1), torch.zeros(64, 64, dtype=torch.long)], [_square(1), _square(1)]
    assert _score(predicted, reference, (0, 0)).dice["soft"] == pytest.approx(2 / 3)
    assert _score(predicted, reference, (0, 1)).dice["soft"] == pytest.approx(0.5)


def test_that_a_case_without_a_structure_does_not_count_for_it() -> None:
    predicted = [_square(1), _square(2)]
    assert _score(predicted, predicted, (0, 1)).dice == {"soft": 1.0, "hard": 1.0}
