"""TIFF: pictures, pages as frames, and slides that hold the same picture in several sizes (SVS).

A TIFF's resolution is that of a print, so it is no pixel size. Microscopes state one in words of their own: Aperio's ``MPP`` and the
``PhysicalSizeX`` of OME are micrometres.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.claims import MAX_PIXELS, PICTURE_RATIO, bytes_of, check_claim
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.intensities import finite, rescaled
from gf_desktop.files.quiet import load_tifffile, quiet_native
from gf_desktop.files.tiff_pages import PLAIN, UnreadCompressionError, page_pixels

__all__ = ["TIFF_SUFFIXES", "TiffLevel", "TiffScan", "default_level", "read_label_pages", "read_tiff", "tiff_levels"]

Array = npt.NDArray[Any]

TIFF_SUFFIXES: Final = (".tif", ".tiff", ".svs")

DEFAULT_PIXELS: Final = 1 << 24
"""Of a slide the largest level that has no more pixels than this is read unless another is asked for."""

MAX_PAGES: Final = 10_000

MM_PER_UM: Final = 1e-3

_AGAIN: Final = "Open it in a picture program and save it as PNG or as an ordinary TIFF."
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_MPP: Final = re.compile(r"\|\s*MPP\s*=\s*([0-9.]+)")
_OME_SIZE: Final = re.compile(r'PhysicalSize(X|Y)="([0-9.eE+-]+)"')
_OME_UNIT: Final = re.compile(r'PhysicalSize[XY]Unit="([^"]*)"')
_MICROMETRES: Final = ("µm", "μm", "um")


@dataclass(frozen=True, slots=True)
class TiffLevel:
    """One size in which a slide is stored: columns and rows, and the size of a pixel (column, row) in mm where it is stated."""

    columns: int
    rows: int
    spacing_mm: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class TiffScan:
    """A TIFF that was read.

    Attributes
    ----------
    voxels
        Grey [n, j, i] as uint8, uint16, int16 or float32, or uint8 colour [n, j, i, 3]; n counts pages.
    spacing_mm
        Size of a pixel (column, row), None where nothing states it.
    findings
        What was noticed.
    """

    voxels: Array
    spacing_mm: tuple[float, float] | None
    findings: tuple[Finding, ...]


def tiff_levels(path: Path) -> tuple[TiffLevel, ...]:
    """Return the sizes in which a file holds its picture, the largest first; one where it is no slide.

    Raises
    ------
    FileFormatError
        When it is damaged or no TIFF.
    UserError
        When it does not exist or may not be read.
    """
    with _opened(path) as tiff:
        return _levels(_level_pages(tiff), tiff)


def default_level(levels: tuple[TiffLevel, ...]) -> int:
    """Return the number of the largest level that has no more than ``DEFAULT_PIXELS`` pixels; the smallest where all have more."""
    return next((n for n, level in enumerate(levels) if level.columns * level.rows <= DEFAULT_PIXELS), len(levels) - 1)


def read_tiff(path: Path, level: int | None = None) -> TiffScan:
    """Read a TIFF: its pages, or one level of a slide.

    Parameters
    ----------
    level
        Which size of a slide, from 0, the largest; None for the default one.

    Raises
    ------
    FileFormatError
        When it is damaged, cut off, too large, compressed in a way that is not read, or its pages differ in size.
    UserError
        When it does not exist or may not be read.
    """
    with _opened(path) as tiff:
        pages = _level_pages(tiff)
        levels = _levels(pages, tiff)
        if len(pages) > 1:
            number = default_level(levels) if level is None else level
            if not 0 <= number < len(levels):
                raise FileFormatError(f"The slide has levels 0 to {len(levels) - 1}", where=str(path), next_step="Choose one of them.")
            chosen, spacing = [pages[number]], levels[number].spacing_mm
            findings = [_about_level(levels, number)]
        else:
            chosen, spacing, findings = _frames(tiff, path), levels[0].spacing_mm, []
        _check_claims(chosen, path)
        planes = [_picture_of(page, findings) for page in chosen]
        if len({(plane.shape, plane.dtype) for plane in planes}) > 1:
            raise FileFormatError("The pages of this TIFF differ in size or colour", where=str(path), next_step="Save each as a file.")
        voxels = np.stack(planes) if len(planes) > 1 else planes[0][None]
        planes.clear()
    checked = finite(voxels)
    if checked is None:
        raise FileFormatError("The picture holds no numbers at all", where=str(path), next_step=_AGAIN)
    voxels, more = checked
    return TiffScan(voxels, spacing, (*dict.fromkeys(findings), *more, *_about(len(chosen), spacing)))


def read_label_pages(path: Path) -> Array:
    """Read the stored numbers or palette indices of every page as [n, j, i], upright but not converted: the labels of a mask.

    Raises
    ------
    FileFormatError
        When it is damaged, its pages differ in size, or it is in full colour, which holds no labels.
    UserError
        When it does not exist or may not be read.
    """
    with _opened(path) as tiff:
        pages = _frames(tiff, path)
        _check_claims(pages, path)
        planes = [_labels_of(page, path) for page in pages]
        if len({(plane.shape, plane.dtype) for plane in planes}) > 1:
            raise FileFormatError("The pages of this TIFF differ in size or kind", where=str(path), next_step="Save each as a file.")
        return np.stack(planes)


def _labels_of(page: Any, path: Path) -> Array:
    pixels = page_pixels(page)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim != 2 or int(page.photometric) not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE) or pixels.dtype.kind not in "biuf":
        message = "A mask must be a grey or indexed picture, not full colour"
        raise FileFormatError(message, where=str(path), next_step="Save it with one number for each structure.")
    turned = int(page.tags.valueof(274, 1)) if 274 in page.tags else 1
    upright = _upright(pixels, turned)
    return np.ascontiguousarray(upright.view(np.uint8) if pixels.dtype == np.bool_ else upright.astype(pixels.dtype.newbyteorder("=")))


def _about(count: int, spacing: tuple[float, float] | None) -> list[Finding]:
    found = []
    if spacing is None:
        message = "A plain picture's pixels have no stated size; lengths and volumes are in pixels"
        found.append(Finding("spacing_unknown", message, "green"))
    if count > 1:
        message = f"The file does not say what its {count} pages are; they are taken as frames of one picture"
        found.append(Finding("pages_as_frames", message, "amber"))
    return found


def _about_level(levels: tuple[TiffLevel, ...], number: int) -> Finding:
    read, full = levels[number], levels[0]
    message = f"Of a slide of {full.columns} × {full.rows} in {len(levels)} sizes, level {number} of {read.columns} × {read.rows} was read"
    return Finding("slide_level", message, "green")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Give a tifffile of a path; what goes wrong within becomes an error that names it."""
    tifffile = load_tifffile()
    try:
        with quiet_native(), tifffile.TiffFile(path) as tiff:
            if len(tiff.pages) == 0:
                raise FileFormatError("The TIFF holds no picture", where=str(path), next_step=_AGAIN)
            yield tiff
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise reading_fault(error, path) from error
    except UnreadCompressionError as error:
        raise FileFormatError(f"TIFFs of this compression ({error}) are not read", where=str(path), next_step=_AGAIN) from error
    except MemoryError as error:
        raise FileFormatError("There is not enough memory for this picture", where=str(path), next_step="Close other programs.") from error
    except (
        tifffile.TiffFileError, AssertionError, AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError,
        RuntimeError, SyntaxError, TypeError, ValueError, ZeroDivisionError, struct.error, zlib.error,
    ) as error:  # fmt: skip
        raise FileFormatError("The picture is damaged, cut off, or is none", where=str(path), next_step=_AGAIN) from error


