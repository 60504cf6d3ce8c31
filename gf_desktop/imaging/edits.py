"""Changes to a mask, small enough to keep thousands of them."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "EditHistory", "LabelEdit", "squeeze"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

CHUNK_VOXELS = 1 << 18
"""So many voxels are looked at at once: what is computed for them stays in the cache."""
FULL_BYTE = 0xFF


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


def _planes_at_once(shape_kji: tuple[int, int, int]) -> int:
    """Return how many planes of a box fit into the processor's cache, so that their bits begin and end with a byte."""
    plane = max(1, shape_kji[1] * shape_kji[2])
    whole_bytes = 8 // math.gcd(plane, 8)
    return max(1, CHUNK_VOXELS // (plane * whole_bytes)) * whole_bytes


def _part(values: UInt8 | int, planes: slice) -> UInt8 | int:
    return values[planes] if isinstance(values, np.ndarray) and values.ndim else values


class _Pair:
    """Old and new values of the voxels of an edit, put together chunk by chunk; one value where all are the same."""

    def __init__(self) -> None:
        self._old: list[UInt8] = []
        self._after: list[UInt8] = []
        self._counts: list[int] = []

    def take(self, old: UInt8, new: UInt8 | int, chosen: Bools, count: int) -> None:
        """Add the chosen voxels of a chunk, ``count`` of them, at least one."""
        after = np.asarray(new, np.uint8)
        self._counts.append(count)
        self._old.append(_picked(old, chosen, count))
        self._after.append(_picked(after, chosen, count) if after.ndim else after.reshape(1))

    def arrays(self) -> tuple[UInt8, UInt8]:
        """Return old and new values; none where nothing was added."""
        return self._one(self._old), self._one(self._after)

    def _one(self, parts: list[UInt8]) -> UInt8:
        if not parts:
            return np.zeros(0, np.uint8)
        first = parts[0][:1]
        if all(part.size == 1 and part[0] == first[0] for part in parts):
            return first.copy()
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([np.broadcast_to(part, count) for part, count in zip(parts, self._counts, strict=True)])


def _picked(values: UInt8, chosen: Bools, count: int) -> UInt8:
    """Return the chosen values, a single one where all are the same."""
    return squeeze(values.flatten() if count == values.size else values[chosen])


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
        mask: Bools | None,
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
            bool of the box's shape; None for every voxel of it.
        new_labels, new_states
            One value, or uint8 of the box's shape.
        """
        changed = _Changed(labels[box.slices], states[box.slices], mask, new_labels, new_states)
        found = changed.box()
        if found is None:
            return None
        tight, of_labels, of_states = found
        bits, label_pair, state_pair = changed.within(tight, labels=of_labels, states=of_states)
        moved = [tuple(at + by for at, by in zip(corner, box.start_kji, strict=True)) for corner in (tight.start_kji, tight.stop_kji)]
        placed = Box((moved[0][0], moved[0][1], moved[0][2]), (moved[1][0], moved[1][1], moved[1][2]))
        return cls(placed, bits, *label_pair, *state_pair, name, author)

    @property
    def mask(self) -> Bools:
        """Bool of the box's shape."""
        shape = self.box.shape_kji
        return np.unpackbits(self.mask_bits, count=int(np.prod(shape))).astype(bool).reshape(shape)

    @property
    def full_planes(self) -> Bools:
        """Bool [planes of the box]: those whose voxels all belong to the edit; never one where planes share bytes of the mask."""
        depth, rows, columns = self.box.shape_kji
        if rows * columns % 8:
            return np.zeros(depth, bool)
        planes = np.ascontiguousarray(self.mask_bits).reshape(depth, -1)
        if not (planes[:, 0] == FULL_BYTE).any():
            return np.zeros(depth, bool)
        # eight bytes at once and no array of the mask's size: new pages cost more than reading the bits
        words = planes.view(np.uint64) if planes.shape[1] % 8 == 0 else planes
        full: Bools = np.bitwise_and.reduce(words, axis=1) == np.iinfo(words.dtype).max
        return full

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = (self.mask_bits, self.before, self.after, self.states_before, self.states_after)
        return sum(a.nbytes for a in arrays)

    def with_labels(self, labels: UInt8) -> LabelEdit:
        """Return an edit that also says the labels of its voxels, where it left them alone.

        What stands behind voxels alone is carried out on whatever is there; this one brings along what the person saw.

        Parameters
        ----------
        labels
            uint8 [k, j, i], the whole map.
        """
        if self.before.size:
            return self
        seen = squeeze(labels[self.box.slices][self.mask])
        return replace(self, before=seen, after=seen)

    def write_after(self, labels: UInt8, states: UInt8, full: Bools | None = None) -> None:
        """Set the voxels of the edit to their new values; ``full`` is :attr:`full_planes` where it is known."""
        full = self.full_planes if full is None else full
        self._write(labels, self.after, full)
        self._write(states, self.states_after, full)

    def write_before(self, labels: UInt8, states: UInt8, full: Bools | None = None) -> None:
        """Set the voxels of the edit to their old values; ``full`` is :attr:`full_planes` where it is known."""
        full = self.full_planes if full is None else full
        self._write(labels, self.before, full)
        self._write(states, self.states_before, full)

    def _write(self, array: UInt8, values: UInt8, full: Bools) -> None:
        if not values.size:
            return
        region, shape = array[self.box.slices], self.box.shape_kji
        step, plane, taken = _planes_at_once(shape), shape[1] * shape[2], 0
        for first in range(0, shape[0], step):
            part = region[first : first + step]
            bits = self.mask_bits[first * plane // 8 : -(-(first + len(part)) * plane // 8)]
            # planes that share a byte are never said to be full
            if values.size == 1 and (full[first : first + step].all() or (plane % 8 and (bits == FULL_BYTE).all())):
                part[...] = values
                continue
            chosen = np.unpackbits(bits, count=part.size).view(bool).reshape(part.shape)
            if values.size == 1:
                np.copyto(part, values[0], where=chosen)
                continue
            count = int(np.count_nonzero(chosen))
            part[chosen] = values[taken : taken + count]
            taken += count


class _Changed:
    """What an edit would change within a box. It is looked at in chunks that fit into the cache: a whole scan takes no array of its own."""

    def __init__(self, labels: UInt8, states: UInt8, mask: Bools | None, new_labels: UInt8 | int, new_states: UInt8 | int) -> None:
        self._pairs = ((labels, new_labels), (states, new_states))
        self._mask = mask

    def _chunk(self, planes: slice) -> tuple[Bools, bool, bool]:
        """Return which voxels of some planes change, and whether their labels and their states do."""
        differ = [old[planes] != _part(new, planes) for old, new in self._pairs]
        if self._mask is not None:
            differ = [one & self._mask[planes] for one in differ]
        return differ[0] | differ[1], bool(differ[0].any()), bool(differ[1].any())

    def box(self) -> tuple[Box, bool, bool] | None:
        """Return the smallest box that holds every voxel that changes, and whether labels and states change at all."""
        old = self._pairs[0][0]
        shape = (old.shape[0], old.shape[1], old.shape[2])
        rows, columns, ks = np.zeros(shape[1], bool), np.zeros(shape[2], bool), np.zeros(shape[0], bool)
        step, labels, states = _planes_at_once(shape), False, False
        for first in range(0, shape[0], step):
            planes = slice(first, min(first + step, shape[0]))
            chosen, of_labels, of_states = self._chunk(planes)
            if not (of_labels or of_states):
                continue
            labels, states = labels or of_labels, states or of_states
            ks[planes] = chosen.any(axis=(1, 2))
            flat = np.logical_or.reduce(chosen, axis=0)
            rows |= flat.any(axis=1)
            columns |= flat.any(axis=0)
        if not (labels or states):
            return None
        (k0, k1), (j0, j1), (i0, i1) = (map(int, np.flatnonzero(hit)[[0, -1]]) for hit in (ks, rows, columns))
        return Box((k0, j0, i0), (k1 + 1, j1 + 1, i1 + 1)), labels, states

    def within(self, box: Box, *, labels: bool, states: bool) -> tuple[UInt8, tuple[UInt8, UInt8], tuple[UInt8, UInt8]]:
        """Return the bits of what changes within a box, and the old and new values of labels and of states where they change."""
        inner = box.slices
        cut = [(old[inner], new[inner] if isinstance(new, np.ndarray) and new.ndim else new) for old, new in self._pairs]
        part = _Changed(*(cut[0][0], cut[1][0]), None if self._mask is None else self._mask[inner], *(cut[0][1], cut[1][1]))
        bits, pairs = [], (_Pair(), _Pair())
        step = _planes_at_once(box.shape_kji)
        for first in range(0, box.shape_kji[0], step):
            planes = slice(first, min(first + step, box.shape_kji[0]))
            chosen = part._chunk(planes)[0]
            bits.append(np.packbits(chosen.reshape(-1)))
            count = int(np.count_nonzero(chosen))
            for wanted, pair, (old, new) in zip((labels, states), pairs, cut, strict=True):
                if wanted and count:
                    pair.take(old[planes], _part(new, planes), chosen, count)
        return np.concatenate(bits), pairs[0].arrays(), pairs[1].arrays()


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
