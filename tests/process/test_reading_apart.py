"""The process that decodes: what it reads, and what becomes of the program when it breaks down, hangs or takes too much."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from gf_desktop.errors import FileFormatError, UserError
from gf_desktop.files import apart, dicom_rtstruct_read, dicom_seg_frames
from gf_desktop.files.apart import Reader
from gf_desktop.files.masks import names_in_mask, open_mask
from gf_desktop.files.scan import Scan, ScanSource, find_scans, read_here, read_scan
from gf_desktop.imaging.geometry import Geometry
from tests.process import hostile

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo" / "B_ct_dicom"
LIVER = Geometry((512, 512, 3), (0.810547, 0.810547, 1.0), (-235.2, -226.8, -128.69), np.eye(3))

SPOILED = """
import os, signal, sys, time
import numpy as np
from gf_desktop.files import read_worker, scan

whole = scan.read_here

def read_here(source):
    {deed}
    return whole(source)

read_worker.read_here = read_here
read_worker.main(sys.argv[1:])
"""


@pytest.fixture
def picture(tmp_path: Path) -> ScanSource:
    Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30)).save(tmp_path / "a.png")
    (source,) = find_scans(tmp_path / "a.png")
    return source


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.stop()


def spoil(monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """Let the reader do something else before it reads."""
    monkeypatch.setattr(apart, "_command", lambda: [sys.executable, "-c", SPOILED.format(deed=deed)])


def read(reader: Reader, source: ScanSource) -> Scan:
    return reader.read(source, Scan, paths=source.paths)


def test_that_a_series_comes_back_as_it_is_read_in_this_process() -> None:
    (source,) = find_scans(DEMO)
    one, other = read_scan(source), read_here(source)
    assert np.array_equal(one.volume.voxels, other.volume.voxels)
    assert one.volume.voxels.dtype == other.volume.voxels.dtype
    assert not one.volume.voxels.flags.writeable
    assert one.volume.geometry.same_grid(other.volume.geometry)
    assert np.array_equal(one.volume.geometry.direction, other.volume.geometry.direction)
    assert (one.findings, one.verdict, one.volume.facts, one.volume.modality) == (
        other.findings, other.verdict, other.volume.facts, other.volume.modality,
    )  # fmt: skip


def test_that_frames_and_their_time_come_back() -> None:
    (source,) = find_scans(ROOT / "tests" / "data" / "frames" / "us_cine_jpeg_8_frames.dcm")
    one, other = read_scan(source), read_here(source)
    assert np.array_equal(one.volume.voxels, other.volume.voxels)
    assert one.volume.time == other.volume.time


def test_that_one_process_reads_many_files_and_many_threads_may_ask(reader: Reader, picture: ScanSource) -> None:
    read(reader, picture)
    assert reader._process is not None
    first = reader._process.process.pid
    found: list[Scan] = []
    threads = [threading.Thread(target=lambda: found.append(read(reader, picture))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [scan.volume.voxels[0, 3, 4] for scan in found] == [94] * 6
    assert reader._process.process.pid == first


def test_that_a_refusal_comes_back_with_its_sentences(reader: Reader, picture: ScanSource) -> None:
    picture.paths[0].write_bytes(picture.paths[0].read_bytes()[:60])
    with pytest.raises(FileFormatError) as here:
        read_here(picture)
    with pytest.raises(FileFormatError) as there:
        read(reader, picture)
    assert there.value.as_json() == here.value.as_json()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("end", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_that_a_decoder_that_breaks_down_is_told_and_the_next_file_is_read(
    reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    with monkeypatch.context() as patch:
        spoil(patch, f"os.kill(os.getpid(), signal.{end})")
        with pytest.raises(FileFormatError, match=rf"broke down over this file \(status -{int(getattr(signal, end))}\)") as caught:
            read(reader, picture)
    assert caught.value.where == str(picture.paths[0])
    assert read(reader, picture).volume.voxels.shape == (1, 20, 30)


def test_that_a_bug_in_a_reader_is_told_and_not_hidden(reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "raise ZeroDivisionError")
    with pytest.raises(RuntimeError, match="a reader failed: ZeroDivisionError in"):
        read(reader, picture)


def test_that_a_decoder_that_hangs_is_stopped(reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "time.sleep(60)")
    monkeypatch.setattr(apart, "BASE_S", 0.5)
    begun = time.monotonic()
    with pytest.raises(FileFormatError, match="took longer than 1 s and was stopped"):
        read(reader, picture)
    assert time.monotonic() - begun < 20


def test_that_a_decoder_that_computes_too_long_is_stopped(reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "exec('while True: pass')")
    monkeypatch.setattr(apart, "BASE_S", 0.5)
    # only what the reader has computed ends it here
    monkeypatch.setattr(apart, "PATIENCE", 1e6)
    with pytest.raises(FileFormatError, match="took longer than 1 s and was stopped"):
        read(reader, picture)


def test_that_a_decoder_that_has_to_wait_for_its_turn_is_waited_for(
    reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, "time.sleep(2.5)")
    monkeypatch.setattr(apart, "BASE_S", 0.5)
    monkeypatch.setattr(apart, "PATIENCE", 1000)
    assert read(reader, picture).volume.voxels.shape == (1, 20, 30)


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("np.ones(1 << 30)", "not enough memory for this scan"),
        ("import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); kept = [np.ones(1 << 20) for _ in range(60)]; time.sleep(30)",
         "more than 256 MB of memory"),
    ],
    ids=["asked for", "taken"],
)  # fmt: skip
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of address space is Linux's")
def test_that_a_decoder_that_takes_too_much_memory_is_stopped(
    reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch, deed: str, told: str
) -> None:
    spoil(monkeypatch, deed)
    monkeypatch.setattr(apart, "LEAST_MEMORY", 256 << 20)
    with pytest.raises(FileFormatError, match=told):
        read(reader, picture)


def test_that_stopping_ends_the_process_and_tells_who_waits(reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "time.sleep(60)")
    told: list[UserError] = []

    def ask() -> None:
        try:
            read(reader, picture)
        except UserError as error:
            told.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while reader._process is None:
        time.sleep(0.01)
    pid = reader._process.process.pid
    time.sleep(0.1)
    reader.stop()
    thread.join()
    assert [error.what for error in told] == ["Reading was stopped"]
    assert not psutil.pid_exists(pid)


def test_that_a_process_that_cannot_be_started_is_told(reader: Reader, picture: ScanSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_command", lambda: ["/nowhere/python"])
    with pytest.raises(UserError, match="cannot be started"):
        read(reader, picture)
    monkeypatch.setattr(apart, "_command", lambda: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(UserError, match=r"did not start \(status 3\)"):
        read(reader, picture)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_that_no_reader_is_left_when_the_program_is_killed(picture: ScanSource) -> None:
    script = f"""
