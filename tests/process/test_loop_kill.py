"""The window is killed with SIGKILL while a round runs: opened again, it goes on to the candidate of a round that nobody broke off."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from nibabel.nifti1 import Nifti1Image

from gf_desktop.jobs import InlineJobs
from gf_desktop.pack import verify_pack
from gf_desktop.project.unfinished import unfinished_round
from gf_desktop.session import Session
from tests.process.tiny import draw, write_tiny_pack

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("refining_window.py")
PATIENCE_S = 240.0

pytestmark = [pytest.mark.timeout(900), pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")]


class NoTrainer:
    """Stands where a trainer's transport would be made."""

    def __init__(self) -> None:
        raise AssertionError("no round is started here")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a tiny untrained pack and a small scan of which slices are approved."""
    folder = tmp_path_factory.mktemp("loop")
    write_tiny_pack(folder, replay=False)
    grey, labels = (np.transpose(values) for values in draw(8, 1))
    affine = np.diag([-1.0, -1.0, 2.0, 1.0])
    Nifti1Image(grey.astype(np.int16), affine).to_filename(folder / "scan.nii.gz")
    Nifti1Image(labels, affine).to_filename(folder / "truth.nii.gz")
    session = Session(InlineJobs(), NoTrainer)
    session.create_project(folder / "trial", folder / "tiny")
    session.import_paths([folder / "scan.nii.gz"])
    session.correct("C-001", folder / "truth.nii.gz", slices=[1, 3, 5])
    session.close_project()
    return folder / "trial"


def _start(project: Path) -> subprocess.Popen[str]:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        "XDG_CONFIG_HOME": str(project.parent / "config"),
    }  # fmt: skip
    with (project.parent / "window.log").open("ab") as log:
        return subprocess.Popen([sys.executable, str(SCRIPT), str(project)], stdout=subprocess.PIPE, stderr=log, text=True, env=environment)


def _to_the_end(project: Path) -> tuple[str, float]:
    """Let a window refine until the round is judged; return the candidate's id and the seconds since the round ran."""
    with _start(project) as window:
        assert window.stdout is not None
        words: list[str] = []
        began_s = time.monotonic()
        for line in window.stdout:
            words = line.split()
            if words == ["refining"]:
                began_s = time.monotonic()
            if words[0] == "judged":
                break
        seconds = time.monotonic() - began_s
        assert window.wait(PATIENCE_S) == 0, (project.parent / "window.log").read_text()[-2000:]
    assert words[0] == "judged", (project.parent / "window.log").read_text()[-2000:]
    return words[1], seconds


def _state_of(project: Path, candidate: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the hashes of the candidate's files, and what else the project holds: models and mask."""
    session = Session(InlineJobs(), NoTrainer)
    session.open_project(project)
    assert unfinished_round(session.must_project()) is None
    held = {"models": {record.id: record.state for record in session.models()}, "mask": session.labels_of("C-001").tobytes()}
    session.close_project()
    return dict(verify_pack(project / "models" / candidate).files), held


@pytest.fixture(scope="module")
def unbroken(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[dict[str, str], dict[str, Any]], float]:
    project = Path(shutil.copytree(blank, tmp_path_factory.mktemp("unbroken") / "trial"))
    candidate, seconds = _to_the_end(project)
    return _state_of(project, candidate), seconds


def _kill(project: Path, after_s: float) -> bool:
    """Kill a window some time after its round ran; return whether that was before the end."""
    with _start(project) as window:
        assert window.stdout is not None
        assert window.stdout.readline() in ("refining\n", "judged tiny-v2\n")
        try:
            window.wait(after_s)
        except subprocess.TimeoutExpired:
            at_work = True
        else:
            at_work = False
        trainers = psutil.Process(window.pid).children() if at_work else []
        window.kill()
        window.wait(PATIENCE_S)
    # it sees the end of its input, keeps a state and leaves; now and then the next window is quicker and ends it
    if after_s % 0.2 < 0.1:
        psutil.wait_procs(trainers, timeout=20.0)
    return at_work


def _killed_until_it_ends(blank: Path, folder: Path, unbroken: Any, dice: random.Random, kills: int) -> int:
    project = Path(shutil.copytree(blank, folder / "trial"))
    expected, seconds = unbroken
    killed = sum(_kill(project, dice.uniform(0.0, seconds)) for _ in range(kills))
    candidate, _seconds = _to_the_end(project)
    assert _state_of(project, candidate) == expected
    assert sorted(path.name for path in (project / "models").iterdir()) == ["tiny", candidate]
    return killed


def test_that_a_window_killed_during_a_round_goes_on_to_the_same_candidate(blank: Path, unbroken: Any, tmp_path: Path) -> None:
    assert _killed_until_it_ends(blank, tmp_path, unbroken, random.Random(3), kills=2) >= 1


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_that_a_window_killed_fifty_times_goes_on_to_the_same_candidate(blank: Path, unbroken: Any, tmp_path: Path) -> None:
    dice, killed = random.Random(7), 0
    for number in range(25):
        killed += _killed_until_it_ends(blank, tmp_path / str(number), unbroken, dice, kills=2)
    assert killed >= 30
