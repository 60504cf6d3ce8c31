"""What a row of the table of actions says."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ActionSpec"]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing that can be asked for.

    Attributes
    ----------
    id
        Unique name.
    text
        In menus; ends with "…" where a file dialog follows.
    keys
        Shortcuts of the default preset in Qt's portable notation, the first one is shown; see ``gf_desktop.gui.keymap``.
    command
        Name of the Session command that does it; "" for what only concerns the window.
    tip
        One sentence for the tooltip.
    menu
        Name of its menu; "" for none. A "-" at the end of the name draws a line above the entry.
    icon
        Name of its icon.
    needs
        What must hold before it can be asked for: names that ``Commands.facts`` tells.
    checkable
        Whether it is a state that is on or off.
    family
        Text of the one line that the shortcut sheet has for several rows of a kind; "" for a line of its own.
    group
        Heading on the shortcut sheet of what is in no menu: name of a menu.
    """

    id: str
    text: str
    keys: tuple[str, ...] = ()
    command: str = ""
    tip: str = ""
    menu: str = ""
    icon: str = ""
    needs: frozenset[str] = frozenset()
    checkable: bool = False
    family: str = ""
    group: str = ""

    @property
    def heading(self) -> str:
        """Name of the menu under which it is listed, whether it is in a menu or not."""
        return self.menu.removesuffix("-") or self.group
