from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from gf_desktop.errors import GeometryError
from gf_desktop.files.resample import resample_mask
from gf_desktop.imaging.geometry import AxisMap, Geometry

OWN = Geometry((14, 12, 10), (1.0, 1.0, 1.0), (-3.0, 4.0, 5.0), np.eye(3))


def ball(geometry: Geometry, radius_mm: float) -> np.ndarray:
    k, j, i = np.indices(geometry.shape_kji)
    world = geometry.index_to_world(np.stack([i, j, k], axis=-1))
    centre = OWN.index_to_world((np.asarray(OWN.size_ijk) - 1) / 2)
    return (np.linalg.norm(world - centre, axis=-1) < radius_mm).astype(np.uint8) * 3


def turned(angle_deg: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


@pytest.mark.parametrize("method", ["nearest", "linear"])
def test_that_the_same_grid_in_another_order_changes_nothing(method: str) -> None:
    labels = np.random.default_rng(0).integers(0, 4, OWN.shape_kji).astype(np.uint8)
    axes = AxisMap((2, 0, 1), (True, False, True))
    out, preview = resample_mask(labels, OWN, OWN.reordered(axes), method=method)
    assert np.array_equal(out, axes.view(labels))
    assert all(row.voxels_before == row.voxels_after and row.outside_share == 0 for row in preview.labels)


@pytest.mark.parametrize("method", ["nearest", "linear"])
def test_that_twice_finer_voxels_are_eight_of_each(method: str) -> None:
    fine = Geometry((28, 24, 20), (0.5, 0.5, 0.5), tuple(np.asarray(OWN.origin_mm) - 0.25), np.eye(3))
    labels = np.zeros(OWN.shape_kji, np.uint8)
    labels[3:6, 4:8, 5:9] = 7
    out, preview = resample_mask(labels, OWN, fine, method=method)
    assert np.array_equal(out, np.kron(labels, np.ones((2, 2, 2), np.uint8))) or method == "linear"
    (row,) = preview.labels
    assert row.voxels_after == pytest.approx(8 * row.voxels_before, rel=0 if method == "nearest" else 0.15)
    assert row.ml_before == pytest.approx(48e-3)


@pytest.mark.parametrize("method", ["nearest", "linear"])
def test_that_a_ball_keeps_its_volume_and_place_on_an_oblique_grid(method: str) -> None:
    other = Geometry((40, 40, 30), (0.6, 0.5, 0.7), (-6.0, 0.0, 2.0), turned(20))
    out, preview = resample_mask(ball(OWN, 4.0), OWN, other, method=method)
    exact = ball(other, 4.0)
    (row,) = preview.labels
    assert row.ml_after == pytest.approx(row.ml_before, rel=0.05)
    both = ((out != 0) & (exact != 0)).sum() * 2 / ((out != 0).sum() + (exact != 0).sum())
    assert both > 0.9


def test_that_nearest_takes_what_scipy_takes() -> None:
    labels = np.random.default_rng(1).integers(0, 4, OWN.shape_kji).astype(np.uint8)
    other = Geometry((9, 8, 7), (1.3, 1.1, 1.2), (-2.6, 4.4, 5.31), turned(9))
    k, j, i = np.indices(other.shape_kji)
    there = OWN.world_to_index(other.index_to_world(np.stack([i, j, k], axis=-1)))
    expected = map_coordinates(labels, np.moveaxis(there[..., ::-1], -1, 0), order=0, mode="grid-constant", cval=0)
    assert np.array_equal(resample_mask(labels, OWN, other)[0], expected)


def test_that_linear_gives_each_voxel_to_the_largest_share_that_scipy_finds() -> None:
    labels = np.random.default_rng(2).integers(0, 4, OWN.shape_kji).astype(np.uint8)
    other = Geometry((6, 5, 4), (1.3, 1.1, 1.2), (-1.6, 5.4, 6.3), turned(9))
    k, j, i = np.indices(other.shape_kji)
    there = np.moveaxis(OWN.world_to_index(other.index_to_world(np.stack([i, j, k], axis=-1)))[..., ::-1], -1, 0)
    shares = [map_coordinates((labels == v).astype(float), there, order=1, mode="nearest") for v in range(4)]
    assert np.array_equal(resample_mask(labels, OWN, other, method="linear")[0], np.argmax(shares, axis=0))


def test_that_what_lies_outside_is_counted_for_each_label() -> None:
    labels = np.zeros(OWN.shape_kji, np.uint8)
    labels[:, :, 2] = 1
    labels[:, :6, 9] = 2
    half = Geometry((14, 6, 10), (1.0, 1.0, 1.0), OWN.origin_mm, np.eye(3))
    preview = resample_mask(labels, OWN, half)[1]
    assert [(row.label, row.outside_share, row.voxels_after) for row in preview.labels] == [(1, 0.5, 60), (2, 0.0, 60)]


def test_that_a_mask_elsewhere_is_refused() -> None:
    labels = np.ones(OWN.shape_kji, np.uint8)
    away = Geometry(OWN.size_ijk, OWN.spacing_mm, (500.0, 0.0, 0.0), np.eye(3))
    with pytest.raises(GeometryError, match="Nothing of the mask lies within the scan"):
        resample_mask(labels, OWN, away)
    assert not resample_mask(labels * 0, OWN, away)[0].any()
