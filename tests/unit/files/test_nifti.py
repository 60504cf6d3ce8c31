from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.findings import UnusableScanError
from gf_desktop.files.nifti import is_label_file, looks_like_ct, open_nifti
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.time_axis import TimeAxis

Nifti = Callable[..., Path]
VOXELS = np.random.default_rng(0).integers(-500, 900, (7, 6, 5)).astype(np.int16)


def codes(path: Path) -> dict[str, str]:
    return {f.code: f.severity for f in open_nifti(path).findings}


def leaning(amount: float, *, shape: tuple[int, int, int] = (7, 6, 5)) -> np.ndarray:
    """Return a RAS matrix whose first two axes are off perpendicular by ``amount``."""
    matrix = np.diag([-0.7, -0.8, 2.0, 1.0])
    matrix[0, 1] = -0.8 * amount
    return matrix


def test_that_a_clean_file_has_no_findings(nifti: Nifti) -> None:
    file = open_nifti(nifti(VOXELS))
    assert file.findings == ()
    assert file.size_ijk == (7, 6, 5)
    assert file.geometry is not None
    assert np.allclose(file.geometry.affine, np.diag([0.7, 0.8, 2.0, 1.0]), atol=1e-6)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "SCAN.NII.GZ"])
def test_that_voxels_come_in_the_order_of_arrays(nifti: Nifti, name: str) -> None:
    voxels, findings = open_nifti(nifti(VOXELS, name=name)).intensities()
    assert findings == []
    assert voxels.dtype == np.int16
    assert np.array_equal(voxels, VOXELS.transpose(2, 1, 0))


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("u1", "int16"), ("i2", "int16"), (">i2", "int16"), ("i4", "int16"), ("f4", "float32"), (">f4", "float32"), ("f8", "float32")],
)
def test_that_each_stored_type_becomes_the_smallest_exact_one(nifti: Nifti, dtype: str, expected: str) -> None:
    values = np.abs(VOXELS) % 200
    image = nibabel.Nifti1Image(values.astype(dtype), np.diag([-0.7, -0.8, 2.0, 1.0]), dtype=np.dtype(dtype))
    path = nifti(values.astype("i2"))
    if dtype.startswith(">"):
        image = nibabel.Nifti1Image(values.astype(dtype), image.affine, nibabel.Nifti1Header(endianness=">"), dtype=np.dtype(dtype))
    nibabel.save(image, path)
    voxels, _ = open_nifti(path).intensities()
    assert voxels.dtype == np.dtype(expected)
    assert voxels.dtype.isnative
    assert np.array_equal(voxels, values.transpose(2, 1, 0))


def test_that_slope_and_intercept_are_applied(nifti: Nifti, tmp_path: Path) -> None:
    path = nifti(VOXELS, name="scan.nii")
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([0.5, 10.0], "<f4").tobytes()
    path.write_bytes(content)
    voxels, _ = open_nifti(path).intensities()
    assert voxels.dtype == np.float32
    assert np.allclose(voxels, VOXELS.transpose(2, 1, 0) * 0.5 + 10)


def test_that_values_that_are_no_numbers_become_the_lowest_with_a_warning(nifti: Nifti) -> None:
    values = VOXELS.astype(np.float32) + 0.5
    values[0, 0, 0], values[1, 1, 1] = np.nan, np.inf
    voxels, findings = open_nifti(nifti(values)).intensities()
    assert np.isfinite(voxels).all()
    assert voxels[0, 0, 0] == voxels[1, 1, 1] == voxels.min()
    assert [(f.code, f.message[:8]) for f in findings] == [("not_finite", "2 voxels")]


def test_that_a_scan_without_any_number_is_refused(nifti: Nifti) -> None:
    with pytest.raises(FileFormatError, match="no numbers"):
        open_nifti(nifti(np.full((3, 3, 3), np.nan, np.float32))).intensities()


