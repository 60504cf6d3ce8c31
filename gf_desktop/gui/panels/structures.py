"""The structures of the project: colour, visible or not, volume, and which one is being drawn."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import BRUSH_RADII_MM, ViewState
from gf_desktop.gui.widgets import label, line
from gf_desktop.imaging.labelmap import Structure
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

    Signals: ``chosen(int)`` its label value · ``eye_clicked(int)`` show or hide it.
    """

    chosen = Signal(int)
    eye_clicked = Signal(int)

    def __init__(self, structure: Structure, *, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("row")
        self.structure = structure
        self._swatch = _Swatch(structure.color)
        name = label(structure.name)
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        name.setToolTip(structure.name)
        self.volume = label(kind="muted")
        self.volume.setFont(numbers_font())
        self.volume.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        key_label = label(key, kind="muted")
        key_label.setFixedWidth(12)
        self.eye = QToolButton()
        self.eye.setObjectName("eye")
        self.eye.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.eye.setIconSize(QSize(18, 18))
        self.eye.clicked.connect(lambda _checked=False: self.eye_clicked.emit(structure.id))
        self.setAccessibleName(structure.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID_PX // 2, 0, GRID_PX // 2, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(key_label)
        row.addWidget(self._swatch)
        row.addWidget(name, 1)
        row.addWidget(self.volume)
        row.addWidget(self.eye)
        self.setFixedHeight(32)

    def show_state(self, *, active: bool, visible: bool) -> None:
        """Show whether it is drawn with and whether it is seen."""
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
    """Rows of structures, and how the brush and the overlay are set."""

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
        layout.addLayout(self._settings(actions))
        session.project_changed.connect(self.rebuild)
        state.display_changed.connect(self._show_states)
        state.tool_changed.connect(self._show_states)
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
            self._rows_box.addWidget(row)
            self.rows.append(row)
        self._show_states()
        self._show_volumes()

    def _show_states(self) -> None:
        display, tool = self._state.display, self._state.tool
        for row in self.rows:
            row.show_state(active=row.structure.id == tool.label, visible=display.overlay and row.structure.id not in display.hidden)
        nearest = min(range(len(BRUSH_RADII_MM)), key=lambda n: abs(BRUSH_RADII_MM[n] - tool.radius_mm))
        self._set_quietly(self.brush, nearest)
        self._set_quietly(self.opacity, round(display.opacity * OPACITY_STEPS))
        volume = self._state.volume
        unit = "px" if volume is not None and not volume.spacing_known else "mm"
        self._brush_text.setText(f"{2 * tool.radius_mm:g} {unit}")
        self._opacity_text.setText(f"{round(100 * display.opacity)} %")
        self._outline.setChecked(display.outline)

    @staticmethod
    def _set_quietly(slider: QSlider, value: int) -> None:
        blocked = slider.blockSignals(True)
        slider.setValue(value)
        slider.blockSignals(blocked)

    def _show_volumes(self) -> None:
        for row in self.rows:
            volume_ml = self._ledger.volume_ml(row.structure.id)
            row.volume.setText("" if volume_ml is None else f"{volume_ml:.0f} ml" if volume_ml >= 10 else f"{volume_ml:.1f} ml")
