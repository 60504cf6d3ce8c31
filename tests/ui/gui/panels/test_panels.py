"""The panels at the sides: worklist, structures, refine, students, scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.texts import change_text, dice_text, duration_text, provider_text
from gf_desktop.project.records import ModelRecord
from gf_desktop.protocol import Validated
from gf_desktop.session import Session
from gf_desktop.trainer_link import TrainingState


@pytest.fixture
def round_runs(opened: Composition, monkeypatch: pytest.MonkeyPatch) -> Callable[[TrainingState], None]:
    """Show a state of a round as if one ran."""

    def show(state: TrainingState) -> None:
        opened.session.rounds.training = state
        opened.session.training_changed.emit()

    monkeypatch.setattr(type(opened.session), "refining", property(lambda _self: True))
    return show


RUNNING = TrainingState(
    running=True,
    stage="distil",
    fraction=0.43,
    eta_s=190.0,
    losses=tuple({"supervision": 1.0 / n, "logits": 0.5 / n} for n in range(1, 40)),
    validated=(Validated(10, "student", 0.7, {"liver": 0.9, "aorta": None}),),
    log=("4 slices to learn from",),
)


def test_that_a_running_round_shows_the_student_that_serves_beside_the_new_one(
    window: MainWindow, round_runs: Callable[[TrainingState], None], qtbot: QtBot
) -> None:
    first, later = Validated(0, "student", 0.6, {"liver": 0.8, "aorta": 0.4}), Validated(10, "student", 0.7, {"liver": 0.9, "aorta": 0.5})
    round_runs(replace(RUNNING, validated=(first, Validated(0, "teacher", 0.9, {"liver": 0.95, "aorta": 0.85}))))
    table = window.page.refine.table
    window.show_panel("refine")
    qtbot.waitUntil(lambda: table.rowCount() == 2)
    assert [[table.item(row, column).text() for column in (1, 2)] for row in range(2)] == [["0.80", "–"], ["0.40", "–"]]
    round_runs(replace(RUNNING, validated=(first, later)))
    qtbot.waitUntil(lambda: table.item(0, 2).text() == "0.90")
    assert [[table.item(row, column).text() for column in (1, 2)] for row in range(2)] == [["0.80", "0.90"], ["0.40", "0.50"]]


# structures


def test_that_a_click_on_a_row_chooses_the_structure(window: MainWindow) -> None:
    rows = window.page.structures.rows
    assert [row.structure.name for row in rows][:2] == ["spleen", "liver"]
    QTest.mouseClick(rows[4], Qt.MouseButton.LeftButton, pos=QPoint(80, 10))
    assert window.state.tool.label == 5
    assert [row.property("chosen") for row in rows] == [False, False, False, False, True, False, False]


def test_that_the_eye_hides_one_structure_and_shows_it_again(window: MainWindow) -> None:
    row = window.page.structures.rows[1]
    assert row.eye.accessibleName() == "Hide liver"
    QTest.mouseClick(row.eye, Qt.MouseButton.LeftButton)
    assert window.state.display.hidden == {2}
    assert row.eye.accessibleName() == "Show liver"
    QTest.mouseClick(row.eye, Qt.MouseButton.LeftButton)
    assert window.state.display.hidden == frozenset()


def test_that_sliders_and_keys_agree(window: MainWindow, press_key: Callable[..., None]) -> None:
    panel = window.page.structures
    panel.brush.setValue(panel.brush.value() + 2)
    assert window.state.tool.radius_mm == 10.0
    press_key(Qt.Key.Key_BracketLeft)
    assert window.state.tool.radius_mm == 8.0
    panel.opacity.setValue(10)
    assert window.state.display.opacity == 0.5
    press_key(Qt.Key.Key_D)
    assert panel.opacity.value() == 11


# worklist


def test_that_the_row_of_the_scan_on_screen_is_selected_and_has_a_picture(window: MainWindow, qtbot: QtBot) -> None:
    view = window.page.worklist.list
    assert view.currentIndex().row() == 0
    qtbot.waitUntil(lambda: view.currentIndex().data(257) is not None)
    assert view.currentIndex().data(257).width() > 40


def test_that_a_click_on_a_row_opens_the_scan(window: MainWindow, session: Session, settle: Callable[[], None]) -> None:
    session.close_case()
    view = window.page.worklist.list
    assert window.page.view.plane is None or session.open is None
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0)).center())
    settle()
    assert session.open.id == "C-001"


# refine


def test_that_a_running_round_shows_stage_time_curve_and_dice(
    window: MainWindow, round_runs: Callable[[TrainingState], None], qtbot: QtBot
) -> None:
    round_runs(RUNNING)
    panel = window.page.refine
    window.show_panel("refine")
    qtbot.waitUntil(lambda: panel.stage.text() == "teaching the student")
    assert panel.remaining.text() == "3:10 left"
    assert panel.progress.value() == 430
    assert [panel.table.item(row, 2).text() for row in range(2)] == ["0.90", "–"]
    assert panel.table.item(0, 1).text() == "–", "a round that goes on does not judge the student before it again"
    assert panel.log.toPlainText() == "4 slices to learn from"
    assert window.top.refine.text().strip() == "3:10 left"
    assert "training 3:10 left" in window.status.runs.text()


def test_that_the_log_grows_without_being_written_anew(
    window: MainWindow, round_runs: Callable[[TrainingState], None], qtbot: QtBot
) -> None:
    round_runs(RUNNING)
    round_runs(replace(RUNNING, log=(*RUNNING.log, "second line")))
    qtbot.waitUntil(lambda: window.page.refine.log.toPlainText() == "4 slices to learn from\nsecond line")


def test_that_the_button_shows_the_round_while_it_runs_and_stop_gives_it_up(
    window: MainWindow, round_runs: Callable[[TrainingState], None], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(window.session, "cancel_refine", lambda: stopped.append("stop"))
    round_runs(RUNNING)
    qtbot.waitUntil(window.actions_by_id["cancel_refine"].isEnabled)
    qtbot.mouseClick(window.top.refine, Qt.MouseButton.LeftButton)
    assert window.page.tabs.currentWidget() is window.page.refine
    assert stopped == []
    window.actions_by_id["cancel_refine"].trigger()
    assert stopped == ["stop"]


def test_that_a_thousand_messages_do_not_redraw_the_panel_a_thousand_times(
    window: MainWindow, round_runs: Callable[[TrainingState], None], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    panel = window.page.refine
    original = panel._show_curve
    monkeypatch.setattr(panel, "_show_curve", lambda: (drawn.append(1), original()))
    for number in range(1000):
        round_runs(replace(RUNNING, fraction=number / 1000))
    qtbot.waitUntil(lambda: panel.progress.value() == 999)
    assert len(drawn) <= 3


# students


def record(name: str, state: str, parent: str | None, dice: float | None) -> ModelRecord:
    return ModelRecord(
        id=name, state=state, parent=parent, created="2026-01-02T03:04:05Z", title="Abdominal CT", mean_dice=dice, note="why"
    )


def test_that_students_stand_under_their_parents_and_another_can_be_chosen(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str] = []
    records = [record("a", "retired", None, 0.5), record("b", "active", "a", 0.8), record("c", "rejected", "b", None)]
    monkeypatch.setattr(window.session, "models", lambda: records)
    monkeypatch.setattr(window.session, "activate", used.append)
    window.show_panel("models")
    panel = window.page.models
    panel.refresh()
    top = panel.tree.topLevelItem(0)
    assert panel.tree.topLevelItemCount() == 1
    assert [top.text(n) for n in range(3)] == ["a", "0.50", "retired"]
    child = top.child(0)
    assert [child.text(n) for n in range(3)] == ["b", "0.80", "in use"]
    assert [child.child(0).text(n) for n in range(3)] == ["c", "–", "stayed out"]
    assert panel.chosen_id == "b"
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=panel.tree.visualItemRect(top).center())
    assert panel.chosen_id == "a"
    assert panel.detail.text() == "Abdominal CT\nmade 2026-01-02 03:04\nwhy"
    qtbot.waitUntil(window.actions_by_id["activate"].isEnabled)
    window.actions_by_id["activate"].trigger()
    assert used == ["a"]
    panel.refresh()
    assert panel.chosen_id == "a", "the selection of the person stays"
    records[1:] = [record("b", "retired", "a", 0.8), record("c", "active", "b", 0.9)]
    panel.refresh()
    assert panel.chosen_id == "c", "the student that serves now is shown"


def test_that_the_student_in_use_cannot_be_chosen_again(window: MainWindow) -> None:
    window.show_panel("models")
    assert window.page.models.chosen_id == "seven"
    assert not window.actions_by_id["activate"].isEnabled()
    assert not window.actions_by_id["roll_back"].isEnabled()


# scan


def test_that_the_passport_tells_geometry_and_findings(window: MainWindow) -> None:
    window.show_panel("scan")
    texts = [part.text() for part in window.page.scan.findChildren(QLabel)]
    assert "512 × 512 × 20" in texts
    assert "0.9766 × 0.9766 × 2 mm" in texts
    assert "L P S" in texts
    assert any("overlap" in text for text in texts)


def test_that_the_passport_says_when_no_scan_is_open(window: MainWindow, session: Session) -> None:
    window.show_panel("scan")
    session.close_case()
    assert [part.text() for part in window.page.scan.findChildren(QLabel)][-1] == "No scan is open."


def test_that_the_passport_catches_up_when_somebody_looks_again(window: MainWindow, session: Session, settle: Callable[[], None]) -> None:
    def reviewed() -> str:
        texts = [part.text() for part in window.page.scan.findChildren(QLabel)]
        return texts[texts.index("Reviewed") + 1]

    window.show_panel("scan")
    before = reviewed()
    window.show_panel("structures")
    session.approve_slice(3)
    settle()
    window.show_panel("scan")
    assert (before, reviewed()) == ("0 of 20 slices", "1 of 20 slices")


# words


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (190, "3:10"), (59.6, "1:00"), (3790, "1:03:10"), (-5, "0:00")])
def test_that_durations_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_that_numbers_without_a_value_are_a_dash() -> None:
    assert (dice_text(None), dice_text(0.876), change_text(None, 1.0)) == ("–", "0.88", "–")
    assert (change_text(0.5, 0.4), change_text(0.4, 0.5)) == ("−0.10", "+0.10")


def test_that_providers_are_told_as_devices() -> None:
    assert [provider_text(p) for p in ("CPUExecutionProvider", "CUDAExecutionProvider", "OddExecutionProvider")] == [
        "CPU",
        "NVIDIA GPU",
        "Odd",
    ]
