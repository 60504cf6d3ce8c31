"""The first thing to be seen: three ways to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.widgets import IconLabel, action_button, label

__all__ = ["StartPage"]

CARD_PX = 272


class StartPage(QWidget):
    """Cards for the demo, a new project and an existing one."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID_PX)
        cards.addStretch(1)
        for action_id, picture, heading, text, kind in (
            (
                "open_demo",
                "play",
                tr("Try the demo"),
                tr("A real CT of the abdomen. Correct a slice, refine the student, see it get better."),
                "primary",
            ),
            ("new_project", "new", tr("New project"), tr("Begin with a student that ships with the program and your own scans."), ""),
            ("open_project", "folder", tr("Open a project"), tr("Go on where you stopped. Everything was saved as you went."), ""),
        ):
            cards.addWidget(self._card(actions[action_id], picture=picture, heading=heading, text=text, kind=kind))
        cards.addStretch(1)
        title = label("Graph Flow Desktop", kind="title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        claim = label(tr("Correct a few slices. The student learns the rest, on this computer."), kind="muted")
        claim.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addStretch(3)
        layout.addWidget(title)
        layout.addWidget(claim)
        layout.addSpacing(3 * GRID_PX)
        layout.addLayout(cards)
        layout.addStretch(4)

    @staticmethod
    def _card(action: QAction, *, picture: str, heading: str, text: str, kind: str) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(CARD_PX)
        button = action_button(action, kind=kind)
        button.setAccessibleDescription(text)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX)
        inner.setSpacing(GRID_PX)
        inner.addWidget(IconLabel(picture, ink="muted", side_px=32))
        inner.addWidget(label(heading, kind="heading"))
        inner.addWidget(label(text, kind="muted", wrap=True), 1)
        inner.addSpacing(GRID_PX)
        inner.addWidget(button)
        card.setMinimumHeight(216)
        return card
