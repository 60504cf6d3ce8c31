from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.edits import Box, EditHistory, LabelEdit
from gf_desktop.project import journal_file, journal_format
from gf_desktop.project.journal import Journal, JournalScan, RevisionRef
from gf_desktop.project.journal_file import Holder

SHAPE = (4, 9, 11)
SCAN = JournalScan("C-001", "a" * 64, SHAPE, "b" * 64)
BLANK = RevisionRef()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "strokes.journal"


class Mask:
    """A mask kept twice: by its journal and by an EditHistory in memory."""

    def __init__(self) -> None:
        self.labels, self.states = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
        self.history = EditHistory(min_steps=10**6)

    def edit(self, seed: int, *, accept: bool = False) -> LabelEdit | None:
        random = np.random.default_rng(seed)
        start = [int(random.integers(0, n)) for n in SHAPE]
        stop = [int(random.integers(a + 1, n + 1)) for a, n in zip(start, SHAPE, strict=True)]
        box = Box(tuple(start), tuple(stop))  # type: ignore[arg-type]
        many = random.integers(0, 4, box.shape_kji, dtype=np.uint8)
        return LabelEdit.record(
            labels=self.labels,
            states=self.states,
            mask=(random.random(box.shape_kji) < 0.6) | (np.arange(box.shape_kji[2]) == 0),
            box=box,
            new_labels=self.labels[box.slices] if accept else many if seed % 2 else 1 + seed % 5,
            new_states=2 if accept else 3,
            name=f"tool {seed % 3}",
            author="AB",
        )

    def paint(self, journal: Journal, seed: int, *, accept: bool = False) -> bool:
        edit = self.edit(seed, accept=accept)
        if edit is None:
            return False
        journal.commit(edit, model_id="m-1")
        edit.write_after(self.labels, self.states)
        self.history.push(edit)
        return True

    def undo(self, journal: Journal) -> None:
        edit, expected = journal.undo(author="AB"), self.history.undo()
        assert (edit is None) == (expected is None)
        if edit is not None:
            edit.write_before(self.labels, self.states)

    def redo(self, journal: Journal) -> None:
        edit, expected = journal.redo(author="AB"), self.history.redo()
        assert (edit is None) == (expected is None)
        if edit is not None:
            edit.write_after(self.labels, self.states)

    def copy(self) -> tuple[np.ndarray, np.ndarray]:
        return self.labels.copy(), self.states.copy()

    def assert_is(self, journal: Journal, base: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        labels, states = (np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)) if base is None else (base[0].copy(), base[1].copy())
        journal.replay(labels, states)
        np.testing.assert_array_equal(labels, self.labels)
        np.testing.assert_array_equal(states, self.states)


def begin(path: Path, strokes: int = 0) -> tuple[Journal, Mask]:
    journal, mask = Journal.open(path, SCAN, latest=BLANK), Mask()
    for seed in range(strokes):
        assert mask.paint(journal, seed)
    return journal, mask


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("paint"), st.integers(0, 10**6)),
        st.tuples(st.just("accept"), st.integers(0, 10**6)),
        st.sampled_from(["undo", "undo", "redo", "reopen", "save", "compact", "note"]),
    ),
    max_size=16,
)


@settings(max_examples=40)
@given(STEPS)
def test_that_any_sequence_of_edits_equals_its_replay_and_a_history_in_memory(steps: list) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # what is flushed, and when, is measured elsewhere
        patch.setattr(journal_file, "flush_to_disk", lambda handle: None)
        path = Path(folder) / "strokes.journal"
        (journal, mask), base, latest = begin(path), None, BLANK
        for step in steps:
            if step == "undo":
                mask.undo(journal)
            elif step == "redo":
                mask.redo(journal)
            elif step == "reopen":
                journal.close()
                journal = Journal.open(path, SCAN, latest=latest)
            elif step in ("save", "compact"):
                base, latest = mask.copy(), RevisionRef(latest.number + 1, f"{latest.number + 1:064x}")
                journal.mark_revision(latest)
                assert not journal.has_changes
                if step == "compact":
                    journal.compact()
            elif step == "note":
                journal.note("seen", author="AB")
            else:
                mask.paint(journal, step[1], accept=step[0] == "accept")
            assert (journal.undo_name, journal.redo_name) == (mask.history.undo_name, mask.history.redo_name)
            assert journal.steps == len(mask.history)
        mask.assert_is(journal, base)
        journal.close()
        journal = Journal.open(path, SCAN, latest=latest)
        assert journal.findings == ()
        mask.assert_is(journal, base)
        while journal.undo_name is not None:
            mask.undo(journal)
        assert not mask.labels.any()
        assert not mask.states.any()
        journal.close()


