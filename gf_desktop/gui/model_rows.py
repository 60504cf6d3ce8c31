"""Rows of the table of actions for students as versions."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["MODEL_ROWS"]

_WRITE = frozenset({"project", "writable"})

MODEL_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "compare_models",
        "Compare with the student in use…",
        (),
        "",
        "Dice of each structure of the chosen student and the one in use, and what each learned from",
        "Model",
        "",
        frozenset({"choice"}),
    ),
    ActionSpec("describe_model", "Title and note…", (), "", "Write a title and a note about the chosen student", "Model", "", _WRITE),
    ActionSpec(
        "export_capsule",
        "Export as a capsule…",
        (),
        "",
        "Write the chosen student into one file, for other projects",
        "Model-",
        "",
        frozenset({"project"}),
    ),
    ActionSpec(
        "import_capsule", "Take a capsule…", (), "", "Check a student from another project and put it in the list", "Model", "", _WRITE
    ),
)
"""What can be done with a student beside using it."""
