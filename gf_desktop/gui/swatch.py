"""A sample of how the views draw one kind of change, for legends."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gf_desktop.gui.theme import current_palette
from gf_desktop.layers import layer_lookup, patterned

__all__ = ["Swatch"]

SWATCH: Final = (20, 12)
"""Width and height in pixels."""


class Swatch(QWidget):
    """One kind of :mod:`gf_desktop.imaging.compare`: its colour and its pattern."""

    def __init__(self, kind: int) -> None:
        super().__init__()
        self.setFixedSize(QSize(*SWATCH))
        self._kind = kind

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it as the views do."""
        width, height = SWATCH
        kinds = patterned(np.full((height, width), self._kind, np.uint8))
        colours = np.ascontiguousarray(layer_lookup("differences")[kinds])
        image = QImage(colours.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_palette().view))
        painter.drawImage(self.rect(), image)
        painter.end()
