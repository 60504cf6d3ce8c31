"""Rows of the table of actions for what another student changed, and for what is worth correcting next."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["CHANGE_ROWS", "NEXT_ROW"]

_CHANGED = frozenset({"case", "changed", "writable"})

NEXT_ROW: Final = ActionSpec(
    "next_best",
    "Next best slice",
    ("N",),
    "",
    "Go where a minute of correcting is worth most, in any scan",
    "Edit",
    "next",
    frozenset({"cases"}),
)

CHANGE_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "show_changes",
        "What changed…",
        ("Shift+J",),
        "",
        "Scans in which another student changed anything, the most first",
        "Model-",
        "list",
        frozenset({"project"}),
    ),
    ActionSpec(
        "flip_change",
        "Older or newer proposal",
        ("J",),
        "",
        "Tap to see the other one in its place, or hold to see it as long as you hold",
        "Model",
        "",
        frozenset({"case"}),
        checkable=True,
    ),
    ActionSpec("accept_change", "Take the newer proposal", (), "", "It stays; nothing is reviewed by that", "Model", "", _CHANGED),
    ActionSpec(
        "keep_change", "Keep the older proposal", (), "", "Put it back where nobody has reviewed; can be undone", "Model", "", _CHANGED
    ),
    ActionSpec(
        "renew_changes",
        "Predict all scans",
        (),
        "",
        "In the background: every scan that is new or that another student drew; what you reviewed stays",
        "Model",
        "",
        frozenset({"outdated", "writable"}),
    ),
    ActionSpec(
        "stop_changes",
        "Stop predicting in the background",
        (),
        "",
        "The rest stays as it is until you ask for it",
        "Model",
        "stop",
        frozenset({"renewing"}),
    ),
    ActionSpec(
        "read_again",
        "Read a slice again, blind",
        (),
        "",
        "Correct an approved slice a second time, without seeing the first: how well do you agree with yourself?",
        "Model-",
        "",
        frozenset({"cases", "writable"}),
    ),
)
"""In the order of the menu."""
