"""The verbs of models as versions: what is known of them, and capsules out, in, looked at and trained again."""

from __future__ import annotations

import argparse
from typing import Any

from gf_desktop.capsule.reading import Capsule, verify_capsule
from gf_desktop.capsule.replay import ReplaySources, replay_capsule
from gf_desktop.capsule.signing import make_key
from gf_desktop.cli.output import Output
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.project.records import ModelRecord
from gf_desktop.resources import resource_dir
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from gf_desktop.versioning import ModelComparison, ModelStory

__all__ = ["capsule_verb", "changes_models", "models_verb"]


# models


def changes_models(options: argparse.Namespace) -> bool:
    """Whether the verb writes to the project."""
    return options.rename is not None or options.note is not None


def models_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """List the models, tell of one, compare two, or write a title or note."""
    if options.show is not None:
        _tell(session.versions.story(options.show), output)
    elif options.compare is not None:
        _compare(session, options.compare, output)
    elif changes_models(options):
        model_id, text = options.rename or options.note
        record = session.versions.describe(model_id, **{"title" if options.rename else "note": text})
        output.say(f"{record.id}: {record.title}." + (f" {record.note}" if record.note else ""))
        output.document({"id": record.id, "title": record.title, "note": record.note})
    else:
        _list(session, output)


def _list(session: Session, output: Output) -> None:
    records = session.models()
    output.table(("model", "state", "parent", "Dice", "made"), [_row(r) for r in records])
    documents = [
        {
            "id": r.id,
            "state": r.state,
            "parent": r.parent,
            "created": r.created,
            "mean_dice": r.mean_dice,
            "title": r.title,
            "note": r.note,
        }
        for r in records
    ]
    output.document({"models": documents})


def _row(record: ModelRecord) -> tuple[str, str, str, str, str]:
    return (record.id, record.state, record.parent or "–", _dice(record.mean_dice), record.created[:16].replace("T", " "))


