"""Ten slices that the program suggests beside ten random ones: what a student learns from correcting them, on slices that nobody chose.

A student begins with two labelled slices of a benchmark task (training/bench/tasks.py; "abdomen" is the demo's scans). It predicts
the rest, the slices are ranked as in the window (gf_desktop/ranking.py), and from the same weights two students go on: one with the
ten that rank first, one with ten drawn at random. Both take the same steps. Dice is of the task's test cases.
"""

from __future__ import annotations

import argparse
import copy
import sys
from typing import Any

import numpy as np
import torch
from torch import nn

from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.imaging.worth import empty_worths, measure_slices
from gf_desktop.ranking import Candidates, Pace, rank
from rows import Row, add_common_options, machine, report
from training.batches import batch_drawer
from training.bench.scoring import score
from training.bench.tasks import TASKS, Task, load_task
from training.config import NetworkConfig
from training.loop import start_learner, train
from training.method import LoopConfig, Method
from training.networks import build_network
from training.schedule import Budget, FreeRun

GOAL = 1.0
"""1 − Dice after random slices is to be at least as large as after suggested ones."""

FORWARD_BATCH = 16


def fit(network: nn.Module, task: Task, chosen: list[int], *, steps: int, seed: int) -> nn.Module:
    """Return a copy of a network after so many supervised steps on chosen training slices: its running average."""
    loop = LoopConfig(steps=steps, batch=8, crop_px=64, rate=2e-3, weight_decay=1e-2, ema=0.97, augment=task.augment, strong=task.augment)
    learner = start_learner(copy.deepcopy(network).train().requires_grad_(), loop, torch.Generator().manual_seed(seed))
    labelled = task.train.subset(torch.tensor(sorted(chosen)))
    draw = batch_drawer(labelled, None, Method(), loop, spec=task.spec)
    train(learner, draw, Method(), loop, Budget(FreeRun(), 0.0, float("inf"), steps), on_step=lambda _terms: None)
    return learner.average.eval()


def suggested(network: nn.Module, task: Task, labelled: list[int], *, count: int) -> list[int]:
    """Return the training slices that rank first, with those that are labelled as the reviewed ones."""
    images = task.train.images
    parts = []
    for first in range(0, len(images), FORWARD_BATCH):
        with torch.no_grad():
            batch = ((images[first : first + FORWARD_BATCH] - task.spec.mean) / task.spec.std).to(memory_format=torch.channels_last)
            parts.append(network(batch).logits.softmax(1))
    probability = torch.cat(parts)
    sure, classes = probability.max(1)
    states = np.full(classes.shape, VoxelState.PROPOSED, np.uint8)
    states[labelled] = VoxelState.ACCEPTED
    worths = empty_worths(len(images), task.table)
    labels = task.table.class_to_id()[classes.numpy()]
    confidence = np.rint(255.0 * sure.numpy()).astype(np.uint8)
    measure_slices(worths, images.permute(0, 2, 3, 1).numpy(), labels, states, confidence)
    found = rank([Candidates("task", worths, 1.0, 0.001)], count=count, pace=Pace())
    return [one.k for one in found]


def one_seed(task: Task, seed: int, *, steps: int, count: int) -> tuple[float, float, float]:
    """Return mean Dice on the test cases at the beginning, with suggested and with random slices."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    has = np.flatnonzero((task.train.targets[:, 1:].sum(dim=(1, 2, 3)) > 0).numpy())
    first = [int(k) for k in rng.choice(has, 2, replace=False)]
    config = NetworkConfig("enet", task.spec.channels, len(task.table) + 1, 0.5, 1.0)
    start = fit(build_network(config), task, first, steps=steps, seed=seed)
    best = suggested(start, task, first, count=count)
    left = [k for k in range(len(task.train)) if k not in first]
    drawn = [int(k) for k in rng.choice(left, min(count, len(left)), replace=False)]
    ends = [fit(start, task, [*first, *more], steps=steps, seed=seed + 1) for more in (best, drawn)]
    dice = [score(network, task.test, task.cases, spec=task.spec, table=task.table).mean for network in (start, *ends)]
    return dice[0], dice[1], dice[2]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 when suggested slices are worth at least as much as random ones on every task, in the mean over seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=sorted(TASKS), default=sorted(TASKS))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--count", type=int, default=10, help="slices that are corrected")
    add_common_options(parser, repeats=3)
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    told: dict[str, Any] = {}
    for name in options.tasks:
        task = load_task(name)
        found = []
        for seed in range(options.repeats):
            found.append(one_seed(task, seed, steps=options.steps, count=options.count))
            told_now = f"{name} seed {seed}: {found[-1][0]:.3f} -> suggested {found[-1][1]:.3f}, random {found[-1][2]:.3f}"
            print(told_now, file=sys.stderr, flush=True)
        mean = np.array(found).mean(axis=0)
        rows.append(Row.of(f"{name}: 1 - Dice after {options.count} slices", ours=1 - mean[1], peer=1 - mean[2], goal=GOAL))
        told[name] = [{"start": a, "suggested": b, "random": c} for a, b, c in found]
    facts = machine() | {"steps": options.steps, "seeds": options.repeats, "runs": told}
    return report(rows, title="Next best: suggested slices beside random ones, a seed each", as_json=options.json, facts=facts)


if __name__ == "__main__":
    sys.exit(main())
