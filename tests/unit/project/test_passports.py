"""Geometry passports that a project keeps of its scans."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from gf_desktop.errors import FileFormatError
from gf_desktop.files.passport import Contradiction, Gap, Passport, SlicePositions
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.time_axis import TimeAxis
from gf_desktop.imaging.volume import Volume
from gf_desktop.project.store import Project

PASSPORT = Passport(
    "amber",
    (1.0, 2.0, 3.0),
    "ImagePositionPatient of 5 slices",
    (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    "ImageOrientationPatient of 5 slices",
    (0.5, 0.5, 2.0),
    ("PixelSpacing", "PixelSpacing", "stated by the user"),
    SlicePositions(5, 2.0, 0.1, 1.9, 2.1, (Gap(2.0, 6.0, 1),), 1, 2, 3, 0, 0.5, 4.0, 10.0),
    (Contradiction("SliceThickness", 5.0, 2.0),),
    0.25,
    1.5,
    resampled=True,
)


def test_that_a_passport_survives_json() -> None:
    assert Passport.from_json(json.loads(json.dumps(PASSPORT.as_json()))) == PASSPORT


@pytest.mark.parametrize("document", [{}, {"verdict": "blue"}, {"verdict": "red", "origin_mm": [1, 2]}, [], None, 3])
def test_that_something_else_is_no_passport(document: object) -> None:
    with pytest.raises(FileFormatError, match="no passport"):
        Passport.from_json(document)  # type: ignore[arg-type]


def add(project: Project, passport: Passport | None, *, resampled: bool = False) -> str:
    voxels = np.random.default_rng(int(passport is None)).integers(0, 100, (5, 12, 16)).astype(np.int16)
    volume = Volume(voxels, Geometry.identity((16, 12, 5)), "CT", resampled=resampled)
    return project.add_case(volume, title="CT", verdict="amber", findings=(), passport=passport)[0].id


def test_that_a_project_keeps_the_passport_and_that_voxels_were_resampled(project: Project) -> None:
    case_id = add(project, PASSPORT, resampled=True)
    assert project.passport(case_id) == PASSPORT
    assert project.case(case_id).resampled
    assert project.load_volume(case_id).resampled


def test_that_a_scan_without_a_passport_has_none(project: Project, case_id: str) -> None:
    assert project.passport(case_id) is None
    assert project.passport(add(project, None)) is None
    assert not project.case(case_id).resampled
    assert not project.load_volume(case_id).resampled


def test_that_a_scan_of_an_older_project_gets_its_passport_when_it_is_imported_again(project: Project) -> None:
    case_id = add(project, PASSPORT)
    database = sqlite3.connect(project.folder / "project.sqlite")
    with database:
        assert database.execute("DELETE FROM meta WHERE key = ?", (f"passport {case_id}",)).rowcount == 1
    database.close()
    assert project.passport(case_id) is None
    assert add(project, PASSPORT) == case_id
    assert project.passport(case_id) == PASSPORT
    assert add(project, replace(PASSPORT, verdict="green")) == case_id
    assert project.passport(case_id) == PASSPORT


@pytest.mark.parametrize("text", ["no JSON", "{}", '{"verdict": "of another version"}'])
def test_that_a_passport_that_cannot_be_read_is_none(project: Project, text: str) -> None:
    case_id = add(project, PASSPORT)
    database = sqlite3.connect(project.folder / "project.sqlite")
    with database:
        assert database.execute("UPDATE meta SET value = ? WHERE key = ?", (text, f"passport {case_id}")).rowcount == 1
    database.close()
    assert project.passport(case_id) is None


def test_that_a_frame_of_a_series_has_the_passport_of_the_series(project: Project) -> None:
    frames = np.random.default_rng(0).integers(0, 100, (3, 5, 12, 16)).astype(np.int16)
    volume = Volume(frames[0].copy(), Geometry.identity((16, 12, 5)), "MR", time=TimeAxis("series", 3, 50.0))
    case, _ = project.add_case(volume, title="MR", verdict="amber", findings=(), frames=frames, passport=PASSPORT)
    assert project.passport(project.add_frame(case.id, 2).id) == PASSPORT
