"""The window of intensities that a person chose last, by modality."""

from __future__ import annotations

from gf_desktop.gui.settings_store import WindowChoice
from gf_desktop.imaging.volume import Volume, Window

__all__ = ["WindowMemory"]

ABSOLUTE = ("CT",)
"""Modalities whose intensities mean the same in every scan."""


class WindowMemory:
    """Knows how to open a scan of a modality: as its window was chosen before this start; while the program runs each scan keeps its own.

    Parameters
    ----------
    choices
        By modality, of the starts before.

    Attributes
    ----------
    choices
        By modality, for the next start.
    """

    def __init__(self, choices: dict[str, WindowChoice]) -> None:
        self._before = dict(choices)
        self.choices = dict(choices)

    def recall(self, volume: Volume) -> Window:
        """Return the window to open a scan with."""
        usual, choice = volume.default_window(), self._before.get(volume.modality)
        if choice is None or volume.is_colour:
            return usual
        if volume.modality in ABSOLUTE:
            return Window(choice.level, choice.width)
        return Window(usual.level + choice.level * usual.width, choice.width * usual.width)

    def note(self, volume: Volume, window: Window) -> None:
        """Take note of a window that was chosen for a scan."""
        usual = volume.default_window()
        if volume.is_colour:
            return
        if window == usual:
            self.choices.pop(volume.modality, None)
        elif volume.modality in ABSOLUTE:
            self.choices[volume.modality] = WindowChoice(window.level, window.width)
        else:
            self.choices[volume.modality] = WindowChoice((window.level - usual.level) / usual.width, window.width / usual.width)
