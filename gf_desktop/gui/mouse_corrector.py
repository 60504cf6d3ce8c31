"""A corrector with a mouse: paints a slice of the window towards a given mask, with real events.

For the demo and for tests. It works as a patient person would: take the structure with the most wrong pixels, the largest brush
that stays inside what is to be painted, and draw over the wrong pixels until little is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from scipy import ndimage

from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.view_state import BRUSH_RADII_MM
from gf_desktop.gui.work_page import WorkPage

__all__ = ["CorrectionWork", "paint_slice"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

GOOD_ENOUGH: Final = 0.01
"""Share of the structures' pixels that may stay wrong: a person stops there too."""

ACTIVE_LIMIT_MS: Final = 5_000
TURN_MS: Final = 20
ALONE: Final = 0.9
"""Share of all views' width that one alone has."""

MOST_STROKES: Final = 600
REACH_PX: Final = 3.0
"""A stroke goes on to a wrong pixel this near; beyond it the button is released."""


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
    wrong_labels = target[plane != target]
    label = int(np.bincount(wrong_labels).argmax())
    room_mm = ndimage.distance_transform_edt(target == label, sampling=spacing)
    wrong = (target == label) & (plane != label)
    start = np.unravel_index(int(np.where(wrong, room_mm, -1.0).argmax()), wrong.shape)
    # half a pixel less, so that the disc stays inside what is to be painted
    room = float(room_mm[start]) - 0.5 * max(spacing)
    radius = max((r for r in BRUSH_RADII_MM if r <= room), default=BRUSH_RADII_MM[0])
    _take_brush(window, page, radius, label)
    path = _path(wrong & (room_mm - 0.5 * max(spacing) >= min(radius, room)), (int(start[0]), int(start[1])))
    viewport = page.view.canvas.viewport()
    button = Qt.MouseButton.LeftButton if label else Qt.MouseButton.RightButton
    QTest.mousePress(viewport, button, pos=_pixel(page, k, path[0]))
    for place in path[1:]:
        QTest.mouseMove(viewport, _pixel(page, k, place))
    QTest.mouseRelease(viewport, button, pos=_pixel(page, k, path[-1]))


def _take_brush(window: MainWindow, page: WorkPage, radius: float, label: int) -> None:
    state = window.state
    if label and state.tool.label != label:
        number = window.session.must_project().table.ids.index(label) + 1
        QTest.keyClick(page.view, Qt.Key(Qt.Key.Key_0.value + number))
    for _ in BRUSH_RADII_MM:
        if state.tool.radius_mm == radius:
            break
        QTest.keyClick(page.view, Qt.Key.Key_BracketRight if state.tool.radius_mm < radius else Qt.Key.Key_BracketLeft)


def _path(wanted: Bools, start: tuple[int, int]) -> list[tuple[int, int]]:
    """Return pixels from ``start`` on, each the nearest wanted one that was not visited, while one is near."""
    left = wanted.copy()
    path = [start]
    left[start] = False
    reach = int(REACH_PX)
    while True:
        j, i = path[-1]
        corner = np.array([max(j - reach, 0), max(i - reach, 0)])
        near = np.argwhere(left[corner[0] : j + reach + 1, corner[1] : i + reach + 1]) + corner
        if not len(near):
            return path
        distance = np.hypot(near[:, 0] - j, near[:, 1] - i)
        best = int(distance.argmin())
        if distance[best] > REACH_PX:
            return path
        path.append((int(near[best, 0]), int(near[best, 1])))
        left[path[-1]] = False


def _pixel(page: WorkPage, k: int, place: tuple[int, int]) -> QPoint:
    plane = page.view.plane
    if plane is None:
        raise RuntimeError("No slice is on screen")
    x, y = plane.position_of((float(place[1]), float(place[0]), float(k)))
    return page.view.canvas.from_plane(QPointF(x, y)).toPoint()
