"""Measuring in a view: rulers, angles and regions are set, taken hold of, moved and chosen with the left button."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QPointF

from gf_desktop.errors import UserError
from gf_desktop.gui.language import local_number
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.measure_item import DrawnMeasure, corners, distance_px, outlines
from gf_desktop.imaging.measurements import KINDS, Measurement, MeasurementKind, Place, as_text, region_window
from gf_desktop.session import Session

if TYPE_CHECKING:
    from gf_desktop.display import SlicePlane
    from gf_desktop.gui.views.canvas import Canvas
    from gf_desktop.imaging.volume import Volume

__all__ = ["MeasuringHand"]

HANDLE_REACH_PX: Final = 8.0
LINE_REACH_PX: Final = 5.0
SMALLEST_PX: Final = 3.0
"""What is shorter than this on the screen was a click and no measurement."""

_TOOLS: Final[dict[str, MeasurementKind]] = {
    "ruler": "ruler",
    "angle": "angle",
    "ellipse": "ellipse",
    "rectangle": "rectangle",
    "window_region": "rectangle",
}
"""What each tool draws."""


class MeasuredView(Protocol):
    """What is needed of the view."""

    canvas: Canvas

    @property
    def plane(self) -> SlicePlane | None:
        """The slice on screen."""
        ...

    def refuse(self, error: UserError) -> None:
        """Tell why something may not be done."""
        ...


@dataclass(slots=True)
class _Draft:
    """A measurement that is being set: on which slice, its places so far in plane coordinates, and where the mouse is."""

    tool: str
    slice: tuple[int, int]
    points: list[QPointF] = field(default_factory=list)
    pressed: bool = True
    at: QPointF = field(default_factory=QPointF)

    @property
    def kind(self) -> MeasurementKind:
        return _TOOLS[self.tool]

    def shown(self) -> list[QPointF]:
        """Return the places with that of the mouse, which is the next one or, while a later one is being pressed, that one."""
        if self.pressed and len(self.points) > 1:
            return [*self.points[:-1], self.at]
        return [*self.points, self.at]


@dataclass(slots=True)
class _Grip:
    """A measurement that is held at a corner, or as a whole (None): where it was and where the mouse took it, in plane coordinates."""

    measurement: Measurement
    corner: int | None
    points: list[QPointF]
    start: QPointF
    at: QPointF

    def moved(self) -> list[QPointF]:
        """Return where its places are now."""
        if self.corner is None:
            return [point + self.at - self.start for point in self.points]
        places = list(self.points)
        if self.corner < len(places):
            places[self.corner] = self.at
        else:
            # the corners of a region that are no places of its own: each shares x with one place and y with the other
            first, second = (0, 1) if self.corner == 2 else (1, 0)
            places[first] = QPointF(self.at.x(), places[first].y())
            places[second] = QPointF(places[second].x(), self.at.y())
        return places


class MeasuringHand:
    """The part of a view's hand that measures."""

    def __init__(self, session: Session, state: ViewState, view: MeasuredView) -> None:
        self._session = session
        self._state = state
        self._view = view
        self._draft: _Draft | None = None
        self._grip: _Grip | None = None
        self._placed: list[tuple[Measurement, int, tuple[Place, ...]]] = []
        session.measuring.changed.connect(self.renew)
        state.measurement_changed.connect(self.show)
        self.renew()

    # what lies where

    def renew(self) -> None:
        """Look again at what was measured on the case on screen."""
        opened = self._session.open
        self._grip = None
        self._placed = []
        if opened is not None:
            geometry = opened.volume.geometry
            self._placed = [(one, one.slice_index(geometry), one.points_ijk(geometry)) for one in self._session.measuring.items]
        self.show()

    def _here(self) -> list[tuple[Measurement, list[QPointF]]]:
        """Return the measurements of the slice on screen with their places in plane coordinates."""
        plane = self._view.plane
        if plane is None or not self._placed:
            return []
        across, index, frame = plane.axes.across, plane.index, self._state.display.frame
        return [
            (one, [QPointF(*plane.position_of(place)) for place in places])
            for one, lies_in, places in self._placed
            if one.axis == across and lies_in == index and one.frame in (None, frame)
        ]

    def hit(self, place_px: QPointF) -> tuple[Measurement, int | None, list[QPointF]] | None:
        """Return what lies under a place in pixels, the chosen one first: measurement, corner or None for its line, places."""
        canvas, chosen = self._view.canvas, self._state.measurement
        here = sorted(self._here(), key=lambda pair: pair[0].number != chosen)
        seen = [(one, points, [canvas.from_plane(point) for point in points]) for one, points in here]
        for one, points, pixels in seen:
            for number, corner in enumerate(corners(one.kind, pixels)):
                if math.hypot(corner.x() - place_px.x(), corner.y() - place_px.y()) <= HANDLE_REACH_PX:
                    return one, number, points
        for one, points, pixels in seen:
            if distance_px(place_px, outlines(one.kind, pixels)) <= LINE_REACH_PX:
                return one, None, points
        return None

    # mouse

    def press(self, place_px: QPointF) -> bool:
        """Take hold of what lies there, or set the next place; return whether the button is taken."""
        plane, tool = self._view.plane, self._state.tool
        if plane is None or not (tool.measures or tool.name == "cursor"):
            return False
        at = self._within(plane, place_px)
        if self._draft is None:
            found = None if tool.name == "window_region" else self.hit(place_px)
            if found is not None:
                one, corner, points = found
                self._grip = _Grip(one, corner, points, at, at)
                self._state.choose_measurement(one.number)
                return True
            if not tool.measures:
                return False
            self._draft = _Draft(tool.name, (plane.axes.across, plane.index))
        self._draft.points.append(at)
        self._draft.at, self._draft.pressed = at, True
        self.show()
        return True

    def move(self, place_px: QPointF) -> None:
        """Follow the mouse."""
        plane = self._view.plane
        held = self._draft or self._grip
        if plane is not None and held is not None:
            held.at = self._within(plane, place_px)
            self.show()

    def release(self, place_px: QPointF, *, clicked: bool) -> None:
        """End what the button did."""
        plane, grip, draft = self._view.plane, self._grip, self._draft
        self._grip = None
        if plane is None:
            return
        if grip is not None and not clicked:
            grip.at = self._within(plane, place_px)
            self._attempt_move(plane, grip)
        elif draft is not None:
            draft.at, draft.pressed = self._within(plane, place_px), False
            if len(draft.points) > 1:
                draft.points[-1] = draft.at
            elif not clicked:
                draft.points.append(draft.at)
            if len(draft.points) >= KINDS[draft.kind]:
                self._draft = None
                self._commit(plane, draft)
        self.show()

    def _within(self, plane: SlicePlane, place_px: QPointF) -> QPointF:
        """Return a place in plane coordinates, the nearest one on the slice where it lies outside."""
        place, (width, height) = self._view.canvas.to_plane(place_px), plane.extent_mm
        return QPointF(min(max(place.x(), 0.0), width), min(max(place.y(), 0.0), height))

    # keeping

    def _world(self, plane: SlicePlane, points: list[QPointF]) -> tuple[Place, ...]:
        rows = plane.geometry.index_to_world([plane.index_at(point.x(), point.y()) for point in points])
        return tuple((float(x), float(y), float(z)) for x, y, z in rows)

    def _attempt_move(self, plane: SlicePlane, grip: _Grip) -> None:
        try:
            self._session.measuring.move(grip.measurement.number, self._world(plane, grip.moved()))
        except UserError as error:
            self._view.refuse(error)

    def _commit(self, plane: SlicePlane, draft: _Draft) -> None:
        pixels = [self._view.canvas.from_plane(point) for point in draft.points]
        sides = [other - one for one, other in pairwise(pixels)]
        if min(math.hypot(side.x(), side.y()) for side in sides) < SMALLEST_PX:
            return
        points, opened = self._world(plane, draft.points), self._session.open
        if opened is None:
            return
        if draft.tool == "window_region":
            window = region_window(opened.shown(self._state.display.frame), plane.axes.across, points)
            if window is not None:
                self._state.set_window(window)
            self._state.set_tool(name="cursor")
            return
        try:
            made = self._session.measuring.add(draft.kind, plane.axes.across, points, frame=self._state.display.frame)
        except UserError as error:
            self._view.refuse(error)
            return
        self._state.choose_measurement(made.number)

    def cancel(self) -> bool:
        """Drop the measurement that is being set or moved; return whether there was one."""
        dropped = self._draft is not None or self._grip is not None
        self._draft = self._grip = None
        if dropped:
            self.show()
        return dropped

    def tool_changed(self) -> None:
        """Drop what the tool before was setting."""
        if self._draft is not None and self._draft.tool != self._state.tool.name:
            self._draft = None
            self.show()

    @property
    def is_setting(self) -> bool:
        """Whether a measurement is being set."""
        return self._draft is not None

    # what it looks like

    def show(self) -> None:
        """Draw the measurements of the slice on screen, and the one in the hand."""
        plane, opened = self._view.plane, self._session.open
        if plane is None or opened is None or plane.geometry is not opened.volume.geometry:
            self._draft = self._grip = None
            self._view.canvas.show_measures(())
            return
        if self._draft is not None and self._draft.slice != (plane.axes.across, plane.index):
            self._draft = None
        grip, drawn = self._grip, []
        for one, points in self._here():
            if grip is None or one.number != grip.measurement.number:
                lines, chosen = _said(one, opened.volume), one.number == self._state.measurement
                drawn.append(DrawnMeasure(one.kind, _pairs(points), lines if chosen else lines[:1], chosen=chosen))
        if grip is not None:
            drawn.append(self._preview(plane, grip.measurement.kind, grip.moved()))
        if self._draft is not None:
            drawn.append(self._preview(plane, self._draft.kind, self._draft.shown(), tells=self._draft.tool != "window_region"))
        self._view.canvas.show_measures(tuple(drawn))

    def _preview(self, plane: SlicePlane, kind: MeasurementKind, points: list[QPointF], *, tells: bool = True) -> DrawnMeasure:
        lines: tuple[str, ...] = ()
        if tells and len(points) == KINDS[kind]:
            made = self._session.measuring.preview(kind, plane.axes.across, self._world(plane, points), frame=self._state.display.frame)
            lines = _said(made, self._session.must_open().volume)
        return DrawnMeasure(kind, _pairs(points), lines, chosen=True)


def _said(measurement: Measurement, volume: Volume) -> tuple[str, ...]:
    """Return what a measurement says, with numbers as the person writes them."""
    return tuple(map(local_number, as_text(measurement, volume)))


def _pairs(points: list[QPointF]) -> tuple[tuple[float, float], ...]:
    return tuple((point.x(), point.y()) for point in points)
