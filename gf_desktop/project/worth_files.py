"""What is known of a scan's slices for choosing the next ones, kept beside the scan: it can be counted again at any time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays, write_arrays
from gf_desktop.atomic import atomic_path
from gf_desktop.imaging.worth import BINS, SliceWorths

__all__ = ["read_worths", "write_worths"]

NAME: Final = "worths.npz"
FORMAT: Final = 1
_FIELDS: Final = tuple(name for name in SliceWorths.__dataclass_fields__)


def write_worths(folder: Path, key: str, worths: SliceWorths, strokes: npt.NDArray[np.float32]) -> None:
    """Keep what was measured, on any thread.

    Parameters
    ----------
    key
        Tells of which mask, student and files it is.
    strokes
        float32 [n, 2]: seconds and mm² of each stroke.

    Raises
    ------
    UserError
        When the disk is full or fails.
    """
    arrays = {name: getattr(worths, name) for name in _FIELDS}
    stamp = np.frombuffer(f"{FORMAT} {key}".encode(), np.uint8)
    with atomic_path(folder / NAME) as temporary:
        write_arrays(temporary, {"key": stamp, "strokes": strokes, **arrays})


def read_worths(folder: Path, key: str, slices: int) -> tuple[SliceWorths, npt.NDArray[np.float32]] | None:
    """Return what was kept under a key, on any thread; None where there is nothing, it is of another mask, or damaged."""
    try:
        arrays = read_arrays(folder / NAME)
        if arrays["key"].tobytes() != f"{FORMAT} {key}".encode():
            return None
        worths, strokes = SliceWorths(**{name: arrays[name] for name in _FIELDS}), arrays["strokes"]
    except (OSError, ValueError, KeyError):
        return None
    columns = worths.labels.size
    wide = (worths.wrong, worths.unreviewed, worths.area)
    fits = all(one.shape == (slices, columns) for one in wide) and worths.open.shape == worths.disputed.shape == (slices,)
    fits = fits and worths.greys.shape == (slices, BINS) and worths.place.shape == (slices, 2) and strokes.ndim == 2
    return (worths, strokes) if fits else None
