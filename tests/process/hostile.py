"""Small sound files of every kind that is read, and what may be done to them: bits turned, ends cut off, headers that lie, bombs."""

from __future__ import annotations

import gzip
import random
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name that everybody gives it
import tifffile
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

ROOT = Path(__file__).resolve().parents[2]
FRAMES = ROOT / "tests" / "data" / "frames"
OBJECTS = ROOT / "tests" / "data" / "objects"
DEMO_SLICE = ROOT / "resources" / "demo" / "B_ct_dicom" / "001.dcm"

GREY = np.random.default_rng(0).integers(0, 256, (24, 32), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (24, 32, 3), dtype=np.uint8)
DEEP = np.random.default_rng(2).integers(0, 60_000, (24, 32)).astype(np.uint16)
VOLUME = np.random.default_rng(3).integers(0, 300, (4, 6, 7)).astype(np.int16)

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HUGE_NUMBERS = (b"0", b"-1", b"99999", b"2147483647", b"4294967295", b"99999999999999999999", b"1e30", b"nan")


def seeds(folder: Path) -> dict[str, tuple[bytes, ...]]:
    """Return by name the bytes of sound files; of a pair those of both."""
    folder.mkdir(parents=True, exist_ok=True)
    _pictures(folder)
    _tiffs(folder)
    _volumes(folder)
    _dicoms(folder)
    found = {path.name: (path.read_bytes(),) for path in sorted(folder.iterdir()) if path.suffix not in (".img", ".raw")}
    for header, voxels in (
        ("pair.hdr", "pair.img"),
        ("analyze.hdr", "analyze.img"),
        ("parted.mhd", "parted.raw"),
        ("parted.nhdr", "parted.raw"),
    ):
        found[header] = (found[header][0], (folder / voxels).read_bytes())
    for name in ("emri_small_RLE.dcm", "emri_small_jpeg_ls_lossless.dcm"):
        found[name] = ((FRAMES / name).read_bytes(),)
    found["jpeg2000.dcm"] = (DEMO_SLICE.read_bytes(),)
    return found


def objects() -> dict[str, tuple[bytes, ...]]:
    """Return by name the bytes of sound DICOM objects that hold masks."""
    names = {"seg.dcm": "liver_expb.dcm.gz", "rtstruct.dcm": "rt_rtss_6_structures.dcm.gz"}
    return {name: (gzip.decompress((OBJECTS / stored).read_bytes()),) for name, stored in names.items()}


def write(target: Path, content: tuple[bytes, ...]) -> Path:
    """Write a file, of a pair both, and return the one to open."""
    target.write_bytes(content[0])
    if len(content) > 1:
        target.with_suffix(".raw" if "parted" in target.name else ".img").write_bytes(content[1])
    return target


def _pictures(folder: Path) -> None:
    Image.fromarray(COLOUR).save(folder / "a.png")
    Image.fromarray(DEEP).save(folder / "deep.png")
    Image.fromarray(GREY).convert("P").save(folder / "palette.png")
    Image.fromarray(COLOUR).save(folder / "a.jpg")
    Image.fromarray(COLOUR).save(folder / "progressive.jpg", progressive=True)
    Image.fromarray(COLOUR).save(folder / "a.bmp")


def _tiffs(folder: Path) -> None:
    Image.fromarray(COLOUR).save(folder / "lzw.tif", compression="tiff_lzw")
    Image.fromarray(COLOUR).save(folder / "jpeg.tif", compression="jpeg")
    Image.fromarray(GREY).convert("P").save(folder / "packbits.tif", compression="packbits")
    tifffile.imwrite(folder / "pages.tif", np.stack([DEEP] * 3), compression="zlib", photometric="minisblack", metadata=None)
    tifffile.imwrite(folder / "big.tif", DEEP, bigtiff=True, byteorder=">")
    with tifffile.TiffWriter(folder / "slide.svs") as writer:
        how = {"tile": (16, 16), "photometric": "rgb", "metadata": None, "compression": "zlib"}
        writer.write(np.tile(COLOUR, (2, 2, 1)), description="Aperio Image Library v1\n64x48 |MPP = 0.5", **how)
        writer.write(COLOUR, description="Aperio 32x24", **how)


