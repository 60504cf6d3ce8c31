"""Rows of the table of actions for projects that begin without a model."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["PROJECT_ROWS"]

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
