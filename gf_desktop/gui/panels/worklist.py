"""The scans of the project and how far each of them is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFont, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QSizePolicy,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.panels.next_best import NextBest, next_best
from gf_desktop.gui.panels.worklist_model import (
    CASE_ROLE,
    FILTERS,
    ON_SCREEN_ROLE,
    ORDERS,
    THUMBNAIL_PX,
    THUMBNAIL_ROLE,
    CaseModel,
    kind_text,
)
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.theme import caption_font, current_palette
from gf_desktop.gui.widgets import action_button, label, tool_button
from gf_desktop.project.records import Case
from gf_desktop.session import Session

__all__ = ["Worklist"]

RANK_MS: Final = 500
"""Slices are ranked so long after something changed."""

RANK_REST_MS: Final = 2500
"""After the last stroke: others follow it, and the surfaces come first; both at once leave the window no core of two."""

ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ROW_PX: Final = THUMBNAIL_PX + 2 * GRID_PX

Index = QModelIndex | QPersistentModelIndex


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
        if index.data(ON_SCREEN_ROLE):
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
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, kind_text(case))
        painter.drawText(area.adjusted(0, 18, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tr(case.status))
        painter.drawText(
            area.adjusted(0, 18, 0, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, f"{case.reviewed}/{case.slices}"
        )
        bar = QRectF(area.left(), area.bottom() - 5, area.width(), 5)
        painter.fillRect(bar, QColor(tokens.unseen))
        share = case.reviewed / max(1, case.slices)
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), QColor(tokens.accepted))


class _Search(QLineEdit):
    """A field whose Enter is its own: elsewhere in the window it approves a slice."""

    def event(self, event: QEvent) -> bool:
        """Keep Enter from the action that has it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in ENTER:
            event.accept()
            return True
        return super().event(event)


