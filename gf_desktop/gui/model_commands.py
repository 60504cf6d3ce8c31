"""What the actions on students as versions do: ask, call the Session, tell how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gf_desktop.capsule.reading import CAPSULE_SUFFIX, Capsule
from gf_desktop.errors import UserError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.face import AskingCommands, BusyTeller
from gf_desktop.gui.language import spoken
from gf_desktop.gui.panels.model_dialogs import ComparisonDialog, TitleDialog
from gf_desktop.project.records import ModelRecord

__all__ = ["ModelCommands"]


class ModelFace(BusyTeller, Protocol):
    """What is needed of the window."""

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        ...

    def chosen_model(self) -> str | None:
        """Return the student that is selected in its panel."""
        ...


class ModelCommands(AskingCommands[ModelFace]):
    """Handlers of students as versions.

    Parameters as those of the base class.
    """

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {
            "compare_models": self.compare,
            "describe_model": self.describe,
            "export_capsule": self.export,
            "import_capsule": self.choose_capsule,
        }

    def _chosen(self) -> str:
        """Return the student that is selected, or the one in use."""
        project = self._session.must_project()
        chosen = self._face.chosen_model() or project.models.active_id
        if chosen is None:
            raise UserError("The project has no student", where=project.name, next_step="Take one from a capsule.")
        return chosen

    def compare(self) -> None:
        """Show the selected student beside the one in use."""
        active, chosen = self._session.must_project().models.active_id, self._chosen()
        if active is None or active == chosen:
            return
        # a child is shown after the student that it was made from
        parent = self._session.must_project().models.record(active).parent
        pair = (chosen, active) if parent == chosen else (active, chosen)
        compared = self._session.versions.compare(*pair)
        dialog = ComparisonDialog(compared, measuring=not compared.same_slices, parent=self._parent)
        dialog.open()
        if compared.same_slices:
            return

        def failed(error: Exception) -> None:
            dialog.show_measured(compared)
            (self._session.trouble if isinstance(error, UserError) else self._session.broke).emit(error)

        token = self._session.versions.measure(compared, on_done=dialog.show_measured, on_error=failed)
        dialog.finished.connect(lambda _code: token.cancel())

    def describe(self) -> None:
        """Ask for the title and note of the selected student."""
        project, chosen = self._session.must_project(), self._chosen()
        project.must_write()
        record = project.models.record(chosen)

        def keep(title: str, note: str) -> None:
            # one that was not touched stays as it was made, in whatever language it is shown
            self._session.versions.describe(chosen, title=None if title == spoken(record.title) else title, note=note)

        TitleDialog(chosen, title=spoken(record.title), note=record.note, keep=keep, parent=self._parent).open()

    def export(self) -> None:
        """Ask for a file and write the selected student into it."""
        chosen = self._chosen()
        path = self._ask.new_capsule_file(f"{chosen}{CAPSULE_SUFFIX}")
        if path is None:
            return
        self._face.show_busy(tr("writing {file}").format(file=path.name))

        def done(capsule: Capsule) -> None:
            self._face.show_busy("")
            size = capsule.size / 1e6
            text = tr("{model} is in {file}, {size} MB, read back and checked.")
            self._face.tell(
                text.format(model=chosen, file=path.name, size=f"{size:.1f}"),
                kind="good",
                buttons=[(tr("Open the folder"), lambda: self._attempt(lambda: self._ask.show_folder(path.parent)))],
            )

        # the window of the system has asked whether a file that is there may be replaced
        self._session.versions.export_capsule(chosen, path, overwrite=True, on_done=done)

    def choose_capsule(self) -> None:
        """Ask for a capsule and take its student."""
        self._session.must_project().must_write()
        path = self._ask.capsule_file()
        if path is not None:
            self.take(path)

    def take(self, path: Path) -> None:
        """Check a capsule and put its student in the list; the person says whether it is used."""
        self._session.must_project().must_write()
        self._face.show_busy(tr("checking {file}").format(file=path.name))

        def done(record: ModelRecord) -> None:
            self._face.show_busy("")
            self._face.show_panel("models")
            text = tr("{model} is in the list of students; the one in use stays.").format(model=record.id)
            self._face.tell(text, kind="good", buttons=[(tr("Use this one"), lambda: self._attempt(lambda: self._use(record.id)))])

        self._session.versions.import_capsule(path, on_done=done)

    def _use(self, model_id: str) -> None:
        self._session.activate(model_id)
        self._face.tell(tr("{model} predicts from now on.").format(model=model_id), kind="good")
