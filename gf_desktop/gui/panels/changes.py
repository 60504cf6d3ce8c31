"""Scans in which another student changed anything: how much of which structure, and what is to become of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.changes import CaseChange
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import count_text, local_number
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.widgets import action_button, label, line
from gf_desktop.session import Session

__all__ = ["Changes"]

STATE_WORDS: Final = {"open": "to be looked at", "accepted": "newer one taken", "kept": "older one kept"}

REDRAW_MS: Final = 120
"""While many scans are predicted the list follows at this pace."""

MOST_ROWS: Final = 7
"""Structures that are seen without scrolling."""

IN_ALL: Final = 0
"""Row of the box that sorts by what changed in all."""

RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Changes(QFrame):
    """What is being predicted again, the list, what changed in the chosen scan, and the decisions.

    Signals: ``chosen(str)`` a scan is to be brought on screen.
    """

    chosen = Signal(str)

    def __init__(self, session: Session, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._session = session
        self._labels: list[int | None] = [None]
        self.progress = label(kind="muted")
        self.progress.setFont(numbers_font())
        self.stop, self.renew = action_button(actions["stop_changes"]), action_button(actions["renew_changes"])
        self.stop.setText(tr("Stop"))
        self.renew.setText(tr("Predict"))
        self.order = QComboBox()
        self.order.setAccessibleName(tr("Sort by"))
        self.order.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.order.currentIndexChanged.connect(lambda _row: self.refresh())
        self.tree = _tree([tr("Scan"), tr("changed"), tr("Decision")], tr("Scans that changed"))
        self.tree.itemClicked.connect(self._open)
        self.tree.itemActivated.connect(self._open)
        self.tree.currentItemChanged.connect(lambda _now, _before: self._describe())
        self.detail = label(kind="muted", wrap=True)
        self.table = _tree([tr("Structure"), tr("more"), tr("less")], tr("Structures that changed"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.flip = action_button(actions["flip_change"])
        self.flip.setCheckable(True)
        # a click turns the button by itself before the action decides
        actions["flip_change"].changed.connect(lambda: self.flip.setChecked(actions["flip_change"].isChecked()))
        self.flip.clicked.connect(lambda _checked=False: self.flip.setChecked(actions["flip_change"].isChecked()))
        self.take, self.keep = action_button(actions["accept_change"]), action_button(actions["keep_change"])
        self.take.setText(tr("Take the newer"))
        self.keep.setText(tr("Keep the older"))
        self._arrange()
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._soon.timeout.connect(self.refresh)
        for signal in (session.changing.changed, session.project_changed, session.structures_changed, session.case_changed):
            signal.connect(self._refresh_soon)
        self.refresh()

    def _arrange(self) -> None:
        self._first = QWidget()
        first, second = QHBoxLayout(self._first), QHBoxLayout()
        first.setContentsMargins(0, 0, 0, 0)
        first.addWidget(self.progress, 1)
        first.addWidget(self.stop)
        first.addWidget(self.renew)
        second.addWidget(label(tr("Sort by")))
        second.addWidget(self.order, 1)
        low = QVBoxLayout()
        low.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        low.setSpacing(GRID_PX)
        low.addWidget(self.detail)
        low.addWidget(self.table)
        buttons = QGridLayout()
        buttons.setSpacing(GRID_PX)
        buttons.addWidget(self.flip, 0, 0, 1, 2)
        buttons.addWidget(self.take, 1, 0)
        buttons.addWidget(self.keep, 1, 1)
        low.addLayout(buttons)
        top = QVBoxLayout()
        top.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        top.setSpacing(GRID_PX)
        top.addWidget(self._first)
        top.addLayout(second)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.tree, 1)
        layout.addWidget(line())
        layout.addLayout(low)

    # following

    def _refresh_soon(self) -> None:
        self._soon.start()

    def refresh(self) -> None:
        """Read the list again; the scan that is on screen is the one that is described."""
        project = self._session.project
        self._fill_order()
        self._show_progress()
        self.tree.clear()
        if project is not None:
            for found in self._session.changing.all(label=self._labels[max(0, self.order.currentIndex())]):
                self._add(found)
        self._describe()

    def _fill_order(self) -> None:
        project = self._session.project
        names = [tr("everything")] if project is None else [tr("everything"), *project.table.names]
        if [self.order.itemText(row) for row in range(self.order.count())] == names:
            return
        blocked = self.order.blockSignals(True)
        self.order.clear()
        self.order.addItems(names)
        self.order.blockSignals(blocked)
        self._labels = [None, *(project.table.ids if project is not None else ())]

    def _show_progress(self) -> None:
        changing = self._session.changing
        running = changing.running
        waiting = changing.waiting(behind=True, new=True) if running is None else []
        if running is not None:
            case_id, done, count = running
            self.progress.setText(tr("predicting {case}, {n} of {all}").format(case=case_id, n=done + 1, all=count))
        else:
            self.progress.setText(tr("{n} scans wait to be predicted", len(waiting)).format(n=len(waiting)) if waiting else "")
        self._first.setVisible(running is not None or bool(waiting))
        self.stop.setVisible(running is not None)
        self.renew.setVisible(bool(waiting))

    def _add(self, found: CaseChange) -> None:
        size = amount_text(found, self._labels[max(0, self.order.currentIndex())])
        item = QTreeWidgetItem([found.case.id, size, tr(STATE_WORDS[found.change.state])])
        item.setData(0, Qt.ItemDataRole.UserRole, found)
        item.setFont(1, numbers_font())
        item.setTextAlignment(1, RIGHT)
        self.tree.addTopLevelItem(item)
        opened = self._session.open
        if opened is not None and opened.id == found.case.id:
            self.tree.setCurrentItem(item)

    def _describe(self) -> None:
        item = self.tree.currentItem()
        self.table.clear()
        self.table.setVisible(item is not None)
        if item is None:
            empty = self.tree.topLevelItemCount() == 0
            self.detail.setText(tr("No other student has changed anything yet.") if empty else tr("Choose a scan to look at."))
            return
        found: CaseChange = item.data(0, Qt.ItemDataRole.UserRole)
        self.detail.setText(tr("{older} → {newer}, where you have not reviewed").format(older=found.change.older, newer=found.change.newer))
        project = self._session.project
        rows = [s for s in project.table if found.change.changed_voxels(s.id)] if project is not None else []
        for structure in sorted(rows, key=lambda s: -found.change.changed_voxels(s.id)):
            texts = [_signed(found, value, sign) for value, sign in zip(found.of_structure(structure.id), "+−", strict=True)]
            row = QTreeWidgetItem([structure.name, *texts])
            for column in (1, 2):
                row.setFont(column, numbers_font())
                row.setTextAlignment(column, RIGHT)
            self.table.addTopLevelItem(row)
        row_px = max(self.table.sizeHintForRow(0), 0) if rows else 0
        self.table.setFixedHeight(self.table.header().sizeHint().height() + min(len(rows), MOST_ROWS) * row_px + 2)

    def _open(self, item: QTreeWidgetItem) -> None:
        found: CaseChange = item.data(0, Qt.ItemDataRole.UserRole)
        if self._session.open is None or self._session.open.id != found.case.id:
            self.chosen.emit(found.case.id)


def amount_text(found: CaseChange, structure: int | None = None) -> str:
    """Return how much changed: ml, or pixels where they have no size."""
    if not found.measured:
        return tr("{n} px").format(n=count_text(found.change.changed_voxels(structure)))
    return tr("{ml} ml").format(ml=local_number(f"{found.changed_ml(structure):.1f}"))


def _signed(found: CaseChange, ml: float, sign: str) -> str:
    if not ml:
        return "–"
    if not found.measured:
        return sign + tr("{n} px").format(n=count_text(round(ml / found.case.geometry.voxel_ml)))
    return sign + tr("{ml} ml").format(ml=local_number(f"{ml:.1f}"))


def _tree(headings: list[str], name: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setColumnCount(len(headings))
    tree.setHeaderLabels(headings)
    tree.setRootIsDecorated(False)
    tree.setAllColumnsShowFocus(True)
    tree.setAccessibleName(name)
    tree.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    tree.headerItem().setTextAlignment(1, RIGHT)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return tree
