"""What goes between the program and the process that decodes: records as MessagePack, arrays beside them in a file without a name."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import IO, Any, Final, TypeVar, get_origin

import msgspec
import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.findings import Finding, UnusableScanError
from gf_desktop.files.passport import Passport

__all__ = ["Fault", "Order", "fault_of", "from_wire", "read_frame", "to_wire", "write_frame"]

T = TypeVar("T")

SMALL_BYTES: Final = 1 << 12
"""Arrays up to this size travel within the record."""

_LENGTH: Final = struct.Struct("<Q")
_WRITE_BYTES: Final = 1 << 26
_KINDS: Final[dict[str, type[UserError]]] = {kind.__name__: kind for kind in (UserError, FileFormatError, GeometryError)}


class Order(msgspec.Struct, frozen=True):
    """What is to be done with which source, as :func:`to_wire` wrote it, and the limits: memory in bytes, time of the processor in s."""

    task: str
    source: bytes
    memory: int
    seconds: float


class Fault(msgspec.Struct, frozen=True):
    """A UserError on its way: its kind, its sentences, and the findings and passport of an unusable scan."""

    kind: str
    what: str
    where: str
    next_step: str
    findings: tuple[Finding, ...] = ()
    passport: Passport | None = None

    def raised(self) -> UserError:
        """Return the error again."""
        if self.findings:
            return UnusableScanError(self.findings, where=self.where, passport=self.passport)
        return _KINDS.get(self.kind, UserError)(self.what, where=self.where, next_step=self.next_step)


def fault_of(error: UserError) -> Fault:
    """Return what is to be sent of an error."""
    findings, passport = (error.findings, error.passport) if isinstance(error, UnusableScanError) else ((), None)
    return Fault(type(error).__name__, error.what, error.where, error.next_step, findings, passport)


class _Placed(msgspec.Struct, frozen=True):
    """An array: its bytes, or where they begin in the file beside."""

    dtype: str
    shape: tuple[int, ...]
    content: bytes | None
    at: int


def to_wire(value: Any, beside: IO[bytes] | None = None) -> bytes:
    """Return a record (dataclasses, numbers, texts, paths, arrays) as bytes; larger arrays are written into ``beside``."""
    end = 0

    def put(item: Any) -> Any:
        nonlocal end
        if isinstance(item, Path):
            return str(item)
        if isinstance(item, np.generic):
            return item.item()
        if isinstance(item, float):
            return float(item)
        if not isinstance(item, np.ndarray):
            raise NotImplementedError(type(item).__name__)
        if item.dtype.kind not in "biuf":
            raise TypeError(f"an array of {item.dtype}")
        if item.nbytes <= SMALL_BYTES or beside is None:
            return _Placed(item.dtype.str, item.shape, item.tobytes(), 0)
        flat = np.ascontiguousarray(item).reshape(-1).data.cast("B")
        placed = _Placed(item.dtype.str, item.shape, None, end)
        beside.seek(end)
        written = 0
        while written < len(flat):
            written += beside.write(flat[written : written + _WRITE_BYTES])
        beside.flush()
        end += len(flat)
        return placed

    return msgspec.msgpack.encode(value, enc_hook=put)


def from_wire(content: bytes, kind: type[T], beside: IO[bytes] | None = None) -> T:
    """Return the record of a kind that :func:`to_wire` wrote, its arrays in memory of their own.

    Raises
    ------
    msgspec.DecodeError
        When the bytes are no such record.
    EOFError
        When the file beside is too short.
    """

    def take(wanted: type, item: Any) -> Any:
        if wanted is Path:
            return Path(item)
        if (get_origin(wanted) or wanted) is np.ndarray:
            return _array(msgspec.convert(item, _Placed), beside)
        raise NotImplementedError(str(wanted))

    return msgspec.msgpack.decode(content, type=kind, dec_hook=take)


def _array(placed: _Placed, beside: IO[bytes] | None) -> npt.NDArray[Any]:
    array = np.empty(placed.shape, np.dtype(placed.dtype))
    if placed.content is not None:
        array[...] = np.frombuffer(placed.content, placed.dtype).reshape(placed.shape)
        return array
    if beside is None:
        raise EOFError
    beside.seek(placed.at)
    view, filled = array.reshape(-1).data.cast("B"), 0
    while filled < len(view):
        got = os.readv(beside.fileno(), [view[filled:]]) if hasattr(os, "readv") else beside.readinto(view[filled:])  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        filled += got
    return array


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Write bytes behind their length."""
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the bytes that :func:`write_frame` wrote; None where the stream ends."""
    start = stream.read(_LENGTH.size)
    if len(start) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(start)[0]
    content = stream.read(length)
    return content if len(content) == length else None
