"""What one slice of a mask amounts to: its state, its doubt, its voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.labelmap import LabelMap, VoxelState

__all__ = ["SliceSummary", "summarise_slice"]

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SliceSummary:
    """One cell of the slice strip.

    Attributes
    ----------
    state
        The furthest state that any voxel of the slice has.
    reviewed
        Whether every voxel is accepted or edited.
    doubt
        Voxels' worth of doubt for each voxel of a structure, 0 to 1; None where nothing was predicted.
    counts, reviewed_counts
        Voxels of each label value, and those of them that are accepted or edited; length 256.
    """

    state: VoxelState
    reviewed: bool
    doubt: float | None
    counts: tuple[int, ...]
    reviewed_counts: tuple[int, ...]


def _plane(voxels_kji: npt.NDArray[Any], axis: int, index: int) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = voxels_kji[(slice(None),) * (2 - axis) + (index,)]
    return found


def summarise_slice(
    label_map: LabelMap,
    index: int,
    *,
    axis: int = 2,
    confidence: UInt8 | None = None,
) -> SliceSummary:
    """Return the state, doubt and voxel counts of one slice.

    Parameters
    ----------
    label_map
        Labels and states of the scan.
    index
        Slice number along ``axis``.
    axis
        Stored grid axis that the slice lies across: 0 = i, 1 = j, 2 = k.
    confidence
        uint8 [k, j, i] of the student's prediction. Doubt is the sum of its missing probability over voxels that nobody has
        reviewed, divided by the number of the slice's voxels in structures.
    """
    labels = _plane(label_map.labels, axis, index)
    states = _plane(label_map.states, axis, index)
    # one count of both: labels of voxels that a person stands behind are 256 further up
    both = np.bincount((labels + np.uint16(256) * (states >= VoxelState.ACCEPTED)).reshape(-1), minlength=512)
    reviewed_counts = both[256:]
    counts = both[:256] + reviewed_counts
    doubt = None
    if confidence is not None and states.max() > VoxelState.UNSEEN:
        sure = _plane(confidence, axis, index)
        open_voxels = states == VoxelState.PROPOSED
        missing = float(255 * np.count_nonzero(open_voxels) - int(sure[open_voxels].sum(dtype=np.int64))) / 255.0
        doubt = min(1.0, missing / max(1, int(counts[1:].sum())))
    return SliceSummary(
        state=VoxelState(int(states.max())),
        reviewed=bool(states.min() >= VoxelState.ACCEPTED),
        doubt=doubt,
        counts=tuple(counts.tolist()),
        reviewed_counts=tuple(reviewed_counts.tolist()),
    )
