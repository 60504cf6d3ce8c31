"""How large and how costly the networks are: parameters and multiply-adds, counted layer by layer."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from typing import cast, get_args, get_type_hints

import torch
from torch import Tensor, nn
from torch.func import functional_call

from training.config import NetworkConfig
from training.networks.build import build_network, evaluating
from training.networks.discriminator import SelfAttention
from training.networks.transunet import Attention

__all__ = ["count_parameters", "describe_networks", "macs", "networks_json", "networks_table"]

SIZE_PX = 256
"""Side of the image for which multiply-adds are told."""

NAMES: tuple[str, ...] = get_args(get_type_hints(NetworkConfig)["name"])


def count_parameters(network: nn.Module) -> int:
    """Return the number of learned values; running statistics are none."""
    return sum(parameter.numel() for parameter in network.parameters())


def macs(network: nn.Module, size: int | tuple[int, int] = SIZE_PX, *, in_channels: int | None = None) -> int:
    """Return the multiply-adds of one forward pass for one image.

    Convolutions, transposed convolutions, linear layers and the two matrix products of an attention are counted;
    norms, activations, pooling and interpolation are not. Nothing is computed: the layers see shapes only.

    Parameters
    ----------
    size
        Side of the image in pixels, or height and width.
    in_channels
        Of the image; by default those that the network was built for (``network.in_channels``).

    Raises
    ------
    TrainingError
        When the network does not take an image of this size.
    """
    height, width = (size, size) if isinstance(size, int) else size
    channels = cast("int", network.in_channels) if in_channels is None else in_channels
    counts: list[int] = []
    hooks = [module.register_forward_hook(_counter(counts)) for module in network.modules() if isinstance(module, COUNTED)]
    # torch's meta device holds shapes without values: no number is computed and no weight is copied
    weights: dict[str, Tensor] = {name: value.detach().to("meta") for name, value in network.named_parameters()}
    weights |= {name: value.to("meta") for name, value in network.named_buffers()}
    try:
        with evaluating(network), torch.no_grad():
            functional_call(network, weights, (torch.empty(1, channels, height, width, device="meta"),))
    finally:
        for hook in hooks:
            hook.remove()
    return sum(counts)


COUNTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, Attention, SelfAttention)


def _counter(counts: list[int]) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        counts.append(_layer_macs(layer, inputs[0], output))

    return count


def _layer_macs(layer: nn.Module, x: Tensor, y: Tensor) -> int:
    if isinstance(layer, Attention | SelfAttention):
        return layer.attention_macs(x)
    if isinstance(layer, nn.Linear):
        return y.numel() * layer.in_features
    if isinstance(layer, nn.ConvTranspose2d):
        # every input value is spread over a kernel of every output channel of its group
        return x.numel() * layer.out_channels // layer.groups * prod(layer.kernel_size)
    assert isinstance(layer, nn.Conv2d)
    return y.numel() * layer.in_channels // layer.groups * prod(layer.kernel_size)


def describe_networks(*, in_channels: int = 1, num_classes: int = 9) -> dict[str, dict[str, int]]:
    """Return {name: {"params": parameters, "macs_256": multiply-adds at 256x256}} of every network at width and depth 1.

    The networks are built without values, so this costs no memory and seconds at most.
    """
    described = {}
    for name in NAMES:
        with torch.device("meta"):
            network = build_network(NetworkConfig(name, in_channels, num_classes))  # type: ignore[arg-type]
        described[name] = {"params": count_parameters(network), "macs_256": macs(network, SIZE_PX)}
    return described


def networks_json(described: dict[str, dict[str, int]]) -> str:
    """Return what ``describe_networks`` gave as JSON."""
    return json.dumps(described, indent=1)


def networks_table(described: dict[str, dict[str, int]]) -> str:
    """Return what ``describe_networks`` gave as plain text, in millions of parameters and 10^9 multiply-adds."""
    lines = [f"{'network':<12} {'parameters (M)':>15} {'multiply-adds at 256 x 256 (G)':>31}"]
    for name, counts in described.items():
        lines.append(f"{name:<12} {counts['params'] / 1e6:>15.3f} {counts['macs_256'] / 1e9:>31.2f}")
    return "\n".join(lines)
