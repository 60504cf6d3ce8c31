"""The bar below: what is under the cursor, what is saved, what runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from gf_desktop.display import ReadOut
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number
from gf_desktop.gui.menus import RESEARCH_USE
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.texts import duration_text
from gf_desktop.gui.theme import current_palette, numbers_font
from gf_desktop.gui.widgets import label
from gf_desktop.session import Session

__all__ = ["StatusBar", "read_out_text"]


def read_out_text(read: ReadOut | None) -> str:
    """Return the line for what is under the cursor."""
    if read is None:
        return ""
    parts = []
    if read.world_mm is not None:
        parts.append(local_number(" ".join(f"{v:.1f}" for v in read.world_mm)) + " mm")
    parts.append("i {} j {} k {}".format(*read.index_ijk))
    parts.append(local_number(read.value))
    if read.structure:
        sure = "" if read.confidence_percent is None else f" {read.confidence_percent} %"
        parts.append(read.structure + sure)
    return "  ·  ".join(parts)


class _Line(QWidget):
    """A text that changes with every movement of the mouse: a label would arrange the whole window anew each time."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setFont(numbers_font())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(self.fontMetrics().height())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def text(self) -> str:
        """Return what it says."""
        return self._text

    def say(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Write it, as far as there is room."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_palette().surface))
        painter.setPen(QColor(current_palette().text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.end()


class StatusBar(QFrame):
    """See the module."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("foot")
        self._session = session
        self._busy = ""
        self.read = _Line()
        self.read.setAccessibleName(tr("Under the cursor"))
        self.runs = label()
        self.runs.setFont(numbers_font())
        self.runs.setAccessibleName(tr("What runs"))
        notice = label(tr(RESEARCH_USE), kind="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID_PX + 2, GRID_PX // 2, GRID_PX + 2, GRID_PX // 2)
        row.setSpacing(3 * GRID_PX)
        row.addWidget(self.read, 1)
        row.addWidget(self.runs, 0, Qt.AlignmentFlag.AlignRight)
        row.addWidget(notice, 0, Qt.AlignmentFlag.AlignRight)
        for signal in (
            session.saved_changed,
            session.prediction_changed,
            session.training_changed,
            session.round_ended,
            session.project_changed,
            session.case_changed,
        ):
            signal.connect(self.refresh)
        session.round_finished.connect(lambda _report: self.refresh())
        self.refresh()

    def show_read_out(self, read: ReadOut | None) -> None:
        """Tell what is under the cursor."""
        self.read.say(read_out_text(read))

    def show_busy(self, text: str) -> None:
        """Tell what runs besides prediction and training; "" for nothing."""
        self._busy = text
        self.refresh()

    def refresh(self) -> None:
        """Tell anew what is saved and what runs."""
        session, parts = self._session, []
        if self._busy:
            parts.append(self._busy)
        if session.predicting is not None:
            done, total = session.predicting
            parts.append(tr("predicting {done}/{total}").format(done=done, total=total))
        if session.refining and session.training.running:
            left = session.training.eta_s
            parts.append(tr("training {time} left").format(time=duration_text(left)) if left > 0 else tr("training"))
        elif session.refining:
            parts.append(tr("comparing students"))
        if session.project is not None:
            parts.append(tr("read only") if session.project.read_only else tr("all saved"))
        self.runs.setText("  ·  ".join(parts))
