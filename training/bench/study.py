"""One run of the benchmark: a teacher, Paraphrasers or a student on a task, kept under a key of everything that it depends on.

A run that was made is never made again, so that a study which was broken off goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import torch
from filelock import FileLock
from torch import nn

from gf_desktop.atomic import atomic_path
from gf_desktop.resources import resource_dir
from training.batches import batch_drawer
from training.bench.scoring import CaseScores, score
from training.bench.tasks import Task, load_task, task_hash
from training.checkpoint import load_weights, save_weights
from training.config import NetworkConfig
from training.dataset import SliceSet
from training.devices import DeviceConfig, Devices
from training.loop import Learner, start_learner, train
from training.method import LoopConfig, Method
from training.networks import build_network
from training.networks.discriminator import Discriminator
from training.networks.lite_encoder import load_imagenet
from training.networks.paraphraser import Paraphraser
from training.objective import Terms
from training.paraphrase import both, new_paraphrasers, train_paraphrasers
from training.schedule import Budget, FreeRun
from training.teacher import Teacher, cache_word

__all__ = ["Lab", "Net", "Run", "labelled_part"]

IMAGENET = "efficientnet_lite0_imagenet.safetensors"

PLACE = {"study", "row", "task", "fraction", "seed", "key"}
"""What a report adds to a result: its place in the tables and its key."""

RESULT_FORMAT = 3
"""Raised with each change of code that changes results: a key cannot see it."""


@dataclass(frozen=True, slots=True)
class Net:
    """A network of the benchmark: ``name``, ``width`` and ``depth`` of NetworkConfig, and its number of steps."""

    name: str
    width: float = 1.0
    depth: float = 1.0
    steps: int = 500
    rate: float = 2e-3


@dataclass(frozen=True, slots=True)
class Run:
    """All that a result depends on.

    Attributes
    ----------
    task
        A key of ``TASKS``.
    network
        What is trained.
    fraction
        Share of the training slices that are labelled.
    seed
        Of weights, of the labelled part and of every draw.
    method
        Terms of the loss.
    teacher
        Whom the method asks; None without.
    paraphraser_steps
        Steps of the Paraphrasers' training; 0 leaves them at random weights.
    ask
        "each": the teacher is asked in every view. "once": on every slice, and its word is moved along with the views.
    batch, crop_px, weight_decay, ema
        Of the loop.
    """

    task: str
    network: Net
    fraction: float = 1.0
    seed: int = 0
    method: Method = field(default_factory=Method)
    teacher: Net | None = None
    paraphraser_steps: int = 200
    ask: Literal["each", "once"] = "each"
    batch: int = 8
    crop_px: int = 64
    weight_decay: float = 1e-2
    ema: float = 0.99

    @property
    def key(self) -> str:
        """Hash of everything above, of the task's images and masks, and of the loop's settings."""
        task = load_task(self.task)
        parts = {"format": RESULT_FORMAT, "task": task_hash(self.task), "loop": asdict(_loop(self, task))} | asdict(self)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]

    @property
    def of_teacher(self) -> Run:
        """The run that makes this one's teacher: the same labelled slices and seed, supervision only."""
        if self.teacher is None:
            raise ValueError("the run has no teacher")
        return replace(self, network=self.teacher, method=Method(), teacher=None, paraphraser_steps=0, ask="each")


