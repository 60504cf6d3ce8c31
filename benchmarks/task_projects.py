"""The benchmark's tasks as projects: a pack that learned in one clinic, and another clinic's scans with references.

The abdomen's pack is the one that ships. The others are trained here, once, from a task's training slices
(``training/bench/tasks.py``) as the shipped one was; the scans are the task's test slices, a file for each examination.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from gf_desktop.demo import DEMO_PACK, demo_mapping, demo_series, reference_file
from gf_desktop.files.masks import map_labels, read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.jobs import answer_of
from gf_desktop.pack import ModelCard
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session
from training.bench.tasks import Task, load_task
from training.config import NetworkConfig
from training.dataset import SliceSet
from training.distill import Models
from training.evaluate import judge_slices
from training.make_pack import IMAGENET, Labelled, PackRecipe, Views, train_pack
from training.schedule import FreeRun

__all__ = ["TASK_NAMES", "TaskProject", "task_project"]

TASK_NAMES: Final = ("abdomen", "brain", "ultrasound", "endoscopy")

UInt8 = npt.NDArray[np.uint8]

RECIPE: Final = PackRecipe(teacher_steps=300, paraphraser_steps=100, student_steps=400, minutes=30.0)
HELD_EVERY: Final = 8
"""One of so many training slices is kept apart in the pack, for what it forgets."""

SLICE_MM: Final = 3.0
PICTURES: Final = 60
"""So many of a colour task's pictures are used: each is a scan of its own."""

GREY_STEPS: Final = 255


@dataclass(frozen=True, slots=True)
class TaskProject:
    """What a project of a task begins with.

    Attributes
    ----------
    name
        Of the task.
    pack
        Folder of its first model.
    scans
        Files or folders, one for each case in the order of the project.
    references
        uint8 [k, j, i] label values of each, in the stored order.
    masks
        The same as files.
    mapping
        Structures by the ids of these files; None where they are the table's own.
    """

    name: str
    pack: Path
    scans: tuple[Path, ...]
    references: tuple[UInt8, ...]
    masks: tuple[Path, ...]
    mapping: dict[int, str] | None = None

    def create(self, session: Session, folder: Path) -> dict[str, UInt8]:
        """Make a project with all scans predicted; the references by case."""
        session.create_project(folder, self.pack)
        by_case: dict[str, UInt8] = {}
        for scan, reference in zip(self.scans, self.references, strict=True):
            (case,) = [case for _path, case in answer_of(session.import_paths, [scan])]
            by_case[case.id] = reference
            session.predict(case.id)
        return by_case

    def correct(self, session: Session, corrected: Iterable[tuple[str, int]]) -> None:
        """Take slices of the references as corrections, in a project that :meth:`create` made."""
        masks = dict(zip([case.id for case in session.cases()], self.masks, strict=True))
        by_case: dict[str, list[int]] = {}
        for case_id, k in corrected:
            by_case.setdefault(case_id, []).append(k)
        for case_id, slices in by_case.items():
            session.correct(case_id, masks[case_id], slices=slices, mapping=self.mapping)


def task_project(name: str, folder: Path) -> TaskProject:
    """Return a task's project; what is missing of its pack and scans is made in ``folder``."""
    if name == "abdomen":
        reference = read_mask(reference_file(), read_scan(find_scans(demo_series())[0]).volume.geometry)
        table = load_task(name).table
        labels = map_labels(reference, demo_mapping(), table).astype(np.uint8)
        pack = resource_dir() / "models" / DEMO_PACK
        return TaskProject(name, pack, (demo_series(),), (labels,), (reference_file(),), demo_mapping())
    task = load_task(name)
    pack = folder / name / f"task-{name}"
    if not pack.is_dir():
        pack.parent.mkdir(parents=True, exist_ok=True)
        _make_pack(task, pack)
    scans, references, masks = _scans(task, folder / name / "scans")
    return TaskProject(name, pack, scans, references, masks)


