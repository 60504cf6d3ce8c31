"""paraphrase: the two auto-encoders that put a teacher's taps into as many channels as a student's have."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gf_desktop.errors import TrainingError
from training.batches import batch_drawer
from training.commands.cards import NetworkCard, write_network
from training.commands.configs import ParaphraseConfig
from training.commands.data import read_learning
from training.commands.folder import RunFolder, sources_of
from training.commands.keeper import Keeper
from training.commands.train import begun, named_teacher, scene
from training.method import Method
from training.networks import build_network
from training.paraphrase import both, new_paraphrasers, paraphraser_learner, train_paraphrasers
from training.schedule import Budget, FreeRun

__all__ = ["run_paraphrase"]

VERB = "paraphrase"


def run_paraphrase(folder: RunFolder, config: ParaphraseConfig, *, resume: bool) -> dict[str, Any]:
    """Train the Paraphrasers of a teacher for a student, without labels, and return where they lie.

    All training slices are used, whether labelled or not.

    Raises
    ------
    UserError
        When data or teacher are missing or wrong, several processes were started, or the disk is full.
    Interrupted
        When the person asked to stop.
    """
    with scene(config) as at:
        devices = at.devices
        if devices.world > 1:
            raise TrainingError(f"{devices.world} processes were started for Paraphrasers", next_step="Start paraphrase without torchrun.")
        data = read_learning(config.data)
        teacher, card = named_teacher(config.teacher.run, data)
        teacher.to(devices.device)
        torch.manual_seed(config.run.seed)
        channels, choice = data.spec.channels, config.network.of_data(data.spec.channels, len(data.table) + 1)
        pair = new_paraphrasers(build_network(choice), teacher, channels)
        for paraphraser in pair:
            paraphraser.to(devices.device)
        rng = torch.Generator().manual_seed(config.run.seed)
        learner = paraphraser_learner(pair, rng)
        keeper = Keeper(
            folder,
            config.run,
            devices=devices,
            learner=learner,
            steps=config.loop.steps,
            control=at.control,
            interrupts=at.interrupts,
            sources=sources_of(config.data.set, teacher_sha256=card.sha256),
        )
        # images alone are asked for, so labelled and unlabelled slices are drawn alike
        views = batch_drawer(data.everything, None, Method(), config.loop, spec=card.spec)

        def draw(generator: torch.Generator) -> Tensor:
            return views(generator).images.to(devices.device)

        def on_step(loss: float) -> None:
            keeper.after_step(lambda: {"reconstruction": loss}, stage=VERB)

        with begun(folder, keeper, at, verb=VERB, config=config, resume=resume, step=lambda: learner.step):
            # the keeper tells of each step
            budget = Budget(FreeRun(), 0.0, float("inf"), config.loop.steps)
            train_paraphrasers(pair, teacher, draw, budget, rng=rng, learner=learner, on_step=on_step)
        made = NetworkCard("paraphrasers", choice, data.table, data.name, card.mean, card.std, teacher_sha256=card.sha256)
        write_network(folder.path, both(pair).cpu(), made)
        metrics = keeper.metrics()
        folder.write_json("metrics.json", metrics | {"data": data.name, "notice": data.notice})
        return {"out": str(folder.path), "losses": metrics["losses"], "steps": metrics["steps"], "seconds": metrics["seconds"]}
