from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files import dicom_seg
from gf_desktop.files.dicom_codes import code_of, dicom_names
from gf_desktop.files.dicom_mask import dicom_kind
from gf_desktop.files.dicom_seg import write_dicom_seg
from gf_desktop.files.dicom_seg_frames import open_seg
from gf_desktop.files.dicom_seg_read import read_dicom_seg, seg_grid
from gf_desktop.files.dicom_source import read_source
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

Write = Callable[..., list[Path]]
GRID = Geometry((7, 6, 5), (0.7, 0.8, 2.0), (-3.0, 4.0, 5.0), np.eye(3))
LABELS = np.random.default_rng(0).choice(np.array([0, 0, 2, 9], np.uint8), (5, 6, 7))
LABELS[1] = 0
TABLE = LabelTable((Structure(2, "left kidney", "#ff0000"), Structure(3, "never drawn", "#00ff00"), Structure(9, "liver", "#0000ff")))
NUMBERED = np.array([0, 0, 1, 0, 0, 0, 0, 0, 0, 2], np.uint8)[LABELS]


@pytest.fixture
def sources(write_series: Write, tmp_path: Path) -> list[Path]:
    return write_series(tmp_path / "in", GRID)


@pytest.fixture
def written(sources: list[Path], tmp_path: Path) -> Callable[..., Path]:
    def write(**options: Any) -> Path:
        settings: dict[str, Any] = {"path": tmp_path / "out" / "mask.dcm", "patient_tags": "copy", "model_id": "abdomen-ct-3"}
        return write_dicom_seg(LABELS, GRID, TABLE, sources=sources, **(settings | options))[0].path

    return write


def made(sources: list[Path], path: Path, pixels: np.ndarray, kind: str = "BINARY", segments: int = 2, **options: Any) -> Path:
    """Write a segmentation with highdicom alone."""
    code = highdicom.sr.CodedConcept("85756007", "SCT", "Tissue")
    described = [highdicom.seg.SegmentDescription(n + 1, f"segment {n + 1}", code, code, algorithm_type="MANUAL") for n in range(segments)]
    highdicom.seg.Segmentation(
        read_source(sources, patient_tags="blank").headers,
        pixels,
        kind,
        described,
        highdicom.UID(),
        1,
        highdicom.UID(),
        1,
        "m",
        "m",
        "1",
        "1",
        **options,
    ).save_as(path)
    return path


def test_that_a_segmentation_says_what_who_and_of_which_series(written: Callable[..., Path], sources: list[Path]) -> None:
    data = pydicom.dcmread(written())
    one, other = data.SegmentSequence
    assert (one.SegmentNumber, one.SegmentLabel, other.SegmentLabel) == (1, "left kidney", "liver")
    kidney = one.SegmentedPropertyTypeCodeSequence[0]
    assert (kidney.CodeValue, kidney.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning) == ("64033007", "Left")
    algorithm = one.SegmentationAlgorithmIdentificationSequence[0]
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion, one.SegmentAlgorithmType) == (
        "Graph Flow Desktop",
        "abdomen-ct-3",
        "SEMIAUTOMATIC",
    )
    assert highdicom.color.CIELabColor.from_dicom_value(tuple(one.RecommendedDisplayCIELabValue)).to_rgb() == (255, 0, 0)
    assert {i.ReferencedSOPInstanceUID for i in data.ReferencedSeriesSequence[0].ReferencedInstanceSequence} == {
        pydicom.dcmread(p).SOPInstanceUID for p in sources
    }
    assert (str(data.PatientName), data.AccessionNumber, data.StudyDate) == ("Nobody^Known", "A-1", "20200102")


def test_that_blank_tags_leave_nothing_of_the_patient(written: Callable[..., Path]) -> None:
    path = written(patient_tags="blank")
    data = pydicom.dcmread(path)
    assert (str(data.PatientName), data.PatientID, data.AccessionNumber, data.StudyDate) == ("", "", "", "")
    assert not any(word in path.read_bytes() for word in (b"Nobody", b"P-1", b"19700131", b"Doctor"))


def test_that_each_frame_refers_to_the_slice_at_its_place(written: Callable[..., Path], sources: list[Path]) -> None:
    places = {(d := pydicom.dcmread(p)).SOPInstanceUID: [float(v) for v in d.ImagePositionPatient] for p in sources}
    for frame in pydicom.dcmread(written()).PerFrameFunctionalGroupsSequence:
        source = frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        assert [float(v) for v in frame.PlanePositionSequence[0].ImagePositionPatient] == places[source]


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_that_both_types_are_read_back_with_names_and_codes(kind: str, written: Callable[..., Path]) -> None:
    read = read_dicom_seg(written(segmentation=kind), GRID)
    assert np.array_equal(read.labels, NUMBERED)
    assert [(s.number, s.name, s.code) for s in read.structures] == [(1, "left kidney", "SCT 64033007"), (2, "liver", "SCT 10200004")]
    assert read.findings == ()


