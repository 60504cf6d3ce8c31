"""The icons of the window: small line drawings that ship with the program, coloured by the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gf_desktop.gui.theme import current_palette
from gf_desktop.resources import resource_dir

__all__ = ["icon", "icon_names", "pixmap"]


def icon_names() -> list[str]:
    """Return the names of all icons."""
    return sorted(path.stem for path in (resource_dir() / "icons").glob("*.svg"))


@lru_cache(maxsize=256)
def _draw(name: str, colour: str, side_px: int) -> QImage:
    text = (resource_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    image = QImage(side_px, side_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    return image


class _Engine(QIconEngine):
    """Draws an icon when it is needed, in the size that is needed and the colours of the theme in use then."""

    def __init__(self, name: str, ink: str, ink_checked: str) -> None:
        super().__init__()
        self._name = name
        self._ink = ink
        self._ink_checked = ink_checked

    def _colour_of(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        tokens = current_palette()
        if mode == QIcon.Mode.Disabled:
            return tokens.disabled
        return str(getattr(tokens, self._ink_checked if state == QIcon.State.On else self._ink))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802 - Qt's
        # the size is in device-independent pixels
        side_px = max(1, round(min(size.width(), size.height()) * scale))
        made = QPixmap.fromImage(_draw(self._name, self._colour_of(mode, state), side_px))
        made.setDevicePixelRatio(scale)
        return made

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        side_px = min(rect.width(), rect.height())
        picture = self.scaledPixmap(QSize(side_px, side_px), mode, state, ratio)
        painter.drawPixmap(rect.center().x() - side_px // 2 + 1, rect.center().y() - side_px // 2 + 1, picture)

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._ink, self._ink_checked)


def pixmap(name: str, *, ink: str = "text", side_px: int = 20, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture of ``side_px`` device-independent pixels in a colour of the theme that is in use now."""
    picture = QPixmap.fromImage(_draw(name, str(getattr(current_palette(), ink)), round(side_px * ratio)))
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, *, ink: str = "text", ink_checked: str = "") -> QIcon:
    """Return an icon in a colour of the theme, whichever is in use when it is drawn; in another where it is checked.

    Raises
    ------
    FileNotFoundError
        When there is no icon of that name.
    """
    if not (resource_dir() / "icons" / f"{name}.svg").is_file():
        raise FileNotFoundError(f"no icon {name!r}")
    return QIcon(_Engine(name, ink, ink_checked or ink))
