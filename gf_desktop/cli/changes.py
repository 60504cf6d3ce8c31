"""The verb that says what another student changed, and takes or turns down its proposals."""

from __future__ import annotations

import argparse

from gf_desktop.changes import CaseChange
from gf_desktop.cli.output import Output
from gf_desktop.errors import ModelError, ProjectError
from gf_desktop.jobs import answer_of
from gf_desktop.session import Session

__all__ = ["changes_verb"]


def changes_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Predict again what another student drew, list what that changed, and take or turn down what is named."""
    project, changing = session.must_project(), session.changing
    named = None if options.case is None else {project.case(case_id).id for case_id in options.case}
    label = None
    if options.structure is not None:
        if options.structure not in project.table.names:
            known = ", ".join(project.table.names)
            raise ProjectError("The project has no such structure", where=options.structure, next_step=f"Its structures are: {known}.")
        label = project.table.by_name(options.structure).id
    waiting = [case_id for case_id in changing.waiting() if named is None or case_id in named]
    with output.progress("predicting") as bar:
        for number, case_id in enumerate(waiting):
            bar.show(number / len(waiting), f"predicting {case_id}")
            try:
                answer_of(session.predict, case_id)
            except ModelError as error:
                # a grey student cannot see a colour scan: that is no reason to leave the others
                output.warn(f"{case_id}: {error}")
    chosen = [one for one in changing.all(label=label) if named is None or one.case.id in named]
    if options.accept or options.keep:
        decide = changing.accept if options.accept else changing.keep
        for one in chosen:
            if named is not None or one.change.state == "open":
                answer_of(decide, one.case.id)
        chosen = [one for one in changing.all(label=label) if named is None or one.case.id in named]
    rows = [(one.case.id, one.change.older, one.change.newer, _size(one, label), one.change.state) for one in chosen]
    output.table(("case", "older", "newer", "changed", "decision"), rows)
    output.document({"predicted": waiting, "cases": [one.as_json(project.table) for one in chosen]})


def _size(one: CaseChange, label: int | None) -> str:
    return f"{one.changed_ml(label):.2f} ml" if one.measured else f"{one.change.changed_voxels(label)} px"
