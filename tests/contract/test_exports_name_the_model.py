"""Every format says which student the mask is of: looked for where another program would read it."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from gf_desktop.exporting import ExportOptions
from gf_desktop.files.export_manifest import MANIFEST_NAME
from gf_desktop.files.formats import DICOM_FORMATS, EXPORT_FORMATS, LABEL_FORMATS, MESH_FORMATS
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport

GRID = Geometry((24, 20, 4), (0.9, 0.9, 3.0), (-10.0, -9.0, 40.0), np.eye(3))
FORMATS = (*EXPORT_FORMATS, *DICOM_FORMATS)
STUDENT = "threshold"


def project_of(folder: Path, pack: Path, write_series: Callable[..., list[Path]], *, student: bool) -> Session:
    """Return a session over a project with one series, labelled by the student or by hand."""
    session = Session(InlineJobs(), SubprocessTransport, author="AB")
    session.create_project(folder / "trial", pack)
    # the test's series has its slice's number as intensity: with this slope the student sees something in it
    write_series(folder / "series", GRID, RescaleSlope="30", RescaleIntercept="0")
    session.import_paths([folder / "series"])
    if student:
        session.predict("C-001")
    else:
        session.open_case("C-001")
        session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=(12.0, 10.0, 1.0)).finish()
        session.close_case()
    return session


def exported(session: Session, folder: Path, file_format: Any) -> list[Path]:
    answers: list[Any] = []
    errors: list[Exception] = []
    session.exporting.start(folder, ExportOptions(file_format), on_done=answers.append, on_error=errors.append)
    assert errors == []
    return [file.path for one in answers[0] for file in one.files]


@pytest.fixture
def predicted(tmp_path: Path, threshold_pack: Path, write_series: Callable[..., list[Path]]) -> Iterator[Session]:
    session = project_of(tmp_path, threshold_pack, write_series, student=True)
    yield session
    session.close_project()


@pytest.fixture
def drawn(tmp_path: Path, threshold_pack: Path, write_series: Callable[..., list[Path]]) -> Iterator[Session]:
    session = project_of(tmp_path, threshold_pack, write_series, student=False)
    yield session
    session.close_project()


def named_in(paths: list[Path], file_format: str) -> set[str]:
    """Return the students that the files of a format name, "" among them where one names none."""
    if file_format in LABEL_FORMATS or file_format in MESH_FORMATS or file_format == "json":
        (document,) = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.suffix == ".json"]
        others = {path.name for path in paths if path.suffix != ".json"}
        told = set(document.get("files", ())) | {one["file"] for one in document["structures"] if "file" in one}
        assert told >= others, "the document stands for every file beside it"
        return {document["model_id"]}
    if file_format == "csv":
        with paths[0].open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows
        return {row["model"] for row in rows}
    if file_format == "report":
        text = paths[0].read_text(encoding="utf-8")
        return {html.unescape(found) for found in re.findall(r"<h2>Model</h2><table><tr><td>id</td><td>([^<]*)</td>", text)}
    return {name for path in paths for name in named_in_object(pydicom.dcmread(path))}


def named_in_object(data: Any) -> list[str]:
    if data.Modality == "RTSTRUCT":
        return [region.ROIGenerationDescription.removeprefix("Graph Flow Desktop, ") for region in data.StructureSetROISequence]
    found = []
    # of a label map the background is a segment too (DICOM PS3.3 C.8.20.2.3.3)
    for segment in [one for one in data.SegmentSequence if one.SegmentNumber != 0]:
        (algorithm,) = segment.SegmentationAlgorithmIdentificationSequence
        assert segment.SegmentAlgorithmType == "AUTOMATIC"
        assert algorithm.AlgorithmName == "Graph Flow Desktop"
        found.append(algorithm.AlgorithmVersion)
    return found


@pytest.mark.parametrize("file_format", FORMATS)
def test_that_every_format_names_the_student_of_the_mask(predicted: Session, tmp_path: Path, file_format: str) -> None:
    paths = exported(predicted, tmp_path / "out", file_format)
    assert named_in(paths, file_format) == {STUDENT}
    (entry,) = json.loads((tmp_path / "out" / MANIFEST_NAME).read_text(encoding="utf-8"))["entries"]
    assert entry["model_id"] == STUDENT
    assert {one["name"] for one in entry["files"]} == {path.name for path in paths}


@pytest.mark.parametrize("file_format", [name for name in FORMATS if name not in DICOM_FORMATS])
def test_that_a_mask_that_no_student_drew_names_none(drawn: Session, tmp_path: Path, file_format: str) -> None:
    assert named_in(exported(drawn, tmp_path / "out", file_format), file_format) == {"none" if file_format == "report" else ""}


@pytest.mark.parametrize("file_format", DICOM_FORMATS)
def test_that_an_object_of_a_mask_drawn_by_hand_says_so_and_is_valid(drawn: Session, tmp_path: Path, file_format: str) -> None:
    (path,) = exported(drawn, tmp_path / "out", file_format)
    data = pydicom.dcmread(path)
    if file_format == "rtstruct":
        (region,) = data.StructureSetROISequence
        assert (region.ROIGenerationAlgorithm, region.ROIGenerationDescription) == ("MANUAL", "Graph Flow Desktop")
    else:
        (segment,) = [one for one in data.SegmentSequence if one.SegmentNumber != 0]
        assert segment.SegmentAlgorithmType == "MANUAL"
        assert "SegmentationAlgorithmIdentificationSequence" not in segment
    judge = shutil.which("dciodvfy")
    if judge is None or file_format == "seg-labelmap":
        return
    said = subprocess.run([judge, str(path)], capture_output=True, text=True, check=False)
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []
