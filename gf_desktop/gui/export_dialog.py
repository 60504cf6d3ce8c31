"""The window in which is chosen what is exported, in which format, and where to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.files.formats import DICOM_FORMATS, MESH_FORMATS, SEGMENTATIONS, DicomFormat, ExportFormat, Orientation
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.settings_store import ExportChoice, ExportScope
from gf_desktop.gui.sheets import TaskSheet
from gf_desktop.gui.widgets import choice_box, label, push_button

__all__ = ["FORMAT_WORDS", "FRAME_WORDS", "SCOPES", "ExportDialog", "ExportWish"]

DIALOG_WIDTH: Final = 600
ABOUT_LINES: Final = 2
"""Room for the longest sentence about a format, so that the window keeps its size."""

SCOPES: Final[tuple[ExportScope, ...]] = get_args(ExportScope)

FORMAT_WORDS: Final[Mapping[ExportFormat | DicomFormat, tuple[str, str]]] = {
    "nifti": ("Masks: NIfTI (.nii.gz)", "For research programs: one volume for each scan, on the scan's own grid."),
    "nrrd": ("Masks: NRRD (.seg.nrrd)", "For 3D Slicer, with names, colours and codes of the structures."),
    "mha": ("Masks: MetaImage (.mha)", "For ITK and what is built on it: one volume for each scan."),
    "png": ("Masks: PNG in colours", "One picture for each slice in the structures' colours; a pixel's value is its structure's number."),
    "png-structures": ("Masks: PNG for each structure", "One black and white picture for each structure and slice."),
    "png16": ("Masks: PNG with 16 bits", "Grey pictures of the structures' numbers, for programs that do not read colour tables."),
    "seg": ("DICOM: segmentation", "For archives (PACS) and viewers: refers to the series that the masks were drawn on."),
    "seg-labelmap": ("DICOM: segmentation, one label map", "A smaller file; many viewers do not read it yet."),
    "rtstruct": ("DICOM: structure set (RTSTRUCT)", "For planning radiotherapy: contours on the slices of the series."),
    "stl": ("Surfaces: STL", "For printing in 3-D and for simulation: one file for each structure, in mm."),
    "obj": ("Surfaces: OBJ", "For drawing and animation: one file for each structure, in mm."),
    "ply": ("Surfaces: PLY", "For programs that work with meshes: one file for each structure, in mm, with its colour."),
    "csv": ("Figures: CSV", "For spreadsheets: volume, mean intensity, surface and centre of each structure."),
    "json": ("Figures: JSON", "The same figures for programs."),
    "report": ("Report: HTML", "One page for each scan to read and print: pictures, figures, findings and the student."),
}
"""Name of each format, and what it is for."""

FRAME_WORDS: Final[Mapping[Orientation, str]] = {
    "lps": "LPS, as DICOM and 3D Slicer have it",
    "ras": "RAS, as NIfTI and FreeSurfer have it",
}
"""Frames of surfaces."""


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What the person wants: the choice that is remembered, and the folders.

    Attributes
    ----------
    source
        For DICOM objects: the folder of the series under the masks; None: where each scan was added from. None for other formats.
    overwrite
        Whether files that are there are replaced, whoever made them. It is never remembered.
    """

    choice: ExportChoice
    folder: Path
    source: Path | None = None
    overwrite: bool = False


def _check(text: str, tip: str, *, checked: bool) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    box.setChecked(checked)
    return box


def _is_whole(field: QLineEdit) -> bool:
    """Whether a path says where it is by itself: nobody knows which folder a program that was started by a click is in."""
    return Path(field.text().strip()).is_absolute()


