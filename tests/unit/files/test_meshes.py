"""Surfaces in files, read back by readers of our own that know nothing of the writers, against a ball whose volume and place are known."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import UserError
from gf_desktop.files import meshes
from gf_desktop.files.export import export_source
from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.formats import MeshFormat, Orientation
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.surface import surface_of
from gf_desktop.imaging.time_axis import TimeAxis

RADIUS_MM, CENTRE_MM = 15.0, np.array([31.0, -47.0, 812.0])
KINDS: tuple[MeshFormat, ...] = ("stl", "obj", "ply")


def _axes(angle_deg: float, *, left_handed: bool) -> np.ndarray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])
    return turned * (1, 1, -1 if left_handed else 1)


def ball(table: LabelTable, angle_deg: float = 20.0, *, left_handed: bool = False, spacing: tuple = (0.8, 0.9, 1.1)) -> ExportSource:
    """Return a ball of the liver around a place in the patient, and a voxel of the spleen."""
    axes, size = _axes(angle_deg, left_handed=left_handed), (48, 44, 36)
    corner = CENTRE_MM - axes @ (np.array(size) / 2 * spacing)
    grid = Geometry(size, spacing, tuple(corner), axes)
    index = np.stack(np.meshgrid(*[np.arange(n) for n in size], indexing="ij"), axis=-1)
    inside = np.linalg.norm(grid.index_to_world(index) - CENTRE_MM, axis=-1) <= RADIUS_MM
    labels = np.where(inside, np.uint8(2), np.uint8(0)).transpose(2, 1, 0).copy()
    labels[0, 0, 0] = 1
    return ExportSource("C-001", labels, grid, table, "CT", "m", spacing_known=True)


def read(path: Path) -> tuple[np.ndarray, str]:
    """Return corners float32 [triangles, 3, 3] and what the file says of itself."""
    content = path.read_bytes()
    if path.suffix == ".stl":
        (count,) = struct.unpack_from("<I", content, 80)
        assert len(content) == 84 + 50 * count
        rows = [struct.unpack_from("<12fH", content, 84 + 50 * n) for n in range(count)]
        return np.array([row[3:12] for row in rows], np.float32).reshape(-1, 3, 3), content[:80].decode()
    if path.suffix == ".obj":
        text = content.decode()
        places = np.array([[float(v) for v in found.split()] for found in re.findall(r"^v (.*)$", text, re.MULTILINE)], np.float32)
        faces = [[int(w) - 1 for w in re.findall(r"(\d+)//\d+", found)] for found in re.findall(r"^f (.*)$", text, re.MULTILINE)]
        return places[np.array(faces)], text.splitlines()[0]
    head, body = content.split(b"end_header\n", 1)
    vertices, faces = (int(n) for n in re.findall(rb"element \w+ (\d+)", head))
    places = np.array([struct.unpack_from("<3f", body, 27 * n) for n in range(vertices)], np.float32)
    index = [struct.unpack_from("<B3i", body, 27 * vertices + 13 * n)[1:] for n in range(faces)]
    assert len(body) == 27 * vertices + 13 * faces
    return places[np.array(index)], head.decode()


def enclosed(corners: np.ndarray) -> tuple[float, np.ndarray]:
    """Return volume in mm3, positive where triangles are wound counter-clockwise seen from outside, and centroid."""
    near = corners.astype(np.float64) - corners[0, 0]
    parts = np.linalg.det(near) / 6
    return float(parts.sum()), (parts[:, None] * near.sum(axis=1) / 4).sum(axis=0) / parts.sum() + corners[0, 0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", ["lps", "ras"])
@pytest.mark.parametrize("left_handed", [False, True])
def test_that_a_ball_lies_in_the_patient_where_it_was_drawn_and_is_as_large(
    tmp_path: Path, table: LabelTable, *, kind: MeshFormat, orientation: Orientation, left_handed: bool
) -> None:
    source = ball(table, left_handed=left_handed)
    files = export_source(source, folder=tmp_path, format=kind, orientation=orientation)
    assert [f.path.name for f in files] == [f"C-001_s01-spleen.{kind}", f"C-001_s02-liver.{kind}", f"C-001_{kind}.json"]
    corners, said = read(files[1].path)
    volume, centroid = enclosed(corners)
    expected = CENTRE_MM * ((1, 1, 1) if orientation == "lps" else (-1, -1, 1))
    assert volume == pytest.approx(4 / 3 * np.pi * RADIUS_MM**3, rel=0.01)
    assert np.abs(centroid - expected).max() < 0.05
    assert np.abs(np.linalg.norm(corners - expected, axis=-1) - RADIUS_MM).max() < 1.1
    assert f"SPACE={orientation.upper()}" in said
    assert not said.startswith("solid")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left_handed", [False, True])
def test_that_a_scan_of_one_oblique_slice_has_a_closed_slab_in_its_place(
    tmp_path: Path, table: LabelTable, *, kind: MeshFormat, left_handed: bool
) -> None:
    axes, spacing = _axes(20.0, left_handed=left_handed), np.array([0.8, 0.9, 2.5])
    grid = Geometry((30, 26, 1), tuple(spacing), tuple(CENTRE_MM), axes)
    labels = np.zeros((1, 26, 30), np.uint8)
    labels[0, 5:21, 4:24] = 2
    source = ExportSource("C-001", labels, grid, table, "US", "m", spacing_known=True)
    mesh, beside = export_source(source, folder=tmp_path, format=kind)
    corners, _said = read(mesh.path)
    volume, centroid = enclosed(corners)
    (row,) = json.loads(beside.path.read_text(encoding="utf-8"))["structures"]
    assert volume / 1000 == pytest.approx(row["volume_ml"], rel=1e-4)
    # smoothing rounds the rim of a slab off, within its voxels
    assert 0.8 < volume / (20 * 16 * spacing.prod()) < 1.0
    assert np.abs(centroid - grid.index_to_world((13.5, 12.5, 0.0))).max() < 0.05
    # no corner lies outside of the voxels of the slab, seen along the scan's own axes, and all their centres lie inside
    index = grid.world_to_index(corners.reshape(-1, 3).astype(np.float64))
    low, high = index.min(axis=0), index.max(axis=0)
    assert ((low > (3.4, 4.4, -0.6)) & (low < (4, 5, 0))).all()
    assert ((high < (23.6, 20.6, 0.6)) & (high > (23, 20, 0))).all()
    # every edge belongs to two triangles
    edges = np.sort(np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)[1].reshape(-1, 3)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2))
    assert set(np.unique(edges, axis=0, return_counts=True)[1]) == {2}


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_corner_is_that_of_the_surface_to_the_last_bit(tmp_path: Path, table: LabelTable, kind: MeshFormat) -> None:
    source = ball(table)
    surface = surface_of(source.labels, 2, source.geometry)
    assert surface is not None
    corners, _said = read(export_source(source, folder=tmp_path, format=kind)[1].path)
    assert np.array_equal(corners, surface.vertices[surface.faces])


def test_that_the_document_tells_frame_volume_and_area(tmp_path: Path, table: LabelTable) -> None:
    document = json.loads(export_source(ball(table), folder=tmp_path, format="ply", orientation="ras")[-1].path.read_text())
    assert document["frame"] == "RAS, mm"
    (_spleen, liver) = document["structures"]
    assert (liver["name"], liver["file"]) == ("liver", "C-001_s02-liver.ply")
    assert liver["volume_ml"] == pytest.approx(4 / 3 * np.pi * RADIUS_MM**3 / 1000, rel=0.01)
    assert liver["area_mm2"] == pytest.approx(4 * np.pi * RADIUS_MM**2, rel=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_surface_that_does_not_read_back_the_same_is_not_kept(
    tmp_path: Path, table: LabelTable, monkeypatch: pytest.MonkeyPatch, kind: MeshFormat
) -> None:
    real = meshes.encode_mesh

    def spoiled(surface: object, kind: MeshFormat, **more: object) -> bytes:
        moved = surface.vertices.copy()  # type: ignore[attr-defined]
        moved[3, 1] += 0.01
        return real(type(surface)(moved, surface.normals, surface.faces), kind, **more)  # type: ignore[attr-defined, call-arg, arg-type]

    monkeypatch.setattr(meshes, "encode_mesh", spoiled)
    with pytest.raises(UserError, match="not what was written"):
        export_source(ball(table), folder=tmp_path / "out", format=kind)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [{"spacing_known": False}, {"spacing_known": True, "time": TimeAxis("cine", 2)}])
def test_that_what_has_no_size_in_space_has_no_surface(tmp_path: Path, table: LabelTable, more: dict) -> None:
    source = ExportSource("C", np.ones((2, 3, 4), np.uint8), Geometry.identity((4, 3, 2)), table, "US", "m", **more)
    with pytest.raises(UserError, match="no surfaces"):
        export_source(source, folder=tmp_path / "out", format="stl")
    assert not (tmp_path / "out").exists()
