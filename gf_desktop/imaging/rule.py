"""What a correcting tool may change, and how its wish becomes an edit.

Every tool computes the voxels that it would like to set and hands them to :func:`paint_edit` (one label) or :func:`relabel_edit` (a new
label for each voxel). Both leave alone what the :class:`PaintRule` protects, so that no tool has to think of locks itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box, LabelEdit
from gf_desktop.imaging.labelmap import LabelMap, VoxelState

__all__ = ["PaintRule", "paint_edit", "relabel_edit"]

UInt8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PaintRule:
    """Which voxels a tool may change and what their state becomes.

    A locked structure neither loses nor gains a voxel, and its voxels keep their states.

    Attributes
    ----------
    over
        Labels that may be painted over, 0 for background; None for every label. Voxels that already have the painted structure's
        label may always be marked as edited, and a tool that reshapes a structure may always take voxels away from it.
    locked
        Labels that never change; background cannot be locked.
    state
        State of the voxels that a tool sets. A state below accepted is given only to voxels whose label changes, so that nothing
        that a person has reviewed falls back to proposed for being confirmed.
    spare_reviewed
        Whether voxels that a person accepted or edited are left as they are.

    Raises
    ------
    ValueError
        When a label lies outside 0 to 255 or background is locked.
    """

    over: frozenset[int] | None = None
    locked: frozenset[int] = frozenset()
    state: VoxelState = VoxelState.EDITED
    spare_reviewed: bool = False

    def __post_init__(self) -> None:
        if not all(0 <= label <= 255 for label in (self.over or frozenset()) | self.locked) or 0 in self.locked:
            raise ValueError(f"labels to paint over {self.over} and locked labels {self.locked} must be of 0 to 255, background unlocked")

    @classmethod
    def everything(cls, *, locked: Iterable[int] = ()) -> PaintRule:
        """Return the rule that allows all but locked structures to be painted over."""
        return cls(locked=frozenset(locked))

    @classmethod
    def background_only(cls, *, locked: Iterable[int] = ()) -> PaintRule:
        """Return the rule that allows background only to be painted over."""
        return cls(over=frozenset({0}), locked=frozenset(locked))

    @classmethod
    def only(cls, labels: Iterable[int], *, locked: Iterable[int] = ()) -> PaintRule:
        """Return the rule that allows only some labels to be painted over."""
        return cls(over=frozenset(labels), locked=frozenset(locked))

    def lookup(self, own: Iterable[int] = ()) -> Bools:
        """Return bool [256]: whether a voxel of each label may change, given the labels ``own`` that the tool works on."""
        table = np.full(256, self.over is None)
        table[[*(self.over or ()), *own]] = True
        table[list(self.locked)] = False
        return table

    def allows(self, labels: UInt8, states: UInt8, label: int) -> Bools:
        """Return which voxels may be set to a label.

        Parameters
        ----------
        labels, states
            uint8, any shape: what is there now.
        label
            What would be painted; 0 is background and erases only what ``over`` names.
        """
        if label in self.locked:
            return np.zeros(labels.shape, bool)
        table = self.lookup((label,) if label else ())
        allowed = np.ones(labels.shape, bool) if table.all() else table[labels]
        if self.spare_reviewed:
            allowed &= states < VoxelState.ACCEPTED
        return allowed


def paint_edit(label_map: LabelMap, box: Box, mask: Bools, label: int, *, rule: PaintRule, name: str, author: str = "") -> LabelEdit | None:
    """Return the edit that gives voxels of a mask one label, as far as a rule allows; None where nothing would change.

    Parameters
    ----------
    label_map
        Read only.
    box
        Where the mask lies.
    mask
        bool of the box's shape. All of it that the rule allows gets the rule's state, also where the label is already so: the person
        pointed at it.
    label
        0 to 255.
    """
    labels, states = label_map.labels[box.slices], label_map.states[box.slices]
    mask = mask & rule.allows(labels, states, label)
    if rule.state < VoxelState.ACCEPTED:
        mask &= labels != label
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=mask,
        box=box,
        new_labels=label,
        new_states=rule.state,
        name=name,
        author=author,
    )


def relabel_edit(
    label_map: LabelMap,
    box: Box,
    new_labels: UInt8,
    *,
    own: Iterable[int],
    rule: PaintRule,
    name: str,
    author: str = "",
    meant: Bools | None = None,
) -> LabelEdit | None:
    """Return the edit that gives each voxel of a box its own label, as far as a rule allows; None where nothing would change.

    Parameters
    ----------
    label_map
        Read only.
    new_labels
        uint8 of the box's shape. Only voxels whose label differs from it get the rule's state.
    own
        The labels that the tool works on: their voxels may change whatever ``rule.over`` says, unless they are locked.
    meant
        bool of the box's shape: voxels that get the rule's state even where their label is already so; None for none.
    """
    labels, states = label_map.labels[box.slices], label_map.states[box.slices]
    mask = new_labels != labels
    if meant is not None and rule.state >= VoxelState.ACCEPTED:
        mask |= meant
    mask &= rule.lookup(own)[labels]
    if rule.locked:
        mask &= PaintRule(locked=rule.locked).lookup()[new_labels]
    if rule.spare_reviewed:
        mask &= states < VoxelState.ACCEPTED
    return LabelEdit.record(
        labels=label_map.labels,
        states=label_map.states,
        mask=mask,
        box=box,
        new_labels=new_labels,
        new_states=rule.state,
        name=name,
        author=author,
    )
