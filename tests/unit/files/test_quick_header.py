"""What is read quickly is what pydicom reads; everything else is left to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from gf_desktop.files.dicom import numbers, text_of
from gf_desktop.files.quick_header import FIRST_BYTES, quick_header
from gf_desktop.resources import resource_dir

NAMES = (
    "Modality", "ImageType", "SeriesDescription", "PatientID", "EchoTime", "SliceThickness", "ImagePositionPatient",
    "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "SamplesPerPixel", "InstanceNumber", "NumberOfFrames",
    "DiffusionBValue", "SeriesInstanceUID",
)  # fmt: skip


def dataset(**more: object) -> Dataset:
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", generate_uid()
    data.Modality, data.ImageType, data.SeriesInstanceUID = "MR", ["ORIGINAL", "PRIMARY", "M"], generate_uid()
    data.ImagePositionPatient, data.ImageOrientationPatient = [-1.5, 2.25, 1e-3], [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness, data.EchoTime = [0.5, 0.75], "3.00", "4.60"
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 4, 6, 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.DiffusionBValue = 800.5
    data.PixelData = np.arange(24, dtype="<u2").tobytes()
    data["PixelData"].VR = "OW"
    for name, value in more.items():
        setattr(data, name, value)
    return data


def saved(path: Path, data: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    data.save_as(path, enforce_file_format=True)
    return path


def same(path: Path) -> bool:
    """Whether a file is read quickly, and as pydicom reads it."""
    quick = quick_header(path, NAMES)
    if quick is None:
        return False
    slow = pydicom.dcmread(path, stop_before_pixels=True)
    for name in NAMES:
        assert text_of(quick, name) == text_of(slow, name), name
        for count in (1, 2, 3, 6):
            assert numbers(quick, name, count) == numbers(slow, name, count), name
    return True


def test_that_the_demo_series_is_read_quickly_and_right() -> None:
    files = sorted(p for p in (resource_dir() / "demo" / "B_ct_dicom").iterdir() if p.suffix == ".dcm" or not p.suffix)
    assert files
    assert all(same(path) for path in files)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_that_plain_encodings_are_read_and_the_pixels_are_found(tmp_path: Path, syntax: str) -> None:
    data = dataset()
    path = saved(tmp_path / "a", data, syntax)
    assert same(path)
    quick = quick_header(path, NAMES)
    stored = path.read_bytes()[quick.pixels_at : quick.pixels_at + quick.pixel_bytes]
    assert stored == data.PixelData
    assert quick.transfer_syntax == syntax


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("undefined", [False, True])
def test_that_sequences_in_between_are_passed_over(tmp_path: Path, syntax: str, undefined: bool) -> None:
    inner = Dataset()
    inner.Modality, inner.Rows = "CT", 999
    middle = Dataset()
    middle.ReferencedImageSequence = Sequence([inner, Dataset()])
    data = dataset(ReferencedStudySequence=Sequence([middle, middle]))
    for item in (data, middle):
        for element in item:
            if element.VR == "SQ":
                element.is_undefined_length = undefined
                for part in element.value:
                    part.is_undefined_length_sequence_item = undefined
    assert same(saved(tmp_path / "a", data, syntax))


def test_that_a_long_header_is_read_on(tmp_path: Path) -> None:
    data = dataset()
    data.add_new(0x00091001, "OB", bytes(3 * FIRST_BYTES))
    data.add_new(0x00090010, "LO", "SOMEBODY")
    assert same(saved(tmp_path / "a", data))


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_that_other_encodings_are_left_to_pydicom(tmp_path: Path, syntax: str) -> None:
    data = dataset()
    if syntax == ExplicitVRBigEndian:
        data.set_original_encoding(False, False)
    assert quick_header(saved(tmp_path / "a", data, syntax), NAMES) is None


@pytest.mark.parametrize(
    "change",
    [{"SpecificCharacterSet": "ISO_IR 100", "SeriesDescription": "Schädel"}, {"SpecificCharacterSet": "ISO_IR 192", "PatientID": "名"}],
)
def test_that_text_beyond_ascii_is_left_to_pydicom(tmp_path: Path, change: dict[str, str]) -> None:
    assert quick_header(saved(tmp_path / "a", dataset(**change)), NAMES) is None


def test_that_a_wanted_sequence_is_left_to_pydicom(tmp_path: Path) -> None:
    path = saved(tmp_path / "a", dataset(SequenceOfUltrasoundRegions=Sequence([Dataset()])))
    assert quick_header(path, [*NAMES, "SequenceOfUltrasoundRegions"]) is None
    assert same(path)


def test_that_compressed_pixels_have_no_place(tmp_path: Path) -> None:
    path = next(p for p in sorted((resource_dir() / "demo" / "B_ct_dicom").iterdir()) if p.suffix == ".dcm" or not p.suffix)
    quick = quick_header(path, NAMES)
    assert quick.pixels_at is None
    assert quick.pixel_bytes is None


def test_that_every_cut_is_left_to_pydicom_or_reaches_the_pixels(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a", dataset()).read_bytes()
    begin = quick_header(tmp_path / "a", NAMES).pixels_at
    path = tmp_path / "b"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert (quick_header(path, NAMES) is None) == (length < begin), length


@settings(max_examples=150, deadline=None)
@given(st.integers(132, 1200), st.integers(0, 255))
def test_that_a_damaged_byte_is_an_answer_or_none_and_never_a_crash(tmp_path_factory: pytest.TempPathFactory, at: int, value: int) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole = bytearray(saved(folder / "whole", dataset()).read_bytes())
    whole[min(at, len(whole) - 1)] = value
    (folder / "damaged").write_bytes(whole)
    quick = quick_header(folder / "damaged", NAMES)
    assert quick is None or isinstance(quick.transfer_syntax, str)


def test_that_an_unknown_keyword_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NoSuchTag"):
        quick_header(saved(tmp_path / "a", dataset()), ["NoSuchTag"])
