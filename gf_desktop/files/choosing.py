"""One scan among several of a folder: by its number in the list, or by a word of its description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gf_desktop.errors import UserError
from gf_desktop.files.sources import ScanSource

__all__ = ["MOST_LISTED", "at_level", "choose_scans"]

MOST_LISTED = 12
"""So many scans are named where the choice fits none."""


def at_level(sources: Sequence[ScanSource], level: int | None) -> list[ScanSource]:
    """Return the scans, slides among them at a level, from 0, the largest; None leaves them at the one that fits a screen.

    Raises
    ------
    UserError
        When a slide has no such level.
    """
    if level is None:
        return list(sources)
    for source in sources:
        if source.levels and not 0 <= level < len(source.levels):
            listed = "; ".join(f"{n} {found.columns} × {found.rows}" for n, found in enumerate(source.levels))
            raise UserError(f"The slide has no level {level}: {listed}", where=str(source.paths[0]), next_step="Choose one of them.")
    return [replace(source, level=level) if source.levels else source for source in sources]


def choose_scans(sources: Sequence[ScanSource], wanted: str) -> list[ScanSource]:
    """Return the scans that a choice means: the one of a number, counted from 1, else all whose description holds the text.

    Raises
    ------
    UserError
        When there is no such scan.
    """
    text = wanted.strip()
    if text.isdecimal():
        if 1 <= int(text) <= len(sources):
            return [sources[int(text) - 1]]
    elif text:
        found = [source for source in sources if text.casefold() in source.description.casefold()]
        if found:
            return found
    listed = "; ".join(f"{n} {source.description}" for n, source in enumerate(sources[:MOST_LISTED], 1))
    more = "" if len(sources) <= MOST_LISTED else "; …"
    raise UserError(
        f"None of the {len(sources)} scans is “{text}”: {listed}{more}", next_step="Name one by its number or by a word of its description."
    )
