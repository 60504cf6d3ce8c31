"""What a hand does in a view: mouse and held keys become Session commands and changes of the view's place."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from gf_desktop.display import SlicePlane, dragged_window
from gf_desktop.errors import UserError
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.view_state import Tool, ViewState
from gf_desktop.gui.views.canvas import Canvas
from gf_desktop.gui.views.measuring_hand import MeasuringHand
from gf_desktop.imaging.limits import like_range
from gf_desktop.imaging.operations import AcceptBox, Axis, Fill, GrowRegion, Operation, Polygon
from gf_desktop.previewing import PREVIEWED
from gf_desktop.session import Session

if TYPE_CHECKING:
    from gf_desktop.imaging.paint import Stroke

__all__ = ["Hand"]

WHEEL_STEP: Final = 120
"""Qt's angle of one notch of a wheel; finer wheels and pads are added up to it."""

CLICK_PX: Final = 4.0
"""A button that was moved less than this between press and release was clicked."""

ZOOM_PER_NOTCH: Final = 1.2
ZOOM_PER_PX: Final = 1.006

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


class _Does(Enum):
    """What the held mouse button does."""

    NOTHING = auto()
    STROKE = auto()
    OUTLINE = auto()
    BOX = auto()
    PAN = auto()
    ZOOM = auto()
    WINDOW = auto()
    MEASURE = auto()


class View(Protocol):
    """What a hand needs of its view."""

    canvas: Canvas

    @property
    def plane(self) -> SlicePlane | None:
        """The slice on screen."""
        ...

    @property
    def reads_only(self) -> bool:
        """Whether nothing can be painted here."""
        ...

    def be_active(self) -> None:
        """Become the view that keys mean."""
        ...

    def catch_up(self) -> None:
        """Draw now what was asked for."""
        ...

    def moved(self) -> None:
        """Tell that the picture was magnified or the mouse is elsewhere."""
        ...

    def refuse(self, error: UserError) -> None:
        """Tell why something may not be done."""
        ...


