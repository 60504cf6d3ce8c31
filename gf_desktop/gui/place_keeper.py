"""Keeps where the person is in a project, so that it opens there again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer

from gf_desktop.gui.view_state import ViewState
from gf_desktop.project.last_place import LastPlace, write_last_place
from gf_desktop.session import Session

__all__ = ["PlaceKeeper"]

KEEP_MS: Final = 1000
"""A place is written at most once in so long: a wheel that turns passes through many."""


class PlaceKeeper(QObject):
    """Follows the crosshair, and writes where it is into the project: what a crash loses is a second of looking."""

    def __init__(self, session: Session, state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self._due: tuple[Path, LastPlace] | None = None
        self._soon = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._soon.timeout.connect(self.flush)
        state.display_changed.connect(self._moved)
        session.project_changed.connect(self.flush)

    def _moved(self) -> None:
        project, opened = self._session.project, self._session.open
        if project is None or project.read_only or opened is None:
            return
        self._due = project.folder, LastPlace(opened.id, self._state.display.cursor_ijk)
        if not self._soon.isActive():
            self._soon.start()

    def flush(self) -> None:
        """Write what is not written yet."""
        if self._due is not None:
            folder, place = self._due
            self._due = None
            write_last_place(folder, place)
