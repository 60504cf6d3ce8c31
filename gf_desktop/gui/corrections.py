"""What the tools, the structures and the operations on them do when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from gf_desktop.display import plane_axes
from gf_desktop.gui.actions import tr
from gf_desktop.gui.face import Teller
from gf_desktop.gui.help_commands import HelpCommands
from gf_desktop.gui.language import count_text, spoken
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.view_state import ToolName, ViewState
from gf_desktop.imaging.operations import NAMES, CopySlice, Delete, GrowSeeds, Merge, Operation
from gf_desktop.imaging.review import structure_size
from gf_desktop.previewing import PREVIEWED
from gf_desktop.session import Session

__all__ = ["Corrections"]


class CorrectionFace(Teller, Protocol):
    """What is needed of the window."""

    helps: HelpCommands

    def cancel_stroke(self) -> bool:
        """Take a running stroke back; return whether there was one."""
        ...


class Corrections:
    """Handlers of tools, structures and operations."""

    def __init__(self, session: Session, state: ViewState, face: CorrectionFace, questions: Questions) -> None:
        self._session = session
        self._state = state
        self._face = face
        self._ask = questions

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do that correct over slices, by id."""
        copies = {f"copy_{name}": partial(self.copy_slice, steps) for name, steps in (("up", 1), ("down", -1))}
        return {**copies, "grow_seeds": lambda: self.operate(GrowSeeds())}

    # tools and structures

    def take(self, name: ToolName) -> None:
        """Take a tool."""
        self._state.set_tool(name=name)

    def take_cursor(self) -> None:
        """Stop looking at an operation, or take a running stroke back, or leave the tour; else put the tool down."""
        if self._session.previewing.operation is not None:
            self._session.previewing.end()
        elif not self._face.cancel_stroke() and not self._face.helps.leave():
            self._state.choose_measurement(None)
            self.take("cursor")

    def swap(self) -> None:
        """Change between painting and erasing."""
        self.take("erase" if self._state.tool.name == "paint" else "paint")

    def choose_structure(self, number: int) -> None:
        """Draw with a structure, counted from 1; does nothing where there are fewer."""
        table = self._session.must_project().table
        if number <= len(table):
            self._state.set_tool(label=table.ids[number - 1])

    def step_structure(self, steps: int) -> None:
        """Draw with a structure further down the table, or up; it goes round."""
        ids = self._session.must_project().table.ids
        known = ids.index(self._state.tool.label) if self._state.tool.label in ids else 0
        self._state.set_tool(label=ids[(known + steps) % len(ids)])

    # the mask

    def approve_slice(self) -> None:
        """Carry out the operation that is looked at; without one accept the slice of the active view."""
        if self._session.previewing.operation is not None:
            self.apply()
            return
        display, opened = self._state.display, self._session.must_open()
        opened.must_be_shown(display.frame)
        self._session.approve_slice(display.index, axis=plane_axes(opened.volume, display.plane).across)

    def operate(self, operation: Operation) -> None:
        """Show what an operation would change, or carry it out; what takes a whole structure away is asked about first."""
        self._session.must_open().must_be_shown(self._state.display.frame)
        over = self._state.tool.options.painted_over
        if isinstance(operation, PREVIEWED):
            self._session.previewing.look(operation, over=over)
            return
        question = self._question(operation)
        if question and not self._ask.agreed(question):
            return
        self._session.operate(operation, over=over, on_done=lambda changed: self._told(operation, changed=changed))

    def copy_slice(self, steps: int) -> None:
        """Give the slice so many steps towards the head the structures of the slice on screen, and go there; not beyond the last slice."""
        display, opened = self._state.display, self._session.must_open()
        target = display.stepped(steps, opened.volume).index
        if target == display.index:
            return
        axis: Any = plane_axes(opened.volume, display.plane).across
        self.operate(CopySlice(None, display.index, target, axis))
        self._state.step(steps)

    def apply(self) -> None:
        """Carry out the operation that is looked at."""
        operation = self._session.previewing.operation
        self._session.previewing.apply(on_done=lambda changed: self._told(operation, changed=changed))

    def _told(self, operation: Operation | None, *, changed: bool) -> None:
        if operation is not None and not changed:
            self._face.tell(tr("{name}: nothing to change").format(name=spoken(NAMES[type(operation)])))

    def _question(self, operation: Operation) -> str:
        if not isinstance(operation, Delete | Merge):
            return ""
        label_map = self._session.must_open().label_map
        size = structure_size(label_map, operation.label)
        facts = {
            "name": label_map.table.by_id(operation.label).name,
            "voxels": count_text(size.voxels),
            "reviewed": count_text(size.reviewed_voxels),
        }
        if isinstance(operation, Merge):
            question = tr("{name} has {voxels} voxels in this scan. Give them all to {target}?")
            return question.format(**facts, target=label_map.table.by_id(operation.target).name)
        return tr("{name} has {voxels} voxels in this scan, {reviewed} of them reviewed. Take them away?").format(**facts)