import os, signal
from pathlib import Path
from gf_desktop.files import apart, dicom_rtstruct_read, dicom_seg_frames
from gf_desktop.files.scan import find_scans, read_scan
read_scan(find_scans(Path({str(picture.paths[0])!r}))[0])
print(apart._reader._process.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    pid, end = int(done.stdout), time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_that_the_program_starts_its_reader_by_a_word_when_it_is_frozen(monkeypatch: pytest.MonkeyPatch, picture: ScanSource) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert apart._command() == [sys.executable, "read-worker"]
    monkeypatch.undo()
    reader = Reader()
    monkeypatch.setattr(apart, "_command", lambda: [sys.executable, "-m", "gf_desktop", "read-worker"])
    try:
        assert read(reader, picture).volume.voxels.shape == (1, 20, 30)
    finally:
        reader.stop()


# DICOM objects with masks


@pytest.fixture
def seg(tmp_path: Path) -> Path:
    path = tmp_path / "seg.dcm"
    path.write_bytes(hostile.objects()["seg.dcm"][0])
    return path


def spoil_masks(monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """Let the shared reader do something else before it reads a DICOM object."""
    apart.stop_reading()
    code = f"""
import os, signal, sys, time
from gf_desktop.files import read_worker
kind, whole = read_worker.TASKS["dicom mask"]
def read(wish):
    {deed}
    return whole(wish)
read_worker.TASKS["dicom mask"] = (kind, read)
read_worker.main(sys.argv[1:])
"""
    monkeypatch.setattr(apart, "_command", lambda: [sys.executable, "-c", code])


def test_that_a_segmentation_that_kills_its_decoder_is_refused_and_the_next_is_read(seg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        spoil_masks(patch, "os.kill(os.getpid(), signal.SIGSEGV)")
        with pytest.raises(FileFormatError, match="decoder broke down"):
            open_mask(seg, LIVER)
        apart.stop_reading()
    assert int(open_mask(seg, LIVER).labels.sum()) == 36233 + 35645 + 35220


def test_that_a_segmentation_that_never_ends_is_stopped(seg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "BASE_S", 0.2)
    monkeypatch.setattr(apart, "FILE_S", 0.0)
    with monkeypatch.context() as patch:
        spoil_masks(patch, "time.sleep(60)")
        with pytest.raises(FileFormatError, match="took longer than"):
            open_mask(seg, LIVER)
        apart.stop_reading()


def test_that_segmentations_and_structure_sets_are_not_decoded_in_this_process(seg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((dicom_seg_frames, "read_dataset"), (dicom_rtstruct_read, "read_dataset")):
        monkeypatch.setattr(module, name, lambda _path: pytest.fail("decoded in the program"))
    assert open_mask(seg, LIVER).structures[0].name == names_in_mask(seg)[1]
    rtstruct = seg.with_name("rtstruct.dcm")
    rtstruct.write_bytes(hostile.objects()["rtstruct.dcm"][0])
    grid = Geometry((64, 64, 98), (8.59, 8.59, 3.0), (-275.0, -524.0, -122.4407), np.eye(3))
    assert open_mask(rtstruct, grid).labels.any()
