"""Painting: from a movement of the hand to an edit.

Brushes are measured in millimetres, so a stroke is a disc on the patient and not on the voxels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box, LabelEdit, squeeze
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap, VoxelState

__all__ = ["Stroke", "capsule_mask"]

Bools = npt.NDArray[np.bool_]


def capsule_mask(
    geometry: Geometry,
    axis: int,
    start_ijk: tuple[float, float, float],
    stop_ijk: tuple[float, float, float],
    *,
    radius_mm: float,
) -> tuple[Box, Bools] | None:
    """Return the voxels of one slice whose centre is within a radius of a line segment.

    Parameters
    ----------
    geometry
        The grid.
    axis
        Grid axis that the slice lies across: 0 = i, 1 = j, 2 = k; its index is that of ``start_ijk``, rounded.
    start_ijk, stop_ijk
        Ends of the segment in fractional voxel indices.
    radius_mm
        Radius; the voxel that holds an end of the segment always belongs to it.

    Returns
    -------
    The box and bool of the box's shape, or None when the segment passes outside the scan.
    """
    spacing = np.asarray(geometry.spacing_mm)
    size = np.asarray(geometry.size_ijk)
    plane = [a for a in range(3) if a != axis]
    ends = np.asarray([start_ijk, stop_ijk], dtype=np.float64)
    depth = round(float(ends[0, axis]))
    if not 0 <= depth < size[axis]:
        return None
    reach = radius_mm / spacing
    low = np.maximum(np.ceil(ends.min(axis=0) - reach - 0.5), 0).astype(int)
    high = np.minimum(np.floor(ends.max(axis=0) + reach + 0.5), size - 1).astype(int)
    low[axis] = high[axis] = depth
    if np.any(high < low):
        return None
    grids = np.meshgrid(*(np.arange(low[a], high[a] + 1) for a in plane), indexing="ij")
    points = np.stack([g * spacing[a] for g, a in zip(grids, plane, strict=True)], axis=-1)
    first, last = (ends[n, plane] * spacing[plane] for n in (0, 1))
    along = last - first
    length2 = float(along @ along)
    share = np.clip((points - first) @ along / length2, 0.0, 1.0) if length2 > 0 else np.zeros(points.shape[:-1])
    distance2 = ((points - first - share[..., None] * along) ** 2).sum(axis=-1)
    inside = distance2 <= radius_mm**2
    for end in ends:
        hit = np.rint(end[plane]).astype(int)
        if np.all(hit >= low[plane]) and np.all(hit <= high[plane]):
            inside[tuple(hit - low[plane])] = True
    # [first plane axis, second plane axis] -> [k, j, i]: the larger grid axis is the earlier array axis
    mask = np.expand_dims(inside.T, 2 - axis)
    return Box((int(low[2]), int(low[1]), int(low[0])), (int(high[2]) + 1, int(high[1]) + 1, int(high[0]) + 1)), mask


class Stroke:
    """One movement with the button held: seen at once, remembered as one edit.

    Parameters
    ----------
    label_map
        Changed while the stroke runs.
    axis
        Grid axis that the painted slice lies across: 0 = i, 1 = j, 2 = k.
    label
        Value to paint; 0 is background.
    erase_only
        With ``label`` 0: only this value is taken away; None erases any.
    radius_mm
        Of the brush.
    on_finish
        Given the finished edit, which is already carried out; not called for a stroke that changed nothing.
    """

    def __init__(
        self,
        label_map: LabelMap,
        *,
        axis: int,
        label: int,
        radius_mm: float,
        start_ijk: tuple[float, float, float],
        name: str,
        on_finish: Callable[[LabelEdit], None],
        erase_only: int | None = None,
        author: str = "",
    ) -> None:
        self._map = label_map
        self._axis = axis
        self._label = label
        self._radius_mm = radius_mm
        self._name = name
        self._author = author
        self._on_finish = on_finish
        self._erase_only = erase_only
        self._last = start_ijk
        self._parts: list[LabelEdit] = []
        self._open = True
        self.move_to(start_ijk)

    @property
    def is_open(self) -> bool:
        """Whether the stroke still runs."""
        return self._open

    def move_to(self, index_ijk: tuple[float, float, float]) -> None:
        """Paint along a straight line from the last position; indices may be fractional."""
        if not self._open:
            return
        shape = capsule_mask(self._map.geometry, self._axis, self._last, index_ijk, radius_mm=self._radius_mm)
        self._last = index_ijk
        if shape is None:
            return
        box, mask = shape
        if self._erase_only is not None:
            mask = mask & (self._map.labels[box.slices] == self._erase_only)
        part = LabelEdit.record(
            labels=self._map.labels,
            states=self._map.states,
            mask=mask,
            box=box,
            new_labels=self._label,
            new_states=VoxelState.EDITED,
            name=self._name,
            author=self._author,
        )
        if part is not None:
            self._map.apply(part)
            self._parts.append(part)

    def finish(self) -> LabelEdit | None:
        """End the stroke and return it as one edit, or None where it changed nothing."""
        if not self._open:
            return None
        self._open = False
        edit = self._joined()
        if edit is not None:
            self._on_finish(edit)
        return edit

    def cancel(self) -> None:
        """End the stroke and take it back."""
        if not self._open:
            return
        self._open = False
        for part in reversed(self._parts):
            self._map.revert(part)

    def _joined(self) -> LabelEdit | None:
        if len(self._parts) <= 1:
            return self._parts[0] if self._parts else None
        starts = np.array([p.box.start_kji for p in self._parts]).min(axis=0)
        stops = np.array([p.box.stop_kji for p in self._parts]).max(axis=0)
        box = Box((int(starts[0]), int(starts[1]), int(starts[2])), (int(stops[0]), int(stops[1]), int(stops[2])))
        # where parts overlap, the first one knows what was there before
        before_labels = self._map.labels[box.slices].copy()
        before_states = self._map.states[box.slices].copy()
        mask = np.zeros(box.shape_kji, bool)
        for part in reversed(self._parts):
            inner = tuple(slice(a - s, b - s) for a, b, s in zip(part.box.start_kji, part.box.stop_kji, box.start_kji, strict=True))
            cut = part.mask
            if part.before.size:
                before_labels[inner][cut] = part.before
            if part.states_before.size:
                before_states[inner][cut] = part.states_before
            mask[inner] |= cut
        return LabelEdit(
            box,
            np.packbits(mask.reshape(-1)),
            squeeze(before_labels[mask]),
            np.array([self._label], np.uint8),
            squeeze(before_states[mask]),
            np.array([VoxelState.EDITED], np.uint8),
            self._name,
            self._author,
        )
