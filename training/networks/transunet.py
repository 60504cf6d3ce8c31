"""TransUNet (arXiv 2102.04306): a teacher that sees the whole image in its bottleneck.

A ResNet-50 of three stages with group norm and weight-standardised convolutions (arXiv 1903.10520) halves the image
four times; a ViT-B/16 (arXiv 2010.11929) runs over its 1/16 grid, one token a grid point; a cascade of bilinear
upsampling and convolutions leads back, with skips from the ResNet. The decoder has group norm as well, where the
paper has batch norm, because a refinement fine-tunes it with few images.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, scaled_dot_product_attention

from training.networks.blocks import round_channels
from training.networks.record import Taps
from training.networks.sides import check_image

__all__ = ["Attention", "TransUNet"]

STEM_CHANNELS = 64
STAGES = ((64, 3), (128, 4), (256, 9))
"""Inner channels and blocks of the ResNet's stages at 1/4, 1/8 and 1/16; the third has taken over the fourth's blocks."""

EXPANSION = 4
"""Of a ResNet bottleneck's output against its inner channels, and of a transformer's hidden layer against its tokens."""

HEADS, HEAD_CHANNELS, LAYERS = 12, 64, 12

GRID = 14
"""Side of the learned position embedding, that of an image of 224 pixels; other grids interpolate it."""

WIDE_CHANNELS = 512
DECODER_CHANNELS = (256, 128, 64, 16)
"""At 1/8, 1/4, 1/2 and 1 of the resolution."""

DROP = 0.1
"""Chance that a value of a token is dropped; drawn from torch's global generator."""

STANDARD_EPS = 1e-5
TOKEN_EPS = 1e-6
POSITION_STD = 0.02
GROUPS = 32


def _norm(channels: int) -> nn.GroupNorm:
    # at least two channels a group, also in a narrow network
    return nn.GroupNorm(gcd(GROUPS, max(1, channels // 2)), channels)


class StandardisedConv(nn.Conv2d):
    """Convolution whose filters have mean 0 and variance 1 over their inputs."""

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, out_channels, height, width] at the stride."""
        centred = self.weight - self.weight.mean(dim=(1, 2, 3), keepdim=True)
        weight = centred * torch.rsqrt(centred.square().mean(dim=(1, 2, 3), keepdim=True) + STANDARD_EPS)
        return conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class ResidualBottleneck(nn.Module):
    """ResNet's 1x1, 3x3, 1x1 block; the 3x3 convolution has the stride."""

    def __init__(self, c_in: int, c_inner: int, *, stride: int = 1) -> None:
        super().__init__()
        c_out = EXPANSION * c_inner
        self.body = nn.Sequential(
            StandardisedConv(c_in, c_inner, 1, bias=False),
            _norm(c_inner),
            nn.ReLU(inplace=True),
            StandardisedConv(c_inner, c_inner, 3, stride=stride, padding=1, bias=False),
            _norm(c_inner),
            nn.ReLU(inplace=True),
            StandardisedConv(c_inner, c_out, 1, bias=False),
            _norm(c_out),
        )
        self.short_cut: nn.Module = nn.Identity()
        if stride != 1 or c_in != c_out:
            self.short_cut = nn.Sequential(StandardisedConv(c_in, c_out, 1, stride=stride, bias=False), _norm(c_out))

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, 4 c_inner, height / stride, width / stride]."""
        return torch.relu(self.short_cut(x) + self.body(x))


class Pyramid(NamedTuple):
    """Features at 1/2, 1/4, 1/8 and 1/16 of the input's resolution."""

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor


class ResNetStem(nn.Module):
    """The convolutional half of the encoder.

    ``channels`` are those of the pyramid.
    """

    def __init__(self, in_channels: int, *, width: float, depth: float) -> None:
        super().__init__()
        half = round_channels(STEM_CHANNELS * width)
        self.root = nn.Sequential(StandardisedConv(in_channels, half, 7, stride=2, padding=3, bias=False), _norm(half), nn.ReLU())
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        stages, channels = [], [half]
        for number, (inner, count) in enumerate(STAGES):
            c_inner = round_channels(inner * width)
            blocks = [ResidualBottleneck(channels[-1], c_inner, stride=1 if number == 0 else 2)]
            blocks += [ResidualBottleneck(EXPANSION * c_inner, c_inner) for _ in range(1, max(1, round(count * depth)))]
            stages.append(nn.Sequential(*blocks))
            channels.append(EXPANSION * c_inner)
        self.quarter, self.eighth, self.sixteenth = stages
        self.channels = tuple(channels)

    def forward(self, x: Tensor) -> Pyramid:
        """Return the pyramid of an image [batch, in_channels, height, width]."""
        half = self.root(x)
        quarter = self.quarter(self.pool(half))
        eighth = self.eighth(quarter)
        return Pyramid(half, quarter, eighth, self.sixteenth(eighth))


class Attention(nn.Module):
    """Multi-head self-attention: softmax(Q K^T / sqrt(64)) V in each head of 64 channels."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.into = nn.Linear(heads * HEAD_CHANNELS, 3 * heads * HEAD_CHANNELS)
        self.out = nn.Linear(heads * HEAD_CHANNELS, heads * HEAD_CHANNELS)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [batch, tokens, channels] of the same shape."""
        batch, count, channels = tokens.shape
        split = self.into(tokens).reshape(batch, count, 3, self.heads, HEAD_CHANNELS).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(split[0], split[1], split[2])
        result: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, count, channels))
        return result

    def attention_macs(self, tokens: Tensor) -> int:
        """Return the multiply-adds of the two matrix products for tokens of this shape, projections left out."""
        batch, count, channels = tokens.shape
        return 2 * batch * count * count * channels


