"""Networks: sizes, taps, any channels and classes, ImageNet weights, ONNX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gf_desktop.errors import ModelError, TrainingError
from gf_desktop.resources import resource_dir
from training.config import NetworkConfig
from training.export_onnx import export_student
from training.networks import Taps, build_network, tap_channels
from training.networks.blocks import round_channels
from training.networks.lite_encoder import LiteEncoder, load_imagenet
from training.networks.paraphraser import Paraphraser

SMALL = [("lite_unet", 0.5), ("mobile_unet", 0.25), ("lite_fanet", 0.5), ("fanet", 0.125)]


@pytest.mark.parametrize(("name", "width"), SMALL)
@pytest.mark.parametrize(("channels", "classes"), [(1, 2), (3, 9)])
def test_that_every_network_takes_any_channels_and_classes(name: str, width: float, channels: int, classes: int) -> None:
    network = build_network(NetworkConfig(name, channels, classes, width)).eval()  # type: ignore[arg-type]
    with torch.no_grad():
        taps: Taps = network(torch.zeros(2, channels, 64, 96))
    assert taps.logits.shape == (2, classes, 64, 96)


@pytest.mark.parametrize(("name", "width"), SMALL)
def test_that_both_taps_lie_at_a_quarter_of_the_resolution(name: str, width: float) -> None:
    network = build_network(NetworkConfig(name, 1, 3, width)).eval()  # type: ignore[arg-type]
    with torch.no_grad():
        taps: Taps = network(torch.zeros(1, 1, 64, 128))
    assert taps.shallow.shape[2:] == taps.deep.shape[2:] == (16, 32)
    assert (taps.shallow.shape[1], taps.deep.shape[1]) == tap_channels(network, 1)


@pytest.mark.parametrize("name", ["lite_unet", "mobile_unet"])
def test_that_a_student_has_equal_taps_of_24_channels(name: str) -> None:
    assert tap_channels(build_network(NetworkConfig(name, 1, 8)), 1) == (24, 24)  # type: ignore[arg-type]


def test_that_asking_for_tap_channels_leaves_the_mode_as_it_was() -> None:
    network = build_network(NetworkConfig("mobile_unet", 1, 2, 0.25)).train()
    tap_channels(network, 1)
    assert network.training


@pytest.mark.parametrize("name", ["lite_unet", "mobile_unet"])
def test_that_onnx_runtime_repeats_what_torch_computed(name: str, tmp_path: Path) -> None:
    import onnxruntime

    torch.manual_seed(0)
    network = build_network(NetworkConfig(name, 2, 5)).eval()  # type: ignore[arg-type]
    export_student(network, tmp_path / "s.onnx", channels=2)
    assert (tmp_path / "s.onnx").stat().st_size < 20e6
    session = onnxruntime.InferenceSession(str(tmp_path / "s.onnx"), providers=["CPUExecutionProvider"])
    for batch, rows, cols in ((1, 64, 64), (3, 96, 160)):
        image = torch.randn(batch, 2, rows, cols)
        with torch.no_grad():
            taps: Taps = network(image)
        (found,) = session.run(["logits"], {"image": image.numpy()})
        assert np.abs(found - taps.logits.numpy()).max() < 1e-4


def test_that_the_imagenet_encoder_sees_a_grey_image_as_a_grey_photograph() -> None:
    weights = resource_dir() / "weights" / "efficientnet_lite0_imagenet.safetensors"
    colour, grey = LiteEncoder(3), LiteEncoder(1)
    load_imagenet(colour, weights)
    load_imagenet(grey, weights)
    from safetensors.torch import load_file

    with torch.no_grad():
        colour.stem[1].weight.copy_(load_file(weights)["_conv_stem.weight"])  # type: ignore[operator,union-attr]
        image = torch.rand(1, 1, 64, 64)
        one, other = colour.eval()(image.expand(-1, 3, -1, -1)), grey.eval()(image)
    assert float((one.quarter - other.quarter).abs().max()) < 1e-4


def test_that_missing_or_foreign_imagenet_weights_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    with pytest.raises(ModelError, match="ImageNet"):
        load_imagenet(LiteEncoder(1), tmp_path / "none.safetensors")
    save_file({"other": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="ImageNet"):
        load_imagenet(LiteEncoder(1), tmp_path / "other.safetensors")


def test_that_a_paraphraser_keeps_the_size_and_says_it_in_the_students_channels() -> None:
    paraphraser = Paraphraser(12, 5)
    features = torch.randn(2, 12, 8, 6)
    assert paraphraser.encode(features).shape == (2, 5, 8, 6)
    assert paraphraser(features).shape == features.shape


@pytest.mark.parametrize(("channels", "expected"), [(1, 8), (24, 24), (36, 40), (100, 104), (12, 16)])
def test_that_channels_are_rounded_to_multiples_of_eight(channels: float, expected: int) -> None:
    assert round_channels(channels) == expected


def test_that_networks_that_make_no_sense_are_refused() -> None:
    for document in (
        {"name": "vgg", "in_channels": 1, "num_classes": 2},
        {"name": "fanet", "in_channels": 0, "num_classes": 2},
        {"name": "fanet", "in_channels": 1, "num_classes": 1},
        {"name": "fanet", "in_channels": 1, "num_classes": 2, "depth": 3},
    ):
        with pytest.raises(TrainingError):
            NetworkConfig.from_json(document)
