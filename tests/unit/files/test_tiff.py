"""TIFFs of all kinds, written by tifffile or Pillow, whose pixels must come back."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files import tiff
from gf_desktop.files.scan import Scan, find_scans, read_scan
from gf_desktop.files.tiff import default_level, read_tiff, tiff_levels

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (21, 30), dtype=np.uint8)
DEEP = RANDOM.integers(0, 65536, (21, 30)).astype(np.uint16)
COLOUR = RANDOM.integers(0, 256, (21, 30, 3), dtype=np.uint8)
SIGNED = RANDOM.integers(-1000, 1000, (21, 30)).astype(np.int16)
FLOATS = RANDOM.normal(size=(21, 30)).astype(np.float32)


def scan_of(path: Path) -> Scan:
    (source,) = find_scans(path)
    return read_scan(source)


@pytest.mark.parametrize("pixels", [GREY, DEEP, COLOUR, SIGNED, FLOATS], ids=["8", "16", "rgb", "signed", "float"])
@pytest.mark.parametrize("how", [{}, {"compression": "zlib"}, {"tile": (16, 16)}, {"byteorder": ">"}, {"bigtiff": True}], ids=str)
def test_that_every_kind_of_value_comes_back(tmp_path: Path, pixels: np.ndarray, how: dict[str, object]) -> None:
    options = {key: value for key, value in how.items() if key not in ("byteorder", "bigtiff")}
    opened = {key: value for key, value in how.items() if key in ("byteorder", "bigtiff")}
    with tifffile.TiffWriter(tmp_path / "a.tif", **opened) as writer:
        writer.write(pixels, photometric="rgb" if pixels.ndim == 3 else "minisblack", **options)
    scan = scan_of(tmp_path / "a.tif")
    assert scan.volume.voxels.dtype == pixels.dtype
    assert np.array_equal(scan.volume.voxels[0], pixels)
    assert not scan.volume.spacing_known
    assert not scan.volume.place_known


@pytest.mark.parametrize("pixels", [GREY, COLOUR, DEEP], ids=["8", "rgb", "16"])
@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("predictor", [1, 2])
def test_that_what_pillow_packs_comes_back(tmp_path: Path, pixels: np.ndarray, compression: str, predictor: int) -> None:
    if compression == "packbits" and predictor == 2:
        pytest.skip("PackBits has no predictor")
    options = {"compression": compression, "tiffinfo": {317: predictor}} if predictor == 2 else {"compression": compression}
    Image.fromarray(pixels).save(tmp_path / "a.tif", **options)
    assert np.array_equal(read_tiff(tmp_path / "a.tif").voxels[0], pixels)


def test_that_a_jpeg_in_a_tiff_is_read_as_it_looks(tmp_path: Path) -> None:
    smooth = np.broadcast_to(np.linspace(0, 255, 64).astype(np.uint8)[:, None, None], (64, 48, 3)).copy()
    smooth[..., 1] = 40
    Image.fromarray(smooth).save(tmp_path / "a.tif", compression="jpeg", quality=95)
    read = read_tiff(tmp_path / "a.tif").voxels[0]
    with Image.open(tmp_path / "a.tif") as judge:
        assert np.abs(read.astype(int) - np.asarray(judge.convert("RGB"))).max() <= 2


def test_that_a_palette_becomes_its_colours(tmp_path: Path) -> None:
    indexed = Image.fromarray(GREY % 3).convert("P")
    indexed.frombytes((GREY % 3).tobytes())
    indexed.putpalette([10, 20, 30, 200, 0, 0, 0, 0, 255])
    indexed.save(tmp_path / "a.tif")
    expected = np.array([[10, 20, 30], [200, 0, 0], [0, 0, 255]], np.uint8)[GREY % 3]
    assert np.array_equal(read_tiff(tmp_path / "a.tif").voxels[0], expected)


def test_that_black_and_white_is_grey(tmp_path: Path) -> None:
    Image.fromarray(GREY > 100).save(tmp_path / "a.tif")
    assert np.array_equal(read_tiff(tmp_path / "a.tif").voxels[0], np.where(GREY > 100, 255, 0))


def test_that_white_as_zero_is_turned_over_and_told(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", 255 - GREY, photometric="miniswhite")
    read = read_tiff(tmp_path / "a.tif")
    assert np.array_equal(read.voxels[0], GREY)
    assert "inverted_greys" in [f.code for f in read.findings]


def test_that_16_bit_colour_is_reduced_and_told(tmp_path: Path) -> None:
    deep = COLOUR.astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "a.tif", deep, photometric="rgb")
    read = read_tiff(tmp_path / "a.tif")
    assert np.array_equal(read.voxels[0], COLOUR)
    assert next((f.code, f.severity) for f in read.findings) == ("colour_reduced", "amber")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_that_a_picture_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    tifffile.imwrite(tmp_path / "a.tif", GREY, extratags=[(274, "H", 1, orientation, True)])
    turns = (GREY, np.fliplr(GREY), np.rot90(GREY, 2), np.flipud(GREY), GREY.T, np.rot90(GREY, -1), np.rot90(GREY, 2).T, np.rot90(GREY))
    expected = turns[orientation - 1]
    assert np.array_equal(read_tiff(tmp_path / "a.tif").voxels[0], expected)


def test_that_pages_of_one_size_are_frames_and_told_so(tmp_path: Path) -> None:
    pages = RANDOM.integers(0, 65536, (5, 21, 30)).astype(np.uint16)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in pages:
            writer.write(page, metadata=None)
    scan = scan_of(tmp_path / "a.tif")
    assert np.array_equal(scan.volume.voxels, pages)
    assert scan.volume.time is not None
    assert (scan.volume.time.kind, scan.volume.time.count, scan.volume.time.frame_ms) == ("cine", 5, None)
    assert ("pages_as_frames", "amber") in [(f.code, f.severity) for f in scan.findings]


def test_that_pages_of_several_sizes_are_refused(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(GREY, metadata=None)
        writer.write(GREY[:10], metadata=None)
    with pytest.raises(FileFormatError, match="2 pages of this TIFF differ in size"):
        read_tiff(tmp_path / "a.tif")


def slide(path: Path, *, mpp: float | None = 0.5) -> list[np.ndarray]:
    """Write levels as Aperio does: tiles of JPEG, a thumbnail in strips, a label at the end; return the levels as they look."""
    full = np.zeros((512, 768, 3), np.uint8)
    full[..., 0] = np.linspace(0, 255, 768)[None]
    full[..., 1] = np.linspace(0, 255, 512)[:, None]
    levels = [full, full[::4, ::4], full[::16, ::16]]
    text = "Aperio Image Library v1\n768x512 (256x256) JPEG/RGB Q=70|AppMag = 20" + (f"|MPP = {mpp}" if mpp else "")
    with tifffile.TiffWriter(path) as writer:
        options = {"tile": (128, 128), "photometric": "rgb", "metadata": None}
        writer.write(full, description=text, compression="zlib", **options)
        writer.write(full[::8, ::8], metadata=None, photometric="rgb", description="Aperio thumbnail")
        writer.write(levels[1], description="Aperio 192x128", compression="zlib", **options)
        writer.write(levels[2], description="Aperio 48x32", compression="zlib", **options)
        writer.write(np.zeros((60, 50, 3), np.uint8), metadata=None, photometric="rgb", description="Aperio\nlabel 50x60", subfiletype=1)
    return levels


def test_that_a_slide_offers_its_levels_with_the_size_of_their_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    levels = slide(tmp_path / "a.svs")
    (source,) = find_scans(tmp_path / "a.svs")
    assert [(level.columns, level.rows) for level in source.levels] == [(768, 512), (192, 128), (48, 32)]
    assert [level.spacing_mm for level in source.levels] == [pytest.approx((s, s)) for s in (0.0005, 0.002, 0.008)]
    assert source.level == 0
    for number, expected in enumerate(levels):
        volume = read_scan(replace(source, level=number)).volume
        assert np.array_equal(volume.voxels[0], expected)
        assert volume.geometry.spacing_mm[:2] == pytest.approx(source.levels[number].spacing_mm)
        assert volume.spacing_known
    monkeypatch.setattr(tiff, "DEFAULT_PIXELS", 192 * 128)
    assert default_level(source.levels) == 1
    assert np.array_equal(read_tiff(tmp_path / "a.svs").voxels[0], levels[1])
    monkeypatch.setattr(tiff, "DEFAULT_PIXELS", 1)
    assert default_level(source.levels) == 2


def test_that_a_slide_without_a_stated_size_has_none(tmp_path: Path) -> None:
    slide(tmp_path / "a.svs", mpp=None)
    (source,) = find_scans(tmp_path / "a.svs")
    assert not read_scan(source).volume.spacing_known
    with pytest.raises(FileFormatError, match="levels 0 to 2"):
        read_tiff(tmp_path / "a.svs", level=3)


@pytest.mark.parametrize(("colours", "coded"), [("rgb", 2), ("ycbcr", 6)])
def test_that_tiles_of_jpeg_keep_their_colours(tmp_path: Path, colours: str, coded: int) -> None:
    """A slide stores red, green and blue as they are or as luma and chroma; the tag says which."""
    smooth = np.zeros((64, 64, 3), np.uint8)
    smooth[..., 0], smooth[..., 2] = 200, np.linspace(0, 255, 64)[:, None]
    stored = Image.fromarray(smooth)
    if colours == "rgb":
        stored.save(tmp_path / "tile.jpg", quality=95, keep_rgb=True)
    else:
        stored.save(tmp_path / "tile.jpg", quality=95)
    tile = (tmp_path / "tile.jpg").read_bytes()
    entries = [(256, 64), (257, 64), (258, 8), (259, 7), (262, coded), (277, 3), (322, 64), (323, 64), (324, 8), (325, len(tile))]
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    start = struct.pack("<2sHI", b"II", 42, 8 + len(tile))
    (tmp_path / "a.tif").write_bytes(start + tile + struct.pack("<H", len(entries)) + table + bytes(4))
    read = read_tiff(tmp_path / "a.tif").voxels[0]
    assert np.abs(read.astype(int) - smooth).max() <= 8


def test_that_the_size_of_a_pixel_is_taken_from_ome_and_not_from_the_print(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.ome.tif", GREY, metadata={"axes": "YX", "PhysicalSizeX": 0.25, "PhysicalSizeY": 0.5}, ome=True)
    assert read_tiff(tmp_path / "a.ome.tif").spacing_mm == pytest.approx((0.00025, 0.0005))
    tifffile.imwrite(tmp_path / "b.tif", GREY, resolution=(300, 300), resolutionunit="INCH")
    assert read_tiff(tmp_path / "b.tif").spacing_mm is None
    assert [(level.columns, level.rows) for level in tiff_levels(tmp_path / "b.tif")] == [(30, 21)]


def test_that_a_header_that_claims_more_than_the_file_is_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", GREY)
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+b") as file:
        file.pages[0].tags[256].overwrite(60_000)
        file.pages[0].tags[257].overwrite(60_000)
    with pytest.raises(FileFormatError, match="too large"):
        read_tiff(tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+b") as file:
        file.pages[0].tags[256].overwrite(10_000)
        file.pages[0].tags[257].overwrite(10_000)
    with pytest.raises(FileFormatError, match="promises 100000000 bytes"):
        read_tiff(tmp_path / "a.tif")


def test_that_a_file_that_is_no_tiff_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0nothing")
    with pytest.raises(FileFormatError, match="holds no picture"):
        find_scans(tmp_path / "a.tif")
    with pytest.raises(UserError, match="no such file"):
        read_tiff(tmp_path / "b.tif")


def test_that_colours_of_print_are_refused_by_name(tmp_path: Path) -> None:
    Image.fromarray(COLOUR).convert("CMYK").save(tmp_path / "a.tif")
    with pytest.raises(FileFormatError, match="SEPARATED"):
        read_tiff(tmp_path / "a.tif")
