"""What an edit would change, to be looked at before it is carried out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED
from gf_desktop.imaging.edits import Box, LabelEdit

__all__ = ["ChangePreview", "preview_of"]

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class ChangePreview:
    """The kinds of change within a box; outside nothing changes.

    Attributes
    ----------
    box
        Where it is.
    kinds
        uint8 [k, j, i] of the box's shape: 0, ``ADDED`` (background now), ``REMOVED`` (background then) or ``CHANGED`` (from one structure
        to another).
    added_ml, removed_ml, changed_ml
        How much of each.
    """

    box: Box
    kinds: UInt8
    added_ml: float
    removed_ml: float
    changed_ml: float

    @property
    def fullest_kji(self) -> tuple[int, int, int]:
        """A voxel of the whole grid that changes: in the slice k in which most do, and in its fullest row."""
        changed = self.kinds != 0
        k = int(changed.sum(axis=(1, 2)).argmax())
        j = int(changed[k].sum(axis=1).argmax())
        i = int(np.flatnonzero(changed[k, j])[0])
        start = self.box.start_kji
        return start[0] + k, start[1] + j, start[2] + i

    def slice(self, axis_kji: int, index: int, shape_kji: tuple[int, int, int]) -> UInt8:
        """Return uint8 of the kinds in one slice of the whole grid.

        Parameters
        ----------
        axis_kji
            Array axis that the slice lies across.
        index
            Its number.
        shape_kji
            Of the whole grid.
        """
        plane = np.zeros([size for axis, size in enumerate(shape_kji) if axis != axis_kji], np.uint8)
        if self.box.touches(axis_kji, index):
            inside = tuple(part for axis, part in enumerate(self.box.slices) if axis != axis_kji)
            plane[inside] = np.take(self.kinds, index - self.box.start_kji[axis_kji], axis=axis_kji)
        return plane


def preview_of(edit: LabelEdit, *, voxel_ml: float) -> ChangePreview | None:
    """Return what an edit would change of the labels; None where it changes states alone."""
    if not edit.before.size:
        return None
    chosen = edit.mask
    of_voxel = np.where(edit.before == 0, np.uint8(ADDED), np.where(edit.after == 0, np.uint8(REMOVED), np.uint8(CHANGED)))
    of_voxel = np.where(edit.before == edit.after, np.uint8(0), of_voxel)
    kinds = np.zeros(chosen.shape, np.uint8)
    kinds[chosen] = of_voxel if of_voxel.size > 1 else of_voxel[0]
    counts = np.bincount(kinds.reshape(-1), minlength=4) * voxel_ml
    return ChangePreview(edit.box, kinds, float(counts[ADDED]), float(counts[REMOVED]), float(counts[CHANGED]))
