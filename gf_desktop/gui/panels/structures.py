"""The structures of the project: colour, visible or not, volume, and which one is being drawn."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.display import plane_axes
from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.panels.structure_menu import structure_menu
from gf_desktop.gui.panels.tool_options import ToolOptions
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import BRUSH_RADII_MM, ViewState
from gf_desktop.gui.widgets import label, line
from gf_desktop.imaging.labelmap import Structure
from gf_desktop.imaging.operations import Axis
from gf_desktop.session import Session

__all__ = ["StructureRow", "Structures"]

OPACITY_STEPS = 20


class _Swatch(QWidget):
    """The colour of a structure; a ring where it is hidden."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = QColor(colour)
        self.filled = True
        self.setFixedSize(16, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colour, 2))
        painter.setBrush(self._colour if self.filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(2, 2, 12, 12))
        painter.end()


class StructureRow(QFrame):
    """One structure. A click makes it the one that is drawn.

    Signals: ``chosen(int)`` its label value · ``eye_clicked(int)`` show or hide it · ``lock_clicked(int)`` protect or free it ·
    ``menu_wanted(int, QPoint)`` what can be done to it, at a place on the screen.
    """

    chosen = Signal(int)
    eye_clicked = Signal(int)
    lock_clicked = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, structure: Structure, *, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("row")
        self.structure = structure
        self._shown: tuple[bool, bool, bool] | None = None
        self._swatch = _Swatch(structure.color)
        name = label(structure.name)
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        name.setToolTip(structure.name)
        self.volume = label(kind="muted")
        self.volume.setFont(numbers_font())
        self.volume.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        key_label = label(key, kind="muted")
        key_label.setFixedWidth(12)
        self.eye, self.lock = QToolButton(), QToolButton()
        for button, clicked in ((self.eye, self.eye_clicked), (self.lock, self.lock_clicked)):
            button.setObjectName("eye")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setIconSize(QSize(18, 18))
            button.clicked.connect(lambda _checked=False, signal=clicked: signal.emit(structure.id))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda place: self.menu_wanted.emit(structure.id, self.mapToGlobal(place)))
        self.setAccessibleName(structure.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID_PX // 2, 0, GRID_PX // 2, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(key_label)
        row.addWidget(self._swatch)
        row.addWidget(name, 1)
        row.addWidget(self.volume)
        row.addWidget(self.lock)
        row.addWidget(self.eye)
        self.setFixedHeight(32)

    def show_state(self, *, active: bool, visible: bool, locked: bool) -> None:
        """Show whether it is drawn with, seen and locked."""
        shown = (active, visible, locked)
        if shown == self._shown:
            return
        self._shown = shown
        self.lock.setIcon(icon("lock") if locked else icon("lock-open", ink="muted"))
        held = (tr("Unlock {name}") if locked else tr("Lock {name}: no tool changes it")).format(name=self.structure.name)
        self.lock.setAccessibleName(held)
        self.lock.setToolTip(held)
        self._swatch.filled = visible
        self._swatch.update()
        self.eye.setIcon(icon("eye") if visible else icon("eye-off", ink="muted"))
        words = (tr("Hide {name}") if visible else tr("Show {name}")).format(name=self.structure.name)
        self.eye.setAccessibleName(words)
        self.eye.setToolTip(words)
        if self.property("chosen") != active:
            self.setProperty("chosen", active)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this structure."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.structure.id)


class Structures(QFrame):
    """Rows of structures, and how the brush and the overlay are set.

    Signals: ``wished(object)`` an operation on a structure · ``refused(object)`` the UserError of a lock that may not be set.
    """

    wished = Signal(object)
    refused = Signal(object)

    def __init__(
        self, session: Session, state: ViewState, ledger: SliceLedger, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._state = state
        self._ledger = ledger
        self.rows: list[StructureRow] = []
        self._rows_box = QVBoxLayout()
        self._rows_box.setSpacing(0)
        self._rows_box.setContentsMargins(0, GRID_PX // 2, 0, GRID_PX // 2)
        inner = QWidget()
        holder = QVBoxLayout(inner)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.addLayout(self._rows_box)
        holder.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(line())
        self.options = ToolOptions(session, state)
        layout.addLayout(self._settings(actions))
        session.project_changed.connect(self.rebuild)
        state.display_changed.connect(self._show_states)
        state.tool_changed.connect(self._show_states)
        session.locks_changed.connect(self._show_states)
        ledger.changed.connect(self._show_volumes)
        self.rebuild()

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
        """Make the rows of the project that is open."""
        for row in self.rows:
            self._rows_box.removeWidget(row)
            row.deleteLater()
        self.rows = []
        project = self._session.project
        for number, structure in enumerate(project.table if project is not None else (), start=1):
            row = StructureRow(structure, key=str(number) if number <= 9 else "")
            row.chosen.connect(lambda chosen: self._state.set_tool(label=chosen))
            row.eye_clicked.connect(lambda clicked: self._state.set_display(self._state.display.toggled(clicked)))
            row.lock_clicked.connect(self._toggle_lock)
            row.menu_wanted.connect(self._open_menu)
            self._rows_box.addWidget(row)
            self.rows.append(row)
        self._show_states()
        self._show_volumes()

    def _show_states(self) -> None:
        display, tool = self._state.display, self._state.tool
        for row in self.rows:
            number = row.structure.id
            row.show_state(
                active=number == tool.label, visible=display.overlay and number not in display.hidden, locked=number in self._session.locked
            )
        nearest = min(range(len(BRUSH_RADII_MM)), key=lambda n: abs(BRUSH_RADII_MM[n] - tool.radius_mm))
        self._set_quietly(self.brush, nearest)
        self._set_quietly(self.opacity, round(display.opacity * OPACITY_STEPS))
        volume = self._state.volume
        unit = "px" if volume is not None and not volume.spacing_known else "mm"
        self._brush_text.setText(f"{2 * tool.radius_mm:g} {unit}")
        self._opacity_text.setText(f"{round(100 * display.opacity)} %")
        self._outline.setChecked(display.outline)

    def _toggle_lock(self, number: int) -> None:
        try:
            self._session.set_locked(number, locked=number not in self._session.locked)
        except UserError as error:
            self.refused.emit(error)

    def menu_of(self, number: int) -> QMenu | None:
        """Return the menu of a structure, or None without a scan."""
        opened, display, options = self._session.open, self._state.display, self._state.tool.options
        if opened is None:
            return None
        across: Axis = (0, 1, 2)[plane_axes(opened.volume, display.plane).across]
        return structure_menu(
            number,
            opened.label_map.table,
            axis=across,
            index=display.index,
            last=opened.volume.geometry.size_ijk[across] - 1,
            threshold=(options.low, options.high) if options.where == "range" else None,
            locked=number in self._session.locked,
            wish=self.wished.emit,
            parent=self,
        )

    def _open_menu(self, number: int, place: QPoint) -> None:
        menu = self.menu_of(number)
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    @staticmethod
    def _set_quietly(slider: QSlider, value: int) -> None:
        blocked = slider.blockSignals(True)
        slider.setValue(value)
        slider.blockSignals(blocked)

    def _show_volumes(self) -> None:
        for row in self.rows:
            volume_ml = self._ledger.volume_ml(row.structure.id)
            row.volume.setText("" if volume_ml is None else f"{volume_ml:.0f} ml" if volume_ml >= 10 else f"{volume_ml:.1f} ml")
