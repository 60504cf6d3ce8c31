"""The main window: puts the regions together and wires them; decides nothing."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import ACTIONS, TOOLS, build_actions, tr
from gf_desktop.gui.commands import Button, Commands
from gf_desktop.gui.compare_commands import show_compare_checks
from gf_desktop.gui.drops import DropVeil, dropped, paths_of
from gf_desktop.gui.help_commands import HelpCommands
from gf_desktop.gui.icons import icon
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.keys_dialog import KeysDialog
from gf_desktop.gui.language import spoken
from gf_desktop.gui.measure_commands import name_windows
from gf_desktop.gui.menus import about_box
from gf_desktop.gui.notice_bar import NoticeBar
from gf_desktop.gui.palette import DARK, LIGHT
from gf_desktop.gui.palette_box import PaletteBox
from gf_desktop.gui.palette_entries import PaletteEntries
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.remembered import Remembered
from gf_desktop.gui.settings_store import SettingsFile
from gf_desktop.gui.shortcut_sheet import shortcut_sheet
from gf_desktop.gui.start_page import StartPage
from gf_desktop.gui.status_bar import StatusBar
from gf_desktop.gui.theme import apply_theme, current_palette
from gf_desktop.gui.top_bar import TopBar
from gf_desktop.gui.view_state import ViewState, when_different
from gf_desktop.session import Session

if TYPE_CHECKING:
    from gf_desktop.gui.work_page import WorkPage

__all__ = ["MainWindow"]

BASE_SIZE = (1440, 900)
SMALLEST_SIZE = (1000, 640)


class MainWindow(QMainWindow):
    """See the module.

    Signals: ``painted()`` once, after the window was painted for the first time · ``closed()``.
    """

    painted = Signal()
    closed = Signal()

    def __init__(self, session: Session, *, questions: Questions | None = None, settings: SettingsFile | None = None) -> None:
        super().__init__()
        self.session = session
        self.state = ViewState(self)
        self.page: WorkPage | None = None
        self.commands = Commands(session, self.state, self, questions or Questions(self), self)
        self.remembered = Remembered(settings or SettingsFile(), tell=self.commands.tell_trouble)
        self.helps = HelpCommands(self, session, self.remembered, parent=self, attempt=self.commands.attempt)
        self.actions_by_id = build_actions(self.commands.handlers(), self, keymap=self.remembered.keymap)
        self.addActions(list(self.actions_by_id.values()))
        self.actions_by_id["flip_change"].setAutoRepeat(False)
        self.top = TopBar(session, self.actions_by_id)
        self.notice = NoticeBar()
        self.start = StartPage(self.actions_by_id)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.status = StatusBar(session)
        self._assemble()
        self._painted = False
        self._facts = frozenset[str]()
        self._facts_soon = QTimer(self, singleShot=True, interval=0)
        self._facts_soon.timeout.connect(self._show_facts)
        self._wire()
        self._project_changed()
        self._show_facts()

    def _assemble(self) -> None:
        middle = QWidget()
        middle.setObjectName("page")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)
        self.setCentralWidget(middle)
        self.setWindowIcon(icon("logo"))
        self.setMinimumSize(*SMALLEST_SIZE)
        self.resize(*BASE_SIZE)
        self.setAcceptDrops(True)
        self.veil = DropVeil(self)
        self.palette_box = PaletteBox(
            self,
            PaletteEntries(self.session, self.state, self.commands, self.actions_by_id, facts=lambda: self._facts),
            closing_keys=self.actions_by_id["palette"].shortcuts,
        )
        self.palette_box.remember(self.remembered.recent)
        self.palette_box.ran.connect(self.remembered.note_entry)
        self.remembered.restore_window(self)
        self.remembered.restore_view(self.state)
        if self.remembered.told:
            self.tell(" ".join(self.remembered.told), kind="warn")

    def _wire(self) -> None:
        session, state = self.session, self.state

        def look() -> tuple[object, ...]:
            shown = state.display
            return (shown.overlay, shown.outline, shown.layer, state.smooth, state.layout, session.comparing.other is None, state.flipped)

        session.project_changed.connect(self._project_changed)
        session.case_changed.connect(self._case_changed)
        # until it is in the project, a scan can be looked at
        session.arriving_changed.connect(lambda: state.show_arriving(session.arriving))
        session.structures_changed.connect(lambda: state.show_table(session.must_project().table))
        self.commands.facts_changed.connect(self._facts_soon.start)
        state.display_changed.connect(when_different(look, self._show_checks))
        state.tool_changed.connect(self._show_checks)
        self.start.chosen.connect(lambda folder: self.commands.attempt(lambda: self.commands.show_project(folder)))
        self.top.models_wanted.connect(lambda: self.show_panel("models"))
        self.top.round_wanted.connect(lambda: self.show_panel("refine"))

    def _make_page(self) -> WorkPage:
        from gf_desktop.gui.preview_bar import PreviewBar
        from gf_desktop.gui.work_page import WorkPage

        attempt, corrections = self.commands.attempt, self.commands.corrections
        look, apply = (lambda operation: attempt(lambda: corrections.operate(operation))), (lambda: attempt(corrections.apply))
        preview = PreviewBar(self.session, self.state, self.actions_by_id, look=look, apply=apply)
        page = WorkPage(self.session, self.state, self.actions_by_id, self.commands.player, preview=preview)
        page.worklist.chosen.connect(lambda case_id: self.commands.attempt(lambda: self.commands.show_case(case_id)))
        page.worklist.best_wanted.connect(lambda best: self.commands.attempt(lambda: self.commands.show_best(best)))
        page.worklist.selected.connect(self._facts_soon.start)
        page.changes.chosen.connect(lambda case_id: self.commands.attempt(lambda: self.commands.show_case(case_id)))
        page.models.selected.connect(self._facts_soon.start)
        page.grid.hovered.connect(self.status.show_read_out)
        page.grid.refused.connect(self.commands.tell_trouble)
        page.compare.revision_wanted.connect(self.commands.compares.with_revision)
        page.compare.file_wanted.connect(lambda: self.commands.attempt(self.commands.compares.with_file))
        page.measurements.refused.connect(self.commands.tell_trouble)
        page.structures.refused.connect(self.commands.tell_trouble)
        page.structures.wished.connect(look)
        page.structures.edit_wanted.connect(lambda label: self.commands.attempt(lambda: self.commands.structures.edit(label)))
        page.structures.delete_wanted.connect(lambda label: self.commands.attempt(lambda: self.commands.structures.delete(label)))
        page.structures.merge_wanted.connect(lambda *pair: self.commands.attempt(lambda: self.commands.structures.merge(*pair)))
        self.pages.addWidget(page)
        self.remembered.restore_splitter(page.splitter)
        self.remembered.restore_panel(page.show_panel)
        # the page and what it has imported stay: looking through them for garbage again and again would be felt
        gc.freeze()
        return page

    # following the session

    def _project_changed(self) -> None:
        project = self.session.project
        self.state.forget()
        if project is not None and self.page is None:
            self.page = self._make_page()
        if project is not None:
            self.remembered.note_project(project.folder)
        self.start.show_recent(self.remembered.file.now.recent_projects)
        page = self.page if project is not None else None
        self.pages.setCurrentWidget(page or self.start)
        # over the strip of slices, or the foot of the first page: no notice moves a picture under the hand
        (page.floor if page is not None else self.start).take(self.notice)
        self.setWindowTitle("Graph Flow Desktop" if project is None else f"{project.name} – Graph Flow Desktop")
        self._case_changed()

    def _case_changed(self) -> None:
        opened = self.session.open
        if opened is None:
            self.state.show_case("", None, None)
        else:
            self.state.show_case(opened.id, opened.volume, opened.label_map.table)
        if self.page is not None:
            self.page.view.setFocus()

    def _show_facts(self) -> None:
        self._facts = facts = self.commands.facts()
        for spec in ACTIONS:
            self.actions_by_id[spec.id].setEnabled(spec.needs <= facts)
        name_windows(self.actions_by_id, self.state.volume)
        history = self.session.open.journal if self.session.open is not None else None
        for name, what in (("undo", history.undo_name if history else None), ("redo", history.redo_name if history else None)):
            text = tr(name.capitalize())
            self.actions_by_id[name].setText(f"{text}: {spoken(what)}" if what else text)
        self._show_checks()

    def _show_checks(self) -> None:
        display = self.state.display
        self.actions_by_id["overlay"].setChecked(display.overlay)
        self.actions_by_id["outline"].setChecked(display.outline)
        self.actions_by_id["smooth"].setChecked(self.state.smooth)
        show_compare_checks(self.actions_by_id, self.session, self.state)
        self.actions_by_id["flip_change"].setChecked(self.state.flipped)
        for layer in ("doubt", "states"):
            self.actions_by_id[f"layer_{layer}"].setChecked(display.layer == layer)
        self.actions_by_id["theme"].setChecked(current_palette() is LIGHT)
        self.helps.show_checks()
        for tool in TOOLS:
            self.actions_by_id[tool].setChecked(tool == f"tool_{self.state.tool.name}")

    # what the commands ask of the window

    def tell(self, text: str, *, kind: str = "", buttons: list[Button] | None = None) -> None:
        """Show a notice."""
        self.notice.tell(text, kind=kind, buttons=buttons or ())

    def show_busy(self, text: str) -> None:
        """Show that something is being done; "" when it is done."""
        self.status.show_busy(text)

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        if self.page is not None:
            self.page.show_panel(name)

    def chosen_model(self) -> str | None:
        """Return the student that is selected in its panel."""
        return None if self.page is None else self.page.models.chosen_id

    def name_measurement(self, number: int) -> None:
        """Let the name of a measurement be written in its panel."""
        if self.page is not None:
            self.page.measurements.edit_name(number)

    def marked_cases(self) -> tuple[str, ...]:
        """Return the cases that are marked in the worklist."""
        return () if self.page is None or self.session.project is None else self.page.worklist.marked

    def chosen_minutes(self) -> float | None:
        """Return the time budget that is set in the panel; None where there is no panel yet."""
        return None if self.page is None else self.page.refine.chosen_minutes

    def fit(self) -> None:
        """Show the whole slice."""
        if self.page is not None:
            self.page.grid.fit()

    def centre_cross(self) -> None:
        """Put the crosshair into the middle of the active view."""
        if self.page is not None:
            self.page.view.centre_cross()

    def cancel_stroke(self) -> bool:
        """Take a running stroke back; return whether there was one."""
        return self.page is not None and self.page.grid.cancel_stroke()

    def switch_theme(self) -> None:
        """Change between dark and light."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, DARK if current_palette() is LIGHT else LIGHT)
            self.remembered.keep(theme=current_palette().name)
        self._show_checks()

    def open_sheet(self) -> None:
        """Show the keys."""
        shortcut_sheet(self, self.remembered.keymap, on_change_keys=self.open_keys).show()

    def open_palette(self) -> None:
        """Show the field that finds actions, scans and structures."""
        self.palette_box.open()

    def open_keys(self) -> None:
        """Show the window in which keys are changed."""
        dialog = KeysDialog(self.remembered.keymap, self)
        dialog.changed.connect(self.use_keymap)
        dialog.show()

    def use_keymap(self, keymap: Keymap) -> None:
        """Give the actions other keys."""
        self.remembered.use_keymap(keymap, self.actions_by_id)

    def reset_view(self) -> None:
        """Arrange the window as at the first start, and forget the windows of intensities."""
        self.remembered.reset_view(self.state)
        self.resize(*BASE_SIZE)
        if self.page is not None:
            self.page.reset()

    def open_about(self) -> None:
        """Show the About box."""
        about_box(self).show()

    def leave(self) -> None:
        """Close the window."""
        self.close()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the window has been painted."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files and folders, and say what letting go will do."""
        paths = paths_of(event.mimeData())
        if not paths:
            return
        event.acceptProposedAction()
        project = self.session.project
        try:
            what = dropped(paths)
        except UserError:
            what = None
        self.veil.say(what, project="" if project is None else project.name, read_only=project is not None and project.read_only)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take files and folders."""
        paths = paths_of(event.mimeData())
        event.acceptProposedAction()
        self.commands.attempt(lambda: self.commands.take_paths(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save and close the project with the window."""
        self.remembered.keep_places(self, None if self.page is None else self.page.splitter)
        self.remembered.keep_view(self.session.project, self.state, None if self.page is None else self.page.panel)
        self.commands.places.flush()
        self.session.close_project()
        self.closed.emit()
        super().closeEvent(event)
