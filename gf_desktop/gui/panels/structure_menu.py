"""What can be done to a whole structure: the menu of its row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QMenu

from gf_desktop.gui.actions import tr
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.morphology import Logic
from gf_desktop.imaging.operations import (
    AcceptStructure,
    Axis,
    Close,
    Combine,
    CopySlice,
    Delete,
    FillHoles,
    Interpolate,
    KeepLargest,
    Margin,
    Merge,
    Open,
    Operation,
    RemoveIslands,
    Smooth,
    Threshold,
)

__all__ = ["fill_structure_menu"]

LENGTHS_MM: Final = (1.0, 2.0, 3.0, 5.0, 10.0)
VOLUMES_ML: Final = (0.1, 0.5, 1.0, 5.0)


def fill_structure_menu(
    menu: QMenu,
    label: int,
    table: LabelTable,
    *,
    axis: Axis,
    index: int,
    last: int,
    threshold: tuple[float, float] | None,
    locked: bool,
    wish: Callable[[Operation], None],
) -> None:
    """Add what can be done to a structure in the scan on screen to a menu.

    Parameters
    ----------
    axis, index, last
        Across which the active view's slice lies, its number, and the number of the last one.
    threshold
        The range of intensities that is set, in the scan's unit; None without.
    locked
        Then only what leaves it alone can be chosen.
    wish
        Given the operation that was chosen.
    """

    def add(text: str, operation: Operation, *, into: QMenu | None = None, free: bool = not locked) -> None:
        action = (into or menu).addAction(text)
        action.setEnabled(free)
        action.triggered.connect(lambda _checked=False: wish(operation))

    def add_lengths(text: str, make: Callable[[float], Operation]) -> None:
        sub = menu.addMenu(text)
        sub.setEnabled(not locked)
        for length in LENGTHS_MM:
            add(f"{length:g} mm", make(length), into=sub)

    add(tr("Accept it"), AcceptStructure(label), free=True)
    menu.addSeparator()
    add(tr("Interpolate between the slices drawn"), Interpolate(label, axis))
    for text, target in ((tr("Copy to the next slice"), index + 1), (tr("Copy to the slice before"), index - 1)):
        add(text, CopySlice(label, index, target, axis), free=not locked and 0 <= target <= last)
    menu.addSeparator()
    add_lengths(tr("Smooth"), partial(Smooth, label))
    add_lengths(tr("Close gaps"), partial(Close, label))
    add_lengths(tr("Take away what is thin"), partial(Open, label))
    add_lengths(tr("Grow by a margin"), partial(Margin, label))
    add_lengths(tr("Shrink by a margin"), lambda length: Margin(label, -length))
    add(tr("Fill holes"), FillHoles(label))
    add(tr("Fill holes in each slice"), FillHoles(label, axis))
    menu.addSeparator()
    add(tr("Keep the largest island"), KeepLargest(label))
    islands = menu.addMenu(tr("Remove islands below"))
    islands.setEnabled(not locked)
    for volume in VOLUMES_ML:
        add(f"{volume:g} ml", RemoveIslands(label, volume), into=islands)
    if threshold is not None:
        low, high = threshold
        add(tr("Everything from {low:g} to {high:g}").format(low=low, high=high), Threshold(label, low, high))
    menu.addSeparator()
    others = [structure for structure in table if structure.id != label]
    for text, make in (
        (tr("Add"), lambda other: Combine(label, other, Logic.ADD)),
        (tr("Subtract"), lambda other: Combine(label, other, Logic.SUBTRACT)),
        (tr("Merge into"), lambda other: Merge(label, other)),
    ):
        sub = menu.addMenu(text)
        sub.setEnabled(bool(others) and not locked)
        for structure in others:
            add(structure.name, make(structure.id), into=sub)
    add(tr("Delete its voxels…"), Delete(label))
