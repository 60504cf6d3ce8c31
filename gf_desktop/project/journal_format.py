"""The stroke journal as bytes: header, records, their checksums, and what a file's records add up to.

::

    header   magic 8 | version u16 | length u32 | payload (MessagePack) | digest 16
    record   length u32 | kind u8 | payload (MessagePack) | digest 16
    ...

Numbers are little-endian. A record's digest is BLAKE2b (RFC 7693) of the digest before it, its head and its payload, so it is checksum
and chain at once: a record that was changed, dropped, moved or taken from another file does not fit. The header's envelope and digest
stay as they are in every version, so that a newer file is told from a damaged one.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, field
from enum import IntEnum
from typing import BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit

__all__ = [
    "DIGEST_BYTES",
    "FORMAT_VERSION",
    "Carried",
    "Entry",
    "Header",
    "Note",
    "Payload",
    "RecordKind",
    "Revision",
    "RevisionRef",
    "StrokePayload",
    "Survey",
    "TableChange",
    "Timeline",
    "Turn",
    "decode_payload",
    "encode_header",
    "encode_record",
    "pack_bytes",
    "pack_edit",
    "survey_journal",
    "unpack_bytes",
    "unpack_edit",
]

UInt8 = npt.NDArray[np.uint8]

MAGIC = b"GFJ\x8f\r\n\x1a\n"
"""Not text, and spoilt by any tool that changes line ends."""
FORMAT_VERSION = 1
DIGEST_BYTES = 16
HEADER_HEAD = struct.Struct("<8sHI")
RECORD_HEAD = struct.Struct("<IB")
MAX_HEADER_BYTES = 1 << 20
BLOCK_BYTES = 4096
"""Grain in which large arrays are looked at: a block that repeats one 8-byte word is kept as that word."""
BLOCKS_FROM_BYTES = 1 << 16
_RAW, _DEFLATED, _BLOCKS = 0, 1, 2


class RecordKind(IntEnum):
    """What a record says."""

    STROKE = 1
    """An edit of labels and states was carried out."""
    ACCEPT = 2
    """An edit that leaves labels alone was carried out."""
    UNDO = 3
    """The last edit that stood was taken back."""
    REDO = 4
    """The edit taken back last was carried out again."""
    REVISION = 5
    """The mask as of here is in a revision's file."""
    NOTE = 6
    """A sentence for whoever reads the history."""
    TABLE = 7
    """The label table changed."""
    CARRIED = 8
    """An edit of the file before this one that can still be taken back or carried out again."""


