"""How refinements ended, as a project remembers it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gf_desktop.project.records import RoundReport
from gf_desktop.project.store import Project


def report(run_id: str, *, promoted: bool = True) -> RoundReport:
    return RoundReport(
        run_id=run_id,
        candidate_id=f"{run_id}-model",
        previous_id="threshold",
        promoted=promoted,
        reason="it took over",
        sentences=("soft: rose from 0.500 to 0.900",),
        minutes=2.0,
        structures={"soft": (0.5, 0.9), "hard": (None, 0.25)},
        parity=1e-6,
        changed_cases=("C-001",),
        gate={"advice": "Go on.", "decided_by": "held_back"},
    )


def test_that_the_last_round_is_remembered_as_it_ended(project: Project) -> None:
    assert project.reports.last() is None
    for name in ("run-0001", "run-0002"):
        project.reports.save(report(name))
    assert project.reports.last() == report("run-0002")
    folder = project.folder
    project.close()
    assert Project.open(folder).reports.last() == report("run-0002")


def test_that_a_round_which_is_judged_again_replaces_its_report(project: Project) -> None:
    project.reports.save(report("run-0001"))
    project.reports.save(report("run-0001", promoted=False))
    found = project.reports.last()
    assert found is not None
    assert not found.promoted


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"run_id": 1}', '{"sentences": 3, "changed_cases": [], "structures": {}}'])
def test_that_a_report_which_cannot_be_read_is_none(project: Project, text: str) -> None:
    project.reports.save(report("run-0001"))
    folder: Path = project.folder
    project.close()
    with sqlite3.connect(folder / "project.sqlite") as database:
        database.execute("UPDATE rounds SET report = ?", (text,))
    database.close()
    assert Project.open(folder).reports.last() is None