def test_that_undo_and_redo_outlive_a_restart(path: Path) -> None:
    journal, mask = begin(path, 5)
    mask.undo(journal)
    mask.undo(journal)
    journal.close()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert (journal.undo_name, journal.redo_name) == ("tool 2", "tool 0")
    mask.redo(journal)
    mask.assert_is(journal)
    mask.paint(journal, 77)
    assert journal.redo_name is None
    journal.close()


def test_that_only_the_edits_that_stand_are_carried_out_on_opening(path: Path) -> None:
    journal, mask = begin(path, 6)
    for _ in range(4):
        mask.undo(journal)
    labels, states = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    assert journal.replay(labels, states) == 2
    np.testing.assert_array_equal(labels, mask.labels)
    journal.close()


def test_that_opening_starts_from_any_revision_that_the_file_marks(path: Path) -> None:
    journal, mask = begin(path, 3)
    first = mask.copy()
    journal.mark_revision(RevisionRef(1, "1" * 64))
    mask.undo(journal)
    mask.paint(journal, 50)
    second = mask.copy()
    journal.mark_revision(RevisionRef(2, "2" * 64))
    mask.paint(journal, 51)
    journal.close()
    for latest, base in ((BLANK, None), (RevisionRef(1, "1" * 64), first), (RevisionRef(2, "2" * 64), second)):
        journal = Journal.open(path, SCAN, latest=latest)
        assert journal.findings == ()
        mask.assert_is(journal, base)
        assert journal.steps == 4
        journal.close()


def test_that_a_revision_that_replaces_the_mask_ends_the_history(path: Path) -> None:
    journal, mask = begin(path, 3)
    revision = RevisionRef(1, "1" * 64)
    mask.labels[:] = 4
    base = mask.copy()
    journal.mark_revision(revision, replaces=True)
    assert journal.undo_name is None
    mask.history = EditHistory()
    mask.paint(journal, 9)
    journal.close()
    journal = Journal.open(path, SCAN, latest=revision)
    mask.assert_is(journal, base)
    assert journal.steps == 1
    journal.close()


def test_that_a_kill_between_the_database_and_the_mark_leaves_the_new_revision(path: Path) -> None:
    journal, _mask = begin(path, 3)
    journal.close()
    journal = Journal.open(path, SCAN, latest=RevisionRef(1, "1" * 64))
    assert [f.code for f in journal.findings] == ["journal-behind"]
    assert (journal.has_changes, journal.undo_name) == (False, None)
    journal.close()
    journal = Journal.open(path, SCAN, latest=RevisionRef(1, "1" * 64))
    assert journal.findings == ()
    journal.close()


def test_that_records_of_a_mask_that_the_project_has_not_are_set_aside(path: Path) -> None:
    journal, mask = begin(path, 3)
    size = journal.size_bytes
    journal.mark_revision(RevisionRef(1, "1" * 64), replaces=True)
    Mask().paint(journal, 60)
    journal.close()
    whole = path.read_bytes()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert [f.code for f in journal.findings] == ["journal-damaged"]
    mask.assert_is(journal)
    journal.close()
    (kept,) = path.parent.glob("*.damaged-*")
    assert path.read_bytes() + kept.read_bytes() == whole
    assert path.stat().st_size == size


def test_that_a_journal_of_a_newer_mask_than_the_project_has_is_set_aside_whole(path: Path) -> None:
    journal, mask = begin(path, 3)
    journal.mark_revision(RevisionRef(2, "2" * 64))
    journal.compact(archive=False)
    mask.paint(journal, 5)
    journal.close()
    whole = path.read_bytes()
    journal = Journal.open(path, SCAN, latest=RevisionRef(1, "1" * 64))
    assert ["belong to revision 2 and the project's last one is 1" in f.message for f in journal.findings] == [True]
    assert (journal.steps, journal.has_changes) == (0, False)
    journal.close()
    (kept,) = path.parent.glob("*.damaged-0-*")
    assert kept.read_bytes() == whole


def test_that_damage_seen_by_a_compaction_is_set_aside_and_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, mask = begin(path, 3)
    journal.mark_revision(RevisionRef(1, "1" * 64))
    base = mask.copy()
    with path.open("rb+") as stream:
        stream.seek(journal.size_bytes - 30)
        stream.write(b"\xff\xff")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_args: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(ProjectError, match="disk is full"):
            journal.compact()
    assert journal.read_only
    assert "journal-damaged" in [f.code for f in journal.findings]
    journal.close()
    journal = Journal.open(path, SCAN, latest=RevisionRef(1, "1" * 64))
    mask.assert_is(journal, base)
    mask.paint(journal, 5)
    mask.assert_is(journal, base)
    journal.close()


