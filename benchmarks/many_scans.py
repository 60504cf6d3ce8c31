"""A round in a project of many scans: with as many slices as its minutes allow, and with all of them.

Copies of the demo's scan, each with noise of its own, stand for the folder; four slices of the scan itself are corrected, or, with
``--approved``, all slices of all copies are approved. Both rounds are made in one run, one after the other, each in a process of its own
whose children's memory is measured; its own is that of the desktop, which judges.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import SimpleITK

from gf_desktop.api import carry_out_round
from gf_desktop.demo import demo_series
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.pack import read_card
from gf_desktop.protocol import EVENTS_NAME, Accepted, Progress, decode_event
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport, trainer_environment
from rows import machine
from task_projects import task_project

NOISE_HU: Final = 12.0
CORRECTED: Final = 4

ARMS: Final[dict[str, dict[str, int]]] = {
    "by the minutes": {},
    "all": dict.fromkeys(("most_labelled", "most_unlabelled", "most_judged"), 10**9),
}
"""What each round changes of the usual recipe."""


def write_copies(folder: Path, count: int) -> list[Path]:
    """Write so many copies of the demo's scan, each with noise of its own, and return their files."""
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(demo_series())))
    scan = reader.Execute()
    voxels, rng = SimpleITK.GetArrayFromImage(scan), np.random.default_rng(0)
    paths = []
    for number in range(count):
        noisy = SimpleITK.GetImageFromArray((voxels + rng.normal(0, NOISE_HU, voxels.shape)).astype(np.int16))
        noisy.CopyInformation(scan)
        paths.append(folder / f"copy-{number:02d}.nii.gz")
        SimpleITK.WriteImage(noisy, str(paths[-1]))
    return paths


def run(arm: str, *, copies: int, minutes: float, seed: int, approved: bool) -> dict[str, Any]:
    """Carry out a round and return what it came to."""
    task = task_project("abdomen", Path())
    with tempfile.TemporaryDirectory() as place:
        folder, scans = Path(place) / "project", Path(place) / "scans"
        scans.mkdir()
        session = Session(InlineJobs(), SubprocessTransport)
        ((first, reference),) = task.create(session, folder).items()
        task.correct(session, [(first, int(k)) for k in np.linspace(0, len(reference) - 1, CORRECTED + 2)[1:-1]])
        answer_of(session.import_paths, write_copies(scans, copies))
        for case in session.cases()[1:] if approved else ():
            session.correct(case.id, task.masks[0], slices=list(range(len(reference))), mapping=task.mapping)
        began_s = time.perf_counter()
        report = carry_out_round(session, lambda: session.refine(minutes=minutes, seed=seed, threads=2, recipe=ARMS[arm]))
        whole_s = time.perf_counter() - began_s
        session.close_project()
        steps = read_card(folder / "models" / report.candidate_id).training["steps"]
        lines = next(folder.glob(f"runs/*/{EVENTS_NAME}")).read_bytes().splitlines()
    events = [decode_event(line) for line in lines]
    accepted = next(event for event in events if isinstance(event, Accepted))
    began = {stage: [e.elapsed_s for e in events if isinstance(e, Progress) and e.stage == stage] for stage in ("cache", "distil", "check")}
    return {
        "labelled": accepted.labelled,
        "labelled_of": accepted.labelled_of,
        "unlabelled": accepted.unlabelled,
        "unlabelled_of": accepted.unlabelled_of,
        "held_back": accepted.validation,
        "asking_s": round((began["distil"] or began["check"])[0] - began["cache"][0], 1),
        "steps": steps,
        "minutes_taken": round(report.minutes, 2),
        "with_verdict_minutes": round(whole_s / 60, 2),
        "trainer_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "desktop_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "verdict": report.reason,
    }


def main() -> int:
    """Make both rounds, print them side by side, and say whether the bounded one learned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=24)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--approved", action="store_true", help="all slices of all copies")
    parser.add_argument("--arm", choices=list(ARMS), help="this one alone, in this process")
    options = parser.parse_args()
    if options.arm:
        made = run(options.arm, copies=options.copies, minutes=options.minutes, seed=options.seed, approved=options.approved)
        print(json.dumps(made))
        return 0
    same = [f"--{name}={getattr(options, name)}" for name in ("copies", "minutes", "seed")]
    same += ["--approved"] if options.approved else []
    found: dict[str, dict[str, Any]] = {}
    for arm in ARMS:
        command = [sys.executable, __file__, *same, "--arm", arm]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=trainer_environment())
        found[arm] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps({"rounds": found, "machine": machine()}, indent=1))
    return 0 if found["by the minutes"]["steps"] > found["all"]["steps"] else 1


if __name__ == "__main__":
    sys.exit(main())
