"""The measurements of the case on screen: what each says, where it lies, its name."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.display import PlaneName, plane_axes
from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.language import local_number, spoken
from gf_desktop.gui.name_field import NameDelegate
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.widgets import action_button, label, line, tool_button
from gf_desktop.imaging.measurements import LONGEST_NAME, Measurement, as_text
from gf_desktop.imaging.volume import Volume
from gf_desktop.session import Session

__all__ = ["Measurements"]

PLANES: Final[tuple[PlaneName, ...]] = ("axial", "coronal", "sagittal")
NUMBER_ROLE: Final = Qt.ItemDataRole.UserRole


class _NoEditor(QStyledItemDelegate):
    """Results are measured, not written."""

    def createEditor(self, *_place: object) -> None:  # type: ignore[override]
        """Return no field."""


class Measurements(QFrame):
    """A list: a click goes there, a double click renames.

    Signals: ``refused(object)`` the UserError of a change that cannot be kept.
    """

    refused = Signal(object)

    def __init__(self, session: Session, state: ViewState, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._state = state
        self._filling = False
        self.tree = self._make_tree()
        self.empty = label(tr("Nothing is measured yet. Take the ruler or a region and drag over a slice."), kind="muted", wrap=True)
        self.empty.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        self.detail = label(kind="muted", wrap=True)
        self.detail.setFont(numbers_font())
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        tools = QHBoxLayout()
        tools.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        tools.setSpacing(GRID_PX // 2)
        for name in ("tool_ruler", "tool_angle", "tool_ellipse", "tool_rectangle"):
            tools.addWidget(tool_button(actions[name]))
        tools.addStretch(1)
        buttons = QGridLayout()
        buttons.setSpacing(GRID_PX // 2)
        for place, (action_id, text) in enumerate(
            (
                ("measure_rename", tr("Rename")),
                ("measure_delete", tr("Delete")),
                ("measure_copy", tr("Copy as text")),
                ("measure_csv", tr("Export CSV…")),
            )
        ):
            button = action_button(actions[action_id])
            button.setText(text)
            buttons.addWidget(button, place // 2, place % 2)
        low = QVBoxLayout()
        low.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        low.setSpacing(GRID_PX)
        low.addWidget(self.detail)
        low.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(line())
        layout.addWidget(self.empty)
        layout.addWidget(self.tree, 1)
        layout.addStretch(0)
        layout.addWidget(line())
        layout.addLayout(low)
        session.measuring.changed.connect(self.refresh)
        state.measurement_changed.connect(self._follow)
        self.refresh()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setColumnCount(3)
        tree.setHeaderLabels([tr("Name"), tr("Result"), tr("Slice")])
        tree.setRootIsDecorated(False)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        tree.setItemDelegateForColumn(0, NameDelegate(LONGEST_NAME, tree))
        for column in (1, 2):
            tree.setItemDelegateForColumn(column, _NoEditor(tree))
        tree.setAllColumnsShowFocus(True)
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        tree.setAccessibleName(tr("Measurements"))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.itemClicked.connect(lambda item, _column: self._go_to(item))
        tree.itemActivated.connect(lambda item, _column: self._go_to(item))
        tree.currentItemChanged.connect(lambda item, _before: self._choose(item))
        tree.itemChanged.connect(self._rename)
        return tree

    # following

    def refresh(self) -> None:
        """Show what was measured on the case on screen."""
        opened = self._session.open
        items = () if opened is None else self._session.measuring.items
        self._filling = True
        self.tree.clear()
        if opened is not None:
            for one in items:
                self.tree.addTopLevelItem(self._item(one, opened.volume))
        self._filling = False
        self.empty.setVisible(not items)
        self.tree.setVisible(bool(items))
        self._follow()

    def _item(self, one: Measurement, volume: Volume) -> QTreeWidgetItem:
        plane = "" if volume.is_planar else f"{tr(self._plane(one, volume))} "
        item = QTreeWidgetItem([spoken(one.name), local_number(as_text(one, volume)[0]), f"{plane}{one.slice_index(volume.geometry) + 1}"])
        item.setData(0, NUMBER_ROLE, one.number)
        item.setIcon(0, icon(one.kind))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        for column in (1, 2):
            item.setFont(column, numbers_font())
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setToolTip(0, spoken(one.name))
        return item

    @staticmethod
    def _plane(one: Measurement, volume: Volume) -> PlaneName:
        """Return the plane in which a measurement lies."""
        return next((name for name in PLANES if plane_axes(volume, name).across == one.axis), "axial")

    def _row(self, number: int | None) -> QTreeWidgetItem | None:
        rows = (self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount()))
        return next((item for item in rows if item is not None and item.data(0, NUMBER_ROLE) == number), None)

    def _follow(self) -> None:
        self._filling = True
        row = self._row(self._state.measurement)
        if row is None:
            self.tree.setCurrentIndex(QModelIndex())
        else:
            self.tree.setCurrentItem(row)
        self._filling = False
        opened = self._session.open
        lines: tuple[str, ...] = ()
        if row is not None and opened is not None:
            one = self._session.measuring.one(row.data(0, NUMBER_ROLE))
            lines = (spoken(one.name), *map(local_number, as_text(one, opened.volume)))
        self.detail.setText("\n".join(lines))

    # what the person does

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if not self._filling and item is not None:
            self._state.choose_measurement(item.data(0, NUMBER_ROLE))

    def _go_to(self, item: QTreeWidgetItem) -> None:
        """Bring the slice of a measurement on screen, with the crosshair in its middle."""
        opened = self._session.open
        if opened is None:
            return
        one = self._session.measuring.one(item.data(0, NUMBER_ROLE))
        volume = opened.volume
        self._state.choose_measurement(one.number)
        places = one.points_ijk(volume.geometry)
        i, j, k = (round(sum(place[axis] for place in places) / len(places)) for axis in range(3))
        if one.frame is not None:
            self._state.set_display(self._state.display.at_moment(one.frame, volume))
        self._state.look_from(self._plane(one, volume))
        self._state.set_cursor((i, j, k))

    def _rename(self, item: QTreeWidgetItem, column: int) -> None:
        if self._filling or column != 0:
            return
        try:
            self._session.measuring.rename(item.data(0, NUMBER_ROLE), item.text(0))
        except UserError as error:
            self.refused.emit(error)
        self.refresh()

    def edit_name(self, number: int) -> None:
        """Let the name of a measurement be written."""
        row = self._row(number)
        if row is not None:
            self.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.tree.setCurrentItem(row)
            self.tree.editItem(row, 0)
