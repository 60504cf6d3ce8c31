from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it
import tifffile
from PIL import Image

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.dicom_mask import FoundStructure
from gf_desktop.files.dicom_rtstruct import write_rtstruct
from gf_desktop.files.dicom_seg import write_dicom_seg
from gf_desktop.files.facts import FRAME_FACT
from gf_desktop.files.mask_look import chosen_mask, look_at_mask, suggested_mapping
from gf_desktop.files.masks import (
    MASK_SUFFIXES,
    MASK_TOL_VOXELS,
    map_labels,
    mapped_mask,
    names_in_mask,
    open_mask,
    read_mapping,
    read_mask,
)
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.files.seg_nrrd import segments_of
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

Nifti = Callable[..., Path]
GRID = Geometry((7, 6, 5), (0.7, 0.8, 2.0), (0.0, 0.0, 0.0), np.eye(3))
LABELS = np.random.default_rng(0).integers(0, 4, (5, 6, 7)).astype(np.uint8)
RAS = np.diag([-0.7, -0.8, 2.0, 1.0])


def itk(path: Path, labels: np.ndarray, geometry: Geometry, *, compress: bool = True) -> Path:
    image = sitk.GetImageFromArray(labels)
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.origin_mm)
    image.SetDirection(geometry.direction.reshape(-1).tolist())
    sitk.WriteImage(image, str(path), compress)
    return path


@pytest.mark.parametrize("name", ["m.nii", "m.nii.gz", "m.nrrd", "m.mha"])
def test_that_a_mask_on_the_scans_grid_is_read_bit_for_bit(tmp_path: Path, name: str) -> None:
    read = read_mask(itk(tmp_path / name, LABELS, GRID), GRID)
    assert read.dtype == np.uint8
    assert np.array_equal(read, LABELS)
    assert read.flags.c_contiguous


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nrrd", "m.mha"])
def test_that_flipped_and_permuted_axes_are_the_same_grid(tmp_path: Path, name: str) -> None:
    axes = AxisMap((2, 0, 1), (True, False, True))
    path = itk(tmp_path / name, np.ascontiguousarray(axes.view(LABELS)), GRID.reordered(axes))
    assert np.array_equal(read_mask(path, GRID), LABELS)


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nrrd", "m.mha"])
@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (Geometry((7, 6, 5), (0.7, 0.8, 2.0), (0.0, 0.0, 12.5), np.eye(3)), "up to 12.5 mm away"),
        (Geometry((7, 6, 5), (0.7, 0.8, 2.1), (0.0, 0.0, 0.0), np.eye(3)), "up to 0.4 mm away"),
        (Geometry((7, 6, 4), (0.7, 0.8, 2.0), (0.0, 0.0, 0.0), np.eye(3)), "7 × 6 × 4 voxels and the scan 7 × 6 × 5"),
        (Geometry((7, 6, 5), (0.7, 0.8, 2.0), (0.0, 0.0, 0.0), np.diag([1.0, 1.0, -1.0])), "up to 8 mm away"),
    ],
)
def test_that_a_mask_on_another_grid_is_refused_with_the_difference(tmp_path: Path, name: str, other: Geometry, difference: str) -> None:
    path = itk(tmp_path / name, np.zeros(other.shape_kji, np.uint8), other)
    with pytest.raises(GeometryError) as caught:
        read_mask(path, GRID)
    assert difference in caught.value.what
    assert caught.value.where == str(path)
    assert caught.value.next_step


def test_that_a_mask_may_be_off_by_the_rounding_of_headers_and_not_more(tmp_path: Path) -> None:
    tolerance = MASK_TOL_VOXELS * 0.7
    for share, taken in ((0.9, True), (1.1, False)):
        other = Geometry(GRID.size_ijk, GRID.spacing_mm, (tolerance * share, 0.0, 0.0), np.eye(3))
        path = itk(tmp_path / f"{taken}.nrrd", LABELS, other)
        if taken:
            assert np.array_equal(read_mask(path, GRID), LABELS)
        else:
            with pytest.raises(GeometryError):
                read_mask(path, GRID)


