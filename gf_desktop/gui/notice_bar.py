"""One quiet line that lies over the lower edge: how a round ended, what went wrong, and a button for the next thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.widgets import label, push_button

__all__ = ["NoticeBar"]

Button = tuple[str, Callable[[], object]]


class NoticeBar(QFrame):
    """Hidden until there is something to say; the last notice replaces the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.text = label(wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text.setAccessibleName(tr("Notice"))
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID_PX)
        self.buttons: list[QPushButton] = []
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setAccessibleName(tr("Close the notice"))
        close.setToolTip(tr("Close"))
        close.clicked.connect(lambda _checked=False: self.hide())
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        row.addWidget(self.text, 1)
        row.addLayout(self._row)
        row.addWidget(close)
        self.hide()

    def tell(self, text: str, *, kind: str = "", buttons: Sequence[Button] = ()) -> None:
        """Show a notice; ``kind`` is "", "good", "warn" or "bad". A button closes it after doing its work."""
        self.text.setText(text)
        for old in self.buttons:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = [push_button(name, partial(self._act, act)) for name, act in buttons]
        for button in self.buttons:
            self._row.addWidget(button)
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def _act(self, act: Callable[[], object]) -> None:
        self.hide()
        act()
