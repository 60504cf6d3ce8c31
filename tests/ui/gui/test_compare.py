"""Two masks of one scan in the window: differences, side by side, counts; with real strokes, keys and clicks in all planes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.mask_dialog import MaskDialog
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED
from gf_desktop.layers import DIFFERENCE_COLOURS

PLANES = ("axial", "sagittal", "coronal")
LEFT = Qt.MouseButton.LeftButton
BOX = (slice(5, 15), slice(180, 320), slice(180, 300))
"""Where the older mask has the liver, [k, j, i]."""
NEW = (slice(8, 18), slice(240, 360), slice(220, 340))
"""Where the mask on screen has the spleen instead."""


@pytest.fixture
def masks(window: MainWindow, settle: Callable[[], None]) -> tuple[np.ndarray, np.ndarray]:
    """The mask on screen and the saved one before it: the liver's box of revision 1 was moved and made the spleen."""
    session = window.session
    for part, label in ((BOX, 2), (NEW, 1)):
        labels = np.zeros(session.open.volume.geometry.shape_kji, np.uint8)
        labels[part] = label
        if label == 1:
            # where they overlap the liver became the spleen
            labels[5:7, 180:200, 180:200] = 2
        session.open.take_slices(labels, tuple(range(len(labels))), name="test")
        session.close_case()
        window.commands.show_case("C-001")
        settle()
    first, second = session.comparing.revisions("C-001")
    assert (first.number, second.number) == (1, 2)
    before = np.zeros_like(labels)
    before[BOX] = 2
    assert np.array_equal(session.open.label_map.labels, labels)
    return labels, before


@pytest.fixture
def compared(window: MainWindow, masks: tuple, qtbot: QtBot, press_key: Callable) -> tuple[np.ndarray, np.ndarray]:
    """The comparison with the first saved mask, begun with its key and the list of the bar."""
    press_key(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.session.comparing.other is not None, timeout=20_000)
    bar = window.page.compare
    assert bar.isVisible()
    index = bar.choice.findData(1)
    bar.choice.setFocus()
    bar.choice.setCurrentIndex(index)
    bar.choice.activated.emit(index)
    qtbot.waitUntil(lambda: window.session.comparing.other.revision.number == 1, timeout=20_000)
    qtbot.waitUntil(lambda: window.session.comparing.changes is not None, timeout=20_000)
    window.state.set_cursor((230, 250, 9))
    qtbot.wait(50)
    return masks


def pixel_of(view: SliceView, index_ijk: tuple[int, int, int], image: QImage | None = None) -> tuple[float, float, float]:
    """The mean colour around a voxel, over at least one period of the patterns across."""
    image = image or view.canvas.viewport().grab().toImage()
    x, y = view.plane.position_of(index_ijk)
    place = view.canvas.from_plane(QPointF(x, y)).toPoint()
    colours = [image.pixelColor(place + QPoint(dx, dy)) for dx in range(-4, 5) for dy in (-1, 0, 1)]
    return tuple(float(np.mean([getattr(colour, name)() for colour in colours])) for name in ("red", "green", "blue"))


def nearest_kind(view: SliceView, index_ijk: tuple[int, int, int], image: QImage | None = None) -> int | None:
    """Which kind of difference a pixel has the hue of, or None where it is grey."""
    red, green, blue = pixel_of(view, index_ijk, image)
    if max(red, green, blue) - min(red, green, blue) < 25:
        return None
    hue = np.array([red, green, blue], float) - np.mean([red, green, blue])
    hues = {kind: np.array(colour[:3], float) - np.mean(colour[:3]) for kind, colour in DIFFERENCE_COLOURS.items()}
    return max(hues, key=lambda kind: hue @ hues[kind] / np.linalg.norm(hue) / np.linalg.norm(hues[kind]))


