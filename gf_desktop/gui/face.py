"""What commands need of the window and share, as far as several of them do; each module adds what it alone needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtWidgets import QWidget

from gf_desktop.gui.questions import Questions
from gf_desktop.session import Session

__all__ = ["AskingCommands", "BusyTeller", "Teller"]

FaceT = TypeVar("FaceT")


class Teller(Protocol):
    """Shows notices."""

    def tell(self, text: str, *, kind: str = "", buttons: Any = None) -> None:
        """Show a notice."""
        ...


class BusyTeller(Teller, Protocol):
    """Shows notices, and what is being done."""

    def show_busy(self, text: str) -> None:
        """Show that something is being done; "" when it is done."""
        ...


class AskingCommands(Generic[FaceT]):
    """Handlers that show dialogs.

    Parameters
    ----------
    face
        The window, as far as it is needed.
    questions
        Asks for files, and whether something is really to be done.
    attempt
        Does something; what the person can act on becomes a notice.
    parent
        Of the dialogs; None: they stand alone.
    """

    def __init__(
        self,
        session: Session,
        face: FaceT,
        questions: Questions,
        *,
        attempt: Callable[[Callable[[], object]], None],
        parent: QWidget | None,
    ) -> None:
        self._session = session
        self._face = face
        self._ask = questions
        self._attempt = attempt
        self._parent = parent