def _dice(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _data_words(story: ModelStory) -> str:
    if story.data is None:
        return "not known; it was not refined here" if story.brought else "the pack that came with the program or its maker"
    slices = "" if story.data.labelled is None else f", {story.data.labelled} slices to learn from, {story.data.validation} held back"
    return f"{story.data.scans} scans{slices}"


def _story_document(story: ModelStory) -> dict[str, Any]:
    record, card, data = story.record, story.card, story.data
    used = None if data is None else {name: getattr(data, name) for name in ("scans", "labelled", "unlabelled", "validation")}
    return {
        "id": record.id,
        "title": record.title,
        "note": record.note,
        "state": record.state,
        "parent": record.parent,
        "created": record.created,
        "mean_dice": record.mean_dice,
        "structures": story.dice,
        "measured_on": story.measured_on,
        "data": used,
        "training_data": card.training_data,
        "decision": list(story.decision),
        "licence": card.licence,
        "modality": card.modality,
        "from_capsule": story.brought,
    }


def _tell(story: ModelStory, output: Output) -> None:
    record = story.record
    output.say(f"{record.id}: {record.title} ({record.state})")
    for text in (record.note, f"from {record.parent}" if record.parent else "", f"learned from: {_data_words(story)}"):
        if text:
            output.say(f"  {text}")
    for sentence in story.decision:
        output.say(f"  {sentence}")
    output.table(("structure", "Dice"), [(name, _dice(dice)) for name, dice in story.dice.items()])
    if story.measured_on:
        output.say(f"Measured on: {story.measured_on}.")
    output.document(_story_document(story))


def _compare(session: Session, pair: list[str], output: Output) -> None:
    compared: ModelComparison = answer_of(session.versions.measure, session.versions.compare(*pair))
    first, second = compared.first, compared.second
    output.table(("structure", first.record.id, second.record.id), [(name, _dice(a), _dice(b)) for name, a, b in compared.rows])
    for story in (first, second):
        output.say(f"{story.record.id} learned from: {_data_words(story)}")
    if compared.slices:
        output.say(f"Both were measured now, on {compared.slices} slices that no round learns from.")
    elif not compared.same_slices:
        output.say("The two were not measured on the same slices, so small differences say nothing.")
    output.document(
        {
            "models": [_story_document(first), _story_document(second)],
            "structures": {name: {"first": a, "second": b} for name, a, b in compared.rows},
            "same_slices": compared.same_slices,
            "slices_measured_now": compared.slices,
        }
    )


# capsules


def capsule_verb(options: argparse.Namespace, output: Output) -> int:
    """Carry out “capsule”; the exit code is 0, or 1 where a replay ends in other weights."""
    match options.todo:
        case "verify":
            _verify(options, output)
        case "key":
            name = make_key(options.out)
            output.say(f"The key is in {options.out}. Keep it to yourself; its fingerprint, {name}, is for everybody.")
            output.document({"key": str(options.out), "fingerprint": name})
        case "replay":
            return _replay(options, output)
        case _:
            _in_project(options, output)
    return 0


def _in_project(options: argparse.Namespace, output: Output) -> None:
    session = Session(InlineJobs(), SubprocessTransport)
    session.told.connect(output.warn)
    try:
        session.open_project(options.project, read_only=options.todo == "export")
        if options.todo == "export":
            arguments = {"key": options.key, "overwrite": options.overwrite}
            capsule: Capsule = answer_of(session.versions.export_capsule, options.model, options.out, **arguments)
            output.say(f"{options.model} is in {options.out}, read back and checked; {_signed(capsule)}.")
            output.document({"path": str(options.out), **_capsule_document(capsule)})
        else:
            record: ModelRecord = answer_of(session.versions.import_capsule, options.file)
            output.say(f"{record.id}: {record.title}. “activate {record.id}” lets it serve.")
            output.document({"model": record.id, "state": record.state, "parent": record.parent, "title": record.title})
    finally:
        session.close_project()


def _signed(capsule: Capsule) -> str:
    return f"signed by {capsule.signer}" if capsule.signer else "unsigned"


def _capsule_document(capsule: Capsule) -> dict[str, Any]:
    document, card = capsule.document, capsule.card
    data = document.data
    return {
        "sha256": capsule.sha256,
        "bytes": capsule.size,
        "signed_by": capsule.signer or None,
        "model": card.id,
        "title": card.title,
        "modality": card.modality,
        "structures": list(card.table.names),
        "channels": card.preprocess.channels,
        "licence": card.licence,
        "lineage": [ancestor.id for ancestor in document.lineage],
        "data": None if data is None else {"scans": len(data.scans), "labelled": data.labelled, "validation": data.validation},
        "metrics": card.metrics,
        "gate": document.gate,
        "files": {name: content.size for name, content in document.files.items()},
    }


def _verify(options: argparse.Namespace, output: Output) -> None:
    capsule = verify_capsule(options.file)
    card, document = capsule.card, capsule.document
    kind = "colour" if card.preprocess.colour else "grey"
    output.say(f"{card.id}: {card.title}, for {card.modality or 'any modality'}, {kind}; {_signed(capsule)}.")
    output.say(f"Structures: {', '.join(card.table.names)}.")
    output.say(f"Licence: {card.licence or 'not stated'}. {card.training_data}")
    if document.lineage:
        output.say(f"It descends from {', '.join(ancestor.id for ancestor in document.lineage)}.")
    output.table(("file", "bytes"), [(name, str(content.size)) for name, content in document.files.items()])
    output.say("Every file matches its hash, and the student answers.")
    output.document(_capsule_document(capsule))


def _replay(options: argparse.Namespace, output: Output) -> int:
    packs = tuple(sorted(path.parent for path in (resource_dir() / "models").glob("*/card.json")))
    sources = ReplaySources(options.project, options.manifest, options.parent, packs)
    with output.progress("training again") as bar:
        report = replay_capsule(
            options.file,
            options.out,
            sources,
            SubprocessTransport(),
            on_change=lambda state: bar.show(min(state.fraction, 1.0), state.stage or "starting"),
        )
    output.table(("weights", "tensors", "differing"), [(one.name, str(one.tensors), str(one.differing)) for one in report.files])
    if report.same:
        output.say(f"{report.model_id} replays to the same weights, bit for bit, on {report.threads or 'all'} threads.")
    else:
        output.say(f"{report.model_id} does not replay to the same weights. Another processor or version of the program may be why.")
    output.document(
        {
            "model": report.model_id,
            "same": report.same,
            "threads": report.threads,
            "folder": str(report.folder),
            "files": {one.name: {"same": one.same, "tensors": one.tensors, "differing": one.differing} for one in report.files},
        }
    )
    return 0 if report.same else 1
