"""The demo's figures: what is scored, on which slices, and how it is told.

The demo's reference masks were drawn by another network, and all slices of the series are of one patient: the figures show
that the loop works, and are no measure of clinical accuracy. :data:`FOOTER` says so wherever they are shown.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gf_desktop.arrays import read_arrays
from gf_desktop.atomic import atomic_path
from gf_desktop.errors import TrainingError
from gf_desktop.files.masks import map_labels, read_mask
from gf_desktop.files.scan import find_scans, read_scan
from gf_desktop.imaging.geometry import Geometry
from gf_desktop.imaging.labelmap import LabelTable
from gf_desktop.imaging.metrics import mean_dice, score_masks
from gf_desktop.inference.segmenter import Segmenter
from gf_desktop.resources import resource_dir
from gf_desktop.trainer_link import trainer_command

__all__ = [
    "CORRECTED_SLICES",
    "DEMO_PACK",
    "FOOTER",
    "PAINTED_SLICE",
    "DemoScores",
    "demo_mapping",
    "demo_series",
    "read_reference",
    "reference_file",
    "score_on_patient_a",
    "score_uncorrected",
    "summary_rows",
    "teacher_labels",
    "uncorrected_slices",
    "write_summary",
]

UInt8 = npt.NDArray[np.uint8]

DEMO_PACK = "abdomen-ct"
CORRECTED_SLICES = (2, 7, 12, 17)
"""Stored slices of the demo series that are corrected: spread evenly over its 20."""

PAINTED_SLICE = 12
"""The one of them that is painted with the mouse; the others are taken from the reference."""

FOOTER = (
    "The reference masks were made by another model, not by a person, and all slices are one patient's. "
    "Patient A is the pack's own training patient. Research use; not a medical device."
)

TEACHER_LIMIT_S = 300.0
"""The teacher's labels of the demo series take seconds; a process that takes longer hangs."""


@dataclass(frozen=True, slots=True)
class DemoScores:
    """Dice of one mask against the reference: the mean over scored structures, and each."""

    mean: float
    structures: dict[str, float | None]

    def as_json(self) -> dict[str, Any]:
        """Return {mean, structures}."""
        return {"mean": self.mean, "structures": self.structures}


def _demo() -> Path:
    return resource_dir() / "demo"


def demo_series() -> Path:
    """Return the folder of the demo series, patient B."""
    return _demo() / "B_ct_dicom"


def reference_file() -> Path:
    """Return the reference mask of the demo series."""
    return _demo() / "B_ct_labels.nii.gz"


def demo_mapping() -> dict[int, str]:
    """Return the ids of the demo's reference masks as structures of the demo's pack."""
    names = json.loads((_demo() / "label_names.json").read_text(encoding="utf-8"))
    plain = {"spleen": "spleen", "liver": "liver", "stomach": "stomach", "aorta": "aorta"}
    plain |= {"autochthon_left": "left back muscle", "autochthon_right": "right back muscle"}
    mapping: dict[int, str] = {}
    for scan in ("A_ct_labels", "B_ct_labels"):
        for label, name in names[scan].items():
            if name in plain:
                mapping[int(label)] = plain[name]
            elif name.startswith("vertebrae_") and name != "vertebrae_S1":
                mapping[int(label)] = "vertebral column"
    return mapping


def read_reference(geometry: Geometry, table: LabelTable) -> UInt8:
    """Return the demo series' reference mask, uint8 [k, j, i] of the table's ids, on the series' grid."""
    return map_labels(read_mask(reference_file(), geometry), demo_mapping(), table)


def uncorrected_slices(count: int) -> list[int]:
    """Return the slices on which before and after are compared: all that nobody corrects."""
    return [k for k in range(count) if k not in CORRECTED_SLICES]


def _scores(labels: UInt8, reference: UInt8, table: LabelTable, geometry: Geometry, slices: Sequence[int] | None) -> DemoScores:
    scores = score_masks(labels, reference, table, geometry, slices=slices)
    mean = mean_dice(scores)
    return DemoScores(0.0 if mean is None else mean, {name: score.dice for name, score in scores.items()})


def score_uncorrected(labels: UInt8, table: LabelTable, geometry: Geometry) -> DemoScores:
    """Return Dice of a mask of the demo series, uint8 [k, j, i], on the slices that nobody corrects."""
    return _scores(labels, read_reference(geometry, table), table, geometry, uncorrected_slices(geometry.size_ijk[2]))


def score_on_patient_a(pack: Path) -> DemoScores:
    """Return a student's Dice on the whole scan of patient A, the pack's training patient."""
    (source,) = find_scans(_demo() / "A_ct.nii.gz")
    volume = read_scan(source).volume
    segmenter = Segmenter.load(pack)
    table = segmenter.card.table
    reference = map_labels(read_mask(_demo() / "A_ct_labels.nii.gz", volume.geometry), demo_mapping(), table)
    return _scores(segmenter.predict(volume).labels, reference, table, volume.geometry, None)


def teacher_labels(pack: Path, image: Path, geometry: Geometry) -> UInt8:
    """Return the labels that a pack's teacher gives a scan, uint8 [k, j, i]; the trainer's program computes them.

    Parameters
    ----------
    image
        The project's own copy of the scan, .npy.

    Raises
    ------
    TrainingError
        When the trainer's program fails.
    """
    # ``... training worker`` in a checkout, ``<program> train-worker`` in a frozen build
    command = trainer_command()
    command = [command[0], "training", "predict"] if command[-1] == "train-worker" else [*command[:-1], "predict"]
    with tempfile.TemporaryDirectory() as folder:
        grid, out = Path(folder) / "geometry.json", Path(folder) / "labels.npz"
        grid.write_text(json.dumps(geometry.as_json()), encoding="utf-8")
        command += ["--pack", str(pack), "--who", "teacher", "--image", str(image), "--geometry", str(grid), "--out", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TEACHER_LIMIT_S, check=False)
        if done.returncode != 0:
            raise TrainingError(
                f"The teacher could not label the scan: {done.stderr.strip()[-300:]}", where=str(pack), next_step="Run the demo again."
            )
        labels: UInt8 = read_arrays(out)["labels"]
    return labels


def summary_rows(summary: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return the demo's table: structure, Dice before, after, and of the teacher."""
    parts = [summary[key] for key in ("dice_before", "dice_after", "teacher_after")]
    rows = [(name, *(_text(p["structures"][name]) for p in parts)) for name in parts[0]["structures"]]
    rows.append(("mean", *(_text(p["mean"]) for p in parts)))
    rows.append(("patient A, mean", _text(summary["patient_a_before"]), _text(summary["patient_a_after"]), ""))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write ``summary.json`` whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
