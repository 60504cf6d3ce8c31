"""How well the person agrees with themselves, beside the student, and whether to go on: a few lines under a round's verdict."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout

from gf_desktop.agreement import Advice
from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.texts import dice_text
from gf_desktop.gui.widgets import action_button, label
from gf_desktop.session import Session

__all__ = ["AgreementBox", "advice_text"]


def advice_text(advice: Advice) -> str:
    """Return the advice in the words of the window."""
    if advice.kind == "unknown":
        return tr("Good enough? Read a few slices a second time to know.")
    if advice.kind == "stop":
        return tr("Good enough: the student agrees with you as well as you agree with yourself. Stop here.")
    pairs = [f"{name} {dice_text(advice.student[name])} / {dice_text(advice.own[name])}" for name in advice.below]
    return tr("Not yet: go on. The student with you / you with yourself: {structures}").format(structures=", ".join(pairs))


class AgreementBox(QFrame):
    """Follows the session; hidden without a project."""

    def __init__(self, session: Session, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._session = session
        self.text = label(wrap=True)
        self.again = action_button(actions["read_again"])
        self.offers = QCheckBox(tr("Ask me now and then"))
        self.offers.setToolTip(tr("One approved slice in ten, at most one an hour"))
        self.offers.clicked.connect(self._switched)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX // 2)
        column.addWidget(self.text)
        column.addWidget(self.offers)
        column.addWidget(self.again)
        session.agreeing.changed.connect(self.refresh)
        session.structures_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Read again what is known."""
        project = self._session.project
        if self.parentWidget() is not None:
            # without a parent it would be a window of its own and take the keyboard
            self.setVisible(project is not None)
        if project is None:
            return
        advice = self._session.agreeing.advice()
        self.text.setText(advice_text(advice))
        known = [f"{name} {dice_text(dice)}" for name, dice in advice.own.items() if dice is not None]
        self.text.setToolTip(tr("You with yourself: {structures}").format(structures=", ".join(known)) if known else "")
        self.offers.setChecked(self._session.agreeing.document.enabled)
        self.offers.setEnabled(not project.read_only)

    def _switched(self, checked: bool) -> None:
        self._session.agreeing.set_enabled(enabled=checked)
