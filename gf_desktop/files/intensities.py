"""Stored numbers to intensities: slope and intercept, in the smallest type that holds the result exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["exact_type", "rescaled"]

_INT16 = np.iinfo(np.int16)


def exact_type(low: float, high: float, *, whole: bool) -> type[np.int16 | np.float32]:
    """Return int16 where whole numbers from ``low`` to ``high`` fit into it, else float32."""
    return np.int16 if whole and low >= _INT16.min and high <= _INT16.max else np.float32


def rescaled(stored: npt.NDArray[Any], *, slope: float = 1.0, intercept: float = 0.0) -> npt.NDArray[Any]:
    """Return ``stored * slope + intercept`` as int16 where that is exact, else as float32.

    Parameters
    ----------
    stored
        Any shape, integer or float. Floats that happen to be whole numbers stay floats.
    """
    if stored.size == 0:
        return stored.astype(np.int16)
    whole = stored.dtype.kind in "iub" and float(slope).is_integer() and float(intercept).is_integer()
    if not whole:
        if slope == 1.0 and intercept == 0.0:
            return stored.astype(np.float32, copy=False)
        return (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    ends = sorted(float(v) * slope + intercept for v in (stored.min(), stored.max()))
    if exact_type(ends[0], ends[1], whole=True) is np.int16:
        if slope == 1.0 and intercept == 0.0:
            return stored.astype(np.int16, copy=False)
        # A stored value may not fit int16 although the result does, so the sum is made in 32 bits.
        return (stored.astype(np.int32) * np.int32(slope) + np.int32(intercept)).astype(np.int16)
    return (stored.astype(np.float64) * slope + intercept).astype(np.float32)
