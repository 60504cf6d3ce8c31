"""One slice with everything a hand can do to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from gf_desktop.display import (
    DisplayState,
    PlaneName,
    SlicePlane,
    overlay_lookup,
    read_out,
    resolve,
    resolve_labels,
)
from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number
from gf_desktop.gui.texts import mask_text
from gf_desktop.gui.theme import current_palette, numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.canvas import Canvas
from gf_desktop.gui.views.hand import Hand
from gf_desktop.gui.views.scale_bar import scale_bar
from gf_desktop.gui.widgets import label
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.volume import Volume
from gf_desktop.layers import layer_lookup, resolve_layer, resolve_preview
from gf_desktop.session import Session

__all__ = ["GUTTER_PX", "SliceView"]

HELD_KEYS: Final = (Qt.Key.Key_Space, Qt.Key.Key_W)
"""Keys that change what a drag does while they are held."""

SCALE_TEXT_PX: Final = 72
"""Room for the length of the scale bar and for the letter beside it."""

GUTTER_PX: Final = 24
"""Free rim around the picture for letters and numbers: nothing is written over the anatomy."""


class SliceView(QWidget):
    """Shows one plane of the case on screen and turns mouse and keys into Session commands.

    Parameters
    ----------
    name
        The plane that it shows, of scans that can be cut in three; None for the active one.
    other
        Show the mask that the case's own is compared with, and let nothing be painted.

    Signals: ``hovered(object)`` the :class:`ReadOut` under the cursor or None · ``refused(object)`` the UserError of a stroke
    that may not begin · ``zoomed()`` magnification changed.
    """

    hovered = Signal(object)
    refused = Signal(object)
    zoomed = Signal()

    def __init__(
        self, session: Session, state: ViewState, *, name: PlaneName | None = None, other: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.reads_only = other
        self._session = session
        self._state = state
        self._name = name
        self._plane: SlicePlane | None = None
        self._stale: set[str] = set()
        self._shown_image: tuple[object, ...] = ()
        self._shown_labels: tuple[object, ...] = ()
        self._rim: tuple[object, ...] = ()
        self._place_told = ""
        self._told_hover = False
        self.scale_mm: float | None = None
        self.canvas = Canvas(self)
        self.hand = Hand(session, state, self)
        self._hint = label(tr("Add a scan, or choose one in the worklist."), kind="hint")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self.canvas).addWidget(self._hint, 0, Qt.AlignmentFlag.AlignCenter)
        self.canvas.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER_PX, GUTTER_PX, GUTTER_PX, GUTTER_PX)
        layout.addWidget(self.canvas)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(tr("Slice of the scan") if name is None else tr("{plane} slice of the scan").format(plane=tr(name)))
        self._redraw_soon = QTimer(self, singleShot=True, interval=0)
        self._redraw_soon.timeout.connect(self._redraw)
        state.display_changed.connect(self._display_changed)
        state.tool_changed.connect(self._tool_changed)
        session.locks_changed.connect(self.hand.show)
        session.working_changed.connect(self.hand.show)
        state.layout_changed.connect(lambda: self._mark("display"))
        state.fit_wanted.connect(self._fit_soon)
        session.labels_changed.connect(self._labels_changed)
        session.prediction_changed.connect(self._prediction_changed)
        session.comparing.changed.connect(lambda: self._mark("display"))
        session.previewing.changed.connect(lambda: self._mark("display"))
        self._display_changed()

    @property
    def plane(self) -> SlicePlane | None:
        """The slice on screen."""
        return self._plane

    # drawing

    @property
    def name(self) -> PlaneName | None:
        """The plane that it shows of scans that can be cut in three; None for the active one."""
        return self._name

    @property
    def shows_other(self) -> bool:
        """Whether the mask that is compared with is drawn here: always in its own view, and in all others while they are flipped."""
        return self.reads_only or (self._state.flipped and self._session.comparing.other is not None)

    @property
    def is_active(self) -> bool:
        """Whether keys and the strip of slices mean this view."""
        active = self._name is None or not self._state.has_planes or self._state.display.plane == self._name
        return active and not self.reads_only

    @property
    def display(self) -> DisplayState:
        """What the person sees here: the shared state, cut in this view's plane."""
        state, volume = self._state.display, self._state.volume
        if self.shows_other:
            # a layer tells of the case's own mask
            return replace(state, layer="none")
        return state if self._name is None or volume is None or not self._state.has_planes else state.seen_from(self._name, volume)

    def _display_changed(self) -> None:
        self.hand.end_stroke()
        self._mark("display")

    def _labels_changed(self, box: Box) -> None:
        plane = self._plane
        if plane is None or box.touches(2 - plane.axes.across, plane.index):
            self._mark("labels")

    def _prediction_changed(self) -> None:
        self._tell_hover()
        if self._state.display.layer == "doubt":
            self._mark("labels")

    def _fit_soon(self) -> None:
        self._mark("fit")

    def _mark(self, *parts: str) -> None:
        self._stale.update(parts)
        if self.isVisible() or self._state.display.plane == self._name:
            self._redraw_soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was asked for while nobody could see it."""
        super().showEvent(event)
        if self._stale:
            self._redraw_soon.start()

    def _redraw(self) -> None:
        stale, self._stale = self._stale, set()
        opened, state = self._session.open, self.display
        if opened is None and self._session.arriving is not None and self._state.volume is self._session.arriving:
            self._show_arriving(self._session.arriving, state, fit="fit" in stale)
            return
        if opened is None or self._state.volume is not opened.volume:
            self._plane = None
            self._shown_image = self._shown_labels = ()
            self.canvas.clear()
            self._hint.setVisible(True)
            self.update()
            self._tell_hover()
            return
        other = self._session.comparing.other
        label_map = other.label_map if other is not None and self.shows_other else opened.label_map
        compared = other.label_map.labels if other is not None else None
        volume, state = opened.shown(state.frame), state.over_mask(opened.volume)
        wanted = (volume, state.plane, state.index, state.window)
        change = None if self.reads_only else self._session.previewing.change
        if change is not None:
            # a structure of the colour of what would be added must not hide it
            state = replace(state, outline=True)
        look = (label_map, other, state.outline, state.overlay, state.opacity, state.hidden, state.layer, opened.confidence is None, change)
        if self._plane is None or wanted != self._shown_image:
            self._plane = resolve(volume, state, label_map)
            self._shown_image = wanted
            self.canvas.show_image(self._plane)
            self._shown_labels = ()
        elif "labels" in stale or look != self._shown_labels:
            self._plane = resolve_labels(self._plane, state, label_map)
            self._shown_labels = ()
        if look != self._shown_labels:
            self._hint.setVisible(False)
            self.canvas.show_labels(self._plane, overlay_lookup(opened.label_map.table, state))
            if change is not None:
                self.canvas.show_layer(
                    self._plane, resolve_preview(self._plane, change, label_map.labels.shape), layer_lookup("differences")
                )
            else:
                layer = resolve_layer(self._plane, state, label_map, opened.confidence, compared)
                self.canvas.show_layer(self._plane, layer, layer_lookup(state.layer))
            self._shown_labels = look
        self.canvas.show_smooth(smooth=self._state.smooth)
        self.hand.measuring.show()
        self._show_cross()
        if "fit" in stale:
            self.fit()
        self._update_rim()
        self._tell_hover()

    def _update_rim(self) -> None:
        """Draw the rim anew where anything in it differs: a step in another view moves the crosshair alone."""
        letters = None if self._plane is None else self._plane.letters
        scale = (self.canvas.px_per_mm, self._state.volume is not None and self._state.volume.spacing_known)
        told = (self.is_active, self._state.layout, letters, self.window_text, self.name_texts, scale, len(self.place_text))
        if told != self._rim:
            self._rim = told
            self.update()
        elif self.place_text != self._place_told:
            # as slices go by, nothing else in the rim changes
            self.update(QRect(1, self.height() - GUTTER_PX, self.width() // 2, GUTTER_PX - 1))
        self._place_told = self.place_text

    def _show_arriving(self, volume: Volume, state: DisplayState, *, fit: bool) -> None:
        """Show a scan that is being added to the project: it has no mask yet."""
        wanted = (volume, state.plane, state.index, state.window)
        if self._plane is None or wanted != self._shown_image:
            self._plane = resolve(volume, state)
            self._shown_image, self._shown_labels = wanted, ()
            self.canvas.show_image(self._plane)
            self._hint.setVisible(False)
        self._show_cross()
        if fit:
            self.fit()
        self.update()

    def _show_cross(self) -> None:
        shown = self._plane is not None and self._state.has_planes and self._state.layout not in ("single", "surface")
        if self._plane is None or not shown:
            self.canvas.show_cross(None)
            return
        i, j, k = self._state.display.cursor_ijk
        x, y = self._plane.position_of((float(i), float(j), float(k)))
        self.canvas.show_cross(QPointF(x, y), colour=current_palette().view_text)

    def fit(self) -> None:
        """Show the whole slice."""
        self.canvas.fit()
        self.moved()
        self.hand.show()

    def _tool_changed(self) -> None:
        if self._state.tool.name != "polygon":
            self.hand.cancel()
        self.hand.measuring.tool_changed()
        self.hand.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write letters and numbers into the rim."""
        tokens = current_palette()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(tokens.view))
        if self.hasFocus() or (self.is_active and self._state.has_planes and self._state.layout not in ("single", "surface")):
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        plane = self._plane
        painter.setPen(QColor(tokens.view_text))
        painter.setFont(numbers_font())
        if plane is None:
            painter.end()
            return
        whole, centre = self.rect(), Qt.AlignmentFlag.AlignCenter
        bottom = QRect(0, whole.height() - GUTTER_PX, whole.width(), GUTTER_PX)
        painter.drawText(bottom, centre, plane.letters.bottom)
        inner = bottom.adjusted(GUTTER_PX // 3, 0, -GUTTER_PX // 3, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.place_text)
        self._paint_scale(painter, inner.left() + painter.fontMetrics().horizontalAdvance(self.place_text) + GUTTER_PX, bottom)
        if event.rect().top() >= bottom.top() and event.rect().right() <= bottom.center().x():
            painter.end()
            return
        room = inner.right() - bottom.center().x() - GUTTER_PX // 2
        fits = painter.fontMetrics().horizontalAdvance(self.window_text) <= room
        shown = self.window_text if fits else self.zoom_text
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        top = QRect(0, 0, whole.width(), GUTTER_PX)
        painter.drawText(QRect(0, 0, GUTTER_PX, whole.height()), centre, plane.letters.left)
        painter.drawText(QRect(whole.width() - GUTTER_PX, 0, GUTTER_PX, whole.height()), centre, plane.letters.right)
        painter.drawText(top, centre, plane.letters.top)
        name = top.adjusted(GUTTER_PX // 3, 0, 0, 0)
        room = top.center().x() - GUTTER_PX // 2 - name.left()
        text = next((t for t in self.name_texts if painter.fontMetrics().horizontalAdvance(t) <= room), self.name_texts[-1])
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _paint_scale(self, painter: QPainter, left: int, bottom: QRect) -> None:
        """Draw the scale bar between the slice number and the letter in the middle."""
        found = scale_bar(self.canvas.px_per_mm, bottom.center().x() - SCALE_TEXT_PX - left)
        self.scale_mm = None
        if found is None or self._state.volume is None or not self._state.volume.spacing_known:
            return
        self.scale_mm, width = found
        y, right = bottom.center().y(), left + round(width)
        painter.drawLine(left, y, right, y)
        for x in (left, right):
            painter.drawLine(x, y - 3, x, y + 3)
        text = QRect(right + 4, bottom.top(), SCALE_TEXT_PX - 12, bottom.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, local_number(f"{self.scale_mm:g} mm"))

    @property
    def name_texts(self) -> tuple[str, ...]:
        """What stands above the picture, the longest first: the plane, and that the scan lies oblique in the patient."""
        plane, other = self._plane, self._session.comparing.other
        if plane is None:
            return ("",)
        if self.shows_other and other is not None:
            text = mask_text(other)
            return (text, text.split(",", maxsplit=1)[0], tr("other mask"))
        name, geometry = tr(plane.name), plane.geometry
        if self._state.layout == "beside":
            name = f"{name} · {tr('this mask')}"
        if plane.name in ("picture", "cine") or not geometry.is_oblique:
            return (name,)
        return (f"{name} · {tr('oblique')} {geometry.obliqueness_deg:.0f}°", f"{name} · {tr('oblique')}", f"{name} ∠")

    @property
    def place_text(self) -> str:
        """Slice number as it stands in the corner."""
        return "" if self._plane is None else self._plane.place_text

    @property
    def window_text(self) -> str:
        """Window and magnification as they stand in the corner."""
        window = self._state.display.window
        # whole numbers, unless the intensities are fractions
        if self._state.volume is not None and self._state.volume.is_colour:
            return self.zoom_text
        numbers = f"W {window.width:.0f}  L {window.level:.0f}" if window.width >= 10 else f"W {window.width:.3g}  L {window.level:.3g}"
        return local_number(f"{numbers}   ".replace("-", "−")) + self.zoom_text

    @property
    def zoom_text(self) -> str:
        """Magnification, which stands alone where there is no room for the window."""
        return local_number(f"{self.canvas.zoom:.1f}×")

    # read-out

    def _tell_hover(self) -> None:
        opened, plane = self._session.open, self._plane
        voxel = None
        # until it is drawn, the slice is one of the scan before
        here = plane is not None and opened is not None and plane.geometry.size_ijk == opened.volume.geometry.size_ijk
        if self.hand.place is not None and plane is not None and here:
            place = self.canvas.to_plane(self.hand.place)
            voxel = plane.voxel_at(place.x(), place.y())
        if voxel is None or opened is None:
            # another view may be the one that the cursor is over
            if self._told_hover:
                self.hovered.emit(None)
            self._told_hover = False
        else:
            self._told_hover = True
            other = self._session.comparing.other if self.shows_other else None
            label_map, confidence = (opened.label_map, opened.confidence) if other is None else (other.label_map, None)
            volume = opened.shown(self._state.display.frame)
            self.hovered.emit(read_out(volume, voxel, label_map=label_map, confidence=confidence))

    # what the hand asks for

    def be_active(self) -> None:
        """Become the view that keys and the strip of slices mean."""
        if self._name is not None and self._state.has_planes:
            self._state.look_from(self._name)

    def catch_up(self) -> None:
        """Draw now what was asked for."""
        if self._stale:
            self._redraw()

    def moved(self) -> None:
        """Show that the picture was magnified or the mouse is elsewhere."""
        self.update()
        self._tell_hover()
        self.zoomed.emit()

    def refuse(self, error: UserError) -> None:
        """Tell why something may not be done."""
        self.refused.emit(error)

    # mouse and keys; the canvas's viewport is watched, so positions are the canvas's pixels

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Take the mouse of the picture."""
        if watched is not self.canvas.viewport():
            return False
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonDblClick and self.hand.double_click(event):
                return True
            if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self.hand.press(event)
            elif kind == QEvent.Type.MouseMove:
                self.hand.move(event)
            elif kind == QEvent.Type.MouseButtonRelease:
                self.hand.release(event)
            return True
        if isinstance(event, QWheelEvent):
            self.hand.wheel(event)
            return True
        if kind == QEvent.Type.Leave:
            self.hand.leave()
        return False

    def centre_cross(self) -> None:
        """Put the crosshair on the voxel in the middle of what is seen here."""
        middle = self.canvas.to_plane(QPointF(self.canvas.viewport().rect().center()))
        voxel = None if self._plane is None else self._plane.voxel_at(middle.x(), middle.y())
        if voxel is not None and self._state.has_planes:
            self._state.set_cursor(voxel)

    def cancel_stroke(self) -> bool:
        """Take the stroke or outline that runs back; return whether there was one."""
        return self.hand.cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Note that Space or W is held."""
        if event.key() in HELD_KEYS and not event.modifiers():
            if not event.isAutoRepeat():
                self.hand.hold(event.key())
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Note that Space or W is free again."""
        if event.key() not in HELD_KEYS or (not event.isAutoRepeat() and not self.hand.free(event.key())):
            super().keyReleaseEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Take the keyboard: keys held over the picture mean the picture, unless somebody is writing."""
        window = self.window()
        if window.isActiveWindow() and not isinstance(window.focusWidget(), (QLineEdit, QPlainTextEdit)):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().enterEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget held keys: their release goes elsewhere."""
        self.hand.free()
        self.update()
        super().focusOutEvent(event)
