"""The worklist by mouse and keys: search, filter, order, pictures with masks, several scans at once, many scans."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.export_dialog import ExportDialog
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.panels.next_best import NextBest
from gf_desktop.gui.panels.worklist_model import CASE_ROLE, FILTERS, ON_SCREEN_ROLE, ORDERS, THUMBNAIL_ROLE, Wish, kind_text
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.project.records import Case
from gf_desktop.session import Session

SITK = pytest.importorskip("SimpleITK")


def shown(window: MainWindow) -> list[str]:
    model = window.page.worklist.list.model()
    return [model.index(row).data(CASE_ROLE).id for row in range(model.rowCount())]


def choose(box, rows, name: str) -> None:
    box.setFocus()
    box.setCurrentIndex([key for key, _text in rows].index(name))


@pytest.fixture
def four(window: MainWindow, session: Session, tmp_path: Path, settle: Callable[[], None], qtbot: QtBot) -> MainWindow:
    """The demo's scan on screen, three small ones beside it: C-002 in progress, C-003 approved, C-004 new."""
    for number in range(3):
        voxels = np.random.default_rng(number).integers(0, 400, (4 + number, 24, 32)).astype(np.int16)
        SITK.WriteImage(SITK.GetImageFromArray(voxels), str(tmp_path / f"s{number}.nii.gz"))
        session.import_paths([tmp_path / f"s{number}.nii.gz"])
        qtbot.waitUntil(lambda n=number: len(session.cases()) == 2 + n and not window.session.jobs.busy, timeout=30_000)
    session.open_case("C-002")
    session.approve_slice(1)
    session.open_case("C-003")
    session.approve_case()
    session.open_case("C-001")
    settle()
    return window


def test_that_words_are_searched_in_all_that_is_said_of_a_scan(four: MainWindow, qtbot: QtBot) -> None:
    field = four.page.worklist.search
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(field, "c-00 progress")
    assert shown(four) == ["C-002"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: four.session.open.id == "C-002")
    assert four.session.open.journal.undo_name == "approve slice 2", "Enter in the field approved nothing"
    field.clear()
    QTest.keyClicks(field, "nothing like it")
    assert shown(four) == []
    field.clear()
    assert len(shown(four)) == 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all", ["C-001", "C-002", "C-003", "C-004"]),
        ("open", ["C-001", "C-002", "C-004"]),
        ("new", ["C-001", "C-004"]),
        ("in progress", ["C-002"]),
        ("approved", ["C-003"]),
        ("proposed", []),
        ("validation", []),
    ],
)
def test_that_a_filter_shows_what_it_says(four: MainWindow, name: str, expected: list[str]) -> None:
    choose(four.page.worklist.filter, FILTERS, name)
    assert shown(four) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("import", ["C-001", "C-002", "C-003", "C-004"]),
        ("left", ["C-001", "C-004", "C-002", "C-003"]),
        ("reviewed", ["C-003", "C-002", "C-001", "C-004"]),
        ("status", ["C-001", "C-004", "C-002", "C-003"]),
    ],
)
def test_that_an_order_sorts_as_it_says(four: MainWindow, name: str, expected: list[str]) -> None:
    choose(four.page.worklist.order, ORDERS, name)
    assert shown(four) == expected
    assert four.page.worklist.list.currentIndex().data(CASE_ROLE).id == "C-001", "the scan on screen stays the chosen one"


def test_that_a_stroke_changes_the_row_of_a_filtered_list(four: MainWindow, session: Session, settle: Callable[[], None]) -> None:
    choose(four.page.worklist.filter, FILTERS, "new")
    session.approve_slice(3)
    settle()
    assert shown(four) == ["C-004"]
    session.undo()
    settle()
    assert shown(four) == ["C-001", "C-004"]


