"""The demo's scans: other libraries read the same, and the masks lie on the organs that they name."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it

from gf_desktop.files.export import export_mask
from gf_desktop.files.masks import map_labels, read_mask
from gf_desktop.files.scan import Scan, find_scans, read_scan
from gf_desktop.imaging.labelmap import LabelTable, Structure

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
SERIES, LABELS = DEMO / "B_ct_dicom", DEMO / "B_ct_labels.nii.gz"


@pytest.fixture(scope="module")
def patient_b() -> Scan:
    (source,) = find_scans(SERIES)
    return read_scan(source)


def test_that_the_series_opens_with_its_true_spacing(patient_b: Scan) -> None:
    geometry = patient_b.volume.geometry
    assert geometry.size_ijk == (512, 512, 20)
    assert geometry.spacing_mm == (0.9765625, 0.9765625, 2.0)
    assert geometry.axis_letters == ("L", "P", "S")
    assert patient_b.verdict == "green"
    assert [f.code for f in patient_b.findings] == ["overlapping_slices"]
    assert "3 mm thick and 2 mm apart" in patient_b.findings[0].message


def test_that_simpleitk_reads_the_same_intensities_at_the_same_places(patient_b: Scan) -> None:
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(SERIES))
    image = sitk.ReadImage(names)
    assert np.array_equal(sitk.GetArrayViewFromImage(image), patient_b.volume.voxels)
    for index in ((0, 0, 0), (511, 0, 19), (3, 511, 7)):
        assert np.allclose(image.TransformIndexToPhysicalPoint(index), patient_b.volume.geometry.index_to_world(index), atol=1e-6)


def test_that_each_slice_lies_where_its_own_header_says(patient_b: Scan) -> None:
    heights = {round(float(pydicom.dcmread(p, stop_before_pixels=True).ImagePositionPatient[2]), 3): p for p in SERIES.iterdir()}
    for k in range(20):
        position = patient_b.volume.geometry.index_to_world((0, 0, k))
        data = pydicom.dcmread(heights[round(float(position[2]), 3)])
        assert np.allclose(position, [float(v) for v in data.ImagePositionPatient])
        assert np.array_equal(data.pixel_array.astype(int) - 1024, patient_b.volume.voxels[k])


def test_that_the_mask_with_its_rows_the_other_way_round_is_on_the_same_grid(patient_b: Scan) -> None:
    labels = read_mask(LABELS, patient_b.volume.geometry)
    stored = np.asarray(nibabel.load(LABELS).dataobj).transpose(2, 1, 0)
    assert np.array_equal(labels, stored[:, ::-1])
    assert not np.array_equal(labels, stored)


@pytest.mark.parametrize(
    ("structure", "low", "high"),
    [("liver", 70, 120), ("spleen", 60, 120), ("aorta", 120, 250), ("vertebrae_T12", 130, 400), ("autochthon_left", 0, 60)],
)
def test_that_the_mask_lies_on_the_organs_that_it_names(patient_b: Scan, structure: str, low: float, high: float) -> None:
    names = {name: int(number) for number, name in json.loads((DEMO / "label_names.json").read_text())["B_ct_labels"].items()}
    labels = read_mask(LABELS, patient_b.volume.geometry)
    inside = patient_b.volume.voxels[labels == names[structure]]
    assert low <= float(np.median(inside)) <= high
    assert float((inside < -200).mean()) < 0.02


def test_that_liver_and_spleen_lie_on_their_own_sides(patient_b: Scan) -> None:
    labels = read_mask(LABELS, patient_b.volume.geometry)
    centre = {n: patient_b.volume.geometry.index_to_world(np.argwhere(labels == n)[:, ::-1]).mean(axis=0) for n in (1, 5, 52, 86, 87)}
    assert centre[5][0] < centre[52][0] < centre[1][0], "liver to the right of the aorta, spleen to the left"
    assert centre[87][0] < centre[86][0], "left and right back muscle"
    assert centre[86][1] > centre[52][1], "back muscles behind the aorta"


@pytest.mark.parametrize("name", ["A_ct", "B_ct"])
def test_that_an_exported_mask_overlays_the_scan_in_nibabel(patient_b: Scan, tmp_path: Path, name: str) -> None:
    volume = patient_b.volume if name == "B_ct" else read_scan(find_scans(DEMO / "A_ct.nii.gz")[0]).volume
    table = LabelTable((Structure(1, "spleen", "#e69f00"), Structure(2, "liver", "#56b4e9")))
    labels = map_labels(read_mask(DEMO / f"{name}_labels.nii.gz", volume.geometry), {1: "spleen", 5: "liver"}, table)
    files = export_mask(
        labels, volume.geometry, table, folder=tmp_path, stem=name, format="nifti", modality="CT", model_id="m", spacing_known=True
    )
    written, reference = nibabel.load(files[0].path), nibabel.load(DEMO / f"{name}_labels.nii.gz")
    spot = np.argwhere(np.asarray(reference.dataobj) == 5)[::500]
    places = nibabel.affines.apply_affine(reference.affine, spot)
    there = nibabel.affines.apply_affine(np.linalg.inv(written.affine), places)
    assert np.abs(there - np.rint(there)).max() < 1e-4
    assert (np.asarray(written.dataobj)[tuple(np.rint(there).astype(int).T)] == 2).all()
    assert np.abs(written.affine - np.diag([-1.0, -1, 1, 1]) @ volume.geometry.affine).max() <= 1e-4


def test_that_the_scan_of_patient_a_opens_as_a_ct_in_sixteen_bits() -> None:
    scan = read_scan(find_scans(DEMO / "A_ct.nii.gz")[0])
    assert scan.volume.modality == "CT"
    assert scan.volume.voxels.dtype == np.int16
    assert scan.volume.geometry.spacing_mm == (3.0, 3.0, 3.0)
    assert np.array_equal(scan.volume.voxels, np.asarray(nibabel.load(DEMO / "A_ct.nii.gz").dataobj).transpose(2, 1, 0))


def test_that_the_folder_of_the_demo_holds_two_scans_and_its_masks_are_left_out() -> None:
    assert [(s.kind, len(s.paths)) for s in find_scans(DEMO)] == [("nifti", 1), ("dicom", 20)]
