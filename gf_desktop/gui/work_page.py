"""The page of an open project: worklist, tools, slice, strip, panels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from gf_desktop.gui.actions import tr
from gf_desktop.gui.cine_player import CinePlayer
from gf_desktop.gui.compare_bar import CompareBar
from gf_desktop.gui.floor import Floor
from gf_desktop.gui.panel_tabs import PanelTabs
from gf_desktop.gui.panels.changes import Changes
from gf_desktop.gui.panels.measurements import Measurements
from gf_desktop.gui.panels.models import Models
from gf_desktop.gui.panels.refine import Refine
from gf_desktop.gui.panels.scan import ScanPassport
from gf_desktop.gui.panels.structures import Structures
from gf_desktop.gui.panels.worklist import Worklist
from gf_desktop.gui.preview_bar import PreviewBar
from gf_desktop.gui.slice_ledger import SliceLedger
from gf_desktop.gui.tool_strip import ToolStrip
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.frame_bar import FrameBar
from gf_desktop.gui.views.slice_strip import SliceStrip
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.gui.views.surface_view import SurfaceView
from gf_desktop.gui.views.view_grid import ViewGrid
from gf_desktop.session import Session

__all__ = ["WorkPage"]

LEFT_PX = 216
RIGHT_PX = 336
USUAL_PX = [LEFT_PX, 1440 - LEFT_PX - RIGHT_PX, RIGHT_PX]


class WorkPage(QWidget):
    """Made when a project is opened for the first time: what it imports is not needed to paint the start page."""

    def __init__(
        self,
        session: Session,
        state: ViewState,
        actions: dict[str, QAction],
        player: CinePlayer,
        *,
        preview: PreviewBar,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self.ledger = SliceLedger(session, state, self)
        self.worklist = Worklist(session, self.ledger, actions)
        self.surface = SurfaceView(session, state, session.jobs)
        self.surface.picked.connect(self._show_place)
        self.surface.maximise_wanted.connect(lambda: state.toggle_alone("surface"))
        self.grid = ViewGrid(session, state, beside=self.surface)
        self.frames = FrameBar(state, player, actions)
        self.compare = CompareBar(session, actions)
        self.preview = preview
        self.strip = SliceStrip(self.ledger, state)
        self.structures = Structures(session, state, self.ledger, actions)
        self.refine = Refine(session, actions)
        self.models = Models(session, actions)
        self.changes = Changes(session, actions)
        self.scan = ScanPassport(session)
        self.measurements = Measurements(session, state, actions)
        self.tabs = PanelTabs()
        for text, icon_name, panel in (
            (tr("Structures"), "list", self.structures),
            (tr("Refine"), "refine", self.refine),
            (tr("Students"), "model", self.models),
            (tr("Changes"), "changes", self.changes),
            (tr("Scan"), "scan", self.scan),
            (tr("Measure"), "ruler", self.measurements),
        ):
            self.tabs.add_panel(panel, text, icon_name)
        self._named = {
            "structures": self.structures,
            "refine": self.refine,
            "models": self.models,
            "changes": self.changes,
            "scan": self.scan,
            "measurements": self.measurements,
        }
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for part in (self.worklist, self._middle(actions), self.tabs):
            self.splitter.addWidget(part)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes(USUAL_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _middle(self, actions: dict[str, QAction]) -> QWidget:
        """Return tools and views, and under them the bars in time and along the slices."""
        self.floor = middle = Floor()
        middle.take(self.preview)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(ToolStrip(actions))
        views = QVBoxLayout()
        views.setSpacing(0)
        views.addWidget(self.compare)
        views.addWidget(self.grid, 1)
        across.addLayout(views, 1)
        column.addLayout(across, 1)
        column.addWidget(self.frames)
        column.addWidget(self.strip)
        return middle

    @property
    def view(self) -> SliceView:
        """The active view."""
        return self.grid.active

    def _show_place(self, world_mm: tuple[float, float, float]) -> None:
        """Put the crosshair on a place of the patient, LPS in mm."""
        volume = self._state.volume
        if volume is not None:
            i, j, k = (round(float(at)) for at in volume.geometry.world_to_index(world_mm))
            self._state.set_cursor((i, j, k))

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front: "structures", "refine", "models", "changes", "scan", "measurements"; others do nothing."""
        if name in self._named:
            self.tabs.setCurrentWidget(self._named[name])

    @property
    def panel(self) -> str:
        """Name of the panel in front, as :meth:`show_panel` takes it."""
        return next((name for name, panel in self._named.items() if panel is self.tabs.currentWidget()), "")

    def reset(self) -> None:
        """Give the regions their usual widths and bring the usual panel to the front."""
        self.splitter.setSizes(USUAL_PX)
        self.show_panel("structures")
