"""What a table says of each structure of a mask: how much, how bright, where, and how much of it a person has looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.surface import boxes_of, surface_of
from gf_desktop.imaging.volume import Volume

__all__ = ["StructureFigures", "structure_figures"]

UInt8 = npt.NDArray[np.uint8]
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class StructureFigures:
    """Figures of one structure. What cannot be known is None: where it has no voxel, and what needs a size that the scan has not.

    Attributes
    ----------
    id, name, code
        As in the table.
    voxels
        Number of voxels.
    volume_ml
        Their volume; None for frames in time and pictures without a size.
    mean, sd
        Of the scan's intensities, in ``unit``; None for colour. The deviation is that of the population (divided by n).
    unit
        "HU" for CT, else "".
    area_mm2
        Of the smoothed surface, :func:`gf_desktop.imaging.surface.surface_of`; None as the volume.
    centroid_lps_mm
        Mean of the voxels' centres; None for frames in time and pictures without a size.
    first_ijk, last_ijk
        Smallest and largest index along i, j, k (of a cine k is the frame), counted from 0.
    low_lps_mm, high_lps_mm
        The box in the patient that holds that box of whole voxels; None as the centroid.
    reviewed
        Share of its voxels that a person accepted or edited, 0 to 1; None where nobody knows.
    """

    id: int
    name: str
    code: str
    voxels: int
    volume_ml: float | None = None
    mean: float | None = None
    sd: float | None = None
    unit: str = ""
    area_mm2: float | None = None
    centroid_lps_mm: Vector | None = None
    first_ijk: tuple[int, int, int] | None = None
    last_ijk: tuple[int, int, int] | None = None
    low_lps_mm: Vector | None = None
    high_lps_mm: Vector | None = None
    reviewed: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


class _Sums:
    """Running sums over slices, by label: nothing as large as the scan is ever made."""

    def __init__(self) -> None:
        self.counts = np.zeros(256)
        self.reviewed = np.zeros(256)
        self.places = np.zeros((3, 256))
        self.values = np.zeros(256)
        self.squares = np.zeros(256)

    def add(self, k: int, labels: UInt8, states: UInt8 | None) -> None:
        flat = labels.reshape(-1)
        counts = np.bincount(flat, minlength=256)
        self.counts += counts
        self.places[2] += k * counts
        rows = np.stack([np.bincount(row, minlength=256) for row in labels])
        self.places[1] += np.arange(len(labels)) @ rows
        self.places[0] += np.bincount(flat, np.tile(np.arange(labels.shape[1], dtype=np.float64), len(labels)), 256)
        if states is not None:
            self.reviewed += np.bincount(labels[states >= VoxelState.ACCEPTED], minlength=256)

    def add_values(self, labels: UInt8, values: npt.NDArray[Any], centre: float) -> None:
        # about a value in the midst: squares of numbers far from 0 would lose digits
        flat, offset = labels.reshape(-1), values.astype(np.float64).reshape(-1) - centre
        self.values += np.bincount(flat, offset, 256)
        self.squares += np.bincount(flat, offset * offset, 256)


def structure_figures(
    labels: UInt8,
    geometry: Geometry,
    table: LabelTable,
    *,
    states: UInt8 | None = None,
    volume: Volume | None = None,
    in_space: bool = True,
) -> tuple[StructureFigures, ...]:
    """Return the figures of every structure of a table, in its order.

    Parameters
    ----------
    labels
        uint8 [k, j, i].
    states
        uint8 [k, j, i] of :class:`VoxelState`.
    volume
        The scan on the same grid; without it, and for colour, there are no intensities.
    in_space
        Whether voxels have a size in all three directions.
    """
    sums, grey = _Sums(), volume if volume is not None and not volume.is_colour else None
    centre = 0.0 if grey is None else float(np.nan_to_num(grey.voxels[len(labels) // 2].astype(np.float64).mean()))
    for k, plane in enumerate(labels):
        sums.add(k, plane, None if states is None else states[k])
        if grey is not None:
            sums.add_values(plane, grey.voxels[k], centre)
    boxes, rows = boxes_of(labels), []
    for structure in table:
        count = int(sums.counts[structure.id])
        unit = "" if grey is None else grey.unit
        facts: dict[str, Any] = {"unit": unit, "volume_ml": count * geometry.voxel_ml if in_space else None}
        if count:
            box = boxes[structure.id]
            facts["first_ijk"], facts["last_ijk"] = box.start_kji[::-1], tuple(n - 1 for n in box.stop_kji[::-1])
            if states is not None:
                facts["reviewed"] = float(sums.reviewed[structure.id]) / count
            if grey is not None:
                mean = sums.values[structure.id] / count
                facts["mean"] = float(centre + mean)
                facts["sd"] = float(np.sqrt(max(sums.squares[structure.id] / count - mean * mean, 0.0)))
            if in_space:
                surface = surface_of(labels, structure.id, geometry, box=box)
                facts["area_mm2"] = None if surface is None else surface.area_mm2
                facts["centroid_lps_mm"] = _vector(geometry.index_to_world(sums.places[:, structure.id] / count))
                corners = _corners(box.start_kji[::-1], box.stop_kji[::-1], geometry)
                facts["low_lps_mm"], facts["high_lps_mm"] = _vector(corners.min(axis=0)), _vector(corners.max(axis=0))
        rows.append(StructureFigures(structure.id, structure.name, structure.code, count, **facts))
    return tuple(rows)


def _vector(values: npt.NDArray[np.float64]) -> Vector:
    return (float(values[0]), float(values[1]), float(values[2]))


def _corners(start_ijk: tuple[int, ...], stop_ijk: tuple[int, ...], geometry: Geometry) -> npt.NDArray[np.float64]:
    """Return the eight outer corners of a box of voxels, LPS mm [8, 3]."""
    ends = np.stack(np.meshgrid(*zip(start_ijk, stop_ijk, strict=True), indexing="ij"), axis=-1).reshape(-1, 3)
    return geometry.index_to_world(ends - 0.5)