def test_that_axes_off_by_a_thousandth_are_straightened_with_a_warning(nifti: Nifti) -> None:
    voxels = np.zeros((100, 100, 20), np.int16)
    path = nifti(voxels, leaning(1e-3), qform=0)
    file = open_nifti(path)
    assert codes(path) == {"axes_straightened": "amber"}
    assert file.geometry is not None
    assert np.allclose(file.geometry.direction.T @ file.geometry.direction, np.eye(3), atol=1e-12)
    corners = np.array([[a, b, c] for a in (0, 99) for b in (0, 99) for c in (0, 19)])
    stated = (np.diag([-1.0, -1.0, 1.0, 1.0]) @ leaning(1e-3) @ np.c_[corners, np.ones(8)].T).T[:, :3]
    apart = np.linalg.norm(file.geometry.index_to_world(corners) - stated, axis=1)
    assert apart.max() < 0.04
    assert f"at most {apart.max():.2g} mm" in file.findings[0].message


@pytest.mark.parametrize("amount", [0.02, 0.3])
def test_that_sheared_axes_are_red(nifti: Nifti, amount: float) -> None:
    path = nifti(VOXELS, leaning(amount), qform=0)
    assert codes(path) == {"sheared": "red"}
    assert open_nifti(path).geometry is None
    assert "Resample" in open_nifti(path).findings[0].next_step


def test_that_a_small_shear_of_a_long_scan_that_moves_voxels_too_far_is_red(nifti: Nifti) -> None:
    assert codes(nifti(np.zeros((3, 700, 3), np.uint8), leaning(5e-3), qform=0)) == {"sheared": "red"}


@pytest.mark.parametrize(("shift", "severity"), [(0.005, None), (0.5, "amber"), (12.0, "amber")])
def test_that_two_matrices_that_disagree_are_told_with_the_distance(nifti: Nifti, shift: float, severity: str | None) -> None:
    matrix = np.diag([-0.7, -0.8, 2.0, 1.0])
    other = matrix.copy()
    other[2, 3] += shift
    path = nifti(VOXELS, matrix, qform_matrix=other)
    assert codes(path) == ({"qform_differs": severity} if severity else {})
    geometry = open_nifti(path).geometry
    assert geometry is not None
    assert geometry.origin_mm == pytest.approx((0, 0, 0), abs=1e-6)
    if severity:
        assert f"{shift:.3g} mm" in open_nifti(path).findings[0].message


def test_that_the_qform_is_used_where_there_is_no_sform(nifti: Nifti) -> None:
    matrix = np.array([[0.0, -0.8, 0, 5], [0.7, 0, 0, 6], [0, 0, 2, 7], [0, 0, 0, 1.0]])
    path = nifti(VOXELS, matrix, sform=0)
    geometry = open_nifti(path).geometry
    assert geometry is not None
    assert np.allclose(geometry.affine, np.diag([-1.0, -1, 1, 1]) @ matrix, atol=1e-5)


def test_that_a_file_without_a_place_says_so(nifti: Nifti) -> None:
    assert codes(nifti(VOXELS, sform=0, qform=0)) == {"no_position": "amber"}


def test_that_a_matrix_of_zeros_is_red_and_gives_way_to_a_sound_qform(nifti: Nifti, tmp_path: Path) -> None:
    for name, qform, expected in (("a.nii", 0, {"no_matrix": "red"}), ("b.nii", 1, {"sform_unusable": "amber"})):
        path = nifti(VOXELS, name=name, qform=qform)
        content = bytearray(path.read_bytes())
        content[280:328] = bytes(48)
        path.write_bytes(content)
        assert codes(path) == expected


@pytest.mark.parametrize(("unit", "factor"), [(1, 1000.0), (2, 1.0), (3, 0.001), (0, 1.0)])
def test_that_other_units_are_converted_to_millimetres(nifti: Nifti, unit: int, factor: float) -> None:
    path = nifti(VOXELS, xyzt_units=unit)
    geometry = open_nifti(path).geometry
    assert geometry is not None
    assert geometry.spacing_mm == pytest.approx((0.7 * factor, 0.8 * factor, 2.0 * factor))
    assert codes(path) == ({} if factor == 1.0 else {"unit_converted": "amber"})


