"""Does a candidate take over? Both students are judged on the same voxels, and chance is reckoned with.

First come checks that need no reference: the exported student says what the trained one says, its numbers are finite, it is not much slower
or larger. Then three sets of slices, each made of voxels that a person accepted or edited, or that the pack brought along:

- held back: slices that no training ever saw; they decide. Without any, the corrected slices decide, by a stricter rule: they were
  trained on, so a rise there proves little.
- corrected: the slices that the candidate was trained on. A candidate that is worse on what it was just taught is turned away.
- remembered: the pack's own slices; a candidate must not forget them, nor one structure of them.

A structure vetoes where it fell by more than a margin, and where so few slices speak for it that it may well have fallen by more. The mean
has to rise by more than chance explains; where too few are held back to tell, what was learned of the corrected slices may speak instead.
docs/adr/0024-gate.md says why, docs/benchmarks.md how often it errs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np

from gf_desktop.imaging.paired import FADE_MARGIN, FADE_SHARE, MIN_VOXELS, STRICT_GAIN, STRICT_SHARE, Change, has_faded, paired_changes
from gf_desktop.imaging.tally import JudgedSet

__all__ = ["Checks", "GateDecision", "SetScores", "StructureVerdict", "decide", "decide_again", "is_slower"]

DOCUMENT_FORMAT: Final = 2
"""Of what is stored; 1 was the reason, the sentences and the Dice alone."""

FALL_MARGIN: Final = 0.02
"""A structure that falls by more than this vetoes the candidate, unless more speaks for it that it did not fall at all."""

VETO_SHARE: Final = 0.25
"""A structure also vetoes where the chance that it fell by more than the margin is above this."""

MIN_GAIN: Final = 0.005
"""The mean has to rise by at least this."""

GAIN_SHARE: Final = 0.1
"""The chance that the mean did not rise must be below this."""

TAUGHT_SHARE: Final = 0.2
"""On the corrected slices it must be below this: the tiles of one slice differ much, and half of what is missing has to be gone as well."""

ROOM_SHARE: Final = 0.1
"""Where too few slices are held back to tell and the corrected ones speak, the held-back ones have to have risen by this share of what is
missing to Dice 1, or by ``STRICT_GAIN``."""

STEADY_MARGIN: Final = 0.01
"""There the mean on the pack's own slices may not have fallen by this."""

FORGET_MARGIN: Final = 0.03
"""The mean on the pack's own slices may fall by at most this; where the corrected slices decide no structure may."""

SPURIOUS_SHARE: Final = 0.05
"""A structure that is not in the reference vetoes where the candidate draws more of it than this share of all reference voxels."""

FEW_STEPS: Final = 60
"""A candidate of fewer steps that stays out needs more time, not more slices: on the demo's scan one of 102 steps took
over, those of 46 and of 10 stayed out."""

PARITY_LIMIT: Final = 0.01
"""Largest difference in the logits between the trained and the exported student; above it labels may differ."""

LATENCY_LIMIT: Final = 1.5
"""A candidate may take so many times the active student's time a slice."""

LATENCY_SLACK_MS: Final = 5.0
"""Nobody waits for less than this, whatever the ratio."""

SIZE_LIMIT: Final = 1.2
"""A candidate's file may have so many times the active one's bytes, unless it learned structures that the active one lacks."""

Scores = dict[str, float | None]


def is_slower(active_ms: float, candidate_ms: float) -> bool:
    """Whether a candidate takes too much longer than the active student for a slice."""
    return candidate_ms - active_ms > LATENCY_SLACK_MS and candidate_ms > LATENCY_LIMIT * active_ms


