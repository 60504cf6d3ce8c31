"""The file with what a person's second readings gave: counts of voxels by label value, and no picture and no name of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from gf_desktop.atomic import atomic_path, set_aside
from gf_desktop.project.records import Finding

__all__ = ["AGREEMENT", "AgreementFile", "Repeat", "read_agreement", "write_agreement"]

AGREEMENT: Final = "agreement.json"
FORMAT: Final = 1


class Repeat(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """One slice that was corrected and approved a second time, without seeing the first.

    Attributes
    ----------
    case, k
        The scan's pseudonym and the stored number of the slice.
    done
        When, in UTC.
    model
        The student whose proposal it began with.
    both, first, second
        Voxels of each label value in both readings alike, in the first, in the second; label values as text.
    seconds
        That the second reading took; 0 where it was not measured.
    """

    case: str
    k: int
    done: str
    model: str
    both: dict[str, int]
    first: dict[str, int]
    second: dict[str, int]
    seconds: float = 0.0


class AgreementFile(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """All of them, whether slices are offered, when the last one was, and those that the person did not want to read again."""

    repeats: tuple[Repeat, ...] = ()
    enabled: bool = True
    offered: str = ""
    declined: tuple[tuple[str, int], ...] = ()
    format: int = FORMAT


def read_agreement(folder: Path, *, may_write: bool) -> tuple[AgreementFile, Finding | None]:
    """Return what is kept in a project's folder, and what the person should know about the file.

    A damaged file is set aside as "agreement.json.damaged" where the project may be written, never overwritten.
    """
    path = folder / AGREEMENT
    try:
        document = msgspec.json.decode(path.read_bytes(), type=AgreementFile)
    except FileNotFoundError:
        return AgreementFile(), None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return AgreementFile(), _aside(path, str(error), may_write=may_write)
    if document.format > FORMAT:
        return AgreementFile(enabled=False), _aside(path, "it was written by a newer program", may_write=False)
    return document, None


def _aside(path: Path, reason: str, *, may_write: bool) -> Finding:
    what = set_aside(path, may_write=may_write)
    return Finding("agreement_damaged", f"Your second readings cannot be read ({reason}); {what}.")


def write_agreement(folder: Path, document: AgreementFile) -> None:
    """Keep them, whole or not at all; errors as :func:`gf_desktop.atomic.atomic_path`."""
    with atomic_path(folder / AGREEMENT) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
