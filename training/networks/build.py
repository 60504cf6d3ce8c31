"""From a network's configuration to the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from training.config import NetworkConfig
from training.networks.enet import ENet
from training.networks.erfnet import ERFNet
from training.networks.fanet import FANet, LiteFANet
from training.networks.lite_unet import LiteUNet
from training.networks.mobile_unet import MobileUNet
from training.networks.record import Taps
from training.networks.sides import SMALLEST_PX
from training.networks.transunet import TransUNet

__all__ = ["build_network", "evaluating", "tap_channels"]


def build_network(config: NetworkConfig) -> nn.Module:
    """Return the network of a configuration with fresh weights, in memory order channels-last.

    The weights come from torch's global generator.
    """
    channels, classes, width = config.in_channels, config.num_classes, config.width
    kinds: dict[str, Callable[[], nn.Module]] = {
        "enet": lambda: ENet(channels, classes, width),
        "erfnet": lambda: ERFNet(channels, classes, width),
        "fanet": lambda: FANet(channels, classes, width),
        "lite_fanet": lambda: LiteFANet(channels, classes, width),
        "lite_unet": lambda: LiteUNet(channels, classes, width),
        "mobile_unet": lambda: MobileUNet(channels, classes, width),
        "transunet": lambda: TransUNet(channels, classes, width, depth=config.depth),
    }
    network = kinds[config.name]()
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Put a network into evaluation mode, and afterwards each of its layers into the mode that it was in."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def tap_channels(network: nn.Module, in_channels: int) -> tuple[int, int]:
    """Return the number of channels of the shallow and of the deep tap; found by running the smallest image."""
    device = next(network.parameters()).device
    with evaluating(network), torch.no_grad():
        taps: Taps = network(torch.zeros(1, in_channels, SMALLEST_PX, SMALLEST_PX, device=device))
    return taps.shallow.shape[1], taps.deep.shape[1]
