"""The panels at the right, one at a time, under tabs that have room in every language."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from gf_desktop.gui.icons import icon

__all__ = ["PanelTabs"]

ICON_PX: Final = 18
NARROWEST_PX: Final = 264


class PanelTabs(QTabWidget):
    """Tabs with their names; where those need more room than there is, only the one in front has its name and the others have icons.

    Nothing has to be scrolled, and a tab without its name tells it when pointed at, and to screen readers.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: list[str] = []
        self._icons: list[QIcon] = []
        self.setDocumentMode(True)
        self.setUsesScrollButtons(False)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setMinimumWidth(NARROWEST_PX)
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabBar().setDrawBase(False)
        self.currentChanged.connect(self._arrange)

    def add_panel(self, panel: QWidget, text: str, icon_name: str) -> None:
        """Add a panel behind the others."""
        self._texts.append(text)
        self._icons.append(icon(icon_name, ink="muted"))
        at = self.addTab(panel, text)
        self.setTabToolTip(at, text)
        self.tabBar().setAccessibleTabName(at, text)
        self._arrange()

    @property
    def brief(self) -> bool:
        """Whether only the tab in front has its name."""
        return any(not self.tabText(at) for at in range(self.count()))

    def _arrange(self, *_args: object) -> None:
        if self.count() < len(self._texts):
            return
        self._show(brief=False)
        if self.tabBar().sizeHint().width() > self.width():
            self._show(brief=True)

    def _show(self, *, brief: bool) -> None:
        for at, text in enumerate(self._texts):
            named = not brief or at == self.currentIndex()
            self.setTabText(at, text if named else "")
            self.setTabIcon(at, QIcon() if named else self._icons[at])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look whether the names have room."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Look anew where the letters have another size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._arrange()
