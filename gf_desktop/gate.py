"""Does a candidate take over? Both students are judged on the same voxels.

Three sets, each made of voxels that a person accepted or edited, or that the pack brought along:

- held back: slices that no training ever saw; they decide. With a single approved slice there are none,
  and the corrected slices decide.
- corrected: the slices that the candidate was trained on. A candidate that is worse on what it was just
  taught is turned away.
- remembered: the pack's own slices; a candidate must not forget them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["Counts", "GateDecision", "SetScores", "decide"]

FALL_MARGIN = 0.02
"""A structure that falls by more than this vetoes the candidate."""

MIN_GAIN = 0.005
"""The mean has to rise by at least this; a smaller rise is noise."""

FORGET_MARGIN = 0.10
"""The mean on the pack's own slices may fall by at most this."""

MIN_VOXELS = 40
"""A structure with fewer voxels in the reference is reported, but has no vote and no veto: one pixel would decide."""


class Counts:
    """Overlap of predictions and references, added up over slices and scans."""

    def __init__(self, table: LabelTable) -> None:
        self._table = table
        self._both = np.zeros(256, np.int64)
        self._predicted = np.zeros(256, np.int64)
        self._reference = np.zeros(256, np.int64)

    def add(self, predicted: npt.NDArray[np.uint8], reference: npt.NDArray[np.uint8]) -> None:
        """Count two uint8 label arrays of the same shape."""
        self._both += np.bincount(reference[predicted == reference], minlength=256)
        self._predicted += np.bincount(predicted.reshape(-1), minlength=256)
        self._reference += np.bincount(reference.reshape(-1), minlength=256)

    def dice(self) -> dict[str, float | None]:
        """Return Dice per structure; None where neither has a voxel, 0 where only one has."""
        scores: dict[str, float | None] = {}
        for structure in self._table:
            total = int(self._predicted[structure.id] + self._reference[structure.id])
            scores[structure.name] = None if total == 0 else 2.0 * int(self._both[structure.id]) / total
        return scores

    def voxels(self) -> dict[str, int]:
        """Return the number of reference voxels per structure."""
        return {s.name: int(self._reference[s.id]) for s in self._table}


@dataclass(frozen=True, slots=True)
class SetScores:
    """Dice per structure of both students on one set, and the reference's voxels."""

    before: dict[str, float | None]
    after: dict[str, float | None]
    voxels: dict[str, int]

    def mean(self, scores: dict[str, float | None]) -> float | None:
        """Return the mean over the structures that both students were scored on, or None.

        Structures with fewer than ``MIN_VOXELS`` count only where there are no others.
        """
        both = [name for name in scores if self.before[name] is not None and self.after[name] is not None]
        counted = [name for name in both if self.voxels[name] >= MIN_VOXELS] or both
        values = [value for name in counted if (value := scores[name]) is not None]
        return float(np.mean(values)) if values else None

    @property
    def gain(self) -> float | None:
        """Difference of the means, candidate less active."""
        before, after = self.mean(self.before), self.mean(self.after)
        return None if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The verdict, in one sentence, and a sentence for each structure."""

    promoted: bool
    reason: str
    sentences: tuple[str, ...]
    scores: SetScores
    mean_before: float | None
    mean_after: float | None


def decide(
    held_back: SetScores | None,
    corrected: SetScores,
    remembered: SetScores | None,
    *,
    candidate_id: str,
    active_id: str,
) -> GateDecision:
    """Return whether the candidate takes over.

    Parameters
    ----------
    held_back
        Scores on slices never trained on; None where there are none yet.
    corrected
        Scores on the slices trained on.
    remembered
        Scores on the pack's own slices; None where it brought none.
    """
    deciding = held_back if held_back is not None and held_back.gain is not None else corrected
    where = "held-back slices" if deciding is held_back else "corrected slices"
    falls = _falls(deciding) | {name: fall for name, fall in _falls(corrected).items() if name not in _falls(deciding)}
    gain = deciding.gain
    stays = f"{candidate_id} stayed out"
    if gain is None:
        promoted, reason = False, f"{stays}: no structure could be scored. {active_id} goes on serving."
    elif falls:
        worst = min(falls, key=lambda name: falls[name])
        promoted, reason = False, f"{stays}: {worst} fell by {-falls[worst]:.3f}. {active_id} goes on serving."
    elif gain < MIN_GAIN:
        promoted, reason = (
            False,
            f"{stays}: mean Dice on the {where} went from {_text(deciding)}, too little to tell. {active_id} goes on serving.",
        )
    elif remembered is not None and remembered.gain is not None and remembered.gain < -FORGET_MARGIN:
        promoted, reason = (
            False,
            f"{stays}: it forgets; on the pack's own slices mean Dice fell by {-remembered.gain:.3f}. {active_id} goes on serving.",
        )
    else:
        promoted, reason = (
            True,
            f"{candidate_id} took over: mean Dice on the {where} went from {_text(deciding)}, none fell by more than {FALL_MARGIN}.",
        )
    return GateDecision(promoted, reason, _sentences(deciding), deciding, deciding.mean(deciding.before), deciding.mean(deciding.after))


def _falls(scores: SetScores) -> dict[str, float]:
    falls = {}
    for name, before in scores.before.items():
        after = scores.after[name]
        if before is None or scores.voxels[name] < MIN_VOXELS:
            continue
        change = (after or 0.0) - before
        if change < -FALL_MARGIN:
            falls[name] = change
    return falls


def _text(scores: SetScores) -> str:
    return f"{scores.mean(scores.before):.3f} to {scores.mean(scores.after):.3f}"


def _sentences(scores: SetScores) -> tuple[str, ...]:
    sentences = []
    for name, before in scores.before.items():
        after = scores.after[name]
        if before is None and after is None:
            sentences.append(f"{name}: on none of the slices.")
        elif before is None or after is None:
            sentences.append(f"{name}: not in the reference, and drawn by {'the candidate' if before is None else 'the active student'}.")
        else:
            word = "rose" if after > before else "fell" if after < before else "stayed"
            few = f" (only {scores.voxels[name]} voxels, no vote)" if scores.voxels[name] < MIN_VOXELS else ""
            sentences.append(f"{name}: {word} from {before:.3f} to {after:.3f}{few}.")
    return tuple(sentences)
