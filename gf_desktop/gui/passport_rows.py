"""The passport of a scan and what was found, in the words of the window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from gf_desktop.files.passport import Passport
from gf_desktop.files.passport_lines import PassportLine, passport_lines
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number, spoken
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.widgets import label

__all__ = ["LINE_WORDS", "SEVERITY_WORDS", "Row", "add_rows", "as_text", "finding_text", "passport_rows"]

Row = tuple[str, str]

LINE_WORDS: Final[Mapping[str, str]] = {
    "origin": "Origin",
    "axes": "Axes",
    "spacing": "Spacing",
    "slices": "Slices",
    "residual": "Off it by",
    "gaps": "Gaps",
    "gap": "Gap",
    "tilt": "Tilt",
    "contradiction": "Disagrees",
    "qform": "qform",
    "resampled": "Resampled",
    "values": "Values",
}
"""Lines of a passport by their names."""

SEVERITY_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "green": ("good", "Note"),
    "amber": ("warn", "Remark"),
    "red": ("bad", "Fault"),
}
"""How serious a finding is: the colour of the word and the word."""


def _said(line: PassportLine) -> str:
    text = spoken(line.text)
    # numbers alone are no sentence
    text = local_number(line.text) if text == line.text else text
    unit = tr("pixels") if line.unit == "pixels" else line.unit
    by = ", ".join(spoken(one) for one in line.by)
    return text + (f" {unit}" if unit else "") + (f" ({by})" if by else "")


def passport_rows(passport: Passport, *, spacing_known: bool = True) -> list[Row]:
    """Return name and text of each line of a passport; the name of a line that goes on is ""."""
    lines = passport_lines(passport, spacing_known=spacing_known)
    return [(tr(LINE_WORDS[line.name]) if line.name else "", _said(line)) for line in lines]


def finding_text(severity: str, message: str) -> str:
    """Return a finding with the word for how serious it is; without one where nobody kept it."""
    return f"{tr(SEVERITY_WORDS[severity][1])}: {spoken(message)}" if severity in SEVERITY_WORDS else spoken(message)


def add_rows(grid: QGridLayout, rows: Iterable[Row], at: int) -> int:
    """Put names and texts into two columns of a grid from a row on; return the next free row."""
    for name, text in rows:
        value = label(text, wrap=True)
        value.setFont(numbers_font())
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if name:
            grid.addWidget(label(name, kind="muted"), at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, at, 1)
        at += 1
    return at


def as_text(heading: str, findings: Iterable[str], rows: Iterable[Row]) -> str:
    """Return all of it as plain lines, to be put into a report or a letter."""
    return "\n".join([heading, *findings, *(f"{name}\t{text}" for name, text in rows)])
