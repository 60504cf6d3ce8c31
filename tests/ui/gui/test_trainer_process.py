"""The line to a trainer over Qt's process class, with small real processes in the trainer's place."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gf_desktop.gui.trainer_process import CRASHED, TrainerProcess

ECHO = "import sys\nfor line in sys.stdin: print('got', line.strip(), flush=True)\nsys.stderr.write('bye'); sys.exit(7)"


class Listener:
    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.codes: list[int] = []


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def trainer(qapp: QApplication) -> Iterator[TrainerProcess]:
    made = TrainerProcess()
    yield made
    made.finish(0.0)


def start(trainer: TrainerProcess, listener: Listener, script: str, log: Path) -> None:
    trainer.start([sys.executable, "-c", script], dict(os.environ), log=log, on_line=listener.lines.append, on_exit=listener.codes.append)


def test_that_lines_go_there_and_back_and_the_end_is_told_once(
    trainer: TrainerProcess, listener: Listener, tmp_path: Path, qtbot: QtBot
) -> None:
    start(trainer, listener, ECHO, tmp_path / "log")
    trainer.write(b"one\n")
    trainer.write(b"two\n")
    qtbot.waitUntil(lambda: len(listener.lines) == 2, timeout=20_000)
    trainer.close_input()
    qtbot.waitUntil(lambda: bool(listener.codes), timeout=20_000)
    assert listener.lines == [b"got one\n", b"got two\n"]
    assert listener.codes == [7]
    assert (tmp_path / "log").read_text() == "bye"


def test_that_everything_said_before_the_end_arrives(trainer: TrainerProcess, listener: Listener, tmp_path: Path, qtbot: QtBot) -> None:
    start(trainer, listener, "for n in range(5000): print(n)", tmp_path / "log")
    qtbot.waitUntil(lambda: bool(listener.codes), timeout=20_000)
    assert [int(line) for line in listener.lines] == list(range(5000))


def test_that_a_deaf_trainer_is_killed(trainer: TrainerProcess, listener: Listener, tmp_path: Path, qtbot: QtBot) -> None:
    start(trainer, listener, "import time\nprint('up', flush=True)\ntime.sleep(600)", tmp_path / "log")
    qtbot.waitUntil(lambda: bool(listener.lines), timeout=20_000)
    trainer.kill_after(0.05)
    qtbot.waitUntil(lambda: bool(listener.codes), timeout=5_000)
    assert listener.codes == [CRASHED]
    assert not trainer.running
    trainer.write(b"nobody hears this\n")


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is of the other systems")
def test_that_the_trainer_yields_to_the_window(trainer: TrainerProcess, listener: Listener, tmp_path: Path) -> None:
    start(trainer, listener, ECHO, tmp_path / "log")
    pid = trainer.findChild(QProcess).processId()
    assert psutil.Process(pid).nice() > psutil.Process().nice()


def test_that_a_program_which_is_not_there_raises(trainer: TrainerProcess, listener: Listener, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r".+"):
        trainer.start([str(tmp_path / "nothing")], {}, log=tmp_path / "log", on_line=listener.lines.append, on_exit=listener.codes.append)
    assert listener.codes == []


def test_that_the_end_of_the_program_lets_a_trainer_finish(
    trainer: TrainerProcess, listener: Listener, tmp_path: Path, qtbot: QtBot
) -> None:
    written = tmp_path / "checkpoint"
    script = f"import sys, pathlib\nprint('up', flush=True)\nsys.stdin.read()\npathlib.Path({str(written)!r}).write_text('state')"
    start(trainer, listener, script, tmp_path / "log")
    qtbot.waitUntil(lambda: bool(listener.lines), timeout=20_000)
    trainer.finish(10.0)
    assert written.read_text() == "state"
    assert not trainer.running
