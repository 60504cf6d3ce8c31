"""What a capsule says about its model: ``capsule.json``, read with bounds and only in the form in which it is written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

import msgspec

from gf_desktop.errors import ModelError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import ModelCard

__all__ = [
    "CAPSULE_FORMAT",
    "CAPSULE_KIND",
    "Ancestor",
    "CapsuleDocument",
    "Content",
    "TrainingData",
    "TrainingScan",
    "card_of",
    "decode_document",
    "encode_document",
    "model_of",
]

CAPSULE_KIND: Final = "graph-flow-desktop capsule"
CAPSULE_FORMAT: Final = 1

DEEPEST: Final = 16
MOST_VALUES: Final = 200_000
LARGEST_NUMBER: Final = 1e18
LONGEST_TEXT: Final = 10_000

Sha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
ModelId = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Plain = dict[str, Any]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts: unknown fields are refused."""


class Content(_Strict, frozen=True):
    """A file of the capsule."""

    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=1, le=1 << 30)]


class StructureDocument(_Strict, frozen=True, omit_defaults=True):
    """A structure of the label table."""

    id: Annotated[int, msgspec.Meta(ge=1, le=255)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    color: Annotated[str, msgspec.Meta(pattern=r"\A#[0-9a-fA-F]{6}\Z")]
    code: Short = ""


class PreprocessDocument(_Strict, frozen=True):
    """What the network wants as input; see :class:`gf_desktop.imaging.preprocess.PreprocessSpec`."""

    colour: bool
    spacing_mm: Annotated[float, msgspec.Meta(ge=0, le=1000)]
    window: tuple[float, float]
    mean: float
    std: Annotated[float, msgspec.Meta(gt=0)]
    context: Annotated[int, msgspec.Meta(ge=0, le=16)]
    context_mm: Annotated[float, msgspec.Meta(ge=0, le=1000)]
    slicing: Literal["axial", "acquired"]
    multiple: Annotated[int, msgspec.Meta(ge=1, le=512)]
    percentiles: bool


class ModelDocument(_Strict, frozen=True):
    """The model's card, without the hashes of its files; see :class:`gf_desktop.pack.ModelCard`."""

    id: ModelId
    title: Short
    parent: ModelId | None
    modality: Annotated[str, msgspec.Meta(max_length=32)]
    structures: Annotated[list[StructureDocument], msgspec.Meta(min_length=1, max_length=255)]
    preprocess: PreprocessDocument
    student: Plain
    teacher: Plain
    licence: Short
    training_data: Long
    metrics: Plain
    training: Plain
    created: Annotated[str, msgspec.Meta(max_length=40)]


class Ancestor(_Strict, frozen=True):
    """A model that this one descends from, and the hashes of its files."""

    id: ModelId
    files: dict[Short, Sha256]


class TrainingScan(_Strict, frozen=True):
    """One scan of the round by its pseudonym: hashes of its voxels, of its mask ("" where nobody touched it) and of its grid.

    ``held_back`` are the stored slices that judged, ``gap`` those beside them from which nothing was learned.
    """

    case: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")]
    image_sha256: Sha256
    labels_sha256: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
    grid_sha256: Sha256
    held_back: list[Count]
    gap: list[Count]


class TrainingData(_Strict, frozen=True):
    """What the round saw. Nothing in it says whose the scans are.

    ``structures`` are those of the project at that time; ``labelled``, ``unlabelled`` and ``validation`` count slices, None where that is
    not known.
    """

    run_id: Short
    manifest_sha256: Sha256
    structures: list[StructureDocument]
    scans: list[TrainingScan]
    labelled: Count | None
    unlabelled: Count | None
    validation: Count | None


class CapsuleDocument(_Strict, frozen=True, kw_only=True):
    """All of ``capsule.json``.

    ``lineage`` are the ancestors, the parent first; ``gate`` is the decision as the project stores it; ``plan`` the steps of the round as
    the trainer fixed them, None where it was told how many to make.
    """

    kind: Literal["graph-flow-desktop capsule"] = CAPSULE_KIND
    format: int = CAPSULE_FORMAT
    program: Short
    model: ModelDocument
    files: dict[str, Content]
    lineage: Annotated[list[Ancestor], msgspec.Meta(max_length=1000)]
    data: TrainingData | None
    gate: Plain
    plan: Any


class _Head(msgspec.Struct):
    kind: str = ""
    format: int = 0


TEXTS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
BRACKETS: Final = re.compile(rb"[\[\]{}]")


def _depth(data: bytes) -> int:
    """Return how deep a JSON text is nested, without reading it."""
    deepest = depth = 0
    for found in BRACKETS.finditer(TEXTS.sub(b"", data)):
        depth += 1 if found[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def encode_document(document: CapsuleDocument) -> bytes:
    """Return the bytes of ``capsule.json``; the same document has always the same bytes."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def decode_document(data: bytes) -> CapsuleDocument:
    """Return the document of ``capsule.json``.

    Raises
    ------
    ValueError
        With one sentence without a full stop, when it is nested too deep, no JSON, of a later format, lacks or has a field too many, holds
        values without bounds or no numbers, or is not written as :func:`encode_document` writes it, so that a name stands in it once.
    """
    if _depth(data) > DEEPEST:
        raise ValueError("The capsule's description is nested too deep")
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.kind == CAPSULE_KIND and head.format > CAPSULE_FORMAT:
            raise ValueError(f"The capsule is of format {head.format} and this program reads {CAPSULE_FORMAT}")
        document = msgspec.json.decode(data, type=CapsuleDocument)
        same = encode_document(document) == data
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError) as error:
        raise ValueError(f"The capsule's description is not readable: {error}") from error
    if document.format != CAPSULE_FORMAT or not same:
        raise ValueError("The capsule's description is not written as this program writes it")
    left = [MOST_VALUES]
    model = document.model
    for part in (model.student, model.teacher, model.metrics, model.training, document.gate, document.plan):
        _bounded(part, left)
    numbers = (*model.preprocess.window, model.preprocess.mean, model.preprocess.std)
    if not all(abs(number) <= LARGEST_NUMBER for number in numbers):
        raise ValueError("The capsule's description holds a number that is none, or too large")
    return document


def _bounded(value: Any, left: list[int]) -> None:
    """Refuse free values that are too many, too long or no numbers."""
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("The capsule's description holds too many values")
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError("The capsule's description holds a text that is too long")
    # what is no number is not below a bound either
    if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:
        raise ValueError("The capsule's description holds a number that is none, or too large")
    if isinstance(value, dict):
        for name, below in value.items():
            _bounded(name, left)
            _bounded(below, left)
    elif isinstance(value, list):
        for below in value:
            _bounded(below, left)


def model_of(card: ModelCard, *, title: str = "", parent: str | None = None) -> ModelDocument:
    """Return what a capsule says of a card.

    Raises
    ------
    ModelError
        When the card holds what no capsule may, such as an id with signs that no file name has.
    """
    document = card.as_json()
    for name in ("format", "files"):
        document.pop(name)
    document |= {"title": title or card.title, "parent": parent or card.parent}
    try:
        model: ModelDocument = msgspec.convert(document, ModelDocument)
    except msgspec.ValidationError as error:
        raise ModelError(
            f"The model's card cannot be put into a capsule: {error}", where=card.id, next_step="Export another model."
        ) from error
    return model


def card_of(document: CapsuleDocument) -> ModelCard:
    """Return the card of the model in a capsule.

    Raises
    ------
    ModelError
        When its structures or its preprocessing contradict themselves.
    """
    values: dict[str, Any] = msgspec.to_builtins(document.model)
    files = {name: content.sha256 for name, content in document.files.items()}
    model = document.model
    spec = replace(PreprocessSpec.from_json(values["preprocess"]), window=model.preprocess.window)
    return ModelCard(
        id=model.id,
        title=model.title,
        parent=model.parent,
        modality=model.modality,
        table=LabelTable.from_json(values["structures"]),
        preprocess=spec,
        student=model.student,
        teacher=model.teacher,
        files=files,
        licence=model.licence,
        training_data=model.training_data,
        metrics=model.metrics,
        training=model.training,
        created=model.created,
    )
