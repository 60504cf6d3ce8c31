"""Which images a network takes: one check for all of them."""

from __future__ import annotations

import torch
from torch import Tensor

from gf_desktop.errors import TrainingError

__all__ = ["SIDE_MULTIPLE", "SMALLEST_PX", "check_image"]

SIDE_MULTIPLE = 32
"""The deepest network halves its input five times."""

SMALLEST_PX = 64
"""With 32 pixels Mobile U-Net's bottleneck is one pixel, and batch norm has nothing to normalise in a batch of one."""


def check_image(image: Tensor, in_channels: int) -> None:
    """Refuse a batch that a network cannot map to scores of the same size.

    Nothing is checked while the network is traced for ONNX: a trace fixes what Python decided, and the sizes of an
    exported network stay free.

    Parameters
    ----------
    image
        [batch, in_channels, height, width].
    in_channels
        What the network was built for.

    Raises
    ------
    TrainingError
        When there are not four axes, the channels differ, or a side is below ``SMALLEST_PX`` or no multiple of
        ``SIDE_MULTIPLE``.
    """
    if torch.onnx.is_in_onnx_export():
        return
    if image.dim() != 4:
        raise TrainingError(
            f"A network was given an array of {image.dim()} axes",
            next_step="Give batches [batch, channels, height, width].",
        )
    _, channels, height, width = image.shape
    if channels != in_channels:
        raise TrainingError(
            f"A network for {in_channels} channels was given an image of {channels}",
            next_step="Prepare the images as the network's configuration says.",
        )
    if min(height, width) < SMALLEST_PX or height % SIDE_MULTIPLE or width % SIDE_MULTIPLE:
        raise TrainingError(
            f"A network was given an image of {height} x {width} pixels",
            next_step=f"Pad or crop images to sides of at least {SMALLEST_PX} pixels that are multiples of {SIDE_MULTIPLE}.",
        )
