"""Files of several frames: real ones against decoders of other hands, made ones against what was put in."""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, generate_uid

from gf_desktop.errors import FileFormatError
from gf_desktop.files.choosing import choose_scans
from gf_desktop.files.findings import UnusableScanError
from gf_desktop.files.inspect import inspect
from gf_desktop.files.scan import Scan, find_scans, glance_at, read_scan
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.workspace import scans_under

DATA = Path(__file__).resolve().parents[2] / "data" / "frames"
ROWS, COLUMNS = 6, 8


def read_one(path: Path) -> Scan:
    (source,) = find_scans(path)
    return read_scan(source)


def codes(scan: Scan) -> set[str]:
    return {finding.code for finding in scan.findings}


def unpacked(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress((DATA / f"{name}.gz").read_bytes()))
    return path


def unpack_bits(segment: bytes, length: int) -> np.ndarray:
    """Decode one RLE segment as DICOM PS3.5 annex G says, a byte at a time."""
    out, place = bytearray(), 0
    while len(out) < length:
        head = segment[place]
        if head < 128:
            out += segment[place + 1 : place + 2 + head]
            place += head + 2
        elif head > 128:
            out += segment[place + 1 : place + 2] * (257 - head)
            place += 2
        else:
            place += 1
    return np.frombuffer(bytes(out[:length]), np.uint8)


