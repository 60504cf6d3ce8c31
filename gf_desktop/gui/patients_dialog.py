"""The window of the patients: pseudonyms and their scans, and, once that was asked for, what the one file says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.sheets import Sheet
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.project.patients import PatientEntry
from gf_desktop.project.records import Case

__all__ = ["PatientsDialog", "PatientsLook"]

DIALOG_SIZE: Final = (760, 460)
"""Fits into the smallest window."""

NAMELESS: Final = "–"

TAG_WORDS: Final[Mapping[str, str]] = {
    "patient_id": "Number",
    "name": "Name",
    "birth_date": "Born",
    "sex": "Sex",
    "study_date": "Examined",
    "accession": "Accession number",
}
"""What of the file is shown, and how it is called; the UIDs of studies and series are in it too and tell people nothing."""


@dataclass(frozen=True, slots=True)
class PatientsLook:
    """What there is to show.

    Attributes
    ----------
    path, is_there
        The file that says whose the scans are.
    may_change
        Whether the file may be moved and deleted from here.
    entries
        What the file says, by case id; empty as long as nobody asked.
    """

    path: Path
    is_there: bool
    may_change: bool
    cases: tuple[Case, ...]
    entries: Mapping[str, PatientEntry]


class PatientsDialog(Sheet):
    """See the module. Esc closes it, and with it go the names.

    Parameters
    ----------
    look
        Reads what there is to show; with True also what the file says. May raise a UserError, which is shown.
    may_show
        Asks whether names may be on the screen.
    keep_elsewhere, forget
        Ask, and bring the file to another place or delete it; return what came of it, "" where the person thought better of it. May
        raise a UserError.
    """

    def __init__(
        self,
        look: Callable[[bool], PatientsLook],
        *,
        may_show: Callable[[], bool],
        keep_elsewhere: Callable[[], str],
        forget: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Whose scans these are"), parent)
        self._look, self._may_show = look, may_show
        self.named = False
        self.place = label(wrap=True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("Patients"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.more = label(kind="muted", wrap=True)
        self.told = label(wrap=True)
        self.told.hide()
        self.show_button = push_button(tr("Show names…"), self._turn)
        self.keep_button = push_button(tr("Keep the file elsewhere…"), lambda: self._change(keep_elsewhere))
        self.forget_button = push_button(tr("Delete the file…"), lambda: self._change(forget))
        self._assemble()
        self._show()
        self.table.setFocus()

    def _assemble(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        text = tr("The project knows pseudonyms only. One file says whose they are, and where the scans were added from:")
        layout.addWidget(label(text, kind="muted", wrap=True))
        layout.addWidget(self.place)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.more)
        layout.addWidget(self.told)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX)
        for button in (self.show_button, self.keep_button, self.forget_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(push_button(tr("Close"), self.reject))
        layout.addLayout(buttons)
        self.resize(*DIALOG_SIZE)

    def _turn(self) -> None:
        """Show the names, or take them away again."""
        if self.named or self._may_show():
            self.named = not self.named
            self.told.hide()
            self._show()

    def _change(self, change: Callable[[], str]) -> None:
        try:
            told = change()
        except UserError as error:
            self._tell(spoken(str(error)), kind="bad")
            return
        if told:
            self.named = False
            self._show()
            self._tell(told, kind="good")

    def _tell(self, text: str, *, kind: str) -> None:
        self.told.setObjectName(kind)
        self.told.style().polish(self.told)
        self.told.setText(text)
        self.told.show()

    def _show(self) -> None:
        try:
            look = self._look(self.named)
        except UserError as error:
            self.named = False
            look = self._look(False)
            self._tell(spoken(str(error)), kind="bad")
        self.place.setText(str(look.path) if look.is_there else tr("{file} (there is no file there now)").format(file=look.path))
        for button in (self.keep_button, self.forget_button):
            button.setEnabled(look.is_there and look.may_change)
            button.setToolTip("" if look.may_change else tr("The project is open for reading only."))
        self.show_button.setEnabled(look.is_there)
        self.show_button.setText(tr("Hide names") if self.named else tr("Show names…"))
        self.more.setText(tr("The file also holds the UIDs of the studies and series.") if self.named else "")
        self.more.setVisible(self.named)
        self._fill(look)

    def _fill(self, look: PatientsLook) -> None:
        by_patient: dict[str, list[Case]] = {}
        for case in look.cases:
            by_patient.setdefault(case.patient, []).append(case)
        titles = [tr("Patient"), tr("Scans"), *([*map(tr, TAG_WORDS.values()), tr("Added from")] if self.named else [])]
        self.table.clear()
        self.table.setColumnCount(len(titles))
        self.table.setHorizontalHeaderLabels(titles)
        self.table.setRowCount(len(by_patient))
        # those whose files name nobody stand last
        for row, patient in enumerate(sorted(by_patient, key=lambda name: (not name, name))):
            cases = by_patient[patient]
            cells = [patient or NAMELESS, ", ".join(case.id for case in cases)]
            if self.named:
                cells += _tags([look.entries[case.id] for case in cases if case.id in look.entries])
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        if self.named:
            self.table.resizeColumnsToContents()
        header = self.table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)


def _tags(entries: Sequence[PatientEntry]) -> list[str]:
    """Return what the file says of one patient, in the order of the columns; what differs between scans is listed."""
    values = [[getattr(entry.identity, name) for entry in entries] for name in TAG_WORDS]
    values.append([str(entry.source) for entry in entries])
    return [", ".join(dict.fromkeys(value for value in some if value)) for some in values]
