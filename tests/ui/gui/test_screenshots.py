"""The command that makes the pictures of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gf_desktop.gui import screenshots

SIZE = (1100, 700)


def _check(taken: list[Path]) -> set[str]:
    """Return the names of pictures after having looked at each."""
    for path in taken:
        image = QImage(str(path))
        assert not image.isNull()
        assert len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}) > 5, path.name
        if not path.name.removeprefix("de-light-").startswith(screenshots.OWN_SIZE):
            assert (image.width(), image.height()) == SIZE, path.name
    return {path.name.rpartition("-")[0] for path in taken}


@pytest.fixture(autouse=True)
def fast_pack(seven_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screenshots, "packs", lambda: [seven_pack])


def test_that_every_moment_gets_a_picture_of_the_asked_size(qapp, tmp_path: Path) -> None:
    names = _check(screenshots.take_pictures(tmp_path / "out", (SIZE,), screenshots.LOOKS[:1]))
    moments = {
        "start",
        "empty-project",
        "predicted",
        "painting",
        "refining",
        "report",
        "students",
        "states",
        "measuring",
        "light-predicted",
    }
    windows = {
        "keys",
        "about",
        "change-keys",
        "add-structure",
        "lists",
        "export",
        "add-scans",
        "add-scans-distances",
        "menu-edit",
        "menu-view",
        "menu-structure",
    }
    assert moments | windows | {"notice", "palette", "tour"} <= names


@pytest.mark.long
def test_that_every_panel_and_window_gets_a_picture_in_german_and_light(qapp, tmp_path: Path) -> None:
    assert screenshots.LOOKS[-1] == ("light", "de")
    names = _check(screenshots.take_pictures(tmp_path / "out", (SIZE,), screenshots.LOOKS[-1:]))
    views = {"start", "empty-project", "predicted", "notice", "palette", "tour"}
    panels = {"panel-refining", "panel-report", "panel-students", "panel-scan", "panel-measuring"}
    windows = {
        "keys",
        "about",
        "change-keys",
        "add-structure",
        "lists",
        "export",
        "add-scans",
        "add-scans-distances",
        "menu-edit",
        "menu-view",
        "menu-structure",
    }
    assert {f"de-light-{name}" for name in views | panels | windows} <= names
