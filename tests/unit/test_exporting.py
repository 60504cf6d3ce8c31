"""Export of a whole project: list of what was written, interruption, resuming, and what changed since."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from gf_desktop.errors import FileFormatError, ProjectError, UserError
from gf_desktop.exporting import CaseExport, ExportOptions
from gf_desktop.files import export
from gf_desktop.files.export_manifest import MANIFEST_NAME
from gf_desktop.files.formats import EXPORT_FORMATS, ExportFormat
from gf_desktop.files.landing import file_sha256
from gf_desktop.jobs import CancelToken, InlineJobs
from gf_desktop.session import Session
from gf_desktop.trainer_link import SubprocessTransport
from tests.unit.conftest import SITK, World

IDS = ["C-001", "C-002", "C-003"]

Run = Callable[..., list[CaseExport]]


@pytest.fixture
def three(world: World) -> World:
    """Three scans, each wholly labelled."""
    for seed in (1, 2):
        voxels = np.random.default_rng(seed).choice([10, 45, 60, 77, 90], (6, 40, 50)).astype(np.int16)
        image = SITK.GetImageFromArray(voxels)
        image.SetSpacing((0.8, 0.8, 2.5))
        SITK.WriteImage(image, str(world.tmp_path / f"scan-{seed}.nii.gz"))
        mask = SITK.GetImageFromArray(np.select([voxels > 80, voxels > 40], [5, 1], 0).astype(np.uint8))
        mask.CopyInformation(image)
        SITK.WriteImage(mask, str(world.tmp_path / f"mask-{seed}.nii.gz"))
        world.session.import_paths([world.tmp_path / f"scan-{seed}.nii.gz"])
        world.session.correct(f"C-00{seed + 1}", world.tmp_path / f"mask-{seed}.nii.gz")
    world.session.correct("C-001", world.tmp_path / "truth.nii.gz")
    return world


@pytest.fixture
def run(three: World) -> Run:
    """Return a function that exports into tmp_path / "out" and returns what became of each case, or raises."""

    def export_all(file_format: ExportFormat = "nifti", *, case_ids: list[str] | None = None, **options: Any) -> list[CaseExport]:
        done: list[list[CaseExport]] = []
        errors: list[Exception] = []
        wanted = ExportOptions(file_format, **options)
        three.session.exporting.start(three.tmp_path / "out", wanted, case_ids=case_ids, on_done=done.append, on_error=errors.append)
        if errors:
            raise errors[0]
        return done[0]

    return export_all


def states(cases: list[CaseExport]) -> dict[str, str]:
    return {one.case_id: one.state for one in cases}


def files(folder: Path) -> dict[str, str]:
    """Return every file but the list, hidden ones too, with its SHA-256."""
    return {path.name: file_sha256(path) for path in folder.iterdir() if path.name != MANIFEST_NAME}


def manifest(folder: Path) -> list[dict[str, Any]]:
    document = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    assert document["kind"] == "graph-flow-desktop export"
    return document["entries"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_that_the_list_names_every_file_with_its_hash(three: World, run: Run, file_format: ExportFormat) -> None:
    cases = run(file_format)
    assert states(cases) == dict.fromkeys(IDS, "written")
    entries = manifest(three.tmp_path / "out")
    assert [one["case"] for one in entries] == IDS
    assert {one["name"]: one["sha256"] for entry in entries for one in entry["files"]} == files(three.tmp_path / "out")
    assert {(f.path.name, f.sha256) for one in cases for f in one.files} == set(files(three.tmp_path / "out").items())
    assert all(len(entry[name]) == 64 for entry in entries for name in ("geometry_sha256", "mask_sha256", "content_sha256"))


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_that_a_second_run_leaves_what_is_up_to_date(three: World, run: Run, file_format: ExportFormat) -> None:
    run(file_format)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (three.tmp_path / "out").iterdir()}
    again = run(file_format, resume=True)
    assert states(again) == dict.fromkeys(IDS, "unchanged")
    assert all(f.verified for one in again for f in one.files)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (three.tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_that_what_has_changed_in_the_project_is_written_anew(three: World, run: Run, file_format: ExportFormat) -> None:
    run(file_format)
    three.session.correct("C-002", three.tmp_path / "mask-1.nii.gz", mapping={1: "hard", 5: "soft"})
    assert states(run(file_format, resume=True)) == {"C-001": "unchanged", "C-002": "renewed", "C-003": "unchanged"}
    assert states(run(file_format, resume=True)) == dict.fromkeys(IDS, "unchanged")
    listed = {one["name"]: one["sha256"] for entry in manifest(three.tmp_path / "out") for one in entry["files"]}
    assert listed == files(three.tmp_path / "out")


def test_that_files_of_a_structure_that_is_gone_go_with_it(three: World, run: Run) -> None:
    run("stl")
    assert (three.tmp_path / "out" / "C-002_s05-hard.stl").exists()
    three.session.correct("C-002", three.tmp_path / "mask-1.nii.gz", mapping={1: "soft", 5: "soft"})
    run("stl", resume=True)
    assert not (three.tmp_path / "out" / "C-002_s05-hard.stl").exists()
    assert (three.tmp_path / "out" / "C-001_s05-hard.stl").exists()


def test_that_a_file_that_somebody_changed_since_is_not_replaced(three: World, run: Run) -> None:
    run()
    path = three.tmp_path / "out" / "C-002.nii.gz"
    image = nibabel.load(path)
    nibabel.save(nibabel.Nifti1Image(np.zeros(image.shape, np.uint8), image.affine), path)
    mine = path.read_bytes()
    with pytest.raises(UserError, match="exists already") as caught:
        run(resume=True)
    assert caught.value.where == str(path)
    assert path.read_bytes() == mine
    assert states(run(resume=True, overwrite=True)) == {"C-001": "unchanged", "C-002": "renewed", "C-003": "unchanged"}
    assert path.read_bytes() != mine


def test_that_the_files_of_a_case_of_another_project_are_not_renewed(three: World, run: Run) -> None:
    run(case_ids=["C-002"])
    path = three.tmp_path / "out" / MANIFEST_NAME
    document = json.loads(path.read_text())
    # another project's case of the same name lies on another grid
    document["entries"][0]["geometry_sha256"] = document["entries"][0]["content_sha256"] = "0" * 64
    path.write_text(json.dumps(document))
    before = files(three.tmp_path / "out")
    three.session.correct("C-002", three.tmp_path / "mask-1.nii.gz", mapping={1: "hard", 5: "soft"})
    with pytest.raises(UserError, match="exists already"):
        run(case_ids=["C-002"], resume=True)
    assert files(three.tmp_path / "out") == before


def test_that_without_being_asked_to_go_on_nothing_is_replaced(three: World, run: Run) -> None:
    run()
    before = files(three.tmp_path / "out")
    with pytest.raises(UserError, match="exists already"):
        run()
    assert files(three.tmp_path / "out") == before


@pytest.mark.parametrize("file_format", ["nifti", "png", "stl"])
def test_that_an_interruption_leaves_nothing_half_written_and_resuming_completes(
    three: World, run: Run, monkeypatch: pytest.MonkeyPatch, file_format: ExportFormat
) -> None:
    real, count = export.land, 0

    def interrupted(folder: Path, pieces: list, **more: Any) -> list:
        nonlocal count
        count += 1
        if count == 2:
            pieces = [pieces[0], type(pieces[0])(pieces[-1].name, lambda _path: (_ for _ in ()).throw(KeyboardInterrupt), pieces[-1].same)]
        return real(folder, pieces, **more)

    monkeypatch.setattr(export, "land", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(file_format)
    monkeypatch.undo()
    assert {name.split("_")[0].split(".")[0] for name in files(three.tmp_path / "out")} == {"C-001"}
    assert [one["case"] for one in manifest(three.tmp_path / "out")] == ["C-001"]
    assert states(run(file_format, resume=True)) == {"C-001": "unchanged", "C-002": "written", "C-003": "written"}
    listed = {one["name"]: one["sha256"] for entry in manifest(three.tmp_path / "out") for one in entry["files"]}
    assert listed == files(three.tmp_path / "out")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("moment", ["while it writes", "before it is listed"])
def test_that_a_program_that_was_killed_is_continued(three: World, run: Run, moment: str) -> None:
    three.session.close_project()
    program = f"""
