"""Cine play with a clock that the test turns: which frame follows which, and what stops it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.cine_player import CinePlayer
from gf_desktop.gui.view_state import ViewState
from gf_desktop.jobs import InlineJobs
from gf_desktop.open_case import OpenCase
from gf_desktop.session import Session

DATA = Path(__file__).resolve().parents[2] / "data" / "frames"


class Clock:
    """Goes on by so many frames each time that it is looked at."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.step_s = 0.0

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


class Bench:
    """A session and a player over the ten frames of a real MR file, without a window."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.state = ViewState()
        self.clock = Clock()
        session.case_changed.connect(self.follow)
        self.player = CinePlayer(session, self.state, clock=self.clock)
        self.shown: list[int] = []
        self.state.display_changed.connect(lambda: self.shown.append(self.state.moment))
        self.follow()

    def follow(self) -> None:
        opened = self.session.open
        if opened is None:
            self.state.show_case("", None, None)
        else:
            self.state.show_case(opened.id, opened.volume, opened.label_map.table)

    def play(self, qtbot: QtBot, count: int, *, frames_a_turn: float = 1.0) -> list[int]:
        """Return the first frames that are shown while it plays at the highest speed."""
        self.player.set_fps(60)
        self.player.toggle()
        self.clock.step_s = frames_a_turn / 60 + 1e-6
        self.shown.clear()
        qtbot.waitUntil(lambda: len(self.shown) >= count, timeout=20_000)
        self.clock.step_s = 0.0
        self.player.pause()
        return self.shown[:count]


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, threshold_pack: Path) -> Iterator[Bench]:
    session = Session(InlineJobs(), lambda: pytest.fail("no trainer is wanted"))
    session.create_project(tmp_path / "trial", threshold_pack)
    session.import_paths([DATA / "emri_small.dcm", DATA / "us_cine_jpeg_8_frames.dcm", DATA / "breast1_image.nrrd"])
    session.open_case("C-001")
    bench = Bench(session)
    yield bench
    bench.player.pause()
    session.close_project()


def test_that_after_the_last_frame_comes_the_first(bench: Bench, qtbot: QtBot) -> None:
    assert bench.play(qtbot, 13) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3]


def test_that_back_and_forth_turns_round_at_both_ends(bench: Bench, qtbot: QtBot) -> None:
    bench.player.toggle_bounce()
    assert bench.play(qtbot, 21) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3]


def test_that_frames_are_left_out_where_drawing_is_slow(bench: Bench, qtbot: QtBot) -> None:
    assert bench.play(qtbot, 6, frames_a_turn=3.0) == [3, 6, 9, 2, 5, 8]


def test_that_playing_goes_on_from_where_somebody_went(bench: Bench, qtbot: QtBot) -> None:
    bench.play(qtbot, 2)
    bench.state.go_to_moment(7)
    assert bench.play(qtbot, 2) == [8, 9]


def test_that_going_elsewhere_while_it_plays_is_followed(bench: Bench, qtbot: QtBot) -> None:
    bench.player.set_fps(60)
    bench.player.toggle()
    bench.state.go_to_moment(5)
    bench.clock.step_s = 1 / 60 + 1e-6
    bench.shown.clear()
    qtbot.waitUntil(lambda: len(bench.shown) >= 2)
    assert bench.shown[:2] == [6, 7]


def test_that_pausing_stays_at_the_frame(bench: Bench, qtbot: QtBot) -> None:
    bench.play(qtbot, 4)
    stays = bench.state.moment
    bench.clock.step_s = 1.0
    qtbot.wait(100)
    assert bench.state.moment == stays
    assert not bench.player.playing


def test_that_steps_pause_and_go_round(bench: Bench) -> None:
    bench.player.toggle()
    bench.player.step(-1)
    assert not bench.player.playing
    assert bench.state.moment == 9
    bench.player.step(2)
    assert bench.state.moment == 1


def test_that_another_case_stops_it_and_brings_its_own_speed(bench: Bench) -> None:
    assert bench.player.fps == 10.0
    bench.player.toggle()
    bench.session.open_case("C-002")
    assert not bench.player.playing
    assert bench.player.fps == pytest.approx(30.0003, abs=1e-4)


def test_that_closing_the_project_stops_it(bench: Bench) -> None:
    bench.player.toggle()
    bench.session.close_project()
    assert not bench.player.playing
    assert bench.player.time is None


def test_that_a_scan_without_frames_does_not_play(bench: Bench) -> None:
    bench.session.open_case("C-003")
    bench.player.toggle()
    assert not bench.player.playing
    bench.player.step(1)
    assert bench.state.moment == 0


@pytest.mark.parametrize(("wanted", "fps"), [(25, 25), (0.1, 1), (900, 60)])
def test_that_speeds_are_cut_to_what_can_be_watched(bench: Bench, wanted: float, fps: float) -> None:
    bench.player.set_fps(wanted)
    assert bench.player.fps == fps


def test_that_faster_and_slower_go_through_the_list(bench: Bench) -> None:
    seen = []
    for steps in (1, 1, -1, -1, -1, -1, -1, -1):
        bench.player.change_speed(steps)
        seen.append(bench.player.fps)
    assert seen == [15, 20, 15, 10, 5, 2, 1, 1]
    bench.player.set_fps(60)
    bench.player.change_speed(1)
    assert bench.player.fps == 60


def test_that_a_frame_that_cannot_be_read_stops_it_and_is_told(bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Exception] = []
    bench.session.broke.connect(told.append)

    def fail(_case: OpenCase, _frame: int) -> None:
        raise OSError("gone")

    monkeypatch.setattr(OpenCase, "touch", fail)
    bench.player.set_fps(60)
    bench.player.toggle()
    bench.clock.step_s = 0.02
    qtbot.waitUntil(lambda: bool(told))
    assert not bench.player.playing
    assert bench.state.moment == 0
