"""The window for those who want to say how a round is trained: minutes, cores, the plug, and settings of the recipe."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.number_boxes import NumberBox
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.settings_store import MOST_MINUTES, RefineChoice
from gf_desktop.gui.sheets import Sheet
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.refinement import Recipe, recipe_of

__all__ = ["RefineDialog"]

WIDTH_PX = 420


class RefineDialog(Sheet):
    """Asks how the next round is trained.

    Parameters
    ----------
    choice
        What was chosen last.
    cores
        How many the computer has.
    begin
        Begins a round; UserError where that is not possible, which is shown and leaves the window open.
    """

    def __init__(
        self, choice: RefineChoice, *, cores: int, begin: Callable[[RefineChoice, Recipe], None], parent: QWidget | None = None
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
        self.only_plugged = QCheckBox(tr("Only while plugged in"))
        self.only_plugged.setChecked(choice.only_plugged)
        self.recipe = QLineEdit()
        self.recipe.setToolTip(tr("Other values for settings of training, such as batch=4, for this round alone"))
        self.told = label(kind="bad", wrap=True)
        self.told.hide()
        form = QFormLayout()
        form.setSpacing(GRID_PX)
        for words, field in (
            (tr("Minutes"), self.minutes),
            (tr("Cores"), self.cores),
            ("", self.only_plugged),
            (tr("Recipe"), self.recipe),
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

    def _agreed(self) -> None:
        choice = RefineChoice(self.minutes.value(), int(self.cores.value()), self.only_plugged.isChecked())
        try:
            self._begin(choice, recipe_of(self.recipe.text().split()))
        except UserError as error:
            self.told.setText(spoken(str(error)))
            self.told.show()
            return
        self.close()
