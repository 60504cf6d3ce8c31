"""train-teacher and distill: the one loop on a prepared set."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import file_sha256
from gf_desktop.resources import resource_dir
from training.batches import batch_drawer
from training.commands.cards import WEIGHTS, NetworkCard, load_network, load_paraphrasers, write_network
from training.commands.configs import DistillConfig, NetworkChoice, ParaphraseConfig, TrainTeacherConfig
from training.commands.data import Learning, read_learning
from training.commands.folder import RunFolder, sources_of
from training.commands.interrupts import Interrupts
from training.commands.keeper import Keeper
from training.commands.logs import EventLogs
from training.console import console_on
from training.dataset import SliceSet
from training.devices import Devices
from training.evaluate import Scores, judge_slices
from training.loop import start_learner, train
from training.method import Method
from training.networks import build_network
from training.networks.discriminator import Discriminator
from training.networks.lite_encoder import load_imagenet
from training.objective import Terms
from training.schedule import Budget, Control, FreeRun
from training.teacher import Teacher, cache_word
from training.teacher_cache import open_cache

__all__ = ["Scene", "begun", "named_teacher", "new_network", "run_training", "scene"]

IMAGENET = "efficientnet_lite0_imagenet.safetensors"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a verb runs on: its devices, who is told, and who may stop it."""

    devices: Devices
    control: Control
    interrupts: Interrupts


@contextmanager
def scene(config: DistillConfig | TrainTeacherConfig | ParaphraseConfig) -> Iterator[Scene]:
    """Open the devices; tell of progress on standard error, from the first process alone."""
    from training.worker import keep_freed_memory

    keep_freed_memory()
    devices = Devices(config.device)
    with ExitStack() as stack:
        interrupts = stack.enter_context(Interrupts())
        control: Control = stack.enter_context(console_on(sys.stderr)) if devices.first else FreeRun()
        yield Scene(devices, control, interrupts)
        devices.close()


def begun(folder: RunFolder, keeper: Keeper, at: Scene, *, verb: str, config: Any, resume: bool, step: Callable[[], int]) -> EventLogs:
    """Claim a run's folder, go on from its newest checkpoint where there is one, and return its logs.

    Parameters
    ----------
    step
        Returns the learner's step.
    """
    if at.devices.first:
        folder.claim(verb, config)
    at.devices.wait()
    found = keeper.resume() if resume else None
    if found is not None and at.devices.first:
        at.control.warned(f"the run goes on from step {step()}")
    logs = EventLogs(folder.path / "events" if at.devices.first else None, begin=step(), tell=at.control.warned)
    keeper.write_to(logs)
    return logs


def new_network(choice: NetworkChoice, channels: int, classes: int) -> nn.Module:
    """Return a network with fresh weights from torch's global generator, its encoder with ImageNet's where it can and shall."""
    network = build_network(choice.of_data(channels, classes))
    encoder = getattr(network, "encoder", None)
    if choice.pretrained and choice.name in ("lite_unet", "lite_fanet") and encoder is not None:
        load_imagenet(encoder, resource_dir() / "weights" / IMAGENET)
    return network


