"""The bar on top: menus, project, the way to the palette, the student that serves, and the one primary button."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon, pixmap
from gf_desktop.gui.language import spoken
from gf_desktop.gui.menus import fill_menus
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.texts import dice_text, duration_text, provider_text
from gf_desktop.gui.theme import current_palette, numbers_font
from gf_desktop.gui.widgets import IconLabel
from gf_desktop.session import Session

__all__ = ["ProjectName", "RefineButton", "SearchField", "TopBar"]

RING_PX = 16
SMALLEST_REFINE_PX = 148
FIELD_PX = (96, 264)
"""Narrowest and widest way to the palette."""
PROJECT_PX = 40
"""What is left of the project's name where there is no room; all of it is in the tooltip."""


class SearchField(QPushButton):
    """Looks like a field and opens the palette, which has the real one in its place."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("field")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(FIELD_PX[0])
        self.setMaximumWidth(FIELD_PX[1])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName(tr("Search or command"))
        self._action = action
        action.changed.connect(self._follow)
        self.clicked.connect(lambda _checked=False: action.trigger())
        self._follow()

    def _follow(self) -> None:
        self.setToolTip(self._action.toolTip())
        self.setAccessibleDescription(self._key())
        self.update()

    def _key(self) -> str:
        return self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def sizeHint(self) -> QSize:
        """As wide as it may be, as high as any button."""
        return QSize(FIELD_PX[1], super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sign, the words as far as there is room, and the key."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(current_palette().muted))
        inner = self.rect().adjusted(GRID_PX, 0, -GRID_PX, 0)
        sign = QRect(inner.left(), inner.center().y() - 7, 16, 16)
        painter.drawPixmap(sign, pixmap("search", ink="muted", side_px=16, ratio=self.devicePixelRatioF()))
        inner.setLeft(sign.right() + GRID_PX)
        key = self._key()
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, key)
        metrics = self.fontMetrics()
        if key:
            inner.setRight(inner.right() - metrics.horizontalAdvance(key) - GRID_PX)
        # whole words rather than a torn one
        words = next((text for text in (tr("Search or command"), tr("Search")) if metrics.horizontalAdvance(text) <= inner.width()), "")
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


class RefineButton(QPushButton):
    """Starts a round; while one runs it is a ring with the time left, and a click shows the round."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("primary")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._action = action
        self._fraction: float | None = None
        action.changed.connect(self._follow)
        self.show_round(None)

    def show_round(self, fraction: float | None, text: str = "") -> None:
        """Show a running round by its fraction and a text, or with None that none runs."""
        self._fraction = fraction
        if fraction is not None:
            # room for the ring before the text
            self.setText("      " + text)
        self._follow()
        self.update()

    def _follow(self) -> None:
        if self._fraction is None:
            key = self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            self.setText(f"{tr('Refine')}   {key}" if key else tr("Refine"))
        self.setMinimumWidth(max(SMALLEST_REFINE_PX, self.sizeHint().width()))
        self.setEnabled(self._fraction is not None or self._action.isEnabled())
        self.setToolTip(
            tr("The student goes on serving meanwhile. Click to see the round.") if self._fraction is not None else self._action.toolTip()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring over the button."""
        super().paintEvent(event)
        if self._fraction is None:
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inner = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        width = self.fontMetrics().horizontalAdvance(self.text())
        left = max(inner.left(), inner.center().x() - width / 2) + 2
        ring = QRectF(left, self.rect().center().y() - RING_PX / 2 + 0.5, RING_PX, RING_PX)
        colour = QColor(current_palette().on_accent)
        faint = QColor(colour)
        faint.setAlpha(80)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(faint, 3))
        painter.drawEllipse(ring)
        painter.setPen(QPen(colour, 3))
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * min(max(self._fraction, 0.0), 1.0)))
        painter.end()


class ProjectName(QLabel):
    """The name of the project; ends in an ellipsis where there is no room for all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("heading")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(PROJECT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, shown)
        painter.end()


class TopBar(QFrame):
    """See the module.

    Signals: ``models_wanted()`` the chip of the student was clicked · ``round_wanted()`` the running round is to be seen.
    """

    models_wanted = Signal()
    round_wanted = Signal()

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._session = session
        self._refine_action = actions["refine"]
        self.menu_bar = QMenuBar()
        self.menu_bar.setNativeMenuBar(False)
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fill_menus(self.menu_bar, actions)
        self.project = ProjectName()
        self.search = SearchField(actions["palette"])
        self.chip = QToolButton()
        self.chip.setObjectName("chip")
        self.chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.chip.setIcon(icon("model"))
        self.chip.setIconSize(QSize(16, 16))
        self.chip.setFont(numbers_font())
        self.chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.chip.setAccessibleName(tr("Student in use"))
        self.chip.clicked.connect(lambda _checked=False: self.models_wanted.emit())
        self.refine = RefineButton(self._refine_action)
        self.refine.clicked.connect(self._refine_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX, GRID_PX // 2)
        row.setSpacing(GRID_PX)
        row.addWidget(IconLabel("logo", side_px=24))
        row.addWidget(self.menu_bar)
        row.addWidget(self.project, 3)
        row.addWidget(self.search, 4)
        row.addWidget(self.chip)
        row.addWidget(self.refine)
        for signal in (session.project_changed, session.model_changed):
            signal.connect(self._show_project)
        session.training_changed.connect(self._show_training)
        session.round_ended.connect(self._show_training)
        self._show_project()

    def _refine_clicked(self) -> None:
        if self._session.refining:
            self.round_wanted.emit()
        else:
            self._refine_action.trigger()

    def _show_project(self) -> None:
        project, card = self._session.project, self._session.active_card
        name, tip = ("", "") if project is None else (project.name, str(project.folder))
        if project is not None and project.read_only:
            name = tr("{name} – read only").format(name=name)
            tip += "" if project.holder is None else f"\n{project.holder.who}"
        self.project.setText(name)
        self.project.setToolTip(tip)
        self.chip.setVisible(card is not None)
        self.refine.setVisible(project is not None)
        if card is not None and project is not None:
            record = project.models.record(card.id)
            parts = [card.id]
            if record.mean_dice is not None:
                parts.append(tr("Dice {dice}").format(dice=dice_text(record.mean_dice)))
            if self._session.provider:
                parts.append(provider_text(self._session.provider))
            self.chip.setText(" " + "  ·  ".join(parts))
            self.chip.setToolTip(tr("{title}\nClick for all students").format(title=spoken(card.title)))
        self._show_training()

    def _show_training(self) -> None:
        training = self._session.training
        if not self._session.refining:
            self.refine.show_round(None)
        elif not training.running:
            self.refine.show_round(1.0, tr("comparing"))
        else:
            left = tr("{time} left").format(time=duration_text(training.eta_s)) if training.eta_s > 0 else tr("refining")
            self.refine.show_round(training.fraction, left)
