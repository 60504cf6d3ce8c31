"""The command palette: a field over the window that finds actions, scans and structures by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QTextLayout, QWheelEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget
from shiboken6 import isValid

from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.palette_search import ranked
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.widgets import label

__all__ = ["Entry", "PaletteBox"]

BOX_PX: Final = 640
ROW_PX: Final = 4 * GRID_PX
MOST_ROWS: Final = 11
TOP_PX: Final = 6 * GRID_PX
"""The box hangs this far below the window's upper edge: under the top bar."""

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()
_PLACES_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_ENTRY_ROLE: Final = _PLACES_ROLE + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the palette finds.

    Attributes
    ----------
    id
        Unique name.
    text
        What is seen and searched.
    run
        What choosing it does.
    keys
        Its keys as they are written on this system.
    reason
        Why it cannot be asked for now; "" when it can, or when no reason is known.
    possible
        Whether it can be asked for now.
    also
        Further words that find it.
    kind
        A word that stands at the right: "scan".
    colour
        Of a dot before the text, as #rrggbb; "" for none.
    offered
        Whether it is shown before anything was typed.
    """

    id: str
    text: str
    run: Callable[[], object]
    keys: str = ""
    reason: str = ""
    possible: bool = True
    also: str = ""
    kind: str = ""
    colour: str = ""
    offered: bool = True

    @property
    def right(self) -> str:
        """What stands at the right of the row."""
        return self.reason if not self.possible and self.reason else self.keys or self.kind

    @property
    def spoken(self) -> str:
        """The row for those who cannot see it."""
        return ", ".join(part for part in (self.text, self.right) if part)


class _Found(QAbstractListModel):
    """What fits the query, as Qt wants it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: Sequence[Entry] = ()
        self._rows: list[tuple[int, tuple[int, ...]]] = []

    def show(self, entries: Sequence[Entry], query: str, recent: Sequence[str]) -> None:
        """Find anew."""
        self.beginResetModel()
        self.entries = entries
        self._rows = [(n, hit.places) for n, hit in ranked(query, entries, recent)]
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """Return what stands in a row."""
        return self.entries[self._rows[row][0]] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return entry.spoken
        return {_PLACES_ROLE: self._rows[index.row()][1], _ENTRY_ROLE: entry}.get(role)


