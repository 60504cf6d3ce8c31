"""The benchmarks of the window in the hand and of reading, at sizes that take seconds: what they print, not how fast it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

FIGURES = {
    "brush event to painted pixels, 2-D": ["ms"],
    "the same with a 3-D ball of 20 mm": ["ms", "time on 12 slices / 1"],
    "slice scroll in three linked views; napari: one": ["ms"],
    "undo": ["of a stroke, ms", "of accepting the scan, ms"],
    "first paint; opening a NIfTI to its first slice": ["first paint, s", "reading, ms", "opening, ms", "opening / reading"],
    "longest stall of the GUI thread": ["predicting, ms", "accepting, ms", "meshing, ms", "exporting, ms"],
    "memory with the scan, its mask and 12 strokes": ["resident, MB", "of it the program's own, MB"],
}


@pytest.mark.timeout(300)
def test_that_the_benchmark_measures_every_row_of_its_table_with_real_events(tmp_path: Path) -> None:
    sizes = {"slices": 12, "side": 96, "repeats": 1, "openings": 1, "acceptances": 1, "starts": 0, "strokes": 12, "minutes": 0}
    small = [part for name, value in sizes.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, str(ROOT / "benchmarks" / "interaction.py"), *small, "--no-peer", "--json", "--work", str(tmp_path)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    assert {row["name"]: [figure["name"] for figure in row["figures"]] for row in document["rows"]} == FIGURES
    for row in document["rows"]:
        for figure in row["figures"]:
            measured = figure["median"] if figure["median"] is not None else figure["p95"]
            assert (measured is None) == (figure["name"] == "first paint, s"), figure
            assert measured is None or measured > 0, figure
            assert figure["peer_median"] is None
    assert document["facts"]["scan"] == "96 x 96 x 12 int16"


@pytest.mark.timeout(300)
def test_that_reading_is_measured_beside_bare_readers_that_agree() -> None:
    sizes = {"slices": 9, "side": 64, "files": 12, "repeats": 1, "windows": 1}
    small = [part for name, value in sizes.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, str(ROOT / "benchmarks" / "reading.py"), *small, "--json"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [row["name"].split(",")[0] for row in rows] == ["series of 9 slices", "NIfTI", "first slice of a folder of 12 files on screen"]
    assert all(row["ours"] > 0 and row["peer"] > 0 for row in rows)


def judged_rounds(count: int) -> dict[str, Any]:
    """Return the figures of simulated rounds of refinement, judged by the program's own gate."""
    command = [sys.executable, str(ROOT / "benchmarks" / "gate.py"), "--rounds", str(count), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    assert len(document["outcomes"]) == count
    return document["figures"]


@pytest.mark.timeout(300)
def test_that_in_a_tenth_of_the_simulated_rounds_hardly_a_worse_candidate_takes_over() -> None:
    figures = judged_rounds(100)
    assert figures["worse"]["rounds"] >= 40
    assert figures["worse"]["promoted"] <= 1
    assert figures["clearly better"]["rounds"] >= 3
    assert figures["clearly better"]["promoted"] == figures["clearly better"]["rounds"]
    for kind in ("much worse", "broken"):
        assert figures["worse by kind"][kind]["promoted"] == 0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_that_of_a_thousand_rounds_worse_ones_take_over_in_one_per_cent_and_clearly_better_ones_in_95() -> None:
    figures = judged_rounds(1000)
    assert figures["worse"]["share"] <= 0.01
    assert figures["clearly better"]["share"] >= 0.95


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("script", "name"), [("refine.py", "refine"), ("loop_study.py", "loop")])
def test_that_a_document_of_results_says_what_its_runs_say(script: str, name: str, tmp_path: Path) -> None:
    results = ROOT / "docs" / "results"
    shutil.copy(results / f"{name}.jsonl", tmp_path)
    command = [sys.executable, str(ROOT / "benchmarks" / script), "--report", "--out", str(tmp_path / f"{name}.jsonl")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"{name}.md").read_text(encoding="utf-8") == (results / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="the state of a suspended process is named otherwise")
@pytest.mark.long
def test_that_a_trainer_does_not_compute_while_a_real_window_is_painted_in() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "painting_refining.py"), "--seconds", "3", "--json"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    figures = json.loads(done.stdout)
    assert figures["strokes"] > 2
    # a process that stands still is given no time at all; clocks of processes tick every 10 ms
    assert figures["trainer's processor time while painting"] <= 0.02
    assert figures["trainer's processor time afterwards"] > 0.1
    assert figures["goes on after"] >= 1.9
