"""Rows of the table of actions for measuring and for how intensities are shown."""

from __future__ import annotations

from typing import Final

from gf_desktop.gui.action_spec import ActionSpec

__all__ = ["LOOKING_ROWS", "WINDOW_ROWS"]

_CASE = frozenset({"case"})
_WRITE = frozenset({"case", "writable"})
_CHOSEN = frozenset({"measurement", "writable"})
_MEASURED = frozenset({"case", "measured"})
_COMPARED = frozenset({"case", "comparing"})
_GREY = frozenset({"case", "grey"})


def _tool(name: str, text: str, key: str, tip: str, *, menu: str = "Measure") -> ActionSpec:
    return ActionSpec(f"tool_{name}", text, (key,), "", tip, menu, name.replace("_", "-"), _WRITE, checkable=True)


LOOKING_ROWS: Final[tuple[ActionSpec, ...]] = (
    _tool("ruler", "Ruler", "M", "Drag, or click two ends: their distance in mm"),
    _tool("angle", "Angle", "Shift+M", "Click one end, the corner, the other end"),
    _tool("ellipse", "Ellipse: mean, SD", "Q", "Drag a region: mean, SD, lowest and highest intensity, area"),
    _tool("rectangle", "Rectangle: mean, SD", "Shift+Q", "Drag a region: mean, SD, lowest and highest intensity, area"),
    ActionSpec(
        "measure_delete",
        "Delete the measurement",
        ("Del",),
        "",
        "Take the chosen measurement away; it can be brought back",
        "Measure-",
        "",
        _CHOSEN,
    ),
    ActionSpec(
        "measure_rename", "Rename the measurement", ("Shift+F2",), "", "Call the chosen measurement something else", "Measure", "", _CHOSEN
    ),
    ActionSpec(
        "show_measurements", "List of measurements", ("Ctrl+Shift+M",), "", "All that was measured on this scan", "Measure-", "", _CASE
    ),
    ActionSpec("measure_copy", "Copy measurements as text", (), "", "One line for each, to be pasted elsewhere", "Measure", "", _MEASURED),
    ActionSpec("measure_csv", "Export measurements as CSV…", (), "", "A table with all numbers of this scan", "Measure", "", _MEASURED),
    ActionSpec(
        "tool_window_region",
        "Window from a region",
        ("Shift+W",),
        "",
        "Drag over a region: the greys are spread over its intensities",
        "View-",
        "window-region",
        _GREY,
        checkable=True,
    ),
    ActionSpec(
        "window_auto", "Window of this slice", ("Num+0",), "", "Spread the greys over the intensities of the slice", "View", "", _GREY
    ),
    ActionSpec(
        "compare",
        "Compare with another mask",
        ("Shift+C",),
        "",
        "Show what differs from the student's proposal or an older mask",
        "View-",
        "",
        _CASE,
        checkable=True,
    ),
    ActionSpec(
        "compare_file", "Compare with a mask file…", (), "", "A mask of this scan from elsewhere; it changes nothing", "View", "", _CASE
    ),
    ActionSpec(
        "compare_differences",
        "Differences only",
        (),
        "",
        "What was added and removed, without the structures",
        "View",
        "",
        _COMPARED,
        checkable=True,
    ),
    ActionSpec("compare_beside", "Both masks side by side", (), "", "Two views that move together", "View", "", _COMPARED, checkable=True),
    ActionSpec(
        "smooth", "Smooth pixels", ("I",), "", "Interpolate between pixels, or show them as they are", "View", "", _CASE, checkable=True
    ),
)
"""Measuring, and how intensities are shown."""

WINDOW_ROWS: Final[tuple[ActionSpec, ...]] = tuple(
    ActionSpec(
        f"window_{number}",
        f"Window preset {number}",
        (f"Num+{number}",),
        tip="Show intensities as usual for a tissue",
        needs=_GREY,
        family="Window presets, on the keypad",
        group="View",
    )
    for number in range(1, 10)
)
"""The named windows of a scan's modality, on the keypad's digits."""
