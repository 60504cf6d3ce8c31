"""Tables of contents of discs, made with pydicom's own writer of file sets."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.fileset import FileSet

from gf_desktop.errors import FileFormatError
from gf_desktop.files.scan import find_scans, read_scan


@pytest.fixture
def disc(tmp_path: Path, dicom_slice: Callable[..., Path]) -> Path:
    """Write a disc with two series of three slices and return its folder."""
    files = FileSet()
    for number in range(6):
        series, height = ("1.2.3.4", "1.2.3.5")[number // 3], 2.0 * (number % 3)
        tags = {
            "StudyDate": "20200101",
            "StudyTime": "10",
            "StudyID": "1",
            "AccessionNumber": "",
            "SeriesNumber": number // 3,
            "InstanceNumber": number % 3,
        }
        pixels = np.full((12, 16), number)
        path = dicom_slice(tmp_path / f"{number}.dcm", position=(0, 0, height), pixels=pixels, series=series, **tags)
        files.add(path)
        path.unlink()
    folder = tmp_path / "disc"
    with warnings.catch_warnings():  # pydicom leaves temporary folders to the collector, which warns of each
        warnings.simplefilter("ignore", ResourceWarning)
        files.write(folder)
        del files
        gc.collect()
    return folder


def test_that_the_table_of_contents_opens_its_series(disc: Path) -> None:
    sources = find_scans(disc / "DICOMDIR")
    assert [len(source.paths) for source in sources] == [3, 3]
    assert [read_scan(source).volume.voxels[:, 0, 0].tolist() for source in sources] == [[-1024, -1023, -1022], [-1021, -1020, -1019]]
    assert find_scans(disc) == sources


def test_that_names_in_lower_case_and_with_versions_are_found(disc: Path) -> None:
    for path in sorted(disc.rglob("*"), reverse=True):
        if path.name != "DICOMDIR":
            path.rename(path.with_name(path.name.lower() + (";1" if path.is_file() else "")))
    assert [len(source.paths) for source in find_scans(disc / "DICOMDIR")] == [3, 3]


def test_that_a_picture_that_is_missing_is_told(disc: Path) -> None:
    next(path for path in sorted(disc.rglob("*")) if path.is_file() and path.name != "DICOMDIR").unlink()
    sources = find_scans(disc / "DICOMDIR")
    assert [len(source.paths) for source in sources] == [2, 3]
    assert "unreadable_files" in [f.code for f in read_scan(sources[0]).findings]
    assert "unreadable_files" not in [f.code for f in read_scan(sources[1]).findings]


@pytest.mark.parametrize("parts", [["..", "secret.dcm"], ["/etc", "passwd"], ["sub/../../secret.dcm"], ["C:", "secret.dcm"]])
def test_that_a_name_that_leads_out_of_the_folder_is_refused(disc: Path, parts: list[str]) -> None:
    data = pydicom.dcmread(disc / "DICOMDIR")
    record = next(r for r in data.DirectoryRecordSequence if r.DirectoryRecordType == "IMAGE")
    record.ReferencedFileID = parts
    data.save_as(disc / "DICOMDIR")
    with pytest.raises(FileFormatError, match="outside of its folder"):
        find_scans(disc / "DICOMDIR")


def test_that_a_link_that_leads_out_of_the_folder_is_refused(disc: Path, tmp_path: Path) -> None:
    picture = next(path for path in sorted(disc.rglob("*")) if path.is_file() and path.name != "DICOMDIR")
    picture.rename(tmp_path / "elsewhere")
    picture.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileFormatError, match="outside of its folder"):
        find_scans(disc / "DICOMDIR")


def test_that_a_table_without_its_files_says_so(disc: Path, tmp_path: Path) -> None:
    (tmp_path / "DICOMDIR").write_bytes((disc / "DICOMDIR").read_bytes())
    with pytest.raises(FileFormatError, match="None of the 6 pictures"):
        find_scans(tmp_path / "DICOMDIR")
