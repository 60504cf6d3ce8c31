"""Dialogs that belong to the window: gone when they are closed, and nothing else of the window answers meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

__all__ = ["Sheet", "TaskSheet"]


class Sheet(QDialog):
    """A dialog over the window."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)


class TaskSheet(Sheet):
    """A dialog that does something: with Enter, wherever the keyboard is in it; Esc leaves it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Finish with Enter, leave with Esc."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        """Do what the dialog is for; what is not complete keeps it open."""
        self.accept()
