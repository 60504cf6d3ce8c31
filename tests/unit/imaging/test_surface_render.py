"""Pictures of surfaces against what geometry says they must show."""

from __future__ import annotations

import numpy as np
import pytest

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.surface import Surface, surface_of
from gf_desktop.imaging.surface_render import Camera, Raster, Scene, shades

RADIUS = 20.0
GEOMETRY = Geometry((50, 50, 50), (1.0, 1.0, 1.0), (-124.5, -24.5, 475.5), np.eye(3))
CENTRE = np.array([-100.0, 0.0, 500.0])


def ball_at(centre: np.ndarray, radius: float) -> np.ndarray:
    k, j, i = np.indices(GEOMETRY.shape_kji)
    place = GEOMETRY.index_to_world(np.stack([i, j, k], axis=-1))
    return np.linalg.norm(place - centre, axis=-1) <= radius


@pytest.fixture(scope="module")
def ball() -> Surface:
    return surface_of(ball_at(CENTRE, RADIUS).astype(np.uint8), 1, GEOMETRY)


def labels_of(raster: Raster) -> np.ndarray:
    width, height = raster.size_px
    return (raster.keys.reshape(height, width) >> 8) & 255


def triangle(corners: list[tuple[float, float, float]]) -> Surface:
    """One triangle, lit as if it faced the front."""
    return Surface(np.array(corners, np.float32), np.array([[0, -1, 0]] * 3, np.float32), np.array([[0, 1, 2]], np.int32))


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (90, 0), (37, 51), (0, 90), (200, -90)])
def test_that_the_silhouette_of_a_ball_has_its_area_from_every_side(ball: Surface, azimuth: float, elevation: float) -> None:
    scene = Scene({1: ball})
    camera = Camera(azimuth, elevation).fitted(scene)
    raster = Raster(scene, camera, (300, 240)).draw()
    mm_per_px = camera.extent_mm / 240
    assert (labels_of(raster) == 1).sum() * mm_per_px**2 == pytest.approx(np.pi * RADIUS**2, rel=0.02)
    rows, columns = np.nonzero(labels_of(raster))
    assert (rows.mean(), columns.mean()) == pytest.approx((119.5, 149.5), abs=1)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "right", "up", "viewer"),
    [
        (0, 0, "L", "S", "A"),
        (90, 0, "P", "S", "L"),
        (180, 0, "R", "S", "P"),
        (-90, 0, "A", "S", "R"),
        (0, 90, "L", "P", "S"),
        (0, -90, "L", "A", "I"),
    ],
)
def test_that_the_camera_stands_where_it_says(azimuth: float, elevation: float, right: str, up: str, viewer: str) -> None:
    sides = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
    assert Camera(azimuth, elevation).axes == pytest.approx(np.array([sides[right], sides[up], sides[viewer]]), abs=1e-12)


def test_that_the_camera_does_not_turn_over_the_head() -> None:
    assert Camera().turned(190, 100) == Camera(-170, 90)
    assert Camera(elevation_deg=-80).turned(0, -20).elevation_deg == -90


def test_that_the_nearer_structure_hides_the_further_one(ball: Surface) -> None:
    front = surface_of(ball_at(CENTRE - np.array([0, 15, 0]), 8).astype(np.uint8), 1, GEOMETRY)
    scene = Scene({1: ball, 7: front})
    camera = Camera().fitted(scene)
    assert Raster(scene, camera, (200, 200)).draw().label_at(100, 100) == 7
    assert Raster(scene, camera.turned(180, 0), (200, 200)).draw().label_at(100, 100) == 1
    assert Raster(Scene({7: front, 1: ball}), camera, (200, 200)).draw().label_at(100, 100) == 7


@pytest.mark.parametrize("camera", [Camera(), Camera(60, 20), Camera(-130, -70)])
def test_that_a_pixel_leads_back_to_the_surface(ball: Surface, camera: Camera) -> None:
    scene = Scene({1: ball})
    camera = camera.fitted(scene)
    raster = Raster(scene, camera, (260, 260)).draw()
    for column, row in ((130, 130), (90, 160), (170, 100)):
        place = np.array(raster.position_at(column, row))
        assert np.linalg.norm(place - CENTRE) == pytest.approx(RADIUS, abs=0.4)
        right, up, viewer = camera.axes
        mm_per_px = camera.extent_mm / 260
        assert (place - CENTRE) @ right == pytest.approx((column - 129.5) * mm_per_px, abs=0.3)
        assert (place - CENTRE) @ up == pytest.approx((129.5 - row) * mm_per_px, abs=0.3)
        assert (place - CENTRE) @ viewer > 0
    assert raster.position_at(1, 1) is None
    assert raster.position_at(-1, 130) is None
    assert raster.label_at(130, 260) == 0


