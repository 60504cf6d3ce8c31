"""From a scan and what the person wants to see to the pictures on the screen: pure functions, no Qt.

:class:`DisplayState` is what the person chose, :func:`resolve` turns it into a :class:`SlicePlane`: arrays in
display orientation with everything that is written around them. Radiological convention, whatever the
storage order: the patient's right is at the left of an axial or coronal view, the nose is at the left of a
sagittal one and the head is on top.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, LabelTable, VoxelState
from gf_desktop.imaging.real_world import real_world_in, unit_in_words
from gf_desktop.imaging.summary import SliceSummary, summarise_slice
from gf_desktop.imaging.volume import Volume, Window, robust_window
from gf_desktop.imaging.windowing import dragged_window, to_grey, window_names, window_presets

__all__ = [
    "DisplayState",
    "EdgeLetters",
    "LayerName",
    "PlaneAxes",
    "PlaneName",
    "ReadOut",
    "SlicePlane",
    "SliceSummary",
    "cut",
    "dragged_window",
    "oriented",
    "overlay_lookup",
    "plane_axes",
    "read_out",
    "resolve",
    "resolve_labels",
    "slice_window",
    "summarise_slice",
    "thumbnail",
    "to_grey",
    "window_names",
    "window_presets",
]

UInt8 = npt.NDArray[np.uint8]
PlaneName = Literal["axial", "coronal", "sagittal"]
LayerName = Literal["none", "doubt", "states", "differences"]

_ACROSS: Final[dict[PlaneName, tuple[int, int, int]]] = {"axial": (2, 1, 0), "coronal": (1, 2, 0), "sagittal": (0, 2, 1)}
"""Axes of the canonical grid (0 = to the Left, 1 = Posterior, 2 = Superior): across the plane, down the screen, to its right."""

LEANING: Final = 0.35
"""An edge that leans further than this (sine of about 20 degrees) to a second side of the patient gets its letter too."""


@dataclass(frozen=True, slots=True)
class DisplayState:
    """What the person chose to see of a scan.

    Attributes
    ----------
    plane
        Cut across the patient.
    index
        Slice number along the stored grid axis that the plane lies across; the same number that the command line uses.
    cursor_ijk
        Voxel of the crosshair, through which the other planes are cut; across ``plane`` it is ``index``.
    window
        Intensities from black to white.
    overlay
        Whether structures are shown at all.
    opacity
        Of the structures, 0 to 1.
    hidden
        Label values that are not shown.
    outline
        Only the rim of each structure.
    frame
        Of a series of volumes in time the one that is shown.
    layer
        What lies over the structures: nothing; "doubt": how unsure the student was where nobody has reviewed; "states": which voxels are
        proposed, accepted and edited; "differences" from another mask, and nothing of the structures themselves.
    """

    plane: PlaneName = "axial"
    index: int = 0
    cursor_ijk: tuple[int, int, int] = (0, 0, 0)
    window: Window = field(default_factory=lambda: Window(127.5, 255.0))
    overlay: bool = True
    opacity: float = 0.45
    hidden: frozenset[int] = frozenset()
    outline: bool = False
    layer: LayerName = "none"
    frame: int = 0

    @classmethod
    def opening(cls, volume: Volume) -> DisplayState:
        """Return the state that a scan opens with: the default plane, its middle slice or first frame, the modality's window."""
        plane = _default_plane(volume)
        i, j, k = (count // 2 for count in volume.geometry.size_ijk)
        if volume.is_cine:
            k = 0
        index = (i, j, k)[plane_axes(volume, plane).across]
        return cls(plane=plane, index=index, cursor_ijk=(i, j, k), window=volume.default_window(), frame=_own_frame(volume))

    def at(self, index: int, volume: Volume) -> DisplayState:
        """Return the state on another slice; numbers outside the scan become its first or last slice."""
        across = plane_axes(volume, self.plane).across
        cursor = list(self.cursor_ijk)
        cursor[across] = min(max(index, 0), volume.geometry.size_ijk[across] - 1)
        return replace(self, index=cursor[across], cursor_ijk=(cursor[0], cursor[1], cursor[2]))

    def seen_from(self, plane: PlaneName, volume: Volume) -> DisplayState:
        """Return the state of another plane through the crosshair."""
        return replace(self, plane=plane, index=self.cursor_ijk[plane_axes(volume, plane).across])

    def centred_on(self, index_ijk: tuple[int, int, int], volume: Volume) -> DisplayState:
        """Return the state with the crosshair at a voxel; numbers outside the scan become those of its border."""
        i, j, k = (min(max(at, 0), count - 1) for at, count in zip(index_ijk, volume.geometry.size_ijk, strict=True))
        return replace(self, cursor_ijk=(i, j, k), index=(i, j, k)[plane_axes(volume, self.plane).across])

    def stepped(self, steps: int, volume: Volume) -> DisplayState:
        """Return the state some slices further towards the head (the front, the patient's left); negative steps go back."""
        axes = plane_axes(volume, self.plane)
        return self.at(self.index + (-steps if axes.across_falls else steps), volume)

    def moment(self, volume: Volume) -> int:
        """Return the number of the frame in time that is shown; 0 of a scan without."""
        return self.index if volume.is_cine else self.frame

    def at_moment(self, frame: int, volume: Volume) -> DisplayState:
        """Return the state with another frame in time; numbers outside become the first or the last one."""
        if volume.is_cine:
            return self.at(frame, volume)
        return self if volume.time is None else replace(self, frame=min(max(frame, 0), volume.time.count - 1))

    def over_mask(self, volume: Volume) -> DisplayState:
        """Return how the mask is drawn: as chosen, but as an outline and without a layer on a frame that it is not of.

        Parameters
        ----------
        volume
            The scan that the mask is of.
        """
        return self if self.frame == _own_frame(volume) else replace(self, outline=True, layer="none")

    def toggled(self, label: int) -> DisplayState:
        """Return the state with one structure shown or hidden."""
        return replace(self, hidden=self.hidden ^ {label})

    def with_opacity(self, opacity: float) -> DisplayState:
        """Return the state with another opacity, cut to 0 .. 1."""
        return replace(self, opacity=round(min(max(opacity, 0.0), 1.0), 3))


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """Patient side at each edge of a view: R, L, A, P, S, I or two of them; empty for pictures."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


@dataclass(frozen=True, slots=True)
class PlaneAxes:
    """How a plane is cut out of the stored grid.

    Attributes
    ----------
    across, down, right
        Stored grid axes (0 = i, 1 = j, 2 = k) across the plane, down the screen and to its right.
    across_falls
        Whether a step towards head, front or the patient's left lowers the slice number.
    down_flipped, right_flipped
        Whether the stored axis runs up or to the left on the screen.
    """

    across: int
    down: int
    right: int
    across_falls: bool = False
    down_flipped: bool = False
    right_flipped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SlicePlane:
    """One slice, ready to be drawn.

    Plane coordinates are millimetres (pixels for pictures without a size) from the outer corner of the first
    pixel: x to the right, y downwards; the centre of pixel [row, column] is at
    ``((column + 0.5) * column_mm, (row + 0.5) * row_mm)``.

    Attributes
    ----------
    name
        "axial", "coronal", "sagittal", "picture" or "cine".
    axes
        How it was cut.
    index, count
        Slice number from 0 along the stored axis, and how many there are.
    image
        uint8 [rows, columns] grey, or [rows, columns, 3]; read-only.
    labels
        uint8 [rows, columns], label values to be coloured by ``overlay_lookup``; read-only.
    pixel_mm
        Height and width of a pixel.
    letters
        Patient sides at the edges.
    geometry
        Of the scan.
    """

    name: str
    axes: PlaneAxes
    index: int
    count: int
    image: UInt8
    labels: UInt8
    pixel_mm: tuple[float, float]
    letters: EdgeLetters
    geometry: Geometry

    @property
    def extent_mm(self) -> tuple[float, float]:
        """Width and height of the whole plane in plane coordinates."""
        rows, columns = self.labels.shape
        return (columns * self.pixel_mm[1], rows * self.pixel_mm[0])

    @property
    def place_text(self) -> str:
        """Slice number for people, counted from 1: "12/20"."""
        return f"{self.index + 1}/{self.count}"

    def index_at(self, x: float, y: float) -> tuple[float, float, float]:
        """Map plane coordinates to fractional voxel indices (i, j, k); whole numbers are voxel centres."""
        index = [0.0, 0.0, 0.0]
        index[self.axes.across] = float(self.index)
        for axis, place, size, flipped in (
            (self.axes.right, x, self.pixel_mm[1], self.axes.right_flipped),
            (self.axes.down, y, self.pixel_mm[0], self.axes.down_flipped),
        ):
            steps = place / size - 0.5
            index[axis] = self.geometry.size_ijk[axis] - 1 - steps if flipped else steps
        return (index[0], index[1], index[2])

    def position_of(self, index_ijk: tuple[float, float, float]) -> tuple[float, float]:
        """Map voxel indices to plane coordinates (x, y); the part across the plane is ignored."""
        places = []
        for axis, size, flipped in (
            (self.axes.right, self.pixel_mm[1], self.axes.right_flipped),
            (self.axes.down, self.pixel_mm[0], self.axes.down_flipped),
        ):
            steps = self.geometry.size_ijk[axis] - 1 - index_ijk[axis] if flipped else index_ijk[axis]
            places.append((steps + 0.5) * size)
        return (places[0], places[1])

    def voxel_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Return the voxel (i, j, k) under plane coordinates, or None outside the scan."""
        width, height = self.extent_mm
        if not (0 <= x < width and 0 <= y < height):
            return None
        i, j, k = (round(v) for v in self.index_at(x, y))
        size = self.geometry.size_ijk
        return (min(max(i, 0), size[0] - 1), min(max(j, 0), size[1] - 1), min(max(k, 0), size[2] - 1))


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What lies under the cursor.

    Attributes
    ----------
    index_ijk
        Voxel.
    world_mm
        Patient position (LPS) of its centre; None where pixels have no size, or the file does not say where they lie.
    value
        Intensity as text with its unit.
    structure
        Name, or "" for background.
    confidence_percent
        The student's, or None where nothing was predicted.
    """

    index_ijk: tuple[int, int, int]
    world_mm: tuple[float, float, float] | None
    value: str
    structure: str
    confidence_percent: int | None


def _is_picture(volume: Volume) -> bool:
    """Whether a scan is shown as it was stored: pixels without a size, and frames in time."""
    return not volume.spacing_known or volume.is_cine


def _own_frame(volume: Volume) -> int:
    """Return the number of the frame that a volume of a series is; 0 of any other scan."""
    return 0 if volume.time is None else volume.time.frame


def _default_plane(volume: Volume) -> PlaneName:
    if not volume.is_flat or _is_picture(volume):
        return "axial"
    across = volume.geometry.canonical_axes().order.index(2)
    names: tuple[PlaneName, PlaneName, PlaneName] = ("sagittal", "coronal", "axial")
    return names[across]


def plane_axes(volume: Volume, plane: PlaneName) -> PlaneAxes:
    """Return how a plane is cut from a scan in radiological orientation; pictures are cut as they are stored."""
    if _is_picture(volume):
        return PlaneAxes(across=2, down=1, right=0)
    canonical = volume.geometry.canonical_axes()
    across, down, right = _ACROSS[plane]
    head_up = down == 2
    # a step forward goes to the head and to the patient's left, but to the front, against the canonical axis
    towards = canonical.flipped[across] != (plane == "coronal")
    return PlaneAxes(
        across=canonical.order[across],
        down=canonical.order[down],
        right=canonical.order[right],
        across_falls=towards,
        down_flipped=canonical.flipped[down] != head_up,
        right_flipped=canonical.flipped[right],
    )


def _side(direction: npt.NDArray[np.float64]) -> str:
    """Letters of the patient's sides that an LPS direction points to, the nearest first."""
    sides: list[str] = []
    for component in np.argsort(-np.abs(direction)):
        share = direction[component]
        if not sides or abs(share) > LEANING:
            sides.append(("RL", "AP", "IS")[component][int(share > 0)])
    return "".join(sides)


def _letters(volume: Volume, axes: PlaneAxes) -> EdgeLetters:
    return _letters_of(volume.geometry, axes) if volume.spacing_known and volume.place_known else EdgeLetters()


@lru_cache(maxsize=8)
def _letters_of(geometry: Geometry, axes: PlaneAxes) -> EdgeLetters:
    right = geometry.direction[:, axes.right] * (-1.0 if axes.right_flipped else 1.0)
    down = geometry.direction[:, axes.down] * (-1.0 if axes.down_flipped else 1.0)
    return EdgeLetters(left=_side(-right), right=_side(right), top=_side(-down), bottom=_side(down))


def _across(voxels_kji: npt.NDArray[Any], axis: int, index: int) -> npt.NDArray[Any]:
    """Return the view of one slice across a stored grid axis."""
    plane: npt.NDArray[Any] = voxels_kji[(slice(None),) * (2 - axis) + (index,)]
    return plane


def cut(voxels_kji: npt.NDArray[Any], axes: PlaneAxes, index: int) -> npt.NDArray[Any]:
    """Return a view [down, right, ...] of a stored array [k, j, i, ...]."""
    return oriented(_across(voxels_kji, axes.across, index), axes)


def oriented(plane: npt.NDArray[Any], axes: PlaneAxes) -> npt.NDArray[Any]:
    """Return a stored slice as it is shown, a view [down, right, ...]."""
    # the remaining array axes hold the remaining grid axes in falling order
    if axes.down < axes.right:
        plane = plane.swapaxes(0, 1)
    oriented: npt.NDArray[Any] = plane[:: -1 if axes.down_flipped else 1, :: -1 if axes.right_flipped else 1]
    return oriented


def _rim(labels: UInt8) -> UInt8:
    """Keep the label of pixels that have another label above, below, left or right; the picture's border is no rim."""
    padded = np.pad(labels, 1, mode="edge")
    same = (padded[:-2, 1:-1] == labels) & (padded[2:, 1:-1] == labels) & (padded[1:-1, :-2] == labels) & (padded[1:-1, 2:] == labels)
    return np.where(same, np.uint8(0), labels).astype(np.uint8, copy=False)


def _cut_labels(label_map: LabelMap | None, axes: PlaneAxes, state: DisplayState, shape: tuple[int, int]) -> UInt8:
    if label_map is None:
        labels = np.zeros(shape, np.uint8)
    else:
        labels = np.array(cut(label_map.labels, axes, state.index), dtype=np.uint8)
        if state.outline:
            labels = _rim(labels)
    labels.setflags(write=False)
    return labels


def resolve(volume: Volume, state: DisplayState, label_map: LabelMap | None = None) -> SlicePlane:
    """Return the slice that a state asks for.

    Parameters
    ----------
    volume
        The scan.
    state
        What to show; its index must lie within the scan.
    label_map
        Structures; None where there are none yet.

    Raises
    ------
    IndexError
        When the state's index lies outside the scan.
    """
    axes = plane_axes(volume, state.plane)
    count = volume.geometry.size_ijk[axes.across]
    if not 0 <= state.index < count:
        raise IndexError(f"slice {state.index} of {count}")
    intensities = cut(volume.voxels, axes, state.index)
    # colours are what they are: a window would change them
    image = np.array(intensities, order="C") if volume.is_colour else np.ascontiguousarray(to_grey(intensities, state.window))
    image.setflags(write=False)
    spacing = volume.geometry.spacing_mm
    shape = (image.shape[0], image.shape[1])
    return SlicePlane(
        name="cine" if volume.is_cine else "picture" if _is_picture(volume) else state.plane,
        axes=axes,
        index=state.index,
        count=count,
        image=image,
        labels=_cut_labels(label_map, axes, state, shape),
        pixel_mm=(spacing[axes.down], spacing[axes.right]),
        letters=_letters(volume, axes),
        geometry=volume.geometry,
    )


def resolve_labels(plane: SlicePlane, state: DisplayState, label_map: LabelMap | None) -> SlicePlane:
    """Return the same slice with its labels cut anew: what a stroke of the brush needs, without the scan's part of the work."""
    shape = (plane.labels.shape[0], plane.labels.shape[1])
    return replace(plane, labels=_cut_labels(label_map, plane.axes, state, shape))


def overlay_lookup(table: LabelTable, state: DisplayState) -> UInt8:
    """Return uint8 [256, 4]: red, green, blue and opacity of each label value. Background and hidden structures are clear."""
    lookup = np.zeros((256, 4), np.uint8)
    # differences stand alone: under them the structures' colours would mean nothing
    if state.overlay and state.layer != "differences":
        # an outline is thin: it needs more colour than a filled area to be seen as strongly
        opacity = min(1.0, state.opacity * 2.0) if state.outline else state.opacity
        for structure in table:
            if structure.id not in state.hidden:
                lookup[structure.id] = (*structure.rgb, round(255 * opacity))
    return lookup


def slice_window(volume: Volume, state: DisplayState) -> Window:
    """Return the window that spreads the greys over the intensities of the slice on screen."""
    return robust_window(cut(volume.voxels, plane_axes(volume, state.plane), state.index))


def thumbnail(volume: Volume, *, side: int, label_map: LabelMap | None = None) -> UInt8:
    """Return uint8 [rows, columns, 3] of the slice that a scan opens with, its longer side at most ``side`` pixels, to scale.

    Parameters
    ----------
    label_map
        Structures to lay over it in their colours; None for the scan alone.
    """
    state = DisplayState.opening(volume)
    plane = resolve(volume, state, label_map)
    width, height = plane.extent_mm
    step = max(width, height) / side
    rows = np.minimum(((np.arange(max(1, round(height / step))) + 0.5) * step / plane.pixel_mm[0]).astype(int), plane.image.shape[0] - 1)
    columns = np.minimum(((np.arange(max(1, round(width / step))) + 0.5) * step / plane.pixel_mm[1]).astype(int), plane.image.shape[1] - 1)
    picture = plane.image[np.ix_(rows, columns)]
    picture = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    if label_map is None:
        return picture
    overlay = overlay_lookup(label_map.table, state)[plane.labels[np.ix_(rows, columns)]]
    share = overlay[..., 3:].astype(np.float32) / 255
    return np.rint(picture * (1 - share) + overlay[..., :3] * share).astype(np.uint8)


def _real_world_value(volume: Volume, intensity: float) -> str:
    """Return what an intensity means in the real world, behind an equals sign; "" where the file does not say."""
    real_world = real_world_in(volume.facts)
    value = None if real_world is None else real_world.of(intensity)
    if real_world is None or value is None:
        return ""
    return f" = {value:.4g} {unit_in_words(real_world.unit)}".rstrip()


def read_out(
    volume: Volume,
    index_ijk: tuple[int, int, int],
    *,
    label_map: LabelMap | None = None,
    confidence: UInt8 | None = None,
) -> ReadOut:
    """Return what lies at a voxel.

    Parameters
    ----------
    volume
        The scan.
    index_ijk
        A voxel within it.
    label_map
        Structures, if there are any.
    confidence
        uint8 [k, j, i], probability of the student's choice, 0 to 255; it is told only where the student's label still stands.
    """
    i, j, k = index_ijk
    intensity = np.asarray(volume.voxels[k, j, i])
    if volume.is_colour:
        value = "RGB " + " ".join(str(int(part)) for part in intensity)
    else:
        value = f"{float(intensity):.6g} {volume.unit}".rstrip() + _real_world_value(volume, float(intensity))
    # every frame of a cine lies where the first one does
    world = volume.geometry.index_to_world((i, j, 0) if volume.is_cine else index_ijk)
    structure, percent = "", None
    if label_map is not None:
        label = int(label_map.labels[k, j, i])
        known = [s.name for s in label_map.table if s.id == label]
        structure = known[0] if known else ""
        if confidence is not None and label_map.states[k, j, i] in (VoxelState.PROPOSED, VoxelState.ACCEPTED):
            percent = round(int(confidence[k, j, i]) / 2.55)
    return ReadOut(
        index_ijk=index_ijk,
        world_mm=(float(world[0]), float(world[1]), float(world[2])) if volume.spacing_known and volume.place_known else None,
        value=value,
        structure=structure,
        confidence_percent=percent,
    )
