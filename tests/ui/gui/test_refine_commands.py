"""Rounds in the window: going on by themselves, standing still while the person paints, one behind the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition, compose
from gf_desktop.gui.refine_commands import PAINTING_REST_MS
from gf_desktop.gui.refine_dialog import RefineDialog
from gf_desktop.gui.settings_store import RefineChoice
from gf_desktop.protocol import ExportNow, Hello, Progress, Start, decode_command, encode_line
from gf_desktop.refinement import RECIPES
from tests.ui.gui.conftest import NoTrainer

LEFT = Qt.MouseButton.LeftButton


class Trainer(NoTrainer):
    """A trainer in the test's hand, which notes how it was moved."""

    def __init__(self, made: list[Trainer]) -> None:
        super().__init__()
        self.moves: list[str] = []
        made.append(self)

    def start(self, argv, env, *, log, on_line, on_exit) -> None:
        super().start(argv, env, log=log, on_line=on_line, on_exit=on_exit)
        self.on_line(encode_line(Hello(2, 1, "cpu")))
        self.on_line(encode_line(Progress(stage="distil", step=3, steps=9, fraction=0.4, elapsed_s=60, eta_s=90)))

    def suspend(self) -> None:
        self.moves.append("stand")

    def resume_process(self) -> None:
        self.moves.append("go")

    @property
    def order(self) -> Start:
        return next(c for c in map(decode_command, self.lines) if isinstance(c, Start))


@pytest.fixture
def trainers(opened: Composition, qtbot: QtBot) -> list[Trainer]:
    """The trainers of a window in which a slice is approved and a round runs."""
    made: list[Trainer] = []
    opened.session.rounds._make_transport = lambda: Trainer(made)
    opened.session.approve_slice(10)
    QTest.mouseClick(opened.window.top.refine, LEFT)
    qtbot.waitUntil(lambda: bool(made) and opened.session.training.fraction == 0.4)
    qtbot.waitUntil(lambda: not opened.session.training.paused, timeout=3 * PAINTING_REST_MS)
    made[0].moves.clear()
    return made


def dab(opened: Composition) -> None:
    cursor = opened.window.state.display.cursor_ijk
    opened.session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=tuple(map(float, cursor))).finish()


def test_that_the_trainer_stands_still_from_the_first_press_until_the_painting_rests(
    opened: Composition, trainers: list[Trainer], qtbot: QtBot
) -> None:
    panel = opened.window.page.refine
    stroke = opened.session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=(200.0, 200.0, 10.0))
    assert trainers[0].moves == ["stand"]
    qtbot.waitUntil(lambda: "paused while you paint" in panel.stage.text())
    # a stroke that takes longer than the rest keeps it
    qtbot.wait(PAINTING_REST_MS + 300)
    assert trainers[0].moves == ["stand"]
    stroke.finish()
    qtbot.waitUntil(lambda: trainers[0].moves == ["stand", "go"], timeout=3 * PAINTING_REST_MS)
    qtbot.waitUntil(lambda: panel.stage.text() == "teaching the student")
    dab(opened)
    opened.session.undo()
    assert trainers[0].moves == ["stand", "go", "stand"]


def test_that_a_second_round_can_wait_and_be_taken_back(opened: Composition, trainers: list[Trainer], qtbot: QtBot) -> None:
    window = opened.window
    actions, panel = window.actions_by_id, window.page.refine
    qtbot.waitUntil(actions["refine_next"].isEnabled)
    assert not actions["refine"].isEnabled()
    QTest.mouseClick(panel._next, LEFT)
    qtbot.waitUntil(lambda: panel.waiting.isVisibleTo(panel))
    assert "One more round waits" in window.notice.text.text()
    qtbot.waitUntil(lambda: not actions["refine_next"].isEnabled())
    QTest.mouseClick(window.notice.buttons[0], LEFT)
    assert opened.session.rounds.waiting is None
    qtbot.waitUntil(lambda: not panel.waiting.isVisibleTo(panel))
    assert len(trainers) == 1


def test_that_a_round_that_is_to_be_finished_says_so_and_is_not_asked_again(
    opened: Composition, trainers: list[Trainer], qtbot: QtBot
) -> None:
    panel = opened.window.page.refine
    qtbot.waitUntil(lambda: panel._finish.isVisibleTo(panel) and panel._finish.isEnabled())
    QTest.mouseClick(panel._finish, LEFT)
    assert isinstance(decode_command(trainers[0].lines[-1]), ExportNow)
    qtbot.waitUntil(lambda: panel.stage.text() == "teaching the student – to be finished early")
    assert not panel._finish.isVisibleTo(panel)


