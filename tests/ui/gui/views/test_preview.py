"""An operation of the structure's menu is shown before it is carried out: colours, numbers, keys, and the number in the bar."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from scipy import ndimage

from gf_desktop.imaging.compare import ADDED, REMOVED
from gf_desktop.imaging.operations import Margin, Smooth
from gf_desktop.layers import DIFFERENCE_COLOURS
from tests.ui.gui.views.stage import LIVER, Stage, wait_until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)


def block(stage: Stage) -> np.ndarray:
    """A mask with a block around the middle."""
    labels = np.zeros_like(stage.labels)
    i, j, k = stage.middle
    labels[k - 4 : k + 5, j - 8 : j + 9, i - 8 : i + 9] = LIVER
    return labels


def looked(stage: Stage) -> None:
    """Wait until the change is known and drawn."""
    wait_until(lambda: not stage.made.session.previewing.computing)
    QTest.qWait(20)


def hue_at(stage: Stage, index_ijk: tuple[int, int, int], image: QImage) -> int | None:
    """Which kind of change a voxel is drawn in, None where it is grey or the structure's own colour alone."""
    x, y = stage.view.plane.position_of(index_ijk)
    place = stage.view.canvas.from_plane(QPointF(x, y)).toPoint()
    colour = image.pixelColor(place)
    seen = np.array([colour.red(), colour.green(), colour.blue()], float)
    near = {kind: np.abs(seen - np.array(rgba[:3])).sum() for kind, rgba in DIFFERENCE_COLOURS.items()}
    kind = min(near, key=lambda one: near[one])
    return kind if near[kind] < 150 else None


@pytest.mark.parametrize(("entry", "kind"), [("Grow by a margin", ADDED), ("Shrink by a margin", REMOVED)])
def test_that_a_margin_is_drawn_where_it_would_be(stage: Stage, entry: str, kind: int) -> None:
    before = block(stage)
    stage.put(before)
    stage.made.session.set_locked(1, locked=False)
    stage.menu(entry, "5 mm", apply=False)
    looked(stage)
    np.testing.assert_array_equal(stage.labels, before)
    session, bar = stage.made.session, stage.made.window.page.preview
    change = session.previewing.change
    assert bar.isVisible()
    shown = np.zeros(before.shape, np.uint8)
    shown[change.box.slices] = change.kinds
    image = stage.view.canvas.viewport().grab().toImage()
    axes, rng = stage.view.plane.axes, np.random.default_rng(3)
    ours = stage.plane_of(shown)
    # patterns have gaps: hatched pixels count where they are drawn, and none may be drawn elsewhere
    drawn = {True: 0, False: 0}
    for _ in range(300):
        index = [int(rng.integers(0, n)) for n in before.shape[::-1]]
        index[axes.across] = stage.view.plane.index
        i, j, k = index
        hit = hue_at(stage, (i, j, k), image) == kind
        if shown[k, j, i] == kind:
            drawn[hit] += 1
        else:
            assert not hit or (kind == ADDED and before[k, j, i] == LIVER)
    assert ours.any()
    assert drawn[True] > 0
    stage.key(Qt.Key.Key_Return)
    wait_until(lambda: not session.open.working and session.previewing.operation is None)
    after = stage.labels
    np.testing.assert_array_equal(shown == ADDED, (before == 0) & (after == LIVER))
    np.testing.assert_array_equal(shown == REMOVED, (before == LIVER) & (after == 0))
    assert bar.isHidden()


def test_that_escape_leaves_everything_as_it_was(space: Stage) -> None:
    before = block(space)
    space.put(before)
    undo = space.made.session.open.journal.undo_name
    space.menu("Grow by a margin", "5 mm", apply=False)
    looked(space)
    space.key(Qt.Key.Key_Escape)
    assert space.made.window.page.preview.isHidden()
    np.testing.assert_array_equal(space.labels, before)
    assert space.made.session.open.journal.undo_name == undo
    assert not space.states.any()


def test_that_return_accepts_the_slice_again_afterwards(space: Stage) -> None:
    space.put(block(space))
    space.menu("Fill holes", apply=False)
    looked(space)
    space.key(Qt.Key.Key_Return)
    assert not space.states.any(), "Return is the preview's, even where nothing would change"
    space.key(Qt.Key.Key_Return)
    assert (space.plane_of(space.states) > 0).all()