def test_that_a_sheared_mask_is_refused(nifti: Nifti) -> None:
    matrix = RAS.copy()
    matrix[0, 1] = 0.3
    with pytest.raises(GeometryError, match="cannot be trusted"):
        read_mask(nifti(LABELS.transpose(2, 1, 0), matrix, qform=0), GRID)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([0, 255], np.uint8), ([0, 256], np.int32), ([-1, 3], np.int32), ([0, 70000], np.int32)],
)
def test_that_ids_are_kept_in_the_smallest_type(nifti: Nifti, values: list[int], dtype: type) -> None:
    stored = np.resize(np.array(values, np.int32), (7, 6, 5))
    read = read_mask(nifti(stored, RAS), GRID)
    assert read.dtype == dtype
    assert np.array_equal(read, stored.transpose(2, 1, 0))


def test_that_whole_numbers_stored_as_floats_are_taken(nifti: Nifti) -> None:
    assert np.array_equal(read_mask(nifti(LABELS.transpose(2, 1, 0).astype(np.float32), RAS), GRID), LABELS)


@pytest.mark.parametrize(("odd", "shown"), [(0.5, "0.5"), (np.nan, "nan"), (2.999, "2.999"), (np.inf, "inf")])
def test_that_values_that_are_no_whole_numbers_are_refused_with_an_example(nifti: Nifti, odd: float, shown: str) -> None:
    values = LABELS.transpose(2, 1, 0).astype(np.float32)
    values[1, 2, 3] = odd
    with pytest.raises(FileFormatError, match=shown) as caught:
        read_mask(nifti(values, RAS), GRID)
    assert caught.value.where.endswith("scan.nii.gz")


def test_that_ids_beyond_thirty_two_bits_are_refused(nifti: Nifti) -> None:
    with pytest.raises(FileFormatError, match="ids from"):
        read_mask(nifti(np.full((7, 6, 5), 5e9), RAS), GRID)


def test_that_a_mask_of_several_layers_is_refused(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((5, 6, 7, 2), np.uint8), isVector=True), str(tmp_path / "m.nrrd"))
    with pytest.raises(FileFormatError, match="2 values a voxel"):
        read_mask(tmp_path / "m.nrrd", GRID)


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("keep", [0.05, 0.8])
@pytest.mark.parametrize("name", ["m.nii.gz", "m.nrrd", "m.mha"])
def test_that_a_truncated_mask_is_refused_by_name_and_without_noise(
    tmp_path: Path, name: str, *, keep: float, compress: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    grid = Geometry.identity((40, 40, 40))
    path = itk(tmp_path / name, np.random.default_rng(0).integers(0, 9, (40, 40, 40)).astype(np.uint8), grid, compress=compress)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(FileFormatError) as caught:
        read_mask(path, grid)
    assert caught.value.where == str(path)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nrrd", "m.mha", "m.png"])
def test_that_a_text_file_is_no_mask(tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text("Dear colleague,\n" * 50)
    with pytest.raises(FileFormatError):
        read_mask(tmp_path / name, Geometry.identity((7, 6, 1)))
    assert capfd.readouterr() == ("", "")


def test_that_a_missing_mask_and_other_kinds_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_mask(tmp_path / "none.nii.gz", GRID)
    (tmp_path / "mask.txt").touch()
    with pytest.raises(FileFormatError, match="kind"):
        read_mask(tmp_path / "mask.txt", GRID)


def test_that_an_indexed_picture_is_a_mask_for_a_picture_of_its_size_only(tmp_path: Path) -> None:
    plane = LABELS[0]
    indexed = Image.frombytes("P", (7, 6), plane.tobytes())
    indexed.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    indexed.save(tmp_path / "m.png")
    assert np.array_equal(read_mask(tmp_path / "m.png", Geometry.identity((7, 6, 1))), plane[None])
    with pytest.raises(GeometryError, match="7 × 6 pixels and the scan 6 × 7"):
        read_mask(tmp_path / "m.png", Geometry.identity((6, 7, 1)))
    with pytest.raises(GeometryError, match="5 slices"):
        read_mask(tmp_path / "m.png", GRID)


def test_that_ids_become_structures_and_others_background(table: LabelTable) -> None:
    labels = np.array([[[0, 5, 27, 28, 300, -4]]], np.int32)
    mapped = map_labels(labels, {5: "liver", 27: "aorta", 28: "aorta", 99: "spleen"}, table)
    assert mapped.dtype == np.uint8
    assert mapped.tolist() == [[[0, 2, 9, 9, 0, 0]]]


def test_that_without_a_map_the_ids_must_be_the_projects_own(table: LabelTable) -> None:
    assert map_labels(np.array([0, 1, 9], np.int32), None, table).tolist() == [0, 1, 9]
    with pytest.raises(UserError, match=r"5, 300.*spleen, liver, aorta"):
        map_labels(np.array([0, 1, 5, 300], np.int32), None, table)


def test_that_a_map_to_unknown_structures_is_refused(table: LabelTable) -> None:
    with pytest.raises(UserError, match=r"kidney.*spleen, liver, aorta"):
        map_labels(np.array([1]), {1: "kidney", 2: "liver"}, table)


def test_that_a_map_that_fits_nothing_in_the_mask_is_refused(table: LabelTable) -> None:
    with pytest.raises(UserError, match="holds 1, 2"):
        map_labels(np.array([0, 1, 2]), {7: "liver"}, table)
    assert map_labels(np.array([0, 0]), {7: "liver"}, table).tolist() == [0, 0]


def test_that_a_map_is_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"5": "liver", "27": "vertebral column"}))
    assert read_mapping(path) == {5: "liver", 27: "vertebral column"}


