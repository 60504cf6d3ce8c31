"""Colours that can be read and told apart."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QColor

from gf_desktop.gui.palette import DARK, LIGHT, PALETTES, Palette

READABLE = 4.5
"""Contrast that WCAG 2.1 asks of text (success criterion 1.4.3)."""


def luminance(colour: str) -> float:
    channels = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", PALETTES.values(), ids=PALETTES)
def test_that_text_can_be_read_on_everything_that_it_stands_on(tokens: Palette) -> None:
    for ink, ground in itertools.product(("text", "muted", "good", "warn", "bad"), ("window", "surface", "raised")):
        assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= READABLE, (ink, ground)
    for ground in ("hover",):
        assert contrast(tokens.text, getattr(tokens, ground)) >= READABLE
    assert contrast(tokens.on_accent, tokens.accent) >= READABLE
    for ink in ("view_text", "measure"):
        assert contrast(getattr(tokens, ink), tokens.view) >= READABLE
    assert contrast(tokens.surface, tokens.text) >= READABLE, "the tool in the hand is drawn inverse"


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_that_cells_of_the_strip_differ_in_lightness(tokens: Palette) -> None:
    cells = [luminance(getattr(tokens, name)) for name in ("unseen", "accepted", "edited")]
    assert all(abs(a - b) > 0.05 for a, b in itertools.combinations(cells, 2))
