"""Voxels of two students and a reference, counted slice by slice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.paired import PairedCounts

__all__ = ["JudgedSet", "Tally"]

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSet:
    """One set of slices as both students did on it.

    Attributes
    ----------
    names
        Of the structures, in the order of the counts.
    counts
        Of active (first) and candidate (second), by unit.
    slices
        In how many slices each structure is, drawn or in the reference.
    of
        How many slices there are.
    """

    names: tuple[str, ...]
    counts: PairedCounts
    slices: tuple[int, ...]
    of: int


class Tally:
    """Counts voxels of both students and the reference by unit.

    Parameters
    ----------
    table
        Structures that are counted.
    """

    def __init__(self, table: LabelTable) -> None:
        self._names, self._ids = table.names, np.array(table.ids, np.intp)
        self._units: dict[Hashable, npt.NDArray[np.int64]] = {}
        self._scans: dict[Hashable, int] = {}
        self._seen: list[set[Hashable]] = [set() for _ in self._names]
        self._slices: set[Hashable] = set()

    def add(self, active: UInt8, candidate: UInt8, reference: UInt8, *, scan: int, unit: Hashable, plane: Hashable) -> None:
        """Count three uint8 label arrays of one shape: voxels of one slice, or of a part of it.

        Parameters
        ----------
        scan
            Number of the scan that the voxels are of.
        unit
            What the slice is drawn with, such as a block of neighbours; within the scan.
        plane
            Which slice it is, within the scan.
        """
        rows = np.zeros((5, len(self._ids)), np.int64)
        for row, labels in (
            (0, reference),
            (1, active),
            (2, candidate),
            (3, reference[active == reference]),
            (4, reference[candidate == reference]),
        ):
            rows[row] = np.bincount(labels.reshape(-1), minlength=256)[self._ids]
        key = (scan, unit)
        self._units[key] = self._units[key] + rows if key in self._units else rows
        self._scans[key] = scan
        self._slices.add((scan, plane))
        for number in np.flatnonzero(rows[:3].any(axis=0)):
            self._seen[number].add((scan, plane))

    def judged(self) -> JudgedSet | None:
        """Return what was counted, or None where nothing was."""
        if not self._units:
            return None
        table = np.stack(list(self._units.values()))
        reference, active, candidate, active_right, candidate_right = (table[:, row] for row in range(5))
        scans = np.array(list(self._scans.values()), np.int64)
        counts = PairedCounts(np.stack([active_right, candidate_right]), np.stack([active, candidate]), reference, scans)
        return JudgedSet(self._names, counts, tuple(len(seen) for seen in self._seen), len(self._slices))
