"""Edits as bytes, for the project's database."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit

__all__ = ["decode_edit", "encode_edit"]

MAX_EDIT_BYTES = 1 << 31
"""Largest edit that is read back; a longer claim can only come from damage."""

_ARRAYS = ("mask_bits", "before", "after", "states_before", "states_after")


def encode_edit(edit: LabelEdit) -> bytes:
    """Return an edit as compressed MessagePack."""
    document: dict[str, Any] = {name: getattr(edit, name).tobytes() for name in _ARRAYS}
    document |= {"start": edit.box.start_kji, "stop": edit.box.stop_kji, "name": edit.name, "author": edit.author, "time": edit.time}
    return zlib.compress(msgspec.msgpack.encode(document), 1)


def decode_edit(blob: bytes) -> LabelEdit:
    """Return the edit that ``encode_edit`` wrote.

    Raises
    ------
    ProjectError
        When the bytes are damaged.
    """
    try:
        unpacker = zlib.decompressobj()
        document = msgspec.msgpack.decode(unpacker.decompress(blob, MAX_EDIT_BYTES))
        arrays = {name: np.frombuffer(document[name], np.uint8) for name in _ARRAYS}
        box = Box(tuple(document["start"]), tuple(document["stop"]))
        return LabelEdit(box=box, name=document["name"], author=document["author"], time=document["time"], **arrays)
    except (zlib.error, msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise ProjectError(
            f"A saved stroke is damaged: {error!r}", next_step="Open the project again; strokes before it are kept."
        ) from error
