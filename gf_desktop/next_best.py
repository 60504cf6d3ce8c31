"""What is worth correcting next in the whole project: measured scan by scan off the session's thread, kept, and ranked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.labelmap import LabelMap, LabelTable
from gf_desktop.imaging.volume import Volume
from gf_desktop.imaging.worth import SliceWorths, empty_worths, measure_slices
from gf_desktop.jobs import CancelToken
from gf_desktop.memory import let_go
from gf_desktop.open_case import OpenCase
from gf_desktop.project.change_files import read_change, read_difference
from gf_desktop.project.journal import Event
from gf_desktop.project.mask_files import JOURNAL
from gf_desktop.project.records import Case
from gf_desktop.project.store import read_confidence
from gf_desktop.project.worth_files import read_worths, write_worths
from gf_desktop.ranking import Candidates, Pace, Suggestion, pace_of, rank
from gf_desktop.workspace import OnError, Workspace, no_answer

__all__ = ["LISTED", "MANY_ALIKE", "Ranking", "Suggesting", "reason", "strokes_of"]

LISTED: Final = 40
"""Slices that a ranking holds."""

TURN_S: Final = 1.5
"""Scans that were never measured are measured for so long before what is known is ranked and told; then the next turn begins."""

MANY_ALIKE: Final = 2
"""From so many other slices that a slice is like on, its reason tells."""

PAINTED: Final = frozenset({"brush", "eraser"})
"""Names of edits that a hand made."""

Bools = npt.NDArray[np.bool_]
Strokes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Slices in the order in which they are worth correcting, the pace that was reckoned with, and how many scans are not measured yet."""

    suggestions: tuple[Suggestion, ...] = ()
    pace: Pace = field(default_factory=Pace)
    left: int = 0


@dataclass(slots=True, eq=False)
class _Measured:
    """What is known of a scan: under which key, its slices, and the seconds and mm² of strokes on it."""

    key: str
    worths: SliceWorths
    strokes: Strokes


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """What measures a scan on any thread.

    ``only`` are the slices that changed since it was measured, None for all. ``trusts`` says whether what is kept under the key is how the
    mask is: on screen it may be ahead of the disk.
    """

    case: Case
    key: str
    folder: Path
    table: LabelTable
    known: _Measured | None
    load: Callable[[], tuple[Volume, LabelMap, npt.NDArray[np.uint8] | None]]
    events: Callable[[], tuple[Event, ...]]
    only: frozenset[int] | None = None
    trusts: bool = True

    def measured(self) -> _Measured | None:
        """Return what is known without looking at a voxel; None where it has to be measured."""
        if self.known is not None and (self.known.key == self.key if self.trusts else self.only == frozenset()):
            return self.known
        if not self.trusts:
            return None
        kept = read_worths(self.folder, self.key, self.case.slices)
        return None if kept is None else _Measured(self.key, *kept)

    def measure(self, *, keep: bool) -> _Measured:
        """Look at the scan, or at what changed of it; errors as reading masks."""
        volume, label_map, confidence = self.load()
        fresh = self.only is None or self.known is None
        worths = empty_worths(self.case.slices, self.table) if fresh or self.known is None else self.known.worths
        measure_slices(
            worths,
            volume.voxels,
            label_map.labels,
            label_map.states,
            confidence,
            disputed=self._disputed(label_map.labels.shape),
            slices=None if fresh or self.only is None else sorted(self.only),
        )
        # as large as the mask, and wanted again only where something changes
        let_go(confidence)
        strokes = strokes_of(self.events(), pixel_mm2(volume))
        if keep:
            write_worths(self.folder, self.key, worths, strokes)
        return _Measured(self.key, worths, strokes)

    def _disputed(self, shape: tuple[int, int, int]) -> Bools | None:
        change = read_change(self.folder)
        if change is None or change.state != "open" or change.newer != self.case.model_id:
            return None
        try:
            difference = read_difference(self.folder, change, shape)
        except ProjectError:
            # what the student before had said is a help, and told as missing where it is asked for
            return None
        if difference is None:
            return None
        disputed = np.zeros(shape, bool)
        disputed[difference.box.slices] = difference.mask
        return disputed


def pixel_mm2(volume: Volume) -> float:
    """Return the area of a pixel of a stored slice in mm²."""
    across, down, _along = volume.geometry.spacing_mm
    return float(across * down)


