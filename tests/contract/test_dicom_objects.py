"""DICOM segmentations and structure sets in all 48 axis orders: what we write is judged by highdicom, pydicom and dciodvfy."""

from __future__ import annotations

import gzip
import itertools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from skimage.measure import points_in_poly

from gf_desktop.files.dicom_objects import export_dicom_object
from gf_desktop.files.dicom_rtstruct import write_rtstruct
from gf_desktop.files.dicom_rtstruct_read import open_rtstruct, read_rtstruct
from gf_desktop.files.dicom_seg import write_dicom_seg
from gf_desktop.files.dicom_seg_read import read_dicom_seg
from gf_desktop.files.formats import DicomFormat
from gf_desktop.files.masks import read_mask
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

AFFINE_TOL_MM = 1e-4
DATA = Path(__file__).resolve().parents[1] / "data" / "objects"
ORDERS = [AxisMap(order, flips) for order in itertools.permutations(range(3)) for flips in itertools.product((False, True), repeat=3)]  # type: ignore[arg-type]
TABLE = LabelTable(
    (
        Structure(1, "left kidney", "#e69f00"),
        Structure(2, "liver", "#56b4e9", "SCT 10200004"),
        Structure(7, "Größe µ", "#009e73"),
        Structure(9, "tumour", "#d55e00", "99LOCAL T-1"),
    )
)


def made_labels() -> np.ndarray:
    """Return labels [k, j, i] with a hole, islands that touch at corners, single voxels, and the whole border drawn."""
    labels = np.zeros((5, 6, 7), np.uint8)
    labels[1:4, 1:5, 1:6] = 2
    labels[2, 2:4, 2:5] = 0
    labels[2, 3, 3] = 9
    labels[0, 0, 0] = labels[0, 1, 1] = labels[4, 5, 6] = 1
    labels[:, 0, 3:] = 7
    labels[3, :, 6] = 7
    return labels


LABELS = made_labels()
PRESENT = [1, 2, 7, 9]


def oblique(angle_deg: float) -> np.ndarray:
    """Return axes turned by an angle about each of two patient axes."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


@pytest.fixture(params=[0.0, 7.3], ids=["straight", "oblique"])
def axes(request: pytest.FixtureRequest) -> np.ndarray:
    return oblique(request.param)


@pytest.fixture(params=[(1.5, 1.5, 1.5), (0.7, 0.9765625, 2.5)], ids=["isotropic", "anisotropic"])
def grid(request: pytest.FixtureRequest, axes: np.ndarray) -> Geometry:
    return Geometry((7, 6, 5), request.param, (-249.51171875, 137.3, -804.51), axes)


def highdicom_reads(path: Path, labels: np.ndarray, geometry: Geometry) -> tuple[int, float]:
    """Return how many voxels differ and how far the affine is off, in mm, by highdicom's reading of a segmentation."""
    volume = highdicom.seg.segread(path).get_volume(combine_segments=True)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = volume.affine[:3, :3][:, ::-1], volume.affine[:3, 3]  # highdicom's axes are [k, j, i]
    own = Geometry.from_affine(matrix, volume.array.shape[::-1])
    order = own.axes_like(geometry.direction)
    placed = own.reordered(order)
    # frames without a voxel are not stored, so its volume may be a part of ours
    first = np.rint(geometry.world_to_index(placed.origin_mm)).astype(int)
    found = np.zeros(geometry.shape_kji, np.uint8)
    part = tuple(slice(first[a], first[a] + placed.size_ijk[a]) for a in (2, 1, 0))
    found[part] = np.array([0, *PRESENT], np.uint8)[order.view(volume.array.astype(np.uint8))]
    expected = geometry.affine.copy()
    expected[:3, 3] = geometry.index_to_world(first)
    return int((found != labels).sum()), float(np.abs(placed.affine - expected).max())


def test_that_segmentations_in_every_axis_order_are_read_by_highdicom_without_a_mismatch(
    grid: Geometry, write_series: Callable[..., list[Path]], tmp_path: Path
) -> None:
    mismatches, worst_mm, ours = 0, 0.0, 0
    for number, axis_map in enumerate(ORDERS):
        geometry, labels = grid.reordered(axis_map), np.ascontiguousarray(axis_map.view(LABELS))
        sources = write_series(tmp_path / f"{number}", geometry)
        (file,) = write_dicom_seg(
            labels, geometry, TABLE, sources=sources, path=tmp_path / f"{number}.dcm", patient_tags="copy", model_id="m"
        )
        differ, apart = highdicom_reads(file.path, labels, geometry)
        mismatches, worst_mm = mismatches + differ, max(worst_mm, apart)
        ids = np.array([0, *PRESENT], np.uint8)
        ours += int((ids[read_dicom_seg(file.path, grid).labels] != LABELS).sum())
    assert mismatches == ours == 0
    assert worst_mm <= AFFINE_TOL_MM


