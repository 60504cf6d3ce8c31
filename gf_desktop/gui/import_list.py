"""The scans that were found, to be chosen from: picture, what it is, the verdict in colour, form and word, and why."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPixmap, QPolygon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gf_desktop.files.findings import Severity
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number, spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import caption_font, current_palette
from gf_desktop.importing import FoundScan

__all__ = ["VERDICTS", "ImportList", "pixmap_of", "reason_of", "size_of", "title_of"]

UInt8 = npt.NDArray[np.uint8]

FOUND_ROLE: Final = Qt.ItemDataRole.UserRole
PICTURE_ROLE: Final = Qt.ItemDataRole.UserRole + 1

PICTURE_PX: Final = 56
ROW_PX: Final = PICTURE_PX + 2 * GRID_PX
BOX_PX: Final = 18
LINE_PX: Final = 19

VERDICTS: Final[dict[Severity, tuple[str, str]]] = {
    "green": ("good", "ready"),
    "amber": ("warn", "with a remark"),
    "red": ("bad", "cannot be added"),
}
"""Colour and word of each verdict."""

Index = QModelIndex | QPersistentModelIndex


def title_of(found: FoundScan) -> str:
    """Return what a scan is."""
    return spoken(("DICOM " if found.source.kind == "dicom" else "") + found.source.description)


def size_of(found: FoundScan) -> str:
    """Return in one line the name of a scan's file or folder, its size and spacing; of one that is refused the name alone."""
    glance = found.glance
    if glance.size_ijk is None or glance.spacing_mm is None:
        return found.name
    flat = glance.size_ijk[2] == 1
    parts = [found.name, " × ".join(str(n) for n in glance.size_ijk[: 2 if flat else 3])]
    if glance.frames > 1:
        parts.append(tr("{n} frames", glance.frames).format(n=glance.frames))
    if glance.spacing_known:
        parts.append(local_number(" × ".join(f"{s:.4g}" for s in glance.spacing_mm[: 2 if flat else 3])) + " mm")
    else:
        parts.append(tr("spacing not stated"))
    return "  ·  ".join(parts)


def reason_of(found: FoundScan) -> str:
    """Return in one line what will be done about a scan, or what is wrong with it and the way out; "" where there is nothing to say."""
    glance = found.glance
    if glance.verdict == "red":
        worst = next(finding for finding in glance.findings if finding.severity == "red")
        way_out = tr("Type the distances in mm.") if found.lacks_spacing else spoken(glance.next_step)
        return f"{spoken(worst.message)}. {way_out}"
    remarks = [finding.message for finding in glance.findings if finding.severity == "amber"]
    if not remarks:
        return tr("Lengths are in pixels, unless you type the distances in mm.") if found.lacks_spacing else ""
    more = tr(" (and {n} more)").format(n=len(remarks) - 1) if len(remarks) > 1 else ""
    return spoken(remarks[0]) + more


def pixmap_of(picture: UInt8) -> QPixmap:
    """Return uint8 [rows, columns, 3] as a picture to be drawn."""
    rows, columns = picture.shape[:2]
    content = np.ascontiguousarray(picture)
    return QPixmap.fromImage(QImage(content.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy())


def _is_checked(index: Index) -> bool:
    return Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked


class _Row(QStyledItemDelegate):
    """Draws a scan; a click on its box, or Space, chooses it."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(320, ROW_PX)

    @staticmethod
    def box(rect: QRect) -> QRect:
        """Return where the box of a row lies."""
        return QRect(rect.left() + GRID_PX, rect.center().y() - BOX_PX // 2, BOX_PX, BOX_PX)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Turn the choice of a row whose box was clicked; Space is Qt's."""
        rect: QRect = option.rect
        pressed = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
        if pressed and isinstance(event, QMouseEvent):
            inside = self.box(rect).adjusted(-GRID_PX, -GRID_PX, GRID_PX, GRID_PX).contains(event.position().toPoint())
            can = bool(index.flags() & Qt.ItemFlag.ItemIsUserCheckable)
            if not (inside and can):
                return False
            if event.type() == QEvent.Type.MouseButtonRelease:
                turned = Qt.CheckState.Unchecked if _is_checked(index) else Qt.CheckState.Checked
                model.setData(index, turned, Qt.ItemDataRole.CheckStateRole)
            return True
        return super().editorEvent(event, model, option, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        found: FoundScan = index.data(FOUND_ROLE)
        tokens = current_palette()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.raised if chosen else tokens.hover))
        if chosen:
            focused = bool(state & QStyle.StateFlag.State_HasFocus)
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(tokens.accent if focused else tokens.text))
        if found.usable:
            self._draw_box(painter, self.box(rect), checked=_is_checked(index))
        frame = QRect(self.box(rect).right() + GRID_PX, rect.top() + GRID_PX, PICTURE_PX, PICTURE_PX)
        painter.fillRect(frame, QColor(tokens.view))
        picture: QPixmap | None = index.data(PICTURE_ROLE)
        if picture is not None:
            size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(QPoint(0, 0), size)
            target.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, picture)
        left = frame.right() + GRID_PX + GRID_PX // 2
        self._write(painter, QRect(left, frame.top() - 1, rect.right() - left - GRID_PX, LINE_PX), found)

    @staticmethod
    def _draw_box(painter: QPainter, box: QRect, *, checked: bool) -> None:
        tokens = current_palette()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.muted))
        painter.setBrush(QColor(tokens.window))
        painter.drawRoundedRect(box.adjusted(1, 1, -2, -2), 3, 3)
        if checked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.text))
            painter.drawRoundedRect(box.adjusted(5, 5, -5, -5), 1, 1)
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, area: QRect, found: FoundScan) -> None:
        tokens = current_palette()
        kind, words = VERDICTS[found.glance.verdict]
        said = tr(words)
        painter.setFont(caption_font())
        width = painter.fontMetrics().horizontalAdvance(said) + BOX_PX
        _mark(painter, QRect(area.right() - width, area.top(), 10, area.height()), found.glance.verdict)
        painter.setPen(QColor(getattr(tokens, kind)))
        left_middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(area.right() - width + 14, area.top(), width, area.height()), left_middle, said)
        bold = QFont(painter.font())
        bold.setPixelSize(bold.pixelSize() + 2)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        title = area.adjusted(0, 0, -width - GRID_PX, 0)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(title, left_middle, painter.fontMetrics().elidedText(title_of(found), elide, title.width()))
        painter.setFont(caption_font())
        for colour, text in ((tokens.muted, size_of(found)), (tokens.text, reason_of(found))):
            area = area.translated(0, LINE_PX)
            painter.setPen(QColor(colour))
            painter.drawText(area, left_middle, painter.fontMetrics().elidedText(text, elide, area.width()))


