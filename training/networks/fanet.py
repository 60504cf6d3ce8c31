"""FANet: the teacher of the Graph Flow paper.

A four-level U-Net of selective-kernel residual blocks (5x5 beside 3x3, arXiv 1903.06586) with strip pooling
(arXiv 2003.13328) in the decoder. Channels, taps and the number of parameters are the paper's (arXiv 2203.08667); how
its blocks are put together is a reconstruction that fits these: two blocks a stage give its parameters within 1 % and
its multiply-adds within 2 %. Group norm stands in the place of batch norm, because a refinement fine-tunes it with few
images.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from training.networks.blocks import round_channels
from training.networks.lite_encoder import LITE_CHANNELS, LiteEncoder
from training.networks.record import Taps
from training.networks.sides import check_image

__all__ = ["FANet", "LiteFANet"]

CHANNELS = (64, 128, 256, 512)
LITE_DECODER = (16, 32, 64, 96)

GROUP = 8
"""Channels of a group of the group norm."""


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, channels // GROUP), channels)


class SelectiveKernel(nn.Module):
    """Residual block that weighs a 3x3 against a 5x5 convolution, channel by channel."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1, bias=False), _norm(c_out), nn.ReLU(inplace=True))
        self.small = nn.Sequential(nn.Conv2d(c_out, c_out, 3, padding=1, bias=False), _norm(c_out), nn.ReLU(inplace=True))
        self.large = nn.Sequential(nn.Conv2d(c_out, c_out, 5, padding=2, bias=False), _norm(c_out), nn.ReLU(inplace=True))
        squeezed = max(8, c_out // 4)
        self.choose = nn.Sequential(nn.Conv2d(c_out, squeezed, 1), nn.ReLU(inplace=True), nn.Conv2d(squeezed, c_out, 1))
        self.short_cut = nn.Identity() if c_in == c_out else nn.Conv2d(c_in, c_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, c_out, height, width]."""
        y = self.enter(x)
        small, large = self.small(y), self.large(y)
        share = torch.sigmoid(self.choose((small + large).mean(dim=(2, 3), keepdim=True)))
        result: Tensor = torch.relu(self.short_cut(x) + share * small + (1 - share) * large)
        return result


class StripPooling(nn.Module):
    """Gate features by their averages over whole rows and whole columns.

    Parameters
    ----------
    padding
        How the strips go on at their ends. "replicate" keeps their level; "zeros" lets the gate differ along the
        border of the image.
    """

    def __init__(self, channels: int, *, padding: Literal["zeros", "replicate"] = "zeros") -> None:
        super().__init__()
        self.rows = nn.Conv2d(channels, channels, (3, 1), padding=(1, 0), padding_mode=padding)
        self.cols = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1), padding_mode=padding)
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same shape."""
        rows = self.rows(x.mean(dim=3, keepdim=True))
        cols = self.cols(x.mean(dim=2, keepdim=True))
        return x * torch.sigmoid(self.mix(torch.relu(rows + cols)))


def _stage(c_in: int, c_out: int) -> nn.Sequential:
    return nn.Sequential(SelectiveKernel(c_in, c_out), SelectiveKernel(c_out, c_out))


def _decoder_stage(c_in: int, c_out: int) -> nn.Sequential:
    return nn.Sequential(*_stage(c_in, c_out), StripPooling(c_out, padding="replicate"))


class FANet(nn.Module):
    """Selective-kernel U-Net with strip pooling; its four levels lie at 1, 1/2, 1/4 and 1/8 of the resolution.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of 64, 128, 256, 512 channels; a quarter or less is what a laptop can fine-tune.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0) -> None:
        super().__init__()
        self.in_channels = in_channels
        c1, c2, c3, c4 = (round_channels(c * width) for c in CHANNELS)
        self.level1 = _stage(in_channels, c1)
        self.level2 = _stage(c1, c2)
        self.level3 = _stage(c2, c3)
        self.bottom = _stage(c3, c4)
        self.pool = nn.MaxPool2d(2)
        self.up3 = nn.ConvTranspose2d(c4, c3, 2, stride=2)
        self.join3 = _decoder_stage(2 * c3, c3)
        self.up2 = nn.ConvTranspose2d(c3, c2, 2, stride=2)
        self.join2 = _decoder_stage(2 * c2, c2)
        self.up1 = nn.ConvTranspose2d(c2, c1, 2, stride=2)
        self.join1 = _decoder_stage(2 * c1, c1)
        self.head = nn.Conv2d(c1, num_classes, 1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps.

        The shallow tap is the third encoder stage; the deep tap is the up-convolution of the bottleneck to a quarter
        of the resolution, before the skip is joined, without a non-linearity.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        one = self.level1(x)
        two = self.level2(self.pool(one))
        shallow = self.level3(self.pool(two))
        deep = self.up3(self.bottom(self.pool(shallow)))
        y = self.join3(torch.cat([deep, shallow], dim=1))
        y = self.join2(torch.cat([self.up2(y), two], dim=1))
        logits = self.head(self.join1(torch.cat([self.up1(y), one], dim=1)))
        return Taps(logits, shallow, deep)


class LiteFANet(nn.Module):
    """FANet's decoder on an EfficientNet-Lite0 encoder that sees the image at twice its size.

    One patient does not suffice to train FANet from random weights; this teacher begins with ImageNet's, and its
    taps lie where FANet's lie: an encoder stage and the up-convolution before its skip, both at 1/4.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of the decoder's channels; the encoder keeps its own.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.encoder = LiteEncoder(in_channels)
        full, half, quarter, eighth, bottom = LITE_CHANNELS
        c1, c2, c3, c4 = (round_channels(c * width) for c in LITE_DECODER)
        self.up4 = nn.ConvTranspose2d(bottom, c4, 2, stride=2)
        self.join4 = nn.Sequential(SelectiveKernel(c4 + eighth, c4), StripPooling(c4))
        self.up3 = nn.ConvTranspose2d(c4, c3, 2, stride=2)
        self.join3 = nn.Sequential(SelectiveKernel(c3 + quarter, c3), StripPooling(c3))
        self.up2 = nn.ConvTranspose2d(c3, c2, 2, stride=2)
        self.join2 = nn.Sequential(SelectiveKernel(c2 + half, c2), StripPooling(c2))
        self.up1 = nn.ConvTranspose2d(c2, c1, 2, stride=2)
        self.join1 = SelectiveKernel(c1 + full, c1)
        self.head = nn.Conv2d(c1, num_classes, 1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        pyramid = self.encoder(interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False))
        y = self.join4(torch.cat([self.up4(pyramid.bottom), pyramid.sixteenth], dim=1))
        deep = self.up3(y)
        y = self.join3(torch.cat([deep, pyramid.eighth], dim=1))
        y = self.join2(torch.cat([self.up2(y), pyramid.quarter], dim=1))
        logits = self.head(self.join1(torch.cat([self.up1(y), pyramid.half], dim=1)))
        return Taps(logits, pyramid.eighth, deep)
