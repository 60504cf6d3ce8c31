"""What a trainer may read: a frozen list of files, never anything that is still changing.

Files are named relative to the project's folder, and that relative to the manifest's own, so a project that was moved goes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.project.mask_files import Freezing
from gf_desktop.project.split import SplitCase, gap_of, group_of, plan_split
from gf_desktop.project.store import Project

__all__ = ["FORMAT_OF_ABSOLUTE_PATHS", "MANIFEST_FORMAT", "ManifestItem", "begin_freezing", "nothing_to_learn", "write_manifest"]

MANIFEST_FORMAT = 2
FORMAT_OF_ABSOLUTE_PATHS = 1
"""Of a list whose files lie in several places; no project writes it any more."""


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
    gap_slices
        Stored slices that are left out of training because they are near copies of held-back ones.
    """

    case_id: str
    image: Path
    labels: Path | None
    validation_slices: tuple[int, ...]
    touched_slices: tuple[int, ...]
    gap_slices: tuple[int, ...] = ()


def nothing_to_learn(project: Project) -> TrainingError:
    """Return what the user can do about a project in which nobody has accepted or edited anything."""
    return TrainingError(
        "There is nothing to learn from yet", where=project.name, next_step="Correct and approve at least one slice, then refine."
    )


def begin_freezing(project: Project, shown: tuple[str, LabelMap] | None = None) -> list[Freezing]:
    """Return what makes sure that revisions hold the masks of a project, one value a case; ``work`` of each may be called on any thread.

    Parameters
    ----------
    shown
        Id and mask of the case on screen, which nothing may change until the manifest is written.
    """
    masks = project.masks
    return [masks.begin_freezing(case.id, shown[1] if shown is not None and shown[0] == case.id else None) for case in project.cases()]


def write_manifest(project: Project, run_id: str, *, seed: int, frozen: list[Freezing] | None = None) -> tuple[Path, list[ManifestItem]]:
    """Write the list of a round, of masks that were frozen; None freezes them now.

    Raises
    ------
    TrainingError
        When nobody has accepted or edited a single voxel.
    """
    if frozen is None:
        frozen = begin_freezing(project)
        for freezing in frozen:
            freezing.work()
    gaps = _hold_back(project, run_id, frozen)
    items: list[ManifestItem] = []
    documents: list[dict[str, object]] = []
    for freezing in frozen:
        case, facts = project.case(freezing.case.id), freezing.facts
        assert facts is not None, "it was frozen"
        touched = list(facts.touched)
        held = case.validation_slices
        revision = project.masks.end_freezing(freezing)
        labels = None if revision is None else project.masks.path(case.id, revision)
        image = project.case_folder(case.id) / "image.npy"
        items.append(ManifestItem(case.id, image, labels, held, tuple(touched), gaps[case.id]))
        documents.append(
            {
                "case": case.id,
                "image": image.relative_to(project.folder).as_posix(),
                "image_sha256": case.image_sha256,
                "geometry": case.geometry.as_json(),
                "modality": case.modality,
                "spacing_known": case.spacing_known,
                "time": None if case.time is None else case.time.as_json(),
                "labels": None if labels is None else labels.relative_to(project.folder).as_posix(),
                "labels_sha256": "" if revision is None else revision.sha256,
                "model_id": case.model_id,
                "validation_slices": list(held),
                "touched_slices": touched,
                "gap_slices": list(gaps[case.id]),
            }
        )
    if not any(item.labels for item in items):
        raise nothing_to_learn(project)
    folder = project.run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    document = {
        "format": MANIFEST_FORMAT,
        "run_id": run_id,
        "seed": seed,
        "root": "/".join([".."] * len(folder.relative_to(project.folder).parts)),
        "structures": project.table.as_json(),
        "items": documents,
    }
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path, items


def _hold_back(project: Project, run_id: str, frozen: list[Freezing]) -> dict[str, tuple[int, ...]]:
    """Decide which slices judge from now on, keep that, and return the gaps by case."""
    cases = []
    for freezing in frozen:
        case, facts = project.case(freezing.case.id), freezing.facts
        assert facts is not None, "it was frozen"
        cases.append(SplitCase(case.id, group_of(case), tuple(facts.reviewed), tuple(facts.touched), case.validation_slices, gap_of(case)))
    split = plan_split(cases, project.roles, run_id=run_id)
    if split.roles:
        project.keep_split(split, run_id)
    return split.gaps
