"""Scores of cases: what is missed and what is spurious counts against a network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.bench.scoring import CaseScores, outline_distance, score
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
    assert scores == CaseScores({"soft": 1.0}, 1.0, 0.0, 0, 0)


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


def test_that_an_outline_moved_by_three_pixels_is_three_pixels_away() -> None:
    one, other = np.zeros((64, 64), bool), np.zeros((64, 64), bool)
    one[10:50, 20] = other[10:50, 23] = True
    assert outline_distance(one, other) == pytest.approx(3.0)


def test_that_a_missed_outline_is_as_far_away_as_the_image_is_long() -> None:
    nothing, square = np.zeros((30, 40), bool), np.zeros((30, 40), bool)
    square[2:9, 2:9] = True
    assert outline_distance(nothing, square) == outline_distance(square, nothing) == pytest.approx(50.0)
    assert outline_distance(nothing, nothing) is None


def test_that_the_distance_of_a_network_is_the_mean_over_images_and_then_structures() -> None:
    predicted = [_square(1), _square(1, at=3), _square(2)]
    reference = [_square(1), _square(1), _square(2)]
    assert _score(predicted, reference, (0, 0, 0)).hd95_px == pytest.approx((1.5 + 0) / 2)
