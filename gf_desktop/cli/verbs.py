"""The verbs: each asks the Session and prints its answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gf_desktop.cli.agreement import agreement_verb, changes_agreement
from gf_desktop.cli.asking import structure_path
from gf_desktop.cli.capsules import capsule_verb, changes_models, models_verb
from gf_desktop.cli.changes import changes_verb
from gf_desktop.cli.exporting import export_verb
from gf_desktop.cli.looking import compare_verb, measurements_verb
from gf_desktop.cli.operations import label_named, operation_named, operations_help
from gf_desktop.cli.output import Output
from gf_desktop.cli.passport import show_scan
from gf_desktop.cli.patients import changes_patients, patients_verb
from gf_desktop.cli.refining import refine_verb
from gf_desktop.cli.structures import changes_structures, run_structures
from gf_desktop.cli.suggesting import next_verb
from gf_desktop.files.inspect import inspect
from gf_desktop.files.masks import read_mapping
from gf_desktop.files.resample import ResampledLabel
from gf_desktop.files.structure_lists import read_structure_file
from gf_desktop.imaging.metrics import StructureScore, mean_dice
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.pack import find_pack
from gf_desktop.project.records import Case
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from gf_desktop.workspace import RefusedScan

__all__ = ["run_verb", "scores_document"]


def run_verb(options: argparse.Namespace, output: Output) -> int:
    """Carry out a parsed command and return the exit code."""
    if options.selftest:
        from gf_desktop.cli.selftest import run_selftest

        return run_selftest(output)
    verb = options.verb or "open"
    if verb in _WINDOW_VERBS:
        return _WINDOW_VERBS[verb](options, output)
    if verb == "inspect":
        _inspect(options, output)
        return 0
    if verb == "capsule":
        return capsule_verb(options, output)
    session = Session(InlineJobs(), lambda: SubprocessTransport(session.rounds.look_at_power))
    session.told.connect(output.warn)
    try:
        if verb != "new":
            reads = verb in _READING_VERBS or (verb in _MAY_READ and not _MAY_READ[verb](options))
            session.open_project(options.project, read_only=reads)
        return _PROJECT_VERBS[verb](session, options, output) or 0
    finally:
        session.close_project()


# verbs of the window


def _open(options: argparse.Namespace, _output: Output) -> int:
    from gf_desktop.gui.app import run

    return run(getattr(options, "path", None))


def _demo(options: argparse.Namespace, output: Output) -> int:
    from gf_desktop.gui.demo import run_demo

    return run_demo(output, headless=options.headless, out=options.out, seed=options.seed, minutes=options.minutes)


def _screenshots(options: argparse.Namespace, _output: Output) -> int:
    from gf_desktop.gui.screenshots import main

    return main([str(options.out)])


# verbs over a Session


def _new(session: Session, options: argparse.Namespace, output: Output) -> None:
    session.create_project(
        options.project, read_structure_file(structure_path(options.labels)).table if options.labels else find_pack(options.model)
    )
    card, names = session.active_card, list(session.must_project().table.names)
    begun = "starts without a model; the first refinement makes one" if card is None else f"starts with {card.id}"
    output.say(f"Project {options.project} {begun}: {', '.join(names)}.")
    output.document({"project": str(options.project), "model": "" if card is None else card.id, "structures": names})


def _import(session: Session, options: argparse.Namespace, output: Output) -> int:
    refused: list[RefusedScan] = []
    with output.progress("reading"):
        how = {"spacing_mm": options.spacing, "series": options.series, "level": options.level, "keep_text": options.keep_text}
        pairs: list[tuple[Path, Case]] = answer_of(session.import_paths, options.paths, on_refused=refused.extend, **how)
    if not pairs and len(refused) == 1:
        raise refused[0].error
    rows = [(case.id, str(path), case.title, f"{case.slices}", case.verdict) for path, case in pairs]
    output.table(("case", "source", "what", "slices", "geometry"), rows)
    for _path, case in pairs:
        for finding in case.findings:
            output.say(f"{case.id}: {finding.message}")
    for one in refused:
        what = "" if one.source is None else f"{one.source.description}: "
        output.warn(f"Not imported: {what}{one.error}".replace("\n", " "))
    cases = [
        {"id": case.id, "source": str(path), "verdict": case.verdict, "findings": [f.code for f in case.findings]} for path, case in pairs
    ]
    output.document({"cases": cases, "refused": [_refusal(one) for one in refused]})
    return 1 if refused else 0


def _refusal(one: RefusedScan) -> dict[str, Any]:
    """Return what programs are told of a scan that was not imported."""
    return {"source": str(one.path), "what": None if one.source is None else one.source.description, **one.error.as_json()}


def _list(session: Session, _options: argparse.Namespace, output: Output) -> None:
    cases = session.cases()
    output.table(
        ("case", "what", "status", "slices", "reviewed"), [(c.id, c.title, c.status, f"{c.slices}", f"{c.reviewed}") for c in cases]
    )
    documents = [
        {
            "id": c.id,
            "status": c.status,
            "slices": c.slices,
            "reviewed": c.reviewed,
            "modality": c.modality,
            "model": c.model_id,
            "title": c.title,
        }
        | ({} if c.time is None else {"time": c.time.as_json()})
        for c in cases
    ]
    output.document({"cases": documents})


def _frame(session: Session, options: argparse.Namespace, output: Output) -> None:
    case = session.frame_case(options.case, options.frame)
    output.say(f"{case.id} is frame {options.frame} of the series of {options.case}, with a mask of its own.")
    output.document({"case": case.id, "of": options.case, "frame": options.frame})


def _predict(session: Session, options: argparse.Namespace, output: Output) -> None:
    project = session.must_project()
    wanted = [case.id for case in session.cases()] if options.case is None else [project.case(case_id).id for case_id in options.case]
    documents = []
    with output.progress("predicting") as bar:
        for number, case_id in enumerate(wanted):
            bar.show(number / len(wanted), f"predicting {case_id}")
            prediction = answer_of(session.predict, case_id)
            documents.append({"id": case_id, "model": prediction.model_id, "provider": prediction.provider})
    for document in documents:
        output.say(f"{document['id']}: proposed by {document['model']} on {document['provider']}.")
    output.document({"cases": documents})


def _correct(session: Session, options: argparse.Namespace, output: Output) -> None:
    mapping = None if options.map is None else read_mapping(options.map)
    how = {"slices": options.slices, "mapping": mapping, "resample": options.resample, "other_frame": options.other_frame}
    report = session.correct(options.case, options.mask, **how)
    for note in report.notes:
        output.say(f"{note}.")
    document = {"case": report.case_id, "slices": list(report.slices), "voxels_changed": report.voxels_changed, "notes": list(report.notes)}
    if report.resampled is not None:
        rows = report.resampled.labels
        output.table(("label", "voxels before", "after", "ml before", "after", "outside"), [_resampled_row(row) for row in rows])
        document["resampled"] = {"method": report.resampled.method, "labels": [row.as_json() for row in rows]}
    output.say(f"{report.case_id}: {len(report.slices)} slices approved, {report.voxels_changed} voxels changed.")
    output.document(document)


def _resampled_row(row: ResampledLabel) -> tuple[str, ...]:
    volumes = (f"{row.ml_before:.2f}", f"{row.ml_after:.2f}")
    return (str(row.label), str(row.voxels_before), str(row.voxels_after), *volumes, f"{row.outside_share:.1%}")


def _edit(session: Session, options: argparse.Namespace, output: Output) -> None:
    table = session.must_project().table
    if options.operation == "help":
        output.say(operations_help())
        output.document({"operations": operations_help().splitlines()})
        return
    operation = operation_named(options.operation, options.settings, table)
    over = None if options.over is None else frozenset(label_named(name, table) for name in options.over)
    session.open_case(options.case)
    before = session.must_open().label_map.labels.copy()
    changed = answer_of(session.operate, operation, over=over)
    voxels = int((session.must_open().label_map.labels != before).sum())
    output.say(f"{options.case}: {options.operation} changed {voxels} voxels." if changed else f"{options.case}: nothing to change.")
    output.document({"case": options.case, "changed": changed, "voxels_changed": voxels})


def _turn(session: Session, options: argparse.Namespace, output: Output) -> None:
    session.open_case(options.case)
    journal = session.must_open().journal
    name = journal.undo_name if options.verb == "undo" else journal.redo_name
    turn = session.undo if options.verb == "undo" else session.redo
    turn()
    done = "taken back" if options.verb == "undo" else "carried out again"
    output.say(f"{options.case}: {name} {done}." if name else f"{options.case}: nothing to {options.verb}.")
    output.document({"case": options.case, options.verb: name})


def _lock(session: Session, options: argparse.Namespace, output: Output) -> None:
    table = session.must_project().table
    session.set_locked(label_named(options.structure, table), locked=not options.off)
    names = [s.name for s in table if s.id in session.locked]
    output.say(f"Locked: {', '.join(names) or 'none'}.")
    output.document({"locked": names})


def _activate(session: Session, options: argparse.Namespace, output: Output) -> None:
    session.activate(options.model)
    output.say(f"{options.model} serves now.")
    output.document({"active": options.model})


def _rollback(session: Session, _options: argparse.Namespace, output: Output) -> None:
    previous = session.roll_back()
    output.say(f"{previous} serves again.")
    output.document({"active": previous})


def scores_document(scores: dict[str, StructureScore]) -> dict[str, Any]:
    """Return {mean_dice, structures: {name: {dice, hd95_mm}}}; null where a structure was not scored."""
    structures = {name: {"dice": s.dice, "hd95_mm": s.hd95_mm} for name, s in scores.items()}
    return {"mean_dice": mean_dice(scores), "structures": structures}


def _evaluate(session: Session, options: argparse.Namespace, output: Output) -> None:
    mapping = None if options.map is None else read_mapping(options.map)
    how = {"slices": options.slices, "mapping": mapping, "other_frame": options.other_frame}
    document = scores_document(session.evaluate(options.case, options.reference, **how))
    rows = [(name, _number(s["dice"], 3), _number(s["hd95_mm"], 1)) for name, s in document["structures"].items()]
    output.table(("structure", "Dice", "HD95 mm"), [*rows, ("mean", _number(document["mean_dice"], 3), "")])
    output.document(document)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _inspect(options: argparse.Namespace, output: Output) -> None:
    document = inspect(options.path, spacing_mm=options.spacing, series=options.series, level=options.level)
    for scan in document["scans"]:
        show_scan(scan, output)
    output.document(document)


_WINDOW_VERBS: dict[str, Callable[[argparse.Namespace, Output], int]] = {"open": _open, "demo": _demo, "screenshots": _screenshots}

_PROJECT_VERBS: dict[str, Callable[[Session, argparse.Namespace, Output], int | None]] = {
    "new": _new,
    "import": _import,
    "list": _list,
    "patients": patients_verb,
    "frame": _frame,
    "predict": _predict,
    "correct": _correct,
    "edit": _edit,
    "undo": _turn,
    "redo": _turn,
    "lock": _lock,
    "structures": run_structures,
    "refine": refine_verb,
    "models": models_verb,
    "activate": _activate,
    "rollback": _rollback,
    "changes": changes_verb,
    "next": next_verb,
    "agreement": agreement_verb,
    "export": export_verb,
    "evaluate": _evaluate,
    "measurements": measurements_verb,
    "compare": compare_verb,
}

_MAY_READ: dict[str, Callable[[argparse.Namespace], bool]] = {
    "structures": changes_structures,
    "patients": changes_patients,
    "models": changes_models,
    "agreement": changes_agreement,
}
"""Verbs that read or write, and whether they write."""

_READING_VERBS = frozenset({"list", "evaluate", "export", "measurements", "compare", "next"})
