"""Mobile U-Net: MobileNetV2 as encoder, four decoder stages of inverted residuals.

The student of the Graph Flow paper (arXiv 2203.08667), without its squeeze to three channels before the class
scores, which is a handicap with more than three classes.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import interpolate

from training.networks.blocks import ConvNorm, InvertedResidual, UpInverted, round_channels
from training.networks.record import Taps

__all__ = ["MobileUNet"]

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, channels, blocks and stride of MobileNetV2's stages (arXiv 1801.04381, table 2)."""

TAP_CHANNELS = 24


class MobileUNet(nn.Module):
    """MobileNetV2 encoder and inverted-residual decoder.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of the channels; the taps keep ``round(24 * width)``.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0) -> None:
        super().__init__()
        widths = [round_channels(c * width) for _, c, _, _ in STAGES]
        stem = round_channels(32 * width)
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
        self.up16 = UpInverted(widths[6], widths[4], widths[4])
        self.up8 = UpInverted(widths[4], widths[2], widths[2])
        self.up4 = UpInverted(widths[2], widths[1], widths[1])
        self.up2 = UpInverted(widths[1], widths[0], widths[0])
        self.head = nn.Conv2d(widths[0], num_classes, 3, padding=1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps."""
        features = []
        y: Tensor = self.stem(x)
        for stage in self.stages:
            y = stage(y)
            features.append(y)
        half, shallow, eighth, sixteenth = features[0], features[1], features[2], features[4]
        y = self.up8(self.up16(features[6], sixteenth), eighth)
        deep = self.up4(y, shallow)
        logits = self.head(self.up2(deep, half))
        return Taps(interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False), shallow, deep)
