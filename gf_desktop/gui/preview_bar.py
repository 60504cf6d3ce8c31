"""The bar over the views while an operation is looked at: what it would change, its number, and whether to carry it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gf_desktop.display import plane_axes
from gf_desktop.gui.actions import tr
from gf_desktop.gui.icons import icon
from gf_desktop.gui.language import local_number, spoken
from gf_desktop.gui.number_boxes import NumberBox
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.swatch import Swatch
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.widgets import ElidedLabel, SwitchPair, label, push_button
from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED
from gf_desktop.imaging.operations import (
    NAMES,
    Close,
    Combine,
    FillHoles,
    GrowRegion,
    Margin,
    Open,
    Operation,
    RemoveIslands,
    Smooth,
    Threshold,
)
from gf_desktop.session import Session

__all__ = ["PreviewBar"]

FLAT: Final = (Close, FillHoles, GrowRegion, Margin, Open, Smooth)
"""Operations that work in space or slice by slice."""

RANGED: Final = (GrowRegion, Threshold)
"""Operations that ask for a range of intensities."""

NUMBER_PX: Final = 92
"""Width of a number, so that there is room for the name at the smallest window."""

FINE_BELOW: Final = 10.0
LARGEST: Final = 1e6
TYPING_MS: Final = 300
"""A new number is looked at when it has stood for this long."""

SLOW_MS: Final = 150
"""Only what takes longer is said to be computed."""


class _Amount(NamedTuple):
    """The number of an operation: its field, unit, largest value, and step."""

    field: str
    unit: str
    largest: float
    step: float


AMOUNTS: Final[dict[type, _Amount]] = {
    Smooth: _Amount("radius_mm", "mm", 50.0, 0.5),
    Close: _Amount("radius_mm", "mm", 50.0, 0.5),
    Open: _Amount("radius_mm", "mm", 50.0, 0.5),
    Margin: _Amount("margin_mm", "mm", 100.0, 0.5),
    Combine: _Amount("margin_mm", "mm", 100.0, 0.5),
    RemoveIslands: _Amount("min_ml", "ml", 1000.0, 0.1),
}


class PreviewBar(QFrame):
    """Hidden while nothing is looked at.

    Parameters
    ----------
    look
        Looks at another operation.
    apply
        Carries out the one that is looked at.
    """

    def __init__(
        self,
        session: Session,
        state: ViewState,
        actions: dict[str, QAction],
        *,
        look: Callable[[Operation], object],
        apply: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAccessibleName(tr("Preview"))
        self._session = session
        self._state = state
        self._look = look
        self._apply = apply
        self._typed: set[NumberBox] = set()
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._settle_number)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._show_change)
        self.title = ElidedLabel()
        self.title.setObjectName("heading")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.amount, self.low, self.high = (
            self._number(name) for name in (tr("How much"), tr("Lowest intensity"), tr("Highest intensity"))
        )
        self.reach = SwitchPair(tr("2-D"), tr("3-D"), names=(tr("Slice by slice in the active view's plane"), tr("In space")))
        self.reach.group.idClicked.connect(lambda number: self._change(axis=None if number else self._axis()))
        self.take = push_button(tr("Apply"), self._take, kind="primary")
        _show_key(self.take, actions["approve_slice"])
        self.drop = QToolButton()
        self.drop.setIcon(icon("close"))
        self.drop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.drop.clicked.connect(lambda _checked=False: session.previewing.end())
        self.drop.setAccessibleName(tr("Drop the preview"))
        self.drop.setToolTip(tr("Drop the preview"))
        _show_key(self.drop, actions["tool_cursor"])
        self.numbers = {kind: label(kind="caption") for kind in (ADDED, REMOVED, CHANGED)}
        self._swatches = {kind: Swatch(kind) for kind in self.numbers}
        self._legend = QWidget()
        self.note = label(kind="muted")
        self.there = push_button(tr("Elsewhere: show it"), self._go_there, kind="link")
        self._build()
        session.previewing.changed.connect(self._follow)
        state.display_changed.connect(self._show_change)
        self._follow()

    def _number(self, name: str) -> NumberBox:
        box = NumberBox()
        box.setFont(numbers_font())
        box.setFixedWidth(NUMBER_PX)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.valueChanged.connect(lambda _value: self._note_typed(box))
        box.entered.connect(self._take)
        box.given_up.connect(self._session.previewing.end)
        return box

    def _note_typed(self, box: NumberBox) -> None:
        self._typed.add(box)
        self._typing.start()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID_PX)
        top.addWidget(self.title, 1)
        for part in (self.amount, self.low, self.high, self.reach, self.take, self.drop):
            top.addWidget(part)
        amounts = QHBoxLayout(self._legend)
        amounts.setContentsMargins(0, 0, 0, 0)
        amounts.setSpacing(GRID_PX // 2)
        for kind, word in ((ADDED, tr("added")), (REMOVED, tr("removed")), (CHANGED, tr("other structure"))):
            text, swatch = self.numbers[kind], self._swatches[kind]
            text.setFont(numbers_font())
            swatch.setToolTip(word)
            text.setToolTip(word)
            text.setAccessibleDescription(word)
            amounts.addWidget(swatch)
            amounts.addWidget(text)
        low = QHBoxLayout()
        low.setSpacing(GRID_PX // 2)
        low.addWidget(self._legend)
        low.addWidget(self.note)
        low.addStretch(1)
        low.addWidget(self.there)
        column = QVBoxLayout(self)
        # it lies over the strip of slices and is no higher
        column.setContentsMargins(GRID_PX, 2, GRID_PX // 2, 2)
        column.setSpacing(2)
        column.addLayout(top)
        column.addLayout(low)

    # following

    def _follow(self) -> None:
        previewing, operation = self._session.previewing, self._session.previewing.operation
        self.setVisible(operation is not None)
        if operation is None:
            self._typing.stop()
            return
        self.title.setText(self._name(operation))
        self.title.setToolTip(self._name(operation))
        amount = AMOUNTS.get(type(operation))
        self.amount.setVisible(amount is not None)
        if amount is not None and not self.amount.hasFocus():
            self._show_amount(operation, amount)
        for box in (self.low, self.high):
            box.setVisible(isinstance(operation, RANGED))
        if isinstance(operation, RANGED):
            self._show_range(operation)
        flat, opened = isinstance(operation, FLAT), self._session.must_open()
        self.reach.setVisible(flat and not opened.volume.is_planar and not opened.volume.is_cine)
        if flat:
            self.reach.press(second=getattr(operation, "axis", None) is None)
        if previewing.computing:
            self._slow.start()
        else:
            self._slow.stop()
            self._show_change()

    def _show_amount(self, operation: Operation, amount: _Amount) -> None:
        self.amount.blockSignals(True)
        self.amount.setDecimals(2 if amount.unit == "ml" else 1)
        self.amount.setRange(-amount.largest if isinstance(operation, Margin) else 0.0, amount.largest)
        self.amount.setSingleStep(amount.step)
        self.amount.setSuffix(f" {amount.unit}")
        self.amount.setValue(getattr(operation, amount.field))
        self.amount.blockSignals(False)

    def _show_range(self, operation: GrowRegion | Threshold) -> None:
        wide = operation.high - operation.low
        # intensities are whole numbers, but for maps whose values all lie close together
        decimals = 0 if wide >= FINE_BELOW else 3
        for box, value in ((self.low, operation.low), (self.high, operation.high)):
            if not box.hasFocus():
                box.blockSignals(True)
                box.setDecimals(decimals)
                box.setRange(-LARGEST, LARGEST)
                box.setSingleStep(max(wide / 20, 10.0**-decimals))
                box.setValue(value)
                box.blockSignals(False)

    def _name(self, operation: Operation) -> str:
        named = spoken(NAMES[type(operation)])
        named = named[:1].upper() + named[1:]
        of = getattr(operation, "label", None)
        table = self._session.must_open().label_map.table
        return named if of is None else tr("{operation}: {structure}").format(operation=named, structure=table.by_id(of).name)

    def _show_change(self) -> None:
        previewing = self._session.previewing
        if previewing.operation is None:
            return
        change = previewing.change
        known = change is not None and not previewing.computing
        if change is not None:
            signs = ("+", "−", "⇄ ")
            for kind, sign, ml in zip(self.numbers, signs, (change.added_ml, change.removed_ml, change.changed_ml), strict=True):
                self.numbers[kind].setText(local_number(f"{sign}{ml:.2f} ml"))
                for part in (self.numbers[kind], self._swatches[kind]):
                    part.setVisible(ml > 0)
        self._legend.setVisible(known)
        self.note.setVisible(not known)
        self.note.setText(tr("computing") if previewing.computing else tr("nothing would change"))
        self.there.setVisible(known and change is not None and not change.box.touches(2 - self._axis(), self._state.display.index))

    def _axis(self) -> int:
        return plane_axes(self._session.must_open().volume, self._state.display.plane).across

    # what the person does

    def _go_there(self) -> None:
        change = self._session.previewing.change
        if change is not None:
            k, j, i = change.fullest_kji
            self._state.set_cursor((i, j, k))

    def _change(self, **fields: Any) -> None:
        operation = self._session.previewing.operation
        if operation is not None and any(getattr(operation, name) != value for name, value in fields.items()):
            self._look(replace(operation, **fields))

    def _settle_number(self) -> None:
        """Look at the number that was typed."""
        self._typing.stop()
        operation = self._session.previewing.operation
        amount = AMOUNTS.get(type(operation))
        if amount is not None:
            self._change(**{amount.field: self.amount.value()})
        elif isinstance(operation, RANGED):
            # what is shown is rounded: only what was typed counts
            self._change(**{name: box.value() for name, box in (("low", self.low), ("high", self.high)) if box in self._typed})
        self._typed.clear()

    def _take(self) -> None:
        for box in (self.amount, self.low, self.high):
            box.interpretText()
        self._settle_number()
        self._apply()


def _show_key(button: QPushButton | QToolButton, action: QAction) -> None:
    """Write the key that does the same behind a button's text or tool tip, also when it is changed."""
    text = button.text() or button.toolTip()
    show = button.setText if button.text() else button.setToolTip

    def follow() -> None:
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        show(f"{text}  ({key})" if key else text)

    action.changed.connect(follow)
    follow()
