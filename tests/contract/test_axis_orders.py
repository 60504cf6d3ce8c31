"""All 48 axis orders, straight and oblique, with three different spacings: what we write is judged by nibabel, what others write by us."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it

from gf_desktop.files.export import export_mask
from gf_desktop.files.masks import read_mask
from gf_desktop.files.nifti import open_nifti
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

AFFINE_TOL_MM = 1e-4
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
ORDERS = [AxisMap(order, flips) for order in itertools.permutations(range(3)) for flips in itertools.product((False, True), repeat=3)]  # type: ignore[arg-type]
TABLE = LabelTable(tuple(Structure(n, f"structure {n}", "#e69f00") for n in range(1, 8)))
LABELS = np.random.default_rng(3).integers(0, 8, (7, 11, 13), dtype=np.uint8)


def oblique(angle_deg: float) -> np.ndarray:
    """Return axes turned by an angle about each of two patient axes."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


def name(axis_map: AxisMap) -> str:
    return "".join("ijk"[o] + "+-"[f] for o, f in zip(axis_map.order, axis_map.flipped, strict=True))


@pytest.fixture(params=[0.0, 7.3], ids=["straight", "oblique"])
def scan_grid(request: pytest.FixtureRequest) -> Geometry:
    return Geometry((13, 11, 7), (0.7, 0.9765625, 2.5), (-249.51171875, 137.3, -804.51), oblique(request.param))


def orders(grid: Geometry) -> Iterator[tuple[str, np.ndarray, Geometry]]:
    """Yield name, labels and grid of the same voxels in space in every order of axes."""
    for axis_map in ORDERS:
        yield name(axis_map), np.ascontiguousarray(axis_map.view(LABELS)), grid.reordered(axis_map)


def test_that_there_are_forty_eight_orders() -> None:
    assert len({name(m) for m in ORDERS}) == 48


def test_that_nibabel_reads_every_order_that_we_write_without_a_mismatch(scan_grid: Geometry, tmp_path: Path) -> None:
    mismatches, worst_mm = 0, 0.0
    for stem, labels, grid in orders(scan_grid):
        (mask, _) = export_mask(
            labels, grid, TABLE, folder=tmp_path, stem=stem, format="nifti", modality="CT", model_id="m", spacing_known=True
        )
        image = nibabel.load(mask.path)
        mismatches += int((np.asarray(image.dataobj).transpose(2, 1, 0) != labels).sum())
        for matrix in (image.affine, image.header.get_qform(), image.header.get_sform()):
            worst_mm = max(worst_mm, float(np.abs(matrix - LPS @ grid.affine).max()))
    assert mismatches == 0
    assert worst_mm <= AFFINE_TOL_MM


def test_that_every_voxel_that_we_write_lies_where_it_lay_in_the_scan(scan_grid: Geometry, tmp_path: Path) -> None:
    """A stricter reading of the same: each label is looked up in the scan by its place in the patient."""
    for stem, labels, grid in orders(scan_grid):
        (mask, _) = export_mask(
            labels, grid, TABLE, folder=tmp_path, stem=stem, format="nifti", modality="CT", model_id="m", spacing_known=True
        )
        image = nibabel.load(mask.path)
        index = np.stack(np.meshgrid(*map(np.arange, image.shape), indexing="ij"), axis=-1).reshape(-1, 3)
        world_ras = nibabel.affines.apply_affine(image.affine, index)
        there = scan_grid.world_to_index(world_ras * (-1, -1, 1))
        assert np.abs(there - np.rint(there)).max() * max(scan_grid.spacing_mm) <= 3 * AFFINE_TOL_MM
        i, j, k = np.rint(there).astype(int).T
        assert np.array_equal(np.asarray(image.dataobj).reshape(-1), LABELS[k, j, i])


def test_that_we_read_back_every_order_that_we_write(scan_grid: Geometry, tmp_path: Path) -> None:
    for stem, labels, grid in orders(scan_grid):
        (mask, _) = export_mask(
            labels, grid, TABLE, folder=tmp_path, stem=stem, format="nifti", modality="CT", model_id="m", spacing_known=True
        )
        volume = read_scan(find_scans(mask.path)[0]).volume
        assert np.array_equal(volume.voxels, labels)
        assert volume.geometry.largest_distance_mm(grid) <= AFFINE_TOL_MM


def test_that_a_mask_that_nibabel_wrote_in_any_order_lands_on_the_scan(scan_grid: Geometry, tmp_path: Path) -> None:
    for stem, labels, grid in orders(scan_grid):
        path = tmp_path / f"{stem}.nii.gz"
        nibabel.save(nibabel.Nifti1Image(labels.transpose(2, 1, 0), LPS @ grid.affine), path)
        assert np.array_equal(read_mask(path, scan_grid), LABELS)


@pytest.mark.parametrize("suffix", ["nrrd", "mha"])
def test_that_a_mask_that_simpleitk_wrote_in_any_order_lands_on_the_scan(scan_grid: Geometry, tmp_path: Path, suffix: str) -> None:
    for stem, labels, grid in orders(scan_grid):
        image = sitk.GetImageFromArray(labels)
        image.SetSpacing(grid.spacing_mm)
        image.SetOrigin(grid.origin_mm)
        image.SetDirection(grid.direction.reshape(-1).tolist())
        sitk.WriteImage(image, str(tmp_path / f"{stem}.{suffix}"))
        assert np.array_equal(read_mask(tmp_path / f"{stem}.{suffix}", scan_grid), LABELS)


def test_that_simpleitk_and_we_place_a_nifti_alike(scan_grid: Geometry, tmp_path: Path) -> None:
    for stem, labels, grid in orders(scan_grid):
        path = tmp_path / f"{stem}.nii.gz"
        nibabel.save(nibabel.Nifti1Image(labels.transpose(2, 1, 0), LPS @ grid.affine), path)
        image, ours = sitk.ReadImage(str(path)), open_nifti(path).geometry
        assert ours is not None
        for index in itertools.product(*[(0, n - 1) for n in ours.size_ijk]):
            assert np.allclose(image.TransformIndexToPhysicalPoint(index), ours.index_to_world(index), atol=AFFINE_TOL_MM)
