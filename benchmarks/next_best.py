"""Ten slices that the program suggests beside ten random ones: what is gained from correcting them.

Two beginnings on each benchmark task (training/bench/tasks.py). *Another clinic*: a student learned from all of the task's training slices
and meets the other clinic's, its test slices; half of the examinations (of a single scan three slices in four) may be corrected, and
the others judge. *Two slices*: a student knows two labelled training slices; the other training slices may be corrected, and the test
slices judge.

The student predicts all slices that may be corrected, these are ranked as in the window (gf_desktop/ranking.py), and from the same
weights two students go on: one with the slices that rank first, one with as many drawn at random (twice; the mean counts). All take the
same steps. Two things are measured: Dice on the slices that judge, which nobody could choose, and Dice of the masks that the person has
in the end, the corrected slices being right. Where fewer than thirty slices may be corrected, a third of them is.
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.worth import empty_worths, measure_slices
from gf_desktop.ranking import Candidates, Pace, rank
from rows import Row, add_common_options, machine, report
from training.batches import batch_drawer
from training.bench.scoring import score
from training.bench.tasks import TASKS, Task, load_task
from training.config import NetworkConfig
from training.dataset import SliceSet
from training.loop import start_learner, train
from training.method import LoopConfig, Method
from training.networks import build_network
from training.schedule import Budget, FreeRun

GOAL = 1.0
"""1 − Dice after random slices is to be at least as large as after suggested ones, in the mean over tasks, beginnings and seeds."""

FORWARD_BATCH: Final = 16
CLINIC_STEPS: Final = 800
"""Of the student that learned in another clinic."""

RATE, CLINIC_RATE = 2e-3, 1e-3
"""Learning rates of a student that begins, and of one that goes on in another clinic."""

RANDOM_DRAWS: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A student and what it may learn from.

    Attributes
    ----------
    task
        Of the benchmark.
    network
        The student at the beginning.
    pool, known
        Slices that may be corrected, and the numbers of those that are labelled already.
    before
        What the student had learned from and keeps learning from; None where that is in the pool.
    judging, cases
        Slices that judge, and to which examination each belongs.
    rate
        Learning rate of the students that go on.
    """

    task: Task
    network: nn.Module
    pool: SliceSet
    known: list[int]
    before: SliceSet | None
    judging: SliceSet
    cases: tuple[int, ...]
    rate: float

    @property
    def wanted(self) -> int:
        """The most slices that are corrected: a third of those that may be."""
        return (len(self.pool) - len(self.known)) // 3

    def labelled(self, chosen: list[int]) -> SliceSet:
        """Return what a student learns from that has so many corrected slices; they count as much as all that was there before."""
        if self.before is None:
            return self.pool.subset(torch.tensor(sorted([*self.known, *chosen])))
        often = max(1, round(len(self.before) / len(chosen)))
        return _together(self.before, self.pool.subset(torch.tensor(sorted(chosen) * often)))


def _together(one: SliceSet, other: SliceSet) -> SliceSet:
    """Return the slices of two sets, air around the smaller ones."""
    rows, columns = (max(part.images.shape[axis] for part in (one, other)) for axis in (2, 3))

    def padded(part: SliceSet) -> SliceSet:
        room = (0, columns - part.images.shape[3], 0, rows - part.images.shape[2])
        images, targets, regions = (torch.nn.functional.pad(planes, room) for planes in (part.images, part.targets, part.regions))
        targets[:, 0] = 1 - targets[:, 1:].sum(dim=1)
        return SliceSet(images, targets, torch.nn.functional.pad(part.supervised, room, value=1.0), regions)

    parts = [padded(part) for part in (one, other)]
    return SliceSet(*(torch.cat([getattr(part, name) for part in parts]) for name in ("images", "targets", "supervised", "regions")))


def fit(network: nn.Module, task: Task, labelled: SliceSet, *, steps: int, seed: int, rate: float = RATE) -> nn.Module:
    """Return a copy of a network after so many supervised steps: its running average."""
    loop = LoopConfig(steps=steps, batch=8, crop_px=64, rate=rate, weight_decay=1e-2, ema=0.97, augment=task.augment, strong=task.augment)
    learner = start_learner(copy.deepcopy(network).train().requires_grad_(), loop, torch.Generator().manual_seed(seed))
    draw = batch_drawer(labelled, None, Method(), loop, spec=task.spec)
    train(learner, draw, Method(), loop, Budget(FreeRun(), 0.0, float("inf"), steps), on_step=lambda _terms: None)
    return learner.average.eval()


