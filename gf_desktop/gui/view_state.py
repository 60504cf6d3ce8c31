"""What the person looks at and holds in the hand: shared by the views, the panels and the actions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from gf_desktop.correcting import BrushOptions
from gf_desktop.display import DisplayState, LayerName, PlaneName, slice_window, window_presets
from gf_desktop.gui.window_memory import WindowMemory
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.volume import Volume, Window

__all__ = ["BRUSH_RADII_MM", "LAYOUTS", "MEASURES", "LayoutName", "MeasureName", "Tool", "ToolName", "ViewState", "when_different"]

MeasureName = Literal["ruler", "angle", "ellipse", "rectangle", "window_region"]
ToolName = Literal["cursor", "paint", "erase", "review", "polygon", "fill", "grow", "pick", "box"] | MeasureName

MEASURES: Final[tuple[MeasureName, ...]] = ("ruler", "angle", "ellipse", "rectangle", "window_region")
"""Tools that are set through places of a slice and change no mask."""

BRUSHES: Final = ("paint", "erase", "review")
"""Tools with a size."""

LayoutName = Literal["single", "surface", "one_two", "two_by_two", "beside"]
"""The active view alone; the surface alone; the active view large and the others beside it; all of the same size; the active view and
beside it the same slice with the mask that it is compared with."""

ALONE: Final = ("single", "surface", "beside")
"""Layouts from which one goes back to that before."""

LAYOUTS: Final[dict[str, LayoutName]] = {"single": "single", "surface": "surface", "one_two": "one_two", "two_by_two": "two_by_two"}
"""Layouts by name."""

BRUSH_RADII_MM: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0)
"""Steps of the brush; pixels for pictures without a size."""

OPACITY_STEP: Final = 0.05


def when_different(look: Callable[[], object], do: Callable[[], None]) -> Callable[[], None]:
    """Return what calls ``do`` where ``look`` has another value than before: most often nothing but another slice is looked at."""
    seen = look()

    def follow() -> None:
        nonlocal seen
        now = look()
        if now != seen:
            seen = now
            do()

    return follow


@dataclass(frozen=True, slots=True)
class Tool:
    """What is in the hand: its name, the brush radius in mm, the label value that it draws, and how it paints."""

    name: ToolName = "cursor"
    radius_mm: float = 6.0
    label: int = 1
    options: BrushOptions = field(default_factory=BrushOptions)

    @property
    def paints(self) -> bool:
        """Whether a drag with the left button is a stroke."""
        return self.name in BRUSHES

    @property
    def measures(self) -> bool:
        """Whether clicks and drags set the places of a measurement."""
        return self.name in MEASURES

    def resized(self, steps: int) -> Tool:
        """Return the tool with a brush some steps larger or smaller."""
        nearest = min(range(len(BRUSH_RADII_MM)), key=lambda n: abs(BRUSH_RADII_MM[n] - self.radius_mm))
        return replace(self, radius_mm=BRUSH_RADII_MM[min(max(nearest + steps, 0), len(BRUSH_RADII_MM) - 1)])


class ViewState(QObject):
    """The current :class:`DisplayState` and :class:`Tool`; each scan keeps its own place while the program runs.

    Signals: ``display_changed()`` · ``tool_changed()`` · ``layout_changed()`` · ``fit_wanted()`` the whole slice is to be shown ·
    ``menu_wanted(int)`` what can be done to a structure is to be shown ·
    ``measurement_changed()`` another measurement, or none, is chosen ·
    ``still_wanted()`` a hand is about to draw or to choose a slice: nothing may move the picture.
    """

    display_changed = Signal()
    layout_changed = Signal()
    tool_changed = Signal()
    fit_wanted = Signal()
    menu_wanted = Signal(int)
    measurement_changed = Signal()
    still_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.volume: Volume | None = None
        self.display = DisplayState()
        self.tool = Tool()
        self.layout: LayoutName = "two_by_two"
        self.smooth = True
        self.flipped = False
        self._moved_s = -1e9
        self.measurement: int | None = None
        self._former_layout: LayoutName = "two_by_two"
        self._case_id = ""
        self._places: dict[str, DisplayState] = {}
        self.windows = WindowMemory({})

    def show_case(self, case_id: str, volume: Volume | None, table: LabelTable | None) -> None:
        """Turn to another scan, or to none; how structures are shown stays as it was."""
        self.flipped = False
        if self._case_id:
            self._places[self._case_id] = self.display
            self.choose_measurement(None)
        self._case_id = case_id
        self.volume = volume
        if volume is not None:
            place = self._places.get(case_id) or replace(DisplayState.opening(volume), window=self.windows.recall(volume))
            look = self.display
            self.display = replace(
                place, overlay=look.overlay, opacity=look.opacity, hidden=look.hidden, outline=look.outline, layer=look.layer
            )
        if table is not None and self.tool.label not in table.ids:
            self.set_tool(label=table.ids[0])
        self.display_changed.emit()
        self.layout_changed.emit()
        self.fit_wanted.emit()

    def show_arriving(self, volume: Volume | None) -> None:
        """Turn to a scan that is no case yet, or to none; does nothing where a case is on screen."""
        if not self._case_id:
            self.show_case("", volume, None)

    def show_table(self, table: LabelTable) -> None:
        """Take note of another list of structures: what is drawn with and hidden is one of them, and colours may have changed."""
        hidden = self.display.hidden & frozenset(table.ids)
        self.display = replace(self.display, hidden=hidden)
        if self.tool.label not in table.ids:
            self.set_tool(label=table.ids[0])
        self.display_changed.emit()

    def forget(self) -> None:
        """Forget the places in all scans: another project is open."""
        self._places.clear()
        self._case_id = ""

    def rested(self, milliseconds: float) -> bool:
        """Whether nobody has looked elsewhere for so long: what can wait does not slow down a wheel that turns."""
        return 1e3 * (time.monotonic() - self._moved_s) >= milliseconds

    def set_display(self, display: DisplayState) -> None:
        """Show something else."""
        if display != self.display:
            self._moved_s = time.monotonic()
            self.display = display
            self.display_changed.emit()

    def set_tool(
        self,
        *,
        name: ToolName | None = None,
        radius_mm: float | None = None,
        label: int | None = None,
        options: BrushOptions | None = None,
    ) -> None:
        """Take another tool, brush, structure or way of painting; what is not named stays."""
        tool = Tool(
            self.tool.name if name is None else name,
            self.tool.radius_mm if radius_mm is None else radius_mm,
            self.tool.label if label is None else label,
            self.tool.options if options is None else options,
        )
        if tool != self.tool:
            self.tool = tool
            self.tool_changed.emit()

    def resize_brush(self, steps: int) -> None:
        """Make the brush some steps larger, or smaller."""
        self.set_tool(radius_mm=self.tool.resized(steps).radius_mm)

    def go_to(self, index: int) -> None:
        """Show a slice by its stored number; does nothing without a scan."""
        if self.volume is not None:
            self.set_display(self.display.at(index, self.volume))

    @property
    def moment(self) -> int:
        """Number of the frame in time that is shown; 0 without."""
        return 0 if self.volume is None else self.display.moment(self.volume)

    def go_to_moment(self, frame: int) -> None:
        """Show another frame in time; does nothing without a scan."""
        if self.volume is not None:
            self.set_display(self.display.at_moment(frame, self.volume))

    def hold_still(self) -> None:
        """Ask whatever moves the picture by itself to stop."""
        self.still_wanted.emit()

    @property
    def has_planes(self) -> bool:
        """Whether the scan can be cut in three planes: not where it is a picture, a single slice, or frames in time on one plane."""
        return self.volume is not None and not self.volume.is_planar

    def look_from(self, plane: PlaneName) -> None:
        """Make another plane through the crosshair the active one; does nothing without a scan."""
        if self.volume is not None and plane != self.display.plane:
            self.set_display(self.display.seen_from(plane, self.volume))

    def set_cursor(self, index_ijk: tuple[int, int, int]) -> None:
        """Put the crosshair on a voxel: every plane is cut through it; does nothing without a scan."""
        if self.volume is not None:
            self.set_display(self.display.centred_on(index_ijk, self.volume))

    def set_layout(self, layout: LayoutName) -> None:
        """Arrange the views in another way."""
        if layout != self.layout:
            if self.layout not in ALONE:
                self._former_layout = self.layout
            self.layout = layout
            self.layout_changed.emit()

    def toggle_alone(self, layout: Literal["single", "surface", "beside"]) -> None:
        """Show the active view or the surface alone, or all views again."""
        self.set_layout(self._former_layout if self.layout == layout else layout)

    def step(self, steps: int) -> None:
        """Go some slices towards the head, or back; does nothing without a scan."""
        if self.volume is not None:
            self.set_display(self.display.stepped(steps, self.volume))

    def set_window(self, window: Window) -> None:
        """Show another range of intensities, here and, from the next start on, in scans of this modality."""
        if self.volume is not None:
            self.windows.note(self.volume, window)
        self.set_display(replace(self.display, window=window))

    def take_preset(self, number: int) -> None:
        """Use a named window, counted from 1; does nothing where there are fewer."""
        if self.volume is not None and not self.volume.is_colour:
            presets = window_presets(self.volume)
            if number <= len(presets):
                self.set_window(presets[number - 1][1])

    def window_slice(self) -> None:
        """Spread the greys over the intensities of the slice of the active view."""
        if self.volume is not None and not self.volume.is_colour:
            self.set_window(slice_window(self.volume, self.display))

    def toggle_smooth(self) -> None:
        """Interpolate between pixels, or show them as they are."""
        self.smooth = not self.smooth
        self.display_changed.emit()

    def choose_measurement(self, number: int | None) -> None:
        """Choose a measurement of the case on screen by its number, or none."""
        if number != self.measurement:
            self.measurement = number
            self.measurement_changed.emit()

    def show_flipped(self, *, flipped: bool) -> None:
        """Show the mask that is compared with in the place of the case's own, or its own again."""
        if flipped != self.flipped:
            self.flipped = flipped
            self.display_changed.emit()

    def toggle_overlay(self) -> None:
        """Show or hide all structures."""
        self.set_display(replace(self.display, overlay=not self.display.overlay))

    def toggle_outline(self) -> None:
        """Show areas or rims."""
        self.set_display(replace(self.display, outline=not self.display.outline))

    def toggle_layer(self, layer: LayerName) -> None:
        """Show a layer over the structures, or none where it is shown already."""
        self.set_display(replace(self.display, layer="none" if self.display.layer == layer else layer))

    def change_opacity(self, steps: int) -> None:
        """Make structures stronger or fainter."""
        self.set_display(self.display.with_opacity(self.display.opacity + steps * OPACITY_STEP))