def test_that_compaction_keeps_the_nearest_steps_and_the_old_file(path: Path) -> None:
    journal, mask = begin(path, 12)
    for _ in range(3):
        mask.undo(journal)
    base, revision = mask.copy(), RevisionRef(1, "1" * 64)
    old, tip = path.read_bytes(), journal.tip[1]
    journal.mark_revision(revision)
    archived = journal.compact(keep_steps=7)
    assert archived is not None
    assert archived.read_bytes().startswith(old)
    assert archived.name.endswith(".000001")
    assert tip != journal.tip[1]
    assert (journal.steps, journal.redo_name) == (4, "tool 0")
    mask.assert_is(journal, base)
    for _ in range(4):
        mask.undo(journal)
    assert journal.undo_name is None
    for _ in range(7):
        mask.redo(journal)
    mask.assert_is(journal, base)
    journal.close()
    journal = Journal.open(path, SCAN, latest=revision)
    mask.assert_is(journal, base)
    assert [e.kind for e in journal.events()][:8] == ["carried"] * 7 + ["undo"]
    journal.close()


def test_that_a_cut_among_carried_steps_leaves_the_nearest_ones(path: Path) -> None:
    journal, mask = begin(path, 8)
    base, revision = mask.copy(), RevisionRef(1, "1" * 64)
    journal.mark_revision(revision)
    journal.compact(archive=False)
    assert not list(path.parent.glob("*.000001"))
    journal.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    journal = Journal.open(path, SCAN, latest=revision)
    assert 0 < journal.steps < 8
    mask.assert_is(journal, base)
    while journal.undo_name is not None:
        mask.undo(journal)
    mask.assert_is(journal, base)
    journal.close()


def test_that_a_compaction_that_the_disk_refuses_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, mask = begin(path, 4)
    journal.mark_revision(RevisionRef(1, "1" * 64))
    base, before = mask.copy(), path.read_bytes()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(ProjectError, match="disk is full"):
            journal.compact()
    assert path.read_bytes() == before
    mask.paint(journal, 40)
    mask.assert_is(journal, base)
    with pytest.raises(ValueError, match="right after mark_revision"):
        journal.compact()
    journal.close()


def test_that_the_history_says_who_did_what_and_when(path: Path) -> None:
    journal, mask = begin(path, 1)
    mask.paint(journal, 2, accept=True)
    mask.undo(journal)
    mask.redo(journal)
    journal.note("shown to a colleague", author="CD")
    journal.note_table("c" * 64, author="CD")
    journal.mark_revision(RevisionRef(1, "1" * 64), author="CD")
    events = list(journal.events())
    assert [e.kind for e in events] == ["stroke", "accept", "undo", "redo", "note", "table", "revision"]
    assert [e.author for e in events] == ["AB"] * 4 + ["CD"] * 3
    assert (events[0].tool, events[0].model_id, events[2].target) == ("tool 0", "m-1", 1)
    assert events[0].box is not None
    assert [e.detail for e in events[4:]] == ["shown to a colleague", "c" * 64, f"1 {'1' * 64}"]
    assert all(e.time.endswith("+00:00") for e in events)
    assert [e.time for e in events] == sorted(e.time for e in events)
    journal.close()
    changed = Journal.open(path, replace(SCAN, table_sha256="c" * 64), latest=BLANK)
    assert changed.findings == ()
    changed.close()
    changed = Journal.open(path, SCAN, latest=BLANK)
    assert [f.code for f in changed.findings] == ["journal-table"]
    changed.close()


@pytest.mark.parametrize("other", [replace(SCAN, sha256="c" * 64), replace(SCAN, shape_kji=(4, 9, 12))], ids=["scan", "size"])
def test_that_the_journal_of_another_scan_is_refused_and_stays(path: Path, other: JournalScan) -> None:
    begin(path, 2)[0].close()
    before = path.read_bytes()
    with pytest.raises(ProjectError, match=r"belongs to another scan \(C-001\)"):
        Journal.open(path, other, latest=BLANK)
    assert path.read_bytes() == before
    Journal.open(path, SCAN, latest=BLANK).close()


def test_that_a_format_from_the_future_is_refused_and_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(journal_format, "FORMAT_VERSION", 7)
        begin(path, 2)[0].close()
    before = path.read_bytes()
    with pytest.raises(ProjectError, match=r"is of format 7 and this program reads 1.*Use the newer version"):
        Journal.open(path, SCAN, latest=BLANK)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.damaged-*"))