def test_that_the_picture_shows_the_mask_and_is_renewed(four: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.open_case("C-004")
    opened = session.open
    labels = np.full_like(opened.label_map.labels, 2)
    opened.apply(
        LabelEdit.record(
            labels=opened.label_map.labels,
            states=opened.label_map.states,
            mask=np.ones(labels.shape, bool),
            box=Box.whole(labels.shape),
            new_labels=labels,
            new_states=3,
            name="all",
        )
    )
    session.open_case("C-001")
    row = shown(four).index("C-004")
    index = four.page.worklist.list.model().index(row)

    def is_blue() -> bool:
        picture = index.data(THUMBNAIL_ROLE)
        if picture is None:
            return False
        colour = picture.toImage().pixelColor(picture.width() // 2, picture.height() // 2)
        # liver is #56b4e9 over a grey
        return colour.blue() > colour.red() + 30

    qtbot.waitUntil(is_blue, timeout=10_000)


def test_that_the_picture_of_the_scan_on_screen_follows_without_reading_its_mask(
    window: MainWindow, session: Session, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    index = window.page.worklist.list.model().index(0)
    qtbot.waitUntil(lambda: index.data(THUMBNAIL_ROLE) is not None, timeout=10_000)
    before = index.data(THUMBNAIL_ROLE).cacheKey()
    read: list[str] = []
    monkeypatch.setattr(session.must_project().masks, "reader", read.append)
    session.approve_slice(3)
    settle()
    qtbot.waitUntil(lambda: index.data(THUMBNAIL_ROLE).cacheKey() != before, timeout=10_000)
    assert read == [], "every stroke of the journal would be replayed beside the hand that paints"


def test_that_pictures_of_rows_that_are_not_seen_are_not_drawn(window: MainWindow, session: Session, monkeypatch, qtbot: QtBot) -> None:
    worklist = window.page.worklist
    (case,) = session.cases()
    many = [replace(case, id=f"C-{number:04d}") for number in range(1, 1001)]
    monkeypatch.setattr(session, "cases", lambda: many)
    drawn: list[str] = []
    project = session.must_project()
    volume = project.load_volume("C-001")
    monkeypatch.setattr(project, "load_volume", lambda case_id: (drawn.append(case_id), volume)[1])
    started = time.perf_counter()
    worklist.refresh()
    assert time.perf_counter() - started < 0.5
    qtbot.waitUntil(lambda: len(drawn) >= 5, timeout=20_000)
    qtbot.wait(50)
    assert len(drawn) < 40, "only what is on screen"
    started = time.perf_counter()
    QTest.keyClicks(worklist.search, "0999")
    assert time.perf_counter() - started < 1.0
    assert shown(window) == ["C-0999"]


def test_that_several_scans_are_marked_and_exported(four: MainWindow, answers, action: Callable, tmp_path: Path, qtbot: QtBot) -> None:
    session = four.session
    view = four.page.worklist.list

    def click(row: int, keys: Qt.KeyboardModifier) -> None:
        view.scrollTo(view.model().index(row))
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, view.visualRect(view.model().index(row)).center())

    click(1, Qt.KeyboardModifier.ControlModifier)
    click(2, Qt.KeyboardModifier.ControlModifier)
    assert session.open.id == "C-001", "marking opens nothing"
    assert four.page.worklist.marked == ("C-001", "C-002", "C-003")
    click(0, Qt.KeyboardModifier.ControlModifier)
    assert four.page.worklist.marked == ("C-002", "C-003")
    qtbot.waitUntil(action("export_chosen").isEnabled)
    action("export_chosen").trigger()
    dialog = next(found for found in four.findChildren(ExportDialog) if found.isVisible())
    assert dialog.scope.currentText() == "Marked scans (2)"
    dialog.folder.selectAll()
    QTest.keyClicks(dialog.folder, str(tmp_path / "out"))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil((tmp_path / "out" / "C-003.json").is_file, timeout=30_000)
    qtbot.waitUntil(lambda: not session.jobs.busy)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["C-002.json", "C-002.nii.gz", "C-003.json", "C-003.nii.gz", "export-manifest.json"]


def test_that_marked_scans_are_predicted_one_after_the_other(four: MainWindow, session: Session, action: Callable, qtbot: QtBot) -> None:
    # what keeps the fixture from predicting
    del session.predict
    view = four.page.worklist.list
    view.setFocus()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(1)).center())
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert four.page.worklist.marked == ("C-002", "C-003", "C-004")
    qtbot.waitUntil(action("predict_chosen").isEnabled)
    action("predict_chosen").trigger()
    qtbot.waitUntil(lambda: "3 scans are predicted" in four.notice.text.text(), timeout=60_000)
    assert {case.id: case.model_id for case in session.cases()}["C-004"] == "seven"
    qtbot.waitUntil(lambda: not session.jobs.busy, timeout=30_000)


