"""The bar over the views while an operation is looked at: what it would change, its number, and whether to carry it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gf_desktop.display import plane_axes
from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number, spoken
from gf_desktop.gui.number_boxes import NumberBox
from gf_desktop.gui.palette import GRID_PX
from gf_desktop.gui.swatch import Swatch
from gf_desktop.gui.theme import numbers_font
from gf_desktop.gui.view_state import ViewState
from gf_desktop.gui.widgets import SwitchPair, label, push_button
from gf_desktop.imaging.compare import ADDED, CHANGED, REMOVED
from gf_desktop.imaging.operations import (
    NAMES,
    Close,
    Combine,
    FillHoles,
    Margin,
    Open,
    Operation,
    RemoveIslands,
    Smooth,
)
from gf_desktop.session import Session

__all__ = ["PreviewBar"]

FLAT: Final = (Close, FillHoles, Margin, Open, Smooth)
"""Operations that work in space or slice by slice."""

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
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._settle_number)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._show_change)
        self.title = label(kind="heading")
        self.amount = NumberBox()
        self.amount.setFont(numbers_font())
        self.amount.setAccessibleName(tr("How much"))
        self.amount.valueChanged.connect(lambda _value: self._typing.start())
        self.amount.entered.connect(self._take)
        self.amount.given_up.connect(session.previewing.end)
        self.reach = SwitchPair(tr("2-D"), tr("3-D"), names=(tr("Slice by slice in the active view's plane"), tr("In space")))
        self.reach.group.idClicked.connect(lambda number: self._change(axis=None if number else self._axis()))
        self.take = push_button(tr("Apply"), self._take, kind="primary")
        self.drop = push_button(tr("Cancel"), session.previewing.end)
        for button, action in ((self.take, actions["approve_slice"]), (self.drop, actions["tool_cursor"])):
            _show_key(button, action)
        self.numbers = {kind: label(kind="caption") for kind in (ADDED, REMOVED, CHANGED)}
        self.note = label(kind="muted")
        self.there = push_button(tr("Show it"), self._go_there, kind="link")
        self._build()
        session.previewing.changed.connect(self._follow)
        state.display_changed.connect(self._show_change)
        self._follow()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID_PX)
        top.addWidget(self.title, 1)
        for part in (self.amount, self.reach, self.drop, self.take):
            top.addWidget(part)
        low = QHBoxLayout()
        low.setSpacing(GRID_PX // 2)
        for kind, text in self.numbers.items():
            low.addWidget(Swatch(kind))
            text.setFont(numbers_font())
            low.addWidget(text)
            low.addSpacing(GRID_PX // 2)
        low.addStretch(1)
        low.addWidget(self.note)
        low.addWidget(self.there)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID_PX, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        column.setSpacing(GRID_PX // 2)
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
        amount = AMOUNTS.get(type(operation))
        self.amount.setVisible(amount is not None)
        if amount is not None and not self.amount.hasFocus():
            self._show_amount(operation, amount)
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

    def _name(self, operation: Operation) -> str:
        named = spoken(NAMES[type(operation)])
        of = getattr(operation, "label", None)
        table = self._session.must_open().label_map.table
        return named if of is None else tr("{operation}: {structure}").format(operation=named, structure=table.by_id(of).name)

    def _show_change(self) -> None:
        previewing = self._session.previewing
        if previewing.operation is None:
            return
        change = previewing.change
        amounts = (0.0, 0.0, 0.0) if change is None else (change.added_ml, change.removed_ml, change.changed_ml)
        words = (tr("{ml} ml added"), tr("{ml} ml removed"), tr("{ml} ml of other structures"))
        for text, word, ml in zip(self.numbers.values(), words, amounts, strict=True):
            text.setText(word.format(ml="…" if previewing.computing else local_number(f"{ml:.2f}")))
        away = change is not None and not change.box.touches(2 - self._axis(), self._state.display.index)
        self.note.setText(
            tr("computing")
            if previewing.computing
            else tr("nothing would change")
            if change is None
            else tr("none of it in this slice")
            if away
            else ""
        )
        self.there.setVisible(away and not previewing.computing)

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

    def _take(self) -> None:
        self.amount.interpretText()
        self._settle_number()
        self._apply()


def _show_key(button: QPushButton, action: QAction) -> None:
    """Write the key that does the same behind a button's text, also when it is changed."""
    text = button.text()

    def follow() -> None:
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.setText(f"{text}  ({key})" if key else text)

    action.changed.connect(follow)
    follow()
