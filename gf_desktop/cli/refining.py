"""The verb “refine”: a round from here to its verdict, or on from where it was interrupted."""

from __future__ import annotations

import argparse

from gf_desktop.api import carry_out_round
from gf_desktop.cli.operations import label_named
from gf_desktop.cli.output import Output
from gf_desktop.errors import TrainingError
from gf_desktop.project.records import RoundReport
from gf_desktop.refinement import recipe_of
from gf_desktop.session import Session

__all__ = ["refine_verb"]


def refine_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Carry out “refine”."""
    recipe = recipe_of(options.recipe)
    structures = [label_named(name, session.must_project().table) for name in options.structure]
    goes_on = options.resume or options.finish
    if not goes_on:
        _tell_waiting(session, output, anew=options.anew)
    told: list[str] = []

    def follow() -> None:
        training = session.training
        words = "waits for the plug" if "battery" in training.paused_for else f"{max(training.eta_s, 0) / 60:.1f} min left"
        bar.show(training.fraction, f"{training.stage}, {words}")
        told.extend(training.log[len(told) :])

    def begin() -> None:
        if goes_on:
            session.rounds.go_on()
        else:
            session.refine(
                minutes=options.minutes,
                seed=options.seed,
                threads=options.cores,
                recipe=recipe,
                only_plugged=options.only_plugged,
                device=options.device,
                structures=structures,
            )
        if options.finish:
            session.rounds.finish()

    try:
        with output.progress("refining") as bar:
            session.training_changed.connect(follow)
            report = carry_out_round(session, begin)
    finally:
        for text in told:
            output.warn(text)
    _show(report, output)


def _tell_waiting(session: Session, output: Output, *, anew: bool) -> None:
    """Say that a round could go on; one that nobody stopped is not dropped without being asked for."""
    found = session.rounds.unfinished
    if found is None or anew:
        return
    order, fraction = found
    if order.state == "going":
        raise TrainingError(
            f"A refinement was interrupted at {fraction:.0%}",
            where=order.run_id,
            next_step="“refine --resume” goes on with it, “refine --anew” drops it and begins one.",
        )
    output.warn(f"A refinement was stopped at {fraction:.0%}; this one takes its place.")


def _show(report: RoundReport, output: Output) -> None:
    output.say(f"{report.reason} {report.advice}".rstrip())
    for sentence in report.sentences:
        output.say(f"  {sentence}")
    output.document(
        {
            "candidate": report.candidate_id,
            "promoted": report.promoted,
            "reason": report.reason,
            "advice": report.advice,
            "minutes": round(report.minutes, 3),
            "run": report.run_id,
            "parity": report.parity,
            "structures": {name: {"before": before, "after": after} for name, (before, after) in report.structures.items()},
        }
    )
