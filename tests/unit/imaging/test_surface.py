"""Surfaces against shapes whose volume and extent are known, and their closedness counted edge by edge."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.surface import COARSE_SAMPLES, Surface, boxes_of, surface_of

TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
FLIPS = [(1, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1), (-1, -1, 1), (-1, -1, -1)]

GRIDS = {
    "cubic": Geometry((50, 50, 50), (1.0, 1.0, 1.0), (-13.0, 40.0, 7.0), np.eye(3)),
    "thick slices": Geometry((70, 70, 14), (0.8, 0.8, 5.0), (-120.0, 30.0, -700.0), np.eye(3)),
    "oblique": Geometry((56, 46, 30), (0.9, 1.1, 2.0), (5.0, -3.0, 11.0), TURN),
    "axes exchanged": Geometry((18, 56, 50), (3.0, 0.9, 1.0), (0.0, 0.0, 0.0), np.eye(3)[:, [2, 0, 1]]),
    **{f"flipped {flip}": Geometry((56, 46, 30), (0.9, 1.1, 2.0), (50.0, 60.0, -70.0), TURN * np.array(flip)) for flip in FLIPS[1:]},
}


def places(geometry: Geometry) -> np.ndarray:
    """Patient position of every voxel centre, [k, j, i, 3]."""
    k, j, i = np.indices(geometry.shape_kji)
    return geometry.index_to_world(np.stack([i, j, k], axis=-1))


def middle(geometry: Geometry) -> np.ndarray:
    return geometry.index_to_world((np.array(geometry.size_ijk) - 1) / 2 + 0.2)


def ball(geometry: Geometry, radius_mm: float) -> np.ndarray:
    return (np.linalg.norm(places(geometry) - middle(geometry), axis=-1) <= radius_mm).astype(np.uint8)


def volume_mm3(surface: Surface) -> float:
    """Enclosed volume: the sum of the tetrahedra between a point and each triangle, with their signs."""
    a, b, c = (surface.vertices.astype(np.float64)[surface.faces[:, n]] - surface.vertices[0] for n in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def uses_of_edges(surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """How often each edge is used, and how often in the direction from its lower to its higher vertex."""
    directed = np.concatenate([surface.faces[:, [0, 1]], surface.faces[:, [1, 2]], surface.faces[:, [2, 0]]])
    _edges, which, counts = np.unique(np.sort(directed, axis=1), axis=0, return_inverse=True, return_counts=True)
    return counts, np.bincount(which.reshape(-1), directed[:, 0] < directed[:, 1])


def assert_closed(surface: Surface) -> None:
    counts, upwards = uses_of_edges(surface)
    assert set(counts.tolist()) == {2}
    assert set(upwards.tolist()) == {1}


@pytest.mark.parametrize("name", GRIDS)
def test_that_a_ball_keeps_its_volume_and_place(name: str) -> None:
    geometry, radius = GRIDS[name], 20.0
    surface = surface_of(ball(geometry, radius), 1, geometry)
    thickest = max(geometry.spacing_mm)
    assert volume_mm3(surface) == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.02)
    assert surface.volume_ml == pytest.approx(volume_mm3(surface) / 1000)
    away = np.linalg.norm(surface.vertices - middle(geometry), axis=1) - radius
    assert np.sqrt((away**2).mean()) < 0.2 * thickest
    assert np.abs(away).max() < 0.5 * thickest
    assert np.linalg.norm(surface.vertices.mean(axis=0) - middle(geometry)) < 0.1 * thickest


@pytest.mark.parametrize("name", GRIDS)
def test_that_normals_are_of_length_one_and_point_out_of_a_ball(name: str) -> None:
    geometry = GRIDS[name]
    surface = surface_of(ball(geometry, 20.0), 1, geometry)
    outwards = surface.vertices - middle(geometry)
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    assert np.linalg.norm(surface.normals, axis=1) == pytest.approx(1, abs=1e-5)
    along = (surface.normals * outwards).sum(axis=1)
    assert along.mean() > 0.97
    assert along.min() > 0.5


@pytest.mark.parametrize("name", GRIDS)
def test_that_faces_are_counter_clockwise_from_outside(name: str) -> None:
    geometry = GRIDS[name]
    surface = surface_of(ball(geometry, 20.0), 1, geometry)
    a, b, c = (surface.vertices[surface.faces[:, n]].astype(np.float64) for n in range(3))
    outwards = (np.cross(b - a, c - a) * ((a + b + c) / 3 - middle(geometry))).sum(axis=1)
    assert (outwards > 0).mean() > 0.99
    assert_closed(surface)


@pytest.mark.parametrize("name", GRIDS)
def test_that_a_box_reaches_to_the_faces_of_its_outermost_voxels(name: str) -> None:
    geometry = GRIDS[name]
    labels = np.zeros(geometry.shape_kji, np.uint8)
    start, stop = (3, 5, 6), tuple(n - 4 for n in geometry.shape_kji)
    labels[Box(start, stop).slices] = 9
    surface = surface_of(labels, 9, geometry)
    index = geometry.world_to_index(surface.vertices)
    # less than a third of a voxel: the smoothing rounds edges, and swells the sides by what the edges lose
    assert index.min(axis=0) == pytest.approx(np.array(start[::-1]) - 0.5, abs=0.3)
    assert index.max(axis=0) == pytest.approx(np.array(stop[::-1]) - 0.5, abs=0.3)
    assert volume_mm3(surface) == pytest.approx((labels == 9).sum() * geometry.voxel_ml * 1000, rel=0.03)
    plain = surface_of(labels, 9, geometry, smooth=0)
    index = geometry.world_to_index(plain.vertices)
    assert index.min(axis=0) == pytest.approx(np.array(start[::-1]) - 0.5, abs=1e-3)
    assert index.max(axis=0) == pytest.approx(np.array(stop[::-1]) - 0.5, abs=1e-3)


def test_that_a_structure_at_the_border_of_the_scan_is_closed_there() -> None:
    geometry = Geometry((9, 8, 7), (1.0, 2.0, 3.0), (0.0, 0.0, 0.0), TURN)
    labels = np.full(geometry.shape_kji, 3, np.uint8)
    surface = surface_of(labels, 3, geometry)
    assert_closed(surface)
    index = geometry.world_to_index(surface.vertices)
    assert index.min(axis=0) == pytest.approx([-0.5] * 3, abs=0.3)
    assert index.max(axis=0) == pytest.approx([8.5, 7.5, 6.5], abs=0.3)


def test_that_every_voxel_centre_stays_on_its_side() -> None:
    """Rays along i through every row of voxels cross the surface exactly where the mask changes."""
    geometry = Geometry.identity((30, 24, 20), (0.8, 0.8, 3.0))
    random = ndimage.gaussian_filter(np.random.default_rng(5).normal(size=geometry.shape_kji), 1.6)
    labels = (random > np.quantile(random, 0.7)).astype(np.uint8) * 2
    surface = surface_of(labels, 2, geometry)
    index = geometry.world_to_index(surface.vertices)
    along_i = np.isclose(index[:, 1:], np.round(index[:, 1:]), atol=1e-3).all(axis=1)
    crossings = {(int(k), int(j), int(i)) for i, j, k in np.floor(index[along_i] + [0, 0.5, 0.5])}
    padded = np.pad(labels, 1)
    k, j, i = np.nonzero(padded[:, :, 1:] != padded[:, :, :-1])
    assert crossings == set(zip((k - 1).tolist(), (j - 1).tolist(), (i - 1).tolist(), strict=True))


def test_that_smoothing_brings_the_surface_of_thick_slices_nearer_to_the_ball() -> None:
    geometry, radius = GRIDS["thick slices"], 20.0
    labels = ball(geometry, radius)
    away = []
    for smooth in (0.0, 0.6):
        surface = surface_of(labels, 1, geometry, smooth=smooth)
        away.append(float(np.std(np.linalg.norm(surface.vertices - middle(geometry), axis=1) - radius)))
    assert away[1] < 0.5 * away[0]


def test_that_a_single_voxel_has_a_closed_surface_around_its_centre() -> None:
    for geometry in GRIDS.values():
        labels = np.zeros(geometry.shape_kji, np.uint8)
        labels[0, 4, 7] = 200
        surface = surface_of(labels, 200, geometry)
        assert_closed(surface)
        assert 0 < volume_mm3(surface) < geometry.voxel_ml * 1000
        assert np.abs(geometry.world_to_index(surface.vertices) - (7, 4, 0)).max() < 1
        assert np.linalg.norm(geometry.world_to_index(surface.vertices.mean(axis=0)) - (7, 4, 0)) < 0.01


def test_that_nothing_has_no_surface() -> None:
    geometry = GRIDS["cubic"]
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[4:8, 4:8, 4:8] = 1
    assert surface_of(labels, 2, geometry) is None
    assert surface_of(labels, 2, geometry, box=Box((0, 0, 0), (9, 9, 9))) is None
    assert surface_of(labels, 1, geometry, box=Box((0, 0, 0), (0, 0, 0))) is None


def test_that_touching_structures_and_loose_parts_are_kept_apart() -> None:
    geometry = GRIDS["oblique"]
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[4:12, 4:20, 4:20] = 1
    labels[12:20, 4:20, 4:20] = 2
    labels[22:28, 30:40, 30:40] = 1
    surface = surface_of(labels, 1, geometry)
    assert_closed(surface)
    assert volume_mm3(surface) == pytest.approx((labels == 1).sum() * geometry.voxel_ml * 1000, rel=0.05)
    k = geometry.world_to_index(surface.vertices)[:, 2]
    assert ((k < 12) | (k > 21)).all()


@pytest.mark.parametrize("most", [COARSE_SAMPLES, 2_000])
@pytest.mark.parametrize("name", ["cubic", "thick slices", "oblique"])
def test_that_a_coarse_surface_has_fewer_faces_and_keeps_volume_and_place(name: str, most: int) -> None:
    geometry, radius = GRIDS[name], 20.0
    labels = ball(geometry, radius)
    full, coarse = surface_of(labels, 1, geometry), surface_of(labels, 1, geometry, most_samples=most)
    assert len(coarse.faces) <= len(full.faces) * (1 if most == COARSE_SAMPLES else 0.4)
    assert_closed(coarse)
    assert volume_mm3(coarse) == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.05)
    away = np.linalg.norm(coarse.vertices - middle(geometry), axis=1) - radius
    assert np.abs(away.mean()) < 0.8
    assert np.linalg.norm(coarse.vertices.mean(axis=0) - middle(geometry)) < 0.6


def test_that_voxels_finer_than_asked_for_are_averaged() -> None:
    geometry = Geometry.identity((80, 80, 40), (0.25, 0.25, 0.5))
    labels = ball(geometry, 8.0)
    full, averaged = surface_of(labels, 1, geometry), surface_of(labels, 1, geometry, finest_mm=1.0)
    assert len(averaged.faces) < len(full.faces) / 6
    assert volume_mm3(averaged) == pytest.approx(volume_mm3(full), rel=0.02)


def test_that_a_thread_thinner_than_its_blocks_is_seen_all_the_same() -> None:
    geometry = Geometry.identity((60, 60, 60))
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[np.arange(60), np.arange(60), np.arange(60)] = 1
    surface = surface_of(labels, 1, geometry, most_samples=1_000)
    index = geometry.world_to_index(surface.vertices)
    assert index.min() < 6
    assert index.max() > 54


@pytest.mark.parametrize("within", [None, Box((2, 0, 3), (9, 14, 16))])
def test_that_boxes_hold_every_voxel_of_each_label(within: Box | None) -> None:
    labels = np.random.default_rng(2).choice(np.array([0, 1, 7, 255], np.uint8), (12, 14, 16), p=[0.97, 0.01, 0.01, 0.01])
    chosen = np.zeros_like(labels)
    place = Box.whole(labels.shape) if within is None else within
    chosen[place.slices] = labels[place.slices]
    wanted = {int(label): Box.around(chosen == label) for label in np.unique(chosen) if label}
    assert boxes_of(labels, within) == wanted


def test_that_a_surface_cannot_be_written_to() -> None:
    surface = surface_of(ball(GRIDS["cubic"], 10.0), 1, GRIDS["cubic"])
    assert (surface.vertices.dtype, surface.normals.dtype, surface.faces.dtype) == (np.float32, np.float32, np.int32)
    with pytest.raises(ValueError, match="read-only"):
        surface.vertices[0] = 0
