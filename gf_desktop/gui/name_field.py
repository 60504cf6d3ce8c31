"""A field in a list in which a name is written, and in which no key means anything else meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

__all__ = ["NameDelegate"]


class _NameField(QLineEdit):
    """Keeps every key from the window's actions: Enter ends the name, and does not approve a slice."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)


class NameDelegate(QStyledItemDelegate):
    """Edits names in place.

    Parameters
    ----------
    longest
        Most letters of a name.
    """

    def __init__(self, longest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._longest = longest

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QWidget:
        """Return the field."""
        field = _NameField(parent)
        field.setMaxLength(self._longest)
        field.setFrame(False)
        return field
