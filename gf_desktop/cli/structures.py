"""The verb “structures”: the list of structures of a project, and what changes it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from gf_desktop.cli.asking import structure_path
from gf_desktop.cli.operations import label_named
from gf_desktop.cli.output import Output
from gf_desktop.errors import UserError
from gf_desktop.files.structure_lists import read_structure_file, shipped_structure_files
from gf_desktop.imaging.labelmap import Structure
from gf_desktop.jobs import answer_of
from gf_desktop.session import Session
from gf_desktop.structuring import RemovalReport, StructureCount

__all__ = ["changes_structures", "run_structures"]


def changes_structures(options: argparse.Namespace) -> bool:
    """Return whether a parsed command writes to the project."""
    return bool(
        options.change in ("add", "edit")
        or (options.change in ("merge", "delete") and options.yes)
        or (options.change == "take" and options.source != "help")
    )


def run_structures(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Carry out the verb."""
    _CHANGES[options.change or "list"](session, options, output)


def _documents(session: Session) -> list[dict[str, Any]]:
    card = session.active_card
    known = () if card is None else card.table.ids
    return [
        {
            "id": s.id,
            "name": s.name,
            "color": s.color,
            "code": s.code,
            "locked": s.id in session.locked,
            "known_to_student": s.id in known,
        }
        for s in session.must_project().table
    ]


def _list(session: Session, _options: argparse.Namespace, output: Output) -> None:
    documents = _documents(session)
    rows = [
        (str(d["id"]), str(d["name"]), str(d["color"]), str(d["code"]), _yes(d["locked"]), _yes(d["known_to_student"])) for d in documents
    ]
    output.table(("id", "structure", "colour", "code", "locked", "predicted"), rows)
    output.document({"structures": documents})


def _yes(holds: object) -> str:
    return "yes" if holds else "–"


def _added(session: Session, added: tuple[Structure, ...], output: Output) -> None:
    output.say(f"Added: {', '.join(f'{s.name} ({s.id})' for s in added) or 'nothing, all of them are there'}.")
    output.document({"added": [s.id for s in added], "structures": _documents(session)})


def _add(session: Session, options: argparse.Namespace, output: Output) -> None:
    made = session.add_structure(options.name, color=options.colour or "", code=options.code or "")
    _added(session, (made,), output)


def _edit(session: Session, options: argparse.Namespace, output: Output) -> None:
    label = label_named(options.structure, session.must_project().table)
    session.change_structure(label, name=options.name, color=options.colour, code=options.code)
    structure = session.must_project().table.by_id(label)
    output.say(f"{structure.id}: {structure.name}, {structure.color}{f', {structure.code}' if structure.code else ''}.")
    output.document({"structures": _documents(session)})


def _remove(session: Session, options: argparse.Namespace, output: Output) -> None:
    table = session.must_project().table
    label = label_named(options.structure, table)
    into = label_named(options.into, table) if options.change == "merge" else 0
    if not label or (options.change == "merge" and not into):
        raise UserError("Background is no structure", where=options.structure, next_step="Name a structure.")
    if not options.yes:
        count: StructureCount = answer_of(session.count_structure, label)
        what = f"{table.by_id(label).name} has {count.voxels} voxels in {len(count.cases)} scans, {count.reviewed_voxels} of them reviewed."
        output.say(f"{what} Nothing was changed; add --yes to do it.")
        output.document({"done": False, "voxels": count.voxels, "reviewed_voxels": count.reviewed_voxels, "cases": list(count.cases)})
        return
    report: RemovalReport = answer_of(session.remove_structure, label, into=into)
    output.say(f"{report.name} is gone, {report.voxels} voxels in {len(report.cases)} scans changed; “undo” takes that back in each.")
    output.document({"done": True, "voxels": report.voxels, "cases": list(report.cases), "structures": _documents(session)})


def _take(session: Session, options: argparse.Namespace, output: Output) -> None:
    if options.source == "help":
        lists = [read_structure_file(path) for path in shipped_structure_files()]
        output.table(("name", "what", "structures"), [(f.path.stem, f.name, f"{len(f.table)}") for f in lists])
        output.document({"lists": [{"name": f.path.stem, "title": f.name, "structures": list(f.table.names)} for f in lists]})
        return
    _added(session, session.take_structures(structure_path(options.source)), output)


def _save(session: Session, options: argparse.Namespace, output: Output) -> None:
    session.save_structures(options.file)
    output.say(f"The list is in {options.file}.")
    output.document({"file": str(options.file)})


_CHANGES: dict[str, Callable[[Session, argparse.Namespace, Output], None]] = {
    "list": _list,
    "add": _add,
    "edit": _edit,
    "merge": _remove,
    "delete": _remove,
    "take": _take,
    "save": _save,
}
