"""From a mask to closed surfaces in the patient, one for each structure.

The mask of a structure is cut out with a rim of background, averaged to at most ``FULL_SAMPLES`` samples, smoothed and
handed to marching cubes (Lewiner et al., J. Graphics Tools 8, 2003, doi 10.1080/10867651.2003.10487582). A plain Gaussian
pulls curved surfaces inwards by about sigma squared over the radius, and thin vessels vanish. Two things keep volume and
place: the level is the one that as many samples exceed as the mask holds, those near it in part, and a clamp leaves every
sample on its own side of the surface. The clamp also lets the smoothing be strong enough for thick slices: a surface may
only move between two neighbouring samples, which is just as far as it must to turn the stairs of a mask into a slope. On
slices of 5 mm a ball of 25 mm radius loses 1 % of its volume and one of 10 mm 5 %, and the surface comes twice as near to
the ball as without smoothing.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry

__all__ = ["COARSE_SAMPLES", "FULL_SAMPLES", "Surface", "boxes_of", "surface_of", "warm_up"]

UInt8 = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FULL_SAMPLES: Final = 500_000
"""Marching cubes sees at most so many samples of a structure; it holds the interpreter's lock, for about 20 ms then."""

COARSE_SAMPLES: Final = 20_000
"""The same for a surface that is only looked at while it moves."""

SMOOTHING: Final = 0.6
"""Sigma of the Gaussian in units of the widest sample spacing: enough to turn stairs into a slope."""

CLAMP: Final = 0.05
"""Samples of a structure stay this far above the level of the surface, others below; the surface keeps clear of the samples themselves."""

LEVEL: Final = 0.5

SOFT: Final = 0.5
HALVINGS: Final = 10
"""For the level that keeps the volume: samples within this range of values around it count in part; steps of the search."""

NORMAL_RINGS: Final = 2
"""So often the normals are averaged with their neighbours': light shows steps that are far too small to be seen otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A closed surface of triangles.

    Attributes
    ----------
    vertices
        float32 [n, 3], patient mm (LPS).
    normals
        float32 [n, 3], unit vectors that point out of the structure.
    faces
        int32 [m, 3], vertices of each triangle, counter-clockwise seen from outside; each column lies in one piece.
    """

    vertices: Floats
    normals: Floats
    faces: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        for array in (self.vertices, self.normals, self.faces):
            array.setflags(write=False)

    @property
    def volume_ml(self) -> float:
        """Enclosed volume in millilitres, by the divergence theorem."""
        # relative to a point nearby: float32 of a scan far from the origin would lose digits
        corners = (self.vertices.astype(np.float64) - self.vertices[0])[self.faces]
        return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))) / 6000.0

    @property
    def area_mm2(self) -> float:
        """Area in square millimetres."""
        corners = self.vertices.astype(np.float64)[self.faces]
        return float(np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum()) / 2.0


def boxes_of(labels: UInt8, within: Box | None = None) -> dict[int, Box]:
    """Return the smallest box around each label other than 0 that occurs.

    Parameters
    ----------
    labels
        uint8 [k, j, i].
    within
        Only this part is looked at; the boxes are those of the whole array all the same.
    """
    from scipy import ndimage

    within = Box.whole((labels.shape[0], labels.shape[1], labels.shape[2])) if within is None else within
    k0, j0, i0 = within.start_kji
    found: dict[int, Box] = {}
    for label, place in enumerate(ndimage.find_objects(labels[within.slices]), start=1):
        if place is not None:
            k, j, i = place
            found[label] = Box((k.start + k0, j.start + j0, i.start + i0), (k.stop + k0, j.stop + j0, i.stop + i0))
    return found


def surface_of(
    labels: UInt8,
    label: int,
    geometry: Geometry,
    *,
    box: Box | None = None,
    finest_mm: float = 0.0,
    smooth: float = SMOOTHING,
    most_samples: int = FULL_SAMPLES,
) -> Surface | None:
    """Return the surface of one structure, closed also where the scan ends, or None where it has no voxel.

    A structure whose box holds more than ``most_samples`` voxels is averaged over blocks of voxels first, the finest axis
    first, so that the time is bounded; the surface then lies within half a block of the voxels' own, and what is
    smaller than half a block is not seen. Otherwise every voxel of the structure lies inside, every other one outside.

    Parameters
    ----------
    labels
        uint8 [k, j, i].
    label
        Value of the structure.
    geometry
        Of the mask.
    box
        Outside of it there is no voxel of the structure; without it the whole array is searched.
    finest_mm
        Voxels finer than this are averaged up to it; 0 leaves them.
    smooth
        Sigma of the smoothing in units of the widest sample spacing; 0 for none.
    most_samples
        How many samples of the mask are kept at most.
    """
    if box is None:
        box = boxes_of(labels).get(label)
    if box is None or min(box.shape_kji) < 1:
        return None
    spacing = np.asarray(geometry.spacing_mm[::-1])
    blocks = _block_kji(box.shape_kji, spacing, finest_mm=finest_mm, most_samples=most_samples)
    share = _averaged(labels, label, box, blocks)
    if share.max() < LEVEL:
        # too thin for its blocks: whatever holds a voxel is shown
        share = np.where(share > 0, np.float32(1.0), np.float32(0.0))
    if share.max() < LEVEL:
        return None
    field = _smoothed(share, spacing * blocks, smooth)
    return _mesh(field, box, blocks, geometry)


