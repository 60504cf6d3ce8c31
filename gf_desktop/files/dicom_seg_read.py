"""DICOM segmentations onto a scan's grid: every frame where it says that it lies, in whatever order the file holds them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import GeometryError
from gf_desktop.files.axes import grid_of_matrix
from gf_desktop.files.dicom_mask import DicomMask, Painter
from gf_desktop.files.dicom_seg_frames import FRACTION, SegFile, SegFrame, open_seg
from gf_desktop.files.findings import Finding
from gf_desktop.imaging.geometry import GRID_TOL_MM, Geometry

__all__ = ["MAX_GRID_VOXELS", "read_dicom_seg", "seg_grid"]

FloatArray = npt.NDArray[np.float64]

TOL_VOXELS = 0.05
"""Frames lie on the scan's grid when no pixel is further off than this share of the smallest voxel side, as for other masks."""

MAX_GRID_VOXELS = 1 << 30
"""Frames that lie so far apart that their own grid would have more voxels are damaged."""

_RESAMPLE = "Choose the mask that was drawn on this scan, or resample it onto the scan's grid."


def read_dicom_seg(source: Path | SegFile, geometry: Geometry, *, wanted: Collection[int] | None = None) -> DicomMask:
    """Read a BINARY, FRACTIONAL or LABELMAP segmentation onto a scan's grid.

    A fractional segment has the voxels whose share is at least ``FRACTION``. Where segments overlap, the one with the highest
    number has the voxel; both are told as findings. Frames may cover a part of the scan, and any of its three planes.

    Parameters
    ----------
    wanted
        Numbers of the segments to read; None reads all.

    Raises
    ------
    GeometryError
        When a frame lies on another grid, or a structure reaches beyond the scan; the text says how far.
    FileFormatError
        When the file is damaged or no segmentation.
    UserError
        When it does not exist or may not be read.
    """
    file = source if isinstance(source, SegFile) else open_seg(source)
    _check_frames(file, geometry)
    painter = Painter(geometry.shape_kji, file.highest_number, wanted)
    for frame in file.frames:
        if frame.segment and not painter.wants(frame.segment):
            continue
        place = _Place(frame, geometry)
        for number, inside in file.masks_of(frame):
            if painter.wants(number):
                painter.paint(place.voxels(inside, file.path), number)
    findings = painter.findings()
    if file.kind == "FRACTIONAL":
        message = f"The segments are fractional; a voxel belongs to a structure from {FRACTION:g} on"
        findings.insert(0, Finding("fractional_mask", message, "amber"))
    return DicomMask(painter.labels, file.structures, tuple(findings))


def _check_frames(file: SegFile, geometry: Geometry) -> None:
    """Raise GeometryError with the largest distance where frames do not lie on a grid's voxels."""
    tolerance = max(GRID_TOL_MM, TOL_VOXELS * min(geometry.spacing_mm))
    apart = max((_Place(frame, geometry).apart_mm for frame in file.frames), default=0.0)
    if apart > tolerance:
        message = f"The mask lies on another grid: its voxels are up to {apart:.3g} mm away from the scan's"
        raise GeometryError(message, where=str(file.path), next_step=_RESAMPLE)


