"""The surfaces of the case on screen, kept up with what is painted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.surface import COARSE_SAMPLES, Surface, boxes_of, surface_of
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.open_case import OpenCase
from gf_desktop.session import Session

__all__ = ["REST_MS", "StructureMesh", "SurfaceMeshes"]

T = TypeVar("T")
UInt8 = npt.NDArray[np.uint8]

REST_MS: Final = 300
"""Nothing is meshed before the mask has been left alone for so long."""

LONGEST_WAIT_S: Final = 2.0
"""A wheel that turns without end does not keep surfaces waiting for longer."""

MOST_PLACES: Final = 64
"""More changed places than this are looked through as one."""

SEARCH_VOXELS: Final = 1 << 24
"""So many voxels are searched between two looks at whether the answer is still wanted."""


@dataclass(frozen=True, slots=True)
class StructureMesh:
    """A structure's surface, and a coarse one that is drawn while it moves."""

    full: Surface
    coarse: Surface


class SurfaceMeshes(QObject):
    """Meshes one structure after the other off the window's thread, and those again that an edit may have touched.

    An edit names a box: the structures in it, and all whose own box it meets, are stale. Once the mask has been at rest and no
    stroke runs they are meshed anew; an answer whose voxels changed meanwhile is dropped.

    Parameters
    ----------
    rested
        Whether nobody has looked elsewhere for so many milliseconds.

    Signals: ``changed()`` surfaces are new, or gone, or all there.
    """

    changed = Signal()

    def __init__(
        self, session: Session, jobs: Jobs, parent: QObject | None = None, *, rested: Callable[[float], bool] = lambda _ms: True
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._rested = rested
        self._since_s = 0.0
        self._jobs = jobs
        self._meshes: dict[int, StructureMesh] = {}
        self._boxes: dict[int, Box] = {}
        self._touched: list[Box] = []
        self._stale: list[int] = []
        self._running: CancelToken | None = None
        self._busy_with: tuple[Box, ...] = ()
        self._again: Callable[[], None] = lambda: None
        self._turns = 0
        self._active = False
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._next)
        session.case_changed.connect(self._case_changed)
        session.labels_changed.connect(self._labels_changed)
        self._case_changed()

    @property
    def meshes(self) -> dict[int, StructureMesh]:
        """By label; those of stale structures are as they were."""
        return self._meshes

    @property
    def complete(self) -> bool:
        """Whether every structure is as its voxels are now."""
        return not (self._touched or self._stale or self._busy_with)

    def set_active(self, active: bool) -> None:
        """Begin to mesh, or leave it until somebody looks again."""
        self._active = active
        if active and not self.complete and not self._rest.isActive():
            self._rest.start(0)

    def _spatial_case(self) -> OpenCase | None:
        opened = self._session.open
        return None if opened is None or opened.volume.is_planar else opened

    def _case_changed(self) -> None:
        self._give_up()
        self._rest.stop()
        self._meshes, self._boxes, self._touched, self._stale = {}, {}, [], []
        opened = self._spatial_case()
        if opened is not None:
            self._touched = [Box.whole(opened.volume.geometry.shape_kji)]
            self._rest.start(0)
        self.changed.emit()

    def _labels_changed(self, box: Box) -> None:
        if self._spatial_case() is None:
            return
        if any(_meet(box, other) for other in self._busy_with):
            again = self._again
            self._give_up()
            again()
        first = self.complete and not self._meshes
        self._touched.append(box)
        if first:
            # that there is nothing to see holds no longer
            self.changed.emit()
        if len(self._touched) > MOST_PLACES:
            whole = self._touched[0]
            for other in self._touched[1:]:
                whole = _joined(whole, other)
            self._touched = [whole]
        self._since_s = time.monotonic()
        self._rest.start(REST_MS)

    def _give_up(self) -> None:
        """Cancel what runs; its answer will not come."""
        self._turns += 1
        if self._running is not None:
            self._running.cancel()
        self._running, self._busy_with = None, ()

    def _next(self) -> None:
        opened = self._spatial_case()
        if opened is None or not self._active or self._busy_with or self._rest.isActive():
            return
        if opened.painting or not (self._rested(REST_MS) or time.monotonic() - self._since_s > LONGEST_WAIT_S):
            self._rest.start(REST_MS)
        elif self._touched:
            self._search(opened)
        elif self._stale:
            self._mesh(opened, self._stale.pop(0))

    def _run(self, boxes: tuple[Box, ...], work: Callable[[CancelToken], T], done: Callable[[T], None], again: Callable[[], None]) -> None:
        """Ask for an answer about some boxes; ``again`` is called instead of ``done`` where their voxels change meanwhile."""
        self._busy_with, self._again = boxes, again
        self._turns += 1
        turn = self._turns

        def ended() -> bool:
            # an answer to an earlier question was dropped by its token, or is an inline one that came at once
            if turn != self._turns:
                return False
            self._running, self._busy_with = None, ()
            if not self._rest.isActive():
                self._rest.start(0)
            return True

        def answered(answer: T) -> None:
            if ended():
                done(answer)
                self.changed.emit()

        def failed(error: Exception) -> None:
            if ended():
                self._session.broke.emit(error)

        token = self._jobs.run(work, on_done=answered, on_error=failed)
        if turn == self._turns and self._busy_with:
            self._running = token

    def _search(self, opened: OpenCase) -> None:
        places, self._touched = tuple(self._touched), []
        labels = opened.label_map.labels

        def work(token: CancelToken) -> dict[int, Box]:
            found: dict[int, Box] = {}
            for place in places:
                for label, box in _find(labels, place, token).items():
                    found[label] = _joined(found[label], box) if label in found else box
            return found

        def done(found: dict[int, Box]) -> None:
            met = {label for label, box in self._boxes.items() if any(_meet(box, place) for place in places)}
            for label, box in found.items():
                self._boxes[label] = _joined(self._boxes[label], box) if label in self._boxes else box
            self._stale += [label for label in sorted(met | set(found)) if label not in self._stale]

        self._run(places, work, done, lambda: self._touched.extend(places))

    def _mesh(self, opened: OpenCase, label: int) -> None:
        labels, geometry, around = opened.label_map.labels, opened.volume.geometry, self._boxes[label]

        def work(token: CancelToken) -> tuple[Box, StructureMesh] | None:
            box = _find(labels, around, token).get(label)
            full = None if box is None or token() else surface_of(labels, label, geometry, box=box)
            coarse = None if full is None or token() else surface_of(labels, label, geometry, box=box, most_samples=COARSE_SAMPLES)
            return None if box is None or full is None or coarse is None else (box, StructureMesh(full, coarse))

        def done(answer: tuple[Box, StructureMesh] | None) -> None:
            if answer is None:
                self._boxes.pop(label, None)
                self._meshes.pop(label, None)
            else:
                self._boxes[label], self._meshes[label] = answer

        self._run((around,), work, done, lambda: self._stale.insert(0, label))


def _meet(one: Box, other: Box) -> bool:
    ends = zip(one.start_kji, one.stop_kji, other.start_kji, other.stop_kji, strict=True)
    return all(a < d and c < b for a, b, c, d in ends)


def _joined(one: Box, other: Box) -> Box:
    start = [min(a, b) for a, b in zip(one.start_kji, other.start_kji, strict=True)]
    stop = [max(a, b) for a, b in zip(one.stop_kji, other.stop_kji, strict=True)]
    return Box((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))


def _find(labels: UInt8, place: Box, cancelled: CancelToken) -> dict[int, Box]:
    """Return the boxes of all labels within a box, some slices at a time; less where nobody wants the answer any more."""
    (k0, j0, i0), (k1, j1, i1) = place.start_kji, place.stop_kji
    step = max(1, SEARCH_VOXELS // max((j1 - j0) * (i1 - i0), 1))
    found: dict[int, Box] = {}
    for k in range(k0, k1, step):
        if cancelled():
            break
        for label, box in boxes_of(labels, Box((k, j0, i0), (min(k + step, k1), j1, i1))).items():
            found[label] = _joined(found[label], box) if label in found else box
    return found