def strokes_of(events: Iterable[Event], pixel_area_mm2: float) -> Strokes:
    """Return seconds since the edit before and mm² of each stroke by hand, float32 [n, 2]; half of its box, as of a disc moved along."""
    found, before = [], None
    for event in events:
        try:
            now = datetime.fromisoformat(event.time)
        except ValueError:
            continue
        if event.tool in PAINTED and event.box is not None and before is not None:
            _depth, rows, columns = event.box.shape_kji
            found.append(((now - before).total_seconds(), 0.5 * rows * columns * pixel_area_mm2))
        # time before the first stroke of a visit was spent elsewhere
        before = now if event.tool else None
    return np.array(found, np.float32).reshape(-1, 2)


@dataclass(slots=True, eq=False)
class _Dirty:
    """Slices of the case on screen that were changed since they were measured."""

    opened: OpenCase | None = None
    slices: set[int] = field(default_factory=set)
    confidence: int = -1


class Suggesting:
    """Belongs to the thread of its workspace.

    Attributes
    ----------
    ranking
        The last one.

    Signals: ``changed()`` another ranking · ``wanted()`` the person asks for the next slice.
    """

    changed = Signal()
    wanted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, _Measured] = {}
        self._dirty = _Dirty()
        self._token: CancelToken | None = None
        self._again = False
        self._gone: set[tuple[str, int]] = set()
        self.ranking = Ranking()
        workspace.project_changed.connect(self._project_changed)
        workspace.labels_changed.connect(self._labels_changed)

    def _project_changed(self) -> None:
        if self._token is not None:
            self._token.cancel()
        self._token, self._again, self._dirty = None, False, _Dirty()
        self._known.clear()
        self._gone.clear()
        self.ranking = Ranking()
        self.changed.emit()

    def _labels_changed(self, box: Box) -> None:
        if self._dirty.opened is self._workspace.open:
            self._dirty.slices |= set(range(box.start_kji[0], box.stop_kji[0]))

    # ranking

    def renew(self) -> None:
        """Rank again, off the thread; scans that were never measured join the ranking one after the other."""
        if self._workspace.project is None:
            return
        if self._token is not None:
            self._again = True
            return
        self._again = False
        waiting = CancelToken()
        self._token = waiting
        started = self._start(TURN_S, LISTED, self._ranked, self._failed)
        # a job that ran at once has answered before its token is known
        if self._token is waiting:
            self._token = started

    def rank(self, *, count: int = LISTED, on_done: Callable[[Ranking], None] = no_answer, on_error: OnError | None = None) -> None:
        """Measure every scan that is not, however long it takes, and rank; ``on_error`` is given what reading masks raises."""
        self._start(None, count, lambda ranking, _measured: on_done(ranking), on_error)

    def _start(
        self,
        turn_s: float | None,
        count: int,
        done: Callable[[Ranking, dict[str, _Measured]], None],
        on_error: OnError | None,
    ) -> CancelToken:
        project, sources = self._workspace.must_project(), self._sources()
        may_write, shown = not project.read_only, self._workspace.open

        def work(token: CancelToken) -> tuple[Ranking, dict[str, _Measured]]:
            until = None if turn_s is None else time.monotonic() + turn_s
            measured: dict[str, _Measured] = {}
            left = 0
            for source in sources:
                if token():
                    break
                found = source.measured()
                if found is None and until is not None and time.monotonic() > until and source.trusts:
                    left += 1
                    continue
                if found is None:
                    try:
                        found = source.measure(keep=may_write and (shown is None or shown.id != source.case.id))
                    except ProjectError:
                        # it is being written just now, or damaged, which is told when it is opened
                        continue
                measured[source.case.id] = found
            strokes = [one.strokes for one in measured.values()]
            pace = pace_of(np.concatenate(strokes)) if strokes else Pace()
            scans = [_candidates(source.case, measured[source.case.id]) for source in sources if source.case.id in measured]
            return Ranking(tuple(rank(scans, count=count, pace=pace)), pace, left), measured

        def answered(answer: tuple[Ranking, dict[str, _Measured]]) -> None:
            if self._workspace.project is project:
                self._known.update(answer[1])
                done(*answer)

        return self._workspace.run_job(work, answered, on_error)

    def _ranked(self, ranking: Ranking, _measured: dict[str, _Measured]) -> None:
        self._token = None
        self.ranking = ranking
        self.changed.emit()
        if self._again or ranking.left:
            self.renew()

    def _failed(self, error: Exception) -> None:
        self._token = None
        self._workspace.trouble.emit(error) if isinstance(error, ProjectError) else self._workspace.broke.emit(error)

    def _sources(self) -> list[_Source]:
        project, shown = self._workspace.must_project(), self._workspace.open
        found = []
        for case in self._workspace.cases():
            folder, latest = project.case_folder(case.id), project.masks.latest(case.id)
            stamps = [_stamp(folder / name) for name in (JOURNAL, project.confidence_path(case.id).name, "change.json")]
            key = " ".join(["" if latest is None else latest.sha256, case.model_id, *stamps, *map(str, project.table.ids)])
            known, only, table, trusts = self._known.get(case.id), None, project.table, True
            if shown is not None and shown.id == case.id:
                trusts = self._dirty.opened is not shown and not shown.has_unsaved_proposals
                only = self._changed_of(shown, known)
            if shown is None or shown.id != case.id:
                if known is not None and known.key == key:
                    found.append(_Source(case, key, folder, table, known, _nothing, tuple))
                    continue
                if case.status == "new":
                    continue
            found.append(_Source(case, key, folder, table, known, self._loader(case, shown), project.masks.history(case.id), only, trusts))
        return found

    def _changed_of(self, shown: OpenCase, known: _Measured | None) -> frozenset[int] | None:
        """Return the slices of the case on screen that have to be looked at again; None for all."""
        dirty = self._dirty
        same = dirty.opened is shown and dirty.confidence == shown.confidence_revision and known is not None
        only = frozenset(dirty.slices) if same else None
        self._dirty = _Dirty(shown, set(), shown.confidence_revision)
        return only

    def _loader(self, case: Case, shown: OpenCase | None) -> Callable[[], tuple[Volume, LabelMap, npt.NDArray[np.uint8] | None]]:
        project = self._workspace.must_project()
        if shown is not None and shown.id == case.id:
            return lambda: (shown.volume, shown.label_map, shown.confidence)
        volume, mask, path = project.volume_reader(case.id), project.masks.reader(case.id), project.confidence_path(case.id)
        return lambda: (volume(), mask(), read_confidence(path, case.geometry.shape_kji))

    # going there

    def next(self, *, without: tuple[str, int] | None = None) -> Suggestion | None:
        """Return the slice that is worth most of those that the person was not taken to yet; None where nothing is left.

        Parameters
        ----------
        without
            Case and slice that are on screen.
        """
        waiting = [one for one in self.ranking.suggestions if (one.case_id, one.k) != without]
        return next((one for one in waiting if (one.case_id, one.k) not in self._gone), waiting[0] if waiting else None)

    def note_gone(self, case_id: str, k: int) -> None:
        """Take note that the person was taken to a slice: the next one is another, until all were seen."""
        self._gone.add((case_id, k))
        if all((one.case_id, one.k) in self._gone for one in self.ranking.suggestions):
            self._gone.clear()
        self.changed.emit()

    def ask(self) -> None:
        """Ask to be taken to the next slice."""
        self.wanted.emit()


def _nothing() -> Any:
    raise AssertionError("it is known")


def _candidates(case: Case, measured: _Measured) -> Candidates:
    across, down, _along = case.geometry.spacing_mm
    return Candidates(case.id, measured.worths, float(across * down), float(case.geometry.voxel_ml))


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_size}.{found.st_mtime_ns}"


def reason(one: Suggestion, table: LabelTable, *, measured: bool) -> str:
    """Return why a slice is worth correcting, in words; ``measured`` where a voxel has a volume."""
    name = next((structure.name for structure in table if structure.id == one.structure), "background")
    stake = f"{one.stake_ml:.1f} ml" if measured else f"{one.stake_voxels:.0f} px"
    about = f"student {100 * one.unsure:.0f} % unsure" if not one.disputed else "the students disagree"
    like = f", like {one.alike} others" if one.alike >= MANY_ALIKE else ""
    return f"{name}: {about}, {stake} at stake, about {one.seconds:.0f} s{like}"
