from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.errors import GeometryError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import WINDOW_PRESETS, Volume, Window, robust_window

GRID = Geometry.identity((4, 3, 2))


def test_that_voxels_become_read_only() -> None:
    volume = Volume(np.zeros((2, 3, 4), np.int16), GRID)
    with pytest.raises(ValueError, match="read-only"):
        volume.voxels[0, 0, 0] = 1


@pytest.mark.parametrize("shape", [(4, 3, 2), (2, 3), (2, 3, 4, 4), (2, 3, 4, 1)])
def test_that_an_array_that_does_not_fit_the_grid_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(GeometryError, match="does not fit"):
        Volume(np.zeros(shape, np.uint8), GRID)


def test_that_colour_of_more_than_eight_bits_is_refused() -> None:
    with pytest.raises(GeometryError, match="8 bit"):
        Volume(np.zeros((2, 3, 4, 3), np.uint16), GRID)


def test_that_colour_and_flatness_are_read_from_the_array() -> None:
    colour = Volume(np.zeros((1, 3, 4, 3), np.uint8), Geometry.identity((4, 3, 1)))
    grey = Volume(np.zeros((2, 3, 4), np.uint8), GRID)
    assert (colour.is_colour, colour.is_flat) == (True, True)
    assert (grey.is_colour, grey.is_flat) == (False, False)


def test_that_only_ct_has_hounsfield_units() -> None:
    assert Volume(np.zeros((2, 3, 4)), GRID, modality="CT").unit == "HU"
    assert Volume(np.zeros((2, 3, 4)), GRID, modality="MR").unit == ""


def test_that_a_ct_opens_in_the_abdomen_window() -> None:
    window = Volume(np.zeros((2, 3, 4)), GRID, modality="CT").default_window()
    assert window == WINDOW_PRESETS["CT"]["abdomen"]
    assert window.limits == (-160.0, 240.0)


def test_that_other_scans_open_between_their_first_and_ninety_ninth_percentile() -> None:
    voxels = np.linspace(0, 1000, 24).reshape(2, 3, 4)
    voxels[0, 0, 0] = -5.0
    low, high = Volume(voxels, GRID, modality="MR").default_window().limits
    assert low == pytest.approx(np.percentile(voxels, 1))
    assert high == pytest.approx(np.percentile(voxels, 99))


def test_that_a_blank_scan_still_has_a_window_of_some_width() -> None:
    assert Volume(np.zeros((2, 3, 4)), GRID).default_window().width > 0


def test_that_colour_opens_with_its_full_range() -> None:
    assert Volume(np.zeros((2, 3, 4, 3), np.uint8), GRID).default_window() == Window(127.5, 255.0)


def test_that_a_robust_window_is_that_of_the_percentiles_without_nan() -> None:
    values = np.random.default_rng(5).normal(100, 30, (40, 50))
    values[3, 4:9] = np.nan
    low, high = np.nanpercentile(values, (1, 99))
    assert robust_window(values).limits == pytest.approx((low, high))


def test_that_a_robust_window_has_a_width_where_all_intensities_are_alike_or_none_is_known() -> None:
    assert robust_window(np.full((5, 5), 7, np.int16)).limits == (6.0, 8.0)
    assert robust_window(np.full((5, 5), np.nan)).width > 0
