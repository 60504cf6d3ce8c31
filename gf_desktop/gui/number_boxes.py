"""A number box whose Return ends the typing, and does not reach the window's shortcuts: there it would approve the slice."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox

__all__ = ["NumberBox"]

_RETURN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDS: Final = (*_RETURN, Qt.Key.Key_Escape)


class NumberBox(QDoubleSpinBox):
    """A number; whole with 0 decimals.

    Signals: ``entered()`` Return was pressed, the number is taken · ``given_up()`` Escape was pressed.
    """

    entered = Signal()
    given_up = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Return and Escape from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ENDS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give the keyboard back at the end."""
        super().keyPressEvent(event)
        if event.key() in _ENDS:
            self.clearFocus()
            (self.entered if event.key() in _RETURN else self.given_up).emit()