def _volumes(folder: Path) -> None:
    for name, affine in (("a.nii", -1), ("a.nii.gz", -1)):
        nibabel.Nifti1Image(VOLUME, np.diag([affine, affine, 2, 1])).to_filename(folder / name)
    nibabel.Nifti2Image(VOLUME, np.eye(4)).to_filename(folder / "two.nii")
    nibabel.Nifti1Pair(VOLUME, np.eye(4)).to_filename(folder / "pair.hdr")
    nibabel.AnalyzeImage(VOLUME, np.eye(4)).to_filename(folder / "analyze.hdr")
    image = sitk.GetImageFromArray(VOLUME)
    for name, packed in (("raw.nrrd", False), ("packed.nrrd", True), ("raw.mha", False), ("packed.mha", True), ("parted.mhd", False)):
        sitk.WriteImage(image, str(folder / name), packed)
    (folder / "parted.nhdr").write_bytes(
        b"NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 7 6 4\nspace directions: (1,0,0) (0,1,0) (0,0,1)\n"
        b"kinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (0,0,0)\ndata file: parted.raw\n"
    )


def _dicoms(folder: Path) -> None:
    plain = _dicom(DEEP)
    for name, syntax in (
        ("plain.dcm", ExplicitVRLittleEndian), ("implicit.dcm", ImplicitVRLittleEndian), ("big.dcm", ExplicitVRBigEndian),
        ("deflated.dcm", DeflatedExplicitVRLittleEndian),
    ):  # fmt: skip
        plain.file_meta.TransferSyntaxUID = syntax
        little = syntax != ExplicitVRBigEndian
        plain.PixelData = DEEP.astype("<u2" if little else ">u2").tobytes()
        pydicom.dcmwrite(folder / name, plain, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=little, force_encoding=True)
    frames = _dicom(np.stack([DEEP] * 3), NumberOfFrames=3, FrameTime=40.0, Modality="US", ImagePositionPatient=None)
    frames.save_as(folder / "frames.dcm", enforce_file_format=True)
    colour = _dicom(
        COLOUR, PhotometricInterpretation="RGB", SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8, BitsStored=8, HighBit=7
    )
    colour.save_as(folder / "colour.dcm", enforce_file_format=True)


def _dicom(pixels: np.ndarray, **tags: object) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, "1.2.3.4.5"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    values = {
        "SOPClassUID": CTImageStorage, "SOPInstanceUID": "1.2.3.4.5", "SeriesInstanceUID": "1.2.3.4", "Modality": "CT",
        "Rows": 24, "Columns": 32, "ImagePositionPatient": [0, 0, 0], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [0.7, 0.7], "SliceThickness": 2, "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "PixelRepresentation": 0, "RescaleSlope": 1, "RescaleIntercept": -1024,
        "PixelData": pixels.tobytes(),
    }  # fmt: skip
    for name, value in (values | tags).items():
        if value is not None:
            setattr(data, name, value)
    return data


# what is done to them


def spoiled(name: str, content: tuple[bytes, ...], chance: random.Random) -> tuple[bytes, ...]:
    """Return the files after one thing, or several, were done to one of them."""
    which = chance.randrange(len(content)) if chance.random() < 0.2 else 0
    changed = content[which]
    packed = name.endswith(".gz") and chance.random() < 0.8
    if packed:  # within the gzip, or else its checksum is all that is met
        changed = gzip.decompress(changed)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        changed = chance.choice(DEEDS)(changed, chance)
    if packed:
        changed = (
            gzip.compress(changed, 1) if chance.random() < 0.9 else gzip.compress(changed + bytes(chance.choice((1 << 10, 1 << 26))), 9)
        )
    return (*content[:which], changed, *content[which + 1 :])


