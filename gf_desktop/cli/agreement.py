"""The verb that says how well a person agrees with themselves, and takes second readings."""

from __future__ import annotations

import argparse

from gf_desktop.cli.output import Output
from gf_desktop.errors import ProjectError
from gf_desktop.files.masks import mapped_mask, read_mapping
from gf_desktop.session import Session

__all__ = ["agreement_verb", "changes_agreement"]


def changes_agreement(options: argparse.Namespace) -> bool:
    """Whether anything is to be written."""
    return options.mask is not None or options.offer is not None


def agreement_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Take a second reading of a slice where one is given; then show own agreement beside the student's Dice, and the advice."""
    project, agreeing = session.must_project(), session.agreeing
    if options.offer is not None:
        agreeing.set_enabled(enabled=options.offer == "on")
    if options.mask is not None:
        if options.case is None or options.slice is None:
            raise ProjectError(
                "A second reading is of one slice of one scan", where="agreement", next_step="Name them with --case and --slice."
            )
        case = project.case(options.case)
        mapping = None if options.map is None else read_mapping(options.map)
        taken = mapped_mask(options.mask, case.geometry, project.table, mapping=mapping, cine=case.is_cine).labels
        if not 0 <= options.slice < case.slices:
            raise ProjectError(
                f"The scan has slices 0 to {case.slices - 1}, not {options.slice}", where=case.id, next_step="Name a slice of the scan."
            )
        agreeing.compare(case.id, options.slice, taken[options.slice], model_id=case.model_id)
    advice = agreeing.advice()
    rows = [(name, _text(own), _text(advice.student.get(name))) for name, own in advice.own.items()]
    output.table(("structure", "you", "student"), rows)
    output.say(f"{advice.sentence}. ({advice.slices} slices read twice)")
    document = agreeing.document
    output.document(
        {
            "advice": advice.kind,
            "sentence": advice.sentence,
            "below": list(advice.below),
            "offer": document.enabled,
            "structures": {name: {"own": own, "student": advice.student.get(name)} for name, own in advice.own.items()},
            "repeats": [{"case": one.case, "slice": one.k, "done": one.done, "seconds": one.seconds} for one in document.repeats],
        }
    )


def _text(dice: float | None) -> str:
    return "–" if dice is None else f"{dice:.3f}"
