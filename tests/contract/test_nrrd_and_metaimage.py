"""NRRD and MetaImage as a reader of our own tests sees them: header lines and raw bytes, without SimpleITK."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it

from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.volume import Volume

DATA = Path(__file__).resolve().parents[1] / "data" / "frames"

TYPES = {"short": "<i2", "unsigned char": "u1", "float": "<f4", "MET_SHORT": "<i2"}


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.replace("(", " ").replace(")", " ").replace(",", " ").split()]


def read_nrrd(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return voxels [k, j, i] and the matrix (i, j, k, 1) -> LPS mm."""
    head, body = path.read_bytes().split(b"\n\n", 1)
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:] if not line.startswith("#"))
    sizes = [int(n) for n in fields["sizes"].split()]
    raw = gzip.decompress(body) if fields["encoding"] == "gzip" else body
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(numbers(fields["space directions"]), (3, 3)).T
    matrix[:3, 3] = numbers(fields["space origin"])
    if fields["space"] == "right-anterior-superior":
        matrix[:2] *= -1
    else:
        assert fields["space"] == "left-posterior-superior"
    return np.frombuffer(raw, TYPES[fields["type"]]).reshape(sizes[::-1]), matrix


def read_metaimage(path: Path) -> tuple[np.ndarray, np.ndarray]:
    head, body = path.read_bytes().split(b"ElementDataFile = LOCAL\n", 1)
    fields = dict(line.split(" = ", 1) for line in head.decode().splitlines())
    sizes = [int(n) for n in fields["DimSize"].split()]
    matrix = np.eye(4)
    # one axis a row
    matrix[:3, :3] = np.reshape(numbers(fields["TransformMatrix"]), (3, 3)).T * numbers(fields["ElementSpacing"])
    matrix[:3, 3] = numbers(fields["Offset"])
    return np.frombuffer(body, TYPES[fields["ElementType"]]).reshape(sizes[::-1]), matrix


def ours(path: Path) -> Volume:
    (source,) = find_scans(path)
    return read_scan(source).volume


def test_that_a_real_nrrd_has_the_voxels_and_the_place_that_its_bytes_say() -> None:
    path = DATA / "breast1_image.nrrd"
    voxels, matrix = read_nrrd(path)
    volume = ours(path)
    assert np.array_equal(volume.voxels, voxels)
    assert np.abs(volume.geometry.affine - matrix).max() < 1e-9
    assert voxels.std() > 0


@pytest.mark.parametrize("space", ["left-posterior-superior", "right-anterior-superior"])
@pytest.mark.parametrize("flipped", [False, True])
def test_that_frames_of_the_patient_are_turned_into_ours(tmp_path: Path, space: str, flipped: bool) -> None:
    voxels = np.arange(4 * 5 * 6, dtype="<i2").reshape(4, 5, 6)
    last = "(0,0,-2.5)" if flipped else "(0,0,2.5)"
    head = (
        f"NRRD0004\ntype: short\ndimension: 3\nspace: {space}\nsizes: 6 5 4\n"
        f"space directions: (0,0.7,0) (0.8,0,0) {last}\nkinds: domain domain domain\n"
        "endian: little\nencoding: raw\nspace origin: (1,2,3)\n\n"
    )
    path = tmp_path / "a.nrrd"
    path.write_bytes(head.encode() + voxels.tobytes())
    read, matrix = read_nrrd(path)
    volume = ours(path)
    assert np.array_equal(volume.voxels, read)
    assert np.abs(volume.geometry.affine - matrix).max() < 1e-9


def test_that_an_oblique_metaimage_lies_where_its_bytes_say(tmp_path: Path) -> None:
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    image = sitk.GetImageFromArray(np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6))
    image.SetSpacing((0.7, 0.8, 2.5))
    image.SetOrigin((-10.0, 20.0, 30.0))
    image.SetDirection(turn.reshape(-1).tolist())
    path = tmp_path / "a.mha"
    sitk.WriteImage(image, str(path))
    read, matrix = read_metaimage(path)
    volume = ours(path)
    assert np.array_equal(volume.voxels, read)
    assert np.abs(volume.geometry.affine - matrix).max() < 1e-6
    assert volume.geometry.is_oblique