def test_that_next_best_says_why_and_a_click_goes_there(
    four: MainWindow, session: Session, settle: Callable[[], None], qtbot: QtBot
) -> None:
    best = four.page.worklist.best
    assert best.accessibleName() == "Next: C-002, 3 of 4 slices left"
    opened = session.open
    confidence = np.full(opened.label_map.labels.shape, 255, np.uint8)
    confidence[7] = 100
    opened.label_map.propose(np.full((20, 512, 512), 2, np.uint8), Box.whole((20, 512, 512)))
    opened.confidence = confidence
    session.prediction_changed.emit()
    settle()
    # every voxel of slice 8 lacks 155 of 255
    why = "Next: C-001, slice 8, liver: 61 % unsure, "
    qtbot.waitUntil(lambda: best.accessibleName().startswith(why), timeout=20_000)
    assert re.search(r"ml at stake, about \d+ (s|min)$", best.accessibleName())
    assert re.fullmatch(r"C-001, slice 8\nliver\n61 % unsure, \d+ (s|min)", best.text())
    QTest.mouseClick(best, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert four.state.display.index == 7
    assert four.state.display.cursor_ijk[:2] in {(255, 255), (256, 256)}


def test_that_next_best_before_slices_are_ranked_is_where_most_is_in_doubt_and_not_where_nothing_is_shown(
    window: MainWindow, session: Session, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.suggesting, "renew", lambda: None)
    settle()
    opened = session.open
    labels = np.zeros((20, 512, 512), np.uint8)
    labels[7, 200:300, 200:300] = 2
    confidence = np.full(labels.shape, 255, np.uint8)
    confidence[3] = confidence[7, 200:300, 200:300] = 100
    opened.label_map.propose(labels, Box.whole((20, 512, 512)))
    opened.confidence = confidence
    session.prediction_changed.emit()
    settle()
    assert re.fullmatch(r"Next: C-001, slice 8: least sure, \d+ %", window.page.worklist.best.accessibleName())


def test_that_next_best_of_a_single_scan_without_proposals_is_what_nobody_has_looked_at(
    window: MainWindow, session: Session, action: Callable, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    best = window.page.worklist.best
    settle()
    assert best.accessibleName() == "Next: C-001, slice 1: nobody has looked at it"
    session.approve_slice(0)
    settle()
    assert best.accessibleName() == "Next: C-001, slice 2: nobody has looked at it"
    action("next_best").trigger()
    assert window.state.display.index == 1
    monkeypatch.setattr(Session, "predicting", (3, 20))
    window.page.worklist.refresh()
    assert best.accessibleName() == "Next: C-001, its masks are being drawn"
    monkeypatch.undo()
    session.approve_case()
    settle()
    assert best.accessibleName() == "Everything is reviewed"


def test_that_the_bar_is_as_long_as_the_reviewed_share(four: MainWindow) -> None:
    view = four.page.worklist.list
    view.scrollTo(view.model().index(1))
    picture = view.viewport().grab(view.visualRect(view.model().index(1))).toImage()
    from gf_desktop.gui.theme import current_palette

    wanted = current_palette().accepted
    ratio = picture.devicePixelRatio()
    widths = [sum(picture.pixelColor(x, y).name() == wanted for x in range(picture.width())) for y in range(picture.height())]
    bar = view.visualRect(view.model().index(1)).width() - 48 - 4 * 8
    assert max(widths) == pytest.approx(0.25 * bar * ratio, abs=6), "1 of 4 slices"


def test_that_a_case_is_found_by_every_word(session: Session) -> None:
    (case,) = session.cases()
    assert isinstance(case, Case)
    assert Wish("ct c-001").takes(case)
    assert not Wish("ct c-002").takes(case)
    assert not Wish("", "approved").takes(case)


def test_that_the_row_of_the_scan_on_screen_stays_marked_while_ctrl_is_held(four: MainWindow, session: Session, qtbot: QtBot) -> None:
    worklist = four.page.worklist
    QTest.keyPress(four, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    try:
        for _ in range(3):
            session.worklist_changed.emit()
            assert worklist.marked == ("C-001",)
    finally:
        QTest.keyRelease(four, Qt.Key.Key_Control)


def test_that_the_list_scrolls_to_the_scan_that_comes_on_screen(four: MainWindow, session: Session) -> None:
    rows, model = four.page.worklist.list, four.page.worklist.list.model()
    rows.setFixedHeight(rows.sizeHintForRow(0))
    for case_id in ("C-004", "C-001"):
        session.open_case(case_id)
        (row,) = [row for row in range(model.rowCount()) if model.index(row).data(ON_SCREEN_ROLE)]
        assert model.index(row).data(CASE_ROLE).id == case_id
        assert rows.viewport().rect().contains(rows.visualRect(model.index(row)).center())


def test_that_going_on_to_what_is_next_best_in_another_scan_leaves_its_row_marked(
    four: MainWindow, session: Session, action: Callable, settle: Callable[[], None]
) -> None:
    worklist = four.page.worklist
    worklist.best_wanted.emit(NextBest("C-004", 2, "it is new"))
    assert worklist.marked == ("C-004",)
    action("approve_slice").trigger()
    settle()
    assert session.open.id == "C-004"
    assert session.open.journal.undo_name == "approve slice 3"
    assert worklist.marked == ("C-004",)


@pytest.mark.parametrize(("changes", "word"), [({}, "volume"), ({"slices": 1}, "picture"), ({"modality": "MR"}, "MR")])
def test_that_a_row_says_what_a_scan_is(session: Session, changes: dict[str, object], word: str) -> None:
    case = replace(session.cases()[0], modality="", slices=4)
    made = replace(case, **changes)
    assert kind_text(made) == word
    assert Wish(word).takes(made), "what is said of a scan is found"
