"""The one table of everything that can be asked for: menus, tool strip, buttons, palette and the shortcut sheet come from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from gf_desktop.gui.action_spec import ActionSpec
from gf_desktop.gui.change_rows import CHANGE_ROWS, NEXT_ROW
from gf_desktop.gui.correcting_rows import CORRECTING_ROWS, STRUCTURE_ROWS
from gf_desktop.gui.help_rows import LANGUAGE_ROWS, TOUR_ROWS
from gf_desktop.gui.icons import icon
from gf_desktop.gui.keymap import Keymap
from gf_desktop.gui.looking_rows import LOOKING_ROWS, WINDOW_ROWS
from gf_desktop.gui.model_rows import MODEL_ROWS
from gf_desktop.gui.project_rows import PATIENT_ROWS, PROJECT_ROWS
from gf_desktop.gui.refine_rows import REFINE_REASONS, REFINE_ROWS

__all__ = [
    "ACTIONS",
    "GESTURES",
    "MENUS",
    "REASONS",
    "SPECS",
    "TOOLS",
    "ActionSpec",
    "Gesture",
    "apply_keymap",
    "build_actions",
    "keys_text",
    "tr",
    "why_not",
]


def tr(text: str, n: int = -1) -> str:
    """Return a text of the window in the language of the person; where it counts something, in the form for ``n`` of them."""
    return QCoreApplication.translate("window", text, "", n)


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something done with the mouse, for the shortcut sheet."""

    hand: str
    effect: str


MENUS: Final = ("Project", "Edit", "View", "Measure", "Model", "Help")
"""Menus in their order."""

TOOLS: Final = (
    "tool_cursor",
    "tool_paint",
    "tool_erase",
    "tool_polygon",
    "tool_fill",
    "tool_grow",
    "tool_pick",
    "tool_review",
    "tool_box",
    "tool_ruler",
    "tool_angle",
    "tool_ellipse",
    "tool_rectangle",
    "tool_window_region",
)
"""Actions of which exactly one is on."""

_WRITE = frozenset({"case", "writable"})
_FRAMES = frozenset({"frames"})
_PLANES = frozenset({"case", "planes"})


