"""Where a model of a project comes from, as far as its capsule may tell: hashes and pseudonyms, and nobody's name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from gf_desktop.capsule.container import DOCUMENT_NAME
from gf_desktop.capsule.document import Ancestor, CapsuleDocument, StructureDocument, TrainingData, TrainingScan, decode_document
from gf_desktop.capsule.writing import Origin
from gf_desktop.pack import ModelCard, file_sha256
from gf_desktop.project.rounds import DataUsed, read_accepted, read_round_manifest
from gf_desktop.project.store import Project
from gf_desktop.protocol import EVENTS_NAME

__all__ = ["PLAN_NAME", "brought_along", "data_used", "grid_sha256", "origin_of", "structures_of"]

MANIFEST_NAME = "manifest.json"
PLAN_NAME = "plan.json"


def grid_sha256(entry: dict[str, Any]) -> str:
    """Return a hash of all that a round's list says of a scan beside its files: grid, modality, time. It tells no place and no date."""
    said = {name: entry.get(name) for name in ("geometry", "modality", "spacing_known", "time")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def brought_along(folder: Path) -> CapsuleDocument | None:
    """Return the description of the capsule that a model came in; None for another model, or where it is damaged."""
    try:
        return decode_document((folder / DOCUMENT_NAME).read_bytes())
    except (OSError, ValueError):
        return None


def _run_folder(project: Project, card: ModelCard) -> Path | None:
    """Return the folder of the round that made a model, if it was one of this project."""
    run_id, wanted = str(card.training.get("run_id", "")), card.training.get("manifest_sha256")
    if not run_id.startswith("run-") or not run_id.removeprefix("run-").isdigit():
        return None
    folder = project.run_folder(run_id)
    try:
        same = file_sha256(folder / MANIFEST_NAME) == wanted
    except OSError:
        return None
    return folder if same else None


def data_used(project: Project, model_id: str) -> DataUsed | None:
    """Return how much a model of the project learned from; None for the pack that the project began with, and where it is not known."""
    data = _data(project, project.models.card(model_id))
    if data is None:
        return None
    return DataUsed(sum(bool(scan.labels_sha256) for scan in data.scans), data.labelled, data.unlabelled, data.validation)


def _data(project: Project, card: ModelCard) -> TrainingData | None:
    run = _run_folder(project, card)
    if run is None:
        brought = brought_along(project.models.path(card.id))
        return None if brought is None else brought.data
    document = read_round_manifest(run / MANIFEST_NAME)
    if document is None:
        return None
    accepted = read_accepted(run / EVENTS_NAME)
    scans = [
        TrainingScan(
            case=item["case"],
            image_sha256=item["image_sha256"],
            labels_sha256=item["labels_sha256"],
            grid_sha256=grid_sha256(item),
            held_back=item["validation_slices"],
            gap=item.get("gap_slices", []),
        )
        for item in document["items"]
    ]
    return TrainingData(
        run_id=run.name,
        manifest_sha256=file_sha256(run / MANIFEST_NAME),
        structures=structures_of(document["structures"]),
        scans=scans,
        labelled=None if accepted is None else accepted.labelled,
        unlabelled=None if accepted is None else accepted.unlabelled,
        validation=None if accepted is None else accepted.validation,
    )


def structures_of(documents: list[dict[str, Any]]) -> list[StructureDocument]:
    """Return structures of a list as :meth:`LabelTable.as_json` makes it."""
    return msgspec.convert(documents, list[StructureDocument])


def origin_of(project: Project, model_id: str) -> Origin:
    """Return what a capsule says of a model beside its card; errors as :meth:`ModelRegistry.path`."""
    models = project.models
    card, record = models.card(model_id), models.record(model_id)
    brought = brought_along(models.path(model_id))
    run = _run_folder(project, card)
    gate = models.gate(model_id) or ({} if brought is None else brought.gate)
    return Origin(
        title=record.title,
        parent=card.parent,
        lineage=_lineage(project, model_id),
        data=_data(project, card),
        gate=gate,
        plan=_plan(run) if run is not None else None if brought is None else brought.plan,
    )


def _plan(run: Path) -> Any:
    try:
        return json.loads((run / PLAN_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _lineage(project: Project, model_id: str) -> tuple[Ancestor, ...]:
    """Return the ancestors of a model, its parent first, as far as the project or the capsules in it know them."""
    models, known = project.models, {record.id for record in project.models.records()}
    ancestors: list[Ancestor] = []
    current, seen = model_id, {model_id}
    while True:
        parent = models.card(current).parent
        if parent in known and parent not in seen:
            ancestors.append(Ancestor(id=parent, files=dict(models.card(parent).files)))
            current = parent
            seen.add(parent)
            continue
        brought = brought_along(models.path(current))
        return tuple(ancestors) if brought is None else (*ancestors, *brought.lineage)
