"""A program that writes a stroke journal, killed with SIGKILL at random moments: what it said was saved is there, bit for bit."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.arrays import read_arrays
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.project.journal import Journal, JournalScan, RevisionRef

FEW, MANY = 10, 100
LAST_STEP = 45
KEPT_STEPS = 8
SHAPE = (6, 48, 48)
SCAN = JournalScan("C-001", "a" * 64, SHAPE, "b" * 64)

WRITER = """
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from test_journal_kill import Session

session = Session(Path(sys.argv[2]), seed=int(sys.argv[3]))
print("ready", flush=True)
for step in range(10**6):
    session.do(step)
    print(step, flush=True)
"""


def latest_of(folder: Path) -> tuple[RevisionRef, Path | None]:
    """Return the revision that the pointer file names, as a project's database does."""
    pointer = folder / "latest.json"
    if not pointer.exists():
        return RevisionRef(), None
    note = json.loads(pointer.read_text())
    return RevisionRef(note["number"], note["sha256"]), folder / note["file"]


class Session:
    """A person's work on one scan, the same for the same seed; without a folder only the mask is computed."""

    def __init__(self, folder: Path | None, *, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.labels, self.states = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
        self.done: list[LabelEdit] = []
        self.undone: list[LabelEdit] = []
        self.number = 0
        self.journal = Journal.open(folder / "strokes.journal", SCAN, latest=RevisionRef()) if folder else None

    def do(self, step: int) -> None:
        dice = np.random.default_rng([self.seed, step])
        action = dice.choice(["paint", "accept", "undo", "redo", "fold", "replace"], p=[0.6, 0.05, 0.17, 0.08, 0.06, 0.04])
        if action in ("fold", "replace"):
            self._save(dice, replaces=action == "replace")
        elif action == "undo" and self.done:
            if self.journal:
                assert self.journal.undo() is not None
            self.undone.append(self.done.pop())
            self.undone[-1].write_before(self.labels, self.states)
        elif action == "redo" and self.undone:
            if self.journal:
                assert self.journal.redo() is not None
            self.done.append(self.undone.pop())
            self.done[-1].write_after(self.labels, self.states)
        else:
            self._paint(dice, whole=action == "accept")

    def _paint(self, dice: np.random.Generator, *, whole: bool) -> None:
        corner = [int(dice.integers(0, n - 1)) for n in SHAPE]
        box = Box((corner[0], corner[1], corner[2]), (corner[0] + 1, min(corner[1] + 12, 48), min(corner[2] + 12, 48)))
        box = Box.whole(SHAPE) if whole else box
        edit = LabelEdit.record(
            labels=self.labels,
            states=self.states,
            mask=dice.random(box.shape_kji) < 0.8,
            box=box,
            new_labels=self.labels[box.slices] if whole else int(dice.integers(1, 6)),
            new_states=2 if whole else 3,
            name="accept" if whole else "brush",
        )
        if edit is None:
            return
        if self.journal:
            self.journal.commit(edit)
        edit.write_after(self.labels, self.states)
        self.done.append(edit)
        self.undone.clear()

    def _save(self, dice: np.random.Generator, *, replaces: bool) -> None:
        self.number += 1
        if replaces:
            self.labels[int(dice.integers(SHAPE[0]))] = int(dice.integers(6))
            self.done.clear()
            self.undone.clear()
        else:
            # as much as goes along into the new file
            self.undone = self.undone[-KEPT_STEPS:]
            self.done = self.done[max(0, len(self.done) - KEPT_STEPS + len(self.undone)) :]
        if self.folder is None or self.journal is None:
            return
        from gf_desktop.arrays import write_arrays
        from gf_desktop.atomic import atomic_path
        from gf_desktop.pack import file_sha256

        path = self.folder / f"labels-{self.number:06d}.npz"
        with atomic_path(path) as temporary:
            write_arrays(temporary, {"labels": self.labels, "states": self.states})
        revision = RevisionRef(self.number, file_sha256(path))
        if not replaces:
            self.journal.mark_revision(revision)
        with atomic_path(self.folder / "latest.json") as temporary:
            temporary.write_text(json.dumps({"number": revision.number, "sha256": revision.sha256, "file": path.name}))
        if replaces:
            self.journal.mark_revision(revision, replaces=True)
        else:
            self.journal.compact(keep_steps=KEPT_STEPS)


def reopened(folder: Path) -> tuple[np.ndarray, np.ndarray, Journal]:
    latest, file = latest_of(folder)
    arrays = read_arrays(file) if file else {"labels": np.zeros(SHAPE, np.uint8), "states": np.zeros(SHAPE, np.uint8)}
    journal = Journal.open(folder / "strokes.journal", SCAN, latest=latest)
    journal.replay(arrays["labels"], arrays["states"])
    return arrays["labels"], arrays["states"], journal


def kill_and_look(folder: Path, seed: int) -> None:
    """Kill a writer at a moment drawn from the seed; its mask must be that of its last finished step or of the one that it was at."""
    folder.mkdir()
    dice = random.Random(seed)
    command = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(1 + dice.randrange(LAST_STEP))]
        time.sleep(dice.random() * 0.02)
        child.kill()
        said += [line for line in child.stdout if line.endswith("\n")]
    assert said[0] == "ready\n"
    steps = len(said) - 1
    model = Session(None, seed=seed)
    for step in range(steps):
        model.do(step)
    labels, states, journal = reopened(folder)
    assert not journal.read_only
    assert {f.code for f in journal.findings} <= {"journal-torn", "journal-behind"}
    if not (np.array_equal(labels, model.labels) and np.array_equal(states, model.states)):
        model.do(steps)
    np.testing.assert_array_equal(labels, model.labels)
    np.testing.assert_array_equal(states, model.states)
    while (edit := journal.undo()) is not None:
        edit.write_before(labels, states)
    journal.close()
    again = reopened(folder)
    np.testing.assert_array_equal(again[0], labels)
    np.testing.assert_array_equal(again[1], states)
    again[2].close()


@pytest.mark.parametrize("seed", range(FEW))
def test_that_every_saved_stroke_outlives_a_kill(tmp_path: Path, seed: int) -> None:
    kill_and_look(tmp_path / "case", seed)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_that_every_saved_stroke_outlives_a_hundred_kills(tmp_path: Path) -> None:
    for seed in range(FEW, FEW + MANY):
        kill_and_look(tmp_path / f"case-{seed}", seed)