class TransformerLayer(nn.Module):
    """Attention and a perceptron, each normalised before and added to what came in."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        channels = heads * HEAD_CHANNELS
        self.norm1 = nn.LayerNorm(channels, eps=TOKEN_EPS)
        self.attention = Attention(heads)
        self.norm2 = nn.LayerNorm(channels, eps=TOKEN_EPS)
        self.perceptron = nn.Sequential(
            nn.Linear(channels, EXPANSION * channels),
            nn.GELU(),
            nn.Dropout(DROP),
            nn.Linear(EXPANSION * channels, channels),
            nn.Dropout(DROP),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [batch, tokens, channels] of the same shape."""
        tokens = tokens + self.attention(self.norm1(tokens))
        result: Tensor = tokens + self.perceptron(self.norm2(tokens))
        return result


class VisionTransformer(nn.Module):
    """Transformer over a grid of features, one token a grid point."""

    def __init__(self, c_in: int, *, heads: int, layers: int) -> None:
        super().__init__()
        self.channels = heads * HEAD_CHANNELS
        self.embed = nn.Conv2d(c_in, self.channels, 1)
        self.position = nn.Parameter(torch.empty(1, self.channels, GRID, GRID))
        nn.init.trunc_normal_(self.position, std=POSITION_STD)
        self.drop = nn.Dropout(DROP)
        self.layers = nn.Sequential(*(TransformerLayer(heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(self.channels, eps=TOKEN_EPS)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Return [batch, channels, height, width] for features [batch, c_in, height, width]."""
        grid = self.embed(features)
        grid = grid + interpolate(self.position, size=grid.shape[2:], mode="bilinear", align_corners=False)
        tokens = self.norm(self.layers(self.drop(grid.flatten(2).transpose(1, 2))))
        result: Tensor = tokens.transpose(1, 2).reshape(grid.shape)
        return result


def _conv(c_in: int, c_out: int) -> list[nn.Module]:
    return [nn.Conv2d(c_in, c_out, 3, padding=1, bias=False), _norm(c_out), nn.ReLU(inplace=True)]


class UpStage(nn.Module):
    """Double the size bilinearly, join the skip, two convolutions."""

    def __init__(self, c_in: int, c_skip: int, c_out: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv(c_in + c_skip, c_out), *_conv(c_out, c_out))

    def forward(self, x: Tensor, skip: Tensor | None = None) -> Tensor:
        """Return [batch, c_out, 2 height, 2 width]."""
        y = interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        result: Tensor = self.body(y if skip is None else torch.cat([y, skip], dim=1))
        return result


class TransUNet(nn.Module):
    """ResNet-50 and ViT-B/16 encoder, cascaded decoder.

    Parameters
    ----------
    in_channels, num_classes
        Of the input, and of the logits with background.
    width
        Multiplier of the channels; the transformer has ``round(12 * width)`` heads of 64 channels.
    depth
        Multiplier of the number of ResNet blocks in each stage and of transformer layers, at least one of each.
    """

    def __init__(self, in_channels: int, num_classes: int, width: float = 1.0, *, depth: float = 1.0) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.stem = ResNetStem(in_channels, width=width, depth=depth)
        half, quarter, eighth, sixteenth = self.stem.channels
        self.vit = VisionTransformer(sixteenth, heads=max(1, round(HEADS * width)), layers=max(1, round(LAYERS * depth)))
        wide = round_channels(WIDE_CHANNELS * width)
        at8, at4, at2, at1 = (round_channels(c * width) for c in DECODER_CHANNELS)
        self.widen = nn.Sequential(*_conv(self.vit.channels, wide))
        self.up8 = UpStage(wide, eighth, at8)
        self.up4 = UpStage(at8, quarter, at4)
        self.up2 = UpStage(at4, half, at2)
        self.up1 = UpStage(at2, 0, at1)
        self.head = nn.Conv2d(at1, num_classes, 3, padding=1)

    def forward(self, x: Tensor) -> Taps:
        """Return class scores [batch, classes, height, width] and the taps.

        The shallow tap is the ResNet's stage at 1/4, the deep tap the decoder's stage at 1/4, after its skip.

        Raises
        ------
        TrainingError
            When the image has other channels, or a side below 64 pixels or no multiple of 32.
        """
        check_image(x, self.in_channels)
        pyramid = self.stem(x)
        y = self.up8(self.widen(self.vit(pyramid.sixteenth)), pyramid.eighth)
        deep = self.up4(y, pyramid.quarter)
        logits = self.head(self.up1(self.up2(deep, pyramid.half)))
        return Taps(logits, pyramid.quarter, deep)
