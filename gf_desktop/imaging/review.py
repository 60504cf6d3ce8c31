"""Standing behind voxels without drawing them, and whole structures that merge or go.

A brush that marks what it covers as reviewed is :func:`gf_desktop.imaging.brushes.brush_edit` with no label.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, VoxelState
from gf_desktop.imaging.regions import plane_box

__all__ = [
    "StructureSize",
    "accept_box_edit",
    "accept_scan_edit",
    "accept_slice_edit",
    "accept_structure_edit",
    "delete_edit",
    "merge_edit",
    "structure_size",
]


@dataclass(frozen=True, slots=True)
class StructureSize:
    """What would be lost with a structure.

    Attributes
    ----------
    voxels
        All that have its label.
    reviewed_voxels
        Those of them that a person accepted or edited.
    volume_ml
        Of all.
    """

    voxels: int
    reviewed_voxels: int
    volume_ml: float


def structure_size(label_map: LabelMap, label: int) -> StructureSize:
    """Return how many voxels a structure has and its volume in ml, for the warning before it is merged or deleted."""
    mask = label_map.labels == label
    voxels = int(np.count_nonzero(mask))
    reviewed = int(np.count_nonzero(label_map.states[mask] >= VoxelState.ACCEPTED))
    return StructureSize(voxels, reviewed, voxels * label_map.geometry.voxel_ml)


def accept_box_edit(label_map: LabelMap, box: Box, *, name: str = "accept box", author: str = "") -> LabelEdit | None:
    """Return the edit that accepts every voxel of a box that no person accepted or edited yet; None where there is none.

    Labels stay as they are. Locked structures are accepted too: a lock holds labels and not opinions.
    """
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=label_map.states[box.slices] < VoxelState.ACCEPTED,
        box=box,
        new_labels=label_map.labels[box.slices],
        new_states=VoxelState.ACCEPTED,
        name=name,
        author=author,
    )


def accept_slice_edit(label_map: LabelMap, axis: int, index: int, *, name: str = "accept slice", author: str = "") -> LabelEdit | None:
    """Return the edit that accepts a slice across a grid axis (0 = i, 1 = j, 2 = k); None where nothing changes or there is no such one."""
    box = plane_box(label_map.geometry, axis, index)
    return None if box is None else accept_box_edit(label_map, box, name=name, author=author)


def accept_scan_edit(label_map: LabelMap, *, name: str = "accept scan", author: str = "") -> LabelEdit | None:
    """Return the edit that accepts the whole scan; None where nothing changes."""
    return accept_box_edit(label_map, Box.whole(label_map.geometry.shape_kji), name=name, author=author)


def accept_structure_edit(
    label_map: LabelMap, label: int, *, box: Box | None = None, name: str = "accept structure", author: str = ""
) -> LabelEdit | None:
    """Return the edit that accepts the voxels of one structure, in a box or in the whole scan; None where nothing changes.

    It says that these voxels are the structure's, not that there are no others: background around it stays as it is.
    """
    room = box or Box.whole(label_map.geometry.shape_kji)
    region = room.slices
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=(label_map.labels[region] == label) & (label_map.states[region] < VoxelState.ACCEPTED),
        box=room,
        new_labels=label_map.labels[region],
        new_states=VoxelState.ACCEPTED,
        name=name,
        author=author,
    )


def merge_edit(
    label_map: LabelMap, source: int, target: int, *, locked: Collection[int], name: str = "merge structures", author: str = ""
) -> LabelEdit | None:
    """Return the edit that gives all voxels of one structure to another; None where nothing changes or one of both is locked.

    States stay: that two structures are one says nothing about whether a student drew their outline well.
    """
    if {source, target} & set(locked):
        return None
    box = Box.around(label_map.labels == source)
    if box is None:
        return None
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=label_map.labels[box.slices] == source,
        box=box,
        new_labels=target,
        new_states=label_map.states[box.slices],
        name=name,
        author=author,
    )


def delete_edit(
    label_map: LabelMap, label: int, *, locked: Collection[int], name: str = "delete structure", author: str = ""
) -> LabelEdit | None:
    """Return the edit that makes a structure background; None where nothing changes or it is locked. States stay, as with merging."""
    return merge_edit(label_map, label, 0, locked=locked, name=name, author=author)
