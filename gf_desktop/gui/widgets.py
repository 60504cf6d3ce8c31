"""Small pieces that several regions of the window are put together from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gf_desktop.gui.actions import TOOLS
from gf_desktop.gui.icons import icon, pixmap

__all__ = ["ElidedLabel", "IconLabel", "SwitchPair", "action_button", "choice_box", "label", "line", "push_button", "tool_button"]


class IconLabel(QLabel):
    """An icon that is no button; follows the theme."""

    def __init__(self, name: str, *, ink: str = "text", side_px: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._ink, self._side_px = name, ink, side_px
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(pixmap(self._name, ink=self._ink, side_px=self._side_px, ratio=self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in the colours of another theme, or for another screen."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._draw()


class ElidedLabel(QLabel):
    """A text that ends in an ellipsis where there is no room for all of it."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw as much as there is room for."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.style().drawItemText(
            painter, self.rect(), int(self.alignment()), self.palette(), self.isEnabled(), text, self.foregroundRole()
        )
        painter.end()


class SwitchPair(QWidget):
    """Two buttons of which one is pressed."""

    def __init__(self, first: str, second: str, *, names: tuple[str, str]) -> None:
        super().__init__()
        self.buttons = [QPushButton(first), QPushButton(second)]
        self.group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, (button, name) in enumerate(zip(self.buttons, names, strict=True)):
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setObjectName("segment")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(name)
            button.setToolTip(name)
            self.group.addButton(button, number)
            row.addWidget(button)

    def press(self, *, second: bool) -> None:
        """Show which one is pressed."""
        self.buttons[int(second)].setChecked(True)


def label(text: str = "", *, kind: str = "", wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """Return a text; ``kind`` is "", "muted", "heading", "title", "good", "warn" or "bad"."""
    made = QLabel(text, parent)
    made.setObjectName(kind)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def line(parent: QWidget | None = None) -> QFrame:
    """Return a thin horizontal line."""
    made = QFrame(parent)
    made.setObjectName("line")
    made.setFixedHeight(1)
    return made


def choice_box(rows: Mapping[str, str], chosen: str, *, name: str) -> QComboBox:
    """Return a box of choices.

    Parameters
    ----------
    rows
        Words by key; the key is the row's data.
    chosen
        Key of the row that is chosen; where there is none of it, the first one is.
    name
        What screen readers call the box.
    """
    box = QComboBox()
    box.setAccessibleName(name)
    for key, words in rows.items():
        box.addItem(words, key)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


def push_button(text: str, on_click: Callable[[], object], *, kind: str = "", icon_name: str = "") -> QPushButton:
    """Return a button; ``kind`` is "", "primary" or "link". It does not take the keyboard from the picture when clicked."""
    made = QPushButton(text)
    made.setObjectName(kind)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAutoDefault(False)
    if icon_name:
        made.setIcon(icon(icon_name))
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def action_button(action: QAction, *, kind: str = "") -> QPushButton:
    """Return a button with the text and state of an action."""
    made = push_button(action.text().rstrip("…"), action.trigger, kind=kind)

    def follow() -> None:
        made.setEnabled(action.isEnabled())
        made.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()
    return made


def tool_button(action: QAction, *, side_px: int = 20) -> QToolButton:
    """Return an icon button of an action, named for those who cannot see the icon."""
    made = QToolButton()
    # the tool in the hand is drawn inverse, other switches only raised
    made.setObjectName("hand" if action.objectName() in TOOLS else "")
    made.setDefaultAction(action)
    made.setIconSize(QSize(side_px, side_px))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAccessibleName(action.text())
    return made
