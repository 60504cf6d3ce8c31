"""Label a whole scan with a pack's student or teacher in torch: teachers are not exported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.preprocess import SliceSource
from gf_desktop.imaging.volume import Volume
from training.evaluate import predict_classes
from training.packs import load_pack

__all__ = ["label_scan"]


def label_scan(pack_dir: Path, who: str, *, image: Path, geometry: Path, out: Path) -> None:
    """Write the labels of a scan on its own grid.

    Parameters
    ----------
    who
        "student" or "teacher".
    image
        .npy with voxels [k, j, i], or [k, j, i, 3] colour.
    geometry
        JSON of ``Geometry.as_json``.
    out
        .npz to write: ``labels`` uint8 [k, j, i] of the pack's label table.

    Raises
    ------
    UserError
        When a file cannot be read or written, or the scan does not suit the pack.
    """
    pack = load_pack(pack_dir)
    try:
        voxels = np.load(image, mmap_mode="r", allow_pickle=False)
        grid = Geometry.from_json(json.loads(geometry.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"The scan cannot be read: {error}", where=str(image), next_step="Choose a scan of this project.") from error
    source = SliceSource(Volume(voxels, grid), pack.card.preprocess)
    network = pack.models.teacher if who == "teacher" else pack.models.student
    classes = predict_classes(network, source, range(len(source)))
    labels = np.zeros(grid.shape_kji, np.uint8)
    source.axes.view(labels)[...] = pack.card.table.class_to_id()[classes]
    with atomic_path(out) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, labels=labels)