import os, signal, pathlib
from gf_desktop.exporting import ExportOptions
from gf_desktop.files import landing
from gf_desktop.files.export_manifest import ExportManifest
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
if {moment!r} == "while it writes":
    real = landing._write_checked
    landing._write_checked = lambda piece, path: die() if "C-002_k004" in path.name else real(piece, path)
else:
    note = ExportManifest.note
    ExportManifest.note = lambda self, entry, files: die() if entry.case == "C-002" else note(self, entry, files)
session = Session(InlineJobs(), lambda: None)
session.open_project(pathlib.Path({str(three.tmp_path / "trial")!r}), read_only=True)
session.exporting.start(pathlib.Path({str(three.tmp_path / "out")!r}), ExportOptions("png"))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    three.session.open_project(three.tmp_path / "trial")
    done = run("png", resume=True)
    assert states(done) == {"C-001": "unchanged", "C-002": "written", "C-003": "written"}
    listed = {one["name"]: one["sha256"] for entry in manifest(three.tmp_path / "out") for one in entry["files"]}
    assert listed == files(three.tmp_path / "out")


def test_that_progress_is_told_case_by_case_and_cancelling_stops_before_the_next(three: World) -> None:
    told: list[tuple[str, int, int]] = []
    tokens: list[CancelToken] = []

    class Watched(InlineJobs):
        def run(self, fn: Any, *, on_done: Any, on_error: Any) -> CancelToken:
            token = CancelToken()
            tokens.append(token)
            answer = fn(token)
            if not token():
                on_done(answer)
            return token

    three.session.close_project()
    session = Session(Watched(), SubprocessTransport)
    session.open_project(three.tmp_path / "trial", read_only=True)

    def progress(case_id: str, done: int, count: int) -> None:
        told.append((case_id, done, count))
        if done == 1:
            tokens[-1].cancel()

    session.exporting.start(three.tmp_path / "out", ExportOptions(), on_progress=progress, on_done=lambda _cases: pytest.fail("cancelled"))
    session.close_project()
    assert told == [("C-001", 0, 3), ("C-002", 1, 3)]
    assert set(files(three.tmp_path / "out")) == {"C-001.nii.gz", "C-001.json"}
    assert [one["case"] for one in manifest(three.tmp_path / "out")] == ["C-001"]


