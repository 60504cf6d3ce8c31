"""What the program remembers from one start to the next: one readable JSON file of this person on this computer.

It never holds anything about patients: no scans, no names, no masks. The folders of recent projects and of their
exports are all that points to data.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from gf_desktop.atomic import atomic_path, explain_os_error
from gf_desktop.errors import FileFormatError
from gf_desktop.files.formats import DicomFormat, ExportFormat, Orientation
from gf_desktop.gui.keymap import DEFAULT_PRESET

__all__ = [
    "FORMAT",
    "ExportChoice",
    "ExportScope",
    "KeyChoice",
    "Settings",
    "SettingsFile",
    "Told",
    "WindowChoice",
    "WindowPlace",
    "read_settings",
    "settings_path",
]

FORMAT: Final = 1
"""Version of the file's form; grows when an older program could misread a newer file."""

FOLDER_VARIABLE: Final = "GF_DESKTOP_SETTINGS"
"""Names another folder for the file: for tests, and for those who carry the program with them."""

MOST_PROJECTS: Final = 10
MOST_ACTIONS: Final = 8

Pixels = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
Length = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class WindowPlace(msgspec.Struct, frozen=True):
    """Where the window was, in device-independent pixels of the desktop."""

    x: Pixels
    """Left edge of what is inside the frame."""
    y: Pixels
    """Upper edge of what is inside the frame."""
    width: Length
    """Without the frame; when maximised, what it was before."""
    height: Length
    """Without the frame."""
    maximised: bool = False
    """Whether it filled the screen."""


class KeyChoice(msgspec.Struct, frozen=True):
    """The keys, as :class:`gf_desktop.gui.keymap.Keymap` reads them."""

    preset: str = DEFAULT_PRESET
    """Name of the preset."""
    changes: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Keys that the person gave to actions, by action id."""


Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]


class WindowChoice(msgspec.Struct, frozen=True):
    """A window of intensities, for scans of one modality.

    Of CT in Hounsfield units. Other modalities have no unit that two scans share: there ``level`` counts from the scan's usual level in
    its usual widths, and ``width`` in its usual widths.
    """

    level: Number
    """Middle."""
    width: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    """Extent."""


ExportScope = Literal["all", "marked", "this"]
"""Which scans: all of the project, those marked in the worklist, the one on screen."""


class ExportChoice(msgspec.Struct, frozen=True):
    """What was exported last, and how."""

    scope: ExportScope = "all"
    """Which scans."""
    format: ExportFormat | DicomFormat = "nifti"
    """As what."""
    orientation: Orientation = "lps"
    """Frame of surfaces."""
    resume: bool = True
    """Whether what is in the folder is gone on with."""
    per_structure: bool = False
    """Whether each structure has a DICOM segmentation of its own."""


MOST_MINUTES: Final = 1440.0
"""A round takes a day at most."""


class RefineChoice(msgspec.Struct, frozen=True):
    """How rounds are trained."""

    minutes: Annotated[float, msgspec.Meta(ge=0.5, le=MOST_MINUTES)] = 5.0
    """Time budget that was given in the window of a round."""
    cores: Annotated[int, msgspec.Meta(ge=0, le=1024)] = 0
    """Cores of the trainer; 0 for as many as help."""
    only_plugged: bool = False
    """Whether a round stands still while the computer runs on its battery."""
    device: Literal["auto", "cpu", "gpu"] = "auto"
    """What trains; "auto" for a graphics card where there is one that works."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is remembered; each field has the value of a first start."""

    format: int = FORMAT
    """Version of the file's form."""
    theme: Literal["dark", "light"] = "dark"
    """Colours of the window."""
    language: str = ""
    """Language of the window as "de"; "" for that of the system."""
    keymap: KeyChoice = KeyChoice()
    """Which keys ask for what."""
    window: WindowPlace | None = None
    """Where the window was; None: the program decides."""
    layout: str = ""
    """How views are arranged, by name; "" for the usual one."""
    splitter_sizes: tuple[Length, ...] = ()
    """Widths of worklist, views and panels in pixels; empty: the program decides."""
    smooth: bool = True
    """Whether scans are interpolated between pixels."""
    panel: str = ""
    """The panel in front, by name; "" for the usual one."""
    windows: dict[str, WindowChoice] = msgspec.field(default_factory=dict)
    """The window of intensities that was chosen last, by modality."""
    last_project: str = ""
    """Folder of the project that was open when the program was closed, to go on with; "" for the start page."""
    recent_projects: tuple[str, ...] = ()
    """Folders of the last projects, the last one first, at most ten."""
    export: ExportChoice = ExportChoice()
    """What was exported last."""
    export_folders: dict[str, str] = msgspec.field(default_factory=dict)
    """Where each of the recent projects was exported to, by its folder; the last one last."""
    refine: RefineChoice = RefineChoice()
    """How rounds are trained."""
    recent_actions: tuple[str, ...] = ()
    """Ids of actions that were asked for in the command palette, the last one first."""
    tour_done: bool = False
    """Whether the tour of the first start was seen or declined."""
    tour_step: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    """Step at which the tour was left, counted from 0."""

    def after_project(self, folder: Path) -> Settings:
        """Return the settings after a project was opened."""
        return msgspec.structs.replace(self, recent_projects=_first(str(folder), self.recent_projects, MOST_PROJECTS))

    def after_export(self, project: Path, choice: ExportChoice, folder: Path) -> Settings:
        """Return the settings after a project was exported into a folder."""
        others = [(name, kept) for name, kept in self.export_folders.items() if name != str(project)]
        kept = dict([*others, (str(project), str(folder))][-MOST_PROJECTS:])
        return msgspec.structs.replace(self, export=choice, export_folders=kept)

    def after_action(self, action_id: str) -> Settings:
        """Return the settings after an action was asked for in the palette."""
        return msgspec.structs.replace(self, recent_actions=_first(action_id, self.recent_actions, MOST_ACTIONS))


