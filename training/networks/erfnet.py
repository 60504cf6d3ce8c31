"""ERFNet (IEEE T-ITS 2018, doi 10.1109/TITS.2017.2750080): a student of two million parameters.

Residual blocks of one-dimensional convolutions, dilated at 1/8 of the resolution, and a short decoder without skips.
"""

from __future__ import annotations

from torch import Tensor, nn

from training.networks.blocks import BN_EPS, BN_MOMENTUM, ConvBesidePool, round_channels
from training.networks.record import Taps
from training.networks.sides import check_image

__all__ = ["ERFNet"]

CHANNELS = (16, 64, 128)
"""At 1/2, 1/4 and 1/8 of the resolution."""

EARLY_BLOCKS = 5
DILATIONS = (2, 4, 8, 16, 2, 4, 8, 16)

EARLY_DROP, DROP = 0.03, 0.3
"""Chance that a channel is dropped at 1/4 and at 1/8; drawn from torch's global generator."""


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BN_EPS, momentum=BN_MOMENTUM)


def _lines(channels: int, dilation: int) -> list[nn.Module]:
    """Return a 3x1 and a 1x3 convolution; the second has no bias, as batch norm would take it off again."""
    return [
        nn.Conv2d(channels, channels, (3, 1), padding=(dilation, 0), dilation=(dilation, 1)),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels, (1, 3), padding=(0, dilation), dilation=(1, dilation), bias=False),
        _norm(channels),
    ]


class LineResidual(nn.Module):
    """Two pairs of 3x1 and 1x3 convolutions beside a short cut; the second pair is dilated."""

    def __init__(self, channels: int, *, dilation: int = 1, drop: float = 0.0) -> None:
        super().__init__()
        self.body = nn.Sequential(*_lines(channels, 1), nn.ReLU(inplace=True), *_lines(channels, dilation), nn.Dropout2d(drop))
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same shape."""
        result: Tensor = self.act(x + self.body(x))
        return result


def _down(c_in: int, c_out: int) -> nn.Sequential:
    return nn.Sequential(ConvBesidePool(c_in, c_out), _norm(c_out), nn.ReLU())


def _up(c_in: int, c_out: int) -> nn.Sequential:
    conv = nn.ConvTranspose2d(c_in, c_out, 3, stride=2, padding=1, output_padding=1, bias=False)
    return nn.Sequential(conv, _norm(c_out), nn.ReLU())


class ERFNet(nn.Module):
    """Factorised residual encoder and decoder.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of the channels; both taps have ``round(64 * width)``.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0) -> None:
        super().__init__()
        self.in_channels = in_channels
        half, quarter, eighth = (round_channels(c * width) for c in CHANNELS)
        self.down2 = _down(in_channels, half)
        self.down4 = _down(half, quarter)
        self.early = nn.Sequential(*(LineResidual(quarter, drop=EARLY_DROP) for _ in range(EARLY_BLOCKS)))
        self.down8 = _down(quarter, eighth)
        self.late = nn.Sequential(*(LineResidual(eighth, dilation=dilation, drop=DROP) for dilation in DILATIONS))
        self.up4 = _up(eighth, quarter)
        self.decode4 = LineResidual(quarter)
        self.decode4b = LineResidual(quarter)
        self.up2 = _up(quarter, half)
        self.decode2 = nn.Sequential(LineResidual(half), LineResidual(half))
        self.head = nn.ConvTranspose2d(half, num_classes, 2, stride=2)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps.

        The shallow tap is the downsampler to 1/4, before its residual blocks; the deep tap is the decoder's second
        layer, the residual block that follows the upsampler to 1/4.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        shallow = self.down4(self.down2(x))
        y = self.late(self.down8(self.early(shallow)))
        deep = self.decode4(self.up4(y))
        logits = self.head(self.decode2(self.up2(self.decode4b(deep))))
        return Taps(logits, shallow, deep)
