"""Texts that have less room than they need, or lie under something else: looked for in every picture of the documentation."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from gf_desktop.gui.top_bar import ProjectName
from gf_desktop.gui.widgets import ElidedLabel

__all__ = ["clipped_texts"]

SLACK_PX: Final = 1
"""Sizes are rounded."""

SHORTENED: Final = (ElidedLabel, ProjectName)
"""These end in an ellipsis, and show the whole text when pointed at."""

OVER_OTHERS: Final = "hint"
"""The kind of text that lies over a view on purpose."""


def clipped_texts(root: QWidget) -> list[str]:
    """Return the texts of visible labels and buttons within ``root`` that are larger than their place, or share it with a neighbour."""
    labels = [one for one in root.findChildren(QLabel) if one.text() and one.isVisibleTo(root)]
    buttons = [one for one in root.findChildren(QAbstractButton) if one.text() and one.isVisibleTo(root)]
    tight = [one.text() for one in labels if not _fits(one) or _shares(one, root)]
    return tight + [one.text() for one in buttons if one.width() + SLACK_PX < one.minimumSizeHint().width() or _shares(one, root)]


def _fits(label: QLabel) -> bool:
    if isinstance(label, SHORTENED) or label.textFormat() == Qt.TextFormat.RichText:
        return True
    if label.wordWrap():
        return label.height() + SLACK_PX >= label.heightForWidth(label.width())
    needed = label.fontMetrics().size(0, label.text())
    return label.width() + SLACK_PX >= needed.width() and label.height() + SLACK_PX >= needed.height()


def _shares(one: QWidget, root: QWidget) -> bool:
    """Whether a layout that was given too little room put another widget over this one."""
    parent = one.parentWidget()
    if parent is None or parent.layout() is None or one.objectName() == OVER_OTHERS:
        return False
    for other in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if other is one or not other.isVisibleTo(root) or other.isWindow():
            continue
        common = one.geometry().intersected(other.geometry())
        if common.width() > SLACK_PX and common.height() > SLACK_PX:
            return True
    return False
