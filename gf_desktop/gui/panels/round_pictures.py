"""What is drawn of a round: validation slices as they change, and by how much each structure rose or fell beside what the gate allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gf_desktop.gate import FALL_MARGIN
from gf_desktop.gui.actions import tr
from gf_desktop.gui.texts import change_text
from gf_desktop.gui.theme import current_palette

__all__ = ["BAR_PX", "ChangeBar", "Slices", "intervals", "slice_counts"]

REACH: Final = 0.1
"""Change of Dice at the ends of a bar; what is beyond is drawn at the end."""

BAR_PX: Final = (52, 20)
TALLEST_PX: Final = 150


def intervals(gate: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return by how much Dice of each structure may have changed, lowest and highest, as the gate's stored decision has it."""
    return {
        name: (float(one["low"]), float(one["high"]))
        for name, one in _judged(gate).items()
        if isinstance(one.get("low"), int | float) and isinstance(one.get("high"), int | float)
    }


def slice_counts(gate: dict[str, Any]) -> dict[str, int]:
    """Return on how many slices each structure's Dice rests, as the gate's stored decision has it."""
    return {name: one["slices"] for name, one in _judged(gate).items() if isinstance(one.get("slices"), int)}


def _judged(gate: dict[str, Any]) -> dict[str, dict[str, Any]]:
    sets, name = gate.get("sets"), gate.get("decided_by")
    found = sets.get(name) if isinstance(sets, dict) else None
    structures = found.get("structures") if isinstance(found, dict) else None
    return {name: one for name, one in structures.items() if isinstance(one, dict)} if isinstance(structures, dict) else {}


class ChangeBar(QWidget):
    """The change of a structure's Dice as a dot, what chance leaves open as a line, and how far it may fall as a mark.

    Parameters
    ----------
    change
        New Dice less that of the student in use.
    interval
        Lowest and highest change that chance leaves open; None where that is not known.
    """

    def __init__(self, change: float, interval: tuple[float, float] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._change = change
        self._interval = interval
        words = tr("Change of Dice {change}").format(change=change_text(0.0, change))
        if interval is not None:
            low, high = (change_text(0.0, end) for end in interval)
            words = tr("{words}, with chance between {low} and {high}").format(words=words, low=low, high=high)
        self.setToolTip(tr("{words}. The mark is how far a structure may fall: {margin}.").format(
            words=words, margin=change_text(0.0, -FALL_MARGIN)
        ))  # fmt: skip
        self.setAccessibleName(words)

    def sizeHint(self) -> QSize:
        """As wide as its column."""
        return QSize(*BAR_PX)

    def _x(self, change: float) -> float:
        inner = self.width() - 8
        return 4 + inner * (min(max(change, -REACH), REACH) + REACH) / (2 * REACH)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw mark, middle, line and dot."""
        tokens, middle = current_palette(), self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 2, self._x(-FALL_MARGIN), self.height() - 4), QColor(tokens.border))
        painter.setPen(QPen(QColor(tokens.muted), 1))
        painter.drawLine(QPointF(self._x(0.0), 3), QPointF(self._x(0.0), self.height() - 3))
        colour = QColor(tokens.good if self._change > 0 else tokens.bad if self._change < 0 else tokens.muted)
        painter.setPen(QPen(colour, 2))
        if self._interval is not None:
            painter.drawLine(QPointF(self._x(self._interval[0]), middle), QPointF(self._x(self._interval[1]), middle))
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(self._x(self._change), middle), 3.5, 3.5)
        painter.end()


class Slices(QWidget):
    """Validation slices as a round's newest picture has them, as wide as there is room; hidden without one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Slices that are kept away from training"))
        self.setToolTip(tr("Slices that are kept away from training: your outline in white, the new student's in colours"))
        self.hide()

    @property
    def path(self) -> Path | None:
        """The picture that is shown."""
        return self._path

    def show_picture(self, path: Path | None) -> None:
        """Show a picture; None, or one that cannot be read, hides it. The one that is shown is not read again."""
        if path != self._path:
            self._path = path
            self._picture = QPixmap() if path is None else QPixmap(str(path))
            self._fit()
        self.setVisible(not self._picture.isNull())

    def _fit(self) -> None:
        if not self._picture.isNull():
            self.setFixedHeight(min(TALLEST_PX, max(1, round(self.width() * self._picture.height() / self._picture.width()))))

    def resizeEvent(self, _event: Any) -> None:
        """Keep the picture's shape."""
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture into the middle, whole."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawPixmap(QRectF((self.width() - size.width()) / 2, 0, size.width(), size.height()).toRect(), self._picture)
        painter.end()
