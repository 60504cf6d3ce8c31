"""Two masks of the same slices beside one reference: how far one is better, and how sure that is.

The slices are counted in units: blocks of neighbouring slices of one scan, because neighbours are near copies of each other. Units are
drawn again and again with replacement (the paired bootstrap; Efron and Tibshirani, An Introduction to the Bootstrap, 1993), scans before
their units where there are several, and each time the pooled Dice of both masks is reckoned anew. Few units say little of their own
spread; so it is mixed with the spread that is usual for a structure of this Dice (a moderated variance; Smyth, Statistical Applications in
Genetics and Molecular Biology 3, 2004), and the interval is Student's. What one candidate does to several structures is alike; so a
structure that few units speak for leans on the others (partial pooling; Gelman et al., Bayesian Data Analysis, 2013, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = [
    "FADE_MARGIN",
    "FADE_SHARE",
    "MIN_VOXELS",
    "STRICT_GAIN",
    "STRICT_SHARE",
    "Change",
    "PairedCounts",
    "blocks",
    "has_faded",
    "paired_changes",
]

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

BLOCK_SLICES = 3
"""Neighbouring slices that are one unit at most."""

FADE_MARGIN = 0.015
"""A structure that fell by more than this on the pack's own slices has faded, where it is likely that it fell at all."""

FADE_SHARE = 0.7
"""The chance that it fell has to be above this."""

STRICT_GAIN = 0.02
"""The mean has to rise by at least this where the corrected slices decide."""

STRICT_SHARE = 0.5
"""Where the corrected slices decide, so much of what is missing to Dice 1 has to be gone: any student is better where it was trained."""

MIN_VOXELS = 40
"""A structure with fewer voxels in the reference is reported, but has no vote and no veto: one pixel would decide. A gain that rests on
fewer voxels is none."""

DRAWS = 2000

USUAL_SPREAD = 0.3
"""Standard deviation of the difference in Dice between blocks of slices, as a share of what is missing to Dice 1 (docs/benchmarks.md)."""

LEAST_ERROR = 0.03
"""What is missing to Dice 1 is reckoned as at least this: of a structure that is nearly right two slices may still differ."""

USUAL_WEIGHT = 8.0
"""The usual spread counts as much as the spread of so many units more than one."""

APART = 0.2
"""Standard deviation of the change between structures of one candidate, as a share of what is missing to Dice 1; at least."""

TOGETHER = 0.7
"""Share of the usual spread of one structure that is left in the mean of several: they are better and worse on the same slices."""


@dataclass(frozen=True, slots=True, eq=False)
class PairedCounts:
    """Voxels of structures by unit.

    Attributes
    ----------
    both, predicted
        int64 [2, units, structures]: voxels of the first and the second mask that are right, and all that they have.
    reference
        int64 [units, structures].
    scans
        int64 [units]: number of the scan that a unit is of.
    """

    both: Int64
    predicted: Int64
    reference: Int64
    scans: Int64

    @property
    def dice(self) -> Float64:
        """Pooled Dice, float64 [2, structures]; NaN where neither the mask nor the reference has a voxel."""
        both, predicted, reference = self.both.sum(axis=1), self.predicted.sum(axis=1), self.reference.sum(axis=0)
        return _dice(both, predicted + reference)

    def only(self, structures: npt.NDArray[np.bool_]) -> PairedCounts:
        """Return the counts of some structures, bool [structures]."""
        return PairedCounts(self.both[..., structures], self.predicted[..., structures], self.reference[:, structures], self.scans)


@dataclass(frozen=True, slots=True)
class Change:
    """Difference of two Dice, the second less the first.

    Attributes
    ----------
    value
        As it was found.
    centre
        As it is most likely: of a structure with few units nearer to what the others did.
    error
        Standard error of the centre.
    freedom
        Degrees of freedom of Student's distribution that stands for what is not known of it.
    units
        How many units of equal weight would say as much.
    """

    value: float
    centre: float
    error: float
    freedom: float
    units: float

    def bound(self, share: float) -> float:
        """Return the value below which the true difference lies with a probability, 0 to 1."""
        from scipy.special import stdtrit

        return self.centre + float(stdtrit(self.freedom, share)) * self.error

    def interval(self, share: float = 0.95) -> tuple[float, float]:
        """Return the two-sided interval that holds the true difference with a probability."""
        return self.bound((1 - share) / 2), self.bound((1 + share) / 2)


def has_faded(change: Change) -> bool:
    """Return whether a structure fell on slices that shall be remembered, and that by more than chance explains."""
    return change.value < -FADE_MARGIN and change.bound(FADE_SHARE) < 0


def blocks(slices: list[int], longest: int = BLOCK_SLICES) -> list[list[int]]:
    """Return slice numbers as blocks of neighbours, each at most ``longest`` slices long."""
    made: list[list[int]] = []
    for k in sorted(set(slices)):
        if made and k - made[-1][-1] == 1 and len(made[-1]) < longest:
            made[-1].append(k)
        else:
            made.append([k])
    return made


