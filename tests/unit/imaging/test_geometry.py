from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gf_desktop.errors import GeometryError
from gf_desktop.imaging.geometry import GRID_TOL_MM, AxisMap, Geometry, nearest_orthonormal, orthonormal_error

ORDERS = [AxisMap(order, flips) for order in itertools.permutations(range(3)) for flips in itertools.product((False, True), repeat=3)]  # type: ignore[arg-type]


def rotation(angles_deg: tuple[float, float, float]) -> np.ndarray:
    out = np.eye(3)
    for axis, angle in enumerate(np.radians(angles_deg)):
        turn = np.eye(3)
        a, b = [n for n in range(3) if n != axis]
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        out = out @ turn
    return out


angles = st.tuples(*[st.floats(-180, 180)] * 3)
spacings = st.tuples(*[st.floats(0.05, 20)] * 3)
sizes = st.tuples(*[st.integers(1, 40)] * 3)
origins = st.tuples(*[st.floats(-2000, 2000)] * 3)


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    direction = rotation(draw(angles)) * np.array(draw(st.tuples(*[st.sampled_from((-1.0, 1.0))] * 3)))
    return Geometry(draw(sizes), draw(spacings), draw(origins), direction)


axis_maps = st.sampled_from(ORDERS)
BASE = Geometry((7, 6, 5), (0.7, 0.8, 2.5), (-100.0, 20.0, 300.0), np.eye(3))


@given(geometries(), st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=5))
def test_that_index_to_world_and_back_returns_the_index(geometry: Geometry, indices: list[tuple[float, float, float]]) -> None:
    assert np.allclose(geometry.world_to_index(geometry.index_to_world(indices)), indices, atol=1e-6)


@given(geometries(), st.tuples(*[st.integers(0, 39)] * 3))
def test_that_the_matrix_and_index_to_world_agree(geometry: Geometry, index: tuple[int, int, int]) -> None:
    assert np.allclose((geometry.affine @ [*index, 1.0])[:3], geometry.index_to_world(index), atol=1e-9)


@given(geometries())
def test_that_a_geometry_survives_its_matrix(geometry: Geometry) -> None:
    assert Geometry.from_affine(geometry.affine, geometry.size_ijk).same_grid(geometry)


@given(geometries())
def test_that_a_geometry_survives_json_without_losing_a_bit(geometry: Geometry) -> None:
    again = Geometry.from_json(json.loads(json.dumps(geometry.as_json())))
    assert (again.size_ijk, again.spacing_mm, again.origin_mm) == (geometry.size_ijk, geometry.spacing_mm, geometry.origin_mm)
    assert np.array_equal(again.direction, geometry.direction)


@given(geometries(), axis_maps, st.tuples(*[st.integers(0, 1000)] * 3))
def test_that_reordering_axes_moves_no_voxel(geometry: Geometry, axis_map: AxisMap, pick: tuple[int, int, int]) -> None:
    turned = geometry.reordered(axis_map)
    new = [p % n for p, n in zip(pick, turned.size_ijk, strict=True)]
    old = [0, 0, 0]
    for axis in range(3):
        source = axis_map.order[axis]
        old[source] = geometry.size_ijk[source] - 1 - new[axis] if axis_map.flipped[axis] else new[axis]
    assert np.allclose(turned.index_to_world(new), geometry.index_to_world(old), atol=1e-6)


@given(geometries(), axis_maps)
def test_that_voxels_and_geometry_are_reordered_alike(geometry: Geometry, axis_map: AxisMap) -> None:
    assume(np.prod(geometry.size_ijk) < 5000)
    numbers = np.arange(np.prod(geometry.size_ijk)).reshape(geometry.shape_kji)
    turned, view = geometry.reordered(axis_map), axis_map.view(numbers)
    assert view.shape == turned.shape_kji
    far = tuple(n - 1 for n in view.shape)
    for corner in ((0, 0, 0), far, (0, far[1], 0)):
        old_kji = np.unravel_index(int(view[corner]), numbers.shape)
        assert np.allclose(turned.index_to_world(corner[::-1]), geometry.index_to_world(old_kji[::-1]), atol=1e-6)