def _level_pages(tiff: Any) -> list[Any]:
    """Return one page for each size of a slide, the largest first; a single page where there is one size.

    Labels and photographs of the whole slide are left out: they show names.
    """
    first = tiff.pages[0]
    if tiff.is_svs:
        found = [first, *(page for page in _some_pages(tiff)[1:] if page.is_tiled)]
    elif first.subifds:
        found = [first, *(page for page in list(first.pages or ())[:MAX_PAGES] if page is not None)]
    else:
        found = [first, *(page for page in _some_pages(tiff)[1:] if page.is_reduced)]
    shape = first.imagewidth / max(first.imagelength, 1)
    kept = [page for page in found if page is first or abs(page.imagewidth / max(page.imagelength, 1) / max(shape, 1e-9) - 1) < 0.1]
    return sorted(kept, key=lambda page: -int(page.imagewidth))


def _some_pages(tiff: Any) -> list[Any]:
    count = len(tiff.pages)
    if count > MAX_PAGES:
        raise ValueError("too many pages")
    return [tiff.pages[n] for n in range(count)]


def _levels(pages: list[Any], tiff: Any) -> tuple[TiffLevel, ...]:
    stated = _stated_spacing(tiff)
    wide, high = int(pages[0].imagewidth), int(pages[0].imagelength)
    found = []
    for page in pages:
        columns, rows = int(page.imagewidth), int(page.imagelength)
        if columns < 1 or rows < 1:
            raise ValueError("a page of no size")
        spacing = None if stated is None else (stated[0] * wide / columns, stated[1] * high / rows)
        found.append(TiffLevel(columns, rows, spacing))
    return tuple(found)