def named_teacher(run: str, data: Learning) -> tuple[nn.Module, NetworkCard]:
    """Return the trained teacher of a run, and its card.

    Raises
    ------
    TrainingError
        When none is named, or it is missing, damaged, holds NaN, or was made for other structures or channels.
    """
    if not run:
        raise TrainingError("No teacher is named", next_step="Set teacher.run to the folder of a run of train-teacher.")
    teacher, card = load_network(Path(run), who="teacher")
    ours, theirs = ([(s.id, s.name) for s in table] for table in (data.table, card.table))
    if ours != theirs:
        raise TrainingError(
            f"The teacher knows the structures {', '.join(card.table.names)}, and the data have {', '.join(data.table.names)}",
            where=run,
            next_step="Train a teacher on this set.",
        )
    channels, classes = card.network.in_channels, card.network.num_classes
    if (channels, classes) != (data.spec.channels, len(data.table) + 1):
        raise TrainingError(
            f"The teacher takes images of {channels} channels and tells {classes} classes, and the data have {data.spec.channels} and "
            f"{len(data.table) + 1}",
            where=run,
            next_step="Train a teacher on this set.",
        )
    return teacher, card


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Who is asked, with which normalisation, and the hashes of both networks; no teacher where the method has none.

    ``labels`` are the share of the labels from which the student learns, itself or through its teacher, and their seed; None where they
    are not known.
    """

    teacher: Teacher | None
    spec: PreprocessSpec
    labels: tuple[float | None, int | None]
    teacher_sha256: str = ""
    paraphrasers_sha256: str = ""

    def sources(self, data_set: str) -> dict[str, str]:
        """Return what a run on a set learns from, by name -> hashes."""
        return sources_of(data_set, teacher_sha256=self.teacher_sha256, paraphrasers_sha256=self.paraphrasers_sha256)


def _lesson(config: DistillConfig | TrainTeacherConfig, data: Learning) -> _Lesson:
    if not isinstance(config, DistillConfig) or not config.method.needs_teacher:
        return _Lesson(None, data.spec, (config.data.labelled, config.data.split_seed))
    network, card = named_teacher(config.teacher.run, data)
    labels = _labels_seen(config, card)
    pair, pair_sha256 = None, ""
    if config.method.needs_codes:
        if not config.paraphraser.run:
            raise TrainingError(
                "The method compares features, and no Paraphrasers are named",
                next_step="Set paraphraser.run to the folder of a run of paraphrase.",
            )
        student = build_network(config.network.of_data(data.spec.channels, len(data.table) + 1))
        pair = load_paraphrasers(
            Path(config.paraphraser.run), network, teacher_sha256=card.sha256, student=student, channels=data.spec.channels
        )
        pair_sha256 = file_sha256(Path(config.paraphraser.run) / WEIGHTS)
    return _Lesson(Teacher(network, pair), replace(data.spec, mean=card.mean, std=card.std), labels, card.sha256, pair_sha256)


def _labels_seen(config: DistillConfig, card: NetworkCard) -> tuple[float | None, int | None]:
    """Return the share of the labels and the seed that stand behind a student; refuse a teacher that saw labels which the student may not.

    With one seed, the patients of a smaller share are among those of a larger one.
    """
    own = config.data.labelled, config.data.split_seed
    known = card.labelled is not None and card.labelled <= own[0] and card.split_seed == own[1]
    if own[0] == 1 or known:
        return own
    if config.teacher.other_labels:
        return None, None
    theirs = f"share of {card.labelled} (seed {card.split_seed}) of the labels"
    raise TrainingError(
        f"The teacher's card does not say which labels it saw, and the student may use {own[0]} (seed {own[1]})"
        if card.labelled is None
        else f"The teacher saw a {theirs}, and the student may use {own[0]} (seed {own[1]}): it would be told labels that are not its own",
        where=config.teacher.run,
        next_step="Train a teacher with the same data.labelled and data.split_seed; or set teacher.other_labels = true if that is wanted.",
    )


def run_training(
    verb: str, folder: RunFolder, config: DistillConfig | TrainTeacherConfig, *, resume: bool, cache: Path | None = None
) -> dict[str, Any]:
    """Train a network, and return where it lies and how it does on the validation slices.

    Parameters
    ----------
    cache
        Folder that keeps the teacher's word from run to run; None to ask it anew.

    Raises
    ------
    UserError
        When data, teacher or Paraphrasers are missing or wrong, training goes astray, or the disk is full.
    Interrupted
        When the person asked to stop.
    """
    with scene(config) as at:
        data = read_learning(config.data)
        lesson = _lesson(config, data)
        labelled, unlabelled = _asked(config, data, lesson, at, cache)
        free = config.loop.batch - config.loop.batch // 2 if config.method.uses_unlabelled and len(unlabelled) else 0
        at.devices.check_batch(labelled=config.loop.batch - free, unlabelled=free)
        _note(config.method, unlabelled, at.control)
        torch.manual_seed(config.run.seed)
        classes = len(data.table) + 1
        network = new_network(config.network, data.spec.channels, classes)
        critic = Discriminator(classes) if config.method.adversarial.used else None
        learner = start_learner(network, config.loop, torch.Generator().manual_seed(config.run.seed), critic=critic)
        at.devices.place(learner, measure_every=config.loop.measure_every)

        def judge(average: nn.Module) -> Scores:
            return judge_slices(average, data.validation, lesson.spec, data.table)

        keeper = Keeper(
            folder,
            config.run,
            devices=at.devices,
            learner=learner,
            steps=config.loop.steps,
            control=at.control,
            interrupts=at.interrupts,
            sources=lesson.sources(config.data.set),
            judge=judge if len(data.validation) else None,
        )
        online = None if lesson.teacher is None or labelled.guide is not None else lesson.teacher
        draw = batch_drawer(labelled, unlabelled, config.method, config.loop, spec=lesson.spec, teacher=online)

        def on_step(terms: Terms) -> None:
            keeper.after_step(lambda: Terms(*at.devices.mean(torch.stack(terms)).unbind()).as_floats(), stage=verb)

        with begun(folder, keeper, at, verb=verb, config=config, resume=resume, step=lambda: learner.step):
            budget = Budget(at.control, 0.0, float("inf"), config.loop.steps)
            part = at.devices.part_of(draw, labelled=config.loop.batch - free)
            train(learner, part, config.method, config.loop, budget, on_step=on_step)
        card = NetworkCard(
            "network",
            config.network.of_data(data.spec.channels, classes),
            data.table,
            data.name,
            lesson.spec.mean,
            lesson.spec.std,
            *lesson.labels,
        )
        return _written(folder, keeper, card, data, at.devices)


def _written(folder: RunFolder, keeper: Keeper, card: NetworkCard, data: Learning, devices: Devices) -> dict[str, Any]:
    """Write what a run made, from the first process alone, and return a summary."""
    metrics = keeper.metrics()
    if devices.first:
        write_network(folder.path, keeper.best_average(), card)
        counts = {"labelled": len(data.labelled), "unlabelled": len(data.unlabelled), "validation": len(data.validation)}
        folder.write_json("metrics.json", metrics | {"data": data.name, "notice": data.notice, "slices": counts})
    devices.wait()
    return {"out": str(folder.path), "validation": metrics["validation"], "steps": metrics["steps"], "seconds": metrics["seconds"]}


def _note(method: Method, unlabelled: SliceSet, control: Control) -> None:
    if method.unlabelled in ("consistency", "pseudo") and not len(unlabelled):
        control.warned("the method learns from unlabelled images, and the set has none: only the labels count")


def _asked(
    config: DistillConfig | TrainTeacherConfig, data: Learning, lesson: _Lesson, at: Scene, cache: Path | None
) -> tuple[SliceSet, SliceSet]:
    """Return the slices, with the word of the teacher where it is cached."""
    sets = data.labelled, data.unlabelled
    if lesson.teacher is None or not isinstance(config, DistillConfig):
        return sets
    teacher = lesson.teacher
    for network in (teacher.network, *(teacher.paraphrasers or ())):
        network.to(at.devices.device)
    if not config.teacher.cached:
        return sets
    wanted = sets if config.method.uses_unlabelled else sets[:1]
    total, before = sum(len(part) for part in wanted), 0

    def tell(done: int) -> None:
        if at.interrupts.asked:
            raise at.interrupts.stopped("nothing was trained yet")
        at.control.progress("ask the teacher", before + done, total, {})

    said = []
    for part in wanted:
        if cache is None:
            said.append(cache_word(part, teacher, spec=lesson.spec, on_batch=tell))
        else:
            said.append(open_cache(cache, part, teacher, spec=lesson.spec, on_batch=tell))
        before += len(part)
    if at.devices.first:
        at.control.progress("ask the teacher", total, total, {})
    return said[0], said[1] if len(said) > 1 else data.unlabelled
