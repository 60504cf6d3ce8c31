"""Masks: which structure each voxel belongs to and how far a person stands behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from gf_desktop.errors import ModelError, ProjectError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.memory import sparse_zeros

__all__ = ["LabelMap", "LabelTable", "Structure", "VoxelState"]

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

MIXED = 0xFF
"""Stands for a slice whose voxels may have several states."""

LONGEST_NAME = 200
"""Letters of a structure's name or code."""


class VoxelState(IntEnum):
    """How far a person stands behind a voxel's label."""

    UNSEEN = 0
    """Nobody and nothing has looked at it."""
    PROPOSED = 1
    """A student predicted it."""
    ACCEPTED = 2
    """A person approved it as it was."""
    EDITED = 3
    """A person painted it."""


@dataclass(frozen=True, slots=True)
class Structure:
    """One anatomical structure: id 1 to 255, name, colour as #rrggbb, and its code in a terminology such as "SCT 10200004", or ""."""

    id: int
    name: str
    color: str
    code: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.id <= 255 or not self.name.strip() or not _COLOUR.fullmatch(self.color):
            raise ModelError(
                f"Structure {self.id} “{self.name}” with colour “{self.color}” is not valid",
                next_step="Use ids 1 to 255, a name and a colour such as #e69f00.",
            )
        if not (self.name + self.code).isprintable() or max(len(self.name), len(self.code)) > LONGEST_NAME:
            raise ModelError(
                f"The name or code of structure {self.id} is not one line of at most {LONGEST_NAME} letters",
                next_step="Choose a shorter name, on one line.",
            )

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green and blue, 0 to 255."""
        return (int(self.color[1:3], 16), int(self.color[3:5], 16), int(self.color[5:7], 16))


@dataclass(frozen=True, slots=True)
class LabelTable:
    """The structures of a project or model; id 0 is background and not listed.

    Raises
    ------
    ModelError
        When an id or a name occurs twice.
    """

    structures: tuple[Structure, ...]

    def __post_init__(self) -> None:
        ids, names = [s.id for s in self.structures], [s.name for s in self.structures]
        if len(set(ids)) != len(ids) or len(set(names)) != len(names):
            raise ModelError("Two structures share an id or a name", next_step="Give each structure its own id and name.")

    def __iter__(self) -> Iterator[Structure]:
        return iter(self.structures)

    def __len__(self) -> int:
        return len(self.structures)

    @property
    def ids(self) -> tuple[int, ...]:
        """Label values in the order of the network's classes 1, 2, ..."""
        return tuple(s.id for s in self.structures)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the same order."""
        return tuple(s.name for s in self.structures)

    def by_id(self, label: int) -> Structure:
        """Return the structure with a label value; KeyError where there is none."""
        for structure in self.structures:
            if structure.id == label:
                return structure
        raise KeyError(label)

    def by_name(self, name: str) -> Structure:
        """Return the structure with a name; KeyError where there is none."""
        for structure in self.structures:
            if structure.name == name:
                return structure
        raise KeyError(name)

    def class_to_id(self) -> npt.NDArray[np.uint8]:
        """Return uint8 [classes]: the label value of each network class, background first."""
        return np.array([0, *self.ids], dtype=np.uint8)

    def id_to_class(self) -> npt.NDArray[np.uint8]:
        """Return uint8 [256]: the network class of each label value; 0 for values not in the table."""
        lookup = np.zeros(256, dtype=np.uint8)
        for index, label in enumerate(self.ids, start=1):
            lookup[label] = index
        return lookup

    def as_json(self) -> list[dict[str, Any]]:
        """Return [{id, name, color}], with "code" where a structure has one: lists without codes read as they always did."""
        return [{"id": s.id, "name": s.name, "color": s.color} | ({"code": s.code} if s.code else {}) for s in self.structures]

    @classmethod
    def from_json(cls, document: list[dict[str, Any]]) -> LabelTable:
        """Return the table that ``as_json`` wrote; further keys are ignored.

        Raises
        ------
        ModelError
            When a key is missing or a value is not valid.
        """
        try:
            return cls(tuple(Structure(int(d["id"]), str(d["name"]), str(d["color"]), str(d.get("code", ""))) for d in document))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(f"The list of structures is not readable: {error!r}", next_step="Expected [{id, name, color}].") from error


class LabelMap:
    """Labels and voxel states of one scan.

    Parameters
    ----------
    geometry
        The scan's grid.
    table
        Names of the label values.
    labels
        uint8 [k, j, i]. Default: all background.
    states
        uint8 [k, j, i] of ``VoxelState``. Default: all unseen.
    copy
        Whether the arrays are copied; else they are the map's own from now on.

    Signals: ``changed(Box)`` after each change, with the voxels that may differ.
    """

    changed = Signal(Box)

    def __init__(
        self,
        geometry: Geometry,
        table: LabelTable,
        labels: npt.NDArray[np.uint8] | None = None,
        states: npt.NDArray[np.uint8] | None = None,
        *,
        copy: bool = True,
    ) -> None:
        shape = geometry.shape_kji
        for name, array in (("labels", labels), ("states", states)):
            if array is not None and (array.shape != shape or array.dtype != np.uint8):
                raise ProjectError(
                    f"Mask {name} of shape {array.shape} and type {array.dtype} do not fit a scan of {shape}",
                    next_step="Open the mask that belongs to this scan.",
                )
        self.geometry = geometry
        self.table = table
        self.labels = sparse_zeros(shape) if labels is None else labels.copy() if copy else labels
        self.states = sparse_zeros(shape) if states is None else states.copy() if copy else states
        self.revision = 0
        # voxels that a person stands behind, and proposed ones, of each slice; kept up to date box by box: counting a large scan anew
        # after each stroke would be felt
        self._counts = np.zeros((2, shape[0]), np.int64) if states is None else self._counts_in(Box.whole(shape))

    def recount(self) -> None:
        """Count again what is known of each slice, after the arrays were changed from outside."""
        self._counts = self._counts_in(Box.whole(self.geometry.shape_kji))

    def _counts_in(self, box: Box, filled: npt.NDArray[np.uint8] | None = None) -> npt.NDArray[np.int64]:
        """Return int64 [2, slices of the box]: accepted or edited voxels, and proposed ones. Slice by slice, which stays in the cache.

        Parameters
        ----------
        filled
            uint8 [slices of the box]: the state that all voxels of a slice are known to have, MIXED where they have to be counted.
        """
        region = self.states[box.slices]
        counts, met = np.empty((2, len(region)), np.int64), np.empty(region.shape[1:], bool)
        # one buffer for all slices, and numbers of the array's own type: a fifth of the time
        accepted, proposed = np.uint8(VoxelState.ACCEPTED), np.uint8(VoxelState.PROPOSED)
        for k, plane in enumerate(region):
            if filled is not None and filled[k] != MIXED:
                counts[:, k] = plane.size * (filled[k] >= accepted), plane.size * (filled[k] == proposed)
                continue
            np.greater_equal(plane, accepted, out=met)
            counts[0, k] = np.count_nonzero(met)
            np.equal(plane, proposed, out=met)
            counts[1, k] = np.count_nonzero(met)
        return counts

    def apply(self, edit: LabelEdit) -> None:
        """Carry out an edit."""
        full = edit.full_planes
        self._change(edit.box, lambda: edit.write_after(self.labels, self.states, full), _filled(full, edit.states_after))

    def revert(self, edit: LabelEdit) -> None:
        """Take an edit back; the map must be as the edit left it."""
        full = edit.full_planes
        self._change(edit.box, lambda: edit.write_before(self.labels, self.states, full), _filled(full, edit.states_before))

    def _change(self, box: Box, write: Callable[[], None], filled: npt.NDArray[np.uint8] | None = None) -> None:
        """Write within a box, count again and tell; ``filled`` as :meth:`_counts_in` takes it, after writing."""
        ks = box.slices[0]
        if box.shape_kji[1:] == self.states.shape[1:]:
            write()
            self._counts[:, ks] = self._counts_in(box, filled)
        else:
            before = self._counts_in(box)
            write()
            self._counts[:, ks] += self._counts_in(box) - before
        self.announce(box)

    def announce(self, box: Box) -> None:
        """Tell that voxels of a box may differ; on the thread that owns the map."""
        self.revision += 1
        self.changed.emit(box)

    def propose(
        self,
        labels: npt.NDArray[np.uint8],
        box: Box,
        *,
        protect: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Take over a student's labels within a box wherever no person has accepted or edited.

        Parameters
        ----------
        labels
            uint8 of the box's shape.
        protect
            bool [256]: label values that stay whatever their state, because the student does not know them; None for none.
        """
        region = box.slices

        def write() -> None:
            for new, old, states in zip(labels, self.labels[region], self.states[region], strict=True):
                free = states <= VoxelState.PROPOSED
                if protect is not None:
                    free &= ~protect[old]
                # labels that are written take memory, see gf_desktop.memory.sparse_zeros
                np.copyto(old, new, where=free & (new != old))
                np.copyto(states, np.uint8(VoxelState.PROPOSED), where=free)

        self._change(box, write)

    def propose_quietly(self, labels: npt.NDArray[np.uint8], *, protect: npt.NDArray[np.bool_] | None = None) -> list[Box]:
        """Do what :meth:`propose` does with a whole scan, on any thread, and tell nobody; nothing else may change the map meanwhile.

        Parameters
        ----------
        labels
            uint8 [k, j, i].

        Returns
        -------
        The slices in which anything changed, for :meth:`announce`.
        """
        changed = []
        for k, (new, old, states) in enumerate(zip(labels, self.labels, self.states, strict=True)):
            free = states <= VoxelState.PROPOSED
            if protect is not None:
                free &= ~protect[old]
            differs = free & (new != old)
            if not (differs.any() or (free & (states != VoxelState.PROPOSED)).any()):
                continue
            np.copyto(old, new, where=differs)
            np.copyto(states, np.uint8(VoxelState.PROPOSED), where=free)
            changed.append(Box((k, 0, 0), (k + 1, *old.shape)))
            self._counts[:, k : k + 1] = self._counts_in(changed[-1])
        return changed

    def reviewed_slices(self) -> list[int]:
        """Return the k of slices in which every voxel is accepted or edited."""
        _slices, rows, columns = self.geometry.shape_kji
        return [int(k) for k in np.flatnonzero(self._counts[0] == rows * columns)]

    def touched_slices(self) -> list[int]:
        """Return the k of slices in which a person accepted or edited any voxel."""
        return [int(k) for k in np.flatnonzero(self._counts[0])]

    @property
    def has_proposals(self) -> bool:
        """Whether a student's label stands anywhere that nobody has reviewed."""
        return bool(self._counts[1].any())

    def volumes_ml(self) -> dict[str, float]:
        """Return the volume of each structure in millilitres."""
        counts = np.bincount(self.labels.reshape(-1), minlength=256)
        return {s.name: float(counts[s.id]) * self.geometry.voxel_ml for s in self.table}


def _filled(full: npt.NDArray[np.bool_], states: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """Return the state that an edit gives all voxels of each plane of its box, MIXED where it does not; None where it never does.

    Where a whole scan is accepted, or no longer, counting would take several times as long as writing.
    """
    return np.where(full, states[0], np.uint8(MIXED)) if states.size == 1 else None
