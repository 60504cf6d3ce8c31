"""What a run learns from, and what it refuses."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gf_desktop.errors import TrainingError
from training.commands.configs import DataConfig
from training.commands.data import check_slices, measured, read_judged, read_learning
from training.dataset import SliceSet
from training.datasets import read_prepared


def _slices(side: int = 64) -> SliceSet:
    targets = torch.zeros(2, 3, side, side)
    targets[:, 1] = 1
    return SliceSet(torch.rand(2, 1, side, side), targets.half(), torch.ones(2, 1, side, side), torch.zeros(2, side, side))


def test_that_good_slices_pass_and_none_too() -> None:
    check_slices(_slices(), "here", classes=3)
    check_slices(_slices(32).subset(torch.arange(0)), "here", classes=3)


@pytest.mark.parametrize("side", [32, 80])
def test_that_images_that_no_network_takes_are_refused(side: int) -> None:
    with pytest.raises(TrainingError, match=f"{side} x {side} pixels"):
        check_slices(_slices(side), "here", classes=3)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_that_an_image_with_a_value_that_is_no_number_is_refused(value: float) -> None:
    slices = _slices()
    slices.images[1, 0, 3, 3] = value
    with pytest.raises(TrainingError, match="Slice 1 holds values"):
        check_slices(slices, "here", classes=3)


def test_that_targets_beyond_the_structures_are_refused() -> None:
    with pytest.raises(TrainingError, match="among the 1 structures"):
        check_slices(_slices(), "here", classes=2)
    slices = _slices()
    slices.targets[0, :, 3, 3] = 0
    with pytest.raises(TrainingError, match="labels"):
        check_slices(slices, "here", classes=3)
    with pytest.raises(TrainingError, match="labels"):
        check_slices(replace(slices, targets=torch.full((2, 3, 64, 64), float("nan"))), "here", classes=3)


def test_that_mean_and_deviation_are_measured_and_a_flat_image_has_one() -> None:
    images = torch.rand(3, 3, 8, 8)
    spec = measured(images, colour=True)
    assert (spec.mean, spec.std) == pytest.approx((float(images.mean()), float(images.std(correction=0))), abs=1e-5)
    assert spec.channels == 3
    assert measured(torch.zeros(1, 1, 8, 8), colour=False).std == 1.0


def test_that_the_test_is_not_even_read_while_learning(tmp_path: Path, tiny_set: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(tiny_set, folder)
    for name in read_prepared(tiny_set).cases["test"]:
        (folder / "cases" / f"{name}.npz").unlink()
    config = DataConfig(set=str(folder))
    assert len(read_learning(config).labelled) == 5
    assert len(read_judged(config, "validation").slices) == 1
    with pytest.raises(TrainingError, match="missing or damaged"):
        read_judged(config, "test")


def test_that_the_demo_learns_from_patient_a_and_is_tested_on_patient_b() -> None:
    learning = read_learning(DataConfig(labelled=0.25))
    assert len(learning.labelled) < len(learning.unlabelled)
    assert not learning.unlabelled.supervised.any()
    assert not learning.unlabelled.targets[:, 1:].any()
    assert not learning.unlabelled.regions.any()
    test, validation = (read_judged(DataConfig(), part) for part in ("test", "validation"))
    assert set(test.patients) == {"B"}
    assert test.spacing_mm == pytest.approx((3.0, 3.0, 2.0))
    assert len(validation.slices) == len(learning.validation) == 18
    assert len(set(validation.cases)) == 3
    # no slice is learned from and chosen by
    every = {plane.numpy().tobytes() for plane in learning.everything.images}
    assert not any(plane.numpy().tobytes() in every for plane in learning.validation.images)
