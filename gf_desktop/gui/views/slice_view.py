"""One slice with everything a hand can do to it."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from gf_desktop.display import SlicePlane, dragged_window, overlay_lookup, read_out, resolve, resolve_labels
from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.theme import current_palette, numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.canvas import Canvas
from gf_desktop.gui.widgets import label
from gf_desktop.imaging.edits import Box
from gf_desktop.session import Session

if TYPE_CHECKING:
    from gf_desktop.imaging.paint import Stroke

__all__ = ["GUTTER_PX", "SliceView"]

GUTTER_PX: Final = 24
"""Free rim around the picture for letters and numbers: nothing is written over the anatomy."""

WHEEL_STEP: Final = 120
"""Qt's angle of one notch of a wheel; finer wheels and pads are added up to it."""

ZOOM_PER_NOTCH: Final = 1.2
ZOOM_PER_PX: Final = 1.006


class _Hand(Enum):
    """What the held mouse button does."""

    EMPTY = auto()
    STROKE = auto()
    PAN = auto()
    ZOOM = auto()
    WINDOW = auto()


class SliceView(QWidget):
    """Shows one plane of the case on screen and turns mouse and keys into Session commands.

    Signals: ``hovered(object)`` the :class:`ReadOut` under the cursor or None · ``refused(object)`` the UserError of a stroke
    that may not begin · ``zoomed()`` magnification changed.
    """

    hovered = Signal(object)
    refused = Signal(object)
    zoomed = Signal()

    def __init__(self, session: Session, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self._plane: SlicePlane | None = None
        self._stroke: Stroke | None = None
        self._hand = _Hand.EMPTY
        self._held: set[int] = set()
        self._last = QPointF()
        self._cursor: QPointF | None = None
        self._notches = 0
        self._stale: set[str] = set()
        self._shown_image: tuple[object, ...] = ()
        self.canvas = Canvas(self)
        self._hint = label(tr("Add a scan, or choose one in the worklist."), kind="hint")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self.canvas).addWidget(self._hint, 0, Qt.AlignmentFlag.AlignCenter)
        self.canvas.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER_PX, GUTTER_PX, GUTTER_PX, GUTTER_PX)
        layout.addWidget(self.canvas)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 240)
        self.setAccessibleName(tr("Slice of the scan"))
        self._redraw_soon = QTimer(self, singleShot=True, interval=0)
        self._redraw_soon.timeout.connect(self._redraw)
        state.display_changed.connect(self._display_changed)
        state.tool_changed.connect(self._update_ring)
        state.fit_wanted.connect(self._fit_soon)
        session.labels_changed.connect(self._labels_changed)
        session.prediction_changed.connect(self._tell_hover)
        self._display_changed()

    @property
    def plane(self) -> SlicePlane | None:
        """The slice on screen."""
        return self._plane

    # drawing

    def _display_changed(self) -> None:
        self._end_stroke()
        self._mark("image", "labels")

    def _labels_changed(self, box: Box) -> None:
        plane = self._plane
        if plane is None or box.touches(2 - plane.axes.across, plane.index):
            self._mark("labels")

    def _fit_soon(self) -> None:
        self._mark("fit")

    def _mark(self, *parts: str) -> None:
        self._stale.update(parts)
        self._redraw_soon.start()

    def _redraw(self) -> None:
        stale, self._stale = self._stale, set()
        opened, state = self._session.open, self._state.display
        if opened is None or self._state.volume is not opened.volume:
            self._plane = None
            self._shown_image = ()
            self.canvas.clear()
            self._hint.setVisible(True)
            self.update()
            self.hovered.emit(None)
            return
        wanted = (opened.volume, state.plane, state.index, state.window)
        if self._plane is None or wanted != self._shown_image:
            self._plane = resolve(opened.volume, state, opened.label_map)
            self._shown_image = wanted
            self.canvas.show_image(self._plane)
        else:
            self._plane = resolve_labels(self._plane, state, opened.label_map)
        self._hint.setVisible(False)
        self.canvas.show_labels(self._plane, overlay_lookup(opened.label_map.table, state))
        if "fit" in stale:
            self.fit()
        self.update()
        self._tell_hover()

    def fit(self) -> None:
        """Show the whole slice."""
        self.canvas.fit()
        self._zoom_changed()

    def _zoom_changed(self) -> None:
        self.update()
        self._update_ring()
        self.zoomed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Write letters and numbers into the rim."""
        tokens = current_palette()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.view))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        plane = self._plane
        painter.setPen(QColor(tokens.view_text))
        painter.setFont(numbers_font())
        if plane is None:
            painter.end()
            return
        whole, centre = self.rect(), Qt.AlignmentFlag.AlignCenter
        top = QRect(0, 0, whole.width(), GUTTER_PX)
        bottom = QRect(0, whole.height() - GUTTER_PX, whole.width(), GUTTER_PX)
        painter.drawText(QRect(0, 0, GUTTER_PX, whole.height()), centre, plane.letters.left)
        painter.drawText(QRect(whole.width() - GUTTER_PX, 0, GUTTER_PX, whole.height()), centre, plane.letters.right)
        painter.drawText(top, centre, plane.letters.top)
        painter.drawText(bottom, centre, plane.letters.bottom)
        inner = bottom.adjusted(GUTTER_PX // 3, 0, -GUTTER_PX // 3, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.place_text)
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.window_text)
        painter.drawText(top.adjusted(GUTTER_PX // 3, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tr(plane.name))
        painter.end()

    @property
    def place_text(self) -> str:
        """Slice number as it stands in the corner."""
        return "" if self._plane is None else self._plane.place_text

    @property
    def window_text(self) -> str:
        """Window and magnification as they stand in the corner."""
        window = self._state.display.window
        # whole numbers, unless the intensities are fractions
        numbers = f"W {window.width:.0f}  L {window.level:.0f}" if window.width >= 10 else f"W {window.width:.3g}  L {window.level:.3g}"
        return f"{numbers}   {self.canvas.zoom:.1f}×".replace("-", "−")

    # brush and read-out

    def _may_paint(self) -> bool:
        project = self._session.project
        return self._session.open is not None and project is not None and not project.read_only

    def _update_ring(self) -> None:
        tool, opened = self._state.tool, self._session.open
        shown = tool.paints and self._cursor is not None and opened is not None and self._hand in (_Hand.EMPTY, _Hand.STROKE)
        self.canvas.viewport().setCursor(self._cursor_shape())
        if not shown or self._cursor is None or opened is None:
            self.canvas.show_ring(None)
            return
        known = [s for s in opened.label_map.table if s.id == tool.label]
        colour = known[0].color if known and tool.name == "paint" else current_palette().view_text
        filled = self._may_paint() and tool.name == "paint" and tool.label not in self._state.display.hidden
        self.canvas.show_ring(self.canvas.to_plane(self._cursor), radius=tool.radius_mm, colour=colour, filled=filled)

    def _cursor_shape(self) -> Qt.CursorShape:
        if self._hand is _Hand.PAN or Qt.Key.Key_Space in self._held:
            return Qt.CursorShape.ClosedHandCursor if self._hand is _Hand.PAN else Qt.CursorShape.OpenHandCursor
        if self._hand is _Hand.WINDOW or Qt.Key.Key_W in self._held:
            return Qt.CursorShape.SizeAllCursor
        return Qt.CursorShape.CrossCursor if self._state.tool.paints else Qt.CursorShape.ArrowCursor

    def _tell_hover(self) -> None:
        opened, plane = self._session.open, self._plane
        voxel = None
        if self._cursor is not None and plane is not None and opened is not None:
            place = self.canvas.to_plane(self._cursor)
            voxel = plane.voxel_at(place.x(), place.y())
        if voxel is None or opened is None:
            self.hovered.emit(None)
        else:
            self.hovered.emit(read_out(opened.volume, voxel, label_map=opened.label_map, confidence=opened.confidence))

    # mouse and keys; the canvas's viewport is watched, so positions are the canvas's pixels

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Take the mouse of the picture."""
        if watched is not self.canvas.viewport():
            return False
        if isinstance(event, QMouseEvent):
            kind = event.type()
            if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self._press(event)
            elif kind == QEvent.Type.MouseMove:
                self._move(event)
            elif kind == QEvent.Type.MouseButtonRelease:
                self._release()
            return True
        if isinstance(event, QWheelEvent):
            self._wheel(event)
            return True
        if event.type() == QEvent.Type.Leave:
            self._cursor = None
            self._update_ring()
            self._tell_hover()
        return False

    def _press(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._stale:
            # the wheel may have turned in the same breath: paint on the slice that was asked for
            self._redraw()
        if self._hand is not _Hand.EMPTY or self._plane is None:
            return
        self._last = self._cursor = event.position()
        tool, button = self._state.tool, event.button()
        if button == Qt.MouseButton.MiddleButton or Qt.Key.Key_Space in self._held:
            self._hand = _Hand.PAN
        elif button == Qt.MouseButton.LeftButton and Qt.Key.Key_W in self._held:
            self._hand = _Hand.WINDOW
        elif tool.paints and button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._begin_stroke(erase=tool.name == "erase" or button == Qt.MouseButton.RightButton)
        elif button == Qt.MouseButton.RightButton:
            self._hand = _Hand.ZOOM
        elif button == Qt.MouseButton.LeftButton:
            self._hand = _Hand.PAN
        self._update_ring()

    def _index_at(self, position: QPointF) -> tuple[float, float, float] | None:
        if self._plane is None:
            return None
        place = self.canvas.to_plane(position)
        return self._plane.index_at(place.x(), place.y())

    def _begin_stroke(self, *, erase: bool) -> None:
        start, plane = self._index_at(self._last), self._plane
        if start is None or plane is None:
            return
        tool = self._state.tool
        try:
            self._stroke = self._session.begin_stroke(
                axis=plane.axes.across, label=0 if erase else tool.label, radius_mm=tool.radius_mm, start_ijk=start, erase=erase
            )
        except UserError as error:
            self.refused.emit(error)
            return
        self._hand = _Hand.STROKE

    def _move(self, event: QMouseEvent) -> None:
        position = event.position()
        dx, dy = position.x() - self._last.x(), position.y() - self._last.y()
        self._last = self._cursor = position
        if self._hand is _Hand.STROKE and self._stroke is not None:
            index = self._index_at(position)
            if index is not None:
                self._stroke.move_to(index)
        elif self._hand is _Hand.PAN:
            self.canvas.pan_by(dx, dy)
        elif self._hand is _Hand.ZOOM:
            self.canvas.zoom_by(ZOOM_PER_PX**-dy)
            self._zoom_changed()
        elif self._hand is _Hand.WINDOW:
            self._state.set_window(dragged_window(self._state.display.window, dx, dy))
        self._update_ring()
        self._tell_hover()

    def _release(self) -> None:
        self._end_stroke()
        self._hand = _Hand.EMPTY
        self._update_ring()

    def _end_stroke(self) -> None:
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            stroke.finish()
            self._hand = _Hand.EMPTY

    def cancel_stroke(self) -> bool:
        """Take the stroke that runs back; return whether there was one."""
        if self._stroke is None:
            return False
        stroke, self._stroke = self._stroke, None
        stroke.cancel()
        self._hand = _Hand.EMPTY
        return True

    def _wheel(self, event: QWheelEvent) -> None:
        angle: QPoint = event.angleDelta()
        # Shift turns a wheel sideways on some systems
        self._notches += angle.y() or angle.x()
        steps, rest = int(self._notches / WHEEL_STEP), abs(self._notches) % WHEEL_STEP
        self._notches = rest if self._notches > 0 else -rest
        if steps == 0:
            return
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.canvas.zoom_by(ZOOM_PER_NOTCH**steps, event.position())
            self._zoom_changed()
        elif keys & Qt.KeyboardModifier.ShiftModifier and self._state.tool.paints:
            self._state.resize_brush(steps)
        else:
            self._state.step(steps)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Note that Space or W is held."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_W) and not event.modifiers():
            if not event.isAutoRepeat():
                self._held.add(event.key())
                self._update_ring()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Note that Space or W is free again."""
        if event.key() in self._held:
            if not event.isAutoRepeat():
                self._held.discard(event.key())
                self._update_ring()
        else:
            super().keyReleaseEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Take the keyboard: keys held over the picture mean the picture, unless somebody is writing."""
        window = self.window()
        if window.isActiveWindow() and not isinstance(window.focusWidget(), (QLineEdit, QPlainTextEdit)):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().enterEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget held keys: their release goes elsewhere."""
        self._held.clear()
        self._update_ring()
        self.update()
        super().focusOutEvent(event)
