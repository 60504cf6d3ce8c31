"""All that is known of one scan that was found: findings, passport, the level of a slide, and a spacing that nobody states."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gf_desktop.files.spacing import LARGEST_MM, Spacing
from gf_desktop.gui.actions import tr
from gf_desktop.gui.import_list import VERDICTS, pixmap_of, reason_of, size_of, title_of
from gf_desktop.gui.language import local_number
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.passport_rows import SEVERITY_WORDS, add_rows, finding_text, passport_rows
from gf_desktop.gui.widgets import label, line
from gf_desktop.importing import FoundScan

__all__ = ["ImportDetails", "SpacingFields"]

PAUSE_MS: Final = 400
"""Who types a number does not pause for so long within it."""

_RETURN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Millimetres(QLineEdit):
    """A length to type. Return ends the typing and does not reach the window.

    Signals: ``entered()`` Return was pressed.
    """

    entered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("field")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setPlaceholderText("mm")

    @property
    def mm(self) -> float | None:
        """The length; None where this is none."""
        text = self.text().strip()
        number, good = QLocale().toDouble(text)
        if not good:
            number, good = QLocale.c().toDouble(text)
        return number if good and math.isfinite(number) and 0 < number < LARGEST_MM else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Return."""
        super().keyPressEvent(event)
        if event.key() in _RETURN:
            event.accept()
            self.entered.emit()


class SpacingFields(QFrame):
    """Three lengths that the user states.

    Signals: ``stated(object)`` (rows, columns, slices) in mm when all three are typed, None when they are not any more.
    """

    stated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = _Millimetres(tr("Distance between rows in mm"))
        self.columns = _Millimetres(tr("Distance between columns in mm"))
        self.slices = _Millimetres(tr("Distance between slices in mm"))
        self.told = label(kind="bad", wrap=True)
        self.told.hide()
        self._before: Spacing | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID_PX)
        grid.setVerticalSpacing(GRID_PX // 2)
        grid.addWidget(label(tr("The files do not state the distances. Type them in mm:"), wrap=True), 0, 0, 1, 3)
        for column, (name, field) in enumerate(
            ((tr("between rows"), self.rows), (tr("between columns"), self.columns), (tr("between slices"), self.slices))
        ):
            heading = label(name, kind="muted")
            heading.setBuddy(field)
            grid.addWidget(heading, 1, column)
            grid.addWidget(field, 2, column)
            field.textEdited.connect(lambda _text: self._pause.start())
            field.entered.connect(self._tell)
        grid.addWidget(self.told, 3, 0, 1, 3)

    def show_spacing(self, spacing_mm: Spacing | None) -> None:
        """Show what was stated before."""
        self._pause.stop()
        self._before = spacing_mm
        self.told.hide()
        for field, mm in zip((self.rows, self.columns, self.slices), spacing_mm or (None, None, None), strict=True):
            field.setText("" if mm is None else local_number(f"{mm:.6g}"))

    def _tell(self) -> None:
        self._pause.stop()
        fields = (self.rows, self.columns, self.slices)
        wrong = any(field.text().strip() and field.mm is None for field in fields)
        self.told.setText(tr("A distance is a number of mm between 0 and {most}.").format(most=round(LARGEST_MM)) if wrong else "")
        self.told.setVisible(wrong)
        row_mm, column_mm, slice_mm = (field.mm for field in fields)
        now = None if row_mm is None or column_mm is None or slice_mm is None else (row_mm, column_mm, slice_mm)
        if now != self._before:
            self._before = now
            self.stated.emit(now)


class ImportDetails(QScrollArea):
    """See the module.

    Signals: ``level_chosen(int)`` another level of a slide · ``stated(object)`` see :class:`SpacingFields` · ``text_kept(bool)`` whether
    burned-in text is to stay.
    """

    level_chosen = Signal(int)
    stated = Signal(object)
    text_kept = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("What is known of the scan"))
        self.title = label(kind="heading", wrap=True)
        self.verdict = label()
        self.size_line = label(kind="muted", wrap=True)
        self.way_out = label(wrap=True)
        self.level = QComboBox()
        self.level.setAccessibleName(tr("Level of the slide"))
        self.level.activated.connect(self.level_chosen.emit)
        self._level_row = QWidget()
        row = QHBoxLayout(self._level_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(tr("Level of the slide")))
        row.addWidget(self.level, 1)
        self.spacing = SpacingFields()
        self.spacing.stated.connect(self.stated.emit)
        self.marked = QLabel()
        self.marked.setAccessibleName(tr("Picture with the text framed"))
        self.keep_text = QCheckBox(tr("Leave the text in the picture"))
        self.keep_text.clicked.connect(lambda _checked: self.text_kept.emit(self.keep_text.isChecked()))
        self._rest = QWidget()
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        self._column.setSpacing(GRID_PX)
        for part in (
            self.title,
            self.verdict,
            self.size_line,
            self.way_out,
            self._level_row,
            self.spacing,
            self.marked,
            self.keep_text,
            line(),
            self._rest,
        ):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.setWidget(page)
        self.show_found(None)

    def show_found(self, found: FoundScan | None, *, renewed: bool = False) -> None:
        """Show a scan, or none.

        Parameters
        ----------
        renewed
            It is the same scan in another description: what is being typed stays.
        """
        for part in (self.title, self.verdict, self.size_line, self.way_out, self._level_row, self.spacing, self.marked, self.keep_text):
            part.setVisible(found is not None)
        rest = QWidget()
        grid = QGridLayout(rest)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID_PX)
        grid.setVerticalSpacing(GRID_PX // 2)
        grid.setColumnStretch(1, 1)
        if found is not None:
            self._fill(found, grid, renewed=renewed)
        self._column.replaceWidget(self._rest, rest)
        self._rest.setParent(None)
        self._rest.deleteLater()
        self._rest = rest

    def _fill(self, found: FoundScan, grid: QGridLayout, *, renewed: bool) -> None:
        glance = found.glance
        kind, words = VERDICTS[glance.verdict]
        self.title.setText(title_of(found))
        self.verdict.setText(tr(words))
        self.verdict.setObjectName(kind)
        self.verdict.style().polish(self.verdict)
        self.size_line.setText(size_of(found))
        self.way_out.setText(reason_of(found))
        self.way_out.setVisible(glance.verdict == "red")
        self._show_levels(found)
        for part in (self.marked, self.keep_text):
            part.setVisible(found.marked is not None)
        if found.marked is not None:
            self.marked.setPixmap(pixmap_of(found.marked))
            self.keep_text.setChecked(found.keep_text)
        self.spacing.setVisible(found.may_state_spacing or found.source.spacing_mm is not None)
        if not renewed:
            self.spacing.show_spacing(found.source.spacing_mm)
        at = 0
        for finding in glance.findings:
            kind = SEVERITY_WORDS[finding.severity][0] if finding.severity != "green" else ""
            grid.addWidget(label(finding_text(finding.severity, finding.message), kind=kind, wrap=True), at, 0, 1, 2)
            at += 1
        add_rows(grid, passport_rows(glance.passport, spacing_known=glance.spacing_known), at)

    def _show_levels(self, found: FoundScan) -> None:
        levels = found.source.levels
        self._level_row.setVisible(len(levels) > 1)
        self.level.clear()
        for level in levels:
            words = f"{level.columns} × {level.rows}"
            if level.spacing_mm is not None:
                words += local_number(f"  ({level.spacing_mm[0] * 1000:.3g} µm)")
            self.level.addItem(words)
        self.level.setCurrentIndex(found.source.level or 0)
