"""The structures of a scan in space.

Drawn without OpenGL: remote desktops, old drivers and machines without a screen have none that can be relied on, a second way of
drawing would have to be kept equal to the first, and none is needed. :mod:`gf_desktop.imaging.surface_render` fills the
triangles of coarse surfaces in about 10 ms on one core while the hand turns them, and those of the full ones off the window's thread
once it rests.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import Palette
from gf_desktop.gui.theme import caption_font, current_palette, numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.surface_meshes import StructureMesh, SurfaceMeshes
from gf_desktop.gui.widgets import label
from gf_desktop.imaging.surface_render import Camera, Raster, Scene, shades
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.session import Session

__all__ = ["SETTLE_MS", "SurfaceView"]

SETTLE_MS: Final = 120
"""The full surfaces are drawn when the hand has rested for so long."""

STEP_FACES: Final = 30_000
"""After so many triangles of full surfaces it is asked whether somebody still wants them."""

FRAME_S: Final = (0.012, 0.028)
"""A moving picture that takes less time is drawn finer the next time, one that takes more is drawn coarser."""

FINENESS: Final = (0.4, 1.0)
"""Smallest and largest share of the view's pixels, along each side, that a moving picture has."""

SHARP_PX: Final = 3_000_000
"""A resting picture is drawn twice as fine and averaged, for smooth edges, while it has no more pixels than this then."""

DEGREES_PER_PX: Final = 0.5
DEGREES_PER_KEY: Final = 15.0
CLICK_PX: Final = 3.0
WHEEL_STEP: Final = 120
ZOOM_PER_NOTCH: Final = 1.2

SHOWN_MM: Final = (1.0, 20_000.0)
"""Least and most millimetres across the view."""

FIGURE_PX: Final = 26
"""Length of the arms of the figure that shows how the patient lies."""

FIGURE_AWAY: Final = -0.5
"""Sides of the patient that point further away from the viewer than this (as a cosine) get no letter."""

_TURNS: Final = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_ZOOMS: Final = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
_SIDES: Final = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}


class _Hand(Enum):
    """What the held mouse button does."""

    EMPTY = auto()
    TURN = auto()
    MOVE = auto()