def _bytes_of(images: torch.Tensor) -> UInt8:
    """Return pictures of 0..1 as the files hold them, uint8 [n, channels, rows, cols]."""
    return np.clip(np.rint(images.numpy() * GREY_STEPS), 0, GREY_STEPS).astype(np.uint8)


def _values(task: Task, slices: SliceSet) -> UInt8:
    """Return the label values of slices, uint8 [n, rows, cols]."""
    return np.array([0, *task.table.ids], np.uint8)[slices.targets.argmax(1).numpy()]


def _make_pack(task: Task, pack: Path) -> None:
    """Train a task's first model."""
    # as the program sees a file of these pictures: its own planes, 0 to 255
    spec = replace(task.spec, slicing="acquired", window=(0.0, 1.0) if task.spec.colour else (0.0, float(GREY_STEPS)))
    held = np.zeros(len(task.train), np.uint8)
    held[HELD_EVERY // 2 :: HELD_EVERY] = 1
    images = _bytes_of(task.train.images).astype(np.float32) / GREY_STEPS
    labelled = Labelled(task.table, images, _values(task, task.train), task.train.regions.numpy(), held)

    def describe(models: Models, held_back: SliceSet) -> ModelCard:
        classes = len(task.table) + 1
        return ModelCard(
            id=pack.name,
            title=f"Benchmark: {task.title}",
            table=task.table,
            preprocess=spec,
            student=NetworkConfig(RECIPE.student_name, spec.channels, classes, RECIPE.student_width).as_json(),
            teacher=NetworkConfig("lite_fanet", spec.channels, classes).as_json(),
            files={},
            licence="for benchmarks on this machine",
            training_data=task.notice,
            metrics={"of": "training slices kept apart", "mean_dice": judge_slices(models.student, held_back, spec, task.table).mean},
            training={"seed": RECIPE.seed, "recipe": asdict(RECIPE)},
        )

    imagenet = resource_dir() / "weights" / IMAGENET
    train_pack(pack, labelled, lambda _train: Views(spec, task.augment), RECIPE, imagenet=imagenet, control=FreeRun(), describe=describe)


def _scans(task: Task, folder: Path) -> tuple[tuple[Path, ...], tuple[UInt8, ...], tuple[Path, ...]]:
    """Write a task's test slices as scans with masks, grey examinations as NIfTI and colour pictures one by one."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures, references = _bytes_of(task.test.images), _values(task, task.test)
    paths: list[Path] = []
    masks: list[Path] = []
    if task.spec.colour:
        for n in range(min(PICTURES, len(pictures))):
            picture, mask = folder / f"picture-{n:03d}.png", folder / f"mask-{n:03d}.png"
            for path, pixels in ((picture, np.moveaxis(pictures[n], 0, -1)), (mask, references[n])):
                with _whole(path) as partial:
                    Image.fromarray(pixels).save(partial)
            paths.append(picture)
            masks.append(mask)
        return tuple(paths), tuple(references[n][None] for n in range(len(paths))), tuple(masks)
    chosen = [np.array(task.cases) == case for case in sorted(set(task.cases))]
    for case, here in enumerate(chosen):
        scan, mask = folder / f"examination-{case:02d}.nii.gz", folder / f"mask-{case:02d}.nii.gz"
        _write_volume(scan, pictures[here, 0])
        _write_volume(mask, references[here])
        paths.append(scan)
        masks.append(mask)
    return tuple(paths), tuple(references[here] for here in chosen), tuple(masks)


def _write_volume(path: Path, voxels: UInt8) -> None:
    import SimpleITK  # for the tasks that are written as scans alone

    image = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing((1.0, 1.0, SLICE_MM))
    with _whole(path) as partial:
        SimpleITK.WriteImage(image, str(partial))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a name to write to, of the same kind; several runs may make the same file side by side, and none reads a part of it."""
    partial = path.with_name(f"{os.getpid()}-{path.name}")
    yield partial
    partial.replace(path)
