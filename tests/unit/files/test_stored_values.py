"""Bits that are no part of a picture, white as zero, and deep colour."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from gf_desktop.files.stored_values import as_shown


def header(kind: str = "MONOCHROME2", *, stored: int = 12, allocated: int = 16, signed: int = 0, samples: int = 1) -> Dataset:
    data = Dataset()
    data.PhotometricInterpretation, data.BitsStored, data.BitsAllocated = kind, stored, allocated
    data.PixelRepresentation, data.SamplesPerPixel = signed, samples
    return data


VALUES = np.array([[0, 1, 2047], [2048, 4000, 4095]], np.uint16)


def test_that_bits_of_an_overlay_are_left_out_and_told() -> None:
    drawn = VALUES | np.uint16(0x8000)
    pixels, found = as_shown(drawn, header())
    assert np.array_equal(pixels, VALUES)
    assert [(f.code, f.severity) for f in found] == [("overlay_bits", "amber")]
    same, nothing = as_shown(VALUES, header())
    assert np.array_equal(same, VALUES)
    assert nothing == ()


def test_that_the_sign_of_fewer_bits_is_kept() -> None:
    values = np.array([[-2048, -1, 0, 2047]], np.int16)
    drawn = ((values & 0x0FFF) | 0x5000).astype(np.int16)
    pixels, found = as_shown(drawn, header(signed=1))
    assert np.array_equal(pixels, values)
    assert len(found) == 1
    same, nothing = as_shown(values, header(signed=1))
    assert np.array_equal(same, values)
    assert nothing == ()


def test_that_white_as_zero_is_turned_over_after_other_bits_are_left_out() -> None:
    pixels, found = as_shown(VALUES | np.uint16(0x4000), header("MONOCHROME1"))
    assert np.array_equal(pixels, 4095 - VALUES.astype(int))
    assert [f.code for f in found] == ["overlay_bits", "inverted_greys"]


@pytest.mark.parametrize("stored", [10, 12, 16])
@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_that_deep_colour_is_reduced_to_the_nearest_of_8_bits(stored: int, order: str) -> None:
    top = (1 << stored) - 1
    values = np.random.default_rng(0).integers(0, top + 1, (4, 5, 3)).astype(order)
    pixels, found = as_shown(values, header("RGB", stored=stored, samples=3))
    assert pixels.dtype == np.uint8
    assert np.abs(pixels - values.astype(float) * 255 / top).max() <= 0.5
    assert [f.code for f in found] == ["colour_reduced"]


def test_that_colour_with_a_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="colour as int16"):
        as_shown(np.zeros((2, 2, 3), np.int16), header("RGB", samples=3))