def test_that_a_number_typed_into_the_bar_is_looked_at_and_return_takes_it(space: Stage) -> None:
    before = block(space)
    space.put(before)
    session, bar = space.made.session, space.made.window.page.preview
    space.menu("Grow by a margin", "2 mm", apply=False)
    looked(space)
    narrow = session.previewing.change.added_ml
    bar.amount.setFocus()
    bar.amount.selectAll()
    QTest.keyClicks(bar.amount, "5")
    wait_until(lambda: session.previewing.operation == Margin(LIVER, 5.0) and not session.previewing.computing)
    assert session.previewing.change.added_ml > narrow
    assert bar.amount.hasFocus()
    bar.amount.selectAll()
    QTest.keyClicks(bar.amount, "3")
    # at once, before anybody looked
    QTest.keyClick(bar.amount, Qt.Key.Key_Return)
    wait_until(lambda: session.previewing.operation is None and not session.open.working)
    after = space.labels.copy()
    session.undo()
    session.operate(Margin(LIVER, 3.0))
    wait_until(lambda: not session.open.working)
    np.testing.assert_array_equal(space.labels, after)
    assert not (space.states == 1).any(), "no slice was accepted"


def test_that_smoothing_can_be_held_to_the_plane(stage: Stage) -> None:
    stage.put(block(stage))
    session, bar = stage.made.session, stage.made.window.page.preview
    stage.menu("Smooth", "2 mm", apply=False)
    looked(stage)
    assert session.previewing.operation == Smooth(LIVER, 2.0)
    QTest.mouseClick(bar.reach.buttons[0], Qt.MouseButton.LeftButton)
    looked(stage)
    assert session.previewing.operation == Smooth(LIVER, 2.0, axis=stage.view.plane.axes.across)
    stage.key(Qt.Key.Key_Escape)


def test_that_a_stroke_ends_the_preview(space: Stage) -> None:
    before = block(space)
    space.put(before)
    space.menu("Grow by a margin", "5 mm", apply=False)
    looked(space)
    space.take(Qt.Key.Key_P, "paint")
    space.click(space.beside((0.0, -14.0))[0])
    assert space.made.window.page.preview.isHidden()
    grown = (space.labels == LIVER).sum()
    assert grown > (before == LIVER).sum()


def test_that_a_change_elsewhere_is_said_and_can_be_gone_to(space: Stage) -> None:
    before = block(space)
    before[0, 0, 0] = LIVER
    space.put(before)
    bar = space.made.window.page.preview
    space.menu("Remove islands below", "0.1 ml", apply=False)
    looked(space)
    assert space.view.plane.index != 0, "the island lies elsewhere"
    assert bar.there.isVisible()
    QTest.mouseClick(bar.there, Qt.MouseButton.LeftButton)
    QTest.qWait(5)
    assert space.made.window.state.display.cursor_ijk == (0, 0, 0)
    assert bar.there.isHidden()
    space.key(Qt.Key.Key_Escape)


def test_that_the_range_of_a_growing_region_is_changed_before_it_is_taken(stage: Stage) -> None:
    session, bar = stage.made.session, stage.made.window.page.preview
    i, j, k = stage.middle
    own = float(stage.voxels[k, j, i])
    stage.take(Qt.Key.Key_T, "grow")
    stage.hold_to_range(own - 20, own + 20)
    stage.click(stage.pixel(stage.middle))
    looked(stage)
    narrow = session.previewing.operation
    assert (narrow.low, narrow.high) == (own - 20, own + 20)
    assert not stage.labels.any()
    size = 0.0 if session.previewing.change is None else session.previewing.change.added_ml
    for box, value in ((bar.low, own - 150), (bar.high, own + 150)):
        assert box.isVisible()
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, f"{value:.0f}")
        wait_until(lambda: not bar._typing.isActive())
        looked(stage)
    assert session.previewing.change.added_ml > size
    QTest.keyClick(bar.high, Qt.Key.Key_Return)
    stage.settle()
    inside = (np.abs(stage.voxels - own) <= 150) & stage.in_slice()
    parts, _count = ndimage.label(inside)
    np.testing.assert_array_equal(stage.labels == LIVER, parts == parts[k, j, i])
