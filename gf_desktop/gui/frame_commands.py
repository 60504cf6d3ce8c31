"""What the actions of frames in time do."""

from __future__ import annotations

from collections.abc import Callable

from gf_desktop.gui.cine_player import CinePlayer
from gf_desktop.gui.view_state import ViewState, when_different
from gf_desktop.session import Session

__all__ = ["frame_handlers", "watch_frame"]


def frame_handlers(
    session: Session, state: ViewState, player: CinePlayer, *, show_case: Callable[[str], None]
) -> dict[str, Callable[[], object]]:
    """Return the handlers of the actions that play, step, and choose which volume of a series has the mask.

    Parameters
    ----------
    show_case
        Brings a case on screen.
    """

    def mask_frame() -> None:
        show_case(session.frame_case(session.must_open().id, state.display.frame).id)

    def show_mask_frame() -> None:
        time = session.must_open().volume.time
        player.pause()
        state.go_to_moment(0 if time is None else time.frame)

    return {
        "cine_play": player.toggle,
        "cine_back": lambda: player.step(-1),
        "cine_on": lambda: player.step(1),
        "cine_slower": lambda: player.change_speed(-1),
        "cine_faster": lambda: player.change_speed(1),
        "cine_bounce": player.toggle_bounce,
        "mask_frame": mask_frame,
        "show_mask_frame": show_mask_frame,
    }


def watch_frame(state: ViewState, moved: Callable[[], None]) -> None:
    """Call ``moved`` when another frame is looked at; of a place in the scan that alone decides what can be done."""
    state.display_changed.connect(when_different(lambda: state.display.frame, moved))
