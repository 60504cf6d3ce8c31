from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.scan import Scan, UnusableScanError, find_scans, read_scan

Series = Callable[..., tuple[Path, np.ndarray]]


def read_one(path: Path) -> Scan:
    (source,) = find_scans(path)
    return read_scan(source)


def codes(scan: Scan) -> dict[str, str]:
    return {f.code: f.severity for f in scan.findings}


def test_that_a_series_is_sorted_by_position_whatever_its_files_are_called(series: Series) -> None:
    folder, intensities = series()
    scan = read_one(folder)
    assert scan.verdict == "green"
    assert scan.findings == ()
    assert np.array_equal(scan.volume.voxels, intensities)
    assert scan.volume.voxels.dtype == np.int16
    assert scan.volume.geometry.spacing_mm == (0.7, 0.8, 2.0)
    assert scan.volume.geometry.origin_mm == (-5.0, -7.0, 0.0)
    assert scan.volume.modality == "CT"


def test_that_a_series_stored_from_head_to_foot_is_the_same_volume(series: Series) -> None:
    folder, intensities = series([2.0 * k for k in range(9, -1, -1)], shuffled=False)
    scan = read_one(folder)
    assert np.array_equal(scan.volume.voxels, intensities[::-1])
    assert scan.volume.geometry.origin_mm == (-5.0, -7.0, 0.0)


def test_that_an_oblique_series_keeps_its_axes(series: Series) -> None:
    c, s = np.cos(np.radians(20)), np.sin(np.radians(20))
    normal = np.array([0.0, -s, c])
    folder, intensities = series(
        range(6), tags=lambda k: {"position": 3.0 * k * normal, "ImageOrientationPatient": [1, 0, 0, 0, f"{c:.12f}", f"{s:.12f}"]}
    )
    volume = read_one(folder).volume
    assert np.array_equal(volume.voxels, intensities)
    assert np.allclose(volume.geometry.direction, [[1, 0, 0], [0, c, -s], [0, s, c]], atol=1e-9)
    assert volume.geometry.spacing_mm[2] == pytest.approx(3.0, abs=1e-8)


def test_that_files_without_an_ending_in_nested_folders_are_found(series: Series) -> None:
    folder, intensities = series(folder="study/one/deep", name="IM{:04d}")
    (folder / "README").write_text("This is no picture.\n" * 20)
    (folder.parent / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    assert np.array_equal(read_one(folder.parents[1]).volume.voxels, intensities)


def test_that_mixed_series_are_told_apart_by_their_identifier(series: Series) -> None:
    first, one = series(folder="mixed", name="a{:03d}", seed=1)
    _, other = series([3.0 * k for k in range(5)], folder="mixed", name="b{:03d}", seed=2)
    sources = find_scans(first)
    assert [len(s.paths) for s in sources] == [10, 5]
    assert np.array_equal(read_scan(sources[0]).volume.voxels, one)
    assert np.array_equal(read_scan(sources[1]).volume.voxels, other)


def test_that_a_series_spread_over_folders_is_one_scan(series: Series) -> None:
    folder, intensities = series()
    (folder / "rest").mkdir()
    for path in sorted(folder.glob("*.dcm"))[:4]:
        path.rename(folder / "rest" / path.name)
    assert np.array_equal(read_one(folder).volume.voxels, intensities)


def test_that_a_single_file_stands_for_its_series(series: Series) -> None:
    folder, intensities = series(folder="mixed", name="a{:03d}", seed=1)
    series(folder="mixed", name="b{:03d}", seed=2)
    assert np.array_equal(read_one(folder / "a004").volume.voxels, intensities)


@pytest.mark.parametrize("uid", ["", None])
def test_that_series_without_identifiers_are_grouped_by_what_agrees(series: Series, uid: str | None) -> None:
    folder, one = series(folder="mixed", name="a{:03d}", tags=lambda _k: {"SeriesInstanceUID": uid, "StudyInstanceUID": ""}, seed=1)
    _, other = series(
        folder="mixed", name="b{:03d}", tags=lambda _k: {"SeriesInstanceUID": uid, "StudyInstanceUID": "", "AcquisitionNumber": 7}, seed=2
    )
    scans = [read_scan(source) for source in find_scans(folder)]
    assert [codes(s) for s in scans] == [{"no_series_uid": "amber"}] * 2
    assert np.array_equal(scans[0].volume.voxels, one)
    assert np.array_equal(scans[1].volume.voxels, other)
    assert "series" not in scans[0].volume.facts


@pytest.mark.parametrize(
    ("heights", "tags", "code", "number"),
    [
        ([0, 2, 4, 10, 12], lambda _k: {}, "missing_slices", "2 slices are missing"),
        ([0, 2, 4, 4.5, 6.5], lambda _k: {}, "uneven_spacing", "gaps from 0.5 to 2 mm"),
        ([0, 2, 4, 0, 2, 4], lambda _k: {}, "several_phases", "2 phases: 6 slices at 3 positions"),
        ([0, 2, 4, 6], lambda k: {"position": (0.0, 0.0 + (k == 1), 2.0 * k)}, "slices_scattered", "1 mm"),
        ([0, 2, 4, 6], lambda k: {"PixelSpacing": [0.8, 0.7 + 0.004 * (k == 2)]}, "mixed_spacing", "0.8 mm"),
        ([0, 2, 4, 6], lambda k: {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0.01 * (k == 2)]}, "mixed_orientation", "4 slices"),
        ([0, 2, 4, 6], lambda k: {"ImagePositionPatient": None} if k == 2 else {}, "spacing_unknown", "1 of 4 slices"),
        ([0, 2, 4, 6], lambda _k: {"PixelSpacing": None}, "spacing_unknown", "4 of 4 slices"),
    ],
)
def test_that_an_unusable_series_is_refused_with_numbers_place_and_way_out(
    series: Series, heights: list[float], tags: Callable[[int], dict[str, Any]], code: str, number: str
) -> None:
    folder, _ = series(heights, tags=tags)
    with pytest.raises(GeometryError) as caught:
        read_one(folder)
    assert isinstance(caught.value, UnusableScanError)
    assert code in [f.code for f in caught.value.findings]
    assert number in caught.value.what
    assert caught.value.where == str(folder)
    assert caught.value.next_step


