"""The language of the window and the tour: what is chosen, where the tour's controls are, when a step is over, what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from gf_desktop.demo import CORRECTED_SLICES, demo_mapping, reference_file
from gf_desktop.gui.actions import tr
from gf_desktop.gui.guide_window import open_guide
from gf_desktop.gui.language import LANGUAGES, restart_hint
from gf_desktop.gui.settings_store import SettingsFile
from gf_desktop.gui.tour import Tour, TourStep, button_of
from gf_desktop.gui.view_state import ViewState
from gf_desktop.session import Session

__all__ = ["HelpCommands", "HelpedWindow", "Remembers"]

DEMO_FOLDER: Final = "demo"
"""Name of the demo's project folder; see ``Commands.open_demo``."""

SHORT_ROUND: Final = 1
"""Row of the time budget that the tour proposes."""


class Remembers(Protocol):
    """What is needed of what the window remembers."""

    file: SettingsFile

    def keep(self, **fields: object) -> None:
        """Keep other values for some fields of the settings."""
        ...


class HelpedWindow(Protocol):
    """What is needed of the window."""

    page: Any
    start: QWidget
    top: Any
    state: ViewState
    actions_by_id: dict[str, QAction]

    def tell(self, text: str, *, kind: str = "") -> None:
        """Show a notice."""
        ...

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        ...


class HelpCommands(QObject):
    """Handlers of languages and of the tour, which it leads; see :class:`gf_desktop.gui.tour.TourWindow`.

    Parameters
    ----------
    window
        Whose controls the tour points at.
    parent
        The same, as a widget for the panel to lie in.
    attempt
        Does something, and shows what the person can act on as a notice.

    Attributes
    ----------
    tour
        The panel; None until the tour was asked for.
    """

    def __init__(
        self,
        window: HelpedWindow,
        session: Session,
        remembered: Remembers,
        *,
        parent: QWidget,
        attempt: Callable[[Callable[[], object]], None],
    ) -> None:
        super().__init__(parent)
        self._window, self._session, self._remembered = window, session, remembered
        self._parent, self._attempt = parent, attempt
        self.tour: Tour | None = None
        self._seen: object = None
        self._happened: set[str] = set()
        session.history_changed.connect(lambda: self._happened.add("stroke"))
        session.round_ended.connect(lambda: self._happened.add("round"))

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of ``LANGUAGE_ROWS`` and ``TOUR_ROWS`` does, and what opens the guide."""
        languages = {f"language_{name}": partial(self.choose_language, name) for name in LANGUAGES}
        others: dict[str, Callable[[], object]] = {"tour": self.begin, "guide": partial(open_guide, self._parent)}
        return {**others, "language_system": partial(self.choose_language, ""), **languages}

    # language

    def choose_language(self, language: str) -> None:
        """Speak a language from the next start on; "" for that of the system."""
        self._remembered.keep(language=language)
        self.show_checks()
        self._window.tell(restart_hint(language))

    def show_checks(self) -> None:
        """Show which language is chosen."""
        chosen = self._remembered.file.now.language
        for name in ("system", *LANGUAGES):
            self._window.actions_by_id[f"language_{name}"].setChecked(name == (chosen or "system"))

    # tour

    def offer(self) -> None:
        """Begin the tour where it was neither seen nor declined before."""
        if not self._remembered.file.now.tour_done:
            self.begin()

    def begin(self) -> Tour:
        """Show the tour from the step at which it was left; return it."""
        if self.tour is None:
            self.tour = Tour(self._parent, self, self._window.actions_by_id)
            self.tour.left.connect(lambda at: self._remembered.keep(tour_done=True, tour_step=at))
            self.tour.finished.connect(lambda: self._remembered.keep(tour_done=True, tour_step=0))
        at = self._remembered.file.now.tour_step
        # without a scan there is nothing to look at
        self.tour.begin(at if self._session.open is not None else 0)
        return self.tour

    def leave(self) -> bool:
        """Leave the tour where it is shown; return whether it was."""
        shown = self.tour is not None and self.tour.isVisible()
        if self.tour is not None and shown:
            self.tour.leave.click()
        return shown

    # what the tour asks

    def tour_target(self, step: str) -> QWidget | None:
        """Return the control that a step is about, where it can be seen."""
        window, page = self._window, self._window.page
        bar = {"export": window.top.menu_bar, "refine": window.top.refine}
        inside = {} if page is None else {"look": page.grid, "wait": page.refine, "changes": page.refine, "roll_back": page.models}
        buttons = {"paint": "tool_paint", "approve": "approve_slice"}
        found: QWidget | None = None
        if step == "open":
            found = window.start.findChild(QPushButton, "primary")
        elif step in buttons and page is not None:
            found = button_of(page, window.actions_by_id[buttons[step]])
        else:
            found = (bar | inside).get(step)
        return found

    def tour_begins(self, step: TourStep) -> None:
        """Bring the panel of a step to the front and note how things stand."""
        self._happened.clear()
        self._seen = self._state(step.id)
        if step.panel:
            self._window.show_panel(step.panel)
        page = self._window.page
        if step.id == "refine" and page is not None and self._is_demo:
            page.refine.minutes.setCurrentIndex(SHORT_ROUND)
        if step.id == "approve" and self.tour is not None and self._is_demo:
            self.tour.offer(tr("Fill in four slices for me"), lambda: self._attempt(self._fill_in))

    def tour_done(self, step: str) -> bool:
        """Return whether what a step is about has been done since it began."""
        session = self._session
        if step == "open":
            return session.open is not None and session.predicting is None
        if step == "refine":
            return session.refining
        if step == "wait":
            return "round" in self._happened and not session.refining
        if step == "paint":
            return "stroke" in self._happened
        return step in {"look", "approve"} and self._state(step) != self._seen

    # inside

    @property
    def _is_demo(self) -> bool:
        project = self._session.project
        return project is not None and project.folder.name == DEMO_FOLDER

    def _state(self, step: str) -> object:
        opened = self._session.open
        if step == "look":
            return self._window.state.display.index
        return opened.case.reviewed if step == "approve" and opened is not None else None

    def _fill_in(self) -> None:
        """Take four slices from the masks that ship with the demo, so that a round has something to learn from."""
        self._session.correct(self._session.must_open().id, reference_file(), slices=CORRECTED_SLICES, mapping=demo_mapping())
