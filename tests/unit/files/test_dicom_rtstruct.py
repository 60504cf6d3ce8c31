from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files import dicom_rtstruct
from gf_desktop.files.dicom_mask import dicom_kind
from gf_desktop.files.dicom_rtstruct import write_rtstruct
from gf_desktop.files.dicom_rtstruct_read import OFF_SLICE_TOL, open_rtstruct, read_rtstruct
from gf_desktop.imaging.geometry import AxisMap, Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure

GRID = Geometry((7, 6, 5), (0.7, 0.8, 2.0), (-3.0, 4.0, 5.0), np.eye(3))
LABELS = np.random.default_rng(0).choice(np.array([0, 0, 2, 9], np.uint8), (5, 6, 7))
TABLE = LabelTable((Structure(9, "liver", "#0000ff"), Structure(2, "left kidney", "#ff0000"), Structure(3, "never drawn", "#00ff00")))


@pytest.fixture
def sources(write_series: Callable[..., list[Path]], tmp_path: Path) -> list[Path]:
    return write_series(tmp_path / "in", GRID)


@pytest.fixture
def written(sources: list[Path], tmp_path: Path) -> Callable[..., Path]:
    def write(labels: np.ndarray = LABELS, **options: Any) -> Path:
        settings: dict[str, Any] = {"path": tmp_path / "out" / "rt.dcm", "patient_tags": "copy", "model_id": "abdomen-ct-3"}
        return write_rtstruct(labels, GRID, TABLE, sources=sources, **(settings | options))[0].path

    return write


def square(i: float, j: float, k: float, *, side: float = 3.0, axis: int = 2) -> list[float]:
    """Return the points in mm of a square in voxels of the grid, across an axis."""
    corners = np.array([(0, 0), (side, 0), (side, side), (0, side)])
    index = np.zeros((4, 3))
    index[:, [a for a in (0, 1, 2) if a != axis]] = corners
    return [round(float(v), 5) for v in GRID.index_to_world(index + np.array([i, j, k])).reshape(-1)]


def with_contours(path: Path, *regions: list[tuple[list[float], str]] | None, numbers: list[int] | None = None) -> Path:
    """Give a structure set other contours: for each region points in mm and type; None for a region without contours."""
    data = pydicom.dcmread(path)
    data.StructureSetROISequence = data.StructureSetROISequence[:1] * len(regions)
    copies, contours = [], []
    for n, region in enumerate(regions):
        number = n + 1 if numbers is None else numbers[n]
        roi = pydicom.Dataset()
        roi.ROINumber, roi.ROIName = number, f"region {n}"
        copies.append(roi)
        item = pydicom.Dataset()
        item.ReferencedROINumber = number
        if region is not None:
            item.ContourSequence = []
            for points, kind in region:
                contour = pydicom.Dataset()
                contour.ContourGeometricType, contour.NumberOfContourPoints, contour.ContourData = kind, len(points) // 3, points
                item.ContourSequence.append(contour)
        contours.append(item)
    data.StructureSetROISequence, data.ROIContourSequence = copies, contours
    data.RTROIObservationsSequence = []
    data.save_as(path)
    return path


def closed(*points: list[float]) -> list[tuple[list[float], str]]:
    return [(p, "CLOSED_PLANAR") for p in points]


def test_that_a_structure_set_says_what_who_and_of_which_slices(written: Callable[..., Path], sources: list[Path]) -> None:
    data = pydicom.dcmread(written())
    assert [(r.ROINumber, r.ROIName, r.ROIGenerationAlgorithm) for r in data.StructureSetROISequence] == [
        (9, "liver", "SEMIAUTOMATIC"),
        (2, "left kidney", "SEMIAUTOMATIC"),
    ]
    assert [list(r.ROIDisplayColor) for r in data.ROIContourSequence] == [[0, 0, 255], [255, 0, 0]]
    places = {(d := pydicom.dcmread(p)).SOPInstanceUID: float(d.ImagePositionPatient[2]) for p in sources}
    for contour in data.ROIContourSequence[0].ContourSequence:
        assert contour.ContourGeometricType == "CLOSED_PLANAR"
        assert len(contour.ContourData) == 3 * contour.NumberOfContourPoints
        assert places[contour.ContourImageSequence[0].ReferencedSOPInstanceUID] == float(contour.ContourData[2])
    frame = data.ReferencedFrameOfReferenceSequence[0]
    images = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0].ContourImageSequence
    assert {i.ReferencedSOPInstanceUID for i in images} == set(places)
    assert frame.FrameOfReferenceUID == pydicom.dcmread(sources[0]).FrameOfReferenceUID
    assert (str(data.PatientName), data.AccessionNumber) == ("Nobody^Known", "A-1")


def test_that_blank_tags_leave_nothing_of_the_patient(written: Callable[..., Path]) -> None:
    path = written(patient_tags="blank")
    assert str(pydicom.dcmread(path).PatientName) == ""
    assert not any(word in path.read_bytes() for word in (b"Nobody", b"P-1", b"19700131", b"Doctor"))


