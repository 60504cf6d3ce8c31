"""The structures of the project: colour, visible or not, volume, and which one is being drawn."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.display import plane_axes
from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import count_text, local_number
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.panels.structure_menu import fill_structure_menu
from gf_desktop.gui.panels.structure_row import StructureRow
from gf_desktop.gui.panels.tool_options import ToolOptions
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import BRUSH_RADII_MM, ViewState, when_different
from gf_desktop.gui.widgets import label, line, tool_button
from gf_desktop.imaging.labelmap import Structure
from gf_desktop.imaging.operations import Axis
from gf_desktop.session import Session

__all__ = ["Structures"]

OPACITY_STEPS = 20


class Structures(QFrame):
    """Rows of structures, and how the brush and the overlay are set.

    Signals: ``wished(object)`` an operation on a structure · ``refused(object)`` the UserError of a lock that may not be set ·
    ``edit_wanted(int)`` name, colour or code of a structure is to be changed · ``delete_wanted(int)`` · ``merge_wanted(int, int)`` the
    first is to become part of the second.
    """

    wished = Signal(object)
    refused = Signal(object)
    edit_wanted = Signal(int)
    delete_wanted = Signal(int)
    merge_wanted = Signal(int, int)

    def __init__(
        self, session: Session, state: ViewState, ledger: SliceLedger, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._state = state
        self._ledger = ledger
        self._keys = [actions[f"structure_{number}"] for number in range(1, 10)]
        self.rows: list[StructureRow] = []
        self._stop = 0
        self._rows_box = QVBoxLayout()
        self._rows_box.setSpacing(0)
        self._rows_box.setContentsMargins(0, GRID_PX // 2, 0, GRID_PX // 2)
        inner = QWidget()
        holder = QVBoxLayout(inner)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addLayout(self._rows_box)
        holder.addStretch(1)
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll = scroll
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head(actions))
        layout.addWidget(scroll, 1)
        layout.addWidget(line())
        self.options = ToolOptions(session, state)
        layout.addLayout(self._settings(actions))
        session.project_changed.connect(self.rebuild)
        session.structures_changed.connect(self.rebuild)
        session.model_changed.connect(self.rebuild)
        for action in self._keys:
            action.changed.connect(self._show_keys)
        state.display_changed.connect(when_different(self._look, self._show_states))
        state.tool_changed.connect(self._show_states)
        state.menu_wanted.connect(self.open_menu)
        session.locks_changed.connect(self._show_states)
        ledger.changed.connect(self._show_volumes)
        self.rebuild()

    @staticmethod
    def _head(actions: dict[str, QAction]) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(GRID_PX + 2, GRID_PX // 2, GRID_PX // 2, 0)
        head.addWidget(label(tr("Structures"), kind="heading"))
        head.addStretch(1)
        for name in ("add_structure", "edit_structure", "delete_structure", "take_structures"):
            head.addWidget(tool_button(actions[name]))
        return head

    def _settings(self, actions: dict[str, QAction]) -> QGridLayout:
        self.brush = QSlider(Qt.Orientation.Horizontal)
        self.brush.setRange(0, len(BRUSH_RADII_MM) - 1)
        self.brush.setAccessibleName(tr("Brush size"))
        self.brush.valueChanged.connect(lambda step: self._state.set_tool(radius_mm=BRUSH_RADII_MM[step]))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, OPACITY_STEPS)
        self.opacity.setAccessibleName(tr("Opacity of structures"))
        self.opacity.valueChanged.connect(lambda step: self._state.set_display(self._state.display.with_opacity(step / OPACITY_STEPS)))
        self._brush_text, self._opacity_text = label(), label()
        for text in (self._brush_text, self._opacity_text):
            text.setFont(numbers_font())
            text.setMinimumWidth(52)
            text.setAlignment(Qt.AlignmentFlag.AlignRight)
        outline = QCheckBox(tr("Outlines only"))
        outline.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        outline.setToolTip(actions["outline"].toolTip())
        outline.clicked.connect(lambda _checked=False: self._state.toggle_outline())
        self._outline = outline
        for slider in (self.brush, self.opacity):
            slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        grid = QGridLayout()
        grid.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        grid.setHorizontalSpacing(GRID_PX)
        grid.setVerticalSpacing(GRID_PX)
        for row, (name, slider, text) in enumerate(
            ((tr("Brush"), self.brush, self._brush_text), (tr("Opacity"), self.opacity, self._opacity_text))
        ):
            grid.addWidget(label(name), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(text, row, 2)
        grid.addWidget(outline, 2, 0, 1, 3)
        grid.addWidget(self.options, 3, 0, 1, 3)
        return grid

    def rebuild(self) -> None:
        """Show the structures of the project that is open; rows that stay keep their place and the keyboard."""
        project, card = self._session.project, self._session.active_card
        table = () if project is None else project.table.structures
        known = tuple(structure.id for structure in table) if card is None else card.table.ids
        for row in self.rows[len(table) :]:
            self._rows_box.removeWidget(row)
            row.deleteLater()
        del self.rows[len(table) :]
        for at, structure in enumerate(table):
            if at == len(self.rows):
                self._add_row(structure)
            self.rows[at].show_structure(structure, key=self._key(at), known=structure.id in known)
        self._show_states()
        self._show_volumes()

    def _add_row(self, structure: Structure) -> None:
        row = StructureRow(structure)
        row.chosen.connect(lambda chosen: self._state.set_tool(label=chosen))
        row.eye_clicked.connect(lambda clicked: self._state.set_display(self._state.display.toggled(clicked)))
        row.lock_clicked.connect(self._toggle_lock)
        row.menu_wanted.connect(self._open_menu)
        row.edit_wanted.connect(self.edit_wanted)
        row.delete_wanted.connect(self.delete_wanted)
        row.step_wanted.connect(lambda steps: self._go_to_row(self.rows.index(row) + steps))
        self._rows_box.addWidget(row)
        self.rows.append(row)

    def _key(self, at: int) -> str:
        """Return the key that chooses a row, as the keymap has it."""
        return self._keys[at].shortcut().toString(QKeySequence.SequenceFormat.NativeText) if at < len(self._keys) else ""

    def _show_keys(self) -> None:
        for at, row in enumerate(self.rows):
            row.show_key(self._key(at))

    def _go_to_row(self, at: int) -> None:
        """Give a row the keyboard; numbers outside become the first or last row."""
        at = min(max(at, 0), len(self.rows) - 1)
        self._stop_at(at)
        self.rows[at].setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.ensureWidgetVisible(self.rows[at], 0, 0)

    def _stop_at(self, at: int) -> None:
        for place, row in enumerate(self.rows):
            row.take_stop(takes=place == at)

    def _look(self) -> tuple[object, ...]:
        display = self._state.display
        return (self._state.volume, display.overlay, display.hidden, display.opacity, display.outline)

    def _show_states(self) -> None:
        display, tool = self._state.display, self._state.tool
        locked = self._session.locked
        for at, row in enumerate(self.rows):
            number = row.structure.id
            row.show_state(active=number == tool.label, visible=display.overlay and number not in display.hidden, locked=number in locked)
            if number == tool.label and number != self._stop:
                self._stop = number
                self._stop_at(at)
                self._scroll.ensureWidgetVisible(row, 0, 0)
        nearest = min(range(len(BRUSH_RADII_MM)), key=lambda n: abs(BRUSH_RADII_MM[n] - tool.radius_mm))
        self._set_quietly(self.brush, nearest)
        self._set_quietly(self.opacity, round(display.opacity * OPACITY_STEPS))
        volume = self._state.volume
        unit = "px" if volume is not None and not volume.spacing_known else "mm"
        self._brush_text.setText(local_number(f"{2 * tool.radius_mm:g} {unit}"))
        self._opacity_text.setText(f"{round(100 * display.opacity)} %")
        self._outline.setChecked(display.outline)

    def _toggle_lock(self, number: int) -> None:
        try:
            self._session.set_locked(number, locked=number not in self._session.locked)
        except UserError as error:
            self.refused.emit(error)

    def menu_of(self, number: int) -> QMenu:
        """Return the menu of a structure; without a scan only what concerns the list."""
        opened, display, options = self._session.open, self._state.display, self._state.tool.options
        menu = QMenu(self)
        self._add_list_entries(menu, number)
        if opened is None:
            return menu
        menu.addSeparator()
        across: Axis = (0, 1, 2)[plane_axes(opened.volume, display.plane).across]
        fill_structure_menu(
            menu,
            number,
            opened.label_map.table,
            axis=across,
            index=display.index,
            last=opened.volume.geometry.size_ijk[across] - 1,
            threshold=(options.low, options.high) if options.where == "range" else None,
            locked=number in self._session.locked,
            wish=self.wished.emit,
        )
        return menu

    def _add_list_entries(self, menu: QMenu, number: int) -> None:
        project = self._session.project
        free = project is not None and not project.read_only
        others = [structure for structure in project.table if structure.id != number] if project is not None else []
        held = self._session.locked
        edit = menu.addAction(tr("Name, colour and code…"), lambda: self.edit_wanted.emit(number))
        edit.setEnabled(free)
        merge = menu.addMenu(tr("Merge in every scan into"))
        merge.setEnabled(free and bool(others) and number not in held)
        for other in others:
            entry = merge.addAction(other.name, partial(self.merge_wanted.emit, number, other.id))
            entry.setEnabled(other.id not in held)
        delete = menu.addAction(tr("Delete from every scan…"), lambda: self.delete_wanted.emit(number))
        delete.setEnabled(free and bool(others) and number not in held)

    def open_menu(self, number: int) -> None:
        """Show the menu of a structure beside its row."""
        for row in self.rows:
            if row.structure.id == number:
                self._scroll.ensureWidgetVisible(row)
                self._open_menu(number, row.mapToGlobal(row.rect().bottomLeft()))

    def _open_menu(self, number: int, place: QPoint) -> None:
        menu = self.menu_of(number)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    @staticmethod
    def _set_quietly(slider: QSlider, value: int) -> None:
        blocked = slider.blockSignals(True)
        slider.setValue(value)
        slider.blockSignals(blocked)

    def _show_volumes(self) -> None:
        for row in self.rows:
            number = row.structure.id
            volume_ml, voxels = self._ledger.volume_ml(number), self._ledger.voxels(number)
            text = "" if not voxels else f"{count_text(voxels)} px"
            if volume_ml is not None:
                text = local_number(f"{volume_ml:.0f} ml" if volume_ml >= 10 else f"{volume_ml:.1f} ml")
            row.show_amount(text, self._ledger.reviewed_share(number))
