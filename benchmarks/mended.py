"""How often the gate errs where its references are mended proposals, as they are in practice: whole references never show that.

A simulated corrector (``corrector.py``) mends what the first student proposes until every structure has Dice 0.95, and accepts it. A round
learns from that. Then students that lie on the way from the old one to the new one, with noise in their weights, are judged twice: as the
program does it, where a border that nobody drew may lie aside (docs/adr/0030-borders.md), and with every voxel taken at its word. The truth
is the real reference on all slices. "Worse": the mean or a structure falls there by more than 0.02. "Better": the mean rises by more, and
no structure falls by more.

A second table says the same of each structure of each mended slice, and of masks that are spoiled on purpose (drawn smaller, larger, or
aside): how often it falls by the mended mask though not by the real reference, and the other way round. Last comes what the gate said of
each better student that stayed out.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.table import Table
from scipy import ndimage
from torch import nn

from corrector import Corrector, dice_of
from gf_desktop.api import carry_out_round
from gf_desktop.gate import FALL_MARGIN, GateDecision
from gf_desktop.imaging.borders import ALIKE, allow_for_borders, border_reach
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

ALIKES = (0.8, 0.85, 0.9, 1.1)
"""Dice from which on a border is the same one, for the second table; above 1 none is."""

LENIENT, STRICT = "a border nobody drew may lie aside", "every voxel at its word"

LABELS = 256

SPOILED = (
    "as it is",
    *(f"{n} px smaller" for n in (1, 2, 3)),
    *(f"{n} px larger" for n in (1, 2, 3)),
    *(f"{n} px aside" for n in (1, 2, 3)),
)
"""What is done to a student's masks for the second table."""


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
    if not read_card(project.models.path(report.candidate_id)).training["steps"]:
        raise SystemExit("The round came to no step: the machine is too busy. Run it again when it is idle, or with more --minutes.")
    references = []
    for case in session.cases():
        mask = project.masks.reader(case.id)()
        learned = tuple(sorted(k for which, k in places if which == case.id and k not in case.validation_slices))
        volume = project.volume_reader(case.id)()
        references.append(Reference.of_mask(volume, mask.labels, mask.states, case.validation_slices, learned))
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


def _spoiled(mask: UInt8, how: str) -> UInt8:
    """Return a slice's mask, spoiled as one of ``SPOILED`` says."""
    if how == SPOILED[0]:
        return mask
    pixels, _px, what = how.split()
    if what == "aside":
        return np.roll(mask, int(pixels), axis=1)
    if what == "larger":
        away, nearest = ndimage.distance_transform_edt(mask == 0, return_indices=True)
        return np.where((mask == 0) & (away <= int(pixels)), mask[tuple(nearest)], mask).astype(np.uint8)
    inside = [ndimage.distance_transform_edt(mask == value) > int(pixels) for value in np.unique(mask) if value]
    return np.where(np.logical_or.reduce([np.zeros(mask.shape, bool), *inside]), mask, 0).astype(np.uint8)


@dataclass(slots=True)
class _Falls:
    """Counts of structures of slices: judged wrongly to have fallen, of so many that had not, and the other way round."""

    false: int = 0
    of_steady: int = 0
    missed: int = 0
    of_fallen: int = 0
    largest: float = 0.0

    def add(self, by_mask: dict[int, float], by_truth: dict[int, float]) -> None:
        """Count one slice; changes of Dice by label value."""
        for value, true in by_truth.items():
            seen = by_mask.get(value, 0.0)
            fallen, found = true < -FALL_MARGIN, seen < -FALL_MARGIN
            self.of_fallen, self.of_steady = self.of_fallen + fallen, self.of_steady + (not fallen)
            self.missed, self.false = self.missed + (fallen and not found), self.false + (found and not fallen)
            if fallen and not found:
                self.largest = max(self.largest, -true)

    def cells(self) -> list[str]:
        """Return what a table says."""
        return [f"{self.false} of {self.of_steady}", f"{self.missed} of {self.of_fallen}", f"{self.largest:.3f}"]


