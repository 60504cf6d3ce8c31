"""Whose the scans are: shows the window of the patients, and does what is asked for in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.patients_dialog import PatientsDialog, PatientsLook
from gf_desktop.gui.questions import Questions
from gf_desktop.session import Session

__all__ = ["PatientCommands"]


class PatientCommands:
    """Handlers of the patients.

    Parameters
    ----------
    parent
        Of the dialog; None: it stands alone.
    """

    def __init__(self, session: Session, questions: Questions, *, parent: QWidget | None) -> None:
        self._session = session
        self._ask = questions
        self._parent = parent

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {"patients": self.show}

    def show(self) -> None:
        """Show the pseudonyms, and the file that says whose they are; names only after a question."""
        PatientsDialog(
            self._look, may_show=self._may_show, keep_elsewhere=self._keep_elsewhere, forget=self._forget, parent=self._parent
        ).open()

    def _look(self, named: bool) -> PatientsLook:
        project = self._session.must_project()
        path = project.patients.map.path
        entries = project.patients.map.entries() if named else {}
        return PatientsLook(path, path.is_file(), not project.read_only, tuple(project.cases()), entries)

    def _may_show(self) -> bool:
        text = tr("Names, numbers and dates of birth of the patients will be on the screen until the window is closed. Show them?")
        return self._ask.agreed(text)

    def _keep_elsewhere(self) -> str:
        path = self._ask.new_patients_file()
        if path is None:
            return ""
        self._session.patients.keep_elsewhere(path)
        return tr("The file is kept there now, and nowhere else.")

    def _forget(self) -> str:
        patients = self._session.patients
        lost = tr(
            "Deleting {file} cannot be undone. Nobody can then tell any more whose these scans are. DICOM exports will lack the patient's"
            " name and number, unless you name the folder of the original series each time. A scan of the same patient that is added later"
            " gets a new pseudonym. Pseudonyms, scans and masks stay. Delete it?"
        ).format(file=patients.map.path)
        if not self._ask.agreed(lost):
            return ""
        patients.forget()
        return tr("The file is deleted; the pseudonyms stay.")
