"""Verbs that look at a case and change nothing."""

from __future__ import annotations

import argparse

from gf_desktop.atomic import atomic_path
from gf_desktop.cli.output import Output
from gf_desktop.comparing import OtherMask, default_choice, total_change
from gf_desktop.errors import ProjectError
from gf_desktop.files.masks import read_mapping
from gf_desktop.imaging.measurements import as_csv, as_text
from gf_desktop.jobs import answer_of
from gf_desktop.session import Session

__all__ = ["compare_verb", "measurements_verb"]


def measurements_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Print the measurements of a case, and write them as a table where that is asked for."""
    items, volume = session.measuring.of_case(options.case)
    rows = [
        (str(one.number), one.name, one.kind, f"{'ijk'[one.axis]} {one.slice_index(volume.geometry)}", "  ".join(as_text(one, volume)))
        for one in items
    ]
    output.table(("", "name", "kind", "slice", "result"), rows)
    if options.csv is not None:
        with atomic_path(options.csv) as temporary:
            temporary.write_text(as_csv(items, volume), encoding="utf-8", newline="")
        output.say(f"Written to {options.csv}.")
    output.document({"case": options.case, "measurements": [one.as_json(volume) for one in items]})


def compare_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Compare a case's mask with another mask of it: Dice of each structure, and the ml that were added and removed."""
    comparing = session.comparing
    revisions = comparing.revisions(options.case)
    session.open_case(options.case)
    if options.mask is not None:
        mapping = None if options.map is None else read_mapping(options.map)
        other: OtherMask = answer_of(comparing.with_file, options.mask, mapping=mapping, other_frame=options.other_frame)
    else:
        chosen = default_choice(revisions) if options.revision is None else None
        if options.revision is None and chosen is None:
            raise ProjectError(
                f"{options.case} has no other mask", where=options.case, next_step="Predict it first, or name a file with --mask."
            )
        other = answer_of(comparing.with_revision, chosen.number if chosen is not None else options.revision)
    changes = comparing.changes or {}
    mean, changed_ml = total_change(changes)
    output.say(f"{options.case} compared with {other.name}")
    rows = [
        (name, "–" if one.dice is None else f"{one.dice:.3f}", *(f"{v:.2f}" for v in (one.volume_ml, one.added_ml, one.removed_ml)))
        for name, one in changes.items()
    ]
    output.table(("structure", "Dice", "ml", "added ml", "removed ml"), rows)
    output.document(
        {
            "case": options.case,
            "with": {"name": other.name, "revision": None if other.revision is None else other.revision.number},
            "mean_dice": mean,
            "changed_ml": changed_ml,
            "structures": {name: one.as_json() for name, one in changes.items()},
            "revisions": [
                {"number": one.number, "kind": one.kind, "model": one.model_id, "author": one.author, "created": one.created}
                for one in revisions
            ],
        }
    )
