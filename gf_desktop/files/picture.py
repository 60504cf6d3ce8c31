"""Single pictures: PNG, JPEG and BMP as scans of one slice and masks drawn on them; TIFF too where a data set holds them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.claims import MAX_PIXELS, PICTURE_RATIO, bytes_of, check_claim
from gf_desktop.files.faults import reading_fault
from gf_desktop.files.findings import Finding
from gf_desktop.files.quiet import quiet
from gf_desktop.imaging.geometry import Geometry

__all__ = [
    "DATASET_SUFFIXES",
    "PICTURE_SUFFIXES",
    "encode_png",
    "picture_grid",
    "read_indexed",
    "read_mask_values",
    "read_picture",
    "read_pixels",
]

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")

DATASET_SUFFIXES = (*PICTURE_SUFFIXES, ".tif", ".tiff")
"""Pictures of which public data sets are made; a TIFF of a person's own is read by ``tiff``, with its pages and its kinds of colour."""

_GREY_MODES = {"1": np.uint8, "L": np.uint8, "LA": np.uint8, "I;16": np.uint16, "I;16B": np.uint16, "I": np.uint16}
_ORIENTATION_TAG = 0x0112
_DATASET_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
_AGAIN = "Open it in a picture program and save it as PNG."


def encode_png(rgb: npt.NDArray[np.uint8]) -> bytes:
    """Return a picture, uint8 [rows, columns, 3], as the bytes of a PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(rgb).save(out, format="PNG", optimize=True)
    return out.getvalue()


def picture_grid(columns: int, rows: int) -> Geometry:
    """Return the grid of a plain picture: one slice, pixels of 1 mm as a placeholder, its left side at the patient's right."""
    return Geometry.identity((columns, rows, 1))


def read_picture(path: Path) -> tuple[npt.NDArray[Any], list[Finding]]:
    """Read a picture as a scan of one slice.

    Returns
    -------
    uint8 or uint16 [1, j, i] grey, or uint8 [1, j, i, 3] colour, turned upright as a camera's note says; and what was noticed.

    Raises
    ------
    FileFormatError
        When it is damaged, too large, or holds several pictures.
    UserError
        When it does not exist or may not be read.
    """
    from PIL import ImageOps

    findings = [Finding("spacing_unknown", "A plain picture's pixels have no stated size; lengths and volumes are in pixels", "green")]
    with quiet(), _Opened(path) as opened:
        mode = opened.mode
        image = ImageOps.exif_transpose(opened)
        if opened.getexif().get(_ORIENTATION_TAG, 1) != 1:
            findings.append(Finding("turned_upright", "Turned upright as the camera noted", "green"))
        if image.has_transparency_data and np.asarray(image.convert("RGBA"))[..., 3].min() < 255:
            findings.append(Finding("transparency_ignored", "Parts of the picture are transparent; their stored colour is used", "amber"))
        if mode in _GREY_MODES:
            pixels = np.asarray(image.convert("L") if mode in ("1", "LA") else image).astype(_GREY_MODES[mode])
        else:
            pixels = np.array(image.convert("RGB"))
            if mode == "P" and (pixels[..., :1] == pixels).all():
                pixels = np.ascontiguousarray(pixels[..., 0])
    return pixels[None], findings


def read_indexed(path: Path) -> npt.NDArray[Any]:
    """Read the palette indices or grey values of a picture as [j, i], without turning or converting anything.

    Raises
    ------
    FileFormatError
        When it is damaged or full colour, which holds no labels.
    """
    with quiet(), _Opened(path) as image:
        if image.mode not in ("P", *_GREY_MODES) or image.mode == "LA":
            raise FileFormatError(
                "A mask must be a grey or indexed picture, not full colour",
                where=str(path),
                next_step="Save it with one number for each structure.",
            )
        return np.array(image)


def read_pixels(path: Path) -> npt.NDArray[np.uint8]:
    """Read a data set's picture (PNG, JPEG, TIFF, BMP) as uint8 [j, i, 3]; grey is repeated, 16 bits are reduced to 8.

    Raises
    ------
    FileFormatError
        When it is damaged, too large, holds several pictures, or values that are not of 8 or 16 bits.
    UserError
        When it does not exist or may not be read.
    """
    with quiet(), _Opened(path, _DATASET_FORMATS) as image:
        if image.mode in ("I;16", "I;16B", "I"):
            deep = np.asarray(image).astype(np.int64)
            _refuse_values(path, int(deep.min(initial=0)), int(deep.max(initial=0)))
            return np.repeat(np.round(deep / 257).astype(np.uint8)[..., None], 3, axis=-1)
        if image.mode == "F":
            _refuse_values(path, -1, -1)
        return np.array(image.convert("RGB"))


def read_mask_values(path: Path) -> npt.NDArray[np.uint16]:
    """Read a data set's mask (PNG, JPEG, TIFF, BMP) as uint16 [j, i]: grey values or palette indices; of colours the brightest channel.

    A bit is 0 or 1. Raises as :func:`read_pixels`.
    """
    with quiet(), _Opened(path, _DATASET_FORMATS) as image:
        if image.mode in ("1", "P", "L"):
            return np.array(image).astype(np.uint16)
        if image.mode in ("I;16", "I;16B", "I"):
            values = np.asarray(image).astype(np.int64)
            _refuse_values(path, int(values.min(initial=0)), int(values.max(initial=0)))
            return values.astype(np.uint16)
        if image.mode == "F":
            _refuse_values(path, -1, -1)
        colours: npt.NDArray[np.uint8] = np.array(image.convert("RGB"))
        brightest: npt.NDArray[np.uint8] = colours.max(axis=-1)
        return brightest.astype(np.uint16)


def _refuse_values(path: Path, lowest: int, highest: int) -> None:
    if lowest < 0 or highest > np.iinfo(np.uint16).max:
        raise FileFormatError("The picture's values are not whole numbers of 8 or 16 bits", where=str(path), next_step=_AGAIN)


class _Opened:
    """A picture, decoded; its faults become errors that name the path."""

    def __init__(self, path: Path, formats: tuple[str, ...] = ("PNG", "JPEG", "BMP")) -> None:
        self._path = path
        self._formats = formats
        self._image: Any = None

    def __enter__(self) -> Any:
        from PIL import Image, UnidentifiedImageError

        try:
            self._image = Image.open(self._path, formats=self._formats)
            width, height = self._image.size
            if width * height > MAX_PIXELS or getattr(self._image, "n_frames", 1) > 1:
                raise FileFormatError(
                    f"A picture of {width} × {height} is too large" if width * height > MAX_PIXELS else "The file holds several pictures",
                    where=str(self._path),
                    next_step="Cut out the part that matters and save it as PNG.",
                )
            bits = 1 if self._image.mode == "1" else 8 * len(self._image.getbands())
            claimed = bytes_of((width, height), bits)
            check_claim(self._path, claimed=claimed, there=self._path.stat().st_size, ratio=PICTURE_RATIO)
            self._image.load()
        except FileFormatError:
            self._image.close()
            raise
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise reading_fault(error, self._path) from error
        except Image.DecompressionBombError as error:
            raise FileFormatError("The picture is too large", where=str(self._path), next_step="Cut out the part that matters.") from error
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, EOFError) as error:
            if self._image is not None:
                self._image.close()
            raise FileFormatError("The picture is damaged, cut off, or is none", where=str(self._path), next_step=_AGAIN) from error
        return self._image

    def __exit__(self, *exc: object) -> None:
        self._image.close()