def test_that_each_structure_can_have_a_file_of_its_own(sources: list[Path], tmp_path: Path) -> None:
    files = write_dicom_seg(
        LABELS, GRID, TABLE, sources=sources, path=tmp_path / "m.dcm", patient_tags="blank", model_id="m", per_structure=True
    )
    assert [f.path.name for f in files] == ["m_s02-left-kidney.dcm", "m_s09-liver.dcm"]
    assert np.array_equal(read_dicom_seg(files[1].path, GRID).labels, LABELS == 9)


def test_that_a_mask_off_the_series_is_refused_and_leaves_nothing(sources: list[Path], tmp_path: Path) -> None:
    moved = Geometry(GRID.size_ijk, GRID.spacing_mm, (-3.0, 4.0, 5.1), np.eye(3))
    with pytest.raises(GeometryError, match=r"0\.1 mm away"):
        write_dicom_seg(LABELS, moved, TABLE, sources=sources, path=tmp_path / "o" / "m.dcm", patient_tags="blank", model_id="m")
    assert not (tmp_path / "o").exists()


def test_that_an_existing_file_is_not_replaced_unless_asked(written: Callable[..., Path]) -> None:
    first = written().read_bytes()
    with pytest.raises(UserError, match="exists already"):
        written()
    assert written(overwrite=True).read_bytes() != first


def test_that_an_empty_mask_is_not_exported(sources: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="empty"):
        write_dicom_seg(np.zeros_like(LABELS), GRID, TABLE, sources=sources, path=tmp_path / "m.dcm", patient_tags="blank", model_id="m")


def spoil_voxel(data: Any) -> None:
    data.PixelData = bytes([data.PixelData[0] ^ 1]) + data.PixelData[1:]


def spoil_place(data: Any) -> None:
    data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient[0] += 2e-4


def spoil_name(data: Any) -> None:
    data.SegmentSequence[0].SegmentLabel = "kidney"


def spoil_reference(data: Any) -> None:
    data.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPInstanceUID = "1.2.3"


