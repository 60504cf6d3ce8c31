"""Lists of structures in files: JSON that comes with its source and licence, and the label descriptions of ITK-SNAP.

::

    {"format": 1, "name": "Abdomen", "source": "…", "licence": "…",
     "structures": [{"id": 1, "name": "spleen", "color": "#e69f00", "code": "SCT 78961009"}]}
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import FileFormatError, ModelError
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.structures import SUGGESTED_COLOURS
from gf_desktop.resources import resource_dir

__all__ = ["StructureFile", "read_structure_file", "shipped_structure_files", "write_structure_file"]

FORMAT = 1
MAX_BYTES = 1 << 20
"""255 structures take a tenth of it."""

_SNAP_LINE = re.compile(r'^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+[\d.]+\s+[01]\s+[01]\s+"([^"]*)"\s*$')
"""ITK-SNAP 4, label description: value, red, green, blue, opacity, visible, in the mesh, name."""


@dataclass(frozen=True, slots=True)
class StructureFile:
    """A list of structures as it lies in a file; ``source`` and ``licence`` are "" where the file does not tell."""

    path: Path
    name: str
    source: str
    licence: str
    table: LabelTable


def shipped_structure_files() -> tuple[Path, ...]:
    """Return the lists that ship with the program, in the order of their file names."""
    return tuple(sorted((resource_dir() / "structures").glob("*.json")))


def read_structure_file(path: Path) -> StructureFile:
    """Return the list in a file.

    Also read are the document beside an exported mask, a bare JSON list, and ITK-SNAP's label descriptions.

    Raises
    ------
    FileFormatError
        When the file cannot be read, is of another kind, or holds a structure that is not valid.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileFormatError(
                "The file is too long for a list of structures", where=str(path), next_step="Choose a list of structures."
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileFormatError(
            f"The list of structures cannot be read: {error}", where=str(path), next_step="Choose another file."
        ) from error
    try:
        return _from_snap(path, text) if not text.lstrip().startswith(("{", "[")) else _from_json(path, text)
    except (ModelError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = error.what if isinstance(error, ModelError) else "it is neither JSON with structures nor a label description of ITK-SNAP"
        raise FileFormatError(
            f"This is no list of structures: {reason}", where=str(path), next_step='Expected {"structures": [{id, name, color}]}.'
        ) from error


def _from_json(path: Path, text: str) -> StructureFile:
    document: Any = json.loads(text)
    about: dict[str, Any] = document if isinstance(document, dict) else {}
    rows: list[dict[str, Any]] = about["structures"] if about else document
    if not rows:
        raise ValueError("no structures")
    filled = [{"id": at, "color": SUGGESTED_COLOURS[(at - 1) % len(SUGGESTED_COLOURS)]} | row for at, row in enumerate(rows, start=1)]
    return StructureFile(
        path,
        name=str(about.get("name", path.stem)),
        source=str(about.get("source", "")),
        licence=str(about.get("licence", "")),
        table=LabelTable.from_json(filled),
    )


def _from_snap(path: Path, text: str) -> StructureFile:
    structures = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _SNAP_LINE.match(line)
        if found is None:
            raise ValueError(line)
        label, *rgb = (int(found[at]) for at in range(1, 5))
        if label:
            structures.append(Structure(label, found[5].strip(), "#" + "".join(f"{value:02x}" for value in rgb)))
    if not structures:
        raise ValueError("no structures")
    return StructureFile(path, path.stem, "", "", LabelTable(tuple(structures)))


def write_structure_file(path: Path, table: LabelTable, *, name: str) -> None:
    """Write a list that :func:`read_structure_file` reads; UserError where it cannot be written."""
    document = {"format": FORMAT, "name": name, "source": "", "licence": "", "structures": table.as_json()}
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
