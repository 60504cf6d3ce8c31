"""The scans of the project and how far each of them is."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFont, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.display import thumbnail
from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import caption_font, current_palette
from gf_desktop.gui.widgets import action_button, label, tool_button
from gf_desktop.project.records import Case
from gf_desktop.session import Session

__all__ = ["CASE_ROLE", "Worklist"]

CASE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
THUMBNAIL_ROLE: Final = CASE_ROLE + 1

THUMBNAIL_PX: Final = 48
ROW_PX: Final = THUMBNAIL_PX + 2 * GRID_PX

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class _Cases(QAbstractListModel):
    """The worklist as Qt wants it. Thumbnails are drawn one a turn, after the rows are there."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._cases: list[Case] = []
        self._thumbnails: dict[str, QPixmap] = {}
        self._missing: list[str] = []
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._draw_one)

    def refresh(self) -> None:
        """Read the worklist again; rows that stay keep their place."""
        cases = self._session.cases()
        if [c.id for c in cases] == [c.id for c in self._cases]:
            self._cases = cases
            if cases:
                self.dataChanged.emit(self.index(0), self.index(len(cases) - 1))
        else:
            self.beginResetModel()
            self._cases = cases
            self.endResetModel()
        self._missing = [c.id for c in cases if c.id not in self._thumbnails]
        if self._missing:
            self._turn.start()

    def forget(self) -> None:
        """Another project is open."""
        self._thumbnails.clear()
        self.refresh()

    def _draw_one(self) -> None:
        if not self._missing or self._session.project is None:
            return
        case_id = self._missing.pop(0)
        picture = thumbnail(self._session.project.load_volume(case_id), side=2 * THUMBNAIL_PX)
        rows, columns = picture.shape[:2]
        image = QImage(np.ascontiguousarray(picture).data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
        self._thumbnails[case_id] = QPixmap.fromImage(image)
        row = self.row_of(case_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))
        if self._missing:
            self._turn.start()

    def row_of(self, case_id: str) -> int | None:
        """Return the row of a case, or None."""
        return next((row for row, case in enumerate(self._cases) if case.id == case_id), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of cases."""
        return 0 if parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Return what is shown of a case."""
        if not index.isValid() or index.row() >= len(self._cases):
            return None
        case = self._cases[index.row()]
        if role == CASE_ROLE:
            return case
        if role == THUMBNAIL_ROLE:
            return self._thumbnails.get(case.id)
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return f"{case.id} {case.modality} {tr(case.status)} {case.reviewed}/{case.slices}"
        if role == int(Qt.ItemDataRole.ToolTipRole):
            held = (
                tr("\n{n} slices are held back to check new students").format(n=len(case.validation_slices))
                if case.validation_slices
                else ""
            )
            return (
                tr("{title}\n{reviewed} of {slices} slices reviewed").format(title=case.title, reviewed=case.reviewed, slices=case.slices)
                + held
            )
        return None


class _Row(QStyledItemDelegate):
    """Draws a case: picture, id, modality, status, how much of it is reviewed."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(160, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        case: Case = index.data(CASE_ROLE)
        tokens = current_palette()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.raised if chosen else tokens.hover))
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(tokens.text))
        frame = QRect(rect.left() + GRID_PX + 2, rect.top() + GRID_PX, THUMBNAIL_PX, THUMBNAIL_PX)
        painter.fillRect(frame, QColor(tokens.view))
        picture: QPixmap | None = index.data(THUMBNAIL_ROLE)
        if picture is not None:
            size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, picture)
        self._write(
            painter, QRect(frame.right() + GRID_PX + 2, frame.top(), rect.right() - frame.right() - 2 * GRID_PX, frame.height()), case
        )

    @staticmethod
    def _write(painter: QPainter, area: QRect, case: Case) -> None:
        tokens = current_palette()
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, case.id)
        painter.setFont(caption_font())
        painter.setPen(QColor(tokens.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, case.modality or tr("picture"))
        painter.drawText(area.adjusted(0, 18, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tr(case.status))
        painter.drawText(
            area.adjusted(0, 18, 0, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, f"{case.reviewed}/{case.slices}"
        )
        bar = QRectF(area.left(), area.bottom() - 5, area.width(), 5)
        painter.fillRect(bar, QColor(tokens.unseen))
        share = case.reviewed / max(1, case.slices)
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), QColor(tokens.accepted))


class Worklist(QFrame):
    """The list at the left.

    Signals: ``chosen(str)`` a case was clicked.
    """

    chosen = Signal(str)

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setMinimumWidth(184)
        self._session = session
        self._cases = _Cases(session, self)
        self.list = QListView()
        self.list.setModel(self._cases)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(tr("Worklist"))
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self._count = label(kind="muted")
        head = QHBoxLayout()
        head.setContentsMargins(GRID_PX + 2, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        head.addWidget(label(tr("Worklist"), kind="heading"))
        head.addSpacing(GRID_PX)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(tool_button(actions["import_folder"]))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty(actions))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        session.worklist_changed.connect(self.refresh)
        session.project_changed.connect(self._project_changed)
        session.case_changed.connect(self._follow)
        self.refresh()

    @staticmethod
    def _empty(actions: dict[str, QAction]) -> QWidget:
        zone = QFrame()
        zone.setObjectName("drop")
        inner = QVBoxLayout(zone)
        inner.setSpacing(GRID_PX)
        inner.addStretch(1)
        text = label(tr("Drop scans here:\nDICOM folders, NIfTI, PNG, JPEG"), kind="muted", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner.addWidget(text)
        for action_id, words in (("import_folder", tr("Add a folder")), ("import_files", tr("Add files"))):
            button = action_button(actions[action_id])
            button.setText(words)
            inner.addWidget(button)
        demo = action_button(actions["open_demo"], kind="link")
        demo.setText(tr("or try the demo"))
        inner.addWidget(demo, 0, Qt.AlignmentFlag.AlignCenter)
        inner.addStretch(2)
        page = QWidget()
        around = QVBoxLayout(page)
        around.addWidget(zone)
        return page

    def refresh(self) -> None:
        """Read the worklist again."""
        self._cases.refresh()
        count = self._cases.rowCount()
        self._count.setText(str(count) if count else "")
        self._stack.setCurrentIndex(0 if count else 1)
        self._follow()

    def _project_changed(self) -> None:
        self._cases.forget()
        self.refresh()

    def _follow(self) -> None:
        """Let the selection stand on the case that is on screen."""
        opened = self._session.open
        row = None if opened is None else self._cases.row_of(opened.id)
        selection = self.list.selectionModel()
        blocked = selection.blockSignals(True)
        if row is None:
            selection.clear()
        else:
            self.list.setCurrentIndex(self._cases.index(row))
        selection.blockSignals(blocked)
        self.list.viewport().update()

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        case = current.data(CASE_ROLE)
        if case is not None and (self._session.open is None or self._session.open.id != case.id):
            self.chosen.emit(case.id)