def _structure(number: int) -> ActionSpec:
    return ActionSpec(
        f"structure_{number}",
        f"Draw structure {number}",
        (str(number),),
        tip="Choose the structure to draw with",
        needs=frozenset({"case"}),
        family="Structure to draw with",
        group="Edit",
    )


ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "open_demo", "Open the demo", (), "create_project", "Try everything on a real CT that ships with the program", "Project", "play"
    ),
    ActionSpec("new_project", "New project…", ("Ctrl+N",), "create_project", "Start a project with a model pack", "Project", "new"),
    *PROJECT_ROWS,
    ActionSpec("open_project", "Open project…", ("Ctrl+O",), "open_project", "Go on with a project folder", "Project", "folder"),
    ActionSpec(
        "import_folder",
        "Add scans from a folder…",
        ("Ctrl+I",),
        "import_paths",
        "Add every scan in a folder: DICOM, NIfTI, pictures",
        "Project-",
        "import",
        frozenset({"project", "writable"}),
    ),
    ActionSpec(
        "import_files",
        "Add scan files…",
        (),
        "import_paths",
        "Add single files: NIfTI, PNG, JPEG",
        "Project",
        "",
        frozenset({"project", "writable"}),
    ),
    ActionSpec(
        "correct",
        "Take a mask from a file…",
        (),
        "correct",
        "Use an approved mask of this scan from another program",
        "Project",
        "",
        _WRITE,
    ),
    ActionSpec(
        "export",
        "Export…",
        ("Ctrl+E",),
        "export",
        "Write verified masks, surfaces, figures or reports: NIfTI, NRRD, MetaImage, PNG, STL, OBJ, PLY, CSV, JSON, HTML",
        "Project-",
        "export",
        frozenset({"cases"}),
    ),
    ActionSpec(
        "export_chosen",
        "Export the marked scans…",
        (),
        "export",
        "Only the scans that are marked in the worklist",
        "Project",
        "",
        frozenset({"marked"}),
    ),
    ActionSpec(
        "stop_export",
        "Stop the export",
        (),
        "export",
        "What was written is complete and stays; export again to go on",
        "Project",
        "",
        frozenset({"exporting"}),
    ),
    *PATIENT_ROWS,
    ActionSpec(
        "open_for_writing",
        "Open for writing again",
        (),
        "open_project",
        "After the other window has closed the project",
        "Project-",
        "",
        frozenset({"reader"}),
    ),
    ActionSpec(
        "close_project",
        "Close project",
        ("Ctrl+W",),
        "close_project",
        "Back to the start page; everything is saved",
        "Project",
        "",
        frozenset({"project"}),
    ),
    ActionSpec("quit", "Quit", ("Ctrl+Q",), "", "Everything is saved as you go", "Project"),
    ActionSpec("undo", "Undo", ("Ctrl+Z",), "undo", "Take the last change back", "Edit", "undo", frozenset({"undo"})),
    ActionSpec("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Carry it out again", "Edit", "redo", frozenset({"redo"})),
    ActionSpec(
        "tool_cursor", "Cursor", ("Esc",), "", "Look around: drag moves the picture", "Edit-", "cursor", frozenset({"case"}), checkable=True
    ),
    ActionSpec(
        "tool_paint",
        "Paint",
        ("P",),
        "begin_stroke",
        "Draw the active structure; the right button erases",
        "Edit",
        "brush",
        _WRITE,
        checkable=True,
    ),
    ActionSpec("tool_erase", "Erase", ("E",), "begin_stroke", "Take structures away", "Edit", "eraser", _WRITE, checkable=True),
    ActionSpec(
        "tool_polygon",
        "Polygon and lasso",
        ("G",),
        "operate",
        "Click corners and double-click, or drag around; the right button takes away",
        "Edit",
        "polygon",
        _WRITE,
        checkable=True,
    ),
    ActionSpec(
        "tool_fill",
        "Fill",
        ("F",),
        "operate",
        "Give a region to the active structure; the right button empties it",
        "Edit",
        "fill",
        _WRITE,
        checkable=True,
    ),
    ActionSpec(
        "tool_grow",
        "Grow a region",
        ("T",),
        "operate",
        "Click: what is connected and looks alike becomes the active structure",
        "Edit",
        "grow",
        _WRITE,
        checkable=True,
    ),
    ActionSpec(
        "tool_pick",
        "Pick a structure",
        ("K",),
        "",
        "Click a structure to paint with it",
        "Edit",
        "pick",
        frozenset({"case"}),
        checkable=True,
    ),
    ActionSpec(
        "tool_review",
        "Reviewed",
        ("R",),
        "begin_stroke",
        "Paint over what you have looked at and found right; labels stay",
        "Edit",
        "review",
        _WRITE,
        checkable=True,
    ),
    ActionSpec(
        "tool_box",
        "Accept a box",
        ("B",),
        "operate",
        "Drag a box over what you found right; turn the wheel meanwhile to reach over slices",
        "Edit",
        "box",
        _WRITE,
        checkable=True,
    ),
    ActionSpec("swap", "Swap paint and erase", ("X",), "", "Change between painting and erasing", "Edit", "", _WRITE),
    ActionSpec(
        "grow_seeds",
        "Grow from what is painted",
        (),
        "operate",
        "Let the strokes of two or more structures grow until they meet",
        "Edit",
        "",
        _WRITE,
    ),
    ActionSpec(
        "stop_operation",
        "Stop computing",
        (),
        "cancel_operation",
        "Drop what is being computed; the mask stays",
        "Edit",
        "stop",
        frozenset({"working"}),
    ),
    *CORRECTING_ROWS,
    *STRUCTURE_ROWS,
    ActionSpec(
        "structure_menu",
        "What can be done to the structure…",
        ("Menu", "Shift+F10"),
        "operate",
        "Smooth, grow, fill, interpolate, copy, combine: the menu of the structure in the hand",
        "Edit",
        "",
        frozenset({"case"}),
    ),
    ActionSpec("label_before", "Structure before", (",",), "", "Draw with the structure before", "", "", frozenset({"case"}), group="Edit"),
    ActionSpec("label_next", "Next structure", (".",), "", "Draw with the next structure", "", "", frozenset({"case"}), group="Edit"),
    ActionSpec("brush_smaller", "Smaller brush", ("[",), "", "Make the brush smaller", "Edit", "minus", frozenset({"case"})),
    ActionSpec("brush_larger", "Larger brush", ("]",), "", "Make the brush larger", "Edit", "plus", frozenset({"case"})),
    ActionSpec(
        "approve_slice",
        "Approve this slice",
        ("Return", "Enter"),
        "approve_slice",
        "This slice is right as it is now",
        "Edit-",
        "check",
        _WRITE,
    ),
    ActionSpec(
        "approve_case",
        "Approve the whole scan",
        ("Shift+Return", "Shift+Enter"),
        "approve_case",
        "Every slice is right as it is now",
        "Edit",
        "check-all",
        _WRITE,
    ),
    NEXT_ROW,
    ActionSpec(
        "next_case",
        "Next scan",
        ("Shift+N",),
        "next_case",
        "Go to the scan that is next in the worklist",
        "Edit",
        "next",
        frozenset({"cases"}),
    ),
    ActionSpec(
        "overlay", "Show structures", ("S",), "", "Show or hide all structures", "View", "overlay", frozenset({"case"}), checkable=True
    ),
    ActionSpec(
        "outline",
        "Outlines only",
        ("O",),
        "",
        "Show the rim of each structure instead of its area",
        "View",
        "outline",
        frozenset({"case"}),
        checkable=True,
    ),
    ActionSpec(
        "layer_doubt",
        "The student's doubt",
        ("Shift+D",),
        "",
        "Where it was unsure",
        "View",
        "",
        frozenset({"case"}),
        checkable=True,
    ),
    ActionSpec(
        "layer_states",
        "States of voxels",
        ("Shift+S",),
        "",
        "Blue proposed, green accepted",
        "View",
        "",
        frozenset({"case"}),
        checkable=True,
    ),
    ActionSpec("opacity_less", "Structures fainter", ("A",), "", "Lower the opacity of structures", "View", "", frozenset({"case"})),
    ActionSpec("opacity_more", "Structures stronger", ("D",), "", "Raise the opacity of structures", "View", "", frozenset({"case"})),
    ActionSpec("slice_up", "Slice up", ("PgUp",), "", "One slice towards the head", "View-", "", frozenset({"case"})),
    ActionSpec("slice_down", "Slice down", ("PgDown",), "", "One slice towards the feet", "View", "", frozenset({"case"})),
    ActionSpec("fit", "Fit to view", ("Ctrl+F",), "", "Show the whole slice", "View", "fit", frozenset({"case"})),
    ActionSpec("centre", "Crosshair to the middle", ("C",), "", "Put it into the middle of the view", "View", "", frozenset({"case"})),
    ActionSpec("cine_play", "Play frames", ("Shift+Space",), "", "Show the frames in time one after the other", "View-", "play", _FRAMES),
    ActionSpec("cine_back", "Frame before", ("Ctrl+Left",), "", "One frame back in time", "View", "frame-back", _FRAMES),
    ActionSpec("cine_on", "Next frame", ("Ctrl+Right",), "", "One frame on in time", "View", "frame-on", _FRAMES),
    ActionSpec("cine_slower", "Play slower", ("Ctrl+Down",), "", "Fewer frames a second", "View", "", _FRAMES),
    ActionSpec("cine_faster", "Play faster", ("Ctrl+Up",), "", "More frames a second", "View", "", _FRAMES),
    ActionSpec("cine_bounce", "Back and forth", (), "", "At the last frame turn round", "View", "bounce", _FRAMES, checkable=True),
    ActionSpec(
        "mask_frame",
        "Mask this frame",
        (),
        "frame_case",
        "Make this volume a scan of its own",
        "View",
        "frame-new",
        _WRITE | {"other_frame"},
    ),
    ActionSpec(
        "show_mask_frame", "Mask's frame", (), "", "Show the volume that the mask is of", "View", "frame-mask", frozenset({"other_frame"})
    ),
    ActionSpec("layout_all", "All views", (), "", "Axial, sagittal, coronal and surface", "View-", "views", _PLANES),
    ActionSpec("layout_one_two", "One large and two small", (), "", "The active view is large", "View", "", _PLANES),
    ActionSpec("layout_single", "One view", (), "", "As a double click does", "View", "", _PLANES),
    ActionSpec("reset_view", "Arrange the window anew", (), "", "Views, widths, panels and windows as at the first start", "View"),
    ActionSpec("theme", "Light theme", (), "", "Dark for reading rooms, light for bright ones", "View-", "theme", checkable=True),
    *LANGUAGE_ROWS,
    *LOOKING_ROWS,
    *WINDOW_ROWS,
    *(_structure(number) for number in range(1, 10)),
    ActionSpec(
        "predict",
        "Predict this scan",
        ("Ctrl+P",),
        "predict",
        "Let the student draw every slice that you have not reviewed",
        "Model",
        "predict",
        _WRITE,
    ),
    ActionSpec(
        "predict_chosen",
        "Predict the marked scans",
        (),
        "predict_cases",
        "One after the other, in the background",
        "Model",
        "",
        frozenset({"marked", "writable"}),
    ),
    *REFINE_ROWS,
    ActionSpec(
        "roll_back",
        "Back to the previous student",
        ("Ctrl+Shift+B",),
        "roll_back",
        "Let the student before this one predict again",
        "Model-",
        "rollback",
        frozenset({"project", "writable", "parent"}),
    ),
    ActionSpec(
        "activate",
        "Use the chosen student",
        (),
        "activate",
        "Let the student chosen in the list predict",
        "",
        "check",
        frozenset({"choice", "writable"}),
        group="Model",
    ),
    ActionSpec(
        "show_models",
        "Students…",
        ("Ctrl+M",),
        "models",
        "All students of this project and how good they are",
        "Model",
        "model",
        frozenset({"project"}),
    ),
    *MODEL_ROWS,
    *CHANGE_ROWS,
    ActionSpec("palette", "Search or command…", ("Ctrl+K",), "", "Find an action, a scan or a structure by its letters", "Help", "search"),
    ActionSpec("shortcuts", "Keys and mouse", ("F1", "?"), "", "All shortcuts", "Help-", "help"),
    ActionSpec("keys", "Change keys…", (), "", "Give actions other keys, or take those of another program", "Help"),
    *TOUR_ROWS,
    ActionSpec("about", "About", (), "", "Version, licence and what it may be used for", "Help-"),
)
"""Every action, in menu order."""

