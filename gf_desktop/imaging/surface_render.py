"""Pictures of surfaces, drawn by the processor alone: no graphics card, no driver, no screen is needed.

Parallel projection, so that millimetres are the same everywhere; a light at the eye; triangles filled with a depth buffer. Each
pixel of the buffer is one number, depth above structure above brightness, so that the nearest surface is a
maximum and numpy resolves a whole frame in a few calls. Colours come last, from a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.surface import Surface

__all__ = ["Camera", "Raster", "Scene", "shades"]

Floats = npt.NDArray[np.float32]
UInt32 = npt.NDArray[np.uint32]
Vector = tuple[float, float, float]

FIT_MARGIN: Final = 1.06
"""Free space around fitted surfaces, as a factor."""

DEEPEST: Final = 1.0
DEPTHS: Final = 65532.0
"""Depth fills the buffer's upper 16 bits: the furthest, and how many nearer ones; 0 is nothing there. The ends stay free for rounding."""

DARKEST: Final = 1.0
LEVELS: Final = 253.0
"""Brightness fills the lowest 8 bits: the darkest, and how many brighter ones; the ends stay free for rounding."""

RIM: Final = 1e-3
RIM_PX: Final = 1e-3
"""Pixels this far outside a triangle still belong to it, so that rounding leaves no gap between two: as weight of a corner, and at most
so many pixels."""

CHUNK: Final = 1 << 16
"""Pixels tried at once; their numbers fit into the processor's cache."""

AMBIENT: Final = 0.16
"""Light from everywhere, as a share of the light at the eye."""

GLOSS: Final = 0.22
GLOSS_POWER: Final = 24.0
"""Strength and narrowness of the highlight."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Where surfaces are looked at from.

    Attributes
    ----------
    azimuth_deg
        0 looks at the patient's front, 90 at the left side, 180 at the back.
    elevation_deg
        -90 to 90; 90 looks down on the head.
    centre_mm
        Patient position (LPS) in the middle of the picture.
    extent_mm
        Length across the shorter side of the picture.
    """

    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    centre_mm: Vector = (0.0, 0.0, 0.0)
    extent_mm: float = 100.0

    @property
    def axes(self) -> npt.NDArray[np.float64]:
        """float64 [3, 3]: unit vectors (LPS) to the right, to the top and to the viewer, one a row."""
        a, e = np.radians((self.azimuth_deg, self.elevation_deg))
        right = np.array([np.cos(a), np.sin(a), 0.0])
        viewer = np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
        return np.stack([right, np.cross(viewer, right), viewer])

    def turned(self, azimuth_deg: float, elevation_deg: float) -> Camera:
        """Return the camera walked around the patient by so much; the head never turns below the feet."""
        azimuth = (self.azimuth_deg + azimuth_deg + 180.0) % 360.0 - 180.0
        return replace(self, azimuth_deg=azimuth, elevation_deg=min(max(self.elevation_deg + elevation_deg, -90.0), 90.0))

    def moved(self, right_mm: float, up_mm: float) -> Camera:
        """Return the camera moved within its plane."""
        x, y, z = np.asarray(self.centre_mm) + right_mm * self.axes[0] + up_mm * self.axes[1]
        return replace(self, centre_mm=(float(x), float(y), float(z)))

    def magnified(self, factor: float) -> Camera:
        """Return the camera that shows everything larger by a factor."""
        return replace(self, extent_mm=self.extent_mm / factor)

    def fitted(self, scene: Scene) -> Camera:
        """Return the camera, looking from the same side, that shows a whole scene however it is turned."""
        return replace(self, centre_mm=scene.centre_mm, extent_mm=max(2 * scene.radius_mm * FIT_MARGIN, 1e-3))


