"""Exporting: asks what and where to, shows how far it is, tells what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtWidgets import QWidget

from gf_desktop.errors import UserError
from gf_desktop.exporting import CaseExport, ExportOptions, ExportState
from gf_desktop.files.formats import DICOM_FORMATS, SEGMENTATIONS, PatientTags
from gf_desktop.gui.actions import tr
from gf_desktop.gui.export_dialog import ExportDialog, ExportWish
from gf_desktop.gui.face import AskingCommands, BusyTeller
from gf_desktop.gui.language import spoken
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.settings_store import ExportChoice, ExportScope
from gf_desktop.jobs import CancelToken
from gf_desktop.project.store import Project
from gf_desktop.session import Session

__all__ = ["ExportCommands", "ExportMemory"]

MOST_REASONS: Final = 3
"""So many scans that were left out are named; one line holds no more."""


def _options(wish: ExportWish, patient_tags: PatientTags) -> ExportOptions:
    choice = wish.choice
    return ExportOptions(
        choice.format,
        choice.orientation,
        overwrite=wish.overwrite,
        resume=choice.resume,
        source=wish.source,
        patient_tags=patient_tags,
        per_structure=choice.per_structure and choice.format in SEGMENTATIONS,
    )


class ExportMemory(Protocol):
    """What is needed of :class:`gf_desktop.gui.remembered.Remembered`."""

    def export_choice(self, scope: ExportScope | None) -> ExportChoice:
        """Return what was exported last; of other scans where a scope is given."""
        ...

    def export_folder(self, project: Path) -> Path:
        """Return where a project was exported to."""
        ...

    def note_export(self, project: Path, choice: ExportChoice, folder: Path) -> None:
        """Keep what was exported and where to."""
        ...


class ExportFace(BusyTeller, Protocol):
    """What is needed of the window."""

    @property
    def remembered(self) -> ExportMemory:
        """What is kept from one start to the next."""
        ...

    def marked_cases(self) -> tuple[str, ...]:
        """Return the cases that are marked in the worklist."""
        ...


class ExportCommands(AskingCommands[ExportFace]):
    """Handlers of exporting. One export runs at a time.

    Parameters as those of the base class.
    """

    def __init__(
        self,
        session: Session,
        face: ExportFace,
        questions: Questions,
        *,
        attempt: Callable[[Callable[[], object]], None],
        parent: QWidget | None,
    ) -> None:
        super().__init__(session, face, questions, attempt=attempt, parent=parent)
        # folders of series may be named after patients: they are known as long as the window is open, and written nowhere
        self._sources: dict[Path, Path] = {}
        self._running: tuple[CancelToken, Project, ExportWish] | None = None
        session.project_changed.connect(self._project_changed)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {"export": self.ask, "export_chosen": partial(self.ask, "marked"), "stop_export": self.stop}

    @property
    def running(self) -> bool:
        """Whether an export runs."""
        return self._running is not None

    # asking

    def ask(self, scope: ExportScope | None = None) -> None:
        """Show the window with what was chosen last; ``scope`` is chosen beforehand where it is given."""
        if self._running is not None:
            self._tell_running(self._running[2])
            return
        project = self._session.must_project()
        shown = self._session.open
        cases: dict[ExportScope, tuple[str, ...]] = {
            "all": tuple(case.id for case in self._session.cases()),
            "marked": self._face.marked_cases(),
            "this": () if shown is None else (shown.id,),
        }
        remembered = self._face.remembered
        choice = remembered.export_choice(scope)
        wish = ExportWish(choice, remembered.export_folder(project.folder), self._sources.get(project.folder))

        def start(wanted: ExportWish) -> bool:
            ids = cases[wanted.choice.scope]
            tags = self._patient_tags(project, wanted) if self._may_replace(wanted, ids) else None
            if tags is None:
                return False
            remembered.note_export(project.folder, wanted.choice, wanted.folder)
            only = None if wanted.choice.scope == "all" else ids
            options = _options(wanted, tags)
            self._attempt(lambda: self._start(wanted, options, only, count=len(ids)))
            return True

        known = self._session.exporting.with_known_series()
        ExportDialog(wish, cases=cases, known=known, ask_folder=self._ask.folder, start=start, parent=self._parent).open()

    def _may_replace(self, wanted: ExportWish, ids: tuple[str, ...]) -> bool:
        """Return whether the export may begin: where files were to be replaced, after the person was told how many."""
        if not wanted.overwrite:
            return True
        count = len(self._session.exporting.files_there(wanted.folder, _options(wanted, "blank"), case_ids=ids))
        if not count:
            return True
        there = tr("{n} files of these scans are in {folder} already.", count).format(n=count, folder=wanted.folder)
        if wanted.choice.resume:
            what = tr("Those that are not up to date are replaced, whoever made or changed them, and cannot be brought back. Go on?")
        else:
            what = tr("They are replaced, whoever made or changed them, and cannot be brought back. Go on?")
        return self._ask.agreed(f"{there} {what}")

    def _patient_tags(self, project: Project, wanted: ExportWish) -> PatientTags | None:
        """Return whether patients may be named, which is asked before each export of DICOM objects; None: no export."""
        source = wanted.source
        if wanted.choice.format not in DICOM_FORMATS:
            return "blank"
        if source is not None and not source.exists():
            raise UserError("The folder is not there", next_step="Choose the folder of the DICOM series that the masks were drawn on.")
        tags = self._ask.patient_tags(source)
        if tags is not None and source is not None:
            self._sources[project.folder] = source
        return tags

    # running

    def _start(self, wish: ExportWish, options: ExportOptions, case_ids: tuple[str, ...] | None, *, count: int) -> None:
        project = self._session.must_project()

        def ended(then: Callable[[], object]) -> None:
            self._running = None
            self._face.show_busy("")
            self._attempt(then)

        def failed(error: Exception) -> None:
            tell = self._session.trouble if isinstance(error, UserError) else self._session.broke
            ended(lambda: tell.emit(error))

        token = self._session.exporting.start(
            wish.folder,
            options,
            case_ids=case_ids,
            on_progress=lambda case_id, done, of: self._show_progress(project, case_id, done, of),
            on_done=lambda cases: ended(lambda: self._tell_result(wish.folder, cases)),
            on_error=failed,
        )
        # the window's jobs never answer before they are asked for
        self._running = (token, project, wish)
        self._tell_running(wish, count=count)

    def _show_progress(self, project: Project, case_id: str, done: int, count: int) -> None:
        # the last word of an export that was stopped may come late
        if self._running is not None and self._running[1] is project:
            self._face.show_busy(tr("exporting {case}, {n} of {count}").format(case=case_id, n=done + 1, count=count))

    def stop(self) -> None:
        """End the export before its next file."""
        if self._running is None:
            return
        token, _project, wish = self._running
        token.cancel()
        self._running = None
        self._face.show_busy("")
        text = tr("The export was stopped. What was written is complete and stays; export again to go on.")
        self._face.tell(text, kind="warn", buttons=[self._opens(wish.folder)])

    def _project_changed(self) -> None:
        """Give up the export of a project that was closed."""
        if self._running is not None and self._session.project is not self._running[1]:
            self._running[0].cancel()
            self._running = None
            self._face.show_busy("")

    # telling

    def _opens(self, folder: Path) -> tuple[str, Callable[[], object]]:
        return tr("Open the folder"), lambda: self._attempt(lambda: self._ask.show_folder(folder))

    def _tell_running(self, wish: ExportWish, *, count: int | None = None) -> None:
        what = tr("The export runs") if count is None else tr("{n} scans are exported", count).format(n=count)
        text = tr("{what}. Folder: {folder}").format(what=what, folder=wish.folder)
        self._face.tell(text, buttons=[(tr("Stop"), lambda: self._attempt(self.stop))])

    def _tell_result(self, folder: Path, cases: list[CaseExport]) -> None:
        by_state: defaultdict[ExportState, list[CaseExport]] = defaultdict(list)
        for one in cases:
            by_state[one.state].append(one)
        counts, out = {state: sum(len(one.files) for one in some) for state, some in by_state.items()}, by_state["left out"]
        parts = [tr("{n} files written", counts.get("written", 0)).format(n=counts.get("written", 0))]
        if "renewed" in counts:
            parts.append(tr("{n} renewed").format(n=counts["renewed"]))
        if "unchanged" in counts:
            parts.append(tr("{n} unchanged").format(n=counts["unchanged"]))
        verified = sum(file.verified for one in cases for file in one.files)
        text = tr("{what}; {v} read back and equal. Folder: {folder}").format(what=", ".join(parts), v=verified, folder=folder)
        if out:
            reasons = "; ".join(f"{one.case_id}: {spoken(one.reason)}" for one in out[:MOST_REASONS])
            more = " …" if len(out) > MOST_REASONS else ""
            text += "\n" + tr("{n} scans left out", len(out)).format(n=len(out)) + f". {reasons}{more}"
        self._face.tell(text, kind="warn" if out else "good", buttons=[self._opens(folder)])