def test_that_a_series_of_volumes_is_refused_with_its_shape(nifti: Nifti) -> None:
    with pytest.raises(FileFormatError, match=r"7 × 6 × 5 × 3 values.*one volume"):
        open_nifti(nifti(np.zeros((7, 6, 5, 3), np.int16)))


def test_that_axes_of_length_one_are_dropped_and_missing_ones_added(nifti: Nifti) -> None:
    file = open_nifti(nifti(VOXELS[..., None, None]))
    assert file.size_ijk == (7, 6, 5)
    assert np.array_equal(file.intensities()[0], VOXELS.transpose(2, 1, 0))
    flat = open_nifti(nifti(VOXELS[..., 0], name="flat.nii.gz"))
    assert flat.size_ijk == (7, 6, 1)
    assert np.array_equal(flat.intensities()[0], VOXELS[..., 0].T[None])


def test_that_colour_voxels_are_read_as_colour(nifti: Nifti, tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (7, 6, 5, 3), dtype=np.uint8)
    packed = np.ascontiguousarray(colours).view([("R", "u1"), ("G", "u1"), ("B", "u1")])[..., 0]
    path = tmp_path / "colour.nii.gz"
    nibabel.save(nibabel.Nifti1Image(packed, np.eye(4)), path)
    voxels, _ = open_nifti(path).intensities()
    assert np.array_equal(voxels, colours.transpose(2, 1, 0, 3))


def test_that_complex_voxels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "complex.nii"
    nibabel.save(nibabel.Nifti1Image(np.zeros((3, 3, 3), np.complex64), np.eye(4)), path)
    with pytest.raises(FileFormatError, match="not intensities"):
        open_nifti(path)


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
def test_that_a_truncated_file_is_refused_by_name(nifti: Nifti, name: str, keep: float) -> None:
    path = nifti(np.random.default_rng(0).integers(0, 1000, (30, 30, 30)).astype(np.int16), name=name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(FileFormatError) as caught:
        open_nifti(path).intensities()
    assert caught.value.where == str(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
def test_that_a_header_that_promises_too_much_asks_for_no_memory(nifti: Nifti, name: str) -> None:
    path = nifti(VOXELS, name=name)
    content = bytearray(gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes())
    content[42:48] = np.array([32000, 32000, 32000], "<i2").tobytes()
    path.write_bytes(gzip.compress(bytes(content)) if name.endswith("gz") else bytes(content))
    with pytest.raises(FileFormatError, match="promises 65536000000000 bytes"):
        open_nifti(path)


@pytest.mark.parametrize(
    "content", [b"", b"Dear colleague,\n" * 100, gzip.compress(b"Dear colleague,\n" * 100, mtime=0)], ids=["empty", "text", "packed"]
)
@pytest.mark.parametrize("name", ["letter.nii", "letter.nii.gz"])
def test_that_a_file_that_is_no_nifti_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFormatError) as caught:
        open_nifti(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)


def test_that_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        open_nifti(tmp_path / "none.nii.gz")
    (tmp_path / "folder.nii.gz").mkdir()
    with pytest.raises(UserError):
        open_nifti(tmp_path / "folder.nii.gz")


def test_that_damaged_headers_are_not_commented_on_the_terminal(nifti: Nifti, capfd: pytest.CaptureFixture[str]) -> None:
    path = nifti(VOXELS, name="scan.nii")
    content = bytearray(path.read_bytes())
    content[76:92] = np.array([3.0, 0, -1, 0], "<f4").tobytes()  # an impossible handedness and spacing
    content[344:348] = b"nope"
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        open_nifti(path)
    content[344:348] = b"n+1\0"
    path.write_bytes(content)
    open_nifti(path)
    assert capfd.readouterr() == ("", "")


def test_that_label_maps_are_known_by_intent_and_by_extension(nifti: Nifti, tmp_path: Path) -> None:
    assert not is_label_file(open_nifti(nifti(VOXELS)).image)
    assert is_label_file(open_nifti(nifti(VOXELS, intent_code=1002)).image)
    image = nibabel.Nifti1Image(VOXELS, np.eye(4))
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("ignore", b"<VolumeType><![CDATA[Label]]></VolumeType>"))
    nibabel.save(image, tmp_path / "caret.nii.gz")
    assert is_label_file(open_nifti(tmp_path / "caret.nii.gz").image)


