"""Measurements as values: on oblique, anisotropic scans and pictures, judged by numpy, scipy and plain arithmetic."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.transform import Rotation

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.measurements import Measurement, as_csv, as_text, taken
from gf_desktop.imaging.volume import Volume

SIZE = (30, 24, 12)
SPACING = (0.7, 0.9, 5.0)


def scan(degrees: float = 0.0, modality: str = "CT") -> Volume:
    direction = Rotation.from_euler("xyz", [degrees, 2 * degrees, -degrees], degrees=True).as_matrix()
    voxels = np.random.default_rng(3).normal(40, 25, SIZE[::-1]).astype(np.int16)
    return Volume(voxels, Geometry(SIZE, SPACING, (12.0, -40.0, 7.0), direction), modality)


def picture() -> Volume:
    voxels = np.random.default_rng(4).integers(0, 256, (1, 20, 30, 3), dtype=np.uint8)
    return Volume(voxels, Geometry.identity((30, 20, 1)), "PHOTO", spacing_known=False)


def on_slice(volume: Volume, *places: tuple[float, float, float]) -> tuple[tuple[float, float, float], ...]:
    return tuple(tuple(float(v) for v in row) for row in volume.geometry.index_to_world(np.array(places)))


def take(volume: Volume, kind: str, axis: int, *places: tuple[float, float, float]) -> Measurement:
    return taken(volume, number=1, kind=kind, name="it", axis=axis, points_mm=on_slice(volume, *places))


@pytest.mark.parametrize("degrees", [0.0, 17.0])
def test_that_a_ruler_is_as_long_as_its_ends_are_apart_in_the_patient(degrees: float) -> None:
    made = take(scan(degrees), "ruler", 1, (3.0, 7.0, 2.5), (20.25, 7.0, 8.0))
    assert made.length == pytest.approx(math.hypot(17.25 * 0.7, 5.5 * 5.0))
    assert made.length == pytest.approx(math.dist(*made.points_mm))
    assert made.slice_index(scan(degrees).geometry) == 7


@pytest.mark.parametrize("degrees", [0.0, 17.0])
def test_that_an_angle_has_its_corner_in_the_middle(degrees: float) -> None:
    # three sides of a right-angled triangle of 3, 4 and 5 mm
    made = take(scan(degrees), "angle", 2, (10 + 3 / 0.7, 10, 4), (10, 10, 4), (10, 10 + 4 / 0.9, 4))
    assert made.angle == pytest.approx(90.0)
    other = take(scan(degrees), "angle", 2, (10, 10, 4), (10 + 3 / 0.7, 10, 4), (10, 10 + 4 / 0.9, 4))
    assert other.angle == pytest.approx(math.degrees(math.atan2(4, 3)))


@pytest.mark.parametrize("kind", ["rectangle", "ellipse"])
@pytest.mark.parametrize("axis", [0, 1, 2])
@given(
    corners=st.tuples(
        *(st.floats(-0.5, n - 0.5, allow_subnormal=False) for n in SIZE), *(st.floats(-0.5, n - 0.5, allow_subnormal=False) for n in SIZE)
    ),
    degrees=st.sampled_from([0.0, 17.0]),
)
def test_that_a_region_holds_the_pixel_centres_within_it(kind: str, axis: int, corners: tuple, degrees: float) -> None:
    volume = scan(degrees)
    one, other = np.array(corners[:3]), np.array(corners[3:])
    index = int(np.clip(round(one[axis]), 0, SIZE[axis] - 1))
    one[axis] = other[axis] = index
    made = take(volume, kind, axis, tuple(one), tuple(other))
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in SIZE), indexing="ij"), axis=-1).astype(float)
    within = grid[..., axis] == index
    planar = [a for a in range(3) if a != axis]
    # a pixel whose centre lies upon the rim may fall either way after the turn into the patient and back
    half = np.abs(one - other) / 2
    if kind == "rectangle":
        margin = np.max([np.abs(grid[..., a] - (one[a] + other[a]) / 2) - half[a] for a in planar], axis=0)
    elif min(half[a] for a in planar) < 1e-3:
        return
    else:
        margin = sum(((grid[..., a] - (one[a] + other[a]) / 2) / half[a]) ** 2 for a in planar) - 1
    if (np.abs(margin[within]) < 1e-6).any():
        return
    values = volume.voxels[np.nonzero(np.transpose(within & (margin <= 0)))].astype(float)
    if not values.size:
        assert made.region is None
        return
    assert (made.region.pixels, made.region.lowest, made.region.highest) == (values.size, values.min(), values.max())
    assert made.region.mean == pytest.approx(values.mean())
    assert made.region.area_mm2 == pytest.approx(values.size * SPACING[planar[0]] * SPACING[planar[1]])
    assert made.region.deviation == pytest.approx(stats.tstd(values) if values.size > 1 else 0.0)


def test_that_units_are_those_of_the_scan() -> None:
    ct, photo = scan(), picture()
    assert as_text(take(ct, "ruler", 2, (0, 0, 3), (10, 0, 3)), ct) == ("7.0 mm",)
    assert as_text(take(photo, "ruler", 2, (0, 0, 0), (10, 0, 0)), photo) == ("10.0 px",)
    assert as_text(take(ct, "angle", 2, (5, 0, 3), (0, 0, 3), (0, 5, 3)), ct) == ("90.0°",)
    lines = as_text(take(ct, "ellipse", 2, (2, 2, 3), (20, 20, 3)), ct)
    assert all(line.endswith(" HU") for line in lines[:2])
    assert "mm²" in lines[2]
    lines = as_text(take(photo, "rectangle", 2, (2, 2, 0), (20, 15, 0)), photo)
    assert "HU" not in "".join(lines)
    assert lines[2] == "266.0 px²  n 266"


def test_that_a_colour_region_tells_brightness() -> None:
    photo = picture()
    made = take(photo, "rectangle", 2, (2, 2, 0), (20, 15, 0))
    expected = photo.voxels[0, 2:16, 2:21].astype(float) @ np.array([0.299, 0.587, 0.114])
    assert made.region.mean == pytest.approx(expected.mean())


def test_that_what_measures_nothing_says_so() -> None:
    ct = scan()
    assert as_text(take(ct, "angle", 2, (5, 5, 3), (5, 5, 3), (0, 5, 3)), ct) == ("–",)
    assert as_text(take(ct, "ellipse", 2, (5.2, 5.2, 3), (5.4, 5.4, 3)), ct) == ("–",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "volume"}, "no measurement"),
        ({"axis": 3}, "no measurement"),
        ({"number": 0}, "no measurement"),
        ({"points_mm": ((0.0, 0.0, 0.0),)}, "does not go through"),
        ({"points_mm": ((0.0, 0.0, 0.0), (float("nan"), 0.0, 0.0))}, "does not go through"),
        ({"name": "x" * 61}, "at most 60"),
    ],
)
def test_that_nonsense_is_no_measurement(change: dict, message: str) -> None:
    good = Measurement(1, "ruler", "it", 2, ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)))
    with pytest.raises(ValueError, match=message):
        replace(good, **change)


def test_that_a_name_is_tidied_and_never_emptied() -> None:
    good = Measurement(1, "ruler", "it", 2, ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)))
    assert good.renamed("  short   axis\n").name == "short axis"
    assert good.renamed(" ").name == "it"
    assert len(good.renamed("x" * 200).name) == 60


def test_that_the_table_has_all_numbers_and_no_formula() -> None:
    ct = scan(17.0)
    made = (
        replace(take(ct, "ruler", 2, (0, 0, 3), (10, 0, 3)), name="=HYPERLINK(1), and more"),
        replace(take(ct, "ellipse", 0, (4, 2, 1), (4, 20, 10)), number=2),
        replace(take(ct, "angle", 1, (5, 3, 3), (0, 3, 3), (0, 3, 5)), number=3),
    )
    rows = list(csv.DictReader(io.StringIO(as_csv(made, ct))))
    assert [row["kind"] for row in rows] == ["ruler", "ellipse", "angle"]
    assert rows[0]["name"] == "'=HYPERLINK(1), and more"
    assert (rows[0]["plane_axis"], rows[0]["slice"], rows[0]["length_unit"]) == ("k", "4", "mm")
    assert float(rows[0]["length"]) == pytest.approx(7.0)
    assert float(rows[1]["mean"]) == pytest.approx(made[1].region.mean, abs=1e-6)
    assert (rows[1]["value_unit"], rows[1]["area_unit"], rows[1]["slice"]) == ("HU", "mm2", "5")
    assert float(rows[2]["angle_deg"]) == pytest.approx(90.0)
    assert [float(v) for v in rows[2]["points_lps_mm"].split(";")[1].split()] == pytest.approx(made[2].points_mm[1], abs=1e-3)
