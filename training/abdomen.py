"""The demo's abdominal CT as training data: structures, preprocessing, and the views that let one scan stand for many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gf_desktop.files.masks import map_labels, read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.labelmap import LabelTable, Structure
from gf_desktop.imaging.preprocess import PreprocessSpec, SliceSource
from gf_desktop.imaging.volume import Volume
from training.config import AugmentConfig

__all__ = ["HEAVY", "SPEC", "TABLE", "Patient", "read_patient"]

TABLE = LabelTable(
    (
        Structure(1, "spleen", "#e69f00"),
        Structure(2, "liver", "#56b4e9"),
        Structure(3, "stomach", "#009e73"),
        Structure(4, "aorta", "#d55e00"),
        Structure(5, "vertebral column", "#f0e442"),
        Structure(6, "left back muscle", "#0072b2"),
        Structure(7, "right back muscle", "#cc79a7"),
    )
)

VERTEBRAE = range(27, 34)
FILE_IDS = {1: "spleen", 5: "liver", 6: "stomach", 52: "aorta", 86: "left back muscle", 87: "right back muscle"}
FILE_IDS |= dict.fromkeys(VERTEBRAE, "vertebral column")
"""Ids of the demo's label maps that make the project's structures; the others are background."""

SPEC = PreprocessSpec(spacing_mm=3.0, window=(-160.0, 240.0), mean=0.4, std=0.3)

HEAVY = AugmentConfig(
    scale=(0.65, 1.3),
    rotate_deg=20.0,
    shift=0.1,
    elastic_px=4.0,
    gamma=0.6,
    contrast=0.3,
    brightness=0.1,
    region_shift=0.12,
    noise=0.06,
    blur_px=1.2,
    furniture=0.5,
    probability=0.6,
)
"""One native scan has to stand for all: contrast agent, other fields of view, tables, arms, sharpness and noise."""

SCANS = {"A": ("A_ct.nii.gz", "A_ct_labels.nii.gz"), "B": ("B_ct_dicom", "B_ct_labels.nii.gz")}


@dataclass(frozen=True, slots=True)
class Patient:
    """A labelled scan on the working grid, slices from the feet upwards.

    Attributes
    ----------
    images
        float32 [n, 1, rows, cols] padded planes on the 0..1 scale.
    labels
        uint8 [n, rows, cols], values of ``TABLE``.
    regions
        uint8 [n, rows, cols], every structure of the file, for changes of grey region by region.
    spacing_mm
        Of the working grid along columns, rows and slices.
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.uint8]
    regions: npt.NDArray[np.uint8]
    spacing_mm: tuple[float, float, float]


def read_patient(demo: Path, name: str, spec: PreprocessSpec) -> Patient:
    """Read patient "A" or "B" of the demo's folder onto a working grid.

    Raises
    ------
    UserError
        When a file is missing or damaged.
    """
    scan, masks = (demo / part for part in SCANS[name])
    volume: Volume = read_scan(find_scans(scan)[0]).volume
    every = read_mask(masks, volume.geometry)
    labels = map_labels(every, dict(FILE_IDS), TABLE)
    source = SliceSource(volume, spec)
    images = np.stack([source.network_input(n) for n in range(len(source))]) * spec.std + spec.mean
    planes = np.zeros((2, len(source), *source.grid.padded_hw), np.uint8)
    rows, cols = source.grid.inner_hw
    classes = TABLE.id_to_class()[labels]
    ids = np.array([0, *TABLE.ids], np.uint8)
    for index, plane in enumerate(source.axes.view(every)):
        shares = source.mask_to_working(classes, index, classes=len(ids))
        planes[0, index, :rows, :cols] = ids[shares.argmax(axis=0)]
        planes[1, index, :rows, :cols] = _nearest(plane, source)
    row_mm, col_mm = source.grid.step_mm
    return Patient(images.astype(np.float32), planes[0], planes[1], (col_mm, row_mm, volume.geometry.spacing_mm[2]))


def _nearest(plane: npt.NDArray[np.uint8], source: SliceSource) -> npt.NDArray[np.uint8]:
    """Return the label in the middle of each working pixel."""
    grid = source.grid
    rows, cols = (
        np.minimum((np.arange(grid.inner_hw[axis]) + 0.5) * grid.step_mm[axis] / grid.native_mm[axis], grid.native_hw[axis] - 1).astype(int)
        for axis in (0, 1)
    )
    return np.ascontiguousarray(plane[np.ix_(rows, cols)])
