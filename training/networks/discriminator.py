"""Discriminator of the adversarial term, which tells maps of class scores of the student from the teacher's.

Four spectrally normalised convolutions (arXiv 1802.05957) that halve the map, self-attention (arXiv 1805.08318) after
the third and the fourth, and a convolution to a map of scores.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gf_desktop.errors import TrainingError
from training.networks.blocks import round_channels

__all__ = ["SMALLEST_SCORES_PX", "Discriminator", "SelfAttention"]

CHANNELS = (64, 128, 256, 512)
KERNEL = 4
SLOPE = 0.1
QUERY_SHARE = 8
"""Queries and keys have an eighth of the channels."""

SMALLEST_SCORES_PX = 64
"""Halved four times, the last convolution still has its four pixels."""


class SelfAttention(nn.Module):
    """SAGAN's self-attention: x + gamma * V softmax(Q^T K), where gamma is learned and begins at 0.

    The keys have no bias: it would add the same to all that a query is compared with, which softmax takes off again.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // QUERY_SHARE)
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1, bias=False)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same shape; written out, as a gradient penalty differentiates it twice."""
        query, key, value = self.query(x).flatten(2), self.key(x).flatten(2), self.value(x).flatten(2)
        # [batch, asking pixel, answering pixel]
        share = torch.softmax(query.transpose(1, 2) @ key, dim=2)
        mixed: Tensor = (value @ share.transpose(1, 2)).reshape(x.shape)
        return x + self.gamma * mixed

    def attention_macs(self, x: Tensor) -> int:
        """Return the multiply-adds of the two matrix products for features of this shape, projections left out."""
        pixels = x.shape[2] * x.shape[3]
        return int(x.shape[0]) * pixels * pixels * (self.query.out_channels + self.value.out_channels)


def _halve(c_in: int, c_out: int) -> list[nn.Module]:
    return [spectral_norm(nn.Conv2d(c_in, c_out, KERNEL, stride=2, padding=1)), nn.LeakyReLU(SLOPE)]


class Discriminator(nn.Module):
    """Scores patches of a map of class scores; not bounded, as a Wasserstein critic asks.

    Parameters
    ----------
    num_classes
        Channels of the scores.
    width
        Multiplier of 64, 128, 256, 512 channels.
    """

    def __init__(self, num_classes: int, *, width: float = 1.0) -> None:
        super().__init__()
        self.num_classes = num_classes
        c1, c2, c3, c4 = (round_channels(c * width) for c in CHANNELS)
        self.body = nn.Sequential(
            *_halve(num_classes, c1),
            *_halve(c1, c2),
            *_halve(c2, c3),
            SelfAttention(c3),
            *_halve(c3, c4),
            SelfAttention(c4),
            nn.Conv2d(c4, 1, KERNEL),
        )

    def forward(self, scores: Tensor) -> Tensor:
        """Return a score per patch.

        In training mode each call takes one step of the power iteration behind the spectral norms.

        Parameters
        ----------
        scores
            float [batch, num_classes, height, width]: tanh of raw logits, sides of at least 64 pixels.

        Returns
        -------
        float [batch, 1, height // 16 - 3, width // 16 - 3].

        Raises
        ------
        TrainingError
            When the classes differ or a side is below 64 pixels.
        """
        if scores.dim() != 4 or scores.shape[1] != self.num_classes:
            raise TrainingError(
                f"A discriminator of {self.num_classes} classes was given scores of shape {tuple(scores.shape)}",
                next_step="Give it scores [batch, classes, height, width] of the structures it was built for.",
            )
        if min(scores.shape[2:]) < SMALLEST_SCORES_PX:
            raise TrainingError(
                f"The adversarial term was given scores of {scores.shape[2]} x {scores.shape[3]} pixels",
                next_step=f"Train on views of at least {SMALLEST_SCORES_PX} pixels, or leave the adversarial term out.",
            )
        result: Tensor = self.body(scores)
        return result
