"""A journal cut at random bytes or with a bit changed, opened through the Session: never a crash or a wrong mask, and it is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from gf_desktop.jobs import InlineJobs
from gf_desktop.project import journal_file
from gf_desktop.session import Session
from tests.process.damaged import JOURNAL, NoTrainer, Story, cuts, damaged_copy, digest, flips, tell_a_story

FEW, MANY = 100, 1_000


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, threshold_pack: Path) -> Story:
    return tell_a_story(tmp_path_factory.mktemp("damaged"), threshold_pack)


@pytest.fixture(autouse=True)
def _unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the waiting for the disk: no power is cut here."""
    monkeypatch.setattr(journal_file, "flush_to_disk", lambda _handle: None)
    monkeypatch.setattr("os.fsync", lambda _handle: None)


def opened(project: Path) -> tuple[Session, list[str], list[object]]:
    """Open a project's scan; return what was told about its file, and what went wrong."""
    told: list[str] = []
    wrong: list[object] = []
    session = Session(InlineJobs(), NoTrainer)
    session.told.connect(told.append)
    session.trouble.connect(wrong.append)
    session.broke.connect(wrong.append)
    session.open_project(project)
    session.open_case("C-001")
    return session, told, wrong


def look(story: Story, tmp_path: Path, damages: Iterable[tuple[bytes, int]]) -> tuple[int, int]:
    """Open copies with damaged journals, work on in them and open them again; return how many there were and how many told."""
    count = count_told = 0
    for content, sound in damages:
        project = damaged_copy(story, tmp_path / "trial", content)
        session, told, wrong = opened(project)
        label_map = session.must_open().label_map
        assert digest(label_map) == story.expected(sound)
        kept = [path.read_bytes() for path in (project / JOURNAL).parent.glob("*.damaged-*")]
        if story.is_whole(sound, len(content)):
            assert (told, kept) == ([], [])
        else:
            assert len(told) == 1
            assert "damaged" in told[0]
            # what could not be trusted is not thrown away
            assert len(kept) == 1
            assert content.endswith(kept[0])
        session.begin_stroke(axis=2, label=1, radius_mm=4.0, start_ijk=(9.0, 9.0, 3.0)).finish()
        session.undo()
        session.redo()
        now = digest(label_map)
        session.close_project()
        count, count_told = count + 1, count_told + len(told)
        again, told, more = opened(project)
        assert (digest(again.must_open().label_map), told) == (now, [])
        again.close_project()
        assert wrong + more == []
        shutil.rmtree(project)
    return count, count_told


def test_that_a_scan_whose_journal_was_cut_opens_with_every_whole_change(story: Story, tmp_path: Path) -> None:
    count, told = look(story, tmp_path, cuts(story, FEW, seed=1))
    assert (count, told > FEW * 0.9) == (FEW, True)


def test_that_a_scan_whose_journal_has_a_changed_bit_never_shows_a_wrong_mask(story: Story, tmp_path: Path) -> None:
    assert look(story, tmp_path, flips(story, FEW, seed=2)) == (FEW, FEW)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_that_a_thousand_cut_journals_open_with_every_whole_change(story: Story, tmp_path: Path) -> None:
    count, told = look(story, tmp_path, cuts(story, MANY, seed=3))
    assert (count, told > MANY * 0.9) == (MANY, True)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_that_a_thousand_journals_with_a_changed_bit_never_show_a_wrong_mask(story: Story, tmp_path: Path) -> None:
    assert look(story, tmp_path, flips(story, MANY, seed=4)) == (MANY, MANY)
