"""A scripted session in the real window, run as a process of its own: it says after each committed change what the mask is now.

Usage: ``painting_session.py PROJECT CHANGES [SEED]``. Lines on standard output: number of the change and the digest of labels and states.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from gf_desktop.gui.app import compose, make_application
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.imaging.labelmap import LabelMap

PLANES = ("axial", "sagittal", "coronal")


def digest(label_map: LabelMap) -> str:
    """Return a digest of labels and states."""
    return hashlib.blake2b(label_map.labels.tobytes() + label_map.states.tobytes(), digest_size=16).hexdigest()


def _wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _stroke(window: MainWindow, rng: np.random.Generator) -> None:
    view = window.page.grid.slices[PLANES[int(rng.integers(3))]]
    target = view.canvas.viewport()
    middle = target.rect().center()
    places = [middle + QPoint(*(int(v) for v in rng.integers(-60, 61, 2))) for _ in range(3)]
    window.state.set_tool(name="paint", label=int(rng.choice([1, 5])), radius_mm=float(rng.choice([2.0, 4.0, 6.0])))
    button = Qt.MouseButton.RightButton if rng.random() < 0.2 else Qt.MouseButton.LeftButton
    QTest.mousePress(target, button, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(target, place)
    QTest.mouseRelease(target, button, pos=places[-1])


def change(window: MainWindow, number: int) -> None:
    """Make the change of a number: mostly strokes with the mouse, some undone, redone and approved by keys, some slices changed."""
    rng = np.random.default_rng(number)
    kind = rng.random()
    session = window.session
    if kind < 0.08 and session.open.journal.undo_name:
        QTest.keyClick(window.page.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    elif kind < 0.12 and session.open.journal.redo_name:
        QTest.keyClick(window.page.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    elif kind < 0.16:
        QTest.keyClick(window.page.view, Qt.Key.Key_Return)
    else:
        if kind < 0.4:
            size = window.state.volume.geometry.size_ijk
            window.state.set_cursor(tuple(int(rng.integers(n)) for n in size))
        _stroke(window, rng)


def main(project: Path, changes: int) -> None:
    """Open the project's first scan and change its mask."""
    make_application()
    made = compose()
    window = made.window
    window.show()
    window.commands.show_project(project)
    while made.jobs.busy or window.page is None or any(view.plane is None for view in window.page.grid.slices.values()):
        _wait(5)
    label_map = made.session.open.label_map
    for number in range(changes):
        change(window, number)
        sys.stdout.write(f"{number} {digest(label_map)}\n")
        sys.stdout.flush()
    made.session.close_project()
    sys.stdout.write("closed\n")
    made.close()
    window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