def _block_kji(
    shape_kji: tuple[int, int, int], spacing_kji: npt.NDArray[np.float64], *, finest_mm: float, most_samples: int
) -> npt.NDArray[np.int64]:
    """Return how many voxels are averaged along k, j, i."""
    shape = np.asarray(shape_kji)
    blocks = np.clip(np.floor(finest_mm / spacing_kji + 1e-6), 1, shape).astype(np.int64)
    while np.prod(-(-shape // blocks)) > most_samples:
        # the finest axis gives way, unless it is one block already
        finest = int(np.argmin(np.where(blocks < shape, blocks * spacing_kji, np.inf)))
        blocks[finest] += 1
    return blocks


def _averaged(labels: UInt8, label: int, box: Box, blocks: npt.NDArray[np.int64]) -> Floats:
    """Return the share of each block that belongs to the structure, 0 to 1, with a rim of one block of background."""
    part = labels[box.slices]
    counts = [-(-n // int(b)) for n, b in zip(part.shape, blocks, strict=True)]
    share = np.zeros([n + 2 for n in counts], np.float32)
    bk, bj, bi = (int(b) for b in blocks)
    weight = np.float32(1.0 / (bk * bj * bi))
    for k in range(counts[0]):
        # block by block along k: nothing as large as the scan is ever made
        planes = part[k * bk : (k + 1) * bk] == label
        total = planes.sum(axis=0, dtype=np.uint16) if bk > 1 else planes[0].view(np.uint8)
        rows = _summed(total, bj, 0)
        share[k + 1, 1:-1, 1:-1] = _summed(rows, bi, 1) * weight
    return share


def _summed(values: npt.NDArray[np.unsignedinteger], block: int, axis: int) -> npt.NDArray[np.unsignedinteger]:
    """Return sums of neighbours [j, i]; the last one may be of fewer."""
    if block == 1:
        return values
    count = -(-values.shape[axis] // block)
    shape = (count, values.shape[1]) if axis == 0 else (values.shape[0], count)
    total = np.zeros(shape, np.uint32)
    for offset in range(block):
        one = values[offset::block] if axis == 0 else values[:, offset::block]
        total[: one.shape[0], : one.shape[1]] += one
    return total


def _smoothed(share: Floats, spacing_kji: npt.NDArray[np.float64], smooth: float) -> Floats:
    """Return the field whose level ``LEVEL`` is the surface; see the module."""
    inside = share >= LEVEL
    field = share
    if smooth > 0:
        from scipy import ndimage

        field = ndimage.gaussian_filter(share, smooth * spacing_kji.max() / spacing_kji, mode="constant", truncate=3.0)
        field += np.float32(LEVEL - _level_for(field, float(share.sum(dtype=np.float64))))
    return np.where(inside, np.maximum(field, np.float32(LEVEL + CLAMP)), np.minimum(field, np.float32(LEVEL - CLAMP)))


def _level_for(field: Floats, samples: float) -> float:
    """Return the level above which a smooth field holds as many samples as wanted; those near the level count in part."""
    near = field[field > SOFT / 4]
    low, high = 0.0, 1.0
    for _halving in range(HALVINGS):
        level = (low + high) / 2
        held = float(np.clip((near - np.float32(level)) * np.float32(1 / SOFT) + np.float32(0.5), 0, 1).sum(dtype=np.float64))
        low, high = (level, high) if held > samples else (low, level)
    return (low + high) / 2


def warm_up() -> None:
    """Load the libraries of surfaces: a large one holds all threads of the program up while it is loaded."""
    for name in ("scipy.ndimage", "skimage.measure"):
        importlib.import_module(name)


def _mesh(field: Floats, box: Box, blocks: npt.NDArray[np.int64], geometry: Geometry) -> Surface:
    from skimage.measure import marching_cubes

    corners, faces, _normals, _values = marching_cubes(field, LEVEL)  # type: ignore[no-untyped-call]
    # centre of sample n along an axis, in voxels: the rim comes first, and a block's centre is between its voxels
    index_kji = np.asarray(box.start_kji) + (corners.astype(np.float64) - 1.0) * blocks + (blocks - 1) / 2
    vertices = geometry.index_to_world(index_kji[:, ::-1])
    # wound clockwise for [k, j, i], hence as wanted for (i, j, k), unless the grid is left-handed
    if np.linalg.det(geometry.direction) < 0:
        faces = faces[:, ::-1]
    faces = np.asfortranarray(faces, np.int32)
    return Surface(vertices.astype(np.float32), _normals_of(vertices - vertices.mean(axis=0), faces), faces)


def _normals_of(vertices: npt.NDArray[np.float64], faces: npt.NDArray[np.int32]) -> Floats:
    """Return the mean of the normals around each vertex, weighted with the areas of the triangles, a few rings wide."""
    a, b, c = (vertices[faces[:, n]] for n in range(3))
    of_faces = np.cross(b - a, c - a)
    corners = faces.reshape(-1)
    normals = _unit(_gathered(of_faces, corners, len(vertices)))
    for _ring in range(NORMAL_RINGS):
        of_faces = sum((normals[faces[:, n]] for n in range(3)), np.zeros(1))
        normals = _unit(_gathered(of_faces, corners, len(vertices)))
    return normals.astype(np.float32)


def _gathered(of_faces: npt.NDArray[np.float64], corners: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.float64]:
    """Return the sum over the faces around each vertex."""
    return np.stack([np.bincount(corners, np.repeat(of_faces[:, n], 3), count) for n in range(3)], axis=1)


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30))
