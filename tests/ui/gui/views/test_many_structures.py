"""A table of 255 structures, as many as a mask can hold, in the window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from scipy import ndimage

from gf_desktop.imaging.labelmap import LabelTable, Structure
from tests.ui.gui.views.stage import Stage, assert_mask, open_stage, wait_until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)

TABLE = LabelTable(tuple(Structure(n, f"structure {n}", f"#{(n * 7919) % 0xFFFFFF:06x}") for n in range(1, 256)))


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Stage]:
    yield from open_stage(tmp_path_factory.mktemp("stage"), "anisotropic", TABLE)


@pytest.fixture
def stage(crowded: Stage) -> Stage:
    crowded.look("axial")
    return crowded


def stripes(stage: Stage) -> np.ndarray:
    """A mask in which every structure has voxels."""
    return (1 + np.arange(stage.labels.size) % 255).reshape(stage.labels.shape).astype(np.uint8)


def test_that_all_of_them_are_listed_counted_and_drawn(stage: Stage) -> None:
    stage.put(stripes(stage))
    panel = stage.made.window.page.structures
    assert [row.structure.id for row in panel.rows] == list(range(1, 256))
    counts = np.bincount(stage.labels.reshape(-1), minlength=256)
    ml = stage.made.session.open.volume.geometry.voxel_ml
    wait_until(lambda: stage.made.window.page.ledger.complete)
    ledger = stage.made.window.page.ledger
    assert [ledger.volume_ml(n) for n in (1, 128, 255)] == pytest.approx([counts[n] * ml for n in (1, 128, 255)])


@pytest.mark.parametrize("label", [1, 9, 10, 128, 254, 255])
def test_that_any_of_them_is_painted_locked_and_smoothed_alone(stage: Stage, label: int) -> None:
    before = stripes(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P, "paint", structure=label)
    stage.click(stage.pixel(stage.middle))
    painted = stage.labels.copy()
    changed = painted != before
    assert changed.any()
    assert (painted[changed] == label).all()
    session = stage.made.session
    # every other one is locked: nothing of them goes
    for other in TABLE.ids:
        session.set_locked(other, locked=other != label)
    stage.menu("Close gaps", "2 mm")
    np.testing.assert_array_equal(stage.labels, painted)
    for other in TABLE.ids:
        session.set_locked(other, locked=False)
    stage.menu("Keep the largest island")
    parts, _count = ndimage.label(painted == label)
    largest = parts == 1 + np.bincount(parts[parts > 0] - 1).argmax()
    assert_mask(stage, np.where((painted == label) & ~largest, 0, painted).astype(np.uint8))


def test_that_the_menu_of_the_last_one_merges_it_into_the_first(stage: Stage) -> None:
    before = stripes(stage)
    stage.put(before)
    stage.take(Qt.Key.Key_P, "paint", structure=255)
    menu = stage.made.window.page.structures.menu_of(255)
    merge = next(action.menu() for action in menu.actions() if action.text() == "Merge into")
    assert isinstance(merge, QMenu)
    merge.aboutToShow.emit()
    names = [action.text() for action in merge.actions()]
    assert names == [f"structure {n}" for n in range(1, 255)]
    merge.actions()[0].trigger()
    stage.settle()
    assert_mask(stage, np.where(before == 255, 1, before).astype(np.uint8))
    menu.deleteLater()
