"""What a window takes from the settings when it opens and gives back when it closes; and where it is told that they cannot be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QSplitter, QWidget

from gf_desktop.errors import UserError
from gf_desktop.gui.actions import SPECS, apply_keymap, tr
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.language import spoken
from gf_desktop.gui.palette_entries import ACTION_ENTRY
from gf_desktop.gui.settings_store import ExportChoice, ExportScope, KeyChoice, RefineChoice, Settings, SettingsFile, WindowPlace
from gf_desktop.gui.view_state import LAYOUTS, ViewState
from gf_desktop.gui.window_memory import WindowMemory
from gf_desktop.project.store import Project

__all__ = ["Remembered", "place_on_screens", "screens"]

SEEN_PX = 100
"""A window is put back where it was when this much of its upper edge lies on a screen, to take hold of it."""


def screens() -> list[QRect]:
    """Return what of each screen is free for windows."""
    return [screen.availableGeometry() for screen in QGuiApplication.screens()]


def place_on_screens(place: WindowPlace, free: Sequence[QRect]) -> QRect | None:
    """Return where a window may be put back, no larger than its screen; None where it would lie beside all screens."""
    wanted = QRect(place.x, place.y, place.width, place.height)
    handle = QRect(place.x, place.y, place.width, 1)
    for screen in free:
        seen = screen.intersected(handle)
        if not seen.isEmpty() and seen.width() >= min(SEEN_PX, place.width):
            return QRect(wanted.topLeft(), wanted.size().boundedTo(screen.size()))
    return None


class Remembered:
    """Between one window and the settings.

    Parameters
    ----------
    file
        The settings; those of a first start, which nothing keeps, where it has no path.
    tell
        Is told what the person can act on.
    """

    def __init__(self, file: SettingsFile, *, tell: Callable[[UserError], object]) -> None:
        self.file = file
        self._tell = tell
        self._told_once = False
        choice = file.now.keymap
        self.keymap, unknown = Keymap.of_document(choice.preset, choice.changes, known=SPECS)
        sentences = [tr(told.text).format(**told.values) for told in file.told]
        if unknown:
            sentences.append(tr("Left out of your keys: {what}.").format(what="; ".join(map(spoken, unknown))))
            # said once: the file loses them with its next change
            file.now = msgspec.structs.replace(file.now, keymap=KeyChoice(self.keymap.preset, dict(self.keymap.changes)))
        self.told = tuple(sentences)

    def keep(self, **fields: object) -> None:
        """Keep other values for some fields of the settings; that they cannot be kept is told once."""
        self._keep(msgspec.structs.replace(self.file.now, **fields))

    def _keep(self, settings: Settings) -> None:
        try:
            self.file.change(settings)
        except UserError as error:
            if not self._told_once:
                self._told_once = True
                self._tell(error)

    # keys

    def use_keymap(self, keymap: Keymap, actions: Mapping[str, QAction]) -> None:
        """Give the actions other keys, and keep them."""
        self.keymap = keymap
        apply_keymap(actions, keymap)
        self.keep(keymap=KeyChoice(keymap.preset, dict(keymap.changes)))

    # projects and actions

    def note_project(self, folder: Path) -> None:
        """Keep that a project was opened."""
        self._keep(self.file.now.after_project(folder))

    @property
    def project_to_go_on(self) -> Path | None:
        """The project that was open when the program was closed; None without one, or where it is gone."""
        folder = self.file.now.last_project
        return Path(folder) if folder and (Path(folder) / "project.sqlite").is_file() else None

    @property
    def recent(self) -> tuple[str, ...]:
        """Entries of the palette that were used last, the last one first; see :class:`PaletteEntries`."""
        return tuple(ACTION_ENTRY + action_id for action_id in self.file.now.recent_actions)

    def note_entry(self, entry_id: str) -> None:
        """Keep what was chosen in the palette; only actions, and in the file with its next change, to make nobody wait."""
        if entry_id.startswith(ACTION_ENTRY):
            self.file.now = self.file.now.after_action(entry_id.removeprefix(ACTION_ENTRY))

    # rounds

    @property
    def refine_choice(self) -> RefineChoice:
        """How rounds are trained."""
        return self.file.now.refine

    def keep_refine_choice(self, choice: RefineChoice) -> None:
        """Keep how rounds are trained."""
        self.keep(refine=choice)

    # exports

    def export_choice(self, scope: ExportScope | None) -> ExportChoice:
        """Return what was exported last; of other scans where a scope is given."""
        choice = self.file.now.export
        return choice if scope is None else msgspec.structs.replace(choice, scope=scope)

    def export_folder(self, project: Path) -> Path:
        """Return where a project was exported to; at first a folder beside it. Two projects share none: their scans have the same ids."""
        kept = self.file.now.export_folders.get(str(project), "")
        return Path(kept) if kept else project.with_name(f"{project.name} export").absolute()

    def note_export(self, project: Path, choice: ExportChoice, folder: Path) -> None:
        """Keep what was exported and where to; going on with what is in the folder is offered anew each time."""
        self._keep(self.file.now.after_export(project, msgspec.structs.replace(choice, resume=True), folder))

    # what is seen

    def restore_view(self, state: ViewState) -> None:
        """Arrange the views as they were; scans open with the window that was chosen last for their modality."""
        layout = self.file.now.layout
        if layout in LAYOUTS:
            state.set_layout(LAYOUTS[layout])
        state.windows = WindowMemory(dict(self.file.now.windows))
        if self.file.now.smooth != state.smooth:
            state.toggle_smooth()

    def restore_panel(self, show: Callable[[str], object]) -> None:
        """Bring the panel to the front that was there."""
        if self.file.now.panel:
            show(self.file.now.panel)

    def keep_view(self, project: Project | None, state: ViewState, panel: str | None) -> None:
        """Keep what is looked at when the window is closed."""
        self.keep(
            layout=state.layout,
            smooth=state.smooth,
            windows=state.windows.choices,
            panel=self.file.now.panel if panel is None else panel,
            last_project="" if project is None else str(project.folder),
        )

    def reset_view(self, state: ViewState) -> None:
        """Forget where everything was: the arrangement of the first start."""
        usual = Settings()
        state.set_layout("two_by_two")
        state.windows = WindowMemory({})
        self.keep(window=usual.window, layout=usual.layout, splitter_sizes=usual.splitter_sizes, panel=usual.panel, windows=usual.windows)

    # places

    def restore_window(self, window: QWidget) -> None:
        """Put a window back where it was."""
        place = self.file.now.window
        if place is None:
            return
        found = place_on_screens(place, screens())
        if found is not None:
            window.setGeometry(found)
        if place.maximised:
            window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)

    def restore_splitter(self, splitter: QSplitter) -> None:
        """Give the parts of a splitter the widths that they had."""
        if len(self.file.now.splitter_sizes) == splitter.count():
            splitter.setSizes(list(self.file.now.splitter_sizes))

    def keep_places(self, window: QWidget, splitter: QSplitter | None) -> None:
        """Keep where a window and the parts of its splitter are."""
        inside = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
        if inside.isEmpty():
            return
        place = WindowPlace(inside.x(), inside.y(), inside.width(), inside.height(), maximised=window.isMaximized())
        sizes = self.file.now.splitter_sizes
        if splitter is not None and sum(splitter.sizes()) > 0:
            sizes = tuple(splitter.sizes())
        self.keep(window=place, splitter_sizes=sizes)
