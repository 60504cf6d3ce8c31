"""Analyze 7.5, written by nibabel, and pairs that are NIfTI."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from gf_desktop.errors import FileFormatError, GeometryError
from gf_desktop.files.scan import Scan, find_scans, read_scan

VOXELS = np.random.default_rng(0).integers(-500, 500, (5, 6, 7)).astype(np.int16)
"""[i, j, k]"""


def pair(path: Path, voxels: np.ndarray = VOXELS, *, big: bool = False, kind: type = nibabel.AnalyzeImage) -> Path:
    header = kind.header_class(endianness=">" if big else "<")
    header.set_data_dtype(voxels.dtype)
    header.set_data_shape(voxels.shape)
    header.set_zooms((0.7, 0.8, 2.5, *([1.0] * (voxels.ndim - 3))))
    image = kind(voxels, None, header)
    image.to_filename(path)
    return path


def scan_of(path: Path) -> Scan:
    (source,) = find_scans(path)
    return read_scan(source)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_that_voxels_come_back_in_their_order_with_their_spacing_and_without_a_place(tmp_path: Path, *, big: bool, dtype: type) -> None:
    voxels = np.abs(VOXELS).astype(dtype)
    scan = scan_of(pair(tmp_path / "a.hdr", voxels, big=big))
    assert np.array_equal(scan.volume.voxels, voxels.T)
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.5))
    assert scan.volume.spacing_known
    assert not scan.volume.place_known
    assert scan.verdict == "amber"
    assert [f.code for f in scan.findings] == ["no_position"]


def test_that_either_file_of_the_pair_opens_it_and_a_folder_lists_it_once(tmp_path: Path) -> None:
    header = pair(tmp_path / "a.hdr")
    assert find_scans(tmp_path / "a.img") == find_scans(header) == find_scans(tmp_path)


def test_that_a_fourth_axis_is_time(tmp_path: Path) -> None:
    voxels = np.stack([VOXELS, VOXELS + 1], axis=-1)
    scan = scan_of(pair(tmp_path / "a.hdr", voxels))
    assert scan.frames is not None
    assert np.array_equal(scan.frames, voxels.T)
    assert scan.volume.time is not None
    assert scan.volume.time.kind == "series"


def test_that_the_scale_that_spm_wrote_is_applied_and_told(tmp_path: Path) -> None:
    header = pair(tmp_path / "a.hdr")
    content = bytearray(header.read_bytes())
    content[112:116] = np.float32(0.5).tobytes()
    header.write_bytes(content)
    scan = scan_of(header)
    assert np.array_equal(scan.volume.voxels, VOXELS.T * 0.5)
    assert "scale_applied" in [f.code for f in scan.findings]


def test_that_a_scan_without_a_spacing_is_refused(tmp_path: Path) -> None:
    header = pair(tmp_path / "a.hdr")
    content = bytearray(header.read_bytes())
    content[80:92] = bytes(12)
    header.write_bytes(content)
    with pytest.raises(GeometryError, match="spacing is unknown"):
        scan_of(header)


def without_spacing(path: Path, voxels: np.ndarray = VOXELS) -> Path:
    header = pair(path, voxels)
    content = bytearray(header.read_bytes())
    content[80:92] = bytes(12)
    header.write_bytes(content)
    return header


def test_that_a_spacing_can_be_stated_where_the_header_has_none(tmp_path: Path) -> None:
    (source,) = find_scans(without_spacing(tmp_path / "a.hdr"), spacing_mm=(0.5, 0.25, 3.0))
    scan = read_scan(source)
    assert scan.volume.geometry.spacing_mm == (0.25, 0.5, 3.0)
    assert scan.volume.spacing_known
    assert scan.passport.spacing_from == ("stated by the user",) * 3
    assert ("spacing_stated", "amber") in [(f.code, f.severity) for f in scan.findings]
    assert "spacing_unknown" not in [f.code for f in scan.findings]


def test_that_a_spacing_that_contradicts_the_header_is_refused_and_one_that_fits_is_not(tmp_path: Path) -> None:
    header = pair(tmp_path / "a.hdr")
    with pytest.raises(GeometryError, match=r"states 0.8 × 0.7 × 2.5 mm .* the user 0.8 × 0.9 × 2.5 mm"):
        read_scan(find_scans(header, spacing_mm=(0.8, 0.9, 2.5))[0])
    assert read_scan(find_scans(header, spacing_mm=(0.8, 0.7, 2.5))[0]).passport.spacing_from == ("pixdim",) * 3


def test_that_voxels_that_are_cut_off_are_told(tmp_path: Path) -> None:
    header = pair(tmp_path / "a.hdr")
    image = tmp_path / "a.img"
    image.write_bytes(image.read_bytes()[:-1])
    with pytest.raises(FileFormatError, match="promises 420 bytes, and 419 are there"):
        scan_of(header)


def test_that_complex_numbers_are_refused(tmp_path: Path) -> None:
    header = pair(tmp_path / "a.hdr", VOXELS.astype(np.complex64))
    with pytest.raises(FileFormatError, match="type 32 are not intensities"):
        scan_of(header)


def test_that_a_pair_that_is_nifti_keeps_its_place(tmp_path: Path) -> None:
    matrix = np.diag([-0.7, -0.8, 2.5, 1.0])
    nibabel.Nifti1Pair(VOXELS, matrix).to_filename(tmp_path / "a.hdr")
    scan = scan_of(tmp_path / "a.img")
    assert np.array_equal(scan.volume.voxels, VOXELS.T)
    assert scan.volume.place_known
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.5))


def test_that_a_pair_that_is_nifti_and_cut_off_is_told(tmp_path: Path) -> None:
    nibabel.Nifti1Pair(VOXELS, np.eye(4)).to_filename(tmp_path / "a.hdr")
    (tmp_path / "a.img").write_bytes((tmp_path / "a.img").read_bytes()[:-3])
    with pytest.raises(FileFormatError, match="cut off"):
        scan_of(tmp_path / "a.hdr")
