"""``--selftest``: one small pass through every part, for a fresh installation or a frozen build."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gf_desktop.cli.output import Output
from gf_desktop.demo import CORRECTED_SLICES, DEMO_PACK, demo_mapping, demo_series, reference_file
from gf_desktop.errors import TrainingError
from gf_desktop.jobs import InlineJobs, answer_of
from gf_desktop.pack import find_pack
from gf_desktop.project.records import RoundReport
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport

__all__ = ["run_selftest"]

TWO_STEPS: dict[str, float | int | str | bool] = {"max_steps": 2, "teacher_steps": 2}
"""Recipe of a round that only shows that the trainer runs."""


def run_selftest(output: Output) -> int:
    """Open the demo scan, predict, train two steps, export, paint the window once; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        session = Session(InlineJobs(), SubprocessTransport)
        try:
            document = _pass_through(session, Path(folder), output)
        finally:
            session.close_project()
    from gf_desktop.gui.app import paint_once

    paint_once()
    output.say("The window was painted.")
    output.say("Self-test passed.")
    output.document(document)
    return 0


def _pass_through(session: Session, folder: Path, output: Output) -> dict[str, object]:
    session.create_project(folder / "selftest", find_pack(DEMO_PACK))
    ((_path, case),) = answer_of(session.import_paths, [demo_series()])
    output.say(f"Read {case.title}.")
    prediction = answer_of(session.predict, case.id)
    output.say(f"Predicted with {prediction.model_id} on {prediction.provider}.")
    session.correct(case.id, reference_file(), slices=CORRECTED_SLICES, mapping=demo_mapping())
    reports: list[RoundReport] = []
    errors: list[Exception] = []
    session.round_finished.connect(reports.append)
    session.trouble.connect(errors.append)
    session.broke.connect(errors.append)
    session.refine(minutes=5, recipe=TWO_STEPS)
    session.wait_for_round()
    if errors:
        raise errors[0]
    if not reports:
        raise TrainingError("The trainer ended without a candidate", where="selftest", next_step="Install the program again.")
    report = reports[0]
    output.say(f"Trained two steps; ONNX differs from torch by at most {report.parity:.1e}. {report.reason}")
    files = answer_of(session.export, folder / "out", file_format="nifti")
    output.say(f"Exported and verified {len(files)} files.")
    return {"provider": prediction.provider, "parity": report.parity, "exports_verified": all(f.verified for f in files)}
