"""A look at a mask file before it is taken: what is in it, where it lies, and which structures of a project it could mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gf_desktop.errors import GeometryError
from gf_desktop.files.masks import MappedMask, MaskFile, map_labels, open_mask
from gf_desktop.files.resample import ResampleMethod
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["MaskLook", "MaskRow", "chosen_mask", "look_at_mask", "suggested_mapping"]


@dataclass(frozen=True, slots=True)
class MaskRow:
    """One structure of a mask file.

    Attributes
    ----------
    number
        Its id in the file.
    name
        What the file calls it; "" where the file holds numbers only.
    voxels, ml
        On the mask's own grid; 0 where nothing is drawn in it, or others have all of its voxels.
    ml_after, outside_share
        After a resampling, and the share, 0 to 1, of its voxels that lie outside the scan; None where nothing was resampled.
    colour
        #rrggbb, as the file recommends it; "" where it does not.
    covered
        Whether something is drawn in it, but all of its voxels belong to others too, which have them.
    """

    number: int
    name: str
    voxels: int
    ml: float
    ml_after: float | None = None
    outside_share: float | None = None
    colour: str = ""
    covered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MaskLook:
    """What was found.

    Attributes
    ----------
    path, geometry, cine, frame
        As they were given.
    file
        The mask on the scan's grid.
    rows
        Its structures, in the order of their numbers.
    apart
        How far its grid is from the scan's, one sentence without a full stop; "" where it is the scan's own.
    method
        How it was brought onto the scan's grid; None where it lies there.
    """

    path: Path
    geometry: Geometry
    cine: bool
    file: MaskFile
    rows: tuple[MaskRow, ...]
    apart: str = ""
    frame: str = ""

    @property
    def method(self) -> ResampleMethod | None:
        """See the class."""
        return None if self.file.preview is None else self.file.preview.method


def look_at_mask(path: Path, geometry: Geometry, *, cine: bool = False, resample: ResampleMethod = "nearest", frame: str = "") -> MaskLook:
    """Read a mask file for a look; a mask on another grid is resampled for its figures, and ``apart`` says so.

    ``frame`` is a digest of the scan's frame of reference; that the file states another one is a finding.

    Raises
    ------
    GeometryError
        When the mask cannot be brought onto the scan's grid either, because it does not say where it lies or nothing of it lies within.
    UserError
        As :func:`gf_desktop.files.masks.open_mask`.
    """
    apart = ""
    try:
        file = open_mask(path, geometry, cine=cine, frame=frame, other_frame=True)
    except GeometryError as error:
        apart = error.what
        file = open_mask(path, geometry, cine=cine, resample=resample, frame=frame, other_frame=True)
    return MaskLook(path, geometry, cine, file, _rows(file, geometry), apart, frame)


def _rows(file: MaskFile, geometry: Geometry) -> tuple[MaskRow, ...]:
    if file.preview is not None:
        drawn = {
            row.label: MaskRow(row.label, "", row.voxels_before, row.ml_before, row.ml_after, row.outside_share)
            for row in file.preview.labels
        }
    else:
        ids, counts = np.unique(file.labels, return_counts=True)
        drawn = {int(v): MaskRow(int(v), "", int(n), int(n) * geometry.voxel_ml) for v, n in zip(ids, counts, strict=True) if v != 0}
    for one in file.structures:
        row = drawn.get(one.number) or MaskRow(one.number, "", 0, 0.0)
        covered = row.voxels == 0 and not one.is_empty and _overlaps(file)
        drawn[one.number] = replace(row, name=one.name, colour=one.colour, covered=covered)
    return tuple(drawn[number] for number in sorted(drawn))


def _overlaps(file: MaskFile) -> bool:
    return any(one.code == "overlapping_structures" for one in file.findings)


def suggested_mapping(look: MaskLook, table: LabelTable) -> dict[int, str]:
    """Return the structure of a project that each id of a file means beyond doubt; other ids are missing.

    A name means the structure of the same name, small and capital letters alike. Where the file has no names and every id is one of
    the project's, the ids are taken to be the project's own; else they may be another program's, and none is.
    """
    if any(row.name for row in look.rows):
        known = {name.casefold(): name for name in table.names}
        return {row.number: known[key] for row in look.rows if (key := row.name.strip().casefold()) in known}
    by_id = {one.id: one.name for one in table}
    return {row.number: by_id[row.number] for row in look.rows} if all(row.number in by_id for row in look.rows) else {}


def chosen_mask(look: MaskLook, mapping: Mapping[int, str], table: LabelTable) -> MappedMask:
    """Return a mask in the ids of a project.

    Parameters
    ----------
    mapping
        Name of a structure of the table for each id of the file; other ids become background.

    Raises
    ------
    UserError
        When the file was changed or removed since, or a structure is no longer one of the project's.
    """
    file, taken = look.file, dict(mapping)
    left_out = [row.number for row in look.rows if row.voxels and row.number not in taken]
    if left_out and _overlaps(file):
        # what is of no use must not keep the voxels that it shares with what is wanted
        wanted, method = set(taken), look.method
        file = open_mask(look.path, look.geometry, cine=look.cine, wanted=wanted, resample=method, frame=look.frame, other_frame=True)
    if np.isin(file.labels, list(taken)).any():
        return MappedMask(map_labels(file.labels, taken, table), file.findings, file.preview)
    return MappedMask(np.zeros(file.labels.shape, np.uint8), file.findings, file.preview)
