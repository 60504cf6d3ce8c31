"""From a network's configuration to the network."""

from __future__ import annotations

import torch
from torch import nn

from training.config import NetworkConfig
from training.networks.fanet import FANet, LiteFANet
from training.networks.lite_unet import LiteUNet
from training.networks.mobile_unet import MobileUNet
from training.networks.record import Taps

__all__ = ["build_network", "tap_channels"]

SMALLEST_PX = 64


def build_network(config: NetworkConfig) -> nn.Module:
    """Return the network of a configuration with fresh weights, in memory order channels-last."""
    kinds: dict[str, type[FANet | LiteFANet | LiteUNet | MobileUNet]] = {
        "fanet": FANet,
        "lite_fanet": LiteFANet,
        "lite_unet": LiteUNet,
        "mobile_unet": MobileUNet,
    }
    network: nn.Module = kinds[config.name](config.in_channels, config.num_classes, config.width)
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def tap_channels(network: nn.Module, in_channels: int) -> tuple[int, int]:
    """Return the number of channels of the shallow and of the deep tap."""
    was_training = network.training
    network.eval()
    with torch.no_grad():
        taps: Taps = network(torch.zeros(1, in_channels, SMALLEST_PX, SMALLEST_PX))
    network.train(was_training)
    return taps.shallow.shape[1], taps.deep.shape[1]
