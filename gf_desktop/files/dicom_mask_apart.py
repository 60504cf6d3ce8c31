"""DICOM segmentations and structure sets, decoded in the reader process: what is asked of it, and what it answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gf_desktop.files.apart import read_apart
from gf_desktop.files.dicom_mask import FoundStructure, dicom_kind
from gf_desktop.files.dicom_rtstruct_read import open_rtstruct, read_rtstruct
from gf_desktop.files.dicom_seg_frames import open_seg
from gf_desktop.files.dicom_seg_read import read_dicom_seg, seg_grid
from gf_desktop.files.facts import digest_of_uid
from gf_desktop.files.findings import Finding
from gf_desktop.imaging.geometry import Geometry

__all__ = ["ObjectMask", "ObjectNames", "ObjectWish", "names_here", "names_in_object", "read_object", "read_object_here"]

S_PER_VOXEL: Final = 1e-7
"""Contours are filled plane by plane, so the scan's size counts beside the file's."""


@dataclass(frozen=True, slots=True, eq=False)
class ObjectWish:
    """What is to be read: a file, the grid it is to lie on (None: a segmentation's own), and which structures (None: all)."""

    path: Path
    geometry: Geometry | None
    wanted: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectMask:
    """A mask, uint8 or int32 [k, j, i] on a grid, what the file names, what was noticed, and the file's frames of reference.

    Of those there are digests, see :func:`gf_desktop.files.facts.digest_of_uid`.
    """

    labels: npt.NDArray[Any]
    geometry: Geometry
    structures: tuple[FoundStructure, ...]
    findings: tuple[Finding, ...]
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectNames:
    """What a file names."""

    structures: tuple[FoundStructure, ...]


def read_object(path: Path, geometry: Geometry | None, *, wanted: Collection[int] | None = None) -> ObjectMask:
    """Read a segmentation or structure set in a process of its own, within its limits.

    Parameters
    ----------
    geometry
        The scan's grid; None: the segmentation's own.

    Raises
    ------
    GeometryError
        When it does not lie on the grid, or has none of its own.
    FileFormatError
        When it is damaged, or its decoder broke down or took too long or too much memory.
    """
    wish = ObjectWish(path, geometry, None if wanted is None else tuple(sorted(wanted)))
    voxels = 0 if geometry is None else int(np.prod(geometry.shape_kji))
    return read_apart(wish, ObjectMask, paths=(path,), task="dicom mask", more_s=S_PER_VOXEL * voxels, more_bytes=8 * voxels)


def names_in_object(path: Path) -> ObjectNames:
    """Return what a segmentation or structure set names; errors as :func:`read_object`."""
    return read_apart(path, ObjectNames, paths=(path,), task="dicom names")


def read_object_here(wish: ObjectWish) -> ObjectMask:
    """Read it in this process; as :func:`read_object`."""
    path, geometry = wish.path, wish.geometry
    if dicom_kind(path) == "rtstruct" and geometry is not None:
        contours = open_rtstruct(path)
        read, uids = read_rtstruct(contours, geometry, wanted=wish.wanted), contours.frame_uids
    else:
        frames = open_seg(path)
        geometry = geometry or seg_grid(frames)
        read, uids = read_dicom_seg(frames, geometry, wanted=wish.wanted), frames.frame_uids
    return ObjectMask(read.labels, geometry, read.structures, read.findings, tuple(sorted(map(digest_of_uid, uids))))


def names_here(path: Path) -> ObjectNames:
    """Read the names in this process; as :func:`names_in_object`."""
    file = open_rtstruct(path) if dicom_kind(path) == "rtstruct" else open_seg(path)
    return ObjectNames(file.structures)
