"""The command that makes the pictures of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gf_desktop.gui import screenshots


def test_that_every_moment_gets_a_picture_of_the_asked_size(
    qapp, tmp_path: Path, seven_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "packs", lambda: [seven_pack])
    taken = screenshots.take_pictures(tmp_path / "out", ((1100, 700),))
    names = {path.name.rpartition("-")[0] for path in taken}
    assert {
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
        "keys",
        "about",
    } <= names
    for path in taken:
        image = QImage(str(path))
        assert not image.isNull()
        if path.name.startswith(("keys", "about")):
            continue
        assert (image.width(), image.height()) == (1100, 700)
        assert len({image.pixel(x, y) for x in range(0, 1100, 7) for y in range(0, 700, 7)}) > 5
