"""Stored pixels of uncompressed grey DICOM files, taken from the file as they lie there.

A slice of a series is one array of whole numbers at a place that its header tells (DICOM PS3.5 8.1); a full reader takes a millisecond
for what the disk gives in a tenth of it. Colour, several frames, tables and whatever else needs thought is left to pydicom.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.quick_header import QuickHeader

__all__ = ["TAGS", "PlainPixels", "plain_pixels"]

TAGS: Final = (
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "ModalityLUTSequence",
)  # fmt: skip
"""What has to be known of a file; a table of intensities among them, whose presence leaves it to pydicom."""

_SYNTAXES: Final = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
"""Implicit and explicit little endian."""


@dataclass(frozen=True, slots=True)
class PlainPixels:
    """Where the pixels of a file are and what they mean.

    Attributes
    ----------
    at
        First byte in the file.
    shape
        Rows and columns.
    kind
        numpy's name of the stored type: "u1", "i1", "<u2" or "<i2".
    bits
        Of each value that count; the others hold something else.
    """

    at: int
    shape: tuple[int, int]
    kind: str
    bits: int

    def read(self, path: Path) -> npt.NDArray[Any] | None:
        """Return the stored values, uint or int of 8 or 16 bits [j, i]; None where the file ends before they do.

        Raises
        ------
        OSError
            When the file cannot be read.
        """
        count = self.shape[0] * self.shape[1]
        with path.open("rb") as stream:
            stream.seek(self.at)
            values = np.fromfile(stream, np.dtype(self.kind), count)
        if values.size < count:
            return None
        spare = 8 * values.dtype.itemsize - self.bits
        if spare and values.dtype.kind == "u":
            values &= values.dtype.type((1 << self.bits) - 1)
        elif spare:
            # the sign stands in the highest bit that counts
            values = (values << spare) >> spare
        return values.reshape(self.shape)


def plain_pixels(header: QuickHeader) -> PlainPixels | None:
    """Return where a file's pixels lie; None where pydicom should read them. The header must hold :data:`TAGS`."""
    if header.pixels_at is None or header.transfer_syntax not in _SYNTAXES:
        return None
    rows, columns, allocated, stored, high, signed = (
        header.get(name) for name in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
    )
    numbers = (rows, columns, allocated, stored, high, signed)
    if not all(isinstance(value, int) for value in numbers) or allocated not in (8, 16) or signed not in (0, 1):
        return None
    grey = header.get("SamplesPerPixel") == 1 and header.get("PhotometricInterpretation") == "MONOCHROME2"
    if not grey or header.get("NumberOfFrames") not in (None, "1") or not 1 <= stored <= allocated or high != stored - 1:
        return None
    claimed = rows * columns * allocated // 8
    # an odd number of bytes is filled up
    if rows < 1 or columns < 1 or header.pixel_bytes not in (claimed, claimed + claimed % 2):
        return None
    kind = ("i" if signed else "u") + ("1" if allocated == 8 else "2")
    return PlainPixels(header.pixels_at, (rows, columns), kind if allocated == 8 else f"<{kind}", stored)
