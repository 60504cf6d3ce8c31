"""The one file that says whose scans these are."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from gf_desktop.errors import ProjectError
from gf_desktop.files.private import Identity
from gf_desktop.project.patients import FILE_NAME, PatientMap, Patients, next_pseudonym

ERIKA = Identity(patient_id="4711", name="Muster^Erika", birth_date="19640812", study_uid="1.2.3")


@pytest.fixture
def patients(tmp_path: Path) -> PatientMap:
    return PatientMap(tmp_path / "patients.json")


def test_that_scans_of_one_patient_share_a_pseudonym(patients: PatientMap) -> None:
    other = Identity(patient_id="4711", name="MUSTER^E.", study_uid="9.9")
    assert patients.note("C-001", ERIKA, Path("/in/a"), taken=()) == "P-001"
    assert patients.note("C-002", Identity(patient_id="12"), Path("/in/b"), taken=()) == "P-002"
    assert patients.note("C-003", other, Path("/in/c"), taken=()) == "P-001"
    entries = patients.entries()
    assert entries["C-001"].identity == ERIKA
    assert entries["C-003"].source == Path("/in/c")


def test_that_name_and_date_of_birth_tell_a_patient_where_there_is_no_number(patients: PatientMap) -> None:
    one, twin = Identity(name="A^B", birth_date="20000101"), Identity(name="A^B", birth_date="20010101")
    given = [patients.note(f"C-00{n}", who, Path("x"), taken=()) for n, who in enumerate((one, twin, one), start=1)]
    assert given == ["P-001", "P-002", "P-001"]


@pytest.mark.parametrize("identity", [None, Identity(), Identity(study_uid="1.2.3")])
def test_that_nobody_named_means_no_pseudonym(patients: PatientMap, identity: Identity | None) -> None:
    assert patients.note("C-001", identity, Path("scan.nii.gz"), taken=()) == ""
    assert patients.entries()["C-001"].patient == ""


def test_that_a_deleted_file_is_forgotten_and_its_pseudonyms_are_not_given_again(patients: PatientMap) -> None:
    patients.note("C-001", ERIKA, Path("a"), taken=())
    patients.path.unlink()
    assert patients.entries() == {}
    assert patients.note("C-002", ERIKA, Path("b"), taken=["P-001"]) == "P-002"


def test_that_the_file_is_for_its_owner_alone_and_says_what_it_is(patients: PatientMap) -> None:
    patients.note("C-001", ERIKA, Path("a"), taken=())
    assert stat.S_IMODE(patients.path.stat().st_mode) == 0o600
    assert "delete it" in json.loads(patients.path.read_text(encoding="utf-8"))["about"]


def test_that_it_can_be_kept_elsewhere(patients: PatientMap, tmp_path: Path) -> None:
    patients.note("C-001", ERIKA, Path("a"), taken=())
    before, old = patients.entries(), patients.path
    kept = patients.copy_to(tmp_path / "safe" / "who.json")
    assert kept.entries() == before
    assert old.exists(), "it goes when the project knows the new one"
    assert kept.note("C-002", ERIKA, Path("b"), taken=()) == "P-001"


def test_that_a_copy_replaces_nothing_and_loses_nothing(patients: PatientMap, tmp_path: Path) -> None:
    patients.note("C-001", ERIKA, Path("a"), taken=())
    (tmp_path / "taken.json").write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        patients.copy_to(tmp_path / "taken.json")
    assert (tmp_path / "taken.json").read_text() == "mine"
    assert patients.entries()["C-001"].identity == ERIKA


ODD_ENTRY = '{"cases": {"C-001": {"patient": "P-1", "identity": {"x": 1}, "source": "a"}}}'


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cases": 3}', '{"cases": {"C-001": {}}}', ODD_ENTRY])
def test_that_a_damaged_file_is_named_and_not_overwritten(patients: PatientMap, content: str) -> None:
    patients.path.write_text(content)
    with pytest.raises(ProjectError, match="damaged"):
        patients.note("C-001", ERIKA, Path("a"), taken=())
    assert patients.path.read_text() == content


def test_that_pseudonyms_count_on() -> None:
    assert next_pseudonym([]) == "P-001"
    assert next_pseudonym(["P-002", "", "P-010", "odd"]) == "P-011"


def patients_of(folder: Path, *, mode: str) -> Patients:
    with closing(sqlite3.connect(folder / "p.sqlite")) as made, made:
        made.execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT)")
    database = sqlite3.connect(f"file:{folder / 'p.sqlite'}?mode={mode}", uri=True)
    return Patients(database, folder, lambda: None)


def test_that_the_project_looks_for_the_file_where_it_is_kept(patients: PatientMap, tmp_path: Path) -> None:
    patients.note("C-001", ERIKA, Path("a"), taken=())
    whose = patients_of(tmp_path, mode="rw")
    whose.keep_elsewhere(tmp_path / "safe" / "who.json")
    assert whose.map.path == tmp_path / "safe" / "who.json"
    assert whose.map.entries()["C-001"].identity == ERIKA
    assert not (tmp_path / FILE_NAME).exists()
    whose._db.close()


def test_that_a_place_that_the_project_cannot_remember_leaves_the_file_where_it_was(patients: PatientMap, tmp_path: Path) -> None:
    patients.note("C-001", ERIKA, Path("a"), taken=())
    whose = patients_of(tmp_path, mode="ro")
    with pytest.raises(ProjectError, match="Writing failed"):
        whose.keep_elsewhere(tmp_path / "safe" / "who.json")
    assert not (tmp_path / "safe" / "who.json").exists(), "names are nowhere where nobody looks for them"
    assert patients.entries()["C-001"].identity == ERIKA
    whose._db.close()