def commit() -> str:
    """Return the commit that a result was made with, with a plus sign where the tree differed from it."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return found.stdout.strip() or "unknown"


def labelled_part(task: Task, fraction: float, seed: int) -> tuple[SliceSet, SliceSet]:
    """Return the labelled and the unlabelled training slices; at least two are labelled.

    A larger fraction of the same seed holds every slice of a smaller one.
    """
    count = len(task.train)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(1000 + seed))
    wanted = min(count, max(2, round(fraction * count)))
    return task.train.subset(order[:wanted].sort().values), task.train.subset(order[wanted:].sort().values)


class Lab:
    """Makes runs and keeps their results.

    Parameters
    ----------
    folder
        Of results and of teachers' weights.
    device
        What computes: "auto" takes a graphics card where there is one. In float32 everywhere, so that results of both can stand in one
        table; each says what it was made on.
    """

    def __init__(self, folder: Path, *, device: Literal["auto", "cpu", "gpu"] = "auto") -> None:
        self._folder = folder
        self._device = device
        (folder / "results").mkdir(parents=True, exist_ok=True)
        (folder / "weights").mkdir(exist_ok=True)
        (folder / "claims").mkdir(exist_ok=True)

    def result(self, run: Run) -> dict[str, Any] | None:
        """Return a run's result, None where it was not made."""
        path = self._folder / "results" / f"{run.key}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def take(self, document: Path) -> int:
        """Take over the results of a report, results.json, by their keys, and return how many were new.

        So a benchmark goes on from what was written into the project, on a machine that has none of its weights: teachers are made again.
        """
        if not document.is_file():
            return 0
        taken = 0
        for row in json.loads(document.read_text(encoding="utf-8"))["rows"]:
            path = self._folder / "results" / f"{row.get('key', '')}.json"
            if "key" not in row or path.exists():
                continue
            with atomic_path(path) as temporary:
                temporary.write_text(json.dumps({name: row[name] for name in row.keys() - PLACE}, indent=1), encoding="utf-8")
            taken += 1
        return taken

    def lock(self, run: Run) -> FileLock:
        """Return the lock under which a run is made."""
        return FileLock(str(self._folder / "weights" / f"{run.key}.lock"))

    def claim(self, run: Run) -> bool:
        """Take a run for this process; False where another has it."""
        try:
            os.close(os.open(self._folder / "claims" / run.key, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def forget_claims(self) -> None:
        """Give back what processes took that have ended since."""
        for path in (self._folder / "claims").iterdir():
            path.unlink()

    def note_failure(self, run: Run, reason: str) -> None:
        """Keep why a run could not be made."""
        with atomic_path(self._folder / "results" / f"{run.key}.failed.json") as temporary:
            temporary.write_text(json.dumps({"run": asdict(run), "reason": reason, "commit": commit()}, indent=1), encoding="utf-8")

    def failure(self, run: Run) -> str | None:
        """Return why a run could not be made, None where it was not tried or was made."""
        path = self._folder / "results" / f"{run.key}.failed.json"
        return str(json.loads(path.read_text(encoding="utf-8"))["reason"]) if path.is_file() else None

    def make(self, run: Run) -> dict[str, Any]:
        """Return a run's result, made now if it has to be; its teacher too."""
        known = self.result(run)
        if known is not None:
            return known
        with self.lock(run):
            known = self.result(run)
            return known if known is not None else self._make(run)

    def _make(self, run: Run) -> dict[str, Any]:
        task = load_task(run.task)
        labelled, unlabelled = labelled_part(task, run.fraction, run.seed)
        teacher = self._teacher(run, task) if run.method.needs_teacher else None
        if teacher is not None and run.ask == "once":
            labelled, unlabelled = (cache_word(part, teacher, spec=task.spec) for part in (labelled, unlabelled))
            teacher = None
        free = unlabelled if run.method.uses_unlabelled else None
        began = time.monotonic()
        torch.manual_seed(run.seed)
        network = _network(run.network, task)
        loop = _loop(run, task)
        critic = Discriminator(len(task.table) + 1) if run.method.adversarial.used else None
        learner = start_learner(network, loop, torch.Generator().manual_seed(run.seed), critic=critic)
        devices = Devices(DeviceConfig(kind=self._device, precision="full"))
        devices.place(learner, measure_every=loop.measure_every)
        if teacher is not None:
            teacher.network.to(devices.device)
            for paraphraser in teacher.paraphrasers or ():
                paraphraser.to(devices.device)
        last: dict[str, float] = {}

        def note(terms: Terms) -> None:
            if learner.step % 50 == 0 or learner.step == loop.steps:
                last.update(terms.as_floats())

        draw = batch_drawer(labelled, free, run.method, loop, spec=task.spec, teacher=teacher)
        draw = devices.part_of(draw, labelled=loop.batch)
        train(learner, draw, run.method, loop, Budget(FreeRun(), 0.0, float("inf"), loop.steps), on_step=note)
        seconds = time.monotonic() - began
        learner.average.cpu()
        result = self._judged(run, task, learner, last) | {
            "seconds": round(seconds, 1),
            "labelled": len(labelled),
            "unlabelled": len(unlabelled),
            "device": devices.name,
            "torch": torch.__version__,
        }
        if run.teacher is None and not run.method.uses_unlabelled:
            save_weights(self._folder / "weights" / f"{run.key}.safetensors", learner.average)
        with atomic_path(self._folder / "results" / f"{run.key}.json") as temporary:
            temporary.write_text(json.dumps(result, indent=1), encoding="utf-8")
        return result

    def _judged(self, run: Run, task: Task, learner: Learner, last: dict[str, float]) -> dict[str, Any]:
        single = tuple(range(len(task.validation)))
        validation = score(learner.average, task.validation, single, spec=task.spec, table=task.table)
        test = score(learner.average, task.test, task.cases, spec=task.spec, table=task.table)
        return {
            "run": asdict(run),
            "validation": asdict(validation),
            "test": asdict(test),
            "losses": last,
            "weights": dict(learner.weights),
            "commit": commit(),
        }

    def network(self, run: Run) -> nn.Module:
        """Return the trained average of a run without a teacher, made now if it has to be.

        A run whose result came from another machine without its weights is made again, and its result replaced by that of these weights.
        """
        path = self._folder / "weights" / f"{run.key}.safetensors"
        with self.lock(run):
            if not path.is_file():
                self._make(run)
        network = _network(run.network, load_task(run.task), pretrained=False)
        load_weights(path, network)
        return network.eval().requires_grad_(False)

    def scores(self, run: Run) -> CaseScores:
        """Return the test scores of a run that was made."""
        return CaseScores(**self.make(run)["test"])

    def _teacher(self, run: Run, task: Task) -> Teacher:
        network = self.network(run.of_teacher)
        return Teacher(network, self._paraphrasers(run, task, network) if run.method.needs_codes else None)

    def _paraphrasers(self, run: Run, task: Task, teacher: nn.Module) -> tuple[Paraphraser, Paraphraser]:
        torch.manual_seed(run.seed)
        student = _network(run.network, task, pretrained=False)
        pair = new_paraphrasers(student, teacher, task.spec.channels)
        name = f"{run.of_teacher.key}-{run.network.name}-{run.network.width}-{run.paraphraser_steps}.safetensors"
        path = self._folder / "weights" / name
        with FileLock(str(path.with_suffix(".lock"))):
            if path.is_file():
                load_weights(path, both(pair))
            else:
                loop = _loop(run, task)
                # images alone are asked for, so labelled and unlabelled slices are drawn alike
                views = batch_drawer(task.train, None, Method(), loop, spec=task.spec)
                budget = Budget(FreeRun(), 0.0, float("inf"), run.paraphraser_steps)
                rng = torch.Generator().manual_seed(run.seed)
                if run.paraphraser_steps:
                    train_paraphrasers(pair, teacher, lambda r: views(r).images, budget, rng=rng)
                save_weights(path, both(pair))
        for paraphraser in pair:
            paraphraser.eval().requires_grad_(False)
        return pair


def _loop(run: Run, task: Task) -> LoopConfig:
    return LoopConfig(
        steps=run.network.steps,
        batch=run.batch,
        crop_px=run.crop_px,
        rate=run.network.rate,
        weight_decay=run.weight_decay,
        ema=run.ema,
        augment=task.augment,
        strong=replace(task.augment, gamma=0.8, contrast=0.4, brightness=0.12, noise=0.1, blur_px=1.5, probability=0.8),
    )


def _network(net: Net, task: Task, *, pretrained: bool = True) -> nn.Module:
    config = NetworkConfig(net.name, task.spec.channels, len(task.table) + 1, net.width, net.depth)  # type: ignore[arg-type]
    network = build_network(config)
    encoder = getattr(network, "encoder", None)
    if pretrained and encoder is not None:
        load_imagenet(encoder, resource_dir() / "weights" / IMAGENET)
    return network
