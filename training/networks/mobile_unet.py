"""Mobile U-Net: MobileNetV2 as encoder, four decoder stages of inverted residuals.

The student of the Graph Flow paper (arXiv 2203.08667), without its squeeze to three channels before the class
scores, which is a handicap with more than three classes.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import interpolate

from training.networks.blocks import ConvNorm, InvertedResidual, UpInverted, round_channels
from training.networks.record import Taps
from training.networks.sides import check_image

__all__ = ["MobileUNet"]

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, channels, blocks and stride of MobileNetV2's stages (arXiv 1801.04381, table 2)."""

STEM_CHANNELS = 32

LAST_CHANNELS = 1280
"""Of MobileNetV2's last convolution, from which the decoder begins."""

UP_KERNEL = 4
"""Of the transposed convolutions; the first of them holds two fifths of the network's parameters."""


class MobileUNet(nn.Module):
    """MobileNetV2 encoder and inverted-residual decoder.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of the channels, those of the last convolution included; the taps have ``round(24 * width)``.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0) -> None:
        super().__init__()
        self.in_channels = in_channels
        half, quarter, eighth, _, sixteenth, _, bottom = widths = [round_channels(c * width) for _, c, _, _ in STAGES]
        stem, last = round_channels(STEM_CHANNELS * width), round_channels(LAST_CHANNELS * width)
        self.stem = ConvNorm(in_channels, stem, kernel=3, stride=2)
        stages: list[nn.Module] = []
        c_in = stem
        for (expand, _, count, stride), c_out in zip(STAGES, widths, strict=True):
            blocks = []
            for index in range(count):
                blocks.append(InvertedResidual(c_in, c_out, stride=stride if index == 0 else 1, expand=expand))
                c_in = c_out
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.last = ConvNorm(bottom, last)
        self.up16 = UpInverted(last, sixteenth, sixteenth, kernel=UP_KERNEL)
        self.up8 = UpInverted(sixteenth, eighth, eighth, kernel=UP_KERNEL)
        self.up4 = UpInverted(eighth, quarter, quarter, kernel=UP_KERNEL)
        self.up2 = UpInverted(quarter, half, half, kernel=UP_KERNEL)
        self.head = nn.Conv2d(half, num_classes, 3, padding=1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps.

        The shallow tap is MobileNetV2's second stage, the deep tap the third decoder stage, after its skip.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        features = []
        y: Tensor = self.stem(x)
        for stage in self.stages:
            y = stage(y)
            features.append(y)
        half, shallow, eighth, sixteenth = features[0], features[1], features[2], features[4]
        y = self.up8(self.up16(self.last(features[6]), sixteenth), eighth)
        deep = self.up4(y, shallow)
        logits = self.head(self.up2(deep, half))
        return Taps(interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False), shallow, deep)