@given(geometries(), axis_maps)
def test_that_the_way_back_from_any_axis_order_is_found(geometry: Geometry, axis_map: AxisMap) -> None:
    assume(np.prod(geometry.size_ijk) < 5000)
    numbers = np.arange(np.prod(geometry.size_ijk)).reshape(geometry.shape_kji)
    back = geometry.reordered(axis_map).reordering_to(geometry)
    assert back is not None
    assert np.array_equal(back.view(axis_map.view(numbers)), numbers)


@given(geometries())
def test_that_canonical_axes_grow_to_the_left_the_back_and_the_head(geometry: Geometry) -> None:
    direction = geometry.reordered(geometry.canonical_axes()).direction
    assert (np.diag(direction) >= -1e-9).all()
    assert geometry.reordered(geometry.canonical_axes()).canonical_axes().is_identity


@given(st.tuples(*[st.floats(-40, 40)] * 3), axis_maps)
def test_that_canonical_axes_do_not_depend_on_how_a_grid_is_stored(turn: tuple[float, float, float], axis_map: AxisMap) -> None:
    geometry = Geometry((7, 6, 5), (0.7, 0.8, 2.5), (1.0, 2.0, 3.0), rotation(turn))
    stored = geometry.reordered(axis_map)
    # Ties (a grid turned by exactly 45 degrees) may go either way.
    alignment = np.abs(geometry.direction)
    scores = sorted(sum(alignment[n, o] for n, o in enumerate(order)) for order in itertools.permutations(range(3)))
    assume(scores[-1] - scores[-2] > 1e-6 and np.abs(np.diag(geometry.reordered(geometry.canonical_axes()).direction)).min() > 1e-6)
    one, other = geometry.reordered(geometry.canonical_axes()), stored.reordered(stored.canonical_axes())
    assert one.same_grid(other, tol_mm=1e-6)


def test_that_a_view_shares_memory_and_carries_colour_along() -> None:
    voxels = np.zeros((4, 3, 2, 3), np.uint8)
    view = AxisMap((2, 0, 1), (True, False, True)).view(voxels)
    assert view.shape == (3, 2, 4, 3)
    view[0, 0, 0] = (1, 2, 3)
    assert voxels.sum() == 6


@pytest.mark.parametrize(
    ("change", "apart_mm"),
    [
        ({"origin_mm": (-100.0, 20.0, 300.5)}, 0.5),
        ({"spacing_mm": (0.7, 0.8, 2.6)}, 0.4),
        ({"direction": np.diag([1.0, 1.0, -1.0])}, 20.0),
        ({"size_ijk": (7, 6, 4)}, np.inf),
    ],
)
def test_that_grids_that_differ_in_one_field_are_not_the_same(change: dict[str, Any], apart_mm: float) -> None:
    other = dataclasses.replace(BASE, **change)
    assert not BASE.same_grid(other)
    assert BASE.largest_distance_mm(other) == pytest.approx(apart_mm)


def test_that_a_grid_is_the_same_up_to_the_tolerance_and_not_beyond() -> None:
    assert BASE.same_grid(dataclasses.replace(BASE, origin_mm=(-100.0, 20.0, 300.0 + 0.9 * GRID_TOL_MM)))
    assert not BASE.same_grid(dataclasses.replace(BASE, origin_mm=(-100.0, 20.0, 300.0 + 1.1 * GRID_TOL_MM)))


def test_that_another_grid_has_no_reordering() -> None:
    assert dataclasses.replace(BASE, origin_mm=(-100.0, 20.0, 301.0)).reordering_to(BASE) is None


