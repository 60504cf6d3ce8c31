"""What bars come and go on without moving the picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

__all__ = ["Floor"]


class Floor(QWidget):
    """Bars lie along its lower edge, over what is laid out there, the first one lowest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: list[QWidget] = []

    def take(self, bar: QWidget) -> None:
        """Let a bar lie here, wherever it lay before; it stays shown or hidden."""
        if bar in self._bars:
            return
        hidden = bar.isHidden()
        bar.setParent(self)
        self._bars.append(bar)
        bar.installEventFilter(self)
        bar.setHidden(hidden)
        self._place()

    def _place(self) -> None:
        bottom = self.height()
        for bar in self._bars:
            if bar.isHidden():
                continue
            # a text that is broken into lines needs more of them where the floor is narrow
            height = bar.heightForWidth(self.width()) if bar.hasHeightForWidth() else bar.sizeHint().height()
            bottom -= height
            bar.setGeometry(0, bottom, self.width(), height)
            bar.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bars along the edge."""
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give a bar the height that it needs, and let go of one that lies elsewhere."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest):
            self._place()
        elif event.type() == QEvent.Type.ParentChange and isinstance(watched, QWidget) and watched.parent() is not self:
            watched.removeEventFilter(self)
            self._bars.remove(watched)
        return False
