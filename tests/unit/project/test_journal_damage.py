"""Journals that were cut, changed, or could not be written."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gf_desktop.errors import ProjectError, UserError
from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.project import journal as journal_module
from gf_desktop.project import journal_file
from gf_desktop.project.journal import Journal, JournalScan, RevisionRef

SHAPE = (5, 16, 16)
SCAN = JournalScan("C-001", "a" * 64, SHAPE, "b" * 64)
BLANK = RevisionRef()
SAVED = RevisionRef(1, "1" * 64)
FEW, MANY = 100, 1_000

Arrays = tuple[np.ndarray, np.ndarray]


def blank() -> Arrays:
    return np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)


def make_edit(arrays: Arrays, dice: np.random.Generator) -> LabelEdit:
    """Return a stroke in one slice that changes at least one voxel."""
    k, size = int(dice.integers(SHAPE[0])), int(dice.integers(3, 9))
    j, i = (int(dice.integers(0, n - size)) for n in SHAPE[1:])
    box = Box((k, j, i), (k + 1, j + size, i + size))
    mask = dice.random(box.shape_kji) < 0.7
    mask[0, 0, 0] = True
    new = (arrays[0][box.slices] + dice.integers(1, 5, box.shape_kji)).astype(np.uint8)
    edit = LabelEdit.record(labels=arrays[0], states=arrays[1], mask=mask, box=box, new_labels=new, new_states=3, name="brush", author="AB")
    assert edit is not None
    return edit


def paint(journal: Journal, arrays: Arrays, dice: np.random.Generator) -> None:
    edit = make_edit(arrays, dice)
    journal.commit(edit)
    edit.write_after(*arrays)


def digest(arrays: Arrays) -> bytes:
    return hashlib.blake2b(arrays[0].tobytes() + arrays[1].tobytes()).digest()


def shown(journal: Journal, base: Arrays) -> bytes:
    arrays = base[0].copy(), base[1].copy()
    journal.replay(*arrays)
    return digest(arrays)


@dataclass(frozen=True)
class Story:
    """A journal's bytes; where its records end, and the mask after each; the mask of the revision saved half-way."""

    content: bytes
    ends: list[int]
    masks: list[bytes]
    saved: Arrays
    saved_at: int


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return 60 strokes with undo and redo among them and a revision in the middle."""
    path = tmp_path_factory.mktemp("story") / "strokes.journal"
    dice, arrays = np.random.default_rng(3), blank()
    journal = Journal.open(path, SCAN, latest=BLANK)
    ends, masks, saved, saved_at = [journal.size_bytes], [digest(arrays)], blank(), 0
    for step in range(90):
        if step == 45:
            saved, saved_at = (arrays[0].copy(), arrays[1].copy()), len(ends)
            journal.mark_revision(SAVED)
        elif step % 5 == 3 and (edit := journal.undo()) is not None:
            edit.write_before(*arrays)
        elif step % 10 == 4 and (edit := journal.redo()) is not None:
            edit.write_after(*arrays)
        else:
            paint(journal, arrays, dice)
        ends.append(journal.size_bytes)
        masks.append(digest(arrays))
    journal.close()
    return Story(path.read_bytes(), ends, masks, saved, saved_at)


def check_damaged(path: Path, story: Story, content: bytes, good: int) -> None:
    """Open a damaged copy, of which ``good`` records are sound, twice, and go on writing to it."""
    path.write_bytes(content)
    sound = story.ends[good] if good >= 0 else 0
    expected = story.masks[good] if good >= 0 else story.masks[0]
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert not journal.read_only
    assert shown(journal, blank()) == expected
    told = [f.code for f in journal.findings]
    asides = [p for p in path.parent.iterdir() if ".damaged-" in p.name]
    if sound == len(content) and good >= 0:
        assert (told, asides) == ([], [])
    else:
        assert told in (["journal-damaged"], ["journal-torn"])
        assert [p.read_bytes() for p in asides] == [content[sound:]]
        assert asides[0].name in journal.findings[0].message
        assert content[:sound] == path.read_bytes()[:sound]
    arrays = blank()
    journal.replay(*arrays)
    paint(journal, arrays, np.random.default_rng(good + 2))
    journal.close()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert journal.findings == ()
    assert shown(journal, blank()) == digest(arrays)
    journal.close()
    for aside in asides:
        aside.unlink()


def check_damaged_with_revision(path: Path, story: Story, content: bytes, good: int) -> None:
    """The same where the project knows the revision from half-way, which is never lost."""
    path.write_bytes(content)
    journal = Journal.open(path, SCAN, latest=SAVED)
    expected = story.masks[good] if good >= story.saved_at else digest(story.saved)
    assert shown(journal, story.saved) == expected
    assert journal.has_changes is (expected != digest(story.saved))
    journal.close()
    for aside in path.parent.glob("*.damaged-*"):
        aside.unlink()


def sound_records(story: Story, byte: int) -> int:
    """Return how many records end at or before a byte; -1 where even the header does not."""
    return sum(end <= byte for end in story.ends) - 1


def cut_everywhere(tmp_path: Path, story: Story, count: int) -> None:
    for cut in random.Random(7).choices(range(len(story.content)), k=count):
        check_damaged(tmp_path / "strokes.journal", story, story.content[:cut], sound_records(story, cut))
        check_damaged_with_revision(tmp_path / "strokes.journal", story, story.content[:cut], sound_records(story, cut))


def flip_everywhere(tmp_path: Path, story: Story, count: int) -> None:
    dice = random.Random(8)
    for place in dice.choices(range(len(story.content)), k=count):
        content = bytearray(story.content)
        content[place] ^= 1 << dice.randrange(8)
        check_damaged(tmp_path / "strokes.journal", story, bytes(content), sound_records(story, place))
        check_damaged_with_revision(tmp_path / "strokes.journal", story, bytes(content), sound_records(story, place))


@pytest.fixture
def unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the waiting for the disk: what is lost in these tests is taken away by hand."""
    monkeypatch.setattr(journal_file, "flush_to_disk", lambda handle: None)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def test_that_a_journal_cut_anywhere_shows_every_whole_record(tmp_path: Path, story: Story, unflushed: None) -> None:
    cut_everywhere(tmp_path, story, FEW)