@dataclass(frozen=True, slots=True)
class Checks:
    """What is found out about a candidate without any reference.

    Attributes
    ----------
    parity
        Largest |trained - exported| in the logits, as the trainer measured it.
    finite
        Whether all numbers of the exported student were finite on a probe here.
    active_ms, candidate_ms
        Median over slices of the shortest of some times, the two students in turns; None where there is no active student.
    active_bytes, candidate_bytes
        Of student.onnx.
    has_new
        Whether the candidate knows structures that the active student lacks.
    steps
        That the candidate was trained for; None where that is not known.
    """

    parity: float = 0.0
    finite: bool = True
    active_ms: float | None = None
    candidate_ms: float | None = None
    active_bytes: int | None = None
    candidate_bytes: int | None = None
    has_new: bool = False
    steps: int | None = None

    def fault(self) -> str | None:
        """Return why the candidate cannot serve, or None."""
        if not self.finite:
            return "it gives values that are no numbers"
        # a parity that is no number fails as well
        if not self.parity <= PARITY_LIMIT:
            return f"exported, it differs from what was trained by {self.parity:.2g}, more than {PARITY_LIMIT}"
        new, old = self.candidate_ms, self.active_ms
        if new is not None and old is not None and is_slower(old, new):
            return f"it takes {new:.1f} ms a slice, the active one {old:.1f} ms; {LATENCY_LIMIT} times are allowed"
        if self.active_bytes and self.candidate_bytes and not self.has_new and self.candidate_bytes > SIZE_LIMIT * self.active_bytes:
            mine, other = self.candidate_bytes / 1e6, self.active_bytes / 1e6
            return f"its file has {mine:.1f} MB, the active one's {other:.1f} MB; {SIZE_LIMIT} times are allowed"
        return None


@dataclass(frozen=True, slots=True)
class SetScores:
    """Dice per structure of both students on one set, and the reference's voxels."""

    before: Scores
    after: Scores
    voxels: dict[str, int]


@dataclass(frozen=True, slots=True)
class StructureVerdict:
    """How one structure changed on a set of slices.

    Attributes
    ----------
    before, after
        Dice of active and candidate; None where the reference has none of it and that student drew none.
    change
        What is known of the difference; None where neither the reference nor a student has it, or where it is not in the reference.
    voxels
        Of the reference.
    slices
        In which it is.
    votes
        Whether it counts.
    veto
        "fell", "may have fallen", "spurious", or "" for none.
    """

    name: str
    before: float | None
    after: float | None
    change: Change | None
    voxels: int
    slices: int
    votes: bool
    veto: str = ""

    @property
    def fall(self) -> float:
        """How Dice changed, below 0 where it fell; 0 where nothing is known of it."""
        return 0.0 if self.change is None else self.change.value


