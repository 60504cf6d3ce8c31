from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from gf_desktop.errors import FileFormatError
from gf_desktop.files.dicom import could_be_dicom, group_headers, pixel_digest, read_header, read_slices
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.volume import Window

Slice = Callable[..., Path]
PIXELS = np.random.default_rng(0).integers(0, 3000, (12, 16))


@pytest.fixture
def one(dicom_slice: Slice, tmp_path: Path) -> Path:
    return dicom_slice(tmp_path / "one.dcm", position=(1.5, 2.5, 3.5), pixels=PIXELS, series="1.2.3.4", KVP=120, EchoTime="4.6")


def without_preamble(path: Path) -> Path:
    """Rewrite a file as programs of the nineties did: no preamble, no file meta, implicit VR."""
    data = pydicom.dcmread(path)
    del data.file_meta
    data.preamble = None
    data.save_as(path, implicit_vr=True, little_endian=True, enforce_file_format=False)
    return path


def test_that_a_header_holds_place_scale_and_allowed_facts(one: Path) -> None:
    header = read_header(one)
    assert header is not None
    assert header.plane.position_mm == (1.5, 2.5, 3.5)
    assert header.plane.orientation == (1, 0, 0, 0, 1, 0)
    assert header.plane.spacing_mm == (0.8, 0.7)
    assert header.plane.size == (12, 16)
    assert header.plane.phase == (("EchoTime", "4.6"),)
    assert (header.slope, header.intercept, header.frames) == (1.0, -1024.0, 1)
    assert header.facts.keys() == {"tube voltage in kV", "echo time in ms", "slice thickness in mm", "manufacturer", "series"}


def test_that_a_file_without_preamble_is_known_and_read(one: Path) -> None:
    path = without_preamble(one)
    assert path.read_bytes()[128:132] != b"DICM"
    assert could_be_dicom(path)
    header = read_header(path)
    assert header is not None
    assert np.array_equal(read_slices([header])[0][0], PIXELS - 1024)


@pytest.mark.parametrize("content", [b"", b"DICM", b"Dear colleague, " * 20, b"\x89PNG\r\n" + b"\0" * 200, b"\x08\x00"])
def test_that_other_files_are_not_taken_for_dicom(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert not could_be_dicom(tmp_path / "x")
    with pytest.raises(FileFormatError, match="not a DICOM file"):
        read_header(tmp_path / "x")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless])
def test_that_each_way_of_storing_pixels_gives_the_same_intensities(one: Path, syntax: pydicom.uid.UID) -> None:
    data = pydicom.dcmread(one)
    if syntax == RLELossless:
        data.compress(RLELossless)
        data.save_as(one)
    else:
        if syntax == ExplicitVRBigEndian:
            data.PixelData = PIXELS.astype(">u2").tobytes()
        data.file_meta.TransferSyntaxUID = syntax
        pydicom.dcmwrite(one, data, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian, force_encoding=True)
    header = read_header(one)
    assert header is not None
    assert np.array_equal(read_slices([header])[0][0], PIXELS - 1024)


def test_that_signed_values_stay_signed(dicom_slice: Slice, tmp_path: Path) -> None:
    signed = np.array([[-1000, 5], [7, 3000]])
    path = dicom_slice(
        tmp_path / "s.dcm", position=(0, 0, 0), pixels=signed.astype("<i2"), series="1.2", PixelRepresentation=1, RescaleIntercept=0
    )
    header = read_header(path)
    assert header is not None
    assert read_slices([header])[0].tolist() == [signed.tolist()]


def test_that_a_table_of_values_replaces_slope_and_intercept(dicom_slice: Slice, tmp_path: Path) -> None:
    table = pydicom.Dataset()
    table.LUTDescriptor, table.LUTData, table.ModalityLUTType = [4, 0, 16], np.array([100, 200, 400, 800], "<u2").tobytes(), "US"
    pixels = np.array([[0, 1], [2, 3]])
    path = dicom_slice(
        tmp_path / "t.dcm", position=(0, 0, 0), pixels=pixels, series="1.2", RescaleSlope=None, RescaleIntercept=None,
        ModalityLUTSequence=[table],
    )  # fmt: skip
    header = read_header(path)
    assert header is not None
    assert read_slices([header])[0].tolist() == [[[100, 200], [400, 800]]]


def test_that_an_index_into_a_palette_becomes_colour(dicom_slice: Slice, tmp_path: Path) -> None:
    ramp = {f"{c}PaletteColorLookupTableDescriptor": [3, 0, 16] for c in ("Red", "Green", "Blue")}
    ramp |= {f"{c}PaletteColorLookupTableData": np.array(v, "<u2").tobytes() for c, v in
             {"Red": [0, 65535, 0], "Green": [0, 0, 65535], "Blue": [32768, 0, 0]}.items()}  # fmt: skip
    path = dicom_slice(
        tmp_path / "p.dcm",
        position=(0, 0, 0),
        pixels=np.array([[0, 1], [2, 0]]),
        series="1.2",
        PhotometricInterpretation="PALETTE COLOR",
        **ramp,
    )
    header = read_header(path)
    assert header is not None
    assert read_slices([header])[0].tolist() == [[[[0, 0, 128], [255, 0, 0]], [[0, 255, 0], [0, 0, 128]]]]


