"""Exports into folders that refuse, that fill up, and that have names as people give them: whole files, or none and a plain word."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image

from gf_desktop.errors import UserError
from gf_desktop.exporting import CaseExport, ExportOptions
from gf_desktop.files.export_manifest import MANIFEST_NAME
from gf_desktop.files.formats import DICOM_FORMATS, EXPORT_FORMATS, DicomFormat, ExportFormat
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from tests.conftest import PAGE_BYTES, Disk

FORMATS = (*EXPORT_FORMATS, *DICOM_FORMATS)
ODD_NAMES = ("Ausgabe für Größe", "Über  uns/Ärzte & Co. (neu)", "脳 MRI", "it's 100 % 'ok'")


def turned(angle_deg: float) -> np.ndarray:
    """Return axes turned by an angle about each of two patient axes."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, threshold_pack: Path, write_series: Callable[..., list[Path]]) -> Path:
    """A project with an oblique series, C-001, and a scan of one oblique slice, C-002; each with a mask of two structures."""
    folder = tmp_path_factory.mktemp("places")
    session = Session(InlineJobs(), SubprocessTransport, author="AB")
    session.create_project(folder / "trial", threshold_pack)
    write_series(folder / "series", Geometry((24, 20, 5), (0.8, 0.9, 2.5), (-11.0, 47.0, -812.0), turned(17.0)))
    affine = np.eye(4)
    affine[:3, :3] = np.diag([-1.0, -1.0, 1.0]) @ turned(17.0) * (0.8, 0.9, 2.5)
    Nifti1Image(np.full((24, 20, 1), 40, np.int16), affine).to_filename(folder / "slice.nii.gz")
    session.import_paths([folder / "series", folder / "slice.nii.gz"])
    for case_id, k in (("C-001", 2.0), ("C-002", 0.0)):
        session.open_case(case_id)
        for label, i in ((1, 8.0), (5, 17.0)):
            session.begin_stroke(axis=2, label=label, radius_mm=3.0, start_ijk=(i, 9.0, k)).finish()
        session.close_case()
    session.close_project()
    return folder / "trial"


def export(project: Path, folder: Path, file_format: str, case_id: str, **options: Any) -> list[CaseExport]:
    done: list[list[CaseExport]] = []
    errors: list[Exception] = []
    session = Session(InlineJobs(), SubprocessTransport)
    session.open_project(project, read_only=True)
    try:
        wanted = ExportOptions(cast("ExportFormat | DicomFormat", file_format), **options)
        session.exporting.start(folder, wanted, case_ids=[case_id], on_done=done.append, on_error=errors.append)
    finally:
        session.close_project()
    if errors:
        raise errors[0]
    return done[0]


def refusal(project: Path, folder: Path, file_format: str) -> UserError | None:
    """Return what an export is refused with, None where it is done."""
    try:
        export(project, folder, file_format, "C-001")
    except UserError as error:
        return error
    return None


def names(folder: Path) -> set[str]:
    """Return the names of all files of an export, hidden ones too."""
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("file_format", FORMATS)
def test_that_folders_with_spaces_and_umlauts_are_as_good_as_any(project: Path, tmp_path: Path, file_format: str) -> None:
    (plain,) = export(project, tmp_path / "plain", file_format, "C-001")
    for name in ODD_NAMES:
        (one,) = export(project, tmp_path / name, file_format, "C-001")
        assert all(file.verified and file.path.parent == tmp_path / name for file in one.files)
        assert names(tmp_path / name) == names(tmp_path / "plain") == {*(file.path.name for file in plain.files), MANIFEST_NAME}


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_that_a_scan_of_one_oblique_slice_is_exported_in_every_format(project: Path, tmp_path: Path, file_format: str) -> None:
    (one,) = export(project, tmp_path / "out", file_format, "C-002")
    assert one.state == "written"
    assert all(file.verified for file in one.files)
    assert names(tmp_path / "out") == {*(file.path.name for file in one.files), MANIFEST_NAME}


@pytest.mark.parametrize("file_format", FORMATS)
def test_that_a_disk_that_fills_up_has_whole_files_or_none(disk: Disk, project: Path, tmp_path: Path, file_format: str) -> None:
    (whole,) = export(project, tmp_path / "out", file_format, "C-001")
    complete = {file.path.name for file in whole.files}
    refused = 0
    for pages in (0, 1, 2, 3, 5, 8):
        folder = disk.folder / f"{pages} Seiten" / "für Anna"
        disk.fill(room=pages * PAGE_BYTES)
        told = refusal(project, folder, file_format)
        if told is None:
            assert names(folder) == complete | {MANIFEST_NAME}
        else:
            refused += 1
            assert "no room left" in told.what
            assert told.where.startswith(str(folder))
            assert told.next_step.startswith("Free some space")
            # where only the list found no room, the files are complete
            assert names(folder) in (set(), complete)
            assert names(folder) or not folder.parent.exists(), "folders that were made for nothing are gone"
        disk.make_room()
        (after,) = export(project, folder, file_format, "C-001", resume=True)
        assert all(file.verified for file in after.files)
        assert names(folder) == complete | {MANIFEST_NAME}
        shutil.rmtree(folder.parent)
    assert refused


@pytest.mark.parametrize("file_format", FORMATS)
def test_that_a_folder_that_may_not_be_written_to_is_told_and_stays_as_it_is(disk: Disk, project: Path, file_format: str) -> None:
    there = disk.folder / "out"
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    subprocess.run(["mount", "-o", "remount,ro", str(disk.folder)], check=True, timeout=20)
    for folder in (there, disk.folder / "new" / "deeper"):
        with pytest.raises(UserError, match="may not be written to") as caught:
            export(project, folder, file_format, "C-001")
        assert caught.value.where.startswith(str(folder))
        assert "another folder" in caught.value.next_step
    assert {path.name for path in disk.folder.rglob("*")} == {"out", "mine.txt"}
    assert (there / "mine.txt").read_text() == "mine"
