"""What the actions on the list of structures do: ask, call the Session, tell how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files
from gf_desktop.gui.actions import tr
from gf_desktop.gui.face import AskingCommands, BusyTeller
from gf_desktop.gui.language import count_text
from gf_desktop.gui.panels.structure_dialog import ListDialog, StructureDialog
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.view_state import ViewState
from gf_desktop.imaging.structures import next_colour
from gf_desktop.session import Session
from gf_desktop.structuring import RemovalReport, StructureCount

__all__ = ["StructureCommands"]


class StructureCommands(AskingCommands[BusyTeller]):
    """Handlers of the list of structures.

    Parameters as those of the base class.
    """

    def __init__(
        self,
        session: Session,
        state: ViewState,
        face: BusyTeller,
        questions: Questions,
        *,
        attempt: Callable[[Callable[[], object]], None],
        parent: QWidget | None,
    ) -> None:
        super().__init__(session, face, questions, attempt=attempt, parent=parent)
        self._state = state

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {
            "add_structure": self.add,
            "edit_structure": lambda: self.edit(self._state.tool.label),
            "delete_structure": lambda: self.delete(self._state.tool.label),
            "take_structures": self.take_list,
            "save_structures": self.save_list,
        }

    def add(self) -> None:
        """Ask for name, colour and code of a new structure; it is drawn with from then on."""
        table = self._session.must_project().table

        def keep(name: str, colour: str, code: str) -> None:
            structure = self._session.add_structure(name, color=colour, code=code)
            self._state.set_tool(label=structure.id)

        self._dialog(
            tr("New structure"), name="", colour=next_colour(table), code="", used=[structure.color for structure in table], keep=keep
        )

    def edit(self, label: int) -> None:
        """Ask for another name, colour or code of a structure."""
        table = self._session.must_project().table
        if label not in table.ids:
            return
        structure = table.by_id(label)

        def keep(name: str, colour: str, code: str) -> None:
            self._session.change_structure(label, name=name, color=colour, code=code)

        used = [other.color for other in table if other.id != label]
        self._dialog(structure.name, name=structure.name, colour=structure.color, code=structure.code, used=used, keep=keep)

    def _dialog(self, title: str, *, name: str, colour: str, code: str, used: list[str], keep: Callable[[str, str, str], object]) -> None:
        self._session.must_project().must_write()
        StructureDialog(
            title, name=name, colour=colour, code=code, used=used, ask_colour=self._ask.colour, keep=keep, parent=self._parent
        ).open()

    def delete(self, label: int) -> None:
        """Count what a structure has in all scans, ask, and take it out of the list and the scans."""
        self._remove(label, 0)

    def merge(self, label: int, target: int) -> None:
        """Count what a structure has in all scans, ask, and make it part of another one."""
        self._remove(label, target)

    def _remove(self, label: int, target: int) -> None:
        project = self._session.must_project()
        project.must_write()
        if label not in project.table.ids:
            return
        self._face.show_busy(tr("counting voxels"))

        def counted(count: StructureCount) -> None:
            self._face.show_busy("")
            if self._session.project is project and self._ask.agreed(self._question(label, target, count)):
                self._attempt(lambda: self._session.remove_structure(label, into=target, on_done=done))

        def done(report: RemovalReport) -> None:
            undo = tr("undo takes that back, scan by scan") if report.voxels else tr("no voxel had it")
            text = tr("{name} is out of the list; {voxels} voxels in {scans} scans changed; {undo}.", len(report.cases))
            self._face.tell(
                text.format(name=report.name, voxels=count_text(report.voxels), scans=len(report.cases), undo=undo), kind="good"
            )

        self._session.count_structure(label, on_done=counted)

    def _question(self, label: int, target: int, count: StructureCount) -> str:
        table = self._session.must_project().table
        facts = {
            "name": table.by_id(label).name,
            "voxels": count_text(count.voxels),
            "reviewed": count_text(count.reviewed_voxels),
            "scans": len(count.cases),
        }
        has = tr("{name} has {voxels} voxels in {scans} scans, {reviewed} of them reviewed.", len(count.cases)).format(**facts)
        if target:
            asked = tr("Give them all to {target} and take {name} out of the list?").format(
                name=facts["name"], target=table.by_id(target).name
            )
        else:
            asked = tr("Take them all away, and {name} out of the list?").format(name=facts["name"])
        parts = [has, asked]
        if count.known and not target:
            parts.insert(
                1,
                tr("The student knows it: proposals will leave it out, and the next student learns that it is not there. Or just hide it."),
            )
        return " ".join(parts)

    def take_list(self) -> None:
        """Ask for a list and add what the project lacks."""
        self._session.must_project().must_write()
        lists = [read_structure_file(path) for path in shipped_structure_files()]
        ListDialog(
            lists, take=lambda path: self._attempt(lambda: self._take(path)), ask_file=self._ask.structure_file, parent=self._parent
        ).open()

    def _take(self, path: Path) -> None:
        added = self._session.take_structures(path)
        names = ", ".join(structure.name for structure in added)
        self._face.tell(tr("Added: {names}.").format(names=names) if added else tr("The project has all of these already."), kind="good")

    def save_list(self) -> None:
        """Ask for a file and write the list of structures into it."""
        path = self._ask.new_structure_file()
        if path is not None:
            self._session.save_structures(path)
            self._face.tell(tr("The list of structures is in {file}.").format(file=path.name), kind="good")
