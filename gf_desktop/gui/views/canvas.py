"""The picture in a view: a scan with its structures over it, drawn to scale, and the ring of the brush."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen, QPolygonF, QResizeEvent, QTransform
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsEllipseItem,
    QGraphicsPathItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QWidget,
)

from gf_desktop.display import SlicePlane
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.views.measure_item import DrawnMeasure, MeasureItem
from gf_desktop.gui.views.pictures import CrossItem, OverlayItem, ScanItem

__all__ = ["Canvas"]

ZOOM_RANGE: Final = (0.25, 40.0)
"""Smallest and largest magnification over the fitted picture."""

RING_FILL_ALPHA: Final = 46
"""How strongly the brush is filled when it will paint; the anatomy stays visible through it."""


class Canvas(QGraphicsView):
    """Shows a :class:`SlicePlane`. Scene coordinates are its plane coordinates: millimetres, y downwards.

    Zoom and position are this view's own: ``zoom`` is 1 where the whole slice just fits.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # what is let fall on the picture is the window's: a scene would take it and do nothing
        self.viewport().setAcceptDrops(False)
        self.setAcceptDrops(False)
        self._scan = ScanItem()
        self._overlay = OverlayItem()
        self._layer = OverlayItem()
        self._ring = QGraphicsEllipseItem()
        self._ring.setVisible(False)
        self._square = QGraphicsRectItem()
        self._square.setVisible(False)
        self._outline = QGraphicsPathItem()
        self._outline.setVisible(False)
        self._cross = CrossItem()
        self._measures = MeasureItem()
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        over = (self._cross, self._measures, self._outline, self._square, self._ring)
        items: tuple[Any, ...] = (self._scan, self._overlay, self._layer, *over)
        for item in items:
            scene.addItem(item)
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setBackgroundBrush(QColor(current_palette().view))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        # the picture covers all of it: what lies below need not be drawn first
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._extent_mm = (1.0, 1.0)
        self._centre = QPointF(0.5, 0.5)
        self._zoom = 1.0

    # pictures

    def show_image(self, plane: SlicePlane) -> None:
        """Draw another slice of the scan."""
        if plane.extent_mm != self._extent_mm:
            self._extent_mm = self._cross.extent_mm = plane.extent_mm
            self._place()
        self._scan.show_pixels(plane.image, plane.extent_mm)

    def show_smooth(self, *, smooth: bool) -> None:
        """Interpolate between the pixels of the scan, or show each as it is."""
        self._scan.show_smooth(smooth=smooth)

    @property
    def is_smooth(self) -> bool:
        """Whether the scan is interpolated between pixels."""
        return self._scan.smooth

    def show_measures(self, drawn: tuple[DrawnMeasure, ...]) -> None:
        """Draw measurements in plane coordinates; none hide them."""
        self._measures.show_all(drawn)

    @property
    def measures(self) -> tuple[DrawnMeasure, ...]:
        """The measurements that are drawn."""
        return self._measures.drawn

    def show_labels(self, plane: SlicePlane, lookup: npt.NDArray[np.uint8]) -> None:
        """Draw the structures of the slice in the colours of ``lookup`` (uint8 [256, 4])."""
        self._overlay.show_values(plane.labels, plane.extent_mm, lookup)

    def show_layer(self, plane: SlicePlane, values: npt.NDArray[np.uint8] | None, lookup: npt.NDArray[np.uint8]) -> None:
        """Draw a layer over the structures, uint8 [rows, columns] in the colours of ``lookup`` (uint8 [256, 4]); None hides it."""
        if values is None:
            self._layer.setVisible(False)
        else:
            self._layer.show_values(values, plane.extent_mm, lookup)

    def show_cross(self, place: QPointF | None, *, colour: str = "#ffffff") -> None:
        """Draw the crosshair through a place in plane coordinates, free around it; None hides it."""
        cross = self._cross
        if (place, colour) == (cross.place, cross.colour):
            return
        # a step in another view moves the crosshair and nothing else
        transform, room = self.viewportTransform(), self.viewport().rect()
        before = cross.region(transform, room)
        cross.place, cross.colour = place, colour
        self.viewport().update(before.united(cross.region(transform, room)))

    @property
    def cross(self) -> QPointF | None:
        """Where the crosshair is in plane coordinates, or None where none is shown."""
        return self._cross.place

    def clear(self) -> None:
        """Show nothing."""
        self.show_cross(None)
        self.show_measures(())
        self._scan.setVisible(False)
        self._overlay.setVisible(False)
        self._layer.setVisible(False)
        self._ring.setVisible(False)
        self._square.setVisible(False)
        self._outline.setVisible(False)

    def show_ring(
        self, centre: QPointF | None, *, radius: float = 0.0, colour: str = "#ffffff", filled: bool = False, square: bool = False
    ) -> None:
        """Draw the brush around a place in plane coordinates; None hides it. Filled when it will paint."""
        self._ring.setVisible(centre is not None and not square)
        self._square.setVisible(centre is not None and square)
        if centre is None:
            return
        place = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        for item in (self._ring, self._square):
            item.setRect(place)
            self._colour_ring(item, colour, filled=filled)

    @staticmethod
    def _colour_ring(item: QGraphicsEllipseItem | QGraphicsRectItem, colour: str, *, filled: bool) -> None:
        pen = QPen(QColor(colour), 1.6)
        pen.setCosmetic(True)
        if not filled:
            pen.setStyle(Qt.PenStyle.DashLine)
        item.setPen(pen)
        fill = QColor(colour)
        fill.setAlpha(RING_FILL_ALPHA)
        item.setBrush(QBrush(fill) if filled else QBrush(Qt.BrushStyle.NoBrush))

    def show_outline(self, points: list[QPointF], *, colour: str = "#ffffff") -> None:
        """Draw the outline that is being set through places in plane coordinates; none hide it."""
        self._outline.setVisible(len(points) > 1)
        path = QPainterPath()
        if points:
            path.addPolygon(QPolygonF(points))
        self._outline.setPath(path)
        pen = QPen(QColor(colour), 1.6)
        pen.setCosmetic(True)
        self._outline.setPen(pen)

    @property
    def outline_points(self) -> int:
        """Number of places that the outline on screen goes through; 0 without one."""
        return self._outline.path().elementCount() if self._outline.isVisible() else 0

    @property
    def ring_radius(self) -> float | None:
        """Radius of the ring in plane coordinates, or None where none is shown."""
        return self._ring.rect().width() / 2 if self._ring.isVisible() or self._square.isVisible() else None

    @property
    def ring_filled(self) -> bool:
        """Whether the ring says that the brush will paint."""
        return self._ring.brush().style() != Qt.BrushStyle.NoBrush

    # place

    @property
    def zoom(self) -> float:
        """Magnification; 1 shows the whole slice."""
        return self._zoom

    def fit(self) -> None:
        """Show the whole slice in the middle."""
        self._zoom = 1.0
        self._centre = QPointF(self._extent_mm[0] / 2, self._extent_mm[1] / 2)
        self._place()

    @property
    def place(self) -> tuple[float, QPointF]:
        """Magnification, and the middle of what is seen in plane coordinates."""
        return self._zoom, QPointF(self._centre)

    def show_place(self, place: tuple[float, QPointF]) -> None:
        """Look where another canvas of the same slice looks."""
        self._zoom, self._centre = place[0], QPointF(place[1])
        self._place()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Magnify; the plane position under widget position ``at`` (default: the middle) stays where it is."""
        anchor = QPointF(self.viewport().width() / 2, self.viewport().height() / 2) if at is None else at
        before = self.to_plane(anchor)
        self._zoom = min(max(self._zoom * factor, ZOOM_RANGE[0]), ZOOM_RANGE[1])
        self._place()
        moved = self.to_plane(anchor)
        self._centre += before - moved
        self._place()

    def pan_by(self, dx_px: float, dy_px: float) -> None:
        """Move the picture by widget pixels."""
        scale = self._scale()
        self._centre -= QPointF(dx_px / scale, dy_px / scale)
        self._place()

    def to_plane(self, position: QPointF) -> QPointF:
        """Map widget pixels to plane coordinates."""
        inverse, _ok = self.viewportTransform().inverted()
        return inverse.map(position)

    def from_plane(self, place: QPointF) -> QPointF:
        """Map plane coordinates to widget pixels."""
        return self.viewportTransform().map(place)

    @property
    def px_per_mm(self) -> float:
        """Pixels of the widget for each unit of plane coordinates."""
        return self._scale()

    def _scale(self) -> float:
        width, height = self._extent_mm
        return max(min(self.viewport().width() / width, self.viewport().height() / height), 1e-6) * self._zoom

    def _place(self) -> None:
        scale = self._scale()
        width, height = self.viewport().width() / scale, self.viewport().height() / scale
        self.setSceneRect(QRectF(self._centre.x() - width / 2, self._centre.y() - height / 2, width, height))
        self.setTransform(QTransform.fromScale(scale, scale))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle."""
        super().resizeEvent(event)
        self._place()
