"""The archive of a capsule: a ZIP file of which every byte outside the members is known beforehand.

Members are stored, not compressed: weights hardly become smaller, and what is not compressed cannot become larger than the file. Reading
rebuilds each header from name, size and checksum and compares it byte for byte, so there is one way to read a capsule: nothing before,
between or behind the members, no second list of contents, no links, no folders, no encryption, no extension for huge files.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from gf_desktop.errors import FileFormatError

__all__ = ["DOCUMENT_NAME", "LIMITS", "MAX_CAPSULE_BYTES", "SIGNATURE_NAME", "Container", "Member", "open_container", "write_container"]

DOCUMENT_NAME: Final = "capsule.json"
SIGNATURE_NAME: Final = "signature.json"

MIB: Final = 1 << 20

LIMITS: Final[dict[str, int]] = {
    DOCUMENT_NAME: 4 * MIB,
    "student.onnx": 256 * MIB,
    "student.safetensors": 256 * MIB,
    "teacher.safetensors": 512 * MIB,
    "paraphrasers.safetensors": 64 * MIB,
    "replay.npz": 128 * MIB,
    SIGNATURE_NAME: 1024,
}
"""What may be in a capsule, in its order, and how many bytes each may have."""

MAX_CAPSULE_BYTES: Final = 1024 * MIB
"""Of the whole file; the sizes of a ZIP file without its extension for huge ones end at 4 GiB."""

PIECE_BYTES: Final = MIB

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"

VERSION: Final = 10
"""Of the ZIP format (APPNOTE 4.4.3): enough for members that are stored."""

MADE_BY: Final = 3 << 8 | VERSION
FIRST_DAY: Final = 0x21
"""1980-01-01: the same model gives the same capsule at any time."""

PLAIN_FILE: Final = (stat.S_IFREG | 0o644) << 16
ENCRYPTED: Final = 0x1
HUGE: Final = 0xFFFFFFFF

ADVICE: Final = "Get the capsule again from where it came from."


def refuse(problem: str, path: Path) -> FileFormatError:
    """Return why a capsule is not taken; ``problem`` is one sentence without a full stop."""
    return FileFormatError(problem, where=str(path), next_step=ADVICE)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive: its name, where its bytes begin, how many there are, and their CRC-32."""

    name: str
    start: int
    size: int
    crc: int


class Container:
    """An archive whose layout was checked. The content of its members is checked as they are read.

    Parameters
    ----------
    path
        For messages.
    stream
        The open file; it is the one that was checked, whatever lies at ``path`` by now.
    members
        In the order of the file.
    """

    def __init__(self, path: Path, stream: IO[bytes], members: tuple[Member, ...]) -> None:
        self.path = path
        self.members = {member.name: member for member in members}
        self._stream = stream

    def read(self, name: str) -> bytes:
        """Return a small member; FileFormatError where its checksum does not fit."""
        return b"".join(self._pieces(self.members[name]))

    def copy(self, name: str, target: Path) -> str:
        """Write a member to a new file and return its SHA-256; FileFormatError where its checksum does not fit."""
        digest = hashlib.sha256()
        with target.open("xb") as out:
            for piece in self._pieces(self.members[name]):
                digest.update(piece)
                out.write(piece)
        return digest.hexdigest()

    def _pieces(self, member: Member) -> Iterator[bytes]:
        self._stream.seek(member.start)
        left, crc = member.size, 0
        while left:
            piece = self._stream.read(min(PIECE_BYTES, left))
            if not piece:
                raise refuse(f"{member.name} of the capsule ends too early", self.path)
            left -= len(piece)
            crc = zlib.crc32(piece, crc)
            yield piece
        if crc != member.crc:
            raise refuse(f"{member.name} of the capsule is damaged", self.path)


def _local(name: str, size: int, crc: int) -> bytes:
    return _LOCAL.pack(LOCAL_MARK, VERSION, 0, 0, 0, FIRST_DAY, crc, size, size, len(name), 0) + name.encode()


def _central(name: str, size: int, crc: int, start: int) -> bytes:
    head = _CENTRAL.pack(CENTRAL_MARK, MADE_BY, VERSION, 0, 0, 0, FIRST_DAY, crc, size, size, len(name), 0, 0, 0, 0, PLAIN_FILE, start)
    return head + name.encode()


def _end(count: int, size: int, start: int) -> bytes:
    return _END.pack(END_MARK, 0, 0, count, count, size, start, 0)


def write_container(path: Path, parts: dict[str, bytes | Path]) -> None:
    """Write an archive of these members, in the order of ``LIMITS``.

    Raises
    ------
    FileFormatError
        When a member or all of them are larger than is read again.
    """
    central, at = b"", 0
    with path.open("wb") as out:
        for name in LIMITS:
            if name not in parts:
                continue
            content = parts[name]
            size, crc = _size_and_crc(content)
            if size > LIMITS[name] or at + size > MAX_CAPSULE_BYTES:
                raise FileFormatError(
                    f"{name} is too large for a capsule: {size} bytes", where=str(path), next_step="Use a smaller network."
                )
            header = _local(name, size, crc)
            central += _central(name, size, crc, at)
            out.write(header)
            for piece in _content(content):
                out.write(piece)
            at += len(header) + size
        out.write(central + _end(sum(name in parts for name in LIMITS), len(central), at))


