"""Work off the window's thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gf_desktop.gui.qt_jobs import BEHIND, QtJobs
from gf_desktop.jobs import CancelToken


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[QtJobs]:
    made = QtJobs()
    yield made
    made.close()


def test_that_work_is_done_in_a_thread_and_its_answer_comes_on_the_owners(jobs: QtJobs, qtbot: QtBot) -> None:
    here, seen = threading.get_ident(), []
    jobs.run(lambda _token: threading.get_ident(), on_done=lambda there: seen.append((there, threading.get_ident())), on_error=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    ((there, back),) = seen
    assert there != here
    assert back == here
    assert not jobs.busy


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux gives each thread a niceness of its own")
def test_that_work_and_what_it_starts_go_behind_the_windows_thread(jobs: QtJobs, qtbot: QtBot) -> None:
    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(_token: CancelToken) -> list[int]:
        found = [nice()]
        started = threading.Thread(target=lambda: found.append(nice()))
        started.start()
        started.join()
        return found

    seen: list[list[int]] = []
    jobs.run(work, on_done=seen.append, on_error=pytest.fail)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [[min(19, nice() + BEHIND)] * 2]


def test_that_memory_is_given_back_once_when_nothing_runs(qtbot: QtBot, jobs: QtJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bool] = []
    monkeypatch.setattr("gf_desktop.gui.qt_jobs.give_back", lambda: given.append(jobs.busy))
    jobs._idle.setInterval(20)
    gate, done = threading.Event(), []
    for _ in range(3):
        jobs.run(lambda _token: None, on_done=done.append, on_error=done.append)
    jobs.run(lambda _token: gate.wait(5), on_done=done.append, on_error=done.append)
    qtbot.waitUntil(lambda: len(done) == 3)
    qtbot.wait(60)
    assert given == [], "a job is still running"
    gate.set()
    qtbot.waitUntil(lambda: bool(given))
    qtbot.wait(60)
    assert given == [False]


def test_that_an_error_is_handed_over(jobs: QtJobs, qtbot: QtBot) -> None:
    errors: list[Exception] = []

    def fail(_token: CancelToken) -> None:
        raise ValueError("no")

    jobs.run(fail, on_done=errors.append, on_error=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ValueError)


def test_that_the_answer_to_a_cancelled_question_is_dropped(jobs: QtJobs, qtbot: QtBot) -> None:
    answers, go = [], threading.Event()

    def work(token: CancelToken) -> bool:
        go.wait(5)
        return token()

    token = jobs.run(work, on_done=answers.append, on_error=answers.append)
    token.cancel()
    go.set()
    later: list[int] = []
    jobs.run(lambda _token: 1, on_done=later.append, on_error=later.append)
    qtbot.waitUntil(lambda: bool(later) and not jobs.busy)
    assert answers == []


def test_that_an_answer_on_its_way_is_dropped_when_it_is_cancelled_meanwhile(jobs: QtJobs, qtbot: QtBot) -> None:
    answers, finished = [], threading.Event()

    def work(_token: CancelToken) -> None:
        finished.set()

    token = jobs.run(work, on_done=answers.append, on_error=answers.append)
    finished.wait(5)
    QThread.msleep(20)
    token.cancel()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert answers == []


def test_that_posts_from_a_thread_keep_their_order_and_come_before_its_answer(jobs: QtJobs, qtbot: QtBot) -> None:
    seen: list[int] = []

    def work(_token: CancelToken) -> int:
        for number in range(200):
            jobs.post(lambda number=number: seen.append(number))
        return 200

    jobs.run(work, on_done=seen.append, on_error=seen.append)
    qtbot.waitUntil(lambda: len(seen) == 201)
    assert seen == list(range(201))


def test_that_nothing_is_delivered_after_closing(qapp: QApplication, qtbot: QtBot) -> None:
    jobs, seen = QtJobs(), []
    jobs.run(lambda _token: 1, on_done=seen.append, on_error=seen.append)
    jobs.close()
    jobs.post(lambda: seen.append(2))
    qtbot.wait(20)
    assert seen == []


class Painted(QWidget):
    """Notes that it is painted."""

    def __init__(self, order: list[str]) -> None:
        super().__init__()
        self._order = order

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._order.append("painted")


def test_that_what_is_put_off_comes_after_the_picture_and_in_order(jobs: QtJobs, qtbot: QtBot) -> None:
    order: list[str] = []
    widget = Painted(order)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: bool(order))
    qtbot.wait(20)
    order.clear()
    jobs.put_off(lambda: order.append("first"))
    widget.update()
    jobs.put_off(lambda: order.append("second"))
    assert jobs.busy
    qtbot.waitUntil(lambda: not jobs.busy)
    assert order == ["painted", "first", "second"]


def test_that_nothing_that_was_put_off_comes_after_closing(jobs: QtJobs, qtbot: QtBot) -> None:
    came: list[int] = []
    jobs.put_off(lambda: came.append(1))
    jobs.close()
    assert not jobs.busy
    qtbot.wait(20)
    assert came == []
