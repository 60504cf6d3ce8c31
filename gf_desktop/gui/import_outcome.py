"""The list of what was added and what was not, after some of the scans that were chosen turned out to be unreadable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.import_list import size_of, title_of
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.sheets import Sheet
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.importing import FoundScan
from gf_desktop.workspace import RefusedScan

__all__ = ["ImportOutcome"]

DIALOG_SIZE: Final = (640, 420)


class ImportOutcome(Sheet):
    """See the module. What was not added comes first, each with the reason and the way out.

    Parameters
    ----------
    chosen
        What was to be added.
    refused
        Those of them that were not.
    """

    def __init__(self, chosen: Sequence[FoundScan], refused: Sequence[RefusedScan], parent: QWidget | None = None) -> None:
        super().__init__(tr("Scans that were added"), parent)
        errors = {one.source: one.error for one in refused}
        lost = [found for found in chosen if found.source in errors]
        taken = [found for found in chosen if found.source not in errors]
        said = tr("{n} scans were not added", len(lost)).format(n=len(lost))
        rest = tr("the other {n} were", len(taken)).format(n=len(taken)) if taken else tr("and there was no other")
        self.list = QListWidget()
        self.list.setAccessibleName(tr("What was added and what was not"))
        self.list.setWordWrap(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for found in lost:
            error = errors[found.source]
            reason = spoken(f"{error.what}. {error.next_step}")
            self._add("✕  " + tr("not added"), found, reason, ink=current_palette().bad)
        for found in taken:
            self._add("✓  " + tr("added"), found, "", ink=current_palette().good)
        self.list.setCurrentRow(0)
        close = push_button(tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        self.heading = label(f"{said}, {rest}.", kind="heading", wrap=True)
        layout.addWidget(self.heading)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)
        self.resize(*DIALOG_SIZE)

    def _add(self, sign: str, found: FoundScan, reason: str, *, ink: str) -> None:
        lines = [f"{sign}  ·  {title_of(found)}  ·  {size_of(found)}", *([reason] if reason else [])]
        item = QListWidgetItem("\n".join(lines))
        item.setForeground(QColor(ink))
        self.list.addItem(item)
