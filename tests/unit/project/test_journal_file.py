"""What is written without waiting for the disk: the system has it at once, the disk before a stroke is written behind it."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gf_desktop.errors import UserError
from gf_desktop.project import journal_file
from gf_desktop.project.journal_file import AppendFile


class Disk:
    """A disk whose flushes the test lets through, or refuses."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = threading.Event()
        self.flushed = 0
        self.refusals = 0

    def flush(self, _handle: int) -> None:
        self.asked.set()
        assert self.open.wait(10)
        if self.refusals:
            self.refusals -= 1
            raise OSError(errno.EIO, "the disk fails")
        self.flushed += 1


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(journal_file, "flush_to_disk", made.flush)
    return made


@pytest.fixture
def file(tmp_path: Path, disk: Disk) -> Iterator[AppendFile]:
    path = tmp_path / "strokes"
    path.touch()
    made = AppendFile(path, size=0, read_only=False)
    yield made
    disk.open.set()
    made.close()


def test_that_what_does_not_wait_is_in_the_file_before_the_disk_has_it(disk: Disk, file: AppendFile) -> None:
    file.append(b"undo", wait=False)
    assert disk.flushed == 0
    assert file.path.read_bytes() == b"undo"
    assert file.read(0, 4) == b"undo"
    assert file.size == 4


def test_that_a_stroke_is_not_written_behind_what_the_disk_does_not_have(disk: Disk, file: AppendFile) -> None:
    file.append(b"undo", wait=False)
    writer = threading.Thread(target=lambda: file.append(b"stroke"))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive()
    assert file.path.read_bytes() == b"undo"
    disk.open.set()
    writer.join(10)
    assert file.path.read_bytes() == b"undostroke"
    assert disk.flushed == 2


def test_that_one_undo_after_the_other_waits_for_no_disk_and_all_are_flushed(
    disk: Disk, file: AppendFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "FLUSH_AFTER_S", 0.0)
    file.append(b"undo", wait=False)
    assert disk.asked.wait(10)
    for _ in range(4):
        file.append(b"undo", wait=False)
    assert disk.flushed == 0
    assert file.path.read_bytes() == b"undo" * 5
    disk.open.set()
    file.settle()
    assert disk.flushed == 2, "one was under way when the others came"


def test_that_undos_of_one_moment_go_to_the_disk_together_and_at_once_for_a_stroke(
    disk: Disk, file: AppendFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "FLUSH_AFTER_S", 3600.0)
    disk.open.set()
    for _ in range(5):
        file.append(b"undo", wait=False)
    assert disk.flushed == 0
    file.append(b"stroke")
    assert disk.flushed == 2, "one for the undos, one for the stroke"


def test_that_closing_waits_for_the_disk(disk: Disk, file: AppendFile) -> None:
    file.append(b"undo", wait=False)
    closing = threading.Thread(target=file.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    disk.open.set()
    closing.join(10)
    assert disk.flushed == 1


def test_that_a_disk_that_refused_is_asked_again_and_told(disk: Disk, file: AppendFile) -> None:
    disk.open.set()
    disk.refusals = 2
    file.append(b"undo", wait=False)
    with pytest.raises(UserError):
        file.append(b"stroke")
    assert file.path.read_bytes() == b"undo"
    # the disk works again, and nothing is missing
    file.append(b"stroke")
    assert file.path.read_bytes() == b"undostroke"


def test_that_an_undo_after_one_that_the_disk_refused_is_told_so(disk: Disk, file: AppendFile) -> None:
    disk.open.set()
    disk.refusals = 2
    file.append(b"undo", wait=False)
    flush = file._flush
    assert flush is not None
    flush.join()
    with pytest.raises(UserError):
        file.append(b"undo", wait=False)
    file.append(b"undo", wait=False)
    file.settle()
    assert file.path.read_bytes() == b"undoundo"
