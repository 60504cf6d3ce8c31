"""Rounds over breaks: gone on with after a crash, stopped and gone on with, one behind the other, standing still for a while."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gf_desktop.errors import TrainingError
from gf_desktop.jobs import InlineJobs
from gf_desktop.project.store import Project
from gf_desktop.project.unfinished import (
    RoundOrder,
    drop_round,
    end_left_trainer,
    fraction_of,
    note_trainer,
    read_items,
    unfinished_round,
    write_order,
)
from gf_desktop.protocol import Candidate, Command, Event, ExportNow, Failed, Hello, Progress, Start, Stop, decode_command, encode_line
from gf_desktop.session import Session
from tests.unit.conftest import World

BETTER = {"soft_at": 0.4, "hard_at": 0.8}


class Line:
    """A transport whose trainer does what a test says, one start each."""

    pid = 0

    def __init__(self) -> None:
        self.heard: list[Command] = []
        self.moves: list[str] = []
        self.on_line: Callable[[bytes], None]
        self.on_exit: Callable[[int], None]

    def start(self, argv, env, *, log, on_line, on_exit) -> None:
        self.on_line, self.on_exit = on_line, on_exit
        self.say(Hello(2, 1, "cpu"))

    def write(self, line: bytes) -> None:
        self.heard.append(decode_command(line))

    def close_input(self) -> None:
        return

    def kill_after(self, seconds: float) -> None:
        self.moves.append(f"kill after {seconds:g} s")

    def wait(self) -> None:
        return

    def suspend(self) -> None:
        self.moves.append("stand")

    def resume_process(self) -> None:
        self.moves.append("go")

    def say(self, event: Event) -> None:
        self.on_line(encode_line(event))

    @property
    def order(self) -> Start:
        return next(command for command in self.heard if isinstance(command, Start))


class Desk:
    """A session over the world's project whose trainers are lines in the test's hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines: list[Line] = []
        self.folder = world.session.must_project().folder
        world.session.correct("C-001", world.tmp_path / "truth.nii.gz", slices=[0, 2, 4])
        world.candidate = BETTER
        world.session.close_project()
        self.session = self.reopen()

    def line(self) -> Line:
        self.lines.append(Line())
        return self.lines[-1]

    def reopen(self) -> Session:
        """Open the project in a program of its own, as after a crash of the one before."""
        self.session = Session(InlineJobs(), self.line, author="AB")
        self.reports: list = []
        self.troubles: list = []
        self.session.round_finished.connect(self.reports.append)
        self.session.trouble.connect(self.troubles.append)
        self.session.open_project(self.folder)
        return self.session

    def crash(self) -> None:
        """Let go of the project as a program does that is killed: nothing is said to anybody."""
        self.session.rounds.current = None
        self.session.close_project()

    def make_candidate(self) -> None:
        line = self.lines[-1]
        line.on_line(self.world.answer(line.order))
        line.on_exit(0)

    def keep_state(self, number: int) -> Path:
        path = Path(self.lines[-1].order.run_dir) / f"state-{number:06d}.safetensors"
        path.write_bytes(b"state")
        return path


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    desk = Desk(world)
    yield desk
    desk.session.close_project()


def progress(fraction: float) -> Progress:
    return Progress(stage="distil", step=1, steps=9, fraction=fraction, elapsed_s=1.0, eta_s=1.0)


def signed(order: Start) -> Path:
    """Write into the card of a candidate which round made it, as a trainer does."""
    path = Path(order.out_dir) / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"training": {"run_id": order.run_id}}))
    return path.parent


def project_of(desk: Desk) -> Project:
    return desk.session.must_project()


# going on


def test_that_a_round_goes_on_after_a_crash_of_its_window_and_is_judged_as_any_other(desk: Desk) -> None:
    desk.session.refine(minutes=7, seed=3, threads=2, recipe={"batch": 4}, only_plugged=True)
    first = desk.lines[0].order
    assert not first.resume
    desk.crash()
    session = desk.reopen()
    order, _fraction = session.rounds.unfinished or (None, 0)
    assert order is not None
    assert (order.run_id, order.state, order.only_plugged) == (first.run_id, "going", True)
    session.rounds.go_on()
    assert session.refining
    assert desk.lines[1].order == replace_order(first, resume=True)
    desk.make_candidate()
    (report,) = desk.reports
    assert report.promoted
    assert session.must_project().models.active_id == first.candidate_id
    assert session.rounds.unfinished is None
    session.close_project()
    assert desk.reopen().must_project().reports.last() == report