def test_that_a_record_of_an_unknown_kind_is_refused_and_stays(path: Path) -> None:
    journal, _mask = begin(path, 2)
    journal.close()
    content = path.read_bytes()
    record = journal_format.encode_record(99, journal_format.Note("", "", "?"), previous=content[-16:])  # type: ignore[arg-type]
    path.write_bytes(content + record)
    with pytest.raises(ProjectError, match="kind 99, which this program does not know"):
        Journal.open(path, SCAN, latest=BLANK)
    assert path.read_bytes() == content + record


# two writers


def test_that_a_second_window_only_reads_and_is_told_who_writes(path: Path) -> None:
    journal, mask = begin(path, 3)
    second = Journal.open(path, SCAN, latest=BLANK)
    assert second.read_only
    assert second.holder == journal.holder
    (finding,) = second.findings
    assert f"process {os.getpid()} on " in finding.message
    mask.assert_is(second)
    edit = mask.edit(88)
    assert edit is not None
    for write in (lambda: second.commit(edit), second.undo, second.redo, lambda: second.note("x"), second.compact):
        with pytest.raises(ProjectError, match=f"reading only: process {os.getpid()} on .*, since "):
            write()
    second.close()
    mask.paint(journal, 4)
    journal.close()
    third = Journal.open(path, SCAN, latest=BLANK)
    assert not third.read_only
    mask.assert_is(third)
    third.close()


def test_that_another_program_only_reads_and_a_dead_one_does_not_block(path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from gf_desktop.project.journal import Journal, JournalScan, RevisionRef\n"
        "scan = JournalScan('C-001', 'a' * 64, (4, 9, 11), 'b' * 64)\n"
        "journal = Journal.open(Path(sys.argv[1]), scan, latest=RevisionRef())\n"
        "print(journal.read_only, journal.steps, os.getpid(), *[f.message for f in journal.findings], flush=True)\n"
        "os._exit(0)"
    )
    command = [sys.executable, "-c", code, str(path)]
    journal, mask = begin(path, 2)
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert answer.startswith("True 2 ")
    assert f"process {os.getpid()} on " in answer
    journal.close()
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert answer.startswith("False 2 ")
    left = journal_file.read_holder(path)
    assert left is not None
    assert (left.pid, left.is_gone) == (int(answer.split()[2]), True)
    reader = Journal.open(path, SCAN, latest=BLANK, read_only=True)
    assert reader.holder is None
    reader.close()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert not journal.read_only
    mask.assert_is(journal)
    journal.close()
    assert journal_file.read_holder(path) is None


def test_that_a_reused_process_number_is_not_taken_for_the_holder() -> None:
    here = Holder.here()
    assert not here.is_gone
    assert replace(here, started_s=here.started_s - 60).is_gone
    assert replace(here, pid=2**22 + 5).is_gone
    assert not replace(here, pid=2**22 + 5, host="elsewhere").is_gone


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"host": "a", "pid": "b", "started_s": 0, "since": ""})])
def test_that_an_unreadable_note_of_the_holder_is_no_obstacle(path: Path, content: str) -> None:
    (path.parent / f"{path.name}.holder.json").write_text(content, encoding="utf-8")
    assert journal_file.read_holder(path) is None
    Journal.open(path, SCAN, latest=BLANK).close()


def test_that_a_reader_of_a_scan_without_a_journal_sees_its_mask_and_writes_nothing(path: Path) -> None:
    reader = Journal.open(path, SCAN, latest=BLANK, read_only=True)
    Mask().assert_is(reader)
    assert (reader.findings, reader.size_bytes, reader.steps) == ((), 0, 0)
    with pytest.raises(ProjectError, match="for reading only"):
        reader.note("x")
    reader.close()
    assert list(path.parent.iterdir()) == []


def test_that_a_reader_takes_a_record_that_is_being_written_for_no_damage(path: Path) -> None:
    journal, mask = begin(path, 3)
    with path.open("ab") as stream:
        stream.write(b"\x40\x00\x00\x00\x01half")
    before = path.read_bytes()
    reader = Journal.open(path, SCAN, latest=BLANK)
    assert [f.code for f in reader.findings] == ["journal-held"]
    mask.assert_is(reader)
    reader.close()
    assert path.read_bytes() == before
    journal.close()


def test_that_arrays_of_another_shape_are_refused(path: Path) -> None:
    journal, _mask = begin(path, 1)
    with pytest.raises(ValueError, match="for a scan of"):
        journal.replay(np.zeros((1, 2, 3), np.uint8), np.zeros((1, 2, 3), np.uint8))
    journal.close()


def test_that_what_a_killed_compaction_left_is_cleared_away(path: Path) -> None:
    begin(path, 1)[0].close()
    left = path.with_name(f".{path.name}.999.tmp")
    left.write_bytes(b"half a file")
    Journal.open(path, SCAN, latest=BLANK).close()
    assert not left.exists()
