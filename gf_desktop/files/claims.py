"""What a header claims, against what its file can hold, before memory is asked for."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gf_desktop.errors import FileFormatError

__all__ = ["DEFLATE_RATIO", "MAX_PIXELS", "PICTURE_RATIO", "bytes_of", "check_claim", "inflate"]

DEFLATE_RATIO: Final = 1032
"""Deflate cannot shrink by more than this (zlib technical notes)."""

PICTURE_RATIO: Final = 4000
"""A picture that is packed more tightly than this has nothing in it: LZW ends at some 1400, a blank JPEG of 8 x 8 blocks at 800 or so, a
blank JPEG 2000 or PNG beyond."""

MAX_PIXELS: Final = 1 << 28
"""Larger pictures than this (16384 x 16384) are refused before memory is asked for."""

_SLACK_BYTES: Final = 1 << 20
"""Files that claim no more than this are let through: they do no harm, and small blank pictures are packed tightest."""

_AGAIN: Final = "Export the file again from where it came from."
_PART_BYTES: Final = 1 << 18


def bytes_of(sizes: Iterable[int], bits: int = 8) -> int:
    """Return how many bytes an array of these sizes takes, in numbers of any length; sizes below zero count as nothing."""
    total = max(bits, 0)
    for size in sizes:
        total *= max(int(size), 0)
    return (total + 7) // 8


def check_claim(path: Path, *, claimed: int, there: int, ratio: int = 1) -> None:
    """Refuse a file whose header claims more than its bytes can hold.

    Parameters
    ----------
    claimed
        Bytes that the header promises once unpacked.
    there
        Bytes of the file that may hold them.
    ratio
        The most that its compression can shrink by; 1 for none.

    Raises
    ------
    FileFormatError
        Where ``claimed`` is more than ``there * ratio``.
    """
    if claimed > max(there, 0) * ratio + (_SLACK_BYTES if ratio > 1 else 0):
        raise FileFormatError(
            f"The file is cut off or its header is wrong: it promises {claimed} bytes, and {max(there, 0)} are there",
            where=str(path),
            next_step=_AGAIN,
        )


def inflate(packed: bytes, *, limit: int, wbits: int = -zlib.MAX_WBITS) -> bytes:
    """Return what deflated bytes unpack to.

    Raises
    ------
    OverflowError
        Where that is more than ``limit`` bytes; no more than those are unpacked.
    zlib.error
        Where they are damaged.
    """
    inflater, out, waiting = zlib.decompressobj(wbits=wbits), io.BytesIO(), packed
    while waiting and not inflater.eof:
        out.write(inflater.decompress(waiting, _PART_BYTES))
        if out.tell() > limit:
            raise OverflowError(f"more than {limit} bytes")
        waiting = inflater.unconsumed_tail
    out.write(inflater.flush())
    return out.getvalue()
