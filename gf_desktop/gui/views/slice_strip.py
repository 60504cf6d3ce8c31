"""All slices at a glance: which of them still need a person."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX, Palette
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.theme import caption_font, current_palette
from gf_desktop.gui.view_state import ViewState
from gf_desktop.imaging.labelmap import VoxelState

__all__ = ["SliceStrip"]

CELLS_PX: Final = 26
LEGEND_PX: Final = 18
GAP_FROM_PX: Final = 5.0
"""Cells at least this wide have a gap between them."""

LEAST_DOUBT: Final = 0.05
"""Doubt below this is not blown up to the height of the strip."""

STATE_WORDS: Final = {
    VoxelState.UNSEEN: "unseen",
    VoxelState.PROPOSED: "proposed",
    VoxelState.ACCEPTED: "accepted",
    VoxelState.EDITED: "edited",
}


class SliceStrip(QWidget):
    """One cell a slice: grey unseen, hatched proposed, solid accepted, bright edited, a red line for doubt.

    A cell of half height is edited in part and not approved. A click jumps, a drag scrolls.
    """

    def __init__(self, ledger: SliceLedger, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._state = state
        self.setFixedHeight(CELLS_PX + LEGEND_PX + GRID_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Slices and their state"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._picture: tuple[tuple[QSize, float, Palette, str], QPixmap] | None = None
        self._legend_end_px = 0.0
        ledger.changed.connect(self._forget_picture)
        state.display_changed.connect(self.update)

    def _cells(self) -> QRectF:
        return QRectF(GRID_PX, GRID_PX // 2, max(1, self.width() - 2 * GRID_PX), CELLS_PX)

    def cell_rect(self, index: int) -> QRectF:
        """Return where the cell of a slice is drawn, in pixels of this widget."""
        cells, count = self._cells(), max(1, len(self._ledger.summaries))
        width = cells.width() / count
        gap = 1.0 if width >= GAP_FROM_PX else 0.0
        return QRectF(cells.left() + index * width, cells.top(), width - gap, cells.height())

    def index_at(self, x: float) -> int:
        """Return the slice whose cell is at a horizontal place."""
        cells, count = self._cells(), max(1, len(self._ledger.summaries))
        return min(max(int((x - cells.left()) / cells.width() * count), 0), count - 1)

    @property
    def _what(self) -> str:
        volume = self._state.volume
        return tr("frame") if volume is not None and volume.is_cine else tr("slice")

    def describe(self, index: int) -> str:
        """Return a slice's state in words."""
        summary = self._ledger.summaries[index]
        if summary is None:
            return tr("{what} {n}").format(what=self._what, n=index + 1)
        words = tr(STATE_WORDS[summary.state])
        if summary.state == VoxelState.EDITED and not summary.reviewed:
            words = tr("edited, not approved yet")
        doubt = "" if summary.doubt is None or summary.reviewed else tr(", doubt {percent} %").format(percent=round(100 * summary.doubt))
        return tr("{what} {n}: {words}").format(what=self._what, n=index + 1, words=words) + doubt

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the cells, the current slice and the legend."""
        tokens = current_palette()
        painter = QPainter(self)
        if not self._ledger.summaries:
            painter.fillRect(self.rect(), QColor(tokens.surface))
            painter.end()
            return
        painter.drawPixmap(0, 0, self._still_picture())
        current = self.cell_rect(self._state.display.index)
        if current.width() < 3:
            current = QRectF(current.center().x() - 1.5, current.top(), 3, current.height())
        painter.setPen(QPen(QColor(tokens.text), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(current.adjusted(-1, -2, 1, 2))
        self._draw_words(painter)
        painter.end()

    def _forget_picture(self) -> None:
        self._picture = None
        self.update()

    def _still_picture(self) -> QPixmap:
        """Return all that stays while slices go by; it is drawn anew where a summary, the size or the colours changed."""
        tokens, ratio = current_palette(), self.devicePixelRatioF()
        drawn_for = (self.size(), ratio, tokens, tr("proposed"))
        if self._picture is None or self._picture[0] != drawn_for:
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(QColor(tokens.surface))
            painter = QPainter(pixmap)
            self._draw_cells(painter)
            self._draw_doubt(painter)
            self._legend_end_px = self._draw_legend(painter)
            painter.end()
            self._picture = (drawn_for, pixmap)
        return self._picture[1]

    def _draw_cells(self, painter: QPainter) -> None:
        """Draw every cell; those that touch and look the same are drawn as one."""
        summaries = self._ledger.summaries
        apart = self._cells().width() / len(summaries) >= GAP_FROM_PX
        looks = [None if s is None or s.state == VoxelState.UNSEEN else (s.state, s.reviewed) for s in summaries]
        first = 0
        for index in range(1, len(looks) + 1):
            if apart or index == len(looks) or looks[index] != looks[first]:
                self._draw_cell(painter, self.cell_rect(first).united(self.cell_rect(index - 1)), looks[first])
                first = index

    def _draw_cell(self, painter: QPainter, rect: QRectF, look: tuple[VoxelState, bool] | None) -> None:
        tokens = current_palette()
        painter.fillRect(rect, QColor(tokens.unseen))
        if look is None:
            return
        state, reviewed = look
        if state == VoxelState.PROPOSED or not reviewed:
            painter.fillRect(rect, QBrush(QColor(tokens.proposed), Qt.BrushStyle.BDiagPattern))
        if reviewed:
            painter.fillRect(rect, QColor(tokens.edited if state == VoxelState.EDITED else tokens.accepted))
        elif state > VoxelState.PROPOSED:
            half = QRectF(rect.left(), rect.center().y(), rect.width(), rect.height() / 2)
            painter.fillRect(half, QColor(tokens.edited if state == VoxelState.EDITED else tokens.accepted))

    def _draw_doubt(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(current_palette().doubt), 2))
        doubts = [None if s is None or s.reviewed else s.doubt for s in self._ledger.summaries]
        # the line is there to compare slices, so the most doubtful one is the highest; the words tell the amount
        scale = 1.0 / max(max((doubt for doubt in doubts if doubt is not None), default=0.0), LEAST_DOUBT)
        cells, steps = self._cells(), list[QPointF]()
        bottom, height, width = cells.bottom() - 2, cells.height() - 4, cells.width() / len(doubts)
        gap = cells.left() + width - self.cell_rect(0).right()
        for index, doubt in enumerate((*doubts, None)):
            if doubt is not None:
                left, y = cells.left() + index * width, bottom - doubt * scale * height
                steps += (QPointF(left, y), QPointF(left + width - gap, y))
            elif steps:
                painter.drawPolyline(steps)
                steps = []

    def _draw_legend(self, painter: QPainter) -> float:
        """Draw the meaning of patterns and colours; return where it ends."""
        tokens = current_palette()
        painter.setFont(caption_font())
        x, middle = float(GRID_PX), self.height() - LEGEND_PX / 2 - 1
        entries = (
            (tr("unseen"), QBrush(QColor(tokens.unseen))),
            (tr("proposed"), QBrush(QColor(tokens.proposed), Qt.BrushStyle.BDiagPattern)),
            (tr("accepted"), QBrush(QColor(tokens.accepted))),
            (tr("edited"), QBrush(QColor(tokens.edited))),
        )
        for word, brush in entries:
            swatch = QRectF(x, middle - 5, 14, 10)
            painter.fillRect(swatch, QColor(tokens.unseen))
            painter.fillRect(swatch, brush)
            x = self._write(painter, word, x + 18, middle)
        painter.setPen(QPen(QColor(tokens.doubt), 2))
        painter.drawLine(QPointF(x, middle), QPointF(x + 14, middle))
        return self._write(painter, tr("doubt"), x + 18, middle)

    def _draw_words(self, painter: QPainter) -> None:
        """Write the state of the current slice behind the legend, where there is room."""
        painter.setFont(caption_font())
        text = self.describe(self._state.display.index)
        width = painter.fontMetrics().horizontalAdvance(text)
        if self._legend_end_px + width < self.width() - GRID_PX:
            self._write(painter, text, self.width() - GRID_PX - width, self.height() - LEGEND_PX / 2 - 1)

    @staticmethod
    def _write(painter: QPainter, word: str, x: float, middle: float) -> float:
        painter.setPen(QColor(current_palette().muted))
        metrics = painter.fontMetrics()
        painter.drawText(QPointF(x, middle + metrics.ascent() / 2 - 1), word)
        return x + metrics.horizontalAdvance(word) + 2 * GRID_PX

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the slice."""
        if event.button() == Qt.MouseButton.LeftButton and self._ledger.summaries:
            self._state.go_to(self.index_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scroll while the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._ledger.summaries:
            self._state.go_to(self.index_at(event.position().x()))

    def event(self, event: QEvent) -> bool:
        """Tell the state of a slice in words when the cursor rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._ledger.summaries:
            QToolTip.showText(event.globalPos(), self.describe(self.index_at(event.pos().x())), self)
            return True
        return super().event(event)