def _first(name: str, others: tuple[str, ...], most: int) -> tuple[str, ...]:
    return (name, *(other for other in others if other != name))[:most]


def settings_path() -> Path:
    """Return where the file lies: in the folder for settings of this system."""
    import appdirs

    folder = os.environ.get(FOLDER_VARIABLE) or appdirs.user_config_dir("graph-flow-desktop", appauthor=False)
    return Path(folder) / "settings.json"


def read_settings(text: bytes) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in a file's text, and the names of the fields that could not be used.

    Fields that this version does not know are left out; one that cannot be used has the value of a first start.

    Raises
    ------
    FileFormatError
        When this is no JSON object at all.
    """
    try:
        fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileFormatError("The settings cannot be read", next_step="The usual settings are used instead.") from error
    good: dict[str, Any] = {}
    bad: list[str] = []
    for field in msgspec.structs.fields(Settings):
        if field.name not in fields:
            continue
        try:
            good[field.name] = msgspec.json.decode(fields[field.name], type=field.type)
        except (msgspec.DecodeError, UnicodeDecodeError):
            bad.append(field.name)
    return Settings(**good), tuple(bad)


class Told(NamedTuple):
    """A sentence for the person: a text to be translated, and what is put into it."""

    text: str
    values: dict[str, str]


UNREADABLE: Final = "Your settings cannot be read ({reason}). The usual ones are used, and changes are not kept."
STUCK: Final = "Your settings are damaged and cannot be set aside ({reason}). The usual ones are used, and changes are not kept."
DAMAGED: Final = "Your settings were damaged. The usual ones are used; the damaged file is {file} in {folder}."
NEWER: Final = "Your settings were written by a newer version of the program. They are used, and changes are not kept."
PARTLY: Final = "Some settings could not be used and are as at the first start: {fields}."


class SettingsFile:
    """The settings in use and the file that keeps them.

    Reading never fails: what is damaged is set aside as "settings.json.damaged" and the settings of a first start are used.

    Parameters
    ----------
    path
        The file; None: nothing is read and nothing is kept.

    Attributes
    ----------
    now
        The settings in use.
    told
        What was found and the person should know, to be shown once.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.now = Settings()
        self.told: tuple[Told, ...] = ()
        self._kept: Settings | None = None
        if path is not None:
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            self.told = (Told(UNREADABLE, {"reason": error.strerror or str(error)}),)
            self._path = None
            return
        try:
            self.now, bad = read_settings(text)
        except FileFormatError:
            self.told = (self._set_aside(path),)
            return
        if self.now.format > FORMAT:
            self.told = (Told(NEWER, {}),)
            self._path = None
        elif bad:
            self.told = (Told(PARTLY, {"fields": ", ".join(bad)}),)
        else:
            self._kept = self.now
        self.now = msgspec.structs.replace(self.now, format=FORMAT)

    def _set_aside(self, path: Path) -> Told:
        aside = path.with_name(path.name + ".damaged")
        try:
            path.replace(aside)
        except OSError as error:
            self._path = None
            return Told(STUCK, {"reason": error.strerror or str(error)})
        return Told(DAMAGED, {"file": aside.name, "folder": str(aside.parent)})

    @property
    def is_kept(self) -> bool:
        """Whether changes are written to a file."""
        return self._path is not None

    def change(self, settings: Settings) -> None:
        """Use other settings, and keep them.

        Raises
        ------
        UserError
            When they cannot be written; they are used all the same.
        """
        self.now = settings
        path = self._path
        if path is None or self.now == self._kept:
            return
        text = msgspec.json.format(msgspec.json.encode(self.now), indent=2) + b"\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, path) from error
        with atomic_path(path) as temporary:
            temporary.write_bytes(text)
        self._kept = self.now
