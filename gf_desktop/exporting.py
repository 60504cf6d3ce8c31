"""Cases of the project to files for other programs: one, some or all, case by case, to be stopped and continued."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, cast

from gf_desktop.comparing import revision_name
from gf_desktop.errors import ProjectError, UserError
from gf_desktop.files.dicom_objects import write_dicom_object
from gf_desktop.files.dicom_source import series_under
from gf_desktop.files.export import ExportedFile, export_source
from gf_desktop.files.export_manifest import READS_SCAN, ExportManifest, entry_of
from gf_desktop.files.export_names import files_there
from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.faults import missing, reading_fault
from gf_desktop.files.formats import DICOM_FORMATS, MESH_FORMATS, DicomFormat, ExportFormat, Orientation, PatientTags
from gf_desktop.files.landing import ExportStoppedError
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, VoxelState
from gf_desktop.imaging.volume import Volume
from gf_desktop.jobs import CancelToken
from gf_desktop.project.records import Case
from gf_desktop.workspace import OnError, Workspace, no_answer

__all__ = ["CaseExport", "ExportOptions", "ExportState", "Exporting"]

ExportState = Literal["written", "renewed", "unchanged", "left out"]
OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is written and how.

    Attributes
    ----------
    file_format
        See :data:`ExportFormat`.
    orientation
        Frame of meshes.
    overwrite
        Replace files that are there, whoever made them.
    resume
        Continue an export into the same folder: what is there and up to date is left, what has changed in the project is written anew.
        A file that somebody else has changed since is still not replaced.
    source
        For DICOM objects: the folder of the series under the masks, which the objects refer to. None: where each scan was added from,
        as long as the project's list of patients says so.
    patient_tags
        Of DICOM objects. "copy" puts name, number, birth date and sex of the patient into them: only after the user was asked.
    per_structure
        A segmentation of its own for each structure.
    """

    file_format: ExportFormat | DicomFormat = "nifti"
    orientation: Orientation = "lps"
    overwrite: bool = False
    resume: bool = False
    source: Path | None = None
    patient_tags: PatientTags = "blank"
    per_structure: bool = False

    @property
    def entry_name(self) -> str:
        """The format's name in the list of what was written: what is in the file is a part of it."""
        if self.file_format not in DICOM_FORMATS:
            return self.file_format
        return (
            self.file_format + (" per structure" if self.per_structure else "") + (" with patient" if self.patient_tags == "copy" else "")
        )


@dataclass(frozen=True, slots=True)
class CaseExport:
    """What became of one case.

    Attributes
    ----------
    state
        "written"; "renewed": it had changed since the last export; "unchanged": what is there was checked and is up to date; "left out":
        the case has nothing of this kind, or no DICOM series that an object could refer to.
    files
        All verified.
    reason
        Why it was left out: one sentence without a full stop, and without a path.
    next_step
        What to do where it was left out.
    """

    case_id: str
    state: ExportState
    files: tuple[ExportedFile, ...] = ()
    reason: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """All that is needed of one case off the session's thread."""

    case: Case
    mask: Callable[[], LabelMap]
    volume: Callable[[], Volume]
    mask_name: str
    model: dict[str, object]
    source: Path | None


_CARD_FACTS: Final = ("title", "metrics", "training_data", "licence")


class Exporting:
    """Belongs to the thread of its workspace.

    Parameters
    ----------
    workspace
        Whose cases are exported.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        # one that was stopped finishes its file before the next one begins: they may write into the same folder
        self._one = threading.Lock()

    def start(
        self,
        folder: Path,
        options: ExportOptions,
        *,
        case_ids: Sequence[str] | None = None,
        on_progress: OnProgress = lambda _case_id, _done, _count: None,
        on_done: Callable[[list[CaseExport]], None] = no_answer,
        on_error: OnError | None = None,
    ) -> CancelToken:
        """Write cases into a folder, with a list of what was written (``export-manifest.json``).

        What is saved is written, which is what is on screen. The order is that of the cases. A case of which there is nothing to write
        is left out, and the list says why; only where that are all of them it is an error. What else fails ends it, and what was
        written before stays and is in the list. Cancelling the token ends it before the next file; then neither callback is called.

        Parameters
        ----------
        case_ids
            None for all.
        on_progress
            Given the case that is begun, how many are done, and how many there are.

        Raises
        ------
        ProjectError
            When no project is open, it has no cases, or there is no such case. ``on_error`` is given what
            :func:`gf_desktop.files.export.export_source` raises.
        """
        project, jobs = self._workspace.must_project(), self._workspace.jobs
        cases = project.cases() if case_ids is None else [project.case(wanted) for wanted in case_ids]
        if not cases:
            raise ProjectError("The project has no scans to export", where=project.name, next_step="Import a scan first.")
        tasks, table = [self._task(case, options) for case in cases], project.table

        def work(token: CancelToken) -> list[CaseExport]:
            if options.source is not None and not _is_there(options.source):
                raise missing(options.source)
            with self._one:
                manifest, done = ExportManifest(folder), []
                for number, task in enumerate(tasks):
                    if token():
                        break
                    jobs.post(partial(on_progress, task.case.id, number, len(tasks)))
                    try:
                        done.append(_export(_source(task, table), manifest, replace(options, source=task.source), token))
                    except ExportStoppedError:
                        break
                manifest.keep_left_out()
            if done and all(one.state == "left out" for one in done):
                raise UserError(done[0].reason, where=done[0].case_id, next_step=done[0].next_step)
            return done

        return self._workspace.run_job(work, on_done, on_error)

    def files_there(self, folder: Path, options: ExportOptions, *, case_ids: Sequence[str] | None = None) -> tuple[Path, ...]:
        """Return the files that lie in a folder under names which an export would use; UserError where the folder may not be read."""
        wanted = [case.id for case in self._workspace.must_project().cases()] if case_ids is None else case_ids
        return files_there(folder, wanted, options.file_format, per_structure=options.per_structure)

    def with_known_series(self) -> frozenset[str]:
        """Return the cases of which the project's list of patients says where they were added from; none where it cannot be read."""
        try:
            return frozenset(self._workspace.must_project().patients.map.entries())
        except ProjectError:
            return frozenset()

    def _task(self, case: Case, options: ExportOptions) -> _Task:
        project = self._workspace.must_project()
        revision = project.masks.latest(case.id)
        model: dict[str, object] = {}
        if options.file_format in READS_SCAN and case.model_id in {record.id for record in project.models.records()}:
            card = project.models.card(case.model_id)
            model = {name: getattr(card, name) for name in _CARD_FACTS}
        series = options.source
        if series is None and options.file_format in DICOM_FORMATS:
            entry = project.patients.entry(case.id)
            series = None if entry is None else entry.source
        return _Task(
            case,
            project.masks.reader(case.id),
            project.volume_reader(case.id),
            "" if revision is None else revision_name(revision),
            model,
            series,
        )