SPECS: Final[Mapping[str, ActionSpec]] = {spec.id: spec for spec in ACTIONS}
"""The rows by id."""

REASONS: Final[Mapping[str, str]] = {
    "project": "no project is open",
    "writable": "the project is open for reading only",
    "reader": "the project can be changed already",
    "cases": "the project has no scans",
    "case": "no scan is open",
    "planes": "the scan has one plane only",
    "frames": "the scan has no frames in time",
    "other_frame": "the frame of the mask is shown",
    "marked": "no scan is marked in the worklist",
    "undo": "there is nothing to undo",
    "redo": "there is nothing to redo",
    "training": "no round is running",
    "idle": "a round is running",
    **REFINE_REASONS,
    "working": "nothing is being computed",
    "parent": "there is no student before this one",
    "comparing": "no other mask is compared",
    "exporting": "no export is running",
    "measurement": "no measurement is chosen",
    "measured": "nothing was measured on this scan",
    "grey": "a colour picture has no window",
    "choice": "no other student is chosen",
    "changed": "no other student has changed this scan",
    "outdated": "every scan is up to date",
    "renewing": "nothing is predicted in the background",
}
"""Why something cannot be asked for, by the fact that does not hold; the plainest reason first."""

GESTURES: Final[tuple[Gesture, ...]] = (
    Gesture("Wheel", "Next slice"),
    Gesture("Click, Shift + move", "Put the crosshair there"),
    Gesture("Double click", "One view alone, or all again"),
    Gesture("Ctrl + wheel, right drag", "Zoom"),
    Gesture("Middle drag, Space + drag", "Move the picture"),
    Gesture("W + drag", "Window: across for width, up for brighter"),
    Gesture("Drag an end of a measurement", "Measure anew"),
    Gesture("Left drag while painting", "Draw"),
    Gesture("Right drag while painting", "Erase"),
    Gesture("Shift + wheel while painting", "Brush size"),
    Gesture("Wheel while dragging a box", "Reach over more slices"),
    Gesture("Right click on a structure", "What can be done to it"),
)
"""What the mouse does in a view."""


