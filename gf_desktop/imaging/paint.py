"""Painting: from a movement of the hand to an edit.

Brushes are measured in millimetres, so a stroke is a disc on the patient and not on the voxels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.brushes import Brush, BrushShape, brush_edit, brush_mask
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelMap
from gf_desktop.imaging.limits import Limit
from gf_desktop.imaging.rule import PaintRule

__all__ = ["Stroke", "capsule_mask", "join_edits"]

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
    return brush_mask(geometry, Brush(radius_mm, BrushShape.ROUND, axis), start_ijk, stop_ijk)


def join_edits(label_map: LabelMap, parts: Sequence[LabelEdit], *, name: str, author: str = "") -> LabelEdit | None:
    """Return one edit for several that were carried out one after the other, the last of them just now; None for none.

    Parameters
    ----------
    label_map
        As the last part left it.
    parts
        In the order in which they were carried out; they may overlap.
    """
    if not parts:
        return None
    starts = np.array([p.box.start_kji for p in parts]).min(axis=0)
    stops = np.array([p.box.stop_kji for p in parts]).max(axis=0)
    box = Box((int(starts[0]), int(starts[1]), int(starts[2])), (int(stops[0]), int(stops[1]), int(stops[2])))
    after_labels, after_states = label_map.labels[box.slices], label_map.states[box.slices]
    before_labels, before_states = after_labels.copy(), after_states.copy()
    mask = np.zeros(box.shape_kji, bool)
    # where parts overlap, the first one knows what was there before
    for part in reversed(parts):
        inner = tuple(slice(a - s, b - s) for a, b, s in zip(part.box.start_kji, part.box.stop_kji, box.start_kji, strict=True))
        cut = part.mask
        if part.before.size:
            before_labels[inner][cut] = part.before
        if part.states_before.size:
            before_states[inner][cut] = part.states_before
        mask[inner] |= cut
    edit = LabelEdit.record(
        labels=before_labels,
        states=before_states,
        mask=mask,
        box=Box.whole(box.shape_kji),
        new_labels=after_labels,
        new_states=after_states,
        name=name,
        author=author,
    )
    if edit is None:
        return None
    moved = [tuple(a + s for a, s in zip(corner, box.start_kji, strict=True)) for corner in (edit.box.start_kji, edit.box.stop_kji)]
    (k0, j0, i0), (k1, j1, i1) = moved
    return replace(edit, box=Box((k0, j0, i0), (k1, j1, i1)))


class Stroke:
    """One movement with the button held: seen at once, remembered as one edit.

    Parameters
    ----------
    label_map
        Changed while the stroke runs.
    axis
        Grid axis that the painted slice lies across: 0 = i, 1 = j, 2 = k.
    label
        Value to paint; 0 is background; None to mark as reviewed what the brush covers, see :func:`.brushes.brush_edit`.
    erase_only
        With ``label`` 0: only this value is taken away; None erases any.
    radius_mm
        Of the round brush in the slice.
    brush
        Used instead of ``axis`` and ``radius_mm``: a square, or a brush in space.
    rule
        What may be painted over; by default everything.
    limit
        Restricts each movement to intensities, edges or a student's probability.
    on_finish
        Given the finished edit, which is already carried out; not called for a stroke that changed nothing.
    on_end
        Called once the stroke has ended, however it did.
    """

    def __init__(
        self,
        label_map: LabelMap,
        *,
        axis: int,
        label: int | None,
        radius_mm: float,
        start_ijk: tuple[float, float, float],
        name: str,
        on_finish: Callable[[LabelEdit], None],
        erase_only: int | None = None,
        author: str = "",
        brush: Brush | None = None,
        rule: PaintRule | None = None,
        limit: Limit | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        rule = rule or PaintRule()
        self._map = label_map
        self._brush = brush or Brush(radius_mm, BrushShape.ROUND, axis)
        self._label = label
        self._rule = rule if erase_only is None else replace(rule, over=frozenset({erase_only}))
        self._limit = limit
        self._name = name
        self._author = author
        self._on_finish = on_finish
        self._on_end = on_end
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
        part = brush_edit(
            self._map,
            self._brush,
            self._last,
            index_ijk,
            label=self._label,
            rule=self._rule,
            limit=self._limit,
            name=self._name,
            author=self._author,
        )
        self._last = index_ijk
        if part is not None:
            self._map.apply(part)
            self._parts.append(part)

    def finish(self) -> LabelEdit | None:
        """End the stroke and return it as one edit, or None where it changed nothing."""
        if not self._open:
            return None
        self._open = False
        edit = join_edits(self._map, self._parts, name=self._name, author=self._author)
        if edit is not None:
            self._on_finish(edit)
        self._on_end()
        return edit

    def cancel(self) -> None:
        """End the stroke and take it back."""
        if not self._open:
            return
        self._open = False
        for part in reversed(self._parts):
            self._map.revert(part)
        self._on_end()
