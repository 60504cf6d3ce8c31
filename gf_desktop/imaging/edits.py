"""Changes to a mask, small enough to keep thousands of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "EditHistory", "LabelEdit", "squeeze"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Box:
    """A block of voxels: start inclusive, stop exclusive, order k, j, i."""

    start_kji: tuple[int, int, int]
    stop_kji: tuple[int, int, int]

    @classmethod
    def whole(cls, shape_kji: tuple[int, int, int]) -> Box:
        """Return the box of a whole array."""
        return cls((0, 0, 0), shape_kji)

    @classmethod
    def around(cls, mask: Bools) -> Box | None:
        """Return the smallest box that holds every True voxel, or None where there is none."""
        if not mask.any():
            return None
        start, stop = [], []
        for axis in range(3):
            other = tuple(a for a in range(3) if a != axis)
            hit = np.flatnonzero(mask.any(axis=other))
            start.append(int(hit[0]))
            stop.append(int(hit[-1]) + 1)
        return cls((start[0], start[1], start[2]), (stop[0], stop[1], stop[2]))

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Index for arrays with axes [k, j, i]."""
        a, b = self.start_kji, self.stop_kji
        return (slice(a[0], b[0]), slice(a[1], b[1]), slice(a[2], b[2]))

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Number of voxels along k, j, i."""
        a, b = self.start_kji, self.stop_kji
        return (b[0] - a[0], b[1] - a[1], b[2] - a[2])

    def touches(self, axis_kji: int, index: int) -> bool:
        """Whether the plane ``index`` across an array axis meets the box."""
        return self.start_kji[axis_kji] <= index < self.stop_kji[axis_kji]


def squeeze(values: UInt8) -> UInt8:
    """Return a single value where all are the same, else the values."""
    return values[:1].copy() if values.size and (values == values[0]).all() else values


def _pair(old: UInt8, new: UInt8, inner: tuple[slice, slice, slice], cut: Bools) -> tuple[UInt8, UInt8]:
    after = new[inner][cut] if new.ndim else new.reshape(1)
    if (old == after).all():
        nothing = np.zeros(0, np.uint8)
        return nothing, nothing
    return squeeze(old), squeeze(after)


@dataclass(frozen=True, slots=True, eq=False)
class LabelEdit:
    """One undoable change of labels and states within a box.

    Attributes
    ----------
    box
        Where it is.
    mask
        bool of the box's shape: the voxels that belong to the edit, packed to bits.
    before, after
        uint8, the labels of those voxels in array order: one value a voxel, a single value for all of
        them, or none where the edit leaves labels alone (accepting a whole scan then costs bits, not bytes).
    states_before, states_after
        The same for voxel states.
    name
        For the undo menu: "brush", "approve slice", ...
    """

    box: Box
    mask_bits: UInt8
    before: UInt8
    after: UInt8
    states_before: UInt8
    states_after: UInt8
    name: str
    author: str = ""
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))

    @classmethod
    def record(
        cls,
        *,
        labels: UInt8,
        states: UInt8,
        mask: Bools,
        box: Box,
        new_labels: UInt8 | int,
        new_states: UInt8 | int,
        name: str,
        author: str = "",
    ) -> LabelEdit | None:
        """Return the edit that sets voxels of a mask, without carrying it out; None when it would change nothing.

        Parameters
        ----------
        labels, states
            The whole map, uint8 [k, j, i], as it is before.
        mask
            bool of the box's shape.
        new_labels, new_states
            One value, or uint8 of the box's shape.
        """
        region = box.slices
        old_labels, old_states = labels[region], states[region]
        mask = mask & ((old_labels != new_labels) | (old_states != new_states))
        tight = Box.around(mask)
        if tight is None:
            return None
        inner = tight.slices
        cut = mask[inner]
        labels_pair = _pair(old_labels[inner][cut], np.asarray(new_labels, np.uint8), inner, cut)
        states_pair = _pair(old_states[inner][cut], np.asarray(new_states, np.uint8), inner, cut)
        offset = box.start_kji
        placed = Box(
            (tight.start_kji[0] + offset[0], tight.start_kji[1] + offset[1], tight.start_kji[2] + offset[2]),
            (tight.stop_kji[0] + offset[0], tight.stop_kji[1] + offset[1], tight.stop_kji[2] + offset[2]),
        )
        return cls(
            placed,
            np.packbits(cut.reshape(-1)),
            *labels_pair,
            *states_pair,
            name,
            author,
        )

    @property
    def mask(self) -> Bools:
        """Bool of the box's shape."""
        shape = self.box.shape_kji
        return np.unpackbits(self.mask_bits, count=int(np.prod(shape))).astype(bool).reshape(shape)

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = (self.mask_bits, self.before, self.after, self.states_before, self.states_after)
        return sum(a.nbytes for a in arrays)

    def write_after(self, labels: UInt8, states: UInt8) -> None:
        """Set the voxels of the edit to their new values."""
        self._write(labels, self.after)
        self._write(states, self.states_after)

    def write_before(self, labels: UInt8, states: UInt8) -> None:
        """Set the voxels of the edit to their old values."""
        self._write(labels, self.before)
        self._write(states, self.states_before)

    def _write(self, array: UInt8, values: UInt8) -> None:
        if values.size:
            array[self.box.slices][self.mask] = values


class EditHistory:
    """Undo and redo: at least ``min_steps`` steps are kept, however large, and beyond them at most ``max_bytes``."""

    def __init__(self, *, min_steps: int = 20, max_bytes: int = 64 << 20) -> None:
        self._done: deque[LabelEdit] = deque()
        self._undone: list[LabelEdit] = []
        self._bytes = 0
        self._min_steps = min_steps
        self._max_bytes = max_bytes

    def __len__(self) -> int:
        return len(self._done)

    def push(self, edit: LabelEdit) -> None:
        """Remember an edit that was just carried out; what was undone before is gone."""
        self._bytes -= sum(e.nbytes for e in self._undone)
        self._undone.clear()
        self._done.append(edit)
        self._bytes += edit.nbytes
        while len(self._done) > self._min_steps and self._bytes > self._max_bytes:
            self._bytes -= self._done.popleft().nbytes

    def undo(self) -> LabelEdit | None:
        """Return the edit to take back now, or None."""
        if not self._done:
            return None
        edit = self._done.pop()
        self._undone.append(edit)
        return edit

    def redo(self) -> LabelEdit | None:
        """Return the edit to carry out again now, or None."""
        if not self._undone:
            return None
        edit = self._undone.pop()
        self._done.append(edit)
        return edit

    @property
    def undo_name(self) -> str | None:
        """Name of the next edit to take back."""
        return self._done[-1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        """Name of the next edit to carry out again."""
        return self._undone[-1].name if self._undone else None

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._bytes
