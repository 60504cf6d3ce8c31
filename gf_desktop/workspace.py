"""What is open: a project, and one of its cases on screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.errors import HeldError, ProjectError, UserError
from gf_desktop.files.choosing import at_level, choose_scans
from gf_desktop.files.private import Identity, Private, private_of, without_text
from gf_desktop.files.scan import Scan, ScanSource, Watch, find_scans, read_scan
from gf_desktop.files.spacing import Spacing
from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.volume import Volume
from gf_desktop.jobs import CancelToken, Jobs
from gf_desktop.open_case import OpenCase
from gf_desktop.pack import ModelCard
from gf_desktop.project.patients import Patients
from gf_desktop.project.records import Case, Finding
from gf_desktop.project.staging import StagedScan
from gf_desktop.project.store import Project, read_confidence

__all__ = ["OnError", "OnRefused", "RefusedScan", "Workspace", "no_answer", "scans_under"]

UInt8 = npt.NDArray[np.uint8]
OnError = Callable[[Exception], None]


def no_answer(_answer: object) -> None:
    """Take an answer that nobody asked for."""


def scans_under(
    paths: Iterable[Path | ScanSource],
    *,
    spacing_mm: Spacing | None = None,
    series: str | None = None,
    level: int | None = None,
    refused: dict[Path, UserError] | None = None,
    watch: Watch | None = None,
) -> list[tuple[Path, ScanSource]]:
    """Return every scan under the paths once: a file of a series stands for all of it, so many files of one may be named.

    A source stands for itself, under its first path.

    Parameters
    ----------
    refused
        Takes the errors of paths without a scan; None: the first one is raised, as :func:`find_scans` does.
    watch
        As of :func:`find_scans`, path by path.
    """
    found: list[tuple[Path, ScanSource]] = []
    covered: set[Path] = set()
    for path in paths:
        if isinstance(path, ScanSource):
            found.append((path.paths[0], path))
            continue
        if path.absolute() in covered:
            continue
        try:
            sources = at_level(find_scans(path, spacing_mm=spacing_mm, watch=watch), level)
            chosen = sources if series is None else choose_scans(sources, series)
        except UserError as error:
            if refused is None:
                raise
            refused[path] = error
            continue
        # several scans of one file are found at once
        before = set(covered)
        for source in chosen:
            files = {file.absolute() for file in source.paths}
            if not files <= before:
                found.append((path, source))
                covered |= files
    return found


@dataclass(frozen=True, slots=True, eq=False)
class RefusedScan:
    """A scan that could not be taken: the path that it was found under, which one it is (None: nothing was found there), and why."""

    path: Path
    source: ScanSource | None
    error: UserError


OnRefused = Callable[[list[RefusedScan]], None]


@dataclass(slots=True, eq=False)
class _Arrival:
    """A scan on its way into the project: where it was found, what was read, whose it is, where its files are, and its copy."""

    path: Path
    scan: Scan
    identity: Identity | None
    origin: Path
    staged: StagedScan | None = None

    @classmethod
    def read(cls, path: Path, source: ScanSource, known: Scan | None, *, keep: bool) -> _Arrival:
        """Read a scan that was found under a path, unless it is known; text in its pictures becomes black unless it is kept."""
        private = private_of(source.paths[0]) if source.kind == "dicom" else Private()
        scan = known or read_scan(source)
        # the folder of a series is what a DICOM object has to be drawn on later
        origin = path.parent if source.kind == "dicom" and path.is_file() else path
        return cls(path, without_text(scan, private, keep=keep), private.identity, origin)


def _read_all(
    sources: Iterable[tuple[Path, ScanSource]],
    known: Mapping[ScanSource, Scan],
    keep_text: bool | Collection[ScanSource],
    refused: list[RefusedScan] | None,
) -> Iterator[_Arrival]:
    """Read scans one by one; ``refused`` takes those that cannot be read, None: the first of them is raised."""
    for path, source in sources:
        keep = keep_text if isinstance(keep_text, bool) else source in keep_text
        try:
            yield _Arrival.read(path, source, known.get(source), keep=keep)
        except UserError as error:
            if refused is None:
                raise
            refused.append(RefusedScan(path, source, error))


def _stage(project: Project, arrivals: Iterable[_Arrival]) -> None:
    """Copy scans into a project, all of them or none: what refuses one here, the disk, is no fault of that scan."""
    every = list(arrivals)
    try:
        for arrival in every:
            arrival.staged = project.stage(arrival.scan.volume, frames=arrival.scan.frames)
    except BaseException:
        for arrival in every:
            if arrival.staged is not None:
                arrival.staged.drop()
        raise


class Workspace:
    """The open project and the case on screen; :class:`gf_desktop.session.Session` adds what can be done with them.

    Parameters
    ----------
    jobs
        Runs what takes long.
    author
        Initials written into strokes; may be empty.

    Signals: ``project_changed()`` opened or closed · ``worklist_changed()`` · ``case_changed()`` another case is on
    screen · ``arriving_changed()`` a scan that is being added can be looked at (``arriving``)
    · ``labels_changed(Box)`` of the case on screen · ``history_changed()`` · ``prediction_changed()`` a new
    confidence · ``model_changed()`` another student serves · ``saved_changed()`` · ``told(str)`` what the user has to know
    about the files of masks · ``trouble(UserError)`` · ``broke(Exception)`` a bug.
    """

    project_changed = Signal()
    worklist_changed = Signal()
    case_changed = Signal()
    arriving_changed = Signal()
    labels_changed = Signal(Box)
    history_changed = Signal()
    prediction_changed = Signal()
    model_changed = Signal()
    saved_changed = Signal()
    told = Signal(str)
    trouble = Signal(object)
    broke = Signal(object)

    def __init__(self, jobs: Jobs, *, author: str = "") -> None:
        self._jobs = jobs
        self._author = author
        self.project: Project | None = None
        self.open: OpenCase | None = None
        self.arriving: Volume | None = None
        self._owes_progress = False

    @property
    def jobs(self) -> Jobs:
        """Runs what takes long."""
        return self._jobs

    @property
    def author(self) -> str:
        """Initials written into strokes; may be empty."""
        return self._author

    # project

    def create_project(self, folder: Path, start: Path | LabelTable) -> None:
        """Make a project that starts with a pack or with structures of its own, and open it; errors as :meth:`Project.create`."""
        project = Project.create(folder, start)
        self.close_project()
        self._adopt(project)

    def open_project(self, folder: Path, *, read_only: bool = False) -> None:
        """Open a project; errors as :meth:`Project.open`. A failure leaves the one that is open as it is."""
        if self.project is not None and self.project.folder == folder.absolute() and self.project.read_only == read_only:
            return
        project = Project.open(folder, read_only=read_only)
        self.close_project()
        self._adopt(project)

    def open_or_look(self, folder: Path) -> None:
        """Open a project; for reading only where another window writes to it. Other errors as :meth:`Project.open`.

        ``project.read_only`` says which, and ``project.holder`` who writes.
        """
        try:
            self.open_project(folder)
        except HeldError:
            self.open_project(folder, read_only=True)

    def _adopt(self, project: Project) -> None:
        self.project = project
        self.project_changed.emit()
        self.worklist_changed.emit()
        self.model_changed.emit()

    def close_project(self) -> None:
        """Save what is open and close the project; a running refinement is given up."""
        if self.project is None:
            return
        self._let_go_of_project()
        self.close_case()
        self.project.close()
        self.project = None
        self.project_changed.emit()

    def _let_go_of_project(self) -> None:
        """Give up what runs over the project; it is about to be closed."""

    def _let_go_of_case(self) -> None:
        """Give up what runs over the case on screen; it is about to be closed."""

    def must_project(self) -> Project:
        """Return the open project; ProjectError where there is none."""
        if self.project is None:
            raise ProjectError("No project is open", next_step="Open a project, or make a new one.")
        return self.project

    @property
    def active_card(self) -> ModelCard | None:
        """Card of the student that serves."""
        active = None if self.project is None else self.project.models.active_id
        return None if self.project is None or active is None else self.project.models.card(active)

    # cases

    def cases(self) -> list[Case]:
        """Return the worklist in the order of import."""
        if self.open is not None:
            self.open.note_progress()
        return [] if self.project is None else self.project.cases()

    def import_paths(
        self,
        paths: Iterable[Path | ScanSource],
        *,
        spacing_mm: Spacing | None = None,
        series: str | None = None,
        level: int | None = None,
        keep_text: bool | Collection[ScanSource] = False,
        known: Mapping[ScanSource, Scan] | None = None,
        on_done: Callable[[list[tuple[Path, Case]]], None] = no_answer,
        on_refused: OnRefused | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Read every scan under the paths, or these sources, and copy it into the project.

        ``spacing_mm`` is what the user states of files that do not, mm between rows, columns and slices; ``series`` chooses among the
        scans of each path, see :func:`choose_scans`; ``level`` is the size in which slides are read, see :func:`at_level`.
        Text that is burned into pictures is blacked out in the project's copy, unless it is to be kept: in all, or in some sources.
        ``known`` are scans that were read already.
        ``on_done`` is given (path, case) pairs; a scan that is there already is named, not copied again. ``on_refused`` is given before
        what cannot be read, where there is any, and the others are taken; without it the first refusal is the error, and none is taken.
        """
        project = self.must_project()
        project.must_write()
        wanted = list(paths)

        def work(_token: CancelToken) -> tuple[list[_Arrival], list[RefusedScan]]:
            without: dict[Path, UserError] = {}
            refused: list[RefusedScan] = []
            tolerant = on_refused is not None
            sources = scans_under(wanted, spacing_mm=spacing_mm, series=series, level=level, refused=without if tolerant else None)
            arrivals: list[_Arrival] = []
            for arrival in _read_all(sources, known or {}, keep_text, refused if tolerant else None):
                arrivals.append(arrival)
                if len(arrivals) == 1:
                    self._jobs.post(lambda: self._show_arriving(arrivals[0].scan.volume))
            _stage(project, arrivals)
            return arrivals, refused + [RefusedScan(path, None, error) for path, error in without.items()]

        def done(answer: tuple[list[_Arrival], list[RefusedScan]]) -> None:
            arrivals, refused = answer
            cases = [(arrival.path, self._add_scan(project, arrival)) for arrival in arrivals]
            self.worklist_changed.emit()
            self.arriving = None
            if refused and on_refused is not None:
                on_refused(refused)
            on_done(cases)
            self.arriving_changed.emit()

        def failed(error: Exception) -> None:
            self._show_arriving(None)
            self._report(error, on_error)

        self._jobs.run(work, on_done=done, on_error=failed)

    def _show_arriving(self, volume: Volume | None) -> None:
        self.arriving = volume if self.open is None and self.project is not None else None
        self.arriving_changed.emit()

    def _add_scan(self, project: Project, arrival: _Arrival) -> Case:
        scan = arrival.scan
        findings = tuple(Finding(f.code, f.message, f.severity) for f in scan.findings)
        case, is_new = project.add_case(
            scan.volume,
            title=scan.volume.source,
            verdict=scan.verdict,
            findings=findings,
            frames=scan.frames,
            staged=arrival.staged,
            passport=scan.passport,
        )
        if not is_new:
            return case
        try:
            project.patients.note(case.id, arrival.identity, arrival.origin)
        except UserError as error:
            # the scan is there; that nobody knows whose it is can be lived with
            self.trouble.emit(error)
        return project.case(case.id)

    @property
    def patients(self) -> Patients:
        """Whose the scans of the open project are."""
        return self.must_project().patients

    def open_case(self, case_id: str, *, on_done: Callable[[Case], None] = no_answer, on_error: OnError | None = None) -> None:
        """Bring a case on screen; the one before is saved first."""
        project = self.must_project()
        if self.open is not None and self.open.id == case_id:
            self.close_case()
        opened = OpenCase(project, case_id, author=self._author, on_edit=self._edited, on_trouble=self.trouble.emit)
        self.close_case()
        opened.label_map.changed.connect(self._relay_labels)
        self.open = opened
        self.case_changed.emit()
        self.history_changed.emit()
        self._tell_findings()

        def show_confidence(confidence: UInt8 | None) -> None:
            if self.open is opened and opened.confidence is None:
                opened.confidence = confidence
                self.prediction_changed.emit()
            on_done(opened.case)

        # what the job needs is taken out of the database here: it belongs to this thread
        path, shape = project.confidence_path(case_id), opened.volume.geometry.shape_kji
        self._run(lambda _token: read_confidence(path, shape), show_confidence, on_error)

    def frame_case(self, case_id: str, frame: int) -> Case:
        """Return the case of another frame of a series in time, made where there is none; errors as :meth:`Project.add_frame`."""
        case = self.must_project().add_frame(case_id, frame)
        self.worklist_changed.emit()
        return case

    def _relay_labels(self, box: Box) -> None:
        # psygnal takes a connected ``emit`` for Qt's and calls it with numbers to learn its signature
        self.labels_changed.emit(box)

    def _tell_findings(self) -> None:
        """Tell what was found out about the files of masks that were read."""
        findings = () if self.project is None else self.project.masks.take_findings()
        if findings:
            self.told.emit("\n".join(finding.message for finding in findings))

    def close_case(self) -> None:
        """Take the case off the screen; its strokes are folded into a revision."""
        if self.open is None:
            return
        self._let_go_of_case()
        self.open.close()
        self.open = None
        self.case_changed.emit()

    def must_open(self) -> OpenCase:
        """Return the case on screen; ProjectError where there is none."""
        if self.open is None:
            raise ProjectError("No case is open", next_step="Choose a case in the worklist.")
        return self.open

    def next_case(self) -> Case | None:
        """Return the next case after the one on screen that is not approved yet, or None."""
        cases = self.cases()
        ids = [c.id for c in cases]
        start = ids.index(self.open.id) + 1 if self.open is not None else 0
        return next(
            (c for c in cases[start:] + cases[:start] if c.status != "approved" and (self.open is None or c.id != self.open.id)), None
        )

    def _edited(self) -> None:
        """Tell of an edit that is saved; what only follows from the mask is told when its picture is there."""
        self.history_changed.emit()
        self.saved_changed.emit()
        if not self._owes_progress:
            self._owes_progress = True
            self._jobs.put_off(self._tell_progress)

    def _tell_progress(self) -> None:
        self._owes_progress = False
        if self.open is not None:
            self.open.note_progress()
        self.worklist_changed.emit()

    def _saved(self) -> None:
        self.saved_changed.emit()
        self.worklist_changed.emit()

    # jobs

    def run_job(self, work: Callable[[CancelToken], Any], done: Callable[[Any], None], on_error: OnError | None) -> CancelToken:
        """Run something off the thread and bring its answer back; what it raises goes to ``on_error``, else it is told."""

        def answered(answer: Any) -> None:
            try:
                done(answer)
            except UserError as error:
                # what is done with an answer may fail as the work itself may
                self._report(error, on_error)

        return self._jobs.run(work, on_done=answered, on_error=lambda error: self._report(error, on_error))

    def _run(self, work: Callable[[CancelToken], Any], done: Callable[[Any], None], on_error: OnError | None) -> None:
        self.run_job(work, done, on_error)

    def _report(self, error: Exception, on_error: OnError | None) -> None:
        if on_error is not None:
            on_error(error)
        elif isinstance(error, UserError):
            self.trouble.emit(error)
        else:
            self.broke.emit(error)
