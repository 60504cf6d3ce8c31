"""The user guide in a window of its own: the file of the documentation, with its pictures; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextBlock, QTextCursor, QTextDocument, QTextFrameFormat, QTextTable
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from gf_desktop.errors import UserError
from gf_desktop.files.faults import reading_fault
from gf_desktop.gui.actions import tr
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import current_palette
from gf_desktop.gui.widgets import push_button
from gf_desktop.resources import resource_dir

__all__ = ["GuideWindow", "guide_file", "open_guide"]

SIZE: Final = (960, 760)
PICTURE_PX: Final = 820
"""Pictures wider than this are made smaller; the window is never narrower than they need."""

CHAPTER: Final = 2
"""Headings down to this level are chapters."""

NAME: Final = "user-guide.md"


def guide_file() -> Path:
    """Return the guide: among the resources of an installed program, in the documentation of a checkout.

    Raises
    ------
    UserError
        When it is at neither place.
    """
    resources = resource_dir()
    places = (resources / "guide" / NAME, resources.parent / "docs" / NAME)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise UserError("The user guide is not there", where=str(places[0]), next_step="Install the program again.")
    return found


def _anchor(heading: str) -> str:
    """Return what a link to a heading is called, as on the pages where Markdown is shown."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _headings(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel():
            yield block
        block = block.next()


def _space(document: QTextDocument) -> None:
    """Give headings, paragraphs and tables room, and tables the quiet lines of the window."""
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        if QTextCursor(block).currentTable() is None:
            form.setTopMargin(2 * GRID_PX if form.headingLevel() else form.topMargin())
            form.setBottomMargin(GRID_PX // 2 if block.textList() is not None else GRID_PX)
            QTextCursor(block).setBlockFormat(form)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            lines = frame.format()
            lines.setBorderBrush(QColor(current_palette().border))
            lines.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            lines.setBottomMargin(GRID_PX)
            frame.setFormat(lines)


class _Browser(QTextBrowser):
    """Shows pictures no wider than the page, as sharp as the screen."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return a picture beside the guide; of anything else what Qt finds."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        place = self.document().baseUrl().resolved(QUrl(name)) if isinstance(name, str) else self.document().baseUrl().resolved(name)
        picture = QImage(place.toLocalFile())
        ratio = self.devicePixelRatioF()
        if picture.width() > PICTURE_PX * ratio:
            picture = picture.scaledToWidth(round(PICTURE_PX * ratio), Qt.TransformationMode.SmoothTransformation)
            picture.setDevicePixelRatio(ratio)
        return picture


class GuideWindow(QDialog):
    """The guide, to be read beside the main window.

    Parameters
    ----------
    path
        The guide, Markdown; pictures lie beside it.

    Raises
    ------
    UserError
        When it cannot be read.
    """

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise reading_fault(error, path) from error
        self.setWindowTitle(tr("User guide"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = _Browser()
        self.page.setOpenLinks(False)
        self.page.setCursorWidth(0)
        self.page.setAccessibleName(tr("User guide"))
        # the Tab key leaves the page; chapters are reached by the list below it
        by = Qt.TextInteractionFlag
        self.page.setTextInteractionFlags(by.LinksAccessibleByMouse | by.TextSelectableByMouse | by.TextSelectableByKeyboard)
        self.page.document().setDocumentMargin(2 * GRID_PX)
        self.page.document().setBaseUrl(QUrl.fromLocalFile(str(path)))
        # remarks for those who write the guide
        self.page.document().setMarkdown(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
        _space(self.page.document())
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        self.page.anchorClicked.connect(self._follow)
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * GRID_PX, GRID_PX, 2 * GRID_PX, GRID_PX)
        foot.addWidget(self._chapters())
        foot.addStretch(1)
        foot.addWidget(push_button(tr("Close"), self.close))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.page, 1)
        layout.addLayout(foot)
        self.setMinimumWidth(PICTURE_PX + 8 * GRID_PX)
        self.resize(*SIZE)

    def _chapters(self) -> QComboBox:
        self.chapters = QComboBox()
        self.chapters.setAccessibleName(tr("Chapters"))
        self.chapters.setToolTip(tr("Chapters"))
        self.chapters.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.chapters.addItems([block.text() for block in _headings(self.page.document()) if block.blockFormat().headingLevel() <= CHAPTER])
        self.chapters.activated.connect(lambda row: self._follow(QUrl("#" + _anchor(self.chapters.itemText(row)))))
        return self.chapters

    def _follow(self, link: QUrl) -> None:
        """Go to the heading that a link means; links to other files lead nowhere here."""
        if link.path() or link.host():
            return
        block = next((block for block in _headings(self.page.document()) if _anchor(block.text()) == link.fragment()), None)
        if block is not None:
            # from below, the heading comes to rest at the upper edge
            self.page.moveCursor(QTextCursor.MoveOperation.End)
            self.page.setTextCursor(QTextCursor(block))


def open_guide(parent: QWidget | None = None) -> GuideWindow:
    """Show the guide; it does not hold up the main window. Errors as :func:`guide_file` and :class:`GuideWindow`."""
    window = GuideWindow(guide_file(), parent)
    window.show()
    return window
