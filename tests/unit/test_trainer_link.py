"""The conversation with a trainer, over a line that the test holds in its hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from gf_desktop.errors import TrainingError
from gf_desktop.protocol import (
    EVENTS_NAME,
    PROTOCOL_VERSION,
    Accepted,
    Candidate,
    Checkpoint,
    Event,
    Failed,
    Hello,
    Preview,
    Progress,
    Start,
    Stop,
    Stopped,
    Validated,
    Warned,
    decode_command,
    encode_line,
)
from gf_desktop.trainer_link import CURVE_POINTS, STOP_GRACE_S, TrainerLink, TrainingState, trainer_command

ORDER = Start(run_id="run-1", manifest="m.json", parent_dir="p", out_dir="o", run_dir="runs/run-1", candidate_id="v2", minutes=1)
CANDIDATE = Candidate(path="o", model_id="v2", parity=1e-6, minutes=1.0)


class Wire:
    """A transport without a process."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.input_closed = False
        self.kill_s: float | None = None
        self.on_line: Callable[[bytes], None]
        self.on_exit: Callable[[int], None]

    def start(self, argv, env, *, log, on_line, on_exit) -> None:
        self.argv, self.env, self.log = argv, env, log
        self.on_line, self.on_exit = on_line, on_exit

    def write(self, line: bytes) -> None:
        self.sent.append(line)

    def close_input(self) -> None:
        self.input_closed = True

    pid = 0

    def suspend(self) -> None:
        return

    def resume_process(self) -> None:
        return

    def kill_after(self, seconds: float) -> None:
        self.kill_s = seconds

    def wait(self) -> None:
        return

    def say(self, event: Event) -> None:
        self.on_line(encode_line(event))


class Ends(list):
    """Collects how rounds ended."""


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def link(wire: Wire, ends: Ends, tmp_path: Path) -> TrainerLink:
    states: list[TrainingState] = []
    link = TrainerLink(wire, ORDER, on_change=states.append, on_end=ends.append)
    link.begin(tmp_path / "trainer.log")
    return link


def progress(step: int, stage: str = "distil") -> Progress:
    return Progress(
        stage=stage, step=step, steps=1000, fraction=step / 1000, elapsed_s=step, eta_s=1000 - step, losses={"total": 1 / (step + 1)}
    )


def test_that_a_round_that_goes_on_is_shown_from_where_it_goes_on(tmp_path: Path) -> None:
    accepted, judged = Accepted("run-1", 3, 16, 1), Validated(0, "student", 0.7, {"liver": 0.7})
    told = [accepted, judged, progress(1), progress(2), Preview("a.png", 2), Checkpoint("state-2", 2), progress(3), Preview("b.png", 3)]
    # killed, gone on with from the second step, killed again before another checkpoint, with a line cut off
    again = [accepted, progress(3), Warned("the disk is nearly full"), Checkpoint("state-3", 3), progress(4)]
    lines = [*map(encode_line, told), b'{"type":"progress","st\n', *map(encode_line, again)]
    (tmp_path / EVENTS_NAME).write_bytes(b"".join(lines) + b'{"type":"prog')
    states: list[TrainingState] = []
    wire = Wire()
    link = TrainerLink(wire, replace(ORDER, run_dir=str(tmp_path), resume=True), on_change=states.append, on_end=Ends().append)
    assert [point["total"] for point in link.state.losses] == [1 / 2, 1 / 3, 1 / 4]
    assert link.state.validated == (judged,)
    assert link.state.preview == "a.png"
    assert link.state.fraction == 3 / 1000
    assert link.state.log == ("Slices: 3 to learn from, 1 held back, 16 without labels", "the disk is nearly full")
    link.begin(tmp_path / "trainer.log")
    wire.say(accepted)
    wire.say(progress(4))
    assert [point["total"] for point in link.state.losses] == [1 / 2, 1 / 3, 1 / 4, 1 / 5]
    assert len(link.state.log) == 2


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ({}, "256 to learn from, 9 held back, 300 without labels"),
        ({"labelled_of": 256, "unlabelled_of": 300}, "256 to learn from, 9 held back, 300 without labels"),
        ({"labelled_of": 700}, "256 of 700 to learn from, 9 held back, 300 without labels"),
        ({"unlabelled_of": 800}, "256 to learn from, 9 held back, 300 of 800 without labels"),
        ({"labelled_of": 700, "unlabelled_of": 800}, "256 of 700 to learn from, 9 held back, 300 of 800 without labels"),
    ],
)
def test_that_it_is_told_how_many_slices_a_round_takes_of_how_many(tmp_path: Path, of: dict[str, int], told: str) -> None:
    wire = Wire()
    link = TrainerLink(wire, replace(ORDER, run_dir=str(tmp_path)), on_change=lambda _s: None, on_end=Ends().append)
    link.begin(tmp_path / "trainer.log")
    wire.say(Accepted("run-1", 256, 300, 9, **of))
    assert link.state.log == (f"Slices: {told}",)


