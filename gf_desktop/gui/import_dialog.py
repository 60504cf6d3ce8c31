"""The window in which is chosen which of the scans that were found are added; rows come while the looking goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QProgressBar, QSplitter, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.files.spacing import Spacing
from gf_desktop.gui.actions import tr
from gf_desktop.gui.import_details import ImportDetails
from gf_desktop.gui.import_list import ImportList
from gf_desktop.gui.language import count_text, spoken
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.sheets import TaskSheet
from gf_desktop.gui.widgets import label, push_button
from gf_desktop.importing import FoundScan
from gf_desktop.jobs import CancelToken

__all__ = ["ImportDialog", "LooksAgain"]

DIALOG_SIZE: Final = (980, 600)
"""Fits into the smallest window."""


class LooksAgain(Protocol):
    """What describes a scan anew: :meth:`gf_desktop.importing.Importing.look_again`."""

    def __call__(
        self,
        found: FoundScan,
        *,
        level: int | None = None,
        spacing_mm: Spacing | None = None,
        on_done: Callable[[FoundScan], None],
        on_error: Callable[[Exception], None] | None = None,
    ) -> CancelToken:
        """Describe it at another level of a slide, or with a spacing that is stated."""
        ...


class ImportDialog(TaskSheet):
    """See the module. Return adds what is chosen, Esc adds nothing, Space chooses the row that the keyboard is on.

    Parameters
    ----------
    look_again
        Describes a scan anew, off the thread.
    add
        Given the scans that were chosen.
    stop
        Ends the looking; what was found stays.
    """

    def __init__(
        self,
        *,
        look_again: LooksAgain,
        add: Callable[[Sequence[FoundScan]], object],
        stop: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Add scans"), parent)
        self._look_again, self._add, self._stop = look_again, add, stop
        self._looking = True
        self._pending: dict[int, CancelToken] = {}
        self.list = ImportList()
        self.details = ImportDetails()
        self.every = QCheckBox(tr("All that can be added"))
        self.every.setTristate(True)
        self.every.clicked.connect(lambda _checked: self.list.choose_all(chosen=self.every.checkState() != Qt.CheckState.Unchecked))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 0)
        self.told = label(tr("Looking for scans"), kind="muted")
        self.stop_button = push_button(tr("Stop looking"), self._end_looking)
        self.cancel_button = push_button(tr("Cancel"), self.reject)
        self.add_button = push_button("", self._finish, kind="primary")
        self.add_button.setDefault(True)
        self._assemble()
        self.list.choice_changed.connect(self._show)
        self.list.looked_at.connect(self.details.show_found)
        self.details.level_chosen.connect(lambda level: self._renew(level=level))
        self.details.stated.connect(lambda spacing_mm: self._renew(spacing_mm=spacing_mm))
        self.details.text_kept.connect(self._keep_text)
        self.finished.connect(lambda _result: self._let_go())
        self._show()
        self.list.setFocus()

    def _assemble(self) -> None:
        left = QFrame()
        left.setObjectName("panel")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addWidget(self.every, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.details)
        split.setSizes([560, 400])
        split.setHandleWidth(1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID_PX)
        foot.addWidget(self.told)
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.stop_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addWidget(split, 1)
        layout.addLayout(foot)
        self.resize(*DIALOG_SIZE)

    # rows

    def show_files(self, done: int, count: int) -> None:
        """Show how many files were looked at before the first scan is known."""
        self.progress.setRange(0, count)
        self.progress.setValue(done)
        self.told.setText(tr("{done} of {count} files looked through").format(done=count_text(done), count=count_text(count)))

    def add_found(self, found: FoundScan, count: int) -> None:
        """Add a row; ``count`` is how many scans there are in all."""
        self.list.add(found)
        self.progress.setRange(0, count)
        self.progress.setValue(self.list.count())
        self.told.setText(tr("{n} of {count} looked at").format(n=self.list.count(), count=count))
        self._show()

    def finish_looking(self) -> None:
        """Take note that no row will come any more."""
        self._looking = False
        for part in (self.progress, self.stop_button):
            part.hide()
        refused = sum(not self.list.found(row).usable for row in range(self.list.count()))
        words = tr("{n} scans found", self.list.count()).format(n=self.list.count())
        self.told.setText(words + (", " + tr("{n} cannot be added", refused).format(n=refused) if refused else ""))
        self._show()

    def _end_looking(self) -> None:
        self._stop()
        self.finish_looking()
        self.list.setFocus()

    def _renew(self, *, level: int | None = None, spacing_mm: Spacing | None = None) -> None:
        row = self.list.currentRow()
        found = self.list.found(row)
        if row in self._pending:
            self._pending.pop(row).cancel()
        stated = spacing_mm if level is None else found.source.spacing_mm
        done, failed = partial(self._renewed, row), partial(self._not_renewed, row)
        self._pending[row] = self._look_again(found, level=level, spacing_mm=stated, on_done=done, on_error=failed)
        self._show()

    def _keep_text(self, keep: bool) -> None:
        row = self.list.currentRow()
        self.list.renew(row, replace(self.list.found(row), keep_text=keep))

    def _renewed(self, row: int, found: FoundScan) -> None:
        self._pending.pop(row, None)
        self.list.renew(row, found)
        if row == self.list.currentRow():
            self.details.show_found(found, renewed=True)
        self._show()

    def _not_renewed(self, row: int, error: Exception) -> None:
        self._pending.pop(row, None)
        self._show()
        if not isinstance(error, UserError):
            raise error
        self.told.setText(spoken(f"{error.what}. {error.next_step}"))

    def _show(self) -> None:
        chosen, usable = len(self.list.chosen), sum(self.list.found(row).usable for row in range(self.list.count()))
        self.every.setEnabled(usable > 0)
        some = Qt.CheckState.Unchecked if not chosen else Qt.CheckState.Checked if chosen == usable else Qt.CheckState.PartiallyChecked
        self.every.setCheckState(some)
        self.add_button.setText(tr("Add {n} scans", chosen).format(n=chosen))
        self.add_button.setEnabled(chosen > 0 and not self._looking and not self._pending)

    # leaving

    def _finish(self) -> None:
        if self.add_button.isEnabled():
            chosen = self.list.chosen
            self.accept()
            self._add(chosen)

    def _let_go(self, *_args: Any) -> None:
        for token in self._pending.values():
            token.cancel()
        self._pending.clear()
        if self._looking:
            self._looking = False
            self._stop()
