"""Lengths, angles and regions, on oblique grids of long voxels, against plain arithmetic and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.transform import Rotation

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.measure import angle_deg, distance_mm, ellipse_mask, region_statistics

SIZE = (30, 24, 12)
SPACING = (0.7, 0.9, 5.0)


def grid(degrees: float = 0.0) -> Geometry:
    direction = Rotation.from_euler("xyz", [degrees, 2 * degrees, -degrees], degrees=True).as_matrix()
    return Geometry(SIZE, SPACING, (12.0, -40.0, 7.0), direction)


places = st.tuples(*(st.floats(0, n - 1) for n in SIZE))


@given(places, places, st.floats(-40, 40))
def test_that_a_distance_is_the_same_however_the_scan_lies(one: tuple, other: tuple, degrees: float) -> None:
    expected = math.dist([a * s for a, s in zip(one, SPACING, strict=True)], [b * s for b, s in zip(other, SPACING, strict=True)])
    assert distance_mm(grid(degrees), one, other) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("degrees", [0.0, 13.0])
@pytest.mark.parametrize("wanted", [0.0, 1e-5, 30.0, 90.0, 179.99999, 180.0])
def test_that_an_angle_is_measured_in_mm_and_not_in_voxels(degrees: float, wanted: float) -> None:
    corner = (10.0, 10.0, 5.0)
    turn = math.radians(wanted)
    one = (corner[0] + 3.0 / SPACING[0], corner[1], corner[2])
    other = (corner[0] + 4.0 * math.cos(turn) / SPACING[0], corner[1], corner[2] + 4.0 * math.sin(turn) / SPACING[2])
    assert angle_deg(grid(degrees), one, corner, other) == pytest.approx(wanted, abs=2e-6)


def test_that_there_is_no_angle_upon_its_corner() -> None:
    assert angle_deg(grid(), (1, 1, 1), (1, 1, 1), (2, 2, 2)) is None


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_that_an_ellipse_holds_the_pixel_centres_inside_of_it(axis: int) -> None:
    corner, opposite = (4.2, 3.1, 1.5), (21.7, 17.9, 9.5)
    mask = ellipse_mask(grid(), axis, corner, opposite)
    across, up = (a for a in range(3) if a != axis)
    assert mask.shape == (SIZE[up], SIZE[across])
    for row in range(SIZE[up]):
        for column in range(SIZE[across]):
            x = (column - (corner[across] + opposite[across]) / 2) / ((opposite[across] - corner[across]) / 2)
            y = (row - (corner[up] + opposite[up]) / 2) / ((opposite[up] - corner[up]) / 2)
            assert mask[row, column] == (x * x + y * y <= 1)
    assert np.array_equal(mask, ellipse_mask(grid(), axis, opposite, corner))
    assert not ellipse_mask(grid(), axis, corner, corner).any()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_that_a_region_is_described_as_scipy_does(axis: int) -> None:
    voxels = np.random.default_rng(2).normal(40, 25, SIZE[::-1]).astype(np.float32)
    geometry = grid(20.0)
    mask = ellipse_mask(geometry, axis, (3, 3, 1), (25, 20, 10))
    found = region_statistics(voxels, geometry, axis, 4, mask)
    values = np.take(voxels, 4, axis=2 - axis)[mask].astype(float)
    told = stats.describe(values)
    assert found is not None
    assert (found.pixels, found.lowest, found.highest) == (told.nobs, *told.minmax)
    assert found.mean == pytest.approx(told.mean)
    assert found.deviation == pytest.approx(math.sqrt(told.variance))
    sides = [s for a, s in enumerate(SPACING) if a != axis]
    assert found.area_mm2 == pytest.approx(len(values) * sides[0] * sides[1])


def test_that_an_empty_region_is_nothing_and_one_pixel_has_no_spread() -> None:
    voxels = np.arange(np.prod(SIZE), dtype=np.int16).reshape(SIZE[::-1])
    empty = np.zeros((SIZE[1], SIZE[0]), bool)
    assert region_statistics(voxels, grid(), 2, 3, empty) is None
    empty[5, 6] = True
    found = region_statistics(voxels, grid(), 2, 3, empty)
    assert found is not None
    assert (found.pixels, found.mean, found.deviation) == (1, float(voxels[3, 5, 6]), 0.0)