def _content(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while piece := stream.read(PIECE_BYTES):
            yield piece


def _size_and_crc(content: bytes | Path) -> tuple[int, int]:
    size = crc = 0
    for piece in _content(content):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
    return size, crc


@contextmanager
def open_container(path: Path) -> Iterator[Container]:
    """Open an archive after checking its layout to the last byte; nothing is unpacked.

    Raises
    ------
    FileFormatError
        When it is no capsule, damaged, too large, or holds anything but the known members.
    OSError
        When the file cannot be read.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        if size > MAX_CAPSULE_BYTES:
            raise refuse(f"The capsule has {size} bytes, and {MAX_CAPSULE_BYTES} are the most", path)
        members = _members(path, stream, size)
        yield Container(path, stream, members)


def _members(path: Path, stream: IO[bytes], file_bytes: int) -> tuple[Member, ...]:
    stream.seek(max(0, file_bytes - _END.size))
    tail = stream.read(_END.size)
    if len(tail) < _END.size or not tail.startswith(END_MARK):
        raise refuse("This is no capsule, or its end is missing", path)
    _mark, _disk, _first, _here, count, list_bytes, list_start, _comment = _END.unpack(tail)
    if count > len(LIMITS):
        raise refuse(f"The capsule holds {count} files, and {len(LIMITS)} are the most", path)
    if list_start + list_bytes + _END.size != file_bytes or tail != _end(count, list_bytes, list_start):
        raise refuse("The capsule's list of contents is not where it should be", path)
    if list_bytes > count * (_CENTRAL.size + 64):
        raise refuse("The capsule's list of contents is too long", path)
    stream.seek(list_start)
    listed = stream.read(list_bytes)
    members, at, place = list[Member](), 0, 0
    for _ in range(count):
        member, taken = _entry(path, listed[place:], at)
        place += taken
        if any(member.name == other.name for other in members):
            raise refuse(f"{member.name} is in the capsule twice", path)
        stream.seek(at)
        header = _local(member.name, member.size, member.crc)
        if stream.read(len(header)) != header:
            raise refuse(f"The header of {member.name} contradicts the capsule's list of contents", path)
        members.append(member)
        at = member.start + member.size
    if place != list_bytes or at != list_start:
        raise refuse("There is something between the files of the capsule", path)
    order = [name for name in LIMITS if any(member.name == name for member in members)]
    if [member.name for member in members] != order:
        raise refuse("The files of the capsule are in another order than they should be", path)
    if not {DOCUMENT_NAME, "student.onnx"} <= set(order):
        raise refuse("The capsule lacks its description or its student", path)
    return tuple(members)


def _entry(path: Path, listed: bytes, at: int) -> tuple[Member, int]:
    """Return the member of the first entry, which has to begin at ``at``, and the length of that entry."""
    if len(listed) < _CENTRAL.size or not listed.startswith(CENTRAL_MARK):
        raise refuse("The capsule's list of contents is damaged", path)
    fields = _CENTRAL.unpack(listed[: _CENTRAL.size])
    flags, method, crc, packed, size, name_bytes, extra_bytes = (fields[n] for n in (3, 4, 7, 8, 9, 10, 11))
    raw = listed[_CENTRAL.size : _CENTRAL.size + name_bytes]
    name = raw.decode("ascii", "replace")
    kind = stat.S_IFMT(fields[15] >> 16)
    if name not in LIMITS:
        shown = "".join(letter if letter.isprintable() else "?" for letter in name[:80])
        raise refuse(f"The capsule holds “{shown}”, which no capsule has", path)
    if flags & ENCRYPTED:
        raise refuse(f"{name} of the capsule is encrypted", path)
    if kind not in (0, stat.S_IFREG):
        raise refuse(f"{name} of the capsule is a link or no plain file", path)
    if HUGE in (packed, size, fields[16]) or extra_bytes:
        raise refuse(f"{name} of the capsule uses an extension of the ZIP format that no capsule needs", path)
    if method or packed != size:
        raise refuse(f"{name} of the capsule is compressed, which no file of a capsule is", path)
    if size > LIMITS[name] or not size:
        raise refuse(f"{name} of the capsule has {size} bytes, and 1 to {LIMITS[name]} are allowed", path)
    entry = _central(name, size, crc, at)
    if listed[: len(entry)] != entry:
        raise refuse(f"The entry of {name} is not one that a capsule has", path)
    return Member(name, at + _LOCAL.size + name_bytes, size, crc), len(entry)