def test_that_a_picture_of_another_size_is_a_scan_of_its_own(series: Series, dicom_slice: Callable[..., Path]) -> None:
    folder, intensities = series()
    uid = pydicom.dcmread(next(folder.glob("*.dcm"))).SeriesInstanceUID
    dicom_slice(folder / "odd.dcm", position=(-5, -7, 20.0), pixels=np.zeros((5, 5)), series=uid)
    scans = [read_scan(source) for source in find_scans(folder)]
    assert [scan.volume.geometry.size_ijk for scan in scans] == [(16, 12, 10), (5, 5, 1)]
    assert np.array_equal(scans[0].volume.voxels, intensities)
    assert [codes(scan) for scan in scans] == [{"split_series": "amber"}] * 2


def test_that_files_copied_twice_are_used_once(series: Series) -> None:
    folder, intensities = series()
    for path in list(folder.glob("*.dcm"))[:3]:
        (folder / f"copy of {path.name}").write_bytes(path.read_bytes())
    scan = read_one(folder)
    assert codes(scan) == {"duplicate_files": "amber"}
    assert scan.verdict == "amber"
    assert np.array_equal(scan.volume.voxels, intensities)


def test_that_slope_and_intercept_of_each_slice_are_applied(series: Series) -> None:
    folder, hu = series(range(4), tags=lambda k: {"RescaleSlope": [1, 2, "0.5", 1][k], "RescaleIntercept": -1024})
    scan = read_one(folder)
    assert codes(scan)["rescale_varies"] == "green"
    assert scan.volume.voxels.dtype == np.float32
    for k, slope in enumerate([1, 2, 0.5, 1]):
        assert np.allclose(scan.volume.voxels[k], (hu[k] + 1024) * slope - 1024)


def test_that_integers_too_large_for_sixteen_bits_become_floats_without_loss(series: Series) -> None:
    folder, hu = series(range(3), tags=lambda _k: {"RescaleSlope": 100, "RescaleIntercept": 0})
    voxels = read_one(folder).volume.voxels
    assert voxels.dtype == np.float32
    assert np.array_equal(voxels, (hu + 1024) * 100)


def test_that_greys_with_white_as_zero_are_turned_over(series: Series) -> None:
    folder, hu = series(range(3), tags=lambda _k: {"PhotometricInterpretation": "MONOCHROME1", "BitsStored": 12, "HighBit": 11})
    scan = read_one(folder)
    assert codes(scan)["inverted_greys"] == "green"
    assert np.array_equal(scan.volume.voxels, 4095 - (hu + 1024) - 1024)


