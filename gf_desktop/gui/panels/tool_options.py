"""How the tool in the hand paints: form, reach, what it may paint over, and what it is held to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QSlider, QWidget

from gf_desktop.correcting import BrushOptions
from gf_desktop.gui.actions import tr
from gf_desktop.gui.number_boxes import NumberBox
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.widgets import SwitchPair, label
from gf_desktop.imaging.labelmap import Structure
from gf_desktop.session import Session

__all__ = ["ToolOptions"]

OVER: Final[tuple[tuple[Literal["all", "background"], str], ...]] = (
    ("all", "all that is not locked"),
    ("background", "background only"),
)
WHERE: Final[tuple[tuple[Literal["anywhere", "range", "edges", "student"], str], ...]] = (
    ("anywhere", "anywhere"),
    ("range", "where intensities are"),
    ("edges", "what looks like its middle"),
    ("student", "where the student is above"),
)
DIAL_STEPS: Final = 100
LARGEST: Final = 1e6
"""Largest intensity that can be typed."""


class ToolOptions(QWidget):
    """Rows of settings for the brush and its relatives; they follow and change ``ViewState.tool.options``."""

    def __init__(self, session: Session, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state = state
        self.form = SwitchPair(tr("round"), tr("square"), names=(tr("Round brush"), tr("Square brush")))
        self.reach = SwitchPair(tr("2-D"), tr("3-D"), names=(tr("In the slice"), tr("In space: a ball, or a region over slices")))
        self.over, self.where = self._choices(OVER, tr("What may be painted over")), self._choices(WHERE, tr("Where the brush paints"))
        self._structures: tuple[Structure, ...] = ()
        self.low, self.high = self._number(tr("Lowest intensity")), self._number(tr("Highest intensity"))
        self.dial = QSlider(Qt.Orientation.Horizontal)
        self.dial.setRange(0, DIAL_STEPS)
        self.dial.setAccessibleName(tr("The student's probability from which the brush paints"))
        self.dial.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._dial_text = label()
        self._dial_text.setFont(numbers_font())
        self._dial_text.setMinimumWidth(40)
        self._build()
        self.form.group.idClicked.connect(lambda number: self._change(square=bool(number)))
        self.reach.group.idClicked.connect(lambda number: self._change(in_space=bool(number)))
        self.over.activated.connect(lambda row: self._change(over=self.over.itemData(row)))
        self.where.activated.connect(lambda row: self._choose_where(WHERE[row][0]))
        self.low.valueChanged.connect(lambda value: self._change(low=value, high=max(value, self._options.high)))
        self.high.valueChanged.connect(lambda value: self._change(high=value, low=min(value, self._options.low)))
        self.dial.valueChanged.connect(lambda step: self._change(dial=step / DIAL_STEPS))
        state.tool_changed.connect(self._follow)
        session.case_changed.connect(self._follow)
        session.model_changed.connect(self._follow)
        session.structures_changed.connect(self._follow)
        self._follow()

    @staticmethod
    def _choices(rows: tuple[tuple[str, str], ...], name: str) -> QComboBox:
        box = QComboBox()
        for key, text in rows:
            box.addItem(tr(text), key)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        return box

    @staticmethod
    def _number(name: str) -> NumberBox:
        box = NumberBox()
        box.setRange(-LARGEST, LARGEST)
        box.setDecimals(0)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setKeyboardTracking(False)
        box.setFont(numbers_font())
        box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return box

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID_PX)
        grid.setVerticalSpacing(GRID_PX // 2)
        forms = QHBoxLayout()
        forms.setSpacing(GRID_PX)
        forms.addWidget(self.form)
        forms.addWidget(self.reach)
        forms.addStretch(1)
        grid.addLayout(forms, 0, 0, 1, 2)
        grid.addWidget(label(tr("Over")), 1, 0)
        grid.addWidget(self.over, 1, 1)
        grid.addWidget(label(tr("Paint")), 2, 0)
        grid.addWidget(self.where, 2, 1)
        self._range = QWidget()
        row = QHBoxLayout(self._range)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX // 2)
        for part in (self.low, label("–"), self.high):
            row.addWidget(part)
        row.setStretch(0, 1)
        row.setStretch(2, 1)
        self._chance = QWidget()
        across = QHBoxLayout(self._chance)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.dial, 1)
        across.addWidget(self._dial_text)
        grid.addWidget(self._range, 3, 0, 1, 2)
        grid.addWidget(self._chance, 4, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    def _name_structures(self) -> None:
        """Let each structure of the project be chosen as what alone may be painted over."""
        structures = () if self._session.project is None else tuple(self._session.project.table)
        if structures == self._structures:
            return
        self._structures = structures
        while self.over.count() > len(OVER):
            self.over.removeItem(len(OVER))
        for structure in structures:
            self.over.addItem(tr("{name} only").format(name=structure.name), structure.id)
        if isinstance(self._options.over, int) and self.over.findData(self._options.over) < 0:
            self._change(over="all")

    @property
    def _options(self) -> BrushOptions:
        return self._state.tool.options

    def _change(self, **values: Any) -> None:
        self._state.set_tool(options=replace(self._options, **values))

    def _choose_where(self, where: Literal["anywhere", "range", "edges", "student"]) -> None:
        volume = self._state.volume
        if where == "range" and volume is not None and self._options == replace(BrushOptions(), **self._kept()):
            low, high = self._state.display.window.limits
            self._change(where=where, low=float(round(low)), high=float(round(high)))
            return
        self._change(where=where)

    def _kept(self) -> dict[str, Any]:
        options = self._options
        return {"square": options.square, "in_space": options.in_space, "over": options.over, "where": options.where, "dial": options.dial}

    def _follow(self) -> None:
        self._name_structures()
        options = self._options
        self.form.press(second=options.square)
        self.reach.press(second=options.in_space and self._state.has_planes)
        # a picture, a slice and a frame in time have no space around them
        self.reach.setEnabled(self._state.has_planes)
        boxes = (self.over, self.where, self.low, self.high, self.dial)
        blocked = [box.blockSignals(True) for box in boxes]
        self.over.setCurrentIndex(max(self.over.findData(options.over), 0))
        self.where.setCurrentIndex([key for key, _text in WHERE].index(options.where))
        self.low.setValue(options.low)
        self.high.setValue(options.high)
        self.dial.setValue(round(options.dial * DIAL_STEPS))
        for box, before in zip(boxes, blocked, strict=True):
            box.blockSignals(before)
        self._dial_text.setText(f"{round(100 * options.dial)} %")
        self._range.setVisible(options.where == "range")
        self._chance.setVisible(options.where == "student")
        volume = self._state.volume
        suffix = f" {volume.unit}" if volume is not None and volume.unit else ""
        for box in (self.low, self.high):
            box.setSuffix(suffix)
        project = self._session.project
        if options.where == "student" and self._session.open is not None and project is not None and not project.read_only:
            self._session.predict_structure(self._state.tool.label, first_k=self._state.display.cursor_ijk[2])
