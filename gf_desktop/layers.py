"""What lies over the structures of a slice: doubt, states of voxels, differences between masks, and what an operation would change."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gf_desktop.display import DisplayState, LayerName, SlicePlane, cut, oriented
from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED, differences
from gf_desktop.imaging.labelmap import LabelMap, VoxelState
from gf_desktop.imaging.preview import ChangePreview

__all__ = ["DIFFERENCE_COLOURS", "layer_lookup", "patterned", "resolve_layer", "resolve_preview"]

UInt8 = npt.NDArray[np.uint8]

STATE_COLOURS: Final = {
    VoxelState.PROPOSED: (86, 180, 233, 90),
    VoxelState.ACCEPTED: (0, 158, 115, 120),
    VoxelState.EDITED: (240, 228, 66, 140),
}
"""Red, green, blue and opacity of voxel states; Okabe and Ito's colours, told apart by lightness too."""

DIFFERENCE_COLOURS: Final = {
    ADDED: (86, 180, 233, 210),
    REMOVED: (230, 159, 0, 235),
    CHANGED: (204, 121, 167, 210),
}
"""Of voxels that differ from another mask; Okabe and Ito's colours, and told apart by pattern too, see :func:`resolve_layer`."""

FAINT: Final = 4
"""Added to the kind of a difference in the gaps of its pattern, where it is drawn this many times fainter."""

DOUBT_COLOUR: Final = (213, 94, 0)
DOUBT_OPACITY: Final = 200
"""Of a voxel that the student was entirely unsure of."""


def layer_lookup(layer: LayerName) -> UInt8:
    """Return uint8 [256, 4]: red, green, blue and opacity of each value of a layer; see :func:`resolve_layer`."""
    lookup = np.zeros((256, 4), np.uint8)
    if layer == "doubt":
        lookup[:, :3] = DOUBT_COLOUR
        lookup[:, 3] = np.arange(256) * DOUBT_OPACITY // 255
    elif layer == "states":
        for state, colour in STATE_COLOURS.items():
            lookup[state] = colour
    elif layer == "differences":
        for kind, (red, green, blue, opacity) in DIFFERENCE_COLOURS.items():
            lookup[kind] = (red, green, blue, opacity)
            lookup[kind + FAINT] = (red, green, blue, opacity // FAINT)
    return lookup


def resolve_layer(
    plane: SlicePlane, state: DisplayState, label_map: LabelMap, confidence: UInt8 | None, other: UInt8 | None = None
) -> UInt8 | None:
    """Return uint8 [rows, columns] of the layer over a slice, to be coloured by ``layer_lookup``; None where there is none.

    Doubt is 255 less the student's confidence where its label stands unreviewed, 0 elsewhere; states are numbers of ``VoxelState``.
    Differences from ``other`` (labels [k, j, i]) are kinds of :mod:`gf_desktop.imaging.compare`: what was added is full, what was removed
    hatched, what is of another structure chequered.
    """
    if state.layer == "differences":
        return (
            None
            if other is None
            else patterned(differences(cut(label_map.labels, plane.axes, plane.index), cut(other, plane.axes, plane.index)))
        )
    states = cut(label_map.states, plane.axes, plane.index)
    if state.layer == "states":
        return np.array(states, dtype=np.uint8)
    if state.layer == "doubt" and confidence is not None:
        sure = cut(confidence, plane.axes, plane.index)
        return np.where(states == VoxelState.PROPOSED, 255 - sure, 0).astype(np.uint8)
    return None


def resolve_preview(plane: SlicePlane, change: ChangePreview, shape_kji: tuple[int, int, int]) -> UInt8:
    """Return uint8 [rows, columns] of what an edit would change in a slice, to be coloured by the lookup of "differences"."""
    return patterned(np.ascontiguousarray(oriented(change.slice(2 - plane.axes.across, plane.index, shape_kji), plane.axes)))


def patterned(kinds: UInt8) -> UInt8:
    """Return kinds of differences with the gaps of their patterns: hatching four pixels wide, a chequer of four by four."""
    rows, columns = np.ogrid[: kinds.shape[0], : kinds.shape[1]]
    hatch = ((rows + columns) & 4) > 0
    chequer = ((rows ^ columns) & 4) > 0
    gaps = ((kinds == REMOVED) & hatch) | ((kinds == CHANGED) & chequer)
    return np.where(gaps, kinds + np.uint8(FAINT), kinds).astype(np.uint8, copy=False)