def test_that_a_round_begun_anew_is_shown_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / EVENTS_NAME).write_bytes(encode_line(progress(1)) + encode_line(Checkpoint("state-1", 1)))
    link = TrainerLink(Wire(), replace(ORDER, run_dir=str(tmp_path)), on_change=lambda _s: None, on_end=Ends().append)
    assert link.state.losses == ()


def test_that_a_round_goes_on_where_nothing_was_told(tmp_path: Path) -> None:
    order = replace(ORDER, run_dir=str(tmp_path), resume=True)
    link = TrainerLink(Wire(), order, on_change=lambda _s: None, on_end=Ends().append)
    assert link.state == TrainingState(candidate_id="v2", run_dir=str(tmp_path))


def test_that_the_order_is_sent_after_the_hello_and_not_before(link: TrainerLink, wire: Wire) -> None:
    assert wire.sent == []
    wire.say(Hello(PROTOCOL_VERSION, 42, "cpu, 2 threads"))
    assert [decode_command(line) for line in wire.sent] == [ORDER]
    assert link.state.device == "cpu, 2 threads"


def test_that_a_candidate_ends_the_round_when_the_process_has_gone(link: TrainerLink, wire: Wire, ends: Ends) -> None:
    wire.say(Hello(PROTOCOL_VERSION, 42, "cpu"))
    wire.say(Accepted("run-1", 3, 16, 1))
    wire.say(CANDIDATE)
    assert wire.input_closed
    assert ends == []
    assert link.state.running
    wire.on_exit(0)
    assert ends == [CANDIDATE]
    assert not link.state.running


def test_that_the_snapshot_follows_progress_and_validation(link: TrainerLink, wire: Wire) -> None:
    wire.say(progress(10))
    shown = Validated(10, "student", 0.8, {"liver": 0.8})
    wire.say(shown)
    wire.say(Warned("few slices"))
    assert (link.state.stage, link.state.fraction, link.state.eta_s) == ("distil", 0.01, 990)
    assert link.state.validated == (shown,)
    assert link.state.log == ("few slices",)


def test_that_the_curve_stays_bounded_and_keeps_its_end(link: TrainerLink, wire: Wire) -> None:
    for step in range(3 * CURVE_POINTS):
        wire.say(progress(step))
    assert len(link.state.losses) <= CURVE_POINTS
    assert link.state.losses[0]["total"] == 1.0
    assert link.state.losses[-1]["total"] == pytest.approx(1 / (3 * CURVE_POINTS), rel=0.01)


def test_that_a_process_which_dies_is_a_failure_that_names_the_log(link: TrainerLink, wire: Wire, ends: Ends) -> None:
    wire.on_exit(-9)
    (end,) = ends
    assert isinstance(end, Failed)
    assert "exit code -9" in end.what
    assert end.where == "runs/run-1"


def test_that_a_stop_is_asked_for_first_and_forced_after_the_grace(link: TrainerLink, wire: Wire, ends: Ends) -> None:
    link.stop()
    assert decode_command(wire.sent[-1]) == Stop()
    assert wire.kill_s == STOP_GRACE_S == 2.0
    wire.on_exit(-9)
    assert ends == [Stopped("on request")]


def test_that_nonsense_on_the_line_ends_the_round_with_a_reason(link: TrainerLink, wire: Wire, ends: Ends) -> None:
    wire.on_line(b"Segmentation fault\n")
    assert wire.kill_s == 0.0
    wire.on_exit(1)
    (end,) = ends
    assert isinstance(end, Failed)
    assert "do not understand each other" in end.what


def test_that_the_first_result_counts_and_the_end_is_told_once(link: TrainerLink, wire: Wire, ends: Ends) -> None:
    wire.say(CANDIDATE)
    wire.say(Failed(what="too late", where="", next=""))
    wire.on_exit(0)
    wire.on_exit(0)
    assert ends == [CANDIDATE]


def test_that_a_trainer_which_cannot_start_is_a_clear_error(tmp_path: Path) -> None:
    class Broken(Wire):
        def start(self, argv, env, *, log, on_line, on_exit) -> None:
            raise FileNotFoundError(2, "No such file or directory")

    link = TrainerLink(Broken(), ORDER, on_change=lambda _s: None, on_end=lambda _e: None)
    with pytest.raises(TrainingError, match="cannot be started: No such file"):
        link.begin(tmp_path / "trainer.log")
    assert not link.state.running


def test_that_a_frozen_program_calls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert trainer_command()[1:] == ["-m", "training", "worker"]
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert trainer_command()[1:] == ["train-worker"]
