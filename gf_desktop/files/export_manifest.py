"""The list of what an export has written into a folder, by which it is continued, and which tells that a file was changed since.

One file, ``export-manifest.json``, for all exports into a folder. It is renewed after each case, and never half there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import FileFormatError
from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.faults import reading_fault, writing_fault
from gf_desktop.files.formats import Orientation
from gf_desktop.files.landing import ExportedFile, bytes_piece, file_sha256, json_bytes, land
from gf_desktop.files.sidecar import DISCLAIMER

__all__ = ["MANIFEST_NAME", "ExportEntry", "ExportManifest", "LeftOut", "entry_of"]

MANIFEST_NAME: Final = "export-manifest.json"
MANIFEST_KIND: Final = "graph-flow-desktop export"
MANIFEST_FORMAT: Final = 1

READS_SCAN: Final = frozenset({"csv", "json", "report"})
"""Formats that show more than labels: intensities, states, how the student does."""

_KEYS: Final = ("geometry_sha256", "mask_sha256", "content_sha256", "mask", "model_id")


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """What was written of one case in one format.

    Attributes
    ----------
    case, format, orientation
        Of what; the orientation is "" but for meshes.
    mask
        Number, kind and date of the revision that it began with, for people; later strokes are in the mask and not in its name.
    model_id
        Student that proposed the mask.
    geometry_sha256, mask_sha256
        Of the grid's numbers and of the labels' bytes in the order [k, j, i].
    content_sha256
        Of all that the files are made from: an export with the same would write the same.
    files
        SHA-256 by name.
    """

    case: str
    format: str
    orientation: str
    mask: str
    model_id: str
    geometry_sha256: str
    mask_sha256: str
    content_sha256: str
    files: dict[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        """What there is one entry of."""
        return (self.case, self.format, self.orientation)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        facts = {name: getattr(self, name) for name in _KEYS}
        files = [{"name": name, "sha256": digest, "verified": True} for name, digest in self.files.items()]
        return {"case": self.case, "format": self.format, "orientation": self.orientation, **facts, "files": files}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ExportEntry:
        """Return what ``as_json`` wrote; KeyError, TypeError or ValueError for anything else."""
        names = ("case", "format", "orientation", *_KEYS)
        texts = {name: document[name] for name in names}
        files = {one["name"]: one["sha256"] for one in document["files"]}
        every = (*texts.values(), *files, *files.values())
        # names lead nowhere but into the folder itself
        if not all(isinstance(value, str) for value in every) or any(Path(name).name != name for name in files):
            raise ValueError("no entry")
        return cls(files=files, **texts)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case of which nothing was written in a format, and why: one sentence without a path."""

    case: str
    format: str
    orientation: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str]:
        """As that of an entry."""
        return (self.case, self.format, self.orientation)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> LeftOut:
        """Return what ``asdict`` gave; KeyError, TypeError or ValueError for anything else."""
        texts = {name: document[name] for name in ("case", "format", "orientation", "reason")}
        if not all(isinstance(value, str) for value in texts.values()):
            raise ValueError("no case that was left out")
        return cls(**texts)


def entry_of(source: ExportSource, file_format: str, orientation: Orientation) -> ExportEntry:
    """Return the entry of what would be written, without files. Reads the mask once; a scan's intensities never change in a project."""
    geometry = _digest(source.geometry.as_json())
    mask = _array_digest(source.labels)
    content: dict[str, Any] = {
        "geometry": geometry,
        "mask": mask,
        "structures": source.table.as_json(),
        "modality": source.modality,
        "model": source.model_id,
        "spacing_known": source.spacing_known,
        "time": None if source.time is None else source.time.as_json(),
    }
    if file_format in READS_SCAN:
        states = "" if source.states is None else _array_digest(source.states)
        remarks = [source.title, source.status, source.verdict, *source.findings]
        content |= {"states": states, "remarks": remarks, "card": source.model}
    return ExportEntry(
        case=source.stem,
        format=file_format,
        orientation=orientation if file_format in ("stl", "obj", "ply") else "",
        mask=source.mask_name,
        model_id=source.model_id,
        geometry_sha256=geometry,
        mask_sha256=mask,
        content_sha256=_digest(content),
        files={},
    )


