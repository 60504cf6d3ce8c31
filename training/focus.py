"""Small structures: views around them, and a larger weight in supervision, so that a lesion of few pixels is learned.

Drawn evenly, a structure that fills a thousandth of the labelled pixels is in few views, and where it is in one it is a thousandth of the
cross-entropy. Larger ones are left as they are: where there are no small ones, nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from training.augment import Views
from training.batches import pick
from training.dataset import SliceSet

__all__ = ["LARGEST_CLASS_WEIGHT", "SMALL_SHARE", "Focus", "focus_of"]

SMALL_SHARE = 0.001
"""A structure that fills less than this share of the supervised pixels is small: 16 pixels of each view of 128 by 128."""

COMMON_SHARE = 0.01
"""A structure that fills this share needs no larger weight; rarity counts from here."""

LARGEST_CLASS_WEIGHT = 8.0
"""Of a small structure in the cross-entropy; the weight is the square root of its rarity."""

RAREST = 100.0
"""How often one small structure is chosen goes by its rarity, up to this."""

PRESENT = 0.5
"""Share of a pixel that a structure must fill for a view to be made around it."""


@dataclass(frozen=True, slots=True)
class Focus:
    """The small structures of a set of slices.

    Attributes
    ----------
    slices
        The set.
    chance
        Of a view to be made around a small structure.
    class_weights
        float [classes], for supervision.
    odds
        float [small], how often each small structure is chosen.
    places
        Of each small structure its pixels, int64 [pixels, 3]: slice, row, column.
    """

    slices: SliceSet
    chance: float
    class_weights: Tensor
    odds: Tensor
    places: tuple[Tensor, ...]

    def draw(self, count: int, rng: torch.Generator) -> Views:
        """Return ``count`` slices to make views of.

        They are drawn without a repetition where there are enough, and then some replaced by slices with a small structure, which the view
        is to show.
        """
        index = pick(len(self.slices), count, rng)
        centres = torch.full((count, 2), float("nan"))
        height, width = self.slices.images.shape[2:]
        for number in torch.nonzero(torch.rand(count, generator=rng) < self.chance)[:, 0].tolist():
            places = self.places[int(torch.multinomial(self.odds, 1, generator=rng))]
            # first a slice and then a pixel: a structure counts alike in each slice that shows it
            shown = torch.from_numpy(np.unique(places[:, 0].numpy()))
            index[number] = shown[torch.randint(len(shown), (1,), generator=rng)]
            here = places[places[:, 0] == index[number]]
            row, column = here[int(torch.randint(len(here), (1,), generator=rng)), 1:].tolist()
            centres[number] = torch.tensor([(column + 0.5) / width, (row + 0.5) / height])
        return replace(self.slices.views(index), centres=centres)


def focus_of(slices: SliceSet, chance: float) -> Focus | None:
    """Return the small structures of labelled slices; None where there are none, or the chance is 0.

    Parameters
    ----------
    slices
        Whose supervised pixels count.
    chance
        Of a view to be made around a small structure, 0 to 1.
    """
    if chance <= 0 or not len(slices):
        return None
    filled = (slices.targets.float() * slices.supervised).sum(dim=(0, 2, 3))
    shares = filled / slices.supervised.sum().clamp_min(1.0)
    small = [c for c in range(1, len(shares)) if 0 < float(shares[c]) < SMALL_SHARE]
    found: list[tuple[float, Tensor]] = []
    weights = torch.ones(len(shares))
    for c in small:
        rarer = COMMON_SHARE / float(shares[c])
        weights[c] = min(LARGEST_CLASS_WEIGHT, rarer**0.5)
        shown = slices.targets[:, c].float() * slices.supervised[:, 0]
        # on a coarse grid nothing may fill half a pixel; then its fullest pixels stand for it
        places = torch.nonzero(shown >= min(PRESENT, float(shown.max())))
        found.append((min(RAREST, rarer), places))
    if not found:
        return None
    return Focus(slices, chance, weights, torch.tensor([odds for odds, _ in found]), tuple(places for _, places in found))
