"""What a canvas draws of a slice: the scan, what lies over it in colours, and the crosshair.

All three are drawn in plane coordinates: millimetres, y downwards, from the outer corner of the first pixel. Qt's fast ways of scaling an
image round its place to whole pixels of the screen, half a pixel of it; a mask must lie where the mouse finds it, so what lies over the
scan is scaled here, pixel by pixel, and the scan by Qt's exact way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QRegion, QTransform, qRgba
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

__all__ = ["CrossItem", "OverlayItem", "ScanItem"]

UInt8 = npt.NDArray[np.uint8]

CROSS_GAP_PX: Final = 12
"""The crosshair leaves the anatomy free this far around its middle."""

CROSS_ALPHA: Final = 130
"""How strongly the crosshair is drawn: the anatomy stays visible under it."""

CROSS_RIM_PX: Final = 2
"""What a line of the crosshair may touch beside its own pixel."""

FAR: Final = 1e6


class _PlaneItem(QGraphicsItem):
    """Something that fills the slice."""

    def __init__(self) -> None:
        super().__init__()
        self._rect = QRectF(0, 0, 1, 1)
        self.setVisible(False)

    def boundingRect(self) -> QRectF:
        """Return the slice in plane coordinates."""
        return self._rect

    def _fill(self, extent_mm: tuple[float, float]) -> None:
        rect = QRectF(0, 0, *extent_mm)
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.setVisible(True)
        self.update()


class ScanItem(_PlaneItem):
    """The slice's intensities, scaled once: until they change or are seen from elsewhere, what was drawn is put on the screen again.

    A stroke changes the structures and not the scan, a step in one view only the crosshair of the others. What is seen once alone, as
    slices go by, is not worth to be kept: it is kept when it is drawn for the second time.

    Attributes
    ----------
    smooth
        Interpolate between pixels, as a radiologist is used to with scans.
    """

    def __init__(self) -> None:
        super().__init__()
        self.smooth = True
        self._pixels: UInt8 | None = None
        self._image = QImage()
        self._drawn: tuple[tuple[object, ...], UInt8] | None = None
        self._kept: QPixmap | None = None

    def show_pixels(self, pixels: UInt8, extent_mm: tuple[float, float]) -> None:
        """Draw uint8 [rows, columns] grey or [rows, columns, 3] colour over width and height."""
        self._pixels, self._image = pixels, _image_of(pixels)
        self._fill(extent_mm)

    def show_smooth(self, *, smooth: bool) -> None:
        """Interpolate, or show each pixel as it is."""
        if smooth != self.smooth:
            self.smooth = smooth
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's
        """Draw the intensities."""
        if self._pixels is None:
            return
        if widget is None:
            self._draw(painter, widget)
            return
        ratio = widget.devicePixelRatioF()
        place = (painter.worldTransform(), widget.size(), ratio, self.smooth)
        if self._drawn is None or self._drawn[0] != place or self._drawn[1] is not self._pixels:
            self._drawn, self._kept = (place, self._pixels), None
            self._draw(painter, widget)
            return
        if self._kept is None:
            self._kept = QPixmap(widget.size() * ratio)
            self._kept.setDevicePixelRatio(ratio)
            self._kept.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._kept)
            inner.setWorldTransform(painter.worldTransform())
            self._draw(inner, widget)
            inner.end()
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._kept)
        painter.restore()

    def _draw(self, painter: QPainter, widget: QWidget | None) -> None:
        if self.smooth:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._rect, self._image)
            return
        pixels, view = self._pixels, _seen_by(painter, widget)
        assert pixels is not None
        found = _nearest(pixels, (slice(0, pixels.shape[0]), slice(0, pixels.shape[1])), self._rect, view)
        if found is not None:
            corner, seen = found
            image = _image_of(seen)
            image.setDevicePixelRatio(view.ratio)
            painter.save()
            painter.resetTransform()
            painter.drawImage(corner, image)
            painter.restore()


def _image_of(pixels: UInt8) -> QImage:
    """Return uint8 [rows, columns] grey or [rows, columns, 3] colour as an image of its own; with 32 bits it is scaled in half the time."""
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], kind)
    return image.convertToFormat(QImage.Format.Format_RGB32)


class OverlayItem(_PlaneItem):
    """Values over the scan in the colours of a table, each pixel of the screen in that of the value that lies under its middle."""

    def __init__(self) -> None:
        super().__init__()
        self._values: UInt8 = np.zeros((1, 1), np.uint8)
        self._colours: list[int] = []
        # rows and columns outside of which nothing has a colour
        self._part = (slice(0, 0), slice(0, 0))
        self._drawn_for: tuple[object, ...] | None = None
        self._drawn: tuple[QPointF, QImage] | None = None

    def show_values(self, values: UInt8, extent_mm: tuple[float, float], lookup: UInt8) -> None:
        """Draw uint8 [rows, columns] over width and height in the colours of ``lookup``, uint8 [256, 4]."""
        self._values, self._colours = values, _colour_table(lookup.tobytes())
        self._part = _coloured(values, lookup)
        self._drawn_for = None
        self._fill(extent_mm)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's
        """Draw the values."""
        view = _seen_by(painter, widget)
        if (view, self._rect) != self._drawn_for:
            self._drawn_for, self._drawn = (view, self._rect), self._scaled(view)
        if self._drawn is not None:
            painter.save()
            painter.resetTransform()
            painter.drawImage(*self._drawn)
            painter.restore()

    def _scaled(self, view: _Seen) -> tuple[QPointF, QImage] | None:
        """Return the image of what is seen, and where its corner belongs; None where nothing is."""
        found = _nearest(self._values, self._part, self._rect, view)
        if found is None:
            return None
        corner, seen = found
        image = QImage(seen.data, seen.shape[1], seen.shape[0], seen.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours)
        # a copy: the array may go
        image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(view.ratio)
        return corner, image


@dataclass(frozen=True, slots=True)
class _Seen:
    """How plane coordinates come to pixels of a widget, the widget's own, and how many pixels of the screen one of them has."""

    transform: QTransform
    room: QRect
    ratio: float


