"""Which student of a round is kept: scores on held-back slices, and a point on the way from the old student to the new one."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from torch import nn

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.paired import MIN_VOXELS, STRICT_GAIN, STRICT_SHARE, has_faded, paired_changes
from gf_desktop.imaging.preprocess import PreprocessSpec
from training.dataset import Round, SliceSet
from training.evaluate import Scores, judge_scans, judge_slices
from training.loop import average_into
from training.previews import Previews
from training.schedule import Control

__all__ = ["PATH", "FitResult", "Judge", "forgets", "held_value", "learned_enough"]

PATH = (1.0, 0.85, 0.7, 0.5, 0.3)
"""Points on the way from the old student (0) to the new one (1) that are judged at the end."""

FORGET_TOL = 0.02
"""Mean Dice on the pack's own slices that may be lost without a penalty when a point of the path is chosen."""

MODERATE = 0.85
"""Without held-back slices the point nearest to the old student, from here on, is taken that has learned enough."""

LEARNED_SHARE, LEARNED_GAIN = 1.1 * STRICT_SHARE, 1.1 * STRICT_GAIN
"""Enough is so much of what was missing to Dice 1 on the corrected slices, and at least so much: a tenth more than the gate asks."""

KNOWN_DICE = 0.1
"""A structure below this on the corrected slices is new to the old student; half a way to it is no student that knows it."""

FALL_TOL = 0.02
"""Dice of one structure that may be lost on the held-back slices without a penalty."""


@dataclass(frozen=True, slots=True)
class FitResult:
    """A round's outcome.

    Attributes
    ----------
    student, teacher
        The averaged student and teacher, in evaluation mode.
    steps
        Student steps that were made.
    kept
        How far along the path from the old to the new student the result lies, 0 to 1.
    student_scores, teacher_scores
        Dice on the held-back slices, None without such slices.
    replay_scores
        Dice of the student on the pack's own held-back slices, None without.
    """

    student: nn.Module
    teacher: nn.Module
    steps: int
    kept: float
    student_scores: Scores | None
    teacher_scores: Scores | None
    replay_scores: Scores | None


def _between(old: nn.Module, new: nn.Module, share: float) -> nn.Module:
    """Return the network whose weights lie ``share`` of the way from ``old`` to ``new``."""
    result = copy.deepcopy(old)
    average_into(result, new, decay=1 - share)
    return result


