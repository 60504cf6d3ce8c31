"""Changing a list of structures: new tables from old ones, colours that can be told apart, and what a student's word counts for.

A structure is its label value: its name, colour and code may change at any time, its value never does. Nothing here touches a mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import ProjectError
from gf_desktop.imaging.labelmap import LabelTable, Structure

__all__ = [
    "MOST_STRUCTURES",
    "SUGGESTED_COLOURS",
    "ProposalRule",
    "changed",
    "free_label",
    "merged_tables",
    "named_by",
    "next_colour",
    "proposal_rule",
    "with_structure",
    "without",
]

MOST_STRUCTURES: Final = 255
"""Label values that a mask of bytes can hold besides background."""

_OKABE_ITO: Final = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")

SUGGESTED_COLOURS: Final = (
    *_OKABE_ITO,
    # the same hues lighter and darker: who sees no difference of hue sees one of lightness
    *("#ffd27f", "#b3ddf7", "#7fd6bb", "#faf6b8", "#7fb8de", "#f2ae80", "#ecc6da"),
    *("#8a5f00", "#2b6d94", "#005f45", "#8f8827", "#003f66", "#803900", "#7d3f60"),
    *("#ffffff", "#bbbbbb", "#777777"),
)
"""Okabe and Ito (2008, jfly.uni-koeln.de/color), told apart with any colour vision; then these in other lightness; greys."""


GREYS: Final = 3
"""So many of the suggested colours, the last ones, have no hue."""


def free_label(table: LabelTable, taken: Iterable[int] = ()) -> int:
    """Return the lowest label value that no structure has.

    Parameters
    ----------
    taken
        Values that structures had which were deleted: used again only where nothing else is left.

    Raises
    ------
    ProjectError
        When all 255 are in use.
    """
    used = set(table.ids)
    fresh = [label for label in range(1, MOST_STRUCTURES + 1) if label not in used and label not in set(taken)]
    left = fresh or [label for label in range(1, MOST_STRUCTURES + 1) if label not in used]
    if not left:
        raise ProjectError(
            f"A scan can have {MOST_STRUCTURES} structures at most", where="structures", next_step="Delete or merge one that is not needed."
        )
    return left[0]


@cache
def _seen_as(colour: str) -> tuple[tuple[float, float, float], ...]:
    """Return a colour in CIELAB as people with full colour vision, protanopia and deuteranopia see it (Viénot et al. 1999)."""
    from skimage.color import rgb2lab

    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    protan = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
    deutan = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
    seen = []
    for matrix in (np.eye(3), protan, deutan):
        light = np.clip(matrix @ linear, 0, 1)
        screen = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
        lightness, a, b = (float(v) for v in rgb2lab(screen.reshape(1, 1, 3)).reshape(3))
        seen.append((lightness, a, b))
    return tuple(seen)


def _apart(one: str, other: str) -> float:
    pairs = zip(_seen_as(one), _seen_as(other), strict=True)
    return min(float(np.linalg.norm(np.subtract(a, b))) for a, b in pairs)


def next_colour(table: LabelTable) -> str:
    """Return the colour to suggest for a further structure: of Okabe and Ito's while one is left, then the one farthest from all in use.

    Far for people with full colour vision, protanopia and deuteranopia alike.
    """
    used = [structure.color.lower() for structure in table]
    for colour in _OKABE_ITO:
        if colour not in used:
            return colour
    # greys last: they are hard to tell from the scan
    free = [colour for colour in SUGGESTED_COLOURS[:-GREYS] if colour not in used] or list(SUGGESTED_COLOURS)
    return max(free, key=lambda colour: min(_apart(colour, other) for other in used))


def with_structure(table: LabelTable, structure: Structure) -> LabelTable:
    """Return the table with a further structure at its end; ProjectError where its name or label value is taken."""
    _must_be_free(table, structure.name)
    if structure.id in table.ids:
        raise ProjectError(
            f"Label {structure.id} is taken by “{table.by_id(structure.id).name}”", where=structure.name, next_step="Choose another number."
        )
    return LabelTable((*table.structures, structure))


def changed(table: LabelTable, label: int, **fields: Any) -> LabelTable:
    """Return the table with another name, colour or code of one structure.

    Raises
    ------
    ProjectError
        When there is no such structure, or another one has the name.
    ModelError
        When the name, colour or code is not valid.
    """
    if label not in table.ids:
        raise ProjectError("The project has no such structure", where=str(label), next_step="Choose one of its structures.")
    if "name" in fields:
        fields["name"] = fields["name"].strip()
        _must_be_free(table, fields["name"], but=label)
    return LabelTable(tuple(replace(s, **fields) if s.id == label else s for s in table))


def without(table: LabelTable, label: int) -> LabelTable:
    """Return the table without a structure; ProjectError where it is the last one."""
    left = tuple(structure for structure in table if structure.id != label)
    if not left:
        raise ProjectError(
            "A project needs at least one structure", where="structures", next_step="Add another one first, or rename this one."
        )
    return LabelTable(left)


def _must_be_free(table: LabelTable, name: str, *, but: int = 0) -> None:
    for structure in table:
        if structure.id != but and structure.name.casefold() == name.strip().casefold():
            raise ProjectError("There is a structure of this name already", where=structure.name, next_step="Choose another name.")


def merged_tables(table: LabelTable, others: Iterable[Structure], taken: Iterable[int] = ()) -> tuple[LabelTable, tuple[Structure, ...]]:
    """Return the table with the structures of another list that it lacks by name, and those that were added.

    A structure keeps its label value where that is free, else it gets the lowest free one; what is in the table stays as it is.

    Raises
    ------
    ProjectError
        When there is no room for all of them; none is added then.
    """
    made, added = table, []
    known = {structure.name.casefold() for structure in table}
    for structure in others:
        if structure.name.casefold() in known:
            continue
        label = structure.id if structure.id not in made.ids and structure.id not in set(taken) else free_label(made, taken)
        new = replace(structure, id=label)
        made = with_structure(made, new)
        known.add(new.name.casefold())
        added.append(new)
    return made, tuple(added)


def named_by(table: LabelTable, names: LabelTable) -> LabelTable:
    """Return the structures of a table under the names and colours that another table gives them.

    A structure that the other table lacks keeps its own name, marked where somebody else has it now.
    """
    known = {structure.id: structure for structure in names}
    taken = {structure.name for structure in names}
    made = []
    for structure in table:
        named = known.get(structure.id, structure)
        while structure.id not in known and named.name in taken:
            named = replace(named, name=f"{named.name} (deleted)")
        taken.add(named.name)
        made.append(named)
    return LabelTable(tuple(made))


@dataclass(frozen=True, slots=True, eq=False)
class ProposalRule:
    """What a student's word counts for in a project whose structures are not the student's.

    Attributes
    ----------
    lookup
        uint8 [256]: label value in the project of each of the student's; 0 where the project has no such structure.
    protect
        bool [256]: label values that the student does not know and no proposal may change.
    """

    lookup: npt.NDArray[np.uint8]
    protect: npt.NDArray[np.bool_]


def proposal_rule(table: LabelTable, known: LabelTable, merged: Mapping[int, int]) -> ProposalRule | None:
    """Return how a student's labels are taken into a project; None where both have the same structures.

    Parameters
    ----------
    table, known
        Structures of the project, and of the student.
    merged
        Of structures that were merged into others, by label value: what the student calls the one is the other.
    """
    ids = set(table.ids)
    if ids == set(known.ids):
        return None
    lookup = np.zeros(256, np.uint8)
    targets = set()
    for label in known.ids:
        end, seen = label, {label}
        while end not in ids and merged.get(end, 0) not in (0, *seen):
            end = merged[end]
            seen.add(end)
        if end in ids:
            lookup[label] = end
            targets.add(end)
    protect = np.zeros(256, bool)
    protect[sorted(ids - targets)] = True
    return ProposalRule(lookup, protect)
