"""Which keys ask for which action: a preset, and the person's own changes on top. A plain value; knows nothing of Qt.

A key is written in Qt's portable notation: held keys in the order Meta, Ctrl, Alt, Shift, Num, then the key, joined by "+".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

__all__ = ["DEFAULT_PRESET", "HELD_KEYS", "PRESETS", "Conflict", "Keymap", "Row", "tidy_key"]

HELD_ORDER: Final = ("Meta", "Ctrl", "Alt", "Shift", "Num")
"""Num stands for the keypad."""

KEY_NAMES: Final = (
    *("Esc", "Tab", "Backtab", "Backspace", "Return", "Enter", "Ins", "Del", "Pause", "Print", "Home", "End"),
    *("Left", "Up", "Right", "Down", "PgUp", "PgDown", "Space", "Menu", "Help"),
    *(f"F{number}" for number in range(1, 36)),
)

HELD_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Space": "Space is held to move the picture",
        "W": "W is held to change the window",
        "Tab": "Tab goes from one control to the next",
        "Shift+Backtab": "Shift+Tab goes to the control before",
        "Shift+Tab": "Shift+Tab goes to the control before",
    }
)
"""Keys that no action can have, and what they are for."""

NEVER_TOGETHER: Final = (frozenset({"idle", "training"}),)
"""Facts that exclude each other: actions that need them may share a key."""

DEFAULT_PRESET: Final = "ITK-SNAP"

PRESETS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        # the keys of the table of actions
        DEFAULT_PRESET: MappingProxyType({}),
        # 3D Slicer 5, user guide: Segment Editor (keyboard shortcuts; effects by number, the second is Paint, the fourth Erase) and
        # Slice views. Ctrl+F finds a module there. "=" is the key of "+" without Shift.
        "3D Slicer": MappingProxyType(
            {
                "undo": ("Z", "Ctrl+Z"),
                "redo": ("Y", "Ctrl+Y", "Ctrl+Shift+Z"),
                "tool_paint": ("2", "P"),
                "tool_polygon": ("3",),
                "tool_erase": ("4", "E"),
                "tool_grow": ("6", "T"),
                "tool_fill": ("Shift+F",),
                "tool_review": ("Shift+R",),
                "tool_box": ("Shift+B",),
                "brush_smaller": ("-",),
                "brush_larger": ("+", "="),
                "slice_up": ("Right", "F", "PgUp"),
                "slice_down": ("Left", "B", "PgDown"),
                "fit": ("R",),
                "overlay": ("G",),
                "palette": ("Ctrl+K", "Ctrl+F"),
                **{f"structure_{number}": (f"Alt+{number}",) for number in range(1, 10)},
            }
        ),
        # napari 0.9, default shortcuts of the viewer and of labels layers
        "napari": MappingProxyType(
            {
                "tool_erase": ("1", "E"),
                "tool_paint": ("2", "P"),
                "tool_polygon": ("3", "G"),
                "tool_fill": ("4", "F"),
                "tool_pick": ("5", "L"),
                "tool_cursor": ("6", "Z", "Esc"),
                "label_before": ("-",),
                "label_next": ("=",),
                "slice_up": ("Right", "PgUp"),
                "slice_down": ("Left", "PgDown"),
                "fit": ("Ctrl+R",),
                "overlay": ("V",),
                "theme": ("Ctrl+Shift+T",),
                "refine_with": ("Ctrl+Alt+R",),
                "shortcuts": ("Ctrl+Alt+/", "F1", "?"),
                **{f"structure_{number}": (f"Alt+{number}",) for number in range(1, 10)},
            }
        ),
    }
)
"""Keys of actions that differ from the table's, by preset. An action that is not named has the table's keys."""


class Row(Protocol):
    """What is needed of an action of the table; see ``gf_desktop.gui.actions.ActionSpec``."""

    @property
    def id(self) -> str:
        """Unique name."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the default preset."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """What must hold before it can be asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key of two actions, by id in the order of the table, that can be asked for at the same time."""

    key: str
    first: str
    second: str


def tidy_key(text: str) -> str:
    """Return a key in Qt's portable notation, whatever the case and order of what is held.

    Raises
    ------
    ValueError
        When this is no single key.
    """
    rest, held = text.strip(), set[str]()
    while True:
        head, plus, tail = rest.partition("+")
        word = head.strip().capitalize()
        if not (plus and tail and word in HELD_ORDER):
            break
        held.add(word)
        rest = tail.strip() or tail
    if len(rest) == 1 and rest.isprintable() and not rest.isspace():
        # not every small letter has one capital letter
        name = rest.upper() if len(rest.upper()) == 1 else rest
    else:
        name = next((known for known in KEY_NAMES if known.casefold() == rest.casefold()), "")
    if not name:
        raise ValueError(f"{text!r} is no key")
    return "+".join([*(word for word in HELD_ORDER if word in held), name])


def _together(one: Row, other: Row) -> bool:
    needs = one.needs | other.needs
    return not any(facts <= needs for facts in NEVER_TOGETHER)


