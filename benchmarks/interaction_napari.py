"""napari's side of ``interaction.py``: its viewer with the same scan and labels, the same events, orders by line.

Started as ``interaction_napari.py VOXELS.npy``. Scan and labels lie in memory as arrays, which is where napari is quickest.
"""

from __future__ import annotations

import importlib.metadata
import math
import os
import sys
from collections.abc import Callable
from typing import Any

import napari
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from watching import PaintWatch, bring_forward, let_turn, serve, to_and_fro, turn_wheel

STEP_VOXELS = 4.0
RADIUS_VOXELS = 60.0
VOXEL_MM = 0.8
SIZE = (1440, 900)


class Napari:
    """The viewer with a scan and labels."""

    def __init__(self, path: str) -> None:
        self._viewer = napari.Viewer()
        voxels = np.load(path)
        self._viewer.add_image(voxels, contrast_limits=(-160, 240))
        self._labels = self._viewer.add_labels(np.zeros(voxels.shape, np.uint8))
        self._shape = voxels.shape
        window = self._viewer.window._qt_window
        window.resize(*SIZE)
        bring_forward(window)
        self._canvas = self._viewer.window._qt_viewer.canvas.native
        self._window = window
        self._watch = PaintWatch(window)
        self._viewer.reset_view()
        let_turn(1000)

    def about(self) -> dict[str, Any]:
        """Return napari's version, and what draws its canvas."""
        from vispy.gloo import gl

        self._viewer.window._qt_viewer.canvas._scene_canvas.set_current()
        renderer = str(gl.glGetParameter(gl.GL_RENDERER))
        return {"version": importlib.metadata.version("napari"), "renderer": renderer, "canvas": list(self._canvas.size().toTuple())}

    def _pixel(self, place: tuple[float, float]) -> QPoint:
        """Return the pixel of a voxel (i, j): the camera looks at the middle of the slice."""
        centre, zoom = self._viewer.scene.camera.center, self._viewer.scene.camera.zoom
        rect = self._canvas.rect().center()
        return QPoint(round(rect.x() + (place[0] - centre[2]) * zoom), round(rect.y() + (place[1] - centre[1]) * zoom))

    def brush(self, *, diameter_mm: float, ball: bool, moves: int, turn: int) -> dict[str, Any]:
        """Paint a stroke; milliseconds of each press and move until its pixels are painted."""
        layer, label = self._labels, 1 + turn % 7
        self._viewer.dims.set_point(0, self._shape[0] // 2)
        layer.n_edit_dimensions = 3 if ball else 2
        layer.brush_size = diameter_mm / VOXEL_MM
        layer.selected_label = label
        layer.mode = "paint"
        let_turn(200)
        i, j = self._shape[2] // 2, self._shape[1] // 2
        radius = min(RADIUS_VOXELS, i / 3)
        around = [turn + n * STEP_VOXELS / radius for n in range(moves + 1)]
        path = [(i + radius * math.cos(a), j + radius * math.sin(a)) for a in around]
        left = Qt.MouseButton.LeftButton
        QTest.mouseMove(self._canvas, self._pixel(path[0]) + QPoint(3, 3))
        let_turn(30)
        seen = [self._watch.timed(lambda: QTest.mousePress(self._canvas, left, pos=self._pixel(path[0])), [self._canvas])]
        for place in path[1:]:
            pixel = self._pixel(place)
            seen.append(self._watch.timed(lambda pixel=pixel: QTest.mouseMove(self._canvas, pixel), [self._canvas]))
        if layer.data[self._shape[0] // 2, round(path[-1][1]), round(path[-1][0])] != label:
            raise RuntimeError("the stroke left nothing")
        QTest.mouseRelease(self._canvas, left, pos=self._pixel(path[-1]))
        let_turn(30)
        return {"ms": seen, "cpu_ms": self._watch.cpu_ms[-len(seen) :]}

    def scroll(self, *, notches: int) -> dict[str, Any]:
        """Turn the wheel with Ctrl over the canvas, napari's way to change the slice; milliseconds of each notch until it is painted."""
        self._labels.mode = "pan_zoom"
        self._viewer.dims.set_point(0, self._shape[0] // 2)
        let_turn(200)
        seen = []
        for step in to_and_fro(notches, self._shape[0]):
            before = self._viewer.dims.current_step[0]
            seen.append(
                self._watch.timed(lambda step=step: turn_wheel(self._canvas, step, Qt.KeyboardModifier.ControlModifier), [self._canvas])
            )
            if self._viewer.dims.current_step[0] == before:
                raise RuntimeError("the slice did not change")
        return {"ms": seen, "cpu_ms": self._watch.cpu_ms[-len(seen) :]}

    def undo(self, *, strokes: int) -> dict[str, Any]:
        """Take strokes back with the key; milliseconds of each until it is painted."""
        bring_forward(self._window)
        seen = []

        def press() -> None:
            QTest.keyClick(self._canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

        for _ in range(strokes):
            before = len(self._labels._undo_history)
            seen.append(self._watch.timed(press, [self._canvas]))
            if len(self._labels._undo_history) != before - 1:
                raise RuntimeError("nothing was undone")
        return {"ms": seen, "cpu_ms": self._watch.cpu_ms[-len(seen) :]}

    def orders(self) -> dict[str, Callable[..., Any]]:
        """Return what can be asked for, by name."""
        return {name: getattr(self, name) for name in ("about", "brush", "scroll", "undo")}


def main() -> None:
    """Serve until the input ends."""
    serve(Napari(sys.argv[1]).orders())
    os._exit(0)


if __name__ == "__main__":
    main()
