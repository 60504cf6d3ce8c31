"""A real worker process on a tiny pack: it trains, is cancelled, is killed, and keeps the protocol clean."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil
import pytest

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.volume import Volume
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.pack import verify_pack
from gf_desktop.protocol import (
    Accepted,
    Candidate,
    Checkpoint,
    Event,
    ExportNow,
    Failed,
    Hello,
    Pause,
    Ping,
    Pong,
    Progress,
    Resume,
    Start,
    Stop,
    Stopped,
    Validated,
    Warned,
    decode_event,
    encode_line,
)
from tests.process.tiny import SPEC, TABLE, draw, write_tiny_pack
from training.checkpoint import read_learner_state

ROOT = Path(__file__).resolve().parents[2]
QUICK: dict[str, float | int | str | bool] = {"batch": 4, "crop_px": 64, "max_steps": 4, "teacher_steps": 2}
ENDLESS: dict[str, float | int | str | bool] = {"batch": 4, "crop_px": 64}
PATIENCE_S = 60.0

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="session")
def trainable_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of tiny untrained networks with replay slices."""
    return write_tiny_pack(tmp_path_factory.mktemp("packs"))


def _manifest(folder: Path, **changes: Any) -> Path:
    grey, labels = draw(8, 1)
    states = np.ones_like(labels)
    states[[1, 3, 5]] = 2
    np.save(folder / "image.npy", grey)
    np.savez(folder / "labels.npz", labels=changes.pop("mask", labels), states=changes.pop("states", states))
    item = {
        "case": "C-001",
        "image": str(folder / "image.npy"),
        "geometry": Geometry.identity((64, 64, 8)).as_json(),
        "modality": "",
        "spacing_known": True,
        "labels": str(folder / "labels.npz"),
        "labels_sha256": "",
        "model_id": "tiny",
        "validation_slices": [3],
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps({"format": 1, "run_id": "r", "seed": 0, "structures": TABLE.as_json(), "items": [item | changes]}))
    return path


