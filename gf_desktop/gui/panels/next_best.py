"""What is worth looking at next, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gf_desktop.gui.actions import tr
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.project.records import Case
from gf_desktop.session import Session

__all__ = ["NextBest", "next_best"]


@dataclass(frozen=True, slots=True)
class NextBest:
    """A case, the stored number of a slice of the view's axis or -1 for the scan as a whole, and the reason in words."""

    case_id: str
    index: int
    why: str


def next_best(session: Session, ledger: SliceLedger, cases: Sequence[Case]) -> NextBest | None:
    """Return the slice of the scan on screen of which the student is least sure, else the next scan that is not approved; else None.

    Parameters
    ----------
    cases
        Of the project, in the order of import.
    """
    opened = session.open
    if opened is not None:
        doubtful = [(s.doubt, -at) for at, s in enumerate(ledger.summaries) if s is not None and s.doubt and not s.reviewed]
        if doubtful:
            doubt, place = max(doubtful)
            return NextBest(opened.id, -place, tr("slice {n}: least sure, {doubt} %").format(n=1 - place, doubt=round(100 * doubt)))
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
