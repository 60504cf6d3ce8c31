"""Model packs: a folder with a student, its teacher, and a card that says what they are.

::

    <id>/card.json               ModelCard; names every other file with its sha256
         student.onnx            what predicts
         student.safetensors     the same weights for training
         teacher.safetensors     the teacher's weights
         paraphrasers.safetensors
         replay.npz              optional: labelled slices whose licence allows to ship them
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gf_desktop.errors import ModelError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.resources import resource_dir

__all__ = [
    "CARD_FORMAT",
    "CARD_NAME",
    "REPLAY_NAME",
    "STUDENT_ONNX",
    "ModelCard",
    "file_sha256",
    "find_pack",
    "read_card",
    "verify_pack",
    "write_card",
]

CARD_FORMAT = 1
CARD_NAME = "card.json"
STUDENT_ONNX = "student.onnx"
REPLAY_NAME = "replay.npz"


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is, where it comes from and what it may be used for.

    Attributes
    ----------
    id
        Name of the model; letters, digits, '-', '_' and '.', unique within a project.
    title
        For people: "Abdominal CT, 7 structures".
    parent
        Id of the model it was refined from, or None.
    table
        Structures in the order of the classes 1, 2, ...
    preprocess
        What the network wants as input.
    student, teacher
        Configuration of the networks: {"name": ..., "width": ..., ...}; plain values.
    files
        File name -> sha256 of every file of the pack but the card.
    modality
        Code of the scans it was made for, such as CT; "" for any.
    licence, training_data
        Who allows what, and what it learned from.
    metrics
        Plain JSON: {"mean_dice": ..., "structures": {name: {...}}, "of": "what it was measured on"}.
    training
        Plain JSON: seed, minutes, recipe, manifest hash.
    created
        ISO 8601 date and time, UTC.
    """

    id: str
    title: str
    table: LabelTable
    preprocess: PreprocessSpec
    student: dict[str, Any]
    teacher: dict[str, Any]
    files: dict[str, str]
    modality: str = ""
    parent: str | None = None
    licence: str = ""
    training_data: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    created: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the student that predicts."""
        return self.files[STUDENT_ONNX]

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``card.json``."""
        return {
            "format": CARD_FORMAT,
            "id": self.id,
            "title": self.title,
            "parent": self.parent,
            "modality": self.modality,
            "structures": self.table.as_json(),
            "preprocess": self.preprocess.as_json(),
            "student": self.student,
            "teacher": self.teacher,
            "files": self.files,
            "licence": self.licence,
            "training_data": self.training_data,
            "metrics": self.metrics,
            "training": self.training,
            "created": self.created,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ModelCard:
        """Return the card of a document; KeyError, TypeError or ModelError where it is not one."""
        return cls(
            id=str(document["id"]),
            title=str(document["title"]),
            parent=document["parent"],
            modality=str(document["modality"]),
            table=LabelTable.from_json(document["structures"]),
            preprocess=PreprocessSpec.from_json(document["preprocess"]),
            student=dict(document["student"]),
            teacher=dict(document["teacher"]),
            files={str(k): str(v) for k, v in document["files"].items()},
            licence=str(document["licence"]),
            training_data=str(document["training_data"]),
            metrics=dict(document["metrics"]),
            training=dict(document["training"]),
            created=str(document["created"]),
        )


def write_card(folder: Path, card: ModelCard) -> None:
    """Write ``card.json`` into a pack folder."""
    (folder / CARD_NAME).write_text(json.dumps(card.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_card(folder: Path) -> ModelCard:
    """Read ``card.json`` without checking the files that it names.

    Raises
    ------
    ModelError
        When the folder is no pack, or its card is damaged or of a later format.
    """
    path = folder / CARD_NAME
    advice = "Choose a folder that holds a model pack."
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != CARD_FORMAT:
            raise ModelError(
                f"The pack is of format {document['format']} and this program reads {CARD_FORMAT}",
                where=str(path),
                next_step="Use a newer version of the program.",
            )
        card = ModelCard.from_json(document)
    except FileNotFoundError as error:
        raise ModelError("There is no model pack here", where=str(folder), next_step=advice) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The model pack's card is not readable: {error!r}", where=str(path), next_step=advice) from error
    if STUDENT_ONNX not in card.files or any(Path(name).name != name for name in card.files):
        raise ModelError("The model pack's card names no student or a file outside the pack", where=str(path), next_step=advice)
    return card


def verify_pack(folder: Path) -> ModelCard:
    """Read a pack's card and compare every file with its hash.

    Raises
    ------
    ModelError
        As ``read_card``; also when a file is missing or its hash does not match.
    """
    card = read_card(folder)
    for name, expected in card.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(
                "A file of the model pack is missing", where=str(path), next_step="Get the pack again from where it came from."
            )
        if file_sha256(path) != expected:
            raise ModelError(
                "A file of the model pack does not match its hash: it is damaged or was changed",
                where=str(path),
                next_step="Get the pack again from where it came from.",
            )
    return card


def find_pack(name: str) -> Path:
    """Return the folder of a pack, given as a folder or as the id of one that ships with the program.

    Raises
    ------
    ModelError
        When there is neither.
    """
    path = Path(name)
    if path.is_dir():
        return path
    shipped = resource_dir() / "models"
    if (shipped / name / "card.json").is_file():
        return shipped / name
    known = ", ".join(sorted(p.parent.name for p in shipped.glob("*/card.json"))) or "none"
    raise ModelError("There is no model pack of this name", where=name, next_step=f"Name a folder, or one of: {known}.")