def keys_text(keys: Iterable[str]) -> str:
    """Return keys as they are written on this system."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def why_not(spec: ActionSpec, facts: frozenset[str]) -> str:
    """Return why an action cannot be asked for; "" where it can, or where no reason is known.

    Parameters
    ----------
    facts
        What holds now; see ``Commands.facts``.
    """
    missing = spec.needs - facts
    if "project" not in facts and missing:
        return tr(REASONS["project"])
    return next((tr(reason) for fact, reason in REASONS.items() if fact in missing), "")


def apply_keymap(actions: Mapping[str, QAction], keymap: Keymap) -> None:
    """Give every action its keys, and name them in its tooltip. No key asks for two actions."""
    for action_id, keys in keymap.settled(ACTIONS).items():
        spec, action = SPECS[action_id], actions[action_id]
        action.setShortcuts([QKeySequence(key) for key in keys])
        shown = f" ({keys_text(keys)})" if keys else ""
        action.setToolTip(tr(spec.text).rstrip("…") + shown + ("\n" + tr(spec.tip) if spec.tip else ""))


def build_actions(handlers: Mapping[str, Callable[[], None]], parent: QObject, *, keymap: Keymap | None = None) -> dict[str, QAction]:
    """Make a QAction of each row of the table.

    Parameters
    ----------
    handlers
        What each action does, by id.
    parent
        Owner of the actions.
    keymap
        Their keys; those of the default preset when None.

    Raises
    ------
    KeyError
        When an action has no handler.
    """
    actions: dict[str, QAction] = {}
    tools = QActionGroup(parent)
    for spec in ACTIONS:
        action = QAction(tr(spec.text), parent)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        if spec.icon:
            action.setIcon(icon(spec.icon, ink_checked="surface" if spec.id in TOOLS else "text"))
            action.setIconVisibleInMenu(False)
        if spec.id in TOOLS:
            tools.addAction(action)
        handler = handlers[spec.id]
        action.triggered.connect(lambda _checked=False, run=handler: run())
        actions[spec.id] = action
    apply_keymap(actions, keymap or Keymap())
    return actions
