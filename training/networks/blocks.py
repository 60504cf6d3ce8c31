"""Layers that several networks share."""

from __future__ import annotations

from torch import Tensor, cat, nn
from torch.nn.functional import max_pool2d

__all__ = ["BN_EPS", "BN_MOMENTUM", "ConvBesidePool", "ConvNorm", "InvertedResidual", "UpInverted", "round_channels"]

BN_EPS = 1e-3
BN_MOMENTUM = 0.1
"""With the 0.01 of the original MobileNet family the running statistics would stay at the old clinic during a short refinement."""


def round_channels(channels: float, divisor: int = 8) -> int:
    """Return the multiple of ``divisor`` nearest to a channel count, at least one divisor, never more than 10 % below."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


class ConvNorm(nn.Sequential):
    """Convolution, batch norm and, unless ``linear``, ReLU6.

    With ``tf_same`` a stride of 2 pads as TensorFlow's "SAME" does for even sides: one pixel more at the far end.
    """

    def __init__(
        self, c_in: int, c_out: int, *, kernel: int = 1, stride: int = 1, groups: int = 1, linear: bool = False, tf_same: bool = False
    ) -> None:
        layers: list[nn.Module] = []
        padding = kernel // 2
        if tf_same and stride == 2:
            total = kernel - stride
            layers.append(nn.ZeroPad2d((total // 2, total - total // 2, total // 2, total - total // 2)))
            padding = 0
        layers.append(nn.Conv2d(c_in, c_out, kernel, stride=stride, padding=padding, groups=groups, bias=False))
        layers.append(nn.BatchNorm2d(c_out, eps=BN_EPS, momentum=BN_MOMENTUM))
        if not linear:
            layers.append(nn.ReLU6(inplace=True))
        super().__init__(*layers)


class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand, depthwise, project; a short cut where the shape stays (arXiv 1801.04381)."""

    def __init__(self, c_in: int, c_out: int, *, stride: int = 1, expand: int = 6, kernel: int = 3, tf_same: bool = False) -> None:
        super().__init__()
        hidden = c_in * expand
        layers: list[nn.Module] = []
        if expand != 1:
            layers.append(ConvNorm(c_in, hidden))
        layers.append(ConvNorm(hidden, hidden, kernel=kernel, stride=stride, groups=hidden, tf_same=tf_same))
        layers.append(ConvNorm(hidden, c_out, linear=True))
        self.body = nn.Sequential(*layers)
        self.short_cut = stride == 1 and c_in == c_out

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same size, or half of it with stride 2."""
        y: Tensor = self.body(x)
        return x + y if self.short_cut else y


class UpInverted(nn.Module):
    """A decoder stage: transposed convolution to twice the size, join the skip, inverted residual.

    ``kernel`` is the transposed convolution's, an even number.
    """

    def __init__(self, c_in: int, c_skip: int, c_out: int, *, expand: int = 6, kernel: int = 2) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(c_in, c_out, kernel, stride=2, padding=(kernel - 2) // 2)
        self.join = InvertedResidual(c_out + c_skip, c_out, expand=expand)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Return [batch, c_out, 2 h, 2 w] from features [batch, c_in, h, w] and their skip."""
        y: Tensor = self.join(cat([self.up(x), skip], dim=1))
        return y


class ConvBesidePool(nn.Module):
    """Halve the size by a 3x3 convolution and, beside it, by max pooling; both fill one tensor of ``c_out`` channels.

    The pooled input takes ``c_in`` channels of it; where that is more than half (an image of many channels), a 1x1
    convolution brings it down to half.
    """

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        pooled = min(c_in, c_out // 2)
        self.conv = nn.Conv2d(c_in, c_out - pooled, 3, stride=2, padding=1, bias=False)
        self.squeeze = nn.Identity() if pooled == c_in else nn.Conv2d(c_in, pooled, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, c_out, height / 2, width / 2]."""
        return cat([self.conv(x), self.squeeze(max_pool2d(x, 2))], dim=1)
