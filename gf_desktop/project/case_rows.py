"""Rows of the database that hold a project's cases: written once, and read as :class:`Case`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gf_desktop.files.passport import Passport
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume
from gf_desktop.project.database import writing
from gf_desktop.project.journal_file import utc_now
from gf_desktop.project.passports import keep_passport
from gf_desktop.project.records import Case, Finding
from gf_desktop.project.split import Role, group_of

__all__ = ["SELECT_CASES", "case_of", "insert_case", "note_patient", "pseudonyms"]

MORE = "case "
"""Keys of the table meta under which stands what only some cases have: time, and whether their place is known."""

SELECT_CASES = (
    "SELECT id, title, modality, geometry, spacing_known, is_colour, status, reviewed, verdict, findings, image_sha256, model_id,"
    " (SELECT value FROM meta WHERE key = 'case ' || id) FROM cases"
)


def insert_case(
    database: sqlite3.Connection,
    case_id: str,
    volume: Volume,
    *,
    title: str,
    verdict: str,
    findings: tuple[Finding, ...],
    digests: tuple[str, str],
    passport: Passport | None,
) -> None:
    """Write the row of a new case; ``digests`` are those of its voxels and of all volumes of its series."""
    more: dict[str, Any] = {}
    if volume.time is not None:
        more |= {"time": volume.time.as_json(), "series_sha256": digests[1]}
    if not volume.place_known:
        more["place_known"] = False
    if volume.resampled:
        more["resampled"] = True
    with writing(database):
        database.execute(
            "INSERT INTO cases (id, title, modality, geometry, spacing_known, is_colour, status, verdict, findings, image_sha256,"
            " facts, created) VALUES (?, ?, ?, ?, ?, ?, 'new', ?, ?, ?, ?, ?)",
            (
                case_id,
                title,
                volume.modality,
                json.dumps(volume.geometry.as_json()),
                int(volume.spacing_known),
                int(volume.is_colour),
                verdict,
                json.dumps([[f.code, f.message, *([f.severity] if f.severity else [])] for f in findings]),
                digests[0],
                json.dumps(volume.facts),
                utc_now(),
            ),
        )
        if more:
            database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (MORE + case_id, json.dumps(more)))
        if passport is not None:
            keep_passport(database, case_id, passport)


def case_of(row: tuple[Any, ...], validation_slices: tuple[int, ...], roles: Mapping[str, Role]) -> Case:
    """Return the case of a row of ``SELECT_CASES``; ``roles`` are those of the split."""
    geometry = _geometry_of(row[3])
    more = {} if row[12] is None else json.loads(row[12])
    case = Case(
        id=row[0],
        title=row[1],
        modality=row[2],
        geometry=geometry,
        spacing_known=bool(row[4]),
        is_colour=bool(row[5]),
        status=row[6],
        slices=geometry.size_ijk[2],
        reviewed=row[7],
        verdict=row[8],
        findings=tuple(Finding(*fields[:3]) for fields in json.loads(row[9])),
        image_sha256=row[10],
        validation_slices=validation_slices,
        model_id=row[11],
        time=TimeAxis.from_json(more.get("time")),
        place_known=bool(more.get("place_known", True)),
        series_sha256=str(more.get("series_sha256", "")),
        resampled=bool(more.get("resampled", False)),
        patient=str(more.get("patient", "")),
    )
    role = roles.get(group_of(case))
    return replace(case, judges=True) if role is not None and role.side == "judge" else case


def note_patient(database: sqlite3.Connection, case_id: str, patient: str) -> None:
    """Write the pseudonym of a case's patient; within a transaction."""
    row = database.execute("SELECT value FROM meta WHERE key = ?", (MORE + case_id,)).fetchone()
    more = {} if row is None else json.loads(row[0])
    database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (MORE + case_id, json.dumps(more | {"patient": patient})))


def pseudonyms(database: sqlite3.Connection) -> list[str]:
    """Return the pseudonyms that the project has given, each as often as it has cases."""
    rows = database.execute("SELECT value FROM meta WHERE key LIKE ?", (MORE + "%",))
    return [patient for (value,) in rows if (patient := str(json.loads(value).get("patient", "")))]


@lru_cache(maxsize=4096)
def _geometry_of(text: str) -> Geometry:
    """Return the geometry of a row: it never changes, and a worklist is read after every stroke."""
    return Geometry.from_json(json.loads(text))
