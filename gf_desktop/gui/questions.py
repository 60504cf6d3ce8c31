"""What has to be asked in a window of the system: folders and files. Tests put answers in its place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import QColorDialog, QFileDialog, QMessageBox, QWidget

from gf_desktop.errors import UserError
from gf_desktop.files.formats import PatientTags
from gf_desktop.gui.actions import tr

__all__ = ["Questions"]


class Questions:
    """Asks the person; each answer is None or empty when they think better of it."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._last = str(Path.home())

    def _note(self, chosen: str) -> Path | None:
        if not chosen:
            return None
        self._last = str(Path(chosen).parent)
        return Path(chosen)

    def agreed(self, question: str) -> bool:
        """Ask whether something is really to be done."""
        box = QMessageBox(QMessageBox.Icon.Question, tr("Please confirm"), question, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        yes = box.addButton(tr("Yes, do it"), QMessageBox.ButtonRole.AcceptRole)
        # Return alone undoes nothing
        box.setDefaultButton(box.addButton(tr("No"), QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is yes

    def patient_tags(self, source: Path | None) -> PatientTags | None:
        """Ask whether files may carry who the patient is, as the series states it; the answer None: rather no file at all.

        Parameters
        ----------
        source
            Folder of the series; None: where each scan was added from.
        """
        series = tr("the series that the scans were added from") if source is None else tr("the series in {folder}").format(folder=source)
        text = tr(
            "Each file will carry the patient's name, number, birth date and sex, and the study's date, numbers and physician, from"
            " {series}; an archive needs them. Is that wanted, or should they be left empty?"
        ).format(series=series)
        box = QMessageBox(QMessageBox.Icon.Question, tr("Name of the patient"), text, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        copy = box.addButton(tr("Yes, with the name"), QMessageBox.ButtonRole.YesRole)
        blank = box.addButton(tr("Leave them empty"), QMessageBox.ButtonRole.NoRole)
        box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(blank)
        box.exec()
        clicked = box.clickedButton()
        return "copy" if clicked is copy else "blank" if clicked is blank else None

    def new_project_folder(self) -> Path | None:
        """Ask where a new project is to lie and what it is called."""
        chosen, _kind = QFileDialog.getSaveFileName(
            self._parent, tr("Name of the new project folder"), self._last, options=QFileDialog.Option.ShowDirsOnly
        )
        return self._note(chosen)

    def folder(self, title: str) -> Path | None:
        """Ask for a folder that exists."""
        return self._note(QFileDialog.getExistingDirectory(self._parent, title, self._last))

    @staticmethod
    def show_folder(folder: Path) -> None:
        """Show a folder in the system's own window.

        Raises
        ------
        UserError
            When the system has none.
        """
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            raise UserError("The folder cannot be shown", where=str(folder), next_step="Open it in another program.")

    def scan_files(self) -> list[Path]:
        """Ask for files of scans."""
        kinds = tr(
            "Scans (*.nii *.nii.gz *.dcm *.ima DICOMDIR *.nrrd *.nhdr *.mha *.mhd *.hdr *.img *.png *.jpg *.jpeg *.bmp *.tif *.tiff *.svs"
            " *.mp4 *.avi *.m4v *.mov);;All files (*)"
        )
        chosen, _kind = QFileDialog.getOpenFileNames(self._parent, tr("Scans to add"), self._last, kinds)
        return [path for path in map(self._note, chosen) if path is not None]

    def table_file(self, name: str) -> Path | None:
        """Ask where a table is to be written; ``name`` is offered."""
        offered = str(Path(self._last) / name)
        chosen, _kind = QFileDialog.getSaveFileName(self._parent, tr("Name of the table"), offered, tr("Tables (*.csv)"))
        return self._note(chosen)

    def mask_file(self) -> Path | None:
        """Ask for a mask."""
        kinds = tr("Masks (*.nii *.nii.gz *.nrrd *.mha *.dcm *.png *.tif *.tiff);;All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self._parent, tr("Mask of this scan"), self._last, kinds)
        return self._note(chosen)

    def structure_file(self) -> Path | None:
        """Ask for a list of structures."""
        kinds = tr("Lists of structures (*.json *.txt *.label);;All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self._parent, tr("List of structures"), self._last, kinds)
        return self._note(chosen)

    def new_structure_file(self) -> Path | None:
        """Ask where a list of structures is to be written."""
        chosen, _kind = QFileDialog.getSaveFileName(self._parent, tr("Save the list of structures"), self._last, tr("List (*.json)"))
        return self._note(chosen if not chosen or chosen.endswith(".json") else f"{chosen}.json")

    def capsule_file(self) -> Path | None:
        """Ask for a capsule."""
        kinds = tr("Capsules (*.gfcapsule);;All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self._parent, tr("Capsule with a student"), self._last, kinds)
        return self._note(chosen)

    def new_capsule_file(self, name: str) -> Path | None:
        """Ask where a student is to be written as a capsule; ``name`` is offered."""
        offered = str(Path(self._last) / name)
        chosen, _kind = QFileDialog.getSaveFileName(self._parent, tr("Name of the capsule"), offered, tr("Capsules (*.gfcapsule)"))
        return self._note(chosen if not chosen or chosen.endswith(".gfcapsule") else f"{chosen}.gfcapsule")

    def new_patients_file(self) -> Path | None:
        """Ask where the file that says whose the scans are is to be kept."""
        chosen, _kind = QFileDialog.getSaveFileName(
            self._parent, tr("Keep the list of patients elsewhere"), str(Path(self._last) / "patients.json"), tr("List (*.json)")
        )
        return self._note(chosen if not chosen or chosen.endswith(".json") else f"{chosen}.json")

    def colour(self, start: str) -> str:
        """Ask for any colour; "" when the person thinks better of it."""
        chosen = QColorDialog.getColor(QColor(start), self._parent, tr("Colour"))
        return chosen.name() if chosen.isValid() else ""