def _digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _array_digest(voxels: npt.NDArray[np.uint8]) -> str:
    digest = hashlib.sha256()
    for plane in voxels:
        digest.update(np.ascontiguousarray(plane).data)
    return digest.hexdigest()


class ExportManifest:
    """The list of one folder.

    Parameters
    ----------
    folder
        Need not exist.

    Raises
    ------
    FileFormatError
        When there is a list that cannot be read.
    UserError
        When it may not be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        entries, left_out = _read(folder / MANIFEST_NAME)
        self._entries = {entry.key: entry for entry in entries}
        self._left_out = {one.key: one for one in left_out}
        self._is_kept = True

    @property
    def entries(self) -> tuple[ExportEntry, ...]:
        """All, in the order in which they were first written."""
        return tuple(self._entries.values())

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The cases of which nothing could be written when it was asked for last."""
        return tuple(self._left_out.values())

    def before(self, entry: ExportEntry) -> ExportEntry | None:
        """Return what was written of the same case in the same format, or None."""
        return self._entries.get(entry.key)

    def is_current(self, entry: ExportEntry) -> bool:
        """Whether it was written from the same and every file is there as it was."""
        before = self.before(entry)
        return before is not None and before.content_sha256 == entry.content_sha256 and all(map(self._unchanged, before.files.items()))

    def _unchanged(self, file: tuple[str, str]) -> bool:
        path = self.folder / file[0]
        try:
            return path.is_file() and file_sha256(path) == file[1]
        except OSError as error:
            raise reading_fault(error, path) from error

    def note(self, entry: ExportEntry, files: list[ExportedFile]) -> None:
        """Enter what was written, and remove files of the entry before that are no longer made and nobody changed.

        Raises
        ------
        UserError
            When the folder cannot be written to.
        """
        before, names = self.before(entry), {file.path.name: file.sha256 for file in files}
        # a surface in the other frame has the same name: what took its place is the only one that there is
        self._entries = {key: one for key, one in self._entries.items() if key == entry.key or not set(names) & set(one.files)}
        self._entries[entry.key] = ExportEntry(**{**_fields(entry), "files": names})
        self._left_out.pop(entry.key, None)
        self._write()
        for file in () if before is None else before.files.items():
            if file[0] not in names and self._unchanged(file):
                self._remove(self.folder / file[0])

    def leave_out(self, entry: ExportEntry, reason: str) -> None:
        """Enter why nothing is written of a case; files of it from before stay. It is on the disk with the next entry."""
        one = LeftOut(*entry.key, reason)
        self._is_kept = self._is_kept and self._left_out.get(one.key) == one
        self._left_out[one.key] = one

    def take_back(self, entry: ExportEntry) -> None:
        """Enter that a case is not left out any more."""
        if self._left_out.pop(entry.key, None) is not None:
            self._is_kept = False

    def keep_left_out(self) -> None:
        """Write what was left out since the last entry; a folder into which nothing was written gets no list.

        Raises
        ------
        UserError
            When the folder cannot be written to.
        """
        if self._entries and not self._is_kept:
            self._write()

    def _write(self) -> None:
        document: dict[str, Any] = {
            "kind": MANIFEST_KIND,
            "format": MANIFEST_FORMAT,
            "use": DISCLAIMER,
            "entries": [one.as_json() for one in self._entries.values()],
        }
        if self._left_out:
            document["left_out"] = [asdict(one) for one in self._left_out.values()]
        land(self.folder, [bytes_piece(MANIFEST_NAME, json_bytes(document))], overwrite=True)
        self._is_kept = True

    @staticmethod
    def _remove(path: Path) -> None:
        try:
            path.unlink()
        except OSError as error:
            raise writing_fault(error, path) from error


def _fields(entry: ExportEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ExportEntry.__dataclass_fields__}


def _read(path: Path) -> tuple[list[ExportEntry], list[LeftOut]]:
    try:
        if not path.exists():
            return [], []
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["kind"] != MANIFEST_KIND or document["format"] != MANIFEST_FORMAT:
            raise ValueError("another list")
        # lists of older versions name only what was written
        left_out = [LeftOut.from_json(one) for one in document.get("left_out", ())]
        return [ExportEntry.from_json(one) for one in document["entries"]], left_out
    except OSError as error:
        raise reading_fault(error, path) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileFormatError(
            "The list of this folder's exports cannot be read", where=str(path), next_step="Choose another folder, or remove the list."
        ) from error
