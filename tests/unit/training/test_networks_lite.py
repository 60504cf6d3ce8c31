"""The networks of the shipped pack: its weights load, its numbers stay, ImageNet weights enter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from gf_desktop.errors import ModelError
from gf_desktop.resources import resource_dir
from training.config import NetworkConfig
from training.dataset import read_replay
from training.networks import Taps, build_network
from training.networks.lite_encoder import LiteEncoder, load_imagenet
from training.packs import load_pack

SHAPES = {"lite_unet": "54e27a64479f25e3", "lite_fanet": "43dcd511f5d89a2d"}
"""Start of the SHA-256 of the names and shapes of the weights, one channel and eight classes, as first shipped."""

FIRST_SHIPPED = {
    "lite_unet": ((-0.01266, 0.13128), (0.08737, 1.25044), (-0.08835, 1.01123)),
    "lite_fanet": ((0.55147, 0.23343), (-0.02374, 1.97855), (-0.01454, 0.41644)),
}
"""Mean and standard deviation of logits, shallow and deep tap of ``waves`` in the code that trained the first pack."""


def fill_with_waves(network: nn.Module) -> None:
    """Give a network weights that depend on nothing but their names' order, so that its numbers can be written down."""
    for number, (name, tensor) in enumerate(sorted(network.state_dict().items())):
        if not tensor.is_floating_point():
            continue
        wave = torch.sin(0.7 * torch.arange(tensor.numel(), dtype=torch.float64) + number).reshape(tensor.shape)
        if tensor.dim() == 4:
            value = wave * (3.0 / tensor[0].numel()) ** 0.5
        elif name.endswith("running_var"):
            value = 1 + 0.3 * wave
        elif name.endswith("weight"):
            value = 1 + 0.2 * wave
        else:
            value = 0.1 * wave
        tensor.copy_(value)


@pytest.mark.parametrize("name", list(SHAPES))
def test_that_names_and_shapes_of_the_weights_are_those_first_shipped(name: str) -> None:
    network = build_network(NetworkConfig(name, 1, 8))  # type: ignore[arg-type]
    text = "\n".join(f"{key} {tuple(value.shape)}" for key, value in network.state_dict().items())
    assert hashlib.sha256(text.encode()).hexdigest().startswith(SHAPES[name])


@pytest.mark.parametrize("name", list(FIRST_SHIPPED))
def test_that_equal_weights_give_the_numbers_first_shipped(name: str) -> None:
    network = build_network(NetworkConfig(name, 1, 3, 0.5)).eval()  # type: ignore[arg-type]
    fill_with_waves(network)
    with torch.no_grad():
        taps: Taps = network(torch.cos(torch.arange(64 * 96, dtype=torch.float32) * 0.05).reshape(1, 1, 64, 96))
    for found, (mean, std) in zip(taps, FIRST_SHIPPED[name], strict=True):
        assert float(found.mean()) == pytest.approx(mean, abs=1e-3)
        assert float(found.std()) == pytest.approx(std, abs=1e-3)


def test_that_the_shipped_pack_loads_and_its_networks_know_their_own_slices() -> None:
    folder = resource_dir() / "models" / "abdomen-ct"
    pack = load_pack(folder)
    slices, _ = read_replay(folder / "replay.npz", pack.card.table)
    spec = pack.card.preprocess
    images = (slices.images[:1].float() - spec.mean) / spec.std
    truth = slices.targets[:1].argmax(1)
    session = onnxruntime.InferenceSession(str(folder / "student.onnx"), providers=["CPUExecutionProvider"])
    for network in (pack.models.student, pack.models.teacher):
        with torch.no_grad():
            taps: Taps = network(images)
        agreement = float((taps.logits.argmax(1) == truth).float().mean())
        assert agreement > 0.9
        if network is pack.models.student:
            (shipped,) = session.run(["logits"], {"image": images.numpy()})
            assert np.abs(shipped - taps.logits.numpy()).max() < 1e-3


def test_that_the_imagenet_encoder_sees_a_grey_image_as_a_grey_photograph() -> None:
    weights = resource_dir() / "weights" / "efficientnet_lite0_imagenet.safetensors"
    colour, grey = LiteEncoder(3), LiteEncoder(1)
    load_imagenet(colour, weights)
    load_imagenet(grey, weights)

    with torch.no_grad():
        colour.stem[1].weight.copy_(load_file(weights)["_conv_stem.weight"])  # type: ignore[operator,union-attr]
        image = torch.rand(1, 1, 64, 64)
        one, other = colour.eval()(image.expand(-1, 3, -1, -1)), grey.eval()(image)
    assert float((one.quarter - other.quarter).abs().max()) < 1e-4


def test_that_missing_or_foreign_imagenet_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ImageNet"):
        load_imagenet(LiteEncoder(1), tmp_path / "none.safetensors")
    save_file({"other": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="ImageNet"):
        load_imagenet(LiteEncoder(1), tmp_path / "other.safetensors")