def _source(task: _Task, table: LabelTable) -> ExportSource:
    case, mask = task.case, task.mask()
    return ExportSource(
        stem=case.id,
        labels=mask.labels,
        states=mask.states,
        geometry=case.geometry,
        table=table,
        modality=case.modality,
        model_id=case.model_id,
        spacing_known=case.spacing_known,
        time=case.time,
        volume=task.volume,
        title=case.title,
        status=case.status,
        verdict=case.verdict,
        findings=tuple(finding.message for finding in case.findings),
        model=task.model,
        mask_name=task.mask_name,
    )


def _export(source: ExportSource, manifest: ExportManifest, options: ExportOptions, token: CancelToken) -> CaseExport:
    entry = entry_of(source, options.entry_name, options.orientation)
    before = manifest.before(entry)
    is_dicom = options.file_format in DICOM_FORMATS
    series: tuple[Path, ...] = ()
    try:
        _must_have(source, options.file_format)
        if options.resume and before is not None and manifest.is_current(entry):
            manifest.take_back(entry)
            there = tuple(ExportedFile(manifest.folder / name, verified=True, sha256=digest) for name, digest in before.files.items())
            return CaseExport(source.stem, "unchanged", there)
        series = _series_of(source, options.source) if is_dicom else ()
    except _LeftOutError as error:
        manifest.leave_out(entry, error.what)
        return CaseExport(source.stem, "left out", reason=error.what, next_step=error.next_step)
    # a case of the same name on another grid is another project's: what lies there is not ours to renew
    ours = before is not None and before.geometry_sha256 == entry.geometry_sha256
    known = None if not options.resume else before.files if before is not None and ours else {}
    landing: dict[str, Any] = {"overwrite": options.overwrite, "known": known, "stopped": token}
    if is_dicom:
        files = _write_object(source, series, manifest.folder, options, **landing)
    else:
        file_format = cast("ExportFormat", options.file_format)
        files = export_source(source, folder=manifest.folder, format=file_format, orientation=options.orientation, **landing)
    manifest.note(entry, files)
    return CaseExport(source.stem, "written" if before is None else "renewed", tuple(files))


class _LeftOutError(UserError):
    """A case has nothing of the wanted kind; the others go on."""


def _must_have(source: ExportSource, file_format: ExportFormat | DicomFormat) -> None:
    """Raise _LeftOutError where a case has nothing of this kind."""
    masks = "Export its masks instead."
    if file_format in MESH_FORMATS and not source.in_space:
        raise _LeftOutError("This scan has no volume in space, so it has no surfaces", next_step=masks)
    if file_format in DICOM_FORMATS and not source.in_space:
        raise _LeftOutError("This scan has no volume in space, so no DICOM object can refer to it", next_step=masks)
    if file_format in DICOM_FORMATS and not source.present:
        raise _LeftOutError("The mask is empty, so there is nothing to export", next_step="Draw or predict a structure first.")


def _series_of(source: ExportSource, place: Path | None) -> tuple[Path, ...]:
    """Return the files of the series under a mask; _LeftOutError where there is none that an object could refer to."""
    name_it = "Name the folder of the series (--source)."
    if place is None:
        raise _LeftOutError("A DICOM object refers to the series under the mask, and it was not said where that lies", next_step=name_it)
    series = "" if source.volume is None else source.volume().facts.get("series", "")
    try:
        if not _is_there(place):
            raise _LeftOutError("The files that the scan was added from are not there any more", next_step=name_it)
        return series_under(place, source.geometry, series=series)
    except _LeftOutError:
        raise
    except UserError as error:
        # without the place: folders of series may be named after patients, and the reason is written into the list
        raise _LeftOutError(error.what, next_step=error.next_step) from error


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        # a folder on the way may not be looked into
        raise reading_fault(error, path) from error


def _write_object(
    source: ExportSource, series: tuple[Path, ...], folder: Path, options: ExportOptions, **landing: Any
) -> list[ExportedFile]:
    # what a person has accepted or edited is no longer the student's alone
    edited = source.states is not None and bool((source.states >= VoxelState.ACCEPTED).any())
    return write_dicom_object(
        source.labels,
        source.geometry,
        source.table,
        format=cast("DicomFormat", options.file_format),
        sources=series,
        folder=folder,
        stem=source.stem,
        patient_tags=options.patient_tags,
        model_id=source.model_id,
        per_structure=options.per_structure,
        edited=edited,
        **landing,
    )
