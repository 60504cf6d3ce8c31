"""What is taken from the file as it lies there is what pydicom reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from gf_desktop.files.plain_pixels import TAGS, PlainPixels, plain_pixels
from gf_desktop.files.quick_header import quick_header
from gf_desktop.resources import resource_dir
from tests.unit.files.test_quick_header import dataset, saved

ROWS, COLUMNS = 5, 7


def found(path: Path) -> PlainPixels | None:
    header = quick_header(path, TAGS)
    return None if header is None else plain_pixels(header)


def written(path: Path, *, syntax: str = ExplicitVRLittleEndian, allocated: int = 16, **more: object) -> Path:
    values = np.random.default_rng(0).integers(0, 1 << allocated, (ROWS, COLUMNS))
    data = dataset(Rows=ROWS, Columns=COLUMNS, BitsAllocated=allocated, BitsStored=allocated, HighBit=allocated - 1)
    raw = values.astype("<u2" if allocated == 16 else "u1").tobytes()
    data.PixelData = raw + b"\0" * (len(raw) % 2)
    data["PixelData"].VR = "OW" if allocated == 16 else "OB"
    for name, value in more.items():
        setattr(data, name, value)
    return saved(path, data, syntax)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize(("allocated", "stored"), [(16, 16), (16, 12), (16, 10), (16, 1), (8, 8), (8, 7)])
def test_that_every_plain_grey_is_read_as_pydicom_reads_it(tmp_path: Path, syntax: str, signed: int, allocated: int, stored: int) -> None:
    path = written(tmp_path / "a", syntax=syntax, allocated=allocated, PixelRepresentation=signed, BitsStored=stored, HighBit=stored - 1)
    pixels = found(path).read(path)
    expected = pydicom.dcmread(path).pixel_array
    assert pixels.dtype == expected.dtype
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize(
    "change",
    [
        {"PhotometricInterpretation": "MONOCHROME1"}, {"NumberOfFrames": 2}, {"BitsStored": 12, "HighBit": 15}, {"Rows": ROWS + 1},
        {"Columns": 0}, {"BitsStored": 17, "HighBit": 16}, {"PixelRepresentation": 2}, {"SamplesPerPixel": 3},
        {"ModalityLUTSequence": Sequence([Dataset()])},
    ],
)  # fmt: skip
def test_that_what_needs_thought_is_left_to_pydicom(tmp_path: Path, change: dict[str, object]) -> None:
    assert found(written(tmp_path / "a", **change)) is None


def test_that_big_endian_and_compressed_files_are_left_to_pydicom(tmp_path: Path) -> None:
    data = dataset()
    data.set_original_encoding(False, False)
    assert found(saved(tmp_path / "a", data, ExplicitVRBigEndian)) is None
    packed = next(p for p in sorted((resource_dir() / "demo" / "B_ct_dicom").iterdir()) if p.suffix in ("", ".dcm"))
    assert found(packed) is None


def test_that_a_file_that_was_cut_off_has_no_pixels(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    pixels = found(path)
    path.write_bytes(path.read_bytes()[:-3])
    assert pixels.read(path) is None