def test_that_ids_names_and_codes_come_back(written: Callable[..., Path]) -> None:
    read = read_rtstruct(written(), GRID)
    assert np.array_equal(read.labels, LABELS)
    assert [(s.number, s.name, s.code) for s in read.structures] == [(2, "left kidney", "SCT 64033007"), (9, "liver", "SCT 10200004")]
    assert read.findings == ()


def test_that_axes_of_the_scan_may_be_flipped_and_permuted(written: Callable[..., Path]) -> None:
    axes = AxisMap((1, 2, 0), (False, True, True))
    assert np.array_equal(read_rtstruct(written(), GRID.reordered(axes)).labels, axes.view(LABELS))


def test_that_a_contour_longer_than_explicit_vr_allows_is_kept(write_series: Callable[..., list[Path]], tmp_path: Path) -> None:
    grid = Geometry((160, 160, 1), (0.7, 0.8, 2.0), (-3.0, 4.0, 5.0), np.eye(3))
    labels = np.zeros((1, 160, 160), np.uint8)
    labels[0, ::2], labels[0, :, 0] = 2, 2  # a comb
    labels[0, 1::2, 2::4] = 0
    labels[0, ::4, 1::2] = 0
    labels[0, :, :2] = 2
    path = tmp_path / "rt.dcm"
    write_rtstruct(labels, grid, TABLE, sources=write_series(tmp_path / "in", grid), path=path, patient_tags="blank", model_id="m")
    assert np.array_equal(read_rtstruct(path, grid).labels, labels)


def spoil_corner(data: Any) -> None:
    data.ROIContourSequence[0].ContourSequence[0].ContourData[0] += 3e-4


def spoil_contour(data: Any) -> None:
    del data.ROIContourSequence[0].ContourSequence[0]


def spoil_name(data: Any) -> None:
    data.StructureSetROISequence[0].ROIName = "other"


