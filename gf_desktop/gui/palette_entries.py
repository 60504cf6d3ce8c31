"""What the command palette finds: the rows of the action table, the scans of the worklist, the structures, the gestures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtGui import QAction, QKeySequence

from gf_desktop.gui.actions import ACTIONS, GESTURES, SPECS, TOOLS, tr, why_not
from gf_desktop.gui.commands import Commands
from gf_desktop.gui.palette_box import Entry
from gf_desktop.gui.view_state import ViewState
from gf_desktop.session import Session

__all__ = ["ACTION_ENTRY", "PaletteEntries"]

ACTION_ENTRY: Final = "action:"
"""Begins the id of every entry that is an action."""

HIDDEN: Final = frozenset({"palette"})
"""Not worth finding: it is open."""

STRUCTURE_ACTION: Final = "structure_"
"""Begins the id of the actions that take a structure by its number; they are found by the structure's name."""


class PaletteEntries:
    """Gives everything that can be found now; called each time the palette opens.

    An action runs what its menu entry runs, a structure that has one too; a scan is opened as from the worklist.
    The scans are read again only after the worklist has changed: a thousand of them take longer than a frame.

    Parameters
    ----------
    actions
        By id, with their keys and whether they can be asked for.
    facts
        Tells the facts by which the actions were enabled.
    """

    def __init__(
        self,
        session: Session,
        state: ViewState,
        commands: Commands,
        actions: Mapping[str, QAction],
        *,
        facts: Callable[[], frozenset[str]],
    ) -> None:
        self._session = session
        self._facts = facts
        self._state = state
        self._commands = commands
        self._actions = actions
        self._scans: list[Entry] | None = None
        session.project_changed.connect(self._forget)
        session.worklist_changed.connect(self._forget)

    def _forget(self) -> None:
        self._scans = None

    def __call__(self) -> list[Entry]:
        """Return actions, scans, structures and gestures, in this order."""
        facts = self._facts()
        if self._scans is None:
            self._scans = _scans(self._session, self._commands)
        return [
            *_actions(facts, self._actions),
            *self._scans,
            *_structures(self._session, self._state, facts, self._actions),
            *_gestures(self._actions["shortcuts"]),
        ]


def _keys(action: QAction) -> str:
    return ", ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in action.shortcuts())


def _actions(facts: frozenset[str], actions: Mapping[str, QAction]) -> list[Entry]:
    return [
        Entry(
            id=ACTION_ENTRY + spec.id,
            text=actions[spec.id].text().rstrip("…"),
            run=actions[spec.id].trigger,
            keys=_keys(actions[spec.id]),
            reason=why_not(spec, facts),
            possible=actions[spec.id].isEnabled(),
            also=f"{tr(spec.text)} {tr(spec.heading)} {tr(spec.tip)} {tr('tool') if spec.id in TOOLS else ''}",
            # rows of a kind are many: they are found, and not offered
            offered=not spec.family,
        )
        for spec in ACTIONS
        if spec.id not in HIDDEN and not spec.id.removeprefix(STRUCTURE_ACTION).isdigit()
    ]


def _scans(session: Session, commands: Commands) -> list[Entry]:
    def opens(case_id: str) -> None:
        commands.attempt(partial(commands.show_case, case_id))

    return [
        Entry(id=f"scan:{case.id}", text=f"{case.id} {case.modality}", run=partial(opens, case.id), kind=tr("scan"), also=tr("scan"))
        for case in session.cases()
    ]


def _structures(session: Session, state: ViewState, facts: frozenset[str], actions: Mapping[str, QAction]) -> list[Entry]:
    found: list[Entry] = []
    for number, structure in enumerate(session.project.table if session.project is not None else (), start=1):
        action_id = f"{STRUCTURE_ACTION}{number}"
        action = actions.get(action_id)
        found.append(
            Entry(
                # by name, not by number: another project may have another structure there
                id=f"structure:{structure.name}",
                text=structure.name,
                run=action.trigger if action is not None else partial(state.set_tool, label=structure.id),
                keys=_keys(action) if action is not None else "",
                reason=why_not(SPECS[action_id], facts) if action is not None else "",
                possible=action is None or action.isEnabled(),
                kind=tr("structure"),
                also=tr("structure to draw with"),
                colour=structure.color,
            )
        )
    return found


def _gestures(sheet: QAction) -> list[Entry]:
    return [
        Entry(id=f"gesture:{number}", text=tr(gesture.effect), run=sheet.trigger, keys=tr(gesture.hand), also=tr("mouse"), offered=False)
        for number, gesture in enumerate(GESTURES)
    ]
