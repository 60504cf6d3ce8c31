"""Rows of the table of actions for what belongs to a project as a whole."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["PATIENT_ROWS", "PROJECT_ROWS"]

PROJECT_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "new_own_project",
        "New project with your own structures…",
        (),
        "create_project",
        "Begin without a model; the first refinement makes one from what you approve",
        "Project",
        "list",
    ),
)

PATIENT_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "patients",
        "Whose scans these are…",
        (),
        "",
        "Pseudonyms, and the one file that says whose they are: look into it, keep it elsewhere, delete it",
        "Project-",
        "",
        frozenset({"project"}),
    ),
)
"""Patients of the project."""
