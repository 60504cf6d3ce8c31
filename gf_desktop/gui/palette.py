"""The colours and measures of the window, by name. Nothing else in the window names a colour.

Text tokens keep a contrast of at least 4.5:1 on the surfaces they stand on; a test computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["DARK", "GRID_PX", "LIGHT", "PALETTES", "TEXT_PX", "Palette"]

GRID_PX: Final = 8
"""Distances are multiples of half of it."""

TEXT_PX: Final = 13
"""Body text; captions are 2 px smaller and nothing is smaller than 11 px."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Named colours of one theme, as #rrggbb.

    Attributes
    ----------
    name
        "dark" or "light".
    window, surface, raised
        Behind everything, panels and bars, buttons and fields.
    hover
        A raised thing under the cursor.
    border
        Lines between regions and around fields.
    text, muted, disabled
        Body text, secondary text, what cannot be used now.
    accent, on_accent
        The one accent: primary button, active view, focus. And text on it.
    view, view_text
        Around and behind the scan; black in both themes, because a bright frame dazzles.
    measure
        Rulers, angles and regions over the scan, and their text.
    good, warn, bad
        Verdicts; never the only carrier of a meaning.
    unseen, proposed, accepted, edited, doubt
        Cells of the slice strip.
    """

    name: str
    window: str
    surface: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    view: str
    view_text: str
    measure: str
    good: str
    warn: str
    bad: str
    unseen: str
    proposed: str
    accepted: str
    edited: str
    doubt: str


DARK: Final = Palette(
    name="dark",
    window="#14171a",
    surface="#1b1f24",
    raised="#272d34",
    hover="#323a43",
    border="#363e48",
    text="#e7eaee",
    muted="#a6b0bb",
    disabled="#6d7782",
    accent="#5aa9ff",
    on_accent="#06121f",
    view="#000000",
    view_text="#b9c2cc",
    measure="#ffe9a8",
    good="#56c596",
    warn="#e3b14a",
    bad="#ff8078",
    unseen="#3b424b",
    proposed="#77838f",
    accepted="#6f8fb3",
    edited="#f4f7fa",
    doubt="#ff5c5c",
)

LIGHT: Final = Palette(
    name="light",
    window="#e9ecef",
    surface="#f8f9fa",
    raised="#ffffff",
    hover="#eef2f6",
    border="#c3cad2",
    text="#1a1e23",
    muted="#505a65",
    disabled="#98a1ab",
    accent="#0a5fc2",
    on_accent="#ffffff",
    view="#000000",
    view_text="#b9c2cc",
    measure="#ffe9a8",
    good="#0d7a48",
    warn="#865800",
    bad="#b3261e",
    unseen="#d0d6dc",
    proposed="#8b97a3",
    accepted="#5e82aa",
    edited="#1a1e23",
    doubt="#d3302a",
)

PALETTES: Final = {DARK.name: DARK, LIGHT.name: LIGHT}