class _Row(QStyledItemDelegate):
    """Draws a row: a dot where there is a colour, the text with the letters that were hit in bold, keys or reason at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = current_palette()
        entry: Entry = index.data(_ENTRY_ROLE)
        rect, state, font = QRect(option.rect), option.state, QFont(option.font)
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.hover))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(tokens.accent))
        inner = rect.adjusted(2 * GRID_PX, 0, -2 * GRID_PX, 0)
        metrics = QFontMetrics(font)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        faint = QColor(tokens.text if selected and entry.possible else tokens.muted)
        right = metrics.elidedText(entry.right, Qt.TextElideMode.ElideRight, inner.width() // 2)
        painter.setFont(font)
        painter.setPen(faint)
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        inner.setRight(inner.right() - metrics.horizontalAdvance(right) - 2 * GRID_PX)
        if entry.colour:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(entry.colour))
            painter.drawEllipse(QPointF(inner.left() + 5, inner.center().y() + 1), 5, 5)
            inner.setLeft(inner.left() + 10 + GRID_PX)
        painter.setPen(QColor(tokens.text if entry.possible else tokens.muted))
        self._draw_text(painter, inner, entry.text, index.data(_PLACES_ROLE))
        painter.restore()

    @staticmethod
    def _draw_text(painter: QPainter, rect: QRect, text: str, places: tuple[int, ...]) -> None:
        font = QFont(painter.font())
        bold = QFont(font)
        bold.setWeight(QFont.Weight.Bold)
        shown = QFontMetrics(bold if places else font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        layout = QTextLayout(shown, font)
        marks = []
        for place in places:
            if place < len(shown):
                mark = QTextLayout.FormatRange()
                mark.start, mark.length = place, 1
                mark.format.setFontWeight(QFont.Weight.Bold)
                mark.format.setFontUnderline(True)
                marks.append(mark)
        layout.setFormats(marks)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        if line.isValid():
            layout.draw(painter, QPointF(rect.left(), rect.center().y() + 1 - line.height() / 2))


class PaletteBox(QWidget):
    """Lies over the whole window while it is open; a click beside the box closes it.

    Parameters
    ----------
    window
        What it lies over.
    entries
        Gives what can be found; asked each time the palette opens.
    closing_keys
        Gives the keys that close it again: those that open it.

    Signals: ``ran(str)`` id of what was chosen.
    """

    ran = Signal(str)

    def __init__(self, window: QWidget, entries: Callable[[], Sequence[Entry]], *, closing_keys: Callable[[], list[QKeySequence]]) -> None:
        super().__init__(window)
        self._under = window
        self._entries = entries
        self._closing_keys = closing_keys
        self._before: QWidget | None = None
        self._recent: tuple[str, ...] = ()
        self.box = QFrame(self)
        self.box.setObjectName("card")
        self.field = QLineEdit()
        self.field.setObjectName("field")
        self.field.setClearButtonEnabled(False)
        self.field.setPlaceholderText(tr("Search or command: action, scan, structure"))
        self.field.setAccessibleName(tr("Search or command"))
        self.field.textEdited.connect(lambda _text: self._find())
        self.field.installEventFilter(self)
        self._model = _Found(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Found"))
        self.list.viewport().installEventFilter(self)
        self._mouse: QPointF | None = None
        self.list.clicked.connect(lambda _index: self._choose())
        self.list.selectionModel().currentChanged.connect(lambda _now, _before: self._say())
        self.nothing = label(tr("Nothing is called like this."), kind="muted")
        self.nothing.setContentsMargins(2 * GRID_PX, GRID_PX, 2 * GRID_PX, GRID_PX)
        self._column = column = QVBoxLayout(self.box)
        column.setContentsMargins(1, GRID_PX, 1, GRID_PX)
        column.setSpacing(GRID_PX)
        top = QVBoxLayout()
        top.setContentsMargins(GRID_PX, 0, GRID_PX, 0)
        top.addWidget(self.field)
        column.addLayout(top)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        window.installEventFilter(self)
        self.hide()

    @property
    def rows(self) -> list[Entry]:
        """What is shown, from the top."""
        return [entry for row in range(self._model.rowCount()) if (entry := self._model.entry(row)) is not None]

    @property
    def current(self) -> Entry | None:
        """The row that Enter would choose."""
        return self._model.entry(self.list.currentIndex().row())

    def remember(self, recent: Sequence[str]) -> None:
        """Take what was used before, ids with the last one first."""
        self._recent = tuple(recent)

    def open(self) -> None:
        """Show everything that can be asked for, ready for a query."""
        self._before = self.window().focusWidget()
        self._mouse = None
        self.field.clear()
        self._model.entries = self._entries()
        self._find()
        self.setGeometry(self._under.rect())
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close it; the keyboard goes back to where it was."""
        before, self._before = self._before, None
        # what had the keyboard may be gone: a project can be closed meanwhile
        if self.isVisible() and before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    def _find(self) -> None:
        self._model.show(self._model.entries, self.field.text(), self._recent)
        self.list.setCurrentIndex(self._model.index(0))
        self.list.scrollToTop()
        self._fit()

    def _fit(self) -> None:
        count = self._model.rowCount()
        self.list.setVisible(count > 0)
        self.nothing.setVisible(count == 0)
        free = max(self._under.height() - TOP_PX - 2 * GRID_PX - self.field.sizeHint().height() - 4 * GRID_PX, ROW_PX)
        self.list.setFixedHeight(min(count, MOST_ROWS, free // ROW_PX) * ROW_PX)
        width = min(BOX_PX, self._under.width() - 4 * GRID_PX)
        self.box.setFixedWidth(width)
        self._column.activate()
        self.box.setGeometry((self._under.width() - width) // 2, TOP_PX, width, self.box.sizeHint().height())

    def _say(self) -> None:
        """Tell screen readers the current row: the keyboard stays in the field."""
        current = self.current
        self.field.setAccessibleDescription("" if current is None else current.spoken)

    def _step(self, rows: int) -> None:
        count = self._model.rowCount()
        if count:
            row = self.list.currentIndex().row()
            # single steps go round, pages stop at the ends
            wanted = (row + rows) % count if abs(rows) == 1 else min(max(row + rows, 0), count - 1)
            self.list.setCurrentIndex(self._model.index(wanted))

    def _choose(self) -> None:
        entry = self.current
        if entry is None or not entry.possible:
            return
        self._recent = (entry.id, *(other for other in self._recent if other != entry.id))
        self.dismiss()
        entry.run()
        self.ran.emit(entry.id)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size; take the keys of the field, so that no action of the window hears them."""
        if watched is self._under and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._under.rect())
            self._fit()
        if watched is self.list.viewport() and isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            self._follow_mouse(event)
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            return event.type() == QEvent.Type.KeyPress and self._take_key(event)
        if watched is self.field and event.type() == QEvent.Type.FocusOut and self.window().isActiveWindow():
            self.hide()
        return False

    def _follow_mouse(self, event: QMouseEvent) -> None:
        """Make the row under the mouse the current one, if it moved: a list that scrolls under a resting mouse stays where keys put it."""
        place, before = event.globalPosition(), self._mouse
        self._mouse = place
        index = self.list.indexAt(event.position().toPoint())
        if before is not None and place != before and index.isValid():
            self.list.setCurrentIndex(index)

    def _take_key(self, event: QKeyEvent) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Backtab: -1,
            Qt.Key.Key_PageDown: MOST_ROWS - 1,
            Qt.Key.Key_PageUp: 1 - MOST_ROWS,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key == Qt.Key.Key_Escape or QKeySequence(event.keyCombination()) in self._closing_keys():
            self.dismiss()
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close it where the click is beside the box."""
        if not self.box.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel from what lies beneath."""
        event.accept()