@pytest.mark.parametrize(
    "content",
    ["", "[1, 2]", "{}", '{"a": "liver"}', '{"0": "liver"}', '{"1": ""}', '{"1": 2}', '{"A": {"1": "liver"}}', "\udcff", "[" * 10000],
)
def test_that_a_damaged_map_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "map.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileFormatError) as caught:
        read_mapping(path)
    assert caught.value.where == str(path)
    assert "Expected" in caught.value.next_step


def test_that_a_missing_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_mapping(tmp_path / "none.json")


TWO = LabelTable((Structure(1, "Spleen", "#e69f00"), Structure(3, "bone", "#56b4e9")))
DRAWN = np.where(LABELS == 2, 0, LABELS).astype(np.uint8)


@pytest.fixture(params=[write_dicom_seg, write_rtstruct], ids=["seg", "rtstruct"])
def dicom_object(request: pytest.FixtureRequest, write_series: Callable[..., list[Path]], tmp_path: Path) -> Path:
    """Return a DICOM object with the structures “Spleen” and “bone” on the grid, without a file ending."""
    sources = write_series(tmp_path / "series", GRID)
    request.param(DRAWN, GRID, TWO, sources=sources, path=tmp_path / "object", patient_tags="blank", model_id="m")
    return tmp_path / "object"


def test_that_a_dicom_object_is_a_mask_with_names(dicom_object: Path) -> None:
    names = names_in_mask(dicom_object)
    assert sorted(names.values()) == ["Spleen", "bone"]
    mask = open_mask(dicom_object, GRID)
    for number, name in names.items():
        assert np.array_equal(mask.labels == number, TWO.by_name(name).id == DRAWN)
    assert np.array_equal(read_mask(dicom_object, GRID), mask.labels)
    assert (mask.findings, mask.preview) == ((), None)


def test_that_a_mask_of_numbers_has_no_names(tmp_path: Path) -> None:
    assert names_in_mask(itk(tmp_path / "m.nrrd", LABELS, GRID)) == {}


def test_that_names_are_matched_whatever_their_capital_letters_and_the_others_told(dicom_object: Path, table: LabelTable) -> None:
    mapped = mapped_mask(dicom_object, GRID, table)
    assert np.array_equal(mapped.labels, (DRAWN == 1) * np.uint8(table.by_name("spleen").id))
    assert [f.message for f in mapped.findings] == ["These structures of the mask are none of the project: bone"]


def test_that_a_map_goes_before_the_files_names(dicom_object: Path, table: LabelTable) -> None:
    (bone,) = [number for number, name in names_in_mask(dicom_object).items() if name == "bone"]
    mapped = mapped_mask(dicom_object, GRID, table, mapping={bone: "liver"})
    assert np.array_equal(mapped.labels, (DRAWN == 3) * np.uint8(table.by_name("liver").id))
    assert mapped.findings == ()


def test_that_names_of_which_none_is_known_are_listed(dicom_object: Path) -> None:
    with pytest.raises(UserError, match="None of the mask's structures is one of this project: Spleen, bone") as caught:
        mapped_mask(dicom_object, GRID, LabelTable((Structure(1, "heart", "#e69f00"),)))
    assert "heart" in caught.value.next_step


def test_that_a_mask_of_numbers_is_mapped_as_ever(tmp_path: Path) -> None:
    path = itk(tmp_path / "m.nrrd", DRAWN, GRID)
    assert np.array_equal(mapped_mask(path, GRID, TWO).labels, DRAWN)
    with pytest.raises(UserError, match="no structures of this project: 3"):
        mapped_mask(path, GRID, LabelTable((Structure(1, "heart", "#e69f00"),)))


