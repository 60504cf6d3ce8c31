"""Export of a whole project as DICOM objects where not every scan lies on a DICOM series: the others are written, the list says why."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from gf_desktop.cli.main import main
from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.exporting import CaseExport, ExportOptions
from gf_desktop.files.export_manifest import MANIFEST_NAME, ExportManifest
from gf_desktop.files.formats import DICOM_FORMATS, DicomFormat
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from tests.unit.conftest import SITK

GRID = Geometry((20, 18, 6), (0.8, 0.8, 2.5), (-8.0, -7.0, 30.0), np.eye(3))
LABEL = {"nifti": "C-001", "series": "C-002", "resampled": "C-003"}
RESAMPLED = "The scan was resampled because its slices are uneven or tilted, so a mask of it does not lie on the series' own slices"
NO_SERIES = "There is no DICOM series that an object could refer to"

Run = Callable[..., list[CaseExport]]


def tilted(paths: list[Path]) -> None:
    """Let each slice lie a millimetre further back than the one below."""
    for path in paths:
        data = pydicom.dcmread(path)
        x, y, z = (float(v) for v in data.ImagePositionPatient)
        data.ImagePositionPatient = [f"{x:.10g}", f"{y + round((z - 30.0) / 2.5):.10g}", f"{z:.10g}"]
        data.save_as(path)


@pytest.fixture
def project(tmp_path: Path, threshold_pack: Path, write_series: Callable[..., list[Path]]) -> Iterator[Session]:
    """A scan of a NIfTI, one of a series, one of a series that had to be resampled; each with a mask."""
    session = Session(InlineJobs(), SubprocessTransport, author="AB")
    session.create_project(tmp_path / "trial", threshold_pack)
    image = SITK.GetImageFromArray(np.full((6, 18, 20), 40, np.int16))
    image.SetSpacing((0.8, 0.8, 2.5))
    SITK.WriteImage(image, str(tmp_path / "scan.nii.gz"))
    write_series(tmp_path / "series", GRID)
    tilted(write_series(tmp_path / "tilted", GRID))
    session.import_paths([tmp_path / "scan.nii.gz", tmp_path / "series", tmp_path / "tilted"])
    assert [case.id for case in session.cases()] == list(LABEL.values())
    for case in session.cases():
        draw(session, case.id)
    yield session
    session.close_project()


def draw(session: Session, case_id: str) -> None:
    session.open_case(case_id)
    stroke = session.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(10.0, 9.0, 2.0))
    stroke.finish()
    session.close_case()


@pytest.fixture
def run(project: Session, tmp_path: Path) -> Run:
    def export_all(file_format: DicomFormat = "seg", *, case_ids: list[str] | None = None, **options: Any) -> list[CaseExport]:
        done: list[list[CaseExport]] = []
        errors: list[Exception] = []
        wanted = ExportOptions(file_format, **options)
        project.exporting.start(tmp_path / "out", wanted, case_ids=case_ids, on_done=done.append, on_error=errors.append)
        if errors:
            raise errors[0]
        return done[0]

    return export_all


def states(cases: list[CaseExport]) -> list[str]:
    return [one.state for one in cases]


def listed(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the cases that were written and the reasons of those that were not, from the list of a folder."""
    document = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    return [one["case"] for one in document["entries"]], {one["case"]: one["reason"] for one in document.get("left_out", [])}


@pytest.mark.parametrize("file_format", DICOM_FORMATS)
def test_that_scans_without_a_series_of_their_own_are_left_out_and_the_rest_is_written(
    run: Run, tmp_path: Path, file_format: DicomFormat
) -> None:
    cases = run(file_format)
    assert states(cases) == ["left out", "written", "left out"]
    assert [one.reason for one in cases] == [NO_SERIES, "", RESAMPLED]
    assert all(one.next_step for one in cases if one.state == "left out")
    (file,) = cases[1].files
    assert file.verified
    assert {path.name for path in (tmp_path / "out").iterdir()} == {file.path.name, MANIFEST_NAME}
    assert listed(tmp_path / "out") == (["C-002"], {"C-001": NO_SERIES, "C-003": RESAMPLED})


def test_that_going_on_leaves_what_is_up_to_date_and_tells_the_same_reasons(run: Run, tmp_path: Path) -> None:
    first = run()
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "out").iterdir()}
    again = run(resume=True)
    assert states(again) == ["left out", "unchanged", "left out"]
    assert [one.reason for one in again] == [one.reason for one in first]
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "out").iterdir()} == before


