"""The window in which is chosen what a mask file's structures mean, and which of its slices are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap, QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gf_desktop.correcting import listed_slices
from gf_desktop.errors import UserError
from gf_desktop.files.findings import Severity
from gf_desktop.files.mask_look import MaskLook, MaskRow, suggested_mapping
from gf_desktop.files.resample import ResampleMethod
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import count_text, local_number, spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.sheets import TaskSheet
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["MaskDialog", "MaskPurpose", "MaskWish", "StructureRows"]

DIALOG_SIZE: Final = (680, 520)
SWATCH_PX: Final = 12

MaskPurpose = Literal["take", "compare"]

SEVERITY_WORDS: Final[Mapping[Severity, str]] = {
    "green": "Note: {text}.",
    "amber": "To be checked: {text}.",
    "red": "Not usable: {text}.",
}
METHOD_WORDS: Final[Mapping[ResampleMethod, str]] = {
    "nearest": "Resample: nearest voxel",
    "linear": "Resample: linear, smoother outlines",
}


@dataclass(frozen=True, slots=True, eq=False)
class MaskWish:
    """What the person wants of a file.

    Attributes
    ----------
    mapping
        Name of the project's structure for each id of the file; the others are left out.
    slices
        Stored slices, counted from 0; None for all.
    """

    look: MaskLook
    mapping: Mapping[int, str]
    slices: tuple[int, ...] | None = None


class Running(Protocol):
    """What was asked for and may be given up."""

    def cancel(self) -> None:
        """Give it up: no answer comes."""
        ...


Read = Callable[[Path, ResampleMethod, Callable[[MaskLook], None], Callable[[Exception], None]], Running]
Take = Callable[[MaskWish, Callable[[], None], Callable[[Exception], None]], Running]


class _Choice(QComboBox):
    """A choice that the wheel does not change: it scrolls the table that the choice stands in."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the table."""
        event.ignore()


def _ml_text(ml: float) -> str:
    return local_number(f"{ml:.1f} ml" if ml >= 1.0 else f"{ml:.2g} ml")


def _swatch(colour: str) -> QPixmap:
    picture = QPixmap(SWATCH_PX, SWATCH_PX)
    picture.fill(QColor(colour))
    return picture


