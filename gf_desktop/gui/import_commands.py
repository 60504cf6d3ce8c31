"""Adding scans: looks at what was chosen, asks where there is something to ask, and takes the rest without a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from gf_desktop.errors import UserError
from gf_desktop.files import warm_up
from gf_desktop.gui.actions import tr
from gf_desktop.gui.face import AskingCommands, BusyTeller
from gf_desktop.gui.questions import Questions
from gf_desktop.importing import FoundScan
from gf_desktop.jobs import CancelToken
from gf_desktop.project.records import Case
from gf_desktop.session import Session
from gf_desktop.workspace import RefusedScan

if TYPE_CHECKING:
    from gf_desktop.gui.import_dialog import ImportDialog

__all__ = ["ImportCommands"]


class ImportCommands(AskingCommands[BusyTeller]):
    """Handlers of adding scans.

    Parameters
    ----------
    show_case
        Brings a scan on screen.
    """

    def __init__(
        self,
        session: Session,
        face: BusyTeller,
        questions: Questions,
        *,
        attempt: Callable[[Callable[[], object]], None],
        show_case: Callable[[str], object],
        parent: QWidget | None,
    ) -> None:
        super().__init__(session, face, questions, attempt=attempt, parent=parent)
        self._show_case = show_case
        self._looks: list[_Look] = []
        session.project_changed.connect(self._give_up)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {
            "import_folder": lambda: self.take(self._chosen(self._folder)),
            "import_files": lambda: self.take(self._chosen(self._ask.scan_files)),
        }

    def _folder(self) -> list[Path]:
        folder = self._ask.folder(tr("Folder with scans"))
        return [] if folder is None else [folder]

    def _chosen(self, ask: Callable[[], list[Path]]) -> list[Path]:
        """Ask for scans, and load what reads them meanwhile: a project that had scans began without it."""
        self._session.jobs.run(lambda _token: warm_up(), on_done=lambda _none: None, on_error=self._session.broke.emit)
        return ask()

    def take(self, paths: Sequence[Path]) -> None:
        """Look at the scans under paths: a single sound one is added, about everything else the person is asked.

        Raises
        ------
        ProjectError
            When no project is open, or it is open for reading only.
        """
        if not paths:
            return
        self._session.must_project().must_write()
        self._face.show_busy(tr("reading scans"))
        self._looks.append(_Look(self, list(paths)))

    def _give_up(self) -> None:
        """Another project is open, or none: nobody wants what was chosen for the one before."""
        looks, self._looks = self._looks, []
        for look in looks:
            look.give_up()

    def bring(self, chosen: Sequence[FoundScan]) -> None:
        """Add scans and show the first of them; where some cannot be read after all, the others are added and a list says so."""
        self._face.show_busy(tr("reading scans"))
        refused: list[RefusedScan] = []

        def done(added: list[tuple[Path, Case]]) -> None:
            self._face.show_busy("")
            if added:
                self._attempt(lambda: self._show_case(added[0][1].id))
            if len(added) > 1:
                # the first is predicted as the one on screen
                self._session.changing.renew()
            if len(chosen) == 1 and refused:
                self._session.trouble.emit(refused[0].error)
            elif refused:
                self._tell_outcome(chosen, refused)

        self._attempt(lambda: self._session.importing.bring(chosen, on_done=done, on_refused=refused.extend))

    def _tell_outcome(self, chosen: Sequence[FoundScan], refused: Sequence[RefusedScan]) -> None:
        from gf_desktop.gui.import_outcome import ImportOutcome

        ImportOutcome(chosen, refused, parent=self._parent).open()

    # what a look asks for

    def over(self, look: _Look) -> None:
        """Forget a look about which nothing can be asked any more."""
        if look in self._looks:
            self._looks.remove(look)

    def rested(self) -> None:
        """Show that nothing is being read."""
        self._face.show_busy("")

    def failed(self, look: _Look, error: Exception) -> None:
        """Say why nothing was found."""
        self.rested()
        look.leave()
        self.over(look)
        tell: Any = self._session.trouble if isinstance(error, UserError) else self._session.broke
        tell.emit(error)

    def begin(self, look: _Look, paths: Sequence[Path]) -> CancelToken:
        """Look off the thread."""
        failed = partial(self.failed, look)
        return self._session.importing.look(paths, on_found=look.found, on_files=look.files, on_done=look.done, on_error=failed)

    def dialog(self, look: _Look) -> ImportDialog:
        """Show the window in which is chosen."""
        from gf_desktop.gui.import_dialog import ImportDialog

        made = ImportDialog(look_again=self._session.importing.look_again, add=self.bring, stop=look.stop, parent=self._parent)
        made.finished.connect(lambda _result: look.closed())
        made.open()
        return made


class _Look:
    """One look at what was chosen; a dialog comes as soon as there is something to ask."""

    def __init__(self, commands: ImportCommands, paths: Sequence[Path]) -> None:
        self._commands = commands
        self._dialog: ImportDialog | None = None
        self._asks = False
        self._token = commands.begin(self, paths)

    def files(self, done: int, count: int) -> None:
        """Show how many files were looked at, where that takes long enough to be waited for, or to be stopped."""
        if self._dialog is None:
            self._dialog = self._commands.dialog(self)
        self._dialog.show_files(done, count)

    def found(self, found: FoundScan, count: int) -> None:
        """Take a scan that is described."""
        self._asks = self._asks or count > 1 or not (found.plain or found.trouble)
        if self._dialog is None and self._asks:
            self._dialog = self._commands.dialog(self)
        if self._dialog is not None:
            self._dialog.add_found(found, count)

    def done(self, found: list[FoundScan]) -> None:
        """Take note that all are described."""
        self._commands.rested()
        if self._dialog is not None:
            self._dialog.finish_looking()
            if self._asks:
                return
            # it showed how far the looking was, and there is nothing to ask
            self._dialog.accept()
        self._commands.over(self)
        trouble = found[0].trouble if found else None
        if trouble is not None:
            self._commands.failed(self, trouble)
        elif found:
            self._commands.bring(found)

    def stop(self) -> None:
        """End the looking; what was found stays."""
        self._token.cancel()
        self._commands.rested()

    def closed(self) -> None:
        """Take note that the window is closed."""
        self._dialog = None
        self._commands.over(self)

    def leave(self) -> None:
        """Close the window where it only showed how far the looking was."""
        if self._dialog is not None:
            self._dialog.finish_looking()
            self._dialog.reject()

    def give_up(self) -> None:
        """End the looking, and the window with it."""
        self.stop()
        if self._dialog is not None:
            self._dialog.reject()
