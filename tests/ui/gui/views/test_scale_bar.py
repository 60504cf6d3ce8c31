"""The bar says how long it is."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.views.scale_bar import scale_bar
from gf_desktop.gui.views.slice_view import GUTTER_PX


@pytest.mark.parametrize(
    ("px_per_mm", "room", "expected"), [(1.0, 120.0, (100.0, 100.0)), (2.5, 100.0, (20.0, 50.0)), (40.0, 30.0, (0.5, 20.0))]
)
def test_that_the_bar_is_the_longest_round_length_that_fits(px_per_mm: float, room: float, expected: tuple[float, float]) -> None:
    assert scale_bar(px_per_mm, room) == pytest.approx(expected)


def test_that_there_is_no_bar_where_nothing_fits() -> None:
    assert scale_bar(1000.0, 20.0) is None


def test_that_the_bar_on_screen_is_as_long_as_it_says_at_every_zoom(window: MainWindow, qtbot) -> None:
    view = window.page.view
    for zoom in (1.0, 1.7, 3.0):
        view.canvas.zoom_by(zoom)
        view.update()
        qtbot.wait(20)
        picture = view.grab().toImage()
        row = view.height() - GUTTER_PX + (GUTTER_PX - 1) // 2
        ink = QColor(current_palette().view_text)
        strong = [x for x in range(view.width() // 2) if picture.pixelColor(x, row) == ink]
        # the longest run of the bar's own colour in its row
        runs, start = [], strong[0]
        for one, other in zip(strong, [*strong[1:], 10**6], strict=True):
            if other != one + 1:
                runs.append(one - start)
                start = other
        spacing = window.state.volume.geometry.spacing_mm[0]
        left = view.canvas.from_plane(view.canvas.to_plane(view.canvas.viewport().rect().center().toPointF()))
        right = view.canvas.to_plane(left) + type(left)(100 * spacing, 0)
        pixels = view.canvas.from_plane(right).x() - left.x()
        assert max(runs) == pytest.approx(view.scale_mm * pixels / (100 * spacing), abs=1.5)