def _stated_spacing(tiff: Any) -> tuple[float, float] | None:
    """Return the size of a pixel (column, row) of the largest level in mm, where the description states it in micrometres."""
    text = str(tiff.pages[0].description or "")
    found: tuple[float, float] | None = None
    if tiff.is_svs:
        match = _MPP.search(text)
        found = (_number(match[1]), _number(match[1])) if match else None
    elif tiff.is_ome:
        sizes = dict(_OME_SIZE.findall(text[: 1 << 16]))
        units = set(_OME_UNIT.findall(text[: 1 << 16]))
        if {"X", "Y"} <= set(sizes) and all(unit in _MICROMETRES for unit in units):
            found = (_number(sizes["X"]), _number(sizes["Y"]))
    if found is None or not all(np.isfinite(v) and 0 < v < 1e4 for v in found):
        return None
    return found[0] * MM_PER_UM, found[1] * MM_PER_UM


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _frames(tiff: Any, path: Path) -> list[Any]:
    """Return the pages that make up the picture; FileFormatError where they do not belong together."""
    pages = [page for page in _some_pages(tiff) if not page.is_reduced or page.index == 0]
    if len({(page.imagewidth, page.imagelength) for page in pages}) > 1:
        message = f"The {len(pages)} pages of this TIFF differ in size, so they are not frames of one picture"
        raise FileFormatError(message, where=str(path), next_step="Save the page that matters as a file of its own.")
    images = int((tiff.imagej_metadata or {}).get("images", 1)) if tiff.is_imagej else 1
    if images > len(pages):
        message = f"The file says that it holds {images} pictures, and {len(pages)} can be found"
        raise FileFormatError(message, where=str(path), next_step="Save it from ImageJ as a sequence of pictures.")
    return pages


def _check_claims(pages: list[Any], path: Path) -> None:
    on_disk = path.stat().st_size
    pixels = sum(int(page.imagewidth) * int(page.imagelength) for page in pages)
    if pixels > MAX_PIXELS:
        first = pages[0]
        message = f"A picture of {first.imagewidth} × {first.imagelength} with {len(pages)} pages is too large"
        raise FileFormatError(message, where=str(path), next_step="Choose a smaller level, or cut out the part that matters.")
    claimed = sum(bytes_of((p.imagewidth, p.imagelength, p.samplesperpixel), _bits(p)) for p in pages)
    plain = all(int(page.compression) == 1 and 0 not in page.databytecounts for page in pages)
    check_claim(path, claimed=claimed, there=on_disk, ratio=1 if plain else PICTURE_RATIO)
    for page in pages:
        tile = int(page.tilewidth) * int(page.tilelength) if page.is_tiled else 0
        if (
            tile > MAX_PIXELS
            or int(page.samplesperpixel) > 8
            or any(o + c > on_disk for o, c in zip(page.dataoffsets, page.databytecounts, strict=False))
        ):
            raise FileFormatError("The picture is damaged, cut off, or is none", where=str(path), next_step=_AGAIN)