def made(
    path: Path,
    places: Sequence[Sequence[float] | None],
    *,
    groups: Callable[[int], dict[str, dict[str, Any]]] = lambda _n: {},
    shared: dict[str, dict[str, Any]] | None = None,
    seed: int = 0,
    **tags: Any,
) -> np.ndarray:
    """Write a multi-frame MR file with functional groups; return the stored pixels [n, j, i]."""
    stored = np.random.default_rng(seed).integers(0, 900, (len(places), ROWS, COLUMNS)).astype("<u2")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = EnhancedMRImageStorage, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[path.name])
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    values: dict[str, Any] = {
        "SOPClassUID": EnhancedMRImageStorage,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "SeriesInstanceUID": "1.2.3.4",
        "PatientName": "Secret^Person",
        "Modality": "MR",
        "Rows": ROWS,
        "Columns": COLUMNS,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "NumberOfFrames": len(places),
        "PixelData": stored.tobytes(),
    }
    for name, value in (values | tags).items():
        setattr(data, name, value)

    def filled(wanted: dict[str, dict[str, Any]]) -> Dataset:
        item = Dataset()
        for sequence, elements in wanted.items():
            inner = Dataset()
            for name, value in elements.items():
                setattr(inner, name, value)
            setattr(item, sequence, [inner])
        return item

    everywhere = {
        "PlaneOrientationSequence": {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
        "PixelMeasuresSequence": {"PixelSpacing": [0.8, 0.7], "SliceThickness": 3.0},
    }
    data.SharedFunctionalGroupsSequence = [filled(everywhere if shared is None else shared)]
    data.PerFrameFunctionalGroupsSequence = [
        filled(({} if place is None else {"PlanePositionSequence": {"ImagePositionPatient": list(place)}}) | groups(n))
        for n, place in enumerate(places)
    ]
    data.save_as(path, enforce_file_format=True)
    return stored.astype(np.int64)


# real files


def test_that_an_ultrasound_cine_in_jpeg_has_the_frames_that_pillow_decodes() -> None:
    path = DATA / "us_cine_jpeg_8_frames.dcm"
    scan = read_one(path)
    volume = scan.volume
    assert volume.is_cine
    assert volume.is_colour
    assert volume.time == TimeAxis("cine", 8, 33.333)
    assert volume.geometry.size_ijk == (640, 480, 8)
    packed = pydicom.dcmread(path).PixelData
    for frame, jpeg in zip(volume.voxels, generate_frames(packed, number_of_frames=8), strict=True):
        other = np.array(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)
        # two decoders round and enlarge the halved colours differently
        assert np.abs(frame.astype(int) - other).mean() < 0.5
    assert np.abs(np.diff(volume.voxels.astype(int), axis=0)).mean() > 1


def test_that_an_ultrasound_cine_is_as_large_as_its_region_says_and_nowhere_in_the_patient() -> None:
    scan = read_one(DATA / "us_cine_jpeg_8_frames.dcm")
    assert scan.volume.geometry.spacing_mm[:2] == pytest.approx((0.5104970559, 0.5104970559))
    assert scan.volume.spacing_known
    assert not scan.volume.place_known
    assert codes(scan) == {"region_spacing", "no_position"}
    assert scan.verdict == "amber"


def test_that_palette_colour_in_rle_is_what_the_tables_say() -> None:
    path = DATA / "OBXXXX1A_rle_2frame.dcm"
    volume = read_one(path).volume
    data = pydicom.dcmread(path)
    tables = [np.frombuffer(getattr(data, f"{c}PaletteColorLookupTableData"), "<u2") >> 8 for c in ("Red", "Green", "Blue")]
    for frame, packed in zip(volume.voxels, generate_frames(data.PixelData, number_of_frames=2), strict=True):
        start = int.from_bytes(packed[4:8], "little")
        index = unpack_bits(packed[start:], 600 * 800).reshape(600, 800)
        assert np.array_equal(frame, np.stack([table[index] for table in tables], axis=-1))


def test_that_one_palette_picture_of_16_bits_is_colour_of_8(tmp_path: Path) -> None:
    path = unpacked("gdcm-US-ALOKA-16.dcm", tmp_path)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    table = gdcm.ImageApplyLookupTable()
    table.SetInput(reader.GetImage())
    assert table.Apply()
    deep = np.frombuffer(table.GetOutput().GetBuffer().encode("utf-8", "surrogateescape"), "<u2").reshape(480, 640, 3)
    volume = read_one(path).volume
    assert volume.is_flat
    assert not volume.is_cine
    assert np.array_equal(volume.voxels[0], deep >> 8)
    assert volume.geometry.spacing_mm[0] == pytest.approx(0.3826530650)


def test_that_an_enhanced_ct_is_a_volume_with_place_and_scale_of_its_functional_groups(tmp_path: Path) -> None:
    path = unpacked("eCT_Supplemental.dcm", tmp_path)
    scan = read_one(path)
    stored = np.frombuffer(pydicom.dcmread(path).PixelData, "<u2").reshape(2, 512, 512).astype(int)
    # rows run to the right and columns to the back, so the normal points to the feet: the frame at -149 mm is the first
    assert np.array_equal(scan.volume.voxels, stored[::-1] - 1024)
    assert scan.volume.time is None
    geometry = scan.volume.geometry
    assert geometry.origin_mm == pytest.approx((99.5, -301.5, -149.0))
    assert geometry.spacing_mm == pytest.approx((0.388672, 0.388672, 10.0))
    assert np.array_equal(geometry.direction, np.diag([-1.0, 1.0, -1.0]))
    assert scan.verdict == "green"


@pytest.mark.parametrize("name", ["emri_small.dcm", "emri_small_RLE.dcm", "emri_small_jpeg_ls_lossless.dcm"])
def test_that_frames_without_a_place_are_pictures_in_pixels_whatever_packs_them(name: str) -> None:
    scan = read_one(DATA / name)
    plain = np.frombuffer(pydicom.dcmread(DATA / "emri_small.dcm").PixelData, "<u2").reshape(10, 64, 64)
    assert np.array_equal(scan.volume.voxels, plain)
    assert scan.volume.time == TimeAxis("cine", 10, None)
    # the header's 1.2 mm between slices is no place
    assert scan.volume.geometry.spacing_mm == (1.0, 1.0, 1.0)
    assert not scan.volume.spacing_known
    assert codes(scan) == {"no_position", "spacing_unknown", "frame_time_unknown"}


def test_that_a_document_about_a_cine_names_its_frames() -> None:
    document = inspect(DATA / "us_cine_jpeg_8_frames.dcm")
    assert document["description"] == "US, 8 frames of 640 × 480"
    assert document["time"] == {"kind": "cine", "count": 8, "frame_ms": 33.333, "frame": 0}


# made files


def test_that_frames_apart_are_put_in_order_by_their_place(tmp_path: Path) -> None:
    heights = [4.0, 0.0, 6.0, 2.0]
    stored = made(tmp_path / "stack.dcm", [(1.0, 2.0, z) for z in heights], RescaleSlope=2, RescaleIntercept=-5)
    scan = read_one(tmp_path / "stack.dcm")
    assert np.array_equal(scan.volume.voxels, stored[np.argsort(heights)] * 2 - 5)
    assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.0))
    assert scan.volume.geometry.origin_mm == pytest.approx((1.0, 2.0, 0.0))
    assert scan.volume.time is None
    assert scan.frames is None
    assert "Secret" not in repr((scan.volume.source, scan.volume.facts, scan.findings))


