"""What can be done to a whole structure: the menu of its row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QMenu

from gf_desktop.gui.actions import tr
from gf_desktop.gui.language import local_number
from gf_desktop.imaging.labelmap import LabelTable, Structure
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
RANGES: Final = (
    ("Everything from {low} to {high}", Logic.ADD),
    ("Keep only what is from {low} to {high}", Logic.INTERSECT),
    ("Take away what is from {low} to {high}", Logic.SUBTRACT),
)
"""What a range of intensities does to a structure; a structure shares no voxel with another one, so that these meet the scan."""


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
            add(local_number(f"{length:g} mm"), make(length), into=sub)

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
        add(local_number(f"{volume:g} ml"), RemoveIslands(label, volume), into=islands)
    if threshold is not None:
        for text, logic in RANGES:
            add(
                tr(text).format(low=local_number(f"{threshold[0]:g}"), high=local_number(f"{threshold[1]:g}")),
                Threshold(label, *threshold, logic),
            )
    menu.addSeparator()
    _add_others(menu, label, [structure for structure in table if structure.id != label], locked=locked, wish=wish)
    add(tr("Delete its voxels…"), Delete(label))


def _add_others(menu: QMenu, label: int, others: list[Structure], *, locked: bool, wish: Callable[[Operation], None]) -> None:
    """Add what can be done to a structure with another one."""

    def add(text: str, operation: Operation, into: QMenu) -> None:
        into.addAction(text).triggered.connect(lambda _checked=False: wish(operation))

    def add_margins(sub: QMenu, other: Structure, logic: Logic) -> None:
        lengths = sub.addMenu(other.name)
        for length in LENGTHS_MM:
            add(local_number(f"{length:g} mm"), Combine(label, other.id, logic, length), lengths)

    def add_sub(text: str, fill: Callable[[QMenu, Structure], object]) -> None:
        sub = menu.addMenu(text)
        sub.setEnabled(bool(others) and not locked)
        # with 255 structures only what is looked at is made
        sub.aboutToShow.connect(lambda: [fill(sub, structure) for structure in others] if sub.isEmpty() else None)

    add_sub(tr("Add"), lambda sub, other: add(other.name, Combine(label, other.id, Logic.ADD), sub))
    add_sub(tr("Take away around"), lambda sub, other: add_margins(sub, other, Logic.SUBTRACT))
    add_sub(tr("Keep only around"), lambda sub, other: add_margins(sub, other, Logic.INTERSECT))
    add_sub(tr("Merge into"), lambda sub, other: add(other.name, Merge(label, other.id), sub))
