"""Pictures of public data sets: more kinds of files than a person's own scans, the same strictness."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.picture import read_mask_values, read_picture, read_pixels


@pytest.mark.parametrize("ending", ["png", "tif", "bmp"])
def test_that_pixels_are_read_as_they_were_written(tmp_path: Path, ending: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / f"a.{ending}")
    assert np.array_equal(read_pixels(tmp_path / f"a.{ending}"), pixels)
    assert np.array_equal(read_mask_values(tmp_path / f"a.{ending}"), pixels.max(axis=-1))


def test_that_grey_is_repeated_and_sixteen_bits_are_reduced(tmp_path: Path) -> None:
    values = np.array([[0, 257, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert read_pixels(tmp_path / "a.tif").tolist() == [[[0] * 3, [1] * 3, [255] * 3]]
    assert np.array_equal(read_mask_values(tmp_path / "a.tif"), values)


def test_that_values_that_are_no_whole_numbers_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "a.tif")
    for read in (read_pixels, read_mask_values):
        with pytest.raises(FileFormatError, match="whole numbers"):
            read(tmp_path / "a.tif")


def test_that_several_pages_damage_and_absence_are_refused(tmp_path: Path) -> None:
    page = Image.fromarray(np.zeros((4, 4), np.uint8))
    page.save(tmp_path / "pages.tif", save_all=True, append_images=[page])
    (tmp_path / "cut.tif").write_bytes(b"II*\x00")
    with pytest.raises(FileFormatError, match="several"):
        read_pixels(tmp_path / "pages.tif")
    with pytest.raises(FileFormatError, match="damaged"):
        read_pixels(tmp_path / "cut.tif")
    with pytest.raises(UserError):
        read_pixels(tmp_path / "none.tif")


def test_that_a_persons_own_scans_are_still_no_tiff(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "a.tif")
    with pytest.raises(FileFormatError):
        read_picture(tmp_path / "a.tif")
