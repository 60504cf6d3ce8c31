"""Rows of the table of actions for correcting over slices, and for the list of structures."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["CORRECTING_ROWS", "STRUCTURE_ROWS"]

_WRITE = frozenset({"case", "writable"})
_LIST = frozenset({"project", "writable"})

CORRECTING_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "copy_up",
        "Copy the slice up",
        ("Ctrl+PgUp",),
        "operate",
        "Give the next slice towards the head this slice's structures, and go there",
        "Edit-",
        "",
        _WRITE,
    ),
    ActionSpec(
        "copy_down",
        "Copy the slice down",
        ("Ctrl+PgDown",),
        "operate",
        "Give the next slice towards the feet this slice's structures, and go there",
        "Edit",
        "",
        _WRITE,
    ),
)

STRUCTURE_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "add_structure",
        "Add a structure…",
        ("Ctrl+Shift+N",),
        "add_structure",
        "Draw something that the student need not know",
        "Edit-",
        "plus",
        _LIST,
    ),
    ActionSpec(
        "edit_structure", "Name, colour and code…", ("F2",), "change_structure", "Of the structure that is drawn", "Edit", "edit", _LIST
    ),
    ActionSpec(
        "delete_structure",
        "Delete the structure…",
        (),
        "remove_structure",
        "Take it out of the list and out of every scan",
        "Edit",
        "delete",
        _LIST,
    ),
    ActionSpec(
        "take_structures",
        "Add structures from a list…",
        (),
        "take_structures",
        "A list that ships with the program, or a file",
        "Edit",
        "list",
        _LIST,
    ),
    ActionSpec(
        "save_structures", "Save the list of structures…", (), "save_structures", "For other projects", "Edit", "", frozenset({"project"})
    ),
)
