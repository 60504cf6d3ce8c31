"""A refinement round from an order to a candidate: read, fit, check, export."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import torch

from gf_desktop.errors import TrainingError
from gf_desktop.pack import ModelCard
from gf_desktop.protocol import Accepted, Event, Start
from training.amounts import Amounts, most_in
from training.card import PROCESSOR, choose_device, device_name, is_card_failure, is_out_of_memory
from training.choosing import FitResult
from training.config import RefineConfig
from training.dataset import Manifest, Round, SliceSet, load_round, read_manifest, read_replay
from training.distill import Models, fit
from training.export_onnx import measure_parity
from training.growing import REPLAY_STRUCTURES, grow_pack, not_learned_yet, replay_ids
from training.networks.paraphraser import Paraphraser
from training.packs import REPLAY, LoadedPack, complete_folder, load_pack, write_pack
from training.plan import Plan, read_plan
from training.schedule import Control, FreeRun
from training.starting import first_pack, first_recipe
from training.states import RoundFolder

__all__ = ["Outcome", "Teller", "Unwatched", "refine"]

PROBE_SLICES = 4
"""Real slices on which the exported student is compared with the trained one."""


class Teller(Control, Protocol):
    """A Control that also sends events of its own."""

    def tell(self, event: Event) -> None:
        """Send an event."""
        ...


class Unwatched(FreeRun):
    """A Teller for rounds that nobody watches, as when one is repeated from its plan."""

    def tell(self, event: Event) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the desktop is told about a candidate."""

    parity: float
    notes: dict[str, float | str]


def refine(order: Start, desktop: Teller, *, plan: Plan | None = None) -> Outcome:
    """Carry out a round and write the candidate's pack.

    Parameters
    ----------
    order
        What to do. With ``resume`` the round goes on from what lies in its folder; where its candidate is there already, it is told.
    desktop
        Is told and asked; :class:`Unwatched` where there is none.
    plan
        To be followed to the letter; None for that of ``order.plan``, or for one that is made from the machine's speed.

    Raises
    ------
    StopRequested
        When it was given up; nothing is left at ``order.out_dir``, and the round can be resumed.
    UserError
        When it cannot start or go on.
    """
    desktop.progress("load", 0, 1, {})
    recipe = order.recipe if order.parent_dir else first_recipe(order.recipe)
    config = _with_amounts(RefineConfig.from_recipe(recipe, minutes=order.minutes, seed=order.seed))
    if plan is None and order.plan:
        plan = _plan_of(Path(order.plan))
    if order.threads > 0:
        torch.set_num_threads(order.threads)
    torch.manual_seed(order.seed)
    manifest = read_manifest(Path(order.manifest))
    desktop.between()
    start = _starting_point(order, manifest, desktop)
    pack, replay_path = start.pack, start.replay
    known = pack.card.table
    data = load_round(
        manifest,
        pack.card.preprocess,
        classes=len(known) + 1,
        known=known,
        structures=order.structures,
        most=Amounts(config.most_labelled, config.most_unlabelled, config.most_judged),
        # a project's rounds usually have the same seed, and each shall take other slices
        seed=zlib.crc32(f"{order.seed} {order.run_id}".encode()),
    )
    replay = None if replay_path is None else read_replay(replay_path, known, ids=start.replay_ids)
    device = choose_device(order.device, on_trouble=desktop.warned)
    computed_on = device_name(device)
    desktop.tell(_accepted(order, data, computed_on))
    if not data.validation_count:
        desktop.warned("No approved slice is held back yet; the corrected slices themselves decide")
    for name in not_learned_yet(known, manifest, structures=order.structures):
        desktop.warned(f"{name} is approved only where new students are judged, so it is not learned yet: approve it on another slice")
    probe = (_probe(data) - pack.card.preprocess.mean) / pack.card.preprocess.std
    if order.resume and (done := _finished(order, probe)) is not None:
        return done
    sources = _sources(order, manifest_sha256=manifest.sha256, parent_sha256=start.sha256)
    folder = RoundFolder(Path(order.run_dir), desktop, sources=sources, every_s=config.state_every_s)
    made = _fitted(order, manifest, start, _Given(data, replay, config, folder, plan, device), desktop)
    result = made.result
    desktop.between()
    facts = {"manifest_sha256": manifest.sha256, "minutes": round(desktop.elapsed_s / 60, 2), "plan": folder.plan.as_json()}
    facts["device"] = computed_on if made.device == device else f"{computed_on}, then {device_name(made.device)}"
    if order.structures:
        facts["structures"] = sorted(order.structures)
    if replay_path is not None and set(start.replay_ids) != set(known.ids):
        facts[REPLAY_STRUCTURES] = list(start.replay_ids)
    card = _card(pack.card, order, config, result, facts=facts)
    with complete_folder(Path(order.out_dir)) as temporary:
        desktop.progress("export", 0, 1, {})
        shallow, deep = made.paraphrasers
        models = Models(result.student, result.teacher, (shallow.cpu(), deep.cpu()))
        parity = write_pack(temporary, card, models, replay=replay_path, probe=probe)
        desktop.between()
    desktop.progress("export", 1, 1, {})
    return Outcome(parity, _notes(card, parity))