def replace_order(order: Start, **changes: object) -> Start:
    return Start(**({name: getattr(order, name) for name in order.__struct_fields__} | changes))


def test_that_the_round_of_a_moved_project_goes_on_in_its_new_place(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.crash()
    desk.folder = desk.folder.rename(desk.folder.with_name("elsewhere"))
    desk.reopen().rounds.go_on()
    order = desk.lines[-1].order
    for path in (order.manifest, order.parent_dir, order.run_dir, order.out_dir):
        assert Path(path).is_relative_to(desk.folder)
    assert str(desk.folder) not in (Path(order.run_dir) / "order.json").read_text(encoding="utf-8")
    desk.make_candidate()
    assert desk.reports[0].promoted


def test_that_closing_the_project_lets_the_round_go_on_at_the_next_opening(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.session.close_project()
    assert Stop() in desk.lines[0].heard
    assert not desk.session.refining
    desk.lines[0].on_exit(0)
    desk.session.open_project(desk.folder)
    found = desk.session.rounds.unfinished
    assert found is not None
    assert found[0].state == "going"
    # what the old trainer says late is not heard
    desk.lines[0].say(progress(0.9))
    assert desk.session.training.fraction == 0.0


def test_that_a_stopped_round_does_not_go_on_by_itself_but_can_and_keeps_what_it_has(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    state = desk.keep_state(1)
    desk.session.cancel_refine()
    assert desk.lines[0].moves[-1] == "kill after 2 s"
    desk.lines[0].on_exit(-9)
    assert not desk.session.refining
    assert desk.troubles == []
    found = desk.session.rounds.unfinished
    assert found is not None
    assert (found[0].state, state.exists()) == ("stopped", True)
    desk.session.rounds.go_on()
    assert desk.lines[1].order.resume
    assert found[0].candidate_id == desk.lines[1].order.candidate_id


def test_that_a_round_that_was_to_be_finished_early_still_is_after_a_crash_and_not_after_a_stop(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.session.rounds.finish()
    desk.crash()
    session = desk.reopen()
    session.rounds.go_on()
    assert [type(command) for command in desk.lines[1].heard] == [Start, ExportNow]
    session.cancel_refine()
    desk.lines[1].on_exit(-9)
    session.rounds.go_on()
    assert [type(command) for command in desk.lines[2].heard] == [Start]


def test_that_the_next_round_and_dropping_throw_away_what_a_stopped_one_kept(desk: Desk) -> None:
    for end in ("next", "drop"):
        desk.session.refine(minutes=1)
        run, state = Path(desk.lines[-1].order.run_dir), desk.keep_state(1)
        desk.world.answer(desk.lines[-1].order)
        left = signed(desk.lines[-1].order)
        half = left.with_name(f".{left.name}.tmp")
        half.mkdir()
        desk.session.cancel_refine()
        desk.lines[-1].on_exit(-9)
        if end == "drop":
            desk.session.rounds.drop()
        else:
            desk.session.refine(minutes=1)
            assert not desk.lines[-1].order.resume
            desk.session.cancel_refine()
            desk.lines[-1].on_exit(0)
        assert not state.exists()
        assert not left.exists()
        assert not half.exists()
        assert (run / "manifest.json").exists()
    assert desk.session.rounds.unfinished is None
    assert [r.id for r in desk.session.models()] == ["threshold"]


def test_that_a_round_broken_off_while_it_was_judged_is_judged_again(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.world.answer(desk.lines[0].order)
    signed(desk.lines[0].order)
    project_of(desk).models.register(desk.lines[0].order.candidate_id)
    desk.crash()
    desk.reopen().rounds.go_on()
    line = desk.lines[-1]
    assert line.order.candidate_id == desk.lines[0].order.candidate_id
    line.say(Candidate(path=line.order.out_dir, model_id=line.order.candidate_id, parity=1e-6, minutes=1.0))
    line.on_exit(0)
    assert desk.reports[0].promoted


def test_that_a_candidate_whose_name_was_taken_meanwhile_gets_another(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    taken = desk.lines[0].order.candidate_id
    desk.crash()
    desk.world.make_pack(desk.folder / "models" / taken, parent="threshold", **BETTER)
    desk.reopen().rounds.go_on()
    assert desk.lines[-1].order.candidate_id != taken
    desk.make_candidate()
    assert desk.reports[0].promoted


def test_that_a_project_without_an_unfinished_round_has_nothing_to_go_on_with(desk: Desk) -> None:
    assert desk.session.rounds.unfinished is None
    with pytest.raises(TrainingError, match="no refinement to go on with"):
        desk.session.rounds.go_on()
    desk.session.rounds.drop()


@pytest.mark.parametrize(
    "damage",
    [
        "half", "[]", '{"format": 1}', '{"format": 2, "run_id": "run-0001"}',
        '{"format": 1, "run_id": "run-0001", "candidate_id": "../../x", "parent_id": "threshold", "minutes": 1}',
        '{"format": 1, "run_id": "run-0007", "candidate_id": "x", "parent_id": "threshold", "minutes": 1}',
        '{"format": 1, "run_id": "run-0001", "candidate_id": "x", "parent_id": "threshold", "minutes": "long"}',
        '{"format": 1, "run_id": "run-0001", "candidate_id": "x", "parent_id": 7, "minutes": 1}',
    ],
)  # fmt: skip
def test_that_a_damaged_order_is_no_round_to_go_on_with(desk: Desk, damage: str) -> None:
    desk.session.refine(minutes=1)
    desk.crash()
    path = desk.folder / "runs" / "run-0001" / "order.json"
    assert path.is_file()
    path.write_text(damage, encoding="utf-8")
    session = desk.reopen()
    assert session.rounds.unfinished is None
    session.refine(minutes=1)
    assert session.refining


def test_that_a_list_that_names_files_elsewhere_is_refused(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    path = Path(desk.lines[0].order.manifest)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert [item.touched_slices for item in read_items(project_of(desk), path.parent.name)] == [(0, 2, 4)]
    document["items"][0]["labels"] = "../other/labels.npz"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(TrainingError, match="list of the round is damaged"):
        read_items(project_of(desk), path.parent.name)


def test_that_how_far_a_round_came_is_read_from_its_events(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    run = desk.folder / "runs" / "run-0001"
    assert fraction_of(project_of(desk), "run-0001") == 0.0
    (run / "events.jsonl").write_bytes(
        encode_line(progress(0.2)) + encode_line(progress(0.4)) + encode_line(Hello(2, 1, "cpu")) + b'{"type":"pro'
    )
    assert fraction_of(project_of(desk), "run-0001") == 0.4


# a trainer that dies


def test_that_a_trainer_that_dies_is_started_again_where_it_stood(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.keep_state(1)
    desk.lines[0].on_exit(-9)
    assert len(desk.lines) == 2
    assert desk.lines[1].order.resume
    assert desk.session.refining
    desk.keep_state(2)
    desk.lines[1].on_exit(-9)
    assert len(desk.lines) == 3
    desk.make_candidate()
    assert desk.reports[0].promoted
    assert desk.troubles == []


def test_that_a_trainer_that_dies_twice_at_one_place_is_told_and_can_be_gone_on_with(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.lines[0].on_exit(-9)
    desk.lines[1].on_exit(-9)
    assert len(desk.lines) == 2
    assert [error.what for error in desk.troubles] == ["The trainer ended twice at the same place without a word"]
    assert not desk.session.refining
    found = desk.session.rounds.unfinished
    assert found is not None
    assert found[0].state == "stopped"


def test_that_a_trainer_that_says_why_it_ends_is_not_started_again(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.lines[0].say(Failed(what="There is not enough memory", where="", next="Close other programs."))
    desk.lines[0].on_exit(1)
    assert len(desk.lines) == 1
    assert [error.what for error in desk.troubles] == ["There is not enough memory"]


# one behind the other


def test_that_a_second_round_waits_and_learns_from_what_is_approved_when_it_begins(desk: Desk) -> None:
    session = desk.session
    session.refine(minutes=1)
    session.refine(minutes=2, seed=5)
    assert session.rounds.waiting is not None
    assert len(desk.lines) == 1
    session.correct("C-001", desk.world.tmp_path / "truth.nii.gz", slices=[5])
    desk.make_candidate()
    assert len(desk.lines) == 2
    second = desk.lines[1].order
    assert (second.minutes, second.seed, Path(second.parent_dir).name) == (2, 5, desk.lines[0].order.candidate_id)
    items = json.loads(Path(second.manifest).read_text(encoding="utf-8"))["items"]
    assert items[0]["touched_slices"] == [0, 2, 4, 5]
    assert session.rounds.waiting is None


@pytest.mark.parametrize("way", ["taken back", "stopped", "failed"])
def test_that_a_waiting_round_does_not_begin_when_it_is_taken_back_or_the_first_does_not_end_well(desk: Desk, way: str) -> None:
    session = desk.session
    session.refine(minutes=1)
    session.refine(minutes=2)
    if way == "taken back":
        session.rounds.take_back()
        desk.make_candidate()
    elif way == "stopped":
        session.cancel_refine()
        desk.lines[0].on_exit(0)
    else:
        desk.lines[0].say(Failed(what="NaN", where="", next="Refine again."))
        desk.lines[0].on_exit(1)
    assert session.rounds.waiting is None
    assert not session.refining
    assert len(desk.lines) == 1


# standing still


def test_that_the_trainer_stands_still_while_the_user_paints_and_is_awake_when_it_is_stopped(desk: Desk) -> None:
    session = desk.session
    session.refine(minutes=1)
    session.rounds.hold_for_painting(holds=True)
    session.rounds.hold_for_painting(holds=True)
    assert desk.lines[0].moves == ["stand"]
    assert session.training.paused_for == ("painting",)
    session.rounds.hold_for_painting(holds=False)
    assert desk.lines[0].moves == ["stand", "go"]
    assert not session.training.paused
    session.rounds.hold_for_painting(holds=True)
    session.cancel_refine()
    assert desk.lines[0].moves[3:] == ["go", "kill after 2 s"]
    assert desk.lines[0].heard[-1] == Stop()


def test_that_a_trainer_started_again_stands_still_as_the_one_before(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.session.rounds.hold_for_painting(holds=True)
    desk.lines[0].on_exit(-9)
    assert desk.lines[1].moves == ["stand"]


def test_that_a_round_only_for_the_plug_stands_still_on_battery(desk: Desk) -> None:
    session = desk.session
    session.rounds.is_plugged = lambda: False
    session.refine(minutes=1, only_plugged=True)
    assert session.training.paused_for == ("battery",)
    session.rounds.hold_for_painting(holds=True)
    session.rounds.is_plugged = lambda: True
    session.rounds.look_at_power()
    assert session.training.paused_for == ("painting",)
    assert desk.lines[0].moves == ["stand"]
    session.rounds.hold_for_painting(holds=False)
    assert desk.lines[0].moves == ["stand", "go"]


def test_that_other_rounds_do_not_ask_for_the_plug(desk: Desk) -> None:
    desk.session.rounds.is_plugged = lambda: False
    desk.session.refine(minutes=1)
    desk.session.rounds.look_at_power()
    assert desk.session.training.paused_for == ()


def test_that_a_round_can_be_asked_to_end_with_what_it_has(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    desk.session.rounds.finish()
    assert desk.lines[0].heard[-1] == ExportNow()


# processes that were left behind


def test_that_a_trainer_left_behind_is_ended_even_while_it_stands_still(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        note_trainer(project_of(desk), "run-0001", child.pid)
        psutil.Process(child.pid).suspend()
        assert end_left_trainer(project_of(desk), "run-0001")
        assert not psutil.pid_exists(child.pid) or child.wait(10) != 0
        assert not end_left_trainer(project_of(desk), "run-0001")
    finally:
        child.kill()
        child.wait()


def test_that_another_process_with_the_number_of_a_trainer_is_left_alone(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    path = desk.folder / "runs" / "run-0001" / "trainer.json"
    path.write_text(json.dumps({"pid": os.getpid(), "began_s": psutil.Process().create_time() - 60}), encoding="utf-8")
    assert not end_left_trainer(project_of(desk), "run-0001")
    assert not path.exists()


def test_that_dropping_keeps_a_model_that_the_round_did_not_make(desk: Desk) -> None:
    desk.session.refine(minutes=1)
    order = unfinished_round(project_of(desk))
    assert isinstance(order, RoundOrder)
    foreign = desk.world.make_pack(desk.folder / "models" / order.candidate_id, parent="threshold", **BETTER)
    drop_round(project_of(desk), order)
    assert foreign.exists()
    write_order(project_of(desk), replace(order, state="ended"))
    assert unfinished_round(project_of(desk)) is None
