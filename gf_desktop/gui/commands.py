"""What each action does: asks what must be asked, calls the Session, tells how it went. Decides nothing of its own."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import ACTIONS, tr
from gf_desktop.gui.agreement_commands import AgreementCommands
from gf_desktop.gui.change_commands import ChangeCommands
from gf_desktop.gui.cine_player import CinePlayer
from gf_desktop.gui.compare_commands import CompareCommands
from gf_desktop.gui.corrections import Corrections
from gf_desktop.gui.drops import dropped
from gf_desktop.gui.export_commands import ExportCommands, ExportMemory
from gf_desktop.gui.face import BusyTeller
from gf_desktop.gui.frame_commands import frame_handlers, watch_frame
from gf_desktop.gui.help_commands import HelpCommands
from gf_desktop.gui.import_commands import ImportCommands
from gf_desktop.gui.language import spoken
from gf_desktop.gui.mask_commands import MaskCommands
from gf_desktop.gui.measure_commands import MeasureCommands
from gf_desktop.gui.model_commands import ModelCommands
from gf_desktop.gui.panels.next_best import NextBest
from gf_desktop.gui.patient_commands import PatientCommands
from gf_desktop.gui.place_keeper import PlaceKeeper
from gf_desktop.gui.project_commands import project_handlers
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.refine_commands import RefineCommands, RefineMemory
from gf_desktop.gui.structure_commands import StructureCommands
from gf_desktop.gui.view_state import ToolName, ViewState
from gf_desktop.project.last_place import LastPlace
from gf_desktop.project.records import RoundReport
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session

__all__ = ["Commands", "Face"]

Handler = Callable[[], object]

OTHER_TOOLS: Final[tuple[ToolName, ...]] = ("paint", "erase", "polygon", "fill", "grow", "pick", "review", "box")
Button = tuple[str, Handler]


class Memory(ExportMemory, RefineMemory, Protocol):
    """What the commands need of :class:`gf_desktop.gui.remembered.Remembered`."""


class Face(BusyTeller, Protocol):
    """What the commands need of the window."""

    helps: HelpCommands

    @property
    def remembered(self) -> Memory:
        """What is kept from one start to the next."""
        ...

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        ...

    def chosen_model(self) -> str | None:
        """Return the student that is selected in its panel."""
        ...

    def name_measurement(self, number: int) -> None:
        """Let the name of a measurement be written in its panel."""
        ...

    def marked_cases(self) -> tuple[str, ...]:
        """Return the cases that are marked in the worklist."""
        ...

    def chosen_minutes(self) -> float | None:
        """Return the time budget that is set in the panel; None for the usual one."""
        ...

    def fit(self) -> None:
        """Show the whole slice."""
        ...

    def centre_cross(self) -> None:
        """Put the crosshair into the middle of the active view."""
        ...

    def cancel_stroke(self) -> bool:
        """Take a running stroke back; return whether there was one."""
        ...

    def switch_theme(self) -> None:
        """Change between dark and light."""
        ...

    def reset_view(self) -> None:
        """Arrange the window as at the first start."""
        ...

    def open_sheet(self) -> None:
        """Show the keys."""
        ...

    def open_palette(self) -> None:
        """Show the field that finds actions, scans and structures."""
        ...

    def open_keys(self) -> None:
        """Show the window in which keys are changed."""
        ...

    def open_about(self) -> None:
        """Show the About box."""
        ...

    def leave(self) -> None:
        """Close the window."""
        ...


def packs() -> list[Path]:
    """Return the folders of the model packs that ship with the program."""
    folder = resource_dir() / "models"
    return sorted(path.parent for path in folder.glob("*/card.json"))


def _predict_marked(session: Session, face: Face) -> None:
    """Predict the scans that are marked in the worklist, one after the other."""

    def step(case_id: str, left: int) -> None:
        face.show_busy(tr("predicting {case}, {n} left").format(case=case_id, n=left))

    def done(count: int) -> None:
        face.show_busy("")
        face.tell(tr("{n} scans are predicted.", count).format(n=count), kind="good")

    session.predict_cases(face.marked_cases(), on_step=step, on_done=done)


class Commands(QObject):
    """Handlers of the action table.

    Signals: ``facts_changed()`` what may be asked for has changed.
    """

    facts_changed = Signal()

    def __init__(self, session: Session, state: ViewState, face: Face, questions: Questions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self._face = face
        self._ask = questions
        self._unsuited: set[tuple[str, str]] = set()
        self.player = CinePlayer(session, state, self)
        self.places = PlaceKeeper(session, state, self)
        self.corrections = Corrections(session, state, face, questions)
        dialogs = parent if isinstance(parent, QWidget) else None
        self.structures = StructureCommands(session, state, face, questions, attempt=self.attempt, parent=dialogs)
        self.masks = MaskCommands(session, state, face, questions, parent=dialogs)
        self.compares = CompareCommands(session, state, face, choose_mask=self.masks.compare, attempt=self.attempt)
        self.rounds = RefineCommands(session, face, attempt=self.attempt, parent=self, window=dialogs)
        self.changes = ChangeCommands(session, state, face, attempt=self.attempt, parent=self)
        self.agreements = AgreementCommands(session, face, attempt=self.attempt, dialogs=dialogs, parent=self)
        self.measures = MeasureCommands(session, state, face, questions, attempt=self.attempt)
        self.models = ModelCommands(session, face, questions, attempt=self.attempt, parent=dialogs)
        self.exports = ExportCommands(session, face, questions, attempt=self.attempt, parent=dialogs)
        self.projects = project_handlers(session, face, questions, attempt=self.attempt, parent=dialogs)
        self.patients = PatientCommands(session, questions, parent=dialogs)
        self.imports = ImportCommands(session, face, questions, attempt=self.attempt, show_case=self.show_case, parent=dialogs)
        for signal in (
            session.project_changed,
            session.worklist_changed,
            session.case_changed,
            session.history_changed,
            session.model_changed,
            session.training_changed,
            session.changing.changed,
        ):
            signal.connect(self._facts_moved)
        session.round_ended.connect(self._facts_moved)
        session.round_finished.connect(self._round_finished)
        session.told.connect(self.tell_finding)
        session.working_changed.connect(self._show_working)
        session.trouble.connect(self.tell_trouble)
        session.broke.connect(self.tell_fault)
        session.model_changed.connect(self._renew_masks)
        watch_frame(state, self._facts_moved)
        state.measurement_changed.connect(self._facts_moved)
        session.measuring.changed.connect(self._facts_moved)
        session.comparing.changed.connect(self._facts_moved)
        state.layout_changed.connect(self._facts_moved)

    def _facts_moved(self) -> None:
        self.facts_changed.emit()

    def _show_working(self) -> None:
        opened = self._session.open
        self._face.show_busy(tr("computing: {name}").format(name=spoken(opened.working)) if opened is not None and opened.working else "")
        self._facts_moved()

    def facts(self) -> frozenset[str]:
        """Return what holds now, in the words of ``ActionSpec.needs``."""
        session, opened, project = self._session, self._session.open, self._session.project
        facts = {
            "project": project is not None,
            "writable": project is not None and not project.read_only,
            "reader": project is not None and project.read_only,
            "cases": project is not None and project.has_cases,
            "case": opened is not None,
            "planes": opened is not None and not opened.volume.is_planar,
            "frames": opened is not None and opened.volume.time is not None,
            "other_frame": opened is not None and not opened.is_shown(self._state.display.frame),
            "marked": bool(self._face.marked_cases()),
            "undo": opened is not None and opened.journal.undo_name is not None,
            "redo": opened is not None and opened.journal.redo_name is not None,
            "training": session.refining,
            "idle": not session.refining,
            "working": opened is not None and bool(opened.working),
            "measurement": self._state.measurement is not None,
            "comparing": session.comparing.other is not None,
            "exporting": self.exports.running,
            "measured": bool(session.measuring.items),
            "grey": opened is not None and not opened.volume.is_colour,
            "parent": bool(session.active_card is not None and session.active_card.parent),
            **self.changes.facts(),
            **self.rounds.facts(),
            "choice": self._face.chosen_model() not in (None, project.models.active_id if project is not None else None),
        }
        return frozenset(name for name, holds in facts.items() if holds)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each action of the table does; a UserError becomes a notice."""
        state, face, session = self._state, self._face, self._session
        table: dict[str, Handler] = {
            "open_demo": self.open_demo,
            "new_project": self.new_project,
            "open_project": self.open_project,
            **(self.projects | self.imports.handlers()),
            "correct": self.masks.take,
            **(self.exports.handlers() | self.patients.handlers()),
            "close_project": session.close_project,
            "open_for_writing": self.open_for_writing,
            "quit": face.leave,
            "undo": session.undo,
            "redo": session.redo,
            "tool_cursor": self.corrections.take_cursor,
            **{f"tool_{name}": partial(self.corrections.take, name) for name in OTHER_TOOLS},
            **(self.measures.handlers() | self.compares.handlers() | self.changes.handlers() | self.agreements.handlers()),
            "swap": self.corrections.swap,
            **self.corrections.handlers(),
            "stop_operation": session.cancel_operation,
            **self.structures.handlers(),
            **self.models.handlers(),
            "structure_menu": lambda: state.menu_wanted.emit(state.tool.label),
            "label_before": lambda: self.corrections.step_structure(-1),
            "label_next": lambda: self.corrections.step_structure(1),
            "centre": face.centre_cross,
            "layout_all": lambda: state.set_layout("two_by_two"),
            "layout_one_two": lambda: state.set_layout("one_two"),
            "layout_single": lambda: state.set_layout("single"),
            **{f"brush_{name}": partial(state.resize_brush, steps) for name, steps in (("smaller", -1), ("larger", 1))},
            "approve_slice": self.corrections.approve_slice,
            "approve_case": session.approve_case,
            "next_case": self.next_case,
            "next_best": session.suggesting.ask,
            "overlay": state.toggle_overlay,
            "outline": state.toggle_outline,
            "layer_doubt": lambda: state.toggle_layer("doubt"),
            "layer_states": lambda: state.toggle_layer("states"),
            "opacity_less": lambda: state.change_opacity(-1),
            "opacity_more": lambda: state.change_opacity(1),
            **{f"slice_{name}": partial(state.step, steps) for name, steps in (("up", 1), ("down", -1))},
            "fit": face.fit,
            "theme": face.switch_theme,
            "reset_view": face.reset_view,
            "predict": self.predict,
            "predict_chosen": lambda: _predict_marked(session, face),
            **self.rounds.handlers(),
            "roll_back": self.roll_back,
            "activate": self.activate,
            "show_models": lambda: face.show_panel("models"),
            "palette": face.open_palette,
            "shortcuts": face.open_sheet,
            "keys": face.open_keys,
            "about": face.open_about,
        }
        table |= frame_handlers(session, state, self.player, show_case=self.show_case) | face.helps.handlers()
        for number in range(1, 10):
            table[f"structure_{number}"] = partial(self.corrections.choose_structure, number)
        return {spec.id: partial(self.attempt, table[spec.id]) for spec in ACTIONS}

    def attempt(self, act: Handler) -> None:
        """Do something; what the person can act on becomes a notice."""
        try:
            act()
        except UserError as error:
            self.tell_trouble(error)
        # a click turned its action by itself, whatever came of it
        self._facts_moved()

    # notices

    def tell_finding(self, text: str) -> None:
        """Say what the person has to know about the files of their masks."""
        self._face.tell(spoken(text), kind="warn")

    def tell_trouble(self, error: UserError) -> None:
        """Say what went wrong, where, and what to do next."""
        self._face.show_busy("")
        details = json.dumps(error.as_json(), ensure_ascii=False, indent=1)
        self._face.tell(
            spoken(str(error)), kind="bad", buttons=[(tr("Copy details"), lambda: QGuiApplication.clipboard().setText(details))]
        )

    def tell_fault(self, error: BaseException) -> None:
        """Say that a bug of ours was met; the details go to the clipboard on request, without the person's home folder."""
        self._face.show_busy("")
        details = "".join(traceback.format_exception(error)).replace(str(Path.home()), "~")
        text = tr("The program met a fault of its own. Your work is saved. Go on, or copy the details and report them.")
        self._face.tell(text, kind="bad", buttons=[(tr("Copy details"), lambda: QGuiApplication.clipboard().setText(details))])

    # project and scans

    def open_demo(self) -> None:
        """Open the demo project; make it where this is the first time."""
        import appdirs

        folder = Path(appdirs.user_data_dir("graph-flow-desktop", appauthor=False)) / "demo"
        if (folder / "project.sqlite").is_file():
            self.show_project(folder)
            self._face.helps.offer()
            return
        shipped = packs()
        if not shipped:
            raise UserError("No model pack is installed", where=str(resource_dir() / "models"), next_step="Install the program again.")
        self._session.create_project(folder, shipped[0])
        self.import_paths([resource_dir() / "demo" / "B_ct_dicom"])
        self._face.helps.offer()

    def new_project(self) -> bool:
        """Ask for a folder and make a project with the pack that ships with the program; return whether there is one."""
        shipped = packs()
        if not shipped:
            raise UserError("No model pack is installed", where=str(resource_dir() / "models"), next_step="Install the program again.")
        folder = self._ask.new_project_folder()
        if folder is not None:
            self._session.create_project(folder, shipped[0])
        return folder is not None

    def open_project(self) -> None:
        """Ask for a project and open it."""
        folder = self._ask.folder(tr("Project folder"))
        if folder is not None:
            self.show_project(folder)

    def show_project(self, folder: Path) -> None:
        """Open a project and its first scan that is not approved; for reading only where another window writes to it."""
        self._session.open_or_look(folder)
        self._tell_holder()
        project, case = self._session.must_project(), self._session.next_case() or next(iter(self._session.cases()), None)
        if case is not None:
            self._show_place(project.last_place or LastPlace(case.id))

    def _tell_holder(self) -> None:
        project = self._session.project
        if project is None or not project.read_only:
            return
        who = project.holder.who if project.holder is not None else tr("another window")
        text = tr("Open for reading only: {who} works on this project. You can look at everything and export; nothing can be changed here.")
        self._face.tell(text.format(who=who), kind="warn", buttons=[(tr("Try again"), lambda: self.attempt(self.open_for_writing))])

    def open_for_writing(self) -> None:
        """Take a project that was open for reading only, now that nobody else has it; the scan on screen stays."""
        project, shown, cursor = self._session.must_project(), self._session.open, self._state.display.cursor_ijk
        self._session.open_project(project.folder)
        self._face.tell(tr("You can change the project now."), kind="good")
        if shown is not None:
            self._show_place(LastPlace(shown.id, cursor))

    def import_paths(self, paths: list[Path]) -> None:
        """Add the scans under the paths, asking where there is something to ask, and show the first of them."""
        self.imports.take(paths)

    def take_paths(self, paths: list[Path]) -> None:
        """Take what was let fall on the window: a project is opened, a capsule's student listed, scans are added or make a new project."""
        if not paths:
            return
        what = dropped(paths)
        if what.kind == "project":
            self.show_project(what.paths[0])
        elif what.kind == "capsule":
            self.models.take(what.paths[0])
        elif self._session.project is not None or self.new_project():
            self.import_paths(list(what.paths))

    def show_case(self, case_id: str) -> None:
        """Bring a scan on screen, with masks of the student that serves."""
        self._session.open_case(case_id, on_done=lambda _case: self._renew_masks())

    def _show_place(self, place: LastPlace) -> None:
        self.show_case(place.case_id)
        if place.cursor_ijk is not None:
            self._state.set_cursor(place.cursor_ijk)

    def show_best(self, best: NextBest | None) -> None:
        """Go to what is next best: a slice of any scan, with the crosshair on what is likely to be wrong, or a scan as a whole."""
        if best is None:
            self._face.tell(tr("There is no other scan to review."), kind="good")
            return
        if self._session.open is None or self._session.open.id != best.case_id:
            self.show_case(best.case_id)
        if best.place_ijk is not None:
            self._state.set_cursor(best.place_ijk)
            self._session.suggesting.note_gone(best.case_id, best.index)
        elif best.index >= 0:
            self._state.go_to(best.index)

    def next_case(self) -> None:
        """Go to the next scan that is not approved."""
        case = self._session.next_case()
        if case is None:
            self._face.tell(tr("There is no other scan to review."), kind="good")
        else:
            self.show_case(case.id)

    # students

    def predict(self) -> None:
        """Predict the scan on screen, the visible slice first."""
        self._session.predict(first_k=self._state.display.cursor_ijk[2])

    def _renew_masks(self) -> None:
        """Let the student that serves draw the scan on screen anew where another drew it; reviewed voxels stay."""
        opened, card = self._session.open, self._session.active_card
        project = self._session.project
        if opened is None or card is None or project is None or project.read_only:
            return
        # that a grey student cannot see a colour scan is said once, not with each opening
        unsuited = (card.id, opened.id) if opened.volume.is_colour != card.preprocess.colour else None
        if unsuited in self._unsuited:
            return
        waits = opened.case.status == "new" or not self._session.changing.is_settled(opened.case)
        if opened.case.model_id != card.id and waits and self._session.predicting is None:
            if unsuited is not None:
                self._unsuited.add(unsuited)
            self.attempt(self.predict)

    def activate(self) -> None:
        """Let the selected student serve."""
        chosen = self._face.chosen_model()
        if chosen is not None:
            self._session.activate(chosen)
            self._face.tell(tr("{model} predicts from now on.").format(model=chosen), kind="good")

    def roll_back(self) -> None:
        """Let the previous student serve again."""
        previous = self._session.roll_back()
        self._face.tell(tr("{model} predicts again.").format(model=previous), kind="good")

    def _round_finished(self, report: RoundReport) -> None:
        self.facts_changed.emit()
        show: Button = (
            tr("See changes") if report.promoted else tr("Why"),
            lambda: self._face.show_panel("changes" if report.promoted else "refine"),
        )
        back: Button = (tr("Roll back"), lambda: self.attempt(self.roll_back))
        self._face.tell(
            spoken(report.reason), kind="good" if report.promoted else "warn", buttons=[show, back] if report.promoted else [show]
        )