def _bits(page: Any) -> int:
    bits = page.bitspersample
    return int(max(bits)) if isinstance(bits, tuple) else int(bits)


def _picture_of(page: Any, findings: list[Finding]) -> Array:
    """Return a page as [j, i] grey or uint8 [j, i, 3], upright; what was noticed is added to ``findings``."""
    photometric = int(page.photometric)
    if photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE) and int(page.compression) in (*PLAIN, 5):
        raise UnreadCompressionError(getattr(page.photometric, "name", str(photometric)))
    pixels = page_pixels(page)
    if photometric == _PALETTE and pixels.ndim == 2 and page.colormap is not None:
        pixels = _coloured(pixels, np.asarray(page.colormap))
    elif photometric in (_RGB, _YCBCR) or (pixels.ndim == 3 and pixels.shape[2] >= 3):
        pixels = _colour(pixels, findings)
    else:
        pixels = _grey(pixels if pixels.ndim == 2 else pixels[..., 0], _bits(page), photometric, findings)
    turned = int(page.tags.valueof(274, 1)) if 274 in page.tags else 1
    if turned not in (1, 0):
        findings.append(Finding("turned_upright", "Turned upright as the camera noted", "green"))
    return np.ascontiguousarray(_upright(pixels, turned))


def _coloured(indices: Array, table: Array) -> Array:
    colours = (table.T >> 8).astype(np.uint8)
    pixels: Array = colours[indices]
    return pixels[..., 0] if (pixels[..., :1] == pixels).all() else pixels


def _colour(pixels: Array, findings: list[Finding]) -> Array:
    if pixels.ndim != 3 or pixels.shape[2] < 3 or pixels.dtype not in (np.uint8, np.uint16):
        raise UnreadCompressionError(f"colour as {pixels.dtype}")
    top = np.iinfo(pixels.dtype).max
    if pixels.shape[2] > 3 and pixels[..., 3].min() < top:
        findings.append(Finding("transparency_ignored", "Parts of the picture are transparent; their stored colour is used", "amber"))
    pixels = pixels[..., :3]
    if pixels.dtype == np.uint16:
        findings.append(Finding("colour_reduced", "Colour of 16 bits a channel was reduced to 8", "amber"))
        pixels = np.round(pixels / 257.0)
    return pixels.astype(np.uint8)


def _grey(pixels: Array, bits: int, photometric: int, findings: list[Finding]) -> Array:
    if pixels.dtype.kind not in "biuf":
        raise UnreadCompressionError(f"values as {pixels.dtype}")
    if pixels.dtype == np.bool_ or bits == 1:
        pixels = np.where(pixels, np.uint8(255), np.uint8(0))
        bits = 8
    elif pixels.dtype not in (np.uint8, np.uint16):
        pixels = rescaled(pixels)
    if photometric == _WHITE_IS_ZERO and pixels.dtype in (np.uint8, np.uint16):
        message = "Stored with white as zero; the greys are turned over so that bright is high"
        findings.append(Finding("inverted_greys", message, "green"))
        pixels = np.asarray(((1 << bits) - 1) - pixels.astype(np.int64)).astype(pixels.dtype)
    return pixels


def _upright(pixels: Array, orientation: int) -> Array:
    """Return a picture turned as TIFF's tag 274 says (TIFF 6.0, section 8)."""
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
