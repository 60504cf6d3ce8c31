"""Names of exported files, against the exports themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from gf_desktop.errors import UserError
from gf_desktop.files.dicom_objects import export_dicom_object
from gf_desktop.files.export import export_source
from gf_desktop.files.export_names import files_there
from gf_desktop.files.export_source import ExportSource
from gf_desktop.files.formats import DICOM_FORMATS, EXPORT_FORMATS, SEGMENTATIONS, DicomFormat, ExportFormat
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.volume import Volume

GRID = Geometry((12, 10, 4), (0.8, 0.8, 2.0), (1.0, 2.0, 3.0), np.eye(3))
TABLE = LabelTable((Structure(1, "left kidney", "#e69f00"), Structure(7, "脳", "#56b4e9"), Structure(123, "tumour", "#d55e00")))
LABELS = np.zeros(GRID.shape_kji, np.uint8)
LABELS[1:3, 2:5, 2:9], LABELS[0, 6:8, 3:6], LABELS[3, 4:8, 4:8] = 1, 7, 123
ALL = (*EXPORT_FORMATS, "seg", "rtstruct")


def write(folder: Path, stem: str, file_format: str, series: Path, *, per_structure: bool = False, labels: np.ndarray = LABELS) -> set[str]:
    if file_format in DICOM_FORMATS:
        files = export_dicom_object(
            labels,
            GRID,
            TABLE,
            source=series,
            format=cast("DicomFormat", file_format),
            folder=folder,
            stem=stem,
            patient_tags="blank",
            model_id="m",
            per_structure=per_structure,
        )
    else:
        source = ExportSource(
            stem, labels, GRID, TABLE, "CT", "m", spacing_known=True, volume=lambda: Volume(labels.astype(np.int16), GRID, "CT")
        )
        files = export_source(source, folder=folder, format=cast("ExportFormat", file_format))
    return {file.path.name for file in files}


@pytest.fixture
def series(tmp_path: Path, write_series: Callable[..., list[Path]]) -> Path:
    write_series(tmp_path / "series", GRID)
    return tmp_path / "series"


def found(folder: Path, stems: list[str], file_format: str, *, per_structure: bool = False) -> set[str]:
    return {path.name for path in files_there(folder, stems, cast("ExportFormat", file_format), per_structure=per_structure)}


def test_that_the_files_of_each_format_are_found_and_no_others(tmp_path: Path, series: Path) -> None:
    out = tmp_path / "out"
    written = {name: {stem: write(out, stem, name, series) for stem in ("C-001", "C-0012")} for name in ALL}
    (out / "C-001_notes.txt").write_text("mine")
    (out / "xC-001.nii.gz").write_text("mine")
    for name, by_stem in written.items():
        for stem, names in by_stem.items():
            assert found(out, [stem], name) == names
        assert found(out, list(by_stem), name) == set().union(*by_stem.values())


@pytest.mark.parametrize("file_format", SEGMENTATIONS)
def test_that_segmentations_for_each_structure_are_files_of_their_own(tmp_path: Path, series: Path, file_format: str) -> None:
    out = tmp_path / "out"
    one, many = write(out, "C-001", file_format, series), write(out, "C-001", file_format, series, per_structure=True)
    assert len(many) == 3
    assert found(out, ["C-001"], file_format) == one
    assert found(out, ["C-001"], file_format, per_structure=True) == many


def test_that_a_folder_that_is_not_there_holds_nothing_and_one_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files_there(tmp_path / "nowhere", ["C-001"], "nifti") == ()
    assert files_there(tmp_path, [], "nifti") == ()

    def refuse(_self: Path) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(UserError, match="may not be read"):
        files_there(tmp_path, ["C-001"], "nifti")
