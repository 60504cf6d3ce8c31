"""Projects whose journal was cut or changed, opened in the window: the mask is one that was there, and a notice says what happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import Composition
from gf_desktop.project import journal_file
from tests.process.damaged import Story, cuts, damaged_copy, digest, flips, tell_a_story

FEW, MANY = 8, 1_000


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, threshold_pack: Path) -> Story:
    return tell_a_story(tmp_path_factory.mktemp("damaged"), threshold_pack)


@pytest.fixture(autouse=True)
def _unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the waiting for the disk: no power is cut here."""
    monkeypatch.setattr(journal_file, "flush_to_disk", lambda _handle: None)
    monkeypatch.setattr("os.fsync", lambda _handle: None)


def look(made: Composition, qtbot: QtBot, story: Story, tmp_path: Path, damages: Iterable[tuple[bytes, int]]) -> int:
    """Open copies with damaged journals in the window, one after the other; return how many were told."""
    window, session, count = made.window, made.session, 0
    for number, (content, sound) in enumerate(damages):
        project = damaged_copy(story, tmp_path / f"trial-{number}", content)
        window.notice.hide()
        window.commands.show_project(project)
        assert digest(session.must_open().label_map) == story.expected(sound)
        assert window.notice.isVisible() is not story.is_whole(sound, len(content))
        if window.notice.isVisible():
            count += 1
            assert window.notice.property("kind") == "warn"
            assert "damaged" in window.notice.text.text()
        qtbot.waitUntil(lambda: not made.jobs.busy and window.page is not None and window.page.view.plane is not None, timeout=30_000)
        session.close_project()
        shutil.rmtree(project)
    return count


def test_that_the_window_opens_damaged_journals_and_tells(made: Composition, qtbot: QtBot, story: Story, tmp_path: Path) -> None:
    damages = chain(cuts(story, FEW, seed=5), flips(story, FEW, seed=6))
    assert look(made, qtbot, story, tmp_path, damages) >= 2 * FEW - 2


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("damage", [cuts, flips], ids=["cut", "bit"])
def test_that_the_window_opens_a_thousand_damaged_journals_and_tells(
    made: Composition, qtbot: QtBot, story: Story, tmp_path: Path, damage
) -> None:
    assert look(made, qtbot, story, tmp_path, damage(story, MANY, seed=7)) >= MANY * 0.9
