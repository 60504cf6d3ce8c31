"""The tour of the first start: a small panel beside the real controls, one after the other, from the demo to its exported masks.

It blocks nothing and does nothing by itself: a step is over when the person has done what it is about, or goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.widgets import label, push_button

__all__ = ["STEPS", "Tour", "TourStep", "TourWindow", "beside", "button_of"]

WIDTH_PX: Final = 320
FOLLOW_MS: Final = 120
"""How often the panel looks where its control is, and whether the step is over."""

FRAME_PX: Final = 2

FLAT: Final = 2
"""A control so many times as wide as it is high has its panel below."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step.

    Attributes
    ----------
    id
        Unique name.
    title, text
        What it says; ``{key}`` in the text is the key of its action.
    action
        Id of the action that it is about, for its key; "" for none.
    panel
        Name of the panel that is brought to the front when it begins; "" for none.
    """

    id: str
    title: str
    text: str
    action: str = ""
    panel: str = ""


STEPS: Final = (
    TourStep("open", "Open the demo", "A real CT of the abdomen with a small student that knows seven structures.", "open_demo"),
    TourStep("look", "Look", "The student has drawn its proposal. Turn the wheel over a picture to go through the slices."),
    TourStep(
        "paint",
        "Paint",
        "Take the brush ({key}) and draw over what is wrong. The right button erases. Every stroke is saved.",
        "tool_paint",
    ),
    TourStep(
        "approve",
        "Approve",
        "When the slice is right, approve it ({key}). A student learns only from what you approve.",
        "approve_slice",
        "structures",
    ),
    TourStep("refine", "Refine", "Now teach the student what you corrected ({key}). Here a minute or two is enough.", "refine", "refine"),
    TourStep(
        "wait", "Go on working", "The student learns in the background; you can paint on. This panel shows how far it is.", "", "refine"
    ),
    TourStep(
        "changes",
        "What changed",
        "A new student takes over only if no structure became worse. Here stands what became of each.",
        "",
        "refine",
    ),
    TourStep("roll_back", "Back at any time", "No student is lost: here you can go back to the one before ({key}).", "roll_back", "models"),
    TourStep("export", "Export", "Menu Project: export the masks of all scans ({key}). Each file is read back and compared.", "export"),
)
"""The steps in their order."""


class TourWindow(Protocol):
    """What the tour needs of the window."""

    def tour_target(self, step: str) -> QWidget | None:
        """Return the control that a step is about, where it can be seen."""
        ...

    def tour_done(self, step: str) -> bool:
        """Return whether what a step is about has been done since it began."""
        ...

    def tour_begins(self, step: TourStep) -> None:
        """Be told that a step begins."""
        ...


def beside(target: QRect, size: QSize, room: QRect) -> QRect:
    """Return where a panel of a size goes: beside a control, below or above it, else in the lower right corner within it."""
    gap = GRID_PX
    upper = min(max(target.top(), room.top() + gap), room.bottom() - size.height() - gap)
    left = min(max(target.left(), room.left() + gap), room.right() - size.width() - gap)
    at_sides = [QPoint(target.right() + 1 + gap, upper), QPoint(target.left() - gap - size.width(), upper)]
    in_line = [QPoint(left, target.bottom() + 1 + gap), QPoint(left, target.top() - gap - size.height())]
    # what lies in a row has neighbours at its sides
    for place in (*in_line, *at_sides) if target.width() > FLAT * target.height() else (*at_sides, *in_line):
        wanted = QRect(place, size)
        if room.contains(wanted):
            return wanted
    corner = target.intersected(room).bottomRight() - QPoint(size.width() + 2 * gap, size.height() + 5 * gap)
    return QRect(QPoint(max(corner.x(), room.left()), max(corner.y(), room.top())), size)


class _Mark(QWidget):
    """A frame around a control; clicks go through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(current_palette().accent), FRAME_PX))
        half = FRAME_PX // 2
        painter.drawRect(self.rect().adjusted(half, half, -half, -half))
        painter.end()


