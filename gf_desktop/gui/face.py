"""What commands need of the window, as far as several of them need the same; each module adds what it alone needs."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["BusyTeller", "Teller"]


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
