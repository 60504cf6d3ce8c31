"""The verb that says whose the scans are."""

from __future__ import annotations

import argparse

from gf_desktop.cli.output import Output
from gf_desktop.errors import UserError
from gf_desktop.session import Session

__all__ = ["changes_patients", "patients_verb"]


def changes_patients(options: argparse.Namespace) -> bool:
    """Whether the file with the names is to be moved or deleted."""
    return bool(options.forget or options.keep is not None)


def patients_verb(session: Session, options: argparse.Namespace, output: Output) -> None:
    """Show pseudonyms, and names only where they are asked for; move or delete the file that holds the names."""
    patients = session.patients
    if options.forget:
        if not options.yes:
            next_step = "Say so with --yes, or keep it with --keep."
            raise UserError("Deleting the list of patients cannot be undone", where=str(patients.map.path), next_step=next_step)
        patients.forget()
        output.say("The list of patients is deleted; the pseudonyms stay.")
    elif options.keep is not None:
        patients.keep_elsewhere(options.keep)
        output.say(f"The list of patients is now {patients.map.path}.")
    known = patients.map.entries() if options.show else {}
    rows, documents = [], []
    for case in session.cases():
        document = {"id": case.id, "patient": case.patient}
        entry = known.get(case.id)
        if entry is not None:
            document |= entry.identity.as_json() | {"source": str(entry.source)}
        rows.append((case.id, case.patient or "–", case.title, *((entry.identity.patient_id, entry.identity.name) if entry else ("", ""))))
        documents.append(document)
    columns = ("case", "patient", "what", *(("number", "name") if options.show else ()))
    output.table(columns, [row[: len(columns)] for row in rows])
    output.document({"file": str(patients.map.path), "exists": patients.map.path.is_file(), "cases": documents})
