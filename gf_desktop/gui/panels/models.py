"""The students of the project: where each comes from, how good it is, which one serves."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.texts import dice_text, readable_time
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.widgets import action_button, label, line
from gf_desktop.project.records import ModelRecord
from gf_desktop.session import Session

__all__ = ["Models"]

STATE_WORDS: Final = {"active": "in use", "candidate": "candidate", "retired": "retired", "rejected": "stayed out"}


class Models(QFrame):
    """History of students as a tree, children inside their parents; activate and roll back.

    Signals: ``selected()`` another student was selected.
    """

    selected = Signal()

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._active: str | None = None
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([tr("Student"), tr("Dice"), tr("State")])
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(2 * GRID_PX)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setAccessibleName(tr("Students"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.itemSelectionChanged.connect(self._describe)
        self.detail = label(wrap=True, kind="muted")
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        for action_id, text in (("activate", tr("Use this one")), ("roll_back", tr("Roll back"))):
            button = action_button(actions[action_id])
            button.setText(text)
            buttons.addWidget(button)
        buttons.addStretch(1)
        low = QVBoxLayout()
        low.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        low.setSpacing(GRID_PX)
        low.addWidget(self.detail)
        low.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tree, 1)
        layout.addWidget(line())
        layout.addLayout(low)
        session.model_changed.connect(self.refresh)
        session.round_finished.connect(lambda _report: self.refresh())
        session.project_changed.connect(self.refresh)
        self.refresh()

    @property
    def chosen_id(self) -> str | None:
        """Id of the selected student, or None."""
        items = self.tree.selectedItems()
        return str(items[0].data(0, Qt.ItemDataRole.UserRole).id) if items else None

    def refresh(self) -> None:
        """Read the students again."""
        chosen = self.chosen_id
        records = self._session.models() if self._session.project is not None else []
        self.tree.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for record in records:
            item = self._item(record)
            items[record.id] = item
            parent = items.get(record.parent or "")
            if parent is None:
                self.tree.addTopLevelItem(item)
            else:
                parent.addChild(item)
        self.tree.expandAll()
        active = next((r.id for r in records if r.state == "active"), None)
        # the selection of the person stays, until another student serves
        selected = items.get(chosen or "") if active == self._active else None
        self._active = active
        selected = selected or items.get(active or "")
        if selected is not None:
            self.tree.setCurrentItem(selected)
        self._describe()

    @staticmethod
    def _item(record: ModelRecord) -> QTreeWidgetItem:
        item = QTreeWidgetItem([record.id, dice_text(record.mean_dice), tr(STATE_WORDS[record.state])])
        item.setData(0, Qt.ItemDataRole.UserRole, record)
        item.setToolTip(0, spoken(record.title))
        item.setFont(1, numbers_font())
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if record.state == "active":
            bold = QFont(numbers_font())
            bold.setWeight(QFont.Weight.DemiBold)
            for column in range(3):
                item.setFont(column, bold)
        return item

    def _describe(self) -> None:
        self.selected.emit()
        items = self.tree.selectedItems()
        if not items:
            self.detail.setText("")
            return
        record: ModelRecord = items[0].data(0, Qt.ItemDataRole.UserRole)
        parts = [
            spoken(record.title),
            tr("made {time}").format(time=readable_time(record.created)) if record.created else "",
            spoken(record.note),
        ]
        self.detail.setText("\n".join(part for part in parts if part))
