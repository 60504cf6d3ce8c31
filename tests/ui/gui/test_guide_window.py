"""The user guide in its window."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QPushButton

from gf_desktop.errors import UserError
from gf_desktop.gui import guide_window
from gf_desktop.gui.guide_window import PICTURE_PX, GuideWindow, guide_file

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "user-guide.md"


@pytest.fixture
def guide(made, action: Callable, qtbot) -> GuideWindow:
    """The guide, opened from the Help menu."""
    action("guide").trigger()
    (window,) = made.window.findChildren(GuideWindow)
    qtbot.waitExposed(window)
    return window


def test_that_the_help_menu_opens_the_guide_at_its_beginning_and_holds_nothing_up(guide: GuideWindow, qtbot) -> None:
    assert not guide.isModal()
    assert guide.page.verticalScrollBar().value() == 0
    assert guide.page.toPlainText().startswith("User guide")
    assert "Research use; not a medical device" in guide.page.toPlainText()
    assert "<!--" not in guide.page.toPlainText()
    (close,) = guide.findChildren(QPushButton)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not guide_is_open(guide))


def guide_is_open(guide: GuideWindow) -> bool:
    try:
        return guide.isVisible()
    except RuntimeError:
        return False


def test_that_every_picture_is_shown_and_none_is_wider_than_the_page(guide: GuideWindow) -> None:
    pictures = re.findall(r"\((images/[^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert pictures
    for name in pictures:
        shown = guide.page.document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl(name))
        assert isinstance(shown, QImage)
        file = QImage(str(GUIDE.parent / name))
        assert shown.deviceIndependentSize().width() == min(PICTURE_PX, file.width()), name
        assert shown.height() / shown.width() == pytest.approx(file.height() / file.width(), abs=0.01)
    assert guide.page.horizontalScrollBar().maximum() == 0


def test_that_a_click_on_a_link_brings_its_heading_to_the_top(guide: GuideWindow, qtbot) -> None:
    page = guide.page
    cursor = page.document().find("Measuring")
    place = page.cursorRect(cursor).center() - QPoint(12, 0)
    assert page.anchorAt(place) == "#measuring"
    qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=place)
    top = page.cursorForPosition(QPoint(40, 12)).block().text()
    assert top == "Measuring"


def test_that_every_link_of_the_guide_leads_to_a_heading(guide: GuideWindow) -> None:
    links = re.findall(r"\(#([^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert len(links) > 10
    for link in links:
        guide.page.moveCursor(guide.page.textCursor().MoveOperation.Start)
        guide.page.anchorClicked.emit(QUrl(f"#{link}"))
        block = guide.page.textCursor().block()
        assert block.blockFormat().headingLevel(), link
        assert block.text().lower().replace(",", "").replace(" ", "-") == link


def test_that_the_keyboard_chooses_a_chapter(guide: GuideWindow, qtbot) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    chapters = [guide.chapters.itemText(row) for row in range(guide.chapters.count())]
    assert chapters == re.findall(r"^##? (.*)$", text, re.MULTILINE)
    guide.chapters.setFocus()
    for _step in range(chapters.index("Correcting")):
        qtbot.keyClick(guide.chapters, Qt.Key.Key_Down)
    assert guide.page.cursorForPosition(QPoint(40, 12)).block().text() == "Correcting"


def test_that_links_to_other_places_lead_nowhere(guide: GuideWindow) -> None:
    for link in ("https://example.org/#start", "https://example.org", "#nowhere", "other.md"):
        guide.page.anchorClicked.emit(QUrl(link))
        assert guide.page.toPlainText().startswith("User guide")
        assert guide.page.source().isEmpty()


def test_that_a_missing_guide_is_told_in_a_notice(made, action: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide_window, "resource_dir", lambda: tmp_path / "resources")
    with pytest.raises(UserError, match="user guide is not there"):
        guide_file()
    action("guide").trigger()
    assert "The user guide is not there" in made.window.notice.text.text()
    assert not made.window.findChildren(QDialog)


def test_that_an_installed_guide_is_found_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide_file() == GUIDE
    installed = tmp_path / "resources" / "guide" / "user-guide.md"
    installed.parent.mkdir(parents=True)
    installed.write_text("# Mine\n", encoding="utf-8")
    monkeypatch.setattr(guide_window, "resource_dir", lambda: tmp_path / "resources")
    assert guide_file() == installed


def test_that_a_guide_that_cannot_be_read_is_told(qapp, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        GuideWindow(tmp_path / "none.md")