def paired_changes(counts: PairedCounts, *, seed: int, draws: int = DRAWS) -> tuple[list[Change | None], Change | None]:
    """Return the change in Dice of each structure, and of their mean.

    A structure that one mask has nowhere and the reference nowhere counts with Dice 0 where the other mask has it; one that nobody has is
    None, and so is the mean of none.

    Parameters
    ----------
    seed
        Of the draws; the same counts and seed give the same answer.
    """
    dice = np.nan_to_num(counts.dice, nan=0.0)
    present = counts.reference.sum(axis=0) + counts.predicted.sum(axis=(0, 1)) > 0
    if not present.any():
        return [None] * len(present), None
    drawn = _drawn_differences(counts, np.random.default_rng(seed), draws)
    weights = (counts.reference + counts.predicted.sum(axis=0) / 2).astype(np.float64)
    missing = np.maximum(1.0 - dice.min(axis=0), LEAST_ERROR)
    changes: list[Change | None] = []
    for number, there in enumerate(present):
        if not there:
            changes.append(None)
            continue
        units = _equal_units(weights[:, number])
        values = drawn[:, number]
        values = values[np.isfinite(values)]
        changes.append(_moderated(float(dice[1, number] - dice[0, number]), values, units, USUAL_SPREAD * missing[number]))
    found = [change for change in changes if change is not None]
    leaning = iter(_leaning(found, missing[present]))
    changes = [None if change is None else next(leaning) for change in changes]
    # a structure that is in none of the drawn units is as it was found
    values = np.array([change.value for change in found])
    means = np.where(np.isfinite(drawn[:, present]), drawn[:, present], values).mean(axis=1)
    together = TOGETHER if len(found) > 1 else 1.0
    units = float(np.mean([change.units for change in found]))
    spread = together * USUAL_SPREAD * float(missing[present].mean())
    mean = _moderated(float(values.mean()), means, units, spread)
    return changes, mean


def _dice(both: npt.NDArray[np.number], total: npt.NDArray[np.number]) -> Float64:
    made: Float64 = np.divide(2.0 * both, total, out=np.full(np.broadcast_shapes(both.shape, total.shape), np.nan), where=total > 0)
    return made


def _drawn_differences(counts: PairedCounts, rng: np.random.Generator, draws: int) -> Float64:
    """Return the differences of the pooled Dice in each draw, float64 [draws, structures]; NaN where nobody has a voxel in it."""
    weights = _draw_units(counts.scans, rng, draws).astype(np.float64)
    drawn = [weights @ table.astype(np.float64) for table in (counts.reference, *counts.predicted, *counts.both)]
    reference, first, second, first_right, second_right = drawn
    difference = np.nan_to_num(_dice(second_right, second + reference)) - np.nan_to_num(_dice(first_right, first + reference))
    difference[reference + first + second == 0] = np.nan
    return difference


def _draw_units(scans: Int64, rng: np.random.Generator, draws: int) -> Int64:
    """Return how often each unit is drawn, int64 [draws, units]: scans with replacement, and within each its units."""
    _, members = np.unique(scans, return_inverse=True)
    count = int(members.max()) + 1
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    weights = np.zeros((draws, len(scans)), np.int64)
    for scan in range(count):
        own = np.flatnonzero(members == scan)
        weights[:, own] = rng.multinomial(times[:, scan] * len(own), np.full(len(own), 1 / len(own)))
    return weights


def _equal_units(weights: Float64) -> float:
    """Return how many units of equal weight say as much as these (Kish's effective size)."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def _moderated(value: float, drawn: Float64, units: float, usual: float) -> Change:
    own = max(units - 1.0, 0.0)
    # a bootstrap of n units shows (n - 1) / n of their variance
    variance = float(drawn.var()) * units * (units / own) if own > 0.01 and len(drawn) else 0.0
    mixed = (USUAL_WEIGHT * usual**2 + own * variance) / (USUAL_WEIGHT + own)
    return Change(value, value, float(np.sqrt(mixed / units)), USUAL_WEIGHT + own, units)


def _leaning(changes: list[Change], missing: Float64) -> list[Change]:
    """Return the changes of several structures, each leaning on the others as far as its own units leave it open."""
    if len(changes) < 2:
        return changes
    found = np.array([change.value for change in changes]) / missing
    variance = np.square(np.array([change.error for change in changes]) / missing)
    weight = 1 / (variance + APART**2)
    common = float((weight * found).sum() / weight.sum())
    # where structures differ by more than is usual they say less of each other
    apart = APART**2 * max(1.0, float((weight * np.square(found - common)).sum()) / (len(changes) - 1))
    open_share = variance / (variance + apart)
    centre = ((1 - open_share) * found + open_share * common) * missing
    error = np.sqrt(variance * (1 - open_share) + np.square(open_share) / weight.sum()) * missing
    return [replace(change, centre=float(centre[n]), error=float(error[n])) for n, change in enumerate(changes)]
