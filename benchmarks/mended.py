"""How often the gate errs where its references are mended proposals, as they are in practice: whole references never show that.

A simulated corrector (``corrector.py``) mends what the first student proposes until every structure has Dice 0.95, and accepts it. A round
learns from that. Then students that lie on the way from the old one to the new one, with noise in their weights, are judged twice: as the
program does it, where a border that nobody drew may lie aside (docs/adr/0030-borders.md), and with every voxel taken at its word. The truth
is the real reference on all slices. "Worse": the mean or a structure falls there by more than 0.02. "Better": the mean rises by more, and
no structure falls by more.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import nn

from corrector import Corrector
from gf_desktop.api import carry_out_round
from gf_desktop.gate import FALL_MARGIN
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.jobs import CancelToken, InlineJobs, answer_of
from gf_desktop.judging import Reference, Replay, judge, read_replay
from gf_desktop.pack import STUDENT_ONNX, file_sha256, read_card, write_card
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from rows import READABLE_WIDTH
from task_projects import TASK_NAMES, TaskProject, UInt8, task_project
from training.export_onnx import export_student
from training.packs import load_pack

SHARES = (0.0, 0.3, 0.6, 1.0)
"""How far along the way from the old student to the new one."""

NOISES = (0.0, 0.01, 0.02, 0.04, 0.06, 0.09)
"""Standard deviation that is added to each tensor of weights, in its own."""

LABELS = 256


def _dice(student: Segmenter, references: list[Reference], truths: list[UInt8]) -> dict[int, float]:
    """Return the Dice of each structure over all slices of all scans, by label value."""
    ours, theirs, shared = (np.zeros(LABELS, np.int64) for _ in range(3))
    for reference, truth in zip(references, truths, strict=True):
        mask = student.predict(reference.volume).labels
        ours += np.bincount(mask.reshape(-1), minlength=LABELS)
        theirs += np.bincount(truth.reshape(-1), minlength=LABELS)
        shared += np.bincount(mask[mask == truth], minlength=LABELS)
    return {value: 2 * int(shared[value]) / int(ours[value] + theirs[value]) for value in range(1, LABELS) if theirs[value]}


def _mended(task: TaskProject, session: Session, folder: Path, options: argparse.Namespace) -> tuple[str, list[Reference], list[UInt8]]:
    """Mend slices, refine, and return the candidate, what a person stands behind, and the truth."""
    truths = task.create(session, folder)
    ranking = answer_of(session.suggesting.rank, count=400)
    places = [(one.case_id, one.k) for one in ranking.suggestions if truths[one.case_id][one.k].any()][: options.slices]
    corrector = Corrector(seed=options.seed)
    for case_id, k in places:
        if session.open is None or session.open.case.id != case_id:
            session.open_case(case_id)
        corrector.correct(session, k, truths[case_id][k])
    report = carry_out_round(session, lambda: session.refine(minutes=options.minutes, seed=options.seed, threads=options.threads))
    project = session.must_project()
    references = []
    for case in session.cases():
        mask = project.masks.reader(case.id)()
        learned = tuple(sorted(k for which, k in places if which == case.id and k not in case.validation_slices))
        known, drawn = mask.states >= VoxelState.ACCEPTED, mask.states == VoxelState.EDITED
        references.append(Reference(project.volume_reader(case.id)(), mask.labels, known, case.validation_slices, learned, drawn))
    return report.candidate_id, references, list(truths.values())


def _students(old: nn.Module, new: nn.Module, seeds: int) -> Iterator[tuple[float, float, nn.Module]]:
    """Give students of known origin: share of the way, noise, network."""
    target = new.state_dict()
    for share in SHARES:
        for noise in NOISES:
            for seed in range(seeds if noise else 1 if share else 0):
                generator = torch.Generator().manual_seed(seed)
                network = copy.deepcopy(old)
                for name, values in network.state_dict().items():
                    if values.dtype.is_floating_point:
                        values.add_(target[name] - values, alpha=share)
                        if values.numel() > 1 and "running" not in name:
                            values.add_(torch.randn(values.shape, generator=generator), alpha=noise * float(values.std()))
                yield share, noise, network


def _as_pack(pack: Path, folder: Path, network: nn.Module) -> Segmenter:
    """Return a network as a student with the card of a pack."""
    card = read_card(pack)
    folder.mkdir()
    export_student(network, folder / STUDENT_ONNX, channels=card.preprocess.channels)
    write_card(folder, replace(card, id=folder.name, files={STUDENT_ONNX: file_sha256(folder / STUDENT_ONNX)}))
    return Segmenter.load(folder)


def _takes_over(active: Segmenter, candidate: Segmenter, references: list[Reference], replay: Replay | None) -> bool:
    return judge(active, candidate, references, replay, CancelToken()).promoted


def main() -> int:
    """Judge the students of each task and print how often each way of judging errs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASK_NAMES, default=["abdomen"])
    parser.add_argument("--packs", type=Path, default=Path("build/bench-packs"), help="where packs and scans of the tasks are kept")
    parser.add_argument("--slices", type=int, default=8, help="mended before the round")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--noises", type=int, default=3, help="so many draws of each noise")
    options = parser.parse_args()
    table = Table("task", "students", "judged", "worse ones that took over", "better ones that took over", title="By mended proposals")
    for name in options.tasks:
        with tempfile.TemporaryDirectory() as place:
            session = Session(InlineJobs(), SubprocessTransport)
            task, folder = task_project(name, options.packs), Path(place) / "project"
            candidate_id, references, truths = _mended(task, session, folder, options)
            session.close_project()
            active = Segmenter.load(task.pack)
            replay = read_replay(task.pack, active.card.preprocess)
            at_their_word = [replace(reference, drawn=None) for reference in references]
            before = _dice(active, references, truths)
            networks = [load_pack(one).models.student for one in (task.pack, folder / "models" / candidate_id)]
            found: list[tuple[bool, bool, bool, bool]] = []
            for number, (share, noise, network) in enumerate(_students(networks[0], networks[1], options.noises)):
                student = _as_pack(task.pack, Path(place) / f"student-{number}", network)
                after = _dice(student, references, truths)
                worst = min(after[value] - before[value] for value in before)
                mean = float(np.mean(list(after.values())) - np.mean(list(before.values())))
                verdicts = [_takes_over(active, student, sets, replay) for sets in (references, at_their_word)]
                found.append((min(worst, mean) < -FALL_MARGIN, mean > FALL_MARGIN and worst >= -FALL_MARGIN, *verdicts))
                print(f"{name} {share:.1f} {noise:.2f}: mean {mean:+.3f}, worst {worst:+.3f}, {verdicts}", file=sys.stderr, flush=True)
        for how, column in (("a border nobody drew may lie aside", 2), ("every voxel at its word", 3)):
            counts = [f"{sum(row[column] for row in found if row[kind])} of {sum(row[kind] for row in found)}" for kind in (0, 1)]
            table.add_row(name, str(len(found)), how, *counts)
    console = Console()
    console.width = max(console.width, READABLE_WIDTH)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
