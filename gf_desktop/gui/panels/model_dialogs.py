"""The windows in which two students are compared, and in which one gets its title and note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.sheets import Sheet
from gf_desktop.gui.texts import change_text, data_text, dice_text
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.versioning import ModelComparison

__all__ = ["ComparisonDialog", "TitleDialog"]

ROW_PX = 24
NOTE_PX = 88
WIDTH_PX = 520


class ComparisonDialog(Sheet):
    """Two students beside each other: Dice of each structure, what each learned from, and how far the figures can be compared.

    Parameters
    ----------
    compared
        What is shown at first.
    measuring
        Whether both are being measured on the same slices; then :meth:`show_measured` is called when that is done.
    """

    def __init__(self, compared: ModelComparison, *, measuring: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(tr("Two students"), parent)
        self.table = self._new_table()
        self._fill(compared)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.table, 1)
        self.words = label(self._words(compared, measuring=measuring), wrap=True, kind="muted")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.words)
        layout.addWidget(push_button(tr("Close"), self.close), 0, Qt.AlignmentFlag.AlignRight)
        self.resize(WIDTH_PX, min(720, 200 + ROW_PX * (len(compared.rows) + 2)))

    def show_measured(self, compared: ModelComparison) -> None:
        """Show what measuring gave; the same as before where nothing could be measured."""
        self._fill(compared)
        self.words.setText(self._words(compared))

    @staticmethod
    def _new_table() -> QTableWidget:
        table = QTableWidget()
        table.setAccessibleName(tr("Dice of both students"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setShowGrid(False)
        return table

    def _fill(self, compared: ModelComparison) -> None:
        heads, table = [tr("Structure"), compared.first.record.id, compared.second.record.id, tr("Difference")], self.table
        table.setColumnCount(len(heads))
        table.setRowCount(len(compared.rows))
        table.setHorizontalHeaderLabels(heads)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, (name, first, second) in enumerate(compared.rows):
            table.setItem(row, 0, QTableWidgetItem(name))
            for column, text in enumerate((dice_text(first), dice_text(second), change_text(first, second)), start=1):
                item = QTableWidgetItem(text)
                item.setFont(numbers_font())
                item.setTextAlignment(right)
                table.setItem(row, column, item)

    @staticmethod
    def _words(compared: ModelComparison, *, measuring: bool = False) -> str:
        lines = [f"{story.record.id}: {data_text(story)}" for story in (compared.first, compared.second)]
        if measuring:
            lines.append(tr("Both are being measured on the slices that no refinement learns from …"))
        elif compared.slices:
            lines.append(tr("Both were measured just now, on {n} slices that no refinement learns from.").format(n=compared.slices))
        elif compared.same_slices:
            lines.append(tr("Both were measured on the same slices, when the second was made."))
        else:
            lines.append(tr("The two were not measured on the same slices, so small differences say nothing."))
        if not compared.slices:
            lines += [spoken(sentence) for sentence in compared.second.decision[:1]]
        return "\n".join(lines)


class TitleDialog(Sheet):
    """Title and note of a student.

    Parameters
    ----------
    model_id
        Shown as the window's title.
    keep
        Given title and note when the person is done; where it raises a UserError, the window stays open and says so.
    """

    def __init__(self, model_id: str, *, title: str, note: str, keep: Callable[[str, str], object], parent: QWidget | None = None) -> None:
        super().__init__(model_id, parent)
        self._keep = keep
        self.title, self.note = QLineEdit(title), QPlainTextEdit(note)
        self.title.setAccessibleName(tr("Title"))
        self.note.setAccessibleName(tr("Note"))
        self.note.setTabChangesFocus(True)
        self.note.setMinimumHeight(NOTE_PX)
        self.told = label(kind="bad", wrap=True)
        self.told.hide()
        self.done_button = push_button(tr("Save"), self._finish, kind="primary")
        self.done_button.setDefault(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        grid.setSpacing(GRID_PX)
        for row, (text, field) in enumerate(((tr("Title"), self.title), (tr("Note"), self.note))):
            heading = label(text)
            heading.setBuddy(field)
            grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
        hint = label(kind="muted", wrap=True)
        hint.setText(tr("The title goes into a capsule, the note stays in this project. Please write no patient's name."))
        grid.addWidget(hint, 2, 1)
        grid.addWidget(self.told, 3, 0, 1, 2)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(push_button(tr("Cancel"), self.reject))
        buttons.addWidget(self.done_button)
        grid.addLayout(buttons, 4, 0, 1, 2)
        self.setMinimumWidth(WIDTH_PX)
        self.title.selectAll()
        self.title.setFocus()

    def _finish(self) -> None:
        try:
            self._keep(self.title.text(), self.note.toPlainText())
        except UserError as error:
            self.told.setText(spoken(f"{error.what}. {error.next_step}"))
            self.told.show()
            self.title.setFocus()
            return
        self.accept()
