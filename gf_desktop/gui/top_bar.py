"""The bar on top: menus, project, the student that serves, and the one primary button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenuBar, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QToolButton, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.menus import fill_menus
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.texts import dice_text, duration_text, provider_text
from gf_desktop.gui.theme import current_palette, numbers_font
from gf_desktop.gui.widgets import IconLabel, label
from gf_desktop.session import Session

__all__ = ["RefineButton", "TopBar"]

RING_PX = 16


class RefineButton(QPushButton):
    """Starts a round; while one runs it is a ring with the time left, and a click shows the round."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("primary")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(148)
        self._action = action
        self._fraction: float | None = None
        action.changed.connect(self._follow)
        self.show_round(None)

    def show_round(self, fraction: float | None, text: str = "") -> None:
        """Show a running round by its fraction and a text, or with None that none runs."""
        self._fraction = fraction
        if fraction is None:
            key = self._action.shortcut().toString()
            self.setText(f"{tr('Refine')}   {key}" if key else tr("Refine"))
        else:
            # room for the ring before the text
            self.setText("      " + text)
        self._follow()
        self.update()

    def _follow(self) -> None:
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
        self.project = label(kind="heading")
        self.project.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.project.setAlignment(Qt.AlignmentFlag.AlignCenter)
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
        row.addWidget(self.project, 1)
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
        self.project.setText("" if project is None else project.name)
        self.project.setToolTip("" if project is None else str(project.folder))
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
            self.chip.setToolTip(tr("{title}\nClick for all students").format(title=card.title))
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
