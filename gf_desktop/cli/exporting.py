"""The verb that writes files for other programs."""

from __future__ import annotations

import argparse

from gf_desktop.cli.output import Output
from gf_desktop.errors import UserError
from gf_desktop.exporting import CaseExport, ExportOptions
from gf_desktop.files.formats import DICOM_FORMATS
from gf_desktop.jobs import answer_of
from gf_desktop.session import Session

__all__ = ["export_verb"]


def export_verb(session: Session, options: argparse.Namespace, output: Output) -> int:
    """Export cases, say what became of each, and return 1 where one was left out, else 0.

    Ctrl+C leaves what is complete, and ``--resume`` goes on from there.
    """
    if options.format in DICOM_FORMATS and options.patient_tags is None:
        raise UserError(
            "A DICOM object can carry the patient's name and number, and it was not said whether it may",
            next_step="Add --patient-tags copy, or --patient-tags blank to leave them empty.",
        )
    wanted = ExportOptions(
        options.format,
        options.orientation,
        overwrite=options.overwrite,
        resume=options.resume,
        source=options.source,
        patient_tags=options.patient_tags or "blank",
        per_structure=options.per_structure,
    )
    with output.progress("exporting") as bar:

        def show(case_id: str, done: int, count: int) -> None:
            bar.show(done / count, f"exporting {case_id}, {done + 1} of {count}")

        cases: list[CaseExport] = answer_of(session.exporting.start, options.out, wanted, case_ids=options.case, on_progress=show)
    output.table(
        ("file", "verified", "state"),
        [(str(file.path), "yes" if file.verified else "no", one.state) for one in cases for file in one.files],
    )
    counts = {state: sum(one.state == state for one in cases) for state in ("written", "renewed", "unchanged", "left out")}
    output.say(", ".join(f"{count} {state}" for state, count in counts.items() if count) + ".")
    for one in cases:
        if one.reason:
            output.warn(f"{one.case_id} is left out: {one.reason}. {one.next_step}")
    files = [{"path": str(f.path), "verified": f.verified, "sha256": f.sha256} for one in cases for f in one.files]
    states = [
        {"id": one.case_id, "state": one.state, "files": len(one.files), "reason": one.reason, "next": one.next_step} for one in cases
    ]
    output.document({"files": files, "cases": states})
    return 1 if counts["left out"] else 0