class Tour(QFrame):
    """The panel of the tour, a child of the window that it explains.

    Signals: ``left(int)`` it was closed at a step, counted from 0 · ``finished()`` it was gone through to its end.
    """

    left = Signal(int)
    finished = Signal()

    def __init__(self, window: QWidget, guide: TourWindow, actions: dict[str, QAction]) -> None:
        super().__init__(window)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName(tr("Tour"))
        self._guide, self._actions, self._room = guide, actions, window
        self.at = 0
        self._waits = True
        self._mark = _Mark(window)
        self._count = label(kind="muted")
        self._title = label(kind="heading", wrap=True)
        self._text = label(wrap=True)
        self.back = push_button(tr("Back"), lambda: self._go(self.at - 1, waits=False))
        self.next = push_button(tr("Next"), self._forward, kind="primary")
        self.leave = push_button(tr("Leave the tour"), self._leave, kind="link")
        self.extra = push_button("", self._run_extra)
        self._extra: Callable[[], object] | None = None
        self._lay_out()
        self._timer = QTimer(self, interval=FOLLOW_MS)
        self._timer.timeout.connect(self._follow)
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addWidget(self.leave)
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        column.setSpacing(GRID_PX)
        column.addLayout(head)
        column.addWidget(self._text)
        column.addWidget(self.extra, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(foot)

    @property
    def step(self) -> TourStep:
        """The step that is shown."""
        return STEPS[self.at]

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def begin(self, at: int) -> None:
        """Show the tour from a step on, counted from 0."""
        self._go(min(max(at, 0), len(STEPS) - 1), waits=True)
        self._timer.start()
        self.show()
        self._follow()

    def offer(self, text: str, act: Callable[[], object] | None) -> None:
        """Show a button that does something for the person in this step; None for none."""
        self._extra = act
        self.extra.setText(text)
        self.extra.setVisible(act is not None)

    def _run_extra(self) -> None:
        if self._extra is not None:
            self._extra()

    def _go(self, at: int, *, waits: bool) -> None:
        self.at = at
        # who goes back wants to read, and is not sent on at once
        self._waits = waits
        step = self.step
        self.offer("", None)
        self._guide.tour_begins(step)
        key = self._actions[step.action].shortcut().toString(QKeySequence.SequenceFormat.NativeText) if step.action else ""
        self._title.setText(tr(step.title))
        self._text.setText(tr(step.text).format(key=key or tr("without a key")))
        self._count.setText(f"{at + 1}/{len(STEPS)}")
        self.back.setEnabled(at > 0)
        self.next.setText(tr("Finish") if at + 1 == len(STEPS) else tr("Next"))
        self._follow()

    def _forward(self) -> None:
        if self.at + 1 == len(STEPS):
            self._end()
            self.finished.emit()
        else:
            self._go(self.at + 1, waits=True)

    def _leave(self) -> None:
        self._end()
        self.left.emit(self.at)

    def _end(self) -> None:
        self._timer.stop()
        self._mark.hide()
        self.hide()

    def _follow(self) -> None:
        """Stand beside the control, wherever it is now; go on where the step is over."""
        if self._waits and self._timer.isActive() and self._guide.tour_done(self.step.id):
            self._forward()
            return
        self.setFixedHeight(self._column.totalHeightForWidth(WIDTH_PX))
        room = self._room.rect()
        target = self._guide.tour_target(self.step.id)
        if target is None or not target.isVisible():
            self._mark.hide()
            place = QRect(QPoint(room.center().x() - WIDTH_PX // 2, room.center().y() - self.height() // 2), self.size())
        else:
            around = QRect(target.mapTo(self._room, QPoint(0, 0)), target.size()).adjusted(-3, -3, 3, 3)
            self._mark.setGeometry(around.intersected(room))
            self._mark.show()
            self._mark.raise_()
            place = beside(around, self.size(), room)
        self.move(place.topLeft())
        self.raise_()


def button_of(page: QWidget, action: QAction) -> QToolButton | None:
    """Return the button of an action on a page."""
    return next((button for button in page.findChildren(QToolButton) if button.defaultAction() is action), None)
