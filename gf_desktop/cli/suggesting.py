"""The verb that says which slices are worth correcting next."""

from __future__ import annotations

import argparse

from gf_desktop.cli.output import Output
from gf_desktop.jobs import answer_of
from gf_desktop.next_best import Ranking, reason
from gf_desktop.session import Session

__all__ = ["next_verb"]


def next_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """List the slices of the whole project that are worth most a minute, and why."""
    project = session.must_project()
    cases = {case.id: case for case in session.cases()}
    with output.progress("looking at the scans"):
        ranking: Ranking = answer_of(session.suggesting.rank, count=options.count)
    rows, documents = [], []
    for one in ranking.suggestions:
        case = cases[one.case_id]
        measured = case.spacing_known and not case.is_cine
        why = reason(one, project.table, measured=measured)
        name = project.table.by_id(one.structure).name if one.structure in project.table.ids else None
        rows.append((one.case_id, str(one.k), why))
        documents.append(
            {
                "case": one.case_id,
                "slice": one.k,
                "place_ij": list(one.place_ij),
                "structure": name,
                "unsure": round(one.unsure, 4),
                "stake_ml": round(one.stake_ml, 4) if measured else None,
                "stake_voxels": round(one.stake_voxels, 1),
                "disputed": one.disputed,
                "alike": one.alike,
                "seconds": round(one.seconds, 1),
                "score": one.score,
                "why": why,
            }
        )
    if not rows:
        output.say("Nothing is left to suggest: predict scans first, or everything is reviewed.")
    output.table(("case", "slice", "why"), rows)
    pace = ranking.pace
    seconds = {"stroke_s": round(pace.stroke_s, 2), "stroke_mm2": round(pace.stroke_mm2, 1), "strokes": pace.strokes}
    output.document({"slices": documents, "pace": seconds})