class RevisionRef(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A saved mask: its number and the SHA-256 of its file; number 0 is the blank mask before the first one."""

    number: int = 0
    sha256: str = ""


class Header(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a journal belongs to and begins with.

    Attributes
    ----------
    scan_id, scan_sha256, shape_kji
        The case's pseudonym, the hash of the project's copy of the scan, and its number of voxels.
    table_sha256
        Of the label table when the file was begun.
    base
        The revision that the file's first record follows.
    segment, previous
        Number of this file in the scan's history from 1, and the last digest of the file before it as hex.
    """

    scan_id: str
    scan_sha256: str
    shape_kji: tuple[int, int, int]
    table_sha256: str
    base: RevisionRef
    created: str
    segment: int = 1
    previous: str = ""


class _Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    author: str
    time: str


class StrokePayload(_Record, frozen=True):
    """One edit: who, when (UTC, ISO 8601), with what, after which model's proposal, and the packed arrays of :class:`LabelEdit`."""

    tool: str
    model_id: str
    start_kji: tuple[int, int, int]
    stop_kji: tuple[int, int, int]
    sizes: tuple[int, int, int, int, int]
    arrays: tuple[bytes, bytes, bytes, bytes, bytes]


class Turn(_Record, frozen=True):
    """Undo or redo of the record with an ordinal."""

    target: int


class Revision(_Record, frozen=True):
    """A revision; ``replaces``: it holds more than the records before it, so none of them can be taken back."""

    revision: RevisionRef
    replaces: bool


class Note(_Record, frozen=True):
    """A sentence."""

    text: str


class TableChange(_Record, frozen=True):
    """The hash of the label table from here on."""

    sha256: str


class Carried(_Record, frozen=True):
    """An edit of the file before; those nearest to now come first, so any whole beginning of them is a sound history."""

    undone: bool
    edit: StrokePayload


Payload = StrokePayload | Turn | Revision | Note | TableChange | Carried

_TYPES: dict[RecordKind, type[Payload]] = {
    RecordKind.STROKE: StrokePayload,
    RecordKind.ACCEPT: StrokePayload,
    RecordKind.UNDO: Turn,
    RecordKind.REDO: Turn,
    RecordKind.REVISION: Revision,
    RecordKind.NOTE: Note,
    RecordKind.TABLE: TableChange,
    RecordKind.CARRIED: Carried,
}


# arrays


def pack_bytes(array: UInt8) -> bytes:
    """Return an array of bytes in fewer bytes; large arrays are read about once, however they are filled."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.size >= BLOCKS_FROM_BYTES:
        whole = flat.size // BLOCK_BYTES * BLOCK_BYTES
        words = flat[:whole].view(np.uint64).reshape(-1, BLOCK_BYTES // 8)
        even = (words == words[:, :1]).all(axis=1)
        parts = (np.packbits(even), words[even, 0], words[~even], flat[whole:])
        return bytes([_BLOCKS]) + zlib.compress(b"".join(part.tobytes() for part in parts), 1)
    raw = flat.tobytes()
    deflated = zlib.compress(raw, 1) if len(raw) > 32 else raw
    return bytes([_DEFLATED]) + deflated if len(deflated) < len(raw) else bytes([_RAW]) + raw


def unpack_bytes(packed: bytes, size: int) -> UInt8:
    """Return the ``size`` bytes that ``pack_bytes`` packed.

    Raises
    ------
    ValueError
        When they are not what was packed.
    """
    if not packed or packed[0] > _BLOCKS or size < 0:
        raise ValueError("an array of an unknown form")
    if packed[0] == _RAW:
        flat = np.frombuffer(packed, np.uint8, offset=1)
    elif packed[0] == _DEFLATED:
        flat = np.frombuffer(_inflate(packed, size), np.uint8)
    else:
        flat = _unpack_blocks(packed, size)
    if flat.size != size:
        raise ValueError(f"{flat.size} bytes in an array of {size}")
    return flat


def _inflate(packed: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        # one byte more than allowed, so that a longer stream is seen and never inflated whole
        raw = stream.decompress(memoryview(packed)[1:], limit + 1)
    except zlib.error as error:
        raise ValueError(f"an array that cannot be inflated: {error}") from error
    if not stream.eof or len(raw) > limit:
        raise ValueError("an array of another length")
    return raw


def _unpack_blocks(packed: bytes, size: int) -> UInt8:
    blocks = size // BLOCK_BYTES
    flags = (blocks + 7) // 8
    raw = _inflate(packed, flags + 8 * blocks + size)
    if len(raw) < flags:
        raise ValueError("an array without its blocks")
    even = np.unpackbits(np.frombuffer(raw, np.uint8, flags), count=blocks).astype(bool)
    same = int(even.sum())
    words_at, literal_at = flags, flags + 8 * same
    tail_at = literal_at + (blocks - same) * BLOCK_BYTES
    if len(raw) != tail_at + size - blocks * BLOCK_BYTES:
        raise ValueError("an array of another length")
    out = np.empty(size, np.uint8)
    words = out[: blocks * BLOCK_BYTES].view(np.uint64).reshape(-1, BLOCK_BYTES // 8)
    words[even] = np.frombuffer(raw[words_at:literal_at], np.uint64)[:, None]
    words[~even] = np.frombuffer(raw[literal_at:tail_at], np.uint64).reshape(-1, BLOCK_BYTES // 8)
    out[blocks * BLOCK_BYTES :] = np.frombuffer(raw, np.uint8, offset=tail_at)
    return out


# edits


def pack_edit(edit: LabelEdit, *, shape_kji: tuple[int, int, int], model_id: str = "") -> tuple[RecordKind, StrokePayload]:
    """Return an edit as a record's kind and payload.

    Raises
    ------
    ValueError
        When the edit does not fit a mask of this shape, which is a fault of the program.
    """
    _check_edit(edit, shape_kji)
    arrays = (edit.mask_bits, edit.before, edit.after, edit.states_before, edit.states_after)
    packed = [pack_bytes(array) for array in arrays]
    payload = StrokePayload(
        author=edit.author,
        time=edit.time,
        tool=edit.name,
        model_id=model_id,
        start_kji=edit.box.start_kji,
        stop_kji=edit.box.stop_kji,
        sizes=(arrays[0].size, arrays[1].size, arrays[2].size, arrays[3].size, arrays[4].size),
        arrays=(packed[0], packed[1], packed[2], packed[3], packed[4]),
    )
    return RecordKind.STROKE if edit.before.size else RecordKind.ACCEPT, payload


def unpack_edit(payload: StrokePayload, shape_kji: tuple[int, int, int]) -> LabelEdit:
    """Return the edit of a payload.

    Raises
    ------
    ValueError
        When its arrays do not fit each other or a mask of this shape.
    """
    box = Box(payload.start_kji, payload.stop_kji)
    _check_box(box, shape_kji)
    voxels = int(np.prod(box.shape_kji))
    if max(payload.sizes) > voxels:
        raise ValueError("an edit with more values than voxels")
    mask, *values = (unpack_bytes(packed, size) for packed, size in zip(payload.arrays, payload.sizes, strict=True))
    before, after, states_before, states_after = values
    edit = LabelEdit(box, mask, before, after, states_before, states_after, payload.tool, payload.author, payload.time)
    _check_edit(edit, shape_kji)
    return edit


def _check_box(box: Box, shape_kji: tuple[int, int, int]) -> None:
    if not all(0 <= a < b <= n for a, b, n in zip(box.start_kji, box.stop_kji, shape_kji, strict=True)):
        raise ValueError(f"an edit of {box} outside a mask of {shape_kji}")


def _check_edit(edit: LabelEdit, shape_kji: tuple[int, int, int]) -> None:
    _check_box(edit.box, shape_kji)
    voxels = int(np.prod(edit.box.shape_kji))
    if edit.mask_bits.size != (voxels + 7) // 8 or (voxels % 8 and int(edit.mask_bits[-1]) & (0xFF >> voxels % 8)):
        raise ValueError("an edit whose mask is not that of its box")
    count = _bits_set(edit.mask_bits)
    for old, new in ((edit.before, edit.after), (edit.states_before, edit.states_after)):
        if (old.size == 0) != (new.size == 0) or not {old.size, new.size} <= {0, 1, count}:
            raise ValueError("an edit whose values are not those of its mask")
    if count == 0 or not (edit.before.size or edit.states_before.size):
        raise ValueError("an edit that changes nothing")


def _bits_set(packed: UInt8) -> int:
    """Return the number of bits that are 1, counted eight bytes at once."""
    flat = np.ascontiguousarray(packed)
    whole = flat.size // 8 * 8
    words, rest = flat[:whole].view(np.uint64), flat[whole:]
    return sum(int(np.bitwise_count(part).sum(dtype=np.int64)) for part in (words, rest))


# header and records


def _digest(*parts: bytes) -> bytes:
    state = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        state.update(part)
    return state.digest()


def encode_header(header: Header) -> bytes:
    """Return the beginning of a file; its last ``DIGEST_BYTES`` start the chain."""
    payload = msgspec.msgpack.encode(header)
    head = HEADER_HEAD.pack(MAGIC, FORMAT_VERSION, len(payload))
    return head + payload + _digest(head, payload)


def encode_record(kind: RecordKind, payload: Payload, *, previous: bytes) -> bytes:
    """Return a record that follows the digest ``previous``; its last ``DIGEST_BYTES`` continue the chain.

    Raises
    ------
    ValueError
        When it would be 4 GiB or longer.
    """
    body = msgspec.msgpack.encode(payload)
    if len(body) >= 1 << 32:
        raise ValueError("a record of 4 GiB")
    head = RECORD_HEAD.pack(len(body), kind)
    return b"".join((head, body, _digest(previous, head, body)))


def decode_payload(kind: RecordKind, body: bytes) -> Payload:
    """Return what a record says.

    Raises
    ------
    ValueError
        When its bytes do not say it.
    """
    try:
        return msgspec.msgpack.decode(body, type=_TYPES[kind])
    except msgspec.MsgspecError as error:
        raise ValueError(f"a record that is not readable: {error}") from error


def check_record(block: bytes) -> tuple[RecordKind, Payload]:
    """Return the record in a block of the digest before it and its own bytes.

    Raises
    ------
    ValueError
        When it is damaged.
    """
    previous, head = block[:DIGEST_BYTES], block[DIGEST_BYTES : DIGEST_BYTES + RECORD_HEAD.size]
    body = block[DIGEST_BYTES + RECORD_HEAD.size : -DIGEST_BYTES]
    length, kind = RECORD_HEAD.unpack(head)
    if length != len(body) or _digest(previous, head, body) != block[-DIGEST_BYTES:]:
        raise ValueError("a record that does not match its checksum")
    return RecordKind(kind), decode_payload(RecordKind(kind), body)


# what the records add up to


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a record lies in its file, and what the undo menu calls it."""

    kind: RecordKind
    offset: int
    length: int
    name: str = ""
    time: str = ""


@dataclass(slots=True)
class Timeline:
    """Which edits stand, which were taken back, and which of them the revision ``latest`` holds already.

    Attributes
    ----------
    latest
        The revision that opening starts from.
    done, undone
        Ordinals of records; the last one is the next to be taken back or carried out again.
    anchor
        ``done`` when ``latest`` was saved; None while the records have not come to it.
    """

    latest: RevisionRef
    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)
    anchor: list[int] | None = None

    def take(self, ordinal: int, kind: RecordKind, payload: Payload) -> None:
        """Take one more record into account.

        Raises
        ------
        ValueError
            When it cannot follow those before it.
        """
        if kind in (RecordKind.STROKE, RecordKind.ACCEPT):
            self.done.append(ordinal)
            self.undone.clear()
        elif isinstance(payload, Turn):
            source, goal = (self.done, self.undone) if kind is RecordKind.UNDO else (self.undone, self.done)
            if not source or source[-1] != payload.target:
                raise ValueError("an undo or redo of another stroke")
            goal.append(source.pop())
        elif isinstance(payload, Revision):
            self._take_revision(payload)
        elif isinstance(payload, Carried):
            if ordinal != len(self.done) + len(self.undone):
                raise ValueError("an edit carried over after the file's own records")
            (self.undone if payload.undone else self.done).insert(0, ordinal)
            # what an earlier file carried over is part of the revision that this file begins with
            self.anchor = None if self.anchor is None else list(self.done)

    def _take_revision(self, payload: Revision) -> None:
        if payload.replaces:
            self.done.clear()
            self.undone.clear()
            self.anchor = None
        if payload.revision == self.latest:
            self.anchor = list(self.done)

    def pending(self) -> tuple[list[int], list[int]]:
        """Return the ordinals to take back and those to carry out, in order, to come from ``latest`` to now."""
        start = self.anchor if self.anchor is not None else self.done
        common = 0
        while common < min(len(start), len(self.done)) and start[common] == self.done[common]:
            common += 1
        return start[common:][::-1], self.done[common:]


