"""The composition root of the window: Qt, the Session with Qt's jobs and trainer process, the main window."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from gf_desktop import __version__
from gf_desktop.files.apart import stop_reading
from gf_desktop.gui.language import SOURCE, system_languages, use_language, wanted_language
from gf_desktop.gui.main_window import MainWindow
from gf_desktop.gui.palette import DARK, PALETTES
from gf_desktop.gui.qt_jobs import QtJobs
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.settings_store import SettingsFile, settings_path
from gf_desktop.gui.theme import apply_theme
from gf_desktop.gui.trainer_process import TrainerProcess
from gf_desktop.session import Session
from gf_desktop.trainer_link import Transport

__all__ = ["Composition", "compose", "load_the_rest", "make_application", "paint_once", "run"]

PAINT_LIMIT_MS = 10_000
"""A window that is not painted after this never will be."""

LAST_WORD_S = 3.0
"""A trainer that is asked to end with the program gets this long to write its checkpoint."""


SWITCH_S: Final = 0.0005
"""A thread that computes in Python gives way to the window after this long; Python's own 5 ms are felt ten times in one picture."""


def make_application(*, theme: str = DARK.name, language: str = SOURCE) -> QApplication:
    """Return the application of this process, made where there is none, in the named theme and language."""
    known = QApplication.instance()
    app = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Graph Flow Desktop")
    app.setOrganizationName("Graph Flow Desktop")
    app.setApplicationVersion(__version__)
    use_language(app, language)
    apply_theme(app, PALETTES.get(theme, DARK))
    return app


@dataclass(slots=True, eq=False)
class Composition:
    """What belongs together while the window is open."""

    jobs: QtJobs
    session: Session
    window: MainWindow
    trainers: list[TrainerProcess] = field(default_factory=list)

    def close(self) -> None:
        """Save, end the trainer and wait for the threads. May be called twice."""
        self.session.close_project()
        for trainer in self.trainers:
            trainer.finish(LAST_WORD_S)
        self.trainers.clear()
        # a scan that is being read would be waited for
        stop_reading()
        self.jobs.close()


def compose(
    *,
    questions: Questions | None = None,
    transport_factory: Callable[[], Transport] | None = None,
    settings: SettingsFile | None = None,
) -> Composition:
    """Return a session and its window, not shown yet; an application must exist.

    Parameters
    ----------
    questions
        Answers what is asked in file dialogs; the dialogs themselves when None.
    transport_factory
        Makes the line to a trainer; a process under Qt when None.
    settings
        What is remembered; when None those of a first start, and nothing is kept.
    """
    sys.setswitchinterval(SWITCH_S)
    jobs = QtJobs()
    trainers: list[TrainerProcess] = []

    def make_trainer() -> TrainerProcess:
        trainers[:] = [t for t in trainers if t.running]
        trainers.append(TrainerProcess())
        return trainers[-1]

    session = Session(jobs, transport_factory or make_trainer)
    return Composition(jobs, session, MainWindow(session, questions=questions, settings=settings), trainers)


def load_the_rest(*, with_files: bool = True) -> None:
    """Load the libraries of prediction, of surfaces and of curves and, ``with_files``, those of scans, which take 135 MB; on any thread."""
    from gf_desktop.files import warm_up as warm_up_files
    from gf_desktop.imaging.surface import warm_up as warm_up_surfaces
    from gf_desktop.inference import warm_up as warm_up_inference

    if with_files:
        warm_up_files()
    warm_up_inference()
    warm_up_surfaces()
    # 20 MB, and a stall of 150 ms where it is first loaded when a round begins: the system brings libraries in with Python's lock held
    importlib.import_module("pyqtgraph")
    # what is loaded now stays: looking through it for garbage would hold up the window for 50 ms, again and again
    gc.freeze()


def _load_the_rest(made: Composition) -> None:
    """Do so behind the first paint, so that the first scan need not wait for it; a project that is gone on with has its scans already."""
    with_files = not made.session.cases()
    made.jobs.run(lambda _token: load_the_rest(with_files=with_files), on_done=lambda _answer: None, on_error=made.session.broke.emit)


def paint_once() -> None:
    """Show the window, wait until it is painted, close it: a test that all libraries of the window are there.

    Without a screen it is painted in memory.

    Raises
    ------
    RuntimeError
        When nothing was painted.
    """
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    make_application()
    made = compose()
    painted: list[bool] = []
    loop = QEventLoop()

    def note() -> None:
        painted.append(True)
        loop.quit()

    made.window.painted.connect(note)
    QTimer.singleShot(PAINT_LIMIT_MS, loop.quit)
    made.window.show()
    loop.exec()
    made.window.close()
    made.close()
    if not painted:
        raise RuntimeError("The window was not painted")


def run(
    path: Path | None = None,
    *,
    when_painted: Callable[[], None] | None = None,
    when_composed: Callable[[Composition], None] | None = None,
) -> int:
    """Show the window until it is closed.

    Parameters
    ----------
    path
        A project folder to open at once; None: the project that was open when the program was closed, if it is still there.
    when_painted
        Called after the first paint; for measuring the start.
    when_composed
        Given the session and the window once the window is painted; for what is to be done at once.

    Returns
    -------
    int
        Exit status for the system.
    """
    settings = SettingsFile(settings_path())
    app = make_application(theme=settings.now.theme, language=wanted_language(settings.now.language, system_languages()))
    made = compose(settings=settings)
    window = made.window
    hook = sys.excepthook

    def on_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        hook(kind, error, trace)
        window.commands.tell_fault(error)

    def on_painted() -> None:
        if when_painted is not None:
            when_painted()
        wanted = path if path is not None else window.remembered.project_to_go_on
        if wanted is not None:
            window.commands.attempt(lambda: window.commands.show_project(wanted))
        _load_the_rest(made)
        if when_composed is not None:
            when_composed(made)

    sys.excepthook = on_fault
    window.painted.connect(on_painted)
    window.show()
    try:
        return app.exec()
    finally:
        sys.excepthook = hook
        made.close()
