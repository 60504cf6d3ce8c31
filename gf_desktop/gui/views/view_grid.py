"""The views of a scan beside each other: three planes through the crosshair, and the surface in space."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gf_desktop.display import PlaneName
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.views.slice_view import SliceView
from gf_desktop.session import Session

__all__ = ["ViewGrid"]

PLANES: Final[tuple[PlaneName, ...]] = ("axial", "sagittal", "coronal")

LARGE_SHARE: Final = 2
"""How many times the active view is wider than those beside it."""


class ViewGrid(QWidget):
    """Arranges the views as ``ViewState.layout`` says; a picture and a single slice have one view.

    Parameters
    ----------
    beside
        One more view, which has its place where all are of the same size; None without.

    Signals: ``hovered(object)`` and ``refused(object)`` of the slice views.
    """

    hovered = Signal(object)
    refused = Signal(object)

    def __init__(self, session: Session, state: ViewState, *, beside: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._beside = beside
        self.slices: dict[PlaneName, SliceView] = {name: SliceView(session, state, name=name) for name in PLANES}
        self.other = SliceView(session, state, other=True)
        # a view must not move under the hand that clicks into it: which one is large is settled with the layout
        self._large: PlaneName = state.display.plane
        self._places: tuple[tuple[QWidget, int, int, int], ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)
        for view in (*self.slices.values(), self.other):
            view.hovered.connect(self.hovered)
            view.refused.connect(self.refused)
            view.zoomed.connect(partial(self._link, view))
        session.history_changed.connect(self._catch_up)
        state.layout_changed.connect(self._choose_large)
        state.layout_changed.connect(self._arrange)
        state.display_changed.connect(self._arrange)
        self._arrange()

    @property
    def active(self) -> SliceView:
        """The view that keys and the strip of slices mean."""
        return self.slices[self._state.display.plane]

    def fit(self) -> None:
        """Show the whole slice in every view."""
        for view in (*self.slices.values(), self.other):
            view.fit()

    def _catch_up(self) -> None:
        """Draw an edit before anything else that follows from it, which is put off."""
        for view in (*self.slices.values(), self.other):
            if view.isVisible():
                view.catch_up()

    def cancel_stroke(self) -> bool:
        """Take the stroke that runs in any view back; return whether there was one."""
        return any(view.cancel_stroke() for view in (*self.slices.values(), self.other))

    def _link(self, moved: SliceView) -> None:
        """Let the two views of a comparison look at the same place."""
        if self._state.layout != "beside" or moved not in (self.active, self.other):
            return
        follows = self.other if moved is self.active else self.active
        if follows.canvas.place != moved.canvas.place:
            follows.canvas.show_place(moved.canvas.place)
            follows.update()

    def _wanted(self) -> tuple[tuple[QWidget, int, int, int], ...]:
        """Return the views that are shown: widget, row, column, rows that it takes."""
        if self._state.layout == "beside":
            return ((self.active, 0, 0, 1), (self.other, 0, 1, 1))
        if self._state.layout == "surface" and self._state.has_planes and self._beside is not None:
            return ((self._beside, 0, 0, 1),)
        if self._state.layout in ("single", "surface") or not self._state.has_planes:
            return ((self.active, 0, 0, 1),)
        if self._state.layout == "one_two":
            large = self.slices[self._large]
            others = [view for view in self.slices.values() if view is not large]
            return ((large, 0, 0, 2), (others[0], 0, 1, 1), (others[1], 1, 1, 1))
        axial, sagittal, coronal = (self.slices[name] for name in PLANES)
        places: tuple[tuple[QWidget, int, int, int], ...] = ((axial, 0, 0, 1), (sagittal, 0, 1, 1), (coronal, 1, 0, 1))
        return places if self._beside is None else (*places, (self._beside, 1, 1, 1))

    def _choose_large(self) -> None:
        self._large = self._state.display.plane

    def _arrange(self) -> None:
        places = self._wanted()
        if places == self._places:
            return
        self._places = places
        shown = [view for view, *_rest in places]
        every: list[QWidget] = [*self.slices.values(), self.other, *([] if self._beside is None else [self._beside])]
        for view in every:
            self._grid.removeWidget(view)
            if view not in shown:
                # a hidden child that is in no layout would otherwise become a window when it is shown again
                view.setParent(self)
                view.hide()
        large = self._state.layout == "one_two" and len(places) == 3
        for view, row, column, rows in places:
            self._grid.addWidget(view, row, column, rows, 1)
            view.show()
        for line in range(2):
            used_rows, used_columns = any(p[1] + p[3] > line for p in places), any(p[2] == line for p in places)
            self._grid.setRowStretch(line, 1 if used_rows else 0)
            self._grid.setColumnStretch(line, (LARGE_SHARE if large and line == 0 else 1) if used_columns else 0)
        self._state.fit_wanted.emit()