@pytest.mark.parametrize("spoil", [spoil_voxel, spoil_place, spoil_name, spoil_reference])
def test_that_what_was_written_wrong_is_not_kept(
    spoil: Callable[[Any], None], written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = dicom_seg._write

    def wrong(*args: Any, **options: Any) -> None:
        right(*args, **options)
        data = pydicom.dcmread(args[2])
        spoil(data)
        data.save_as(args[2])

    monkeypatch.setattr(dicom_seg, "_write", wrong)
    with pytest.raises(UserError, match="not kept"):
        written()
    assert not (tmp_path / "out").exists()


def test_that_frames_are_placed_by_position_and_not_by_order(written: Callable[..., Path]) -> None:
    path = written()
    data = pydicom.dcmread(path)
    frames = list(data.PerFrameFunctionalGroupsSequence)
    data.PerFrameFunctionalGroupsSequence = frames[::-1]
    bits = np.unpackbits(np.frombuffer(data.PixelData, np.uint8), bitorder="little")[: len(frames) * 42].reshape(len(frames), 42)
    packed = np.packbits(bits[::-1].reshape(-1), bitorder="little").tobytes()
    data.PixelData = packed + b"\0" * (len(packed) % 2)
    data.save_as(path)
    assert np.array_equal(read_dicom_seg(path, GRID).labels, NUMBERED)


def test_that_axes_of_the_scan_may_be_flipped_and_permuted(written: Callable[..., Path]) -> None:
    axes = AxisMap((1, 2, 0), (False, True, True))
    assert np.array_equal(read_dicom_seg(written(), GRID.reordered(axes)).labels, axes.view(NUMBERED))


def test_that_a_fraction_counts_from_one_half_on_and_is_told(sources: list[Path], tmp_path: Path) -> None:
    shares = np.random.default_rng(1).random((5, 6, 7, 1))
    shares[0, 0, 0], shares[0, 0, 1] = 0.5, 0.49
    path = made(sources, tmp_path / "f.dcm", shares, "FRACTIONAL", segments=1, max_fractional_value=200)
    read = read_dicom_seg(path, GRID)
    assert np.array_equal(read.labels, np.rint(shares[..., 0] * 200) >= 100)
    assert [f.code for f in read.findings] == ["fractional_mask"]


def test_that_of_overlapping_segments_the_last_wins_and_the_voxels_are_counted(sources: list[Path], tmp_path: Path) -> None:
    both = np.zeros((5, 6, 7, 2), np.uint8)
    both[1:4, 1:4, 1:4, 0] = both[2:5, 2:5, 2:5, 1] = 1
    path = made(sources, tmp_path / "o.dcm", both)
    read = read_dicom_seg(path, GRID)
    assert np.array_equal(read.labels, np.where(both[..., 1], 2, both[..., 0]))
    assert [f.message.split()[0] for f in read.findings] == ["8"]
    alone = read_dicom_seg(path, GRID, wanted=[1])
    assert np.array_equal(alone.labels, both[..., 0])
    assert alone.findings == ()


def test_that_a_label_map_may_hold_numbers_above_255_that_it_does_not_describe(written: Callable[..., Path]) -> None:
    path = written(segmentation="LABELMAP")
    data = pydicom.dcmread(path)
    frames = data.pixel_array.astype("<u2")
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelData = np.where(frames == 2, 300, frames).astype("<u2").tobytes()
    data["PixelData"].VR = "OW"
    data.save_as(path)
    read = read_dicom_seg(path, GRID)
    assert read.labels.dtype == np.int32
    assert np.array_equal(read.labels, np.where(NUMBERED == 2, 300, NUMBERED.astype(int)))


def test_that_another_grid_is_refused_with_the_distance(written: Callable[..., Path]) -> None:
    path = written()
    for other, distance in (((0.7, 0.8, 2.1), "0.4 mm"), ((0.75, 0.8, 2.0), "0.3 mm")):
        with pytest.raises(GeometryError, match=f"up to {distance} away"):
            read_dicom_seg(path, Geometry(GRID.size_ijk, other, GRID.origin_mm, np.eye(3)))
    with pytest.raises(GeometryError, match="reaches beyond the scan"):
        read_dicom_seg(path, Geometry((7, 6, 4), GRID.spacing_mm, GRID.origin_mm, np.eye(3)))


def test_that_a_segmentation_knows_its_own_grid_with_the_slices_that_it_leaves_out(written: Callable[..., Path]) -> None:
    assert seg_grid(open_seg(written())).same_grid(GRID, tol_mm=1e-4)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"NumberOfFrames": 4000}, "claims 4000 frames"),
        ({"Rows": 60000, "Columns": 60000}, "claims"),
        ({"SegmentationType": "OTHER"}, "OTHER"),
        ({"PerFrameFunctionalGroupsSequence": []}, "describes 0"),
    ],
)
def test_that_a_header_that_lies_is_refused(tags: dict[str, Any], told: str, written: Callable[..., Path], rewrite: Any) -> None:
    path = written()
    rewrite(path, **tags)
    with pytest.raises(FileFormatError, match=told):
        read_dicom_seg(path, GRID)


def test_that_a_cut_off_file_is_refused_wherever_it_is_cut(written: Callable[..., Path], tmp_path: Path) -> None:
    content = written().read_bytes()
    cut = tmp_path / "cut.dcm"
    for length in range(140, len(content) - 2, len(content) // 40):
        cut.write_bytes(content[:length])
        with pytest.raises(UserError):
            read_dicom_seg(cut, GRID)


def test_that_kinds_are_told_apart(written: Callable[..., Path], sources: list[Path], tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("nothing")
    assert [dicom_kind(p) for p in (written(), sources[0], tmp_path / "note.txt")] == ["seg", None, None]


def test_that_names_fit_dicom_and_stay_different() -> None:
    structures = [Structure(1, "a" * 70, "#000000"), Structure(2, "a" * 80, "#000000"), Structure(3, r"b\c", "#000000")]
    assert dicom_names(structures) == ["a" * 64, "a" * 62 + " 2", "b/c"]


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        (Structure(1, "Liver", "#000000"), ("123037004", "10200004", "Liver structure", None)),
        (Structure(1, "my part", "#000000", "SCT 64033007 + 24028007"), ("123037004", "64033007", "Kidney structure", "Right")),
        (Structure(1, "my part", "#000000", "99X A1"), ("123037004", "A1", "my part", None)),
        (Structure(1, "my part", "#000000", "what?"), ("123037004", "85756007", "Tissue", None)),
        (Structure(1, "liver tumour", "#000000"), ("49755003", "49755003", "Morphologically Abnormal Structure", None)),
    ],
)
def test_that_codes_come_from_the_structure_then_its_name_then_are_general(structure: Structure, expected: tuple[Any, ...]) -> None:
    code = code_of(structure)
    assert (code.category.value, code.type.value, code.type.meaning, code.side.meaning if code.side else None) == expected
