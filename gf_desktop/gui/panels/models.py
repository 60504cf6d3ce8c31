"""The students of the project: where each comes from, how good it is, which one serves."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.errors import ModelError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.texts import data_text, dice_text, readable_time
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.widgets import action_button, label, line
from gf_desktop.project.records import ModelRecord
from gf_desktop.session import Session
from gf_desktop.versioning import ModelStory

__all__ = ["Models"]

STATE_WORDS: Final = {
    "active": "in use",
    "candidate": "candidate",
    "retired": "retired",
    "rejected": "stayed out",
    "imported": "from a capsule",
}


class Models(QFrame):
    """History of students as a tree, children inside their parents; what is known of each, and what can be done with it.

    Signals: ``selected()`` another student was selected.
    """

    selected = Signal()

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._active: str | None = None
        self.tree = self._history()
        self.tree.itemSelectionChanged.connect(self._describe)
        self.detail = label(wrap=True, kind="muted")
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.figures = self._dice_list()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        for action_id, text in (("activate", tr("Use this one")), ("roll_back", tr("Roll back"))):
            button = action_button(actions[action_id])
            button.setText(text)
            buttons.addWidget(button)
        buttons.addStretch(1)
        # a row of its own: three words of another language do not fit side by side
        more = QHBoxLayout()
        more.setContentsMargins(GRID_PX + 2, 0, GRID_PX + 2, GRID_PX)
        more.addWidget(self._more(actions))
        more.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tree, 1)
        layout.addWidget(line())
        layout.addWidget(self._scrolled(self.detail, self.figures), 2)
        layout.addWidget(line())
        layout.addLayout(buttons)
        layout.addLayout(more)
        session.model_changed.connect(self.refresh)
        session.round_finished.connect(lambda _report: self.refresh())
        session.project_changed.connect(self.refresh)
        session.versions.changed.connect(self.refresh)
        self.refresh()

    @staticmethod
    def _history() -> QTreeWidget:
        tree = QTreeWidget()
        tree.setColumnCount(3)
        tree.setHeaderLabels([tr("Student"), tr("Dice"), tr("State")])
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(2 * GRID_PX)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setAllColumnsShowFocus(True)
        tree.setAccessibleName(tr("Students"))
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return tree

    @staticmethod
    def _scrolled(*parts: QWidget) -> QScrollArea:
        low = QVBoxLayout()
        low.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        low.setSpacing(GRID_PX)
        for part in parts:
            low.addWidget(part)
        low.addStretch(1)
        inner = QWidget()
        inner.setObjectName("panel")
        inner.setLayout(low)
        told = QScrollArea()
        told.setWidget(inner)
        told.setWidgetResizable(True)
        told.setFrameShape(QFrame.Shape.NoFrame)
        told.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return told

    @staticmethod
    def _more(actions: dict[str, QAction]) -> QPushButton:
        """Return the button with all else that can be done with a student."""
        button = QPushButton(tr("More"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoDefault(False)
        menu = QMenu(button)
        for action_id in ("compare_models", "describe_model", "export_capsule", "import_capsule"):
            menu.addAction(actions[action_id])
        button.setMenu(menu)
        return button

    @staticmethod
    def _dice_list() -> QTreeWidget:
        """Return the list of Dice values, which is as high as it is long."""
        figures = QTreeWidget()
        figures.setColumnCount(2)
        figures.setHeaderLabels([tr("Structure"), tr("Dice")])
        figures.setRootIsDecorated(False)
        figures.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        figures.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        figures.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        figures.setAccessibleName(tr("Dice of each structure"))
        figures.header().setStretchLastSection(False)
        figures.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        figures.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return figures

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
        if not items or self._session.project is None:
            self.detail.setText("")
            self._show_figures(None)
            return
        record: ModelRecord = items[0].data(0, Qt.ItemDataRole.UserRole)
        try:
            story = self._session.versions.story(record.id)
        except ModelError:
            # its files are damaged, which is said when it is to be used
            story = None
        made = tr("made {time}").format(time=readable_time(record.created)) if record.created else ""
        parts = [
            spoken(record.title),
            tr("{made}, from {parent}").format(made=made, parent=record.parent) if record.parent and story is not None else made,
            "" if story is None else data_text(story),
            spoken(record.note),
            *([] if story is None else map(spoken, story.decision)),
        ]
        self.detail.setText("\n".join(part for part in parts if part))
        self._show_figures(story)

    def _show_figures(self, story: ModelStory | None) -> None:
        self.figures.clear()
        rows = {} if story is None else story.dice
        for name, dice in rows.items():
            item = QTreeWidgetItem(self.figures, [name, dice_text(dice)])
            item.setFont(1, numbers_font())
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        height = self.figures.sizeHintForRow(0) * len(rows) + self.figures.header().sizeHint().height() + GRID_PX
        self.figures.setFixedHeight(max(height, 0))
        self.figures.setVisible(bool(rows))
        measured = "" if story is None or not story.measured_on else tr("Measured on: {what}").format(what=spoken(story.measured_on))
        self.figures.setToolTip(measured)
