"""A real training process, killed with SIGKILL at random steps and taken up again, ends where an unbroken run ends.

Bit for bit, so each process computes with one thread: a sum that several threads share may be cut in another way from run to run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from training.checkpoint import checkpoint_path, newest_checkpoint

ROOT = Path(__file__).resolve().parents[2]
STEPS = 9
PATIENCE_S = 60.0

pytestmark = pytest.mark.timeout(240)

LOOP = """
import sys, time
from dataclasses import replace
from pathlib import Path

import torch
torch.set_num_threads(1)

from training import checkpoint
from training.checkpoint import checkpoint_path, load_learner, newest_checkpoint, save_learner
from training.config import NetworkConfig
from training.loop import start_learner, train
from training.method import LoopConfig, Method
from training.networks import build_network
from training.objective import StepBatch
from training.schedule import Budget, FreeRun

folder, steps, kill_at, where = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


def tell(*words):
    print(*words, flush=True)


def wait_for_the_end():
    tell("ready")
    time.sleep(200)


def draw(rng):
    labels = torch.zeros(2, 64, 64, dtype=torch.long)
    labels[:, 10:40, 10:40] = 1
    images = labels[:, None] + torch.rand(2, 1, 64, 64, generator=rng)
    targets = torch.nn.functional.one_hot(labels, 2).permute(0, 3, 1, 2).float()
    return StepBatch(images, targets, torch.ones(2, 1, 64, 64))


torch.manual_seed(0)
config = LoopConfig(steps=steps, batch=2, crop_px=64)
# erfnet drops features at random, so torch's own generator counts too
learner = start_learner(build_network(NetworkConfig("erfnet", 1, 2, 0.25)), config, torch.Generator().manual_seed(1))
newest = newest_checkpoint(folder)
tell("from", load_learner(newest, learner)["made"] if newest else 0)

write, move = Path.write_bytes, Path.replace


def write_half(path, data):
    with path.open("wb") as stream:
        stream.write(data[: len(data) // 2])
        stream.flush()
        wait_for_the_end()


def wait_before_moving(path, target):
    wait_for_the_end()


def on_step(terms):
    if learner.step == kill_at and where == "writing":
        Path.write_bytes = write_half
    if learner.step == kill_at and where == "moving":
        Path.replace = wait_before_moving
    save_learner(checkpoint_path(folder, learner.step), learner, {"made": learner.step})
    if learner.step == kill_at and where == "stepping":
        tell("ready")  # and goes on, until the signal comes


train(learner, draw, Method(), config, Budget(FreeRun(), 0.0, float("inf"), steps), on_step=on_step)
tell("done")
"""


def _start(script: Path, folder: Path, *, kill_at: int = 0, where: str = "never") -> tuple[int, bool]:
    """Run the loop, kill it where it is said; return the step it began from and whether it came to its end."""
    arguments = [sys.executable, str(script), str(folder), str(STEPS), str(kill_at), where]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            begun = int(process.stdout.readline().removeprefix("from "))
            last = process.stdout.readline().strip()
            if last == "done":
                assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
    assert last in ("ready", "done")
    return begun, last == "done"


def _metadata(path: Path) -> dict[str, str]:
    with safe_open(path, "pt") as stored:
        found: dict[str, str] = stored.metadata()
    return found


def test_that_a_run_killed_at_random_steps_ends_bit_for_bit_like_an_unbroken_one(tmp_path: Path) -> None:
    script = tmp_path / "loop.py"
    script.write_text(LOOP, encoding="utf-8")
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    assert _start(script, unbroken) == (0, True)

    random_steps = sorted(random.Random(7).sample(range(2, STEPS), 3))
    reached = 0
    for kill_at, where in zip(random_steps, ("writing", "moving", "stepping"), strict=True):
        begun, done = _start(script, killed, kill_at=kill_at, where=where)
        assert begun == reached
        assert not done
        newest = newest_checkpoint(killed)
        assert newest is not None
        reached = int(newest.stem.removeprefix("step-"))
        # the step that was being written is lost and made again; a process that goes on may get a few steps further
        assert reached >= kill_at if where == "stepping" else reached == kill_at - 1
        assert where == "stepping" or list(killed.glob(".*.tmp"))
    assert _start(script, killed) == (reached, True)

    ends = [load_file(checkpoint_path(folder, STEPS)) for folder in (unbroken, killed)]
    assert ends[0].keys() == ends[1].keys()
    assert {name.partition("/")[0] for name in ends[0]} == {"network", "average", "optimizer", "rng"}
    assert [name for name, value in ends[0].items() if not torch.equal(value, ends[1][name])] == []
    # step, numbers of the optimisers and the caller's state; safetensors writes the entries in an order that changes from run to run
    assert _metadata(checkpoint_path(unbroken, STEPS)) == _metadata(checkpoint_path(killed, STEPS))
    assert not list(killed.glob(".*.tmp"))