def test_that_colour_slices_become_a_colour_volume(series: Series) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    tags = {
        "SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7,
        "PlanarConfiguration": 0, "PixelData": colours.tobytes(), "RescaleSlope": None, "RescaleIntercept": None,
    }  # fmt: skip
    folder, _ = series(range(2), tags=lambda _k: tags)
    volume = read_one(folder).volume
    assert volume.voxels.shape == (2, 12, 16, 3)
    assert np.array_equal(volume.voxels[1], colours)


def test_that_a_picture_without_a_place_stands_alone_with_its_doubts(series: Series) -> None:
    tags = {"Modality": "US", "ImagePositionPatient": None, "ImageOrientationPatient": None, "PixelSpacing": None}
    folder, _ = series(range(3), tags=lambda _k: tags)
    scans = [read_scan(s) for s in find_scans(folder)]
    assert len(scans) == 3
    assert codes(scans[0]) == {"no_position": "amber", "spacing_unknown": "amber"}
    assert not scans[0].volume.spacing_known


def test_that_pixel_size_at_the_detector_is_taken_with_a_warning(series: Series) -> None:
    tags = {
        "Modality": "CR",
        "ImagePositionPatient": None,
        "ImageOrientationPatient": None,
        "PixelSpacing": None,
        "ImagerPixelSpacing": [0.2, 0.1],
    }
    folder, _ = series([0.0], tags=lambda _k: tags)
    scan = read_one(folder)
    assert codes(scan)["detector_spacing"] == "amber"
    assert scan.volume.geometry.spacing_mm == (0.1, 0.2, 1.0)


def test_that_a_file_that_lacks_frames_that_it_claims_is_refused_clearly(series: Series) -> None:
    folder, _ = series([0.0], tags=lambda _k: {"NumberOfFrames": 2})
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        read_one(folder)


@pytest.mark.parametrize("modality", ["SEG", "RTSTRUCT", "PR"])
def test_that_objects_that_describe_scans_are_passed_over(series: Series, modality: str) -> None:
    folder, _ = series(folder="mixed", name="a{:03d}", seed=1)
    series([0.0], folder="mixed", name="b{:03d}", tags=lambda _k: {"Modality": modality}, seed=2)
    assert [len(s.paths) for s in find_scans(folder)] == [10]
    with pytest.raises(FileFormatError, match="not a scan"):
        find_scans(folder / "b000")


def test_that_nothing_that_identifies_a_person_leaves_the_room(series: Series) -> None:
    folder, _ = series(
        folder="Secret^Person", tags=lambda _k: {"StationName": "Secret station", "PatientBirthDate": "19700102", "KVP": 120}
    )
    (source,) = find_scans(folder)
    volume = read_scan(source).volume
    told = json.dumps([source.description, source.modality, volume.source, volume.facts])
    uid = pydicom.dcmread(source.paths[0]).SeriesInstanceUID
    for secret in ("Secret", "4711", "1970", "station", "1.2.3", uid):
        assert secret not in told
    assert volume.facts["tube voltage in kV"] == "120.0"
    assert len(volume.facts["series"]) == 16


def test_that_a_damaged_file_beside_a_series_is_not_passed_over_in_silence(series: Series) -> None:
    folder, intensities = series()
    (folder / "damaged.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 500)
    scan = read_one(folder)
    assert codes(scan) == {"unreadable_files": "amber"}
    assert np.array_equal(scan.volume.voxels, intensities)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.98])
def test_that_a_truncated_slice_is_refused_by_name(series: Series, keep: float) -> None:
    folder, _ = series()
    path = folder / "004.dcm"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(UserError) as caught:
        read_scan(next(iter(find_scans(folder))))
    assert str(folder) in caught.value.where


def test_that_a_header_that_claims_an_impossible_picture_asks_for_no_memory(series: Series) -> None:
    folder, _ = series([0.0], tags=lambda _k: {"Rows": 65000, "Columns": 65000})
    with pytest.raises(FileFormatError):
        find_scans(folder / "000.dcm")


def test_that_a_text_file_called_dcm_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "letter.dcm"
    path.write_text("Dear colleague,\n" * 40)
    for place in (path, tmp_path):
        with pytest.raises(FileFormatError) as caught:
            find_scans(place)
        assert caught.value.where == str(path)
        assert "\n" not in str(caught.value)
        assert caught.value.next_step


def test_that_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="it is empty") as caught:
        find_scans(tmp_path)
    assert caught.value.where == str(tmp_path)


