"""What correcting a slice may be worth: how much of it is likely to be wrong, and how unlike it is what was seen already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.labelmap import LabelTable, VoxelState

__all__ = ["BINS", "LABELS", "SliceWorths", "empty_worths", "measure_slices"]

Float32 = npt.NDArray[np.float32]
UInt8 = npt.NDArray[np.uint8]

LABELS: Final = 256
BINS: Final = 12
"""Of the histogram of a slice's intensities."""

STEP_PX: Final = 8
"""Intensities are taken from every eighth pixel of every eighth row."""

DISPUTED: Final = 0.5
"""Where two students disagree the proposal is wrong at least as often as this."""


@dataclass(frozen=True, slots=True, eq=False)
class SliceWorths:
    """What is known of each stored slice of a scan. Arrays over slices n and label values 0 to 255, which of them are in use only.

    Attributes
    ----------
    labels
        uint8 [m]: label values that the columns stand for; 0 is background.
    wrong
        float32 [n, m]: voxels of each label that are expected to be wrong, of those that nobody has reviewed.
    disputed
        int32 [n]: voxels that nobody has reviewed and about which two students disagree.
    unreviewed
        int32 [n, m]: voxels of each label that a student proposed and nobody has reviewed.
    open
        int32 [n]: all voxels that nobody has reviewed.
    area
        int32 [n, m]: voxels of each label.
    greys
        float32 [n, BINS]: histogram of the intensities, of sum 1.
    place
        int16 [n, 2]: i and j of the middle of what is expected to be wrong; -1 where nothing is.
    """

    labels: UInt8
    wrong: Float32
    disputed: npt.NDArray[np.int32]
    unreviewed: npt.NDArray[np.int32]
    open: npt.NDArray[np.int32]
    area: npt.NDArray[np.int32]
    greys: Float32
    place: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.open)

    def column(self, label: int) -> int | None:
        """Return the column of a label value; None where it has none."""
        found = np.flatnonzero(self.labels == label)
        return int(found[0]) if found.size else None


def empty_worths(slices: int, table: LabelTable) -> SliceWorths:
    """Return worths of a scan of which nothing is known yet."""
    labels = np.array([0, *table.ids], np.uint8)
    shape = (slices, len(labels))
    return SliceWorths(
        labels,
        np.zeros(shape, np.float32),
        np.zeros(slices, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(slices, np.int32),
        np.zeros(shape, np.int32),
        np.zeros((slices, BINS), np.float32),
        np.full((slices, 2), -1, np.int16),
    )


def measure_slices(
    worths: SliceWorths,
    voxels: npt.NDArray[Any],
    labels: UInt8,
    states: UInt8,
    confidence: UInt8 | None,
    *,
    disputed: npt.NDArray[np.bool_] | None = None,
    slices: Iterable[int] | None = None,
) -> None:
    """Measure slices of a scan, in place.

    A proposal of probability p is expected to be wrong with 1 − p, and where two students disagree with at least one half.

    Parameters
    ----------
    voxels
        [k, j, i] or [k, j, i, 3].
    labels, states
        uint8 [k, j, i].
    confidence
        uint8 [k, j, i], the student's probability of the label, 0 to 255; None where it is not known: then only disputed voxels count.
    disputed
        bool [k, j, i], where two students disagree.
    slices
        Stored slices to measure; None for all.
    """
    low, high = _range(voxels)
    for k in range(len(labels)) if slices is None else slices:
        of_slice, state = labels[k], states[k]
        proposed = state == VoxelState.PROPOSED
        worths.open[k] = np.count_nonzero(state < VoxelState.ACCEPTED)
        worths.area[k] = np.bincount(of_slice.reshape(-1), minlength=LABELS)[worths.labels]
        worths.greys[k] = _histogram(voxels[k], low, high)
        chosen = of_slice[proposed]
        worths.unreviewed[k] = np.bincount(chosen, minlength=LABELS)[worths.labels]
        # without a confidence the student is taken at its word
        doubt = np.zeros(chosen.size, np.float32) if confidence is None else 1.0 - confidence[k][proposed].astype(np.float32) / 255.0
        worths.disputed[k] = 0
        if disputed is not None:
            fought = disputed[k][proposed]
            worths.disputed[k] = np.count_nonzero(fought)
            np.copyto(doubt, np.maximum(doubt, np.float32(DISPUTED)), where=fought)
        worths.wrong[k] = np.bincount(chosen, weights=doubt, minlength=LABELS)[worths.labels]
        worths.place[k] = _middle(proposed, doubt)


def _range(voxels: npt.NDArray[Any]) -> tuple[float, float]:
    coarse = voxels[:: max(1, len(voxels) // 32), ::STEP_PX, ::STEP_PX]
    low, high = np.percentile(coarse, (1.0, 99.0))
    return float(low), float(max(high, low + 1e-6))


def _histogram(plane: npt.NDArray[Any], low: float, high: float) -> Float32:
    coarse = np.clip(np.asarray(plane[::STEP_PX, ::STEP_PX], np.float32), low, high)
    counts, _edges = np.histogram(coarse, BINS, (low, high))
    shares: Float32 = (counts / max(1, counts.sum())).astype(np.float32)
    return shares


def _middle(proposed: npt.NDArray[np.bool_], doubt: Float32) -> tuple[int, int]:
    total = float(doubt.sum())
    if total <= 0:
        return (-1, -1)
    weights = np.zeros(proposed.shape, np.float32)
    weights[proposed] = doubt
    down, across = (weights.sum(axis=axis, dtype=np.float64) for axis in (1, 0))
    return round(float(across @ np.arange(len(across))) / total), round(float(down @ np.arange(len(down))) / total)