def test_that_several_formats_share_a_folder_and_its_list(three: World, run: Run) -> None:
    for file_format in EXPORT_FORMATS:
        run(file_format, case_ids=["C-001"])
    entries = manifest(three.tmp_path / "out")
    assert [one["format"] for one in entries] == list(EXPORT_FORMATS)
    assert {one["name"]: one["sha256"] for entry in entries for one in entry["files"]} == files(three.tmp_path / "out")


def test_that_surfaces_of_the_other_frame_take_the_place_of_the_first_only_when_asked(three: World, run: Run) -> None:
    run("stl", case_ids=["C-001"])
    with pytest.raises(UserError, match="exists already"):
        run("stl", case_ids=["C-001"], orientation="ras", resume=True)
    run("stl", case_ids=["C-001"], orientation="ras", overwrite=True)
    assert [one["orientation"] for one in manifest(three.tmp_path / "out")] == ["ras"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"kind": "graph-flow-desktop export", "format": 9, "entries": []}', b"\xff"])
def test_that_a_list_that_cannot_be_read_is_told_and_kept(three: World, run: Run, content: bytes) -> None:
    (three.tmp_path / "out").mkdir()
    (three.tmp_path / "out" / MANIFEST_NAME).write_bytes(content)
    with pytest.raises(FileFormatError, match="cannot be read"):
        run(resume=True)
    assert [path.name for path in (three.tmp_path / "out").iterdir()] == [MANIFEST_NAME]
    assert (three.tmp_path / "out" / MANIFEST_NAME).read_bytes() == content


def test_that_names_in_a_list_never_lead_out_of_the_folder(three: World, run: Run) -> None:
    run(case_ids=["C-001"])
    path = three.tmp_path / "out" / MANIFEST_NAME
    victim = three.tmp_path / "precious.txt"
    victim.write_text("mine")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["entries"][0]["files"].append({"name": "../precious.txt", "sha256": file_sha256(victim), "verified": True})
    path.write_text(json.dumps(document))
    with pytest.raises(FileFormatError):
        run(resume=True)
    assert victim.read_text() == "mine"


def test_that_a_case_that_is_not_there_is_told(three: World) -> None:
    with pytest.raises(ProjectError):
        three.session.exporting.start(three.tmp_path / "out", ExportOptions(), case_ids=["C-999"])
    assert not (three.tmp_path / "out").exists()