def _mark(painter: QPainter, area: QRect, verdict: Severity) -> None:
    """Draw the verdict's sign: a disc, a triangle or a square, so that its form tells as much as its colour."""
    side = QRect(area.left(), area.center().y() - 4, 9, 9)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(current_palette(), VERDICTS[verdict][0])))
    if verdict == "green":
        painter.drawEllipse(side)
    elif verdict == "amber":
        painter.drawPolygon(QPolygon([side.bottomLeft(), QPoint(side.center().x(), side.top()), side.bottomRight()]))
    else:
        painter.drawRect(side)
    painter.restore()


class ImportList(QListWidget):
    """See the module. Arrows go from row to row, Space chooses; what cannot be added cannot be chosen.

    Signals: ``choice_changed()`` · ``looked_at(object)`` the FoundScan of the row that the keyboard is on.
    """

    choice_changed = Signal()
    looked_at = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Scans that were found"))
        self.setItemDelegate(_Row(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.itemChanged.connect(lambda _item: self.choice_changed.emit())
        self.currentItemChanged.connect(lambda now, _before: self.looked_at.emit(None if now is None else now.data(FOUND_ROLE)))

    def add(self, found: FoundScan) -> None:
        """Add a scan at the end, chosen where it can be; the first one is looked at."""
        item = QListWidgetItem()
        self._fill(item, found, chosen=found.usable)
        self.addItem(item)
        if self.currentRow() < 0:
            self.setCurrentRow(0)

    def renew(self, row: int, found: FoundScan) -> None:
        """Show another description of the scan of a row; it stays chosen or not, and what became usable is chosen."""
        item = self.item(row)
        before: FoundScan = item.data(FOUND_ROLE)
        chosen = found.usable and (not before.usable or item.checkState() == Qt.CheckState.Checked)
        self._fill(item, found, chosen=chosen)
        self.choice_changed.emit()

    def _fill(self, item: QListWidgetItem, found: FoundScan, *, chosen: bool) -> None:
        silent = self.blockSignals(True)
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        item.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable if found.usable else flags)
        item.setData(FOUND_ROLE, found)
        item.setData(PICTURE_ROLE, None if found.thumbnail is None else pixmap_of(found.thumbnail))
        item.setData(
            Qt.ItemDataRole.CheckStateRole, (Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked) if found.usable else None
        )
        parts = (title_of(found), tr(VERDICTS[found.glance.verdict][1]), size_of(found), reason_of(found))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in parts if part))
        item.setToolTip(reason_of(found))
        self.blockSignals(silent)
        self.viewport().update()

    def found(self, row: int) -> FoundScan:
        """Return the scan of a row."""
        scan: FoundScan = self.item(row).data(FOUND_ROLE)
        return scan

    def is_chosen(self, row: int) -> bool:
        """Return whether the scan of a row is to be added."""
        return self.found(row).usable and self.item(row).checkState() == Qt.CheckState.Checked

    @property
    def chosen(self) -> list[FoundScan]:
        """The scans that are to be added, in their order."""
        return [self.found(row) for row in range(self.count()) if self.is_chosen(row)]

    def choose_all(self, *, chosen: bool) -> None:
        """Choose every scan that can be added, or none."""
        for row in range(self.count()):
            if self.found(row).usable:
                self.item(row).setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
