"""Training a capsule's model once more and comparing the weights bit for bit.

From its parent, or from the encoders that ship with the program where it has none, the same data and the recorded steps.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gf_desktop.atomic import explain_os_error
from gf_desktop.capsule.document import CapsuleDocument, TrainingData, TrainingScan
from gf_desktop.capsule.origin import PLAN_NAME, grid_sha256, structures_of
from gf_desktop.capsule.reading import read_capsule
from gf_desktop.capsule.weights_file import read_weights_header
from gf_desktop.errors import ModelError, TrainingError, UserError
from gf_desktop.pack import CARD_NAME, REPLAY_NAME, file_sha256, read_card, verify_pack
from gf_desktop.project.manifest import FORMAT_OF_ABSOLUTE_PATHS
from gf_desktop.project.rounds import read_round_manifest
from gf_desktop.project.store import Project
from gf_desktop.protocol import Candidate, Failed, Start, Stopped
from gf_desktop.trainer_link import TrainerLink, TrainingState, Transport

__all__ = ["FileComparison", "ReplayReport", "ReplaySources", "replay_capsule"]

WEIGHTS: Final = ("student.safetensors", "teacher.safetensors", "paraphrasers.safetensors")
"""Files that a round reads of its parent and writes of its candidate; labelled slices are read too where the parent has them."""

MINUTES: Final = 24.0 * 60
"""The steps decide, not the clock."""

EVERY: Final = 10**9
"""More slices than any project has."""

LEFT_OUT: Final = ("minutes", "seed")
"""Settings of the recipe that an order carries by themselves."""


@dataclass(frozen=True, slots=True)
class ReplaySources:
    """Where the data and the parent of a replay come from.

    Attributes
    ----------
    project
        Folder of a project with the same scans and masks; it is only read.
    manifest
        The list of a round with the same scans and masks, in place of a project.
    parent
        Capsule of the parent, where the project does not have it.
    packs
        Folders of packs among which the parent may be.
    """

    project: Path | None = None
    manifest: Path | None = None
    parent: Path | None = None
    packs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class FileComparison:
    """One file of weights: whether it is the same byte for byte, and how many of its tensors differ."""

    name: str
    same: bool
    tensors: int
    differing: int


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """How a replay ended; ``same`` says that every file of weights is the same byte for byte."""

    model_id: str
    same: bool
    files: tuple[FileComparison, ...]
    threads: int
    folder: Path


def replay_capsule(
    path: Path,
    out: Path,
    sources: ReplaySources,
    transport: Transport,
    *,
    on_change: Callable[[TrainingState], None] = lambda _state: None,
) -> ReplayReport:
    """Train the model of a capsule again in a trainer of its own, and compare.

    Parameters
    ----------
    out
        New folder: ``capsule`` the model as it came, ``run`` list of scans and log, ``model`` what was trained.
    transport
        Not started yet; one whose ``wait`` returns at the end of the process.

    Raises
    ------
    FileFormatError
        When the capsule, or that of its parent, is refused.
    TrainingError
        When the round cannot be repeated: by the clock, without its data or its parent, or where training fails.
    """
    if out.exists() and any(out.iterdir()):
        raise UserError("The folder of a replay must be new", where=str(out), next_step="Choose another folder.")
    try:
        for name in ("capsule", "run"):
            (out / name).mkdir(parents=True)
    except OSError as error:
        raise explain_os_error(error, out) from error
    try:
        document = read_capsule(path, out / "capsule").document
        order = _order(document, path, out, sources)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    _train(order, transport, on_change)
    files = tuple(_compared(name, out / "capsule" / name, out / "model" / name) for name in WEIGHTS if name in document.files)
    return ReplayReport(document.model.id, all(one.same for one in files), files, order.threads, out)


def _order(document: CapsuleDocument, path: Path, out: Path, sources: ReplaySources) -> Start:
    data, training = document.data, document.model.training
    # the model of a first round has no parent: it began with the ImageNet encoders that ship with the program
    if data is None or (document.model.parent is not None and not document.lineage):
        raise TrainingError(
            "The capsule does not say from which model and data its own was made",
            where=str(path),
            next_step="Replay the capsule of a model that was refined in a project.",
        )
    recipe = training.get("recipe")
    steps = _steps(document)
    if not isinstance(recipe, dict) or (steps is None and document.plan is None):
        raise TrainingError(
            "The round went by the clock and kept no plan, so nobody can repeat its steps",
            where=str(path),
            next_step="Replay a model whose round kept its plan.",
        )
    if document.plan is not None:
        (out / "run" / PLAN_NAME).write_text(json.dumps(document.plan), encoding="utf-8")
    threads, structures = training.get("threads"), training.get("structures", [])
    if not isinstance(structures, list) or not all(isinstance(label, int) for label in structures):
        raise TrainingError("The capsule's list of structures is damaged", where=str(path), next_step="Ask for it once more.")
    return Start(
        run_id=data.run_id,
        manifest=str(_manifest(data, out, sources)),
        parent_dir=str(_parent(document, out, sources)) if document.lineage else "",
        out_dir=str(out / "model"),
        run_dir=str(out / "run"),
        candidate_id=document.model.id,
        minutes=MINUTES,
        seed=int(training.get("seed", 0)),
        threads=threads if isinstance(threads, int) else 0,
        # sums of a processor have a fixed order; a round that was on a card is repeated here as well as that goes
        device="cpu",
        structures=tuple(structures),
        # rounds of programs that did not say so took every slice
        recipe=dict.fromkeys(("most_labelled", "most_unlabelled", "most_judged"), EVERY) | _flat(recipe),
        plan="" if document.plan is None else str(out / "run" / PLAN_NAME),
    )


def _steps(document: CapsuleDocument) -> int | None:
    """Return the number of student steps where the recipe fixed it and the round made them all; None else."""
    training = document.model.training
    recipe = training.get("recipe")
    if not isinstance(recipe, dict):
        return None
    student, teacher, made = recipe.get("max_steps"), recipe.get("teacher_steps"), training.get("steps")
    fixed = isinstance(student, int) and isinstance(teacher, int) and student > 0 and teacher > 0
    return student if fixed and made == student else None


def _flat(recipe: dict[str, Any], prefix: str = "") -> dict[str, float | int | str | bool]:
    """Return the recipe as an order carries it: plain values by dotted name. Pairs cannot be ordered; they are as the trainer has them."""
    flat: dict[str, float | int | str | bool] = {}
    for name, value in recipe.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, bool | int | float | str) and prefix + name not in LEFT_OUT:
            flat[prefix + name] = value
    return flat


# the parent


def _parent(document: CapsuleDocument, out: Path, sources: ReplaySources) -> Path:
    """Return the folder of the parent: of the project, among the packs, or unpacked from its capsule; it is told by its files."""
    ancestor = document.lineage[0]
    wanted = {name: digest for name, digest in ancestor.files.items() if name in (*WEIGHTS, REPLAY_NAME)}
    places = [*sources.packs]
    if sources.project is not None:
        places += sorted(folder for folder in (sources.project / "models").glob("*") if (folder / CARD_NAME).is_file())
    if sources.parent is not None:
        folder = out / "parent"
        folder.mkdir()
        read_capsule(sources.parent, folder)
        places.insert(0, folder)
    for folder in places:
        try:
            card = read_card(folder)
        except ModelError:
            continue
        if {name: card.files[name] for name in (*WEIGHTS, REPLAY_NAME) if name in card.files} == wanted:
            verify_pack(folder)
            return folder
    raise TrainingError(
        f"The parent of the model, {ancestor.id}, is not here",
        where=str(sources.parent or sources.project or ""),
        next_step="Name the capsule of the parent with --parent.",
    )


# the data


def _manifest(data: TrainingData, out: Path, sources: ReplaySources) -> Path:
    """Write the list of the round anew, with the places of the same files here."""
    if sources.manifest is not None:
        entries = _listed_entries(sources.manifest)
    elif sources.project is not None:
        entries = _project_entries(sources.project, {scan.labels_sha256 for scan in data.scans})
    else:
        raise TrainingError("It was not said where the scans and masks lie", next_step="Name a project or the list of a round.")
    documents = [_same_entry(scan, entries) for scan in data.scans]
    structures = [_structure(structure) for structure in data.structures]
    path = out / "run" / "manifest.json"
    document = {"format": FORMAT_OF_ABSOLUTE_PATHS, "run_id": data.run_id, "seed": 0, "structures": structures, "items": documents}
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def _structure(structure: Any) -> dict[str, Any]:
    said = {"id": structure.id, "name": structure.name, "color": structure.color}
    return said | ({"code": structure.code} if structure.code else {})


def _listed_entries(path: Path) -> list[dict[str, Any]]:
    document = read_round_manifest(path)
    if document is None:
        raise TrainingError("The round's list of scans is not readable", where=str(path), next_step="Name the manifest.json of a round.")
    try:
        structures_of(document["structures"])
        # paths may be given from the project's folder, in which lies runs/<id>/manifest.json
        root = path.absolute().parents[2] if len(path.absolute().parents) > 2 else path.absolute().parent
        return [
            item | {"image": str(root / item["image"]), "labels": None if item["labels"] is None else str(root / item["labels"])}
            for item in document["items"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            "The round's list of scans is not readable", where=str(path), next_step="Name the manifest.json of a round."
        ) from error


def _project_entries(folder: Path, wanted: set[str]) -> list[dict[str, Any]]:
    """Return an entry for each scan of a project and each of its masks that the round may have seen."""
    project = Project.open(folder, read_only=True)
    try:
        entries = []
        for case in project.cases():
            entry: dict[str, Any] = {
                "case": case.id,
                "image": str(project.case_folder(case.id) / "image.npy"),
                "image_sha256": case.image_sha256,
                "geometry": case.geometry.as_json(),
                "modality": case.modality,
                "spacing_known": case.spacing_known,
                "time": None if case.time is None else case.time.as_json(),
                "model_id": case.model_id,
                "labels": None,
                "labels_sha256": "",
            }
            entries.append(entry)
            entries += [
                entry | {"labels": str(project.masks.path(case.id, revision)), "labels_sha256": revision.sha256}
                for revision in project.masks.revisions(case.id)
                if revision.sha256 in wanted
            ]
        return entries
    finally:
        project.close()


def _same_entry(scan: TrainingScan, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the entry with the same voxels, grid and mask, whatever its case is called here; its files are hashed."""
    for entry in entries:
        said = (entry.get("image_sha256"), entry.get("labels_sha256") or "", grid_sha256(entry))
        if said != (scan.image_sha256, scan.labels_sha256, scan.grid_sha256):
            continue
        files = [(Path(entry["image"]), scan.image_sha256), *([(Path(entry["labels"]), scan.labels_sha256)] if entry["labels"] else [])]
        for file, digest in files:
            if not file.is_file() or file_sha256(file) != digest:
                raise TrainingError(f"A file of {scan.case} was changed since the round", where=str(file), next_step="Restore it.")
        return entry | {"case": scan.case, "validation_slices": list(scan.held_back), "gap_slices": list(scan.gap)}
    raise TrainingError(
        f"The scan {scan.case} of the round, or its mask of that time, is not here",
        where=scan.case,
        next_step="Replay with the project in which the model was made.",
    )


