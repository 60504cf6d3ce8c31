"""From a capsule to a model pack: everything is checked before anything is used, and nothing is left of what is refused."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gf_desktop.atomic import explain_os_error
from gf_desktop.capsule.container import DOCUMENT_NAME, SIGNATURE_NAME, Container, open_container, refuse
from gf_desktop.capsule.document import CapsuleDocument, card_of, decode_document
from gf_desktop.capsule.onnx_file import check_student
from gf_desktop.capsule.signing import signer_of
from gf_desktop.capsule.weights_file import check_replay, check_weights
from gf_desktop.errors import UserError
from gf_desktop.inference.probe import ask_once
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.pack import REPLAY_NAME, STUDENT_ONNX, ModelCard, file_sha256, write_card

__all__ = ["CAPSULE_SUFFIX", "Capsule", "check_parts", "read_capsule", "verify_capsule"]

CAPSULE_SUFFIX: Final = ".gfcapsule"


@dataclass(frozen=True, slots=True)
class Capsule:
    """A capsule that passed every check.

    Attributes
    ----------
    sha256
        Of the whole file.
    signer
        Fingerprint of the key that signed it; "" for none.
    """

    document: CapsuleDocument
    card: ModelCard
    sha256: str
    size: int
    signer: str


def verify_capsule(path: Path) -> Capsule:
    """Check a capsule as :func:`read_capsule` does, and leave nothing on the disk."""
    try:
        with tempfile.TemporaryDirectory(prefix="gf-capsule-") as folder:
            return read_capsule(path, Path(folder))
    except OSError as error:
        raise explain_os_error(error, Path(tempfile.gettempdir())) from error


def read_capsule(path: Path, folder: Path) -> Capsule:
    """Check a capsule and unpack its model into an empty folder, which becomes a model pack with ``capsule.json`` beside it.

    In this order: layout of the archive, description, signature, hash of each file, the student's operators, places of the weights; then
    the student is loaded and asked once.

    Raises
    ------
    FileFormatError
        Why the capsule is refused; what is in the folder by then is the caller's to remove.
    UserError
        When it cannot be read or the disk is full.
    """
    try:
        with open_container(path) as container:
            data = container.read(DOCUMENT_NAME)
            document, signer = _described(container, data)
            _unpack(container, document, folder)
        (folder / DOCUMENT_NAME).write_bytes(data)
        sha256, size = file_sha256(path), path.stat().st_size
    except FileNotFoundError as error:
        raise UserError("There is no such file", where=str(path), next_step="Choose a capsule.") from error
    except IsADirectoryError as error:
        raise UserError("This is a folder, not a capsule", where=str(path), next_step="Choose a capsule.") from error
    except OSError as error:
        raise explain_os_error(error, path) from error
    try:
        check_parts(folder, list(document.files))
        card = card_of(document)
        write_card(folder, card)
        ask_once(folder, card)
        # and once more as it will be loaded
        Segmenter.load(folder, threads=1)
    except ValueError as error:
        raise refuse(str(error), path) from error
    except UserError as error:
        raise refuse(error.what, path) from error
    return Capsule(document, card, sha256, size, signer)


def _described(container: Container, data: bytes) -> tuple[CapsuleDocument, str]:
    """Return the description and who signed it; its files are those of the archive, of the same sizes."""
    try:
        document = decode_document(data)
        signed = SIGNATURE_NAME in container.members
        signer = signer_of(container.read(SIGNATURE_NAME), data) if signed else ""
    except ValueError as error:
        raise refuse(str(error), container.path) from error
    there = {name: member.size for name, member in container.members.items() if name not in (DOCUMENT_NAME, SIGNATURE_NAME)}
    if {name: content.size for name, content in document.files.items()} != there:
        raise refuse("The capsule's files are not those that its description names", container.path)
    return document, signer


def _unpack(container: Container, document: CapsuleDocument, folder: Path) -> None:
    for name, content in document.files.items():
        # the names are those of the archive's members, which are on a list
        if container.copy(name, folder / name) != content.sha256:
            raise refuse(f"{name} of the capsule is not what its description says: it was changed or is another file", container.path)


def check_parts(folder: Path, names: list[str]) -> None:
    """Check the files of a model without running anything; ValueError with one sentence where one cannot be trusted."""
    for name in names:
        if name == STUDENT_ONNX:
            check_student(folder / name)
        elif name == REPLAY_NAME:
            check_replay(folder / name)
        else:
            check_weights(folder / name)