class Hand:
    """The mouse and the held keys of one view.

    Attributes
    ----------
    place
        Where the mouse is, in pixels of the canvas; None outside.
    measuring
        The part that measures.
    """

    def __init__(self, session: Session, state: ViewState, view: View) -> None:
        self._session = session
        self._state = state
        self._view = view
        self._does = _Does.NOTHING
        self._stroke: Stroke | None = None
        self._outline: list[QPointF] = []
        self._box_from: tuple[QPointF, int] | None = None
        self._held: set[int] = set()
        self._last = QPointF()
        self._moved_px = 0.0
        self._notches = 0
        self.place: QPointF | None = None
        self.measuring = MeasuringHand(session, state, view)

    # mouse; positions are the canvas's pixels

    def press(self, event: QMouseEvent) -> None:
        """Begin what the button does with the tool that is in the hand."""
        view = self._view
        if self._state.tool.name != "cursor":
            self._state.hold_still()
        view.be_active()
        # the wheel may have turned in the same breath: paint on the slice that was asked for
        view.catch_up()
        if self._does is not _Does.NOTHING or view.plane is None:
            return
        self._last = self.place = event.position()
        self._moved_px = 0.0
        tool, button = self._tool, event.button()
        if button == MIDDLE or Qt.Key.Key_Space in self._held:
            self._does = _Does.PAN
        elif button == LEFT and Qt.Key.Key_W in self._held:
            self._does = _Does.WINDOW
        elif button == LEFT and self.measuring.press(event.position()):
            self._does = _Does.MEASURE
        elif tool.paints and button in (LEFT, RIGHT):
            self._begin_stroke(erase=tool.name == "erase" or (button == RIGHT and tool.name == "paint"))
        elif tool.name == "polygon" and button in (LEFT, RIGHT):
            self._outline.append(self._last_in_plane())
            self._does = _Does.OUTLINE
        elif tool.name == "box" and button == LEFT:
            self._box_from = (self._last_in_plane(), view.plane.index)
            self._does = _Does.BOX
        elif button == RIGHT and self.measuring.is_setting:
            self.measuring.cancel()
        elif tool.name == "cursor" or button == RIGHT:
            self._does = _Does.ZOOM if button == RIGHT and tool.name != "fill" else _Does.PAN
        self.show()

    def move(self, event: QMouseEvent) -> None:
        """Go on with what the button does."""
        position = event.position()
        dx, dy = position.x() - self._last.x(), position.y() - self._last.y()
        self._last = self.place = position
        self._moved_px += abs(dx) + abs(dy)
        canvas = self._view.canvas
        self.measuring.move(position)
        if self._does is _Does.NOTHING and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._put_cross()
        if self._does is _Does.STROKE and self._stroke is not None:
            index = self._index()
            if index is not None:
                self._stroke.move_to(index)
        elif self._does is _Does.OUTLINE:
            self._outline.append(self._last_in_plane())
        elif self._does is _Does.PAN:
            canvas.pan_by(dx, dy)
        elif self._does is _Does.ZOOM:
            canvas.zoom_by(ZOOM_PER_PX**-dy)
        elif self._does is _Does.WINDOW and not self._colour:
            self._state.set_window(dragged_window(self._state.display.window, dx, dy))
        self.show()
        self._view.moved()

    def release(self, event: QMouseEvent) -> None:
        """End what the button did."""
        does, clicked, button = self._does, self._moved_px < CLICK_PX, event.button()
        self.end_stroke()
        self._does = _Does.NOTHING
        if does is _Does.PAN and button == LEFT and clicked and Qt.Key.Key_Space not in self._held:
            self._click()
        elif does is _Does.MEASURE and button == LEFT:
            self.measuring.release(event.position(), clicked=clicked)
        elif does is _Does.PAN and button == RIGHT and clicked:
            self._click(erase=True)
        elif does is _Does.BOX:
            self._close_box()
        elif does is _Does.OUTLINE and not clicked:
            self.close_outline(subtract=button == RIGHT)
        elif does is _Does.OUTLINE and button == RIGHT:
            self._outline.pop()
            self.close_outline(subtract=True)
        elif does is _Does.NOTHING and button == LEFT:
            self._click()
        self.show()

    def double_click(self, event: QMouseEvent) -> bool:
        """Maximise the view, or close an outline; return whether the click was taken. While painting, two quick clicks are two dabs."""
        tool = self._tool
        if event.button() != LEFT or tool.paints:
            return False
        if tool.name == "polygon":
            self.close_outline(subtract=False)
            return True
        if tool.name != "cursor" or not self._state.has_planes:
            return False
        self._view.be_active()
        self._state.toggle_alone("single")
        return True

    def wheel(self, event: QWheelEvent) -> None:
        """Change slice, magnification or brush."""
        angle: QPoint = event.angleDelta()
        # Shift turns a wheel sideways on some systems
        self._notches += angle.y() or angle.x()
        steps, rest = int(self._notches / WHEEL_STEP), abs(self._notches) % WHEEL_STEP
        self._notches = rest if self._notches > 0 else -rest
        if steps == 0:
            return
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._view.canvas.zoom_by(ZOOM_PER_NOTCH**steps, event.position())
            self._view.moved()
            self.show()
        elif keys & Qt.KeyboardModifier.ShiftModifier and self._tool.paints:
            self._state.resize_brush(steps)
        elif not self.measuring.is_setting:
            # a measurement lies in one slice
            self._state.hold_still()
            self._view.be_active()
            self._state.step(steps)

    def leave(self) -> None:
        """Note that the mouse is elsewhere."""
        self.place = None
        self.show()
        self._view.moved()

    # held keys

    def hold(self, key: int) -> None:
        """Note that Space or W is held."""
        self._held.add(key)
        self.show()

    def free(self, key: int | None = None) -> bool:
        """Note that a key, or every key, is free again; return whether it was held."""
        held = bool(self._held) if key is None else key in self._held
        self._held -= self._held if key is None else {key}
        self.show()
        return held

    # strokes and outlines

    def _index(self) -> tuple[float, float, float] | None:
        plane = self._view.plane
        if plane is None:
            return None
        place = self._view.canvas.to_plane(self._last)
        return plane.index_at(place.x(), place.y())

    def _last_in_plane(self) -> QPointF:
        return self._view.canvas.to_plane(self._last)

    def _begin_stroke(self, *, erase: bool) -> None:
        start, plane, tool = self._index(), self._view.plane, self._tool
        if start is None or plane is None:
            return
        try:
            self._session.must_open().must_be_shown(self._state.display.frame)
            self._stroke = self._session.begin_stroke(
                axis=plane.axes.across,
                label=0 if erase else tool.label,
                radius_mm=tool.radius_mm,
                start_ijk=start,
                erase=erase,
                review=tool.name == "review",
                options=tool.options,
            )
        except UserError as error:
            self._view.refuse(error)
            return
        self._does = _Does.STROKE

    def end_stroke(self) -> None:
        """End the stroke that runs, if any; what it painted stays."""
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            stroke.finish()
            self._does = _Does.NOTHING

    def cancel(self) -> bool:
        """Take the stroke, the outline or the measurement that runs back; return whether there was one."""
        if self.measuring.cancel():
            self._does = _Does.NOTHING
            return True
        if self._outline:
            self._outline = []
            self._does = _Does.NOTHING
            self.show()
            return True
        if self._box_from is not None:
            self._box_from = None
            self._does = _Does.NOTHING
            self.show()
            return True
        if self._stroke is None:
            return False
        stroke, self._stroke = self._stroke, None
        stroke.cancel()
        self._does = _Does.NOTHING
        return True

    @property
    def has_outline(self) -> bool:
        """Whether the corners of an outline are being set."""
        return bool(self._outline)

    def close_outline(self, *, subtract: bool) -> None:
        """Add what the outline encloses to the active structure, or take it away; with fewer than three corners nothing happens."""
        points, self._outline = self._outline, []
        plane = self._view.plane
        self.show()
        if plane is None or len(points) < 3:
            return
        corners = tuple(plane.index_at(point.x(), point.y()) for point in points)
        axis: Axis = _axis(plane)
        self._operate(Polygon(self._tool.label, axis, corners, subtract))

    def _close_box(self) -> None:
        """Accept the voxels whose centres lie in the rectangle, from the slice where it was begun to the one on screen."""
        begun, self._box_from = self._box_from, None
        plane = self._view.plane
        if begun is None or plane is None:
            return
        corners = [list(plane.index_at(place.x(), place.y())) for place in (begun[0], self._last_in_plane())]
        size, across = plane.geometry.size_ijk, plane.axes.across
        first, last = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        for axis in range(3):
            ends = sorted((corners[0][axis], corners[1][axis])) if axis != across else sorted((begun[1], plane.index))
            first[axis], last[axis] = max(math.ceil(ends[0]), 0), min(math.floor(ends[1]), size[axis] - 1)
        # a click, or a sliver between two rows of voxels, holds no centre
        if all(a <= b for a, b in zip(first, last, strict=True)):
            self._operate(AcceptBox((first[0], first[1], first[2]), (last[0], last[1], last[2])))

    def _box_corners(self) -> list[QPointF]:
        if self._box_from is None:
            return []
        one, other = self._box_from[0], self._last_in_plane()
        return [one, QPointF(other.x(), one.y()), other, QPointF(one.x(), other.y()), one]

    def _click(self, *, erase: bool = False) -> None:
        """Do what a click without a drag means for the tool that is in the hand."""
        tool, plane, index = self._tool, self._view.plane, self._index()
        opened = self._session.open
        place = self._last_in_plane()
        voxel = None if plane is None else plane.voxel_at(place.x(), place.y())
        if plane is None or voxel is None or index is None or opened is None:
            return
        label = 0 if erase else tool.label
        if tool.name == "cursor" and not erase:
            self._state.choose_measurement(None)
            self._put_cross()
        elif tool.name == "pick":
            found = int(opened.label_map.labels[voxel[2], voxel[1], voxel[0]])
            if found:
                self._state.set_tool(name="paint", label=found)
        elif tool.name == "fill":
            self._operate(Fill(label, index, None if tool.options.in_space else _axis(plane)))
        elif tool.name == "grow" and not erase:
            options = tool.options
            low, high = (options.low, options.high) if options.where == "range" else like_range(opened.volume.voxels, voxel)
            self._operate(GrowRegion(label, index, low, high, None if options.in_space else _axis(plane)))

    def _operate(self, operation: Operation) -> None:
        """Carry an operation out; one whose outcome nobody knows is shown first."""
        session = self._session
        try:
            session.must_open().must_be_shown(self._state.display.frame)
            begin = session.previewing.look if isinstance(operation, PREVIEWED) else session.operate
            begin(operation, over=self._tool.options.painted_over)
        except UserError as error:
            self._view.refuse(error)

    def _put_cross(self) -> None:
        place, plane = self._last_in_plane(), self._view.plane
        voxel = None if plane is None else plane.voxel_at(place.x(), place.y())
        if voxel is not None and self._state.has_planes:
            self._state.set_cursor(voxel)

    @property
    def _tool(self) -> Tool:
        """What is in the hand here: where nothing can be painted, no brush."""
        tool = self._state.tool
        return tool if not self._view.reads_only or tool.measures else Tool()

    @property
    def _colour(self) -> bool:
        """Whether the picture has colours, which no window changes."""
        return self._state.volume is not None and self._state.volume.is_colour

    # what it looks like

    def show(self) -> None:
        """Draw the brush and the outline, and shape the cursor."""
        canvas, opened = self._view.canvas, self._session.open
        tool = self._tool
        canvas.viewport().setCursor(self._cursor_shape())
        known = [] if opened is None else [s for s in opened.label_map.table if s.id == tool.label]
        colour = known[0].color if known and tool.name in ("paint", "polygon") else current_palette().view_text
        outline = [*self._outline, *([] if self.place is None else [canvas.to_plane(self.place)])] if self._outline else self._box_corners()
        canvas.show_outline(outline, colour=colour)
        shown = tool.paints and self.place is not None and opened is not None and self._does in (_Does.NOTHING, _Does.STROKE)
        if not shown or self.place is None:
            canvas.show_ring(None)
            return
        filled = tool.name == "paint" and self._may_paint(tool.label)
        canvas.show_ring(canvas.to_plane(self.place), radius=tool.radius_mm, colour=colour, filled=filled, square=tool.options.square)

    def _may_paint(self, label: int) -> bool:
        project, opened = self._session.project, self._session.open
        if project is None or project.read_only or opened is None or opened.working:
            return False
        return label not in self._session.locked and label not in self._state.display.hidden

    def _cursor_shape(self) -> Qt.CursorShape:
        if self._does is _Does.PAN and self._moved_px >= CLICK_PX:
            return Qt.CursorShape.ClosedHandCursor
        if Qt.Key.Key_Space in self._held:
            return Qt.CursorShape.OpenHandCursor
        if self._does is _Does.WINDOW or Qt.Key.Key_W in self._held:
            return Qt.CursorShape.SizeAllCursor
        if self._tool.name == "cursor" and self.place is not None and self._does in (_Does.NOTHING, _Does.MEASURE):
            found = self.measuring.hit(self.place)
            if found is not None:
                return Qt.CursorShape.PointingHandCursor if found[1] is None else Qt.CursorShape.SizeAllCursor
        return Qt.CursorShape.ArrowCursor if self._tool.name == "cursor" else Qt.CursorShape.CrossCursor


def _axis(plane: SlicePlane) -> Axis:
    return (0, 1, 2)[plane.axes.across]
