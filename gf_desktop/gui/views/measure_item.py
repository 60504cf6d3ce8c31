"""Measurements over a slice: thin lines with a dark rim, their result beside them in the window's own letters at any magnification."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gf_desktop.gui.theme import current_palette, numbers_font
from gf_desktop.imaging.measurements import MeasurementKind

__all__ = ["DrawnMeasure", "MeasureItem", "corners", "distance_px", "outlines", "text_box"]

TICK_PX: Final = 5.0
"""Half the length of the bar at each end of a ruler."""

HANDLE_PX: Final = 3.5
"""Half the side of the square at each end of the chosen measurement."""

ARC_PX: Final = 18.0
TEXT_GAP_PX: Final = 10.0
HALO_ALPHA: Final = 170
"""How dark the rim of lines and the ground of text are: they are read on bone and on air."""

ELLIPSE_CORNERS: Final = 72
FAR: Final = 1e5
"""The item reaches everywhere: what it draws is clipped by the view."""


@dataclass(frozen=True, slots=True)
class DrawnMeasure:
    """What is drawn of a measurement: its places in plane coordinates, the lines of its text, whether it is the chosen one."""

    kind: MeasurementKind
    points: tuple[tuple[float, float], ...]
    lines: tuple[str, ...]
    chosen: bool = False


def corners(kind: MeasurementKind, points: Sequence[QPointF]) -> list[QPointF]:
    """Return the places at which a measurement can be taken hold of; the first ones are its own places."""
    if kind in ("rectangle", "ellipse") and len(points) == 2:
        one, other = points
        return [one, other, QPointF(one.x(), other.y()), QPointF(other.x(), one.y())]
    return list(points)


def outlines(kind: MeasurementKind, points: Sequence[QPointF]) -> list[QPointF]:
    """Return the line of a measurement as corners, closed where it encloses a region."""
    if kind in ("ruler", "angle") or len(points) < 2:
        return list(points)
    one, other = points
    if kind == "rectangle":
        return [one, QPointF(other.x(), one.y()), other, QPointF(one.x(), other.y()), one]
    middle, half = (one + other) / 2, (other - one) / 2
    turns = [2 * math.pi * step / ELLIPSE_CORNERS for step in range(ELLIPSE_CORNERS + 1)]
    return [middle + QPointF(half.x() * math.cos(turn), half.y() * math.sin(turn)) for turn in turns]


def distance_px(place: QPointF, line: Sequence[QPointF]) -> float:
    """Return how far a place lies from a line through corners; infinite where it has none."""
    nearest = math.inf
    for start, stop in pairwise(line):
        along, to = stop - start, place - start
        length2 = QPointF.dotProduct(along, along)
        share = min(max(QPointF.dotProduct(to, along) / length2, 0.0), 1.0) if length2 > 0 else 0.0
        off = to - along * share
        nearest = min(nearest, math.hypot(off.x(), off.y()))
    return nearest


class MeasureItem(QGraphicsItem):
    """Draws measurements; their places are plane coordinates, everything else is in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: tuple[DrawnMeasure, ...] = ()
        self.setVisible(False)

    def show_all(self, drawn: tuple[DrawnMeasure, ...]) -> None:
        """Draw these measurements, the last one on top."""
        if drawn != self.drawn:
            self.drawn = drawn
            self.setVisible(bool(drawn))
            self.update()

    def boundingRect(self) -> QRectF:
        """Return everything: the text is outside of what is measured."""
        return QRectF(-FAR, -FAR, 2 * FAR, 2 * FAR)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's
        """Draw all of them."""
        to_pixels = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(numbers_font())
        room = widget.rect() if widget is not None else painter.viewport()
        for measure in self.drawn:
            points = [to_pixels.map(QPointF(x, y)) for x, y in measure.points]
            _draw_lines(painter, measure, points)
        taken: list[QRectF] = []
        # the chosen one has the first choice of where its text stands
        for measure in sorted(self.drawn, key=lambda one: not one.chosen):
            points = [to_pixels.map(QPointF(x, y)) for x, y in measure.points]
            if measure.lines and points:
                taken.append(_draw_text(painter, measure, points, room, taken))
        painter.restore()