@dataclass(slots=True)
class Survey:
    """What a file holds up to its first fault.

    Attributes
    ----------
    header
        None where it is damaged.
    good_bytes, digest
        Length of the sound part and the last digest in it.
    fault
        What is wrong behind it, or "" where the file is sound.
    torn
        Whether the fault is a last record that is not complete, as an interrupted write leaves it.
    lost_link
        Offset of the first revision behind ``latest`` that ``latest`` cannot be brought to; None where there is none.
    newest
        Number of the newest revision that the file names.
    """

    timeline: Timeline
    header: Header | None = None
    entries: list[Entry] = field(default_factory=list)
    good_bytes: int = 0
    digest: bytes = b""
    table_sha256: str = ""
    fault: str = ""
    torn: bool = False
    lost_link: int | None = None
    newest: int = 0


def survey_journal(stream: BinaryIO, size: int, *, latest: RevisionRef, name: str) -> Survey:
    """Read a journal's first ``size`` bytes up to the first fault; memory holds one record at a time.

    Parameters
    ----------
    latest
        The last revision that is known to be saved.
    name
        The file, for messages.

    Raises
    ------
    ProjectError
        When the file is of a format that this program does not know.
    """
    survey = Survey(Timeline(latest))
    header = _read_header(stream, size, survey, name)
    if header is None:
        return survey
    survey.header, survey.table_sha256, survey.newest = header, header.table_sha256, header.base.number
    if header.base == latest:
        survey.timeline.anchor = []
    while survey.good_bytes < size and not survey.fault:
        _read_record(stream, size, survey, header, name)
    return survey


