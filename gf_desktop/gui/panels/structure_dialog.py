"""The windows in which a structure gets its name, colour and code, and in which a list of structures is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.files.structure_lists import StructureFile
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.sheets import TaskSheet
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.imaging.structures import SUGGESTED_COLOURS

__all__ = ["ColourGrid", "ListDialog", "StructureDialog", "colour_dot"]

COLUMNS: Final = 8
SWATCH_PX: Final = 28

Keep = Callable[[str, str, str], object]


def colour_dot(colour: str, *, ring: bool = False) -> QIcon:
    """Return a disc of a colour; with ``ring`` it has a hole."""
    picture = QPixmap(QSize(40, 40))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(current_palette().muted), 2))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(4, 4, 32, 32)
    if ring:
        # in use: a hole, so that it is told by form and not by colour
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(14, 14, 12, 12)
    painter.end()
    return QIcon(picture)


class ColourGrid(QWidget):
    """The suggested colours as buttons, those in use with a hole, and one for any other colour.

    The chosen one is pressed. Arrows and Tab go from button to button.

    Parameters
    ----------
    chosen
        Colour to begin with, #rrggbb.
    used
        Colours of other structures.
    ask
        Asks the person for any colour; given the one that is chosen, returns "" when they think better of it.
    """

    def __init__(self, chosen: str, used: Sequence[str], ask: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._used = {colour.lower() for colour in used}
        self.colour = chosen.lower()
        self.buttons: dict[str, QToolButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID_PX // 2)
        for at, colour in enumerate(SUGGESTED_COLOURS):
            button = self._button(colour)
            self.buttons[colour] = button
            grid.addWidget(button, at // COLUMNS, at % COLUMNS)
        self.own = self._button("")
        rows = -(-len(SUGGESTED_COLOURS) // COLUMNS)
        line = QHBoxLayout()
        line.addWidget(self.own)
        line.addWidget(push_button(tr("Other colour…"), self._choose_other))
        line.addStretch(1)
        grid.addLayout(line, rows, 0, 1, COLUMNS)
        self._show()

    def _button(self, colour: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setFixedSize(SWATCH_PX, SWATCH_PX)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked=False: self.choose(colour or self.colour))
        if colour:
            button.setIcon(colour_dot(colour, ring=colour in self._used))
            words = tr("{colour}, in use").format(colour=colour) if colour in self._used else colour
            button.setAccessibleName(words)
            button.setToolTip(words)
        return button

    def choose(self, colour: str) -> None:
        """Take a colour, #rrggbb."""
        self.colour = colour.lower()
        self._show()

    def _choose_other(self) -> None:
        colour = self._ask(self.colour)
        if colour:
            self.choose(colour)

    def _show(self) -> None:
        for colour, button in self.buttons.items():
            button.setChecked(colour == self.colour)
        other = self.colour not in self.buttons
        self.own.setVisible(other)
        self.own.setChecked(other)
        if other:
            self.own.setIcon(colour_dot(self.colour, ring=self.colour in self._used))
            self.own.setAccessibleName(self.colour)
            self.own.setToolTip(self.colour)


class StructureDialog(TaskSheet):
    """Name, colour and code of a structure that is new or changed.

    Parameters
    ----------
    title
        Of the window.
    name, colour, code
        To begin with.
    used
        Colours of other structures.
    ask_colour
        Asks for any colour; see :class:`ColourGrid`.
    keep
        Given name, colour and code when the person is done; where it raises a UserError, the window stays open and says so.
    """

    def __init__(
        self,
        title: str,
        *,
        name: str,
        colour: str,
        code: str,
        used: Sequence[str],
        ask_colour: Callable[[str], str],
        keep: Keep,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._keep = keep
        self.name, self.code = QLineEdit(name), QLineEdit(code)
        self.name.setAccessibleName(tr("Name"))
        self.code.setAccessibleName(tr("Code"))
        self.code.setPlaceholderText("SCT 10200004")
        self.colours = ColourGrid(colour, used, ask_colour)
        self.told = label(kind="bad", wrap=True)
        self.told.hide()
        self.done_button = push_button(tr("Save"), self._finish, kind="primary")
        self.done_button.setDefault(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        grid.setSpacing(GRID_PX)
        rows = ((tr("Name"), self.name), (tr("Code"), self.code), (tr("Colour"), self.colours))
        for row, (text, field) in enumerate(rows):
            heading = label(text)
            heading.setBuddy(field)
            grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
        grid.addWidget(self.told, 3, 0, 1, 2)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(push_button(tr("Cancel"), self.reject))
        buttons.addWidget(self.done_button)
        grid.addLayout(buttons, 4, 0, 1, 2)
        self.name.selectAll()
        self.name.setFocus()

    def _finish(self) -> None:
        try:
            self._keep(self.name.text(), self.colours.colour, self.code.text().strip())
        except UserError as error:
            self.told.setText(spoken(f"{error.what}. {error.next_step}"))
            self.told.show()
            self.name.setFocus()
            return
        self.accept()


class ListDialog(TaskSheet):
    """Choose a list of structures: one that ships with the program, or a file.

    Parameters
    ----------
    lists
        Those that ship.
    take
        Given the path of the chosen list.
    ask_file
        Asks for a file; None when the person thinks better of it.
    words
        Title, what is said above the lists, and the button that takes one; None for those of adding to a project.
    """

    def __init__(
        self,
        lists: Sequence[StructureFile],
        *,
        take: Callable[[Path], object],
        ask_file: Callable[[], Path | None],
        parent: QWidget | None = None,
        words: tuple[str, str, str] | None = None,
    ) -> None:
        title, above, button = words or (
            tr("Add structures from a list"),
            tr("Structures that the project has already stay as they are."),
            tr("Add what is missing"),
        )
        super().__init__(title, parent)
        self._lists = list(lists)
        self._take = take
        self._ask_file = ask_file
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Lists of structures"))
        for listed in self._lists:
            item = QListWidgetItem(self._listed_text(listed), self.list)
            item.setToolTip(", ".join(listed.table.names))
        self.about = label(kind="muted", wrap=True)
        self.about.setMinimumHeight(5 * self.fontMetrics().lineSpacing())
        self.about.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.list.currentRowChanged.connect(self._show_about)
        self.list.itemDoubleClicked.connect(lambda _item: self._finish())
        self.add_button = push_button(button, self._finish, kind="primary")
        self.add_button.setDefault(True)
        self.file_button = push_button(tr("From a file…"), self._from_file)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addWidget(label(above, kind="muted", wrap=True))
        layout.addWidget(self.list, 1)
        layout.addWidget(self.about)
        buttons = QHBoxLayout()
        buttons.addWidget(self.file_button)
        buttons.addStretch(1)
        buttons.addWidget(push_button(tr("Cancel"), self.reject))
        buttons.addWidget(self.add_button)
        layout.addLayout(buttons)
        self.resize(460, 420)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    @staticmethod
    def _listed_text(listed: StructureFile) -> str:
        n = len(listed.table)
        return tr("{name} ({n} structures)", n).format(name=tr(listed.name), n=n)

    def _show_about(self, row: int) -> None:
        if 0 <= row < len(self._lists):
            listed = self._lists[row]
            self.about.setText(f"{', '.join(listed.table.names)}.\n{tr('Licence')}: {tr(listed.licence)}")

    def _finish(self) -> None:
        row = self.list.currentRow()
        self.accept()
        if 0 <= row < len(self._lists):
            self._take(self._lists[row].path)

    def _from_file(self) -> None:
        path = self._ask_file()
        if path is not None:
            self.accept()
            self._take(path)
