"""A round's own manifest as a data set, so that a project's corrections can be trained on offline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.errors import TrainingError
from gf_desktop.imaging.labelmap import LabelTable, VoxelState
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from training.dataset import MIN_SUPERVISED_SHARE, ManifestItem, read_labels, read_manifest, read_volume
from training.datasets.source import Catalogue, Options, Slices, SourceCase, plane_grid, working_labels

__all__ = ["MANIFEST_NAME", "WINDOWS", "open_round"]

MANIFEST_NAME = "manifest.json"

WINDOWS = {"CT": (-125.0, 275.0), "PHOTO": (0.0, 255.0)}
"""Window of a modality whose intensities mean the same everywhere."""


def open_round(src: Path, options: Options) -> Catalogue:
    """Open a refinement round: ``manifest.json`` or the folder that holds it.

    Supervised are the voxels that a person accepted or edited outside of the slices that the round holds back.

    Raises
    ------
    TrainingError
        When the manifest is damaged, scans of grey and colour are mixed, or the modality has no usual window and none is given.
    """
    path = src / MANIFEST_NAME if src.is_dir() else src
    manifest = read_manifest(path)
    if not manifest.items:
        raise TrainingError("The round has no scans", where=str(path), next_step="Add scans to the project and start a round.")
    colour = {read_volume(item).is_colour for item in manifest.items}
    if len(colour) > 1:
        raise TrainingError("The round mixes grey and colour scans", where=str(path), next_step="Prepare them as two rounds.")
    spec = _spec(manifest.items, options, path, colour=colour.pop())
    by_name = {item.case: item for item in manifest.items}
    cases = tuple(SourceCase(item.case, item.case, (item.image,), () if item.labels is None else (item.labels,)) for item in manifest.items)

    def read(case: SourceCase, size: int) -> Slices:
        return _read(by_name[case.name], manifest.table, spec, size)

    return Catalogue(
        "manifest", f"Round {manifest.run_id}", manifest.table, spec.channels, "As the project's owner says.",
        "Masks that were corrected in the course of work, not drawn twice by independent readers.", cases, (),
        "by scan, drawn with the seed", read, 0,
    )  # fmt: skip


def _spec(items: tuple[ManifestItem, ...], options: Options, path: Path, *, colour: bool) -> PreprocessSpec:
    if colour:
        return PreprocessSpec(colour=True)
    modality = {item.modality for item in items}
    window = options.window or (WINDOWS.get(next(iter(modality))) if len(modality) == 1 else None)
    if window is None:
        raise TrainingError(
            f"Scans of {', '.join(sorted(modality)) or 'unknown modality'} have no usual window",
            where=str(path),
            next_step="Give the intensities that become black and white: --window LOW HIGH",
        )
    return PreprocessSpec(window=window)


def _read(item: ManifestItem, table: LabelTable, spec: PreprocessSpec, size: int) -> Slices:
    volume = read_volume(item)
    source = SliceSource(volume, spec)
    grid = plane_grid(source.grid.native_hw, size)
    masks = read_labels(item, table)
    images, labels, supervised = [], [], []
    shape = item.geometry.shape_kji
    classes = np.zeros(shape, np.uint8) if masks is None else masks[0]
    trusted = np.zeros(shape, bool) if masks is None else masks[1] >= VoxelState.ACCEPTED
    trusted[[k for k in item.validation_slices if 0 <= k < len(trusted)]] = False
    ids: npt.NDArray[np.uint8] = table.class_to_id()[classes]
    label_view, trusted_view = source.axes.view(ids), source.axes.view(trusted)
    for index in range(len(source)):
        # the source keeps its own pixels (no spacing in the spec), so only the size is ours
        images.append(grid.pad(np.clip(grid.to_working(_plane(source, index)), 0, 1), 0.0))
        labels.append(working_labels(grid, label_view[index], table))
        seen = grid.to_working(trusted_view[index].astype(np.float32)) >= MIN_SUPERVISED_SHARE
        supervised.append(grid.pad(seen.astype(np.float32), float(trusted_view[index].all())).astype(np.uint8))
    deep = np.stack(images).astype(np.float16)
    marks = np.stack(supervised)
    return Slices(deep, np.stack(labels) * marks, marks)


def _plane(source: SliceSource, index: int) -> npt.NDArray[np.float32]:
    plane = source.working_plane(index)
    return plane if source.spec.colour else plane[None]
