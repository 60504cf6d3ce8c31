"""Files of weights and of labelled slices, looked at before anything reads them whole."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np

__all__ = ["Tensor", "check_replay", "check_weights", "read_weights_header"]

MOST_HEADER_BYTES: Final = 1 << 20
MOST_TENSORS: Final = 20_000
MOST_AXES: Final = 8

ITEM_BYTES: Final = {"BOOL": 1, "U8": 1, "I8": 1, "F16": 2, "BF16": 2, "I16": 2, "F32": 4, "I32": 4, "F64": 8, "I64": 8}
"""Kinds of numbers in a safetensors file that networks have."""

REPLAY_ARRAYS: Final = {"images.npy": "f", "labels.npy": "u", "regions.npy": "u", "validation.npy": "u"}
"""Members of replay.npz and their kind of numbers."""

MOST_REPLAY_BYTES: Final = 256 << 20

Tensor = tuple[str, tuple[int, ...], int, int]
"""Kind of numbers, shape, and where its bytes begin and end in the file."""


def read_weights_header(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file.

    Raises
    ------
    ValueError
        With one sentence, when the header is too large or no JSON, or when the tensors overlap, leave gaps, or do not fit the file.
    """
    name, size = path.name, path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else MOST_HEADER_BYTES + 1
        if length > min(MOST_HEADER_BYTES, size - 8):
            raise ValueError(f"The header of {name} is larger than it may be")
        text = stream.read(length)
    try:
        document = json.loads(text)
        entries = {key: value for key, value in document.items() if key != "__metadata__"}
        tensors = {key: _tensor(entry, 8 + length) for key, entry in entries.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"The header of {name} is not readable") from error
    if not tensors or len(tensors) > MOST_TENSORS:
        raise ValueError(f"{name} holds {len(tensors)} tensors, which no network has")
    at = 8 + length
    for kind, shape, start, stop in sorted(tensors.values(), key=lambda tensor: (tensor[2], tensor[3])):
        numbers = 1
        for side in shape:
            numbers *= side
        if start != at or stop - start != numbers * ITEM_BYTES[kind]:
            raise ValueError(f"The tensors of {name} overlap, or do not fit their places")
        at = stop
    if at != size:
        raise ValueError(f"The tensors of {name} do not fill the file")
    return tensors


def _tensor(entry: dict[str, Any], base: int) -> Tensor:
    kind, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
    numbers = [*shape, start, stop]
    if kind not in ITEM_BYTES or len(shape) > MOST_AXES or any(type(n) is not int or not 0 <= n < 1 << 40 for n in numbers):
        raise ValueError(kind)
    return kind, tuple(shape), base + start, base + stop


def check_weights(path: Path) -> None:
    """Check a safetensors file; errors as :func:`read_weights_header`."""
    read_weights_header(path)


def check_replay(path: Path) -> None:
    """Check a file of labelled slices without unpacking more than its arrays are said to hold.

    Raises
    ------
    ValueError
        With one sentence, when it is no archive of the four arrays, holds objects, or is larger than it may be.
    """
    problem = f"{path.name} is damaged, or holds what no labelled slices are"
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sorted(info.filename for info in infos) != sorted(REPLAY_ARRAYS):
                raise ValueError(problem)
            if sum(info.file_size for info in infos) > MOST_REPLAY_BYTES:
                raise ValueError(f"{path.name} is larger than labelled slices may be")
            shapes = {info.filename: _check_array(archive, info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        raise ValueError(problem) from error
    images, labels = shapes["images.npy"], shapes["labels.npy"]
    plane = (images[0], *images[2:]) if len(images) == 4 else ()
    if labels != plane or shapes["regions.npy"] != labels or shapes["validation.npy"] != labels[:1]:
        raise ValueError(problem)


def _check_array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, ...]:
    with archive.open(info) as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _by_columns, kind = read(stream)
        numbers = 1
        for side in shape:
            numbers *= side
        if kind.hasobject or kind.kind != REPLAY_ARRAYS[info.filename] or stream.tell() + numbers * kind.itemsize != info.file_size:
            raise ValueError(f"{info.filename} is not what its header says")
        while stream.read(1 << 20):
            pass
    return tuple(shape)