def test_that_a_series_that_was_away_is_written_when_it_is_back(run: Run, tmp_path: Path) -> None:
    run(case_ids=["C-002"])
    (tmp_path / "out" / "C-002_seg.dcm").unlink()
    (tmp_path / "series").rename(tmp_path / "away")
    with pytest.raises(UserError, match="no DICOM series"):
        run(resume=True)
    reasons = listed(tmp_path / "out")[1]
    assert reasons.keys() == {"C-001", "C-002", "C-003"}
    assert reasons["C-002"] == "The files that the scan was added from are not there any more"
    (tmp_path / "away").rename(tmp_path / "series")
    assert states(run(resume=True)) == ["left out", "renewed", "left out"]
    assert listed(tmp_path / "out")[1].keys() == {"C-001", "C-003"}


def test_that_a_mask_that_is_empty_is_left_out_for_that_reason(run: Run, project: Session, tmp_path: Path) -> None:
    project.open_case("C-002")
    project.undo()
    project.close_case()
    draw(project, "C-003")
    with pytest.raises(UserError, match="The mask is empty"):
        run(case_ids=["C-002"])
    assert not (tmp_path / "out").exists()


def test_that_a_case_that_is_unchanged_again_is_not_listed_as_left_out(run: Run, project: Session, tmp_path: Path) -> None:
    run()
    project.open_case("C-002")
    project.undo()
    with pytest.raises(UserError, match="no DICOM series"):
        run(resume=True)
    assert listed(tmp_path / "out")[1]["C-002"] == "The mask is empty, so there is nothing to export"
    assert (tmp_path / "out" / "C-002_seg.dcm").exists(), "what was written before stays"
    project.redo()
    project.close_case()
    assert states(run(resume=True)) == ["left out", "unchanged", "left out"]
    assert listed(tmp_path / "out")[1].keys() == {"C-001", "C-003"}


def test_that_nothing_at_all_to_write_is_an_error_and_makes_no_folder(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no DICOM series") as caught:
        run(case_ids=["C-001", "C-003"])
    assert caught.value.where == "C-001"
    assert "NIfTI" in caught.value.next_step
    assert not (tmp_path / "out").exists()


def test_that_a_folder_of_the_series_that_is_not_there_is_told_before_anything(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file") as caught:
        run(source=tmp_path / "nowhere")
    assert caught.value.where == str(tmp_path / "nowhere")


def test_that_a_disk_that_refuses_is_no_reason_to_leave_a_case_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UserError, match="a folder is needed"):
        run()


@pytest.mark.parametrize("which", ["series", "out"])
def test_that_a_folder_that_may_not_be_looked_into_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    real = Path.exists

    def refuse(self: Path, **more: Any) -> bool:
        if self.is_relative_to(tmp_path / which):
            raise PermissionError(errno.EACCES, "denied", str(self))
        return real(self, **more)

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(UserError, match="may not be read"):
        run(case_ids=["C-002"], source=tmp_path / "series")


def test_that_reasons_hold_no_path(run: Run, tmp_path: Path) -> None:
    run()
    assert str(tmp_path) not in (tmp_path / "out" / MANIFEST_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("left_out", ["x", [3], [{"case": "C-001"}], [{"case": 1, "format": "seg", "orientation": "", "reason": ""}]])
def test_that_a_list_with_odd_reasons_is_told_and_kept(run: Run, tmp_path: Path, left_out: Any) -> None:
    run()
    path = tmp_path / "out" / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"left_out": left_out}), encoding="utf-8")
    with pytest.raises(FileFormatError, match="cannot be read"):
        ExportManifest(tmp_path / "out")


def test_that_the_command_line_says_so_and_ends_with_1(project: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.close_project()
    words = ["export", str(tmp_path / "trial"), "--out", str(tmp_path / "out"), "--format", "seg", "--patient-tags", "blank"]
    for more, state in (((), "written"), (("--resume",), "unchanged")):
        assert main([*words, "--json", *more]) == 1
        said = capsys.readouterr()
        told = {one["id"]: one for one in json.loads(said.out)["cases"]}
        assert {case_id: one["state"] for case_id, one in told.items()} == {"C-001": "left out", "C-002": state, "C-003": "left out"}
        assert told["C-001"]["reason"] == NO_SERIES
        assert "C-003 is left out: The scan was resampled" in said.err
    assert main([*words, "--case", "C-002", "--resume"]) == 0
