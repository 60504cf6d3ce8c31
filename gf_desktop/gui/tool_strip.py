"""The strip of tools at the left of the picture."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.widgets import line, tool_button

__all__ = ["ToolStrip"]

ICON_PX: Final = 18
"""So that all fit above each other in the smallest window."""

_GROUPS: Final = (
    (
        *("tool_cursor", "tool_paint", "tool_erase", "tool_polygon", "tool_fill", "tool_grow", "tool_pick", "tool_review"),
        *("tool_box", "tool_ruler"),
    ),
    ("undo", "redo"),
    ("approve_slice", "approve_case", "next_best"),
    ("overlay", "fit"),
)


class ToolStrip(QFrame):
    """Icon buttons of the actions that the hand needs most, with name and key on hover."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID_PX // 2, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        column.setSpacing(GRID_PX // 4)
        for number, group in enumerate(_GROUPS):
            if number:
                column.addWidget(line())
            for action_id in group:
                column.addWidget(tool_button(actions[action_id], side_px=ICON_PX))
        column.addStretch(1)
