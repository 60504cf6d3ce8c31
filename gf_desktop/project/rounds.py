"""What is kept of a round in its folder, beside its model and in the project: which data it saw, what the gate said, how it ended."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from gf_desktop.errors import TrainingError
from gf_desktop.project.database import writing
from gf_desktop.project.journal_file import utc_now
from gf_desktop.project.records import RoundReport
from gf_desktop.protocol import Accepted, decode_event

__all__ = ["DataUsed", "RoundReports", "decision_words", "read_accepted", "read_round_manifest"]

FIRST_EVENTS: Final = 200
"""A trainer tells what it accepted among the first events of its round."""


@dataclass(frozen=True, slots=True)
class DataUsed:
    """How much a model learned from in its round.

    Attributes
    ----------
    scans
        Scans in which a person had accepted or edited voxels.
    labelled, unlabelled, validation
        Slices to learn from, without labels, and held back; None where that was not kept.
    """

    scans: int
    labelled: int | None = None
    unlabelled: int | None = None
    validation: int | None = None


class RoundReports:
    """How each refinement of a project ended.

    Parameters
    ----------
    database
        The project's.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def save(self, report: RoundReport) -> None:
        """Remember how a refinement ended."""
        with writing(self._db):
            self._db.execute("INSERT OR REPLACE INTO rounds VALUES (?, ?, ?)", (report.run_id, utc_now(), json.dumps(asdict(report))))

    def last(self) -> RoundReport | None:
        """Return how the last refinement ended; None where there was none, or where another version of the program wrote it otherwise."""
        # the clock may have been set back
        row = self._db.execute("SELECT report FROM rounds ORDER BY rowid DESC LIMIT 1").fetchone()
        try:
            found = {} if row is None else json.loads(row[0])
            listed = {name: tuple(found[name]) for name in ("sentences", "changed_cases")}
            structures = {str(name): (before, after) for name, (before, after) in found["structures"].items()}
            return RoundReport(**found | listed | {"structures": structures})
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def read_round_manifest(path: Path) -> dict[str, Any] | None:
    """Return the list of scans of a round as it was written, or None where there is none or it is damaged."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and isinstance(document.get("items"), list) else None


def read_accepted(path: Path) -> Accepted | None:
    """Return what a trainer said it accepted, from the events of its round; None where that is not known."""
    try:
        with path.open("rb") as stream:
            for _ in range(FIRST_EVENTS):
                line = stream.readline(1 << 20)
                if not line:
                    return None
                event = decode_event(line)
                if isinstance(event, Accepted):
                    return event
    except (OSError, TrainingError):
        # events of another version of the program say nothing that is needed
        return None
    return None


def decision_words(gate: dict[str, Any]) -> tuple[str, ...]:
    """Return the gate's decision as the project stores it, in sentences: the reason, then one for each structure; none without a gate."""
    found = [gate.get("reason", ""), *_listed(gate.get("sentences")), *_listed(gate.get("structures"))]
    texts = [one.get("sentence", "") if isinstance(one, dict) else one for one in found]
    return tuple(text for text in texts if isinstance(text, str) and text)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
