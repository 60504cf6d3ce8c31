"""One structure in its list: key, colour, name, code, volume, how much of it is reviewed, lock and eye."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import caption_font, current_palette, numbers_font
from gf_desktop.gui.widgets import ElidedLabel, label
from gf_desktop.imaging.labelmap import Structure

__all__ = ["StructureRow", "Swatch"]

ROW_PX = 40
STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -255, Qt.Key.Key_End: 255}
OWN_KEYS: Final = frozenset((*STEPS, Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Menu))
"""Keys that a row hears before any action does."""


class Swatch(QToolButton):
    """The colour of a structure, to change it; a ring where it is hidden."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.setObjectName("eye")
        self.colour = colour
        self.filled = True
        self.setFixedSize(24, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot over the button."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # a rim of its own: white is seen on a light panel too
        painter.setPen(QPen(QColor(current_palette().muted), 1))
        painter.setBrush(QColor(self.colour))
        painter.drawEllipse(QRectF(5.5, 5.5, 13, 13))
        if not self.filled:
            painter.setBrush(QColor(current_palette().surface))
            painter.drawEllipse(QRectF(8.5, 8.5, 7, 7))
        painter.end()


class StructureRow(QFrame):
    """One structure. A click makes it the one that is drawn.

    All rows are one stop of the Tab key, the row that ``take_stop`` was called for and its buttons; the arrows go from row to row.

    Signals: ``chosen(int)`` its label value · ``eye_clicked(int)`` show or hide it · ``lock_clicked(int)`` protect or free it ·
    ``edit_wanted(int)`` change name, colour or code · ``delete_wanted(int)`` · ``step_wanted(int)`` go so many rows down ·
    ``menu_wanted(int, QPoint)`` what can be done to it, at a place on the screen.
    """

    chosen = Signal(int)
    eye_clicked = Signal(int)
    lock_clicked = Signal(int)
    edit_wanted = Signal(int)
    delete_wanted = Signal(int)
    step_wanted = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, structure: Structure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("row")
        self.structure = structure
        self._state: tuple[bool, bool, bool] | None = None
        self.swatch = Swatch(structure.color)
        self._name, self._code, self._key = ElidedLabel(), ElidedLabel(), label(kind="muted")
        texts: tuple[QLabel, ...] = (self._name, self._code)
        self._code.setObjectName("muted")
        self.volume, self.reviewed = label(kind="muted"), label(kind="muted")
        for text in texts:
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.volume.setFont(numbers_font())
        for text in (self._code, self.reviewed):
            text.setFont(caption_font())
        for text in (self.volume, self.reviewed):
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._key.setFixedWidth(16)
        self._key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.eye, self.lock = QToolButton(), QToolButton()
        for button, clicked in ((self.eye, self.eye_clicked), (self.lock, self.lock_clicked), (self.swatch, self.edit_wanted)):
            button.setObjectName("eye")
            button.setIconSize(QSize(18, 18))
            button.clicked.connect(lambda _checked=False, signal=clicked: signal.emit(self.structure.id))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda place: self.menu_wanted.emit(self.structure.id, self.mapToGlobal(place)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(ROW_PX)
        self._lay_out()
        self.take_stop(takes=False)
        self.show_structure(structure, key="", known=True)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(GRID_PX // 2, 2, GRID_PX // 2, 2)
        grid.setHorizontalSpacing(GRID_PX // 2)
        grid.setVerticalSpacing(0)
        places: list[tuple[QLabel | QToolButton, int, int, int]] = [
            (self._key, 0, 0, 2),
            (self.swatch, 0, 1, 2),
            (self._name, 0, 2, 1),
            (self._code, 1, 2, 1),
            (self.volume, 0, 3, 1),
            (self.reviewed, 1, 3, 1),
            (self.lock, 0, 4, 2),
            (self.eye, 0, 5, 2),
        ]
        for widget, row, column, rows in places:
            grid.addWidget(widget, row, column, rows, 1)
        grid.setColumnStretch(2, 1)

    def show_structure(self, structure: Structure, *, key: str, known: bool) -> None:
        """Show a structure, the key that chooses it, and whether the student knows it."""
        self.structure = structure
        self.swatch.colour = structure.color
        self.swatch.update()
        self._name.setText(structure.name)
        code = structure.code or ("" if known else tr("not the student's"))
        self._code.setText(code)
        self._code.setVisible(bool(code))
        tip = [structure.name, *([structure.code] if structure.code else [])]
        if not known:
            tip.append(tr("The student does not know it: proposals leave it alone"))
        self._name.setToolTip("\n".join(tip))
        words = tr("Name, colour and code of {name}").format(name=structure.name)
        self.swatch.setAccessibleName(words)
        self.swatch.setToolTip(words)
        self.show_key(key)
        self._state = None

    def show_key(self, key: str) -> None:
        """Show the key that chooses it; "" for none."""
        self._key.setText(key)
        self.setAccessibleDescription(tr("Key {key}").format(key=key) if key else "")

    def show_amount(self, volume: str, share: float | None) -> None:
        """Show its volume as text, and how much of it is reviewed, 0 to 1; None without any voxel."""
        reviewed = "" if share is None else f"{int(100 * share)} % ✓"
        self.volume.setText(volume)
        self.reviewed.setText(reviewed)
        spoken = [self.structure.name, volume, "" if share is None else tr("{n} % reviewed").format(n=int(100 * share))]
        self.setAccessibleName(", ".join(part for part in spoken if part))

    def show_state(self, *, active: bool, visible: bool, locked: bool) -> None:
        """Show whether it is drawn with, seen and locked."""
        if (active, visible, locked) == self._state:
            return
        self._state = (active, visible, locked)
        self.lock.setIcon(icon("lock") if locked else icon("lock-open", ink="muted"))
        held = (tr("Unlock {name}") if locked else tr("Lock {name}: no tool changes it")).format(name=self.structure.name)
        self.lock.setAccessibleName(held)
        self.lock.setToolTip(held)
        self.swatch.filled = visible
        self.swatch.update()
        self.eye.setIcon(icon("eye") if visible else icon("eye-off", ink="muted"))
        words = (tr("Hide {name}") if visible else tr("Show {name}")).format(name=self.structure.name)
        self.eye.setAccessibleName(words)
        self.eye.setToolTip(words)
        if self.property("chosen") != active:
            self.setProperty("chosen", active)
            self.style().unpolish(self)
            self.style().polish(self)

    def take_stop(self, *, takes: bool) -> None:
        """Be the row at which the Tab key stops, or no longer."""
        policy = Qt.FocusPolicy.TabFocus if takes else Qt.FocusPolicy.NoFocus
        for widget in (self, self.swatch, self.lock, self.eye):
            widget.setFocusPolicy(policy)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this structure."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.structure.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change its name, colour or code."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.edit_wanted.emit(self.structure.id)

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the row from the actions that have them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _own(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from row to row, choose, edit, delete, open the menu."""
        key, number = _own(event), self.structure.id
        if key is None:
            super().keyPressEvent(event)
        elif key in STEPS:
            self.step_wanted.emit(STEPS[key])
        elif key == Qt.Key.Key_Menu:
            self.menu_wanted.emit(number, self.mapToGlobal(self.rect().center()))
        else:
            {Qt.Key.Key_Space: self.chosen, Qt.Key.Key_F2: self.edit_wanted, Qt.Key.Key_Delete: self.delete_wanted}[key].emit(number)


def _own(event: QKeyEvent) -> Qt.Key | None:
    """Return the key where it is one of a row's, pressed alone."""
    key = Qt.Key(event.key())
    return key if key in OWN_KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier else None
