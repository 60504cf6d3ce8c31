"""A refinement round from an order to a candidate: read, fit, check, export."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import torch

from gf_desktop.errors import TrainingError
from gf_desktop.pack import ModelCard
from gf_desktop.protocol import Accepted, Event, Start
from training.config import RefineConfig
from training.dataset import Round, load_round, read_manifest, read_replay
from training.distill import FitResult, Models, fit
from training.packs import REPLAY, complete_folder, load_pack, write_pack
from training.schedule import Control

__all__ = ["Outcome", "Teller", "refine"]

PROBE_SLICES = 4
"""Real slices on which the exported student is compared with the trained one."""


class Teller(Control, Protocol):
    """A Control that also sends events of its own."""

    def tell(self, event: Event) -> None:
        """Send an event."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the desktop is told about a candidate."""

    parity: float
    notes: dict[str, float | str]


def refine(order: Start, desktop: Teller) -> Outcome:
    """Carry out a round and write the candidate's pack.

    Raises
    ------
    StopRequested
        When it was given up; nothing is left at ``order.out_dir``.
    UserError
        When it cannot start or go on.
    """
    desktop.progress("load", 0, 1, {})
    config = RefineConfig.from_recipe(order.recipe, minutes=order.minutes, seed=order.seed)
    if order.threads > 0:
        torch.set_num_threads(order.threads)
    torch.manual_seed(order.seed)
    parent_dir = Path(order.parent_dir)
    pack = load_pack(parent_dir)
    desktop.between()
    manifest = read_manifest(Path(order.manifest))
    known = pack.card.table
    if not set(manifest.table.ids) & set(known.ids):
        raise TrainingError(
            "The project has none of the structures of the active model",
            where=order.manifest,
            next_step="Activate a model of this project.",
        )
    data = load_round(manifest, pack.card.preprocess, classes=len(known) + 1, known=known)
    replay_path = parent_dir / REPLAY if REPLAY in pack.card.files else None
    replay = None if replay_path is None else read_replay(replay_path, pack.card.table)
    desktop.tell(
        Accepted(run_id=order.run_id, labelled=len(data.labelled), unlabelled=len(data.unlabelled), validation=data.validation_count)
    )
    if not data.validation_count:
        desktop.warned("No approved slice is held back yet; the corrected slices themselves decide")
    desktop.progress("paraphrasers", 1, 1, {})
    result = fit(pack.models, data, replay, spec=pack.card.preprocess, table=pack.card.table, config=config, control=desktop)
    desktop.between()
    desktop.progress("check", 0, 1, {})
    card = _card(pack.card, order, config, result, manifest_sha256=manifest.sha256, minutes=desktop.elapsed_s / 60)
    probe = (_probe(data) - card.preprocess.mean) / card.preprocess.std
    with complete_folder(Path(order.out_dir)) as folder:
        desktop.progress("export", 0, 1, {})
        parity = write_pack(folder, card, Models(result.student, result.teacher, pack.models.paraphrasers), replay=replay_path, probe=probe)
        desktop.between()
    desktop.progress("export", 1, 1, {})
    return Outcome(parity, _notes(result, parity))


def _probe(data: Round) -> torch.Tensor:
    return data.labelled.images[:PROBE_SLICES]


def _notes(result: FitResult, parity: float) -> dict[str, float | str]:
    notes: dict[str, float | str] = {"steps": float(result.steps), "kept": result.kept, "parity": parity}
    for name, scores in (("student", result.student_scores), ("teacher", result.teacher_scores), ("replay", result.replay_scores)):
        if scores is not None and scores.mean is not None:
            notes[f"{name}_mean_dice"] = scores.mean
    return notes


def _card(parent: ModelCard, order: Start, config: RefineConfig, result: FitResult, *, manifest_sha256: str, minutes: float) -> ModelCard:
    scores = result.student_scores
    return replace(
        parent,
        id=order.candidate_id,
        parent=parent.id,
        files={},
        metrics={
            "of": "the round's held-back slices",
            "mean_dice": None if scores is None else scores.mean,
            "structures": {} if scores is None else {name: {"dice": dice} for name, dice in scores.dice.items()},
            "teacher_mean_dice": None if result.teacher_scores is None else result.teacher_scores.mean,
            "replay_mean_dice": None if result.replay_scores is None else result.replay_scores.mean,
        },
        training_data=parent.training_data
        if "refined" in parent.training_data
        else f"{parent.training_data} Then refined on a project's own slices.",
        training={
            "seed": order.seed,
            "minutes": round(minutes, 2),
            "manifest_sha256": manifest_sha256,
            "run_id": order.run_id,
            "steps": result.steps,
            "kept": result.kept,
            "recipe": asdict(config),
            "threads": torch.get_num_threads(),
            "cores": os.cpu_count() or 0,
        },
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