class Worklist(QFrame):
    """The list at the left: what is next best on top, then the cases, searched, filtered and sorted.

    Signals: ``chosen(str)`` a case was clicked · ``best_wanted(object)`` the :class:`NextBest` to go to, None where nothing is left ·
    ``selected()`` other cases are marked.
    """

    chosen = Signal(str)
    best_wanted = Signal(object)
    selected = Signal()

    def __init__(self, session: Session, ledger: SliceLedger, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setMinimumWidth(184)
        self._session = session
        self._ledger = ledger
        self._on_screen = ""
        self._best: NextBest | None = None
        self._cases = CaseModel(session, self)
        self.list = QListView()
        self.list.setModel(self._cases)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(tr("Worklist"))
        self.list.setUniformItemSizes(True)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.selectionModel().selectionChanged.connect(lambda _new, _old: self.selected.emit())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.list.addActions([actions["predict_chosen"], actions["export_chosen"]])
        self.list.activated.connect(self._open_row)
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
        layout.addWidget(self._tools())
        layout.addWidget(self._stack, 1)
        session.worklist_changed.connect(self.refresh)
        ledger.changed.connect(self._show_best)
        session.project_changed.connect(self._project_changed)
        session.case_changed.connect(self._case_changed)
        self._follow_ranking(session)
        self.refresh()

    def _tools(self) -> QWidget:
        self.search = _Search()
        self.search.setObjectName("field")
        self.search.setPlaceholderText(tr("Search scans"))
        self.search.setAccessibleName(tr("Search scans"))
        self.search.setClearButtonEnabled(True)
        for clear in self.search.findChildren(QToolButton):
            clear.setAccessibleName(tr("Clear the search"))
        # a scan that is let fall here is for the project
        self.search.setAcceptDrops(False)
        self.search.textChanged.connect(lambda text: self._ask(text=text))
        self.search.returnPressed.connect(self._open_first)
        self.filter, self.order = QComboBox(), QComboBox()
        for box, rows, name in ((self.filter, FILTERS, tr("Which scans")), (self.order, ORDERS, tr("Order of scans"))):
            box.addItems([tr(text) for _key, text in rows])
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(4)
        self.filter.currentIndexChanged.connect(lambda row: self._ask(kind=FILTERS[row][0]))
        self.order.currentIndexChanged.connect(lambda row: self._ask(order=ORDERS[row][0]))
        self.best = QToolButton()
        self.best.setObjectName("chip")
        self.best.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.best.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.best.clicked.connect(self._go_to_best)
        tools = QWidget()
        grid = QGridLayout(tools)
        grid.setContentsMargins(GRID_PX + 2, 0, GRID_PX, GRID_PX)
        grid.setSpacing(GRID_PX // 2)
        grid.addWidget(self.best, 0, 0, 1, 2)
        grid.addWidget(self.search, 1, 0, 1, 2)
        grid.addWidget(self.filter, 2, 0, 1, 2)
        grid.addWidget(self.order, 3, 0, 1, 2)
        self._bar = tools
        return tools

    def _ask(self, **changes: object) -> None:
        self._cases.ask(**changes)
        self._show_count()
        self._follow()

    def _open_first(self) -> None:
        """Open the first case that was found."""
        if self._cases.rowCount():
            self._open_row(self._cases.index(0))

    def _open_row(self, index: QModelIndex) -> None:
        case = index.data(CASE_ROLE)
        if case is not None:
            self.chosen.emit(case.id)

    @property
    def marked(self) -> tuple[str, ...]:
        """Ids of the cases that are marked, in their order on screen."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        return tuple(self._cases.index(row).data(CASE_ROLE).id for row in rows)

    def _show_best(self) -> None:
        """Say what is next best, and why."""
        best = self._best = next_best(self._session, self._ledger, self._cases.all)
        self.best.setEnabled(best is not None)
        text = tr("Everything is reviewed") if best is None else tr("Next: {case}, {why}").format(case=best.case_id, why=best.why)
        if text != self.best.toolTip():
            # the reason on a line of its own: a narrow button would tear it
            self.best.setText((best.short if best is not None else "") or text.replace(", ", "\n", 1))
            self.best.setToolTip(text)
            self.best.setAccessibleName(text)

    def _go_to_best(self) -> None:
        self.best_wanted.emit(self._best)

    def _follow_ranking(self, session: Session) -> None:
        self._rank_soon = QTimer(self, singleShot=True)
        self._rank_soon.timeout.connect(self._rank)
        for signal in (session.worklist_changed, session.prediction_changed, session.project_changed):
            signal.connect(self._rank_later)
        session.history_changed.connect(lambda: self._rank_soon.start(RANK_REST_MS))
        session.suggesting.changed.connect(self._show_best)
        session.suggesting.wanted.connect(self._go_to_best)

    def _rank_later(self) -> None:
        if not self._rank_soon.isActive():
            self._rank_soon.start(RANK_MS)

    def _rank(self) -> None:
        """Rank slices again, but not while a hand draws, nor while a student is at what would be ranked."""
        opened = self._session.open
        if self._session.predicting is not None or (opened is not None and (opened.painting or opened.working)):
            self._rank_soon.start(RANK_REST_MS)
        else:
            self._session.suggesting.renew()

    def _show_count(self) -> None:
        shown, count = self._cases.rowCount(), len(self._cases.all)
        self._count.setText("" if not count else str(count) if shown == count else tr("{n} of {all}").format(n=shown, all=count))

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
        self._show_count()
        self._stack.setCurrentIndex(0 if self._cases.all else 1)
        self._bar.setVisible(bool(self._cases.all))
        self._show_best()
        self._follow()

    def _project_changed(self) -> None:
        self._cases.thumbnails.forget()
        self.refresh()

    def _case_changed(self) -> None:
        if self._on_screen:
            self._cases.thumbnails.note_change(self._on_screen)
        self._on_screen = "" if self._session.open is None else self._session.open.id
        self._show_best()
        self._follow()
        row = self._cases.row_of(self._on_screen)
        if row is not None:
            self.list.scrollTo(self._cases.index(row))

    def _follow(self) -> None:
        """Let the selection stand on the case that is on screen."""
        opened = self._session.open
        row = None if opened is None else self._cases.row_of(opened.id)
        selection = self.list.selectionModel()
        if len(selection.selectedRows()) > 1:
            # marked on purpose
            return
        blocked = selection.blockSignals(True)
        if row is None:
            selection.clear()
        else:
            # not the list's own setCurrentIndex: that would take the row out of the selection while Ctrl is held, as for Ctrl+T
            selection.setCurrentIndex(self._cases.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        selection.blockSignals(blocked)
        self.list.viewport().update()
        self.selected.emit()

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        held = QApplication.keyboardModifiers()
        if held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            # several are being marked
            return
        case = current.data(CASE_ROLE)
        if case is not None and (self._session.open is None or self._session.open.id != case.id):
            self.chosen.emit(case.id)