def _read_header(stream: BinaryIO, size: int, survey: Survey, name: str) -> Header | None:
    survey.fault = "its beginning is damaged"
    stream.seek(0)
    head = stream.read(HEADER_HEAD.size)
    if len(head) < HEADER_HEAD.size:
        return None
    magic, version, length = HEADER_HEAD.unpack(head)
    if magic != MAGIC or length > min(size, MAX_HEADER_BYTES):
        return None
    body, digest = stream.read(length), stream.read(DIGEST_BYTES)
    if _digest(head, body) != digest:
        return None
    if version != FORMAT_VERSION:
        raise _unknown_format(f"is of format {version} and this program reads {FORMAT_VERSION}", name)
    try:
        header = msgspec.msgpack.decode(body, type=Header)
    except msgspec.MsgspecError:
        return None
    survey.fault = ""
    survey.good_bytes, survey.digest = HEADER_HEAD.size + length + DIGEST_BYTES, digest
    return header


def _read_record(stream: BinaryIO, size: int, survey: Survey, header: Header, name: str) -> None:
    offset, left = survey.good_bytes, size - survey.good_bytes
    head = stream.read(min(left, RECORD_HEAD.size))
    if len(head) < RECORD_HEAD.size:
        survey.fault, survey.torn = "its last record is not complete", True
        return
    length, code = RECORD_HEAD.unpack(head)
    total = RECORD_HEAD.size + length + DIGEST_BYTES
    if total > left:
        survey.fault, survey.torn = "its last record is not complete", True
        return
    body, digest = stream.read(length), stream.read(DIGEST_BYTES)
    if _digest(survey.digest, head, body) != digest:
        survey.fault = "a record does not match its checksum"
        return
    if code not in _TYPES:
        raise _unknown_format(f"holds a record of kind {code}, which this program does not know", name)
    kind = RecordKind(code)
    try:
        payload = decode_payload(kind, body)
        edit = payload.edit if isinstance(payload, Carried) else payload
        if isinstance(edit, StrokePayload):
            unpack_edit(edit, header.shape_kji)
        linked = survey.timeline.anchor is not None
        survey.timeline.take(len(survey.entries), kind, payload)
    except ValueError as error:
        survey.fault = f"it holds {error}"
        return
    if linked and survey.timeline.anchor is None and survey.lost_link is None:
        survey.lost_link = offset
    if isinstance(payload, Revision):
        survey.newest = max(survey.newest, payload.revision.number)
    if isinstance(payload, TableChange):
        survey.table_sha256 = payload.sha256
    survey.entries.append(Entry(kind, offset, total, edit.tool if isinstance(edit, StrokePayload) else "", payload.time))
    survey.good_bytes, survey.digest = offset + total, digest


def _unknown_format(what: str, name: str) -> ProjectError:
    return ProjectError(f"The stroke journal {what}", where=name, next_step="Use the newer version of the program that wrote it.")
