"""What a structure is called in SNOMED CT and how its name and colour are written into DICOM objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gf_desktop.files.quiet import load_pydicom
from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files
from gf_desktop.imaging.labelmap import Structure

__all__ = ["MAX_NAME", "Code", "StructureCode", "code_of", "dicom_names"]

MAX_NAME = 64
"""Letters of a segment's label and of a region's name: value representation LO (DICOM PS3.5 section 6.2)."""

_SPELLED = re.compile(r"(?P<scheme>[A-Za-z0-9_-]{1,16}) (?P<value>[A-Za-z0-9.-]{1,16})(?: \+ (?P<side>[A-Za-z0-9.-]{1,16}))?")
"""“SCT 10200004”, or “SCT 64033007 + 24028007” with the side of the body behind it, as the shipped lists spell them."""

_LESION = re.compile(r"\b(lesions?|tumou?rs?|nodules?|metastas[ei]s|mass|carcinoma|gtv|cysts?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: value, scheme and meaning."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class StructureCode:
    """Category and type of a structure, and the side of the body or None (DICOM PS3.16 CID 7150, 7151 and 244)."""

    category: Code
    type: Code
    side: Code | None = None


_ANATOMY = Code("123037004", "SCT", "Anatomical Structure")
_ABNORMAL = Code("49755003", "SCT", "Morphologically Abnormal Structure")
_TISSUE = Code("85756007", "SCT", "Tissue")
_SIDES = {"7771000": Code("7771000", "SCT", "Left"), "24028007": Code("24028007", "SCT", "Right")}


def code_of(structure: Structure) -> StructureCode:
    """Return the code of a structure: its own where it has one, else that of its name in the shipped lists, else a general one.

    The shipped lists say where their codes are from. Meanings are those of DICOM PS3.16 as pydicom holds them; where it holds
    none, the structure's name.
    """
    found = _SPELLED.fullmatch(structure.code.strip()) or _SPELLED.fullmatch(_shipped_codes().get(structure.name.casefold(), ""))
    category = _ABNORMAL if _LESION.search(structure.name) else _ANATOMY
    if found is None:
        return StructureCode(category, _ABNORMAL if category is _ABNORMAL else _TISSUE)
    scheme, value, side = found["scheme"], found["value"], found["side"]
    meaning = _meanings().get(value, "") if scheme == "SCT" else ""
    return StructureCode(category, Code(value, scheme, meaning[:MAX_NAME] or dicom_names([structure])[0]), _SIDES.get(side or ""))


@lru_cache(maxsize=1)
def _shipped_codes() -> dict[str, str]:
    """Return the code for each name, in small letters, in the lists that ship with the program."""
    return {s.name.casefold(): s.code for path in shipped_structure_files() for s in read_structure_file(path).table if s.code}


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    """Return the meaning of each SNOMED CT code in DICOM PS3.16."""
    load_pydicom()
    from pydicom.sr._concepts_dict import concepts

    entries: Any = concepts["SCT"].values()
    return {value: meaning.removesuffix(" (body structure)") for names in entries for value, (meaning, *_) in names.items()}


def dicom_names(structures: Sequence[Structure]) -> list[str]:
    r"""Return names for DICOM, all different: at most ``MAX_NAME`` letters, “/” for the “\\” that separates values there."""
    out: list[str] = []
    for structure in structures:
        plain = structure.name.strip().replace("\\", "/")
        name, number = plain[:MAX_NAME].strip(), 2
        while name in out:
            tail = f" {number}"
            name, number = plain[: MAX_NAME - len(tail)].strip() + tail, number + 1
        out.append(name)
    return out
