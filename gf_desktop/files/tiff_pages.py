"""Pixels of one page of a TIFF.

tifffile knows the layout and unpacks what needs no codec. What else is common, Pillow unpacks piece by piece: JPEG and JPEG 2000 are
pictures of their own, and LZW is put into the smallest TIFF that holds it, so that libtiff sees bytes and nothing else.
"""

from __future__ import annotations

import io
import struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["PLAIN", "UnreadCompressionError", "page_pixels"]

Array = npt.NDArray[Any]

PLAIN: Final = (1, 8, 32773, 32946)
"""Compressions that tifffile unpacks itself: none, deflate, PackBits, the old number of deflate."""

LZW: Final = 5
JPEG: Final = 7
_JPEG_2000: Final = {33003: "YCbCr", 33005: "RGB", 34712: "RGB"}
"""Aperio's two and the registered one, with the colours that the code stream holds."""

_RGB, _YCBCR = 2, 6
_PLAIN_COLOURS: Final = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
"""Adobe's marker, which tells a JPEG decoder that red, green and blue are stored as they are (ITU-T T.872, 6.5.3)."""


class UnreadCompressionError(Exception):
    """A page is compressed in a way that is not read."""


def page_pixels(page: Any) -> Array:
    """Return the stored values of a tifffile page, [j, i] or [j, i, samples].

    Raises
    ------
    UnreadCompressionError
        When its compression is not read.
    Exception
        What tifffile, Pillow and the system raise on damaged pages.
    """
    compression = int(page.compression)
    if compression in PLAIN and int(page.predictor) in (1, 2):
        return _in_rows(np.asarray(page.asarray(maxworkers=1, squeeze=False)))
    readable = compression in (LZW, JPEG, *_JPEG_2000)
    if not readable or (compression == LZW and int(page.predictor) not in (1, 2)) or int(page.planarconfig) != 1:
        raise UnreadCompressionError(getattr(page.compression, "name", str(compression)))
    if compression == LZW and int(page.bitspersample) not in (8, 16, 32):
        raise UnreadCompressionError(f"LZW of {page.bitspersample} bits")
    return _of_segments(page)


def _in_rows(stored: Array) -> Array:
    """Return tifffile's [separate, depth, j, i, samples] as [j, i] or [j, i, samples]."""
    separate, depth, rows, columns, samples = stored.shape
    if depth != 1:
        raise ValueError("a page with a depth")
    if separate > 1:
        return np.ascontiguousarray(np.moveaxis(stored[:, 0, :, :, 0], 0, -1))
    return stored.reshape((rows, columns) if samples == 1 else (rows, columns, samples))


def _of_segments(page: Any) -> Array:
    rows, columns, samples = int(page.imagelength), int(page.imagewidth), int(page.samplesperpixel)
    high, wide = (int(page.tilelength), int(page.tilewidth)) if page.is_tiled else (max(1, min(int(page.rowsperstrip), rows)), columns)
    across, down = -(-columns // wide), -(-rows // high)
    offsets, counts = page.dataoffsets, page.databytecounts
    if len(offsets) < across * down or len(counts) < across * down:
        raise ValueError("a page with too few pieces")
    pixels = np.zeros((rows, columns, samples), page.dtype)
    stream = page.parent.filehandle
    for number in range(across * down):
        if counts[number] == 0:  # an empty piece of a slide was never scanned
            continue
        top, left = number // across * high, number % across * wide
        stream.seek(offsets[number])
        tall = high if page.is_tiled else min(high, rows - top)
        piece = _segment(page, stream.read(counts[number]), tall, wide)
        kept = piece[: rows - top, : columns - left]
        pixels[top : top + kept.shape[0], left : left + kept.shape[1]] = kept
    return pixels[..., 0] if samples == 1 else pixels


def _segment(page: Any, packed: bytes, rows: int, columns: int) -> Array:
    """Return one strip or tile, [j, i, samples]."""
    if int(page.compression) != LZW:
        return _picture(page, packed, rows, columns)
    samples = int(page.samplesperpixel)
    dtype = np.dtype(page.dtype).newbyteorder(page.parent.byteorder)
    piece = _lzw(packed, rows, columns * samples * dtype.itemsize).reshape(rows, -1).view(dtype).reshape(rows, columns, samples)
    piece = piece.astype(page.dtype)
    return np.cumsum(piece, axis=1, dtype=page.dtype) if int(page.predictor) == 2 else piece


def _lzw(packed: bytes, rows: int, row_bytes: int) -> Array:
    """Return the bytes of an LZW strip, uint8 [rows, row_bytes]."""
    from PIL import Image

    entries = [
        (256, 4, row_bytes), (257, 4, rows), (258, 3, 8), (259, 3, LZW), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 4, rows),
        (279, 4, len(packed)),
    ]  # fmt: skip
    data = packed + b"\0" * (len(packed) % 2)
    table = b"".join(struct.pack("<HHI", tag, kind, 1) + struct.pack("<HH" if kind == 3 else "<I", *([v, 0] if kind == 3 else [v]))
                     for tag, kind, v in entries)  # fmt: skip
    content = struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + struct.pack("<H", len(entries)) + table + struct.pack("<I", 0)
    with Image.open(io.BytesIO(content), formats=("TIFF",)) as image:
        return np.asarray(image)


def _picture(page: Any, packed: bytes, rows: int, columns: int) -> Array:
    """Return a strip or tile that is a JPEG or a JPEG 2000 code stream, uint8 [j, i, samples]."""
    from PIL import Image

    coded = int(page.compression)
    if coded == JPEG:
        tables = bytes(page.jpegtables or b"")
        head = tables[:-2] if tables.endswith(b"\xff\xd9") else tables
        packed = (head or packed[:2]) + (_PLAIN_COLOURS if int(page.photometric) == _RGB else b"") + packed[2:]
    with Image.open(io.BytesIO(packed), formats=("JPEG",) if coded == JPEG else ("JPEG2000",)) as image:
        if image.size[0] > max(columns, 8) * 2 or image.size[1] > max(rows, 8) * 2:
            raise ValueError("a piece larger than its place")
        found: Image.Image = image
        if _JPEG_2000.get(coded) == "YCbCr" and image.mode == "RGB":
            found = Image.frombytes("YCbCr", image.size, image.tobytes()).convert("RGB")
        elif coded == JPEG and int(page.samplesperpixel) == 3:
            found = image.convert("RGB")
        pixels = np.asarray(found)
    return pixels[..., None] if pixels.ndim == 2 else pixels
