"""The verb “refine” over breaks: what was interrupted is told, gone on with, finished early or dropped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gf_desktop.cli import verbs
from gf_desktop.cli.main import main
from gf_desktop.protocol import Candidate, Command, ExportNow, Hello, Start, decode_command, encode_line
from tests.unit.conftest import World, world

__all__ = ["world"]


class Trainer:
    """A trainer that is interrupted in its first life and makes a better student in any other."""

    pid = 0
    lives: list[Trainer]
    make_pack: Callable[..., Path]

    def __init__(self, _on_tick: Callable[[], None]) -> None:
        self.heard: list[Command] = []
        type(self).lives.append(self)

    def start(self, argv, env, *, log, on_line, on_exit) -> None:
        self._on_line, self._on_exit = on_line, on_exit

    def write(self, line: bytes) -> None:
        self.heard.append(decode_command(line))

    def close_input(self) -> None:
        return

    def kill_after(self, _seconds: float) -> None:
        return

    def suspend(self) -> None:
        return

    def resume_process(self) -> None:
        return

    @property
    def order(self) -> Start:
        return next(command for command in self.heard if isinstance(command, Start))

    def wait(self) -> None:
        self._on_line(encode_line(Hello(2, 1, "cpu")))
        if len(type(self).lives) == 1:
            raise KeyboardInterrupt
        folder = Path(self.order.out_dir)
        type(self).make_pack(folder, parent=Path(self.order.parent_dir).name, soft_at=0.4, hard_at=0.8)
        self._on_line(encode_line(Candidate(path=str(folder), model_id=folder.name, parity=1e-6, minutes=1.0)))
        self._on_exit(0)


@pytest.fixture
def interrupted(world: World, make_pack: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = world.session.must_project().folder
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0, 2, 4])
    world.session.close_project()
    Trainer.lives, Trainer.make_pack = [], staticmethod(make_pack)
    monkeypatch.setattr(verbs, "SubprocessTransport", Trainer)
    words = ["refine", str(folder), "--minutes", "3", "--cores", "2", "--recipe", "batch=4", "--recipe", "graph_share=0.5"]
    assert main(words) != 0
    assert (Trainer.lives[0].order.threads, Trainer.lives[0].order.recipe) == (2, {"batch": 4, "graph_share": 0.5})
    return folder


def document(capfd: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    capfd.readouterr()
    assert main([*map(str, words), "--json"]) == code
    return json.loads(capfd.readouterr().out)


def test_that_an_interrupted_refinement_is_told_and_not_dropped_unasked(interrupted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    error = document(capfd, "refine", interrupted, code=1)["error"]
    assert error["what"] == "A refinement was interrupted at 0%"
    assert "refine --resume" in error["next"]
    assert len(Trainer.lives) == 1
    assert document(capfd, "refine", interrupted, "--resume")["promoted"]
    assert Trainer.lives[1].order.resume
    assert (Trainer.lives[1].order.minutes, Trainer.lives[1].order.run_id) == (3, Trainer.lives[0].order.run_id)
    assert document(capfd, "refine", interrupted, "--resume", code=1)["error"]["what"] == "There is no refinement to go on with"


def test_that_an_interrupted_refinement_is_finished_with_what_it_has(interrupted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert document(capfd, "refine", interrupted, "--finish")["promoted"]
    assert ExportNow() in Trainer.lives[1].heard


def test_that_an_interrupted_refinement_is_dropped_on_request(interrupted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert document(capfd, "refine", interrupted, "--anew", "--minutes", "1")["run"] != Trainer.lives[0].order.run_id
    assert not Trainer.lives[1].order.resume


@pytest.mark.parametrize("setting", ["batch", "=4", "batch=", "batch=[1]", "batch=null"])
def test_that_a_setting_that_is_none_is_refused(interrupted: Path, capfd: pytest.CaptureFixture[str], setting: str) -> None:
    assert "not understood" in document(capfd, "refine", interrupted, "--anew", "--recipe", setting, code=1)["error"]["what"]
