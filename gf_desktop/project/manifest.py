"""What a trainer may read: a frozen list of files, never anything that is still changing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError
from gf_desktop.project.store import Project

__all__ = ["MANIFEST_FORMAT", "ManifestItem", "choose_held_back", "write_manifest"]

MANIFEST_FORMAT = 1

TRAIN_PER_HELD_BACK = 5
"""Beyond the first held-back slice, one more for each so many slices to train on (RootPainter's rule)."""

MIN_SLICES_TO_HOLD_BACK = 3
"""With fewer approved slices all are needed for training."""


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """One scan of a round.

    Attributes
    ----------
    image
        The project's own copy of the voxels, .npy.
    labels
        Immutable revision with ``labels`` and ``states``, .npz; None for a scan that nobody touched.
    validation_slices
        Stored slices that are not trained on.
    touched_slices
        Stored slices in which a person accepted or edited voxels.
    """

    case_id: str
    image: Path
    labels: Path | None
    validation_slices: tuple[int, ...]
    touched_slices: tuple[int, ...]


def choose_held_back(approved: list[int], already: tuple[int, ...], touched: list[int]) -> list[int]:
    """Return further slices to hold back, so that what is held back stays about a fifth of what is trained on.

    A slice once trained on may be chosen: from then on it is held back for good. The middle one of the
    free slices is taken first, then those farthest from all held back, because neighbours are near copies.

    Parameters
    ----------
    approved
        Stored slices that are reviewed whole; only these can be held back.
    already
        Slices held back before.
    touched
        All stored slices with anything to learn from.
    """
    held = [k for k in already if k in touched]
    chosen: list[int] = []
    free = sorted(set(approved) - set(held))
    while free:
        count = len(held) + len(chosen)
        training = len(touched) - count
        if count == 0 and len(touched) < MIN_SLICES_TO_HOLD_BACK:
            break
        if count > 0 and training < TRAIN_PER_HELD_BACK * (count + 1) + 1:
            break
        kept = held + chosen
        pick = max(free, key=lambda k: min(abs(k - other) for other in kept)) if kept else free[(len(free) - 1) // 2]
        chosen.append(pick)
        free.remove(pick)
    return chosen


def write_manifest(project: Project, run_id: str, *, seed: int) -> tuple[Path, list[ManifestItem]]:
    """Freeze the project's masks and write the list of a round.

    Raises
    ------
    TrainingError
        When nobody has accepted or edited a single voxel.
    """
    items: list[ManifestItem] = []
    documents: list[dict[str, object]] = []
    for case in project.cases():
        label_map = project.masks.load(case.id)
        touched = label_map.touched_slices()
        if touched:
            project.hold_back(case.id, choose_held_back(label_map.reviewed_slices(), case.validation_slices, touched))
        held = project.case(case.id).validation_slices
        labels, digest = None, ""
        if touched:
            labels, digest = _freeze(project, case.id)
        image = project.case_folder(case.id) / "image.npy"
        items.append(ManifestItem(case.id, image, labels, held, tuple(touched)))
        documents.append(
            {
                "case": case.id,
                "image": str(image),
                "image_sha256": case.image_sha256,
                "geometry": case.geometry.as_json(),
                "modality": case.modality,
                "spacing_known": case.spacing_known,
                "time": None if case.time is None else case.time.as_json(),
                "labels": None if labels is None else str(labels),
                "labels_sha256": digest,
                "model_id": case.model_id,
                "validation_slices": list(held),
            }
        )
    if not any(item.labels for item in items):
        raise TrainingError(
            "There is nothing to learn from yet", where=project.name, next_step="Correct and approve at least one slice, then refine."
        )
    folder = project.run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    document = {"format": MANIFEST_FORMAT, "run_id": run_id, "seed": seed, "structures": project.table.as_json(), "items": documents}
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path, items


def _freeze(project: Project, case_id: str) -> tuple[Path, str]:
    revision = project.masks.latest(case_id)
    if revision is None or project.masks.has_changes(case_id):
        revision = project.masks.fold(case_id, project.masks.load(case_id))
    return project.masks.path(case_id, revision), revision.sha256