class ExportDialog(TaskSheet):
    """See the module. Enter exports wherever the keyboard is, Esc leaves.

    Parameters
    ----------
    wish
        To begin with.
    cases
        The ids of the scans for each scope; what has none is not offered.
    known
        Scans of which it is known where they were added from: for these the series need not be named.
    ask_folder
        Asks for a folder, given the title; None when the person thinks better of it.
    start
        Given what is wanted when the person is done. Where it returns False the window stays open; where it raises a UserError it says
        so too.
    """

    def __init__(
        self,
        wish: ExportWish,
        *,
        cases: Mapping[ExportScope, tuple[str, ...]],
        known: frozenset[str] = frozenset(),
        ask_folder: Callable[[str], Path | None],
        start: Callable[[ExportWish], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Export"), parent)
        self._cases, self._known, self._ask_folder, self._start = cases, known, ask_folder, start
        choice = wish.choice
        self.scope = choice_box({scope: self._scope_words(scope) for scope in SCOPES if cases.get(scope)}, choice.scope, name=tr("Scans"))
        self.format = choice_box({name: tr(FORMAT_WORDS[name][0]) for name in FORMAT_WORDS}, choice.format, name=tr("Format"))
        self.about = label(kind="muted", wrap=True)
        self.about.setMinimumHeight(ABOUT_LINES * self.fontMetrics().lineSpacing())
        self.about.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.frame = choice_box({name: tr(words) for name, words in FRAME_WORDS.items()}, choice.orientation, name=tr("Axes"))
        self.folder, self.browse = self._folder_row(str(wish.folder), tr("Folder"), tr("Folder for the export"))
        start_at = "" if wish.source is None else str(wish.source)
        self.source, self.browse_source = self._folder_row(start_at, tr("Series"), tr("Folder of the DICOM series under the masks"))
        tip = tr("For archives and viewers that take one structure at a time.")
        self.per_structure = _check(tr("A file of its own for each structure"), tip, checked=choice.per_structure)
        tip = tr("A file that somebody else has changed since is not replaced, unless that is asked for below.")
        self.resume = _check(tr("Go on with an earlier export: write only what is missing or has changed"), tip, checked=choice.resume)
        tip = tr("You are asked once, with their number, before anything is written.")
        self.overwrite = _check(tr("Replace files that are there, whoever made or changed them"), tip, checked=False)
        self.told = label(kind="bad", wrap=True)
        self.told.hide()
        self.export_button = push_button("", self._finish, kind="primary")
        self.export_button.setDefault(True)
        self._assemble()
        self.scope.currentIndexChanged.connect(lambda _row: self._show())
        self.format.currentIndexChanged.connect(lambda _row: self._show())
        self._show()
        self.format.setFocus()

    def _scope_words(self, scope: ExportScope) -> str:
        ids = self._cases[scope]
        if scope == "this":
            return tr("This scan ({case})").format(case=ids[0])
        return (tr("Marked scans ({n})") if scope == "marked" else tr("All scans ({n})")).format(n=len(ids))

    def _folder_row(self, text: str, name: str, title: str) -> tuple[QLineEdit, QPushButton]:
        """Return a field for a folder, and the button that asks for one."""
        field = QLineEdit(text)
        field.setObjectName("field")
        field.setAccessibleName(name)
        field.setToolTip(title)

        def ask() -> None:
            chosen = self._ask_folder(title)
            if chosen is not None:
                field.setText(str(chosen))
                self.told.hide()

        button = push_button(tr("Choose…"), ask)
        button.setAccessibleName(title)
        return field, button

    def _assemble(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(GRID_PX)
        grid.setColumnStretch(1, 1)
        self._frame_label, self._source_label = label(tr("Axes")), label(tr("Series"))
        browse = {self.folder: self.browse, self.source: self.browse_source}
        for row, (heading, field) in enumerate((
            (label(tr("Scans")), self.scope),
            (label(tr("Format")), self.format),
            (label(), self.about),
            (self._frame_label, self.frame),
            (self._source_label, self.source),
            (label(tr("Folder")), self.folder),
        )):  # fmt: skip
            heading.setBuddy(field)
            grid.addWidget(heading, row, 0)
            if isinstance(field, QLineEdit):
                line = QHBoxLayout()
                line.setSpacing(GRID_PX)
                line.addWidget(field, 1)
                line.addWidget(browse[field])
                grid.addLayout(line, row, 1)
            else:
                grid.addWidget(field, row, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX)
        buttons.addWidget(label(tr("Each file is read back and compared before it counts."), kind="muted", wrap=True), 1)
        buttons.addWidget(push_button(tr("Cancel"), self.reject))
        buttons.addWidget(self.export_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(grid)
        for box in (self.per_structure, self.resume, self.overwrite):
            layout.addWidget(box)
        layout.addWidget(self.told)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.setMinimumWidth(DIALOG_WIDTH)

    @property
    def wish(self) -> ExportWish:
        """What is chosen now."""
        choice = ExportChoice(
            scope=cast("ExportScope", self.scope.currentData()),
            format=cast("ExportFormat | DicomFormat", self.format.currentData()),
            orientation=cast("Orientation", self.frame.currentData()),
            resume=self.resume.isChecked(),
            per_structure=self.per_structure.isChecked(),
        )
        source = self.source.text().strip() if choice.format in DICOM_FORMATS else ""
        return ExportWish(choice, Path(self.folder.text().strip()), Path(source) if source else None, self.overwrite.isChecked())

    @property
    def _series_known(self) -> bool:
        """Whether the series of all chosen scans need not be named."""
        return self._known.issuperset(self._cases[self.wish.choice.scope])

    def _show(self) -> None:
        choice = self.wish.choice
        self.about.setText(tr(FORMAT_WORDS[choice.format][1]))
        self.source.setPlaceholderText(tr("where the scans were added from") if self._series_known else "")
        rows: tuple[tuple[bool, tuple[QWidget, ...]], ...] = (
            (choice.format in MESH_FORMATS, (self._frame_label, self.frame)),
            (choice.format in DICOM_FORMATS, (self._source_label, self.source, self.browse_source)),
            (choice.format in SEGMENTATIONS, (self.per_structure,)),
        )
        for shown, widgets in rows:
            for widget in widgets:
                widget.setVisible(shown)
        count = len(self._cases[choice.scope])
        self.export_button.setText(tr("Export {n} scans", count).format(n=count))
        self.told.hide()

    def _finish(self) -> None:
        wish, field = self.wish, self.folder
        try:
            if not _is_whole(self.folder):
                raise UserError("The whole path of a folder is missing", next_step="Choose a folder to export into.")
            if wish.choice.format in DICOM_FORMATS:
                field = self.source
                if not _is_whole(self.source) and (wish.source is not None or not self._series_known):
                    raise UserError(
                        "The whole path of the series is missing",
                        next_step="Choose the folder of the DICOM series that the masks were drawn on.",
                    )
            if not self._start(wish):
                return
        except UserError as error:
            self.told.setText(spoken(f"{error.what}. {error.next_step}"))
            self.told.show()
            field.setFocus()
            return
        self.accept()