class Scene:
    """The surfaces that are drawn together, joined into one.

    Parameters
    ----------
    surfaces
        By label, 1 to 255.

    Attributes
    ----------
    centre_mm, radius_mm
        A ball that holds every vertex.
    """

    def __init__(self, surfaces: Mapping[int, Surface]) -> None:
        parts = list(surfaces.items())
        # surfaces are large and not copied: what is reckoned of them is joined instead
        self._vertices, self._normals = [s.vertices for _label, s in parts], [s.normals for _label, s in parts]
        self._faces = [s.faces for _label, s in parts]
        counts = [len(s.vertices) for _label, s in parts]
        self._base = [np.float32(label * 256 + DARKEST) for label, _s in parts]
        self._ends = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        centre, self.radius_mm = np.zeros(3), 0.0
        filled = [vertices for vertices in self._vertices if len(vertices)]
        if filled:
            # column by column: a tenth of the time of a reduction over rows of three
            least, most = (np.array([[find(v[:, n]) for n in range(3)] for v in filled]) for find in (np.min, np.max))
            centre = (least.min(axis=0).astype(np.float64) + most.max(axis=0)) / 2
            self.radius_mm = max(_farthest(v, centre.astype(np.float32)) for v in filled)
        self.centre_mm: Vector = (float(centre[0]), float(centre[1]), float(centre[2]))

    @property
    def vertex_count(self) -> int:
        """Number of vertices."""
        return int(self._ends[-1])

    @property
    def part_count(self) -> int:
        """Number of surfaces."""
        return len(self._base)

    def part(self, number: int) -> tuple[slice, Floats, Floats, np.float32]:
        """Return where a surface's vertices lie among all, the vertices and their normals, and the level of its darkest side."""
        return slice(self._ends[number], self._ends[number + 1]), self._vertices[number], self._normals[number], self._base[number]

    @property
    def face_count(self) -> int:
        """Number of triangles."""
        return sum(len(faces) for faces in self._faces)

    def corners(self, first: int, stop: int) -> list[npt.NDArray[np.intp]]:
        """Return numbers of the first, second and third vertex of some triangles, from ``first`` to before ``stop``."""
        columns: list[list[npt.NDArray[np.intp]]] = [[np.zeros(0, np.intp)] for _ in range(3)]
        vertices = passed = 0
        for faces, points in zip(self._faces, self._vertices, strict=True):
            part = faces[max(first - passed, 0) : max(stop - passed, 0)]
            for n, column in enumerate(columns):
                column.append(part[:, n].astype(np.intp) + vertices)
            vertices, passed = vertices + len(points), passed + len(faces)
        return [np.concatenate(column) for column in columns]


