"""The window as a whole: from the start page to the report of a round."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gf_desktop.errors import UserError
from gf_desktop.gui import commands
from gf_desktop.gui.app import Composition
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.palette import DARK, LIGHT
from gf_desktop.gui.theme import current_palette
from gf_desktop.imaging.labelmap import VoxelState
from gf_desktop.project.records import RoundReport
from gf_desktop.session import Session


def report(*, promoted: bool) -> RoundReport:
    return RoundReport(
        run_id="R-001",
        candidate_id="seven-2",
        previous_id="seven",
        promoted=promoted,
        reason="seven-2 took over: mean Dice went from 0.500 to 0.800." if promoted else "seven-2 stayed out: liver fell by 0.100.",
        sentences=("liver: rose from 0.500 to 0.800.",),
        minutes=1.0,
        structures={"liver": (0.5, 0.8), "aorta": (None, None)},
        parity=1e-6,
    )


def buttons(made: Composition) -> dict[str, QPushButton]:
    return {button.text(): button for button in made.window.notice.buttons}


def drop(window: MainWindow, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    keys, hand = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, hand, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, hand, keys))


def test_that_the_program_begins_with_three_cards(made: Composition) -> None:
    assert made.window.pages.currentWidget() is made.window.start
    names = [button.text() for button in made.window.start.findChildren(QPushButton)]
    assert names == ["Open the demo", "New project", "or with structures of your own", "Open project"]
    assert made.window.page is None


def test_that_the_demo_is_made_once_and_opened_with_masks_of_the_student(
    made: Composition, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, seven_pack: Path, settle: Callable[[], None]
) -> None:
    monkeypatch.setattr(commands, "packs", lambda: [seven_pack])
    card = made.window.start.findChildren(QPushButton)[0]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: made.session.open is not None and made.session.open.confidence is not None, timeout=60_000)
    assert made.window.pages.currentWidget() is made.window.page
    assert (made.session.open.label_map.states[10] == VoxelState.PROPOSED).all(), "the slice on screen comes first"
    assert (made.session.open.label_map.labels[10] == 2).any()
    assert made.window.top.chip.text().strip().startswith("seven  ·  Dice 0.50")
    folder = made.session.project.folder
    made.window.actions_by_id["close_project"].trigger()
    assert made.window.pages.currentWidget() is made.window.start
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    settle()
    assert made.session.project.folder == folder
    assert len(made.session.cases()) == 1


def test_that_an_empty_project_asks_for_scans_and_takes_what_is_dropped(  # noqa: PLR0917 - fixtures
    made: Composition,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    seven_pack: Path,
    tmp_path: Path,
    answers,
    demo_series: Path,
    settle: Callable[[], None],
) -> None:
    monkeypatch.setattr(commands, "packs", lambda: [seven_pack])
    made.session.predict = lambda *_args, **_named: None
    answers.next = tmp_path / "mine"
    made.window.actions_by_id["new_project"].trigger()
    page = made.window.page
    assert not page.worklist.list.isVisible()
    assert [b.text() for b in page.worklist.findChildren(QPushButton)] == ["Add a folder", "Add files", "or try the demo"]
    drop(made.window, [demo_series])
    qtbot.waitUntil(lambda: made.session.open is not None, timeout=60_000)
    settle()
    assert page.worklist.list.isVisible()
    assert page.worklist.list.model().data(page.worklist.list.model().index(0)) == "C-001 CT new 0/20"


def test_that_a_project_dropped_on_the_start_page_is_opened(made: Composition, project_folder: Path, settle: Callable[[], None]) -> None:
    made.session.predict = lambda *_args, **_named: None
    drop(made.window, [project_folder])
    settle()
    assert made.session.open.id == "C-001"


def test_that_painting_needs_three_actions_from_the_start(
    made: Composition, qtbot: QtBot, answers, project_folder: Path, settle: Callable[[], None]
) -> None:
    answers.next = project_folder
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    settle()
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_P)
    target = made.window.page.view.canvas.viewport()
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.rect().center())
    assert (made.session.open.label_map.states == VoxelState.EDITED).any()


def test_that_enter_approves_the_slice_and_shift_enter_the_scan(
    window: MainWindow, session: Session, press_key: Callable[..., None], qtbot: QtBot
) -> None:
    k = window.state.display.index
    press_key(Qt.Key.Key_Return)
    assert session.open.label_map.reviewed_slices() == [k]
    qtbot.waitUntil(lambda: window.page.worklist.list.model().index(0).data() == "C-001 CT in progress 1/20")
    press_key(Qt.Key.Key_Enter, Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    assert session.open.label_map.reviewed_slices() == list(range(20))
    assert session.open.case.status == "approved"


def test_that_corrections_are_there_again_after_closing(  # noqa: PLR0917 - fixtures
    window: MainWindow, session: Session, mouse, press_key: Callable[..., None], project_folder: Path, settle: Callable[[], None]
) -> None:
    press_key(Qt.Key.Key_P)
    mouse.stroke((150.0, 230.0), (180.0, 240.0))
    painted = session.open.label_map.labels.copy()
    assert painted.any()
    window.actions_by_id["close_project"].trigger()
    assert session.project is None
    window.commands.show_project(project_folder)
    settle()
    assert np.array_equal(session.open.label_map.labels, painted)


def test_that_the_next_slice_is_offered_until_all_are_done(
    window: MainWindow, session: Session, press_key: Callable[..., None], settle: Callable[[], None]
) -> None:
    settle()
    session.approve_slice(0)
    settle()
    press_key(Qt.Key.Key_N)
    assert window.state.display.index == 1
    session.approve_case()
    settle()
    press_key(Qt.Key.Key_N)
    assert window.notice.text.text() == "There is no other scan to review."


def test_that_the_refine_button_asks_the_session_with_the_chosen_time(
    window: MainWindow, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(session, "refine", lambda **named: asked.append(named))
    window.page.refine.minutes.setCurrentText("10 min")
    qtbot.mouseClick(window.top.refine, Qt.MouseButton.LeftButton)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    usual = {"seed": 0, "threads": 0, "recipe": {}, "only_plugged": False, "device": "auto", "structures": ()}
    assert asked == [{"minutes": 10.0, **usual}] * 2
    assert window.page.tabs.currentWidget() is window.page.refine


def test_that_refining_without_corrections_says_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.top.refine, Qt.MouseButton.LeftButton)
    assert window.notice.isVisible()
    assert window.notice.property("kind") == "bad"
    assert "Traceback" not in window.notice.text.text()


def test_that_a_better_student_is_told_quietly_with_a_way_back(opened: Composition, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled: list[str] = []
    monkeypatch.setattr(opened.session, "roll_back", lambda: rolled.append("back") or "seven")
    opened.session.round_finished.emit(report(promoted=True))
    assert opened.window.notice.isVisible()
    assert opened.window.notice.property("kind") == "good"
    assert list(buttons(opened)) == ["See changes", "Roll back"]
    qtbot.mouseClick(buttons(opened)["Roll back"], Qt.MouseButton.LeftButton)
    assert rolled == ["back"]
    assert opened.window.notice.text.text() == "seven predicts again."


def test_that_a_student_that_stayed_out_is_told_with_the_reason(opened: Composition, qtbot: QtBot) -> None:
    advice = "Correct a few more slices that show liver, approve them, and refine again."
    opened.session.round_finished.emit(replace(report(promoted=False), gate={"advice": advice}))
    assert list(buttons(opened)) == ["Why"]
    qtbot.mouseClick(buttons(opened)["Why"], Qt.MouseButton.LeftButton)
    page = opened.window.page
    assert page.refine.verdict.text() == f"seven-2 stayed out: liver fell by 0.100. {advice}"
    assert page.tabs.currentWidget() is page.refine
    assert [page.refine.table.item(0, column).text() for column in range(4)] == ["liver", "0.50", "0.80", "+0.30"]
    assert [page.refine.table.item(1, column).text() for column in range(4)] == ["aorta", "–", "–", "–"]


def test_that_trouble_is_one_sentence_with_details_for_the_clipboard(made: Composition, qtbot: QtBot) -> None:
    made.session.trouble.emit(UserError("The disk is full", where="/data", next_step="Free some space."))
    assert made.window.notice.text.text() == "The disk is full (/data). Free some space."
    qtbot.mouseClick(buttons(made)["Copy details"], Qt.MouseButton.LeftButton)
    assert json.loads(QApplication.clipboard().text()) == {
        "error": {"what": "The disk is full", "where": "/data", "next": "Free some space."}
    }
    assert not made.window.notice.isVisible()


def test_that_a_fault_of_ours_shows_no_stack_trace_and_copies_one_without_the_home_folder(
    made: Composition, qtbot: QtBot, own_home: Path
) -> None:
    try:
        raise RuntimeError(f"in {Path.home()}/secret")
    except RuntimeError as error:
        made.session.broke.emit(error)
    assert "RuntimeError" not in made.window.notice.text.text()
    qtbot.mouseClick(buttons(made)["Copy details"], Qt.MouseButton.LeftButton)
    details = QApplication.clipboard().text()
    assert "RuntimeError: in ~/secret" in details
    assert str(Path.home()) not in details


def test_that_a_folder_that_is_no_project_is_told_and_nothing_changes(made: Composition, answers, tmp_path: Path) -> None:
    answers.next = tmp_path
    made.window.actions_by_id["open_project"].trigger()
    assert made.window.notice.isVisible()
    assert str(tmp_path) in made.window.notice.text.text()
    assert made.window.pages.currentWidget() is made.window.start


def test_that_thinking_better_of_a_file_dialog_does_nothing(window: MainWindow, answers) -> None:
    for name, nothing in (("open_project", None), ("import_folder", None), ("import_files", []), ("correct", None)):
        answers.next = nothing
        window.actions_by_id[name].trigger()
    assert len(answers.asked) == 4
    assert not window.notice.isVisible()


def test_that_the_theme_changes_and_back(made: Composition) -> None:
    assert current_palette() is DARK
    made.window.actions_by_id["theme"].trigger()
    assert current_palette() is LIGHT
    assert QApplication.palette().window().color().name() == LIGHT.surface
    made.window.actions_by_id["theme"].trigger()
    assert current_palette() is DARK


def test_that_the_window_fits_a_small_screen(opened: Composition, qtbot: QtBot) -> None:
    opened.window.resize(1100, 700)
    qtbot.waitUntil(lambda: opened.window.width() == 1100)
    qtbot.wait(20)
    page = opened.window.page
    assert page.grid.width() >= 500
    assert min(view.canvas.width() for view in page.grid.slices.values()) >= 200
    opened.window.state.set_layout("single")
    qtbot.waitUntil(lambda: page.view.canvas.width() >= 450)
    for panel in ("structures", "refine", "models", "scan"):
        page.show_panel(panel)
        assert page.tabs.width() + page.worklist.width() <= 1100 - page.view.width()
    assert opened.window.minimumSizeHint().width() <= 1100
    assert opened.window.minimumSizeHint().height() <= 700


def test_that_all_controls_have_a_name_for_screen_readers(opened: Composition) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QScrollBar

    nameless = []
    for kind in (QAbstractButton, QAbstractSlider, QComboBox):
        for control in opened.window.findChildren(kind):
            inner = isinstance(control, QScrollBar) or control.objectName().startswith(("qt_", "Scroll", "ext"))
            text = control.text() if isinstance(control, QAbstractButton) else ""
            own = type(control).__module__.startswith("gf_desktop") or control.parent() is not None
            if own and not inner and not (control.accessibleName() or text):
                nameless.append(f"{type(control).__name__} in {type(control.parent()).__name__}")
    assert nameless == []


def test_that_a_figure_of_a_single_slice_is_told_as_one(opened: Composition) -> None:
    judged = {"liver": {"slices": 1}, "aorta": {"slices": 2}}
    gate = {"decided_by": "held_back", "sets": {"held_back": {"structures": judged}}}
    sentence = "liver: rose from 0.500 to 0.800 (95 % interval -0.100 to +0.400, 1 slice)."
    opened.session.round_finished.emit(replace(report(promoted=False), gate=gate, sentences=(sentence,)))
    table = opened.window.page.refine.table
    assert [table.item(row, 0).text() for row in range(2)] == ["liver\non one slice", "aorta"]
    assert [table.item(row, 0).toolTip() for row in range(2)] == [sentence, "aorta"]


def test_that_the_last_verdict_is_there_again_when_a_project_is_opened(opened: Composition) -> None:
    session, found = opened.session, replace(report(promoted=False), gate={"advice": "Correct more slices."})
    session.must_project().reports.save(found)
    assert opened.window.page.refine.verdict.isHidden()
    folder = session.must_project().folder
    session.close_project()
    session.open_project(folder)
    page = opened.window.page
    assert not page.refine.verdict.isHidden()
    assert page.refine.verdict.text() == f"{found.reason} Correct more slices."
    assert [page.refine.table.item(0, column).text() for column in range(4)] == ["liver", "0.50", "0.80", "+0.30"]
