"""Burned-in text is found without being read, and tissue is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from gf_desktop.imaging.burned_in import Region, black_out, find_text, outside_bands

ROWS, COLUMNS = 360, 480


def tissue(seed: int = 0, *, low: int = 20, high: int = 140) -> np.ndarray:
    """Return speckle as ultrasound has it, uint8 [rows, columns], dark outside of a fan."""
    from scipy import ndimage

    random = np.random.default_rng(seed)
    speckle = ndimage.gaussian_filter(random.rayleigh(1.0, (ROWS, COLUMNS)), (1.0, 2.5))
    speckle = (speckle - speckle.min()) / np.ptp(speckle)
    down, across = np.mgrid[0:ROWS, 0:COLUMNS]
    fan = (np.abs(across - COLUMNS / 2) < 0.7 * (down - 40)) & (np.hypot(across - COLUMNS / 2, down - 40) < 290)
    return np.where(fan, low + (high - low) * speckle, 0).astype(np.uint8)


def written(picture: np.ndarray, text: str, at: tuple[int, int], *, size: int = 14, grey: int = 230) -> Region:
    """Write a text at (row, column) of a picture and return where its pixels are."""
    ground = Image.new("L", (picture.shape[1], picture.shape[0]))
    ImageDraw.Draw(ground).text((at[1], at[0]), text, fill=255, font=ImageFont.load_default(size))
    share = np.asarray(ground, np.float32) / 255
    picture[:] = np.rint(picture * (1 - share) + grey * share).astype(np.uint8)
    rows, columns = np.nonzero(share > 0.3)
    return Region(int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)


def covered(place: Region, found: tuple[Region, ...]) -> float:
    """Return the share of a place that lies in the regions."""
    mask = np.zeros((ROWS, COLUMNS), bool)
    for region in found:
        mask[region.slices] = True
    return float(mask[place.slices].mean())


@pytest.mark.parametrize("size", [11, 14, 20, 28])
@pytest.mark.parametrize(("grey", "ground"), [(230, 0), (120, 0), (240, 60), (10, 200)])
def test_that_a_name_on_even_ground_is_found_whole(size: int, grey: int, ground: int) -> None:
    picture = tissue()
    picture[:36] = ground
    place = written(picture, "MUSTERMANN, ERIKA 12.08.1964", (2, 6), size=size, grey=grey)
    assert covered(place, find_text(picture)) == 1.0


@pytest.mark.parametrize("text", ["ID 0079241539", "Жанна Иванова", "TIS<0.4 MI=0.8", "03/02/2017 05:24:57PM"])
def test_that_no_language_is_assumed(text: str) -> None:
    picture = tissue()
    place = written(picture, text, (338, 8))
    assert covered(place, find_text(picture)) > 0.95


@pytest.mark.parametrize("seed", range(8))
def test_that_tissue_holds_no_text(seed: int) -> None:
    assert find_text(tissue(seed)) == ()


@pytest.mark.parametrize("seed", range(4))
def test_that_bright_tissue_and_its_rim_hold_no_text(seed: int) -> None:
    assert sum((r.bottom - r.top) * (r.right - r.left) for r in find_text(tissue(seed, low=60, high=250))) < 0.01 * ROWS * COLUMNS


def test_that_colours_are_looked_at_too() -> None:
    picture = tissue()
    place = written(picture, "PATIENT 4711", (4, 200), grey=200)
    colour = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    colour[:] = tissue()[..., None]
    # yellow on black
    colour[place.slices] = picture[place.slices][..., None] * np.array([1.0, 1.0, 0.0])
    assert covered(place, find_text(colour)) == 1.0


def test_that_a_scale_and_a_frame_are_no_text() -> None:
    picture = np.zeros((ROWS, COLUMNS), np.uint8)
    picture[40:300, 100] = picture[40:300, 380] = picture[40, 100:380] = picture[300, 100:380] = 255
    picture[50:300:50, 385:390] = 255
    assert find_text(picture) == ()


@pytest.mark.parametrize("shape", [(1, 1), (5, 400), (400, 5), (17, 17)])
def test_that_pictures_too_small_for_text_hold_none(shape: tuple[int, int]) -> None:
    assert find_text(np.zeros(shape, np.uint8)) == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_that_regions_lie_in_the_picture_and_apart(seed: int) -> None:
    random = np.random.default_rng(seed)
    picture = np.zeros((90, 130), np.uint8)
    for _ in range(12):
        top, left = int(random.integers(0, 80)), int(random.integers(0, 120))
        picture[top : top + int(random.integers(1, 14)), left : left + int(random.integers(1, 9))] = random.integers(0, 256)
    found = find_text(picture)
    for region in found:
        assert 0 <= region.top < region.bottom <= 90
        assert 0 <= region.left < region.right <= 130
    assert not any(a.meets(b) for n, a in enumerate(found) for b in found[n + 1 :])


def test_that_bands_are_all_that_was_not_scanned() -> None:
    scanned = (Region(24, 32, 415, 335), Region(24, 336, 415, 639))
    free = np.ones((480, 640), bool)
    for band in outside_bands((480, 640), scanned):
        assert free[band.slices].all(), "bands do not overlap"
        free[band.slices] = False
    expected = np.zeros((480, 640), bool)
    expected[24:415, 32:639] = True
    assert np.array_equal(free, expected)


def test_that_nothing_stated_as_scanned_means_no_bands() -> None:
    assert outside_bands((480, 640), ()) == ()
    assert outside_bands((10, 20), (Region(0, 0, 10, 20),)) == ()
    assert outside_bands((10, 20), (Region(-5, -5, 99, 99),)) == ()


@pytest.mark.parametrize("colour", [False, True])
def test_that_blacking_out_changes_its_regions_in_every_frame_and_nothing_else(colour: bool) -> None:
    random = np.random.default_rng(0)
    voxels = random.integers(5, 200, (3, 20, 30, 3) if colour else (3, 20, 30)).astype(np.uint8 if colour else np.int16)
    before = voxels.copy()
    cleared = black_out(voxels, (Region(0, 0, 4, 30), Region(10, 12, 14, 20)))
    assert np.array_equal(voxels, before)
    lowest = 0 if colour else before.min()
    assert (cleared[:, :4] == lowest).all()
    assert (cleared[:, 10:14, 12:20] == lowest).all()
    kept = np.ones((20, 30), bool)
    kept[:4] = kept[10:14, 12:20] = False
    assert np.array_equal(cleared[:, kept], before[:, kept])
