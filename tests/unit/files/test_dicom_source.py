from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from gf_desktop.errors import FileFormatError, GeometryError, UserError
from gf_desktop.files.dicom import read_header
from gf_desktop.files.dicom_source import SOURCE_TOL_MM, read_source, series_under
from gf_desktop.files.findings import UnusableScanError
from gf_desktop.imaging.geometry import AxisMap, Geometry

Write = Callable[..., list[Path]]
GRID = Geometry((7, 6, 5), (0.7, 0.8, 2.0), (-3.0, 4.0, 5.0), np.eye(3))
LABELS = np.random.default_rng(0).integers(0, 3, (5, 6, 7), dtype=np.uint8)


def test_that_files_in_any_order_become_slices_along_the_normal(write_series: Write, tmp_path: Path) -> None:
    paths = write_series(tmp_path / "in", GRID)
    for given in (paths, paths[::-1]):
        series = read_source(given, patient_tags="blank")
        assert series.geometry.same_grid(GRID)
        assert series.positions_mm[:, 2].tolist() == [5.0, 7.0, 9.0, 11.0, 13.0]


@pytest.mark.parametrize(("patient_tags", "name"), [("copy", "Nobody^Known"), ("blank", "")])
def test_that_patient_tags_are_taken_only_when_asked_for(patient_tags: Any, name: str, write_series: Write, tmp_path: Path) -> None:
    paths = write_series(tmp_path / "in", GRID, InstitutionName="Hospital", PatientComments="secret", OperatorsName="Op^Era")
    first = read_source(paths, patient_tags=patient_tags).first
    assert str(first.PatientName) == name
    assert "secret" not in str(first)
    assert "Hospital" not in str(first)
    assert ("A-1" in str(first)) == (patient_tags == "copy")


def test_that_asking_neither_for_copied_nor_for_blank_tags_is_a_bug(write_series: Write, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="patient_tags"):
        read_source(write_series(tmp_path / "in", GRID), patient_tags="maybe")  # type: ignore[arg-type]


def test_that_tags_of_a_wrong_form_are_left_empty(write_series: Write, tmp_path: Path) -> None:
    paths = write_series(tmp_path / "in", GRID, PatientSex="female", PatientBirthDate="1.2.1970", StudyTime="noon")
    first = read_source(paths, patient_tags="copy").first
    assert (first.PatientSex, first.PatientBirthDate, first.StudyTime, first.StudyDate) == ("", "", "", "20200102")


@pytest.mark.parametrize("name", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"])
def test_that_a_series_without_a_uid_cannot_be_referred_to(name: str, write_series: Write, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=name):
        read_source(write_series(tmp_path / "in", GRID, **{name: ""}), patient_tags="blank")


def test_that_a_missing_slice_is_told(write_series: Write, tmp_path: Path) -> None:
    paths = write_series(tmp_path / "in", GRID)
    heights = {p: read_source([p], patient_tags="blank").positions_mm[0, 2] for p in paths}
    with pytest.raises(UnusableScanError, match="missing"):
        read_source([p for p in paths if heights[p] != 9.0], patient_tags="blank")


@pytest.mark.parametrize("moved", [[0.0, 0.0, 0.6], [0.0, 1.0, 0.0]])
def test_that_a_series_that_had_to_be_resampled_cannot_be_referred_to(moved: list[float], write_series: Write, tmp_path: Path) -> None:
    paths = write_series(tmp_path / "in", GRID)
    positions = read_source(paths, patient_tags="blank").positions_mm
    for path in paths:
        data = pydicom.dcmread(path)
        k = int(np.linalg.norm(positions - [float(v) for v in data.ImagePositionPatient], axis=1).argmin())
        # the third slice alone lies off, or each lies further sideways than the one before
        shift = np.array(moved) * (k == 2 if moved[2] else k)
        data.ImagePositionPatient = [f"{v:.10g}" for v in positions[k] + shift]
        data.save_as(path)
    with pytest.raises(GeometryError, match="was resampled"):
        read_source(paths, patient_tags="blank")


def test_that_files_of_two_series_are_refused(write_series: Write, tmp_path: Path) -> None:
    above = Geometry(GRID.size_ijk, GRID.spacing_mm, (-3.0, 4.0, 15.0), np.eye(3))
    with pytest.raises(FileFormatError, match="several series"):
        read_source([*write_series(tmp_path / "a", GRID), *write_series(tmp_path / "b", above)], patient_tags="blank")


def test_that_no_file_at_all_is_refused() -> None:
    with pytest.raises(UserError, match="No DICOM file"):
        read_source([], patient_tags="blank")


def test_that_a_mask_is_turned_to_the_series_and_refused_beyond_the_tolerance(write_series: Write, tmp_path: Path) -> None:
    series = read_source(write_series(tmp_path / "in", GRID), patient_tags="blank")
    axes = AxisMap((2, 0, 1), (True, False, True))
    assert np.array_equal(series.fit(np.ascontiguousarray(axes.view(LABELS)), GRID.reordered(axes), where="m"), LABELS)
    for share, taken in ((0.9, True), (1.1, False)):
        moved = Geometry(GRID.size_ijk, GRID.spacing_mm, (-3.0 + share * SOURCE_TOL_MM, 4.0, 5.0), np.eye(3))
        if taken:
            series.fit(LABELS, moved, where="m")
        else:
            with pytest.raises(GeometryError, match=r"0\.0011 mm away"):
                series.fit(LABELS, moved, where="m")
    with pytest.raises(GeometryError, match="7 × 6 × 4 voxels and the series 7 × 6 × 5"):
        series.fit(LABELS[:4], Geometry((7, 6, 4), GRID.spacing_mm, GRID.origin_mm, np.eye(3)), where="m")


def test_that_the_one_series_with_the_masks_grid_is_found(write_series: Write, tmp_path: Path) -> None:
    right = write_series(tmp_path / "in" / "right", GRID)
    other = Geometry((7, 6, 4), GRID.spacing_mm, GRID.origin_mm, np.eye(3))
    write_series(tmp_path / "in" / "wrong", other)
    assert sorted(series_under(tmp_path / "in", GRID)) == sorted(right)
    with pytest.raises(GeometryError, match="None of 2 DICOM series"):
        series_under(tmp_path / "in", Geometry((7, 6, 3), GRID.spacing_mm, GRID.origin_mm, np.eye(3)))
    write_series(tmp_path / "in" / "twin", GRID)
    with pytest.raises(GeometryError, match="2 series here"):
        series_under(tmp_path / "in", GRID)


def test_that_series_of_one_grid_are_told_apart_by_the_scans_own(write_series: Write, tmp_path: Path) -> None:
    one, other = write_series(tmp_path / "in" / "one", GRID), write_series(tmp_path / "in" / "other", GRID)
    for paths in (one, other):
        header = read_header(paths[0])
        assert header is not None
        assert sorted(series_under(tmp_path / "in", GRID, series=header.facts["series"])) == sorted(paths)
    with pytest.raises(GeometryError, match="2 series here"):
        series_under(tmp_path / "in", GRID, series="neither")
