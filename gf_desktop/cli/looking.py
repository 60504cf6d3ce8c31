"""Verbs that look at a case and change nothing."""

from __future__ import annotations

import argparse

from gf_desktop.atomic import atomic_path
from gf_desktop.cli.output import Output
from gf_desktop.imaging.measurements import as_csv, as_text
from gf_desktop.session import Session

__all__ = ["measurements_verb"]


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
