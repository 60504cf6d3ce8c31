"""Number boxes whose Return ends the typing, and does not reach the window's shortcuts: there it would approve the slice."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox

__all__ = ["NumberBox", "WholeNumberBox"]

_RETURN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDS: Final = (*_RETURN, Qt.Key.Key_Escape)


def _is_ours(event: QEvent) -> bool:
    return event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ENDS


class NumberBox(QDoubleSpinBox):
    """A decimal number.

    Signals: ``entered()`` Return was pressed, the number is taken · ``given_up()`` Escape was pressed.
    """

    entered = Signal()
    given_up = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Return and Escape from the window's shortcuts."""
        if _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give the keyboard back at the end."""
        super().keyPressEvent(event)
        if event.key() in _ENDS:
            self.clearFocus()
            (self.entered if event.key() in _RETURN else self.given_up).emit()


class WholeNumberBox(QSpinBox):
    """A whole number."""

    def event(self, event: QEvent) -> bool:
        """Keep Return and Escape from the window's shortcuts."""
        if _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give the keyboard back at the end."""
        super().keyPressEvent(event)
        if event.key() in _ENDS:
            self.clearFocus()
