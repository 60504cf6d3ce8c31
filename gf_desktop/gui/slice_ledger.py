"""What is known of every slice of the case on screen: states, doubt, volumes. Kept up to date stroke by stroke."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gf_desktop.display import SliceSummary, plane_axes, summarise_slice
from gf_desktop.gui.view_state import ViewState
from gf_desktop.imaging.edits import Box
from gf_desktop.memory import let_go
from gf_desktop.session import Session

__all__ = ["SliceLedger"]

TELL_S: Final = 0.25
"""While many slices are counted what is new is told, and drawn, this often: drawing takes as long as a turn of counting."""

TURN_S: Final = 0.006
"""Slices are counted for this long before the window gets its turn; a large scan takes several turns."""

REST_MS: Final = 120
"""Slices that were changed are counted so much later, and not before a stroke has ended: it is not to wait for its own statistics."""

LONGEST_WAIT_S: Final = 1.0
"""Who goes on changing slices sees them counted after so long."""

KEPT_SLICES: Final = 32
"""The confidence of so many counted slices may stay in memory; it is a few megabytes, and the same slices are painted on again."""


class SliceLedger(QObject):
    """Summaries of the slices along the view's axis.

    Signals: ``changed()`` some summaries are new.
    """

    changed = Signal()

    def __init__(self, session: Session, state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self._axis = 2
        self._pending: list[int] = []
        self.summaries: list[SliceSummary | None] = []
        self._totals = np.zeros((2, 256), np.int64)
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._count_some)
        self._told_s = self._waits_since_s = 0.0
        state.display_changed.connect(self._axis_may_have_changed)
        session.case_changed.connect(self.restart)
        session.labels_changed.connect(self._labels_changed)
        session.prediction_changed.connect(self._confidence_may_have_changed)
        self._confidence_revision = 0
        self._looked_at = 0
        self.restart()

    @property
    def complete(self) -> bool:
        """Whether every slice has been counted."""
        return bool(self.summaries) and not self._pending

    def volume_ml(self, label: int) -> float | None:
        """Return the volume of a structure in millilitres; None while slices are still being counted, and where there is no volume."""
        opened = self._session.open
        if opened is None or not all(self.summaries) or not opened.volume.spacing_known or opened.volume.is_cine:
            return None
        return float(self._totals[0, label]) * opened.volume.geometry.voxel_ml

    def voxels(self, label: int) -> int | None:
        """Return the number of voxels of a structure, or None while slices are still being counted."""
        return int(self._totals[0, label]) if all(self.summaries) and self.summaries else None

    def reviewed_share(self, label: int) -> float | None:
        """Return the share of a structure's voxels that a person accepted or edited, 0 to 1; None without any, or while it is counted."""
        count = self.voxels(label)
        return float(self._totals[1, label]) / count if count else None

    def restart(self) -> None:
        """Count everything anew."""
        opened = self._session.open
        if opened is None:
            self.summaries, self._pending = [], []
            self._totals[:] = 0
        else:
            self._confidence_revision = opened.confidence_revision
            self._axis = plane_axes(opened.volume, self._state.display.plane).across
            count = opened.volume.geometry.size_ijk[self._axis]
            self.summaries = [None] * count
            self._totals[:] = 0
            self._pending = list(range(count))
            self._turn.start(0)
        self.changed.emit()

    def _axis_may_have_changed(self) -> None:
        opened = self._session.open
        if opened is not None and plane_axes(opened.volume, self._state.display.plane).across != self._axis:
            self.restart()

    def _confidence_may_have_changed(self) -> None:
        opened = self._session.open
        if opened is not None and opened.confidence_revision != self._confidence_revision:
            self._confidence_revision = opened.confidence_revision
            self._pending = list(range(len(self.summaries)))
            self._turn.start(0)

    def _labels_changed(self, box: Box) -> None:
        array_axis = 2 - self._axis
        touched = range(box.start_kji[array_axis], min(box.stop_kji[array_axis], len(self.summaries)))
        waiting = set(self._pending)
        self._pending = [k for k in touched if k not in waiting] + self._pending
        if not waiting:
            self._waits_since_s = time.monotonic()
        # one change after the other moves the count on, but not for ever
        if time.monotonic() - self._waits_since_s < LONGEST_WAIT_S or not self._turn.isActive():
            self._turn.start(REST_MS)

    def _count_some(self) -> None:
        opened = self._session.open
        if opened is None:
            return
        if opened.painting or not self._state.rested(REST_MS):
            self._turn.start(REST_MS)
            return
        end = time.perf_counter() + TURN_S
        while self._pending and time.perf_counter() < end:
            index = self._pending.pop(0)
            self._looked_at += 1
            former = self.summaries[index]
            summary = summarise_slice(opened.label_map, index, axis=self._axis, confidence=opened.confidence)
            self._totals += (summary.counts, summary.reviewed_counts)
            if former is not None:
                self._totals -= (former.counts, former.reviewed_counts)
            self.summaries[index] = summary
        if self._pending:
            self._turn.start(0)
        elif self._looked_at > KEPT_SLICES:
            self._looked_at = 0
            let_go(opened.confidence)
        if not self._pending or end - self._told_s > TELL_S:
            self._told_s = end
            self.changed.emit()
