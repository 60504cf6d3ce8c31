"""The sheet of keys in the user guide: ``python -m gf_desktop.gui.guide_sheet --write docs/user-guide.md`` makes it anew.

What stands between the two marks of the guide comes from the table of actions, the gestures, the presets of keys and the named windows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files.faults import reading_fault
from gf_desktop.gui.actions import SPECS
from gf_desktop.gui.keymap import HELD_KEYS, PRESETS, Keymap
from gf_desktop.gui.shortcut_sheet import keys_cell, sheet_groups, shortcut_table
from gf_desktop.imaging.volume import WINDOW_PRESETS

__all__ = ["BEGIN", "END", "guide_sheet", "main", "with_sheet"]

BEGIN: Final = "<!-- sheet of keys: made by `make guide`, do not edit -->"
"""Line before the sheet."""

END: Final = "<!-- end of the sheet of keys -->"
"""Line behind it."""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])


def _code(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _other_presets() -> str:
    """Return the lines of the sheet whose keys differ between presets."""
    sheets = [[line for group in sheet_groups(Keymap(name)) for line in group.lines] for name in PRESETS]
    rows = [(same[0].effect, *map(keys_cell, same)) for same in zip(*sheets, strict=True) if len({line.keys for line in same}) > 1]
    return _table(("Action", *PRESETS), rows)


def _windows() -> str:
    """Return the named windows of each modality on the digits of the keypad."""
    return _table(
        ("Modality", "Key", "Window", "Level", "Width"),
        [
            (modality, _code(SPECS[f"window_{number}"].keys), name, f"{window.level:g}", f"{window.width:g}")
            for modality, presets in WINDOW_PRESETS.items()
            for number, (name, window) in enumerate(presets.items(), start=1)
        ],
    )


def guide_sheet() -> str:
    """Return the sheet as Markdown: keys by menu, the mouse, held keys, named windows, and where the other presets differ."""
    held = _table(("Key", "What it is for"), [(_code([key]), why) for key, why in HELD_KEYS.items() if key != "Shift+Backtab"])
    return "\n\n".join(
        (
            shortcut_table(Keymap()).strip(),
            f"### Held keys\n\n{held}",
            f"### Windows\n\n{_windows()}",
            f"### Other presets\n\n{_other_presets()}",
        )
    )


def with_sheet(text: str, *, where: str) -> str:
    """Return a guide with the sheet between its marks.

    Parameters
    ----------
    where
        Name of the guide for an error.

    Raises
    ------
    FileFormatError
        When it does not have both marks once, in their order.
    """
    before, _, rest = text.partition(BEGIN)
    _old, _, after = rest.partition(END)
    if text.count(BEGIN) != 1 or text.count(END) != 1 or END in before:
        raise FileFormatError("The guide has no place for the sheet of keys", where=where, next_step=f"Put “{BEGIN}” and “{END}” into it.")
    return f"{before}{BEGIN}\n\n{guide_sheet()}\n\n{END}{after}"


def main(arguments: list[str] | None = None) -> int:
    """Print the sheet, or write it into a guide; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gf_desktop.gui.guide_sheet", description="The sheet of keys in the user guide.")
    parser.add_argument("--write", type=Path, metavar="GUIDE", help="put it between the marks of this file")
    path: Path | None = parser.parse_args(arguments).write
    if path is None:
        sys.stdout.write(guide_sheet() + "\n")
        return 0
    try:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise reading_fault(error, path) from error
        made = with_sheet(text, where=path.name)
        if made != text:
            with atomic_path(path) as temporary:
                temporary.write_text(made, encoding="utf-8")
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path} {'written' if made != text else 'is as it was'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