def test_that_a_bit_flipped_anywhere_never_shows_a_wrong_mask(tmp_path: Path, story: Story, unflushed: None) -> None:
    flip_everywhere(tmp_path, story, FEW)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_that_a_journal_cut_at_a_thousand_bytes_shows_every_whole_record(tmp_path: Path, story: Story, unflushed: None) -> None:
    cut_everywhere(tmp_path, story, MANY)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_that_a_bit_flipped_at_a_thousand_places_never_shows_a_wrong_mask(tmp_path: Path, story: Story, unflushed: None) -> None:
    flip_everywhere(tmp_path, story, MANY)


def test_that_every_byte_of_the_header_counts(tmp_path: Path, story: Story, unflushed: None) -> None:
    for place in range(story.ends[0]):
        content = bytearray(story.content[: story.ends[3]])
        content[place] ^= 0x10
        check_damaged(tmp_path / "strokes.journal", story, bytes(content), -1)


@pytest.mark.parametrize("damage", ["dropped", "swapped", "repeated", "foreign", "zeroes"])
def test_that_records_that_do_not_follow_each_other_are_not_trusted(tmp_path: Path, story: Story, damage: str) -> None:
    ends, content = story.ends, story.content
    first, second = content[ends[10] : ends[11]], content[ends[11] : ends[12]]
    spoilt, good = {
        "dropped": (content[: ends[10]] + content[ends[11] :], 10),
        "swapped": (content[: ends[10]] + second + first + content[ends[12] :], 10),
        "repeated": (content[: ends[11]] + first + content[ends[11] :], 11),
        "foreign": (content[: ends[10]] + content[ends[20] : ends[21]] + content[ends[11] :], 10),
        "zeroes": (content[: ends[10]] + bytes(500), 10),
    }[damage]
    check_damaged(tmp_path / "strokes.journal", story, spoilt, good)


def test_that_setting_aside_again_after_a_kill_ends_the_same(tmp_path: Path, story: Story) -> None:
    path = tmp_path / "strokes.journal"
    content = story.content[: story.ends[5] + 9]
    path.write_bytes(content)
    journal_file.set_aside(path, offset=story.ends[5])
    # as if the kill came between the copy and the cut
    path.write_bytes(content)
    Journal.open(path, SCAN, latest=BLANK).close()
    assert [p.read_bytes() for p in tmp_path.glob("*.damaged-*")] == [content[story.ends[5] :]]
    assert path.read_bytes() == content[: story.ends[5]]