@pytest.mark.parametrize(
    "change",
    [
        {"size_ijk": (0, 6, 5)},
        {"spacing_mm": (0.7, -0.8, 2.5)},
        {"spacing_mm": (0.7, 0.0, 2.5)},
        {"spacing_mm": (0.7, float("nan"), 2.5)},
        {"origin_mm": (float("inf"), 0.0, 0.0)},
        {"direction": np.diag([1.0, 1.0, 1.01])},
        {"direction": np.array([[1.0, 0.01, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])},
        {"direction": np.full((3, 3), np.nan)},
    ],
)
def test_that_an_impossible_grid_is_refused_at_birth(change: dict[str, Any]) -> None:
    with pytest.raises(GeometryError):
        dataclasses.replace(BASE, **change)


def test_that_a_matrix_with_an_axis_of_length_zero_is_refused() -> None:
    with pytest.raises(GeometryError, match="length zero"):
        Geometry.from_affine(np.diag([1.0, 0.0, 1.0, 1.0]), (2, 2, 2))


def test_that_the_direction_is_a_copy_that_cannot_be_written_to() -> None:
    own = np.eye(3)
    geometry = Geometry((1, 1, 1), (1, 1, 1), (0, 0, 0), own)
    own[0, 0] = -1.0
    assert geometry.direction[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        geometry.direction[0, 0] = 2.0


@pytest.mark.parametrize(
    ("direction", "letters"),
    [(np.eye(3), ("L", "P", "S")), (np.diag([-1.0, -1.0, 1.0]), ("R", "A", "S")), (np.eye(3)[:, [2, 0, 1]], ("S", "L", "P"))],
)
def test_that_axis_letters_say_where_axes_grow(direction: np.ndarray, letters: tuple[str, str, str]) -> None:
    assert Geometry((2, 2, 2), (1, 1, 1), (0, 0, 0), direction).axis_letters == letters


@pytest.mark.parametrize(("angle", "oblique"), [(0.0, False), (0.4, False), (7.3, True), (45.0, True)])
def test_that_obliqueness_is_the_largest_angle_to_a_patient_axis(angle: float, *, oblique: bool) -> None:
    geometry = Geometry((2, 2, 2), (1, 1, 1), (0, 0, 0), rotation((angle, 0, 0)))
    assert geometry.obliqueness_deg == pytest.approx(angle, abs=1e-5)
    assert geometry.is_oblique is oblique


def test_that_voxel_volume_and_diagonal_are_in_millilitres_and_millimetres() -> None:
    geometry = Geometry.identity((30, 40, 10), (1.0, 1.0, 12.0))
    assert geometry.voxel_ml == pytest.approx(0.012)
    assert geometry.diagonal_mm == pytest.approx(130.0)


@given(angles, st.tuples(*[st.floats(-0.003, 0.003)] * 9), st.sampled_from((1.0, -1.0)))
def test_that_the_nearest_orthonormal_axes_are_orthonormal_near_and_of_the_same_hand(
    turn: tuple[float, float, float], noise: tuple[float, ...], hand: float
) -> None:
    exact = rotation(turn) * np.array([1.0, 1.0, hand])
    rough = exact + np.reshape(noise, (3, 3))
    straight = nearest_orthonormal(rough)
    assert orthonormal_error(straight) < 1e-12
    assert np.linalg.det(straight) == pytest.approx(hand)
    assert np.linalg.norm(straight - rough) <= np.linalg.norm(exact - rough) + 1e-12


def test_that_axes_that_are_off_by_the_tolerance_still_come_back_to_the_same_index() -> None:
    lean = np.eye(3)
    lean[0, 1] = 9e-6
    geometry = Geometry((600, 600, 1), (1, 1, 1), (0, 0, 0), lean / np.linalg.norm(lean, axis=0))
    assert np.allclose(geometry.world_to_index(geometry.index_to_world([599, 599, 0])), [599, 599, 0], atol=1e-9)
