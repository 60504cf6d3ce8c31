"""The window for those who want to say how a round is trained: minutes, cores, device, the plug, structures and recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gf_desktop.errors import TrainingError, UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.number_boxes import NumberBox
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.panels.structure_dialog import colour_dot
from gf_desktop.gui.settings_store import MOST_MINUTES, RefineChoice
from gf_desktop.gui.sheets import Sheet
from gf_desktop.gui.widgets import choice_box, label, push_button
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.refinement import RoundWish, recipe_of

__all__ = ["RefineDialog"]

WIDTH_PX = 420

SHOWN_STRUCTURES: Final = 6
"""So many rows of the list are seen at once, at most."""

DEVICES: Final[tuple[tuple[Literal["auto", "cpu", "gpu"], str], ...]] = (
    ("auto", "graphics card where there is one"),
    ("cpu", "processor"),
    ("gpu", "graphics card"),
)

RECIPE_WORDS: Final = {
    "usual": "as usual",
    "gentle": "gentle: stays near to the model that serves",
    "small-structures": "small structures first",
    "without-teacher": "without teacher: from corrections alone",
}


class RefineDialog(Sheet):
    """Asks how the next round is trained.

    Parameters
    ----------
    choice
        What was chosen last.
    cores
        How many the computer has.
    table
        Structures of the project.
    begin
        Begins a round, and is told what is to be remembered; UserError where that is not possible, which is shown and leaves the window
        open.
    """

    def __init__(
        self,
        choice: RefineChoice,
        *,
        cores: int,
        table: LabelTable,
        begin: Callable[[RoundWish, RefineChoice], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Refine with…").rstrip("…"), parent)
        self._begin = begin
        self.minutes = NumberBox()
        self.minutes.setRange(0.5, MOST_MINUTES)
        self.minutes.setDecimals(1)
        self.minutes.setValue(choice.minutes)
        self.cores = NumberBox()
        self.cores.setDecimals(0)
        self.cores.setRange(0, cores)
        # 0 is no number of cores
        self.cores.setSpecialValueText(tr("as many as help"))
        self.cores.setValue(min(choice.cores, cores))
        self.device = choice_box({name: tr(words) for name, words in DEVICES}, choice.device, name=tr("Device"))
        self.only_plugged = QCheckBox(tr("Only while plugged in"))
        self.only_plugged.setChecked(choice.only_plugged)
        self.structures = _structure_list(table)
        self.structures.setToolTip(tr("What was corrected of the others waits for another round"))
        self.recipe = choice_box({name: tr(words) for name, words in RECIPE_WORDS.items()}, "usual", name=tr("Recipe"))
        self.settings = QLineEdit()
        self.settings.setPlaceholderText("batch=4")
        self.settings.setToolTip(tr("Other values for settings of training, such as batch=4, for this round alone"))
        self.told = label(kind="bad", wrap=True)
        self.told.hide()
        form = QFormLayout()
        form.setSpacing(GRID_PX)
        for words, field in (
            (tr("Minutes"), self.minutes),
            (tr("Device"), self.device),
            (tr("Cores"), self.cores),
            ("", self.only_plugged),
            (tr("Learn from"), self.structures),
            (tr("Recipe"), self.recipe),
            (tr("Settings"), self.settings),
        ):
            form.addRow(words, field)
            if words:
                field.setAccessibleName(words)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(push_button(tr("Cancel"), self.close))
        self.refine = push_button(tr("Refine"), self._agreed, kind="primary")
        self.refine.setDefault(True)
        buttons.addWidget(self.refine)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(form)
        layout.addWidget(self.told)
        layout.addLayout(buttons)
        self.setFixedWidth(WIDTH_PX)

    def chosen_structures(self) -> tuple[int, ...]:
        """Return the label values that are learned from; none where all are.

        Raises
        ------
        TrainingError
            When none is ticked.
        """
        rows = [self.structures.item(row) for row in range(self.structures.count())]
        ticked = [row for row in rows if row.checkState() == Qt.CheckState.Checked]
        if rows and not ticked:
            raise TrainingError("No structure is ticked to learn from", next_step="Tick at least one.")
        return () if len(ticked) == len(rows) else tuple(int(row.data(Qt.ItemDataRole.UserRole)) for row in ticked)

    def _agreed(self) -> None:
        choice = RefineChoice(self.minutes.value(), int(self.cores.value()), self.only_plugged.isChecked(), self.device.currentData())
        try:
            recipe = recipe_of([self.recipe.currentData(), *self.settings.text().split()])
            wish = RoundWish(
                choice.minutes,
                threads=choice.cores,
                recipe=recipe,
                only_plugged=choice.only_plugged,
                device=choice.device,
                structures=self.chosen_structures(),
            )
            self._begin(wish, choice)
        except UserError as error:
            self.told.setText(spoken(str(error)))
            self.told.show()
            return
        self.close()


def _structure_list(table: LabelTable) -> QListWidget:
    made = QListWidget()
    for structure in table:
        row = QListWidgetItem(colour_dot(structure.color), structure.name)
        row.setFlags(row.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        row.setCheckState(Qt.CheckState.Checked)
        row.setData(Qt.ItemDataRole.UserRole, structure.id)
        made.addItem(row)
    height = made.sizeHintForRow(0) if made.count() else 0
    made.setFixedHeight(min(SHOWN_STRUCTURES, max(1, made.count())) * height + 2 * GRID_PX)
    return made
