"""Claims of headers against files, and unpacking that stops."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it
from PIL import Image
from pydicom.uid import DeflatedExplicitVRLittleEndian

from gf_desktop.errors import FileFormatError
from gf_desktop.files import dicom
from gf_desktop.files.claims import DEFLATE_RATIO, bytes_of, check_claim, inflate
from gf_desktop.files.scan import find_scans, read_scan


def read(path: Path) -> np.ndarray:
    (source,) = find_scans(path)
    return read_scan(source).volume.voxels


def test_that_a_claim_is_held_against_the_bytes_that_are_there(tmp_path: Path) -> None:
    check_claim(tmp_path, claimed=100, there=100)
    with pytest.raises(FileFormatError, match="promises 101 bytes, and 100 are there"):
        check_claim(tmp_path, claimed=101, there=100)
    check_claim(tmp_path, claimed=10_000 * DEFLATE_RATIO, there=10_000, ratio=DEFLATE_RATIO)
    with pytest.raises(FileFormatError, match="header is wrong"):
        check_claim(tmp_path, claimed=20_000 * DEFLATE_RATIO, there=10_000, ratio=DEFLATE_RATIO)


def test_that_sizes_beyond_64_bits_are_counted() -> None:
    assert bytes_of((1 << 40, 1 << 40), 16) == 1 << 81
    assert bytes_of((3, 3), 1) == 2
    assert bytes_of((-5, 3)) == 0


def test_that_unpacking_stops_at_its_limit() -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(bytes(5 << 20)) + packer.flush()
    assert inflate(packed, limit=5 << 20) == bytes(5 << 20)
    with pytest.raises(OverflowError):
        inflate(packed, limit=(5 << 20) - 1)


def test_that_a_deflated_dicom_is_read_and_a_bomb_is_not(
    tmp_path: Path, dicom_slice: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(0).integers(0, 3000, (12, 16))
    path = dicom_slice(tmp_path / "a.dcm", position=(0, 0, 0), pixels=pixels, series="1.2.3")
    data = pydicom.dcmread(path)
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data.save_as(path)
    assert np.array_equal(read(path)[0], pixels - 1024)
    monkeypatch.setattr(dicom, "MAX_INFLATED_BYTES", 300)
    with pytest.raises(FileFormatError, match="DICOM header is damaged"):
        find_scans(path)


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha", "raw.nrrd"])
def test_that_an_nrrd_or_metaimage_cannot_claim_more_than_it_holds(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    sitk.WriteImage(sitk.GetImageFromArray(np.ones((5, 6, 7), np.uint8)), str(path), useCompression=name != "raw.nrrd")
    assert read(path).shape == (5, 6, 7)
    content = path.read_bytes()
    for old, new in ((b"sizes: 7 6 5", b"sizes: 70000 60000 5"), (b"DimSize = 7 6 5", b"DimSize = 70000 60000 5")):
        content = content.replace(old, new)
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="promises 21000000000 bytes"):
        read(path)


def test_that_a_device_is_not_read_as_voxels(tmp_path: Path) -> None:
    path = tmp_path / "a.mhd"
    path.write_text(
        "ObjectType = Image\nNDims = 3\nDimSize = 7 6 5\nElementSpacing = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = /dev/zero\n"
    )
    with pytest.raises(FileFormatError, match="holds the voxels is not there"):
        read(path)


def test_that_a_png_cannot_claim_more_than_it_holds(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[16:24] = (12_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(FileFormatError, match="promises 144000000 bytes"):
        read(tmp_path / "a.png")


def test_that_the_extensions_of_a_nifti_file_cannot_be_a_bomb(tmp_path: Path) -> None:
    nibabel.Nifti1Image(np.ones((3, 4, 5), np.uint8), np.eye(4)).to_filename(tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    content[108:112] = np.float32(1 << 30).tobytes()
    (tmp_path / "a.nii.gz").write_bytes(gzip.compress(bytes(content) + bytes(1 << 20)))
    with pytest.raises(FileFormatError, match="extension of an unlikely size"):
        read(tmp_path / "a.nii.gz")
