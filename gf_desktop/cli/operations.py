"""Operations as they are written on the command line: a name and settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from gf_desktop.errors import UserError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.morphology import Logic, Smoothing
from gf_desktop.imaging.operations import NAMES, Operation

__all__ = ["label_named", "operation_named", "operations_help"]

AXES = {"i": 0, "j": 1, "k": 2, "0": 0, "1": 1, "2": 2}
BACKGROUND = "background"


def word_of(kind: type[Operation]) -> str:
    """Return an operation's word: unlike its name in the undo menu, no two share it."""
    word = kind.__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() and at else letter.lower() for at, letter in enumerate(word))


KINDS: dict[str, type[Operation]] = {word_of(kind): kind for kind in NAMES}


def label_named(text: str, table: LabelTable) -> int:
    """Return the label value of a structure, given by name or number; 0 for background.

    Raises
    ------
    UserError
        When there is none.
    """
    if text in (BACKGROUND, "0"):
        return 0
    for structure in table:
        if text in (structure.name, str(structure.id)):
            return structure.id
    raise UserError("There is no such structure", where=text, next_step=f"Known: {', '.join(table.names)}.")


def operations_help() -> str:
    """Return a line for each operation with its settings; those in brackets may be left out."""
    lines = []
    for word, kind in KINDS.items():
        parts = [f.name if f.default is MISSING else f"[{f.name}]" for f in fields(kind)]
        lines.append(f"{word} {' '.join(parts)}".rstrip() + f": {(kind.__doc__ or '').splitlines()[0]}")
    return "\n".join(lines)


def operation_named(word: str, settings: Sequence[str], table: LabelTable) -> Operation:
    """Return the operation of a name and of settings such as "label=liver" and "radius_mm=3".

    Raises
    ------
    UserError
        When there is no such operation or setting, one is missing, or a value cannot be read.
    """
    kind = KINDS.get(word)
    if kind is None:
        raise UserError("There is no such operation", where=word, next_step=f"Known: {', '.join(KINDS)}.")
    known = {f.name: f for f in fields(kind)}
    values: dict[str, Any] = {}
    for setting in settings:
        name, found, text = setting.partition("=")
        if not found or name not in known:
            raise UserError(f"“{word}” has no such setting", where=setting, next_step=f"Write NAME=VALUE with: {', '.join(known)}.")
        values[name] = _value(known[name], text, table)
    missing = [name for name, f in known.items() if f.default is MISSING and name not in values]
    if missing:
        raise UserError(f"“{word}” needs {', '.join(missing)}", where=word, next_step=f"Add {missing[0]}=….")
    return kind(**values)


def _value(field: Field[Any], text: str, table: LabelTable) -> Any:
    kind = str(field.type)
    if kind.endswith(" | None") and text in ("none", "all", "space"):
        return None
    readers: dict[str, Callable[[str], Any]] = {
        "Label": lambda t: label_named(t, table),
        "Axis": lambda t: AXES[t],
        "int": int,
        "float": float,
        "bool": lambda t: {"yes": True, "no": False}[t],
        "IndexIJK": _point,
        "tuple[IndexIJK, ...]": lambda t: tuple(_point(part) for part in t.split(";")),
        "Smoothing": Smoothing,
        "Logic": Logic,
    }
    try:
        return readers[kind.removesuffix(" | None")](text)
    except (ValueError, KeyError) as error:
        raise UserError(
            f"“{text}” cannot be read as {field.name}", where=field.name, next_step=HINTS.get(kind, "Write a number.")
        ) from error


HINTS = {
    "Axis": "Write i, j or k.",
    "Axis | None": "Write i, j, k, or space.",
    "bool": "Write yes or no.",
    "IndexIJK": "Write a voxel as i,j,k.",
    "tuple[IndexIJK, ...]": "Write voxels as i,j,k;i,j,k;….",
    "Smoothing": f"Write one of: {', '.join(s.value for s in Smoothing)}.",
    "Logic": f"Write one of: {', '.join(s.value for s in Logic)}.",
}


def _point(text: str) -> tuple[float, float, float]:
    i, j, k = (float(part) for part in text.split(","))
    return (i, j, k)