class Raster:
    """A picture in the making.

    Parameters
    ----------
    scene
        What is drawn.
    camera
        From where.
    size_px
        Width and height.
    """

    def __init__(self, scene: Scene, camera: Camera, size_px: tuple[int, int]) -> None:
        self.scene, self.camera, self.size_px = scene, camera, size_px
        width, height = size_px
        self._mm_per_px = camera.extent_mm / max(min(width, height), 1)
        axes = camera.axes
        offset = np.asarray(camera.centre_mm)
        self._reach_mm = max(float(np.linalg.norm(offset - scene.centre_mm)) + scene.radius_mm, 1e-3)
        across = axes * np.array([[1.0], [-1.0], [DEPTHS / (2 * self._reach_mm) * self._mm_per_px]]) / self._mm_per_px
        shift = np.array([width / 2, height / 2, DEEPEST + DEPTHS / 2]) - across @ offset
        self._rows, self._shift, self._light = _f32(across), _f32(shift), _f32(axes[2])
        self._x, self._y, self._z, self._level = (np.empty(scene.vertex_count, np.float32) for _ in range(4))
        # vertices are brought into the picture surface by surface: all at once would be felt
        self._placed = 0
        self.keys = np.zeros(width * height, np.uint32)
        self._next = 0

    @property
    def complete(self) -> bool:
        """Whether every triangle has been drawn."""
        return self._next >= self.scene.face_count and self._placed == self.scene.part_count

    def _place(self, number: int) -> None:
        """Bring the vertices of a surface into the picture."""
        where, vertices, normals, base = self.scene.part(number)
        for values, row, start in zip((self._x, self._y, self._z), self._rows, self._shift, strict=True):
            np.add(vertices @ row, start, out=values[where])
        self._level[where] = base + np.clip(normals @ self._light, 0, 1) * np.float32(LEVELS)

    def draw(self, most_faces: int | None = None) -> Raster:
        """Draw the next triangles, or all that are left, and return the raster; before the first ones it takes a turn for each surface."""
        while self._placed < self.scene.part_count:
            self._place(self._placed)
            self._placed += 1
            if most_faces is not None:
                return self
        stop = self.scene.face_count if most_faces is None else min(self._next + most_faces, self.scene.face_count)
        self._draw(self.scene.corners(self._next, stop))
        self._next = stop
        if self.complete:
            # a picture is asked for what it shows, no more
            self._x = self._y = self._z = self._level = np.zeros(0, np.float32)
        return self

    def _draw(self, corners: list[npt.NDArray[np.intp]]) -> None:
        width, height = self.size_px
        x, y = (np.stack([values[c] for c in corners]) for values in (self._x, self._y))
        area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
        left = np.maximum(np.ceil(x.min(axis=0) - np.float32(0.5)), 0)
        top = np.maximum(np.ceil(y.min(axis=0) - np.float32(0.5)), 0)
        columns = np.minimum(np.floor(x.max(axis=0) - np.float32(0.5)), width - 1) - left + 1
        rows = np.minimum(np.floor(y.max(axis=0) - np.float32(0.5)), height - 1) - top + 1
        # y runs downwards: what is counter-clockwise from outside is clockwise, and negative, when it faces the viewer
        seen = np.flatnonzero((area < 0) & (columns >= 1) & (rows >= 1))
        if not len(seen):
            return
        places = np.stack([c[seen] for c in corners])
        plane = _Planes(x[:, seen], y[:, seen], depth=self._z[places], level=self._level[places], corner=(left[seen], top[seen]))
        wide, high = _ladder(columns[seen]), _ladder(rows[seen])
        group = wide * 1_000_000 + high
        order = np.argsort(group, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
            w, h = int(wide[part[0]]), int(high[part[0]])
            step = max(1, CHUNK // (w * h))
            for start in range(0, len(part), step):
                self._fill(plane, part[start : start + step], w, h)

    def _fill(self, plane: _Planes, part: npt.NDArray[np.intp], wide: int, high: int) -> None:
        """Fill triangles whose pixels all lie within so many columns and rows."""
        width, height = self.size_px
        left, top = plane.left[part], plane.top[part]
        dx = (left + np.float32(0.5) - plane.x[part])[:, None] + np.arange(wide, dtype=np.float32)
        dy = (top + np.float32(0.5) - plane.y[part])[:, None] + np.arange(high, dtype=np.float32)

        def affine(slopes: tuple[Floats, Floats], start: Floats | None = None) -> Floats:
            down = dy * slopes[1][part][:, None]
            if start is not None:
                down += start[part][:, None]
            total: Floats = (dx * slopes[0][part][:, None])[:, None, :] + down[:, :, None]
            return total

        second, third = affine(plane.second), affine(plane.third)
        rim = plane.rim[part][:, None, None]
        inside = (second >= -rim) & (third >= -rim)
        second += third
        inside &= second <= 1 + rim
        if (left + wide).max() > width:
            inside &= (left[:, None] + np.arange(wide) < width)[:, None, :]
        if (top + high).max() > height:
            inside &= (top[:, None] + np.arange(high) < height)[:, :, None]
        start = top.astype(np.intp) * width + left.astype(np.intp)
        pixels = start[:, None, None] + (np.arange(high)[:, None] * width + np.arange(wide))
        depth = affine(plane.depth, plane.start_depth)[inside]
        level = affine(plane.level, plane.start_level)[inside]
        np.maximum.at(self.keys, pixels[inside], (depth.astype(np.uint32) << np.uint32(16)) | level.astype(np.uint32))

    def picture(self, lookup: UInt32) -> UInt32:
        """Return the colours, uint32 [rows, columns]; ``lookup`` is that of :func:`shades`."""
        width, height = self.size_px
        return lookup[self.keys.astype(np.uint16)].reshape(height, width)

    def label_at(self, column: int, row: int) -> int:
        """Return the label of the structure at a pixel, 0 where none is or outside of the picture."""
        return (self._key(column, row) >> 8) & 0xFF

    def position_at(self, column: int, row: int) -> Vector | None:
        """Return the patient position (LPS, mm) of the surface at a pixel, or None where there is none."""
        key = self._key(column, row)
        if key == 0:
            return None
        width, height = self.size_px
        right, up, viewer = self.camera.axes
        depth_mm = (((key >> 16) + 0.5 - DEEPEST) / DEPTHS - 0.5) * 2 * self._reach_mm
        place = np.asarray(self.camera.centre_mm) + viewer * depth_mm
        place += right * (column + 0.5 - width / 2) * self._mm_per_px - up * (row + 0.5 - height / 2) * self._mm_per_px
        return (float(place[0]), float(place[1]), float(place[2]))

    def _key(self, column: int, row: int) -> int:
        width, height = self.size_px
        return int(self.keys[row * width + column]) if 0 <= column < width and 0 <= row < height else 0


class _Planes:
    """Triangles as planes over the picture: how weights of corners, depth and level change along x and y from the first corner."""

    def __init__(self, x: Floats, y: Floats, *, depth: Floats, level: Floats, corner: tuple[Floats, Floats]) -> None:
        self.x, self.y, (self.left, self.top) = x[0], y[0], corner
        share = np.float32(1.0) / ((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))
        self.second = ((y[2] - y[0]) * share, (x[0] - x[2]) * share)
        self.third = ((y[0] - y[1]) * share, (x[1] - x[0]) * share)
        side = np.maximum(np.ptp(x, axis=0), np.ptp(y, axis=0))
        self.rim = np.minimum(np.float32(RIM), np.abs(share) * side * np.float32(RIM_PX))
        self.start_depth, self.depth = depth[0], self._slopes(depth)
        self.start_level, self.level = level[0], self._slopes(level)

    def _slopes(self, values: Floats) -> tuple[Floats, Floats]:
        one, two = values[1] - values[0], values[2] - values[0]
        return (self.second[0] * one + self.third[0] * two, self.second[1] * one + self.third[1] * two)


def _farthest(vertices: Floats, centre: Floats) -> float:
    """Return the distance of the vertex that is farthest from a place."""
    away = vertices - centre
    return float(np.sqrt(np.einsum("ij,ij->i", away, away).max()))


def _f32(values: npt.NDArray[np.float64]) -> Floats:
    return values.astype(np.float32)


def _ladder(lengths: Floats) -> npt.NDArray[np.int64]:
    """Return lengths rounded up to 1, 2, 3, 4, 6, 8, 12, 16, ...: few different ones, and none a half larger than asked for."""
    whole = lengths.astype(np.int64)
    power = np.int64(1) << np.ceil(np.log2(whole)).astype(np.int64)
    return np.where((power >= 4) & (whole <= power * 3 // 4), power * 3 // 4, power)


def shades(colours: Mapping[int, tuple[int, int, int]], background: tuple[int, int, int]) -> UInt32:
    """Return the table of :meth:`Raster.picture`, uint32 [65536] as 0xFFRRGGBB.

    Parameters
    ----------
    colours
        Red, green, blue, 0 to 255, by label.
    background
        Where there is no surface.
    """
    light = np.clip((np.arange(256) - DARKEST) / LEVELS, 0, 1)[:, None]
    table = np.tile(np.array(background, np.float64), (256, 256, 1))
    for label, colour in colours.items():
        lit = np.array(colour, np.float64) * (AMBIENT + (1 - AMBIENT) * light)
        table[label] = lit + (255 - lit) * GLOSS * light**GLOSS_POWER
    whole = table.reshape(-1, 3).round().astype(np.uint32)
    return np.asarray(np.uint32(0xFF000000) | (whole[:, 0] << 16) | (whole[:, 1] << 8) | whole[:, 2], np.uint32)
