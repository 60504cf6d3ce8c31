"""A real round in a real trainer, killed with SIGKILL at random moments and resumed, gives the candidate of an unbroken one.

Bit for bit, so each trainer computes with one thread: a sum that several threads share may be cut in another way from run to run.
"""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.pack import verify_pack
from gf_desktop.protocol import Accepted, Candidate, Event, Hello, Progress, Start, Stop, Stopped, Warned, decode_event, encode_line
from tests.process.tiny import TABLE, draw, write_tiny_pack

ROOT = Path(__file__).resolve().parents[2]
RECIPE: dict[str, float | int | str | bool] = {
    "batch": 4, "crop_px": 64, "max_steps": 60, "teacher_steps": 30, "measure_every": 7, "state_every_s": 0.2,
}  # fmt: skip
FILES = ("student.onnx", "student.safetensors", "teacher.safetensors", "paraphrasers.safetensors", "replay.npz")
PATIENCE_S = 90.0

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="signals are of the other systems"),
]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of tiny untrained networks with replay slices; the student drops features at random."""
    return write_tiny_pack(tmp_path_factory.mktemp("packs"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder with one scan, as the desktop lays it out."""
    folder = tmp_path_factory.mktemp("project")
    grey, labels = draw(8, 1)
    states = np.ones_like(labels)
    states[[1, 3, 5]] = 2
    (folder / "cases").mkdir()
    np.save(folder / "cases" / "image.npy", grey)
    np.savez(folder / "cases" / "labels.npz", labels=labels, states=states)
    item = {
        "case": "C-001", "image": "cases/image.npy", "geometry": Geometry.identity((64, 64, 8)).as_json(), "modality": "",
        "spacing_known": True, "labels": "cases/labels.npz", "labels_sha256": "", "model_id": "tiny", "validation_slices": [3],
    }  # fmt: skip
    document = {"format": 2, "root": ".", "run_id": "r", "seed": 0, "structures": TABLE.as_json(), "items": [item]}
    (folder / "manifest.json").write_text(json.dumps(document))
    return folder


class Trainer:
    """A worker process and what it says."""

    def __init__(self, folder: Path, order: Start) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "trainer.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "training", "worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=folder,
            )  # fmt: skip
        self.heard: list[Event] = []
        self._queue: queue.Queue[Event | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.say(order)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):
                self._queue.put(decode_event(line))
        self._queue.put(None)

    def say(self, command: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode_line(command))
        self.process.stdin.flush()

    def hear(self, kind: type[Any], *, within_s: float = PATIENCE_S, stage: str = "") -> Any:
        """Return the next event of a kind, None where the trainer ends before or says nothing for so long."""
        end_s = time.monotonic() + within_s
        while True:
            try:
                event = self._queue.get(timeout=max(0.0, end_s - time.monotonic()))
            except queue.Empty:
                return None
            if event is None:
                return None
            self.heard.append(event)
            if isinstance(event, kind) and (not stage or event.stage == stage):
                return event

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:
                continue


def _order(project: Path, pack: Path | None, run: Path, **changes: Any) -> Start:
    """Return the order of a round from a pack, or of a first round where there is none."""
    order: dict[str, Any] = {
        "run_id": "run-1", "manifest": str(project / "manifest.json"), "parent_dir": "" if pack is None else str(pack),
        "out_dir": str(run / "models" / "tiny-2"),
        "run_dir": str(run / "run"), "candidate_id": "tiny-2", "minutes": 5.0, "seed": 1, "threads": 1, "recipe": RECIPE,
    }  # fmt: skip
    return Start(**(order | changes))


class Unbroken:
    """The candidate of a round that nobody broke off, and how long it took from the trainer's first word on."""

    def __init__(self, project: Path, pack: Path | None, folder: Path) -> None:
        trainer = Trainer(folder, _order(project, pack, folder))
        try:
            assert trainer.hear(Hello)
            began_s = time.monotonic()
            assert trainer.hear(Candidate)
            self.seconds = time.monotonic() - began_s
        finally:
            trainer.close()
        self.files = self.of(folder)

    @staticmethod
    def of(folder: Path) -> dict[str, str]:
        """Return the hashes of a candidate's files, from its card, which is verified."""
        card = verify_pack(folder / "models" / "tiny-2")
        # a first student has nothing of a parent's to remember
        assert set(card.files) == {name for name in FILES if card.parent is not None or name != "replay.npz"}
        return card.files


