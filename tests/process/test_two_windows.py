"""Two programs on one project: the second only reads, says who writes, and refuses every change."""

from __future__ import annotations

import getpass
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gf_desktop.cli.main import main
from gf_desktop.errors import HeldError, ProjectError
from gf_desktop.imaging.operations import Delete
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session

SITK = pytest.importorskip("SimpleITK")

HOLD = """
import sys
from pathlib import Path
from gf_desktop.jobs import InlineJobs
from gf_desktop.session import Session
session = Session(InlineJobs(), lambda: None)
session.open_project(Path(sys.argv[1]))
session.open_case("C-001")
print("held", flush=True)
for line in sys.stdin:
    session.begin_stroke(axis=2, label=5, radius_mm=3.0, start_ijk=(12, 10, 1)).finish()
    print("painted", flush=True)
session.close_project()
"""


class Other:
    """A second program that has the project open for writing, with its scan on screen."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", HOLD, str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._hear("held")

    def _hear(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == word

    def paint(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("paint\n")
        self._process.stdin.flush()
        self._hear("painted")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.communicate(timeout=30)


@pytest.fixture
def folder(tmp_path: Path, threshold_pack: Path) -> Path:
    """A project with a scan of which a part is soft and accepted."""
    labels = np.zeros((4, 20, 25), np.uint8)
    labels[1, :10, :20] = 1
    for name, array in (("scan", np.arange(2000, dtype=np.int16).reshape(4, 20, 25)), ("mask", labels)):
        SITK.WriteImage(SITK.GetImageFromArray(array), str(tmp_path / f"{name}.nii.gz"))
    session = Session(InlineJobs(), lambda: None)
    session.create_project(tmp_path / "trial", threshold_pack)
    session.import_paths([tmp_path / "scan.nii.gz"])
    session.correct("C-001", tmp_path / "mask.nii.gz")
    session.close_project()
    return tmp_path / "trial"


@pytest.fixture
def other(folder: Path) -> Iterator[Other]:
    other = Other(folder)
    yield other
    other.end()


@pytest.fixture
def reader(folder: Path, other: Other) -> Iterator[Session]:
    session = Session(InlineJobs(), lambda: None)
    session.open_or_look(folder)
    yield session
    session.close_project()


def test_that_the_second_is_told_the_person_the_computer_and_the_time(folder: Path, other: Other, reader: Session) -> None:
    with pytest.raises(HeldError) as caught:
        Session(InlineJobs(), lambda: None).open_project(folder)
    text = str(caught.value)
    assert f"process {other.pid} on {socket.gethostname()}" in text
    assert getpass.getuser() in text
    assert reader.must_project().read_only
    holder = reader.must_project().holder
    assert holder is not None
    assert holder.who.startswith(f"{getpass.getuser()} at {socket.gethostname()} since 20")
    note = json.loads((folder / "project.holder.json").read_text())
    assert set(note) == {"host", "pid", "started_s", "since", "user"}, "and nothing about a patient"


CHANGES: dict[str, Callable[[Session], object]] = {
    "stroke": lambda s: s.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(5, 5, 1)),
    "approve a slice": lambda s: s.approve_slice(1),
    "approve the scan": lambda s: s.approve_case(),
    "operation": lambda s: s.operate(Delete(1)),
    "undo": lambda s: s.undo(),
    "redo": lambda s: s.redo(),
    "lock": lambda s: s.set_locked(1, locked=True),
    "refine": lambda s: s.refine(minutes=1),
    "predict": lambda s: s.predict("C-001"),
    "import": lambda s: s.import_paths([Path("anything")]),
    "activate": lambda s: s.activate("threshold"),
    "roll back": lambda s: s.roll_back(),
    "add a structure": lambda s: s.add_structure("tumour"),
    "rename a structure": lambda s: s.change_structure(1, name="weich"),
    "delete a structure": lambda s: s.remove_structure(1),
    "merge structures": lambda s: s.remove_structure(1, into=5),
}


def test_that_every_change_is_refused_in_a_plain_sentence_and_nothing_changes(reader: Session, folder: Path) -> None:
    reader.open_case("C-001")
    labels = reader.must_open().label_map.labels.copy()
    files = {path: path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
    for name, change in CHANGES.items():
        with pytest.raises(ProjectError) as caught:
            change(reader)
        assert "open for reading only" in caught.value.what, name
        assert getpass.getuser() in caught.value.what, name
        np.testing.assert_array_equal(reader.must_open().label_map.labels, labels)
    assert {path: path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()} == files


def test_that_the_reader_sees_what_the_other_has_painted_and_may_export(reader: Session, other: Other, tmp_path: Path) -> None:
    other.paint()
    reader.open_case("C-001")
    assert (reader.must_open().label_map.labels == 5).any()
    files: list[Any] = []
    reader.export(tmp_path / "out", on_done=files.extend)
    assert files
    assert all(file.verified for file in files)


@pytest.mark.parametrize("ends", ["closed", "killed"])
def test_that_the_project_can_be_changed_when_the_other_has_ended(reader: Session, other: Other, folder: Path, ends: str) -> None:
    other.paint()
    other.kill() if ends == "killed" else other.end()
    assert reader.must_project().holder is None, "who is gone is not named"
    reader.open_project(folder)
    reader.open_case("C-001")
    assert not reader.must_project().read_only
    assert (reader.must_open().label_map.labels == 5).any(), "what was painted before is there"
    reader.begin_stroke(axis=2, label=1, radius_mm=3.0, start_ijk=(5, 15, 2)).finish()
    assert (reader.must_open().label_map.labels[2] == 1).any()


WRITING = [
    ["import", "PROJECT", "scan.nii.gz"],
    ["predict", "PROJECT"],
    ["correct", "PROJECT", "C-001", "--mask", "mask.nii.gz"],
    ["edit", "PROJECT", "C-001", "fill-holes", "label=soft"],
    ["undo", "PROJECT", "C-001"],
    ["redo", "PROJECT", "C-001"],
    ["lock", "PROJECT", "soft"],
    ["structures", "PROJECT", "add", "tumour"],
    ["structures", "PROJECT", "delete", "soft", "--yes"],
    ["refine", "PROJECT"],
    ["activate", "PROJECT", "threshold"],
    ["rollback", "PROJECT"],
]
READING = [["list", "PROJECT"], ["models", "PROJECT"], ["structures", "PROJECT"], ["structures", "PROJECT", "delete", "soft"]]


def test_that_verbs_that_write_are_refused_and_verbs_that_read_answer(
    folder: Path, other: Other, capfd: pytest.CaptureFixture[str]
) -> None:
    for code, commands in ((1, WRITING), (0, READING)):
        for words in commands:
            assert main([str(folder) if word == "PROJECT" else word for word in [*words, "--json"]]) == code, words
            answer = json.loads(capfd.readouterr().out)
            if code:
                assert f"process {other.pid} on {socket.gethostname()}, opened by {getpass.getuser()}" in answer["error"]["what"], words


def test_that_the_second_window_says_who_holds_it_and_takes_over_when_they_have_closed(folder: Path, other: Other, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from gf_desktop.gui.app import compose, make_application

    make_application()
    made = compose()
    window = made.window
    window.show()
    window.commands.show_project(folder)
    qtbot.waitUntil(lambda: not made.jobs.busy and window.page.view.plane is not None)
    assert f"{getpass.getuser()} at {socket.gethostname()} since" in window.notice.text.text()
    assert "read only" in window.top.project.text()
    for name in ("tool_paint", "approve_slice", "approve_case", "refine", "predict", "import_files", "add_structure", "delete_structure"):
        qtbot.waitUntil(lambda name=name: not window.actions_by_id[name].isEnabled())
    # a tool that was in the hand before: the stroke itself is refused
    before = made.session.must_open().label_map.labels.copy()
    window.state.set_tool(name="paint")
    QTest.mouseClick(window.page.view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseClick(window.page.view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=window.page.view.canvas.viewport().rect().center())
    qtbot.waitUntil(lambda: "open for reading only" in window.notice.text.text())
    np.testing.assert_array_equal(made.session.must_open().label_map.labels, before)
    window.actions_by_id["open_for_writing"].trigger()
    assert "open in another window" in window.notice.text.text()
    other.end()
    window.actions_by_id["open_for_writing"].trigger()
    qtbot.waitUntil(window.actions_by_id["tool_paint"].isEnabled)
    assert "read only" not in window.top.project.text()
    assert made.session.must_open().id == "C-001"
    window.close()
    made.close()
    window.deleteLater()
