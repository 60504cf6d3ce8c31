"""Reading a slice a second time: when the window asks, and what it does with the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from gf_desktop.agreement import Reading
from gf_desktop.gui.actions import tr
from gf_desktop.gui.blind_window import BlindWindow
from gf_desktop.gui.language import local_number
from gf_desktop.project.agreement_file import Repeat
from gf_desktop.session import Session

__all__ = ["AgreementCommands"]

ASK_MS: Final = 1500
"""So long after an approval the person may be asked: not while they go on with the next slice."""


class Teller(Protocol):
    """What is needed of the window."""

    def tell(self, text: str, *, kind: str = "", buttons: Any = None) -> None:
        """Show a notice."""
        ...


class AgreementCommands(QObject):
    """Handlers of second readings.

    Parameters
    ----------
    attempt
        Does something, and shows what the person can act on as a notice.
    dialogs
        Parent of the window that is opened.
    """

    def __init__(
        self,
        session: Session,
        face: Teller,
        *,
        attempt: Callable[[Callable[[], object]], None],
        dialogs: QWidget | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._face = face
        self._attempt = attempt
        self._dialogs = dialogs
        self.window: BlindWindow | None = None
        self._soon = QTimer(self, singleShot=True, interval=ASK_MS)
        self._soon.timeout.connect(lambda: attempt(self.ask_if_due))
        session.history_changed.connect(self._edited)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {"read_again": self.read}

    def _edited(self) -> None:
        self._soon.start()

    def ask_if_due(self) -> None:
        """Ask whether the person would read a slice again, where it is time to; else do nothing."""
        session, opened = self._session, self._session.open
        if opened is None or opened.painting or opened.working or not session.agreeing.due():
            return
        session.agreeing.note_offer()
        text = tr("Would you correct one slice a second time, without seeing the first? It tells when the student is good enough.")
        never = (tr("Never ask"), lambda: self._attempt(lambda: session.agreeing.set_enabled(enabled=False)))
        self._face.tell(text, buttons=[(tr("Yes"), lambda: self._attempt(self.read)), (tr("Not now"), lambda: None), never])

    def read(self) -> None:
        """Choose a slice and let the person read it again."""
        self._session.agreeing.choose(self._chosen)

    def _chosen(self, place: tuple[str, int] | None) -> None:
        if place is None:
            self._face.tell(tr("Every approved slice was read a second time, or there is none."))
        else:
            self._session.agreeing.begin(*place, on_done=self._show)

    def _show(self, reading: Reading) -> None:
        window = self.window = BlindWindow(reading, self._dialogs)
        window.approved.connect(lambda: self._attempt(self._approved))
        window.declined.connect(lambda: self._attempt(self._session.agreeing.give_up))
        window.show()

    def _approved(self) -> None:
        repeat = self._session.agreeing.finish()
        self._face.tell(tr("Read a second time: {text}").format(text=self._words(repeat)), kind="good")

    def _words(self, repeat: Repeat) -> str:
        table = self._session.must_project().table
        found = []
        for structure in table:
            key = str(structure.id)
            total = repeat.first.get(key, 0) + repeat.second.get(key, 0)
            if total:
                dice = local_number(f"{2 * repeat.both.get(key, 0) / total:.2f}")
                found.append(f"{structure.name} {dice}")
        return ", ".join(found)
