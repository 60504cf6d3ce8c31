"""Dice of a network on held-back slices, on the scans' own grids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from gf_desktop.imaging.borders import allow_for_borders, border_reach
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.paired import BLOCK_SLICES, PairedCounts, blocks
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.inference.segmenter import labels_from_logits
from training.dataset import SliceSet, ValidationScan
from training.losses import merge_unknown
from training.networks import Taps

__all__ = ["Scores", "Units", "judge_scans", "judge_slices", "predict_classes"]

FORWARD_BATCH = 8


Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Voxels of the structures by block of neighbouring slices, without the background.

    Attributes
    ----------
    both, predicted, reference
        int64 [units, structures]: voxels of a mask that are right, all that it has, and all of the reference.
    scans
        int64 [units]: number of the scan that a unit is of.
    """

    both: Int64
    predicted: Int64
    reference: Int64
    scans: Int64

    def beside(self, before: Units) -> PairedCounts:
        """Return these beside another network's of the same slices, which come first."""
        both, predicted = np.stack([before.both, self.both]), np.stack([before.predicted, self.predicted])
        return PairedCounts(both, predicted, self.reference, self.scans)


@dataclass(frozen=True, slots=True)
class Scores:
    """Dice per structure; None where neither reference nor prediction has a voxel.

    ``mean`` is over the structures that have a value, None where there is none; ``units`` is what the Dice was reckoned from.
    """

    dice: dict[str, float | None]
    units: Units | None = field(default=None, compare=False, repr=False)

    @property
    def mean(self) -> float | None:
        """Mean over the structures that have a value."""
        values = [v for v in self.dice.values() if v is not None]
        return float(np.mean(values)) if values else None


def _scores(table: LabelTable, counts: Int64) -> Scores:
    """Return scores of counts by unit, int64 [units, 3, classes]: right, predicted, reference."""
    overlap, both = counts[:, 0].sum(axis=0), counts[:, 1:].sum(axis=(0, 1))
    return Scores({s.name: None if both[c] == 0 else 2.0 * int(overlap[c]) / int(both[c]) for c, s in enumerate(table, start=1)})


def _with_units(table: LabelTable, counts: Int64, scans: Int64) -> Scores:
    """Return scores that know their units; ``scans`` int64 [units] says which scan each is of."""
    right, drawn, reference = (counts[:, n, 1:] for n in range(3))
    return replace(_scores(table, counts), units=Units(right, drawn, reference, scans))


def _count(predicted: npt.NDArray[np.uint8], reference: npt.NDArray[np.uint8], classes: int) -> Int64:
    """Return the voxels of each class, int64 [3, classes]: right, predicted, reference."""
    parts = (reference[predicted == reference], predicted.reshape(-1), reference.reshape(-1))
    return np.stack([np.bincount(part, minlength=classes) for part in parts]).astype(np.int64)


def _logits(network: nn.Module, batch: Tensor) -> Tensor:
    there = next(network.parameters(), batch).device
    taps: Taps = network(batch.to(there).to(memory_format=torch.channels_last))
    return taps.logits.cpu()


def predict_classes(
    network: nn.Module, source: SliceSource, slices: Iterable[int], *, between: Callable[[], None] | None = None
) -> npt.NDArray[np.uint8]:
    """Return uint8 [slices, rows, cols] class numbers on the scan's planes, as the desktop would compute them.

    Parameters
    ----------
    network
        In evaluation mode.
    slices
        Slice numbers in the spec's order.
    between
        Called before each slice; it may raise to give up.
    """
    planes = []
    for index in slices:
        if between is not None:
            between()
        with torch.no_grad():
            logits = _logits(network, torch.from_numpy(source.network_input(index))[None])[0].numpy()
        planes.append(labels_from_logits(logits, source)[0])
    return np.stack(planes)


def judge_scans(
    network: nn.Module, scans: tuple[ValidationScan, ...], table: LabelTable, *, between: Callable[[], None] | None = None
) -> Scores:
    """Return Dice over all held-back voxels of a round; a border that nobody drew may lie aside, as for the gate.

    The network is left in evaluation mode.
    """
    network.eval()
    classes = len(table) + 1
    counts, of = [np.zeros((0, 3, classes), np.int64)], []
    for number, scan in enumerate(scans):
        predicted = predict_classes(network, scan.source, scan.slices, between=between)
        if scan.drawn is not None:
            reach = border_reach(scan.source.geometry, scan.source.spec)
            for plane, reference, drawn in zip(predicted, scan.classes, scan.drawn, strict=True):
                plane[...] = allow_for_borders(plane, reference, drawn, reach)
        units = blocks(list(scan.slices))
        ends = np.cumsum([len(unit) for unit in units])
        for end, unit in zip(ends, units, strict=True):
            part = slice(end - len(unit), end)
            counted = scan.counted[part]
            counts.append(_count(predicted[part][counted], scan.classes[part][counted], classes)[None])
            of.append(number)
    return _with_units(table, np.concatenate(counts), np.array(of, np.int64))


def judge_slices(
    network: nn.Module, slices: SliceSet, spec: PreprocessSpec, table: LabelTable, *, between: Callable[[], None] | None = None
) -> Scores:
    """Return Dice on supervised pixels of slices of the working grid. The network is left in evaluation mode.

    Classes that are unknown there count as background, in which they may be. Which slices are of one scan is not known: neighbours in the
    set are a block.
    """
    network.eval()
    classes = len(table) + 1
    counts = np.zeros((-(-len(slices) // BLOCK_SLICES), 3, classes), np.int64)
    for start in range(0, len(slices), FORWARD_BATCH):
        if between is not None:
            between()
        part = slices.subset(torch.arange(start, min(start + FORWARD_BATCH, len(slices))))
        with torch.no_grad():
            logits = _logits(network, (part.images - spec.mean) / spec.std)
        if part.unknown:
            unknown = torch.zeros(1, classes, 1, 1, dtype=torch.bool)
            unknown[:, list(part.unknown)] = True
            logits = merge_unknown(logits, unknown)
        predicted = logits.argmax(dim=1)
        counted = part.supervised[:, 0].numpy() > 0
        reference = part.targets.argmax(dim=1).numpy().astype(np.uint8)
        drawn = predicted.numpy().astype(np.uint8)
        for n, (one, right, where) in enumerate(zip(drawn, reference, counted, strict=True), start):
            counts[n // BLOCK_SLICES] += _count(one[where], right[where], classes)
    return _with_units(table, counts, np.zeros(len(counts), np.int64))
