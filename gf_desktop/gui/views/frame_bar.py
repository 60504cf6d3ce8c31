"""The bar under the views of a scan with frames in time: play, step, speed, and which frame the mask is of."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSlider, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.cine_player import CinePlayer
from gf_desktop.gui.icons import icon
from gf_desktop.gui.language import local_number
from gf_desktop.gui.number_boxes import NumberBox
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.widgets import label, tool_button
from gf_desktop.imaging.time_axis import FPS_LIMITS, TimeAxis

__all__ = ["FrameBar", "moment_text"]

ICON_PX: Final = 18
SHORTEST_SLIDER_PX: Final = 40

WORDS_FROM_PX: Final = 760
"""In a narrower bar buttons are icons alone."""


def moment_text(time: TimeAxis, frame: int) -> str:
    """Return which frame is shown, counted from 1, and when it was where the file states that: "frame 3/120, 0.07 s"."""
    text = tr("frame {n}/{of}").format(n=frame + 1, of=time.count)
    return text if time.frame_ms is None else text + ", " + local_number(f"{frame * time.frame_ms / 1000.0:.2f} s")


class FrameBar(QFrame):
    """See the module. Hidden where the scan on screen has no frames in time."""

    def __init__(self, state: ViewState, player: CinePlayer, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("foot")
        self.setAccessibleName(tr("Frames in time"))
        self._state = state
        self._player = player
        self._actions = actions
        self._shown: tuple[object, ...] = ()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Frame"))
        self.slider.setMinimumWidth(SHORTEST_SLIDER_PX)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.place = label()
        self.place.setFont(numbers_font())
        self.speed = NumberBox()
        self.speed.setDecimals(0)
        self.speed.setRange(round(FPS_LIMITS[0]), round(FPS_LIMITS[1]))
        self.speed.setSuffix(tr(" frames/s"))
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tr("Speed of cine play"))
        self.speed.setKeyboardTracking(False)
        self.speed.setFont(numbers_font())
        self.speed.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.mask_here = tool_button(actions["mask_frame"], side_px=ICON_PX)
        self.to_mask = tool_button(actions["show_mask_frame"], side_px=ICON_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID_PX, GRID_PX // 4, GRID_PX, GRID_PX // 4)
        row.setSpacing(GRID_PX // 2)
        for name in ("cine_back", "cine_play", "cine_on"):
            row.addWidget(tool_button(actions[name], side_px=ICON_PX))
        row.addWidget(self.slider, 1)
        row.addWidget(self.place)
        row.addWidget(self.to_mask)
        row.addWidget(self.mask_here)
        row.addWidget(tool_button(actions["cine_bounce"], side_px=ICON_PX))
        row.addWidget(self.speed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.slider.sliderPressed.connect(player.pause)
        self.slider.valueChanged.connect(self._go)
        self.speed.valueChanged.connect(player.set_fps)
        state.display_changed.connect(self.refresh)
        player.changed.connect(self._show_playing)
        player.changed.connect(self.refresh)
        self.refresh()

    def _go(self, frame: int) -> None:
        self._player.pause()
        self._state.go_to_moment(frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write words beside the icons where there is room."""
        wide = event.size().width() >= WORDS_FROM_PX
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if wide else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in (self.to_mask, self.mask_here):
            button.setToolButtonStyle(style)
        super().resizeEvent(event)

    def _show_playing(self) -> None:
        playing, play = self._player.playing, self._actions["cine_play"]
        play.setIcon(icon("pause" if playing else "play"))
        play.setText(tr("Pause frames") if playing else tr("Play frames"))
        self._actions["cine_bounce"].setChecked(self._player.bounce)

    def refresh(self) -> None:
        """Show the frame on screen and the speed; does nothing where it would look the same."""
        volume = self._state.volume
        time = None if volume is None else volume.time
        wanted = (time, self._state.moment, self._player.fps)
        if wanted == self._shown:
            return
        self._shown = wanted
        self.setVisible(time is not None)
        if time is None:
            return
        for box, value in ((self.slider, self._state.moment), (self.speed, round(self._player.fps))):
            blocked = box.blockSignals(True)
            if box is self.slider:
                self.slider.setRange(0, time.count - 1)
            box.setValue(value)
            box.blockSignals(blocked)
        self.place.setText(moment_text(time, self._state.moment))
        # the text must not push its neighbours about while frames go by
        widest = moment_text(time, time.count - 1)
        self.place.setMinimumWidth(self.place.fontMetrics().horizontalAdvance(widest) + GRID_PX)
        elsewhere = time.kind == "series" and self._state.moment != time.frame
        self.mask_here.setVisible(elsewhere)
        self.to_mask.setVisible(elsewhere)
