"""A slice read a second time: the student's proposal alone, a brush, and a button to approve; the first reading is nowhere in it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from gf_desktop.agreement import Reading
from gf_desktop.display import DisplayState, PlaneName, SlicePlane, overlay_lookup, plane_axes, resolve, resolve_labels
from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.view_state import Tool
from gf_desktop.gui.views.canvas import Canvas
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.imaging.edits import EditHistory
from gf_desktop.imaging.paint import Stroke

__all__ = ["BlindWindow"]

PLANES: Final[tuple[PlaneName, ...]] = ("axial", "coronal", "sagittal")
ZOOM_STEP: Final = 1.2
BUTTONS: Final = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)


class BlindWindow(QDialog):
    """Signals: ``approved()`` the slice is right now · ``declined()`` it was closed instead."""

    approved = Signal()
    declined = Signal()

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("A slice a second time"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 860)
        self._reading = reading
        self._map = reading.label_map
        self._history = EditHistory()
        self._stroke: Stroke | None = None
        self._decided = False
        self._tool = Tool(radius_mm=6.0)
        volume = reading.volume
        # the plane that the stored slices lie in
        plane = next((name for name in PLANES if plane_axes(volume, name).across == 2), PLANES[0])
        opening = DisplayState.opening(volume)
        state = opening if volume.is_planar else opening.seen_from(plane, volume)
        self._state = state.at(reading.k, volume)
        self.canvas = Canvas(self)
        self.canvas.viewport().installEventFilter(self)
        self._plane: SlicePlane = resolve(volume, self._state, self._map)
        self.canvas.show_image(self._plane)
        self.canvas.fit()
        self.structure = QComboBox()
        self.structure.setAccessibleName(tr("Structure to draw with"))
        for structure in self._map.table:
            self.structure.addItem(structure.name, structure.id)
        self._arrange()
        for keys, act in (("Ctrl+Z", self.undo), ("[", lambda: self._resize_brush(-1)), ("]", lambda: self._resize_brush(1))):
            QShortcut(QKeySequence(keys), self, act)
        self._map.changed.connect(self._show_labels)
        self._show_labels()

    def _arrange(self) -> None:
        text = tr(
            "You approved this slice before. Correct the student's proposal as if for the first time, then approve it; your first mask"
            " is not shown and stays as it is."
        )
        self.undo_button = push_button(tr("Undo"), self.undo)
        self.approve_button = push_button(tr("Approve"), self.approve, kind="primary")
        self.leave_button = push_button(tr("Leave it"), self.close)
        row = QHBoxLayout()
        row.addWidget(label(tr("Structure")))
        row.addWidget(self.structure, 1)
        row.addWidget(self.undo_button)
        row.addStretch(1)
        row.addWidget(self.leave_button)
        row.addWidget(self.approve_button)
        column = QVBoxLayout(self)
        column.setSpacing(GRID_PX)
        column.addWidget(label(text, wrap=True))
        column.addWidget(self.canvas, 1)
        column.addWidget(label(tr("Drag: paint · right drag: erase · wheel: brush · Ctrl + wheel: zoom"), kind="muted"))
        column.addLayout(row)

    def _show_labels(self) -> None:
        self._plane = resolve_labels(self._plane, self._state, self._map)
        self.canvas.show_labels(self._plane, overlay_lookup(self._map.table, self._state))

    # the hand

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint with the left button, erase with the right one; the wheel changes the brush, with Ctrl the magnification."""
        if watched is self.canvas.viewport():
            if isinstance(event, QWheelEvent):
                self._wheel(event)
                return True
            if isinstance(event, QMouseEvent):
                return self._mouse(event)
        return super().eventFilter(watched, event)

    def _wheel(self, event: QWheelEvent) -> None:
        steps = 1 if event.angleDelta().y() > 0 else -1
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.canvas.zoom_by(ZOOM_STEP**steps, event.position())
        else:
            self._resize_brush(steps)
        self._show_ring(event.position())

    def _mouse(self, event: QMouseEvent) -> bool:
        kind, place = event.type(), event.position()
        self._show_ring(place)
        if kind == QEvent.Type.MouseButtonPress and event.button() in BUTTONS:
            self._begin(place, erases=event.button() == Qt.MouseButton.RightButton)
        elif kind == QEvent.Type.MouseMove and self._stroke is not None:
            self._stroke.move_to(self._index(place))
        elif kind == QEvent.Type.MouseButtonRelease and self._stroke is not None:
            self._stroke.finish()
            self._stroke = None
        else:
            return False
        return True

    def _begin(self, place: QPointF, *, erases: bool) -> None:
        if self._stroke is not None:
            self._stroke.finish()
        chosen = int(self.structure.currentData())
        self._stroke = Stroke(
            self._map,
            axis=2,
            label=0 if erases else chosen,
            radius_mm=self._tool.radius_mm,
            start_ijk=self._index(place),
            name="eraser" if erases else "brush",
            on_finish=self._history.push,
        )

    def _index(self, place: QPointF) -> tuple[float, float, float]:
        at = self.canvas.to_plane(place)
        return self._plane.index_at(at.x(), at.y())

    def _show_ring(self, place: QPointF) -> None:
        colour = self._map.table.by_id(int(self.structure.currentData())).color
        self.canvas.show_ring(self.canvas.to_plane(place), radius=self._tool.radius_mm, colour=colour, filled=True)

    def _resize_brush(self, steps: int) -> None:
        self._tool = self._tool.resized(steps)

    def undo(self) -> None:
        """Take the last stroke back; does nothing where there is none."""
        edit = self._history.undo()
        if edit is not None:
            self._map.revert(edit)

    # deciding

    def approve(self) -> None:
        """Say that the slice is right now."""
        self._decided = True
        self.approved.emit()
        self.close()

    def done(self, result: int) -> None:
        """Leave the slice where it was not approved."""
        if not self._decided:
            self._decided = True
            self.declined.emit()
        super().done(result)