def _turn_bits(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    reach = len(changed) if chance.random() < 0.4 else min(len(changed), 1500)
    for _ in range(chance.choice((1, 2, 5, 30))):
        if reach:
            changed[chance.randrange(reach)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _lie_in_words(content: bytes, chance: random.Random) -> bytes:
    """Put extreme numbers of 2 or 4 bytes somewhere, mostly into the header."""
    changed = bytearray(content)
    reach = len(changed) if chance.random() < 0.3 else min(len(changed), 1500)
    for _ in range(chance.choice((1, 1, 2, 4))):
        size = chance.choice((2, 4))
        if reach > size:
            place, value = chance.randrange(reach - size), chance.choice(EXTREMES) & ((1 << 8 * size) - 1)
            changed[place : place + size] = value.to_bytes(size, chance.choice(("little", "big")))
    return bytes(changed)


def _lie_in_text(content: bytes, chance: random.Random) -> bytes:
    """Put another number in the place of one that is written in letters."""
    numbers = list(re.finditer(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", content[:3000]))
    if not numbers:
        return _lie_in_words(content, chance)
    match = chance.choice(numbers)
    return content[: match.start()] + chance.choice(HUGE_NUMBERS) + content[match.end() :]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    """Put a piece of the file, many times, somewhere into it."""
    if not content:
        return content
    start = chance.randrange(len(content))
    piece = content[start : start + chance.choice((1, 8, 64, 512))]
    place = chance.randrange(len(content))
    return content[:place] + piece * chance.choice((1, 2, 100)) + content[place:]


def _drop(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.choice((1, 4, 40, 400)) :]


DEEDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_turn_bits, _cut, _lie_in_words, _lie_in_text, _repeat, _drop)


# bombs: a little that claims or holds very much


def _nrrd_bomb() -> bytes:
    head = b"NRRD0004\ntype: uchar\ndimension: 3\nspacings: 1 1 1\nsizes: 2000 2000 1000\nencoding: gzip\n\n"
    return head + gzip.compress(bytes(1 << 26), 9)


def _metaimage_bomb() -> bytes:
    head = (
        b"ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\nCompressedDataSize = 65000\nElementSpacing = 1 1 1\n"
        b"DimSize = 3000 3000 1000\nElementType = MET_DOUBLE\nElementDataFile = LOCAL\n"
    )
    return head + zlib.compress(bytes(1 << 26), 9)


def _nifti_bomb() -> bytes:
    header = nibabel.Nifti1Image(np.zeros((2, 2, 2), np.uint8), np.eye(4)).header
    header["dim"][1:4] = 1290
    return gzip.compress(header.binaryblock + bytes(4) + bytes(1 << 26), 9)


def _png_bomb() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 16_000, 16_000, 16, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1 << 26), 9)) + chunk(b"IEND", b"")


def _deflated_bomb() -> bytes:
    data = _dicom(DEEP)
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    buffer = pydicom.filebase.DicomBytesIO()
    buffer.write(bytes(128) + b"DICM")
    pydicom.filewriter.write_file_meta_info(buffer, data.file_meta, enforce_standard=False)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # a piece that ends with a full flush may be repeated
    return buffer.getvalue() + (packer.compress(bytes(1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)) * 32


def _tiff_bomb() -> bytes:
    claims = [(256, 15_000), (257, 15_000), (258, 8), (259, 8), (262, 1), (273, 8), (277, 1), (278, 15_000), (279, 1000)]
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in claims)
    content = zlib.compress(bytes(900_000), 9)[:1000].ljust(1000)
    return struct.pack("<2sHI", b"II", 42, 1008) + content + struct.pack("<H", len(claims)) + table + bytes(4)


def _tiff_loop() -> bytes:
    """Return a TIFF whose first page is followed by itself."""
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<HHHIII", 1, 256, 4, 1, 30, 8)


def _bmp_bomb() -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 15_000, 15_000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(46)


BOMBS: dict[str, Callable[[], bytes]] = {
    "bomb.nii.gz": _nifti_bomb,
    "bomb.nrrd": _nrrd_bomb,
    "bomb.mha": _metaimage_bomb,
    "bomb.png": _png_bomb,
    "bomb.dcm": _deflated_bomb,
    "bomb.tif": _tiff_bomb,
    "loop.tif": _tiff_loop,
    "bomb.bmp": _bmp_bomb,
}
"""Makers of files of some kilobytes to megabytes that unpack to gigabytes, or say that they do."""