@dataclass(frozen=True, slots=True)
class _SetVerdict:
    structures: tuple[StructureVerdict, ...]
    mean: Change | None
    mean_before: float | None
    mean_after: float | None
    won: int
    of: int

    @property
    def rise(self) -> float:
        """How the mean changed; 0 where there is none."""
        return 0.0 if self.mean is None else self.mean.value

    @property
    def scores(self) -> SetScores:
        found = self.structures
        return SetScores({s.name: s.before for s in found}, {s.name: s.after for s in found}, {s.name: s.voxels for s in found})

    @classmethod
    def from_document(cls, found: Mapping[str, Any]) -> _SetVerdict:
        """Return what :meth:`document` gave; what chance says of each structure is asked anew."""
        structures = []
        for name, one in found["structures"].items():
            known = StructureVerdict(name, one["before"], one["after"], _change(one), one["voxels"], one["slices"], one["votes"])
            structures.append(replace(known, veto=one["veto"] if one["veto"] == "spurious" else _veto(known)))
        mean = found["mean"]
        return cls(tuple(structures), _change(mean), mean["before"], mean["after"], found["won"], found["slices"])

    def document(self) -> dict[str, Any]:
        return {
            "slices": self.of,
            "won": self.won,
            "mean": {"before": self.mean_before, "after": self.mean_after} | _numbers(self.mean),
            "structures": {
                s.name: {"before": s.before, "after": s.after, "voxels": s.voxels, "slices": s.slices, "votes": s.votes, "veto": s.veto}
                | _numbers(s.change)
                for s in self.structures
            },
        }


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The verdict, in one sentence, and a sentence for each structure.

    Attributes
    ----------
    advice
        What to do next where the candidate stayed out; else "".
    scores
        Of the set that decided.
    document
        All numbers, as plain JSON with its format.
    """

    promoted: bool
    reason: str
    advice: str
    sentences: tuple[str, ...]
    scores: SetScores
    mean_before: float | None
    mean_after: float | None
    document: dict[str, Any]


def decide(
    held_back: JudgedSet | None,
    corrected: JudgedSet | None,
    remembered: JudgedSet | None,
    *,
    candidate_id: str,
    active_id: str,
    checks: Checks | None = None,
    seed: int = 0,
) -> GateDecision:
    """Return whether the candidate takes over.

    Parameters
    ----------
    held_back
        Slices never trained on; None where there are none yet.
    corrected
        Slices trained on. Where nothing is held back its units are tiles of slices.
    remembered
        The pack's own slices; None where it brought none.
    active_id
        Of the student that serves; "" where there is none, and the candidate is the first.
    seed
        Of the bootstrap.
    """
    checks = Checks() if checks is None else checks
    sets: dict[str, _SetVerdict] = {}
    for name, judged in (("held_back", held_back), ("corrected", corrected), ("remembered", remembered)):
        if judged is not None:
            sets[name] = _judged(judged, seed)
    return _decided(sets, checks, seed, candidate_id=candidate_id, active_id=active_id)


def decide_again(document: Mapping[str, Any], *, candidate_id: str, active_id: str) -> GateDecision:
    """Return what today's rules say of a round whose verdict was stored, from its numbers alone.

    Parameters
    ----------
    document
        As :attr:`GateDecision.document` has it, of format 2.

    Raises
    ------
    KeyError
        Where the document lacks a number, as those of format 1 do.
    """
    sets = {name: _SetVerdict.from_document(found) for name, found in document["sets"].items()}
    stored = document["checks"]
    checks = Checks(**stored | {"parity": math.nan if stored["parity"] is None else stored["parity"]})
    return _decided(sets, checks, document["seed"], candidate_id=candidate_id, active_id=active_id)


def _decided(sets: Mapping[str, _SetVerdict], checks: Checks, seed: int, *, candidate_id: str, active_id: str) -> GateDecision:
    deciding = next((name for name in ("held_back", "corrected") if name in sets and sets[name].mean is not None), "corrected")
    objection = _objection(sets, deciding, checks, is_first=not active_id)
    found = sets.get(deciding, _NOTHING)
    if objection is None:
        reason = _taken(candidate_id, found, _WHERE[deciding])
    else:
        stays, against = f"{candidate_id} stayed out", objection.what
        reason = f"{stays}: {against}. {active_id} goes on serving." if active_id else f"{stays}: {against}. There is no student yet."
    advice = "" if objection is None else objection.advice
    sentences = tuple(_sentence(structure) for structure in found.structures)
    document = {
        "format": DOCUMENT_FORMAT,
        "promoted": objection is None,
        "reason": reason,
        "advice": advice,
        "sentences": list(sentences),
        "before": found.scores.before,
        "after": found.scores.after,
        "decided_by": deciding,
        "seed": seed,
        "limits": _LIMITS,
        # what is no number has no place in JSON
        "checks": asdict(checks) | {"parity": checks.parity if math.isfinite(checks.parity) else None},
        "sets": {name: verdict.document() for name, verdict in sets.items()},
    }
    return GateDecision(objection is None, reason, advice, sentences, found.scores, found.mean_before, found.mean_after, document)


def _taken(candidate_id: str, found: _SetVerdict, where: str) -> str:
    """Return why a candidate took over; where a structure fell there that more speaks for, that is said."""
    fell = min((s for s in found.structures if s.votes and s.fall < -FALL_MARGIN), key=lambda s: s.fall, default=None)
    if fell is None and any(s.fall < -FALL_MARGIN for s in found.structures):
        return (
            f"{candidate_id} took over: mean Dice on the {where} went from {_text(found)}, "
            f"none of {MIN_VOXELS} voxels or more fell by more than {FALL_MARGIN}."
        )
    if fell is None:
        return f"{candidate_id} took over: mean Dice on the {where} went from {_text(found)}, none fell by more than {FALL_MARGIN}."
    return (
        f"{candidate_id} took over: mean Dice on the {where} went from {_text(found)}; {fell.name} fell by {-fell.fall:.3f} there, "
        f"which is more likely chance."
    )


class _Objection(NamedTuple):
    """What speaks against a candidate, and what to do next."""

    what: str
    advice: str = "Approve a few more slices and refine again: what is approved by then is learned too."


def _objection(sets: Mapping[str, _SetVerdict], deciding: str, checks: Checks, *, is_first: bool) -> _Objection | None:
    """Return what speaks against the candidate, or None."""
    fault = checks.fault()
    if fault is not None:
        return _Objection(fault, "Refine again when the computer has nothing else to do; if it is said once more, report it.")
    found = sets.get(deciding, _NOTHING)
    if found.mean is None:
        return _Objection("no structure could be scored", "Approve a slice that shows structures and refine again.")
    if checks.steps == 0:
        return _Objection("the time was over before it had learned anything", "Refine again with more minutes.")
    objection = _objection_of_slices(sets, deciding, is_first=is_first)
    if objection is not None and checks.steps is not None and checks.steps < FEW_STEPS:
        advice = f"It was trained for {checks.steps} steps, too few to learn much: refine again with more minutes."
        return objection._replace(advice=advice)
    return objection


def _objection_of_slices(sets: Mapping[str, _SetVerdict], deciding: str, *, is_first: bool) -> _Objection | None:
    """Return what slices say against the candidate, or None."""
    found = sets[deciding]
    # on slices that were trained on only a fall that is there counts
    taught = [s for s in sets.get("corrected", _NOTHING).structures if s.veto == "fell"] if deciding != "corrected" else []
    vetoes = [s for s in found.structures if s.veto] + taught
    if vetoes:
        worst = min(vetoes, key=lambda s: (_VETO_ORDER[s.veto], s.fall))
        objection = _veto_objection(worst)
        if all(_has_no_room(sets[name]) for name in _WHERE if name in sets):
            objection = objection._replace(advice=_NO_ROOM)
        # the table beside the verdict shows the slices that decide
        return objection if worst in found.structures else objection._replace(what=f"on the corrected slices {objection.what}")
    doubt = _doubt(found, _WHERE[deciding], strict=deciding == "corrected", is_first=is_first)
    # few held-back slices must not say less than none: as without them, learning much is enough where nothing speaks against it
    strict = deciding == "corrected" or (doubt is not None and _corrected_speak(sets, is_first=is_first))
    if doubt is not None and (deciding == "corrected" or not strict):
        return _Objection(doubt, _NO_ROOM) if _has_no_room(found) else _Objection(doubt)
    forgotten = _forgotten(sets.get("remembered"), strict=strict)
    if forgotten is None:
        return None
    return _Objection(forgotten, "Refine again with more approved slices, or with the recipe “gentle”, which changes less.")


def _has_no_room(found: _SetVerdict) -> bool:
    """Whether slices are right to the pixel already, which can show no student to be better."""
    return (found.mean_before or 0.0) > 1.0 - MIN_GAIN


def _doubt(found: _SetVerdict, where: str, *, strict: bool, is_first: bool) -> str | None:
    """Return why slices do not tell that the candidate is better, or None."""
    if not _has_risen(found, strict=strict, is_first=is_first):
        return f"mean Dice on the {where} went from {_text(found)}, too little to tell"
    if found.won < MIN_VOXELS:
        return f"its gain rests on {max(found.won, 0)} voxels, too few to tell"
    return None


def _has_risen(found: _SetVerdict, *, strict: bool, is_first: bool) -> bool:
    """Whether the mean rose by enough, and by more than chance explains; ``strict`` on slices that were trained on."""
    if found.mean is None:
        return False
    if not strict:
        needed, chance = MIN_GAIN, GAIN_SHARE
    elif is_first:
        # it has nothing to be better than
        needed, chance = STRICT_GAIN, GAIN_SHARE
    else:
        needed, chance = max(STRICT_GAIN, STRICT_SHARE * (1.0 - (found.mean_before or 0.0))), TAUGHT_SHARE
    return found.rise >= needed and found.mean.bound(chance) > 0


def _corrected_speak(sets: Mapping[str, _SetVerdict], *, is_first: bool) -> bool:
    """Whether the corrected slices speak for a candidate that few held-back slices say too little of.

    It learned much of them, those held back rose as far as they had room (a slice that was nearly right before has little), and the pack's
    own did not fall.
    """
    found, taught, remembered = (sets.get(name, _NOTHING) for name in ("held_back", "corrected", "remembered"))
    room = 1.0 - (found.mean_before or 0.0)
    return (
        found.rise >= min(STRICT_GAIN, ROOM_SHARE * room)
        and found.won > 0
        and found.won + taught.won >= MIN_VOXELS
        and remembered.rise > -STEADY_MARGIN
        and _has_risen(taught, strict=True, is_first=is_first)
    )


def _forgotten(remembered: _SetVerdict | None, *, strict: bool) -> str | None:
    if remembered is None or remembered.mean is None:
        return None
    if remembered.rise < -FORGET_MARGIN:
        low, high = remembered.mean.interval()
        return f"it forgets; on the pack's own slices mean Dice fell by {-remembered.rise:.3f} (95 % interval {low:+.3f} to {high:+.3f})"
    worst = min((s for s in remembered.structures if _faded(s, strict=strict)), key=lambda s: s.fall, default=None)
    return None if worst is None else f"it forgets; on the pack's own slices {_veto_text(replace(worst, veto='fell'))}"


def _faded(verdict: StructureVerdict, *, strict: bool) -> bool:
    if not verdict.votes or verdict.change is None:
        return False
    return has_faded(verdict.change) or (strict and verdict.fall < -FORGET_MARGIN)


def _judged(judged: JudgedSet, seed: int) -> _SetVerdict:
    counts = judged.counts
    voxels, drawn = counts.reference.sum(axis=0), counts.predicted.sum(axis=1)
    votes = voxels >= MIN_VOXELS
    counted = votes if votes.any() else voxels > 0
    changes, mean = paired_changes(counts, seed=seed)
    if not counted.all():
        _, mean = paired_changes(counts.only(counted), seed=seed)
    dice = counts.dice
    all_voxels = int(voxels.sum())
    structures = []
    for number, name in enumerate(judged.names):
        before, after = (None if voxels[number] + drawn[who, number] == 0 else float(dice[who, number]) for who in (0, 1))
        verdict = StructureVerdict(
            name,
            before,
            after,
            changes[number] if voxels[number] else None,
            int(voxels[number]),
            judged.slices[number],
            bool(votes[number]),
        )
        extra = int(drawn[1, number] - drawn[0, number])
        spurious = voxels[number] == 0 and extra >= max(MIN_VOXELS, SPURIOUS_SHARE * all_voxels)
        structures.append(replace(verdict, veto="spurious" if spurious else _veto(verdict)))
    if not counted.any():
        return _SetVerdict(tuple(structures), None, None, None, 0, judged.of)
    right = counts.both.sum(axis=1)
    wrong = drawn - right
    won = int(((right[1] - wrong[1]) - (right[0] - wrong[0]))[counted].sum())
    means = np.nan_to_num(dice[:, counted]).mean(axis=1)
    return _SetVerdict(tuple(structures), mean, float(means[0]), float(means[1]), won, judged.of)


def _veto(verdict: StructureVerdict) -> str:
    if not verdict.votes or verdict.change is None:
        return ""
    # one slice of a small structure says less than what the candidate did to all others
    if verdict.change.value < -FALL_MARGIN and verdict.change.centre < 0:
        return "fell"
    return "may have fallen" if verdict.change.bound(VETO_SHARE) < -FALL_MARGIN else ""


def _veto_objection(verdict: StructureVerdict) -> _Objection:
    name, what = verdict.name, _veto_text(verdict)
    if verdict.veto == "spurious":
        return _Objection(what, f"Erase {name} on slices that show none, approve them, and refine again.")
    return _Objection(what, f"Correct a few more slices that show {name}, approve them, and refine again.")


def _veto_text(verdict: StructureVerdict) -> str:
    if verdict.veto == "spurious" or verdict.change is None:
        return f"{verdict.name} is drawn where there is none"
    if verdict.veto == "fell":
        return f"{verdict.name} fell by {-verdict.change.value:.3f}"
    low = verdict.change.bound(VETO_SHARE)
    return f"{verdict.name} may have fallen by as much as {-low:.3f}; more slices would tell"


def _sentence(verdict: StructureVerdict) -> str:
    name, before, after = verdict.name, verdict.before, verdict.after
    if before is None and after is None:
        return f"{name}: on none of the slices."
    if verdict.voxels == 0:
        who = "both students" if before is not None and after is not None else "the candidate" if before is None else "the active student"
        return f"{name}: not in the reference, and drawn by {who}."
    # as they are told: what rises by less than that has not risen for the reader
    before, after = round(before or 0.0, 3), round(after or 0.0, 3)
    word = "rose" if after > before else "fell" if after < before else "stayed"
    if not verdict.votes or verdict.change is None:
        return f"{name}: {word} from {before:.3f} to {after:.3f} (only {verdict.voxels} voxels, no vote)."
    low, high = verdict.change.interval()
    where = "1 slice" if verdict.slices == 1 else f"{verdict.slices} slices"
    return f"{name}: {word} from {before:.3f} to {after:.3f} (95 % interval {low:+.3f} to {high:+.3f}, {where})."


def _text(found: _SetVerdict) -> str:
    return f"{found.mean_before:.3f} to {found.mean_after:.3f}"


def _change(found: Mapping[str, Any]) -> Change | None:
    """Return what :func:`_numbers` gave."""
    if found["change"] is None:
        return None
    return Change(found["change"], (found["low"] + found["high"]) / 2, found["error"], found["freedom"], found["units"])


def _numbers(change: Change | None) -> dict[str, float | None]:
    if change is None:
        return {"change": None, "low": None, "high": None, "error": None, "freedom": None, "units": None}
    low, high = change.interval()
    return {"change": change.value, "low": low, "high": high, "error": change.error, "freedom": change.freedom, "units": change.units}


_NO_ROOM: Final = (
    "The approved slices are as they were proposed, so no student can be better there: correct slices where it is wrong, approve them, "
    "and refine again."
)
_NOTHING: Final = _SetVerdict((), None, None, None, 0, 0)
_WHERE: Final = {"held_back": "held-back slices", "corrected": "corrected slices"}
_VETO_ORDER: Final = {"fell": 0, "spurious": 1, "may have fallen": 2}
_LIMITS: Final = {
    "fall": FALL_MARGIN,
    "fall_chance": VETO_SHARE,
    "gain": MIN_GAIN,
    "gain_chance": GAIN_SHARE,
    "taught_chance": TAUGHT_SHARE,
    "strict_gain": STRICT_GAIN,
    "strict_share": STRICT_SHARE,
    "room_share": ROOM_SHARE,
    "steady": STEADY_MARGIN,
    "forgetting": FORGET_MARGIN,
    "fading": FADE_MARGIN,
    "fading_chance": FADE_SHARE,
    "voxels": MIN_VOXELS,
    "parity": PARITY_LIMIT,
    "latency": LATENCY_LIMIT,
    "size": SIZE_LIMIT,
}