def test_that_each_frame_is_scaled_by_its_own_slope(tmp_path: Path) -> None:
    def groups(n: int) -> dict[str, dict[str, Any]]:
        return {"PixelValueTransformationSequence": {"RescaleSlope": n + 1, "RescaleIntercept": -10 * n}}

    stored = made(tmp_path / "stack.dcm", [(0.0, 0.0, 2.0 * n) for n in range(3)], groups=groups)
    scan = read_one(tmp_path / "stack.dcm")
    assert np.array_equal(scan.volume.voxels, [stored[n] * (n + 1) - 10 * n for n in range(3)])
    assert "rescale_varies" in codes(scan)


def test_that_a_missing_frame_in_a_stack_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "stack.dcm", [(0.0, 0.0, z) for z in (0.0, 2.0, 6.0, 8.0)])
    with pytest.raises(UnusableScanError, match="1 slice is missing"):
        read_one(tmp_path / "stack.dcm")


def test_that_a_stack_of_which_one_frame_has_no_place_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "stack.dcm", [(0.0, 0.0, 0.0), None, (0.0, 0.0, 4.0)])
    with pytest.raises(UnusableScanError, match="1 of 3 slices do not say where they are"):
        read_one(tmp_path / "stack.dcm")


def test_that_frames_at_one_place_are_a_cine_there_in_order_of_their_moments(tmp_path: Path) -> None:
    moments = [3, 1, 2]
    stored = made(
        tmp_path / "cine.dcm",
        [(5.0, 6.0, 7.0)] * 3,
        groups=lambda n: {"FrameContentSequence": {"TemporalPositionIndex": moments[n]}},
        FrameTime=50.0,
    )
    scan = read_one(tmp_path / "cine.dcm")
    volume = scan.volume
    assert volume.time == TimeAxis("cine", 3, 50.0)
    assert np.array_equal(volume.voxels, stored[[1, 2, 0]])
    assert volume.place_known
    assert volume.spacing_known
    assert volume.geometry.origin_mm == (5.0, 6.0, 7.0)
    assert volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 1.0))


# several scans in one file


def echo_of(echo: float, moment: int | None = None) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {"MREchoSequence": {"EffectiveEchoTime": echo}}
    return told if moment is None else told | {"FrameContentSequence": {"TemporalPositionIndex": moment}}