class _Picture:
    """The surfaces on their way to the screen: coarse ones at once, full ones off the window's thread."""

    def __init__(self, jobs: Jobs, failed: Callable[[Exception], None]) -> None:
        self._jobs = jobs
        self._failed = failed
        self._meshes: dict[int, StructureMesh] = {}
        self.coarse = Scene({})
        self._shown: Raster | None = None
        self._in_work: CancelToken | None = None
        self._fineness = FINENESS[1]
        self.image = QImage()

    def take(self, meshes: dict[int, StructureMesh]) -> None:
        """Draw other surfaces from now on."""
        self._meshes = meshes
        self.coarse = Scene({number: mesh.coarse for number, mesh in meshes.items()})

    def clear(self) -> None:
        """Show nothing."""
        self.drop_work()
        self._shown, self.image = None, QImage()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is shown."""
        return self._shown is None

    def draw_coarse(self, camera: Camera, size: QSize, colours: npt.NDArray[np.uint32]) -> None:
        """Draw the coarse surfaces, as finely as there is time for."""
        start = time.perf_counter()
        width, height = (max(1, round(side * self._fineness)) for side in (size.width(), size.height()))
        self._shown = Raster(self.coarse, camera, (width, height)).draw()
        self.image = _image_of(self._shown, size, colours)
        took = time.perf_counter() - start
        if took > FRAME_S[1]:
            self._fineness = max(FINENESS[0], self._fineness * 0.8)
        elif took < FRAME_S[0]:
            self._fineness = min(FINENESS[1], self._fineness * 1.25)

    def draw_full(self, camera: Camera, size: QSize, colours: npt.NDArray[np.uint32], done: Callable[[], None]) -> None:
        """Draw the full surfaces somewhere else and call ``done`` when they are shown; what is in work already is dropped."""
        self.drop_work()
        meshes, sharp = self._meshes, 2 if 4 * size.width() * size.height() <= SHARP_PX else 1

        def work(token: CancelToken) -> tuple[Raster, QImage]:
            scene = Scene({number: mesh.full for number, mesh in meshes.items()})
            raster = Raster(scene, camera, (max(1, size.width() * sharp), max(1, size.height() * sharp)))
            while not raster.complete and not token():
                raster.draw(STEP_FACES)
            return raster, QImage() if token() else _image_of(raster, size, colours)

        def show(answer: tuple[Raster, QImage]) -> None:
            self._shown, self.image = answer
            done()

        self._in_work = self._jobs.run(work, on_done=show, on_error=self._failed)

    def drop_work(self) -> None:
        """Leave the picture that is in work."""
        if self._in_work is not None:
            self._in_work.cancel()
        self._in_work = None

    def position_at(self, across: float, down: float) -> tuple[float, float, float] | None:
        """Return the patient position (LPS, mm) at shares of width and height, or None where no surface is."""
        if self._shown is None:
            return None
        width, height = self._shown.size_px
        return self._shown.position_at(int(across * width), int(down * height))


def _image_of(raster: Raster, size: QSize, colours: npt.NDArray[np.uint32]) -> QImage:
    """Return the picture, scaled down to a size where it is finer."""
    width, height = raster.size_px
    image = QImage(raster.picture(colours).data, width, height, 4 * width, QImage.Format.Format_RGB32)
    if width > size.width():
        return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    # the copy owns its pixels; those of the array go with it
    return image.copy()


class SurfaceView(QWidget):
    """Shows the surfaces of the case on screen from any side; at first from the front, the head up.

    Left drag turns, middle drag or Space with left drag moves, the wheel magnifies what is under the cursor; arrow keys turn,
    + and − magnify, Home looks from the front again. It computes nothing while it is not visible.

    Signals: ``picked(object)`` the patient position (LPS, three floats in mm) of the surface that was clicked ·
    ``maximise_wanted()`` double click.
    """

    picked = Signal(object)
    maximise_wanted = Signal()

    def __init__(self, session: Session, state: ViewState, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self.meshes = SurfaceMeshes(session, jobs, self, rested=state.rested)
        self.camera = Camera()
        self._fitting = True
        self._picture = _Picture(jobs, session.broke.emit)
        self._coloured: tuple[tuple[tuple[int, tuple[int, int, int]], ...], tuple[int, int, int]] = ((), (0, 0, 0))
        self._lookup = shades({}, (0, 0, 0))
        self._is_sharp = False
        self._dirty = True
        self._hand = _Hand.EMPTY
        self._space = False
        self._last = self._pressed = QPointF()
        self._dragged = False
        self._notches = 0
        self._hint = label(kind="hint", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.addWidget(self._hint)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(tr("Surfaces of the structures"))
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._begin_full)
        self._hidden = state.display.hidden
        session.case_changed.connect(self._case_changed)
        state.display_changed.connect(self._display_changed)
        state.fit_wanted.connect(self.fit)
        self.meshes.changed.connect(self._meshes_changed)
        self._meshes_changed()

    # what is shown

    @property
    def is_sharp(self) -> bool:
        """Whether the full surfaces are on screen as they are now, not the coarse ones of a movement."""
        return self._is_sharp and not self._dirty and self.meshes.complete

    @property
    def hint(self) -> str:
        """What stands in place of surfaces; "" where there are some."""
        opened = self._session.open
        if opened is None:
            return tr("Add a scan, or choose one in the worklist.")
        if opened.volume.is_planar:
            return tr("One slice has no surface to show.")
        if not self.meshes.meshes:
            return tr("No structures yet.") if self.meshes.complete else tr("Surfaces are being computed …")
        return "" if self._visible() else tr("All structures are hidden.")

    def _visible(self) -> dict[int, StructureMesh]:
        return {number: mesh for number, mesh in self.meshes.meshes.items() if number not in self._state.display.hidden}

    def _case_changed(self) -> None:
        self.camera, self._fitting = Camera(), True
        self._picture.clear()
        self._meshes_changed()

    def _display_changed(self) -> None:
        if self._state.display.hidden != self._hidden:
            self._hidden = self._state.display.hidden
            self._meshes_changed()

    def _meshes_changed(self) -> None:
        self._picture.take(self._visible())
        if self._fitting:
            self.fit()
        text = self.hint
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
        self._is_sharp = False
        if self._picture.is_empty or not self._picture.coarse.face_count:
            self.redraw()
        else:
            # the picture stays until the next sharp one is there: an edit makes no flicker
            self._picture.drop_work()
            self._settle.start()

    def fit(self) -> None:
        """Show all structures, from the same side."""
        self._fitting = True
        if self._picture.coarse.face_count:
            self._look(self.camera.fitted(self._picture.coarse))
            self._fitting = not self.meshes.complete

    def _look(self, camera: Camera) -> None:
        if camera != self.camera:
            self.camera = camera
            self.redraw()

    # drawing

    def redraw(self) -> None:
        """Draw in the colours of the label table and the theme: coarse surfaces with the next paint event, full ones after a rest."""
        self._dirty = True
        self._picture.drop_work()
        self._settle.start()
        self.update()

    def _colours(self) -> npt.NDArray[np.uint32]:
        opened, background = self._session.open, QColor(current_palette().view)
        structures = () if opened is None else tuple((s.id, s.rgb) for s in opened.label_map.table)
        wanted = (structures, (background.red(), background.green(), background.blue()))
        if wanted != self._coloured:
            self._coloured, self._lookup = wanted, shades(dict(wanted[0]), wanted[1])
        return self._lookup

    def _draw_coarse(self) -> None:
        self._picture.draw_coarse(self.camera, self.size(), self._colours())
        self._dirty, self._is_sharp = False, False

    def _begin_full(self) -> None:
        opened = self._session.open
        if not self._state.rested(SETTLE_MS) or (opened is not None and opened.painting):
            self._settle.start()
        elif self.isVisible():
            self._picture.draw_full(self.camera, self.size() * self.devicePixelRatioF(), self._colours(), self._full_drawn)

    def _full_drawn(self) -> None:
        self._dirty, self._is_sharp = False, True
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Show the picture, how the patient lies, and the frame of the view that has the keyboard."""
        if self._dirty:
            self._draw_coarse()
        tokens = current_palette()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.view))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self._picture.image)
        painter.setPen(QColor(tokens.view_text))
        painter.setFont(numbers_font())
        painter.drawText(QRect(8, 0, self.width(), 24), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tr("surface"))
        if self._picture.coarse.face_count:
            _draw_figure(painter, self.camera, QPointF(FIGURE_PX + 24, self.height() - FIGURE_PX - 24), tokens)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to compute: somebody looks."""
        super().showEvent(event)
        self.meshes.set_active(True)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave off computing."""
        super().hideEvent(event)
        self.meshes.set_active(False)
        self._settle.stop()
        self._picture.drop_work()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in the colours of another theme, or for another screen."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self.redraw()

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if self._hand is not _Hand.EMPTY:
            return
        if event.button() == Qt.MouseButton.MiddleButton or (event.button() == Qt.MouseButton.LeftButton and self._space):
            self._hand = _Hand.MOVE
        elif event.button() == Qt.MouseButton.LeftButton:
            self._hand = _Hand.TURN
        self._last = self._pressed = event.position()
        self._dragged = False
        self._update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn or move what is held."""
        position = event.position()
        if self._hand is _Hand.EMPTY:
            return
        if not self._dragged:
            # a hand that clicks trembles
            self._dragged = math.hypot(position.x() - self._pressed.x(), position.y() - self._pressed.y()) > CLICK_PX
        if self._dragged:
            dx, dy = position.x() - self._last.x(), position.y() - self._last.y()
            self._last = position
            if self._hand is _Hand.TURN:
                self._look(self.camera.turned(-dx * DEGREES_PER_PX, dy * DEGREES_PER_PX))
            else:
                self._fitting = False
                self._look(self.camera.moved(-dx * self._mm_per_px, dy * self._mm_per_px))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a click picks the place under the cursor."""
        clicked = self._hand is _Hand.TURN and not self._dragged and event.button() == Qt.MouseButton.LeftButton
        self._hand = _Hand.EMPTY
        self._update_cursor()
        place = self.position_at(event.position()) if clicked else None
        if place is not None:
            self.picked.emit(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the whole window."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.maximise_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Magnify; what is under the cursor stays there."""
        angle = event.angleDelta()
        self._notches += angle.y() or angle.x()
        steps = int(self._notches / WHEEL_STEP)
        self._notches -= steps * WHEEL_STEP
        if steps:
            self._magnify(ZOOM_PER_NOTCH**steps, event.position())
        event.accept()

    def position_at(self, position: QPointF) -> tuple[float, float, float] | None:
        """Return the patient position (LPS, mm) of the surface under a widget position, or None where there is none."""
        if self._dirty:
            self._draw_coarse()
        return self._picture.position_at(position.x() / self.width(), position.y() / self.height())

    @property
    def _mm_per_px(self) -> float:
        return self.camera.extent_mm / max(min(self.width(), self.height()), 1)

    def _magnify(self, factor: float, at: QPointF) -> None:
        self._fitting = False
        least, most = SHOWN_MM
        factor = self.camera.extent_mm / min(max(self.camera.extent_mm / factor, least), most)
        right, up = at.x() - self.width() / 2, self.height() / 2 - at.y()
        moved = self._mm_per_px * (1 - 1 / factor)
        self._look(self.camera.moved(right * moved, up * moved).magnified(factor))

    def _update_cursor(self) -> None:
        holding = self._hand is not _Hand.EMPTY
        shape = Qt.CursorShape.ClosedHandCursor if holding else Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    # keys

    def event(self, event: QEvent) -> bool:
        """Keep the keys of this view from shortcuts of the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn, magnify, look from the front, or note that Space is held."""
        key = event.key()
        if not _is_own(event):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._update_cursor()
        elif key == Qt.Key.Key_Home:
            self._look(Camera(centre_mm=self.camera.centre_mm, extent_mm=self.camera.extent_mm))
        elif key in _ZOOMS:
            self._magnify(ZOOM_PER_NOTCH ** _ZOOMS[Qt.Key(key)], QPointF(self.width() / 2, self.height() / 2))
        else:
            across, down = _TURNS[Qt.Key(key)]
            self._look(self.camera.turned(across * DEGREES_PER_KEY, down * DEGREES_PER_KEY))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Note that Space is free again."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = False
                self._update_cursor()
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
        self._space = False
        self._update_cursor()
        super().focusOutEvent(event)


def _is_own(event: QKeyEvent) -> bool:
    """Whether a key is one of the view's."""
    # + needs Shift on many keyboards, and the keypad says so of its keys
    free = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    return not event.modifiers() & ~free and event.key() in {*_TURNS, *_ZOOMS, Qt.Key.Key_Space, Qt.Key.Key_Home}


def _draw_figure(painter: QPainter, camera: Camera, centre: QPointF, tokens: Palette) -> None:
    """Draw six arms to the patient's sides, those that point away first and without letters."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(caption_font())
    axes = camera.axes
    arms = sorted(((axes @ np.array(side, np.float64), letter) for letter, side in _SIDES.items()), key=lambda arm: float(arm[0][2]))
    for (right, up, viewer), letter in arms:
        tip = centre + QPointF(right, -up) * FIGURE_PX
        away = viewer < FIGURE_AWAY
        painter.setPen(QPen(QColor(tokens.border if away else tokens.view_text), 1.2))
        painter.drawLine(centre, tip)
        if not away:
            place = centre + QPointF(right, -up) * (FIGURE_PX + 9)
            box = QRectF(place.x() - 8, place.y() - 8, 16, 16)
            if viewer > -FIGURE_AWAY:
                # it lies over the other arms
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tokens.view))
                painter.drawEllipse(box)
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.view_text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