def test_that_equal_pictures_have_equal_digests_whatever_their_headers(dicom_slice: Slice, tmp_path: Path) -> None:
    paths = [dicom_slice(tmp_path / f"{n}.dcm", position=(0, 0, n), pixels=PIXELS + (n == 2), series=f"1.{n + 1}") for n in range(3)]
    digests = [pixel_digest(p) for p in paths]
    assert digests[0] == digests[1] != digests[2]


def test_that_an_object_without_a_picture_is_no_scan_and_a_picture_class_without_one_is_damaged(dicom_slice: Slice, tmp_path: Path) -> None:
    report = dicom_slice(
        tmp_path / "r.dcm",
        position=(0, 0, 0),
        pixels=PIXELS,
        series="1",
        SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1",
        Rows=None,
        Modality="DOC",
    )
    assert read_header(report) is None
    cut = dicom_slice(tmp_path / "c.dcm", position=(0, 0, 0), pixels=PIXELS, series="1", Rows=None)
    with pytest.raises(FileFormatError, match="cut off"):
        read_header(cut)


def test_that_a_series_is_what_shares_an_identifier_and_a_modality(dicom_slice: Slice, tmp_path: Path) -> None:
    headers = []
    for n, (series, modality) in enumerate([("1.1", "CT"), ("1.2", "CT"), ("1.1", "CT"), ("1.1", "PT")]):
        header = read_header(dicom_slice(tmp_path / f"{n}", position=(0, 0, n), pixels=PIXELS, series=series, Modality=modality))
        assert header is not None
        headers.append(header)
    assert [[int(h.path.name) for h in group] for group in group_headers(headers)] == [[0, 2], [1], [3]]


@pytest.mark.parametrize("tag", ["PatientID", "StudyInstanceUID", "AcquisitionNumber", "SeriesDescription", "ImageType"])
def test_that_without_an_identifier_one_difference_makes_another_series(dicom_slice: Slice, tmp_path: Path, tag: str) -> None:
    values = {"AcquisitionNumber": (1, 2), "ImageType": (["ORIGINAL", "PRIMARY"], ["DERIVED", "PRIMARY"])}.get(tag, ("1.5", "1.6"))
    headers = []
    for n in range(4):
        path = dicom_slice(tmp_path / f"{n}", position=(0, 0, n), pixels=PIXELS, series="", **{tag: values[n % 2]})
        header = read_header(path)
        assert header is not None
        headers.append(header)
    assert [[int(h.path.name) for h in group] for group in group_headers(headers)] == [[0, 2], [1, 3]]


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"WindowCenter": 40, "WindowWidth": 350, "RescaleType": "HU"}, {"window level": "40.0", "window width": "350.0", "unit": "HU"}),
        ({"WindowCenter": ["40.5", "300"], "WindowWidth": ["350", "1500"]}, {"window level": "40.5", "window width": "350"}),
        ({"WindowCenter": 40, "WindowWidth": 0}, {}),
        ({"WindowCenter": 40}, {}),
        ({"WindowCenter": 40, "WindowWidth": 350, "PhotometricInterpretation": "MONOCHROME1"}, {}),
        ({"RescaleType": "Person^Secret"}, {}),
        ({"Units": "BQML"}, {"unit": "BQML"}),
    ],
)
def test_that_the_stated_window_and_unit_are_told_and_no_other_words(
    tmp_path: Path, dicom_slice: Callable[..., Path], tags: dict[str, object], told: dict[str, str]
) -> None:
    path = dicom_slice(tmp_path / "a.dcm", position=(0, 0, 0), pixels=np.zeros((12, 16)), series="1.2.3", **tags)
    header = read_header(path)
    assert header is not None
    assert {name: value for name, value in header.facts.items() if name in ("window level", "window width", "unit")} == told


def test_that_a_scan_without_presets_opens_in_its_stated_window(tmp_path: Path, dicom_slice: Callable[..., Path]) -> None:
    tags = {"Modality": "MR", "WindowCenter": 400, "WindowWidth": 900}
    pixels = np.arange(192).reshape(12, 16)
    dicom_slice(tmp_path / "a.dcm", position=(0, 0, 0), pixels=pixels, series="1.2.3", **tags)
    volume = read_scan(find_scans(tmp_path)[0]).volume
    assert volume.default_window() == Window(400, 900)
    assert replace(volume, modality="CT").default_window() == Window(40, 400)
    assert replace(volume, facts={}).default_window() != Window(400, 900)