def judged_by_points_in_poly(path: Path, geometry: Geometry) -> np.ndarray:
    """Return a structure set's mask by another library's test of points, plane by plane in the patient."""
    out = np.zeros(geometry.shape_kji, np.uint8)
    size = geometry.size_ijk
    j, i = np.mgrid[: size[1], : size[0]]
    centres = np.column_stack([i.ravel(), j.ravel()]).astype(float)
    data = pydicom.dcmread(path)
    for region in data.ROIContourSequence:
        inside = np.zeros(geometry.shape_kji, np.bool_)
        for contour in region.ContourSequence:
            points = geometry.world_to_index(np.array(contour.ContourData, dtype=float).reshape(-1, 3))
            k = round(float(points[0, 2]))
            assert np.abs(points[:, 2] - k).max() * geometry.spacing_mm[2] <= AFFINE_TOL_MM
            assert np.abs(points[:, :2] * 2 - np.rint(points[:, :2] * 2)).max() * max(geometry.spacing_mm) / 2 <= AFFINE_TOL_MM
            inside[k] ^= points_in_poly(centres, points[:, :2]).reshape(size[1], size[0])
        out[inside] = region.ReferencedROINumber
    return out


def test_that_structure_sets_in_every_axis_order_hold_the_very_same_voxels(
    grid: Geometry, write_series: Callable[..., list[Path]], tmp_path: Path
) -> None:
    mismatches, ours = 0, 0
    for number, axis_map in enumerate(ORDERS):
        geometry, labels = grid.reordered(axis_map), np.ascontiguousarray(axis_map.view(LABELS))
        sources = write_series(tmp_path / f"{number}", geometry)
        (file,) = write_rtstruct(
            labels, geometry, TABLE, sources=sources, path=tmp_path / f"{number}.dcm", patient_tags="copy", model_id="m"
        )
        mismatches += int((judged_by_points_in_poly(file.path, geometry) != labels).sum())
        ours += int((read_rtstruct(file.path, grid).labels != LABELS).sum())
    assert mismatches == ours == 0


@pytest.mark.parametrize("patient_tags", ["copy", "blank"])
@pytest.mark.parametrize("form", ["seg", "rtstruct"])
def test_that_dciodvfy_finds_no_error(
    form: DicomFormat, patient_tags: str, grid: Geometry, write_series: Callable[..., list[Path]], tmp_path: Path
) -> None:
    judge = shutil.which("dciodvfy")
    if judge is None:
        pytest.skip("dciodvfy is not installed (Debian: apt-get install dicom3tools)")
    write_series(tmp_path / "in", grid)
    (file,) = export_dicom_object(
        LABELS,
        grid,
        TABLE,
        format=form,
        source=tmp_path / "in",
        folder=tmp_path / "out",
        stem="mask",
        patient_tags=patient_tags,
        model_id="m",
    )
    said = subprocess.run([judge, str(file.path)], capture_output=True, text=True, check=False)
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []
    assert {"seg": "Segmentation", "rtstruct": "RTStructureSet"}[form] in said.stderr + said.stdout


def unpacked(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress((DATA / f"{name}.gz").read_bytes()))
    return path


LIVER = Geometry((512, 512, 3), (0.810547, 0.810547, 1.0), (-235.2, -226.8, -128.69), np.eye(3))


@pytest.mark.parametrize("name", ["liver.dcm", "liver_expb.dcm"])
def test_that_the_liver_of_another_program_is_read_as_pydicom_unpacks_it(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    read = read_mask(path, LIVER)
    assert np.array_equal(read, pydicom.dcmread(path).pixel_array)
    assert int(read.sum()) == 36233 + 35645 + 35220


def test_that_real_contours_are_filled_as_another_library_fills_them(tmp_path: Path) -> None:
    path = unpacked("rt_rtss_6_structures.dcm", tmp_path)
    grid = Geometry((512, 512, 98), (1.074219, 1.074219, 3.0), (-275.0, -524.0, -122.4407), np.eye(3))
    structures = open_rtstruct(path).structures
    assert [(s.number, s.is_empty) for s in structures] == [(2, True), (3, False), (7, False), (8, False), (9, False), (10, False)]
    for structure in structures:
        mask = read_rtstruct(path, grid, wanted=[structure.number])
        expected = np.zeros(grid.shape_kji, np.bool_)
        for item in pydicom.dcmread(path).ROIContourSequence:
            for contour in item.get("ContourSequence") or () if item.ReferencedROINumber == structure.number else ():
                points = grid.world_to_index(np.array(contour.ContourData, dtype=float).reshape(-1, 3))
                low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
                j, i = np.mgrid[low[1] : high[1] + 1, low[0] : high[0] + 1]
                inside = points_in_poly(np.column_stack([i.ravel(), j.ravel()]).astype(float), points[:, :2]).reshape(i.shape)
                expected[round(points[0, 2]), low[1] : high[1] + 1, low[0] : high[0] + 1] ^= inside
        assert np.array_equal(mask.labels != 0, expected)
        assert expected.any() != structure.is_empty
