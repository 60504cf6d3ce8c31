"""Stored values of a DICOM picture as numbers that mean what they show: bits of overlays left out, white high, colour of 8 bits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.findings import Finding

__all__ = ["as_shown"]

Array = npt.NDArray[Any]

_INVERTED: Final = Finding("inverted_greys", "Stored with white as zero; the greys are turned over so that bright is high", "green")
_REDUCED: Final = Finding("colour_reduced", "Colour of 16 bits a channel was reduced to 8", "amber")
_MASKED: Final = Finding("overlay_bits", "Bits beyond those of the picture, which old files use for drawings, were left out", "amber")


def as_shown(pixels: Array, dataset: Any) -> tuple[Array, tuple[Finding, ...]]:
    """Return the values of a picture, and what was done to them.

    Parameters
    ----------
    pixels
        Grey [..., j, i], or colour [..., j, i, 3] of red, green and blue.
    dataset
        The pydicom data set that they are of.

    Returns
    -------
    Grey as it is stored, without bits that are no part of it (PS3.5 8.1.1), and turned over where white is zero (PS3.3 C.7.6.3.1.2); colour
    as uint8.

    Raises
    ------
    ValueError
        When colour is of another type than 8 or 16 bits without a sign, or the header contradicts itself.
    """
    kind = str(dataset.PhotometricInterpretation).strip()
    if int(dataset.get("SamplesPerPixel") or 1) != 1 or kind == "PALETTE COLOR":
        return _colour(pixels, dataset)
    stored, allocated, signed = int(dataset.BitsStored), int(dataset.BitsAllocated), int(dataset.PixelRepresentation) == 1
    found: tuple[Finding, ...] = ()
    if pixels.dtype.kind in "iu" and 0 < stored < allocated and not dataset.get("ModalityLUTSequence"):
        masked = _without_other_bits(pixels, stored, signed=signed)
        if masked is not None:
            pixels, found = masked, (_MASKED,)
    if kind == "MONOCHROME1":
        return (-1 if signed else (1 << stored) - 1) - pixels.astype(np.int32), (*found, _INVERTED)
    return pixels, found


def _without_other_bits(pixels: Array, stored: int, *, signed: bool) -> Array | None:
    """Return values of so many bits; None where they are such values already."""
    low, high = (-(1 << (stored - 1)), (1 << (stored - 1)) - 1) if signed else (0, (1 << stored) - 1)
    if pixels.size == 0 or (int(pixels.min()) >= low and int(pixels.max()) <= high):
        return None
    kept = pixels.astype(np.int64) & ((1 << stored) - 1)
    if signed:
        kept = np.where(kept > high, kept - (1 << stored), kept)
    return np.asarray(kept).astype(pixels.dtype)


def _colour(pixels: Array, dataset: Any) -> tuple[Array, tuple[Finding, ...]]:
    if pixels.dtype == np.uint8:
        return pixels, ()
    if pixels.dtype.kind != "u" or pixels.dtype.itemsize != 2:
        raise ValueError(f"colour as {pixels.dtype}")
    top = (1 << int(dataset.get("BitsStored") or 16)) - 1
    if not 0xFF <= top <= 0xFFFF or int(pixels.max(initial=0)) > top:
        raise ValueError(f"colour of {top}")
    return ((pixels.astype(np.uint32) * 255 + top // 2) // top).astype(np.uint8), (_REDUCED,)
