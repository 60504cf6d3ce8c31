"""What a network returns."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["Taps"]


class Taps(NamedTuple):
    """Class scores and the two features that distillation compares.

    Attributes
    ----------
    logits
        float [batch, classes, height, width], before softmax.
    shallow
        float [batch, channels, height / 4, width / 4], from the encoder.
    deep
        float [batch, channels, height / 4, width / 4], from the decoder.
    """

    logits: Tensor
    shallow: Tensor
    deep: Tensor
