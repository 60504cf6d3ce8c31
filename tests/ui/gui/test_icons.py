"""Icons that ship, in the colours of the theme."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage

from gf_desktop.gui.app import make_application
from gf_desktop.gui.icons import icon, icon_names, pixmap
from gf_desktop.gui.palette import DARK, LIGHT


def strays(image: QImage, ink: str) -> list[str]:
    """Colours of opaque pixels that are not the ink, but for rounding; and a word where there is no ink at all."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    opaque = [c for c in pixels if c.alpha() == 255]
    wanted = QColor(ink)
    far = [c for c in opaque if max(abs(c.red() - wanted.red()), abs(c.green() - wanted.green()), abs(c.blue() - wanted.blue())) > 2]
    return [c.name() for c in far] if opaque else ["nothing drawn"]


@pytest.mark.parametrize("name", [name for name in icon_names() if name not in ("logo", "chevron")])
def test_that_each_icon_is_drawn_in_the_themes_text_colour_only(qapp, name: str) -> None:
    make_application()
    assert strays(pixmap(name, side_px=48).toImage(), DARK.text) == []


def test_that_icons_follow_the_theme_and_the_state(qapp) -> None:
    made = icon("brush", ink_checked="surface")
    size = QSize(32, 32)
    for theme in (DARK, LIGHT):
        make_application(theme=theme.name)
        assert strays(made.pixmap(size).toImage(), theme.text) == []
        assert strays(made.pixmap(size, QIcon.Mode.Normal, QIcon.State.On).toImage(), theme.surface) == []
        assert strays(made.pixmap(size, QIcon.Mode.Disabled).toImage(), theme.disabled) == []
    make_application()


def test_that_icons_are_drawn_anew_for_sharp_screens_and_not_scaled(qapp) -> None:
    make_application()
    made = icon("check").pixmap(QSize(20, 20), 2.0)
    assert (made.width(), made.devicePixelRatio()) == (40, 2.0)
    assert strays(made.toImage(), DARK.text) == []


def test_that_an_icon_that_does_not_exist_is_a_fault(qapp) -> None:
    with pytest.raises(FileNotFoundError, match="no icon"):
        icon("nothing")