@pytest.mark.parametrize("name", PLANES)
def test_that_only_differences_are_drawn_each_in_its_colour(window: MainWindow, compared: tuple, name: str) -> None:
    labels, before = compared
    view = window.page.grid.slices[name]
    rng = np.random.default_rng(4)
    image = view.canvas.viewport().grab().toImage()
    seen = set()
    across = view.plane.axes.across
    for _ in range(60):
        index = [int(rng.integers(lo, hi)) for lo, hi in ((170, 350), (170, 370), (4, 19))]
        index[across] = view.plane.index
        i, j, k = index
        # pixels of the screen show neighbours of the voxel too
        near = [slice(max(k - 2, 0), k + 3), slice(j - 10, j + 11), slice(i - 10, i + 11)]
        near[2 - across] = slice(index[across], index[across] + 1)
        near = tuple(near)
        if len(np.unique(labels[near])) > 1 or len(np.unique(before[near])) > 1:
            continue
        mine, theirs = labels[k, j, i], before[k, j, i]
        expected = None if mine == theirs else REMOVED if mine == 0 else ADDED if theirs == 0 else CHANGED
        assert nearest_kind(view, (i, j, k), image) == expected
        seen.add(expected)
    assert len(seen) >= 3


def test_that_the_bar_tells_dice_and_ml_and_each_structure(window: MainWindow, compared: tuple, qtbot: QtBot) -> None:
    labels, before = compared
    bar = window.page.compare
    ml = window.session.open.volume.geometry.voxel_ml
    differing = sum(((labels == n) != (before == n)).sum() for n in (1, 2)) * ml
    dice = [2 * ((labels == n) & (before == n)).sum() / ((labels == n).sum() + (before == n).sum()) for n in (1, 2)]
    assert bar.summary.text() == f"Dice {np.mean(dice):.2f}  ·  {differing:.1f} ml differ"
    assert not bar.table.isVisible()
    QTest.mouseClick(bar.more, LEFT)
    assert bar.table.isVisible()
    rows = [[bar.table.topLevelItem(row).text(column) for column in range(5)] for row in range(bar.table.topLevelItemCount())]
    assert rows[1] == [
        "liver",
        f"{dice[1]:.2f}",
        f"{(labels == 2).sum() * ml:.1f}",
        "0.0",
        f"{((before == 2) & (labels != 2)).sum() * ml:.1f}",
    ]
    assert rows[2] == ["stomach", "–", "0.0", "0.0", "0.0"]


