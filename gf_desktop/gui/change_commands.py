"""What another student changed: what the actions do, and the notice when every scan is up to date."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QKeyEvent

from gf_desktop.comparing import OtherMask, default_choice
from gf_desktop.errors import ProjectError
from gf_desktop.gui.actions import tr
from gf_desktop.gui.view_state import ViewState
from gf_desktop.project.change_files import Change
from gf_desktop.session import Session

__all__ = ["ChangeCommands"]

HELD_S: Final = 0.35
"""A key that was down for longer was held: letting go shows the mask itself again."""


class Teller(Protocol):
    """What is needed of the window."""

    def tell(self, text: str, *, kind: str = "", buttons: Any = None) -> None:
        """Show a notice."""
        ...

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        ...


class ChangeCommands(QObject):
    """Handlers of what another student changed.

    Parameters
    ----------
    attempt
        Does something, and shows what the person can act on as a notice.
    """

    def __init__(
        self, session: Session, state: ViewState, face: Teller, *, attempt: Callable[[Callable[[], object]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self._face = face
        self._attempt = attempt
        self._pressed_s = 0.0
        self._shown_revision: tuple[object, int] | None = None
        session.changing.automatic = True
        session.changing.finished.connect(self._finished)
        session.comparing.changed.connect(self._compared)
        session.labels_changed.connect(self._painted)
        state.still_wanted.connect(self.unflip)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        changing = self._session.changing
        return {
            "show_changes": lambda: self._face.show_panel("changes"),
            "flip_change": self.flip,
            "accept_change": lambda: changing.accept(self._session.must_open().id, on_done=self._decided),
            "keep_change": lambda: changing.keep(self._session.must_open().id, on_done=self._decided),
            "renew_changes": changing.renew,
            "stop_changes": changing.stop,
        }

    def facts(self) -> dict[str, bool]:
        """Return what holds now, in the words of ``ActionSpec.needs``."""
        session, opened = self._session, self._session.open
        found = None if opened is None else session.changing.of(opened.case)
        running = session.changing.running is not None
        return {
            "changed": found is not None and found.change.voxels > 0,
            "renewing": running,
            "outdated": not running and bool(session.changing.waiting(behind=True, new=True)),
        }

    # one key

    def flip(self) -> None:
        """Show the other proposal in the place of the mask, or the mask itself again.

        Compared is with the proposal of the student before; where there is none, with what masks are compared with by default.
        """
        if self._state.flipped:
            self.unflip()
            return
        self._pressed_s = time.monotonic()
        comparing, opened = self._session.comparing, self._session.must_open()
        found = self._session.changing.of(opened.case)
        if comparing.other is not None and self._shown_revision in (None, (comparing.other, opened.label_map.revision)):
            self._flip()
        elif found is not None and found.change.voxels:
            self._session.changing.other_mask(self._compare)
        else:
            choice = default_choice(comparing.revisions(opened.id))
            if choice is None:
                raise ProjectError(
                    "This scan has no other mask", where=opened.id, next_step="Refine first, or compare with a mask from a file."
                )
            comparing.with_revision(choice.number, on_done=lambda _other: self._flip())

    def _compare(self, change: Change, labels: npt.NDArray[np.uint8]) -> None:
        name = tr("newer proposal, {model}") if change.state == "kept" else tr("older proposal, {model}")
        drawn_by = change.newer if change.state == "kept" else change.older
        self._session.comparing.with_mask(name.format(model=drawn_by), labels, on_done=self._show_other)

    def _show_other(self, other: OtherMask) -> None:
        self._shown_revision = (other, self._session.must_open().label_map.revision)
        self._flip()

    def _flip(self) -> None:
        self._state.show_flipped(flipped=True)
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def unflip(self) -> None:
        """Show the mask itself again; does nothing where it is shown."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._state.show_flipped(flipped=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the mask itself again when the key that was held is let go."""
        if event.type() == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and not event.isAutoRepeat() and self._state.flipped:
            held = time.monotonic() - self._pressed_s > HELD_S
            # the key is let go once; a second key later is another one's business
            self._pressed_s = time.monotonic() + 1e9
            if held:
                self.unflip()
        return super().eventFilter(watched, event)

    def _compared(self) -> None:
        if self._session.comparing.other is None:
            self._shown_revision = None
            self.unflip()

    def _painted(self) -> None:
        if self._state.flipped:
            self.unflip()

    # telling

    def _decided(self, _changed: bool) -> None:
        self.unflip()
        self._session.comparing.stop()

    def _finished(self, count: int) -> None:
        if count:
            show = (tr("See changes"), lambda: self._face.show_panel("changes"))
            self._face.tell(tr("{n} scans changed.", count).format(n=count), buttons=[show])
