"""From a model of a project to a capsule: written beside its place, read back whole, then moved there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gf_desktop import __version__
from gf_desktop.atomic import atomic_path
from gf_desktop.capsule.container import DOCUMENT_NAME, LIMITS, SIGNATURE_NAME, write_container
from gf_desktop.capsule.document import Ancestor, CapsuleDocument, Content, TrainingData, encode_document, model_of
from gf_desktop.capsule.reading import CAPSULE_SUFFIX, Capsule, check_parts, verify_capsule
from gf_desktop.capsule.signing import sign_document
from gf_desktop.errors import ModelError, UserError
from gf_desktop.pack import REPLAY_NAME, verify_pack

__all__ = ["Origin", "may_carry_slices", "write_capsule"]

OPEN_LICENCES: Final = ("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "MIT")
"""SPDX names of licences under which a pack's own labelled slices may be given on."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a capsule says beside the model's own card; see :class:`gf_desktop.capsule.document.CapsuleDocument`.

    ``title`` and ``parent`` take the place of the card's where they are given.
    """

    title: str = ""
    parent: str | None = None
    lineage: tuple[Ancestor, ...] = ()
    data: TrainingData | None = None
    gate: dict[str, Any] = field(default_factory=dict)
    plan: Any = None


def may_carry_slices(licence: str) -> bool:
    """Whether a licence allows to give labelled slices on."""
    return licence.strip() in OPEN_LICENCES


def write_capsule(folder: Path, path: Path, *, origin: Origin, key: bytes | None = None, overwrite: bool = False) -> Capsule:
    """Write a model pack as a capsule, and read it back with every check before it gets its name.

    Parameters
    ----------
    folder
        The model pack.
    path
        Ends with ``.gfcapsule``.
    key
        Secret of the key to sign with; None for none.

    Raises
    ------
    ModelError
        When the pack is damaged, or has what no capsule may have.
    UserError
        When there is a file of that name and ``overwrite`` is False, or it cannot be written.
    """
    if path.suffix != CAPSULE_SUFFIX:
        raise UserError("A capsule's name ends with .gfcapsule", where=str(path), next_step="Give it such a name.")
    if path.exists() and not overwrite:
        raise UserError("There is a file of this name already", where=str(path), next_step="Choose another name.")
    card = verify_pack(folder)
    names = [name for name in LIMITS if name in card.files and (name != REPLAY_NAME or may_carry_slices(card.licence))]
    try:
        check_parts(folder, names)
    except ValueError as error:
        raise ModelError(
            f"The model cannot be put into a capsule: {error}", where=str(folder), next_step="Export another model."
        ) from error
    document = encode_document(
        CapsuleDocument(
            program=__version__,
            model=model_of(card, title=origin.title, parent=origin.parent),
            files={name: Content(sha256=card.files[name], size=(folder / name).stat().st_size) for name in names},
            lineage=list(origin.lineage),
            data=origin.data,
            gate=origin.gate,
            plan=origin.plan,
        )
    )
    parts: dict[str, bytes | Path] = {DOCUMENT_NAME: document, **{name: folder / name for name in names}}
    if key is not None:
        parts[SIGNATURE_NAME] = sign_document(key, document)
    with atomic_path(path) as temporary:
        write_container(temporary, parts)
        return verify_capsule(temporary)
