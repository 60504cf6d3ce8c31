"""Rows of the table of actions for the language of the window, the tour and the guide."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["LANGUAGE_ROWS", "TOUR_ROWS"]

LANGUAGE_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "language_system", "Language: as the system", (), "", "That of this computer, where the program knows it", "View-", checkable=True
    ),
    ActionSpec("language_en", "Language: English", (), "", "From the next start", "View", checkable=True),
    ActionSpec("language_de", "Language: Deutsch", (), "", "From the next start", "View", checkable=True),
)
"""Languages; the last part of the id is what the settings keep."""

TOUR_ROWS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec("tour", "Tour of the demo", (), "", "A minute and a half, from a proposal to a better student", "Help-"),
    ActionSpec("guide", "User guide", (), "", "The whole day with pictures", "Help"),
)
"""The tour of the first start, and the guide."""
