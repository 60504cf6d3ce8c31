"""Rows of the table of actions for rounds of refinement."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["REFINE_REASONS", "REFINE_ROWS"]

_TRAINING = frozenset({"training"})

REFINE_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "refine",
        "Refine",
        ("Ctrl+T",),
        "refine",
        "Teach the student what you corrected",
        "Model",
        "refine",
        frozenset({"cases", "writable", "idle"}),
    ),
    ActionSpec(
        "refine_with",
        "Refine with…",
        ("Ctrl+Shift+T",),
        "",
        "Say how long, on how many cores and by which settings the student learns",
        "Model",
        "",
        frozenset({"cases", "writable"}),
    ),
    ActionSpec(
        "refine_next",
        "Refine once more",
        ("Ctrl+T",),
        "refine",
        "Let another round wait behind this one; it learns from all that is approved when it begins",
        "Model",
        "",
        frozenset({"cases", "writable", "training", "none_waits"}),
    ),
    ActionSpec(
        "take_back_refine",
        "Take the waiting round back",
        (),
        "",
        "No other round begins after this one",
        "Model",
        "",
        frozenset({"waiting"}),
    ),
    ActionSpec(
        "finish_refine",
        "Finish refining now",
        (),
        "",
        "End this round with what the student has learned so far, and compare it",
        "Model",
        "",
        _TRAINING,
    ),
    ActionSpec(
        "cancel_refine",
        "Stop refining",
        (),
        "cancel_refine",
        "Stop this round; it can go on until the next one begins, and the old student stays",
        "Model",
        "stop",
        _TRAINING,
    ),
    ActionSpec(
        "go_on_refine",
        "Go on refining",
        (),
        "",
        "Go on with the round that was stopped, where it stood",
        "Model",
        "",
        frozenset({"writable", "idle", "unfinished"}),
    ),
)
"""What can be done with a round."""

REFINE_REASONS: Final = {
    "none_waits": "one more round waits already",
    "waiting": "no other round waits",
    "unfinished": "no round was stopped",
}
"""Why something cannot be asked for, by the fact that does not hold."""