@pytest.mark.parametrize("spoil", [spoil_corner, spoil_contour, spoil_name])
def test_that_what_was_written_wrong_is_not_kept(
    spoil: Callable[[Any], None], written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = dicom_rtstruct._write

    def wrong(*args: Any, **options: Any) -> None:
        right(*args, **options)
        data = pydicom.dcmread(args[4])
        spoil(data)
        data.save_as(args[4])

    monkeypatch.setattr(dicom_rtstruct, "_write", wrong)
    with pytest.raises(UserError, match="not kept"):
        written()
    assert not (tmp_path / "out").exists()


def test_that_contours_of_a_plane_are_joined_by_xor(written: Callable[..., Path]) -> None:
    path = with_contours(written(), closed(square(0.5, 0.5, 2, side=4), square(1.5, 1.5, 2, side=2)))
    expected = np.zeros((5, 6, 7), np.uint8)
    expected[2, 1:5, 1:5] = 1
    expected[2, 2:4, 2:4] = 0
    assert np.array_equal(read_rtstruct(path, GRID).labels, expected)


@pytest.mark.parametrize("axis", [0, 1])
def test_that_contours_may_lie_across_another_axis_of_the_scan(axis: int, written: Callable[..., Path]) -> None:
    start = [0.5, 0.5, 0.5]
    start[axis] = 2.0
    path = with_contours(written(), closed(square(*start, axis=axis)))
    expected = np.zeros((5, 6, 7), np.uint8)
    part = [slice(1, 4), slice(1, 4), slice(1, 4)]
    part[2 - axis] = slice(2, 3)
    expected[tuple(part)] = 1
    assert np.array_equal(read_rtstruct(path, GRID).labels, expected)


def test_that_empty_regions_are_listed_and_open_lines_left_out(written: Callable[..., Path]) -> None:
    path = with_contours(written(), [*closed(square(0.5, 0.5, 2)), (square(0, 0, 3), "OPEN_PLANAR")], None, [([1.0, 2.0, 5.0], "POINT")])
    read = read_rtstruct(path, GRID)
    assert [s.is_empty for s in read.structures] == [False, True, False]
    told = {f.code: f.message for f in read.findings}
    assert told["empty_structures"] == "1 structure has no contours: region 1"
    assert told["open_contours"].startswith("2 points")
    assert int(read.labels.sum()) == 9


def test_that_a_contour_between_slices_is_refused_with_numbers_beyond_the_tolerance(written: Callable[..., Path]) -> None:
    path = written()
    with_contours(path, closed(square(0.5, 0.5, 2 + OFF_SLICE_TOL - 0.01)))
    near = read_rtstruct(path, GRID)
    assert int((near.labels[2] == 1).sum()) == 9
    assert near.findings[0].message.startswith("Contours lie up to 0.48 mm beside")
    with_contours(path, closed(square(0.5, 0.5, 2 + OFF_SLICE_TOL + 0.02)))
    with pytest.raises(GeometryError, match=r"lies 0\.54 mm beside its slice; the slices are 2 mm apart"):
        read_rtstruct(path, GRID)


def test_that_a_contour_in_a_slanted_plane_is_refused(written: Callable[..., Path]) -> None:
    points = np.array(square(0.5, 0.5, 2)).reshape(-1, 3)
    points[:2, 2] += 1.5
    with pytest.raises(GeometryError, match="beside its slice"):
        read_rtstruct(with_contours(written(), closed(points.reshape(-1).tolist())), GRID)


def test_that_contours_outside_the_scan_are_counted_and_a_strangers_set_is_refused(written: Callable[..., Path]) -> None:
    path = with_contours(written(), closed(square(0.5, 0.5, 2), square(5.5, 0.5, 2), square(0.5, 0.5, 9)))
    read = read_rtstruct(path, GRID)
    assert [f.message for f in read.findings] == ["2 of 3 contours lie outside the scan, or in part"]
    assert int(read.labels.sum()) == 9 + 3
    with pytest.raises(GeometryError, match="None of the 1 contours lies on this scan"):
        read_rtstruct(with_contours(path, closed(square(0.5, 0.5, 9))), GRID)


def test_that_of_overlapping_regions_the_last_wins_unless_only_others_are_wanted(written: Callable[..., Path]) -> None:
    path = with_contours(written(), closed(square(0.5, 0.5, 2)), closed(square(2.5, 0.5, 2)))
    read = read_rtstruct(path, GRID)
    assert (int((read.labels == 1).sum()), int((read.labels == 2).sum())) == (6, 9)
    assert [f.message.split()[0] for f in read.findings] == ["3"]
    assert int((read_rtstruct(path, GRID, wanted=[1]).labels == 1).sum()) == 9


def test_that_a_region_numbered_zero_gets_the_next_free_number(written: Callable[..., Path]) -> None:
    path = with_contours(written(), closed(square(0.5, 0.5, 1)), closed(square(0.5, 0.5, 2)), numbers=[0, 300])
    read = read_rtstruct(path, GRID)
    assert [(s.number, s.name) for s in read.structures] == [(300, "region 1"), (301, "region 0")]
    assert read.labels.dtype == np.int32
    assert (read.labels[1] == 301).sum() == (read.labels[2] == 300).sum() == 9


def test_that_a_region_numbered_beyond_32_bits_gets_the_next_free_number(written: Callable[..., Path]) -> None:
    path = with_contours(written(), closed(square(0.5, 0.5, 1)), closed(square(0.5, 0.5, 2)), numbers=[2**31 - 1, 4])
    assert [(s.number, s.name) for s in read_rtstruct(path, GRID).structures] == [(4, "region 1"), (5, "region 0")]


@pytest.mark.parametrize("far", [1e7, 1e300, -1e300])
def test_that_points_that_no_patient_has_are_refused(far: float, written: Callable[..., Path]) -> None:
    points = square(0.5, 0.5, 2)
    points[0] = far
    with pytest.raises(FileFormatError, match="list of points"):
        read_rtstruct(with_contours(written(), closed(points)), GRID)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda d: setattr(d, "StructureSetROISequence", []), "names no structures"),
        (lambda d: setattr(d.StructureSetROISequence[0], "ROINumber", 2), "share a number"),
        (lambda d: d.ROIContourSequence[0].ContourSequence[0].ContourData.append("1"), "list of points"),
    ],
)
def test_that_a_damaged_set_is_refused(spoil: Callable[[Any], None], told: str, written: Callable[..., Path]) -> None:
    path = written()
    data = pydicom.dcmread(path)
    spoil(data)
    data.save_as(path)
    with pytest.raises(FileFormatError, match=told):
        read_rtstruct(path, GRID)


def test_that_contours_that_are_no_numbers_are_refused(written: Callable[..., Path]) -> None:
    path = written()
    content = path.read_bytes()
    at = content.index(b"CLOSED_PLANAR")
    point = content.index(b"\\", at)
    path.write_bytes(content[: point - 1] + b"x" + content[point:])
    with pytest.raises(FileFormatError):
        read_rtstruct(path, GRID)


def test_that_a_cut_off_file_never_loses_a_contour_in_silence(written: Callable[..., Path], tmp_path: Path) -> None:
    content = written().read_bytes()
    contours = content.index(b"\x06\x30\x80\x00")  # RTROIObservationsSequence, which stands behind all contours
    cut = tmp_path / "cut.dcm"
    for length in range(140, contours, len(content) // 60):
        cut.write_bytes(content[:length])
        with pytest.raises(UserError):
            read_rtstruct(cut, GRID)


def test_that_it_is_told_apart_from_scans(written: Callable[..., Path]) -> None:
    assert dicom_kind(written()) == "rtstruct"
    assert len(open_rtstruct(written(overwrite=True)).structures) == 2
