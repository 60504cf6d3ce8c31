"""Lite U-Net: a student on the EfficientNet-Lite0 encoder, with a decoder of inverted residuals."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import interpolate

from training.networks.blocks import UpInverted, round_channels
from training.networks.lite_encoder import LITE_CHANNELS, LiteEncoder
from training.networks.record import Taps
from training.networks.sides import check_image

__all__ = ["LiteUNet"]

DECODER_CHANNELS = (96, 40, 24, 24)


class LiteUNet(nn.Module):
    """EfficientNet-Lite0 encoder and inverted-residual decoder.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of the decoder's channels; the encoder keeps its own, as its published weights demand.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.encoder = LiteEncoder(in_channels)
        at16, at8, at4, at2 = (round_channels(c * width) for c in DECODER_CHANNELS)
        half, quarter, eighth, sixteenth, bottom = LITE_CHANNELS
        self.up16 = UpInverted(bottom, sixteenth, at16, expand=3)
        self.up8 = UpInverted(at16, eighth, at8, expand=4)
        self.up4 = UpInverted(at8, quarter, at4, expand=4)
        self.up2 = UpInverted(at4, half, at2, expand=2)
        self.head = nn.Conv2d(at2, num_classes, 3, padding=1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps; the deep one stands after the skip.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        pyramid = self.encoder(x)
        y = self.up8(self.up16(pyramid.bottom, pyramid.sixteenth), pyramid.eighth)
        deep = self.up4(y, pyramid.quarter)
        logits = self.head(self.up2(deep, pyramid.half))
        return Taps(interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False), pyramid.quarter, deep)