class Trainer:
    """A worker process and what it says."""

    def __init__(self, folder: Path) -> None:
        env = {"PYTHONPATH": str(ROOT)} | dict(os.environ) | {"OMP_NUM_THREADS": "1"}
        self.log = (folder / "trainer.log").open("wb")
        command = [sys.executable, "-m", "training", "worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=env, cwd=folder)
        self.events: list[Event] = []
        self._queue: queue.Queue[Event | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            # whatever is no event raises here and leaves the queue without its end
            self._queue.put(decode_event(line))
        self._queue.put(None)

    def say(self, *commands: Any) -> None:
        assert self.process.stdin is not None
        for command in commands:
            self.process.stdin.write(command if isinstance(command, bytes) else encode_line(command))
        self.process.stdin.flush()

    def hear(self, *kinds: type[Any], stage: str = "", within_s: float = PATIENCE_S) -> Any:
        """Return the next event of a kind (and stage); fails when the trainer ends before."""
        end_s = time.monotonic() + within_s
        while True:
            event = self._queue.get(timeout=max(0.0, end_s - time.monotonic()))
            assert event is not None, f"the trainer ended without {kinds}: {self.events[-3:]}"
            self.events.append(event)
            if isinstance(event, kinds) and (not stage or getattr(event, "stage", stage) == stage):
                return event

    def end(self, within_s: float = PATIENCE_S) -> int:
        """Return the exit code."""
        while (event := self._queue.get(timeout=within_s)) is not None:
            self.events.append(event)
        return self.process.wait(within_s)

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()


@pytest.fixture
def trainer(tmp_path: Path) -> Iterator[Trainer]:
    worker = Trainer(tmp_path)
    yield worker
    worker.close()


def _order(tmp_path: Path, pack: Path, recipe: dict[str, Any], *, minutes: float = 5.0, **manifest: Any) -> Start:
    return Start(
        run_id="R-001",
        manifest=str(_manifest(tmp_path, **manifest)),
        parent_dir=str(pack),
        out_dir=str(tmp_path / "models" / "tiny-2"),
        run_dir=str(tmp_path / "run"),
        candidate_id="tiny-2",
        minutes=minutes,
        seed=1,
        threads=1,
        recipe=recipe,
    )


def _no_model(tmp_path: Path) -> bool:
    return not (tmp_path / "models" / "tiny-2").exists()


def test_that_a_round_yields_a_complete_candidate_whose_onnx_repeats_the_student(
    trainer: Trainer, tmp_path: Path, trainable_pack: Path
) -> None:
    hello = trainer.hear(Hello)
    assert hello.pid == trainer.process.pid
    trainer.say(_order(tmp_path, trainable_pack, QUICK))
    accepted = trainer.hear(Accepted)
    assert (accepted.labelled, accepted.unlabelled, accepted.validation) == (2, 6, 1)
    candidate: Candidate = trainer.hear(Candidate)
    assert trainer.end() == 0
    assert candidate.parity < 1e-4
    folder = Path(candidate.path)
    card = verify_pack(folder)
    assert (card.id, card.parent) == ("tiny-2", "tiny")
    assert set(card.files) == {"student.onnx", "student.safetensors", "teacher.safetensors", "paraphrasers.safetensors", "replay.npz"}
    assert card.training["manifest_sha256"]
    assert card.sha256 != verify_pack(trainable_pack).sha256
    assert [p.name for p in folder.parent.iterdir()] == ["tiny-2"]
    grey, _ = draw(8, 1)
    volume = Volume(grey, Geometry.identity((64, 64, 8)))
    found = Segmenter.load(folder, threads=1).predict(volume).labels
    assert (found == _by_torch(folder, volume)).mean() > 0.999


def _by_torch(folder: Path, volume: Volume) -> Any:
    from gf_desktop.imaging.preprocess import SliceSource
    from training.evaluate import predict_classes
    from training.packs import load_pack

    pack = load_pack(folder)
    return pack.card.table.class_to_id()[predict_classes(pack.models.student, SliceSource(volume, SPEC), range(8))]


def test_that_a_round_tells_stages_losses_and_validation_and_logs_them(trainer: Trainer, tmp_path: Path, trainable_pack: Path) -> None:
    trainer.say(_order(tmp_path, trainable_pack, QUICK))
    trainer.hear(Candidate)
    trainer.end()
    progress = [e for e in trainer.events if isinstance(e, Progress)]
    assert list(dict.fromkeys(e.stage for e in progress)) == ["load", "teacher", "cache", "distil", "check", "export"]
    assert {"supervision", "kl", "cwd", "graph", "total"} <= set(next(e for e in progress if e.stage == "distil").losses)
    assert {e.who for e in trainer.events if isinstance(e, Validated)} == {"student", "teacher"}
    logged = [decode_event(line) for line in (tmp_path / "run" / "events.jsonl").read_bytes().splitlines()]
    assert isinstance(logged[-1], Candidate)
    assert [e for e in trainer.events if not isinstance(e, Hello | Pong)] == [e for e in logged if not isinstance(e, Pong)]


@pytest.mark.parametrize("stage", ["load", "teacher", "distil"])
def test_that_a_stop_is_honoured_within_two_seconds(trainer: Trainer, tmp_path: Path, trainable_pack: Path, stage: str) -> None:
    recipe = ENDLESS | ({"teacher_steps": 1} if stage == "distil" else {})
    trainer.say(_order(tmp_path, trainable_pack, recipe))
    trainer.hear(Progress, stage=stage)
    asked_s = time.monotonic()
    trainer.say(Stop())
    trainer.hear(Stopped, within_s=2.0)
    assert time.monotonic() - asked_s < 2.0
    assert trainer.end() == 0
    assert _no_model(tmp_path)
    assert not list(tmp_path.glob("models/.*"))


def test_that_a_killed_trainer_leaves_no_half_written_candidate(trainer: Trainer, tmp_path: Path, trainable_pack: Path) -> None:
    trainer.say(_order(tmp_path, trainable_pack, QUICK))
    trainer.hear(Progress, stage="export")
    trainer.process.send_signal(signal.SIGKILL)
    trainer.process.wait(10)
    assert _no_model(tmp_path) or verify_pack(tmp_path / "models" / "tiny-2")


def test_that_the_end_of_input_keeps_a_state_and_ends_the_process(trainer: Trainer, tmp_path: Path, trainable_pack: Path) -> None:
    trainer.say(_order(tmp_path, trainable_pack, ENDLESS | {"teacher_steps": 1}))
    reached = 0
    while reached < 2:
        reached = trainer.hear(Progress, stage="distil").step
    assert trainer.process.stdin is not None
    trainer.process.stdin.close()
    assert trainer.end(10.0) == 0
    kept = [e for e in trainer.events if isinstance(e, Checkpoint)][-1]
    assert kept.step >= reached
    state = read_learner_state(tmp_path / "run" / kept.path)
    assert (state["stage"], state["quarter"]) == ("distil", 1)
    assert _no_model(tmp_path)


def test_that_the_end_of_input_before_an_order_ends_the_process(trainer: Trainer) -> None:
    trainer.hear(Hello)
    assert trainer.process.stdin is not None
    trainer.process.stdin.close()
    assert trainer.end(10.0) in (0, 1)


def test_that_a_pause_waits_and_a_ping_is_answered_meanwhile(trainer: Trainer, tmp_path: Path, trainable_pack: Path) -> None:
    trainer.say(_order(tmp_path, trainable_pack, ENDLESS))
    trainer.hear(Progress, stage="teacher")
    trainer.say(Pause())
    time.sleep(1.0)
    trainer.say(Ping())
    trainer.hear(Pong)
    with pytest.raises(queue.Empty):
        trainer.hear(Progress, within_s=1.5)
    trainer.say(Resume())
    trainer.hear(Progress, stage="teacher")
    trainer.say(Stop())
    trainer.hear(Stopped)
    trainer.end()


def test_that_a_silent_trainer_gives_a_sign_of_life(trainer: Trainer) -> None:
    trainer.hear(Hello)
    trainer.hear(Pong, within_s=6.0)


@pytest.mark.long
def test_that_the_round_is_finished_early_once_the_student_has_made_a_quarter(
    trainer: Trainer, tmp_path: Path, trainable_pack: Path
) -> None:
    trainer.say(_order(tmp_path, trainable_pack, ENDLESS | {"teacher_steps": 2, "max_steps": 800}, minutes=60.0))
    trainer.hear(Progress, stage="teacher")
    while trainer.hear(Progress, stage="distil", within_s=120.0).step < 201:
        pass
    trainer.say(ExportNow())
    trainer.hear(Candidate)
    assert trainer.end() == 0
    card = verify_pack(tmp_path / "models" / "tiny-2")
    # the step that was told last may be the last one made
    assert 201 <= card.training["steps"] < 800
    assert card.training["plan"]["entries"][-1]["total"] == card.training["steps"]


def test_that_a_round_that_was_to_be_finished_too_early_is_finished_at_the_quarters(
    trainer: Trainer, tmp_path: Path, trainable_pack: Path
) -> None:
    trainer.say(_order(tmp_path, trainable_pack, ENDLESS | {"teacher_steps": 400, "max_steps": 120}, minutes=60.0))
    trainer.hear(Progress, stage="teacher")
    trainer.say(ExportNow())
    assert "as soon as teacher and student have made a quarter" in trainer.hear(Warned).message
    trainer.hear(Candidate, within_s=120.0)
    assert trainer.end() == 0
    training = verify_pack(tmp_path / "models" / "tiny-2").training
    assert 30 <= training["steps"] < 60
    assert 100 <= training["plan"]["entries"][1]["total"] < 400


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not wake it; the project ends it at the next opening")
def test_that_a_trainer_that_stands_still_does_not_outlive_its_desktop(tmp_path: Path) -> None:
    script = (
        "import os, psutil, subprocess, sys\n"
        "worker = subprocess.Popen([sys.executable, '-m', 'training', 'worker'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "worker.stdout.readline()\n"
        "psutil.Process(worker.pid).suspend()\n"
        "print(worker.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    desktop = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=90, check=False)
    pid = int(desktop.stdout)
    deadline_s = time.monotonic() + 20.0
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


@pytest.mark.parametrize(
    "line",
    [b"refine, please\n", b'{"type":"dance"}\n', b'{"type":"start"}\n', b'{"type":"stop","now":true}\n'],
    ids=["text", "type", "keys", "more"],
)
def test_that_a_command_that_is_not_understood_is_refused(trainer: Trainer, line: bytes) -> None:
    trainer.hear(Hello)
    trainer.say(line)
    failed: Failed = trainer.hear(Failed)
    assert "do not understand" in failed.what
    assert not failed.is_bug
    assert trainer.end() == 1


def test_that_another_version_of_the_protocol_is_refused(trainer: Trainer, tmp_path: Path, trainable_pack: Path) -> None:
    document = json.loads(encode_line(_order(tmp_path, trainable_pack, QUICK))) | {"version": 99}
    trainer.say(json.dumps(document).encode() + b"\n")
    assert "version 99" in trainer.hear(Failed).what
    assert trainer.end() == 1


def _unapproved() -> dict[str, Any]:
    return {"states": np.ones((8, 64, 64), np.uint8)}


def _foreign() -> dict[str, Any]:
    return {"mask": np.full((8, 64, 64), 77, np.uint8)}


@pytest.mark.parametrize(
    ("changes", "text"), [(_unapproved(), "nothing to learn from"), (_foreign(), "labels [77]"), ({"image": "/gone.npy"}, "cannot be read")]
)
def test_that_a_round_without_sense_fails_in_plain_words(
    trainer: Trainer, tmp_path: Path, trainable_pack: Path, changes: dict[str, Any], text: str
) -> None:
    trainer.say(_order(tmp_path, trainable_pack, QUICK, **changes))
    failed: Failed = trainer.hear(Failed)
    assert text in failed.what
    assert failed.next
    assert not failed.is_bug
    assert trainer.end() == 1
    assert _no_model(tmp_path)


def test_that_stray_prints_do_not_corrupt_the_protocol(tmp_path: Path, trainable_pack: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import threading, os, time\n"
        "def noise():\n"
        "    while True:\n"
        "        print('stray line on sys.stdout', flush=True)\n"
        "        os.write(1, b'stray bytes')\n"
        "        time.sleep(0.002)\n"
        "import atexit\n"
        "import training.worker as w\n"
        "reserve = w.reserve_stdout\n"
        "def wrapped():\n"
        "    channel = reserve()\n"
        "    threading.Thread(target=noise, daemon=True).start()\n"
        "    return channel\n"
        "w.reserve_stdout = wrapped\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
        worker = Trainer(tmp_path)
    try:
        worker.say(_order(tmp_path, trainable_pack, QUICK))
        worker.hear(Candidate)
        assert worker.end() == 0
        assert b"stray bytes" in (tmp_path / "trainer.log").read_bytes()
    finally:
        worker.close()
