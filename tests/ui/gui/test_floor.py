"""Notices come and go without moving the picture under the hand."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gf_desktop.gui.app import Composition

LONG = "The export left something out, and the reason takes more words than a narrow window has room for in one line. " * 3


def place_in_window(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def test_that_a_notice_moves_no_picture_and_lies_over_the_strip_of_slices(opened: Composition) -> None:
    window = opened.window
    page = window.page
    assert page is not None
    viewports = [view.canvas.viewport() for view in page.grid.slices.values()]
    before = [place_in_window(viewport) for viewport in viewports]
    window.tell("2 files written.", kind="good", buttons=[("Open the folder", lambda: None)])
    QTest.qWait(50)
    assert window.notice.isVisible()
    assert [place_in_window(viewport) for viewport in viewports] == before
    lies = place_in_window(window.notice)
    assert lies.bottom() == place_in_window(page.strip).bottom()
    assert not any(lies.intersects(where) for where in before)


def test_that_a_notice_of_many_words_is_shown_whole(opened: Composition) -> None:
    notice = opened.window.notice
    opened.window.tell(LONG)
    QTest.qWait(50)
    assert notice.text.height() >= notice.text.heightForWidth(notice.text.width()) > 2 * notice.text.fontMetrics().height()


def test_that_a_notice_follows_to_the_page_that_is_shown(opened: Composition) -> None:
    window = opened.window
    window.tell("Something is told.")
    opened.session.close_project()
    QTest.qWait(50)
    assert window.pages.currentWidget() is window.start
    assert window.notice.isVisible()
    assert place_in_window(window.notice).bottom() == place_in_window(window.start).bottom()


def test_that_a_notice_lies_above_the_bar_of_a_preview(opened: Composition) -> None:
    window = opened.window
    page = window.page
    assert page is not None
    page.preview.show()
    window.tell("Something is told.")
    QTest.qWait(50)
    assert place_in_window(window.notice).bottom() < place_in_window(page.preview).top()
