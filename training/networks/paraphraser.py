"""Paraphraser: says a teacher's features in as many channels as the student's tap has.

Three convolutions and their mirror image, trained without labels to reconstruct the frozen teacher's features
(arXiv 1802.04977), then frozen; in distillation only the encoder runs. It is never trained again during a
refinement, because it fixes which channel is which.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

__all__ = ["Paraphraser"]

SLOPE = 0.1


class Paraphraser(nn.Module):
    """Auto-encoder of one tap, stride 1.

    Parameters
    ----------
    teacher_channels, student_channels
        Channels of the teacher's tap and of the code, which are the student's.

    Notes
    -----
    Borders are reflected: with zero padding a large share of the channels' maxima sits on the border of the map.
    """

    def __init__(self, teacher_channels: int, student_channels: int) -> None:
        super().__init__()
        t, m = teacher_channels, student_channels
        self.encoder = nn.Sequential(*_layer(t, t), *_layer(t, m), *_layer(m, m))
        self.decoder = nn.Sequential(*_layer(m, m, mode="zeros"), *_layer(m, t, mode="zeros"), *_layer(t, t, mode="zeros"))

    def forward(self, features: Tensor) -> Tensor:
        """Return the reconstruction of features [batch, teacher_channels, height, width]."""
        result: Tensor = self.decoder(self.encoder(features))
        return result

    def encode(self, features: Tensor) -> Tensor:
        """Return the code [batch, student_channels, height, width]."""
        result: Tensor = self.encoder(features)
        return result


def _layer(c_in: int, c_out: int, *, mode: Literal["reflect", "zeros"] = "reflect") -> list[nn.Module]:
    conv: nn.Module
    if mode == "reflect":
        conv = nn.Conv2d(c_in, c_out, 3, padding=1, padding_mode="reflect")
    else:
        conv = nn.ConvTranspose2d(c_in, c_out, 3, padding=1)
    return [conv, nn.LeakyReLU(SLOPE)]
