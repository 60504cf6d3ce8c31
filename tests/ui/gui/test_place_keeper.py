"""Where the person is, is kept: seldom enough not to be felt, and soon enough to outlive a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from gf_desktop.gui import place_keeper
from gf_desktop.gui.app import Composition
from gf_desktop.project.last_place import LastPlace, write_last_place


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[LastPlace]:
    """What was written, in its order."""
    places: list[LastPlace] = []

    def write(folder: Path, place: LastPlace) -> None:
        places.append(place)
        write_last_place(folder, place)

    monkeypatch.setattr(place_keeper, "write_last_place", write)
    return places


def test_that_a_wheel_that_turns_writes_once(opened: Composition, written: list[LastPlace], qtbot) -> None:
    opened.window.commands.places.flush()
    written.clear()
    for index in range(20):
        opened.window.state.go_to(index)
    assert written == []
    qtbot.waitUntil(lambda: bool(written), timeout=10_000)
    assert [place.cursor_ijk[2] for place in written] == [19]


def test_that_what_does_not_move_is_not_written_again(opened: Composition, written: list[LastPlace], qtbot) -> None:
    opened.window.commands.places.flush()
    written.clear()
    opened.window.state.toggle_overlay()
    opened.window.commands.places.flush()
    kept = (opened.session.must_project().folder / "last-case").stat().st_mtime_ns
    opened.window.state.toggle_overlay()
    opened.window.commands.places.flush()
    assert (opened.session.must_project().folder / "last-case").stat().st_mtime_ns == kept
