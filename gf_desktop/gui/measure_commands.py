"""What is done with measurements when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Protocol

from PySide6.QtGui import QAction, QGuiApplication

from gf_desktop.display import window_names
from gf_desktop.gui.actions import SPECS, tr
from gf_desktop.gui.face import Teller
from gf_desktop.gui.language import spoken
from gf_desktop.gui.questions import Questions
from gf_desktop.gui.view_state import MEASURES, ViewState
from gf_desktop.imaging.volume import Volume
from gf_desktop.session import Session

__all__ = ["MeasureCommands", "name_windows"]

CSV_NAME: Final = "{case}-measurements.csv"


def name_windows(actions: Mapping[str, QAction], volume: Volume | None) -> None:
    """Call the actions of windows what they are on a scan, and take those away that it has not."""
    presets = () if volume is None or volume.is_colour else window_names(volume)
    for number in range(1, 10):
        action = actions[f"window_{number}"]
        known = number <= len(presets)
        action.setText(tr("Window: {name}").format(name=spoken(presets[number - 1])) if known else tr(SPECS[f"window_{number}"].text))
        action.setEnabled(action.isEnabled() and known)


class MeasureFace(Teller, Protocol):
    """What is needed of the window."""

    def show_panel(self, name: str) -> None:
        """Bring a panel of the right side to the front."""
        ...

    def name_measurement(self, number: int) -> None:
        """Let the name of a measurement be written in its panel."""
        ...


class MeasureCommands:
    """Handlers of measurements, and of how intensities are shown.

    Parameters
    ----------
    attempt
        Does something, and shows what the person can act on as a notice.
    """

    def __init__(
        self,
        session: Session,
        state: ViewState,
        face: MeasureFace,
        questions: Questions,
        *,
        attempt: Callable[[Callable[[], object]], None],
    ) -> None:
        self._session = session
        self._state = state
        self._face = face
        self._ask = questions
        self._attempt = attempt

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of ``LOOKING_ROWS`` and ``WINDOW_ROWS`` does."""
        state = self._state
        return {
            **{f"tool_{name}": partial(state.set_tool, name=name) for name in MEASURES},
            **{f"window_{number}": partial(state.take_preset, number) for number in range(1, 10)},
            "measure_delete": self.delete,
            "measure_rename": self.rename,
            "measure_copy": self.copy,
            "measure_csv": self.export,
            "show_measurements": lambda: self._face.show_panel("measurements"),
            "window_auto": state.window_slice,
            "smooth": state.toggle_smooth,
        }

    def delete(self) -> None:
        """Take the chosen measurement away."""
        number = self._state.measurement
        if number is None:
            return
        gone = self._session.measuring.delete(number)
        self._state.choose_measurement(None)
        opened = self._session.must_open()

        def bring_back() -> None:
            # another scan may be on screen by now: its measurements are not this one's
            if self._session.open is opened:
                self._attempt(lambda: self._session.measuring.restore(gone))
                self._state.choose_measurement(gone.number)

        self._face.tell(tr("{name} deleted.").format(name=spoken(gone.name)), buttons=[(tr("Bring it back"), bring_back)])

    def rename(self) -> None:
        """Let the chosen measurement be named."""
        if self._state.measurement is not None:
            self._face.show_panel("measurements")
            self._face.name_measurement(self._state.measurement)

    def copy(self) -> None:
        """Copy all as text."""
        n = len(self._session.measuring.items)
        QGuiApplication.clipboard().setText(self._session.measuring.text())
        self._face.tell(tr("{n} measurements copied.", n).format(n=n), kind="good")

    def export(self) -> None:
        """Ask where and write the table."""
        path = self._ask.table_file(CSV_NAME.format(case=self._session.must_open().id))
        if path is not None:
            n = len(self._session.measuring.items)
            self._session.measuring.write_csv(path)
            self._face.tell(tr("{n} measurements written to {file}.", n).format(n=n, file=path), kind="good")
