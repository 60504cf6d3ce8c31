"""Start one program in this process and end it at its first painted window: ``first_paint.py ours|napari``.

Prints the moment on the system's monotonic clock, which the parent process shares. Nothing of the program is changed: QApplication is
replaced by a subclass that watches paint events, before the program imports it.
"""

from __future__ import annotations

import os
import sys
import time

from PySide6 import QtCore, QtWidgets


class FirstPaint(QtCore.QObject):
    """Waits for the main window's first paint event, lets the children of that pass paint too, and ends the process."""

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Look at an event of the application."""
        if event.type() == QtCore.QEvent.Type.Paint and isinstance(watched, QtWidgets.QMainWindow) and watched.isVisible():
            QtCore.QTimer.singleShot(0, self.end)
        return False

    @staticmethod
    def end() -> None:
        """Say when it was and leave without closing anything, which is not part of the start."""
        sys.stdout.write(f"painted {time.monotonic()}\n")
        sys.stdout.flush()
        os._exit(0)


class WatchedApplication(QtWidgets.QApplication):
    """The application with a watcher from its first moment."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.first_paint = FirstPaint(self)
        self.installEventFilter(self.first_paint)


def main() -> None:
    """Start the program named on the command line, as its own command does."""
    QtWidgets.QApplication = WatchedApplication
    if sys.argv[1] == "ours":
        from gf_desktop.__main__ import main as run

        sys.exit(run([]))
    import napari

    napari.Viewer()
    napari.run()


if __name__ == "__main__":
    main()