@pytest.fixture(scope="module")
def unbroken(project: Path, pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    return Unbroken(project, pack, tmp_path_factory.mktemp("unbroken"))


def _killed_until_it_ends(project: Path, pack: Path | None, folder: Path, *, dice: random.Random, seconds: float, kills: int) -> int:
    """Kill a round at random moments, resume it each time, then let it end; return how often it was killed at work."""
    killed = 0
    for attempt in range(kills):
        trainer = Trainer(folder, _order(project, pack, folder, resume=attempt > 0))
        try:
            assert trainer.hear(Hello)
            # from the order to a little after the end of the whole round
            candidate = trainer.hear(Candidate, within_s=dice.uniform(0.0, 1.05 * seconds))
            trainer.process.send_signal(signal.SIGKILL)
        finally:
            trainer.close()
        if candidate is not None:
            break
        killed += 1
    trainer = Trainer(folder, _order(project, pack, folder, resume=True))
    try:
        candidate = trainer.hear(Candidate)
        assert candidate is not None, trainer.heard[-3:]
        assert candidate.parity < 1e-3
        assert [e for e in trainer.heard if isinstance(e, Warned)] == []
    finally:
        trainer.close()
    return killed


def _kill(project: Path, pack: Path | None, unbroken: Unbroken, folder: Path, *, kills: int, seed: int) -> None:
    """Kill rounds so often in all, at most four times each, and compare each with the unbroken one."""
    dice, killed, rounds = random.Random(seed), 0, 0
    while killed < kills:
        rounds += 1
        place = folder / f"round-{rounds}"
        # short and long lives of a trainer, so that all stages are met
        seconds = dice.choice((0.4, 0.9)) * unbroken.seconds
        more = _killed_until_it_ends(project, pack, place, dice=dice, seconds=seconds, kills=min(4, kills - killed))
        assert Unbroken.of(place) == unbroken.files, f"{place.name} after {more} kills"
        assert [path.name for path in (place / "models").iterdir()] == ["tiny-2"]
        killed += more


def test_that_a_round_killed_at_random_moments_gives_the_candidate_of_an_unbroken_one(
    project: Path, pack: Path, unbroken: Unbroken, tmp_path: Path
) -> None:
    _kill(project, pack, unbroken, tmp_path, kills=4, seed=11)


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_that_a_round_killed_at_a_hundred_and_fifty_random_moments_gives_the_candidate_of_an_unbroken_one(
    project: Path, pack: Path, unbroken: Unbroken, tmp_path: Path
) -> None:
    _kill(project, pack, unbroken, tmp_path, kills=150, seed=5)


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_that_a_first_round_killed_at_random_moments_gives_the_candidate_of_an_unbroken_one(
    project: Path, tmp_path: Path, kills: int
) -> None:
    """Without a parent: teacher and student begin with the ImageNet encoders."""
    _kill(project, None, Unbroken(project, None, tmp_path / "unbroken"), tmp_path, kills=kills, seed=3)


@pytest.mark.long
def test_that_a_stopped_round_of_a_moved_project_goes_on_to_the_same_candidate(
    project: Path, pack: Path, unbroken: Unbroken, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    trainer = Trainer(tmp_path / "first", _order(project, pack, here))
    try:
        assert trainer.hear(Progress, stage="distil")
        asked_s = time.monotonic()
        trainer.say(Stop())
        assert trainer.hear(Stopped, within_s=2.0)
        assert time.monotonic() - asked_s < 2.0
    finally:
        trainer.close()
    here.rename(there)
    trainer = Trainer(tmp_path / "second", _order(project, pack, there, resume=True))
    try:
        assert trainer.hear(Candidate)
        stages = {event.stage for event in trainer.heard if isinstance(event, Progress)}
        assert "teacher" not in stages
    finally:
        trainer.close()
    assert Unbroken.of(there) == unbroken.files


@pytest.mark.long
def test_that_a_round_whose_candidate_is_there_already_tells_it_at_once(project: Path, pack: Path, tmp_path: Path) -> None:
    Unbroken(project, pack, tmp_path)
    before = Unbroken.of(tmp_path)
    trainer = Trainer(tmp_path, _order(project, pack, tmp_path, resume=True))
    try:
        candidate = trainer.hear(Candidate)
        assert {event.stage for event in trainer.heard if isinstance(event, Progress)} == {"load"}
        assert candidate.notes["steps"] == RECIPE["max_steps"]
    finally:
        trainer.close()
    assert Unbroken.of(tmp_path) == before


@pytest.mark.long
def test_that_the_plan_of_a_timed_round_gives_its_candidate_again(project: Path, pack: Path, tmp_path: Path) -> None:
    timed = {name: value for name, value in RECIPE.items() if not name.endswith("steps")}
    once = Trainer(tmp_path / "once", _order(project, pack, tmp_path / "once", recipe=timed, minutes=0.25))
    try:
        assert once.hear(Candidate)
    finally:
        once.close()
    plan = tmp_path / "once" / "run" / "plan.json"
    again = Trainer(tmp_path / "again", _order(project, pack, tmp_path / "again", recipe=timed, minutes=9.0, plan=str(plan)))
    try:
        assert again.hear(Candidate)
    finally:
        again.close()
    assert Unbroken.of(tmp_path / "once") == Unbroken.of(tmp_path / "again")


def test_that_time_in_which_the_trainer_was_suspended_does_not_count(project: Path, pack: Path, tmp_path: Path) -> None:
    trainer = Trainer(tmp_path, _order(project, pack, tmp_path, recipe=RECIPE | {"teacher_steps": 5000}))
    try:
        assert trainer.hear(Accepted)
        process = psutil.Process(trainer.process.pid)
        before = trainer.hear(Progress, stage="teacher")
        began_s = time.monotonic()
        process.suspend()
        time.sleep(4.0)
        process.resume()
        while trainer.hear(Progress, stage="teacher") and time.monotonic() - began_s < 5.0:
            pass
        passed_s = time.monotonic() - began_s
        counted_s = trainer.heard[-1].elapsed_s - before.elapsed_s
        assert counted_s < passed_s - 3.0
    finally:
        trainer.close()