class StructureRows(QScrollArea):
    """The structures of a file, each with a choice of the project's.

    Parameters
    ----------
    changed
        Called after a choice was made.
    """

    def __init__(self, table: LabelTable, changed: Callable[[], None]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Structures of the file"))
        self._table, self._changed = table, changed
        self._icons = {one.id: QIcon(_swatch(one.color)) for one in table}
        self.choices: dict[int, QComboBox] = {}
        self.figures: dict[int, tuple[QLabel, QLabel, QLabel]] = {}

    def show_file(self, look: MaskLook) -> None:
        """Fill the table; what is known of the project's structures is chosen beforehand."""
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setSpacing(GRID_PX)
        grid.setColumnStretch(2, 1)
        grid.setColumnStretch(6, 1)
        headings = [tr("No."), "", tr("In the file"), tr("Size"), "", "", tr("Structure of the project")]
        if look.apart:
            headings[4:6] = [tr("On the scan"), tr("Outside it")]
        for column, text in enumerate(headings):
            grid.addWidget(label(text, kind="muted"), 0, column)
        self.choices, self.figures = {}, {}
        known = suggested_mapping(look, self._table)
        for line, row in enumerate(look.rows, start=1):
            self._add_row(grid, line, row, known.get(row.number, ""), in_ml=not look.cine)
        grid.setRowStretch(len(look.rows) + 1, 1)
        self.setWidget(inner)

    def _add_row(self, grid: QGridLayout, line: int, row: MaskRow, known: str, *, in_ml: bool) -> None:
        choice = _Choice(tr("Structure of the project for {number} {name}").format(number=row.number, name=row.name).strip())
        choice.addItem(tr("leave out"), "")
        for one in self._table:
            choice.addItem(self._icons[one.id], one.name, one.name)
        choice.setCurrentIndex(max(choice.findData(known), 0))
        choice.currentIndexChanged.connect(lambda _index: self._changed())
        size = _ml_text(row.ml) if in_ml else tr("{n} voxels").format(n=count_text(row.voxels))
        heading = label(row.name or "–", wrap=True)
        heading.setBuddy(choice)
        mark = label()
        if row.colour:
            mark.setPixmap(_swatch(row.colour))
        figures = (label(size if row.voxels else tr("covered by others") if row.covered else tr("nothing drawn")), label(), label())
        for column, widget in enumerate((label(str(row.number)), mark, heading, *figures, choice)):
            grid.addWidget(widget, line, column)
        self.choices[row.number], self.figures[row.number] = choice, figures

    def show_figures(self, look: MaskLook | None) -> None:
        """Show what a resampling makes of each structure; None takes the figures away."""
        for _size, after, outside in self.figures.values():
            after.clear()
            outside.clear()
        for row in look.rows if look is not None else ():
            if row.ml_after is not None and row.outside_share is not None:
                _size, after, outside = self.figures[row.number]
                after.setText(_ml_text(row.ml_after))
                outside.setText(local_number(f"{100 * row.outside_share:.1f} %"))

    @property
    def mapping(self) -> dict[int, str]:
        """What is chosen; without what is left out."""
        return {number: choice.currentData() for number, choice in self.choices.items() if choice.currentData()}


class MaskDialog(TaskSheet):
    """See the module. Enter takes the mask wherever the keyboard is, Esc leaves.

    Parameters
    ----------
    purpose
        "take": the mask becomes that of the scan. "compare": nothing is changed, and there are no slices to choose.
    table
        The project's structures.
    slices
        How many the scan has.
    here
        The stored slice on screen, counted from 0.
    read
        Reads a file off the thread, given a way to resample it where that is needed, and answers with what was found or the error.
    take
        Does what is wanted; answers when it is done, or with the error.
    ask_file
        Asks for another file; None when the person thinks better of it.
    """

    def __init__(
        self,
        purpose: MaskPurpose,
        path: Path,
        table: LabelTable,
        *,
        slices: int,
        here: int,
        read: Read,
        take: Take,
        ask_file: Callable[[], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Take a mask from a file") if purpose == "take" else tr("Compare with a mask file"), parent)
        self._purpose, self._path, self._count, self._here = purpose, path, slices, here
        self._read, self._take, self._ask_file = read, take, ask_file
        self._running: Running | None = None
        self._busy = False
        self.look: MaskLook | None = None
        self.place, self.apart, self.findings = label(kind="muted", wrap=True), label(kind="warn", wrap=True), label(kind="warn", wrap=True)
        self.title = label(kind="heading", wrap=True)
        self.method = _Choice(tr("How to bring the mask onto the scan's grid"))
        self.method.addItem(tr("Choose how it is resampled…"), "")
        for name, words in METHOD_WORDS.items():
            self.method.addItem(tr(words), name)
        self.rows = StructureRows(table, self._show_state)
        self.which = _Choice(tr("Slices"))
        for key, text in (("all", tr("all")), ("here", tr("only slice {n}, on screen").format(n=here + 1)), ("some", tr("some"))):
            self.which.addItem(text, key)
        self.listed = QLineEdit()
        self.listed.setObjectName("field")
        self.listed.setAccessibleName(tr("Numbers of slices"))
        self.listed.setPlaceholderText("3, 7-9")
        self.told = label(kind="bad", wrap=True)
        self.other_button = push_button(tr("Choose another file…"), self._choose_other)
        self.take_button = push_button("", self._finish, kind="primary")
        self.take_button.setDefault(True)
        self._assemble()
        self.method.currentIndexChanged.connect(lambda _index: self._method_chosen())
        self.which.currentIndexChanged.connect(lambda _index: self._show_state())
        self.listed.textChanged.connect(lambda _text: self._show_state())
        self.open_file(path)

    def _assemble(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        heading = label(tr("Slices"))
        heading.setBuddy(self.which)
        about = label(tr("What is left out becomes background in these slices. Undo takes it all back."), kind="muted", wrap=True)
        for widget, stretch in ((heading, 0), (self.which, 1), (self.listed, 1)):
            row.addWidget(widget, stretch)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX)
        buttons.addWidget(self.other_button)
        buttons.addStretch(1)
        buttons.addWidget(push_button(tr("Cancel"), self.reject))
        buttons.addWidget(self.take_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        for widget in (self.title, self.place, self.findings, self.apart, self.method):
            layout.addWidget(widget)
        layout.addWidget(self.rows, 1)
        if self._purpose == "take":
            layout.addLayout(row)
            layout.addWidget(about)
        layout.addWidget(self.told)
        layout.addLayout(buttons)
        self.resize(*DIALOG_SIZE)

    # reading

    def open_file(self, path: Path) -> None:
        """Read a file and show what is in it."""
        self._path, self.look = path, None
        self.title.setText(path.name)
        for widget in (self.apart, self.findings, self.method, self.rows):
            widget.hide()
        self._start(tr("The mask is being read…"))
        self._running = self._read(path, "nearest", self._show_file, self._show_error)

    def _show_file(self, look: MaskLook) -> None:
        self._end()
        self.look = look
        self.rows.show_file(look)
        self.method.blockSignals(True)
        self.method.setCurrentIndex(0)
        self.method.blockSignals(False)
        findings = [one for one in look.file.findings if one.code != "mask_resampled"]
        texts = [tr(SEVERITY_WORDS[one.severity]).format(text=spoken(one.message)) for one in findings]
        self.findings.setText("\n".join(texts))
        self.apart.setText(spoken(f"{look.apart}.") if look.apart else "")
        for widget, shown in ((self.findings, texts), (self.apart, look.apart), (self.method, look.apart), (self.rows, look.rows)):
            widget.setVisible(bool(shown))
        self.place.setText(self._place_text(look))
        self._show_state()
        left = [choice for choice in self.rows.choices.values() if not choice.currentData()]
        (self.method if look.apart else left[0] if left else self.which if self._purpose == "take" else self.take_button).setFocus()

    @staticmethod
    def _place_text(look: MaskLook) -> str:
        if not look.rows:
            return tr("Nothing is drawn in this file. Taking it empties the slices.")
        if look.apart:
            return tr("Nothing is resampled without you: choose how, and look at the figures.")
        return tr("The mask lies on the scan's own grid.")

    def _method_chosen(self) -> None:
        wanted = self.method.currentData()
        if self.look is None:
            return
        self._give_up()
        self.rows.show_figures(None)
        if not wanted or wanted == self.look.method:
            self._show_method()
            return
        self._start(tr("The mask is being resampled…"))
        self._running = self._read(self._path, wanted, self._resampled, self._show_error)

    def _resampled(self, look: MaskLook) -> None:
        self._end()
        self.look = look
        self._show_method()

    def _show_method(self) -> None:
        if self.look is not None:
            self.place.setText(self._place_text(self.look))
            self.rows.show_figures(self.look if self._is_decided else None)
        self._show_state()

    @property
    def _is_decided(self) -> bool:
        """Whether the mask lies on the scan's grid, by itself or as the person wants it."""
        return self.look is not None and (not self.look.apart or self.look.method == self.method.currentData())

    # what is wanted

    def _show_state(self) -> None:
        self.told.hide()
        self.listed.setVisible(self.which.currentData() == "some")
        count = len(self.rows.mapping) if self.look is not None else 0
        if self._purpose == "compare":
            text = tr("Compare {n} structures", count)
        elif self.look is not None and not self.look.rows:
            text = tr("Take the empty mask")
        else:
            text = tr("Take {n} structures", count)
        self.take_button.setText(text.format(n=count))
        is_any = self.look is not None and (count > 0 or not self.look.rows)
        self.take_button.setEnabled(not self._busy and is_any and self._is_decided)

    @property
    def slices(self) -> tuple[int, ...] | None:
        """Which slices are chosen, counted from 0; None for all. A UserError where what was written is no list of them."""
        which = self.which.currentData()
        if which == "all":
            return None
        return (self._here,) if which == "here" else listed_slices(self.listed.text(), self._count)

    def _finish(self) -> None:
        if self.look is None or not self.take_button.isEnabled():
            return
        try:
            wish = MaskWish(self.look, self.rows.mapping, self.slices)
        except UserError as error:
            self._tell(error)
            self.listed.setFocus()
            return
        self._start(self.place.text())
        self._running = self._take(wish, self.accept, self._show_error)

    def _choose_other(self) -> None:
        path = self._ask_file()
        if path is not None:
            self._give_up()
            self.open_file(path)

    # running

    def _start(self, text: str) -> None:
        self._busy = True
        self.place.setText(text)
        self.place.show()
        self._show_state()

    def _end(self) -> None:
        self._busy, self._running = False, None

    def _give_up(self) -> None:
        if self._running is not None:
            self._running.cancel()
        self._end()

    def _tell(self, error: UserError) -> None:
        self.told.setText(spoken(f"{error.what}. {error.next_step}".strip()))
        self.told.show()

    def _show_error(self, error: Exception) -> None:
        self._end()
        self._show_state()
        if not isinstance(error, UserError):
            self.reject()
            return
        if self.look is None:
            self.place.hide()
        self._tell(error)
        if self.look is None:
            self.other_button.setFocus()

    def done(self, result: int) -> None:
        """Close; what is still being read is given up."""
        self._give_up()
        super().done(result)