def test_that_a_stopped_round_can_go_on_from_the_panel(opened: Composition, trainers: list[Trainer], qtbot: QtBot) -> None:
    window = opened.window
    panel = window.page.refine
    run = Path(trainers[0].order.run_dir)
    (run / "events.jsonl").write_bytes(encode_line(Progress(stage="distil", step=3, steps=9, fraction=0.4, elapsed_s=60, eta_s=90)))
    window.actions_by_id["cancel_refine"].trigger()
    trainers[0].on_exit(0)
    qtbot.waitUntil(lambda: "stopped at 40 %" in panel.stage.text())
    qtbot.waitUntil(window.actions_by_id["go_on_refine"].isEnabled)
    QTest.mouseClick(panel._go_on, LEFT)
    assert trainers[1].order.resume
    assert trainers[1].order.run_id == trainers[0].order.run_id


def test_that_an_interrupted_round_goes_on_by_itself_in_the_next_window(opened: Composition, trainers: list[Trainer], qtbot: QtBot) -> None:
    folder = opened.session.must_project().folder
    run = Path(trainers[0].order.run_dir)
    (run / "events.jsonl").write_bytes(encode_line(Progress(stage="distil", step=3, steps=9, fraction=0.4, elapsed_s=60, eta_s=90)))
    opened.window.close()
    opened.close()
    again: list[Trainer] = []
    made = compose(transport_factory=lambda: Trainer(again))
    try:
        made.window.show()
        made.session.open_project(folder)
        qtbot.waitUntil(lambda: bool(again))
        assert again[0].order.resume
        assert made.window.notice.text.text() == "The refinement goes on where it stood: 40 %"
        QTest.mouseClick(made.window.notice.buttons[0], LEFT)
        again[0].on_exit(0)
        assert not made.session.refining
        # stopped on request: it does not go on by itself once more
        made.session.close_project()
        made.session.open_project(folder)
        qtbot.wait(100)
        assert len(again) == 1
    finally:
        made.window.close()
        made.close()


def test_that_how_a_round_is_trained_can_be_said_and_is_remembered(opened: Composition, trainers: list[Trainer], qtbot: QtBot) -> None:
    window = opened.window
    window.actions_by_id["cancel_refine"].trigger()
    trainers[0].on_exit(0)
    qtbot.waitUntil(window.actions_by_id["refine_with"].isEnabled)
    QTest.mouseClick(window.page.refine._with, LEFT)
    (dialog,) = window.findChildren(RefineDialog)
    dialog.minutes.setValue(12.5)
    dialog.cores.setValue(1)
    dialog.only_plugged.setChecked(True)
    dialog.device.setCurrentIndex(dialog.device.findData("cpu"))
    dialog.recipe.setCurrentIndex(dialog.recipe.findData("gentle"))
    assert [dialog.recipe.itemData(row) for row in range(dialog.recipe.count())] == list(RECIPES)
    rows = [dialog.structures.item(row) for row in range(dialog.structures.count())]
    assert [row.text() for row in rows] == list(opened.session.must_project().table.names)
    for row in rows:
        row.setCheckState(Qt.CheckState.Unchecked)
    QTest.mouseClick(dialog.refine, LEFT)
    assert "No structure is ticked" in dialog.told.text()
    rows[1].setCheckState(Qt.CheckState.Checked)
    dialog.settings.setText("batch")
    QTest.mouseClick(dialog.refine, LEFT)
    assert "not understood" in dialog.told.text()
    assert len(trainers) == 1
    dialog.settings.setText("batch=4 kd_weight=0.5")
    QTest.mouseClick(dialog.refine, LEFT)
    qtbot.waitUntil(lambda: len(trainers) == 2)
    order = trainers[1].order
    recipe = RECIPES["gentle"] | {"batch": 4, "kd_weight": 0.5}
    assert (order.minutes, order.threads, order.device, order.recipe) == (12.5, 1, "cpu", recipe)
    assert order.structures == (opened.session.must_project().table.ids[1],)
    current = opened.session.rounds.current
    assert current is not None
    assert current.only_plugged
    assert window.remembered.refine_choice == RefineChoice(12.5, 1, only_plugged=True, device="cpu")
    # it would show another budget than that of the round
    qtbot.waitUntil(window.page.refine.minutes.isHidden)
    # the next round by the button alone keeps cores, plug and device, not the recipe or the structures
    window.actions_by_id["refine_next"].trigger()
    waiting = opened.session.rounds.waiting
    assert waiting is not None
    assert (waiting.minutes, waiting.threads, waiting.recipe, waiting.only_plugged) == (5.0, 1, {}, True)
    assert (waiting.device, waiting.structures) == ("cpu", ())
