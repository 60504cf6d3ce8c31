"""The sheet of all keys and gestures: made from the table of actions, the keymap and the gestures, for the window and for the guide."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gf_desktop.gui.actions import ACTIONS, GESTURES, MENUS, ActionSpec, keys_text, tr
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.widgets import label, push_button

__all__ = ["SheetGroup", "SheetLine", "keys_cell", "sheet_groups", "shortcut_sheet", "shortcut_table"]

NO_KEY: Final = "–"
MOUSE: Final = "Mouse"
KEYS_PX: Final = 176
SHEET_SIZE: Final = (960, 640)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line: keys in portable notation, or what the hand does; what it does; a range joins the first and the last key."""

    keys: tuple[str, ...]
    effect: str
    joins: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """The lines of a menu, or of the mouse."""

    heading: str
    lines: tuple[SheetLine, ...]


def _family_line(name: str, keys: Sequence[tuple[str, ...]]) -> SheetLine:
    """Return the one line of rows of a kind; a range where their keys follow one another."""
    firsts = tuple(own[0] for own in keys if own)
    stems = {key[:-1] for key in firsts}
    ends = [ord(key[-1]) for key in firsts]
    follow = len(firsts) == len(keys) > 2 and len(stems) == 1 and all(b - a == 1 for a, b in itertools.pairwise(ends))
    return SheetLine((firsts[0], firsts[-1]) if follow else firsts, tr(name), joins=follow)


def sheet_groups(keymap: Keymap) -> tuple[SheetGroup, ...]:
    """Return every action with its keys under its menu, rows of a kind in one line, and what the mouse does."""
    settled = keymap.settled(ACTIONS)
    groups: list[SheetGroup] = []
    for menu in MENUS:
        rows: dict[str, list[ActionSpec]] = {}
        for spec in ACTIONS:
            if spec.heading == menu:
                rows.setdefault(spec.family or spec.id, []).append(spec)
        lines = [
            _family_line(name, [settled[spec.id] for spec in members])
            if members[0].family
            else SheetLine(settled[members[0].id], tr(members[0].text).rstrip("…"))
            for name, members in rows.items()
        ]
        groups.append(SheetGroup(tr(menu), tuple(lines)))
    mouse = tuple(SheetLine((tr(gesture.hand),), tr(gesture.effect), by_hand=True) for gesture in GESTURES)
    return (*groups, SheetGroup(tr(MOUSE), mouse))


def _shown(line: SheetLine) -> str:
    """Return the keys of a line as they are written on this system."""
    if line.by_hand:
        return line.keys[0]
    if line.joins:
        return " – ".join(keys_text([key]) for key in line.keys)
    return keys_text(line.keys) if line.keys else NO_KEY


def keys_cell(line: SheetLine) -> str:
    """Return the keys of a line in portable notation as Markdown."""
    if line.by_hand:
        return line.keys[0]
    return (" – " if line.joins else ", ").join(f"`{key}`" for key in line.keys) or NO_KEY


def shortcut_table(keymap: Keymap) -> str:
    """Return the sheet as Markdown, a table for each menu and one for the mouse; keys in portable notation."""
    parts: list[str] = []
    for group in sheet_groups(keymap):
        rows = [f"| {keys_cell(line).replace('|', chr(92) + '|')} | {line.effect.replace('|', chr(92) + '|')} |" for line in group.lines]
        parts.append("\n".join([f"### {group.heading}", "", f"| {tr('Keys')} | {tr('What they do')} |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _column(groups: Iterable[SheetGroup]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID_PX)
    grid.setVerticalSpacing(GRID_PX // 2)
    row = 0
    for group in groups:
        if row:
            grid.setRowMinimumHeight(row, GRID_PX)
            row += 1
        grid.addWidget(label(group.heading, kind="heading"), row, 0, 1, 2)
        for line in (line for line in group.lines if line.keys):
            row += 1
            keys = label(_shown(line), wrap=True)
            keys.setFixedWidth(KEYS_PX)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(line.effect, kind="muted", wrap=True), row, 1, Qt.AlignmentFlag.AlignTop)
        keyless = [line.effect for line in group.lines if not line.keys]
        if keyless:
            row += 1
            grid.addWidget(label(tr("Without a key"), kind="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(", ".join(keyless), kind="muted", wrap=True), row, 1, Qt.AlignmentFlag.AlignTop)
        row += 1
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(row, 1)
    return grid


def _halves(groups: Sequence[SheetGroup]) -> tuple[Sequence[SheetGroup], Sequence[SheetGroup]]:
    """Return the groups in two columns of about the same height, each in their order, the first group at the left."""
    heights = [sum(bool(line.keys) for line in group.lines) + 3 for group in groups]
    splits = ((True, *rest) for rest in itertools.product((True, False), repeat=len(groups) - 1))
    best = min(splits, key=lambda left: abs(sum(h if here else -h for h, here in zip(heights, left, strict=True))))
    return [g for g, here in zip(groups, best, strict=True) if here], [g for g, here in zip(groups, best, strict=True) if not here]


def shortcut_sheet(parent: QWidget, keymap: Keymap, *, on_change_keys: Callable[[], object]) -> QDialog:
    """Return the window that lists all keys and gestures; it does not hold up the main window."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Keys and mouse"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    page = QWidget()
    columns = QHBoxLayout(page)
    columns.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
    columns.setSpacing(4 * GRID_PX)
    for half in _halves(sheet_groups(keymap)):
        columns.addLayout(_column(half), 1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(page)
    foot = QHBoxLayout()
    foot.setContentsMargins(3 * GRID_PX, GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
    foot.setSpacing(GRID_PX)
    foot.addWidget(label(tr("Keys like {preset}").format(preset=keymap.preset), kind="muted"), 1)

    def change() -> None:
        dialog.close()
        on_change_keys()

    foot.addWidget(push_button(tr("Change keys…"), change))
    foot.addWidget(push_button(tr("Close"), dialog.close))
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(scroll, 1)
    layout.addLayout(foot)
    dialog.resize(*SHEET_SIZE)
    return dialog
