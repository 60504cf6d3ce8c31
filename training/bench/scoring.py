"""Scores of a network on a task: each case as a whole, missed and spurious structures counted against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import binary_erosion, distance_transform_edt
from torch import nn

from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.dataset import SliceSet
from training.networks import Taps

__all__ = ["CaseScores", "outline_distance", "score"]

FORWARD_BATCH = 16

HAUSDORFF_PERCENTILE = 95.0


@dataclass(frozen=True, slots=True)
class CaseScores:
    """Dice of every case.

    Attributes
    ----------
    dice
        By structure: the mean over the cases in which reference or prediction has it.
    mean
        Over structures.
    hd95_px
        95th percentile of the distances between the outlines, both directions pooled, in pixels: the mean over structures of the mean
        over the images in which reference or prediction has it. One that is missed or spurious in an image counts as the image's diagonal.
    missed, spurious
        Number of (case, structure) with a reference and no prediction, and the other way round. Each scores Dice 0;
        a structure that both leave out is not scored.
    """

    dice: dict[str, float]
    mean: float
    hd95_px: float
    missed: int
    spurious: int


def outline_distance(predicted: npt.NDArray[np.bool_], reference: npt.NDArray[np.bool_]) -> float | None:
    """Return the 95th percentile of the distances between two outlines in pixels, both directions pooled.

    Parameters
    ----------
    predicted, reference
        bool [rows, cols].

    Returns
    -------
    None where both are empty, the diagonal of the image where one is.
    """
    if not predicted.any() and not reference.any():
        return None
    if not predicted.any() or not reference.any():
        return float(np.hypot(*reference.shape))
    outlines = [mask & ~binary_erosion(mask) for mask in (predicted, reference)]
    away = [distance_transform_edt(~outline) for outline in outlines]
    return float(np.percentile(np.concatenate([away[1][outlines[0]], away[0][outlines[1]]]), HAUSDORFF_PERCENTILE))


def score(network: nn.Module, slices: SliceSet, cases: tuple[int, ...], *, spec: PreprocessSpec, table: LabelTable) -> CaseScores:
    """Return the scores of a network on slices that belong to cases. The network is left in evaluation mode.

    Parameters
    ----------
    cases
        The case of each slice, from 0.
    """
    network.eval()
    classes = len(table) + 1
    count = max(cases) + 1
    overlap, predicted_px, reference_px = (np.zeros((count, classes), np.int64) for _ in range(3))
    distances: list[list[float]] = [[] for _ in range(classes)]
    for start in range(0, len(slices), FORWARD_BATCH):
        index = torch.arange(start, min(start + FORWARD_BATCH, len(slices)))
        part = slices.subset(index)
        with torch.no_grad():
            images = ((part.images - spec.mean) / spec.std).to(memory_format=torch.channels_last)
            taps: Taps = network(images)
        predicted = taps.logits.argmax(dim=1).numpy()
        reference = part.targets.argmax(dim=1).numpy()
        for structure in range(1, classes):
            pairs = zip(predicted == structure, reference == structure, strict=True)
            distances[structure] += [distance for pair in pairs if (distance := outline_distance(*pair)) is not None]
        for row, one in enumerate(index.tolist()):
            case = cases[one]
            overlap[case] += np.bincount(reference[row][predicted[row] == reference[row]], minlength=classes)
            predicted_px[case] += np.bincount(predicted[row].reshape(-1), minlength=classes)
            reference_px[case] += np.bincount(reference[row].reshape(-1), minlength=classes)
    overlap, predicted_px, reference_px = overlap[:, 1:], predicted_px[:, 1:], reference_px[:, 1:]
    both = predicted_px + reference_px
    dice = np.where(both > 0, 2.0 * overlap / np.maximum(both, 1), np.nan)
    by_structure = {s.name: float(np.nanmean(dice[:, n])) for n, s in enumerate(table) if np.isfinite(dice[:, n]).any()}
    mean = float(np.mean(list(by_structure.values()))) if by_structure else 0.0
    missed = int(((reference_px > 0) & (predicted_px == 0)).sum())
    away = [float(np.mean(found)) for found in distances[1:] if found]
    spurious = int(((reference_px == 0) & (predicted_px > 0)).sum())
    return CaseScores(by_structure, mean, float(np.mean(away)) if away else 0.0, missed, spurious)
