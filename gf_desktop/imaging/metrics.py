"""How well one mask agrees with another: Dice, surface distances in mm, volumes in ml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from gf_desktop.imaging.edits import Box
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable

__all__ = ["StructureScore", "mean_dice", "score_masks"]

Bools = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

HAUSDORFF_PERCENTILE = 95.0


@dataclass(frozen=True, slots=True)
class StructureScore:
    """Agreement of one structure.

    A structure that is in neither mask is not scored: dice, hd95_mm and assd_mm are None. One that is missed entirely or
    predicted where the reference has none gets Dice 0 and, as both distances, the diagonal of the grid in mm: the worst that
    any two masks on it can do. (Counting a missed structure as distance 0, or a spurious one as Dice 1, makes a network that
    predicts nothing look good.)

    Attributes
    ----------
    dice
        2 |P and R| / (|P| + |R|), 0 to 1.
    hd95_mm
        95th percentile of the distances from each surface voxel of either mask to the nearest surface voxel of the other, both
        directions pooled; mm between voxel centres.
    assd_mm
        Mean of the same distances: the average symmetric surface distance.
    volume_ml, reference_ml
        Of the predicted mask and of the reference, in the slices that were scored.
    """

    dice: float | None
    hd95_mm: float | None
    assd_mm: float | None
    volume_ml: float
    reference_ml: float

    def without_distances(self) -> StructureScore:
        """Return the score of masks whose slices have no distance from each other: Dice and volumes stay."""
        return replace(self, hd95_mm=None, assd_mm=None)

    def as_json(self) -> dict[str, float | None]:
        """Return the fields by name."""
        return asdict(self)


def score_masks(
    predicted: npt.NDArray[np.uint8],
    reference: npt.NDArray[np.uint8],
    table: LabelTable,
    geometry: Geometry,
    *,
    slices: Sequence[int] | None = None,
) -> dict[str, StructureScore]:
    """Compare two masks structure by structure.

    Without ``slices`` the surface of a structure is its voxels that share a face with a voxel outside it; the border of the grid
    counts as outside.

    With ``slices`` nothing outside them is looked at, so that sparse corrections can be scored: Dice and volumes over these
    slices together; surfaces are the outlines in each slice (pixels that share an edge with a pixel outside), and the distance of
    an outline pixel is to the nearest outline pixel of the other mask in any of these slices, with the slices at their true
    distance. Where both masks have an outline in the slice, that is rarely anything else than the distance in the plane; where
    one has none, the distance is finite and grows with the distance to the next chosen slice that has one.

    Parameters
    ----------
    predicted, reference
        uint8 [k, j, i] of the table's ids.
    geometry
        Their grid.
    slices
        Numbers k of the slices to score; None for all.

    Returns
    -------
    A score for every structure of the table, by name, in its order.

    Raises
    ------
    ValueError
        When shapes differ or ``slices`` is empty or outside the grid.
    """
    from scipy import ndimage  # here, because it is slow to load and the window has to be painted first

    if predicted.shape != geometry.shape_kji or reference.shape != geometry.shape_kji:
        raise ValueError(f"masks of {predicted.shape} and {reference.shape} on a grid of {geometry.shape_kji}")
    chosen = None if slices is None else _chosen(slices, len(predicted))
    found = ndimage.find_objects(predicted, max_label=255), ndimage.find_objects(reference, max_label=255)
    scores = {}
    for structure in table:
        region = _union(found[0][structure.id - 1], found[1][structure.id - 1])
        if region is None:
            scores[structure.name] = StructureScore(None, None, None, 0.0, 0.0)
            continue
        picked = None if chosen is None else chosen[region[0]]
        masks = predicted[region] == structure.id, reference[region] == structure.id
        scores[structure.name] = _score(masks[0], masks[1], geometry, picked)
    return scores


def mean_dice(scores: Mapping[str, StructureScore]) -> float | None:
    """Return the mean Dice over the structures that are scored; None where none is."""
    values = [s.dice for s in scores.values() if s.dice is not None]
    return float(np.mean(values)) if values else None


def _chosen(slices: Sequence[int], count: int) -> Bools:
    """Return bool [k]: which slices are scored."""
    if not slices or min(slices) < 0 or max(slices) >= count:
        raise ValueError(f"slices {list(slices)} of a scan of {count}")
    mask = np.zeros(count, dtype=bool)
    mask[list(slices)] = True
    return mask


def _union(one: tuple[slice, ...] | None, other: tuple[slice, ...] | None) -> tuple[slice, ...] | None:
    """Return the smallest region that holds both; None where both are None."""
    if one is None or other is None:
        return one or other
    return tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True))


def _score(predicted: Bools, reference: Bools, geometry: Geometry, chosen: Bools | None) -> StructureScore:
    """Score one structure within its region; ``chosen`` is bool [k] of the region or None for all slices."""
    if chosen is not None:
        keep = chosen[:, None, None]
        predicted, reference = predicted & keep, reference & keep
    sizes = int(np.count_nonzero(predicted)), int(np.count_nonzero(reference))
    volumes = sizes[0] * geometry.voxel_ml, sizes[1] * geometry.voxel_ml
    if sizes == (0, 0):
        return StructureScore(None, None, None, *volumes)
    if 0 in sizes:
        return StructureScore(0.0, geometry.diagonal_mm, geometry.diagonal_mm, *volumes)
    dice = 2.0 * int(np.count_nonzero(predicted & reference)) / (sizes[0] + sizes[1])
    distances = _surface_distances(predicted, reference, geometry, in_plane=chosen is not None)
    return StructureScore(dice, float(np.percentile(distances, HAUSDORFF_PERCENTILE)), float(distances.mean()), *volumes)


def _surface_distances(one: Bools, other: Bools, geometry: Geometry, *, in_plane: bool) -> FloatArray:
    """Return the distances in mm of every surface voxel of either mask to the other's surface."""
    from scipy import ndimage

    surfaces = _surface(one, in_plane=in_plane), _surface(other, in_plane=in_plane)
    box = Box.around(surfaces[0] | surfaces[1])
    assert box is not None, "neither mask is empty"
    a, b = (s[box.slices] for s in surfaces)
    sampling = geometry.spacing_mm[::-1]
    to_b = ndimage.distance_transform_edt(~b, sampling=sampling)[a]
    to_a = ndimage.distance_transform_edt(~a, sampling=sampling)[b]
    return np.concatenate([to_b, to_a])


def _surface(mask: Bools, *, in_plane: bool) -> Bools:
    """Return the voxels of a mask that share a face (``in_plane``: an edge of the plane) with one outside it or with the border."""
    from scipy import ndimage

    cross = ndimage.generate_binary_structure(2, 1)[None] if in_plane else ndimage.generate_binary_structure(3, 1)
    return np.asarray(mask & ~ndimage.binary_erosion(mask, structure=cross, border_value=0))