def test_that_damage_that_cannot_be_set_aside_leaves_the_scan_to_look_at(
    tmp_path: Path, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "strokes.journal"
    content = story.content[: story.ends[5] + 9]
    path.write_bytes(content)

    def full(*_args: object, **_options: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal_module, "set_aside", full)
        journal = Journal.open(path, SCAN, latest=BLANK)
    assert journal.read_only
    assert [f.code for f in journal.findings] == ["journal-read-only", "journal-torn"]
    assert shown(journal, blank()) == story.masks[5]
    with pytest.raises(ProjectError, match="disk is full"):
        journal.note("x")
    journal.close()
    assert path.read_bytes() == content
    check_damaged(path, story, content, 5)


def test_that_a_stroke_damaged_while_the_scan_is_open_is_not_taken_back(tmp_path: Path) -> None:
    path, arrays, dice = tmp_path / "strokes.journal", blank(), np.random.default_rng(1)
    journal = Journal.open(path, SCAN, latest=BLANK)
    paint(journal, arrays, dice)
    size = journal.size_bytes
    with path.open("rb+") as stream:
        stream.seek(size - 40)
        stream.write(b"\xff")
    with pytest.raises(ProjectError, match="damaged since the scan was opened"):
        journal.undo()
    assert (journal.size_bytes, journal.undo_name) == (size, "brush")
    journal.close()


# a disk that is full or fails


def check_refused(journal: Journal, path: Path, arrays: Arrays, dice: np.random.Generator, words: str) -> None:
    """See a stroke, an undo and a note refused, and the file as it was."""
    before, tip, names = path.read_bytes(), journal.tip, (journal.undo_name, journal.redo_name)
    edit = make_edit(arrays, dice)
    for write in (lambda: journal.commit(edit), journal.undo, lambda: journal.note("x" * 5_000)):
        with pytest.raises(UserError, match=words) as caught:
            write()
        assert caught.value.where == str(path)
        assert "every change before it is saved" in caught.value.next_step
    assert (journal.tip, journal.undo_name, journal.redo_name) == (tip, *names)
    assert path.read_bytes() == before
    assert shown(journal, blank()) == digest(arrays)


@pytest.mark.parametrize("taken", [0, 1, 4, 50])
@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EIO, "could not be saved: Input/output")])
def test_that_a_write_that_stops_half_way_is_refused_and_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int, number: int, words: str
) -> None:
    path, arrays, dice = tmp_path / "strokes.journal", blank(), np.random.default_rng(1)
    journal = Journal.open(path, SCAN, latest=BLANK)
    paint(journal, arrays, dice)
    write = os.write
    room = [taken] * 1

    def part(handle: int, data: bytes) -> int:
        if room[0] == 0:
            room[0] = taken
            raise OSError(number, os.strerror(number))
        room[0] = 0
        return write(handle, bytes(data)[:taken])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", part)
        check_refused(journal, path, arrays, dice, words)
    paint(journal, arrays, dice)
    journal.close()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert journal.findings == ()
    assert shown(journal, blank()) == digest(arrays)
    journal.close()


def test_that_short_writes_are_continued_to_a_whole_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, arrays, dice, write = tmp_path / "strokes.journal", blank(), np.random.default_rng(1), os.write
    journal = Journal.open(path, SCAN, latest=BLANK)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:7]))
        paint(journal, arrays, dice)
    journal.close()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert journal.findings == ()
    assert shown(journal, blank()) == digest(arrays)
    journal.close()


@pytest.mark.parametrize("cutting", ["possible", "impossible at first"])
def test_that_a_stroke_that_was_written_but_not_flushed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cutting: str) -> None:
    path, arrays, dice = tmp_path / "strokes.journal", blank(), np.random.default_rng(1)
    journal = Journal.open(path, SCAN, latest=BLANK)
    paint(journal, arrays, dice)
    size = journal.size_bytes

    def fails(*_args: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(journal_file, "flush_to_disk", fails)
        if cutting != "possible":
            patch.setattr(os, "ftruncate", fails)
        for _ in range(2):
            with pytest.raises(UserError, match="could not be saved"):
                journal.commit(make_edit(arrays, dice))
    if cutting == "possible":
        assert path.stat().st_size == size
    paint(journal, arrays, dice)
    assert path.stat().st_size == journal.size_bytes
    journal.close()
    journal = Journal.open(path, SCAN, latest=BLANK)
    assert journal.findings == ()
    assert (journal.steps, shown(journal, blank())) == (2, digest(arrays))
    journal.close()


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 100])
def test_that_a_file_that_the_system_lets_grow_no_more_refuses_strokes(tmp_path: Path, room: int) -> None:
    path, arrays, dice = tmp_path / "strokes.journal", blank(), np.random.default_rng(1)
    journal = Journal.open(path, SCAN, latest=BLANK)
    for _ in range(5):
        paint(journal, arrays, dice)
    edit = make_edit(arrays, dice)
    with file_size_limit(journal.size_bytes + room), pytest.raises(UserError, match="disk is full"):
        journal.commit(edit)
    assert path.stat().st_size == journal.size_bytes
    paint(journal, arrays, dice)
    assert shown(journal, blank()) == digest(arrays)
    journal.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 64 KiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        answer = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, text=True, check=False, timeout=20
        )
    except OSError:
        pytest.skip("there is no mount command")
    if answer.returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