def _scores(mask: UInt8, labels: UInt8, drawn: npt.NDArray[np.bool_], reach: tuple[float, float], alike: float) -> dict[int, float]:
    """Return the Dice of a slice's structures by what a person stands behind."""
    return dice_of(allow_for_borders(mask, labels, drawn, reach, alike=alike), labels)


def _falls(active: Segmenter, candidate: Segmenter, references: list[Reference], truths: list[UInt8]) -> dict[float, _Falls]:
    """Count what the masks of both students, spoiled or not, seem to have lost beside the active one's; by each of ``ALIKES``."""
    found = {alike: _Falls() for alike in ALIKES}
    for reference, truth in zip(references, truths, strict=True):
        reach = border_reach(reference.volume.geometry, active.card.preprocess)
        masks = [student.predict(reference.volume).labels for student in (active, candidate)]
        for k in (*reference.held_back, *reference.corrected):
            labels, drawn = reference.labels[k], np.ones(truth[k].shape, bool) if reference.drawn is None else reference.drawn[k]
            present = [int(value) for value in np.unique(truth[k]) if value]
            before = dice_of(masks[0][k], truth[k])
            for whole, how in product(masks, SPOILED):
                mask = _spoiled(whole[k], how)
                after = dice_of(mask, truth[k])
                by_truth = {value: after.get(value, 0.0) - before.get(value, 0.0) for value in present}
                for alike in ALIKES:
                    first, then = (_scores(one, labels, drawn, reach, alike) for one in (masks[0][k], mask))
                    found[alike].add({value: then.get(value, 0.0) - first.get(value, 0.0) for value in present}, by_truth)
    return found


def _decided(active: Segmenter, candidate: Segmenter, references: list[Reference], replay: Replay | None) -> GateDecision:
    is_held = any(reference.held_back for reference in references)
    return judge(active, candidate, references, replay, CancelToken(), is_held=is_held)


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
    falls = Table(
        "task",
        "judged",
        "fell by the mask, not in truth",
        "fell in truth, not by the mask",
        "largest of these",
        title="Each structure of each slice",
    )
    table = Table("task", "students", "judged", "worse ones that took over", "better ones that took over", title="By mended proposals")
    kept_out: list[str] = []
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
            candidate = Segmenter.load(folder / "models" / candidate_id)
            for alike, counted in _falls(active, candidate, references, truths).items():
                how = STRICT if alike > 1 else f"{LENIENT}, Dice {alike:g}{' (as it is)' if alike == ALIKE else ''}"
                falls.add_row(name, how, *counted.cells())
            networks = [load_pack(one).models.student for one in (task.pack, folder / "models" / candidate_id)]
            found: list[tuple[bool, ...]] = []
            for number, (share, noise, network) in enumerate(_students(networks[0], networks[1], options.noises)):
                student = _as_pack(task.pack, Path(place) / f"student-{number}", network)
                after = _dice(student, references, truths)
                worst = min(after[value] - before[value] for value in before)
                mean = float(np.mean(list(after.values())) - np.mean(list(before.values())))
                decisions = [_decided(active, student, sets, replay) for sets in (references, at_their_word)]
                verdicts, is_better = [one.promoted for one in decisions], mean > FALL_MARGIN and worst >= -FALL_MARGIN
                found.append((min(worst, mean) < -FALL_MARGIN, is_better, *verdicts))
                print(f"{name} {share:.1f} {noise:.2f}: mean {mean:+.3f}, worst {worst:+.3f}, {verdicts}", file=sys.stderr, flush=True)
                if is_better and not decisions[0].promoted:
                    kept_out.append(f"{name}, {share:g} of the way, noise {noise:g}, better by {mean:.3f}: {decisions[0].reason}")
        for how, column in ((LENIENT, 2), (STRICT, 3)):
            counts = [f"{sum(row[column] for row in found if row[kind])} of {sum(row[kind] for row in found)}" for kind in (0, 1)]
            table.add_row(name, str(len(found)), how, *counts)
    console = Console()
    console.width = max(console.width, READABLE_WIDTH)
    console.print(table, falls)
    if kept_out:
        console.print("Better ones that stayed out, as the program judges:", *kept_out, sep="\n", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
