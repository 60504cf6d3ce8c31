"""What the actions on rounds do; a round that was interrupted goes on, and stands still while the person paints or on battery."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.refine_dialog import RefineDialog
from gf_desktop.gui.settings_store import RefineChoice
from gf_desktop.refinement import RoundWish
from gf_desktop.session import Session

__all__ = ["PAINTING_REST_MS", "RefineCommands"]

PAINTING_REST_MS: Final = 2000
"""So long after the last change of the mask the trainer goes on."""

POWER_MS: Final = 5000
"""How often it is asked where the computer's power comes from."""


class RefineMemory(Protocol):
    """What is needed of :class:`gf_desktop.gui.remembered.Remembered`."""

    @property
    def refine_choice(self) -> RefineChoice:
        """How rounds are trained."""
        ...

    def keep_refine_choice(self, choice: RefineChoice) -> None:
        """Keep how rounds are trained."""
        ...


class Teller(Protocol):
    """What is needed of the window."""

    @property
    def remembered(self) -> RefineMemory:
        """What is kept from one start to the next."""
        ...

    def tell(self, text: str, *, kind: str = "", buttons: Any = None) -> None:
        """Show a notice."""
        ...

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        ...

    def chosen_minutes(self) -> float | None:
        """Return the time budget that is set in the panel; None for the usual one."""
        ...


class RefineCommands(QObject):
    """Handlers of rounds.

    Parameters
    ----------
    attempt
        Does something, and shows what the person can act on as a notice.
    window
        Parent of the dialog; None: it stands alone.
    """

    def __init__(
        self,
        session: Session,
        face: Teller,
        *,
        attempt: Callable[[Callable[[], object]], None],
        parent: QObject,
        window: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._session = session
        self._face = face
        self._attempt = attempt
        self._rest = QTimer(self, singleShot=True, interval=PAINTING_REST_MS)
        self._rest.timeout.connect(self._rested)
        self._power = QTimer(self, interval=POWER_MS)
        self._power.timeout.connect(session.rounds.look_at_power)
        # behind the paint that shows the project
        self._opened = QTimer(self, singleShot=True, interval=0)
        self._opened.timeout.connect(lambda: attempt(self._go_on_by_itself))
        session.project_changed.connect(self._project_changed)
        session.mask_touched.connect(self._painted)
        session.labels_changed.connect(self._painted)
        session.history_changed.connect(self._painted)
        session.training_changed.connect(self._watch_power)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        rounds = self._session.rounds
        return {
            "refine": self._refine,
            "refine_with": self._ask,
            "refine_next": self._refine,
            "take_back_refine": rounds.take_back,
            "finish_refine": rounds.finish,
            "cancel_refine": self._stop,
            "go_on_refine": self._go_on,
        }

    def facts(self) -> dict[str, bool]:
        """Return what holds now, in the words of ``ActionSpec.needs``."""
        rounds = self._session.rounds
        return {"waiting": rounds.waiting is not None, "none_waits": rounds.waiting is None, "unfinished": rounds.unfinished is not None}

    def _refine(self) -> None:
        minutes = self._face.chosen_minutes()
        kept = self._face.remembered.refine_choice
        length = kept.minutes if minutes is None else minutes
        self._begin(RoundWish(length, threads=kept.cores, only_plugged=kept.only_plugged, device=kept.device))

    def _begin(self, wish: RoundWish) -> None:
        waits = self._session.refining
        self._session.refine(**asdict(wish))
        if not waits:
            self._face.show_panel("refine")
            return
        self._face.tell(
            tr("One more round waits. It begins when this one was judged, with what is approved then."),
            buttons=[(tr("Take back"), self._session.rounds.take_back)],
        )

    def _ask(self) -> None:
        def begin(wish: RoundWish, choice: RefineChoice) -> None:
            self._begin(wish)
            self._face.remembered.keep_refine_choice(choice)

        table = self._session.must_project().table
        RefineDialog(self._face.remembered.refine_choice, cores=os.cpu_count() or 1, table=table, begin=begin, parent=self._window).show()

    def _stop(self) -> None:
        self._session.cancel_refine()

    def _go_on(self) -> None:
        self._session.rounds.go_on()
        self._face.show_panel("refine")

    def _project_changed(self) -> None:
        self._opened.start()

    def _go_on_by_itself(self) -> None:
        found = self._session.rounds.unfinished
        if found is None or found[0].state != "going":
            return
        self._session.rounds.go_on()
        self._face.tell(
            tr("The refinement goes on where it stood: {share} %").format(share=round(100 * found[1])),
            buttons=[(tr("Stop"), self._stop)],
        )

    # standing still

    def _painted(self, _box: object = None) -> None:
        if self._session.refining:
            self._session.rounds.hold_for_painting(holds=True)
            self._rest.start()

    def _rested(self) -> None:
        opened = self._session.open
        busy = opened is not None and (opened.painting or bool(opened.working))
        if busy or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._rest.start()
        else:
            self._session.rounds.hold_for_painting(holds=False)

    def _watch_power(self) -> None:
        current = self._session.rounds.current
        if current is None or not current.only_plugged:
            self._power.stop()
        elif not self._power.isActive():
            self._power.start()