class _Place:
    """Where a frame lies on a grid: for its row and column axis the grid axis and sign, and the voxel of its first pixel."""

    def __init__(self, frame: SegFrame, geometry: Geometry) -> None:
        rows, columns = frame.size
        self._size_ijk = geometry.size_ijk
        to_index = np.linalg.inv(geometry.affine)[:3, :3]
        steps = np.rint(to_index @ frame.affine[:, :2])  # [ijk, (along a row, down a column)]
        self._first = np.rint(geometry.world_to_index(frame.affine[:, 2])).astype(np.int64)
        corners = np.array([[0, 0], [columns - 1, 0], [0, rows - 1], [columns - 1, rows - 1]], dtype=np.float64)
        there = geometry.index_to_world(self._first + corners @ steps.T)
        meant = corners @ frame.affine[:, :2].T + frame.affine[:, 2]
        unit = (np.abs(steps).sum(axis=0) == 1).all() and not (np.abs(steps).sum(axis=1) > 1).any()
        # what is not one voxel a pixel is told by how far the last pixel lies from where a voxel would be
        self.apart_mm = float(np.linalg.norm(there - meant, axis=1).max())
        if not unit:
            axes = np.argsort(-np.abs(to_index @ frame.affine[:, :2]), axis=0)[0]
            nearest = np.zeros((3, 2))
            nearest[axes, [0, 1]] = np.sign((to_index @ frame.affine[:, :2])[axes, [0, 1]])
            apart = geometry.index_to_world(self._first + corners @ nearest.T) - meant
            self.apart_mm = max(float(np.linalg.norm(apart, axis=1).max()), 2 * TOL_VOXELS * max(geometry.spacing_mm))
        self._steps = steps

    def voxels(self, inside: npt.NDArray[np.bool_], path: Path) -> tuple[npt.NDArray[np.int64], ...]:
        """Return the indices k, j and i of the voxels of a frame's drawn pixels.

        Raises
        ------
        GeometryError
            When a drawn pixel lies outside the grid.
        """
        there = self._first + np.argwhere(inside)[:, ::-1] @ self._steps.T.astype(np.int64)
        outside = int(((there < 0) | (there >= self._size_ijk)).any(axis=1).sum())
        if outside:
            message = f"The mask reaches beyond the scan: {outside} of {len(there)} voxels of a slice lie outside it"
            raise GeometryError(message, where=str(path), next_step=_RESAMPLE)
        return (there[:, 2], there[:, 1], there[:, 0])


def seg_grid(file: SegFile) -> Geometry:
    """Return the grid that a segmentation's frames lie on, slices without a frame included.

    Raises
    ------
    GeometryError
        When the frames are not parallel, not of one size and spacing, or not at even distances.
    """
    where = str(file.path)
    if not file.frames:
        raise GeometryError("The segmentation has no frames, so it has no grid", where=where, next_step=_RESAMPLE)
    first = file.frames[0]
    axes = first.affine[:, :2]
    if any(f.size != first.size or np.abs(f.affine[:, :2] - axes).max() > 1e-3 * np.linalg.norm(axes[:, 0]) for f in file.frames):
        raise GeometryError("The frames are not parallel or not of one size", where=where, next_step=_RESAMPLE)
    normal = np.cross(axes[:, 0], axes[:, 1])
    normal /= np.linalg.norm(normal)
    along = np.array([f.affine[:, 2] @ normal for f in file.frames])
    places = np.unique(np.round(along, 3))
    gaps = np.diff(places)
    step = float(file.step_mm or 0.0) or (float(gaps.min()) if len(gaps) else 1.0)
    if len(gaps) and np.abs(gaps / step - np.rint(gaps / step)).max() > TOL_VOXELS:
        step = float(gaps.min())  # the distance is stated wrongly more often than positions are
    numbers = np.rint((places - places[0]) / step)
    if np.abs(places - places[0] - numbers * step).max() > max(GRID_TOL_MM, TOL_VOXELS * step):
        message = f"The frames lie at uneven distances from {gaps.min():.4g} to {gaps.max():.4g} mm"
        raise GeometryError(message, where=where, next_step=_RESAMPLE)
    matrix = np.eye(4)
    matrix[:3, :2], matrix[:3, 2] = axes, normal * step
    matrix[:3, 3] = file.frames[int(along.argmin())].affine[:, 2]
    slices = int(numbers[-1]) + 1
    if slices * first.size[0] * first.size[1] > MAX_GRID_VOXELS:
        raise GeometryError(f"The frames lie up to {places[-1] - places[0]:.4g} mm apart", where=where, next_step=_RESAMPLE)
    geometry, findings = grid_of_matrix(matrix, (first.size[1], first.size[0], slices))
    if geometry is None:
        reason = findings[0].message
        raise GeometryError(f"The mask's place in space cannot be trusted: {reason}", where=where, next_step=_RESAMPLE)
    return geometry
