"""The bar over the views while two masks are compared: with which one, how, what the colours mean, how much differs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.comparing import total_change
from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.language import local_number
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.swatch import Swatch
from gf_desktop.gui.texts import dice_text, mask_text, revision_text
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED
from gf_desktop.session import Session

__all__ = ["CompareBar"]

QUIET_MS: Final = 700
"""The masks are counted again when nobody has painted for this long."""

MOST_ROWS: Final = 8
"""Structures of the table that are seen without scrolling."""


class CompareBar(QFrame):
    """Hidden while nothing is compared.

    Signals: ``revision_wanted(int)`` a saved mask was chosen · ``file_wanted()`` a file is to be chosen.
    """

    revision_wanted = Signal(int)
    file_wanted = Signal()

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._session = session
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Compared with"))
        self.choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        self.choice.activated.connect(self._chosen)
        self.differences = _switch(actions["compare_differences"], tr("Differences"))
        self.beside = _switch(actions["compare_beside"], tr("Side by side"))
        self.summary = label()
        self.summary.setFont(numbers_font())
        self.summary.setAccessibleName(tr("How much differs"))
        self.more = QToolButton()
        self.more.setIcon(icon("list"))
        self.more.setCheckable(True)
        self.more.setAccessibleName(tr("Dice and ml of each structure"))
        self.more.setToolTip(tr("Dice and ml of each structure"))
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(lambda _checked=False: self._toggle_table())
        self.table = self._make_table()
        self._build()
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._count)
        session.comparing.changed.connect(self._changed)
        session.comparing.counted.connect(self._show_counts)
        session.labels_changed.connect(self._painted)
        self._changed()

    def _build(self) -> None:
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setAccessibleName(tr("Stop comparing"))
        close.setToolTip(tr("Stop comparing"))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(lambda _checked=False: self._session.comparing.stop())
        top = QHBoxLayout()
        top.setSpacing(GRID_PX)
        top.addWidget(label(tr("Compared with"), kind="muted"))
        top.addWidget(self.choice, 1)
        top.addWidget(self.differences)
        top.addWidget(self.beside)
        top.addWidget(close)
        low = QHBoxLayout()
        low.setSpacing(GRID_PX // 2)
        for kind, text in ((ADDED, tr("added")), (REMOVED, tr("removed")), (CHANGED, tr("other structure"))):
            low.addWidget(Swatch(kind))
            low.addWidget(label(text, kind="caption"))
            low.addSpacing(GRID_PX // 2)
        low.addStretch(1)
        low.addWidget(self.summary)
        low.addSpacing(GRID_PX // 2)
        low.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        column.setSpacing(GRID_PX // 2)
        column.addLayout(top)
        column.addLayout(low)
        column.addWidget(self.table)

    @staticmethod
    def _make_table() -> QTreeWidget:
        table = QTreeWidget()
        table.setColumnCount(5)
        table.setHeaderLabels([tr("Structure"), tr("Dice"), tr("ml now"), tr("added ml"), tr("removed ml")])
        table.setRootIsDecorated(False)
        table.setAccessibleName(tr("Differences of each structure"))
        table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        header = table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.hide()
        return table

    # following

    def _changed(self) -> None:
        other, opened = self._session.comparing.other, self._session.open
        self.setVisible(other is not None)
        if other is None or opened is None:
            self._quiet.stop()
            return
        self.choice.clear()
        revisions = self._session.comparing.revisions(opened.id)
        for revision in reversed(revisions):
            self.choice.addItem(revision_text(revision), revision.number)
        if other.revision is None:
            self.choice.insertItem(0, other.name, 0)
        self.choice.addItem(tr("Choose a file…"), None)
        self.choice.setCurrentIndex(0 if other.revision is None else self.choice.findData(other.revision.number))
        self.choice.setToolTip(mask_text(other))
        self._show_counts()

    def _show_counts(self) -> None:
        comparing = self._session.comparing
        if comparing.other is None:
            return
        if comparing.changes is None:
            self.summary.setText(tr("counting"))
            return
        mean, changed_ml = total_change(comparing.changes)
        text = tr("Dice {dice}  ·  {ml} ml differ").format(dice=dice_text(mean), ml=local_number(f"{changed_ml:.1f}"))
        self.summary.setText(text + ("  …" if comparing.outdated else ""))
        self.table.clear()
        for name, change in comparing.changes.items():
            numbers = (change.volume_ml, change.added_ml, change.removed_ml)
            item = QTreeWidgetItem([name, dice_text(change.dice), *(local_number(f"{value:.1f}") for value in numbers)])
            for column in range(1, 5):
                item.setFont(column, numbers_font())
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.addTopLevelItem(item)
        rows = min(len(comparing.changes), MOST_ROWS)
        row_px = self.table.sizeHintForRow(0) if comparing.changes else 0
        self.table.setFixedHeight(self.table.header().sizeHint().height() + rows * max(row_px, 0) + 2)

    def _painted(self) -> None:
        if self._session.comparing.other is not None:
            self._quiet.start()

    def _count(self) -> None:
        opened = self._session.open
        if opened is not None and opened.painting:
            self._quiet.start()
        elif self._session.comparing.outdated:
            self._session.comparing.count()

    # what the person does

    def _toggle_table(self) -> None:
        self.table.setVisible(self.more.isChecked())

    def _chosen(self, index: int) -> None:
        number = self.choice.itemData(index)
        if number is None:
            # the choice stays what it was until another mask is there
            self._changed()
            self.file_wanted.emit()
        elif number:
            self.revision_wanted.emit(number)


def _switch(action: QAction, text: str) -> QPushButton:
    """Return a button that is pressed where an action is checked."""
    made = push_button(text, action.trigger, kind="segment")
    made.setCheckable(True)

    def follow() -> None:
        made.setChecked(action.isChecked())
        made.setToolTip(action.toolTip())

    # a click turns the button by itself before the action decides
    made.clicked.connect(lambda _checked=False: follow())
    action.changed.connect(follow)
    follow()
    return made