FINE = Geometry((14, 12, 10), (0.35, 0.4, 1.0), (-0.175, -0.2, -0.5), np.eye(3))


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nrrd", "m.mha"])
def test_that_a_mask_on_another_grid_is_resampled_only_when_asked(tmp_path: Path, name: str) -> None:
    path = itk(tmp_path / name, np.kron(DRAWN, np.ones((2, 2, 2), np.uint8)), FINE)
    with pytest.raises(GeometryError):
        open_mask(path, GRID)
    mask = open_mask(path, GRID, resample="nearest")
    assert np.array_equal(mask.labels, DRAWN)
    assert [f.code for f in mask.findings] == ["mask_resampled"]
    assert mask.preview is not None
    assert [(row.label, row.voxels_before) for row in mask.preview.labels] == [(v, 8 * int((v == DRAWN).sum())) for v in (1, 3)]
    assert all(row.ml_after == pytest.approx(row.ml_before) for row in mask.preview.labels)


def test_that_a_mask_on_the_scans_own_grid_is_never_resampled(tmp_path: Path) -> None:
    mask = open_mask(itk(tmp_path / "m.nrrd", LABELS, GRID), GRID, resample="nearest")
    assert np.array_equal(mask.labels, LABELS)
    assert (mask.preview, mask.findings) == (None, ())


def test_that_a_segmentation_on_another_grid_is_resampled_only_when_asked(write_series: Callable[..., list[Path]], tmp_path: Path) -> None:
    fine = np.kron(DRAWN, np.ones((2, 2, 2), np.uint8))
    sources = write_series(tmp_path / "series", FINE)
    write_dicom_seg(fine, FINE, TWO, sources=sources, path=tmp_path / "m.dcm", patient_tags="blank", model_id="m")
    with pytest.raises(GeometryError, match="another grid"):
        mapped_mask(tmp_path / "m.dcm", GRID, TWO)
    mapped = mapped_mask(tmp_path / "m.dcm", GRID, TWO, resample="nearest")
    assert np.array_equal(mapped.labels, DRAWN)
    assert mapped.preview is not None


# names in NRRD


def segment_nrrd(path: Path, keys: dict[str, str]) -> Path:
    """Write an NRRD whose header has Slicer's keys."""
    image = sitk.GetImageFromArray(LABELS)
    image.SetSpacing(GRID.spacing_mm)
    for key, value in keys.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path))
    return path


SEGMENTS = {
    "Segment0_ID": "Segment_1", "Segment0_Name": "Liver", "Segment0_LabelValue": "3", "Segment0_Color": "1 0.5 0",
    "Segment1_Name": "left kidney", "Segment1_LabelValue": "1", "Segment2_Name": "nameless", "Segment3_LabelValue": "2",
}  # fmt: skip


def test_that_names_in_a_nrrd_say_which_number_is_what(tmp_path: Path) -> None:
    path = segment_nrrd(tmp_path / "m.seg.nrrd", SEGMENTS)
    assert names_in_mask(path) == {1: "left kidney", 3: "Liver"}
    mask = open_mask(path, GRID)
    assert [(s.number, s.name, s.colour) for s in mask.structures] == [(1, "left kidney", ""), (3, "Liver", "#ff8000")]
    table = LabelTable((Structure(7, "liver", "#ff0000"), Structure(9, "spleen", "#00ff00")))
    mapped = mapped_mask(path, GRID, table)
    assert np.array_equal(mapped.labels, np.where(LABELS == 3, 7, 0))
    assert "left kidney" in mapped.findings[0].message
    look = look_at_mask(path, GRID)
    assert [(row.number, row.name) for row in look.rows] == [(1, "left kidney"), (2, ""), (3, "Liver")]
    assert suggested_mapping(look, table) == {3: "liver"}


def test_that_escapes_in_names_are_undone_and_damaged_keys_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "m.nrrd"
    header = (
        "NRRD0004\ntype: uint8\nSegment0_Name:=a\\nb\\\\c\nSegment0_LabelValue:=4\nSegment0_Color:=9 9 9\n"
        "Segment1_Name:=first\nSegment1_LabelValue:=4\nSegment2_Name:=x\nSegment2_LabelValue:=-1\n"
        "Segment3_Name:=y\nSegment3_LabelValue:=99999999999\n\nSegment4_Name:=beyond\nSegment4_LabelValue:=6\n"
    )
    path.write_text(header, encoding="utf-8")
    assert segments_of(path) == (FoundStructure(4, "a b\\c"),)
    path.write_bytes(b"no header")
    assert segments_of(path) == ()


