"""Two processes over gloo against one: the same batches, and the same weights where the loss is a mean over images."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from training.__main__ import main
from training.datasets import Options, prepare

ROOT = Path(__file__).resolve().parents[2]

STEPS = 3

LOSS_TOL = 0.05
"""Share by which a loss may differ where batch norm, Dice or gradient shares see a part of the batch."""

TEACHER = ["method=ce", "network.name=fanet", "network.width=0.125"]
"""Group norm, cross-entropy, every pixel supervised: the mean over processes is the mean over the batch."""

STUDENT = [
    "method=graph-flow",
    "method.adversarial.weight=0.05",
    # each process measures shares on its own part of the batch; small ones leave the total comparable
    "method.cwd.share=0.1",
    "method.graph.share=0.1",
    "network.width=0.25",
    "loop.measure_every=2",
    "data.labelled=0.5",
    "teacher.other_labels=true",
]

PROGRAM = """\
import sys
from training.__main__ import main
from training.devices import Devices

# a group of processes can be made once only
leave, Devices.close = Devices.close, lambda devices: None
for line in sys.argv[1:]:
    assert main(line.split("|")) == 0
Devices.close = leave
"""
"""Runs several command lines one after another in the same processes."""

PATIENCE_S = 120.0

pytestmark = pytest.mark.timeout(180)


def _draw(root: Path) -> Path:
    rng = np.random.default_rng(0)
    for folder in ("images", "masks"):
        (root / "own" / folder).mkdir(parents=True)
    for number in range(8):
        labels = np.zeros((64, 64), np.uint8)
        labels[8:28, 6 + number : 30 + number], labels[40:56, 20:44] = 1, 2
        image = (60 * (labels == 1) + 140 * (labels == 2) + 20 * rng.random(labels.shape) + 20).astype(np.uint8)
        Image.fromarray(image).save(root / "own" / "images" / f"p{number}.png")
        Image.fromarray(labels).save(root / "own" / "masks" / f"p{number}.png")
    prepare("folder", root / "own", root / "set", options=Options(size=64, structures=("soft", "hard")))
    return root / "set"


def _line(verb: str, out: Path, *settings: str) -> str:
    common = [
        "loop.batch=4",
        "loop.crop_px=64",
        f"loop.steps={STEPS}",
        "loop.warm_up=1",
        f"run.validate_every={STEPS}",
        "run.checkpoint_every=2",
        "device.kind=cpu",
        "device.threads=1",
    ]
    words = [verb, "--out", str(out)]
    for setting in (*common, *settings):
        words += ["--set", setting]
    return "|".join(words)


def _run(program: list[str], lines: list[str]) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([*program, *lines], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _, said = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        for child in [*psutil.Process(process.pid).children(recursive=True), process]:
            child.kill()
        process.communicate()
        raise
    assert process.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher, its Paraphrasers and a student, made by one process in ``one`` and by two in ``two``."""
    root = tmp_path_factory.mktemp("distributed")
    program = root / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    data = f"data.set={_draw(root)}"
    known = [data, f"teacher.run={root / 'one' / 'teacher'}", f"paraphraser.run={root / 'one' / 'pair'}"]
    paraphrase = _line("paraphrase", root / "one" / "pair", data, known[1], "network.width=0.25")
    lines = {
        count: (
            _line("train-teacher", root / count / "teacher", data, *TEACHER),
            _line("distill", root / count / "student", *known, *STUDENT),
        )
        for count in ("one", "two")
    }
    threads = torch.get_num_threads()
    for line in (lines["one"][0], paraphrase, lines["one"][1]):
        assert main(line.split("|")) == 0
    torch.set_num_threads(threads)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(program)]
    said = _run(torchrun, list(lines["two"]))
    (root / "said.txt").write_text(said, encoding="utf-8")
    return root


def _tensors(run: Path) -> dict[str, torch.Tensor]:
    stored = load_file(run / "checkpoints" / f"step-{STEPS:08d}.safetensors")
    return {name: value for name, value in stored.items() if name.startswith(("network/", "average/", "optimizer/", "rng/learner"))}


def test_that_two_processes_end_at_the_weights_of_one(runs: Path) -> None:
    one, two = (_tensors(runs / count / "teacher") for count in ("one", "two"))
    assert one.keys() == two.keys()
    assert torch.equal(one["rng/learner"], two["rng/learner"])
    assert max(float((one[name] - two[name]).abs().max()) for name in one if one[name].is_floating_point()) < 1e-4
    began = load_file(runs / "one" / "teacher" / "checkpoints" / "step-00000002.safetensors")
    moved = max(float((one[name] - began[name]).abs().max()) for name in one if name.startswith("network/"))
    assert moved > 2e-4


def test_that_a_student_with_gradient_shares_and_a_critic_learns_alike_in_two_processes(runs: Path) -> None:
    one, two = (json.loads((runs / count / "student" / "metrics.json").read_text(encoding="utf-8")) for count in ("one", "two"))
    assert one["losses"].keys() == two["losses"].keys() >= {"supervision", "kl", "cwd", "graph", "adversarial"}
    for name in ("supervision", "kl", "total"):
        assert two["losses"][name] == pytest.approx(one["losses"][name], rel=LOSS_TOL)
    for name in ("cwd", "graph"):
        assert two["weights"][name] == pytest.approx(one["weights"][name], rel=0.5)
        assert two["weights"][name] > 0


def test_that_the_first_process_alone_writes_and_tells(runs: Path) -> None:
    for run in ("teacher", "student"):
        one, two = (sorted(p.name for p in (runs / count / run / "checkpoints").iterdir()) for count in ("one", "two"))
        assert one == two
        assert len(list((runs / "two" / run).glob("events/*"))) <= 1
    said = (runs / "said.txt").read_text(encoding="utf-8")
    assert said.count(f"train-teacher {STEPS}/{STEPS}") == 1
    assert "Grad strides" not in said
