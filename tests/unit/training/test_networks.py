"""What holds for every network: sizes, taps, channels, classes, batches, gradients, refusals."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from gf_desktop.errors import TrainingError
from training.config import NetworkConfig
from training.networks import Taps, build_network, tap_channels
from training.networks.blocks import round_channels
from training.networks.paraphraser import Paraphraser

SMALL: dict[str, dict[str, float]] = {
    "lite_unet": {"width": 0.5},
    "mobile_unet": {"width": 0.25},
    "enet": {"width": 0.25},
    "erfnet": {"width": 0.25},
    "lite_fanet": {"width": 0.5},
    "fanet": {"width": 0.125},
    "transunet": {"width": 0.125, "depth": 0.25},
}

NAMED_TAPS = {
    "lite_unet": ("encoder.stages.1", "up4"),
    "mobile_unet": ("stages.1", "up4"),
    "enet": ("stage1", "stage4"),
    "erfnet": ("down4", "decode4"),
    "lite_fanet": ("encoder.stages.2", "up3"),
    "fanet": ("level3", "up3"),
    "transunet": ("stem.quarter", "up4"),
}

every_network = pytest.mark.parametrize("name", list(SMALL))


def small(name: str, *, channels: int = 1, classes: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return build_network(NetworkConfig(name, channels, classes, **SMALL[name]))  # type: ignore[arg-type]


@every_network
@pytest.mark.parametrize(("channels", "classes"), [(1, 2), (3, 9), (37, 4)])
def test_that_every_network_takes_any_channels_and_classes(name: str, channels: int, classes: int) -> None:
    network = small(name, channels=channels, classes=classes).eval()
    with torch.no_grad():
        taps: Taps = network(torch.rand(2, channels, 64, 96))
    assert taps.logits.shape == (2, classes, 64, 96)
    assert bool(torch.isfinite(taps.logits).all())


@every_network
def test_that_both_taps_lie_at_a_quarter_of_the_resolution(name: str) -> None:
    network = small(name).eval()
    with torch.no_grad():
        taps: Taps = network(torch.zeros(1, 1, 64, 128))
    assert taps.shallow.shape[2:] == taps.deep.shape[2:] == (16, 32)
    assert (taps.shallow.shape[1], taps.deep.shape[1]) == tap_channels(network, 1)


@every_network
def test_that_each_tap_is_what_the_named_layer_gives(name: str) -> None:
    network = small(name).eval()
    seen: dict[str, torch.Tensor] = {}
    for layer in NAMED_TAPS[name]:
        network.get_submodule(layer).register_forward_hook(lambda _m, _i, out, layer=layer: seen.update({layer: out.clone()}))
    with torch.no_grad():
        taps: Taps = network(torch.rand(1, 1, 64, 64))
    shallow, deep = (seen[layer] for layer in NAMED_TAPS[name])
    assert torch.equal(taps.shallow, shallow)
    assert torch.equal(taps.deep, deep)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lite_unet", (24, 24)),
        ("mobile_unet", (24, 24)),
        ("enet", (64, 64)),
        ("erfnet", (64, 64)),
        ("lite_fanet", (40, 64)),
        ("fanet", (256, 256)),
        ("transunet", (256, 128)),
    ],
)
def test_that_the_taps_of_full_width_have_the_channels_of_the_specification(name: str, expected: tuple[int, int]) -> None:
    with torch.device("meta"):
        network = build_network(NetworkConfig(name, 1, 9))  # type: ignore[arg-type]
    assert tap_channels(network, 1) == expected


def test_that_asking_for_tap_channels_leaves_mode_weights_and_random_numbers_as_they_were() -> None:
    network = small("enet").train()
    network.get_submodule("stage1").eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    tap_channels(network, 1)
    assert network.training
    assert not network.get_submodule("stage1").training
    assert network.get_submodule("stage2").training
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@every_network
def test_that_the_order_of_a_batch_and_its_size_change_no_image(name: str) -> None:
    network = small(name).eval()
    images = torch.randn(3, 1, 64, 64)
    with torch.no_grad():
        together: Taps = network(images)
        turned: Taps = network(images.flip(0))
        alone: Taps = network(images[1:2])
    for one, other, single in zip(together, turned, alone, strict=True):
        assert torch.allclose(one, other.flip(0), atol=1e-4, rtol=1e-4)
        assert torch.allclose(one[1:2], single, atol=1e-4, rtol=1e-4)


@every_network
def test_that_the_memory_order_of_the_image_changes_no_number(name: str) -> None:
    network = small(name, channels=3).eval()
    image = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        one: Taps = network(image)
        other: Taps = network(image.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(one.logits, other.logits, atol=1e-4, rtol=1e-4)


@every_network
def test_that_a_gradient_reaches_every_parameter(name: str) -> None:
    # in evaluation mode: a batch norm in training takes off any bias before it, and dropout whole channels
    network = small(name).eval()
    taps: Taps = network(torch.randn(2, 1, 64, 64))
    (taps.logits * torch.randn_like(taps.logits)).sum().backward()
    for parameter_name, parameter in network.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert bool(torch.isfinite(parameter.grad).all()), parameter_name
        assert float(parameter.grad.abs().max()) > 0, parameter_name


@every_network
def test_that_a_step_on_a_single_smallest_image_stays_finite(name: str) -> None:
    network = small(name).train()
    taps: Taps = network(torch.randn(1, 1, 64, 64))
    taps.logits.square().mean().backward()
    assert all(bool(torch.isfinite(p.grad).all()) for p in network.parameters() if p.grad is not None)
    with torch.no_grad():
        after: Taps = network.eval()(torch.randn(1, 1, 64, 64))
    assert bool(torch.isfinite(after.logits).all())


@every_network
def test_that_an_image_that_a_network_cannot_take_is_refused(name: str) -> None:
    network = small(name)
    for shape in ((1, 1, 32, 64), (1, 1, 64, 32), (1, 1, 80, 64), (1, 1, 64, 100), (1, 2, 64, 64), (1, 64, 64)):
        with pytest.raises(TrainingError, match="A network") as caught:
            network(torch.zeros(shape))
        assert caught.value.next_step


@pytest.mark.parametrize("name", ["enet", "erfnet", "transunet"])
def test_that_dropout_is_drawn_from_torchs_generator_and_only_in_training(name: str) -> None:
    network = small(name).train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.0
    image = torch.randn(1, 1, 64, 64)

    def logits(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        taps: Taps = network(image)
        return taps.logits.detach()

    assert torch.equal(logits(1), logits(1))
    assert not torch.equal(logits(1), logits(2))
    network.eval()
    assert torch.equal(logits(1), logits(2))


@every_network
def test_that_equal_seeds_give_equal_weights(name: str) -> None:
    one, other = small(name).state_dict(), small(name).state_dict()
    assert all(torch.equal(value, other[key]) for key, value in one.items())


def test_that_a_paraphraser_keeps_the_size_and_says_it_in_the_students_channels() -> None:
    paraphraser = Paraphraser(12, 5)
    features = torch.randn(2, 12, 8, 6)
    assert paraphraser.encode(features).shape == (2, 5, 8, 6)
    assert paraphraser(features).shape == features.shape


@pytest.mark.parametrize(("channels", "expected"), [(1, 8), (24, 24), (36, 40), (100, 104), (12, 16)])
def test_that_channels_are_rounded_to_multiples_of_eight(channels: float, expected: int) -> None:
    assert round_channels(channels) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "vgg"},
        {"in_channels": 0},
        {"in_channels": 1.5},
        {"in_channels": "1"},
        {"num_classes": 1},
        {"num_classes": True},
        {"width": 0},
        {"width": 5},
        {"width": math.nan},
        {"width": "wide"},
        {"depth": 0.5},
        {"name": "transunet", "depth": 0},
        {"name": "transunet", "depth": 9},
        {"height": 1},
    ],
)
def test_that_networks_that_make_no_sense_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(TrainingError):
        NetworkConfig.from_json({"name": "fanet", "in_channels": 1, "num_classes": 2} | changed)


def test_that_a_card_without_a_depth_is_read_and_a_depth_survives() -> None:
    old = NetworkConfig.from_json({"name": "lite_unet", "in_channels": 1, "num_classes": 8, "width": 1.0})
    assert old == NetworkConfig("lite_unet", 1, 8)
    deep = NetworkConfig("transunet", 3, 9, 0.25, 0.5)
    assert NetworkConfig.from_json(deep.as_json()) == deep