# masks in TIFF


def test_that_a_tiff_of_labels_is_a_mask_of_a_picture(tmp_path: Path) -> None:
    flat = Geometry.identity((7, 6, 1))
    for name, compression in (("a.tif", None), ("b.tiff", "zlib")):
        tifffile.imwrite(tmp_path / name, LABELS[0], compression=compression, photometric="minisblack")
        assert np.array_equal(read_mask(tmp_path / name, flat)[0], LABELS[0])
    image = Image.fromarray(LABELS[1]).convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3])
    image.save(tmp_path / "palette.tif")
    assert np.array_equal(read_mask(tmp_path / "palette.tif", flat)[0], LABELS[1])
    Image.fromarray(LABELS[1] > 0).save(tmp_path / "bits.tif")
    assert np.array_equal(read_mask(tmp_path / "bits.tif", flat)[0], LABELS[1] > 0)


def test_that_a_tiff_with_a_page_for_each_frame_is_a_mask_of_a_cine(tmp_path: Path) -> None:
    path = tmp_path / "frames.tif"
    tifffile.imwrite(path, LABELS, photometric="minisblack", metadata=None)
    cine = Geometry.identity((7, 6, 5))
    assert np.array_equal(open_mask(path, cine, cine=True).labels, LABELS)
    with pytest.raises(GeometryError, match=r"5 pages of 7 × 6, and the scan 4 frames"):
        open_mask(path, Geometry.identity((7, 6, 4)), cine=True)
    with pytest.raises(GeometryError, match="5 pages, and the scan one slice"):
        read_mask(path, Geometry.identity((7, 6, 1)))


def test_that_a_tiff_is_no_mask_of_a_volume_nor_one_in_colour_of_anything(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", LABELS, photometric="minisblack", metadata=None)
    with pytest.raises(GeometryError, match="does not say where it lies"):
        read_mask(tmp_path / "a.tif", GRID)
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((6, 7, 3), np.uint8), photometric="rgb")
    with pytest.raises(FileFormatError, match="full colour"):
        read_mask(tmp_path / "c.tif", Geometry.identity((7, 6, 1)))
    (tmp_path / "d.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:100])
    with pytest.raises(FileFormatError):
        read_mask(tmp_path / "d.tif", Geometry.identity((7, 6, 1)))


def test_that_every_ending_of_masks_can_be_read_or_is_told(tmp_path: Path) -> None:
    for suffix in MASK_SUFFIXES:
        path = tmp_path / f"empty{suffix}"
        path.write_bytes(b"")
        with pytest.raises(UserError):
            read_mask(path, GRID)


# frames of reference


def test_that_a_mask_of_another_frame_of_reference_is_refused_unless_that_is_known(dicom_object: Path, tmp_path: Path) -> None:
    scan = read_scan(find_scans(tmp_path / "series")[0])
    own = scan.volume.facts[FRAME_FACT]
    assert "other_frame" not in [f.code for f in open_mask(dicom_object, GRID, frame=own).findings]
    assert "other_frame" not in [f.code for f in open_mask(dicom_object, GRID).findings]
    with pytest.raises(GeometryError, match=r"another frame of reference.*--other-frame"):
        open_mask(dicom_object, GRID, frame="0" * 16)
    mask = open_mask(dicom_object, GRID, frame="0" * 16, other_frame=True)
    assert [(f.code, f.severity) for f in mask.findings] == [("other_frame", "amber")]
    look = look_at_mask(dicom_object, GRID, frame="0" * 16)
    assert look.file.findings[0].code == "other_frame"
    assert chosen_mask(look, {}, TWO).findings[0].code == "other_frame"


def test_that_the_frame_of_reference_itself_is_not_kept(dicom_object: Path, tmp_path: Path) -> None:
    (path, *_) = sorted((tmp_path / "series").iterdir())
    uid = str(pydicom.dcmread(path).FrameOfReferenceUID)
    assert uid
    assert uid not in str(read_scan(find_scans(tmp_path / "series")[0]).volume.facts)
    assert dicom_object.exists()
