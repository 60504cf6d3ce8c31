"""What is drawn of a round: slices that are kept away from training, and changes of Dice beside what the gate allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gf_desktop.gui.app import make_application
from gf_desktop.gui.panels.round_pictures import BAR_PX, ChangeBar, Slices, intervals, slice_counts
from gf_desktop.gui.theme import current_palette

GATE: dict[str, Any] = {
    "decided_by": "held_back",
    "sets": {
        "held_back": {
            "structures": {"liver": {"low": -0.01, "high": 0.05, "slices": 1}, "aorta": {"low": None, "high": None, "slices": 3}}
        },
        "corrected": {"structures": {"liver": {"low": -0.5, "high": 0.5, "slices": 7}}},
    },
}


def test_that_what_chance_leaves_open_is_that_of_the_set_that_decided() -> None:
    assert intervals(GATE) == {"liver": (-0.01, 0.05)}
    assert slice_counts(GATE) == {"liver": 1, "aorta": 3}


@pytest.mark.parametrize(
    "gate", [{}, {"sets": []}, {"sets": {}, "decided_by": "x"}, {"sets": {"x": {"structures": [1]}}, "decided_by": "x"}]
)
def test_that_a_decision_of_another_form_leaves_nothing_open(gate: dict[str, Any]) -> None:
    assert intervals(gate) == {}
    assert slice_counts(gate) == {}


def ink(bar: ChangeBar, colour: str) -> list[int]:
    """Return the columns of a bar's middle line that have a colour."""
    image = bar.grab().toImage()
    return [x for x in range(image.width()) if image.pixelColor(x, image.height() // 2) == QColor(colour)]


def test_that_a_fall_is_drawn_left_of_the_middle_with_its_interval_and_the_mark(qtbot: QtBot) -> None:
    make_application()
    tokens = current_palette()
    bar = ChangeBar(-0.05, (-0.08, 0.04))
    qtbot.addWidget(bar)
    bar.resize(*BAR_PX)
    drawn = ink(bar, tokens.bad)
    middle = BAR_PX[0] / 2
    assert min(drawn) < middle - 10
    assert middle < max(drawn) < middle + 14
    assert ink(bar, tokens.border)
    rise = ChangeBar(0.5, None)
    qtbot.addWidget(rise)
    rise.resize(*BAR_PX)
    assert min(ink(rise, tokens.good)) > middle + 10
    assert "+0.50" in rise.accessibleName()


def test_that_slices_are_shown_once_there_is_a_picture_and_read_once(qtbot: QtBot, tmp_path: Path) -> None:
    make_application()
    shown = Slices()
    qtbot.addWidget(shown)
    shown.resize(200, 20)
    shown.show_picture(tmp_path / "missing.png")
    assert shown.isHidden()
    image = QImage(400, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff8800"))
    path = tmp_path / "one.png"
    image.save(str(path))
    shown.show_picture(path)
    assert not shown.isHidden()
    assert shown.height() == 50
    assert shown.grab().toImage().pixelColor(100, 25) == QColor("#ff8800")
    path.unlink()
    shown.show_picture(path)
    assert not shown.isHidden()
    shown.show_picture(None)
    assert shown.isHidden()