def _draw_lines(painter: QPainter, measure: DrawnMeasure, points: list[QPointF]) -> None:
    tokens = current_palette()
    dark, light = QColor(tokens.view), QColor(tokens.measure)
    dark.setAlpha(HALO_ALPHA)
    width = 2.2 if measure.chosen else 1.4
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, thick in ((dark, width + 2.4), (light, width)):
        painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF(outlines(measure.kind, points)))
        if measure.kind == "ruler" and len(points) == 2:
            for start, stop in _ticks(points[0], points[1]):
                painter.drawLine(start, stop)
        if measure.kind == "angle" and len(points) == 3:
            _draw_arc(painter, points)
    if measure.chosen:
        painter.setPen(QPen(dark, 1))
        painter.setBrush(light)
        for place in corners(measure.kind, points):
            painter.drawRect(QRectF(place.x() - HANDLE_PX, place.y() - HANDLE_PX, 2 * HANDLE_PX, 2 * HANDLE_PX))


def _ticks(one: QPointF, other: QPointF) -> list[tuple[QPointF, QPointF]]:
    along = other - one
    length = math.hypot(along.x(), along.y())
    if length < 1.0:
        return []
    aside = QPointF(-along.y(), along.x()) * (TICK_PX / length)
    return [(end - aside, end + aside) for end in (one, other)]


def _draw_arc(painter: QPainter, points: list[QPointF]) -> None:
    legs = [points[0] - points[1], points[2] - points[1]]
    radius = min(ARC_PX, *(math.hypot(leg.x(), leg.y()) / 2 for leg in legs))
    if radius < 2.0:
        return
    # Qt turns against the clock and counts sixteenths of a degree; y grows downwards
    first, second = (math.degrees(math.atan2(-leg.y(), leg.x())) for leg in legs)
    span = (second - first + 180.0) % 360.0 - 180.0
    box = QRectF(points[1].x() - radius, points[1].y() - radius, 2 * radius, 2 * radius)
    painter.drawArc(box, round(first * 16), round(span * 16))


def _draw_text(painter: QPainter, measure: DrawnMeasure, points: list[QPointF], room: QRect, taken: list[QRectF]) -> QRectF:
    tokens, metrics = current_palette(), painter.fontMetrics()
    width = max(metrics.horizontalAdvance(line) for line in measure.lines) + 8
    height = metrics.height() * len(measure.lines) + 4
    box = text_box(corners(measure.kind, points), (width, height), room, taken)
    ground = QColor(tokens.view)
    ground.setAlpha(HALO_ALPHA)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QColor(tokens.measure))
    for number, line in enumerate(measure.lines):
        at = QRectF(box.left() + 4, box.top() + 2 + number * metrics.height(), width - 8, metrics.height())
        painter.drawText(at, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
    return box


def text_box(places: Sequence[QPointF], size: tuple[float, float], room: QRect, taken: Sequence[QRectF]) -> QRectF:
    """Return where a text stands: at the right of its measurement, else below, above or at its left, clear of other texts.

    Parameters
    ----------
    places
        Of the measurement, in pixels.
    size
        Width and height of the text.
    room
        What is seen.
    taken
        Where other texts stand already.
    """
    width, height = size
    rights = max(places, key=lambda place: place.x())
    low, high = min(p.y() for p in places), max(p.y() for p in places)
    left, right = min(p.x() for p in places), rights.x()
    middle = (low + high) / 2 if len(places) > 3 else rights.y()
    free = [
        QRectF(right + TEXT_GAP_PX, middle - height / 2, width, height),
        QRectF((left + right - width) / 2, high + TEXT_GAP_PX, width, height),
        QRectF((left + right - width) / 2, low - TEXT_GAP_PX - height, width, height),
        QRectF(left - TEXT_GAP_PX - width, middle - height / 2, width, height),
    ]
    seen = QRectF(room)
    for box in free:
        if box.top() > high or box.bottom() < low:
            box.moveLeft(min(max(box.left(), seen.left()), max(seen.right() - width, seen.left())))
        if seen.contains(box) and not any(box.intersects(other) for other in taken):
            return box
    box = free[0]
    return QRectF(
        min(max(box.left(), seen.left()), max(seen.right() - width, seen.left())),
        min(max(box.top(), seen.top()), max(seen.bottom() - height, seen.top())),
        width,
        height,
    )
