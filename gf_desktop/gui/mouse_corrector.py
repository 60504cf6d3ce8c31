"""A corrector with a mouse: paints a slice of the window towards a given mask, with real events.

For the demo and for tests. It works as a patient person would, stroke by stroke (:mod:`gf_desktop.imaging.hand`), until little is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.view_state import BRUSH_RADII_MM
from gf_desktop.gui.work_page import WorkPage
from gf_desktop.imaging.hand import next_stroke

__all__ = ["CorrectionWork", "paint_slice"]

UInt8 = npt.NDArray[np.uint8]

GOOD_ENOUGH: Final = 0.01
"""Share of the structures' pixels that may stay wrong: a person stops there too."""

ACTIVE_LIMIT_MS: Final = 5_000
TURN_MS: Final = 20
ALONE: Final = 0.9
"""Share of all views' width that one alone has."""

MOST_STROKES: Final = 600


@dataclass(frozen=True, slots=True)
class CorrectionWork:
    """What a correction took: strokes, and the pixels that were wrong before and after."""

    strokes: int
    wrong_before: int
    wrong_after: int


def paint_slice(window: MainWindow, k: int, target: UInt8) -> CorrectionWork:
    """Paint stored slice ``k`` of the case on screen until it is nearly as ``target``.

    Parameters
    ----------
    target
        uint8 [j, i], label values of the project's table.
    """
    opened, page = window.session.must_open(), window.page
    if page is None:
        raise RuntimeError("The window shows no project")
    window.state.set_layout("single")
    window.state.go_to(k)
    # keys go to the window that is active; without a screen nobody clicks on it
    window.activateWindow()
    if not QTest.qWaitForWindowActive(window, ACTIVE_LIMIT_MS):
        raise RuntimeError("The window does not become active")
    for _ in range(ACTIVE_LIMIT_MS // TURN_MS):
        QTest.qWait(TURN_MS)
        if page.view.width() > ALONE * page.grid.width():
            break
    else:
        raise RuntimeError("The view does not become large")
    page.grid.fit()
    QTest.keyClick(page.view, Qt.Key.Key_P)
    plane = opened.label_map.labels[k]
    spacing = (opened.volume.geometry.spacing_mm[1], opened.volume.geometry.spacing_mm[0])
    limit = GOOD_ENOUGH * max(int((target > 0).sum()), 100)
    before = int((plane != target).sum())
    strokes = 0
    while strokes < MOST_STROKES and (plane != target).sum() > limit:
        _stroke(window, page, k=k, target=target, plane=plane, spacing=spacing)
        strokes += 1
    return CorrectionWork(strokes, before, int((plane != target).sum()))


def _stroke(window: MainWindow, page: WorkPage, *, k: int, target: UInt8, plane: UInt8, spacing: tuple[float, float]) -> None:
    stroke = next_stroke(plane, target, radii_mm=BRUSH_RADII_MM, spacing_mm=spacing)
    _take_brush(window, page, stroke.radius_mm, stroke.label)
    viewport = page.view.canvas.viewport()
    button = Qt.MouseButton.LeftButton if stroke.label else Qt.MouseButton.RightButton
    QTest.mousePress(viewport, button, pos=_pixel(page, k, stroke.path[0]))
    for place in stroke.path[1:]:
        QTest.mouseMove(viewport, _pixel(page, k, place))
    QTest.mouseRelease(viewport, button, pos=_pixel(page, k, stroke.path[-1]))


def _take_brush(window: MainWindow, page: WorkPage, radius: float, label: int) -> None:
    state = window.state
    if label and state.tool.label != label:
        number = window.session.must_project().table.ids.index(label) + 1
        QTest.keyClick(page.view, Qt.Key(Qt.Key.Key_0.value + number))
    for _ in BRUSH_RADII_MM:
        if state.tool.radius_mm == radius:
            break
        QTest.keyClick(page.view, Qt.Key.Key_BracketRight if state.tool.radius_mm < radius else Qt.Key.Key_BracketLeft)


def _pixel(page: WorkPage, k: int, place: tuple[int, int]) -> QPoint:
    plane = page.view.plane
    if plane is None:
        raise RuntimeError("No slice is on screen")
    x, y = plane.position_of((float(place[1]), float(place[0]), float(k)))
    return page.view.canvas.from_plane(QPointF(x, y)).toPoint()