class Judge:
    """Scores networks on held-back slices and says which point of the path is kept.

    Parameters
    ----------
    data
        Slices of the round.
    replay
        The pack's own slices to train on and to hold back, or None.
    previews
        Draws the student's outlines whenever it is judged and told; None for no pictures.
    """

    def __init__(
        self,
        data: Round,
        replay: tuple[SliceSet, SliceSet] | None,
        spec: PreprocessSpec,
        table: LabelTable,
        control: Control,
        *,
        previews: Previews | None = None,
    ) -> None:
        self._scans, self._taught = data.validation, data.taught
        self._replay = None if replay is None or not len(replay[1]) else replay[1]
        self._spec, self._table, self._control, self._previews = spec, table, control, previews

    def student(self, step: int, network: nn.Module, *, tell: bool) -> tuple[Scores | None, Scores | None]:
        """Return Dice on the round's and on the pack's held-back slices, None where there are none."""
        held = judge_scans(network, self._scans, self._table, between=self._control.between) if self._scans else None
        kept = None
        if self._replay is not None:
            kept = judge_slices(network, self._replay, self._spec, self._table, between=self._control.between)
        if tell and held is not None:
            self._control.validated(step, "student", held.mean, held.dice)
            if self._previews is not None:
                self._previews.draw(network, step)
        return held, kept

    def teacher(self, network: nn.Module) -> Scores | None:
        """Return the teacher's Dice on the round's held-back slices."""
        if not self._scans:
            return None
        scores = judge_scans(network, self._scans, self._table, between=self._control.between)
        self._control.validated(0, "teacher", scores.mean, scores.dice)
        return scores

    def _on_taught(self, network: nn.Module) -> Scores | None:
        if not self._taught:
            return None
        return judge_scans(network, self._taught, self._table, between=self._control.between)

    def choose(self, old: nn.Module, new: nn.Module, teacher: nn.Module, teacher_scores: Scores | None, step: int) -> FitResult:
        """Return the best point between the old student and the new one.

        Best is the highest mean Dice on the held-back slices, less what is lost beyond tolerance on the pack's own slices and, most
        likely, on any structure. Without held-back slices it is the point nearest to the old student, from ``MODERATE`` on, that has
        learned enough of the corrected slices, else the farthest one that forgets too little to matter. One that the gate would turn
        away because it forgets comes after all others.
        """
        points = PATH if step else (0.0,)
        self._control.progress("check", 0, len(points) + 1, {})
        old_held, old_kept = self.student(step, old, tell=False)
        before = self._on_taught(old)
        best: tuple[tuple[bool, bool, float], float, nn.Module, Scores | None, Scores | None] | None = None
        for number, share in enumerate(points, 1):
            self._control.progress("check", number, len(points) + 1, {})
            network = _between(old, new, share)
            held, kept = self.student(step, network, tell=False)
            enough = share >= MODERATE and learned_enough(self._on_taught(network), before)
            value = held_value(held, old_held) - _loss(kept, old_kept) + 1e-3 * (-share if enough else share)
            score = (not forgets(kept, old_kept), enough, value)
            if best is None or score > best[0]:
                best = (score, share, network, held, kept)
        if best is None:
            raise TrainingError("No student could be chosen", next_step="Report this; it is a fault of the trainer.")
        _, share, network, held, kept = best
        if held is not None:
            self._control.validated(step, "student", held.mean, held.dice)
            if self._previews is not None:
                self._previews.draw(network, step)
        self._control.progress("check", len(points) + 1, len(points) + 1, {})
        return FitResult(network.eval().requires_grad_(False), teacher, step, share, held, teacher_scores, kept)


def held_value(held: Scores | None, before: Scores | None) -> float:
    """Return what a student is worth on the held-back slices: mean Dice, less what structures most likely lost beyond the tolerance.

    As the gate sees it: a structure that few slices speak for leans on the others. 0 where nothing is held back.

    Parameters
    ----------
    held, before
        Of the student, and of the one before it, on the same slices.
    """
    if held is None or before is None or held.mean is None or held.units is None or before.units is None:
        return 0.0
    changes, _ = paired_changes(held.units.beside(before.units), seed=0)
    return held.mean - sum(max(0.0, -change.centre - FALL_TOL) for change in changes if change is not None)


def learned_enough(taught: Scores | None, before: Scores | None) -> bool:
    """Return whether a student has learned of the corrected slices what the gate asks; False where it could not know a structure before.

    Parameters
    ----------
    taught, before
        Of the student, and of the one before it, on the corrected slices; None where others decide.
    """
    if taught is None or before is None or taught.mean is None or before.mean is None or before.units is None:
        return False
    there = before.units.reference.sum(axis=0) > 0
    known = [
        value is not None and value >= KNOWN_DICE for value, present in zip(before.dice.values(), there.tolist(), strict=True) if present
    ]
    return all(known) and taught.mean - before.mean >= max(LEARNED_GAIN, LEARNED_SHARE * (1.0 - before.mean))


def forgets(kept: Scores | None, before: Scores | None) -> bool:
    """Return whether a structure fades on the pack's own slices, as the gate sees it; False without such slices.

    Parameters
    ----------
    kept, before
        Of the student, and of the one before it.
    """
    if kept is None or before is None or kept.units is None or before.units is None:
        return False
    counts = kept.units.beside(before.units)
    changes, _ = paired_changes(counts, seed=0)
    votes = counts.reference.sum(axis=0) >= MIN_VOXELS
    return any(vote and change is not None and has_faded(change) for vote, change in zip(votes.tolist(), changes, strict=True))


def _loss(kept: Scores | None, before: Scores | None) -> float:
    if kept is None or before is None or kept.mean is None or before.mean is None:
        return 0.0
    return max(0.0, before.mean - kept.mean - FORGET_TOL)
