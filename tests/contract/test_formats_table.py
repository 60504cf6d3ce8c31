"""Every file of the shared data opens as it is expected to, other libraries agree, and ``docs/formats.md`` says so."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pydicom
import pytest

from gf_desktop.errors import FileFormatError
from gf_desktop.files.formats import DICOM_FORMATS, EXPORT_FORMATS
from gf_desktop.files.scan import find_scans, read_scan
from tests.contract.formats_expected import BRAIN, MASKS, NOT_IMAGES, SCANS, SERIES, MaskRow, ScanRow
from tests.contract.formats_judges import judge_scan
from tests.contract.formats_table import (
    DOCUMENT,
    NO_SCAN,
    ROOT,
    bottom,
    data_folder,
    expected_mask,
    expected_scan,
    look_at_mask,
    look_at_scan,
    mask_line,
    masks_top,
    scan_line,
    scans_top,
)
from tests.contract.formats_words import JUDGES, WRITTEN, words

DATA = data_folder()
needs_data = pytest.mark.skipif(DATA is None, reason="the shared data is not beside the repository; GF_DATA names its folder")
COPIED_SCANS = [row for row in SCANS if row.copy]
COPIED_MASKS = [row for row in MASKS if row.copy]

SPACING_TOL_MM = 5e-5
"""Four digits behind the point."""

CENTRE_TOL_MM = 1e-3
"""Centres of structures."""


def in_data(path: str) -> Path:
    assert DATA is not None
    return DATA / path


def copied(copy: str, folder: Path) -> Path:
    """Return a file of the repository, unpacked where it is a DICOM file in gzip."""
    path = ROOT / copy
    if not copy.endswith(".dcm.gz"):
        return path
    plain = folder / path.name.removesuffix(".gz")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def check_scan(row: ScanRow, path: Path) -> None:
    found, scan = look_at_scan(row, path)
    assert found.words == expected_scan(row)
    for step, stated in zip(scan.volume.geometry.spacing_mm, row.spacing, strict=True):
        assert stated is None or abs(step - stated) <= SPACING_TOL_MM
    assert found.steps_differ <= 1e-6 if row.path != BRAIN else found.steps_differ <= 1e-2
    assert found.voxels_equal
    assert (found.apart_mm is None) == (row.place_mm is None)
    assert found.apart_mm is None or found.apart_mm <= (row.place_mm or 0.0)
    assert scan_line(row, found) in DOCUMENT.read_text(encoding="utf-8").splitlines(), "`make formats` writes the document anew"


def check_mask(row: MaskRow, path: Path, scan: Path | None) -> None:
    found = look_at_mask(row, path, scan)
    assert found.words == expected_mask(row)
    assert found.volume_differs == 0.0
    assert found.apart_mm <= CENTRE_TOL_MM
    assert mask_line(row, found) in DOCUMENT.read_text(encoding="utf-8").splitlines(), "`make formats` writes the document anew"


@needs_data
@pytest.mark.parametrize("row", SCANS, ids=lambda row: row.path)
def test_that_a_scan_opens_as_expected_and_as_others_read_it(row: ScanRow) -> None:
    check_scan(row, in_data(row.path))


@pytest.mark.parametrize("row", COPIED_SCANS, ids=lambda row: row.copy)
def test_that_the_repositorys_own_copy_of_a_scan_opens_the_same(row: ScanRow, tmp_path: Path) -> None:
    check_scan(row, copied(row.copy, tmp_path))


@needs_data
@pytest.mark.parametrize("row", MASKS, ids=lambda row: row.path)
def test_that_a_mask_opens_as_expected_and_as_others_read_it(row: MaskRow) -> None:
    check_mask(row, in_data(row.path), in_data(row.scan) if row.scan else None)


@pytest.mark.parametrize("row", COPIED_MASKS, ids=lambda row: row.copy)
def test_that_the_repositorys_own_copy_of_a_mask_opens_the_same(row: MaskRow, tmp_path: Path) -> None:
    check_mask(row, copied(row.copy, tmp_path), ROOT / row.scan_copy if row.scan_copy else None)


@needs_data
@pytest.mark.parametrize("name", ["liver.dcm", "liver_expb.dcm", "rt_rtss.dcm"])
def test_that_a_mask_opened_as_a_scan_is_refused_with_the_words_of_the_document(name: str) -> None:
    with pytest.raises(FileFormatError, match=NO_SCAN):
        find_scans(in_data(f"dicom/{name}"))


@needs_data
def test_that_no_file_of_the_data_is_left_out() -> None:
    rows = {in_data(row.path) for row in (*SCANS, *MASKS)} | {in_data(path) for path in NOT_IMAGES}
    for pattern in SERIES.values():
        rows |= set(in_data("").glob(pattern))
    files = [path for path in in_data("").rglob("*") if path.is_file()]
    assert len(files) > 100
    assert [str(path) for path in files if path not in rows and path.parent not in rows] == []


@needs_data
def test_that_a_folder_of_mixed_files_gives_each_of_its_scans_once() -> None:
    expected = sorted(in_data(row.path) for row in SCANS if row.path.startswith("dicom/"))
    assert sorted(source.paths[0] for source in find_scans(in_data("dicom"))) == expected


@needs_data
def test_that_label_maps_that_say_so_are_no_scans_of_their_folder() -> None:
    names = {path.name for source in find_scans(in_data("abdomen")) for path in source.paths}
    assert names
    assert not any("labels" in name for name in names)


@needs_data
def test_that_the_oblique_series_lies_as_its_positions_say_and_not_as_its_fields_say() -> None:
    (source,) = (s for s in find_scans(in_data(BRAIN)) if in_data(BRAIN) in s.paths)
    passport = read_scan(source).passport
    heads = [pydicom.dcmread(path, stop_before_pixels=True) for path in source.paths]
    axes = np.array(heads[0].ImageOrientationPatient, float).reshape(2, 3)
    gaps = np.diff(np.sort(np.array([head.ImagePositionPatient for head in heads], float) @ np.cross(*axes)))
    assert passport.slices is not None
    assert passport.spacing_mm is not None
    assert (passport.slices.smallest_gap_mm, passport.slices.largest_gap_mm) == pytest.approx((gaps.min(), gaps.max()))
    assert passport.slices.largest_gap_mm == pytest.approx(7.07, abs=0.005)
    assert passport.spacing_mm[2] == pytest.approx(gaps.mean(), abs=0.01)
    assert {c.name: c.stated for c in passport.contradictions} == {"SliceThickness": 5.0, "SpacingBetweenSlices": 2.0}


@needs_data
@pytest.mark.parametrize("row", [row for row in SCANS if row.syntax], ids=lambda row: row.path)
def test_that_what_is_expected_of_a_dicom_file_is_what_its_header_says(row: ScanRow) -> None:
    path = in_data(row.path)
    files = sorted(path.iterdir()) if path.is_dir() else sorted(in_data("").glob(SERIES.get(row.path, row.path)))
    judged, head = judge_scan(files), pydicom.dcmread(files[0], stop_before_pixels=True)
    assert (row.size, row.syntax, row.modality) == (judged.size, head.file_meta.TransferSyntaxUID, head.Modality)
    assert [None if v is None else round(v, 4) for v in row.spacing] == [None if v is None else round(v, 4) for v in judged.spacing]
    assert ("no_position" in row.findings) == (judged.planes is None)
    assert ("spacing_unknown" in row.findings) == (judged.spacing[0] is None)
    assert ("inverted_greys" in row.findings) == (head.PhotometricInterpretation == "MONOCHROME1")
    assert ("no_series_uid" in row.findings) == (not head.get("SeriesInstanceUID"))


def test_that_every_transfer_syntax_of_the_data_has_a_judge() -> None:
    assert {row.syntax for row in SCANS if row.syntax} == set(JUDGES)


def test_that_every_format_of_export_is_described() -> None:
    assert set(WRITTEN) == {*EXPORT_FORMATS, *DICOM_FORMATS}


def test_that_the_document_says_what_the_tables_say_and_no_more() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for part in (words(), scans_top(), masks_top(), bottom()):
        assert part in text, "`make formats` writes the document anew"
    files = [line.split("|")[1].strip(" `") for line in text.split(scans_top())[1].splitlines() if line.startswith("| `")]
    assert files == [SERIES.get(row.path, row.path) for row in SCANS] + [row.path for row in MASKS]


def test_that_the_document_names_no_place_on_a_machine() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "/home/" not in text
    assert str(ROOT) not in text
    assert DATA is None or str(DATA) not in text
