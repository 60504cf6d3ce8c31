"""Named arrays in one file, without pickle."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.memory import SPARSE_BYTES, put_sparsely, sparse_zeros

__all__ = ["map_array", "read_arrays", "write_arrays", "written_apart"]

COMPRESS_LEVEL = 1
"""Of zlib."""

PIECE_BYTES = 1 << 20
"""Read at once; a whole number of pages."""

LOCAL_HEADER_BYTES = 30
"""Of a member of a ZIP archive, before its name and extra field, whose lengths are its last two numbers (APPNOTE 4.3.7)."""

CAN_MAP = os.name != "nt"
"""Windows lets nobody replace a file while it is mapped, by another window perhaps."""


def write_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]], *, compressed: bool = True) -> None:
    """Write arrays as an .npz, whatever the file is called; one that is not compressed can be mapped by :func:`map_array`."""
    # numpy's own level takes several times as long, and masks become hardly smaller by it
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method, compresslevel=COMPRESS_LEVEL) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read all arrays of an .npz. Large ones of uint8 take no memory where they are zero.

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        When it is damaged, no .npz, or holds Python objects.
    """
    with _archive(path) as (_stream, archive):
        return {name.removesuffix(".npy"): _read(archive, name) for name in archive.namelist()}


def map_array(path: Path, name: str) -> npt.NDArray[Any]:
    """Return one array of an .npz, mapped read-only from the file where that is not compressed; else it is read.

    It is read through once either way: a damaged one is told as such, and does not come to light later.

    Raises
    ------
    OSError, ValueError
        As :func:`read_arrays`.
    KeyError
        When there is no such array.
    """
    with _archive(path) as (stream, archive):
        info = archive.getinfo(f"{name}.npy")
        if info.compress_type != zipfile.ZIP_STORED or not CAN_MAP:
            return _read(archive, info.filename)
        with archive.open(info) as member:
            shape, by_columns, kind = _header(member)
            header_bytes = member.tell()
            while member.read(PIECE_BYTES):
                pass
        stream.seek(info.header_offset + LOCAL_HEADER_BYTES - 4)
        start = info.header_offset + LOCAL_HEADER_BYTES + sum(struct.unpack("<HH", stream.read(4))) + header_bytes
    return np.memmap(path, kind, "r", start, shape, "F" if by_columns else "C")


def written_apart(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array of :func:`map_array` such that it can be written to, and its file stays as it is; any other one itself.

    Only what is written takes memory.
    """
    if array.flags.writeable or not isinstance(array, np.memmap) or array.filename is None:
        return array
    order: Literal["C", "F"] = "C" if array.flags.c_contiguous else "F"
    apart: npt.NDArray[Any] = np.memmap(Path(array.filename), array.dtype, "c", array.offset, array.shape, order)
    return apart


@contextmanager
def _archive(path: Path) -> Iterator[tuple[IO[bytes], zipfile.ZipFile]]:
    with path.open("rb") as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                yield stream, archive
        # zipfile calls an encrypted member, or a way to compress that it does not know, a RuntimeError
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError) as error:
            raise ValueError(f"{path.name} is damaged: {error}") from error


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether columns come first, and type of an array at whose data the stream stands then."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, kind = read(stream)
    if kind.hasobject:
        raise ValueError("it holds Python objects")
    return shape, by_columns, kind


def _read(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    with archive.open(name) as stream:
        shape, by_columns, kind = _header(stream)
        if kind == np.uint8 and not by_columns and int(np.prod(shape)) >= SPARSE_BYTES:
            return _read_sparsely(stream, shape)
    with archive.open(name) as stream:
        array: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
        return array


def _read_sparsely(stream: IO[bytes], shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    array = sparse_zeros(shape)
    flat, done = array.reshape(-1), 0
    while done < flat.size:
        piece = stream.read(min(PIECE_BYTES, flat.size - done))
        if not piece:
            raise EOFError("an array ends too early")
        put_sparsely(flat[done : done + len(piece)], np.frombuffer(piece, np.uint8))
        done += len(piece)
    return array