def test_that_floats_and_colour_are_not_taken_for_a_ct() -> None:
    assert not looks_like_ct(np.full((3, 3, 3), -1000.5, np.float32))
    assert not looks_like_ct(np.zeros((3, 3, 3, 3), np.uint8))


SERIES = np.random.default_rng(9).integers(0, 900, (7, 6, 5, 4)).astype(np.int16)


def test_that_a_fourth_axis_is_read_as_volumes_in_time_where_it_is_welcome(nifti: Nifti) -> None:
    file = open_nifti(nifti(SERIES, xyzt_units=2 | 8, pixdim=[1, 0.7, 0.8, 2, 1.5, 1, 1, 1]), frames=True)
    voxels, findings = file.intensities()
    assert (file.frames, file.frame_ms, findings) == (4, 1500.0, [])
    assert np.array_equal(voxels, SERIES.transpose(3, 2, 1, 0))


@pytest.mark.parametrize(("unit", "step", "frame_ms"), [(8, 2.0, 2000.0), (16, 40.0, 40.0), (24, 5000.0, 5.0), (8, 0.0, None)])
def test_that_the_time_between_volumes_is_in_milliseconds(nifti: Nifti, unit: int, step: float, frame_ms: float | None) -> None:
    file = open_nifti(nifti(SERIES, xyzt_units=2 | unit, pixdim=[1, 0.7, 0.8, 2, step, 1, 1, 1]), frames=True)
    assert file.frame_ms == pytest.approx(frame_ms)


def test_that_a_fourth_axis_without_a_unit_is_time_of_unknown_speed_with_a_warning(nifti: Nifti) -> None:
    file = open_nifti(nifti(SERIES, xyzt_units=2), frames=True)
    assert file.frame_ms is None
    assert [(f.code, f.severity) for f in file.findings] == [("fourth_axis_unknown", "amber")]


def test_that_colour_volumes_in_time_keep_their_colours(nifti: Nifti, tmp_path: Path) -> None:
    triples = np.random.default_rng(2).integers(0, 256, (7, 6, 5, 4, 3)).astype(np.uint8)
    packed = np.ascontiguousarray(triples).view([("R", "u1"), ("G", "u1"), ("B", "u1")])[..., 0]
    voxels, _ = open_nifti(nifti(packed), frames=True).intensities()
    assert np.array_equal(voxels, triples.transpose(3, 2, 1, 0, 4))


def test_that_five_axes_are_refused_even_where_time_is_welcome(nifti: Nifti) -> None:
    with pytest.raises(FileFormatError, match="7 × 6 × 5 × 4 × 2"):
        open_nifti(nifti(np.zeros((7, 6, 5, 4, 2), np.int16)), frames=True)


def test_that_a_series_is_one_scan_with_its_frames(nifti: Nifti) -> None:
    (source,) = find_scans(nifti(SERIES, xyzt_units=2 | 8, pixdim=[1, 0.7, 0.8, 2, 0.5, 1, 1, 1]))
    scan = read_scan(source)
    assert scan.volume.time == TimeAxis("series", 4, 500.0)
    assert np.array_equal(scan.frames, SERIES.transpose(3, 2, 1, 0))
    assert np.array_equal(scan.volume.voxels, scan.frames[0])
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.0))


def test_that_pictures_in_time_are_a_cine_at_their_place(nifti: Nifti) -> None:
    (source,) = find_scans(nifti(SERIES[:, :, :1], xyzt_units=2 | 16, pixdim=[1, 0.7, 0.8, 2, 40, 1, 1, 1]))
    scan = read_scan(source)
    assert scan.volume.time == TimeAxis("cine", 4, 40.0)
    assert np.array_equal(scan.volume.voxels, SERIES[:, :, 0].transpose(2, 1, 0))
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 1.0))
    assert scan.volume.place_known


# sizes of voxels that a header leaves out