# training and comparing


def _train(order: Start, transport: Transport, on_change: Callable[[TrainingState], None]) -> None:
    results: list[Candidate | Failed | Stopped] = []
    link = TrainerLink(transport, order, on_change=on_change, on_end=results.append)
    link.begin(Path(order.run_dir) / "trainer.log")
    try:
        transport.wait()
    except KeyboardInterrupt:
        link.stop()
        raise
    match results:
        case [Candidate()]:
            return
        case [Failed() as failed]:
            raise TrainingError(failed.what, where=failed.where, next_step=failed.next)
        case _:
            raise TrainingError("The trainer ended without a result", where=order.run_dir, next_step="Start the replay again.")


def _compared(name: str, before: Path, after: Path) -> FileComparison:
    """Compare two files of weights, tensor by tensor where their bytes differ."""
    try:
        one, other = read_weights_header(before), read_weights_header(after)
    except (ValueError, OSError) as error:
        problem = "The weights that were trained cannot be read"
        raise TrainingError(problem, where=str(after), next_step="Start the replay again.") from error
    if file_sha256(before) == file_sha256(after):
        return FileComparison(name, same=True, tensors=len(one), differing=0)
    with before.open("rb") as first, after.open("rb") as second:
        differing = 0
        for key in one.keys() | other.keys():
            if key not in one or key not in other or one[key][:2] != other[key][:2]:
                differing += 1
                continue
            first.seek(one[key][2])
            second.seek(other[key][2])
            size = one[key][3] - one[key][2]
            differing += first.read(size) != second.read(size)
    return FileComparison(name, same=False, tensors=len(one), differing=differing)