def test_that_a_folder_without_scans_is_named_with_what_was_looked_at(tmp_path: Path) -> None:
    for name in ("a.txt", "b.pdf", "deep/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 300)
    with pytest.raises(FileFormatError, match="none of its 3 files") as caught:
        find_scans(tmp_path)
    assert caught.value.where == str(tmp_path)


def test_that_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file") as caught:
        find_scans(tmp_path / "nowhere")
    assert caught.value.where == str(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_that_what_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    path = tmp_path / "scan.dcm"
    path.write_bytes(b"\0" * 128 + b"DICM")

    def denied(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    if kind == "folder":
        monkeypatch.setattr("os.scandir", denied)
        place = tmp_path
    else:
        monkeypatch.setattr(Path, "open", denied)
        place = path
    with pytest.raises(UserError, match="may not be read") as caught:
        find_scans(place)
    assert caught.value.where == str(place)


@pytest.mark.parametrize("name", ["scan.mgz", "scan.hdr"])
def test_that_other_kinds_of_scans_are_refused_with_the_way_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"NRRD0004\n")
    with pytest.raises(FileFormatError, match="Convert the scan to NIfTI"):
        find_scans(tmp_path / name)


def test_that_a_folder_lists_scans_of_all_kinds_and_leaves_out_masks(series: Series, nifti: Callable[..., Path], tmp_path: Path) -> None:
    series()
    nifti(np.zeros((4, 5, 6), np.int16), name="brain.nii.gz")
    nifti(np.ones((4, 5, 6), np.uint8), name="labels.nii.gz", intent_code=1002)
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(tmp_path / "photo.png")
    assert [(s.kind, len(s.paths)) for s in find_scans(tmp_path)] == [("nifti", 1), ("picture", 1), ("dicom", 10)]


def test_that_a_mask_that_is_asked_for_by_name_is_opened_with_a_warning(nifti: Callable[..., Path]) -> None:
    path = nifti(np.ones((4, 5, 6), np.uint8), name="labels.nii.gz", intent_code=1002)
    assert codes(read_one(path))["is_label_map"] == "amber"


def test_that_a_nifti_keeps_its_axes_as_stored(nifti: Callable[..., Path]) -> None:
    voxels = np.random.default_rng(0).integers(-50, 900, (4, 5, 6)).astype(np.int16)
    volume = read_one(nifti(voxels, np.array([[0, 0, 2.0, 7], [-0.8, 0, 0, 8], [0, 0.7, 0, 9], [0, 0, 0, 1]]))).volume
    assert np.array_equal(volume.voxels, voxels.transpose(2, 1, 0))
    assert np.allclose(volume.geometry.affine, [[0, 0, -2.0, -7], [0.8, 0, 0, -8], [0, 0.7, 0, 9], [0, 0, 0, 1]])
    assert volume.modality == ""


@pytest.mark.parametrize(("spread", "modality"), [((-1024, 1500), "CT"), ((0, 1500), ""), ((-1024, -950), "")])
def test_that_a_nifti_in_hounsfield_units_is_called_a_ct(nifti: Callable[..., Path], spread: tuple[int, int], modality: str) -> None:
    voxels = np.random.default_rng(0).integers(*spread, (12, 12, 12)).astype(np.int16)
    scan = read_one(nifti(voxels))
    assert scan.volume.modality == modality
    assert codes(scan) == ({"modality_from_values": "green"} if modality else {})


def test_that_a_picture_is_a_scan_of_one_slice_without_millimetres(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    (source,) = find_scans(tmp_path / "photo.png")
    volume = read_scan(source).volume
    assert (source.kind, source.modality, volume.modality, volume.spacing_known) == ("picture", "PHOTO", "PHOTO", False)
    assert np.array_equal(volume.voxels[0], pixels)


def test_that_a_scan_that_was_deleted_after_it_was_found_is_named(series: Series) -> None:
    folder, _ = series()
    (source,) = find_scans(folder)
    source.paths[3].unlink()
    with pytest.raises(UserError, match="no such file") as caught:
        read_scan(source)
    assert caught.value.where == str(source.paths[3])


def test_that_importing_the_reader_loads_no_heavy_library() -> None:
    program = (
        "import sys, gf_desktop.files.scan, gf_desktop.files.export; print(*{'SimpleITK', 'pydicom', 'nibabel', 'PIL'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == ""


def test_that_reading_damaged_files_writes_nothing_to_the_terminal(
    series: Series, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, _ = series(tags=lambda _k: {"StudyDate": "no date", "PatientName": "a" * 100})
    content = (folder / "003.dcm").read_bytes()
    for n, cut in enumerate((10, 140, 300, 700, len(content) - 5)):
        (folder / f"cut{n}.dcm").write_bytes(content[:cut])
    for source in find_scans(folder):
        with pytest.raises(UserError):
            read_scan(source)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