def _seen_by(painter: QPainter, widget: QWidget | None) -> _Seen:
    room = painter.viewport() if widget is None else widget.rect()
    return _Seen(painter.worldTransform(), room, painter.device().devicePixelRatioF())


def _nearest(values: UInt8, part: tuple[slice, slice], rect: QRectF, view: _Seen) -> tuple[QPointF, UInt8] | None:
    """Return the values under the middles of the pixels of the screen, and the place of their corner; None where none is seen.

    Parameters
    ----------
    values
        uint8 [rows, columns] or [rows, columns, 3].
    part
        Rows and columns that are wanted.
    rect
        What all values cover, in plane coordinates.
    """
    down, right = part
    ratio, transform = view.ratio, view.transform
    across = ratio * transform.m11() * rect.width() / values.shape[1]
    along = ratio * transform.m22() * rect.height() / values.shape[0]
    first_x, xs = _sources(right, scale=across, start=ratio * transform.dx(), stop=ratio * view.room.width())
    first_y, ys = _sources(down, scale=along, start=ratio * transform.dy(), stop=ratio * view.room.height())
    if not (xs.size and ys.size):
        return None
    # the longer way is gone through with fewer pixels
    if ys.size > down.stop - down.start:
        seen = values[down].take(xs, axis=1).take(ys - down.start, axis=0)
    else:
        seen = values[:, right].take(ys, axis=0).take(xs - right.start, axis=1)
    return QPointF(first_x / ratio, first_y / ratio), np.ascontiguousarray(seen)


@lru_cache(maxsize=16)
def _colour_table(lookup: bytes) -> list[int]:
    table = np.frombuffer(lookup, np.uint8).reshape(256, 4).tolist()
    return [qRgba(red, green, blue, opacity) for red, green, blue, opacity in table]


def _coloured(values: UInt8, lookup: UInt8) -> tuple[slice, slice]:
    """Return the rows and columns that hold everything with a colour."""
    if lookup[0, 3]:
        return slice(0, values.shape[0]), slice(0, values.shape[1])
    rows = np.flatnonzero(values.any(axis=1))
    if not rows.size:
        return slice(0, 0), slice(0, 0)
    down = slice(int(rows[0]), int(rows[-1]) + 1)
    columns = np.flatnonzero(values[down].any(axis=0))
    return down, slice(int(columns[0]), int(columns[-1]) + 1)


def _sources(part: slice, *, scale: float, start: float, stop: float) -> tuple[int, npt.NDArray[np.intp]]:
    """Return the first pixel of the screen on which a part of a row is seen, and the index that lies under the middle of each from it on.

    Parameters
    ----------
    part
        Indices in the row.
    scale
        Pixels of the screen for one index.
    start
        Where index 0 begins, in pixels of the screen.
    stop
        Where the screen ends.
    """
    first = max(0, math.ceil(start + scale * part.start - 0.5))
    after = min(math.ceil(stop), math.ceil(start + scale * part.stop - 0.5))
    middles = np.arange(first, max(first, after)) + (0.5 - start)
    return first, np.clip(np.floor(middles / scale).astype(np.intp), part.start, max(part.start, part.stop - 1))


class CrossItem(QGraphicsItem):
    """The crosshair, free around its middle.

    It moves with every step in another view: the canvas asks for the pixels of its lines alone to be drawn again, see :meth:`region`.

    Attributes
    ----------
    place
        Where it is in plane coordinates; None hides it.
    extent_mm
        Width and height that its lines cross.
    colour
        Of its lines, as "#rrggbb".
    """

    def __init__(self) -> None:
        super().__init__()
        self.place: QPointF | None = None
        self.extent_mm = (1.0, 1.0)
        self.colour = "#ffffff"

    def boundingRect(self) -> QRectF:
        """Return everything: it may be anywhere."""
        return QRectF(-FAR, -FAR, 2 * FAR, 2 * FAR)

    def region(self, transform: QTransform, room: QRect) -> QRegion:
        """Return the pixels of a widget that it touches."""
        if self.place is None:
            return QRegion()
        place, rim = transform.map(self.place), CROSS_RIM_PX
        middle = QPoint(math.floor(place.x()), math.floor(place.y()))
        across = QRect(room.left(), middle.y() - rim, room.width(), 2 * rim + 1)
        return QRegion(across).united(QRect(middle.x() - rim, room.top(), 2 * rim + 1, room.height()))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's
        """Draw its four lines."""
        if self.place is None:
            return
        transform, gap = painter.worldTransform(), CROSS_GAP_PX
        place, covered = transform.map(self.place), transform.mapRect(QRectF(0, 0, *self.extent_mm)).toRect()
        x, y = math.floor(place.x()), math.floor(place.y())
        faint = QColor(self.colour)
        faint.setAlpha(CROSS_ALPHA)
        painter.save()
        painter.resetTransform()
        # rectangles of whole pixels are filled in a fifth of the time that lines take
        for line in (
            QRect(covered.left(), y, x - gap - covered.left(), 1),
            QRect(x + gap + 1, y, covered.right() - x - gap, 1),
            QRect(x, covered.top(), 1, y - gap - covered.top()),
            QRect(x, y + gap + 1, 1, covered.bottom() - y - gap),
        ):
            if line.isValid():
                painter.fillRect(line, faint)
        painter.restore()