def raw_pixdim(path: Path, sizes: tuple[float, float, float], *, second: bool = False) -> Path:
    """Put sizes into a header behind nibabel's back, which turns 0 into 1, and take both matrices out."""
    content = bytearray(path.read_bytes())
    if second:
        struct.pack_into("<3d", content, 112, *sizes)
        struct.pack_into("<2i", content, 344, 0, 0)
    else:
        struct.pack_into("<3f", content, 80, *sizes)
        struct.pack_into("<2h", content, 252, 0, 0)
    path.write_bytes(content)
    return path


def test_that_sizes_of_zero_are_asked_for_and_not_taken_for_1_mm(nifti: Nifti) -> None:
    path = raw_pixdim(nifti(VOXELS, name="scan.nii"), (0.0, 0.0, 0.0))
    (source,) = find_scans(path)
    with pytest.raises(UnusableScanError, match=r"spacing is unknown.*--spacing"):
        read_scan(source)
    assert open_nifti(path).geometry is None


def test_that_stated_sizes_fill_what_the_header_leaves_out(nifti: Nifti) -> None:
    (source,) = find_scans(raw_pixdim(nifti(VOXELS, name="scan.nii"), (0.0, 0.0, 0.0)), spacing_mm=(0.5, 0.25, 3.0))
    scan = read_scan(source)
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.25, 0.5, 3.0))
    assert scan.passport.spacing_from == ("stated by the user",) * 3
    assert ("spacing_stated", "amber") in [(f.code, f.severity) for f in scan.findings]
    (source,) = find_scans(raw_pixdim(nifti(VOXELS, xyzt_units=2, name="scan.nii"), (0.25, 0.5, 0.0)), spacing_mm=(0.5, 0.25, 3.0))
    scan = read_scan(source)
    assert scan.passport.spacing_from == ("pixdim", "pixdim", "stated by the user")
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.25, 0.5, 3.0))


def test_that_the_second_kind_of_header_is_looked_at_too(tmp_path: Path) -> None:
    nibabel.save(nibabel.Nifti2Image(VOXELS, np.eye(4)), tmp_path / "two.nii")
    path = raw_pixdim(tmp_path / "two.nii", (0.0, 0.0, 0.0), second=True)
    with pytest.raises(UnusableScanError, match="spacing is unknown"):
        read_scan(find_scans(path)[0])
    assert read_scan(find_scans(path, spacing_mm=(2.0, 1.0, 3.0))[0]).volume.geometry.spacing_mm == pytest.approx((1.0, 2.0, 3.0))


@pytest.mark.parametrize(("unit", "mm"), [(1, 1000.0), (2, 1.0), (3, 0.001)])
def test_that_a_spacing_that_contradicts_a_header_with_a_unit_is_refused(nifti: Nifti, unit: int, mm: float) -> None:
    path = nifti(VOXELS, xyzt_units=unit)
    fits = (0.8 * mm, 0.7 * mm, 2.0 * mm)
    if max(fits) < 1000:
        assert "spacing_stated" not in [f.code for f in open_nifti(path, spacing_mm=fits).findings]
    red = open_nifti(path, spacing_mm=(0.8 * mm, 0.7 * mm, 2.2 * mm))
    assert ("stated_contradicts", "red") in [(f.code, f.severity) for f in red.findings]
    assert red.geometry is None


def test_that_without_a_unit_stated_lengths_are_believed_and_the_place_follows_where_all_axes_do(nifti: Nifti) -> None:
    matrix = np.diag([-0.0007, -0.0008, 0.002, 1.0])  # metres, which nothing says
    matrix[:3, 3] = (0.01, -0.02, 0.03)
    path = nifti(VOXELS, affine=matrix)
    assert not read_scan(find_scans(path)[0]).passport.unit_stated
    scan = read_scan(find_scans(path, spacing_mm=(0.8, 0.7, 2.0))[0])
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.0))
    assert scan.volume.geometry.origin_mm == pytest.approx((-10.0, 20.0, 30.0))
    assert scan.passport.spacing_from == ("stated by the user",) * 3
    assert "spacing_stated" in [f.code for f in scan.findings]
