"""Dice of a network on held-back slices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.dataset import load_round, read_manifest, read_replay
from training.evaluate import judge_scans, judge_slices, predict_classes
from training.networks import Taps
from training.schedule import StopRequested

TABLE = LabelTable((Structure(1, "soft", "#56b4e9"), Structure(5, "hard", "#d55e00")))
SPEC = PreprocessSpec(window=(0.0, 100.0), mean=0.4, std=0.3)


class Thresholds(nn.Module):
    """Calls greys above 0.2 soft and above 0.6 hard."""

    def __init__(self, shift: float = 0.0) -> None:
        super().__init__()
        self._shift = shift

    def forward(self, x: Tensor) -> Taps:
        grey = x * 0.3 + 0.4 + self._shift
        logits = torch.cat([torch.zeros_like(grey), (grey - 0.2) * 100, (grey - 0.6) * 200 + 40], dim=1)
        return Taps(logits, x, x)


def test_that_a_perfect_network_scores_one(write_tiny_round: Callable[..., Path]) -> None:
    data = load_round(read_manifest(write_tiny_round()), SPEC, classes=3)
    scores = judge_scans(Thresholds(), data.validation, TABLE)
    assert scores.dice == {"soft": 1.0, "hard": 1.0}
    assert scores.mean == 1.0


def test_that_a_missed_structure_scores_zero_and_an_absent_one_nothing(write_tiny_round: Callable[..., Path]) -> None:
    data = load_round(read_manifest(write_tiny_round()), SPEC, classes=3)
    assert judge_scans(Thresholds(-1.0), data.validation, TABLE).dice == {"soft": 0.0, "hard": 0.0}
    empty = tuple(type(v)(v.source, v.slices, np.zeros_like(v.classes), v.counted) for v in data.validation)
    scores = judge_scans(Thresholds(-1.0), empty, TABLE)
    assert scores.dice == {"soft": None, "hard": None}
    assert scores.mean is None


def test_that_only_counted_voxels_are_judged(write_tiny_round: Callable[..., Path]) -> None:
    data = load_round(read_manifest(write_tiny_round()), SPEC, classes=3)
    (scan,) = data.validation
    wrong = scan.classes.copy()
    wrong[:, :20] = 2
    counted = scan.counted.copy()
    counted[:, :20] = False
    assert judge_scans(Thresholds(), (type(scan)(scan.source, scan.slices, wrong, counted),), TABLE).mean == 1.0


def test_that_a_border_aside_counts_only_where_a_person_drew_it(write_tiny_round: Callable[..., Path]) -> None:
    (scan,) = load_round(read_manifest(write_tiny_round()), SPEC, classes=3).validation
    assert scan.drawn is not None
    assert not scan.drawn.any()
    moved = replace(scan, classes=np.roll(scan.classes, 1, axis=1))
    assert judge_scans(Thresholds(), (moved,), TABLE).mean == 1.0
    drawn = replace(moved, drawn=np.ones_like(scan.counted))
    found = judge_scans(Thresholds(), (drawn,), TABLE).mean
    assert found is not None
    assert 0.9 < found < 0.97
    assert judge_scans(Thresholds(), (replace(moved, drawn=None),), TABLE).mean == found


def test_that_replay_slices_are_judged_on_the_working_grid(tiny_replay: Path) -> None:
    _, held = read_replay(tiny_replay, TABLE)
    assert judge_slices(Thresholds(), held, SPEC, TABLE).mean == 1.0


def test_that_neighbouring_replay_slices_are_one_unit(tiny_replay: Path) -> None:
    replay, _ = read_replay(tiny_replay, TABLE)
    four = replay.subset(torch.arange(4) % len(replay))
    units = judge_slices(Thresholds(), four, SPEC, TABLE).units
    assert units is not None
    assert units.scans.tolist() == [0, 0]
    classes = four.targets.argmax(dim=1).numpy()
    assert units.reference.tolist() == [[int((part == c).sum()) for c in (1, 2)] for part in (classes[:3], classes[3:])]
    assert (units.both == units.predicted).all()


def test_that_predicting_can_be_given_up_between_slices(write_tiny_round: Callable[..., Path]) -> None:
    (scan,) = load_round(read_manifest(write_tiny_round()), SPEC, classes=3).validation
    asked: list[int] = []

    def between() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise StopRequested("test")

    with pytest.raises(StopRequested):
        predict_classes(Thresholds(), scan.source, range(8), between=between)
    assert len(asked) == 3


def test_that_the_units_are_blocks_of_neighbouring_slices_and_sum_to_the_dice(write_tiny_round: Callable[..., Path]) -> None:
    data = load_round(read_manifest(write_tiny_round(reviewed=tuple(range(8)), held=(0, 1, 2, 3, 6))), SPEC, classes=3)
    before, after = (judge_scans(Thresholds(shift), data.validation, TABLE) for shift in (-0.3, 0.0))
    assert after.units is not None
    assert before.units is not None
    sides = after.units.beside(before.units)
    # slices 0 to 2, 3, and 6
    assert sides.both.shape == (2, 3, len(TABLE))
    assert sides.scans.tolist() == [0, 0, 0]
    assert sides.dice.tolist() == [list(before.dice.values()), list(after.dice.values())]
    per_slice = sides.reference.sum(axis=1) / np.array([3, 1, 1])
    assert per_slice.tolist() == pytest.approx([per_slice[0]] * 3, rel=0.2)
