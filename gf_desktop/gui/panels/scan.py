"""The passport of a scan: what it is, where it lies in space, what was found when it was read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number, spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.passport_rows import Row, add_rows, as_text, finding_text, passport_rows
from gf_desktop.gui.widgets import label, line, push_button
from gf_desktop.open_case import OpenCase
from gf_desktop.project.records import Case
from gf_desktop.session import Session

__all__ = ["ScanPassport"]

VERDICT_WORDS = {"green": ("good", "Geometry is sound"), "amber": ("warn", "Read with a remark"), "red": ("bad", "Not to be trusted")}


def _lines(case: Case) -> list[tuple[str, str]]:
    geometry = case.geometry
    rows = [(tr("Scan"), case.id), (tr("Kind"), spoken(case.title)), (tr("Modality"), case.modality or tr("not stated"))]
    if case.patient:
        rows.insert(1, (tr("Patient"), case.patient))
    rows.append((tr("Size"), " × ".join(str(n) for n in geometry.size_ijk)))
    if case.time is not None:
        speed = "" if case.time.frame_ms is None else tr(", {n} ms apart").format(n=local_number(f"{case.time.frame_ms:.4g}"))
        rows.append((tr("Frames"), f"{case.time.count}{speed}"))
        if not case.is_cine:
            rows.append((tr("Mask of"), tr("frame {n}").format(n=case.time.frame + 1)))
    if case.spacing_known:
        rows.append((tr("Voxel"), local_number(" × ".join(f"{s:.4g}" for s in geometry.spacing_mm[: 2 if case.is_cine else 3])) + " mm"))
    if case.spacing_known and case.place_known:
        rows.append((tr("Directions"), " ".join(geometry.axis_letters[: 2 if case.is_cine else 3])))
        if geometry.is_oblique:
            rows.append((tr("Tilt"), local_number(f"{geometry.obliqueness_deg:.1f}°")))
    if not case.spacing_known:
        rows.append((tr("Voxel"), tr("size not known")))
    rows.append((tr("Reviewed"), tr("{n} of {of} slices", case.slices).format(n=case.reviewed, of=case.slices)))
    if case.judges:
        rows.append(
            (
                tr("Held back"),
                tr("the whole patient, to judge new students") if case.patient else tr("the whole scan, to judge new students"),
            )
        )
    elif case.validation_slices:
        rows.append((tr("Held back"), ", ".join(str(k + 1) for k in case.validation_slices)))
    rows.append((tr("Masks by"), case.model_id or "–"))
    return rows


class ScanPassport(QFrame):
    """Geometry, verdict and findings of the case on screen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._shown: tuple[object, ...] | None = None
        self._read: tuple[OpenCase, list[Row]] | None = None
        self.copy: QPushButton | None = None
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        session.case_changed.connect(self.refresh)
        session.worklist_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the case on screen; does nothing where it would look the same, or nobody looks."""
        if not self.isVisible() and self._shown is not None:
            return
        opened = self._session.open
        passport = [] if opened is None else self._passport(opened)
        wanted: tuple[object, ...] = ()
        if opened is not None:
            wanted = (opened.case.verdict, opened.case.findings, tuple(_lines(opened.case)), tuple(passport))
        if wanted == self._shown:
            return
        self._shown = wanted
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(GRID_PX + 2, GRID_PX, GRID_PX + 2, GRID_PX)
        grid.setHorizontalSpacing(2 * GRID_PX)
        grid.setVerticalSpacing(GRID_PX // 2)
        grid.setColumnStretch(1, 1)
        if opened is None:
            grid.addWidget(label(tr("No scan is open."), kind="muted"), 0, 0, 1, 2)
            row = 1
        else:
            row = self._fill(grid, opened.case, passport)
        grid.setRowStretch(row, 1)
        self._scroll.setWidget(page)

    def _passport(self, opened: OpenCase) -> list[Row]:
        """Return the passport's lines of a case; what was read once is kept while it is on screen."""
        if self._read is None or self._read[0] is not opened:
            passport = self._session.must_project().passport(opened.id)
            known = opened.case.spacing_known
            self._read = (opened, [] if passport is None else passport_rows(passport, spacing_known=known))
        return self._read[1]

    def showEvent(self, event: QShowEvent) -> None:
        """Show what changed while nobody looked."""
        super().showEvent(event)
        self.refresh()

    def _fill(self, grid: QGridLayout, case: Case, passport: list[Row]) -> int:
        kind, words = VERDICT_WORDS.get(case.verdict, ("muted", case.verdict))
        grid.addWidget(label(tr(words), kind=kind), 0, 0, 1, 2)
        findings = [finding_text(finding.severity, finding.message) for finding in case.findings]
        row = 1
        for text in findings:
            grid.addWidget(label(text, wrap=True), row, 0, 1, 2)
            row += 1
        grid.addWidget(line(), row, 0, 1, 2)
        lines = _lines(case)
        row = add_rows(grid, lines, row + 1)
        if passport:
            grid.addWidget(line(), row, 0, 1, 2)
            grid.addWidget(label(tr("Where it lies, and what says so"), kind="heading", wrap=True), row + 1, 0, 1, 2)
            row = add_rows(grid, passport, row + 2)
        copied = as_text(tr(words), findings, [*lines, *passport])
        self.copy = push_button(tr("Copy the passport"), lambda: QGuiApplication.clipboard().setText(copied))
        self.copy.setToolTip(tr("Puts these lines into the clipboard"))
        grid.addWidget(self.copy, row, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        return row + 1
