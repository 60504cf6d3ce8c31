"""What is worth looking at next, and why, in the words of the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.texts import effort_text
from gf_desktop.next_best import MANY_ALIKE
from gf_desktop.project.records import Case
from gf_desktop.ranking import Suggestion
from gf_desktop.session import Session

__all__ = ["NextBest", "next_best"]


@dataclass(frozen=True, slots=True)
class NextBest:
    """What to go to, and why.

    Attributes
    ----------
    case_id
        The scan.
    index
        Stored number of a slice of the view's axis, or of axis k where ``place_ijk`` says more; -1 for the scan as a whole.
    why
        The reason.
    place_ijk
        Voxel in the middle of what is likely to be wrong; None where only the slice is known.
    short
        Scan and reason in a few short lines, for a narrow place; "" where the reason is short enough.
    """

    case_id: str
    index: int
    why: str
    place_ijk: tuple[int, int, int] | None = None
    short: str = ""


def next_best(session: Session, ledger: SliceLedger, cases: Sequence[Case], *, k: int | None = None) -> NextBest | None:
    """Return the slice of the project that is worth most a minute; until they are ranked, that of the scan on screen with most in doubt.

    Where none is unsure, the next scan that is not approved, then the first slice of the scan on screen that nobody has looked at; else
    None.

    Parameters
    ----------
    cases
        Of the project, in the order of import.
    k
        Stored slice that is on screen: it is not suggested while there is another one.
    """
    opened = session.open
    found = session.suggesting.next(without=None if opened is None or k is None else (opened.id, k))
    case = None if found is None else next((case for case in cases if case.id == found.case_id), None)
    if found is not None and case is not None:
        place = (*found.place_ij, found.k) if min(found.place_ij) >= 0 else None
        why, short = _why(session, found, case)
        return NextBest(case.id, found.k, why, place, short)
    if opened is not None:
        left = [(at, s) for at, s in enumerate(ledger.summaries) if s is not None and not s.reviewed]
        # a slice that shows nothing is all doubt, and little is at stake there
        doubtful = [(s.doubt * sum(s.counts[1:]), s.doubt, -at) for at, s in left if s.doubt]
        if doubtful:
            _, doubt, place_on_axis = max(doubtful)
            text = tr("slice {n}: least sure, {doubt} %").format(n=1 - place_on_axis, doubt=round(100 * doubt))
            return NextBest(opened.id, -place_on_axis, text)
    return _scan(session, cases) or _unseen(session, ledger)


def _scan(session: Session, cases: Sequence[Case]) -> NextBest | None:
    opened = session.open
    # those that were begun first: a scan that is half reviewed is worth most when it is finished
    waiting = [case for case in cases if case.status != "approved" and (opened is None or case.id != opened.id)]
    case = next((case for case in waiting if case.status == "in progress"), waiting[0] if waiting else None)
    if case is None:
        return None
    if case.status == "in progress":
        why = tr("{left} of {all} slices left", case.slices).format(left=case.slices - case.reviewed, all=case.slices)
    else:
        why = tr("nobody has looked at it") if case.status == "new" else tr("proposed, not looked at yet")
    return NextBest(case.id, -1, why)


def _unseen(session: Session, ledger: SliceLedger) -> NextBest | None:
    opened = session.open
    index = next((at for at, summary in enumerate(ledger.summaries) if summary is not None and not summary.reviewed), None)
    if opened is None or index is None:
        return None
    if session.predicting is not None:
        # what is worth most is known in a moment
        return NextBest(opened.id, -1, tr("its masks are being drawn"))
    return NextBest(opened.id, index, tr("slice {n}: nobody has looked at it").format(n=index + 1))


def _why(session: Session, found: Suggestion, case: Case) -> tuple[str, str]:
    table = session.must_project().table
    name = next((structure.name for structure in table if structure.id == found.structure), tr("background"))
    measured = case.spacing_known and not case.is_cine
    pixels = tr("{n} px").format(n=round(found.stake_voxels))
    stake = tr("{ml} ml").format(ml=local_number(f"{found.stake_ml:.1f}")) if measured else pixels
    if found.disputed:
        text = tr("slice {n}, {name}: the students disagree, {stake} at stake, about {time}")
        about = tr("students disagree, {time}")
    else:
        text = tr("slice {n}, {name}: {unsure} % unsure, {stake} at stake, about {time}")
        about = tr("{unsure} % unsure, {time}")
    unsure = max(1, round(100 * found.unsure))
    facts = {"n": found.k + 1, "name": name, "unsure": unsure, "stake": stake, "time": effort_text(found.seconds), "case": case.id}
    lines = (tr("{case}, slice {n}").format(**facts), name, about.format(**facts))
    like = tr(", like {n} others").format(n=found.alike) if found.alike >= MANY_ALIKE else ""
    return text.format(**facts) + like, "\n".join(lines)