def test_that_both_masks_stand_side_by_side_and_move_together(
    window: MainWindow, compared: tuple, action: Callable[[str], QAction], qtbot: QtBot
) -> None:
    _labels, before = compared
    QTest.mouseClick(window.page.compare.beside, LEFT)
    grid = window.page.grid
    mine, other = grid.active, grid.other
    qtbot.waitUntil(lambda: other.plane is not None and other.isVisible())
    qtbot.wait(30)
    assert window.state.display.layer == "none"
    assert action("compare_beside").isChecked()
    assert not action("compare_differences").isChecked()
    assert [view.isVisible() for view in grid.slices.values()] == [True, False, False]
    assert abs(mine.width() - other.width()) <= 1
    assert np.array_equal(np.asarray(other.plane.labels) == 2, before[9] == 2)
    assert other.name_texts[0].startswith("1: ")
    # the wheel in the one scrolls both, Ctrl and the wheel magnifies both at the same place
    target = other.canvas.viewport()
    middle = QPointF(target.rect().center())
    for keys in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        wheel = QWheelEvent(
            middle, target.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(target, wheel)
        qtbot.wait(30)
    assert mine.plane.index == other.plane.index != 9
    assert mine.canvas.zoom == other.canvas.zoom > 1.1
    QTest.mousePress(target, LEFT, pos=QPoint(90, 90))
    QTest.mouseMove(target, QPoint(120, 100))
    QTest.mouseRelease(target, LEFT, pos=QPoint(120, 100))
    assert mine.canvas.place == other.canvas.place
    assert mine.canvas.to_plane(QPointF(50, 60)) == other.canvas.to_plane(QPointF(50, 60))


def test_that_nothing_can_be_painted_in_the_other_mask_and_its_read_out_is_its_own(
    window: MainWindow, compared: tuple, press_key: Callable, qtbot: QtBot
) -> None:
    labels, _before = compared
    QTest.mouseClick(window.page.compare.beside, LEFT)
    other = window.page.grid.other
    qtbot.waitUntil(lambda: other.plane is not None and other.isVisible())
    qtbot.wait(30)
    press_key(Qt.Key.Key_P)
    target = other.canvas.viewport()
    x, y = other.plane.position_of((200, 220, 9))
    place = other.canvas.from_plane(QPointF(x, y)).toPoint()
    QTest.mousePress(target, LEFT, pos=place)
    QTest.mouseMove(target, place + QPoint(15, 5))
    QTest.mouseRelease(target, LEFT, pos=place + QPoint(15, 5))
    assert np.array_equal(window.session.open.label_map.labels, labels)
    QTest.mouseMove(target, place + QPoint(17, 8))
    QTest.mouseMove(target, place + QPoint(15, 5))
    assert window.status.read.text().endswith("liver")
    # what is painted in the case's own mask is seen there and not here
    mine = window.page.grid.active
    shown = np.array(other.plane.labels)
    QTest.mousePress(mine.canvas.viewport(), LEFT, pos=place)
    QTest.mouseRelease(mine.canvas.viewport(), LEFT, pos=place)
    qtbot.wait(30)
    assert not np.array_equal(window.session.open.label_map.labels, labels)
    assert np.array_equal(other.plane.labels, shown)


def test_that_a_stroke_is_seen_as_a_difference_at_once_and_counted_after_a_while(
    window: MainWindow, compared: tuple, press_key: Callable, qtbot: QtBot
) -> None:
    view, bar = window.page.grid.slices["axial"], window.page.compare
    before = bar.summary.text()
    press_key(Qt.Key.Key_P)
    x, y = view.plane.position_of((400, 100, 9))
    place = view.canvas.from_plane(QPointF(x, y)).toPoint()
    assert nearest_kind(view, (400, 100, 9)) is None
    QTest.mousePress(view.canvas.viewport(), LEFT, pos=place)
    QTest.mouseRelease(view.canvas.viewport(), LEFT, pos=place)
    QTest.mouseMove(view.canvas.viewport(), QPoint(4, 4))
    qtbot.waitUntil(lambda: nearest_kind(view, (400, 100, 9)) == ADDED)
    assert bar.summary.text() == before + "  …"
    qtbot.waitUntil(lambda: not bar.summary.text().endswith("…"), timeout=20_000)
    assert bar.summary.text() != before


def test_that_the_views_are_what_they_were_when_the_comparison_ends(
    window: MainWindow, compared: tuple, press_key: Callable, qtbot: QtBot
) -> None:
    grid, bar = window.page.grid, window.page.compare
    QTest.mouseClick(bar.beside, LEFT)
    (close,) = [button for button in bar.findChildren(QToolButton) if button.accessibleName() == "Stop comparing"]
    QTest.mouseClick(close, LEFT)
    assert not bar.isVisible()
    assert (window.state.layout, window.state.display.layer) == ("two_by_two", "none")
    qtbot.waitUntil(lambda: all(view.isVisible() for view in grid.slices.values()))
    assert not grid.other.isVisible()
    # once more by key, and another scan ends it too
    press_key(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(bar.isVisible, timeout=20_000)
    assert window.state.display.layer == "differences"
    window.session.close_case()
    assert not bar.isVisible()
    assert window.state.display.layer == "none"


def test_that_a_file_from_elsewhere_is_compared_and_changes_nothing(
    opened: Composition, masks: tuple, answers, qtbot: QtBot, tmp_path: Path
) -> None:
    sitk = pytest.importorskip("SimpleITK")
    window, session, (labels, _before) = opened.window, opened.session, masks
    geometry = session.open.volume.geometry
    truth = np.roll(labels, 5, axis=2)
    image = sitk.GetImageFromArray(truth)
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.origin_mm)
    image.SetDirection(geometry.direction.reshape(-1))
    sitk.WriteImage(image, str(tmp_path / "elsewhere.nii.gz"))
    answers.next = tmp_path / "elsewhere.nii.gz"
    window.actions_by_id["compare_file"].trigger()
    [dialog] = [found for found in window.findChildren(MaskDialog) if found.isVisible()]
    qtbot.waitUntil(dialog.take_button.isEnabled, timeout=20_000)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.comparing.changes is not None, timeout=20_000)
    assert window.page.compare.choice.currentText() == "elsewhere.nii.gz"
    assert np.array_equal(session.comparing.other.label_map.labels, truth)
    assert np.array_equal(session.open.label_map.labels, labels)


def test_that_a_scan_without_a_saved_mask_offers_a_file(window: MainWindow, press_key: Callable, qtbot: QtBot) -> None:
    press_key(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert [button.text() for button in window.notice.buttons] == ["Choose a file…"]
    qtbot.waitUntil(lambda: not window.actions_by_id["compare"].isChecked())
    assert not window.actions_by_id["compare_beside"].isEnabled()