def test_that_triangles_side_by_side_leave_no_gap_and_fill_their_area() -> None:
    """A fan of thin triangles around a point, seen from the front, is a disc."""
    angles = np.linspace(0, 2 * np.pi, 241)
    rim = np.stack([50 * np.cos(angles), np.zeros(241), 50 * np.sin(angles)], axis=1)
    vertices = np.concatenate([[[0, 0, 0]], rim]).astype(np.float32)
    faces = np.stack([np.zeros(240), np.arange(1, 241), np.arange(2, 242)], axis=1).astype(np.int32)
    disc = Surface(vertices, np.tile(np.array([0, -1, 0], np.float32), (242, 1)), faces)
    raster = Raster(Scene({3: disc}), Camera(extent_mm=110.3), (331, 331)).draw()
    rows, columns = np.indices((331, 331))
    distance = np.hypot(rows - 165, columns - 165) * 110.3 / 331
    assert (labels_of(raster)[distance < 49.7] == 3).all()
    assert (labels_of(raster)[distance > 50.1] == 0).all()


def test_that_a_large_triangle_is_filled_exactly_and_only_within_the_picture() -> None:
    shape = triangle([(-500, 0, -30), (500, 0, -30), (0, 0, 470)])
    raster = Raster(Scene({2: shape}), Camera(extent_mm=100), (120, 100)).draw()
    rows, columns = np.indices((100, 120))
    right, up = columns + 0.5 - 60, 50 - rows - 0.5
    inside = (up > -30) & (up < 470 - np.abs(right))
    assert np.array_equal(labels_of(raster) == 2, inside)


def test_that_depth_changes_along_a_slanted_triangle_as_its_plane_does() -> None:
    shape = triangle([(-40, 30, -40), (40, -30, -40), (0, 0, 40)])
    raster = Raster(Scene({2: shape}), Camera(extent_mm=100), (200, 200)).draw()
    for column, row in ((100, 100), (80, 150), (120, 150)):
        x, y, _z = raster.position_at(column, row)
        assert y == pytest.approx(-0.75 * x, abs=0.05)


def test_that_the_back_of_a_triangle_is_not_drawn() -> None:
    shape = triangle([(-40, 0, -40), (0, 0, 40), (40, 0, -40)])
    assert not Raster(Scene({2: shape}), Camera(extent_mm=100), (50, 50)).draw().keys.any()


def test_that_several_surfaces_drawn_in_turns_make_the_same_picture(ball: Surface) -> None:
    beside = surface_of(ball_at(CENTRE + np.array([8, -3, 5]), 11.0).astype(np.uint8), 1, GEOMETRY)
    none = Surface(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    scene = Scene({1: ball, 2: none, 7: beside})
    camera = Camera(20, 30).fitted(scene)
    whole, parts = Raster(scene, camera, (150, 150)).draw(), Raster(scene, camera, (150, 150))
    while not parts.complete:
        # a turn ends within one surface and goes on in the next
        parts.draw(len(ball.faces) - 100)
    np.testing.assert_array_equal(whole.keys, parts.keys)
    assert set(np.unique(labels_of(whole))) == {0, 1, 7}
    assert scene.face_count == len(ball.faces) + len(beside.faces)


def test_that_drawing_in_turns_makes_the_same_picture(ball: Surface) -> None:
    scene = Scene({1: ball, 2: surface_of(ball_at(CENTRE + 9, 9).astype(np.uint8), 1, GEOMETRY)})
    camera = Camera(20, 30).fitted(scene)
    whole, parts = Raster(scene, camera, (150, 150)).draw(), Raster(scene, camera, (150, 150))
    turns = 0
    while not parts.complete:
        parts.draw(1000)
        turns += 1
    assert turns == scene.part_count + -(-scene.face_count // 1000)
    assert np.array_equal(whole.keys, parts.keys)


def test_that_a_red_structure_is_red_in_the_middle_and_darker_at_its_rim(ball: Surface) -> None:
    scene = Scene({4: ball})
    raster = Raster(scene, Camera().fitted(scene), (201, 201)).draw()
    picture = raster.picture(shades({4: (220, 20, 10)}, (1, 2, 3)))
    red, green, blue = ((int(picture[100, 100]) >> shift) & 255 for shift in (16, 8, 0))
    assert red >= 220
    assert red > green + 150 < red + blue + 150
    assert int(picture[0, 0]) == 0xFF010203
    column = int(np.flatnonzero(labels_of(raster)[100])[1])
    assert (int(picture[100, column]) >> 16) & 255 < 150


def test_that_an_empty_scene_is_all_background() -> None:
    raster = Raster(Scene({}), Camera().fitted(Scene({})), (20, 10)).draw()
    assert raster.complete
    assert (raster.picture(shades({}, (0, 0, 0))) == 0xFF000000).all()
    assert raster.position_at(5, 5) is None


def test_that_a_fitted_scene_lies_within_the_picture_however_it_is_turned() -> None:
    labels = np.zeros(GEOMETRY.shape_kji, np.uint8)
    labels[2:48, 20:24, 30:34] = 1
    scene = Scene({1: surface_of(labels, 1, GEOMETRY)})
    camera = Camera().fitted(scene)
    for azimuth, elevation in ((0, 0), (45, 45), (90, 10), (0, 90)):
        seen = labels_of(Raster(scene, camera.turned(azimuth, elevation), (120, 90)).draw())
        assert seen.any()
        assert not np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]]).any()


def test_that_magnifying_and_moving_change_what_they_say() -> None:
    camera = Camera(90, 0, (1.0, 2.0, 3.0), 100.0)
    assert camera.magnified(4).extent_mm == 25
    assert camera.moved(5, 7).centre_mm == pytest.approx((1, 7, 10))
