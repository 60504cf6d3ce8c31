"""Surfaces as files for other programs: STL (binary), OBJ and PLY (binary), in the patient's millimetres.

The frame stands in each file where 3D Slicer looks for it, as "SPACE=LPS" in the header or in a comment, and in the document beside.
Turning from LPS to RAS changes the signs of x and y, which is half a turn about z: triangles keep their winding.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import UserError
from gf_desktop.files.export_source import ExportSource, structure_word
from gf_desktop.files.formats import MeshFormat, Orientation
from gf_desktop.files.landing import Piece, bytes_piece, json_bytes
from gf_desktop.files.sidecar import DISCLAIMER, sidecar_name
from gf_desktop.imaging.labelmap import Structure
from gf_desktop.imaging.surface import Surface, boxes_of, surface_of

__all__ = ["MESH_KIND", "MESH_SAMPLES", "decode_mesh", "encode_mesh", "mesh_pieces"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

MESH_KIND: Final = "graph-flow-desktop surfaces"
MESH_FORMAT: Final = 1

MESH_SAMPLES: Final = 30_000_000
"""Every voxel of a structure counts up to so many in its box, which takes about a gigabyte; a larger box is averaged."""

VOLUME_TOL: Final = 1e-4
"""Share by which the enclosed volume of what was read back may differ: corners of triangles are rounded to float32."""

STL_HEADER: Final = 80
_STL: Final = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("more", "<u2")])
_PLY_VERTEX: Final = np.dtype([("place", "<f4", 3), ("normal", "<f4", 3), ("rgb", "u1", 3)])
_PLY_FACE: Final = np.dtype([("count", "u1"), ("vertices", "<i4", 3)])
_PLY_HEAD: Final = (
    "ply",
    "format binary_little_endian 1.0",
    "comment {comment}",
    "element vertex {vertices}",
    *(f"property float {name}" for name in ("x", "y", "z", "nx", "ny", "nz")),
    *(f"property uchar {name}" for name in ("red", "green", "blue")),
    "element face {faces}",
    "property list uchar int vertex_indices",
    "end_header",
)


def mesh_pieces(source: ExportSource, kind: MeshFormat, orientation: Orientation) -> list[Piece]:
    """Return one file for each structure that occurs, and the document that names them.

    Raises
    ------
    UserError
        When the scan has no volume in space: a picture without a size, or frames in time.
    """
    if not source.in_space:
        raise UserError("This scan has no volume in space, so it has no surfaces", where=source.stem, next_step="Export its masks instead.")
    pieces, rows, boxes = [], [], boxes_of(source.labels)
    for structure in source.structures:
        surface = surface_of(source.labels, structure.id, source.geometry, box=boxes[structure.id], most_samples=MESH_SAMPLES)
        assert surface is not None, "the structure occurs"
        turned = surface if orientation == "lps" else _turned(surface)
        name = f"{source.stem}_{structure_word(structure)}.{kind}"
        content = encode_mesh(turned, kind, orientation=orientation, rgb=structure.rgb)
        pieces.append(bytes_piece(name, content, check=partial(_means, turned, kind)))
        rows.append(_row(structure, surface, name))
    document = {
        "kind": MESH_KIND,
        "format": MESH_FORMAT,
        "use": DISCLAIMER,
        "frame": f"{orientation.upper()}, mm",
        "model_id": source.model_id,
        "modality": source.modality,
        "structures": rows,
    }
    return [*pieces, bytes_piece(sidecar_name(source.stem, kind), json_bytes(document))]


def _row(structure: Structure, surface: Surface, name: str) -> dict[str, Any]:
    return {
        "id": structure.id,
        "name": structure.name,
        "color": structure.color,
        "code": structure.code,
        "file": name,
        "vertices": len(surface.vertices),
        "triangles": len(surface.faces),
        "volume_ml": surface.volume_ml,
        "area_mm2": surface.area_mm2,
    }


def _turned(surface: Surface) -> Surface:
    """Return a surface in RAS."""
    half_turn = np.array([-1, -1, 1], np.float32)
    return Surface(surface.vertices * half_turn, surface.normals * half_turn, surface.faces)


def encode_mesh(surface: Surface, kind: MeshFormat, *, orientation: Orientation, rgb: tuple[int, int, int] = (200, 200, 200)) -> bytes:
    """Return a surface as a file.

    Parameters
    ----------
    surface
        In the frame that is told.
    rgb
        For PLY, which has colours; 0 to 255.
    """
    comment = f"Graph Flow Desktop, mm, SPACE={orientation.upper()}, {DISCLAIMER}"
    writers: dict[MeshFormat, Callable[[], bytes]] = {
        "stl": lambda: _stl(surface, comment),
        "obj": lambda: _obj(surface, comment),
        "ply": lambda: _ply(surface, comment, rgb),
    }
    return writers[kind]()


def _stl(surface: Surface, comment: str) -> bytes:
    rows = np.zeros(len(surface.faces), _STL)
    rows["corners"] = surface.vertices[surface.faces]
    corners = rows["corners"].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    rows["normal"] = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    # a header that began with "solid" would be taken for text
    return comment.encode("ascii").ljust(STL_HEADER)[:STL_HEADER] + np.uint32(len(rows)).tobytes() + rows.tobytes()


def _obj(surface: Surface, comment: str) -> bytes:
    # nine digits tell any two float32 apart
    lines = [f"# {comment}"]
    lines += [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in surface.vertices.tolist()]
    lines += [f"vn {x:.5g} {y:.5g} {z:.5g}" for x, y, z in surface.normals.tolist()]
    lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in (surface.faces + 1).tolist()]
    return ("\n".join(lines) + "\n").encode("ascii")


def _ply(surface: Surface, comment: str, rgb: tuple[int, int, int]) -> bytes:
    vertices = np.zeros(len(surface.vertices), _PLY_VERTEX)
    vertices["place"], vertices["normal"], vertices["rgb"] = surface.vertices, surface.normals, rgb
    faces = np.zeros(len(surface.faces), _PLY_FACE)
    faces["count"], faces["vertices"] = 3, surface.faces
    head = "\n".join(_PLY_HEAD).format(comment=comment, vertices=len(vertices), faces=len(faces)) + "\n"
    return head.encode("ascii") + vertices.tobytes() + faces.tobytes()


def _means(surface: Surface, kind: MeshFormat, content: bytes) -> bool:
    """Whether a file holds every corner of every triangle of a surface, in the same order, and the same volume."""
    corners = decode_mesh(content, kind)
    if corners.shape != (len(surface.faces), 3, 3) or not np.array_equal(corners, surface.vertices[surface.faces]):
        return False
    near = corners.astype(np.float64) - surface.vertices[0]
    volume = float(np.linalg.det(near).sum()) / 6000.0
    return abs(volume - surface.volume_ml) <= VOLUME_TOL * max(abs(surface.volume_ml), 1e-9)


def decode_mesh(content: bytes, kind: MeshFormat) -> Floats:
    """Return the corners of the triangles of a file of this program, float32 [triangles, 3, 3] in its mm.

    Raises
    ------
    ValueError
        When it is none.
    """
    if kind == "stl":
        count = int.from_bytes(content[STL_HEADER : STL_HEADER + 4], "little")
        return np.frombuffer(content, _STL, count, STL_HEADER + 4)["corners"].copy()
    if kind == "ply":
        return _ply_corners(content)
    lines = content.decode("ascii").splitlines()
    places = np.array([line.split()[1:] for line in lines if line.startswith("v ")], np.float64).astype(np.float32).reshape(-1, 3)
    faces = [[int(word.split("/")[0]) - 1 for word in line.split()[1:]] for line in lines if line.startswith("f ")]
    return places[np.array(faces, np.int64).reshape(-1, 3)]


def _ply_corners(content: bytes) -> Floats:
    head, found, body = content.partition(b"end_header\n")
    if not found:
        raise ValueError("no PLY")
    sizes = {line.split()[1]: int(line.split()[2]) for line in head.decode("ascii").splitlines() if line.startswith("element ")}
    vertices = np.frombuffer(body, _PLY_VERTEX, sizes["vertex"])
    faces = np.frombuffer(body, _PLY_FACE, sizes["face"], vertices.nbytes)
    return np.asarray(vertices["place"][faces["vertices"]])