def test_that_a_full_disk_refuses_strokes_until_there_is_room_again(small_disk: Path) -> None:
    path, arrays, dice = small_disk / "strokes.journal", blank(), np.random.default_rng(1)
    journal = Journal.open(path, SCAN, latest=BLANK)
    paint(journal, arrays, dice)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(24 << 10))
    while True:
        try:
            paint(journal, arrays, dice)
        except UserError:
            break
    strokes = journal.steps
    with pytest.raises(UserError, match="disk is full"):
        journal.note("x" * 9_000)
    assert shown(journal, blank()) == digest(arrays)
    assert path.stat().st_size == journal.size_bytes
    filler.unlink()
    journal.mark_revision(SAVED)
    saved = arrays[0].copy(), arrays[1].copy()
    journal.compact(keep_steps=3, archive=False)
    paint(journal, arrays, dice)
    assert (journal.steps, strokes > 20) == (4, True)
    journal.close()
    journal = Journal.open(path, SCAN, latest=SAVED)
    assert journal.findings == ()
    assert shown(journal, saved) == digest(arrays)
    journal.close()


def test_that_a_scan_on_a_full_disk_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        journal = Journal.open(tmp_path / "strokes.journal", SCAN, latest=BLANK)
    assert journal.read_only
    assert shown(journal, blank()) == digest(blank())
    assert [f.code for f in journal.findings] == ["journal-read-only"]
    journal.close()
    Journal.open(tmp_path / "strokes.journal", SCAN, latest=BLANK).close()


def test_that_a_mark_that_the_disk_refused_is_written_before_the_next_stroke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, arrays, dice, write = tmp_path / "strokes.journal", blank(), np.random.default_rng(1), os.write
    journal = Journal.open(path, SCAN, latest=BLANK)
    paint(journal, arrays, dice)
    proposed = np.full(SHAPE, 3, np.uint8), np.ones(SHAPE, np.uint8)

    def full(*_args: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    # the revision is in the database already, so that nothing can be refused any more
    journal.mark_revision(SAVED, replaces=True)
    assert (journal.steps, journal.has_changes, shown(journal, proposed)) == (0, False, digest(proposed))
    arrays = proposed[0].copy(), proposed[1].copy()
    with pytest.raises(UserError, match="disk is full"):
        paint(journal, arrays, dice)
    monkeypatch.setattr(os, "write", write)
    paint(journal, arrays, dice)
    paint(journal, arrays, dice)
    assert (journal.steps, shown(journal, proposed)) == (2, digest(arrays))
    journal.close()
    journal = Journal.open(path, SCAN, latest=SAVED)
    assert (journal.findings, journal.steps, shown(journal, proposed)) == ((), 2, digest(arrays))
    journal.close()


def test_that_replay_can_start_again_from_the_revision_before(tmp_path: Path) -> None:
    path, arrays, dice = tmp_path / "strokes.journal", blank(), np.random.default_rng(1)
    journal = Journal.open(path, SCAN, latest=BLANK)
    paint(journal, arrays, dice)
    journal.mark_revision(SAVED)
    assert not journal.has_changes
    journal.start_from(BLANK)
    paint(journal, arrays, dice)
    assert (journal.steps, shown(journal, blank())) == (2, digest(arrays))
    journal.mark_revision(RevisionRef(1, "2" * 64))
    saved = arrays[0].copy(), arrays[1].copy()
    paint(journal, arrays, dice)
    assert shown(journal, saved) == digest(arrays)
    journal.close()
    for latest, base in ((BLANK, blank()), (RevisionRef(1, "2" * 64), saved)):
        journal = Journal.open(path, SCAN, latest=latest, read_only=True)
        assert shown(journal, base) == digest(arrays)
        journal.close()
