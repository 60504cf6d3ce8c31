"""What the actions of projects that begin without a model do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files
from gf_desktop.gui.actions import tr
from gf_desktop.gui.panels.structure_dialog import ListDialog
from gf_desktop.gui.questions import Questions
from gf_desktop.session import Session

__all__ = ["project_handlers"]


class Teller(Protocol):
    """What is needed of the window."""

    def tell(self, text: str, *, kind: str = "", buttons: Any = None) -> None:
        """Show a notice."""
        ...


def project_handlers(
    session: Session, face: Teller, questions: Questions, *, attempt: Callable[[Callable[[], object]], None], parent: QWidget | None
) -> dict[str, Callable[[], object]]:
    """Return the handlers by id.

    Parameters
    ----------
    attempt
        Does something; what the person can act on becomes a notice.
    parent
        Of the dialogs; None: they stand alone.
    """

    def begin(path: Path) -> None:
        # a list that cannot be read is told before anybody has thought of a name for the folder
        table = read_structure_file(path).table
        folder = questions.new_project_folder()
        if folder is None:
            return
        session.create_project(folder, table)
        face.tell(tr("There is no model yet. Add scans, draw and approve a slice, then refine: the first round makes the first model."))

    def choose() -> None:
        ListDialog(
            [read_structure_file(path) for path in shipped_structure_files()],
            take=lambda path: attempt(lambda: begin(path)),
            ask_file=questions.structure_file,
            parent=parent,
            words=(tr("Structures of the new project"), tr("Which structures will you draw? The list can be changed later."), tr("Begin")),
        ).open()

    return {"new_own_project": choose}