def test_that_echoes_in_one_file_are_scans_to_choose_from(tmp_path: Path) -> None:
    places = [(0.0, 0.0, 2.0 * (n // 2)) for n in range(6)]
    stored = made(tmp_path / "echo.dcm", places, groups=lambda n: echo_of((2.3, 4.6)[n % 2]))
    first, second = find_scans(tmp_path / "echo.dcm")
    assert [s.description for s in (first, second)] == ["MR, echo 2.3 ms, 3 frames of 8 × 6", "MR, echo 4.6 ms, 3 frames of 8 × 6"]
    assert (first.frames, second.frames) == ((0, 2, 4), (1, 3, 5))
    assert choose_scans([first, second], "echo 4.6") == [second]
    for number, source in enumerate((first, second)):
        scan = read_scan(source)
        assert np.array_equal(scan.volume.voxels, stored[number::2])
        assert scan.volume.geometry.spacing_mm == pytest.approx((0.7, 0.8, 2.0))
        assert {f.code: f.severity for f in scan.findings} == {"split_series": "green", "overlapping_slices": "green"}
        assert glance_at(source).size_ijk == (8, 6, 3)
    assert [scan["number"] for scan in inspect(tmp_path / "echo.dcm", series="2")["scans"]] == [2]


def test_that_echoes_at_one_place_are_no_cine(tmp_path: Path) -> None:
    stored = made(tmp_path / "echo.dcm", [(0.0, 0.0, 0.0)] * 2, groups=lambda n: echo_of(2.0 + n))
    sources = find_scans(tmp_path)
    assert [s.description for s in sources] == ["MR, echo 2 ms, 1 frame of 8 × 6", "MR, echo 3 ms, 1 frame of 8 × 6"]
    for number, source in enumerate(sources):
        scan = read_scan(source)
        assert scan.volume.time is None
        assert np.array_equal(scan.volume.voxels[0], stored[number])


@pytest.mark.parametrize("counted", [False, True])
def test_that_b_values_are_scans_even_where_a_number_of_time_counts_them(tmp_path: Path, *, counted: bool) -> None:
    def groups(n: int) -> dict[str, dict[str, Any]]:
        told: dict[str, dict[str, Any]] = {"MRDiffusionSequence": {"DiffusionBValue": (0.0, 800.0)[n // 3]}}
        return told | ({"FrameContentSequence": {"TemporalPositionIndex": n // 3 + 1}} if counted else {})

    stored = made(tmp_path / "dwi.dcm", [(0.0, 0.0, 2.0 * (n % 3)) for n in range(6)], groups=groups)
    sources = find_scans(tmp_path)
    assert [s.part.name for s in sources] == ["b-value 0 s/mm²", "b-value 800 s/mm²"]
    assert np.array_equal(read_scan(sources[1]).volume.voxels, stored[3:])


def test_that_each_echo_of_a_series_in_time_is_a_series_in_time(tmp_path: Path) -> None:
    # two moments, in each two echoes of two slices
    order = [(moment, echo, k) for moment in (1, 2) for echo in (2.0, 5.0) for k in (0, 1)]
    stored = made(
        tmp_path / "both.dcm", [(0.0, 0.0, 2.0 * k) for _, _, k in order], groups=lambda n: echo_of(order[n][1], order[n][0]),
        FrameTime=400.0,
    )  # fmt: skip
    sources = find_scans(tmp_path)
    assert [s.frames for s in sources] == [(0, 1, 4, 5), (2, 3, 6, 7)]
    scan = read_scan(sources[1])
    assert scan.volume.time == TimeAxis("series", 2, 400.0)
    assert np.array_equal(scan.frames, stored[[2, 3, 6, 7]].reshape(2, 2, ROWS, COLUMNS))


def test_that_every_scan_of_a_file_is_brought_however_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "echo.dcm"
    made(path, [(0.0, 0.0, 0.0)] * 2, groups=lambda n: echo_of(2.0 + n))
    assert len(scans_under([path])) == len(scans_under([tmp_path, path])) == len(scans_under([path, tmp_path])) == 2


def test_that_frames_that_nothing_tells_apart_are_still_refused(tmp_path: Path) -> None:
    made(tmp_path / "twice.dcm", [(0.0, 0.0, 2.0 * (n // 2)) for n in range(4)])
    (source,) = find_scans(tmp_path)
    with pytest.raises(UnusableScanError):
        read_scan(source)


def test_that_a_file_with_fewer_frames_than_were_found_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "echo.dcm"
    made(path, [(0.0, 0.0, 0.0)] * 4, groups=lambda n: echo_of(2.0 + n))
    source = find_scans(path)[3]
    made(path, [(0.0, 0.0, 2.0 * n) for n in range(2)])
    with pytest.raises(FileFormatError, match="fewer frames"):
        read_scan(source)


def test_that_volumes_one_after_the_other_are_a_series(tmp_path: Path) -> None:
    places = [(0.0, 0.0, 2.0 * k) for _t in range(3) for k in (1, 0)]
    stored = made(
        tmp_path / "series.dcm", places, groups=lambda n: {"FrameContentSequence": {"TemporalPositionIndex": n // 2 + 1}}, FrameTime=400.0
    )
    scan = read_one(tmp_path / "series.dcm")
    assert scan.volume.time == TimeAxis("series", 3, 400.0)
    assert np.array_equal(scan.frames, stored.reshape(3, 2, ROWS, COLUMNS)[:, ::-1])
    assert np.array_equal(scan.volume.voxels, scan.frames[0])
    assert scan.volume.geometry.size_ijk == (COLUMNS, ROWS, 2)
    assert not scan.frames.flags.writeable


def test_that_volumes_on_two_grids_are_no_series(tmp_path: Path) -> None:
    places = [(float(n // 2), 0.0, 2.0 * (n % 2)) for n in range(4)]
    made(tmp_path / "series.dcm", places, groups=lambda n: {"FrameContentSequence": {"TemporalPositionIndex": n // 2 + 1}})
    with pytest.raises(UnusableScanError, match="2 volumes that do not lie on one grid"):
        read_one(tmp_path / "series.dcm")


@pytest.mark.parametrize(
    ("tags", "frame_ms"),
    [
        ({"FrameTime": 40}, 40.0),
        ({"FrameTimeVector": [0, 30, 30]}, 30.0),
        ({"RecommendedDisplayFrameRate": 20}, 50.0),
        ({"CineRate": 25}, 40.0),
        ({"FrameTime": 0}, None),
        ({}, None),
    ],
)
def test_that_the_time_between_frames_is_what_the_file_states(tmp_path: Path, tags: dict[str, Any], frame_ms: float | None) -> None:
    made(tmp_path / "us.dcm", [None] * 3, shared={}, Modality="US", **tags)
    assert read_one(tmp_path / "us.dcm").volume.time == TimeAxis("cine", 3, frame_ms)


def test_that_frames_that_state_the_size_of_their_pixels_keep_it_without_a_place(tmp_path: Path) -> None:
    made(tmp_path / "us.dcm", [None] * 2, shared={"PixelMeasuresSequence": {"PixelSpacing": [0.3, 0.2]}}, Modality="US")
    scan = read_one(tmp_path / "us.dcm")
    assert scan.volume.geometry.spacing_mm == (0.2, 0.3, 1.0)
    assert scan.volume.spacing_known
    assert not scan.volume.place_known


def test_that_a_file_with_fewer_frames_than_it_says_is_refused(tmp_path: Path, rewrite: Callable[..., None]) -> None:
    made(tmp_path / "us.dcm", [None] * 2, shared={}, Modality="US")
    rewrite(tmp_path / "us.dcm", NumberOfFrames=3)
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        read_one(tmp_path / "us.dcm")


def test_that_a_header_that_claims_a_million_frames_is_refused_before_memory_is_asked_for(
    tmp_path: Path, rewrite: Callable[..., None]
) -> None:
    shutil.copy(DATA / "us_cine_jpeg_8_frames.dcm", tmp_path / "us.dcm")
    rewrite(tmp_path / "us.dcm", NumberOfFrames=1_000_000)
    with pytest.raises(FileFormatError, match="more than the file can hold"):
        read_one(tmp_path / "us.dcm")


def test_that_regions_of_two_sizes_leave_the_pixels_without_one(tmp_path: Path, rewrite: Callable[..., None]) -> None:
    shutil.copy(DATA / "us_cine_jpeg_8_frames.dcm", tmp_path / "us.dcm")
    data = pydicom.dcmread(tmp_path / "us.dcm")
    first = data.SequenceOfUltrasoundRegions[0]
    second = Dataset()
    second.update(first)
    second.PhysicalDeltaX = first.PhysicalDeltaX * 2
    rewrite(tmp_path / "us.dcm", SequenceOfUltrasoundRegions=[first, second])
    scan = read_one(tmp_path / "us.dcm")
    assert not scan.volume.spacing_known
    assert "spacing_unknown" in codes(scan)


def test_that_the_passport_of_a_cine_names_what_states_the_size_of_its_pixels() -> None:
    regions = read_one(DATA / "us_cine_jpeg_8_frames.dcm").passport
    assert regions.spacing_from == ("SequenceOfUltrasoundRegions", "SequenceOfUltrasoundRegions", "not stated")
    (source,) = find_scans(DATA / "emri_small.dcm")
    assert read_scan(source).passport.spacing_from == ("not stated",) * 3
    assert read_scan(source, spacing_mm=(0.5, 0.5, 2.0)).passport.spacing_from == ("stated by the user", "stated by the user", "not stated")


def test_that_frames_that_state_their_own_size_are_named_so(tmp_path: Path) -> None:
    passport = read_one(unpacked("eCT_Supplemental.dcm", tmp_path)).passport
    assert passport.spacing_from == ("PixelSpacing", "PixelSpacing", "ImagePositionPatient of 2 frames")
