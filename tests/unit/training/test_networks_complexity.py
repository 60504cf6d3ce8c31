"""Parameters and multiply-adds against the paper's table and against torch's own counter."""

from __future__ import annotations

import json

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from gf_desktop.errors import TrainingError
from training.config import NetworkConfig
from training.networks import build_network
from training.networks.complexity import describe_networks, macs, networks_json, networks_table
from training.networks.discriminator import Discriminator

PARAMETERS = {"fanet": 38.3e6, "transunet": 105e6, "mobile_unet": 4.68e6, "enet": 0.349e6, "erfnet": 2.063e6}
MULTIPLY_ADDS = {"fanet": 167e9, "mobile_unet": 0.96e9, "enet": 0.46e9, "erfnet": 3.30e9}

# between them they hold every kind of layer that is counted
TINY = [
    NetworkConfig("mobile_unet", 2, 3, 0.25),
    NetworkConfig("erfnet", 1, 3, 0.25),
    NetworkConfig("fanet", 1, 3, 0.125),
    NetworkConfig("transunet", 1, 3, 0.125, 0.25),
]


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, int]]:
    return describe_networks()


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_that_the_parameters_are_within_two_percent_of_the_table(name: str, described: dict[str, dict[str, int]]) -> None:
    assert described[name]["params"] == pytest.approx(PARAMETERS[name], rel=0.02)


@pytest.mark.parametrize("name", list(MULTIPLY_ADDS))
def test_that_the_multiply_adds_are_within_five_percent_of_the_table(name: str, described: dict[str, dict[str, int]]) -> None:
    assert described[name]["macs_256"] == pytest.approx(MULTIPLY_ADDS[name], rel=0.05)


@pytest.mark.parametrize("config", TINY, ids=lambda config: config.name)
def test_that_torchs_own_counter_finds_the_same_multiply_adds(config: NetworkConfig) -> None:
    with torch.device("meta"):
        network = build_network(config).eval()
        image = torch.empty(1, config.in_channels, 64, 96)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(image)
    assert macs(network, (64, 96)) == counter.get_total_flops() // 2


def test_that_the_discriminators_attention_is_counted() -> None:
    critic = Discriminator(3, width=0.125)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        critic.eval()(torch.zeros(1, 3, 64, 64))
    # the norms' power iteration rests in evaluation mode, but each convolution's norm is two small products
    norms = sum(2 * 2 * m.weight.numel() for m in critic.body if hasattr(m, "parametrizations"))
    assert macs(critic, 64, in_channels=3) == pytest.approx(counter.get_total_flops() / 2, abs=norms)


def test_that_counting_leaves_no_hook_and_changes_nothing() -> None:
    network = build_network(NetworkConfig("mobile_unet", 1, 3, 0.25)).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert macs(network, 64) * 4 == macs(network, 128)
    assert network.training
    assert not any(module._forward_hooks for module in network.modules())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    with pytest.raises(TrainingError):
        macs(network, 48)
    assert not any(module._forward_hooks for module in network.modules())


def test_that_the_json_and_the_table_name_every_network(described: dict[str, dict[str, int]]) -> None:
    assert set(described) == {"lite_unet", "mobile_unet", "enet", "erfnet", "lite_fanet", "fanet", "transunet"}
    assert json.loads(networks_json(described)) == described
    rows = {line.split()[0]: line.split()[1:] for line in networks_table(described).splitlines()[1:]}
    assert set(rows) == set(described)
    assert float(rows["fanet"][0]) == pytest.approx(described["fanet"]["params"] / 1e6, abs=1e-3)
    assert float(rows["fanet"][1]) == pytest.approx(described["fanet"]["macs_256"] / 1e9, abs=1e-2)
