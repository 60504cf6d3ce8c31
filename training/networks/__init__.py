"""Teachers, students and the Paraphraser: plain functions of their configuration.

Every network maps float32 [batch, in_channels, height, width] (sides multiples of 32) to a
:class:`~training.networks.record.Taps` record: the class scores at full resolution, and the shallow and the
deep features that distillation compares, both at a quarter of the input's resolution.
"""

from __future__ import annotations

from training.networks.build import build_network, tap_channels
from training.networks.record import Taps

__all__ = ["Taps", "build_network", "tap_channels"]
