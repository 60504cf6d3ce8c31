"""ENet (arXiv 1606.02147): a student of a third of a million parameters.

Five stages of residual bottlenecks. Max pooling remembers where each maximum stood, and the decoder puts its values
back there; that is written with ``argmax`` and a pixel shuffle, because max-unpooling cannot be exported to ONNX with
a free size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pad, pixel_shuffle

from training.networks.blocks import BN_EPS, BN_MOMENTUM, ConvBesidePool, round_channels
from training.networks.record import Taps
from training.networks.sides import check_image

__all__ = ["ENet", "place_of_maximum", "unpool"]

CHANNELS = (16, 64, 128)
"""At 1/2, 1/4 and 1/8 of the resolution."""

EARLY_DROP, DROP = 0.01, 0.1
"""Chance that a channel is dropped in the first stage and after it; drawn from torch's global generator."""

LONG_KERNEL = 5
"""Of the pair of one-dimensional convolutions."""


def place_of_maximum(x: Tensor) -> Tensor:
    """Return which pixel of each 2x2 square is the largest, the first of equals.

    Parameters
    ----------
    x
        float [batch, channels, 2 h, 2 w].

    Returns
    -------
    int64 [batch, channels, h, w], 0 to 3 in reading order.
    """
    square = torch.stack([x[..., dy::2, dx::2] for dy in (0, 1) for dx in (0, 1)], dim=2)
    return square.argmax(dim=2)


def unpool(values: Tensor, place: Tensor) -> Tensor:
    """Put each value back to where the maximum of its 2x2 square stood; the other three pixels are 0.

    Equal to ``max_unpool2d`` with the indices of a 2x2 max pooling of stride 2.

    Parameters
    ----------
    values
        float [batch, channels, h, w].
    place
        int64 of the same shape, from ``place_of_maximum``.

    Returns
    -------
    float [batch, channels, 2 h, 2 w].
    """
    corners = torch.arange(4, device=place.device).reshape(4, 1, 1)
    square = values.unsqueeze(2) * (place.unsqueeze(2) == corners).to(values.dtype)
    return pixel_shuffle(square.flatten(1, 2), 2)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BN_EPS, momentum=BN_MOMENTUM)


def _inner(channels: int) -> int:
    return max(4, channels // 4)


def _side(c_in: int, inner: int, c_out: int, middle: nn.Module, *, stride: int, drop: float) -> nn.Sequential:
    """Return a bottleneck's side branch: project, ``middle``, expand, drop channels."""
    return nn.Sequential(
        nn.Conv2d(c_in, inner, stride, stride=stride, bias=False),
        _norm(inner),
        nn.PReLU(inner),
        middle,
        _norm(inner),
        nn.PReLU(inner),
        nn.Conv2d(inner, c_out, 1, bias=False),
        _norm(c_out),
        nn.Dropout2d(drop),
    )


class Bottleneck(nn.Module):
    """Residual bottleneck around a 3x3 convolution, dilated or not, or around a 5x1 and a 1x5 one."""

    def __init__(self, channels: int, *, dilation: int = 1, long: bool = False, drop: float = DROP) -> None:
        super().__init__()
        inner = _inner(channels)
        middle: nn.Module
        if long:
            k = LONG_KERNEL
            middle = nn.Sequential(
                nn.Conv2d(inner, inner, (k, 1), padding=(k // 2, 0), bias=False),
                nn.Conv2d(inner, inner, (1, k), padding=(0, k // 2), bias=False),
            )
        else:
            middle = nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation, bias=False)
        self.side = _side(channels, inner, channels, middle, stride=1, drop=drop)
        self.act = nn.PReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same shape."""
        result: Tensor = self.act(x + self.side(x))
        return result


class DownBottleneck(nn.Module):
    """Halve the size; the short cut is max pooling, with channels of zeros added."""

    def __init__(self, c_in: int, c_out: int, *, drop: float = DROP) -> None:
        super().__init__()
        inner = _inner(c_in)
        self.side = _side(c_in, inner, c_out, nn.Conv2d(inner, inner, 3, padding=1, bias=False), stride=2, drop=drop)
        self.act = nn.PReLU(c_out)
        self.added = c_out - c_in

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return features [batch, c_out, height / 2, width / 2] and the places of the pooled maxima, with c_in channels."""
        short_cut = pad(max_pool2d(x, 2), (0, 0, 0, 0, 0, self.added))
        return self.act(short_cut + self.side(x)), place_of_maximum(x.detach())


class UpBottleneck(nn.Module):
    """Double the size; the short cut puts values back to where the encoder found its maxima."""

    def __init__(self, c_in: int, c_out: int, *, drop: float = DROP) -> None:
        super().__init__()
        inner = _inner(c_in)
        up = nn.ConvTranspose2d(inner, inner, 2, stride=2, bias=False)
        self.side = _side(c_in, inner, c_out, up, stride=1, drop=drop)
        self.short_cut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, bias=False), _norm(c_out))
        self.act = nn.PReLU(c_out)

    def forward(self, x: Tensor, place: Tensor) -> Tensor:
        """Return [batch, c_out, 2 height, 2 width] from features and places [batch, c_out, height, width]."""
        result: Tensor = self.act(unpool(self.short_cut(x), place) + self.side(x))
        return result


def _context(channels: int) -> list[nn.Module]:
    """Return the eight bottlenecks of the second and the third stage."""
    blocks: list[nn.Module] = []
    for first, second in ((2, 4), (8, 16)):
        blocks += [Bottleneck(channels), Bottleneck(channels, dilation=first)]
        blocks += [Bottleneck(channels, long=True), Bottleneck(channels, dilation=second)]
    return blocks


class ENet(nn.Module):
    """Five stages of bottlenecks with places of maxima handed across.

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
        self.stem = nn.Sequential(ConvBesidePool(in_channels, half), _norm(half), nn.PReLU(half))
        self.down1 = DownBottleneck(half, quarter, drop=EARLY_DROP)
        self.stage1 = nn.Sequential(*(Bottleneck(quarter, drop=EARLY_DROP) for _ in range(4)))
        self.down2 = DownBottleneck(quarter, eighth)
        self.stage2 = nn.Sequential(*_context(eighth))
        self.stage3 = nn.Sequential(*_context(eighth))
        self.up4 = UpBottleneck(eighth, quarter)
        self.stage4 = nn.Sequential(Bottleneck(quarter), Bottleneck(quarter))
        self.up5 = UpBottleneck(quarter, half)
        self.stage5 = Bottleneck(half)
        self.head = nn.ConvTranspose2d(half, num_classes, 3, stride=2, padding=1, output_padding=1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps: the ends of the first and of the fourth stage.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        y, place_half = self.down1(self.stem(x))
        shallow = self.stage1(y)
        y, place_quarter = self.down2(shallow)
        y = self.stage3(self.stage2(y))
        deep = self.stage4(self.up4(y, place_quarter))
        logits = self.head(self.stage5(self.up5(deep, place_half)))
        return Taps(logits, shallow, deep)