@dataclass(frozen=True, slots=True)
class _StartingPoint:
    """What a round begins with: networks, the hash of the student before it ("" for none), and the pack's own slices."""

    pack: LoadedPack
    sha256: str = ""
    replay: Path | None = None
    replay_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Given:
    """What a fit is given, whatever computes it."""

    data: Round
    replay: tuple[SliceSet, SliceSet] | None
    config: RefineConfig
    folder: RoundFolder
    plan: Plan | None
    device: torch.device


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What came of it, with the Paraphrasers that were used, and what computed it in the end."""

    result: FitResult
    paraphrasers: tuple[Paraphraser, Paraphraser]
    device: torch.device


def _fitted(order: Start, manifest: Manifest, start: _StartingPoint, given: _Given, desktop: Teller) -> _Fitted:
    """Fit on a device; should a graphics card fail on the way, go on from the last state on the processor."""

    def attempt(pack: LoadedPack, where: torch.device, *, goes_on: bool, pace_anew: bool) -> _Fitted:
        result = fit(pack.models, given.data, given.replay, spec=pack.card.preprocess, table=pack.card.table, config=given.config,
                     control=desktop, folder=given.folder, resume=goes_on, plan=given.plan, device=where, pace_anew=pace_anew)  # fmt: skip
        return _Fitted(result, pack.models.paraphrasers, where)

    try:
        return attempt(start.pack, given.device, goes_on=order.resume, pace_anew=False)
    except (RuntimeError, MemoryError, TrainingError) as error:
        if given.device == PROCESSOR or not (is_card_failure(error) or is_out_of_memory(error)):
            raise
        why = "has too little memory" if is_out_of_memory(error) else "failed"
    # here, not where it was caught: what the card held is let go of by now
    desktop.warned(f"The graphics card {why}: the round goes on on the processor, from its last state")
    torch.manual_seed(order.seed)
    return attempt(_starting_point(order, manifest, desktop).pack, PROCESSOR, goes_on=True, pace_anew=True)


def _starting_point(order: Start, manifest: Manifest, control: Control) -> _StartingPoint:
    """Return the active model, grown where the project has more structures, or new networks where there is none."""
    if not order.parent_dir:
        return _StartingPoint(first_pack(manifest, model_id=order.candidate_id, between=control.between, structures=order.structures))
    folder = Path(order.parent_dir)
    pack = load_pack(folder)
    control.between()
    if not set(manifest.table.ids) & set(pack.card.table.ids):
        raise TrainingError(
            "The project has none of the structures of the active model",
            where=order.manifest,
            next_step="Activate a model of this project, or start a project without a model.",
        )
    replay = folder / REPLAY if REPLAY in pack.card.files else None
    return _StartingPoint(
        grow_pack(pack, manifest, seed=order.seed, structures=order.structures), pack.card.sha256, replay, replay_ids(pack)
    )


def _with_amounts(config: RefineConfig) -> RefineConfig:
    """Return the numbers of slices as numbers, so that the card says them and who repeats the round in other minutes takes the same."""
    usual = most_in(config.minutes)
    return replace(
        config,
        most_labelled=config.most_labelled or usual.labelled,
        most_unlabelled=config.most_unlabelled or usual.unlabelled,
        most_judged=config.most_judged or usual.judged,
    )


def _accepted(order: Start, data: Round, computed_on: str) -> Accepted:
    return Accepted(
        run_id=order.run_id,
        device=computed_on,
        labelled=len(data.labelled),
        unlabelled=len(data.unlabelled),
        validation=data.validation_count,
        labelled_of=data.labelled_count,
        unlabelled_of=data.unlabelled_count,
    )


def _plan_of(path: Path) -> Plan:
    plan = read_plan(path)
    if plan is None:
        raise TrainingError("The plan to follow is not there", where=str(path), next_step="Name another file, or refine without a plan.")
    return plan


def _sources(order: Start, *, manifest_sha256: str, parent_sha256: str) -> dict[str, str | int]:
    """Return what a round must still have in common with its states to go on from them; paths may differ."""
    recipe = json.dumps({name: value for name, value in order.recipe.items() if name != "state_every_s"}, sort_keys=True)
    sources: dict[str, str | int] = {"list of scans": manifest_sha256, "model": parent_sha256, "seed": order.seed, "recipe": recipe}
    if order.structures:
        sources["list of structures"] = json.dumps(sorted(order.structures))
    return sources


def _finished(order: Start, probe: torch.Tensor) -> Outcome | None:
    """Return the outcome of a round whose candidate was written before it was interrupted, None where there is none."""
    out_dir = Path(order.out_dir)
    if not out_dir.is_dir():
        return None
    pack = load_pack(out_dir)
    if pack.card.training.get("run_id") != order.run_id:
        return None
    parity = measure_parity(pack.models.student, out_dir, pack.card.preprocess, images=probe)
    return Outcome(parity, _notes(pack.card, parity))


def _probe(data: Round) -> torch.Tensor:
    return data.labelled.images[:PROBE_SLICES]


def _notes(card: ModelCard, parity: float) -> dict[str, float | str]:
    notes: dict[str, float | str] = {"steps": float(card.training["steps"]), "kept": float(card.training["kept"]), "parity": parity}
    for name, key in (("student", "mean_dice"), ("teacher", "teacher_mean_dice"), ("replay", "replay_mean_dice")):
        if card.metrics[key] is not None:
            notes[f"{name}_mean_dice"] = float(card.metrics[key])
    return notes


def _card(parent: ModelCard, order: Start, config: RefineConfig, result: FitResult, *, facts: dict[str, Any]) -> ModelCard:
    scores = result.student_scores
    return replace(
        parent,
        id=order.candidate_id,
        parent=parent.id if parent.files else None,
        files={},
        metrics={
            "of": "the round's held-back slices",
            "mean_dice": None if scores is None else scores.mean,
            "structures": {} if scores is None else {name: {"dice": dice} for name, dice in scores.dice.items()},
            "teacher_mean_dice": None if result.teacher_scores is None else result.teacher_scores.mean,
            "replay_mean_dice": None if result.replay_scores is None else result.replay_scores.mean,
        },
        training_data=parent.training_data
        if "refined" in parent.training_data or not parent.files
        else f"{parent.training_data} Then refined on a project's own slices.",
        training={
            "seed": order.seed,
            **facts,
            "run_id": order.run_id,
            "steps": result.steps,
            "kept": result.kept,
            "recipe": asdict(config),
            "threads": torch.get_num_threads(),
            "cores": os.cpu_count() or 0,
        },
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
