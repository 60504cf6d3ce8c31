"""Comparing the mask on screen with another one: what the actions do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction

from gf_desktop.comparing import OtherMask, default_choice
from gf_desktop.gui.actions import tr
from gf_desktop.gui.face import Teller
from gf_desktop.gui.view_state import ViewState
from gf_desktop.session import Session

__all__ = ["CompareCommands", "show_compare_checks"]


def show_compare_checks(actions: Mapping[str, QAction], session: Session, state: ViewState) -> None:
    """Check the actions of what is shown."""
    actions["compare"].setChecked(session.comparing.other is not None)
    actions["compare_differences"].setChecked(state.display.layer == "differences")
    actions["compare_beside"].setChecked(state.layout == "beside")


class CompareCommands:
    """Handlers of comparing; the views go back to what they were when it ends.

    Parameters
    ----------
    choose_mask
        Asks for a mask file and compares with it; calls back when it does.
    attempt
        Does something, and shows what the person can act on as a notice.
    """

    def __init__(
        self,
        session: Session,
        state: ViewState,
        face: Teller,
        *,
        choose_mask: Callable[[Callable[[OtherMask], None]], None],
        attempt: Callable[[Callable[[], object]], None],
    ) -> None:
        self._session = session
        self._state = state
        self._face = face
        self._choose_mask = choose_mask
        self._attempt = attempt
        session.comparing.changed.connect(self._changed)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the actions do, by id."""
        return {
            "compare": self.toggle,
            "compare_file": self.with_file,
            "compare_differences": self.toggle_differences,
            "compare_beside": self.toggle_beside,
        }

    def toggle_differences(self) -> None:
        """Show differences only, in the views that were there before; or the structures again."""
        if self._state.layout == "beside":
            self._state.toggle_alone("beside")
        self._state.toggle_layer("differences")

    def toggle_beside(self) -> None:
        """Show both masks beside each other as they are, or the views that were there before."""
        if self._state.display.layer == "differences":
            self._state.toggle_layer("differences")
        self._state.toggle_alone("beside")

    def toggle(self) -> None:
        """Compare with the student's last proposal, else the last saved mask; or with nothing any more."""
        comparing = self._session.comparing
        if comparing.other is not None:
            comparing.stop()
            return
        choice = default_choice(comparing.revisions(self._session.must_open().id))
        if choice is None:
            text = tr("This scan has no saved mask to compare with yet.")
            self._face.tell(text, buttons=[(tr("Choose a file…"), lambda: self._attempt(self.with_file))])
        else:
            comparing.with_revision(choice.number, on_done=self._show)

    def with_revision(self, number: int) -> None:
        """Compare with a saved mask."""
        self._attempt(lambda: self._session.comparing.with_revision(number, on_done=self._show))

    def with_file(self) -> None:
        """Ask for a mask and compare with it."""
        self._choose_mask(self._show)

    def _show(self, _other: OtherMask) -> None:
        if self._state.layout != "beside" and self._state.display.layer != "differences":
            self._state.toggle_layer("differences")

    def _changed(self) -> None:
        if self._session.comparing.other is None:
            if self._state.display.layer == "differences":
                self._state.toggle_layer("differences")
            if self._state.layout == "beside":
                self._state.toggle_alone("beside")
