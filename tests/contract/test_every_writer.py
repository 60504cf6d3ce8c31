"""All 48 axis orders, straight and oblique, with equal and with different spacings: every label map that is written, read independently.

The readers share nothing with the program: nibabel, Pillow, and a few lines for headers that are text.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it
from PIL import Image

from gf_desktop.files.export import export_mask
from gf_desktop.files.formats import LABEL_FORMATS, LabelFormat
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.time_axis import TimeAxis

RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def _read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return voxels [k, j, i] and the matrix from (i, j, k, 1) to LPS mm."""
    image = nibabel.load(path)
    return np.asarray(image.dataobj).transpose(2, 1, 0), RAS @ image.affine


def _read_nrrd(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the same of a gzip-compressed NRRD of uint8."""
    head, _, packed = path.read_bytes().partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line and ":=" not in line)
    assert (fields["type"], fields["space"], fields["encoding"]) == ("uint8", "left-posterior-superior", "gzip")
    size = [int(n) for n in fields["sizes"].split()]
    vectors = [[float(v) for v in text.split(",")] for text in re.findall(r"\(([^)]*)\)", fields["space directions"])]
    matrix = np.eye(4)
    matrix[:3, :3] = np.transpose(vectors)
    matrix[:3, 3] = [float(v) for v in fields["space origin"].strip("()").split(",")]
    return np.frombuffer(gzip.decompress(packed), np.uint8).reshape(size[::-1]), matrix


def _read_mha(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the same of a compressed MetaImage of uint8."""
    head, _, packed = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    fields = dict(line.split(" = ", 1) for line in head.decode().splitlines())
    assert (fields["ElementType"], fields["CompressedData"], int(fields["CompressedDataSize"])) == ("MET_UCHAR", "True", len(packed))
    size = [int(n) for n in fields["DimSize"].split()]
    axes = np.reshape([float(v) for v in fields["TransformMatrix"].split()], (3, 3))
    matrix = np.eye(4)
    matrix[:3, :3] = axes.T * [float(v) for v in fields["ElementSpacing"].split()]
    matrix[:3, 3] = [float(v) for v in fields["Offset"].split()]
    return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(size[::-1]), matrix


def _read_pictures(document: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the same of pictures and the document beside them."""
    facts = json.loads(document.read_text(encoding="utf-8"))
    grid = facts["geometry"]
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(grid["direction"], (3, 3)) * grid["spacing_mm"]
    matrix[:3, 3] = grid["origin_mm"]
    stems = facts.get("stems", {})
    if not stems:
        return _stack([document.with_name(name) for name in facts["files"]]), matrix
    whole = np.zeros(grid["size"][::-1], np.int64)
    for label, stem in stems.items():
        own = _stack([document.with_name(name) for name in facts["files"] if name.startswith(f"{stem}_k")])
        assert set(np.unique(own)) <= {0, 255}
        whole += int(label) * (own == 255)
    return whole, matrix


def _stack(paths: list[Path]) -> np.ndarray:
    planes = []
    for path in paths:
        with Image.open(path) as image:
            planes.append(np.array(image))
    return np.stack(planes)


# name of the format -> where its files begin to be read from, and how
READERS: dict[str, tuple[str, Callable[[Path], tuple[np.ndarray, np.ndarray]]]] = {
    "nifti": (".nii.gz", _read_nifti),
    "nrrd": (".seg.nrrd", _read_nrrd),
    "mha": (".mha", _read_mha),
    "png": ("_png.json", _read_pictures),
    "png16": ("_png16.json", _read_pictures),
    "png-structures": ("_structures_png.json", _read_pictures),
}
ORDERS = [AxisMap(order, flips) for order in itertools.permutations(range(3)) for flips in itertools.product((False, True), repeat=3)]  # type: ignore[arg-type]
TABLE = LabelTable(tuple(Structure(n, f"structure {n}", "#e69f00") for n in (1, 2, 250)))
LABELS = np.random.default_rng(3).choice(np.array([0, 1, 2, 250], np.uint8), (3, 4, 5))
AFFINE_TOL_MM = 1e-4


def _turned(angle_deg: float) -> np.ndarray:
    """Return axes turned by an angle about each of two patient axes."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


@pytest.mark.parametrize("spacing_mm", [(1.25, 1.25, 1.25), (0.7, 0.9765625, 2.5)], ids=["isotropic", "anisotropic"])
@pytest.mark.parametrize("angle_deg", [0.0, 7.3], ids=["straight", "oblique"])
@pytest.mark.parametrize("kind", LABEL_FORMATS)
def test_that_every_axis_order_of_every_writer_is_read_elsewhere_without_a_mismatch(
    tmp_path: Path, kind: LabelFormat, angle_deg: float, spacing_mm: tuple[float, float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    # that files last through a power cut is not what is tested here, and would take most of the time
    monkeypatch.setattr("os.fsync", lambda _handle: None)
    grid = Geometry((5, 4, 3), spacing_mm, (-249.51171875, 137.3, -804.51), _turned(angle_deg))
    suffix, read = READERS[kind]
    mismatches, worst_mm = 0, 0.0
    for number, axis_map in enumerate(ORDERS):
        labels, own, stem = np.ascontiguousarray(axis_map.view(LABELS)), grid.reordered(axis_map), f"C-{number:03d}"
        export_mask(labels, own, TABLE, folder=tmp_path, stem=stem, format=kind, modality="CT", model_id="m", spacing_known=True)
        voxels, matrix = read(tmp_path / f"{stem}{suffix}")
        mismatches += int(np.count_nonzero(voxels != labels)) if voxels.shape == labels.shape else labels.size
        worst_mm = max(worst_mm, float(np.abs(matrix - own.affine).max()))
    assert len(set(ORDERS)) == 48
    assert mismatches == 0
    assert worst_mm <= AFFINE_TOL_MM


@pytest.mark.parametrize("kind", ["nrrd", "mha"])
@pytest.mark.parametrize("frame_ms", [40.0, None])
def test_that_frames_in_time_lie_along_a_fourth_axis(tmp_path: Path, kind: LabelFormat, frame_ms: float | None) -> None:
    grid = Geometry((5, 4, 3), (0.5, 0.6, 1.0), (1.0, 2.0, 3.0), _turned(7.3))
    time = TimeAxis("cine", 3, frame_ms)
    (file, _) = export_mask(
        LABELS, grid, TABLE, folder=tmp_path, stem="C", format=kind, modality="US", model_id="m", spacing_known=True, time=time
    )
    image = sitk.ReadImage(str(file.path))
    assert image.GetSize() == (5, 4, 1, 3)
    assert np.array_equal(sitk.GetArrayFromImage(image)[:, 0], LABELS)
    assert image.GetSpacing() == pytest.approx((0.5, 0.6, 1.0, 0.04 if frame_ms else 1.0))
    assert image.GetOrigin() == pytest.approx((1.0, 2.0, 3.0, 0.0))
    assert np.reshape(image.GetDirection(), (4, 4))[:3, :3] == pytest.approx(grid.direction)