@dataclass(frozen=True, slots=True)
class Keymap:
    """A preset and the person's own changes.

    Attributes
    ----------
    preset
        One of ``PRESETS``.
    changes
        (action id, keys) in the order of ids; no keys: the action has none.

    Raises
    ------
    ValueError
        When there is no such preset, a key is none, or may not be given to an action.
    """

    preset: str = DEFAULT_PRESET
    changes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise ValueError(f"there is no preset {self.preset!r}")
        tidy = {action: tuple(dict.fromkeys(tidy_key(key) for key in keys)) for action, keys in self.changes}
        held = [key for keys in tidy.values() for key in keys if key in HELD_KEYS]
        if held:
            raise ValueError(f"{HELD_KEYS[held[0]]} and cannot be given to an action")
        object.__setattr__(self, "changes", tuple(sorted(tidy.items())))

    # asking

    def preset_keys(self, row: Row) -> tuple[str, ...]:
        """Return the keys of an action without the person's changes."""
        return PRESETS[self.preset].get(row.id, row.keys)

    def keys(self, row: Row) -> tuple[str, ...]:
        """Return the keys of an action, the one that is shown first."""
        own = dict(self.changes).get(row.id)
        return self.preset_keys(row) if own is None else own

    def is_changed(self, action_id: str) -> bool:
        """Return whether the person gave an action keys of its own."""
        return action_id in dict(self.changes)

    def conflicts(self, rows: Iterable[Row]) -> tuple[Conflict, ...]:
        """Return every key that two actions have which can be asked for at the same time."""
        held: dict[str, list[Row]] = {}
        found: list[Conflict] = []
        for row in rows:
            for key in self.keys(row):
                found += [Conflict(key, other.id, row.id) for other in held.get(key, ()) if _together(other, row)]
                held.setdefault(key, []).append(row)
        return tuple(found)

    def holders(self, key: str, row: Row, rows: Iterable[Row]) -> tuple[str, ...]:
        """Return the other actions that have a key and can be asked for at the same time as ``row``."""
        return tuple(other.id for other in rows if other.id != row.id and key in self.keys(other) and _together(row, other))

    def settled(self, rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
        """Return the keys of every action so that none is given twice: own changes come first, then the order of the table."""
        rows = tuple(rows)
        keys = {row.id: self.keys(row) for row in rows}
        for conflict in self.conflicts(rows):
            loses = conflict.first if self.is_changed(conflict.second) and not self.is_changed(conflict.first) else conflict.second
            keys[loses] = tuple(key for key in keys[loses] if key != conflict.key)
        return keys

    # changing

    def with_preset(self, preset: str) -> Keymap:
        """Return another preset under the same changes."""
        return replace(self, preset=preset)

    def with_keys(self, row: Row, keys: Iterable[str]) -> Keymap:
        """Return a keymap in which an action has other keys; the preset's own keys are no change."""
        wanted = tuple(tidy_key(key) for key in keys)
        others = dict(self.reset(row.id).changes)
        return replace(self, changes=tuple((others if wanted == self.preset_keys(row) else others | {row.id: wanted}).items()))

    def taking(self, key: str, row: Row, rows: Iterable[Row]) -> Keymap:
        """Return a keymap in which ``key`` is free for ``row``: those who hold it have lost it."""
        rows = tuple(rows)
        holders = set(self.holders(tidy_key(key), row, rows))
        made = self
        for other in rows:
            if other.id in holders:
                made = made.with_keys(other, [held for held in self.keys(other) if held != tidy_key(key)])
        return made

    def reset(self, action_id: str) -> Keymap:
        """Return a keymap in which an action has the preset's keys."""
        return replace(self, changes=tuple(change for change in self.changes if change[0] != action_id))

    # in and out of files

    def as_document(self) -> dict[str, object]:
        """Return what :meth:`of_document` reads; made of what JSON knows."""
        return {"preset": self.preset, "changes": {action: list(keys) for action, keys in self.changes}}

    @classmethod
    def of_document(cls, preset: str, changes: Mapping[str, Iterable[str]], *, known: Iterable[str]) -> tuple[Keymap, tuple[str, ...]]:
        """Return a keymap read from a file of this version, an older or a newer one.

        Parameters
        ----------
        known
            Ids of the actions that there are.

        Returns
        -------
        keymap
            All that could be used.
        told
            What was left out, one part of a sentence each; empty when nothing was.
        """
        actions, told, usable = set(known), [], {}
        if preset not in PRESETS:
            told.append(f"the preset {preset!r}")
            preset = DEFAULT_PRESET
        for action, keys in changes.items():
            if action not in actions:
                told.append(f"keys of {action!r}, which is no action of this version")
                continue
            good: list[str] = []
            for key in keys:
                try:
                    good.append(cls(changes=((action, (key,)),)).changes[0][1][0])
                except ValueError:
                    told.append(f"{key!r} for {action!r}")
            # an action all of whose keys were bad keeps those of the preset
            if good or not tuple(keys):
                usable[action] = tuple(good)
        return cls(preset, tuple(usable.items())), tuple(told)
