"""Memory that is not taken before it is needed, and given back when it no longer is."""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["give_back", "let_go", "put_sparsely", "sparse_zeros"]

UInt8 = npt.NDArray[np.uint8]

PAGE_BYTES = 4096
"""Memory comes in pieces of this size."""

SPARSE_BYTES = 1 << 20
"""Smaller arrays are not worth a map of their own."""


def sparse_zeros(shape: tuple[int, ...]) -> UInt8:
    """Return zeros, uint8, that take memory only where something is written to them; reading them takes none.

    ``np.zeros`` asks the system for pages of 2 MB, and one voxel would take as much.
    """
    size = int(np.prod(shape))
    if size < SPARSE_BYTES or sys.platform == "win32":
        return np.zeros(shape, np.uint8)
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        pages.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(pages, np.uint8).reshape(shape)


def put_sparsely(target: UInt8, values: UInt8) -> None:
    """Write values, uint8 [n], to as many zeros of :func:`sparse_zeros`, pages of nothing but zeros left out.

    Parameters
    ----------
    target
        uint8 [n], still zeros, from a page's beginning on.
    """
    whole = len(values) - len(values) % PAGE_BYTES
    pages = values[:whole].reshape(-1, PAGE_BYTES)
    filled = pages.max(axis=1) > 0
    target[:whole].reshape(-1, PAGE_BYTES)[filled] = pages[filled]
    if values[whole:].any():
        target[whole:] = values[whole:]


def let_go(array: npt.NDArray[Any] | None) -> None:
    """Let go of the memory of an array that is mapped read-only from a file; what is looked at again comes back from the file.

    Does nothing to any other array, nor where the system cannot.
    """
    pages = getattr(array, "base", None)
    if array is None or array.flags.writeable or not isinstance(pages, mmap.mmap):
        return
    if hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def give_back() -> None:
    """Give memory that was used and freed back to the system; for any thread, takes some milliseconds.

    The C library of Linux keeps it for the program otherwise: large work leaves a hundred megabytes behind. Other systems need no asking.
    """
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
