"""A tiny prepared set, and a teacher, Paraphrasers and a student that were trained on it for some steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.__main__ import main
from training.datasets import Options, prepare

TINY = (
    "loop.batch=4",
    "loop.crop_px=64",
    "loop.steps=4",
    "run.validate_every=2",
    "run.checkpoint_every=2",
    "run.log_every=1",
    "device.kind=cpu",
    "device.threads=1",
)


def words(verb: str, *settings: str, out: Path | None = None) -> list[str]:
    """Return the command line of a verb."""
    line = [verb]
    for setting in settings:
        line += ["--set", setting]
    return line if out is None else [*line, "--out", str(out)]


def _run(line: list[str]) -> None:
    before = torch.get_num_threads()
    assert main(line) == 0
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures of 64 pixels, each of a patient of its own, with a soft and a hard square."""
    root = tmp_path_factory.mktemp("sets")
    rng = np.random.default_rng(0)
    for folder in ("images", "masks"):
        (root / "own" / folder).mkdir(parents=True)
    for number in range(8):
        labels = np.zeros((64, 64), np.uint8)
        row, column = rng.integers(4, 16, 2)
        labels[row : row + 20, column : column + 24], labels[40:56, 20 + number : 44 + number] = 1, 2
        image = (60 * (labels == 1) + 140 * (labels == 2) + 20 * rng.random(labels.shape) + 20).astype(np.uint8)
        Image.fromarray(image).save(root / "own" / "images" / f"p{number}.png")
        Image.fromarray(labels).save(root / "own" / "masks" / f"p{number}.png")
    prepare("folder", root / "own", root / "set", options=Options(size=64, structures=("soft", "hard")))
    return root / "set"


@pytest.fixture(scope="session")
def teacher_run(tmp_path_factory: pytest.TempPathFactory, tiny_set: Path) -> Path:
    out = tmp_path_factory.mktemp("runs") / "teacher"
    line = words("train-teacher", f"data.set={tiny_set}", "data.labelled=0.5", "network.name=fanet", "network.width=0.125", *TINY, out=out)
    _run(line)
    return out


@pytest.fixture(scope="session")
def paraphraser_run(tmp_path_factory: pytest.TempPathFactory, tiny_set: Path, teacher_run: Path) -> Path:
    out = tmp_path_factory.mktemp("runs") / "paraphrasers"
    line = words("paraphrase", f"data.set={tiny_set}", f"teacher.run={teacher_run}", "network.width=0.25", *TINY, out=out)
    _run(line)
    return out


@pytest.fixture
def distill(tiny_set: Path, teacher_run: Path, paraphraser_run: Path) -> Callable[..., list[str]]:
    """Return a function that gives the command line of a student's run."""

    def line(out: Path, *settings: str) -> list[str]:
        given = (f"data.set={tiny_set}", "data.labelled=0.5", f"teacher.run={teacher_run}", f"paraphraser.run={paraphraser_run}")
        return words("distill", *given, "network.width=0.25", *TINY, *settings, out=out)

    return line


@pytest.fixture(scope="session")
def student_run(tmp_path_factory: pytest.TempPathFactory, tiny_set: Path, teacher_run: Path, paraphraser_run: Path) -> Path:
    """A student of the default method, half of the set labelled; never stopped."""
    out = tmp_path_factory.mktemp("runs") / "student"
    given = (f"data.set={tiny_set}", "data.labelled=0.5", f"teacher.run={teacher_run}", f"paraphraser.run={paraphraser_run}")
    _run(words("distill", *given, "network.width=0.25", *TINY, out=out))
    return out