def _new_student(task: Task, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return build_network(NetworkConfig("enet", task.spec.channels, len(task.table) + 1, 0.5, 1.0))


def with_two_slices(task: Task, seed: int, *, steps: int) -> Trial:
    """Return the trial of a student that knows two slices."""
    rng = np.random.default_rng(seed)
    shows = np.flatnonzero((task.train.targets[:, 1:].sum(dim=(1, 2, 3)) > 0).numpy())
    known = [int(k) for k in rng.choice(shows, 2, replace=False)]
    network = fit(_new_student(task, seed), task, task.train.subset(torch.tensor(sorted(known))), steps=steps, seed=seed)
    return Trial(task, network, task.train, known, None, task.test, task.cases, RATE)


def in_another_clinic(task: Task, seed: int, *, steps: int) -> Trial:
    """Return the trial of a student that learned elsewhere; ``steps`` are those that it goes on for."""
    rng = np.random.default_rng(seed)
    network = fit(_new_student(task, seed), task, task.train, steps=max(CLINIC_STEPS, steps), seed=seed)
    cases = np.array(task.cases)
    numbers = np.unique(cases)
    chosen = rng.permutation(numbers)[: max(1, len(numbers) // 2)]
    judges = np.isin(cases, chosen) if len(numbers) > 1 else np.arange(len(cases)) % 4 == seed % 4
    pool, judging = (task.test.subset(torch.from_numpy(np.flatnonzero(here))) for here in (~judges, judges))
    return Trial(task, network, pool, [], task.train, judging, tuple(int(case) for case in cases[judges]), CLINIC_RATE)


BEGINNINGS: Final[dict[str, Callable[..., Trial]]] = {"another clinic": in_another_clinic, "two slices": with_two_slices}


def _probability(network: nn.Module, task: Task, images: Tensor) -> Tensor:
    """Return probabilities, float [n, classes, rows, columns]."""
    parts = []
    for first in range(0, len(images), FORWARD_BATCH):
        with torch.no_grad():
            batch = ((images[first : first + FORWARD_BATCH] - task.spec.mean) / task.spec.std).to(memory_format=torch.channels_last)
            parts.append(network(batch).logits.softmax(1))
    return torch.cat(parts)


def suggested(trial: Trial, *, count: int) -> list[int]:
    """Return the slices of the pool that rank first."""
    task, images = trial.task, trial.pool.images
    sure, classes = _probability(trial.network, task, images).max(1)
    states = np.full(classes.shape, VoxelState.PROPOSED, np.uint8)
    states[trial.known] = VoxelState.ACCEPTED
    worths = empty_worths(len(images), task.table)
    labels = task.table.class_to_id()[classes.numpy()]
    confidence = np.rint(255.0 * sure.numpy()).astype(np.uint8)
    measure_slices(worths, images.permute(0, 2, 3, 1).numpy(), labels, states, confidence)
    return [one.k for one in rank([Candidates("task", worths, 1.0, 0.001)], count=count, pace=Pace())]


def outcome(trial: Trial, network: nn.Module, corrected: list[int]) -> tuple[float, float]:
    """Return mean Dice on the slices that judge, and of the masks of the pool in the end."""
    task = trial.task
    learned = score(network, trial.judging, trial.cases, spec=task.spec, table=task.table).mean
    masks, truth = _probability(network, task, trial.pool.images).argmax(1), trial.pool.targets.argmax(1)
    right = torch.tensor([*trial.known, *corrected], dtype=torch.int64)
    masks[right] = truth[right]
    dice = []
    for number in range(1, len(task.table) + 1):
        ours, theirs = masks == number, truth == number
        dice.append(2 * int((ours & theirs).sum()) / max(1, int(ours.sum() + theirs.sum())))
    return learned, float(np.mean(dice))


def one_seed(trial: Trial, seed: int, *, steps: int, count: int) -> dict[str, list[float]]:
    """Return what :func:`outcome` gives at the beginning, with suggested and with random slices."""
    rng = np.random.default_rng((seed, 1))
    count = min(count, trial.wanted)
    left = [k for k in range(len(trial.pool)) if k not in trial.known]
    draws = [[int(k) for k in rng.choice(left, count, replace=False)] for _ in range(RANDOM_DRAWS)]

    def after(chosen: list[int]) -> tuple[float, float]:
        network = fit(trial.network, trial.task, trial.labelled(chosen), steps=steps, seed=seed + 1, rate=trial.rate)
        return outcome(trial, network, chosen)

    random = np.mean([after(chosen) for chosen in draws], axis=0)
    return {
        "start": list(outcome(trial, trial.network, [])),
        "suggested": list(after(suggested(trial, count=count))),
        "random": random.tolist(),
        "slices": [float(count)],
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 when suggested slices are worth at least as much as random ones, in the mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=sorted(TASKS), default=sorted(TASKS))
    parser.add_argument("--begin", nargs="+", choices=list(BEGINNINGS), default=list(BEGINNINGS))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--count", type=int, default=10, help="slices that are corrected")
    parser.add_argument("--first-seed", type=int, default=0)
    add_common_options(parser, repeats=3)
    options = parser.parse_args(arguments)
    told: dict[str, Any] = {}
    for name in options.tasks:
        task = load_task(name)
        for begin in options.begin:
            for seed in range(options.first_seed, options.first_seed + options.repeats):
                found = one_seed(BEGINNINGS[begin](task, seed, steps=options.steps), seed, steps=options.steps, count=options.count)
                told.setdefault(f"{name}, {begin}", []).append(found)
                ways = {way: " and ".join(f"{dice:.3f}" for dice in found[way]) for way in ("start", "suggested", "random")}
                words = ", ".join(f"{way} {dice}" for way, dice in ways.items())
                print(f"{name}, {begin}, seed {seed}: {words}", file=sys.stderr, flush=True)
    return report(_rows(told), title="Next best: suggested slices beside random ones", as_json=options.json, facts=_facts(options, told))


def _rows(told: dict[str, list[dict[str, list[float]]]]) -> list[Row]:
    """Return 1 − Dice of each task and beginning for information, and their mean with the goal."""
    rows: list[Row] = []
    for number, what in enumerate(("slices that judge", "the person's own masks")):
        ends = [[np.mean([found[way][number] for found in seeds]) for way in ("suggested", "random")] for seeds in told.values()]
        rows += [Row.of(f"{where}: 1 - Dice, {what}", ours=1 - a, peer=1 - b) for where, (a, b) in zip(told, ends, strict=True)]
        ours, peer = (float(value) for value in 1 - np.mean(ends, axis=0))
        rows.append(Row.of(f"all: 1 - Dice, {what}", ours=ours, peer=peer, goal=GOAL))
    return rows


def _facts(options: argparse.Namespace, told: dict[str, Any]) -> dict[str, Any]:
    return machine() | {"steps": options.steps, "seeds": options.repeats} | ({"runs": told} if options.json else {})


if __name__ == "__main__":
    sys.exit(main())
