"""The first thing to be seen: three ways to begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.floor import Floor
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.widgets import IconLabel, action_button, label, push_button

__all__ = ["StartPage"]

CARD_PX = 272

MOST_RECENT = 5
"""So many projects that were open before are offered."""


class StartPage(Floor):
    """Cards for the demo, a new project and an existing one, and the projects that were open before.

    Signals: ``chosen(object)`` the folder (Path) of a project that was open before.
    """

    chosen = Signal(object)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID_PX)
        cards.addStretch(1)
        own = push_button(tr("or with structures of your own"), actions["new_own_project"].trigger, kind="link")
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
            foot = own if action_id == "new_project" else QWidget()
            # an empty line where there is no second way, so that the buttons of all cards stand side by side
            foot.setFixedHeight(own.sizeHint().height())
            cards.addWidget(self._card(actions[action_id], picture=picture, heading=heading, text=text, kind=kind, foot=foot))
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
        layout.addSpacing(2 * GRID_PX)
        self.recent: list[QPushButton] = []
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        layout.addLayout(self._recent)
        layout.addStretch(4)

    def show_recent(self, folders: Sequence[str]) -> None:
        """Offer the projects that were open before, the last one first; those that are gone are left out."""
        for button in self.recent:
            self._recent.removeWidget(button)
            button.deleteLater()
        there = [Path(folder) for folder in folders if (Path(folder) / "project.sqlite").is_file()][:MOST_RECENT]
        self.recent = []
        for folder in there:
            button = push_button(folder.name, partial(self.chosen.emit, folder), kind="link")
            button.setToolTip(str(folder))
            button.setAccessibleDescription(tr("Open the project {name}").format(name=folder.name))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            self.recent.append(button)

    @staticmethod
    def _card(action: QAction, *, picture: str, heading: str, text: str, kind: str, foot: QWidget) -> QFrame:
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
        inner.addWidget(foot, 0, Qt.AlignmentFlag.AlignHCenter)
        card.setMinimumHeight(216)
        return card
